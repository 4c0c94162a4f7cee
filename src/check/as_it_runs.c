/* as_it_runs.c: whether what runs is what is checked. The other stages check a clone in double. This one
 * builds a copy of the user's graph as it is: in a context of its own, with the user's dtypes, number of
 * threads and seed, and with a set of parameters that has the same names and values. There it runs what
 * the user runs, wg_backward, twice.
 *
 *     1. The second wg_backward must give the bits of the first: the first one is interpreted, later
 *        ones may run a plan.
 *     2. wg_backward must give the bits of the same gradient made from nodes, interpreted by one
 *        thread.
 *     3. By component, the whole gradient must be the exact one, to within what the rounding of the inputs
 *        and of the terms that it adds explains.
 *     4. Each node's f32 kernel and rule must give what they give in double for the same operands, to
 *        within the rounding of f32. A rule or kernel that is wrong in f32 alone is named here. */
#include "check/check_private.h"

#include <float.h>

#include "wengert/grad.h"
#include "wgx/base.h"
#include "wgx/graph.h"
#include "wgx/op.h"

typedef struct copy {
    wg_context *c;
    wg_graph *g;
    wg_params *p;
    wg_node *map, loss;
} copy;

/* ---- building ---- */

/* Copies the graph's parameters and states, with their names. False: they are of two sets. */
static bool copy_params(copy *t, wg_node loss)
{
    wg_graph *from = wg_graph_of(loss);
    const wg_params *set = NULL;
    for (int64_t i = 1; i <= loss.index; i++) {
        const wg_node n = wg_graph_node(from, i);
        const wg_params *all = wgx_node_params(n);
        if (!all) continue;
        if (set && all != set) return false;
        set = all;
        const int at = wg_params_find(all, wg_node_name(n));
        if (at >= 0 && wg_params_find(t->p, wg_node_name(n)) < 0)
            wg_params_make_at(wg_node_site(n), t->p, wg_node_name(n), wg_params_tensor(all, at),
                              wgx_node_is_state(n));
    }
    return !wg_failed(t->c);
}

static bool open_copy(copy *t, const wg_check *r, wg_node loss, int threads, int interpret)
{
    wg_graph *from = wg_graph_of(loss);
    const wg_context *user = wg_graph_context(from);
    *t = (copy){ 0 };
    t->c = wg_start(.dtype = wg_context_dtype(user), .seed = wg_context_seed(user), .threads = threads,
                    .allocator = wgx_context_allocator(r->c), .interpret = interpret,
                    .on_warning = wg_no_warnings);
    t->g = wg_graph_new(t->c), t->p = wg_params_new(t->c);
    t->map = wg_alloc(t->c, (size_t)wg_graph_nodes(from), sizeof *t->map);
    if (wg_failed(t->c) || !copy_params(t, loss)) return false;
    t->loss = wgi_check_replay(loss, t->g, from,
                               &WG_OPTS(wg_replay_opts, .params = t->p, .map = t->map, .guards = true));
    return !wg_failed(t->c) && wg_node_ok(t->loss);
}

static void close_copy(wg_check *r, copy *t)
{
    wgi_check_starve(r, t->c);
    if (t->c) wg_finish(t->c, NULL);
}

/* ---- the bits of wg_backward ---- */

static size_t bytes_of(wg_tensor t) { return (size_t)wg_shape_size(t.shape) * wg_dtype_size(t.dtype); }

/* The gradients of all parameters, one after the other, as they are in memory; zeros where there are none. */
static char *gradients(const copy *t, wg_check *r)
{
    size_t size = 0;
    for (int i = 0; i < wg_params_count(t->p); i++) size += bytes_of(wg_params_tensor(t->p, i));
    char *all = wg_alloc(r->c, size + 1, 1), *to = all;
    for (int i = 0; all && i < wg_params_count(t->p); i++) {
        const wg_tensor g = wg_params_grad(t->p, i);
        const size_t bytes = bytes_of(wg_params_tensor(t->p, i));
        if (g.data) memcpy(to, g.data, bytes);
        to += bytes;
    }
    return all;
}

/* Adds the first parameter whose gradient differs, and where. */
static void compare_bits(wg_check *r, const copy *t, char *a, char *b, const char *what)
{
    for (int i = 0; a && b && i < wg_params_count(t->p); i++) {
        const wg_tensor v = wg_params_tensor(t->p, i);
        const size_t each = wg_dtype_size(v.dtype);
        for (int64_t k = 0; k < wg_shape_size(v.shape); k++, a += each, b += each) {
            if (!memcmp(a, b, each)) continue;
            wgi_finding f = { .stage = WGI_STAGE_RUN, .part = -1 };
            f.shown = (wg_check_finding){ .by = wg_params_name(t->p, i), .shape = v.shape, .element = k };
            f.shown.yours = wg_tensor_item(&(wg_tensor){ v.dtype, WG_SCALAR, a }, 0);
            f.shown.numeric = wg_tensor_item(&(wg_tensor){ v.dtype, WG_SCALAR, b }, 0);
            wgi_check_say(f.remedy, "%s", what);
            wgi_check_add(r, &f);
            return;
        }
    }
}

