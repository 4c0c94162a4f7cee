/* test_spectral.c: gradients through eigenvectors and singular vectors where values are equal or close. A
 * function that does not depend on which vectors of equal values are taken has a gradient there; the others
 * must be refused. What is right is computed here from the spectrum that a matrix was made of, by closed
 * forms:
 *
 *     <C, V f(w) V^T>   V (f[w_i, w_j] o sym(V^T C V)) V^T, with divided differences f[.,.] (Daleckii and
 *     Krein 1965) <C, U f(s) V^T>   likewise, f odd; the antisymmetric part by (f(s_i) + f(s_j)) / (s_i +
 *     s_j) */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wgnode.h"

#define TWICE "has an eigenvalue or singular value twice"

enum { N = 5, M = 7, BASES = 20 };

/* ---- small matrices, row by row ---- */

static void drawn(wgt_random *r, double *x, int size)
{
    for (int i = 0; i < size; i++) x[i] = wgt_uniform(r, -1, 1);
}
/* y = x z, x [m,k], z [k,n]; of x or z the transpose if xt or zt. */
static void product(double *y, const double *x, bool xt, const double *z, bool zt, int m, int k, int n)
{
    for (int i = 0; i < m; i++)
        for (int j = 0; j < n; j++) {
            double sum = 0;
            for (int l = 0; l < k; l++)
                sum += (xt ? x[l * m + i] : x[i * k + l]) * (zt ? z[j * k + l] : z[l * n + j]);
            y[i * n + j] = sum;
        }
}
/* n orthogonal unit columns of m numbers, by Gram and Schmidt, twice. */
static void orthogonal(wgt_random *r, double *q, int m, int n)
{
    drawn(r, q, m * n);
    for (int j = 0; j < n; j++)
        for (int twice = 0; twice < 2; twice++) {
            double norm = 0;
            for (int k = 0; k < j; k++) {
                double dot = 0;
                for (int i = 0; i < m; i++) dot += q[i * n + j] * q[i * n + k];
                for (int i = 0; i < m; i++) q[i * n + j] -= dot * q[i * n + k];
            }
            for (int i = 0; i < m; i++) norm += q[i * n + j] * q[i * n + j];
            for (int i = 0; i < m; i++) q[i * n + j] /= sqrt(norm);
        }
}
/* u diag(w) v^T, u [m,n], v [n,n] */
static void composed(double *a, const double *u, const double *w, const double *v, int m, int n)
{
    double uw[M * N];
    for (int i = 0; i < m * n; i++) uw[i] = u[i] * w[i % n];
    product(a, uw, false, v, true, m, n, n);
}

/* ---- functions of values: f, and its derivative ---- */

typedef struct function {
    double (*f)(double), (*d)(double);
    double edge; /* f and d count above it alone */
} function;

static double one(double x) { return x * 0 + 1; }
static double none(double x) { return x * 0; }
static double same(double x) { return x; }
static double half_root(double x) { return 0.5 / sqrt(x); }
static double reciprocal(double x) { return 1 / x; }
static double of_reciprocal(double x) { return -1 / (x * x); }
static double power(double x) { return pow(x, 1.7); }
static double of_power(double x) { return 1.7 * pow(x, 0.7); }

static double value_of(const function *f, double x) { return x > f->edge ? f->f(x) : 0; }
/* The mean of the derivative between a and b, by eight points of Gauss; f[a, b] itself where they are
 * apart. */
static double divided(const function *f, double a, double b)
{
    static const double at[] = { 0.1834346424956498, 0.5255324099163290, 0.7966664774136267,
                                 0.9602898564975363 },
                        weight[] = { 0.3626837833783620, 0.3137066458778873, 0.2223810344533745,
                                     0.1012285362903763 };
    double sum = 0;
    if (fabs(b - a) > 0.1) return (value_of(f, b) - value_of(f, a)) / (b - a);
    if (a <= f->edge) return 0;
    for (int i = 0; i < 8; i++)
        sum += weight[i / 2] / 2 * f->d((a + b) / 2 + (i % 2 ? 1 : -1) * at[i / 2] * (b - a) / 2);
    return sum;
}

