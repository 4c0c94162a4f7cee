/* ops.c: times the ops of the registry, one by one, beside PyTorch and beside the time in which the machine
 * can move their operands and results. Sides are timed in rounds, in turn, and the least time of each counts.
 * Prints a line for each case, sorted by the ratio to PyTorch, the worst first.
 *
 *     bench-ops [--rounds N] [--reps N] [--rep-ms N] [--sizes N,N] [--dtypes f32,f64] [--threads 1,2]
 *               [--forward] [--no-torch] [OP ...]      OP is the beginning of a case's name: "sum", "mul row"
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "bench.h"
#include "machine.h"
#include "op_cases.h"
#include "torch.h"
#include "wgx/plan.h"

/* LEAST: sizes are multiples of it, so that rows are multiples of 16. */
enum { STREAM_GY = 99, MOST = 4, HUGE_PAGE = 1 << 21, LEAST = 16 * CASE_COLUMNS };

#define LENGTH(a) (int)(sizeof(a) / sizeof *(a))

typedef struct settings {
    int rounds, reps;
    double rep_seconds;
    double cap, most; /* seconds after which a round ends, and all rounds of a case, even if some are left */
    int sizes, dtypes, threads;
    int64_t size[MOST]; /* elements of a matrix */
    wg_dtype dtype[MOST];
    int thread[MOST];
    bool forward, no_torch;
    int names;
    char **name;
    torch *peer;
    wg_limits limits[MOST]; /* by index of thread[] */
} settings;

typedef struct result {
    char text[120];
    double wengert, torch, limit; /* seconds */
} result;

typedef struct results {
    result *of;
    int count, capacity;
    bool failed;
} results;

/* ---- the side of Wengert ---- */

typedef struct side {
    const op_case *of;
    wg_context *c;
    wg_graph *g;
    wg_tensor x[CASE_OPERANDS], gy;
    bool gradient;
    int64_t n;                        /* how many times a repetition runs the case */
    wg_tensor out[CASE_OPERANDS + 1]; /* the results of the last run */
    int outs;
} side;

/* Element i of matrices is draw *draw of the stream, by *weight, and a number more. */
static double in_matrix(const case_operand *o, int64_t i, int64_t *draw, double *weight)
{
    const int64_t n = o->shape.dim[o->shape.rank - 1], row = i / n % n, column = i % n;
    *draw = o->form == CASE_SYMMETRIC && column > row ? i + (column - row) * (n - 1) : i;
    *weight = 1 / (double)n;
    return row == column;
}

static void fill(void *to, uint32_t stream, const case_operand *o)
{
    for (int64_t i = 0; i < wg_shape_size(o->shape); i++) {
        int64_t draw = i;
        double weight = 1;
        const double more = o->form ? in_matrix(o, i, &draw, &weight) : 0;
        const double u = ((double)bench_value(stream, (uint32_t)draw) + 1) / 2;
        const double v = more + weight * (o->low + (o->high - o->low) * u);
        if (o->dtype == WG_F32) ((float *)to)[i] = (float)v;
        else if (o->dtype == WG_F64) ((double *)to)[i] = v;
        else if (o->dtype == WG_I64) ((int64_t *)to)[i] = (int64_t)v;
        else ((bool *)to)[i] = v >= 0.5;
    }
}

typedef struct kept {
    uint32_t stream;
    case_operand of;
    void *data;
    int64_t used; /* when it was used last */
} kept;

static void keep(kept *k, uint32_t stream, const case_operand *o)
{
    const size_t bytes = (size_t)wg_shape_size(o->shape) * wg_dtype_size(o->dtype);
    free(k->data);
    *k = (kept){ stream, *o, aligned_alloc(HUGE_PAGE, (bytes + HUGE_PAGE - 1) / HUGE_PAGE * HUGE_PAGE), 0 };
    if (!k->data) abort();
    madvise(k->data, bytes, MADV_HUGEPAGE);
    fill(k->data, stream, o);
}

