/* The styles of layers. What is expected is counted by hand: a circle for each unit, a line for each
 * weight. */
#include <math.h>
#include <stdlib.h>

#include "picture.h"
#include "wengert/draw.h"
#include "wglang.h"

static char *drawn(const wgt_run *r, const char *style, wg_draw_opts o)
{
    cr_assert_eq(wg_failed(r->c), WG_OK, "%s", wg_message(r->c));
    o.style = style, o.id = "s";
    char *svg = pic_text(wg_program_last(r->q), "svg", o);
    pic_expect_well_formed(svg);
    return svg;
}

static void expect_counts(const char *svg, int circles, int lines)
{
    cr_expect_eq(pic_count(svg, "<circle"), circles, "%s", svg);
    cr_expect_eq(pic_count(svg, "<line"), lines, "%s", svg);
}

/* ---- neurons ---- */

/* Which line is whose, places.py sees. */
static const char small[] = "x = [0.5, -1, 2]\nW1 = [[1, 0.5], [0, -2], [1, 1]]; b1 = [0, 0]\n"
                            "W2 = [[1], [-1]]; b2 = [3]\na1 = relu(x @ W1 + b1)\na2 = sigmoid(a1 @ W2 + b2)";

Test(styles, a_circle_for_each_unit_and_a_line_for_each_weight)
{
    WGT_ENDS wgt_run r = wgt_build(small, WG_TRAIN);
    char *svg = drawn(&r, "neurons", WG_OPTS(wg_draw_opts));
    expect_counts(svg, 3 + 2 + 1, 3 * 2 + 2 * 1);
    cr_expect_str_eq(drawn(&r, "neurons", WG_OPTS(wg_draw_opts)), svg);
    SHOWS(pic_plain(svg), ">x1<", ">a1, 2<", ">n = 3<", ">ReLU<", ">σ<", "red, dashed: w &lt; 0", "!⋮");
}

/* 4-5-3. The sigmoid is never 0, so what is 0 was dropped. */
Test(styles, dropped_units_are_crossed_out)
{
    WGT_ENDS wgt_run r = wgt_build("x = [[1, 2, 3, 4], [4, 3, 2, 1]]\nW1 = param(4, 5); W2 = param(5, 3)\n"
                                   "h = dropout(sigmoid(x @ W1), keep_prob=0.4)\ny = softmax(h @ W2)",
                                   WG_TRAIN);
    char *svg = drawn(&r, "neurons", WG_OPTS(wg_draw_opts));
    wg_tensor h;
    int gone = 0;
    cr_assert(wgx_peek(wg_program_node(r.q, "h"), &h));
    for (int i = 0; i < 5; i++) gone += wg_tensor_item(&h, i) == 0;
    cr_assert(gone > 0 && gone < 5, "%d", gone);
    expect_counts(svg, 4 + 5 + 3, 4 * 5 + 5 * 3 + 2 * gone);
    cr_expect_eq(pic_count(svg, "class=\"gone\""), gone * (4 + 3));
    cr_expect_eq(pic_count(svg, "class=\"unit gone\""), gone);
    SHOWS(svg, "crossed out: dropped; of the first of 2 examples", ">dropout<");
}

/* Of 784, 128 and 64 units six are drawn. */
Test(styles, of_many_units_some_are_drawn)
{
    WGT_ENDS wgt_run r = wgt_build("x = input(m, 784); y = input(m, classes=10)\nh1 = relu(dense(x, 128))\n"
                                   "h2 = relu(dense(h1, 64))\nz = dense(h2, 10)\n"
                                   "J = softmax_cross_entropy(z, y)",
                                   WG_TRAIN);
    char *svg = drawn(&r, "neurons", WG_OPTS(wg_draw_opts, .fit = "slide"));
    expect_counts(svg, 6 + 6 + 6 + 10, 36 + 36 + 60 + 10);
    cr_expect_eq(pic_count(svg, ">⋮<"), 3);
    SHOWS(pic_plain(svg), ">n = 784<", ">n = 128<", ">n = 64<", ">n = 10<", ">x784<", ">z10<", ">J<",
          "J = softmax_cross_entropy(z, y)", "layers of neurons: 784, 128, 64, 10");
}