/* The gradient of <c, q f(w) q^T>. */
static void symmetric_truth(double *to, const double *q, const double *w, const double *c, const function *f,
                            int n)
{
    double t[N * N], m[N * N];
    product(t, q, true, c, false, n, n, n);
    product(m, t, false, q, false, n, n, n);
    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++) t[i * n + j] = (m[i * n + j] + m[j * n + i]) / 2 * divided(f, w[i], w[j]);
    product(m, q, false, t, false, n, n, n);
    product(to, m, false, q, true, n, n, n);
}
/* The gradient of <c, u f(s) v^T>. */
static void odd_truth(double *to, const double *u, const double *s, const double *v, const double *c,
                      const function *f, int m, int n)
{
    double t[M * N], cv[M * N], p[N * N], rest[M * N];
    product(cv, c, false, v, false, m, n, n);
    product(p, u, true, cv, false, n, m, n);
    product(rest, u, false, p, false, m, n, n);
    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++)
            t[i * n + j] =
                (p[i * n + j] + p[j * n + i]) / 2 * divided(f, s[i], s[j]) +
                (p[i * n + j] - p[j * n + i]) / 2 * (value_of(f, s[i]) + value_of(f, s[j])) / (s[i] + s[j]);
    double all[M * N];
    product(all, u, false, t, false, m, n, n);
    for (int i = 0; i < m * n; i++) all[i] += (cv[i] - rest[i]) * value_of(f, s[i % n]) / s[i % n];
    product(to, all, false, v, true, m, n, n);
}

/* ---- the table ---- */

typedef struct trial {
    wg_graph *g;
    double w[N], q[N * N], u[M * N]; /* the spectrum, and the vectors that a matrix is made of */
    double c[M * M], z[N * N];
    double a[M * N], want[M * N];
    int m; /* rows of a */
} trial;

typedef wg_node (*form_fn)(trial *t, wg_node x);

static wg_node given(const trial *t, const double *v, int m, int n)
{
    return wg_cast(wg_input(t->g, "v", wg_view_f64(v, WG_SHAPE(m, n))),
                   wg_context_dtype(wg_graph_context(t->g)));
}
static wg_node weighted(const trial *t, wg_node y)
{
    const wg_shape s = wg_node_shape(y);
    return wg_sum(wg_mul(y, given(t, t->c, (int)s.dim[0], (int)s.dim[1])));
}
static wg_node joined(wg_node v, wg_node f) { return wg_matmul(wg_mul(v, f), v, .tb = true); }
/* 1 where w is above the edge of 1.1. */
static wg_node chosen(wg_node w) { return wg_cast(wg_greater(w, 1.1), wg_node_dtype(w)); }

#define MATRIX_FORM(name, F, D, EDGE, f)                                          \
    static wg_node name(trial *t, wg_node x)                                      \
    {                                                                             \
        wg_node w, v;                                                             \
        wg_eigh(x, &w, &v);                                                       \
        symmetric_truth(t->want, t->q, t->w, t->c, &(function){ F, D, EDGE }, N); \
        return weighted(t, joined(v, f));                                         \
    }
MATRIX_FORM(expm, exp, exp, 0, wg_exp(w))
MATRIX_FORM(sqrtm, sqrt, half_root, 0, wg_sqrt(w))
MATRIX_FORM(logm, log, reciprocal, 0, wg_log(w))
MATRIX_FORM(inverse, reciprocal, of_reciprocal, 0, wg_reciprocal(w))
MATRIX_FORM(powered, power, of_power, 0, wg_pow(w, 1.7))
MATRIX_FORM(projector, one, none, 1.1, chosen(w))

