/* test_gradient_names.c: no two nodes of a picture have the same name, and no gradient has the name of a
 * node. */
#include "draw/draw_private.h"
#include "picture.h"

typedef struct bench {
    wg_context *c;
    wg_graph *g;
} bench;

static bench start(void)
{
    bench b = { .c = wgt_start(NULL, WG_F64, NULL) };
    b.g = wg_graph_new(b.c);
    wg_begin(b.g, WG_TRAIN);
    return b;
}

static wg_node scalar(bench *b, const char *name)
{
    static const double v = 0.5;
    return wg_input(b->g, name, wg_view_f64(&v, WG_SCALAR));
}

/* L(x) and dL/dx, with the names of all nodes on the way but the gradients'. */
static wg_node gradient_of_neuron(bench *b, wg_node x)
{
    wg_node w = scalar(b, "w"), z = wg_name(wg_mul(w, x), "z"), a = wg_name(wg_sigmoid(z), "a");
    wg_node L = wg_name(wg_mul(a, a), "L"), of[] = { w }, d[1];
    cr_assert_eq(wg_grads(L, of, 1, d), WG_OK);
    return d[0];
}

static void expect_unlike(const wgi_view *v)
{
    for (int64_t i = 0; i < v->items; i++)
        for (int64_t k = 0; k < i; k++)
            if (!v->item[i].is_inline && !v->item[k].is_inline)
                cr_expect(!wgi_view_looks_alike(v->item[i].name, v->item[k].name), "two nodes called %s",
                          v->item[i].name);
}

Test(gradient_names, no_two_nodes_have_one_name)
{
    WGT_ENDS bench b = start();
    wgi_pool pool = { .c = b.c };
    wgi_view v;
    /* z1 and z_1 are printed alike, and so are their gradients. Draws of equal expressions are unlike. */
    wg_node x = scalar(&b, "x"), z1 = wg_name(wg_sin(x), "z1"), z2 = wg_name(wg_exp(z1), "z_1");
    wg_node L = wg_mul(wg_mul(z2, wg_tanh(z2)), z1), of[] = { x }, d[1];
    cr_assert_eq(wg_grads(L, of, 1, d), WG_OK);
    wg_node sum = wg_add(wg_mul(wg_sub(1, x), wg_sin(wg_sub(1, x))), d[0]);
    cr_assert_eq(wgi_view_make(&v, &pool, b.g, &sum, 1, WGI_WRITTEN, NULL, NULL), WG_OK);
    int gradients = 0;
    for (int64_t i = 0; i < v.items; i++) gradients += v.item[i].source == WGI_NAME_GRADIENT;
    cr_expect_gt(gradients, 0);
    for (int64_t i = 0; i < v.items; i++)
        for (int64_t k = 0; k < i; k++) {
            const wgi_item *y = &v.item[i], *z = &v.item[k];
            if (y->is_inline || z->is_inline || (y->source == WGI_NAME_GIVEN && z->source == WGI_NAME_GIVEN))
                continue;
            cr_expect(!wgi_view_looks_alike(y->name, z->name), "two nodes called %s", y->name);
        }
    wgi_pool_free(&pool);
}

/* The node dz is dL/dz. The gradient row of z is that of s, another number. */
Test(gradient_names, a_gradient_is_not_called_as_a_node)
{
    WGT_ENDS bench b = start();
    wg_node dw = wg_name(gradient_of_neuron(&b, scalar(&b, "x")), "dw"), s = wg_name(wg_mul(dw, dw), "s");
    static const char *const formats[] = { "svg", "txt", "html", "dot" };
    for (int i = 0; i < 4; i++) {
        wg_draw_opts o = WG_OPTS(wg_draw_opts, .values = true, .backward = true, .format = formats[i]);
        char *text = wg_draw_text_at(WG_HERE, s, &o);
        cr_assert(text, "%s", wg_message(b.c));
        HAS(text, "∂s/∂w = ");
        HAS_NOT(text, ">dw = −", ">dz = −");
        wg_free(b.c, text);
    }
    wgi_pool pool = { .c = b.c };
    wgi_picture p = { .c = b.c,
                      .pool = &pool,
                      .g = b.g,
                      .format = &wgi_format_svg,
                      .o = &WG_OPTS(wg_draw_opts, .backward = true) };
    cr_assert_eq(wgi_picture_make(&p, s), WG_OK);
    expect_unlike(&p.view);
    for (int64_t i = 0; i < p.boxes; i++)
        for (int64_t k = 0; k < p.boxes; k++) {
            const char *g = p.box[i].gradient;
            const size_t n = strcspn(g, " ");
            cr_expect(!*g || strncmp(g, p.box[k].name, n) || p.box[k].name[n], "%s", g);
        }
    wgi_pool_free(&pool);
}

/* Without such a node the gradient of z is called dz. */
Test(gradient_names, a_gradient_has_the_short_name_if_it_can)
{
    WGT_ENDS bench b = start();
    wg_node x = scalar(&b, "x"), z = wg_name(wg_sin(x), "z"), L = wg_name(wg_mul(z, z), "L");
    char *text = wg_draw_text(L, .backward = true, .values = true, .format = "svg");
    HAS(text, "; dz = ");
    HAS_NOT(text, "∂L/∂z = ");
    wg_free(b.c, text);
}
