/* user_functions.c: checks of what a user has written: a C function, a forward and backward pair, an op;
 * and the form for assertions. */
#include "check/check_private.h"

#include <stdlib.h>

#include "wengert/grad.h"
#include "wengert/ops.h"

/* ---- functions ---- */

/* x is one list, of which the parts are pieces: part[0] begins it. */
typedef struct function {
    wg_check_fn f;
    wg_check *r;
    void *user;
    size_t n;
    double *g; /* room for a gradient */
} function;

static void function_set(void *self, int k) { (void)self, (void)k; }
static double function_value(void *self)
{
    function *q = self;
    return q->f(q->n, q->r->part[0].x, NULL, q->user);
}

static bool function_gradient(void *self, double **to)
{
    function *q = self;
    const wg_check *r = q->r;
    q->r->gradients++;
    q->f(q->n, r->part[0].x, q->g, q->user);
    const double *g = q->g;
    for (int k = 0; k < r->parts; g += r->part[k++].size)
        memcpy(to[k], g, (size_t)r->part[k].size * sizeof *g);
    return true;
}

/* ---- what x is made of ---- */

enum { MOST_NAME = 60 };

/* Reads one of "W[3,4], b[4], s" from *at. False: it is none. */
static bool read_name(const char **at, char name[MOST_NAME], wg_shape *s)
{
    const char *p = *at + strspn(*at, ", ");
    const size_t length = strcspn(p, "[, ");
    *s = WG_SCALAR;
    if (!length || length >= MOST_NAME) return false;
    memcpy(name, p, length), name[length] = '\0';
    p += length;
    if (*p == '[') {
        do {
            char *end;
            const long long size = strtoll(p + 1, &end, 10);
            if (end == p + 1 || size < 0 || s->rank == WG_MAX_RANK) return false;
            s->dim[s->rank++] = size, p = end + strspn(end, " ");
        } while (*p == ',');
        if (*p++ != ']' || (*p && !strchr(", ", *p))) return false;
    }
    *at = p;
    return true;
}

static bool is_at_end(const char *text) { return !text[strspn(text, ", ")]; }

/* How many pieces the names say. 0: after a message in r->reason. */
static int count_names(wg_check *r, const char *text, size_t n)
{
    const char *at = text;
    char name[MOST_NAME];
    wg_shape s;
    int count = 0;
    double elements = 0;
    for (; !is_at_end(at) && read_name(&at, name, &s); count++) {
        double size = 1;
        for (int a = 0; a < s.rank; a++) size *= (double)s.dim[a];
        elements += size;
    }
    if (!is_at_end(at) || !count)
        wgi_check_say(r->reason, "names: \"W[3,4], b[4], s\" is expected, not \"%.80s\"", at);
    else if (elements != (double)n)
        wgi_check_say(r->reason, "names: \"%.120s\" has %.0f elements, and x has %zu", text, elements, n);
    return r->reason[0] ? 0 : count;
}

/* Makes the parts, whose points, places and gradients are pieces of three lists. */
static void open_parts(wg_check *r, const char *names, const double *x, size_t n)
{
    const int count = names ? count_names(r, names, n) : 1;
    if (!count || !wgi_check_parts(r, count)) return;
    double *point = wgi_check_doubles(r, (int64_t)n), *at = wgi_check_doubles(r, (int64_t)n),
           *g = wgi_check_doubles(r, (int64_t)n);
    if (wgi_check_failed(r)) return;
    if (n) memcpy(point, x, n * sizeof *x), memcpy(at, x, n * sizeof *x);
    for (int k = 0; k < count; k++) {
        char name[MOST_NAME] = "x";
        wg_shape s = WG_SHAPE((int64_t)n);
        if (names) read_name(&names, name, &s);
        wgi_check_part *in = &r->part[k];
        if (!wgi_check_part_set(r, k, name, s)) return;
        wg_free(r->c, in->point), wg_free(r->c, in->x), wg_free(r->c, in->analytic);
        in->point = point, in->x = at, in->analytic = g;
        point += in->size, at += in->size, g += in->size;
        for (int j = 0; j < k; j++)
            if (!strcmp(r->part[j].shown.name, name))
                wgi_check_say(r->reason, "names: \"%s\" is there twice", name);
        if (!in->size) in->shown.left_out = true, wgi_check_say(in->reason, "it is empty");
        r->parts++;
    }
}

/* Component i of all. */
static const char *place_of(const wg_check *r, int64_t i, char to[WGI_CHECK_TEXT])
{
    int k = 0;
    while (i >= r->part[k].size) i -= r->part[k++].size;
    return wgi_check_place(&r->part[k], i, to);
}