static wg_node net(trial *t, wg_node x)
{
    wg_node w, v, z = given(t, t->z, N, N);
    double f[N * N], h[N * N], y[N * N], c[N * N], e[N];
    for (int i = 0; i < N; i++) e[i] = exp(t->w[i]);
    composed(f, t->q, e, t->q, N, N);
    for (int i = 0; i < N * N; i++) h[i] = tanh(f[i]);
    product(y, h, false, t->z, false, N, N, N);
    for (int i = 0; i < N * N; i++) y[i] = (1 - tanh(y[i]) * tanh(y[i])) * t->c[i];
    product(c, y, false, t->z, true, N, N, N);
    for (int i = 0; i < N * N; i++) c[i] *= 1 - h[i] * h[i];
    symmetric_truth(t->want, t->q, t->w, c, &(function){ exp, exp, 0 }, N);
    wg_eigh(x, &w, &v);
    return weighted(t, wg_tanh(wg_matmul(wg_tanh(joined(v, wg_exp(w))), z)));
}
/* All squares of V together are n, whatever V is. */
static wg_node squares_of_vectors(trial *t, wg_node x)
{
    wg_node v;
    memset(t->want, 0, sizeof t->want);
    wg_eigh(x, NULL, &v);
    return wg_sum(wg_square(v));
}
static wg_node trace(trial *t, wg_node x)
{
    wg_node w, v;
    double e[N];
    for (int i = 0; i < N; i++) e[i] = cos(t->w[i]);
    composed(t->want, t->q, e, t->q, N, N);
    wg_eigh(x, &w, &v);
    return wg_sum(wg_sin(w));
}
/* The values from one call, the vectors from another one. */
static wg_node by_two_calls(trial *t, wg_node x)
{
    wg_node w, v;
    symmetric_truth(t->want, t->q, t->w, t->c, &(function){ exp, exp, 0 }, N);
    wg_eigh(x, &w, NULL);
    wg_eigh(x, NULL, &v);
    return weighted(t, joined(v, wg_exp(w)));
}
/* A factor 1, made of the decomposition of a unit matrix. */
static wg_node beside_another(trial *t, wg_node x)
{
    wg_node w, v, u, s;
    symmetric_truth(t->want, t->q, t->w, t->c, &(function){ exp, exp, 0 }, N);
    double unit[N * N];
    for (int e = 0; e < N * N; e++) unit[e] = e % (N + 1) == 0;
    wg_eigh(given(t, unit, N, N), &s, &u);
    wg_eigh(x, &w, &v);
    return wg_mul(weighted(t, joined(v, wg_exp(w))), wg_mean(wg_diagonal(joined(u, s))));
}
/* polar of the transpose, which is wide. */
static wg_node wide_polar(trial *t, wg_node x)
{
    wg_node u, vt;
    odd_truth(t->want, t->u, t->w, t->q, t->c, &(function){ one, none, 0 }, t->m, N);
    wg_svd(wg_transpose(x), &u, NULL, &vt);
    return weighted(t, wg_transpose(wg_matmul(u, vt)));
}
/* The values are those that the vectors make of the matrix. */
static wg_node by_quotients(trial *t, wg_node x)
{
    wg_node v;
    symmetric_truth(t->want, t->q, t->w, t->c, &(function){ exp, exp, 0 }, N);
    wg_eigh(x, NULL, &v);
    wg_node s = wg_mul(wg_add(x, wg_transpose(x)), 0.5);
    return weighted(t, joined(v, wg_exp(wg_diagonal(wg_matmul(wg_matmul(v, s, .ta = true), v)))));
}

#define ODD_FORM(name, F, D, EDGE, f)                                                   \
    static wg_node name(trial *t, wg_node x)                                            \
    {                                                                                   \
        wg_node u, w, vt;                                                               \
        wg_svd(x, &u, &w, &vt);                                                         \
        odd_truth(t->want, t->u, t->w, t->q, t->c, &(function){ F, D, EDGE }, t->m, N); \
        return weighted(t, wg_matmul(wg_mul(u, f), vt));                                \
    }
ODD_FORM(polar, one, none, 0, 1)
ODD_FORM(whole, same, one, 0, w)
ODD_FORM(pinv, reciprocal, of_reciprocal, 0, wg_reciprocal(w))
ODD_FORM(top_part, same, one, 1.1, wg_mul(w, chosen(w)))

