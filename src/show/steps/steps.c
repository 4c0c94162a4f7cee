/* steps.c: the graph is built again in a graph of its own, and each item that hands a gradient on by
 * itself once more, with its operands as inputs. So a term is the derivative by one operand while the
 * others stay. */
#include "steps/steps.h"

#include <math.h>

#include "wengert/grad.h"
#include "wengert/op.h"
#include "wengert/ops.h"
#include "wgx/op.h"

typedef struct maker {
    wgi_steps *s;
    const wgi_view *v;
    wg_site here;
    int64_t root;
    const unsigned char *on_path;
    bool local; /* each item hands on a gradient of 1 of its own */
    wgi_apart apart;
    wg_node *x, *gx;   /* of one item: operands on the path, and the terms of their gradients */
    int64_t *operand;  /* of one item: the items of x */
    int64_t *gradient; /* by item: the step that has its gradient so far, plus 1; 0: none */
} maker;

/* Copies a value. data NULL: an error is recorded. */
static wg_tensor value_of(const maker *m, wg_node n)
{
    wg_tensor t = { WG_F64, wg_node_shape(n), NULL };
    const int64_t size = wg_shape_size(t.shape);
    double *to = wgi_pool_take(m->v->pool, size, sizeof *to);
    if (to && wg_copy_f64_at(m->here, n, to, (size_t)size) == WG_OK) t.data = to;
    return t;
}

/* ---- forward ---- */

/* Whether the value has digits that the operands, rounded as they are, do not give: 1 - p where p is next to
 * 1. */
static bool is_beyond(maker *m, int64_t i, const wg_tensor *t)
{
    const wgi_item *y = &m->v->item[i];
    if (y->call < 0 || (!wgx_hints(y->op)->asks && !wgx_hints(y->op)->own)) return false;
    const wg_tensor of_operands = value_of(m, wgi_apart_build(&m->apart, i));
    bool is = false;
    for (int64_t e = 0; of_operands.data && e < wg_shape_size(t->shape); e++) {
        const double is_now = ((const double *)t->data)[e];
        is |= fabs(((const double *)of_operands.data)[e] - is_now) > 1e-4 * fabs(is_now);
    }
    return is;
}

static wg_status forward(maker *m)
{
    for (int64_t i = 0; i <= m->root; i++) {
        if (!wgi_apart_has(&m->apart, i)) continue;
        wgi_step *step = &m->s->step[m->s->steps++];
        *step = (wgi_step){
            .kind = WGI_STEP_VALUE, .from = -1, .to = i, .value = value_of(m, wgi_apart_copy(&m->apart, i))
        };
        if (!step->value.data) return wg_failed(m->v->c);
        step->beyond = is_beyond(m, i, &step->value);
    }
    m->s->forward = m->s->steps;
    return WG_OK;
}

/* ---- backward ---- */

/* Lists the operands on the path, each once. */
static int list_operands(maker *m, int64_t i)
{
    const wgi_item *y = &m->v->item[i];
    int n = 0;
    for (int k = 0; k < y->operands; k++) {
        const int32_t at = *wgi_operand(m->v, y, k);
        bool is_new = at >= 0 && m->on_path[at] && wgx_op_has_derivative(y->op, k);
        for (int j = 0; j < n; j++) is_new &= m->operand[j] != at;
        if (!is_new) continue;
        m->operand[n] = at;
        m->x[n++] = wgi_apart_local(&m->apart, at);
    }
    return n;
}

/* The gradient of `to` after the term t. data NULL: an error is recorded. */
static wg_tensor sum_with(const maker *m, int64_t to, const wg_tensor *t)
{
    const int64_t n = wg_shape_size(t->shape), before = m->gradient[to] - 1;
    wg_tensor sum = *t;
    sum.data = wgi_pool_take(m->v->pool, n, sizeof(double));
    double *all = sum.data;
    for (int64_t i = 0; all && i < n; i++)
        all[i] = ((const double *)t->data)[i] +
                 (before < 0 ? 0 : ((const double *)m->s->step[before].sum.data)[i]);
    return sum;
}

