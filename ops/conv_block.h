/* conv_block.h: sums over taps and channels for elements of type T: the inner loops of convolutions. N(name)
 * is the name of T's function. Each sum is taken in order, over the rows of taps, the taps of a row by
 * their places in the source, and channels. So its bits do not depend on how many places and columns
 * are computed at a time. */

/* Places of a line of the result, along the last axis, and columns: channels of the result, a block of
 * them. Kernel elements are in a panel: for each row of taps, tap and channel of the source as many as
 * the block has lanes. */
typedef struct N(line) {
    const T *x, *panel; /* element 0 of the first source line; the first row of taps */
    T *y;
    int64_t rows[2], x_next[2],
        panel_next[2];              /* rows of taps along the first two axes, and how far they are apart */
    conv_class taps;                /* of the last axis */
    int64_t size, apart, channels;  /* elements of a source line, how far they are apart, their channels */
    int64_t places, between, width; /* of the result; the columns that are stored */
    bool joined;                    /* the taps of a row and their channels are one stretch of the source */
} N(line);

/* A vector of the panel's for each of `rows` places whose source elements begin at a[i], over `depth`
 * of them. */
#define CONV_SUMS(AT)                                                                                \
    do {                                                                                             \
        for (int64_t l = 0; l < depth; l++, panel += vectors * LANES(T)) {                           \
            N(vector) column[2];                                                                     \
            UNROLL                                                                                   \
            for (int v = 0; v < vectors; v++) column[v] = *(const N(any) *)(panel + v * LANES(T));   \
            UNROLL                                                                                   \
            for (int i = 0; i < rows; i++) {                                                         \
                const N(vector) left = (AT) - (N(vector)){ 0 };                                      \
                UNROLL                                                                               \
                for (int v = 0; v < vectors; v++) sum[i][v] = N(MULADD)(left, column[v], sum[i][v]); \
            }                                                                                        \
        }                                                                                            \
    } while (0)

ALWAYS_INLINE const T *N(joined_sums)(const N(line) * q, const T *x, const T *panel, int64_t j, int rows,
                                      int vectors, N(vector) sum[12][2])
{
    const int64_t depth = q->taps.count * q->channels, down = q->taps.step * q->apart;
    const T *a = x + (j * q->taps.step + q->taps.first) * q->apart;
    CONV_SUMS(a[l + i * down]);
    return panel;
}

/* Elements beside the source are zeros. */
ALWAYS_INLINE void N(edge_sums)(const N(line) * q, const T *x, const T *panel, int64_t j, int rows,
                                int vectors, N(vector) sum[12][2])
{
    static const T zeros[CONV_ZEROS];
    for (int64_t t = 0; t < q->taps.count; t++)
        for (int64_t c = 0, depth; c < q->channels; c += depth) {
            const T *a[12];
            depth = q->channels - c < CONV_ZEROS ? q->channels - c : CONV_ZEROS;
            UNROLL
            for (int i = 0; i < rows; i++) {
                const int64_t at = (j + i) * q->taps.step + q->taps.first + t * q->taps.delta;
                a[i] = at >= 0 && at < q->size ? x + at * q->apart + c : zeros;
            }
            CONV_SUMS(a[i][l]);
        }
}

/* `rows` places from j on, by `vectors` vectors of columns. Both are constants, so that the sums stay
 * in registers. */
ALWAYS_INLINE void N(block)(int rows, const N(line) * q, int64_t j, int vectors, bool joined)
{
    N(vector) sum[12][2];
    UNROLL
    for (int i = 0; i < rows; i++) UNROLL
    for (int v = 0; v < vectors; v++) sum[i][v] = (N(vector)){ 0 };
    for (int64_t r = 0; r < q->rows[0]; r++)
        for (int64_t s = 0; s < q->rows[1]; s++) {
            const T *x = q->x + r * q->x_next[0] + s * q->x_next[1];
            const T *panel = q->panel + r * q->panel_next[0] + s * q->panel_next[1];
            if (joined) N(joined_sums)(q, x, panel, j, rows, vectors, sum);
            else N(edge_sums)(q, x, panel, j, rows, vectors, sum);
        }
    T *y = q->y + j * q->between;
    const N(mask) last = N(mask_of)(q->width - (vectors - 1) * LANES(T));
    UNROLL
    for (int i = 0; i < rows; i++) {
        UNROLL
        for (int v = 0; v < vectors - 1; v++) *(N(any) *)(y + i * q->between + v * LANES(T)) = sum[i][v];
        N(store)(y + i * q->between + (vectors - 1) * LANES(T), last, sum[i][vectors - 1]);
    }
}

