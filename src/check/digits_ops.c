/* digits_ops.c: ops of the library in binary128: by their formulas, in forms that keep digits. An op that is
 * computed from its operand where its result has lost digits (tanh_backward) is so here, too. */
#include "check/digits_ops.h"
#include "wgx/op.h"

#include <string.h>

#if WGI_HAS_QUAD

typedef wgi_quad quad;

/* ---- elements ---- */

#define MAP(name) static quad name##_map(const quad v[], const void *attr)

static quad size_of(quad a) { return a < 0 ? -a : a; }
static quad sigmoid_of(quad a)
{
    const quad e = WGI_Q(exp)(-size_of(a));
    return (a < 0 ? e : 1) / (1 + e);
}
static quad softplus_of(quad a) { return (a > 0 ? a : 0) + WGI_Q(log1p)(WGI_Q(exp)(-size_of(a))); }
/* 1 - tanh^2 x */
static quad sech2_of(quad x)
{
    const quad e = WGI_Q(exp)(-2 * size_of(x));
    return 4 * e / ((1 + e) * (1 + e));
}

MAP(same) { return v[0]; }

/* Operands a, y, x, where y is the function of x. The limits are those of the kernels. */
static const double NEAR_LIMIT = 0x1p-6;
MAP(tanh_backward)
{
    return 1 - v[1] * v[1] < NEAR_LIMIT / 2 ? v[0] * sech2_of(v[2]) : v[0] * (1 - v[1] * v[1]);
}
MAP(log_sech2)
{
    const quad t = WGI_Q(tanh)(v[1]), x = size_of(v[1]);
    return x < 1 ? WGI_Q(log1p)(-t * t) : 2 * (WGI_Q(log)(2) - x - WGI_Q(log1p)(WGI_Q(exp)(-2 * x)));
}

/* ---- powers: a term of a derivative, as ops/power.c has it ---- */

typedef struct power_term {
    int k, j, m, l;
} power_term;

/* The j-th derivative by b of b (b - 1) ... (b - k + 1): the j-th coefficient of that product in b + t, times
 * j!. */
static quad factors_of(quad b, int k, int j)
{
    quad c[40] = { 1 };
    if (j > k) return 0;
    for (int i = 0; i < k && i < 39; i++)
        for (int r = i + 1; r >= 0; r--) c[r] = c[r] * (b - i) + (r ? c[r - 1] : 0);
    for (int r = 2; r <= j; r++) c[j] *= r;
    return c[j];
}
static quad term_of(const quad v[], power_term f)
{
    const quad a = v[0], b = v[1], c = factors_of(b, f.k, f.j);
    if (c == 0 || (a == 0 && b >= f.m && f.l)) return 0;
    quad y = c * WGI_Q(pow)(a, b - f.m);
    for (int l = 0; l < f.l; l++) y *= WGI_Q(log)(a);
    return y;
}
MAP(pow_term)
{
    power_term f;
    memcpy(&f, attr, sizeof f);
    return term_of(v, f);
}

/* Ops of elements: .linear, .cost, and what they are of the operands v. Those of SAME are functions of C. */
enum { ALL = -1, SLOW = 30 };
#define SAME(X) \
    X(exp)      \
    X(expm1)    \
    X(log)      \
    X(log1p)    \
    X(erf) X(sin) X(cos) X(tan) X(asin) X(acos) X(atan) X(sinh) X(cosh) X(tanh) X(asinh) X(acosh) X(atanh)
