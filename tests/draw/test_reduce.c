/* test_reduce.c: pictures for slides, pages and screens: what is drawn in one box, and what is kept. */
#include "draw/reduced_boxes.h"
#include "picture.h"
#include "wengert/nn.h"
#include "wengert/recurrent.h"

typedef struct bench {
    wg_context *c;
    wg_graph *g;
    wg_params *p;
    wgi_pool pool;
    wgi_picture picture;
} bench;

static bench start(void)
{
    bench b = { .c = wgt_start(NULL, WG_F64, NULL) };
    b.p = wg_params_new(b.c);
    b.g = wg_graph_new(b.c);
    wg_begin(b.g, WG_TRAIN);
    return b;
}

static void begin(bench *b, const wg_draw_opts *o)
{
    b->pool.c = b->c;
    b->picture = (wgi_picture){ .c = b->c, .pool = &b->pool, .g = b->g, .o = o, .format = &wgi_format_svg };
}

static void end(bench *b)
{
    wgi_pool_free(&b->pool);
    wgt_finish(b->c, NULL);
}

/* Closes these kinds of parts; the table has all kinds. */
static void reduce(bench *b, wg_node root, const wg_draw_opts *o, unsigned closed)
{
    int64_t boxes;
    begin(b, o);
    cr_assert_eq(wgi_picture_start(&b->picture, root), WG_OK, "%s", wg_message(b->c));
    b->picture.less.closed = WGI_ALL_PARTS;
    cr_assert_geq(wgi_reduce(&b->picture), 0);
    cr_assert_eq(wgi_picture_reduce(&b->picture, closed, 400, &boxes), WG_OK, "%s", wg_message(b->c));
    cr_expect_leq(boxes, b->picture.boxes);
    for (int64_t i = 0; i < b->picture.at.nodes; i++) {
        cr_assert(b->picture.at.box_of[i] >= 0 && b->picture.at.box_of[i] < b->picture.boxes,
                  "node %lld has no box", (long long)i);
        cr_assert_eq(b->picture.less.into[b->picture.less.into[i]], b->picture.less.into[i]);
    }
}

/* This kind and all that fit.c opens behind it. */
static unsigned from(wgi_part_kind kind) { return WGI_ALL_PARTS & ~((1u << kind) - 1); }

static int box_named(const bench *b, const char *title)
{
    for (int64_t i = 0; i < b->picture.boxes; i++)
        if (!strcmp(b->picture.box[i].title, title) && !b->picture.box[i].is_copy) return (int)i;
    return -1;
}

static int box(const bench *b, const char *title)
{
    const int i = box_named(b, title);
    wgi_strbuf all = { .c = b->c };
    for (int64_t k = 0; i < 0 && k < b->picture.boxes; k++)
        wgi_strbuf_format(&all, "[%s] ", b->picture.box[k].title);
    cr_assert_geq(i, 0, "no box \"%s\": %s", title, wgi_strbuf_text(&all));
    wgi_strbuf_free(&all);
    return i;
}

static int box_of_root(const bench *b)
{
    return b->picture.at.box_of[b->picture.at.position[b->picture.root.index]];
}

static int links(const bench *b, int from, int to, bool loop)
{
    int n = 0;
    for (int64_t l = 0; l < b->picture.links; l++) {
        const wgi_link *k = &b->picture.link[l];
        n += k->from == from && k->to == to && k->loop == loop;
    }
    return n;
}

/* ---- formulas that grow together ---- */

static wg_node matrix(bench *b, const char *name, int64_t rows, int64_t columns)
{
    return wg_param(b->g, b->p, name, WG_SHAPE(rows, columns), wg_xavier());
}

static wg_node input(bench *b, const char *name, int64_t rows, int64_t columns)
{
    static const double zero[64];
    return wg_input(b->g, name, wg_view_f64(zero, WG_SHAPE(rows, columns)));
}

static wg_node logistic(bench *b)
{
    wg_node x = input(b, "x", 4, 3), y = input(b, "y", 4, 1);
    wg_node W = matrix(b, "W", 3, 1), c = matrix(b, "b", 1, 1);
    wg_node z = wg_add(wg_matmul(x, W), c);
    wg_node a = wg_sigmoid(z);
    return wg_name(wg_neg(wg_mean(wg_add(wg_mul(y, wg_log(a)), wg_mul(wg_sub(1, y), wg_log(wg_sub(1, a)))))),
                   "J");
}

