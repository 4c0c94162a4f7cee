/* rule.c: helpers for the shape rules of ops. */
#include "graph/composites.h"
#include "graph/given.h"
#include "graph/graph.h"
#include "wgx/base.h"
#include "wgx/graph.h"
#include "wgx/op.h"

void wgi_failed_call(wg_graph *g, wg_site here, const wg_op *op, const wg_node x[], int n)
{
    if (wgi_has_failed(g) || g->c->quiet) return;
    g->failed_at = g->c->last.recovery;
    g->failure = (wgx_failure){ .op = op->name, .here = here, .operands = WGI_MIN(n, 4) };
    memcpy(g->failure.operand, x, sizeof *x * (size_t)g->failure.operands);
}

bool wg_rule_fail(wg_rule *r, wg_status s, const char *format, ...)
{
    char text[900];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    bool first = wgi_ok(r->graph->c);
    wgi_fail(r->graph->c, r->here, r->op->name, s, "%s", text);
    if (first) wgi_failed_call(r->graph, r->here, r->op, r->node, r->operands);
    return false;
}

const char *wg_rule_who(wg_rule *r, int k)
{
    char *buf = r->text[k & 3], argument[64], shape[80];
    wg_shape_text(*r->x[k].shape, shape, sizeof shape);
    const wgi_node *n = wgi_node_of(r->node[k]);
    /* The cast of this very call to the common dtype. */
    const bool is_cast = n && n->here == wg_inside(r->here) && wgx_op_is(n->op, "cast");
    const wg_node x = is_cast ? wg_node_operand(r->node[k], 0) : r->node[k];
    const char *name = wg_node_name(x);
    n = wgi_node_of(x);
    if (!*wgx_site_argument(r->here, k, argument, sizeof argument))
        snprintf(argument, sizeof argument, "%.60s",
                 *name ? name
                 : n   ? wgi_called_name(r->graph, x.index)
                       : "");
    bool mixed = wg_dtype_is_float(r->x[0].dtype) && r->x[k].dtype != r->x[0].dtype;
    snprintf(buf, sizeof r->text[0], "%s%s%s%s%s", argument, *argument ? " " : "",
             mixed ? wg_dtype_name(r->x[k].dtype) : "", mixed ? " " : "", shape);
    return buf;
}

wg_shape *wg_rule_shape(wg_rule *r, int output)
{
    r->y[output].shape = &r->made[output];
    return &r->made[output];
}

bool wg_rule_float(wg_rule *r, int k)
{
    return wg_dtype_is_float(r->x[k].dtype) || wg_rule_fail(r, WG_ERROR_DTYPE, "%s is %s, must be f32 or f64",
                                                            wg_rule_who(r, k), wg_dtype_name(r->x[k].dtype));
}

bool wg_rule_rank(wg_rule *r, int k, int least, int most)
{
    int n = r->x[k].shape->rank;
    if (n >= least && n <= most) return true;
    if (least == most)
        return wg_rule_fail(r, WG_ERROR_SHAPE, "%s has %d axes, must have %d", wg_rule_who(r, k), n, least);
    return wg_rule_fail(r, WG_ERROR_SHAPE, "%s has %d axes, must have %d to %d", wg_rule_who(r, k), n, least,
                        most);
}

bool wg_rule_axis(wg_rule *r, int *axis, int rank)
{
    if (*axis == WG_NEEDED && rank) /* libraries choose different ones */
        return wg_rule_fail(r, WG_ERROR_SHAPE, "say its axis, from %d to %d, for %s", -rank, rank - 1,
                            wg_rule_who(r, 0));
    if (*axis == WG_NEEDED) return wg_rule_fail(r, WG_ERROR_SHAPE, "%s has no axis", wg_rule_who(r, 0));
    const int a = *axis < 0 ? *axis + rank : *axis;
    if (a < 0 || a >= rank)
        return wg_rule_fail(r, WG_ERROR_SHAPE, "no axis %d in %s", *axis, wg_rule_who(r, 0));
    *axis = a;
    return true;
}

