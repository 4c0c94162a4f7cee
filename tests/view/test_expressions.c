/* Names of items that have none: expressions, and the op with a number. */
#include "formula/formula.h"
#include "view/equation.h"
#include "wgtest.h"

typedef struct bench {
    wg_context *c;
    wg_graph *g;
    wg_node x, y, m;
    wgi_pool pool;
    wgi_view v;
} bench;

static bench start(void)
{
    static const double numbers[] = { 1, 2, 3, 5 };
    bench b = { .c = wgt_start(NULL, WG_F64, NULL) };
    b.g = wg_graph_new(b.c), b.pool.c = b.c;
    wg_begin(b.g, WG_TRAIN);
    b.x = wg_input(b.g, "x", wg_view_f64(numbers, WG_SHAPE(2)));
    b.y = wg_input(b.g, "y", wg_view_f64(numbers, WG_SHAPE(2)));
    b.m = wg_input(b.g, "m", wg_view_f64(numbers, WG_SHAPE(2, 2)));
    return b;
}

/* The name of the root, which no call has as an argument. */
static void expect_name(bench *b, wg_node root, const char *name, wgi_name_source source)
{
    cr_assert_eq(wgi_view_make(&b->v, &b->pool, b->g, &root, 1, WGI_WRITTEN, NULL, NULL), WG_OK);
    const wgi_item *y = &b->v.item[b->v.item_of[root.index]];
    cr_expect_str_eq(y->name, name);
    cr_expect_eq(y->source, source, "%s", name);
    cr_expect_eq(y->tree != NULL, source == WGI_NAME_EXPRESSION, "%s", name);
    wgi_pool_free(&b->pool);
}

/* Two sums over other axes have other names. */
Test(expressions, say_the_options_that_they_have)
{
    WGT_ENDS bench b = start();
    expect_name(&b, wg_sum(b.m), "Σ(m)", WGI_NAME_EXPRESSION);
    expect_name(&b, wg_sum(b.m, .axis = 0), "Σ(m, axis = 0)", WGI_NAME_EXPRESSION);
    expect_name(&b, wg_sum(b.m, .axis = 1), "Σ(m, axis = 1)", WGI_NAME_EXPRESSION);
    expect_name(&b, wg_leaky_relu(b.x, .slope = 2), "leaky_relu(x, slope = 2)", WGI_NAME_EXPRESSION);
}

/* Transposes of more than two axes exchange the last two alone. */
Test(expressions, a_transpose_of_other_axes_too_is_written_out)
{
    WGT_ENDS bench b = start();
    static const double zeros[120];
    wg_node t = wg_input(b.g, "t", wg_view_f64(zeros, WG_SHAPE(2, 3, 4, 5)));
    expect_name(&b, wg_transpose(t, .axes = WG_AXES(0, 1, 3, 2)), "tᵀ", WGI_NAME_EXPRESSION);
    expect_name(&b, wg_transpose(t, .axes = WG_AXES(1, 0, 3, 2)), "transpose(t, axis = [1, 0, 3, 2])",
                WGI_NAME_EXPRESSION);
}

/* The axis of an op of the user may be negative: it is counted from the end. */
Test(expressions, know_the_axes_of_their_options)
{
    const wg_attr_row row = { .name = "axis", .kind = WG_ATTR_AXIS };
    for (int axis = -3; axis < 3; axis++)
        cr_expect_eq(wgi_option_axes(&row, &axis, 3), 1U << (axis + 3) % 3, "%d", axis);
}

Test(expressions, gates_have_negative_numbers_in_brackets)
{
    WGT_ENDS bench b = start();
    static const char *const gate[] = { "× (−2)", "× 2", "− 2", "+ 2" };
    const wg_node y[] = { wg_mul(b.x, -2), wg_mul(b.x, 2), wg_add(b.x, -2), wg_sub(b.x, -2) };
    for (int i = 0; i < 4; i++) {
        cr_assert_eq(wgi_view_make(&b.v, &b.pool, b.g, &y[i], 1, WGI_WRITTEN, NULL, NULL), WG_OK);
        cr_expect_str_eq(wgi_item_gate(&b.v, &b.v.item[b.v.item_of[y[i].index]]), gate[i]);
        wgi_pool_free(&b.pool);
    }
}

