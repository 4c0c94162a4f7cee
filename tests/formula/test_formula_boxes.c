/* test_formula_boxes.c: formulas in two dimensions: what is above and below what, all of it inside the
 * box, and SVG that is well formed. */
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#include "draw/svg.h"
#include "op_case.h"

/* Every letter is half as wide as it is high. */
static double width_of(const char *s, double size, wgi_formula_face face)
{
    int n = 0;
    for (; *s; s++) n += ((unsigned char)*s & 0xC0) != 0x80;
    return face == WGI_F_BOLD ? 0.6 * n * size : 0.5 * n * size;
}

static wgi_formula_boxes memory;
static wgi_laid_formula boxes;

static void lay_out(const char *formula, double size)
{
    static wgi_formula f;
    wgi_formula_error e;
    cr_assert(wgi_formula_parse(&f, formula, &e), "%s: %s", formula, e.text);
    cr_assert(wgi_formula_lay_out(&memory, &f, f.root, size, WGI_F_TALL, width_of, &boxes), "%s", formula);
}

static const wgi_formula_piece *piece(const char *text)
{
    for (int i = 0; i < boxes.count; i++)
        if (boxes.piece[i].shape == WGI_F_TEXT && strcmp(boxes.letters + boxes.piece[i].text, text) == 0)
            return &boxes.piece[i];
    cr_assert(false, "no text \"%s\"", text);
    return NULL;
}

static const wgi_formula_piece *shape(wgi_formula_shape s)
{
    for (int i = 0; i < boxes.count; i++)
        if (boxes.piece[i].shape == s) return &boxes.piece[i];
    cr_assert(false, "no such shape");
    return NULL;
}

Test(formula_boxes, a_fraction_has_its_parts_above_and_below_the_bar)
{
    lay_out("y = a / (b + c)", 20);
    const wgi_formula_piece *bar = shape(WGI_F_LINE);
    cr_expect_lt(piece("a")->y, bar->y);
    cr_expect_gt(piece("b")->y, bar->y);
    cr_expect_geq(piece("b")->x, bar->x);
    cr_expect_lt(piece("c")->x, bar->x2);
    /* the shorter part stands in the middle */
    cr_expect_float_eq(piece("a")->x + width_of("a", 20, WGI_F_ITALIC) / 2, (bar->x + bar->x2) / 2, 1e-9);
    cr_expect(piece("a")->y > bar->y - 20 && piece("b")->y < bar->y + 25 && bar->x2 - bar->x < 80,
              "close to it");
}

/* 14 of 20 is the smallest size, in a power of a power, too. */
Test(formula_boxes, letters_are_as_large_as_is_promised)
{
    lay_out("y = a^(b^c) + x_1 + (a / (b / c + d)) / e^(f / g)", 20);
    for (int i = 0; i < boxes.count; i++) {
        const double size = boxes.piece[i].size;
        cr_expect(size == 20 || size == -20 || (size > 13.999 && size < 14.001), "%g", size);
    }
    cr_expect_eq(piece("d")->size, 20);
}

Test(formula_boxes, quotients_stay_on_the_line_where_that_is_promised)
{
    static const char *const flat[] = { "y = x / 2 + b", "y = e^(a / b)" };
    for (int k = 0; k < 2; k++) {
        lay_out(flat[k], 20);
        for (int i = 0; i < boxes.count; i++) cr_expect_eq(boxes.piece[i].shape, WGI_F_TEXT);
    }
    lay_out("y = a / (b / c)", 20);
    int bars = 0;
    for (int i = 0; i < boxes.count; i++) bars += boxes.piece[i].shape == WGI_F_LINE;
    cr_expect_eq(bars, 1);
}

Test(formula_boxes, names_with_axes_are_bold)
{
    static wgi_formula f;
    wgi_formula_clear(&f);
    const int a = wgi_formula_name(&f, "x", 1, 0), b = wgi_formula_name(&f, "J", 1, 0);
    f.node[a].axes = WGI_F_HAS_AXES, f.node[b].axes = WGI_F_NO_AXES;
    const int sum = wgi_formula_new(&f, WGI_F_ADD, a, b);
    cr_assert(wgi_formula_lay_out(&memory, &f, sum, 20, WGI_F_TALL, width_of, &boxes));
    cr_expect_eq(piece("x")->face, WGI_F_BOLD);
    cr_expect_eq(piece("J")->face, WGI_F_ITALIC);
}

