/* cached_keys.c: keys and values of earlier tokens, so that a net writes a text token by token. */
#define WG_AT(args) here /* nodes get the user's call site */
#include "nn/layer.h"
#include "wgx/op.h"
#include "wgx/params.h"

#include <stdio.h>

/* NAME_ROOM: names of parameters with their prefixes are shorter. */
enum { LEAST_ROOM = 64, NAME_ROOM = 512 };

/* What the cache has of one layer. Memory of keys and of values is [leading axes, room, width]. */
typedef struct slot {
    struct slot *next;
    const wg_params *set; /* the whole set; only compared, it may be freed */
    char name[NAME_ROOM]; /* with prefixes */
    wg_node k, v;         /* of the new tokens, until wg_nn_cache_step or the end of their build */
    void *keys, *values;  /* NULL before the first step */
    wg_shape shape;       /* of k; its tokens are those of the last step */
    wg_dtype dtype;
    int64_t width; /* of v */
} slot;

/* Memory no longer used, that nodes may read. */
typedef struct old {
    struct old *next;
    void *memory;
} old;

struct wg_nn_cache {
    wg_context *c;
    slot *slots; /* in the order of their first steps */
    int64_t tokens, room;
    wg_node mask;    /* of the present graph: the rows of the memory that have tokens, then the new tokens */
    wg_node given;   /* the user's mask, of which `mask` was made; wg_none: all tokens are seen */
    wg_graph *noted; /* the graph of the last call of wgx_graph_at_end, while that build lasts */
    int builds;      /* calls of `ended` to come. While there are any, nodes may read the memory */
    bool freed;      /* by the user: the last call of `ended` frees the rest */
    old *old;
};

wg_nn_cache *wg_nn_cache_new_at(wg_site here, wg_context *c)
{
    if (!c) return wg_fail(NULL, here, WG_ERROR_USE, "nn_cache_new: the context is NULL"), NULL;
    wg_nn_cache *n = !wg_failed(c) ? wg_alloc(c, 1, sizeof *n) : NULL;
    if (n) n->c = c;
    return n;
}

/* ---- memory that nodes read ---- */

/* Frees memory, or keeps it while there are builds whose nodes may read it. Without memory for the list it
 * is left to wg_finish. */
static void retire(wg_nn_cache *n, void *memory)
{
    old *o = n->builds && memory ? wg_alloc(n->c, 1, sizeof *o) : NULL;
    if (o) *o = (old){ n->old, memory }, n->old = o;
    else if (!n->builds) wg_free(n->c, memory);
}
static void free_old(wg_nn_cache *n)
{
    for (old *o = n->old, *next; o; o = next) {
        next = o->next;
        wg_free(n->c, o->memory), wg_free(n->c, o);
    }
    n->old = NULL;
}

/* A build of g has ended: its nodes are gone. */
static void ended(void *user, wg_graph *g)
{
    wg_nn_cache *n = user;
    for (slot *s = n->slots; s; s = s->next)
        if (s->k.graph == g) s->k = s->v = wg_none;
    if (n->mask.graph == g) n->mask = wg_none;
    if (n->noted == g) n->noted = NULL;
    if (--n->builds) return;
    free_old(n);
    if (n->freed) wg_free(n->c, n);
}
static bool note(wg_nn_cache *n, wg_graph *g)
{
    if (n->noted == g) return true;
    if (!wgx_graph_at_end(g, ended, n)) return false;
    n->builds++, n->noted = g;
    return true;
}

static void forget(wg_nn_cache *n)
{
    for (slot *s = n->slots, *next; s; s = next) {
        next = s->next;
        retire(n, s->keys), retire(n, s->values), wg_free(n->c, s);
    }
    n->slots = NULL;
    n->tokens = n->room = 0, n->mask = wg_none;
}
void wg_nn_cache_clear(wg_nn_cache *n)
{
    if (n) forget(n);
}
void wg_nn_cache_free(wg_nn_cache *n)
{
    if (!n) return;
    forget(n);
    n->freed = true;
    if (!n->builds) wg_free(n->c, n);
}
int64_t wg_nn_cache_tokens(const wg_nn_cache *n) { return n ? n->tokens : 0; }