static wg_node polar_by_two_calls(trial *t, wg_node x)
{
    wg_node u, vt;
    odd_truth(t->want, t->u, t->w, t->q, t->c, &(function){ one, none, 0 }, t->m, N);
    wg_svd(x, &u, NULL, NULL);
    wg_svd(x, NULL, NULL, &vt);
    return weighted(t, wg_matmul(u, vt));
}
/* Rows of data on the first axes of their covariance x^T x. */
static wg_node principal(trial *t, wg_node x)
{
    double c[N * N], s[N * N], two[M * N];
    wg_node w, v, y = given(t, t->c, t->m, N);
    wg_eigh(wg_matmul(x, x, .ta = true), &w, &v);
    product(c, t->a, true, t->c, false, N, t->m, N);
    double square[N];
    for (int i = 0; i < N; i++) square[i] = t->w[i] * t->w[i];
    symmetric_truth(s, t->q, square, c, &(function){ one, none, 1.21 }, N);
    product(two, t->a, false, s, false, t->m, N, N);
    double p[N * N], e[N];
    for (int i = 0; i < N; i++) e[i] = t->w[i] > 1.1;
    composed(p, t->q, e, t->q, N, N);
    product(t->want, t->c, false, p, false, t->m, N, N);
    for (int i = 0; i < t->m * N; i++) t->want[i] += 2 * two[i];
    wg_node on = wg_cast(wg_greater(w, 1.21), wg_node_dtype(w));
    return wg_sum(wg_mul(wg_matmul(x, joined(v, on)), y));
}

static const struct form {
    const char *name;
    form_fn f;
    int rows; /* N: a symmetric matrix */
} forms[] = {
    { "expm", expm, 0 },
    { "sqrtm", sqrtm, 0 },
    { "logm", logm, 0 },
    { "inverse", inverse, 0 },
    { "power 1.7", powered, 0 },
    { "projector on a whole eigenspace", projector, 0 },
    { "expm in a net of two layers", net, 0 },
    { "squares of the vectors", squares_of_vectors, 0 },
    { "trace", trace, 0 },
    { "principal components", principal, M },
    { "polar", polar, N },
    { "U S V^T", whole, M },
    { "pseudo-inverse, transposed", pinv, M },
    { "part of the largest values", top_part, N },
    { "expm by two calls", by_two_calls, 0 },
    { "expm beside another decomposition", beside_another, 0 },
    { "polar by two calls", polar_by_two_calls, N },
    { "polar of tall matrices", polar, M },
    { "polar of wide matrices", wide_polar, M },
    /* Of two parts, whose errors add up. */
    { "expm by quotients", by_quotients, 0 },
};
enum { FORMS = sizeof forms / sizeof *forms };

/* Two equal values and three, parted by gap; gap 1: all are different. */
static void make(trial *t, wgt_random *r, int rows, double gap)
{
    static const double apart[N] = { 0.6, 0.75, 1.3, 1.5, 1.9 };
    for (int i = 0; i < N; i++) t->w[i] = gap == 1 ? apart[i] : i < 2 ? 0.7 + i * gap : 1.5 + (i - 2) * gap;
    t->m = rows ? rows : N;
    orthogonal(r, t->q, N, N);
    if (rows) orthogonal(r, t->u, rows, N);
    composed(t->a, rows ? t->u : t->q, t->w, t->q, t->m, N);
    drawn(r, t->c, M * M);
    drawn(r, t->z, N * N);
}

/* The largest error, as a part of the largest number that is right, or of 1. INFINITY: it was refused. */
static double error_of(const trial *t, wg_node gx)
{
    double *got = wgt_values(gx), most = 0, size = 0;
    for (int i = 0; got && i < t->m * N; i++) {
        size = fmax(size, fabs(t->want[i]));
        most = isfinite(got[i]) ? fmax(most, fabs(got[i] - t->want[i])) : INFINITY;
    }
    free(got);
    return got ? most / (size > 0 ? size : 1) : INFINITY;
}

static double tried(wg_context *c, wg_graph *g, const struct form *f, uint64_t seed, double gap)
{
    trial t = { .g = g };
    wgt_random r = { seed };
    make(&t, &r, f->rows, gap);
    wg_begin(g, WG_TRAIN);
    wg_node x = given(&t, t.a, t.m, N);
    const double e = error_of(&t, wg_grad(f->f(&t, x), x));
    if (wg_failed(c)) wg_recover(c);
    return e;
}

