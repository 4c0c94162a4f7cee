/* clock.c: notes when each thread began and ended its part of each step of a plan. */
#include "run/plan/plan.h"

bool wgi_clock_start(wgi_clock *k, wgi_plan *p, int threads)
{
    size_t n = (size_t)WGI_MAX(p->steps, 1) * (size_t)threads;
    wgi_arena_reset(&k->arena);
    k->plan = p;
    k->begin = wgi_arena_alloc(&k->arena, 2 * n * sizeof *k->begin);
    if (!k->begin) return false;
    memset(k->begin, 0, 2 * n * sizeof *k->begin);
    k->end = k->begin + n;
    return true;
}

void wgi_clock_note(wgi_clock *k, int step, int thread, double begin)
{
    int i = thread * k->plan->steps + step;
    if (!k->begin[i]) k->begin[i] = begin;
    k->end[i] = wgi_now();
}
