/* onnx_reduce.c: sums and the like along axes, softmax, products of matrices. */
#include "onnx/onnx.h"

#include "wengert/ops.h"

#include <math.h>
#include <string.h>

/* ---- along axes ---- */

/* The axes of a node: an attribute, or operand 1 from a set on. Returns how many; 0: all; -1: after an
 * error. */
static int axes_of(wgi_onnx_call *k, int rank, int axes[])
{
    int64_t list[WG_MAX_RANK];
    int n = wgi_ox_attribute(k, "axes") ? wgi_ox_ints(k, "axes", list, WG_MAX_RANK)
            : wgi_ox_has(k, 1)          ? wgi_ox_whole(k, 1, list, WG_MAX_RANK)
                                        : 0;
    if (n < 0) wgi_ox_fail(k, WG_ERROR_SHAPE, "a list of too many axes");
    for (int i = 0; i < n; i++)
        if ((axes[i] = wgi_ox_axis(k, list[i], rank)) < 0) return -1;
    return n;
}

/* Whether an image can be reduced as it lies: all axes stay, or those of the examples and channels alone. */
static bool can_lie(const wgi_onnx_call *k, int rank, const int axes[], int n, bool keep)
{
    int images = 0;
    for (int i = 0; i < n; i++) images += axes[i] > 1;
    return wgi_ox_is_last(k, 0) && n && (keep || images == rank - 2);
}

static bool reduced(wgi_onnx_call *k, wg_node (*f)(wgi_onnx_call *k, wg_node x, const wg_reduce_args *a))
{
    const int rank = wgi_ox_shape(k, 0).rank;
    int axes[WG_MAX_RANK] = { 0 }, n = axes_of(k, rank, axes);
    const bool keep = wgi_ox_i(k, "keepdims", 1), last = n >= 0 && can_lie(k, rank, axes, n, keep);
    if (n < 0) return false;
    if (!n && wgi_ox_i(k, "noop_with_empty_axes", 0)) return wgi_onnx_same(k);
    if (!n || !rank)
        for (n = 0; n < rank; n++) axes[n] = n;
    for (int i = 0; last && i < n; i++) axes[i] = axes[i] > 1 ? axes[i] - 1 : axes[i] ? rank - 1 : 0;
    const wg_node x = last ? wgi_ox_last(k, 0) : wgi_ox(k, 0);
    wg_reduce_args a = WG_OPTS(wg_reduce_args, .x = x, .keepdims = keep);
    if (rank) a.axes = wg_axes_of(n, axes);
    wg_node y = f(k, x, &a);
    if (wg_node_dtype(y) != wgi_ox_dtype(k, 0)) y = wg_cast(y, wgi_ox_dtype(k, 0));
    return last && keep ? wgi_ox_put_last(k, 0, y) : wgi_ox_put(k, 0, y);
}

typedef wg_node reduction(wg_site here, const wg_reduce_args *a);
static reduction *const reductions[] = { wg_sum_at, wg_mean_at, wg_max_at,
                                         wg_min_at, wg_prod_at, wg_logsumexp_at };

static wg_node plain(wgi_onnx_call *k, wg_node x, const wg_reduce_args *a)
{
    return reductions[k->row->u.number](k->here, a);
}

static wg_node length_by(wgi_onnx_call *k, wg_node x, const wg_reduce_args *a, double p)
{
    return wg_norm(x, .axes = a->axes, .keepdims = a->keepdims, .p = p);
}

static wg_node one_norm(wgi_onnx_call *k, wg_node x, const wg_reduce_args *a)
{
    return length_by(k, x, a, 1);
}
static wg_node two_norm(wgi_onnx_call *k, wg_node x, const wg_reduce_args *a)
{
    return length_by(k, x, a, 2);
}

static wg_node log_sum(wgi_onnx_call *k, wg_node x, const wg_reduce_args *a)
{
    return wg_log(wg_sum_at(k->here, a));
}

