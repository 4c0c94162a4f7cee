/* test_kinks.c: gradients of functions that cannot be seen into and have many kinks: right ones, in which
 * each component is between the slopes to both sides, and wrong ones. f is a parabola, a family of terms with
 * kinks at some of the components, and a constant beside which the kinks are small. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "wgcheck.h"

enum { MOST = 1000, POOL = 4, FEATURES = 4, ROWS = 12 };

typedef struct problem problem;
typedef struct family {
    const char *name;
    /* Adds the terms' gradient to g unless it is NULL, and returns their sum. */
    double (*terms)(const problem *p, const double *w, double *g);
    /* Puts component i of w at a kink, with others if it must. */
    void (*bend)(problem *p, double *w, int i);
} family;

struct problem {
    const family *family;
    int n;
    double offset;
    double c[MOST], a[MOST], b[MOST], t[MOST], rows[ROWS][FEATURES];
    int bad; /* the component that is wrong; -1: none */
    double add, times;
    int where; /* it is wrong only where this component has this value; -1: everywhere */
    double value;
};

static double add(double *g, int i, double by)
{
    if (g) g[i] += by;
    return by;
}
static double sign(double x) { return (x > 0) - (x < 0); }

/* ---- families ---- */

static double lasso(const problem *p, const double *w, double *g)
{
    double f = 0;
    for (int i = 0; i < p->n; i++) f += 0.1 * fabs(w[i]), add(g, i, 0.1 * sign(w[i]));
    return f;
}
static void to_zero(problem *p, double *w, int i) { (void)p, w[i] = 0; }

/* Norms of groups. */
static double groups(const problem *p, const double *w, double *g)
{
    double f = 0;
    for (int i = 0; i < p->n; i += POOL) {
        const int end = i + POOL < p->n ? i + POOL : p->n;
        double s = 0;
        for (int j = i; j < end; j++) s += w[j] * w[j];
        f += 0.1 * sqrt(s);
        for (int j = i; s > 0 && j < end; j++) add(g, j, 0.1 * w[j] / sqrt(s));
    }
    return f;
}
static void group_to_zero(problem *p, double *w, int i)
{
    const int from = i / POOL * POOL;
    for (int j = from; j < p->n && j < from + POOL; j++) w[j] = 0;
}

static double margin(const problem *p, const double *w, int j)
{
    return p->t[j] - p->a[j] * w[j] - p->b[j] * w[(j + 1) % p->n];
}
/* up and down: the slopes of a term of the margin. */
static double of_margins(const problem *p, const double *w, double *g, double up, double down)
{
    double f = 0;
    for (int j = 0; j < p->n; j++) {
        const double m = margin(p, w, j), slope = m > 0 ? up : m < 0 ? down : 0;
        f += slope * m, add(g, j, -slope * p->a[j]), add(g, (j + 1) % p->n, -slope * p->b[j]);
    }
    return f;
}
static double hinge(const problem *p, const double *w, double *g) { return of_margins(p, w, g, 0.2, 0); }
static double quantile(const problem *p, const double *w, double *g)
{
    return of_margins(p, w, g, 0.06, -0.14);
}
static void margin_to_zero(problem *p, double *w, int i) { p->t[i] += margin(p, w, i) * -1; }

static double variation(const problem *p, const double *w, double *g)
{
    double f = 0;
    for (int i = 0; i + 1 < p->n; i++) {
        const double d = w[i + 1] - w[i];
        f += 0.1 * fabs(d), add(g, i + 1, 0.1 * sign(d)), add(g, i, -0.1 * sign(d));
    }
    return f;
}
static void to_next(problem *p, double *w, int i) { w[i] = w[(i + 1) % p->n]; }

/* A layer of relu, and half the square of what it gives. */
static double units(const problem *p, const double *w, double *g)
{
    const int units = p->n / FEATURES;
    double f = 0;
    for (int d = 0; d < ROWS; d++) {
        double s = -p->t[d % p->n], z[MOST / FEATURES];
        for (int j = 0; j < units; j++) {
            z[j] = 0;
            for (int k = 0; k < FEATURES; k++) z[j] += w[j * FEATURES + k] * p->rows[d][k];
            s += 0.1 * p->b[j] * (z[j] > 0 ? z[j] : 0);
        }
        f += s * s / 2;
        for (int j = 0; j < units; j++)
            for (int k = 0; k < FEATURES && z[j] > 0; k++)
                add(g, j * FEATURES + k, 0.1 * s * p->b[j] * p->rows[d][k]);
    }
    return f;
}

