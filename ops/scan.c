/* scan.c: results that go along an axis, each made from the one before: linear_scan, cumprod,
 * logcumsumexp. The running number of a line is a double (of integers i64), and is rounded where it is
 * written. */
#include "scan_lines.h"
#include "kernel/vdouble.h"

#define DIRECTED_FIELDS(F, S) F(S, AXIS, axis, "needed") F(S, BOOL, reverse, "false")
OPTIONS(directed, DIRECTED_FIELDS);
#define LOG_SUM_FIELDS(F, S) F(S, AXIS, axis, "needed") F(S, BOOL, reverse, "false")
#define CUMULATED_FIELDS(F, S) \
    F(S, AXIS, axis, "needed") F(S, BOOL, exclusive, "false") F(S, BOOL, reverse, "false")
OPTIONS(cumulated, CUMULATED_FIELDS);

/* Does STEP for each unit u of the lines l. */
#define SCAN(S, STEP)                                         \
    do {                                                      \
        const struct S *a = k->attr;                          \
        const lines l = lines_along(k->xt[0].shape, a->axis); \
        EACH_UNIT(n) {                                        \
            const line_unit u = line_unit_of(&l, n);          \
            STEP;                                             \
        }                                                     \
        return true;                                          \
    } while (0)

#define LINEAR(T)                                                               \
    do {                                                                        \
        const T *x = k->x[0], *b = k->x[1];                                     \
        T *restrict y = k->y[0];                                                \
        double last[LINES];                                                     \
        ALONG_LINES(l, u, a->reverse, {                                         \
            last[j] = i ? (double)x[p] * last[j] + (double)b[p] : (double)b[p]; \
            y[p] = (T)last[j];                                                  \
        });                                                                     \
    } while (0)
KERNEL(linear_scan) { SCAN(directed, FLOATS(k, LINEAR)); }

#define PRODUCTS(T, S, Y)                                \
    do {                                                 \
        const T *x = k->x[0];                            \
        Y *restrict y = k->y[0];                         \
        S last[LINES];                                   \
        for (int j = 0; j < LINES; j++) last[j] = 1;     \
        ALONG_LINES(l, u, a->reverse, {                  \
            const S before = last[j];                    \
            last[j] *= (S)x[p];                          \
            y[p] = (Y)(a->exclusive ? before : last[j]); \
        });                                              \
    } while (0)
KERNEL(cumprod) { SCAN(cumulated, BY_TYPES(k->xt[0].dtype, PRODUCTS)); }

/* sum e^-most times the sum of e^x so far. With equal infinities the term is 1. */
#define LOG_SUMS(T)                                                      \
    do {                                                                 \
        const T *x = k->x[0];                                            \
        T *restrict y = k->y[0];                                         \
        double most[LINES], sum[LINES];                                  \
        for (int j = 0; j < LINES; j++) most[j] = -INFINITY, sum[j] = 0; \
        ALONG_LINES(l, u, a->reverse, {                                  \
            const double v = (double)x[p];                               \
            if (v > most[j]) {                                           \
                sum[j] = sum[j] * vm_exp(most[j] - v) + 1;               \
                most[j] = v;                                             \
            } else sum[j] += v == most[j] ? 1 : vm_exp(v - most[j]);     \
            y[p] = (T)(most[j] + vm_log(sum[j]));                        \
        });                                                              \
    } while (0)
KERNEL(logcumsumexp) { SCAN(directed, FLOATS(k, LOG_SUMS)); }

#if WG_BASE

#include "rules.h"

/* The axis is the first field of both structs. */
static int64_t units_along(const wg_kernel *k)
{
    const lines l = lines_along(k->xt[0].shape, *(const int *)k->attr);
    return line_units(&l);
}

/* Along axis the next element of each, counted in the direction of the scan; behind the last stands `end`. */
static wg_node next_of(wg_site here, wg_node x, int axis, bool reverse, wg_pad_mode mode)
{
    const int64_t n = wg_dim(x, axis);
    if (n == 0) return x;
    wg_node part = reverse ? wg_slice(x, .axis = axis, .from = 0, .to = n - 1)
                           : wg_slice(x, .axis = axis, .from = 1, .to = n);
    if (n == 1 && mode == WG_PAD_EDGE) return x;
    return wg_pad(part, .axis = axis, .before = reverse, .after = !reverse, .mode = mode);
}

