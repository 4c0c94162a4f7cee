/* local.c: each node's rule against its own kernel: see local.h. */
#include "check/local.h"
#include <stdio.h>

#include "check/case.h"

#include "wengert/op.h"

enum { TRIES = 2 }; /* points: that of the graph; beside it, if an op has a kink there */

/* ---- one operand ---- */

/* A random direction whose elements are as large as those of the operand. */
static double *direction(wg_check *r, const wgi_alone *a, int k, uint64_t stream, int64_t n)
{
    double *u = wgi_check_normals(r, stream, n);
    const double scale = wgi_check_rms(a->point[k], n);
    for (int64_t i = 0; u && i < n; i++) u[i] *= scale;
    return u;
}

/* Moves the operand by about 1 %, off the kinks. */
static void move_off(wg_check *r, wgi_alone *a, int k, int64_t n)
{
    double *u = direction(r, a, k, 77, n);
    for (int64_t i = 0; u && i < n; i++) a->point[k][i] += 0.01 * u[i];
    wg_free(r->c, u);
}

/* How far they differ, if it is more than their errors. It is known that some element differs, so less
 * certainty is needed than for a verdict. */
static double excess(const wgi_compared *c)
{
    const double off = fabs(c->yours - c->numeric);
    return off > 3 * c->bar ? off : 0;
}

/* Of the elements [low, high) of u that differ, keeps the half that differs more, until one is left. Returns
 * its index, or -1 if no half differs by itself. *c: of the elements that are left. */
static int64_t bisect(wg_check *r, wgi_alone *a, int k, const double *u, int64_t n, wgi_compared *c)
{
    double *part = wg_alloc(r->c, (size_t)n + 1, sizeof *part);
    int64_t low = 0, high = n;
    while (part && high - low > 1) {
        const int64_t middle = low + (high - low) / 2, ends[3] = { low, middle, high };
        wgi_compared half[2];
        double off[2];
        for (int j = 0; j < 2; j++) {
            memset(part, 0, (size_t)n * sizeof *part);
            memcpy(part + ends[j], u + ends[j], (size_t)(ends[j + 1] - ends[j]) * sizeof *part);
            half[j] = wgi_alone_compare(r, a, k, part);
            off[j] = excess(&half[j]);
        }
        const int worse = off[1] > off[0];
        if (off[worse] == 0) break;
        low = ends[worse], high = ends[worse + 1], *c = half[worse];
    }
    wg_free(r->c, part);
    return high - low == 1 ? low : -1;
}

/* Fills *f with what is wrong at element i: in a direction of length 1. */
static void at_element(wg_check *r, wgi_alone *a, int k, int64_t i, int64_t n, wgi_finding *f)
{
    double *e = wg_alloc(r->c, (size_t)n + 1, sizeof *e);
    if (!e) return;
    e[i] = a->point[k][i] != 0 ? fabs(a->point[k][i]) : 1;
    const wgi_compared c = wgi_alone_compare(r, a, k, e);
    if (!wgi_check_is_stopped(r))
        f->yours = c.yours / e[i], f->numeric = c.numeric / e[i], f->bar = c.bar / e[i], f->element = i;
    wg_free(r->c, e);
}

typedef enum outcome { SAME, DIFFERENT, UNCLEAR } outcome;

/* Compares operand k. If it differs, *f says where. */
static outcome compare_operand(wg_check *r, wgi_alone *a, int k, uint64_t stream, wgi_finding *f)
{
    const int64_t n = wg_shape_size(wg_node_shape(a->x[k]));
    double *u = direction(r, a, k, stream, n);
    outcome o = UNCLEAR;
    for (int try = 0; u && try < TRIES && o == UNCLEAR; try++) {
        if (try) move_off(r, a, k, n);
        wgi_compared c = wgi_alone_compare(r, a, k, u);
        if (!c.clear) continue;
        o = c.differ ? DIFFERENT : SAME;
        if (o == SAME) continue;
        f->along = c.numeric;
        f->operand = k, f->element = -1, f->yours = c.yours, f->numeric = c.numeric, f->bar = c.bar;
        const int64_t i = bisect(r, a, k, u, n, &c);
        if (i >= 0) at_element(r, a, k, i, n, f);
    }
    wg_free(r->c, u);
    return o;
}

/* ---- all nodes ---- */

static bool is_first_output(wg_node n) { return wg_part_at(wg_node_site(n), n, 0).index == n.index; }

static bool is_compared(wg_node n)
{
    const wg_op *op = wg_node_op(n);
    return wg_node_leaf(n) == WG_LEAF_NONE && is_first_output(n) && wg_dtype_is_float(wg_node_dtype(n)) &&
           wg_shape_size(wg_node_shape(n)) > 0 && wg_op_has_derivative(op, -1);
}

/* Whether the derivative of a wg_custom_vjp node is meant to be another one than that of its value. */
static bool is_meant(const wg_node n, const wgi_finding *f)
{
    const bool itself = wg_node_operand(n, 0).index == wg_node_operand(n, f->operand).index;
    return itself || f->along == 0;
}

static void hold(wg_node n, unsigned char *held)
{
    const uint32_t first = wg_part_at(wg_node_site(n), n, 0).index;
    const wg_op *op = wg_node_op(n);
    for (int j = 0; j < (op->outputs ? op->outputs : 1); j++) held[first + (uint32_t)j] = 1;
}

