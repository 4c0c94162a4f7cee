// macros.cpp: the macros of the C headers in C++11 and later. Every expectation is computed by hand.
#include <wengert/wengert.h>

#include <cmath>
#include <cstring>
#include <string>
#include <vector>

static int wrong;

static void expect(int line, bool ok)
{
    if (!ok) std::printf("macros.cpp:%d is wrong\n", line), wrong++;
}
#define EXPECT(ok)       expect(__LINE__, ok)
#define NEAR(node, want) EXPECT(std::fabs(wg_item(node) - (want)) < 1e-12)

template <class T> static T twice(T x) { return x + x; }

static void arrays(wg_graph *g)
{
    const double numbers[] = { 1, 2, 3, 4, 5, 6 };
    wg_node x = wg_input(g, "x", wg_view_f64(numbers, WG_SHAPE(2, 3))), zeros = wg_mul(x, 0);
    NEAR(wg_sum(x), 21);
    NEAR(wg_select(wg_squeeze(wg_sum(x, .keepdims = true, .axis = 0), .axis = 0), .axis = 0, .index = 2), 3 + 6);
    NEAR(wg_select(wg_sum(x, .axis = 0), .axis = 0, .index = 2), 3 + 6);
    NEAR(wg_select(wg_sum(x, .axis = -1), .axis = 0, .index = 1), 4 + 5 + 6);
    NEAR(wg_sum(wg_matmul(x, x, .tb = true)), 5 * 5 + 7 * 7 + 9 * 9);
    NEAR(wg_norm(x, .p = 1), 21);
    NEAR(wg_sum(wg_transpose(x, .axes = WG_AXES(1, 0)), .axes = WG_AXES(0, 1)), 21);
    NEAR(wg_sum(wg_einsum("ij,ij->i", x, wg_mul(x, 2))), 2 * 91);
    NEAR(wg_sum(wg_slice(x, .axis = 1, .from = 1)), 2 + 3 + 5 + 6);
    NEAR(wg_sum(wg_slice(x, .axis = 1, .from = 0, .to = 1)), 5);
    NEAR(wg_sum(wg_slice(x, .from = -twice<int>(1), .axis = -1)), 16);
    NEAR(wg_sum(wg_pad(x, .axis = 1, .before = 1, .value = (twice<double>(2)))), 21 + 8);
    NEAR(wg_sum(wg_softmax(x, .temperature = 3, .axis = 0), .axes = WG_AXES(-1, -2)), 3);
    wg_node first = wg_logical_not(wg_index_along(wg_matmul(x, x, .tb = true), .axis = 1)); // the first key alone
    NEAR(wg_sum(wg_attention(x, x, x, .mask = first)), 2 * (1 + 2 + 3));
    NEAR(wg_softmax_cross_entropy(zeros, wg_select(zeros, .axis = 1, .index = 0), .reduction = WG_SUM), 2 * std::log(3.0));
    const wg_shape s = wg_node_shape(wg_one_hot(wg_select(x, .axis = 1, .index = 0), .count = std::vector<int>(9).size()));
    EXPECT(s.rank == 2 && s.dim[0] == 2 && s.dim[1] == 9);
    EXPECT(wg_item(wg_mean(wg_dropout(wg_add(zeros, 1), .keep_prob = 0.5, .mode = WG_AS_EVAL))) == 1);
    const wg_node several[] = { x, x };
    NEAR(wg_sum(wg_concat(several, 2)), 42);
}

