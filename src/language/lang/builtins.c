/* builtins.c: functions of the language that are not plain calls of one op: grad, random and constant
 * tensors, one_hot and gather (they accept class numbers written as floats), l2 over the program's
 * parameters. A builtin is found before an op of the same name. */
#include "lang/lang.h"

#include <math.h>
#include <string.h>

#include "wengert/ops.h"
#include "wgx/graph.h"
#include "wgx/lang.h"

/* ---- derivatives ---- */

/* How much the program has drawn at random: tensors, and nodes, among which streams may be. */
typedef struct wgi_drawn {
    int tensors;
    int64_t nodes;
} wgi_drawn;

static wgi_drawn drawn_now(const wg_program *q)
{
    return (wgi_drawn){ q->now.draws, wg_graph_nodes(q->now.g) };
}

static bool draws_since(const wg_program *q, wgi_drawn before)
{
    bool draws = q->now.draws > before.tensors;
    for (int64_t i = before.nodes; i < wg_graph_nodes(q->now.g) && !draws; i++)
        draws = wg_node_leaf(wg_graph_node(q->now.g, i)) == WG_LEAF_STREAM;
    return draws;
}

/* What to write for the derivative by a part of a value: "; write grad(J, w)[0]". "": the second operand is
 * no part. */
static const char *part_of_name(const wg_program *q, const wgi_ast *const at[2], char *buf, size_t size)
{
    const wgi_ast *name = at[1]->kind == AST_CHAIN ? at[1]->first : NULL, *part = name ? name->next : NULL;
    *buf = 0;
    if (!part || name->kind != AST_NAME || part->kind != AST_INDEX || part->next) return buf;
    char y[60], index[60];
    wgi_quote(q, at[0]->start, at[0]->end, y, sizeof y);
    wgi_quote(q, name->end, at[1]->end, index, sizeof index);
    snprintf(buf, size, "; write grad(%s, %s)%s", y, wgi_name_of(name), index);
    return buf;
}

static void not_used(wg_program *q, const wgi_ast *const at[2], bool draws)
{
    char y[60], x[60], hint[400];
    wgi_quote(q, at[0]->start, at[0]->end, y, sizeof y);
    wgi_quote(q, at[1]->start, at[1]->end, x, sizeof x);
    if (draws)
        wgi_fail_at(q, at[1], WG_ERROR_VALUE,
                    "grad: %s draws random numbers of its own, which %s does not use: bind it to a name, and "
                    "use the name in both",
                    x, y);
    else
        wgi_fail_at(q, at[1], WG_ERROR_VALUE, "grad: %s does not use %s, so it has no derivative by it%s", y,
                    x, part_of_name(q, at, hint, sizeof hint));
}

/* The nodes by which a derivative is taken. One expression may stand for several. */
typedef struct target_list {
    wg_node *node;
    int count;
    int ends;
    int end[WGI_LANG_PARTS]; /* where the nodes of expression k end */
} target_list;

static bool add_targets(wg_program *q, target_list *t, int n)
{
    wg_node *more = wgi_lang_built(q, (size_t)(t->count + n) * sizeof *more);
    if (!more) return false;
    if (t->count) memcpy(more, t->node, (size_t)t->count * sizeof *more);
    t->node = more;
    return true;
}

/* The derivative of y by an expression, which is written a second time here: by all that computes the same.
 * No two of these nodes are made from one another, since their expressions are equally deep. A parameter of a
 * function is a name: if y uses it, the derivative is by its node alone, for the number 2 is in w^2 too. */
static bool add_equal(wg_program *q, target_list *t, const wgi_ast *const at[2], wg_node y, wg_node x,
                      bool draws)
{
    double known;
    const bool is_name = at[1]->kind == AST_NAME, is_used = is_name && wg_depends_on(y, x);
    const bool is_number = at[1]->kind == AST_NUMBER || (is_name && wgi_constant(at[1], &known));
    int n = is_used ? 1 : is_number ? 0 : wgx_equal_nodes(y, x, NULL, 0);
    if (n && !add_targets(q, t, n)) return false;
    if (is_used) t->node[t->count] = x;
    else if (n) wgx_equal_nodes(y, x, t->node + t->count, n);
    if (!n && !wgi_failed(q)) not_used(q, at, draws);
    t->count += n;
    return n > 0;
}

static bool is_of(const wgi_option_use *u, const wgi_binding *name, wg_node x)
{
    const wg_node other = u->name->node; /* t = s: both names are one node */
    return u->name == name || (wg_node_ok(other) && wg_node_ok(x) && other.index == x.index);
}

