/* remainder.c: what is left of a division, and the whole number of times: remainder and floor_divide round
 * the quotient down, as divmod of Python and NumPy, fmod rounds it toward 0, as fmod of C. They are exact:
 * fmod of C is, and the quotient is that of a number from which the remainder is gone. */
#include "rules.h"
#include "sample_shapes.h"

/* r, with the sign of b, from fmod(a, b). A remainder of 0 has it too. */
#define MOD_FLOATS(T, name, fmod_of, floor_of)                                                           \
    static inline T remainder_##name(T a, T b)                                                           \
    {                                                                                                    \
        const T r = fmod_of(a, b);                                                                       \
        return b == 0 ? r : r == 0 ? (T)copysign(0, b) : (b < 0) != (r < 0) ? r + b : r;                 \
    }                                                                                                    \
    static inline T floor_divide_##name(T a, T b)                                                        \
    {                                                                                                    \
        if (b == 0) return a / b;                                                                        \
        const T r = fmod_of(a, b), q = (a - r) / b - (r != 0 && (b < 0) != (r < 0)), down = floor_of(q); \
        return q == 0 ? (T)copysign(0, a / b) : q - down > (T)0.5 ? down + 1 : down;                     \
    }
MOD_FLOATS(float, f32, fmodf, floorf)
MOD_FLOATS(double, f64, fmod, floor)
#undef MOD_FLOATS

/* Whole numbers: by 0 all three are 0. The smallest number by -1 is beyond the largest, and stays. */
static inline int64_t fmod_whole(int64_t a, int64_t b) { return b == 0 || b == -1 ? 0 : a % b; }
static inline int64_t remainder_whole(int64_t a, int64_t b)
{
    const int64_t r = fmod_whole(a, b);
    return r != 0 && (b < 0) != (r < 0) ? r + b : r;
}
static inline int64_t floor_divide_whole(int64_t a, int64_t b)
{
    return b == 0 ? 0 : b == -1 ? (int64_t)(0 - (uint64_t)a) : a / b - (remainder_whole(a, b) != a % b);
}
#define OF_KIND(f, a, b) _Generic((a), float : f##_f32, double : f##_f64, default : f##_whole)(a, b)
#define FMOD(a, b)       _Generic((a), float : fmodf, double : fmod, default : fmod_whole)(a, b)

KERNEL(remainder) { WG_MAP2_ALL(k, OF_KIND(remainder, a, b)); }
KERNEL(floor_divide) { WG_MAP2_ALL(k, OF_KIND(floor_divide, a, b)); }
KERNEL(fmod) { WG_MAP2_ALL(k, FMOD(a, b)); }

#if WG_BASE

/* Quotients between 2 and 3, or -3 and -2: far from whole numbers, where remainders jump. Equal shapes,
 * broadcasting, no elements, a number, whole numbers. */
static wg_node parted(wg_graph *g, int i, binary_builder op, wg_site here)
{
    return NTH(wg_none, op(here, BETWEEN(2.2, 2.8, 3, 4), BETWEEN(0.95, 1.05, 3, 4)),
               op(here, BETWEEN(-2.8, -2.2, 3, 4), BETWEEN(0.95, 1.05, 4)),
               op(here, BETWEEN(2.2, 2.8, 3, 1), BETWEEN(-1.05, -0.95, 1, 4)),
               op(here, BETWEEN(2.2, 2.8, 2, 0), wg_between(g, 0.95, 1.05, WG_SCALAR)),
               op(here, wg_number(2.5), BETWEEN(0.95, 1.05, 5)),
               op(here, wg_sub(CLASSES(9, 3, 4), 4), wg_sub(wg_mul(CLASSES(2, 4), 6), 3)));
}
#define DIVISION_OP(n, ...)                               \
    SAMPLE(n) { return parted(g, i, wg_##n##_at, here); } \
    PAIR_OP(n, .cost = 20, .kernel = KERNELS(n), __VA_ARGS__)

/* y, as a line of a and b: a - q b, of which the whole number of times, q, stays, and what rounding loses. */
static wg_node piece(wg_site here, wg_node y, wg_node a, wg_node b, wg_node q)
{
    const wg_node line = wg_sub(a, wg_mul(q, b));
    return wg_add(line, wg_stop_gradient(wg_sub(y, line)));
}

DIVISION_OP(
    floor_divide,
    .summary =
        "Elementwise quotient, rounded down: floor_divide(a, b) b + remainder(a, b) is a. Integers stay "
        "integers, and divided by 0 they are 0.",
    .hint.computed = "y = a / b where b = 0, else floor((a - a mod b) / b + 1/2)",
    .formula = "y = floor(a / b)", .adjoint = "piecewise constant", .zero = WG_EVERY_OPERAND);

EXPAND(remainder) { y[0] = piece(here, wg_remainder(x[0], x[1]), x[0], x[1], wg_floor_divide(x[0], x[1])); }
VJP(remainder) { gx[0] = gy, gx[1] = wg_neg(wg_mul(gy, wg_floor_divide(x[0], x[1]))); }
DIVISION_OP(remainder,
            .summary =
                "What is left of a where it is divided by b, with the sign of b: from 0 to b. Integers stay "
                "integers, and divided by 0 they leave 0.",
            .formula = "y = a mod b", .adjoint = "a' = y', b' = -y' floor(a / b)", .kinked = true,
            RULES(remainder, expand, vjp));

/* a / b, rounded toward 0. */
static wg_node toward_zero(wg_site here, wg_node a, wg_node b)
{
    return wg_mul(wg_mul(wg_sign(a), wg_sign(b)), wg_floor_divide(wg_abs(a), wg_abs(b)));
}
EXPAND(fmod) { y[0] = piece(here, wg_fmod(x[0], x[1]), x[0], x[1], toward_zero(here, x[0], x[1])); }
VJP(fmod) { gx[0] = gy, gx[1] = wg_neg(wg_mul(gy, toward_zero(here, x[0], x[1]))); }
DIVISION_OP(fmod,
            .summary =
                "What is left of a where it is divided by b, with the sign of a, as fmod of C. Integers stay "
                "integers, and divided by 0 they leave 0.",
            .formula = "y = sign(a) (|a| mod |b|)", .adjoint = "a' = y', b' = -y' sign(a b) floor(|a| / |b|)",
            .kinked = true, RULES(fmod, expand, vjp));

#endif
