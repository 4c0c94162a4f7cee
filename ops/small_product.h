/* small_product.h: the smallest products for elements of type T, for matmul.c. Every loop sums over the inner
 * axis in order, beginning with zero, so all give the same bits. N(name) is the name of T's function. */

/* Vectors at any address: as wide as the instruction set has them (gcc keeps wider ones in memory), and of 4.
 */
typedef T N(wide) __attribute__((vector_size(WIDE), aligned(sizeof(T)), may_alias));
typedef T N(four) __attribute__((vector_size(4 * sizeof(T)), aligned(sizeof(T)), may_alias));

static void N(small_numbers)(const small *s, const T *lane, const T *other, T *w)
{
    const int64_t along = s->rows ? s->stored : 1, across = s->rows ? 1 : s->stored;
    const int64_t down = s->wide ? 1 : s->apart, right = s->wide ? s->apart : 1;
    for (int64_t i = 0; i < s->count; i++)
        for (int64_t j = 0; j < s->length; j++) {
            const T *u = lane + j * across, *v = other + i * s->each;
            T sum = 0;
            for (int64_t l = 0; l < s->inner; l++, u += along, v += s->next) sum += *v * *u;
            w[j * down + i * right] = sum;
        }
}
static void N(small_rows)(const small *s, const T *lane, const T *other, T *w)
{
    for (int64_t j = 0; j < s->length; j += 4) SMALL_LANES(N(four), lane + j, s->stored, PUT_ROW);
}
/* Copies the operand in the lanes into rows; blocks of 4 by 4 are transposed in registers. */
static void N(small_panel)(const small *s, const T *lane, T *panel)
{
    for (int64_t l = 0, q; l < s->inner; l += 4) {
        const int64_t n = s->length, end = l + 4 < s->inner ? l + 4 : s->inner;
        for (q = 0; l + 4 <= s->inner && q + 4 <= n; q += 4) {
            const T *u = lane + q * s->stored + l;
            T *to = panel + l * n + q;
            const N(four) r0 = *(const N(four) *)u, r1 = *(const N(four) *)(u + s->stored),
                          r2 = *(const N(four) *)(u + 2 * s->stored),
                          r3 = *(const N(four) *)(u + 3 * s->stored);
            const N(four) a0 = PICK(N(four), r0, r2, 0, 4, 1, 5), a1 = PICK(N(four), r0, r2, 2, 6, 3, 7),
                          b0 = PICK(N(four), r1, r3, 0, 4, 1, 5), b1 = PICK(N(four), r1, r3, 2, 6, 3, 7);
            *(N(four) *)to = PICK(N(four), a0, b0, 0, 4, 1, 5);
            *(N(four) *)(to + n) = PICK(N(four), a0, b0, 2, 6, 3, 7);
            *(N(four) *)(to + 2 * n) = PICK(N(four), a1, b1, 0, 4, 1, 5);
            *(N(four) *)(to + 3 * n) = PICK(N(four), a1, b1, 2, 6, 3, 7);
        }
        for (; q < n; q++)
            for (int64_t h = l; h < end; h++) panel[h * n + q] = lane[q * s->stored + h];
    }
}
static __attribute__((noinline)) void N(spread)(T *to, const T *from, int64_t n, int64_t apart)
{
    for (int64_t q = 0; q < n; q++) to[q * apart] = from[q];
}
static void N(small_any)(const small *s, const T *lane, const T *other, T *w)
{
    T panel[PANEL];
    int64_t j = 0, stride = s->stored;
    if (!s->rows) {
        N(small_panel)(s, lane, panel);
        lane = panel, stride = s->length;
    }
    for (; j + WIDE / (int64_t)sizeof(T) <= s->length; j += WIDE / (int64_t)sizeof(T))
        SMALL_LANES(N(wide), lane + j, stride, PUT_ANY);
    for (; j + 4 <= s->length; j += 4) SMALL_LANES(N(four), lane + j, stride, PUT_ANY);
    for (; j < s->length; j++)
        for (int64_t i = 0; i < s->count; i++) {
            T sum = 0;
            for (int64_t l = 0; l < s->inner; l++)
                sum += other[i * s->each + l * s->next] * lane[l * stride + j];
            w[s->wide ? i * s->apart + j : j * s->apart + i] = sum;
        }
}
static void N(small_run)(const small *s, const T *a, const T *b, T *w)
{
    const T *lane = s->b ? b : a, *other = s->b ? a : b;
    if (s->form == SMALL_ROWS) N(small_rows)(s, lane, other, w);
    else if (s->form == SMALL_NUMBERS) N(small_numbers)(s, lane, other, w);
    else N(small_any)(s, lane, other, w);
}