static const double *sorted_by;
static int by_value(const void *a, const void *b)
{
    const int i = *(const int *)a, j = *(const int *)b;
    return sorted_by[i] < sorted_by[j] ? -1 : sorted_by[i] > sorted_by[j] ? 1 : i - j;
}
static const int *sorted(const problem *p, const double *w)
{
    static int at[MOST];
    for (int i = 0; i < p->n; i++) at[i] = i;
    sorted_by = w;
    qsort(at, (size_t)p->n, sizeof *at, by_value);
    return at;
}
/* Equal ones share the gradient. */
static double order(const problem *p, const double *w, double *g)
{
    const double x = w[sorted(p, w)[p->n / 2]];
    int equal = 0;
    for (int i = 0; i < p->n; i++) equal += w[i] == x;
    for (int i = 0; i < p->n; i++)
        if (w[i] == x) add(g, i, 1.0 / equal);
    return x;
}
static void to_middle(problem *p, double *w, int i) { w[i] = w[sorted(p, w)[p->n / 2]]; }

/* The first of equal ones gets all of the gradient. */
static double quarter(const problem *p, const double *w, double *g)
{
    const double x = w[sorted(p, w)[p->n / 4]];
    int first = 0;
    while (w[first] != x) first++;
    add(g, first, 1);
    return x;
}
static void to_quarter(problem *p, double *w, int i) { w[i] = w[sorted(p, w)[p->n / 4]]; }

static double by_rank(const problem *p, const double *w, double *g)
{
    const int *at = sorted(p, w);
    double f = 0;
    for (int i = 0; i < p->n; i++) f += w[at[i]] * add(g, at[i], (i + 1.0) / p->n);
    return f;
}

static double pools(const problem *p, const double *w, double *g)
{
    double f = 0;
    for (int i = 0; i < p->n; i += POOL) {
        int most = i;
        for (int j = i; j < p->n && j < i + POOL; j++)
            if (w[j] > w[most]) most = j;
        f += w[most], add(g, most, 1);
    }
    return f;
}
static void to_largest(problem *p, double *w, int i)
{
    const int from = i / POOL * POOL;
    for (int j = from; j < p->n && j < from + POOL; j++) w[i] = fmax(w[i], w[j]);
}

/* The squared distance to the nearer of 0 and 1. */
static double nearest(const problem *p, const double *w, double *g)
{
    double f = 0;
    for (int i = 0; i < p->n; i++) {
        const double d = w[i] < 0.5 ? w[i] : w[i] - 1;
        f += d * d / 2, add(g, i, d);
    }
    return f;
}
static void to_half(problem *p, double *w, int i) { (void)p, w[i] = 0.5; }

static double range(const problem *p, const double *w, double *g)
{
    const int *at = sorted(p, w);
    add(g, at[p->n - 1], 1), add(g, at[0], -1);
    return w[at[p->n - 1]] - w[at[0]];
}
static void to_most(problem *p, double *w, int i) { w[i] = w[sorted(p, w)[p->n - 1]]; }

/* Errors up to 0.3 cost nothing. */
static double insensitive(const problem *p, const double *w, double *g)
{
    double f = 0;
    for (int i = 0; i < p->n; i++) {
        const double d = w[i] - p->t[i];
        if (fabs(d) > 0.3) f += 0.4 * (fabs(d) - 0.3), add(g, i, 0.4 * sign(d));
    }
    return f;
}
static void to_border(problem *p, double *w, int i) { p->t[i] = w[i] - 0.3, w[i] = p->t[i] + 0.3; }

/* The largest of planes. */
static double planes(const problem *p, const double *w, double *g)
{
    double f = -INFINITY;
    int most = 0;
    for (int j = 0; j < p->n; j++)
        if (p->a[j] * w[j] > f) f = p->a[j] * w[j], most = j;
    add(g, most, p->a[most]);
    return f;
}
static void to_plane(problem *p, double *w, int i)
{
    const double most = planes(p, w, NULL);
    w[i] = most, p->a[i] = 1;
}

