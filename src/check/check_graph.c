/* check_graph.c: the gradient check of a graph. The function under test is a clone of the graph in double, in
 * a context of its own. Parameters and inputs are inputs of the clone, and its random draws are frozen. The
 * gradient under test is that of the clone, which uses the same derivative rules. The graph of the user is
 * only read.
 */
#include <float.h>

#include "check/check_private.h"

#include "wengert/grad.h"
#include "wgx/base.h"
#include "wgx/graph.h"
#include "wgx/op.h"

typedef struct graph_check {
    wg_check *r;
    wg_site here; /* the user's call; errors inside the clone name this place */
    wg_graph *from, *clone;
    wg_node root;
    wg_node *map;    /* map[i]: the clone of node i of the graph that was cloned; wg_none: not in the clone */
    wg_node *chosen; /* the nodes to check, in the user's graph */
    bool asked;      /* the user named them; one that nobody named is left out if it has no derivative */
    unsigned char *depends; /* by node of the clone: on a chosen one */
    wg_node *x, *gx;        /* their clones, and the gradients of these */
    wgi_frozen meant;       /* the clone, if nodes of it have no derivative on purpose; its .x is not used */
} graph_check;

/* ---- the clone ---- */

/* The report has the name of the loss; if it has none, the text of the argument in the user's call. */
static void name_report(wg_check *r, wg_site here, wg_node loss)
{
    const char *given = wg_node_name(loss);
    char text[WGI_CHECK_TEXT];
    if (*r->o.name) return;
    if (!*given) given = wgx_site_argument(here, 0, text, sizeof text);
    r->o.name = *given ? wgi_check_keep(r, given) : "loss";
}

/* A clone of the clone takes its place, in which the nodes that held[] says are inputs, and stand still. */
static void hold_still(graph_check *q, const unsigned char *held)
{
    wg_node *map = wg_alloc(q->r->c, (size_t)wg_graph_nodes(q->clone), sizeof *map);
    const int64_t users = wg_graph_nodes(q->from);
    q->meant.moving = q->clone, q->meant.moving_root = q->root;
    if (!map || !wgi_freeze(q->r, &q->meant, held, map)) return;
    q->clone = q->meant.g, q->root = q->meant.root;
    for (int64_t i = 1; i < users; i++)
        if (!wg_is_none(q->map[i])) q->map[i] = map[q->map[i].index];
    wg_free(q->r->c, map);
}

/* Makes the report and the clone. Returns false if there is nothing to check; the report says why. */
static bool open_check(graph_check *q, wg_node loss, const wg_gradcheck_opts *o)
{
    const wg_site here = q->here = q->here ? q->here : "";
    wg_graph *g = wg_graph_of(loss);
    wg_context *c = g ? wg_graph_context(g) : NULL;
    if (c && !wg_failed(c) && !wg_node_ok(loss))
        wg_fail(c, here, WG_ERROR_USE, "gradcheck: no node of the graph as it is now");
    wg_start_opts own = WG_OPTS(wg_start_opts, .dtype = WG_F64);
    if (c) own.seed = wg_context_seed(c), own.threads = wg_context_threads(c);
    own.allocator = wgx_context_allocator(c);
    wg_check *r = q->r = wgi_check_new(here, &own, o);
    if (!r->c) return false;
    r->is_graph = true;
    r->where = wgi_check_keep(r, wg_site_place(here));
    if (c && wg_failed(c)) wgi_check_say(r->reason, "%s", wg_message(c));
    else if (!c) wgi_check_say(r->reason, "nothing to compare: a number has no gradient");
    if (r->reason[0]) return false;
    name_report(r, here, loss);
    q->from = g;
    q->chosen = wg_alloc(r->c, (size_t)wg_graph_nodes(g), sizeof *q->chosen);
    q->clone = wg_graph_new(r->c);
    q->map = wg_alloc(r->c, (size_t)wg_graph_nodes(g), sizeof *q->map);
    const wg_replay_opts in_double = WG_OPTS(wg_replay_opts, .floats = WG_F64, .map = q->map, .guards = true);
    if (!wg_failed(r->c)) q->root = wgi_check_replay(loss, q->clone, g, &in_double);
    if (!wgi_check_failed(r) && !wg_node_ok(q->root))
        wgi_check_say(r->reason, "the graph cannot be built anew: %s", wg_message(c));
    return !r->reason[0];
}

