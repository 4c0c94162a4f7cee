/* lang_own.c: functions that are no op of the registry by themselves: grad, drawn and constant tensors, and ops with an
 * option that is a number at run time and so an operand inside (slope=, temperature=, keep_prob=). */
#include "lang.h"

#include <math.h>
#include <string.h>

static const wgi_val nothing = { 0 };

/* ---- derivatives ---- */

static wgi_val grad(wg_program *q, const wgi_ast *call, wgi_binding *owner)
{
    if (!wgi_signature(q, call, 2, 2, ""))
        return nothing;
    const wgi_ast *at[] = { wgi_operand(call, 0), wgi_operand(call, 1) };
    wg_node        y = wgi_eval_node(q, at[0], owner), x = wgi_eval_node(q, at[1], owner);
    return wg_failed(q->c) ? nothing : wgi_node_val(wg_grad_at(wgi_site(q, call, at, 2), y, x));
}

/* ---- tensors ---- */

/* A keyword's number, or the standard. */
static bool number(wg_program *q, const wgi_ast *call, const char *name, double standard, double *value)
{
    const wgi_ast *a = wgi_keyword(call, name);
    *value = standard;
    return !a || wgi_number_of(q, a, name, value);
}

static const char *direct_name(const wgi_ast *call, const wgi_binding *owner) { return owner && owner->value == call ? owner->name : ""; }

/* Without a seed the context's, and a stream by the name or by the order of the unnamed. */
static double *drawn(wg_program *q, const wgi_ast *call, const wgi_binding *owner, wgi_drawing kind, size_t n)
{
    const wgi_ast *option = wgi_keyword(call, "seed");
    const char    *name = direct_name(call, owner);
    int64_t        seed = 0;
    if (!option)
        return wgi_draw_values(q, kind, 0, wg_context_seed(q->c), *name ? wgi_stream_of(name) : ++q->unnamed, n);
    if (!wgi_integer(q, option, "seed", 0, INT64_C(1) << 52, &seed))
        return NULL;
    return wgi_draw_values(q, kind, 0, (uint64_t)seed, kind, n);
}

/* value[i] := base + scale value[i]; values NULL: base everywhere. */
static wgi_val tensor(wg_program *q, const wgi_ast *call, wgi_binding *owner, wg_shape s, double *values, double base, double scale)
{
    const char *name = direct_name(call, owner);
    wg_node     x = wg_none;
    size_t      n = (size_t)wg_shape_size(s);
    for (size_t i = 0; values && i < n; i++)
        values[i] = base + scale * values[i];
    if (values)
        x = wgi_leaf(q, wgi_site_text(q, name, call->mark), name, wg_context_dtype(q->c), values, s);
    wg_free(q->c, values);
    return wgi_node_val(x);
}

static wgi_val normal(wg_program *q, const wgi_ast *call, wgi_binding *owner)
{
    wg_shape s;
    double   mean, deviation;
    if (!wgi_signature(q, call, 0, WG_MAX_RANK, "seed mean deviation") || !wgi_shape_of(q, call, &s) || !number(q, call, "mean", 0, &mean) ||
        !number(q, call, "deviation", 1, &deviation))
        return nothing;
    return tensor(q, call, owner, s, drawn(q, call, owner, DRAW_NORMAL, (size_t)wg_shape_size(s)), mean, deviation);
}

static wgi_val uniform(wg_program *q, const wgi_ast *call, wgi_binding *owner)
{
    wg_shape s;
    double   low, high;
    if (!wgi_signature(q, call, 0, WG_MAX_RANK, "seed low high") || !wgi_shape_of(q, call, &s) || !number(q, call, "low", 0, &low) ||
        !number(q, call, "high", 1, &high))
        return nothing;
    return tensor(q, call, owner, s, drawn(q, call, owner, DRAW_UNIFORM, (size_t)wg_shape_size(s)), low, high - low);
}