/* ---- a layer ---- */

static slot *slot_of(wg_nn_cache *n, const wg_params *p, const char *name)
{
    char full[NAME_ROOM];
    const wg_params *set = wgx_layer_name(p, name, full, sizeof full);
    if (!set) return NULL;
    slot **at = &n->slots;
    while (*at && ((*at)->set != set || strcmp((*at)->name, full))) at = &(*at)->next;
    if (*at || !(*at = wg_alloc(n->c, 1, sizeof **at))) return *at;
    (*at)->set = set;
    memcpy((*at)->name, full, sizeof full);
    return *at;
}

/* Whether the layer has new tokens in the step behind `tokens`. After wgx_graph_rewind another node may
 * have the place of its keys, but the name that it has claimed for this step is free again. Sets of
 * wg_params_with claim no name. */
static bool is_used(const slot *s, int64_t tokens, wg_site here, wg_node k, wg_params *p, const char *name)
{
    char claim[NAME_ROOM + 32];
    wg_graph *g = wg_graph_of(k);
    snprintf(claim, sizeof claim, "%s.cached.%lld", name, (long long)tokens);
    const bool claimed = wgx_layer_claim(g, p, claim, here);
    if (s->k.graph != g || !wg_node_ok(s->k) || k.index <= s->k.index) return false;
    return claimed || !wgx_layer_claim(g, p, claim, here);
}

static bool same_but_tokens(const wg_shape *a, const wg_shape *b)
{
    bool same = a->rank == b->rank;
    for (int i = 0; same && i < a->rank; i++) same = i == a->rank - 2 || a->dim[i] == b->dim[i];
    return same;
}
static bool fits(wg_nn_cache *n, wg_site here, slot *s, wg_node k, wg_node v, bool twice)
{
    char a[96], b[96];
    const wg_shape shape = wg_node_shape(k);
    if (twice)
        return wg_fail(n->c, here, WG_ERROR_USE,
                       "nn_attention: layer \"%s\" uses the cache twice in this step: wg_nn_cache_step ends "
                       "a step",
                       s->name),
               false;
    if (n->tokens == 0) {
        s->shape = shape, s->dtype = wg_node_dtype(k), s->width = wg_dim(v, -1);
        return true;
    }
    if (!s->keys)
        wg_fail(n->c, here, WG_ERROR_USE, "nn_attention: the cache has %lld tokens, and none of layer \"%s\"",
                (long long)n->tokens, s->name);
    else if (!same_but_tokens(&s->shape, &shape) || s->dtype != wg_node_dtype(k))
        wg_fail(n->c, here, WG_ERROR_SHAPE, "nn_attention: \"%s\" has keys %s %s, the cache has %s %s",
                s->name, wg_dtype_name(wg_node_dtype(k)), wg_shape_text(shape, a, sizeof a),
                wg_dtype_name(s->dtype), wg_shape_text(s->shape, b, sizeof b));
    return !wg_failed(n->c);
}

/* The rows of the memory, then the new ones. */
static wg_node behind(wg_site here, const wg_nn_cache *n, const slot *s, void *memory, wg_node x,
                      int64_t width)
{
    wg_shape shape = s->shape;
    shape.dim[shape.rank - 2] = n->room, shape.dim[shape.rank - 1] = width;
    const wg_node past =
        wg_input_borrow_at(here, wg_graph_of(x), s->name, (wg_tensor){ s->dtype, shape, memory });
    return wg_concat_at(here,
                        &WG_OPTS(wg_join_args, .x = (wg_node[]){ past, x }, .n = 2, .axis = shape.rank - 2));
}

