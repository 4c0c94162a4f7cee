/* test_layout_random.c: what holds for every layout, on random pictures. */
#include "laid_out.h"

static void draw_random(picture *p)
{
    static uint64_t seed = 1;
    for (int i = 0; i < 60; i++) {
        wgt_random r = { seed++ };
        fill_random(p, &r, 2 + (int)wgt_below(&r, 30), (int)wgt_below(&r, 50), (int)wgt_below(&r, 7));
        for (int k = (int)wgt_below(&r, 4); k > 0; k--) {
            int e = add_edge(p, (int)wgt_below(&r, (uint64_t)p->l.boxes),
                             (int)wgt_below(&r, (uint64_t)p->l.boxes));
            p->edge[e].loose = true;
        }
        p->l.page = i % 3 == 2 ? 500 : 0;
        expect_layout(p);
        wgi_layout_free(&p->l);
        p->l.boxes = p->l.edges = p->l.frames = 0;
    }
}
Test(layout_random, random_pictures_keep_the_rules) { run(draw_random); }

/* Up to three boxes one under another, with edges between any of them, in frames and in rows. */
static void fill_stacks(picture *p, wgt_random *r, int stacks, int frames)
{
    int first[40], size[40];
    for (int f = 0; f < frames; f++) add_frame(p, -1);
    for (int i = 0; i < stacks; i++) {
        const double w = 20 + (double)wgt_below(r, 120);
        const int frame = frames ? i * (frames + 1) / stacks - 1 : -1;
        first[i] = p->l.boxes, size[i] = 1 + (int)wgt_below(r, 3);
        for (int k = 0; k < size[i]; k++) {
            const double h = 15 + (double)wgt_below(r, 60);
            const int box = add_box(p, p->l.top_down ? h : w, p->l.top_down ? w : h, frame);
            p->box[box].under = k ? first[i] + 1 : 0;
        }
    }
    for (int i = 0; i < 2 * stacks; i++) {
        const int a = (int)wgt_below(r, (uint64_t)stacks),
                  b = wgt_below(r, 4) ? a + (int)wgt_below(r, (uint64_t)(stacks - a)) : a;
        const int from = first[a] + (int)wgt_below(r, (uint64_t)size[a]),
                  to = first[b] + (int)wgt_below(r, (uint64_t)size[b]);
        if (from == to) continue;
        const int e = add_edge(p, from, to);
        if (wgt_below(r, 2)) p->edge[e].from_at = 5, p->edge[e].to_at = 12;
        if (wgt_below(r, 3)) continue;
        p->edge[p->l.edges] = p->edge[e];
        p->edge[p->l.edges++].twin = e + 1;
    }
}

typedef struct piece {
    int from, to; /* of its edge */
    double at, low, high;
} piece;

/* The straight pieces of an edge across the ranks. */
static int across(const picture *p, const wgi_lay_edge *e, piece list[8])
{
    int n = 0;
    for (int i = 0; i + 3 < e->points && n < 8; i += 3) {
        const wgi_lay_point *a = &p->l.point[e->point + i], *b = a + 3;
        const double u = p->l.top_down ? b->y - a->y : b->x - a->x,
                     v = p->l.top_down ? b->x - a->x : b->y - a->y, start = p->l.top_down ? a->x : a->y;
        const bool straight = p->l.top_down ? a[1].y == a->y : a[1].x == a->x;
        if (u || !straight || fabs(v) < 8) continue;
        list[n++] = (piece){ e->from, e->to, p->l.top_down ? a->y : a->x, fmin(start, start + v),
                             fmax(start, start + v) };
    }
    return n;
}

/* Edges between rows run upon one another only if they have the same start or the same end. */
static void expect_lanes(const picture *p)
{
    piece all[1000];
    int n = 0;
    for (int i = 0; i < p->l.edges && n < 992; i++) n += across(p, &p->edge[i], all + n);
    for (int i = 0; i < n; i++)
        for (int k = 0; k < i; k++) {
            const piece *a = &all[i], *b = &all[k];
            const double common = fmin(a->high, b->high) - fmax(a->low, b->low);
            if (a->from != b->from && a->to != b->to && fabs(a->at - b->at) < 1)
                cr_expect_lt(common, 1, "%d to %d upon %d to %d", a->from, a->to, b->from, b->to);
        }
}

static void draw_stacks(picture *p)
{
    for (uint64_t seed = 1; seed <= 60; seed++) {
        wgt_random r = { seed };
        fill_stacks(p, &r, 2 + (int)wgt_below(&r, 20), (int)wgt_below(&r, 3));
        p->l.page = seed % 3 ? 0 : 600;
        expect_layout(p);
        if (p->l.page > 0) expect_lanes(p);
        for (int i = 0; i < p->l.boxes; i++) {
            const wgi_lay_box *b = &p->box[i], *over = &p->box[i - 1];
            if (!b->under) continue;
            cr_expect_eq(p->l.top_down ? b->y : b->x, p->l.top_down ? over->y : over->x);
            const double gap = p->l.top_down ? b->x - over->x - over->w : b->y - over->y - over->h;
            cr_expect(gap > 0 && gap < 8, "box %d is %g under the one over it", i, gap);
        }
        wgi_layout_free(&p->l);
        p->l.boxes = p->l.edges = p->l.frames = 0;
    }
}
Test(layout_random, boxes_stand_one_under_another) { run(draw_stacks); }