static wgi_val filled(wg_program *q, const wgi_ast *call, wgi_binding *owner, double value)
{
    wg_shape s;
    if (!wgi_signature(q, call, 0, WG_MAX_RANK, "") || !wgi_shape_of(q, call, &s))
        return nothing;
    return tensor(q, call, owner, s, wg_alloc(q->c, (size_t)wg_shape_size(s) + 1, sizeof(double)), value, 0);
}

static wgi_val zeros(wg_program *q, const wgi_ast *call, wgi_binding *owner) { return filled(q, call, owner, 0); }
static wgi_val ones(wg_program *q, const wgi_ast *call, wgi_binding *owner) { return filled(q, call, owner, 1); }

/* ---- indices: floats that are known to be whole become integers ---- */

static bool whole(wg_program *q, const wgi_ast *a)
{
    const wgi_binding *b = a->kind == AST_NAME ? a->u.binding : NULL;
    wg_shape           s;
    double            *values = NULL;
    if (b && b->set)
        s = b->set_shape;
    else if (b && b->value)
        return whole(q, b->value);
    else if (!wgi_list_constant(a) || !(values = wgi_list(q, a, &s)))
        return false;
    const double *v = values ? values : b->set;
    size_t        n = (size_t)wg_shape_size(s), i = 0;
    while (i < n && v[i] == floor(v[i]))
        i++;
    wg_free(q->c, values);
    return i == n;
}

static wg_node indices(wg_program *q, const wgi_ast *a, wgi_binding *owner)
{
    wg_node x = wgi_eval_node(q, a, owner);
    if (!wg_failed(q->c) && wg_dtype_is_float(wg_node_dtype(x)) && whole(q, a))
        x = wg_cast_at(wgi_site(q, a, &a, 1), x, WG_I64);
    return x;
}

static wgi_val one_hot(wg_program *q, const wgi_ast *call, wgi_binding *owner)
{
    int64_t        count;
    const wgi_ast *option = wgi_keyword(call, "count");
    if (!wgi_signature(q, call, option ? 1 : 2, option ? 1 : 2, "count"))
        return nothing;
    const wgi_ast *at = wgi_operand(call, 0);
    if (!wgi_integer(q, option ? option : wgi_operand(call, 1), "the number of classes", 1, WGI_LANG_TENSOR, &count))
        return nothing;
    wg_node x = indices(q, at, owner);
    return wg_failed(q->c) ? nothing : wgi_node_val(wg_one_hot_at(wgi_site(q, call, &at, 1), x, count));
}

static wgi_val gather(wg_program *q, const wgi_ast *call, wgi_binding *owner)
{
    if (!wgi_signature(q, call, 2, 2, ""))
        return nothing;
    const wgi_ast *at[] = { wgi_operand(call, 0), wgi_operand(call, 1) };
    wg_node        x = wgi_eval_node(q, at[0], owner), rows = indices(q, at[1], owner);
    return wg_failed(q->c) ? nothing : wgi_node_val(wg_gather_at(wgi_site(q, call, at, 2), x, rows));
}

/* ---- ops with an option of their own ---- */

/* The one operand and the site of a call like softmax(z, axis=1). */
static bool one(wg_program *q, const wgi_ast *call, wgi_binding *owner, const char *options, wg_node *x, wg_site *here)
{
    if (!wgi_signature(q, call, 1, 1, options))
        return false;
    const wgi_ast *at = wgi_operand(call, 0);
    *x = wgi_eval_node(q, at, owner);
    *here = wgi_site(q, call, &at, 1);
    return !wg_failed(q->c);
}

static wgi_val any_softmax(wg_program *q, const wgi_ast *call, wgi_binding *owner, wg_node (*op)(wg_site, const wg_softmax_args *))
{
    wg_softmax_args a = { 0 };
    wg_site         here;
    const wgi_ast  *axis = wgi_keyword(call, "axis");
    if (!one(q, call, owner, "axis temperature", &a.x, &here) || (axis && !wgi_axes_of(q, axis, &a.axis)) ||
        !number(q, call, "temperature", 1, &a.temperature))
        return nothing;
    return wgi_node_val(op(here, &a));
}

