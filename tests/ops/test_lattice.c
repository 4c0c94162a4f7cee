/* test_lattice.c: every elementwise op on a lattice of points, in f64 and f32: zeros of both signs,
 * halves, ties, the ends of domains, denormal and normal ends of the floats, infinities, NaN. Values,
 * first derivatives both ways and second derivatives by every operand are compared with those of the op's
 * own formula, which wgformula.c differentiates in long double. Where a formula says nothing at an infinity
 * its limit counts. */
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lattice_conventions.h"
#include "wgnearest.h"
#include "wgtrial.h"

/* ---- points ---- */

enum { MOST_POINTS = 1331, ON_AN_AXIS = 64, MOST_LENGTH = 257 };

static int axis_of_lattice(wg_dtype t, int operands, double v[])
{
    const bool d = t == WG_F64;
    const double most = d ? DBL_MAX : FLT_MAX, least = d ? DBL_MIN : FLT_MIN,
                 denormal = d ? DBL_TRUE_MIN : FLT_TRUE_MIN, near = d ? 0x1p-52 : 0x1p-23;
    const double one[] = { 0,   0.5,   1,    INFINITY, 2,    most,  least,      denormal,        0.25, 3,
                           0.9, 0.125, 1e-5, 2.5,      1.5,  6,     1 - near,   1 + near,        10,   20,
                           40,  100,   800,  1e10,     1e19, 1e-19, sqrt(most), 2 * sqrt(least), 4.5,  1e30 };
    const int n = operands == 1 ? (int)(sizeof one / sizeof *one) : operands == 2 ? 16 : 5;
    for (int i = 0; i < n; i++) v[2 * i] = one[i], v[2 * i + 1] = -one[i];
    v[2 * n] = NAN;
    return 2 * n + 1;
}

typedef struct lattice {
    wgf_trial t;
    wg_dtype dtype;
    int variable[4], variables; /* operands whose derivatives are asked for */
    int points;
    double at[4][MOST_POINTS];
    bool nan[MOST_POINTS]; /* an operand is NaN */
    int far[MOST_POINTS];  /* so many operands are infinite */
    bool tiny[MOST_POINTS],
        outside[MOST_POINTS]; /* an operand is at most the least normal number; one is where it must not be */
    wg_node x[4], y, gx[4], one;
} lattice;

static long long points, differences, kinds, operands_met, ops_met;
static char last[128];

/* ---- comparison ---- */

static double in(const lattice *l, long double v)
{
    return l->dtype == WG_F32 ? (double)(float)v : (double)v;
}

/* Below a few times the least normal number all numbers are equal. */
static bool agree(const lattice *l, double got, long double want, int how)
{
    const double eps = l->dtype == WG_F32 ? FLT_EPSILON : DBL_EPSILON,
                 least = l->dtype == WG_F32 ? FLT_MIN : DBL_MIN, w = in(l, want);
    if (isnan(w)) return isnan(got);
    if (isinf(w) || isinf(got))
        return got == w || (fabsl(want) > 0.999L * (l->dtype == WG_F32 ? FLT_MAX : DBL_MAX) && !isnan(got) &&
                            fabs(got) > 0.999 * (l->dtype == WG_F32 ? FLT_MAX : DBL_MAX));
    const double size = fabs(w) + (how & ABSOLUTE ? 1 : 0);
    return fabs(got - w) <=
           (how & STEEP ? 1024 : 32) * eps * size + 4 * least + (how & SMALL ? eps * sqrt(least) : 0);
}

static void differ(const lattice *l, const char *kind, int p, double got, long double want)
{
    char text[128];
    snprintf(text, sizeof text, "%s %d %s", l->t.k.op->name, (int)l->dtype, kind);
    differences++;
    if (strcmp(text, last) == 0) return;
    memcpy(last, text, sizeof last);
    printf("%s %s, %s at (", l->t.k.op->name, wg_dtype_name(l->dtype), kind);
    for (int i = 0; i < l->variables; i++) printf("%s%.9g", i ? ", " : "", l->at[i][p]);
    printf("): %.9g, not %.9Lg\n", got, want);
}

/* ---- expected ---- */

