/* scope_table.c: the scopes of a graph, found by their paths. A path that is pushed again is the same scope,
 * so that its random streams go on counting. The parts of a path are hashed and compared where they are. The
 * path is written to memory only when the scope is new. */
#include "graph/graph.h"

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

/* The entry of the path, or the free entry to write it to. */
static uint32_t *place(const wg_graph *g, path p)
{
    const wgi_scopes *s = &g->names.table;
    size_t i = (size_t)hash_of(p) & (s->size - 1);
    while (s->at[i] && !is(g->names.text[s->at[i]], p)) i = (i + 1) & (s->size - 1);
    return &s->at[i];
}

/* Makes room for one more scope. At most half of the entries are taken. */
static bool table_grow(wg_graph *g)
{
    wgi_scopes was = g->names.table;
    if (2 * (was.count + 1) <= was.size) return true;
    size_t size = was.size ? 2 * was.size : 16;
    uint32_t *now = wg_alloc(g->c, size, sizeof *now);
    if (!now) return false;
    g->names.table.at = now, g->names.table.size = size;
    for (size_t i = 0; i < was.size; i++)
        if (was.at[i]) *place(g, (path){ "", "", g->names.text[was.at[i]] }) = was.at[i];
    wg_free(g->c, was.at);
    return true;
}

static char *written(wg_graph *g, path p)
{
    size_t n = strlen(p.up) + strlen(p.slash) + strlen(p.name) + 1;
    char *text = wgi_arena_alloc(&g->arena, n);
    if (text) snprintf(text, n, "%s%s%s", p.up, p.slash, p.name);
    return text;
}

uint32_t wgi_scope_in(wg_graph *g, const char *up, const char *name)
{
    path p = { up, *up ? "/" : "", name };
    if (!table_grow(g)) return 0;
    uint32_t *at = place(g, p);
    if (*at) return *at;
    *at = wgi_text_add(g, written(g, p));
    g->names.table.count += *at != 0;
    return *at;
}

void wgi_scopes_forget(wg_graph *g)
{
    if (g->names.table.count) memset(g->names.table.at, 0, g->names.table.size * sizeof *g->names.table.at);
    g->names.table.count = 0;
}
