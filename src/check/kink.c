/* kink.c: whether a point lies exactly at a kink. A graph is made of smooth pieces, and masks, numbers of
 * elements and signs choose one of them. At a kink another piece is chosen as soon as x moves, however
 * little. So the choices are compared at x and on both sides of it. This finds kinks of every op, of
 * comparisons, and of vectors of zeros in norm and std, and needs no table of ops. */
#include "check/check_private.h"
#include "wgx/base.h"
#include "wgx/check.h"
#include "wgx/grad.h"
#include "wgx/graph.h"
#include "wgx/op.h"

bool wgi_is_choice(wg_node n)
{
    if (wg_node_leaf(n) != WG_LEAF_NONE) return false;
    const wg_op *op = wg_node_op(n);
    return !wg_dtype_is_float(wg_node_dtype(n)) ||
           (wgx_hints(op)->library == op && op->zero == WG_EVERY_OPERAND);
}

/* A copy of the graph in double, whose ops with kinks are their expansions. */
typedef struct choices {
    wg_check *r;
    wg_graph *from, *g;
    wg_node *map, root;    /* map: by node of `from`: its copy */
    unsigned char *counts; /* by node of g: whether it is a choice that x makes and that y depends on */
    wg_node *choice;       /* by node of g: what says how it chooses */
    double **at_x;         /* by node of g: the elements of a choice at x */
    unsigned char **other; /* by node of g: on which sides of x an element is chosen otherwise */
    unsigned char **live;  /* the same: whether y depends on it there; where() leaves one of two out */
} choices;

enum { RIGHT = 1, LEFT = 2, BOTH = RIGHT | LEFT };

static bool open_choices(choices *q, wg_node y, const wg_node x[], int n)
{
    wg_check *r = q->r;
    unsigned char *held = wg_alloc(r->c, (size_t)wg_graph_nodes(q->from), 1);
    q->map = wg_alloc(r->c, (size_t)wg_graph_nodes(q->from), sizeof *q->map);
    q->g = wg_graph_new(r->c);
    if (wg_failed(r->c)) return false;
    for (int k = 0; k < n; k++) held[x[k].index] = 1; /* it becomes an input, though it may be computed */
    const wg_replay_opts o =
        WG_OPTS(wg_replay_opts, .floats = WG_F64, .held = held, .map = q->map, .pieces = true);
    q->root = wgi_check_replay(y, q->g, q->from, &o);
    wg_free(r->c, held);
    if (wg_failed(r->c) || !wg_node_ok(q->root)) return false;
    q->counts = wg_alloc(r->c, (size_t)q->root.index + 1, 1);
    q->choice = wg_alloc(r->c, (size_t)q->root.index + 1, sizeof *q->choice);
    q->at_x = wg_alloc(r->c, (size_t)q->root.index + 1, sizeof *q->at_x);
    q->other = wg_alloc(r->c, (size_t)q->root.index + 1, sizeof *q->other);
    q->live = wg_alloc(r->c, (size_t)q->root.index + 1, sizeof *q->live);
    return !wg_failed(r->c);
}

/* The pieces of max_pool pick elements: what they choose is which. */
static bool picks(wg_node z) { return wgx_op_is(wg_node_op(z), "max_pool_pick"); }

/* The node whose value says what z chooses: of a node that picks, the numbers of the elements. */
static wg_node chosen_by(choices *q, wg_node z)
{
    if (!picks(z)) return z;
    wg_node x[2] = { wg_node_operand(z, 0) };
    double *number = wgi_check_doubles(q->r, wgi_elements(x[0]));
    for (int64_t e = 0; number && e < wgi_elements(x[0]); e++) number[e] = (double)e;
    if (number) x[1] = wg_input_at("", q->g, "", wg_view_f64(number, wg_node_shape(x[0])));
    wg_free(q->r->c, number);
    return wg_apply("", wg_node_op(z), x, 2, wg_attr(z));
}

static bool is_stop(wg_node z) { return wgx_op_is(wg_node_op(z), "stop_gradient"); }

