/* test_vmath.c: the errors of the f32 functions of kernel/vmath.h against libm in double: at most
 * 2 ulp, zeros with their sign, infinities and NaN where they belong; the same bits at every place of an
 * array, by AVX2 and AVX-512, and of logarithms in every instruction set.
 *
 * WG_VMATH=all goes over all 2^32 floats (about a minute a function); without it, over every 40,009th, and
 * all near zeros, the limits of the exponents, and 1.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/vmath.h"
#include "run_kernel.h"

enum { BLOCK = 4096 };

typedef struct function {
    const char *op; /* whose kernel computes it; NULL: own */
    float (*own)(float);
    double (*exact)(double);
    bool below; /* softmax's exponential: of -|x|, through the gradient of cross-entropy */
    bool alike; /* in every instruction set */
} function;

static double logistic(double x) { return x < 0 ? exp(x) / (1 + exp(x)) : 1 / (1 + exp(-x)); }
static double softplus(double x) { return x > 0 ? x + log1p(exp(-x)) : log1p(exp(x)); }

static double exp_below(double x) { return x < -87 ? 0 : exp(x); }

/* The distance of the floats around v: from the exponent of v, which is that of a float. */
static double ulp_of(double v)
{
    uint64_t u;
    memcpy(&u, &v, sizeof u);
    uint64_t exponent = u >> 52 & 2047;
    exponent = exponent < 1023 - 126 ? 1023 - 126 : exponent > 1023 + 127 ? 1023 + 127 : exponent;
    u = (exponent - 23) << 52;
    memcpy(&v, &u, sizeof v);
    return v;
}

/* |got - want| in units of the last place of want as a float; infinite where one is NaN, infinite or a zero
 * wrongly. An overflow is taken as 2^128. */
static double error_in_ulps(float got, double want)
{
    if (want != want || got != got) return want != want && got != got ? 0 : INFINITY;
    if (want == 0 || isinf(want))
        return (double)got == want && !signbit(got) == !signbit(want) ? 0 : INFINITY;
    double y = isinf(got) ? copysign(0x1p128, (double)got) : (double)got;
    return fabs(y - (fabs(want) > 0x1p128 ? copysign(0x1p128, want) : want)) / ulp_of(want);
}

/* The gradient of a cross-entropy is e^(z - 0) 1 / 1 for logits z < 0 beside a last logit of 0, which is the
 * label's. */
static void compute_below(int isa, const float *x, float *y, int64_t n)
{
    enum { ROW = 1024 };
    static float row[ROW], to[ROW];
    const wg_op *op = wg_op_find("cross_entropy_grad");
    const float unit = 1, zero = 0;
    const int64_t label = ROW - 1;
    wg_shape s = WG_SHAPE(1, ROW), one = WG_SHAPE(1);
    wg_type xt[] = { { &s, WG_F32 }, { &one, WG_I64 }, { &one, WG_F32 }, { &one, WG_F32 }, { &one, WG_F32 } };
    const void *in[] = { row, &label, &unit, &zero, &unit };
    void *out = to;
    wg_kernel k = { .end = 1, .operands = 5, .outputs = 1, .x = in, .y = &out, .xt = xt, .yt = xt };
    for (int64_t at = 0; at < n; at += label) {
        const size_t m = (size_t)(n - at < label ? n - at : label) * sizeof *x;
        memset(row, 0, sizeof row);
        memcpy(row, x + at, m);
        cr_assert(op->kernel[isa](&k));
        memcpy(y + at, to, m);
    }
}

static void compute(const function *f, int isa, const float *x, float *y, int64_t n)
{
    if (f->below) {
        compute_below(isa, x, y, n);
        return;
    }
    if (!f->op) {
        for (int64_t i = 0; i < n; i++) y[i] = f->own(x[i]);
        return;
    }
    run_kernel(f->op, isa, WG_F32, x, y, n);
}

static const char *name_of(const function *f) { return f->op ? f->op : f->below ? "softmax's exp" : "log1p"; }

