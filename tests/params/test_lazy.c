/* test_lazy.c: tables of which a step updates the rows that were read: gradients by rows, the update of
 * rows, and that nobody else notices. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "params/params.h"
#include "wgtest.h"

enum { ROWS = 40, READ = 12 };

typedef struct kind {
    wg_dtype dtype;
    int64_t width;
    int threads, interpret;
    bool twice; /* the table is read by two nodes */
    bool adam;
} kind;

static wgt_world start(const kind *k)
{
    return wgt_world_new(
        NULL, k->dtype, &WG_OPTS(wg_start_opts, .seed = 5, .threads = k->threads, .interpret = k->interpret));
}

/* Numbers below 0 count from the end. */
static void draw(wgt_random *random, int32_t number[READ])
{
    for (int i = 0; i < READ; i++) number[i] = (int32_t)wgt_below(random, 2 * ROWS) - ROWS;
}

/* A loss that reads some rows of the table, more than once. */
static wg_node loss_of(const wgt_world *u, const kind *k, const int32_t number[READ])
{
    wg_begin(u->g, WG_TRAIN);
    wg_node W = wg_param(u->g, u->p, "table", WG_SHAPE(ROWS, k->width), wg_normal(0, 1));
    wg_node v = wg_param(u->g, u->p, "v", WG_SHAPE(k->width, 3), wg_he());
    wg_node x = wg_input(u->g, "x", wg_view_i32(number, WG_SHAPE(4, 3)));
    wg_node y = wg_gather(W, x);
    if (k->twice) {
        wg_node more = wg_input(u->g, "more", wg_view_i32(number + 3, WG_SHAPE(3, 3)));
        y = wg_concat(((wg_node[]){ y, wg_tanh(wg_gather(W, more)) }), 2);
    }
    return wg_mean(wg_square(wg_tanh(wg_matmul(y, v))));
}

static void expect_equal(const wgt_world *a, const wgt_world *b, const char *what)
{
    cr_assert(!wg_failed(a->c) && !wg_failed(b->c), "%s, %s", wg_message(a->c), wg_message(b->c));
    for (int i = 0; i < wg_params_count(a->p); i++) {
        const wg_tensor x = wg_params_tensor(a->p, i), y = wg_params_tensor(b->p, i);
        cr_expect(wgt_same_bits(&x, &y), "%s: %s", what, wg_params_name(a->p, i));
        const wg_tensor gx = wg_params_grad(a->p, i), gy = wg_params_grad(b->p, i);
        cr_expect(wgt_same_numbers(&gx, &gy), "%s: gradient of %s", what, wg_params_name(a->p, i));
    }
}

static void lazy(wg_optim *o) { wg_optim_group(o, "table", .lazy = true); }

/* ---- a large table: many rows are added, by several threads, and nobody asks for the gradient ---- */

enum { MANY_ROWS = 70000, MANY_READ = 3000, MANY_STEPS = 3 };

/* After SGD with numbers from the whole table, or from its first few rows. */
static void train_many(wgt_world *u, bool lazily, int64_t below)
{
    static int32_t number[MANY_READ];
    wgt_random random = { 7 };
    u->o = wg_sgd(u->p, .lr = 0.25);
    if (lazily) lazy(u->o);
    for (int step = 0; step < MANY_STEPS; step++) {
        for (int i = 0; i < MANY_READ; i++)
            number[i] = (int32_t)wgt_below(&random, (uint32_t)below) - (i % 2 ? MANY_ROWS : 0);
        wg_begin(u->g, WG_TRAIN);
        wg_node W = wg_param(u->g, u->p, "table", WG_SHAPE(MANY_ROWS, 16), wg_normal(0, 1));
        wg_node y = wg_gather(W, wg_input(u->g, "x", wg_view_i32(number, WG_SHAPE(MANY_READ))));
        wg_backward(wg_sum(wg_square(wg_tanh(y))), u->p);
        wg_optim_step(u->o);
    }
}