/* Which keys a query sees, `keys` of them a line: the tokens of the memory, then the new ones. */
static bool mask_fits(wg_site here, const wg_nn_cache *n, const char *name, const wg_shape *mask,
                      int64_t keys)
{
    char shape[96];
    const int64_t has = mask->rank ? mask->dim[mask->rank - 1] : 1;
    if (has == 1 || has == keys) return true;
    return wg_fail(n->c, here, WG_ERROR_SHAPE,
                   "nn_attention: \"%s\" has a mask %s for %lld keys: %lld in the cache and %lld new ones",
                   name, wg_shape_text(*mask, shape, sizeof shape), (long long)keys, (long long)n->tokens,
                   (long long)(keys - n->tokens)),
           false;
}

/* Whether each element is 0 or 1, as attention demands. Here the mask is read before attention gets it. */
static bool says_truths(wg_site here, const wg_nn_cache *n, const char *name, const wg_tensor *mask)
{
    char shape[96];
    int64_t i = 0;
    const int64_t count = wg_shape_size(mask->shape);
    while (i < count && (wg_tensor_item(mask, i) == 0 || wg_tensor_item(mask, i) == 1)) i++;
    if (i == count) return true;
    wg_fail(n->c, here, WG_ERROR_VALUE,
            "nn_attention: \"%s\": a mask is 1 for the keys that a query sees and 0 for the others, %s has "
            "%g at index %lld; if yours is added to the scores, 0 and -inf, write wg_equal(mask, 0)",
            name, wg_shape_text(mask->shape, shape, sizeof shape), wg_tensor_item(mask, i), (long long)i);
    return false;
}

/* The mask for rows of the memory that hold no tokens yet, too. Layers with one mask share what is made of
 * it. It is data: so the steps of a text have graphs of one structure. */
static wg_node mask_of(wg_site here, wg_nn_cache *n, wg_graph *g, const char *name, wg_node given,
                       int64_t tokens)
{
    const int64_t keys = n->tokens + tokens, room = n->room + tokens;
    const bool all = wg_is_none(given);
    const bool same =
        all ? wg_is_none(n->given) : given.graph == n->given.graph && given.index == n->given.index;
    if (same && wg_node_ok(n->mask) && wg_graph_of(n->mask) == g && wg_dim(n->mask, -1) == room)
        return n->mask;
    const wg_tensor of = all ? (wg_tensor){ .shape = WG_SHAPE(1) } : wg_value_at(here, given);
    if (!all && (!of.data || !says_truths(here, n, name, &of) || !mask_fits(here, n, name, &of.shape, keys)))
        return wg_none;
    wg_shape shape = of.shape;
    if (!shape.rank) shape = WG_SHAPE(1);
    const int64_t has = shape.dim[shape.rank - 1];
    shape.dim[shape.rank - 1] = room;
    const int64_t lines = wg_shape_size(shape) / room;
    bool *seen = wg_alloc(n->c, (size_t)(lines * room), sizeof *seen);
    for (int64_t l = 0; seen && l < lines; l++)
        for (int64_t i = 0; i < room; i++) {
            const int64_t key = i < n->tokens ? i : i - n->room + n->tokens;
            const bool filled = i < n->tokens || i >= n->room;
            seen[l * room + i] = filled && (all || wg_tensor_item(&of, l * has + (has == 1 ? 0 : key)) != 0);
        }
    n->mask = seen ? wg_input(g, "cached", wg_view_bool(seen, shape)) : wg_none;
    n->given = given;
    wg_free(n->c, seen);
    return n->mask;
}

void wgi_cached_keys(wg_site here, wg_nn_cache *n, wg_params *p, const char *name, wg_attention_args *a)
{
    if (!wg_node_ok(a->k) || !wg_node_ok(a->v)) return;
    wg_graph *g = wg_graph_of(a->k);
    if (wg_graph_context(g) != n->c) {
        wg_fail(wg_graph_context(g), here, WG_ERROR_USE,
                "nn_attention: the cache of \"%s\" belongs to another context than the layer", name);
        return;
    }
    slot *s = note(n, g) ? slot_of(n, p, name) : NULL;
    const bool twice = s && is_used(s, n->tokens, here, a->k, p, name);
    if (!s || !fits(n, here, s, a->k, a->v, twice)) return;
    s->k = wg_keep(a->k), s->v = wg_keep(a->v);
    if (n->tokens == 0) return;
    a->mask = mask_of(here, n, g, name, a->mask, wg_dim(a->k, -2));
    a->k = behind(here, n, s, s->keys, a->k, wg_dim(a->k, -1));
    a->v = behind(here, n, s, s->values, a->v, s->width);
}

