/* node.c: what a handle says about its node. */
#include "graph/graph.h"
#include "wgx/base.h"
#include "wgx/grad.h"
#include "wgx/graph.h"
#include "wgx/source.h"

/* The error node in a context without an error: wg_recover has forgotten it. In the tracer's graph it is a
 * leaf that a rule may not make: the reverse sweep reports that (wgi_rule_refuse). */
static bool not_made(wg_node n, wg_site here, const char *what, const char *which)
{
    if (wgi_ok(n.graph->c) && n.graph != n.graph->c->graphs.tracer)
        wgi_fail(n.graph->c, here, what, WG_ERROR_USE, "%s is the result of a call that failed", which);
    return false;
}

bool wgi_usable(wg_node n, wg_site here, const char *what, const char *which)
{
    wg_graph *g = n.graph;
    if (!g) return false;
    if (wgi_node_of(n)) return n.index || not_made(n, here, what, which);
    wgi_fail(g->c, here, what, WG_ERROR_USE,
             g->busy.depth                              ? "%s: " WGI_BUSY
             : !g->generation || n.generation < g->born ? "%s is a node of a graph that was freed"
             : n.generation < g->generation ? "%s is a node from before the last wg_begin of its graph"
                                            : "%s is a node that the graph no longer has",
             which);
    return false;
}

wg_context *wgi_context_of(const wg_node x[], int n)
{
    for (int k = 0; x && k < n; k++)
        if (x[k].graph) return x[k].graph->c;
    return NULL;
}

bool wgi_is_node(wg_context *c, wg_node n, wg_site here, const char *what, int argument, const char *which)
{
    char who[80];
    if (n.index && wgi_node_of(n)) return true;
    const char *name = *wgx_site_argument(here, argument, who, sizeof who) ? who : which;
    if (n.graph) return wgi_usable(n, here, what, name);
    wgi_fail(c, here, what, WG_ERROR_USE, "%s is %s", name,
             wg_is_none(n) ? "wg_none, no node" : "a number, and must be a node");
    return false;
}

wg_status wgi_fail_null(wg_context *c, wg_site here, const char *what, const char *which)
{
    return wgi_fail(c, here, what, WG_ERROR_USE, "the %s is NULL", which);
}

/* The record of n. A handle that has none gets an empty record. */
static const wgi_node *record(wg_node n)
{
    static const wg_shape scalar;
    static const wgi_node empty = { .shape = &scalar };
    const wgi_node *x = wgi_node_of(n);
    return x ? x : &empty;
}

const wg_op *wg_node_op(wg_node n)
{
    if (n.graph) n.graph->rule.asked = true;
    return wgi_called_op(record(n));
}
int wg_node_operands(wg_node n)
{
    if (n.graph && n.index != n.graph->rule.watch.y) wgi_rule_looks(n);
    return (int)record(n)->operands - wgi_is_ruled(record(n));
}
wg_shape wg_node_shape(wg_node n) { return *record(n)->shape; }
wg_dtype wg_node_dtype(wg_node n) { return (wg_dtype)record(n)->dtype; }

const char *wg_node_op_name(wg_node n)
{
    const wg_op *op = wg_node_op(n);
    return op ? op->name : "";
}

wg_node wg_node_operand(wg_node n, int k)
{
    const wgi_node *x = record(n);
    wgi_rule_looks(n);
    k += wgi_is_ruled(x);
    return k >= wgi_is_ruled(x) && k < (int)x->operands ? wgi_handle(n.graph, wgi_in(x)[k]) : wg_none;
}

const char *wg_node_name(wg_node n)
{
    const wgi_node *x = record(n);
    wgi_rule_looks(n);
    if (x->name) return x->name & WGI_OF_LAYER ? "" : n.graph->names.text[x->name];
    return wgi_has_parameter(x) ? x->parameter->name : "";
}

const char *wg_node_scope(wg_node n)
{
    const wgi_node *x = wgi_node_of(n);
    wgi_rule_looks(n);
    return x ? n.graph->names.text[x->scope] : "";
}

wg_site wg_node_site(wg_node n)
{
    wg_site here = record(n)->here;
    wgi_rule_looks(n);
    return here ? here : "";
}

const void *wg_attr(wg_node n)
{
    const wgi_node *x = wgi_node_of(n);
    if (x && n.index != n.graph->rule.watch.y) wgi_rule_looks(n);
    if (x && wgi_is_ruled(x)) return ((const wgi_ruled *)x->attr)->attr;
    return x && x->op->attr_size ? x->attr : NULL;
}

wg_node wg_part_at(wg_site here, wg_node n, int k)
{
    const wgi_node *x = wgi_node_of(n);
    if (!x || !n.index) return wgi_is_node(NULL, n, here, "part", 0, "the node"), n;
    int64_t i = (int64_t)n.index - x->output + k;
    if (k >= 0 && i < n.graph->count && n.graph->node[i].op == x->op && n.graph->node[i].output == k)
        return wgi_handle(n.graph, (uint32_t)i);
    return WGI_FAIL_NODE(n.graph, here, "part", WG_ERROR_USE, "%s has no output %d", x->op->name, k);
}

int64_t wg_dim_at(wg_site here, wg_node n, int axis)
{
    wg_shape s = wg_node_shape(n);
    int i = axis < 0 ? axis + s.rank : axis;
    if (i >= 0 && i < s.rank) return s.dim[i];
    if (wgi_is_node(NULL, n, here, "dim", 0, "the node")) {
        char buf[128];
        wgi_fail(n.graph->c, here, "dim", WG_ERROR_SHAPE, "no axis %d in %s", axis,
                 wg_shape_text(s, buf, sizeof buf));
    }
    return 0;
}

bool wgx_node_is_state(wg_node n) { return wg_node_op(n) == &wgi_op_state; }

bool wgx_node_is_derived(wg_node n)
{
    wgi_rule_looks(n);
    return wg_node_ok(n) && wgi_node_of(n)->flags & WGI_DERIVED;
}

wg_leaf wg_node_leaf(wg_node n)
{
    static const struct {
        const wg_op *op;
        wg_leaf leaf;
    } leaves[] = { { &wgi_op_number, WG_LEAF_NUMBER },
                   { &wgi_op_input, WG_LEAF_INPUT },
                   { &wgi_op_param, WG_LEAF_PARAM },
                   { &wgi_op_state, WG_LEAF_STATE },
                   { &wgi_op_stream, WG_LEAF_STREAM } };
    const wg_op *op = wg_node_op(n);
    for (size_t i = 0; i < sizeof leaves / sizeof *leaves; i++)
        if (op == leaves[i].op) return leaves[i].leaf;
    return WG_LEAF_NONE;
}

wg_node wgx_node_made(wg_node n)
{
    const wgi_node *record = wgi_node_of(n);
    return record && wgi_is_ruled(record) ? wgi_handle(n.graph, wgi_in(record)[0]) : n;
}
