/* many.c: whether plans pay, in programs that are drawn. `make bench-many` prints the table.
 *   MANY="--only 17" prints each pass of one program, --seed another draw, --programs how many, --worst how
 *   many are named.
 *
 * A program has tensors of `elements` numbers in rows of `width`, `structures` that differ in their ops, and
 * `graphs` that its passes go round. Which structure a pass has is drawn. A pass is wg_begin, building,
 * reading a share of the intermediate values, wg_backward. Sizes are log-uniform, and drawn again if a pass
 * would take more than about 20 ms, or the graphs more than about 200 MB.
 *
 * Each pass is timed, on one thread, in three ways, in turn, REPEATS times, of which the least counts:
 *   default      in a fresh context, as programs run
 *   interpreted  in a fresh context with .interpret = 1
 *   fixed        in new graphs of a context with .interpret = -1 that has gone through all passes before
 *
 * The claim is for the sum of a program's passes after the second: at most 1.2 times that of the better of
 * interpreted and fixed, and 10 % for noise, which is LIMIT times. The sum has what compiling costs; `fixed`
 * has not paid for it, so structures that do not come again must not be compiled. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "wengert/wengert.h"

#define LIMIT (1.2 * 1.1)

enum { REPEATS = 4, WARM = 3, LEAST = 12, MOST = 3000, PARAMETERS = 4, OPS = 600, SKIPPED = 2 };
static const double SECONDS = 0.05; /* of a sequence, if that is more than LEAST passes */

/* ---- drawing ---- */

static uint64_t mix(uint64_t a, uint64_t b)
{
    uint64_t z = (a + 0x9E3779B97F4A7C15u) * 0xBF58476D1CE4E5B9u ^ (b + 0x632BE59BD9B4E019u);
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
    z = (z ^ z >> 27) * 0x94D049BB133111EBu;
    return z ^ z >> 31;
}

static uint64_t next(uint64_t *s) { return *s = mix(*s, 1); }
static double uniform(uint64_t *s) { return (double)(next(s) >> 11) * 0x1p-53; }
static int below(uint64_t *s, int n) { return (int)(next(s) % (uint64_t)n); }
static int log_uniform(uint64_t *s, double low, double high)
{
    return (int)(low * pow(high / low, uniform(s)) + 0.5);
}

typedef struct program {
    uint64_t seed;
    int number, elements, width, structures, graphs, ops;
    double read; /* share of the intermediate values */
    float *x;
} program;

static int rows_of(const program *p) { return p->elements / p->width > 0 ? p->elements / p->width : 1; }

/* About the seconds of a pass. */
static double seconds_of(const program *p)
{
    return p->ops * (2e-6 + 3e-6 * p->read + p->elements * (5e-9 + 1e-11 * p->width));
}

static bool fits(const program *p)
{
    return p->width <= p->elements && seconds_of(p) < 0.02 && 1.0 * p->elements * p->ops * p->graphs < 2e7;
}

static int passes_of(const program *p) { return (int)fmin(fmax(SECONDS / seconds_of(p), LEAST), MOST); }

static program draw(uint64_t seed, int number)
{
    uint64_t s = mix(seed, (uint64_t)number);
    program p = { .number = number };
    do {
        p.elements = log_uniform(&s, 10, 1e6);
        p.width = log_uniform(&s, 1, 512);
        p.structures = log_uniform(&s, 1, 1e4);
        p.graphs = log_uniform(&s, 1, 1e3);
        p.ops = log_uniform(&s, 3, 300);
        p.read = uniform(&s);
    } while (!fits(&p));
    p.seed = next(&s);
    return p;
}

static int structure_of(const program *p, int pass)
{
    return (int)(mix(p->seed, (uint64_t)pass) % (uint64_t)p->structures);
}

static const char *name_of(const program *p)
{
    static char name[160];
    snprintf(name, sizeof name, "#%d: %d elements, width %d, %d structures, %d graphs, %d ops, %.0f %% read",
             p->number, p->elements, p->width, p->structures, p->graphs, p->ops, 100 * p->read);
    return name;
}

/* ---- a pass ---- */

typedef struct world {
    wg_context *c;
    wg_params *p;
    wg_graph **g;
} world;

static wg_node row(wg_graph *g, const world *w, const program *p, int i)
{
    const char name[] = { 'b', (char)('0' + i), 0 };
    return wg_param(g, w->p, name, WG_SHAPE(p->width), wg_normal(0, 0.3));
}

