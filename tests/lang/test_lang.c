/* test_lang.c: the .wg language: what it computes, how strongly operators bind, what names mean. */
#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "wglang.h"

/* ---- expressions ---- */

Test(lang, numbers) { cr_expect(isinf(wgt_number("inf")) && isnan(wgt_number("nan"))); }

Test(lang, the_locale_changes_nothing)
{
    if (setlocale(LC_ALL, "de_DE.UTF-8") || setlocale(LC_ALL, "fr_FR.UTF-8"))
        wgt_expect_number("0.5 + 1.25", 1.75);
    setlocale(LC_ALL, "C");
}

Test(lang, softmax_of_the_course)
{
    const double e[] = { exp(5), exp(2), exp(-1), exp(3) }, all = e[0] + e[1] + e[2] + e[3];
    VALUES("softmax([5, 2, -1, 3])", WG_SHAPE(4), e[0] / all, e[1] / all, e[2] / all, e[3] / all);
}

Test(lang, parameters_in_a_block_take_its_name)
{
    wgt_run r = wgt_build("x = input(m, 3)\nh = { W = param(3, 2); z = dense(x @ W, 4); relu(z) }\nlogits = "
                          "dense(h, 5, bias=false)",
                          WG_TRAIN);
    cr_assert_eq(wg_failed(r.c), WG_OK, "%s", wg_message(r.c));
    static const char *const names[] = { "h.W", "h.z.W", "h.z.b", "logits.W" };
    cr_assert_eq(wg_params_count(r.p), 4);
    for (int i = 0; i < 4; i++) cr_expect_str_eq(wg_params_name(r.p, i), names[i]);
    cr_expect(wg_shape_equal(wg_node_shape(wg_program_last(r.q)), WG_SHAPE(7, 5)));
    wgt_finish(r.c, NULL);
}

/* A row a, b is mean -+ half the distance; without gamma and beta it is a layer that owns them. */
Test(lang, layer_norm_as_an_op_and_as_a_layer)
{
    wgt_run r = wgt_build("x = input(m, 3)\nh = layer_norm(dense(x, 4))\nn = layer_norm(h)", WG_TRAIN);
    cr_assert_eq(wg_failed(r.c), WG_OK, "%s", wg_message(r.c));
    static const char *const names[] = { "h.W", "h.b", "h.gamma", "h.beta", "n.gamma", "n.beta" };
    cr_assert_eq(wg_params_count(r.p), 6);
    for (int i = 0; i < 6; i++) cr_expect_str_eq(wg_params_name(r.p, i), names[i]);
    wgt_finish(r.c, NULL);
}

static void expect_layer(const char *text, wg_shape s, const char *const names[])
{
    wgt_run r = wgt_build(text, WG_TRAIN);
    cr_assert_eq(wg_failed(r.c), WG_OK, "%s", wg_message(r.c));
    cr_expect(wg_shape_equal(wg_node_shape(wg_program_last(r.q)), s), "%s", text);
    int n = 0;
    for (; names[n]; n++) cr_expect_geq(wg_params_find(r.p, names[n]), 0, "%s owns no %s", text, names[n]);
    cr_expect_eq(wg_params_count(r.p), n, "%s", text);
    wgt_finish(r.c, NULL);
}
#define LAYER(text, shape, ...) expect_layer(text, shape, (const char *const[]){ __VA_ARGS__, NULL })

