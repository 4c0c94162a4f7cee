/* interned.c: interned shapes: one record for each shape that a context uses. A record is freed when nothing
 * uses it any more, and new shapes take its memory. */
#include "base/base.h"

static uint64_t shape_hash(const wg_shape *s)
{
    uint64_t h = wgi_mix(0x51ed27, (uint64_t)s->rank);
    for (int i = 0; i < s->rank; i++) h = wgi_mix(h, (uint64_t)s->dim[i]);
    return h;
}

/* A record for a new shape, all zero but for its number. NULL: out of memory. */
static wgi_shape *record(wg_context *c)
{
    struct wgi_shapes *all = &c->shapes;
    wgi_shape *n = all->spare;
    if (n) all->spare = n->next;
    else if (WGI_GROW(c, all->record, all->capacity, all->records + 1) &&
             (n = wgi_arena_alloc(&c->arena, sizeof *n)))
        all->record[all->records++] = n, n->number = (uint32_t)all->records;
    if (n) *n = (wgi_shape){ .number = n->number };
    return n;
}

const wg_shape *wgi_intern(wg_context *c, const wg_shape *s)
{
    struct wgi_shapes *all = &c->shapes;
    const uint64_t h = shape_hash(s);
    uint32_t i;
    for (size_t at = WGI_FIRST; (i = wgi_table_next(&all->table, h, &at));)
        if (wgi_same_shape(&all->record[i - 1]->s, s)) return &all->record[i - 1]->s;
    wgi_shape *n = wgi_table_room(c, &all->table) ? record(c) : NULL;
    if (!n) return NULL;
    n->s.rank = s->rank;
    memcpy(n->s.dim, s->dim, sizeof s->dim[0] * (size_t)s->rank);
    n->size = wg_shape_size(*s);
    n->hash = h;
    wgi_table_add(&all->table, h, n->number);
    c->litter++;
    return &n->s;
}

static void to_free(wg_context *c, wgi_shape *n)
{
    const uint32_t number = n->number;
    wgi_table_remove(&c->shapes.table, n->hash, number);
    c->shapes.freed++;
#ifdef WG_HOSTILE
    memset(n, WGI_POISON, sizeof *n);
#endif
    n->number = number, n->is_spare = true, n->next = c->shapes.spare;
    c->shapes.spare = n;
}

void wgi_shapes_free_unused(wg_context *c)
{
    for (size_t i = 0; i < c->shapes.records; i++) {
        wgi_shape *n = c->shapes.record[i];
        if (!n->is_spare && !n->used && !n->holders) to_free(c, n);
        n->used = false;
    }
}
