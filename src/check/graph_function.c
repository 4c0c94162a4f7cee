/* graph_function.c: a scalar of a graph as the function of a claim: itself, as one of the smooth functions
 * that it is made of, and the numbers inside it: their gradients, and how far their rounding may move it. */
#include "check/check_private.h"

#include <float.h>

#include "wengert/grad.h"
#include "wengert/ops.h"
#include "wgx/op.h"

/* ---- graphs in which nodes stand still ---- */

bool wgi_freeze(wg_check *r, wgi_frozen *z, const unsigned char *held, wg_node *map)
{
    const int64_t nodes = wg_graph_nodes(z->moving);
    z->from = wg_alloc(r->c, (size_t)nodes, sizeof *z->from);
    z->to = wg_alloc(r->c, (size_t)nodes, sizeof *z->to);
    z->g = wg_graph_new(r->c);
    if (wg_failed(r->c)) return false;
    wg_tensor t;
    for (int64_t i = 1; i < nodes; i++) /* an input begins with the value that the node has */
        if (held[i]) wgi_check_peek(r, wg_graph_node(z->moving, i), &t);
    z->root =
        wgi_check_replay(z->moving_root, z->g, z->moving, &WG_OPTS(wg_replay_opts, .held = held, .map = map));
    for (int64_t i = 1; i < nodes; i++)
        if (held[i] && !wg_is_none(map[i]))
            z->from[z->count] = wg_graph_node(z->moving, i), z->to[z->count++] = map[i];
    return !wg_failed(r->c) && wg_node_ok(z->root);
}

void wgi_frozen_settle(wg_check *r, const wgi_frozen *z, const wg_node at[])
{
    wg_tensor t;
    for (int k = 0; z->g && k < z->n; k++)
        if (!wg_is_none(z->moving_x[k]) && !wg_is_none(at[k]) && wgi_check_peek(r, at[k], &t))
            wg_input_set_at("", z->moving_x[k], t);
    for (int i = 0; z->g && i < z->count; i++)
        if (wgi_check_peek(r, z->from[i], &t)) wg_input_set_at("", z->to[i], t);
}

void wgi_frozen_close(wg_check *r, wgi_frozen *z)
{
    wg_free(r->c, z->moving_x), wg_free(r->c, z->x), wg_free(r->c, z->from), wg_free(r->c, z->to);
    wg_graph_free(z->moving), wg_graph_free(z->g);
    *z = (wgi_frozen){ 0 };
}

/* Whether a piece of the function has one value of the node. */
static bool is_choice(wg_node n) { return wgi_is_choice(n) || wgx_op_is(wg_node_op(n), "stop_gradient"); }

/* map: the nodes of the pieces, by node of the function. */
static bool hold_choices(wg_check *r, wgi_frozen *p, const wg_node *map, const wg_node also[], int more)
{
    const int64_t nodes = wg_graph_nodes(p->moving);
    unsigned char *held = wg_alloc(r->c, (size_t)nodes, 1);
    wg_node *to = wg_alloc(r->c, (size_t)nodes, sizeof *to);
    if (wg_failed(r->c)) return false;
    for (int64_t i = 1; i < nodes; i++) held[i] = is_choice(wg_graph_node(p->moving, i));
    for (int i = 0; i < more; i++) held[map[also[i].index].index] = 1;
    held[0] = 0; /* of nodes that the pieces have not */
    const bool ok = wgi_freeze(r, p, held, to);
    for (int k = 0; ok && k < p->n; k++)
        p->x[k] = wg_is_none(p->moving_x[k]) ? wg_none : to[p->moving_x[k].index];
    wg_free(r->c, held), wg_free(r->c, to);
    return ok;
}

static bool are_equal(wg_check *r, wg_node a, wg_node b)
{
    wg_tensor s, t;
    if (!wgi_check_peek(r, a, &s) || !wgi_check_peek(r, b, &t)) return false;
    for (int64_t i = 0, n = wg_shape_size(s.shape); i < n; i++)
        if (wg_tensor_item(&s, i) != wg_tensor_item(&t, i)) return false;
    return true;
}

