/* Items and names of a view: what was written. */
#include "view/view.h"
#include "op_case.h"

typedef struct bench {
    wg_context *c;
    wg_graph *g;
    wgi_pool pool;
    wgi_view v;
} bench;

static bench start(void)
{
    bench b = { .c = wgt_start(NULL, WG_F64, NULL) };
    b.g = wg_graph_new(b.c), b.pool.c = b.c;
    wg_begin(b.g, WG_TRAIN);
    return b;
}

static void look(bench *b, wg_node root, wgi_view_level level)
{
    cr_assert_eq(wgi_view_make(&b->v, &b->pool, b->g, &root, !wg_is_none(root), level, NULL, NULL), WG_OK);
}

static void end(bench *b)
{
    wgi_pool_free(&b->pool);
    wgt_finish(b->c, NULL);
}

/* What was written; "" for the names that the view makes itself. */
static const char *name_of(const wgi_item *y) { return y->source < WGI_NAME_EXPRESSION ? y->name : ""; }

/* The view as one line: "x=input w=param z=matmul(x w) =mean(z)". Items without a name are #0, #1, ... */
static const char *text_of(const wgi_view *v)
{
    static char buf[2000];
    int n = 0;
    for (int64_t i = 0; i < v->items; i++) {
        const wgi_item *y = &v->item[i];
        n += snprintf(buf + n, sizeof buf - (size_t)n, "%s%s=%s", i ? " " : "", name_of(y), y->op->name);
        for (int k = 0; k < y->operands; k++) {
            const int32_t at = v->arg[y->first + k];
            const char *name = at >= 0 ? name_of(&v->item[at]) : "-";
            n += snprintf(buf + n, sizeof buf - (size_t)n, "%s", k ? " " : "(");
            n += *name ? snprintf(buf + n, sizeof buf - (size_t)n, "%s", name)
                       : snprintf(buf + n, sizeof buf - (size_t)n, "#%d", at);
        }
        n += snprintf(buf + n, sizeof buf - (size_t)n, "%s", y->operands ? ")" : "");
    }
    return buf;
}

#define VIEW_TEST(name)         \
    static void name(bench *b); \
    Test(view, name)            \
    {                           \
        bench b = start();      \
        name(&b);               \
        end(&b);                \
    }                           \
    static void name(bench *b)

VIEW_TEST(calls_are_shown_as_they_were_written)
{
    wg_node x = wg_input(b->g, "x", wg_view_f64((double[]){ 1, 2 }, WG_SHAPE(2)));
    wg_node h = wg_silu(x);
    wg_node loss = wg_mean(h);
    look(b, loss, WGI_WRITTEN);
    cr_expect_str_eq(text_of(&b->v), "x=input h=silu(x) =mean(h)");
    look(b, loss, WGI_OPS);
    cr_expect_gt(b->v.items, 3);
}

VIEW_TEST(a_call_of_which_something_else_is_used_is_opened)
{
    wg_node x = wg_input(b->g, "x", wg_view_f64((double[]){ 1, 2, 3, 5 }, WG_SHAPE(2, 2)));
    wg_node y = wg_batch_norm(x, wg_fill(b->g, 1, WG_SHAPE(2)), wg_fill(b->g, 0, WG_SHAPE(2)));
    look(b, wg_sum(y), WGI_WRITTEN);
    const int64_t closed = b->v.items;
    look(b, wg_add(wg_sum(y), wg_sum(wg_part(y, 1))), WGI_WRITTEN);
    cr_expect_geq(b->v.items, closed + 2);
    for (int64_t i = 0; i < b->v.items; i++)
        for (int k = 0; k < b->v.item[i].operands; k++) {
            const int32_t at = b->v.arg[b->v.item[i].first + k];
            cr_expect_lt(at, i, "an operand stands behind its consumer");
        }
}

VIEW_TEST(silent_casts_are_not_shown)
{
    wg_node n = wg_input(b->g, "n", wg_view_i64((int64_t[]){ 1, 2 }, WG_SHAPE(2)));
    wg_node x = wg_input(b->g, "x", wg_view_f64((double[]){ 1, 2 }, WG_SHAPE(2)));
    look(b, wg_mul(x, n), WGI_WRITTEN);
    cr_expect_str_eq(text_of(&b->v), "n=input x=input =mul(x n)");
    look(b, wg_mul(x, wg_cast(n, WG_F64)), WGI_WRITTEN);
    cr_expect_str_eq(text_of(&b->v), "n=input x=input =cast(n) =mul(x #2)");
}

typedef struct state {
    wg_node h;
} state;

VIEW_TEST(variables_give_names)
{
    wg_node x = wg_input(b->g, "x", wg_view_f64((double[]){ 1, 2 }, WG_SHAPE(2)));
    state s = { wg_tanh(x) }, *p = &s;
    wg_node z = wg_add(s.h, p->h);
    look(b, wg_sum(wg_mul(z, wg_exp(z))), WGI_WRITTEN);
    cr_expect_str_eq(text_of(&b->v), "x=input h=tanh(x) z=add(h h) =exp(z) =mul(z #3) =sum(#4)");
}

