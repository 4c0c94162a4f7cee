/* base.h: the lowest room: memory, errors, dtypes and shapes, random bits, threads. It knows nothing of
 * graphs. */
#ifndef WGI_BASE_H
#define WGI_BASE_H

#include <math.h>
#include <stdarg.h>
#include <string.h>

#include "wengert/kernel.h"
#include "wengert/state.h"
#include "wgx/base.h"

#ifdef WG_HOSTILE
enum { WGI_CHUNK = 256, WGI_POISON = 0xAB };
#else
enum { WGI_CHUNK = 1 << 16, WGI_POISON = 0 };
#endif

/* A condition that always holds. Only the hostile build checks it. */
#ifdef WG_HOSTILE
#include <assert.h>
#define WGI_ASSERT(holds) assert(holds)
#else
#define WGI_ASSERT(holds) ((void)0)
#endif

#define WGI_MIN(a, b) ((a) < (b) ? (a) : (b))
#define WGI_MAX(a, b) ((a) > (b) ? (a) : (b))

static inline uint64_t wgi_mix(uint64_t h, uint64_t v)
{
    h = (h ^ v) * 0x9E3779B97F4A7C15u;
    return h ^ (h >> 29);
}

/* ---- arena.c ---- */

/* An arena gives out memory from large chunks and frees it all at once. A chunk keeps its address until
 * wgi_arena_free. A block of up to 8 bytes is aligned to 8, one of less than 64 to 16, a larger one to 64. */
typedef struct wgi_chunk wgi_chunk;
typedef struct wgi_arena {
    wg_context *c;
    wgi_chunk *first, *now; /* all chunks; the one that memory is taken from */
    char *at, *end;         /* the free part of `now` */
    bool tight;             /* its chunks grow slowly, so that little of its memory stays unused */
    bool sheds;             /* a large chunk that is free and too small for a block is freed */
    size_t grown;           /* the size of the last chunk that was not made for one large block */
} wgi_arena;
void *wgi_arena_more(wgi_arena *a, size_t size); /* the general case of wgi_arena_alloc */
static inline size_t wgi_arena_rounded(size_t size) { return (size + !size + 7) & ~(size_t)7; }
static inline size_t wgi_arena_alignment(size_t size) { return size <= 8 ? 8 : size < 64 ? 16 : 64; }
/* Not zeroed; NULL: no memory, the error is recorded. */
static inline void *wgi_arena_alloc(wgi_arena *a, size_t size)
{
#ifndef WG_HOSTILE
    const uintptr_t to = wgi_arena_alignment(size), at = ((uintptr_t)a->at + to - 1) & ~(to - 1);
    const size_t rounded = wgi_arena_rounded(size);
    if (a->at && size <= SIZE_MAX / 4 && at + rounded <= (uintptr_t)a->end) {
        a->at = (char *)at + rounded;
        return (char *)at;
    }
#endif
    return wgi_arena_more(a, size);
}
void *wgi_arena_zeroed(wgi_arena *a, size_t size);
void wgi_arena_reset(wgi_arena *a); /* all of its memory is free again; the chunks stay */
void wgi_arena_free(wgi_arena *a);
char *wgi_arena_text(wgi_arena *a, const char *s); /* a copy of s */
/* wgi_arena_rewind frees what was allocated since wgi_arena_place. A place becomes invalid when an earlier
 * one is rewound to, or the arena is reset. */
typedef struct wgi_place {
    wgi_chunk *now;
    char *at, *end;
} wgi_place;
static inline wgi_place wgi_arena_place(const wgi_arena *a) { return (wgi_place){ a->now, a->at, a->end }; }
static inline void wgi_arena_rewind(wgi_arena *a, wgi_place p)
{
    if (!p.now) {
        wgi_arena_reset(a);
        return;
    }
    a->now = p.now;
    a->at = p.at;
    a->end = p.end;
}
size_t wgi_arena_bytes(const wgi_arena *a);            /* of its chunks */
bool wgi_arena_has(const wgi_arena *a, const void *p); /* whether p is in one of its chunks */

/* ---- table.c ---- */

/* A hash table of numbers above 0, which stand for things of the table's owner: indices plus 1, say. The
 * table knows their hashes alone. The owner compares the things. */
