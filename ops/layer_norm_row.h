/* layer_norm_row.h: rows of layer normalisation for one element type T; both_floats.h includes it. A row is
 * read from memory once: its later passes find it in the cache. */
#include "row_sum.h"

typedef struct N(layer) {
    const T *x, *gamma, *beta, *gy;
    T *y, *dgamma, *dbeta, *mean, *variance; /* y: the result, or dx */
    T eps;
    bool stream;
} N(layer);

/* A row whose variance exceeds T, or has lost its digits, although its elements have not. All is computed of
 * x `scale`, a power of 2, whose variance fits. eps counts for nothing beside it, or is 0. */
typedef struct N(far) {
    T scale, mean, inverse; /* mean and 1 / sigma of x scale */
} N(far);

/* Whether row x is one, whose variance came out as this. */
static bool N(is_far)(const N(layer) * o, const T *x, int64_t f, T variance, N(far) * a)
{
    const T scale = (T)far_scale(sizeof(T) == sizeof(float), variance, o->eps);
    double total;
    if (scale == 1) return false;
    ROW_SUM(total, f, x[i] * scale);
    const T mean = (T)(total / (double)f);
    ROW_SUM(total, f, (x[i] * scale - mean) * (x[i] * scale - mean));
    *a = (N(far)){ scale, mean, 1 / SQRT((T)(total / (double)f)) };
    return true;
}

static void N(normalise_far)(const N(layer) * o, int64_t f, int64_t r, const N(far) * a)
{
    const T *x = o->x + r * f;
    for (int64_t j = 0; j < f; j++)
        o->y[r * f + j] = (x[j] * a->scale - a->mean) * a->inverse * o->gamma[j] + o->beta[j];
    if (a->scale < 1) o->mean[r] = a->mean / a->scale;
}

static void N(descend_far)(const N(layer) * o, int64_t f, int64_t r, const N(far) * a, T *restrict dgamma,
                           T *restrict dbeta)
{
    const T *x = o->x + r * f, *gy = o->gy + r * f, *gamma = o->gamma;
    double level, slope;
    ROW_SUM(level, f, gy[i] * gamma[i]);
    ROW_SUM(slope, f, gy[i] * gamma[i] * ((x[i] * a->scale - a->mean) * a->inverse));
    const T mean = (T)(level / (double)f), b = (T)(slope / (double)f);
    for (int64_t j = 0; j < f; j++) {
        const T h = (x[j] * a->scale - a->mean) * a->inverse;
        o->y[r * f + j] = a->inverse * (gy[j] * gamma[j] - mean - h * b) * a->scale;
        dgamma[j] += gy[j] * h;
        dbeta[j] += gy[j];
    }
}

static void N(normalise)(const N(layer) * o, int64_t f, int64_t r)
{
    const T *x = o->x + r * f, *gamma = o->gamma, *beta = o->beta;
    T tile[PIECE];
    double total;
    ROW_SUM(total, f, x[i]);
    const T mean = (T)(total / (double)f);
    ROW_SUM(total, f, (x[i] - mean) * (x[i] - mean));
    const T variance = (T)(total / (double)f), inverse = 1 / SQRT(variance + o->eps);
    N(far) far;
    o->mean[r] = mean;
    o->variance[r] = variance;
    if (N(is_far)(o, x, f, variance, &far)) {
        N(normalise_far)(o, f, r, &far);
        return;
    }
    for (int64_t c = 0; c < f; c += PIECE) {
        const int64_t w = f - c < PIECE ? f - c : PIECE;
        T *restrict y = o->stream ? tile : o->y + r * f + c;
        for (int64_t j = 0; j < w; j++) y[j] = (x[c + j] - mean) * inverse * gamma[c + j] + beta[c + j];
        if (o->stream) stream_out(o->y + r * f + c, tile, (size_t)w * sizeof(T));
    }
}

