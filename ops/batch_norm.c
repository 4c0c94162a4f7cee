/* batch_norm.c: batch normalisation (Ioffe and Szegedy 2015). The last axis has the features, all other axes
 * count as rows.
 *
 * Phase 0 sums blocks of 32 rows, phase 1 joins the sums of all blocks column by column, phase 2 computes the
 * rows of the result. With few blocks there is one phase, whose units are groups of columns. The bits are the
 * same either way. */
#include "norm.h"
#include "kernel/stream.h"
#include "kernel/vmath.h"

/* What a unit does, with columns [c, end) of blocks [block, last): the sums, their join, the rows of the
 * result. */
typedef struct unit {
    int64_t c, end, block, last;
    bool sums, join, rows;
} unit;

enum { FEW_BLOCKS = 8 }; /* with fewer blocks units are columns */

static inline unit unit_of(const matrix *m, int phase, int64_t u)
{
    const int64_t c = u * UNIT, end = c + UNIT < m->f ? c + UNIT : m->f;
    if (m->blocks < FEW_BLOCKS) return (unit){ c, end, 0, m->blocks, true, true, true };
    if (phase == 1) return (unit){ .c = c, .end = end, .join = true };
    /* Phase 2 begins with the block that phase 0 ended with: it is still in the cache. */
    const int64_t b = phase ? m->blocks - 1 - u : u;
    return (unit){ 0, m->f, b, b + 1, phase == 0, false, phase == 2 };
}

#define FLOATS_FILE "ops/batch_norm_block.h"
#include "kernel/both_floats.h"

KERNEL(batch_norm_train) { return BY_FLOAT(k, batch_kernel, k, false); }
KERNEL(batch_norm_grad) { return BY_FLOAT(k, batch_kernel, k, true); }

#if WG_BASE

EXTERN(batch_norm_grad);

static int64_t units_of(const wg_kernel *k)
{
    const matrix m = matrix_of(k);
    if (m.blocks < FEW_BLOCKS) return k->phase ? 0 : column_units(&m);
    return k->phase == 1 ? column_units(&m) : m.blocks;
}

/* Two sums for each block, and up to three results of their join: rows of f elements. */
static size_t scratch_of(const wg_kernel *k)
{
    const matrix m = matrix_of(k);
    return (size_t)((2 * m.blocks + 3) * m.f) * wg_dtype_size(k->xt[0].dtype);
}

static double row_count(wg_node x)
{
    const wg_shape s = wg_node_shape(x);
    return (double)wg_shape_size(without_last(&s));
}

/* ---- batch_norm_train: y, mean, variance ---- */

SHAPE(batch_norm_train)
{
    if (!norm_shapes(r, 2, 1, 3)) return false;
    r->y[1] = r->y[2] = r->x[1];
    return true;
}
EXPAND(batch_norm_train)
{
    double eps = eps_of(attr);
    const wg_axes rows = all_but_last(x[0]);
    y[1] = wg_mean(x[0], .axes = AXES_OF(rows));
    y[2] = wg_var(x[0], .axes = AXES_OF(rows));
    const wg_node sigma = sigma_of(here, y[2], wg_std(x[0], .axes = AXES_OF(rows)), eps);
    y[0] = wg_add(wg_mul(wg_div(wg_sub(x[0], y[1]), sigma), x[1]), x[2]);
}
/* A batch without rows has no mean, which is NaN. y has no elements, so the gradients are sums of nothing. */
VJP(batch_norm_train)
{
    if (wg_shape_size(wg_node_shape(x[0]))) norm_gradients(here, &wgi_op_batch_norm_grad, y, gy, x, gx);
    else gx[0] = gy, gx[1] = gx[2] = sum_of_rows(here, gy);
}
#define OF_SHAPE(eps, ...) norm_sample(here, g, &wgi_op_batch_norm_train, eps, WG_SHAPE(__VA_ARGS__))
SAMPLES(batch_norm_train, OF_SHAPE(1e-5, 5, 3), OF_SHAPE(0.125, 3, 2, 4), OF_SHAPE(1e-5, 40, 18),
        OF_SHAPE(1, 1, 2), OF_SHAPE(1e-5, 301, 3));
ERRORS(batch_norm_train, (NODE_OF(batch_norm_train, NULL, ANY(5, 3), ANY(3), ANY(4)), "it must be [3]"));

