/* onnx_write.c: from a graph to the nodes of an ONNX graph. A node whose op has a rule is written by the
 * rule; another one by its expansion, whose nodes are appended to the graph for the time of the call. */
#include "onnx/onnx_write.h"

#include <string.h>

#include "wengert/onnx.h"
#include "wgx/graph.h"
#include "wgx/params.h"

WG_OPTION_ROWS(wg_onnx_write_opts)

/* ---- which rule ---- */

static const wgi_ow_rule *rule_of(const wg_op *op)
{
    static const wgi_ow_rule *const all[] = { wgi_ow_elementwise, wgi_ow_arrangement, wgi_ow_indices,
                                              wgi_ow_windows,     wgi_ow_rows,        wgi_ow_matrices,
                                              wgi_ow_random };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        for (const wgi_ow_rule *r = all[i]; r->op; r++)
            if (wgx_op_is(op, r->op)) return r;
    return NULL;
}

/* ---- names ---- */

static const char *given_name(wg_node n)
{
    const char *name = wg_node_name(n);
    return *name ? name : wgx_layer_node_name(n);
}

/* How the names of what node n becomes begin. */
static void name_begins(wgi_ow *w, wg_node n)
{
    const char *name = given_name(n), *scope = wg_node_scope(n);
    if (*name) snprintf(w->base, sizeof w->base, "%s", name);
    else snprintf(w->base, sizeof w->base, "%s%s%s", scope, *scope ? "/" : "", wg_node_op_name(n));
}

/* ---- what stands for nodes ---- */

static bool stands(wgi_ow *w, wg_node n, int v)
{
    while (n.index >= w->stand_room) {
        const size_t was = w->stand_room;
        int *more = wgi_ow_grown(w, w->stands, was, &w->stand_room, sizeof *more);
        if (!more) return false;
        w->stands = more;
    }
    w->stands[n.index] = v;
    return true;
}
static int stood(const wgi_ow *w, wg_node n) { return n.index < w->stand_room ? w->stands[n.index] : 0; }

/* A value that rules have just made gets the name of the node. */
static void note(wgi_ow *w, wg_node n, int v, const char *doc)
{
    if (wg_failed(w->c) || !stands(w, n, v)) return;
    wgi_ow_value *a = &w->value[v];
    if (a->kind != WGI_OW_RESULT || a->is_node) return;
    a->is_node = true;
    a->name = wgi_ow_claim(w, w->base);
    if (!wg_failed(w->c)) w->node[a->node].doc = doc;
}

/* ---- leaves ---- */

static int leaf_of(wgi_ow *w, wg_node n)
{
    const wg_leaf leaf = wg_node_leaf(n);
    const bool owned = leaf == WG_LEAF_PARAM || leaf == WG_LEAF_STATE;
    const wg_params *p = owned ? wgx_node_params(n) : NULL;
    const char *name = wg_node_name(n);
    if (leaf == WG_LEAF_NUMBER || (!owned && !*name)) { /* nobody could give it another value */
        wg_tensor t;
        return wgx_peek(n, &t) ? wgi_ow_constant(w, t.dtype, t.shape, t.data) : 0;
    }
    const int v = wgi_ow_value_new(w, owned ? WGI_OW_STORED : WGI_OW_INPUT, wgi_ow_claim(w, name),
                                   wg_node_dtype(n), wg_node_shape(n));
    if (v && owned) w->value[v].data = wg_params_tensor(p, wg_params_find(p, name)).data;
    return v;
}

/* ---- what is refused ---- */

static void refuse(wgi_ow *w, wg_node n)
{
    char text[300];
    const char *name = wg_node_name(n), *op = wg_node_op_name(n);
    const bool leaf = wg_node_leaf(n) == WG_LEAF_STREAM;
    if (w->refusals++ < 20) {
        snprintf(text, sizeof text, "%s%s%s%s (%s)", w->refused.count ? ", " : "",
                 leaf ? "random numbers" : op, *name ? " " : "", name, wg_site_place(wg_node_site(n)));
        wgi_ow_add(&w->refused, text, strlen(text));
    }
}

