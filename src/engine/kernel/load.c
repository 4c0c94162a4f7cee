/* load.c: broadcasts a part of an operand into the buffer of a tile. */
#include "kernel/load.h"

#include "base/base.h"
#include "kernel/copy.h"
#include "kernel/kernel.h"

/* ---- a run of one element, or of neighbours ---- */

#define REPEAT(T)                                 \
    do {                                          \
        T v, *restrict y = (T *)(void *)to;       \
        memcpy(&v, from, sizeof v);               \
        for (int64_t i = 0; i < n; i++) y[i] = v; \
    } while (0)

static inline void spread_run(char *to, const char *from, int64_t n, int64_t stride, uint32_t size)
{
    if (stride == 1) copy_tile(to, from, (size_t)n * size);
    else if (size == 4) REPEAT(uint32_t);
    else if (size == 8) REPEAT(uint64_t);
    else memset(to, *from, (size_t)n);
}

/* Writes a row of 8, 16 or 32 bytes `count` times. False: the row has another length. */
static bool repeat_short(char *to, const char *row, size_t bytes, int64_t count)
{
#define SHORT(n)                                                        \
    case n:                                                             \
        for (int64_t i = 0; i < count; i++) memcpy(to + i * n, row, n); \
        return true
    switch (bytes) {
        SHORT(8);
        SHORT(16);
        SHORT(32);
    }
    return false;
}

/* Writes a row of n elements again and again, `count` elements in all, beginning with element `at` of the
 * row. What has been written is copied, twice as much each time. */
static void repeat_row(char *to, const char *row, int64_t n, int64_t at, int64_t count, uint32_t size)
{
    if (at == 0 && count % n == 0 && repeat_short(to, row, (size_t)n * size, count / n)) return;
    int64_t first = WGI_MIN(n - at, count), whole = WGI_MIN(n, count - first);
    memcpy(to, row + (size_t)at * size, (size_t)first * size);
    char *rows = to + (size_t)first * size;
    size_t have = (size_t)whole * size, all = (size_t)(count - first) * size;
    memcpy(rows, row, have);
    while (have < all) {
        size_t more = WGI_MIN(have, all - have);
        memcpy(rows + have, rows, more);
        have += more;
    }
}

/* ---- columns ---- */

/* Writes each of the elements n times, beside each other. Whole vectors are written, as long as what is past
 * a row will be overwritten by the rows after it. */
#define COLUMN(T, V)                                                             \
    do {                                                                         \
        enum { LANES = sizeof(V) / sizeof(T) };                                  \
        const T *x = (const T *)(const void *)from;                              \
        T *y = (T *)(void *)to;                                                  \
        int64_t i = 0;                                                           \
        for (; (rows - i) * n >= (n + LANES - 1) / LANES * LANES; i++, y += n) { \
            const V v = (V){ 0 } + x[i];                                         \
            for (int64_t j = 0; j < n; j += LANES) memcpy(y + j, &v, sizeof v);  \
        }                                                                        \
        for (; i < rows; i++, y += n)                                            \
            for (int64_t j = 0; j < n; j++) y[j] = x[i];                         \
    } while (0)

typedef uint32_t words __attribute__((vector_size(64)));
typedef uint64_t doubles __attribute__((vector_size(64)));
typedef uint32_t four_words __attribute__((vector_size(16)));

static void column(char *to, const char *from, int64_t rows, int64_t n, uint32_t size)
{
    if (size == 4 && n <= 4) COLUMN(uint32_t, four_words);
    else if (size == 4) COLUMN(uint32_t, words);
    else if (size == 8) COLUMN(uint64_t, doubles);
    else
        for (int64_t i = 0; i < rows; i++) memset(to + i * n, from[i], (size_t)n);
}

/* ---- any axes ---- */

