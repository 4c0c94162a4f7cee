/* layer_norm.c: layer normalisation (Ba, Kiros and Hinton 2016): each row, along the last axis, by its own
 * mean and variance. */
#include "norm.h"
#include "kernel/stream.h"
#include "kernel/vmath.h"

#define FLOATS_FILE "layer_norm_row.h"
#include "both_floats.h"

KERNEL(layer_norm)
{
    const matrix m = matrix_of(k);
    BY_FLOAT(k, rows, k, &m, eps_of(k->attr));
    return true;
}
KERNEL(layer_norm_grad)
{
    const matrix m = matrix_of(k);
    BY_FLOAT(k, rows_grad, k, &m, eps_of(k->attr));
    return true;
}

#if WG_BASE

extern const wg_op wgi_op_layer_norm, wgi_op_layer_norm_grad;

static int64_t rows_of(const wg_kernel *k) { return wg_shape_size(*k->yt[1].shape); }
static wg_node row_mean(wg_site here, wg_node x) { return wg_mean(x, .axes = WG_AXES(-1), .keepdims = true); }

/* ---- layer_norm: y, mean, variance ---- */

static bool layer_norm_shape(wg_rule *r)
{
    if (!norm_shapes(r, 1, 1, 3)) return false;
    *wg_rule_shape(r, 1) = without_last(r->x[0].shape);
    r->y[2].shape = r->y[1].shape;
    return true;
}
EXPAND(layer_norm)
{
    const double eps = eps_of(attr);
    y[1] = wg_mean(x[0], .axes = WG_AXES(-1));
    y[2] = wg_var(x[0], .axes = WG_AXES(-1));
    wg_node h = wg_div(wg_sub(x[0], beside(here, y[1])), wg_sqrt(wg_add(beside(here, y[2]), eps)));
    y[0] = wg_add(wg_mul(h, x[1]), x[2]);
}
VJP(layer_norm)
{
    gx[0] = wg_apply(here, &wgi_op_layer_norm_grad,
                     (wg_node[]){ x[0], x[1], wg_part(y, 1), wg_part(y, 2), gy }, 5, wg_attr(y));
    gx[1] = wg_part(gx[0], 1);
    gx[2] = wg_part(gx[0], 2);
}
/* Rows are normalised by themselves, all by the same gamma and beta. */
VMAP(layer_norm)
{
    if (rows[1] || rows[2]) return wg_none;
    return wg_apply(here, &wgi_op_layer_norm, x, 3, wg_attr(y));
}
SAMPLE(layer_norm)
{
    static const wg_shape s[] = { { 2, { 3, 5 } },   { 3, { 3, 2, 4 } }, { 1, { 7 } },   { 2, { 35, 3 } },
                                  { 2, { 2, 300 } }, { 2, { 3, 1 } },    { 2, { 0, 4 } } };
    if (i >= (int)(sizeof s / sizeof *s)) return wg_none;
    wg_shape f = { 1, { s[i].dim[s[i].rank - 1] } };
    wg_node x = wg_any(g, s[i]), gamma = wg_between(g, 0.5, 1.5, f), beta = wg_any(g, f);
    return wg_layer_norm(x, gamma, beta, .eps = i % 2 ? 0.125 : 0);
}
ERROR_SAMPLE(layer_norm)
{
    wg_node x = ANY(5, 3), f = ANY(3);
    switch (i) {
    case 0: wg_layer_norm(x, f, ANY(5)); return "it must be [3]";
    case 1: wg_layer_norm(x, f, f, .eps = -1); return "eps is -1";
    case 2: wg_layer_norm(wg_sum(x), f, f); return "must have 1 to 8";
    }
    return NULL;
}