/* What stands behind stop_gradient makes no kink: the largest element that softmax subtracts and adds again.
 * Nor does a choice that only leads to another choice, since that one is looked at. */
static void find_choices(choices *q, const wg_node x[], int n)
{
    const int64_t end = q->root.index;
    unsigned char *depends = wg_alloc(q->r->c, (size_t)end + 1, 1),
                  *leads = wg_alloc(q->r->c, (size_t)end + 1, 1);
    for (int k = 0; depends && k < n; k++) {
        const wg_node z = q->map[x[k].index];
        if (!wg_is_none(z) && z.index <= end) depends[z.index] = 1;
    }
    for (int64_t i = 1; depends && i <= end; i++) {
        const wg_node z = wg_graph_node(q->g, i);
        for (int j = 0; j < wg_node_operands(z) && !is_stop(z); j++)
            depends[i] |= depends[wg_node_operand(z, j).index];
    }
    if (leads) leads[end] = 1;
    for (int64_t i = end; depends && leads && i > 0; i--) {
        const wg_node z = wg_graph_node(q->g, i);
        q->counts[i] = depends[i] && leads[i] && (wgi_is_choice(z) || picks(z));
        for (int j = 0; leads[i] && j < wg_node_operands(z) && !is_stop(z) && !wgi_is_choice(z); j++)
            leads[wg_node_operand(z, j).index] = 1;
    }
    wg_free(q->r->c, depends), wg_free(q->r->c, leads);
}

/* Notes how node i is chosen at x, side 0, or which of its elements are chosen otherwise on this side.
 * Whether there are any. */
static bool look_at(choices *q, int64_t i, int side)
{
    bool any = false;
    wg_tensor t;
    if (!q->counts[i]) return false;
    if (!side) q->choice[i] = chosen_by(q, wg_graph_node(q->g, i));
    if (!wgi_check_peek(q->r, q->choice[i], &t)) return false;
    const int64_t n = wgi_elements(q->choice[i]);
    if (!side) {
        q->at_x[i] = wgi_check_doubles(q->r, n);
        q->other[i] = wg_alloc(q->r->c, (size_t)n + 1, 1);
        q->live[i] = wg_alloc(q->r->c, (size_t)n + 1, 1);
    }
    for (int64_t e = 0; q->at_x[i] && q->other[i] && e < n; e++) {
        const double v = wg_tensor_item(&t, e);
        if (!side) q->at_x[i][e] = v;
        else if (v != q->at_x[i][e] && !(isnan(v) && isnan(q->at_x[i][e])))
            q->other[i][e] |= (unsigned char)side, any = true;
    }
    return any;
}

/* So near to the point that a kink is at the point, and so far that the point is another one. */
static const double NEAR = 0x1p-40;

static void go(choices *q, const wg_node x[], double *const point[], int n, int side)
{
    const double t = side == RIGHT ? NEAR : side == LEFT ? -NEAR : 0;
    uint64_t count = 0;
    for (int k = 0; k < n; k++) {
        const wg_node to = q->map[x[k].index];
        const int64_t size = wgi_elements(x[k]);
        double *moved = wg_is_none(to) ? NULL : wgi_check_doubles(q->r, size);
        const double scale = moved ? wgi_check_rms(point[k], size) : 1;
        for (int64_t i = 0; moved && i < size; i++)
            moved[i] = wgi_check_beside(q->r, point[k][i], scale, t, 0, count++);
        if (moved) wg_input_set_at("", to, wg_view_f64(moved, wg_node_shape(to)));
        wg_free(q->r->c, moved);
    }
}

/* ---- what y depends on ---- */

/* A mask that compares two numbers. */
typedef struct comparison {
    wg_tensor mask, left, right;
} comparison;

static double item(const wg_tensor *t, int64_t e)
{
    return wg_tensor_item(t, wg_shape_size(t->shape) == 1 ? 0 : e);
}

