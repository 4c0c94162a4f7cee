/* wgtest.c: what wgtest.h promises. Blocks carry no header: the sizes that the library hands back are what is
 * counted, so a wrong old_size shows as bytes left over. */
#include "wgtest.h"
#include "kernel/gemm.h"

#include <fenv.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- the library ---- */

#if defined __has_feature /* clang */
#if __has_feature(address_sanitizer)
#define __SANITIZE_ADDRESS__ 1 /* as gcc says it */
#endif
#endif

bool wgt_sanitized(void)
{
#ifdef __SANITIZE_ADDRESS__
    return true;
#else
    return false;
#endif
}

int wgt_isas(void) { return WG_ISA_COUNT; }
const char *wgt_compiler(void) { return WGT_COMPILE; }

void wgt_needs(const char *program)
{
    char path[1000];
    for (const char *at = getenv("PATH"); at && *at; at += *at == ':') {
        const int n = (int)strcspn(at, ":");
        snprintf(path, sizeof path, "%.*s/%s", n, at, program);
        if (!access(path, X_OK)) return;
        at += n;
    }
    cr_skip_test("no %s here", program);
}

/* A program that was compiled without the sanitizer loads it first (LD_PRELOAD). The programs that a test
 * runs, such as dot and sh, do not: their leaks are not ours. Criterion starts this program again for each
 * test, and says so. */
__attribute__((constructor)) static void preload_for_tests_alone(void)
{
    if (getenv("BXFI_MAP")) unsetenv("LD_PRELOAD");
}

/* ---- the arithmetic of the caller ---- */

/* WG_FLOATS says in which arithmetic the tests call the library: daz (subnormal numbers count as zero, as
 * after linking with -Ofast), up, down, zero. Results must be the same. */
__attribute__((constructor)) static void set_floats(void)
{
    const char *const mode = getenv("WG_FLOATS");
    if (!mode) return;
    if (!strcmp(mode, "up")) fesetround(FE_UPWARD);
    if (!strcmp(mode, "down")) fesetround(FE_DOWNWARD);
    if (!strcmp(mode, "zero")) fesetround(FE_TOWARDZERO);
#if defined(__x86_64__)
    if (!strcmp(mode, "daz")) __builtin_ia32_ldmxcsr(__builtin_ia32_stmxcsr() | 0x8040);
#endif
}

/* ---- numbers for tools/build/score.sh ---- */

enum { COUNTS = 4 };
static struct {
    const char *what;
    long long n;
} counts[COUNTS];
static pid_t counter; /* its children have its numbers, too */

static void print_counts(void)
{
    for (int i = 0; getpid() == counter && i < COUNTS && counts[i].what; i++)
        fprintf(stderr, "%s: %lld\n", counts[i].what, counts[i].n);
}

void wgt_count(const char *what, int64_t n)
{
    if (!counter) counter = getpid(), atexit(print_counts);
    for (int i = 0; i < COUNTS; i++) {
        if (!counts[i].what) counts[i].what = what;
        if (strcmp(counts[i].what, what)) continue;
        counts[i].n += n;
        return;
    }
}

/* ---- memory ---- */

static bool refuses(wgt_memory *m)
{
    m->calls++;
    bool no = m->fail_at && (m->for_ever ? m->calls >= m->fail_at : m->calls == m->fail_at);
    m->failed += no;
    if (no && m->failed == 1) wgt_count("allocations that failed", 1);
    return no;
}

void *wgt_resize(void *memory, void *p, size_t old_size, size_t new_size)
{
    wgt_memory *m = memory;
    if (!new_size) {
        if (p) m->blocks--, m->bytes -= (int64_t)old_size;
        free(p);
        return NULL;
    }
    if (refuses(m)) return NULL;
    void *q = realloc(p, new_size);
    if (!q) return NULL;
    if (!p) m->blocks++, old_size = 0;
    m->bytes += (int64_t)new_size - (int64_t)old_size;
    if (m->bytes > m->most) m->most = m->bytes;
    return q;
}

/* ---- contexts ---- */