/* ---- linear_scan ---- */

SHAPE(linear_scan) { return equal_shapes(r) && wg_rule_float(r, 0) && axis_fits(r); }
/* With l the gradient by b, l[i] = y'[i] + a[i + 1] l[i + 1], a'[i] = l[i] y[i - 1]. */
VJP(linear_scan)
{
    const struct directed *a = wg_attr(y);
    wg_node next = next_of(here, x[0], a->axis, a->reverse, WG_PAD_CONSTANT);
    gx[1] = wg_linear_scan(next, gy, .axis = a->axis, .reverse = !a->reverse);
    gx[0] = wg_mul(gx[1], next_of(here, y, a->axis, !a->reverse, WG_PAD_CONSTANT));
}
#define SCANNED(at, back, ...) \
    wg_linear_scan(BETWEEN(-1, 1, __VA_ARGS__), ANY(__VA_ARGS__), .axis = at, .reverse = back)
SAMPLES(linear_scan, SCANNED(0, false, 4, 3), SCANNED(-1, true, 3, 5), SCANNED(1, false, 2, 3, 2),
        SCANNED(0, true, 1), SCANNED(1, false, 2, 0), SCANNED(1, true, 0, 2), SCANNED(0, false, 3, 70));
ERRORS(linear_scan, (wg_linear_scan(ANY(3, 4), ANY(3), .axis = 0), "shapes differ"),
       (wg_linear_scan(ANY(3, 4), ANY(3, 4), .axis = 2), "no axis 2 in"));

DEFINE_OP(linear_scan,
          .summary = "The linear recurrence along an axis: each result is a times the one before, plus b. "
                     "The first is b. reverse: from the end.",
          .formula = "y[i] = a[i] y[j] + b[i] along axis; j = i + 1 where reverse, else i - 1",
          .adjoint = "b'[i] = y'[i] + a[k] b'[k] along axis, a'[i] = b'[i] y[j] along axis; j = i + 1 where "
                     "reverse, else i - 1, k = i - 1 where reverse, else i + 1",
          .operands = 2, .kind = WG_ROWS, .promote = WG_PROMOTE_FLOAT, .cost = 4, TAKES(directed),
          .options = wg_linear_scan_args_rows, RULES(linear_scan, shape, vjp), .kernel = KERNELS(linear_scan),
          .units = units_along, .leads = true);
BUILDER(linear_scan, linear_scan) { APPLY(linear_scan, directed, DIRECTED_FIELDS, a->x, a->b); }

/* ---- cumprod ---- */

/* x'[i] = (the product before i) s[i], s[i] = y'[i] + x[i + 1] s[i + 1]: nothing is divided by x.
 * Without x[i] itself in y[i], s begins one element later. */
VJP(cumprod)
{
    const struct cumulated *a = wg_attr(y);
    wg_node before =
        a->exclusive ? y : wg_cumprod(x[0], .axis = a->axis, .exclusive = true, .reverse = a->reverse);
    wg_node next = next_of(here, x[0], a->axis, a->reverse, WG_PAD_CONSTANT);
    wg_node slope = a->exclusive ? next_of(here, gy, a->axis, a->reverse, WG_PAD_CONSTANT) : gy;
    gx[0] = wg_mul(before, wg_linear_scan(next, slope, .axis = a->axis, .reverse = !a->reverse));
}
SAMPLES(cumprod, wg_cumprod(ANY(3, 4), .axis = 0), wg_cumprod(ANY(3, 4), .axis = -1, .exclusive = true),
        wg_cumprod(ANY(2, 3, 2), .axis = 1, .reverse = true),
        wg_cumprod(ANY(5), .axis = 0, .exclusive = true, .reverse = true), wg_cumprod(ANY(2, 0), .axis = 1),
        wg_cumprod(ANY(1), .axis = 0), wg_cumprod(ANY(11, 3), .axis = 1),
        wg_cumprod(CLASSES(9, 2, 70), .axis = 0), wg_cumprod(wg_greater(CLASSES(3, 7), 0), .axis = 0));
