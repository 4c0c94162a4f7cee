/* test_registry_dtype.c: every op of the registry on operands of the float dtype that is not the context's. A
 * rule or an expansion that says where(x > 0, 1, 0.5) means numbers of x's dtype. Values, gradients, second
 * derivatives and forward derivatives, and the dtypes of them all, are those that a context of the operands'
 * dtype has. */
#include <stdlib.h>
#include <string.h>

#include "op_case.h"

/* a: in the context of the operands' dtype t; b: in one of the other dtype. */
typedef struct both {
    op_case a, b;
    wg_dtype t;
} both;

/* Whether the sample itself names the context's dtype: it has no operand of floats (draws, one_hot), or is a
 * cast to that. Its results are of that dtype, and are equal to the rounding of f32. */
static bool names_context(const both *p) { return !p->a.leaves || !strcmp(p->a.op->name, "cast"); }

static void expect_fine(const both *p, const char *what)
{
    cr_assert_eq(wg_failed(p->b.c), WG_OK, "%s, sample %d of %s, %s: %s", p->a.op->name, p->a.sample,
                 wg_dtype_name(p->t), what, wg_message(p->b.c));
}

static void compare(const both *p, const char *what, wg_node u, wg_node v)
{
    const char *name = p->a.op->name, *t = wg_dtype_name(p->t);
    expect_fine(p, what);
    cr_assert_eq(wg_is_none(u), wg_is_none(v), "%s, sample %d of %s: one %s", name, p->a.sample, t, what);
    if (wg_is_none(u)) return;
    if (!names_context(p))
        cr_assert_eq(wg_node_dtype(v), wg_node_dtype(u), "%s, sample %d of %s: %s is %s", name, p->a.sample,
                     t, what, wg_dtype_name(wg_node_dtype(v)));
    const size_t n = (size_t)wg_shape_size(wg_node_shape(u));
    double *x = wgt_values(u), *y = wgt_values(v), d = n ? wgt_distance(x, y, n) : 0;
    expect_fine(p, what);
    cr_assert_leq(d, p->t == WG_F32 || names_context(p) ? 1e-5 : 1e-13,
                  "%s, sample %d of %s: %s: distance %g", name, p->a.sample, t, what, d);
    free(x);
    free(y);
}

/* A direction in each leaf that has a derivative. */
static wg_node forward(op_case *k, wg_node y, const wg_node g[])
{
    wg_node x[OP_LEAVES], v[OP_LEAVES];
    int n = 0;
    for (int j = 0; j < k->leaves; j++)
        if (!wg_is_none(g[j])) x[n] = k->leaf[j], v[n] = wg_add(wg_mul(wg_cos(x[n]), 0.75), 0.25), n++;
    wg_node t = n ? wg_jvp(y, x, v, n) : wg_none;
    if (wg_failed(k->c) != WG_ERROR_GRADIENT) return t; /* behind a C function there is none */
    wg_recover(k->c);
    return wg_none;
}

static void compare_all(both *p)
{
    op_case *a = &p->a, *b = &p->b;
    for (int j = 0; j < a->outputs; j++) compare(p, "the value", a->y[j], b->y[j]);
    wg_node y = op_case_loss(a), z = op_case_loss(b), u[OP_LEAVES], v[OP_LEAVES];
    for (int order = 1; order <= 2 && !wg_is_none(y); order++) {
        const wg_node slope = op_case_slope(a, y, u), other = op_case_slope(b, z, v);
        for (int j = 0; j < a->leaves; j++)
            compare(p, order > 1 ? "a second derivative" : "a gradient", u[j], v[j]);
        compare(p, "a forward derivative", forward(a, y, u), forward(b, z, v));
        y = slope, z = other;
    }
}

EACH_OP(registry_dtype, results_are_those_of_a_context_of_the_operands_dtype)
{
    const wg_op *op = wg_op_at(*index);
    static const wg_dtype of[] = { WG_F32, WG_F64 };
    for (int way = 0; way < 4; way++) {
        both p = { .t = of[way % 2] };
        const int interpret = way < 2 ? 1 : -1; /* or planned */
        for (int i = 0; op_case_open(&p.a, op, i, &(op_setup){ .dtype = p.t, .interpret = interpret }); i++) {
            op_case_open(&p.b, op, i,
                         &(op_setup){ .dtype = of[1 - way % 2], .interpret = interpret, .operands = p.t });
            expect_fine(&p, "the call");
            compare_all(&p);
            op_case_close(&p.a);
            op_case_close(&p.b);
        }
    }
}
