/* test_lattice_arrays.c: ops that are not elementwise on a lattice of fillings, in f64 and f32: zeros,
 * ones, ties, the ends of the floats, infinities, NaN, one number alone. Each leaf gets each filling, alone
 * and with the others. Values, first derivatives both ways and second derivatives are compared with those of
 * a formula, which wgformula.c differentiates in long double: that of the op, or a closed form below.
 * wg_vmap is compared with the value and the gradients.
 *
 * The unit of errors is that of a backward stable computation: eps times the sum of |dy/dx x| for y, and the
 * same divided by x for its derivatives. Where that sum overflows nothing is expected. */
#include <fenv.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lattice_conventions.h"

/* ---- what formulas do not say ---- */

enum {
    FINITE = 1,  /* of infinities and NaN nothing is expected: they meet 0, or are left out */
    RISING = 2,  /* nor of inf: inf - inf or inf / inf is on the way */
    CHOICE = 4,  /* nor of NaN, which counts as the largest number, or is not chosen */
    SQUARES = 8, /* nor of operands whose squares overflow */
    MODERATE =
        16,      /* nor of those whose products overflow or underflow: factors are multiplied in any order */
    NORMAL = 32, /* nor of derivatives at denormal numbers */
    CLOSE = 64,  /* nor where elements differ by less than the error of their mean */
    ONE_PART = 128, /* the other parts are for the gradient */
    UNITS = 256,    /* the result is a difference of numbers of size 1 */
    NORMS = 512,    /* errors of matrices are those of their norms */
    MEANS = 1024,   /* of what counts: 0 / 0 where nothing does */
    EQUAL = 2048    /* nor where all elements are the largest number: squares of the error of their mean
                     * overflow */
};

static const struct {
    const char *op;
    int how;
    const char *as; /* the same function, written so that nothing cancels, with its conventions */
} rules[] = {
    { "norm", 0,
      "y = max(|x| along axis) where p = inf, sqrt(sum(x^2 along axis)) where p = 2, else sum(|x|^p along "
      "axis)^(1 / p)" },
    { "std", NORMAL | CLOSE, NULL },
    { "softmax", RISING, NULL },
    { "log_softmax", RISING, "y = z - ln(sum(e^z along axis)); z = (x - max(x along axis)) / temperature" },
    { "softmax_grad", FINITE | SQUARES, NULL },
    { "log_softmax_grad", FINITE | SQUARES, NULL },
    { "logsumexp", ONE_PART, NULL },
    { "logcumsumexp", MODERATE, NULL },
    { "cross_entropy", ONE_PART | FINITE | SQUARES, NULL },
    { "softmax_cross_entropy", FINITE | SQUARES, NULL },
    { "nll", CHOICE, NULL },
    { "kl", NORMAL, NULL },
    { "bce_with_logits", FINITE | SQUARES,
      "L = reduction(l); l = x - x y + log1p(e^-x) where x > 0, else log1p(e^x) - x y" },
    { "huber", FINITE | SQUARES, NULL },
    { "smooth_l1", FINITE | SQUARES, NULL },
    { "cosine_similarity", FINITE, NULL },
    { "cosine_loss", FINITE | UNITS, NULL },
    { "triplet", FINITE, NULL },
    { "prod", MODERATE, NULL },
    { "cumprod", FINITE | MODERATE, NULL },
    { "max_mask", CHOICE, NULL },
    { "max_grad", CHOICE, NULL },
    { "argmax", CHOICE, NULL },
    { "argmin", CHOICE, NULL },
    { "accuracy", CHOICE, NULL },
    { "resize_axis", FINITE, NULL },
    { "resize_axis_grad", FINITE, NULL },
    { "conv", FINITE, NULL },
    { "conv_weights", FINITE, NULL },
    { "layer_norm", FINITE | CLOSE | EQUAL, NULL },
    { "layer_norm_over", FINITE | CLOSE | EQUAL, NULL },
    { "rms_norm", FINITE | SQUARES, NULL },
    { "batch_norm", FINITE | SQUARES | CLOSE, NULL },
    { "batch_norm_train", FINITE | SQUARES | CLOSE, NULL },
    { "solve", FINITE | MODERATE, NULL },
    { "triangular_solve", FINITE | MODERATE, NULL },
    { "lstsq", FINITE | MODERATE, NULL },
    { "slogdet", SQUARES, NULL },
    { NULL, 0, NULL }
};

