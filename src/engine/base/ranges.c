/* ranges.c: the range of the numbers of an array, and texts about it, for messages. */
#include "base/base.h"

enum { BLOCK = 256 };

static void note(wgi_range *r, int64_t i, double v)
{
    r->nans += isnan(v) != 0;
    r->infinities += isinf(v) != 0;
    if (r->first < 0 && !isfinite(v)) r->first = i;
    if (isfinite(v)) r->low = fmin(r->low, v), r->high = fmax(r->high, v);
    else if (r->count == 1) r->low = r->high = v;
}

wgi_range wgi_range_of(wg_dtype t, const void *x, int64_t n)
{
    wgi_range r = { .count = n, .first = -1, .low = INFINITY, .high = -INFINITY };
    for (int64_t i = 0; i < n; i += BLOCK) {
        double v[BLOCK];
        const int64_t m = WGI_MIN(BLOCK, n - i);
        wgi_convert(WG_F64, v, t, (const char *)x + (size_t)i * wg_dtype_size(t), m);
        for (int64_t k = 0; k < m; k++) note(&r, i + k, v[k]);
    }
    return r;
}

/* "3 nan", "2 inf", "3 nan and 2 inf" */
static void count_text(const wgi_range *r, char *buf, size_t size)
{
    if (r->nans && r->infinities)
        snprintf(buf, size, "%lld nan and %lld inf", (long long)r->nans, (long long)r->infinities);
    else snprintf(buf, size, "%lld %s", (long long)(r->nans + r->infinities), r->nans ? "nan" : "inf");
}

/* "[0,4]": the place of element i of an array of shape s. Returns buf. */
static char *index_text(const wg_shape *s, int64_t i, char *buf, size_t size)
{
    wg_shape at = { .rank = s->rank };
    for (int k = s->rank - 1; k >= 0; i /= s->dim[k--]) at.dim[k] = i % s->dim[k];
    return wg_shape_text(at, buf, size);
}

char *wgi_range_text(const wgi_range *r, const wg_shape *s, char *buf, size_t size)
{
    char bad[64], where[96], rest[64] = "";
    if (!r->count) snprintf(buf, size, "empty");
    else if (r->count == 1) snprintf(buf, size, r->nans ? "nan" : "%g", r->low);
    else if (wgi_range_is_finite(r)) snprintf(buf, size, "from %g to %g", r->low, r->high);
    else {
        count_text(r, bad, sizeof bad);
        if (r->nans + r->infinities < r->count)
            snprintf(rest, sizeof rest, ", the rest from %g to %g", r->low, r->high);
        snprintf(buf, size, "%s of %lld, the first at %s%s", bad, (long long)r->count,
                 index_text(s, r->first, where, sizeof where), rest);
    }
    return buf;
}