DEFINE_OP(
    batch_norm_train,
    .summary =
        "Batch normalisation with the batch's own mean and variance (divided by n), which are parts 1 and 2.",
    .formula =
        "y = gamma x_hat + beta, mu = mean(x along all but last), v = mean((x - mu)^2 along all but last); "
        "x_hat = (x - mu) / sqrt(v + eps)",
    .adjoint = "x' = gamma (y' - mean(y' along all but last) - x_hat mean(x_hat y' along all but last)) / "
               "sigma, gamma' = sum(x_hat "
               "y' along all but last), beta' = sum(y' along all but last); x_hat = (x - mu) / sigma, sigma "
               "= sqrt(v + eps)",
    .operands = 3, .names = "x gamma beta", .outputs = 3, .kind = WG_ROWS, .promote = WG_PROMOTE_COMMON,
    .cost = 6, TAKES(norm), RULES(batch_norm_train, shape, expand, vjp), .kernel = KERNELS(batch_norm_train),
    .phases = 3, .units = units_of, .scratch = scratch_of);

/* ---- batch_norm_grad: dx, dgamma, dbeta ---- */

SHAPE(batch_norm_grad)
{
    if (!norm_shapes(r, 2, 1, 4) || !shaped_as(r, 4, 0)) return false;
    r->y[1] = r->y[2] = r->x[1];
    return true;
}
/* The batch's mean and variance depend on x too. So the gradient of x is gy less two terms, scaled:
 * the mean of gy, and h times the mean of gy h. */
EXPAND(batch_norm_grad)
{
    double eps = eps_of(attr);
    const wg_axes rows = all_but_last(x[0]);
    wg_node inverse = wg_div(1, sigma_of(here, x[3], wg_std(x[0], .axes = AXES_OF(rows)), eps)),
            h = wg_mul(wg_sub(x[0], x[2]), inverse);
    y[2] = sum_of_rows(here, x[4]);
    y[1] = sum_of_rows(here, wg_mul(x[4], h));
    wg_node means = wg_div(wg_add(y[2], wg_mul(h, y[1])), row_count(x[0]));
    y[0] = wg_mul(wg_mul(x[1], inverse), wg_sub(x[4], means));
}
#define GRADIENT(...) norm_grad_sample(here, g, &wgi_op_batch_norm_grad, false, WG_SHAPE(__VA_ARGS__))
SAMPLES(batch_norm_grad, GRADIENT(5, 3), GRADIENT(2, 2, 3), GRADIENT(34, 17), GRADIENT(260, 5));
ERRORS(batch_norm_grad,
       (NODE_OF(batch_norm_grad, NULL, ANY(5, 3), ANY(3), ANY(3), ANY(3), ANY(4, 3)), "is not shaped as"));

DEFINE_OP(batch_norm_grad,
          .summary =
              "Gradients of batch_norm_train by x, gamma and beta. Operands: x, gamma, mean, variance, and "
              "the result's gradient g.",
          .formula = "x' = gamma (g - mean(g along all but last) - x_hat mean(x_hat g along all but last)) / "
                     "sigma, gamma' = sum(x_hat g "
                     "along all but last), beta' = sum(g along all but last); x_hat = (x - mu) / sigma, "
                     "sigma = sqrt(v + eps)",
          .adjoint = "\"the formula, differentiated\"", .operands = 5, .names = "x gamma mu v g",
          .outputs = 3, .kind = WG_ROWS, .promote = WG_PROMOTE_COMMON, .cost = 8, TAKES(norm),
          RULES(batch_norm_grad, shape, expand), .kernel = KERNELS(batch_norm_grad), .phases = 3,
          .units = units_of, .scratch = scratch_of);

/* ---- batch_norm ---- */

#define BATCH_FIELDS(F, S) F(S, DOUBLE, eps, "1e-5") F(S, AXIS, axis, "-1")
OPTIONS(batch, BATCH_FIELDS);

