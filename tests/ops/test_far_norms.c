/* test_far_norms.c: what is normalised does not depend on the scale of x where eps is 0, or counts for
 * nothing: values and gradients of scale x are those of x, at scales whose squares are beyond the dtype. */
#include <math.h>
#include <stdlib.h>

#include "wgnode.h"

enum { ROWS = 40, COLUMNS = 6, ALL = ROWS * COLUMNS };

typedef wg_node (*norm_fn)(wg_node x, wg_node gamma, wg_node beta, double eps);
static wg_node batch(wg_node x, wg_node gamma, wg_node beta, double eps)
{
    return wg_batch_norm(x, gamma, beta, .eps = eps);
}
static wg_node few(wg_node x, wg_node gamma, wg_node beta, double eps)
{
    return wg_batch_norm(wg_tile(x, .counts = WG_SHAPE(8, 1)), gamma, beta, .eps = eps);
}
static wg_node layer(wg_node x, wg_node gamma, wg_node beta, double eps)
{
    return wg_layer_norm(x, gamma, beta, .eps = eps);
}
static wg_node rms(wg_node x, wg_node gamma, wg_node beta, double eps)
{
    return wg_add(wg_rms_norm(x, gamma, .eps = eps), beta);
}
static wg_node group(wg_node x, wg_node gamma, wg_node beta, double eps)
{
    return wg_group_norm(x, gamma, beta, 2, .eps = eps);
}
static const struct {
    const char *name;
    norm_fn f;
} norms[] = { { "batch_norm", batch },
              { "batch_norm of many rows", few },
              { "layer_norm", layer },
              { "rms_norm", rms },
              { "group_norm", group } };

/* The result and the gradients by x, gamma and beta, that by x times the scale. */
static double *results(norm_fn f, wg_dtype t, double scale, double eps, int64_t n[4], double *to[4])
{
    wgt_random random = { 5 };
    wg_graph *g = graph(t);
    wg_node x = wgt_drawn(g, &random, -1, 3, WG_SHAPE(ROWS, COLUMNS)), z = wg_mul(x, scale),
            gamma = wgt_drawn(g, &random, 0.5, 1.5, WG_SHAPE(COLUMNS)),
            beta = wgt_drawn(g, &random, -1, 1, WG_SHAPE(COLUMNS)), y = f(z, gamma, beta, eps);
    wg_node weights = wgt_drawn(g, &random, -1, 1, wg_node_shape(y)), of[] = { z, gamma, beta }, gx[3];
    cr_assert_eq(wg_grads(wg_sum(wg_mul(weights, y)), of, 3, gx), WG_OK);
    const wg_node all[] = { y, wg_mul(gx[0], scale), gx[1], gx[2] };
    for (int i = 0; i < 4; i++) {
        to[i] = wgt_values(all[i]), n[i] = wg_shape_size(wg_node_shape(all[i]));
        cr_assert(to[i], "%s", wg_message(wg_graph_context(g)));
    }
    done(g);
    return to[0];
}
static void compare(int k, wg_dtype t, double scale, double eps)
{
    static const char *const of[] = { "value", "gradient by x", "gradient by gamma", "gradient by beta" };
    double *near[4], *far[4];
    int64_t n[4];
    results(norms[k].f, t, 1, 0, n, near), results(norms[k].f, t, scale, eps, n, far);
    for (int i = 0; i < 4; i++) {
        double most = 0;
        for (int64_t j = 0; j < n[i]; j++) {
            const double off = fabs(far[i][j] - near[i][j]) / fmax(fabs(near[i][j]), 1);
            most = off <= most ? most : isnan(off) ? INFINITY : off;
        }
        cr_expect_leq(most, t == WG_F64 ? 1e-13 : 1e-4, "%s at %g, eps %g: the %s is off by %g",
                      norms[k].name, scale, eps, of[i], most);
        free(near[i]), free(far[i]);
    }
}
Test(far_norms, do_not_depend_on_the_scale)
{
    for (int k = 0; k < (int)(sizeof norms / sizeof *norms); k++) {
        compare(k, WG_F64, 1e200, 0), compare(k, WG_F64, 1e200, 1e-5), compare(k, WG_F64, 1e-200, 0);
        compare(k, WG_F64, 1e150, 1e-5), compare(k, WG_F64, 1e-150, 0), compare(k, WG_F64, 1e305, 1e-5);
        compare(k, WG_F32, 1e30, 0), compare(k, WG_F32, 1e30, 1e-5), compare(k, WG_F32, 1e-30, 0);
    }
}

/* Zeros are not far: eps alone is the deviation there, and the slope is 1 / sqrt(eps). */
Test(far_norms, zeros_with_eps)
{
    wg_graph *g = graph(WG_F64);
    wg_node x = VECTOR(g, 0, 0, 0, 0), y = wg_rms_norm(x, wg_none, .eps = 1e-4);
    EXPECT_VECTOR(y, 0, 0, 0, 0);
    wgt_expect_close(slope(y, x), (double[]){ 100, 100, 100, 100 }, 4, 1e-13);
    /* Large, with as large an eps: 3 / sqrt(9 + 1). */
    EXPECT_CLOSE(wg_rms_norm(VECTOR(g, 3e154, -3e154), wg_none, .eps = 1e308), 3 / sqrt(10), -3 / sqrt(10));
    EXPECT_CLOSE(
        wg_reshape(wg_group_norm(INPUT(g, WG_SHAPE(1, 2), 3e154, -3e154), wg_none, wg_none, 1, .eps = 1e308),
                   WG_SHAPE(2)),
        3 / sqrt(10), -3 / sqrt(10));
    done(g);
}
