/* gradients.c: how gradients are spoilt. */
#include "corpus/gradients.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "corpus/draw.h"

const char *wgt_spoil_text(wgt_spoil how)
{
    static const char *const text[] = {
#define TEXT(name, t) t,
        WGT_SPOIL_LIST(TEXT)
#undef TEXT
    };
    return text[how];
}

/* ---- spoiling ---- */

static void gradient(wgt_function *f, const double *x, int skip, double *g)
{
    wgt_with with = f->with;
    with.skip = skip;
    f->f(f->n, x, g, &with);
}

static void shift(double *g, size_t n)
{
    const double first = g[0];
    memmove(g, g + 1, (n - 1) * sizeof *g);
    g[n - 1] = first;
}

static void transpose(double *g, size_t n)
{
    double old[WGT_MOST_X];
    memcpy(old, g, n * sizeof *g);
    for (size_t i = 0; n % 2 == 0 && i < n; i++) g[i] = old[i % 2 * (n / 2) + i / 2];
}

static double length(const double *g, size_t n)
{
    double sum = 0, most = 0;
    for (size_t i = 0; i < n; i++) most = fmax(most, fabs(g[i]));
    for (size_t i = 0; i < n && most > 0; i++) sum += g[i] / most * (g[i] / most);
    return most * sqrt(sum);
}

static void scale(double *g, size_t n, double by)
{
    for (size_t i = 0; i < n; i++) g[i] *= by;
}

static void spoil_at_point(const wgt_wrong *w, const double *x, double *g)
{
    const size_t n = w->right->n;
    double other[WGT_MOST_X];
    switch (w->how) {
    case WGT_SPOIL_TERM: gradient(w->right, x, (int)w->at, g); break;
    case WGT_SPOIL_SIDE:
        for (size_t i = 0; i < n; i++) g[i] *= x[i] < 0 ? 1.5 : 1;
        break;
    case WGT_SPOIL_STALE:
        for (size_t i = 0; i < n; i++) other[i] = x[i] * (i % 2 ? 1.01 : 0.99);
        gradient(w->right, other, WGT_ALL_TERMS, g);
        break;
    case WGT_SPOIL_CONSTANT: {
        const double c = 1e-3 * length(g, n);
        for (size_t i = 0; i < n; i++) g[i] += c;
        break;
    }
    default: break;
    }
}

static void spoil(const wgt_wrong *w, const double *x, double *g)
{
    const size_t n = w->right->n, i = w->at % n;
    switch (w->how) {
    case WGT_SPOIL_SIGN: scale(g, n, -1); break;
    case WGT_SPOIL_SIGN_OF_ONE: g[i] = -g[i]; break;
    case WGT_SPOIL_TWICE: scale(g, n, 2); break;
    case WGT_SPOIL_HALF: scale(g, n, 0.5); break;
    case WGT_SPOIL_ZERO: g[i] = 0; break;
    case WGT_SPOIL_DOUBLED: g[i] *= 2; break;
    case WGT_SPOIL_TENTH: g[i] *= 1.1; break;
    case WGT_SPOIL_PERCENT: g[i] *= 1.01; break;
    case WGT_SPOIL_TENTH_PERCENT: g[i] *= 1.001; break;
    case WGT_SPOIL_HUNDREDTH_PERCENT: g[i] *= 1.0001; break;
    case WGT_SPOIL_ALL_HUNDREDTH_PERCENT: scale(g, n, 1.0001); break;
    case WGT_SPOIL_ALL_PERCENT: scale(g, n, 1.01); break;
    case WGT_SPOIL_ALL_THOUSANDTH_PERCENT: scale(g, n, 1 + 1e-5); break;
    case WGT_SPOIL_ALL_TEN_THOUSANDTH_PERCENT: scale(g, n, 1 + 1e-6); break;
    case WGT_SPOIL_THOUSANDTH_PERCENT: g[i] *= 1 + 1e-5; break;
    case WGT_SPOIL_SWAPPED: {
        const double t = g[i];
        g[i] = g[(i + 1) % n], g[(i + 1) % n] = t;
        break;
    }
    case WGT_SPOIL_SHIFTED: shift(g, n); break;
    case WGT_SPOIL_TRANSPOSED: transpose(g, n); break;
    case WGT_SPOIL_MEAN: scale(g, n, 1 / (double)w->right->with.terms); break;
    case WGT_SPOIL_LAST: g[n - 1] = 0; break;
    default: spoil_at_point(w, x, g);
    }
}