#define MAPS(X)                                                                                      \
    X(add, WGI_QUAD_SUM, 1, v[0] + v[1])                                                             \
    X(sub, WGI_QUAD_SUM, 1, v[0] - v[1])                                                             \
    X(mul, 3, 1, v[0] * v[1])                                                                        \
    X(div, 1, 2, v[0] / v[1])                                                                        \
    X(div_backward, 3, 2, v[1] == 0 && v[0] - v[0] != 0 ? 0 : -(v[0] * v[1]))                        \
    X(neg, 1, 1, -v[0])                                                                              \
    X(square, 0, 1, v[0] * v[0])                                                                     \
    X(reciprocal, 0, 2, 1 / v[0])                                                                    \
    X(rsqrt, 0, 8, 1 / WGI_Q(sqrt)(v[0]))                                                            \
    X(sqrt, 0, 6, WGI_Q(sqrt)(v[0]))                                                                 \
    X(unit_gap, 0, 2, (1 - v[0]) * (1 + v[0]))                                                       \
    X(softsign, 0, 3, v[0] / (1 + size_of(v[0])))                                                    \
    X(nearest_finite, 0, 1, v[0] > DBL_MAX ? DBL_MAX : v[0] < -DBL_MAX ? -DBL_MAX : v[0])            \
    X(where, 6, 1, v[0] != 0 ? v[1] : v[2])                                                          \
    X(sigmoid, 0, SLOW, sigmoid_of(v[0]))                                                            \
    X(softplus, 0, 2 * SLOW, softplus_of(v[0]))                                                      \
    X(atan2, 0, SLOW, WGI_Q(atan2)(v[0], v[1]))                                                      \
    X(pow, 0, 2 * SLOW, WGI_Q(pow)(v[0], v[1]))                                                      \
    X(pow_base, 0, 2 * SLOW, term_of(v, (power_term){ 1, 0, 1, 0 }))                                 \
    X(pow_exponent, 0, 3 * SLOW, term_of(v, (power_term){ 0, 0, 0, 1 }))                             \
    X(sigmoid_backward, 1, 3, v[0] * v[1] * (1 - v[1] < NEAR_LIMIT ? sigmoid_of(-v[2]) : 1 - v[1]))  \
    X(sigmoid_rest, 0, 2, v[0] == 1 && 1 - v[1] < NEAR_LIMIT ? sigmoid_of(-v[2]) : v[0] - v[1])      \
    X(tanh_rest, 0, 2, v[0] == 1 && 1 - v[1] < NEAR_LIMIT ? 2 * sigmoid_of(-2 * v[2]) : v[0] - v[1]) \
    X(erf_rest, 0, 2, v[0] == 1 && 1 - v[1] < NEAR_LIMIT ? WGI_Q(erfc)(v[2]) : v[0] - v[1])          \
    X(sigmoid_less, 0, SLOW, v[0] > 0 ? (1 - v[1]) - sigmoid_of(-v[0]) : sigmoid_of(v[0]) - v[1])    \
    X(log_by_rest, 0, SLOW, size_of(v[1]) < NEAR_LIMIT ? WGI_Q(log1p)(-v[1]) : WGI_Q(log)(v[0]))     \
    X(log_sigmoid, 0, 2 * SLOW, -softplus_of(-v[1]))                                                 \
    X(log_sigmoid_rest, 0, 2 * SLOW, -softplus_of(v[1]))
#define DEFINE(op, bits, by, ...) \
    MAP(op) { return __VA_ARGS__; }
#define DEFINE_SAME(op) DEFINE(op, 0, SLOW, WGI_Q(op)(v[0]))
MAPS(DEFINE)
SAME(DEFINE_SAME)

/* ---- shapes and options ---- */

static wg_shape shape_of(const wgi_quad_call *c, int k) { return wg_node_shape(wg_node_operand(c->n, k)); }
static int64_t elements(const wg_shape *s, int from, int to)
{
    int64_t n = 1;
    for (int i = from; i < to; i++) n *= s->dim[i];
    return n;
}

/* Option `name` of the node: a number; a list, in *list. */
static int64_t option(wg_node n, const char *name, wg_shape *list)
{
    const wg_attr_row *a = wg_node_op(n)->attrs;
    while (a && a->name && strcmp(a->name, name)) a++;
    if (!a || !a->name) return 0;
    const wgx_setting v = wgx_attr_setting(a, wg_attr(n));
    if (list) *list = v.list;
    return v.whole;
}

/* Where element i of a tensor of shape y lies in one of shape s that broadcasts to it. */
static int64_t place_in(const wg_shape *s, const wg_shape *y, int64_t i)
{
    int64_t at = 0, unit = 1;
    for (int d = 1; d <= s->rank; d++) {
        const int64_t n = y->dim[y->rank - d];
        if (s->dim[s->rank - d] > 1) at += i % n * unit;
        unit *= s->dim[s->rank - d], i /= n;
    }
    return at;
}

