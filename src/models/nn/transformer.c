/* transformer.c: embeddings, attention, and the blocks of a transformer. */
#define WG_AT(args) here /* nodes get the user's call site */
#include "nn/layer.h"
#include "wgx/params.h"

#include <stdio.h>

/* ---- embedding ---- */

/* Makes a row of the table "NAME.W" zero, where the table is new and nobody has read it: its gradient is
 * always 0, so decay, moments and steps of optimizers leave it zero. */
static void clear_row(const layer *l, int64_t row)
{
    char name[NAME_MOST + 8];
    snprintf(name, sizeof name, "%s.W", l->name);
    wg_tensor t = wg_params_tensor(l->p, wg_params_find(l->p, name));
    const size_t one = (size_t)t.shape.dim[1] * wg_dtype_size(t.dtype);
    memset((char *)t.data + (size_t)row * one, 0, one);
}

static bool has_table(const layer *l)
{
    char name[NAME_MOST + 8];
    snprintf(name, sizeof name, "%s.W", l->name);
    return wg_params_find(l->p, name) >= 0;
}

/* Unlike those of wg_gather, numbers do not count from the end. */
static wg_node rows_of(wg_site here, wg_node table, wg_node rows)
{
    return wgi_layer_op(here, "gather", (op_option[2]){ { "strict", true } }, (wg_node[]){ table, rows }, 2);
}

wg_node wg_nn_embedding_at(wg_site here, const wg_nn_embedding_args *a)
{
    BEGIN_LAYER("nn_embedding", wg_nn_embedding_args);
    const int64_t padding = a->padding_index;
    if (a->count < 1 || a->width < 1)
        return FAIL(&l, WG_ERROR_VALUE, " of %lld rows of %lld: both must be at least 1", (long long)a->count,
                    (long long)a->width),
               refused(a->x);
    if (padding != WG_AUTO && padding >= a->count)
        return FAIL(&l, WG_ERROR_VALUE, ": padding_index %lld must be below the count of rows, %lld",
                    (long long)padding, (long long)a->count),
               refused(a->x);
    const wg_shape s = WG_SHAPE(a->count, a->width);
    const bool is_new = !has_table(&l);
    wg_node W = weight(&l, "W", &s, &a->W_init, wg_normal(0, 1)), y = rows_of(l.inside, W, a->x);
    if (padding == WG_AUTO || wg_failed(l.c)) return y;
    if (is_new) clear_row(&l, padding);
    here = l.inside;
    return wg_where(wg_expand_dims(wg_equal(a->x, (double)padding), .axis = wg_node_shape(a->x).rank), 0, y);
}

/* ---- attention ---- */

static wg_node part(wg_site here, wg_node x, int axis, int64_t from, int64_t to)
{
    return wg_slice(x, .axis = axis, .from = from, .to = to);
}

/* Queries from x, keys and values from memory: each with its columns of W and b. */
static void from_memory(wg_site here, const wg_nn_attention_args *a, wg_node W, wg_node b, int64_t n,
                        wg_attention_args *to)
{
    const bool bias = !wg_is_none(b);
    to->x = wg_dense(a->x, part(here, W, 1, 0, n), bias ? part(here, b, 0, 0, n) : wg_none);
    wg_node kv = wg_dense(a->memory, part(here, W, 1, n, 3 * n), bias ? part(here, b, 0, n, 3 * n) : wg_none);
    to->k = part(here, kv, -1, 0, n);
    to->v = part(here, kv, -1, n, 2 * n);
}

static bool cache_fits(const layer *l, const wg_nn_attention_args *a)
{
    const bool memory = !wg_is_none(a->memory);
    if (!a->cache || (!memory && a->causal)) return true;
    return FAIL(l, WG_ERROR_USE, " has .cache %s",
                memory ? "and .memory: only keys of x itself are cached"
                       : "without .causal = true: earlier tokens cannot see new ones"),
           false;
}

