/* batch_norm_block.h: batch normalisation for one element type T; both_floats.h includes it. A function does
 * columns [c, end) of block b, or joins these columns of all blocks.
 *
 * Mean and variance take one pass over memory (Chan, Golub and LeVeque 1979). A block stays in the cache
 * while its sum and the squared deviations from its own mean m_b are computed. Then, in double, sum (x -
 * mean)^2 = sum_b (squares_b + n_b (m_b - mean)^2). */

typedef struct N(batch) {
    const T *x, *gamma, *beta, *gy;
    T *y, *dgamma, *dbeta, *mean, *variance; /* y: the result, or dx */
    T *part;                                 /* [blocks, 2, f]: two sums for each block */
    T *scale, *level, *slope; /* [f]: gamma / s, mean(gy), mean(h gy) / s, where s = sqrt(variance + eps) */
    T eps;
    bool stream;
} N(batch);

static void N(moments)(const N(batch) * o, const matrix *m, int64_t b, int64_t c, int64_t end)
{
    const T *x = o->x;
    const int64_t f = m->f, r0 = b * ROW_BLOCK, r1 = block_end(m, b);
    for (; c < end; c += PANEL) {
        const int64_t w = end - c < PANEL ? end - c : PANEL;
        T *restrict sum = o->part + 2 * b * f + c, *restrict square = sum + f;
        T mean[PANEL];
        BLOCK_SUM(sum, x[i]);
        for (int64_t j = 0; j < w; j++) mean[j] = sum[j] / (T)(r1 - r0);
        BLOCK_SUM(square, (x[i] - mean[j]) * (x[i] - mean[j]));
    }
}

/* A column whose variance is far_scale's: mean and 1 / sigma of x `scale`. */
typedef struct N(far_column) {
    double scale, mean, inverse;
} N(far_column);
static N(far_column) N(far_of)(const N(batch) * o, const matrix *m, int64_t c, double scale)
{
    const T *x = o->x + c;
    double sum = 0, squares = 0;
    for (int64_t r = 0; r < m->rows; r++) sum += (double)x[r * m->f] * scale;
    const double mean = sum / (double)m->rows;
    for (int64_t r = 0; r < m->rows; r++) {
        const double d = (double)x[r * m->f] * scale - mean;
        squares += d * d;
    }
    return (N(far_column)){ scale, mean, 1 / sqrt(squares / (double)m->rows) };
}
static double N(scale_of)(const N(batch) * o, int64_t c)
{
    return far_scale(sizeof(T) == sizeof(float), o->variance[c], o->eps);
}

static void N(join_moments)(const N(batch) * o, const matrix *m, int64_t c, int64_t end)
{
    const int64_t w = end - c, f = m->f;
    const T *part = o->part + c;
    double total[UNIT], squares[UNIT];
    JOIN_BLOCKS(total, part, 2 * f);
    for (int64_t j = 0; j < w; j++) total[j] /= (double)m->rows;
    JOIN_BLOCKS(squares, part + f, 2 * f);
    for (int64_t b = 0; b < m->blocks; b++) {
        const int64_t n = block_end(m, b) - b * ROW_BLOCK;
        for (int64_t j = 0; j < w; j++) {
            const double away = (double)(part[2 * b * f + j] / (T)n) - total[j];
            squares[j] += (double)n * (away * away);
        }
    }
    for (int64_t j = 0; j < w; j++) {
        o->mean[c + j] = (T)total[j];
        o->variance[c + j] = (T)(squares[j] / (double)m->rows);
        o->scale[c + j] = o->gamma[c + j] / SQRT(o->variance[c + j] + o->eps);
        const double scale = N(scale_of)(o, c + j);
        if (scale == 1) continue;
        const N(far_column) a = N(far_of)(o, m, c + j, scale);
        if (scale < 1 && isfinite(a.mean))
            o->mean[c + j] = (T)(a.mean / scale), o->variance[c + j] = (T)INFINITY;
        o->scale[c + j] = o->gamma[c + j] * (T)(a.inverse * scale);
    }
}

static void N(normalise)(const N(batch) * o, const matrix *m, int64_t b, int64_t c, int64_t end)
{
    const int64_t f = m->f, r0 = b * ROW_BLOCK, r1 = block_end(m, b);
    T tile[PIECE];
    for (int64_t r = r0; r < r1; r++)
        for (int64_t at = c; at < end; at += PIECE) {
            const int64_t w = end - at < PIECE ? end - at : PIECE;
            const T *x = o->x + r * f + at, *mean = o->mean + at, *scale = o->scale + at,
                    *beta = o->beta + at;
            T *restrict y = o->stream ? tile : o->y + r * f + at;
            for (int64_t j = 0; j < w; j++) y[j] = (x[j] - mean[j]) * scale[j] + beta[j];
            if (o->stream) stream_out(o->y + r * f + at, tile, (size_t)w * sizeof(T));
        }
}