/* Layers and pictures take nodes by variables, too. A layer's own nodes have no names. */
VIEW_TEST(variables_that_layers_take_give_names)
{
    wg_params *p = wg_params_new(b->c);
    wg_node x = wg_input(b->g, "x", wg_view_f64((double[]){ 1, 2, 3, 5 }, WG_SHAPE(2, 2)));
    wg_node hidden = wg_nn_dense(x, p, "a", 3, .bias = false), n = wg_nn_layer_norm(hidden, p, "n");
    wg_node loss = wg_sum(wg_square(wg_nn_dense(wg_tanh(n), p, "b", 1, .bias = false)));
    cr_assert_eq(wgi_view_make(&b->v, &b->pool, b->g, &loss, 1, WGI_WRITTEN, "loss\nm.c:7", NULL), WG_OK);
    cr_expect_str_eq(text_of(&b->v),
                     "x=input a.W=param hidden=dense(x a.W -) n.gamma=param n.beta=param "
                     "n=layer_norm(hidden n.gamma n.beta) =tanh(n) b.W=param =dense(#6 b.W -) "
                     "=square(#8) loss=sum(#9)");
}

/* The first argument of this layer is no node. */
VIEW_TEST(a_layer_that_takes_no_node_names_none)
{
    wg_params *p = wg_params_new(b->c);
    wg_node f[1] = { wg_sin(wg_input(b->g, "x", wg_view_f64((double[]){ 1, 2 }, WG_SHAPE(2)))) };
    wgx_layer_claim(b->g, p, "a", "graph, p\nm.c:9");
    const wg_init zeros = wg_zeros();
    wg_node v = wgx_layer_param("m.c:9", b->g, p, "a", "v", &WG_SHAPE(2), &zeros);
    look(b, wg_sum(wg_add(f[0], v)), WGI_WRITTEN);
    cr_expect_str_eq(text_of(&b->v), "x=input =sin(x) a.v=param =add(#1 a.v) =sum(#3)");
}

VIEW_TEST(a_variable_that_held_several_nodes_is_numbered)
{
    wg_node h = wg_input(b->g, "h_2", wg_view_f64((double[]){ 1, 2 }, WG_SHAPE(2)));
    for (int i = 0; i < 3; i++) h = wg_tanh(h);
    look(b, wg_sum(h), WGI_WRITTEN);
    cr_expect_str_eq(text_of(&b->v), "h_2=input h_1=tanh(h_2) h_3=tanh(h_1) h_4=tanh(h_3) =sum(h_4)");
}

VIEW_TEST(a_number_does_not_make_the_name_of_another_variable)
{
    wg_node h = wg_input(b->g, "x", wg_view_f64((double[]){ 1, 2 }, WG_SHAPE(2)));
    wg_node h_1 = wg_exp(h);
    h = wg_tanh(h_1);
    h = wg_sin(h);
    look(b, wg_sum(h), WGI_WRITTEN);
    cr_expect_str_eq(text_of(&b->v), "x=input h_1=exp(x) h_2=tanh(h_1) h_3=sin(h_2) =sum(h_3)");
}

VIEW_TEST(a_given_name_is_kept)
{
    wg_node x = wg_input(b->g, "x", wg_view_f64((double[]){ 1, 2 }, WG_SHAPE(2)));
    wg_node z = wg_name(wg_tanh(x), "hidden");
    look(b, wg_sum(z), WGI_WRITTEN);
    cr_expect_str_eq(text_of(&b->v), "x=input hidden=tanh(x) =sum(hidden)");
}

VIEW_TEST(a_whole_graph_has_all_that_somebody_asked_for)
{
    wg_node x = wg_input(b->g, "x", wg_view_f64((double[]){ 1, 2 }, WG_SHAPE(2)));
    wg_mean(x);
    wg_var(x);
    look(b, wg_none, WGI_WRITTEN);
    cr_expect_str_eq(text_of(&b->v), "x=input =mean(x) =var(x)");
}

/* Every node below a root is an item at the level of ops. */
VIEW_TEST(ops_are_all_nodes)
{
    wg_node x = wg_input(b->g, "x", wg_view_f64((double[]){ 1, 2 }, WG_SHAPE(2)));
    wg_node y = wg_std(x);
    look(b, y, WGI_OPS);
    unsigned char needed[64] = { 0 };
    int64_t count = 0;
    needed[y.index] = 1;
    for (int64_t i = y.index; i > 0; i--) {
        wg_node n = wg_graph_node(b->g, i);
        count += needed[i];
        for (int k = 0; needed[i] && k < wg_node_operands(n); k++) needed[wg_node_operand(n, k).index] = 1;
    }
    cr_expect_eq(b->v.items, count);
}

/* Whatever nodes the op's rewrite or expansion makes. */
EACH_OP(view, has_one_item_for_a_call)
{
    static const op_setup plain = { .dtype = WG_F64, .interpret = 1 };
    op_case k;
    for (int i = 0; op_case_open(&k, wg_op_at(*index), i, &plain); i++) {
        wgi_pool pool = { .c = k.c };
        wgi_view v;
        cr_assert_eq(wgi_view_make(&v, &pool, k.g, k.y, 1, WGI_WRITTEN, NULL, NULL), WG_OK);
        int made = 0;
        bool has = false;
        for (int64_t j = 0; j < v.items; j++) made += v.item[j].operands > 0, has |= v.item[j].op == k.op;
        /* The samples of matmul_stored make their operand by calls. */
        cr_expect(has || made <= 1 || k.op == wg_op_find("matmul_stored"), "%s, sample %d: %s", k.op->name, i,
                  text_of(&v));
        wgi_pool_free(&pool);
        op_case_close(&k);
    }
}