typedef struct wgi_table_entry {
    uint32_t hash, item; /* item 0: a free place */
} wgi_table_entry;
typedef struct wgi_table {
    wgi_table_entry *at;
    size_t count, size; /* at most half of the places are taken; their number is a power of 2 */
} wgi_table;
bool wgi_table_room(wg_context *c, wgi_table *t); /* makes room for one more entry; false: out of memory */
void wgi_table_add(wgi_table *t, uint64_t hash, uint32_t item);    /* after wgi_table_room */
void wgi_table_remove(wgi_table *t, uint64_t hash, uint32_t item); /* which must be there */
void wgi_table_clear(wg_context *c, wgi_table *t);
void wgi_table_free(wg_context *c, wgi_table *t);
/* The items of a hash, one a call; 0: there are no more.
 *     for (size_t at = WGI_FIRST; (item = wgi_table_next(t, hash, &at));) if (it is the one) ... */
#define WGI_FIRST SIZE_MAX
static inline uint32_t wgi_table_next(const wgi_table *t, uint64_t hash, size_t *at)
{
    size_t i = *at == WGI_FIRST ? (uint32_t)hash : *at + 1;
    if (!t->size) return 0;
    for (i &= t->size - 1; t->at[i].item; i = (i + 1) & (t->size - 1))
        if (t->at[i].hash == (uint32_t)hash) break;
    *at = i;
    return t->at[i].item;
}

/* ---- context.c ---- */

typedef struct wgi_block wgi_block;
struct wgi_block { /* stands before each block of wg_alloc; 64 bytes, so that blocks are aligned to 64 */
    wgi_block *prev, *next;
    size_t size; /* that the allocator was asked for */
    void *base;  /* that the allocator returned */
    wg_context *c;
    char pad[24];
};
typedef struct wgi_shape {
    wg_shape s;   /* must be first: wgi_size makes a wgi_shape pointer of a node's shape pointer */
    int64_t size; /* the number of elements */
    uint64_t hash;
    uint32_t number;        /* of its record, from 1 */
    uint32_t holders;       /* plans that have it: it is not freed */
    bool used;              /* by a node, as far as wgi_free_unused has seen */
    bool is_spare;          /* its shape was freed */
    struct wgi_shape *next; /* of the spare records */
} wgi_shape;
enum { WGI_WARNED = 128 }; /* as many warnings are given */

typedef struct wgi_plan wgi_plan;
typedef struct wgi_trace wgi_trace;
/* What files keep in the context. Of what rooms above keep, base knows the names alone. */
struct wgi_shapes {     /* interned.c */
    wgi_table table;    /* of the interned shapes, by their numbers */
    wgi_shape **record; /* number i is record[i - 1] */
    size_t records, capacity;
    wgi_shape *spare;       /* those of shapes that were freed, for new ones */
    uint64_t freed;         /* how many: who has a table of interned shapes must forget it then */
    const wg_shape *scalar; /* the interned shape of rank 0 */
};
struct wgi_site_texts {           /* sites.c */
    wgx_sites *first, *own;       /* all wgx_sites; the one of wg_site_keep */
    struct wgi_site_chunk *chunk; /* their memory */
    size_t chunks, capacity;
};
struct wgi_told {                /* error.c */
    uint64_t warned[WGI_WARNED]; /* hashes of the warnings that were given */
    uint32_t warnings;           /* their number */
    wg_site named[64];           /* sites where wg_options_named found nothing wrong, by hash */
};
struct wgi_late_regions {          /* region.c */
    double lost, at;               /* seconds that late regions have cost, and when the last of them was */
    double alone_until, alone_for; /* until when one thread works alone, and how long in all */
};
/* The error of a call that got no object, kept for this context: lost.c. Other threads may look at these. */
struct wgi_lost {
    wg_context *next, *before; /* in the list of all contexts of the process */
    uint64_t thread;           /* the last that has used the context, as far as is known */
    bool failed;               /* the context has an error of its own */
    wg_status status;          /* of the error that is kept; WG_OK: none is */
    uint64_t serial;           /* of that error, which is kept for the other contexts of the thread, too */
    char message[512];
};
struct wgi_last {      /* the last serial numbers that were given */
    uint64_t recovery; /* number of wg_recover calls: wg_graph.failed_at is compared with it */
    uint64_t evaluation, plan;
    uint64_t structure;  /* of a structure, its leaves, or a request */
    uint32_t generation; /* of a build of a graph, or of the nodes behind those that were removed */
};
struct wgi_graphs {                  /* of graph/ */
    struct wg_graph *first, *tracer; /* every graph; the graph that derivative rules are traced in */
    struct wg_graph *freed;          /* memory of graphs that were freed, for new ones: handles to their
                                          nodes can still be refused */
    struct wg_graph *guarded;        /* of another context: it is shut while a rule runs in this one:
                                      * busy.c */
    struct wgi_kinds *kinds;         /* what is kept for nodes of one kind: kinds.c */
    uint32_t busy;                   /* how many graphs are busy: busy.c */
    int count;                       /* of the list that begins with `first` */
};
struct wgi_plans {            /* of run/ */
    wgi_plan *first, *oldest; /* the cache, most recently used first: plan/cache.c */
    struct wgi_plan_tables *tables;
    int count;
    size_t bytes;                /* memory of all plans */
    struct wgi_learned *learned; /* places of requests whose plans have learned what to keep */
    struct wgi_cost *costs;      /* hash table of the requests that were interpreted: plan/answer.c */
    uint32_t cost_count;
    wgi_trace *traces; /* of derivative rules: trace_rule.c */
};

