/* onnx_control.c: graphs inside nodes. What decides is looked at while the graph is built: one branch is
 * built, and loops are unrolled. */
#include "onnx/onnx.h"

#include "wengert/ops.h"

#include <string.h>

static const wgi_onnx_graph *graph_of(const wgi_onnx_call *k, const char *name)
{
    const wgi_onnx_attribute *a = wgi_ox_attribute(k, name);
    if (!a || !a->graph) wgi_ox_fail(k, WG_ERROR_FORMAT, "it has no graph '%s'", name);
    return a ? a->graph : NULL;
}

static wgi_onnx_value **values(wgi_onnx_call *k, int n)
{
    return wgi_lang_built(k->o->q, ((size_t)n + 1) * sizeof(wgi_onnx_value *));
}

OPERATOR(if)
{
    const wg_tensor *c = wgi_ox_known(k, 0);
    const wgi_onnx_graph *g =
        c ? graph_of(k, wg_tensor_item(c, 0) != 0 ? "then_branch" : "else_branch") : NULL;
    wgi_onnx_value **out = g ? values(k, g->outs) : NULL;
    if (!out || !wgi_onnx_run(k->o, g, NULL, 0, out, false)) return false;
    for (int i = 0; i < k->outs && i < g->outs; i++)
        if (!wgi_ox_put_same(k, i, out[i])) return false;
    return true;
}

/* A known value. */
static wgi_onnx_value *known(wgi_onnx_call *k, wg_dtype t, int64_t v)
{
    wgi_onnx_value *to = wgi_lang_built(k->o->q, sizeof *to);
    const wg_tensor one = to ? wgi_ox_room(k, t, WG_SCALAR) : (wg_tensor){ 0 };
    if (!one.data) return NULL;
    if (t == WG_BOOL) *(bool *)one.data = v != 0;
    else *(int64_t *)one.data = v;
    *to = (wgi_onnx_value){ .name = "", .known = one };
    return to;
}

/* What a body has given at each step, for a result that has them all. */
typedef struct steps {
    wg_node *at;
    int64_t count, room;
} steps;

static bool keep_step(wgi_onnx_call *k, steps *s, wg_node x)
{
    if (s->count == s->room) {
        wg_node *more = wgi_lang_built(k->o->q, (size_t)(2 * s->room + 8) * sizeof *more);
        if (!more) return false;
        if (s->count) memcpy(more, s->at, (size_t)s->count * sizeof *more);
        s->at = more, s->room = 2 * s->room + 8;
    }
    s->at[s->count++] = x;
    return wg_node_ok(x);
}

static bool put_steps(wgi_onnx_call *k, int i, const steps *s, int64_t axis, bool backwards)
{
    if (!s->count)
        return wgi_ox_fail(k, WG_ERROR_MISSING, "a loop without a step gives no result %d here", i);
    for (int64_t a = 0, b = s->count - 1; backwards && a < b; a++, b--) {
        const wg_node x = s->at[a];
        s->at[a] = s->at[b], s->at[b] = x;
    }
    const int at = wgi_ox_axis(k, axis, wg_node_shape(s->at[0]).rank + 1);
    if (at < 0) return false;
    return wgi_ox_put(k, i, wg_stack(s->at, (int)s->count, .axis = at));
}

/* Whether the condition, which may be missing, holds. */
static bool holds(wgi_onnx_call *k, wgi_onnx_value *c)
{
    const wg_tensor *t = c ? wgi_onnx_known_of(k, c) : NULL;
    return !c || (t && wg_tensor_item(t, 0) != 0);
}