static wg_check *function_report(size_t n, const double *x, const wg_gradcheck_opts *o)
{
    wg_check *r = wgi_check_new(&(wg_options){ .dtype = WG_F64, .threads = 1 }, o);
    if (!r->c) return r;
    if (!o || !o->name) r->o.name = "f";
    if (r->o.order > 1 && !r->reason[0])
        wgi_check_say(r->reason, "order 2: a C function brings no second derivative; a graph does");
    if (n > (size_t)INT64_MAX / sizeof(double) || !x) n = 0;
    if (r->reason[0]) return r;
    open_parts(r, n ? r->o.names : NULL, x, n);
    if (!n) wgi_check_say(r->reason, "nothing to compare: x has no components");
    return r;
}

/* Says that the pointer to `what` is NULL, in a report that is not begun. */
static wg_check *without(wg_check *r, const char *what)
{
    wgi_check_say(r->reason, "nothing to compare: the %s is NULL", what);
    return r;
}

static wg_check *function_check(wg_check *r, wg_check_fn f, size_t n, void *user, bool has_gradient)
{
    function q = { f, r, user, n, wgi_check_doubles(r, (int64_t)n) };
    if (wgi_check_failed(r)) return r;
    r->gradients += has_gradient;
    wgi_check_run(r, &(wgi_check_target){ .set = function_set,
                                          .value = function_value,
                                          .gradient = has_gradient ? function_gradient : NULL,
                                          .self = &q });
    return r;
}

/* Numbers that are computed in another order, perhaps in f32, differ by rounding. size: of the terms that
 * they are sums of. What differs by more is another number. */
static bool are_other(double a, double b, double size) { return fabs(a - b) > 1e-6 * fmax(fabs(a), size); }

/* Whether f gives the same gradient again, after that of another point, and the same value without it. value:
 * with r's gradient. */
static bool is_steady(wg_check *r, wg_check_fn f, size_t n, void *user, double value)
{
    const wgi_check_part *in = &r->part[0];
    double *again = wgi_check_doubles(r, (int64_t)n);
    char place[WGI_CHECK_TEXT];
    if (!again) return true;
    const double alone = f(n, in->x, NULL, user);
    for (size_t i = 0; i < n; i++)
        in->x[i] = in->point[i] * 1.01 + 1e-3; /* what is kept is of another point */
    f(n, in->x, again, user);
    memcpy(in->x, in->point, n * sizeof *in->x);
    const double once_more = f(n, in->x, again, user);
    double largest = 0, terms = 0;
    for (size_t i = 0; i < n; i++)
        largest = fmax(largest, fabs(in->analytic[i])), terms += fabs(in->analytic[i] * in->point[i]);
    r->evaluations++, r->gradients += 2;
    memcpy(in->x, in->point, n * sizeof *in->x);
    if (are_other(value, once_more, terms)) return wg_free(r->c, again), true; /* f is none: see measure */
    if (are_other(value, alone, terms))
        wgi_check_say(r->reason, "f is %.10g where its gradient is asked for, and %.10g where it is not",
                      value, alone);
    for (size_t i = 0; i < n && !r->reason[0]; i++)
        if (are_other(in->analytic[i], again[i], largest))
            wgi_check_say(r->reason,
                          "the gradient is not a function: its component %s was %.10g and %.10g at the same "
                          "point",
                          place_of(r, (int64_t)i, place), in->analytic[i], again[i]);
    wg_free(r->c, again);
    return !r->reason[0];
}

wg_check *wg_gradcheck_fn(wg_check_fn f, size_t n, const double *x, void *user, const wg_gradcheck_opts *o)
{
    wg_check *r = function_report(n, x, o);
    if (!r->c || r->reason[0]) return r;
    if (!f) return without(r, "function");
    const double value = f(n, r->part[0].x, r->part[0].analytic, user);
    memcpy(r->part[0].x, r->part[0].point, n * sizeof *x);
    if (is_steady(r, f, n, user, value)) return function_check(r, f, n, user, true);
    r->verdict = WG_FAIL;
    return r;
}

/* Of a gradient that is given as numbers nothing says how they were rounded: where its terms cancel, as near
 * a minimum, their errors were seen to be as large as this share of a component. */
static const double OF_NUMBERS = 8e-5;

wg_check *wg_gradcheck_values(wg_check_fn f, size_t n, const double *x, const double *gradient, void *user,
                              const wg_gradcheck_opts *o)
{
    wg_check *r = function_report(n, x, o);
    if (!r->c || r->reason[0]) return r;
    if (!f || !gradient) return without(r, f ? "gradient" : "function");
    memcpy(r->part[0].analytic, gradient, n * sizeof *gradient);
    r->allowed = fmax(r->allowed, OF_NUMBERS);
    return function_check(r, f, n, user, false);
}

/* ---- an op ---- */

/* Copies of the operands in a graph of its own, so that nothing is added to the user's. */
static bool copy_operands(wg_graph *g, const wg_node x[], int n, wg_node to[])
{
    for (int k = 0; k < n; k++) {
        wg_tensor t;
        char name[24];
        if (!wg_graph_of(x[k])) {
            to[k] = x[k];
            continue;
        }
        snprintf(name, sizeof name, "operand %d", k);
        const char *own = wg_node_name(x[k]);
        if (!wg_peek(x[k], &t)) return false;
        to[k] = wg_input_at(wg_node_site(x[k]), g, *own ? own : name, t);
    }
    return true;
}