int wgi_option_line(const wg_program *q, const wgi_binding *name, wg_node x, wg_node y)
{
    for (const wgi_option_use *u = q->now.options; u; u = u->next)
        if (!u->whole && is_of(u, name, x) && wg_node_ok(u->result) && wgx_equal_nodes(y, u->result, NULL, 0))
            return wgi_line(q, u->at);
    return 0;
}

/* What an index gives is no call, so its node is not known here: the use counts. */
int wgi_fixed_line(const wg_program *q, const wgi_binding *name, wg_node x, wg_node y)
{
    for (const wgi_option_use *u = q->now.options; u; u = u->next)
        if (is_of(u, name, x) && (!wg_node_ok(u->result) || wgx_equal_nodes(y, u->result, NULL, 0)))
            return wgi_line(q, u->at);
    return 0;
}

/* The derivative would lack what the option does. */
static bool in_option(wg_program *q, const wgi_ast *const at[2], int line)
{
    char y[60];
    wgi_quote(q, at[0]->start, at[0]->end, y, sizeof y);
    wgi_fail_at(q, at[1], WG_ERROR_VALUE,
                "grad: %s is the number of an option in line %d, and %s has no derivative by an option",
                wgi_meant(at[1])->ident->text, line, y);
    return false;
}

static bool in_fit(wg_program *q, const wgi_ast *const at[2], wg_node x, wg_node y)
{
    int line = 0;
    char texts[2][60];
    const char *name = wgi_fit_between(q, x, y, &line);
    if (!name) return false;
    for (int k = 0; k < 2; k++) wgi_quote(q, at[k]->start, at[k]->end, texts[k], sizeof texts[k]);
    wgi_fail_at(q, at[1], WG_ERROR_VALUE,
                "grad: %s uses %s, which fit in line %d found from %s: no derivative goes through fit; "
                "stop_gradient(%s) takes it as it is",
                texts[0], *name ? name : "a value", line, texts[1], *name ? name : "p");
    return true;
}

/* at: y, and what the derivative is by. */
static bool add_target(wg_program *q, target_list *t, const wgi_ast *const at[2], wg_node y,
                       wgi_binding *owner)
{
    const wgi_drawn before = drawn_now(q);
    const wg_node x = wgi_eval_node(q, at[1], owner);
    if (wgi_failed(q) || in_fit(q, at, x, y)) return false;
    if (wgi_meant(at[1])->kind != AST_NAME) return add_equal(q, t, at, y, x, draws_since(q, before));
    const int line = wg_node_ok(y) ? wgi_option_line(q, wgi_meant(at[1])->u.binding, x, y) : 0;
    if (line) return in_option(q, at, line);
    if (!add_targets(q, t, 1)) return false;
    t->node[t->count++] = x;
    return true;
}

/* The sum of the nodes that one expression stands for. */
static wg_node summed(wg_site here, wg_node *node, int n)
{
    return n == 1 ? node[0] : wg_addn_at(here, node, n);
}

/* The same for a name that may stand for a group, or for (a, b): *like gets the structure. at: as there. */
static bool add_any(wg_program *q, target_list *t, const wgi_ast *const at[2], wg_node y, wgi_binding *owner,
                    wgi_val *like)
{
    const bool tuple = at[1]->kind == AST_TUPLE;
    const wgi_val v = at[1]->kind == AST_NAME ? wgi_evals(q, at[1], owner) : WGI_NOTHING;
    const int n = tuple ? wgi_operand_count(at[1]) : wgi_leaves(v);
    if (wgi_failed(q)) return false;
    if (t->ends + n > WGI_LANG_PARTS) return wgi_syntax_at(q, at[1], "more than %d names", WGI_LANG_PARTS);
    *like = wgi_node_val(wg_none);
    if (v.several) {
        *like = v;
        if (!add_targets(q, t, n)) return false;
        t->count += wgi_flatten(q, at[1], v, t->node + t->count);
        for (int k = t->count - n; k < t->count; k++)
            if (in_fit(q, at, t->node[k], y)) return false;
        for (int k = n; k > 0; k--) t->end[t->ends++] = t->count - k + 1;
        return !wgi_failed(q);
    }
    if (!tuple) return add_target(q, t, at, y, owner) && (t->end[t->ends++] = t->count, true);
    wgi_parts *p = wgi_parts_new(q, n);
    const wgi_ast *x = at[1]->first;
    for (int k = 0; p && k < n; k++, x = x->next)
        if (!add_any(q, t, (const wgi_ast *[]){ at[0], x->kind == AST_FIELD ? x->first : x }, y, owner,
                     &p->part[k]))
            return false;
    if (p) wgi_written_names(q, at[1], p);
    *like = (wgi_val){ .several = p };
    return p != NULL;
}

