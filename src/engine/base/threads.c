/* threads.c: the parallel region of a run, and the calls that make BLAS serial. Only this file uses OpenMP.
 *
 * Parts run in order. Each is cut into chunks, and the chunks into one share a thread. A thread first claims
 * the chunks of its own share: it wrote their operands in the part before, so they are in its cache. Then it
 * claims chunks of the other shares that are not claimed yet. So a thread that is not running (another
 * process has the processor) holds nobody up unless it has claimed a chunk. Which thread runs a chunk never
 * changes a bit of the results.
 *
 * Invariants, wherever a thread is interrupted:
 * - Only the thread that ends the last chunk of a part opens the next part. No chunk is running then, so it
 *   may set `done` to 0.
 * - A part is opened by one store to the claim of each share, in order. The last share always has a chunk. So
 *   the part cannot end, and the next part cannot be opened, before the last of these stores. From then on
 *   the part in a claim only grows.
 * - A claim holds its part. So the fetch_add of a late thread claims a chunk of the part that is open now, or
 *   none.
 * - In one part a thread adds to a claim once for each chunk that it gets, and once without success for each
 *   value of `open` that it sees. So the low half of a claim stays below the number of chunks plus a few for
 *   each thread, and never overflows into the part.
 * - `open` only grows. It is stored after the claims, and other threads may have run that part and opened
 *   later ones meanwhile. A late thread must not store its smaller number: all threads would then wait for
 *   the end of a part that has ended.
 *
 * A child after fork() has none of the threads of its parent, but OpenMP believes that it has, and would
 * wait for them for ever. So OpenMP is told to end its threads just before a fork: parent and child then
 * start new ones at their next region. Where it refuses (a fork from within a region) the child works on
 * one thread.
 *
 * OpenBLAS is serial inside an active region of at least two threads. A region of one thread does not count
 * as active. There wgi_gate_open sets the number of threads of the calling thread to one. */
#include "base/base.h"

#if WG_WITH_OPENMP
#include <fenv.h>
#include <omp.h>
#include <pthread.h>
#endif
#include <sched.h>
#include <time.h>
#include <unistd.h>

static bool run_alone(wgi_part_fn part, void *arg, int parts)
{
    int was = wgi_gate_open();
    bool ok = true;
    for (int i = 0; i < parts && ok; i++) ok = part(arg, i, 0, 1, 0);
    wgi_gate_close(was);
    return ok;
}

#if WG_WITH_OPENMP

int wgi_gate_open(void)
{
    int was = omp_get_max_threads();
    if (was != 1) omp_set_num_threads(1);
    return was;
}

void wgi_gate_close(int was)
{
    if (was != 1) omp_set_num_threads(was);
}

enum { SHARES = 64 }; /* further threads have no share of their own */

typedef struct share {
    _Alignas(64) uint64_t claim; /* part << 32 | the next chunk to claim, counted within the share */
} share;

typedef struct team {
    wgi_part_fn part;
    void *arg;
    const int *chunks;
    int parts, shares;
    _Alignas(64) int open; /* the part whose chunks can be claimed */
    _Alignas(64) int done; /* number of its chunks that have ended */
    bool failed;
    share share[SHARES];
} team;

/* In the hostile build one call of 32 sleeps for up to a millisecond, as if the thread had lost the
 * processor. */
static void stumble(void)
{
#ifdef WG_HOSTILE
    static uint32_t places;
    uint32_t dice = __atomic_add_fetch(&places, 1, __ATOMIC_RELAXED) * 0x9E3779B9u;
    if (dice >> 27 == 0) usleep(dice >> 17 & 1023);
#endif
}

static void relax(int *spins)
{
#if defined(__x86_64__)
    __builtin_ia32_pause();
#endif
    if (++*spins > 4000) {
        *spins = 0;
        sched_yield();
    }
}

static void run_chunk(team *t, int i, int chunk, int thread)
{
    if (!__atomic_load_n(&t->failed, __ATOMIC_RELAXED) && !t->part(t->arg, i, chunk, t->chunks[i], thread))
        __atomic_store_n(&t->failed, true, __ATOMIC_RELAXED);
}

/* The rounding mode, and on x86-64 whether subnormal numbers count as zero. The caller's holds for all
 * threads of a region: else results would depend on the thread that computes them. */