#define REDUCE_TEST(name)       \
    static void name(bench *b); \
    Test(reduce, name)          \
    {                           \
        bench b = start();      \
        name(&b);               \
        end(&b);                \
    }                           \
    static void name(bench *b)

REDUCE_TEST(closes_what_it_is_told_to)
{
    wg_node J = logistic(b);
    wg_draw_opts o = WG_OPTS(wg_draw_opts, .values = true);
    reduce(b, J, &o, 0);
    box(b, "1 − y");
    reduce(b, J, &o, 1u << WGI_PARTS_CHEAP);
    cr_expect_lt(box_named(b, "1 − y"), 0);
    box(b, "(1 − y) ⊙ ln(1 − a)");
    cr_expect_str_neq(b->picture.box[box(b, "y ⊙ ln a")].value, "");
    reduce(b, J, &o, 1u << WGI_PARTS_TENSORS);
    cr_expect_str_eq(b->picture.box[box(b, "y ⊙ ln a")].value, "");
    cr_expect_str_neq(b->picture.box[box_of_root(b)].value, "");
    reduce(b, J, &o, from(WGI_PARTS_COST));
    box(b, "J = −mean(y ⊙ ln a + (1 − y) ⊙ ln(1 − a))");
    box(b, "z = x W + b");
    box(b, "x W");
    reduce(b, J, &o, from(WGI_PARTS_LAYERS));
    cr_expect_lt(box_named(b, "x W"), 0);
    reduce(b, J, &o, from(WGI_PARTS_LEAVES));
    box(b, "a = σ(z)");
    cr_expect_eq(b->picture.boxes, 5, "x, y, z, a, J");
    reduce(b, J, &o, from(WGI_PARTS_NAMED));
    box(b, "a = σ(x W + b)");
    cr_expect_lt(box_named(b, "z = x W + b"), 0);
    cr_expect_eq(b->picture.boxes, 4, "x, y, a, J");
}

REDUCE_TEST(keeps_what_it_is_told_to)
{
    wg_node J = logistic(b);
    for (int kind = 0; kind <= WGI_PARTS_KINDS; kind++) {
        reduce(b, J, &WG_OPTS(wg_draw_opts, .values = true, .keep = "x, z,W"), from(kind));
        box(b, "W");
        box(b, "z = x W + b");
        cr_expect_str_neq(b->picture.box[box_of_root(b)].value, "");
    }
}

/* ---- calls ---- */

/* 784-128-64-10: three boxes in a row. Of a recurrent layer its 30 nodes and more are one. */
REDUCE_TEST(layers_have_a_box_each)
{
    wg_node x = input(b, "x", 2, 8), h1 = wg_relu(wg_nn_dense(x, b->p, "d1", 6));
    wg_node h2 = wg_relu(wg_nn_dense(h1, b->p, "d2", 5)), z = wg_nn_dense(h2, b->p, "d3", 4);
    wg_node J = wg_name(wg_mean(z), "J");
    reduce(b, J, &WG_OPTS(wg_draw_opts, .seconds = 0), from(WGI_PARTS_LEAVES));
    cr_expect_eq(b->picture.boxes, 5, "x, h1, h2, z, J");
    box(b, "h₁ = ReLU(x d1.W + d1.b)"), box(b, "h₂ = ReLU(h₁ d2.W + d2.b)");
}

REDUCE_TEST(a_call_of_a_layer_is_one_box)
{
    static const double zero[48];
    wg_node x = wg_input(b->g, "x", wg_view_f64(zero, WG_SHAPE(2, 4, 6))), y = wg_none;
    for (int i = 0; i < 2; i++) { /* one line, two calls */
        char name[8];
        snprintf(name, sizeof name, "r%d", i);
        y = wg_nn_lstm(i ? y : x, .p = b->p, .name = name, .units = 6).y;
    }
    wg_node J = wg_name(wg_mean(y), "J");
    reduce(b, J, &WG_OPTS(wg_draw_opts, .seconds = 0), from(WGI_PARTS_CALLS));
    cr_expect_eq(b->picture.boxes, 4, "x, two recurrent layers, J");
}

/* ---- repeats ---- */

/* Steps of a network that shares its parameters. */
static wg_node recurrent(bench *b, int steps)
{
    wg_node W = matrix(b, "W", 4, 8), U = matrix(b, "U", 8, 8), h = input(b, "h0", 1, 8);
    char name[24];
    for (int t = 1; t <= steps; t++) {
        snprintf(name, sizeof name, "x%d", t);
        wg_node x = input(b, name, 1, 4);
        snprintf(name, sizeof name, "h%d", t);
        h = wg_name(wg_tanh(wg_add(wg_matmul(x, W), wg_matmul(h, U))), name);
    }
    return wg_name(wg_sum(h), "J");
}