/* The same bits, and memory for the rows that were read alone. */
Test(lazy, rows_of_a_large_table)
{
    for (int i = 0; i < 8; i++) {
        const kind k = { .dtype = i % 2 ? WG_F32 : WG_F64, .threads = 1 + i / 2 % 2 };
        WGT_ENDS wgt_world a = start(&k), b = start(&k);
        train_many(&a, true, i < 4 ? MANY_ROWS : 50), train_many(&b, false, i < 4 ? MANY_ROWS : 50);
        expect_equal(&a, &b, i < 4 ? "whole table" : "few rows");
        const wgi_row_list *r = a.p->item[0]->rows;
        cr_expect(r->finite && r->count > 40 && r->count <= MANY_READ, "%lld", (long long)r->count);
        cr_expect_leq(r->room, 4 * MANY_READ);
    }
}

/* A sum of finite rows that is infinite, as part of a row, is found; and so is what a user has written to the
 * gradient. */
Test(lazy, gradients_that_are_not_finite)
{
    const kind k = { .dtype = WG_F32, .threads = 2 };
    WGT_ENDS wgt_world u = start(&k);
    int32_t number[READ] = { 3, 3, 7, 3 };
    for (int lent = 0; lent < 2; lent++) {
        if (!u.o) u.o = wg_sgd(u.p), lazy(u.o);
        wg_begin(u.g, WG_TRAIN);
        wg_node W = wg_param(u.g, u.p, "table", WG_SHAPE(ROWS, 5), wg_const(0.5));
        wg_node y = wg_gather(W, wg_input(u.g, "x", wg_view_i32(number, WG_SHAPE(READ))));
        wg_backward(wg_sum(wg_mul(wg_select(y, .axis = 1, .index = 4), lent ? 1 : 3e38)), u.p);
        if (lent) ((float *)wg_params_grad(u.p, 0).data)[7 * 5] = NAN;
        WGT_REFUSED(u.c, VALUE, "the gradient of table [40,5] is", wg_optim_step(u.o));
        cr_expect_eq(((const float *)wg_params_tensor(u.p, 0).data)[3 * 5 + 4], 0.5F);
    }
}

/* ---- the same bits with lazy and without ---- */

typedef void (*step_fn)(wgt_world *u, const kind *k, const int32_t number[READ], int step);

static void compare(const char *what, const kind *k, step_fn step, int steps)
{
    WGT_ENDS wgt_world a = start(k), b = start(k);
    wgt_random random = { 3 };
    int32_t number[READ];
    for (int i = 0; i < 2; i++) {
        wgt_world *u = i ? &b : &a;
        u->o = k->adam ? wg_adam(u->p) : wg_sgd(u->p, .lr = 0.5);
    }
    lazy(a.o);
    for (int t = 0; t < steps; t++) {
        draw(&random, number);
        step(&a, k, number, t), step(&b, k, number, t);
        cr_expect_eq(wg_params_grad_norm(a.p), wg_params_grad_norm(b.p), "%s", what);
        wg_optim_step(a.o), wg_optim_step(b.o);
        expect_equal(&a, &b, what);
    }
}

static void clipped(wgt_world *u, const kind *k, const int32_t number[READ], int step)
{
    wg_backward(loss_of(u, k, number), u->p);
    if (step % 3 == 2) wg_optim_clip_norm(u->o, 0.01);
    if (step % 4 == 3) wg_optim_clip_value(u->o, 0.001);
}

/* Gradients, their norm, clipping and sgd, in every way of running. */
Test(lazy, sgd_has_the_bits_of_a_step_for_all_rows)
{
    for (int i = 0; i < 36; i++) {
        static const int64_t widths[] = { 1, 10, 64 };
        const kind k = { .dtype = i % 2 ? WG_F32 : WG_F64,
                         .width = widths[i / 2 % 3],
                         .threads = 1 + i / 6 % 2,
                         .interpret = i / 12 - 1,
                         .twice = i % 5 < 3 };
        compare("sgd", &k, clipped, 9);
    }
}