/* A call of grad that was made: y by x. */
typedef struct wgi_grad_call {
    struct wgi_grad_call *next;
    wg_node y, x;
} wgi_grad_call;

static void note_grad(wg_program *q, wg_node y, const target_list *t)
{
    for (int k = 0; k < t->count; k++) {
        wgi_grad_call *more = wgi_lang_built(q, sizeof *more);
        if (more) *more = (wgi_grad_call){ q->now.grads, y, t->node[k] }, q->now.grads = more;
    }
}

bool wgx_program_grad(const wg_program *q, int i, wg_node *y, wg_node *x)
{
    const wgi_grad_call *c = q ? q->now.grads : NULL;
    while (c && i-- > 0) c = c->next;
    if (c) *y = c->y, *x = c->x;
    return c;
}

static BUILTIN(grad)
{
    const wgi_ast *at[] = { wgi_operand(call, 0), wgi_operand(call, 1) };
    const wg_node y = wgi_eval_node(q, at[0], owner);
    target_list t = { 0 };
    wgi_val like;
    if (wgi_failed(q) || !add_any(q, &t, at, y, owner, &like)) return WGI_NOTHING;
    const wg_site here = wgi_site(q, call, at, 2);
    note_grad(q, y, &t);
    if (t.count == 1 || wg_node_shape(y).rank) t.node[0] = wg_grad_at(here, y, t.node[0]);
    else if (wg_grads_at(here, y, t.node, t.count, t.node)) return WGI_NOTHING;
    wg_node sum[WGI_LANG_PARTS];
    for (int k = 0, from = 0; k < t.ends; from = t.end[k++])
        sum[k] = summed(here, t.node + from, t.end[k] - from);
    return wgi_unflatten(q, like, sum);
}

/* ---- tensors ---- */

/* A seed that a random tensor without a name has used. */
typedef struct wgi_seed_use {
    struct wgi_seed_use *next;
    wgi_drawing kind;
    int64_t seed;
    uint32_t at;
} wgi_seed_use;

/* Two such tensors of one seed begin with the same numbers. */
static void note_seed(wg_program *q, const wgi_ast *call, wgi_drawing kind, int64_t seed)
{
    const wgi_seed_use *u = q->now.seeds;
    while (u && (u->kind != kind || u->seed != seed)) u = u->next;
    if (u)
        wg_warn(q->c, wgi_site_text(q, "", call->mark),
                "%s(..., seed=%lld) has the same numbers as the one in line %d: bind them to names, or give "
                "another seed",
                wgi_name_of(call), (long long)seed, wgi_line(q, u->at));
    wgi_seed_use *more = u ? NULL : wgi_lang_built(q, sizeof *more);
    if (more) *more = (wgi_seed_use){ q->now.seeds, kind, seed, call->start }, q->now.seeds = more;
}

/* A seed may be computed, as an element of map is. Its value is taken now, so that map goes element by
 * element. */
static bool read_seed(wg_program *q, const wgi_ast *a, int64_t *seed)
{
    double v;
    if (wgi_constant(a, &v)) return wgi_integer(q, a, "seed", 0, INT64_C(1) << 52, seed);
    const wg_node x = wgi_eval_node(q, a, NULL);
    if (wgi_failed(q)) return false;
    if (wg_shape_size(wg_node_shape(x)) != 1) return wgi_syntax_at(q, a, "seed must be one number");
    v = wg_item_at(wg_node_site(x), x);
    q->now.looks++;
    const bool fine = v >= 0 && v <= 0x1p52 && v == floor(v);
    if (fine) *seed = (int64_t)v;
    return !wgi_failed(q) &&
           (fine || wgi_fail_at(q, a, WG_ERROR_VALUE, "seed must be a whole number from 0 to %lld, not %g",
                                1LL << 52, v));
}

/* Random values of the seed that the option says, else of the context's. Each name has a stream of its own.
 * Tensors without a name are numbered in order of appearance; with the option seed they have one stream, so
 * that what else a program draws does not change them. */
