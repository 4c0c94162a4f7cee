/* test_every_op.c: no right gradient of any op is accused, at points from -40 to 40, with order 1 and 2. The
 * derivatives of all ops are compared with differences in tests/ops; here what the check says about them. Far
 * from zero a derivative is a small difference of large terms, or not a number: then it may be inconclusive,
 * and never fail. */
#include <stdlib.h>

#include "op_case.h"
#include "wgcheck.h"

static const double points[] = { -40, -25.1, -12.3, -6.1, -3.2, -1.1, -0.01, 0.02, 0.7, 3.4, 8.8, 25.1, 40 };
enum { POINTS = sizeof points / sizeof *points };

enum { MOST = 24 }; /* elements of a sample: a check of more takes too long */

/* What is given beside y, as x beside tanh x, is no operand of its own. Without elements nothing is shown. */
static bool is_checked(const op_case *k)
{
    int64_t n = 0;
    for (int j = 0; j < k->leaves; j++) {
        const int64_t size = wg_shape_size(wg_node_shape(k->leaf[j]));
        if (!size) return false;
        n += size;
    }
    return n && n <= MOST && !(wgx_op_is_internal(k->op) && k->op->zero);
}

/* One element of each leaf is at the point, as one row of a softmax that is almost sure; `all`: every one. */
static void fill(op_case *k, double point, bool all)
{
    for (int j = 0; j < k->leaves; j++) {
        const wg_shape s = wg_node_shape(k->leaf[j]);
        const int64_t n = wg_shape_size(s);
        double *v = calloc((size_t)n + 1, sizeof *v);
        for (int64_t i = 0; i < n; i++)
            v[i] = all || i == 0 ? point * (1 + 0.01 * (double)i + 0.003 * j) : 0.3 - 0.17 * (double)(i % 5);
        wg_input_set(k->leaf[j], wg_view_f64(v, s));
        free(v);
    }
}

static void check(const op_case *k, wg_node f, int point, bool all, int order, const char *what)
{
    if (wg_is_none(f) || wg_failed(k->c)) return;
    const wg_gradcheck_opts o = WG_OPTS(wg_gradcheck_opts, .order = order);
    WGT_FREED wg_check *r = wg_gradcheck_nodes_at(WG_HERE, f, k->leaf, k->leaves, &o);
    if (wg_check_verdict(r) != WG_FAIL) return;
    char *text = wgt_report(r);
    cr_expect(false, "%s, sample %d, %s at %g (%s), order %d\n%s", k->op->name, k->sample, what,
              points[point], all ? "all" : "one", order, text);
    free(text);
}

EACH_OP(every_op, no_right_gradient_is_accused)
{
    const wg_op *op = wg_op_at(*index);
    const char *each = getenv("WG_EACH_POINT");
    op_case k;
    for (int sample = 0; sample < 40; sample++)
        for (int p = 0; p < 2 * POINTS; p++) {
            if (!each && p % (2 * POINTS) != (7 * *index + 11 * sample) % (2 * POINTS)) continue;
            if (!op_case_open(&k, op, sample, &(op_setup){ .dtype = WG_F64, .interpret = 1 })) return;
            fill(&k, points[p / 2], p % 2);
            const wg_node f = op_case_loss(&k);
            for (int order = 1; order <= 2 && is_checked(&k); order++) check(&k, f, p / 2, p % 2, order, "f");
            if (is_checked(&k) && !wg_is_none(f))
                check(&k, op_case_slope(&k, f, NULL), p / 2, p % 2, 1, "slope");
            op_case_close(&k);
        }
}

/* The gradient of y = op(w) as f, of one number. */
EACH_OP(every_op, the_gradient_as_a_function)
{
    const wg_op *op = wg_op_at(*index);
    if (op->operands != 1 || op->attr_size || op->outputs > 1 || (op->none | op->zero) & 1) return;
    for (int p = 0; p < POINTS; p++) {
        WGT_IN_GRAPH(WG_F64, NULL);
        op_case k = { .op = op, .c = wg_graph_context(g), .g = g, .leaves = 1 };
        wg_node slope;
        k.leaf[0] = wg_input(g, "w", wg_view_f64(&points[p], WG_SCALAR));
        const wg_node y = wg_sum(wg_apply1(WG_HERE, k.leaf[0], op));
        if (wg_grads(y, k.leaf, 1, &slope) == WG_OK)
            for (int order = 1; order <= 2; order++) check(&k, slope, p, true, order, "dy/dw");
        wg_recover(k.c);
    }
}
