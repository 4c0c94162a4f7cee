/* Derivatives by nodes that a rewrite passes by: wg_matmul(x, t) with t = wg_transpose(w) reads w. The
 * reference is the same program with an input in the place of the node: no rewrite looks behind an input. All
 * numbers are small integers, so all results are exact. */
#include <math.h>

#include "wgtest.h"

typedef struct written {
    const char *name;
    wg_shape x;                 /* z is made of this */
    wg_node (*make)(wg_node x); /* z, which the rewrite of what follows passes by */
    wg_node (*then)(wg_node z);
} written;

static wg_node other(wg_node z, int rows, int columns)
{
    static const double v[12] = { 1, -2, 3, 2, 1, -1, 4, 0, 1, 2, -3, 1 };
    return wg_input(wg_graph_of(z), "other", wg_view_f64((double *)(uintptr_t)v, WG_SHAPE(rows, columns)));
}

static wg_node turned(wg_node x) { return wg_transpose(x); }
static wg_node swapped(wg_node x) { return wg_transpose(x, .axes = WG_AXES(0, 2, 1)); }
static wg_node reshaped(wg_node x) { return wg_reshape(x, WG_SHAPE(3, 4)); }
static wg_node first_matrix(wg_node x) { return wg_reshape(wg_slice(x, .axis = 0, .to = 1), WG_SHAPE(2, 3)); }
static wg_node negated(wg_node x) { return wg_neg(x); }
static wg_node chosen(wg_node x) { return wg_transpose(wg_mul(x, 2)); }

static wg_node cubes(wg_node y) { return wg_mul(wg_square(y), y); }
static wg_node factor_on_the_right(wg_node z) { return cubes(wg_matmul(other(z, 3, 4), z)); }
static wg_node factor_on_the_left(wg_node z) { return cubes(wg_matmul(z, other(z, 2, 3))); }
static wg_node both_factors(wg_node z) { return cubes(wg_matmul(z, z, .ta = true)); }
static wg_node turned_again(wg_node z) { return cubes(wg_transpose(z)); }
static wg_node back_to_itself(wg_node z) { return wg_add(cubes(wg_neg(z)), wg_square(z)); }
static wg_node reshaped_again(wg_node z) { return cubes(wg_reshape(z, WG_SHAPE(2, 6))); }
static wg_node its_diagonal(wg_node z) { return cubes(wg_diagonal(z)); }
/* The rewrite of max transposes its operand, which is a transpose itself. */
static wg_node largest_of_apart(wg_node z) { return cubes(wg_max(z, .axes = WG_AXES(0, 2))); }
static wg_node batches(wg_node z)
{
    return cubes(wg_matmul(wg_add(wg_transpose(z, .axes = WG_AXES(0, 2, 1)), 1), z));
}
static wg_node square_part(wg_node x, void *unused)
{
    return (void)unused, cubes(wg_matmul(other(x, 3, 4), x));
}
static wg_node by_recompute(wg_node z) { return wg_recompute(z, square_part, NULL); }

static const written cases[] = {
    { "right factor", { 2, { 2, 4 } }, turned, factor_on_the_right },
    { "right factor, recomputed", { 2, { 2, 4 } }, turned, by_recompute },
    { "left factor", { 2, { 2, 4 } }, turned, factor_on_the_left },
    { "both factors", { 2, { 2, 4 } }, turned, both_factors },
    { "transposed product", { 2, { 2, 4 } }, chosen, factor_on_the_right },
    { "maximum over axes that are apart", { 3, { 2, 3, 2 } }, swapped, largest_of_apart },
    { "batches", { 3, { 2, 3, 2 } }, swapped, batches },
    { "transpose of a transpose", { 2, { 2, 4 } }, turned, turned_again },
    { "reshape of a reshape", { 2, { 2, 6 } }, reshaped, reshaped_again },
    { "diagonal of a reshape", { 3, { 2, 2, 3 } }, first_matrix, its_diagonal },
    { "neg of neg", { 1, { 5 } }, negated, back_to_itself },
};
enum { CASES = sizeof cases / sizeof *cases };

/* z of the program, or an input with its values. */
static wg_node begin(wg_graph *g, const written *w, bool leaf)
{
    static const double v[12] = { 1, 2, -1, 3, 0, 2, 1, -2, 1, 1, 2, -1 };
    wg_begin(g, WG_TRAIN);
    wg_node x = wg_input(g, "x", wg_view_f64((double *)(uintptr_t)v, w->x)), z = w->make(x);
    return leaf ? wg_input(g, "z", wg_value(z)) : z;
}

