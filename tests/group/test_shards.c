/* test_shards.c: a batch in shards, in one process: gradients, states, draws and means are those that group.h
 * defines, computed here shard by shard from that definition. */
#include <fenv.h>
#include <math.h>
#include <stdlib.h>

#include "wengert/group.h"
#include "wgfiles.h"
#include "wgtest.h"

TestSuite(shards, .init = wgt_make_folder, .fini = wgt_remove_folder);

enum { WIDTH = 5, MOST = 16 };

/* A net with batch normalisation, dropout, a sum of squares of weights, and a counter. */
static wg_node net(wg_graph *g, wg_params *p, const wg_batch *b)
{
    const wg_node x = wg_input(g, "x", b->x), y = wg_input(g, "y", b->y);
    wg_node h = wg_nn_batch_norm(wg_nn_dense(x, p, "in", WIDTH), p, "bn");
    h = wg_dropout(wg_tanh(h), .drop = 0.25);
    const wg_node count = wg_state(g, p, "count", WG_SCALAR, wg_zeros());
    wg_assign(count, wg_add(count, 1));
    const wg_node loss = wg_softmax_cross_entropy(wg_nn_dense(h, p, "out", 2), y);
    return wg_add(loss, wg_mul(1e-3, wg_sum(wg_square(wg_param(g, p, "in.W", WG_SHAPE(2, WIDTH), wg_he())))));
}

static wg_batch rows(const wg_batch *b, int64_t from, int64_t to)
{
    wg_batch part = *b;
    const size_t x = wg_dtype_size(b->x.dtype) * 2;
    part.x.data = (char *)b->x.data + (size_t)from * x;
    part.y.data = (int32_t *)b->y.data + from;
    part.n = part.x.shape.dim[0] = part.y.shape.dim[0] = to - from;
    return part;
}

/* What a shard leaves: gradients and states as doubles that hold them exactly, and the loss. */
typedef struct left {
    bool empty;
    double rows, loss;
    double value[64];
    bool state[64];
} left;

static int all_values(const wg_params *p, double *to, bool *is_state)
{
    int n = 0;
    for (int i = 0; i < wg_params_count(p); i++) {
        const bool state = wg_params_is_state(p, i);
        const wg_tensor t = state ? wg_params_tensor(p, i) : wg_params_grad(p, i);
        for (int64_t k = 0; k < wg_shape_size(t.shape); k++, n++)
            to[n] = t.data ? wg_tensor_item(&t, k) : 0, is_state[n] = state;
    }
    cr_assert_leq(n, 64);
    return n;
}

/* Shards of one row are wanted here. */
#define QUIET &WG_OPTS(wg_start_opts, .threads = 1, .seed = 1, .on_warning = wg_no_warnings)

/* The shard alone, in a context of its own: the draws are those of epoch 2^48 s. */
static left alone(wg_dtype t, const wg_batch *b, int s, int shards, int *n)
{
    WGT_IN_WORLD(t, QUIET);
    const int64_t from = b->n * s / shards, to = b->n * (s + 1) / shards;
    left l = { .empty = from == to, .rows = (double)(to - from) };
    if (l.empty) return l;
    const wg_batch part = rows(b, from, to);
    wgx_graph_set_epoch(g, (uint64_t)s << 48);
    wg_begin(g, WG_TRAIN);
    const wg_node loss = net(g, p, &part);
    wg_backward(loss, p);
    l.loss = wg_item(loss);
    *n = all_values(p, l.value, l.state);
    return l;
}

static double rounded(wg_dtype t, double v) { return t == WG_F32 ? (double)(float)v : v; }

/* (rows of s / B) value of s, added in pairs; of states (rows of s) value of s, and at the end / B. In the
 * arithmetic of t. */
