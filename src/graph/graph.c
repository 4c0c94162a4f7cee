/* graph.c: the list of nodes: growing it, leaves, names and scopes, looking at it.
 * Invariant: an operand's index is smaller than its node's, so creation order is topological order. */
#include "wgi.h"

/* ---- graphs ---- */

wg_graph *wg_graph_new(wg_context *c)
{
    if (!wgi_ok(c)) return NULL;
    wg_graph *g = wg_alloc(c, 1, sizeof *g);
    if (!g) return NULL;
    g->c = g->arena.c = g->values.c = g->temp.c = c;
    g->next = c->graphs;
    c->graphs = g;
    wg_begin(g, WG_TRAIN);
    if (!g->count) {
        wg_graph_free(g);
        return NULL;
    }
    return g;
}

void wg_graph_free(wg_graph *g)
{
    if (!g) return;
    wg_graph **p = &g->c->graphs;
    while (*p != g) p = &(*p)->next;
    *p = g->next;
    wgi_arena_free(&g->arena);
    wgi_arena_free(&g->values);
    wgi_arena_free(&g->temp);
    void       *owned[] = { g->node, g->value,  g->marked, (void *)g->text, g->scope_stack, g->streams, g->param,
                            g->kept, g->result, g->assign, g->use,          g->work,        g->call,    (void *)g->asked.into,
                            g };
    wg_context *c = g->c;
    for (size_t i = 0; i < sizeof owned / sizeof *owned; i++) wg_free(c, owned[i]);
}

void wg_begin(wg_graph *g, wg_mode mode)
{
    if (!g) return;
    wgi_close(g);
    for (size_t i = 0; i < g->kepts; i++) g->node[g->kept[i]].flags &= (uint8_t)~WGI_KEPT;
    wgi_again_begin(g, mode);
    if (g->count >= WGI_SHARE_FROM) memset(g->number, 0, sizeof g->number); /* else none is shared */
    g->quick = 0;
    g->generation++;
    g->mode = mode;
    g->count = g->loose = 0;
    g->weight = 0;
    g->texts = g->scope = 0;
    g->scope_depth = g->stream_scopes = g->params = g->kepts = g->assigns = g->uses = 0;
    g->layers = NULL;
    g->failure = (wg_failure){ 0 };
    wgi_text(g, ""); /* text 0; without it the graph stays empty, and every call on it does nothing */
    g->calling = 1;  /* the error node is the same in every build */
    if (!g->c->scalar) g->c->scalar = wgi_intern(g->c, &(wg_shape){ 0 });
    const wg_shape *scalar = g->texts ? g->c->scalar : NULL;
    if (scalar) wgi_append(g, &(wgi_node){ .op = &wgi_op_error, .shape = scalar, .dtype = (uint8_t)g->c->o.dtype, .here = "" });
    g->calling = 0;
}

wg_context *wg_graph_context(const wg_graph *g) { return g ? g->c : NULL; }
wg_mode     wg_graph_mode(const wg_graph *g) { return g ? g->mode : WG_TRAIN; }
wg_graph   *wg_graph_of(wg_node n) { return n.graph; }
wg_node     wgi_error_node(wg_graph *g) { return g ? wgi_handle(g, 0) : wg_none; }

enum { WARN_AT = 10000000 };

bool wgi_room(wg_graph *g)
{
    wg_context *c = g->c;
    if (g->count >= INT32_MAX) {
        wgi_fail(c, NULL, "graph", WG_ERROR_MEMORY, "more than 2^31 nodes since wg_begin");
        return false;
    }
    void *p = wgi_grow(c, g->node, &g->node_capacity, (size_t)g->count + 1, sizeof *g->node);
    if (!p) return false;
    g->node = p;
    size_t was = g->value_capacity;
    p = wgi_grow(c, g->value, &g->value_capacity, (size_t)g->count + 1, sizeof *g->value);
    if (!p) return false;
    g->value = p;
    if (g->value_capacity != was) memset(g->value + was, 0, (g->value_capacity - was) * sizeof *g->value);
    was = g->marked_capacity;
    p = wgi_grow(c, g->marked, &g->marked_capacity, (size_t)g->count + 1, sizeof *g->marked);
    if (!p) return false;
    g->marked = p;
    if (g->marked_capacity != was) memset(g->marked + was, 0, g->marked_capacity - was);
    if (g->count == WARN_AT && !g->warned) {
        g->warned = true;
        wgi_warn(c, "10,000,000 nodes since wg_begin: is a wg_begin missing in a loop?");
    }
    size_t all = WGI_MIN(WGI_MIN(g->node_capacity, g->value_capacity), WGI_MIN(g->marked_capacity, INT32_MAX));
    g->room = (uint32_t)(g->count < WARN_AT ? WGI_MIN(all, WARN_AT) : all);
    return true;
}