/* The values of an operand. Making them takes longer than most ops, so those that were used last are kept. */
static wg_tensor values(uint32_t stream, const case_operand *o)
{
    static kept all[16];
    static int64_t now;
    kept *k = NULL, *oldest = all;
    for (int i = 0; i < LENGTH(all) && !k; i++) {
        const case_operand *of = &all[i].of;
        if (all[i].data && all[i].stream == stream && of->dtype == o->dtype && of->low == o->low &&
            of->high == o->high && of->form == o->form && wg_shape_equal(of->shape, o->shape))
            k = &all[i];
        if (all[i].used < oldest->used) oldest = &all[i];
    }
    if (!k) keep(k = oldest, stream, o);
    k->used = ++now;
    return wg_view(o->dtype, k->data, o->shape);
}

/* Builds the graph and reads its results. The graph repeats the last build, which costs little. */
static bool once(side *s)
{
    static const char *const names[] = { "a", "b", "c", "d", "e", "f" };
    wg_node x[CASE_OPERANDS], wrt[CASE_OPERANDS], gx[CASE_OPERANDS];
    int n = 0;
    wg_begin(s->g, WG_TRAIN);
    for (int k = 0; k < s->of->operands; k++) {
        if (s->of->x[k].stream) x[k] = wg_stream(WG_HERE, s->g, NULL);
        else x[k] = wg_input_borrow_at("x\nbench/ops.c", s->g, names[k], s->x[k]);
        if (s->of->x[k].wrt) wrt[n++] = x[k];
    }
    int operands = s->of->operands;
    while (operands < s->of->op->operands && operands < CASE_OPERANDS) x[operands++] = wg_none;
    wg_node y = wg_apply(WG_HERE, s->of->op, x, operands, s->of->attr);
    if (s->gradient && s->gy.data) {
        wg_vjp(y, wg_input_borrow(s->g, "gy", s->gy), wrt, n, gx);
        for (int k = 0; k < n; k++) wg_keep(gx[k]);
    }
    s->out[0] = wg_value(y);
    s->outs = 1;
    if (s->gradient && s->gy.data)
        for (int k = 0; k < n; k++) s->out[s->outs++] = wg_value(gx[k]);
    return !wg_failed(s->c);
}

static side side_new(const op_case *of, wg_dtype dtype, int threads, bool gradient)
{
    side s = { .of = of, .c = wg_start(.threads = threads, .dtype = dtype) };
    s.g = wg_graph_new(s.c);
    for (int k = 0; k < of->operands; k++) s.x[k] = values((uint32_t)k + 1, &of->x[k]);
    if (!gradient || !once(&s)) return s;
    const case_operand gy = { .shape = s.out[0].shape, .dtype = s.out[0].dtype, .low = -1, .high = 1 };
    s.gradient = true;
    s.gy = values(STREAM_GY, &gy);
    return s;
}

static double element(wg_tensor t, int64_t i)
{
    switch (t.dtype) {
    case WG_F32: return ((const float *)t.data)[i];
    case WG_F64: return ((const double *)t.data)[i];
    case WG_I32: return ((const int32_t *)t.data)[i];
    case WG_I64: return (double)((const int64_t *)t.data)[i];
    default: return ((const bool *)t.data)[i];
    }
}

/* A weighted sum of all results, relative to the sum of their absolute values, as ops_torch.py has it. */
static double answer(side *s)
{
    double sum = 0, size = 0;
    if (!once(s)) return NAN;
    for (int k = 0; k < s->outs; k++)
        for (int64_t i = 0; i < wg_shape_size(s->out[k].shape); i++) {
            sum += element(s->out[k], i) * (double)(i % 7 - 2);
            size += fabs(element(s->out[k], i));
        }
    return size > 0 ? sum / size : 0;
}

static double timed(side *s, int64_t n)
{
    double t = bench_now();
    for (int64_t i = 0; i < n; i++)
        if (!once(s)) return INFINITY;
    return bench_now() - t;
}