static void map_run(const wgi_quad_op *op, const wgi_quad_call *c)
{
    const wg_shape y = wg_node_shape(c->n);
    const int64_t size = wg_shape_size(y);
    const int n = wg_node_operands(c->n);
    const void *attr = wg_attr(c->n);
    wg_shape s[3] = { { 0 } };
    int64_t sizes[3] = { 0 };
    for (int k = 0; k < n && k < 3; k++) s[k] = shape_of(c, k), sizes[k] = wg_shape_size(s[k]);
    for (int64_t i = 0; i < size; i++) {
        quad v[3] = { 0 };
        for (int k = 0; k < n && k < 3; k++)
            v[k] = c->x[k][sizes[k] == size ? i : sizes[k] == 1 ? 0 : place_in(&s[k], &y, i)];
        c->y[i] = op->map(v, attr);
    }
}

/* ---- whole tensors ---- */

static void same_run(const wgi_quad_call *c)
{
    const int64_t n = wg_shape_size(wg_node_shape(c->n));
    if (n) memcpy(c->y, c->x[0], (size_t)n * sizeof *c->y);
}

static void addn_run(const wgi_quad_call *c)
{
    for (int64_t i = 0, n = wg_shape_size(wg_node_shape(c->n)); i < n; i++) {
        c->y[i] = 0;
        for (int k = 0; k < wg_node_operands(c->n); k++) c->y[i] += c->x[k][i];
    }
}

/* The result of a sum broadcasts to the operand, if its axes are kept. */
static void sum_run(const wgi_quad_call *c)
{
    const wg_shape x = shape_of(c, 0);
    wg_shape kept = x, axes = { 0 };
    option(c->n, "axis", &axes);
    for (int i = 0; i < axes.rank; i++) kept.dim[axes.dim[i]] = 1;
    for (int64_t i = 0, n = wg_shape_size(kept); i < n; i++) c->y[i] = 0;
    for (int64_t i = 0, n = wg_shape_size(x); i < n; i++) c->y[place_in(&kept, &x, i)] += c->x[0][i];
}

/* A factor of a product: its leading axes, rows and columns, and how far these are apart. */
typedef struct factor {
    wg_shape leading;
    int64_t rows, columns, by_row, by_column;
} factor;
static factor factor_of(wg_shape s, bool swapped, bool is_left)
{
    if (s.rank == 1) return (factor){ { 0 }, is_left ? 1 : s.dim[0], is_left ? s.dim[0] : 1, 1, 1 };
    const int64_t m = s.dim[s.rank - 2], n = s.dim[s.rank - 1];
    s.rank -= 2;
    return swapped ? (factor){ s, n, m, 1, n } : (factor){ s, m, n, n, 1 };
}
static void matmul_run(const wgi_quad_call *c)
{
    const factor a = factor_of(shape_of(c, 0), option(c->n, "ta", NULL), true),
                 b = factor_of(shape_of(c, 1), option(c->n, "tb", NULL), false);
    wg_shape leading = wg_node_shape(c->n);
    leading.rank -= (shape_of(c, 0).rank > 1) + (shape_of(c, 1).rank > 1);
    quad *y = c->y;
    for (int64_t l = 0, n = wg_shape_size(leading); l < n; l++) {
        const quad *p = c->x[0] + place_in(&a.leading, &leading, l) * a.rows * a.columns,
                   *q = c->x[1] + place_in(&b.leading, &leading, l) * b.rows * b.columns;
        for (int64_t i = 0; i < a.rows; i++)
            for (int64_t j = 0; j < b.columns; j++, y++) {
                *y = 0;
                for (int64_t k = 0; k < a.columns; k++)
                    *y += p[i * a.by_row + k * a.by_column] * q[k * b.by_row + j * b.by_column];
            }
    }
}

/* ---- along an axis ---- */

/* Calls step for each line along the axis, from its start, or reversed from its end: element i of it is at
 * `at`. */
