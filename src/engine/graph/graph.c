/* graph.c: a graph: made, begun, marked, rewound, freed; its epoch. */
#include "graph/graph.h"
#include "wgx/graph.h"
#include "wgx/op.h"

static void begin(wg_graph *g, wg_mode mode);

/* False, and an error, for NULL and for a graph that was freed. */
static bool is_there(const wg_graph *g, const char *what)
{
    if (g && (g->generation || g->busy.depth)) return true;
    wgi_fail(g ? g->c : NULL, NULL, what, WG_ERROR_USE, g ? "the graph was freed" : "the graph is NULL");
    return false;
}

/* ---- calls at the end of a build ---- */

/* Not in the graph's arena, which may be rewound within a build. */
struct wgi_at_end {
    struct wgi_at_end *next;
    void (*f)(void *user, wg_graph *g);
    void *user;
};

bool wgx_graph_at_end(wg_graph *g, void (*f)(void *user, wg_graph *g), void *user)
{
    if (!g) return wg_fail(NULL, NULL, WG_ERROR_USE, "graph_at_end: the graph is NULL"), false;
    if (!g->generation && !g->busy.depth)
        wgi_fail(g->c, NULL, "graph_at_end", WG_ERROR_USE, "the graph was freed");
    if (!f || !wgi_ok(g->c)) return false;
    struct wgi_at_end *call = wg_alloc(g->c, 1, sizeof *call);
    if (!call) return false;
    *call = (struct wgi_at_end){ g->at_end, f, user };
    g->at_end = call;
    return true;
}

static void call_at_end(wg_graph *g)
{
    while (g->at_end) {
        struct wgi_at_end *call = g->at_end;
        g->at_end = call->next;
        call->f(call->user, g);
        wg_free(g->c, call);
    }
}

/* ---- begin and end ---- */

wg_graph *wg_graph_new(wg_context *c)
{
    if (!c) return wg_fail(NULL, NULL, WG_ERROR_USE, "graph_new: the context is NULL"), NULL;
    if (!wgi_ok(c)) return NULL;
    wgi_context_used(c);
    wg_graph *g = c->graphs.freed ? c->graphs.freed : wg_alloc(c, 1, sizeof *g);
    if (!g) return NULL;
    if (g == c->graphs.freed) c->graphs.freed = g->next;
    g->c = g->arena.c = g->values.c = g->temp.c = c;
    g->values.sheds = true;
    g->next = c->graphs.first;
    if (g->next) g->next->before = g;
    c->graphs.first = g;
    c->graphs.count++;
    begin(g, WG_TRAIN);
    g->born = g->generation;
    if (!g->count) {
        wg_graph_free(g);
        return NULL;
    }
    return g;
}

/* The memory of the graph itself stays, so that a handle to one of its nodes can be refused. */
static void to_freed(wg_graph *g)
{
    wg_context *c = g->c;
    memset(g, 0, sizeof *g);
    g->c = c;
    g->next = c->graphs.freed;
    c->graphs.freed = g;
}

void wg_graph_free(wg_graph *g)
{
    if (!g || !is_there(g, "graph_free") || wgi_is_busy(g, NULL, "graph_free")) return;
    *(g->before ? &g->before->next : &g->c->graphs.first) = g->next;
    if (g->next) g->next->before = g->before;
    g->c->graphs.count--;
    wgi_with_end(g);
    call_at_end(g);
    wgi_earlier_forget(g, 0);
    wgi_held_keep(g);
    wgi_arena_free(&g->arena);
    wgi_arena_free(&g->values);
    wgi_arena_free(&g->temp);
    wg_context *c = g->c;
    wgi_layers_free(g);
    wgi_table_free(c, &g->names.scopes);
    wgi_table_free(c, &g->names.streams_of);
    wgi_table_free(c, &g->leaves);
    void *owned[] = { g->node,         g->value,          g->marked,   (void *)g->names.text,
                      g->names.stack,  g->names.streams,  g->param,    g->results.kept,
                      g->results.list, g->results.assign, g->now.use,  g->now.ran,
                      g->now.maker,    g->now.span,       g->run.work, g->now.log,
                      g->build.call,   g->composite,      g->noted,    g->past };
    for (size_t i = 0; i < sizeof owned / sizeof *owned; i++) wg_free(c, owned[i]);
    to_freed(g);
    wgi_look_for_unused(c);
}

static void begin(wg_graph *g, wg_mode mode)
{
    wgi_close(g);
    if (g->withs) wgi_with_end(g);
    if (g->at_end) call_at_end(g);
    if (g->earlier) wgi_earlier_forget(g, 0);
    for (size_t i = 0; i < g->results.kepts; i++) g->node[g->results.kept[i]].flags &= (uint8_t)~WGI_KEPT;
    g->build.most = wgi_without(g->c, WG_WITHOUT_REBUILD) ? 0 : WGI_CALLS;
    g->build.share_from = WGI_SHARE_FROM;
    g->build.limits_at = 0, g->build.vectors = false;
    wgi_rebuild_begin(g, mode);
    if (!g->build.repeats) g->habits.idle = NULL;
    g->habits.backwards = g->habits.nodes = 0;
    g->marks = 0;
    if (g->count >= WGI_SHARE_FROM)
        memset(g->plain.number, 0, sizeof g->plain.number); /* smaller graphs share no number */
    g->plain.quick = 0;
    g->plain.eager = false;
    g->generation = g->stamp = wgi_new_stamp(g->c);
    g->since = 0;
    g->pasts = 0;
    g->mode = mode;
    if (g->anew) g->now.epoch = 0; /* the streams are others */
    g->count = g->loose = 0;
    g->weight = 0;
    g->names.texts = g->names.scope = 0;
    wgi_table_clear(g->c, &g->names.scopes);
    wgi_table_clear(g->c, &g->names.streams_of);
    g->names.depth = g->names.stream_scopes = g->params = g->results.kepts = g->results.assigns =
        g->now.uses = 0;
    g->names.layers.count = 0;
    wgi_leaves_forget(g);
    g->failure = (wgx_failure){ 0 };
    wgi_text(g, "");   /* text 0; without memory for it the graph stays empty, and calls on it do nothing */
    g->build.open = 1; /* the error node is the same in every build */
    if (!g->c->shapes.scalar) g->c->shapes.scalar = wgi_intern(g->c, &(wg_shape){ 0 });
    const wg_shape *scalar = g->names.texts ? g->c->shapes.scalar : NULL;
    if (scalar)
        wgi_append(
            g,
            &(wgi_node){ .op = &wgi_op_error, .shape = scalar, .dtype = (uint8_t)g->c->o.dtype, .here = "" });
    g->build.open = 0;
}