static wg_node table(const wgt_world *u, const kind *k)
{
    return wg_param(u->g, u->p, "table", WG_SHAPE(ROWS, k->width), wg_normal(0, 1));
}

/* The same table is the last layer: all rows count as read. Then it is only picked from again. */
static void another_reader(wgt_world *u, const kind *k, const int32_t number[READ], int step)
{
    wg_node loss = loss_of(u, k, number), W = table(u, k);
    if (step % 3 == 1) loss = wg_add(loss, wg_mean(wg_square(W)));
    if (step % 3 == 2) loss = wg_mean(wg_square(W));
    wg_backward(loss, u->p);
}

/* More nodes read the table than there are other nodes. */
static void many_readers(wgt_world *u, const kind *k, const int32_t number[READ], int step)
{
    enum { READERS = 64 };
    wg_begin(u->g, WG_TRAIN);
    wg_node W = table(u, k), x = wg_input(u->g, "x", wg_view_i32(number, WG_SHAPE(4, 3))), rows[READERS];
    for (int j = 0; j < READERS; j++) rows[j] = wg_gather(W, x);
    wg_backward(wg_mean(wg_square(wg_concat(rows, READERS))), u->p);
}

/* Numbers that are computed: all rows. Another part of the graph that does not reach the loss: no matter. */
static void computed_numbers(wgt_world *u, const kind *k, const int32_t number[READ], int step)
{
    wg_begin(u->g, WG_TRAIN);
    wg_node W = table(u, k), x = wg_input(u->g, "x", wg_view_i32((int32_t[]){ 1, 2, 3 }, WG_SHAPE(3)));
    wg_backward(wg_sum(wg_square(wg_gather(W, wg_add(x, step % 3)))), u->p);
}

Test(lazy, tables_that_are_read_otherwise)
{
    compare("two readers", &(kind){ .dtype = WG_F32, .width = 16, .threads = 1 }, another_reader, 12);
    compare("many readers", &(kind){ .dtype = WG_F64, .width = 3, .threads = 1 }, many_readers, 3);
    compare("computed numbers", &(kind){ .dtype = WG_F32, .width = 16, .threads = 1, .adam = true },
            computed_numbers, 6);
}

/* A sum of gradients: rows that are read twice are added in another order. */
Test(lazy, gradients_add_up)
{
    enum { SIZE = ROWS * 8 + 24 };
    static double ga[SIZE], gb[SIZE], wa[SIZE], wb[SIZE];
    const kind k = { .dtype = WG_F64, .width = 8, .threads = 1, .twice = true };
    WGT_ENDS wgt_world a = start(&k), b = start(&k);
    wgt_random random = { 3 };
    int32_t number[READ];
    a.o = wg_sgd(a.p), b.o = wg_sgd(b.p);
    lazy(a.o);
    for (int step = 0; step < 5; step++) {
        for (int i = 0; i < 3; i++) {
            draw(&random, number);
            wg_backward_add(loss_of(&a, &k, number), a.p), wg_backward_add(loss_of(&b, &k, number), b.p);
        }
        wg_params_get_grad(a.p, ga), wg_params_get_grad(b.p, gb);
        cr_expect_lt(wgt_distance(ga, gb, SIZE), 1e-15);
        wg_optim_step(a.o), wg_optim_step(b.o);
        wg_params_get(a.p, wa), wg_params_get(b.p, wb);
        cr_expect_lt(wgt_distance(wa, wb, SIZE), 1e-15);
    }
}

/* ---- adam ---- */

/* ---- whatever is called between gradients and steps ---- */

enum { CALLS = 60 };

/* Sums of gradients have another order for rows that are read twice: 60 steps of that are off by some
 * 1e-15. */
