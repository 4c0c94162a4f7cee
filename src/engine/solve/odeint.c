/* odeint.c: solutions of y' = f(t, y) as nodes, step by step. The sizes of adaptive steps are chosen
 * while the nodes are made, from values that are read on the way (Hairer, Norsett and Wanner, Solving
 * Ordinary Differential Equations I, II.4). */
#include "solve/solve.h"

#include <limits.h>
#include <math.h>

#include "wengert/ops.h"

static const char *const what = "odeint";

typedef struct solver {
    wg_graph *g;
    wg_context *c;
    wg_site here, in;
    const wg_odeint_args *a;
    const wgi_rk *m;
    wg_dtype dtype;
    wgi_ode_stretch s;
    wg_node y, first;     /* where the solution has got to, and f there: wg_none if it is not computed yet */
    double t, h;          /* h: the size to be tried next; 0: not chosen yet */
    bool timed;           /* .t is given: times and sizes are nodes made of it */
    double begin, length; /* of the present stretch */
    wg_node from, span;   /* timed: begin and length as nodes */
    int tried;
    size_t n;
    double *value[3]; /* of y, of y after a step, of the estimate of the error */
} solver;

static wg_node number(const solver *v, double x) { return wgi_leaf_number(v->g, v->in, x, v->dtype); }

bool wgi_is_result(wg_site here, const char *who, const char *name, wg_node k, wg_node y)
{
    wg_graph *g = y.graph;
    char a[96], b[96];
    if (!wgi_is_node(g->c, k, wg_inside(here), who, 0, "the result of the function")) return false;
    const wgi_node *p = wgi_node_of(k), *q = wgi_node_of(y);
    if (k.graph == g && p->shape == q->shape && p->dtype == q->dtype) return true;
    wgi_fail(g->c, here, who, WG_ERROR_SHAPE, "the function returns %s %s, %s is %s %s",
             wg_shape_text(*p->shape, a, sizeof a), wg_dtype_name((wg_dtype)p->dtype), name,
             wg_shape_text(*q->shape, b, sizeof b), wg_dtype_name((wg_dtype)q->dtype));
    return false;
}

static wg_node f(const solver *v, wg_node t, wg_node y)
{
    wg_node k = v->a->f(t, y, v->a->user);
    return wgi_is_result(v->here, what, "the state", k, y) ? k : wgi_error_node(v->g);
}

/* ---- one step ---- */

typedef struct trial {
    wg_node t, h, y, last, error;
    uint32_t mark;
} trial;

/* Sizes and times as nodes. Timed, they are shares of the stretch, so that they change with its ends. A
 * stretch of length 0 has one step, the whole of it: its value is that of the state, its derivative that
 * of a step. */
static wg_node size(const solver *v, double h)
{
    if (!v->timed) return number(v, h);
    return wg_mul_at(v->in, wg_number(v->length == 0 ? 1 : h / v->length), v->span);
}
static wg_node time_of_step(const solver *v)
{
    if (!v->s.steps) return v->s.t0;
    return v->timed ? wg_add_at(v->in, v->s.t0, size(v, v->t - v->begin)) : number(v, v->t);
}

/* A step of size h from v->y. */
static bool try_step(solver *v, double h, trial *r)
{
    const wgi_rk *m = v->m;
    wg_node k[WGI_STAGES];
    *r = (trial){ .t = time_of_step(v), .h = size(v, h), .mark = v->g->count };
    if (wg_is_none(v->first)) v->first = f(v, r->t, v->y);
    if (wg_is_none(v->s.f)) v->s.f = v->first;
    k[0] = v->first;
    for (int i = 1; i < m->stages && wgi_ok(v->c); i++)
        k[i] = f(v, wgi_rk_time(v->in, r->t, r->h, m->c[i]), wgi_rk_sum(v->in, v->y, r->h, m->a[i], k, i));
    if (!wgi_ok(v->c)) return false;
    r->last = k[m->stages - 1];
    r->y = wgi_rk_sum(v->in, v->y, r->h, m->b, k, m->stages);
    if (m->adaptive) r->error = wgi_rk_sum(v->in, number(v, 0), r->h, m->e, k, m->stages);
    if (v->a->adjoint) wgi_leave_out(v->g, r->mark, (wg_node[]){ r->y, r->last, v->first }, 3);
    return wgi_ok(v->c);
}