/* ---- what is checked ---- */

static bool is_input(wg_node n) { return wg_node_leaf(n) == WG_LEAF_INPUT; }
static bool reached(const graph_check *q, wg_node n) { return !wg_is_none(q->map[n.index]); }

/* Where the values of parameter n are; NULL: it is none. A set may be a part of a larger one, and both share
 * the data. So parameters are the same where these addresses are. */
static const void *data_of(wg_node n)
{
    const wg_params *all = wgx_node_params(n);
    const int known = all ? wg_params_find(all, wg_node_name(n)) : -1;
    return known < 0 ? NULL : wg_params_tensor(all, known).data;
}

static bool wanted(const graph_check *q, wg_node n, const wg_params *p)
{
    if (!wg_node_ok(n) || !reached(q, n) || !wg_dtype_is_float(wg_node_dtype(n))) return false;
    if (!p) return is_input(n) && *wg_node_name(n);
    const void *data = wgx_node_is_state(n) ? NULL : data_of(n);
    for (int i = 0; data && i < wg_params_count(p); i++)
        if (wg_params_tensor(p, i).data == data) return true;
    return false;
}

/* Notes the parameters of p that are not among the n chosen ones: those of f16 and bf16, and the others. */
static void note_unreached(graph_check *q, const wg_params *p, int n)
{
    wg_check *r = q->r;
    for (int i = 0; p && i < wg_params_count(p); i++) {
        const wg_tensor t = wg_params_tensor(p, i);
        bool known = wg_params_is_state(p, i);
        for (int k = 0; k < n && !known; k++) known = data_of(q->chosen[k]) == t.data;
        if (known) continue;
        wgi_check_name(r, wg_dtype_is_float(t.dtype) ? &r->unreached : &r->stored, wg_params_name(p, i));
    }
}

/* Notes the first axes of the inputs. One may be the batch size, which explains some wrong factors. */
static void note_batches(graph_check *q)
{
    wg_check *r = q->r;
    for (int64_t i = 1; i < wg_graph_nodes(q->from) && r->batches < WGI_CHECK_BATCHES; i++) {
        wg_node n = wg_graph_node(q->from, i);
        if (!wg_node_ok(n) || !reached(q, n) || !is_input(n) || !wg_node_shape(n).rank) continue;
        int64_t m = wg_node_shape(n).dim[0];
        bool known = false;
        for (int k = 0; k < r->batches; k++) known = known || r->batch[k] == m;
        if (!known) r->batch[r->batches++] = m;
    }
}

/* ---- parts ---- */

static bool open_part(graph_check *q, int k)
{
    wg_check *r = q->r;
    wgi_check_part *in = &r->part[k];
    wg_node n = q->chosen[k];
    const char *name = wg_node_name(n);
    if (!wgi_check_part_set(r, k, *name ? name : wg_node_op_name(n), wg_node_shape(n))) return false;
    in->shown.op = wgi_check_keep(r, wg_node_op_name(n));
    in->shown.where = wgi_check_keep(r, wg_site_place(wg_node_site(n)));
    in->shown.node = n.index;
    q->x[k] = q->map[n.index];
    if (wg_is_none(q->x[k])) {
        in->shown.left_out = true;
        wgi_check_say(in->reason, "%s depends on it only through what stands still", r->o.name);
        return true;
    }
    if (!is_input(q->x[k])) {
        wgi_check_say(r->reason, "%s is computed by %s: the check takes inputs and parameters",
                      in->shown.name, in->shown.op);
        return false;
    }
    if (!in->size) wgi_check_leave_out(in, "it is empty");
    wg_copy_f64_at(q->here, q->x[k], in->point, (size_t)in->size);
    memcpy(in->x, in->point, (size_t)in->size * sizeof *in->x);
    return true;
}

static bool open_parts(graph_check *q, int n)
{
    wg_check *r = q->r;
    if (!wgi_check_parts(r, n)) return false;
    q->x = wg_alloc(r->c, (size_t)n, sizeof *q->x);
    q->gx = wg_alloc(r->c, (size_t)n, sizeof *q->gx);
    if (!wg_failed(r->c))
        for (; r->parts < n; r->parts++)
            if (!open_part(q, r->parts)) break;
    return !wgi_check_failed(r) && !r->reason[0];
}

