/* test_store.c: the memory of parameters. Gradients and moments of a parameter begin as zeros whenever it is
 * made, and those of its neighbours stay. */
#include <stdio.h>

#include "wgnearest.h"
#include "wgtest.h"

enum { MADE = 12, STEPS = 4 };

/* Parameter k has 1, 8, 27, ... elements, its first value is k, and its gradient is k + 1. */
static wg_node parameter(wg_graph *g, wg_params *p, int k)
{
    char name[32];
    snprintf(name, sizeof name, "x%d", k);
    const int64_t n = k + 1;
    return wg_param(g, p, name, WG_SHAPE(n, n, n), wg_const(k));
}

static wg_node loss_of(wg_graph *g, wg_params *p, int count)
{
    wg_begin(g, WG_TRAIN);
    wg_node loss = wg_scalar(g, 0);
    for (int k = 0; k < count; k++) loss = wg_add(loss, wg_mul(wg_sum(parameter(g, p, k)), wg_number(k + 1)));
    return loss;
}

/* x after n steps by v = 0.5 v + g, x -= 0.125 v. In f64 all numbers of up to 48 steps are exact. */
static double after(int k, int n)
{
    double x = k, v = 0;
    for (int i = 0; i < n; i++) {
        v = 0.5 * v + (k + 1);
        x -= 0.125 * v;
    }
    return x;
}

/* A new parameter after every few steps, when its piece has gradients and moments already. */
Test(store, parameters_made_between_steps_begin_with_zeros)
{
    for (int threads = 1; threads <= 2; threads++) {
        WGT_IN_WORLD(WG_F64, &WG_OPTS(wg_start_opts, .threads = threads));
        wg_optim *o = wg_momentum(p, .lr = 0.125, .beta = 0.5, .classical = true);
        for (int count = 1; count <= MADE; count++)
            for (int i = 0; i < STEPS; i++) {
                wg_backward(loss_of(g, p, count), p);
                wg_optim_step(o);
            }
        for (int k = 0; k < MADE; k++) {
            wg_tensor t = wg_params_tensor(p, k);
            const double want = WGT_NEAREST(after(k, STEPS * (MADE - k)));
            for (int64_t i = 0; i < wg_shape_size(t.shape); i++)
                cr_assert_eq(((const double *)t.data)[i], want, "x%d[%lld]: %.17g, not %.17g", k,
                             (long long)i, ((const double *)t.data)[i], want);
        }
    }
}

/* Small and large parameters in turn do not take each other's memory, and what they take is in
 * proportion to what they hold. A piece is made when a parameter of n elements does not fit into the
 * last one, which is half of all pieces T or n. So T / 2 - n elements at least are taken, and the new
 * piece makes T at most twice as large: four elements for each one that is taken then. */
Test(store, parameters_of_many_sizes_lie_apart)
{
    enum { N = 60 };
    wgt_random r = { wgt_seed() };
    WGT_IN_COUNTED(WG_F32, NULL);
    int64_t size[N], all = 0;
    for (int k = 0; k < N; k++) {
        char name[32];
        snprintf(name, sizeof name, "x%d", k);
        size[k] = wgt_below(&r, 1LL << wgt_below(&r, 20));
        all += size[k];
        if (wgt_below(&r, 4)) wg_param(g, p, name, WG_SHAPE(size[k]), wg_const(k));
        else wg_state(g, p, name, WG_SHAPE(size[k]), wg_const(k));
    }
    cr_assert(m.bytes < 4 * (4 * all + 400000), "%lld bytes for %lld numbers", (long long)m.bytes,
              (long long)all);
    for (int k = 0; k < N; k++) {
        wg_tensor t = wg_params_tensor(p, k);
        for (int64_t i = 0; i < size[k]; i++) cr_assert_eq(((const float *)t.data)[i], k);
    }
}
