/* box_formulas.c: titles and names of boxes as formulas: the text on one line, and laid out in two
 * dimensions for SVG. */
#include <string.h>

#include "draw/svg.h"

enum { NAME_MOST = WGI_EXPRESSION_MOST, LATEX = 2000 };

/* Too large for the stack. */
typedef struct wgi_formula_work {
    wgi_formula tree;
    wgi_formula_boxes boxes;
} work;

double wgi_formula_text_width(const char *utf8, double size, wgi_formula_face face)
{
    return wgi_text_width(utf8, size,
                          face == WGI_F_BOLD     ? WGI_BOLD
                          : face == WGI_F_ITALIC ? WGI_ITALIC
                                                 : WGI_REGULAR);
}

/* NULL: it is too long, or there is no memory. */
static const char *latex_of(wgi_picture *p, int node, bool flat)
{
    char text[LATEX];
    wgi_line to = { text, sizeof text, 0 };
    wgi_formula_latex(&to, &p->work->tree, node, flat);
    return to.length < sizeof text ? wgi_pool_copy(p->pool, text) : NULL;
}

const wgi_laid_formula *wgi_lay_out(wgi_picture *p, int node, wgi_formula_style style)
{
    work *w = p->work;
    wgi_laid_formula laid;
    if (w->tree.full || !node ||
        !wgi_formula_lay_out(&w->boxes, &w->tree, node, WGI_BODY, style, wgi_formula_text_width, &laid))
        return NULL;
    const size_t bytes = (size_t)laid.count * sizeof *laid.piece;
    wgi_laid_formula *kept = wgi_pool_take(p->pool, 1, sizeof *kept);
    wgi_formula_piece *pieces = wgi_pool_take(p->pool, (int64_t)bytes, 1);
    if (p->pool->failed) return NULL;
    memcpy(pieces, laid.piece, bytes);
    *kept = laid, kept->piece = pieces;
    kept->letters = wgi_pool_part(p->pool, laid.letters, (size_t)w->boxes.used);
    if (p->format && p->format->needs_latex) kept->latex = latex_of(p, node, style == WGI_F_FLAT);
    return kept;
}

wgi_formula *wgi_begin_formula(wgi_picture *p)
{
    if (p->at.nodes > WGI_READ_MOST && !wgi_is_circuit(p->o)) return NULL;
    if (!p->work) p->work = wgi_pool_take(p->pool, 1, sizeof *p->work);
    if (!p->work) return NULL;
    wgi_formula_clear(&p->work->tree);
    return &p->work->tree;
}

int wgi_put_name(wgi_picture *p, const wgi_item *y, int most)
{
    wgi_formula *f = &p->work->tree;
    const char *alias = wgi_alias(&p->view, y);
    if (y->tree && !alias) return wgi_formula_copy_nodes(f, y->tree, y->root);
    const char *name = alias ? alias : wgi_item_name(&p->view, y, most);
    const int n = wgi_formula_name(f, name, (int)strlen(name), 0);
    if (n) f->node[n].axes = (uint8_t)wgi_item_axes(&p->view, y - p->view.item), f->node[n].look = y->look;
    return n;
}

void wgi_lay_out_name(wgi_picture *p, wgi_box *box, const wgi_item *y)
{
    if (!y->is_inline && wgi_begin_formula(p))
        box->symbol = wgi_lay_out(p, wgi_put_name(p, y, NAME_MOST), WGI_F_FLAT);
}

/* ---- titles ---- */

void wgi_describe_title(wgi_picture *p, wgi_box *box, int64_t position)
{
    const wgi_item *y = wgi_item_at(p, position);
    bool whole;
    wgi_equation *e = wgi_equation_make(&p->view, p->at.item[position], p->less.inside);
    box->title = wgi_equation_text(&p->view, y, e, &whole);
    const bool expression = y->tree && !wgi_alias(&p->view, y);
    if (!expression)
        box->title = wgi_pool_format(p->pool, "%s = %s", wgi_symbol(&p->view, y, NAME_MOST), box->title);
    if (whole && wgi_begin_formula(p)) {
        wgi_formula *f = &p->work->tree;
        const int left = expression ? 0 : wgi_put_name(p, y, NAME_MOST),
                  right = wgi_formula_copy(f, &e->tree, e->tree.root);
        box->formula =
            wgi_lay_out(p, left ? wgi_formula_new(f, WGI_F_EQUATION, left, right) : right, WGI_F_TALL);
        if (!left) box->name = box->title, box->symbol = wgi_lay_out(p, right, WGI_F_FLAT);
    }
    wgi_equation_free(e);
}
