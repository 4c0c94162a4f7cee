/* test_vdouble.c: the f64 functions of kernel/vdouble.h, through the kernels of their ops: hard
 * points within 1 ulp of MPFR's values; the same bits at every place of an array, in every instruction set,
 * with every C library and on every processor; what must hold of the functions themselves.
 *
 * `make check-vmath` measures their errors over 10^8 points, where MPFR is (vdouble_mpfr.c).
 */
#include <math.h>
#include <string.h>

#include "kernel/vdouble.h"
#include "run_kernel.h"
#include "vdouble_cases.h"

enum { BLOCK = 1000 };

static double value(const char *name, double x)
{
    double y;
    run_kernel(name, 0, WG_F64, &x, &y, 1);
    return y;
}

/* Doubles in their order, as integers */
static int64_t place(double v)
{
    const int64_t u = (int64_t)vm_wide_bits(v);
    return u < 0 ? INT64_MIN - u : u;
}

Test(vdouble, hard_points)
{
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const double y = value(cases[i].op, cases[i].x), want = cases[i].y;
        const int64_t off = place(y) - place(want);
        cr_assert(off >= -1 && off <= 1 && !signbit(y) == !signbit(want), "%s(%a) is %a, not %a", cases[i].op,
                  cases[i].x, y, want);
    }
}

/* ---- the same bits ---- */

/* A hash of the results over 100,000 points: the same in every instruction set, with every C library, on
 * every processor. A function that is changed on purpose gets a new number here. */
static const struct {
    const char *op;
    uint64_t hash;
} functions[] = {
    { "exp", 0x2D122F8EEC5A9F99 },   { "expm1", 0x3567DE4417BEA580 },   { "sinh", 0x6767E8A968A49312 },
    { "cosh", 0xF659BADCC044DC91 },  { "tanh", 0xBA1CBAF4719E3D4E },    { "sin", 0x550F2DF233DED2B5 },
    { "cos", 0x577B4A4B634B72FC },   { "tan", 0x9C84C9E6E8CF7E6C },     { "atan", 0xA815D352D815F14F },
    { "asinh", 0xD0847F77EB026CB6 }, { "acosh", 0x580B876973EC4EF8 },   { "atanh", 0x7B89BAC77231E887 },
    { "asin", 0xF766600576FA9536 },  { "acos", 0x9E1D303A55E274F9 },    { "log", 0xF45222467A29031A },
    { "log1p", 0x7C2F7DC6FD1EC006 }, { "sigmoid", 0x25D0498BDD90DA06 },
};
enum { FUNCTIONS = sizeof functions / sizeof *functions };

/* One point of three has any bits, the others are of a size that is usual. */
static double point(wgt_random *r)
{
    const uint64_t high = wgt_next(r), u = high << 32 ^ wgt_next(r);
    if (u % 3 == 0) return vm_wide_from_bits(u * 0x9E3779B97F4A7C15u);
    const double v = (double)(int64_t)u * 0x1p-63;
    return u % 3 == 1 ? v : 50 * v;
}

/* FNV (Fowler, Noll, Vo); every NaN counts as one */
static uint64_t hashed(uint64_t h, double y)
{
    const uint64_t u = isnan(y) ? 1 : vm_wide_bits(y);
    for (int i = 0; i < 64; i += 8) h = (h ^ (u >> i & 255)) * UINT64_C(0x100000001B3);
    return h;
}

static void check_bits(const char *op, int isa, uint64_t want)
{
    static double x[BLOCK], y[BLOCK];
    wgt_random r = { 7 };
    uint64_t h = UINT64_C(0xCBF29CE484222325);
    for (int block = 0; block < 100; block++) {
        for (int i = 0; i < BLOCK; i++) x[i] = point(&r);
        run_kernel(op, isa, WG_F64, x, y, BLOCK);
        for (int i = 0; i < BLOCK; i++) h = hashed(h, y[i]);
        for (int i = 0; i < BLOCK; i += 37) {
            double alone;
            run_kernel(op, isa, WG_F64, x + i, &alone, 1);
            cr_assert(vm_wide_bits(alone) == vm_wide_bits(y[i]) || (isnan(alone) && isnan(y[i])),
                      "%s(%a) in set %d: in an array %a, alone %a", op, x[i], isa, y[i], alone);
        }
    }
    cr_assert(h == want, "%s in set %d: the hash is 0x%016llX", op, isa, (unsigned long long)h);
}

Test(vdouble, same_bits)
{
    for (int i = 0; i < FUNCTIONS; i++)
        for (int isa = 0; isa < WG_ISAS; isa++)
            if (wgt_machine_has(isa) && wg_op_find(functions[i].op)->kernel[isa])
                check_bits(functions[i].op, isa, functions[i].hash);
}

