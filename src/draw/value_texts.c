/* value_texts.c: the value of a tensor in a few lines: a scalar as a number, small vectors and matrices in
 * full, others as their first entries with mean and standard deviation (integers: least and greatest). */
#include "draw/picture.h"

#include <math.h>

#include "wengert/op.h"

enum { SHOWN = 4 }; /* rows and columns of what is written in full */

typedef struct census {
    int64_t nan, infinite, finite;
    double mean, deviation, least, most;
} census;

/* Mean and deviation of the finite values. */
static census count_values(const wg_tensor *t)
{
    census s = { .least = INFINITY, .most = -INFINITY };
    int64_t n = wg_shape_size(t->shape);
    double square = 0;
    for (int64_t i = 0; i < n; i++) {
        double x = wg_tensor_item(t, i), before = s.mean;
        if (isnan(x)) s.nan++;
        else if (isinf(x)) s.infinite++;
        if (!isfinite(x)) continue;
        s.mean += (x - before) / (double)++s.finite; /* Welford 1962 */
        square += (x - before) * (x - s.mean);
        if (x < s.least) s.least = x;
        if (x > s.most) s.most = x;
    }
    s.deviation = s.finite ? sqrt(square / (double)s.finite) : NAN;
    return s;
}

static void put_row(wgi_strbuf *b, const wg_tensor *t, int64_t from, int64_t count)
{
    wgi_strbuf_put(b, "[");
    for (int64_t i = 0; i < count; i++) {
        wgi_strbuf_put(b, i ? ", " : "");
        wgi_strbuf_number(b, wg_tensor_item(t, from + i));
    }
}

static void put_summary(wgi_strbuf *b, const wg_tensor *t, const census *s)
{
    int64_t n = wg_shape_size(t->shape);
    put_row(b, t, 0, 2);
    wgi_strbuf_format(b, ", … ×%lld]\n", (long long)n);
    if (s->nan || s->infinite) {
        wgi_strbuf_format(b, "%lld NaN, %lld ∞", (long long)s->nan, (long long)s->infinite);
        return;
    }
    bool real = wg_dtype_is_float(t->dtype);
    wgi_strbuf_put(b, real ? "μ = " : "from ");
    wgi_strbuf_number(b, real ? s->mean : s->least);
    wgi_strbuf_put(b, real ? ", σ = " : " to ");
    wgi_strbuf_number(b, real ? s->deviation : s->most);
}

void wgi_put_value(wgi_strbuf *b, const wg_tensor *t, bool *odd)
{
    census s = count_values(t);
    int rank = t->shape.rank;
    int64_t n = wg_shape_size(t->shape), columns = rank ? t->shape.dim[rank - 1] : 1,
            rows = rank > 1 ? t->shape.dim[rank - 2] : 1;
    *odd = s.nan || s.infinite;
    if (n == 0) wgi_strbuf_put(b, "no elements");
    else if (rank == 0) wgi_strbuf_number(b, wg_tensor_item(t, 0));
    else if (columns > SHOWN || rows > SHOWN || n != rows * columns) put_summary(b, t, &s);
    else {
        for (int64_t i = 0; i < rows; i++) {
            wgi_strbuf_put(b, rank == 1 ? "" : i ? ",\n\u2007" : "[");
            put_row(b, t, i * columns, columns);
            wgi_strbuf_put(b, "]");
        }
        wgi_strbuf_put(b, rank == 1 ? "" : "]");
    }
}