void wgi_pieces_open(wg_check *r, wgi_frozen *p, wg_node root, const wg_node x[], int n, const wg_node also[],
                     int more)
{
    wg_graph *g = wg_graph_of(root);
    *p = (wgi_frozen){ .n = n };
    bool has_kinks = false;
    for (int64_t i = 1; i <= root.index && !has_kinks; i++) {
        const wg_node y = wg_graph_node(g, i);
        has_kinks = is_choice(y) || (wg_node_leaf(y) == WG_LEAF_NONE && wg_node_op(y)->kinked);
    }
    if (!has_kinks) return;
    p->moving = wg_graph_new(r->c);
    wg_node *map = wg_alloc(r->c, (size_t)wg_graph_nodes(g), sizeof *map);
    p->moving_x = wg_alloc(r->c, (size_t)n, sizeof *p->moving_x);
    p->x = wg_alloc(r->c, (size_t)n, sizeof *p->x);
    if (!wg_failed(r->c))
        p->moving_root =
            wgi_check_replay(root, p->moving, g, &WG_OPTS(wg_replay_opts, .map = map, .pieces = true));
    bool ok = !wg_failed(r->c) && wg_node_ok(p->moving_root);
    for (int k = 0; ok && k < n; k++) p->moving_x[k] = wg_is_none(x[k]) ? wg_none : map[x[k].index];
    ok = ok && hold_choices(r, p, map, also, more) && are_equal(r, p->root, root);
    wg_free(r->c, map);
    wgi_check_recover(r);
    if (!ok) wgi_frozen_close(r, p);
}

/* ---- between the inputs and the root ---- */

/* A node that a rewrite made and dropped depends on an input, but the root does not depend on it. */
static void mark_between(wgi_inside *in, const wg_node x[], int n)
{
    const int64_t root = in->root.index;
    unsigned char *leads = wg_alloc(in->r->c, (size_t)root + 1, 1);
    for (int k = 0; leads && k < n; k++)
        if (x[k].index <= root) in->on[x[k].index] = 1;
    in->on[0] = 0;
    for (int64_t i = 1; leads && i <= root; i++) {
        const wg_node y = wg_graph_node(in->g, i);
        for (int k = 0; k < wg_node_operands(y); k++) in->on[i] |= in->on[wg_node_operand(y, k).index];
    }
    if (leads) leads[root] = 1;
    for (int64_t i = root; leads && i > 0; i--) {
        const wg_node y = wg_graph_node(in->g, i);
        for (int k = 0; leads[i] && k < wg_node_operands(y); k++) leads[wg_node_operand(y, k).index] = 1;
        in->on[i] &= leads[i];
    }
    wg_free(in->r->c, leads);
}

bool wgi_inside_open(wgi_inside *in, wg_check *r, wg_node root, const wg_node x[], int n)
{
    wg_context *c = r->c;
    const size_t nodes = (size_t)root.index + 1;
    int count = 0;
    *in = (wgi_inside){ .r = r, .g = wg_graph_of(root), .root = root };
    in->on = wg_alloc(c, nodes, 1), in->gz = wg_alloc(c, nodes, sizeof *in->gz);
    wg_node *z = wg_alloc(c, nodes, sizeof *z), *gz = wg_alloc(c, nodes, sizeof *gz);
    bool ok = !wg_failed(c);
    if (ok) mark_between(in, x, n);
    for (int64_t i = 1; ok && i <= root.index; i++) {
        const wg_node y = wg_graph_node(in->g, i);
        const wg_op *op = wg_node_op(y);
        if (in->on[i] && op && op->outputs <= 1 && wg_dtype_is_float(wg_node_dtype(y))) z[count++] = y;
    }
    ok = ok && in->on[root.index];
    if (ok && wg_grads_at(wg_node_site(root), root, z, count, gz) != WG_OK) { /* some have no gradient */
        ok = false;
        for (int k = 0; k < count; k++) {
            wgi_check_recover(r);
            if (wg_grads_at(wg_node_site(root), root, &z[k], 1, &gz[k]) == WG_OK) ok = true;
            else gz[k] = wg_none;
        }
    }
    for (int k = 0; ok && k < count; k++) in->gz[z[k].index] = gz[k];
    wg_free(c, z), wg_free(c, gz);
    wgi_check_recover(r);
    return ok;
}

void wgi_inside_close(wgi_inside *in) { wg_free(in->r->c, in->on), wg_free(in->r->c, in->gz); }

/* How large the numbers may be that z is computed from, but a normal number at least: others round by as
 * much. An op of rows subtracts inside, as g - p * (sum of g) of softmax: what it gives may be much smaller
 * than its operands, and rounds as they do. */
