/* matrix_values.c: first values with a structure: random orthogonal matrices, identities, columns with
 * zeros. */
#include "kernel/orthonormal.h"
#include "params/params.h"

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

/* ---- orthogonal ---- */

bool wgi_init_orthogonal(wgi_parameter *q, wg_site here, double gain)
{
    wg_context *c = q->owner->c;
    matrix m;
    if (!as_matrix(q, here, "an orthogonal matrix", WG_MAX_RANK, &m)) return false;
    const bool wide = m.cols > m.rows;
    wgi_columns a = { .rows = wide ? m.cols : m.rows, .cols = wide ? m.rows : m.cols };
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

/* ---- others ---- */

bool wgi_init_identity(wgi_parameter *q, wg_site here, double gain)
{
    matrix m;
    if (!as_matrix(q, here, "an identity", 2, &m)) return false;
    for (int64_t i = 0; i < m.rows && i < m.cols; i++) m.v[i * m.cols + i] = gain;
    return give(q, &m);
}

/* Chooses the zeros of a column row by row: each set of so many rows is as likely (Knuth 3.4.2,
 * algorithm S). The draws of the choice have a stream of their own. */
bool wgi_init_sparse(wgi_parameter *q, wg_site here, double zeros, double deviation)
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

/* ---- truncated ---- */

/* Draws z again, each time from another stream, until it is within two deviations. */
static double draw_within(uint64_t seed, uint64_t stream, int64_t i, double z)
{
    while (!(fabs(z) <= 2)) {
        stream = wgi_text_hash_more(stream, " again");
        z = wgi_normal_draw(seed, stream, (uint64_t)i);
    }
    return z;
}

void wgi_init_truncate(wgi_parameter *q, double mean, double deviation)
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
