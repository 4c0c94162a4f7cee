/* unused.c: which interned shapes and which sites of freed source texts no graph uses any more. The rest
 * is freed. So a program that makes ever new shapes, or reads ever new texts, needs no more memory than
 * one that repeats them. */
#include "graph/graph.h"
#include "graph/composites.h"

/* How much litter is not worth a look. */
#ifdef WG_HOSTILE
enum { LEAST = 4 };
#else
enum { LEAST = 1024 };
#endif

/* Whether a call on a graph of c has begun and not ended. Such a call may have shapes that no node has. */
static bool is_at_work(const wg_context *c)
{
    bool works = c->graphs.busy || c->quiet;
    for (const wg_graph *g = c->graphs.first; g && !works; g = g->next)
        works = g->build.open || g->build.within || g->rule.op;
    return works;
}

/* The end of the records that this build has, or may still take over from the last one. */
static uint32_t end_of(const wg_graph *g)
{
    uint32_t end = g->count;
    for (size_t i = 0; i < g->build.calls; i++) end = WGI_MAX(end, g->build.call[i].after);
    return end;
}

static size_t use_all(const wg_graph *g)
{
    wg_context *c = g->c;
    const uint32_t end = end_of(g);
    for (uint32_t i = 0; i < end; i++) {
        wgi_shape_use(g->node[i].shape);
        if (c->sites.chunks) wgi_site_use(c, g->node[i].here);
    }
    for (int i = 0; i < WGI_OPS; i++)
        if (g->plain.kind[i].node.shape) wgi_shape_use(g->plain.kind[i].node.shape);
    if (!c->sites.chunks) return end;
    for (size_t i = 0; i < g->build.calls; i++) wgi_site_use(c, g->build.call[i].here);
    for (size_t i = 0; i < g->composites; i++) wgi_site_use(c, g->composite[i].here);
    for (size_t i = 0; i < g->names.layers.known; i++) wgi_site_use(c, g->names.layers.item[i].here);
    wgi_site_use(c, g->habits.idle_at);
    wgi_site_use(c, g->failure.here);
    return end;
}

/* The next look must wait for as much litter as makes up for the work of this one. */
void wgi_free_unused(wg_context *c)
{
    if (is_at_work(c)) return;
    size_t nodes = 0;
    for (const wg_graph *g = c->graphs.first; g; g = g->next) nodes += use_all(g);
    if (c->shapes.scalar) wgi_shape_use(c->shapes.scalar);
    wgi_shapes_free_unused(c);
    wgi_sites_free_unused(c);
    c->litter = 0;
    c->litter_limit = LEAST + c->shapes.table.count + nodes / 8;
}