/* sum(v y) with random v: a scalar whose gradient depends on every element of y. */
static wg_node projection(wg_site here, wg_check *r, wg_graph *g, wg_node y)
{
    const int64_t n = wg_shape_size(wg_node_shape(y));
    double *v = wgi_check_normals(r, 3, n);
    if (!v) return wg_none;
    wg_node w = wg_input_at(here, g, "", wg_view_f64(v, wg_node_shape(y)));
    if (wg_node_dtype(y) != WG_F64) w = wg_cast_at(here, w, wg_node_dtype(y));
    wg_free(r->c, v);
    return wg_sum_at(here, &(wg_reduce_args){ .x = wg_mul_at(here, w, y) });
}

wg_check *wg_gradcheck_op_at(wg_site here, const wg_op *op, const wg_node x[], int n, const void *attr,
                             const wg_gradcheck_opts *o)
{
    wg_gradcheck_opts own = o ? *o : (wg_gradcheck_opts){ 0 };
    wg_node at[16], floats[16];
    int count = 0;
    wg_graph *from = NULL;
    for (int k = 0; x && k < n && !from; k++) from = wg_graph_of(x[k]);
    if (!own.name) own.name = op && op->name ? op->name : "op";
    wg_check *r = wgi_check_new(
        &(wg_options){ .dtype = from ? wg_context_dtype(wg_graph_context(from)) : WG_F64 }, &own);
    if (r->c) r->where = wgi_check_keep(r, wg_site_place(here));
    if (!r->c || r->reason[0]) return r;
    if (!op) return without(r, "op");
    wg_graph *g = wg_graph_new(r->c);
    if (!from || n > 16) wgi_check_say(r->reason, "%s needs 1 to 16 operands, one of them a node", own.name);
    else if (wg_begin(g, wg_graph_mode(from)), !copy_operands(g, x, n, at))
        wgi_check_say(r->reason, "%s: an operand has no value", own.name);
    if (r->reason[0]) return r;
    const wg_node y = wg_apply(here, op, at, n, attr),
                  loss = wg_node_ok(y) ? projection(here, r, g, y) : wg_none;
    for (int k = 0; k < n; k++)
        if (wg_graph_of(at[k]) && wg_dtype_is_float(wg_node_dtype(at[k])) && wg_op_has_derivative(op, k))
            floats[count++] = at[k];
    if (wgi_check_failed(r)) return r;
    wg_check *all = wg_gradcheck_nodes_at(here, loss, floats, count, &own);
    wg_check_free(r);
    return all;
}

/* ---- a forward and backward pair ---- */

typedef struct pair {
    size_t nx, ny;
    wg_forward_fn forward;
    wg_backward_fn backward;
    void *user;
    double *y, *v;
} pair;

enum { MOST_RESULTS = INT32_MAX };

static double pair_value(size_t n, const double *x, double *g, void *self)
{
    pair *p = self;
    double sum = 0;
    if (p->forward(n, x, p->ny, p->y, p->user)) return NAN;
    for (size_t i = 0; i < p->ny; i++) sum += p->v[i] * p->y[i];
    if (g && p->backward(n, x, p->ny, p->v, g, p->user))
        for (size_t i = 0; i < n; i++) g[i] = NAN;
    return sum;
}

wg_check *wg_gradcheck_vjp(size_t nx, size_t ny, wg_forward_fn forward, wg_backward_fn backward,
                           const double *x, void *user, const wg_gradcheck_opts *o)
{
    wg_check *room = wgi_check_new(&(wg_options){ .dtype = WG_F64 }, o);
    if (!room->c || room->reason[0]) return room;
    if (!forward || !backward) return without(room, forward ? "backward function" : "forward function");
    if (ny > MOST_RESULTS) {
        wgi_check_say(room->reason, "nothing to compare: y has too many components");
        return room;
    }
    pair p = { nx,
               ny,
               forward,
               backward,
               user,
               wg_alloc(room->c, ny + 1, sizeof(double)),
               wgi_check_normals(room, 3, (int64_t)ny) };
    if (wgi_check_failed(room)) return room;
    wg_check *r = wg_gradcheck_fn(pair_value, nx, x, &p, o);
    wg_check_free(room);
    return r;
}

/* ---- for assertions ---- */

bool wg_check_passes_at(wg_site here, wg_check *r)
{
    const bool passes = wg_check_verdict(r) == WG_PASS;
    if (!passes) {
        fprintf(stderr, "%s: the gradient check does not pass\n", wg_site_place(here));
        wg_check_print(r, stderr);
    }
    wg_check_free(r);
    return passes;
}
