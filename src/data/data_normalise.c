/* data_normalise.c: x := (x - mu) / sigma by column. A set and all sets that follow it (sets split from it,
 * and sets given to wg_data_normalise_like) have the same mu and sigma. A set is normalised at most once. */
#include "data/dataset.h"

#include <math.h>
#include <string.h>

static int64_t columns_of(const wg_data *d) { return (int64_t)(d->x_row / wg_dtype_size(d->x.dtype)); }

static bool without_spread(const wg_data *d, int64_t column)
{
    int64_t columns = columns_of(d);
    for (int64_t i = 1; i < d->rows; i++)
        if (wgi_get(&d->x, i * columns + column) != wgi_get(&d->x, column)) return false;
    return true;
}

/* Computes the variance in a second pass, from differences to the mean. The difference of two sums of squares
 * would lose digits where the mean is large. */
static void measure(const wg_data *d, double *mu, double *sigma)
{
    int64_t n = d->rows, columns = columns_of(d);
    for (int64_t i = 0; i < n * columns; i++) mu[i % columns] += wgi_get(&d->x, i) / (double)n;
    for (int64_t i = 0; i < n * columns; i++) {
        double off = wgi_get(&d->x, i) - mu[i % columns];
        sigma[i % columns] += off * off / (double)n;
    }
    for (int64_t k = 0; k < columns; k++) {
        bool flat = without_spread(d, k);
        mu[k] = flat ? wgi_get(&d->x, k) : mu[k];
        sigma[k] = flat ? 1 : sqrt(sigma[k]);
    }
}

static void apply(wg_data *d)
{
    int64_t columns = columns_of(d);
    for (int64_t i = 0; i < d->rows * columns; i++)
        wgi_put(&d->x, i, (wgi_get(&d->x, i) - d->mu[i % columns]) / d->sigma[i % columns]);
}

/* The set after d in the tree below root; a set comes before the sets that follow it. NULL after the last. */
static wg_data *after(wg_data *root, wg_data *d)
{
    if (d->first) return d->first;
    while (d != root && !d->next) d = d->like;
    return d == root ? NULL : d->next;
}

static bool refuse(wg_site here, wg_data *d, const char *who, wg_status s, const char *why)
{
    wg_fail(d->c, here, s, "%s: %s", who, why);
    return false;
}

/* Check root and all sets that follow it before the first is changed, so that an error leaves all of them as
 * they were. */
static bool fit(wg_site here, wg_data *root, const char *who, int64_t columns)
{
    for (wg_data *d = root; d; d = after(root, d)) {
        if (d->mu)
            return refuse(here, d, who, WG_ERROR_USE,
                          d == root ? "the set is normalised already"
                                    : "a set split from it is normalised already");
        if (!wg_dtype_is_float(d->x.dtype))
            return refuse(here, d, who, WG_ERROR_DTYPE, "x is not f32 or f64");
        if (columns_of(d) != columns)
            return refuse(here, d, who, WG_ERROR_SHAPE, "the sets have different numbers of columns");
    }
    return true;
}

static bool give_room(wg_data *root, int64_t columns)
{
    bool ok = true;
    for (wg_data *d = root; d && ok; d = after(root, d)) {
        d->mu = wg_alloc(d->c, (size_t)columns + 1, sizeof *d->mu);
        d->sigma = wg_alloc(d->c, (size_t)columns + 1, sizeof *d->sigma);
        ok = d->mu && d->sigma;
    }
    for (wg_data *d = root; d && !ok; d = after(root, d)) {
        wg_free(d->c, d->mu);
        wg_free(d->c, d->sigma);
        d->mu = d->sigma = NULL;
    }
    return ok;
}

static void spread(wg_data *root, const double *mu, const double *sigma, int64_t columns)
{
    if (!give_room(root, columns)) return;
    for (wg_data *d = root; d; d = after(root, d)) {
        memcpy(d->mu, mu, (size_t)columns * sizeof *mu);
        memcpy(d->sigma, sigma, (size_t)columns * sizeof *sigma);
        apply(d);
    }
}

static bool countable(wg_site here, wg_data *d, const double *mu, const double *sigma, int64_t columns)
{
    for (int64_t k = 0; k < columns; k++)
        if (!isfinite(mu[k]) || !isfinite(sigma[k])) {
            wg_fail(d->c, here, WG_ERROR_VALUE, "data_normalise: column %lld is too large for a variance",
                    (long long)k);
            return false;
        }
    return true;
}

void wg_data_normalise_at(wg_site here, wg_data *d)
{
    if (!d || wg_failed(d->c)) return;
    int64_t columns = columns_of(d);
    if (!fit(here, d, "data_normalise", columns)) return;
    if (d->rows == 0) {
        refuse(here, d, "data_normalise", WG_ERROR_VALUE, "the set has no rows to take mu and sigma from");
        return;
    }
    double *mu = wg_alloc(d->c, 2 * (size_t)columns + 1, sizeof *mu);
    if (mu) measure(d, mu, mu + columns);
    if (mu && countable(here, d, mu, mu + columns, columns)) spread(d, mu, mu + columns, columns);
    wg_free(d->c, mu);
}

static bool may_follow(wg_site here, wg_data *d, const wg_data *train)
{
    const char *who = "data_normalise_like";
    if (d->c != train->c) return refuse(here, d, who, WG_ERROR_USE, "the two sets belong to two contexts");
    for (const wg_data *p = train; p; p = p->like)
        if (p == d)
            return refuse(here, d, who, WG_ERROR_USE,
                          "the other set takes its own normalisation from this one");
    return fit(here, d, who, columns_of(train));
}

void wg_data_normalise_like_at(wg_site here, wg_data *d, const wg_data *train)
{
    if (!d || !train || wg_failed(d->c) || !may_follow(here, d, train)) return;
    if (train->mu) spread(d, train->mu, train->sigma, columns_of(train));
    if (!wg_failed(d->c))
        wgi_data_follow(d, (wg_data *)(uintptr_t)train); /* only the list of followers of train is changed */
}