/* Computes dx of row r, and adds g h and g of the row to the sums of its block. */
static void N(descend)(const N(layer) * o, int64_t f, int64_t r, T *restrict dgamma, T *restrict dbeta)
{
    const T *x = o->x + r * f, *gy = o->gy + r * f, *gamma = o->gamma;
    const T mean = o->mean[r], inverse = 1 / SQRT(o->variance[r] + o->eps);
    T tile[PIECE];
    N(far) far;
    if (N(is_far)(o, x, f, o->variance[r], &far)) {
        N(descend_far)(o, f, r, &far, dgamma, dbeta);
        return;
    }
    double level, slope;
    ROW_SUM(level, f, gy[i] * gamma[i]);
    ROW_SUM(slope, f, gy[i] * gamma[i] * ((x[i] - mean) * inverse));
    const T a = (T)(level / (double)f), b = (T)(slope / (double)f);
    for (int64_t c = 0; c < f; c += PIECE) {
        const int64_t w = f - c < PIECE ? f - c : PIECE;
        T *restrict dx = o->stream ? tile : o->y + r * f + c;
        /* Everything is read before anything is written: a load waits for a store to the same place in
         * another page. */
        for (int64_t j = 0; j < w; j++) {
            const T h = (x[c + j] - mean) * inverse, g = gy[c + j],
                    d = inverse * (g * gamma[c + j] - a - h * b);
            const T slopes = dgamma[c + j] + g * h, levels = dbeta[c + j] + g;
            dgamma[c + j] = slopes;
            dbeta[c + j] = levels;
            dx[j] = d;
        }
        if (o->stream) stream_out(o->y + r * f + c, tile, (size_t)w * sizeof(T));
    }
}

static void N(join)(const N(layer) * o, const matrix *m, const T *part, int64_t c, int64_t end)
{
    const int64_t w = end - c, f = m->f;
    double total[UNIT];
    JOIN_BLOCKS(total, part + c, 2 * f);
    for (int64_t j = 0; j < w; j++) o->dgamma[c + j] = (T)total[j];
    JOIN_BLOCKS(total, part + f + c, 2 * f);
    for (int64_t j = 0; j < w; j++) o->dbeta[c + j] = (T)total[j];
}

/* ---- kernels ---- */

static bool N(rows)(const wg_kernel *k)
{
    const matrix m = matrix_of(k);
    N(layer) o = { .x = k->x[0], .gamma = k->x[1], .beta = k->x[2], .y = k->y[0] };
    o.mean = k->y[1], o.variance = k->y[2], o.eps = (T)eps_of(k->attr), o.stream = streams(k, 0);
    EACH_UNIT(r) N(normalise)(&o, m.f, r);
    stream_end();
    return true;
}

/* Phase 0: blocks of rows, each with its own sums in scratch. Phase 1: the sums of all blocks, by columns. */
static bool N(rows_grad)(const wg_kernel *k)
{
    const matrix m = matrix_of(k);
    const int64_t f = m.f;
    N(layer) o = { .x = k->x[0], .gamma = k->x[1], .gy = k->x[4], .y = k->y[0] };
    o.mean = (T *)(uintptr_t)k->x[2], o.variance = (T *)(uintptr_t)k->x[3];
    o.dgamma = k->y[1], o.dbeta = k->y[2], o.eps = (T)eps_of(k->attr), o.stream = streams(k, 0);
    EACH_UNIT(u) {
        T *part = k->scratch;
        if (k->phase) {
            N(join)(&o, &m, part, u * UNIT, (u + 1) * UNIT < f ? (u + 1) * UNIT : f);
            continue;
        }
        part += 2 * u * f;
        for (int64_t j = 0; j < 2 * f; j++) part[j] = 0;
        for (int64_t r = u * ROW_BLOCK; r < block_end(&m, u); r++) N(descend)(&o, f, r, part, part + f);
    }
    stream_end();
    return true;
}
