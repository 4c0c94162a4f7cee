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
    size_t more = WGI_MAX(WGI_MAX(2 * *capacity, 16), need);
    void *p = wgi_work_temp(w, more, size);
    if (p && list) memcpy(p, list, *capacity * size);
    if (p) *capacity = more;
    return p ? p : list;
}

/* Whether a list of two begins with these types. */
static bool has_types(const wgi_work *w, const wg_type *t, const uint32_t *list, uint32_t count)
{
    bool same = true;
    for (uint32_t k = 0; k < count && same; k++)
        same = t[k].shape == w->g->node[list[k]].shape && t[k].dtype == w->g->node[list[k]].dtype;
    return same;
}

const wg_type *wgi_work_types(wgi_work *w, const uint32_t *list, uint32_t count)
{
    for (int j = 0; j < WGI_TYPES && count <= 2 && w->types[j]; j++)
        if (has_types(w, w->types[j], list, count)) return w->types[j];
    wg_type *t = wgi_work_keep(w, WGI_MAX(count, 2), sizeof *t);
    for (uint32_t k = 0; t && k < count; k++) {
        const wgi_node *m = &w->g->node[list[k]];
        t[k] = (wg_type){ m->shape, (wg_dtype)m->dtype };
    }
    if (count == 1 && t) t[1] = t[0]; /* for a node of two such operands */
    if (count <= 2) w->types[w->last_types++ % WGI_TYPES] = t;
    return t;
}

const void *wgi_work_attr(wgi_work *w, const wgi_node *n)
{
    if (!n->op->attr_size) return NULL;
    void *a = wgi_work_keep(w, 1, n->op->attr_size);
    return a ? memcpy(a, n->attr, n->op->attr_size) : NULL;
}
