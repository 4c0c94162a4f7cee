/* random_smooth.c: which ops are smooth, found by numbers. Random graphs hit kinks exactly where values are
 * equal or zero by structure (sums of nothing, copies of one element, x - x), and come near the others by
 * chance. So an op counts as smooth when its slopes and curvatures to both sides agree with all its
 * operands equal, and with one operand at any quarter from -3 to 3, where the kinks of the samples are:
 * hard_sigmoid has its at -3 and 3, huber at differences of 1. An op without a derivative does not count
 * as smooth. */
#include <math.h>
#include <stdlib.h>

#include "op_case.h"
#include "random_graph.h"

enum { EVERY = -1 };

/* Every element of every leaf is `others`; those of leaf `at` (EVERY: of all) are `value` plus step times a
 * fixed direction. */
static double loss_at(op_case *k, wg_node loss, int at, double value, double others, double step)
{
    for (int i = 0; i < k->leaves; i++) {
        wg_shape s = wg_node_shape(k->leaf[i]);
        int64_t n = wg_shape_size(s);
        wgt_random draw = { 11 + (uint64_t)i };
        double *v = calloc((size_t)n + 1, sizeof *v);
        for (int64_t j = 0; j < n; j++) {
            double u = wgt_uniform(&draw, -1, 1);
            v[j] = at == EVERY || at == i ? value + step * u : others;
        }
        wg_input_set(k->leaf[i], wg_view_f64(v, s));
        free(v);
    }
    double y = wg_item(loss);
    if (wg_failed(k->c)) wg_recover(k->c);
    return y;
}

static bool slopes_agree(op_case *k, wg_node loss, int at, double value, double others)
{
    const double h = 1e-9;
    double y = loss_at(k, loss, at, value, others, 0);
    double up = (loss_at(k, loss, at, value, others, h) - y) / h;
    double down = (y - loss_at(k, loss, at, value, others, -h)) / h;
    return !isfinite(up) || !isfinite(down) || fabs(up - down) <= 1e-3 * (1 + fabs(up) + fabs(down));
}

/* How much the second derivatives to both sides differ, by steps of h; 0 if they are small beside it. */
static double bend(op_case *k, wg_node loss, int at, double value, double others, double h)
{
    double y[5];
    for (int i = 0; i < 5; i++) y[i] = loss_at(k, loss, at, value, others, (i - 2) * h);
    const double up = (y[4] - 2 * y[3] + y[2]) / h / h, down = (y[2] - 2 * y[1] + y[0]) / h / h;
    const double off = fabs(up - down);
    return isfinite(off) && off > 5e-2 * (1 + fabs(up) + fabs(down)) ? off : 0;
}

/* The second derivative of huber jumps where its slope does not. A jump stays the same when the step
 * falls to a quarter; the difference of a smooth function falls with it, however sharply it bends. */
static bool curvatures_agree(op_case *k, wg_node loss, int at, double value, double others)
{
    return bend(k, loss, at, value, others, 2.5e-5) <= 0.5 * bend(k, loss, at, value, others, 1e-4);
}

static bool is_smooth_at(op_case *k, wg_node loss, int at, double value, double others)
{
    return slopes_agree(k, loss, at, value, others) && curvatures_agree(k, loss, at, value, others);
}

static bool sample_is_smooth(op_case *k)
{
    wg_node loss = op_case_loss(k);
    if (wg_is_none(loss)) return false;
    wgx_graph_freeze(k->g, true);
    bool smooth = is_smooth_at(k, loss, EVERY, 0, 0) && is_smooth_at(k, loss, EVERY, 1, 1);
    for (int i = 0; i < k->leaves; i++)
        for (double at = -3; at <= 3 && smooth; at += 0.25) smooth = is_smooth_at(k, loss, i, at, 0.75);
    return smooth;
}

/* A float operand whose derivative is zero by definition may choose between formulas, as those of
 * tanh_backward. */
static bool has_float_choice(const op_case *k)
{
    for (int j = 0; op_case_is_own(k) && j < wg_node_operands(k->y[0]); j++)
        if (k->op->zero >> j & 1 && wg_dtype_is_float(wg_node_dtype(wg_node_operand(k->y[0], j))))
            return true;
    return false;
}

static bool measure(const wg_op *op)
{
    op_case k;
    bool smooth = wgx_op_has_derivative(op, -1);
    for (int i = 0; smooth && op_case_open(&k, op, i, &(op_setup){ .dtype = WG_F64, .interpret = 1 }); i++) {
        if (wg_dtype_is_float(wg_node_dtype(k.y[0]))) smooth = !has_float_choice(&k) && sample_is_smooth(&k);
        op_case_close(&k);
    }
    return smooth;
}

bool random_op_is_smooth(int index)
{
    static signed char known[1000]; /* 0: not yet */
    cr_assert_lt(index, 1000);
    if (!known[index]) known[index] = measure(wg_op_at(index)) ? 1 : -1;
    return known[index] > 0;
}
