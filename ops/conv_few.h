/* conv_few.h: convolution to few channels, for elements of type T. The lanes of vectors are places of the
 * result. The source is first copied into lines of one channel each, with zeros before and after. The order
 * of the sums is that of conv_block.h, which comes first. */

/* Line u of the source, of all images: s->narrow or s->wide lines of `wide` elements. */
static void N(copy_line)(const conv_sizes *s, const conv_flat *f, const T *x, T *to, int64_t u)
{
    const int64_t in = s->back ? s->narrow : s->wide, size = conv_source(&s->axis[2], s->back);
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
                    for (int v = 0; v < vectors; v++) place[v] = *(const N(any) *)(x + v * N(LANES));
                    UNROLL
                    for (int i = 0; i < columns; i++) {
                        const N(vector) left = w[i * f->column] - (N(vector)){ 0 };
                        UNROLL
                        for (int v = 0; v < vectors; v++) sum[i][v] = N(MULADD)(left, place[v], sum[i][v]);
                    }
                }
            }
    T whole[8][2 * N(LANES)];
    UNROLL
    for (int i = 0; i < columns; i++) UNROLL
    for (int v = 0; v < vectors; v++) *(N(any) *)(whole[i] + v * N(LANES)) = sum[i][v];
    const int64_t left = q->places - j, count = left < vectors * N(LANES) ? left : vectors * N(LANES);
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
    const int64_t in = s->back ? s->narrow : s->wide, out = s->back ? s->wide : s->narrow,
                  by = s->back ? last->stride : 1, d2 = conv_result(last, s->back);
    N(line) q = N(line_at)(s, x, W, u, in, f->wide, last->taps * in * out);
    q.x += f->before;
    q.apart = f->wide, q.channels = in, q.width = out;
    for (int64_t r = 0, classes = conv_classes(last, s->back); r < classes; r++) {
        q.taps = conv_class_of(last, s->back, r);
        q.places = (d2 - r - 1) / by + 1;
        q.y = y + (u * d2 + r) * out;
        for (int64_t j = 0; j < q.places; j += 2 * N(LANES))
            if (q.places - j > N(LANES)) N(few_2)(&q, f, j);
            else N(few_1)(&q, f, j);
    }
}