/* Bits of a block of floats: [first, first + BLOCK * step). */
static void check_block(const function *f, int isa, uint64_t first, uint64_t step)
{
    static float x[BLOCK], y[BLOCK], z[BLOCK];
    int64_t n = 0;
    for (; n < BLOCK && first + (uint64_t)n * step < UINT64_C(1) << 32; n++)
        x[n] = vm_from_bits((uint32_t)(first + (uint64_t)n * step) | (f->below ? 0x80000000u : 0));
    compute(f, isa, x, y, n);
    for (int64_t i = 0; i < n; i++) {
        double want = f->exact((double)x[i]), e = error_in_ulps(y[i], want);
        cr_assert(e <= 2, "%s(%a) in set %d is %a: %g ulp from %a", name_of(f), (double)x[i], isa,
                  (double)y[i], e, want);
    }
    const int other = f->alike ? 0 : isa == 2 && wgt_machine_has(1) ? 1 : isa;
    for (int64_t i = 0; i < n; i += 61) {
        compute(f, other, x + i, z, 1);
        cr_assert(vm_bits(z[0]) == vm_bits(y[i]) || (isnan(z[0]) && isnan(y[i])),
                  "%s(%a): set %d in an array %a, alone %a", name_of(f), (double)x[i], isa, (double)y[i],
                  (double)z[0]);
    }
}

static void check_sample(const function *f, int isa)
{
    static const uint32_t near[] = { 0,          0x00800000, 0x3F800000, 0x7F800000, 0x80000000,
                                     0x80800000, 0xBF800000, 0xFF800000, 0x48000000, 0xC8000000 };
    for (uint64_t first = 0; first < UINT64_C(1) << 32; first += BLOCK * UINT64_C(40009))
        check_block(f, isa, first, 40009);
    for (size_t i = 0; i < sizeof near / sizeof *near; i++)
        check_block(f, isa, near[i] > BLOCK / 2 ? near[i] - BLOCK / 2 : 0, 1);
}

static void check_all(const function *f, int isa)
{
    for (uint64_t first = 0; first < UINT64_C(1) << 32; first += BLOCK) check_block(f, isa, first, 1);
}

/* By the kernel of an op, or by a function that is compiled once, for no particular instruction set. */
static bool has_kernel(const function *f, int isa)
{
    const char *op = f->below ? "cross_entropy_grad" : f->op;
    return op ? wg_op_find(op)->kernel[isa] != NULL : isa == 0;
}

static void check(const function *f)
{
    const char *wish = getenv("WG_VMATH");
    bool all = wish && strcmp(wish, "all") == 0;
    int last = 0;
    for (int isa = 0; isa < WG_ISAS; isa++) {
        if (!wgt_machine_has(isa) || !has_kernel(f, isa)) continue;
        check_sample(f, isa);
        last = isa;
    }
    if (all) check_all(f, last);
    if (all && last && !f->alike) check_all(f, 0);
}

static const function functions[] = {
    { "exp", NULL, exp, false, false },     { "log", NULL, log, false, true },
    { "tanh", NULL, tanh, false, false },   { "sigmoid", NULL, logistic, false, false },
    { "erf", NULL, erf, false, false },     { "sin", NULL, sin, false, false },
    { "cos", NULL, cos, false, false },     { "softplus", NULL, softplus, false, false },
    { "expm1", NULL, expm1, false, false }, { "tan", NULL, tan, false, false },
    { "asin", NULL, asin, false, false },   { "acos", NULL, acos, false, false },
    { "atan", NULL, atan, false, false },   { "sinh", NULL, sinh, false, false },
    { "cosh", NULL, cosh, false, false },   { "asinh", NULL, asinh, false, false },
    { "acosh", NULL, acosh, false, false }, { "atanh", NULL, atanh, false, false },
    { NULL, NULL, exp_below, true, false }, { NULL, vm_log1pf, log1p, false, true },
};

Test(vmath, functions)
{
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) check(&functions[i]);
}

/* ---- powers ---- */

static void powers(int isa, const float *a, const float *b, bool one_exponent, float *y, int64_t n)
{
    wg_shape s = WG_SHAPE(n), scalar = WG_SCALAR;
    wg_type t[] = { { &s, WG_F32 }, { one_exponent ? &scalar : &s, WG_F32 } };
    const void *in[] = { a, b };
    void *out = y;
    const unsigned char step[] = { 1, !one_exponent };
    wg_kernel k = {
        .end = n, .operands = 2, .outputs = 1, .x = in, .y = &out, .step = step, .xt = t, .yt = t
    };
    cr_assert(wg_op_find("pow")->kernel[isa](&k));
}

/* a[i]^b[i] for n elements: against the C library in double, which has the special cases of C99's annex F.
 * Alone, with one exponent for all, and by AVX2 the bits are the same. */