static wg_node sum_of_squares(wgi_onnx_call *k, wg_node x, const wg_reduce_args *a)
{
    wg_reduce_args squares = *a;
    squares.x = wg_square(x);
    return wg_sum_at(k->here, &squares);
}

OPERATOR(reduce) { return reduced(k, plain); }
OPERATOR(reduce_l1) { return reduced(k, one_norm); }
OPERATOR(reduce_l2) { return reduced(k, two_norm); }
OPERATOR(reduce_log_sum) { return reduced(k, log_sum); }
OPERATOR(reduce_sum_square) { return reduced(k, sum_of_squares); }

/* ---- the place of the largest ---- */

OPERATOR(arg)
{
    const wg_shape s = wgi_ox_shape(k, 0);
    const int axis = wgi_ox_axis(k, wgi_ox_i(k, "axis", 0), s.rank);
    const bool last = wgi_ox_i(k, "select_last_index", 0), keep = wgi_ox_i(k, "keepdims", 1);
    wg_node x = wgi_ox(k, 0);
    if (axis < 0) return false;
    if (last) x = wg_flip(x, .axis = axis);
    wg_node y = (k->row->u.number ? wg_argmin_at : wg_argmax_at)(
        k->here, &WG_OPTS(wg_axis_args, .x = x, .axis = axis, .keepdims = keep));
    if (last) { /* a whole number, as a node */
        wg_tensor end = wgi_ox_room(k, WG_I64, WG_SCALAR);
        if (!end.data) return false;
        *(int64_t *)end.data = s.dim[axis] - 1;
        y = wg_sub(wgi_ox_leaf(k, end), y);
    }
    return wgi_ox_put(k, 0, y);
}

/* ---- softmax ---- */

enum { SOFTMAX, LOG_SOFTMAX, HARDMAX };

static wg_node soft(wgi_onnx_call *k, wg_node x, int axis)
{
    const wg_softmax_args a = WG_OPTS(wg_softmax_args, .x = x, .axis = axis);
    if (k->row->u.number == SOFTMAX) return wg_softmax_at(k->here, &a);
    if (k->row->u.number == LOG_SOFTMAX) return wg_log_softmax_at(k->here, &a);
    const wg_node best = wg_argmax(x, .axis = axis);
    const wg_node y = wg_one_hot(best, .count = wg_node_shape(x).dim[axis], .axis = axis);
    return wg_node_dtype(y) == wg_node_dtype(x) ? y : wg_cast(y, wg_node_dtype(x));
}

/* Until set 12 all axes from this one on are one. */
OPERATOR(softmax)
{
    const wg_shape s = wgi_ox_shape(k, 0);
    const bool old = k->version < 13;
    const int axis = wgi_ox_axis(k, wgi_ox_i(k, "axis", old ? 1 : -1), s.rank ? s.rank : 1);
    if (axis < 0) return false;
    if (!s.rank) return wgi_ox_fail(k, WG_ERROR_SHAPE, "of a scalar");
    if (!old || axis == s.rank - 1) return wgi_ox_put(k, 0, soft(k, wgi_ox(k, 0), axis));
    wg_shape flat = { 2, { 1, 1 } };
    for (int i = 0; i < s.rank; i++) flat.dim[i >= axis] *= s.dim[i];
    const wg_node y = soft(k, wg_reshape(wgi_ox(k, 0), flat), 1);
    return wgi_ox_put(k, 0, wg_reshape(y, s));
}

/* ---- products ---- */

/* Products of whole numbers are exact in doubles below 2^53. */
static wg_node factor(wgi_onnx_call *k, int i)
{
    const wg_node x = wgi_ox(k, i);
    return wg_dtype_is_float(wgi_ox_dtype(k, i)) ? x : wg_cast(x, WG_F64);
}