/* First and second derivatives, a directional one, and the rows of wg_vmap, as one list. */
static int derivatives(wg_node z, const written *w, double to[], int room)
{
    wg_node y = w->then(z), loss = wg_sum(y), first = wg_grad(loss, z);
    wg_node second = wg_grad(wg_sum(wg_square(first)), z), v = wg_add(z, 1);
    wg_node along = wg_jvp(y, &z, &v, 1);
    wg_shape s = wg_node_shape(z), rows = { s.rank + 1, { 2 } };
    memcpy(rows.dim + 1, s.dim, sizeof *s.dim * (size_t)s.rank);
    wg_node mapped = wg_vmap(y, z, wg_broadcast_to(wg_add(z, 2), rows));
    const wg_node all[] = { first, second, along, mapped };
    int n = 0;
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        const wg_tensor t = wg_value(all[i]);
        cr_assert_not_null(t.data, "%s, result %zu: %s", w->name, i,
                           wg_message(wg_graph_context(wg_graph_of(z))));
        for (int64_t k = 0; k < wg_shape_size(t.shape) && n < room; k++) to[n++] = wg_tensor_item(&t, k);
    }
    return n;
}

Test(written_paths, derivatives_by_a_node_that_a_rewrite_passes_by)
{
    enum { ROOM = 400 };
    static double node[ROOM], leaf[ROOM];
    for (int i = 0; i < CASES; i++) {
        WGT_GRAPH(WG_F64, NULL);
        wg_graph *h = wg_graph_new(c);
        const int m = derivatives(begin(h, &cases[i], true), &cases[i], leaf, ROOM);
        for (int build = 0; build < 3; build++) {
            const int n = derivatives(begin(g, &cases[i], false), &cases[i], node, ROOM);
            cr_assert_eq(n, m);
            for (int k = 0; k < n; k++)
                cr_expect_eq(node[k], leaf[k], "%s, build %d, number %d: %g, exact %g", cases[i].name, build,
                             k, node[k], leaf[k]);
        }
        wgt_finish(c, NULL);
    }
}

Test(written_paths, the_chain_rule_holds_through_the_node)
{
    for (int i = 0; i < CASES; i++) {
        WGT_GRAPH(WG_F64, NULL);
        wg_node z = begin(g, &cases[i], false), x = wg_graph_node(g, 1), loss = wg_sum(cases[i].then(z));
        wg_node all[2];
        cr_assert_eq(wg_grads(loss, ((wg_node[]){ x, z }), 2, all), WG_OK);
        wg_node through;
        cr_assert_eq(wg_vjp(z, all[1], &x, 1, &through), WG_OK);
        const wg_tensor p = wg_value(all[0]), q = wg_value(through);
        for (int64_t k = 0; k < wg_shape_size(p.shape); k++)
            cr_expect_eq(wg_tensor_item(&p, k), wg_tensor_item(&q, k), "%s, element %d", cases[i].name,
                         (int)k);
        wgt_finish(c, NULL);
    }
}

/* In two builds tanh and the second transpose are at the same place: what one noted is not the other's. */
static double of_build(wg_graph *g, bool second)
{
    static const double v[9] = { 1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 1 };
    wg_begin(g, WG_TRAIN);
    wg_node x = wg_input(g, "x", wg_view_f64(v, WG_SHAPE(3, 3))), t = wg_transpose(x);
    wg_node y = second ? wg_tanh(t) : wg_transpose(t);
    wg_node first = wg_grad(wg_sum(wg_mul(y, wg_tanh(t))), t);
    const double sum = wg_item(wg_sum(wg_grad(wg_sum(wg_square(first)), x)));
    cr_assert_eq(wg_failed(wg_graph_context(g)), WG_OK, "%s", wg_message(wg_graph_context(g)));
    return sum;
}

Test(written_paths, builds_that_differ_do_not_share_what_they_noted)
{
    WGT_GRAPH(WG_F64, NULL);
    for (int i = 0; i < 6; i++) {
        const bool second = i % 2 != 0;
        wg_graph *fresh = wg_graph_new(c);
        cr_expect_eq(of_build(g, second), of_build(fresh, second), "build %d", i);
    }
    wgt_finish(c, NULL);
}