Test(styles, dots_stand_on_no_circle)
{
    WGT_ENDS wgt_run r = wgt_build("x = ones(1, 2); W = param(2, 13); h = relu(x @ W)", WG_EVAL);
    const char *svg = drawn(&r, "neurons", WG_OPTS(wg_draw_opts)), *last = strstr(svg, "⋮");
    double x = 0, y = 0, cx, cy, radius;
    cr_assert(last);
    for (const char *t = svg; (t = strstr(t + 1, "<text x=")) && t < last;)
        sscanf(t, "<text x=\"%lf\" y=\"%lf\"", &x, &y);
    for (const char *t = svg; (t = strstr(t + 1, "<circle"));) {
        cr_assert_eq(sscanf(t, "<circle cx=\"%lf\" cy=\"%lf\" r=\"%lf\"", &cx, &cy, &radius), 3);
        cr_expect(cx != x || fabs(cy - y) > radius, "%g: %g", cy, y);
    }
}

/* ---- blocks ---- */

static void expect_boxes(const char *svg, int boxes, int arrows)
{
    cr_expect_eq(pic_count(svg, "<rect"), boxes, "%s", svg);
    cr_expect_eq(pic_count(svg, "<polygon"), arrows, "%s", svg);
}

static const char three[] =
    "x = input(m, 4); y = input(m, 1)\n"
    "W1 = param(4, 3); b1 = param(3); W2 = param(3, 2); b2 = param(2); W3 = param(2, 1)\n"
    "z1 = x @ W1 + b1; a1 = tanh(z1); z2 = a1 @ W2 + b2; a2 = relu(z2)\n"
    "z3 = a2 @ W3; a3 = sigmoid(z3)\nJ = binary_cross_entropy(a3, y)";

/* Each layer has three boxes and an arrow forward, to the cache, from it, and to its gradients. From layer to
 * layer, and from the loss, an arrow leads back. Equations are those of backpropagation with examples in
 * rows. */
Test(styles, blocks_say_what_is_computed_forward_and_backward)
{
    WGT_ENDS wgt_run r = wgt_build(three, WG_TRAIN);
    char *svg = drawn(&r, "blocks", WG_OPTS(wg_draw_opts, .fit = "slide"));
    expect_boxes(svg, 3 * 3 + 1, 3 * 4 + 1 + 3);
    cr_expect_str_eq(drawn(&r, "blocks", WG_OPTS(wg_draw_opts, .fit = "slide")), svg);
    pic_plain(svg);
    SHOWS(svg, ">n = 3<", ">W1, b1<", ">z1 = xW1 + b1<", ">a1 = tanh(z1)<", ">x, z1<",
          ">dz1 = da1 ⊙ tanh′(z1)<");
    SHOWS(svg, ">dW1 = xTdz1<", ">db1 = Σaxis 0(dz1)<", ">dW1, db1<", "!>dx", ">da1<", ">dW2 = a1Tdz2<");
    SHOWS(svg, ">da1 = dz2W2T<", ">W3<", ">z3 = a2W3<", ">dz3 = da3 ⊙ σ′(z3)<", ">J<");
    HAS_NOT(svg, "legible");
}

/* With examples in columns the factors change places; weights that are transposed are not parameters. */
Test(styles, blocks_keep_the_order_of_factors)
{
    WGT_ENDS wgt_run r = wgt_build("x = input(4, m); W = param(3, 4); b = param(3, 1); V = param(3, 2)\n"
                                   "z = W @ x + b; a = relu(z); u = V.T @ a",
                                   WG_TRAIN);
    SHOWS(pic_plain(drawn(&r, "blocks", WG_OPTS(wg_draw_opts))), ">z = Wx + b<", ">dW = dzxT<",
          ">db = Σaxis 1(dz)<", ">u = VTa<", ">dV = aduT<", ">da = Vdu<", "!>J<");
}

/* Letters stay letters behind a d. */
Test(styles, gradients_of_greek_names)
{
    WGT_ENDS wgt_run r = wgt_build("x = input(m, 2); theta1 = param(2, 3); beta_hat = param(3)\n"
                                   "phi_1 = tanh(x @ theta1 + beta_hat)",
                                   WG_TRAIN);
    char *svg = pic_plain(drawn(&r, "blocks", WG_OPTS(wg_draw_opts)));
    SHOWS(svg, ">dθ₁ = xTdz⁽¹⁾<", ">dβ̂ = Σaxis 0(dz⁽¹⁾)<", ">dφ₁<");
    SHOWS(pic_plain(drawn(&r, "neurons", WG_OPTS(wg_draw_opts))), ">φ1, 3<", ">x2<");
}