/* 0 stands for a default that is no number, and the last axis for -1. */
Test(expressions, say_no_options_that_nobody_gave)
{
    WGT_ENDS bench b = start();
    wg_node labels = wg_input(b.g, "t", wg_view_i64((int64_t[]){ 0, 1 }, WG_SHAPE(2)));
    const wg_node calls[] = { wg_softmax_cross_entropy(b.m, labels), wg_dropout(b.x, .keep_prob = 0.5),
                              wg_softmax(b.m, .axis = 1) };
    static const char *const options[] = { "", "keep_prob = 0.5", "" };
    for (int i = 0; i < 3; i++) {
        cr_assert_eq(wgi_view_make(&b.v, &b.pool, b.g, &calls[i], 1, WGI_WRITTEN, NULL, NULL), WG_OK);
        cr_expect_str_eq(wgi_item_options(&b.v, &b.v.item[b.v.item_of[calls[i].index]], false), options[i]);
        wgi_pool_free(&b.pool);
    }
}

#define LONG(b) wg_add(wg_mul(wg_sub(1, (b).y), wg_log(wg_sub(1, (b).x))), wg_mul((b).y, wg_log((b).x)))

Test(expressions, that_are_long_are_the_op_and_a_number)
{
    WGT_ENDS bench b = start();
    expect_name(&b, LONG(b), "(1 − y) ⊙ ln(1 − x) + y ⊙ ln x", WGI_NAME_EXPRESSION);
    wg_node twice[2] = { LONG(b), LONG(b) };
    expect_name(&b, wg_mul(twice[0], twice[1]), "mul_1", WGI_NAME_OP);
    wg_node taken = wg_input(b.g, "mul1", wg_view_f64((double[]){ 1, 2 }, WG_SHAPE(2)));
    wg_node last[2] = { LONG(b), LONG(b) };
    expect_name(&b, wg_mul(wg_mul(taken, last[0]), last[1]), "mul_2", WGI_NAME_OP);
}

Test(expressions, of_names_with_special_characters_are_texts)
{
    WGT_ENDS bench b = start();
    wg_node odd = wg_input(b.g, "a\n<b>", wg_view_f64((double[]){ 1, 2 }, WG_SHAPE(2)));
    expect_name(&b, wg_neg(odd), "−a <b>", WGI_NAME_EXPRESSION);
}

Test(expressions, a_member_named_T_is_a_transpose_and_no_name)
{
    WGT_ENDS bench b = start();
    struct {
        wg_node T;
    } q = { wg_transpose(b.m) };
    expect_name(&b, wg_matmul(b.m, q.T), "m mᵀ", WGI_NAME_EXPRESSION);
}

/* An equation into which another item's is put. */
Test(expressions, equations_can_be_put_into_one_another)
{
    WGT_ENDS bench b = start();
    wg_node z = wg_sub(b.x, b.y), a = wg_square(z);
    cr_assert_eq(wgi_view_make(&b.v, &b.pool, b.g, &a, 1, WGI_WRITTEN, NULL, NULL), WG_OK);
    unsigned char inside[8] = { 0 };
    const int32_t item = b.v.item_of[a.index];
    for (int pass = 0; pass < 2; pass++) {
        char text[60];
        wgi_line to = { text, sizeof text, 0 };
        wgi_equation *e = wgi_equation_make(&b.v, item, inside);
        cr_assert(e);
        wgi_formula_text(&to, &e->tree, e->tree.root, false);
        cr_expect_str_eq(text, pass ? "(x − y)²" : "z²");
        wgi_equation_free(e);
        inside[b.v.item_of[z.index]] = 1;
    }
    wgi_pool_free(&b.pool);
}