ALWAYS_INLINE void N(blocks)(const N(line) * q, int64_t j, int rows, int vectors, bool joined)
{
    CONV_ROWS(rows, N(block), q, j, vectors, joined);
}
static __attribute__((noinline)) void N(joined_2)(const N(line) * q, int64_t j, int n)
{
    N(blocks)(q, j, n, 2, true);
}
static __attribute__((noinline)) void N(joined_1)(const N(line) * q, int64_t j, int n)
{
    N(blocks)(q, j, n, 1, true);
}
static __attribute__((noinline)) void N(edge_2)(const N(line) * q, int64_t j, int n)
{
    N(blocks)(q, j, n, 2, false);
}
static __attribute__((noinline)) void N(edge_1)(const N(line) * q, int64_t j, int n)
{
    N(blocks)(q, j, n, 1, false);
}

static void N(places)(const N(line) * q, int vectors)
{
    const conv_range inner = conv_inner(&q->taps, q->size, q->places);
    int rows;
    for (int64_t j = 0; j < q->places; j += rows) {
        rows = conv_rows(q->places - j);
        const bool joined = q->joined && j >= inner.from && j + rows <= inner.to;
        if (vectors == 2 && joined) N(joined_2)(q, j, rows);
        else if (vectors == 2) N(edge_2)(q, j, rows);
        else if (joined) N(joined_1)(q, j, rows);
        else N(edge_1)(q, j, rows);
    }
}

/* ---- panels ---- */

/* The kernel elements of a row of taps and a group: blocks of two vectors of columns, the last of one
 * if that is enough. */
static void N(pack)(const conv_sizes *s, const T *W, T *to, int64_t row, int64_t group)
{
    const int64_t in = s->in, out = s->out, taps = conv_taps(s), last = s->axis[2].taps,
                  all = s->narrow * s->groups;
    to += group * taps * in * conv_padded(out, LANES(T));
    for (int64_t c = 0, width; c < out; c += width) {
        width = out - c > LANES(T) ? 2 * LANES(T) : LANES(T);
        T *p = to + taps * in * c + row * last * in * width;
        const int64_t stored = out - c < width ? out - c : width;
        for (int64_t r = 0, classes = conv_classes(&s->axis[2], s->back); r < classes; r++) {
            const conv_class k = conv_class_of(&s->axis[2], s->back, r);
            for (int64_t t = 0; t < k.count; t++, p += in * width) {
                const T *w = W + (row * last + k.k + t * k.next) * s->wide * all + group * s->narrow;
                if (s->back)
                    for (int64_t q = 0; q < stored; q++)
                        for (int64_t l = 0; l < in; l++) p[l * width + q] = w[(c + q) * all + l];
                else
                    for (int64_t l = 0; l < in; l++)
                        memcpy(p + l * width, w + l * all + c, (size_t)stored * sizeof(T));
                for (int64_t l = 0; l < in && stored < width; l++)
                    memset(p + l * width + stored, 0, (size_t)(width - stored) * sizeof(T));
            }
        }
    }
}

/* ---- lines ---- */

/* The rows of taps that line (i0, i1) of the result meets. */
static void N(rows_of)(const conv_sizes *s, const int64_t i[2], int64_t x_line, int64_t panel_row,
                       N(line) * q)
{
    const int64_t x_next[2] = { conv_source(&s->axis[1], s->back) * x_line, x_line };
    const int64_t panel_next[2] = { s->axis[1].taps * panel_row, panel_row };
    for (int a = 0; a < 2; a++) {
        const conv_axis *axis = &s->axis[a];
        const int64_t by = s->back ? axis->stride : 1, j = i[a] / by;
        const conv_class c = conv_class_of(axis, s->back, i[a] % by);
        const conv_range r = conv_met(&c, j, conv_source(axis, s->back));
        q->rows[a] = r.to - r.from;
        q->x_next[a] = c.delta * x_next[a], q->panel_next[a] = c.next * panel_next[a];
        q->x += (j * c.step + c.first + r.from * c.delta) * x_next[a];
        q->panel += (c.k + r.from * c.next) * panel_next[a];
    }
}

