/* test_recompute_ops.c: every sample of every op as a part of wg_recompute: gradients and second
 * derivatives have the bits that they have without it. */
#include "wgtest.h"

#include "op_case.h"

typedef struct part {
    const wg_op *op;
    int sample;
    bool ended; /* there is no such sample */
} part;

/* A number of all float outputs of the sample. */
static wg_node number_of(wg_node x, void *user)
{
    part *p = user;
    wg_graph *g = wg_graph_of(x);
    wg_node y = wgx_hints(p->op)->sample(op_case_place(), g, p->sample), sum = wg_scalar(g, 0);
    p->ended = wg_is_none(y);
    if (p->ended) return x;
    const int outputs = wg_node_op(y) == p->op && p->op->outputs ? p->op->outputs : 1;
    for (int j = 0; j < outputs; j++) {
        wg_node output = outputs > 1 ? wg_part(y, j) : y;
        if (!wg_dtype_is_float(wg_node_dtype(output))) continue;
        sum = wg_add(sum, wg_sum(wg_mul(1.25 + j, wg_square(wg_add(output, 0.5)))));
    }
    return sum;
}

enum { MOST = 4096, LEAVES = 8 };

/* The value, gradients by all float inputs, and derivatives of their squares, one behind the other; -1:
 * no such sample. */
static int numbers_of(const wg_op *op, int sample, bool again, int interpret, double *out)
{
    WGT_GRAPH(WG_F64, &WG_OPTS(wg_start_opts, .interpret = interpret));
    part p = { op, sample, false };
    wg_begin(g, WG_TRAIN);
    wg_node x = wg_scalar(g, 1), leaf[LEAVES], gx[LEAVES],
            y = again ? wg_recompute(x, number_of, &p) : number_of(x, &p);
    int n = 0, at = 0;
    for (int64_t i = 1; i < wg_graph_nodes(g) && n < LEAVES; i++) {
        wg_node node = wg_graph_node(g, i);
        if (wg_node_leaf(node) == WG_LEAF_INPUT && wg_dtype_is_float(wg_node_dtype(node))) leaf[n++] = node;
    }
    if (!p.ended) out[at++] = wg_item(y);
    for (int order = 0; !p.ended && n && order < 2; order++) {
        if (wg_failed(c) || wg_grads(y, leaf, n, gx) != WG_OK) break;
        y = wg_scalar(g, 0);
        for (int k = 0; k < n; k++) {
            const size_t size = (size_t)wg_shape_size(wg_node_shape(gx[k]));
            y = wg_add(y, wg_sum(wg_square(gx[k])));
            if (at + (int)size <= MOST && wg_copy_f64(gx[k], out + at, size) == WG_OK) at += (int)size;
        }
    }
    if (wg_failed(c)) wg_recover(c); /* no derivative, or none of second order */
    wgt_finish(c, NULL);
    return p.ended ? -1 : at;
}

static void compare(const wg_op *op, int sample, int n, const double *a, const double *b)
{
    for (int k = 0; k < n; k++)
        if (wgt_ulps(a[k], b[k]) != 0) {
            cr_expect(false, "%s, sample %d, number %d: %.17g, recomputed %.17g", op->name, sample, k, a[k],
                      b[k]);
            return;
        }
}

EACH_OP(recompute_ops, have_the_bits_of_the_same_without)
{
    static double plain[MOST], again[MOST];
    const wg_op *op = wg_op_at(*index);
    for (int i = 0; wgx_hints(op)->sample; i++) {
        const int n = numbers_of(op, i, false, 1, plain);
        if (n < 0) break;
        for (int how = -1; how < 2; how += 2) {
            cr_expect_eq(numbers_of(op, i, true, how, again), n, "%s, sample %d", op->name, i);
            compare(op, i, n, plain, again);
        }
    }
}

/* y = sum (k + 1) p_k^2 over 100 scalars: dy/dp_k = 2 (k + 1) p_k. */
enum { MANY = 100 };

static wg_node of_many(wg_node x, void *user)
{
    const wg_node *p = user;
    for (int k = 0; k < MANY; k++) x = wg_add(x, wg_mul(k + 1, wg_square(p[k])));
    return x;
}

Test(recompute_ops, a_part_that_reads_many_nodes)
{
    WGT_GRAPH(WG_F64, NULL);
    wg_node p[MANY], gx[MANY];
    for (int k = 0; k < MANY; k++) p[k] = wg_scalar(g, 0.25 * k - 3);
    wg_grads(wg_recompute(wg_scalar(g, 0), of_many, p), p, MANY, gx);
    for (int k = 0; k < MANY; k++) cr_expect_eq(wg_item(gx[k]), 2 * (k + 1) * (0.25 * k - 3), "%d", k);
    wgt_finish(c, NULL);
}
