/* test_append_plain.c: graphs of thousands of scalars. Their nodes are made by append_plain.c. They must
 * equal the nodes that apply.c makes, have the values that C computes, and report the same mistakes. */
#include <math.h>
#include <string.h>

#include "wgtest.h"

enum { BEFORE = 4500, NODES = 6000 }; /* nodes that make a graph large; and after them */

/* A parameter and some thousand nodes above it; each x/2 + 1/2. */
static wg_node large(wgt_world *s)
{
    wg_begin(s->g, WG_TRAIN);
    wg_node x = wg_param(s->g, s->p, "x", WG_SCALAR, wg_const(1));
    for (int i = 0; i < BEFORE; i++) x = i % 2 ? wg_add(x, 0.5) : wg_mul(x, 0.5);
    return x;
}

typedef wg_node (*unary)(wg_site, wg_node, const char *);
typedef wg_node (*binary)(wg_site, wg_node, wg_node, const char *);

static wg_node short1(wg_site here, wg_node x, const char *op) { return wg_apply1(here, x, wg_op_find(op)); }
static wg_node long1(wg_site here, wg_node x, const char *op)
{
    return wg_apply(here, wg_op_find(op), &x, 1, NULL);
}
static wg_node short2(wg_site here, wg_node a, wg_node b, const char *op)
{
    return wg_apply2(here, a, b, wg_op_find(op));
}
static wg_node long2(wg_site here, wg_node a, wg_node b, const char *op)
{
    return wg_apply(here, wg_op_find(op), (wg_node[]){ a, b }, 2, NULL);
}

/* Random steps on x and y, with few and with many different numbers on either side; the values and
 * derivatives by x beside them. */
static wg_node walk(wg_node x, unary f, binary h, double *value, double *slope)
{
    static const double few[4] = { 0.5, 0.25, -0.75, 0.125 };
    wgt_random r = { 7 };
    wg_node y = x;
    double vx = 1, vy = 1, dx = 1, dy = 1;
    for (int i = 0; i < NODES; i++) {
        double c = i % 7 ? few[wgt_next(&r) % 4] : (double)(wgt_next(&r) % 1000) / 1024, v = vx, d = dx;
        wg_node t = x;
        switch (wgt_next(&r) % 8) {
        case 0: x = h(WG_AT("x, c"), x, wg_number(c), "mul"), vx *= c, dx *= c; break;
        case 1: x = h(WG_AT("c, x"), wg_number(c), x, "mul"), vx *= c, dx *= c; break;
        case 2: x = h(WG_AT("x, c"), x, wg_number(c), "add"), vx += c; break;
        case 3: x = h(WG_AT("c, x"), wg_number(c), x, "sub"), vx = c - vx, dx = -dx; break;
        case 4: x = h(WG_AT("x, y"), x, y, "add"), vx += vy, dx += dy; break;
        case 5: x = h(WG_AT("x, x"), x, x, "mul"), dx = 2 * vx * dx, vx = vx * vx; break;
        case 6: x = f(WG_AT("x"), x, "sin"), dx *= cos(vx), vx = sin(vx); break;
        case 7: x = f(WG_AT("x"), x, "abs"), dx *= (vx > 0) - (vx < 0), vx = fabs(vx); break;
        }
        if (fabs(vx) > 4) x = f(WG_AT("x"), x, "tanh"), vx = tanh(vx), dx *= 1 - vx * vx;
        if (i % 3 == 0) y = t, vy = v, dy = d;
    }
    *value = vx + vy;
    *slope = dx + dy;
    return h(WG_AT("x, y"), x, y, "add");
}

Test(scalars, records_are_those_of_the_long_way)
{
    for (int round = 0; round < 2; round++) {
        wgt_world a = wgt_world_new(NULL, WG_F32, NULL), b = wgt_world_new(NULL, WG_F32, NULL);
        double value, slope;
        wg_node x = walk(large(&a), short1, short2, &value, &slope),
                y = walk(large(&b), long1, long2, &value, &slope);
        cr_assert_eq(wg_graph_nodes(a.g), wg_graph_nodes(b.g));
        for (int64_t i = 0; i < wg_graph_nodes(a.g); i++) {
            wg_node m = wg_graph_node(a.g, i), n = wg_graph_node(b.g, i);
            cr_assert(wg_node_op(m) == wg_node_op(n) && wg_node_operands(m) == wg_node_operands(n),
                      "node %lld", (long long)i);
            cr_assert(wg_node_dtype(m) == wg_node_dtype(n) &&
                      wg_shape_equal(wg_node_shape(m), wg_node_shape(n)));
            cr_assert(wg_node_site(m) == wg_node_site(n) && strcmp(wg_node_scope(m), wg_node_scope(n)) == 0);
            for (int k = 0; k < wg_node_operands(m); k++)
                cr_assert_eq(wg_node_operand(m, k).index, wg_node_operand(n, k).index, "node %lld",
                             (long long)i);
        }
        cr_assert_eq(wg_item(x), wg_item(y));
        wgt_finish(a.c, NULL);
        wgt_finish(b.c, NULL);
    }
}

