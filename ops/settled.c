/* settled.c: a value that is checked while the graph runs: an iteration that was cut off has converged. */
#include "rules.h"

#include "wengert/implicit.h"

#define SETTLED_FIELDS(F, S) F(S, DOUBLE, tol, "1e-6")
OPTIONS(settled, SETTLED_FIELDS);

/* The place of the largest difference of x and b; *most: that difference. NaN counts as larger than any
 * number. */
#define LARGEST(T)                                                                      \
    do {                                                                                \
        const T *x = k->x[0], *b = k->x[1];                                             \
        T *y = k->y[0];                                                                 \
        for (int64_t i = 0; i < n; i++) {                                               \
            const double d = fabs((double)x[i] - (double)b[i]), v = fabs((double)b[i]); \
            y[i] = x[i];                                                                \
            size = v > size ? v : size;                                                 \
            if (!(d <= most)) most = isnan(d) ? INFINITY : d, at = i;                   \
        }                                                                               \
    } while (0)

KERNEL(settled)
{
    const int64_t n = wg_shape_size(*k->xt[0].shape);
    double most = 0, size = 0;
    int64_t at = 0;
    FLOATS(k, LARGEST);
    return (isfinite(most) && most <= ((const struct settled *)k->attr)->tol * (1 + size)) ||
           wg_fault_at(k, at, 0, WG_FAULT_PLACE,
                       "an iteration has not converged: its last step is above the tolerance");
}

#if WG_BASE

SHAPE(settled)
{
    return wg_rule_float(r, 0) && wg_rule_float(r, 1) && equal_shapes(r) &&
           (r->x[0].dtype == r->x[1].dtype || wg_rule_fail(r, WG_ERROR_DTYPE, "dtypes differ: %s with %s",
                                                           wg_rule_who(r, 0), wg_rule_who(r, 1)));
}

VJP(settled) { gx[0] = gy; }
JVP(settled) { return tx[0]; }

static wg_node nearly(wg_site here, wg_node x) { return wg_settled(x, wg_mul(x, 1 + 1e-3), .tol = 0.01); }
SAMPLES(settled, nearly(here, ANY(3, 2)), nearly(here, wg_any(g, WG_SCALAR)), nearly(here, ANY(0, 2)));
ERRORS(settled, (wg_settled(ANY(3), ANY(4)), "shapes differ"),
       (wg_settled(ANY(3), ANY(3), .tol = -1), "tol -1: must be in (0, inf)"));

DEFINE_OP(settled, TAKES(settled), .options = wg_settled_args_rows,
          .summary = "The first operand; an error while the graph runs if it is far from the second.",
          .formula = "y = x", .adjoint = "x' = y'", .zero = 1 << 1, .operands = 2, .names = "x before",
          .kind = WG_OPAQUE, RULES(settled, shape, vjp, jvp), .kernel = KERNELS(settled), .leads = true);
BUILDER(settled, settled)
{
    const struct settled attr = { .tol = a->tol };
    return NODE_OF(settled, &attr, a->x, a->before);
}

#endif