static __attribute__((noinline)) double tree_of(wg_dtype t, const left *l, int shards, int k)
{
    double sum[MOST], rows = 0;
    bool state = false;
    for (int s = 0; s < shards; s++) state |= k >= 0 && !l[s].empty && l[s].state[k], rows += l[s].rows;
    if (state && shards == 1) return l[0].value[k];
    for (int s = 0; s < shards; s++) {
        const double value = k < 0 ? l[s].loss : l[s].value[k];
        sum[s] = l[s].empty ? 0 : rounded(t, rounded(t, state ? l[s].rows : l[s].rows / rows) * value);
    }
    for (int n = shards; n > 1; n /= 2)
        for (int s = 0; s < n / 2; s++) sum[s] = rounded(t, sum[2 * s] + sum[2 * s + 1]);
    return state ? rounded(t, sum[0] / rows) : sum[0];
}

/* The caller's arithmetic may be another: the kind `up` rounds up. */
static double tree(wg_dtype t, const left *l, int shards, int k)
{
    const int was = fegetround();
    fesetround(FE_TONEAREST);
    const double value = tree_of(t, l, shards, k);
    fesetround(was);
    return value;
}

static wg_data *moons(wg_context *c, int64_t n) { return wg_data_make(c, "moons", n); }

static void as_defined(wg_dtype t, int64_t n, int shards)
{
    WGT_IN_WORLD(t, QUIET);
    wg_group *all = wg_group_start(c, .shards = shards);
    wg_batch b, part;
    left l[MOST];
    double value[64];
    bool state[64];
    int count = 0, seen = 0;
    wg_data_next(moons(c, n), &b, n);
    for (int s = 0; s < shards; s++) l[s] = alone(t, &b, s, shards, &count);
    while (wg_group_next(all, &b, &part)) {
        wg_begin(g, WG_TRAIN);
        const wg_node loss = net(g, p, &part);
        wg_backward(loss, p);
        wg_group_note(all, 3, wg_item(loss));
        seen += (int)part.n;
    }
    cr_assert_eq(seen, n);
    cr_assert_eq(all_values(p, value, state), count, "%s", wg_message(c));
    for (int k = 0; k < count; k++) {
        const double want = tree(t, l, shards, k);
        cr_assert_eq(value[k], want, "%d shards of %d rows: value %d is %.17g, not %.17g", shards, (int)n, k,
                     value[k], want);
    }
    cr_assert_eq(wg_group_mean(all, 3), tree(WG_F64, l, shards, -1));
    cr_assert(isnan(wg_group_mean(all, 2)));
    wg_begin(g, WG_TRAIN); /* ends the evaluation */
    cr_assert_eq(wgx_graph_epoch(g), 1);
    cr_assert_not(wg_failed(c), "%s", wg_message(c));
}

Test(shards, are_added_as_group_h_says)
{
    const int64_t sizes[] = { 1, 2, 3, 7, 8, 29, 64 };
    for (int shards = 1; shards <= MOST; shards *= 2)
        for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
            for (int t = 0; t < 2; t++) as_defined(t ? WG_F32 : WG_F64, sizes[i], shards);
}

/* Without batch statistics and draws the gradient is that of the whole batch, but for rounding. */
static void gradient_of(int shards, double *to, double *norm)
{
    WGT_IN_WORLD(WG_F64, NULL);
    wg_group *all = wg_group_start(c, .shards = shards);
    wg_batch b, part;
    wg_data_next(moons(c, 41), &b, 41);
    while (wg_group_next(all, &b, &part)) {
        wg_begin(g, WG_TRAIN);
        const wg_node h = wg_tanh(wg_nn_dense(wg_input(g, "x", part.x), p, "in", WIDTH));
        wg_backward(wg_softmax_cross_entropy(wg_nn_dense(h, p, "out", 2), wg_input(g, "y", part.y)), p);
    }
    wg_params_get_grad(p, to);
    *norm = wg_params_grad_norm(p);
    cr_assert_not(wg_failed(c), "%s", wg_message(c));
}