void wg_begin(wg_graph *g, wg_mode mode)
{
    if (!is_there(g, "begin") || wgi_is_busy(g, NULL, "begin")) return;
    wgi_context_used(g->c);
    begin(g, mode);
    wgi_look_for_unused(g->c);
}

wg_context *wg_graph_context(const wg_graph *g) { return g ? g->c : NULL; }
wg_mode wg_graph_mode(const wg_graph *g) { return g ? g->mode : WG_TRAIN; }

/* ---- queries ---- */

int64_t wg_graph_nodes(const wg_graph *g)
{
    wgi_rule_looks_around(g);
    return g ? g->count : 0;
}

size_t wg_graph_bytes(const wg_graph *g)
{
    if (!g) return 0;
    return g->node_capacity * sizeof *g->node + g->value_capacity * sizeof *g->value + g->marked_capacity +
           wgi_arena_bytes(&g->arena) + wgi_arena_bytes(&g->names.layers.texts) +
           wgi_arena_bytes(&g->values) + g->run.work_size;
}

bool wgx_graph_failure(const wg_graph *g, wgx_failure *f)
{
    if (!g || !wgi_has_failed(g)) return false;
    *f = g->failure;
    f->message = wg_message(g->c);
    return true;
}

/* ---- for tools ---- */

int64_t wgx_graph_mark(const wg_graph *now)
{
    wg_graph *g = (wg_graph *)(uintptr_t)now;
    if (!g) return 0;
    wgi_rule_looks_around(g);
    while (g->marks && g->mark[g->marks - 1].count >= g->count) g->marks--;
    if (g->marks == WGI_MARKS) memmove(g->mark, g->mark + 1, --g->marks * sizeof *g->mark);
    g->mark[g->marks++] = (wgi_mark){ g->count, wgi_arena_place(&g->arena), g->names.texts };
    return g->count;
}

/* Frees what the removed nodes had, if the mark is known. */
static void rewind_memory(wg_graph *g, uint32_t mark)
{
    while (g->marks && g->mark[g->marks - 1].count > mark) g->marks--;
    const wgi_mark *m = g->marks ? &g->mark[g->marks - 1] : NULL;
    if (!m || m->count != mark) return;
    wgi_rebuild_forget_empty(g, mark); /* their options are in the memory */
    wgi_arena_rewind(&g->arena, m->arena);
    g->names.texts = m->texts;
}

static void forget_streams(wg_graph *g, uint32_t mark)
{
    for (uint32_t i = mark; i < g->count; i++) {
        const wgi_node *n = &g->node[i];
        const bool nameless = n->op == &wgi_op_stream && n->number > 0;
        wgi_stream_count *streams = nameless ? wgi_streams_of(g, n->scope) : NULL;
        if (streams && streams->count) streams->count--;
    }
}

void wgx_graph_rewind(wg_graph *g, int64_t mark)
{
    if (!is_there(g, "graph_rewind") || mark < 1 || mark >= g->count ||
        ((g->busy.depth || g->rule.op) && wgi_is_busy(g, NULL, "graph_rewind")))
        return;
    forget_streams(g, (uint32_t)mark);
    wgi_layers_rewind(g, (uint32_t)mark);
    wgi_forget(g, (uint32_t)mark);
    rewind_memory(g, (uint32_t)mark);
    /* the trail says which values are there */
    if (!wgi_unlog(g, (uint32_t)mark)) g->now.trail = wgi_mix(g->now.trail, 0x4E77 + (uint64_t)mark);
    wgi_look_for_unused(g->c);
}

void wgx_graph_freeze(wg_graph *g, bool on)
{
    if (is_there(g, "graph_freeze")) g->now.frozen = on;
}

void wgx_graph_draw_anew(wg_graph *g, bool on)
{
    if (is_there(g, "graph_draw_anew")) g->anew = on;
}

void wgx_graph_watch_by(wg_graph *g, wgx_graph_watch *watch)
{
    if (is_there(g, "graph_watch_by")) g->watch = watch;
}

uint64_t wgx_context_draws(const wg_context *c) { return c ? c->draws : 0; }
void wgx_context_set_draws(wg_context *c, uint64_t draws)
{
    if (c && !c->fixed) c->draws = draws;
}

uint64_t wgx_graph_epoch(const wg_graph *g) { return g ? g->now.epoch : 0; }
void wgx_graph_set_epoch(wg_graph *g, uint64_t epoch)
{
    if (!is_there(g, "graph_set_epoch") || wgi_is_busy(g, NULL, "graph_set_epoch")) return;
    wgi_close(g);
    g->now.epoch = epoch;
}
