/* bench.c: the runner. For each work, all sides give their answers, which must agree. Then the sides are
 * timed in rounds, in turn, and the least time of each over all rounds counts. Compare ratios: absolute times
 * differ between machines and hours.
 *
 *     bench [--rounds N] [--reps N] [--rep-ms N] [--no-torch] [WORK ...]
 *                                  WORK is the beginning of a row's name: "W3s", "memory"
 *     bench --without WAYS ...     Wengert in both columns, the second without these fast ways (WG_WITHOUT)
 *     bench --profile N WORK       the side of Wengert alone, N times, for profilers
 *     bench --check [WORK ...]     compares answers and gradients of both sides, and times nothing
 */
#include "bench.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hogs.h"
#include "machine.h"
#include "torch.h"
#include "works.h"

enum { NAME_COLUMNS = 45 };
#define NOISE 0.03

typedef struct settings {
    int rounds, reps;
    double rep_seconds, cap; /* a round ends after cap seconds, even if repetitions are left */
    bool no_torch, check;
    const char
        *without; /* fast ways that the second column is without (WG_WITHOUT); NULL: it is another side */
    int profile;  /* run the work this many times and print no table; 0: print the table */
    int names;
    char **name;
    torch *peer[2]; /* PyTorch that keeps its memory, PyTorch with default settings */
} settings;

enum { WENGERT, SECOND, TORCH_KEPT, TORCH, SIDES };

/* ---- rounds ---- */

typedef struct contestant {
    const bench_side *side;
    void *self;
    int64_t n; /* how many times the work is done in one repetition */
    bool in;
    double best[BENCH_PARTS],
        sum[BENCH_PARTS]; /* seconds of the work: the least, and the sum of count times */
    int count;
    double answer;
} contestant;

/* Does the work n times; sets the seconds of each part. */
static bool timed(contestant *c, int64_t n, double seconds[BENCH_PARTS])
{
    double t = bench_now();
    memset(seconds, 0, BENCH_PARTS * sizeof *seconds);
    c->in = bench_run(c->side, c->self, n, seconds);
    if (seconds[0] == 0) seconds[0] = bench_now() - t;
    return c->in;
}

/* Finds how many times a repetition must do the work to last long enough. This also warms up the side. */
static void calibrate(contestant *c, double rep_seconds)
{
    double seconds[BENCH_PARTS], t = 0;
    for (c->n = 1; timed(c, c->n, seconds);) {
        t = seconds[0] + seconds[1];
        if (t >= rep_seconds) return;
        c->n = t > rep_seconds / 50 ? (int64_t)((double)c->n * 1.2 * rep_seconds / t) + 1 : 10 * c->n;
    }
}

static void one_round(contestant *c, const settings *s)
{
    double seconds[BENCH_PARTS], end = bench_now() + s->cap;
    if (!timed(c, c->n, seconds)) return;
    for (int r = 0; r < s->reps && timed(c, c->n, seconds); r++) {
        for (int i = 0; i < BENCH_PARTS; i++) {
            double once = seconds[i] / (double)c->n;
            if (once > 0 && once < c->best[i]) c->best[i] = once;
            c->sum[i] += once;
        }
        c->count++;
        if (bench_now() > end) break;
    }
}

/* ---- one work ---- */

/* NAN: there is none. */
static double answer_of(const bench_side *side, bench_setup setup)
{
    setup.check = true;
    void *self = side && side->answer ? side->start(setup) : NULL;
    const double answer = self && bench_checked(side, self) ? side->answer(self) : NAN;
    if (self) side->stop(self);
    return answer;
}

static contestant enter(const bench_side *side, bench_setup setup, double rep_seconds)
{
    contestant c = { .side = side, .best = { INFINITY, INFINITY, INFINITY, INFINITY } };
    c.answer = answer_of(side, setup);
    if (!side || (side->answer && isnan(c.answer))) return c;
    c.self = side->start(setup);
    c.in = c.self != NULL;
    if (c.in) calibrate(&c, rep_seconds);
    return c;
}

/* One of the two PyTorch processes gives the answer for both. */
static contestant enter_torch(torch *t, const work *w, bool asked)
{
    contestant c = { .answer = NAN, .best = { INFINITY, INFINITY, INFINITY, INFINITY } };
    c.in = t && w->torch;
    if (c.in && asked) c.answer = torch_answer(t, w->torch, w->size);
    return c;
}

static bool agree(double a, double b)
{
    return isnan(a) || isnan(b) || fabs(a - b) <= BENCH_AGREE * (fabs(a) + fabs(b));
}

