/* lang_plot.c: the statement plot: how it is written. Words such as over and as are words of a plot alone: in
 * expressions they are names.
 *
 *     plot line tanh(z) over z in -6:6
 *     plot "Twelve steps" { line J(t) over t as "J"; points w, J(w) as "steps"; x "w" from -4 to 14 }
 */
#include "lang/lang.h"
#include "wgx/base.h"

#include <string.h>

/* In the order of wgi_plot_kind. */
static const wgi_plot_form forms[] = {
    { "line", 1, 1, OVER_VALUES | OVER_ONE, "line y over x, or line tanh(z) over z in -6:6" },
    { "points", 1, 3, 0, "points x, y, or points x, y, class" },
    { "at", 2, 2, 0, "at x, y" },
    { "path", 1, 2, 0, "path p, with a row [x, y] for each point, or path x, y" },
    { "histogram", 1, 1, 0, "histogram v" },
    { "bars", 1, 1, OVER_TEXTS, "bars v over \"a\" \"b\"" },
    { "image", 1, 1, 0, "image m, image m in grey, or image m in numbers" },
    { "contour", 1, 1, OVER_TWO | OVER_NEEDED, "contour x^2 + y^2 over x in -3:3, y in -3:3" },
    { "surface", 1, 1, OVER_TWO | OVER_NEEDED, "surface x^2 + y^2 over x in -3:3, y in -3:3" },
    { "regions", 1, 1, OVER_TWO | OVER_NEEDED, "regions x > y over x in -3:3, y in -3:3" },
    { "panel", 0, 0, 0, "panel \"title\"" },
    { "x", 0, 0, 0, "x \"label\" log from 1 to 100" },
    { "y", 0, 0, 0, "y \"label\" log from 1 to 100" },
};
enum { FORMS = sizeof forms / sizeof *forms };
static const char words[] = "line points at path histogram bars image contour surface regions panel x y";

const wgi_plot_form *wgi_plot_form_of(const wgi_ast *item) { return &forms[item->op]; }

const wgi_ast *wgi_plot_part(const wgi_ast *item, wgi_ast_kind kind, const wgi_ast *after)
{
    const wgi_ast *a = after ? after->next : item->first;
    while (a && a->kind != kind) a = a->next;
    return a;
}

/* ---- small things ---- */

static bool at(const wgi_parser *p, wgi_token t) { return p->lex.token == t; }
static bool ends(const wgi_parser *p)
{
    return at(p, TOKEN_NEWLINE) || at(p, TOKEN_SEMICOLON) || at(p, TOKEN_CLOSE_BLOCK) || at(p, TOKEN_END);
}

static bool accept_word(wgi_parser *p, const char *word)
{
    if (!wgi_parse_is(p, word)) return false;
    wgi_lex_next(&p->lex);
    return true;
}

/* The token behind the present one. */
static wgi_parser next_of(const wgi_parser *p)
{
    wgi_parser ahead = *p;
    if (!at(p, TOKEN_END)) wgi_lex_next(&ahead.lex);
    return ahead;
}

/* Appends a to the list that ends at *tail. */
static void append(wgi_ast ***tail, wgi_ast *a)
{
    **tail = a;
    *tail = &a->next;
}

/* Says at the present token what is wrong, and how the item is written. */
static void wrong(wgi_parser *p, const wgi_ast *item, const char *what)
{
    char text[500];
    snprintf(text, sizeof text, "%s; it is written: %s", what, forms[item->op].usage);
    wgi_parse_fail(p, text);
}

/* The name here is none of the words that may stand here. */
static void no_word(wgi_parser *p, const wgi_ast *item, const char *choices)
{
    char text[400], near[80], word[WGI_LANG_NAME + 1];
    snprintf(word, sizeof word, "%.*s", (int)(p->lex.end - p->lex.start), p->q->source + p->lex.start);
    const wgx_nearest_word s = wgi_nearest_choice(choices, word);
    snprintf(text, sizeof text, "no word '%.100s' here%s", word, wgi_did_you_mean(&s, "", near, sizeof near));
    wrong(p, item, text);
}

/* Drawing takes as long as the square of their number. */
static void too_many(wgi_parser *p, const char *what)
{
    char text[80];
    snprintf(text, sizeof text, "a plot has at most %d %s", WGI_LANG_ITEMS, what);
    wgi_parse_fail(p, text);
}

/* ---- over and as ---- */