static bool take(solver *v, const trial *r, double h)
{
    wgi_ode_stretch *s = &v->s;
    if (!WGI_GROW(v->c, s->t, s->room_t, (size_t)s->steps + 1) ||
        !WGI_GROW(v->c, s->h, s->room_h, (size_t)s->steps + 1))
        return false;
    s->t[s->steps] = r->t, s->h[s->steps++] = r->h;
    v->t += h, v->y = r->y;
    v->first = v->m->adaptive ? r->last : wg_none;
    return true;
}

/* ---- adaptive steps ---- */

/* x in units of the tolerance where the state is y. An x of 0 is within a tolerance of 0. */
static double in_tolerances(const solver *v, double x, double y)
{
    return x == 0 ? 0 : x / (v->a->atol + v->a->rtol * fabs(y));
}

/* The root of the mean square of x, in units of the tolerance. NaN counts as infinite. */
static double norm(const solver *v, const double *x, const double *y, const double *z)
{
    double sum = 0;
    for (size_t i = 0; i < v->n; i++) {
        const double r = in_tolerances(v, x[i], fmax(fabs(y[i]), fabs(z[i])));
        sum += r * r;
    }
    return v->n == 0 ? 0 : sum >= 0 ? sqrt(sum / (double)v->n) : INFINITY;
}

/* A first size: a hundredth of |y| / |y'|. It may lead beyond `end`: the next wanted time may be close,
 * which says nothing of the solution. */
static bool first_size(solver *v, double end)
{
    v->first = f(v, v->s.t0, v->y);
    if (!wgi_ok(v->c) || wg_copy_f64_at(v->in, v->y, v->value[0], v->n) != WG_OK ||
        wg_copy_f64_at(v->in, v->first, v->value[1], v->n) != WG_OK)
        return false;
    const double *y = v->value[0], size = norm(v, y, y, y), slope = norm(v, v->value[1], y, y);
    const double h = size > 1e-5 && slope > 1e-5 && slope < INFINITY ? 0.01 * size / slope : 1e-6;
    v->h = copysign(h, end - v->t);
    return true;
}

static bool too_small(const solver *v, double h, double end)
{
    if (fabs(h) > 1e-14 * fmax(fabs(v->t), fabs(end))) return false;
    wgi_fail(v->c, v->here, what, WG_ERROR_VALUE,
             "at t = %g a step of %.1e is still too long for the tolerance: the solution is not finite or "
             "not smooth",
             v->t, h);
    return true;
}

static bool adaptive_step(solver *v, double end)
{
    const int most = v->a->most;
    for (bool rejected = false;; rejected = true, v->tried++) {
        const bool last = fabs(v->h) >= fabs(end - v->t) * (1 - 1e-12);
        const double h = last ? end - v->t : v->h;
        trial r;
        if (v->tried == most) {
            wgi_fail(v->c, v->here, what, WG_ERROR_VALUE,
                     "%d steps were tried, and t = %g is reached, not %g", most, v->t, end);
            return false;
        }
        /* Two times may differ by rounding: a step from one to the other is short by choice. */
        if ((!last || rejected) && too_small(v, h, end)) return false;
        if (!try_step(v, h, &r) || wg_copy_f64_at(v->in, r.y, v->value[1], v->n) != WG_OK ||
            wg_copy_f64_at(v->in, r.error, v->value[2], v->n) != WG_OK)
            return false;
        const double e = norm(v, v->value[2], v->value[0], v->value[1]);
        const double by = e > 0 ? fmax(0.2, fmin(5, 0.9 * pow(e, -1. / v->m->order))) : 5;
        if (!(last && e <= 1 && by > 1)) v->h = h * by; /* a step that was cut says little of the next */
        if (e > 1) continue;
        if (!take(v, &r, h)) return false;
        if (last) v->t = end;
        memcpy(v->value[0], v->value[1], sizeof(double) * v->n);
        v->tried++;
        return true;
    }
}

