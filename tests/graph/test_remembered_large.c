/* test_remembered_large.c: graphs of vectors with more nodes than calls are remembered for at first. They are
 * built again and again, with a change anywhere. */
#include <string.h>

#include "wgnearest.h"
#include "wgtest.h"

enum { STEPS = 2000 };

typedef struct chain {
    float factor[STEPS], term[STEPS], x;
    bool minus[STEPS]; /* the term is subtracted */
    int steps;
} chain;

/* One change of a build beside the one before, mostly of nodes behind the 4,096th. */
static void change_chain(chain *s, int round, wgt_random *r)
{
    const int late = STEPS - 1 - (int)wgt_below(r, STEPS / 4), early = (int)wgt_below(r, STEPS / 4);
    switch (round % 8) {
    case 1: s->x = (float)wgt_uniform(r, -1, 1); break;
    case 3: s->factor[late] = (float)wgt_uniform(r, -1, 1); break;
    case 4: s->term[late] = s->term[early] = (float)wgt_uniform(r, -1, 1); break;
    case 5: s->minus[late] = !s->minus[late]; break;
    case 6: s->minus[early] = !s->minus[early]; break;
    case 7: s->steps = s->steps == STEPS ? late : STEPS; break;
    default: break;
    }
}

static float end_of(const chain *s)
{
    float h = s->x;
    for (int k = 0; k < s->steps; k++) {
        const float scaled = h * s->factor[k];
        h = s->minus[k] ? scaled - s->term[k] : scaled + s->term[k];
    }
    return h;
}

static wg_node chain_of(wg_graph *g, const chain *s, wg_node x)
{
    wg_node h = x;
    for (int k = 0; k < s->steps; k++) {
        h = wg_mul(h, (double)s->factor[k]);
        h = s->minus[k] ? wg_sub(h, (double)s->term[k]) : wg_add(h, (double)s->term[k]);
    }
    return wg_keep(h);
}

static void count_differences(void *user, const char *line)
{
    *(int *)user += strstr(line, "differs") || strstr(line, "goes on");
}

/* More calls are remembered once a large graph has repeated. */
Test(remembered, a_large_graph_of_vectors_may_change_anywhere)
{
    enum { WIDTH = 16 };
    static chain s = { .x = 0.5F, .steps = STEPS };
    wgt_random r = { 11 };
    int lines = 0;
    for (int k = 0; k < STEPS; k++) s.factor[k] = (k % 5 == 0 ? 0.5F : 1), s.term[k] = (float)(k % 7) / 8;
    WGT_GRAPH(WG_F32,
              &(wg_options){
                  .threads = 1, .trace = WG_TRACE_REBUILD, .on_trace = count_differences, .user = &lines });
    for (int round = 0; round < 40; round++) {
        float x[WIDTH];
        if (round >= 8) change_chain(&s, round, &r);
        if (round == 3) lines = 0;
        for (int i = 0; i < WIDTH; i++) x[i] = s.x;
        wg_begin(g, WG_TRAIN);
        wg_node h = chain_of(g, &s, wg_input(g, "x", wg_view_f32(x, WG_SHAPE(WIDTH))));
        const float *y = wg_value(h).data;
        for (int i = 0; y && i < WIDTH; i++) cr_assert_eq(y[i], WGT_NEAREST(end_of(&s)), "round %d", round);
        if (round == 7) cr_expect_eq(lines, 0); /* all calls repeated those of the build before */
    }
    wgt_finish(c, NULL);
}
