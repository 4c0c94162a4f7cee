/* step_terms.c: z = w x + b in numbers: 0.3 · 2 + 0.8 · (−1) + 0.1. See step_equation.h. */
#include "draw/step_equation.h"
#include "wgx/op.h"

#include <string.h>

enum { TERMS_MOST = 4 };

/* The operand of an item, which has a name of its own or is a number; -1: it is called by its formula. */
static int64_t named_operand(const wgi_view *v, const wgi_item *y, int k)
{
    const int64_t x = y->operands == 2 ? *wgi_operand(v, y, k) : -1;
    return x >= 0 && !v->item[x].tree ? x : -1;
}

static int64_t size_of(const wgi_view *v, int64_t item) { return wg_shape_size(wgi_item_shape(v, item)); }

static int put_name(wgi_step_equation *q, int64_t item)
{
    const wgi_formula_node name = wgi_step_name(q->v, item);
    return wgi_formula_copy_nodes(&q->own, &name, 0);
}

/* Element i of the item, or its place. */
static int put_element(wgi_step_equation *q, int64_t item, const wg_tensor *t, int64_t i, bool pattern)
{
    if (!pattern) return wgi_formula_number(&q->own, wg_tensor_item(t, i));
    const char mark[] = { '\xEF', '\x80', (char)(0xA0 + i), 0 }; /* WGI_PLACES + WGI_PLACE_ELEMENT + i */
    const char *text = wgi_pool_format(q->v->pool, "%s%s", wgi_step_place(q, item), mark);
    const int n = wgi_formula_name(&q->own, text, (int)strlen(text), 0);
    if (n) q->own.node[n].axes = WGI_F_NO_AXES;
    return n;
}

/* The sum of the products of the elements of a and b, or if b is -1, of the elements of a; 0: these are
 * many. */
static int sum_of_elements(wgi_step_equation *q, int64_t a, int64_t b, bool pattern)
{
    const wg_tensor *x = wgi_step_value(q, a), *y = b < 0 ? x : wgi_step_value(q, b);
    const int64_t n = size_of(q->v, a);
    int sum = 0;
    if (!x || !y || !x->data || !y->data || n < 2 || n > TERMS_MOST || (b >= 0 && size_of(q->v, b) != n))
        return 0;
    for (int64_t i = 0; i < n; i++) {
        int term = put_element(q, a, x, i, pattern);
        if (b >= 0) term = wgi_formula_new(&q->own, WGI_F_MUL, term, put_element(q, b, y, i, pattern));
        if (b >= 0) q->own.node[term].sign = '.';
        sum = sum ? wgi_formula_new(&q->own, WGI_F_ADD, sum, term) : term;
    }
    return sum;
}

static int terms_of(wgi_step_equation *q, const wgi_item *y, bool pattern);

/* Operand k of a sum of numbers. */
static int term_of(wgi_step_equation *q, const wgi_item *y, int k, bool pattern)
{
    const int64_t named = named_operand(q->v, y, k), x = *wgi_operand(q->v, y, k);
    return named >= 0 ? put_name(q, named) : x >= 0 ? terms_of(q, &q->v->item[x], pattern) : 0;
}

/* A product of two numbers, a product of two vectors, or a sum of these, as its terms, and of the item itself
 * a sum of elements; 0: it is none of these. */
static int terms_of(wgi_step_equation *q, const wgi_item *y, bool pattern)
{
    const wgi_view *v = q->v;
    const int64_t a = named_operand(v, y, 0), b = named_operand(v, y, 1),
                  x = y->operands ? *wgi_operand(v, y, 0) : -1;
    if (x < 0 || size_of(v, y - v->item) != 1) return 0;
    if (a >= 0 && b >= 0 && wgx_op_is(y->op, "mul"))
        return wgi_formula_new(&q->own, WGI_F_MUL, put_name(q, a), put_name(q, b));
    if ((a < 0 || b < 0) && (wgx_op_is(y->op, "add") || wgx_op_is(y->op, "sub"))) {
        const int left = term_of(q, y, 0, pattern), right = left ? term_of(q, y, 1, pattern) : 0;
        return right ? wgi_formula_new(&q->own, wgx_op_is(y->op, "add") ? WGI_F_ADD : WGI_F_SUB, left, right)
                     : 0;
    }
    if (a >= 0 && b >= 0 && (wgx_op_is(y->op, "matmul") || wgx_op_is(y->op, "dot")))
        return sum_of_elements(q, a, b, pattern);
    if (y->operands != 1 || !wgx_op_is(y->op, "sum")) return 0;
    const wgi_item *of = &v->item[x];
    const int64_t c = named_operand(v, of, 0), d = named_operand(v, of, 1);
    return of->tree && c >= 0 && d >= 0 && wgx_op_is(of->op, "mul") ? sum_of_elements(q, c, d, pattern)
           : y == q->y                                              ? sum_of_elements(q, x, -1, pattern)
                                                                    : 0;
}

/* The node is all of `own`. */
static void only(wgi_step_equation *q, int node)
{
    wgi_formula_clear(&q->all);
    node = wgi_formula_copy(&q->all, &q->own, node);
    wgi_formula_clear(&q->own);
    q->own.root = q->equation = q->right = wgi_formula_copy(&q->own, &q->all, node);
}

void wgi_step_expand(wgi_step_equation *q, bool pattern)
{
    const int n = q->own.count,
              own = wgx_op_is(q->y->op, "mul") || wgx_op_is(q->y->op, "add") || wgx_op_is(q->y->op, "sub")
                        ? 0
                        : terms_of(q, q->y, pattern);
    if (own) only(q, own);
    for (int i = 1; i < n && !own; i++) {
        wgi_formula_node *x = &q->own.node[i];
        const int64_t of = x->kind == WGI_F_NAME && !x->word ? wgi_step_item(q, x) : -1;
        const int terms = of >= 0 && q->v->item[of].tree && &q->v->item[of] != q->y
                              ? terms_of(q, &q->v->item[of], pattern)
                              : 0;
        const int16_t next = x->next;
        if (terms) *x = q->own.node[terms], x->next = next;
    }
}
