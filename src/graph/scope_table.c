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

static char *written(wg_graph *g, path p)
{
    size_t n = strlen(p.up) + strlen(p.slash) + strlen(p.name) + 1;
    char *text = wgi_arena_alloc(&g->arena, n);
    if (text) snprintf(text, n, "%s%s%s", p.up, p.slash, p.name);
    return text;
}

uint32_t wgi_scope_in(wg_graph *g, const char *up, const char *name)
{
    wgi_table *t = &g->names.scopes;
    path p = { up, *up ? "/" : "", name };
    const uint64_t hash = hash_of(p);
    uint32_t i;
    for (size_t at = WGI_FIRST; (i = wgi_table_next(t, hash, &at));)
        if (is(g->names.text[i], p)) return i;
    i = wgi_table_room(g->c, t) ? wgi_text_add(g, written(g, p)) : 0;
    if (i) wgi_table_add(t, hash, i);
    wgi_unmark(g);
    return i;
}