REDUCE_TEST(a_recurrent_network_is_one_step_with_a_loop)
{
    reduce(b, recurrent(b, 20), &WG_OPTS(wg_draw_opts, .seconds = 0), from(WGI_PARTS_REPEATS));
    const int h = box(b, "h₁ = tanh(x₁ W + h₀ U)");
    cr_assert_eq(b->picture.less.repeats, 1);
    cr_expect_eq(b->picture.less.repeat[0].times, 20);
    cr_expect_eq(links(b, h, h, true), 1);
    cr_expect_eq(links(b, box(b, "W"), h, false), 1);
    cr_expect_eq(links(b, h, box(b, "J = Σ(h₂₀)"), false), 1);
    cr_expect_str_eq(b->picture.frame[b->picture.box[h].frame].name, "×20: h₁ … h₂₀");
    cr_expect_str_eq(b->picture.less.hidden, "hidden: 19 parts like that of h₁");
}

/* The op in front of the first block is alike the last one of each, so the run begins with it. */
REDUCE_TEST(three_blocks_are_three_also_behind_an_op_like_their_last)
{
    wg_node h = wg_name(wg_tanh(input(b, "x", 2, 4)), "h0");
    for (char W[] = "A", name[] = "h1"; *W < 'D'; ++*W, name[1]++)
        h = wg_name(wg_tanh(wg_matmul(h, matrix(b, W, 4, 4))), name);
    reduce(b, wg_name(wg_sum(h), "J"), &WG_OPTS(wg_draw_opts, .seconds = 0), from(WGI_PARTS_REPEATS));
    cr_assert_eq(b->picture.less.repeats, 1);
    cr_expect_eq(b->picture.less.repeat[0].times, 3);
}

/* Chains of layers whose ops, names, parameters and lengths are drawn at random, one behind the other. */
static wg_node random_chains(bench *b, uint64_t seed, wg_node *kept)
{
    wg_node h = input(b, "h0", 2, 2), shared = matrix(b, "S", 2, 2), other = h;
    uint64_t s = seed * 6364136223846793005u + 1442695040888963407u;
    for (int layer = 0; layer < 24; layer++) {
        char name[24];
        if (layer % (3 + (int)(seed % 5)) == 0) s = s * 6364136223846793005u + 1442695040888963407u;
        snprintf(name, sizeof name, "W%d", layer);
        const wg_node before = h;
        for (int i = 0; i < (int)(s >> 60) % 4 + 1; i++) {
            const int op = (int)(s >> (8 + 3 * i)) % 6;
            h = op == 0   ? wg_tanh(h)
                : op == 1 ? wg_add(h, before)
                : op == 2 ? wg_matmul(h, shared)
                : op == 3 ? wg_matmul(h, matrix(b, name, 2, 2))
                : op == 4 ? wg_sub(1, h)
                          : wg_mul(h, other);
            if (op == 3) break;
        }
        if (layer % 7 == 3) other = h;
        if ((s >> 20) % 11 == 0) *kept = wg_name(h, "kept");
    }
    return wg_name(wg_sum(h), "J");
}

Test(reduce, repeats_have_no_node_in_common)
{
    int64_t repeats = 0, pairs = 0;
    for (uint64_t seed = 0; seed < 400; seed++) {
        bench b = start();
        wg_node keep = wg_none;
        const wg_node J = random_chains(&b, seed, &keep);
        reduce(&b, J, &WG_OPTS(wg_draw_opts, .keep = wg_is_none(keep) || seed % 2 ? NULL : "kept"),
               from(WGI_PARTS_REPEATS));
        const wgi_alike_run *r = b.picture.less.repeat;
        for (int64_t i = 0; i < b.picture.less.repeats; i++) {
            const int64_t end = r[i].begin + r[i].period * r[i].times;
            cr_assert(r[i].times > 1 && end <= b.picture.at.nodes);
            cr_assert(i + 1 == b.picture.less.repeats || end <= r[i + 1].begin, "graph %d: %lld and %lld",
                      (int)seed, (long long)end, (long long)r[i + 1].begin);
        }
        repeats += b.picture.less.repeats, pairs += b.picture.less.repeats > 1;
        end(&b);
    }
    cr_expect(repeats > 100 && pairs > 20, "%lld repeats, %lld graphs with several", (long long)repeats,
              (long long)pairs);
}

