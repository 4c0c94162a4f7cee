/* layout_hops.c: edges into hops, one for each level that an edge passes.
 *
 * An edge climbs from the level of its source to the innermost level that holds both ends, and descends
 * to its target. It leaves a frame by an exit and enters one by an entry. Edges from one source and place
 * share exits, entries and hops.
 */
#include "layout/layout_private.h"

#include <stdlib.h>

/* The edges from one place of one box. */
typedef struct source {
    int from;
    double at;
    int edge;
} source;

static int compare_sources(const void *pa, const void *pb)
{
    const source *a = pa, *b = pb;
    if (a->from != b->from) return a->from < b->from ? -1 : 1;
    if (a->at != b->at) return a->at < b->at ? -1 : 1;
    return (a->edge > b->edge) - (a->edge < b->edge);
}

typedef struct builder {
    wgi_lay *s;
    int *frame_node, *depth;                      /* by level */
    int *entry, *entry_group, *exit, *exit_group; /* by level: of the group that is worked on */
    int group;
    bool *twinned; /* by edge: another runs beside it */
} builder;

double wgi_lay_port(const wgi_lay *s, int box, double at)
{
    const wgi_lay_box *x = &s->l->box[box];
    const double h = s->l->top_down ? x->w : x->h;
    return s->offset[box] < 0 ? at : s->offset[box] + (at < 0 || at > h ? h / 2 : at);
}

static int outer(const wgi_lay *s, int level) { return s->l->frame[level - 1].parent + 1; }

/* Where the edge is, on its way: a node of a level, and the exit inside it if that is a frame. */
typedef struct place {
    int level, node, exit;
    double at;
} place;

static int add_hop(builder *b, const place *p, int to, int entry, const wgi_lay_edge *e, int edge)
{
    wgi_lay_hop h = { .level = p->level, .from = p->node, .from_exit = p->exit, .from_at = p->at, .to = to };
    h.to_entry = entry, h.to_at = -1, h.weight = e->weight > 0 ? e->weight : 1, h.edge = edge;
    h.loose = e->loose, h.twin = b->twinned[edge], h.label_w = e->label_w, h.label_h = e->label_h;
    return wgi_lay_add_hop(b->s, h);
}

/* A hop is shared by edges of one group: it has a twin, and weight, if one of them has. */
static void share_hop(builder *b, int hop, const wgi_lay_edge *e, int edge)
{
    wgi_lay_hop *h = &b->s->hop[hop];
    h->twin |= b->twinned[edge];
    if (e->weight > h->weight) h->weight = e->weight;
    if (edge < h->edge) h->edge = edge;
}

/* Out of the frame of `level`, to the level around it, or into it from there. */
static bool cross(builder *b, place *p, int level, bool out, const wgi_lay_edge *e, int edge)
{
    int *const group = out ? b->exit_group : b->entry_group, *const node = out ? b->exit : b->entry;
    if (group[level] != b->group) {
        const int n = wgi_lay_add_node(b->s, out ? WGI_LAY_EXIT : WGI_LAY_ENTRY, -1, level);
        if (n < 0) return false;
        const int hop = add_hop(b, p, out ? n : b->frame_node[level], out ? -1 : n, e, edge);
        if (hop < 0) return false;
        if (out) b->s->hop[hop].loose = false;
        b->s->node[n].via = hop;
        group[level] = b->group, node[level] = n;
    } else share_hop(b, b->s->node[node[level]].via, e, edge);
    b->s->node[node[level]].twin |= b->twinned[edge];
    *p = out ? (place){ outer(b->s, level), b->frame_node[level], node[level], -1 }
             : (place){ level, node[level], -1, -1 };
    return true;
}

/* The level below `above` on the way to `level`. */
static int step_to(const builder *b, int above, int level)
{
    while (b->depth[level] > b->depth[above] + 1) level = outer(b->s, level);
    return level;
}

static bool add_edge(builder *b, int edge)
{
    const wgi_lay *s = b->s;
    const wgi_lay_edge *e = &s->l->edge[edge];
    int to = s->l->box[e->to].frame + 1, meet = s->l->box[e->from].frame + 1, other = to;
    place p = { meet, s->box_node[e->from], -1, wgi_lay_port(s, e->from, e->from_at) };
    while (meet != other) {
        if (b->depth[meet] > b->depth[other]) meet = outer(s, meet);
        else if (b->depth[meet] < b->depth[other]) other = outer(s, other);
        else meet = outer(s, meet), other = outer(s, other);
    }
    while (p.level != meet)
        if (!cross(b, &p, p.level, true, e, edge)) return false;
    while (p.level != to)
        if (!cross(b, &p, step_to(b, p.level, to), false, e, edge)) return false;
    int hop = add_hop(b, &p, b->s->box_node[e->to], -1, e, edge);
    if (hop < 0) return false;
    b->s->hop[hop].to_at = wgi_lay_port(s, e->to, e->to_at);
    if (s->node[p.node].kind == WGI_LAY_ENTRY) b->s->hop[hop].loose = false;
    b->s->last_hop[edge] = hop;
    return true;
}

