/* claim_bars.c: how far rounding moves the difference of a claim's two sides, element by element.
 *
 * A computed result is the exact one for operands that are moved a little (Wilkinson's backward errors): the
 * result of one operation by a unit in the last place, the operands of a sum of m products by sqrt(m) units,
 * as m rounding errors of random sign grow so. Here that is done on purpose: the whole graph is computed
 * again with each float result multiplied by 1 + s u, s = 1 or -1 at random. What the sides have in common
 * moves alike in both, as its true rounding errors do; what cancels is moved before it cancels. Eight such
 * passes give the standard deviation of left - right for each element. A difference of eight standard
 * deviations is allowed.
 *
 * A node stays as it is where all that read it have its digits from what it was computed from, as 1 -
 * sigmoid(x) has.
 *
 * A leaf's element that is a whole number is exact, if it stands in no sum. Integers, and so all choices,
 * stay as they are. Some operations refuse a number that is not whole, as class labels. When one does, the
 * passes begin again, and computed whole numbers stay as they are too. */
#include <float.h>
#include <math.h>
#include <stdlib.h>

#include "tool.h"
#include "wengert/op.h"
#include "wengert/ops.h"

/* UNITS: how far a result is moved. By one unit it may round back to what it was, and a bar would be 0.
 * VARIANTS: tensors of signs of a shape; the nodes of a pass share them, and which one is another in each
 * pass. */
enum { HELPED = 1, PLAIN = 2 };
enum { DRAWS = 8, BARS = 8, UNITS = 2, VARIANTS = 4 };

/* Rows by node, which all claims of a model share: each leaves them as they were. So a claim takes as long as
 * it has nodes, and not as long as the program is. */
struct claim_rows {
    size_t nodes;
    unsigned char *used;
    uint32_t *list;      /* the nodes of this claim */
    unsigned char *read; /* who reads it: HELPED, PLAIN */
    double *terms;       /* the most terms of a sum that the node stands in */
};

typedef struct pass {
    model *m;
    wg_graph *moved; /* the graph that is computed with moved values */
    struct claim_rows *r;
    uint32_t count, both; /* of r->list; the node left - right */
    wg_node *sign;        /* tensors of signs, made when they are needed */
    size_t signs, room;
    int draw;
    bool whole; /* computed whole numbers are exact as well */
} pass;

static double unit_of(wg_node n) { return wg_node_dtype(n) == WG_F32 ? FLT_EPSILON : DBL_EPSILON; }
static int64_t size_of(wg_node n) { return wg_shape_size(wg_node_shape(n)); }

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

/* ---- the nodes of a claim ---- */

/* Makes the rows longer, if the graph has grown: to twice its nodes, so that many claims do that seldom. */
static bool rows(pass *p)
{
    model *m = p->m;
    struct claim_rows *r = p->r = m->rows ? m->rows : (m->rows = wg_alloc(m->c, 1, sizeof *r));
    const size_t nodes = (size_t)wg_graph_nodes(m->g);
    if (r && r->nodes < nodes) {
        wg_free(m->c, r->used), wg_free(m->c, r->list), wg_free(m->c, r->terms), wg_free(m->c, r->read);
        r->nodes = 2 * nodes;
        r->used = wg_alloc(m->c, r->nodes, 1), r->list = wg_alloc(m->c, r->nodes, sizeof *r->list);
        r->terms = wg_alloc(m->c, r->nodes, sizeof *r->terms), r->read = wg_alloc(m->c, r->nodes, 1);
    }
    return model_ok(m);
}

static void list_node(pass *p, uint32_t i)
{
    if (!p->r->used[i]) p->r->used[i] = 1, p->r->terms[i] = 1, p->r->read[i] = 0, p->r->list[p->count++] = i;
}

/* Whether n reads z and what z was computed from, and one of them has no derivative of its own: it helps. */
static bool is_helped(wg_node n, wg_node z)
{
    bool helped = false;
    for (int k = 0; wg_node_operands(z) == 1 && wg_node_op(n)->zero && k < wg_node_operands(n); k++)
        helped |= wg_node_operand(n, k).index == wg_node_operand(z, 0).index;
    return helped;
}