REDUCE_TEST(repeats_can_be_refused)
{
    wg_node J = recurrent(b, 6);
    reduce(b, J, &WG_OPTS(wg_draw_opts, .fold = false), WGI_ALL_PARTS);
    cr_expect_eq(b->picture.less.repeats, 0);
    reduce(b, J, &WG_OPTS(wg_draw_opts, .keep = "h2, h4"), WGI_ALL_PARTS);
    for (int64_t k = 0; k < b->picture.less.repeats; k++) cr_expect_gt(b->picture.less.repeat[k].times, 1);
    cr_expect_eq(b->picture.box[box(b, "h₂ = tanh(x₂ W + h₁ U)")].frame, -1);
    cr_expect_eq(b->picture.box[box(b, "h₄ = tanh(x₄ W + h₃ U)")].frame, -1);
}

/* Blocks with parameters of their own, whose input is added to what they compute. */
static wg_node residual(bench *b)
{
    wg_node h = input(b, "h0", 2, 4);
    char name[24];
    for (int k = 1; k <= 5; k++) {
        snprintf(name, sizeof name, "V%d", k);
        wg_node V = matrix(b, name, 4, 4);
        snprintf(name, sizeof name, "W%d", k);
        wg_node W = matrix(b, name, 4, 4);
        snprintf(name, sizeof name, "r%d", k);
        wg_node r = wg_name(wg_tanh(wg_matmul(h, V)), name);
        snprintf(name, sizeof name, "h%d", k);
        h = wg_name(wg_add(h, wg_matmul(r, W)), name);
    }
    return wg_sum(h);
}

REDUCE_TEST(skip_edges_stay)
{
    reduce(b, residual(b), &WG_OPTS(wg_draw_opts, .seconds = 0), from(WGI_PARTS_REPEATS));
    cr_assert_eq(b->picture.less.repeats, 1);
    const int x = box(b, "h₀"), y = box(b, "h₁ = h₀ + r₁ W₁");
    const int r = box(b, "r₁ = tanh(h₀ V₁)");
    cr_expect_eq(links(b, x, y, false), 1, "the skip edge");
    cr_expect(links(b, x, r, false) == 1 && links(b, r, y, false) == 1);
    cr_expect_eq(links(b, y, r, true), 0, "parameters are not shared");
}

/* Q, K and V are alike, but none is made from another. */
REDUCE_TEST(what_stands_side_by_side_is_no_repeat)
{
    wg_node x = input(b, "x", 4, 3), all[3];
    for (int k = 0; k < 3; k++) all[k] = wg_matmul(x, matrix(b, (char[]){ 'A' + (char)k, 0 }, 3, 3));
    wg_node s = wg_sum(wg_matmul(wg_matmul(all[0], wg_transpose(all[1])), all[2]));
    reduce(b, s, &WG_OPTS(wg_draw_opts, .seconds = 0), from(WGI_PARTS_REPEATS));
    cr_expect_eq(b->picture.less.repeats, 0);
    box(b, "x A");
    box(b, "x C");
}

/* ---- scopes ---- */

static wg_node scoped(bench *b)
{
    const wg_node root = pic_layers(b->c, 8);
    b->g = wg_graph_of(root);
    return root;
}

REDUCE_TEST(a_scope_is_one_box)
{
    wg_node root = scoped(b);
    reduce(b, root, &WG_OPTS(wg_draw_opts, .depth = 1), 0);
    const int64_t outer = b->picture.boxes;
    reduce(b, root, &WG_OPTS(wg_draw_opts, .depth = 2), 0);
    cr_expect_lt(outer, b->picture.boxes);
    cr_expect_lt(b->picture.boxes, b->picture.at.nodes);
}

/* A net of modules: one is a node, one is in another and has a residual beside it, the last one makes the
 * root. */
static wg_node modules(bench *b)
{
    wg_node x = input(b, "x", 2, 3);
    wg_scope_push(b->g, "act");
    x = wg_relu(x);
    wg_scope_pop(b->g);
    wg_scope_push(b->g, "layer1"), wg_scope_push(b->g, "layer1.0"), wg_scope_push(b->g, "pool");
    wg_node y = wg_mul(wg_sum(x, .axis = 1, .keepdims = true), 2);
    wg_scope_pop(b->g);
    y = wg_name(wg_add(y, x), "layer1.0.y");
    wg_scope_pop(b->g), wg_scope_pop(b->g);
    wg_scope_push(b->g, "fc");
    y = wg_add(wg_matmul(y, matrix(b, "fc.weight", 3, 2)), matrix(b, "fc.bias", 1, 2));
    wg_scope_pop(b->g);
    return y;
}