typedef void (*step_fn)(const wgi_quad_call *c, int64_t i, int64_t at, bool exclusive, quad last[2]);
static void along_lines(const wgi_quad_call *c, step_fn step)
{
    const wg_shape s = wg_node_shape(c->n);
    const int axis = (int)option(c->n, "axis", NULL);
    const bool reverse = option(c->n, "reverse", NULL), exclusive = option(c->n, "exclusive", NULL);
    const int64_t n = s.dim[axis], inner = elements(&s, axis + 1, s.rank), outer = elements(&s, 0, axis);
    for (int64_t o = 0; o < outer; o++)
        for (int64_t j = 0; j < inner; j++) {
            quad last[2] = { 0 };
            for (int64_t i = 0; i < n; i++)
                step(c, i, (o * n + (reverse ? n - 1 - i : i)) * inner + j, exclusive, last);
        }
}
static void cumsum_step(const wgi_quad_call *c, int64_t i, int64_t at, bool exclusive, quad last[2])
{
    const quad before = last[0];
    last[0] += c->x[0][at];
    c->y[at] = exclusive ? before : last[0];
}
static void cumprod_step(const wgi_quad_call *c, int64_t i, int64_t at, bool exclusive, quad last[2])
{
    const quad before = i ? last[0] : 1;
    last[0] = before * c->x[0][at];
    c->y[at] = exclusive ? before : last[0];
}
static void linear_scan_step(const wgi_quad_call *c, int64_t i, int64_t at, bool exclusive, quad last[2])
{
    c->y[at] = last[0] = (i ? c->x[0][at] * last[0] : 0) + c->x[1][at];
}
/* last: the largest so far, and the sum of e^(x - largest) */
static void logcumsumexp_step(const wgi_quad_call *c, int64_t i, int64_t at, bool exclusive, quad last[2])
{
    const quad x = c->x[0][at];
    if (!i || x > last[0]) last[1] = (i ? last[1] * WGI_Q(exp)(last[0] - x) : 0) + 1, last[0] = x;
    else last[1] += WGI_Q(exp)(x - last[0]);
    c->y[at] = last[0] + WGI_Q(log)(last[1]);
}
static void cumsum_run(const wgi_quad_call *c) { along_lines(c, cumsum_step); }
static void cumprod_run(const wgi_quad_call *c) { along_lines(c, cumprod_step); }
static void linear_scan_run(const wgi_quad_call *c) { along_lines(c, linear_scan_step); }
static void logcumsumexp_run(const wgi_quad_call *c) { along_lines(c, logcumsumexp_step); }

/* ---- elements that move ---- */

/* from counts the elements of the operands that move, one operand behind the other. */
static void move_run(const wgi_quad_op *op, const wgi_quad_call *c)
{
    for (int64_t i = 0, n = wg_shape_size(wg_node_shape(c->n)); i < n; i++) {
        int64_t at = c->from[i] - 1, size;
        for (int k = 0; at >= 0 && k < wg_node_operands(c->n); k++) {
            if (k < 32 && !(op->moves >> k & 1)) continue;
            size = wg_shape_size(shape_of(c, k));
            if (at < size) {
                c->y[i] = c->x[k][at];
                break;
            }
            at -= size;
        }
        if (c->from[i] == 0) c->y[i] = 0;
    }
}

/* from: what is kept is not 0. */
static void random_keep_run(const wgi_quad_call *c)
{
    for (int64_t i = 0, n = wg_shape_size(wg_node_shape(c->n)); i < n; i++)
        c->y[i] = c->from[i] ? c->x[0][i] / c->x[1][0] : 0;
}

/* from: of max_pool_pick, which it is the adjoint of. */
static void max_pool_grad_run(const wgi_quad_call *c)
{
    for (int64_t i = 0, n = wg_shape_size(wg_node_shape(c->n)); i < n; i++) c->y[i] = 0;
    for (int64_t i = 0, n = wg_shape_size(shape_of(c, 1)); i < n; i++)
        if (c->from[i]) c->y[c->from[i] - 1] += c->x[1][i];
}