Test(lang, layers_own_parameters)
{
    LAYER("x = input(2, 6, 5, 3)\nh = conv(x, 4)", WG_SHAPE(2, 4, 3, 4), "h.W", "h.b");
    LAYER("x = input(2, 6, 5, 4)\nh = conv(x, 4, size=[3, 2], stride=2, same=true, groups=2, bias=false)",
          WG_SHAPE(2, 3, 3, 4), "h.W");
    LAYER("x = input(2, 6, 5, 3)\nh = conv_transpose(x, 4, size=2, stride=2)", WG_SHAPE(2, 12, 10, 4), "h.W",
          "h.b");
    LAYER("x = input(5, classes=9)\nh = embedding(x, 9, 4)", WG_SHAPE(5, 4), "h.W");
    LAYER("x = input(2, 5, 3)\nh = rnn(x, 4, reverse=true)", WG_SHAPE(2, 5, 4), "h.W", "h.U", "h.b");
    LAYER("x = input(2, 5, 3)\nh = lstm(x, 4)", WG_SHAPE(2, 5, 4), "h.W", "h.U", "h.b");
    LAYER("x = input(2, 5, 3)\nh = gru(x, 4)", WG_SHAPE(2, 5, 4), "h.W", "h.U", "h.b", "h.b_new");
    LAYER("x = input(2, 5, 3)\nh = lstm(x, 4, bidirectional=true)", WG_SHAPE(2, 5, 8), "h.W", "h.U", "h.b",
          "h.reverse.W", "h.reverse.U", "h.reverse.b");
    LAYER("x = input(2, 5, 4)\nh = { a = attention(x, heads=2, causal=true); a + x }", WG_SHAPE(2, 5, 4),
          "h.a.W", "h.a.b", "h.a.Wo", "h.a.bo");
    LAYER("x = input(2, 5, 4)\nh = attention(x, bias=false)", WG_SHAPE(2, 5, 4), "h.W", "h.Wo");
    LAYER("x = input(2, 5, 4)\nh = transformer_block(x, heads=2, hidden=3, drop=0.5)", WG_SHAPE(2, 5, 4),
          "h.ln1.gamma", "h.ln1.beta", "h.attn.W", "h.attn.b", "h.attn.Wo", "h.attn.bo", "h.ln2.gamma",
          "h.ln2.beta", "h.fc1.W", "h.fc1.b", "h.fc2.W", "h.fc2.b");
}

/* The first layer that a statement writes has its name, those inside it have numbers, the innermost first. */
Test(lang, layers_inside_layers)
{
    LAYER("x = input(m, 4)\nout = dense(relu(dense(x, 16)), 3)", WG_SHAPE(7, 3), "out.W", "out.b",
          "out.dense1.W", "out.dense1.b");
    wgt_run r = wgt_build("x = input(m, 4)\nout = dense(tanh(dense(tanh(dense(x, 16)), 8)), 3)", WG_TRAIN);
    static const char *const names[] = { "out.dense1.W", "out.dense2.W", "out.W" };
    const wg_shape shapes[] = { WG_SHAPE(4, 16), WG_SHAPE(16, 8), WG_SHAPE(8, 3) };
    for (int i = 0; i < 3; i++) {
        const int at = wg_params_find(r.p, names[i]);
        cr_assert(at >= 0 && wg_shape_equal(wg_params_tensor(r.p, at).shape, shapes[i]), "%s", names[i]);
    }
    wgt_finish(r.c, NULL);
    LAYER("x = input(m, 4)\nh = dense(x, 2) + dense(x, 2, bias=false) * dense(x, 2)", WG_SHAPE(7, 2), "h.W",
          "h.b", "h.dense1.W", "h.dense2.W", "h.dense2.b");
    LAYER("x = input(2, 6, 1)\nh = dense(relu(batch_norm(conv(relu(batch_norm(conv(x, 2, size=1))), 3, "
          "size=1))), 5)",
          WG_SHAPE(2, 6, 5), "h.W", "h.b", "h.gamma", "h.beta", "h.mean", "h.variance", "h.count",
          "h.conv1.W", "h.conv1.b", "h.batch_norm2.gamma", "h.batch_norm2.beta", "h.batch_norm2.mean",
          "h.batch_norm2.variance", "h.batch_norm2.count", "h.conv3.W", "h.conv3.b");
    LAYER(
        "x = input(m, 4)\nnet(x, n) = dense(relu(dense(x, 16)), n)\nh = net(x, 3)\ny = repeat(2, net, h, 3)",
        WG_SHAPE(7, 3), "h.W", "h.b", "h.dense1.W", "h.dense1.b", "y.0.W", "y.0.b", "y.0.dense1.W",
        "y.0.dense1.b", "y.1.W", "y.1.b", "y.1.dense1.W", "y.1.dense1.b");
    LAYER("xs = input(5, m, 4)\nf(h, x) = tanh(dense(relu(dense(h, 2)), 3) + x[:, :3])\nh = scan(f, zeros(m, "
          "3), xs)",
          WG_SHAPE(7, 3), "h.W", "h.b", "h.dense1.W", "h.dense1.b");
    LAYER("x = input(m, 4)\nh = { z = dense(dense(x, 3), 2); dense(dense(z, 3), 2) }", WG_SHAPE(7, 2),
          "h.z.W", "h.z.b", "h.z.dense1.W", "h.z.dense1.b", "h.W", "h.b", "h.dense1.W", "h.dense1.b");
    LAYER("x = input(m, 4)\nt = dense(x, 4)\ndense(relu(dense(t, 16)), 3)", WG_SHAPE(7, 3), "t.W", "t.b",
          "_.W", "_.b", "_.dense1.W", "_.dense1.b");
}

