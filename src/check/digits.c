/* digits.c: a graph in binary128: opened, computed, and slopes of it. See digits.h. */
#include "check/digits.h"

#include "check/check_private.h"
#include "check/digits_ops.h"

#include "wengert/ops.h"
#include "wgx/op.h"

#if WGI_HAS_QUAD

typedef wgi_quad quad;

/* The most that one evaluation of f may take, in additions of about 50 ns; all values; passes of
 * expansions. */
enum { MOST_WORK = 1 << 16, MOST_ELEMENTS = 1 << 20, PASSES = 12 };

struct wgi_digits {
    wg_check *r;
    wg_node f;   /* root 0 in the graph that was given */
    wg_graph *g; /* has ops with evaluations alone, and what is taken from double */
    wg_node *root, *x;
    int roots, n;
    wg_node *there; /* by node of the graph that was given, what has its value in g; wg_none: nothing */
    int64_t from_nodes;
    int64_t nodes;                  /* of g. The lists below are by node of g */
    const wgi_quad_op **op;         /* NULL: the value is that of double */
    unsigned char *needed, *on_way; /* on_way: it leads to root 0, not by what stands still */
    uint64_t *moves;                /* the inputs that it moves with: bit_of */
    quad **value, **moved;          /* at the point, and beside it: of nodes that lie on_way */
    quad **terms;                   /* at the point: wgi_digits_gradient */
    unsigned char *forward;         /* root 0 depends on it */
    wg_node *mover;                 /* of an op that moves elements: it says where they go */
    int64_t **place;
    const quad **operand;       /* room for the operands of a node */
    bool changed;               /* by the present pass */
    bool is_settled, has_terms; /* terms: at this point */
};

/* More than 63 inputs share the last bit: then nodes are computed that do not move. */
static uint64_t bit_of(int k) { return (uint64_t)1 << (k < 63 ? k : 63); }

static const wgi_quad_op *evaluation_of(wg_node n)
{
    if (wg_node_leaf(n) != WG_LEAF_NONE || wgi_is_choice(n)) return NULL;
    return wgi_quad_op_of(wg_node_op(n));
}

/* ---- the graph ---- */

/* In place of an op of the library without an evaluation: its expansion. */
static wg_node expanded(void *self, wg_node was, wg_node now)
{
    wgi_digits *d = self;
    const wg_op *op = wg_node_op(now);
    if (wg_node_leaf(now) != WG_LEAF_NONE || wgi_is_choice(now) || evaluation_of(now)) return now;
    if (!op->expand || wgx_hints(op)->library != op) return now;
    const int n = wg_node_operands(now);
    wg_node *x = wg_alloc(d->r->c, (size_t)n + 1, sizeof *x), y[WG_MAX_OUTPUTS] = { wg_none };
    const wg_site here = wg_node_site(now);
    const uint32_t first = wg_part_at(here, now, 0).index;
    for (int k = 0; x && k < n; k++) x[k] = wg_node_operand(now, k);
    if (x) op->expand(wg_inside(here), x, n, wg_attr(now), y);
    wg_free(d->r->c, x);
    const wg_node made = y[now.index - first];
    if (!wg_node_ok(made) || made.index == now.index) return now;
    d->changed = true;
    return made;
}

/* One node that depends on all roots; wg_none: some root is not in double. */
static wg_node join(const wg_node root[], int roots)
{
    const wg_site here = wg_node_site(root[0]);
    wg_node *part = wg_alloc(wg_graph_context(wg_graph_of(root[0])), (size_t)roots, sizeof *part),
            y = wg_none;
    int n = 0;
    bool ok = part;
    for (int k = 0; ok && k < roots; k++) {
        if (wg_is_none(root[k])) continue;
        ok = wg_node_dtype(root[k]) == WG_F64;
        if (ok) part[n++] = wg_reshape_at(here, root[k], WG_SHAPE(wgi_elements(root[k])));
    }
    if (ok && n) y = wg_concat_at(here, &WG_OPTS(wg_join_args, .x = part, .n = n));
    wg_free(wg_graph_context(wg_graph_of(root[0])), part);
    return y;
}

