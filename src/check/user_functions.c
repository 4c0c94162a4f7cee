/* user_functions.c: checks of what a user has written: a C function, a forward and backward pair, an op;
 * and the form for assertions. */
#include "check/check_private.h"
#include "wgx/graph.h"
#include "wgx/op.h"

#include <stdlib.h>

/* ---- functions ---- */

/* Points near x. Each of them keeps a part of x, which may be the key of a cache. */
typedef enum place { AT_X, AT_LEFT, AT_RIGHT, AT_MIDDLE, PLACES } place;

/* What f has given at a place for the first time. */
typedef struct answer {
    bool known;
    double value;
    double *g;    /* NULL: no gradient was asked for */
    double there; /* was in each component of g before */
} answer;

/* x is one list, of which the parts are pieces: part[0] begins it. */
typedef struct function {
    wg_check_fn f;
    wg_check *r;
    void *user;
    size_t n;
    double *g;     /* room for a gradient */
    double *kept;  /* x as it was before a call */
    double *given; /* the given point */
    double *other; /* x, at another address than that of part[0] */
    double size;   /* of the terms of f */
    double scale;  /* of the gradient */
    int asked;     /* times, before the slopes */
    answer at[PLACES];
    char changed[WGI_CHECK_TEXT]; /* f has written into x; or "" */
} function;

/* Component i of all. */
static const char *place_of(const wg_check *r, int64_t i, char to[WGI_CHECK_TEXT])
{
    int k = 0;
    while (i >= r->part[k].size) i -= r->part[k++].size;
    return wgi_check_place(&r->part[k], i, to);
}

/* What f says of the value that it has not. */
static _Thread_local char no_value[WGI_CHECK_TEXT / 2];

double wg_check_no_value(const char *why)
{
    snprintf(no_value, sizeof no_value, "%s", why ? why : "");
    return NAN;
}

/* Notes that f has no value at x: the first component of it that is moved says where. */
static void note_gap(function *q, const double *x, double value)
{
    wg_check *r = q->r;
    const double *from = q->given;
    char where[WGI_CHECK_TEXT];
    size_t i = 0, more = 0;
    memcpy(r->no_value, no_value, sizeof no_value);
    if (r->gaps++) return;
    while (i + 1 < q->n && x[i] == from[i]) i++;
    for (size_t j = i + 1; j < q->n; j++) more += x[j] != from[j];
    wgi_check_say(r->gap, "%.80s = %.6g%s: %.110s", place_of(r, (int64_t)i, where), x[i],
                  more ? ", others moved, too" : "",
                  *no_value      ? no_value
                  : isnan(value) ? "NaN"
                                 : "infinite");
}

/* f at x. What f writes into x is noted and taken back. */
static double call(function *q, double *x, double *g)
{
    static const char with_gradient[] = " where its gradient is asked for";
    char where[WGI_CHECK_TEXT];
    bool changes = false;
    memcpy(q->kept, x, q->n * sizeof *x);
    *no_value = '\0';
    const double value = q->f(q->n, x, g, q->user);
    if (!isfinite(value)) note_gap(q, q->kept, value);
    for (size_t i = 0; i < q->n && !changes; i++) {
        changes = memcmp(&x[i], &q->kept[i], sizeof *x);
        if (changes && (!q->changed[0] || (!g && strstr(q->changed, with_gradient))))
            wgi_check_say(q->changed, "f changed its argument%s: %s from %.10g to %.10g",
                          g ? with_gradient : "", place_of(q->r, (int64_t)i, where), q->kept[i], x[i]);
    }
    if (!changes) return value;
    memcpy(x, q->kept, q->n * sizeof *x);
    if (g) q->r->evaluations++, call(q, x, NULL); /* perhaps without the gradient, too */
    return value;
}

static void function_set(void *self, int k) { (void)self, (void)k; }
static double function_value(void *self)
{
    function *q = self;
    return call(q, q->r->part[0].x, NULL);
}

static bool function_gradient(void *self, double **to)
{
    function *q = self;
    const wg_check *r = q->r;
    q->r->gradients++;
    call(q, r->part[0].x, q->g);
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

static wgi_check_part *part_named(const wg_check *r, const char *name)
{
    EACH_PART(k, r)
        if (!strcmp(r->part[k].shown.name, name)) return &r->part[k];
    return NULL;
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
        if (part_named(r, name)) wgi_check_say(r->reason, "names: \"%s\" is there twice", name);
        if (!in->size) wgi_check_leave_out(in, "it is empty");
        r->parts++;
    }
}