/* ---- derivatives ---- */

Test(lang, gradients_are_expressions) { wgt_expect_number("x = 2; z = x^2; y = exp(z); grad(y, z)", exp(4)); }

Test(lang, names_are_given_to_nodes)
{
    wgt_run r = wgt_build("x = [1, 2]\ny = x * 2\nz = sum(y)", WG_EVAL);
    cr_expect_str_eq(wg_node_name(wg_program_node(r.q, "y")), "y");
    cr_expect_str_eq(wg_program_last_name(r.q), "z");
    cr_expect_eq(wg_program_names(r.q), 3);
    cr_expect_str_eq(wg_program_name(r.q, 1), "y");
    cr_expect_str_eq(wg_site_place(wg_node_site(wg_program_node(r.q, "y"))), "t.wg:2:7");
    wgt_finish(r.c, NULL);
}

/* ---- names, sizes, values from outside ---- */

Test(lang, free_names_are_inputs)
{
    wgt_run r = wgt_program("theta^3");
    wgt_set(&r, "theta", "2");
    wg_program_build(r.q, r.g, r.p, WG_EVAL);
    cr_expect_eq(wg_item(wg_program_last(r.q)), 8);
    cr_expect_eq(wg_program_meaning(r.q, "theta"), WG_NAME_INPUT);
    cr_expect_str_eq(wg_program_drawn(r.q), "");
    wgt_finish(r.c, NULL);
}

Test(lang, a_symbol_is_one_size_everywhere)
{
    wgt_run r = wgt_program("x = input(m, 3); y = input(m); sum(x) / m");
    wgt_set(&r, "x", "[[1, 2, 3], [4, 5, 6]]");
    wg_program_build(r.q, r.g, r.p, WG_EVAL);
    cr_expect_eq(wg_item(wg_program_last(r.q)), 10.5);
    cr_expect(wg_shape_equal(wg_node_shape(wg_program_node(r.q, "y")), WG_SHAPE(2)));
    cr_expect_str_eq(wg_program_drawn(r.q), "y drawn at random, m = 2, seed 1");
    cr_expect_eq(wg_program_meaning(r.q, "m"), WG_NAME_SYMBOL);
    wgt_finish(r.c, NULL);
}

Test(lang, without_data_sizes_are_seven)
{
    wgt_run r = wgt_build("x = input(m, 3); y = input(m, classes=4); x", WG_EVAL);
    cr_expect_str_eq(wg_program_drawn(r.q), "x, y drawn at random, m = 7, seed 1");
    wg_tensor y = wg_value(wg_program_node(r.q, "y"));
    cr_assert(y.dtype == WG_I32 && wg_shape_equal(y.shape, WG_SHAPE(7)));
    for (int i = 0; i < 7; i++) cr_expect(wg_tensor_item(&y, i) >= 0 && wg_tensor_item(&y, i) < 4);
    wgt_finish(r.c, NULL);
}

Test(lang, a_size_can_be_set)
{
    wgt_run r = wgt_program("x = input(m, 3); x");
    wgt_set(&r, "m", "4");
    wg_program_build(r.q, r.g, r.p, WG_EVAL);
    cr_expect(wg_shape_equal(wg_node_shape(wg_program_last(r.q)), WG_SHAPE(4, 3)));
    wgt_finish(r.c, NULL);
}

