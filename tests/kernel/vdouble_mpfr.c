/* vdouble_mpfr.c: the errors of kernel/vdouble.h, against MPFR in 120 bits. `make check-vmath`
 * runs it where MPFR is.
 *
 * vdouble_mpfr 10000000: the largest error of each function in ulp, over that many points, and the point. A
 * quarter of them are of any bits, the others lie evenly in a range, near 1, and in octaves from 2^-6 to 2^6.
 * vdouble_mpfr --cases: the table vdouble_cases.h. */
#include <mpfr.h>
#include <stdio.h>
#include <stdlib.h>

#include "kernel/vdouble.h"

typedef struct function {
    const char *name;
    double (*own)(double);
    int (*exact)(mpfr_t y, mpfr_srcptr x, mpfr_rnd_t round);
    double from, to;
} function;

static int sigmoid(mpfr_t y, mpfr_srcptr x, mpfr_rnd_t round)
{
    mpfr_t z;
    mpfr_init2(z, 1300);
    mpfr_neg(z, x, round);
    mpfr_exp(z, z, round);
    mpfr_add_ui(z, z, 1, round);
    const int t = mpfr_ui_div(y, 1, z, round);
    mpfr_clear(z);
    return t;
}

static const function functions[] = {
    { "exp", vm_exp, mpfr_exp, -746, 710 },       { "expm1", vm_expm1, mpfr_expm1, -40, 710 },
    { "sinh", vm_sinh, mpfr_sinh, -711, 711 },    { "cosh", vm_cosh, mpfr_cosh, -711, 711 },
    { "tanh", vm_tanh, mpfr_tanh, -22, 22 },      { "sin", vm_sin, mpfr_sin, -0x1p20, 0x1p20 },
    { "cos", vm_cos, mpfr_cos, -0x1p20, 0x1p20 }, { "tan", vm_tan, mpfr_tan, -0x1p20, 0x1p20 },
    { "atan", vm_atan, mpfr_atan, -5, 5 },        { "asinh", vm_asinh, mpfr_asinh, -5, 5 },
    { "acosh", vm_acosh, mpfr_acosh, 1, 3 },      { "atanh", vm_atanh, mpfr_atanh, -1, 1 },
    { "asin", vm_asin, mpfr_asin, -1, 1 },        { "acos", vm_acos, mpfr_acos, -1, 1 },
    { "log", vm_log, mpfr_log, 0, 20 },           { "log1p", vm_log1p, mpfr_log1p, -1, 20 },
    { "sigmoid", vm_sigmoid, sigmoid, -746, 40 },
};

static uint64_t state = 88172645463325252;
static uint64_t next(void) /* xorshift64 (Marsaglia 2003) */
{
    state ^= state << 13;
    state ^= state >> 7;
    return state ^= state << 17;
}
static double unit(void) { return (double)(next() >> 11) * 0x1p-53; }

static double point(const function *f, int kind)
{
    switch (kind) {
    case 0: return f->from + (f->to - f->from) * unit();
    case 1: return vm_wide_from_bits(next());
    case 2: return ldexp(1 + unit(), (int)(next() % 12) - 6) * (next() & 1 ? 1 : -1);
    default: return 2 * unit() - 1;
    }
}

/* |got - want| in ulp of want; infinite where one is NaN, infinite or a zero wrongly. */
static double error_of(double got, mpfr_srcptr want)
{
    const double d = mpfr_get_d(want, MPFR_RNDN);
    if (isnan(got) || isnan(d)) return isnan(got) && isnan(d) ? 0 : INFINITY;
    if (isinf(got) || isinf(d) || d == 0) return got == d && !signbit(got) == !signbit(d) ? 0 : INFINITY;
    const int exponent = ilogb(d) < -1022 ? -1022 : ilogb(d);
    mpfr_t e;
    mpfr_init2(e, 200);
    mpfr_sub_d(e, want, got, MPFR_RNDN);
    mpfr_mul_2si(e, e, 52 - exponent, MPFR_RNDN);
    const double error = fabs(mpfr_get_d(e, MPFR_RNDN));
    mpfr_clear(e);
    return error;
}

