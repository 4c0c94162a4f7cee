/* test_attributes.c: attributes are compared field by field. A graph that is built again is recognised
 * whatever bytes are in the padding of its attribute structs. */
#include <stddef.h>
#include <string.h>

#include "graph/graph.h"
#include "wgtest.h"

enum { BUILDS = 4 };

typedef wg_node (*builder)(wg_graph *g, wg_node x, int build);

/* Whether every build after the first takes over the nodes of the one before: `leaves` changes where one is
 * made anew. */
static bool recognised(builder build)
{
    WGT_IN_GRAPH(WG_F64, NULL);
    uint64_t leaves = 0;
    bool same = true;
    for (int k = 0; k < BUILDS; k++) {
        wg_begin(g, WG_TRAIN);
        wg_node x = wg_input(g, "x", wg_view_f64((double[]){ 1, 2, 3, 4, 5, 6 }, WG_SHAPE(2, 3)));
        cr_assert(wg_node_ok(build(g, x, k)), "%s", wg_message(c));
        same &= k < 2 || g->build.leaves == leaves;
        leaves = g->build.leaves;
    }
    return same;
}

/* Attributes as in a caller's struct that was never cleared: outside its fields the bytes differ in each
 * build. */
typedef struct attributes {
    _Alignas(16) unsigned char bytes[256];
} attributes;

static void *field(const wg_op *op, attributes *a, const char *name)
{
    const wg_attr_row *row = op->attrs;
    while (strcmp(row->name, name) != 0) row++;
    return a->bytes + row->offset;
}

static attributes rubbish(int build)
{
    attributes a;
    memset(a.bytes, 0xA0 + build, sizeof a.bytes);
    return a;
}

static void set_axes(wg_axes *to, int count, const int *axis)
{
    to->count = count;
    for (int i = 0; i < count; i++) to->axis[i] = axis[i];
}

static wg_node reduced(const char *name, wg_node x, int build)
{
    const wg_op *op = wg_op_find(name);
    attributes a = rubbish(build);
    set_axes(field(op, &a, "axis"), 1, (int[]){ 1 });
    *(bool *)field(op, &a, "keepdims") = true;
    return wg_apply(WG_HERE, op, &x, 1, a.bytes);
}
static wg_node sum_of(wg_graph *g, wg_node x, int build) { return reduced("sum", x, build); }
static wg_node mean_of(wg_graph *g, wg_node x, int build) { return reduced("mean", x, build); }

static wg_node slice_of(wg_graph *g, wg_node x, int build)
{
    const wg_op *op = wg_op_find("slice");
    attributes a = rubbish(build);
    *(int *)field(op, &a, "axis") = 1;
    *(int64_t *)field(op, &a, "from") = 1;
    *(int64_t *)field(op, &a, "to") = 3;
    *(int64_t *)field(op, &a, "step") = 1;
    return wg_apply(WG_HERE, op, &x, 1, a.bytes);
}

static wg_node transpose_of(wg_graph *g, wg_node x, int build)
{
    const wg_op *op = wg_op_find("transpose");
    attributes a = rubbish(build);
    set_axes(field(op, &a, "axis"), 2, (int[]){ 1, 0 });
    return wg_apply(WG_HERE, op, &x, 1, a.bytes);
}

static wg_node reshape_of(wg_graph *g, wg_node x, int build)
{
    const wg_op *op = wg_op_find("reshape");
    attributes a = rubbish(build);
    wg_shape *s = field(op, &a, "shape");
    s->rank = 1, s->dim[0] = 6;
    return wg_apply(WG_HERE, op, &x, 1, a.bytes);
}

Test(attributes, padding_is_not_read)
{
    cr_expect(recognised(sum_of));
    cr_expect(recognised(mean_of));
    cr_expect(recognised(slice_of));
    cr_expect(recognised(transpose_of));
    cr_expect(recognised(reshape_of));
}

static wg_node other_axis(wg_graph *g, wg_node x, int build) { return wg_sum(x, .axes = WG_AXES(build % 2)); }
static wg_node other_flag(wg_graph *g, wg_node x, int build)
{
    return wg_sum(x, .axis = 1, .keepdims = build % 2);
}
static wg_node other_place(wg_graph *g, wg_node x, int build)
{
    return wg_slice(x, .axis = 1, .from = build % 2, .to = 2);
}

Test(attributes, another_field_is_another_structure)
{
    cr_expect_not(recognised(other_axis));
    cr_expect_not(recognised(other_flag));
    cr_expect_not(recognised(other_place));
}

/* ---- ops of the user's ---- */

typedef struct gain {
    char sign;
    double factor;
} gain;

static double scaled(double x, const void *attr)
{
    const gain *a = attr;
    return a->sign == '-' ? -a->factor * x : a->factor * x;
}

