/* test_threads.c: the parallel region. Every chunk of every part runs once, a part begins after the part
 * before it has ended, and the region ends. The hostile build takes the processor from a thread between any
 * two steps of the protocol, so these tests find most there. */
#include "wgtest.h"

#include <fenv.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/base.h"

enum { PARTS = 2000, CHUNKS = 7 }; /* at most */

typedef struct region {
    const int *chunks;
    int now; /* the part whose chunks run */
    int ran; /* of its chunks */
    int misplaced, fails_at;
    int times[PARTS][CHUNKS];
} region;

/* The last chunk of a part says that the part has ended. A chunk that runs before that must belong to this
 * part: parts run in order, so a chunk of another part runs too early or too late. */
static bool run(void *arg, int i, int chunk, int chunks, int thread)
{
    region *r = arg;
    if (__atomic_load_n(&r->now, __ATOMIC_SEQ_CST) != i || chunk >= r->chunks[i] ||
        (chunks != r->chunks[i] && chunks != 1))
        __atomic_add_fetch(&r->misplaced, 1, __ATOMIC_SEQ_CST);
    __atomic_add_fetch(&r->times[i][chunk], 1, __ATOMIC_SEQ_CST);
    if (__atomic_add_fetch(&r->ran, 1, __ATOMIC_SEQ_CST) == chunks) {
        __atomic_store_n(&r->ran, 0, __ATOMIC_SEQ_CST);
        __atomic_store_n(&r->now, i + 1, __ATOMIC_SEQ_CST);
    }
    return i != r->fails_at;
}

static void expect_each_once(const region *r, int parts)
{
    cr_assert_eq(r->misplaced, 0, "%d chunks ran outside their part", r->misplaced);
    cr_assert_eq(r->now, parts);
    for (int i = 0; i < parts; i++)
        for (int k = 0; k < r->chunks[i]; k++)
            cr_assert_eq(r->times[i][k], 1, "chunk %d of part %d ran %d times", k, i, r->times[i][k]);
}

/* Regions of parts of one chunk, of fewer chunks than threads, and of more. A thread that is
 * late does most harm at the end of a region, so there are many short regions. */
static void check_regions(int regions, int parts, int threads, int most)
{
    static int chunks[PARTS];
    static region r;
    wgt_random dice = { wgt_seed() };
    for (int n = 0; n < regions; n++) {
        for (int i = 0; i < parts; i++) chunks[i] = 1 + (int)wgt_below(&dice, most);
        r = (region){ .chunks = chunks, .fails_at = -1 };
        cr_assert(wgi_parts_run(run, &r, chunks, parts, threads));
        expect_each_once(&r, parts);
    }
}

Test(threads, long_region) { check_regions(1, PARTS, 2, CHUNKS); }
Test(threads, long_region_three_threads) { check_regions(1, PARTS, 3, CHUNKS); }
Test(threads, short_regions) { check_regions(3000, 4, 2, 3); }
Test(threads, short_regions_three_threads) { check_regions(3000, 4, 3, 4); }
Test(threads, more_threads_than_chunks) { check_regions(1000, 6, 5, 3); }

Test(threads, after_a_failure_nothing_runs)
{
    static int chunks[PARTS];
    static region r;
    for (int threads = 2; threads <= 3; threads++) {
        for (int i = 0; i < PARTS; i++) chunks[i] = 1 + i % 4;
        r = (region){ .chunks = chunks, .fails_at = 500 }; /* a part of one chunk */
        cr_assert_not(wgi_parts_run(run, &r, chunks, PARTS, threads));
        expect_each_once(&r, 501);
        for (int i = 501; i < PARTS; i++)
            for (int k = 0; k < chunks[i]; k++)
                cr_assert_eq(r.times[i][k], 0, "part %d ran after the failure of part 500", i);
    }
}

/* ---- the caller's rounding mode, and its children ---- */

enum { THIRDS = 64 };

/* Each chunk waits until the other one runs, too, so that they are on two threads. */
static bool third(void *arg, int i, int chunk, int chunks, int thread)
{
    volatile double *y = arg, one = 1;
    static int begun;
    if (chunks == 2 && i == 0) {
        const int both = (__atomic_fetch_add(&begun, 1, __ATOMIC_SEQ_CST) / 2 + 1) * 2;
        while (__atomic_load_n(&begun, __ATOMIC_SEQ_CST) < both) sched_yield();
    }
    y[2 * i + chunk] = one / 3;
    return (void)thread, true;
}

static void expect_thirds(int mode, double expected)
{
    double y[2 * THIRDS];
    int chunks[THIRDS];
    const int was = fegetround();
    for (int i = 0; i < THIRDS; i++) chunks[i] = 2;
    fesetround(mode);
    bool ok = wgi_parts_run(third, y, chunks, THIRDS, 2);
    fesetround(was);
    cr_assert(ok);
    for (int i = 0; i < 2 * THIRDS; i++) cr_expect_eq(y[i], expected, "%d: %a", i, y[i]);
}

/* 1/3 rounded upwards is the double above 1/3 rounded to the nearest. The threads are there when the mode
 * changes: a new thread has that of its maker. */
Test(threads, a_team_rounds_as_its_caller_does)
{
    expect_thirds(FE_TONEAREST, 0x1.5555555555555p-2);
    expect_thirds(FE_UPWARD, 0x1.5555555555556p-2);
    expect_thirds(FE_TONEAREST, 0x1.5555555555555p-2);
}

