/* conv_sum_block.h: sums over places for elements of type T: the inner loops of conv_weights. conv_block.h
 * comes first. Each sum is taken in order, line by line and place by place, so its bits do not depend on how
 * many elements of the result are computed at a time. */

/* A part of the result: of a row of taps, elements [first, first + count), each a tap of the last axis
 * and a channel of the wide side, by columns, channels of the narrow side. */
typedef struct N(part) {
    const conv_sizes *s;
    const T *wide, *narrow;
    T *to;
    int64_t k0, k1, group, column, width; /* columns from `column` of the group on */
    int64_t from, until;                  /* lines of the narrow side, of all images */
} N(part);

/* The element of the wide side that row r of the part meets at place j; 0 beside it. */
ALWAYS_INLINE T N(wide_at)(const N(part) * p, const T *line, int64_t r, int64_t j)
{
    const conv_axis *a = &p->s->axis[2];
    const int64_t at = j * a->stride + r / p->s->wide * a->step - a->before,
                  channels = p->s->wide * p->s->groups;
    return at >= 0 && at < a->wide ? line[at * channels + r % p->s->wide] : 0;
}

/* The places at which rows [first, first + rows), which are one stretch of the wide side, are all
 * inside it. */
static conv_range N(inside)(const N(part) * p, int64_t first, int64_t rows)
{
    const conv_axis *a = &p->s->axis[2];
    const int64_t low = first / p->s->wide * a->step - a->before,
                  high = (first + rows - 1) / p->s->wide * a->step - a->before;
    conv_range r = { conv_up(-low, a->stride), conv_up(a->wide - high, a->stride) };
    if (r.to > a->narrow) r.to = a->narrow;
    if (r.from > r.to) r.from = r.to;
    return r;
}

/* A line of the narrow side, and the line of the wide side that it meets at taps k0 and k1. */
typedef struct N(pair) {
    int64_t n, i, j;
    const T *narrow;
} N(pair);
ALWAYS_INLINE const T *N(wide_line)(const N(part) * p, const N(pair) * u)
{
    const conv_axis *a = p->s->axis;
    const int64_t i = u->i * a[0].stride + p->k0 * a[0].step - a[0].before,
                  j = u->j * a[1].stride + p->k1 * a[1].step - a[1].before;
    if (i < 0 || j < 0 || i >= a[0].wide || j >= a[1].wide) return NULL;
    return p->wide + ((u->n * a[0].wide + i) * a[1].wide + j) * a[2].wide * p->s->wide * p->s->groups +
           p->group * p->s->wide;
}
ALWAYS_INLINE N(pair) N(first_pair)(const N(part) * p)
{
    const conv_axis *a = p->s->axis;
    return (N(pair)){ p->from / (a[0].narrow * a[1].narrow), p->from / a[1].narrow % a[0].narrow,
                      p->from % a[1].narrow,
                      p->narrow + p->from * a[2].narrow * p->s->narrow * p->s->groups +
                          p->group * p->s->narrow + p->column };
}
ALWAYS_INLINE void N(next_pair)(const N(part) * p, N(pair) * u)
{
    const conv_axis *a = p->s->axis;
    u->narrow += a[2].narrow * p->s->narrow * p->s->groups;
    if (++u->j < a[1].narrow) return;
    u->j = 0;
    if (++u->i == a[0].narrow) u->i = 0, u->n++;
}

/* Adds the products of one place: X is row i's element of the wide side. */
#define CONV_ADD(X)                                                                              \
    do {                                                                                         \
        N(vector) column[2];                                                                     \
        UNROLL                                                                                   \
        for (int v = 0; v < vectors - 1; v++) column[v] = *(const N(any) *)(y + v * LANES(T));   \
        column[vectors - 1] = N(load)(y + (vectors - 1) * LANES(T), last);                       \
        UNROLL                                                                                   \
        for (int i = 0; i < rows; i++) {                                                         \
            const N(vector) left = (X) - (N(vector)){ 0 };                                       \
            UNROLL                                                                               \
            for (int v = 0; v < vectors; v++) sum[i][v] = N(MULADD)(left, column[v], sum[i][v]); \
        }                                                                                        \
    } while (0)

