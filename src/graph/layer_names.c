/* layer_names.c: names of layers that are taken since wg_begin. wg_nn reports a name that is taken twice:
 * else a line that was copied would share weights without notice. */
#include "graph/graph.h"

struct wgi_layer {
    struct wgi_layer *next;
    const wg_params *root;
    const char *name; /* with the prefix of the parameter set */
    wg_site here;
    uint32_t at; /* number of nodes when the name was taken */
};

void wgi_layers_rewind(wg_graph *g, uint32_t mark)
{
    while (g->names.layers && g->names.layers->at >= mark) g->names.layers = g->names.layers->next;
}

static char *full_name(wg_graph *g, const wg_params *p, const char *name)
{
    const char *prefix = p->prefix ? p->prefix : "";
    size_t n = strlen(prefix) + strlen(name) + 1;
    char *full = wgi_arena_alloc(&g->arena, n);
    if (full) snprintf(full, n, "%s%s", prefix, name);
    return full;
}

wg_site wg_layer_claim(wg_graph *g, wg_params *p, const char *name, wg_site here)
{
    if (g && p && !name) wgi_fail_null(g->c, here, "layer_claim", "name");
    if (!g || !p || !name || !wgi_ok(g->c)) return NULL;
    char *full = full_name(g, p, name);
    struct wgi_layer *l = full ? wgi_arena_alloc(&g->arena, sizeof *l) : NULL;
    if (!l) return NULL;
    for (const struct wgi_layer *k = g->names.layers; k; k = k->next)
        if (k->root == wgi_params_root(p) && strcmp(k->name, full) == 0) return k->here;
    *l = (struct wgi_layer){ g->names.layers, wgi_params_root(p), full, here, g->count };
    g->names.layers = l;
    return NULL;
}