static double weight_of(const wgi_node *n)
{
    return wgi_is_leaf(n) || !n->shape->rank ? 0 : (double)wgi_size(n->shape) * (n->op->kind == WG_CONTRACT ? 64 : 1);
}

wgi_node *wgi_slot(wg_graph *g)
{
    if (g->count >= g->room && !wgi_room(g)) return NULL;
    return memset(&g->node[g->count], 0, sizeof *g->node);
}

/* The structure hash: of the prefix, and this node's structure. Numbers, addresses, names, sites stay out. */
static uint64_t node_hash(uint64_t h, const wgi_node *n)
{
    uint32_t meta = n->dtype | (uint32_t)n->output << 8 | n->operands << 16;
    wgi_hash own = wgi_hash_of(n->op, n->shape, meta);
    if (wgi_is_leaf(n)) return wgi_hash_after(h, own, 0);
    const uint32_t *in = wgi_in(n);
    h = wgi_hash_after(h, own, (n->operands > 0 ? in[0] : 0) | (uint64_t)(n->operands > 1 ? in[1] : 0) << 32);
    for (uint32_t i = 2; i < n->operands; i++) h = wgi_mix(h, in[i]);
    return n->op->attr_size ? wgi_mix(h, wgi_attr_hash(n->op, n->attr)) : h;
}

uint32_t wgi_settle(wg_graph *g, wgi_node *n)
{
    if (g->again && !g->calling) wgi_again_stop(g);
    n->scope = g->scope;
    n->hash = node_hash(g->count ? n[-1].hash : 0x5EED + (uint64_t)g->mode, n);
    bool leaf = wgi_is_leaf(n);
    n->flags = !leaf ? 0 : n->op == &wgi_op_param ? WGI_USED : WGI_USED | WGI_FIXED;
    if (!n->shape->rank && wg_dtype_is_float((wg_dtype)n->dtype) && g->count) n->flags |= WGI_SCALAR;
    if (!leaf) {
        g->loose++;
        g->weight += weight_of(n);
        for (uint32_t k = 0; k < n->operands; k++) wgi_use(g, wgi_in(n)[k]);
    }
    return g->count++;
}

uint32_t wgi_append(wg_graph *g, const wgi_node *n)
{
    wgi_node *slot = wgi_slot(g);
    if (!slot) return 0;
    *slot = *n;
    return wgi_settle(g, slot);
}

/* Nodes that the forgotten ones used are taken for used from now on. */
void wgi_forget(wg_graph *g, uint32_t mark)
{
    for (uint32_t i = mark; i < g->count; i++) g->weight -= weight_of(&g->node[i]);
    memset(g->value + mark, 0, sizeof *g->value * (g->count - mark));
    g->count = mark;
    g->loose = WGI_UNKNOWN;
    for (int k = 0; k < WGI_NUMBERS; k++)
        if (g->number[k].leaf >= mark) g->number[k] = (wgi_number){ 0 };
    if (mark < WGI_SHARE_FROM) g->quick = 0;
    wgi_again_forget(g, mark);
}

wgi_node *wgi_node_of(wg_node n)
{
    wg_graph *g = n.graph;
    return g && n.generation == g->generation && n.index < g->count ? &g->node[n.index] : NULL;
}

bool wgi_usable(wg_node n, wg_site here, const char *what, const char *which)
{
    wg_graph *g = n.graph;
    if (!g) return false;
    if (n.generation == g->generation && n.index < g->count) return n.index != 0;
    if (n.generation != g->generation)
        wgi_fail(g->c, here, what, WG_ERROR_USE, "%s is a node of before the last wg_begin of its graph", which);
    else wgi_fail(g->c, here, what, WG_ERROR_USE, "%s is a node that the graph no longer has", which);
    return false;
}