/* Operands are rows and their numbers, in turn; an axis of 1 among the batch of the numbers serves all. */
static void gather_grad_run(const wgi_quad_call *c)
{
    const wg_shape y = wg_node_shape(c->n);
    const int batch = (int)option(c->n, "batch", NULL);
    const int64_t count = y.dim[batch], columns = elements(&y, batch + 1, y.rank);
    wg_shape all = y, own;
    all.rank = batch;
    for (int64_t i = 0, n = wg_shape_size(y); i < n; i++) c->y[i] = 0;
    for (int k = 0; k < wg_node_operands(c->n); k += 2) {
        const wg_shape numbers = shape_of(c, k + 1);
        const int64_t each = elements(&numbers, batch, numbers.rank);
        own = numbers, own.rank = batch;
        for (int64_t b = 0; b < wg_shape_size(all); b++)
            for (int64_t i = 0; i < each; i++) {
                const int64_t r = (int64_t)c->x[k + 1][place_in(&own, &all, b) * each + i];
                quad *to = c->y + (b * count + (r < 0 ? r + count : r)) * columns;
                for (int64_t j = 0; j < columns; j++) to[j] += c->x[k][(b * each + i) * columns + j];
            }
    }
}

/* ---- convolutions: for each tap, narrow place and pair of channels a product of two is added to the third:
 * of the wide side, the narrow side and the kernel ---- */

typedef struct convolution {
    wg_shape wide, narrow, taps, stride, dilation, padding; /* shapes of [n, i..., channels], [k..., a, b] */
    int64_t groups;
    quad *to; /* is one of the three */
    const quad *a, *b;
    int what; /* which of the three `to` is: 0 wide, 1 narrow, 2 the kernel */
} convolution;

/* Place p of the narrow side and tap k: the place of the wide side; -1: beside it. */
static int64_t met(const convolution *v, int64_t p, int64_t k)
{
    int64_t at = 0, unit = 1;
    for (int d = v->taps.rank - 3; d >= 0; d--) {
        const int64_t i = p % v->narrow.dim[d + 1], t = k % v->taps.dim[d],
                      w = i * v->stride.dim[d] + t * v->dilation.dim[d] - v->padding.dim[2 * d];
        if (w < 0 || w >= v->wide.dim[d + 1]) return -1;
        at += w * unit, unit *= v->wide.dim[d + 1];
        p /= v->narrow.dim[d + 1], k /= v->taps.dim[d];
    }
    return at;
}
static void add_products(const convolution *v, int64_t wide, int64_t narrow, int64_t kernel)
{
    const int axes = v->taps.rank - 2;
    const int64_t as = v->taps.dim[axes], bs = v->taps.dim[axes + 1], each = bs / v->groups;
    for (int64_t a = 0; a < as; a++)
        for (int64_t b = 0; b < bs; b++) {
            const int64_t w = wide + b / each * as + a, n = narrow + b, k = kernel + a * bs + b;
            if (v->what == 0) v->to[w] += v->a[n] * v->b[k];
            else if (v->what == 1) v->to[n] += v->a[w] * v->b[k];
            else v->to[k] += v->a[w] * v->b[n];
        }
}
static void convolve(const wgi_quad_call *c, convolution v)
{
    const int axes = v.taps.rank - 2;
    const int64_t places = elements(&v.narrow, 1, axes + 1), wides = elements(&v.wide, 1, axes + 1),
                  taps = elements(&v.taps, 0, axes), pair = v.taps.dim[axes] * v.taps.dim[axes + 1];
    v.groups = option(c->n, "groups", NULL);
    option(c->n, "stride", &v.stride), option(c->n, "dilation", &v.dilation);
    option(c->n, "padding", &v.padding);
    v.to = c->y, v.a = c->x[0], v.b = c->x[1];
    for (int64_t i = 0, n = wg_shape_size(wg_node_shape(c->n)); i < n; i++) c->y[i] = 0;
    for (int64_t n = 0; n < v.wide.dim[0]; n++)
        for (int64_t p = 0; p < places; p++)
            for (int64_t k = 0; k < taps; k++) {
                const int64_t w = met(&v, p, k);
                if (w < 0) continue;
                add_products(&v, (n * wides + w) * v.wide.dim[axes + 1],
                             (n * places + p) * v.narrow.dim[axes + 1], k * pair);
            }
}
static void conv_run(const wgi_quad_call *c)
{
    convolve(c,
             (convolution){
                 .wide = shape_of(c, 0), .narrow = wg_node_shape(c->n), .taps = shape_of(c, 1), .what = 1 });
}
static void conv_transpose_run(const wgi_quad_call *c)
{
    convolve(c,
             (convolution){ .wide = wg_node_shape(c->n), .narrow = shape_of(c, 0), .taps = shape_of(c, 1) });
}
static void conv_weights_run(const wgi_quad_call *c)
{
    convolve(c,
             (convolution){
                 .wide = shape_of(c, 0), .narrow = shape_of(c, 1), .taps = wg_node_shape(c->n), .what = 2 });
}