/* Line u of the result, without its taps and places. A line of the source has `size` pieces of `apart`
 * elements. panel_row: how far rows of taps are apart in the panel. */
static N(line) N(line_at)(const conv_sizes *s, const T *x, const T *panel, int64_t u, int64_t apart,
                          int64_t size, int64_t panel_row)
{
    const conv_axis *a = s->axis;
    const int64_t d0 = conv_result(&a[0], s->back), d1 = conv_result(&a[1], s->back),
                  i[2] = { u / d1 % d0, u % d1 },
                  lines = conv_source(&a[0], s->back) * conv_source(&a[1], s->back);
    N(line) q = { .panel = panel, .size = conv_source(&a[2], s->back), .apart = apart };
    q.x = x + u / d1 / d0 * lines * size * apart;
    q.between = (s->back ? a[2].stride : 1) * s->out * s->groups;
    N(rows_of)(s, i, size * apart, panel_row, &q);
    return q;
}

/* Columns [c, c + lanes) of line u of the result, of a group. panel: those of the columns. */
static void N(line_of)(const conv_sizes *s, const T *x, const T *panel, T *y, int64_t u, int64_t group,
                       int64_t c, int64_t lanes)
{
    const conv_axis *last = &s->axis[2];
    const bool back = s->back;
    const int64_t in = s->in, out = s->out, by = back ? last->stride : 1, d2 = conv_result(last, back);
    N(line)
    q = N(line_at)(s, x + group * in, panel, u, in * s->groups, conv_source(last, back),
                   last->taps * in * lanes);
    q.channels = in;
    q.width = out - c < lanes ? out - c : lanes;
    for (int64_t r = 0, classes = conv_classes(last, back); r < classes; r++) {
        q.taps = conv_class_of(last, back, r);
        q.joined = q.taps.count <= 1 || (q.taps.delta == 1 && s->groups == 1);
        q.places = (d2 - r - 1) / by + 1;
        q.y = y + (u * d2 + r) * out * s->groups + group * out + c;
        N(places)(&q, lanes > LANES(T) ? 2 : 1);
        q.panel += q.taps.count * in * lanes;
    }
}

/* Lines [begin, end), some at a time, so that their source stays in a cache while the panels change. */
static void N(lines)(const conv_sizes *s, const T *x, const T *panels, T *y, int64_t begin, int64_t end)
{
    const int64_t out = s->out, each = conv_taps(s) * s->in, d2 = conv_result(&s->axis[2], s->back),
                  some = d2 < CONV_PLACES ? CONV_PLACES / (d2 > 0 ? d2 : 1) : 1;
    for (int64_t u = begin, to; u < end; u = to) {
        to = end - u < some ? end : u + some;
        for (int64_t g = 0; g < s->groups; g++)
            for (int64_t c = 0, lanes; c < out; c += lanes) {
                lanes = out - c > LANES(T) ? 2 * LANES(T) : LANES(T);
                const T *panel = panels + each * (g * conv_padded(out, LANES(T)) + c);
                for (int64_t i = u; i < to; i++) N(line_of)(s, x, panel, y, i, g, c, lanes);
            }
    }
}

/* ---- as many groups as channels: the lanes of vectors are channels, and the kernel is read where it lies.
 * Taps beside the source are left out ---- */

/* `rows` places from j on, at taps [from, to), by `vectors` vectors of channels from c on. q->panel:
 * the kernel. */