/* In double, each of some thousand steps rounds: the derivative is compared where it has not vanished. */
Test(scalars, values_and_derivatives_are_those_of_c)
{
    wgt_world s = wgt_world_new(NULL, WG_F64, NULL);
    double value, slope, g;
    for (int round = 0; round < 3; round++) {
        wg_node one = large(&s),
                y = walk(wg_add(wg_sub(one, one), wg_graph_node(s.g, 1)), short1, short2, &value, &slope);
        cr_assert_lt(fabs(wg_item(y) - value), 1e-9 * (1 + fabs(value)), "%g, %g", wg_item(y), value);
        cr_assert_eq(wg_backward(y, s.p), WG_OK);
        wg_params_get_grad(s.p, &g);
        cr_assert_lt(fabs(g - slope), 1e-9 * (1 + fabs(slope)), "%g, %g", g, slope);
    }
    wgt_finish(s.c, NULL);
}

Test(scalars, mistakes_are_found)
{
    wgt_world s = wgt_world_new(NULL, WG_F32, NULL), other = wgt_world_new(NULL, WG_F32, NULL);
    wg_node old = large(&s), far = large(&other), x = large(&s);
    x = wg_mul(wg_sin(wg_add(x, x)), 2);
    wg_add(x, old);
    wgt_expect_error(s.c, WG_ERROR_USE, "add: old is a node from before the last wg_begin");
    wg_add(old, x);
    wgt_expect_error(s.c, WG_ERROR_USE, "add: old is a node from before the last wg_begin");
    wg_mul(old, 2);
    wgt_expect_error(s.c, WG_ERROR_USE, "mul: old is a node from before the last wg_begin");
    wg_sin(old);
    wgt_expect_error(s.c, WG_ERROR_USE, "sin: old is a node from before the last wg_begin");
    wg_add(x, far);
    wgt_expect_error(s.c, WG_ERROR_USE, "add: far belongs to another graph");
    wg_add(x, wg_none);
    wgt_expect_error(s.c, WG_ERROR_USE, "is wg_none, no node");
    wg_add(x, wg_cast(x, WG_F64));
    wgt_expect_error(s.c, WG_ERROR_DTYPE, "say wg_cast");
    wg_apply1(WG_HERE, x, wg_op_find("add"));
    wgt_expect_error(s.c, WG_ERROR_USE, "add: takes 2 operands, not 1");
    wg_apply2(WG_HERE, x, x, wg_op_find("sin"));
    wgt_expect_error(s.c, WG_ERROR_USE, "sin: takes 1 operands, not 2");
    wg_node gone = wg_add(x, 1);
    wg_graph_rewind(s.g, gone.index);
    wg_mul(gone, 2);
    wgt_expect_error(s.c, WG_ERROR_USE, "mul: gone is a node that the graph no longer has");
    cr_assert_eq(wg_node_ok(wg_mul(wg_graph_node(s.g, 0), 2)), false);
    wgt_expect_error(s.c, WG_ERROR_USE, "mul: wg_graph_node(s.g, 0) is the result of a call that failed");
    wgt_finish(other.c, NULL);
    wgt_finish(s.c, NULL);
}

/* The leaf of a number is made anew when it was removed by a rewind or belongs to the build before. */
Test(scalars, numbers_are_forgotten_with_their_nodes)
{
    wgt_world s = wgt_world_new(NULL, WG_F32, NULL);
    wg_node x = large(&s), two = wg_add(wg_sub(x, x), 2);
    int64_t mark = wg_graph_mark(s.g);
    wg_node y = wg_mul(two, 3);
    cr_assert_eq(wg_item(wg_mul(y, 3)), 18);
    wg_graph_rewind(s.g, mark);
    wg_node z = wg_mul(two, 5);
    z = wg_mul(wg_mul(z, 3), 3);
    cr_assert_eq(wg_item(z), 90);
    x = large(&s);
    cr_assert_eq(wg_item(wg_mul(wg_add(wg_sub(x, x), 2), 3)), 6);
    wgt_finish(s.c, NULL);
}

/* Each node has its own name, scope and place. */
Test(scalars, scopes_and_places_are_their_own)
{
    wgt_world s = wgt_world_new(NULL, WG_F32, NULL);
    wg_node x = wg_mul(large(&s), 3);
    wg_scope_push(s.g, "in");
    wg_node y = wg_name(wg_mul_at("x, 3\nmodel.c:7", x, wg_number(3)), "y");
    wg_scope_pop(s.g);
    wg_node z = wg_mul(y, 3);
    cr_assert_str_eq(wg_node_scope(y), "in");
    cr_assert_str_eq(wg_node_scope(z), "");
    cr_assert_str_eq(wg_node_name(y), "y");
    cr_assert_str_eq(wg_node_name(z), "");
    cr_assert_str_eq(wg_site_place(wg_node_site(y)), "model.c:7");
    cr_assert_str_eq(wg_node_op_name(z), "mul");
    wgt_finish(s.c, NULL);
}