/* All forms at one gap. Where one is wrong its largest error is told. */
static void expect_all(wg_dtype dtype, double gap, double most)
{
    wg_context *c = wgt_start(NULL, dtype, NULL);
    wg_graph *g = wg_graph_new(c);
    for (int i = 0; i < FORMS; i++) {
        double worst = 0;
        int wrong = 0;
        for (int k = 0; k < BASES; k++) {
            const double e = tried(c, g, &forms[i], wgt_seed() * 1000 + (uint64_t)(i * BASES + k), gap);
            worst = fmax(worst, e);
            wrong += !(e <= (i == FORMS - 1 ? 4 : 1) * most);
        }
        cr_expect(!wrong, "%s, values parted by %g: %d of %d bases, error %.3g", forms[i].name, gap, wrong,
                  BASES, worst);
    }
    wgt_finish(c, NULL);
}

Test(spectral, equal_values) { expect_all(WG_F64, 0, 1e-9); }
Test(spectral, values_apart_by_rounding) { expect_all(WG_F64, 1e-13, 1e-8); }
Test(spectral, close_values) { expect_all(WG_F64, 1e-7, 1e-8); }
Test(spectral, distinct_values) { expect_all(WG_F64, 1, 1e-11); }

/* Close values of f32, too, are right to half the digits: 2^-12 is 2.4e-4. */
Test(spectral, values_in_f32)
{
    expect_all(WG_F32, 0, 1e-4);
    expect_all(WG_F32, 1e-6, 1e-3);
    expect_all(WG_F32, 1e-3, 1e-3);
    expect_all(WG_F32, 1, 1e-4);
}

/* The same graphs at equal values and at others, in turn: one plan serves both. */
static void by_turns(const wg_start_opts *o, double *gx)
{
    wg_context *c = wgt_start(NULL, WG_F64, o);
    wg_graph *g = wg_graph_new(c);
    for (int i = 0; i < FORMS; i++)
        for (int k = 0; k < 6; k++, gx += M * N) {
            trial t = { .g = g };
            wgt_random r = { (uint64_t)(i + k) };
            make(&t, &r, forms[i].rows, k % 2);
            wg_begin(g, WG_TRAIN);
            wg_node x = given(&t, t.a, t.m, N), y = wg_grad(forms[i].f(&t, x), x);
            wg_copy_f64(y, gx, (size_t)(t.m * N));
            cr_expect_lt(error_of(&t, y), 4e-9, "%s, turn %d: %s", forms[i].name, k, wg_message(c));
        }
    wgt_finish(c, NULL);
}
Test(spectral, plans_change_no_bit)
{
    static double gx[3][FORMS * 6 * M * N];
    by_turns(&WG_OPTS(wg_start_opts, .interpret = 1), gx[0]);
    by_turns(&WG_OPTS(wg_start_opts, .interpret = -1), gx[1]);
    by_turns(&WG_OPTS(wg_start_opts, .interpret = -1, .without = WG_WITHOUT_BIND, .threads = 2), gx[2]);
    cr_expect(!memcmp(gx[0], gx[1], sizeof *gx) && !memcmp(gx[0], gx[2], sizeof *gx));
}

/* Two matrices, of which one has equal values: together, and as rows of a gradient that is mapped. */
static void expect_both(form_fn form, int rows)
{
    wg_graph *g = graph(WG_F64);
    trial t[2] = { { .g = g }, { .g = g } };
    double x[2 * M * N], want[2 * M * N];
    for (int k = 0; k < 2; k++) {
        make(&t[k], &(wgt_random){ (uint64_t)k + 5 }, rows, k);
        memcpy(t[k].c, t[0].c, sizeof t[k].c);
        form(&t[k], given(&t[k], t[k].a, t[k].m, N));
        const size_t bytes = (size_t)(t[k].m * N) * sizeof(double);
        memcpy((char *)x + (size_t)k * bytes, t[k].a, bytes),
            memcpy((char *)want + (size_t)k * bytes, t[k].want, bytes);
    }
    const int64_t m = t[0].m;
    wg_node both = wg_input(g, "both", wg_view_f64(x, WG_SHAPE(2, m, N))),
            one = given(&t[0], t[0].a, (int)m, N);
    wgt_expect_close(wg_vmap(wg_grad(form(&t[0], one), one), one, both), want, 2 * m * N, 1e-11);
    wg_node w, v, u, vt, y, c = given(&t[0], t[0].c, (int)m, N);
    if (rows) wg_svd(both, &u, NULL, &vt), y = wg_matmul(u, vt);
    else wg_eigh(both, &w, &v), y = wg_matmul(wg_mul(v, wg_expand_dims(wg_exp(w), .axis = 1)), v, .tb = true);
    wgt_expect_close(slope(wg_mul(y, c), both), want, 2 * m * N, 1e-11);
    done(g);
}
Test(spectral, each_of_several_matrices)
{
    expect_both(expm, 0);
    expect_both(polar, N);
}

