/* loss_of_pairs.c: finds a loss, or a measure, that was written by hand and compares every prediction with
 * every target, because predictions [n,1] were broadcast with targets [n]. The ops of loss.c refuse such
 * shapes. */
#include "reduce_rules.h"

EXTERN(div, mul, sum);

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

enum { LOOKED_AT = 64, DEEP = 12 };

/* Whether n depends on no parameter. Of what depends on many nodes it is taken that it does. */
static bool is_data(wg_node n)
{
    wg_node next[LOOKED_AT] = { n };
    int found = 1;
    for (int at = 0; at < found; at++) {
        if (wg_node_leaf(next[at]) == WG_LEAF_PARAM || found + wg_node_operands(next[at]) > LOOKED_AT)
            return false;
        for (int k = 0; k < wg_node_operands(next[at]); k++) next[found++] = wg_node_operand(next[at], k);
    }
    return true;
}

/* The elementwise node below n, [s,s], where predictions [s,1] meet targets [s]. wg_none: there is none, or n
 * has another part with s rows and columns, so the square is meant. */
static wg_node meeting(wg_node n, int depth)
{
    const wg_op *op = wg_node_op(n);
    const int64_t s = wg_node_shape(n).dim[0];
    wg_node column = wg_none, vector = wg_none, found = wg_none;
    if (!op || op->kind != WG_MAP || depth > DEEP) return wg_none;
    for (int k = 0; k < wg_node_operands(n); k++) {
        const wg_node x = wg_node_operand(n, k);
        const wg_shape z = wg_node_shape(x);
        if (z.rank == 2 && z.dim[0] == s && z.dim[1] == 1) column = x;
        else if (z.rank == 1 && z.dim[0] == s) vector = x;
        else if (wg_shape_size(z) == 1) continue;
        else if (z.rank != 2 || z.dim[0] != s || wg_is_none(found = meeting(x, depth + 1))) return wg_none;
    }
    if (!wg_is_none(found)) return found;
    return wg_node_ok(column) && wg_node_ok(vector) && is_data(column) != is_data(vector) ? n : wg_none;
}

void wgi_warn_of_pairs(wg_site here, wg_node x)
{
    char p[96], q[96], square[96];
    if (wg_node_shape(x).rank == 1) { /* a sum of sums */
        const wg_node part = unscaled(x);
        x = is(part, &wgi_op_sum) ? unscaled(wg_node_operand(part, 0)) : part;
    }
    const wg_shape s = wg_node_shape(x);
    if (s.rank != 2 || s.dim[0] < 2 || s.dim[0] != s.dim[1]) return;
    const wg_node d = meeting(x, 0);
    if (wg_is_none(d) || !wgi_warns(x.graph->c, WGI_WARN_PAIRS, wg_node_site(d))) return;
    wgi_warn_at(
        x.graph->c, wg_node_site(d), wg_node_op_name(d),
        "%s and %s are broadcast to %s, which is summed (%s): each element meets all others. Give both "
        "one shape: wg_squeeze(x, .axis = 1) makes [n] of [n,1]",
        wg_shape_text(wg_node_shape(wg_node_operand(d, 0)), p, sizeof p),
        wg_shape_text(wg_node_shape(wg_node_operand(d, 1)), q, sizeof q),
        wg_shape_text(s, square, sizeof square), wg_site_place(here));
}