static void same(double *(*of)(const wgt_world *u), wgt_world *const u[2], bool adds, const char *what)
{
    double *x = of(u[0]), *y = of(u[1]);
    const size_t n = wg_params_size(u[0]->p);
    for (size_t i = 0; i < n && !adds; i++) cr_assert_eq(x[i], y[i], "%s, %zu: %g, %g", what, i, x[i], y[i]);
    cr_assert_leq(wgt_distance(x, y, (int64_t)n), adds ? 1e-13 : 0, "%s", what);
    free(x), free(y);
}
static double *gradient(const wgt_world *u)
{
    double *x = malloc(wg_params_size(u->p) * sizeof *x);
    wg_params_get_grad(u->p, x);
    return x;
}
static double *theta(const wgt_world *u)
{
    double *x = malloc(wg_params_size(u->p) * sizeof *x);
    wg_params_get(u->p, x);
    return x;
}

/* What a call of this number does; some calls need gradients. fresh: there are such that no step has used. */
static void call_both(wgt_world *const u[2], const kind *k, const int32_t number[READ], int what, bool *fresh)
{
    for (int i = 0; i < 2; i++) {
        if (what == 0) wg_backward(loss_of(u[i], k, number), u[i]->p);
        if (what == 1) wg_backward_add(loss_of(u[i], k, number), u[i]->p);
        if (what == 2 && *fresh) wg_optim_step(u[i]->o);
        if (what == 3 && *fresh) wg_optim_clip_norm(u[i]->o, 0.01);
        if (what == 4 && *fresh) wg_optim_clip_value(u[i]->o, 0.005);
    }
    /* A loss that no table reaches, in a graph that reads one: an error, and the gradients stay as they
     * were. */
    for (int i = 0; i < 2 && what == 7; i++) {
        (void)loss_of(u[i], k, number);
        wg_node loss =
            wg_sum(wg_mul(wg_input(u[i]->g, "none", wg_view_f64((double[]){ 1, 2 }, WG_SHAPE(2))), 3));
        WGT_REFUSED(u[i]->c, GRADIENT, "reaches no parameter", wg_backward(loss, u[i]->p));
    }
    if (what == 8 && *fresh) {
        double *x = wg_params_grad(u[0]->p, 0).data, *y = wg_params_grad(u[1]->p, 0).data;
        int i = 0;
        while (!x[i]) i++; /* a row that has a gradient: a step updates no other */
        x[i] += 0.5, y[i] += 0.5;
    }
    *fresh = what < 2 || (*fresh && what != 2);
}

Test(lazy, any_order_of_calls)
{
    for (int walk = 0; walk < 40; walk++) {
        const bool adds = walk / 4 % 2, asks = walk / 8 % 2;
        const kind k = { WG_F64, .width = 5, .threads = 1 + walk % 2, .twice = walk / 2 % 2 };
        WGT_ENDS wgt_world a = start(&k), b = start(&k);
        wgt_world *const u[] = { &a, &b };
        wgt_random random = { (uint64_t)walk + 1 };
        bool fresh = false;
        a.o = wg_sgd(a.p, .lr = 0.5), b.o = wg_sgd(b.p, .lr = 0.5), lazy(a.o);
        for (int call = 0; call < CALLS; call++) {
            int32_t number[READ];
            draw(&random, number);
            /* After a while a user asks for the address of a gradient. */
            const int what = call ? (int)wgt_below(&random, asks && call > CALLS / 2 ? 9 : 8) : 0;
            call_both(u, &k, number, what == 1 && !adds ? 0 : what, &fresh);
            same(theta, u, adds, "values");
            if (what == 6 && fresh) same(gradient, u, adds, "gradients");
            if (what != 5 || !fresh) continue;
            const double x = wg_params_grad_norm(a.p), y = wg_params_grad_norm(b.p);
            cr_assert_leq(fabs(x - y), adds ? 1e-13 * y : 0);
        }
        cr_expect(!wg_failed(a.c) && !wg_failed(b.c), "%s, %s", wg_message(a.c), wg_message(b.c));
    }
}

