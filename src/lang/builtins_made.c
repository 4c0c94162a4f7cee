/* builtins_made.c: functions of the language that make a tensor of no operand: numbers that are drawn
 * anew in each evaluation, ranges and unit matrices. */
#include "lang/lang.h"

static wg_site site_of(wg_program *q, const wgi_ast *call) { return wgi_site_text(q, "", call->mark); }

/* ---- random numbers ---- */

/* In a function NULL: two calls under one name then draw other numbers. */
static const char *stream_name(const wg_program *q, const wgi_ast *call, const wgi_binding *owner)
{
    return wgi_is_named(call, owner) && !q->frame ? owner->name : NULL;
}

wgi_val wgi_eval_random_normal(wg_program *q, const wgi_ast *call, wgi_binding *owner)
{
    wg_random_normal_args a = { .x = q->g, .name = stream_name(q, call, owner) };
    if (!wgi_signature(q, call, 0, WG_MAX_RANK, "mean deviation") || !wgi_shape_of(q, call, &a.shape) ||
        !wgi_real_option(q, call, "mean", &a.mean) || !wgi_real_option(q, call, "deviation", &a.deviation))
        return WGI_NOTHING;
    return wgi_node_val(wg_random_normal_at(site_of(q, call), &a));
}

wgi_val wgi_eval_random_uniform(wg_program *q, const wgi_ast *call, wgi_binding *owner)
{
    wg_random_uniform_args a = { .x = q->g, .name = stream_name(q, call, owner) };
    if (!wgi_signature(q, call, 0, WG_MAX_RANK, "low high") || !wgi_shape_of(q, call, &a.shape) ||
        !wgi_real_option(q, call, "low", &a.low) || !wgi_real_option(q, call, "high", &a.high))
        return WGI_NOTHING;
    return wgi_node_val(wg_random_uniform_at(site_of(q, call), &a));
}

/* bernoulli(p): a draw for each element of p. */
wgi_val wgi_eval_bernoulli(wg_program *q, const wgi_ast *call, wgi_binding *owner)
{
    if (!wgi_signature(q, call, 1, 1, "")) return WGI_NOTHING;
    const wgi_ast *at = wgi_operand(call, 0);
    wg_node p = wgi_eval_node(q, at, owner);
    if (wg_failed(q->c)) return WGI_NOTHING;
    return wgi_node_val(wg_bernoulli_at(wgi_site(q, call, &at, 1), q->g, wg_node_shape(p), p));
}

wgi_val wgi_eval_categorical(wg_program *q, const wgi_ast *call, wgi_binding *owner)
{
    if (!wgi_signature(q, call, 1, 1, "")) return WGI_NOTHING;
    const wgi_ast *at = wgi_operand(call, 0);
    wg_categorical_args a = { .x = wgi_eval_node(q, at, owner), .name = stream_name(q, call, owner) };
    if (wg_failed(q->c)) return WGI_NOTHING;
    return wgi_node_val(wg_categorical_at(wgi_site(q, call, &at, 1), &a));
}

/* ---- ranges and unit matrices ---- */

/* The numbers of operands from..: as many as there are, at most n. */
static bool numbers(wg_program *q, const wgi_ast *call, int n, double v[])
{
    for (int k = 0; k < n && k < wgi_operand_count(call); k++)
        if (!wgi_number_of(q, wgi_operand(call, k), "this", &v[k])) return false;
    return true;
}

/* arange(to), arange(from, to), arange(from, to, step) */
wgi_val wgi_eval_arange(wg_program *q, const wgi_ast *call, wgi_binding *owner)
{
    double v[3] = { 0, 0, 1 };
    (void)owner;
    if (!wgi_signature(q, call, 1, 3, "") || !numbers(q, call, 3, v)) return WGI_NOTHING;
    if (wgi_operand_count(call) == 1) v[1] = v[0], v[0] = 0;
    return wgi_node_val(wg_arange_at(site_of(q, call), q->g, v[0], v[1], v[2]));
}

wgi_val wgi_eval_linspace(wg_program *q, const wgi_ast *call, wgi_binding *owner)
{
    double v[2];
    int64_t count;
    (void)owner;
    if (!wgi_signature(q, call, 3, 3, "") || !numbers(q, call, 2, v) ||
        !wgi_integer(q, wgi_operand(call, 2), "the count", 0, WGI_LANG_TENSOR, &count))
        return WGI_NOTHING;
    return wgi_node_val(wg_linspace_at(site_of(q, call), q->g, v[0], v[1], count));
}

/* eye(n), eye(rows, columns) */
wgi_val wgi_eval_eye(wg_program *q, const wgi_ast *call, wgi_binding *owner)
{
    wg_shape s;
    (void)owner;
    if (!wgi_signature(q, call, 1, 2, "") || !wgi_shape_of(q, call, &s)) return WGI_NOTHING;
    return wgi_node_val(wg_eye_at(site_of(q, call), q->g, s.dim[0], s.dim[s.rank - 1]));
}
