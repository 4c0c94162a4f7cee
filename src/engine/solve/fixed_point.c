/* fixed_point.c: z = f(z), with the implicit derivative. With J = df/dz at the fixed point and a gradient
 * gz of it, u solves u = gz + J' u, and the gradients by what else f reads are those of f with the seed u
 * (Christianson 1994; Bai, Kolter and Koltun 2019). No iteration is differentiated. f is copied at the
 * fixed point, which the copy reads as the node of the op itself: so second derivatives come out right. */
#include "solve/solve.h"

#include <math.h>

#include "wengert/ops.h"

static const char *const what = "fixed_point";

/* DENSE: up to so many elements u is found by solving with the matrix I - J', if J has a shape: that of z has
 * one axis more. SLACK: a run may miss the
 * tolerance by this factor, since its inputs may differ a little from those that the iterations were
 * counted with. */
enum { DENSE = 64, SLACK = 10, MOST_PAST = 16 };

typedef struct fixed_attr {
    int steps; /* iterations for u; 0: by the matrix */
    double tol;
    bool mixed; /* the steps have weights that hold for the values at which they were chosen: Anderson's */
} fixed_attr;

/* ---- the derivative ---- */

enum { VALUE, Z, FIRST }; /* operands without the values of the part: f(z), z, then what f reads */

typedef struct implicit {
    wg_graph *g;
    wg_site here;
    const fixed_attr *o;
    int n;
    wg_node *x, *own, z, f, gy; /* z, f: the fixed point that the copy of f reads, and the copy;
                                      gy: the gradient of z, or the tangent of f */
    wgi_border border;
} implicit;

static bool copy(implicit *w, wg_node y)
{
    wg_graph *g = w->g;
    uint32_t *node = wgi_temp(g, sizeof *node * (size_t)w->n);
    w->own = wgi_temp_zeroed(g, sizeof *w->own * (size_t)w->n);
    if (!node || !w->own) return false;
    for (int k = Z; k < w->n; k++) node[k - Z] = w->x[k].index;
    w->border = wgi_border_of(node, (uint32_t)(w->n - Z));
    w->z = wg_apply(w->here, &wgi_op_after, (wg_node[]){ y, w->gy }, 2, NULL);
    w->own[wgi_border_at(&w->border, w->x[Z].index)] = w->z;
    return wg_node_ok(w->z) && wgi_copy_part(g, w->x[VALUE], w->gy, &w->border, w->own, &w->f);
}

/* u of (I - J') u = gz; forward: u of (I - J) u = gz, where gz is a tangent. */
static wg_node by_matrix(const implicit *w, bool forward)
{
    const wg_shape s = wg_node_shape(w->z);
    const int64_t n = wg_shape_size(s);
    wg_node f = wg_reshape_at(w->here, w->f, WG_SHAPE(n));
    wg_node j = wg_reshape_at(w->here, wg_jacobian_at(w->here, f, w->z), WG_SHAPE(n, n));
    wg_node eye = wg_cast_at(w->here, wg_eye_at(w->here, w->g, n, n), wg_node_dtype(w->z));
    if (!forward) j = wg_transpose_at(w->here, &WG_OPTS(wg_transpose_args, .x = j));
    wg_node m = wg_sub_at(w->here, eye, j);
    return wg_reshape_at(w->here, wg_solve_at(w->here, m, wg_reshape_at(w->here, w->gy, WG_SHAPE(n))), s);
}

static wg_node by_iteration(const implicit *w, bool forward)
{
    wg_node u = w->gy, before = u, by;
    uint32_t end, blocked;
    for (int i = 0; i < w->o->steps; i++) {
        before = u;
        if (forward) by = wgi_jvp(w->here, "jvp", -1, w->f, &w->z, &u, 1);
        else if (!wgi_reverse_ends(w->g, w->here, &w->f, &u, 1, &w->z, 1, &by, &end, &blocked))
            return wgi_error_node(w->g);
        if (wg_is_none(by)) return u; /* f does not depend on z */
        u = wg_add_at(w->here, w->gy, by);
    }
    return wg_settled_at(w->here,
                         &WG_OPTS(wg_settled_args, .x = u, .before = before, .tol = SLACK * w->o->tol));
}