/* Nodes of a graph with a chain of decompositions, each of what the last one has made, and its gradient. */
static int64_t nodes_of_chain(int length)
{
    wg_graph *g = graph(WG_F64);
    wg_node x = wgt_counted(g, WG_SHAPE(3, 3)), y = x, w, v;
    for (int i = 0; i < length; i++) {
        wg_eigh(y, &w, &v);
        y = wg_add(joined(v, wg_tanh(w)), x);
    }
    cr_expect(wg_node_ok(slope(y, x)));
    const int64_t n = wg_graph_nodes(g);
    done(g);
    return n;
}
Test(spectral, a_chain_of_decompositions_makes_nodes_in_proportion_to_its_length)
{
    cr_expect_lt(nodes_of_chain(16), 16 * nodes_of_chain(1));
}

/* ---- what depends on the choice of vectors ---- */

/* Random numbers, one for each element of y. */
static wg_node at_random(trial *t, wg_node y) { return wg_sum(wg_mul(y, given(t, t->z, N, N))); }
static wg_node element(wg_node v, int i, int j)
{
    return wg_select(wg_select(v, .axis = 1, .index = j), .axis = 0, .index = i);
}
static wg_node column(wg_node v, int j) { return wg_slice(v, .axis = 1, .from = j, .to = j + 1); }
static wg_node vectors_of(wg_node x)
{
    wg_node v;
    wg_eigh(x, NULL, &v);
    return v;
}
static wg_node left_of(wg_node x)
{
    wg_node u;
    wg_svd(x, &u, NULL, NULL);
    return u;
}

/* By accident its derivative along turns is 0 where v is the unit matrix, since cos^2 is at its top. */
static wg_node square_of_one(trial *t, wg_node x) { return wg_square(element(vectors_of(x), 0, 0)); }
/* So are three derivatives. */
static wg_node fourth_power_of_zero(trial *t, wg_node x)
{
    return wg_square(wg_square(element(vectors_of(x), 0, 1)));
}
static wg_node weighted_vectors(trial *t, wg_node x) { return at_random(t, vectors_of(x)); }
static wg_node one_projector(trial *t, wg_node x)
{
    wg_node v = column(vectors_of(x), 0);
    return at_random(t, wg_matmul(v, v, .tb = true));
}
static wg_node other_weights(trial *t, wg_node x)
{
    wg_node w, v;
    wg_eigh(x, &w, &v);
    return at_random(t, joined(v, wg_mul(w, wg_cast(wg_index_along(w, .axis = 0), wg_node_dtype(w)))));
}
/* A part of 1e-6 depends on the choice. */
static wg_node hidden(trial *t, wg_node x)
{
    return wg_add(expm(t, x), wg_mul(weighted_vectors(t, x), 1e-6));
}
static wg_node mean_of_left(trial *t, wg_node x) { return at_random(t, left_of(x)); }
static wg_node left_squares(trial *t, wg_node x)
{
    wg_node u = left_of(x), sum = wg_square(element(u, 0, 0));
    for (int i = 1; i < N; i++) sum = wg_add(sum, wg_square(element(u, i % 2, i)));
    return sum;
}
static wg_node left_fourth_powers(trial *t, wg_node x)
{
    wg_node u = left_of(x), all = wg_square(wg_square(u));
    return wg_sum(all);
}
static wg_node one_of_equal(trial *t, wg_node x)
{
    wg_node u, s, vt;
    wg_svd(x, &u, &s, &vt);
    return at_random(t, wg_matmul(column(u, 1), wg_slice(vt, .axis = 0, .from = 1, .to = 2)));
}
static wg_node turned_apart(trial *t, wg_node x)
{
    wg_node u, s, vt;
    wg_svd(x, &u, &s, &vt);
    return at_random(t, wg_matmul(wg_mul(u, wg_cast(wg_index_along(s, .axis = 0), wg_node_dtype(s))), vt));
}
static const struct form refused[] = {
    { "square of an element of V", square_of_one, 0 },
    { "fourth power of an element of V", fourth_power_of_zero, 0 },
    { "V by random numbers", weighted_vectors, 0 },
    { "projector on one of equal", one_projector, 0 },
    { "other weights for equal values", other_weights, 0 },
    { "U by random numbers", mean_of_left, N },
    { "squares of elements of U", left_squares, N },
    { "fourth powers of U", left_fourth_powers, N },
    { "one pair of equal singular values", one_of_equal, N },
    { "U by other weights by V^T", turned_apart, N },
    /* Below the rounding of f32. */
    { "1e-6 of V by random numbers in expm", hidden, 0 },
};
enum { REFUSED = sizeof refused / sizeof *refused };