/* ---- a stretch, from v->t to end ---- */

static bool fixed_steps(solver *v, double end)
{
    const int n = v->a->steps;
    const double from = v->t, h = (end - from) / n;
    for (int i = 0; i < n; i++) {
        trial r;
        v->t = from + i * h;
        if (!try_step(v, h, &r) || !take(v, &r, h)) return false;
    }
    v->t = end;
    return true;
}

/* The nodes of a stretch to time i of .t. */
static void begin_stretch(solver *v, double end, int i)
{
    v->s.steps = 0, v->s.f = v->first = wg_none;
    v->begin = v->t, v->length = end - v->t;
    if (!v->timed) {
        /* a node of its own: large graphs have one leaf for equal numbers, so a constant of f may be this
         * one */
        const wg_node t0 = number(v, v->t);
        v->s.t0 = wg_apply(v->in, &wgi_op_identity, &t0, 1, NULL);
        return;
    }
    const wg_node to = wg_select_at(v->in, &WG_OPTS(wg_select_args, .x = v->a->t, .axis = 0, .index = i + 1));
    v->s.t0 =
        i ? v->from : wg_select_at(v->in, &WG_OPTS(wg_select_args, .x = v->a->t, .axis = 0, .index = 0));
    v->span = wg_sub_at(v->in, to, v->s.t0);
    v->from = to;
}

/* A stretch that ends where it begins, of which the ends have gradients. */
static bool stay(solver *v)
{
    trial r;
    return try_step(v, 0, &r) && take(v, &r, 0);
}

static bool go_to(solver *v, double end, int i)
{
    begin_stretch(v, end, i);
    v->s.y0 = v->y = wg_apply(v->in, &wgi_op_identity, &v->y, 1, NULL);
    v->s.mark = v->g->count;
    if (!wgi_ok(v->c)) return false;
    if (end == v->t && !v->timed) return true;
    if (end == v->t && !stay(v)) return false;
    if (end != v->t && v->m->adaptive && v->h == 0 && !first_size(v, end)) return false;
    if (end != v->t && !v->m->adaptive && !fixed_steps(v, end)) return false;
    while (v->m->adaptive && v->t != end)
        if (!adaptive_step(v, end)) return false;
    v->s.y1 = v->y;
    if (v->a->adjoint) v->y = wgi_with_adjoint(v->in, &v->s, v->a->method, v->timed);
    return wg_node_ok(v->y);
}

/* ---- what users call ---- */

static bool are_times(const solver *v)
{
    const wg_odeint_args *a = v->a;
    double before = a->from;
    for (int i = 0; i < a->count; i++) {
        const double t = a->times[i];
        if (!isfinite(t) || (a->to >= a->from ? t < before || t > a->to : t > before || t < a->to)) {
            wgi_fail(v->c, v->here, what, WG_ERROR_VALUE,
                     "time %d is %g: times must go on from %g to %g, without a step back", i + 1, t, a->from,
                     a->to);
            return false;
        }
        before = t;
    }
    return true;
}

static bool can_start(const solver *v)
{
    const wg_odeint_args *a = v->a;
    const char *why = !a->f                                    ? "the function is NULL"
                      : a->count && !a->times                  ? "times: no array"
                      : !isfinite(a->from) || !isfinite(a->to) ? "the times must be finite"
                      : a->rtol + a->atol == 0                 ? "rtol and atol must not both be 0"
                                                               : NULL;
    if (why) wgi_fail(v->c, v->here, what, WG_ERROR_VALUE, "%s", why);
    else if (!wg_dtype_is_float(v->dtype))
        wgi_fail(v->c, v->here, what, WG_ERROR_DTYPE, "the state is of dtype %s, and must be a float",
                 wg_dtype_name(v->dtype));
    return wgi_ok(v->c) && are_times(v);
}