/* ---- the gradient under test ---- */

/* The gradient of root by part k alone. False: it has none, although others may; why says so. */
static bool gradient_alone(const graph_check *q, wg_node root, int k, wgi_check_part *in, wg_node *gx,
                           char why[WGI_CHECK_TEXT])
{
    wg_context *c = q->r->c;
    if (wg_grads_at(q->here, root, &q->x[k], 1, gx) == WG_OK)
        wg_copy_f64_at(q->here, *gx, in->analytic, (size_t)in->size);
    if (!wg_failed(c)) return true;
    *gx = wg_none;
    wgi_check_say(why, "%s", wg_message(c));
    wgi_check_recover(q->r);
    return false;
}

/* Computes all gradients at once. If that fails, computes them one by one, so that the other parts are
 * checked when one has no derivative. */
static void gradients(graph_check *q)
{
    wg_check *r = q->r;
    bool all = true;
    r->gradients++;
    EACH_PART(k, r) all &= !wg_is_none(q->x[k]);
    if (all) wg_grads_at(q->here, q->root, q->x, r->parts, q->gx);
    for (int k = 0; all && k < r->parts && !wg_failed(r->c); k++)
        wg_copy_f64_at(q->here, q->gx[k], r->part[k].analytic, (size_t)r->part[k].size);
    if (all && !wg_failed(r->c)) return;
    wgi_check_recover(r);
    EACH_PART(k, r)
        if (!wg_is_none(q->x[k]) && !gradient_alone(q, q->root, k, &r->part[k], &q->gx[k], r->part[k].reason))
            r->part[k].shown.left_out = !q->asked;
}

/* ---- the function under test ---- */

static void clone_search(void *self)
{
    const graph_check *q = self;
    if (!q->r->at_kink[0]) wgi_check_first_wrong(q->r, q->here, q->clone, q->root, q->x);
}

/* Gives findings of the clone's nodes the indices of the user's nodes, and their scopes: "enc/t.3/act". */
static void name_user_nodes(const graph_check *q)
{
    for (int f = 0; f < q->r->findings; f++) {
        wgi_finding *to = &q->r->finding[f];
        for (int64_t i = wg_graph_nodes(q->from); i-- > 1 && !to->shown.node;)
            if (!wg_is_none(q->map[i]) && q->map[i].index == to->node.index) to->shown.node = i;
        const wg_node n = to->shown.node ? wg_graph_node(q->from, to->shown.node) : wg_none;
        const char *scope = wg_is_none(n) ? "" : wg_node_scope(n);
        if (!*scope) continue;
        char text[WGI_CHECK_TEXT];
        wgi_check_say(text, "%.100s%s%.100s", scope, *wg_node_name(n) ? "/" : "", wg_node_name(n));
        to->shown.name = wgi_check_keep(q->r, text);
    }
}

/* The first stage. It also says which nodes stand still in the others. */
static void check_rules(graph_check *q, int n)
{
    wg_context *c = q->r->c;
    unsigned char *held = wg_alloc(c, (size_t)wg_graph_nodes(q->clone), 1);
    q->meant.moving_x = wg_alloc(c, (size_t)n, sizeof *q->meant.moving_x), q->meant.n = n;
    if (wg_failed(c)) return;
    for (int k = 0; k < n; k++) q->meant.moving_x[k] = q->map[q->chosen[k].index];
    wgi_check_rules(q->r, q->clone, q->root, q->depends, held);
    name_user_nodes(q);
    if (memchr(held, 1, (size_t)wg_graph_nodes(q->clone))) hold_still(q, held);
    wg_free(c, held);
}

/* By node of the clone: whether it depends on one of the n chosen nodes. */
static void find_dependent(graph_check *q, int n)
{
    const int64_t nodes = wg_graph_nodes(q->clone);
    unsigned char *depends = q->depends = wg_alloc(q->r->c, (size_t)nodes, 1);
    for (int k = 0; depends && k < n; k++) depends[q->map[q->chosen[k].index].index] = 1;
    if (depends) depends[0] = 0; /* of chosen nodes that are not in the clone */
    for (int64_t i = 1; depends && i < nodes; i++) {
        const wg_node y = wg_graph_node(q->clone, i);
        for (int k = 0; k < wg_node_operands(y); k++) depends[i] |= depends[wg_node_operand(y, k).index];
    }
}

