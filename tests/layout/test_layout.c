/* test_layout.c: what holds for every layout, on known and random pictures; pictures whose best layout is
 * known; the same bytes always; time; memory. */
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

static picture *begin(wg_context *c)
{
    picture *p = calloc(1, sizeof *p);
    p->box = calloc(MOST, sizeof *p->box), p->edge = calloc(MOST, sizeof *p->edge);
    p->l = (wgi_layout){ .c = c, .box = p->box, .edge = p->edge, .frame = p->frame };
    return p;
}

static void end(picture *p)
{
    wgi_layout_free(&p->l);
    free(p->box), free(p->edge), free(p);
}

static int add_box(picture *p, double w, double h, int frame)
{
    p->box[p->l.boxes] = (wgi_lay_box){ .w = w, .h = h, .frame = frame };
    return p->l.boxes++;
}

static int add_edge(picture *p, int from, int to)
{
    p->edge[p->l.edges] = (wgi_lay_edge){ .from = from, .to = to, .from_at = -1, .to_at = -1 };
    return p->l.edges++;
}

static int add_frame(picture *p, int parent)
{
    p->frame[p->l.frames] = (wgi_lay_frame){ .parent = parent, .label_w = 40, .label_h = 14 };
    return p->l.frames++;
}

/* ---- what always holds ---- */

typedef struct area {
    double x, y, w, h;
} area;

static area area_of_box(const wgi_lay_box *b) { return (area){ b->x, b->y, b->w, b->h }; }
static area area_of_frame(const wgi_lay_frame *f) { return (area){ f->x, f->y, f->w, f->h }; }

static bool overlap(area a, area b, double by)
{
    return a.x + by < b.x + b.w && b.x + by < a.x + a.w && a.y + by < b.y + b.h && b.y + by < a.y + a.h;
}

static bool contains(area a, area b)
{
    return a.x <= b.x && a.y <= b.y && a.x + a.w >= b.x + b.w && a.y + a.h >= b.y + b.h;
}

static bool is_in(const picture *p, int frame, int f)
{
    while (frame >= 0 && frame != f) frame = p->frame[frame].parent;
    return frame == f;
}

static void expect_areas(const picture *p)
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

static double curve(double a, double b, double c, double d, double t)
{
    double s = 1 - t;
    return s * s * s * a + 3 * s * s * t * b + 3 * s * t * t * c + t * t * t * d;
}

/* The box over those that stand one under another. */
static int node_of(const picture *p, int box)
{
    while (p->box[box].under) box = p->box[box].under - 1;
    return box;
}

/* An edge goes from its box to its box, is in one piece, and touches no other box. */
static void expect_route(const picture *p, const wgi_lay_edge *e)
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

static void expect_layout(picture *p)
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

static void run(void (*test)(picture *p))
{
    WGT_IN_CONTEXT(WG_F64, NULL);
    for (int down = 0; down < 2; down++) {
        picture *p = begin(c);
        p->l.top_down = down;
        test(p);
        end(p);
    }
}

/* A test of pictures from left to right and top down. */
#define LAYOUT_TEST(name)             \
    static void name(picture *p);     \
    Test(layout, name) { run(name); } \
    static void name(picture *p)

static void clear(picture *p)
{
    wgi_layout_free(&p->l);
    p->l.boxes = p->l.edges = p->l.frames = 0;
}

/* Frames hold neighbours in the order of the boxes, so that edges between frames make no circle. */
static void fill_random(picture *p, wgt_random *r, int boxes, int edges, int frames)
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

/* ---- known pictures ---- */

static double middle(const picture *p, int box)
{
    const wgi_lay_box *b = &p->box[box];
    return p->l.top_down ? b->x + b->w / 2 : b->y + b->h / 2;
}