static wg_node product(wg_node x, wg_graph *g, const world *w, const program *p, int i)
{
    const char name[] = { 'W', (char)('0' + i), 0 };
    return wg_matmul(x, wg_param(g, w->p, name, WG_SHAPE(p->width, p->width), wg_xavier()));
}

/* New graphs in the place of those that are there. */
static void renew(world *w, const program *p)
{
    for (int i = 0; i < p->graphs; i++) {
        wg_graph_free(w->g[i]);
        w->g[i] = wg_graph_new(w->c);
    }
}

/* With all parameters, whose first values are drawn. */
static world start(const program *p, int interpret)
{
    world w = { .c = wg_start(.threads = 1, .seed = 1, .interpret = interpret) };
    w.p = wg_params_new(w.c);
    w.g = calloc((size_t)p->graphs, sizeof *w.g);
    renew(&w, p);
    for (int i = 0; i < PARAMETERS; i++) product(row(w.g[0], &w, p, i), w.g[0], &w, p, i);
    return w;
}

/* One drawn op. All keep values near 1. */
static wg_node op(wg_node x, wg_node old, wg_graph *g, const world *w, const program *p, uint64_t *s)
{
    const int i = below(s, PARAMETERS);
    switch (below(s, 9)) {
    case 0: return wg_tanh(x);
    case 1: return product(x, g, w, p, i);
    case 2: return wg_add(x, row(g, w, p, i));
    case 3: return wg_sub(x, wg_mean(x, .axis = 1, .keepdims = true));
    case 4: return wg_add(x, wg_mean(x, .axis = 0, .keepdims = true));
    case 5: return wg_softmax(x, .axis = 1);
    case 6: return wg_sin(wg_add(wg_mul(wg_square(x), 0.5), 0.1));
    case 7: return wg_relu(x);
    default: return wg_mul(wg_add(x, old), 0.5);
    }
}

static bool pass(const world *w, const program *p, int k)
{
    uint64_t s = mix(p->seed + 1, (uint64_t)structure_of(p, k));
    wg_node value[OPS];
    wg_graph *g = w->g[k % p->graphs];
    const int ops = (p->ops + 1) / 2 + below(&s, p->ops / 2 + 1);
    wg_begin(g, WG_TRAIN);
    value[0] = wg_input(g, "x", wg_view_f32(p->x, WG_SHAPE(rows_of(p), p->width)));
    value[0] = wg_add(value[0], row(g, w, p, 0));
    for (int i = 1; i < ops; i++) {
        value[i] = op(value[i - 1], value[below(&s, i)], g, w, p, &s);
        if (uniform(&s) < p->read) wg_value(value[i]);
    }
    wg_backward(wg_mean(wg_square(value[ops - 1])), w->p);
    return wg_failed(w->c) == WG_OK;
}

/* ---- timing ---- */

typedef enum way { DEFAULT, INTERPRETED, FIXED, WAYS } way;

typedef struct times {
    int passes;
    double pass[WAYS][MOST]; /* the least */
} times;

static void time_way(const world *w, const program *p, way i, times *t)
{
    for (int k = 0; k < t->passes; k++) {
        const double from = bench_now();
        if (!pass(w, p, k)) exit((fprintf(stderr, "%s: %s\n", name_of(p), wg_message(w->c)), 1));
        t->pass[i][k] = fmin(t->pass[i][k], bench_now() - from);
    }
}

static double total_of(const times *t, way i)
{
    double total = 0;
    for (int k = SKIPPED; k < t->passes; k++) total += t->pass[i][k];
    return total;
}

static void time_program(program *p, times *t)
{
    p->x = malloc((size_t)p->elements * sizeof *p->x);
    for (int i = 0; i < p->elements; i++) p->x[i] = (float)sin(i * 0.7);
    t->passes = passes_of(p);
    world fixed = start(p, -1);
    for (int i = 0; i < WARM; i++) time_way(&fixed, p, FIXED, t);
    for (int i = 0; i < WAYS; i++)
        for (int k = 0; k < t->passes; k++) t->pass[i][k] = INFINITY;
    for (int i = 0; i < REPEATS; i++)
        for (way j = DEFAULT; j < WAYS; j++) {
            world fresh = j == FIXED ? fixed : start(p, j == INTERPRETED);
            if (j == FIXED) renew(&fresh, p);
            time_way(&fresh, p, j, t);
            if (j != FIXED) free(fresh.g), wg_finish(fresh.c, stderr);
        }
    free(fixed.g);
    wg_finish(fixed.c, stderr);
    free(p->x);
    p->x = NULL;
}

/* ---- the table ---- */

