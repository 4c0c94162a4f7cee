/* determinant.c: determinants and their logarithms, from the triangles of lu.c, and cofactors. */
#include "lu.h"
#include "kernel/vdouble.h"

/* What is computed of a determinant. LOGDET is LOG, but refuses a determinant below 0. WEAK: 1 if is_weak. */
enum { DET, SIGN, LOG, LOGDET, WEAK };
#define LU_DET_FIELDS(F, S) F(S, CHOICE, what, "det", "det sign log logdet weak")
OPTIONS(lu_det, LU_DET_FIELDS);

/* The sign of a permutation: each exchange changes it. row is a permutation of 0 to n - 1. */
static bool is_odd(const int64_t *row, int64_t n)
{
    int64_t exchanges = 0;
    for (int64_t i = 0; i < n; i++) {
        int64_t length = 0, j = row[i];
        for (; j > i; j = row[j]) length++;
        exchanges += j == i ? length : 0; /* a cycle is counted at its first row */
    }
    return exchanges & 1;
}

static double of_diagonal(const wg_kernel *k, int64_t u, int64_t n, int what)
{
    double product = is_odd(OPERAND(int64_t, 2) + u * n, n) ? -1 : 1, logs = 0;
    for (int64_t i = 0; i < n; i++) {
        const double d = (double)number_of(k, 1, (u * n + i) * n + i);
        if (what == DET) product *= d;
        else product *= (d > 0) - (d < 0);
        logs += what == DET ? 0 : vm_log(fabs(d));
    }
    return what == DET || what == SIGN ? product : what == LOGDET && product < 0 ? NAN : logs;
}

KERNEL(lu_det)
{
    const int what = ((const struct lu_det *)k->attr)->what;
    const int64_t n = matrices_of(k->xt[0].shape).n;
    EACH_UNIT(u) {
        const double v = what == WEAK ? is_weak(k, 1, u, n) : of_diagonal(k, u, n, what);
        if (isnan(v))
            return wg_fault_at(k, u * (n + !n), n + !n, WG_FAULT_MATRIX,
                               "has a determinant below 0: wg_slogdet gives its sign and logarithm");
        if (k->yt[0].dtype == WG_F32) RESULT(float, 0)[u] = (float)v;
        else RESULT(double, 0)[u] = v;
    }
    return true;
}

/* ---- cofactors of a square matrix of any rank, and their derivative in a direction ---- */

/* Elimination with the largest number left as pivot gives A = F E H: F and H are regular, E has r ones in
 * its diagonal and zeros elsewhere, r is the rank. The cofactors of a product are the product of the
 * cofactors, so cof(A) = d F^-T cof(E) H^-T, d = det F det H, and their derivative in the direction C is d
 * F^-T M H^-T with M that of cof(E) in the direction B = F^-1 C H^-1: with P[i, j] the product of all e
 * but e[i] and e[j], M[i, i] = sum(P[i, j] B[j, j] over j != i) and M[i, j] = -P[i, j] B[j, i]. No number
 * is divided by a small pivot that it is not multiplied by again, nor are large numbers subtracted: digits
 * are kept where a pivot is some rounding error. In long double, whose range holds the products of pivots. */
typedef struct factors {
    int64_t n, rank, *row, *column; /* pivot i was in row[i], column[i] of A */
    long double *a, d;              /* L below the diagonal, U from it on */
} factors;

static void exchange_lines(factors *f, int64_t s, int64_t row, int64_t column)
{
    const int64_t n = f->n, r = f->row[s], c = f->column[s];
    for (int64_t j = 0; row != s && j < n; j++) {
        const long double v = f->a[s * n + j];
        f->a[s * n + j] = f->a[row * n + j], f->a[row * n + j] = v;
    }
    for (int64_t i = 0; column != s && i < n; i++) {
        const long double v = f->a[i * n + s];
        f->a[i * n + s] = f->a[i * n + column], f->a[i * n + column] = v;
    }
    f->row[s] = f->row[row], f->row[row] = r;
    f->column[s] = f->column[column], f->column[column] = c;
    if ((row != s) != (column != s)) f->d = -f->d;
}