static void leave_out_intended(wg_check *r)
{
    const char *at = r->o.intended;
    char name[MOST_NAME];
    wg_shape s;
    while (at && !is_at_end(at) && !r->reason[0]) {
        wgi_check_part *in = read_name(&at, name, &s) && !s.rank ? part_named(r, name) : NULL;
        if (in) wgi_check_leave_out(in, "its gradient is another one on purpose");
        else
            wgi_check_say(r->reason,
                          "intended: names of whole arguments are expected, as \"%s\", not \"%.80s\"",
                          r->part[0].shown.name, r->o.intended);
    }
}

static wg_check *function_report(wg_site here, size_t n, const double *x, const wg_gradcheck_opts *o)
{
    wg_check *r = wgi_check_new(here, &WG_OPTS(wg_start_opts, .dtype = WG_F64, .threads = 1), o);
    if (!r->c) return r;
    if (!o || !o->name) r->o.name = "f";
    if (r->o.order > 1 && !r->reason[0])
        wgi_check_say(r->reason, "order 2: a C function brings no second derivative; a graph does");
    if (n > (size_t)INT64_MAX / sizeof(double) || !x) n = 0;
    if (r->reason[0]) return r;
    open_parts(r, n ? r->o.names : NULL, x, n);
    if (n && !wgi_check_failed(r)) leave_out_intended(r);
    if (!n) wgi_check_say(r->reason, "nothing to compare: x has no components");
    return r;
}

static wg_check *without(wg_check *r, const char *what)
{
    wgi_check_say(r->reason, "nothing to compare: the %s is NULL", what);
    return r;
}

static wg_check *function_check(function *q, bool has_gradient)
{
    wgi_check_run(q->r, &(wgi_check_target){ .set = function_set,
                                             .value = function_value,
                                             .gradient = has_gradient ? function_gradient : NULL,
                                             .self = q });
    if (q->changed[0]) wgi_check_say(q->r->reason, "%s", q->changed), q->r->verdict = WG_FAIL;
    return q->r;
}

/* ---- whether f remembers ---- */

/* Numbers that are computed in another order, perhaps in f32, differ by rounding. size: of the terms that
 * they are sums of. What differs by more is another number. */
static bool are_other(double a, double b, double size) { return fabs(a - b) > 1e-6 * fmax(fabs(a), size); }

/* Component i at a place. LEFT and RIGHT keep one half of x each, MIDDLE the first and the last. */
static double component_at(const function *q, place at, size_t i)
{
    const double x = q->r->part[0].point[i];
    if (q->n == 1 && at == AT_RIGHT) return x * 0.99 - 1e-3; /* it has no halves */
    const bool left = i < (q->n + 1) / 2, inner = i && i + 1 < q->n,
               moves = at == AT_LEFT    ? left
                       : at == AT_RIGHT ? !left
                                        : at == AT_MIDDLE && inner;
    return moves ? x * 1.01 + 1e-3 : x;
}

/* f at a place, and its gradient unless g is NULL. x: the room for the place. NaN: the check is stopped. */
static double ask(function *q, place at, double *g, double *x)
{
    const wgi_check_part *in = &q->r->part[0];
    wgi_check_at_stage(q->r, "f at the same points again", fmin(1, q->asked++ / 17.0));
    if (!wgi_check_go_on(q->r)) return NAN;
    for (size_t i = 0; i < q->n; i++) x[i] = component_at(q, at, i);
    *(g ? &q->r->gradients : &q->r->evaluations) += 1;
    const double value = call(q, x, g);
    memcpy(in->x, in->point, q->n * sizeof *in->x);
    return value;
}

/* Whether another x at the same address is taken for the one before. LEFT and RIGHT share no component. */
static bool is_by_address(function *q)
{
    double *here = q->r->part[0].x;
    const double right = ask(q, AT_RIGHT, NULL, here), left = ask(q, AT_LEFT, NULL, here);
    return left == right && ask(q, AT_LEFT, NULL, q->other) != left;
}