/* A parameter that the cost itself uses has a further term in its gradient; through floor there is none. */
Test(styles, gradients_of_parameters_that_the_cost_uses)
{
    static const char *const cases[][2] = {
        { "0.05*sum(W^2)", ">dW = xTdz⁽¹⁾ + …<" }, { "sum(W.T * 3)", ">dW = xTdz⁽¹⁾ + …<" },
        { "sum((2*b)^2)", "(dz⁽¹⁾) + …<" },        { "l2(0.01)", ">dV = aTdy + …<" },
        { "sum(floor(W))", ">dW = xTdz⁽¹⁾<" },     { "sum(x^2)", ">dV = aTdy<" }
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[200];
        snprintf(text, sizeof text,
                 "x = input(m, 2); W = param(2, 2); b = param(2); V = param(2, 2)\n"
                 "a = tanh(x @ W + b); y = a @ V\nJ = mean(y^2) + %s",
                 cases[i][0]);
        WGT_ENDS wgt_run r = wgt_build(text, WG_TRAIN);
        SHOWS(pic_plain(drawn(&r, "blocks", WG_OPTS(wg_draw_opts))), cases[i][1], i < 4 ? "uses<" : "!…");
    }
    WGT_ENDS wgt_run r = wgt_build("x = input(m, 2); W1 = param(2, 2); W2 = param(2, 2)\n"
                                   "y = tanh(tanh(x @ W1) @ W2); J = mean(y^2) + sum(W2)",
                                   WG_TRAIN);
    SHOWS(pic_plain(drawn(&r, "blocks", WG_OPTS(wg_draw_opts))), ">dW1 = xTdz⁽¹⁾<", "⁽²⁾ + …<");
}

/* Of vectors: dw = dz x. The gradient of a softmax is p ⊙ (dp − the sum of dp ⊙ p). */
/* A net whose weights are transposed by the product's option, or by a node of their own. */
static char *of_transposed(bool option, bool left, const char *style)
{
    WGT_GRAPH(WG_F64, NULL);
    static const double zero[10];
    wg_params *p = wg_params_new(c);
    const wg_node x = wg_input(g, "x", wg_view_f64(zero, left ? WG_SHAPE(2, 5) : WG_SHAPE(5, 2))),
                  W = wg_param(g, p, "W", left ? WG_SHAPE(2, 3) : WG_SHAPE(3, 2), wg_xavier()),
                  z = left     ? option ? wg_matmul(W, x, .ta = true) : wg_matmul(wg_transpose(W), x)
                          : option ? wg_matmul(x, W, .tb = true)
                               : wg_matmul(x, wg_transpose(W));
    char *svg = wg_draw_text(wg_sum(wg_name(z, "z")), .format = "svg", .style = style, .id = "a"),
         *copy = svg ? strdup(svg) : NULL;
    cr_assert(copy, "%s", wg_message(c));
    wg_free(c, svg);
    wgt_finish(c, NULL);
    return copy;
}

Test(styles, weights_that_are_transposed)
{
    static const char *const styles[] = { "neurons", "blocks" };
    for (int i = 0; i < 4; i++) {
        char *one = of_transposed(true, i & 1, styles[i / 2]),
             *other = of_transposed(false, i & 1, styles[i / 2]);
        cr_expect_str_eq(one, other);
        free(one);
        free(other);
    }
}

Test(styles, blocks_of_one_example)
{
    WGT_ENDS wgt_run r = wgt_build("x = [1, 2]; w = param(2); z = w @ x; a = sigmoid(z)", WG_TRAIN);
    SHOWS(pic_plain(drawn(&r, "blocks", WG_OPTS(wg_draw_opts))), ">dz = da σ′(z)<", ">dw = dz x<");
    WGT_ENDS wgt_run q = wgt_build("x = [1, 2]; w = [3, 4]; z = w @ x; a = sigmoid(z)", WG_TRAIN);
    SHOWS(pic_plain(drawn(&q, "blocks", WG_OPTS(wg_draw_opts))), ">z = wx<", ">dw = dz x<");
    WGT_ENDS wgt_run s = wgt_build("x = [1, 2]; W = param(2, 3); z = x @ W; p = softmax(z)", WG_TRAIN);
    SHOWS(pic_plain(drawn(&s, "blocks", WG_OPTS(wg_draw_opts))), ">dz = p ⊙ (dp − Σ(dp ⊙ p))<",
          ">dW = outer(x, dz)<");
    WGT_ENDS wgt_run t = wgt_build("x = input(m, 2); W = param(2, 3); z = x @ W; p = softmax(z)", WG_TRAIN);
    SHOWS(pic_plain(drawn(&t, "blocks", WG_OPTS(wg_draw_opts))), "Σaxis 1(dp ⊙ p)");
}