static void factorize(factors *f)
{
    const int64_t n = f->n;
    long double *a = f->a;
    for (int64_t i = 0; i < n; i++) f->row[i] = f->column[i] = i;
    for (f->d = 1, f->rank = 0; f->rank < n; f->rank++) {
        const int64_t s = f->rank;
        int64_t at = s * n + s;
        for (int64_t i = s; i < n; i++)
            for (int64_t j = s; j < n; j++)
                if (fabsl(a[i * n + j]) > fabsl(a[at])) at = i * n + j;
        if (a[at] == 0) return;
        exchange_lines(f, s, at / n, at % n);
        f->d *= a[s * n + s];
        for (int64_t i = s + 1; i < n; i++) {
            const long double l = a[i * n + s] /= a[s * n + s];
            for (int64_t j = s + 1; j < n; j++) a[i * n + j] -= l * a[s * n + j];
        }
    }
}

/* v = F^-1 C H^-1; C is operand c of the kernel. */
static void into_factors(const wg_kernel *k, const factors *f, int64_t u, int c, long double *v)
{
    const int64_t n = f->n;
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = 0; j < n; j++) {
            long double t = number_of(k, c, (u * n + f->row[i]) * n + f->column[j]);
            for (int64_t s = 0; s < i && s < f->rank; s++) t -= f->a[i * n + s] * v[s * n + j];
            v[i * n + j] = t;
        }
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = 0; j < n; j++) {
            for (int64_t s = 0; s < j && s < f->rank; s++) v[i * n + j] -= v[i * n + s] * f->a[s * n + j];
            if (j < f->rank) v[i * n + j] /= f->a[j * n + j];
        }
}

/* The result u of the kernel: d F^-T v H^-T. */
static void out_of_factors(const wg_kernel *k, const factors *f, int64_t u, long double *v)
{
    const int64_t n = f->n;
    for (int64_t i = n - 1; i >= 0; i--)
        for (int64_t j = 0; j < n; j++)
            for (int64_t s = i + 1; s < n && i < f->rank; s++) v[i * n + j] -= f->a[s * n + i] * v[s * n + j];
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = n - 1; j >= 0; j--) {
            for (int64_t s = j + 1; s < n && j < f->rank; s++) v[i * n + j] -= f->a[j * n + s] * v[i * n + s];
            if (j < f->rank) v[i * n + j] /= f->a[j * n + j];
            const int64_t at = (u * n + f->row[i]) * n + f->column[j];
            if (k->yt[0].dtype == WG_F32) RESULT(float, 0)[at] = (float)(f->d * v[i * n + j]);
            else RESULT(double, 0)[at] = (double)(f->d * v[i * n + j]);
        }
}

/* cof(E) */
static void cofactors_of_ones(const factors *f, long double *v)
{
    const int64_t n = f->n;
    for (int64_t i = 0; i < n * n; i++) v[i] = 0;
    for (int64_t i = 0; i < n; i++) v[i * n + i] = f->rank == n || (f->rank == n - 1 && i == n - 1);
}
/* The product of all e but e[i] and e[j], i != j: are all zeros of E among them? */
static bool without_two(const factors *f, int64_t i, int64_t j)
{
    return (i >= f->rank) + (j >= f->rank) == f->n - f->rank;
}
/* v becomes M of B = v. */
static void slope_of_ones(const factors *f, long double *v)
{
    const int64_t n = f->n;
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = i + 1; j < n; j++) {
            const long double above = v[i * n + j];
            v[i * n + j] = without_two(f, i, j) ? -v[j * n + i] : 0;
            v[j * n + i] = without_two(f, i, j) ? -above : 0;
        }
    long double *diagonal = f->a + n * n + n * n; /* behind v */
    for (int64_t i = 0; i < n; i++) {
        diagonal[i] = 0;
        for (int64_t j = 0; j < n; j++)
            if (j != i && without_two(f, i, j)) diagonal[i] += v[j * n + j];
    }
    for (int64_t i = 0; i < n; i++) v[i * n + i] = diagonal[i];
}

/* Cofactors of matrix u, or with c >= 0 their derivative in the direction of operand c, where operand 1 is
 * not 0. Elsewhere 0. */
