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

#define FLOATS_FILE "batch_norm_block.h"
#include "both_floats.h"

KERNEL(batch_norm_train)
{
    const matrix m = matrix_of(k);
    BY_FLOAT(k, train, k, &m, eps_of(k->attr));
    return true;
}
KERNEL(batch_norm_grad)
{
    const matrix m = matrix_of(k);
    BY_FLOAT(k, train_grad, k, &m, eps_of(k->attr));
    return true;
}

#if WG_BASE

#include "graph/graph.h"

extern const wg_op wgi_op_batch_norm_train, wgi_op_batch_norm_grad;

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

static wg_axes rows_of(wg_node x)
{
    wg_axes a = { .count = wg_node_shape(x).rank - 1 };
    for (int i = 0; i < a.count; i++) a.axis[i] = i;
    return a;
}

static double row_count(wg_node x)
{
    wg_shape s = wg_node_shape(x);
    s.rank--;
    return (double)wg_shape_size(s);
}

/* ---- batch_norm_train: y, mean, variance ---- */

static bool batch_norm_train_shape(wg_rule *r)
{
    if (!norm_shapes(r, 2, 1, 3)) return false;
    r->y[1] = r->y[2] = r->x[1];
    return true;
}
EXPAND(batch_norm_train)
{
    double eps = eps_of(attr);
    wg_axes rows = rows_of(x[0]);
    y[1] = wg_mean(x[0], .axes = AXES_OF(rows));
    y[2] = wg_var(x[0], .axes = AXES_OF(rows));
    y[0] = wg_add(wg_mul(wg_div(wg_sub(x[0], y[1]), wg_sqrt(wg_add(y[2], eps))), x[1]), x[2]);
}
/* A batch without rows has no mean, which is NaN. y has no elements, so it depends on nothing. */
VJP(batch_norm_train)
{
    if (wg_shape_size(wg_node_shape(x[0])) == 0) {
        gx[0] = gx[1] = gx[2] = wg_number(0);
        return;
    }
    gx[0] = wg_apply(here, &wgi_op_batch_norm_grad,
                     (wg_node[]){ x[0], x[1], wg_part(y, 1), wg_part(y, 2), gy }, 5, wg_attr(y));
    gx[1] = wg_part(gx[0], 1);
    gx[2] = wg_part(gx[0], 2);
}
SAMPLE(batch_norm_train)
{
    static const wg_shape s[] = {
        { 2, { 5, 3 } }, { 3, { 3, 2, 4 } }, { 2, { 40, 18 } }, { 2, { 1, 2 } }, { 2, { 301, 3 } }
    };
    if (i > 4) return wg_none;
    wg_shape f = { 1, { s[i].dim[s[i].rank - 1] } };
    wg_node x = wg_any(g, s[i]), gamma = wg_between(g, 0.5, 1.5, f), beta = wg_any(g, f);
    return wg_apply(here, &wgi_op_batch_norm_train, (wg_node[]){ x, gamma, beta }, 3,
                    &(struct norm){ i == 1   ? 0.125
                                    : i == 3 ? 1
                                             : 0 });
}
ERRORS(batch_norm_train,
       (wg_apply(here, &wgi_op_batch_norm_train, (wg_node[]){ ANY(5, 3), ANY(3), ANY(4) }, 3, NULL),
        "it must be [3]"));

DEFINE_OP(
    batch_norm_train,
    .summary =
        "Batch normalisation with the batch's own mean and variance (divided by n), which are parts 1 and 2.",
    .formula = "y = gamma h + beta, m = mean(x along all but last), v = mean((x - m)^2 along all but last); "
               "h = (x - m) / sqrt(v + eps)",
    .adjoint =
        "x' = gamma (y' - mean(y' along all but last) - h mean(h y' along all but last)) / s, gamma' = sum(h "
        "y' along all but last), beta' = sum(y' along all but last); h = (x - m) / s, s = sqrt(v + eps)",
    .operands = 3, .names = "x gamma beta", .outputs = 3, .kind = WG_ROWS, .promote = WG_PROMOTE_COMMON,
    .cost = 6, TAKES(norm), .shape = batch_norm_train_shape, .kernel = KERNELS(batch_norm_train), .phases = 3,
    .units = units_of, .scratch = scratch_of, .expand = batch_norm_train_expand, .vjp = batch_norm_train_vjp);