static wg_node there(const wg_node *map, wg_node n) { return wg_is_none(n) ? n : map[n.index]; }

/* Builds what `joined` depends on in a new graph, which becomes d->g. */
static wg_node pass(wgi_digits *d, wg_node joined)
{
    wg_check *r = d->r;
    wg_graph *from = wg_graph_of(joined), *g = wg_graph_new(r->c);
    wg_node *map = wg_alloc(r->c, (size_t)wg_graph_nodes(from), sizeof *map), y = wg_none;
    d->changed = false;
    if (!wg_failed(r->c))
        y = wgi_check_replay(
            joined, g, from,
            &WG_OPTS(wg_replay_opts, .map = map, .pieces = true, .each = expanded, .each_user = d));
    const bool ok = !wg_failed(r->c) && wg_node_ok(y);
    for (int64_t i = 1; ok && i < d->from_nodes; i++) d->there[i] = there(map, d->there[i]);
    wg_free(r->c, map);
    wg_graph_free(d->g);
    d->g = g;
    return ok ? y : wg_none;
}

/* False: the graph cannot be built. */
static bool build(wgi_digits *d, const wg_node root[], const wg_node x[])
{
    wg_graph *from = wg_graph_of(root[0]);
    d->root = wg_alloc(d->r->c, (size_t)d->roots, sizeof *d->root);
    d->x = wg_alloc(d->r->c, (size_t)d->n + 1, sizeof *d->x);
    d->from_nodes = wg_graph_nodes(from);
    d->there = wg_alloc(d->r->c, (size_t)d->from_nodes, sizeof *d->there);
    if (wg_failed(d->r->c)) return false;
    for (int64_t i = 1; i < d->from_nodes; i++) d->there[i] = wg_graph_node(from, i);
    wg_node y = join(root, d->roots);
    d->changed = true;
    for (int i = 0; i < PASSES && d->changed && !wg_is_none(y); i++) y = pass(d, y);
    for (int k = 0; k < d->roots; k++) d->root[k] = there(d->there, root[k]);
    for (int k = 0; k < d->n; k++) d->x[k] = there(d->there, x[k]);
    return !wg_is_none(y) && !d->changed && !wg_is_none(d->root[0]);
}

/* ---- which nodes are computed how ---- */

static bool reads(const wgi_quad_op *op, int k) { return !op || k > 31 || !(op->ignores >> k & 1); }

/* Whether all that moves has an evaluation. */
static bool look(wgi_digits *d)
{
    for (int k = 0; k < d->n; k++)
        if (!wg_is_none(d->x[k]) && wg_dtype_is_float(wg_node_dtype(d->x[k])))
            d->moves[d->x[k].index] = bit_of(k);
    for (int64_t i = 1; i < d->nodes; i++) {
        const wg_node n = wg_graph_node(d->g, i);
        if (wg_node_leaf(n) != WG_LEAF_NONE || wgi_is_choice(n)) continue;
        d->op[i] = evaluation_of(n);
        for (int k = 0; k < wg_node_operands(n) && !wgx_op_is(wg_node_op(n), "stop_gradient"); k++)
            if (reads(d->op[i], k)) d->moves[i] |= d->moves[wg_node_operand(n, k).index];
    }
    for (int k = 0; k < d->roots; k++)
        if (!wg_is_none(d->root[k])) d->needed[d->root[k].index] = 1;
    d->on_way[d->root[0].index] = d->moves[d->root[0].index] != 0;
    d->forward[d->root[0].index] = 1;
    for (int64_t i = d->root[0].index; i > 0; i--)
        for (int k = 0; d->forward[i] && k < wg_node_operands(wg_graph_node(d->g, i)); k++)
            d->forward[wg_node_operand(wg_graph_node(d->g, i), k).index] = 1;
    for (int64_t i = d->nodes - 1; i > 0; i--) {
        const wg_node n = wg_graph_node(d->g, i);
        if (d->needed[i] && d->moves[i] && !(wg_node_dtype(n) == WG_F64)) return false;
        if (d->needed[i] && d->moves[i] && !d->op[i] && wg_node_leaf(n) == WG_LEAF_NONE) return false;
        for (int k = 0; d->needed[i] && d->op[i] && k < wg_node_operands(n); k++) {
            const uint32_t x = wg_node_operand(n, k).index;
            if (!reads(d->op[i], k)) continue;
            d->needed[x] = 1;
            if (d->on_way[i] && d->moves[x]) d->on_way[x] = 1;
        }
    }
    return true;
}