/* What the difference is computed from, and how many terms the sums have that each stands in. */
static void list_nodes(pass *p)
{
    list_node(p, p->both);
    for (uint32_t k = 0; k < p->count; k++) {
        const wg_node n = wg_graph_node(p->m->g, p->r->list[k]);
        const double terms = wg_node_leaf(n) == WG_LEAF_NONE ? terms_of(n) : 1;
        for (int j = 0; j < wg_node_operands(n); j++) {
            const uint32_t x = wg_node_operand(n, j).index;
            list_node(p, x);
            if (p->r->terms[x] < terms) p->r->terms[x] = terms;
            if (!(p->r->read[x] & PLAIN))
                p->r->read[x] = is_helped(n, wg_node_operand(n, j)) ? HELPED : PLAIN;
        }
    }
    for (uint32_t k = 0; k < p->count; k++) p->r->used[p->r->list[k]] = 0;
}

/* ---- moved values ---- */

/* A tensor of signs of that shape and dtype. */
static wg_node signs_of(pass *p, wg_node like, uint64_t variant)
{
    wg_context *c = p->m->c;
    const wg_dtype dtype = wg_node_dtype(like);
    const wg_shape shape = wg_node_shape(like);
    for (size_t i = 0; i < p->signs; i++)
        if (i % VARIANTS == variant && wg_node_dtype(p->sign[i]) == dtype &&
            wg_shape_equal(wg_node_shape(p->sign[i]), shape))
            return p->sign[i];
    if (p->signs + VARIANTS > p->room) return wg_none;
    const int64_t n = wg_shape_size(shape);
    double *v = wg_alloc(c, (size_t)n + 1, sizeof *v);
    for (int k = 0; v && k < VARIANTS; k++) {
        for (int64_t i = 0; i < n; i++) {
            const double s =
                wg_random_bits(wg_context_seed(c), p->signs, (uint64_t)p->draw, (uint64_t)i) & 1 ? 1 : -1;
            if (dtype == WG_F32) ((float *)(void *)v)[i] = (float)s;
            else v[i] = s;
        }
        p->sign[p->signs++] = wg_input_at("", p->moved, "", wg_view(dtype, v, shape));
    }
    wg_free(c, v);
    return v ? p->sign[p->signs - VARIANTS + variant] : wg_none;
}

/* Whether all elements are whole numbers of at most that size. Its value is in t. */
static bool is_whole(const pass *p, wg_node was, double most, wg_tensor *t)
{
    bool whole = model_value(p->m, was, t);
    for (int64_t i = 0; whole && i < size_of(was); i++) {
        const double v = wg_tensor_item(t, i);
        whole = v == rint(v) && fabs(v) <= most;
    }
    return whole;
}

/* Numbers and streams of random draws stay what they are. */
static wg_node move(void *user, wg_node was, wg_node now)
{
    pass *p = user;
    wg_tensor t;
    const wg_leaf leaf = wg_node_leaf(was);
    if (was.index == p->both || p->r->read[was.index] == HELPED || leaf == WG_LEAF_NUMBER ||
        leaf == WG_LEAF_STREAM || !wg_dtype_is_float(wg_node_dtype(now)))
        return now;
    if (leaf != WG_LEAF_NONE && p->r->terms[was.index] <= 1 && is_whole(p, was, INFINITY, &t)) return now;
    /* A number above 1 / FLT_EPSILON may be whole by rounding alone. What the node is computed from has
     * moved, so its value stands in its place. */
    if (p->whole && is_whole(p, was, 1 / FLT_EPSILON, &t)) return wg_input_at("", p->moved, "", t);
    const uint64_t bits =
        wg_random_bits(wg_context_seed(p->m->c), was.index, (uint64_t)p->draw, 7) % (2 * VARIANTS);
    const double by = UNITS * unit_of(was) * sqrt(p->r->terms[was.index]) * (bits & 1 ? -1 : 1);
    const wg_node s = signs_of(p, now, bits / 2);
    return wg_is_none(s) ? now
                         : wg_mul_at("", now, wg_add_at("", wg_number(1), wg_mul_at("", s, wg_number(by))));
}

/* ---- bars ---- */

/* Of one pass: left - right of each element to `to`, and each side behind it. False: it cannot be
 * computed. */