static wg_node solve(solver *v)
{
    const wg_odeint_args *a = v->a;
    wg_node *at = wgi_temp(v->g, sizeof *at * (size_t)WGI_MAX(a->count, 1));
    for (int j = 0; j < 3; j++)
        if (!(v->value[j] = wg_alloc(v->c, v->n + 1, sizeof(double)))) return wgi_error_node(v->g);
    if (!at) return wgi_error_node(v->g);
    for (int i = 0; i < a->count; i++) {
        if (!go_to(v, a->times[i], i)) return wgi_error_node(v->g);
        at[i] = v->y;
    }
    if (a->count) return wg_stack_at(v->in, &WG_OPTS(wg_join_args, .x = at, .n = a->count));
    return go_to(v, a->to, 0) ? v->y : wgi_error_node(v->g);
}

static bool can_read_times(const solver *v, const wg_odeint_args *a)
{
    char shape[96];
    if (!wgi_is_node(v->c, a->t, v->here, what, 0, "t")) return false;
    const wg_shape s = wg_node_shape(a->t);
    const wg_dtype dtype = wg_node_dtype(a->t);
    const char *name = wg_node_name(a->t);
    if (a->t.graph != v->g)
        wgi_fail(v->c, v->here, what, WG_ERROR_USE, "t \"%s\" belongs to another graph than the state", name);
    else if (a->times || a->count)
        wgi_fail(v->c, v->here, what, WG_ERROR_USE, ".t is given, and .times or .count: t has all times");
    else if (s.rank != 1 || s.dim[0] < 2 || s.dim[0] >= INT_MAX || !wg_dtype_is_float(dtype))
        wgi_fail(v->c, v->here, what, WG_ERROR_SHAPE,
                 "t \"%s\" is %s %s: it must be at least two floats [1 + count], of which the first is the "
                 "time of y",
                 name, wg_dtype_name(dtype), wg_shape_text(s, shape, sizeof shape));
    return wgi_ok(v->c);
}

/* Reads the times of .t into *a, whose list is of the graph's memory. */
static bool read_times(solver *v, wg_odeint_args *a)
{
    if (!can_read_times(v, a)) return false;
    const int n = (int)wg_dim(a->t, 0);
    double *times = wgi_temp(v->g, sizeof *times * (size_t)n);
    if (wg_node_dtype(a->t) != v->dtype) a->t = wg_cast_at(v->in, a->t, v->dtype);
    if (!times || wg_copy_f64_at(v->in, a->t, times, (size_t)n) != WG_OK) return false;
    a->from = times[0], a->to = times[n - 1], a->times = times + 1, a->count = n - 1;
    v->t = a->from, v->timed = true;
    return true;
}

static wg_node begin(solver *v, wg_odeint_args *a)
{
    v->y = a->x, v->t = a->from, v->dtype = wg_node_dtype(a->x);
    v->n = (size_t)wg_shape_size(wg_node_shape(a->x));
    if ((!wg_is_none(a->t) && !read_times(v, a)) || !can_start(v)) return wgi_error_node(v->g);
    v->m = &wgi_rk_methods[a->method];
    wg_node y = solve(v);
    for (int j = 0; j < 3; j++) wg_free(v->c, v->value[j]);
    wg_free(v->c, v->s.t), wg_free(v->c, v->s.h);
    return y;
}

WG_OPTION_ROWS(wg_odeint_args)

wg_node wg_odeint_at(wg_site here, const wg_odeint_args *given)
{
    WGI_CHECK_MARK(what, wg_odeint_args, given);
    wg_odeint_args all = *given, *a = &all;
    wg_graph *g = a->x.graph;
    solver v = { .g = g, .c = g ? g->c : NULL, .here = here, .in = wg_inside(here), .a = a };
    if (!wg_options_fit(v.c, here, what, wg_odeint_args_rows(), a) ||
        !wgi_is_node(v.c, a->x, here, what, 0, "the state") || !wgi_ok(v.c))
        return wgi_error_node(g);
    const wgi_place place = wgi_temp_place(g);
    const size_t assigns = g->results.assigns;
    wg_node y = begin(&v, a);
    wgi_assigns_undo(g, assigns);
    wgi_temp_rewind(g, place);
    return y;
}