/* A node with the op of n, to whose operands that move their elements' numbers are given, from 1 on. */
static wg_node mover_of(const wgi_digits *d, wg_node n)
{
    static const char *const adjoint[][2] = { { "max_pool_grad", "max_pool_pick" } };
    const wg_op *op = wg_node_op(n);
    const uint32_t moves = wgi_quad_op_of(op)->moves;
    const int operands = wg_node_operands(n);
    const wg_site here = wg_node_site(n);
    const bool is_adjoint = wgx_op_is(op, adjoint[0][0]);
    wg_node *x = wg_alloc(d->r->c, (size_t)operands, sizeof *x), y = wg_none;
    double next = 0;
    for (int k = 0; x && k < operands; k++) {
        x[k] = wg_node_operand(n, k);
        if (k < 32 && !(moves >> k & 1)) continue;
        const wg_node shaped = is_adjoint ? n : x[k];
        double *number = wgi_check_doubles(d->r, wgi_elements(shaped));
        for (int64_t i = 0; number && i < wgi_elements(shaped); i++) number[i] = ++next;
        if (number) x[k] = wg_input_at(here, d->g, "", wg_view_f64(number, wg_node_shape(shaped)));
        wg_free(d->r->c, number);
    }
    if (x) y = wg_apply(here, is_adjoint ? wg_op_find(adjoint[0][1]) : op, x, operands, wg_attr(n));
    wg_free(d->r->c, x);
    return y;
}

static bool prepare(wgi_digits *d)
{
    wg_context *c = d->r->c;
    const size_t nodes = (size_t)d->nodes;
    double work = 0, all = 0;
    int64_t elements = 0;
    int most = 1;
    for (int64_t i = 1; i < d->nodes; i++) {
        const wg_node n = wg_graph_node(d->g, i);
        if (!d->needed[i]) continue;
        elements += wgi_elements(n);
        if (wg_node_operands(n) > most) most = wg_node_operands(n);
        const double cost = d->op[i] ? wgi_quad_cost(d->op[i], n) : 0;
        all += cost, work += d->on_way[i] ? cost : 0;
    }
    if (work > MOST_WORK || all > 8 * MOST_WORK || elements > MOST_ELEMENTS) return false;
    d->value = wg_alloc(c, nodes, sizeof *d->value), d->moved = wg_alloc(c, nodes, sizeof *d->moved);
    d->terms = wg_alloc(c, nodes, sizeof *d->terms);
    d->mover = wg_alloc(c, nodes, sizeof *d->mover), d->place = wg_alloc(c, nodes, sizeof *d->place);
    d->operand = wg_alloc(c, (size_t)most, sizeof *d->operand);
    for (int64_t i = 1; i < d->nodes && !wg_failed(c); i++) {
        const wg_node n = wg_graph_node(d->g, i);
        const size_t size = (size_t)wgi_elements(n) + 1;
        if (!d->needed[i]) continue;
        d->value[i] = wg_alloc(c, size, sizeof(quad));
        if (d->roots > 1) d->terms[i] = wg_alloc(c, size, sizeof(quad));
        if (d->on_way[i]) d->moved[i] = wg_alloc(c, size, sizeof(quad));
        if (!d->op[i] && wg_node_leaf(n) == WG_LEAF_NONE) wg_keep_at("", n);
        if (!d->op[i] || !d->op[i]->moves) continue;
        d->mover[i] = mover_of(d, n);
        if (wg_failed(c)) break;
        wg_keep_at("", d->mover[i]);
        d->place[i] = wg_alloc(c, (size_t)wgi_elements(d->mover[i]) + 1, sizeof **d->place);
    }
    return !wg_failed(c);
}