static void compare_values(function *q, double was, double is)
{
    if (!are_other(was, is, q->size)) return;
    wgi_check_say(q->r->reason,
                  is_by_address(q)
                      ? "f depends on where x lies in memory: at the same point it is %.10g, then %.10g"
                      : "f depends on what was asked before: at the same point it is %.10g, then %.10g",
                  was, is);
}

/* Halves are compared, as twice a number may be infinite. */
static bool is_twice(const double *a, const double *b, size_t n)
{
    double most = 0;
    for (size_t i = 0; i < n; i++) {
        if (!isfinite(a[i]) || are_other(a[i], b[i] / 2, 0)) return false;
        most = fmax(most, fabs(a[i]));
    }
    return most > 0;
}

/* What is wrong with a gradient, and how its numbers are said. */
typedef struct fault {
    const char *what, *is, *then;
} fault;

static const fault DEPENDS = { "depends on what was asked before", "is", ", then" },
                   NO_FUNCTION = { "is not a function", "was", " and" },
                   ADDED = { "is added to what was there, and must be written", "is", ", then" },
                   NOT_WRITTEN = { "is not written", "stays what was there,", ", then" };

/* With the first gradient at the place. there: was in g before. differs: what it is if it is another one. */
static void compare_gradients(function *q, const answer *was, const double *g, double there, fault differs)
{
    char where[WGI_CHECK_TEXT];
    const double added = there - was->there;
    const bool twice = is_twice(was->g, g, q->n);
    for (size_t i = 0; i < q->n && !q->r->reason[0]; i++) {
        const double a = was->g[i], b = g[i];
        fault is = { 0 };
        if (a == was->there && b == there) is = NOT_WRITTEN;
        else if (twice || fabs(b - a - added) <= 1e-6 * fabs(added)) is = ADDED; /* false of a NaN */
        else if (are_other(a, b, q->scale)) is = differs;
        if (is.what)
            wgi_check_say(q->r->reason,
                          "the gradient %s: its component %s %s %.10g%s %.10g at the same point", is.what,
                          place_of(q->r, (int64_t)i, where), is.is, a, is.then, b);
    }
}

/* f's gradient, in room where each component was `there`. */
static double ask_gradient(function *q, place at, double there, double *x)
{
    for (size_t i = 0; i < q->n; i++) q->g[i] = there;
    return ask(q, at, q->g, x);
}

/* Each place is asked for after two others, one of which shares a part of x with it. So what is kept by a key
 * that is a part of x, or what f has stored for its gradient, is that of another place at one of the two. */
static void walk(function *q)
{
    static const double GREATEST = 1e306; /* its multiples are numbers */
    static const struct {
        place at;
        bool gradient, elsewhere;
    } step[] = { { AT_RIGHT, 1, 0 }, { AT_RIGHT, 0, 0 }, { AT_LEFT, 1, 0 },   { AT_LEFT, 0, 0 },
                 { AT_X, 1, 0 },     { AT_X, 0, 0 },     { AT_LEFT, 1, 1 },   { AT_LEFT, 0, 1 },
                 { AT_RIGHT, 1, 1 }, { AT_RIGHT, 0, 1 }, { AT_MIDDLE, 0, 0 }, { AT_X, 0, 0 },
                 { AT_MIDDLE, 0, 0 } };
    for (size_t k = 0; k < sizeof step / sizeof *step; k++) {
        answer *a = &q->at[step[k].at];
        const double there = (double)(k + 2) * fmin(q->scale, GREATEST);
        double *x = step[k].elsewhere ? q->other : q->r->part[0].x;
        if (step[k].at == AT_MIDDLE && q->n < 3) continue;
        const double value =
            step[k].gradient ? ask_gradient(q, step[k].at, there, x) : ask(q, step[k].at, NULL, x);
        if (a->known) compare_values(q, a->value, value);
        else if (a->g) memcpy(a->g, q->g, q->n * sizeof *q->g), a->there = there;
        if (a->known && step[k].gradient && isfinite(value)) compare_gradients(q, a, q->g, there, DEPENDS);
        if (!a->known) a->known = true, a->value = value;
        if (q->changed[0] || q->r->reason[0] || wgi_check_is_stopped(q->r)) return;
    }
}