static wg_node inside_of(wg_site here, wg_node z)
{
    const double least = wg_node_dtype(z) == WG_F32 ? FLT_MIN : DBL_MIN;
    wg_node most = wg_maximum_at(here, wg_abs_at(here, z), wg_number(least));
    const bool subtracts = wg_node_op(z)->kind == WG_ROWS && wg_node_operands(z) > 1;
    for (int k = 0; subtracts && k < wg_node_operands(z); k++) {
        const wg_node x = wg_node_operand(z, k);
        if (wg_node_dtype(x) != wg_node_dtype(z) || !wg_shape_size(wg_node_shape(x))) continue;
        most = wg_maximum_at(here, most, wg_max_at(here, &WG_OPTS(wg_reduce_args, .x = wg_abs_at(here, x))));
    }
    return most;
}

/* The sum of |z gz| eps / 2. What is not finite counts as nothing. */
static wg_node bound_of(const wgi_inside *in, wg_node z)
{
    const wg_site here = wg_node_site(in->root);
    const double half = (wg_node_dtype(z) == WG_F32 ? FLT_EPSILON : DBL_EPSILON) / 2;
    const wg_node p = wg_mul_at(here, inside_of(here, z), wg_abs_at(here, in->gz[z.index])),
                  q = wg_where_at(here, wg_less_at(here, p, wg_number(INFINITY)), p, wg_number(0));
    return wg_mul_at(here, wg_cast_at(here, wg_sum_at(here, &WG_OPTS(wg_reduce_args, .x = q)), WG_F64),
                     wg_number(half));
}

enum { HELPED = 2 }; /* in .on: some node that reads it is helped */

/* Whether n, which reads z, also reads what z was made from, and one of them has no derivative of its own: it
 * helps with digits that z has lost, as x does in 1 - sigmoid x. */
static bool is_helped(wg_node n, wg_node z)
{
    if (wg_node_operands(z) != 1 || !wg_node_op(n)->zero) return false;
    int k = wg_node_operands(n) - 1;
    while (k >= 0 && wg_node_operand(n, k).index != wg_node_operand(z, 0).index) k--;
    return k >= 0;
}

/* Where all that read z have its digits from elsewhere, its rounding counts as theirs, LOST times: they use z
 * itself where it has lost six bits at most. */
static wg_node bound_inside(const wgi_inside *in, wg_node z)
{
    enum { LOST = 64 };
    const wg_site here = wg_node_site(in->root);
    wg_node theirs = wg_none;
    for (int64_t i = z.index + 1; in->on[z.index] & HELPED && i <= in->root.index; i++) {
        const wg_node n = wg_graph_node(in->g, i);
        bool reads = false;
        for (int k = 0; k < wg_node_operands(n); k++) reads |= wg_node_operand(n, k).index == z.index;
        if (!reads || wg_is_none(in->gz[i])) continue;
        if (!is_helped(n, z)) return bound_of(in, z);
        const wg_node p = wg_mul_at(here, bound_of(in, n), wg_number(LOST));
        theirs = wg_is_none(theirs) ? p : wg_add_at(here, theirs, p);
    }
    return wg_is_none(theirs) ? bound_of(in, z) : wg_minimum_at(here, theirs, bound_of(in, z));
}

double wgi_inside_rounding(wg_check *r, wg_node root, const wg_node x[], int n, wg_node *bound)
{
    wgi_inside in;
    if (wg_is_none(*bound)) {
        const bool open = wgi_inside_open(&in, r, root, x, n);
        for (int64_t i = 1; open && i <= root.index; i++) {
            const wg_node y = wg_graph_node(in.g, i);
            for (int k = 0; k < wg_node_operands(y); k++)
                if (is_helped(y, wg_node_operand(y, k))) in.on[wg_node_operand(y, k).index] |= HELPED;
        }
        for (int64_t i = 1; open && i <= root.index; i++) {
            if (wg_is_none(in.gz[i])) continue;
            const wg_node p = bound_inside(&in, wg_graph_node(in.g, i));
            *bound = wg_is_none(*bound) ? p : wg_add_at(wg_node_site(root), *bound, p);
        }
        wgi_inside_close(&in);
    }
    const double most = wg_is_none(*bound) ? 0 : fmax(wg_item_at(wg_node_site(root), *bound), 0);
    wgi_check_recover(r);
    return most;
}

/* ---- the function ---- */

static void set(void *self, int k)
{
    const wgi_graph_function *q = self;
    if (wg_is_none(q->x[k])) return;
    const wg_tensor t = wg_view_f64(q->at[k], wg_node_shape(q->x[k]));
    wg_input_set_at(q->here, q->x[k], t);
    if (q->pieces.g && !wg_is_none(q->pieces.x[k])) wg_input_set_at(q->here, q->pieces.x[k], t);
}