/* Finds how many runs last long enough. */
static void calibrate(side *s, double rep_seconds)
{
    for (s->n = 1;;) {
        double t = timed(s, s->n);
        if (t >= rep_seconds) return;
        s->n = t > rep_seconds / 50 ? (int64_t)((double)s->n * 1.2 * rep_seconds / t) + 1 : 10 * s->n;
    }
}

static void one_round(side *s, const settings *o, double *best)
{
    const double end = bench_now() + o->cap;
    for (int r = 0; r < o->reps && (r == 0 || bench_now() < end); r++)
        *best = fmin(*best, timed(s, s->n) / (double)s->n);
}

static double bytes_of(wg_tensor t)
{
    return (double)wg_shape_size(t.shape) * (double)wg_dtype_size(t.dtype);
}

/* The time in which the machine reads the operands and writes the results. */
static double limit_of(const side *s, const wg_limits *l)
{
    wg_plan_step all = { .read_bytes = s->gradient ? bytes_of(s->gy) : 0, .dtype = s->of->x[0].dtype };
    for (int k = 0; k < s->of->operands; k++) all.read_bytes += bytes_of(s->x[k]);
    for (int k = 0; k < s->outs; k++) all.write_bytes += bytes_of(s->out[k]);
    return wgx_plan_bound(&all, l).seconds;
}

/* ---- the side of PyTorch ---- */

static void put_operand(FILE *f, const case_operand *x)
{
    fprintf(f, "[[");
    for (int i = 0; i < x->shape.rank; i++) fprintf(f, "%s%lld", i ? ", " : "", (long long)x->shape.dim[i]);
    fprintf(f, "], \"%s\", %.17g, %.17g, %d, %d]", wg_dtype_name(x->dtype), x->low, x->high, x->wrt, x->form);
}

static const char *ask(const settings *o, const side *s, const char *what, int64_t rows, wg_dtype dtype)
{
    static char request[2048];
    FILE *f = fmemopen(request, sizeof request, "w");
    fprintf(f, "{\"do\": \"%s\", \"torch\": \"%s\", \"axis\": %s, \"rows\": %lld, ", what, s->of->torch,
            strcmp(s->of->axis, "None") == 0 ? "null" : s->of->axis, (long long)rows);
    fprintf(f, "\"dtype\": \"%s\", \"threads\": %d, \"gradient\": %d, ", wg_dtype_name(dtype),
            wg_context_threads(s->c), s->gradient);
    fprintf(f, "\"reps\": %d, \"rep_seconds\": %g, \"cap\": %g, \"x\": [", o->reps, o->rep_seconds, o->cap);
    for (int k = 0; k < s->of->operands; k++) fputs(k ? ", " : "", f), put_operand(f, &s->of->x[k]);
    fprintf(f, "]}");
    fclose(f);
    return torch_ask(o->peer, request);
}

static bool agree(const side *s, double own, const char *reply)
{
    if (!reply || s->of->apart || fabs(own - atof(reply)) <= BENCH_AGREE) return true;
    printf("THE RESULTS DIFFER: %s: wengert %.9g, torch %s\n", s->of->name, own, reply);
    return false;
}

/* ---- the table ---- */

static void put(results *all, result r)
{
    if (all->count == all->capacity) {
        all->capacity = 2 * all->capacity + 256;
        all->of = realloc(all->of, (size_t)all->capacity * sizeof *all->of);
        if (!all->of) abort();
    }
    all->of[all->count++] = r;
}

