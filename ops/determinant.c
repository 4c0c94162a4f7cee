/* determinant.c: determinants and their logarithms, from the triangles of lu.c. */
#include "lu.h"

/* What is computed of a determinant. LOGDET is LOG, but refuses a determinant below 0. */
enum { DET, SIGN, LOG, LOGDET };
#define LU_DET_FIELDS(F, S) F(S, CHOICE, what, "det", "det sign log logdet")
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
    double product = is_odd((const int64_t *)k->x[2] + u * n, n) ? -1 : 1, logs = 0;
    for (int64_t i = 0; i < n; i++) {
        const int64_t at = (u * n + i) * n + i;
        const double d =
            k->xt[1].dtype == WG_F32 ? ((const float *)k->x[1])[at] : ((const double *)k->x[1])[at];
        if (what == DET) product *= d;
        else product *= (d > 0) - (d < 0);
        logs += what == DET ? 0 : log(fabs(d));
    }
    return what == DET || what == SIGN ? product : what == LOGDET && product < 0 ? NAN : logs;
}

KERNEL(lu_det)
{
    const int what = ((const struct lu_det *)k->attr)->what;
    const int64_t n = matrices_of(k->xt[0].shape).n;
    for (int64_t u = k->begin; u < k->end; u++) {
        const double v = of_diagonal(k, u, n, what);
        if (isnan(v))
            return wg_fault_at(k, u * (n + !n), n + !n, WG_FAULT_MATRIX,
                               "has a determinant below 0: wg_slogdet gives its sign and logarithm");
        if (k->yt[0].dtype == WG_F32) ((float *)k->y[0])[u] = (float)v;
        else ((double *)k->y[0])[u] = v;
    }
    return true;
}

#if WG_BASE

DECLARE(lu_det);

extern const wg_op wgi_op_lu_det;

/* ---- lu_det: operands are A, its triangles, its rows ---- */

static wg_node of_triangles(wg_site here, lu a, int what)
{
    return wg_apply(here, &wgi_op_lu_det, (wg_node[]){ a.a, a.lu, a.rows }, 3, &(struct lu_det){ what });
}
static bool lu_det_shape(wg_rule *r)
{
    if (!has_triangles(r)) return false;
    wg_shape *y = wg_rule_shape(r, 0);
    *y = *r->x[0].shape;
    y->rank -= 2;
    return true;
}
static int64_t lu_det_units(const wg_kernel *k) { return matrices_of(k->xt[0].shape).count; }
/* The derivative of log |det A| is A^-T. */
VJP(lu_det)
{
    const int what = ((const struct lu_det *)wg_attr(y))->what;
    if (what == SIGN) {
        gx[0] = wg_number(0);
        return;
    }
    wg_node g = what == DET ? wg_mul(gy, y) : gy;
    gx[0] = wg_mul(over_matrices(here, g),
                   wgi_lu_solve(here, (lu){ x[0], x[1], x[2] }, unit_like(here, x[0]), true));
}
SAMPLE(lu_det)
{
    static const wg_shape a[] = { { 2, { 3, 3 } }, { 3, { 2, 2, 2 } }, { 2, { 4, 4 } }, { 2, { 0, 0 } } };
    static const int what[] = { DET, LOG, LOGDET, DET };
    return i > 3 ? wg_none : of_triangles(here, wgi_lu(here, regular_sample(here, g, a[i], false)), what[i]);
}
ERROR_SAMPLE(lu_det)
{
    if (i) return NULL;
    lu a = wgi_lu(here, wg_any(g, WG_SHAPE(3, 3)));
    a.rows = wgi_lu(here, wg_any(g, WG_SHAPE(2, 2))).rows;
    of_triangles(here, a, DET);
    return "are not the rows of";
}

const wg_op wgi_op_lu_det = {
    OP(lu_det),
    .summary = "Determinants, their signs, or the logarithms of their absolute values. Operands: matrices A, "
               "the parts "
               "of lu(A). logdet: a determinant below 0 is an error.",
    .formula = "y = det A where what = det, sign(det A) where what = sign, else ln |det A|",
    .adjoint = "A' = y' y A^-T where what = det, 0 where what = sign, else y' A^-T",
    .zero = 1 << 1 | 1 << 2,
    .operands = 3,
    .names = "A lu rows",
    .kind = WG_CONTRACT,
    .promote = WG_PROMOTE_NONE,
    TAKES(lu_det),
    .shape = lu_det_shape,
    .kernel = KERNELS(lu_det),
    .units = lu_det_units,
    .leads = true,
    .vjp = lu_det_vjp,
};

/* ---- det, logdet, slogdet ---- */