static bool any_other(const function *q, const double *a, const double *b)
{
    for (size_t i = 0; i < q->n; i++)
        if (are_other(a[i], b[i], q->scale)) return true;
    return false;
}

/* The second gradient at x, in q->g, with the first one. If they differ, a third one shows whether it was for
 * what was asked before them, or whether each is another. */
static void compare_second(function *q)
{
    double *second = q->at[AT_LEFT].g; /* not used yet */
    bool each = false;
    memcpy(second, q->g, q->n * sizeof *second);
    if (any_other(q, q->at[AT_X].g, second)) {
        ask_gradient(q, AT_X, q->scale, q->r->part[0].x);
        each = any_other(q, second, q->g);
    }
    compare_gradients(q, &q->at[AT_X], second, q->scale, each ? NO_FUNCTION : DEPENDS);
}

/* Whether f gives the same value without its gradient, and both again after other points. */
static bool is_steady(function *q)
{
    wg_check *r = q->r;
    wgi_check_part *in = &r->part[0];
    answer *x = &q->at[AT_X];
    const double first = ask(q, AT_X, in->analytic, in->x);
    *x = (answer){ true, ask(q, AT_X, NULL, in->x), in->analytic, 0 };
    const double again = ask(q, AT_X, NULL, in->x);
    for (size_t i = 0; i < q->n; i++) {
        q->size += fabs(in->analytic[i] * in->point[i]);
        q->scale = fmax(q->scale, fabs(in->analytic[i]));
    }
    if (!(q->scale > 0 && isfinite(q->scale))) q->scale = 1;
    if (!q->changed[0] && are_other(x->value, again, q->size)) return true; /* f is none: see measure */
    const double second = ask_gradient(q, AT_X, q->scale, in->x);
    if (are_other(first, x->value, q->size) && !are_other(first, second, q->size))
        wgi_check_say(r->reason, "f is %.10g where its gradient is asked for, and %.10g where it is not",
                      first, x->value);
    else compare_values(q, are_other(first, x->value, q->size) ? first : second, x->value);
    if (isfinite(second) && !r->reason[0]) compare_second(q);
    if (!r->reason[0] && !q->changed[0] && wgi_check_left(r) >= WGI_ALL) walk(q);
    if (q->changed[0]) wgi_check_say(r->reason, "%s", q->changed);
    return !r->reason[0];
}

static function function_of(wg_check *r, wg_check_fn f, size_t n, void *user)
{
    function q = { .f = f, .r = r, .user = user, .n = n };
    q.g = wgi_check_doubles(r, (int64_t)n), q.kept = wgi_check_doubles(r, (int64_t)n);
    q.given = wgi_check_doubles(r, (int64_t)n);
    if (q.given) memcpy(q.given, r->part[0].point, n * sizeof *q.given);
    return q;
}

wg_check *wg_gradcheck_fn_at(wg_site here, wg_check_fn f, size_t n, const double *x, void *user,
                             const wg_gradcheck_opts *o)
{
    WG_OPTIONS_FILL(wg_gradcheck_opts, o);
    wg_check *r = function_report(here, n, x, o);
    if (!r->c || r->reason[0]) return r;
    if (!f) return without(r, "function");
    function q = function_of(r, f, n, user);
    q.other = wgi_check_doubles(r, (int64_t)n);
    q.at[AT_LEFT].g = wgi_check_doubles(r, (int64_t)n), q.at[AT_RIGHT].g = wgi_check_doubles(r, (int64_t)n);
    if (wgi_check_failed(r)) return r;
    const bool steady = is_steady(&q);
    wg_free(r->c, q.other), wg_free(r->c, q.at[AT_LEFT].g), wg_free(r->c, q.at[AT_RIGHT].g);
    if (steady && !wgi_check_is_stopped(r)) return function_check(&q, true);
    r->verdict = WG_FAIL;
    wgi_check_end_early(r);
    return r;
}

/* Of a gradient that is given as numbers nothing says how they were rounded: where its terms cancel, as near
 * a minimum, their errors were seen to be as large as this share of a component. */
static const double OF_NUMBERS = 8e-5;

