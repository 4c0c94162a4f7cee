/* norm.c: batch normalisation (Ioffe and Szegedy 2015) over all axes but the last: columns are features, all else is rows.
 * A unit is a block of 16 columns; columns never meet, so that how they are shared out changes no bit. */
#include "ops.h"
#include "vmath.h"

enum { UNIT = 16, COLUMNS = 64, ROW_BLOCK = 32 };

#define T    float
#define N(n) n##_f32
#include "norm_columns.h"
#undef T
#undef N
#define T    double
#define N(n) n##_f64
#include "norm_columns.h"
#undef T
#undef N

typedef struct norm_attr {
    double eps;
} norm_attr;

/* Features, rows, and the columns of a share's units. */
typedef struct columns {
    int64_t f, rows, c, end;
} columns;

static columns columns_of(const wg_kernel *k)
{
    const wg_shape *s = k->xt[0].shape;
    int64_t         f = s->dim[s->rank - 1], end = k->end * UNIT;
    return (columns){ f, f ? wg_shape_size(*s) / f : 0, k->begin * UNIT, end < f ? end : f };
}

KERNEL(batch_norm_train)
{
    const columns o = columns_of(k);
    const double  eps = ((const norm_attr *)k->attr)->eps;
    if (k->xt[0].dtype == WG_F32)
        train_f32(k->x[0], k->x[1], k->x[2], k->y[0], k->y[1], k->y[2], o.rows, o.f, o.c, o.end, (float)eps);
    else train_f64(k->x[0], k->x[1], k->x[2], k->y[0], k->y[1], k->y[2], o.rows, o.f, o.c, o.end, eps);
    return true;
}

KERNEL(batch_norm_grad)
{
    const columns o = columns_of(k);
    const double  eps = ((const norm_attr *)k->attr)->eps;
    if (k->xt[0].dtype == WG_F32)
        train_grad_f32(k->x[0], k->x[1], k->x[2], k->x[3], k->x[4], k->y[0], k->y[1], k->y[2], o.rows, o.f, o.c, o.end,
                       (float)eps);
    else train_grad_f64(k->x[0], k->x[1], k->x[2], k->x[3], k->x[4], k->y[0], k->y[1], k->y[2], o.rows, o.f, o.c, o.end, eps);
    return true;
}

#if WG_BASE

#include "wengert/params.h"

DECLARE(batch_norm_train);
DECLARE(batch_norm_grad);

static const wg_op batch_norm_train_op, batch_norm_grad_op;

static const wg_attr_row norm_attrs[] = { { "eps", WG_ATTR_DOUBLE, offsetof(norm_attr, eps), "1e-5", NULL }, { 0 } };

static int64_t column_blocks(const wg_kernel *k)
{
    const wg_shape *s = k->xt[0].shape;
    return (s->dim[s->rank - 1] + UNIT - 1) / UNIT;
}

