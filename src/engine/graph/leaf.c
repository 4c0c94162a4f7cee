/* leaf.c: numbers, inputs and random streams as nodes. */
#include "graph/graph.h"

/* A derivative rule of the library is called when a plan is compiled. One of the user's is called again
 * before each run, but the plan takes numbers alone from it. So another leaf that it made would keep the
 * value of the first run. A rule may also be called to be traced
 * (run/fast/trace_rule.c). That is no error: the rule is called again by the reverse sweep, which reports
 * it. */
void wgi_rule_refuse(wg_graph *g, wg_site here, const char *what, const char *name)
{
    g->rule.refused = true;
    if (g == g->c->graphs.tracer) return;
    name = name ? name : "";
    wgi_fail(
        g->c, here, what, WG_ERROR_USE,
        "%s%s%sthe derivative rule of %s may use its operands, its results and numbers: make this an operand",
        *name ? "\"" : "", name, *name ? "\": " : "", g->rule.op->name);
}

wg_node wg_number(double value) { return wg_number_of(value); }

double wgi_number_value(wg_node n)
{
    uint64_t bits = wgi_number_bits(n);
    double v;
    memcpy(&v, &bits, sizeof v);
    return v;
}

uint32_t wgi_cell_leaf(wg_graph *g, wg_site here, const wg_op *op, wg_dtype t, uint64_t bits, double number)
{
    wgi_node *n = wgi_slot(g);
    uint64_t *cell = n ? wgi_arena_alloc(&g->arena, sizeof *cell) : NULL;
    if (!cell) return 0;
    *cell = bits;
    n->op = op, n->shape = g->node[0].shape, n->here = here;
    n->cell = cell, n->number = number, n->dtype = (uint8_t)t;
    return wgi_node_finish(g, n);
}

static uint32_t number_new(wg_graph *g, wg_site here, double v, wg_dtype t)
{
    uint64_t bits = 0;
    wgi_convert(t, &bits, WG_F64, &v, 1);
    return wgi_cell_leaf(g, here, &wgi_op_number, t, bits, v);
}

/* A graph of many nodes is a program of scalars. There equal numbers share a leaf, as a record for each would
 * double the work. In a smaller graph the structure must not depend on which numbers happen to be equal. */
wg_node wgi_leaf_number(wg_graph *g, wg_site here, double v, wg_dtype t)
{
    uint64_t bits;
    memcpy(&bits, &v, sizeof bits);
    wgi_number *shared = g->count < g->build.share_from ? NULL : wgi_number_place(g, bits, t);
    if (shared && wgi_holds_number(shared, bits, t)) return wgi_handle(g, shared->leaf);
    uint32_t i = number_new(g, here, v, t);
    if (shared && i) *shared = (wgi_number){ bits, i, t };
    return wgi_handle(g, i);
}

wg_node wgi_number_to_leaf(wg_graph *g, wg_site here, wg_node x, wg_dtype t)
{
    return wgi_is_number(x) ? wgi_leaf_number(g, here, wgi_number_value(x), t) : x;
}

__attribute__((cold)) static bool no_graph(wg_graph *g, wg_site here, const char *what)
{
    if (!g) return !wgi_fail_null(NULL, here, what, "graph");
    return !wgi_fail(g->c, here, what, WG_ERROR_USE, "the graph was freed");
}

/* Whether a leaf can be added. If not, records why, unless there is an error already. */
static inline bool has_room(wg_graph *g, wg_site here, const char *what)
{
    if (!g || (!g->generation && !g->busy.depth)) return no_graph(g, here, what);
    return wgi_can_build(g);
}

/* Its leaf is never shared: the user may name it, or differentiate with respect to it. */
wg_node wg_scalar_at(wg_site here, wg_graph *g, double value)
{
    if (!has_room(g, here, "scalar")) return wgi_error_node(g);
    wgi_calling k = wgi_call_begin(g);
    return wgi_leaf_end(g, k, here, NULL, wgi_handle(g, number_new(g, here, value, wgi_default_dtype(g))));
}

