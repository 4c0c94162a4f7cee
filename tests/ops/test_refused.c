/* test_refused.c: a derivative is refused where there is none, and nowhere else. For every op, at its samples
 * and at halves, zeros and equal elements: where the gradient, the tangent or the second derivative by an
 * input is an error, the values beside the point say whether there is one. If differences from both sides
 * converge, along two directions and along their sum to the sum, the refusal is a defect, unless `reasons`
 * says why it is none. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "op_case.h"
#include "wgnode.h"

/* Refusals although there is a derivative. */
static const struct {
    const char *ops, *why;
} reasons[] = {
    { " stop_gradient ", "that is what it is for" },
    { " accuracy ", "it is constant between its steps: to minimise it is a mistake" },
    { " lu eigh_parts svd_parts qr_parts mixed ",
      "no builder makes it alone: ops that read it have the derivative" },
    { " log_by_rest ", "derivatives are those of the ln x that was written" },
    { " extern extern_impure extern_grad extern_jvp ", "the caller's C function has no rule for it" },
};
static bool has_reason(const wg_op *op)
{
    char name[80];
    snprintf(name, sizeof name, " %s ", op->name);
    for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
        if (strstr(reasons[i].ops, name)) return true;
    return false;
}

typedef struct point {
    const wg_op *op;
    int sample, filling, leaf; /* filling -1: the sample's own values */
    int along;                 /* 0, 1: a direction; 2: the sum of both */
} point;

enum { WAYS = 3 };
static const char *const ways[WAYS] = { "gradient", "tangent", "second derivative" };

static void direction(const point *p, double *u, int64_t n)
{
    wgt_random r[2] = { { 11 }, { 23 } };
    for (int64_t i = 0; i < n; i++) {
        double v[2];
        for (int k = 0; k < 2; k++) v[k] = wgt_uniform(&r[k], 0.5, 1.5) * (wgt_next(&r[k]) & 1 ? 1 : -1);
        u[i] = p->along == 2 ? v[0] + v[1] : v[p->along];
    }
}

static bool open_at(op_case *k, const point *p, double t)
{
    if (!op_case_open(k, p->op, p->sample, &(op_setup){ .dtype = WG_F64, .interpret = 1 })) return false;
    if (p->filling >= 0) op_case_halves(k, p->filling);
    if (p->leaf >= k->leaves || wg_failed(k->c)) return true;
    const wg_node leaf = k->leaf[p->leaf];
    const wg_shape s = wg_node_shape(leaf);
    const int64_t n = wg_shape_size(s);
    double *v = wgt_values(leaf), *u = calloc((size_t)n + 1, sizeof *u);
    direction(p, u, n);
    for (int64_t i = 0; i < n; i++) v[i] += t * u[i];
    wg_input_set(leaf, wg_view_f64(v, s));
    free(v), free(u);
    return true;
}

/* <gradient by the leaf, u>, or none. */
static wg_node slope_along(op_case *k, const point *p, wg_node y, wg_node leaf)
{
    wg_node g = wg_grad(y, leaf);
    if (wg_failed(k->c) || wg_is_none(g)) return wg_none;
    const wg_shape s = wg_node_shape(leaf);
    double *u = calloc((size_t)wg_shape_size(s) + 1, sizeof *u);
    direction(p, u, wg_shape_size(s));
    wg_node d = wg_sum(wg_mul(g, wg_input(k->g, "u", wg_view_f64(u, s))));
    free(u);
    return d;
}

/* order 0: the loss; 1: its derivative along u. NAN: an error. */
static double value_at(const point *p, int order, double t)
{
    op_case k;
    double v = NAN;
    if (!open_at(&k, p, t)) return NAN;
    if (!wg_failed(k.c) && p->leaf < k.leaves) {
        wg_node y = op_case_loss(&k);
        if (order && !wg_is_none(y)) y = slope_along(&k, p, y, k.leaf[p->leaf]);
        if (!wg_is_none(y)) v = wg_item(y);
        if (wg_failed(k.c)) v = NAN;
    }
    wg_recover(k.c);
    op_case_close(&k);
    return v;
}

/* Whether the derivative is refused, and why. */
static bool is_refused(const point *p, int way, char *why, size_t size)
{
    op_case k;
    bool refused = false;
    if (!open_at(&k, p, 0)) return false;
    if (!wg_failed(k.c) && p->leaf < k.leaves) {
        wg_node leaf = k.leaf[p->leaf], y = op_case_loss(&k), one = wg_fill(k.g, 1, wg_node_shape(leaf)),
                d = wg_none;
        if (!wg_is_none(y)) {
            if (way == 1) d = wg_jvp(y, &leaf, &one, 1);
            else d = slope_along(&k, p, y, leaf);
            if (way == 2 && !wg_is_none(d) && !wg_failed(k.c)) d = slope_along(&k, p, d, leaf);
            if (!wg_is_none(d) && !wg_failed(k.c)) wg_item(d);
            refused = wg_failed(k.c);
            snprintf(why, size, "%s", refused ? wg_message(k.c) : "");
        }
    }
    wg_recover(k.c);
    op_case_close(&k);
    return refused;
}

/* The slope to which differences from both sides converge; NAN: they do not. */
static double limit(const point *p, int order)
{
    const double at = value_at(p, order, 0);
    double slope = NAN;
    for (int e = 12; e <= 16; e += 4) {
        const double h = ldexp(1, -e), right = (value_at(p, order, h) - at) / h,
                     left = (at - value_at(p, order, -h)) / h, d = (left + right) / 2,
                     size = fmax(fabs(d), 1);
        if (!(fabs(right - left) <= 200 * h * size) || (e > 12 && !(fabs(d - slope) <= 1e-4 * size)))
            return NAN;
        slope = d;
    }
    return slope;
}

/* Whether values beside the point have a derivative there: one number along each direction, and linear. */
static bool has_derivative(point p, int order)
{
    double d[3];
    for (p.along = 0; p.along < 3; p.along++) d[p.along] = limit(&p, order);
    return fabs(d[0] + d[1] - d[2]) <= 1e-3 * (fabs(d[0]) + fabs(d[1]) + 1);
}

static int asked, refusals, false_ones;

static void look(const point *p, int leaves)
{
    char why[400], unused[400];
    for (int w = 0; w < WAYS && p->leaf < leaves; w++) {
        asked++;
        if (!is_refused(p, w, why, sizeof why) || (w && is_refused(p, 0, unused, sizeof unused))) continue;
        refusals++;
        if (!has_derivative(*p, w == 2)) continue;
        false_ones++;
        cr_expect(has_reason(p->op), "%s, sample %d, filling %d, input %d: the %s is refused: %s",
                  p->op->name, p->sample, p->filling, p->leaf, ways[w], why);
    }
}

EACH_OP(refused, there_is_none_where_it_is_refused)
{
    const wg_op *op = wg_op_at(*index);
    op_case k;
    asked = refusals = false_ones = 0;
    for (int i = 0; op_case_open(&k, op, i, &(op_setup){ .dtype = WG_F64 }); i++) {
        const int leaves = k.leaves;
        op_case_close(&k);
        for (int f = -1; f < OP_HALVES; f++)
            for (int j = 0; j < leaves; j++) look(&(point){ op, i, f, j, 0 }, leaves);
    }
    if (refusals)
        fprintf(stderr, "%s: %d asked, %d refused, %d of these although differences converge\n", op->name,
                asked, refusals, false_ones);
}
