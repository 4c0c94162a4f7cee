/* kink.c: whether a point lies exactly at a kink. A graph is made of smooth pieces, and masks, numbers of
 * elements and signs choose one of them. At a kink another piece is chosen as soon as x moves, however
 * little. So the choices are compared at x and on both sides of it. This finds kinks of every op, of
 * comparisons, and of vectors of zeros in norm and std, and needs no table of ops. */
#include "check/check_private.h"

bool wgi_is_choice(wg_node n)
{
    if (wg_node_leaf(n) != WG_LEAF_NONE) return false;
    const wg_op *op = wg_node_op(n);
    return !wg_dtype_is_float(wg_node_dtype(n)) || (op->library == op && op->zero == WG_EVERY_OPERAND);
}

/* A copy of the graph in double, whose ops with kinks are their expansions. */
typedef struct choices {
    wg_check *r;
    wg_graph *from, *g;
    wg_node *map, root;    /* map: by node of `from`: its copy */
    unsigned char *counts; /* by node of g: whether it is a choice that x makes and that y depends on */
    double **at_x;         /* by node of g: the elements of a choice at x */
} choices;

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
    q->at_x = wg_alloc(r->c, (size_t)q->root.index + 1, sizeof *q->at_x);
    return !wg_failed(r->c);
}

static bool is_stop(wg_node z) { return wg_op_is(wg_node_op(z), "stop_gradient"); }

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
        q->counts[i] = depends[i] && leads[i] && wgi_is_choice(z);
        for (int j = 0; leads[i] && j < wg_node_operands(z) && !is_stop(z) && !wgi_is_choice(z); j++)
            leads[wg_node_operand(z, j).index] = 1;
    }
    wg_free(q->r->c, depends), wg_free(q->r->c, leads);
}

/* Node i is chosen otherwise than at x. At x itself it is noted how. */
static bool has_changed(choices *q, int64_t i, bool is_at_x)
{
    const wg_node z = wg_graph_node(q->g, i);
    wg_tensor t;
    if (!q->counts[i] || !wgi_check_peek(q->r, z, &t)) return false;
    const int64_t n = wgi_elements(z);
    if (is_at_x) q->at_x[i] = wgi_check_doubles(q->r, n);
    for (int64_t e = 0; q->at_x[i] && e < n; e++) {
        const double v = wg_tensor_item(&t, e);
        if (is_at_x) q->at_x[i][e] = v;
        else if (v != q->at_x[i][e] && !(isnan(v) && isnan(q->at_x[i][e]))) return true;
    }
    return false;
}

/* The first choice that is another one where x has moved by t of its size; 0: there is none. */
static int64_t first_changed(choices *q, const wg_node x[], double *const point[], int n, double t)
{
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
    for (int64_t i = 1; i <= q->root.index && !wg_failed(q->r->c); i++)
        if (has_changed(q, i, t == 0)) return i;
    return 0;
}

/* The node of the user's for whose derivative rule node i was made; if it is the user's, i itself. */
static int64_t ruled(const choices *q, int64_t i)
{
    const wg_node n = wg_graph_node(q->from, i);
    const char *place = wg_site_place(wg_node_site(n));
    for (int64_t j = 1; j < i && wg_node_is_derived(n); j++) {
        const wg_node of = wg_graph_node(q->from, j);
        if (!wg_node_is_derived(of) && !strcmp(wg_site_place(wg_node_site(of)), place)) return j;
    }
    return i;
}

/* The call of the user that has made node `at` of the copy. */
static wg_call call_of(const choices *q, int64_t at)
{
    int64_t i = 1;
    const int64_t nodes = wg_graph_nodes(q->from);
    while (i < nodes && !(q->map[i].index >= at)) i++;
    if (i == nodes) return (wg_call){ 0 };
    i = ruled(q, i);
    const wg_node n = wg_graph_node(q->from, i);
    wg_call c = { .op = wg_node_op(n),
                  .attr = wg_attr(n),
                  .here = wg_node_site(n),
                  .operands = wg_node_operands(n),
                  .first = i,
                  .after = i + 1,
                  .result = n };
    for (int64_t k = 0; k < wg_graph_calls(q->from); k++) {
        const wg_call whole = wg_graph_call(q->from, k); /* the last one is the outermost */
        if (whole.first <= i && i < whole.after) c = whole;
    }
    return c;
}

/* So near to the point that a kink is at the point, and so far that the point is another one. */
static const double NEAR = 0x1p-40;

static wg_call find(choices *q, wg_node y, const wg_node x[], int n)
{
    wg_check *r = q->r;
    wg_call found = { 0 };
    double **point = wg_alloc(r->c, (size_t)n + 1, sizeof *point);
    bool ok = point && open_choices(q, y, x, n);
    if (ok) find_choices(q, x, n);
    for (int k = 0; ok && k < n; k++) {
        const wg_node z = q->map[x[k].index];
        if (wg_is_none(z)) continue; /* y does not depend on it */
        point[k] = wgi_check_doubles(r, wgi_elements(z));
        ok = point[k] && wgi_check_values(r, z, point[k]);
    }
    if (ok) first_changed(q, x, point, n, 0);
    const int64_t right = ok ? first_changed(q, x, point, n, NEAR) : 0,
                  left = ok ? first_changed(q, x, point, n, -NEAR) : 0;
    if (right || left) found = call_of(q, right && (!left || right < left) ? right : left);
    for (int k = 0; point && k < n; k++) wg_free(r->c, point[k]);
    wg_free(r->c, point);
    return found;
}

wg_call wgi_check_kink(wg_check *r, wg_node y, const wg_node x[], int n)
{
    choices q = { .r = r, .from = wg_graph_of(y) };
    const wg_call found = find(&q, y, x, n);
    for (int64_t i = 1; q.at_x && i <= q.root.index; i++) wg_free(r->c, q.at_x[i]);
    wg_free(r->c, q.at_x), wg_free(r->c, q.counts), wg_free(r->c, q.map);
    wg_graph_free(q.g);
    wgi_check_recover(r);
    return found;
}

wg_call wg_kink(wg_node y, const wg_node x[], int n)
{
    wg_context *c = wg_graph_of(y) ? wg_graph_context(wg_graph_of(y)) : NULL;
    if (!c || wg_failed(c) || !wg_node_ok(y) || !x) return (wg_call){ 0 };
    for (int k = 0; k < n; k++)
        if (wg_graph_of(x[k]) != wg_graph_of(y) || !wg_node_ok(x[k]) ||
            !wg_dtype_is_float(wg_node_dtype(x[k])))
            return (wg_call){ 0 };
    wg_start_opts own = WG_OPTS(wg_start_opts, .dtype = WG_F64, .seed = wg_context_seed(c),
                                .threads = wg_context_threads(c), .allocator = wg_context_allocator(c));
    wg_check *r = wgi_check_new("", &own, NULL);
    const wg_call found = r->c ? wgi_check_kink(r, y, x, n) : (wg_call){ 0 };
    wg_check_free(r);
    return found;
}
