/* table.c: hash tables with open addressing. An entry stands at the place that its hash says, or behind it:
 * at the first place that was free. */
#include "base/base.h"

static void put(wgi_table *t, wgi_table_entry e)
{
    size_t i = e.hash & (t->size - 1);
    while (t->at[i].item) i = (i + 1) & (t->size - 1);
    t->at[i] = e;
}

bool wgi_table_room(wg_context *c, wgi_table *t)
{
    if (2 * (t->count + 1) <= t->size) return true;
    wgi_table was = *t;
    size_t size = was.size ? 2 * was.size : 16;
    wgi_table_entry *at = wg_alloc(c, size, sizeof *at);
    if (!at) return false;
    t->at = at, t->size = size;
    for (size_t i = 0; i < was.size; i++)
        if (was.at[i].item) put(t, was.at[i]);
    wg_free(c, was.at);
    return true;
}

void wgi_table_add(wgi_table *t, uint64_t hash, uint32_t item)
{
    put(t, (wgi_table_entry){ (uint32_t)hash, item });
    t->count++;
}

/* Whether an entry of this hash, which stands at `from`, may be moved to the free place `to` before it: its
 * own place must not lie between them. */
static bool may_move(const wgi_table *t, uint32_t hash, size_t from, size_t to)
{
    const size_t mask = t->size - 1;
    return ((from - hash) & mask) >= ((from - to) & mask);
}

/* The entries behind the one that is removed, up to the next free place, are moved into the gap if a search
 * would no longer find them. */
void wgi_table_remove(wgi_table *t, uint64_t hash, uint32_t item)
{
    const size_t mask = t->size - 1;
    size_t gap = (uint32_t)hash & mask;
    while (t->at[gap].item != item) gap = (gap + 1) & mask;
    for (size_t i = (gap + 1) & mask; t->at[i].item; i = (i + 1) & mask)
        if (may_move(t, t->at[i].hash, i, gap)) {
            t->at[gap] = t->at[i];
            gap = i;
        }
    t->at[gap] = (wgi_table_entry){ 0 };
    t->count--;
}

/* A table that is much larger than its last use is freed: clearing it would cost more than the next use. */
void wgi_table_clear(wg_context *c, wgi_table *t)
{
    if (!t->count) return;
    if (16 * t->count < t->size) wgi_table_free(c, t);
    else memset(t->at, 0, t->size * sizeof *t->at);
    t->count = 0;
}

void wgi_table_free(wg_context *c, wgi_table *t)
{
    wg_free(c, t->at);
    *t = (wgi_table){ 0 };
}