/* ---- second derivatives of the whole function ---- */

/* With random weights w, s(x) = <g(x), w> is a function whose gradient is H w, where g is the gradient that
 * is checked and H the matrix of second derivatives. So H w is compared with slopes of s as g is with slopes
 * of f: see points.c. own: the report of s; its parts use the x of the parts of the user's report, so that
 * the same function sets them. */
typedef struct second {
    wg_check own;
    wg_node s, *hx; /* by part: the gradient of s */
} second;

enum { WEIGHTS = 500 }; /* the stream of the random weights, which are as large as the components */

static bool open_second(const graph_check *q, second *s)
{
    wg_check *r = q->r, *own = &s->own;
    wg_node by;
    s->hx = wg_alloc(r->c, (size_t)r->parts, sizeof *s->hx);
    if (!wgi_check_parts(own, r->parts)) return false;
    EACH_PART(k, r) {
        const wgi_check_part *from = &r->part[k];
        wgi_check_part *in = &own->part[k];
        if (!wgi_check_part_set(own, k, from->shown.name, from->shown.shape)) return false;
        own->parts++;
        in->shown.left_out = from->shown.left_out || wg_is_none(q->gx[k]) || !in->size;
        wg_free(r->c, in->x);
        in->x = from->x;
        memcpy(in->point, from->point, (size_t)in->size * sizeof *in->x);
        double *w = in->shown.left_out ? NULL : wgi_check_normals(r, WEIGHTS + (uint64_t)k, in->size);
        if (!w) continue;
        const double scale = wgi_check_rms(in->point, in->size);
        EACH_COMPONENT(i, in) w[i] *= scale;
        if (r->parts == 1 && in->size == 1) w[0] = 1; /* then the report shows H itself */
        s->s = wgi_plus_product(q->here, s->s, q->gx[k], w, &by);
        wg_free(r->c, w);
    }
    for (int k = 0; !wg_failed(r->c) && k < r->parts && !wg_is_none(s->s); k++) {
        wgi_check_part *in = &own->part[k];
        char why[WGI_CHECK_TEXT];
        if (in->shown.left_out || gradient_alone(q, s->s, k, in, &s->hx[k], why)) continue;
        in->shown.left_out = true;
        if (!r->second_reason[0])
            wgi_check_say(r->second_reason, "second derivative by %s: %.150s", in->shown.name, why);
    }
    return !wg_failed(r->c) && !wg_is_none(s->s);
}

static void take_over(wg_check *r, wg_check *own)
{
    for (int i = 0; i < own->findings; i++) {
        own->finding[i].stage = WGI_STAGE_SECOND;
        wgi_check_add(r, &own->finding[i]);
    }
    r->evaluations += own->evaluations;
    if (own->stopped) r->stopped = true, r->stage = own->stage, r->share = own->share;
    if (!r->starved[0]) memcpy(r->starved, own->starved, sizeof r->starved);
    for (int k = 0; k < own->parts; k++) {
        const wgi_check_part *in = &own->part[k];
        r->second.whole |= in->n.clear > 0, r->second.blurred += in->n.unclear;
        r->second.resolution = fmin(r->second.resolution, in->shown.resolution);
    }
    r->second.zero = r->second.whole && !(r->second.resolution < INFINITY);
    wgi_check_recover(r);
    if (wgi_check_is_stopped(r) || r->second_reason[0] || r->second.resolution < 0.1 || r->second.zero)
        return;
    wgi_check_say(r->second_reason, "second derivatives: %s",
                  r->second.whole ? "rounding noise hides them" : "the gradient is not smooth here");
}