/* Whether where(), z, takes each of its n elements from one of two, by a comparison: *c. */
static bool compares(choices *q, wg_node z, comparison *c)
{
    if (!wgx_op_is(wg_node_op(z), "where")) return false;
    const wg_node mask = wg_node_operand(z, 0);
    if (wg_node_operands(mask) != 2) return false;
    const wg_node of[] = { mask, wg_node_operand(mask, 0), wg_node_operand(mask, 1) };
    wg_tensor *const to[] = { &c->mask, &c->left, &c->right };
    for (int j = 0; j < 3; j++) {
        const int64_t m = wgi_elements(of[j]);
        if ((m != 1 && m != wgi_elements(z)) || !wgi_check_peek(q->r, of[j], to[j])) return false;
    }
    return true;
}

/* Marks the elements of operand k of z on which the elements of z depend that now[] marks. Where two equal
 * numbers are compared, any of the two may be taken beside x. */
static void pass_to(choices *q, wg_node z, int k, unsigned char **now)
{
    const wg_node x = wg_node_operand(z, k);
    const int64_t n = wgi_elements(z), m = wgi_elements(x);
    comparison c;
    const bool takes = k && compares(q, z, &c);
    unsigned char **to = &now[x.index];
    if (!*to) *to = wg_alloc(q->r->c, (size_t)m + 1, 1);
    for (int64_t e = 0; *to && e < n; e++) {
        if (!now[z.index][e]) continue;
        if (takes && item(&c.left, e) != item(&c.right, e) && (item(&c.mask, e) != 0) != (k == 1)) continue;
        if (wg_node_op(z)->kind == WG_MAP && m == n) (*to)[e] = 1;
        else memset(*to, 1, (size_t)m);
    }
}

/* Adds what y depends on where x is now. */
static void add_live(choices *q)
{
    const int64_t end = q->root.index;
    unsigned char **now = wg_alloc(q->r->c, (size_t)end + 1, sizeof *now);
    if (now) now[end] = wg_alloc(q->r->c, (size_t)wgi_elements(q->root) + 1, 1);
    if (now && now[end]) memset(now[end], 1, (size_t)wgi_elements(q->root));
    for (int64_t i = end; now && i > 0; i--) {
        const wg_node z = wg_graph_node(q->g, i);
        for (int64_t e = 0; now[i] && q->live[i] && e < wgi_elements(z); e++) q->live[i][e] |= now[i][e];
        for (int k = 0; now[i] && k < wg_node_operands(z) && !is_stop(z) && !wgi_is_choice(z); k++)
            pass_to(q, z, k, now);
        wg_free(q->r->c, now[i]);
    }
    wg_free(q->r->c, now);
}

/* Looks at all choices at the point and on both its sides, and if there is another one, at what y depends on.
 */
static void look(choices *q, const wg_node x[], double *const point[], int n)
{
    bool is_other = false;
    for (int side = 0; side < BOTH; side++) {
        go(q, x, point, n, side);
        for (int64_t i = 1; i <= q->root.index && !wg_failed(q->r->c); i++) is_other |= look_at(q, i, side);
    }
    for (int side = 0; is_other && side < BOTH; side++) go(q, x, point, n, side), add_live(q);
}

/* ---- what it is a kink of ---- */

/* The node of the user's for whose derivative rule node i was made; if it is the user's, i itself. */
static int64_t ruled(const choices *q, int64_t i)
{
    const wg_node n = wg_graph_node(q->from, i);
    const char *place = wg_site_place(wg_node_site(n));
    for (int64_t j = 1; j < i && wgx_node_is_derived(n); j++) {
        const wg_node of = wg_graph_node(q->from, j);
        if (!wgx_node_is_derived(of) && !strcmp(wg_site_place(wg_node_site(of)), place)) return j;
    }
    return i;
}

/* The call of the user that has made node `at` of the copy. */
static wgx_call call_of(const choices *q, int64_t at)
{
    int64_t i = 1;
    const int64_t nodes = wg_graph_nodes(q->from);
    while (i < nodes && !(q->map[i].index >= at)) i++;
    if (i == nodes) return (wgx_call){ 0 };
    i = ruled(q, i);
    const wg_node n = wg_graph_node(q->from, i);
    wgx_call c = { .op = wg_node_op(n),
                   .attr = wg_attr(n),
                   .here = wg_node_site(n),
                   .operands = wg_node_operands(n),
                   .first = i,
                   .after = i + 1,
                   .result = n };
    for (int64_t k = 0; k < wgx_graph_calls(q->from); k++) {
        const wgx_call whole = wgx_graph_call(q->from, k); /* the last one is the outermost */
        if (whole.first <= i && i < whole.after) c = whole;
    }
    return c;
}