static wg_status add(maker *m, wgi_step_kind kind, int64_t from, int64_t to, wg_tensor t)
{
    wgi_step *step = &m->s->step[m->s->steps++];
    *step = (wgi_step){ .kind = kind, .from = from, .to = to, .value = t, .nth = 1, .last = true };
    if (!t.data) return wg_failed(m->v->c);
    step->sum = sum_with(m, to, &t);
    if (m->gradient[to]) {
        m->s->step[m->gradient[to] - 1].last = false;
        step->nth = m->s->step[m->gradient[to] - 1].nth + 1;
    }
    m->gradient[to] = m->s->steps;
    return step->sum.data ? WG_OK : WG_ERROR_MEMORY;
}

/* An operand without a derivative, such as class numbers, has no term: its gx is wg_none. If the
 * derivative by all fails, each is asked for apart. */
static wg_status differentiate(maker *m, wg_node y, wg_node gy, int n)
{
    wg_status s = n ? wg_vjp_at(m->here, y, gy, m->x, n, m->gx) : WG_OK;
    if (s == WG_OK || s == WG_ERROR_MEMORY) return s;
    for (int k = 0; k < n; k++) {
        wg_recover(m->v->c);
        s = wg_vjp_at(m->here, y, gy, &m->x[k], 1, &m->gx[k]);
        if (s == WG_ERROR_MEMORY) return s;
        if (s != WG_OK) m->gx[k] = wg_none;
    }
    wg_recover(m->v->c);
    return WG_OK;
}

static bool is_finite(const wg_tensor *t)
{
    bool finite = true;
    for (int64_t e = 0; t->data && e < wg_shape_size(t->shape); e++)
        finite &= isfinite(((const double *)t->data)[e]);
    return finite;
}

/* The gradient of the item `to`, all terms together. data NULL: there is none. */
static wg_tensor gradient_of(const maker *m, int64_t to)
{
    wgi_apart whole; /* an evaluation of its own: that of m->apart goes on */
    wg_tensor all = { .data = NULL };
    if (wgi_apart_open(&whole, m->here, m->v, m->root) == WG_OK)
        all = value_of(m, wg_grad_at(m->here, wgi_apart_copy(&whole, m->root), wgi_apart_copy(&whole, to)));
    wgi_apart_close(&whole);
    if (wg_failed(m->v->c)) wg_recover(m->v->c), all.data = NULL;
    return all;
}

/* *t is the term of operand x of y, whose gradient is gy; `sum` is the gradient of x. Where that is finite a
 * term that is not was multiplied by a zero that is one by choice. It is computed again without the elements
 * of y whose gradient is 0. */
static wg_status leave_out(maker *m, wg_node y, wg_node gy, wg_node x, const wg_tensor *sum, wg_tensor *t,
                           bool *chosen)
{
    wg_node taken = wg_where_at(m->here, wg_not_equal_at(m->here, gy, wg_number(0)), y, wg_number(0)),
            gx = wg_none;
    if (wg_vjp_at(m->here, taken, gy, &x, 1, &gx) != WG_OK) return wg_failed(m->v->c);
    const wg_tensor again = value_of(m, gx);
    for (int64_t e = 0; again.data && e < wg_shape_size(t->shape); e++) {
        double *own = &((double *)t->data)[e];
        if (isfinite(*own) || !isfinite(((const double *)sum->data)[e])) continue;
        *own = ((const double *)again.data)[e];
        *chosen = true;
    }
    return wg_failed(m->v->c);
}

/* Whether one item alone uses the item `to`. */
static bool is_used_once(const maker *m, int64_t to)
{
    int uses = 0;
    for (int64_t i = to + 1; i <= m->root; i++)
        for (int k = 0; k < m->v->item[i].operands; k++) uses += *wgi_operand(m->v, &m->v->item[i], k) == to;
    return uses == 1;
}
/* The term t of item i for its operand x, the item `to`, is not finite. An item may know more of its operand
 * than the operand's value: ln(1 - p) of p = 1. If its term is the only one, it is the gradient, and *beyond
 * is set. Else zeros by choice are left out. */
static wg_status mend_term(maker *m, int64_t i, wg_node y, wg_node gy, wg_node x, int64_t to, wg_tensor *t,
                           bool *chosen, bool *beyond)
{
    const wgi_item *item = &m->v->item[i];
    const wg_tensor all = gradient_of(m, to);
    if (!all.data) return WG_OK;
    *beyond = item->call >= 0 && wgx_hints(item->op)->own && is_used_once(m, to) && is_finite(&all);
    if (!*beyond) return leave_out(m, y, gy, x, &all, t, chosen);
    *t = all;
    return WG_OK;
}

