/* remedy.c: what would make a wrong rule right. Each remedy gives another gradient. It is tried against
 * slopes in two random directions; the first one that agrees with both becomes the finding's remedy:
 *
 *     edits of the rule: each reduction over each other axis or axes
 *     the gradient times a factor: -1, small numbers, the dimensions of operands and result, their
 *     inverses
 *     the gradient transposed
 *     where only some elements are wrong: which ones */
#include "check/check_private.h"

#include <float.h>
#include <stdlib.h>

#include "wengert/ops.h"

enum { DIRECTIONS = 2, FEW = 512 };

typedef struct trial {
    wg_check *r;
    wgi_isolated *a;
    wgi_finding *f;
    int k;
    int64_t n;
    double *u[DIRECTIONS];
    const double *yours;
    wgi_compared c[DIRECTIONS];
} trial;

static bool agrees(const trial *t, const double *g)
{
    for (int j = 0; j < DIRECTIONS; j++) {
        double sum = 0, size = 0;
        for (int64_t i = 0; i < t->n; i++) sum += g[i] * t->u[j][i], size += fabs(g[i] * t->u[j][i]);
        if (!(fabs(sum - t->c[j].numeric) <= 10 * t->c[j].bar + 4 * DBL_EPSILON * size)) return false;
    }
    return true;
}

/* ---- factors ---- */

/* "the size of axis 1 of operand 0", if a dimension has this size. */
static void name_size(const trial *t, double size, char to[64])
{
    for (int k = t->a->operands; k >= 0; k--) {
        const bool is_result = k == t->a->operands;
        const wg_shape s = wg_node_shape(is_result ? t->a->y : t->a->x[k]);
        for (int d = 0; d < s.rank; d++) {
            if ((double)s.dim[d] != size) continue;
            if (is_result) snprintf(to, 64, ", the size of axis %d of the result,", d);
            else snprintf(to, 64, ", the size of axis %d of operand %d,", d, k);
            return;
        }
    }
}

static bool try_factors(const trial *t)
{
    char size[64] = "";
    bool divide = false;
    const double f = wgi_check_factor(t->c, DIRECTIONS, &divide);
    char text[32];
    snprintf(text, sizeof text, "%.3g", f);
    /* for one number some factor always holds: it says something only if few have so few digits */
    if (f == 0 || (t->n == 1 && strtod(text, NULL) != f)) return false;
    if (f == -1) return wgi_check_say(t->f->remedy, "with the other sign it holds");
    if (f > 4) name_size(t, f, size);
    return wgi_check_say(t->f->remedy, "%s %.12g%s it holds", divide ? "divided by" : "times", f, size);
}

/* ---- edits of the rule ---- */

/* Whether the kind of node has an option that names axes. */
static const wg_attr_row *axes_row(wg_node n)
{
    const wg_attr_row *a = wg_node_op(n) ? wg_node_op(n)->attrs : NULL;
    while (a && a->name && a->kind != WG_ATTR_AXES) a++;
    return a && a->name ? a : NULL;
}

/* The gradient if the axes of node `edited` were `axes`. wg_none: there is none of that shape. */
static wg_node edited_gradient(const trial *t, uint32_t edited, wg_axes axes)
{
    const wg_node gx = t->a->gx[t->k];
    wg_node *map = wg_alloc(t->r->c, (size_t)gx.index + 1, sizeof *map);
    for (uint32_t i = 1; map && i <= gx.index && !wg_failed(t->r->c); i++) {
        const wg_node n = wg_graph_node(t->a->g, i);
        map[i] = n;
        if (i <= t->a->y.index || wg_node_leaf(n) != WG_LEAF_NONE || !wgi_is_first_result(n)) continue;
        _Alignas(16) char attr[256];
        wg_node x[8];
        const int operands = wg_node_operands(n);
        if (operands > 8) continue;
        for (int k = 0; k < operands; k++) x[k] = map[wg_node_operand(n, k).index];
        if (wg_node_op(n)->attr_size) memcpy(attr, wg_attr(n), wg_node_op(n)->attr_size);
        if (i == edited) memcpy(attr + axes_row(n)->offset, &axes, sizeof axes);
        map[i] = wg_apply(wg_inside(wg_node_site(n)), wg_node_op(n), x, operands, attr);
    }
    const bool failed = wg_failed(t->r->c) || !map;
    const wg_node y = failed ? wg_none : map[gx.index];
    wgi_check_recover(t->r);
    wg_free(t->r->c, map);
    return !failed && wg_shape_equal(wg_node_shape(y), wg_node_shape(gx)) ? y : wg_none;
}

static void axes_text(wg_axes a, int rank, char to[40])
{
    const bool all = a.count == 0 || a.count == rank;
    int at = snprintf(to, 40, all ? "all axes" : a.count > 1 ? "axes" : "axis");
    for (int i = 0; !all && i < a.count && at < 40; i++)
        at += snprintf(to + at, (size_t)(40 - at), "%s %d", i ? "," : "", a.axis[i]);
}