static bool add_edges(builder *b)
{
    wgi_layout *l = b->s->l;
    int n = 0;
    source *list = wgi_lay_alloc(b->s, l->edges, sizeof *list);
    if (!list) return false;
    for (int i = 0; i < l->edges; i++) {
        const wgi_lay_edge *e = &l->edge[i];
        const int node = b->s->box_node[e->from];
        if (e->from != e->to && node == b->s->box_node[e->to])
            b->s->node[node].bow = true, b->s->last_hop[i] = -1;
        else if (!e->twin) list[n++] = (source){ e->from, e->from_at, i };
    }
    if (n) qsort(list, (size_t)n, sizeof *list, compare_sources);
    for (int i = 0; i < n; i++) {
        const wgi_lay_edge *e = &l->edge[list[i].edge];
        bool same = i && list[i].from == list[i - 1].from && list[i].at == list[i - 1].at;
        /* A loose edge shares nothing: it may run another way. */
        if (!same || e->loose || l->edge[list[i - 1].edge].loose) b->group++;
        if (!add_edge(b, list[i].edge)) return false;
    }
    return true;
}

/* A box that stands under another has the other's node. */
static void add_lower_boxes(wgi_lay *s)
{
    wgi_layout *l = s->l;
    for (int i = 0; i < l->boxes; i++) {
        const int over = l->box[i].under - 1;
        if (over < 0) continue;
        wgi_lay_node *n = &s->node[s->box_node[i] = s->box_node[over]];
        if (s->offset[over] < 0) s->offset[over] = 0;
        s->offset[i] = n->h + WGI_LAY_UNDER;
        n->h = s->offset[i] + (l->top_down ? l->box[i].w : l->box[i].h);
    }
}

static bool add_nodes(builder *b)
{
    wgi_lay *s = b->s;
    wgi_layout *l = s->l;
    bool *used = wgi_lay_alloc(s, s->levels, sizeof *used);
    if (!used) return false;
    for (int i = 0; i < l->boxes; i++) {
        s->offset[i] = -1;
        if (l->box[i].under) continue;
        int node = b->s->box_node[i] = wgi_lay_add_node(s, WGI_LAY_BOX, i, l->box[i].frame + 1);
        if (node < 0) return false;
        s->node[node].w = l->top_down ? l->box[i].h : l->box[i].w;
        s->node[node].h = l->top_down ? l->box[i].w : l->box[i].h;
        used[l->box[i].frame + 1] = true;
    }
    add_lower_boxes(s);
    for (int k = 1; k < s->levels; k++) b->depth[k] = b->depth[outer(s, k)] + 1;
    for (int k = s->levels - 1; k > 0; k--) used[outer(s, k)] |= used[k];
    for (int k = 1; k < s->levels; k++) {
        b->frame_node[k] = used[k] ? wgi_lay_add_node(s, WGI_LAY_FRAME, k - 1, outer(s, k)) : -1;
        if (used[k] && b->frame_node[k] < 0) return false;
    }
    return true;
}

bool wgi_lay_build(wgi_lay *s)
{
    builder b = { .s = s };
    wgi_layout *l = s->l;
    int *by_level = wgi_lay_alloc(s, 6 * (int64_t)s->levels, sizeof *by_level);
    s->box_node = wgi_lay_alloc(s, l->boxes, sizeof *s->box_node);
    s->offset = wgi_lay_alloc(s, l->boxes, sizeof *s->offset);
    b.twinned = wgi_lay_alloc(s, l->edges, sizeof *b.twinned);
    s->last_hop = wgi_lay_alloc(s, l->edges, sizeof *s->last_hop);
    if (l->pool.failed) return false;
    s->frame_node = b.frame_node = by_level, b.depth = by_level + s->levels,
    b.entry = by_level + 2 * s->levels;
    b.entry_group = by_level + 3 * s->levels, b.exit = by_level + 4 * s->levels;
    b.exit_group = by_level + 5 * s->levels;
    for (int i = 0; i < l->edges; i++)
        if (l->edge[i].twin) b.twinned[l->edge[i].twin - 1] = true;
    return add_nodes(&b) && add_edges(&b);
}
