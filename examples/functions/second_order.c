/* second_order.c: derivatives of second order, and what a graph knows. wg_hvp makes no Hessian.
 * wg_jacobian_sparse believes your places: a place that you leave out and that is not 0 makes a wrong
 * result. wg_input_borrow copies nothing, so the array must stay.
 * wg_interrupt ends the work that runs now, or the next; a signal handler may call it. */
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

    wg_scope_push_i(g, "layer", 3);
    wg_node inner = wg_log(x);
    wg_scope_pop(g);
    printf("%s in %s, on %d threads\n", wg_node_op_name(inner), wg_node_scope(inner), wg_context_threads(c));
    const double before = wg_item(y);
    wg_program *q = wg_program_text(c, "square.wg", "y = x^2");
    wg_program_set(q, "x", wg_view_f64(numbers, WG_SHAPE(3)));
    wg_begin(g, WG_EVAL);
    wg_program_build(q, g, wg_params_new(c), WG_EVAL);
    wg_copy_f64(wg_program_node(q, "y"), out, 3);
    wg_program_free(q);
    printf("y = %g %g %g, and before it was %g\n", out[0], out[1], out[2], before);

    wg_interrupt(c);
    wg_item(wg_sum(wg_fill(g, 1, WG_SHAPE(3))));
    printf("%s\n", wg_status_text(wg_failed(c)));
    wg_recover(c);
    return wg_finish(c, stderr);
}
