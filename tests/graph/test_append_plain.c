/* test_append_plain.c: graphs of thousands of scalars. Their nodes are made by append_plain.c. They must
 * equal the nodes that apply.c makes, have the values that C computes, and report the same mistakes. */
#include <string.h>

#include "wgnode.h"

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

/* Random steps on x and y, with few and with many different numbers on either side. */
static wg_node walk(wg_node x, unary f, binary h)
{
    static const double few[4] = { 0.5, 0.25, -0.75, 0.125 };
    wgt_random r = { 7 };
    wg_node y = x;
    for (int i = 0; i < NODES; i++) {
        double c = i % 7 ? few[wgt_next(&r) % 4] : (double)(wgt_next(&r) % 1000) / 1024;
        wg_node t = x;
        switch (wgt_next(&r) % 9) {
        case 0: x = h(WG_AT("x, c"), x, wg_number(c), "mul"); break;
        case 1: x = h(WG_AT("c, x"), wg_number(c), x, "mul"); break;
        case 2: x = h(WG_AT("x, c"), x, wg_number(c), "add"); break;
        case 3: x = h(WG_AT("c, x"), wg_number(c), x, "sub"); break;
        case 4: x = h(WG_AT("x, y"), x, y, "add"); break;
        case 5: x = h(WG_AT("x, x"), x, x, "mul"); break;
        case 6: x = f(WG_AT("x"), x, "sin"); break;
        case 7: x = f(WG_AT("x"), x, "abs"); break;
        case 8: x = f(WG_AT("x"), x, "tanh"); break;
        }
        if (i % 3 == 0) y = t;
    }
    return h(WG_AT("x, y"), x, y, "add");
}

/* Values and derivatives: tests/run/test_tape.c, in_large_programs. */
Test(scalars, records_are_those_of_the_long_way)
{
    for (int round = 0; round < 2; round++) {
        WGT_ENDS wgt_world a = wgt_world_new(NULL, WG_F32, NULL), b = wgt_world_new(NULL, WG_F32, NULL);
        wg_node x = walk(large(&a), short1, short2), y = walk(large(&b), long1, long2);
        wgt_expect_same_nodes(a.g, b.g, "records");
        cr_assert_eq(wg_item(x), wg_item(y));
    }
}

Test(scalars, mistakes_are_found)
{
    WGT_ENDS wgt_world s = wgt_world_new(NULL, WG_F32, NULL), other = wgt_world_new(NULL, WG_F32, NULL);
    wg_node old = large(&s), far = large(&other), x = large(&s);
    x = wg_mul(wg_sin(wg_add(x, x)), 2);
    WGT_REFUSED(s.c, USE, "add: old is a node from before the last wg_begin", wg_add(x, old));
    WGT_REFUSED(s.c, USE, "add: old is a node from before the last wg_begin", wg_add(old, x));
    WGT_REFUSED(s.c, USE, "mul: old is a node from before the last wg_begin", wg_mul(old, 2));
    WGT_REFUSED(s.c, USE, "sin: old is a node from before the last wg_begin", wg_sin(old));
    WGT_REFUSED(s.c, USE, "add: far belongs to another graph", wg_add(x, far));
    WGT_REFUSED(s.c, USE, "add: b is missing: wg_none is wg_none, no node", wg_add(x, wg_none));
    WGT_REFUSED(s.c, DTYPE, "say wg_cast", wg_add(x, wg_cast(x, WG_F64)));
    WGT_REFUSED(s.c, USE, "add: takes 2 operands, not 1", wg_apply1(WG_HERE, x, wg_op_find("add")));
    WGT_REFUSED(s.c, USE, "sin: takes 1 operand, not 2", wg_apply2(WG_HERE, x, x, wg_op_find("sin")));
    wg_node gone = wg_add(x, 1);
    wgx_graph_rewind(s.g, gone.index);
    WGT_REFUSED(s.c, USE, "mul: gone is a node that the graph no longer has", wg_mul(gone, 2));
    cr_assert_eq(wg_node_ok(wg_mul(wg_graph_node(s.g, 0), 2)), false);
    wgt_expect_error(s.c, WG_ERROR_USE, "mul: wg_graph_node(s.g, 0) is the result of a call that failed");
}

/* The leaf of a number is made anew when it was removed by a rewind or belongs to the build before. */
Test(scalars, numbers_are_forgotten_with_their_nodes)
{
    WGT_ENDS wgt_world s = wgt_world_new(NULL, WG_F32, NULL);
    wg_node x = large(&s), two = wg_add(wg_sub(x, x), 2);
    int64_t mark = wgx_graph_mark(s.g);
    wg_node y = wg_mul(two, 3);
    cr_assert_eq(wg_item(wg_mul(y, 3)), 18);
    wgx_graph_rewind(s.g, mark);
    wg_node z = wg_mul(two, 5);
    z = wg_mul(wg_mul(z, 3), 3);
    cr_assert_eq(wg_item(z), 90);
    x = large(&s);
    cr_assert_eq(wg_item(wg_mul(wg_add(wg_sub(x, x), 2), 3)), 6);
}

/* Each node has its own name, scope and place. */
Test(scalars, scopes_and_places_are_their_own)
{
    WGT_ENDS wgt_world s = wgt_world_new(NULL, WG_F32, NULL);
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
}