/* A norm may stand behind the activation, too. */
Test(styles, parts_of_a_layer_in_their_order)
{
    WGT_ENDS wgt_run r =
        wgt_build("x = input(m, 2); W = param(2, 3); z = x @ W; a = relu(z); h = batch_norm(a)", WG_TRAIN);
    SHOWS(pic_plain(drawn(&r, "blocks", WG_OPTS(wg_draw_opts))), ">a = ReLU(z)<", ">h = batch_norm(a)<",
          ">x, z, a<", ">da = batch_norm′(a, dh)<", ">dz = da ⊙ ReLU′(z)<");
}

/* All that a layer learns is in its block. By what dropout multiplies is kept for the way back. */
Test(styles, norms_and_dropout_in_blocks)
{
    for (int k = 0; k < 4; k++) {
        char text[200];
        snprintf(text, sizeof text,
                 "x = input(m, 2); W = param(2, 3); g = param(3, init=1); c = param(3); z = x @ W\n"
                 "s = %s_norm(z, g, c%s); a = relu(s); y = dropout(a, keep_prob=0.5); J = mean(y) + sum(c)",
                 k % 2 ? "batch" : "layer", k == 3 ? ", zeros(3), ones(3)" : "");
        WGT_ENDS wgt_run r = wgt_build(text, WG_TRAIN);
        char *svg = pic_plain(drawn(&r, "blocks", WG_OPTS(wg_draw_opts)));
        SHOWS(svg, ">W, g, c<", ">y = a ⊙ m⁽¹⁾<", ">x, z, s, a, m⁽¹⁾<");
        SHOWS(svg, ">da = dy ⊙ m⁽¹⁾<", ">dg = Σaxis 0(x̂ ⊙ ds)<", "(ds) + …<", ">dW, dg, dc<");
    }
}

/* The loss with all its parts. An accuracy has none: no gradient leads back from it. */
Test(styles, the_loss_is_written_out)
{
    WGT_ENDS wgt_run r =
        wgt_build("x = input(m, 2); W = param(2, 1); a = sigmoid(x @ W); J = -mean(log(a))", WG_TRAIN);
    SHOWS(drawn(&r, "neurons", WG_OPTS(wg_draw_opts)), "J = −mean(ln a)");
    SHOWS(drawn(&r, "blocks", WG_OPTS(wg_draw_opts)), "J = −mean(ln a)");
    WGT_ENDS wgt_run s = wgt_build(
        "x = input(m, 2); W = param(2, 3); z = x @ W; score = mean(argmax(z, axis=-1) == 1)", WG_TRAIN);
    SHOWS(pic_plain(drawn(&s, "neurons", WG_OPTS(wg_draw_opts))), ">score<");
    char *svg = pic_plain(drawn(&s, "blocks", WG_OPTS(wg_draw_opts)));
    SHOWS(svg, ">dz<", ">score<", "score = mean(argmax(z, axis = 1) = 1)");
    cr_expect_eq(pic_count(svg, "class=\"back\""), 2 * 2, "two arrows, of a line and a tip each: %s", svg);
}

