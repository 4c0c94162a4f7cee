/* test_gradient_places.c: in the graph of a derivative dz stands under z, in the file as in the layout. */
#include "draw/svg.h"
#include "picture.h"

#include <math.h>

static const double ones[8] = { 1, 1, 1, 1, 1, 1, 1, 1 };

typedef struct net {
    wg_context *c;
    wg_graph *g;
    wgi_pool pool;
    wgi_picture p;
    wgi_svg w;
    wgi_strbuf out;
} net;

static net start(void)
{
    net n = { .c = wgt_start(NULL, WG_F64, NULL) };
    n.g = wg_graph_new(n.c);
    n.out.c = n.c;
    wg_begin(n.g, WG_TRAIN);
    return n;
}

static void draw(net *n, wg_node root, const wg_draw_opts *o)
{
    n->pool.c = n->c;
    n->p = (wgi_picture){ .c = n->c, .pool = &n->pool, .g = n->g, .o = o, .format = &wgi_format_svg };
    cr_assert_eq(wgi_picture_make(&n->p, root), WG_OK, "%s", wg_message(n->c));
    cr_assert(wgi_svg_open(&n->w, &n->p, &n->out));
}

static void end(net *n)
{
    wgi_svg_close(&n->w);
    wgi_strbuf_free(&n->out);
    wgi_pool_free(&n->pool);
    wgt_finish(n->c, NULL);
}

/* Two layers: z1 = x W1, a1 = tanh(z1), z2 = a1 W2, a2 = sigmoid(z2), L = mean(a2²), and dL/dW1. */
static wg_node two_layers(net *n)
{
    wg_node x = wg_input(n->g, "x", wg_view_f64(ones, WG_SHAPE(2, 4)));
    wg_node W1 = wg_input(n->g, "W1", wg_view_f64(ones, WG_SHAPE(4, 2)));
    wg_node W2 = wg_input(n->g, "W2", wg_view_f64(ones, WG_SHAPE(2, 1)));
    wg_node z1 = wg_name(wg_matmul(x, W1), "z1"), a1 = wg_name(wg_tanh(z1), "a1");
    wg_node z2 = wg_name(wg_matmul(a1, W2), "z2"), a2 = wg_name(wg_sigmoid(z2), "a2");
    wg_node L = wg_name(wg_mean(wg_square(a2)), "L"), d[2];
    cr_assert_eq(wg_grads(L, ((wg_node[]){ W1, W2 }), 2, d), WG_OK);
    wg_name(d[1], "dW2");
    return wg_name(d[0], "dW1");
}

static int box(const net *n, const char *name)
{
    for (int64_t i = 0; i < n->p.at.nodes; i++)
        if (!strcmp(wgi_item_at(&n->p, i)->name, name)) return n->p.at.box_of[i];
    cr_assert(false, "no %s", name);
    return -1;
}

static void expect_under(const net *n, const char *name, const char *over)
{
    const wgi_lay_box *b = &n->w.l.box[box(n, name)], *a = &n->w.l.box[box(n, over)];
    if (n->p.o->top_down) {
        cr_expect_float_eq(b->y, a->y, 1e-9, "%s", name);
        cr_expect(b->x > a->x + a->w && b->x < a->x + a->w + 10, "%s", name);
    } else {
        cr_expect_float_eq(b->x, a->x, 1e-9, "%s", name);
        cr_expect(b->y > a->y + a->h && b->y < a->y + a->h + 10, "%s", name);
    }
}

Test(gradient_places, are_under_their_nodes)
{
    for (int down = 0; down < 2; down++) {
        net n = start();
        const wg_node root = two_layers(&n);
        draw(&n, root, &WG_OPTS(wg_draw_opts, .top_down = down, .values = true));
        expect_under(&n, "dW1", "W1");
        expect_under(&n, "dz1", "z1");
        expect_under(&n, "da1", "a1");
        expect_under(&n, "dz2", "z2");
        expect_under(&n, "da2", "a2");
        end(&n);
    }
}

/* In one row each link has its arrow at its own end, and is turned if that stands before its start. */
static void expect_arrows(net *n)
{
    wgi_layout_free(&n->w.l), n->w.l.page = 0;
    cr_assert(wgi_layout_run(&n->w.l));
    for (int64_t i = 0; i < n->p.links; i++) {
        const wgi_link *k = &n->p.link[i];
        const wgi_arrow a = wgi_arrow_of(&n->w.l, k, &n->w.l.edge[i]);
        const wgi_lay_box *to = &n->w.l.box[k->to], *from = &n->w.l.box[k->from];
        cr_expect(k->turned ? to->x <= from->x : to->x >= from->x);
        cr_expect(a.at.x >= to->x - 1 && a.at.x <= to->x + to->w + 1 && a.at.y >= to->y - 1 &&
                      a.at.y <= to->y + to->h + 1,
                  "the arrow of link %lld does not point at its box", (long long)i);
        cr_expect_eq(a.direction, fabs(a.at.x - to->x) < 1 ? 1 : -1);
    }
}