/* Operands of gradients that belong together; losses whose ends or targets test_lattice.c chooses; others,
 * which keeps what its formula loses. */
static bool is_tied(const wg_op *op)
{
    return is_among(op,
                    " cross_entropy_grad svd_grad eigh_grad slopes lu_det lu_solve cofactors cofactor_slope "
                    "turns svd_turns "
                    "layer_norm_grad batch_norm_grad binary_cross_entropy hinge others ");
}

/* ---- closed forms ---- */

typedef struct form {
    const char *name, *operands, *formula;
    wg_node (*make)(wg_graph *g, const wg_node x[]);
    int how;
} form;

/* Of "a[2,3] b[3]" the shape of a; what follows. */
static const char *shape_of(const char *operands, wg_shape *s)
{
    for (*s = WG_SCALAR; *operands && *operands != ' '; operands++)
        if (*operands >= '0' && *operands <= '9') s->dim[s->rank++] = *operands - '0';
    return operands + (*operands == ' ');
}

#define FORM(name) static wg_node name(wg_graph *g, const wg_node x[])
FORM(trace) { return wg_einsum("ii", x[0]); }
FORM(diagonals) { return wg_einsum("ii->i", x[0]); }
FORM(bilinear) { return wg_einsum("i,ij,j", x[0], x[1], x[2]); }
FORM(by_diagonal) { return wg_einsum("ij,jj->i", x[0], x[1]); }
FORM(row_squares) { return wg_einsum("ij,ij->i", x[0], x[0]); }
FORM(turned) { return wg_transpose(x[0]); }
FORM(joined) { return wg_concat(x, 2); }
FORM(reversed)
{
    return wg_take(x[0], wg_input(g, "i", wg_view_i64((int64_t[]){ 2, -2, 0 }, WG_SHAPE(3))), .axis = 0);
}
FORM(gathered)
{
    return wg_gather(x[0], wg_input(g, "i", wg_view_i64((int64_t[]){ 2, -2, 0 }, WG_SHAPE(3))));
}
FORM(scattered)
{
    return wg_scatter_add(x[0], wg_input(g, "i", wg_view_i64((int64_t[]){ 0, 2, 0 }, WG_SHAPE(3))), x[1],
                          .axis = 0);
}
FORM(products) { return wg_outer(x[0], x[1]); }
FORM(scanned) { return wg_linear_scan(x[0], x[1], .axis = 0); }
FORM(attended) { return wg_attention(x[0], x[1], x[2]); }
FORM(log_of_qr)
{
    wg_node q, r;
    wg_qr(x[0], &q, &r);
    return wg_sum(wg_log(wg_square(wg_diagonal(r))));
}
FORM(largest_two) { return wg_sum(wg_topk(x[0], .count = 2)); }
FORM(all_sorted) { return wg_sum(wg_square(wg_sort(x[0]))); }
FORM(eigenvalues_squared)
{
    wg_node w, v;
    wg_eigh(x[0], &w, &v);
    return wg_sum(wg_square(w));
}
FORM(eigenvalues_cubed)
{
    wg_node w, v;
    wg_eigh(x[0], &w, &v);
    return wg_sum(wg_mul(w, wg_square(w)));
}
FORM(singular_squared)
{
    wg_node u, s, v;
    wg_svd(x[0], &u, &s, &v);
    return wg_sum(wg_square(s));
}
FORM(singular_fourth)
{
    wg_node u, s, v;
    wg_svd(x[0], &u, &s, &v);
    return wg_sum(wg_square(wg_square(s)));
}
FORM(log_of_cholesky)
{
    wg_node a = wg_add(wg_matmul(x[0], x[0], .tb = true),
                       wg_mul(wg_reshape(wg_add(wg_square(x[1]), 1), WG_SHAPE(3, 1)), wg_eye(g, 3, 3)));
    return wg_sum(wg_log(wg_diagonal(wg_cholesky(a))));
}
#undef FORM