static bool try_edit(const trial *t, wg_node n, wg_axes axes)
{
    const int rank = wg_node_shape(wg_node_operand(n, 0)).rank;
    wg_axes was;
    char before[40], after[40];
    memcpy(&was, (const char *)wg_attr(n) + axes_row(n)->offset, sizeof was);
    if (axes.count == was.count && !memcmp(axes.axis, was.axis, (size_t)axes.count * sizeof *axes.axis))
        return false;
    const wg_node g = edited_gradient(t, n.index, axes);
    double *v = wgi_check_doubles(t->r, t->n);
    const bool holds = v && !wg_is_none(g) && wgi_check_values(t->r, g, v) && agrees(t, v);
    wg_free(t->r->c, v);
    if (!holds) return false;
    axes_text(was, rank, before), axes_text(axes, rank, after);
    return wgi_check_say(t->f->remedy, "with %s over %s instead of %s it holds", wg_node_op_name(n), after,
                         before);
}

static bool try_edits(const trial *t)
{
    const wg_node gx = t->a->gx[t->k];
    for (uint32_t i = t->a->y.index + 1; gx.graph == t->a->g && i <= gx.index; i++) {
        const wg_node n = wg_graph_node(t->a->g, i);
        if (!axes_row(n) || wg_node_operands(n) != 1) continue;
        const int rank = wg_node_shape(wg_node_operand(n, 0)).rank;
        for (int axis = 0; axis < rank; axis++)
            if (try_edit(t, n, (wg_axes){ .count = 1, .axis = { axis } })) return true;
    }
    return false;
}

static bool try_transpose(const trial *t)
{
    const wg_shape s = wg_node_shape(t->a->x[t->k]);
    if (s.rank != 2 || s.dim[0] < 2 || s.dim[1] < 2) return false;
    double *g = wgi_check_doubles(t->r, t->n);
    for (int64_t i = 0; g && i < t->n; i++) g[i] = t->yours[i % s.dim[1] * s.dim[0] + i / s.dim[1]];
    const bool holds = g && agrees(t, g);
    wg_free(t->r->c, g);
    return holds && wgi_check_say(t->f->remedy, "transposed it holds");
}

/* ---- which elements ---- */

/* Whether exactly the elements above, or below, some value are wrong. */
static bool is_one_side(const trial *t, const unsigned char wrong[])
{
    double low[2] = { INFINITY, INFINITY }, high[2] = { -INFINITY, -INFINITY };
    for (int64_t i = 0; i < t->n; i++) {
        const double x = t->a->point[t->k][i];
        low[wrong[i]] = fmin(low[wrong[i]], x), high[wrong[i]] = fmax(high[wrong[i]], x);
    }
    if (low[1] > high[0])
        return wgi_check_say(t->f->remedy,
                             "it is wrong where the operand is at least %.6g, and right up to %.6g", low[1],
                             high[0]);
    return high[1] < low[0] &&
           wgi_check_say(t->f->remedy,
                         "it is wrong where the operand is at most %.6g, and right from %.6g on", high[1],
                         low[0]);
}

static void try_elements(const trial *t)
{
    unsigned char *wrong = t->n <= FEW && t->n > 1 ? wg_alloc(t->r->c, (size_t)t->n, sizeof *wrong) : NULL;
    int64_t count = 0;
    for (int64_t i = 0; wrong && i < t->n; i++)
        count += wrong[i] = wgi_claim_component(&t->a->claim, t->k, i).differ;
    if (wgi_check_is_stopped(t->r)) count = 0;
    t->f->shown.wrong = count;
    if (count > 0 && count < t->n &&
        !wgi_check_one_index(wg_node_shape(t->a->x[t->k]), wrong, t->f->remedy) && !is_one_side(t, wrong))
        wgi_check_say(t->f->remedy, "%lld of %lld elements are wrong", (long long)count, (long long)t->n);
    wg_free(t->r->c, wrong);
}

/* ---- all ---- */

static bool open_trial(trial *t)
{
    for (int j = 0; j < DIRECTIONS; j++) {
        t->u[j] = wgi_claim_direction(&t->a->claim, t->k, 90 + (uint64_t)j);
        if (!t->u[j]) return false;
        t->c[j] = wgi_claim_along(&t->a->claim, t->k, t->u[j]);
        if (!t->c[j].clear) return false;
    }
    return true;
}

void wgi_check_remedy(wg_check *r, wgi_isolated *a, wgi_finding *f)
{
    const int k = f->shown.operand;
    trial t = { r, a, f, k, wgi_elements(a->x[k]), { NULL }, a->claim.v[k].yours, { { 0 } } };
    bool is_zero = true;
    for (int64_t i = 0; i < t.n; i++) is_zero &= t.yours[i] == 0;
    const bool open = open_trial(&t);
    if (open && is_zero) wgi_check_say(f->remedy, "the rule gives zero everywhere: a path is missing");
    else if (open && !try_factors(&t) && !try_transpose(&t) && !try_edits(&t)) try_elements(&t);
    for (int j = 0; j < DIRECTIONS; j++) wg_free(r->c, t.u[j]);
}