wg_context *wgt_start(wgt_memory *m, wg_dtype t, const wg_start_opts *o)
{
    wg_start_opts all = o ? *o : WG_OPTS(wg_start_opts, .seed = 1, .threads = 1);
    wg_allocator a = { wgt_resize, m };
    all.dtype = t;
    all.allocator = m ? &a : NULL;
    return wg_start_at(WG_HERE, &all);
}

wgt_world wgt_world_new(wgt_memory *m, wg_dtype t, const wg_start_opts *o)
{
    wg_context *c = wgt_start(m, t, o);
    return (wgt_world){ .c = c, .g = wg_graph_new(c), .p = wg_params_new(c) };
}

static void expect_nothing_left(const wgt_memory *m)
{
    if (!m) return;
    cr_assert_eq(m->blocks, 0, "%lld blocks left", (long long)m->blocks);
    cr_assert_eq(m->bytes, 0, "%lld bytes left: a size was handed back wrongly", (long long)m->bytes);
}

void wgt_finish(wg_context *c, const wgt_memory *m)
{
    cr_assert_eq(wg_failed(c), WG_OK, "unexpected: %s", wg_message(c));
    cr_assert_eq(wg_finish(c, NULL), 0);
    expect_nothing_left(m);
}

void wgt_end(void *at) { wgt_finish(*(wg_context **)at, NULL); }
void wgt_end_memory(const wgt_memory *m) { expect_nothing_left(m); }

void wgt_drop(wg_context *c, const wgt_memory *m)
{
    wg_finish(c, NULL);
    expect_nothing_left(m);
}

void wgt_each_allocation_fails(const wg_start_opts *o, int every, void (*use)(wg_context *c))
{
    for (int for_ever = 0; for_ever < 2; for_ever++) {
        bool done = false;
        for (int n = 1; !done; n += 1 + n / every) {
            wgt_memory m = { .fail_at = n, .for_ever = for_ever };
            wg_context *c = wgt_start(&m, o ? o->dtype : WG_F32, o);
            use(c);
            done = m.failed == 0;
            cr_expect_eq(wg_failed(c), done ? WG_OK : WG_ERROR_MEMORY, "allocation %d: %s", n, wg_message(c));
            wgt_drop(c, &m);
        }
    }
}

void wgt_on_each_isa(void (*f)(wg_context *c, void *with), void *with)
{
    static const char *const name[] = { "base", "avx2", "avx512" };
    unsetenv("WG_ISA");
    wgi_blas_about(); /* loads it: with WG_ISA=base it would be left out, of all that follows too */
    for (size_t i = 0; i < sizeof name / sizeof *name; i++) {
        setenv("WG_ISA", name[i], 1);
        wg_context *c = wg_start(.threads = 2);
        if (wg_failed(c) == WG_OK) f(c, with);
        cr_assert(i > 0 || wg_failed(c) == WG_OK, "%s", wg_message(c));
        wg_finish(c, NULL);
    }
    unsetenv("WG_ISA");
}

bool wgt_machine_has(int isa)
{
#if defined(__x86_64__)
    __builtin_cpu_init();
    if (isa == 1) return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    if (isa == 2)
        return __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
               __builtin_cpu_supports("avx512vl");
#endif
    return isa == 0;
}

void wgt_expect_error(wg_context *c, wg_status s, const char *text)
{
    cr_assert_eq(wg_failed(c), s, "status is '%s', not '%s': \"%s\"", wg_status_text(wg_failed(c)),
                 wg_status_text(s), wg_message(c));
    cr_assert(strstr(wg_message(c), text), "\"%s\" is not in \"%s\"", text, wg_message(c));
    wg_recover(c);
}

/* ---- numbers ---- */

/* Places on the line: negative numbers count down from -0, which is next to +0 and 0 apart from it. */
static int64_t place(int64_t bits, int64_t sign_bit) { return bits < 0 ? sign_bit - bits : bits; }

int64_t wgt_ulps(double a, double b)
{
    if (isnan(a) || isnan(b)) return isnan(a) && isnan(b) ? 0 : INT64_MAX;
    int64_t i, j;
    memcpy(&i, &a, sizeof i);
    memcpy(&j, &b, sizeof j);
    double far = (double)place(i, INT64_MIN) - (double)place(j, INT64_MIN);
    return fabs(far) > 0x1p62 ? INT64_MAX : llabs(place(i, INT64_MIN) - place(j, INT64_MIN));
}

