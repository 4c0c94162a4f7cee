/* context.c: the context: its settings, its start, its end. */
#include "base/base.h"
#include "wgx/base.h"

#include <math.h>
#include <stdlib.h>

#if defined __FAST_MATH__ || (defined __FINITE_MATH_ONLY__ && __FINITE_MATH_ONLY__)
#error "Wengert's results are defined to the bit, and NaN is one of them: compile without -ffast-math"
#endif

/* What wg_start returns when there is no memory. It has failed, wg_recover leaves it so, and nobody may write
 * to it. */
static const wg_context nil_context = {
    .memory = { wgi_malloc, NULL }, .status = WG_ERROR_MEMORY, .message = "out of memory", .fixed = true
};

static int env_int(const char *name)
{
    const char *s = getenv(name);
    long v = s ? strtol(s, NULL, 10) : 0;
    return v > 0 && v < 4096 ? (int)v : 0;
}

static int threads_of_environment(void)
{
    const int n = env_int("WG_NUM_THREADS");
    return n ? n : env_int("OMP_NUM_THREADS");
}

const char *const wgi_isa_names[WG_ISAS] = { "base", "avx2", "avx512" };

int wgi_isa_best(void)
{
#if defined(__x86_64__) && WG_ISA_COUNT > 1
    __builtin_cpu_init();
    if (WG_ISA_COUNT > 2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
        __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl"))
        return 2;
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") ? 1 : 0;
#else
    return 0;
#endif
}

typedef struct word { /* that may stand in an environment variable */
    const char *name;
    unsigned bit;
} word;

/* The bits of the words that a variable lists, separated by commas. An unknown word is an error that lists
 * the known ones. */
static unsigned env_words(wg_context *c, const char *variable, const word words[], int n)
{
    unsigned bits = 0;
    char all[256] = "";
    const char *s = getenv(variable), *end;
    for (; s && *s; s = *end ? end + 1 : end) {
        int k = 0;
        end = s + strcspn(s, ",");
        while (k < n && (strncmp(words[k].name, s, (size_t)(end - s)) != 0 || words[k].name[end - s])) k++;
        if (k < n) {
            bits |= words[k].bit;
            continue;
        }
        for (k = 0; k < n; k++) strcat(strcat(all, k ? ", " : ""), words[k].name);
        wgi_fail(c, NULL, "wg_start", WG_ERROR_VALUE, "%s: no \"%.*s\"; there are %s", variable,
                 (int)(end - s), s, all);
        break;
    }
    return bits;
}

/* The instruction set that WG_ISA names, or the best. Another word, or one that this machine cannot run,
 * is an error: a measurement or a comparison of bits would be of something else than its author thinks. */
static int choose_isa(wg_context *c)
{
    const char *force = getenv("WG_ISA");
    const int best = wgi_isa_best();
    char here[64] = "";
    int k = 0;
    if (!force || !*force) return best;
    while (k < WG_ISAS && strcmp(force, wgi_isa_names[k]) != 0) k++;
    if (k <= best) return k;
    for (int i = 0; i <= best; i++) strcat(strcat(here, i ? ", " : ""), wgi_isa_names[i]);
    wgi_fail(c, NULL, "wg_start", WG_ERROR_VALUE,
             "WG_ISA: no \"%.40s\" here; there are base, avx2, avx512, and this machine and build have %s",
             force, here);
    return best;
}

/* Adds the switches of the environment to those of the options. */
static void switches(wg_context *c)
{
#define WAY(id, text, about)   { text, WG_WITHOUT_##id },
#define TRACE(id, text, about) { text, WG_TRACE_##id },
    static const word ways[] = { WG_WAY_LIST(WAY) }, traces[] = { WG_TRACE_LIST(TRACE) };
#undef WAY
#undef TRACE
    c->o.without |= env_words(c, "WG_WITHOUT", ways, WG_WAYS);
    c->o.trace |= env_words(c, "WG_TRACE", traces, WG_TRACES);
}

enum { STANDARD_PLAN_BYTES = 192 << 20 };

/* WG_PLAN_BYTES: a number, and k, M or G. */
static int64_t env_plan_bytes(wg_context *c)
{
    static const char units[] = "kMG";
    const char *s = getenv("WG_PLAN_BYTES");
    if (!s || !*s) return STANDARD_PLAN_BYTES;
    double v = 0;
    const char *end = wgx_number_in(s, &v);
    const char *unit = *end ? strchr(units, *end) : NULL;
    const double all = unit ? ldexp(v, 10 * (int)(unit - units + 1)) : v;
    if (end > s && !end[unit != NULL] && all >= 1 && all < 1e18) return (int64_t)all;
    wgi_fail(c, NULL, "wg_start", WG_ERROR_VALUE,
             "WG_PLAN_BYTES: \"%.40s\" is no number of bytes such as 64M", s);
    return STANDARD_PLAN_BYTES;
}

WG_OPTION_ROWS(wg_start_opts)

wg_context *wg_start_at(wg_site here, const wg_start_opts *o)
{
    WG_OPTIONS_FILL(wg_start_opts, o);
    const wg_option_list *list = wg_start_opts_rows();
    const bool marked = o && o->mark == list->mark;
    const wg_start_opts all = *(marked ? o : (const wg_start_opts *)list->standard);
    wg_allocator m = all.allocator ? *all.allocator : (wg_allocator){ wgi_malloc, NULL };
    wg_context *c = m.resize(m.user, NULL, 0, sizeof *c);
    if (!c) c = (wg_context *)(uintptr_t)&nil_context;
    else memset(c, 0, sizeof *c);
    wgi_context_starts(c);
    if (c->fixed) return c;
    c->o = all;
    c->memory = m;
    c->arena.c = c;
    wg_options_fit(c, here, "wg_start", list, o);
    if (all.plan_bytes == WG_AUTO) c->o.plan_bytes = env_plan_bytes(c);
    const int threads = all.threads != WG_AUTO ? all.threads : threads_of_environment();
    c->threads_by_default = !threads;
    c->o.threads = WGI_MIN(WGI_MAX(threads ? threads : wgi_cores(), 1), 256);
    c->isa = choose_isa(c);
    switches(c);
    if (!wg_dtype_is_float(c->o.dtype))
        wgi_fail(c, here, "wg_start", WG_ERROR_DTYPE, "the default dtype must be f32 or f64, not %s",
                 wg_dtype_name(all.dtype));
    return c;
}

int wg_finish(wg_context *c, FILE *errors)
{
    if (!c) return WG_OK;
    if (c->team && !c->graphs.busy) c->team->end(c);
    int s = (int)wg_failed(c);
    if (s && errors && !(c->team && c->team->mute)) fprintf(errors, "%s\n", wg_message(c));
    if (c->graphs.busy)
        return wgi_fail(c, NULL, "finish", WG_ERROR_USE,
                        "a C function that a graph calls must not end its context");
    wgi_context_ends(c);
    if (c->fixed) return s;
    for (wgi_block *b = c->blocks, *next; b; b = next) {
        next = b->next;
        c->memory.resize(c->memory.user, b->base, b->size, 0);
    }
    c->memory.resize(c->memory.user, c, sizeof *c, 0);
    return s;
}

wg_dtype wg_context_dtype(const wg_context *c) { return c && c->o.dtype ? c->o.dtype : WG_F32; }
int wg_context_threads(const wg_context *c) { return c ? c->o.threads : 1; }
const wg_allocator *wgx_context_allocator(const wg_context *c)
{
    return c && c->o.allocator ? &c->memory : NULL;
}
uint64_t wg_context_seed(const wg_context *c) { return c ? c->o.seed : 0; }
