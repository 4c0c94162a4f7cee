/* prod.c: products along axes. */
#include "reduce_rules.h"

KERNEL(prod) { REDUCE(k, PROD_TYPES); }

#if WG_BASE

/* Derivatives are those of another order of the same product: the first half times the second, again and
 * again. So they are right where elements are 0, at every order, and no element is divided by. x has the
 * shape [rows, n]. */
static wg_node product_of_rows(wg_site here, wg_node x, int64_t n)
{
    while (n > 1) {
        const int64_t half = n / 2;
        wg_node y = wg_mul(wg_slice(x, .axis = 1, .from = 0, .to = half),
                           wg_slice(x, .axis = 1, .from = half, .to = 2 * half));
        wg_node last = wg_slice(x, .axis = 1, .from = 2 * half, .to = n);
        x = n % 2 ? wg_concat(((wg_node[]){ y, last }), 2, .axis = 1) : y;
        n -= half;
    }
    return x;
}
/* The product of no elements. */
static wg_node one_each(wg_site here, wg_node x, const struct reduce *a)
{
    return wg_add(wg_sum(x, AS_IN(a)), 1);
}
REWRITE(prod)
{
    const struct reduce *a = attr;
    const wg_shape s = wg_node_shape(x[0]);
    wg_node y =
        reduced_size(&s, &a->axes) ? reduce_apart(here, x[0], a, wg_prod_at) : one_each(here, x[0], a);
    return wg_is_none(y) || wg_dtype_is_float(wg_node_dtype(y)) ? y : wg_cast(y, WG_I64);
}
EXPAND(prod)
{
    const struct reduce *a = attr;
    const wg_shape s = wg_node_shape(x[0]), to = reduced_shape(&s, &a->axes, a->keepdims);
    const int64_t size = reduced_size(&s, &a->axes), rows = wg_shape_size(to);
    wg_axes unused, turned = reduced_last(x[0], &a->axes, &unused);
    wg_node z = wg_dtype_is_float(wg_node_dtype(x[0])) ? x[0] : wg_cast(x[0], WG_I64);
    if (size) z = wg_reshape(wg_transpose(z, .axes = AXES_OF(turned)), WG_SHAPE(rows, size));
    y[0] = size ? wg_reshape(product_of_rows(here, z, size), to) : one_each(here, z, a);
}
REDUCE_SAMPLES(prod, wg_prod(ANY(3, 0), .axis = 1), wg_prod(CLASSES(9, 5, 3), .axis = 0),
               wg_prod(ANY(2, 7), .axis = 1), wg_prod(BETWEEN(0.9, 1.1, 2, 300)),
               wg_prod(BETWEEN(0.9, 1.1, 35, 70), .axis = 0), wg_prod(wg_greater(CLASSES(3, 300), 0)),
               wg_prod(BETWEEN(0.9, 1.1, 3, 300), .axis = 1));
REDUCE_OP(prod,
          .summary = "Product along axes. The product of no elements is 1. Integers and bools give i64.",
          .formula = "y = prod(x along axis)",
          .adjoint = "x' = y' p; p = \"the product of the other elements\"", BY_TREE, .shape = total_shape,
          RULES(prod, rewrite, expand), .kernel = KERNELS(prod), .leads = true);

#endif
