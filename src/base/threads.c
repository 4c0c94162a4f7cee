/* threads.c: the one parallel region of a run, and what makes BLAS serial. OpenMP stands here alone.
 *
 * Parts run in order, each cut into chunks. A thread claims first those of its own share, which lie where they lay in the part
 * before, so that what it reads is what it wrote; then those that others have not claimed. Nobody waits for a thread that has
 * claimed nothing: beside a busy process, where one thread is often not running, the others go on. Which thread runs a chunk
 * never changes a bit.
 *
 * Invariants of a region, wherever a thread loses the processor:
 * - Only the thread that ends the last chunk of a part opens the next. So `done` is set to 0 while nobody counts.
 * - A part opens with one store to each share's claim, in order. The last share always has a chunk. So the part cannot end, nor
 *   the next one open, before the last of these stores. From the first opening on, the part in a claim only grows.
 * - A claim says its part. A late thread's fetch_add claims a chunk of the part that is open now, or nothing.
 * - In one part a thread adds to a share's claim once for each chunk that it gets, and once in vain for each value of `open`
 *   that it sees. So the low half stays below the chunks and a few for each thread, and never carries into the part.
 * - `open` only grows. It is stored after the claims: meanwhile others may have run that part and opened later ones. A late
 *   thread must not store its smaller number then. All threads would wait for the end of a part that has ended.
 *
 * A BLAS call inside an active region of two threads or more runs serial; a team of one does not count, so there the gate
 * sets the calling thread's number to one. */
#include "base/base.h"

#if WG_WITH_OPENMP
#include <omp.h>
#endif
#include <sched.h>
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

enum { SHARES = 64 }; /* more threads than that have none of their own */

typedef struct share {
    _Alignas(64) uint64_t claim; /* part << 32 | next of its chunks */
} share;

typedef struct team {
    wgi_part_fn part;
    void *arg;
    const int *chunks;
    int parts, shares;
    _Alignas(64) int open; /* the part whose shares can be claimed */
    _Alignas(64) int done; /* of its chunks */
    bool failed;
    share share[SHARES];
} team;

/* A place where a thread may lose the processor. In the hostile build it does at one of 32, for up to a millisecond. */
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

static void raise_to(int *p, int i)
{
    int was = __atomic_load_n(p, __ATOMIC_RELAXED);
    while (was < i && !__atomic_compare_exchange_n(p, &was, i, true, __ATOMIC_RELEASE, __ATOMIC_RELAXED))
        continue;
}

/* Part i, or the first after it that is worth sharing: those before it are run here. */
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

/* Runs what is left of a share. It may have been opened anew meanwhile: then that part is run. */
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
    if (!any) return run_alone(part, arg, parts);
    team t = { .part = part,
               .arg = arg,
               .chunks = chunks,
               .parts = parts,
               .shares = WGI_MIN(threads, SHARES),
               .open = -1 };
    for (int s = 0; s < t.shares; s++) t.share[s].claim = (uint64_t)parts << 32; /* nothing yet */
#pragma omp parallel num_threads(threads)
    {
        if (omp_get_num_threads() == 1) /* a team of one is no team to BLAS */
            omp_set_num_threads(1);
#pragma omp master
        open_part(&t, 0, 0);
        work(&t, omp_get_thread_num());
    }
    return !t.failed;
}

#else

int wgi_gate_open(void) { return 1; }
void wgi_gate_close(int was) { (void)was; }

bool wgi_parts_run(wgi_part_fn part, void *arg, const int *chunks, int parts, int threads)
{
    (void)chunks;
    (void)threads;
    return run_alone(part, arg, parts);
}

#endif

int wgi_cores(void)
{
    cpu_set_t set;
    int n = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
    return n > 0 ? n : 1;
}
