/* first_values.c: first values of parameters. They depend on (seed, name) alone. */
#include "params/params.h"
#include "base/floats.h"
#include "wgx/params.h"

#include "kernel/draws.h"
#include "kernel/orthonormal.h"

/* For Python, which cannot call what is inline. */
wg_init wgx_zeros(void) { return wg_zeros(); }
wg_init wgx_const(double value) { return wg_const(value); }
wg_init wgx_normal(double mean, double deviation) { return wg_normal(mean, deviation); }
wg_init wgx_uniform(double low, double high) { return wg_uniform(low, high); }
wg_init wgx_xavier(void) { return wg_xavier(); }
wg_init wgx_he(void) { return wg_he(); }
wg_init wgx_glorot(void) { return wg_glorot(); }
wg_init wgx_values(const double *values) { return wg_values(values); }
wg_init wgx_truncated_normal(double mean, double deviation) { return wg_truncated_normal(mean, deviation); }
wg_init wgx_orthogonal(void) { return wg_orthogonal(); }
wg_init wgx_identity(void) { return wg_identity(); }
wg_init wgx_sparse(double zeros, double deviation) { return wg_sparse(zeros, deviation); }

/* W is [window..., in, out]. */
static double deviation(const wg_init *init, const wg_shape *s)
{
    double out = s->rank ? (double)s->dim[s->rank - 1] : 1, in = 1;
    for (int i = 0; i + 1 < s->rank; i++) in *= (double)s->dim[i];
    for (int i = 0; i + 2 < s->rank; i++) out *= (double)s->dim[i];
    if (s->rank == 1) in = out;
    double fan = init->fan == WG_FAN_AVERAGE ? (in + out) / 2 : in;
    return sqrt(init->a / fan);
}

enum { WIDE = 1 << 16 }; /* about the numbers of a chunk */

static bool fill_part(void *arg, int i, int chunk, int chunks, int thread)
{
    const wg_context *c = ((void **)arg)[0];
    wgi_draws d = *(const wgi_draws *)((void **)arg)[1];
    int64_t n = d.end;
    d.begin = n * chunk / chunks;
    d.end = n * (chunk + 1) / chunks;
    wgi_draws_fill[c->isa](&d);
    return true;
}

static void fill_random(wg_context *c, wgi_draws *d)
{
    int chunks = (int)WGI_MIN(d->end / WIDE + 1, 4 * c->o.threads);
    wgi_parts_run(fill_part, (void *[]){ c, d }, &chunks, 1, c->o.threads);
}

static void fill_equal(wg_dtype t, void *data, double value, int64_t n)
{
    float f = (float)value;
    if (t == WG_F32)
        for (int64_t i = 0; i < n; i++) ((float *)data)[i] = f;
    else
        for (int64_t i = 0; i < n; i++) ((double *)data)[i] = value;
}

/* ---- values with a structure ---- */

/* A parameter as a matrix: the last axis is the columns. */
typedef struct matrix {
    int64_t rows, cols;
    double *v; /* in row-major order */
} matrix;

static bool as_matrix(wgi_parameter *q, wg_site here, const char *what, int most, matrix *m)
{
    wg_context *c = q->owner->c;
    char shape[96];
    if (q->shape.rank < 2 || q->shape.rank > most) {
        wgi_fail(c, here, "param", WG_ERROR_SHAPE, "%s is %s: first values of %s are for %s axes", q->name,
                 wg_shape_text(q->shape, shape, sizeof shape), what, most == 2 ? "two" : "two or more");
        return false;
    }
    m->cols = q->shape.dim[q->shape.rank - 1];
    m->rows = m->cols ? q->size / m->cols : 0;
    m->v = wg_alloc(c, (size_t)WGI_MAX(q->size, 1), sizeof *m->v);
    return m->v != NULL;
}

static bool give(wgi_parameter *q, const matrix *m)
{
    wgi_convert(q->dtype, q->data, WG_F64, m->v, q->size);
    wg_free(q->owner->c, m->v);
    return true;
}

