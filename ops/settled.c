/* settled.c: a value that is checked while the graph runs: an iteration that was cut off has converged. */
#include <math.h>

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
    if (k->xt[0].dtype == WG_F32) LARGEST(float);
    else LARGEST(double);
    return (isfinite(most) && most <= ((const struct settled *)k->attr)->tol * (1 + size)) ||
           wg_fault_at(k, at, 0, WG_FAULT_PLACE,
                       "an iteration has not converged: its last step is above the tolerance");
}

#if WG_BASE

static bool settled_shape(wg_rule *r)
{
    const double tol = ((const struct settled *)r->attr)->tol;
    if (!(tol > 0) || !isfinite(tol))
        return wg_rule_fail(r, WG_ERROR_VALUE, "tol is %g, and must be above 0", wg_or_standard(tol, 0));
    return wg_rule_float(r, 0) && wg_rule_float(r, 1) && equal_shapes(r) &&
           (r->x[0].dtype == r->x[1].dtype || wg_rule_fail(r, WG_ERROR_DTYPE, "dtypes differ: %s with %s",
                                                           wg_rule_who(r, 0), wg_rule_who(r, 1)));
}

VJP(settled) { gx[0] = gy; }
static wg_node settled_jvp(wg_site here, wg_node y, const wg_node x[], const wg_node tx[]) { return tx[0]; }

SAMPLE(settled)
{
    if (i > 2) return wg_none;
    wg_node x = wg_any(g, i == 0 ? WG_SHAPE(3, 2) : i == 1 ? WG_SCALAR : WG_SHAPE(0, 2));
    return wg_settled_at(here, &(wg_settled_args){ .x = x, .before = wg_mul(x, 1 + 1e-3), .tol = 0.01 });
}
ERROR_SAMPLE(settled)
{
    wg_node x = ANY(3), y = ANY(4);
    if (i > 1) return NULL;
    wg_settled_at(here, &(wg_settled_args){ .x = x, .before = i ? x : y, .tol = i ? -1 : 0 });
    return i ? "tol is -1" : "shapes differ";
}

DEFINE_OP(settled, TAKES(settled),
          .summary = "The first operand; an error while the graph runs if it is far from the second.",
          .formula = "y = x", .adjoint = "x' = y'", .zero = 1 << 1, .operands = 2, .names = "x before",
          .kind = WG_OPAQUE, .shape = settled_shape, .kernel = KERNELS(settled), .leads = true,
          .vjp = settled_vjp, .jvp = settled_jvp);
wg_node wg_settled_at(wg_site here, const wg_settled_args *a)
{
    a = WG_OR_NONE(a);
    const struct settled attr = { .tol = a->tol == 0 ? 1e-6 : a->tol };
    return wg_apply(here, &wgi_op_settled, (wg_node[]){ a->x, a->before }, 2, &attr);
}

#endif
