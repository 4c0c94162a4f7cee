/* test_names.c: names of layers, scopes and parameters among very many others. Where each name is compared
 * with all others, these tests take minutes, and run into their time limit. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wgtest.h"

/* ---- layers ---- */

enum { LAYERS = 1 << 17, NAMES = 12, SETS = 4, CLAIMS = 60 };

Test(names, a_layer_is_found_among_very_many)
{
    WGT_IN_WORLD(WG_F32, NULL);
    char name[32];
    for (int build = 0; build < 3; build++) {
        wg_begin(g, WG_TRAIN);
        for (int again = 0; again < 2; again++)
            for (int i = 0; i < LAYERS; i++) {
                snprintf(name, sizeof name, "layer%d", build < 2 ? i : LAYERS - i);
                wg_site first = wgx_layer_claim(g, p, name, again ? "\nagain:1" : "\nfirst:1");
                if (again) cr_assert_str_eq(wg_site_place(first), "first:1");
                else cr_assert_null(first);
            }
    }
}

/* What has been taken: the list that every layer is compared with. */
typedef struct taken {
    const wg_params *root;
    char name[40];
    wg_site here;
    int64_t nodes;
} taken;

typedef struct names {
    wg_context *c;
    wg_graph *g;
    wg_params *set[SETS]; /* two sets, and a part of each */
    taken list[CLAIMS];
    int count;
} names;

static void claim(names *n, int set, int name, wg_site here)
{
    taken t = { .root = n->set[set & 1], .here = here, .nodes = wg_graph_nodes(n->g) };
    char text[16];
    snprintf(text, sizeof text, name % 3 ? "layer%d" : "a.layer%d", name);
    snprintf(t.name, sizeof t.name, "%s%s", set & 2 ? "a." : "", text);
    wg_site want = NULL;
    for (int i = 0; i < n->count; i++)
        if (n->list[i].root == t.root && strcmp(n->list[i].name, t.name) == 0) want = n->list[i].here;
    wg_site got = wgx_layer_claim(n->g, n->set[set], text, here);
    cr_assert_eq(got, want, "%s of set %d: taken at %s, not %s", t.name, set, got ? got : "-",
                 want ? want : "-");
    if (!want) n->list[n->count++] = t;
}

static void rewind_to(names *n, int64_t mark)
{
    wgx_graph_rewind(n->g, mark);
    while (n->count && n->list[n->count - 1].nodes >= mark) n->count--;
}

/* A new set may be where the old one was. */
static void set_anew(names *n, int set)
{
    wg_params_free(n->set[set]);
    n->set[set] = wg_params_new(n->c);
    n->set[set | 2] = wg_params_in(n->set[set], "a");
}

/* Builds that repeat a part of the last one, leave some out, add others. */
static void build(names *n, wgt_random *r, uint64_t seed)
{
    static const wg_site places[3] = { "\na:1", "\nb:2", "\nc:3" };
    wgt_random same = { seed };
    wg_begin(n->g, WG_TRAIN);
    n->count = 0;
    for (int i = 0; i < CLAIMS; i++) {
        wgt_random *which = wgt_below(r, 40) ? &same : r;
        int set = (int)wgt_below(which, SETS), name = (int)wgt_below(which, NAMES);
        claim(n, set, name, places[wgt_below(which, 3)]);
        if (wgt_below(which, 2)) wg_scalar(n->g, i);
        if (wgt_below(r, 50) == 0 && wg_graph_nodes(n->g) > 1)
            rewind_to(n, 1 + wgt_below(r, wg_graph_nodes(n->g) - 1));
    }
}

Test(names, layers_are_those_of_a_plain_list)
{
    wgt_random r = { wgt_seed() };
    names n = { .c = wgt_start(NULL, WG_F32, NULL) };
    n.g = wg_graph_new(n.c);
    for (int i = 0; i < 2; i++) {
        n.set[i] = wg_params_new(n.c);
        n.set[i | 2] = wg_params_in(n.set[i], "a");
    }
    for (int i = 0; i < 1000; i++) {
        if (wgt_below(&r, 30) == 0) set_anew(&n, (int)wgt_below(&r, 2));
        build(&n, &r, (uint64_t)wgt_below(&r, 3));
    }
    wgt_finish(n.c, NULL);
}

Test(names, a_freed_set_leaves_its_names_free)
{
    WGT_IN_GRAPH(WG_F32, NULL);
    for (int i = 0; i < 4; i++) { /* the sets may be at one address */
        wg_params *p = wg_params_new(c);
        cr_assert_null(wgx_layer_claim(g, p, "fc", "\na:1"));
        cr_assert_str_eq(wgx_layer_claim(g, p, "fc", "\nb:1"), "\na:1");
        wg_params_free(p);
    }
}