/* The formula at all points, with the derivatives by variables i and j; infinities are replaced by far. */
static bool formula_at(lattice *l, int i, int j, long double far, wgf_array *to)
{
    const int64_t n = l->points;
    const convention *c = convention_of(l->t.k.op);
    for (int k = 0; k < l->variables; k++) {
        wgf_array a = wgf_make(1, &n);
        for (int p = 0; p < n; p++) {
            const double v = l->at[k][p];
            a.at[p] = (wgf_number){ .v = isinf(v) ? copysignl(far, v) : (long double)v,
                                    .a = k == i,
                                    .b = k == j,
                                    .has = (k == i ? WGF_A : 0u) | (k == j ? WGF_B : 0u) };
        }
        l->t.s.name[l->variable[k]].value = a;
    }
    const wgf_array target = { .rank = 1, .dim = { n } };
    wgf_array y;
    l->t.s.f = !c->as || (i < 0 && c->how & PRINTED) ? &l->t.f : &l->t.adjoint;
    if (!wgf_equation(&l->t.s, 0, &target, &y)) return false;
    *to = wgf_make(1, &n);
    for (int p = 0; p < n; p++) to->at[p] = y.at[wgf_size(&y) == 1 ? 0 : p];
    return true;
}

static long double part_of(wgf_number x, char part)
{
    return part == 'v' ? x.v : part == 'a' ? (x.has & WGF_A ? x.a : 0) : x.has & WGF_C ? x.c : 0;
}

/* The number that three values far out are on the way to, rounded. */
static long double limit(const lattice *l, const long double far[3])
{
    const double a = in(l, far[0]), b = in(l, far[1]), c = in(l, far[2]);
    if (a == b && b == c) return a;
    const long double p = fabsl(far[0]), q = fabsl(far[1]), r = fabsl(far[2]);
    if (q > p && r > q && (far[0] > 0) == (far[2] > 0)) return far[0] > 0 ? INFINITY : -INFINITY;
    return NAN;
}

/* want[p] of one part; known[p]: whether the formula says anything there. */
static bool expected_nearest(lattice *l, int i, int j, char part, long double want[], bool known[])
{
    const convention *c = convention_of(l->t.k.op);
    wgf_clear();
    wgf_array at, away[3];
    static const long double far[] = { 1e900L, 1e1100L, 1e1300L };
    if (!formula_at(l, i, j, INFINITY, &at)) return false;
    for (int k = 0; k < 3; k++)
        if (!formula_at(l, i, j, far[k], &away[k])) return false;
    for (int p = 0; p < l->points; p++) {
        want[p] = part_of(at.at[p], part);
        known[p] = !isnan(want[p]) || l->nan[p];
        if (l->nan[p] && part != 'v' && c->how & PIECES) known[p] = false;
        if (l->outside[p] || (l->tiny[p] && l->variables > 1 && part != 'v')) known[p] = false;
        if (l->far[p] && c->how & NO_LIMIT && (part != 'v' || l->variables == 1)) known[p] = false;
        if (l->variables > 1 && l->far[p] && !isfinite(want[p]) && (part != 'v' || isinf(want[p])))
            known[p] = part == 'v' && known[p];
        if (!isnan(want[p]) || l->nan[p] || l->far[p] != 1 || l->outside[p] || c->how & NO_LIMIT) continue;
        if (l->variables > 1 && isnan(at.at[p].v)) continue; /* inf - inf, 0 inf: NaN is right */
        want[p] = limit(l, (long double[]){ part_of(away[0].at[p], part), part_of(away[1].at[p], part),
                                            part_of(away[2].at[p], part) });
        known[p] = !isnan(want[p]) && (isfinite(want[p]) || l->variables == 1);
    }
    return true;
}

static bool expected(lattice *l, int i, int j, char part, long double want[], bool known[])
{
    bool ok = false;
    WGT_NEARESTLY ok = expected_nearest(l, i, j, part, want, known);
    return ok;
}

/* ---- one op ---- */