/* What node i of the copy shows. */
static void add_node(const choices *q, int64_t i, wgi_kink *k, int *sides)
{
    int here = 0, both = 0;
    const int64_t n = q->other[i] ? wgi_elements(wg_graph_node(q->g, i)) : 0;
    for (int64_t e = 0; e < n; e++)
        if (q->live[i] && q->live[i][e]) here |= q->other[i][e], both |= q->other[i][e] == BOTH;
    *sides |= here;
    if (!here || (k->call.op && (!both || k->is_alone))) return;
    const wgx_call c = call_of(q, i);
    const bool is_alone = both && wgi_is_choice(c.result);
    if (!k->call.op || is_alone) k->call = c, k->is_alone = is_alone;
}

static wgi_kink find(choices *q, wg_node y, const wg_node x[], int n)
{
    wg_check *r = q->r;
    wgi_kink found = { 0 };
    int sides = 0;
    double **point = wg_alloc(r->c, (size_t)n + 1, sizeof *point);
    bool ok = point && open_choices(q, y, x, n);
    if (ok) find_choices(q, x, n);
    for (int k = 0; ok && k < n; k++) {
        const wg_node z = q->map[x[k].index];
        if (wg_is_none(z)) continue; /* y does not depend on it */
        point[k] = wgi_check_doubles(r, wgi_elements(z));
        ok = point[k] && wgi_check_values(r, z, point[k]);
    }
    if (ok) look(q, x, point, n);
    for (int64_t i = 1; ok && i <= q->root.index; i++) add_node(q, i, &found, &sides);
    found.is_isolated = sides == BOTH;
    for (int k = 0; point && k < n; k++) wg_free(r->c, point[k]);
    wg_free(r->c, point);
    return found;
}

wgi_kink wgi_check_kink(wg_check *r, wg_node y, const wg_node x[], int n)
{
    choices q = { .r = r, .from = wg_graph_of(y) };
    const wgi_kink found = find(&q, y, x, n);
    for (int64_t i = 1; q.at_x && i <= q.root.index; i++) wg_free(r->c, q.at_x[i]);
    for (int64_t i = 1; q.other && i <= q.root.index; i++) wg_free(r->c, q.other[i]);
    for (int64_t i = 1; q.live && i <= q.root.index; i++) wg_free(r->c, q.live[i]);
    wg_free(r->c, q.at_x), wg_free(r->c, q.other), wg_free(r->c, q.live);
    wg_free(r->c, q.choice), wg_free(r->c, q.counts), wg_free(r->c, q.map);
    wg_graph_free(q.g);
    wgi_check_recover(r);
    return found;
}

wgx_call wgx_kink(wg_node y, const wg_node x[], int n)
{
    wg_context *c = wg_graph_of(y) ? wg_graph_context(wg_graph_of(y)) : NULL;
    if (!c || wg_failed(c) || !wg_node_ok(y) || !x) return (wgx_call){ 0 };
    for (int k = 0; k < n; k++)
        if (wg_graph_of(x[k]) != wg_graph_of(y) || !wg_node_ok(x[k]) ||
            !wg_dtype_is_float(wg_node_dtype(x[k])))
            return (wgx_call){ 0 };
    wg_start_opts own = WG_OPTS(wg_start_opts, .dtype = WG_F64, .seed = wg_context_seed(c),
                                .threads = wg_context_threads(c), .allocator = wgx_context_allocator(c));
    wg_check *r = wgi_check_new("", &own, NULL);
    const wgx_call found = r->c ? wgi_check_kink(r, y, x, n).call : (wgx_call){ 0 };
    wg_check_free(r);
    return found;
}