/* ---- matrices: by elimination, with the largest number of a column as pivot. What an op reads of another
 * one's factors in double is not read here ---- */

/* Of larger ones elimination takes too long. */
enum { SIDE = 32 };

/* b, of m columns, becomes a^-1 b; a is lost. pivot[0 .. n): also of a matrix that has no inverse. Returns
 * the sign of the exchanges of rows. */
static int eliminate(quad *a, quad *b, int64_t n, int64_t m, quad pivot[SIDE])
{
    int sign = 1;
    for (int64_t c = 0; c < n; c++) {
        int64_t best = c;
        for (int64_t i = c; i < n; i++)
            if (size_of(a[i * n + c]) > size_of(a[best * n + c])) best = i;
        sign = best == c ? sign : -sign;
        for (int64_t j = 0; j < n && best != c; j++) {
            const quad was = a[c * n + j];
            a[c * n + j] = a[best * n + j], a[best * n + j] = was;
        }
        for (int64_t j = 0; j < m && best != c; j++) {
            const quad was = b[c * m + j];
            b[c * m + j] = b[best * m + j], b[best * m + j] = was;
        }
        pivot[c] = a[c * n + c];
        for (int64_t i = 0; i < n; i++) {
            const quad by = i == c || a[i * n + c] == 0 ? 0 : a[i * n + c] / pivot[c];
            if (i == c || by == 0) continue;
            for (int64_t j = c; j < n; j++) a[i * n + j] -= by * a[c * n + j];
            for (int64_t j = 0; j < m; j++) b[i * m + j] -= by * b[c * m + j];
        }
    }
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = 0; j < m; j++) b[i * m + j] /= pivot[i];
    return sign;
}
static void copy_matrix(quad *to, const quad *from, int64_t n, bool transposed)
{
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = 0; j < n; j++) to[i * n + j] = from[transposed ? j * n + i : i * n + j];
}
/* As the library has it: the inverse times the determinant has lost its digits. */
static bool is_weak(const quad pivot[], int64_t n)
{
    quad least = INFINITY, most = 0, product = 1;
    for (int64_t i = 0; i < n; i++) {
        const quad d = size_of(pivot[i]);
        least = d < least ? d : least, most = d > most ? d : most, product *= d;
    }
    return n > 0 && (least <= most * 0x1p-20 || !(product >= DBL_MIN && product <= DBL_MAX));
}

/* Operands A, its factors, b. */
static void lu_solve_run(const wgi_quad_call *c)
{
    const wg_shape s = wg_node_shape(c->n);
    const int64_t n = s.dim[s.rank - 2], m = s.dim[s.rank - 1], size = wg_shape_size(s);
    quad a[SIDE * SIDE], pivot[SIDE];
    if (size) memcpy(c->y, c->x[3], (size_t)size * sizeof *c->y);
    for (int64_t u = 0; u * n * m < size; u++) {
        quad *y = c->y + u * n * m;
        copy_matrix(a, c->x[0] + u * n * n, n, option(c->n, "transposed", NULL));
        eliminate(a, y, n, m, pivot);
        if (!option(c->n, "or_zero", NULL) || !is_weak(pivot, n)) continue;
        for (int64_t i = 0; i < n * m; i++) y[i] = 0;
    }
}

/* Operands A and its factors. */
static void lu_det_run(const wgi_quad_call *c)
{
    enum { DET, SIGN, LOG, LOGDET, WEAK };
    const wg_shape s = shape_of(c, 0);
    const int64_t n = s.dim[s.rank - 1], what = option(c->n, "what", NULL);
    quad a[SIDE * SIDE], pivot[SIDE];
    for (int64_t u = 0; u < wg_shape_size(wg_node_shape(c->n)); u++) {
        copy_matrix(a, c->x[0] + u * n * n, n, false);
        quad product = eliminate(a, NULL, n, 0, pivot), logs = 0;
        for (int64_t i = 0; i < n; i++) {
            product *= what == DET ? pivot[i] : (pivot[i] > 0) - (pivot[i] < 0);
            logs += WGI_Q(log)(size_of(pivot[i]));
        }
        c->y[u] = what == WEAK ? is_weak(pivot, n) : what == LOG || what == LOGDET ? logs : product;
    }
}

