/* second_order.c: derivatives of second order, and what a graph knows. wg_hvp makes no Hessian.
 * wg_jacobian_sparse believes your places: a place that you leave out and that is not 0 makes a wrong
 * result. wg_input_borrow copies nothing, so the array must stay. wg_hold keeps a value beyond wg_begin.
 * wg_interrupt ends the work that runs now, or the next; a signal handler may call it. wg_node_option reads
 * the options of a call. */
#include <wengert/wengert.h>

int main(void)
{
    wg_context *c = wg_start(.dtype = WG_F64, .threads = 2);
    wg_graph *g = wg_graph_new(c);
    double numbers[] = { 1, 2, 3 }, direction[] = { 1, 0, -1 }, out[3];
    wg_node x = wg_input_borrow(g, "x", wg_view_f64(numbers, WG_SHAPE(3)));
    wg_node v = wg_input(g, "v", wg_view_f64(direction, WG_SHAPE(3))), hv;
    wg_node y = wg_sum(wg_pow(x, 3)); /* its Hessian is 6 diag(x) */
    wg_hvp(y, &x, &v, 1, &hv);
    wg_copy_f64(hv, out, 3);
    printf("H v = %g %g %g, by hand 6 0 -18\n", out[0], out[1], out[2]);
    const int32_t diagonal[] = { 0, 1, 2 };
    const wg_pattern places = { 3, diagonal, diagonal };
    wg_copy_f64(wg_jacobian_sparse(wg_square(x), x, places), out, 3);
    printf("the diagonal of d x^2 / d x = %g %g %g\n", out[0], out[1], out[2]);

    wg_node dx = wg_grad(y, x), found[8];
    printf("made by wg_grad: y %d, dx %d; dx is the gradient of %s\n", wg_node_is_derived(y),
           wg_node_is_derived(dx), wg_node_name(wg_node_gradient_of(dx)));
    wg_node twice = wg_add(wg_sin(x), wg_mul(2, wg_sin(x)));
    printf("sin x stands there %d times\n", wg_equal_nodes(twice, wg_node_operand(twice, 0), found, 8));
    wg_scope_push_i(g, "layer", 3);
    wg_node inner = wg_log(x);
    wg_scope_pop(g);
    printf("%s in %s, on %d threads\n", wg_node_op_name(inner), wg_node_scope(inner), wg_context_threads(c));
    wg_node padded = wg_pad(x, .axis = -1, .before = 2, .mode = WG_PAD_EDGE);
    const char *name;
    for (int i = 0; (name = wg_node_option_name(padded, i)); i++) {
        wg_setting s;
        wg_node_option(padded, name, &s);
        printf(i ? ", %s " : "the padding: %s ", name);
        if (*s.word) printf("%s", s.word);
        else printf("%g", s.kind == WG_ATTR_DOUBLE ? s.real : (double)s.whole);
    }
    printf("\n");

    wg_tensor held;
    wg_held *h = wg_hold(y, &held);
    wg_program *q = wg_program_text(c, "square.wg", "y = x^2");
    wg_program_set(q, "x", wg_view_f64(numbers, WG_SHAPE(3)));
    wg_begin(g, WG_EVAL);
    wg_program_build(q, g, wg_params_new(c), WG_EVAL);
    wg_copy_f64(wg_program_node(q, "y"), out, 3);
    wg_program_free(q);
    printf("y = %g %g %g, and before it was %g\n", out[0], out[1], out[2], wg_tensor_item(&held, 0));
    wg_release(h);

    wg_interrupt(c);
    wg_interrupts_wait(c, true);
    printf("meanwhile %g, then: ", wg_item(wg_sum(wg_fill(g, 1, WG_SHAPE(3)))));
    wg_interrupts_wait(c, false);
    wg_item(wg_sum(wg_fill(g, 1, WG_SHAPE(3))));
    printf("%s\n", wg_status_text(wg_failed(c)));
    wg_recover(c);
    return wg_finish(c, stderr);
}