static bool backward(const copy *t, wg_site here) { return wg_backward_at(here, t->loss, t->p) == WG_OK; }

enum { RUNS = 3 };

static void check_bits(wg_check *r, wg_site here, wg_node loss, copy *t)
{
    char *run[RUNS] = { NULL }, *plain = NULL;
    copy simple;
    for (int i = 0; i < RUNS && wgi_check_go_on(r) && backward(t, here); i++) run[i] = gradients(t, r);
    for (int i = 1; i < RUNS; i++)
        compare_bits(r, t, run[i], run[0], "wg_backward gives other bits when it runs again");
    if (open_copy(&simple, r, loss, 1, 1) && backward(&simple, here)) plain = gradients(&simple, r);
    compare_bits(r, t, run[0], plain,
                 "wg_backward gives other bits than the same nodes, interpreted by one thread");
    close_copy(r, &simple);
    for (int i = 0; i < RUNS; i++) wg_free(r->c, run[i]);
    wg_free(r->c, plain);
}

/* ---- f32 against f64, node by node ---- */

/* Allowed beside f64, of the largest element: derivatives of saturated functions err so
 * (docs/inside/arithmetic.md). */
static const double ALLOWED = 0x1p-9, DRIFTS = 64, UNITS = 16;

typedef struct lists {
    double *narrow, *wide, *moved; /* of f32; of f64; of f64, moved by units in the last place of f32 */
    int64_t n;
    double inside; /* how large numbers inside the kernel are, beside which small results lose their digits */
} lists;

/* By so many units in the last place of f32. */
static void move_operands(wgi_isolated *a, wg_check *r, double by)
{
    for (int k = 0; k < a->operands; k++) {
        const int64_t n = a->point[k] ? wgi_elements(a->x[k]) : 0;
        double *x = n ? wgi_check_doubles(r, n) : NULL;
        for (int64_t i = 0; x && i < n; i++)
            x[i] =
                a->point[k][i] * (1 + by * FLT_EPSILON * wgi_check_normal(r, 500 + (uint64_t)k, (uint64_t)i));
        if (x) wg_input_set_at(wg_node_site(a->y), a->x[k], wg_view_f64(x, wg_node_shape(a->x[k])));
        wg_free(r->c, x);
    }
}

/* The element that differs most beyond what f32 explains; -1: none. */
static int64_t worst_of(const lists *l)
{
    double largest = 0, drift = 0, worst = 0;
    int64_t at = -1;
    for (int64_t i = 0; i < l->n; i++)
        largest = fmax(largest, fabs(l->wide[i])), drift = fmax(drift, fabs(l->moved[i] - l->wide[i]));
    if (!isfinite(largest) || !(largest < FLT_MAX / 4) || !isfinite(drift)) return -1;
    for (int64_t i = 0; i < l->n; i++) {
        const double off = fabs(l->narrow[i] - l->wide[i]);
        /* a power of a negative base by its exponent */
        if (isnan(l->narrow[i]) && isnan(l->wide[i])) continue;
        if (!(off <= ALLOWED * largest + DRIFTS * drift + UNITS * FLT_EPSILON * l->inside + FLT_MIN) &&
            !(off <= worst))
            worst = off, at = i;
    }
    return at;
}

/* The largest element of the operands; of a rule, of the weights. */
static double largest_inside(const wgi_isolated *a, int operand)
{
    double largest = 0;
    for (int64_t i = 0; operand >= 0 && i < wgi_elements(a->y); i++) largest = fmax(largest, fabs(a->v[i]));
    for (int k = 0; operand < 0 && k < a->operands; k++)
        for (int64_t i = 0; a->point[k] && i < wgi_elements(a->x[k]); i++)
            largest = fmax(largest, fabs(a->point[k][i]));
    return largest;
}

/* Compares node `of` of the three. operand: whose gradient it is; -1: it is the value. */
static bool compare_f32(wg_check *r, wg_node user, const wgi_isolated *narrow, wgi_isolated *wide,
                        int operand)
{
    const wg_node a = operand < 0 ? narrow->y : narrow->gx[operand],
                  b = operand < 0 ? wide->y : wide->gx[operand];
    if (wg_is_none(a) || wg_is_none(b)) return false;
    lists l = { .n = wgi_elements(a) };
    l.narrow = wgi_check_doubles(r, l.n), l.wide = wgi_check_doubles(r, l.n);
    l.moved = wgi_check_doubles(r, l.n);
    int64_t at = -1;
    l.inside = largest_inside(wide, operand);
    if (!wg_failed(r->c) && wgi_check_values(r, a, l.narrow) && wgi_check_values(r, b, l.wide)) {
        move_operands(wide, r, 1);
        if (wgi_check_values(r, b, l.moved)) at = worst_of(&l);
        move_operands(wide, r, 0);
    }
    if (at >= 0) {
        wgi_finding f = { .stage = WGI_STAGE_RUN, .part = -1, .node = user };
        char by[WGI_CHECK_TEXT] = "";
        if (operand >= 0) wgi_check_operand_name(user, operand, by);
        f.shown = (wg_check_finding){ .by = by, .node = user.index, .operand = operand, .element = at };
        f.shown.shape = wg_node_shape(a), f.shown.yours = l.narrow[at], f.shown.numeric = l.wide[at];
        wgi_check_say(f.remedy, operand < 0 ? "the kernel of f32 gives another value than that of f64"
                                            : "the rule gives another gradient in f32 than in f64");
        wgi_check_add(r, &f);
    }
    wg_free(r->c, l.narrow), wg_free(r->c, l.wide), wg_free(r->c, l.moved);
    return at >= 0;
}