#if defined(__x86_64__)
typedef unsigned float_mode;
static float_mode get_float_mode(void) { return __builtin_ia32_stmxcsr() & ~0x3FU; } /* without the flags */
static void set_float_mode(float_mode m) { __builtin_ia32_ldmxcsr(m); }
#else
typedef int float_mode;
static float_mode get_float_mode(void) { return fegetround(); }
static void set_float_mode(float_mode m) { fesetround(m); }
#endif

static pid_t of_first_region; /* the process that may have threads; 0: any */
static bool paused;

static void before_fork(void) { paused = omp_pause_resource_all(omp_pause_soft) == 0; }

static void in_child(void)
{
    if (paused) __atomic_store_n(&of_first_region, 0, __ATOMIC_RELAXED);
}

static void watch_forks(void) { pthread_atfork(before_fork, NULL, in_child); }

/* Whether threads of OpenMP can run in this process. */
static bool can_have_team(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    const pid_t here = getpid();
    pid_t was = 0;
    const bool first =
        __atomic_compare_exchange_n(&of_first_region, &was, here, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED);
    if (first) pthread_once(&once, watch_forks);
    return first || was == here;
}

static void raise_to(int *p, int i)
{
    int was = __atomic_load_n(p, __ATOMIC_RELAXED);
    while (was < i && !__atomic_compare_exchange_n(p, &was, i, true, __ATOMIC_RELEASE, __ATOMIC_RELAXED))
        continue;
}

/* Opens part i. Parts of a single chunk are run here at once, and the first part of several chunks is
 * opened. */
static void open_part(team *t, int i, int thread)
{
    while (i < t->parts && t->chunks[i] == 1) run_chunk(t, i++, 0, thread);
    __atomic_store_n(&t->done, 0, __ATOMIC_RELAXED);
    for (int s = 0; s < t->shares; s++) {
        stumble();
        __atomic_store_n(&t->share[s].claim, (uint64_t)i << 32, __ATOMIC_RELEASE);
    }
    stumble();
    raise_to(&t->open, i);
}

/* Runs the unclaimed chunks of share s. If a later part is opened meanwhile, its chunks are run, too. */
static void work_on(team *t, int s, int thread)
{
    for (;;) {
        uint64_t c = __atomic_fetch_add(&t->share[s].claim, 1, __ATOMIC_ACQUIRE);
        int i = (int)(c >> 32);
        if (i >= t->parts) return;
        int64_t all = t->chunks[i], chunk = all * s / t->shares + (int64_t)(uint32_t)c;
        if (chunk >= all * (s + 1) / t->shares) return;
        stumble();
        run_chunk(t, i, (int)chunk, thread);
        stumble();
        if (__atomic_add_fetch(&t->done, 1, __ATOMIC_ACQ_REL) == all) open_part(t, i + 1, thread);
    }
}

static void work(team *t, int thread)
{
    for (int spins = 0, i; (i = __atomic_load_n(&t->open, __ATOMIC_ACQUIRE)) < t->parts;) {
        for (int k = 0; k < t->shares; k++) work_on(t, (thread + k) % t->shares, thread);
        while (__atomic_load_n(&t->open, __ATOMIC_RELAXED) == i) relax(&spins);
    }
}

bool wgi_parts_run(wgi_part_fn part, void *arg, const int *chunks, int parts, int threads)
{
    bool any = false;
    for (int i = 0; i < parts && threads > 1; i++) any |= chunks[i] > 1;
    if (!any || !can_have_team()) return run_alone(part, arg, parts);
    const float_mode mode = get_float_mode();
    team t = { .part = part,
               .arg = arg,
               .chunks = chunks,
               .parts = parts,
               .shares = WGI_MIN(threads, SHARES),
               .open = -1 };
    for (int s = 0; s < t.shares; s++) t.share[s].claim = (uint64_t)parts << 32; /* no part is open */
#pragma omp parallel num_threads(threads)
    {
        if (omp_get_num_threads() == 1) /* to BLAS this region is not active */
            omp_set_num_threads(1);
        const float_mode own = get_float_mode();
        if (own != mode) set_float_mode(mode);
#pragma omp master
        open_part(&t, 0, 0);
        work(&t, omp_get_thread_num());
        if (own != mode) set_float_mode(own);
    }
    return !t.failed;
}

#else

int wgi_gate_open(void) { return 1; }
void wgi_gate_close(int was) { (void)was; }

bool wgi_parts_run(wgi_part_fn part, void *arg, const int *chunks, int parts, int threads)
{
    return run_alone(part, arg, parts);
}

#endif

int wgi_cores(void)
{
    cpu_set_t set;
    int n = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
    return n > 0 ? n : 1;
}

double wgi_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}
