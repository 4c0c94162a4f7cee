/* lang_layer.c: functions that own parameters: param, dense, batch_norm, layer_norm, and a table of
 * others. The name of a parameter begins with the name that its statement binds, after the names of the
 * blocks around it: h = { z = dense(x, 64) } makes h.z.W and h.z.b. */
#include "lang/lang.h"

#include "wengert/nn.h"

#include <stdio.h>
#include <string.h>

static const char *full_name(wg_program *q, const wgi_binding *b)
{
    return wgi_lang_join(q, q->prefix, b->name, "");
}

/* Whether a parameter can be made here: in a function only if a name is bound to the result of each call. */
static bool may_own(wg_program *q)
{
    const wgi_frame *f = q->frame;
    if (!f || f->is_bound) return true;
    while (f->up && !f->up->is_bound) f = f->up;
    const char *name = f->call->ident->text;
    q->frame = f->up; /* the error is at the call */
    wgi_fail_word(q, f->call->mark, WG_ERROR_SYNTAX,
                  "%s owns parameters here: bind it to a name, h = %s(...)", name, name);
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
    int i = wgi_choice(names, a->ident->text);
    wg_nearest_word near = wgi_nearest_choice(names, a->ident->text);
    if (i < 0 || (a->kind == AST_CALL && i > 2))
        return wgi_fail_at(q, a, WG_ERROR_SYNTAX, "no such first value%s",
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

static void assign(wg_program *q, wg_site here, const char *name, const wg_tensor *t)
{
    const size_t n = (size_t)wg_shape_size(t->shape);
    double *values = wg_alloc(q->c, n + 1, sizeof *values);
    for (size_t i = 0; values && i < n; i++) values[i] = wg_tensor_item(t, (int64_t)i);
    if (values) wg_params_assign_at(here, q->p, name, values, n);
    wg_free(q->c, values);
}

wgi_val wgi_eval_param(wg_program *q, const wgi_ast *call, wgi_binding *owner)
{
    wg_shape s;
    wg_init init;
    double *values;
    if (!wgi_is_named(call, owner))
        return wgi_fail_word(q, call->mark, WG_ERROR_SYNTAX, "a parameter needs a name: W = param(64, 10)"),
               WGI_NOTHING;
    if (!wgi_signature(q, call, 0, WG_MAX_RANK, "init") || !wgi_shape_of(q, call, &s)) return WGI_NOTHING;
    const char *name = may_own(q) ? full_name(q, owner) : NULL;
    if (name && !wgi_own(q, name, ""))
        wgi_fail_word(q, call->mark, WG_ERROR_SYNTAX,
                      "a second parameter '%s': bind each to a name of its own", name);
    if (!name || wg_failed(q->c) ||
        (owner->set.data && !wg_shape_equal(owner->set.shape, s) && !wgi_misfit(q, owner)) ||
        !init_of(q, wgi_keyword(call, "init"), s, &init, &values))
        return WGI_NOTHING;
    wg_site here = wgi_site_text(q, name, call->mark);
    wg_node w = wg_param_at(here, q->g, q->p, name, s, init);
    if (owner->set.data) assign(q, here, name, &owner->set);
    wg_free(q->c, values);
    return wgi_node_val(w);
}

/* ---- layers ---- */

/* Both norms own NAME.gamma and NAME.beta, most others NAME.W and NAME.b. */
typedef enum layer_sort { LAYER_DENSE, LAYER_NORM } layer_sort;

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
static const char *layer_name(wg_program *q, const wgi_ast *call, wgi_binding *owner, layer_sort sort,
                              bool first)
{
    static const char *const parts[][2] = { { ".W", ".b" }, { ".gamma", ".beta" } };
    const char *what = call->ident->text;
    const char *name = may_own(q) ? name_in_statement(q, owner, what, first) : NULL;
    if (name && (!wgi_own(q, name, parts[sort][0]) || !wgi_own(q, name, parts[sort][1])))
        wgi_fail_word(q, call->mark, WG_ERROR_SYNTAX,
                      "a second %s under the name '%s': bind each to a name of its own", what, name);
    return wg_failed(q->c) ? NULL : name;
}

/* Evaluates a layer's operand, in which there may be more layers, and finds its name. Call wgi_signature
 * first: the operand must be there. Layers of the two sorts share a name, h = batch_norm(dense(x, 64)). */
static bool layer_of(wg_program *q, const wgi_ast *call, wgi_binding *owner, layer_sort sort, wg_node *x,
                     const char **name)
{
    wgi_binding *own = owner ? owner : q->unnamed_value;
    if (!own)
        return wgi_fail_word(q, call->mark, WG_ERROR_SYNTAX, "%s owns parameters: bind it to a name",
                             call->ident->text);
    const bool first = !(own->layers >> sort & 1);
    own->layers |= 1U << sort;
    *x = wgi_eval_node(q, wgi_operand(call, 0), owner);
    *name = wg_failed(q->c) ? NULL : layer_name(q, call, own, sort, first);
    return *name != NULL;
}

/* The call site of a layer. Its text shows the operand alone, not the options. */
static wg_site layer_site(wg_program *q, const wgi_ast *call)
{
    const wgi_ast *at = wgi_operand(call, 0);
    return wgi_site(q, call, &at, 1);
}

wgi_val wgi_eval_dense(wg_program *q, const wgi_ast *call, wgi_binding *owner)
{
    wg_nn_dense_args a = { .p = q->p, .share = true };
    double units, *values = NULL;
    wg_init init;
    bool bias = true;
    const wgi_ast *second = wgi_operand(call, 1), *option = wgi_keyword(call, "bias"),
                  *first = wgi_keyword(call, "init");
    if (second && !wgi_constant(second, &units)) return wgi_eval_op(q, call, owner);
    if (!wgi_signature(q, call, 2, 2, "bias init") ||
        !wgi_integer(q, second, "the number of units", 1, WGI_LANG_TENSOR, &a.units) ||
        (option && !wgi_truth(q, option, &bias)) || !layer_of(q, call, owner, LAYER_DENSE, &a.x, &a.name) ||
        (first && !init_of(q, first, (wg_shape){ 2, { wg_dim_at(layer_site(q, call), a.x, -1), a.units } },
                           &init, &values)))
        return WGI_NOTHING;
    a.no_bias = !bias;
    if (first) a.W_init = init;
    wg_node y = wg_nn_dense_at(layer_site(q, call), &a);
    wg_free(q->c, values);
    return wgi_node_val(y);
}

wgi_val wgi_eval_batch_norm(wg_program *q, const wgi_ast *call, wgi_binding *owner)
{
    wg_nn_batch_norm_args a = { .p = q->p, .share = true };
    int n = wgi_operand_count(call);
    if (n == 4)
        return wgi_fail_at(q, call, WG_ERROR_SYNTAX,
                           "batch_norm takes z, z with gamma and beta, or these with mean and variance"),
               WGI_NOTHING;
    if (n != 1) return wgi_eval_op(q, call, owner);
    if (!wgi_signature(q, call, 1, 1, "eps momentum") || !wgi_real_option(q, call, "eps", &a.eps) ||
        !wgi_real_option(q, call, "momentum", &a.momentum) ||
        !layer_of(q, call, owner, LAYER_NORM, &a.x, &a.name))
        return WGI_NOTHING;
    return wgi_node_val(wg_nn_batch_norm_at(layer_site(q, call), &a));
}

wgi_val wgi_eval_layer_norm(wg_program *q, const wgi_ast *call, wgi_binding *owner)
{
    wg_nn_layer_norm_args a = { .p = q->p, .share = true };
    if (wgi_operand_count(call) != 1) return wgi_eval_op(q, call, owner);
    if (!wgi_signature(q, call, 1, 1, "eps") || !wgi_real_option(q, call, "eps", &a.eps) ||
        !layer_of(q, call, owner, LAYER_NORM, &a.x, &a.name))
        return WGI_NOTHING;
    return wgi_node_val(wg_nn_layer_norm_at(layer_site(q, call), &a));
}

/* ---- a table of layers ---- */

/* Each begins with x, p, name. */
typedef union made {
    struct {
        wg_node x;
        wg_params *p;
        const char *name;
    } first;
    wg_nn_conv_args conv;
    wg_nn_embedding_args embedding;
    wg_nn_recurrent_args recurrent;
    wg_nn_attention_args attention;
    wg_nn_transformer_block_args block;
} made;

/* rows: `numbers` sizes that are given by position after x, then options. no_bias: where that field is; 0:
 * the layer has no such option. Of a layer that is an op, too, the call with other operands is the op. */
typedef struct layer_kind {
    const char *name;
    int numbers;
    size_t share, no_bias;
    wg_attr_row rows[10];
    wg_node (*make)(wg_site here, const made *a);
} layer_kind;

static wg_node conv(wg_site here, const made *a) { return wg_nn_conv_at(here, &a->conv); }
static wg_node conv_transpose(wg_site here, const made *a) { return wg_nn_conv_transpose_at(here, &a->conv); }
static wg_node embedding(wg_site here, const made *a) { return wg_nn_embedding_at(here, &a->embedding); }
static wg_node rnn(wg_site here, const made *a) { return wg_nn_rnn_at(here, &a->recurrent).y; }
static wg_node lstm(wg_site here, const made *a) { return wg_nn_lstm_at(here, &a->recurrent).y; }
static wg_node gru(wg_site here, const made *a) { return wg_nn_gru_at(here, &a->recurrent).y; }
static wg_node attention(wg_site here, const made *a) { return wg_nn_attention_at(here, &a->attention); }
static wg_node block(wg_site here, const made *a) { return wg_nn_transformer_block_at(here, &a->block); }

#define ROW(name, kind, field)                                  \
    {                                                           \
        name, WG_ATTR_##kind, offsetof(made, field), NULL, NULL \
    }
#define CONV                                                                                              \
    1, offsetof(made, conv.share), offsetof(made, conv.no_bias),                                          \
    {                                                                                                     \
        ROW("units", SIZE, conv.units), ROW("size", SHAPE, conv.size), ROW("stride", SHAPE, conv.stride), \
            ROW("dilation", SHAPE, conv.dilation), ROW("padding", SHAPE, conv.padding),                   \
            ROW("same", BOOL, conv.same), ROW("groups", SIZE, conv.groups)                                \
    }
#define RECURRENT                                                                     \
    1, offsetof(made, recurrent.share), 0,                                            \
    {                                                                                 \
        ROW("units", SIZE, recurrent.units), ROW("reverse", BOOL, recurrent.reverse), \
            ROW("bidirectional", BOOL, recurrent.bidirectional)                       \
    }

static const layer_kind kinds[] = {
    { "conv", CONV, conv },
    { "conv_transpose", CONV, conv_transpose },
    { "embedding",
      2,
      offsetof(made, embedding.share),
      0,
      { ROW("count", SIZE, embedding.count), ROW("width", SIZE, embedding.width) },
      embedding },
    { "rnn", RECURRENT, rnn },
    { "lstm", RECURRENT, lstm },
    { "gru", RECURRENT, gru },
    { "attention",
      0,
      offsetof(made, attention.share),
      offsetof(made, attention.no_bias),
      { ROW("heads", SIZE, attention.heads), ROW("causal", BOOL, attention.causal) },
      attention },
    { "transformer_block",
      0,
      offsetof(made, block.share),
      0,
      { ROW("heads", SIZE, block.heads), ROW("hidden", SIZE, block.hidden), ROW("causal", BOOL, block.causal),
        ROW("drop", DOUBLE, block.drop) },
      block },
};

static const layer_kind *kind_of(const char *name)
{
    size_t i = 0;
    while (strcmp(kinds[i].name, name) != 0) i++; /* builtins.c lists no others */
    return &kinds[i];
}

/* The names of the options, separated by spaces. */
static void options_of(const layer_kind *k, char *to, size_t size)
{
    size_t n = 0;
    to[0] = 0;
    for (const wg_attr_row *row = k->rows + k->numbers; row->name; row++)
        n += (size_t)snprintf(to + n, size - n, "%s%s", n ? " " : "", row->name);
    if (k->no_bias) snprintf(to + n, size - n, " bias");
}

static bool read_layer(wg_program *q, const wgi_ast *call, const layer_kind *k, made *a)
{
    const wgi_ast *of = wgi_keyword(call, "bias");
    bool bias = true;
    for (int i = 0; i < k->numbers; i++)
        if (!wgi_integer(q, wgi_operand(call, i + 1), k->rows[i].name, 1, WGI_LANG_TENSOR,
                         (int64_t *)(void *)((char *)a + k->rows[i].offset)))
            return false;
    for (const wg_attr_row *row = k->rows + k->numbers; row->name; row++) {
        const wgi_ast *value = wgi_keyword(call, row->name);
        if (value && !wgi_attribute(q, value, row, a)) return false;
    }
    if (of && !wgi_truth(q, of, &bias)) return false;
    if (k->no_bias) *(bool *)((char *)a + k->no_bias) = !bias;
    *(bool *)((char *)a + k->share) = true;
    return true;
}

wgi_val wgi_eval_layer(wg_program *q, const wgi_ast *call, wgi_binding *owner)
{
    const layer_kind *k = kind_of(call->ident->text);
    const wgi_ast *second = wgi_operand(call, 1);
    double number;
    char options[200];
    made a = { .first.p = q->p };
    if (second && wg_op_find(k->name) && !(k->numbers && wgi_constant(second, &number)))
        return wgi_eval_op(q, call, owner);
    options_of(k, options, sizeof options);
    if (!wgi_signature(q, call, 1 + k->numbers, 1 + k->numbers, options) || !read_layer(q, call, k, &a) ||
        !layer_of(q, call, owner, LAYER_DENSE, &a.first.x, &a.first.name))
        return WGI_NOTHING;
    if (k->make == embedding) a.first.x = wgi_as_indices(q, wgi_operand(call, 0), a.first.x);
    return wgi_node_val(k->make(layer_site(q, call), &a));
}