double wgt_wrong_function(size_t n, const double *x, double *g, void *user)
{
    const wgt_wrong *w = user;
    const double f = w->right->f(n, x, g, &w->right->with);
    if (g && (!w->here || !memcmp(x, w->right->x, n * sizeof *x))) spoil(w, x, g);
    return f;
}

/* ---- which count ---- */

/* Rounding errors of the right gradient g at x: what moves by one and two units in the last place
 * change. */
static void own_errors(wgt_function *f, const double *x, const double *g, double *error)
{
    double moved[WGT_MOST_X], there[WGT_MOST_X];
    for (size_t i = 0; i < f->n; i++) error[i] = 4 * DBL_EPSILON * fabs(g[i]);
    for (int k = -2; k <= 2; k++) {
        for (size_t i = 0; i < f->n; i++) moved[i] = x[i] * (1 + (i % 2 ? -k : k) * DBL_EPSILON);
        gradient(f, moved, WGT_ALL_TERMS, there);
        for (size_t i = 0; i < f->n; i++) error[i] = fmax(error[i], fabs(there[i] - g[i]));
    }
}

bool wgt_wrong_counts(wgt_wrong *w)
{
    wgt_function *f = w->right;
    wgt_draws r = { 7, 0 };
    double x[WGT_MOST_X], g[WGT_MOST_X], wrong[WGT_MOST_X], error[WGT_MOST_X];
    if ((w->how == WGT_SPOIL_TERM || w->how == WGT_SPOIL_MEAN) && !f->with.terms) return false;
    for (size_t i = 0; i < f->n; i++)
        x[i] = f->x[i] * (f->place == WGT_NEAR_MINIMUM ? 1 + 0.01 * wgt_draw_normal(&r) : 1);
    gradient(f, x, WGT_ALL_TERMS, g);
    memcpy(wrong, g, sizeof g);
    spoil(w, x, wrong);
    own_errors(f, x, g, error);
    const double last_place = DBL_EPSILON * fabs(f->f(f->n, x, NULL, &f->with)),
                 typical = length(x, f->n) / sqrt((double)f->n);
    for (size_t i = 0; i < f->n; i++) {
        const double off = fabs(wrong[i] - g[i]);
        if (off > 100 * error[i] && off * fmax(fabs(x[i]), typical) > last_place) return true;
    }
    return false;
}

double wgt_wrong_share(wgt_wrong *w)
{
    wgt_function *f = w->right;
    double g[WGT_MOST_X], wrong[WGT_MOST_X], x[WGT_MOST_X], far[WGT_MOST_X], most = 0;
    gradient(f, f->x, WGT_ALL_TERMS, g);
    memcpy(wrong, g, sizeof g);
    spoil(w, f->x, wrong);
    for (size_t i = 0; i < f->n; i++) {
        most = fmax(most, fabs(wrong[i] - g[i]));
        x[i] = f->x[i] * (i % 2 ? 0.99 : 1.01);
    }
    gradient(f, x, WGT_ALL_TERMS, far);
    const double size = length(far, f->n);
    most *= sqrt((double)f->n) / fmax(length(g, f->n), isfinite(size) ? size : 0);
    return isfinite(most) ? most : 0;
}

size_t wgt_terms(const wgt_function *f) { return f->with.terms ? (size_t)f->with.terms : 1; }

bool wgt_is_spoilt(const wgt_function *f)
{
    return f->spoilt && f->wanted == WGT_PASS && f->place != WGT_AROUND;
}
