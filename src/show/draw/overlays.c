/* overlays.c: the option `overlay`: what each box costs or holds, as a line and a bar in it, or where NaN
 * begins.
 *
 *     time       of an evaluation of the root by its plan. The time of a step that computes several nodes is
 *                divided by their FLOPs
 *     bytes      of the values
 *     gradient   the Euclidean norm of the root's gradient by the box; bars are logarithmic, from 1e-8 of the
 *                largest on
 *     nan        boxes with a NaN or an infinity whose operands have none
 *
 * A box of several nodes has their sum.
 */
#include "draw/step_states.h"
#include "wengert/grad.h"
#include "wgx/graph.h"

#include <math.h>
#include <string.h>

static void put_gradient(wgi_strbuf *b, double norm)
{
    wgi_strbuf_put(b, "gradient's norm ");
    wgi_put_number(b, norm);
}

static double linear(double x) { return x; }
static double logarithmic(double x) { return fmax(1 + log10(x) / 8, 0); }

/* The box of a node of the graph; -1: it has none. */
static int box_of(const wgi_picture *p, int64_t node)
{
    const int64_t at = p->at.position[node];
    return at < 0 ? -1 : p->at.box_of[at];
}

/* ---- amounts by box ---- */

static void measure_bytes(wgi_picture *p, double amount[])
{
    for (int64_t i = 0; i < p->at.nodes; i++) {
        const wg_node n = wgi_node_at(p, i);
        const size_t size = wg_dtype_size(wg_node_dtype(n));
        amount[p->at.box_of[i]] += (double)wg_shape_size(wg_node_shape(n)) * (double)size;
    }
}

static void share_step(const wgi_picture *p, const wg_plan *plan, const wg_plan_step *s, double amount[])
{
    for (int i = s->first_op; i < s->first_op + s->ops; i++) {
        const wg_plan_op *o = &plan->op[i];
        const int box = o->node ? box_of(p, o->node) : -1;
        const double part = s->flops > 0 ? o->flops / s->flops : 1.0 / s->ops;
        if (box >= 0) amount[box] += s->seconds * part;
    }
}

static void measure_time(wgi_picture *p, double amount[])
{
    wg_plan *plan = wg_plan_look_at(p->here, p->root, &WG_OPTS(wg_plan_opts, .seconds = 0.1));
    for (int i = 0; plan && i < plan->steps; i++) share_step(p, plan, &plan->step[i], amount);
    wg_plan_free(plan);
}

static double norm_of(wg_node n)
{
    const wg_tensor t = wg_value(n);
    double sum = 0;
    for (int64_t i = 0; t.data && i < wg_shape_size(t.shape); i++) {
        const double x = wg_tensor_item(&t, i);
        sum += x * x;
    }
    return sqrt(sum);
}

static void measure_gradient(wgi_picture *p, double amount[])
{
    const int64_t mark = wgx_graph_mark(p->g);
    for (int64_t i = 0; i < p->boxes; i++) {
        wg_node g;
        if (!wg_node_ok(p->box[i].node) || !wgi_is_float(p->box[i].node)) continue;
        if (wg_grads_at(p->here, p->root, &p->box[i].node, 1, &g) == WG_OK) amount[i] = norm_of(g);
        else wg_recover(p->c);
    }
    wgx_graph_rewind(p->g, mark);
}

/* ---- NaN ---- */

static bool is_odd(wg_node n)
{
    const wg_tensor t = wg_value(n);
    if (wg_failed(wg_graph_context(wg_graph_of(n)))) wg_recover(wg_graph_context(wg_graph_of(n)));
    for (int64_t i = 0; t.data && wg_dtype_is_float(t.dtype) && i < wg_shape_size(t.shape); i++)
        if (!isfinite(wg_tensor_item(&t, i))) return true;
    return false;
}

static wg_status show_nan(wgi_picture *p)
{
    unsigned char *odd = wgi_pool_take(p->pool, p->at.nodes, 1);
    for (int64_t i = 0; odd && i < p->at.nodes; i++) {
        bool before = false;
        wgi_box *b = &p->box[p->at.box_of[i]];
        odd[i] = is_odd(wgi_node_at(p, i));
        for (int64_t a = p->at.first[i]; a < p->at.first[i + 1]; a++)
            before |= p->at.arg[a] >= 0 && odd[p->at.arg[a]];
        if (odd[i] && !before) b->kind = WGI_BOX_WRONG, b->mark = "NaN or infinity begins here";
        else if (odd[i]) b->kind = WGI_BOX_AFFECTED;
    }
    return odd ? WG_OK : WG_ERROR_MEMORY;
}

/* ---- all together ---- */

typedef struct overlay {
    const char *name;
    bool needs_root; /* a scalar one, for the gradient */
    void (*measure)(wgi_picture *p, double amount[]);
    void (*put)(wgi_strbuf *b, double amount);
    double (*share)(double of_the_largest);
} overlay;
static const overlay overlays[] = {
    { "time", true, measure_time, wgi_put_time, linear },
    { "bytes", false, measure_bytes, wgi_put_bytes, linear },
    { "gradient", true, measure_gradient, put_gradient, logarithmic },
};

static void show(wgi_picture *p, const overlay *o, const double amount[])
{
    double most = 0;
    for (int64_t i = 0; i < p->boxes; i++) most = fmax(most, amount[i]);
    for (int64_t i = 0; i < p->boxes; i++) {
        wgi_strbuf b = { .pool = p->pool };
        if (!(amount[i] > 0)) continue;
        o->put(&b, amount[i]);
        p->box[i].note = wgi_strbuf_keep(&b);
        p->box[i].share = o->share(amount[i] / most);
    }
}

static wg_status measured(wgi_picture *p, const overlay *o)
{
    double *amount = wgi_pool_take(p->pool, p->boxes, sizeof *amount);
    if (!amount) return WG_ERROR_MEMORY;
    if (!o->needs_root || wg_node_ok(p->root)) o->measure(p, amount);
    show(p, o, amount);
    return wg_failed(p->c);
}

wg_status wgi_draw_overlay(wgi_picture *p)
{
    const char *name = p->o->overlay;
    if (strcmp(name, "nan") == 0) return show_nan(p);
    for (size_t i = 0; i < WGI_COUNT(overlays); i++)
        if (strcmp(name, overlays[i].name) == 0) return measured(p, &overlays[i]);
    return WGI_REFUSE(p, "draw: .overlay \"%s\": it is time, bytes, gradient or nan", name);
}
