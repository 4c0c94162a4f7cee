/* machine_limits.c: measures what the machine can do with a context's threads: products, and memory at the
 * sizes of the caches.
 *
 * The work runs in the threads that plans use. Of several runs the shortest counts, since other processes
 * only lengthen a run. */
#include "kernel/gemm.h"
#include "run/run.h"

#include <sys/mman.h>

#include "wengert/plan.h"
#include "wgx/plan.h"

static const size_t arrays[WG_LEVELS] = { 1 << 14, 1 << 18, 1 << 22,
                                          1 << 25 }; /* bytes of each of the three */

enum {
    RUNS = 60,
    CHUNKS = 4, /* a thread: more than one, so that a late thread costs little */
    SIDE = 256, /* rows and columns of the larger product */
    HUGE_PAGE = 1 << 21
};

/* Rows, columns, inner size. BLAS copies the operands of the first into blocks, and uses those of the second
 * in place. */
static const int shapes[2][3] = { { SIDE, SIDE, 512 }, { 32, 64, 392 } };

static const double run_seconds = 1e-4;  /* of one run */
static const double most_seconds = 0.01; /* of all runs of one kind */

typedef struct task {
    char *a, *b, *c;
    size_t bytes; /* of each array */
    int passes;
    wg_dtype dtype;
    const int *shape;
    int products, isa;
} task;

typedef float lanes __attribute__((vector_size(64), aligned(64), may_alias));

static bool triad(void *arg, int i, int chunk, int chunks, int thread)
{
    const task *t = arg;
    size_t n = t->bytes / sizeof(lanes), begin = n * (size_t)chunk / (size_t)chunks,
           end = n * ((size_t)chunk + 1) / (size_t)chunks;
    lanes *a = (lanes *)(void *)t->a;
    const lanes *b = (const lanes *)(const void *)t->b, *c = (const lanes *)(const void *)t->c;
    for (int k = 0; k < t->passes; k++)
        for (size_t j = begin; j < end; j++) a[j] = b[j] + 3 * c[j];
    return true;
}

static bool copy(void *arg, int i, int chunk, int chunks, int thread)
{
    const task *t = arg;
    size_t begin = t->bytes * (size_t)chunk / (size_t)chunks,
           end = t->bytes * ((size_t)chunk + 1) / (size_t)chunks;
    for (int k = 0; k < t->passes; k++) memcpy(t->a + begin, t->b + begin, end - begin);
    return true;
}

/* Each product has a result of its own: t->products of them must fit in a. */
static bool product(void *arg, int i, int chunk, int chunks, int thread)
{
    const task *t = arg;
    int m = t->shape[0], n = t->shape[1], k = t->shape[2];
    for (int j = t->products * chunk / chunks; j < t->products * (chunk + 1) / chunks; j++)
        for (int pass = 0; pass < t->passes; pass++)
            wgi_gemm_run(&(wgi_gemm){ t->dtype, false, false, m, n, k, k, n, n, t->b, t->c,
                                      t->a + (size_t)j * SIDE * SIDE * wg_dtype_size(t->dtype), false, NULL },
                         t->isa);
    return true;
}

static double least_time(wgi_part_fn part, task *t, int threads)
{
    double least = INFINITY, end = wgi_now() + most_seconds;
    int chunks = threads * CHUNKS;
    for (int r = 0; r < RUNS && (r < 4 || wgi_now() < end); r++) {
        double begin = wgi_now();
        wgi_parts_run(part, t, &chunks, 1, threads);
        least = fmin(least, wgi_now() - begin);
    }
    return least;
}

/* How often a second the work can be done: by all threads or by one alone, which is faster beside a busy
 * process. A run has so many passes that the time to start it does not count. */
static double rate(wgi_part_fn part, task *t, int threads)
{
    double alone = INFINITY;
    int was = wgi_gate_open();
    t->passes = 1;
    for (int r = 0; r < 3; r++) {
        double begin = wgi_now();
        part(t, 0, 0, 1, 0);
        alone = fmin(alone, wgi_now() - begin);
    }
    wgi_gate_close(was);
    t->passes = (int)fmin(fmax(threads * run_seconds / alone, 1), 1e5);
    return fmax(t->passes / least_time(part, t, threads), 1 / alone);
}

static double bandwidth(task *t, int threads)
{
    double both = 3 * rate(triad, t, threads), one = 2 * rate(copy, t, threads);
    return (double)t->bytes * fmax(both, one);
}

static double products(task *t, int threads)
{
    double best = 0;
    t->products = threads * CHUNKS;
    for (int i = 0; i < 2; i++) {
        t->shape = shapes[i];
        best = fmax(best, 2.0 * shapes[i][0] * shapes[i][1] * shapes[i][2] * t->products *
                              rate(product, t, threads));
    }
    return best;
}

static void measure(wg_limits *l, char *memory, int threads, int isa)
{
    size_t most = arrays[WG_LEVELS - 1];
    task t = { memory, memory + most, memory + 2 * most, 0, 1, WG_F32, NULL, 0, isa };
    for (int i = 0; i < WG_LEVELS; i++) {
        t.bytes = arrays[i];
        l->bytes[i] = 3 * t.bytes;
        l->bandwidth[i] = bandwidth(&t, threads);
    }
    l->f32 = products(&t, threads);
    t.dtype = WG_F64;
    l->f64 = products(&t, threads);
}

wg_status wg_limits_measure(wg_context *c, wg_limits *l)
{
    if (!c) return wg_fail(NULL, NULL, WG_ERROR_USE, "limits_measure: the context is NULL");
    size_t bytes = 3 * arrays[WG_LEVELS - 1] + HUGE_PAGE;
    if (l) *l = (wg_limits){ 0 };
    if (!l) wgi_fail_null(c, NULL, "limits_measure", "memory for the limits");
    if (!wgi_ok(c)) return c ? wg_failed(c) : WG_ERROR_USE;
    int threads = (int)WGI_MIN(c->o.threads, 16); /* the results of their products fit in the first array */
    char *block = wgi_raw(c, 1, bytes);
    if (!block) return wg_failed(c);
    char *memory = (char *)(((uintptr_t)block + HUGE_PAGE - 1) & ~(uintptr_t)(HUGE_PAGE - 1));
    madvise(memory, bytes - HUGE_PAGE, MADV_HUGEPAGE);
    memset(memory, 0, bytes - HUGE_PAGE);
    measure(l, memory, threads, c->isa);
    wg_free(c, block);
    return WG_OK;
}

wgx_bound wgx_plan_bound(const wg_plan_step *s, const wg_limits *l)
{
    if (!s || !l) return (wgx_bound){ 0 };
    double bytes = s->read_bytes + s->write_bytes, peak = s->dtype == WG_F64 ? l->f64 : l->f32;
    wgx_bound b = { .level = 0 };
    while (b.level + 1 < WG_LEVELS && (double)l->bytes[b.level + 1] <= bytes) b.level++;
    double move = bytes / l->bandwidth[b.level], compute = s->flops / peak;
    b.by_memory = move >= compute;
    b.seconds = fmax(move, compute);
    return b;
}