/* Gains count a third of losses: two slopes, neither of them zero. */
static double losses(const problem *p, const double *w, double *g)
{
    double f = 0;
    for (int i = 0; i < p->n; i++) f += w[i] * add(g, i, w[i] > 0 ? 0.1 : 0.3);
    return f;
}

static const family families[] = {
    { "lasso", lasso, to_zero },
    { "groups", groups, group_to_zero },
    { "hinge", hinge, margin_to_zero },
    { "quantile", quantile, margin_to_zero },
    { "variation", variation, to_next },
    { "relu", units, group_to_zero },
    { "middle", order, to_middle },
    { "quarter", quarter, to_quarter },
    { "by rank", by_rank, to_next },
    { "pools", pools, to_largest },
    { "nearest", nearest, to_half },
    { "range", range, to_most },
    { "insensitive", insensitive, to_border },
    { "planes", planes, to_plane },
    { "losses", losses, to_zero },
};

/* ---- problems ---- */

static double value(const problem *p, const double *w, double *g)
{
    if (g) memset(g, 0, (size_t)p->n * sizeof *g);
    double f = p->offset + p->family->terms(p, w, g);
    for (int i = 0; i < p->n; i++) {
        const double d = w[i] - p->c[i];
        f += 0.05 * d * d, add(g, i, 0.1 * d);
    }
    return f;
}

static double function(size_t n, const double *w, double *g, void *user)
{
    const problem *p = user;
    const double f = value(p, w, g);
    (void)n;
    if (g && p->bad >= 0 && (p->where < 0 || w[p->where] == p->value))
        g[p->bad] = g[p->bad] * p->times + p->add;
    return f;
}

static void draw(problem *p, const family *f, int n, double *w)
{
    wgt_random r = { 1000 + (uint64_t)(f - families) * 7 + (uint64_t)n };
    *p = (problem){ .family = f, .n = n, .bad = -1, .where = -1 };
    for (int i = 0; i < n; i++) {
        w[i] = wgt_uniform(&r, 0.1, 1.4) * (wgt_next(&r) & 1 ? 1 : -1);
        p->c[i] = wgt_uniform(&r, -3, 3), p->t[i] = wgt_uniform(&r, 0.3, 1.3) * (wgt_next(&r) & 1 ? 1 : -1);
        p->a[i] = wgt_uniform(&r, 1, 2), p->b[i] = wgt_uniform(&r, -1, 1);
    }
    for (int d = 0; d < ROWS; d++)
        for (int k = 0; k < FEATURES; k++) p->rows[d][k] = wgt_uniform(&r, 0.2, 1.2);
}

/* The slopes of f to both sides of component i. */
static void sides(const problem *p, const double *w, int i, double side[2])
{
    static double x[MOST];
    const double h = 1e-7;
    memcpy(x, w, sizeof x);
    const double f = value(p, x, NULL);
    x[i] = w[i] - h, side[0] = (f - value(p, x, NULL)) / h;
    x[i] = w[i] + h, side[1] = (value(p, x, NULL) - f) / h;
}

static wg_verdict verdict(problem *p, const double *w, int bad, double times, double by, int where)
{
    p->bad = bad, p->times = times, p->add = by, p->where = where;
    p->value = where < 0 ? 0 : w[where];
    return wgt_verdict(wg_gradcheck_fn(function, (size_t)p->n, w, p));
}

static void expect(const problem *p, int bent, const char *what, wg_verdict v, bool good)
{
    cr_expect(good, "%s, n %d, %d at kinks, offset %g, %s: %s", p->family->name, p->n, bent, p->offset, what,
              wg_verdict_name(v));
}

/* Right, and wrong by more than the kink is high, or by 10 % where f is smooth: everywhere, and only while a
 * component is exactly at its kink. */