static void check_powers(int isa, const float *a, const float *b, int64_t n)
{
    static float y[BLOCK], z[BLOCK];
    const int other = isa == 2 && wgt_machine_has(1) ? 1 : isa;
    powers(isa, a, b, false, y, n);
    for (int64_t i = 0; i < n; i++) {
        double want = pow((double)a[i], (double)b[i]), e = error_in_ulps(y[i], want);
        cr_assert(e <= 2, "pow(%a, %a) in set %d is %a: %g ulp from %a", (double)a[i], (double)b[i], isa,
                  (double)y[i], e, want);
    }
    powers(other, a, b, false, z, n);
    for (int64_t i = 0; i < n; i++) {
        if (i % 61 == 0) powers(isa, a + i, b + i, true, z + i, 1);
        cr_assert(vm_bits(z[i]) == vm_bits(y[i]) || (isnan(z[i]) && isnan(y[i])), "pow(%a, %a): %a and %a",
                  (double)a[i], (double)b[i], (double)y[i], (double)z[i]);
    }
    powers(isa, a, b, true, y, n);
    for (int64_t i = 0; i < n; i += 61) {
        powers(isa, a + i, b, true, z, 1);
        cr_assert(vm_bits(z[0]) == vm_bits(y[i]) || (isnan(z[0]) && isnan(y[i])), "pow(%a, %a): %a and %a",
                  (double)a[i], (double)b[0], (double)y[i], (double)z[0]);
    }
}

static void in_every_set(void (*body)(int isa))
{
    for (int isa = 0; isa < WG_ISAS; isa++)
        if (wgt_machine_has(isa) && wg_op_find("pow")->kernel[isa]) body(isa);
}

/* Each of these with each: zeros, infinities, NaN, whole and odd exponents, the largest that is not whole. */
static void special_powers(int isa)
{
    static const float v[] = { 0,
                               1,
                               2,
                               3,
                               4,
                               5,
                               0.5F,
                               2.5F,
                               0x1p-2F,
                               0x1p-149F,
                               0x1p-126F,
                               0x1p127F,
                               0x1.8p1F,
                               INFINITY,
                               NAN,
                               1e30F,
                               0x1p23F,
                               0x1p24F,
                               0x1p25F,
                               0x1.fffffep22F,
                               0x1.fffffep23F,
                               10,
                               0.9F,
                               127,
                               0x1.fffffep-1F,
                               0x1.000002p0F,
                               0x1.fffffep127F };
    enum { N = 2 * (sizeof v / sizeof *v) };
    float a[N], b[N];
    for (int j = 0; j < N; j++) {
        for (int i = 0; i < N; i++) {
            a[i] = i % 2 ? -v[i / 2] : v[i / 2];
            b[i] = j % 2 ? -v[j / 2] : v[j / 2];
        }
        check_powers(isa, a, b, N);
    }
}
Test(vmath, special_powers) { in_every_set(special_powers); }

/* Any bits as base, and as exponent bits whose powers are mostly finite. */
static void random_powers(int isa)
{
    static float a[BLOCK], b[BLOCK];
    const bool all = getenv("WG_VMATH") != NULL;
    wgt_random r = { 7 };
    for (int round = 0; round < (all ? 20000 : 100); round++) {
        for (int i = 0; i < BLOCK; i++) {
            a[i] = vm_from_bits((uint32_t)(wgt_next(&r) >> 16) & (round % 4 ? 0x7FFFFFFF : 0xFFFFFFFF));
            b[i] = vm_from_bits((uint32_t)(wgt_next(&r) >> 16));
            if (round % 2) a[i] = 0.5F + (float)(wgt_next(&r) % 100000) / 30000;
            if (round % 3) b[i] = (float)((double)(wgt_next(&r) % 100000) / 1000 - 50);
        }
        check_powers(isa, a, b, BLOCK);
    }
}
Test(vmath, random_powers) { in_every_set(random_powers); }

/* A power that is a float is exact: n^k of whole numbers, and 2^k down to the smallest float. */
static void exact_powers(int isa)
{
    for (int n = -40; n <= 40; n++)
        for (int k = 0; k <= 24; k++) {
            const float a = (float)n, b = (float)k;
            float y;
            double want = 1;
            for (int i = 0; i < k; i++) want *= n;
            powers(isa, &a, &b, true, &y, 1);
            if (fabs(want) <= 0x1p24) cr_assert((double)y == want, "%d^%d is %g", n, k, (double)y);
        }
    for (int k = -149; k <= 127; k++) {
        const float two = 2, b = (float)k;
        float y;
        powers(isa, &two, &b, true, &y, 1);
        cr_assert((double)y == ldexp(1, k), "2^%d is %a", k, (double)y);
    }
}
Test(vmath, exact_powers) { in_every_set(exact_powers); }
