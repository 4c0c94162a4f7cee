/* lang_layer.c: calls that own parameters: param, and the layers by their descriptors (wgx_nn_kinds). The
 * name of a parameter begins with the name that its statement binds, after the names of the blocks
 * around it: h = { z = dense(x, 64) } makes h.z.W and h.z.b. */
#include "lang/lang.h"
#include "wgx/base.h"
#include "wgx/nn.h"

#include <stdio.h>
#include <string.h>

static const char *full_name(wg_program *q, const wgi_binding *b)
{
    return wgi_lang_join(q, q->now.prefix, b->name, "");
}

/* Whether a parameter can be made here: in a function only if a name is bound to the result of each call. */
static bool may_own(wg_program *q)
{
    const wgi_call_frame *f = q->now.frame;
    if (!f || f->is_bound) return true;
    while (f->up && !f->up->is_bound) f = f->up;
    const char *name = wgi_name_of(f->call);
    q->now.frame = f->up; /* the error is at the call */
    wgi_syntax_word(q, f->call->mark, "%s owns parameters here: bind it to a name, h = %s(...)", name, name);
    return false;
}

/* ---- first values ---- */

/* Reads the numbers of normal(0, 0.1) or uniform(-1, 1) into v. A number left out leaves v as it is. */
static bool two_numbers(wg_program *q, const wgi_ast *call, double v[2])
{
    if (!wgi_signature(q, call, 0, 2, "")) return false;
    for (int k = 0; k < wgi_operand_count(call); k++)
        if (!wgi_number_of(q, wgi_operand(call, k), "this", &v[k])) return false;
    return true;
}

/* First values by name: he, zeros, normal(0, 0.1). */
static bool named_init(wg_program *q, const wgi_ast *a, wg_init *init)
{
    static const char names[] = "normal uniform truncated_normal zeros xavier he glorot orthogonal identity";
    char text[120];
    double v[2] = { 0, 1 };
    int i = wgi_choice(names, wgi_name_of(a));
    wgx_nearest_word near = wgi_nearest_choice(names, wgi_name_of(a));
    if (i < 0 || (a->kind == AST_CALL && i > 2))
        return wgi_syntax_at(
            q, a, "no such first value%s",
            wgi_did_you_mean(&near,
                             ": zeros, normal, truncated_normal, uniform, xavier, he, glorot, "
                             "orthogonal, identity, a number or a list",
                             text, sizeof text));
    if (a->kind == AST_CALL && !two_numbers(q, a, v)) return false;
    const wg_init all[] = { wg_normal(v[0], v[1]),
                            wg_uniform(v[0], v[1]),
                            wg_truncated_normal(v[0], v[1]),
                            wg_zeros(),
                            wg_xavier(),
                            wg_he(),
                            wg_glorot(),
                            wg_orthogonal(),
                            wg_identity() };
    *init = all[i];
    return true;
}

/* First values, from the option init (a, may be NULL). *values: NULL, or memory that init refers to:
 * free it once the parameter is made. */
static bool init_of(wg_program *q, const wgi_ast *a, wg_shape s, wg_init *init, double **values)
{
    wg_shape given;
    double number;
    char want[120], got[120];
    *values = NULL;
    if (!a) return *init = (wg_init){ 0 }, true;
    if (wgi_constant(a, &number)) return *init = wg_const(number), true;
    a = wgi_meant(a);
    if (a->kind == AST_NAME || a->kind == AST_TEXT || a->kind == AST_CALL) return named_init(q, a, init);
    double *list = wgi_list(q, a, &given);
    if (!list) return false;
    if (wg_shape_equal(given, s)) return *init = wg_values(*values = list), true;
    wg_free(q->c, list);
    return wgi_fail_at(q, a, WG_ERROR_SHAPE, "a list of shape %s for a parameter of shape %s",
                       wg_shape_text(given, got, sizeof got), wg_shape_text(s, want, sizeof want));
}

/* ---- param ---- */

BUILTIN(wgi_eval_param)
{
    wg_shape s;
    wg_init init;
    double *values;
    if (!wgi_is_named(call, owner))
        return wgi_syntax_word(q, call->mark, "a parameter needs a name: W = param(64, 10)"), WGI_NOTHING;
    if (!wgi_signature(q, call, 0, WG_MAX_RANK, "init") || !wgi_shape_of(q, call, &s)) return WGI_NOTHING;
    const char *name = may_own(q) ? full_name(q, owner) : NULL;
    if (name && !wgi_own(q, name, ""))
        wgi_syntax_word(q, call->mark, "a second parameter '%s': bind each to a name of its own", name);
    if (!name || wgi_failed(q) ||
        (owner->set.data && !wg_shape_equal(owner->set.shape, s) && !wgi_misfit(q, owner)) ||
        !init_of(q, wgi_keyword(call, "init"), s, &init, &values))
        return WGI_NOTHING;
    wg_site here = wgi_site_text(q, name, call->mark);
    wg_node w = wg_param_at(here, q->now.g, q->now.p, name, s, init);
    if (owner->set.data) wg_params_assign_tensor_at(here, q->now.p, name, owner->set);
    wg_free(q->c, values);
    return wgi_node_val(w);
}

/* ---- layers ---- */

/* The first layer that a statement writes has the name of the statement. Those inside have numbers, in the
 * order in which they are made: the layers of h = dense(relu(dense(x, 64)), 10) are h.dense1, then h. */
static const char *name_in_statement(wg_program *q, wgi_binding *owner, const char *what, bool first)
{
    char part[WGI_LANG_NAME + 24];
    const char *name = full_name(q, owner);
    if (first || !name) return name;
    snprintf(part, sizeof part, ".%s%d", what, ++owner->inner);
    return wgi_lang_join(q, name, part, "");
}