static wg_node input_new(wg_site here, wg_graph *g, const char *name, wg_tensor t, bool copy)
{
    char buf[128];
    if (!wgi_shape_fits(&t.shape) || !wg_dtype_size(t.dtype))
        return WGI_FAIL_NODE(g, here, "input", WG_ERROR_SHAPE,
                             "\"%s\": not a tensor: dtype %s, %d axes, shape %s", name,
                             wg_dtype_name(t.dtype), t.shape.rank, wg_shape_text(t.shape, buf, sizeof buf));
    size_t bytes = (size_t)wg_shape_size(t.shape) * wg_dtype_size(t.dtype);
    if (!t.data && bytes)
        return WGI_FAIL_NODE(g, here, "input", WG_ERROR_VALUE, "\"%s\": a tensor without data", name);
    wgi_input *in = wgi_arena_alloc(&g->arena, sizeof *in);
    const wg_shape *s = wgi_intern(g->c, &t.shape);
    if (!in || !s) return wgi_error_node(g);
    in->name = wgi_arena_text(&g->arena, name);
    static char nothing[8]; /* the address of borrowed empty tensors; never written */
    in->data = copy ? wgi_arena_alloc(&g->arena, bytes) : t.data ? t.data : nothing;
    in->borrowed = !copy, in->replaced = false;
    uint32_t text = in->name ? wgi_text(g, in->name) : 0;
    if (!in->name || !in->data || (*name && !text)) return wgi_error_node(g);
    if (copy && bytes) memcpy(in->data, t.data, bytes);
    uint32_t i = wgi_append(
        g,
        &(wgi_node){ .op = &wgi_op_input, .shape = s, .input = in, .here = here, .dtype = (uint8_t)t.dtype });
    if (i) g->node[i].name = text;
    return wgi_handle(g, i);
}

/* Reuses the input that the last build made here, with the new data; 0: there is none of this name, shape and
 * dtype. */
static uint32_t input_again(wg_site here, wg_graph *g, const char *name, const wg_tensor *t, bool copy)
{
    if (!wgi_rebuild_at(g, here, &wgi_op_input)) return 0;
    wgi_node *n = &g->node[g->count];
    uint32_t text = n->name;
    if (n->dtype != t->dtype || !wgi_same_shape(n->shape, &t->shape) || n->input->borrowed == copy ||
        text != g->names.texts || strcmp(n->input->name, name) != 0 || !t->data)
        return 0;
    if (copy) memcpy(n->input->data, t->data, (size_t)wgi_size(n->shape) * wg_dtype_size(t->dtype));
    else if (n->input->data != t->data) {
        n->input->data = t->data;
        wgi_leaf_moved(g);
    }
    n->input->replaced = false;
    uint32_t i = wgi_rebuild_reuse(g);
    g->node[i].name = text;
    g->names.text[text] = n->input->name; /* a rule may have had the place of a text behind the last */
    g->names.texts++;
    return i;
}

static wg_node input(wg_site here, wg_graph *g, const char *name, wg_tensor t, bool copy)
{
    if (!has_room(g, here, "input") || wgi_rule_makes(g, here, "input", name)) return wgi_error_node(g);
    name = name ? name : "";
    uint32_t again = input_again(here, g, name, &t, copy);
    if (again) return wgi_handle(g, again);
    wgi_calling k = wgi_call_begin(g);
    return wgi_leaf_end(g, k, here, &wgi_op_input, input_new(here, g, name, t, copy));
}

wg_node wg_input_at(wg_site here, wg_graph *g, const char *name, wg_tensor t)
{
    if (!g) return wg_fail(NULL, here, WG_ERROR_USE, "input: the graph is NULL"), wg_none;
    return input(here, g, name, t, true);
}

wg_node wg_input_borrow_at(wg_site here, wg_graph *g, const char *name, wg_tensor t)
{
    WG_USER_CALL(here, "input_borrow");
    if (!g) return wg_fail(NULL, here, WG_ERROR_USE, "input_borrow: the graph is NULL"), wg_none;
    return input(here, g, name, t, false);
}

