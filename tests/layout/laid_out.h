/* laid_out.h: pictures for the tests of the layout, and what holds for every layout. */
#ifndef WGT_LAID_OUT_H
#define WGT_LAID_OUT_H

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "layout/layout.h"
#include "wgtest.h"

/* ---- pictures ---- */

enum { MOST = 100100 };

typedef struct picture {
    wgi_lay_box *box;
    wgi_lay_edge *edge;
    wgi_lay_frame frame[64];
    wgi_layout l;
} picture;

static inline picture *begin(wg_context *c)
{
    picture *p = calloc(1, sizeof *p);
    p->box = calloc(MOST, sizeof *p->box), p->edge = calloc(MOST, sizeof *p->edge);
    p->l = (wgi_layout){ .c = c, .box = p->box, .edge = p->edge, .frame = p->frame };
    return p;
}

static inline void end(picture *p)
{
    wgi_layout_free(&p->l);
    free(p->box), free(p->edge), free(p);
}

static inline int add_box(picture *p, double w, double h, int frame)
{
    p->box[p->l.boxes] = (wgi_lay_box){ .w = w, .h = h, .frame = frame };
    return p->l.boxes++;
}

static inline int add_edge(picture *p, int from, int to)
{
    p->edge[p->l.edges] = (wgi_lay_edge){ .from = from, .to = to, .from_at = -1, .to_at = -1 };
    return p->l.edges++;
}

static inline int add_frame(picture *p, int parent)
{
    p->frame[p->l.frames] = (wgi_lay_frame){ .parent = parent, .label_w = 40, .label_h = 14 };
    return p->l.frames++;
}

/* ---- what always holds ---- */

typedef struct area {
    double x, y, w, h;
} area;

static inline area area_of_box(const wgi_lay_box *b) { return (area){ b->x, b->y, b->w, b->h }; }
static inline area area_of_frame(const wgi_lay_frame *f) { return (area){ f->x, f->y, f->w, f->h }; }

static inline bool overlap(area a, area b, double by)
{
    return a.x + by < b.x + b.w && b.x + by < a.x + a.w && a.y + by < b.y + b.h && b.y + by < a.y + a.h;
}

static inline bool contains(area a, area b)
{
    return a.x <= b.x && a.y <= b.y && a.x + a.w >= b.x + b.w && a.y + a.h >= b.y + b.h;
}

static inline bool is_in(const picture *p, int frame, int f)
{
    while (frame >= 0 && frame != f) frame = p->frame[frame].parent;
    return frame == f;
}

static inline void expect_areas(const picture *p)
{
    const area all = { 0, 0, p->l.w, p->l.h };
    for (int i = 0; i < p->l.boxes; i++) {
        area a = area_of_box(&p->box[i]);
        cr_assert(contains(all, a), "box %d leaves the picture", i);
        for (int j = 0; j < i; j++)
            cr_assert(!overlap(a, area_of_box(&p->box[j]), 0), "boxes %d and %d", i, j);
        for (int f = 0; f < p->l.frames; f++) {
            area r = area_of_frame(&p->frame[f]);
            if (is_in(p, p->box[i].frame, f)) cr_assert(contains(r, a), "box %d leaves frame %d", i, f);
            else cr_assert(!overlap(r, a, 0), "box %d lies in frame %d", i, f);
        }
    }
    for (int f = 0; f < p->l.frames; f++)
        for (int g = 0; g < f; g++) {
            bool inner = is_in(p, f, g);
            cr_assert(!inner || p->frame[f].w == 0 ||
                      contains(area_of_frame(&p->frame[g]), area_of_frame(&p->frame[f])));
            cr_assert(inner || !overlap(area_of_frame(&p->frame[f]), area_of_frame(&p->frame[g]), 0));
        }
}

static inline double curve(double a, double b, double c, double d, double t)
{
    double s = 1 - t;
    return s * s * s * a + 3 * s * s * t * b + 3 * s * t * t * c + t * t * t * d;
}

/* The box over those that stand one under another. */
static inline int node_of(const picture *p, int box)
{
    while (p->box[box].under) box = p->box[box].under - 1;
    return box;
}

