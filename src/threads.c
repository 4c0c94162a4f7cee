/* threads.c: the one parallel region of a run, and what makes BLAS serial. OpenMP stands here alone.
 *
 * Parts run in order, each cut into chunks that threads claim. Nobody waits for a thread that has claimed nothing: beside a busy
 * process, where one thread is often not running, the others go on. Which thread runs a chunk never changes a bit.
 *
 * A BLAS call inside an active region of two threads or more runs serial; a team of one does not count, so there the gate
 * sets the calling thread's number to one. */
#include "wgi.h"

#if WG_WITH_OPENMP
#include <omp.h>
#endif
#include <sched.h>

static bool run_alone(wgi_part_fn part, void *arg, int parts)
{
    int  was = wgi_gate_open();
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

/* claim: part << 32 | next chunk. Only the thread that finishes a part's last chunk moves it to the next part. */
typedef struct team {
    wgi_part_fn part;
    void       *arg;
    const int  *chunks;
    int         parts;
    _Alignas(64) uint64_t claim;
    _Alignas(64) int done; /* chunks of the present part */
    bool failed;
} team;

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

static void work(team *t, int thread)
{
    for (int spins = 0;;) {
        uint64_t c = __atomic_fetch_add(&t->claim, 1, __ATOMIC_ACQUIRE);
        int      i = (int)(c >> 32), chunk = (int)(uint32_t)c;
        if (i >= t->parts) return;
        if (chunk < t->chunks[i]) {
            if (!__atomic_load_n(&t->failed, __ATOMIC_RELAXED) && !t->part(t->arg, i, chunk, t->chunks[i], thread))
                __atomic_store_n(&t->failed, true, __ATOMIC_RELAXED);
            if (__atomic_add_fetch(&t->done, 1, __ATOMIC_ACQ_REL) == t->chunks[i]) {
                __atomic_store_n(&t->done, 0, __ATOMIC_RELAXED);
                __atomic_store_n(&t->claim, (uint64_t)(i + 1) << 32, __ATOMIC_RELEASE);
            }
        } else {
            while ((int)(__atomic_load_n(&t->claim, __ATOMIC_RELAXED) >> 32) == i) relax(&spins);
        }
    }
}

bool wgi_parts_run(wgi_part_fn part, void *arg, const int *chunks, int parts, int threads)
{
    bool any = false;
    for (int i = 0; i < parts && threads > 1; i++) any |= chunks[i] > 1;
    if (!any) return run_alone(part, arg, parts);
    team t = { .part = part, .arg = arg, .chunks = chunks, .parts = parts };
#pragma omp parallel num_threads(threads)
    {
        if (omp_get_num_threads() == 1) /* a team of one is no team to BLAS */
            omp_set_num_threads(1);
        work(&t, omp_get_thread_num());
    }
    return !t.failed;
}

#else

int  wgi_gate_open(void) { return 1; }
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
    int       n = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
    return n > 0 ? n : 1;
}