SHAPE(batch_norm)
{
    struct batch *a = r->attr;
    bool mean = !wg_is_none(r->node[3]), variance = !wg_is_none(r->node[4]);
    if (mean != variance) return wg_rule_fail(r, WG_ERROR_USE, "give both mean and variance, or neither");
    return wg_rule_rank(r, 0, 2, WG_MAX_RANK) && wg_rule_axis(r, &a->axis, r->x[0].shape->rank) &&
           features_fit(r, 2, a->axis, 1, mean ? 5 : 3);
}
/* The mean of one row is the row. */
static void warn_of_one_row(wg_site here, wg_node x)
{
    char shape[96];
    wg_graph *g = wg_graph_of(x);
    if (row_count(x) != 1 || wg_graph_mode(g) != WG_TRAIN || !wgi_warns(g->c, WGI_WARN_ONE_ROW, here)) return;
    wgi_warn_at(g->c, here, "batch_norm",
                "x %s is one row, so the result is beta, whatever x is, and x has the gradient 0: give it "
                "batches of two rows or more, or use layer_norm",
                wg_shape_text(wg_node_shape(x), shape, sizeof shape));
}
/* Features that are another axis than the last: of the transpose, transposed back. */
static wg_node features_last(wg_site here, const wg_node x[], const struct batch *a)
{
    const int last = wg_node_shape(x[0]).rank - 1, at = a->axis;
    wg_node turned = axis_moved(here, x[0], at, last);
    return axis_moved(here, wg_batch_norm(turned, x[1], x[2], x[3], x[4], .eps = a->eps), last, at);
}
EXPAND(batch_norm)
{
    const struct batch *a = attr;
    if (a->axis != wg_node_shape(x[0]).rank - 1) {
        y[0] = features_last(here, x, a);
        return;
    }
    if (wg_is_none(x[3])) {
        warn_of_one_row(here, x[0]);
        y[0] = wg_apply(here, &wgi_op_batch_norm_train, x, 3, &(struct norm){ a->eps });
        return;
    }
    wgi_idle_note(wg_graph_of(x[0]), "batch_norm", here);
    wg_node scale = wg_div(x[1], wg_sqrt(wg_add(x[4], a->eps)));
    y[0] = wg_add(wg_mul(wg_sub(x[0], x[3]), scale), x[2]);
}
#define FEATURES BETWEEN(0.5, 1.5, 3), ANY(3)
#define MOMENTS  ANY(3), BETWEEN(0.5, 2, 3)
SAMPLES(batch_norm, wg_batch_norm(ANY(4, 3), FEATURES),
        wg_batch_norm(ANY(4, 3), FEATURES, MOMENTS, .eps = 0.01),
        wg_batch_norm(ANY(0, 3), FEATURES, MOMENTS, .eps = 0.01),
        wg_batch_norm(ANY(4, 3, 2), FEATURES, .axis = 1),
        wg_batch_norm(ANY(4, 3, 2), FEATURES, MOMENTS, .axis = -2));
ERRORS(batch_norm, (wg_batch_norm(ANY(5, 3), ANY(4), ANY(3)), "it must be [3]"),
       (wg_batch_norm(ANY(5, 3), ANY(3), ANY(3), ANY(3)), "or neither"),
       (wg_batch_norm(ANY(5, 3), ANY(3), ANY(3), .eps = -1), "eps -1: must be in [0, inf)"),
       (wg_batch_norm(ANY(3), ANY(3), ANY(3)), "must have 2 to 8"),
       (wg_batch_norm(ANY(5, 3), ANY(3), ANY(3), .axis = 0), "axis 0 of"));

DEFINE_OP(
    batch_norm,
    .summary = "Batch normalisation with a given mean and variance, or with the batch's own, which are then "
               "parts 1 and 2 if the features are the last axis.",
    .formula = "y = gamma x_hat + beta; x_hat = (x - mu) / sqrt(v + eps), mu = mean where given(mean), else "
               "mean(x along all "
               "but axis), v = variance where given(variance), else mean((x - mu)^2 along all but axis)",
    .adjoint = "x' = gamma y' / sigma where given(mean), else gamma (y' - mean(y' along all but axis) - "
               "x_hat mean(x_hat y' "
               "along all but axis)) / sigma; gamma' = sum(x_hat y' along all but axis), beta' = sum(y' "
               "along all but "
               "axis), mean' = -sum(gamma y' along all but axis) / sigma, variance' = -sum(gamma x_hat y' "
               "along all but "
               "axis) / (2 sigma^2); x_hat = (x - mu) / sigma, sigma = sqrt(v + eps), mu = mean where "
               "given(mean), else mean(x along "
               "all but axis), v = variance where given(variance), else mean((x - mu)^2 along all but axis)",
    .operands = 5, .names = "x gamma beta mean variance", .hint.optional = 2, .kind = WG_ROWS,
    .promote = WG_PROMOTE_COMMON, TAKES(batch), .options = wg_batch_norm_args_rows,
    RULES(batch_norm, shape, expand));
BUILDER(batch_norm, batch_norm)
{
    APPLY(batch_norm, batch, BATCH_FIELDS, a->x, a->gamma, a->beta, a->mean, a->variance);
}

#endif
