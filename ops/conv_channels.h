/* conv_channels.h: convolution with as many groups as channels on both sides, for elements of type T.
 * The lanes of vectors are channels, and the kernel is read where it lies. The order of the sums is
 * that of conv_block.h; taps beside the source are left out. conv_block.h comes first. */

/* `rows` places from j on, at taps [from, to), by `vectors` vectors of channels from c on. q->panel:
 * the kernel. */
ALWAYS_INLINE void N(channel_block)(int rows, const N(line) * q, int64_t j, conv_range taps, int64_t c,
                                    int vectors)
{
    const int64_t down = q->taps.step * q->apart, width = q->width - c - (vectors - 1) * N(LANES);
    const N(mask) last = N(mask_of)(width < N(LANES) ? width : N(LANES));
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
                    const int64_t at = v * N(LANES);
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
        for (int v = 0; v < vectors - 1; v++) *(N(any) *)(y + v * N(LANES)) = sum[i][v];
        N(store)(y + (vectors - 1) * N(LANES), last, sum[i][vectors - 1]);
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
        for (int64_t c = 0; c < s->groups; c += 2 * N(LANES))
            if (s->groups - c > N(LANES)) N(channels_2)(&q, c);
            else N(channels_1)(&q, c);
    }
}