static wg_node as_first(wgi_onnx_call *k, wg_node y)
{
    const wg_dtype t = wgi_ox_dtype(k, 0);
    return wg_node_dtype(y) == t ? y : wg_cast(y, t);
}

OPERATOR(matmul)
{
    const wg_node a = factor(k, 0), b = factor(k, 1);
    return wgi_ox_put(k, 0, as_first(k, wg_matmul(a, b)));
}

/* alpha A B + beta C */
OPERATOR(gemm)
{
    const double alpha = wgi_ox_f(k, "alpha", 1), beta = wgi_ox_f(k, "beta", 1);
    const wg_node a = factor(k, 0), b = factor(k, 1);
    wg_node y = wg_matmul(a, b, .ta = wgi_ox_i(k, "transA", 0) != 0, .tb = wgi_ox_i(k, "transB", 0) != 0);
    if (alpha != 1) y = wg_mul(alpha, y);
    if (!wgi_ox_has(k, 2)) return wgi_ox_put(k, 0, as_first(k, y));
    wg_node c = factor(k, 2);
    if (beta != 1) c = wg_mul(beta, c);
    return wgi_ox_put(k, 0, as_first(k, wg_add(y, c)));
}

enum { EINSUM_OPERANDS = 16, EINSUM_ROOM = 400 };

/* Letters for the axes that "..." stands for: those that the equation has not. Of n axes the last n. */
static size_t put_dots(const char *unused, int n, char *to)
{
    for (int i = 0; i < n; i++) to[i] = unused[WG_MAX_RANK - n + i];
    return (size_t)n;
}

/* The equation without blanks and dots. Of fewer axes than another operand has "..." stands for the last
 * ones. */
static bool letters_of(wgi_onnx_call *k, const char *from, char *to)
{
    char unused[WG_MAX_RANK + 1];
    int found = 0, most = 0, axes[EINSUM_OPERANDS] = { 0 }, operand = 0;
    for (char c = 'A'; c <= 'Z' && found < WG_MAX_RANK; c++)
        if (!strchr(from, c)) unused[found++] = c;
    for (const char *s = from; *s && operand < k->ins && strncmp(s, "->", 2) != 0; operand++) {
        const size_t n = strcspn(s, ",-");
        int letters = 0;
        for (size_t i = 0; i < n; i++) letters += s[i] != ' ' && s[i] != '.';
        axes[operand] = memchr(s, '.', n) ? wgi_ox_shape(k, operand).rank - letters : 0;
        if (axes[operand] > most) most = axes[operand];
        if (axes[operand] < 0)
            return wgi_ox_fail(k, WG_ERROR_SHAPE, "operand %d has fewer axes than letters", operand);
        s += n + (s[n] == ',');
    }
    size_t n = 0;
    operand = 0;
    for (const char *s = from; *s && n + WG_MAX_RANK + 1 < EINSUM_ROOM; s++) {
        if (!strncmp(s, "...", 3)) n += put_dots(unused, operand < 0 ? most : axes[operand], to + n), s += 2;
        else if (*s != ' ') to[n++] = *s;
        if (*s == ',' && operand >= 0 && operand + 1 < EINSUM_OPERANDS) operand++;
        if (*s == '>') operand = -1;
    }
    to[n] = 0;
    return true;
}

OPERATOR(einsum)
{
    char letters[EINSUM_ROOM];
    wg_node x[EINSUM_OPERANDS];
    if (k->ins > EINSUM_OPERANDS)
        return wgi_ox_fail(k, WG_ERROR_FORMAT, "more than %d operands", EINSUM_OPERANDS);
    if (!letters_of(k, wgi_ox_s(k, "equation", ""), letters)) return false;
    for (int i = 0; i < k->ins; i++) x[i] = factor(k, i);
    return wgi_ox_put(k, 0, as_first(k, wg_einsum_at(k->here, letters, x, k->ins)));
}

OPERATOR(det) { return wgi_ox_put(k, 0, wg_det(wgi_ox(k, 0))); }