/* ---- a step ---- */

/* Copies `rows` rows of `width` bytes of each leading index, from row 0 of one memory to row `to_row` of
 * the other. */
static void copy_rows(char *to, int64_t to_room, int64_t to_row, const char *from, int64_t from_room,
                      int64_t rows, int64_t width, int64_t leading)
{
    for (int64_t i = 0; i < leading && rows; i++)
        memcpy(to + (i * to_room + to_row) * width, from + i * from_room * width, (size_t)(rows * width));
}

/* Puts the rows of x behind those of the memory, which grows to `room`. */
static bool put(wg_nn_cache *n, wg_site here, void **memory, wg_node x, int64_t room)
{
    const wg_tensor t = wg_value_at(here, x);
    const int last = t.shape.rank - 1;
    const int64_t tokens = t.shape.dim[last - 1], width = t.shape.dim[last] * (int64_t)wg_dtype_size(t.dtype);
    int64_t leading = 1;
    for (int i = 0; i < last - 1; i++) leading *= t.shape.dim[i];
    if (room != n->room) {
        char *more = wg_alloc(n->c, (size_t)(leading * room), (size_t)width);
        if (!more) return false;
        copy_rows(more, room, 0, *memory, n->room, n->tokens, width, leading);
        retire(n, *memory);
        *memory = more;
    }
    copy_rows(*memory, room, n->tokens, t.data, tokens, tokens, width, leading);
    return true;
}

/* The new tokens of a layer; -1: there are none. wgx_graph_rewind may have taken the nodes away. */
static int64_t tokens_of(const slot *s)
{
    if (!wg_node_ok(s->k) || !wg_node_ok(s->v)) return -1;
    const wg_shape k = wg_node_shape(s->k), v = wg_node_shape(s->v);
    wg_shape of_v = s->shape;
    of_v.dim[of_v.rank - 1] = s->width;
    const bool same = same_but_tokens(&s->shape, &k) && same_but_tokens(&of_v, &v) &&
                      k.dim[k.rank - 2] == v.dim[v.rank - 2] && wg_node_dtype(s->k) == s->dtype &&
                      wg_node_dtype(s->v) == s->dtype;
    return same ? k.dim[k.rank - 2] : -1;
}

/* Takes slots back that have neither memory nor new tokens: an error, or an evaluation without its step,
 * has left them. */
static void drop_empty(wg_nn_cache *n)
{
    for (slot **at = &n->slots; *at;) {
        slot *s = *at;
        if (s->keys || tokens_of(s) >= 0) at = &s->next;
        else *at = s->next, wg_free(n->c, s);
    }
}

/* Of all layers. -1: after an error. */
static int64_t new_tokens(wg_nn_cache *n, wg_site here)
{
    int64_t tokens = -1;
    for (const slot *s = n->slots; s; s = s->next) {
        const int64_t of = tokens_of(s);
        if (of < 0 || (s != n->slots && of != tokens))
            return wg_fail(
                       n->c, here, WG_ERROR_USE,
                       "nn_cache_step: layer \"%s\" has no new tokens, or not as many as the others: each "
                       "layer of the cache must be in the graph, once for each step",
                       s->name),
                   -1;
        tokens = of;
    }
    if (tokens < 0) wg_fail(n->c, here, WG_ERROR_USE, "nn_cache_step: no layer has this cache");
    return tokens;
}