/* Gradients by what f reads; got[] by border node. */
static bool spread(const implicit *w, wg_node u, wg_node got[])
{
    const uint32_t n = w->border.count;
    uint32_t *end = wgi_temp(w->g, sizeof *end * n);
    return end && wg_node_ok(u) &&
           wgi_part_gradients(w->here, w->f, u, w->own, n, wgi_border_at(&w->border, w->x[Z].index), NULL,
                              got, end);
}

/* Whether operand j is read by f as something else than z. */
static bool reads(const implicit *w, int j) { return j >= FIRST && w->x[j].index != w->x[Z].index; }

static void fixed_vjp(wg_site here, wg_node y, wg_node gy, const wg_node x[], wg_node gx[])
{
    wg_graph *g = y.graph;
    const wgi_node *node = wgi_node_of(y);
    if (!node || !wg_node_ok(gy)) return;
    const wgi_place place = wgi_temp_place(g);
    const uint32_t mark = g->count;
    const uint32_t operands = node->operands;
    implicit w = { .g = g, .here = here, .o = node->attr, .gy = gy };
    wg_node *got = wgi_temp(g, sizeof *got * (size_t)operands);
    if (got && (w.x = wgi_part_operands(node, g, x, &w.n)) && copy(&w, y) &&
        spread(&w, w.o->steps ? by_iteration(&w, false) : by_matrix(&w, false), got))
        for (int j = 0; j < w.n; j++) {
            const wg_node by = reads(&w, j) ? got[wgi_border_at(&w.border, w.x[j].index)] : wg_none;
            gx[wgi_part_place((uint32_t)j)] = wg_is_none(by) ? wg_number(0) : by;
        }
    wgi_leave_out(g, mark, gx, operands);
    wgi_temp_rewind(g, place);
}

/* The tangent of f with z held fixed: df/dx tx, with the tangents of what f reads. wg_none: f reads
 * nothing that has one. */
static wg_node tangent_of_f(const implicit *w, const wg_node tx[])
{
    wg_node *at = wgi_temp(w->g, sizeof *at * 2 * (size_t)w->n), *t = at + w->n;
    int m = 0;
    if (!at) return wgi_error_node(w->g);
    for (int j = 0; j < w->n; j++) {
        const wg_node by = tx[wgi_part_place((uint32_t)j)];
        if (wg_is_none(by) || !reads(w, j)) continue;
        at[m] = w->own[wgi_border_at(&w->border, w->x[j].index)], t[m++] = by;
    }
    return m ? wgi_jvp(w->here, "jvp", -1, w->f, at, t, m) : wg_none;
}

/* dz of (I - J) dz = df/dx tx. */
static wg_node fixed_jvp(wg_site here, wg_node y, const wg_node x[], const wg_node tx[])
{
    wg_graph *g = y.graph;
    const wgi_node *node = wgi_node_of(y);
    if (!node) return wg_none;
    const wgi_place place = wgi_temp_place(g);
    const uint32_t mark = g->count;
    implicit w = { .g = g, .here = here, .o = node->attr, .gy = y };
    wg_node ty = wgi_error_node(g);
    if ((w.x = wgi_part_operands(node, g, x, &w.n)) && copy(&w, y)) {
        ty = w.gy = tangent_of_f(&w, tx);
        if (wg_is_none(ty)) ty = wgi_like(here, wg_number(0), y);
        else if (wg_node_ok(ty)) ty = w.o->steps ? by_iteration(&w, true) : by_matrix(&w, true);
    }
    wgi_leave_out(g, mark, &ty, 1);
    wgi_temp_rewind(g, place);
    return ty;
}

static const wg_attr_row fixed_attrs[] = {
    { "steps", WG_ATTR_INT, offsetof(fixed_attr, steps), NULL, NULL },
    { "tol", WG_ATTR_DOUBLE, offsetof(fixed_attr, tol), NULL, NULL },
    { "mixed", WG_ATTR_BOOL, offsetof(fixed_attr, mixed), NULL, NULL },
    { 0 },
};
static wg_node fixed_vmap(wg_site here, wg_node y, const wg_node x[], const bool rows[], int64_t n)
{
    return rows[0] ? wg_apply(here, wg_node_op(y), x, wg_node_operands(y), wg_attr(y)) : wg_none;
}

static const wg_op fixed_point_op = {
    .name = "fixed_point",
    .summary = "A fixed point, with its implicit derivative.",
    .formula = "z = f(z, x)",
    .adjoint = "x' = u df/dx, u = z' + u df/dz",
    WGI_OF_A_PART(fixed_point_op),
    .attr_size = sizeof(fixed_attr),
    .attrs = fixed_attrs,
    .vjp = fixed_vjp,
    .jvp = fixed_jvp,
    .vmap = fixed_vmap,
};

