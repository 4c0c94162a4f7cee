/* base.h: the lowest room: memory, the first error, shapes, random bits, threads. It knows nothing of graphs. */
#ifndef WGI_BASE_H
#define WGI_BASE_H

#include <assert.h>
#include <math.h>
#include <stdarg.h>
#include <string.h>

#include "wengert/op.h"

#include "base/threads.h"

#ifdef WG_HOSTILE
enum { WGI_CHUNK = 256, WGI_POISON = 0xAB };
#else
enum { WGI_CHUNK = 1 << 16, WGI_POISON = 0 };
#endif

/* Holds in every build; looked at in the hostile one. */
#ifdef WG_HOSTILE
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

/* Bump allocation in chunks that never move; reset keeps the chunks. Sizes are rounded so that 8 bytes and less are aligned
 * to 8, larger ones to 64. */
typedef struct wgi_chunk wgi_chunk;
typedef struct wgi_arena {
    wg_context *c;
    wgi_chunk *first, *now;
    char *at, *end;
} wgi_arena;
void *wgi_arena_alloc(wgi_arena *a, size_t size); /* not zeroed; NULL after recording the error */
void *wgi_arena_zeroed(wgi_arena *a, size_t size);
void wgi_arena_reset(wgi_arena *a);
void wgi_arena_free(wgi_arena *a);
char *wgi_arena_text(wgi_arena *a, const char *s);
/* The place now, and back to it: what was allocated since is forgotten. */
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
size_t wgi_arena_bytes(const wgi_arena *a);

/* ---- context.c ---- */

typedef struct wgi_block wgi_block;
struct wgi_block { /* before each block that wg_alloc gives out; 64 bytes, so that blocks are aligned to 64 */
    wgi_block *prev, *next;
    size_t size; /* as asked for from the allocator */
    void *base;  /* what the allocator gave */
    wg_context *c;
    char pad[24];
};
typedef struct wgi_shape {
    wg_shape s; /* first: a node's shape pointer is a wgi_shape's */
    int64_t size;
    uint64_t hash;
} wgi_shape;
typedef struct wgi_plan wgi_plan;
typedef struct wgi_trace wgi_trace;

struct wg_context {
    wg_options o;
    wg_allocator memory;
    wgi_block *blocks;
    size_t live; /* blocks */
    int isa;
    wg_status status;
    char message[1024];
    uint64_t
        recoveries;     /* calls of wg_recover: what graphs say of a failure before the last is out of date */
    int quiet;          /* errors are not recorded: wgi_quiet_begin */
    bool fixed;         /* the nil context: nothing may change it */
    wgi_shape **shapes; /* interned, open addressing */
    const wg_shape *scalar; /* of them */
    uint32_t shape_count, shape_capacity;
    wgi_arena arena; /* shapes, kept sites: as long as the context */
    wgi_plan *plans; /* most recently used first */
    int plan_count;
    uint64_t plan_serial;
    uint64_t structures; /* given out: see rebuild.c */
    struct wgi_sight
        *seen; /* requests that were interpreted, open addressing, forgotten when full: request.c */
    uint32_t seen_count;
    struct wg_graph *graphs, *tracer; /* tracer: where rules are traced */
    wgi_trace *traces;
    struct wg_params *params;
};

static inline bool wgi_without(const wg_context *c, unsigned ways) { return c->o.without & ways; }
static inline bool wgi_ok(const wg_context *c) { return c && !c->status; }
int wgi_isa_best(void); /* of this processor and build: an index of wg_op.kernel */

/* ---- error.c ---- */

/* Records the first error. format's own place is `here`, what the op or call. */
wg_status wgi_fail(wg_context *c, wg_site here, const char *what, wg_status s, const char *format, ...)
    WG_PRINTF(5, 6);
/* Between these two an error stops what runs, but is not recorded: an error of before stays the first. */
wg_status wgi_quiet_begin(wg_context *c);
void wgi_quiet_end(wg_context *c, wg_status was);
/* A line for on_trace, when `what` (WG_TRACE_...) is traced. */
#define wgi_trace_line(c, what, ...) ((c)->o.trace & (what) ? wgi_say(c, __VA_ARGS__) : (void)0)
void wgi_say(wg_context *c, const char *format, ...) WG_PRINTF(2, 3);
void wgi_warn(wg_context *c, const char *text);
/* Argument k of a site's text, into buf; "" if there is none. */
const char *wgi_argument(wg_site here, int k, char *buf, size_t size);

/* ---- memory.c ---- */

void *wgi_raw(wg_context *c, size_t count, size_t size); /* as wg_alloc, not zeroed */
/* Makes room for `need` elements in `list`, a pointer to memory of wgi_raw or NULL. `capacity` says for how many it has room.
 * False: no memory, and the list is as before. */
#define WGI_GROW(c, list, capacity, need) \
    ((need) <= (capacity) || wgi_grow((c), &(list), &(capacity), (need), sizeof *(list)))
bool wgi_grow(wg_context *c, void *list, size_t *capacity, size_t need, size_t size);

/* ---- shape.c ---- */

const wg_shape *wgi_intern(wg_context *c, const wg_shape *s); /* NULL: out of memory */
static inline int64_t wgi_size(const wg_shape *s) { return ((const wgi_shape *)(const void *)s)->size; }
bool wgi_broadcast(const wg_shape *a, const wg_shape *b, wg_shape *y);
bool wgi_shape_fits(const wg_shape *s); /* sizes not negative, their product below 2^60 */
/* Strides in elements of x broadcast to y (0 where repeated), for y's axes. */
void wgi_strides(const wg_shape *x, const wg_shape *y, int64_t stride[WG_MAX_RANK]);
void wgi_convert(wg_dtype to, void *y, wg_dtype from, const void *x,
                 int64_t n); /* casts of docs/arithmetic.md */

/* ---- fault.c ---- */

static inline void wgi_fault_clear(wg_fault *f) { f->index = INT64_MAX, f->text = NULL; }

/* ---- philox.c ---- */

void wgi_philox(uint64_t key, uint64_t counter_high, uint64_t counter_low, uint32_t out[4]);
double wgi_normal_draw(uint64_t seed, uint64_t stream, uint64_t i);
double wgi_uniform_draw(uint64_t seed, uint64_t stream, uint64_t i); /* in [0, 1) */
static inline uint64_t wgi_text_hash(const char *s) { return wg_random_stream(s); }
uint64_t wgi_text_hash_more(uint64_t h, const char *s); /* of a text that goes on with s */

/* ---- threads.c: threads.h, and ---- */

int wgi_cores(void);
/* Between these two a BLAS call on this thread is serial. */
int wgi_gate_open(void);
void wgi_gate_close(int was);

#endif