static void measure(const function *f, long points)
{
    double worst = 0, at = 0;
    mpfr_t x, y;
    mpfr_inits2(120, x, y, (mpfr_ptr)0);
    for (long i = 0; i < points; i++) {
        const double v = point(f, (int)(i % 4));
        mpfr_set_d(x, v, MPFR_RNDN);
        f->exact(y, x, MPFR_RNDN);
        const double e = error_of(f->own(v), y);
        if (!(e <= worst)) worst = e, at = v;
    }
    mpfr_clears(x, y, (mpfr_ptr)0);
    printf("%-7s %.4f ulp at %a\n", f->name, worst, at);
    fflush(stdout);
    if (!(worst <= 1)) exit(1);
}

/* The value, rounded once, and how far from the middle of two doubles it is, in ulp */
static double rounded(const function *f, double v, double *middle)
{
    mpfr_t x, y;
    mpfr_inits2(120, x, y, (mpfr_ptr)0);
    mpfr_set_d(x, v, MPFR_RNDN);
    f->exact(y, x, MPFR_RNDN);
    const double d = mpfr_get_d(y, MPFR_RNDN);
    *middle = fabs(error_of(d, y) - 0.5);
    mpfr_clears(x, y, (mpfr_ptr)0);
    return d;
}

static void row(const function *f, double v)
{
    double middle;
    const double y = rounded(f, v, &middle);
    if (isfinite(v) && isfinite(y)) printf("    { \"%s\", %a, %a },\n", f->name, v, y);
}

/* Points where the reduction has little left, joints of pieces, the ends of the range, and those of 400,000
 * points whose values are nearest to the middle of two doubles. */
static void cases(const function *f)
{
    static const double hard[] = {
        0x1p-1074,
        -0x1.8p-1022,
        -0x1p-30,
        0x1.62e42fefa39efp-2,
        0x1.62e42fefa39fp-2,
        -0x1.0a2b23f3bab73p+0,
        0x1.a827999fcef31p-2,
        0x1.3504f333f9de7p+1,
        0x1.921fb54442d18p+0,
        0x1.921fb54442d18p+1,
        1,
        22,
        0x1.62e42fefa39efp+9,
        -0x1.74910d52d3051p+9,
        -0x1.6232bdd7abcd2p+9,
        0x1.fffffffffffffp+19,
        0x1.0000000000001p+20,
        0x1.6ac5b262ca1ffp+849,
        1e22,
        0x1.fffffffffffffp+1023,
    };
    for (size_t i = 0; i < sizeof hard / sizeof *hard; i++) row(f, hard[i]);
    for (int kind = 0; kind < 4; kind++) {
        double best = 1, at = 0;
        for (int i = 0; i < 100000; i++) {
            double middle;
            const double v = point(f, kind), y = rounded(f, v, &middle);
            if (middle < best && isfinite(y) && fabs(y) > 0x1p-500 && fabs(fabs(y) - 1) > 1e-9 &&
                fabs(v) > 1e-4)
                best = middle, at = v;
        }
        if (best < 1) row(f, at);
    }
}

int main(int count, char *words[])
{
    const bool table = count > 1 && strcmp(words[1], "--cases") == 0;
    if (table)
        puts("/* vdouble_cases.h: values of the functions of kernel/vdouble.h, rounded once, by "
             "MPFR: "
             "made by\n"
             " * vdouble_mpfr --cases. */\n"
             "static const struct {\n    const char *op;\n    double x, y;\n} cases[] = {");
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
        if (table) cases(&functions[i]);
        else measure(&functions[i], count > 1 ? atol(words[1]) : 1000000);
    }
    if (table) puts("};");
    return 0;
}