Test(formula_boxes, powers_are_small_and_raised_subscripts_small_and_lowered)
{
    lay_out("y = W_1 x^n", 20);
    cr_expect_eq(piece("W")->face, WGI_F_BOLD);
    cr_expect_eq(piece("x")->face, WGI_F_ITALIC);
    cr_expect_lt(piece("n")->y, piece("x")->y);
    cr_expect_gt(piece("1")->y, piece("W")->y);
    cr_expect_lt(piece("n")->y, piece("x")->y - 6);
    cr_expect(piece("n")->y > piece("x")->y - 10 && piece("1")->y < piece("W")->y + 10, "beside the letters");
    cr_expect_lt(piece("n")->size, piece("x")->size);
    cr_expect_lt(piece("1")->size, piece("W")->size);
    cr_expect_float_eq(piece("1")->x, piece("W")->x + width_of("W", 20, WGI_F_BOLD), 1e-9);
}

/* Of a sum below its sign, in its middle; of a mean behind it; of an equation as words. */
Test(formula_boxes, axes_and_indices_are_small_and_lowered)
{
    lay_out("y = sum(x over i)", 20);
    const wgi_formula_piece *sign = piece("Σ"), *index = piece("i");
    cr_expect(index->size == 14 && index->y > sign->y + 10);
    cr_expect_float_eq(index->x + index->x2, sign->x + sign->x2, 1e-9);
    lay_out("y = mean(x along axis)", 20);
    cr_expect(piece("axis")->size == 14 && piece("axis")->y > piece("mean")->y);
    cr_expect(piece("axis")->x >= piece("mean")->x2 - 1e-9 && piece("axis")->x2 <= piece("(")->x + 1e-9);
    lay_out("y[i] = x_1[k] along axis", 20);
    cr_expect(piece("i")->size == 14 && piece("i")->y > piece("y")->y);
    cr_expect(piece("k")->size == 20 && piece("[")->x < piece("k")->x && piece("along axis")->size == 20);
}

/* Around a line of letters they are letters; around what is higher they are drawn, as high as that. */
Test(formula_boxes, parentheses_and_bars_enclose)
{
    lay_out("y = |a| (b + c)^2", 20);
    cr_expect_lt(piece("|")->x, piece("a")->x);
    cr_expect(piece("(")->x < piece("b")->x && piece(")")->x > piece("c")->x);
    for (int bars = 0; bars < 2; bars++) {
        lay_out(bars ? "y = |a / b|" : "y = (a / b)^2", 20);
        const wgi_formula_piece *side[3];
        int n = 0;
        for (int i = 0; i < boxes.count && n < 3; i++) {
            const wgi_formula_piece *p = &boxes.piece[i];
            if (bars ? p->shape == WGI_F_LINE && p->x == p->x2 : p->shape == WGI_F_PAREN) side[n++] = p;
        }
        cr_assert_eq(n, 2);
        cr_expect(side[0]->x2 <= piece("a")->x && side[1]->x >= piece("a")->x2);
        cr_expect(bars || (side[0]->size > 0 && side[1]->size < 0));
        for (int k = 0; k < 2; k++)
            cr_expect(side[k]->y <= piece("a")->y - 14 && side[k]->y2 >= piece("b")->y,
                      "as high as the quotient");
    }
}

Test(formula_boxes, cases_stand_below_each_other_behind_a_brace)
{
    lay_out("y = a where x > 0, b where x = 0, else c", 20);
    cr_expect_lt(piece("a")->y, piece("b")->y);
    cr_expect_lt(piece("b")->y, piece("c")->y);
    cr_expect_float_eq(piece("a")->x, piece("c")->x, 1e-9);
    cr_expect_leq(shape(WGI_F_BRACE)->x2, piece("a")->x);
    piece(" if "), piece(" else");
}

Test(formula_boxes, a_root_covers_what_is_below_it)
{
    lay_out("y = sqrt(a + b)", 20);
    const wgi_formula_piece *bar = shape(WGI_F_LINE), *sign = shape(WGI_F_ROOT);
    cr_expect_float_eq(bar->x, sign->x2, 1e-9);
    cr_expect_leq(bar->x, piece("a")->x);
    cr_expect_geq(bar->x2 + 1e-9, piece("b")->x + width_of("b", 20, WGI_F_ITALIC));
}

static void expect_inside(const char *formula)
{
    for (int i = 0; i < boxes.count; i++) {
        const wgi_formula_piece *p = &boxes.piece[i];
        const bool text = p->shape == WGI_F_TEXT;
        const double right =
            text ? p->x + width_of(boxes.letters + p->text, p->size, (wgi_formula_face)p->face) : p->x2;
        const double top = text ? p->y - 0.75 * p->size : p->y, foot = text ? p->y + 0.22 * p->size : p->y2;
        cr_expect(p->x >= -1e-9 && right <= boxes.width + 1e-9, "%s: piece %d is beside the box", formula, i);
        cr_expect(top >= -boxes.above - 1e-9 && foot <= boxes.below + 1e-9, "%s: piece %d is not inside",
                  formula, i);
    }
}