static void layers(wg_context *c, wg_graph *g)
{
    wg_params *p = wg_params_new(c);
    const double numbers[] = { 1, 2, 3, 4, 5, 6 };
    wg_node x = wg_input(g, "x", wg_view_f64(numbers, WG_SHAPE(2, 3)));
    const std::string name("fc");
    wg_node y = wg_nn_dense(x, p, (name + "1").c_str(), 4, .b_init = wg_const(0.5), .W_init = wg_const(1));
    NEAR(wg_sum(y), 4 * (6 + 15) + 8 * 0.5);
    y = wg_nn_dense(x, p, "fc1", 4, .share = true);
    NEAR(wg_sum(y), 4 * (6 + 15) + 8 * 0.5);
    NEAR(wg_sum(wg_nn_sequential(x, p, "net", { .dense = 2, .no_bias = true }, { .op = wg_relu_at })),
         wg_item(wg_sum(wg_relu(wg_nn_dense(x, p, "net.0", 2, .bias = false, .share = true)))));
    wg_node z = wg_nn_sequential(x, p, "other", WG_STRUCT(wg_nn_part, .dense = 5));
    EXPECT(wg_dim(z, 1) == 5);
    wg_nn_states state = wg_nn_lstm(wg_reshape(x, WG_SHAPE(1, 2, 3)), p, "lstm", 4, .reverse = true);
    EXPECT(wg_dim(state.y, 2) == 4 && wg_dim(state.h, -1) == 4);
    state = wg_nn_lstm_cell(x, wg_nn_states(), p, "cell", 4, .share = false);
    EXPECT(wg_dim(state.c, 1) == 4);

    wg_optim *o = wg_sgd(p, .lr = 0.25);
    EXPECT(wg_optim_lr(o) == 0.25);
    wg_backward(wg_sum(y), p); // d / db is 2: there are two rows
    wg_optim_step(o);
    const wg_tensor t = wg_params_tensor(p, wg_params_find(p, "fc1.b"));
    EXPECT(wg_tensor_item(&t, 3) == 0.5 - 0.25 * 2);
}

static void messages(wg_context *c, wg_graph *g)
{
    const double numbers[] = { 1, 2, 3 };
    wg_node x = wg_input(g, "x", wg_view_f64(numbers, WG_SHAPE(3)));
    wg_sum(x, .axis = 4); const int line = __LINE__;
    const std::string text = "macros.cpp:" + std::to_string(line) + ": sum: no axis 4 in x [3]";
    EXPECT(std::strstr(wg_message(c), text.c_str()));
    wg_recover(c);
}

static void figures(wg_context *c)
{
    wg_figure *f = wg_figure_new(c, "title", .height = 300, .width = 400);
    wg_series *s = wg_panel_line(wg_panel_new(f, "", .x.label = "level", .y.low = 0), "line", .dash = 2);
    wg_series_add(s, 0, 1), wg_series_add(s, 1, 2);
    char *text = wg_figure_text(f, "", .format = WG_FIGURE_SVG);
    EXPECT(text && std::strstr(text, "title") && std::strstr(text, "level"));
    wg_free(c, text);
    wg_node y = wg_name(wg_square(wg_scalar(wg_graph_new(c), 3)), "y");
    text = wg_draw_text(y, .values = true, .fold = false);
    EXPECT(text && std::strstr(text, "9"));
    wg_free(c, text);
    EXPECT(!wg_draw_text(y, .most = 0));
    EXPECT(std::strstr(wg_message(c), "most 0: must be in [1, inf)"));
    wg_recover(c);
}

#if __cplusplus >= 201703L
struct two {
    wg_node a, b;
};
static void bindings(wg_graph *g)
{
    const auto [a, b] = two{ wg_scalar(g, 3), wg_scalar(g, 4) };
    NEAR(wg_sum(wg_mul(a, b), .keepdims = true), 12);
}
#else
static void bindings(wg_graph *) {}
#endif

int main()
{
    wg_context *c = wg_start(.dtype = WG_F64, .threads = 1);
    EXPECT(wg_context_threads(c) == 1); // the last option of a call without operands
    wg_graph *g = wg_graph_new(c);
    wg_begin(g, WG_TRAIN);
    arrays(g), layers(c, g);
    wg_begin(g, WG_TRAIN);
    messages(c, g), bindings(g), figures(c);
    EXPECT(wg_shape_size(WG_SCALAR) == 1 && wg_is_none(wg_none));
    return wg_finish(c, stdout) || wrong;
}