int64_t wgt_ulps_f32(float a, float b)
{
    if (isnan(a) || isnan(b)) return isnan(a) && isnan(b) ? 0 : INT64_MAX;
    int32_t i, j;
    memcpy(&i, &a, sizeof i);
    memcpy(&j, &b, sizeof j);
    return llabs(place(i, INT32_MIN) - place(j, INT32_MIN));
}

static bool same_kind(double a, double b) { return a == b || (isnan(a) && isnan(b)); }

double wgt_relative(double a, double b)
{
    if (same_kind(a, b)) return 0;
    double d = fabs(a - b) / fmax(fabs(a), fabs(b));
    return isnan(d) ? INFINITY : d;
}

double wgt_distance(const double *a, const double *b, size_t n)
{
    double most = 0, scale = 0;
    for (size_t i = 0; i < n; i++) {
        if (same_kind(a[i], b[i])) {
            if (isfinite(a[i])) scale = fmax(scale, fabs(a[i]));
            continue;
        }
        if (!isfinite(a[i]) || !isfinite(b[i])) return INFINITY;
        most = fmax(most, fabs(a[i] - b[i]));
        scale = fmax(scale, fmax(fabs(a[i]), fabs(b[i])));
    }
    return most == 0 ? 0 : most / scale;
}

bool wgt_same_bits(const wg_tensor *a, const wg_tensor *b)
{
    if (a->dtype != b->dtype || !wg_shape_equal(a->shape, b->shape)) return false;
    size_t bytes = (size_t)wg_shape_size(a->shape) * wg_dtype_size(a->dtype);
    return !bytes || (a->data && b->data && !memcmp(a->data, b->data, bytes));
}

bool wgt_same_numbers(const wg_tensor *a, const wg_tensor *b)
{
    if (wgt_same_bits(a, b)) return true;
    if (a->dtype != b->dtype || !wg_shape_equal(a->shape, b->shape)) return false;
    for (int64_t i = 0; i < wg_shape_size(a->shape); i++) {
        double x = wg_tensor_item(a, i), y = wg_tensor_item(b, i);
        if (memcmp(&x, &y, sizeof x) && !(isnan(x) && isnan(y))) return false;
    }
    return true;
}

double *wgt_values(wg_node n)
{
    wg_tensor t = wg_value(n);
    int64_t size = wg_shape_size(t.shape);
    if (!t.data || !size) return NULL;
    double *v = malloc((size_t)size * sizeof *v);
    for (int64_t i = 0; v && i < size; i++) v[i] = wg_tensor_item(&t, i);
    return v;
}

double *wgt_all_values(wg_node n)
{
    double *v = wgt_values(n);
    cr_assert(v, "%s: %s", wg_node_site(n), wg_message(wg_graph_context(wg_graph_of(n))));
    return v;
}

wg_tensor wgt_copied(wg_tensor t)
{
    const size_t bytes = (size_t)wg_shape_size(t.shape) * wg_dtype_size(t.dtype);
    void *copy = malloc(bytes + 1);
    if (bytes && t.data) memcpy(copy, t.data, bytes);
    t.data = copy;
    return t;
}

/* ---- randomness ---- */

uint64_t wgt_next(wgt_random *r)
{
    uint64_t z = r->state += 0x9E3779B97F4A7C15u;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

double wgt_unit(wgt_random *r) { return (double)(wgt_next(r) >> 11) * 0x1p-53; }

double wgt_uniform(wgt_random *r, double low, double high) { return low + (high - low) * wgt_unit(r); }

int64_t wgt_below(wgt_random *r, int64_t n) { return (int64_t)(wgt_next(r) % (uint64_t)n); }

int64_t wgt_number_from(const char *name, int64_t otherwise)
{
    const char *s = getenv(name);
    return s && *s ? (int64_t)strtoull(s, NULL, 10) : otherwise;
}

uint64_t wgt_seed(void) { return (uint64_t)wgt_number_from("WG_SEED", 1); }
