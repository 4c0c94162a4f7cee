/* claim_bars.c: how far rounding moves the difference of a claim's two sides, element by element.
 *
 * A computed result is the exact one for operands that are moved a little (Wilkinson's backward errors):
 * the result of one operation by a unit in the last place, the operands of a sum of m products by sqrt(m)
 * units, as m rounding errors of random sign grow so. Here that is done on purpose: each node of the graph
 * is computed again, alone, from operands moved so, with random signs, and its result is moved too. The
 * sides are read at the end. What they have in common moves alike in both, as its true rounding errors do;
 * what cancels is moved before it cancels. Eight such passes give the standard deviation of left - right
 * for each element. A difference of eight standard deviations is allowed.
 *
 * A leaf's element that is a whole number is exact. Integers, and so all choices, stay as they are. */
#include <float.h>
#include <math.h>
#include <string.h>

#include "tool.h"
#include "wengert/op.h"

/* The streams of signs for operands begin here. Each node that reads an operand moves it by itself. */
static const uint64_t OPERANDS = (uint64_t)1 << 40;
/* MOST: numbers that are kept. Large graphs get fewer draws, and wider bars for that. */
enum { DRAWS = 8, LEAST = 2, BARS = 8, MOST = 1 << 25 };

typedef struct pass {
    model *m;
    wg_graph *alone;
    unsigned char *held;
    wg_node *map;
    double **value; /* by node: `draws` values of each element; NULL: it is no float */
    int draws;
} pass;

static double unit_of(wg_node n) { return wg_node_dtype(n) == WG_F32 ? FLT_EPSILON : DBL_EPSILON; }
static int64_t size_of(wg_node n) { return wg_shape_size(wg_node_shape(n)); }

static double sign(const pass *p, uint64_t stream, int draw, int64_t i)
{
    return wg_random_bits(wg_context_seed(p->m->c), stream, (uint64_t)draw, (uint64_t)i) & 1 ? 1 : -1;
}

/* How many products a result's element is the sum of, at most. */
static double terms_of(wg_node n)
{
    const wg_op *op = wg_node_op(n);
    int64_t most = 1;
    const bool sums = op->kind == WG_REDUCE || op->kind == WG_ROWS || op->kind == WG_CONTRACT || op->users ||
                      (op->expand && !op->kernel[0] && !op->map);
    for (int k = 0; sums && k < wg_node_operands(n); k++) {
        const wg_shape s = wg_node_shape(wg_node_operand(n, k));
        int64_t all = 1;
        for (int a = 0; a < s.rank; a++) most = s.dim[a] > most ? s.dim[a] : most, all *= s.dim[a];
        if (size_of(n) && all / size_of(n) > most) most = all / size_of(n);
    }
    return (double)most;
}

/* The values of a node that is not moved through its operands: a leaf, or what cannot be built alone. */
static bool fill(const pass *p, wg_node n)
{
    wg_tensor t;
    const bool leaf = wg_node_leaf(n) != WG_LEAF_NONE;
    double *to = p->value[n.index];
    if (!model_value(p->m, n, &t)) return false;
    for (int64_t i = 0; i < size_of(n); i++) {
        const double v = wg_tensor_item(&t, i);
        for (int d = 0; d < p->draws; d++)
            to[p->draws * i + d] = leaf && v == rint(v) ? v : v * (1 + sign(p, n.index, d, i) * unit_of(n));
    }
    return true;
}

/* by: how far the elements are moved, in relation to themselves; stream: of the signs. */
static bool set_operand(const pass *p, wg_node from, int draw, double by, uint64_t stream)
{
    const wg_node in = p->map[from.index];
    const int64_t n = size_of(from);
    const bool narrow = wg_node_dtype(from) == WG_F32;
    void *x = wg_alloc(p->m->c, (size_t)n + 1, sizeof(double));
    for (int64_t i = 0; x && i < n; i++) {
        const double v = p->value[from.index][p->draws * i + draw] * (1 + by * sign(p, stream, draw, i));
        if (narrow) ((float *)x)[i] = (float)v;
        else ((double *)x)[i] = v;
    }
    if (x) wg_input_set_at(wg_node_site(from), in, wg_view(wg_node_dtype(from), x, wg_node_shape(from)));
    wg_free(p->m->c, x);
    return x != NULL;
}

/* Numbers and streams of random draws stay what they are. */
static bool is_held(wg_node x)
{
    return wg_node_leaf(x) != WG_LEAF_NUMBER && wg_node_leaf(x) != WG_LEAF_STREAM;
}

/* Builds node n alone, with its operands as inputs. wg_none: it cannot be. */
static wg_node build(const pass *p, wg_node n)
{
    const wg_graph *g = p->m->g;
    wg_begin(p->alone, wg_graph_mode(g));
    memset(p->held, 0, (size_t)wg_graph_nodes(g));
    for (int k = 0; k < wg_node_operands(n); k++)
        if (is_held(wg_node_operand(n, k))) p->held[wg_node_operand(n, k).index] = 1;
    const wg_node y = wg_replay(n, p->alone, .held = p->held, .map = p->map);
    wg_graph_set_epoch(p->alone, wg_graph_epoch(g));
    wg_graph_freeze(p->alone, true);
    if (!wg_failed(p->m->c)) return y;
    wg_recover(p->m->c);
    return wg_none;
}