/* ---- leaves ---- */

wg_node wg_number(double value) { return wg_number_of(value); }

double wgi_number_value(wg_node n)
{
    uint64_t bits = ~(n.index | (uint64_t)n.generation << 32);
    double   v;
    memcpy(&v, &bits, sizeof v);
    return v;
}

static uint32_t number_new(wg_graph *g, wg_site here, double v, wg_dtype t)
{
    wgi_node *n = wgi_slot(g);
    uint64_t *cell = n ? wgi_arena_alloc(&g->arena, sizeof *cell) : NULL;
    if (!cell) return 0;
    *cell = 0;
    wgi_convert(t, cell, WG_F64, &v, 1);
    n->op = &wgi_op_number, n->shape = g->node[0].shape, n->here = here;
    n->cell = cell, n->number = v, n->dtype = (uint8_t)t;
    return wgi_settle(g, n);
}

/* Graphs of many nodes are programs of scalars, where a record a number would double the work: there equal numbers share a
 * leaf. In others a structure must not depend on which numbers happen to be equal. */
wg_node wgi_leaf_number(wg_graph *g, wg_site here, double v, wg_dtype t)
{
    uint64_t bits;
    memcpy(&bits, &v, sizeof bits);
    wgi_number *shared = g->count < WGI_SHARE_FROM ? NULL : wgi_number_place(g, bits);
    if (shared && wgi_holds_number(shared, bits, t)) return wgi_handle(g, shared->leaf);
    uint32_t i = number_new(g, here, v, t);
    if (shared && i) *shared = (wgi_number){ bits, i, t };
    return wgi_handle(g, i);
}

/* Never shared: it can be differentiated with respect to, and named. */
wg_node wg_scalar_at(wg_site here, wg_graph *g, double value)
{
    if (!g || !g->count) return wg_none;
    wgi_calling k = wgi_call_begin(g);
    return wgi_leaf_end(g, k, here, NULL, wgi_handle(g, number_new(g, here, value, g->c->o.dtype)));
}

wg_node wg_fill_at(wg_site here, wg_graph *g, double value, wg_shape s)
{
    return wg_broadcast_to_at(wg_inside(here), wg_scalar_at(here, g, value), s);
}

static wg_node input_new(wg_site here, wg_graph *g, const char *name, wg_tensor t, bool copy)
{
    char   buf[128];
    size_t bytes = (size_t)wg_shape_size(t.shape) * wg_dtype_size(t.dtype);
    if (!wgi_shape_fits(&t.shape) || !wg_dtype_size(t.dtype)) {
        wgi_fail(g->c, here, "input", WG_ERROR_SHAPE, "\"%s\": not a tensor: dtype %s, %d axes, shape %s", name,
                 wg_dtype_name(t.dtype), t.shape.rank, wg_shape_text(t.shape, buf, sizeof buf));
        return wgi_error_node(g);
    }
    if (!t.data && bytes) {
        wgi_fail(g->c, here, "input", WG_ERROR_VALUE, "\"%s\": a tensor without data", name);
        return wgi_error_node(g);
    }
    wgi_input      *in = wgi_arena_alloc(&g->arena, sizeof *in);
    const wg_shape *s = wgi_intern(g->c, &t.shape);
    if (!in || !s) return wgi_error_node(g);
    in->name = wgi_arena_text(&g->arena, name);
    static char nothing[8]; /* never written: an empty tensor has an address all the same */
    in->data = copy ? wgi_arena_alloc(&g->arena, bytes) : t.data ? t.data : nothing;
    in->borrowed = !copy, in->replaced = false;
    uint32_t text = in->name ? wgi_text(g, in->name) : 0;
    if (!in->name || !in->data || (*name && !text)) return wgi_error_node(g);
    if (copy && bytes) memcpy(in->data, t.data, bytes);
    uint32_t i =
        wgi_append(g, &(wgi_node){ .op = &wgi_op_input, .shape = s, .input = in, .here = here, .dtype = (uint8_t)t.dtype });
    if (i) g->node[i].name = text;
    return wgi_handle(g, i);
}

