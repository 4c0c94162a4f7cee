/* test_optim.c: a step changes the parameters that have a gradient, and no others, whatever is beside them in
 * memory. All numbers are sums of a few powers of two, so that expectations are exact. */
#include <stdlib.h>

#include "wgtest.h"

typedef struct item {
    const char *name;
    wg_shape shape;
    int gradient; /* of each element; 0: the loss does not reach it */
} item;

/* On both sides of every size at which memory is divided. */
static const item items[] = {
    { "enc.a", { 1, { 7 } }, 1 },        { "enc.A", { 2, { 3, 5 } }, 2 },
    { "dec.b", { 0, { 0 } }, 3 },        { "enc.c", { 1, { 16 } }, 0 },
    { "enc.d", { 1, { 17 } }, 4 },       { "dec.E", { 2, { 129, 130 } }, 5 },
    { "enc.F", { 2, { 128, 128 } }, 6 }, { "dec.g", { 1, { 16383 } }, 7 },
    { "dec.h", { 1, { 300 } }, 8 },      { "enc.I", { 2, { 60, 60 } }, 0 },
    { "dec.J", { 2, { 0, 4 } }, 9 },     { "enc.k", { 1, { 40000 } }, 10 },
    { "dec.l", { 1, { 5 } }, 11 },       { "enc.M", { 2, { 90, 100 } }, 12 },
    { "dec.n", { 1, { 1 } }, 13 },
};
enum { ITEMS = sizeof items / sizeof *items };

static wg_node loss_of(wg_graph *g, wg_params *p)
{
    wg_node L = wg_scalar(g, 0);
    for (int i = 0; i < ITEMS; i++) {
        wg_node w = wg_param(g, p, items[i].name, items[i].shape, wg_const(2));
        if (i % 4 == 1) wg_state(g, p, i == 1 ? "s" : i == 5 ? "t" : "u", WG_SHAPE(9), wg_const(2));
        if (items[i].gradient) L = wg_add(L, wg_mul(items[i].gradient, wg_sum(w)));
    }
    return L;
}

static void all_are(const wg_params *p, const char *name, double value)
{
    wg_tensor t = wg_params_tensor(p, wg_params_find(p, name));
    for (int64_t i = 0; i < wg_shape_size(t.shape); i++) {
        double v = t.dtype == WG_F32 ? (double)((float *)t.data)[i] : ((double *)t.data)[i];
        cr_assert_eq(v, value, "%s[%lld] is %g, not %g", name, (long long)i, v, value);
    }
}

static void step(wg_dtype t, int threads, bool only_enc, bool decay_all)
{
    wg_options o = { .threads = threads };
    wg_context *c = wgt_start(NULL, t, &o);
    wg_graph *g = wg_graph_new(c);
    wg_params *p = wg_params_new(c), *q = only_enc ? wg_params_in(p, "enc") : p;
    wg_optim *s = wg_sgd(q, &(wg_sgd_opts){ .lr = 0.5, .weight_decay = 0.25, .decay_all = decay_all });
    wg_backward(loss_of(g, p), p);
    wg_optim_step(s);
    for (int i = 0; i < ITEMS; i++) {
        bool moves = items[i].gradient && (!only_enc || items[i].name[0] == 'e');
        double keep = decay_all || items[i].shape.rank >= 2 ? 0.875 : 1;
        all_are(p, items[i].name, moves ? 2 * keep - 0.5 * items[i].gradient : 2);
    }
    all_are(p, "s", 2), all_are(p, "t", 2), all_are(p, "u", 2);
    wgt_finish(c, NULL);
}

Test(optim, moves_what_is_to_move)
{
    for (int i = 0; i < 16; i++) step(i & 1 ? WG_F32 : WG_F64, i & 2 ? 1 : 2, i & 4, i & 8);
}

/* Each parameter keeps its own moments: the closed form of two steps of momentum with constant gradients. */
Test(optim, moments_are_each_parameters_own)
{
    wg_context *c = wgt_start(NULL, WG_F64, NULL);
    wg_graph *g = wg_graph_new(c);
    wg_params *p = wg_params_new(c);
    wg_optim *o = wg_momentum(p, &(wg_momentum_opts){ .lr = 0.5, .beta = 0.5, .classical = true });
    for (int k = 0; k < 2; k++) {
        wg_begin(g, WG_TRAIN);
        wg_backward(loss_of(g, p), p);
        wg_optim_step(o);
    }
    for (int i = 0; i < ITEMS; i++) all_are(p, items[i].name, 2 - 0.5 * (1 + 1.5) * items[i].gradient);
    wg_optim_free(o);
    o = wg_momentum(p, &(wg_momentum_opts){ .lr = 0.5, .beta = 0.5, .classical = true });
    wg_begin(g, WG_TRAIN);
    wg_backward(loss_of(g, p), p);
    wg_optim_step(o);
    for (int i = 0; i < ITEMS; i++) all_are(p, items[i].name, 2 - 0.5 * (1 + 1.5 + 1) * items[i].gradient);
    wgt_finish(c, NULL);
}

/* A step for which there is no memory changes nothing. The next step with memory is the first. */
Test(optim, no_memory_for_a_step)
{
    wgt_memory m = { 0 };
    wg_context *c = wgt_start(&m, WG_F32, NULL);
    wg_graph *g = wg_graph_new(c);
    wg_params *p = wg_params_new(c);
    wg_node w = wg_param(g, p, "w", WG_SHAPE(2), wg_const(2));
    wg_optim *s = wg_sgd(p, &(wg_sgd_opts){ .lr = 0.5 });
    wg_backward(wg_sum(w), p);
    m.fail_at = m.calls + 1;
    wg_optim_step(s);
    wgt_expect_error(c, WG_ERROR_MEMORY, "no memory");
    all_are(p, "w", 2);
    m.fail_at = 0;
    wg_optim_step(s);
    all_are(p, "w", 1.5);
    wgt_finish(c, &m);
}