Test(lang, draws_depend_on_seed_and_name)
{
    double first = wgt_number("a = normal(); a"), seeded = wgt_number("normal(seed=3)");
    cr_expect_eq(wgt_number("b = 1; a = normal(); a"), first);
    cr_expect_neq(wgt_number("other = normal(); other"), first);
    cr_expect_eq(wgt_number("q = normal(seed=3); q"), seeded);
    double mean = wgt_number("mean(normal(100, 100, seed=1))"),
           spread = wgt_number("mean(normal(100, 100, seed=1)^2)");
    cr_expect(fabs(mean) < 0.04 && fabs(spread - 1) < 0.06, "four standard errors of 10,000 draws: %g %g",
              mean, spread);
    double half = wgt_number("mean(uniform(100, 100, seed=1))");
    cr_expect(fabs(half - 0.5) < 0.012, "four standard errors: %g", half);
}

Test(lang, constants_and_parameters_can_be_set_computed_names_cannot)
{
    wgt_run r = wgt_program("w = [1, 2]; W = param(2, init=3); z = sum(w * W)");
    wgt_set(&r, "w", "[5, 6]");
    wgt_set(&r, "W", "[1, 10]");
    wg_program_build(r.q, r.g, r.p, WG_EVAL);
    cr_expect_eq(wg_item(wg_program_last(r.q)), 65);
    wg_program_set(r.q, "z", wg_literal(r.c, "z", "1"));
    wgt_expect_error(r.c, WG_ERROR_USE, "z is computed at t.wg:1");
    wg_program_set(r.q, "v", wg_literal(r.c, "v", "1"));
    wgt_expect_error(r.c, WG_ERROR_USE, "no name 'v'");
    wgt_finish(r.c, NULL);
}

Test(lang, a_set_number_reaches_the_sizes_it_is_used_in)
{
    wgt_run r = wgt_program("n = 2; sum(ones(n))");
    wgt_set(&r, "n", "5");
    wg_program_build(r.q, r.g, r.p, WG_EVAL);
    cr_expect_eq(wg_item(wg_program_last(r.q)), 5);
    wgt_finish(r.c, NULL);
}

Test(lang, first_values)
{
    wgt_run r = wgt_build(
        "A = param(2, 2, init=1.5); B = param(2, init=[3, 4]); C = param(3); D = param(2000, 50, init=he); "
        "E = param(10000, init=uniform(2, 3)); sum(A) + sum(B) + sum(C)",
        WG_EVAL);
    cr_expect_eq(wg_item(wg_program_last(r.q)), 13);
    wg_tensor d = wg_params_tensor(r.p, wg_params_find(r.p, "D")),
              e = wg_params_tensor(r.p, wg_params_find(r.p, "E"));
    double squares = 0;
    for (int i = 0; i < 100000; i++) squares += wg_tensor_item(&d, i) * wg_tensor_item(&d, i) / 100000;
    cr_expect(fabs(squares * 1000 - 1) < 4 * sqrt(2e-5), "variance 2 / n_in: %g", squares);
    for (int i = 0; i < 10000; i++) cr_expect(wg_tensor_item(&e, i) >= 2 && wg_tensor_item(&e, i) < 3);
    wgt_finish(r.c, NULL);
}

Test(lang, a_program_is_built_again_and_again)
{
    wgt_run r = wgt_program("x = input(m); W = param(2); check sum(x) == sum(x)\nsum(x) + sum(W)");
    for (int i = 1; i <= 3; i++) {
        char text[20];
        snprintf(text, sizeof text, "[%d, 1]", i);
        wgt_set(&r, "x", text);
        wg_program_build(r.q, r.g, r.p, WG_EVAL);
        cr_expect_eq(wg_item(wg_program_last(r.q)), i + 1);
        cr_expect_eq(wg_program_claims(r.q), 1);
    }
    wgt_finish(r.c, NULL);
}

Test(lang, training_and_inference_differ)
{
    static const char text[] = "x = ones(1000); sum(dropout(x, keep_prob=0.5))";
    wgt_run r = wgt_build(text, WG_TRAIN);
    double v = wg_item(wg_program_last(r.q));
    cr_expect(v != 1000 && fabs(v - 1000) < 130, "2 x 1000 coins, four deviations: %g", v);
    wgt_finish(r.c, NULL);
}