/* The number of gradients, or of products with the Hessian, that are no error TWICE. */
static int accepted(wg_context *c, wg_graph *g, const struct form *f, trial *t, bool second)
{
    wg_begin(g, WG_TRAIN);
    wg_node x = given(t, t->a, t->m, N), y = f->f(t, x), along = given(t, t->z, N, N), to = wg_none;
    if (second) wg_hvp(y, &x, &along, 1, &to);
    else to = wg_grad(y, x);
    const bool number = !isnan(wg_item(wg_sum(to))) || !strstr(wg_message(c), TWICE);
    if (wg_failed(c)) wg_recover(c);
    return number;
}

/* In random bases, and in that of the axes: there accidents happen. */
static void expect_refused(wg_dtype dtype, const struct form *list, int n, bool second)
{
    wg_context *c = wgt_start(NULL, dtype, NULL);
    wg_graph *g = wg_graph_new(c);
    for (int i = 0; i < n; i++) {
        int numbers = 0;
        for (int k = 0; k <= BASES; k++) {
            trial t = { .g = g };
            wgt_random r = { wgt_seed() * 1000 + (uint64_t)(i * BASES + k) };
            make(&t, &r, list[i].rows, 0);
            for (int e = 0; k == BASES && e < N * N; e++) t.a[e] = e % (N + 1) ? 0 : t.w[e / N];
            numbers += accepted(c, g, &list[i], &t, second);
        }
        cr_expect(!numbers, "%s: %d of %d bases gave a number", list[i].name, numbers, BASES + 1);
    }
    wgt_finish(c, NULL);
}
Test(spectral, what_depends_on_the_choice_of_vectors_is_refused)
{
    expect_refused(WG_F64, refused, REFUSED, false);
    expect_refused(WG_F32, refused, REFUSED - 1, false);
}
/* Values and vectors of two matrices that move together: nothing says how one's values move when the vectors
 * of the other are held. An error is no wrong number. */
static wg_node vectors_of_double(trial *t, wg_node x)
{
    wg_node w;
    wg_eigh(x, &w, NULL);
    return at_random(t, joined(vectors_of(wg_mul(x, 2)), wg_exp(w)));
}
static wg_node vectors_of_square(trial *t, wg_node x)
{
    wg_node w;
    wg_eigh(x, &w, NULL);
    return at_random(t, joined(vectors_of(wg_matmul(x, x)), wg_exp(w)));
}
static wg_node values_of_square(trial *t, wg_node x)
{
    wg_node w;
    wg_eigh(wg_matmul(x, x), &w, NULL);
    return at_random(t, joined(vectors_of(x), wg_exp(wg_sqrt(w))));
}
static wg_node rayleigh_quotients(trial *t, wg_node x)
{
    wg_node v = vectors_of(wg_mul(x, 2));
    return at_random(t, joined(v, wg_exp(wg_diagonal(wg_matmul(wg_matmul(v, x, .ta = true), v)))));
}
Test(spectral, values_of_another_matrix_are_refused)
{
    static const struct form list[] = { { "V of 2 x", vectors_of_double, 0 },
                                        { "V of x @ x", vectors_of_square, 0 },
                                        { "w of x @ x", values_of_square, 0 },
                                        { "quotients by V of 2 x", rayleigh_quotients, 0 } };
    expect_refused(WG_F64, list, 4, false);
}