/* ---- the gradient ---- */

static void N(sums)(const N(batch) * o, const matrix *m, int64_t b, int64_t c, int64_t end)
{
    const T *x = o->x, *gy = o->gy;
    const int64_t f = m->f, r0 = b * ROW_BLOCK, r1 = block_end(m, b);
    for (; c < end; c += PANEL) {
        const int64_t w = end - c < PANEL ? end - c : PANEL;
        const T *mean = o->mean + c;
        T *restrict dbeta = o->part + 2 * b * f + c, *restrict dgamma = dbeta + f;
        T inverse[PANEL];
        for (int64_t j = 0; j < w; j++) {
            const double scale = N(scale_of)(o, c + j);
            inverse[j] = scale == 1 ? 1 / SQRT(o->variance[c + j] + o->eps) : (T)scale;
        }
        BLOCK_SUM(dbeta, gy[i]);
        BLOCK_SUM(dgamma, gy[i] * ((x[i] - mean[j]) * inverse[j]));
    }
}

static void N(join_sums)(const N(batch) * o, const matrix *m, int64_t c, int64_t end)
{
    const int64_t w = end - c, f = m->f;
    const T *part = o->part + c;
    double total[UNIT];
    JOIN_BLOCKS(total, part, 2 * f);
    for (int64_t j = 0; j < w; j++) {
        o->dbeta[c + j] = (T)total[j];
        o->level[c + j] = (T)(total[j] / (double)m->rows);
    }
    JOIN_BLOCKS(total, part + f, 2 * f);
    for (int64_t j = 0; j < w; j++) {
        const double scale = N(scale_of)(o, c + j);
        T inverse = 1 / SQRT(o->variance[c + j] + o->eps);
        if (scale != 1) {
            const N(far_column) a = N(far_of)(o, m, c + j, scale);
            inverse = (T)(a.inverse * scale), total[j] *= a.inverse;
        }
        o->dgamma[c + j] = (T)total[j];
        o->slope[c + j] = (T)(total[j] / (double)m->rows) * inverse;
        o->scale[c + j] = o->gamma[c + j] * inverse;
    }
}

static void N(descend)(const N(batch) * o, const matrix *m, int64_t b, int64_t c, int64_t end)
{
    const int64_t f = m->f, r0 = b * ROW_BLOCK, r1 = block_end(m, b);
    T tile[PIECE];
    for (int64_t r = r0; r < r1; r++)
        for (int64_t at = c; at < end; at += PIECE) {
            const int64_t w = end - at < PIECE ? end - at : PIECE;
            const T *x = o->x + r * f + at, *gy = o->gy + r * f + at, *mean = o->mean + at;
            const T *scale = o->scale + at, *level = o->level + at, *slope = o->slope + at;
            T *restrict dx = o->stream ? tile : o->y + r * f + at;
            for (int64_t j = 0; j < w; j++)
                dx[j] = scale[j] * (gy[j] - level[j] - (x[j] - mean[j]) * slope[j]);
            if (o->stream) stream_out(o->y + r * f + at, tile, (size_t)w * sizeof(T));
        }
}

/* ---- kernels: a unit is a block of rows, or some columns of all blocks (unit_of) ---- */

/* The result, mean and variance; or grad: the gradients by x, gamma and beta. */
ALWAYS_INLINE bool N(batch_kernel)(const wg_kernel *k, bool grad)
{
    const matrix shape = matrix_of(k), *m = &shape;
    const T eps = (T)eps_of(k->attr);
    N(batch) o = { .x = k->x[0], .gamma = k->x[1], .y = k->y[0], .eps = eps, .stream = streams(k, 0) };
    if (grad) o.mean = (T *)(uintptr_t)k->x[2], o.variance = (T *)(uintptr_t)k->x[3], o.gy = k->x[4];
    else o.beta = k->x[2], o.mean = k->y[1], o.variance = k->y[2];
    if (grad) o.dgamma = k->y[1], o.dbeta = k->y[2];
    o.part = k->scratch, o.scale = o.part + 2 * m->blocks * m->f;
    o.level = o.scale + m->f, o.slope = o.level + m->f;
    EACH_UNIT(u) {
        const unit s = unit_of(m, k->phase, u);
        for (int64_t b = s.block; b < s.last && s.sums; b++)
            if (grad) N(sums)(&o, m, b, s.c, s.end);
            else N(moments)(&o, m, b, s.c, s.end);
        if (s.join && grad) N(join_sums)(&o, m, s.c, s.end);
        else if (s.join) N(join_moments)(&o, m, s.c, s.end);
        for (int64_t b = s.block; b < s.last && s.rows; b++)
            if (grad) N(descend)(&o, m, b, s.c, s.end);
            else N(normalise)(&o, m, b, s.c, s.end);
    }
    stream_end();
    return true;
}