static wgi_digits *open_roots(wg_check *r, const wg_node root[], int roots, const wg_node x[], int n)
{
    wgi_digits *d = wg_alloc(r->c, 1, sizeof *d);
    if (!d) return NULL;
    *d = (wgi_digits){ .r = r, .f = root[0], .roots = roots, .n = n };
    bool ok = build(d, root, x);
    if (ok) {
        const size_t nodes = (size_t)(d->nodes = wg_graph_nodes(d->g));
        d->op = wg_alloc(r->c, nodes, sizeof *d->op), d->moves = wg_alloc(r->c, nodes, sizeof *d->moves);
        d->needed = wg_alloc(r->c, nodes, 1), d->on_way = wg_alloc(r->c, nodes, 1);
        d->forward = wg_alloc(r->c, nodes, 1);
        ok = !wg_failed(r->c) && look(d) && prepare(d);
    }
    wgi_check_recover(r);
    if (ok) return d;
    wgi_digits_close(d);
    return NULL;
}

wgi_digits *wgi_digits_open(wg_check *r, const wg_node root[], int roots, const wg_node x[], int n)
{
    if (wg_is_none(root[0]) || wgi_elements(root[0]) != 1) return NULL;
    wgi_digits *d = open_roots(r, root, roots, x, n);
    return d || roots == 1 ? d : open_roots(r, root, 1, x, n);
}

void wgi_digits_close(wgi_digits *d)
{
    if (!d) return;
    wg_context *c = d->r->c;
    for (int64_t i = 0; i < d->nodes; i++) {
        if (d->value) wg_free(c, d->value[i]);
        if (d->moved) wg_free(c, d->moved[i]);
        if (d->terms) wg_free(c, d->terms[i]);
        if (d->place) wg_free(c, d->place[i]);
    }
    wg_free(c, d->value), wg_free(c, d->moved), wg_free(c, d->place), wg_free(c, d->mover);
    wg_free(c, d->terms), wg_free(c, d->forward);
    wg_free(c, d->root), wg_free(c, d->x), wg_free(c, d->there), wg_free(c, (void *)d->op);
    wg_free(c, d->needed), wg_free(c, d->on_way), wg_free(c, d->moves), wg_free(c, (void *)d->operand);
    wg_graph_free(d->g);
    wg_free(c, d);
}

/* ---- values ---- */

/* x: the inputs that are beside the point; 0: none. */
static void compute(wgi_digits *d, int64_t i, uint64_t x)
{
    const wg_node n = wg_graph_node(d->g, i);
    for (int k = 0; k < wg_node_operands(n); k++) {
        const uint32_t j = wg_node_operand(n, k).index;
        d->operand[k] = d->moves[j] & x && d->moved[j] ? d->moved[j] : d->value[j];
    }
    wgi_quad_run(d->op[i], &(wgi_quad_call){ n, d->operand, x ? d->moved[i] : d->value[i], d->place[i] });
}

/* The value that double gives. */
static bool load(wgi_digits *d, int64_t i)
{
    wg_tensor t;
    const wg_node n = wg_graph_node(d->g, i);
    if (wg_node_leaf(n) == WG_LEAF_STREAM) return true;
    if (!wgi_check_peek(d->r, n, &t)) return false;
    for (int64_t e = 0; e < wgi_elements(n); e++) d->value[i][e] = wg_tensor_item(&t, e);
    return true;
}

static bool place(wgi_digits *d, int64_t i)
{
    wg_tensor t;
    if (!wgi_check_peek(d->r, d->mover[i], &t)) return false;
    const bool is_number = d->op[i]->run; /* of an element that is kept: any number but 0 */
    for (int64_t e = 0; e < wgi_elements(d->mover[i]); e++) {
        const double v = wg_tensor_item(&t, e);
        d->place[i][e] = is_number && v != 0 && fabs(v) < 1 ? 1 : (int64_t)v;
    }
    return true;
}

