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
#include <stdlib.h>

#include "tool.h"
#include "wengert/op.h"

/* The streams of signs for operands begin here. Each node that reads an operand moves it by itself. */
static const uint64_t OPERANDS = (uint64_t)1 << 40;
/* MOST: numbers that are kept. Large graphs get fewer draws, and wider bars for that. */
enum { DRAWS = 8, LEAST = 2, BARS = 8, MOST = 1 << 25 };

/* Rows by node, which all claims of a model share: each leaves them empty, but for map. So a claim takes as
 * long as it has nodes, and not as long as the program is. */
struct claim_rows {
    size_t nodes;
    unsigned char *held, *used;
    wg_node *map;
    double **value; /* `draws` values of each element; NULL: it is no float */
    uint32_t *list; /* the nodes of this claim */
};

typedef struct pass {
    model *m;
    wg_graph *alone;
    unsigned char *held;
    wg_node *map;
    double **value;
    uint32_t *list, count;
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
    for (int k = 0; k < wg_node_operands(n); k++)
        if (is_held(wg_node_operand(n, k))) p->held[wg_node_operand(n, k).index] = 1;
    const wg_node y = wg_replay(n, p->alone, .held = p->held, .map = p->map);
    for (int k = 0; k < wg_node_operands(n); k++) p->held[wg_node_operand(n, k).index] = 0;
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

static bool is_float(const model *m, uint32_t i)
{
    return wg_dtype_is_float(wg_node_dtype(wg_graph_node(m->g, i)));
}

/* Makes the rows longer, if the graph has grown: to twice its nodes, so that many claims do that seldom. */
static bool rows(pass *p)
{
    model *m = p->m;
    struct claim_rows *r = m->rows ? m->rows : (m->rows = wg_alloc(m->c, 1, sizeof *r));
    const size_t nodes = (size_t)wg_graph_nodes(m->g);
    if (r && r->nodes < nodes) {
        wg_free(m->c, r->held), wg_free(m->c, r->used), wg_free(m->c, r->map);
        wg_free(m->c, r->value), wg_free(m->c, r->list);
        r->nodes = 2 * nodes;
        r->held = wg_alloc(m->c, r->nodes, 1), r->used = wg_alloc(m->c, r->nodes, 1);
        r->map = wg_alloc(m->c, r->nodes, sizeof *r->map);
        r->value = wg_alloc(m->c, r->nodes, sizeof *r->value);
        r->list = wg_alloc(m->c, r->nodes, sizeof *r->list);
    }
    if (!model_ok(m)) return false;
    p->held = r->held, p->map = r->map, p->value = r->value, p->list = r->list;
    return true;
}

static int by_number(const void *a, const void *b)
{
    const uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

static void list_node(pass *p, uint32_t i)
{
    unsigned char *used = p->m->rows->used;
    if (!used[i]) used[i] = 1, p->list[p->count++] = i;
}

/* What both sides are computed from, operands before what is made of them. */
static void list_nodes(pass *p, wg_node left, wg_node right)
{
    list_node(p, left.index), list_node(p, right.index);
    for (uint32_t k = 0; k < p->count; k++) {
        const wg_node n = wg_graph_node(p->m->g, p->list[k]);
        for (int j = 0; j < wg_node_operands(n); j++) list_node(p, wg_node_operand(n, j).index);
    }
    for (uint32_t k = 0; k < p->count; k++) p->m->rows->used[p->list[k]] = 0;
    qsort(p->list, p->count, sizeof *p->list, by_number);
}

static bool compute_all(pass *p, wg_node left, wg_node right)
{
    model *m = p->m;
    if (!rows(p)) return false;
    list_nodes(p, left, right);
    p->alone = wg_graph_new(m->c);
    double all = 0;
    for (uint32_t k = 0; k < p->count; k++)
        all += is_float(m, p->list[k]) ? (double)size_of(wg_graph_node(m->g, p->list[k])) : 0;
    p->draws = all * DRAWS <= MOST ? DRAWS : all * LEAST >= MOST ? LEAST : (int)(MOST / all);
    for (uint32_t k = 0; k < p->count && !wg_failed(m->c); k++) {
        const uint32_t i = p->list[k];
        const wg_node n = wg_graph_node(m->g, i);
        if (!is_float(m, i)) continue;
        p->value[i] = wg_alloc(m->c, (size_t)(p->draws * size_of(n)) + 1, sizeof(double));
        if (!p->value[i] || !compute(p, n)) break;
    }
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
    for (uint32_t k = 0; k < p.count; k++) wg_free(m->c, p.value[p.list[k]]), p.value[p.list[k]] = NULL;
    wg_graph_free(p.alone);
    return model_ok(m) ? (claim_bounds){ bar, bar + n, bar + 2 * n } : (claim_bounds){ 0 };
}