/* The kink of y at the point, in the report's words. What stands for some functions is smooth. */
static void find_kink(wg_check *r, wg_node y, const wg_node x[], int n)
{
    static const char *const smooth[][2] = { { "norm", "; for norm(x)^2 write sum(x*x)" },
                                             { "std", "; for std(x)^2 write var(x)" },
                                             { "abs", "; for abs(x)^2 write x*x" } };
    wgi_kink *k = &r->kink;
    char text[WGI_CHECK_TEXT] = "";
    *k = wgi_check_kink(r, y, x, n);
    if (k->call.op) wgi_check_say(text, "%.60s, %.120s", k->call.op->name, wg_site_place(k->call.here));
    k->text = wgi_check_keep(r, text), k->instead = "";
    for (int i = 0; k->call.op && i < 3; i++)
        if (wgx_op_is(k->call.op, smooth[i][0])) k->instead = smooth[i][1];
    if (r->o.order > 1) r->second.kink = k->text;
}

/* first: of the first derivatives. */
static void compare_second(const graph_check *q, const wgi_graph_function *first)
{
    wg_check *r = q->r;
    second s = { .own = { .c = r->c, .of_second = true, .solver = "" } };
    s.own.o.evaluations = WG_AUTO;
    s.own.o.progress = r->o.progress, s.own.o.progress_user = r->o.progress_user;
    if (!open_second(q, &s)) {
        wgi_check_say(r->second_reason, "second derivatives: %.150s",
                      wg_failed(r->c) ? wg_message(r->c) : "no gradient has one");
        wgi_check_recover(r);
        return;
    }
    if (!*r->kink.text) find_kink(r, s.s, q->x, r->parts); /* softsign has one in its derivative alone */
    s.own.kink = r->kink;
    wgi_graph_function f = *first;
    f.root = s.s, f.gx = s.hx, f.none = 0, f.pieces = (wgi_frozen){ 0 }, f.digits = NULL, f.summed = 0;
    if (!r->own_kinks) wgi_graph_digits(&f);
    wgi_check_target t = wgi_graph_target(&f);
    t.several_kinks = true;
    const char *why = wgi_check_points_of_second(&s.own, &t);
    wgi_digits_close(f.digits);
    if (why)
        wgi_check_say(r->second_reason, "second derivatives%s%.100s: %s",
                      *r->kink.text ? " at the kink of " : "", r->kink.text, why);
    take_over(r, &s.own);
}

/* If a rule is wrong, so is what it is made of in the second derivatives: then they are not compared. Nor are
 * those of a function that has no gradient at the point, or another one. */
static void check_second(const graph_check *q, const wgi_graph_function *first)
{
    wg_check *r = q->r;
    memcpy(r->second_reason, r->at_kink, sizeof r->at_kink);
    if (wgi_check_has(r, WGI_STAGE_RULE) || r->at_kink[0]) return;
    compare_second(q, first);
    if (wgi_check_has(r, WGI_STAGE_SECOND) && wgi_check_go_on(r))
        wgi_check_rules_of_gradient(r, q->clone, q->root.index + 1, q->gx, r->parts);
}

/* ---- rounding to f16 and bf16 ---- */

/* A cast to f16 or bf16 rounds what is checked. The gradient takes it for the identity, but the function is a
 * staircase: differences measure the stairs, and no slope. */

/* Whether differences cannot measure the gradient by the chosen nodes. The report then says why. */
static bool is_rounded(graph_check *q)
{
    for (int64_t i = 1; q->depends && i < wg_graph_nodes(q->clone); i++) {
        const wg_node n = wg_graph_node(q->clone, i);
        const wg_dtype t = wg_node_dtype(n);
        if ((t != WG_F16 && t != WG_BF16) || wg_node_leaf(n) != WG_LEAF_NONE) continue;
        const wg_node x = wg_node_operand(n, 0);
        if (wg_dtype_is_float(wg_node_dtype(x)) && q->depends[x.index])
            return wgi_check_say(
                q->r->reason,
                "a cast at %s rounds to %s: differences show the steps of the rounding, and no "
                "slope to compare with. Check the model without the cast",
                wg_site_place(wg_node_site(n)), wg_dtype_name(t));
    }
    return false;
}

/* The gradient is that of equations, and the slopes are those of the steps that solve them. */
static void find_solvers(graph_check *q)
{
    char text[WGI_CHECK_TEXT];
    for (int64_t i = 1; i <= q->root.index; i++) {
        const wg_node n = wg_graph_node(q->clone, i);
        const double error = wgi_solver_error(n);
        if (!(error > q->r->allowed)) continue;
        q->r->allowed = error;
        wgi_check_say(text, "%s, %s,", wg_node_op_name(n), wg_site_place(wg_node_site(n)));
        q->r->solver = wgi_check_keep(q->r, text);
    }
}