Test(names, a_layer_that_fails_gives_its_name_and_those_inside_it_back)
{
    static const char *const layers[] = { "before", "block", "block.fc" };
    WGT_IN_WORLD(WG_F32, NULL);
    for (int k = 0; k < 3; k++) cr_assert_null(wgx_layer_claim(g, p, layers[k], "\na:1"));
    wg_fail(c, NULL, WG_ERROR_USE, "within the block");
    wgx_layer_claim(g, p, "block", "\na:1");
    wg_recover(c);
    cr_expect_str_eq(wgx_layer_claim(g, p, layers[0], "\nb:1"), "\na:1");
    for (int k = 1; k < 3; k++) cr_expect_null(wgx_layer_claim(g, p, layers[k], "\nb:1"));
}

Test(names, a_layers_name_does_not_take_the_place_of_the_users)
{
    WGT_IN_GRAPH(WG_F64, NULL);
    for (int named = 0; named < 2; named++) {
        wg_node n = wg_scalar(g, 1);
        if (named) wg_name(n, "mine");
        wgx_layer_node(n, "fc");
        cr_expect_str_eq(wgx_layer_node_name(n), named ? "" : "fc");
        cr_expect_str_eq(wg_node_name(n), named ? "mine" : "");
    }
}

/* ---- streams ---- */

/* A nameless stream is told from the others of its scope by its number, whatever is drawn in other scopes. */
Test(names, streams_are_counted_in_each_of_very_many_scopes)
{
    enum { SCOPES = 1 << 16 };
    WGT_IN_GRAPH(WG_F32, NULL);
    int64_t *first = malloc(2 * SCOPES * sizeof *first);
    for (int build = 0; build < 2; build++) {
        wg_begin(g, WG_TRAIN);
        for (int k = 0; k < 2; k++)
            for (int i = 0; i < SCOPES; i++) {
                int at = build ? SCOPES - 1 - i : i; /* the second build goes through them backwards */
                wg_scope_push_i(g, "drop", at);
                int64_t stream = (int64_t) * (const uint64_t *)wg_value(wg_stream(WG_HERE, g, NULL)).data;
                if (!build) first[2 * at + k] = stream;
                cr_assert_eq(stream, first[2 * at + k], "stream %d of scope %d", k, at);
                wg_scope_pop(g);
            }
    }
    for (int i = 1; i < 2 * SCOPES; i++) cr_assert_neq(first[i], first[0]);
    free(first);
}

/* ---- parameters ---- */

enum { PARAMS = 1 << 16 };

static const char *numbered(char buf[32], int i)
{
    snprintf(buf, 32, "layer%d.x", i);
    return buf;
}

/* Makes and finds the parameters in this graph. A stride that is odd visits all of them. */
static void expect_leaves(wg_graph *g, wg_params *p, int stride)
{
    char buf[32];
    int64_t *leaf = calloc(PARAMS, sizeof *leaf);
    wg_begin(g, WG_TRAIN);
    for (int again = 0; again < 2; again++)
        for (int k = 0; k < PARAMS; k++) {
            int i = (int)((int64_t)k * stride % PARAMS);
            wg_node x = wg_param(g, p, numbered(buf, i), WG_SCALAR, wg_const(i));
            if (!again) leaf[i] = x.index;
            cr_assert(wg_node_ok(x) && x.index == leaf[i], "%s", buf);
        }
    cr_assert_eq(wg_graph_nodes(g), PARAMS + 1);
    free(leaf);
}

Test(names, a_parameter_is_found_among_very_many_in_several_graphs)
{
    char buf[32];
    WGT_IN_GRAPH(WG_F64, NULL);
    wg_graph *h = wg_graph_new(c);
    wg_params *p = wg_params_new(c);
    for (int build = 0; build < 2; build++) {
        expect_leaves(g, p, 1);
        expect_leaves(h, p, 1);
        expect_leaves(g, p, 12345);
    }
    for (int k = 0; k < PARAMS; k++) {
        int i = (int)((int64_t)k * 7919 % PARAMS);
        cr_assert_eq(wg_params_find(p, numbered(buf, i)), i);
        cr_assert_eq(wg_params_item(p, buf), i);
        wg_params_assign(p, buf, &(double){ -i }, 1);
        cr_assert_eq(wg_params_item(p, buf), -i);
    }
    cr_assert_eq(wg_params_find(p, "layer7"), -1);
}

