/* gaps.c: quotients with differences of eigenvalues or singular values below, for the derivatives of eigh and
 * svd. slopes: of a function of the values. turns, svd_turns: of a function of the vectors, what turns them
 * into each other.
 *
 * Where the values are equal, the vectors of them are a choice. A function of the matrix does not depend on
 * it: the numerator is 0 there, whichever vectors are chosen. If its gradient is continuous it is the limit
 * of the gradients at A + t V diag(1, 2, ...) V^T, t to 0, whose vectors are the same and whose values
 * differ: the numerator's derivative d along that line, divided by the denominator's. A function that depends
 * on the choice has no gradient. Its numerator may be 0 by accident: so it is computed a second time, e, with
 * other vectors of the equal values. */
#include "matrix.h"
#include "kernel/vmath.h"
#include "wgx/graph.h"

/* Values count as equal where their difference is within N(tie) of the largest: the rounding errors of a
 * decomposition, and of the product that made the matrix, move each value by some units, and sums of n terms
 * have errors of about sqrt(n) units (Higham 2002, section 2.8). Up to NEAR a quotient of differences has
 * lost half its digits or more, and the limit has as many. N(noise): the error of numerators, which more
 * products have made. */
#define UNIT(T) (sizeof(T) == sizeof(float) ? (T)0x1p-24 : (T)0x1p-53)
#define NEAR(T) (sizeof(T) == sizeof(float) ? (T)0x1p-12 : (T)0x1p-26)
#define TWICE   "has an eigenvalue or singular value twice: vectors of these have no derivative"

#define FLOATS_FILE "ops/gaps_loops.h"
#include "kernel/both_floats.h"

#define MIXED_FIELDS(F, S) F(S, BOOL, right, "false")
OPTIONS(mixed, MIXED_FIELDS);

#define SLOPES_FIELDS(F, S) F(S, BOOL, sums, "false")
OPTIONS(slopes, SLOPES_FIELDS);

KERNEL(inverse_gaps)
{
    EACH_UNIT(u)
        if (!BY_FLOAT(k, gaps, k, u)) return false;
    return true;
}
KERNEL(slopes)
{
    const bool sums = ((const struct slopes *)k->attr)->sums;
    EACH_UNIT(u)
        if (!BY_FLOAT(k, slope_all, k, u, sums)) return false;
    return true;
}
KERNEL(close_values)
{
    EACH_UNIT(u)
        if (!BY_FLOAT(k, close_all, k, u)) return false;
    return true;
}
KERNEL(mixed)
{
    const bool right = ((const struct mixed *)k->attr)->right;
    EACH_UNIT(u)
        if (!BY_FLOAT(k, mix, k, u, right)) return false;
    return true;
}
KERNEL(turns)
{
    EACH_UNIT(u)
        if (!BY_FLOAT(k, turn_all, k, u)) return false;
    return true;
}
KERNEL(svd_turns)
{
    EACH_UNIT(u)
        if (!BY_FLOAT(k, svd_turn_all, k, u)) return false;
    return true;
}

#if WG_BASE

EXTERN(inverse_gaps, slopes, close_values, mixed, turns, svd_turns, eigh_part, svd_part);

static int64_t units_of_result(const wg_kernel *k)
{
    const matrices a = matrices_of(k->yt[0].shape);
    return a.m && a.n ? a.count : 0;
}

/* ---- inverse_gaps ---- */

