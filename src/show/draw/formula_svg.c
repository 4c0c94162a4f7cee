/* formula_svg.c: wgx_formula_svg: a formula as an element of a page. */
#include <string.h>

#include "draw/svg.h"
#include "wengert/op.h"
#include "wgx/draw.h"

enum { SIZE = 20, ROOM = 4000 };

/* Too large for the stack. */
typedef struct work {
    wgi_formula tree;
    wgi_formula_boxes boxes;
    char label[ROOM];
} work;

static void put(wgi_strbuf *b, const wgi_laid_formula *k, const char *label)
{
    const double high = k->above + k->below, em = 1.0 / SIZE;
    WGI_SVG_PUT(
        b, "<svg class=\"formula\" viewBox=\"0 @ @ @\" style=\"width:@em;height:@em;vertical-align:@em\"",
        -k->above, k->width, high, k->width * em, high * em, -k->below * em);
    wgi_strbuf_put(b, " role=\"img\" aria-label=\"");
    wgi_strbuf_xml(b, label, " ");
    wgi_strbuf_put(b, "\">");
    wgi_svg_formula(b, k, 0, 0, 1, "ink");
    wgi_strbuf_put(b, "</svg>");
}

/* Whether the name is one of "x, W". */
static bool is_listed(const wgi_formula_node *n, const char *list)
{
    const size_t length = (size_t)n->length;
    for (const char *s = list; *s; s += strcspn(s, ","), s += strspn(s, ", "))
        if (strcspn(s, ",") == length && !memcmp(s, n->text, length)) return true;
    return false;
}

/* Operands stand before the nodes that are made of them. */
static void set_axes(wgi_formula *f, const char *arrays)
{
    for (int i = 1; i < f->count; i++) {
        wgi_formula_node *n = &f->node[i];
        if (n->kind == WGI_F_NAME && !n->word)
            n->axes = is_listed(n, arrays) ? WGI_F_HAS_AXES : WGI_F_NO_AXES;
    }
    for (int i = 1; i < f->count; i++) {
        wgi_formula_node *n = &f->node[i];
        if (n->kind == WGI_F_MUL && wgi_formula_has_axes(f, n->child) &&
            wgi_formula_has_axes(f, f->node[n->child].next))
            n->sign = '*';
    }
}

char *wgx_formula_svg_at(wg_site here, wg_context *c, const char *formula, const char *arrays)
{
    WG_USER_CALL(here, "formula_svg");
    wgi_strbuf b = { .c = c };
    wgi_laid_formula laid;
    if (!c) return wg_fail(NULL, here, WG_ERROR_USE, "formula_svg: the context is NULL"), NULL;
    if (wg_failed(c)) return NULL;
    work *w = wg_alloc(c, 1, sizeof *w);
    if (!w) return NULL;
    wgi_formula_error e;
    const bool parsed = formula && wgi_formula_parse(&w->tree, formula, &e);
    if (parsed && arrays) set_axes(&w->tree, arrays);
    if (!formula) wg_fail(c, here, WG_ERROR_USE, "formula_svg: the formula is NULL");
    else if (!parsed) wg_fail(c, here, WG_ERROR_SYNTAX, "formula_svg: byte %d: %s", e.at, e.text);
    else if (wg_formula_print(formula, WG_FORMULA_UNICODE, w->label, ROOM) < 0 ||
             !wgi_formula_lay_out(&w->boxes, &w->tree, w->tree.root, SIZE, WGI_F_TALL, wgi_formula_text_width,
                                  &laid))
        wg_fail(c, here, WG_ERROR_VALUE, "formula_svg: the formula is too long");
    else put(&b, &laid, w->label);
    wg_free(c, w);
    return b.at;
}