static double *drawn(wg_program *q, const wgi_ast *call, const wgi_binding *owner, wgi_drawing kind,
                     wg_shape s)
{
    const size_t n = (size_t)wg_shape_size(s);
    const wgi_ast *option = wgi_keyword(call, "seed");
    const char *name = wgi_is_named(call, owner) ? wgi_node_path(q, owner->name) : "";
    const bool has_stream = *name && wgi_own(q, name, " drawn"); /* once for each name */
    int64_t seed = (int64_t)wg_context_seed(q->c);
    uint64_t stream = kind;
    if (option && !read_seed(q, option, &seed)) return NULL;
    q->now.draws++;
    if (has_stream) stream = wg_random_stream(name);
    else if (!option) stream = ++q->now.unnamed;
    else note_seed(q, call, kind, seed);
    return wgi_draw_values(q, kind, 0, (uint64_t)seed, stream, n);
}

/* The node of base + scale values[i]. Frees values. NULL, after an error: no node. */
static wgi_val tensor(wg_program *q, const wgi_ast *call, wgi_binding *owner, wg_shape s, double *values,
                      double base, double scale)
{
    const char *name = wgi_is_named(call, owner) ? wgi_node_path(q, owner->name) : "";
    size_t n = (size_t)wg_shape_size(s);
    for (size_t i = 0; values && i < n; i++) values[i] = base + scale * values[i];
    return wgi_node_val(wgi_new_leaf(q, wgi_site_text(q, name, call->mark), name, values, s));
}

/* Reads the shape, and into v the first two options of a list, which are numbers. */
static bool two_options(wg_program *q, const wgi_ast *call, const wg_option_list *list, wg_shape *s,
                        double v[2])
{
    bool fits = wgi_shape_of(q, call, s);
    for (int i = 0; i < 2 && fits; i++) {
        const wgi_ast *a = wgi_keyword(call, list->option[i].name);
        wg_option number = list->option[i];
        number.offset = 0; /* v is no struct of the list */
        v[i] = wg_option_value(&list->option[i], list->standard);
        fits = !a || wgi_option_read(q, a, &number, &v[i]);
    }
    return fits;
}

static BUILTIN(normal)
{
    wg_shape s;
    double v[2];
    if (!two_options(q, call, wg_options_of("wg_random_normal_args"), &s, v)) return WGI_NOTHING;
    return tensor(q, call, owner, s, drawn(q, call, owner, DRAW_NORMAL, s), v[0], v[1]);
}

static BUILTIN(uniform)
{
    wg_shape s;
    double v[2];
    if (!two_options(q, call, wg_options_of("wg_random_uniform_args"), &s, v)) return WGI_NOTHING;
    if (!(v[0] < v[1]))
        return wgi_fail_at(q, call, WG_ERROR_VALUE, "low is %g, high is %g: low must be below high", v[0],
                           v[1]),
               WGI_NOTHING;
    return tensor(q, call, owner, s, drawn(q, call, owner, DRAW_UNIFORM, s), v[0], v[1] - v[0]);
}

static wgi_val filled(wg_program *q, const wgi_ast *call, wgi_binding *owner, double value)
{
    wg_shape s;
    if (!wgi_shape_of(q, call, &s)) return WGI_NOTHING;
    return tensor(q, call, owner, s, wg_alloc(q->c, (size_t)wg_shape_size(s) + 1, sizeof(double)), value, 0);
}

static wgi_val zeros(wg_program *q, const wgi_ast *c, wgi_binding *owner) { return filled(q, c, owner, 0); }
static wgi_val ones(wg_program *q, const wgi_ast *c, wgi_binding *owner) { return filled(q, c, owner, 1); }

/* ---- indices: floats that are known to be whole become integers ---- */

static bool whole(wg_program *q, const wgi_ast *a)
{
    const wgi_binding *b = a->kind == AST_NAME ? a->u.binding : NULL;
    wg_tensor v = { .dtype = WG_F64 };
    double *values = NULL;
    if (a->kind == AST_CALL && !a->u.binding && !strcmp(wgi_name_of(a), "arange")) {
        bool all = true;
        EACH_AST(x, a->first) all &= whole(q, x);
        return all;
    }
    if (b && b->meaning == WG_NAME_SYMBOL) return true;
    if (b && b->is_operand) return b->operand && whole(q, b->operand);
    if (b && b->set.data) v = b->set;
    else if (b && b->value) return whole(q, b->value);
    else if (!wgi_list_constant(a) || !(v.data = values = wgi_list(q, a, &v.shape))) return false;
    const int64_t n = wg_shape_size(v.shape);
    int64_t i = 0;
    while (i < n && wg_tensor_item(&v, i) == floor(wg_tensor_item(&v, i))) i++;
    wg_free(q->c, values);
    return i == n;
}