/* x has rows and columns, operands [from, to) one element a column. */
static bool norm_shapes(wg_rule *r, int from, int to)
{
    norm_attr *a = r->attr;
    if (!wg_rule_rank(r, 0, 2, WG_MAX_RANK) || !wg_rule_float(r, 0)) return false;
    int64_t f = r->x[0].shape->dim[r->x[0].shape->rank - 1];
    for (int k = from; k < to; k++)
        if (r->x[k].shape->rank != 1 || r->x[k].shape->dim[0] != f)
            return wg_rule_fail(r, WG_ERROR_SHAPE, "%s does not fit the last axis of %s: it must be [%lld]", wg_rule_who(r, k),
                                wg_rule_who(r, 0), (long long)f);
    if (a->eps == 0) a->eps = 1e-5;
    if (!(a->eps > 0 || a->eps == WG_ZERO) || a->eps == INFINITY)
        return wg_rule_fail(r, WG_ERROR_VALUE, "eps is %g, must not be negative", a->eps);
    r->y[0] = r->x[0];
    return true;
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
    if (!norm_shapes(r, 1, 3)) return false;
    r->y[1] = r->y[2] = r->x[1];
    return true;
}
static void batch_norm_train_expand(wg_site here, const wg_node x[], int n, const void *attr, wg_node y[])
{
    double  eps = ((const norm_attr *)attr)->eps;
    wg_axes rows = rows_of(x[0]);
    y[1] = wg_mean(x[0], .axes = rows);
    y[2] = wg_var(x[0], .axes = rows);
    y[0] = wg_add(wg_mul(wg_div(wg_sub(x[0], y[1]), wg_sqrt(wg_add(y[2], eps))), x[1]), x[2]);
}
static void batch_norm_train_vjp(wg_site here, wg_node y, wg_node gy, const wg_node x[], wg_node gx[])
{
    gx[0] = wg_apply(here, &batch_norm_grad_op, (wg_node[]){ x[0], x[1], wg_part(y, 1), wg_part(y, 2), gy }, 5, wg_attr(y));
    gx[1] = wg_part(gx[0], 1);
    gx[2] = wg_part(gx[0], 2);
}
static wg_node batch_norm_train_sample(wg_site here, wg_graph *g, int i)
{
    static const wg_shape s[] = { { 2, { 5, 3 } }, { 3, { 3, 2, 4 } }, { 2, { 40, 18 } }, { 2, { 1, 2 } } };
    if (i > 3) return wg_none;
    wg_shape f = { 1, { s[i].dim[s[i].rank - 1] } };
    wg_node  x = wg_any(g, s[i]), gamma = wg_between(g, 0.5, 1.5, f), beta = wg_any(g, f);
    return wg_apply(here, &batch_norm_train_op, (wg_node[]){ x, gamma, beta }, 3,
                    &(norm_attr){ i == 1   ? 0.125
                                  : i == 3 ? 1
                                           : 0 });
}
static const char *batch_norm_train_error(wg_site here, wg_graph *g, int i)
{
    if (i) return NULL;
    wg_apply(here, &batch_norm_train_op, (wg_node[]){ wg_any(g, WG_SHAPE(5, 3)), wg_any(g, WG_SHAPE(3)), wg_any(g, WG_SHAPE(4)) },
             3, NULL);
    return "it must be [3]";
}
static const wg_op batch_norm_train_op = {
    .name = "batch_norm_train",
    .summary = "Batch normalisation by the batch's own mean and variance (divided by n), which are parts 1 and 2.",
    .formula = "y = gamma (x - mean) / sqrt(variance + eps) + beta",
    .adjoint = "x' = gamma / s (y' - mean(y') - h mean(h y')), gamma' = sum(h y'), beta' = sum(y'); h = (x - mean) / s",
    .operands = 3,
    .outputs = 3,
    .kind = WG_ROWS,
    .promote = WG_PROMOTE_COMMON,
    .cost = 6,
    .attr_size = sizeof(norm_attr),
    .attrs = norm_attrs,
    .shape = batch_norm_train_shape,
    .kernel = KERNELS(batch_norm_train),
    .units = column_blocks,
    .expand = batch_norm_train_expand,
    .vjp = batch_norm_train_vjp,
    .sample = batch_norm_train_sample,
    .error = batch_norm_train_error,
};

/* ---- batch_norm_grad: dx, dgamma, dbeta ---- */

static bool batch_norm_grad_shape(wg_rule *r)
{
    if (!norm_shapes(r, 1, 4)) return false;
    if (r->x[4].shape != r->x[0].shape)
        return wg_rule_fail(r, WG_ERROR_SHAPE, "%s is not shaped as %s", wg_rule_who(r, 4), wg_rule_who(r, 0));
    r->y[1] = r->y[2] = r->x[1];
    return true;
}
/* With mean and variance as the batch's: x moves them too, which is where the two means come from. */
static void batch_norm_grad_expand(wg_site here, const wg_node x[], int n, const void *attr, wg_node y[])
{
    double  eps = ((const norm_attr *)attr)->eps;
    wg_axes rows = rows_of(x[0]);
    wg_node inverse = wg_div(1, wg_sqrt(wg_add(x[3], eps))), h = wg_mul(wg_sub(x[0], x[2]), inverse);
    y[2] = wg_sum(x[4], .axes = rows);
    y[1] = wg_sum(wg_mul(x[4], h), .axes = rows);
    wg_node means = wg_div(wg_add(y[2], wg_mul(h, y[1])), row_count(x[0]));
    y[0] = wg_mul(wg_mul(x[1], inverse), wg_sub(x[4], means));
}
static wg_node batch_norm_grad_sample(wg_site here, wg_graph *g, int i)
{
    static const wg_shape s[] = { { 2, { 5, 3 } }, { 3, { 2, 2, 3 } }, { 2, { 34, 17 } } };
    if (i > 2) return wg_none;
    wg_shape f = { 1, { s[i].dim[s[i].rank - 1] } };
    wg_node  x = wg_any(g, s[i]), gamma = wg_between(g, 0.5, 1.5, f), mean = wg_any(g, f), variance = wg_between(g, 0.5, 2, f);
    wg_node  gy = wg_any(g, s[i]);
    return wg_apply(here, &batch_norm_grad_op, (wg_node[]){ x, gamma, mean, variance, gy }, 5, NULL);
}
static const char *batch_norm_grad_error(wg_site here, wg_graph *g, int i)
{
    if (i) return NULL;
    wg_node f = wg_any(g, WG_SHAPE(3));
    wg_apply(here, &batch_norm_grad_op, (wg_node[]){ wg_any(g, WG_SHAPE(5, 3)), f, f, f, wg_any(g, WG_SHAPE(4, 3)) }, 5, NULL);
    return "is not shaped as";
}
static const wg_op batch_norm_grad_op = {
    .name = "batch_norm_grad",
    .summary = "The gradients of batch_norm_train in x, gamma and beta: of x, gamma, mean, variance and y's gradient g.",
    .formula = "x' = gamma / s (g - mean(g) - h mean(h g)), gamma' = sum(h g), beta' = sum(g); h = (x - mean) / s, s = "
               "sqrt(variance + eps)",
    .adjoint = "that of the formula",
    .operands = 5,
    .outputs = 3,
    .kind = WG_ROWS,
    .promote = WG_PROMOTE_COMMON,
    .cost = 8,
    .attr_size = sizeof(norm_attr),
    .attrs = norm_attrs,
    .shape = batch_norm_grad_shape,
    .kernel = KERNELS(batch_norm_grad),
    .units = column_blocks,
    .expand = batch_norm_grad_expand,
    .sample = batch_norm_grad_sample,
    .error = batch_norm_grad_error,
};