static void measure(const settings *o, results *all, const op_case *of, int64_t size, wg_dtype dtype,
                    int at_thread, bool gradient)
{
    result r = { .wengert = INFINITY, .torch = INFINITY };
    side s = side_new(of, dtype, o->thread[at_thread], gradient);
    const bool beside = o->peer && of->torch;
    const bool compared = beside && size == o->size[0];
    const double own = compared ? answer(&s) : once(&s) ? 0 : NAN;
    double torch_best[BENCH_PARTS] = { INFINITY, INFINITY, INFINITY, INFINITY };
    if (compared && !agree(&s, own, ask(o, &s, "answer", size / CASE_COLUMNS, dtype))) all->failed = true;
    if (!wg_failed(s.c)) calibrate(&s, o->rep_seconds);
    const double end = bench_now() + o->most;
    for (int i = 0; i < o->rounds && !wg_failed(s.c) && (i < 2 || bench_now() < end); i++) {
        one_round(&s, o, &r.wengert);
        const char *reply = beside ? ask(o, &s, "run", size / CASE_COLUMNS, dtype) : NULL;
        if (reply) torch_least(reply, torch_best);
    }
    r.torch = torch_best[0];
    r.limit = limit_of(&s, &o->limits[at_thread]);
    snprintf(r.text, sizeof r.text, "%-24s %5lld Ki  %s  %d  %s", of->name, (long long)size / 1024,
             wg_dtype_name(dtype), o->thread[at_thread], gradient ? "gradient" : "forward ");
    all->failed |= wg_failed(s.c) != WG_OK;
    wg_finish(s.c, stderr);
    put(all, r);
}

static bool is_wanted(const settings *o, const char *name)
{
    for (int i = 0; i < o->names; i++)
        if (strncmp(name, o->name[i], strlen(o->name[i])) == 0) return true;
    return o->names == 0;
}

static void measure_all(const settings *o, results *all)
{
    for (int i = 0; i < o->sizes; i++)
        for (int d = 0; d < o->dtypes; d++) {
            int count;
            op_case *of = op_cases_new(o->size[i] / CASE_COLUMNS, o->dtype[d], &count,
                                       i || d || o->names ? NULL : stdout);
            for (int k = 0; k < count; k++)
                for (int t = 0; t < o->threads && is_wanted(o, of[k].name); t++) {
                    measure(o, all, &of[k], o->size[i], o->dtype[d], t, false);
                    if (of[k].has_gradient && !o->forward)
                        measure(o, all, &of[k], o->size[i], o->dtype[d], t, true);
                }
            free(of);
        }
}

/* Rows without PyTorch are last, by their ratio to the limit. */
static double order_of(const result *r)
{
    return isfinite(r->torch) ? 1e9 + r->wengert / r->torch : r->wengert / r->limit;
}

static int compare(const void *a, const void *b)
{
    const double x = order_of(a), y = order_of(b);
    return (x < y) - (x > y);
}

static void print_all(const results *all)
{
    int with = 0, slower = 0;
    printf("\n%-24s %8s  %s  %s  %-8s %11s %11s %7s %7s\n", "op", "elements", "", "threads", "", "wengert us",
           "torch us", "/torch", "/limit");
    for (int i = 0; i < all->count; i++) {
        const result *r = &all->of[i];
        printf("%-54s %11.1f", r->text, 1e6 * r->wengert);
        if (isfinite(r->torch)) printf(" %11.1f %7.2f", 1e6 * r->torch, r->wengert / r->torch);
        else printf(" %11s %7s", "-", "-");
        printf(" %7.2f\n", r->wengert / r->limit);
        with += isfinite(r->torch);
        slower += isfinite(r->torch) && r->wengert > r->torch;
    }
    printf("\n%d rows, %d beside PyTorch", all->count, with);
    if (with)
        printf(": slower in %d; the median ratio is %.2f", slower,
               all->of[with / 2].wengert / all->of[with / 2].torch);
    printf("\n");
}

/* ---- arguments ---- */

/* "1,2" as numbers; returns how many. */
static int numbers(const char *text, double to[MOST])
{
    int n = 0;
    char *at = (char *)(uintptr_t)text;
    while (n < MOST && *at) {
        to[n++] = strtod(at, &at);
        if (*at && *at++ != ',') return 0;
    }
    return n;
}