/* The processes that train together, as the rooms below group/ see them. The first member of wg_group. */
typedef struct wgi_team {
    void (*end)(wg_context *c); /* wg_finish comes: the other processes get this one's error, and it theirs */
    bool mute;                  /* another process prints the error */
    void (*state_made)(wg_context *c, const void *parameter); /* a wgi_parameter, a state, has its first
                                                               * values */
} wgi_team;

struct wg_context {
    wg_allocator memory;
    volatile int interrupt; /* by wg_interrupt, a signal handler perhaps */
    int64_t polled;         /* when on_poll was called, in ms */
    wgi_block *blocks;      /* every block of wg_alloc that is not freed */
    int isa;                /* index of the instruction set in wg_op.kernel */
    wg_status status;
    char message[1024];
    bool widens;     /* rules of users compute in f64 what they say in f32: a graph of f32 was replayed in
                      * f64 */
    bool patient;    /* an interrupt waits until what is computed now is done */
    int quiet;       /* more than 0 between wgi_quiet_begin and wgi_quiet_end: errors get no message */
    bool fixed;      /* the context that wg_start returns without memory. It is constant: never write to it */
    wgi_arena arena; /* interned shapes and traces: freed with the context */
    struct wgi_shapes shapes;
    struct wgi_site_texts sites;
    /* What was made and may be unused now, since wgi_free_unused has looked; from how much on it looks. A
     * shape counts 1. */
    size_t litter, litter_limit;
    struct wgi_told told;
    struct wgi_late_regions late;
    struct wgi_last last;
    struct wgi_lost lost;
    struct wgi_saved_memory *saved; /* of wg_save_with, the newest first: save_with.c */
    struct wg_params *params;       /* the newest first: params/params.c */
    struct wg_params *earlier;      /* the owner of the copies of graph/earlier.c */
    uint64_t draws;                 /* the last stream of wgx_graph_draw_anew */
    struct wgi_graphs graphs;
    struct wgi_plans plans;
    wgi_team *team;          /* NULL: this process is alone */
    bool threads_by_default; /* nobody has said how many */
    wg_dtype samples;        /* of floats in samples, for tests: ops/samples.c; 0: as `o` says */
    wg_start_opts o;         /* the last member: a struct of options has no others behind it */
};

static inline bool wgi_without(const wg_context *c, unsigned ways) { return c->o.without & ways; }
static inline bool wgi_ok(const wg_context *c) { return c && !c->status; }
/* Whether the work must end: on_poll has said so, or wg_interrupt. Then it is an error that is recorded. Call
 * it in each loop that may be long, in the thread that was called. */
bool wgi_is_interrupted(wg_context *c, wg_site here);
static inline bool wgi_interrupted(wg_context *c, wg_site here)
{
    return (c->interrupt || c->o.on_poll) && wgi_is_interrupted(c, here);
}
/* The best instruction set of this processor and build, as an index of wg_op.kernel. */
int wgi_isa_best(void);
extern const char *const wgi_isa_names[WG_ISAS]; /* the words of WG_ISA */

/* ---- lost.c ---- */

void wgi_context_starts(wg_context *c);
void wgi_context_ends(wg_context *c);
void wgi_context_failed(wg_context *c, bool on); /* it has an error of its own, or has none any more */
void wgi_context_moves(wg_context *c);           /* to the thread that calls this */
uint64_t wgi_thread(void);                       /* a number of the calling thread; no other has it */
/* The thread uses the context, which may have come from another one. */
static inline void wgi_context_used(wg_context *c)
{
    if (c->lost.thread != wgi_thread()) wgi_context_moves(c);
}
/* Keeps the error of a call that got no object, for the contexts of the thread. Without a context it is
 * printed. It is dropped while one of them has an error, since the calls of that context return NULL and
 * wg_none, and between two calls of wgi_lost_hide. */
void wgi_lose(wg_status s, const char *message);
void wgi_lost_hide(bool on);       /* in this thread, until it is called with false as often */
void wgi_lost_find(wg_context *c); /* such an error becomes that of c */