static bool orthogonal(wgi_parameter *q, wg_site here, double gain)
{
    wg_context *c = q->owner->c;
    matrix m;
    if (!as_matrix(q, here, "an orthogonal matrix", WG_MAX_RANK, &m)) return false;
    const bool wide = m.cols > m.rows;
    wgi_column_matrix a = { .rows = wide ? m.cols : m.rows, .cols = wide ? m.rows : m.cols };
    a.v = wg_alloc(c, (size_t)(q->size + wgi_orthonormal_room(&a) + 1), sizeof *a.v);
    if (a.v) {
        a.room = a.v + q->size;
        for (int64_t i = 0; i < q->size; i++) a.v[i] = wgi_normal_draw(c->o.seed, q->hash, (uint64_t)i);
        wgi_orthonormal[c->isa](&a);
    }
    for (int64_t i = 0; a.v && i < m.rows; i++)
        for (int64_t j = 0; j < m.cols; j++)
            m.v[i * m.cols + j] = gain * (wide ? a.v[j * a.cols + i] : a.v[i * a.cols + j]);
    wg_free(c, a.v);
    return give(q, &m) && wgi_ok(c);
}

static bool identity(wgi_parameter *q, wg_site here, double gain)
{
    matrix m;
    if (!as_matrix(q, here, "an identity", 2, &m)) return false;
    for (int64_t i = 0; i < m.rows && i < m.cols; i++) m.v[i * m.cols + i] = gain;
    return give(q, &m);
}

/* Chooses the zeros of a column row by row: each set of so many rows is as likely (Knuth 3.4.2,
 * algorithm S). The draws of the choice have a stream of their own. */
static bool sparse(wgi_parameter *q, wg_site here, double zeros, double deviation)
{
    wg_context *c = q->owner->c;
    matrix m;
    if (!(zeros >= 0 && zeros <= 1)) {
        wgi_fail(c, here, "param", WG_ERROR_VALUE, "%s: a share of zeros of %g: must be in [0, 1]", q->name,
                 zeros);
        return false;
    }
    if (!as_matrix(q, here, "sparse columns", WG_MAX_RANK, &m)) return false;
    const uint64_t choice = wgi_text_hash_more(q->hash, " zeros");
    for (int64_t j = 0; j < m.cols; j++) {
        int64_t left = (int64_t)ceil(zeros * (double)m.rows);
        for (int64_t i = 0; i < m.rows; i++) {
            const int64_t at = i * m.cols + j;
            const double u = wgi_uniform_draw(c->o.seed, choice, (uint64_t)at);
            if (u * (double)(m.rows - i) < (double)left) left--;
            else m.v[at] = deviation * wgi_normal_draw(c->o.seed, q->hash, (uint64_t)at);
        }
    }
    return give(q, &m);
}

/* Draws z again, each time from another stream, until it is within two deviations. */
static double draw_within(uint64_t seed, uint64_t stream, int64_t i, double z)
{
    while (!(fabs(z) <= 2)) {
        stream = wgi_text_hash_more(stream, " again");
        z = wgi_normal_draw(seed, stream, (uint64_t)i);
    }
    return z;
}

static void truncate_draws(wgi_parameter *q, double mean, double deviation)
{
    const uint64_t seed = q->owner->c->o.seed;
    for (int64_t i = 0; i < q->size; i++)
        if (q->dtype == WG_F32) {
            float *y = (float *)q->data + i;
            *y = (float)(mean + deviation * draw_within(seed, q->hash, i, (double)*y));
        } else {
            double *y = (double *)q->data + i;
            *y = mean + deviation * draw_within(seed, q->hash, i, *y);
        }
}

/* ---- by kind ---- */