/* A graph that is rewound forgets the leaves behind the mark, also those that it found for another graph. */
Test(names, leaves_behind_a_mark_are_forgotten)
{
    WGT_IN_GRAPH(WG_F64, NULL);
    wg_graph *h = wg_graph_new(c);
    wg_params *p = wg_params_new(c);
    char buf[32];
    wgt_random r = { wgt_seed() };
    for (int run = 0; run < 300; run++) {
        int64_t leaf[20] = { 0 };
        if (wgt_below(&r, 4) == 0) wg_begin(g, WG_TRAIN);
        else wgx_graph_rewind(g, 1);
        for (int i = 0; i < 60; i++) {
            int k = (int)wgt_below(&r, 20);
            if (wgt_below(&r, 3) == 0) wg_param(h, p, numbered(buf, k), WG_SCALAR, wg_zeros());
            wg_node x = wg_param(g, p, numbered(buf, k), WG_SCALAR, wg_zeros());
            cr_assert(leaf[k] ? x.index == leaf[k] : x.index == wg_graph_nodes(g) - 1, "run %d, %s", run,
                      buf);
            leaf[k] = x.index;
            if (wgt_below(&r, 20)) continue;
            int64_t mark = 1 + wgt_below(&r, wg_graph_nodes(g) - 1);
            wgx_graph_rewind(g, mark);
            for (int j = 0; j < 20; j++)
                if (leaf[j] >= mark) leaf[j] = 0;
        }
    }
}

/* Names, numbers and counts of a set and of its parts, asked for in any order while parameters are added,
 * against a list. */
Test(names, parameters_of_parts_are_those_of_a_list)
{
    enum { SUBS = 5, MADE = 120 };
    static const char *const prefix[SUBS] = { "", "a.", "a.b.", "ab.", "c." };
    wgt_random r = { wgt_seed() };
    WGT_IN_CONTEXT(WG_F64, NULL);
    wg_params *p = wg_params_new(c), *a = wg_params_in(p, "a");
    wg_params *const set[SUBS] = { p, a, wg_params_in(a, "b"), wg_params_in(p, "ab"), wg_params_in(p, "c") };
    char name[MADE][32];
    for (int made = 0; made < MADE; made++) {
        int in = (int)wgt_below(&r, SUBS);
        snprintf(name[made], 32, "%sx%d", prefix[in], made);
        wg_params_make(set[in], name[made] + strlen(prefix[in]), wg_view_f64(&(double){ made }, WG_SCALAR),
                       false);
        for (int ask = 0; ask < 30; ask++) {
            int s = (int)wgt_below(&r, SUBS), k = (int)wgt_below(&r, made + 1), n = 0, number = -1;
            size_t skip = strlen(prefix[s]);
            for (int i = 0; i <= made; i++) {
                bool is = strncmp(name[i], prefix[s], skip) == 0;
                if (i == k && is) number = n;
                n += is;
            }
            cr_assert_eq(wg_params_count(set[s]), n);
            cr_assert_eq(wg_params_find(set[s], number < 0 ? "none" : name[k] + skip), number);
            if (wgt_below(&r, 2)) cr_assert_str_eq(wg_params_name(set[s], n), "");
            if (number < 0) continue;
            cr_assert_str_eq(wg_params_name(set[s], number), name[k] + skip);
            cr_assert_eq(wg_params_item(set[s], name[k] + skip), k);
        }
    }
    cr_assert(wg_params_in(p, "a.b") == set[2] && wg_params_in(p, "ab") == set[3]);
}

Test(names, a_part_is_found_among_very_many)
{
    char buf[32];
    WGT_IN_CONTEXT(WG_F64, NULL);
    wg_params *p = wg_params_new(c), **part = malloc(PARAMS * sizeof *part);
    for (int again = 0; again < 2; again++)
        for (int i = 0; i < PARAMS; i++) {
            wg_params *s = wg_params_in(p, numbered(buf, i));
            cr_assert(!again || s == part[i], "%s", buf);
            part[i] = s;
        }
    free((void *)part);
}

/* The memory of a parameter whose first values are refused is free again. */
Test(names, a_refused_parameter_leaves_nothing_behind)
{
    WGT_IN_COUNTED(WG_F64, NULL);
    wg_param(g, p, "a", WG_SHAPE(3), wg_const(1));
    for (int64_t size = 1000; size <= 100000; size *= 10) {
        const int64_t before = m.bytes;
        for (int i = 0; i < 50; i++) {
            wg_param(g, p, "b", WG_SHAPE(size), wg_values(NULL));
            wgt_expect_error(c, WG_ERROR_VALUE, "wg_values without values");
        }
        cr_assert(m.bytes - before < 20 * size, "%lld bytes", (long long)(m.bytes - before));
    }
    wg_node b = wg_param(g, p, "b", WG_SHAPE(5), wg_const(2)),
            a = wg_param(g, p, "a", WG_SHAPE(3), wg_zeros());
    cr_assert_eq(wg_item(wg_sum(a)) + wg_item(wg_sum(b)), 13);
    cr_assert_eq(wg_params_count(p), 2);
}

