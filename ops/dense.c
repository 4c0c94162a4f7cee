/* dense.c: products that are made of others: dot, dense. */
#include "ops.h"
#include "rules.h"

#if WG_BASE

/* ---- dot ---- */

static bool dot_shape(wg_rule *r)
{
    wg_rule_shape(r, 0)->rank = 0;
    return equal_shapes(r);
}
EXPAND(dot) { y[0] = wg_sum(wg_mul(x[0], x[1])); }
SAMPLE(dot)
{
    static const wg_shape s[] = { { 1, { 5 } }, { 2, { 2, 3 } }, { 1, { 0 } } };
    if (i > 2) return wg_none;
    wg_node a = wg_any(g, s[i]), b = wg_any(g, s[i]);
    return wg_dot(a, b);
}
ERROR_SAMPLE(dot)
{
    if (i) return NULL;
    wg_dot(wg_any(g, WG_SHAPE(3)), wg_any(g, WG_SHAPE(4)));
    return "shapes differ";
}

const wg_op wgi_op_dot = {
    OP(dot),
    .summary = "Sum of the products of corresponding elements. Shapes must be equal.",
    .formula = "y = sum(a b)",
    .adjoint = "a' = y' b, b' = y' a",
    .operands = 2,
    .kind = WG_CONTRACT,
    .shape = dot_shape,
    .expand = dot_expand,
};
wg_node wg_dot_at(wg_site here, wg_node a, wg_node b) { return wg_apply2(here, a, b, &wgi_op_dot); }

/* ---- dense ---- */

static bool dense_shape(wg_rule *r)
{
    const wg_shape *x = r->x[0].shape, *w = r->x[1].shape, *b = r->x[2].shape;
    if (!wg_rule_rank(r, 0, 1, WG_MAX_RANK) || !wg_rule_rank(r, 1, 2, 2)) return false;
    if (!factors_fit(r, x->dim[x->rank - 1], w->dim[0])) return false;
    if (!wg_is_none(r->node[2]) && (b->rank != 1 || b->dim[0] != w->dim[1]))
        return wg_rule_fail(r, WG_ERROR_SHAPE, "%s does not fit %s @ %s: it must be [%lld]",
                            wg_rule_who(r, 2), wg_rule_who(r, 0), wg_rule_who(r, 1), (long long)w->dim[1]);
    wg_shape *y = wg_rule_shape(r, 0);
    *y = *x;
    y->dim[y->rank - 1] = w->dim[1];
    return true;
}
EXPAND(dense)
{
    y[0] = wg_matmul(x[0], x[1]);
    if (!wg_is_none(x[2])) y[0] = wg_add(y[0], x[2]);
}
SAMPLE(dense)
{
    if (i > 2) return wg_none;
    wg_node x = wg_any(g, i == 1 ? WG_SHAPE(2, 2, 3) : i ? WG_SHAPE(0, 3) : WG_SHAPE(4, 3));
    wg_node W = wg_any(g, WG_SHAPE(3, 2)), b = i == 1 ? wg_none : wg_any(g, WG_SHAPE(2));
    return wg_dense(x, W, b);
}
ERROR_SAMPLE(dense)
{
    switch (i) {
    case 0:
        wg_dense(wg_any(g, WG_SHAPE(4, 3)), wg_any(g, WG_SHAPE(2, 2)), wg_none);
        return "inner dimensions differ: ";
    case 1:
        wg_dense(wg_any(g, WG_SHAPE(4, 3)), wg_any(g, WG_SHAPE(3, 2)), wg_any(g, WG_SHAPE(3)));
        return "it must be [2]";
    }
    return NULL;
}

const wg_op wgi_op_dense = {
    OP(dense),
    .summary = "Fully connected layer: x times a matrix, plus a bias if one is given.",
    .formula = "y = x @ W + b",
    .adjoint = "x' = y' @ W^T, W' = x^T @ y', b' = sum of the rows of y'",
    .operands = 3,
    .optional = 1,
    .kind = WG_CONTRACT,
    .shape = dense_shape,
    .expand = dense_expand,
};
wg_node wg_dense_at(wg_site here, wg_node x, wg_node W, wg_node b)
{
    return wg_apply(here, &wgi_op_dense, (wg_node[]){ x, W, b }, 3, NULL);
}

#endif
