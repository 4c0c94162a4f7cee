/* lang_owned.c: the names that own parameters or random numbers in a build. Two calls of a function under one
 * name would share parameters without notice, so the second one is an error. */
#include "lang/lang.h"

#include <string.h>

typedef struct entry {
    struct entry *next; /* in its slot */
    bool taken;
    char name[];
} entry;

struct wgi_owned {
    entry *slot[1024];
    entry **order; /* the names that are taken, in order */
    uint32_t count, room;
};

static uint32_t slot_of(const char *name)
{
    uint32_t h = 0x811c9dc5u;
    for (; *name; name++) h = (h ^ (unsigned char)*name) * 0x01000193u;
    return (h ^ h >> 10 ^ h >> 20) % 1024;
}

static struct wgi_owned *table_of(wg_program *q)
{
    if (!q->owned) q->owned = wgi_lang_built(q, sizeof *q->owned);
    return q->owned;
}

static entry *entry_of(wg_program *q, const char *name)
{
    entry **place = &q->owned->slot[slot_of(name)];
    for (entry *e = *place; e; e = e->next)
        if (!strcmp(e->name, name)) return e;
    entry *e = wgi_lang_built(q, sizeof *e + strlen(name) + 1);
    if (!e) return NULL;
    strcpy(e->name, name);
    e->next = *place;
    return *place = e;
}

static bool has_room(wg_program *q, struct wgi_owned *o)
{
    if (o->count < o->room) return true;
    const uint32_t more = o->room ? 2 * o->room : 64;
    entry **order = wgi_lang_built(q, more * sizeof *order);
    if (!order) return false;
    if (o->count) memcpy(order, o->order, o->count * sizeof *order);
    o->order = order;
    o->room = more;
    return true;
}

bool wgi_own(wg_program *q, const char *name, const char *part)
{
    char text[WGI_LANG_PATH + WGI_LANG_NAME + 16];
    struct wgi_owned *o = table_of(q);
    snprintf(text, sizeof text, "%s%s", name, part);
    entry *e = o && has_room(q, o) ? entry_of(q, text) : NULL;
    if (!e || e->taken) return false;
    e->taken = true;
    o->order[o->count++] = e;
    return true;
}

uint32_t wgi_owned_count(const wg_program *q) { return q->owned ? q->owned->count : 0; }

void wgi_disown(wg_program *q, uint32_t count)
{
    while (wgi_owned_count(q) > count) q->owned->order[--q->owned->count]->taken = false;
}