/* The input of the last build at this place takes the new data; 0: there is none like it. */
static uint32_t input_again(wg_site here, wg_graph *g, const char *name, const wg_tensor *t, bool copy)
{
    if (!wgi_again_at(g, here, &wgi_op_input)) return 0;
    wgi_node *n = &g->node[g->count];
    uint32_t  text = n->name;
    if (n->dtype != t->dtype || !wg_shape_equal(*n->shape, t->shape) || n->input->borrowed == copy || text != g->texts ||
        strcmp(n->input->name, name) != 0 || !t->data)
        return 0;
    if (copy) memcpy(n->input->data, t->data, (size_t)wgi_size(n->shape) * wg_dtype_size(t->dtype));
    else if (n->input->data != t->data) {
        n->input->data = t->data;
        g->leaves = ++g->c->structures;
    }
    n->input->replaced = false;
    uint32_t i = wgi_again_take(g);
    g->node[i].name = text;
    g->texts++;
    return i;
}

static wg_node input(wg_site here, wg_graph *g, const char *name, wg_tensor t, bool copy)
{
    if (!g || !g->count || !wgi_ok(g->c)) return wgi_error_node(g);
    name = name ? name : "";
    uint32_t again = input_again(here, g, name, &t, copy);
    if (again) return wgi_handle(g, again);
    wgi_calling k = wgi_call_begin(g);
    return wgi_leaf_end(g, k, here, &wgi_op_input, input_new(here, g, name, t, copy));
}

wg_node wg_input_at(wg_site here, wg_graph *g, const char *name, wg_tensor t) { return input(here, g, name, t, true); }
wg_node wg_input_borrow_at(wg_site here, wg_graph *g, const char *name, wg_tensor t) { return input(here, g, name, t, false); }

wg_status wg_input_set_at(wg_site here, wg_node n, wg_tensor t)
{
    wg_graph *g = n.graph;
    if (!g || !wgi_ok(g->c)) return g ? wg_failed(g->c) : WG_ERROR_USE;
    if (!wgi_usable(n, here, "input_set", "the node")) return wg_failed(g->c);
    wgi_node *node = wgi_node_of(n);
    char      a[128], b[128];
    if (node->op != &wgi_op_input)
        return wgi_fail(g->c, here, "input_set", WG_ERROR_USE, "this is a node of %s, not an input", node->op->name);
    if (t.dtype != node->dtype || !wg_shape_equal(t.shape, *node->shape))
        return wgi_fail(g->c, here, "input_set", WG_ERROR_SHAPE, "\"%s\" is %s %s, the tensor %s %s", node->input->name,
                        wg_dtype_name(node->dtype), wg_shape_text(*node->shape, a, sizeof a), wg_dtype_name(t.dtype),
                        wg_shape_text(t.shape, b, sizeof b));
    size_t bytes = (size_t)wgi_size(node->shape) * wg_dtype_size(t.dtype);
    if (bytes && !t.data) return wgi_fail(g->c, here, "input_set", WG_ERROR_VALUE, "a tensor without data");
    wgi_close(g);
    if (node->input->borrowed && !node->input->replaced) { /* the caller's array is read, never written */
        void *own = wgi_arena_alloc(&g->arena, bytes);
        if (!own) return wg_failed(g->c);
        node->input->data = own;
        node->input->replaced = true;
        g->leaves = ++g->c->structures;
    }
    if (bytes) memmove(node->input->data, t.data, bytes);
    return WG_OK;
}

wg_node wg_stream(wg_site here, wg_graph *g, const char *name)
{
    if (!g || !g->count || !wgi_ok(g->c)) return wgi_error_node(g);
    uint32_t ordinal = 0;
    if (!name) {
        size_t i = 0;
        while (i < g->stream_scopes && g->streams[i].scope != g->scope) i++;
        if (i == g->stream_scopes) {
            void *p = wgi_grow(g->c, g->streams, &g->stream_capacity, i + 1, sizeof *g->streams);
            if (!p) return wgi_error_node(g);
            g->streams = p;
            g->streams[g->stream_scopes++] = (wgi_stream_count){ g->scope, 0 };
        }
        ordinal = ++g->streams[i].count;
    }
    wgi_node n = { .op = &wgi_op_stream, .shape = g->node[0].shape, .here = here, .dtype = WG_I64 };
    n.cell = wgi_arena_alloc(&g->arena, sizeof *n.cell);
    if (!n.cell) return wgi_error_node(g);
    *n.cell = wgi_mix(wgi_text_hash(g->text[g->scope]), name ? wgi_text_hash(name) : ordinal);
    n.number = ordinal;
    wgi_calling k = wgi_call_begin(g);
    return wgi_leaf_end(g, k, here, NULL, wgi_handle(g, wgi_append(g, &n)));
}