/* The texts in quotes here; there must be one. */
static void texts(wgi_parser *p, const wgi_ast *item, wgi_ast *to, const char *missing)
{
    wgi_ast **tail = &to->first;
    if (!at(p, TOKEN_TEXT)) wrong(p, item, missing);
    for (int n = 0; at(p, TOKEN_TEXT); n++) {
        if (n == WGI_LANG_ITEMS) {
            too_many(p, "names");
            return;
        }
        append(&tail, wgi_parse_text(p));
        if (at(p, TOKEN_COMMA) && next_of(p).lex.token == TOKEN_TEXT) wgi_lex_next(&p->lex);
    }
    to->end = p->lex.before;
}

/* x in -3:3 */
static wgi_ast *name_over(wgi_parser *p, const wgi_ast *item)
{
    wgi_ast *a = wgi_parse_make(p, AST_OVER, p->lex.start), **tail = &a->first;
    a->ident = wgi_parse_ident(p);
    if (!accept_word(p, "in")) {
        wrong(p, item, "'in' is missing before this");
        return a;
    }
    append(&tail, wgi_parse_expression(p));
    if (!at(p, TOKEN_COLON)) {
        wrong(p, item, "':' is missing before this: from where to where");
        return a;
    }
    wgi_lex_next(&p->lex);
    append(&tail, wgi_parse_expression(p));
    a->end = p->lex.before;
    return a;
}

static bool is_range(const wgi_parser *p)
{
    const wgi_parser ahead = next_of(p);
    return at(p, TOKEN_NAME) && (wgi_parse_is(&ahead, "in") || at(&ahead, TOKEN_BIND));
}

static void over(wgi_parser *p, const wgi_ast *item, wgi_ast ***tail)
{
    const int form = forms[item->op].over;
    if (form & OVER_TEXTS) {
        wgi_ast *a = wgi_parse_make(p, AST_OVER, p->lex.start);
        texts(p, item, a, "names of bars stand in quotes");
        append(tail, a);
    } else if (!form) {
        wrong(p, item, "'over' does not go with this word");
    } else if (form & OVER_TWO) {
        append(tail, name_over(p, item));
        if (!wgi_parse_accept(p, TOKEN_COMMA)) wrong(p, item, "a second name is missing before this");
        else append(tail, name_over(p, item));
    } else if (is_range(p)) {
        append(tail, name_over(p, item));
        if (at(p, TOKEN_COMMA)) wrong(p, item, "a line goes over one name; a contour over two");
    } else {
        wgi_ast *a = wgi_parse_make(p, AST_OVER, p->lex.start);
        a->first = wgi_parse_expression(p);
        a->end = p->lex.before;
        append(tail, a);
    }
}

/* ---- items ---- */

static bool is_axis(const wgi_ast *item) { return item->op >= PLOT_X; }

/* log, from A and to B behind the label of an axis, in any order. */
static void limits(wgi_parser *p, wgi_ast *item)
{
    wgi_ast *range = wgi_parse_make(p, AST_RANGE, p->lex.start), *end[2] = { NULL, NULL };
    static const char *const word[] = { "from", "to" };
    for (bool more = true; more && !wg_failed(p->q->c);) {
        more = accept_word(p, "log");
        if (more) item->u.number = 1;
        for (int i = 0; i < 2; i++) {
            if (!wgi_parse_is(p, word[i])) continue;
            if (end[i]) wrong(p, item, "an end of the axis is given twice");
            wgi_lex_next(&p->lex);
            end[i] = wgi_parse_expression(p), more = true;
        }
    }
    for (int i = 0; i < 2; i++)
        if (!end[i]) end[i] = wgi_parse_make(p, AST_EMPTY, p->lex.start);
    range->first = end[0];
    end[0]->next = end[1];
    range->end = p->lex.before;
    item->first = range;
}

static void titled(wgi_parser *p, wgi_ast *item)
{
    if (at(p, TOKEN_TEXT)) item->ident = wgi_parse_text(p)->ident;
    else if (item->op == PLOT_PANEL ? !ends(p) : at(p, TOKEN_BIND) || !at(p, TOKEN_NAME))
        wrong(p, item, is_axis(item) ? "a label stands in quotes" : "a title stands in quotes");
    if (is_axis(item)) limits(p, item);
    if (at(p, TOKEN_NAME) && is_axis(item)) no_word(p, item, "log from to");
    else if (!ends(p))
        wrong(p, item, is_axis(item) ? "a label stands in quotes" : "nothing stands behind a title");
}

/* Behind `in`: how an image looks. */
static void looks(wgi_parser *p, wgi_ast *item)
{
    int look = 0;
    if (accept_word(p, "grey")) look |= IMAGE_GREY;
    if (accept_word(p, "numbers")) look |= IMAGE_NUMBERS;
    if (!look) wrong(p, item, "'grey' or 'numbers' is missing before this");
    item->u.number = look;
}