/* ---- batch_norm ---- */

static bool batch_norm_shape(wg_rule *r)
{
    bool mean = !wg_is_none(r->node[3]), variance = !wg_is_none(r->node[4]);
    if (mean != variance) return wg_rule_fail(r, WG_ERROR_USE, "mean and variance are given both or none");
    return norm_shapes(r, 1, mean ? 5 : 3);
}
static void batch_norm_expand(wg_site here, const wg_node x[], int n, const void *attr, wg_node y[])
{
    if (wg_is_none(x[3])) {
        y[0] = wg_apply(here, &batch_norm_train_op, x, 3, attr);
        return;
    }
    wg_node scale = wg_div(x[1], wg_sqrt(wg_add(x[4], ((const norm_attr *)attr)->eps)));
    y[0] = wg_add(wg_mul(wg_sub(x[0], x[3]), scale), x[2]);
}
static wg_node batch_norm_sample(wg_site here, wg_graph *g, int i)
{
    if (i > 2) return wg_none;
    wg_shape s = i == 2 ? WG_SHAPE(0, 3) : WG_SHAPE(4, 3), f = WG_SHAPE(3);
    wg_node  x = wg_any(g, s), gamma = wg_between(g, 0.5, 1.5, f), beta = wg_any(g, f);
    if (i == 0) return wg_batch_norm(x, gamma, beta);
    wg_node mean = wg_any(g, f), variance = wg_between(g, 0.5, 2, f);
    return wg_batch_norm(x, gamma, beta, mean, variance, .eps = 0.01);
}
static const char *batch_norm_error(wg_site here, wg_graph *g, int i)
{
    wg_node x = wg_any(g, WG_SHAPE(5, 3)), f = wg_any(g, WG_SHAPE(3));
    switch (i) {
    case 0: wg_batch_norm(x, wg_any(g, WG_SHAPE(4)), f); return "it must be [3]";
    case 1: wg_batch_norm(x, f, f, f); return "both or none";
    case 2: wg_batch_norm(x, f, f, .eps = -1); return "eps is -1";
    case 3: wg_batch_norm(f, f, f); return "must have 2 to 8";
    }
    return NULL;
}
static const wg_op batch_norm_op = {
    .name = "batch_norm",
    .summary = "Batch normalisation: by the mean and variance given, or by the batch's own, which are then parts 1 and 2.",
    .formula = "y = gamma (x - mean) / sqrt(variance + eps) + beta",
    .adjoint = "x' = y' gamma / sqrt(variance + eps), and through mean and variance where they are the batch's",
    .operands = 5,
    .optional = 2,
    .kind = WG_ROWS,
    .promote = WG_PROMOTE_COMMON,
    .attr_size = sizeof(norm_attr),
    .attrs = norm_attrs,
    .shape = batch_norm_shape,
    .expand = batch_norm_expand,
    .sample = batch_norm_sample,
    .error = batch_norm_error,
};
wg_node wg_batch_norm_at(wg_site here, const wg_batch_norm_args *a)
{
    return wg_apply(here, &batch_norm_op, (wg_node[]){ a->x, a->gamma, a->beta, a->mean, a->variance }, 5,
                    &(norm_attr){ a->eps });
}

extern const wg_op *const wgi_ops_norm[];
const wg_op *const        wgi_ops_norm[] = { &batch_norm_train_op, &batch_norm_grad_op, &batch_norm_op, NULL };

#endif