static const wg_attr_row gain_rows[] = { { "factor", WG_ATTR_DOUBLE, offsetof(gain, factor), "1", NULL },
                                         { 0 } };
static const wg_op bytes_op = { .name = "bytes", .operands = 1, .attr_size = sizeof(gain), .map = scaled };
static const wg_op table_op = {
    .name = "table", .operands = 1, .attr_size = sizeof(gain), .attrs = gain_rows, .map = scaled
};

static wg_node with_gain(const wg_op *op, wg_node x, int padding, double factor)
{
    gain a;
    memset(&a, padding, sizeof a);
    a.sign = '+', a.factor = factor;
    return wg_apply(WG_HERE, op, &x, 1, &a);
}
static wg_node cleared(wg_graph *g, wg_node x, int build) { return with_gain(&bytes_op, x, 0, 2); }
static wg_node uncleared(wg_graph *g, wg_node x, int build) { return with_gain(&bytes_op, x, build + 1, 2); }
static wg_node in_a_table(wg_graph *g, wg_node x, int build) { return with_gain(&table_op, x, build + 1, 2); }
static wg_node another_gain(wg_graph *g, wg_node x, int build)
{
    return with_gain(&bytes_op, x, 0, 2 + build);
}

/* Without a table of attributes the padding is not known, so all bytes are compared. */
Test(attributes, of_an_op_without_a_table_are_compared_by_their_bytes)
{
    cr_expect(recognised(cleared));
    cr_expect_not(recognised(uncleared));
    cr_expect(recognised(in_a_table));
    cr_expect_not(recognised(another_gain));
}

Test(attributes, of_an_op_without_a_table_are_never_mistaken)
{
    WGT_IN_GRAPH(WG_F64, NULL);
    for (int k = 0; k < 3 * BUILDS; k++) {
        wg_begin(g, WG_TRAIN);
        wg_node x = wg_input(g, "x", wg_view_f64((double[]){ 1, 2, 3 }, WG_SHAPE(3)));
        wg_node y = with_gain(&bytes_op, x, k % 3, 2 + k % 2), z = with_gain(&bytes_op, x, k % 2, 2);
        cr_assert_eq(wg_item(wg_sum(wg_add(y, z))), 6.0 * (2 + k % 2) + 12);
    }
}

/* The caller sets the lengths of lists, and no shape rule has checked these. */
typedef struct lists {
    wg_axes axes;
    wg_shape shape;
} lists;

static double same(double x, const void *attr) { return x; }
static const wg_attr_row list_rows[] = { { "axes", WG_ATTR_AXES, offsetof(lists, axes), "all", NULL },
                                         { "shape", WG_ATTR_SHAPE, offsetof(lists, shape), NULL, NULL },
                                         { 0 } };
static const wg_op list_op = {
    .name = "lists", .operands = 1, .attr_size = sizeof(lists), .attrs = list_rows, .map = same
};
static wg_node with_lengths(wg_node x, int count, int rank)
{
    lists a = { { .count = count, .axis = { 1, 2, 3 } }, { rank, { 4, 5, 6 } } };
    return wg_apply(WG_HERE, &list_op, &x, 1, &a);
}
static wg_node too_long(wg_graph *g, wg_node x, int build) { return with_lengths(x, 1 << 20, 1 << 20); }
static wg_node negative(wg_graph *g, wg_node x, int build) { return with_lengths(x, -1, -7); }

Test(attributes, lengths_that_are_none_are_not_followed)
{
    cr_expect(recognised(too_long));
    cr_expect(recognised(negative));
}

/* ---- words ---- */

typedef struct worded {
    int word;
} worded;
static double worded_map(double x, const void *attr) { return x + ((const worded *)attr)->word; }

Test(attributes, a_word_is_one_of_its_row)
{
    static const wg_attr_row rows[] = { { "word", WG_ATTR_CHOICE, 0, "none", "none one two" }, { 0 } };
    static const wg_op op = {
        .name = "worded", .operands = 1, .attr_size = sizeof(worded), .attrs = rows, .map = worded_map
    };
    static const char *const words[] = { "none", "one", "two" };
    WGT_IN_GRAPH(WG_F64, NULL);
    const wg_node x = wg_scalar(g, 1);
    for (int k = -1; k <= 3; k++) {
        wg_node y = wg_apply(WG_HERE, &op, &x, 1, &(worded){ k });
        wgx_setting v;
        if (k < 0 || k == 3) wgt_expect_error(c, WG_ERROR_VALUE, "must be one of none one two");
        else cr_expect(wgx_node_option(y, "word", &v) && !strcmp(v.word, words[k]), "%s", v.word);
    }
}