DEFINE_OP(
    layer_norm,
    .summary = "Layer normalisation: each row along the last axis by its own mean and variance (divided by "
               "n), which are parts 1 and 2.",
    .formula = "y = gamma h + beta, m = mean(x along last), v = mean((x - m)^2 along last); h = (x - m) / "
               "sqrt(v + eps)",
    .adjoint = "x' = (d - mean(d along last) - h mean(h d along last)) / s, gamma' = sum(h y' along all but "
               "last), beta' = sum(y' along all but last); d = gamma y', h = (x - m) / s, s = sqrt(v + eps)",
    .operands = 3, .names = "x gamma beta", .outputs = 3, .kind = WG_ROWS, .promote = WG_PROMOTE_COMMON,
    .cost = 6, TAKES(norm), .shape = layer_norm_shape, .kernel = KERNELS(layer_norm), .units = rows_of,
    .expand = layer_norm_expand, .vjp = layer_norm_vjp, .vmap = layer_norm_vmap);
wg_node wg_layer_norm_at(wg_site here, const wg_layer_norm_args *a)
{
    WG_USER_CALL(here, "layer_norm");
    a = WG_OR_NONE(a);
    if (wg_axes_given(here, "axes", a->axes).count) return wgi_layer_norm_over(here, a);
    return wg_apply(here, &wgi_op_layer_norm, (wg_node[]){ a->x, a->gamma, a->beta }, 3,
                    &GIVEN(norm, NORM_FIELDS));
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

static bool layer_norm_grad_shape(wg_rule *r)
{
    if (!norm_shapes(r, 1, 1, 2) || !shaped_as(r, 4, 0) || !one_a_row(r, 2) || !one_a_row(r, 3)) return false;
    r->y[1] = r->y[2] = r->x[1];
    return true;
}
/* Mean and variance are functions of x: their derivatives give the two means. */
EXPAND(layer_norm_grad)
{
    const double eps = eps_of(attr);
    wg_node inverse = wg_div(1, wg_sqrt(wg_add(beside(here, x[3]), eps)));
    wg_node h = wg_mul(wg_sub(x[0], beside(here, x[2])), inverse), d = wg_mul(x[4], x[1]);
    y[2] = sum_of_rows(here, x[4]);
    y[1] = sum_of_rows(here, wg_mul(x[4], h));
    y[0] = wg_mul(inverse, wg_sub(wg_sub(d, row_mean(here, d)), wg_mul(h, row_mean(here, wg_mul(d, h)))));
}
SAMPLE(layer_norm_grad)
{
    static const wg_shape s[] = {
        { 2, { 5, 3 } }, { 3, { 2, 2, 3 } }, { 2, { 35, 4 } }, { 2, { 2, 300 } }, { 1, { 6 } }
    };
    if (i >= (int)(sizeof s / sizeof *s)) return wg_none;
    wg_shape rows = s[i], f = { 1, { s[i].dim[s[i].rank - 1] } };
    rows.rank--;
    wg_node x[] = { wg_any(g, s[i]), wg_between(g, 0.5, 1.5, f), wg_any(g, rows), wg_between(g, 0.5, 2, rows),
                    wg_any(g, s[i]) };
    return wg_apply(here, &wgi_op_layer_norm_grad, x, 5, NULL);
}
ERROR_SAMPLE(layer_norm_grad)
{
    wg_node f = ANY(3), rows = ANY(5), x = ANY(5, 3);
    if (i > 1) return NULL;
    wg_apply(here, &wgi_op_layer_norm_grad, (wg_node[]){ x, f, rows, i ? f : rows, i ? x : ANY(4, 3) }, 5,
             NULL);
    return i ? "one number a row" : "is not shaped as";
}

DEFINE_OP(
    layer_norm_grad,
    .summary = "Gradients of layer_norm by x, gamma and beta. Operands: x, gamma, mean, variance, and the "
               "result's gradient g.",
    .formula = "x' = (d - mean(d along last) - h mean(h d along last)) / s, gamma' = sum(h g along all but "
               "last), beta' = sum(g along all but last); d = gamma g, h = (x - m) / s, s = sqrt(v + eps)",
    .adjoint = "\"the formula, differentiated\"", .operands = 5, .names = "x gamma m v g", .outputs = 3,
    .kind = WG_ROWS, .promote = WG_PROMOTE_COMMON, .cost = 8, TAKES(norm), .shape = layer_norm_grad_shape,
    .kernel = KERNELS(layer_norm_grad), .phases = 2, .units = units_of, .scratch = scratch_of,
    .expand = layer_norm_grad_expand);

#endif
