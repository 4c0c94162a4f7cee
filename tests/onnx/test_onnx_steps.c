/* test_onnx_steps.c: steps of training as ONNX files: the digits and LeNet, by Adam. With WG_ONNX_FOLDER they
 * go there, with what five steps of the library give: tests/onnx/ort.sh has them run by another runtime. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "onnx_case.h"
#include "wengert/onnx.h"
#include "wengert/wengert.h"
#include "wgx/update.h"

enum { STEPS = 5, MOST = 128 };

/* What goes in, and what comes out: the loss, and what the step changes. */
typedef struct step {
    onnx_named in[MOST], out[MOST];
    wg_node to[MOST], given[MOST];
    const char *name[MOST];
    int ins, outs, givens;
} step;

static wg_tensor copy(wg_tensor t)
{
    const size_t bytes = (size_t)wg_shape_size(t.shape) * wg_dtype_size(t.dtype);
    void *data = malloc(bytes + 1);
    if (bytes) memcpy(data, t.data, bytes);
    t.data = data;
    return t;
}

static void goes_in(step *s, const char *name, wg_tensor t)
{
    snprintf(s->in[s->ins].name, sizeof s->in[s->ins].name, "%s", name);
    s->in[s->ins++].t = copy(t);
}

static void comes_out(step *s, wg_node n, const char *name, const char *end)
{
    onnx_named *o = &s->out[s->outs];
    snprintf(o->name, sizeof o->name, "%s%s", name, end);
    s->name[s->outs] = o->name, s->to[s->outs++] = n;
}

static void add_moved(step *s, wg_params *p, const wgx_moved *m)
{
    const char *name = wg_node_name(m->from);
    comes_out(s, m->to, m->name ? m->name : name, ".next");
    if (wg_node_leaf(m->from) == WG_LEAF_INPUT) return;
    s->given[s->givens++] = m->from;
    goes_in(s, name, wg_params_tensor(p, wg_params_find(p, name)));
}

static void add_inputs(step *s, wg_graph *g)
{
    for (int64_t i = 1; i < wg_graph_nodes(g); i++) {
        const wg_node n = wg_graph_node(g, i);
        if (wg_node_leaf(n) == WG_LEAF_INPUT && *wg_node_name(n)) goes_in(s, wg_node_name(n), wg_value(n));
    }
}

/* The library's own steps give the values that are to come out: of the loss that of the last step. */
static void take_steps(step *s, wg_params *p, wg_optim *o, wg_node loss)
{
    for (int i = 0; i < STEPS; i++) {
        wg_backward(loss, p);
        if (i == STEPS - 1) s->out[0].t = copy(wg_value(loss));
        wg_optim_step(o);
    }
    int kept = 1;
    for (int i = 1; i < s->outs; i++) {
        char name[80];
        snprintf(name, sizeof name, "%.*s", (int)strlen(s->out[i].name) - 5, s->out[i].name);
        const int at = wg_params_find(p, name);
        if (at < 0) continue;
        s->out[kept] = s->out[i];
        s->out[kept++].t = copy(wg_params_tensor(p, at));
    }
    s->outs = kept;
}

static wg_node digits(wg_graph *g, wg_params *p, wg_node x)
{
    static const char *const name[][2] = { { "b0", "n0" }, { "b1", "n1" }, { "b2", "n2" } };
    for (int i = 0; i < 3; i++)
        x = wg_relu(wg_nn_batch_norm(wg_nn_dense(x, p, name[i][0], 64, .bias = false), p, name[i][1]));
    return wg_nn_dense(x, p, "logits", 10);
}
static wg_node lenet(wg_graph *g, wg_params *p, wg_node x)
{
    const wg_shape five = WG_SHAPE(5), two = WG_SHAPE(2);
    wg_node h = wg_max_pool(wg_relu(wg_nn_conv(x, p, "c1", 6, .size = five, .same = true)), .size = two);
    h = wg_max_pool(wg_relu(wg_nn_conv(h, p, "c2", 16, .size = five)), .size = two);
    h = wg_reshape(h, WG_SHAPE(wg_dim(h, 0), -1));
    h = wg_nn_dense(wg_relu(wg_nn_dense(h, p, "fc1", 120)), p, "fc2", 84);
    return wg_nn_dense(wg_relu(h), p, "fc3", 10);
}

static void write_step(const char *folder, const char *name,
                       wg_node (*model)(wg_graph *, wg_params *, wg_node), wg_shape s)
{
    wg_context *c = wg_start(.threads = 1, .on_warning = wg_no_warnings);
    wg_graph *g = wg_graph_new(c);
    wg_params *p = wg_params_new(c);
    static step all;
    char path[512];
    all = (step){ .ins = 0 };
    wg_begin(g, WG_TRAIN);
    const wg_node x = wg_name(wg_any(g, s), "x"), y = wg_name(wg_any_class(g, 10, WG_SHAPE(s.dim[0])), "y"),
                  loss = wg_softmax_cross_entropy(model(g, p, x), y);
    wg_optim *o = wg_adam(p, .lr = 3e-3);
    wgx_moved *moved = NULL;
    const int n = wgx_optim_nodes_at(WG_HERE, o, loss, &moved);
    comes_out(&all, loss, "loss", "");
    for (int i = 0; i < n; i++) add_moved(&all, p, &moved[i]);
    add_inputs(&all, g);
    snprintf(path, sizeof path, "%s/%s.onnx", folder, name);
    cr_expect_eq(wg_onnx_write(loss, path, .outputs = all.to + 1, .output_count = all.outs - 1,
                               .names = all.name, .inputs = all.given, .input_count = all.givens),
                 WG_OK, "%s", wg_message(c));
    take_steps(&all, p, o, loss);
    onnx_case_list(folder, name, all.in, all.ins, all.out, all.outs, STEPS);
    for (int i = 0; i < all.ins; i++) free(all.in[i].t.data);
    for (int i = 0; i < all.outs; i++) free(all.out[i].t.data);
    wg_finish(c, NULL);
}

Test(onnx_steps, are_written)
{
    const char *folder = getenv("WG_ONNX_FOLDER");
    if (!folder) cr_skip_test("WG_ONNX_FOLDER is not set: tests/onnx/ort.sh sets it");
    write_step(folder, "step.digits", digits, WG_SHAPE(64, 64));
    write_step(folder, "step.lenet", lenet, WG_SHAPE(8, 28, 28, 1));
}