wg_check *wg_gradcheck_values_at(wg_site here, wg_check_fn f, size_t n, const double *x,
                                 const double *gradient, void *user, const wg_gradcheck_opts *o)
{
    WG_OPTIONS_FILL(wg_gradcheck_opts, o);
    wg_check *r = function_report(here, n, x, o);
    if (!r->c || r->reason[0]) return r;
    if (!f || !gradient) return without(r, f ? "gradient" : "function");
    memcpy(r->part[0].analytic, gradient, n * sizeof *gradient);
    r->allowed = fmax(r->allowed, OF_NUMBERS);
    function q = function_of(r, f, n, user);
    return wgi_check_failed(r) ? r : function_check(&q, false);
}

/* ---- an op ---- */

/* Copies of the operands in a graph of its own, so that nothing is added to the user's. */
static bool copy_operands(wg_graph *g, const wg_node x[], int n, wg_node to[])
{
    for (int k = 0; k < n; k++) {
        wg_tensor t;
        char name[24];
        to[k] = x[k];
        if (!wg_graph_of(x[k])) continue;
        snprintf(name, sizeof name, "operand %d", k);
        const char *own = wg_node_name(x[k]);
        if (!wgx_peek(x[k], &t)) return false;
        to[k] = wg_input_at(wg_node_site(x[k]), g, *own ? own : name, t);
    }
    return true;
}

wg_check *wg_gradcheck_op_at(wg_site here, const wg_op *op, const wg_node x[], int n, const void *attr,
                             const wg_gradcheck_opts *o)
{
    WG_OPTIONS_FILL(wg_gradcheck_opts, o);
    wg_gradcheck_opts own = WG_OPTS(wg_gradcheck_opts);
    if (o) own = *o;
    wg_node at[16], floats[16];
    int count = 0;
    wg_graph *from = NULL;
    for (int k = 0; x && k < n && !from; k++) from = wg_graph_of(x[k]);
    if (!own.name) own.name = op && op->name ? op->name : "op";
    wg_check *r = wgi_check_new(
        here, &WG_OPTS(wg_start_opts, .dtype = from ? wg_context_dtype(wg_graph_context(from)) : WG_F64),
        o ? &own : NULL);
    if (r->c) r->where = wgi_check_keep(r, wg_site_place(here));
    if (!r->c || r->reason[0]) return r;
    if (!op) return without(r, "op");
    wg_graph *g = wg_graph_new(r->c);
    if (!from || n > 16) wgi_check_say(r->reason, "%s needs 1 to 16 operands, one of them a node", own.name);
    else if (wg_begin(g, wg_graph_mode(from)), !copy_operands(g, x, n, at))
        wgi_check_say(r->reason, "%s: an operand has no value", own.name);
    if (r->reason[0]) return r;
    const wg_node y = wg_apply(here, op, at, n, attr);
    wg_node loss = wg_none, by;
    double *v = wg_node_ok(y) ? wgi_check_normals(r, 3, wgi_elements(y)) : NULL;
    /* a scalar whose gradient depends on every element of y */
    if (v) loss = wgi_plus_product(here, wg_none, y, v, &by);
    for (int k = 0; k < n; k++)
        if (wg_graph_of(at[k]) && wg_dtype_is_float(wg_node_dtype(at[k])) && wgx_op_has_derivative(op, k))
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

wg_check *wg_gradcheck_vjp_at(wg_site here, size_t nx, size_t ny, wg_forward_fn forward,
                              wg_backward_fn backward, const double *x, void *user,
                              const wg_gradcheck_opts *o)
{
    WG_OPTIONS_FILL(wg_gradcheck_opts, o);
    wg_check *room = wgi_check_new(here, &WG_OPTS(wg_start_opts, .dtype = WG_F64), o);
    if (!room->c || room->reason[0]) return room;
    if (!forward || !backward) return without(room, forward ? "backward function" : "forward function");
    if (ny > MOST_RESULTS) {
        wgi_check_say(room->reason, "nothing to compare: y has too many components");
        return room;
    }
    pair p = { nx, ny, forward, backward, user, NULL, NULL };
    p.y = wg_alloc(room->c, ny + 1, sizeof *p.y), p.v = wgi_check_normals(room, 3, (int64_t)ny);
    if (wgi_check_failed(room)) return room;
    wg_check *r = wg_gradcheck_fn_at(WG_HERE, pair_value, nx, x, &p, o);
    wg_check_free(room);
    return r;
}

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