wg_node wgi_unmarked(wg_site here, const char *what, const wg_option_list *list, const void *a, const void *x)
{
    size_t mark = 1;
    wg_graph *g = NULL;
    if (a) memcpy(&mark, a, sizeof mark);
    /* { .x = ... }: a handle and a graph both begin with the graph */
    if (!mark && x) memcpy(&g, x, sizeof g);
    wg_options_fit(g ? g->c : NULL, here, what, list, a);
    return g ? wgi_error_node(g) : wg_none;
}

bool wgi_rule_list(wg_rule *r, const wg_axes *axes)
{
    const int n = axes->count;
    if (n >= 0 && n <= WG_MAX_RANK) return true;
    if (n == WGI_AXES_TWICE)
        return wg_rule_fail(r, WG_ERROR_USE, "say axis or axes, not both, for %s", wg_rule_who(r, 0));
    if (n == WGI_AXES_NO_LIST)
        return wg_rule_fail(r, WG_ERROR_USE, "axes is no list: write .axis = 1 or .axes = WG_AXES(1)");
    if (n == WGI_AXES_EMPTY)
        return wg_rule_fail(r, WG_ERROR_SHAPE, "an empty list of axes for %s: leave it out for the default",
                            wg_rule_who(r, 0));
    return wg_rule_fail(r, WG_ERROR_SHAPE, "%d axes for %s", n, wg_rule_who(r, 0));
}

bool wgi_rule_twice(wg_rule *r, int axis)
{
    return wg_rule_fail(r, WG_ERROR_SHAPE, "axis %d twice for %s", axis, wg_rule_who(r, 0));
}

bool wg_rule_axes(wg_rule *r, wg_axes *axes, int rank, bool none_is_all)
{
    if (!wgi_rule_list(r, axes)) return false;
    if (!axes->count && none_is_all)
        while (axes->count < rank) {
            axes->axis[axes->count] = axes->count;
            axes->count++;
        }
    for (int i = 0; i < axes->count; i++) {
        if (!wg_rule_axis(r, &axes->axis[i], rank)) return false;
        int v = axes->axis[i], j = i;
        for (; j > 0 && axes->axis[j - 1] > v; j--) axes->axis[j] = axes->axis[j - 1];
        axes->axis[j] = v;
        if (j > 0 && axes->axis[j - 1] == v) return wgi_rule_twice(r, v);
    }
    return true;
}

/* What is said behind the message, where a product of elements has the shapes of a product of matrices. */
static const char *meant_instead(const wg_rule *r, const wg_shape *a, const wg_shape *b)
{
    const bool fit =
        a->rank > 0 && b->rank > 0 && a->dim[a->rank - 1] == b->dim[b->rank > 1 ? b->rank - 2 : 0];
    return fit && wgx_hints(r->op)->arithmetic == WG_MULTIPLIES ? "; matmul is the product of matrices" : "";
}

bool wg_rule_broadcast(wg_rule *r)
{
    const wg_shape *s = r->x[0].shape;
    for (int k = 1; k < r->operands; k++) {
        const wg_shape *t = r->x[k].shape;
        if (t == s || t->rank == 0) continue;
        if (s->rank == 0) {
            s = t;
            continue;
        }
        wg_shape y;
        if (!wgi_broadcast(s, t, &y)) {
            char a[80], b[80];
            if (r->operands == 2)
                return wg_rule_fail(r, WG_ERROR_SHAPE, "shapes do not broadcast: %s with %s%s",
                                    wg_rule_who(r, 0), wg_rule_who(r, 1), meant_instead(r, s, t));
            return wg_rule_fail(r, WG_ERROR_SHAPE, "shapes do not broadcast: %s, with %s so far (%s)",
                                wg_rule_who(r, k), wg_shape_text(*s, a, sizeof a),
                                wg_shape_text(*t, b, sizeof b));
        }
        *wg_rule_shape(r, 0) = y;
        s = &r->made[0];
    }
    r->y[0].shape = s;
    return true;
}