static bool is_finite(quad a) { return a - a == 0; }
static quad larger(quad a, quad b) { return a > b ? a : b; }

/* Whether f in double is that in quad to this share of it, or of the terms of a sum. */
static bool is_same(const wgi_digits *d, quad f, double share)
{
    wg_tensor t;
    const wg_node root = d->root[0];
    if (!wgi_check_peek(d->r, d->f, &t) || !is_finite(f)) return false;
    const double in_double = wg_tensor_item(&t, 0);
    if (share == INFINITY) return isfinite(in_double);
    quad size = 0;
    if (wgx_op_is(wg_node_op(root), "sum")) {
        const wg_node x = wg_node_operand(root, 0);
        for (int64_t i = 0; d->value[x.index] && i < wgi_elements(x); i++)
            size += WGI_Q(fabs)(d->value[x.index][i]);
    }
    return isfinite(in_double) && WGI_Q(fabs)(f - in_double) <= share * larger(size, WGI_Q(fabs)(f));
}

bool wgi_digits_settle(wgi_digits *d, double share)
{
    wg_tensor t;
    bool ok = true;
    d->has_terms = false;
    for (int64_t i = 1; i < d->from_nodes && ok; i++) {
        const wg_node n = wg_graph_node(wg_graph_of(d->f), i);
        if (wg_node_leaf(n) == WG_LEAF_INPUT && !wg_is_none(d->there[i]))
            ok = wgi_check_peek(d->r, n, &t) && wg_input_set_at("", d->there[i], t) == WG_OK;
    }
    for (int64_t i = 1; i < d->nodes && ok; i++) {
        if (!d->needed[i]) continue;
        if (!d->op[i]) ok = load(d, i);
        else if (!d->op[i]->moves || (ok = place(d, i))) compute(d, i, 0);
    }
    wgi_check_recover(d->r);
    return d->is_settled = ok && is_same(d, d->value[d->root[0].index][0], share);
}

void wgi_digits_round(wgi_digits *d, const double by[], uint64_t stream)
{
    for (int k = 0; k < d->n; k++) {
        quad *v = d->value[d->x[k].index];
        for (int64_t e = 0; v && e < wgi_elements(d->x[k]); e++)
            v[e] *= 1 + by[k] * wgi_check_normal(d->r, stream + (uint64_t)k, (uint64_t)e);
    }
    for (int64_t i = 1; i < d->nodes; i++)
        if (d->needed[i] && d->op[i] && d->moves[i]) compute(d, i, 0);
}

/* ---- what the reverse sweep adds ---- */

/* What f depends on rounds by itself, and so does a difference from it, as in 1 - y. */
static bool is_swept(const wgi_digits *d, wg_node n)
{
    return !d->forward[n.index] && wg_node_leaf(n) == WG_LEAF_NONE;
}

/* The sums of the moduli of the terms of node i. */
static void compute_terms(wgi_digits *d, int64_t i)
{
    const wg_node n = wg_graph_node(d->g, i);
    const wgi_quad_op *op = d->forward[i] ? NULL : d->op[i];
    if (op && op->linear == (uint32_t)WGI_QUAD_SUM)
        op = is_swept(d, wg_node_operand(n, 0)) && is_swept(d, wg_node_operand(n, 1))
                 ? wgi_quad_op_of(wg_op_find("add"))
                 : NULL;
    if (op && !op->linear) op = NULL;
    for (int k = 0; op && k < wg_node_operands(n); k++) {
        const uint32_t x = wg_node_operand(n, k).index;
        const bool is_term = op->linear == (uint32_t)WGI_QUAD_SUM || k > 31 || op->linear >> k & 1;
        d->operand[k] = is_term && d->terms[x] ? d->terms[x] : d->value[x];
    }
    if (op) wgi_quad_run(op, &(wgi_quad_call){ n, d->operand, d->terms[i], d->place[i] });
    for (int64_t e = 0; e < wgi_elements(n); e++)
        d->terms[i][e] = WGI_Q(fabs)(op ? d->terms[i][e] : d->value[i][e]);
}