/* The published recurrences, for the rows that were read alone; t counts the steps of the optimizer. */
typedef struct row_state {
    double w[ROWS][3], m[ROWS][3], v[ROWS][3];
} row_state;

static void adam_rows(row_state *s, const double *g, const int32_t *number, int t, double decay)
{
    bool done[ROWS] = { false };
    for (int i = 0; i < READ; i++) {
        const int r = number[i] < 0 ? number[i] + ROWS : number[i];
        for (int j = 0; j < 3 && !done[r]; j++) {
            double *w = &s->w[r][j], *m = &s->m[r][j], *v = &s->v[r][j], gi = g[3 * r + j];
            *m = 0.9 * *m + 0.1 * gi;
            *v = 0.999 * *v + 0.001 * gi * gi;
            *w -= 0.1 * decay * *w;
            *w -= 0.1 * (*m / (1 - pow(0.9, t))) / (sqrt(*v / (1 - pow(0.999, t))) + 1e-8);
        }
        done[r] = true;
    }
}

static void try_adam(double decay)
{
    const kind k = { .dtype = WG_F64, .width = 3, .threads = 1 };
    WGT_ENDS wgt_world u = start(&k);
    wgt_random random = { 11 };
    int32_t number[READ];
    static row_state s;
    static double grad[ROWS * 3 + 9];
    memset(&s, 0, sizeof s);
    u.o = wg_adam(u.p, .lr = 0.1, .weight_decay = decay);
    lazy(u.o);
    for (int t = 1; t <= 30; t++) {
        draw(&random, number);
        wg_backward(loss_of(&u, &k, number), u.p);
        const double *w = wg_params_tensor(u.p, 0).data;
        if (t == 1) memcpy(s.w, w, sizeof s.w);
        wg_params_get_grad(u.p, grad);
        wg_optim_step(u.o);
        adam_rows(&s, grad, number, t, decay);
        for (int i = 0; i < ROWS * 3; i++)
            cr_assert_float_eq(w[i], s.w[i / 3][i % 3], 1e-13, "step %d, element %d: %.17g, not %.17g", t, i,
                               w[i], s.w[i / 3][i % 3]);
    }
}

Test(lazy, adam_updates_the_rows_that_were_read) { try_adam(0); }
Test(lazy, decay_is_that_of_the_rows_that_were_read) { try_adam(0.25); }

/* ---- mistakes ---- */

Test(lazy, numbers_out_of_range_and_nan)
{
    const kind k = { .dtype = WG_F32, .width = 2, .threads = 1 };
    WGT_ENDS wgt_world u = start(&k);
    int32_t number[READ] = { 0 };
    u.o = wg_sgd(u.p);
    lazy(u.o);
    number[5] = ROWS;
    WGT_REFUSED(u.c, VALUE, "40", wg_backward(loss_of(&u, &k, number), u.p));
    number[5] = 7;
    wg_backward(loss_of(&u, &k, number), u.p);
    wg_optim_step(u.o);
    wg_begin(u.g, WG_TRAIN);
    wg_node W = wg_param(u.g, u.p, "table", WG_SHAPE(ROWS, 2), wg_zeros());
    wg_node y = wg_gather(W, wg_input(u.g, "x", wg_view_i32(number, WG_SHAPE(READ))));
    wg_backward(wg_sum(wg_sqrt(wg_mul(y, 0))), u.p);
    WGT_REFUSED(u.c, VALUE, "the gradient of table [40,2] is", wg_optim_step(u.o));
}