REDUCE_TEST(modules_are_boxes)
{
    static const char *const inner[] = { "fc", "layer1", "layer1.0", "pool" };
    const wg_node root = modules(b);
    for (int depth = 1; depth <= 3; depth++) {
        reduce(b, root, &WG_OPTS(wg_draw_opts, .depth = depth), 0);
        cr_expect_eq(b->picture.boxes, depth < 3 ? 4 : 5, "x, act, one or two of layer1, fc");
        const wgi_box *act = &b->picture.box[box(b, "act")], *in = &b->picture.box[box(b, inner[depth])],
                      *fc = &b->picture.box[box(b, "fc")];
        cr_expect_str_eq(act->detail, "relu");
        cr_expect_str_eq(fc->detail, "matmul, add, 8 numbers in parameters");
        cr_expect_eq(box_of_root(b), fc - b->picture.box);
        cr_expect(act->frame == -1 && fc->frame == -1);
        if (depth == 1) cr_expect_eq(in->frame, -1);
        else cr_expect_str_eq(b->picture.frame[in->frame].name, inner[depth - 1]);
    }
    cr_expect_str_eq(b->picture.box[box(b, "pool")].detail, "sum, mul");
}

/* The root of a chain is alike to the rest of it. */
REDUCE_TEST(a_repeat_ends_before_what_is_kept)
{
    wg_node h = input(b, "x", 1, 1), middle = wg_none;
    for (int i = 0; i < 2000; i++) {
        h = wg_sin(h);
        if (i == 999) middle = wg_name(h, "middle");
    }
    wg_draw_opts o = WG_OPTS(wg_draw_opts, .fit = "slide", .keep = "middle");
    begin(b, &o);
    cr_assert_eq(wgi_picture_fit(&b->picture, wg_name(h, "y")), WG_OK, "%s", wg_message(b->c));
    cr_assert_eq(b->picture.less.repeats, 2);
    cr_expect_eq(b->picture.less.repeat[0].times, 999);
    cr_expect_eq(b->picture.less.repeat[1].times, 999);
    cr_expect_eq(b->picture.boxes, 5, "x, one sine, middle, one sine, y");
    const int at = b->picture.at.box_of[b->picture.at.position[middle.index]];
    cr_expect_str_eq(b->picture.box[at].name, "middle");
    cr_expect_eq(b->picture.box[at].frame, -1);
    cr_expect_str_eq(b->picture.box[box_of_root(b)].name, "y");
}

/* ---- parts in parts ---- */

static wg_node recurrent_of_six(bench *b) { return recurrent(b, 6); }

static wg_node chains(bench *b)
{
    wg_node kept;
    static uint64_t seed;
    return random_chains(b, ++seed, &kept);
}

/* Recurrent layers of all kinds, in scopes and not, whose results and last states are used. */
static wg_node layered(bench *b)
{
    static unsigned seed;
    const unsigned s = seed++;
    static const double zero[48];
    wg_node y = wg_input(b->g, "x", wg_view_f64(zero, WG_SHAPE(2, 4, 6)));
    for (int i = 0; i < 3; i++) {
        char name[8];
        snprintf(name, sizeof name, "r%d", i);
        if (s >> i & 1) wg_scope_push(b->g, "part");
        const bool both = i == 1 && s & 8, back = i == 2 && s & 8;
        const unsigned kind = (s + (unsigned)i) % 3;
        wg_nn_states r = kind == 0   ? wg_nn_rnn(y, b->p, name, 6, .bidirectional = both, .reverse = back)
                         : kind == 1 ? wg_nn_gru(y, b->p, name, 6, .bidirectional = both, .reverse = back)
                                     : wg_nn_lstm(y, b->p, name, 6, .bidirectional = both, .reverse = back);
        y = s & 16 ? wg_add(r.y, wg_reshape(r.h, WG_SHAPE(2, 1, wg_dim(r.h, 1)))) : r.y;
        if (s & 32) y = wg_nn_attention(y, b->p, i ? i > 1 ? "c" : "b" : "a", .heads = 2);
        if (s >> i & 1) wg_scope_pop(b->g);
    }
    return wg_name(wg_mean(y), "J");
}