/* Computes node n from moved operands. A NaN is left out, as of a power whose whole exponent was moved. */
static bool compute(const pass *p, wg_node n)
{
    const double by = unit_of(n) * sqrt(terms_of(n));
    double *to = p->value[n.index];
    wg_tensor t;
    if (!fill(p, n)) return false;
    const wg_node y = wg_node_leaf(n) == WG_LEAF_NONE ? build(p, n) : wg_none;
    for (int d = 0; d < p->draws && !wg_is_none(y); d++) {
        for (int k = 0; k < wg_node_operands(n); k++) {
            const wg_node x = wg_node_operand(n, k);
            if (p->value[x.index] && is_held(x) && !wg_is_none(p->map[x.index]) &&
                !set_operand(p, x, d, terms_of(n) > 1 ? by : 0,
                             OPERANDS + 32 * (uint64_t)n.index + (uint64_t)k))
                return false;
        }
        if (!wg_peek(y, &t)) continue;
        for (int64_t i = 0; i < size_of(n); i++) {
            const double v = wg_tensor_item(&t, i);
            if (!isnan(v)) to[p->draws * i + d] = v * (1 + sign(p, n.index, d, i) * unit_of(n));
        }
    }
    return true;
}

static bool is_used(const model *m, bool *const in[2], wg_node left, wg_node right, uint32_t i)
{
    return ((i <= left.index && in[0][i]) || (i <= right.index && in[1][i])) &&
           wg_dtype_is_float(wg_node_dtype(wg_graph_node(m->g, i)));
}

static bool compute_all(pass *p, wg_node left, wg_node right)
{
    model *m = p->m;
    const uint32_t last = left.index > right.index ? left.index : right.index;
    bool *in[] = { nodes_below(m->g, left), nodes_below(m->g, right) };
    const size_t nodes = (size_t)wg_graph_nodes(m->g);
    p->value = wg_alloc(m->c, nodes, sizeof *p->value);
    p->held = wg_alloc(m->c, nodes, 1);
    p->map = wg_alloc(m->c, nodes, sizeof *p->map);
    p->alone = wg_graph_new(m->c);
    double all = 0;
    for (uint32_t i = 1; i <= last && !wg_failed(m->c); i++)
        all += is_used(m, in, left, right, i) ? (double)size_of(wg_graph_node(m->g, i)) : 0;
    p->draws = all * DRAWS <= MOST ? DRAWS : all * LEAST >= MOST ? LEAST : (int)(MOST / all);
    for (uint32_t i = 1; i <= last && !wg_failed(m->c); i++) {
        const wg_node n = wg_graph_node(m->g, i);
        if (!is_used(m, in, left, right, i)) continue;
        p->value[i] = wg_alloc(m->c, (size_t)(p->draws * size_of(n)) + 1, sizeof(double));
        if (!p->value[i] || !compute(p, n)) break;
    }
    wg_free(m->c, in[0]), wg_free(m->c, in[1]);
    return model_ok(m);
}

/* The bar of element i: of l - r, or of one of them if the other is NULL. off: the difference without
 * passes. */
static double bar_of(const pass *p, const double *l, const double *r, int64_t i, double off)
{
    double sum = 0;
    bool finite = false; /* in a pass */
    for (int d = 0; d < p->draws; d++) {
        const int64_t k = p->draws * i + d;
        const double moved = (l ? l[k] : 0) - (r ? r[k] : 0);
        finite |= isfinite(moved);
        sum = hypot(sum, moved - off);
    }
    if (!isfinite(off))
        return finite ? INFINITY : 0; /* as where the rounding of a difference decides 1 /
                                                       * 0 */
    return isnan(sum) ? INFINITY : BARS * (double)DRAWS / p->draws * sum / sqrt(p->draws);
}

claim_bounds claim_bars(model *m, wg_node left, wg_node right)
{
    pass p = { .m = m };
    wg_tensor a, b;
    const uint32_t last = left.index > right.index ? left.index : right.index;
    const int64_t n = size_of(left);
    double *bar = wg_alloc(m->c, 3 * (size_t)n + 1, sizeof *bar);
    const bool floats = wg_dtype_is_float(wg_node_dtype(left)) && wg_dtype_is_float(wg_node_dtype(right));
    if (bar && floats && compute_all(&p, left, right) && model_value(m, left, &a) &&
        model_value(m, right, &b)) {
        const double *l = p.value[left.index], *r = p.value[right.index];
        for (int64_t i = 0; i < n; i++) {
            const double x = wg_tensor_item(&a, i), y = wg_tensor_item(&b, i);
            bar[i] = bar_of(&p, l, r, i, x - y);
            bar[n + i] = bar_of(&p, l, NULL, i, x);
            bar[2 * n + i] = bar_of(&p, NULL, r, i, -y);
        }
    }
    for (uint32_t i = 1; p.value && i <= last; i++) wg_free(m->c, p.value[i]);
    wg_free(m->c, p.value), wg_free(m->c, p.held), wg_free(m->c, p.map);
    wg_graph_free(p.alone);
    return model_ok(m) ? (claim_bounds){ bar, bar + n, bar + 2 * n } : (claim_bounds){ 0 };
}
