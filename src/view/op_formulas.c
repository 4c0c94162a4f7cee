/* op_formulas.c: the formulas of the ops of a view, each parsed when it is first asked for. */
#include "view/view.h"
#include "wengert/op.h"

typedef struct op_formula {
    struct op_formula *next;
    const wg_op *op;
    bool has_one; /* a formula that can be read */
    wgi_formula formula;
} op_formula;

struct wgi_view_formulas {
    const wg_op *transpose;
    op_formula *first;
};

struct wgi_view_formulas *wgi_view_formulas_new(wg_context *c)
{
    struct wgi_view_formulas *s = wg_alloc(c, 1, sizeof *s);
    if (s) s->transpose = wg_op_find("transpose");
    return s;
}

void wgi_view_formulas_free(wg_context *c, struct wgi_view_formulas *s)
{
    for (op_formula *f = s ? s->first : NULL, *next; f; f = next) {
        next = f->next;
        wg_free(c, f);
    }
    wg_free(c, s);
}

bool wgi_view_is_transpose(const wgi_view *v, const wg_op *op) { return op == v->formulas->transpose; }

const wgi_formula *wgi_view_formula(const wgi_view *v, const wg_op *op)
{
    struct wgi_view_formulas *s = v->formulas;
    wgi_formula_error error;
    if (!op->formula) return NULL;
    for (const op_formula *f = s->first; f; f = f->next)
        if (f->op == op) return f->has_one ? &f->formula : NULL;
    op_formula *f = wg_alloc(v->c, 1, sizeof *f);
    if (!f) return NULL;
    f->op = op, f->next = s->first, s->first = f;
    f->has_one = wgi_formula_parse(&f->formula, op->formula, &error);
    return f->has_one ? &f->formula : NULL;
}
