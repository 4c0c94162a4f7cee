/* scopes.c: names of nodes, and the scopes that they are made in. */
#include "graph/graph.h"

uint32_t wgi_text(wg_graph *g, const char *s)
{
    void *p = wgi_grow(g->c, (void *)g->text, &g->text_capacity, g->texts + 1, sizeof *g->text);
    if (!p) return 0;
    g->text = p;
    char *copy = wgi_arena_text(&g->arena, s);
    if (!copy) return 0;
    g->text[g->texts] = copy;
    return (uint32_t)g->texts++;
}

wg_node wg_name(wg_node n, const char *name)
{
    wgi_node *node = wgi_node_of(n);
    if (node && n.index && name) {
        uint32_t i = wgi_text(n.graph, name);
        if (i) wgi_node_of(n)->name = i;
    }
    return n;
}

void wg_scope_push(wg_graph *g, const char *name)
{
    if (!g || !g->count || !name) return;
    const char *up = g->text[g->scope];
    size_t      n = strlen(up) + strlen(name) + 2;
    char       *full = wgi_arena_alloc(&g->arena, n);
    void       *p = wgi_grow(g->c, g->scope_stack, &g->scope_capacity, g->scope_depth + 1, sizeof *g->scope_stack);
    if (!full || !p) return;
    g->scope_stack = p;
    snprintf(full, n, "%s%s%s", up, *up ? "/" : "", name);
    g->scope_stack[g->scope_depth++] = g->scope;
    /* The same path again is the same scope: its streams go on counting. */
    for (uint32_t i = 1; i < g->texts; i++)
        if (g->scope_depth && strcmp(g->text[i], full) == 0) {
            g->scope = i;
            return;
        }
    uint32_t t = wgi_text(g, full);
    g->scope = t ? t : g->scope;
}

void wg_scope_push_i(wg_graph *g, const char *name, int64_t i)
{
    char buf[256];
    snprintf(buf, sizeof buf, "%.200s.%lld", name, (long long)i);
    wg_scope_push(g, buf);
}

void wg_scope_pop(wg_graph *g)
{
    if (!g) return;
    if (!g->scope_depth) wgi_fail(g->c, NULL, "scope_pop", WG_ERROR_USE, "no scope is open");
    else g->scope = g->scope_stack[--g->scope_depth];
}