/* ---- what runs ---- */

/* Half a unit in the last place of what the user has. */
static double half_unit(const graph_check *q, int k)
{
    return (wg_node_dtype(q->chosen[k]) == WG_F32 ? FLT_EPSILON : DBL_EPSILON) / 2;
}
/* Sets all inputs to the point, moved by so many roundings. */
static void round_inputs(const graph_check *q, double by, uint64_t stream)
{
    wg_check *r = q->r;
    EACH_PART(k, r) {
        const wgi_check_part *in = &r->part[k];
        if (in->shown.left_out || !in->size) continue;
        EACH_COMPONENT(i, in)
            in->x[i] = in->point[i] *
                       (1 + by * half_unit(q, k) * wgi_check_normal(r, stream + (uint64_t)k, (uint64_t)i));
        wg_input_set_at(q->here, q->x[k], wg_view_f64(in->x, in->shown.shape));
    }
}

/* What rounding explains, in halves of a unit in the last place: TERMS of each term that is added, and
 * DRIFTING times what a rounding of the inputs changes. Where the terms are not known, LARGEST of the largest
 * component. */
enum { TERMS = 16, DRIFTING = 16, LARGEST = 128 };
enum { MOVES = 4, ROUNDED_STREAM = 7000 };

/* The gradient by part k where the inputs are: the exact one, or if there is none that in double. */
static bool best_gradient(const graph_check *q, wgi_digits *d, int k, double to[], double terms[])
{
    return (d && wgi_digits_gradient(d, k, to, terms)) || wgi_check_values(q->r, q->gx[k], to);
}

/* What the gradient of part k as it runs is compared with, and by how much rounding may move it. d: NULL if
 * the exact one is not to be had. */
static void open_run(const graph_check *q, wgi_digits *d, int k)
{
    wg_check *r = q->r;
    wgi_check_part *in = &r->part[k];
    const bool narrow = in->narrow = wg_node_dtype(q->chosen[k]) == WG_F32;
    if (in->shown.left_out || wg_is_none(q->gx[k]) || !in->size || (!narrow && !d) ||
        !wgi_check_are_finite(in->analytic, in->size))
        return;
    double *exact = wgi_check_doubles(r, in->size), *terms = wgi_check_doubles(r, in->size), largest = 0;
    for (int j = 0; !d && j < r->parts; j++)
        EACH_COMPONENT(i, &r->part[j])
            if (isfinite(r->part[j].analytic[i])) largest = fmax(largest, fabs(r->part[j].analytic[i]));
    const bool ok = exact && terms && best_gradient(q, d, k, exact, terms);
    /* beside the largest component another one may be 0 */
    const double norm = ok ? wgi_check_rms(exact, in->size) * sqrt((double)in->size) : 0;
    for (int64_t i = 0; ok && i < in->size; i++)
        terms[i] = half_unit(q, k) * (d ? TERMS * terms[i] + 2 * norm : LARGEST * largest) +
                   (narrow ? FLT_MIN : DBL_MIN);
    if (ok) in->exact = exact, in->rounding = terms;
    else wg_free(r->c, exact), wg_free(r->c, terms);
}

/* Adds what a rounding of the inputs does to the gradient. */
static void add_drift(const graph_check *q, wgi_digits *d)
{
    wg_check *r = q->r;
    double *by = wgi_check_doubles(r, r->parts);
    for (int k = 0; by && k < r->parts; k++) by[k] = r->part[k].size ? half_unit(q, k) : 0;
    for (int j = 0; j < MOVES && !wg_failed(r->c); j++) {
        const uint64_t stream = ROUNDED_STREAM + 100 * (uint64_t)j;
        if (d) wgi_digits_round(d, by, stream);
        else round_inputs(q, 1, stream);
        EACH_PART(k, r) {
            wgi_check_part *in = &r->part[k];
            double *g = in->exact ? wgi_check_doubles(r, in->size) : NULL;
            if (g && best_gradient(q, d, k, g, NULL))
                EACH_COMPONENT(i, in)
                    in->rounding[i] = hypot(in->rounding[i], DRIFTING * (g[i] - in->exact[i]));
            wg_free(r->c, g);
        }
    }
    if (!d) round_inputs(q, 0, 0);
    wg_free(r->c, by);
}

