/* arith.c: elementwise arithmetic of two operands, negation, and sums of many operands. */
#include "rules.h"
#include "sample_shapes.h"
#include "graph/composites.h"
#include "kernel/vmath.h"

KERNEL(add) { WG_MAP2_ALL(k, a + b); }
KERNEL(sub) { WG_MAP2_ALL(k, a - b); }
KERNEL(mul) { WG_MAP2_ALL(k, a * b); }
KERNEL(div) { WG_MAP2(k, a / b); }
/* a is the gradient by the dividend, y' / b, and b the quotient. Where that is 0 the gradient by the
 * divisor is 0, even if 1 / b overflows. */
KERNEL(div_backward) { WG_MAP2(k, b == 0 && ABS(a) == INFINITY ? 0 : -(a * b)); }
KERNEL(neg) { WG_MAP1_ALL(k, -a); }
KERNEL(maximum) { WG_MAP2_ALL(k, a != a ? a : b != b ? b : a > b ? a : b); }
KERNEL(minimum) { WG_MAP2_ALL(k, a != a ? a : b != b ? b : a < b ? a : b); }

/* Adds from first to last: three operands in the first pass, each further one in a pass of its own. Shapes
 * are equal. */
#define ADDN(T, unused)                                                \
    do {                                                               \
        T *restrict y = k->y[0];                                       \
        const T *restrict a = k->x[0];                                 \
        const T *restrict b = OPERAND(T, k->operands > 1);             \
        const T *restrict c = OPERAND(T, k->operands > 2 ? 2 : 0);     \
        if (k->operands == 1) memcpy(y, a, (size_t)n * sizeof(T));     \
        else if (k->operands == 2)                                     \
            for (int64_t i = 0; i < n; i++) y[i] = a[i] + b[i];        \
        else                                                           \
            for (int64_t i = 0; i < n; i++) y[i] = a[i] + b[i] + c[i]; \
        for (int j = 3; j < k->operands; j++) {                        \
            const T *restrict x = k->x[j];                             \
            for (int64_t i = 0; i < n; i++) y[i] += x[i];              \
        }                                                              \
    } while (0)
KERNEL(addn)
{
    const int64_t n = k->end - k->begin;
    WG_ALL_(k, k->xt[0].dtype, ADDN, 0);
}

#if WG_BASE

