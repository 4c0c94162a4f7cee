/* test_onnx_again.c: what is written is read again: a sample of each op, and its gradients, have the same
 * values. With WG_ONNX_FOLDER all samples. */
#include "op_case.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "onnx_case.h"
#include "wgfiles.h"
#include "wengert/onnx.h"
#include "wgx/lang.h"
#include "wgx/op.h"

TestSuite(onnx_again, .init = wgt_make_folder, .fini = wgt_remove_folder);

/* The largest difference of two tensors, relative to the largest number; INFINITY: another dtype or shape. */
static double distance(const wg_tensor *a, const wg_tensor *b)
{
    double most = 1e-3, far = 0;
    if (a->dtype != b->dtype || !wg_shape_equal(a->shape, b->shape) || !b->data) return INFINITY;
    for (int64_t i = 0; i < wg_shape_size(a->shape); i++) {
        const double v = wg_tensor_item(a, i), u = wg_tensor_item(b, i);
        if (isfinite(v)) most = fmax(most, fabs(v));
        if (!(v == u || (isnan(v) && isnan(u)))) far = fmax(far, isfinite(u - v) ? fabs(v - u) : INFINITY);
    }
    return far / most;
}

/* The program reads the inputs of graph g, and gives y. */
static void compare(op_case *k, const char *path, const wg_node y[], int n)
{
    wg_context *c = wg_start(.threads = 1, .on_warning = wg_no_warnings);
    wg_graph *g = wg_graph_new(c);
    wg_program *q = wg_onnx_read(c, path);
    char name[16];
    for (int64_t i = 1; i < wg_graph_nodes(k->g); i++) {
        const wg_node x = wg_graph_node(k->g, i);
        if (wg_node_leaf(x) == WG_LEAF_INPUT && wgx_program_meaning(q, wg_node_name(x)) == WG_NAME_INPUT)
            wg_program_set(q, wg_node_name(x), wg_value(x));
    }
    wg_begin(g, WG_EVAL);
    wg_program_build(q, g, wg_params_new(c), WG_EVAL);
    for (int i = 0; i < n; i++) {
        snprintf(name, sizeof name, "out%d", i);
        const wg_tensor was = wg_value(y[i]), now = wg_value(wg_program_node(q, name));
        const double far = distance(&was, &now);
        if (strstr(wg_message(c), "not there: bfloat16") || strstr(wg_message(c), "not there: float16") ||
            strstr(wg_message(c), "not there: uint8") || strstr(wg_message(c), "types are not there"))
            break;
        cr_expect(far < 1e-5, "%s, sample %d, result %d: %g %s", k->op->name, k->sample, i, far,
                  wg_message(c));
    }
    wg_finish(c, NULL);
}

static void again(op_case *k, const wg_node y[], int n)
{
    onnx_case_name_inputs(k->g, true);
    for (int i = 0; i < n; i++)
        if (onnx_case_draws(y[i])) return;
    if (n && onnx_case_write(wgt_folder(), "again", y, n, 17)) compare(k, wgt_in_folder("again.onnx"), y, n);
    else wg_recover(k->c);
}

static void sample_again(op_case *k)
{
    wg_node y[OP_LEAVES], g[OP_LEAVES];
    int n = 0;
    again(k, k->y, k->outputs);
    const wg_node loss = op_case_loss(k);
    if (wg_is_none(loss)) return;
    op_case_slope(k, loss, g);
    for (int i = 0; i < k->leaves; i++)
        if (!wg_is_none(g[i])) y[n++] = g[i];
    again(k, y, n);
}

Test(onnx_again, a_sample_of_each_op)
{
    const int most = getenv("WG_ONNX_FOLDER") ? 1000 : 1;
    for (int i = 0; i < wg_op_count(); i++) {
        op_case k;
        for (int s = 0; s < most && op_case_open(&k, wg_op_at(i), s, &(op_setup){ .dtype = WG_F32 }); s++) {
            sample_again(&k);
            op_case_close(&k);
        }
    }
}