/* Says where the numbers lose their digits, if that is one place at the point and beside it. */
static void say_lost(const graph_check *q, wgi_digits *d)
{
    static const double LOSS = 1e3;
    wg_check *r = q->r;
    const int digits = wg_node_dtype(q->chosen[0]) == WG_F32 ? 7 : 16;
    double factor = 0, beside;
    char text[WGI_CHECK_TEXT] = "rounding does not explain it";
    const wg_node at =
        d && wgi_digits_settle(d, wgi_check_trusts(q->r)) ? wgi_digits_lost(d, &factor) : wg_none;
    round_inputs(q, 1, ROUNDED_STREAM);
    const bool is_one =
        !wg_is_none(at) && factor > LOSS &&
        (!wgi_digits_settle(d, wgi_check_trusts(q->r)) || wgi_digits_lost(d, &beside).index == at.index);
    round_inputs(q, 0, 0);
    if (is_one)
        wgi_check_say(text, "%sthe numbers lose %.0f of %d digits in %s, %s",
                      r->by_rules ? "the rule is right; " : "", fmin(log10(factor), digits), digits,
                      wg_node_op_name(at), wg_site_place(wg_node_site(at)));
    for (int i = 0; i < r->findings; i++)
        if (r->finding[i].stage == WGI_STAGE_RUN && !*r->finding[i].remedy)
            wgi_check_say(r->finding[i].remedy, "%s", text);
}

/* Compares the whole gradient as it runs with the exact one. */
static void compare_run(const graph_check *q, const wgi_graph_function *f, wg_node loss)
{
    wg_check *r = q->r;
    wgi_digits *d = f->digits && wgi_digits_settle(f->digits, wgi_check_trusts(q->r)) ? f->digits : NULL;
    bool any = false;
    for (int k = 0; k < r->parts; k++) open_run(q, d, k), any |= r->part[k].exact != NULL;
    if (any) add_drift(q, d);
    if (any && !wg_failed(r->c)) wgi_check_whole_run(r, q->here, loss, q->chosen);
    if (wgi_check_has(r, WGI_STAGE_RUN)) say_lost(q, d);
    wgi_check_recover(r);
}

/* Whether f in quad is exact, also where f in double is another number. A rule of the user's may leave a path
 * out. */
static bool decides_by_rules(const graph_check *q, const wgi_graph_function *f)
{
    const wg_check_rules *n = &q->r->rules;
    bool ok = f->digits && n->compared && !n->unclear && !n->not_built && !n->held && !q->r->findings;
    for (int64_t i = 1; ok && i <= q->root.index; i++) {
        const wg_node y = wg_graph_node(q->clone, i);
        ok =
            wg_node_leaf(y) != WG_LEAF_NONE || (wgi_op_is_library(wg_node_op(y)) && wgi_solver_error(y) == 0);
    }
    return ok;
}

static void check_function(graph_check *q, wg_node loss, int n, bool runs)
{
    const wgi_frozen *m = &q->meant;
    double **at = wg_alloc(q->r->c, (size_t)n, sizeof *at);
    wgi_graph_function f = { .r = q->r, .here = q->here, .root = q->root, .n = n, .x = q->x, .gx = q->gx };
    f.at = at, f.none = NAN, f.meant = m;
    for (int k = 0; at && k < n; k++) at[k] = q->r->part[k].x;
    if (!at) return wgi_check_end_early(q->r);
    if (!q->r->by_course && !q->r->own_kinks)
        wgi_pieces_open(q->r, &f.pieces, m->g ? m->moving_root : q->root, m->g ? m->moving_x : q->x, n,
                        m->from, m->count);
    if (!q->r->by_course && !q->r->own_kinks) wgi_graph_digits(&f);
    q->r->by_rules = decides_by_rules(q, &f);
    if (runs) compare_run(q, &f, loss);
    wgi_check_target t = wgi_graph_target(&f);
    t.search = clone_search, t.searcher = q;
    if (q->r->o.order > 1 || f.pieces.g) find_kink(q->r, loss, q->chosen, n);
    wgi_check_measure(q->r, &t);
    if (q->r->o.order > 1 && wgi_check_go_on(q->r)) check_second(q, &f);
    wgi_check_finish(q->r, &t);
    name_user_nodes(q);
    wgi_graph_function_close(&f);
}