/* Operands A, and by matrix whether its cofactors are wanted. */
static void cofactors_run(const wgi_quad_call *c)
{
    const wg_shape s = wg_node_shape(c->n);
    const int64_t n = s.dim[s.rank - 1], size = wg_shape_size(s);
    quad a[SIDE * SIDE], pivot[SIDE];
    for (int64_t u = 0; u * n * n < size; u++) {
        quad *y = c->y + u * n * n;
        for (int64_t i = 0; i < n * n; i++) y[i] = i / n == i % n && c->x[1][u] != 0;
        if (c->x[1][u] == 0) continue;
        copy_matrix(a, c->x[0] + u * n * n, n, true);
        quad det = eliminate(a, y, n, n, pivot);
        for (int64_t i = 0; i < n; i++) det *= pivot[i];
        for (int64_t i = 0; i < n * n; i++) y[i] *= det;
    }
}

static void triangular_solve_run(const wgi_quad_call *c)
{
    const wg_shape s = wg_node_shape(c->n);
    const int64_t n = s.dim[s.rank - 2], m = s.dim[s.rank - 1], size = wg_shape_size(s);
    const bool upper = option(c->n, "upper", NULL), unit = option(c->n, "unit", NULL);
    quad a[SIDE * SIDE], part[SIDE * SIDE], pivot[SIDE];
    if (size) memcpy(c->y, c->x[1], (size_t)size * sizeof *c->y);
    for (int64_t u = 0; u * n * m < size; u++) {
        for (int64_t i = 0; i < n * n; i++) {
            const int64_t row = i / n, column = i % n;
            part[i] = row == column && unit                     ? 1
                      : (upper ? column >= row : column <= row) ? c->x[0][u * n * n + i]
                                                                : 0;
        }
        copy_matrix(a, part, n, option(c->n, "transposed", NULL));
        eliminate(a, c->y + u * n * m, n, m, pivot);
    }
}

static void cholesky_run(const wgi_quad_call *c)
{
    const wg_shape s = wg_node_shape(c->n);
    const int64_t n = s.dim[s.rank - 1], size = wg_shape_size(s);
    for (int64_t u = 0; u * n * n < size; u++) {
        const quad *x = c->x[0] + u * n * n;
        quad *y = c->y + u * n * n;
        for (int64_t i = 0; i < n; i++)
            for (int64_t j = 0; j < n; j++) {
                quad sum = (x[i * n + j] + x[j * n + i]) / 2;
                for (int64_t k = 0; k < j && j <= i; k++) sum -= y[i * n + k] * y[j * n + k];
                y[i * n + j] = j > i ? 0 : j == i ? WGI_Q(sqrt)(sum) : sum / y[j * n + j];
            }
    }
}

static void inverse_gaps_run(const wgi_quad_call *c)
{
    const wg_shape s = wg_node_shape(c->n);
    const int64_t n = s.dim[s.rank - 1];
    for (int64_t e = 0; e < wg_shape_size(s); e++) {
        const int64_t u = e / n / n, i = e / n % n, j = e % n;
        c->y[e] = i == j ? 0 : 1 / (c->x[0][u * n + j] - c->x[0][u * n + i]);
    }
}

/* ---- the table ---- */

#define MAPPED(op, bits, by)                                     \
    {                                                            \
        .name = #op, .map = op##_map, .linear = bits, .cost = by \
    }
#define RUN(op, bits, ...)                                                   \
    {                                                                        \
        .name = #op, .run = op##_run, .linear = bits, .cost = 1, __VA_ARGS__ \
    }
#define MOVED(op, operands)                                                  \
    {                                                                        \
        .name = #op, .moves = (uint32_t)(operands), .linear = ALL, .cost = 1 \
    }
#define ITSELF(op)                                           \
    {                                                        \
        .name = #op, .run = same_run, .linear = 1, .cost = 1 \
    } /* is its first operand */