/* `rows` rows by `vectors` vectors of columns. Both are constants, so that the sums stay in registers. */
ALWAYS_INLINE void N(sums)(int rows, const N(part) * p, int64_t first, int vectors)
{
    const conv_axis *a = &p->s->axis[2];
    const int64_t wide = p->s->wide * p->s->groups, narrow = p->s->narrow * p->s->groups,
                  next = a->stride * wide,
                  offset = (first / p->s->wide * a->step - a->before) * wide + first % p->s->wide;
    const conv_range inside = N(inside)(p, first, rows);
    const N(mask) last = N(mask_of)(p->width - (vectors - 1) * LANES(T));
    N(pair) u = N(first_pair)(p);
    N(vector) sum[12][2];
    UNROLL
    for (int i = 0; i < rows; i++) UNROLL
    for (int v = 0; v < vectors; v++) sum[i][v] = (N(vector)){ 0 };
    for (int64_t lines = p->until - p->from; lines > 0; lines--, N(next_pair)(p, &u)) {
        const T *line = N(wide_line)(p, &u), *y = u.narrow;
        if (!line) continue;
        T edge[12];
        int64_t j = 0;
        for (;; j++, y += narrow) {
            if (j == inside.from) {
                const T *x = line + j * next + offset;
                for (; j < inside.to; j++, x += next, y += narrow) CONV_ADD(x[i]);
            }
            if (j >= a->narrow) break;
            UNROLL
            for (int i = 0; i < rows; i++) edge[i] = N(wide_at)(p, line, first + i, j);
            CONV_ADD(edge[i]);
        }
    }
    UNROLL
    for (int i = 0; i < rows; i++) {
        T *to = p->to + (first + i) * narrow;
        UNROLL
        for (int v = 0; v < vectors - 1; v++) *(N(any) *)(to + v * LANES(T)) = sum[i][v];
        N(store)(to + (vectors - 1) * LANES(T), last, sum[i][vectors - 1]);
    }
}

ALWAYS_INLINE void N(sums_of)(const N(part) * p, int64_t first, int rows, int vectors)
{
    CONV_ROWS(rows, N(sums), p, first, vectors);
}
static __attribute__((noinline)) void N(sums_2)(const N(part) * p, int64_t i, int n)
{
    N(sums_of)(p, i, n, 2);
}
static __attribute__((noinline)) void N(sums_1)(const N(part) * p, int64_t i, int n)
{
    N(sums_of)(p, i, n, 1);
}

/* All taps of the last axis. Those that meet one stretch of the wide side are computed together. */
static void N(taps)(N(part) * p, int64_t columns)
{
    const conv_sizes *s = p->s;
    const bool joined = s->groups == 1 && s->axis[2].step == 1;
    const int64_t rows = s->axis[2].taps * s->wide, stretch = joined ? rows : s->wide, first = p->column;
    T *to = p->to;
    for (int64_t c = 0, lanes; c < columns; c += lanes) {
        lanes = columns - c > LANES(T) ? 2 * LANES(T) : LANES(T);
        p->column = first + c, p->to = to + c;
        p->width = columns - c < lanes ? columns - c : lanes;
        for (int64_t r = 0, end = stretch, n; r < rows; r += n) {
            if (r == end) end += stretch;
            n = conv_rows(end - r);
            if (lanes > LANES(T)) N(sums_2)(p, r, (int)n);
            else N(sums_1)(p, r, (int)n);
        }
    }
}

/* ---- as many groups as channels ---- */

