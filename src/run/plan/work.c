/* work.c: memory of a compilation: what ends with it, and what the plan keeps. */
#include "run/plan/plan.h"

void *wgi_work_temp(wgi_work *w, size_t count, size_t size)
{
    void *p = wgi_arena_alloc(&w->g->temp, count * size);
    if (p) memset(p, 0, count * size);
    w->failed |= !p;
    return p;
}

void *wgi_work_keep(wgi_work *w, size_t count, size_t size)
{
    void *p = wgi_arena_alloc(&w->p->arena, count * size);
    if (p) memset(p, 0, count * size);
    w->failed |= !p;
    return p;
}

void *wgi_work_grow(wgi_work *w, void *list, size_t *capacity, size_t need, size_t size)
{
    if (need <= *capacity) return list;
    size_t more = WGI_MAX(2 * *capacity, 16);
    void  *p = wgi_work_temp(w, more, size);
    if (p && list) memcpy(p, list, *capacity * size);
    if (p) *capacity = more;
    return p ? p : list;
}
