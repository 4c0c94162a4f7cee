/* test_hold.c: values that are held stay as they are and where they are, whatever the graph does then; and
 * work that is interrupted ends with an error, and goes on after it. */
#include <math.h>

#include "wgtest.h"

TestSuite(hold);

enum { N = 100000 };

/* x + k, for the numbers 0, 1, ... */
static wg_node shifted(wg_graph *g, double k)
{
    static float x[N];
    for (int i = 0; i < N; i++) x[i] = (float)i;
    return wg_add(wg_input(g, "x", wg_view_f32(x, WG_SHAPE(N))), k);
}
static bool is_shifted(wg_tensor t, int n, double k)
{
    for (int i = 0; i < n; i++)
        if (wg_tensor_item(&t, i) != i + k) return false;
    return true;
}

Test(hold, values_outlive_their_evaluation)
{
    for (int planned = -1; planned < 2; planned += 2) {
        wg_context *c = wg_start(.interpret = planned);
        wg_graph *g = wg_graph_new(c);
        wgx_held *h[6];
        wg_tensor t[6];
        for (int k = 0; k < 6; k++) {
            wg_begin(g, WG_TRAIN);
            wg_node y = shifted(g, k);
            const void *at = wg_value(y).data;
            h[k] = wgx_hold(y, &t[k]);
            cr_assert(h[k] && t[k].data == at, "no copy of a large value");
            wg_item(wg_sum(wg_mul(y, 7))); /* other values in the same evaluation */
        }
        for (int k = 0; k < 6; k++) cr_expect(is_shifted(t[k], N, k));
        wgx_release(h[3]);
        wg_graph_free(g);
        for (int k = 0; k < 6; k++) cr_expect(k == 3 || is_shifted(t[k], N, k));
        for (int k = 0; k < 5; k++)
            if (k != 3) wgx_release(h[k]);
        cr_expect(is_shifted(t[5], N, 5));
        cr_expect_eq(wg_finish(c, stderr), 0); /* frees what is left */
    }
}

/* Two holds of one evaluation keep it until the second is released. Leaves and small values are copies. */
Test(hold, shares_an_evaluation_and_copies_leaves)
{
    wg_context *c = wg_start();
    wg_graph *g = wg_graph_new(c);
    wg_params *p = wg_params_new(c);
    wg_tensor a, b, w, s;
    wg_node y = shifted(g, 1), z = wg_mul(y, 2), v = wg_param(g, p, "w", WG_SHAPE(N), wg_const(3));
    wg_node small = wg_sum(wg_add(wg_mul(v, 0), 1));
    wgx_held *ha = wgx_hold(y, &a), *hb = wgx_hold(z, &b), *hw = wgx_hold(v, &w), *hs = wgx_hold(small, &s);
    cr_assert(ha && hb && hw && hs);
    wg_begin(g, WG_TRAIN);
    wg_params_assign(p, "w", (double[N]){ 0 }, N);
    shifted(g, 9);
    cr_expect(is_shifted(a, N, 1));
    wgx_release(ha);
    wg_item(wg_sum(wg_mul(shifted(g, 5), 3)));
    for (int i = 0; i < N; i++) cr_assert_eq(wg_tensor_item(&b, i), 2 * (i + 1));
    for (int i = 0; i < N; i++) cr_assert_eq(wg_tensor_item(&w, i), 3);
    cr_expect_eq(wg_tensor_item(&s, 0), N);
    wgx_release(hb), wgx_release(hw), wgx_release(hs), wgx_release(NULL);
    cr_expect_eq(wg_finish(c, stderr), 0);
}

/* Released before the evaluation ends, the memory is used again: it does not grow. */
Test(hold, gives_memory_back)
{
    wg_context *c = wg_start();
    wg_graph *g = wg_graph_new(c);
    size_t first = 0;
    for (int k = 0; k < 20; k++) {
        wg_tensor t;
        wg_begin(g, WG_TRAIN);
        wgx_held *h = wgx_hold(shifted(g, k), &t);
        wgx_release(h);
        if (k == 3) first = wg_graph_bytes(g);
    }
    cr_expect_eq(wg_graph_bytes(g), first);
    wg_tensor t;
    cr_expect(!wgx_hold(wg_none, &t) && !t.data);
    wg_recover(c);
    wg_finish(c, NULL);
}

/* ---- interrupts ---- */

static int polls;
static bool says_stop(void *user) { return polls++, *(bool *)user; }

Test(hold, interrupts)
{
    for (int planned = -1; planned < 2; planned += 2) {
        bool go_on = false;
        wg_context *c = wg_start(.interpret = planned, .on_poll = says_stop, .user = &go_on);
        wg_graph *g = wg_graph_new(c);
        polls = 0;
        wg_node y = wg_sum(shifted(g, 1));
        cr_expect(isnan(wg_item(y)) && polls == 1);
        wgt_expect_error(c, WG_ERROR_INTERRUPTED, "test_hold.c");
        wg_recover(c);
        go_on = true;
        cr_expect_eq(wg_item(y), (double)(float)wg_item(y), "it goes on");
        cr_expect(!wg_failed(c));
        wg_begin(g, WG_TRAIN);
        wg_interrupt(c);
        cr_expect(isnan(wg_item(wg_sum(shifted(g, 2)))));
        wgt_expect_error(c, WG_ERROR_INTERRUPTED, "the work was interrupted");
        wg_recover(c);
        cr_expect(!isnan(wg_item(wg_sum(shifted(g, 3)))) && !wg_failed(c));
        wg_interrupt(c);
        wg_recover(c);
        cr_expect_eq(wg_item(wg_sum(wg_fill(g, 1, WG_SHAPE(3)))), 3, "an interrupt that waits is forgotten");
        wg_interrupt(NULL);
        wg_finish(c, stderr);
    }
}