/* wg_transpose(w) is no work of its own in the forward nor in the backward pass. Nor are two transposes. */
/* By z, of L = bce(sigmoid(z), t) with z = w - 1: the derivative is sigmoid(z) - t, far out, too, where 1 -
 * sigmoid(z) is below the last digit of 1. It does not depend on which of t and z was made first. */
Test(written_paths, what_a_rewrite_reads_beside_its_path_does_not_matter)
{
    const double far[2] = { 70, -68 }, truth[2] = { 0, 1 };
    for (int first = 0; first < 2; first++) {
        WGT_GRAPH(WG_F64, NULL);
        wg_node t = wg_none, w, z;
        if (first) t = wg_input(g, "t", wg_view_f64((double *)(uintptr_t)truth, WG_SHAPE(2)));
        w = wg_input(g, "w", wg_view_f64((double *)(uintptr_t)far, WG_SHAPE(2))), z = wg_sub(w, 1);
        if (!first) t = wg_input(g, "t", wg_view_f64((double *)(uintptr_t)truth, WG_SHAPE(2)));
        const wg_node a = wg_sigmoid(z), by_z = wg_grad(wg_sum(wg_bce(a, t)), z);
        const wg_tensor v = wg_value(by_z);
        cr_expect(wg_tensor_item(&v, 0) == 1 && wg_tensor_item(&v, 1) == -1, "t first: %d: %g, %g", first,
                  wg_tensor_item(&v, 0), wg_tensor_item(&v, 1));
        wgt_finish(c, NULL);
    }
}

Test(written_paths, a_transposed_factor_is_never_computed)
{
    WGT_WORLD(WG_F64, NULL);
    wg_begin(g, WG_TRAIN);
    wg_node w = wg_param(g, p, "w", WG_SHAPE(5, 4), wg_zeros()),
            x = wg_param(g, p, "x", WG_SHAPE(3, 4), wg_const(1));
    wg_plan *plan = wg_plan_look(wg_sum(wg_square(wg_matmul(x, wg_transpose(wg_transpose(wg_transpose(w)))))),
                                 .params = p);
    cr_assert_not_null(plan);
    for (int i = 0; i < plan->ops; i++) cr_expect_str_neq(plan->op[i].op, "transpose");
    wg_plan_free(plan);
    wgt_finish(c, NULL);
}

/* Two builds of one graph that have the same beginning: the tangents of the first build have rewritten nodes
 * where the Jacobian of the second has others. cos' = -sin, whose tangent is negated again. */
Test(written_paths, a_jacobian_after_a_build_with_tangents)
{
    const double at[2] = { 0.3, -0.5 }, unit[2][2] = { { 1, 0 }, { 0, 1 } };
    WGT_GRAPH(WG_F64, NULL);
    double J[8];
    for (int build = 0; build < 4; build++) {
        wg_begin(g, WG_EVAL);
        wg_node x = wg_input(g, "x", wg_view_f64(at, WG_SHAPE(2))), r = wg_sqrt(wg_sum(wg_square(x)));
        wg_node outer = wg_mul(wg_expand_dims(x, .axis = 1), wg_expand_dims(x, .axis = 0));
        wg_node y = wg_mul(wg_sub(1, wg_cos(r)), outer);
        for (int k = 0; build % 2 == 0 && k < 2; k++) {
            wg_node v = wg_input(g, "v", wg_view_f64(unit[k], WG_SHAPE(2)));
            wg_jvp(y, &x, &v, 1);
        }
        if (build % 2 == 0) continue;
        cr_assert_eq(wg_copy_f64(wg_jacobian(y, x), J, 8), WG_OK, "%s", wg_message(c));
        const double n = sqrt(at[0] * at[0] + at[1] * at[1]);
        for (int i = 0; i < 2; i++)
            for (int j = 0; j < 2; j++)
                for (int k = 0; k < 2; k++) {
                    const double want = sin(n) * at[k] / n * at[i] * at[j] +
                                        (1 - cos(n)) * ((i == k) * at[j] + (j == k) * at[i]);
                    cr_expect_float_eq(J[(i * 2 + j) * 2 + k], want, 1e-15, "%d %d %d", i, j, k);
                }
    }
    wgt_finish(c, NULL);
}
