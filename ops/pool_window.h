/* pool_window.h: the largest elements of windows for elements of type T, for pool.c. The lanes of
 * vectors are channels. N(name) is the name of T's function. */

/* All lanes' bits where v comes before the largest so far: it is larger, or the first NaN. */
#define COMES_BEFORE(v, best) (((v) > (best)) | (((v) != (v)) & ((best) == (best))))
#define CHOOSE(is, a, b)      (((is) & (a)) | (~(is) & (b)))

/* The first place of the largest element in a window: the number of its tap in each lane. `also` at
 * that place, if there is such a tensor. */
typedef struct N(found) {
    N(vector) best, also;
    N(places) place;
} N(found);

ALWAYS_INLINE N(found)
    N(find)(const pool *p, const window *w, const T *x, const T *also, bool last, N(mask) lanes)
{
    N(found) f = { 0 };
    int number = 0;
    for (int64_t i = w->from[0]; i < w->to[0]; i++)
        for (int64_t j = w->from[1]; j < w->to[1]; j++)
            for (int64_t l = w->from[2]; l < w->to[2]; l++, number++) {
                const int64_t at = ((i * p->axis[1].wide + j) * p->axis[2].wide + l) * p->channels;
                const N(vector) v = N(get)(x + at, last, lanes);
                const N(places) is = number ? COMES_BEFORE(v, f.best) : (N(places)){ 0 } - 1;
                f.best = (N(vector))CHOOSE(is, (N(places))v, (N(places))f.best);
                f.place = CHOOSE(is, number - (N(places)){ 0 }, f.place);
                if (also)
                    f.also =
                        (N(vector))CHOOSE(is, (N(places))N(get)(also + at, last, lanes), (N(places))f.also);
            }
    return f;
}

/* Adds g at the places that were found. If windows are apart the sum is g there, and 0 at the other
 * places. */
ALWAYS_INLINE void N(give)(const pool *p, const window *w, N(found) f, N(vector) g, T *to, bool last,
                           N(mask) lanes)
{
    int number = 0;
    for (int64_t i = w->from[0]; i < w->to[0]; i++)
        for (int64_t j = w->from[1]; j < w->to[1]; j++)
            for (int64_t l = w->from[2]; l < w->to[2]; l++, number++) {
                T *y = to + ((i * p->axis[1].wide + j) * p->axis[2].wide + l) * p->channels;
                const N(places) is = f.place == number - (N(places)){ 0 };
                N(vector) sum = (N(vector))(is & (N(places))g);
                if (!p->apart) sum += N(get)(y, last, lanes);
                if (last) N(store)(y, lanes, sum);
                else *(N(any) *)y = sum;
            }
}

/* Element [n, place, channels from c on] of the result; back: of the gradient, which is added to x's. */
ALWAYS_INLINE void N(one)(const pool *p, const window *w, const T *x, const T *also, T *to, T *y, bool back,
                          int64_t left)
{
    const bool last = left < LANES(T);
    const N(mask) lanes = N(mask_of)(last ? left : LANES(T));
    const N(found) f = N(find)(p, w, x, back ? NULL : also, last, lanes);
    if (back) N(give)(p, w, f, N(get)(y, last, lanes), to, last, lanes);
    else if (last) N(store)(y, lanes, also ? f.also : f.best);
    else *(N(any) *)y = also ? f.also : f.best;
}

/* Places [begin, end) of the narrow side, at channels [c, until). also: at the place of the largest
 * element it is the result. back: the narrow side is the gradient, which goes there in `to`. */
ALWAYS_INLINE void N(windows)(const pool *p, const T *x, const T *also, T *to, T *y, bool back, int64_t begin,
                              int64_t end, int64_t c, int64_t until)
{
    const pool_axis *a = p->axis;
    const int64_t image = a[0].wide * a[1].wide * a[2].wide * p->channels;
    window w = window_of(p, begin);
    for (int64_t u = begin; u < end; u++, next_window(p, &w))
        for (int64_t i = c; i < until; i += LANES(T)) N(one)
    (p, &w, x + w.n * image + i, also ? also + w.n * image + i : NULL, to ? to + w.n * image + i : NULL,
     y + u * p->channels + i, back, until - i);
}
static void N(run_max)(const pool *p, const wg_kernel *k)
{
    N(windows)(p, k->x[0], NULL, NULL, k->y[0], false, k->begin, k->end, 0, p->channels);
}
static void N(run_pick)(const pool *p, const wg_kernel *k)
{
    N(windows)(p, k->x[0], k->x[1], NULL, k->y[0], false, k->begin, k->end, 0, p->channels);
}
/* A unit is an image and a block of channels. */
static void N(run_grad)(const pool *p, const wg_kernel *k)
{
    const int64_t wide = p->axis[0].wide * p->axis[1].wide * p->axis[2].wide,
                  narrow = p->axis[0].narrow * p->axis[1].narrow * p->axis[2].narrow;
    EACH_UNIT(u) {
        const int64_t n = u / p->blocks, c = u % p->blocks * POOL_CHANNELS,
                      until = p->channels - c < POOL_CHANNELS ? p->channels : c + POOL_CHANNELS;
        T *to = RESULT(T, 0) + n * wide * p->channels;
        if (!p->whole && p->blocks == 1) memset(to, 0, (size_t)(wide * p->channels) * sizeof(T));
        for (int64_t i = 0; !p->whole && p->blocks > 1 && i < wide; i++)
            memset(to + i * p->channels + c, 0, (size_t)(until - c) * sizeof(T));
        N(windows)
        (p, k->x[0], NULL, k->y[0], (T *)(uintptr_t)k->x[1], true, n * narrow, (n + 1) * narrow, c, until);
    }
}