/* Where axis i has come to its end, the axis before it goes on. */
static inline void next_row(const wgi_load *l, int64_t *at, int64_t *offset, int i)
{
    for (; i > 0 && at[i] == l->dim[i]; i--) {
        *offset += l->stride[i - 1] - l->dim[i] * l->stride[i];
        at[i] = 0;
        at[i - 1]++;
    }
}

static void load(const wgi_load *l, const void *from, char *to, int64_t begin, int64_t end)
{
    int64_t at[WG_MAX_RANK], left = begin, offset = 0;
    int last = l->rank - 1;
    if (last < 0) {
        spread_run(to, from, end - begin, 0, l->size);
        return;
    }
    if (l->rank == 2 && !l->stride[0] && l->stride[1] == 1) {
        repeat_row(to, from, l->dim[1], begin % l->dim[1], end - begin, l->size);
        return;
    }
    if (l->rank == 2 && l->stride[0] == 1 && begin % l->dim[1] == 0) {
        const int64_t n = l->dim[1], first = begin / n, rows = (end - begin) / n;
        const int64_t rest = end - begin - rows * n; /* 0: there may be no element after the last row's */
        column(to, (const char *)from + (size_t)first * l->size, rows, n, l->size);
        if (rest)
            spread_run(to + (size_t)(rows * n) * l->size,
                       (const char *)from + (size_t)(first + rows) * l->size, rest, 0, l->size);
        return;
    }
    for (int i = last; i >= 0; i--) {
        at[i] = left % l->dim[i];
        left /= l->dim[i];
        offset += at[i] * l->stride[i];
    }
    /* A row that is repeated, with all its repetitions, is one run. */
    const bool again = last > 0 && !l->stride[last - 1] && l->stride[last] == 1;
    for (int64_t n; again && begin < end; begin += n, to += (size_t)n * l->size) {
        const int64_t row = l->dim[last], rest = l->dim[last - 1] * row - at[last - 1] * row - at[last];
        n = WGI_MIN(rest, end - begin);
        offset -= at[last];
        repeat_row(to, (const char *)from + (size_t)offset * l->size, row, at[last], n, l->size);
        at[last - 1] = l->dim[last - 1], at[last] = 0;
        next_row(l, at, &offset, last - 1);
    }
    while (begin < end) {
        int64_t n = WGI_MIN(l->dim[last] - at[last], end - begin);
        spread_run(to, (const char *)from + (size_t)offset * l->size, n, l->stride[last], l->size);
        to += (size_t)n * l->size;
        begin += n;
        at[last] += n;
        offset += n * l->stride[last];
        next_row(l, at, &offset, last);
    }
}

KERNEL(load)
{
    load(k->attr, k->x[0], k->y[0], k->begin, k->end);
    return true;
}

#if WG_BASE

const wg_kernel_fn wgi_load_kernel[WG_ISAS] = KERNELS(load);

bool wgi_load_make(wgi_load *l, const wg_shape *x, const wg_shape *y, uint32_t size)
{
    int64_t stride[WG_MAX_RANK];
    wgi_strides(x, y, stride);
    l->size = size;
    l->rank = 0;
    for (int i = 0; i < y->rank; i++) {
        if (y->dim[i] == 1) continue;
        int j = l->rank - 1;
        if (j >= 0 && l->stride[j] == stride[i] * y->dim[i]) { /* one stride serves both axes */
            l->dim[j] *= y->dim[i];
            l->stride[j] = stride[i];
            continue;
        }
        l->dim[l->rank] = y->dim[i];
        l->stride[l->rank++] = stride[i];
    }
    return l->rank > 1 || (l->rank == 1 && l->stride[0] != 1);
}

int64_t wgi_load_place(const wgi_load *l, int64_t i)
{
    int64_t place = 0;
    for (int k = l->rank - 1; k > 0 && i; k--) {
        place += i % l->dim[k] * l->stride[k];
        i /= l->dim[k];
    }
    return l->rank ? place + i * l->stride[0] : 0;
}

#endif