static const form forms[] = {
    { "einsum ii", "x[3,3]", "y = x[0, 0] + x[1, 1] + x[2, 2]", trace, 0 },
    { "einsum ii->i", "x[3,3]", "y = diagonal(x)", diagonals, 0 },
    { "einsum i,ij,j", "a[2] b[2,3] c[3]", "y = a @ b @ c", bilinear, 0 },
    { "einsum ij,jj->i", "a[2,3] b[3,3]", "y = a @ diagonal(b)", by_diagonal, 0 },
    { "einsum ij,ij->i", "x[2,3]", "y[i] = sum(x[i, j]^2 over j)", row_squares, 0 },
    { "transpose", "x[2,3]", "y = x^T", turned, 0 },
    { "concat", "a[2] b[3]", "y[i] = a[i] where i < 2, else b[i - 2]", joined, 0 },
    { "take", "x[3]", "y[i] = x[2 - i]", reversed, 0 },
    { "gather", "x[3,2]", "y[i, j] = x[2 - i, j]", gathered, 0 },
    { "scatter_add", "x[3] v[3]", "y[i] = x[i] + sum(v[j] over j where 2 j mod 4 = i)", scattered, 0 },
    { "outer", "a[2] b[3]", "y[i, j] = a[i] b[j]", products, 0 },
    { "linear_scan", "a[3] b[3]",
      "y[i] = b[0] where i = 0, a[1] b[0] + b[1] where i = 1, else a[2] (a[1] b[0] + b[1]) + b[2]", scanned,
      FINITE | MODERATE },
    { "attention", "q[3,2] k[3,2] v[3,2]", "y = softmax(q @ k^T / sqrt(2) along last) @ v", attended,
      FINITE | MODERATE },
    { "qr", "x[3,2]", "y = ln(det(x^T @ x))", log_of_qr, FINITE | NORMS | MODERATE | CLOSE },
    { "topk of all", "x[2]", "y = x[0] + x[1]", largest_two, 0 },
    { "sort", "x[5]", "y = sum(x^2)", all_sorted, 0 },
    { "eigh, squares", "x[3,3]", "y = sum(sym(x)^2)", eigenvalues_squared, FINITE | NORMS | MODERATE },
    { "eigh, cubes", "x[3,3]", "y = sum(diagonal(S @ S @ S)); S = sym(x)", eigenvalues_cubed,
      FINITE | NORMS | MODERATE },
    { "svd, squares", "x[3,2]", "y = sum(x^2)", singular_squared, FINITE | NORMS | MODERATE },
    { "svd, fourth powers", "x[3,2]", "y = sum((x^T @ x)^2)", singular_fourth, FINITE | NORMS | MODERATE },
    { "cholesky", "x[3,3] d[3]", "y = ln(det(x @ x^T + diag(1 + d^2))) / 2", log_of_cholesky,
      FINITE | NORMS | MODERATE },
};

/* ---- fillings ---- */

enum { MOST = 64, OPERANDS = 6, FILLINGS = 28 };

/* Element i of leaf j. */
static double filled(wg_dtype t, int filling, int j, int i)
{
    const bool d = t == WG_F64;
    const double most = d ? DBL_MAX : FLT_MAX, denormal = d ? DBL_TRUE_MIN : FLT_TRUE_MIN,
                 big = d ? 1e200 : 1e30, eps = d ? DBL_EPSILON : FLT_EPSILON;
    const int k = i * 7 + j * 5;
    const double own = (k % 11 + 1) / 8.0 * (k % 3 ? 1 : -1), half = (k % 5 - 2) / 2.0;
    switch (filling) {
    case 0: return half;
    case 1: return 0;
    case 2: return 1;
    case 3: return 0.5;
    case 4: return i % 2;
    case 5: return -1;
    case 6: return own;
    case 7: return fabs(own) / 2;
    case 8: return own * big;
    case 9: return own / big;
    case 10: return half * most / 64;
    case 11: return 2 * half * denormal;
    case 12: return i == 1 ? INFINITY : own;
    case 13: return i == 1 ? -INFINITY : own;
    case 14: return INFINITY;
    case 15: return -INFINITY;
    case 16: return i == 1 ? NAN : own;
    case 17: return i == 0;
    case 18: return 1 + eps * (i % 3);
    case 19: return -0.0;
    case 20: return i == 0 ? big : own;
    case 21: return i == 0 ? 1 / big : 0;
    case 22: return most / 64;
    case 23: return -most / 64;
    case 24: return i == 0 ? denormal : 0;
    case 25: return own * sqrt(most);
    case 26: return i - 4 + j;               /* a matrix of rank 2 */
    default: return (i * i - 30) / 32.0 + j; /* of rank 3 */
    }
}

