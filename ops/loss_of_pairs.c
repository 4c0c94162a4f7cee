/* loss_of_pairs.c: finds a loss that was written by hand and compares every prediction with every target,
 * because predictions [n,1] were broadcast with targets [n]. The ops of loss.c refuse such shapes. */
#include "ops.h"

#if WG_BASE

#include "graph/graph.h"

extern const wg_op wgi_op_sum, wgi_op_sub, wgi_op_mul, wgi_op_div, wgi_op_pow, wgi_op_square, wgi_op_abs;

static bool is(wg_node n, const wg_op *op) { return wg_node_op(n) == op; }
static bool is_number(wg_node n) { return wg_node_leaf(n) == WG_LEAF_NUMBER; }

/* Without factors that are numbers. */
static wg_node unscaled(wg_node n)
{
    while (is(n, &wgi_op_mul) || is(n, &wgi_op_div)) {
        wg_node a = wg_node_operand(n, 0), b = wg_node_operand(n, 1);
        if (is_number(b)) n = a;
        else if (is_number(a) && is(n, &wgi_op_mul)) n = b;
        else break;
    }
    return n;
}

/* d, if n is d^2, |d|, d d or a power of d. */
static wg_node measured(wg_node n)
{
    wg_node a = wg_node_operand(n, 0), b = wg_node_operand(n, 1);
    if (is(n, &wgi_op_square) || is(n, &wgi_op_abs)) return a;
    if (is(n, &wgi_op_mul) && a.index == b.index) return a;
    return is(n, &wgi_op_pow) && is_number(b) ? a : wg_none;
}

/* Whether n is an input, perhaps scaled, cast, reshaped, or computed from it by other ops of one operand. */
static bool is_data(wg_node n)
{
    n = unscaled(n);
    for (int depth = 0; depth < 8 && wg_node_operands(n) == 1; depth++) n = unscaled(wg_node_operand(n, 0));
    return wg_node_leaf(n) == WG_LEAF_INPUT;
}

static bool is_column(wg_node n, wg_node vector)
{
    wg_shape s = wg_node_shape(n), v = wg_node_shape(vector);
    return s.rank == 2 && v.rank == 1 && s.dim[0] > 1 && s.dim[1] == 1 && v.dim[0] == s.dim[0];
}

void wgi_warn_of_pairs(wg_node loss, wg_site here)
{
    char p[96], q[96];
    wg_node sum = unscaled(loss),
            d = is(sum, &wgi_op_sum) ? measured(unscaled(wg_node_operand(sum, 0))) : sum;
    if (!is(sum, &wgi_op_sum) || !is(d, &wgi_op_sub)) return;
    wg_node a = wg_node_operand(d, 0), b = wg_node_operand(d, 1);
    if (!is_column(a, b) && !is_column(b, a)) return;
    if (is_data(a) == is_data(b) || !wgi_warns(loss.graph->c, WGI_WARN_PAIRS, wg_node_site(d))) return;
    wgi_warn_at(loss.graph->c, here, "backward",
                "the loss compares each element with all others: %s - %s (%s) is broadcast to a square. Give "
                "both one shape: wg_squeeze(x, 1) makes [n] of [n,1]",
                wg_shape_text(wg_node_shape(a), p, sizeof p), wg_shape_text(wg_node_shape(b), q, sizeof q),
                wg_site_place(wg_node_site(d)));
}

#endif