/* Parameters of layers are those of the joined name, in each build and in parts of a set. A name that only
 * begins or ends like another, or joins to the same text without the dot, is another. */
typedef struct split {
    const char *layer, *part, *joined;
} split;

static void expect_joined(wg_graph *g, wg_params *p, const split *n, bool state)
{
    const wg_init init = wg_const(1);
    const wg_shape s = WG_SHAPE(3);
    wg_node x = state ? wgx_layer_state(WG_HERE, g, p, n->layer, n->part, &s, &init)
                      : wgx_layer_param(WG_HERE, g, p, n->layer, n->part, &s, &init);
    wg_node y = state ? wg_state(g, p, n->joined, s, init) : wg_param(g, p, n->joined, s, init);
    cr_assert(wg_node_ok(x) && x.index == y.index, "%s", n->joined);
}

Test(names, parameters_of_layers_have_joined_names)
{
    static const split name[] = {
        { "fc", "W", "fc.W" },   { "fc", "b", "fc.b" },   { "f", "c.W", "f.c.W" },
        { "fc1", "W", "fc1.W" }, { "fc", "W1", "fc.W1" }, { "a.fc", "W", "a.fc.W" }
    };
    enum { N = sizeof name / sizeof *name };
    WGT_IN_GRAPH(WG_F64, NULL);
    wg_params *set[2] = { wg_params_new(c), wg_params_new(c) }, *a = wg_params_in(set[0], "a");
    wgt_random r = { wgt_seed() };
    for (int build = 0; build < 300; build++) {
        wg_begin(g, WG_TRAIN);
        for (int i = 0; i < 10; i++) {
            int k = (int)wgt_below(&r, build % 10 ? 2 : N); /* most builds are like the one before */
            expect_joined(g, set[i % 2], &name[k], i % 2);
            if (wgt_below(&r, 4) == 0) expect_joined(g, a, &name[k % 2], false);
        }
        cr_assert(wg_params_find(set[0], "a.fc.W") < 0 || wg_params_find(a, "fc.W") >= 0);
    }
}

Test(names, wrong_parameters_of_layers_are_refused)
{
    WGT_IN_WORLD(WG_F64, NULL);
    const wg_init init = wg_zeros();
    const wg_shape s = WG_SHAPE(3);
    char name[600];
    memset(name, 'x', sizeof name - 1);
    name[sizeof name - 1] = 0;
    cr_assert_not(wg_node_ok(wgx_layer_param(WG_HERE, g, p, name, "W", &s, &init)));
    wgt_expect_error(c, WG_ERROR_VALUE, "is too long a name");
    cr_assert_not(wg_node_ok(wgx_layer_param(WG_HERE, g, p, "fc", "W.", &s, &init)));
    wgt_expect_error(c, WG_ERROR_VALUE, "\"fc.W.\" is no name");
    cr_assert_not(wg_node_ok(wgx_layer_param(WG_HERE, g, p, NULL, "W", &s, &init)));
    wgt_expect_error(c, WG_ERROR_USE, "the name is NULL");
    cr_assert_not(wg_node_ok(wgx_layer_param(WG_HERE, g, p, "fc", NULL, &s, &init)));
    wgt_expect_error(c, WG_ERROR_USE, "the name is NULL");
    cr_assert_not(wg_node_ok(wgx_layer_state(WG_HERE, g, p, "fc", "W", NULL, &init)));
    wgt_expect_error(c, WG_ERROR_USE, "the shape is NULL");
    cr_assert_not(wg_node_ok(wgx_layer_state(WG_HERE, g, p, "fc", "W", &s, NULL)));
    wgt_expect_error(c, WG_ERROR_USE, "the init is NULL");
    cr_assert_not(wg_node_ok(wgx_layer_param(WG_HERE, g, NULL, "fc", "W", &s, &init)));
    wgt_expect_error(c, WG_ERROR_USE, "the parameter set is NULL");
    cr_assert_not(wg_node_ok(wgx_layer_param(WG_HERE, NULL, p, "fc", "W", &s, &init)));
    wgt_expect_error(c, WG_ERROR_USE, "the graph is NULL");
    cr_assert_eq(wg_params_count(p), 0);
}