/* ---- error.c ---- */

/* Records an error, unless there is one already. The message is "place of `here`: what: formatted text". c
 * NULL: no context is known; then the error is the thread's (wg_finish). */
wg_status wgi_fail(wg_context *c, wg_site here, const char *what, wg_status s, const char *format, ...)
    WG_PRINTF(5, 6);
/* Between these two calls an error stops the work, but leaves no message. wgi_quiet_begin returns the status
 * that wgi_quiet_end must be given: an earlier error stays the first. */
wg_status wgi_quiet_begin(wg_context *c);
void wgi_quiet_end(wg_context *c, wg_status was);
/* Gives on_trace a line if `what` (WG_TRACE_...) is traced. */
#define wgi_trace_line(c, what, ...) ((c)->o.trace & (what) ? wgi_say(c, __VA_ARGS__) : (void)0)
void wgi_say(wg_context *c, const char *format, ...) WG_PRINTF(2, 3);
typedef enum wgi_warning {
    WGI_WARN_LOSS,    /* a loss is infinite */
    WGI_WARN_EVAL,    /* wg_backward in WG_EVAL, of a graph with dropout or batch normalisation */
    WGI_WARN_GROWTH,  /* a graph grows from one wg_backward to the next */
    WGI_WARN_PAIRS,   /* a loss of all pairs, by broadcasting */
    WGI_WARN_TWICE,   /* softmax or sigmoid before a loss that has it in it */
    WGI_WARN_ONE_ROW, /* batch normalisation of one row */
    WGI_WARN_STUCK,   /* an optimizer that finds no smaller loss */
    WGI_WARN_NODES,   /* very many nodes since wg_begin */
    WGI_WARN_TOLD,    /* by wg_warn */
} wgi_warning;
/* Whether to give a warning of this kind for this call: true once for each call site, as long as it is
 * among the last WGI_WARNED. False if warnings are dropped. */
bool wgi_warns(wg_context *c, wgi_warning kind, wg_site here);
/* Gives a warning to on_warning, or prints it: "place of `here`: what: formatted text". */
void wgi_warn_at(wg_context *c, wg_site here, const char *what, const char *format, ...) WG_PRINTF(4, 5);
/* How many arguments may stand before the options at this site, plus 1; 0: it is no call with options. */
static inline int wgi_before_options(wg_site here)
{
    return here && (unsigned char)(*here - 1) < 8 ? *here : 0;
}

/* ---- memory.c ---- */

void *wgi_malloc(void *user, void *p, size_t old_size, size_t new_size); /* the allocator by default */
void *wgi_raw(wg_context *c, size_t count, size_t size);                 /* wg_alloc, not zeroed */
/* Makes room for `need` elements in `list`, a pointer to memory of wgi_raw or NULL. `capacity` says for how
 * many it has room. False: no memory, and the list is as before. */
#define WGI_GROW(c, list, capacity, need) \
    ((need) <= (capacity) || wgi_grow((c), &(list), &(capacity), (need), sizeof *(list)))
bool wgi_grow(wg_context *c, void *list, size_t *capacity, size_t need, size_t size);

/* ---- save_with.c ---- */

/* Memory that wg_save_with has added. */
typedef struct wgi_saved_memory {
    struct wgi_saved_memory *next;
    wg_tensor memory;
    wg_save_checks checks;
    char name[];
} wgi_saved_memory;
wgi_saved_memory *wgi_saved_find(const wg_context *c, const char *name); /* NULL: there is none */

/* ---- interned.c ---- */

/* The one copy of s in this context: equal shapes have equal addresses. NULL: out of memory. It is valid
 * as long as a node has it, or a holder. What else keeps it must forget it when wg_context.shapes.freed
 * has risen, which happens in calls of the user alone (graph/unused.c), never while a request is answered. */
const wg_shape *wgi_intern(wg_context *c, const wg_shape *s);
static inline void wgi_shape_hold(const wg_shape *s) { ((wgi_shape *)(uintptr_t)s)->holders++; }
static inline void wgi_shape_release(const wg_shape *s) { ((wgi_shape *)(uintptr_t)s)->holders--; }
static inline void wgi_shape_use(const wg_shape *s) { ((wgi_shape *)(uintptr_t)s)->used = true; }
/* Frees the shapes that have no holder, and were not used since the last call. */
void wgi_shapes_free_unused(wg_context *c);

/* ---- sites.c ---- */

/* Notes that `here`, any site, is used. */
void wgi_site_use(wg_context *c, wg_site here);
/* Frees every wgx_sites that has ended, and was not used since the last call. */
void wgi_sites_free_unused(wg_context *c);

