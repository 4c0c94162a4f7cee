/* trace_nan.c: finds where NaN or infinities first arose, in the values of a graph or in the gradients of its
 * parameters.
 *
 * It interprets a copy of the graph, since the interpreter keeps every value. Values that must not be
 * computed twice, and leaves as the evaluation saw them, are the graph's own. In the copy the call site of
 * each node is a text of its own, a tag. The rules of derivatives hand it on. So the tag of a derivative node
 * says which node it is the derivative of. */
#include "base/floats.h"
#include "run/run.h"
#include "wgx/base.h"

enum { NANS = 1, INFINITIES = 2, ANY = NANS | INFINITIES, SEEN = 4 };
enum { TAG = 2 }; /* bytes of a tag: a newline, and the end of the text */

typedef struct tracer {
    wg_graph *g, *s; /* the graph and its copy */
    wgi_arena arena;
    char *tags;           /* of the nodes of g */
    uint32_t made;        /* the first derivative node of s */
    unsigned char *on;    /* by node of s, for one walk */
    unsigned char *kinds; /* by node of s: what numbers its value has; 0: not looked at */
    wgi_nan_text *text;
} tracer;

/* ---- text ---- */

/* Adds a sentence: a line of a file, or the next sentence of a message. */
static void say(wgi_nan_text *t, const char *format, ...) WG_PRINTF(2, 3);
static void say(wgi_nan_text *t, const char *format, ...)
{
    char line[700];
    va_list args;
    va_start(args, format);
    vsnprintf(line, sizeof line, format, args);
    va_end(args);
    if (t->file) fprintf(t->file, "%s.\n", line);
    const size_t left = t->size - t->used;
    if (left < 2) return;
    t->used += (size_t)snprintf(t->buf + t->used, left, "%s%s.", t->used ? " " : "", line);
    t->used = WGI_MIN(t->used, t->size - 1);
}

/* ---- values ---- */

static wgi_range range_at(const tracer *t, uint32_t i)
{
    const wgi_node *n = &t->s->node[i];
    const void *v = wgi_value(t->s, i);
    return wgi_range_of((wg_dtype)n->dtype, v, v ? wgi_size(n->shape) : 0);
}

static int kinds_at(const tracer *t, uint32_t i)
{
    if (!t->kinds[i]) {
        wgi_range r = range_at(t, i);
        t->kinds[i] = (unsigned char)(SEEN | (r.nans ? NANS : 0) | (r.infinities ? INFINITIES : 0));
    }
    return t->kinds[i] & ANY;
}

/* The node of the graph that node i of the copy is the derivative of; 0: it is no derivative. */
static uint32_t derivative_of(const tracer *t, uint32_t i)
{
    const char *here = t->s->node[i].here;
    if (i < t->made || here < t->tags || here >= t->tags + (size_t)TAG * t->made) return 0;
    return (uint32_t)((size_t)(here - t->tags) / TAG);
}

/* Of the nodes on the way from the leaves to `root`: the lowest one with numbers of these kinds whose
 * operands have none. The way goes only through nodes that have some. */
static uint32_t origin(const tracer *t, uint32_t root, int kinds)
{
    uint32_t first = root;
    memset(t->on, 0, t->s->count);
    t->on[root] = 1;
    for (uint32_t i = root; i > 0; i--) {
        const wgi_node *n = &t->s->node[i];
        bool here = true;
        if (!t->on[i]) continue;
        for (uint32_t k = 0; !wgi_is_leaf(n) && k < n->operands; k++)
            if (kinds_at(t, wgi_in(n)[k]) & kinds) t->on[wgi_in(n)[k]] = 1, here = false;
        if (here) first = i;
    }
    return first;
}

/* ---- names ---- */

/* "p", a name, or "relu (model.c:9)". user: the node of the graph that i is operand k of, or 0. */
static const char *name_of(const tracer *t, uint32_t i, uint32_t user, int k, char *buf, size_t size)
{
    const wgi_node *n = &t->g->node[i];
    const char *name = wg_node_name(wgi_handle(t->g, i));
    if (user && *wgx_site_argument(t->g->node[user].here, k, buf, size)) return buf;
    if (*name) snprintf(buf, size, "%.100s", name);
    else if (n->op == &wgi_op_number) snprintf(buf, size, "the number");
    else snprintf(buf, size, "%s (%s)", n->op->name, wg_site_place(n->here));
    return buf;
}

