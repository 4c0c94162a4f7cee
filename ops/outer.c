/* outer.c: products of all pairs of elements. */
#include "matrix.h"

#if WG_BASE

static bool outer_shape(wg_rule *r)
{
    if (!wg_rule_rank(r, 0, 1, WG_MAX_RANK - 1) || !wg_rule_rank(r, 1, 1, WG_MAX_RANK - 1)) return false;
    wg_shape a = *r->x[0].shape, b = *r->x[1].shape;
    const int64_t m = a.dim[a.rank - 1], n = b.dim[b.rank - 1];
    a.rank++, b.rank++;
    wg_shape *y = wg_rule_shape(r, 0);
    *y = common_leading(&a, &b);
    if (y->rank < 0)
        return wg_rule_fail(r, WG_ERROR_SHAPE, "leading axes do not broadcast: %s with %s", wg_rule_who(r, 0),
                            wg_rule_who(r, 1));
    y->dim[y->rank++] = m;
    y->dim[y->rank++] = n;
    return true;
}
EXPAND(outer)
{
    y[0] = wg_mul(wg_expand(x[0], wg_node_shape(x[0]).rank), wg_expand(x[1], wg_node_shape(x[1]).rank - 1));
}
SAMPLE(outer)
{
    switch (i) {
    case 0: return wg_outer(wg_any(g, WG_SHAPE(3)), wg_any(g, WG_SHAPE(2)));
    case 1: return wg_outer(wg_any(g, WG_SHAPE(2, 3)), wg_any(g, WG_SHAPE(4)));
    case 2: return wg_outer(wg_any(g, WG_SHAPE(0)), wg_any(g, WG_SHAPE(2)));
    }
    return wg_none;
}
ERROR_SAMPLE(outer)
{
    if (i > 1) return NULL;
    wg_outer(wg_any(g, i ? WG_SHAPE(2, 3) : WG_SCALAR), wg_any(g, WG_SHAPE(3, 4)));
    return i ? "leading axes do not broadcast" : "must have 1 to";
}

const wg_op wgi_op_outer = {
    OP(outer),
    .summary = "Products of all pairs of elements of two vectors. Leading axes broadcast.",
    .formula = "y[i, j] = a[i] b[j]",
    .adjoint = "a' = y' b, b' = y'^T a",
    .operands = 2,
    .kind = WG_CONTRACT,
    .shape = outer_shape,
    .expand = outer_expand,
};
wg_node wg_outer_at(wg_site here, wg_node a, wg_node b)
{
    return wg_apply(here, &wgi_op_outer, (wg_node[]){ a, b }, 2, NULL);
}

#endif