/* By the marks above. */
static bool is_left_out(int filling, int how)
{
    enum { LARGE = SQUARES | MODERATE, ODD = FINITE | RISING };
    static const int marks[FILLINGS] = {
        [8] = LARGE,   [9] = MODERATE,  [10] = LARGE,         [11] = MODERATE,        [12] = ODD,
        [13] = FINITE, [14] = ODD,      [15] = FINITE,        [16] = FINITE | CHOICE, [18] = CLOSE,
        [20] = LARGE,  [21] = MODERATE, [22] = LARGE | EQUAL, [23] = LARGE | EQUAL,   [24] = MODERATE,
        [25] = LARGE
    };
    return marks[filling] & how;
}

typedef struct lattice {
    wgf_trial t;
    int how;
    const char *name;
    wg_dtype dtype;
    int filling, equation, variable[OPERANDS], variables;
    wg_node y, gy, gx[OPERANDS], u[OPERANDS], jvp, h[OPERANDS], mapped[OPERANDS + 1];
    bool derived, twice, vmapped;
    double at[OPERANDS][MOST]; /* values of all operands */
    bool nan;
} lattice;

/* What is expected is rounded to nearest, also if the test is run in another arithmetic. Gives that back. */
static int to_nearest(void)
{
    const int mode = fegetround();
    fesetround(FE_TONEAREST);
    return mode;
}

static long long points, differences, kinds, operands_met, ops_met, refused;
static char last[160];

static void set_leaves(lattice *l, int filling, int alone)
{
    for (int j = 0; j < l->t.k.leaves; j++) {
        const wg_shape s = wg_node_shape(l->t.k.leaf[j]);
        double v[16 * MOST];
        cr_assert_leq(wg_shape_size(s), 16 * MOST);
        const int mode = to_nearest();
        for (int64_t i = 0; i < wg_shape_size(s); i++)
            v[i] = filled(l->dtype, alone < 0 || alone == j ? filling : 7, j, (int)i);
        fesetround(mode);
        wg_input_set(l->t.k.leaf[j], wg_view_f64(v, s));
    }
}

/* ---- comparison ---- */

static double in(const lattice *l, long double v)
{
    return l->dtype == WG_F32 ? (double)(float)v : (double)v;
}

static void differ(const lattice *l, const char *kind, int i, double got, long double want)
{
    char text[160];
    snprintf(text, sizeof text, "%s %d %s %d", l->name, (int)l->dtype, kind, l->filling);
    differences++;
    if (strcmp(text, last) == 0) return;
    memcpy(last, text, sizeof last);
    printf("%s %s, sample %d, output %d, filling %d: %s, element %d: %.9g, not %.9Lg; x:", l->name,
           wg_dtype_name(l->dtype), l->t.k.sample, l->equation, l->filling, kind, i, got, want);
    for (int k = 0; k < l->t.operands && k < 3; k++)
        for (int j = 0; j < 4 && j < wgf_size(&l->t.s.name[k].value); j++) printf(" %.4g", l->at[k][j]);
    printf("\n");
}

/* unit: how far a result may be from want, in eps. */
static void compare_nearest(const lattice *l, const char *kind, int i, double got, long double want,
                            long double unit)
{
    const bool d = l->dtype == WG_F64;
    const double eps = d ? DBL_EPSILON : FLT_EPSILON, least = d ? DBL_MIN : FLT_MIN,
                 most = d ? DBL_MAX : FLT_MAX, w = in(l, want);
    points++;
    if (isnan(want)) {
        if (l->nan && kind[0] == 'y' && !kind[1] && !isnan(got)) differ(l, kind, i, got, want);
        return;
    }
    if (!(unit < most / 4) && isfinite(want)) return;
    if (isinf(w) ? got == w || fabsl(want) < 1.001L * most
                 : fabsl((long double)got - want) <= eps * (fabsl(want) + unit) * 256 + 64 * least)
        return;
    differ(l, kind, i, got, want);
}

static void compare(const lattice *l, const char *kind, int i, double got, long double want, long double unit)
{
    const int mode = to_nearest();
    compare_nearest(l, kind, i, got, want, unit);
    fesetround(mode);
}