/* Taps [first, first + rows) by `vectors` vectors of channels, p->width of them from p->column on. */
ALWAYS_INLINE void N(channel_sums)(const N(part) * p, int64_t first, int rows, int vectors)
{
    const conv_axis *a = &p->s->axis[2];
    const int64_t all = p->s->groups, offset = (first * a->step - a->before) * all + p->column;
    const N(mask) last = N(mask_of)(p->width - (vectors - 1) * LANES(T));
    N(pair) u = N(first_pair)(p);
    N(vector) sum[4][2];
    UNROLL
    for (int i = 0; i < rows; i++) UNROLL
    for (int v = 0; v < vectors; v++) sum[i][v] = (N(vector)){ 0 };
    for (int64_t lines = p->until - p->from; lines > 0; lines--, N(next_pair)(p, &u)) {
        const T *line = N(wide_line)(p, &u), *y = u.narrow;
        for (int64_t j = 0; line && j < a->narrow; j++, y += all) {
            const int64_t at = j * a->stride + first * a->step - a->before;
            const T *x = line + j * a->stride * all + offset;
            UNROLL
            for (int v = 0; v < vectors; v++) {
                const bool end = v == vectors - 1;
                const int64_t c = v * LANES(T);
                const N(vector) column = N(get)(y + c, end, last);
                UNROLL
                for (int i = 0; i < rows; i++) {
                    const T *b = x + i * a->step * all + c;
                    if (at + i * a->step < 0 || at + i * a->step >= a->wide) continue;
                    sum[i][v] = N(MULADD)(N(get)(b, end, last), column, sum[i][v]);
                }
            }
        }
    }
    UNROLL
    for (int i = 0; i < rows; i++) {
        T *to = p->to + (first + i) * all;
        UNROLL
        for (int v = 0; v < vectors - 1; v++) *(N(any) *)(to + v * LANES(T)) = sum[i][v];
        N(store)(to + (vectors - 1) * LANES(T), last, sum[i][vectors - 1]);
    }
}

static void N(channel_taps)(N(part) * p)
{
    const int64_t all = p->s->groups, taps = p->s->axis[2].taps;
    T *to = p->to;
    for (int64_t c = 0, lanes; c < all; c += lanes) {
        lanes = all - c > LANES(T) ? 2 * LANES(T) : LANES(T);
        p->column = c, p->to = to + c, p->width = all - c < lanes ? all - c : lanes;
        for (int64_t t = 0; t < taps; t += 4)
            switch ((lanes > LANES(T) ? 4 : 0) + (taps - t > 3 ? 3 : taps - t - 1)) {
            case 0: N(channel_sums)(p, t, 1, 1); break;
            case 1: N(channel_sums)(p, t, 2, 1); break;
            case 2: N(channel_sums)(p, t, 3, 1); break;
            case 3: N(channel_sums)(p, t, 4, 1); break;
            case 4: N(channel_sums)(p, t, 1, 2); break;
            case 5: N(channel_sums)(p, t, 2, 2); break;
            case 6: N(channel_sums)(p, t, 3, 2); break;
            default: N(channel_sums)(p, t, 4, 2); break;
            }
    }
}

/* Elements [begin, end) of the result: the sums of `parts` parts in order. */
static void N(add_parts)(const T *restrict x, T *restrict y, int64_t size, int64_t parts, int64_t begin,
                         int64_t end)
{
    for (int64_t i = begin; i < end; i++) y[i] = x[i];
    for (int64_t p = 1; p < parts; p++)
        for (int64_t i = begin; i < end; i++) y[i] += x[p * size + i];
}

static void N(unit)(const wg_kernel *k, const weights *w, int64_t u)
{
    const conv_sizes *s = &w->s;
    const int64_t rows = s->axis[0].taps * s->axis[1].taps, groups = conv_is_by_channels(s) ? 1 : s->groups,
                  each = rows * groups * w->blocks, part = u / each, rest = u % each, row = rest % rows,
                  group = rest / rows % groups, c = rest / rows / groups * COLUMNS;
    T *to = (T *)(w->parts > 1 ? k->scratch : k->y[0]) + part * w->size +
            row * s->axis[2].taps * s->wide * s->narrow * s->groups;
    N(part) p = { .s = s, .wide = k->x[0], .narrow = k->x[1], .group = group, .column = c };
    p.to = to + group * s->narrow + c;
    p.k0 = row / s->axis[1].taps, p.k1 = row % s->axis[1].taps;
    p.from = w->lines * part / w->parts, p.until = w->lines * (part + 1) / w->parts;
    if (conv_is_by_channels(s)) N(channel_taps)(&p);
    else N(taps)(&p, s->narrow - c < COLUMNS ? s->narrow - c : COLUMNS);
}