/* "log (model.c:12)", "input x (model.c:3)", "the derivative of sqrt (model.c:12)" */
static const char *place_of(const tracer *t, uint32_t i, char *buf, size_t size)
{
    const uint32_t of = derivative_of(t, i), at = of ? of : i < t->made ? i : 0;
    const wgi_node *n = &t->g->node[at];
    const char *name = at ? wg_node_name(wgi_handle(t->g, at)) : "";
    snprintf(buf, size, "%s%s%s%.100s (%s)", of ? "the derivative of " : "",
             at ? n->op->name : t->s->node[i].op->name, *name ? " " : "", name,
             at && *wg_site_place(n->here) ? wg_site_place(n->here) : "no place");
    return buf;
}

/* "[3,4] ", nothing for a scalar */
static const char *shape_of(const wg_shape *s, char *buf, size_t size)
{
    char text[96] = "";
    if (s->rank) wg_shape_text(*s, text, sizeof text);
    snprintf(buf, size, "%s%s", text, s->rank ? " " : "");
    return buf;
}

/* ---- sentences ---- */

/* The element of node x that element `at` of y is computed from, as text; "" if that is not one element. */
static const char *element_text(const tracer *t, uint32_t x, const wg_shape *y, int64_t at, char *buf,
                                size_t size)
{
    const wgi_node *n = &t->s->node[x];
    const void *v = wgi_value(t->s, x);
    int64_t stride[WG_MAX_RANK], i = 0;
    wg_shape both;
    buf[0] = 0;
    if (!v || at < 0 || wgi_size(n->shape) <= 1 || !wgi_broadcast(n->shape, y, &both) ||
        !wg_shape_equal(both, *y))
        return buf;
    wgi_strides(n->shape, y, stride);
    for (int k = y->rank - 1; k >= 0; at /= y->dim[k--]) i += at % y->dim[k] * stride[k];
    wg_tensor one = { (wg_dtype)n->dtype, *n->shape, (void *)(uintptr_t)v };
    snprintf(buf, size, ", %g there", wg_tensor_item(&one, i));
    return buf;
}

/* Says the range of operand k of node `user` of the graph. bad: an element of a result of shape y. */
static void say_operand(const tracer *t, uint32_t user, int k, const wg_shape *y, int64_t bad)
{
    const wgi_node *n = &t->g->node[user];
    const uint32_t x = wgi_in(n)[k];
    char name[128], shape[96], range[256], element[64];
    wgi_range r = range_at(t, x);
    const wg_shape *s = t->s->node[x].shape;
    const bool elementwise = n->op->kind == WG_MAP || n->op->kind == WG_RANDOM;
    if (n->op->kind == WG_RANDOM && k) return;
    if (!strcmp(name_of(t, x, user, k, name, sizeof name), wgi_range_text(&r, s, range, sizeof range)))
        return;
    say(t->text, "Operand %s %sis %s%s", name, shape_of(s, shape, sizeof shape), range,
        elementwise ? element_text(t, x, y, bad, element, sizeof element) : "");
}

/* Node i is in the derivative of node `of`. Finds a derivative node of another node that it is made from: the
 * gradient that comes to it. 0: none. */
static uint32_t incoming(const tracer *t, uint32_t i, uint32_t of)
{
    memset(t->on, 0, t->s->count);
    t->on[i] = 1;
    for (; i >= t->made; i--) {
        const wgi_node *n = &t->s->node[i];
        if (!t->on[i] || wgi_is_leaf(n)) continue;
        if (derivative_of(t, i) != of) return i;
        WGI_EACH_OPERAND(k, n) t->on[wgi_in(n)[k]] = 1;
    }
    return 0;
}

static void say_incoming(const tracer *t, uint32_t i, uint32_t of)
{
    char shape[96], range[256], element[64];
    const uint32_t from = incoming(t, i, of);
    if (!from) return;
    const wg_shape *s = t->s->node[from].shape;
    wgi_range r = range_at(t, from), bad = range_at(t, i);
    say(t->text, "The gradient that comes to it %sis %s%s", shape_of(s, shape, sizeof shape),
        wgi_range_text(&r, s, range, sizeof range),
        element_text(t, from, t->s->node[i].shape, bad.first, element, sizeof element));
}

/* Says which step has changed the parameter of node i, if one has. */
static void say_parameter(const tracer *t, uint32_t i)
{
    const wgi_node *n = &t->s->node[i];
    const wgi_stepper *o = n->op == &wgi_op_param ? n->parameter->owner->steppers : NULL;
    while (o && !(o->used_here && wgi_params_holds(o->p, n->parameter))) o = o->next;
    if (o)
        say(t->text, "The last step was that at %s: its rate may be too large", wg_site_place(o->used_here));
}