#define ROW(op, bits, by, ...) MAPPED(op, bits, by),
#define ROW_SAME(op)           MAPPED(op, 0, SLOW),
static const wgi_quad_op ops[] = { MAPS(ROW) SAME(ROW_SAME) MAPPED(pow_term, 0, 2 * SLOW),
                                   MAPPED(tanh_backward, 1, 3),
                                   MAPPED(log_sech2, 0, 2 * SLOW),
                                   { .name = "cast", .map = same_map, .linear = 1, .cost = 1 },
                                   { .name = "broadcast_to", .map = same_map, .linear = 1, .cost = 1 },
                                   { .name = "checked", .map = same_map, .linear = 1, .cost = 1 },
                                   ITSELF(identity),
                                   ITSELF(stop_gradient),
                                   ITSELF(reshape),
                                   ITSELF(custom_vjp),
                                   ITSELF(settled),
                                   ITSELF(distribution),
                                   ITSELF(same),
                                   RUN(addn, ALL),
                                   RUN(sum, 1),
                                   RUN(matmul, 3),
                                   RUN(cumsum, 1),
                                   RUN(cumprod, 0),
                                   RUN(linear_scan, 3),
                                   RUN(logcumsumexp, 0),
                                   RUN(random_keep, 1, .moves = 1),
                                   RUN(max_pool_grad, 2, .moves = 2),
                                   RUN(gather_grad, ALL),
                                   RUN(conv, 3),
                                   RUN(conv_transpose, 3),
                                   RUN(conv_weights, 3),
                                   RUN(lu_solve, 0, .ignores = 6),
                                   RUN(lu_det, 0, .ignores = 6),
                                   RUN(cofactors, 0),
                                   RUN(triangular_solve, 0),
                                   RUN(cholesky, 0),
                                   RUN(inverse_gaps, 0),
                                   MOVED(concat, ALL),
                                   MOVED(slice, 1),
                                   MOVED(unslice, 1),
                                   MOVED(transpose, 1),
                                   MOVED(flip, 1),
                                   MOVED(gather, 1),
                                   MOVED(max_pool_pick, 2) };

const wgi_quad_op *wgi_quad_op_of(const wg_op *op)
{
    for (size_t i = 0; op && wgx_hints(op)->library == op && i < sizeof ops / sizeof *ops; i++)
        if (wgx_op_is(op, ops[i].name)) return &ops[i];
    return NULL;
}

void wgi_quad_run(const wgi_quad_op *op, const wgi_quad_call *c)
{
    if (op->map) map_run(op, c);
    else if (op->run) op->run(c);
    else move_run(op, c);
}

/* Of a product of matrices, or a convolution, each element of one operand meets a column or a kernel. */
double wgi_quad_cost(const wgi_quad_op *op, wg_node n)
{
    double size = (double)wg_shape_size(wg_node_shape(n)), most = size;
    for (int k = 0; k < wg_node_operands(n); k++)
        most = fmax(most, (double)wg_shape_size(wg_node_shape(wg_node_operand(n, k))));
    if (op->run == matmul_run) {
        const wg_shape s = wg_node_shape(wg_node_operand(n, 0));
        return size * (double)s.dim[s.rank - (s.rank > 1 && option(n, "ta", NULL) ? 2 : 1)];
    }
    if (op->run == conv_run || op->run == conv_transpose_run || op->run == conv_weights_run) {
        const wg_shape w = wg_node_shape(op->run == conv_weights_run ? n : wg_node_operand(n, 1)),
                       x = wg_node_shape(
                           op->run == conv_run ? n : wg_node_operand(n, op->run != conv_transpose_run));
        return (double)wg_shape_size(x) * (double)elements(&w, 0, w.rank - 1);
    }
    const bool eliminates = op->run == lu_solve_run || op->run == lu_det_run ||
                            op->run == triangular_solve_run || op->run == cofactors_run ||
                            op->run == cholesky_run;
    const wg_shape s = wg_node_shape(wg_node_operands(n) ? wg_node_operand(n, 0) : n);
    const int64_t side = eliminates ? s.dim[s.rank - 1] : 1;
    return side > SIDE ? INFINITY : 2 + most * (double)side * op->cost;
}

#endif