wg_node wgi_as_indices(wg_program *q, const wgi_ast *a, wg_node x)
{
    if (!wgi_failed(q) && wg_dtype_is_float(wg_node_dtype(x)) && whole(q, a))
        x = wg_cast_at(wg_site_place(wgi_site(q, a, NULL, 0)), x,
                       WG_I64); /* nobody wrote it: pictures show x */
    return x;
}
static wg_node indices(wg_program *q, const wgi_ast *a, wgi_binding *owner)
{
    return wgi_as_indices(q, a, wgi_eval_node(q, a, owner));
}

static BUILTIN(one_hot)
{
    wg_one_hot_args a = WG_OPTS(wg_one_hot_args);
    int64_t axis = -1;
    const wgi_ast *option = wgi_keyword(call, "count"), *along = wgi_keyword(call, "axis");
    if (!wgi_signature(q, call, option ? 1 : 2, option ? 1 : 2, "count axis")) return WGI_NOTHING;
    const wgi_ast *at = wgi_operand(call, 0);
    if (!wgi_integer(q, option ? option : wgi_operand(call, 1), "the number of classes", -WGI_LANG_TENSOR,
                     WGI_LANG_TENSOR, &a.count) ||
        (along && !wgi_integer(q, along, "an axis", -WG_MAX_RANK, WG_MAX_RANK - 1, &axis)))
        return WGI_NOTHING;
    a.axis = (int)axis;
    a.x = indices(q, at, owner);
    return wgi_failed(q) ? WGI_NOTHING : wgi_node_val(wg_one_hot_at(wgi_site(q, call, &at, 1), &a));
}

static BUILTIN(gather)
{
    const wgi_ast *at[] = { wgi_operand(call, 0), wgi_operand(call, 1) };
    wg_node x = wgi_eval_node(q, at[0], owner), rows = indices(q, at[1], owner);
    return wgi_failed(q) ? WGI_NOTHING : wgi_node_val(wg_gather_at(wgi_site(q, call, at, 2), x, rows));
}

static BUILTIN(l2)
{
    double lambda;
    if (!wgi_number_of(q, wgi_operand(call, 0), "lambda", &lambda)) return WGI_NOTHING;
    q->now.made += wg_params_count(q->now.p); /* it has a node for each */
    if (q->now.made > WGI_LANG_MADE)
        return wgi_fail_at(q, call, WG_ERROR_VALUE, "l2: functions and l2 make more than %d expressions",
                           WGI_LANG_MADE),
               WGI_NOTHING;
    return wgi_node_val(wg_l2_at(wgi_site_text(q, "", call->mark), q->now.g, q->now.p, lambda));
}

static wg_site site_of(wg_program *q, const wgi_ast *call) { return wgi_site_text(q, "", call->mark); }

/* ---- random numbers ---- */

/* In a function NULL: two calls under one name then draw other numbers. */
static const char *stream_name(const wg_program *q, const wgi_ast *call, const wgi_binding *owner)
{
    return wgi_is_named(call, owner) && !q->now.frame ? owner->name : NULL;
}

static BUILTIN(random_normal)
{
    wg_random_normal_args a =
        WG_OPTS(wg_random_normal_args, .x = q->now.g, .name = stream_name(q, call, owner));
    if (!wgi_shape_of(q, call, &a.shape) || !wgi_number_option(q, call, "mean", &a.mean) ||
        !wgi_number_option(q, call, "deviation", &a.deviation))
        return WGI_NOTHING;
    return wgi_node_val(wg_random_normal_at(site_of(q, call), &a));
}

static BUILTIN(random_uniform)
{
    wg_random_uniform_args a =
        WG_OPTS(wg_random_uniform_args, .x = q->now.g, .name = stream_name(q, call, owner));
    if (!wgi_shape_of(q, call, &a.shape) || !wgi_number_option(q, call, "low", &a.low) ||
        !wgi_number_option(q, call, "high", &a.high))
        return WGI_NOTHING;
    return wgi_node_val(wg_random_uniform_at(site_of(q, call), &a));
}

/* bernoulli(p): a draw for each element of p. */
static BUILTIN(bernoulli)
{
    const wgi_ast *at = wgi_operand(call, 0);
    wg_node p = wgi_eval_node(q, at, owner);
    if (wgi_failed(q)) return WGI_NOTHING;
    return wgi_node_val(wg_bernoulli_at(wgi_site(q, call, &at, 1), q->now.g, wg_node_shape(p), p));
}

