/* formula_texts.c: names of items, and formulas with the operands' names in them.
 *
 * "y = a + b" of the op becomes "h = z + 0.5" if that fits a line and needs no explanation; else a call is
 * written, "h = concat(a, b, c)". */
#include "draw/draw_private.h"

#include <string.h>

#include "formula/formula.h"
#include "view/equation.h"
#include "wengert/op.h"

enum { OPERAND_MOST = 24, SYMBOL = 400, LINE = 400, LINE_CHARACTERS = 120 };

void wgi_put_name(wgi_strbuf *b, const wgi_item *y, int most)
{
    if (*y->name) wgi_strbuf_clean(b, y->name, most);
    else wgi_strbuf_format(b, "v%lu", (unsigned long)y->node);
}

void wgi_put_symbol(wgi_strbuf *b, const wgi_item *y, int most)
{
    wgi_strbuf name = { .c = b->c };
    char text[SYMBOL];
    wgi_put_name(&name, y, most);
    if (!y->tree && name.length && wgi_formula_print_name(name.at, text, sizeof text) < SYMBOL)
        wgi_strbuf_put(b, text);
    else wgi_strbuf_put(b, wgi_strbuf_text(&name));
    b->failed |= name.failed;
    wgi_strbuf_free(&name);
}

void wgi_put_gradient_of(const wgi_view *v, wgi_strbuf *b, const char *name, bool is_expression)
{
    const char *before = is_expression ? "(" : "", *behind = is_expression ? ")" : "";
    if (v->partial_of) wgi_strbuf_format(b, "∂%s/∂%s%s%s", v->partial_of, before, name, behind);
    else wgi_strbuf_format(b, "d%s%s%s", before, name, behind);
}

void wgi_put_attributes(const wgi_view *v, wgi_strbuf *b, const wgi_item *y)
{
    wgi_equation *e = wgi_equation_make(v, y - v->item, NULL, false);
    wgi_item_put_options(v, b, y, e && e->by_formula);
    wgi_equation_free(e);
}

/* ---- formulas ---- */

bool wgi_put_equation(wgi_strbuf *b, const wgi_item *y, const wgi_equation *e)
{
    char line[LINE];
    wgi_line to = { line, sizeof line, 0 };
    if (e) wgi_formula_text(&to, &e->tree, e->tree.root, false);
    const bool fits = e && to.length < sizeof line;
    if (fits) wgi_strbuf_clean(b, line, LINE_CHARACTERS);
    else wgi_strbuf_clean(b, y->op->name, OPERAND_MOST), wgi_strbuf_put(b, "(…)");
    return fits && wgi_characters(line) <= LINE_CHARACTERS;
}

void wgi_put_right_side(const wgi_view *v, wgi_strbuf *b, int64_t item, const unsigned char *inside)
{
    wgi_equation *e = wgi_equation_make(v, item, inside, false);
    wgi_put_equation(b, &v->item[item], e);
    wgi_equation_free(e);
}

void wgi_put_formula(const wgi_view *v, wgi_strbuf *b, const wgi_item *y)
{
    if (!y->tree) wgi_put_symbol(b, y, OPERAND_MOST), wgi_strbuf_put(b, " = ");
    wgi_put_right_side(v, b, y - v->item, NULL);
}
