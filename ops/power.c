/* power.c: a^b, and its derivatives of every order.
 *
 * The derivatives of a^b are sums of terms c(b) a^(b - m) (ln a)^l, where c is the k-fold product b (b -
 * 1) ... (b - k + 1), differentiated j times. For whole b such a product ends at 0, and then the term is
 * 0, at every a: x^2 has the third derivative 0 at 0 too, where 0 times 0^-1 would be NaN. So a term is an
 * op of its own. Its rule is the same for an exponent that never changes and for one that does, and reads
 * no value: programs that change an exponent keep their plans.
 *
 * Where a = 0, ln a stands beside a^(b - m): 0 is their product for b >= m, which is the limit for b > m,
 * and -inf or inf for b < m. */
#include "rules.h"
#include "sample_shapes.h"
#include "kernel/vmath.h"

#include <float.h>

/* a^b. The most frequent exponents take a product or two, or a quotient. Without branches for f32. */
ALWAYS_INLINE float power_f32(float a, float b)
{
    float y = vm_powf(a, b);
    y = b == -1 ? 1 / a : y;
    y = b == 1 ? a : y;
    y = b == 3 ? a * a * a : y;
    return b == 2 ? a * a : y;
}
ALWAYS_INLINE double power_f64(double a, double b)
{
    return b == 2 ? a * a : b == 3 ? a * a * a : b == 1 ? a : b == -1 ? 1 / a : pow(a, b);
}
#define POWER(a, b) _Generic((a), float : power_f32, default : power_f64)(a, b)
/* a^b ln a */
#define POWER_LOG(a, b) (((a) == 0) & ((b) >= 0) ? 0 : POWER(a, b) * LOG(a))

/* The exponent of all elements, if there is one and it has a loop or an expression below. Otherwise 0. */
static int exponent_of_all(const wg_kernel *k)
{
    if (k->end - k->begin != 1 && (!k->step[0] || k->step[1])) return 0;
    const double b = k->xt[1].dtype == WG_F32 ? (double)*OPERAND(float, 1) : *OPERAND(double, 1);
    return b == -1 || b == 1 || b == 2 || b == 3 || b == 4 ? (int)b : 0;
}
#define POWERS_AT(k, n, e)  \
    case n: {               \
        enum { b = n };     \
        WG_MAP1(k, (T)(e)); \
    }
#define POWERS(k, e, other)                                                                          \
    switch (exponent_of_all(k)) {                                                                    \
        POWERS_AT(k, -1, e)                                                                          \
        POWERS_AT(k, 1, e) POWERS_AT(k, 2, e) POWERS_AT(k, 3, e) POWERS_AT(k, 4, e) default : other; \
    }

/* c a^e, where the power alone is too large or too small for its dtype. Its sign is that of p, which is a^e
 * so far as it can be said. */
static double times_power(double c, double a, double e, double p)
{
    if (a == 0 || !isfinite(a) || !isfinite(e) || isnan(p)) return c * p;
    const double q = pow(fabs(a), e / 4), y = c * q * q * q * q;
    return signbit(p) ? -y : y;
}

#define POW_TERM_FIELDS(F, S) F(S, INT, k, "0") F(S, INT, j, "0") F(S, INT, m, "0") F(S, INT, l, "0")
OPTIONS(pow_term, POW_TERM_FIELDS);

/* MOST_TERMS: derivatives of higher order are refused. STRIP: elements that are computed together. */
enum { MOST_TERMS = 32, STRIP = 128 };

#define FLOATS_FILE "ops/power_term.h"
#include "kernel/both_floats.h"
KERNEL(pow) { POWERS(k, POWER(a, b), WG_MAP2(k, POWER(a, b))); }
KERNEL(pow_base) { POWERS(k, b * POWER(a, b - 1), return BY_FLOAT(k, pow_base, k)); }
KERNEL(pow_exponent) { WG_MAP2(k, POWER_LOG(a, b)); }
KERNEL(pow_term) { return BY_FLOAT(k, pow_term, k); }

#if WG_BASE

EXTERN(pow_term);