static void print_cell(double value, const char *unit)
{
    if (isfinite(value)) printf(" %9.*f %s", value < 10 ? 3 : value < 1000 ? 1 : 0, value, unit);
    else printf(" %9s %*s", "-", (int)strlen(unit), "");
}

static void print_ratio(double a, double b)
{
    if (isfinite(a) && isfinite(b)) printf(" %7.2f", a / b);
    else printf(" %7s", "-");
}

/* A time up to 3 % above the target counts as met: that much is noise. */
static void print_verdict(double value, double most)
{
    double above = value / most - 1;
    if (!isfinite(value)) printf("  not measured");
    else if (!isfinite(most)) printf("  nothing to compare with");
    else if (above <= NOISE) printf("  met");
    else printf("  missed by %.0f %%", 100 * above);
}

/* The name of the second column. */
static const char *beside(const work *w) { return w->beside ? w->beside : "hand"; }

static void print_target(const work *w, const row *r)
{
    if (r->target == TIMES) printf(" (%.2f x %s)", r->most, beside(w));
    if (r->target == UNITS) printf(" (%g %s)", r->most, r->unit);
}

static void print_row(const work *w, int part, const contestant c[SIDES])
{
    const row *r = &w->rows[part];
    double wengert = c[WENGERT].best[part] * r->scale, second = c[SECOND].best[part] * r->scale;
    double kept = c[TORCH_KEPT].best[part] * r->scale;
    double unit = r->target == UNITS ? 1 : second;
    printf("%-*s", NAME_COLUMNS, r->name);
    print_cell(wengert, r->unit);
    print_cell(second, r->unit);
    print_ratio(wengert, second);
    print_cell(kept, r->unit);
    print_cell(c[TORCH].best[part] * r->scale, r->unit);
    print_ratio(wengert, kept);
    if (r->target != NONE) print_verdict(wengert, r->most * unit);
    print_target(w, r);
    printf("\n");
}

static bool print_work(const work *w, const contestant c[SIDES])
{
    bool fine = agree(c[WENGERT].answer, c[SECOND].answer) &&
                agree(c[TORCH_KEPT].answer, c[isnan(c[SECOND].answer) ? WENGERT : SECOND].answer);
    for (int i = 0; i < BENCH_PARTS && w->rows[i].name; i++) print_row(w, i, c);
    if (!fine)
        printf("    THE ANSWERS DIFFER: wengert %.9g, %s %.9g, torch %.9g\n", c[WENGERT].answer, beside(w),
               c[SECOND].answer, c[TORCH_KEPT].answer);
    fflush(stdout);
    return fine;
}

/* In a work of W15 the mean counts. The least would be the time between two turns of the busy processes. */
static void take_means(contestant *c)
{
    for (int i = 0; i < BENCH_PARTS; i++)
        if (c->count && isfinite(c->best[i])) c->best[i] = c->sum[i] / c->count;
}

/* The work with Wengert in both columns, the second without some fast ways. */
static work without_ways(const work *w)
{
    work same = *w;
    same.second = w->wengert, same.second_way = w->way;
    same.beside = "without";
    for (int i = 0; i < BENCH_PARTS; i++) same.rows[i].target = NONE;
    return same;
}

/* A context takes the switches from the environment when it starts, some in the middle of a round. */
static void switch_off(const settings *s, int side)
{
    if (s->without && side == SECOND) setenv("WG_WITHOUT", s->without, 1);
    else if (s->without) unsetenv("WG_WITHOUT");
}

static contestant enter_second(const settings *s, const work *w, bench_setup setup)
{
    switch_off(s, SECOND);
    const contestant c = enter(w->second, setup, s->rep_seconds);
    switch_off(s, WENGERT);
    return c;
}

static bench_setup first_of(const work *w) { return (bench_setup){ .size = w->size, .way = w->way }; }
static bench_setup second_of(const work *w) { return (bench_setup){ .size = w->size, .way = w->second_way }; }

static bool measure(const work *w, settings *s)
{
    if (!hogs_start(w->busy)) return printf("    busy processes cannot be started\n"), false;
    const bench_setup first = first_of(w), second = second_of(w);
    contestant c[SIDES] = { enter(w->wengert, first, s->rep_seconds), enter_second(s, w, second),
                            enter_torch(s->peer[0], w, true), enter_torch(s->peer[1], w, false) };
    bool fine;
    for (int r = 0; r < s->rounds; r++)
        for (int i = 0; i < SIDES; i++) {
            switch_off(s, i);
            if (c[i].in && i < TORCH_KEPT) one_round(&c[i], s);
            else if (c[i].in)
                c[i].in = torch_round(s->peer[i - TORCH_KEPT], w->torch, w->size, s->reps, s->rep_seconds,
                                      s->cap, c[i].best);
        }
    hogs_stop();
    for (int i = 0; w->mean && i < TORCH_KEPT; i++) take_means(&c[i]);
    fine = print_work(w, c);
    for (int i = 0; i < TORCH_KEPT; i++)
        if (c[i].self) {
            if (!c[i].in) printf("    %s failed\n", i == WENGERT ? "wengert" : beside(w)), fine = false;
            c[i].side->stop(c[i].self);
        }
    return fine;
}

