/* histogram.c: how many values lie where.
 *
 * Without a number of bins their width is 2 q / n^(1/3), where q is the distance between the quartiles
 * (Freedman and Diaconis 1981), rounded to 1, 2 or 5 times a power of ten. Bins then begin at multiples
 * of their width. */
#include "figure/figure_private.h"
#include "wgx/base.h"

#include <math.h>

enum { MOST = 400, FEW = 5 };

/* A quantile of sorted values, between neighbours by a straight line. */
static double quantile(const double *v, int64_t n, double q)
{
    const double at = q * (double)(n - 1);
    const int64_t i = (int64_t)at;
    return i + 1 < n ? v[i] + (at - (double)i) * (v[i + 1] - v[i]) : v[n - 1];
}

static int64_t sorted_values(wgi_pool *f, const wg_series *s, double **out)
{
    double *v = wg_alloc(f->c, (size_t)s->n + 1, sizeof *v);
    int64_t n = 0;
    f->failed |= !v;
    for (int64_t i = 0; v && i < s->n; i++)
        if (wgi_is_shown(s->y[i])) v[n++] = s->y[i];
    if (v && n) wgx_sort(v, (size_t)n);
    *out = v;
    return n;
}

static void find_bins(const wg_series *s, const double *v, int64_t n, wgi_bins *b)
{
    b->low = v[0], b->high = v[n - 1];
    const double span = b->high - b->low;
    if (!(span > fmax(1e-12 * fmax(fabs(b->low), fabs(b->high)), 1e-290))) {
        const double half = fabs(b->low) > 1e-280 ? fabs(b->low) * 0.05 : 0.5;
        b->low -= half, b->high += half, b->n = s->o.bins != WG_AUTO ? s->o.bins : 1;
        return;
    }
    b->n = s->o.bins;
    if (b->n != WG_AUTO) return;
    double width = 2 * (quantile(v, n, 0.75) - quantile(v, n, 0.25)) / cbrt((double)n);
    width = fmin(fmax(width, span / MOST), span / FEW);
    width = wgi_nice_step(width, 1);
    b->low = floor(b->low / width + 1e-9) * width;
    b->n = (int)floor((b->high - b->low) / width + 1e-9) + 1;
    if (b->n > 1 && b->low + (b->n - 1) * width >= v[n - 1]) b->n--; /* the last bin holds its upper end */
    b->high = b->low + b->n * width;
}

bool wgi_histogram(wgi_pool *f, const wg_series *s, wgi_bins *b)
{
    double *v;
    const int64_t n = sorted_values(f, s, &v);
    *b = (wgi_bins){ 0 };
    if (n) find_bins(s, v, n, b);
    if (n) b->count = wgi_pool_alloc(f, (size_t)b->n, sizeof *b->count);
    for (int64_t i = 0; b->count && i < n; i++) {
        int at = (int)((v[i] - b->low) / (b->high - b->low) * b->n);
        at = at < 0 ? 0 : at >= b->n ? b->n - 1 : at;
        if (++b->count[at] > b->most) b->most = b->count[at];
    }
    wg_free(f->c, v);
    return b->count != NULL;
}