/* ---- shape.c ---- */

/* The number of elements. s must be interned. */
static inline int64_t wgi_size(const wg_shape *s) { return ((const wgi_shape *)(const void *)s)->size; }
static inline bool wgi_same_shape(const wg_shape *a, const wg_shape *b)
{
    if (a->rank != b->rank) return false;
    for (int i = 0, rank = WGI_MIN(a->rank, WG_MAX_RANK); i < rank; i++)
        if (a->dim[i] != b->dim[i]) return false;
    return true;
}
bool wgi_broadcast(const wg_shape *a, const wg_shape *b, wg_shape *y); /* false: they do not broadcast */
bool wgi_shape_fits(const wg_shape *s); /* no size is negative, and their product is below 2^60 */
/* For each axis of y the stride of x, in elements, when x is broadcast to y: 0 where x is repeated. */
void wgi_strides(const wg_shape *x, const wg_shape *y, int64_t stride[WG_MAX_RANK]);
/* The casts of docs/inside/arithmetic.md, for n elements. */
void wgi_convert(wg_dtype to, void *y, wg_dtype from, const void *x, int64_t n);

/* ---- ranges.c ---- */

/* The name of the outermost WG_USER_CALL; NULL: there is none. */
const char *wgi_users_call(void);

/* The sentence about a number that is out of an option's range: "must be in [0, 1)". Returns buf. */
const char *wgi_option_must(const wg_option *o, char *buf, size_t size);

typedef struct wgi_range {
    int64_t count, nans, infinities;
    int64_t first;    /* index of the first element that is NaN or infinite; -1: none is */
    double low, high; /* the least and the largest of the finite elements; of one element its value */
} wgi_range;
wgi_range wgi_range_of(wg_dtype t, const void *x, int64_t n);
static inline bool wgi_range_is_finite(const wgi_range *r) { return r->first < 0; }
/* "from -1 to 2.5", "3 nan of 320, the first at [0,4], the rest from 0 to 1", of one element its value. s is
 * the shape of the array. Returns buf. */
char *wgi_range_text(const wgi_range *r, const wg_shape *s, char *buf, size_t size);

/* ---- fault.c ---- */

static inline void wgi_fault_clear(wg_fault *f) { f->index = INT64_MAX, f->text = NULL, f->operand = 0; }

/* ---- philox.c ---- */

void wgi_philox(uint64_t key, uint64_t counter_high, uint64_t counter_low, uint32_t out[4]);
static inline uint64_t wgi_philox_key(uint64_t seed, uint64_t stream)
{
    return stream ^ seed * 0x9E3779B97F4A7C15u;
}
/* The epoch of first values and samples. No evaluation reaches it. */
#define WGI_DRAWS_EPOCH UINT64_MAX
/* Draws for first values and samples, from block i of the stream. kernel/draws.h makes many at once. */
double wgi_normal_draw(uint64_t seed, uint64_t stream, uint64_t i);
double wgi_uniform_draw(uint64_t seed, uint64_t stream, uint64_t i); /* in [0, 1) */
static inline uint64_t wgi_text_hash(const char *s) { return wg_random_stream(s); }
/* The hash of a text of hash h followed by s. */
uint64_t wgi_text_hash_more(uint64_t h, const char *s);

/* ---- threads.c ---- */

/* Calls part(arg, i, chunk, chunks[i], thread) for each part i = 0, 1, ... and each of its chunks. All chunks
 * of a part end before the next part begins. After a chunk that returns false no other is begun. With one
 * thread, or where no part has several chunks, each part is called once, as a single chunk. */
typedef bool (*wgi_part_fn)(void *arg, int i, int chunk, int chunks, int thread);
bool wgi_parts_run(wgi_part_fn part, void *arg, const int *chunks, int parts, int threads);

int wgi_cores(void);  /* that this process may use */
double wgi_now(void); /* seconds */
/* Between these two calls BLAS runs serial on this thread. wgi_gate_close must be given the result of
 * wgi_gate_open. */
int wgi_gate_open(void);
void wgi_gate_close(int was);

/* ---- region.c ---- */

/* What is known of a region that runs again and again: the least seconds of its last runs by all threads
 * and by one, and of all its runs by all threads. */
typedef struct wgi_timing {
    int runs;
    double team, alone, best;
} wgi_timing;

/* Runs the parts, some of which have several chunks, on all threads of c or on one, whatever is faster
 * now. */
bool wgi_region_run(wg_context *c, wgi_timing *t, wgi_part_fn part, void *arg, const int *chunks, int parts);

#endif
