/* attention_block.h: attention of one head in tiles for one element type T; both_floats.h includes it.
 *
 * Scores of a tile are stored with a row for each key, so that lanes are queries. No sum or maximum then
 * goes across lanes. */

typedef struct N(head) {
    const attention_sizes *s;
    const T *q, *k, *v;
    const bool *mask;
    int64_t q_step, v_step; /* of rows of q and k, and of rows of v and of the result */
    T *turned, *score; /* queries of a tile, times the scale, as columns [d, TILE]; scores [TILE, TILE] */
} N(head);

static N(head) N(head_of)(const wg_kernel *k, const attention_sizes *s, int64_t which)
{
    const int64_t example = which / s->heads, part = which % s->heads;
    N(head) h = { .s = s, .q_step = s->heads * s->d, .v_step = s->heads * s->out };
    h.q = OPERAND(T, 0) + example * s->tokens * h.q_step + part * s->d;
    h.k = OPERAND(T, 1) + example * s->keys * h.q_step + part * s->d;
    h.v = OPERAND(T, 2) + example * s->keys * h.v_step + part * s->out;
    h.mask = attention_mask_at(s, example);
    h.turned = k->scratch, h.score = h.turned + s->d * ATTENTION_TILE;
    return h;
}

#define TIMES(...) N(times)(__VA_ARGS__)

/* c += op(a) b, or c = op(a) b: sums over k in order. */
ALWAYS_INLINE void N(times)(int64_t m, int64_t n, int64_t k, const T *a, int64_t lda, bool ta, const T *b,
                            int64_t ldb, T *c, int64_t ldc, bool adds)
{
    wgi_gemm g = {
        .dtype = sizeof(T) == 4 ? WG_F32 : WG_F64, .ta = ta, .m = m, .n = n, .k = k, .adds = adds
    };
    g.lda = lda, g.ldb = ldb, g.ldc = ldc, g.a = a, g.b = b, g.c = c;
    wgi_gemm_own[WG_ISA_INDEX](&g);
}

static int64_t N(lanes_of)(int64_t rows)
{
    return (rows + ATTENTION_LANES - 1) / ATTENTION_LANES * ATTENTION_LANES;
}

/* Rows of x as columns of `to`, times the scale. */
static void N(columns_of)(const T *x, int64_t rows, int64_t n, int64_t step, T scale, T *to)
{
    N(turn_cached)(to, ATTENTION_TILE, x, step, rows, n);
    for (int64_t i = 0; i < n && scale != 1; i++)
        for (int64_t j = 0; j < rows; j++) to[i * ATTENTION_TILE + j] *= scale;
}

/* The queries [first, first + rows) times the scale, in the order in which N(scores) reads them: few of them
 * as rows, more as columns. */
static void N(queries_of)(const N(head) * h, int64_t first, int64_t rows)
{
    const attention_sizes *s = h->s;
    const T *q = h->q + first * h->q_step, scale = (T)s->scale;
    if (rows > WGI_THIN) N(columns_of)(q, rows, s->d, h->q_step, scale, h->turned);
    for (int64_t i = 0; i < rows && rows <= WGI_THIN; i++)
        for (int64_t c = 0; c < s->d; c++) h->turned[i * s->d + c] = q[i * h->q_step + c] * scale;
}

/* The products of keys by few queries, which read each key once. */
static void N(thin_scores)(const N(head) * h, int64_t rows, const T *keys, int64_t count)
{
    T row[WGI_THIN * ATTENTION_TILE];
    wgi_thin t = { .dtype = sizeof(T) == 4 ? WG_F32 : WG_F64, .count = rows, .n = count, .k = h->s->d };
    t.ld = h->q_step, t.ldc = ATTENTION_TILE, t.apart = h->s->d, t.next = 1;
    t.m = keys, t.v = h->turned, t.c = row;
    wgi_thin_run[WG_ISA_INDEX](&t);
    for (int64_t j = 0; j < count; j++)
        for (int64_t i = 0; i < rows; i++) h->score[j * ATTENTION_TILE + i] = row[i * ATTENTION_TILE + j];
}