/* Equal shapes, broadcasting, no elements, a number, negative bases. */
static wg_node pair(wg_site here, wg_graph *g, int i, const wg_op *op, const void *attr)
{
    static const wg_shape a[] = { { 2, { 3, 4 } }, { 2, { 3, 4 } }, { 2, { 3, 1 } }, { 2, { 2, 0 } } };
    static const wg_shape b[] = { { 2, { 3, 4 } }, { 1, { 4 } }, { 2, { 1, 4 } }, { 0, { 0 } } };
    wg_node x[2] = { wg_number(2), wg_number(3) };
    if (i > 5) return wg_none;
    if (i < 4) x[0] = wg_between(g, 0.5, 2, a[i]), x[1] = wg_between(g, 0.5, 2, b[i]);
    if (i == 4) x[1] = BETWEEN(0.5, 2, 5);
    if (i == 5) x[0] = BETWEEN(-2, -0.5, 4);
    return wg_apply(here, op, x, 2, attr);
}

/* ---- pow_term ---- */

/* The terms of a sum; those with c = 0 are left out. */
static wg_node term(wg_site here, wg_node sum, const wg_node x[], double factor, struct pow_term f)
{
    if (factor == 0 || f.l < 0 || f.j < 0 || f.j > f.k) return sum;
    wg_node t = wg_apply(here, &wgi_op_pow_term, x, 2, &f);
    if (factor != 1) t = wg_mul(factor, t);
    return wg_is_none(sum) ? t : wg_add(sum, t);
}

/* A product of k factors has no derivative but 0 of an order above k.
 *
 * By a: c (b - m) a^(b - m - 1), where c (b - k) is the next product, without the part that comes of
 * differentiating its last factor. */
static wg_node by_base(wg_site here, const wg_node x[], struct pow_term f)
{
    if (f.j > f.k) return wg_none;
    wg_node s = term(here, wg_none, x, 1, (struct pow_term){ f.k + 1, f.j, f.m + 1, f.l });
    s = term(here, s, x, -f.j, (struct pow_term){ f.k, f.j - 1, f.m + 1, f.l });
    s = term(here, s, x, f.k - f.m, (struct pow_term){ f.k, f.j, f.m + 1, f.l });
    return term(here, s, x, f.l, (struct pow_term){ f.k, f.j, f.m + 1, f.l - 1 });
}
static wg_node by_exponent(wg_site here, const wg_node x[], struct pow_term f)
{
    if (f.j > f.k) return wg_none;
    wg_node s = term(here, wg_none, x, 1, (struct pow_term){ f.k, f.j + 1, f.m, f.l });
    return term(here, s, x, 1, (struct pow_term){ f.k, f.j, f.m, f.l + 1 });
}

/* gy times a sum of terms; without terms it is zero. */
static wg_node times(wg_site here, wg_node gy, wg_node sum)
{
    return wg_is_none(sum) ? wg_number(0) : wg_mul(gy, sum);
}
static void term_vjp(wg_site here, wg_node gy, const wg_node x[], struct pow_term f, wg_node gx[])
{
    gx[0] = times(here, gy, by_base(here, x, f));
    gx[1] = times(here, gy, by_exponent(here, x, f));
}

SHAPE(pow_term)
{
    const struct pow_term *f = r->attr;
    if (f->k < 0 || f->j < 0 || f->m < 0 || f->l < 0 || f->k > MOST_TERMS)
        return wg_rule_fail(r, WG_ERROR_VALUE, "derivatives of order %d are not computed, at most %d", f->k,
                            MOST_TERMS);
    return wg_rule_broadcast(r);
}
EXPAND(pow_term)
{
    const struct pow_term *f = attr;
    wg_node c[MOST_TERMS + 1] = { wg_add(1, wg_mul(0, x[1])) }; /* the product and its derivatives, up to j */
    for (int r = 1; r <= f->j; r++) c[r] = wg_mul(0, x[1]);
    for (int i = 0; i < f->k; i++)
        for (int r = f->j; r >= 0; r--) {
            c[r] = wg_mul(c[r], wg_sub(x[1], i));
            if (r) c[r] = wg_add(c[r], wg_mul(r, c[r - 1]));
        }
    y[0] = wg_mul(c[f->j], wg_pow(x[0], wg_sub(x[1], f->m)));
    for (int i = 0; i < f->l; i++) y[0] = wg_mul(y[0], wg_log(x[0]));
}
VJP(pow_term) { term_vjp(here, gy, x, *(const struct pow_term *)wg_attr(y), gx); }
SAMPLE(pow_term)
{
    static const struct pow_term f[] = { { 1, 0, 1, 0 }, { 2, 1, 2, 1 }, { 0, 0, 0, 2 },
                                         { 3, 0, 3, 0 }, { 3, 2, 4, 0 }, { 2, 0, 2, 0 } };
    return i > 5 ? wg_none : pair(here, g, i, &wgi_op_pow_term, &f[i]);
}
ERROR_SAMPLE(pow_term)
{
    const struct pow_term high = { MOST_TERMS + 1, 0, 0, 0 };
    return i ? inner_error(here, g, i - 1, &wgi_op_pow_term)
             : (NODE_OF(pow_term, &high, ANY(3), wg_number(2)), "at most 32");
}