static bool det_shape(wg_rule *r)
{
    if (!is_square(r, 0)) return false;
    wg_shape *y = wg_rule_shape(r, 0);
    *y = *r->x[0].shape;
    y->rank -= 2;
    return true;
}
static wg_node square_sample(wg_site here, wg_graph *g, int i, wg_node (*op)(wg_site, wg_node))
{
    static const wg_shape a[] = { { 2, { 3, 3 } }, { 3, { 2, 2, 2 } }, { 2, { 1, 1 } }, { 2, { 0, 0 } } };
    return i > 3 ? wg_none : op(here, regular_sample(here, g, a[i], true));
}

EXPAND(det) { y[0] = of_triangles(here, wgi_lu(here, x[0]), DET); }
SAMPLE(det) { return square_sample(here, g, i, wg_det_at); }
ERROR_SAMPLE(det)
{
    if (i) return NULL;
    wg_det(wg_any(g, WG_SHAPE(3, 4)));
    return "is not square";
}

const wg_op wgi_op_det = {
    OP(det),
    .summary = "Determinants of square matrices. The derivative at a singular matrix is an error.",
    .formula = "y = det x",
    .adjoint = "x' = y' y x^-T",
    .operands = 1,
    .kind = WG_CONTRACT,
    .promote = WG_PROMOTE_FLOAT,
    .shape = det_shape,
    .expand = det_expand,
};
wg_node wg_det_at(wg_site here, wg_node x) { return wg_apply1(here, x, &wgi_op_det); }

EXPAND(logdet) { y[0] = of_triangles(here, wgi_lu(here, x[0]), LOGDET); }
SAMPLE(logdet) { return square_sample(here, g, i, wg_logdet_at); }
ERROR_SAMPLE(logdet)
{
    if (i > 1) return NULL;
    wg_node x = i ? wg_neg(regular_sample(here, g, WG_SHAPE(3, 3), true)) : wg_any(g, WG_SHAPE(3));
    wg_logdet(x);
    return i ? "has a determinant below 0" : "axes, must have 2 to";
}

const wg_op wgi_op_logdet = {
    OP(logdet),
    .summary = "Logarithms of determinants, without overflow. -inf for singular matrices. A determinant "
               "below 0 is an "
               "error.",
    .formula = "y = ln(det x)",
    .adjoint = "x' = y' x^-T",
    .operands = 1,
    .kind = WG_CONTRACT,
    .promote = WG_PROMOTE_FLOAT,
    .shape = det_shape,
    .expand = logdet_expand,
};
wg_node wg_logdet_at(wg_site here, wg_node x) { return wg_apply1(here, x, &wgi_op_logdet); }

/* part: 0 the logarithm, 1 the sign */
#define SLOGDET_FIELDS(F, S) F(S, CHOICE, part, "log", "log sign")
OPTIONS(slogdet, SLOGDET_FIELDS);

EXPAND(slogdet)
{
    y[0] = of_triangles(here, wgi_lu(here, x[0]), ((const struct slogdet *)attr)->part ? SIGN : LOG);
}
extern const wg_op wgi_op_slogdet;
SAMPLE(slogdet)
{
    static const wg_shape a[] = { { 2, { 3, 3 } }, { 3, { 2, 2, 2 } }, { 2, { 0, 0 } } };
    if (i > 2) return wg_none;
    wg_node x = wg_neg(regular_sample(here, g, a[i], true));
    return wg_apply(here, &wgi_op_slogdet, &x, 1, &(struct slogdet){ i == 1 });
}
ERROR_SAMPLE(slogdet)
{
    if (i) return NULL;
    wg_node sign, log;
    wg_slogdet(wg_any(g, WG_SHAPE(3, 4)), &sign, &log);
    return "is not square";
}

const wg_op wgi_op_slogdet = {
    OP(slogdet),
    .summary =
        "Logarithms of the absolute values of determinants, or their signs: 1, -1, or 0 if the matrix is "
        "singular.",
    .formula = "y = ln |det x| where part = log, else sign(det x)",
    .adjoint = "x' = y' x^-T where part = log, else 0",
    .operands = 1,
    .kind = WG_CONTRACT,
    .promote = WG_PROMOTE_FLOAT,
    TAKES(slogdet),
    .shape = det_shape,
    .expand = slogdet_expand,
};
bool wg_slogdet_at(wg_site here, wg_node x, wg_node *sign, wg_node *log)
{
    wg_node y = wg_apply(here, &wgi_op_slogdet, &x, 1, &(struct slogdet){ 0 });
    const bool ok = wg_node_ok(y);
    wg_node unused;
    log = log ? log : &unused, sign = sign ? sign : &unused;
    *log = ok ? y : wg_none;
    *sign =
        ok ? of_triangles(wg_inside(here),
                          (lu){ wg_node_operand(y, 0), wg_node_operand(y, 1), wg_node_operand(y, 2) }, SIGN)
           : wg_none;
    return ok;
}

#endif