typedef struct verdict {
    program p;
    double ratio, dearest; /* of the total; of the dearest pass */
    int passes, over;      /* over: passes above the limit */
    bool plans;            /* the better is fixed */
} verdict;

/* Over all programs: passes whose structure comes for the first time, the second time and so on. */
enum { SIGHTS = 10 };
static struct {
    double passes, taken, best;
} sight[SIGHTS];

static verdict judge(const program *p, const times *t)
{
    const double fixed = total_of(t, FIXED), interpreted = total_of(t, INTERPRETED);
    int *seen = calloc((size_t)p->structures, sizeof *seen);
    verdict v = { .p = *p, .passes = t->passes - SKIPPED, .plans = fixed < interpreted };
    v.ratio = total_of(t, DEFAULT) / fmin(fixed, interpreted);
    for (int k = 0; k < t->passes; k++) {
        const double best = fmin(t->pass[FIXED][k], t->pass[INTERPRETED][k]), taken = t->pass[DEFAULT][k];
        const int times_seen = seen[structure_of(p, k)]++, i = times_seen < SIGHTS ? times_seen : SIGHTS - 1;
        if (k < SKIPPED) continue;
        sight[i].passes++, sight[i].taken += taken, sight[i].best += best;
        v.dearest = fmax(v.dearest, taken / best);
        v.over += taken > LIMIT * best;
    }
    free(seen);
    return v;
}

static int worse(const void *a, const void *b)
{
    const double x = ((const verdict *)a)->ratio, y = ((const verdict *)b)->ratio;
    return (x < y) - (x > y);
}

static void print(verdict *v, int n, int shown)
{
    int hold = 0, over = 0, passes = 0;
    qsort(v, (size_t)n, sizeof *v, worse);
    for (int i = 0; i < n; i++) hold += v[i].ratio <= LIMIT, over += v[i].over, passes += v[i].passes;
    printf("the limit is %.2f x the better of interpreted and fixed, from pass %d on\n", LIMIT, SKIPPED + 1);
    printf("total:    %d of %d programs hold; ratios: median %.2f, most %.2f\n", hold, n, v[n / 2].ratio,
           v[0].ratio);
    printf("per pass: %.2f %% of %d passes hold\n", 100 - 100.0 * over / passes, passes);
    printf("the structure of the pass comes for the\n");
    for (int i = 0; i < SIGHTS && sight[i].passes; i++)
        printf("  %2d%s time: %6.0f passes, %.2f x the better, %.0f ms more\n", i + 1,
               i + 1 < SIGHTS ? ".  " : "th+", sight[i].passes, sight[i].taken / sight[i].best,
               1e3 * (sight[i].taken - sight[i].best));
    printf("the worst by the total:\n");
    for (int i = 0; i < n && i < shown; i++)
        printf("  %5.2f  %s\n         %d passes, %d above the limit, the dearest %.1f x; the better is %s\n",
               v[i].ratio, name_of(&v[i].p), v[i].passes, v[i].over, v[i].dearest,
               v[i].plans ? "fixed" : "interpreted");
}

static void print_passes(const program *p, const times *t)
{
    printf("%s\n%6s %10s %12s %12s %12s\n", name_of(p), "pass", "structure", "default, us", "interpreted",
           "fixed");
    for (int k = 0; k < t->passes; k++)
        printf("%6d %10d %12.1f %12.1f %12.1f\n", k, structure_of(p, k), 1e6 * t->pass[DEFAULT][k],
               1e6 * t->pass[INTERPRETED][k], 1e6 * t->pass[FIXED][k]);
}

static int option(int argc, char **argv, const char *name, int otherwise)
{
    for (int i = 1; i + 1 < argc; i++)
        if (strcmp(argv[i], name) == 0) return atoi(argv[i + 1]);
    return otherwise;
}

int main(int argc, char **argv)
{
    static times t;
    const int only = option(argc, argv, "--only", 0), n = only ? 1 : option(argc, argv, "--programs", 200);
    const uint64_t seed = (uint64_t)option(argc, argv, "--seed", 1);
    verdict *all = calloc((size_t)n, sizeof *all);
    for (int i = 0; i < n; i++) {
        program p = draw(seed, only ? only : i + 1);
        time_program(&p, &t);
        all[i] = judge(&p, &t);
        if (only) print_passes(&p, &t);
        fprintf(stderr, "%d %s", i + 1, i + 1 < n ? "\r" : "\n");
    }
    print(all, n, option(argc, argv, "--worst", 5));
    free(all);
    return 0;
}