/* wg_backward, when an allocation fails: there is no gradient of a part of the parameters, and no old one. */
static bool backward_fails(int at, bool again)
{
    static const int32_t number[READ] = { 1, 2, 3, 1 };
    const kind k = { .dtype = WG_F64, .width = 2 }, longer = { .dtype = WG_F64, .width = 2, .twice = true };
    double before[ROWS * 2 + 6], after[ROWS * 2 + 6];
    wgt_memory m = { 0 };
    wgt_world u = wgt_world_new(&m, WG_F64, NULL);
    u.o = wg_sgd(u.p);
    lazy(u.o);
    wg_node loss = loss_of(&u, &k, number);
    if (again) wg_backward(loss, u.p), loss = loss_of(&u, &longer, number);
    wg_item(loss);
    wg_params_get(u.p, before);
    m.fail_at = m.calls + at;
    const wg_status s = wg_backward(loss, u.p);
    const bool failed = m.failed > 0;
    m.fail_at = 0;
    cr_expect_eq(s, failed ? WG_ERROR_MEMORY : WG_OK);
    if (failed) wg_recover(u.c);
    cr_expect_eq(wg_optim_step(u.o) == WG_OK, !failed, "allocation %d, again %d", at, again);
    wg_params_get(u.p, after);
    wg_recover(u.c);
    if (failed) cr_expect_eq(memcmp(before, after, sizeof before), 0, "allocation %d, again %d", at, again);
    wgt_drop(u.c, &m);
    return failed;
}

Test(lazy, a_backward_that_fails_leaves_no_gradient)
{
    for (int again = 0; again < 2; again++) {
        int at = 1;
        while (at < 2000 && backward_fails(at, again)) at++;
        cr_expect(at > 1 && at < 2000, "%d", at);
    }
}

/* A wg_backward_add that fails has added nothing: rows that nobody has read stay as they are, and their
 * moments. how: 0 to 2; 3: there is no such call. */
static void step_after_failed_add(int how, bool stepped, double *after, size_t n)
{
    const kind k = { .dtype = WG_F64, .width = 2, .threads = 1 };
    WGT_ENDS wgt_world u = start(&k);
    const int32_t number[READ] = { 1, 2, 3, 1 }, wrong[READ] = { 1, ROWS };
    u.o = wg_adamw(u.p, .lr = 0.125, .weight_decay = 0.5);
    lazy(u.o);
    for (int i = 0; i < 2; i++) {
        wg_backward(loss_of(&u, &k, number), u.p);
        if (i == 0 || stepped) wg_optim_step(u.o);
    }
    const wg_node loss = loss_of(&u, &k, how ? number : wrong);
    const wg_node W = wg_param(u.g, u.p, "table", WG_SHAPE(ROWS, 2), wg_normal(0, 1));
    if (how == 2) wg_interrupt(u.c);
    if (how < 3)
        wg_backward_add(how == 1 ? wg_log(wg_neg(wg_sum(wg_square(W)))) : wg_add(loss, wg_sum(W)), u.p);
    cr_assert_eq(wg_failed(u.c) != WG_OK, how < 3);
    wg_recover(u.c);
    wg_params_get_grad(u.p, after + n);
    if (stepped) wg_backward(loss_of(&u, &k, number), u.p);
    wg_optim_step(u.o);
    wg_params_get(u.p, after);
}

Test(lazy, an_add_that_fails_has_added_nothing)
{
    enum { N = 2 * ROWS + 6 };
    static double want[2 * N], got[2 * N];
    for (int stepped = 0; stepped < 2; stepped++) {
        step_after_failed_add(3, stepped, want, N);
        for (int how = 0; how < 3; how++) {
            step_after_failed_add(how, stepped, got, N);
            cr_expect(!memcmp(want, got, sizeof want), "call %d, after a step: %d", how, stepped);
        }
    }
}

static void two_steps(wg_context *c)
{
    const kind k = { .dtype = WG_F32, .width = 5, .threads = 1 };
    wgt_world u = { .c = c, .g = wg_graph_new(c), .p = wg_params_new(c) };
    const int32_t number[READ] = { 1, 2, 3, 1 };
    u.o = wg_momentum(u.p);
    lazy(u.o);
    for (int step = 0; step < 2; step++) {
        wg_backward(loss_of(&u, &k, number), u.p);
        wg_optim_step(u.o);
    }
}
Test(lazy, every_allocation_fails) { wgt_each_allocation_fails(NULL, 2000, two_steps); }