static wg_status hand_on(maker *m, int64_t i)
{
    const wg_node y = wgi_apart_build(&m->apart, i);
    const int n = list_operands(m, i);
    const wg_tensor g = m->s->step[m->gradient[i] - 1].sum;
    const wg_node gy = wg_cast_at(m->here, wg_input_at(m->here, m->apart.one, "gradient", g),
                                  wg_gradient_dtype(wg_node_dtype(y)));
    wg_status s = wg_failed(m->v->c);
    if (s == WG_OK) s = differentiate(m, y, gy, n);
    for (int k = 0; k < n && s == WG_OK; k++) {
        if (wg_is_none(m->gx[k])) continue;
        wg_tensor t = value_of(m, m->gx[k]);
        bool chosen = false, beyond = false;
        if (!m->local && t.data && !is_finite(&t))
            s = mend_term(m, i, y, gy, m->x[k], m->operand[k], &t, &chosen, &beyond);
        if (s != WG_OK) return s;
        s = add(m, WGI_STEP_TERM, i, m->operand[k], t);
        m->s->step[m->s->steps - 1].chosen = chosen;
        m->s->step[m->s->steps - 1].beyond = beyond;
    }
    return s;
}

/* The gradient of the item is 1. */
static wg_status start(maker *m, int64_t i)
{
    wg_tensor one = { WG_F64, wgi_item_shape(m->v, i), wgi_pool_take(m->v->pool, 1, sizeof(double)) };
    if (one.data) *(double *)one.data = 1;
    return add(m, WGI_STEP_START, -1, i, one);
}

static wg_status backward(maker *m)
{
    const wg_shape shape = wgi_item_shape(m->v, m->root);
    if (wg_shape_size(shape) != 1)
        return wg_fail(m->v->c, m->here, WG_ERROR_SHAPE, "steps: gradients are of a scalar");
    if (!m->on_path[m->root]) return WG_OK; /* nothing to differentiate by is below it */
    wg_status s = start(m, m->root);
    for (int64_t i = m->root; i >= 0 && s == WG_OK; i--) {
        if (!m->v->item[i].operands || !m->on_path[i] || !wgi_apart_has(&m->apart, i)) continue;
        if (m->local && i != m->root) m->gradient[i] = 0, s = start(m, i);
        if (m->gradient[i] && s == WG_OK) s = hand_on(m, i);
    }
    return s;
}

/* ---- all ---- */

static wg_status make(wgi_steps *s, wg_site here, const wgi_view *v, int64_t root,
                      const unsigned char *on_path, bool local)
{
    *s = (wgi_steps){ .step = NULL };
    if (root >= WGI_STEPS_MOST)
        return wg_fail(v->c, here, WG_ERROR_VALUE, "steps: %lld items, more than %d", (long long)root + 1,
                       WGI_STEPS_MOST);
    int64_t operands = local ? root + 1 : 1; /* and the starts */
    for (int64_t i = 0; i <= root; i++) operands += v->item[i].operands;
    s->step = wgi_pool_take(v->pool, v->items + operands, sizeof *s->step);
    maker m = { .s = s,
                .v = v,
                .here = here,
                .apart.v = v,
                .root = root,
                .on_path = on_path,
                .local = local,
                .x = wgi_pool_take(v->pool, operands, sizeof *m.x),
                .gx = wgi_pool_take(v->pool, operands, sizeof *m.gx),
                .operand = wgi_pool_take(v->pool, operands, sizeof *m.operand),
                .gradient = wgi_pool_take(v->pool, v->items, sizeof *m.gradient) };
    wg_status status = wgi_apart_open(&m.apart, here, v, root);
    if (status == WG_OK) status = forward(&m);
    if (status == WG_OK && on_path) status = backward(&m);
    wgi_apart_close(&m.apart);
    return status;
}

wg_status wgi_steps_make(wgi_steps *s, wg_site here, const wgi_view *v, int64_t root,
                         const unsigned char *on_path)
{
    return make(s, here, v, root, on_path, false);
}

wg_status wgi_steps_local(wgi_steps *s, wg_site here, const wgi_view *v, int64_t root,
                          const unsigned char *on_path)
{
    return make(s, here, v, root, on_path, true);
}