static bool is_f32(wg_node n)
{
    return wg_node_leaf(n) == WG_LEAF_NONE && wg_node_dtype(n) == WG_F32 && wgi_elements(n) > 0 &&
           wgi_is_first_result(n) && !wgx_op_is(wg_node_op(n), "cast");
}

static void check_f32(wg_check *r, wg_node user, wg_node n)
{
    wgi_isolated narrow, wide;
    if (!wgi_isolated_open(r, n, 3000 + n.index, false, &narrow)) return;
    if (wgi_isolated_open(r, n, 3000 + n.index, true, &wide)) {
        r->rules.narrow++;
        if (wg_node_dtype(wide.y) == WG_F64 && !compare_f32(r, user, &narrow, &wide, -1))
            for (int k = 0; k < narrow.operands && !compare_f32(r, user, &narrow, &wide, k);) k++;
        wgi_isolated_close(r, &wide);
    }
    wgi_isolated_close(r, &narrow);
}

/* ---- the whole gradient, by component ---- */

/* Beside what rounding explains, a component may be off by OFF of itself. */
static const double OFF = 1e-2;

static void check_ran(wg_check *r, int k)
{
    wgi_check_part *in = &r->part[k];
    const double most = in->narrow ? FLT_MAX : DBL_MAX;
    int64_t at = -1;
    double worst = 0;
    EACH_COMPONENT(i, in) {
        const double g = in->exact[i], off = fabs(in->ran[i] - g), allowed = OFF * fabs(g) + in->rounding[i];
        if (!isfinite(g) || fabs(g) > most / 4 || !isfinite(allowed)) continue;
        if (!(off <= allowed) && !(off / allowed <= worst)) worst = off / allowed, at = i;
    }
    if (at < 0) return;
    wgi_finding f = { .stage = WGI_STAGE_RUN, .part = -1 };
    f.shown = (wg_check_finding){ .by = in->shown.name, .shape = in->shown.shape, .element = at };
    f.shown.yours = in->ran[at], f.shown.numeric = in->exact[at];
    in->ran_wrong = true;
    wgi_check_add(r, &f); /* the cause follows */
}

void wgi_check_whole_run(wg_check *r, wg_site here, wg_node loss, const wg_node x[])
{
    bool narrow = false;
    EACH_PART(k, r) {
        wgi_check_part *in = &r->part[k];
        narrow |= in->narrow;
        if (in->exact && !in->narrow) in->ran = in->analytic, check_ran(r, k);
    }
    copy t;
    const bool is_open =
        narrow && open_copy(&t, r, loss, wg_context_threads(wg_graph_context(wg_graph_of(loss))), 0);
    for (int k = 0; is_open && k < r->parts; k++) {
        wgi_check_part *in = &r->part[k];
        const wg_node own = in->exact && in->narrow ? t.map[x[k].index] : wg_none;
        double *run = wg_is_none(own) ? NULL : wgi_check_doubles(r, in->size);
        if (run && wg_copy_f64_at(here, wg_grad_at(here, t.loss, own), run, (size_t)in->size) == WG_OK)
            in->ran = run, check_ran(r, k);
        wgi_check_starve(r, t.c);
        if (t.c) wg_recover(t.c);
    }
    if (narrow) close_copy(r, &t);
}

void wgi_check_what_runs(wg_check *r, wg_site here, wg_node loss)
{
    copy t;
    wgi_check_at_stage(r, "what runs", 0);
    const wg_graph *from = wg_graph_of(loss);
    if (open_copy(&t, r, loss, wg_context_threads(wg_graph_context(from)), 0)) {
        if (wg_params_count(t.p) && wg_dtype_is_float(wg_node_dtype(loss))) check_bits(r, here, loss, &t);
        for (int64_t i = 1; i <= loss.index && !wg_failed(t.c) && wgi_check_go_on(r); i++) {
            wgi_check_at_stage(r, "what runs", (double)i / (double)loss.index);
            if (!wg_is_none(t.map[i]) && is_f32(t.map[i])) check_f32(r, wg_graph_node(from, i), t.map[i]);
        }
    }
    close_copy(r, &t);
}