ALWAYS_INLINE void N(channel_block)(int rows, const N(line) * q, int64_t j, conv_range taps, int64_t c,
                                    int vectors)
{
    const int64_t down = q->taps.step * q->apart, width = q->width - c - (vectors - 1) * LANES(T);
    const N(mask) last = N(mask_of)(width < LANES(T) ? width : LANES(T));
    N(vector) sum[12][2];
    UNROLL
    for (int i = 0; i < rows; i++) UNROLL
    for (int v = 0; v < vectors; v++) sum[i][v] = (N(vector)){ 0 };
    for (int64_t r = 0; r < q->rows[0]; r++)
        for (int64_t s = 0; s < q->rows[1]; s++)
            for (int64_t t = taps.from; t < taps.to; t++) {
                const T *x = q->x + r * q->x_next[0] + s * q->x_next[1] +
                             (j * q->taps.step + q->taps.first + t * q->taps.delta) * q->apart + c;
                const T *w = q->panel + r * q->panel_next[0] + s * q->panel_next[1] +
                             (q->taps.k + t * q->taps.next) * q->apart + c;
                UNROLL
                for (int v = 0; v < vectors; v++) {
                    const bool end = v == vectors - 1;
                    const int64_t at = v * LANES(T);
                    const N(vector) column = N(get)(w + at, end, last);
                    UNROLL
                    for (int i = 0; i < rows; i++) {
                        const T *a = x + i * down + at;
                        sum[i][v] = N(MULADD)(N(get)(a, end, last), column, sum[i][v]);
                    }
                }
            }
    UNROLL
    for (int i = 0; i < rows; i++) {
        T *y = q->y + (j + i) * q->between + c;
        UNROLL
        for (int v = 0; v < vectors - 1; v++) *(N(any) *)(y + v * LANES(T)) = sum[i][v];
        N(store)(y + (vectors - 1) * LANES(T), last, sum[i][vectors - 1]);
    }
}

ALWAYS_INLINE void N(channel_blocks)(const N(line) * q, int64_t j, conv_range taps, int64_t c, int rows,
                                     int vectors)
{
    CONV_ROWS(rows, N(channel_block), q, j, taps, c, vectors);
}

/* The places of a line, for the channels from c on of one or two vectors. */
ALWAYS_INLINE void N(channel_places)(const N(line) * q, int64_t c, int vectors)
{
    const conv_range inner = conv_inner(&q->taps, q->size, q->places), all = { 0, q->taps.count };
    for (int64_t j = 0; j < q->places;) {
        if (j >= inner.from && j < inner.to) {
            const int rows = conv_rows(inner.to - j);
            N(channel_blocks)(q, j, all, c, rows, vectors);
            j += rows;
        } else {
            N(channel_block)(1, q, j, conv_met(&q->taps, j, q->size), c, vectors);
            j++;
        }
    }
}
static __attribute__((noinline)) void N(channels_2)(const N(line) * q, int64_t c)
{
    N(channel_places)(q, c, 2);
}
static __attribute__((noinline)) void N(channels_1)(const N(line) * q, int64_t c)
{
    N(channel_places)(q, c, 1);
}

static void N(channel_line)(const conv_sizes *s, const T *x, const T *W, T *y, int64_t u)
{
    const conv_axis *last = &s->axis[2];
    const int64_t by = s->back ? last->stride : 1, d2 = conv_result(last, s->back);
    N(line) q = N(line_at)(s, x, W, u, s->groups, conv_source(last, s->back), last->taps * s->groups);
    q.width = s->groups;
    for (int64_t r = 0, classes = conv_classes(last, s->back); r < classes; r++) {
        q.taps = conv_class_of(last, s->back, r);
        q.places = (d2 - r - 1) / by + 1;
        q.y = y + (u * d2 + r) * s->groups;
        for (int64_t c = 0; c < s->groups; c += 2 * LANES(T))
            if (s->groups - c > LANES(T)) N(channels_2)(&q, c);
            else N(channels_1)(&q, c);
    }
}

/* ---- to few channels: the lanes of vectors are places of the result. The source is first copied into lines
 * of one channel each, with zeros before and after ---- */

/* Line u of the source, of all images: s->narrow or s->wide lines of `wide` elements. */
static void N(copy_line)(const conv_sizes *s, const conv_flat *f, const T *x, T *to, int64_t u)
{
    const int64_t in = s->in, size = conv_source(&s->axis[2], s->back);
    x += u * size * in, to += u * in * f->wide;
    memset(to, 0, (size_t)(in * f->wide) * sizeof(T));
    for (int64_t c = 0; c < in; c++)
        for (int64_t i = 0; i < size; i++) to[c * f->wide + f->before + i] = x[i * in + c];
}

/* Places from j on, `vectors` vectors of them, at all columns. Both are constants, so that the sums stay in
 * registers. q->panel: the kernel. q->apart: of channels in the source. */