/* The name of a layer's parameters, taken for them. NULL: after an error. */
static const char *layer_name(wg_program *q, const wgi_ast *call, wgi_binding *owner, bool is_norm,
                              bool first)
{
    static const char *const parts[][2] = { { ".W", ".b" }, { ".gamma", ".beta" } };
    const char *what = wgi_name_of(call);
    const char *name = may_own(q) ? name_in_statement(q, owner, what, first) : NULL;
    if (name && (!wgi_own(q, name, parts[is_norm][0]) || !wgi_own(q, name, parts[is_norm][1])))
        wgi_syntax_word(
            q, call->mark,
            "a second %s under the name '%s': bind each to a name of its own; two that share their "
            "parameters take these as operands: %s",
            what, name,
            is_norm ? "g = param(64, init=1); c = param(64); batch_norm(x, g, c)"
                    : "W = param(3, 64); c = param(64); dense(x, W, c)");
    return wgi_failed(q) ? NULL : name;
}

/* Evaluates a layer's operand, in which there may be more layers, and finds its name. Call wgi_signature
 * first: the operand must be there. Layers of the two sorts share a name, h = batch_norm(dense(x, 64)). */
static bool layer_of(wg_program *q, const wgi_ast *call, wgi_binding *owner, bool is_norm, wg_node *x,
                     const char **name)
{
    wgi_binding *own = owner ? owner : q->now.unnamed_value;
    if (!own)
        return wgi_syntax_word(q, call->mark, "%s owns parameters: bind it to a name", wgi_name_of(call));
    const bool first = !(own->layers >> is_norm & 1);
    own->layers |= 1U << is_norm;
    *x = wgi_eval_node(q, wgi_operand(call, 0), owner);
    *name = wgi_failed(q) ? NULL : layer_name(q, call, own, is_norm, first);
    return *name != NULL;
}

/* The names of the options, separated by spaces. */
static void options_of(const wgx_nn_kind *k, char *to, size_t size)
{
    size_t n = 0;
    to[0] = 0;
    for (const wg_attr_row *row = k->rows + k->sizes; row->name; row++)
        n += (size_t)snprintf(to + n, size - n, "%s%s", n ? " " : "", row->name);
    if (k->init) snprintf(to + n, size - n, " init");
}

/* NULL: there is none of this name. */
static const wgx_nn_kind *kind_of(const char *name)
{
    const wgx_nn_kind *k = wgx_nn_kinds();
    while (k->name && strcmp(k->name, name)) k++;
    return k->name ? k : NULL;
}

static bool read_layer(wg_program *q, const wgi_ast *call, const wgx_nn_kind *k, char *args)
{
    for (int i = 0; i < k->sizes; i++)
        if (!wgi_integer(q, wgi_operand(call, i + 1), k->init ? "the number of units" : k->rows[i].name, 1,
                         WGI_LANG_TENSOR, (int64_t *)(void *)(args + k->rows[i].offset)))
            return false;
    for (const wg_attr_row *row = k->rows + k->sizes; row->name; row++) {
        const wgi_ast *value = wgi_keyword(call, row->name);
        if (value && !wgi_attribute(q, value, row, args)) return false;
    }
    *(bool *)(args + k->share) = true;
    return true;
}

/* Of a layer that is an op, too, the call with other operands is the op. */
static bool is_op(const wgi_ast *call, const wgx_nn_kind *k)
{
    double number;
    const wgi_ast *second = wgi_operand(call, 1);
    if (k->is_norm) return wgi_operand_count(call) != 1;
    return second && wgi_language_op(k->name) && !(k->sizes && wgi_constant(second, &number));
}

BUILTIN(wgi_eval_layer)
{
    const wgx_nn_kind *k = kind_of(wgi_name_of(call));
    char options[200];
    double *values = NULL;
    if (!k)
        return wgi_syntax_at(q, call, "%s has no row in the table of layers", wgi_name_of(call)), WGI_NOTHING;
    if (!strcmp(k->name, "batch_norm") && wgi_operand_count(call) == 4)
        return wgi_syntax_at(q, call,
                             "batch_norm takes z, z with gamma and beta, or these with mean and variance"),
               WGI_NOTHING;
    if (is_op(call, k)) return wgi_eval_op(q, call, owner);
    options_of(k, options, sizeof options);
    char *args = wgi_lang_built(q, k->list()->size);
    const char *name = NULL;
    wg_node first;
    if (args) memcpy(args, k->list()->standard, k->list()->size);
    if (!args || !wgi_signature(q, call, 1 + k->sizes, 1 + k->sizes, options) ||
        !read_layer(q, call, k, args) || !layer_of(q, call, owner, k->is_norm, &first, &name))
        return WGI_NOTHING;
    const wgi_ast *x = wgi_operand(call, 0);
    const wg_site here = wgi_site(q, call, &x, 1); /* the operand alone, without the options */
    const wgi_ast *init = k->init ? wgi_keyword(call, "init") : NULL;
    const wg_shape W = {
        2, { init ? wg_dim_at(here, first, -1) : 0, *(int64_t *)(void *)(args + k->rows[0].offset) }
    };
    if (init && !init_of(q, init, W, (wg_init *)(void *)(args + k->init), &values)) return WGI_NOTHING;
    if (!strcmp(k->name, "embedding")) first = wgi_as_indices(q, x, first);
    wgx_nn_first(k, args, first, q->now.p, name);
    const wg_node y = k->make(here, args);
    wg_free(q->c, values);
    return wgi_node_val(y);
}