LAYOUT_TEST(a_chain_is_straight_and_wraps)
{
    for (int i = 0; i < 40; i++) {
        add_box(p, 50 + 7 * (i % 5), 30 + 11 * (i % 3), -1);
        if (i) add_edge(p, i - 1, i);
    }
    expect_layout(p);
    for (int i = 1; i < 40; i++) cr_assert_float_eq(middle(p, i), middle(p, 0), 0.2, "box %d", i);
    for (int i = 0; i < 39; i++) cr_assert_eq(p->edge[i].points, 4, "one straight piece");
    double length = p->l.top_down ? p->l.h : p->l.w;
    wgi_layout_free(&p->l);
    p->l.page = length / 3.5;
    expect_layout(p);
    cr_assert_eq(p->l.rows, 4);
    cr_assert_leq(p->l.top_down ? p->l.h : p->l.w, p->l.page + 60, "with the lanes at both ends");
}

/* It lies above the parent, which stays between its children. */
/* Two edges leave a frame by one exit. The way there is as straight as the heavier of them wants to be. */
LAYOUT_TEST(the_heavier_of_two_edges_keeps_their_way_straight)
{
    for (int first = 0; first < 2; first++) {
        clear(p);
        const int in = add_frame(p, -1), a = add_box(p, 50, 30, in), b = add_box(p, 50, 30, in);
        const int to[] = { add_box(p, 50, 30, -1), add_box(p, 50, 30, -1) };
        p->edge[add_edge(p, a, b)].weight = 3;
        for (int k = 0; k < 2; k++) p->edge[add_edge(p, a, to[k])].weight = k == first ? 9 : 1;
        expect_layout(p);
        cr_expect_float_eq(middle(p, a), middle(p, to[first]), 0.2);
    }
}

LAYOUT_TEST(a_box_without_links_makes_room)
{
    for (int i = 0; i < 4; i++) add_box(p, 30, 30, -1);
    add_edge(p, 1, 2), add_edge(p, 1, 3);
    expect_layout(p);
    cr_expect(middle(p, 0) < middle(p, 1) && middle(p, 2) < middle(p, 1) && middle(p, 1) < middle(p, 3));
}

/* A net x → · → + → f → · → + ... in rows: each parameter stands in the row of its use. */
LAYOUT_TEST(parameters_stand_in_the_row_of_their_use)
{
    int h = add_box(p, 60, 30, -1), first = p->l.edges;
    for (int i = 0; i < 24; i++) {
        int parameter = i % 3 < 2 ? add_box(p, 60, 30, -1) : -1, op = add_box(p, 80, 30, -1);
        p->edge[add_edge(p, h, op)].weight = 8;
        if (parameter >= 0) add_edge(p, parameter, op);
        h = op;
    }
    p->l.page = p->l.top_down ? 500 : 900;
    expect_layout(p);
    cr_assert_gt(p->l.rows, 2);
    for (int i = first; i < p->l.edges; i++) {
        const wgi_lay_box *a = &p->box[p->edge[i].from], *b = &p->box[p->edge[i].to];
        if (p->edge[i].weight == 8) continue;
        cr_assert(p->l.top_down ? a->y + a->h < b->y : a->x + a->w < b->x, "parameter %d", p->edge[i].from);
    }
}

/* The same with parameters and ops of any width, with skip edges, and with any length of rows. */
LAYOUT_TEST(parameters_stand_in_the_row_of_their_use_in_any_picture)
{
    for (uint64_t seed = 1; seed <= 200; seed++) {
        wgt_random r = { seed };
        int op[30];
        for (int i = 0; i < 30; i++) {
            const int parameters = i ? (int)wgt_below(&r, 4) : 0;
            op[i] = add_box(p, 30 + (double)wgt_below(&r, 150), 30, -1);
            if (i) p->edge[add_edge(p, op[i - 1], op[i])].weight = 8;
            if (i > 4 && !wgt_below(&r, 4)) p->edge[add_edge(p, op[i - 4], op[i])].weight = 8;
            for (int k = 0; k < parameters; k++)
                add_edge(p, add_box(p, 30 + (double)wgt_below(&r, 150), 30, -1), op[i]);
        }
        p->l.page = 400 + (double)wgt_below(&r, 1200);
        expect_layout(p);
        for (int i = 0; i < p->l.edges; i++) {
            const wgi_lay_box *a = &p->box[p->edge[i].from], *b = &p->box[p->edge[i].to];
            if (p->edge[i].weight == 8) continue;
            cr_assert(p->l.top_down ? a->y + a->h < b->y : a->x + a->w < b->x, "parameter %d of picture %d",
                      p->edge[i].from, (int)seed);
        }
        clear(p);
    }
}

