/* dense.c: products that are made of others: dot, outer, dense. */
#include "rules.h"

/* ---- dot ---- */

SHAPE(dot) { return equal_shapes(r) && shaped_to(r, WG_SCALAR); }
EXPAND(dot) { y[0] = wg_sum(wg_mul(x[0], x[1])); }
SAMPLES(dot, wg_dot(ANY(5), ANY(5)), wg_dot(ANY(2, 3), ANY(2, 3)), wg_dot(ANY(0), ANY(0)));
ERRORS(dot, (wg_dot(ANY(3), ANY(4)), "shapes differ"));

DEFINE_OP(dot, .summary = "Sum of the products of corresponding elements. Shapes must be equal.",
          .formula = "y = sum(a b)", .adjoint = "a' = y' b, b' = y' a", .operands = 2, .kind = WG_CONTRACT,
          RULES(dot, shape, expand));
wg_node wg_dot_at(wg_site here, wg_node a, wg_node b) { return wg_apply2(here, a, b, &wgi_op_dot); }

/* ---- outer ---- */

SHAPE(outer)
{
    wg_shape y = *r->x[0].shape;
    const wg_shape *b = r->x[1].shape;
    if (y.rank + b->rank > WG_MAX_RANK)
        return wg_rule_fail(r, WG_ERROR_SHAPE, "the result would have %d axes", y.rank + b->rank);
    for (int i = 0; i < b->rank; i++) y.dim[y.rank++] = b->dim[i];
    return shaped_to(r, y);
}
EXPAND(outer)
{
    wg_shape a = wg_node_shape(x[0]), b = wg_node_shape(x[1]);
    while (b.rank) a.dim[a.rank++] = 1, b.rank--;
    y[0] = wg_mul(wg_reshape(x[0], a), x[1]);
}
SAMPLES(outer, wg_outer(ANY(3), ANY(4)), wg_outer(ANY(2, 3), ANY(2)), wg_outer(ANY(0), ANY(2, 2)),
        wg_outer(wg_any(g, WG_SCALAR), ANY(2)));
ERRORS(outer, (wg_outer(ANY(1, 1, 1, 1, 1), ANY(1, 1, 1, 1)), "the result would have 9 axes"));

DEFINE_OP(
    outer,
    .summary = "Each element of a times each element of b. The result has the axes of a, then those of b.",
    .formula = "y[i..., j...] = a[i...] b[j...]",
    .adjoint =
        "a'[i...] = sum(y'[i..., j...] b[j...] over j...), b'[j...] = sum(y'[i..., j...] a[i...] over i...)",
    .operands = 2, .kind = WG_OPAQUE, .promote = WG_PROMOTE_COMMON, RULES(outer, shape, expand));
wg_node wg_outer_at(wg_site here, wg_node a, wg_node b) { return wg_apply2(here, a, b, &wgi_op_outer); }

/* ---- dense ---- */

SHAPE(dense)
{
    const wg_shape *x = r->x[0].shape, *w = r->x[1].shape, *b = r->x[2].shape;
    if (!wg_rule_rank(r, 0, 1, WG_MAX_RANK) || !wg_rule_rank(r, 1, 2, 2)) return false;
    if (!factors_fit(r, x->dim[x->rank - 1], w->dim[0])) return false;
    if (!wg_is_none(r->node[2]) && (b->rank != 1 || b->dim[0] != w->dim[1]))
        return wg_rule_fail(r, WG_ERROR_SHAPE, "%s does not fit %s @ %s: it must be [%lld]",
                            wg_rule_who(r, 2), wg_rule_who(r, 0), wg_rule_who(r, 1), (long long)w->dim[1]);
    const wg_dtype t = product_dtype(r);
    if (!wg_is_none(r->node[2]) && wg_dtype_is_float(r->x[2].dtype) && r->x[2].dtype != t)
        return wg_rule_fail(r, WG_ERROR_DTYPE, "%s is %s, the product is %s: say wg_cast for one of them",
                            wg_rule_who(r, 2), wg_dtype_name(r->x[2].dtype), wg_dtype_name(t));
    wg_shape *y = wg_rule_shape(r, 0);
    *y = *x;
    y->dim[y->rank - 1] = w->dim[1];
    r->y[0].dtype = t;
    return true;
}
EXPAND(dense)
{
    y[0] = wg_matmul(x[0], x[1]);
    if (!wg_is_none(x[2])) y[0] = wg_add(y[0], wg_cast(x[2], wg_node_dtype(y[0])));
}
SAMPLES(dense, wg_dense(ANY(4, 3), ANY(3, 2), ANY(2)), wg_dense(ANY(2, 2, 3), ANY(3, 2), wg_none),
        wg_dense(ANY(0, 3), ANY(3, 2), ANY(2)));
ERRORS(dense, (wg_dense(ANY(4, 3), ANY(2, 2), wg_none), "inner dimensions differ: "),
       (wg_dense(ANY(4, 3), ANY(3, 2), ANY(3)), "it must be [2]"));

DEFINE_OP(dense, .summary = "Fully connected layer: x times a matrix, plus a bias if one is given.",
          .formula = "y = x @ W + b",
          .adjoint = "x' = y' @ W^T, W' = x^T @ y', b' = sum(y' along all but last)", .hint.stored = 7,
          .operands = 3, .names = "x W b", .hint.optional = 1, .kind = WG_CONTRACT,
          RULES(dense, shape, expand));
wg_node wg_dense_at(wg_site here, wg_node x, wg_node W, wg_node b) { return NODE_OF(dense, NULL, x, W, b); }