static void refusal(wgi_ow *w)
{
    const int more = w->refusals - 20;
    char rest[40] = "";
    if (more > 0) snprintf(rest, sizeof rest, ", and %d more", more);
    wgi_ow_add(&w->refused, rest, strlen(rest) + 1);
    if (!wg_failed(w->c))
        wg_fail(w->c, w->here, WG_ERROR_MISSING, "onnx_write: ONNX has nothing for these nodes: %s",
                (const char *)w->refused.at);
}

/* ---- nodes ---- */

static void write_nodes(wgi_ow *w, const wg_node y[], int n, int64_t from);

/* How many expansions may be within each other. */
enum { MOST_DEPTH = 16 };

static int results_of(const wg_op *op) { return op->outputs > 1 ? op->outputs : 1; }

/* By the expansion: y are the nodes that stand for the results. */
static void write_expanded(wgi_ow *w, wg_node n, const wg_op *op, const wg_node x[], int operands)
{
    wg_node y[WG_MAX_OUTPUTS] = { wg_none };
    const int outputs = results_of(op);
    const int64_t from = wg_graph_nodes(w->g);
    char base[sizeof w->base];
    if (w->depth > MOST_DEPTH) return;
    w->depth++;
    op->expand(wg_inside(wg_node_site(n)), x, operands, wg_attr(n), y);
    if (wg_failed(w->c)) return;
    memcpy(base, w->base, sizeof base);
    write_nodes(w, y, outputs, from);
    memcpy(w->base, base, sizeof base);
    w->depth--;
    for (int j = 0; j < outputs && !wg_failed(w->c); j++)
        if (!wg_is_none(y[j])) stands(w, wg_part_at(w->here, n, j), stood(w, y[j]));
}

/* By the rule of its op. */
static void write_by_rule(wgi_ow *w, wg_node n, const wgi_ow_rule *rule, wgi_ow_call *k)
{
    k->y[0] = rule->write(w, k, k->x, rule);
    for (int j = 0; j < results_of(k->op) && !wg_failed(w->c); j++)
        if (k->y[j]) note(w, j ? wg_part_at(w->here, n, j) : n, k->y[j], k->op->formula);
}

/* What has no elements is the same whatever it is made of. */
static bool write_empty(wgi_ow *w, wg_node n, const wg_op *op)
{
    bool empty = true;
    for (int j = 0; j < results_of(op); j++)
        empty &= wg_shape_size(wg_node_shape(wg_part_at(w->here, n, j))) == 0;
    for (int j = 0; empty && j < results_of(op); j++) {
        const wg_node part = wg_part_at(w->here, n, j);
        stands(w, part, wgi_ow_constant(w, wg_node_dtype(part), wg_node_shape(part), ""));
    }
    return empty;
}

static void write_call(wgi_ow *w, wg_node n, const wg_op *op, wg_node x[], int v[])
{
    const wgi_ow_rule *rule = rule_of(op);
    wgi_ow_call k = { .n = n,
                      .op = op,
                      .operands = wg_node_operands(n),
                      .x = v,
                      .type = wg_node_dtype(n),
                      .shape = wg_node_shape(n) };
    for (int i = 0; i < k.operands; i++) x[i] = wg_node_operand(n, i), v[i] = stood(w, x[i]);
    name_begins(w, n);
    if (write_empty(w, n, op)) return;
    if (rule) write_by_rule(w, n, rule, &k);
    else if (wgx_hints(op)->view == WG_VIEW_WHOLE) note(w, n, k.y[0] = wgi_ow_shaped(w, v[0], k.shape), NULL);
    if (!k.y[0] && op->expand) write_expanded(w, n, op, x, k.operands);
    if (!k.y[0] && (!op->expand || w->depth > MOST_DEPTH)) refuse(w, n);
    for (int j = 0; j < results_of(op) && !wg_failed(w->c); j++) {
        const wg_node part = wg_part_at(w->here, n, j);
        if (!stood(w, part))
            stands(w, part,
                   wgi_ow_value_new(w, WGI_OW_INPUT, wgi_ow_claim(w, w->base), wg_node_dtype(part),
                                    wg_node_shape(part)));
    }
}

