/* test_by_pointer.c: functions that write their node through a pointer, beside the same ones that return
 * it. */
#include "wgtest.h"

typedef struct net {
    wg_node w;
    int calls;
} net;

/* ---- each function in both forms ---- */

static wg_node part(wg_node x, void *user)
{
    net *n = user;
    n->calls++;
    return wg_sin(wg_mul(x, n->w));
}
static wg_node step(wg_node x, int i, void *user) { return wg_add(part(x, user), i); }
static wg_node slope(wg_node t, wg_node y, void *user) { return wg_mul(t, part(y, user)); }

static void write_part(const wg_node x[], int i, wg_node *y, void *user) { *y = part(x[0], user); }
static void write_step(const wg_node x[], int i, wg_node *y, void *user) { *y = step(x[0], i, user); }
static void write_slope(const wg_node x[], int i, wg_node *y, void *user) { *y = slope(x[0], x[1], user); }
static void write_nothing(const wg_node x[], int i, wg_node *y, void *user) {}

enum { BUILDERS = 4 };

static wg_node returned(int k, wg_node x, net *n)
{
    switch (k) {
    case 0: return wg_recompute(x, part, n);
    case 1: return wg_recompute_chain(x, step, n, 5);
    case 2: return wg_fixed_point(x, part, n);
    default: return wg_odeint(x, slope, n, 0, 1, .method = WG_ODE_RK4, .steps = 5);
    }
}
static wg_node written(int k, wg_node x, wgx_by_pointer *b)
{
    switch (k) {
    case 0: return wg_recompute(x, wgx_part_by_pointer, b);
    case 1: return wg_recompute_chain(x, wgx_step_by_pointer, b, 5);
    case 2: return wg_fixed_point(x, wgx_part_by_pointer, b);
    default: return wg_odeint(x, wgx_ode_by_pointer, b, 0, 1, .method = WG_ODE_RK4, .steps = 5);
    }
}

static void (*const writer[BUILDERS])(const wg_node x[], int i, wg_node *y,
                                      void *user) = { write_part, write_step, write_part, write_slope };

Test(by_pointer, is_the_same_as_returned)
{
    for (int k = 0; k < BUILDERS; k++) {
        double value[2], by_w[2];
        int calls[2];
        for (int form = 0; form < 2; form++) {
            WGT_GRAPH(WG_F64, NULL);
            net n = { wg_scalar(g, 0.7), 0 };
            wg_node x = wg_scalar(g, 1.2);
            wg_node y = form ? written(k, x, &(wgx_by_pointer){ writer[k], &n }) : returned(k, x, &n);
            value[form] = wg_item(y), by_w[form] = wg_item(wg_grad(y, n.w)), calls[form] = n.calls;
            wgt_finish(c, NULL);
        }
        cr_expect_eq(value[0], value[1], "builder %d", k);
        cr_expect_eq(by_w[0], by_w[1], "builder %d", k);
        cr_expect(calls[0] > 0 && calls[0] == calls[1], "builder %d", k);
    }
}

/* Nothing written, no function, no struct: as a function that returns no node. */
Test(by_pointer, nothing_written_is_an_error)
{
    wgx_by_pointer *const odd[] = { &(wgx_by_pointer){ write_nothing, NULL }, &(wgx_by_pointer){ 0 }, NULL };
    for (int k = 0; k < BUILDERS; k++)
        for (int i = 0; i < 3; i++) {
            wg_context *c = wgt_start(NULL, WG_F64, NULL);
            written(k, wg_scalar(wg_graph_new(c), 1), odd[i]);
            cr_expect(wg_failed(c), "builder %d, %d", k, i);
            wg_recover(c);
            wgt_finish(c, NULL);
        }
}
