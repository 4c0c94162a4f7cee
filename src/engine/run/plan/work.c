/* work.c: memory of a compilation: temporary memory, and memory that the plan keeps. */
#include "run/plan/plan.h"

static void *zeroed(wgi_arena *a, size_t size)
{
    void *p = wgi_arena_alloc(a, size);
    return p ? memset(p, 0, size) : NULL;
}

void *wgi_plan_keep(wgi_plan *p, size_t count, size_t size) { return zeroed(&p->arena, count * size); }

void *wgi_work_keep(wgi_work *w, size_t count, size_t size)
{
    void *p = wgi_plan_keep(w->p, count, size);
    w->failed |= !p;
    return p;
}

void *wgi_work_temp(wgi_work *w, size_t count, size_t size)
{
    void *p = zeroed(&w->g->temp, count * size);
    w->failed |= !p;
    return p;
}

void *wgi_work_copy(wgi_work *w, const void *list, size_t count, size_t size)
{
    void *p = wgi_work_keep(w, count, size);
    return p && count ? memcpy(p, list, count * size) : p;
}

void *wgi_work_grow(wgi_work *w, void *list, size_t *capacity, size_t need, size_t size)
{
    if (need <= *capacity) return list;
    size_t more = WGI_MAX(WGI_MAX(2 * *capacity, 16), need);
    void *p = wgi_work_temp(w, more, size);
    if (p && list) memcpy(p, list, *capacity * size);
    if (p) *capacity = more;
    return p ? p : list;
}

const void *wgi_work_attr(wgi_work *w, const wgi_node *n)
{
    return n->op->attr_size ? wgi_work_copy(w, n->attr, 1, n->op->attr_size) : NULL;
}
