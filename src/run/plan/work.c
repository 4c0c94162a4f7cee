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

/* Whether the list t, of two types, begins with the types of these nodes. */
static bool has_types(const wgi_work *w, const wg_type *t, const uint32_t *list, uint32_t count)
{
    bool same = true;
    for (uint32_t k = 0; k < count && same; k++)
        same = t[k].shape == w->node[list[k]].shape && t[k].dtype == w->node[list[k]].dtype;
    return same;
}

const wg_type *wgi_work_types(wgi_work *w, const uint32_t *list, uint32_t count)
{
    for (int j = 0; j < WGI_TYPES && count <= 2 && w->types[j]; j++)
        if (has_types(w, w->types[j], list, count)) return w->types[j];
    wg_type *t = wgi_work_keep(w, WGI_MAX(count, 2), sizeof *t);
    for (uint32_t k = 0; t && k < count; k++) t[k] = wgi_type_of(&w->node[list[k]]);
    if (count == 1 && t) t[1] = t[0]; /* so that a node with two such operands can use the list */
    if (count <= 2) w->types[w->last_types++ % WGI_TYPES] = t;
    return t;
}

const void *wgi_work_attr(wgi_work *w, const wgi_node *n)
{
    return n->op->attr_size ? wgi_work_copy(w, n->attr, 1, n->op->attr_size) : NULL;
}