Test(shards, give_the_gradient_of_the_batch)
{
    double whole[64] = { 0 }, parts[64] = { 0 }, norm, other;
    gradient_of(1, whole, &norm);
    for (int shards = 2; shards <= 64; shards *= 2) {
        gradient_of(shards, parts, &other);
        for (int k = 0; k < 64; k++)
            cr_assert(fabs(parts[k] - whole[k]) <= 64 * 0x1p-53 * norm, "%d shards, %d: %g", shards, k,
                      parts[k] - whole[k]);
        cr_assert(fabs(other - norm) <= 64 * 0x1p-53 * norm);
    }
}

/* A training of some steps; the bits of its file. */
static void train(const char *path, int shards, int steps, bool resume, const char *how)
{
    WGT_IN_WORLD(WG_F32, NULL);
    wg_group *all = shards ? wg_group_start(c, .shards = shards) : NULL;
    wg_data *d = moons(c, 50);
    wg_optim *o = wg_adam(p, .lr = 0.01);
    wg_batch b, part;
    if (resume) cr_assert(wg_resume(c, path), "%s", wg_message(c));
    for (int i = 0; i < steps;) {
        if (!wg_data_next(d, &b, 16)) continue;
        if (!all) {
            wg_begin(g, WG_TRAIN);
            wg_backward(net(g, p, &b), p);
        } else
            while (wg_group_next(all, &b, &part)) {
                wg_begin(g, WG_TRAIN);
                const wg_node loss = net(g, p, &part);
                if (*how == 'a') wg_backward_add(loss, p);
                else wg_backward(loss, p);
            }
        wg_optim_clip_norm(o, 0.05);
        wg_optim_step(o);
        i++;
    }
    cr_assert_not(wg_failed(c), "%s", wg_message(c));
    wg_save(c, path);
}

static void same_files(const char *a, const char *b)
{
    FILE *x = fopen(a, "rb"), *y = fopen(b, "rb");
    cr_assert(x && y);
    int i = 0, c = 0;
    while (c != EOF && (c = getc(x)) == getc(y)) i++;
    cr_assert(c == EOF && i > 500, "%s and %s differ in byte %d", a, b, i);
    fclose(x), fclose(y);
}

Test(shards, one_shard_changes_nothing)
{
    char a[200], b[200];
    snprintf(a, sizeof a, "%s", wgt_in_folder("a")), snprintf(b, sizeof b, "%s", wgt_in_folder("b"));
    train(a, 0, 9, false, "");
    train(b, 1, 9, false, "");
    same_files(a, b);
}

Test(shards, go_on_from_a_file)
{
    char a[200], b[200];
    snprintf(a, sizeof a, "%s", wgt_in_folder("a")), snprintf(b, sizeof b, "%s", wgt_in_folder("b"));
    train(a, 8, 9, false, "");
    train(b, 8, 5, false, "");
    train(b, 8, 4, true, "");
    same_files(a, b);
    train(b, 8, 9, false, "add"); /* gradients begin from nothing in each shard */
    same_files(a, b);
}

/* Only rows that the batch has used are stepped. */
Test(shards, tables_by_rows)
{
    double moved[2][8];
    for (int shards = 1; shards <= 4; shards += 3) {
        WGT_IN_WORLD(WG_F64, NULL);
        wg_group *all = wg_group_start(c, .shards = shards);
        const int32_t word[] = { 1, 5, 1, 2, 5, 6 };
        const double value[] = { 1, 2, 3, 4, 5, 6, 7, 8 };
        wg_batch b = { .x = wg_view_i32(word, WG_SHAPE(6)), .n = 6 }, part;
        wg_optim *o = wg_adam(p, .lr = 0.1);
        wg_optim_group(o, "W", .lazy = true);
        for (int i = 0; i < 2; i++) {
            while (wg_group_next(all, &b, &part)) {
                wg_begin(g, WG_TRAIN);
                const wg_node W = wg_param(g, p, "W", WG_SHAPE(8, 1), wg_values(value));
                wg_backward(wg_mean(wg_square(wg_gather(W, wg_input(g, "x", part.x)))), p);
            }
            wg_optim_step(o);
            b.x.shape.dim[0] = b.n = 3; /* 1, 5, 1: row 2 and 6 keep still */
        }
        cr_assert_not(wg_failed(c), "%s", wg_message(c));
        wg_params_get(p, moved[shards > 1]);
    }
    for (int k = 0; k < 8; k++) {
        cr_assert(fabs(moved[0][k] - moved[1][k]) < 1e-12, "%d: %.17g %.17g", k, moved[0][k], moved[1][k]);
        cr_assert_eq(moved[1][k] != k + 1, k == 1 || k == 2 || k == 5 || k == 6);
    }
}