SHAPE(inverse_gaps)
{
    const wg_shape s = *r->x[0].shape;
    return wg_rule_float(r, 0) && wg_rule_rank(r, 0, 1, WG_MAX_RANK - 1) &&
           shaped_to(r, with_axis(s, s.rank, s.dim[s.rank - 1]));
}
static wg_node inverse_gaps(wg_site here, wg_node w) { return wg_apply1(here, w, &wgi_op_inverse_gaps); }
VJP(inverse_gaps)
{
    wg_node g = wg_mul(gy, wg_square(y));
    gx[0] = wg_sub(wg_sum(g, .axis = -1), wg_sum(g, .axis = -2));
}
SAMPLE(inverse_gaps)
{
    static const wg_shape s[] = { { 1, { 3 } }, { 2, { 2, 2 } }, { 1, { 1 } }, { 2, { 2, 0 } } };
    if (i > 3) return wg_none;
    wg_node place = wg_index_along(wg_any_class(g, 2, s[i]), .axis = -1);
    return inverse_gaps(here, wg_add(wg_between(g, -1, 1, s[i]), wg_mul(place, 3)));
}
ERRORS(inverse_gaps, (inverse_gaps(here, wg_any(g, WG_SCALAR)), "axes, must have 1 to"),
       (inverse_gaps(here, wg_mul(ANY(3), 0)), "has an eigenvalue or singular value twice"));

DEFINE_OP(
    inverse_gaps,
    .summary = "The reciprocals of all differences of the elements along the last axis, which must differ. "
               "The diagonal is 0. For the derivatives of eigenvectors and singular vectors.",
    .formula = "y[..., i, j] = 0 where i = j, else 1 / (x[..., j] - x[..., i])",
    .adjoint =
        "x'[..., k] = sum(y[..., k, j]^2 y'[..., k, j] over j) - sum(y[..., i, k]^2 y'[..., i, k] over i)",
    .operands = 1, .kind = WG_ROWS, .promote = WG_PROMOTE_FLOAT, RULES(inverse_gaps, shape, vjp),
    .kernel = KERNELS(inverse_gaps), .units = units_of_result, .leads = true);

/* ---- slopes: operands are w, g, and the derivatives of g in the directions w[i]' = i + 1 and n - i ---- */

SHAPE(slopes)
{
    return shaped_as(r, 1, 0) && shaped_as(r, 2, 0) && shaped_as(r, 3, 0) && inverse_gaps_shape(r);
}
/* 1, 2, ... */
static wg_node places(wg_site here, wg_node w)
{
    return wg_cast(wg_add(wg_index_along(w, .axis = -1), 1), wg_node_dtype(w));
}
/* Equal elements of w, of which a smooth function does not know one from the other, have equal elements of
 * its gradient g. Then the quotient of their differences has a limit: that of w moved by t (1, 2, ...), t
 * to 0. For sums, where w is 0 and the function even, likewise. */
wg_node wgi_slopes(wg_site here, wg_node w, wg_node g, bool sums)
{
    (void)wg_node_name(
        g); /* what it is made of is looked at: no rule of another node of its kind has this one */
    const wg_shape s = wg_node_shape(w);
    wg_node along = places(here, w), back = wg_sub((double)s.dim[s.rank - 1] + 1, along);
    wg_node d = wg_jvp(g, &w, &along, 1), e = wg_jvp(g, &w, &back, 1);
    return NODE_OF(slopes, WITH(slopes, sums), w, g, d, e);
}
/* Of differences: those of equal elements have no derivative, it is an error. */
VJP(slopes)
{
    const bool sums = ((const struct slopes *)wg_attr(y))->sums;
    const wg_shape s = wg_node_shape(x[0]);
    wg_node gaps = sums ? wg_reciprocal(wg_add(wg_expand_dims(x[0], .axis = s.rank - 1),
                                               wg_expand_dims(x[0], .axis = s.rank)))
                        : inverse_gaps(here, x[0]);
    wg_node g = wg_mul(gy, gaps), w = wg_neg(wg_mul(g, y));
    wg_node to[2] = { w, g };
    for (int i = 0; i < 2; i++) {
        wg_node column = wg_sum(to[i], .axis = -2), row = wg_sum(to[i], .axis = -1);
        gx[i] = sums ? wg_add(column, row) : wg_sub(column, row);
    }
}
SAMPLE(slopes)
{
    static const wg_shape s[] = { { 1, { 3 } }, { 2, { 2, 2 } }, { 2, { 2, 3 } }, { 2, { 2, 0 } } };
    if (i > 3) return wg_none;
    wg_node place = wg_index_along(wg_any_class(g, 2, s[i]), .axis = -1);
    wg_node w = wg_add(wg_between(g, 0.5, 1.5, s[i]), wg_mul(wg_add(place, 1), 3));
    return NODE_OF(slopes, WITH(slopes, i == 2), w, wg_any(g, s[i]), wg_any(g, s[i]), wg_any(g, s[i]));
}
#define SLOPES_OF(w, g) NODE_OF(slopes, WITH(slopes, false), w, g, ANY(3), ANY(3))
ERRORS(slopes,
       (SLOPES_OF(wg_mul(ANY(3), 0), wg_cast(wg_index_along(ANY(3), .axis = 0), wg_node_dtype(ANY(3)))),
        "has an eigenvalue or singular value twice"),
       (SLOPES_OF(ANY(3), ANY(4)), "is not shaped as"));