/* Keys that some of the queries [first, first + rows) see are below this. */
static int64_t N(keys_seen)(const attention_sizes *s, int64_t first, int64_t rows)
{
    const int64_t end = first + rows + s->ahead;
    return end < 0 ? 0 : end < s->keys ? end : s->keys;
}

/* The scores of `rows` queries from `first` on by `count` keys from `key` on. Where a query does not see a
 * key it is minus infinity. */
static void N(scores)(const N(head) * h, int64_t first, int64_t rows, int64_t key, int64_t count)
{
    const attention_sizes *s = h->s;
    T *score = h->score;
    const T *keys = h->k + key * h->q_step;
    if (rows <= WGI_THIN) N(thin_scores)(h, rows, keys, count);
    else
        TIMES(count, rows, s->d, keys, h->q_step, false, h->turned, ATTENTION_TILE, score, ATTENTION_TILE,
              false);
    for (int64_t j = 0; j < count; j++) {
        const int64_t hidden = key + j - s->ahead - first;
        for (int64_t i = 0; i < hidden && i < rows; i++) score[j * ATTENTION_TILE + i] = -INFINITY;
    }
    if (!h->mask) return;
    for (int64_t j = 0; j < count; j++) {
        const bool *seen = h->mask + (key + j) * s->by_key + first * s->by_query;
        for (int64_t i = 0; i < rows; i++)
            if (!seen[i * s->by_query]) score[j * ATTENTION_TILE + i] = -INFINITY;
    }
}

/* ---- the result ---- */

/* The running maximum and sum of queries; fix: what the sums so far are multiplied by. */
typedef struct N(running) {
    T most[ATTENTION_TILE], sum[ATTENTION_TILE], fix[ATTENTION_TILE];
} N(running);

/* Makes e^(score - maximum) of the scores, and adds it to the sums: EIGHT keys at a time, in order. */
static void N(exponentials)(T *restrict score, N(running) *restrict r, int64_t count, int64_t lanes)
{
    enum { EIGHT = 8 };
    T above[ATTENTION_TILE], part[ATTENTION_TILE];
    for (int64_t i = 0; i < lanes; i++) above[i] = r->most[i];
    for (int64_t j = 0; j < count; j++)
        for (int64_t i = 0; i < lanes; i++) {
            const T v = score[j * ATTENTION_TILE + i];
            above[i] = v > above[i] ? v : above[i];
        }
    for (int64_t i = 0; i < lanes; i++) {
        const T most = above[i] == -INFINITY ? 0 : above[i];
        r->fix[i] = EXP_BELOW(r->most[i] - most);
        r->sum[i] *= r->fix[i];
        r->most[i] = above[i], above[i] = most;
    }
    for (int64_t j = 0; j < count; j++) {
        T *e = score + j * ATTENTION_TILE;
        for (int64_t i = 0; i < lanes; i++) {
            const T v = EXP_BELOW(e[i] - above[i]);
            e[i] = v;
            part[i] = j % EIGHT ? part[i] + v : v;
        }
        if (j % EIGHT == EIGHT - 1 || j == count - 1)
            for (int64_t i = 0; i < lanes; i++) r->sum[i] += part[i];
    }
}

