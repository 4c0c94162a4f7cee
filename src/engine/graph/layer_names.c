/* layer_names.c: names of layers that are taken since wg_begin. wg_nn reports a name that is taken twice:
 * else a line that was copied would share weights without notice.
 *
 * Most builds take the names of the build before, in the same order. So wg_begin keeps the list. A name that
 * is the next one of the list is taken by counting it. At the first name that is another, the rest of the
 * list is forgotten. Invariant: the names in the list differ from each other. */
#include "graph/graph.h"
#include "wgx/op.h"
#include "wgx/params.h"

#include <stdio.h>

void wgi_layers_rewind(wg_graph *g, uint32_t mark)
{
    wgi_layer_names *l = &g->names.layers;
    while (l->count && l->item[l->count - 1].at >= mark) l->count--;
}

static bool is(const wgi_layer_name *k, const wg_params *p, const char *name)
{
    const char *prefix = p->prefix ? p->prefix : "";
    const size_t n = strlen(prefix);
    return k->root == p->root && strncmp(k->name, prefix, n) == 0 && strcmp(k->name + n, name) == 0;
}

static void forget_rest(wgi_layer_names *l)
{
    if (l->known > l->count) wgi_arena_rewind(&l->texts, l->item[l->count].before);
    for (; l->known > l->count; l->known--)
        wgi_table_remove(&l->table, l->item[l->known - 1].hash, (uint32_t)l->known);
}

void wgi_layers_forget(wg_graph *g, const wg_params *root)
{
    wgi_layer_names *l = &g->names.layers;
    for (size_t i = 0; i < l->known; i++)
        if (l->item[i].root == root) l->item[i].root = NULL;
}

void wgi_layers_free(wg_graph *g)
{
    wg_free(g->c, g->names.layers.item);
    wgi_table_free(g->c, &g->names.layers.table);
    wgi_arena_free(&g->names.layers.texts);
}

static char *full_name(wgi_layer_names *l, const wg_params *p, const char *name)
{
    const char *prefix = p->prefix ? p->prefix : "";
    const size_t n = strlen(prefix), m = strlen(name) + 1;
    char *full = wgi_arena_alloc(&l->texts, n + m);
    if (!full) return NULL;
    memcpy(full, prefix, n);
    memcpy(full + n, name, m);
    return full;
}

/* Takes a name that is not the next one of the list. NULL, or where it was taken before. */
static wg_site take(wg_graph *g, const wg_params *p, const char *name, wg_site here)
{
    wgi_layer_names *l = &g->names.layers;
    const uint64_t whose = wgi_mix(0, (uint64_t)(uintptr_t)p->root);
    const uint64_t hash = wgi_text_hash_more(wgi_text_hash_more(whose, p->prefix ? p->prefix : ""), name);
    uint32_t i;
    for (size_t at = WGI_FIRST; (i = wgi_table_next(&l->table, hash, &at));)
        if (i <= l->count && is(&l->item[i - 1], p, name)) return l->item[i - 1].here;
    forget_rest(l);
    l->texts.c = g->c;
    wgi_layer_name new = {
        p->root, NULL, wgi_users_call(), here, hash, g->count, wgi_arena_place(&l->texts)
    };
    if (!WGI_GROW(g->c, l->item, l->capacity, l->count + 1) || !wgi_table_room(g->c, &l->table)) return NULL;
    if (!(new.name = full_name(l, p, name))) return NULL;
    l->item[l->count++] = new;
    l->known = l->count;
    wgi_table_add(&l->table, hash, (uint32_t)l->count);
    return NULL;
}

/* Gives back the name of a layer that has failed, and those of the layers inside it. */
static wg_site give_back(wgi_layer_names *l, const wg_params *p, const char *name)
{
    size_t i = l->count;
    while (i && !is(&l->item[i - 1], p, name)) i--;
    if (i) l->count = i - 1;
    return NULL;
}

const wg_params *wgx_layer_name(const wg_params *p, const char *name, char *buf, size_t size)
{
    if (!p || !name || !buf) return NULL;
    const int n = snprintf(buf, size, "%s%s", p->prefix ? p->prefix : "", name);
    return n >= 0 && (size_t)n < size ? p->root : NULL;
}

wg_site wgx_layer_claim(wg_graph *g, wg_params *p, const char *name, wg_site here)
{
    if (!g || !p || !name)
        wgi_fail_null(g   ? g->c
                      : p ? p->c
                          : NULL,
                      here, "layer_claim",
                      !g  ? "graph"
                      : p ? "name"
                          : "parameter set");
    if (!g || !p || !name || (!g->generation && wgi_is_busy(g, NULL, "layer_claim")) || p->with) return NULL;
    wgi_layer_names *l = &g->names.layers;
    if (!wgi_ok(g->c)) return give_back(l, p, name);
    wgi_layer_name *next = l->count < l->known ? &l->item[l->count] : NULL;
    if (!next || !is(next, p, name)) return take(g, p, name, here);
    next->here = here;
    next->what = wgi_users_call();
    next->at = g->count;
    l->count++;
    return NULL;
}

const wgi_layer_name *wgi_layer_of(const wg_graph *g, uint32_t i)
{
    const wgi_layer_names *l = &g->names.layers;
    size_t k = l->count;
    while (k && (l->item[k - 1].at > i || !l->item[k - 1].what ||
                 wg_site_place(l->item[k - 1].here) != wg_site_place(g->node[i].here)))
        k--;
    return k ? &l->item[k - 1] : NULL;
}

wg_site wgx_layer_site(const wg_graph *g, int64_t i, int64_t *first)
{
    if (!g || !first || i < 0 || i >= (int64_t)g->names.layers.count) return NULL;
    *first = g->names.layers.item[i].at;
    return g->names.layers.item[i].here;
}