/* ---- what must hold of the functions ---- */

Test(vdouble, limits)
{
    static const struct {
        const char *op;
        double at[4]; /* at 0, -0, infinity, -infinity */
    } rows[] = {
        { "exp", { 1, 1, INFINITY, 0 } },
        { "expm1", { 0, -0., INFINITY, -1 } },
        { "sinh", { 0, -0., INFINITY, -INFINITY } },
        { "cosh", { 1, 1, INFINITY, INFINITY } },
        { "tanh", { 0, -0., 1, -1 } },
        { "sin", { 0, -0., NAN, NAN } },
        { "cos", { 1, 1, NAN, NAN } },
        { "tan", { 0, -0., NAN, NAN } },
        { "atan", { 0, -0., 0x1.921fb54442d18p+0, -0x1.921fb54442d18p+0 } },
        { "asinh", { 0, -0., INFINITY, -INFINITY } },
        { "acosh", { NAN, NAN, INFINITY, NAN } },
        { "atanh", { 0, -0., NAN, NAN } },
        { "asin", { 0, -0., NAN, NAN } },
        { "acos", { 0x1.921fb54442d18p+0, 0x1.921fb54442d18p+0, NAN, NAN } },
        { "log", { -INFINITY, -INFINITY, INFINITY, NAN } },
        { "log1p", { 0, -0., INFINITY, NAN } },
        { "sigmoid", { 0.5, 0.5, 1, 0 } },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        static const double x[] = { 0, -0., INFINITY, -INFINITY };
        for (int j = 0; j < 4; j++) {
            const double y = value(rows[i].op, x[j]), want = rows[i].at[j];
            cr_assert((isnan(want) && isnan(y)) || (y == want && !signbit(y) == !signbit(want)),
                      "%s(%g) is %a, not %a", rows[i].op, x[j], y, want);
        }
        cr_assert(isnan(value(rows[i].op, NAN)), "%s(NaN)", rows[i].op);
    }
}

/* A function that rises (sign 1) or falls (-1) does so from each double to the next where two pieces meet. */
static void check_rises(const char *op, double at, int sign)
{
    static double x[BLOCK], y[BLOCK];
    at *= 1 - BLOCK / 2 * 0x1p-53;
    for (int i = 0; i < BLOCK; i++) x[i] = at = nextafter(at, INFINITY);
    run_kernel(op, 0, WG_F64, x, y, BLOCK);
    for (int i = 1; i < BLOCK; i++)
        cr_assert(sign * (y[i] - y[i - 1]) >= 0, "%s(%a) is %a, and %a of the double before", op, x[i], y[i],
                  y[i - 1]);
}
Test(vdouble, joints)
{
    static const double half_ln_2 = 0.34657359027997264, quarter_pi = 0.78539816339744828;
    static const char *const by_exp[] = { "exp", "expm1", "sinh", "cosh" };
    for (size_t i = 0; i < sizeof by_exp / sizeof *by_exp; i++)
        for (int k = 1; k < 30; k += 2) check_rises(by_exp[i], k * half_ln_2, 1);
    check_rises("tanh", half_ln_2, 1);
    check_rises("sin", quarter_pi, 1);
    check_rises("cos", quarter_pi, -1);
    check_rises("cos", 3 * quarter_pi, -1);
    check_rises("tan", quarter_pi, 1);
    check_rises("atan", 0.41421356237309503, 1);
    check_rises("atan", 2.414213562373095, 1);
    check_rises("asinh", 0.35355339059327379, 1);
}

/* f(-x) = -f(x), to the bit; cos and cosh are even. sin^2 + cos^2 = 1, however large x is. */
Test(vdouble, symmetry)
{
    static const char *const odd[] = { "sinh", "tanh", "sin", "tan", "atan", "asinh", "atanh", "asin" };
    wgt_random r = { 11 };
    for (int i = 0; i < 20000; i++) {
        const double x = point(&r), s = value("sin", x), c = value("cos", x);
        for (size_t k = 0; k < sizeof odd / sizeof *odd; k++) {
            const double y = value(odd[k], x), z = value(odd[k], -x);
            cr_assert(y == -z || (isnan(y) && isnan(z)), "%s(%a) is %a, of -x %a", odd[k], x, y, z);
        }
        if (!isfinite(x)) continue;
        cr_assert(c == value("cos", -x) && value("cosh", x) == value("cosh", -x), "%a", x);
        cr_assert(fabs(s * s + c * c - 1) <= 0x1p-51, "sin(%a) is %a, cos %a", x, s, c);
    }
}