/* Equal shapes, broadcasting, no elements, a number. */
static wg_node pair(wg_graph *g, int i, binary_builder op, wg_site here, double low, double high)
{
    return NTH(wg_none, op(here, BETWEEN(low, high, 3, 4), BETWEEN(low, high, 3, 4)),
               op(here, BETWEEN(low, high, 3, 4), BETWEEN(low, high, 4)),
               op(here, BETWEEN(low, high, 3, 1), BETWEEN(low, high, 1, 4)),
               op(here, BETWEEN(low, high, 2, 0), wg_between(g, low, high, WG_SCALAR)),
               op(here, wg_number(2), BETWEEN(low, high, 5)));
}
#define ARITHMETIC_OP(n, low, high, ...)                           \
    SAMPLE(n) { return pair(g, i, wg_##n##_at, here, low, high); } \
    PAIR_OP(n, __VA_ARGS__)

EXTERN(add, exp, sub);

/* ---- sums of which an operand is a number ---- */

static inline bool is_shaped_as(wg_node a, wg_node b)
{
    return wgi_node_of(a)->shape == wgi_node_of(b)->shape;
}
/* r in the shape that a and b, one of which has its shape, broadcast to. */
static wg_node widened(wg_site here, wg_node r, wg_node a, wg_node b)
{
    const bool deeper = wg_node_shape(a).rank < wg_node_shape(b).rank;
    wg_shape s = wg_node_shape(deeper ? b : a), t = wg_node_shape(deeper ? a : b);
    for (int i = 1; i <= t.rank; i++)
        if (s.dim[s.rank - i] == 1) s.dim[s.rank - i] = t.dim[t.rank - i];
    return wg_shape_equal(s, wg_node_shape(r)) ? r : wg_broadcast_to(r, s);
}
/* a - b, or a + b, exactly. wg_none: neither operand is a number to which the other goes. */
static wg_node difference(wg_site here, wg_node a, wg_node b, bool sum)
{
    const wgi_exact ask = { .here = here, .make = true };
    wg_node r = wg_none;
    double c;
    if (wgi_number_in(a, &c)) r = sum ? less(&ask, rest_of(&ask, b, -c)) : rest_of(&ask, b, c);
    if (wg_is_none(r) && wgi_number_in(b, &c)) r = less(&ask, rest_of(&ask, a, sum ? -c : c));
    return wg_is_none(r) ? r : widened(here, r, a, b);
}

/* Of y = c x: the rest of y is c times that of x, that of its square c c times, and ln(l c x) is one of l
 * c. */
static wg_node exact_scaled(const wgi_exact *ask, wg_node x, double c)
{
    const wg_site here = wg_inside(ask->here);
    const double by = ask->what == WGI_REST_OF_SQUARE ? c * c : c;
    wgi_exact other = *ask;
    other.limit = ask->what == WGI_LOG ? ask->limit * by : ask->limit / by;
    const wg_node r = by == 0 ? wg_none : wgi_exact_of(&other, x);
    return wg_is_none(r) || !ask->make || ask->what == WGI_LOG ? r : wg_mul(r, by);
}
/* ln a and ln b, which are added, or with the sign -1 subtracted. Both are positive if both answer. */
static wg_node exact_logs(const wgi_exact *ask, wg_node a, wg_node b, int sign)
{
    const wg_site here = wg_inside(ask->here);
    if (!wants_log(ask) || !one_answers(ask, a) || !one_answers(ask, b)) return wg_none;
    if (!ask->make) return a;
    const wg_node u = wg_log(a), v = wg_log(b);
    return log_of_scaled(ask, sign < 0 ? wg_sub(u, v) : wg_add(u, v));
}

/* A call limit - y. Its derivative is that of the difference: in those of its nodes digits cancel where y is
 * next to 0. difference_end notes that its nodes make `made`. */
typedef struct call {
    wg_node operand[2];
    uint32_t first;
} call;
static call difference_begin(const wgi_exact *ask, wg_node y)
{
    const wg_node limit = wgi_number_to_leaf(y.graph, ask->here, wg_number(ask->limit), wg_node_dtype(y));
    return (call){ { limit, y }, y.graph->count };
}
static wg_node difference_end(const wgi_exact *ask, const call *c, wg_node made)
{
    wgi_composites_add(made.graph, wg_inside(ask->here), &wgi_op_sub, c->operand, 2, NULL, c->first, made,
                       WGI_WRITTEN);
    return made;
}
/* Of y = a b, where |a| and |b| go to 1 and y to the limit 1 or -1: limit - a b is limit (1 - a) + a (limit -
 * b), and where a < 0 limit (1 + a) - a (limit + b). */
static wg_node exact_product(const wgi_exact *ask, wg_node y, wg_node a, wg_node b)
{
    const wg_site here = wg_inside(ask->here);
    const double l = ask->limit;
    const wgi_exact other = for_rest(ask, -l);
    if (ask->what != WGI_REST || fabs(l) != 1 || !one_answers(ask, a) || !one_answers(ask, b)) return wg_none;
    const bool both = answers(&other, a) && answers(&other, b);
    if (l < 0 && !both) return wg_none;
    if (!ask->make) return a;
    const call c = difference_begin(ask, y);
    wg_node r = wg_add(wg_mul(l, wg_sub(1, a)), wg_mul(a, wg_sub(l, b)));
    if (both) r = wg_where(wg_less(a, 0), wg_sub(wg_mul(l, wg_add(1, a)), wg_mul(a, wg_add(l, b))), r);
    return difference_end(ask, &c, r);
}
/* Of such a call, which was written as c - w or c + w: c minus it is w or -w. */
static wg_node of_written(const wgi_exact *ask, wg_node y)
{
    const wgi_node n = wgi_composites_record(y);
    const bool is_sum = wgx_hints(n.op)->arithmetic == WG_ADDS,
               is_either = is_sum || wgx_hints(n.op)->arithmetic == WG_SUBTRACTS;
    double c;
    for (int k = 0; is_either && ask->what == WGI_REST && k <= is_sum; k++) {
        const wg_node w = wgi_handle(y.graph, n.in[!k]);
        if (wgi_number_in(wgi_handle(y.graph, n.in[k]), &c) && c == ask->limit && is_shaped_as(y, w))
            return is_sum ? less(ask, w) : w;
    }
    return wg_none;
}
EXACT(mul)
{
    const wg_node a = operand_of(y, 0), b = operand_of(y, 1);
    double c;
    const wg_node written = wgi_node_of(y)->rewritten ? of_written(ask, y) : wg_none;
    if (!wg_is_none(written)) return written;
    if (a.index == b.index) return wgi_exact_square(ask, y, a);
    if (wgi_number_in(a, &c) && is_shaped_as(y, b)) return exact_scaled(ask, b, c);
    if (wgi_number_in(b, &c) && is_shaped_as(y, a)) return exact_scaled(ask, a, c);
    return ask->what == WGI_LOG ? exact_logs(ask, a, b, 1) : exact_product(ask, y, a, b);
}
/* The number c of y = c + x, and x. wg_none: y has no number, or x another shape. */
static wg_node beside_number(wg_node y, double *c)
{
    for (int k = 0; k < 2; k++) {
        const wg_node x = operand_of(y, !k);
        if (wgi_number_in(operand_of(y, k), c) && is_shaped_as(y, x)) return x;
    }
    return wg_none;
}
/* u of y = 1 + e^u. */
static wg_node exponent_of(wg_node y)
{
    double c;
    const wg_node e = wgi_node_of(y)->op == &wgi_op_add ? beside_number(y, &c) : wg_none;
    return !wg_is_none(e) && c == 1 && wgi_node_of(e)->op == &wgi_op_exp ? operand_of(e, 0) : wg_none;
}
/* y = c + x. ln(1 + e^u) is softplus u. */
EXACT(add)
{
    double c;
    const wg_node x = beside_number(y, &c), u = exponent_of(y);
    if (wgi_node_of(y)->rewritten) return of_written(ask, y);
    if (wg_is_none(x)) return x;
    if (ask->what == WGI_REST) return rest_of(ask, x, ask->limit - c);
    if (!wants_log(ask) || wg_is_none(u)) return wg_none;
    return ask->make ? log_of_scaled(ask, wg_softplus_at(wg_inside(ask->here), u)) : u;
}
/* y = c - x, x - c, or a rest, whose operand 2 helps. */
wg_node wgi_exact_difference(const wgi_exact *ask, wg_node y)
{
    const wg_node a = operand_of(y, 0), b = operand_of(y, 1);
    double c;
    if (ask->what != WGI_REST) return wg_none;
    if (wgi_number_in(a, &c) && is_shaped_as(y, b)) return less(ask, rest_of(ask, b, c - ask->limit));
    return wgi_number_in(b, &c) && is_shaped_as(y, a) ? rest_of(ask, a, ask->limit + c) : wg_none;
}
EXACT(neg)
{
    if (ask->what == WGI_LOG) return exact_scaled(ask, operand_of(y, 0), -1);
    return ask->what == WGI_REST             ? less(ask, rest_of(ask, operand_of(y, 0), -ask->limit))
           : ask->what == WGI_REST_OF_SQUARE ? wgi_exact_of(ask, operand_of(y, 0))
                                             : wg_none;
}

wg_node wgi_exactly(const wgi_exact *ask, wg_node y)
{
    const wg_site here = wg_inside(ask->here);
    if (ask->what == WGI_LOG) return wg_log(ask->limit == 1 ? y : wg_mul(ask->limit, y));
    return wg_sub(ask->limit, ask->what == WGI_REST ? y : wg_square(y));
}

/* (s - x)(s + x), with s = sqrt(limit), is limit - y, where y = x^2. */
static wg_node factors(const wgi_exact *ask, wg_node y, wg_node x)
{
    const wg_site here = wg_inside(ask->here);
    const double s = sqrt(ask->limit);
    const wgi_exact below = for_rest(ask, s), above = for_rest(ask, -s);
    if (!(s > 0 && s * s == ask->limit) || (!answers(&below, x) && !answers(&above, x))) return wg_none;
    if (!ask->make) return x;
    const call c = difference_begin(ask, y);
    return difference_end(ask, &c, wg_mul(wg_sub(s, x), wg_add(s, x)));
}
/* Of y = x^2. */
wg_node wgi_exact_square(const wgi_exact *ask, wg_node y, wg_node x)
{
    const wg_site here = wg_inside(ask->here);
    wgi_exact other = *ask;
    if (ask->what == WGI_REST_OF_SQUARE) return wg_none;
    other.what = ask->what == WGI_LOG ? WGI_LOG : WGI_REST_OF_SQUARE;
    other.limit = ask->what == WGI_LOG ? 1 : ask->limit;
    const wg_node r = wgi_exact_of(&other, x);
    if (wg_is_none(r)) return ask->what == WGI_LOG ? r : factors(ask, y, x);
    return ask->make && ask->what == WGI_LOG ? log_of_scaled(ask, wg_mul(2, r)) : r;
}

/* ---- add ---- */

REWRITE(add) { return difference(here, x[0], x[1], true); }
VJP(add) { gx[0] = gx[1] = gy; }
ARITHMETIC_OP(add, -2, 2, .summary = "Elementwise sum.", .formula = "y = a + b",
              .adjoint = "a' = y', b' = y'", .hint.asks = true, .hint.own = true, .kernel = KERNELS(add),
              .hint.arithmetic = WG_ADDS, RULES(add, rewrite, exact, vjp));

/* ---- sub ---- */

/* Whether a and b are one value: one node, or two calls of one function of one operand. */
static bool is_same(wg_node a, wg_node b)
{
    const wgi_node *n = wgi_node_of(a), *m = wgi_node_of(b);
    return a.index == b.index ||
           (m->op == n->op && m->operands == 1 && wgi_in(m)[0] == wgi_in(n)[0] && !m->op->attr_size);
}
/* a - a b is a (1 - b), and a - a^2 is a (1 - a). */
REWRITE(sub)
{
    const wgi_exact ask = { .here = here, .make = true };
    const wgi_node *y = wgi_node_of(x[1]);
    const int last = wgx_hints(y->op)->arithmetic == WG_MULTIPLIES ? (int)y->operands - 1 : -1;
    for (int k = 0; k <= last; k++) {
        const wg_node a = operand_of(x[1], k), b = operand_of(x[1], last - k);
        const wg_node r = is_same(a, x[0]) && is_shaped_as(a, b) ? rest_of(&ask, b, 1) : wg_none;
        if (!wg_is_none(r)) return wg_mul(a, r);
    }
    return difference(here, x[0], x[1], false);
}
VJP(sub) { gx[0] = gy, gx[1] = wg_neg(gy); }
ARITHMETIC_OP(sub, -2, 2, .summary = "Elementwise difference.", .formula = "y = a - b",
              .adjoint = "a' = y', b' = -y'", .hint.asks = true, .hint.own = true,
              .hint.exact = wgi_exact_difference, .kernel = KERNELS(sub), .hint.arithmetic = WG_SUBTRACTS,
              RULES(sub, rewrite, vjp));

/* ---- mul ---- */

VJP(mul) { gx[0] = wg_mul(gy, x[1]), gx[1] = wg_mul(gy, x[0]); }
ARITHMETIC_OP(mul, -2, 2, .summary = "Elementwise product.", .formula = "y = a · b",
              .adjoint = "a' = y' b, b' = y' a", .kernel = KERNELS(mul), .hint.arithmetic = WG_MULTIPLIES,
              .hint.unit = 1, RULES(mul, exact, vjp));

/* ---- div ---- */

EXPAND(div_backward) { y[0] = wg_neg(wg_mul(x[0], x[1])); }
VJP(div_backward)
{
    gx[0] = wg_apply2(here, gy, x[1], &wgi_op_div_backward);
    gx[1] = wg_neg(wg_mul(gy, x[0]));
}
SAMPLE(div_backward) { return inner_sample(here, g, i, &wgi_op_div_backward, -3, 3); }
INNER_OP(
    div_backward,
    .summary =
        "Gradient of y = a / b by b, from g, the gradient by a. 0 where y = 0, also where 1 / b overflows.",
    .hint.computed = "b' = 0 where y = 0, else -g y", .formula = "b' = -g y",
    .adjoint = "g' = -b'' y, y' = -b'' g", .operands = 2, .names = "g y", .kernel = KERNELS(div_backward),
    RULES(div_backward, expand, vjp));

/* Of y, which is sigmoid u. */
static wg_node exact_sigmoid(const wgi_exact *ask, wg_node y, wg_node u)
{
    const wg_site here = wg_inside(ask->here);
    if (ask->what == WGI_REST && ask->limit == 0) return less(ask, y);
    if (ask->what == WGI_REST && ask->limit == 1) return ask->make ? wg_sigmoid(wg_neg(u)) : y;
    if (!wants_log(ask)) return wg_none;
    return ask->make ? log_of_scaled(ask, wg_neg(wg_softplus(wg_neg(u)))) : y;
}
/* y = 1 / b: where b = 1 + e^u, sigmoid -u. */
wg_node wgi_exact_reciprocal(const wgi_exact *ask, wg_node y, wg_node b)
{
    wg_node u = exponent_of(b);
    if (wg_is_none(u)) return u;
    if (ask->make) u = wg_neg_at(wg_inside(ask->here), u);
    return exact_sigmoid(ask, y, u);
}
EXACT(div)
{
    const wg_node a = operand_of(y, 0), b = operand_of(y, 1);
    double c;
    if (wgi_number_in(a, &c) && c == 1 && is_shaped_as(y, b)) return wgi_exact_reciprocal(ask, y, b);
    const wg_node u = exponent_of(b); /* of e^u / (1 + e^u), a sigmoid that was written out */
    if (!wg_is_none(u) && wgi_node_of(a)->op == &wgi_op_exp && operand_of(a, 0).index == u.index)
        return exact_sigmoid(ask, y, u);
    if (!wgi_number_in(b, &c)) return exact_logs(ask, a, b, -1);
    return is_shaped_as(y, a) && c != 0 ? exact_scaled(ask, a, 1 / c) : wg_none;
}
VJP(div) { gx[0] = wg_div(gy, x[1]), gx[1] = wg_apply2(here, gx[0], y, &wgi_op_div_backward); }
ARITHMETIC_OP(div, 0.5, 2, .summary = "Elementwise quotient. Integers give a float.", .formula = "y = a / b",
              .adjoint = "a' = y' / b, b' = -y' y / b", .promote = WG_PROMOTE_FLOAT, .cost = 4,
              .kernel = KERNELS(div), .hint.arithmetic = WG_DIVIDES, RULES(div, exact, vjp));

/* ---- maximum, minimum ---- */

/* What a gets of the gradient of max(a, b). Equal elements get half each, and where one is NaN both get
 * NaN. */
static wg_node larger_gets(wg_site here, wg_node gy, wg_node a, wg_node b)
{
    wg_node share = wg_where(wg_greater(a, b), 1, wg_where(wg_equal(a, b), 0.5, NAN));
    wg_node smaller = wg_less(a, b);
    return wg_where(smaller, 0, wg_mul(gy, wg_where(smaller, 1, share)));
}
/* a, or b where instead holds, or NaN if one of them is; of equal ones their mean. */
static wg_node chosen(wg_site here, wg_node a, wg_node b, wg_node instead)
{
    wg_node apart = wg_where(instead, b, wg_where(wg_equal(a, b), wg_mul(0.5, wg_add(a, b)), a));
    return wg_where(wg_not_equal(b, b), b, wg_where(wg_not_equal(a, a), a, apart));
}
EXPAND(maximum) { y[0] = chosen(here, x[0], x[1], wg_greater(x[1], x[0])); }
VJP(maximum) { gx[0] = larger_gets(here, gy, x[0], x[1]), gx[1] = larger_gets(here, gy, x[1], x[0]); }
/* The limit minus max(x, c) is the smaller of what is left to x and to c. */
static wg_node exact_bound(const wgi_exact *ask, wg_node y, bool is_max)
{
    const wg_site here = wg_inside(ask->here);
    double c;
    const wg_node x = beside_number(y, &c);
    if (wg_is_none(x) || ask->what != WGI_REST || !answers(ask, x)) return wg_none;
    if (!ask->make) return x;
    const wg_node r = wg_sub(ask->limit, x);
    return is_max ? wg_minimum(r, ask->limit - c) : wg_maximum(r, ask->limit - c);
}
EXACT(maximum) { return exact_bound(ask, y, true); }
EXACT(minimum) { return exact_bound(ask, y, false); }
ARITHMETIC_OP(
    maximum, -3, 3, .summary = "Elementwise larger of two. NaN if either is NaN, and so are the derivatives.",
    .formula = "y = max(a, b)",
    .adjoint =
        "a' = y' where a > b, y' / 2 where a = b, else 0; b' = y' where b > a, y' / 2 where a = b, else 0",
    .kinked = true, .kernel = KERNELS(maximum), RULES(maximum, expand, exact, vjp));

EXPAND(minimum) { y[0] = chosen(here, x[0], x[1], wg_less(x[1], x[0])); }
VJP(minimum) { gx[0] = larger_gets(here, gy, x[1], x[0]), gx[1] = larger_gets(here, gy, x[0], x[1]); }
ARITHMETIC_OP(
    minimum, -3, 3,
    .summary = "Elementwise smaller of two. NaN if either is NaN, and so are the derivatives.",
    .formula = "y = min(a, b)",
    .adjoint =
        "a' = y' where a < b, y' / 2 where a = b, else 0; b' = y' where b < a, y' / 2 where a = b, else 0",
    .kinked = true, .kernel = KERNELS(minimum), RULES(minimum, expand, exact, vjp));

/* ---- neg ---- */

VJP(neg) { gx[0] = wg_neg(gy); }
REWRITE(neg) { return wg_node_op(x[0]) == &wgi_op_neg ? wg_node_operand(x[0], 0) : wg_none; }
SAMPLES(neg, wg_neg(ANY(3, 4)), wg_neg(wg_any(g, WG_SCALAR)));
SINGLE_OP(neg, .summary = "Negative of each element.", .formula = "y = -x", .adjoint = "x' = -y'",
          RULES(neg, rewrite, exact, vjp), .kernel = KERNELS(neg), .hint.arithmetic = WG_NEGATES);

/* ---- addn ---- */

SHAPE(addn)
{
    for (int k = 1; k < r->operands; k++)
        if (!shaped_as(r, k, 0)) return false;
    return true;
}
VJP(addn)
{
    for (int k = 0; k < wg_node_operands(y); k++) gx[k] = gy;
}
#define ADDED(...) wg_addn(((wg_node[]){ __VA_ARGS__ }), WG_COUNT_(wg_node, __VA_ARGS__))
SAMPLES(addn, ADDED(ANY(2, 3), ANY(2, 3), ANY(2, 3), ANY(2, 3), ANY(2, 3)), ADDED(ANY(0, 3), ANY(0, 3)));
ERRORS(addn, (ADDED(ANY(3), ANY(1)), "is not shaped as"));

DEFINE_OP(addn, .summary = "Sum of any number of operands of one shape, added from first to last.",
          .formula = "y = sum(x_i over i)", .adjoint = "x_i' = y'", .operands = -1, .names = "x_i",
          RULES(addn, shape, vjp), .kernel = KERNELS(addn), .leads = true);
wg_node wg_addn_at(wg_site here, const wg_node x[], int n)
{
    return wg_apply(here, &wgi_op_addn, x, n, NULL);
}

#endif