static wg_check *check_chosen(graph_check *q, wg_node loss, int n)
{
    find_dependent(q, n);
    if (is_rounded(q)) return q->r;
    find_solvers(q);
    if (!q->r->o.course_only) check_rules(q, n);
    if (!q->r->o.course_only && wgi_check_go_on(q->r)) wgi_check_what_runs(q->r, q->here, loss);
    if (wgi_check_is_stopped(q->r) || !open_parts(q, n)) {
        wgi_check_end_early(q->r);
        return q->r;
    }
    note_batches(q);
    gradients(q);
    const bool is_known = wgi_check_has(q->r, WGI_STAGE_RULE) || wgi_check_has(q->r, WGI_STAGE_RUN);
    check_function(q, loss, n, !q->r->o.course_only && !is_known && wgi_check_go_on(q->r));
    wg_graph_free(q->clone), wg_graph_free(q->meant.moving);
    return q->r;
}

wg_check *wg_gradcheck_at(wg_site here, wg_node loss, wg_params *p, const wg_gradcheck_opts *o)
{
    WG_OPTIONS_FILL(wg_gradcheck_opts, o);
    graph_check q = { .here = here, .asked = p };
    if (!open_check(&q, loss, o)) return q.r;
    int n = 0;
    for (int64_t i = 1; i < wg_graph_nodes(q.from); i++)
        if (wanted(&q, wg_graph_node(q.from, i), p)) q.chosen[n++] = wg_graph_node(q.from, i);
    note_unreached(&q, p, n);
    if (n) return check_chosen(&q, loss, n);
    wgi_check_say(q.r->reason,
                  p ? "nothing to compare: %s depends on no parameter of p"
                    : "nothing to compare: %s depends on no named float input",
                  q.r->o.name);
    return q.r;
}

static void note_once(wgi_names *names, wg_check *r, const char *name)
{
    for (int i = 0; i < names->count; i++)
        if (!strcmp(names->name[i], name)) return;
    wgi_check_name(r, names, name);
}

/* Chooses those of the nodes that the loss depends on, and notes the others, each once. Returns how many; 0:
 * after a message. A node may be among them several times, so that their room is not that of the graph. */
static int choose(graph_check *q, const wg_node x[], int n)
{
    wg_check *r = q->r;
    int chosen = 0;
    wg_free(r->c, q->chosen);
    q->chosen = wg_alloc(r->c, (size_t)n + 1, sizeof *q->chosen);
    if (wgi_check_failed(r)) return 0;
    for (int k = 0; k < n && !r->reason[0]; k++) {
        if (wg_graph_of(x[k]) != q->from || !wg_node_ok(x[k]))
            wgi_check_say(r->reason, "x[%d] is no node of the loss's graph", k);
        else if (!reached(q, x[k])) note_once(&r->unreached, r, wg_node_name(x[k]));
        else if (!wg_dtype_is_float(wg_node_dtype(x[k])))
            wgi_check_say(r->reason, "%s is not of a float dtype", wg_node_name(x[k]));
        else {
            int j = 0; /* a node that is given twice is one input */
            while (j < chosen && q->chosen[j].index != x[k].index) j++;
            q->chosen[j] = x[k], chosen += j == chosen;
        }
    }
    if (!chosen && !r->reason[0])
        wgi_check_say(r->reason, "%s does not depend on %s", r->o.name, wg_node_name(x[0]));
    return r->reason[0] ? 0 : chosen;
}

wg_check *wg_gradcheck_nodes_at(wg_site here, wg_node loss, const wg_node x[], int n,
                                const wg_gradcheck_opts *o)
{
    WG_OPTIONS_FILL(wg_gradcheck_opts, o);
    WG_USER_CALL(here, "gradcheck_nodes");
    graph_check q = { .here = here, .asked = true };
    if (!open_check(&q, loss, o)) return q.r;
    if (n <= 0 || !x) wgi_check_say(q.r->reason, "nothing to compare: no nodes are given");
    const int chosen = q.r->reason[0] ? 0 : choose(&q, x, n);
    return q.r->reason[0] ? q.r : check_chosen(&q, loss, chosen);
}