OPERATOR(loop)
{
    const wgi_onnx_graph *g = graph_of(k, "body");
    const int carried = k->ins > 2 ? k->ins - 2 : 0, scans = g ? g->outs - 1 - carried : -1;
    const int64_t most = wgi_ox_has(k, 0) ? wgi_ox_count(k, 0, 0) : INT64_MAX;
    wgi_onnx_value **in = values(k, carried + 2), **out = g ? values(k, g->outs) : NULL;
    steps *kept = scans >= 0 ? wgi_lang_built(k->o->q, ((size_t)scans + 1) * sizeof *kept) : NULL;
    if (!in || !out || !kept || g->ins != carried + 2)
        return wgi_ox_fail(k, WG_ERROR_FORMAT, "its body does not fit");
    for (int i = 0; i < carried; i++) in[i + 2] = k->in[i + 2];
    wgi_onnx_value *c = wgi_ox_has(k, 1) ? k->in[1] : NULL;
    for (int64_t step = 0; step < most && holds(k, c); step++) {
        in[0] = known(k, WG_I64, step), in[1] = known(k, WG_BOOL, 1);
        if (!in[0] || !in[1] || !wgi_onnx_run(k->o, g, in, carried + 2, out, false)) return false;
        c = out[0];
        for (int i = 0; i < carried; i++) in[i + 2] = out[i + 1];
        for (int i = 0; i < scans; i++)
            if (!keep_step(k, &kept[i], wgi_onnx_node_of(k, out[1 + carried + i]))) return false;
    }
    if (wg_failed(k->o->c)) return false;
    for (int i = 0; i < carried && i < k->outs; i++)
        if (in[i + 2] && !wgi_ox_put_same(k, i, in[i + 2])) return false;
    for (int i = 0; i < scans && carried + i < k->outs; i++)
        if (k->out[carried + i] && !put_steps(k, carried + i, &kept[i], 0, false)) return false;
    return true;
}

/* Element i of a list of whole numbers, or 0. */
static int64_t listed(wgi_onnx_call *k, const char *name, int i)
{
    const wgi_onnx_attribute *a = wgi_ox_attribute(k, name);
    return a && i < a->int_count ? a->ints[i] : 0;
}

/* Step `step` of operand i as a value. */
static wgi_onnx_value *slice_of(wgi_onnx_call *k, int i, int scan, int64_t step, int64_t *length)
{
    const wg_shape s = wgi_ox_shape(k, i);
    const int axis = wgi_ox_axis(k, listed(k, "scan_input_axes", scan), s.rank);
    wgi_onnx_value *to = wgi_lang_built(k->o->q, sizeof *to);
    if (axis < 0 || !to) return NULL;
    *length = s.dim[axis];
    if (step >= *length) return to;
    const int64_t at = listed(k, "scan_input_directions", scan) ? *length - 1 - step : step;
    *to = (wgi_onnx_value){ .name = "", .node = wg_select(wgi_ox(k, i), .axis = axis, .index = at) };
    return to;
}

OPERATOR(scan)
{
    const wgi_onnx_graph *g = graph_of(k, "body");
    const int64_t said = wgi_ox_i(k, "num_scan_inputs", 0);
    const int inputs = said < 0 || said > k->ins ? 0 : (int)said, states = k->ins - inputs,
              scans = g ? g->outs - states : -1;
    wgi_onnx_value **in = values(k, k->ins), **out = g ? values(k, g->outs) : NULL;
    steps *kept = scans >= 0 ? wgi_lang_built(k->o->q, ((size_t)scans + 1) * sizeof *kept) : NULL;
    int64_t length = 0;
    if (!in || !out || !kept || !inputs || g->ins != k->ins)
        return wgi_ox_fail(k, WG_ERROR_FORMAT, "its body does not fit");
    for (int i = 0; i < states; i++) in[i] = k->in[i];
    for (int64_t step = 0; !step || step < length; step++) {
        for (int i = 0; i < inputs; i++)
            if (!(in[states + i] = slice_of(k, states + i, i, step, &length))) return false;
        if (step >= length) break;
        if (!wgi_onnx_run(k->o, g, in, k->ins, out, false)) return false;
        for (int i = 0; i < states; i++) in[i] = out[i];
        for (int i = 0; i < scans; i++)
            if (!keep_step(k, &kept[i], wgi_onnx_node_of(k, out[states + i]))) return false;
    }
    for (int i = 0; i < states && i < k->outs; i++)
        if (!wgi_ox_put_same(k, i, in[i])) return false;
    for (int i = 0; i < scans && states + i < k->outs; i++)
        if (!put_steps(k, states + i, &kept[i], listed(k, "scan_output_axes", i),
                       listed(k, "scan_output_directions", i)))
            return false;
    return true;
}