/* An edge goes from its box to its box, is in one piece, and touches no other box. */
static inline void expect_route(const picture *p, const wgi_lay_edge *e)
{
    const wgi_lay_point *k = &p->l.point[e->point];
    area from = area_of_box(&p->box[e->from]), to = area_of_box(&p->box[e->to]);
    cr_assert(e->points >= 4 && e->points % 3 == 1, "%d points", e->points);
    const wgi_lay_point *z = &k[e->points - 1];
    const bool bow = node_of(p, e->from) == node_of(p, e->to) && e->from != e->to;
    if (bow) cr_assert(p->l.top_down ? z->y == to.y + to.h : z->x == to.x + to.w);
    else if (p->l.top_down) cr_assert(k->y == from.y + from.h && z->y == to.y);
    else
        cr_assert(k->x == from.x + from.w && z->x == to.x, "%g %g, %g %g", k->x, from.x + from.w, z->x, to.x);
    cr_assert(contains((area){ from.x - 1, from.y - 1, from.w + 2, from.h + 2 }, (area){ k->x, k->y, 0, 0 }));
    cr_assert(contains((area){ to.x - 1, to.y - 1, to.w + 2, to.h + 2 }, (area){ z->x, z->y, 0, 0 }));
    for (int i = 0; i + 3 < e->points; i += 3)
        for (int t = 0; t <= 32; t++) {
            area at = { curve(k[i].x, k[i + 1].x, k[i + 2].x, k[i + 3].x, t / 32.0),
                        curve(k[i].y, k[i + 1].y, k[i + 2].y, k[i + 3].y, t / 32.0), 0, 0 };
            cr_assert(contains((area){ 0, 0, p->l.w, p->l.h }, at), "an edge leaves the picture");
            for (int b = 0; b < p->l.boxes; b++)
                cr_assert(!overlap(area_of_box(&p->box[b]), at, 0.2), "edge %d to %d passes box %d", e->from,
                          e->to, b);
        }
}

static inline void expect_layout(picture *p)
{
    cr_assert(wgi_layout_run(&p->l));
    expect_areas(p);
    for (int i = 0; i < p->l.edges; i++) {
        const wgi_lay_edge *e = &p->edge[i];
        expect_route(p, e);
        area a = area_of_box(&p->box[e->from]), b = area_of_box(&p->box[e->to]);
        bool forward = p->l.top_down ? a.y + a.h < b.y : a.x + a.w < b.x;
        if (!e->loose && !p->l.page && node_of(p, e->from) != node_of(p, e->to))
            cr_assert(forward, "edge %d to %d goes back", e->from, e->to);
    }
}

static inline void run(void (*test)(picture *p))
{
    wg_context *c = wgt_start(NULL, WG_F64, NULL);
    for (int down = 0; down < 2; down++) {
        picture *p = begin(c);
        p->l.top_down = down;
        test(p);
        end(p);
    }
    wgt_finish(c, NULL);
}

/* Frames hold neighbours in the order of the boxes, so that edges between frames make no circle. */
static inline void fill_random(picture *p, wgt_random *r, int boxes, int edges, int frames)
{
    int first[64], last[64];
    for (int f = 0; f < frames; f++) {
        int parent = f ? (int)wgt_below(r, (uint64_t)f + 1) - 1 : -1;
        int low = parent < 0 ? 0 : first[parent], high = parent < 0 ? boxes : last[parent];
        first[f] = low + (int)wgt_below(r, (uint64_t)(high - low) + 1);
        last[f] = first[f] + (int)wgt_below(r, (uint64_t)(high - first[f]) + 1);
        for (int g = 0; g < f; g++) /* siblings are apart */
            if (p->frame[g].parent == parent && first[f] < last[g] && first[g] < last[f]) last[f] = first[f];
        add_frame(p, parent);
    }
    for (int i = 0; i < boxes; i++) {
        int frame = -1;
        for (int f = 0; f < frames; f++)
            if (i >= first[f] && i < last[f] && p->frame[f].parent == frame) frame = f;
        add_box(p, 20 + (double)wgt_below(r, 120), 15 + (double)wgt_below(r, 80), frame);
    }
    for (int i = 0; i < edges; i++) {
        int to = 1 + (int)wgt_below(r, (uint64_t)boxes - 1), near = (int)wgt_below(r, 6) + 1;
        int e =
            add_edge(p, wgt_below(r, 4) ? (to > near ? to - near : 0) : (int)wgt_below(r, (uint64_t)to), to);
        if (wgt_below(r, 3) == 0) p->edge[e].from_at = 5, p->edge[e].to_at = 12, p->edge[e].weight = 8;
        if (wgt_below(r, 3)) continue;
        p->edge[p->l.edges] = p->edge[e];
        p->edge[p->l.edges++].twin = e + 1;
    }
}

#endif