static void cofactors_of(const wg_kernel *k, int64_t u, int64_t n, int c)
{
    factors f = { .n = n, .a = k->scratch };
    long double *v = f.a + n * n;
    f.row = (int64_t *)(v + n * n + n), f.column = f.row + n;
    if (number_of(k, 1, u) == 0) {
        memset(RESULT(char, 0) + (size_t)(u * n * n) * wg_dtype_size(k->yt[0].dtype), 0,
               (size_t)(n * n) * wg_dtype_size(k->yt[0].dtype));
        return;
    }
    for (int64_t i = 0; i < n * n; i++) f.a[i] = number_of(k, 0, u * n * n + i);
    factorize(&f);
    if (c < 0) cofactors_of_ones(&f, v);
    else {
        into_factors(k, &f, u, c, v);
        slope_of_ones(&f, v);
    }
    out_of_factors(k, &f, u, v);
}

static bool each_matrix(const wg_kernel *k, int c)
{
    EACH_UNIT(u) cofactors_of(k, u, matrices_of(k->xt[0].shape).n, c);
    return true;
}
KERNEL(cofactors) { return each_matrix(k, -1); }
KERNEL(cofactor_slope) { return each_matrix(k, 2); }

#if WG_BASE

EXTERN(cofactor_slope, lu_det, slogdet);

/* ---- cofactors, where a matrix is singular or nearly so ---- */