/* ---- the caller's arithmetic ---- */

/* What a program in this arithmetic makes: a loss, parameters and their steps, to the bit. */
typedef struct trained {
    double loss[4];
    double W[12];
} trained;

static void train(trained *t)
{
    static const float rows[8] = { 0.1f, -0.7f, 1e-39f, 2, 3e-20f, 0.3f, -1.1f, 0.9f };
    wg_context *c = wgt_start(NULL, WG_F32, NULL);
    wg_graph *g = wg_graph_new(c);
    wg_params *p = wg_params_new(c);
    wg_optim *o = wg_adam(p, .lr = 0.1, .weight_decay = 0);
    for (int step = 0; step < 4; step++) {
        wg_begin(g, WG_TRAIN);
        wg_node x = wg_input(g, "x", wg_view_f32(rows, WG_SHAPE(2, 4)));
        wg_node W = wg_param(g, p, "W", WG_SHAPE(4, 3), wg_he());
        wg_node loss = wg_add(wg_sum(wg_tanh(wg_matmul(x, W))), wg_sum(wg_mul(wg_mul(x, 1e-20), 0.1)));
        t->loss[step] = wg_item(loss);
        wg_backward(loss, p);
        wg_optim_step(o);
        wg_params_get(p, t->W);
    }
    wgt_finish(c, NULL);
}

/* A library that is linked with -Ofast lets subnormal numbers count as zero in the whole process. */
static void in_mode(int mode, bool no_subnormals, trained *t)
{
    const int was = fegetround();
    fesetround(mode);
#if defined(__x86_64__)
    const unsigned before = __builtin_ia32_stmxcsr();
    if (no_subnormals) __builtin_ia32_ldmxcsr(before | 0x8040);
    const unsigned mine = __builtin_ia32_stmxcsr() & 0xE040;
    train(t);
    cr_expect_eq(__builtin_ia32_stmxcsr() & 0xE040, mine, "the caller's arithmetic was not given back");
    __builtin_ia32_ldmxcsr(before);
#else
    (void)no_subnormals;
    train(t);
#endif
    cr_expect_eq(fegetround(), mode);
    fesetround(was);
}

Test(threads, results_do_not_depend_on_the_arithmetic_of_the_caller)
{
    static const int modes[] = { FE_TONEAREST, FE_UPWARD, FE_DOWNWARD, FE_TOWARDZERO };
    trained usual, other;
    in_mode(FE_TONEAREST, false, &usual);
    for (int i = 0; i < 8; i++) {
        in_mode(modes[i / 2], i % 2, &other);
        cr_expect_eq(memcmp(&usual, &other, sizeof usual), 0, "mode %d: %.9g %.9g", i, usual.loss[3],
                     other.loss[3]);
    }
}

static double norm_of_products(void)
{
    wg_context *c = wgt_start(NULL, WG_F32, &WG_OPTS(wg_start_opts, .threads = 2));
    wg_graph *g = wg_graph_new(c);
    wg_begin(g, WG_EVAL);
    wg_node x = wg_any(g, WG_SHAPE(300, 300)), y = wg_sum(wg_square(wg_matmul(x, wg_tanh(x))));
    double v = wg_item(y);
    wgt_finish(c, NULL);
    return v;
}

typedef struct forking {
    double expected;
    int status;
} forking;

static bool fork_within(void *arg, int i, int chunk, int chunks, int thread)
{
    forking *f = arg;
    (void)i, (void)chunks, (void)thread;
    if (chunk) return true;
    const pid_t child = fork();
    if (!child) _exit(norm_of_products() == f->expected ? 0 : 1);
    waitpid(child, &f->status, 0);
    return true;
}

/* OpenMP cannot end its threads then. The child works alone: with the same bits, and it does not wait. */
Test(threads, a_child_after_fork_within_a_region_computes_alone)
{
    forking f = { norm_of_products(), -1 };
    const int chunks[] = { 2 };
    cr_assert(wgi_parts_run(fork_within, &f, chunks, 1, 2));
    cr_expect(WIFEXITED(f.status) && WEXITSTATUS(f.status) == 0, "status %x", f.status);
    cr_expect_eq(norm_of_products(), f.expected);
}

/* Each of two chunks waits until the other one runs: only two threads can end this. */
static bool meet(void *arg, int i, int chunk, int chunks, int thread)
{
    int *here = arg;
    __atomic_add_fetch(here, 1, __ATOMIC_SEQ_CST);
    while (chunks == 2 && __atomic_load_n(here, __ATOMIC_SEQ_CST) < 2) sched_yield();
    return (void)i, (void)chunk, (void)thread, true;
}

static bool two_threads_work(void)
{
    int here = 0;
    const int chunks[] = { 2 };
    return wgi_parts_run(meet, &here, chunks, 1, 2) && here == 2;
}

/* The threads of the parent are not there in the child: it starts its own. Threads are not counted in /proc:
 * some builds of OpenBLAS have threads of their own. */
Test(threads, a_child_after_fork_computes_on_as_many_threads)
{
    const double v = norm_of_products();
    cr_assert(two_threads_work());
    pid_t child = fork();
    cr_assert_geq(child, 0);
    if (!child) _exit(norm_of_products() != v ? 1 : two_threads_work() ? 0 : 2);
    int status = -1;
    waitpid(child, &status, 0);
    cr_expect(WIFEXITED(status) && WEXITSTATUS(status) == 0, "status %x", status);
    cr_expect_eq(norm_of_products(), v);
}
