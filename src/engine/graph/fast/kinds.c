/* kinds.c: answers that are kept for nodes of one kind: nodes with equal ops, options and types of operands.
 * A program that is built anew in each step has many nodes of few kinds. What follows from the kind alone is
 * computed for the first of them. */
#include "graph/graph.h"

/* KINDS: of a table. PLACES: where a kind may be. */
#ifdef WG_HOSTILE
enum { KINDS = 4, PLACES = 4 };
#else
enum { KINDS = 128, PLACES = 4 };
#endif

typedef struct table {
    size_t size;                   /* bytes of an entry */
    uint32_t turn;                 /* how many kinds have taken the place of another */
    char *entry;                   /* KINDS of them; NULL: none yet */
    wgi_kind_entry *last[WGI_OPS]; /* by the place of an op: its last kind, which is tried first */
} table;

struct wgi_kinds {
    uint64_t known; /* wg_context.shapes.freed, when the tables were looked at last */
    table of[WGI_KIND_ANSWERS];
};

_Static_assert(sizeof(wgi_shape) >= 64 && (int)WG_DTYPE_COUNT <= 64, "wgi_type_word");

static wgi_kind_entry *entry(const table *t, uint32_t i)
{
    return (wgi_kind_entry *)(void *)(t->entry + i * t->size);
}

static bool is_of(const wgi_kind_entry *e, const wgi_kind *k)
{
    if (e->kind.op != k->op || e->kind.words != k->words) return false;
    for (int i = 0; i < k->words; i++)
        if (e->kind.word[i] != k->word[i]) return false;
    return wgi_options_same(k->op, e->options, k->attr);
}

static uint32_t place_of(const wgi_kind *k)
{
    uint64_t h = (uintptr_t)k->op ^ (k->op->attr_size ? wgi_attr_hash(k->op, k->attr) : 0);
    for (int i = 0; i < k->words; i++) h = (h ^ k->word[i]) * 0xC2B2AE3D27D4EB4Fu;
    return (uint32_t)((h ^ h >> 29) * 0x9E3779B97F4A7C15u >> 32) % (KINDS / PLACES) * PLACES;
}

/* The answers' own memory stays. */
static void forget(table *t)
{
    for (uint32_t i = 0; t->entry && i < KINDS; i++) entry(t, i)->kind.op = NULL;
    memset((void *)t->last, 0, sizeof t->last);
}

/* Another shape may have got the address of one that was freed: then all kinds go. */
static table *table_of(wg_context *c, wgi_kind_answer which, size_t size)
{
    if (wgi_without(c, WG_WITHOUT_KINDS)) return NULL;
    if (!c->graphs.kinds) c->graphs.kinds = wg_alloc(c, 1, sizeof *c->graphs.kinds);
    if (!c->graphs.kinds) return NULL;
    for (int i = 0; i < WGI_KIND_ANSWERS && c->graphs.kinds->known != c->shapes.freed; i++)
        forget(&c->graphs.kinds->of[i]);
    c->graphs.kinds->known = c->shapes.freed;
    table *t = &c->graphs.kinds->of[which];
    if (!t->entry) t->entry = wg_alloc(c, KINDS, t->size = size);
    return t->entry ? t : NULL;
}

/* The entry of k among its places, or one that it may have; NULL: all are busy. */
static wgi_kind_entry *find(table *t, const wgi_kind *k)
{
    const uint32_t first = place_of(k);
    for (uint32_t i = first; i < first + PLACES; i++)
        if (!entry(t, i)->kind.op || is_of(entry(t, i), k)) return entry(t, i);
    for (int tries = 0; tries < PLACES; tries++) {
        wgi_kind_entry *e = entry(t, first + t->turn++ % PLACES);
        if (!e->busy) return e->kind.op = NULL, e;
    }
    return NULL;
}

void *wgi_kind_entry_of(wg_context *c, wgi_kind_answer which, size_t size, const wgi_kind *k)
{
    table *t = table_of(c, which, size);
    if (!t) return NULL;
    wgi_kind_entry **last = &t->last[wgi_op_place(k->op)];
    if (*last && is_of(*last, k)) return *last;
    wgi_kind_entry *e = find(t, k);
    if (!e) return NULL;
    if (!e->kind.op) {
        e->kind = *k;
        e->state = WGI_KIND_UNKNOWN;
        if (k->op->attr_size) memcpy(e->options, k->attr, k->op->attr_size);
    }
    return *last = e;
}