static void check(problem *p, const double *w, int bent, int at)
{
    double g[MOST], side[2];
    wg_verdict v = verdict(p, w, -1, 1, 0, -1);
    expect(p, bent, "right", v, v == WG_PASS);
    value(p, w, g);
    int smooth = -1;
    for (int i = 0; i < p->n && smooth < 0; i++) {
        sides(p, w, i, side);
        if (fabs(g[i]) > 0.05 && fabs(side[1] - side[0]) < 1e-4) smooth = i;
    }
    if (bent) {
        sides(p, w, at, side);
        const double high = fmax(side[0], side[1]) + 0.5 * fabs(side[1] - side[0]) + 0.2 - g[at];
        v = verdict(p, w, at, 1, high, -1), expect(p, bent, "outside of its slopes", v, v == WG_FAIL);
        v = verdict(p, w, at, 1, high, at),
        expect(p, bent, "outside of its slopes, there alone", v, v != WG_PASS);
    }
    if (smooth < 0) return;
    v = verdict(p, w, smooth, 1.1, 0, -1), expect(p, bent, "10 %", v, v == WG_FAIL);
    if (bent) v = verdict(p, w, smooth, 1.1, 0, at), expect(p, bent, "10 % there alone", v, v != WG_PASS);
}

static void check_families(int n)
{
    static const double offsets[] = { 0, 30, 1e4 };
    static problem p;
    double w[MOST];
    for (size_t k = 0; k < sizeof families / sizeof *families; k++)
        for (int bent = 0; bent <= n / 2; bent = bent ? 3 * bent + n / 8 : 1)
            for (int o = bent ? 0 : 2; o < 3; o++) {
                if (families[k].terms == units && n < FEATURES) continue;
                draw(&p, &families[k], n, w);
                p.offset = offsets[o];
                for (int j = 0; j < bent; j++) p.family->bend(&p, w, (3 * j + 1) % n);
                check(&p, w, bent, 1);
            }
}

Test(kinks, of_two) { check_families(2); }
Test(kinks, of_64_each_compared_alone) { check_families(64); }
Test(kinks, of_65_compared_in_directions) { check_families(65); }

/* ---- ties: f does not move with one component alone ---- */

/* The middle one of n numbers; user: the gradient, or what is added to a right one. */
typedef struct tie {
    const char *what;
    double g[5], x[5];
    size_t n;
    wg_verdict wanted;
} tie;

static double middle(size_t n, const double *x, double *g, void *user)
{
    const tie *t = user;
    double y[5];
    int at = 0, equal = 0;
    memcpy(y, x, n * sizeof *y);
    for (size_t i = 1; i < n; i++)
        for (size_t j = i; j > 0 && y[j] < y[j - 1]; j--) {
            const double z = y[j];
            y[j] = y[j - 1], y[j - 1] = z;
        }
    for (size_t i = 0; i < n; i++)
        if (x[i] == y[n / 2]) at = (int)i, equal++;
    for (size_t i = 0; g && i < n; i++) g[i] = equal > 1 ? t->g[i] : (int)i == at;
    return y[n / 2];
}

Test(kinks, ties_are_judged_by_their_sum_and_their_sides)
{
    static const double third = 1 / 3.0;
    static const tie all[] = {
        { "the first", { 1 }, { 0.5, 0.5, 0.5 }, 3, WG_PASS },
        { "thirds", { third, third, third }, { 1, 1, 1 }, 3, WG_PASS },
        { "two of three", { 0.5, 0, 0.5 }, { 0, 0, 0 }, 3, WG_PASS },
        { "of five, three tie", { 0, third, third, third, 0 }, { -1, 2, 2, 2, 9 }, 5, WG_PASS },
        { "of five, all tie", { 0, 0, 0, 0, 1 }, { 2, 2, 2, 2, 2 }, 5, WG_PASS },
        { "a half to each", { 0.5, 0.5, 0.5 }, { 1, 1, 1 }, 3, WG_FAIL },
        { "to none", { 0 }, { 1, 1, 1 }, 3, WG_FAIL },
        { "to one that does not tie", { 1, 0, 0, 0, 0 }, { -1, 2, 2, 2, 9 }, 5, WG_FAIL },
        { "beyond their sides", { 2, -1, 0 }, { 1, 1, 1 }, 3, WG_FAIL },
        { "the wrong sign", { -third, -third, -third }, { 1, 1, 1 }, 3, WG_FAIL },
    };
    for (size_t k = 0; k < sizeof all / sizeof *all; k++) {
        tie t = all[k];
        const wg_verdict v = wgt_verdict(wg_gradcheck_fn(middle, t.n, t.x, &t));
        cr_expect_eq(v, t.wanted, "%s: %s", t.what, wg_verdict_name(v));
    }
}