enum { GRAPHS = 6 };
static wg_node (*const graphs[])(bench *) = { logistic, recurrent_of_six, residual, scoped, layered, chains };

static void expect_no_cycle(const wgi_picture *p, const wgi_reduction *less, int graph)
{
    const int64_t n = p->at.nodes;
    unsigned char *needed = wgi_pool_take(p->pool, n, 1); /* by box: another one that is left needs it */
    int64_t left = 0, before = -1;
    unsigned char *done = wgi_pool_take(p->pool, n, 1);
    for (int64_t i = 0; i < n; i++) left += less->into[i] == i;
    while (left && left != before) { /* boxes that no box that is left needs are done */
        before = left;
        memset(needed, 0, (size_t)n);
        for (int64_t i = 0; i < n; i++)
            for (int64_t a = p->at.first[i]; a < p->at.first[i + 1]; a++)
                if (p->at.arg[a] >= 0 && !done[less->into[i]] && less->into[p->at.arg[a]] != less->into[i])
                    needed[less->into[p->at.arg[a]]] = 1;
        for (int64_t i = 0; i < n; i++)
            if (less->into[i] == i && !done[i] && !needed[i]) done[i] = 1, left--;
    }
    cr_assert_eq(left, 0, "graph %d: %lld boxes need each other", graph, (long long)left);
}

/* Each box is a union of boxes of the picture with one kind open. No two need each other. */
Test(reduce, boxes_can_be_opened)
{
    for (int k = 0; k < GRAPHS + 160; k++) {
        bench b = start();
        const wg_node root = graphs[k < GRAPHS ? k : k < GRAPHS + 60 ? GRAPHS - 2 : GRAPHS - 1](&b);
        reduce(&b, root, &WG_OPTS(wg_draw_opts, .keep = k % 3 ? NULL : "kept"), WGI_ALL_PARTS);
        for (unsigned closed = 0; closed <= WGI_ALL_PARTS; closed += 13) {
            const wgi_reduction coarse = wgi_reduced_by(&b.picture, closed);
            if (!(closed >> WGI_PARTS_REPEATS & 1)) expect_no_cycle(&b.picture, &coarse, k);
            for (int kind = 0; kind < WGI_PARTS_KINDS; kind++) {
                const wgi_reduction fine = wgi_reduced_by(&b.picture, closed & ~(1u << kind));
                for (int64_t i = 0; i < b.picture.at.nodes; i++)
                    cr_assert_eq(coarse.into[fine.into[i]], coarse.into[i], "graph %d: %x", k, closed);
            }
        }
        end(&b);
    }
}

/* ---- the canvas ---- */

REDUCE_TEST(says_when_it_cannot_fit)
{
    wg_node sum[60];
    char name[24];
    for (int k = 0; k < 60; k++) {
        snprintf(name, sizeof name, "x%d", k);
        sum[k] = input(b, name, 2, 3 + k % 7);
        sum[k] = wg_sum(k % 2 ? wg_sin(sum[k]) : wg_exp(sum[k]));
    }
    wg_node root = wg_addn(sum, 60);
    begin(b, &WG_OPTS(wg_draw_opts, .fit = "slide"));
    cr_assert_eq(wgi_picture_fit(&b->picture, root), WG_OK);
    HAS(b->picture.less.hidden, "legible on a slide (24 px)");
    cr_assert_neq(wg_draw(root, "x.svg", .fit = "wall"), WG_OK);
    HAS(wg_message(b->c), ".fit \"wall\": slide, page, screen or a size as 740x680");
    wg_recover(b->c);
    cr_assert_neq(wg_draw(root, "x.svg", .fit = "0x740x680"), WG_OK);
    HAS(wg_message(b->c), ".fit \"0x740x680\": slide, page");
    wg_recover(b->c);
    static const char *const no_sizes[] = { "740x100000", "100000x740", "740x99", "99x740" };
    for (int i = 0; i < 4; i++) {
        cr_expect_neq(wg_draw(root, "x.svg", .fit = no_sizes[i]), WG_OK, "%s", no_sizes[i]);
        wg_recover(b->c);
    }
}

REDUCE_TEST(large_graphs_are_reduced_without_delay)
{
    wg_node root = recurrent(b, 10000);
    begin(b, &WG_OPTS(wg_draw_opts, .fit = "page"));
    cr_assert_eq(wgi_picture_fit(&b->picture, root), WG_OK);
    cr_expect_lt(b->picture.boxes, 20);
    cr_expect_eq(b->picture.less.repeat[0].times, 10000);
}
