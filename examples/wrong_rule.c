/* wrong_rule.c: the gradient check finds a wrong derivative rule. An op of our own, a softmax over the
 * rows of a matrix, stands in a net of some 30 nodes. Its rule sums over the wrong axis. The check
 * names the op, the line, an element and the axis. With --right the rule is the right one, and the
 * check passes. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include <wengert/op.h>
#include <wengert/wengert.h>

/* y[i][j] = exp(x[i][j]) / sum over j of exp(x[i][j]); T is float or double. */
#define ROWS_OF(T, exp_of)                                                \
    for (int64_t i = k->begin; i < k->end; i++) {                         \
        const T *x = (const T *)k->x[0] + i * columns;                    \
        T *y = (T *)k->y[0] + i * columns, sum = 0;                       \
        for (int64_t j = 0; j < columns; j++) sum += y[j] = exp_of(x[j]); \
        for (int64_t j = 0; j < columns; j++) y[j] /= sum;                \
    }

static bool softmax_kernel(const wg_kernel *k)
{
    const int64_t columns = k->xt[0].shape->dim[1];
    if (k->xt[0].dtype == WG_F64) ROWS_OF(double, exp)
    else ROWS_OF(float, expf)
    return true;
}

static int64_t rows(const wg_kernel *k) { return k->xt[0].shape->dim[0]; }

static bool matrix(wg_rule *r)
{
    r->y[0] = r->x[0];
    return r->x[0].shape->rank == 2 || wg_rule_fail(r, WG_ERROR_SHAPE, "takes a matrix");
}

static int axis = 0; /* of the sum in the rule; 1 is right */

/* x' = y (y' - sum of y y' over the row) */
static void softmax_rule(wg_site here, wg_node y, wg_node gy, const wg_node x[], wg_node gx[])
{
    (void)here, (void)x;
    wg_node s = wg_sum(wg_mul(gy, y), .axis = axis, .keepdims = true);
    gx[0] = wg_mul(y, wg_sub(gy, s));
}

static const wg_op my_softmax = { .name = "my_softmax",
                                  .operands = 1,
                                  .kind = WG_ROWS,
                                  .shape = matrix,
                                  .units = rows,
                                  .kernel = { softmax_kernel },
                                  .vjp = softmax_rule };

/* Three layers, my_softmax, and the cross-entropy of 6 examples. */
static wg_node loss_of(wg_graph *g, wg_params *p)
{
    wg_node x = wg_name(wg_any(g, WG_SHAPE(6, 8)), "x"), y = wg_any_class(g, 4, WG_SHAPE(6));
    wg_node h = wg_tanh(wg_nn_dense(x, p, "fc1", 16));
    h = wg_relu(wg_nn_dense(h, p, "fc2", 16));
    wg_node z = wg_nn_dense(h, p, "fc3", 4);
    wg_node a = wg_apply(WG_AT("z"), &my_softmax, &z, 1, NULL);
    return wg_neg(wg_mean(wg_sum(wg_mul(wg_one_hot(y, .count = 4), wg_log(a)), .axis = 1)));
}

int main(int argc, char **argv)
{
    axis = argc > 1 && !strcmp(argv[1], "--right");
    wg_context *c = wg_start(.seed = 1);
    wg_graph *g = wg_graph_new(c);
    wg_params *p = wg_params_new(c);
    wg_begin(g, WG_TRAIN);
    wg_node loss = loss_of(g, p);
    wg_check *r = wg_gradcheck(loss, p);
    wg_check_print(r, stdout);
    const int status = wg_check_exit(r);
    wg_check_free(r);
    return wg_finish(c, stderr) ? 9 : status;
}
