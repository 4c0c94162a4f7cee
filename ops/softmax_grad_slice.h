/* softmax_grad_slice.h: the gradients of softmax and log_softmax for one element type T;
 * both_floats.h includes it. y is the result, g its gradient: x' = y (g - sum(g y)), or logs: x' = g
 * - e^y sum(g). The sums are those of wg_sum.
 *
 * Where an element of y is next to 1, 1 - y is the rounding error of y and little else. There it is the sum
 * of the others: as the elements add up to 1, x' = y (h - sum(h y)) with h = g - g[m] for any m, and with
 * that element as m the term of y[m] is 0. */
#include "row_sum.h"

ALWAYS_INLINE T N(slope)(T y, T g, T sum, bool logs) { return logs ? g - EXP(y) * sum : y * (g - sum); }

/* Elements above this are within REST_LEAST of 1, or of logarithms of 0. */
#define N_NEAR(logs) ((logs) ? -(T)REST_LEAST : 1 - (T)REST_LEAST)
/* The place of such an element, of n at the distance d; -1: none is there, or the others are not what is left
 * to 1: y is no result of softmax. */
static inline int64_t N(next_to_1)(const T *y, int64_t n, int64_t d, bool logs)
{
    int64_t m = 0;
    double others = 0;
    while (m < n && !(y[m * d] > N_NEAR(logs))) m++;
    for (int64_t i = 0; i < n && m < n; i++) others += i == m ? 0 : (double)(logs ? EXP(y[i * d]) : y[i * d]);
    if (m == n || n == 1) return -1;
    const double all = others + (double)(logs ? EXP(y[m * d]) : y[m * d]);
    return fabs(all - 1) <= (sizeof(T) == sizeof(float) ? 0x1p-21 : 0x1p-50) * (logs ? 2 : 1) ? m : -1;
}
static void N(grad_next_to_1)(const T *y, const T *g, T *x, int64_t n, int64_t d, int64_t m)
{
    double sum = 0;
    const T of = g[m * d];
    for (int64_t i = 0; i < n; i++) sum += (double)(g[i * d] - of) * (double)y[i * d];
    for (int64_t i = 0; i < n; i++) x[i * d] = y[i * d] * (T)((double)(g[i * d] - of) - sum);
}
/* The same of logarithms y: g - e^y sum(g), for the element m alone. */
static void N(log_grad_next_to_1)(const T *y, const T *g, T *x, int64_t n, int64_t d, int64_t m)
{
    double others = 0;
    for (int64_t i = 0; i < n; i++) others += i == m ? 0 : (double)g[i * d];
    x[m * d] = (T)(-(double)EXPM1(y[m * d]) * (double)g[m * d] - (double)EXP(y[m * d]) * others);
}
/* 1 - y */
static void N(rest_of)(const T *y, T *r, int64_t n, int64_t d)
{
    const int64_t m = N(next_to_1)(y, n, d, false);
    double others = 0;
    for (int64_t i = 0; i < n; i++) {
        others += m < 0 || i == m ? 0 : (double)y[i * d];
        r[i * d] = 1 - y[i * d];
    }
    if (m >= 0) r[m * d] = (T)others;
}

ALWAYS_INLINE void N(row_grad)(const T *y, const T *g, T *restrict x, int64_t n, bool logs)
{
    double total;
    ROW_SUM(total, n, logs ? g[i] : g[i] * y[i]);
    const T sum = (T)total;
    N(soft_word) near = 0;
    for (int64_t i = 0; i < n; i++) {
        x[i] = N(slope)(y[i], g[i], sum, logs);
        near |= y[i] > N_NEAR(logs);
    }
    const int64_t m = near ? N(next_to_1)(y, n, 1, logs) : -1;
    if (m >= 0 && logs) N(log_grad_next_to_1)(y, g, x, n, 1, m);
    else if (m >= 0) N(grad_next_to_1)(y, g, x, n, 1, m);
}

/* The sums of `wide` columns of n rows: blocks of BLOCK rows are added in order, four rows at a
 * time, and the blocks in double. */