/* ---- batch_norm_grad: dx, dgamma, dbeta ---- */

static bool batch_norm_grad_shape(wg_rule *r)
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
    wg_node inverse = wg_div(1, wg_sqrt(wg_add(x[3], eps))), h = wg_mul(wg_sub(x[0], x[2]), inverse);
    y[2] = sum_of_rows(here, x[4]);
    y[1] = sum_of_rows(here, wg_mul(x[4], h));
    wg_node means = wg_div(wg_add(y[2], wg_mul(h, y[1])), row_count(x[0]));
    y[0] = wg_mul(wg_mul(x[1], inverse), wg_sub(x[4], means));
}
SAMPLE(batch_norm_grad)
{
    static const wg_shape s[] = { { 2, { 5, 3 } }, { 3, { 2, 2, 3 } }, { 2, { 34, 17 } }, { 2, { 260, 5 } } };
    if (i > 3) return wg_none;
    wg_shape f = { 1, { s[i].dim[s[i].rank - 1] } };
    wg_node x = wg_any(g, s[i]), gamma = wg_between(g, 0.5, 1.5, f), mean = wg_any(g, f),
            variance = wg_between(g, 0.5, 2, f);
    wg_node gy = wg_any(g, s[i]);
    return wg_apply(here, &wgi_op_batch_norm_grad, (wg_node[]){ x, gamma, mean, variance, gy }, 5, NULL);
}
ERROR_SAMPLE(batch_norm_grad)
{
    if (i) return NULL;
    wg_node f = ANY(3);
    wg_apply(here, &wgi_op_batch_norm_grad, (wg_node[]){ ANY(5, 3), f, f, f, ANY(4, 3) }, 5, NULL);
    return "is not shaped as";
}

DEFINE_OP(
    batch_norm_grad,
    .summary = "Gradients of batch_norm_train by x, gamma and beta. Operands: x, gamma, mean, variance, and "
               "the result's gradient g.",
    .formula =
        "x' = gamma (g - mean(g along all but last) - h mean(h g along all but last)) / s, gamma' = sum(h g "
        "along all but last), beta' = sum(g along all but last); h = (x - m) / s, s = sqrt(v + eps)",
    .adjoint = "\"the formula, differentiated\"", .operands = 5, .names = "x gamma m v g", .outputs = 3,
    .kind = WG_ROWS, .promote = WG_PROMOTE_COMMON, .cost = 8, TAKES(norm), .shape = batch_norm_grad_shape,
    .kernel = KERNELS(batch_norm_grad), .phases = 3, .units = units_of, .scratch = scratch_of,
    .expand = batch_norm_grad_expand);

/* ---- batch_norm ---- */

#define BATCH_FIELDS(F, S) F(S, DOUBLE, eps, "1e-5") F(S, AXES, axis, "-1")
OPTIONS(batch, BATCH_FIELDS);

