/* test_looked.c: large gradients are looked at for NaN and infinities while they are written, so that a step
 * need not read them again. However a gradient was made, and whatever has changed it since, a step that would
 * make a parameter NaN or infinite changes nothing. */
#include <math.h>
#include <string.h>

#include "wengert/wengert.h"
#include "wgtest.h"

/* So many floats are written past the caches on every processor (kernel/stream.h). */
enum { N = 9 << 20 };

static wg_context *c;
static wg_params *p;
static wg_graph *g;
static wg_optim *o;
static float *x, *was;

static void start(void)
{
    c = wg_start();
    p = wg_params_new(c);
    g = wg_graph_new(c);
    x = wg_alloc(c, N, sizeof *x), was = wg_alloc(c, N, sizeof *was);
    for (int i = 0; i < N; i++) x[i] = (float)(i % 5) - 2;
    wg_param(g, p, "w", WG_SHAPE(N), wg_const(1));
    o = wg_sgd(p, .lr = 0.25);
}

static void end(void)
{
    wg_free(c, x), wg_free(c, was);
    wg_finish(c, NULL);
}

/* The sum of by x w; its gradient is by x. */
static wg_node loss_on(wg_graph *at, double by)
{
    wg_begin(at, WG_TRAIN);
    wg_node w = wg_param(at, p, "w", WG_SHAPE(N), wg_const(1));
    return wg_sum(wg_mul(by, wg_mul(w, wg_input_borrow(at, "x", wg_view_f32(x, WG_SHAPE(N))))));
}

static const float *values(void) { return wg_params_tensor(p, 0).data; }

static void step_is_refused(const char *when)
{
    memcpy(was, values(), N * sizeof *was);
    wg_optim_step(o);
    cr_expect(wg_failed(c) == WG_ERROR_VALUE && strstr(wg_message(c), "the gradient of w"), "%s: %s", when,
              wg_message(c));
    cr_expect(!memcmp(was, values(), N * sizeof *was), "%s: the step has changed w", when);
    wg_recover(c);
}

static void step_is_made(const char *when, double by)
{
    memcpy(was, values(), N * sizeof *was);
    cr_expect(wg_optim_step(o) == WG_OK, "%s: %s", when, wg_message(c));
    int off = 0;
    for (int i = 0; i < N; i++) off += values()[i] != was[i] - 0.25F * (float)(by * x[i]);
    cr_expect(!off, "%s: %d are off", when, off);
}

static void set_w(int i, double value)
{
    float v[1] = { (float)value };
    memcpy((float *)(uintptr_t)values() + i, v, sizeof v);
}

/* 2 · 3e38 is infinite in f32. Where w is 0 the loss is finite all the same. */
Test(looked, infinite_gradients_are_refused_wherever_they_are, .init = start, .fini = end)
{
    static const int at[] = { 0, 5000001, N - 1 };
    for (int k = 0; k < 3; k++) {
        const float good = x[at[k]];
        x[at[k]] = k % 2 ? 3e38F : -3e38F, set_w(at[k], 0);
        wg_backward(loss_on(g, 2), p);
        step_is_refused("one is infinite");
        x[at[k]] = good;
    }
    wg_backward(loss_on(g, 2), p);
    step_is_made("all are finite again", 2);
}

Test(looked, what_was_added_to_a_finite_gradient_is_looked_at, .init = start, .fini = end)
{
    x[77] = 1.5e38F, set_w(77, 0);
    wg_backward(loss_on(g, 2), p);
    wg_backward_add(loss_on(g, 2), p); /* 3e38 + 3e38 */
    step_is_refused("a sum of two gradients");
    wg_backward(loss_on(g, 2), p);
    step_is_made("one of them", 2);
}

Test(looked, a_gradient_of_another_graph_is_looked_at, .init = start, .fini = end)
{
    wg_graph *other = wg_graph_new(c);
    wg_backward(loss_on(g, 2), p);
    step_is_made("finite, on the first graph", 2);
    /* The gradient of a slice is written by a kernel that does not look. */
    x[5] = 3e38F, set_w(5, 0);
    wg_begin(other, WG_TRAIN);
    wg_node w = wg_param(other, p, "w", WG_SHAPE(N), wg_const(1));
    wg_node in = wg_input_borrow(other, "x", wg_view_f32(x, WG_SHAPE(N / 2)));
    wg_backward(wg_sum(wg_mul(2, wg_mul(wg_slice(w, .axis = 0, .to = N / 2), in))), p);
    step_is_refused("infinite, on the second graph");
}

Test(looked, what_a_user_writes_is_looked_at, .init = start, .fini = end)
{
    wg_backward(loss_on(g, 2), p);
    float *gradient = (float *)(uintptr_t)wg_params_grad(p, 0).data;
    gradient[N / 2] = NAN;
    step_is_refused("a user has written");
    wg_backward(loss_on(g, 2), p);
    gradient[N - 1] = INFINITY; /* the address is still the same */
    step_is_refused("a user has written later");
}

/* The gradients of two sets by two calls, and one optimizer of both. */
Test(looked, a_part_of_the_gradients_is_looked_at, .init = start, .fini = end)
{
    wg_params *q = wg_params_in(p, "part");
    wg_begin(g, WG_TRAIN);
    wg_node v = wg_param(g, q, "v", WG_SHAPE(N), wg_const(1));
    wg_node in = wg_input_borrow(g, "x", wg_view_f32(x, WG_SHAPE(N)));
    wg_backward(wg_sum(wg_mul(2, wg_mul(v, in))), q);
    wg_optim_step(o);
    cr_expect(wg_failed(c) == WG_OK, "%s", wg_message(c));
    x[N / 3] = 3e38F, set_w(N / 3, 0);
    wg_backward(loss_on(g, 2), p);
    step_is_refused("w is infinite, v has no gradient");
}