/* Two sets, one after the other: a loop leaves the other set without gradients, and its optimizer refuses. */
Test(shards, each_loop_has_its_gradients)
{
    WGT_IN_WORLD(WG_F64, NULL);
    wg_group *all = wg_group_start(c, .shards = 2);
    wg_params *q = wg_params_new(c);
    wg_optim *op = wg_sgd(p), *oq = wg_sgd(q);
    wg_batch b, part;
    wg_data_next(moons(c, 6), &b, 6);
    for (int i = 0; i < 2; i++) {
        while (wg_group_next(all, &b, &part)) {
            wg_begin(g, WG_TRAIN);
            const wg_node x = wg_input(g, "x", part.x);
            const wg_node y = wg_nn_dense(wg_nn_dense(x, p, "a", 3), q, "b", 1);
            wg_backward(wg_mean(wg_square(y)), i ? q : p);
        }
        wg_optim_step(i ? oq : op);
        cr_assert_not(wg_failed(c), "%s", wg_message(c));
        WGT_REFUSED(c, USE, "wg_backward comes first", wg_optim_step(i ? op : oq));
    }
}

Test(shards, mistakes)
{
    WGT_IN_WORLD(WG_F64, NULL);
    WGT_REFUSED(c, VALUE, "3 shards: 1, 2, 4, ... 4096 can be", wg_group_start(c, .shards = 3));
    const wg_group_start_opts before =
        WG_OPTS(wg_group_start_opts, .timeout = -1); /* any time does: it is refused */
    WGT_REFUSED(c, VALUE, "timeout -1: must be in [0, inf]", wg_group_start_at(WG_HERE, c, &before));
    wg_group *all = wg_group_start(c, .shards = 4);
    cr_assert(wgx_group_of(c) == all && wg_group_size(all) == 1 && wg_group_rank(all) == 0 &&
              wg_group_shards(all) == 4);
    WGT_REFUSED(c, USE, "has a group already", wg_group_start(c));
    wg_batch b, part, none = { 0 };
    wg_data_next(moons(c, 8), &b, 8);
    WGT_REFUSED(c, USE, "the batch has no rows", wg_group_next(all, &none, &part));
    WGT_REFUSED(c, USE, "the batch is NULL", wg_group_next(all, NULL, &part));
    wg_optim *o = wg_sgd(p);
    while (wg_group_next(all, &b, &part)) {
        wg_begin(g, WG_TRAIN);
        wg_backward(net(g, p, &part), p);
        wg_optim_step(o);
    }
    wgt_expect_error(c, WG_ERROR_USE, "wg_optim_step was called between two shards");
    while (wg_group_next(all, &b, &part)) wg_graph_new(c);
    wgt_expect_error(c, WG_ERROR_USE, "a graph was made between two shards, so random draws");
    while (wg_group_next(all, &b, &part))
        WGT_REFUSED(c, USE, "the shards of a batch are not done", wg_group_sum(all, NULL, 0));
    WGT_REFUSED(c, USE, "number 16: 0 to 15 can be", wg_group_note(all, 16, 1));
    cr_assert(isnan(wg_group_mean(all, 16)) && isnan(wg_group_mean(all, -1)));
    /* A loop that is left, and a batch that failed: draws and states are as before it. */
    wg_batch other = b;
    other.x = rows(&b, 1, 8).x, other.y = rows(&b, 1, 8).y, other.n = 7;
    wg_begin(g, WG_TRAIN);
    const uint64_t epoch = wgx_graph_epoch(g);
    const double count = wg_params_item(p, "count");
    cr_assert(wg_group_next(all, &b, &part) && wg_group_next(all, &b, &part));
    wg_begin(g, WG_TRAIN);
    wg_backward(net(g, p, &part), p);
    WGT_REFUSED(c, USE, "the loop over them was left", wg_group_next(all, &other, &part));
    cr_assert_eq(wgx_graph_epoch(g), epoch);
    cr_assert_eq(wg_params_item(p, "count"), count);
    while (wg_group_next(all, &b, &part)) wgx_graph_set_epoch(g, 5);
    wgt_expect_error(c, WG_ERROR_USE, "the epoch of a graph was set between two shards");
    for (int k = 0; wg_group_next(all, &b, &part); k++) wg_param(g, p, k ? "k" : "j", WG_SCALAR, wg_zeros());
    wgt_expect_error(c, WG_ERROR_USE, "a shard has made parameters or states that the shards before it lack");
    /* A search along a line looks at the loss of a batch again, which no process has. */
    wg_params *q = wg_params_new(c);
    wg_optim *search = wg_lbfgs(q);
    while (wg_group_next(all, &b, &part)) {
        wg_begin(g, WG_TRAIN);
        wg_backward(net(g, q, &part), q);
    }
    wg_optim_step(search);
    cr_assert_neq(wg_failed(c), WG_OK);
    wg_recover(c);
}