DEFINE_OP(
    slopes,
    .summary = "Differences, or with `sums` sums, of all pairs of elements of g along the last axis, divided "
               "by those of w. Where that is 0 / 0, the same quotient of d and of the numbers 1, 2, ...: its "
               "limit along them. Of equal elements of w with other elements of g it is an error, as where "
               "e, which is d "
               "along the numbers in the other order, has another quotient.",
    .formula = "y[..., i, j] = (g[..., i] + g[..., j]) / (w[..., i] + w[..., j]) where sums, 0 where i = j, "
               "else (g[..., j] - g[..., i]) / (w[..., j] - w[..., i])",
    .adjoint = "w' = \"the formula, differentiated\", g' = \"the formula, differentiated\"",
    .zero = 1 << 2 | 1 << 3, .operands = 4, .names = "w g d e", .kind = WG_ROWS, .promote = WG_PROMOTE_FLOAT,
    TAKES(slopes), RULES(slopes, shape, vjp), .kernel = KERNELS(slopes), .units = units_of_result,
    .leads = true);

/* ---- close_values ---- */

SHAPE(close_values)
{
    r->y[0].dtype = WG_BOOL;
    return wg_rule_float(r, 0) && wg_rule_rank(r, 0, 1, WG_MAX_RANK) &&
           shaped_to(r, without_last(r->x[0].shape));
}
UNITS(close_values) { return wg_shape_size(*k->yt[0].shape); }
static wg_node close_values(wg_site here, wg_node w) { return wg_apply1(here, w, &wgi_op_close_values); }
SAMPLES(close_values, close_values(here, ANY(3)), close_values(here, wg_mul(ANY(2, 2), 0)),
        close_values(here, ANY(2, 0)));
ERRORS(close_values, (close_values(here, wg_any(g, WG_SCALAR)), "axes, must have 1 to"));

DEFINE_OP(
    close_values,
    .summary =
        "Whether two elements along the last axis differ by at most 2^-26 of the largest, in f32 2^-12.",
    .formula = "y = \"whether two of x are close\"", .adjoint = "piecewise constant", .zero = 1 << 0,
    .operands = 1, .kind = WG_ROWS, .promote = WG_PROMOTE_FLOAT, RULES(close_values, shape, units),
    .kernel = KERNELS(close_values), .leads = true);

/* ---- mixed: operands are vectors as columns, and their values ---- */

static bool has_values(wg_rule *r, int w, int v)
{
    wg_shape s = *r->x[v].shape;
    s.dim[s.rank - 2] = s.dim[s.rank - 1];
    s.rank--;
    return wg_shape_equal(*r->x[w].shape, s) ||
           wg_rule_fail(r, WG_ERROR_SHAPE, "%s is not one number for each column of %s", wg_rule_who(r, w),
                        wg_rule_who(r, v));
}
SHAPE(mixed) { return has_matrices(r, 0) && has_values(r, 1, 0); }
#define MIXED(right, v, w) NODE_OF(mixed, WITH(mixed, right), v, w)
SAMPLES(mixed, MIXED(false, ANY(3, 3), ANY(3)), MIXED(true, ANY(2, 4, 2), wg_mul(ANY(2, 2), 0)),
        MIXED(false, ANY(2, 0), ANY(0)));