static void compare(lattice *l, const char *kind, wg_node got, int i, int j, char part)
{
    static long double want[MOST_POINTS];
    static bool known[MOST_POINTS];
    double *v = wgt_values(got);
    const int64_t n = v ? wg_shape_size(wg_node_shape(got)) : 0;
    kinds++;
    if (!v || !expected(l, i, j, part, want, known)) {
        printf("%s, %s: %s\n", l->t.k.op->name, kind, v ? l->t.s.why : wg_message(l->t.k.c));
        differences++;
        wg_recover(l->t.k.c);
        free(v);
        return;
    }
    const int cancels = part != 'v' && derivative_cancels(l->t.k.op) ? ABSOLUTE : 0;
    const int how = convention_of(l->t.k.op)->how | cancels;
    WGT_NEARESTLY for (int p = 0; p < l->points; p++, points++)
    {
        const double g = v[n == 1 ? 0 : p];
        /* At infinity 0 is not 5e-309: times infinity that would be infinity. */
        const bool is_near = agree(l, g, want[p], how) && (!l->far[p] || want[p] != 0 || g == 0);
        if (known[p] && !is_near) differ(l, kind, p, g, want[p]);
    }
    free(v);
}

static wg_node vector(lattice *l, const double v[])
{
    return wg_cast(wg_input(l->t.k.g, "x", wg_view_f64(v, WG_SHAPE(l->points))), l->dtype);
}

static bool is_refused(const convention *c, double v)
{
    return c->how & REFUSED && !(v >= 0 && v <= c->high);
}

static void set_points(lattice *l)
{
    double axis[ON_AN_AXIS];
    const int n = axis_of_lattice(l->dtype, l->variables, axis);
    const convention *c = convention_of(l->t.k.op);
    l->points = 1;
    for (int k = 0; k < l->variables; k++) l->points *= n;
    for (int p = 0; p < l->points; p++) {
        l->nan[p] = l->tiny[p] = l->outside[p] = false, l->far[p] = 0;
        for (int k = 0, rest = p; k < l->variables; k++, rest /= n) {
            const bool sign = c->how & SIGNS && k == l->variables - 1;
            const bool half = c->how & TARGETS && k == l->variables - 1 && fabs(axis[rest % n] - 0.5) > 0.5;
            const double a = sign   ? copysign(1, axis[rest % n])
                             : half ? 0.5
                                    : axis[rest % n],
                         v = l->at[k][p] = in(l, is_refused(c, a) ? 0.5 : a);
            l->nan[p] |= isnan(v), l->far[p] += isinf(v) != 0;
            l->tiny[p] |= v != 0 && fabs(v) <= (l->dtype == WG_F32 ? FLT_MIN : DBL_MIN);
            l->outside[p] |= c->low < c->high && !(v > c->low && v < c->high);
        }
    }
}

static wg_node apply(const lattice *l, const wg_node x[])
{
    wg_node all[8];
    for (int k = 0; k < l->t.operands; k++) all[k] = l->t.x[k];
    for (int k = 0; k < l->variables; k++) all[l->variable[k]] = x[k];
    return wg_apply(WG_HERE, l->t.k.op, all, l->t.operands, l->t.attr);
}

static void second_order(lattice *l)
{
    char kind[32];
    for (int i = 0; i < l->variables; i++)
        for (int j = 0; j < l->variables; j++) {
            wg_node h = wg_none;
            if (!wgx_op_has_derivative(l->t.k.op, l->variable[i]) ||
                !wgx_op_has_derivative(l->t.k.op, l->variable[j]))
                continue;
            snprintf(kind, sizeof kind, "y'' by operands %d, %d", l->variable[i], l->variable[j]);
            if (wg_vjp(l->gx[i], l->one, &l->x[j], 1, &h) == WG_OK) compare(l, kind, h, i, j, 'c');
            else printf("%s %s\n", kind, wg_message(l->t.k.c)), differences++, wg_recover(l->t.k.c);
        }
}

static void derivatives(lattice *l)
{
    char kind[32];
    double one[MOST_POINTS];
    for (int p = 0; p < l->points; p++) one[p] = 1;
    l->one = vector(l, one);
    for (int i = 0; i < l->variables; i++) {
        if (!wgx_op_has_derivative(l->t.k.op, l->variable[i])) continue;
        snprintf(kind, sizeof kind, "y' by operand %d", l->variable[i]);
        if (wg_vjp(l->y, l->one, &l->x[i], 1, &l->gx[i]) != WG_OK) {
            printf("%s %s\n", kind, wg_message(l->t.k.c)), differences++, wg_recover(l->t.k.c);
            return;
        }
        compare(l, kind, l->gx[i], i, i, 'a');
        compare(l, "tangent", wg_jvp(l->y, &l->x[i], &l->one, 1), i, i, 'a');
    }
    second_order(l);
}