/* ---- names and scopes ---- */

uint32_t wgi_text(wg_graph *g, const char *s)
{
    void *p = wgi_grow(g->c, (void *)g->text, &g->text_capacity, g->texts + 1, sizeof *g->text);
    if (!p) return 0;
    g->text = p;
    char *copy = wgi_arena_text(&g->arena, s);
    if (!copy) return 0;
    g->text[g->texts] = copy;
    return (uint32_t)g->texts++;
}

wg_node wg_name(wg_node n, const char *name)
{
    wgi_node *node = wgi_node_of(n);
    if (node && n.index && name) {
        uint32_t i = wgi_text(n.graph, name);
        if (i) wgi_node_of(n)->name = i;
    }
    return n;
}

void wg_scope_push(wg_graph *g, const char *name)
{
    if (!g || !g->count || !name) return;
    const char *up = g->text[g->scope];
    size_t      n = strlen(up) + strlen(name) + 2;
    char       *full = wgi_arena_alloc(&g->arena, n);
    void       *p = wgi_grow(g->c, g->scope_stack, &g->scope_capacity, g->scope_depth + 1, sizeof *g->scope_stack);
    if (!full || !p) return;
    g->scope_stack = p;
    snprintf(full, n, "%s%s%s", up, *up ? "/" : "", name);
    g->scope_stack[g->scope_depth++] = g->scope;
    /* The same path again is the same scope: its streams go on counting. */
    for (uint32_t i = 1; i < g->texts; i++)
        if (g->scope_depth && strcmp(g->text[i], full) == 0) {
            g->scope = i;
            return;
        }
    uint32_t t = wgi_text(g, full);
    g->scope = t ? t : g->scope;
}

void wg_scope_push_i(wg_graph *g, const char *name, int64_t i)
{
    char buf[256];
    snprintf(buf, sizeof buf, "%.200s.%lld", name, (long long)i);
    wg_scope_push(g, buf);
}

void wg_scope_pop(wg_graph *g)
{
    if (!g) return;
    if (!g->scope_depth) wgi_fail(g->c, NULL, "scope_pop", WG_ERROR_USE, "no scope is open");
    else g->scope = g->scope_stack[--g->scope_depth];
}

/* ---- looking ---- */

int64_t wg_graph_nodes(const wg_graph *g) { return g ? g->count : 0; }

wg_node wg_graph_node(const wg_graph *g, int64_t i)
{
    return g && i >= 0 && i < g->count ? wgi_handle((wg_graph *)(uintptr_t)g, (uint32_t)i) : wg_none;
}

bool wg_node_ok(wg_node n) { return n.index && wgi_node_of(n); }

const wg_op *wg_node_op(wg_node n)
{
    const wgi_node *x = wgi_node_of(n);
    return x ? x->op : NULL;
}

const char *wg_node_op_name(wg_node n)
{
    const wgi_node *x = wgi_node_of(n);
    return x ? x->op->name : "";
}

int wg_node_operands(wg_node n)
{
    const wgi_node *x = wgi_node_of(n);
    return x ? (int)x->operands : 0;
}

wg_node wg_node_operand(wg_node n, int k)
{
    const wgi_node *x = wgi_node_of(n);
    return x && k >= 0 && k < (int)x->operands ? wgi_handle(n.graph, wgi_in(x)[k]) : wg_none;
}

wg_shape wg_node_shape(wg_node n)
{
    const wgi_node *x = wgi_node_of(n);
    return x ? *x->shape : WG_SCALAR;
}

wg_dtype wg_node_dtype(wg_node n)
{
    const wgi_node *x = wgi_node_of(n);
    return x ? (wg_dtype)x->dtype : WG_DEFAULT_DTYPE;
}

const char *wg_node_name(wg_node n)
{
    const wgi_node *x = wgi_node_of(n);
    return !x                                                   ? ""
           : x->name                                            ? n.graph->text[x->name]
           : (x->op == &wgi_op_param || x->op == &wgi_op_state) ? x->parameter->name
                                                                : "";
}