static void write_node(wgi_ow *w, wg_node n)
{
    const int operands = wg_node_operands(n);
    if (wg_node_leaf(n) == WG_LEAF_STREAM) {
        stands(w, n, wgi_ow_number(w, WG_I64, 0)); /* who reads it is refused */
        return;
    }
    if (wg_node_leaf(n) != WG_LEAF_NONE) {
        stands(w, n, leaf_of(w, n));
        return;
    }
    wg_node *x = wg_alloc(w->c, (size_t)operands + 1, sizeof *x);
    int *v = wg_alloc(w->c, (size_t)operands + 1, sizeof *v);
    if (x && v) write_call(w, wg_part_at(w->here, n, 0), wg_node_op(n), x, v);
    wg_free(w->c, x);
    wg_free(w->c, v);
}

static void want(const wgi_ow *w, bool *wanted, wg_node n, int64_t from)
{
    if ((int64_t)n.index >= from && !stood(w, n)) wanted[(int64_t)n.index - from] = true;
}

/* Writes y, and what it is made of, in the order of the graph. What stands before node `from` is written. */
static void write_nodes(wgi_ow *w, const wg_node y[], int n, int64_t from)
{
    const int64_t after = wg_graph_nodes(w->g);
    bool *wanted = wg_alloc(w->c, (size_t)(after - from) + 1, 1);
    for (int i = 0; wanted && i < n; i++)
        if (!wg_is_none(y[i])) want(w, wanted, y[i], from);
    for (int64_t i = after; wanted && i-- > from;) {
        const wg_node m = wg_graph_node(w->g, i);
        for (int k = 0; wanted[i - from] && k < wg_node_operands(m); k++)
            want(w, wanted, wg_node_operand(m, k), from);
    }
    for (int64_t i = from; wanted && i < after && !wg_failed(w->c); i++) {
        const wg_node m = wg_graph_node(w->g, i);
        if (wanted[i - from] && !stood(w, m)) write_node(w, m);
    }
    wg_free(w->c, wanted);
}

/* ---- the call ---- */

static const char *output_name(const wg_onnx_write_opts *o, int i, wg_node n)
{
    if (o->names && o->names[i]) return o->names[i];
    return *given_name(n) ? given_name(n) : "output";
}

/* A result has its name, and is no input and nothing that is stored. */
static int output_of(wgi_ow *w, wg_node n, const char *name)
{
    int v = stood(w, n);
    if (wg_failed(w->c)) return 0;
    const bool named = w->value[v].is_node && !strcmp(wgi_ow_text_of(w, w->value[v].name), name);
    if (!named || w->value[v].is_output) {
        snprintf(w->base, sizeof w->base, "%s", name);
        v = wgi_ow_1(w, "Identity", v);
        if (v) w->value[v].name = wgi_ow_claim(w, name);
    }
    if (v) w->value[v].is_output = true;
    return v;
}

static bool list_add(wgi_ow *w, int v)
{
    int *list = wgi_ow_grown(w, w->list, w->listed, &w->list_room, sizeof *list);
    if (!list) return false;
    w->list = list;
    w->list[w->listed++] = v;
    return true;
}

static void list_ends(wgi_ow *w, const wg_node y[], int n, const wg_onnx_write_opts *o)
{
    int *output = wg_alloc(w->c, (size_t)n, sizeof *output);
    for (int i = 0; output && i < n; i++) output[i] = output_of(w, y[i], output_name(o, i, y[i]));
    w->outputs[0] = (int)w->listed, w->outputs[1] = n;
    for (int i = 0; output && i < n && !wg_failed(w->c); i++) list_add(w, output[i]);
    w->inputs[0] = (int)w->listed;
    for (int v = 1; v < (int)w->values && !wg_failed(w->c); v++)
        if (w->value[v].kind == WGI_OW_INPUT && list_add(w, v)) w->inputs[1]++;
    wg_free(w->c, output);
}

/* The names of leaves come first: they are those by which values are given. */
static void write_leaves(wgi_ow *w, const wg_node y[], int n)
{
    const int64_t nodes = wg_graph_nodes(w->g);
    bool *wanted = wg_alloc(w->c, (size_t)nodes, 1);
    for (int i = 0; wanted && i < n; i++) wanted[y[i].index] = true;
    for (int64_t i = nodes; wanted && i-- > 0;) {
        const wg_node m = wg_graph_node(w->g, i);
        for (int k = 0; wanted[i] && k < wg_node_operands(m); k++) wanted[wg_node_operand(m, k).index] = true;
    }
    for (int64_t i = 0; wanted && i < nodes && !wg_failed(w->c); i++)
        if (wanted[i] && wg_node_leaf(wg_graph_node(w->g, i)) != WG_LEAF_NONE)
            write_node(w, wg_graph_node(w->g, i));
    wg_free(w->c, wanted);
}