DEFINE_OP(pow_term,
          .summary = "A term of the derivatives of a^b: c a^(b - m) (ln a)^l, where c is the product b (b - "
                     "1) ... of k factors, differentiated j times by b. 0 where c = 0.",
          .formula = "y = c a^(b - m) (ln a)^l; c = prod(b - i over i < k) where j = 0, else \"the "
                     "derivative of order j of b (b - 1) ... (b - k + 1)\"",
          .adjoint = "a' = \"a sum of terms of the next order\", b' = \"a sum of terms of the next order\"",
          .operands = 2, .promote = WG_PROMOTE_FLOAT, .cost = 40, TAKES(pow_term),
          RULES(pow_term, shape, expand, vjp), .kernel = KERNELS(pow_term));

/* ---- the first derivatives: terms too, without options, so that programs of scalars can run them ---- */

EXPAND(pow_base) { y[0] = wg_mul(x[1], wg_pow(x[0], wg_sub(x[1], 1))); }
VJP(pow_base) { term_vjp(here, gy, x, (struct pow_term){ 1, 0, 1, 0 }, gx); }
SAMPLE(pow_base) { return pair(here, g, i, &wgi_op_pow_base, NULL); }
INNER_OP(
    pow_base, .summary = "Derivative of a^b by a. 0 where b = 0.",
    .formula = "y = 0 where b = 0, else b a^(b - 1)",
    .adjoint =
        "a' = 0 where b = 0 or b = 1, else y' b (b - 1) a^(b - 2); b' = y' (a^(b - 1) + b a^(b - 1) ln a)",
    .operands = 2, .cost = 20, .kernel = KERNELS(pow_base), RULES(pow_base, expand, vjp));

EXPAND(pow_exponent) { y[0] = wg_mul(wg_pow(x[0], x[1]), wg_log(x[0])); }
VJP(pow_exponent) { term_vjp(here, gy, x, (struct pow_term){ 0, 0, 0, 1 }, gx); }
SAMPLE(pow_exponent) { return i < 5 ? pair(here, g, i, &wgi_op_pow_exponent, NULL) : wg_none; }
INNER_OP(pow_exponent,
         .summary = "Derivative of a^b by b. Where a = 0 it is 0 for b >= 0, and -inf for b < 0.",
         .formula = "y = 0 where a = 0 and b >= 0, else a^b ln a",
         .adjoint = "a' = y' (a^(b - 1) + b a^(b - 1) ln a), b' = y' a^b (ln a)^2", .operands = 2, .cost = 30,
         .kernel = KERNELS(pow_exponent), RULES(pow_exponent, expand, vjp));

/* ---- pow ---- */

VJP(pow)
{
    gx[0] = wg_mul(gy, wg_apply2(here, x[0], x[1], &wgi_op_pow_base));
    gx[1] = wg_mul(gy, wg_apply2(here, x[0], x[1], &wgi_op_pow_exponent));
}
EXACT(pow)
{
    double b;
    const wg_node x = operand_of(y, 0);
    if (!wgi_number_in(operand_of(y, 1), &b)) return wg_none;
    const wgi_exact of_log = { ask->here, WGI_LOG, 1, ask->make, ask->depth };
    const wg_site here = wg_inside(ask->here);
    if (b != 2 && b != -1 && wants_rest(ask, 1) && answers(&of_log, x)) /* 1 - x^b = -expm1(b ln x) */
        return ask->make ? wg_neg(wg_expm1(wg_mul(b, wgi_exactly(&of_log, x)))) : y;
    return b == 2 ? wgi_exact_square(ask, y, x) : b == -1 ? wgi_exact_reciprocal(ask, y, x) : wg_none;
}
SAMPLE(pow) { return pair(here, g, i, &wgi_op_pow, NULL); }
PAIR_OP(pow, .summary = "Elementwise power. Integers give a float.", .formula = "y = a^b",
        .adjoint = "a' = 0 where b = 0, else y' b a^(b - 1); b' = 0 where a = 0 and b >= 0, else y' a^b ln a",
        .promote = WG_PROMOTE_FLOAT, .cost = 20, .kernel = KERNELS(pow), RULES(pow, exact, vjp));

#endif