wg_node wg_nn_attention_at(wg_site here, const wg_nn_attention_args *a)
{
    BEGIN_LAYER("nn_attention", wg_nn_attention_args);
    char shape[96];
    const wg_shape s = wg_node_shape(a->x);
    const int64_t n = s.rank ? s.dim[s.rank - 1] : 0, heads = a->heads;
    if (s.rank < 2 || n < 1 || heads < 1 || n % heads)
        return FAIL(&l, WG_ERROR_SHAPE,
                    " of %lld heads on x %s: x must be [..., tokens, width], heads divide width",
                    (long long)heads, wg_shape_text(s, shape, sizeof shape)),
               refused(a->x);
    if (!cache_fits(&l, a)) return refused(a->x);
    const wg_shape W_shape = WG_SHAPE(n, 3 * n), b_shape = WG_SHAPE(3 * n), Wo_shape = WG_SHAPE(n, n),
                   bo_shape = WG_SHAPE(n);
    here = l.inside;
    wg_node W = weight(&l, "W", &W_shape, &a->W_init, wg_xavier()), b = wg_none, bo = wg_none;
    if (a->bias) b = param(&l, "b", &b_shape, wg_zeros());
    wg_attention_args of = WG_OPTS(wg_attention_args, .mask = a->mask, .causal = a->causal, .heads = heads);
    if (wg_is_none(a->memory)) {
        wg_node qkv = wgx_layer_node(wg_dense(a->x, W, b), "P");
        of.x = part(here, qkv, -1, 0, n);
        of.k = part(here, qkv, -1, n, 2 * n);
        of.v = part(here, qkv, -1, 2 * n, 3 * n);
    } else from_memory(here, a, W, b, n, &of);
    wgx_layer_node(of.x, "Q"), wgx_layer_node(of.k, "K"), wgx_layer_node(of.v, "V");
    if (a->cache) wgi_cached_keys(here, a->cache, a->p, a->name, &of);
    wg_node y = wgx_layer_node(wg_attention_at(here, &of), "A");
    wg_node Wo = weight(&l, "Wo", &Wo_shape, &a->Wo_init, wg_xavier());
    if (a->bias) bo = param(&l, "bo", &bo_shape, wg_zeros());
    return wg_dense(y, Wo, bo);
}

/* ---- transformer_block ---- */

/* The name of a layer inside a layer, "h.0.attn". */
typedef struct inner_name {
    char text[NAME_MOST + 8];
} inner_name;
static inner_name name_in(const layer *l, const char *part)
{
    inner_name n;
    snprintf(n.text, sizeof n.text, "%s.%s", l->name, part);
    return n;
}
static wg_node norm_in(const layer *l, const char *part, wg_node x)
{
    wg_site here = l->inside;
    return wgx_layer_node(wg_nn_layer_norm(x, l->p, name_in(l, part).text, .share = true), "n");
}
static wg_node dense_in(const layer *l, const char *part, wg_node x, int64_t units)
{
    wg_site here = l->inside;
    return wg_nn_dense(x, l->p, name_in(l, part).text, units, .share = true, .W_init = wg_xavier());
}
static wg_node plus(const layer *l, wg_node x, wg_node more, double drop)
{
    wg_site here = l->inside;
    return wg_add(x, drop == 0 ? more : wg_dropout(more, .drop = drop));
}

wg_node wg_nn_transformer_block_at(wg_site here, const wg_nn_transformer_block_args *a)
{
    BEGIN_LAYER("nn_transformer_block", wg_nn_transformer_block_args);
    char shape[96];
    const wg_shape s = wg_node_shape(a->x);
    if (s.rank < 2 || (a->hidden < 1 && a->hidden != WG_AUTO) || strlen(a->name) + 8 > NAME_MOST)
        return FAIL(&l, WG_ERROR_SHAPE,
                    " of %lld hidden units on x %s: x must be [..., tokens, width], hidden at least 1, the "
                    "name at most %d characters",
                    (long long)a->hidden, wg_shape_text(s, shape, sizeof shape), NAME_MOST - 8),
               refused(a->x);
    const int64_t width = s.dim[s.rank - 1];
    here = l.inside;
    wg_node y = wg_nn_attention(norm_in(&l, "ln1", a->x), a->p, name_in(&l, "attn").text, .heads = a->heads,
                                .causal = a->causal, .mask = a->mask, .cache = a->cache, .share = true);
    wg_node x = wgx_layer_node(plus(&l, a->x, y, a->drop), "u");
    y = dense_in(&l, "fc1", norm_in(&l, "ln2", x), a->hidden != WG_AUTO ? a->hidden : 4 * width);
    y = dense_in(&l, "fc2", wgx_layer_node(wg_gelu(y, .by_tanh = true), "f"), width);
    return plus(&l, x, y, a->drop);
}