static BUILTIN(categorical)
{
    const wgi_ast *at = wgi_operand(call, 0);
    wg_categorical_args a =
        WG_OPTS(wg_categorical_args, .x = wgi_eval_node(q, at, owner), .name = stream_name(q, call, owner));
    if (wgi_failed(q)) return WGI_NOTHING;
    return wgi_node_val(wg_categorical_at(wgi_site(q, call, &at, 1), &a));
}

/* ---- ranges and unit matrices ---- */

/* The numbers of the operands: as many as there are, at most n. */
static bool numbers(wg_program *q, const wgi_ast *call, int n, double v[])
{
    for (int k = 0; k < n && k < wgi_operand_count(call); k++)
        if (!wgi_number_of(q, wgi_operand(call, k), "this", &v[k])) return false;
    return true;
}

/* arange(to), arange(from, to), arange(from, to, step) */
static BUILTIN(arange)
{
    double v[3] = { 0, 0, 1 };
    if (!numbers(q, call, 3, v)) return WGI_NOTHING;
    if (wgi_operand_count(call) == 1) v[1] = v[0], v[0] = 0;
    return wgi_node_val(wg_arange_at(site_of(q, call), q->now.g, v[0], v[1], v[2]));
}

static BUILTIN(linspace)
{
    double v[2];
    int64_t count;
    const wgi_ast *named = wgi_keyword(call, "count");
    if (!wgi_signature(q, call, named ? 2 : 3, named ? 2 : 3, "count") || !numbers(q, call, 2, v) ||
        !wgi_integer(q, named ? named : wgi_operand(call, 2), "the count", 0, WGI_LANG_TENSOR, &count))
        return WGI_NOTHING;
    return wgi_node_val(wg_linspace_at(site_of(q, call), &WG_OPTS(wg_linspace_args, .x = q->now.g,
                                                                  .from = v[0], .to = v[1], .count = count)));
}

static BUILTIN(count)
{
    wg_node x[WGI_LANG_PARTS];
    const wgi_val v = wgi_of_nodes(q, call->first, wgi_evals(q, call->first, owner));
    const int n = wgi_failed(q) ? 0 : wgi_flatten(q, call->first, v, x);
    double all = 0;
    for (int k = 0; k < n; k++) all += (double)wg_shape_size(wg_node_shape(x[k]));
    return wgi_failed(q) ? WGI_NOTHING : (wgi_val){ .is_number = true, .number = all };
}

/* In a claim the call has become a name. */
static BUILTIN(series)
{
    wgi_syntax_word(q, call->mark,
                    "series(...) stands in a claim outside blocks: check series(\"up\") == ...");
    return WGI_NOTHING;
}

/* eye(n), eye(rows, columns) */
static BUILTIN(eye)
{
    wg_shape s;
    if (!wgi_shape_of(q, call, &s)) return WGI_NOTHING;
    return wgi_node_val(wg_eye_at(site_of(q, call), q->now.g, s.dim[0], s.dim[s.rank - 1]));
}

/* ---- the table ---- */

/* A call that takes so many operands, and these options. */
#define CALL(name, least, most, options, usage, summary)  \
    {                                                     \
#name, name, usage, summary, least, most, options \
    }
/* A set of the library of this name. */
#define DATA(name, options, usage, summary)                      \
    {                                                            \
#name, wgi_eval_generated, usage, summary, 0, 1, options \
    }
/* A call that checks its operands itself. */
#define ITSELF(name, eval, usage, summary)      \
    {                                           \
#name, eval, usage, summary, 0, 0, NULL \
    }
#define LAYER(name, usage, summary) ITSELF(name, wgi_eval_layer, usage, summary)