/* ---- answers and gradients ---- */

/* Whether a row's name begins with the text. A number in it must be whole: W1 is not the start of W11. */
static bool begins(const char *name, const char *text)
{
    size_t n = strlen(text);
    bool number = n && isdigit((unsigned char)text[n - 1]);
    return strncmp(name, text, n) == 0 && !(number && isdigit((unsigned char)name[n]));
}

static bool wanted_name(const settings *s, const char *name)
{
    for (int i = 0; i < s->names; i++)
        if (begins(name, s->name[i])) return true;
    return s->names == 0;
}

enum { MOST_NUMBERS = 1 << 24 };

static size_t gradient_of(const bench_side *side, bench_setup setup, const char *order, double *to)
{
    double seconds[BENCH_PARTS];
    setup.check = true, setup.order = order;
    void *self = side->start(setup);
    bench_run(side, self, side->checked > 0, seconds);
    const size_t count = side->gradient(self, to);
    side->stop(self);
    return count;
}

/* ||a - b|| / (||a|| + ||b||). f32 has seven digits, and the sums of the works lose one or two. */
static double distance(const double *a, const double *b, size_t n)
{
    double aa = 0, bb = 0, dd = 0;
    for (size_t i = 0; i < n; i++) aa += a[i] * a[i], bb += b[i] * b[i], dd += (a[i] - b[i]) * (a[i] - b[i]);
    return sqrt(dd) / (sqrt(aa) + sqrt(bb));
}

static bool gradients_agree(const work *w)
{
    double *a = calloc(MOST_NUMBERS, sizeof *a), *b = calloc(MOST_NUMBERS, sizeof *b);
    const size_t n = gradient_of(w->wengert, first_of(w), w->order, a);
    const size_t m = gradient_of(w->second, second_of(w), w->order, b);
    const double apart = n == m && n ? distance(a, b, n) : INFINITY;
    printf("  gradients of %zu numbers: %.1e apart", n, apart);
    free(a), free(b);
    return apart <= BENCH_GRADIENTS_AGREE;
}

static bool check(const work *w)
{
    const double a = answer_of(w->wengert, first_of(w)), b = answer_of(w->second, second_of(w));
    bool fine = agree(a, b);
    printf("%-*s %16.9g %16.9g", NAME_COLUMNS, w->rows[0].name, a, b);
    if (w->order) fine &= gradients_agree(w);
    printf("%s\n", fine ? "" : "  THEY DIFFER");
    fflush(stdout);
    return fine;
}

static bool check_all(const settings *s)
{
    bool fine = s->names || hand_vmath_is_right();
    for (int i = 0; i < works_count; i++)
        if (wanted_name(s, works[i].rows[0].name)) fine &= check(&works[i]);
    return fine;
}

/* ---- memory ---- */

/* Prints the bytes of a step beside the least that it needs. Nothing is timed. */
static bool memory_row(const char *name, bool (*bytes)(double *plan, double *least))
{
    const double MiB = 1 << 20, most = 1.1;
    double plan, least;
    bool fine = bytes(&plan, &least);
    printf("%-*s", NAME_COLUMNS, name);
    if (fine) {
        print_cell(plan / MiB, "MiB"), print_cell(least / MiB, "MiB"), print_ratio(plan, least);
        printf("%32s", "");
        print_verdict(plan, most * least);
        printf(" (%.1f x what must be held)", most);
    }
    printf(fine ? "\n" : "    failed\n");
    return fine;
}

static bool measure_memory(void)
{
    const bool deep = memory_row("memory of a step of W6", wengert_deep_bytes);
    return memory_row("memory of a step of W16", wengert_gpt_bytes) && deep;
}

/* ---- for profilers ---- */

/* profile.sh tells the profiler by name to count in this function alone, so it must not be inlined. */
__attribute__((noinline)) static bool bench_profiled(contestant *c)
{
    double seconds[BENCH_PARTS];
    return timed(c, c->n, seconds);
}

enum { WARM_UP = 20 };