ERRORS(mixed, (MIXED(false, ANY(3, 2), ANY(3)), "is not one number for each column of"));

DEFINE_OP(
    mixed,
    .summary = "Columns of V, of which those whose values w are equal to rounding are turned into each other "
               "by one radian, each pair of them once. With `right` those of zeros are turned the other way.",
    .formula = "y = \"columns of V, those of equal w turned\"",
    .adjoint = "an intermediate result: it shows whether a choice of vectors matters",
    .none = WG_EVERY_OPERAND, .operands = 2, .names = "V w", .kind = WG_ROWS, .promote = WG_PROMOTE_FLOAT,
    TAKES(mixed), RULES(mixed, shape), .kernel = KERNELS(mixed), .units = units_of_result, .leads = true);

/* ---- what turns and svd_turns read ---- */

enum { SEEDS = 24 };

/* Nodes that p is made from, and what takes their place. */
typedef struct seeds {
    wg_node of[SEEDS], as[SEEDS];
    int n;
} seeds;

/* The same matrix may have been decomposed twice, for its values and for its vectors. */
static void seed(seeds *s, wg_node p, wg_node of, wg_node as)
{
    const int room = SEEDS - s->n, n = wgx_equal_nodes(p, of, s->of + s->n, room);
    for (int i = 0; i < n && i < room; i++) s->as[s->n + i] = as;
    s->n += n;
}

/* p moves as A does along U diag(1, 2, ...) V^T, whose vectors stay. */
static wg_node moved(wg_site here, const wgi_decomposition *a, wg_node p)
{
    seeds s = { .n = 0 };
    wg_node along = places(here, a->values);
    seed(&s, p, a->matrix, wg_matmul(scaled_columns(here, a->left, along), a->right));
    seed(&s, p, a->values, along);
    for (int i = 0; i < a->sides && s.n < SEEDS; i++) seed(&s, p, a->side[i], wg_number(0));
    return s.n < SEEDS ? wg_jvp(p, s.of, s.as, s.n) : wg_none;
}

static wg_node other_vectors(wg_site here, const wgi_decomposition *a, int i)
{
    const bool right = i == 1;
    wg_node v = right ? turned(here, a->side[i]) : a->side[i], y = MIXED(right, v, a->values);
    y = right ? turned(here, y) : y;
    return wg_expand_dims(y, .axis = 0);
}
static wg_node mixed_again(wg_site here, const wgi_decomposition *a, wg_node p)
{
    seeds s = { .n = 0 };
    wg_node y = wg_none;
    for (int i = 0; i < a->sides && s.n < SEEDS; i++) seed(&s, p, a->side[i], other_vectors(here, a, i));
    if (s.n < SEEDS) wg_vmaps(&p, 1, s.of, s.as, s.n, &y);
    return wg_node_ok(y) ? wg_squeeze(y, .axis = 0) : y;
}

/* Some direction of x, no two elements of which are alike. */
static wg_node some_direction(wg_site here, wg_node x)
{
    const int rank = wg_node_shape(x).rank;
    wg_node at = wg_fill(wg_graph_of(x), 1, wg_node_shape(x));
    for (int i = 0; i < rank; i++) at = wg_add(at, wg_mul(wg_index_along(x, .axis = i), 0.618 + i));
    return wg_mul(wg_cast(wg_add(wg_sin(at), 1.25), wg_node_dtype(x)), wg_add(wg_abs(x), 1));
}

static bool is_variable(const wgi_node *n)
{
    return wgi_is_leaf(n) && n->op != &wgi_op_number && wg_gradient_dtype((wg_dtype)n->dtype);
}