ERRORS(cumprod, (wg_cumprod(ANY(3, 4), .axis = 2), "no axis 2 in"));

DEFINE_OP(cumprod,
          .summary = "Cumulative product along an axis. exclusive: without the element itself. reverse: from "
                     "the end. Integers and bools give i64.",
          .formula = "y[i] = prod(x[j] over j where before) along axis; before = j > i where reverse and "
                     "exclusive, j >= i where reverse, j < i where exclusive, else j <= i",
          .adjoint = "x'[j] = sum(y'[i] prod(x[k] over k where k != j and (k - i) s <= -u) over i where (j - "
                     "i) s <= -u) along axis; s = -1 where reverse, else 1, u = 1 where exclusive, else 0",
          .operands = 1, .kind = WG_ROWS, .cost = 2, TAKES(cumulated), .options = wg_cumsum_args_rows,
          .shape = totals_fit, .vjp = cumprod_vjp, .kernel = KERNELS(cumprod), .units = units_along,
          .leads = true);
BUILDER(cumprod, cumsum) { APPLY(cumprod, cumulated, CUMULATED_FIELDS, a->x); }

/* ---- logcumsumexp ---- */

OPTION_TABLE(log_sum_attrs, directed, LOG_SUM_FIELDS);

/* x' = e^(x - y) s, s[i] = y'[i] + e^(y[i] - y[i + 1]) s[i + 1]: no exponent is above 0. Equal
 * infinities differ by 0. Where all of a prefix is -infinity its derivatives are 0, as those of logsumexp
 * are. */
VJP(logcumsumexp)
{
    const struct directed *a = wg_attr(y);
    wg_node next = next_of(here, y, a->axis, a->reverse, WG_PAD_EDGE), same = wg_equal(y, next),
            top = wg_equal(x[0], y);
    wg_node share = wg_exp(wg_where(same, 0, wg_sub(wg_where(same, 0, y), wg_where(same, 0, next))));
    wg_node part = wg_exp(wg_sub(wg_where(top, 0, x[0]), wg_where(top, 0, y)));
    part = wg_where(wg_equal(y, -INFINITY), 0, part);
    gx[0] = wg_mul(part, wg_linear_scan(share, gy, .axis = a->axis, .reverse = !a->reverse));
}
SAMPLES(logcumsumexp, wg_logcumsumexp(ANY(3, 4), .axis = 0), wg_logcumsumexp(ANY(3, 4), .axis = -1),
        wg_logcumsumexp(ANY(2, 3, 2), .axis = 1, .reverse = true), wg_logcumsumexp(ANY(2, 0), .axis = 1),
        wg_logcumsumexp(ANY(1), .axis = 0), wg_logcumsumexp(ANY(11, 3), .axis = 1, .reverse = true));
ERRORS(logcumsumexp, (wg_logcumsumexp(ANY(3, 4), .axis = 2), "no axis 2 in"));

DEFINE_OP(
    logcumsumexp,
    .summary =
        "Logarithm of the cumulative sum of e^x along an axis, without overflow. reverse: from the end.",
    .formula =
        "y[i] = ln(sum(e^x[j] over j where before)) along axis; before = j >= i where reverse, else j <= i",
    .adjoint = "x'[j] = sum(y'[i] e^(x[j] - y[i]) over i where before) along axis; before = j >= i where "
               "reverse, else j <= i",
    .operands = 1, .kind = WG_ROWS, .promote = WG_PROMOTE_FLOAT, .cost = 40,
    .attr_size = sizeof(struct directed), .attrs = log_sum_attrs, .options = wg_logcumsumexp_args_rows,
    .shape = axis_fits, .vjp = logcumsumexp_vjp, .kernel = KERNELS(logcumsumexp), .units = units_along,
    .leads = true);
BUILDER(logcumsumexp, logcumsumexp) { APPLY(logcumsumexp, directed, DIRECTED_FIELDS, a->x); }

#endif