static int dtypes_named(const char *text, wg_dtype to[MOST])
{
    if (strcmp(text, "f32") == 0) return to[0] = WG_F32, 1;
    if (strcmp(text, "f64") == 0) return to[0] = WG_F64, 1;
    return strcmp(text, "f32,f64") == 0 ? (to[0] = WG_F32, to[1] = WG_F64, 2) : 0;
}

static bool read_option(settings *o, const char *name, const char *value)
{
    double v[MOST] = { 0 };
    if (!value) return false;
    if (strcmp(name, "--dtypes") == 0) return (o->dtypes = dtypes_named(value, o->dtype)) > 0;
    const int n = numbers(value, v);
    for (int i = 0; i < n; i++)
        if (!(v[i] > 0)) return false;
    if (strcmp(name, "--sizes") == 0)
        for (o->sizes = 0; o->sizes < n; o->sizes++)
            o->size[o->sizes] = (int64_t)ceil(v[o->sizes] / LEAST) * LEAST;
    else if (strcmp(name, "--threads") == 0)
        for (o->threads = 0; o->threads < n; o->threads++) o->thread[o->threads] = (int)v[o->threads];
    else if (strcmp(name, "--rounds") == 0) o->rounds = (int)v[0];
    else if (strcmp(name, "--reps") == 0) o->reps = (int)v[0];
    else if (strcmp(name, "--rep-ms") == 0) o->rep_seconds = v[0] / 1e3;
    else return false;
    return n > 0;
}

static bool read_arguments(settings *o, int argc, char *argv[])
{
    int i = 1;
    for (; i < argc && argv[i][0] == '-'; i++) {
        if (strcmp(argv[i], "--no-torch") == 0) o->no_torch = true;
        else if (strcmp(argv[i], "--forward") == 0) o->forward = true;
        else if (read_option(o, argv[i], argv[i + 1])) i++;
        else return false;
    }
    o->names = argc - i, o->name = argv + i;
    return true;
}

static void measure_limits(settings *o)
{
    for (int t = 0; t < o->threads; t++) {
        wg_context *c = wg_start(.threads = o->thread[t]);
        wg_limits_measure(c, &o->limits[t]);
        printf("bandwidth      %d threads:", o->thread[t]);
        for (int i = 0; i < WG_LEVELS; i++)
            printf(" %.0f GB/s to %zu KiB%s", 1e-9 * o->limits[t].bandwidth[i], o->limits[t].bytes[i] / 1024,
                   i + 1 < WG_LEVELS ? "," : "\n");
        wg_finish(c, stderr);
    }
}

int main(int argc, char *argv[])
{
    settings o = { .rounds = 3,
                   .reps = 3,
                   .rep_seconds = 0.001,
                   .cap = 0.02,
                   .most = 0.1,
                   .sizes = 3,
                   .size = { 1 << 14, 1 << 18, 1 << 22 },
                   .dtypes = 1,
                   .dtype = { WG_F32 },
                   .threads = 2,
                   .thread = { 1, 2 } };
    char why[256] = "not asked for";
    if (!read_arguments(&o, argc, argv)) {
        fprintf(stderr, "usage: bench-ops [--rounds N] [--reps N] [--rep-ms N] [--sizes N,N] [--dtypes "
                        "f32,f64] [--threads 1,2] [--forward] [--no-torch] [OP ...]\n");
        return 2;
    }
    machine_print(stdout);
    measure_limits(&o);
    if (!o.no_torch) o.peer = torch_start(BENCH_TORCH_OPS, true, why, sizeof why);
    if (o.peer) printf("PyTorch        %s\n", torch_version(o.peer));
    else printf("PyTorch        not measured (%s); Debian's package is python3-torch\n", why);
    results all = { 0 };
    measure_all(&o, &all);
    torch_stop(o.peer);
    qsort(all.of, (size_t)all.count, sizeof *all.of, compare);
    print_all(&all);
    free(all.of);
    return all.failed ? 1 : 0;
}
