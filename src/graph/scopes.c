/* scopes.c: names of nodes, and the scopes that nodes are made in. */
#include "graph/graph.h"

uint32_t wgi_text_add(wg_graph *g, const char *s)
{
    if (!s || !WGI_GROW(g->c, g->names.text, g->names.capacity, g->names.texts + 1)) return 0;
    g->names.text[g->names.texts] = s;
    return (uint32_t)g->names.texts++;
}

uint32_t wgi_text(wg_graph *g, const char *s) { return wgi_text_add(g, wgi_arena_text(&g->arena, s)); }

wg_node wg_name_at(wg_site here, wg_node n, const char *name)
{
    const bool node = wgi_is_node(NULL, n, here, "name", 0, "the node");
    if (node && !name) wgi_fail_null(n.graph->c, here, "name", "name");
    if (node && name) {
        uint32_t i = wgi_text(n.graph, name);
        if (i) wgi_node_of(n)->name = i;
        if (n.graph->marks && n.index < n.graph->mark[n.graph->marks - 1].count) wgi_unmark(n.graph);
    }
    return n;
}

static bool is_there(const wg_graph *g, wg_site here, const char *what)
{
    if (g && (g->generation || g->busy.depth)) return true;
    wgi_fail(g ? g->c : NULL, here, what, WG_ERROR_USE, g ? "the graph was freed" : "the graph is NULL");
    return false;
}

void wg_scope_push_at(wg_site here, wg_graph *g, const char *name)
{
    if (!is_there(g, here, "scope_push")) return;
    if (!name) wgi_fail_null(g->c, here, "scope_push", "name");
    if (!g->count || !name) return;
    if (!WGI_GROW(g->c, g->names.stack, g->names.stack_capacity, g->names.depth + 1)) return;
    uint32_t scope = wgi_scope_in(g, g->names.text[g->names.scope], name);
    if (!scope) return;
    g->names.stack[g->names.depth++] = g->names.scope;
    g->names.scope = scope;
}

void wg_scope_push_i_at(wg_site here, wg_graph *g, const char *name, int64_t i)
{
    WG_USER_CALL(here, "scope_push_i");
    char buf[256];
    if (name) snprintf(buf, sizeof buf, "%.200s.%lld", name, (long long)i);
    wg_scope_push_at(here, g, name ? buf : NULL);
}

void wg_scope_pop_at(wg_site here, wg_graph *g)
{
    if (!is_there(g, here, "scope_pop")) return;
    if (!g->names.depth) wgi_fail(g->c, here, "scope_pop", WG_ERROR_USE, "no scope is open");
    else g->names.scope = g->names.stack[--g->names.depth];
}