/* Says that `what` first arose in node i, and the operands there. */
static void say_origin(const tracer *t, uint32_t i, const char *what)
{
    char place[256], shape[96], range[256];
    const uint32_t of = derivative_of(t, i), user = of ? of : i;
    const wg_shape *s = t->s->node[i].shape;
    wgi_range r = range_at(t, i);
    say(t->text, "The first %s is in %s: its value %sis %s", what, place_of(t, i, place, sizeof place),
        shape_of(s, shape, sizeof shape), wgi_range_text(&r, s, range, sizeof range));
    if (wgi_is_leaf(&t->s->node[i])) {
        say_parameter(t, i);
        return;
    }
    if (!of && i >= t->made) return;
    for (int k = 0; k < (int)t->g->node[user].operands; k++) say_operand(t, user, k, s, r.first);
    if (of) say_incoming(t, i, of);
}

/* Explains the numbers in `root` that are not finite. If NaN arose from infinities, says where they arose. */
static void explain(const tracer *t, uint32_t root)
{
    const bool nans = kinds_at(t, root) & NANS;
    const uint32_t i = origin(t, root, nans ? NANS : ANY);
    const wgi_node *n = &t->s->node[i];
    say_origin(t, i, nans ? "nan" : "inf");
    for (uint32_t k = 0; nans && !wgi_is_leaf(n) && k < n->operands; k++) {
        if (!kinds_at(t, wgi_in(n)[k])) continue;
        const uint32_t from = origin(t, wgi_in(n)[k], ANY);
        if (t->s->node[from].op != &wgi_op_number) say_origin(t, from, "inf");
        return;
    }
}

static void say_root(const tracer *t, uint32_t root)
{
    char place[256], shape[96], range[256];
    wgi_range r = range_at(t, root);
    const wg_shape *s = t->s->node[root].shape;
    say(t->text, "%s: %sis %s", place_of(t, root, place, sizeof place), shape_of(s, shape, sizeof shape),
        wgi_range_text(&r, s, range, sizeof range));
}

/* ---- the copy ---- */

/* Whether the values that the graph has are those of an evaluation that goes on. */
static bool goes_on(const wg_graph *g) { return g->now.open && !wgi_params_changed(g); }

static bool is_own(const wgi_node *n) { return wgi_is_leaf(n) || wgi_is_once(n->op); }

static bool tracer_open(tracer *t)
{
    wg_graph *s = t->s = wgi_graph_copy(t->g);
    t->arena.c = t->g->c;
    if (!s) return false;
    t->made = s->count;
    t->tags = wgi_arena_zeroed(&t->arena, (size_t)TAG * s->count);
    if (!t->tags) return false;
    wgi_open(s);
    if (!wgi_valued(s, 1, s->count)) return false;
    for (uint32_t i = 1; i < s->count; i++) {
        t->tags[(size_t)TAG * i] = '\n';
        s->node[i].here = t->tags + (size_t)TAG * i;
        if (goes_on(t->g) && is_own(&s->node[i])) s->value[i] = t->g->value[i];
    }
    return true;
}

static void tracer_close(tracer *t)
{
    wg_graph_free(t->s);
    wgi_arena_free(&t->arena);
}

/* Computes all nodes that `root` is made from. */
static bool compute(tracer *t, uint32_t root)
{
    wgi_reached r;
    t->on = NULL;
    for (uint32_t i = 1; t->g->lost && i < t->s->count; i++)
        if (wgi_is_lost(t->s, &t->s->node[i])) return false; /* its value is gone */
    if (!wgi_reach(t->s, &t->arena, &root, 1, 1, NULL, NULL, &r) || !wgi_valued(t->s, 1, t->s->count - 1) ||
        !wgi_interpret(t->s, r.node, (int)r.count))
        return false;
    t->on = wgi_arena_zeroed(&t->arena, t->s->count);
    t->kinds = wgi_arena_zeroed(&t->arena, t->s->count);
    return t->on && t->kinds;
}

/* ---- gradients ---- */

/* The parameters whose gradients are looked at: q alone, or all of p. */
static wg_node *targets_of(tracer *t, const wg_params *p, const wgi_parameter *q, int *n)
{
    wg_node *x = wgi_arena_alloc(&t->arena, sizeof *x * (t->s->params + 1));
    *n = 0;
    for (size_t i = 0; x && i < t->s->params; i++) {
        const wgi_node *m = &t->s->node[t->s->param[i]];
        if (m->op != &wgi_op_param || (q ? m->parameter != q : !wgi_params_holds(p, m->parameter))) continue;
        x[(*n)++] = wgi_handle(t->s, t->s->param[i]);
    }
    return x;
}