/* Elements that begin end, and no text has a sign of its own. */
static void expect_well_formed(const char *svg)
{
    int open = 0;
    for (const char *s = svg; *s; s++) {
        if (*s == '<') open += s[1] == '/' ? -1 : 1;
        if (*s == '/' && s[1] == '>') open--;
        cr_expect(*s != '&' || strncmp(s, "&lt;", 4) == 0 || strncmp(s, "&gt;", 4) == 0 ||
                  strncmp(s, "&amp;", 5) == 0 || strncmp(s, "&quot;", 6) == 0 || strncmp(s, "&#", 2) == 0);
    }
    cr_expect_eq(open, 0);
}

/* No letter stands on another one. */
static void expect_apart(const char *formula)
{
    for (int i = 0; i < boxes.count; i++)
        for (int k = 0; k < i; k++) {
            const wgi_formula_piece *p = &boxes.piece[i], *q = &boxes.piece[k];
            if (p->shape != WGI_F_TEXT || q->shape != WGI_F_TEXT) continue;
            const bool apart = p->x2 <= q->x + 1e-9 || q->x2 <= p->x + 1e-9 ||
                               p->y + 0.22 * p->size <= q->y - 0.75 * q->size + 1e-9 ||
                               q->y + 0.22 * q->size <= p->y - 0.75 * p->size + 1e-9;
            cr_expect(apart, "%s: \"%s\" stands on \"%s\"", formula, boxes.letters + p->text,
                      boxes.letters + q->text);
        }
}

static char *svg_of_boxes(void)
{
    WGT_IN_CONTEXT(WG_F64, NULL);
    wgi_strbuf b = { .c = c };
    wgi_svg_formula(&b, &boxes, 10, 20, 1, "ink");
    char *svg = strdup(wgi_strbuf_text(&b));
    wgi_strbuf_free(&b);
    return svg;
}

static void expect_picture(const char *formula)
{
    static wgi_formula f;
    wgi_formula_error e;
    if (!wgi_formula_parse(&f, formula, &e)) return;
    for (int style = WGI_F_TALL; style <= WGI_F_FLAT; style++) {
        cr_assert(wgi_formula_lay_out(&memory, &f, f.root, 24, (wgi_formula_style)style, width_of, &boxes));
        expect_inside(formula), expect_apart(formula);
        char *svg = svg_of_boxes();
        expect_well_formed(svg);
        free(svg);
        for (int i = 1; style == WGI_F_FLAT && i < boxes.count; i++)
            cr_expect(boxes.piece[i].glued, "%s: piece %d begins another line", formula, i);
    }
}

EACH_OP(formula_boxes, of_every_op_hold_what_they_show)
{
    const wg_op *op = wg_op_at(*index);
    if (op->kind == WG_LEAF) return;
    expect_picture(op->formula);
    expect_picture(op->adjoint);
}

/* In text on one line parentheses and bars are letters, however high what they hold is. */
Test(formula_boxes, of_powers_in_parentheses)
{
    expect_picture("y = (1 - exp(-x^2)) w");
    expect_picture("y = (1 - a^(b^c)) d");
    expect_picture("y = |a^(b^c)| d");
    expect_picture("y = ((x^2)^T + 1) z");
}

Test(formula_boxes, a_gradient_times_a_name_is_no_name)
{
    char all[100] = "";
    lay_out("g = da a", 24);
    for (int i = 0; i < boxes.count; i++)
        strncat(all, boxes.letters + boxes.piece[i].text, sizeof all - strlen(all) - 1);
    cr_expect(strstr(all, "a a"), "%s", all);
}

Test(formula_boxes, texts_of_users_are_escaped)
{
    expect_picture("y = \"<&>\" + a");
    expect_picture("y = a < b");
}

Test(formula_boxes, what_is_too_long_is_refused)
{
    static wgi_formula f;
    wgi_formula_error e;
    char text[1400] = "y = a";
    for (int i = 0; i < 320; i++) strcat(text, " + b");
    cr_assert(wgi_formula_parse(&f, text, &e), "%s", e.text);
    cr_expect_not(wgi_formula_lay_out(&memory, &f, f.root, 24, WGI_F_TALL, width_of, &boxes));
}
