/* box_formulas.c: titles and names of boxes as formulas: the text on one line, and laid out in two
 * dimensions for SVG. */
#include <string.h>

#include "draw/svg.h"
#include "view/formula_values.h"

enum { NAME_MOST = 40, LATEX = 2000 };

/* Too large for the stack. */
typedef struct wgi_formula_work {
    wgi_formula tree;
    wgi_formula_boxes boxes;
} work;

static double width_of(const char *utf8, double size, wgi_formula_face face)
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
    if (to.length >= sizeof text) return NULL;
    wgi_strbuf copy = { .c = p->c };
    wgi_strbuf_put(&copy, text);
    return wgi_picture_text(p, &copy);
}

/* A copy that is kept as long as the picture; NULL: it is too long, or there is no memory. */
static const wgi_laid_formula *lay_out(wgi_picture *p, int node, wgi_formula_style style)
{
    work *w = p->work;
    wgi_laid_formula laid;
    if (w->tree.full || !node ||
        !wgi_formula_lay_out(&w->boxes, &w->tree, node, WGI_BODY, style, width_of, &laid))
        return NULL;
    const size_t bytes = (size_t)laid.count * sizeof *laid.piece;
    wgi_laid_formula *kept = wgi_picture_keep(p, sizeof *kept);
    wgi_formula_piece *pieces = wgi_picture_keep(p, bytes);
    char *letters = wgi_picture_keep(p, (size_t)w->boxes.used + 1);
    if (!kept || !pieces || !letters) return NULL;
    memcpy(pieces, laid.piece, bytes), memcpy(letters, laid.letters, (size_t)w->boxes.used);
    *kept = laid, kept->piece = pieces, kept->letters = letters;
    if (p->as_latex) kept->latex = latex_of(p, node, style == WGI_F_FLAT);
    return kept;
}

static bool begin(wgi_picture *p)
{
    if (p->nodes > WGI_READ_MOST && !wgi_is_circuit(p->o)) return false;
    if (!p->work) p->work = wgi_picture_alloc(p, 1, sizeof *p->work);
    p->lost |= !p->work;
    if (p->work) wgi_formula_clear(&p->work->tree);
    return p->work;
}

/* The name of the item, or the expression that is its name. `text` keeps it. */
static int put_name(wgi_picture *p, const wgi_item *y, wgi_strbuf *text)
{
    wgi_formula *f = &p->work->tree;
    if (y->tree) return wgi_formula_copy_nodes(f, y->tree, y->root);
    wgi_put_name(text, y, NAME_MOST);
    const int n = wgi_formula_name(f, wgi_strbuf_text(text), (int)text->length, 0);
    if (n) f->node[n].axes = (uint8_t)wgi_item_axes(&p->view, y - p->view.item);
    return n;
}

void wgi_lay_out_name(wgi_picture *p, wgi_box *box, const wgi_item *y)
{
    wgi_strbuf name = { .c = p->c };
    if (y->is_inline || !begin(p)) return;
    box->symbol = lay_out(p, put_name(p, y, &name), WGI_F_FLAT);
    p->lost |= name.failed;
    wgi_strbuf_free(&name);
}

/* ---- titles ---- */

/* L(a, y). 0: it has too many operands. */
static int put_cost(wgi_picture *p, int64_t position, wgi_strbuf *function, wgi_strbuf names[])
{
    int32_t operand[WGI_COST_OPERANDS];
    wgi_formula *f = &p->work->tree;
    const int n = wgi_cost_operands(p, position, operand), call = wgi_formula_new(f, WGI_F_CALL, 0, 0);
    wgi_put_cost_name(p, function, position);
    f->node[call].word = true;
    f->node[call].text = wgi_strbuf_text(function), f->node[call].length = (int)function->length;
    for (int k = 0; k < n && n < WGI_COST_OPERANDS; k++)
        wgi_formula_add(f, call, put_name(p, wgi_item_at(p, operand[k]), &names[k]));
    return n < WGI_COST_OPERANDS ? call : 0;
}

static void describe_cost(wgi_picture *p, wgi_box *box, int64_t position)
{
    wgi_strbuf names[WGI_COST_OPERANDS + 1], title = { .c = p->c };
    for (int k = 0; k <= WGI_COST_OPERANDS; k++) names[k] = (wgi_strbuf){ .c = p->c };
    wgi_put_cost_call(p, &title, position);
    box->title = wgi_picture_text(p, &title);
    if (begin(p))
        box->formula = lay_out(p, put_cost(p, position, names + WGI_COST_OPERANDS, names), WGI_F_TALL);
    for (int k = 0; k <= WGI_COST_OPERANDS; k++) p->lost |= names[k].failed, wgi_strbuf_free(&names[k]);
}

static void lay_out_equation(wgi_picture *p, wgi_box *box, const wgi_item *y, const wgi_equation *e)
{
    wgi_strbuf name = { .c = p->c };
    if (!begin(p)) return;
    wgi_formula *f = &p->work->tree;
    const int left = y->tree ? 0 : put_name(p, y, &name), right = wgi_formula_copy(f, &e->tree, e->tree.root);
    box->formula = lay_out(p, left ? wgi_formula_new(f, WGI_F_EQUATION, left, right) : right, WGI_F_TALL);
    p->lost |= name.failed;
    wgi_strbuf_free(&name);
}

void wgi_describe_title(wgi_picture *p, wgi_box *box, int64_t position)
{
    const wgi_item *y = wgi_item_at(p, position);
    wgi_strbuf title = { .c = p->c };
    if (p->cost_is_call && y->node == p->root.index) {
        describe_cost(p, box, position);
        return;
    }
    wgi_equation *e = wgi_equation_make(&p->view, p->item[position], p->inside, false);
    if (!y->tree) wgi_put_symbol(&title, y, NAME_MOST), wgi_strbuf_put(&title, " = ");
    const bool whole = wgi_put_equation(&title, y, e);
    box->title = wgi_picture_text(p, &title);
    if (whole) lay_out_equation(p, box, y, e);
    wgi_equation_free(e);
}

void wgi_describe_gate(wgi_picture *p, wgi_box *box, const wgi_item *y)
{
    wgi_strbuf symbol = { .c = p->c };
    if (!begin(p)) return;
    wgi_item_put_gate(&p->view, &symbol, y, &p->work->tree);
    box->title = wgi_picture_text(p, &symbol);
    box->formula = lay_out(p, p->work->tree.root, WGI_F_FLAT);
}
