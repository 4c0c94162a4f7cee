/* least_squares.c: the function, its minimum, and the points at which a problem is taken. */
#include "corpus/least_squares.h"

#include <math.h>
#include <string.h>

#include "corpus/draw.h"

enum { AROUND = 4, NEAR = 3, STEPS = 2000 };

double wgt_least_squares(size_t n, const double *x, double *g, void *with)
{
    const wgt_with *w = with;
    double sum = 0, all[WGT_MOST_X] = { 0 };
    for (size_t k = 0; k < w->problem->m; k++) {
        double d[WGT_MOST_X] = { 0 };
        const double r = w->problem->term(w->problem, k, x, d);
        sum += r * r;
        for (size_t i = 0; i < n && (int)k != w->skip; i++) all[i] += 2 * r * d[i];
    }
    if (g) memcpy(g, all, n * sizeof *g);
    return sum;
}

void wgt_start_of(const wgt_problem *p, double *x)
{
    for (size_t i = 0; i < p->n; i++) x[i] = p->start[p->period ? i % p->period : i];
}

/* ---- the minimum ---- */

static void exchange(double *a, double *b)
{
    const double t = *a;
    *a = *b, *b = t;
}

/* Solves A y = b by Gauss's elimination with pivots. A is n by n with rows of WGT_MOST_X. */
static bool solve(double A[WGT_MOST_X][WGT_MOST_X], double *b, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        size_t p = i;
        for (size_t j = i + 1; j < n; j++)
            if (fabs(A[j][i]) > fabs(A[p][i])) p = j;
        if (!(fabs(A[p][i]) > 0)) return false;
        for (size_t k = 0; k < n; k++) exchange(&A[i][k], &A[p][k]);
        exchange(&b[i], &b[p]);
        for (size_t j = i + 1; j < n; j++) {
            const double q = A[j][i] / A[i][i];
            for (size_t k = i; k < n; k++) A[j][k] -= q * A[i][k];
            b[j] -= q * b[i];
        }
    }
    for (size_t i = n; i-- > 0;) {
        for (size_t k = i + 1; k < n; k++) b[i] -= A[i][k] * b[k];
        b[i] /= A[i][i];
    }
    return true;
}

/* A = J'J with its diagonal times 1 + damping, step = -J'r. */
static void normal_equations(const wgt_problem *p, const double *x, double damping,
                             double A[WGT_MOST_X][WGT_MOST_X], double *step)
{
    memset(A, 0, sizeof(double[WGT_MOST_X][WGT_MOST_X]));
    memset(step, 0, WGT_MOST_X * sizeof *step);
    for (size_t k = 0; k < p->m; k++) {
        double d[WGT_MOST_X] = { 0 };
        const double r = p->term(p, k, x, d);
        for (size_t i = 0; i < p->n; i++) {
            step[i] -= d[i] * r;
            for (size_t j = 0; j < p->n; j++) A[i][j] += d[i] * d[j];
        }
    }
    for (size_t i = 0; i < p->n; i++) A[i][i] += damping * (A[i][i] + 1e-30);
}

bool wgt_minimiser(const wgt_problem *p, double *x)
{
    wgt_with w = { .problem = p, .skip = WGT_ALL_TERMS };
    double damping = 1e-3;
    wgt_start_of(p, x);
    double f = wgt_least_squares(p->n, x, NULL, &w);
    for (int s = 0; s < STEPS && damping < 1e15 && isfinite(f); s++) {
        double A[WGT_MOST_X][WGT_MOST_X], step[WGT_MOST_X], to[WGT_MOST_X];
        normal_equations(p, x, damping, A, step);
        if (!solve(A, step, p->n)) {
            damping *= 10;
            continue;
        }
        for (size_t i = 0; i < p->n; i++) to[i] = x[i] + step[i];
        const double there = wgt_least_squares(p->n, to, NULL, &w);
        damping = there < f ? damping / 3 : damping * 4;
        if (there < f) f = there, memcpy(x, to, p->n * sizeof *x);
    }
    return isfinite(f);
}

/* ---- points ---- */

static void add_at(wgt_list *l, const char *kind, const wgt_problem *p, wgt_place place, const double *x)
{
    wgt_function *f = wgt_add_function(l, kind, p->name, WGT_PASS, wgt_least_squares, 0, 0, p->n, x);
    f->with.problem = p, f->with.skip = WGT_ALL_TERMS, f->place = place;
}

void wgt_add_problem(wgt_list *l, const char *kind, const wgt_problem *p)
{
    wgt_draws r = { 1000 + l->count + 100003 * l->seed, 0 };
    double x[WGT_MOST_X], start[WGT_MOST_X], best[WGT_MOST_X];
    wgt_start_of(p, start);
    add_at(l, kind, p, WGT_START, start);
    for (int k = 0; k < (p->period ? 1 : AROUND); k++) {
        for (size_t i = 0; i < p->n; i++) x[i] = start[i] * (1 + wgt_draw_between(&r, -0.1, 0.1));
        add_at(l, kind, p, WGT_AROUND, x);
    }
    if (!wgt_minimiser(p, best)) return;
    for (int k = 0; k < (p->period ? 1 : NEAR); k++) {
        for (size_t i = 0; i < p->n; i++) x[i] = best[i] * (1 + 1e-7 * wgt_draw_normal(&r));
        add_at(l, kind, p, WGT_NEAR_MINIMUM, x);
    }
}
