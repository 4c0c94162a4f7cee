/* cached_keys.c: keys and values of earlier tokens, so that a net writes a text token by token. */
#define WG_AT(args) here /* nodes get the user's call site */
#include "nn/cached_keys.h"

#include <stdio.h>
#include <string.h>

#include "wengert/op.h"

/* NAME_ROOM: a name has at most 300 characters (layer.h). */
enum { LEAST_ROOM = 64, NAME_ROOM = 304 };

/* What the cache has of one layer. Memory of keys and of values is [leading axes, room, width]. */
typedef struct slot {
    char name[NAME_ROOM];
    wg_node k, v; /* of the tokens of the present graph, until wg_nn_cache_step */
    void *keys, *values;
    wg_shape shape; /* of k; its tokens are those of the last step */
    wg_dtype dtype;
    int64_t width; /* of v */
} slot;

struct wg_nn_cache {
    wg_context *c;
    slot *slots;
    int count, room_of_slots;
    int64_t tokens, room;
    wg_node mask; /* of the present graph: the rows of the memory that have tokens, then the new tokens */
};

wg_nn_cache *wg_nn_cache_new_at(wg_site here, wg_context *c)
{
    (void)here;
    wg_nn_cache *n = c && !wg_failed(c) ? wg_alloc(c, 1, sizeof *n) : NULL;
    if (n) n->c = c;
    return n;
}
static void forget(wg_nn_cache *n)
{
    for (int i = 0; i < n->count; i++) wg_free(n->c, n->slots[i].keys), wg_free(n->c, n->slots[i].values);
    wg_free(n->c, n->slots);
    *n = (wg_nn_cache){ .c = n->c };
}
void wg_nn_cache_clear(wg_nn_cache *n)
{
    if (n) forget(n);
}
void wg_nn_cache_free(wg_nn_cache *n)
{
    if (!n) return;
    forget(n);
    wg_free(n->c, n);
}
int64_t wg_nn_cache_tokens(const wg_nn_cache *n) { return n ? n->tokens : 0; }

/* ---- a layer ---- */

static slot *slot_of(wg_nn_cache *n, const char *name)
{
    for (int i = 0; i < n->count; i++)
        if (strcmp(n->slots[i].name, name) == 0) return &n->slots[i];
    if (n->count == n->room_of_slots) {
        const int room = n->count ? 2 * n->count : 8;
        slot *more = wg_alloc(n->c, (size_t)room, sizeof *more);
        if (!more) return NULL;
        if (n->count) memcpy(more, n->slots, (size_t)n->count * sizeof *more);
        wg_free(n->c, n->slots);
        n->slots = more, n->room_of_slots = room;
    }
    slot *s = &n->slots[n->count++];
    snprintf(s->name, sizeof s->name, "%s", name);
    return s;
}

static bool same_but_tokens(const wg_shape *a, const wg_shape *b)
{
    bool same = a->rank == b->rank;
    for (int i = 0; same && i < a->rank; i++) same = i == a->rank - 2 || a->dim[i] == b->dim[i];
    return same;
}
static bool fits(wg_nn_cache *n, wg_site here, slot *s, wg_node k, wg_node v)
{
    char a[96], b[96];
    const wg_shape shape = wg_node_shape(k);
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
    return wg_concat_at(here, (wg_node[]){ past, x }, 2, shape.rank - 2);
}

/* The layers of a graph share one mask. */
static wg_node mask_of(wg_site here, wg_nn_cache *n, wg_graph *g, int64_t tokens)
{
    if (wg_node_ok(n->mask) && wg_graph_of(n->mask) == g && wg_dim(n->mask, 0) == n->room + tokens)
        return n->mask;
    bool *seen = wg_alloc(n->c, (size_t)(n->room + tokens), sizeof *seen);
    for (int64_t i = 0; seen && i < n->room + tokens; i++) seen[i] = i < n->tokens || i >= n->room;
    n->mask = seen ? wg_input(g, "cached", wg_view_bool(seen, WG_SHAPE(n->room + tokens))) : wg_none;
    wg_free(n->c, seen);
    return n->mask;
}

void wgi_cached_keys(wg_site here, wg_nn_cache *n, const char *name, wg_attention_args *a)
{
    if (!wg_node_ok(a->k) || !wg_node_ok(a->v)) return;
    slot *s = slot_of(n, name);
    if (!s || !fits(n, here, s, a->k, a->v)) return;
    s->k = wg_keep(a->k), s->v = wg_keep(a->v);
    if (n->tokens == 0) return;
    a->mask = mask_of(here, n, wg_graph_of(a->k), wg_dim(a->k, -2));
    a->k = behind(here, n, s, s->keys, a->k, wg_dim(a->k, -1));
    a->v = behind(here, n, s, s->values, a->v, s->width);
}

/* ---- a step ---- */

/* Copies `rows` rows of `width` bytes of each leading index, from row 0 of one memory to row `to_row` of the
 * other. */
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
        wg_free(n->c, *memory);
        *memory = more;
    }
    copy_rows(*memory, room, n->tokens, t.data, tokens, tokens, width, leading);
    return true;
}

wg_status wg_nn_cache_step_at(wg_site here, wg_nn_cache *n)
{
    if (!n) return WG_ERROR_USE;
    if (wg_failed(n->c)) return wg_failed(n->c);
    int64_t tokens = -1;
    for (int i = 0; i < n->count; i++) {
        const slot *s = &n->slots[i];
        const int64_t of = wg_node_ok(s->k) ? wg_dim(s->k, -2) : -1;
        if (of < 0 || (i && of != tokens))
            return wg_fail(
                n->c, here, WG_ERROR_USE,
                "nn_cache_step: layer \"%s\" has no new tokens, or not as many as the others: each "
                "layer of the cache must be in the graph, once for each step",
                s->name);
        tokens = of;
    }
    if (tokens < 0) return wg_fail(n->c, here, WG_ERROR_USE, "nn_cache_step: no layer has this cache");
    int64_t room = n->room;
    while (room < n->tokens + tokens) room = room ? 2 * room : LEAST_ROOM;
    for (int i = 0; i < n->count; i++) wg_value_at(here, n->slots[i].k), wg_value_at(here, n->slots[i].v);
    if (wg_failed(n->c)) return wg_failed(n->c);
    for (int i = 0; i < n->count; i++) {
        slot *s = &n->slots[i];
        if (put(n, here, &s->keys, s->k, room) && put(n, here, &s->values, s->v, room)) continue;
        forget(n); /* some memory has grown, and some has not */
        return wg_failed(n->c);
    }
    for (int i = 0; i < n->count; i++) n->slots[i].k = n->slots[i].v = wg_none;
    n->tokens += tokens, n->room = room, n->mask = wg_none;
    return WG_OK;
}