SHAPE(cofactors)
{
    if (!is_square(r, 0) || (r->operands > 2 && !shaped_as(r, 2, 0))) return false;
    return (wg_shape_equal(*r->x[1].shape, leading(r->x[0].shape)) && r->x[1].dtype == r->x[0].dtype) ||
           wg_rule_fail(r, WG_ERROR_SHAPE, "%s is not one number a matrix of %s", wg_rule_who(r, 1),
                        wg_rule_who(r, 0));
}
SCRATCH(cofactors)
{
    const size_t n = (size_t)matrices_of(k->xt[0].shape).n;
    return (2 * n + 1) * n * sizeof(long double) + 2 * n * sizeof(int64_t);
}
static wg_node cofactor_slope(wg_site here, wg_node a, wg_node weak, wg_node c)
{
    return NODE_OF(cofactor_slope, NULL, a, weak, c);
}
VJP(cofactors) { gx[0] = cofactor_slope(here, x[0], x[1], gy); }
static wg_node cofactor_sample(wg_site here, wg_graph *g, int i, const wg_op *op)
{
    static const wg_shape s[] = { { 2, { 3, 3 } }, { 3, { 2, 3, 3 } }, { 2, { 4, 4 } }, { 2, { 0, 0 } } };
    if (i > 3) return wg_none;
    wg_node a = regular_sample(here, g, s[i], false), weak = wg_between(g, 1, 2, leading(&s[i]));
    return wg_apply(here, op, (wg_node[]){ a, weak, wg_any(g, s[i]) }, op->operands, NULL);
}
static const char *cofactor_error(wg_site here, wg_graph *g, int i, const wg_op *op)
{
    if (i > 1) return NULL;
    wg_node a = wg_any(g, i ? WG_SHAPE(3, 4) : WG_SHAPE(3, 3));
    wg_apply(here, op, (wg_node[]){ a, ANY(3), a }, op->operands, NULL);
    return i ? "is not square" : "is not one number a matrix";
}
#define COFACTOR_OP(n, ...)                                                                       \
    SAMPLE(n) { return cofactor_sample(here, g, i, &wgi_op_##n); }                                \
    ERROR_SAMPLE(n) { return cofactor_error(here, g, i, &wgi_op_##n); }                           \
    DEFINE_OP(n, .zero = 1 << 1, .kind = WG_CONTRACT, .promote = WG_PROMOTE_NONE, .vjp = n##_vjp, \
              RULES(cofactors, shape, scratch), .units = matrices_units, .kernel = KERNELS(n),    \
              .hint.own_scratch = true, .leads = true, __VA_ARGS__)
COFACTOR_OP(cofactors,
            .summary = "Cofactors of square matrices A, singular or not, where w is not 0. Elsewhere 0.",
            .formula = "y = det A A^-T where w != 0, else 0",
            .adjoint = "A' = det A (sum(X y' along last 2) X - X @ y'^T @ X) where w != 0, else 0; X = A^-T",
            .operands = 2, .names = "A w");

/* ---- cofactor_slope ---- */

/* The second derivative of the cofactors d X of regular matrices, X = A^-T, in directions b and c. */
static wg_node cofactor_curve(wg_site here, wg_node a, wg_node b, wg_node c)
{
    const lu f = wgi_lu(here, a);
    wg_node x = wgi_lu_solve(here, f, unit_like(here, a), true), d = over_matrices(here, wg_det(a));
    wg_node xb = wg_matmul(wg_matmul(x, turned(here, b)), x),
            xc = wg_matmul(wg_matmul(x, turned(here, c)), x);
    wg_node of_b = wg_sum(wg_mul(x, b), .axes = WG_AXES(-2, -1), .keepdims = true),
            of_c = wg_sum(wg_mul(x, c), .axes = WG_AXES(-2, -1), .keepdims = true),
            both = wg_sum(wg_mul(xb, c), .axes = WG_AXES(-2, -1), .keepdims = true);
    wg_node twice =
        wg_add(wg_matmul(wg_matmul(xb, turned(here, c)), x), wg_matmul(wg_matmul(xc, turned(here, b)), x));
    wg_node once = wg_add(wg_mul(of_b, xc), wg_mul(of_c, xb));
    return wg_mul(d, wg_add(wg_sub(wg_mul(wg_sub(wg_mul(of_b, of_c), both), x), once), twice));
}
/* The slope is the same form of gy and c: d^2 det [gy, c, dA]. A third derivative is that of regular
 * matrices; of a singular one it is an error. */
VJP(cofactor_slope)
{
    wg_node weak = over_matrices(here, wg_not_equal(x[1], 0));
    gx[0] = wg_where(weak, cofactor_curve(here, wg_where(weak, x[0], unit_like(here, x[0])), gy, x[2]), 0);
    gx[2] = cofactor_slope(here, x[0], x[1], gy);
}
COFACTOR_OP(
    cofactor_slope,
    .summary = "The derivative of the cofactors of square matrices A, singular or not, in the direction c, "
               "where w is not 0. Elsewhere 0. Its own derivative by A is an error at singular matrices.",
    .formula = "y = det A (sum(X c along last 2) X - X @ c^T @ X) where w != 0, else 0; X = A^-T",
    .adjoint = "A' = \"the formula, differentiated\", c' = det A (sum(X y' along last 2) X - X @ y'^T @ X) "
               "where w != 0, else 0",
    .operands = 3, .names = "A w c");

/* ---- lu_det: operands are A, its triangles, its rows ---- */

static wg_node of_triangles(wg_site here, lu a, int what)
{
    return NODE_OF(lu_det, WITH(lu_det, what), a.a, a.lu, a.rows);
}
SHAPE(lu_det) { return has_triangles(r) && shaped_to(r, leading(r->x[0].shape)); }
UNITS(lu_det) { return matrices_of(k->xt[0].shape).count; }
/* The derivative of log |det A| is A^-T, that of det A the cofactors: det A A^-T where A is regular. */
VJP(lu_det)
{
    const int what = ((const struct lu_det *)wg_attr(y))->what;
    const lu a = { x[0], x[1], x[2] };
    if (what == SIGN || what == WEAK) gx[0] = wg_number(0);
    else if (what != DET)
        gx[0] = wg_mul(over_matrices(here, gy), wgi_lu_solve(here, a, unit_like(here, x[0]), true));
    else {
        wg_node weak = of_triangles(here, a, WEAK);
        wg_node cofactors = NODE_OF(cofactors, NULL, x[0], weak);
        gx[0] =
            wg_where(over_matrices(here, wg_not_equal(weak, 0)), wg_mul(over_matrices(here, gy), cofactors),
                     wg_mul(over_matrices(here, wg_mul(gy, y)), wgi_inverse_or_0(here, a)));
    }
}
SAMPLES(lu_det, of_triangles(here, wgi_lu(here, REGULAR(3, 3)), DET),
        of_triangles(here, wgi_lu(here, REGULAR(2, 2, 2)), LOG),
        of_triangles(here, wgi_lu(here, REGULAR(4, 4)), LOGDET),
        of_triangles(here, wgi_lu(here, REGULAR(0, 0)), DET));
ERRORS(lu_det, (of_triangles(here, (lu){ ANY(3, 3), ANY(3, 3), CLASSES(3, 2) }, DET), "are not the rows of"));

DEFINE_OP(
    lu_det,
    .summary = "Determinants, their signs, or the logarithms of their absolute values. Operands: matrices A, "
               "the parts of lu(A). logdet: a determinant below 0 is an error. weak: 1 if the matrix is "
               "singular or nearly so, else 0.",
    .formula = "y = det A where what = det, sign(det A) where what = sign, \"1 or 0\" where what = weak, "
               "else ln |det A|",
    .adjoint = "A' = y' y A^-T where what = det, 0 where what = sign, 0 where what = weak, else y' A^-T",
    .zero = 1 << 1 | 1 << 2, .operands = 3, .names = "A lu rows", .kind = WG_CONTRACT,
    .promote = WG_PROMOTE_NONE, TAKES(lu_det), RULES(lu_det, shape, units, vjp), .kernel = KERNELS(lu_det),
    .leads = true);

/* ---- det, logdet, slogdet ---- */

SHAPE(det) { return is_square(r, 0) && shaped_to(r, leading(r->x[0].shape)); }

EXPAND(det) { y[0] = of_triangles(here, wgi_lu(here, x[0]), DET); }
ERRORS(det, (wg_det(ANY(3, 4)), "is not square"));
SQUARE_OP(det,
          .summary = "Determinants of square matrices. The derivative by a matrix, singular or not, is its "
                     "cofactors. The third derivative at a singular matrix is an error.",
          .formula = "y = det x", .adjoint = "x' = y' y x^-T", .shape = det_shape);

EXPAND(logdet) { y[0] = of_triangles(here, wgi_lu(here, x[0]), LOGDET); }
ERRORS(logdet, (wg_logdet(ANY(3)), "axes, must have 2 to"),
       (wg_logdet(wg_neg(REGULAR_INPUT(3, 3))), "has a determinant below 0"));

SQUARE_OP(logdet,
          .summary = "Logarithms of determinants, without overflow. -inf for singular matrices. A "
                     "determinant below 0 is an error.",
          .formula = "y = ln(det x)", .adjoint = "x' = y' x^-T", .shape = det_shape);

/* part: 0 the logarithm, 1 the sign */
#define SLOGDET_FIELDS(F, S) F(S, CHOICE, part, "log", "log sign")
OPTIONS(slogdet, SLOGDET_FIELDS);

EXPAND(slogdet)
{
    y[0] = of_triangles(here, wgi_lu(here, x[0]), ((const struct slogdet *)attr)->part ? SIGN : LOG);
}
static wg_node log_or_sign(wg_site here, wg_node x, int part)
{
    return NODE_OF(slogdet, WITH(slogdet, part), x);
}
SAMPLES(slogdet, log_or_sign(here, wg_neg(REGULAR_INPUT(3, 3)), 0),
        log_or_sign(here, wg_neg(REGULAR_INPUT(2, 2, 2)), 1),
        log_or_sign(here, wg_neg(REGULAR_INPUT(0, 0)), 0));
ERRORS(slogdet, (wg_slogdet(ANY(3, 4), NULL, NULL), "is not square"));

DEFINE_OP(slogdet,
          .summary = "Logarithms of the absolute values of determinants, or their signs: 1, -1, or 0 if the "
                     "matrix is singular.",
          .formula = "y = ln |det x| where part = log, else sign(det x)",
          .adjoint = "x' = y' x^-T where part = log, else 0", .operands = 1, .kind = WG_CONTRACT,
          .promote = WG_PROMOTE_FLOAT, TAKES(slogdet), .shape = det_shape, .expand = slogdet_expand);
bool wg_slogdet_at(wg_site here, wg_node x, wg_node *sign, wg_node *log)
{
    wg_node y = log_or_sign(here, x, 0), unused;
    const bool ok = wg_node_ok(y);
    log = log ? log : &unused, sign = sign ? sign : &unused;
    *log = ok ? y : wg_none;
    *sign =
        ok ? of_triangles(wg_inside(here),
                          (lu){ wg_node_operand(y, 0), wg_node_operand(y, 1), wg_node_operand(y, 2) }, SIGN)
           : wg_none;
    return ok;
}

#endif