static int profile(const settings *s)
{
    for (int i = 0; i < works_count; i++) {
        if (!works[i].wengert || !wanted_name(s, works[i].rows[0].name)) continue;
        contestant c = { .side = works[i].wengert,
                         .self = works[i].wengert->start(
                             (bench_setup){ .size = works[i].size, .way = works[i].way }) };
        double seconds[BENCH_PARTS];
        bool fine = c.self && timed(&c, s->profile < WARM_UP ? s->profile : WARM_UP, seconds);
        c.n = s->profile;
        fine = fine && bench_profiled(&c);
        if (c.self) c.side->stop(c.self);
        return fine ? 0 : 1;
    }
    return 2;
}

static void start_torch(settings *s)
{
    char why[256] = "not asked for";
    if (!s->no_torch && (s->peer[0] = torch_start(BENCH_TORCH, true, why, sizeof why)))
        s->peer[1] = torch_start(BENCH_TORCH, false, why, sizeof why);
    if (s->peer[0]) printf("PyTorch        %s\n", torch_version(s->peer[0]));
    else printf("PyTorch        not measured (%s); Debian's package is python3-torch\n", why);
}

static bool table(settings *s)
{
    bool fine = true;
    printf("OpenBLAS' kernels %s\n\n", machine_blas_is_refitted()
                                           ? "made for this processor, forced by OPENBLAS_CORETYPE"
                                       : machine_blas_forced() ? "as the environment forces them"
                                                               : "of its own choice");
    machine_print(stdout);
    start_torch(s);
    printf("method         least of %d rounds, sides in turn, of %d repetitions of at least %.0f ms; f32, %d "
           "threads, if bench/README.md does not say otherwise\n\n",
           s->rounds, s->reps, 1e3 * s->rep_seconds, BENCH_THREADS);
    printf("%-*s %12s %12s %7s %12s %12s %7s  %s\n", NAME_COLUMNS, "work", "wengert",
           s->without ? "without" : "hand", s->without ? "ratio" : "/hand", "torch, kept", "torch", "/torch",
           "verdict");
    for (int i = 0; i < works_count; i++) {
        const work same = without_ways(&works[i]);
        if (!wanted_name(s, works[i].rows[0].name)) continue;
        if (!s->without) fine &= measure(&works[i], s);
        else if (same.wengert && !same.busy) fine &= measure(&same, s);
    }
    if (!s->without && wanted_name(s, "memory")) fine &= measure_memory();
    torch_stop(s->peer[0]), torch_stop(s->peer[1]);
    printf("\n");
    return fine;
}

static bool read_option(settings *s, const char *name, const char *value)
{
    double v = value ? atof(value) : 0;
    if (strcmp(name, "--rounds") == 0 && v >= 1) s->rounds = (int)v;
    else if (strcmp(name, "--reps") == 0 && v >= 1) s->reps = (int)v;
    else if (strcmp(name, "--profile") == 0 && v >= 1) s->profile = (int)v;
    else if (strcmp(name, "--without") == 0 && value) s->without = value;
    else if (strcmp(name, "--rep-ms") == 0 && v > 0) s->rep_seconds = v / 1e3;
    else return false;
    return true;
}

static bool is_a_work(const char *start)
{
    bool found = begins("memory", start);
    for (int i = 0; i < works_count && !found; i++) found = begins(works[i].rows[0].name, start);
    return found;
}

static bool read_arguments(settings *s, int argc, char *argv[])
{
    int i = 1;
    for (; i < argc && argv[i][0] == '-'; i++) {
        if (strcmp(argv[i], "--no-torch") == 0) s->no_torch = true;
        else if (strcmp(argv[i], "--check") == 0) s->check = true;
        else if (read_option(s, argv[i], argv[i + 1])) i++;
        else return false;
    }
    s->names = argc - i, s->name = argv + i;
    for (; i < argc; i++)
        if (!is_a_work(argv[i]))
            return fprintf(stderr, "bench: there is no work '%s' (options come first)\n", argv[i]), false;
    return true;
}

int main(int argc, char *argv[])
{
    if (hogs_am_one(argc, argv)) hogs_be_one();
    settings s = { .rounds = 5, .reps = 15, .rep_seconds = 0.03, .cap = 3 };
    if (!read_arguments(&s, argc, argv)) {
        fprintf(stderr, "usage: bench [--rounds N] [--reps N] [--rep-ms N] [--no-torch] [--check] "
                        "[--without WAYS] [WORK ...]\n");
        return 2;
    }
    static char *products[] = { "W1", "W6", "W8", "W12" };
    if (s.profile) return profile(&s);
    if (s.check) return !check_all(&s);
    if (machine_blas_is_refitted() && !s.names)
        s.name = products, s.names = sizeof products / sizeof *products;
    bool fine = table(&s);
    fflush(stdout);
    if (fine) machine_blas_again(argv);
    return fine ? 0 : 1;
}