/* A frozen graph beside: its draws stay, those of the other go on. Sets come and go. */
Test(shards, beside_a_frozen_graph_and_sets_of_before)
{
    double first[64];
    bool state[64];
    WGT_IN_CONTEXT(WG_F64, QUIET);
    wg_group *all = wg_group_start(c, .shards = 8);
    wg_graph *g = wg_graph_new(c), *frozen = wg_graph_new(c);
    wg_data *d = moons(c, 20);
    wg_batch b, part;
    wgx_graph_freeze(frozen, true);
    for (int i = 0; i < 6; i++) {
        wg_params *p = wg_params_new(c);
        wg_data_next(d, &b, 20);
        if (i == 5) b.n = b.x.shape.dim[0] = b.y.shape.dim[0] = 3; /* the first shards are empty */
        wg_begin(g, WG_TRAIN);
        cr_assert_eq(wgx_graph_epoch(g), (uint64_t)i);
        while (wg_group_next(all, &b, &part)) {
            wg_begin(g, WG_TRAIN);
            wg_backward(net(g, p, &part), p);
        }
        cr_assert_not(wg_failed(c), "%s", wg_message(c));
        if (i == 5) {
            const int n = all_values(p, first, state);
            int count = 0;
            left l[8];
            for (int s = 0; s < 8; s++) l[s] = alone(WG_F64, &b, s, 8, &count);
            cr_assert_eq(n, count);
            for (int k = 0; k < n; k++)
                if (state[k])
                    cr_assert_eq(first[k], tree(WG_F64, l, 8, k), "%d", k); /* no draws are in them */
        }
        wg_begin(g, WG_TRAIN);
        wg_params_free(p);
        wg_data_next(d, &b, 20);
    }
}

static void with_little_memory(wg_context *c)
{
    wg_group *all = wg_group_start(c, .shards = 4);
    wg_graph *g = wg_graph_new(c);
    wg_params *p = wg_params_new(c);
    wg_batch b, part;
    if (wg_failed(c) || !wg_data_next(moons(c, 8), &b, 8)) return;
    while (wg_group_next(all, &b, &part)) {
        wg_begin(g, WG_TRAIN);
        wg_backward(net(g, p, &part), p);
    }
}

Test(shards, without_memory) { wgt_each_allocation_fails(NULL, 60, with_little_memory); }

Test(shards, who_has_asked_to_stop_is_not_forgotten)
{
    WGT_IN_CONTEXT(WG_F32, NULL);
    wg_group *all = wg_group_start(c, .shards = 2);
    for (int k = 0; k < 3; k++) cr_expect_eq(wgx_group_stop(all, k == 1), k > 0, "%d", k);
}