/* Each box is used once: operands in order, and nothing crosses. */
LAYOUT_TEST(trees_have_no_crossings)
{
    static uint64_t seed = 7;
    wgt_random r = { seed++ };
    int boxes = 80;
    for (int i = 0; i < boxes; i++) add_box(p, 40, 30, -1);
    for (int i = 1; i < boxes; i++) add_edge(p, i, (int)wgt_below(&r, (uint64_t)i));
    expect_layout(p);
    cr_assert_eq(p->l.crossings, 0);
}

LAYOUT_TEST(operands_stand_in_order)
{
    for (int i = 0; i < 6; i++) add_box(p, 40, 30, -1);
    for (int i = 0; i < 5; i++) add_edge(p, 4 - i, 5);
    expect_layout(p);
    for (int i = 0; i < 4; i++) cr_assert_gt(middle(p, i), middle(p, i + 1), "the first operand is above");
    cr_assert_float_eq(middle(p, 2), middle(p, 5), 0.2, "the middle one is level with its use");
}

/* K(3,3) in two ranks has 9 crossings at least, K(2,4) 6: C(m,2) C(n,2). The ladder has none. */
static int64_t crossings_of(picture *p, int m, int n)
{
    for (int i = 0; i < m + n; i++) add_box(p, 40, 30, -1);
    for (int i = 0; i < m; i++)
        for (int j = 0; j < n; j++) add_edge(p, i, m + j);
    cr_assert(wgi_layout_run(&p->l));
    int64_t crossings = p->l.crossings;
    clear(p);
    return crossings;
}

LAYOUT_TEST(crossings_are_fewest)
{
    cr_assert_eq(crossings_of(p, 3, 3), 9);
    cr_assert_eq(crossings_of(p, 2, 4), 6);
    for (int i = 0; i < 8; i++) add_box(p, 40, 30, -1);
    for (int i = 0; i < 3; i++) add_edge(p, i, i + 1), add_edge(p, i + 4, i + 5);
    add_edge(p, 0, 5), add_edge(p, 1, 6), add_edge(p, 2, 7); /* rungs: planar */
    expect_layout(p);
    cr_assert_eq(p->l.crossings, 0);
}

/* A matching in the wrong order is put in order. */
LAYOUT_TEST(a_path_between_two_ranks_has_no_crossings)
{
    for (int i = 0; i < 24; i++) add_box(p, 40, 30, -1);
    for (int i = 0; i < 12; i++) add_edge(p, i, 12 + i * 5 % 12);
    for (int i = 0; i < 11; i++) add_edge(p, i + 1, 12 + i * 5 % 12);
    expect_layout(p);
    cr_assert_eq(p->l.crossings, 0);
}

LAYOUT_TEST(loops_run_around)
{
    int f = add_frame(p, -1);
    for (int i = 0; i < 4; i++) add_box(p, 60, 30, i == 1 || i == 2 ? f : -1);
    add_edge(p, 0, 1), add_edge(p, 1, 2), add_edge(p, 2, 3);
    p->edge[add_edge(p, 2, 1)].loose = true; /* h to h, one step on */
    p->edge[add_edge(p, 1, 1)].loose = true;
    p->edge[add_edge(p, 3, 0)].loose = true;
    expect_layout(p);
    double x = p->l.top_down ? p->box[1].x : p->box[1].y;
    cr_assert_float_eq(x, p->l.top_down ? p->box[2].x : p->box[2].y, 0.2);
}

/* A circle of edges that should all go forward: one of them goes back, around. */
LAYOUT_TEST(a_circle_is_cut_once)
{
    for (int i = 0; i < 5; i++) add_box(p, 60, 30, -1);
    for (int i = 0; i < 5; i++) add_edge(p, i, (i + 1) % 5);
    cr_assert(wgi_layout_run(&p->l));
    expect_areas(p);
    int back = 0;
    for (int i = 0; i < 5; i++) {
        expect_route(p, &p->edge[i]);
        const wgi_lay_box *a = &p->box[p->edge[i].from], *b = &p->box[p->edge[i].to];
        back += p->l.top_down ? a->y > b->y : a->x > b->x;
    }
    cr_assert_eq(back, 1);
}