/* The forward part runs on, the gradients run back. */
Test(gradient_places, run_back_under_the_forward_part)
{
    static const char *const forward[] = { "x", "z1", "a1", "z2", "a2" };
    static const char *const back[] = { "da2", "dz2", "da1", "dz1", "dW1" };
    net n = start();
    draw(&n, two_layers(&n), &WG_OPTS(wg_draw_opts, .values = true));
    expect_arrows(&n);
    for (int k = 1; k < 5; k++) {
        const wgi_lay_box *l = n.w.l.box;
        cr_expect_lt(l[box(&n, forward[k - 1])].x, l[box(&n, forward[k])].x, "%s", forward[k]);
        cr_expect_gt(l[box(&n, back[k - 1])].x, l[box(&n, back[k])].x, "%s", back[k]);
    }
    end(&n);
}

/* Links to a box meet it at one place, wherever they come from: x has no gradient, w has one. */
Test(gradient_places, links_of_a_kind_meet_a_box_at_one_place)
{
    net n = start();
    wg_node x = wg_input(n.g, "x", wg_view_f64(ones, WG_SHAPE(4))),
            w = wg_input(n.g, "w", wg_view_f64(ones, WG_SHAPE(4)));
    draw(&n, wg_name(wg_sum(wg_mul(w, x)), "L"),
         &WG_OPTS(wg_draw_opts, .backward = true, .top_down = true, .wrt = &w, .wrt_count = 1));
    for (int64_t i = 0; i < n.p.links; i++)
        for (int64_t k = 0; k < i; k++)
            if (n.p.link[i].back == n.p.link[k].back && n.w.l.edge[i].to == n.w.l.edge[k].to)
                cr_expect_eq(n.w.l.edge[i].to_at, n.w.l.edge[k].to_at);
    end(&n);
}

/* L = sum(y b) with y = b + 1, and b = σ(tanh(z)): db is y + b, so the link of y to db is turned. */
Test(gradient_places, of_a_node_that_is_used_twice_are_under_it)
{
    net n = start();
    wg_node z = wg_input(n.g, "z", wg_view_f64(ones, WG_SHAPE(4))), a = wg_name(wg_tanh(z), "a");
    wg_node b = wg_name(wg_sigmoid(a), "b"), L = wg_sum(wg_mul(wg_name(wg_add(b, 1), "y"), b)), d;
    cr_assert_eq(wg_grads(L, &z, 1, &d), WG_OK);
    draw(&n, wg_name(d, "dz"), &WG_OPTS(wg_draw_opts, .values = true));
    expect_under(&n, "dz", "z"), expect_under(&n, "da", "a"), expect_under(&n, "db", "b");
    expect_arrows(&n);
    end(&n);
}

/* A net of two layers has a place for each wire: the gradients' run below the others. */
Test(gradient_places, cross_no_more_than_they_must)
{
    net n = start();
    draw(&n, two_layers(&n), &WG_OPTS(wg_draw_opts, .values = true));
    cr_expect_leq(n.w.l.crossings, n.p.links / 3);
    end(&n);
}

/* x³ differentiated twice is 6 x: it stands behind x. */
Test(gradient_places, of_a_leaf_alone_are_behind_it)
{
    net n = start();
    wg_node x = wg_input(n.g, "x", wg_view_f64(ones, WG_SCALAR)), y = wg_pow(x, 3), d, dd;
    cr_assert_eq(wg_grads(y, &x, 1, &d), WG_OK);
    cr_assert_eq(wg_grads(d, &x, 1, &dd), WG_OK);
    draw(&n, wg_name(dd, "d2"), &WG_OPTS(wg_draw_opts, .values = true));
    cr_assert_eq(n.p.boxes, 2);
    cr_expect_gt(n.w.l.box[box(&n, "d2")].x, n.w.l.box[box(&n, "x")].x + n.w.l.box[box(&n, "x")].w);
    end(&n);
}

/* Pictures of derivatives of derivatives, in which a forward node may use a gradient, are drawn too. */
Test(gradient_places, of_any_derivative_can_be_drawn)
{
    WGT_ENDS net n = start();
    wg_node x = wg_input(n.g, "x", wg_view_f64(ones, WG_SCALAR)), z = wg_name(wg_sin(x), "z");
    wg_node y = wg_name(wg_mul(z, wg_exp(z)), "y"), d, dd;
    cr_assert_eq(wg_grads(y, &x, 1, &d), WG_OK);
    wg_node s = wg_name(wg_mul(wg_sigmoid(d), z), "s");
    cr_assert_eq(wg_grads(s, &x, 1, &dd), WG_OK);
    for (int k = 0; k < 2; k++) {
        wg_draw_opts o = WG_OPTS(wg_draw_opts, .values = true, .backward = true, .level = k ? "ops" : NULL,
                                 .format = "svg");
        char *text = wg_draw_text_at(WG_HERE, wg_name(dd, "dd"), &o);
        cr_expect(text, "%s", wg_message(n.c));
        wg_free(n.c, text);
    }
}