/* ---- claims ---- */

Test(lang, claims_have_lines_text_and_two_sides)
{
    wgt_run r = wgt_build("x = [1, 2]\n\ncheck sum(x) == 1 + 2   # so it is\ncheck x == x.T\n", WG_EVAL);
    wg_claim k = wg_program_claim(r.q, 0);
    cr_assert_eq(wg_program_claims(r.q), 2);
    cr_expect_eq(k.line, 3);
    cr_expect_str_eq(k.text, "sum(x) == 1 + 2");
    cr_expect_eq(wg_item(k.left), 3);
    cr_expect_eq(wg_item(k.right), 3);
    wgt_finish(r.c, NULL);
}

Test(lang, variants_of_a_claim)
{
    wgt_run r = wgt_build("x = [[1, 2], [3, 4]]\ny = [2, 3]\ncheck y == mean(x) * 1", WG_EVAL);
    bool found = false;
    wg_claim v;
    for (int k = 0; (v = wg_program_claim_variant(r.q, 0, k)).text; k++)
        if (!strcmp(v.text, "mean(x, axis=0) * 1")) {
            wg_tensor t = wg_value(v.right);
            found = wg_tensor_item(&t, 0) == 2 && wg_tensor_item(&t, 1) == 3;
        }
    cr_expect(found);
    cr_expect_eq(wg_failed(r.c), WG_OK);
    wgt_finish(r.c, NULL);
}

/* A claim in a block of another claim's side is built again with each variant of that side. It is one claim
 * all the same. */
Test(lang, variants_add_no_claims)
{
    wgt_run r = wgt_build("check { check [1] == [1]; sum([1, 2]) } == [1, 2]", WG_EVAL);
    int n = 0;
    cr_expect_eq(wg_program_claims(r.q), 2);
    while (wg_program_claim_variant(r.q, 1, n).text) n++;
    cr_expect_gt(n, 0);
    cr_expect_eq(wg_program_claims(r.q), 2);
    wgt_finish(r.c, NULL);
}

/* ---- memory of values from outside ---- */

/* The most bytes at a time while x is set and the program is built. */
static int64_t most_bytes(wg_tensor x)
{
    wgt_memory m = { 0 };
    wg_context *c = wgt_start(&m, WG_F32, NULL);
    wg_program *q = wg_program_text(c, "test.wg", "mean(x)");
    wg_graph *g = wg_graph_new(c);
    wg_params *p = wg_params_new(c);
    const int64_t before = m.bytes;
    m.most = before;
    wg_program_set(q, "x", x);
    wg_program_build(q, g, p, WG_EVAL);
    cr_expect_eq(wg_failed(c), WG_OK, "%s", wg_message(c));
    const int64_t most = m.most - before;
    wg_program_free(q);
    wgt_finish(c, &m);
    return most;
}

/* The program's copy has the dtype of what was given, and the graph has the input. A value of another dtype
 * is there once more while it is converted. */
Test(lang, a_value_that_is_set_takes_what_it_holds)
{
    enum { N = 1 << 20, FLOATS = N * sizeof(float), SMALL = 1 << 18 }; /* SMALL: chunks of the graph */
    void *zeros = calloc(N, sizeof(double));
    const int64_t one = most_bytes(wg_view(WG_F32, zeros, WG_SCALAR)) + SMALL,
                  f32 = most_bytes(wg_view(WG_F32, zeros, WG_SHAPE(N))) - one,
                  u8 = most_bytes(wg_view(WG_U8, zeros, WG_SHAPE(N))) - one,
                  f64 = most_bytes(wg_view(WG_F64, zeros, WG_SHAPE(N))) - one;
    cr_expect_leq(f32, 2 * FLOATS, "%lld bytes", (long long)f32);
    cr_expect_leq(u8, N + 2 * FLOATS, "%lld bytes", (long long)u8);
    cr_expect_leq(f64, 2 * FLOATS + 2 * FLOATS, "%lld bytes", (long long)f64);
    free(zeros);
}

Test(lang, programs_of_a_file) { wgt_run_programs("tests/lang/cases.txt"); }
