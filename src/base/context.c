/* context.c: the owner of everything: memory, the first error, settings.
 * Every allocation passes allocate(), every error wgi_vfail(): a breakpoint there sees them all. */
#include "wgi.h"

#include <stdlib.h>
#include <sys/mman.h>

struct wgi_block { /* before each block that wg_alloc gives out; 64 bytes, so that blocks are aligned to 64 */
    wgi_block  *prev, *next;
    size_t      size; /* as asked for from the allocator */
    void       *base; /* what the allocator gave */
    wg_context *c;
    char        pad[24];
};

static void *malloc_resize(void *user, void *p, size_t old_size, size_t new_size)
{
    (void)user;
    (void)old_size;
    if (!new_size) {
        free(p);
        return NULL;
    }
    return realloc(p, new_size);
}

static const wg_allocator standard_memory = { malloc_resize, NULL };

/* What wg_start returns when there is no memory at all: failed for ever, never written to. */
static const wg_context nil_context = {
    .memory = { malloc_resize, NULL }, .status = WG_ERROR_MEMORY, .message = "out of memory", .fixed = true
};

static int env_int(const char *name)
{
    const char *s = getenv(name);
    long        v = s ? strtol(s, NULL, 10) : 0;
    return v > 0 && v < 4096 ? (int)v : 0;
}

static int default_threads(void)
{
    int n = env_int("WG_NUM_THREADS");
    n = n ? n : env_int("OMP_NUM_THREADS");
    return n ? n : wgi_cores();
}

int wgi_isa_best(void)
{
#if defined(__x86_64__) && WG_ISA_COUNT > 1
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw") &&
        __builtin_cpu_supports("avx512vl"))
        return 2;
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") ? 1 : 0;
#else
    return 0;
#endif
}

static int choose_isa(void)
{
    const char *force = getenv("WG_ISA");
    int         best = wgi_isa_best();
    if (force && strcmp(force, "base") == 0) return 0;
    if (force && strcmp(force, "avx2") == 0) return WGI_MIN(best, 1);
    return best;
}

wg_context *wg_start(const wg_options *o)
{
    wg_options   all = o ? *o : (wg_options){ 0 };
    wg_allocator m = all.allocator ? *all.allocator : standard_memory;
    wg_context  *c = m.resize(m.user, NULL, 0, sizeof *c);
    if (!c) return (wg_context *)(uintptr_t)&nil_context;
    memset(c, 0, sizeof *c);
    c->o = all;
    c->memory = m;
    c->arena.c = c;
    c->o.dtype = all.dtype ? all.dtype : WG_F32;
    c->o.threads = WGI_MIN(all.threads > 0 ? all.threads : default_threads(), 256);
    c->isa = choose_isa();
    wgi_blas_start();
    if (!wg_dtype_is_float(c->o.dtype))
        wgi_fail(c, NULL, "wg_start", WG_ERROR_DTYPE, "the default dtype must be f32 or f64, not %s", wg_dtype_name(all.dtype));
    return c;
}

int wg_finish(wg_context *c, FILE *errors)
{
    if (!c) return WG_OK;
    int s = (int)c->status;
    if (s && errors) fprintf(errors, "%s\n", wg_message(c));
    if (c->fixed) return s;
    for (wgi_block *b = c->blocks, *next; b; b = next) {
        next = b->next;
        c->memory.resize(c->memory.user, b->base, b->size, 0);
    }
    c->memory.resize(c->memory.user, c, sizeof *c, 0);
    return s;
}

/* ---- memory ---- */

enum { HUGE_PAGE = 1 << 21 };

/* Large blocks lie in huge pages where the system has them: first touch is several times faster, and so are passes over more
 * memory than the address caches reach. */
static void prefer_huge_pages(const char *p, size_t n)
{
    uintptr_t begin = ((uintptr_t)p + HUGE_PAGE - 1) & ~(uintptr_t)(HUGE_PAGE - 1);
    uintptr_t end = ((uintptr_t)p + n) & ~(uintptr_t)(HUGE_PAGE - 1);
#ifdef MADV_HUGEPAGE
    if (begin < end) madvise((void *)begin, end - begin, MADV_HUGEPAGE);
#endif
}

static void *allocate(wg_context *c, size_t count, size_t size)
{
    size_t n;
    if (!c || c->fixed) return NULL;
    if (__builtin_mul_overflow(count, size, &n) || n > PTRDIFF_MAX - 256) {
        wgi_fail(c, NULL, "memory", WG_ERROR_MEMORY, "%zu times %zu bytes asked for", count, size);
        return NULL;
    }
    size_t all = n + sizeof(wgi_block) + 64;
    char  *base = c->memory.resize(c->memory.user, NULL, 0, all);
    if (!base) {
        wgi_fail(c, NULL, "memory", WG_ERROR_MEMORY, "no memory for %zu bytes", n);
        return NULL;
    }
    prefer_huge_pages(base, all);
    wgi_block *b = (wgi_block *)(void *)(((uintptr_t)base + 63) & ~(uintptr_t)63);
    b->base = base;
    b->size = all;
    b->c = c;
    b->prev = NULL;
    b->next = c->blocks;
    if (c->blocks) c->blocks->prev = b;
    c->blocks = b;
    c->live++;
    return b + 1;
}

void *wg_alloc(wg_context *c, size_t count, size_t size)
{
    void *p = allocate(c, count, size);
    if (p) memset(p, 0, count * size);
    return p;
}

