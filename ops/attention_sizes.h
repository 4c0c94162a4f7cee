/* attention_sizes.h: the options and sizes of attention in tiles. */
#ifndef WG_ATTENTION_SIZES_H
#define WG_ATTENTION_SIZES_H

#include "ops.h"

#define ATTENTION_TILES_FIELDS(F, S) \
    F(S, BOOL, causal, "false") F(S, DOUBLE, scale, "0") F(S, SIZE, heads, "1")
OPTIONS(attention_tiles, ATTENTION_TILES_FIELDS);

/* Queries, and keys, of a tile; queries are computed in groups of LANES. With fewer than FEW_HEADS heads in
 * all examples the gradient takes more units, and computes the scores twice. */
enum { ATTENTION_TILE = 64, ATTENTION_LANES = 16, ATTENTION_FEW_HEADS = 8 };

/* `batch` examples of `heads` heads: queries [tokens, d], keys [keys, d], values [keys, out]. A query sees
 * the keys up to its own number + ahead, where ahead is large without .causal. */
typedef struct attention_sizes {
    int64_t batch, heads, tokens, keys, d, out, ahead;
    double scale;
    /* The mask: its leading axes are those of the queries, with strides; NULL: every key is seen. */
    const bool *mask;
    int axes;
    int64_t dim[WG_MAX_RANK], stride[WG_MAX_RANK], by_query, by_key;
} attention_sizes;

static inline int64_t attention_tiles(int64_t n) { return (n + ATTENTION_TILE - 1) / ATTENTION_TILE; }

/* The mask and its strides. Kernels alone call this: it reads the mask. */
static inline void attention_mask_of(attention_sizes *s, const wg_kernel *k)
{
    const wg_shape *m = k->xt[3].shape, *q = k->xt[0].shape;
    int64_t step = 1;
    s->mask = k->x[3];
    s->axes = q->rank - 2;
    for (int i = 0; i < q->rank; i++) {
        const int64_t n = i < m->rank ? m->dim[m->rank - 1 - i] : 1, by = n == 1 ? 0 : step;
        if (i == 0) s->by_key = by;
        else if (i == 1) s->by_query = by;
        else s->stride[q->rank - 1 - i] = by;
        step *= n;
    }
    for (int i = 0; i < s->axes; i++) s->dim[i] = q->dim[i];
    if (step == 1 && s->mask[0]) s->mask = NULL;
}

static inline attention_sizes attention_sizes_of(const wg_kernel *k)
{
    const struct attention_tiles *a = k->attr;
    const wg_shape *q = k->xt[0].shape, *v = k->xt[2].shape;
    attention_sizes s = { .batch = 1, .heads = a->heads, .scale = a->scale };
    for (int i = 0; i < q->rank - 2; i++) s.batch *= q->dim[i];
    s.tokens = q->dim[q->rank - 2], s.keys = v->dim[v->rank - 2];
    s.d = q->dim[q->rank - 1] / a->heads, s.out = v->dim[v->rank - 1] / a->heads;
    s.ahead = a->causal ? s.keys - s.tokens : INT64_MAX / 2;
    return s;
}

/* The mask of one example. */
static inline const bool *attention_mask_at(const attention_sizes *s, int64_t example)
{
    int64_t at = 0;
    for (int i = s->axes - 1; i >= 0; i--) {
        at += example % s->dim[i] * s->stride[i];
        example /= s->dim[i];
    }
    return s->mask ? s->mask + at : NULL;
}

#endif