/* Eight layers of 16 units, and one that differs. */
Test(styles, equal_layers_are_one_block)
{
    WGT_ENDS wgt_run r = wgt_build("layer(h) = relu(batch_norm(dense(h, 16)))\nx = input(m, 16)\n"
                                   "h = repeat(8, layer, x)\ny = dense(dropout(h, keep_prob=0.5), 3)",
                                   WG_TRAIN);
    char *svg = drawn(&r, "blocks", WG_OPTS(wg_draw_opts));
    pic_plain(svg);
    SHOWS(svg, ">×7: l = 1 … 7<", ">z⁽ˡ⁾ = a⁽ˡ⁻¹⁾W⁽ˡ⁾ + b⁽ˡ⁾<");
    SHOWS(svg, ">s⁽ˡ⁾ = batch_norm(z⁽ˡ⁾)<");
    SHOWS(svg, ">dz⁽ˡ⁾ = batch_norm′(z⁽ˡ⁾, ds⁽ˡ⁾)<", "γ⁽ˡ⁾, β⁽ˡ⁾<");
    WGT_ENDS wgt_run s = wgt_build("a0 = input(m, 2); W1 = param(2, 2); W2 = param(2, 2); W3 = param(2, 2)\n"
                                   "a1 = tanh(a0 @ W1); a2 = tanh(a1 @ W2); a3 = tanh(a2 @ W3)",
                                   WG_TRAIN);
    svg = drawn(&s, "blocks", WG_OPTS(wg_draw_opts));
    expect_boxes(svg, 3 + 1, 4 + 1 + 1);
    pic_plain(svg);
    SHOWS(svg, ">×3: l = 1 … 3<", ">al = tanh(z⁽ˡ⁾)<", ">z⁽ˡ⁾ = al − 1Wl<", ">a3<", ">da3<");
}

/* ---- both ---- */

/* Names of nodes are texts of other people. */
Test(styles, any_name_can_be_drawn)
{
    static const char *const names[] = {
        "<script>alert(1)</script>", "\"&'<", "日本", "\xff\xfe", "a_<b>", ""
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        WGT_IN_GRAPH(WG_F64, NULL);
        static const double v[4] = { 1, 2, 3, 4 };
        const wg_node W = wg_input(g, names[i], wg_view_f64(v, WG_SHAPE(2, 2))),
                      x = wg_input(g, names[i], wg_view_f64(v, WG_SHAPE(2))),
                      h = wg_name(wg_relu(wg_matmul(x, W)), names[i]);
        wg_name(wg_sum(h), names[i]);
        for (int k = 0; k < 2; k++)
            pic_expect_well_formed(
                pic_text(wg_sum(h), "svg", WG_OPTS(wg_draw_opts, .style = k ? "blocks" : "neurons")));
    }
}

static void in_little_memory(const char *style, const char *program, int64_t every)
{
    for (int64_t at = 1;; at += at < 30 ? 1 : every) {
        wgt_memory m = { 0 };
        wg_context *c = wgt_start(&m, WG_F64, NULL);
        wg_graph *g = wg_graph_new(c);
        wg_program *q = wg_program_text(c, "t.wg", program);
        wg_program_build(q, g, wg_params_new(c), WG_TRAIN);
        cr_assert_eq(wg_failed(c), WG_OK, "%s", wg_message(c));
        m.fail_at = m.calls + at;
        char *text = wg_draw_text(wg_program_last(q), .format = "svg", .style = style);
        cr_expect(text || wg_failed(c) == WG_ERROR_MEMORY, "%s", wg_message(c));
        const bool last = !m.failed;
        wg_free(c, text);
        wgt_drop(c, &m);
        if (last) break;
    }
}

Test(styles, failing_memory)
{
    in_little_memory("neurons", small, 7);
    in_little_memory(
        "blocks",
        "x = [[1, 2]]; W1 = param(2, 2); W2 = param(2, 2); p = softmax(x @ W1 @ W2); J = -mean(log(p))", 7);
}

/* 100,000 nodes: equal layers are one block. */
Test(styles, a_large_chain_is_refused_or_folded)
{
    WGT_IN_GRAPH(WG_F64, NULL);
    static const double v[4] = { 1, 2, 3, 4 };
    wg_node h = wg_input(g, "x", wg_view_f64(v, WG_SHAPE(2)));
    for (int i = 0; i < 33333; i++)
        h = wg_relu(wg_matmul(h, wg_input(g, NULL, wg_view_f64(v, WG_SHAPE(2, 2)))));
    cr_assert_null(wg_draw_text(h, .format = "svg", .style = "neurons"));
    wgt_expect_error(c, WG_ERROR_VALUE, "style neurons: 33333 layers, more than 8");
    SHOWS(pic_text(h, "svg", WG_OPTS(wg_draw_opts, .style = "blocks")), "×33333: l = 1 … 33333");
}