static const wgi_builtin builtins[] = {
    ITSELF(input, wgi_eval_input, "x = input(sizes..., classes=)",
           "an input; it must be bound to a name. A size is a number, or a name for any number. classes=10: "
           "class numbers 0 to 9"),
    ITSELF(param, wgi_eval_param, "W = param(sizes..., init=)",
           "a parameter; it must be bound to a name. init: zeros normal truncated_normal uniform xavier he "
           "glorot orthogonal identity, normal(mean, deviation), truncated_normal(mean, deviation), "
           "uniform(low, high), a number, or a list. Default: he; zeros for less than two axes"),
    LAYER(dense, "dense(x, units, bias=true, init=he)",
          "a layer that owns NAME.W and NAME.b; dense(x, W, b) owns nothing"),
    LAYER(
        batch_norm, "batch_norm(x, momentum=0.9, eps=1e-5, axis=-1)",
        "a layer that owns NAME.gamma, NAME.beta and the averages; batch_norm(x, gamma, beta) owns nothing"),
    LAYER(layer_norm, "layer_norm(x, eps=1e-5, axis=-1)",
          "a layer over the last axis, or over axes=[1, 2], that owns NAME.gamma and NAME.beta; "
          "layer_norm(x, gamma, beta) owns "
          "nothing"),
    LAYER(conv, "conv(x, units, size=3, stride=1, dilation=1, padding=0, same=false, groups=1, bias=true)",
          "a layer that owns NAME.W and NAME.b; x is [n, h, w, channels] or has 1 or 3 such axes. conv(x, W) "
          "owns nothing"),
    LAYER(conv_transpose,
          "conv_transpose(x, units, size=3, stride=1, dilation=1, padding=0, groups=1, bias=true)",
          "a layer that owns NAME.W and NAME.b; conv_transpose(y, W) owns nothing"),
    LAYER(embedding, "embedding(x, count, width)", "a layer that owns the table NAME.W; x are whole numbers"),
    LAYER(rnn, "rnn(x, units, reverse=false, bidirectional=false)",
          "a layer over x [batch, time, in] that owns NAME.W, NAME.U and NAME.b; the result has all states"),
    LAYER(lstm, "lstm(x, units, reverse=false, bidirectional=false)", "a layer like rnn"),
    LAYER(gru, "gru(x, units, reverse=false, bidirectional=false)", "a layer like rnn"),
    LAYER(attention, "attention(x, heads=1, causal=false, bias=true)",
          "self-attention as a layer that owns NAME.W, NAME.b, NAME.Wo and NAME.bo; attention(q, k, v) owns "
          "nothing"),
    LAYER(transformer_block, "transformer_block(x, heads=1, hidden=, causal=false, drop=0)",
          "a layer that owns a whole block of a transformer"),
    ITSELF(repeat, wgi_eval_repeat, "repeat(times, f, x, ...)",
           "a function applied so many times, to x and then to its own result; further operands are the same "
           "each time. Each time has parameters of its own: h = repeat(3, f, x) owns h.0.W, h.1.W, h.2.W"),
    ITSELF(scan, wgi_eval_scan, "scan(f, state, xs, ..., all=false)",
           "a function f(state, x) applied along axis 0 of xs, with the same parameters each time; the "
           "result is the last state, with all=true all states, stacked"),
    ITSELF(map, wgi_eval_map, "map(f, xs, ...)",
           "f of each element along axis 0 of xs, stacked; of (xs, ys) f gets an element of each. Further "
           "operands are the same each time. All are computed at once, with the same parameters and draws"),
    ITSELF(
        fit, wgi_eval_fit,
        "(p, costs) = fit(loss, p0, batches, optimizer=adam(1e-3), steps=, dev=, patience=, all=false)",
        "trains while the program is built: loss(p, batch) is made smaller from p0 on, batch by batch along "
        "axis 0; "
        "steps= more or fewer steps, without batches needed; dev=e: e(p) after each epoch, the third result; "
        "patience=3: ends when dev has not improved in 3 epochs, and gives the best p. No derivative goes "
        "through it"),
    CALL(grad, 2, 2, "", "grad(y, x)",
         "dy/dx of a scalar y; x is any name, or an expression that y has too. (dw, db) = grad(y, (w, b)) "
         "are several at once. Second order: grad(sum(grad(y, x)), x)"),
    CALL(normal, 0, WG_MAX_RANK, "seed mean deviation", "normal(sizes..., seed=, mean=0, deviation=1)",
         "random numbers; they depend on the name, and on seed= if it is given, else on the command's seed"),
    CALL(uniform, 0, WG_MAX_RANK, "seed low high", "uniform(sizes..., seed=, low=0, high=1)",
         "the same, uniform"),
    CALL(zeros, 0, WG_MAX_RANK, "", "zeros(sizes...)", "constants"),
    CALL(ones, 0, WG_MAX_RANK, "", "ones(sizes...)", "constants"),
    ITSELF(one_hot, one_hot, "one_hot(y, 10, axis=-1)",
           "class numbers as rows of zeros and a one; the new axis has size 10"),
    CALL(random_normal, 0, WG_MAX_RANK, "mean deviation", "random_normal(sizes..., mean=0, deviation=1)",
         "normal numbers that are drawn anew in each evaluation"),
    CALL(random_uniform, 0, WG_MAX_RANK, "low high", "random_uniform(sizes..., low=0, high=1)",
         "the same, uniform"),
    CALL(bernoulli, 1, 1, "", "bernoulli(p)",
         "drawn anew in each evaluation: true with probability p, for each element of p"),
    CALL(categorical, 1, 1, "", "categorical(z)",
         "drawn anew in each evaluation: a class number for each row of logits"),
    CALL(arange, 1, 3, "", "arange(from, to, step)",
         "a range; arange(n) counts from 0, the step is 1 unless it is given"),
    CALL(linspace, 2, 3, "count", "linspace(from, to, count)", "a range with both ends"),
    CALL(eye, 1, 2, "", "eye(n), eye(rows, columns)", "a unit matrix"),
    CALL(count, 1, 1, "", "count(x)", "how many elements x has, a number; of a group in all its parts"),
    CALL(gather, 2, 2, "", "gather(x, rows)", "rows of x by number; rows may be a list: gather(x, [2, 0])"),
    ITSELF(permute, wgi_eval_op, "permute(x, axes=[1, 0])",
           "transpose by another name: the axes in another order"),
    ITSELF(expand_dims, wgi_eval_op, "expand_dims(x, axis=1)",
           "expand by another name: a new axis of size 1, so that a vector becomes a column"),
    DATA(moons, "noise seed", "x, y = moons(60, noise=0.35, seed=1)",
         "two half circles: x [60,2], y class numbers 0 and 1; noise=0.2 if nothing is said"),
    DATA(circles, "noise seed", "x, y = circles(200, noise=0.1)", "two circles, of radius 1 and 1/2"),
    DATA(blobs, "classes noise seed", "x, y = blobs(150, classes=3, noise=0.5)",
         "points around points on a circle of radius 2"),
    DATA(spirals, "classes noise seed", "x, y = spirals(200, classes=2, noise=0.05)", "arms of a spiral"),
    DATA(flower, "noise seed", "x, y = flower(400, noise=0.2)", "the planar flower, of two classes"),
    DATA(xor, "noise seed", "x, y = xor(200, noise=0)", "a square; class 1 is where the signs differ"),
    DATA(houses, "noise seed", "x, y = houses(400, noise=0)",
         "x [400,4]: square metres, bedrooms, zip code, wealth; y the price / 400,000"),
    DATA(temperatures, "noise seed", "day, degrees = temperatures(365, noise=4)",
         "a year of temperatures in degrees Fahrenheit"),
    DATA(digits, "", "x, y = digits(300)", "the first 300 of 1,797 handwritten digits: x [300,64], y 0 to 9"),
    DATA(text, "", "letter, next = text(40000)",
         "the first letters of Alice's Adventures in Wonderland, and the letter after each: 0 is a blank, 1 "
         "to 26 "
         "are a to z"),
    ITSELF(csv, wgi_eval_csv, "a, b = csv(\"f.csv\", \"a\", \"b\")",
           "columns of a CSV file of any program; words become class numbers in alphabetical order; what is "
           "not found "
           "in it can be said: separator=\";\", decimal=\",\", header=false, type=\"zip=word\", "
           "missing=\"-9\", fill=\"mean\""),
    ITSELF(split, wgi_eval_split, "x1, y1, x2, y2 = split(x, y, 0.8, 0.2, seed=)",
           "the rows of x and y in parts of these shares, at random; if the last tensor has class numbers, "
           "each part "
           "has the same share of each class"),
    ITSELF(fold, wgi_eval_fold, "x1, y1, x2, y2 = fold(x, y, 0, of=5, seed=)",
           "cross-validation: all rows but those of fold 0 of 5, and these"),
    ITSELF(series, series, "check series(\"TITLE\", \"NAME\") == ...",
           "in a claim: what a plot draws, a row [x, y] for each point of a series that has this name behind "
           "as; "
           "series(\"NAME\") if one plot alone has it"),
    CALL(l2, 1, 1, "", "l2(lambda)",
         "lambda / 2 times the sum of w^2 over those parameters of two or more axes that the program has "
         "made before"),
};

enum { BUILTINS = sizeof builtins / sizeof *builtins };

int wgx_builtin_count(void) { return BUILTINS; }
wgx_builtin wgx_builtin_at(int i)
{
    return i >= 0 && i < BUILTINS ? (wgx_builtin){ builtins[i].name, builtins[i].usage, builtins[i].summary }
                                  : (wgx_builtin){ 0 };
}

const wgi_builtin *wgi_builtin_find(const char *name)
{
    for (int i = 0; i < BUILTINS; i++)
        if (!strcmp(builtins[i].name, name)) return &builtins[i];
    return NULL;
}