static wgi_val softmax(wg_program *q, const wgi_ast *call, wgi_binding *owner) { return any_softmax(q, call, owner, wg_softmax_at); }
static wgi_val log_softmax(wg_program *q, const wgi_ast *call, wgi_binding *owner) { return any_softmax(q, call, owner, wg_log_softmax_at); }

static wgi_val leaky_relu(wg_program *q, const wgi_ast *call, wgi_binding *owner)
{
    wg_leaky_relu_args a = { 0 };
    wg_site            here;
    if (!one(q, call, owner, "slope", &a.x, &here) || !number(q, call, "slope", 0.01, &a.slope))
        return nothing;
    a.slope = a.slope == 0 ? WG_ZERO : a.slope;
    return wgi_node_val(wg_leaky_relu_at(here, &a));
}

static wgi_val dropout(wg_program *q, const wgi_ast *call, wgi_binding *owner)
{
    wg_dropout_args a = { 0 };
    wg_site         here;
    if (!one(q, call, owner, "keep_prob drop", &a.x, &here) || !number(q, call, "keep_prob", 0, &a.keep_prob) ||
        !number(q, call, "drop", 0, &a.drop))
        return nothing;
    if (!wgi_keyword(call, "keep_prob") == !wgi_keyword(call, "drop")) {
        wgi_lang_fail(q, call->start, call->end, WG_ERROR_SYNTAX, "dropout takes keep_prob= or drop=, one of the two");
        return nothing;
    }
    return wgi_node_val(wg_dropout_at(here, &a));
}

static wgi_val cast(wg_program *q, const wgi_ast *call, wgi_binding *owner)
{
    wg_node        x;
    wg_site        here;
    wg_dtype       t;
    const wgi_ast *option = wgi_keyword(call, "dtype");
    if (!one(q, call, owner, "dtype", &x, &here))
        return nothing;
    if (!option) {
        wgi_lang_fail(q, call->start, call->end, WG_ERROR_SYNTAX, "cast needs dtype=, one of f32 f64 i32 i64 bool");
        return nothing;
    }
    return wgi_dtype_of(q, option, &t) ? wgi_node_val(wg_cast_at(here, x, t)) : nothing;
}

static wgi_val permute(wg_program *q, const wgi_ast *call, wgi_binding *owner)
{
    wg_transpose_args a = { 0 };
    wg_site           here;
    const wgi_ast    *axes = wgi_keyword(call, "axes");
    if (!one(q, call, owner, "axes", &a.x, &here) || (axes && !wgi_axes_of(q, axes, &a.axes)))
        return nothing;
    return wgi_node_val(wg_transpose_at(here, &a));
}

static wgi_val l2(wg_program *q, const wgi_ast *call, wgi_binding *owner)
{
    double lambda;
    (void)owner;
    if (!wgi_signature(q, call, 1, 1, "") || !wgi_number_of(q, wgi_operand(call, 0), "lambda", &lambda))
        return nothing;
    return wgi_node_val(wg_l2_at(wgi_site_text(q, "", call->mark), q->g, q->p, lambda));
}

/* ---- the table ---- */

static const wgi_own own[] = {
    { "input", wgi_eval_input }, { "param", wgi_eval_param }, { "dense", wgi_eval_dense }, { "batch_norm", wgi_eval_batch_norm },
    { "grad", grad },            { "normal", normal },        { "uniform", uniform },      { "zeros", zeros },
    { "ones", ones },            { "one_hot", one_hot },      { "gather", gather },        { "softmax", softmax },
    { "log_softmax", log_softmax }, { "leaky_relu", leaky_relu }, { "dropout", dropout },  { "cast", cast },
    { "permute", permute },      { "transpose", permute },    { "l2", l2 },
};

int            wgi_own_count(void) { return (int)(sizeof own / sizeof *own); }
const wgi_own *wgi_own_at(int i) { return &own[i]; }

const wgi_own *wgi_own_find(const char *name)
{
    for (int i = 0; i < wgi_own_count(); i++)
        if (!strcmp(own[i].name, name))
            return &own[i];
    return NULL;
}