const char *wg_node_scope(wg_node n)
{
    const wgi_node *x = wgi_node_of(n);
    return x ? n.graph->text[x->scope] : "";
}

wg_site wg_node_site(wg_node n)
{
    const wgi_node *x = wgi_node_of(n);
    return x && x->here ? x->here : "";
}

const void *wg_attr(wg_node n)
{
    const wgi_node *x = wgi_node_of(n);
    return x && x->op->attr_size ? x->attr : NULL;
}

wg_node wg_part(wg_node n, int k)
{
    const wgi_node *x = wgi_node_of(n);
    if (!x || !n.index) return n;
    int64_t i = (int64_t)n.index - x->output + k;
    if (k >= 0 && i < n.graph->count && n.graph->node[i].op == x->op && n.graph->node[i].output == k)
        return wgi_handle(n.graph, (uint32_t)i);
    wgi_fail(n.graph->c, x->here, "part", WG_ERROR_USE, "%s has no output %d", x->op->name, k);
    return wgi_error_node(n.graph);
}

int64_t wg_dim(wg_node n, int axis)
{
    wg_shape s = wg_node_shape(n);
    int      i = axis < 0 ? axis + s.rank : axis;
    if (i >= 0 && i < s.rank) return s.dim[i];
    if (n.graph && n.index) {
        char buf[128];
        wgi_fail(n.graph->c, wg_node_site(n), "dim", WG_ERROR_SHAPE, "no axis %d in %s", axis, wg_shape_text(s, buf, sizeof buf));
    }
    return 0;
}

wg_params *wg_node_params(wg_node n)
{
    const wgi_node *x = wgi_node_of(n);
    return x && (x->op == &wgi_op_param || x->op == &wgi_op_state) ? x->parameter->owner : NULL;
}

bool wg_node_is_state(wg_node n)
{
    const wgi_node *x = wgi_node_of(n);
    return x && x->op == &wgi_op_state;
}

size_t wg_graph_bytes(const wg_graph *g)
{
    return !g ? 0
              : g->node_capacity * sizeof *g->node + g->value_capacity * sizeof *g->value + g->marked_capacity +
                    wgi_arena_bytes(&g->arena) + wgi_arena_bytes(&g->values) + g->work_size;
}

bool wg_graph_failure(const wg_graph *g, wg_failure *f)
{
    if (!g || !g->failure.op) return false;
    *f = g->failure;
    f->message = wg_message(g->c);
    return true;
}

/* ---- for tools ---- */

int64_t wg_graph_mark(const wg_graph *g) { return g ? g->count : 0; }

static void forget_streams(wg_graph *g, uint32_t mark)
{
    for (uint32_t i = mark; i < g->count; i++)
        for (size_t k = 0; g->node[i].op == &wgi_op_stream && g->node[i].number > 0 && k < g->stream_scopes; k++)
            if (g->streams[k].scope == g->node[i].scope) g->streams[k].count--;
}

void wg_graph_rewind(wg_graph *g, int64_t mark)
{
    if (!g || mark < 1 || mark >= g->count) return;
    forget_streams(g, (uint32_t)mark);
    wgi_layers_rewind(g, (uint32_t)mark);
    wgi_forget(g, (uint32_t)mark);
    while (g->params && g->param[g->params - 1] >= mark) g->params--;
    size_t kept = 0, assigned = 0;
    for (size_t i = 0; i < g->kepts; i++)
        if (g->kept[i] < mark) g->kept[kept++] = g->kept[i];
    for (size_t i = 0; i < g->assigns; i++)
        if (g->assign[i].state < mark && g->assign[i].value < mark) g->assign[assigned++] = g->assign[i];
    g->kepts = kept;
    g->assigns = assigned;
    g->trail = wgi_mix(g->trail, 0x4E77 + (uint64_t)mark); /* what values are there depends on it */
}

void     wg_graph_freeze(wg_graph *g, bool on) { g ? (void)(g->frozen = on) : (void)0; }
uint64_t wg_graph_epoch(const wg_graph *g) { return g ? g->epoch : 0; }
void     wg_graph_set_epoch(wg_graph *g, uint64_t epoch)
{
    if (g) {
        wgi_close(g);
        g->epoch = epoch;
    }
}