/* Value and gradients of so many elements: bodies and tails of vectors, whole strips and more. Each
 * element is what it is among others. */
static void by_length(lattice *l, int n)
{
    wg_node x[4], g[4];
    double *want = wgt_values(l->y), v[MOST_LENGTH];
    kinds++;
    for (int k = 0; k < l->variables; k++) {
        for (int i = 0; i < n; i++) v[i] = l->at[k][i % l->points];
        x[k] = wg_cast(wg_input(l->t.k.g, "x", wg_view_f64(v, WG_SHAPE(n))), l->dtype);
    }
    wg_node y = apply(l, x);
    double *got = wgt_values(y);
    WGT_NEARESTLY for (int i = 0; want && got && i < n;
                       i++, points++) if (wgt_ulps(got[i], want[i % l->points]))
        differ(l, "y by length", i % l->points, got[i], want[i % l->points]);
    free(want), free(got);
    for (int k = 0; k < l->variables && wg_dtype_is_float(wg_node_dtype(y)); k++) {
        if (!wgx_op_has_derivative(l->t.k.op, l->variable[k])) continue;
        g[k] = wg_grad(wg_sum(y), x[k]);
        want = wgt_values(l->gx[k]), got = wgt_values(g[k]);
        WGT_NEARESTLY for (int i = 0; want && got && i < n;
                           i++, points++) if (wgt_ulps(got[i], want[i % l->points]))
            differ(l, "y' by length", i % l->points, got[i], want[i % l->points]);
        free(want), free(got);
    }
}

/* The sample's options with the lattice as operands. */
static bool try_sample(lattice *l)
{
    const wg_op *op = l->t.k.op;
    wgi_formula_error e;
    if (wg_failed(l->t.k.c) || !wgf_set_up(&l->t) || l->t.operands > 3) return false;
    if (!is_elementwise(&l->t.f, l->t.f.root)) return false;
    const convention *c = convention_of(op);
    if (c->as && !wgi_formula_parse(&l->t.adjoint, c->as, &e)) return false;
    l->variables = 0;
    for (int k = 0; k < l->t.operands; k++) {
        if (!wg_node_ok(l->t.x[k])) continue;
        if (!wg_dtype_is_float(wg_node_dtype(l->t.x[k]))) return false;
        l->variable[l->variables++] = k;
    }
    WGT_NEARESTLY set_points(l);
    for (int k = 0; k < l->variables; k++) l->x[k] = vector(l, l->at[k]);
    l->y = apply(l, l->x);
    if (wg_failed(l->t.k.c)) return wg_recover(l->t.k.c), false; /* operands that differ, options for them */
    if (wg_node_shape(l->y).rank != 1) return false;
    operands_met += l->variables;
    compare(l, "y", l->y, -1, -1, 'v');
    if (wg_dtype_is_float(wg_node_dtype(l->y)) && wgx_op_has_derivative(op, -1)) derivatives(l);
    static const int lengths[] = {
        1, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33, 63, 65, 127, 129, 255, MOST_LENGTH
    };
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) by_length(l, lengths[i]);
    return true;
}

Test(lattice, elementwise_ops)
{
    static lattice l;
    const clock_t start = clock();
    for (int i = 0; i < wg_op_count(); i++) {
        const wg_op *op = wg_op_at(i);
        bool met = false;
        if (op->kind == WG_LEAF || op->impure || is_skipped(op)) continue;
        for (int d = 0; d < 2; d++) {
            l.dtype = d ? WG_F32 : WG_F64;
            for (int k = 0; op_case_open(&l.t.k, op, k, &(op_setup){ .dtype = l.dtype, .interpret = 1 });
                 k++) {
                if (k == 0 || op->attrs) met |= try_sample(&l);
                op_case_close(&l.t.k);
            }
        }
        ops_met += met;
    }
    printf("lattice: %lld ops, %lld operands, %lld kinds, %lld points, %lld differences, %.1f s\n", ops_met,
           operands_met, kinds, points, differences, (double)(clock() - start) / CLOCKS_PER_SEC);
    cr_expect_eq(differences, 0,
                 "compute what differs so that no digits cancel, as tanh_backward in ops/activation.c does; "
                 "if the op must differ there, give it a row in tests/ops/lattice_conventions.h");
}