/* First values of a parameter that is f16 or bf16: those that it would have as f32, rounded. */
static bool fill_stored(wgi_parameter *q, wg_site here, const wg_init *init)
{
    const wg_dtype own = q->dtype;
    void *data = q->data, *wide = wg_alloc(q->owner->c, (size_t)q->size + 1, sizeof(float));
    if (!wide) return false;
    q->dtype = WG_F32, q->data = wide;
    const bool ok = wgi_init_fill(q, here, init);
    q->dtype = own, q->data = data;
    if (ok) wgi_convert(own, data, WG_F32, wide, q->size);
    wg_free(q->owner->c, wide);
    return ok;
}

static bool can_be_drawn(const wgi_parameter *q, wg_site here, const wg_init *init)
{
    const double a = init->a, b = init->b;
    const bool has_b = init->kind == WG_INIT_NORMAL || init->kind == WG_INIT_TRUNCATED ||
                       init->kind == WG_INIT_UNIFORM || init->kind == WG_INIT_SPARSE;
    const char *why = init->kind == WG_INIT_VALUES              ? NULL
                      : !isfinite(a) || (has_b && !isfinite(b)) ? "must be finite"
                      : init->kind == WG_INIT_UNIFORM
                          ? (a > b ? "the first must not be above the second" : NULL)
                      : init->kind == WG_INIT_VARIANCE && a < 0 ? "the variance must not be negative"
                      : has_b && b < 0                          ? "the deviation must not be negative"
                                                                : NULL;
    if (why)
        wgi_fail(q->owner->c, here, "param", WG_ERROR_VALUE, "%s: first values by %g and %g: %s", q->name, a,
                 b, why);
    else if ((unsigned)init->fan > WG_FAN_AVERAGE)
        wgi_fail(q->owner->c, here, "param", WG_ERROR_VALUE, "%s: fan %d is none of wg_fan", q->name,
                 (int)init->fan);
    else return true;
    return false;
}

static bool fill(wgi_parameter *q, wg_site here, const wg_init *init)
{
    wg_context *c = q->owner->c;
    if (wg_dtype_is_stored(q->dtype)) return fill_stored(q, here, init);
    const wg_init usual = q->shape.rank < 2 ? wg_zeros() : wg_he();
    if (init->kind == WG_INIT_DEFAULT) init = &usual;
    if (!can_be_drawn(q, here, init)) return false;
    wgi_draws d = { .seed = c->o.seed, .stream = q->hash, .dtype = q->dtype, .y = q->data, .end = q->size };
    d.a = init->a;
    switch (init->kind) {
    case WG_INIT_VALUES:
        if (init->values) wgi_convert(q->dtype, q->data, WG_F64, init->values, q->size);
        else wgi_fail(c, here, "param", WG_ERROR_VALUE, "%s: wg_values without values", q->name);
        return init->values;
    case WG_INIT_NORMAL: d.normal = true, d.b = init->b; break;
    case WG_INIT_VARIANCE: d.normal = true, d.a = 0, d.b = deviation(init, &q->shape); break;
    case WG_INIT_UNIFORM: d.b = init->b - init->a; break;
    case WG_INIT_TRUNCATED: d.normal = true, d.a = 0, d.b = 1; break;
    case WG_INIT_ORTHOGONAL: return orthogonal(q, here, init->a);
    case WG_INIT_IDENTITY: return identity(q, here, init->a);
    case WG_INIT_SPARSE: return sparse(q, here, init->a, init->b);
    case WG_INIT_CONST: fill_equal(q->dtype, q->data, init->a, q->size); return true;
    default:
        wgi_fail(c, here, "param", WG_ERROR_VALUE, "%s: kind %d is none of wg_init_kind", q->name,
                 (int)init->kind);
        return false;
    }
    fill_random(c, &d);
    if (init->kind == WG_INIT_TRUNCATED) truncate_draws(q, init->a, init->b);
    return true;
}

bool wgi_init_fill(wgi_parameter *q, wg_site here, const wg_init *init)
{
    const wgi_floats was = wgi_floats_enter();
    const bool ok = fill(q, here, init);
    wgi_floats_leave(was);
    return ok;
}
