/* data_normalise.c: x := (x - mu) / sigma by column, or the same for y. A set and all sets that follow it
 * (sets split from it or declared like it, the test part of its folder) have the same mu and sigma. x and
 * y of a set are normalised at most once. In this file `of` is WGI_X or WGI_Y. */
#include "data/dataset.h"

#include <math.h>
#include <string.h>

static const wg_tensor *tensor(const wg_data *d, int of) { return of == WGI_X ? &d->x : &d->y; }

static int64_t columns_of(const wg_data *d, int of)
{
    const wg_tensor *t = tensor(d, of);
    return t->data ? (int64_t)((of == WGI_X ? d->x_row : d->y_row) / wg_dtype_size(t->dtype)) : 0;
}

static bool without_spread(const wg_tensor *t, int64_t rows, int64_t columns, int64_t column)
{
    for (int64_t i = 1; i < rows; i++)
        if (wgi_get(t, i * columns + column) != wgi_get(t, column)) return false;
    return true;
}

/* Computes the variance in a second pass, from differences to the mean. The difference of two sums of squares
 * would lose digits where the mean is large. */
static void measure(const wg_data *d, int of, double *mu, double *sigma)
{
    const wg_tensor *t = tensor(d, of);
    int64_t n = d->now.rows, columns = columns_of(d, of);
    for (int64_t i = 0; i < n * columns; i++) mu[i % columns] += wgi_get(t, i) / (double)n;
    for (int64_t i = 0; i < n * columns; i++) {
        double off = wgi_get(t, i) - mu[i % columns];
        sigma[i % columns] += off * off / (double)n;
    }
    for (int64_t k = 0; k < columns; k++) {
        bool flat = without_spread(t, n, columns, k);
        mu[k] = flat ? wgi_get(t, k) : mu[k];
        sigma[k] = flat ? 1 : sqrt(sigma[k]);
    }
}

static void apply(wg_data *d, int of)
{
    const wg_tensor *t = tensor(d, of);
    const wgi_scale *s = &d->scale[of];
    int64_t columns = columns_of(d, of);
    for (int64_t i = 0; i < d->now.rows * columns; i++)
        wgi_put(t, i, (wgi_get(t, i) - s->mu[i % columns]) / s->sigma[i % columns]);
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
static bool fit(wg_site here, wg_data *root, int of, const char *who, int64_t columns)
{
    for (wg_data *d = root; d; d = after(root, d)) {
        if (d->scale[of].mu)
            return refuse(here, d, who, WG_ERROR_USE,
                          d == root
                              ? "the set is normalised already"
                              : "a set that was split from it or read with .like is normalised already: "
                                "normalise this set first, the others follow");
        if (of == WGI_Y && !d->y.data) return refuse(here, d, who, WG_ERROR_USE, "the set has no y");
        if (!wg_dtype_is_float(tensor(d, of)->dtype))
            return refuse(here, d, who, WG_ERROR_DTYPE,
                          of == WGI_X ? "x is not f32 or f64" : "y is not f32 or f64");
        if (columns_of(d, of) != columns)
            return refuse(here, d, who, WG_ERROR_SHAPE, "the sets have different numbers of columns");
    }
    return true;
}

static bool give_room(wg_data *root, int of, int64_t columns)
{
    bool ok = true;
    for (wg_data *d = root; d && ok; d = after(root, d)) {
        wgi_scale *s = &d->scale[of];
        s->mu = wg_alloc(d->c, (size_t)columns + 1, sizeof *s->mu);
        s->sigma = wg_alloc(d->c, (size_t)columns + 1, sizeof *s->sigma);
        ok = s->mu && s->sigma;
    }
    for (wg_data *d = root; d && !ok; d = after(root, d)) {
        wg_free(d->c, d->scale[of].mu);
        wg_free(d->c, d->scale[of].sigma);
        d->scale[of] = (wgi_scale){ NULL, NULL };
    }
    return ok;
}

static void spread(wg_data *root, int of, const double *mu, const double *sigma, int64_t columns)
{
    if (!give_room(root, of, columns)) return;
    for (wg_data *d = root; d; d = after(root, d)) {
        memcpy(d->scale[of].mu, mu, (size_t)columns * sizeof *mu);
        memcpy(d->scale[of].sigma, sigma, (size_t)columns * sizeof *sigma);
        apply(d, of);
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

/* WGI_X, WGI_Y, or -1. */
static int part_of(const char *which)
{
    return which && strcmp(which, "x") == 0 ? WGI_X : which && strcmp(which, "y") == 0 ? WGI_Y : -1;
}

void wg_data_normalise_at(wg_site here, wg_data *d, const char *which)
{
    if (!d) {
        wg_fail(NULL, here, WG_ERROR_USE, "data_normalise: the data set is NULL");
        return;
    }
    const char *who = "data_normalise";
    const int of = part_of(which);
    if (wg_failed(d->c)) return;
    if (of < 0) {
        refuse(here, d, who, WG_ERROR_USE, "say what to normalise: \"x\" or \"y\"");
        return;
    }
    int64_t columns = columns_of(d, of);
    if (!fit(here, d, of, who, columns)) return;
    if (d->now.rows == 0) {
        refuse(here, d, who, WG_ERROR_VALUE, "the set has no rows to take mu and sigma from");
        return;
    }
    double *mu = wg_alloc(d->c, 2 * (size_t)columns + 1, sizeof *mu);
    if (mu) measure(d, of, mu, mu + columns);
    if (mu && countable(here, d, mu, mu + columns, columns)) spread(d, of, mu, mu + columns, columns);
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
    return fit(here, d, WGI_X, who, columns_of(train, WGI_X)) &&
           (!train->scale[WGI_Y].mu || fit(here, d, WGI_Y, who, columns_of(train, WGI_Y)));
}

bool wgi_data_take_scale(wg_data *d, const wg_data *train)
{
    for (int of = WGI_X; of <= WGI_Y; of++)
        if (train->scale[of].mu)
            spread(d, of, train->scale[of].mu, train->scale[of].sigma, columns_of(train, of));
    if (wg_failed(d->c)) return false;
    wgi_data_follow(d, (wg_data *)(uintptr_t)train); /* only the list of followers of train is changed */
    return true;
}

void wg_data_normalise_like_at(wg_site here, wg_data *d, const wg_data *train)
{
    if (!d) {
        wg_fail(NULL, here, WG_ERROR_USE, "data_normalise_like: the data set is NULL");
        return;
    }
    if (!train) wg_fail(d->c, here, WG_ERROR_USE, "data_normalise_like: the other data set is NULL");
    if (!train || d->like == train || wg_failed(d->c) || !may_follow(here, d, train)) return;
    wgi_data_take_scale(d, train);
}

void wg_data_scale(const wg_data *d, const char *which, int64_t k, double *mu, double *sigma)
{
    const int of = part_of(which);
    const wgi_scale *s = d && of >= 0 ? &d->scale[of] : NULL;
    const bool known = s && s->mu && k >= 0 && k < columns_of(d, of);
    if (mu) *mu = known ? s->mu[k] : 0;
    if (sigma) *sigma = known ? s->sigma[k] : 1;
}