wg_status wg_nn_cache_step_at(wg_site here, wg_nn_cache *n)
{
    if (!n) return wg_fail(NULL, here, WG_ERROR_USE, "nn_cache_step: the cache is NULL");
    if (wg_failed(n->c)) return wg_failed(n->c);
    drop_empty(n);
    const int64_t tokens = new_tokens(n, here);
    if (tokens < 0) return wg_failed(n->c);
    int64_t room = n->room;
    while (room < n->tokens + tokens) room = room ? 2 * room : LEAST_ROOM;
    for (slot *s = n->slots; s; s = s->next) wg_value_at(here, s->k), wg_value_at(here, s->v);
    if (wg_failed(n->c)) return wg_failed(n->c);
    for (slot *s = n->slots; s; s = s->next) {
        if (put(n, here, &s->keys, s->k, room) && put(n, here, &s->values, s->v, room)) continue;
        forget(n); /* some memory has grown, and some has not */
        return wg_failed(n->c);
    }
    for (slot *s = n->slots; s; s = s->next) s->k = s->v = wg_none;
    n->tokens += tokens, n->room = room, n->mask = wg_none;
    return WG_OK;
}

/* ---- other texts ---- */

static wg_status can_select(const wg_nn_cache *n, wg_site here, const int64_t *rows, int64_t count)
{
    if (!n->tokens) return wg_fail(n->c, here, WG_ERROR_USE, "nn_cache_select: the cache has no tokens");
    if (count < 1 || !rows)
        return wg_fail(n->c, here, WG_ERROR_USE, "nn_cache_select: %lld rows", (long long)count);
    for (const slot *s = n->slots; s; s = s->next) {
        if (tokens_of(s) >= 0)
            return wg_fail(n->c, here, WG_ERROR_USE,
                           "nn_cache_select: layer \"%s\" has new tokens: wg_nn_cache_step comes first",
                           s->name);
        if (s->shape.rank < 3)
            return wg_fail(n->c, here, WG_ERROR_USE,
                           "nn_cache_select: layer \"%s\" has no axis of texts: its keys have %d axes",
                           s->name, s->shape.rank);
        for (int64_t r = 0; r < count; r++)
            if (rows[r] < 0 || rows[r] >= s->shape.dim[0])
                return wg_fail(n->c, here, WG_ERROR_USE,
                               "nn_cache_select: layer \"%s\" has no text %lld, but 0 to %lld", s->name,
                               (long long)rows[r], (long long)s->shape.dim[0] - 1);
    }
    return WG_OK;
}

/* Text i of the memory becomes its text rows[i]; `width` elements a token. */
static bool select_rows(wg_nn_cache *n, const slot *s, void **memory, int64_t width, const int64_t *rows,
                        int64_t count)
{
    size_t bytes = (size_t)(n->room * width) * wg_dtype_size(s->dtype);
    for (int i = 1; i < s->shape.rank - 2; i++) bytes *= (size_t)s->shape.dim[i];
    char *chosen = wg_alloc(n->c, (size_t)count, bytes);
    if (!chosen) return false;
    for (int64_t r = 0; r < count && bytes; r++)
        memcpy(chosen + (size_t)r * bytes, (const char *)*memory + (size_t)rows[r] * bytes, bytes);
    retire(n, *memory);
    *memory = chosen;
    return true;
}

wg_status wg_nn_cache_select_at(wg_site here, wg_nn_cache *n, const int64_t *rows, int64_t count)
{
    if (!n) return WG_ERROR_USE;
    if (wg_failed(n->c)) return wg_failed(n->c);
    drop_empty(n);
    if (can_select(n, here, rows, count)) return wg_failed(n->c);
    for (slot *s = n->slots; s; s = s->next) {
        if (!select_rows(n, s, &s->keys, s->shape.dim[s->shape.rank - 1], rows, count) ||
            !select_rows(n, s, &s->values, s->width, rows, count)) {
            forget(n); /* some layers have other texts than others */
            return wg_failed(n->c);
        }
        s->shape.dim[0] = count;
    }
    n->mask = wg_none;
    return WG_OK;
}