/* must: a finite derivative exists. */
static double *read_values(lattice *l, const char *kind, wg_node n, bool must)
{
    double *v = wgt_values(n);
    kinds++;
    if (!v && must) {
        printf("%s %s, sample %d, filling %d, %s: %s\n", l->name, wg_dtype_name(l->dtype), l->t.k.sample,
               l->filling, kind, wg_message(l->t.k.c));
        differences++;
    }
    if (!v) wg_recover(l->t.k.c);
    return v;
}

/* ---- expected ---- */

static double weight(int i) { return (double[]){ 1, -0.5, 0.75, 2, -1.25 }[i % 5]; }
static double direction(int i) { return (double[]){ 0.5, 1, -0.75, 0.25, -1, 0.75, -0.5 }[i % 7]; }

static int64_t sizes(const lattice *l, int k) { return wgf_size(&l->t.s.name[k].value); }

/* The formula with the derivative by element e of variable m, and along the direction. */
static bool formula_at(lattice *l, int m, int64_t e, const wgf_array *target, wgf_array *to)
{
    wgf_clear();
    wgf_scope *s = &l->t.s;
    for (int k = 0; k < l->t.operands; k++) {
        if (s->name[k].missing) continue;
        s->name[k].value.at = wgf_make(s->name[k].value.rank, s->name[k].value.dim).at;
        for (int64_t i = 0; i < sizes(l, k); i++) s->name[k].value.at[i] = wgf_constant(l->at[k][i]);
    }
    for (int v = 0; v < l->variables; v++)
        for (int64_t i = 0; i < sizes(l, l->variable[v]); i++) {
            wgf_number *x = &s->name[l->variable[v]].value.at[i];
            x->b = direction((int)i + v), x->has = WGF_B;
            if (v == m && i == e) x->a = 1, x->has |= WGF_A;
        }
    wgf_array y;
    if (!wgf_equation(s, l->equation, target, &y)) return false;
    const int64_t n = wgf_size(target), have = wgf_size(&y);
    *to = wgf_make(target->rank, target->dim);
    for (int64_t i = 0; i < n; i++) to->at[i] = y.at[have == n ? i : wgf_place(&y, target, i)];
    return true;
}

typedef struct wanted {
    long double y[MOST], jvp[MOST], size[MOST]; /* size: the sum of |dy_i/dx x| */
    long double gx[OPERANDS][MOST], h[OPERANDS][MOST];
    long double slope[OPERANDS], curve[OPERANDS],
        most[OPERANDS]; /* of both derivatives by a variable; of |x| */
} wanted;

static bool expected(lattice *l, const wgf_array *target, wanted *w)
{
    memset(w, 0, sizeof *w);
    for (int m = 0; m < l->variables || m == 0; m++) {
        long double part[MOST] = { 0 }, reach[MOST] = { 0 }; /* reach: the sum of |dy_i/dx| */
        const int64_t n = l->variables ? sizes(l, l->variable[m]) : 1;
        for (int64_t e = 0; e < n; e++) {
            wgf_array y;
            if (!formula_at(l, m, e, target, &y)) return false;
            long double slope = 0, curve = 0;
            const double x = l->variables ? fabs(l->at[l->variable[m]][e]) : 0;
            if (isfinite(x)) w->most[m] = fmaxl(w->most[m], x);
            for (int64_t i = 0; i < wgf_size(target); i++) {
                const wgf_number r = y.at[i];
                w->y[i] = r.v, w->jvp[i] = r.has & WGF_B ? r.b : 0;
                const long double a = r.has & WGF_A ? r.a : 0, s = fabsl(a) * x;
                const long double c = r.has & WGF_C ? r.c : 0;
                w->gx[m][e] += weight((int)i) * a, slope += fabsl(a);
                w->h[m][e] += weight((int)i) * c, curve += fabsl(c);
                if (isfinite(s)) part[i] += s, reach[i] += fabsl(a);
            }
            if (isfinite(slope)) w->slope[m] = fmaxl(w->slope[m], 2 * slope);
            if (isfinite(curve)) w->curve[m] = fmaxl(w->curve[m], 2 * curve);
        }
        for (int64_t i = 0; i < wgf_size(target); i++) {
            if (l->how & NORMS) part[i] = reach[i] * w->most[m];
            w->size[i] += part[i] + (l->how & UNITS ? 1 : 0);
            if (w->most[m] > 0) w->slope[m] = fmaxl(w->slope[m], 2 * part[i] / w->most[m]);
        }
    }
    for (int64_t i = 0; i < wgf_size(target); i++)
        for (int m = 0; m < l->variables; m++)
            if (isfinite(w->y[i])) {
                const long double y = l->how & UNITS ? 1 : fabsl(w->y[i]);
                w->slope[m] = fmaxl(w->slope[m], 2 * y / (w->most[m] > 0 ? w->most[m] : 1));
            }
    return true;
}