/* ---- the iteration ---- */

typedef struct iteration {
    wg_graph *g;
    wg_context *c;
    wg_site here, in;
    const wg_fixed_point_args *a;
    wg_node z, next; /* next = f(z); its nodes are those from mark on */
    uint32_t mark;
    size_t n;
    double *value[2];     /* of z and next */
    double step;          /* max |next - z| */
    double size;          /* 1 + max |z| */
    double slowness;      /* by how much a step shrinks the next, at most */
    double *past;         /* Anderson: f(z) - z of the last iterations, n numbers each */
    wg_node f[MOST_PAST]; /* and their f(z) */
    int pasts;            /* how many iterations there were */
    double tol;
} iteration;

static bool build(iteration *w, wg_node z)
{
    w->z = wg_apply(w->in, &wgi_op_identity, &z, 1, NULL);
    w->mark = w->g->count;
    if (!wgi_ok(w->c)) return false;
    w->next = w->a->f(w->z, w->a->user);
    if (!wgi_is_result(w->here, what, "z", w->next, w->z)) return false;
    wgi_leave_out(w->g, w->mark, &w->next, 1);
    return wgi_ok(w->c);
}

/* Reads f(z), and compares it with z. */
static bool measure(iteration *w)
{
    const double before = w->step;
    if (wg_copy_f64_at(w->in, w->z, w->value[0], w->n) != WG_OK ||
        wg_copy_f64_at(w->in, w->next, w->value[1], w->n) != WG_OK)
        return false;
    w->step = 0, w->size = 1;
    for (size_t i = 0; i < w->n; i++) {
        const double d = fabs(w->value[1][i] - w->value[0][i]), v = 1 + fabs(w->value[0][i]);
        w->step = d <= w->step ? w->step : d, w->size = v > w->size ? v : w->size;
        if (isnan(d)) w->step = INFINITY;
    }
    w->slowness = before > 0 ? fmax(0.7 * w->slowness, w->step / before) : 0;
    return true;
}

/* Solves a x = (1, ..., 1) for a positive definite matrix of k rows by elimination; a is lost. */
static void solve_ones(double a[MOST_PAST][MOST_PAST], double x[], int k)
{
    for (int i = 0; i < k; i++) x[i] = 1;
    for (int p = 0; p < k; p++)
        for (int i = p + 1; i < k; i++) {
            const double f = a[i][p] / a[p][p];
            for (int j = p; j < k; j++) a[i][j] -= f * a[p][j];
            x[i] -= f * x[p];
        }
    for (int p = k; p-- > 0; x[p] /= a[p][p])
        for (int j = p + 1; j < k; j++) x[p] -= a[p][j] * x[j];
}

/* The weights of the last k iterations whose sum is 1 and whose mean of f(z) - z is the shortest
 * (Anderson 1965; Walker and Ni 2011). False: they are not finite. */
static bool weights(const iteration *w, int k, double x[])
{
    double a[MOST_PAST][MOST_PAST], trace = 0, sum = 0;
    for (int i = 0; i < k; i++)
        for (int j = 0; j < k; j++) {
            a[i][j] = 0;
            for (size_t e = 0; e < w->n; e++)
                a[i][j] += w->past[(size_t)i * w->n + e] * w->past[(size_t)j * w->n + e];
            trace += i == j ? a[i][j] : 0;
        }
    for (int i = 0; i < k; i++) a[i][i] += 1e-14 * trace;
    solve_ones(a, x, k);
    for (int i = 0; i < k; i++) sum += x[i];
    for (int i = 0; i < k; i++) x[i] /= sum;
    return isfinite(sum) && sum != 0;
}

/* Where Anderson's method goes on: the mean of f(z) of the last iterations by the weights. */
static wg_node mixed(iteration *w)
{
    const int slot = w->pasts++ % w->a->anderson, k = WGI_MIN(w->pasts, w->a->anderson);
    double *to = w->past + (size_t)slot * w->n, x[MOST_PAST];
    for (size_t e = 0; e < w->n; e++) to[e] = w->value[1][e] - w->value[0][e];
    w->f[slot] = w->next;
    if (k == 1 || !weights(w, k, x)) return w->next;
    wg_node sum = wg_none;
    for (int j = 0; j < k; j++) {
        wg_node part = wg_mul_at(w->in, wg_number(x[j]), w->f[j]);
        sum = wg_is_none(sum) ? part : wg_add_at(w->in, sum, part);
    }
    return sum;
}

