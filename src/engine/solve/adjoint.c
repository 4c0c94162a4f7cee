/* adjoint.c: the derivative of a solution of y' = f(t, y, p) by the continuous adjoint (Chen et al.
 * 2018). With a = dL/dy along the solution
 *
 *     a' = -a df/dy      g' = -a df/dp      dL/dy0 = a(t0), dL/dp = g(t0), with a(t1) = dL/dy1, g(t1) = 0
 *
 * are integrated from t1 back to t0, together with y, by the method and the steps of the solution. So a
 * gradient needs y1 alone, and no value of a step. By the times dL/dt1 = a(t1) f(t1, y1) and dL/dt0 = -a(t0)
 * f(t0, y0). */
#include "solve/solve.h"

#include "wengert/ops.h"

typedef struct odeint_attr {
    int method, steps;
    bool timed; /* the times have gradients */
} odeint_attr;

/* ---- what the rule is given ---- */

enum { F, Y0, T0, FIRST };

/* The operands without the values: F, Y0, T0, the times and the sizes of the steps, and what f reads. f's
 * border is Y0, T0 and what f reads; border.node[y], [t]: Y0 and T0. */
typedef struct backward {
    wg_graph *g;
    wg_site here;
    const wgi_rk *m;
    int n, steps;
    wg_node *x, gy;
    wgi_border border;
    uint32_t y, t;
    wg_node *grad; /* by border node: g, or wg_none */
    bool timed;
    wg_node by_t0, by_t1; /* timed: dL/dt0, dL/dt1 */
} backward;

static bool find_border(backward *w)
{
    uint32_t n = 0, *node = wgi_temp(w->g, sizeof *node * (size_t)w->n);
    w->grad = wgi_temp_zeroed(w->g, sizeof *w->grad * (size_t)w->n);
    if (!node || !w->grad) return false;
    for (int k = 0; k < w->n; k++)
        if (k == Y0 || k == T0 || k >= FIRST + 2 * w->steps) node[n++] = w->x[k].index;
    w->border = wgi_border_of(node, n);
    w->y = wgi_border_at(&w->border, w->x[Y0].index), w->t = wgi_border_at(&w->border, w->x[T0].index);
    return true;
}

/* ---- one stage, one step ---- */

/* f(t, y), and the products of a with its derivatives: *ay by y, ap[] by the border. */
static bool stage(backward *w, wg_node t, wg_node y, wg_node a, wg_node *f, wg_node *ay, wg_node ap[])
{
    const uint32_t n = w->border.count;
    wg_node *own = wgi_temp_zeroed(w->g, sizeof *own * n);
    uint32_t *end = wgi_temp(w->g, sizeof *end * n);
    if (!own || !end) return false;
    own[w->y] = wg_apply(w->here, &wgi_op_after, (wg_node[]){ y, w->gy }, 2, NULL);
    own[w->t] = t;
    if (!wg_node_ok(own[w->y]) || !wgi_copy_part(w->g, w->x[F], w->gy, &w->border, own, f) ||
        !wgi_part_gradients(w->here, *f, a, own, n, w->t, NULL, ap, end))
        return false;
    *ay = ap[w->y];
    return true;
}

/* The sum of the products of two nodes of the state's shape. */
static wg_node product(const backward *w, wg_node a, wg_node b)
{
    return wg_sum_to_at(w->here, wg_mul_at(w->here, a, b), WG_SCALAR);
}

/* One step back in time, of size h from t. The signs of the adjoint's equations and of -h cancel. */
static bool step_back(backward *w, wg_node t, wg_node h, wg_node *y, wg_node *a)
{
    const wgi_rk *m = w->m;
    const uint32_t n = w->border.count;
    wg_node k[WGI_STAGES], l[WGI_STAGES], *ap = wgi_temp(w->g, sizeof *ap * n);
    wg_node end = wg_add_at(w->here, t, h), back = wg_mul_at(w->here, wg_number(-1), h);
    for (int i = 0; ap && i < m->stages; i++) {
        wg_node yi = wgi_rk_sum(w->here, *y, back, m->a[i], k, i),
                ai = wgi_rk_sum(w->here, *a, h, m->a[i], l, i);
        if (!stage(w, wgi_rk_time(w->here, end, back, m->c[i]), yi, ai, &k[i], &l[i], ap)) return false;
        if (i == 0 && w->timed && wg_is_none(w->by_t1)) w->by_t1 = product(w, *a, k[0]);
        for (uint32_t p = 0; p < n; p++) {
            if (p == w->y || p == w->t || wg_is_none(ap[p]) || m->b[i] == 0) continue;
            wg_node part = wg_mul_at(w->here, wg_mul_at(w->here, wg_number(m->b[i]), h), ap[p]);
            w->grad[p] = wg_is_none(w->grad[p]) ? part : wg_add_at(w->here, w->grad[p], part);
        }
    }
    *y = wgi_rk_sum(w->here, *y, back, m->b, k, m->stages);
    *a = wgi_rk_sum(w->here, *a, h, m->b, l, m->stages);
    return ap && wgi_ok(w->g->c);
}

