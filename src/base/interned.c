/* interned.c: interned shapes: one record for each shape that a context uses. A record is freed when nothing
 * uses it any more, and new shapes take its memory. */
#include "base/base.h"

static uint64_t shape_hash(const wg_shape *s)
{
    uint64_t h = wgi_mix(0x51ed27, (uint64_t)s->rank);
    for (int i = 0; i < s->rank; i++) h = wgi_mix(h, (uint64_t)s->dim[i]);
    return h;
}

static uint32_t slot_of(const wg_context *c, const wg_shape *s, uint64_t h)
{
    uint32_t mask = c->shape_capacity - 1, i = (uint32_t)h & mask;
    while (c->shapes[i] && !wgi_same_shape(&c->shapes[i]->s, s)) i = (i + 1) & mask;
    return i;
}

static bool shapes_grow(wg_context *c)
{
    uint32_t old = c->shape_capacity, more = old ? 2 * old : 64;
    wgi_shape **was = c->shapes, **now = wg_alloc(c, more, sizeof *now);
    if (!now) return false;
    c->shapes = now;
    c->shape_capacity = more;
    for (uint32_t i = 0; i < old; i++)
        if (was[i]) now[slot_of(c, &was[i]->s, was[i]->hash)] = was[i];
    wg_free(c, was);
    return true;
}

static wgi_shape *record(wg_context *c)
{
    wgi_shape *n = c->free_shapes;
    if (n) c->free_shapes = n->next;
    else n = wgi_arena_alloc(&c->arena, sizeof *n);
    return n ? memset(n, 0, sizeof *n) : NULL;
}

const wg_shape *wgi_intern(wg_context *c, const wg_shape *s)
{
    if (2 * (c->shape_count + 1) > c->shape_capacity && !shapes_grow(c)) return NULL;
    uint64_t h = shape_hash(s);
    uint32_t i = slot_of(c, s, h);
    if (!c->shapes[i]) {
        wgi_shape *n = record(c);
        if (!n) return NULL;
        n->s.rank = s->rank;
        memcpy(n->s.dim, s->dim, sizeof s->dim[0] * (size_t)s->rank);
        n->size = wg_shape_size(*s);
        n->hash = h;
        c->shapes[i] = n;
        c->shape_count++;
        c->litter++;
    }
    return &c->shapes[i]->s;
}

static void to_free(wg_context *c, wgi_shape *n)
{
    c->shapes_freed++;
#ifdef WG_HOSTILE
    memset(n, WGI_POISON, sizeof *n);
#endif
    n->next = c->free_shapes;
    c->free_shapes = n;
}

/* The places of a table with open addressing depend on each other. So those that stay are entered anew,
 * linked by `next` in the meantime. */
void wgi_shapes_free_unused(wg_context *c)
{
    wgi_shape *stay = NULL, *next;
    for (uint32_t i = 0; i < c->shape_capacity; i++) {
        wgi_shape *n = c->shapes[i];
        if (!n) continue;
        c->shapes[i] = NULL;
        if (n->used || n->holders) n->next = stay, stay = n;
        else to_free(c, n);
    }
    c->shape_count = 0;
    for (; stay; stay = next, c->shape_count++) {
        next = stay->next;
        stay->used = false;
        c->shapes[slot_of(c, &stay->s, stay->hash)] = stay;
    }
}
