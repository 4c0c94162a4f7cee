/* threads.c: the one parallel region of a run, and what makes BLAS serial. OpenMP stands here alone.
 * A BLAS call inside an active region of two threads or more runs serial; a team of one does not count, so there the gate
 * sets the calling thread's number to one. */
#include "wgi.h"

#if WG_WITH_OPENMP
#include <omp.h>
#endif
#include <sched.h>

#if WG_WITH_OPENMP

int wgi_gate_open(void)
{
    int was = omp_get_max_threads();
    if (was != 1)
        omp_set_num_threads(1);
    return was;
}

void wgi_gate_close(int was)
{
    if (was != 1)
        omp_set_num_threads(was);
}

bool wgi_parts_run(wgi_part_fn part, void *arg, const bool *wide, int parts, int threads)
{
    bool any = false, failed = false;
    for (int i = 0; i < parts && threads > 1; i++)
        any |= wide[i];
    if (!any) {
        int was = wgi_gate_open();
        for (int i = 0; i < parts && !failed; i++)
            failed = !part(arg, i, 0, 1);
        wgi_gate_close(was);
        return !failed;
    }
#pragma omp parallel num_threads(threads)
    {
        int  t = omp_get_thread_num(), n = omp_get_num_threads();
        bool pending = false; /* narrow parts since the last barrier */
        if (n == 1) /* a team of one is no team to BLAS */
            omp_set_num_threads(1);
        for (int i = 0; i < parts; i++) {
            if (wide[i] && pending) {
#pragma omp barrier
                pending = false;
            }
            bool stop = __atomic_load_n(&failed, __ATOMIC_RELAXED);
            if ((wide[i] || t == 0) && !stop && !part(arg, i, wide[i] ? t : 0, wide[i] ? n : 1))
                __atomic_store_n(&failed, true, __ATOMIC_RELAXED);
            if (wide[i]) {
#pragma omp barrier
            } else {
                pending = true;
            }
        }
    }
    return !failed;
}

#else

int  wgi_gate_open(void) { return 1; }
void wgi_gate_close(int was) { (void)was; }

bool wgi_parts_run(wgi_part_fn part, void *arg, const bool *wide, int parts, int threads)
{
    (void)wide;
    (void)threads;
    for (int i = 0; i < parts; i++)
        if (!part(arg, i, 0, 1))
            return false;
    return true;
}

#endif

int wgi_cores(void)
{
    cpu_set_t set;
    int       n = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
    return n > 0 ? n : 1;
}