/* Compares the derivative of the rule with the rule. */
static void check_rule(wg_check *r, wg_node n, wgi_alone *a)
{
    wgi_finding f = { .stage = WGI_STAGE_SECOND, .node = n, .part = -1 };
    const int seed = a->operands;
    char by[WGI_CHECK_TEXT];
    if (!wgi_alone_derive(r, a, 3000 + n.index)) {
        r->second.unclear++;
        return;
    }
    for (int k = 0; k <= seed; k++) {
        if (!a->point[k] || wg_is_none(a->gx[k])) continue;
        const outcome o = compare_operand(r, a, k, 4000 + n.index, &f);
        r->second.rules += o != UNCLEAR, r->second.unclear += o == UNCLEAR;
        if (o != DIFFERENT) continue;
        if (k == seed) wgi_check_say(by, "the gradient of its result");
        else wgi_check_operand_name(n, k, by);
        f.by = by;
        f.shape = wg_node_shape(a->x[k]);
        if (k == seed) f.operand = -1;
        wgi_check_say(f.remedy, "%s",
                      f.yours == 0 ? "the rule's values move with it, and their derivative is "
                                     "zero: something in the rule is held constant"
                                   : "the rule's values are not differentiated rightly");
        wgi_check_add(r, &f);
    }
}

static void check_node(wg_check *r, wg_node n, unsigned char *held)
{
    wgi_alone a;
    wgi_finding f = { .stage = WGI_STAGE_LOCAL, .node = n, .part = -1 };
    const bool custom = !strcmp(wg_node_op_name(n), "custom_vjp");
    const int before = r->findings;
    const int64_t held_before = r->local.held;
    if (!wgi_alone_open(r, n, 1000 + n.index, false, &a)) {
        r->local.alone++;
        return;
    }
    for (int k = 0; k < a.operands; k++) {
        if (!a.point[k] || wg_is_none(a.gx[k]) || !wg_op_has_derivative(a.op, k)) continue;
        const outcome o = compare_operand(r, &a, k, 2000 + n.index, &f);
        r->local.compared += o != UNCLEAR, r->local.unclear += o == UNCLEAR;
        if (custom && (o == UNCLEAR || (o == DIFFERENT && is_meant(n, &f)))) {
            r->local.held++;
            hold(n, held);
            continue;
        }
        if (o != DIFFERENT) continue;
        char by[WGI_CHECK_TEXT];
        wgi_check_operand_name(n, k, by);
        f.by = by;
        f.shape = wg_node_shape(wg_node_operand(n, k));
        wgi_check_remedy(r, &a, &f);
        f.made_from = custom ? NULL : wgi_case_keep(r, n);
        wgi_check_add(r, &f);
    }
    if (r->order > 1 && r->findings == before && r->local.held == held_before) check_rule(r, n, &a);
    wgi_alone_close(r, &a);
}

void wgi_check_local(wg_check *r, wg_graph *clone, wg_node root, unsigned char *held)
{
    for (int64_t i = 1; i <= root.index; i++) {
        const wg_node n = wg_graph_node(clone, i);
        wgi_check_at_stage(r, "rules of the nodes", (double)i / (double)root.index);
        if (!wgi_check_go_on(r)) break;
        if (!strcmp(wg_node_op_name(n), "stop_gradient")) hold(n, held), r->local.held++;
        if (is_compared(n)) check_node(r, n, held);
    }
}

/* ---- the nodes of the gradient ---- */

static void check_second(wg_check *r, wg_node n)
{
    wgi_alone a;
    wgi_finding f = { .stage = WGI_STAGE_SECOND, .node = n, .part = -1 };
    char by[WGI_CHECK_TEXT];
    if (!wgi_alone_open(r, n, 1000 + n.index, false, &a)) return;
    for (int k = 0; k < a.operands; k++) {
        if (!a.point[k] || wg_is_none(a.gx[k]) || !wg_op_has_derivative(a.op, k)) continue;
        const outcome o = compare_operand(r, &a, k, 2000 + n.index, &f);
        r->second.unclear += o == UNCLEAR;
        if (o != DIFFERENT) continue;
        wgi_check_operand_name(n, k, by);
        f.by = by;
        f.shape = wg_node_shape(wg_node_operand(n, k));
        wgi_check_remedy(r, &a, &f);
        wgi_check_add(r, &f);
    }
    wgi_alone_close(r, &a);
}

void wgi_check_local_second(wg_check *r, wg_graph *clone, int64_t first, const wg_node gx[], int n)
{
    const int64_t end = wg_graph_nodes(clone);
    unsigned char *needed = wg_alloc(r->c, (size_t)end, 1);
    for (int k = 0; needed && k < n; k++) needed[gx[k].index] = 1;
    for (int64_t i = end - 1; needed && i >= first; i--) {
        const wg_node node = wg_graph_node(clone, i);
        for (int k = 0; needed[i] && k < wg_node_operands(node); k++)
            needed[wg_node_operand(node, k).index] = 1;
    }
    wgi_check_at_stage(r, "second derivatives", 1);
    for (int64_t i = first; needed && i < end && wgi_check_go_on(r); i++) {
        const wg_node node = wg_graph_node(clone, i);
        if (needed[i] && is_compared(node) && wg_op_find(wg_node_op_name(node)) != wg_node_op(node))
            check_second(r, node);
    }
    wg_free(r->c, needed);
    wgi_check_recover(r);
}