/* Whether the gradient of x has numbers that are not finite. Says so. */
static bool bad_gradient(tracer *t, wg_node x, wg_node gx, bool named)
{
    char shape[96], range[256];
    if (wg_is_none(gx) || !compute(t, gx.index) || !kinds_at(t, gx.index)) return false;
    wgi_range r = range_at(t, gx.index);
    const wgi_parameter *q = t->s->node[x.index].parameter;
    if (!named)
        say(t->text, "The gradient of %.100s %sis %s", q->name, shape_of(&q->shape, shape, sizeof shape),
            wgi_range_text(&r, &q->shape, range, sizeof range));
    explain(t, gx.index);
    return true;
}

static bool gradients(tracer *t, uint32_t loss, const wg_params *p, const wgi_parameter *q)
{
    int n = 0;
    uint32_t blocked = 0;
    wg_node *x = targets_of(t, p, q, &n), y = wgi_handle(t->s, loss);
    wg_node *gx = x ? wgi_arena_alloc(&t->arena, sizeof *gx * (size_t)(n + 1)) : NULL;
    if (!gx || !n) return false;
    wg_site in = wg_inside(t->s->node[loss].here);
    wg_node one = wgi_leaf_number(t->s, in, 1, wg_node_dtype(y));
    if (!wg_node_ok(one) || !wgi_reverse(t->s, in, &y, &one, 1, x, n, gx, &blocked)) return false;
    for (int i = 0; i < n; i++)
        if (bad_gradient(t, x[i], gx[i], q)) return true;
    return false;
}

/* ---- calls ---- */

static bool is_loss(const wgi_node *n)
{
    return wgi_size(n->shape) == 1 && wg_dtype_is_float((wg_dtype)n->dtype);
}

/* Explains NaN and infinities of node n. If n is finite, those of the gradients of n by parameter q, or by
 * the first parameter of p that has some. False: all are finite, or they could not be computed. */
static bool trace(wg_node n, const wg_params *p, const wgi_parameter *q, wgi_nan_text *text)
{
    wg_graph *g = n.graph;
    if (!wg_node_ok(n)) return false;
    tracer t = { .g = g, .text = text };
    wg_status was = wgi_quiet_begin(g->c);
    const unsigned traced = g->c->o.trace;
    const wgi_floats floats = wgi_floats_enter();
    g->c->o.trace = 0; /* of the copy nobody wants to know */
    bool found = tracer_open(&t) && compute(&t, n.index) && kinds_at(&t, n.index);
    if (found && text->file) say_root(&t, n.index);
    if (found) explain(&t, n.index);
    else if (t.on && (p || q) && is_loss(&g->node[n.index])) found = gradients(&t, n.index, p, q);
    tracer_close(&t);
    wgi_floats_leave(floats);
    g->c->o.trace = traced;
    wgi_quiet_end(g->c, was);
    return found;
}

bool wg_trace_nan(wg_node n, wg_params *p, FILE *out)
{
    return trace(n, p, NULL, &(wgi_nan_text){ .file = out });
}

bool wgi_accept_loss(wg_graph *g, const wgi_request *r)
{
    char who[80], why[700] = "";
    wg_node loss = wgi_handle(g, r->loss);
    double v = wgi_range_of((wg_dtype)g->node[r->loss].dtype, wgi_value(g, r->loss), 1).low;
    const bool infinite = isinf(v);
    if (infinite && !wgi_warns(g->c, WGI_WARN_LOSS, r->here)) return true;
    trace(loss, NULL, NULL, &(wgi_nan_text){ .buf = why, .size = sizeof why });
    if (!*wgx_site_argument(r->here, 0, who, sizeof who)) snprintf(who, sizeof who, "the loss");
    if (infinite) wgi_warn_at(g->c, r->here, "backward", "%s is %g. %s", who, v, why);
    else wgi_fail(g->c, r->here, "backward", WG_ERROR_VALUE, "%s is nan. %s", who, why);
    return infinite;
}

bool wgi_graph_lives(const wg_context *c, const wg_graph *g)
{
    const wg_graph *k = c->graphs.first;
    while (k && k != g) k = k->next;
    return k;
}

void wgi_explain_gradient(wg_node loss, const wgi_parameter *q, char *buf, size_t size)
{
    wgi_nan_text text = { .buf = buf, .size = size };
    buf[0] = 0;
    if (!wgi_graph_lives(q->owner->c, loss.graph) || !wg_node_ok(loss)) return;
    if (!trace(loss, NULL, q, &text)) say(&text, "The last wg_backward did not make it: an earlier one did");
}