bool wgi_digits_gradient(wgi_digits *d, int k, double to[], double terms[])
{
    const wg_node root = 1 + k < d->roots ? d->root[1 + k] : wg_none;
    if (wg_is_none(root)) return false;
    for (int64_t i = 1; terms && !d->has_terms && i < d->nodes; i++)
        if (d->needed[i] && d->terms[i]) compute_terms(d, i);
    d->has_terms |= terms != NULL;
    for (int64_t e = 0; e < wgi_elements(root); e++) {
        to[e] = (double)d->value[root.index][e];
        if (terms) terms[e] = (double)d->terms[root.index][e];
    }
    return true;
}

/* ---- where digits are lost ---- */

/* How far node n of the graph that was given is off in double: the largest share of an element. */
static double off_of(const wgi_digits *d, wg_node n)
{
    const wg_node t = d->there[n.index];
    wg_tensor in_double;
    double most = 0;
    if (wg_is_none(t) || !d->needed[t.index] || !wgi_check_peek(d->r, n, &in_double)) return 0;
    for (int64_t e = 0; e < wgi_elements(n); e++) {
        const quad v = d->value[t.index][e], off = WGI_Q(fabs)(wg_tensor_item(&in_double, e) - v);
        if (off > 0 && is_finite(v)) most = fmax(most, v == 0 ? 1 : (double)(off / WGI_Q(fabs)(v)));
    }
    return most;
}

wg_node wgi_digits_lost(const wgi_digits *d, double *factor)
{
    static const double FORWARD = 1e3; /* then it is no fault of the sweep */
    wg_graph *from = wg_graph_of(d->f);
    double *off = wg_alloc(d->r->c, (size_t)d->from_nodes, sizeof *off), most = 0;
    wg_node at = wg_none;
    for (int64_t i = 1; off && d->is_settled && i < d->from_nodes; i++) {
        const wg_node n = wg_graph_node(from, i);
        double before = DBL_EPSILON;
        off[i] = off_of(d, n);
        for (int k = 0; k < wg_node_operands(n); k++) before = fmax(before, off[wg_node_operand(n, k).index]);
        if (i == d->f.index + 1 && most > FORWARD) break;
        if (off[i] / before > most) most = off[i] / before, at = n;
    }
    wg_free(d->r->c, off);
    wgi_check_recover(d->r);
    *factor = most;
    return at;
}

/* ---- slopes ---- */

static quad value_at(wgi_digits *d, const wgi_ray *ray, quad t)
{
    const int64_t x = d->x[ray->k].index, root = d->root[0].index;
    const uint64_t bit = bit_of(ray->k);
    for (int64_t i = 1; i <= root; i++) {
        if (!d->on_way[i] || !(d->moves[i] & bit)) continue;
        if (d->op[i]) compute(d, i, bit);
        else memcpy(d->moved[i], d->value[i], (size_t)wgi_elements(wg_graph_node(d->g, i)) * sizeof(quad));
        for (int64_t e = ray->low; i == x && e < ray->high; e++) d->moved[i][e] += t * ray->u[e];
    }
    return d->moved[root][0];
}

typedef struct estimate {
    quad value, bar, largest; /* largest: |f| */
} estimate;

/* Central differences at h, h / 2, h / 4, extrapolated to 0 (Richardson). blur: what rounding of x does to
 * f. */
static estimate slope_at(wgi_digits *d, const wgi_ray *ray, quad h, quad blur)
{
    static const double ROUNDING = 0x1p-112;
    quad difference[3], most = 0;
    for (int j = 0; j < 3; j++, h /= 2) {
        const quad up = value_at(d, ray, h), down = value_at(d, ray, -h);
        most = larger(most, larger(WGI_Q(fabs)(up), WGI_Q(fabs)(down)));
        difference[j] = (up - down) / (2 * h);
    }
    const quad one = (4 * difference[1] - difference[0]) / 3, two = (4 * difference[2] - difference[1]) / 3,
               value = (16 * two - one) / 15;
    return (estimate){ value, WGI_Q(fabs)(value - two) + 16 * ROUNDING * (most + blur) / h, most };
}