/* ---- one filling ---- */

static bool all_finite(const long double v[], int64_t n)
{
    while (n > 0 && isfinite(v[n - 1])) n--;
    return n == 0;
}

static void compare_vmap(lattice *l, const char *kind, wg_node mapped, const double *want, int64_t n,
                         const long double unit[], int step)
{
    double *v = read_values(l, kind, mapped, true);
    for (int64_t i = 0; v && i < n; i++)
        if (!isnan(want[i])) compare(l, kind, (int)i, v[i], want[i], unit[i * step]);
    free(v);
}

static void try_filling(lattice *l, const wgf_array *target)
{
    static wanted w;
    const int64_t n = wgf_size(target);
    l->nan = false;
    double *y = read_values(l, "y", l->y, false);
    if (!y) {
        refused++;
        return;
    }
    for (int k = 0; k < l->t.operands; k++) {
        if (l->t.s.name[k].missing) continue;
        wg_tensor t = wg_value(l->t.x[k]);
        for (int64_t i = 0; i < sizes(l, k); i++) {
            l->at[k][i] = wg_tensor_item(&t, i);
            l->nan |= isnan(l->at[k][i]);
        }
    }
    const int mode = to_nearest();
    if (!expected(l, target, &w)) printf("%s: %s\n", l->name, l->t.s.why), differences++;
    bool overflows = false;
    for (int64_t i = 0; i < n; i++)
        overflows |=
            !isfinite(in(l, w.y[i])) && (l->how & MEANS || (isinf(in(l, w.y[i])) && isfinite(w.y[i])));
    fesetround(mode);
    for (int64_t i = 0; i < n; i++) compare(l, "y", (int)i, y[i], w.y[i], w.size[i]);
    const bool rough = (l->how & NORMAL && (l->filling == 11 || l->filling == 24));
    if (l->derived && !overflows && !rough) {
        long double most = 0;
        for (int m = 0; m < l->variables; m++) most = fmaxl(most, w.slope[m]);
        double *v = read_values(l, "tangent", l->jvp, all_finite(w.jvp, n));
        for (int64_t i = 0; v && i < n; i++) compare(l, "tangent", (int)i, v[i], w.jvp[i], most);
        free(v);
        for (int m = 0; m < l->variables; m++) {
            const int64_t size = sizes(l, l->variable[m]);
            char kind[48];
            snprintf(kind, sizeof kind, "gradient by operand %d", l->variable[m]);
            double *g = read_values(l, kind, l->gx[m], all_finite(w.gx[m], size));
            for (int64_t i = 0; g && i < size; i++) compare(l, kind, (int)i, g[i], w.gx[m][i], w.slope[m]);
            if (g && l->vmapped)
                compare_vmap(l, "gradient by wg_vmap", l->mapped[m + 1], g, size, &w.slope[m], 0);
            free(g);
            const long double curve = fmaxl(w.curve[m], w.slope[m] / (w.most[m] > 0 ? w.most[m] : 1));
            snprintf(kind, sizeof kind, "second derivative by operand %d", l->variable[m]);
            double *h = l->twice ? read_values(l, kind, l->h[m], all_finite(w.h[m], size)) : NULL;
            for (int64_t i = 0; h && i < size; i++) compare(l, kind, (int)i, h[i], w.h[m][i], curve);
            free(h);
        }
    }
    if (l->vmapped) compare_vmap(l, "value by wg_vmap", l->mapped[0], y, n, w.size, 1);
    free(y);
}

/* ---- one op ---- */

static wg_node constant(lattice *l, wg_node like, double (*f)(int), int from)
{
    double v[MOST];
    const wg_shape s = wg_node_shape(like);
    for (int i = 0; i < wg_shape_size(s); i++) v[i] = f(i + from);
    return wg_cast(wg_input(l->t.k.g, "c", wg_view_f64(v, s)), wg_node_dtype(like));
}