static bool iterate(iteration *w)
{
    const int most = w->a->most;
    wg_node z = w->a->x;
    for (int i = 0; i < most; i++) {
        if (!build(w, z) || !measure(w)) return false;
        if (!isfinite(w->step)) {
            wgi_fail(w->c, w->here, what, WG_ERROR_VALUE, "f(z) - z is not finite after %d iterations",
                     i + 1);
            return false;
        }
        if (w->step <= w->tol * w->size) return true;
        z = w->a->anderson ? mixed(w) : w->next;
    }
    wgi_fail(w->c, w->here, what, WG_ERROR_VALUE,
             "not converged after %d iterations: max |f(z) - z| is %.3g, and must be at most %.3g", most,
             w->step, w->tol * w->size);
    return false;
}

/* Iterations for u. A step of its iteration shrinks as a step of z does near the fixed point, since both
 * are made by J (Christianson 1994). A count that is too small is found when it runs. */
static int adjoint_steps(const iteration *w)
{
    if (w->a->adjoint_steps != WG_AUTO) return w->a->adjoint_steps;
    if (w->n && w->n <= DENSE && wg_node_shape(w->z).rank < WG_MAX_RANK) return 0;
    const int most = w->a->most;
    if (!(w->slowness > 0 && w->slowness < 1) || w->a->anderson) return most;
    const double steps = 3 + 1.2 * log(w->tol) / log(w->slowness);
    return steps < most ? (int)steps : most;
}

static wg_node finish(iteration *w)
{
    const fixed_attr attr = { adjoint_steps(w), w->tol, w->a->anderson > 0 };
    const wg_node also[] = { w->next, w->z };
    const wgi_place place = wgi_temp_place(w->g);
    wg_node y =
        wg_settled_at(w->in, &WG_OPTS(wg_settled_args, .x = w->next, .before = w->z, .tol = SLACK * w->tol));
    if (wg_node_ok(y)) y = wgi_part_node(w->in, &fixed_point_op, y, w->mark, also, 2, &attr);
    wgi_temp_rewind(w->g, place);
    return y;
}

static bool can_start(const iteration *w)
{
    const wg_fixed_point_args *a = w->a;
    if (!a->f) wgi_fail(w->c, w->here, what, WG_ERROR_VALUE, "the function is NULL");
    else if (!wg_dtype_is_float(wg_node_dtype(a->x)))
        wgi_fail(w->c, w->here, what, WG_ERROR_DTYPE, "z is of dtype %s, and must be a float",
                 wg_dtype_name(wg_node_dtype(a->x)));
    return wgi_ok(w->c);
}

WG_OPTION_ROWS(wg_fixed_point_args)

wg_node wg_fixed_point_at(wg_site here, const wg_fixed_point_args *a)
{
    WGI_CHECK_MARK(what, wg_fixed_point_args, a);
    wg_graph *g = a->x.graph;
    iteration w = { .g = g, .c = g ? g->c : NULL, .here = here, .in = wg_inside(here), .a = a };
    if (!wg_options_fit(w.c, here, what, wg_fixed_point_args_rows(), a) ||
        !wgi_is_node(w.c, a->x, here, what, 0, "z") || !wgi_ok(w.c) || !can_start(&w))
        return wgi_error_node(g);
    wg_node y = wgi_error_node(g);
    const size_t assigns = g->results.assigns;
    w.n = (size_t)wg_shape_size(wg_node_shape(a->x));
    w.tol = a->tol != WG_AUTO ? a->tol : wg_node_dtype(a->x) == WG_F32 ? 1e-5 : 1e-10;
    for (int j = 0; j < 2; j++) w.value[j] = wg_alloc(w.c, w.n + 1, sizeof(double));
    w.past = wg_alloc(w.c, (w.n + 1) * (size_t)WGI_MAX(a->anderson, 1), sizeof(double));
    if (w.value[0] && w.value[1] && w.past && iterate(&w)) y = finish(&w);
    wgi_assigns_undo(g, assigns);
    wg_free(w.c, w.value[0]), wg_free(w.c, w.value[1]), wg_free(w.c, w.past);
    return y;
}