/* Tile t of the queries of a head: rows of the result, and logarithms of sums of exponentials. */
static void N(attention_tile)(const N(head) * h, int64_t t, T *y, T *log_sum)
{
    const attention_sizes *s = h->s;
    const int64_t first = t * ATTENTION_TILE, left = s->tokens - first,
                  rows = left < ATTENTION_TILE ? left : ATTENTION_TILE, lanes = N(lanes_of)(rows),
                  end = N(keys_seen)(s, first, rows);
    N(running) r;
    for (int64_t i = 0; i < ATTENTION_TILE; i++) r.most[i] = -INFINITY, r.sum[i] = 0;
    if (lanes > rows) memset(h->score, 0, sizeof(T) * ATTENTION_TILE * ATTENTION_TILE);
    N(queries_of)(h, first, rows);
    y += first * h->v_step;
    for (int64_t i = 0; i < rows && !end; i++)
        for (int64_t c = 0; c < s->out; c++) y[i * h->v_step + c] = 0;
    for (int64_t key = 0; key < end; key += ATTENTION_TILE) {
        const int64_t count = end - key < ATTENTION_TILE ? end - key : ATTENTION_TILE;
        N(scores)(h, first, rows, key, count);
        N(exponentials)(h->score, &r, count, lanes);
        for (int64_t i = 0; i < rows && key; i++)
            for (int64_t c = 0; c < s->out; c++) y[i * h->v_step + c] *= r.fix[i];
        TIMES(rows, s->out, count, h->score, ATTENTION_TILE, true, h->v + key * h->v_step, h->v_step, y,
              h->v_step, key > 0);
    }
    for (int64_t i = 0; i < rows; i++) {
        const T sum = r.sum[i] == 0 ? 1 : r.sum[i];
        for (int64_t c = 0; c < s->out; c++) y[i * h->v_step + c] /= sum;
        log_sum[first + i] = r.sum[i] == 0 ? 0 : r.most[i] + LOG(sum);
    }
}

static void N(attention)(const wg_kernel *k, const attention_sizes *s)
{
    const int64_t tiles = attention_tiles(s->tokens);
    EACH_UNIT(u) {
        const N(head) h = N(head_of)(k, s, u / tiles);
        T *y = RESULT(T, 0) + (u / tiles / s->heads * s->tokens * s->heads + u / tiles % s->heads) * s->out;
        N(attention_tile)(&h, u % tiles, y, RESULT(T, 1) + u / tiles * s->tokens);
    }
}

/* ---- the gradient ---- */

typedef struct N(back) {
    N(head) h;
    const T *y, *gy, *log_sum;
    T *gq, *gk, *gv;
    T *slopes, *turned_slopes; /* gradients of the exponentials; those of a tile's results as columns */
    T inner[ATTENTION_TILE];   /* of each query the sum of y gy */
} N(back);

static N(back) N(back_of)(const wg_kernel *k, const attention_sizes *s, int64_t which)
{
    N(back) b = { .h = N(head_of)(k, s, which) };
    const int64_t example = which / s->heads, part = which % s->heads,
                  results = example * s->tokens * b.h.v_step + part * s->out;
    b.y = OPERAND(T, 4) + results;
    b.log_sum = OPERAND(T, 5) + which * s->tokens;
    b.gy = OPERAND(T, 6) + results;
    b.gq = RESULT(T, 0) + (b.h.q - OPERAND(T, 0));
    b.gk = RESULT(T, 1) + (b.h.k - OPERAND(T, 1));
    b.gv = RESULT(T, 2) + (b.h.v - OPERAND(T, 2));
    b.slopes = b.h.score + ATTENTION_TILE * ATTENTION_TILE;
    b.turned_slopes = b.slopes + ATTENTION_TILE * ATTENTION_TILE;
    return b;
}

/* The sum of products of n numbers: in LANES lanes, which are halved. */
static T N(inner_product)(const T *restrict x, const T *restrict y, int64_t n)
{
    T lane[ATTENTION_LANES] = { 0 };
    int64_t i = 0;
    for (; i + ATTENTION_LANES <= n; i += ATTENTION_LANES)
        for (int j = 0; j < ATTENTION_LANES; j++) lane[j] += x[i + j] * y[i + j];
    for (int j = 0; i < n; i++, j++) lane[j] += x[i] * y[i];
    for (int w = ATTENTION_LANES / 2; w > 0; w /= 2)
        for (int j = 0; j < w; j++) lane[j] += lane[j + w];
    return lane[0];
}

static void N(clear)(T *x, int64_t rows, int64_t n, int64_t step)
{
    for (int64_t i = 0; i < rows; i++) memset(x + i * step, 0, (size_t)n * sizeof *x);
}

/* From scores and their slopes by exponentials: the exponentials, and the slopes by scores, times the
 * scale. */