/* The gradient in quad against the slope, and against that in double. */
static void compare_rule(const wgi_digits *d, const wgi_ray *ray, quad slope, wgi_exact_slope *e)
{
    const quad *g = 1 + ray->k < d->roots && !wg_is_none(d->root[1 + ray->k])
                        ? d->value[d->root[1 + ray->k].index]
                        : NULL;
    quad sum = 0, lost = 0;
    for (int64_t i = ray->low; g && i < ray->high; i++) {
        if (ray->u[i] == 0) continue;
        sum += g[i] * ray->u[i];
        lost += (g[i] - ray->yours[i]) * ray->u[i];
    }
    e->has_rule = g && is_finite(sum) && is_finite(lost);
    e->off = (double)WGI_Q(fabs)(sum - slope);
    e->rounding = (double)WGI_Q(fabs)(lost);
}

wgi_exact_slope wgi_digits_slope(wgi_digits *d, const wgi_ray *ray)
{
    /* the long ones: for a slope that f hardly shows, the others where f bends */
    static const double STEP[] = { 0x1p-20, 0x1p-10, 0x1p-5, 0x1p-32, 0x1p-44 }, GOOD = 1e-12, POOR = 1e-9,
                        FLAT = 1e-15;
    enum { STEPS = sizeof STEP / sizeof *STEP, LONG = 3 };
    wgi_exact_slope e = { .value = NAN, .bar = INFINITY };
    estimate best = { 0 };
    quad size = 0, blur = 0, unit;
    if (!d->is_settled || wg_is_none(d->x[ray->k])) return e;
    const quad *at = d->value[d->x[ray->k].index]; /* NULL: nothing depends on it */
    for (int64_t i = ray->low; i < ray->high; i++) {
        size += WGI_Q(fabs)((quad)ray->yours[i] * ray->u[i]);
        if (at) blur += WGI_Q(fabs)((quad)ray->yours[i] * at[i]);
    }
    if (!is_finite(size) || !is_finite(blur)) return e;
    const bool moves = d->on_way[d->root[0].index] && d->moves[d->root[0].index] & bit_of(ray->k);
    for (int j = 0; moves && j < STEPS; j++, e.evaluations += 6) {
        const estimate s = slope_at(d, ray, (quad)STEP[j] * ray->scale, blur);
        if (is_finite(s.value) && (!e.is_known || s.bar < best.bar)) best = s, e.is_known = true;
        unit = best.largest * FLAT / ray->scale;
        const bool is_flat = e.is_known && best.bar <= unit && (size == 0 || j >= LONG - 1);
        if (is_flat || (e.is_known && best.bar <= GOOD * larger(size, WGI_Q(fabs)(best.value)))) break;
        if (!j && best.bar > unit) j = LONG - 1; /* f bends: shorter steps */
    }
    size = larger(size, WGI_Q(fabs)(best.value));
    unit = best.largest * FLAT / ray->scale;
    e.value = (double)best.value, e.bar = (double)best.bar;
    e.is_known = !moves || (e.is_known && isfinite(e.value) && best.bar <= larger(POOR * size, unit));
    compare_rule(d, ray, best.value, &e);
    return e;
}

#else

wgi_digits *wgi_digits_open(wg_check *r, const wg_node root[], int roots, const wg_node x[], int n)
{
    return NULL;
}
void wgi_digits_close(wgi_digits *d) {}
bool wgi_digits_settle(wgi_digits *d, double share) { return false; }
bool wgi_digits_gradient(wgi_digits *d, int k, double to[], double terms[]) { return false; }
void wgi_digits_round(wgi_digits *d, const double by[], uint64_t stream) {}
wg_node wgi_digits_lost(const wgi_digits *d, double *factor) { return wg_none; }
wgi_exact_slope wgi_digits_slope(wgi_digits *d, const wgi_ray *ray) { return (wgi_exact_slope){ 0 }; }

#endif