static void settle(void *self)
{
    const wgi_graph_function *q = self;
    if (q->meant) wgi_frozen_settle(q->r, q->meant, q->x);
    wgi_frozen_settle(q->r, &q->pieces, q->x);
}

static double value(void *self)
{
    const wgi_graph_function *q = self;
    return wg_item_at(q->here, q->pieces.g && !q->whole ? q->pieces.root : q->root);
}

static bool copy(const wgi_graph_function *q, const wg_node gx[], double **to)
{
    q->r->gradients++;
    for (int k = 0; k < q->n && !wg_failed(q->r->c); k++) {
        const int64_t n = wg_is_none(q->x[k]) ? 0 : wgi_elements(q->x[k]);
        if (!wg_is_none(gx[k])) wg_copy_f64_at(q->here, gx[k], to[k], (size_t)n);
        for (int64_t i = 0; wg_is_none(gx[k]) && i < n; i++) to[k][i] = q->none;
    }
    const bool ok = !wg_failed(q->r->c);
    if (!ok) wgi_check_recover(q->r);
    return ok;
}

static bool gradient(void *self, double **to)
{
    const wgi_graph_function *q = self;
    return copy(q, q->gx, to);
}

static bool piece_gradient(void *self, double **to)
{
    const wgi_graph_function *q = self;
    return copy(q, q->piece_gx, to);
}

static void whole(void *self, bool is_f) { ((wgi_graph_function *)self)->whole = is_f; }

wg_node wgi_plus_product(wg_site here, wg_node sum, wg_node x, const double *w, wg_node *by)
{
    *by = wg_input_at(here, wg_graph_of(x), "", wg_view_f64(w, wg_node_shape(x)));
    const wg_node w_of_x = wg_node_dtype(x) == WG_F64 ? *by : wg_cast_at(here, *by, wg_node_dtype(x)),
                  part = wg_sum_at(here, &WG_OPTS(wg_reduce_args, .x = wg_mul_at(here, x, w_of_x)));
    return wg_is_none(sum) ? part : wg_add_at(here, sum, part);
}

static double rounding(void *self, int k, const double *u)
{
    wgi_graph_function *q = self;
    if (wg_is_none(q->gx[k])) return 0;
    if (q->summed != k + 1) {
        q->summed = k + 1, q->bound = wg_none;
        q->sum = wgi_plus_product(q->here, wg_none, q->gx[k], u, &q->u);
    }
    wg_input_set_at(q->here, q->u, wg_view_f64(u, wg_node_shape(q->x[k])));
    return wgi_inside_rounding(q->r, q->sum, q->x, q->n, &q->bound);
}

/* The gradients of the pieces. False: not all inputs have one. */
static bool open_piece_gradients(wgi_graph_function *q)
{
    for (int k = 0; k < q->n; k++)
        if (wg_is_none(q->pieces.x[k]) || wg_is_none(q->gx[k])) return false;
    q->piece_gx = wg_alloc(q->r->c, (size_t)q->n, sizeof *q->piece_gx);
    const bool ok =
        q->piece_gx && wg_grads_at(q->here, q->pieces.root, q->pieces.x, q->n, q->piece_gx) == WG_OK;
    if (!ok) wgi_check_recover(q->r);
    return ok;
}

wgi_check_target wgi_graph_target(wgi_graph_function *q)
{
    return (wgi_check_target){ .set = set,
                               .value = value,
                               .gradient = gradient,
                               .smooth = q->pieces.g && open_piece_gradients(q) ? piece_gradient : NULL,
                               .settle = settle,
                               .rounding = rounding,
                               .whole = q->pieces.g ? whole : NULL,
                               .self = q,
                               .root = q->root,
                               .x = q->x,
                               .digits = q->digits };
}

void wgi_graph_digits(wgi_graph_function *q)
{
    wg_node *root = wg_alloc(q->r->c, (size_t)q->n + 1, sizeof *root);
    if (!root) return;
    root[0] = q->root;
    for (int k = 0; k < q->n; k++) root[1 + k] = q->gx[k];
    q->digits = wgi_digits_open(q->r, root, q->n + 1, q->x, q->n);
    wg_free(q->r->c, root);
}

void wgi_graph_function_close(wgi_graph_function *q)
{
    wgi_digits_close(q->digits);
    wg_free(q->r->c, q->piece_gx);
    wgi_frozen_close(q->r, &q->pieces);
}