LAYOUT_TEST(nothing_and_an_empty_frame)
{
    cr_assert(wgi_layout_run(&p->l));
    cr_assert(p->l.w == 0 && p->l.h == 0);
    wgi_layout_free(&p->l);
    add_frame(p, -1);
    add_box(p, 10, 10, -1);
    expect_layout(p);
    cr_assert(p->frame[0].w == 0 && p->l.w == 10 && p->l.h == 10);
}

/* ---- the same always, and in time ---- */

static uint64_t hash_of(const picture *p)
{
    uint64_t h = 14695981039346656037u;
    const unsigned char *s = (const unsigned char *)p->l.point;
    for (size_t i = 0; i < (size_t)p->l.points * sizeof *p->l.point; i++) h = (h ^ s[i]) * 1099511628211u;
    for (int i = 0; i < p->l.boxes; i++)
        h = (h ^ (uint64_t)(p->box[i].x * 8)) * 31 + (uint64_t)(p->box[i].y * 8);
    return h;
}

LAYOUT_TEST(is_the_same_a_thousand_times)
{
    wgt_random r = { 99 };
    uint64_t first = 0;
    fill_random(p, &r, 60, 90, 6);
    for (int i = 0; i < 500; i++) {
        void *hole = malloc(1 + (size_t)wgt_below(&r, 5000)); /* another heap each time */
        cr_assert(wgi_layout_run(&p->l));
        if (i == 0) first = hash_of(p);
        cr_assert_eq(hash_of(p), first, "layout %d differs", i);
        wgi_layout_free(&p->l);
        free(hole);
    }
}

/* The steps of a chain, a tree and a hub grow like their size, those of all pairs like the number of
 * edges. */
static int64_t steps_of(picture *p)
{
    cr_assert(wgi_layout_run(&p->l));
    int64_t steps = p->l.steps;
    clear(p);
    return steps;
}

LAYOUT_TEST(steps_grow_like_the_picture)
{
    for (int kind = 0; kind < 3; kind++)
        for (int n = 1000; n <= 100000; n *= 10) {
            for (int i = 0; i < n; i++) {
                add_box(p, 40, 30, -1);
                if (i) add_edge(p, i, kind == 0 ? i - 1 : kind == 1 ? (i - 1) / 2 : 0);
            }
            cr_assert_lt(steps_of(p), 300 * (int64_t)n, "picture %d of %d boxes", kind, n);
        }
    for (int i = 0; i < 600; i++) add_box(p, 40, 30, -1);
    for (int i = 0; i < 300; i++)
        for (int j = 300; j < 600; j++) add_edge(p, i, j);
    cr_assert_lt(steps_of(p), 100 * (int64_t)90000);
    for (int i = 0; i < 20000; i++) { /* a chain, each box used by the last one too: long edges run around */
        add_box(p, 40, 30, -1);
        if (i) add_edge(p, i - 1, i);
        if (i) add_edge(p, i - 1, 19999);
    }
    cr_assert_lt(steps_of(p), 300 * (int64_t)(20000 * 5 + 100000));
}

/* ---- memory ---- */

Test(layout, every_failed_allocation_is_survived)
{
    wgt_random r = { 5 };
    for (int64_t k = 1; k < 2000; k++) {
        wgt_memory m = { 0 };
        wg_context *c = wgt_start(&m, WG_F64, NULL);
        picture *p = begin(c);
        r = (wgt_random){ 5 };
        fill_random(p, &r, 20, 30, 3);
        m.fail_at = m.calls + k;
        bool done = wgi_layout_run(&p->l);
        cr_assert_eq(done, !wg_failed(c));
        end(p);
        wgt_drop(c, &m);
        if (done) return;
    }
    cr_assert(false, "it never succeeds");
}

/* ---- random pictures ---- */

LAYOUT_TEST(random_pictures_keep_the_rules)
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
        clear(p);
    }
}

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

LAYOUT_TEST(boxes_stand_one_under_another)
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
        clear(p);
    }
}