static void drawn(wgi_parser *p, wgi_ast *item)
{
    const wgi_plot_form *f = &forms[item->op];
    wgi_ast **tail = &item->first;
    int operands = 0;
    if (ends(p)) wrong(p, item, "what is drawn is missing");
    do {
        if (operands++ == f->most) wrong(p, item, "an operand too many");
        append(&tail, wgi_parse_expression(p));
    } while (!wg_failed(p->q->c) && wgi_parse_accept(p, TOKEN_COMMA));
    if (operands < f->least) wrong(p, item, "',' and an operand are missing before this");
    if (item->op == PLOT_IMAGE && accept_word(p, "in")) looks(p, item);
    if (accept_word(p, "over")) over(p, item, &tail);
    else if (f->over & OVER_NEEDED) wrong(p, item, "'over' is missing before this");
    if (wgi_parse_is(p, "as")) {
        wgi_ast *a = wgi_parse_make(p, AST_AS, p->lex.start);
        wgi_lex_next(&p->lex);
        texts(p, item, a, "a name stands in quotes");
        append(&tail, a);
    }
    if (wgi_parse_is(p, "over")) wrong(p, item, "'over' stands before 'as'");
    else if (at(p, TOKEN_NAME)) no_word(p, item, "over as");
    else if (!ends(p)) wrong(p, item, "an operator, ';' or a new line is missing before this");
}

/* The word here is none of an item's. */
static void no_form(wgi_parser *p)
{
    char word[WGI_LANG_NAME + 1], near[200], text[600];
    const uint32_t n = p->lex.end - p->lex.start;
    snprintf(word, sizeof word, "%.*s", (int)n, p->q->source + p->lex.start);
    const wgx_nearest_word s = wgi_nearest_choice(words, word);
    const char *meant = !strcmp(word, "scatter")                              ? "points x, y"
                        : !strcmp(word, "hist")                               ? "histogram v"
                        : !strcmp(word, "bar")                                ? "bars v over \"a\" \"b\""
                        : !strcmp(word, "imshow") || !strcmp(word, "heatmap") ? "image m"
                        : !strcmp(word, "title")                              ? "plot \"title\" { ... }"
                        : !strcmp(word, "xlabel")                             ? "x \"label\""
                        : !strcmp(word, "ylabel")                             ? "y \"label\""
                        : !strcmp(word, "xlim")                               ? "x \"label\" from 0 to 1"
                        : !strcmp(word, "ylim")                               ? "y \"label\" from 0 to 1"
                                                                              : NULL;
    if (meant) snprintf(text, sizeof text, "no '%s' in a plot; write: %s", word, meant);
    else if (at(p, TOKEN_NAME))
        snprintf(
            text, sizeof text, "no '%s' in a plot%s", word,
            wgi_did_you_mean(
                &s,
                ": it draws line, points, at, path, histogram, bars, image, contour, surface or regions, "
                "and has panel, x and y; as plot line y over x",
                near, sizeof near));
    else
        snprintf(text, sizeof text,
                 "a word is missing before this: line, points, at, path, histogram, bars, "
                 "image, contour, surface, regions, panel, x or y");
    wgi_parse_fail(p, text);
}

static wgi_ast *item(wgi_parser *p)
{
    wgi_ast *a = wgi_parse_make(p, AST_ITEM, p->lex.start);
    int form = 0;
    if (p->items++ == WGI_LANG_ITEMS) too_many(p, "lines");
    while (form < FORMS && !wgi_parse_is(p, forms[form].word)) form++;
    if (form == FORMS) {
        no_form(p);
        return a;
    }
    a->op = (unsigned char)form;
    wgi_lex_next(&p->lex);
    (forms[form].most ? drawn : titled)(p, a);
    a->end = p->lex.before;
    return a;
}

/* ---- the statement ---- */

bool wgi_plot_begins(const wgi_parser *p)
{
    const wgi_token t = next_of(p).lex.token;
    return t != TOKEN_BIND && !wgi_sign_of(t)->strength;
}

wgi_ast *wgi_parse_plot(wgi_parser *p)
{
    wgi_ast *a = wgi_parse_make(p, AST_PLOT, p->lex.start);
    if (p->depth > 0) wgi_parse_fail(p, "a plot stands outside blocks and functions");
    wgi_lex_next(&p->lex);
    p->items = 0;
    if (at(p, TOKEN_TEXT)) a->ident = wgi_parse_text(p)->ident;
    if (at(p, TOKEN_OPEN_BLOCK)) wgi_parse_block(p, a, item);
    else if (ends(p))
        wgi_parse_fail(p, "what is drawn is missing: plot line y over x, or plot \"title\" { ... }");
    else a->first = item(p);
    if (!wg_failed(p->q->c) && !a->first) wgi_syntax_at(p->q, a, "a plot draws something: { line y over x }");
    a->end = p->lex.before;
    return a;
}