static bool batch_norm_shape(wg_rule *r)
{
    struct batch *a = r->attr;
    bool mean = !wg_is_none(r->node[3]), variance = !wg_is_none(r->node[4]);
    if (mean != variance) return wg_rule_fail(r, WG_ERROR_USE, "give both mean and variance, or neither");
    if (!wg_rule_rank(r, 0, 2, WG_MAX_RANK) || !one_axis(r, &a->axis) ||
        !wg_rule_axis(r, &a->axis.axis[0], r->x[0].shape->rank) ||
        !features_fit(r, 2, a->axis.axis[0], 1, mean ? 5 : 3) || !eps_fits(r, &a->eps))
        return false;
    r->y[0] = r->x[0];
    return true;
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
    const int rank = wg_node_shape(x[0]).rank, at = a->axis.axis[0];
    wg_axes to = { .count = rank }, back = to;
    for (int i = 0; i < rank; i++) {
        to.axis[i] = i == rank - 1 ? at : i < at ? i : i + 1;
        back.axis[i] = i == at ? rank - 1 : i < at ? i : i - 1;
    }
    wg_node last = wg_transpose(x[0], .axes = AXES_OF(to));
    return wg_transpose(wg_batch_norm(last, x[1], x[2], x[3], x[4], .eps = a->eps), .axes = AXES_OF(back));
}
EXPAND(batch_norm)
{
    const struct batch *a = attr;
    if (a->axis.axis[0] != wg_node_shape(x[0]).rank - 1) {
        y[0] = features_last(here, x, a);
        return;
    }
    if (wg_is_none(x[3])) {
        warn_of_one_row(here, x[0]);
        y[0] = wg_apply(here, &wgi_op_batch_norm_train, x, 3, &(struct norm){ a->eps });
        return;
    }
    wgi_idle_note(wg_graph_of(x[0]), "batch_norm", here);
    wg_node scale = wg_div(x[1], wg_sqrt(wg_add(x[4], wg_or_standard(a->eps, 0))));
    y[0] = wg_add(wg_mul(wg_sub(x[0], x[3]), scale), x[2]);
}
SAMPLE(batch_norm)
{
    if (i > 4) return wg_none;
    wg_shape s = i == 2 ? WG_SHAPE(0, 3) : i > 2 ? WG_SHAPE(4, 3, 2) : WG_SHAPE(4, 3), f = WG_SHAPE(3);
    wg_node x = wg_any(g, s), gamma = wg_between(g, 0.5, 1.5, f), beta = wg_any(g, f);
    if (i == 0) return wg_batch_norm(x, gamma, beta);
    if (i == 3) return wg_batch_norm(x, gamma, beta, .axis = WG_AXES(1));
    wg_node mean = wg_any(g, f), variance = wg_between(g, 0.5, 2, f);
    if (i == 4) return wg_batch_norm(x, gamma, beta, mean, variance, .axis = WG_AXES(-2));
    return wg_batch_norm(x, gamma, beta, mean, variance, .eps = 0.01);
}
ERROR_SAMPLE(batch_norm)
{
    wg_node x = ANY(5, 3), f = ANY(3);
    switch (i) {
    case 0: wg_batch_norm(x, ANY(4), f); return "it must be [3]";
    case 1: wg_batch_norm(x, f, f, f); return "or neither";
    case 2: wg_batch_norm(x, f, f, .eps = -1); return "eps is -1";
    case 3: wg_batch_norm(f, f, f); return "must have 2 to 8";
    case 4: wg_batch_norm(x, f, f, .axis = WG_AXES(0)); return "axis 0 of";
    }
    return NULL;
}

DEFINE_OP(
    batch_norm,
    .summary = "Batch normalisation with a given mean and variance, or with the batch's own, which are then "
               "parts 1 and 2 if the features are the last axis.",
    .formula =
        "y = gamma h + beta; h = (x - m) / sqrt(v + eps), m = mean where given(mean), else mean(x along all "
        "but axis), v = variance where given(variance), else mean((x - m)^2 along all but axis)",
    .adjoint =
        "x' = gamma y' / s where given(mean), else gamma (y' - mean(y' along all but axis) - h mean(h y' "
        "along all but axis)) / s; gamma' = sum(h y' along all but axis), beta' = sum(y' along all but "
        "axis), mean' = -sum(gamma y' along all but axis) / s, variance' = -sum(gamma h y' along all but "
        "axis) / (2 s^2); h = (x - m) / s, s = sqrt(v + eps), m = mean where given(mean), else mean(x along "
        "all but axis), v = variance where given(variance), else mean((x - m)^2 along all but axis)",
    .operands = 5, .names = "x gamma beta mean variance", .optional = 2, .kind = WG_ROWS,
    .promote = WG_PROMOTE_COMMON, TAKES(batch), .shape = batch_norm_shape, .expand = batch_norm_expand);
wg_node wg_batch_norm_at(wg_site here, const wg_batch_norm_args *a)
{
    APPLY(batch_norm, batch, BATCH_FIELDS, a->x, a->gamma, a->beta, a->mean, a->variance);
}

#endif
