/* layout.c: the layout's memory, and its steps one after the other. */
#include "layout/layout_private.h"

#include <math.h>

void *wgi_lay_alloc(wgi_lay *s, int64_t count, size_t size)
{
    return wgi_pool_alloc(&s->l->pool, (size_t)(count ? count : 1), size);
}

void wgi_layout_free(wgi_layout *l)
{
    wgi_pool_free(&l->pool);
    l->point = NULL, l->points = 0;
}

static bool to_level(wgi_lay *s, int level, int node)
{
    wgi_lay_level *l = &s->level[level];
    if (!wgi_pool_room(&s->l->pool, &l->node, sizeof *l->node, l->nodes, &l->node_room)) return false;
    s->node[node].level = level, s->node[node].local = l->nodes;
    l->node[l->nodes++] = node;
    return true;
}

int wgi_lay_add_node(wgi_lay *s, wgi_lay_kind kind, int item, int level)
{
    if (!wgi_pool_room(&s->l->pool, &s->node, sizeof *s->node, s->nodes, &s->node_room)) return -1;
    s->node[s->nodes] = (wgi_lay_node){ .kind = kind, .item = item, .via = -1, .prev = -1, .lane = -1 };
    return to_level(s, level, s->nodes) ? s->nodes++ : -1;
}

int wgi_lay_add_hop(wgi_lay *s, wgi_lay_hop hop)
{
    if (!wgi_pool_room(&s->l->pool, &s->hop, sizeof *s->hop, s->hops, &s->hop_room)) return -1;
    s->hop[s->hops] = hop;
    s->level[hop.level].hops++;
    return s->hops++;
}

/* The lists of hops by level. */
static bool list_hops(wgi_lay *s)
{
    for (int i = 0; i < s->levels; i++) {
        s->level[i].hop = wgi_lay_alloc(s, s->level[i].hops, sizeof *s->level[i].hop);
        if (!s->level[i].hop) return false;
        s->level[i].hops = 0;
    }
    for (int i = 0; i < s->hops; i++) {
        wgi_lay_level *l = &s->level[s->hop[i].level];
        l->hop[l->hops++] = i;
    }
    return true;
}

static bool put_into_rows(wgi_lay_work *k)
{
    bool moved = false;
    if (!wgi_lay_rows(k) || (k->l->rows > 1 && !wgi_lay_move_sources(k, &moved))) return false;
    return !moved || (wgi_lay_rank_again(k) && wgi_lay_order(k) && wgi_lay_measure(k));
}

static bool lay_out_level(wgi_lay *s, int level)
{
    wgi_lay_work k = { .s = s, .l = &s->level[level] };
    if (!k.l->nodes) return true;
    if (!wgi_lay_rank(&k) || !wgi_lay_order(&k) || !put_into_rows(&k)) return false;
    s->l->crossings += k.crossings;
    return wgi_lay_place(&k) && wgi_lay_columns(&k);
}

/* The node of the frame around a level that is laid out gets the level's size. */
static void size_frame(wgi_lay *s, int level)
{
    const wgi_lay_level *l = &s->level[level];
    if (s->frame_node[level] < 0) return;
    s->node[s->frame_node[level]].w = l->w, s->node[s->frame_node[level]].h = l->h;
}

static double rounded(double x) { return floor(8 * x + 0.5) / 8; }

static void put(const wgi_layout *l, double u, double v, double *x, double *y)
{
    *x = rounded(l->top_down ? v : u), *y = rounded(l->top_down ? u : v);
}

/* Absolute places: a frame's level begins where the frame's node is. */
static void put_boxes(wgi_lay *s)
{
    wgi_layout *l = s->l;
    for (int k = 0; k < s->levels; k++)
        for (int i = 0; i < s->level[k].nodes; i++) {
            const wgi_lay_node *n = &s->node[s->level[k].node[i]];
            double u = s->level[k].u + n->u, v = s->level[k].v + n->v;
            if (n->kind == WGI_LAY_BOX) put(l, u, v, &l->box[n->item].x, &l->box[n->item].y);
            if (n->kind != WGI_LAY_FRAME) continue;
            wgi_lay_frame *f = &l->frame[n->item];
            s->level[n->item + 1].u = u, s->level[n->item + 1].v = v;
            put(l, u, v, &f->x, &f->y), put(l, n->w, n->h, &f->w, &f->h);
        }
    for (int i = 0; i < l->boxes; i++) {
        const wgi_lay_node *n = &s->node[s->box_node[i]];
        const wgi_lay_level *k = &s->level[n->level];
        if (l->box[i].under) put(l, k->u + n->u, k->v + n->v + s->offset[i], &l->box[i].x, &l->box[i].y);
    }
    put(l, s->level[0].w, s->level[0].h, &l->w, &l->h);
}

/* A digit for each of three levels, the outermost first; deeper ones have none. */
static int row_of(const wgi_lay *s, int box)
{
    int row = 0;
    for (const wgi_lay_node *n = &s->node[s->box_node[box]];; n = &s->node[s->frame_node[n->level]]) {
        const int here = s->level[n->level].row[n->rank];
        row = (row >> 4) | WGI_LAY_MIN(here, 15) << 8;
        if (!n->level) return row;
    }
}

static void note_rows(wgi_lay *s)
{
    wgi_layout *l = s->l;
    for (int i = 0; i < l->boxes; i++) l->box[i].row = row_of(s, i);
    l->rows = s->level[0].rows;
    for (int k = 0; k < s->levels; k++)
        l->wires = WGI_LAY_MAX(l->wires, s->level[k].lanes + s->level[k].sides);
}

bool wgi_layout_run(wgi_layout *l)
{
    wgi_lay s = { .l = l, .levels = l->frames + 1 };
    l->pool.c = l->c;
    s.rank_gap = l->rank_gap > 0 ? l->rank_gap : 36, s.box_gap = l->box_gap > 0 ? l->box_gap : 18;
    l->crossings = l->steps = 0, l->w = l->h = 0, l->rows = l->wires = 0;
    s.level = wgi_lay_alloc(&s, s.levels, sizeof *s.level);
    if (!s.level || !wgi_lay_build(&s) || !list_hops(&s)) return false;
    for (int k = s.levels - 1; k >= 0; k--) {
        if (!lay_out_level(&s, k)) return false;
        if (k) size_frame(&s, k);
    }
    put_boxes(&s);
    note_rows(&s);
    if (!wgi_lay_route(&s)) return false;
    for (int i = 0; i < l->points; i++) {
        wgi_lay_point p = l->point[i];
        put(l, p.x, p.y, &l->point[i].x, &l->point[i].y);
    }
    for (int i = 0; i < l->edges; i++) {
        wgi_lay_edge *e = &l->edge[i];
        put(l, e->label_x, e->label_y, &e->label_x, &e->label_y);
    }
    return true;
}