ALWAYS_INLINE void N(column_sums)(const T *y, const T *g, int64_t n, int64_t inner, int64_t wide,
                                  T *restrict sum, bool logs)
{
#define TERM(r) (logs ? g[(r)*inner + j] : g[(r)*inner + j] * y[(r)*inner + j])
    double total[WIDE] = { 0 };
    T block[WIDE];
    for (int64_t r = 0; r < n; r++, y += inner, g += inner) {
        if (r % BLOCK == 0)
            for (int64_t j = 0; j < wide; j++) block[j] = 0;
        if (r % BLOCK + 4 <= BLOCK && r + 4 <= n) {
            for (int64_t j = 0; j < wide; j++) {
                const T t = block[j] + TERM(0), u = t + TERM(1), v = u + TERM(2);
                block[j] = v + TERM(3);
            }
            r += 3, y += 3 * inner, g += 3 * inner;
        } else
            for (int64_t j = 0; j < wide; j++) block[j] += TERM(0);
        if (r % BLOCK == BLOCK - 1 || r == n - 1)
            for (int64_t j = 0; j < wide; j++) total[j] += (double)block[j];
    }
    for (int64_t j = 0; j < wide; j++) sum[j] = (T)total[j];
#undef TERM
}

ALWAYS_INLINE void N(columns_grad)(const T *y, const T *g, T *x, int64_t n, int64_t inner, int64_t wide,
                                   bool logs)
{
    T sum[WIDE];
    N(soft_word) near = 0;
    N(column_sums)(y, g, n, inner, wide, sum, logs);
    for (int64_t r = 0; r < n; r++) {
        const T *a = y + r * inner, *b = g + r * inner;
        T *restrict to = x + r * inner;
        for (int64_t j = 0; j < wide; j++) {
            to[j] = N(slope)(a[j], b[j], sum[j], logs);
            near |= a[j] > N_NEAR(logs);
        }
    }
    for (int64_t j = 0; j < wide && near; j++) {
        const int64_t m = N(next_to_1)(y + j, n, inner, logs);
        if (m >= 0 && logs) N(log_grad_next_to_1)(y + j, g + j, x + j, n, inner, m);
        else if (m >= 0) N(grad_next_to_1)(y + j, g + j, x + j, n, inner, m);
    }
}

/* The sums of the others, beside the largest as a sum of their own. */
static void N(others_of)(const T *x, T *y, int64_t n, int64_t d)
{
    int64_t m = 0;
    double others = 0;
    for (int64_t i = 1; i < n; i++) m = ABS(x[i * d]) > ABS(x[m * d]) ? i : m;
    for (int64_t i = 0; i < n; i++) others += i == m ? 0 : (double)x[i * d];
    for (int64_t i = 0; i < n; i++)
        y[i * d] = (T)(i == m ? others : others - (double)x[i * d] + (double)x[m * d]);
}

/* Each slice of the units [begin, end), by `of`: n elements of operand and result at the distance d. */
ALWAYS_INLINE bool N(each_slice)(const wg_kernel *k, slices a,
                                 void (*of)(const T *x, T *y, int64_t n, int64_t d))
{
    EACH_UNIT(u) {
        const int64_t c = u % a.strips * WIDE, at = u / a.strips * a.n * a.inner + c;
        for (int64_t j = at; j < at + WIDE && j < at - c + a.inner; j++)
            of(OPERAND(T, 0) + j, RESULT(T, 0) + j, a.n, a.inner);
    }
    return true;
}
ALWAYS_INLINE bool N(softmax_rest)(const wg_kernel *k, slices a) { return N(each_slice)(k, a, N(rest_of)); }
ALWAYS_INLINE bool N(others)(const wg_kernel *k, slices a) { return N(each_slice)(k, a, N(others_of)); }

/* ln r, or ln(1 - p) where p is small. */
ALWAYS_INLINE bool N(log_rest)(const wg_kernel *k, slices a)
{
    const T *p = k->x[0], *r = k->x[1];
    T *y = k->y[0];
    EACH_UNIT(u) {
        const int64_t c = u % a.strips * WIDE, at = u / a.strips * a.n * a.inner + c;
        const int64_t wide = a.inner - c < WIDE ? a.inner - c : WIDE;
        for (int64_t i = 0; i < a.n; i++)
            for (int64_t j = at + i * a.inner; j < at + i * a.inner + wide; j++)
                y[j] = p[j] < (T)0.5 ? LOG1P(-p[j]) : LOG(r[j]);
    }
    return true;
}

/* Units [begin, end): rows if the slices are rows, else strips of columns. */
ALWAYS_INLINE bool N(softmax_grad)(const wg_kernel *k, slices a, bool logs)
{
    const T *y = k->x[0], *g = k->x[1];
    T *x = k->y[0];
    EACH_UNIT(u) {
        const int64_t c = u % a.strips * WIDE, at = u / a.strips * a.n * a.inner + c;
        const int64_t wide = a.inner - c < WIDE ? a.inner - c : WIDE;
        if (a.inner == 1) N(row_grad)(y + at, g + at, x + at, a.n, logs);
        else N(columns_grad)(y + at, g + at, x + at, a.n, a.inner, wide, logs);
    }
    return true;
}