Test(spectral, hessians_at_equal_values_are_refused)
{
    static const struct form list[] = { { "expm", expm, 0 },
                                        { "projector", projector, 0 },
                                        { "polar", polar, N } };
    expect_refused(WG_F64, list, 3, true);
}

/* The gradient by two equal values is the same by accident: that of w[1]^2 at 0. w[0] w[1] is the
 * determinant. */
Test(spectral, second_derivatives_know_one_of_equal_values)
{
    WGT_GRAPH(WG_F64, NULL);
    const double zeros[4] = { 0 }, turn[4] = { 0, 1, 1, 0 };
    wg_node x = wg_input(g, "x", wg_view_f64(zeros, WG_SHAPE(2, 2))), w, to,
            v = wg_input(g, "v", wg_view_f64(turn, WG_SHAPE(2, 2)));
    wg_eigh(x, &w, NULL);
    wg_hvp(wg_square(wg_select(w, .axis = 0, .index = 1)), &x, &v, 1, &to);
    cr_expect(isnan(wg_item(wg_sum(to))));
    wgt_expect_error(c, WG_ERROR_VALUE, TWICE);
    wg_hvp(wg_mul(wg_select(w, .axis = 0, .index = 0), wg_select(w, .axis = 0, .index = 1)), &x, &v, 1, &to);
    EXPECT(to, WG_F64, WG_SHAPE(2, 2), 0, -1, -1, 0);
    wgt_finish(c, NULL);
}

/* At the unit matrix, exactly. */
Test(spectral, accidents_at_unit_matrices)
{
    wg_graph *g = graph(WG_F64);
    wg_node x = INPUT(g, WG_SHAPE(2, 2), 1, 0, 0, 1), v = vectors_of(x);
    wgt_expect_mistake(wg_grad(wg_square(element(v, 0, 0)), x), TWICE);
    wgt_expect_mistake(wg_grad(wg_square(wg_square(element(v, 0, 1))), x), TWICE);
    wg_node z = INPUT(g, WG_SHAPE(3, 3), 1, 0, 0, 0, 1, 0, 0, 0, 2), u = left_of(z);
    for (int i = 0; i < 3; i++)
        for (int j = 1; j < 3; j++) {
            if (i == 2) continue; /* u[2,1] and u[2,2] are 0 whatever is chosen */
            wgt_expect_mistake(wg_grad(wg_square(element(u, i, j)), z), TWICE);
        }
    done(g);
}

/* Where both of two singular values are 0, U and V are chosen each by itself. */
Test(spectral, several_singular_values_of_zero)
{
    wg_graph *g = graph(WG_F64);
    wg_node x = INPUT(g, WG_SHAPE(3, 3), 2, 0, 0, 0, 0, 0, 0, 0, 0), c = wgt_counted(g, WG_SHAPE(3, 3)), u, s,
            vt;
    wg_svd(x, &u, &s, &vt);
    wgt_expect_close(wg_grad(wg_sum(wg_mul(wg_matmul(wg_mul(u, s), vt), c)), x),
                     (double[]){ 0, 1, 2, 3, 4, 5, 6, 7, 8 }, 9, 1e-14);
    wg_node first = wg_matmul(column(u, 0), wg_slice(vt, .axis = 0, .to = 1));
    /* u v^T of the value 2 turns by x' / 2 */
    wgt_expect_close(wg_grad(wg_sum(wg_mul(first, c)), x), (double[]){ 0, 0.5, 1, 1.5, 0, 0, 3, 0, 0 }, 9,
                     1e-14);
    wgt_expect_mistake(wg_grad(wg_sum(wg_mul(wg_matmul(u, vt), c)), x), TWICE);
    done(g);
}