static bool is_seed(const wg_graph *g, uint32_t i, const void *arg)
{
    const seeds *s = arg;
    for (int k = 0; k < s->n; k++)
        if (s->of[k].index == i) return (void)g, true;
    return false;
}

/* Adds the leaves that A is made from, and p by another way than A. */
static void seed_leaves(wg_site here, const wgi_decomposition *a, wg_node p, seeds *s)
{
    wg_graph *g = wg_graph_of(p);
    const seeds held = *s;
    const wgi_place place = wgi_temp_place(g);
    wgi_reached all, beside;
    const bool ok = wgi_reach(g, &g->temp, &a->matrix.index, 1, 1, NULL, NULL, &all) &&
                    wgi_reach(g, &g->temp, &p.index, 1, 1, is_seed, &held, &beside);
    for (uint32_t k = 0; ok && k < beside.count && s->n < SEEDS; k++) {
        const wg_node x = wgi_handle(g, beside.node[k]);
        if (!is_variable(wgi_node_of(x)) || is_seed(g, x.index, &held) ||
            wgi_reached_at(&all, x.index) == WGI_NOT_REACHED)
            continue;
        s->of[s->n] = x;
        s->as[s->n++] = some_direction(here, x);
    }
    wgi_temp_rewind(g, place);
}

/* What p moves by when these leaves move and A stays. Of a function of A it is no other for other vectors, so
 * the numerator stays 0. It does not if w is of another matrix than V, though both have equal values here: V
 * of x @ x and w of x. wg_none: there are no such leaves. */
static wg_node moved_beside(wg_site here, const wgi_decomposition *a, wg_node p)
{
    seeds s = { .n = 0 };
    seed(&s, p, a->matrix, wg_number(0));
    seed(&s, p, a->values, wg_number(0));
    for (int i = 0; i < a->sides && s.n < SEEDS; i++) seed(&s, p, a->side[i], wg_number(0));
    const int held = s.n;
    if (held < SEEDS) seed_leaves(here, a, p, &s);
    if (s.n == SEEDS) return wg_mul(p, NAN);
    return s.n == held ? wg_none : wg_jvp(p, s.of, s.as, s.n);
}

/* Where p cannot be derived so, or its nodes cannot be made twice, nothing is known: equal values are
 * refused. */
static wg_node or_unknown(wg_site here, wg_node p, wg_node y) { return wg_node_ok(y) ? y : wg_mul(p, NAN); }

/* Whether p is made from such a quotient of another decomposition, one of what this one has made. d and e
 * would hold those of the other one again, and in a chain of decompositions there would be 2^n of them. */
static bool is_of_a_chain(const wgi_decomposition *a, wg_node p)
{
    wg_graph *g = wg_graph_of(p);
    const wgi_place place = wgi_temp_place(g);
    wgi_reached r;
    bool is = !wgi_reach(g, &g->temp, &p.index, 1, a->matrix.index, NULL, NULL, &r);
    for (uint32_t k = 0; k < r.count && !is; k++) {
        const wg_op *op = g->node[r.node[k]].op;
        is = op == &wgi_op_turns || op == &wgi_op_svd_turns || op == &wgi_op_slopes;
    }
    wgi_temp_rewind(g, place);
    return is;
}

/* The matrix of which node n is a part of a decomposition; wg_none: it is none. */
static wg_node matrix_of_part(wg_graph *g, uint32_t i)
{
    const wgi_node *n = &g->node[i];
    if (n->op != &wgi_op_eigh_part && n->op != &wgi_op_svd_part) return wg_none;
    return wgi_handle(g, wgi_in(n)[n->operands - 1]);
}

/* Whether p reads a decomposition of another matrix that moves as A does, or with the leaves of A. Where its
 * values are equal, too, they have no derivative along a line, but for that of their sum. */