ALWAYS_INLINE void N(few_places)(const N(line) * q, const conv_flat *f, int64_t j, int columns, int vectors)
{
    N(vector) sum[8][2];
    UNROLL
    for (int i = 0; i < columns; i++) UNROLL
    for (int v = 0; v < vectors; v++) sum[i][v] = (N(vector)){ 0 };
    for (int64_t r = 0; r < q->rows[0]; r++)
        for (int64_t s = 0; s < q->rows[1]; s++)
            for (int64_t t = 0; t < q->taps.count; t++) {
                const T *x =
                    q->x + r * q->x_next[0] + s * q->x_next[1] + j + q->taps.first + t * q->taps.delta;
                const T *w = q->panel + r * q->panel_next[0] + s * q->panel_next[1] +
                             (q->taps.k + t * q->taps.next) * q->channels * columns;
                for (int64_t c = 0; c < q->channels; c++, x += q->apart, w += f->next) {
                    N(vector) place[2];
                    UNROLL
                    for (int v = 0; v < vectors; v++) place[v] = *(const N(any) *)(x + v * LANES(T));
                    UNROLL
                    for (int i = 0; i < columns; i++) {
                        const N(vector) left = w[i * f->column] - (N(vector)){ 0 };
                        UNROLL
                        for (int v = 0; v < vectors; v++) sum[i][v] = N(MULADD)(left, place[v], sum[i][v]);
                    }
                }
            }
    T whole[8][2 * LANES(T)];
    UNROLL
    for (int i = 0; i < columns; i++) UNROLL
    for (int v = 0; v < vectors; v++) *(N(any) *)(whole[i] + v * LANES(T)) = sum[i][v];
    const int64_t left = q->places - j, count = left < vectors * LANES(T) ? left : vectors * LANES(T);
    for (int64_t l = 0; l < count; l++) {
        T *y = q->y + (j + l) * q->between;
        UNROLL
        for (int i = 0; i < columns; i++) y[i] = whole[i][l];
    }
}

#define CONV_CASE(n) \
    case n: N(few_places)(q, f, j, n, vectors); break
ALWAYS_INLINE void N(few_columns)(const N(line) * q, const conv_flat *f, int64_t j, int vectors)
{
    switch (q->width) {
        CONV_CASE(2);
        CONV_CASE(3);
        CONV_CASE(4);
        CONV_CASE(5);
        CONV_CASE(6);
        CONV_CASE(7);
        CONV_CASE(8);
    default: N(few_places)(q, f, j, 1, vectors); break;
    }
}
#undef CONV_CASE
static __attribute__((noinline)) void N(few_2)(const N(line) * q, const conv_flat *f, int64_t j)
{
    N(few_columns)(q, f, j, 2);
}
static __attribute__((noinline)) void N(few_1)(const N(line) * q, const conv_flat *f, int64_t j)
{
    N(few_columns)(q, f, j, 1);
}

static void N(few_line)(const conv_sizes *s, const conv_flat *f, const T *x, const T *W, T *y, int64_t u)
{
    const conv_axis *last = &s->axis[2];
    const int64_t in = s->in, out = s->out, by = s->back ? last->stride : 1, d2 = conv_result(last, s->back);
    N(line) q = N(line_at)(s, x, W, u, in, f->wide, last->taps * in * out);
    q.x += f->before;
    q.apart = f->wide, q.channels = in, q.width = out;
    for (int64_t r = 0, classes = conv_classes(last, s->back); r < classes; r++) {
        q.taps = conv_class_of(last, s->back, r);
        q.places = (d2 - r - 1) / by + 1;
        q.y = y + (u * d2 + r) * out;
        for (int64_t j = 0; j < q.places; j += 2 * LANES(T))
            if (q.places - j > LANES(T)) N(few_2)(&q, f, j);
            else N(few_1)(&q, f, j);
    }
}

/* ---- all ---- */

static void N(run)(const wg_kernel *k, const conv_sizes *s)
{
    const int64_t rows = s->axis[0].taps * s->axis[1].taps;
    const conv_flat f = conv_flat_of(s);
    const T *x = k->x[0], *W = k->x[1];
    T *y = k->y[0], *memory = k->scratch;
    if (k->phase && !conv_is_by_channels(s) && !f.wide) {
        N(lines)(s, x, memory, y, k->begin, k->end);
        return;
    }
    EACH_UNIT(u)
        if (k->phase && f.wide) N(few_line)(s, &f, memory, W, y, u);
        else if (k->phase) N(channel_line)(s, x, W, y, u);
        else if (f.wide) N(copy_line)(s, &f, x, memory, u);
        else N(pack)(s, W, memory, u % rows, u / rows);
}