void *wgi_raw(wg_context *c, size_t count, size_t size)
{
    void *p = allocate(c, count, size);
#ifdef WG_HOSTILE
    if (p) memset(p, WGI_POISON, count * size);
#endif
    return p;
}

void wg_free(wg_context *c, void *p)
{
    if (!c || !p) return;
    wgi_block *b = (wgi_block *)p - 1;
    assert(b->c == c);
    if (b->prev) b->prev->next = b->next;
    else c->blocks = b->next;
    if (b->next) b->next->prev = b->prev;
    c->live--;
    c->memory.resize(c->memory.user, b->base, b->size, 0);
}

void *wgi_grow(wg_context *c, void *p, size_t *capacity, size_t need, size_t size)
{
    if (need <= *capacity) return p;
    size_t more = *capacity ? *capacity : 8;
    while (more < need) more *= 2;
    void *q = wgi_raw(c, more, size);
    if (!q) return NULL;
    if (p) memcpy(q, p, *capacity * size);
    wg_free(c, p);
    *capacity = more;
    return q;
}

/* ---- errors ---- */

const char *wg_status_text(wg_status s)
{
#define ROW(name, text) text,
    static const char *const texts[] = { WG_STATUS_LIST(ROW) };
#undef ROW
    return (unsigned)s < WG_STATUS_COUNT ? texts[s] : "unknown status";
}

const char *wg_site_place(wg_site s)
{
    const char *line = s ? strchr(s, '\n') : NULL;
    return line ? line + 1 : s ? s : "";
}

wg_site wg_inside(wg_site here) { return wg_site_place(here); }

wg_site wg_site_keep(wg_context *c, const char *arguments, const char *place)
{
    size_t na = strlen(arguments), np = strlen(place);
    char  *s = c && !c->fixed ? wgi_arena_alloc(&c->arena, na + np + 2) : NULL;
    if (!s) return "\n";
    memcpy(s, arguments, na);
    s[na] = '\n';
    memcpy(s + na + 1, place, np + 1);
    return s;
}

static WG_PRINTF(5, 0) wg_status
    wgi_vfail(wg_context *c, wg_site here, const char *what, wg_status s, const char *format, va_list args)
{
    if (!c || c->status) return c ? c->status : s;
    c->status = s;
    c->failed_here = here;
    const char *place = wg_site_place(here);
    int         n = 0;
    if (place[0]) n += snprintf(c->message, sizeof c->message, "%s: ", place);
    if (what && what[0] && n < (int)sizeof c->message) n += snprintf(c->message + n, sizeof c->message - (size_t)n, "%s: ", what);
    if (n < (int)sizeof c->message) vsnprintf(c->message + n, sizeof c->message - (size_t)n, format, args);
    if (c->o.on_error) c->o.on_error(c->o.user, s, c->message);
    return s;
}

wg_status wgi_fail(wg_context *c, wg_site here, const char *what, wg_status s, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    wg_status r = wgi_vfail(c, here, what, s, format, args);
    va_end(args);
    return r;
}

wg_status wg_fail(wg_context *c, wg_site here, wg_status s, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    wg_status r = wgi_vfail(c, here, NULL, s ? s : WG_ERROR_USE, format, args);
    va_end(args);
    return r;
}

void wgi_warn(wg_context *c, const char *format, ...)
{
    char    text[512];
    va_list args;
    if (!c->o.on_warning) return;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    c->o.on_warning(c->o.user, text);
}

wg_status   wg_failed(const wg_context *c) { return c ? c->status : WG_ERROR_MEMORY; }
const char *wg_message(const wg_context *c) { return c ? c->message : wg_status_text(WG_ERROR_MEMORY); }
wg_dtype    wg_context_dtype(const wg_context *c) { return c && c->o.dtype ? c->o.dtype : WG_F32; }
int         wg_context_threads(const wg_context *c) { return c ? c->o.threads : 1; }
uint64_t    wg_context_seed(const wg_context *c) { return c ? c->o.seed : 0; }

void wg_recover(wg_context *c)
{
    if (!c || c->fixed || !c->status) return;
    c->status = WG_OK;
    c->message[0] = 0;
    c->failed_here = NULL;
    for (wg_graph *g = c->graphs; g; g = g->next) g->failure = (wg_failure){ 0 };
}

/* The text of an argument ends at a comma outside brackets and quotes. */
static const char *argument_end(const char *s)
{
    int  depth = 0;
    char quote = 0;
    for (; *s && *s != '\n'; s++) {
        if (quote) {
            if (*s == '\\' && s[1] && s[1] != '\n') s++;
            else if (*s == quote) quote = 0;
        } else if (*s == '"' || *s == '\'') {
            quote = *s;
        } else if (strchr("([{", *s)) {
            depth++;
        } else if (strchr(")]}", *s)) {
            depth--;
        } else if (*s == ',' && depth <= 0) {
            break;
        }
    }
    return s;
}

const char *wgi_argument(wg_site here, int k, char *buf, size_t size)
{
    buf[0] = 0;
    const char *s = here && strchr(here, '\n') ? here : "";
    for (; k > 0; k--) {
        s = argument_end(s);
        if (*s != ',') return buf;
        s++;
    }
    while (*s == ' ') s++;
    const char *end = argument_end(s);
    while (end > s && end[-1] == ' ') end--;
    size_t n = (size_t)(end - s);
    if (n >= size || n > 60) /* a long expression says less than its shape */
        snprintf(buf, size, "%.*s...", (int)WGI_MIN(WGI_MIN(n, size - 4), 40), s);
    else snprintf(buf, size, "%.*s", (int)n, s);
    return buf;
}