static bool fine(lattice *l, const char *kind)
{
    if (!wg_failed(l->t.k.c)) return true;
    printf("%s %s, sample %d, %s: %s\n", l->name, wg_dtype_name(l->dtype), l->t.k.sample, kind,
           wg_message(l->t.k.c));
    differences++;
    wg_recover(l->t.k.c);
    return false;
}

static void derive(lattice *l)
{
    wg_node x[OPERANDS], rows[OPERANDS], of[OPERANDS + 1], slope = wg_none;
    const int n = l->variables;
    l->derived = l->twice = l->vmapped = false;
    for (int m = 0; m < n; m++) {
        x[m] = l->t.x[l->variable[m]];
        l->u[m] = constant(l, x[m], direction, m);
    }
    of[0] = l->y;
    if (n && wg_dtype_is_float(wg_node_dtype(l->y))) {
        l->gy = constant(l, l->y, weight, 0);
        wg_vjp(l->y, l->gy, x, n, l->gx);
        if (!fine(l, "gradient")) return;
        l->jvp = wg_jvp(l->y, x, l->u, n);
        if (!fine(l, "tangent")) return;
        l->derived = true;
        for (int m = 0; m < n; m++) {
            wg_node s = wg_sum(wg_mul(l->gx[m], l->u[m]));
            slope = m ? wg_add(slope, s) : s;
            of[m + 1] = l->gx[m];
        }
        wg_grads(slope, x, n, l->h);
        l->twice = fine(l, "second derivative");
    }
    for (int m = 0; m < n; m++) {
        wg_node both[] = { x[m], wg_mul(x[m], 0.5) };
        rows[m] = wg_stack(both, 2);
    }
    if (!n) return;
    wg_vmaps(of, l->derived ? n + 1 : 1, x, rows, n, l->mapped);
    l->vmapped = fine(l, "wg_vmap");
}

/* Class numbers that are written as floats. */
static bool are_classes(lattice *l, wg_node x)
{
    const bool is = wg_dtype_is_float(wg_node_dtype(l->y)) && wg_vjp(l->y, l->y, &x, 1, l->gx) != WG_OK &&
                    strstr(wg_message(l->t.k.c), "class numbers are integers");
    wg_recover(l->t.k.c);
    return is;
}

/* Results that are integers are known to the formula: p in x[p[i]]. */
static void add_places(lattice *l)
{
    for (int k = 1; k < l->t.k.outputs && l->t.operands < OPERANDS; k++) {
        wg_node part = wg_part(l->t.k.y[0], k);
        if (wg_node_dtype(part) != WG_I64 || k == l->equation) continue;
        const wgi_formula_node *n = wgf_left_name(&l->t.f, k);
        l->t.x[l->t.operands++] = part;
        wgf_add_name(&l->t.s, n->text, n->length, n->sign)->value = wgf_array_of(part);
    }
}

/* Output `equation` of the op with every filling. false: it cannot be evaluated. */
static bool try_output(lattice *l)
{
    l->y = l->equation ? wg_part(l->t.k.y[0], l->equation) : l->t.k.y[0];
    wg_shape s = wg_node_shape(l->y);
    wgf_array target = { .rank = s.rank }, y;
    if (wg_shape_size(s) > MOST || !wg_shape_size(s)) return false;
    for (int i = 0; i < s.rank; i++) target.dim[i] = s.dim[i];
    l->variables = 0;
    add_places(l);
    for (int k = 0; k < l->t.operands; k++) {
        if (l->t.s.name[k].missing) continue;
        if (k >= OPERANDS || sizes(l, k) > MOST) return false;
        for (int64_t i = 0; i < sizes(l, k); i++) l->at[k][i] = (double)l->t.s.name[k].value.at[i].v;
        const wg_op *op = l->t.k.op;
        if (wg_dtype_is_float(wg_node_dtype(l->t.x[k])) && sizes(l, k) &&
            (!op || wgx_op_has_derivative(op, k)) && !are_classes(l, l->t.x[k]))
            l->variable[l->variables++] = k;
    }
    if (!formula_at(l, 0, 0, &target, &y)) return false;
    derive(l);
    operands_met += l->variables;
    for (l->filling = 0; l->filling < FILLINGS; l->filling++)
        for (int alone = -1;
             !is_left_out(l->filling, l->how) && alone < (l->t.k.leaves > 1 ? l->t.k.leaves : 0); alone++) {
            set_leaves(l, l->filling, alone);
            try_filling(l, &target);
        }
    return true;
}

