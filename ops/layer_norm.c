/* layer_norm.c: layer normalisation (Ba, Kiros and Hinton 2016): each row, along the last axis, by its own
 * mean and variance. */
#include "norm.h"
#include "kernel/stream.h"
#include "kernel/vmath.h"

#define FLOATS_FILE "ops/layer_norm_row.h"
#include "kernel/both_floats.h"

KERNEL(layer_norm) { return BY_FLOAT(k, rows, k); }
KERNEL(layer_norm_grad) { return BY_FLOAT(k, rows_grad, k); }

#if WG_BASE

EXTERN(layer_norm_grad);

static int64_t rows_of(const wg_kernel *k) { return wg_shape_size(*k->yt[1].shape); }
static wg_node row_mean(wg_site here, wg_node x) { return wg_mean(x, .axis = -1, .keepdims = true); }

static wg_node row_sigma(wg_site here, wg_node x, wg_node v, double eps)
{
    return sigma_of(here, beside(here, v), wg_std(x, .axis = -1, .keepdims = true), eps);
}

/* ---- layer_norm: y, mean, variance ---- */

SHAPE(layer_norm)
{
    if (!norm_shapes(r, 1, 1, 3)) return false;
    *wg_rule_shape(r, 1) = without_last(r->x[0].shape);
    r->y[2].shape = r->y[1].shape;
    return true;
}
EXPAND(layer_norm)
{
    const double eps = eps_of(attr);
    y[1] = wg_mean(x[0], .axis = -1);
    y[2] = wg_var(x[0], .axis = -1);
    wg_node h = wg_div(wg_sub(x[0], beside(here, y[1])), row_sigma(here, x[0], y[2], eps));
    y[0] = wg_add(wg_mul(h, x[1]), x[2]);
}
VJP(layer_norm) { norm_gradients(here, &wgi_op_layer_norm_grad, y, gy, x, gx); }
/* Rows are normalised by themselves, all by the same gamma and beta. */
VMAP(layer_norm)
{
    return rows[1] || rows[2] ? wg_none : wg_apply(here, &wgi_op_layer_norm, x, 3, wg_attr(y));
}
#define OF_SHAPE(eps, ...) norm_sample(here, g, &wgi_op_layer_norm, eps, WG_SHAPE(__VA_ARGS__))
SAMPLES(layer_norm, OF_SHAPE(1e-5, 3, 5), OF_SHAPE(0.125, 3, 2, 4), OF_SHAPE(1e-5, 7), OF_SHAPE(0.125, 35, 3),
        OF_SHAPE(1e-5, 2, 300), OF_SHAPE(0.125, 3, 1), OF_SHAPE(1e-5, 0, 4));
ERRORS(layer_norm, (wg_layer_norm(ANY(5, 3), ANY(3), ANY(5)), "it must be [3]"),
       (wg_layer_norm(ANY(5, 3), ANY(3), ANY(3), .eps = -1), "eps -1: must be in [0, inf)"),
       (wg_layer_norm(wg_sum(ANY(5, 3)), ANY(3), ANY(3)), "must have 1 to 8"));

DEFINE_OP(layer_norm,
          .summary =
              "Layer normalisation: each row along the last axis by its own mean and variance (divided by "
              "n), which are parts 1 and 2.",
          .formula = "y = gamma x_hat + beta, mu = mean(x along last), v = mean((x - mu)^2 along last); "
                     "x_hat = (x - mu) / "
                     "sqrt(v + eps)",
          .adjoint = "x' = (d - mean(d along last) - x_hat mean(x_hat d along last)) / sigma, gamma' = "
                     "sum(x_hat y' along all but "
                     "last), beta' = sum(y' along all but last); d = gamma y', x_hat = (x - mu) / sigma, "
                     "sigma = sqrt(v + eps)",
          .operands = 3, .names = "x gamma beta", .outputs = 3, .kind = WG_ROWS, .promote = WG_PROMOTE_COMMON,
          .cost = 6, TAKES(norm), .options = wg_layer_norm_args_rows,
          RULES(layer_norm, shape, expand, vjp, vmap), .kernel = KERNELS(layer_norm), .units = rows_of);
BUILDER(layer_norm, layer_norm)
{
    WG_USER_CALL(here, "layer_norm");
    if (wg_axes_given(a->axis, a->axes).count) return wgi_layer_norm_over(here, a);
    return NODE_OF(layer_norm, &GIVEN(norm, NORM_FIELDS), a->x, a->gamma, a->beta);
}

/* ---- layer_norm_grad: dx, dgamma, dbeta ---- */

static int64_t units_of(const wg_kernel *k)
{
    const matrix m = matrix_of(k);
    return k->phase ? column_units(&m) : m.blocks;
}
static size_t scratch_of(const wg_kernel *k)
{
    const matrix m = matrix_of(k);
    return (size_t)(2 * m.blocks * m.f) * wg_dtype_size(k->xt[0].dtype);
}

SHAPE(layer_norm_grad)
{
    if (!norm_shapes(r, 1, 1, 2) || !shaped_as(r, 4, 0) || !one_a_row(r, 2) || !one_a_row(r, 3)) return false;
    r->y[1] = r->y[2] = r->x[1];
    return true;
}
/* Mean and variance are functions of x: their derivatives give the two means. */
EXPAND(layer_norm_grad)
{
    const double eps = eps_of(attr);
    wg_node inverse = wg_div(1, row_sigma(here, x[0], x[3], eps));
    wg_node h = wg_mul(wg_sub(x[0], beside(here, x[2])), inverse), d = wg_mul(x[4], x[1]);
    y[2] = sum_of_rows(here, x[4]);
    y[1] = sum_of_rows(here, wg_mul(x[4], h));
    y[0] = wg_mul(inverse, wg_sub(wg_sub(d, row_mean(here, d)), wg_mul(h, row_mean(here, wg_mul(d, h)))));
}
#define GRADIENT(...) norm_grad_sample(here, g, &wgi_op_layer_norm_grad, true, WG_SHAPE(__VA_ARGS__))
SAMPLES(layer_norm_grad, GRADIENT(5, 3), GRADIENT(2, 2, 3), GRADIENT(35, 4), GRADIENT(2, 300), GRADIENT(6));
#define MISTAKE(mean, gy) NODE_OF(layer_norm_grad, NULL, ANY(5, 3), ANY(3), ANY(5), mean, gy)
ERRORS(layer_norm_grad, (MISTAKE(ANY(5), ANY(4, 3)), "is not shaped as"),
       (MISTAKE(ANY(3), ANY(5, 3)), "one number a row"));

DEFINE_OP(layer_norm_grad,
          .summary =
              "Gradients of layer_norm by x, gamma and beta. Operands: x, gamma, mean, variance, and the "
              "result's gradient g.",
          .formula = "x' = (d - mean(d along last) - x_hat mean(x_hat d along last)) / sigma, gamma' = "
                     "sum(x_hat g along all but "
                     "last), beta' = sum(g along all but last); d = gamma g, x_hat = (x - mu) / sigma, sigma "
                     "= sqrt(v + eps)",
          .adjoint = "\"the formula, differentiated\"", .operands = 5, .names = "x gamma mu v g",
          .outputs = 3, .kind = WG_ROWS, .promote = WG_PROMOTE_COMMON, .cost = 8, TAKES(norm),
          RULES(layer_norm_grad, shape, expand), .kernel = KERNELS(layer_norm_grad), .phases = 2,
          .units = units_of, .scratch = scratch_of);

#endif
