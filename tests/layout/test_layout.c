/* test_layout.c: pictures whose best layout is known, the same bytes always, time, memory. */
#include "laid_out.h"

/* ---- known pictures ---- */

static double middle(const picture *p, int box)
{
    const wgi_lay_box *b = &p->box[box];
    return p->l.top_down ? b->x + b->w / 2 : b->y + b->h / 2;
}

static void draw_chain(picture *p)
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
Test(layout, a_chain_is_straight_and_wraps) { run(draw_chain); }

/* A net x → · → + → f → · → + ... in rows: each parameter stands in the row of its use. */
static void draw_layers(picture *p)
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
Test(layout, parameters_stand_in_the_row_of_their_use) { run(draw_layers); }

/* The same with parameters and ops of any width, with skip edges, and with any length of rows. */
static void draw_random_layers(picture *p)
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
        wgi_layout_free(&p->l);
        p->l.boxes = p->l.edges = 0;
    }
}
Test(layout, parameters_stand_in_the_row_of_their_use_in_any_picture) { run(draw_random_layers); }

/* Each box is used once: operands in order, and nothing crosses. */
static void draw_tree(picture *p)
{
    static uint64_t seed = 7;
    wgt_random r = { seed++ };
    int boxes = 80;
    for (int i = 0; i < boxes; i++) add_box(p, 40, 30, -1);
    for (int i = 1; i < boxes; i++) add_edge(p, i, (int)wgt_below(&r, (uint64_t)i));
    expect_layout(p);
    cr_assert_eq(p->l.crossings, 0);
}
Test(layout, trees_have_no_crossings) { run(draw_tree); }

static void draw_operands(picture *p)
{
    for (int i = 0; i < 6; i++) add_box(p, 40, 30, -1);
    for (int i = 0; i < 5; i++) add_edge(p, 4 - i, 5);
    expect_layout(p);
    for (int i = 0; i < 4; i++) cr_assert_gt(middle(p, i), middle(p, i + 1), "the first operand is above");
    cr_assert_float_eq(middle(p, 2), middle(p, 5), 0.2, "the middle one is level with its use");
}
Test(layout, operands_stand_in_order) { run(draw_operands); }

/* K(3,3) in two ranks has 9 crossings at least, K(2,4) 6: C(m,2) C(n,2). The ladder has none. */
static int64_t crossings_of(picture *p, int m, int n)
{
    for (int i = 0; i < m + n; i++) add_box(p, 40, 30, -1);
    for (int i = 0; i < m; i++)
        for (int j = 0; j < n; j++) add_edge(p, i, m + j);
    cr_assert(wgi_layout_run(&p->l));
    int64_t crossings = p->l.crossings;
    wgi_layout_free(&p->l);
    p->l.boxes = p->l.edges = 0;
    return crossings;
}

static void draw_bipartite(picture *p)
{
    cr_assert_eq(crossings_of(p, 3, 3), 9);
    cr_assert_eq(crossings_of(p, 2, 4), 6);
    for (int i = 0; i < 8; i++) add_box(p, 40, 30, -1);
    for (int i = 0; i < 3; i++) add_edge(p, i, i + 1), add_edge(p, i + 4, i + 5);
    add_edge(p, 0, 5), add_edge(p, 1, 6), add_edge(p, 2, 7); /* rungs: planar */
    expect_layout(p);
    cr_assert_eq(p->l.crossings, 0);
}
Test(layout, crossings_are_fewest) { run(draw_bipartite); }

/* A matching in the wrong order is put in order. */
static void draw_matching(picture *p)
{
    for (int i = 0; i < 24; i++) add_box(p, 40, 30, -1);
    for (int i = 0; i < 12; i++) add_edge(p, i, 12 + i * 5 % 12);
    for (int i = 0; i < 11; i++) add_edge(p, i + 1, 12 + i * 5 % 12);
    expect_layout(p);
    cr_assert_eq(p->l.crossings, 0);
}
Test(layout, a_path_between_two_ranks_has_no_crossings) { run(draw_matching); }

static void draw_loops(picture *p)
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
Test(layout, loops_run_around) { run(draw_loops); }

/* A circle of edges that should all go forward: one of them goes back, around. */
static void draw_circle(picture *p)
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
Test(layout, a_circle_is_cut_once) { run(draw_circle); }

static void draw_nothing(picture *p)
{
    cr_assert(wgi_layout_run(&p->l));
    cr_assert(p->l.w == 0 && p->l.h == 0);
    wgi_layout_free(&p->l);
    add_frame(p, -1);
    add_box(p, 10, 10, -1);
    expect_layout(p);
    cr_assert(p->frame[0].w == 0 && p->l.w == 10 && p->l.h == 10);
}
Test(layout, nothing_and_an_empty_frame) { run(draw_nothing); }

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

static void draw_again(picture *p)
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
Test(layout, is_the_same_a_thousand_times) { run(draw_again); }

/* The steps of a chain, a tree and a hub grow like their size, those of all pairs like the number of
 * edges. */
static int64_t steps_of(picture *p)
{
    cr_assert(wgi_layout_run(&p->l));
    int64_t steps = p->l.steps;
    wgi_layout_free(&p->l);
    p->l.boxes = p->l.edges = 0;
    return steps;
}

static void draw_large(picture *p)
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
Test(layout, steps_grow_like_the_picture, .timeout = 200) { run(draw_large); }

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