/* ---- the rule ---- */

static bool integrate(backward *w, wg_node y)
{
    wg_node a = w->gy;
    y = wg_apply(w->here, &wgi_op_after, (wg_node[]){ y, a }, 2, NULL);
    for (int i = w->steps; i-- > 0;)
        if (!step_back(w, w->x[FIRST + i], w->x[FIRST + w->steps + i], &y, &a)) return false;
    w->grad[w->y] = a;
    if (w->timed) {
        wg_node f0, a0, *ap = wgi_temp(w->g, sizeof *ap * w->border.count);
        if (!ap || !stage(w, w->x[T0], w->x[Y0], a, &f0, &a0, ap)) return false;
        w->by_t0 = wg_mul_at(w->here, wg_number(-1), product(w, a, f0));
    }
    return wgi_ok(w->g->c);
}

/* Of operand j; wg_none: zero. The solution depends on t0 and on t1, which is t0 and the sizes of all
 * steps. */
static wg_node gradient_of(const backward *w, int j)
{
    const uint32_t i = w->x[j].index;
    const bool is_size = j >= FIRST + w->steps && j < FIRST + 2 * w->steps;
    if (w->timed && is_size) return w->by_t1;
    if (w->timed && j == T0) return wg_add_at(w->here, w->by_t0, w->by_t1);
    const bool is_read = j >= FIRST + 2 * w->steps && i != w->x[Y0].index && i != w->x[T0].index;
    const uint32_t at = j == Y0 || is_read ? wgi_border_at(&w->border, i) : WGI_NOT_REACHED;
    return at == WGI_NOT_REACHED ? wg_none : w->grad[at];
}

static void odeint_vjp(wg_site here, wg_node y, wg_node gy, const wg_node x[], wg_node gx[])
{
    wg_graph *g = y.graph;
    const wgi_node *node = wgi_node_of(y);
    if (!node || !wg_node_ok(gy)) return;
    const odeint_attr *o = node->attr;
    const wgi_place place = wgi_temp_place(g);
    const uint32_t mark = g->count;
    const uint32_t operands = node->operands;
    backward w = {
        .g = g, .here = here, .m = &wgi_rk_methods[o->method], .steps = o->steps, .gy = gy, .timed = o->timed
    };
    w.x = wgi_part_operands(node, g, x, &w.n);
    if (w.x && find_border(&w) && integrate(&w, y))
        for (int j = 0; j < w.n; j++) {
            const wg_node by = gradient_of(&w, j);
            gx[wgi_part_place((uint32_t)j)] = wg_is_none(by) ? wg_number(0) : by;
        }
    wgi_leave_out(g, mark, gx, operands);
    wgi_temp_rewind(g, place);
}

/* The copies of f read a state with rows, so f must have been mapped with one. */
static wg_node odeint_vmap(wg_site here, wg_node y, const wg_node x[], const bool rows[], int64_t n)
{
    if (rows[0] && rows[1 + Y0]) return wg_apply(here, wg_node_op(y), x, wg_node_operands(y), wg_attr(y));
    return WGI_FAIL_NODE(y.graph, here, "odeint", WG_ERROR_USE,
                         "with .adjoint has no rows where the state at the beginning has none");
}

static const wg_attr_row odeint_attrs[] = {
    { "method", WG_ATTR_INT, offsetof(odeint_attr, method), NULL, NULL },
    { "steps", WG_ATTR_INT, offsetof(odeint_attr, steps), NULL, NULL },
    { "timed", WG_ATTR_BOOL, offsetof(odeint_attr, timed), NULL, NULL },
    { 0 },
};
static const wg_op odeint_op = {
    .name = "odeint",
    .summary = "The solution of a differential equation, with its derivative by the continuous adjoint.",
    .formula = "y = y0 + integral of f",
    .adjoint = "a' = -a df/dy, back in time",
    WGI_OF_A_PART(odeint_op),
    .attr_size = sizeof(odeint_attr),
    .attrs = odeint_attrs,
    .vjp = odeint_vjp,
    .vmap = odeint_vmap,
};

wg_node wgi_with_adjoint(wg_site here, const wgi_ode_stretch *s, wg_ode_method m, bool timed)
{
    wg_graph *g = s->y1.graph;
    const wgi_place place = wgi_temp_place(g);
    const odeint_attr attr = { .method = (int)m, .steps = s->steps, .timed = timed };
    wg_node *also = wgi_temp(g, sizeof *also * (size_t)(FIRST + 2 * s->steps));
    wg_node y = wgi_error_node(g);
    if (also) {
        also[F] = s->f, also[Y0] = s->y0, also[T0] = s->t0;
        memcpy(also + FIRST, s->t, sizeof *also * (size_t)s->steps);
        memcpy(also + FIRST + s->steps, s->h, sizeof *also * (size_t)s->steps);
        y = wgi_part_node(here, &odeint_op, s->y1, s->mark, also, FIRST + 2 * s->steps, &attr);
    }
    wgi_temp_rewind(g, place);
    return y;
}