static bool has_another(const wgi_decomposition *a, wg_node p)
{
    wg_graph *g = wg_graph_of(p);
    const wgi_place place = wgi_temp_place(g);
    wg_node same[SEEDS];
    const int n = wgx_equal_nodes(p, a->matrix, same, SEEDS);
    wgi_reached of_p, of_a, other;
    bool ok = n <= SEEDS && wgi_reach(g, &g->temp, &p.index, 1, 1, NULL, NULL, &of_p) &&
              wgi_reach(g, &g->temp, &a->matrix.index, 1, 1, NULL, NULL, &of_a),
         has = !ok;
    for (uint32_t k = 0; k < of_p.count && !has; k++) {
        const wg_node m = matrix_of_part(g, of_p.node[k]);
        bool own = wg_is_none(m);
        for (int i = 0; i < n && !own; i++) own = same[i].index == m.index;
        if (own) continue;
        has = !wgi_reach(g, &g->temp, &m.index, 1, 1, NULL, NULL, &other);
        for (uint32_t j = 0; j < other.count && !has; j++)
            has = is_variable(&g->node[other.node[j]]) &&
                  wgi_reached_at(&of_a, other.node[j]) != WGI_NOT_REACHED;
    }
    wgi_temp_rewind(g, place);
    return has;
}

/* The node of an op that divides p: d and e are made of the nodes that p is made from. */
static wg_node divided(wg_site here, const wgi_decomposition *a, wg_node p, const wg_op *op)
{
    wg_context *c = wg_graph_context(wg_graph_of(p));
    (void)wg_node_name(p); /* it is looked at: no rule of another node of its kind has this one */
    if (!wg_node_ok(p)) return p;
    wg_node close = close_values(here, a->values); /* before d and e: plans ask it first */
    wg_node d = wg_none, e = wg_none;
    if (!is_of_a_chain(a, p) && !has_another(a, p)) {
        const wg_status was = wgi_quiet_begin(c);
        d = moved(here, a, p), e = mixed_again(here, a, p);
        wg_node beside = moved_beside(here, a, p);
        if (wg_node_ok(e) && !wg_is_none(beside)) e = wg_node_ok(beside) ? wg_add(e, beside) : beside;
        wgi_quiet_end(c, was);
    }
    d = or_unknown(here, p, d), e = or_unknown(here, p, e);
    return wg_apply(here, op, (wg_node[]){ a->values, p, d, e, close }, 5, NULL);
}

/* Sums along columns less those along rows, or both: what a matrix of differences or sums of values gives
 * them. */
static wg_node by_columns(wg_site here, wg_node x) { return wg_sum(x, .axes = WG_AXES(-2)); }
static wg_node by_rows(wg_site here, wg_node x) { return wg_sum(x, .axes = WG_AXES(-1)); }

/* Operands 0 to 3 are floats of one dtype. Operand 4 says for each matrix whether d and e are read. */
static bool has_guard(wg_rule *r)
{
    for (int k = 0; k < 4; k++)
        if (!wg_rule_float(r, k) || r->x[k].dtype != r->x[0].dtype)
            return wg_rule_fail(r, WG_ERROR_DTYPE, "%s is not of the dtype of %s", wg_rule_who(r, k),
                                wg_rule_who(r, 0));
    return (r->x[4].dtype == WG_BOOL && wg_shape_equal(*r->x[4].shape, without_last(r->x[0].shape))) ||
           wg_rule_fail(r, WG_ERROR_SHAPE, "%s is not one bool for each row of %s", wg_rule_who(r, 4),
                        wg_rule_who(r, 0));
}
#define LAZY .zero = 1 << 2 | 1 << 3 | 1 << 4, .hint.lazy = 1 << 2 | 1 << 3, .hint.lazy_if = 4, .operands = 5

/* ---- turns: operands are w, p, d, e, and whether values are close ---- */