/* A loss with a mask or with labels to ignore: its mean is divided by what counts. */
static bool is_weighted_mean(const wgf_trial *t)
{
    bool ignores = false;
    for (int i = 0; i < t->s.options; i++)
        ignores |= t->s.option[i].given && !strcmp(t->s.option[i].row->name, "ignore");
    return wgx_hints(t->k.op)->loss && (ignores || (t->operands > 3 && wg_node_ok(t->x[3])));
}

static bool try_sample(lattice *l)
{
    wgi_formula_error e;
    int r = 0;
    if (wg_failed(l->t.k.c) || !wgf_set_up(&l->t)) return false;
    while (rules[r].op && strcmp(rules[r].op, l->t.k.op->name)) r++;
    l->how = rules[r].how | (is_weighted_mean(&l->t) ? MEANS | FINITE | MODERATE : 0);
    if (is_elementwise(&l->t.f, l->t.f.root) && !strstr(l->t.k.op->formula, "reduction")) return false;
    if (rules[r].as) cr_assert(wgi_formula_parse(&l->t.f, rules[r].as, &e), "%s", rules[r].as);
    bool met = false;
    const int outputs = l->t.k.op->outputs > 1 && !(l->how & ONE_PART) ? l->t.k.op->outputs : 1,
              operands = l->t.operands, names = l->t.s.names;
    for (l->equation = 0; l->equation < outputs && l->equation < l->t.k.outputs; l->equation++) {
        l->t.s.names = names, l->t.operands = operands;
        met |= try_output(l);
    }
    return met;
}

static void try_form(lattice *l, const form *f)
{
    wgi_formula_error e;
    op_case *k = &l->t.k;
    *k = (op_case){ .c = wgt_start(NULL, l->dtype,
                                   &WG_OPTS(wg_start_opts, .seed = 1, .threads = 1, .interpret = 1)) };
    k->g = wg_graph_new(k->c);
    wg_begin(k->g, WG_TRAIN);
    wgf_clear();
    l->name = f->name, l->equation = 0, l->how = f->how, l->t.s = (wgf_scope){ .f = &l->t.f },
    l->t.operands = 0;
    cr_assert(wgi_formula_parse(&l->t.f, f->formula, &e), "%s", f->formula);
    for (const char *n = f->operands, *next; *n; n = next, l->t.operands++) {
        wg_shape s;
        next = shape_of(n, &s);
        wg_node x = k->leaf[k->leaves++] = l->t.x[l->t.operands] = wg_any(k->g, s);
        wgf_name *to = wgf_add_name(&l->t.s, n, 1, 0);
        to->index = l->t.operands, to->value = wgf_array_of(x);
    }
    l->t.s.operands = l->t.operands;
    k->y[0] = f->make(k->g, l->t.x);
    if (fine(l, "y") && !try_output(l)) printf("%s: %s\n", f->name, l->t.s.why), differences++;
    wgt_drop(k->c, NULL);
}

Test(lattice_arrays, ops_and_closed_forms)
{
    static lattice l;
    const clock_t start = clock();
    for (int i = 0; i < wg_op_count(); i++) {
        const wg_op *op = wg_op_at(i);
        const long long before = points;
        bool met = false;
        if (op->kind == WG_LEAF || op->impure || is_skipped(op) || is_tied(op)) continue;
        for (int d = 0; d < 2; d++) {
            l.dtype = d ? WG_F32 : WG_F64, l.name = op->name;
            for (int k = 0; op_case_open(&l.t.k, op, k, &(op_setup){ .dtype = l.dtype, .interpret = 1 });
                 k++) {
                wgf_clear();
                met |= try_sample(&l);
                op_case_close(&l.t.k);
            }
        }
        ops_met += met;
        if (met && points - before < 60) printf("%s: %lld points\n", op->name, points - before);
    }
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
        for (int d = 0; d < 2; d++) l.dtype = d ? WG_F32 : WG_F64, try_form(&l, &forms[i]);
    printf("lattice of arrays: %lld ops and %zu closed forms, %lld operands, %lld kinds, %lld points, %lld "
           "refused, %lld differences, %.1f s\n",
           ops_met, sizeof forms / sizeof *forms, operands_met, kinds, points, refused, differences,
           (double)(clock() - start) / CLOCKS_PER_SEC);
    cr_expect_eq(differences, 0);
}