static void release(wgi_ow *w)
{
    void *const all[] = { w->value,    w->node,     w->name,         w->list,       w->stands,
                          w->texts.at, w->attrs.at, w->constants.at, w->refused.at, w->mask };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) wg_free(w->c, all[i]);
    wg_free(w->c, w);
}

static void write_all(wgi_ow *w, const wg_node y[], int n, const char *path, const wg_onnx_write_opts *o)
{
    const int64_t mark = wgx_graph_mark(w->g);
    wgi_ow_claim(w, ""); /* no name is empty; and the first of each list stands for none */
    w->values = wgi_ow_value_new(w, WGI_OW_STORED, 0, WG_F32, WG_SCALAR) == 0;
    write_leaves(w, y, n);
    write_nodes(w, y, n, 0);
    for (int i = 0; i < o->input_count && !wg_failed(w->c); i++)
        if (stood(w, o->inputs[i])) w->value[stood(w, o->inputs[i])].kind = WGI_OW_INPUT;
    if (w->refusals) refusal(w);
    list_ends(w, y, n, o);
    if (!wg_failed(w->c)) wgi_ow_file(w, path);
    wgx_graph_rewind(w->g, mark);
}

/* Whether all results are nodes of one graph. */
static bool fits(wg_site here, wg_node y, const wg_onnx_write_opts *o)
{
    wg_graph *g = wg_graph_of(y);
    wg_context *c = g ? wg_graph_context(g) : NULL;
    if (!wg_node_ok(y))
        return wg_fail(c, here, WG_ERROR_USE, "onnx_write: y is no node of the graph that was built last"),
               false;
    if (o->output_count && !o->outputs)
        return wg_fail(c, here, WG_ERROR_USE, "onnx_write: output_count is %d, but there is no list",
                       o->output_count),
               false;
    if (o->input_count && !o->inputs)
        return wg_fail(c, here, WG_ERROR_USE, "onnx_write: input_count is %d, but there is no list",
                       o->input_count),
               false;
    for (int i = 0; i < o->input_count; i++) {
        const wg_leaf leaf = wg_node_ok(o->inputs[i]) ? wg_node_leaf(o->inputs[i]) : WG_LEAF_NONE;
        if ((leaf != WG_LEAF_PARAM && leaf != WG_LEAF_STATE) || wg_graph_of(o->inputs[i]) != g)
            return wg_fail(c, here, WG_ERROR_USE, "onnx_write: input %d is no parameter of the graph of y",
                           i),
                   false;
    }
    for (int i = 0; i < o->output_count; i++)
        if (!wg_node_ok(o->outputs[i]) || wg_graph_of(o->outputs[i]) != g)
            return wg_fail(c, here, WG_ERROR_USE, "onnx_write: output %d is no node of the graph of y", i),
                   false;
    return true;
}

wg_status wg_onnx_write_at(wg_site here, wg_node y, const char *path, const wg_onnx_write_opts *o)
{
    WG_OPTIONS_FILL(wg_onnx_write_opts, o);
    wg_context *c = wg_graph_of(y) ? wg_graph_context(wg_graph_of(y)) : NULL;
    if (c && wg_failed(c)) return wg_failed(c);
    if (c && !wg_options_fit(c, here, "onnx_write", wg_onnx_write_opts_rows(), o)) return wg_failed(c);
    if (!fits(here, y, o)) return c ? wg_failed(c) : WG_ERROR_USE;
    if (!path) return wg_fail(c, here, WG_ERROR_USE, "onnx_write: the path is NULL");
    const int n = o->output_count + 1;
    wg_node *all = wg_alloc(c, (size_t)n, sizeof *all);
    wgi_ow *w = wg_alloc(c, 1, sizeof *w);
    if (all && w) {
        w->c = w->texts.c = w->attrs.c = w->constants.c = w->refused.c = c;
        w->g = wg_graph_of(y), w->here = here, w->opset = o->opset;
        all[0] = y;
        for (int i = 1; i < n; i++) all[i] = o->outputs[i - 1];
        write_all(w, all, n, path, o);
    }
    wg_free(c, all);
    if (w) release(w);
    return wg_failed(c);
}