wg_node wgi_turns(wg_site here, const wgi_decomposition *a, wg_node p)
{
    return divided(here, a, p, &wgi_op_turns);
}
SHAPE(turns)
{
    return is_square(r, 1) && has_values(r, 0, 1) && shaped_as(r, 2, 1) && shaped_as(r, 3, 1) &&
           has_guard(r) && shaped_to(r, *r->x[1].shape);
}
VJP(turns)
{
    wg_node h = wg_mul(gy, inverse_gaps(here, x[0])), g = wg_mul(h, y);
    gx[0] = wg_sub(by_rows(here, g), by_columns(here, g));
    gx[1] = wg_mul(wg_sub(h, turned(here, h)), 0.5);
}
/* Values that are far apart, ascending. */
static wg_node values_sample(wg_site here, wg_graph *g, wg_shape s)
{
    wg_node place = wg_index_along(wg_any_class(g, 2, s), .axis = -1);
    return wg_add(wg_between(g, 0.5, 1.5, s), wg_mul(wg_add(place, 1), 3));
}
static wg_node guard_sample(wg_site here, wg_graph *g, wg_shape s)
{
    return wg_cast(wg_any_class(g, 2, without_last(&s)), WG_BOOL);
}
static wg_node turns_sample_of(wg_site here, wg_graph *g, wg_shape s, const wg_op *op, int wide)
{
    wg_shape m = with_axis(s, s.rank, s.dim[s.rank - 1] * wide);
    wg_node x[] = { values_sample(here, g, s), wg_any(g, m), wg_any(g, m), wg_any(g, m),
                    guard_sample(here, g, s) };
    return wg_apply(here, op, x, 5, NULL);
}
SAMPLES(turns, turns_sample_of(here, g, WG_SHAPE(3), &wgi_op_turns, 1),
        turns_sample_of(here, g, WG_SHAPE(2, 2), &wgi_op_turns, 1),
        turns_sample_of(here, g, WG_SHAPE(2, 0), &wgi_op_turns, 1));
#define TURNS(w, ...) \
    NODE_OF(turns, NULL, w, ANY(__VA_ARGS__), ANY(__VA_ARGS__), ANY(__VA_ARGS__), close_values(here, w))
ERRORS(turns, (TURNS(wg_mul(ANY(3), 0), 3, 3), TWICE), (TURNS(ANY(4), 3, 4), "is not square"),
       (TURNS(ANY(2), 3, 3), "is not one number for each column of"),
       (NODE_OF(turns, NULL, ANY(3), ANY(3, 3), ANY(3, 3), ANY(3, 3), ANY(3)),
        "is not one bool for each row of"));

DEFINE_OP(
    turns,
    .summary =
        "Half the differences of p and its transpose, divided by those of w. Where that is 0 / 0 to "
        "rounding it is the limit, by the derivative d of p in the direction 1, 2, ... of w. Of equal "
        "w it is "
        "an error if the numerator is not 0, or that of e is not, which is p with other eigenvectors. c: "
        "whether w are close; else d and e are not read.",
    .formula =
        "y[..., i, j] = 0 where i = j, else (p[..., i, j] - p[..., j, i]) / (2 (w[..., j] - w[..., i]))",
    .adjoint = "w' = \"the formula, differentiated\", p' = \"the formula, differentiated\"", LAZY,
    .names = "w p d e c", .kind = WG_ROWS, .promote = WG_PROMOTE_NONE, RULES(turns, shape, vjp),
    .kernel = KERNELS(turns), .units = units_of_result, .leads = true);

/* ---- svd_turns: the same of singular values; p, d, e have a half for U and one for V ---- */