static bool draw(pass *p, int64_t n, double *to)
{
    const wg_graph *g = p->m->g;
    wg_tensor t[2];
    p->signs = 0;
    wg_begin(p->moved, wg_graph_mode(g));
    const wg_node y = wg_replay(wg_graph_node(g, p->both), p->moved, .each = move, .each_user = p);
    if (!wg_node_ok(y) || wg_failed(p->m->c)) return false;
    const wg_node side[] = { wg_node_operand(y, 0), wg_node_operand(y, 1) };
    wgx_graph_set_epoch(p->moved, wgx_graph_epoch(g));
    wgx_graph_freeze(p->moved, true);
    model_keep(side, 2);
    for (int i = 0; i < 2; i++)
        if (!wgx_peek(side[i], &t[i])) return false;
    for (int64_t i = 0; i < n; i++) {
        to[n + i] = wg_tensor_item(&t[0], i), to[2 * n + i] = wg_tensor_item(&t[1], i);
        to[i] = to[n + i] - to[2 * n + i];
    }
    return true;
}

/* The sum of squares so far, as its root, with one more draw. A NaN is left out, as of a power whose whole
 * exponent was moved. An infinity that the pass has, or has not, where the result has not, or has, shows that
 * rounding decides it. */
static double with_draw(double sum, double was, double now)
{
    if (isnan(now) || isnan(was)) return sum;
    if (isinf(was) || isinf(now)) return was == now ? sum : INFINITY;
    return hypot(sum, now - was);
}

static bool all_draws(pass *p, const wg_tensor side[2], int64_t n, double *bar)
{
    double *v = wg_alloc(p->m->c, 3 * (size_t)n + 1, sizeof *v);
    bool fine = v;
    for (p->draw = 0; fine && p->draw < DRAWS; p->draw++) {
        fine = draw(p, n, v);
        for (int64_t i = 0; fine && i < n; i++) {
            const double x = wg_tensor_item(&side[0], i), y = wg_tensor_item(&side[1], i);
            bar[i] = with_draw(bar[i], x - y, v[i]);
            bar[n + i] = with_draw(bar[n + i], x, v[n + i]),
                    bar[2 * n + i] = with_draw(bar[2 * n + i], y, v[2 * n + i]);
        }
    }
    for (int64_t i = 0; i < 3 * n; i++) bar[i] *= BARS / (UNITS * sqrt(DRAWS));
    wg_free(p->m->c, v);
    return fine;
}

/* Whether an operation refused what was moved, which is no error of the program. */
static bool is_refused(const pass *p)
{
    wg_context *c = p->m->c;
    if (p->m->status || wg_failed(c) == WG_ERROR_MEMORY) return false;
    wg_recover(c);
    return true;
}

claim_bounds claim_bars(model *m, wg_node left, wg_node right)
{
    pass p = { .m = m, .room = 4096 };
    wg_tensor side[2];
    const int64_t n = size_of(left);
    double *bar = wg_alloc(m->c, 3 * (size_t)n + 1, sizeof *bar);
    p.sign = wg_alloc(m->c, p.room, sizeof *p.sign);
    const bool floats = wg_dtype_is_float(wg_node_dtype(left)) && wg_dtype_is_float(wg_node_dtype(right));
    if (bar && p.sign && floats && model_value(m, left, &side[0]) && model_value(m, right, &side[1])) {
        p.moved = wg_graph_new(m->c);
        p.both = wg_sub_at(wg_inside(wg_node_site(left)), left, right).index;
        bool fine = rows(&p);
        if (fine) list_nodes(&p), fine = all_draws(&p, side, n, bar);
        if (!fine && is_refused(&p)) {
            for (int64_t i = 0; i < 3 * n; i++) bar[i] = 0;
            p.whole = true, fine = all_draws(&p, side, n, bar);
        }
        if (!fine && is_refused(&p))
            for (int64_t i = 0; i < 3 * n; i++) bar[i] = INFINITY; /* nothing is known */
    }
    wg_graph_free(p.moved);
    wg_free(m->c, p.sign);
    return model_ok(m) ? (claim_bounds){ bar, bar + n, bar + 2 * n } : (claim_bounds){ 0 };
}