wg_status wg_input_set_at(wg_site here, wg_node n, wg_tensor t)
{
    wg_graph *g = n.graph;
    if (!g) return wgi_is_node(NULL, n, here, "input_set", 0, "the node"), WG_ERROR_USE;
    if (!wgi_ok(g->c)) return wg_failed(g->c);
    if (!wgi_usable(n, here, "input_set", "the node")) return wg_failed(g->c);
    if (g->rule.op && wgi_is_busy(g, here, "input_set")) return wg_failed(g->c);
    wgi_node *node = wgi_node_of(n);
    char a[128], b[128];
    if (node->op != &wgi_op_input)
        return wgi_fail(g->c, here, "input_set", WG_ERROR_USE, "this is a node of %s, not an input",
                        node->op->name);
    if (t.dtype != node->dtype || !wg_shape_equal(t.shape, *node->shape))
        return wgi_fail(g->c, here, "input_set", WG_ERROR_SHAPE, "\"%s\" is %s %s, the tensor %s %s",
                        node->input->name, wg_dtype_name(node->dtype),
                        wg_shape_text(*node->shape, a, sizeof a), wg_dtype_name(t.dtype),
                        wg_shape_text(t.shape, b, sizeof b));
    size_t bytes = (size_t)wgi_size(node->shape) * wg_dtype_size(t.dtype);
    if (bytes && !t.data) return wgi_fail(g->c, here, "input_set", WG_ERROR_VALUE, "a tensor without data");
    const bool borrowed = node->input->borrowed && !node->input->replaced;
    void *own = borrowed ? wgi_arena_alloc(&g->arena, bytes) : NULL; /* never write to the caller's array */
    if (borrowed && !own) return wg_failed(g->c);
    wgi_close(g);
    if (borrowed) {
        wgi_unmark(g);
        node->input->data = own;
        node->input->replaced = true;
        wgi_leaf_moved(g);
    }
    if (bytes) memmove(node->input->data, t.data, bytes);
    return WG_OK;
}

wgi_stream_count *wgi_streams_of(wg_graph *g, uint32_t scope)
{
    wgi_graph_names *m = &g->names;
    const uint64_t hash = wgi_mix(0, scope) >> 32;
    uint32_t i;
    for (size_t at = WGI_FIRST; (i = wgi_table_next(&m->streams_of, hash, &at));)
        if (m->streams[i - 1].scope == scope) return &m->streams[i - 1];
    if (!WGI_GROW(g->c, m->streams, m->stream_capacity, m->stream_scopes + 1) ||
        !wgi_table_room(g->c, &m->streams_of))
        return NULL;
    m->streams[m->stream_scopes++] = (wgi_stream_count){ scope, 0 };
    wgi_table_add(&m->streams_of, hash, (uint32_t)m->stream_scopes);
    return &m->streams[m->stream_scopes - 1];
}

/* The number of the next nameless stream of the present scope: 1, 2, ...; 0: out of memory. */
static uint32_t next_stream(wg_graph *g)
{
    wgi_stream_count *n = wgi_streams_of(g, g->names.scope);
    return n ? ++n->count : 0;
}

wg_node wg_stream(wg_site here, wg_graph *g, const char *name)
{
    if (!has_room(g, here, "stream") || wgi_rule_makes(g, here, "stream", name)) return wgi_error_node(g);
    uint32_t ordinal = name ? 0 : next_stream(g);
    if (!name && !ordinal) return wgi_error_node(g);
    const uint64_t which = g->anew ? ++g->c->draws : name ? wgi_text_hash(name) : ordinal;
    const uint64_t stream = wgi_mix(wgi_text_hash(g->names.text[g->names.scope]), which);
    wgi_calling k = wgi_call_begin(g);
    uint32_t i = wgi_cell_leaf(g, here, &wgi_op_stream, WG_I64, stream, ordinal);
    return wgi_leaf_end(g, k, here, NULL, wgi_handle(g, i));
}