static void N(slopes_of)(const N(back) * b, int64_t first, int64_t rows, int64_t count, int64_t lanes)
{
    T log_sum[ATTENTION_TILE] = { 0 }, inner[ATTENTION_TILE] = { 0 };
    const T scale = (T)b->h.s->scale;
    T *restrict p = b->h.score, *restrict d = b->slopes;
    for (int64_t i = 0; i < rows; i++) log_sum[i] = b->log_sum[first + i], inner[i] = b->inner[i];
    for (int64_t j = 0; j < count; j++)
        for (int64_t i = 0; i < lanes; i++) {
            const int64_t at = j * ATTENTION_TILE + i;
            p[at] = EXP(p[at] - log_sum[i]);
            d[at] = p[at] * (d[at] - inner[i]) * scale;
        }
}

/* Tile t of the queries by the keys [key, end). by_q, by_kv: which gradients are wanted. */
static void N(back_tile)(N(back) * b, int64_t t, int64_t key, int64_t end, bool by_q, bool by_kv)
{
    const N(head) *h = &b->h;
    const attention_sizes *s = h->s;
    const int64_t first = t * ATTENTION_TILE, left = s->tokens - first,
                  rows = left < ATTENTION_TILE ? left : ATTENTION_TILE, lanes = N(lanes_of)(rows),
                  seen = N(keys_seen)(s, first, rows);
    const T *gy = b->gy + first * h->v_step, *q = h->q + first * h->q_step;
    if (end > seen) end = seen;
    if (key >= end) return;
    if (lanes > rows) memset(h->score, 0, sizeof(T) * 2 * ATTENTION_TILE * ATTENTION_TILE);
    N(queries_of)(h, first, rows);
    N(columns_of)(gy, rows, s->out, h->v_step, 1, b->turned_slopes);
    for (int64_t i = 0; i < rows; i++)
        b->inner[i] = N(inner_product)(gy + i * h->v_step, b->y + (first + i) * h->v_step, s->out);
    for (int64_t count; key < end; key += count) {
        count = end - key < ATTENTION_TILE ? end - key : ATTENTION_TILE;
        N(scores)(h, first, rows, key, count);
        TIMES(count, rows, s->out, h->v + key * h->v_step, h->v_step, false, b->turned_slopes, ATTENTION_TILE,
              b->slopes, ATTENTION_TILE, false);
        N(slopes_of)(b, first, rows, count, lanes);
        if (by_kv) {
            TIMES(count, s->out, rows, h->score, ATTENTION_TILE, false, gy, h->v_step,
                  b->gv + key * h->v_step, h->v_step, true);
            TIMES(count, s->d, rows, b->slopes, ATTENTION_TILE, false, q, h->q_step, b->gk + key * h->q_step,
                  h->q_step, true);
        }
        if (by_q)
            TIMES(rows, s->d, count, b->slopes, ATTENTION_TILE, true, h->k + key * h->q_step, h->q_step,
                  b->gq + first * h->q_step, h->q_step, true);
    }
}

/* A head at a time; with few heads a tile of keys at a time, then a tile of queries at a time. The sums have
 * the same order. */
static void N(attention_grad)(const wg_kernel *k, const attention_sizes *s)
{
    const bool few = s->batch * s->heads < ATTENTION_FEW_HEADS;
    const int64_t tiles = !few ? 1 : attention_tiles(k->phase ? s->tokens : s->keys),
                  tile = few ? ATTENTION_TILE : INT64_MAX, queries = attention_tiles(s->tokens);
    EACH_UNIT(u) {
        N(back) b = N(back_of)(k, s, u / tiles);
        const N(head) *h = &b.h;
        const int64_t first = few ? u % tiles * tile : 0, all = k->phase ? s->tokens : s->keys,
                      rows = all - first < tile ? all - first : tile;
        if (k->phase) {
            N(clear)(b.gq + first * h->q_step, rows, s->d, h->q_step);
            N(back_tile)(&b, u % tiles, 0, s->keys, true, false);
            continue;
        }
        N(clear)(b.gk + first * h->q_step, rows, s->d, h->q_step);
        N(clear)(b.gv + first * h->v_step, rows, s->out, h->v_step);
        if (!few) N(clear)(b.gq, s->tokens, s->d, h->q_step);
        for (int64_t t = 0; t < queries; t++) N(back_tile)(&b, t, first, first + rows, !few, true);
    }
}