wg_node wgi_svd_turns(wg_site here, const wgi_decomposition *a, wg_node p)
{
    return divided(here, a, p, &wgi_op_svd_turns);
}
SHAPE(svd_turns)
{
    wg_shape s = *r->x[1].shape;
    if (!has_matrices(r, 1) || !shaped_as(r, 2, 1) || !shaped_as(r, 3, 1)) return false;
    s.dim[s.rank - 1] = s.dim[s.rank - 2];
    if (r->x[1].shape->dim[s.rank - 1] != 2 * s.dim[s.rank - 1])
        return wg_rule_fail(r, WG_ERROR_SHAPE, "%s is not two square matrices side by side",
                            wg_rule_who(r, 1));
    if (!wg_shape_equal(*r->x[0].shape, without_last(&s)))
        return wg_rule_fail(r, WG_ERROR_SHAPE, "%s is not one number for each row of %s", wg_rule_who(r, 0),
                            wg_rule_who(r, 1));
    return has_guard(r) && shaped_to(r, s);
}
static wg_node skew(wg_site here, wg_node x) { return wg_sub(x, turned(here, x)); }
VJP(svd_turns)
{
    const wg_shape shape = wg_node_shape(x[1]);
    const int64_t n = shape.dim[shape.rank - 2];
    const int rank = shape.rank - 1;
    wg_node s = x[0], column = wg_expand_dims(s, .axis = rank), row = wg_expand_dims(s, .axis = rank - 1);
    wg_node h = wg_mul(gy, wg_div(inverse_gaps(here, s), wg_add(column, row))), g = wg_mul(h, y);
    wg_node left = wg_slice(x[1], .axis = rank, .to = n), right = wg_slice(x[1], .axis = rank, .from = n);
    wg_node half[] = { skew(here, wg_mul(h, row)), skew(here, wg_mul(h, column)) };
    gx[0] =
        wg_add(by_columns(here, wg_mul(h, skew(here, left))), by_rows(here, wg_mul(h, skew(here, right))));
    gx[0] = wg_add(gx[0], wg_mul(wg_mul(s, 2), wg_sub(by_rows(here, g), by_columns(here, g))));
    gx[1] = wg_concat(half, 2, .axis = rank);
}
SAMPLES(svd_turns, turns_sample_of(here, g, WG_SHAPE(3), &wgi_op_svd_turns, 2),
        turns_sample_of(here, g, WG_SHAPE(2, 2), &wgi_op_svd_turns, 2),
        turns_sample_of(here, g, WG_SHAPE(2, 0), &wgi_op_svd_turns, 2));
#define SVD_TURNS(w, ...) \
    NODE_OF(svd_turns, NULL, w, ANY(__VA_ARGS__), ANY(__VA_ARGS__), ANY(__VA_ARGS__), close_values(here, w))
ERRORS(svd_turns, (SVD_TURNS(wg_mul(ANY(3), 0), 3, 6), TWICE),
       (SVD_TURNS(ANY(4), 3, 4), "is not two square matrices side by side"),
       (SVD_TURNS(ANY(2), 3, 6), "is not one number for each row of"));

DEFINE_OP(svd_turns,
          .summary =
              "Sums of the left half of p, less its transpose, times s of the column, and of the right half, "
              "less its "
              "transpose, times s of the row, divided by the differences of the squares of s. Where that is "
              "0 / 0 to "
              "rounding it is the limit, by the derivative d of p in the direction 1, 2, ... of s. Of equal "
              "s it is an "
              "error if the numerator is not 0, or that of e is not, which is p with other singular vectors. "
              "c: whether s are close; else d and e are "
              "not read.",
          .formula = "y[..., i, j] = 0 where i = j, else ((p[..., i, j] - p[..., j, i]) s[..., j] + s[..., "
                     "i] (p[..., i, n + "
                     "j] - p[..., j, n + i])) / (s[..., j]^2 - s[..., i]^2); n = length(s along last)",
          .adjoint = "s' = \"the formula, differentiated\", p' = \"the formula, differentiated\"", LAZY,
          .names = "s p d e c", .kind = WG_ROWS, .promote = WG_PROMOTE_NONE, RULES(svd_turns, shape, vjp),
          .kernel = KERNELS(svd_turns), .units = units_of_result, .leads = true);

#endif
