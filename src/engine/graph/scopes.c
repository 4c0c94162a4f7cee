/* scopes.c: names of nodes, and the scopes that nodes are made in. */
#include "graph/graph.h"
#include "wgx/params.h"

/* As wgi_text, without a copy. s may be NULL: 0. */
static uint32_t add_text(wg_graph *g, const char *s)
{
    if (!s || !WGI_GROW(g->c, g->names.text, g->names.capacity, g->names.texts + 1)) return 0;
    g->names.text[g->names.texts] = s;
    return (uint32_t)g->names.texts++;
}

uint32_t wgi_text(wg_graph *g, const char *s) { return add_text(g, wgi_arena_text(&g->arena, s)); }

static bool is_named(wg_node n, const char *name)
{
    const uint32_t i = wgi_node_of(n)->name;
    return i && !(i & WGI_OF_LAYER) && strcmp(n.graph->names.text[i], name) == 0;
}

/* A rule names what it has made: a name of an older node would go with the rule's nodes. */
static bool is_older(wg_node n) { return n.graph->rule.op && n.index < n.graph->rule.watch.first; }

wg_node wg_name_at(wg_site here, wg_node n, const char *name)
{
    const bool node = wgi_is_node(NULL, n, here, "name", 0, "the node");
    if (node && !name) wgi_fail_null(n.graph->c, here, "name", "name");
    if (node && name && !is_older(n) && !is_named(n, name)) {
        uint32_t i = wgi_text(n.graph, name);
        if (i) wgi_node_of(n)->name = i;
        if (n.graph->marks && n.index < n.graph->mark[n.graph->marks - 1].count) wgi_unmark(n.graph);
    }
    return n;
}

wg_node wgx_layer_node(wg_node n, const char *name)
{
    const bool node = wgi_is_node(NULL, n, "", "layer_node", 0, "the node");
    if (node && !name) wgi_fail_null(n.graph->c, "", "layer_node", "name");
    const uint32_t i = node && name && !is_older(n) && !wgi_node_of(n)->name ? add_text(n.graph, name) : 0;
    if (i) wgi_node_of(n)->name = i | WGI_OF_LAYER;
    return n;
}

const char *wgx_layer_node_name(wg_node n)
{
    const wgi_node *x = wgi_node_of(n);
    wgi_rule_looks(n);
    return x && x->name & WGI_OF_LAYER ? n.graph->names.text[x->name & ~(uint32_t)WGI_OF_LAYER] : "";
}

/* ---- scopes: found by their paths, so that the random streams of a path that is pushed again go on counting
 * ---- */

/* The parts of a path are hashed and compared where they are. It is written to memory only when the scope is
 * new. */
typedef struct path { /* its text is up, slash and name, one behind the other */
    const char *up, *slash, *name;
} path;

static uint64_t hash_of(path p)
{
    return wgi_text_hash_more(wgi_text_hash_more(wgi_text_hash(p.up), p.slash), p.name);
}

static bool is(const char *text, path p)
{
    size_t n = strlen(p.up), m = strlen(p.slash);
    return strncmp(text, p.up, n) == 0 && strncmp(text + n, p.slash, m) == 0 &&
           strcmp(text + n + m, p.name) == 0;
}

static char *written(wg_graph *g, path p)
{
    size_t n = strlen(p.up) + strlen(p.slash) + strlen(p.name) + 1;
    char *text = wgi_arena_alloc(&g->arena, n);
    if (text) snprintf(text, n, "%s%s%s", p.up, p.slash, p.name);
    return text;
}

void wgi_texts_cut(wg_graph *g, size_t texts, size_t scopes)
{
    wgi_table *t = &g->names.scopes;
    for (size_t k = texts; k < g->names.texts && t->count > scopes; k++) {
        const uint64_t hash = wgi_text_hash(g->names.text[k]);
        uint32_t i = 0;
        for (size_t at = WGI_FIRST; (i = wgi_table_next(t, hash, &at)) && i != k;) continue;
        if (i) wgi_table_remove(t, hash, i);
    }
    g->names.texts = texts;
    g->names.fleeting = false;
}

/* The scope up/name, which is made if it is new; 0: out of memory. */
static uint32_t scope_in(wg_graph *g, const char *up, const char *name)
{
    wgi_table *t = &g->names.scopes;
    path p = { up, *up ? "/" : "", name };
    const uint64_t hash = hash_of(p);
    uint32_t i;
    for (size_t at = WGI_FIRST; (i = wgi_table_next(t, hash, &at));)
        if (is(g->names.text[i], p)) return i;
    i = wgi_table_room(g->c, t) ? add_text(g, written(g, p)) : 0;
    if (i) wgi_table_add(t, hash, i);
    if (!g->names.fleeting) wgi_unmark(g);
    return i;
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
    uint32_t scope = scope_in(g, g->names.text[g->names.scope], name);
    if (!scope) return;
    g->names.stack[g->names.depth++] = g->names.scope;
    g->names.scope = scope;
}

void wg_scope_push_i_at(wg_site here, wg_graph *g, const char *name, int64_t i)
{
    WG_USER_CALL(here, "scope_push_i");
    enum { NAME = 200, DIGITS = 21 };
    char buf[NAME + 1 + DIGITS + 1], *at = buf + NAME + 1 + DIGITS;
    uint64_t left = i < 0 ? 0 - (uint64_t)i : (uint64_t)i;
    *at = 0;
    do *--at = (char)('0' + left % 10);
    while (left /= 10);
    if (i < 0) *--at = '-';
    *--at = '.';
    const size_t n = name ? strnlen(name, NAME) : 0;
    at -= n;
    if (n) memcpy(at, name, n);
    wg_scope_push_at(here, g, name ? at : NULL);
}

void wg_scope_pop_at(wg_site here, wg_graph *g)
{
    if (!is_there(g, here, "scope_pop")) return;
    if (!g->names.depth) wgi_fail(g->c, here, "scope_pop", WG_ERROR_USE, "no scope is open");
    else g->names.scope = g->names.stack[--g->names.depth];
}
