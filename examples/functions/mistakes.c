/* mistakes.c: what is wrong. These functions find and tell a mistake. A warning comes once for each place
 * in the source. After a step of an optimizer a set takes no new parameter in WG_EVAL, as nothing would
 * train it. */
#include <wengert/wengert.h>

static void say(wg_context *c)
{
    printf("%s: %s\n", wg_status_text(wg_failed(c)), wg_message(c));
    wg_recover(c);
}

static void warned(void *user, const char *message) { printf("a warning: %s\n", message); }

int main(void)
{
    wg_context *c = wg_start(.on_warning = warned);
    wg_graph *g = wg_graph_new(c);
    wg_params *p = wg_params_new(c);
    wg_node x = wg_name(wg_linspace(g, 1, 3, .count = 3), "x"),
            w = wg_param(g, p, "w", WG_SHAPE(3), wg_zeros());
    wg_backward(wg_sum(wg_mul(x, w)), p);
    wg_optim_step(wg_sgd(p));
    for (int i = 0; i < 3; i++) wg_warn(c, WG_HERE, "round %d", i); /* once for each place */
    wg_trace_nan(wg_log(wg_sub(x, 2)), NULL, stdout);

    wg_add(x, wg_fill(g, 1, WG_SHAPE(4)));
    say(c);
    wg_params_seal(p, true);
    wg_param(g, p, "W", WG_SHAPE(3), wg_zeros()), say(c);
    wg_params_seal(p, false), wg_begin(g, WG_EVAL);
    wg_param(g, p, "W", WG_SHAPE(3), wg_zeros()), say(c);
    wg_params_trained(p, false); /* so that it may be made here */
    wg_param(g, p, "W", WG_SHAPE(3), wg_zeros()), say(c);
    return wg_finish(c, stderr);
}
