/* test_registry_grad.c: the derivatives of every op of the registry, sample by sample, in double.
 *
 * Signed gradients are compared with central differences, element by element of every float input, to 1e-7 of
 * the largest of them (a sample of more than 30 elements: at 30 or so). A quotient is Richardson's
 * combination of the steps h and h/2, whose error is of order h^4; h goes down from 1e-3 to 1e-5 until it
 * agrees, so that a sample may come as near to a kink or a pole as that. A wrong derivative agrees at no
 * step. Second order is the same, done to the slope <gradient, u>.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "op_case.h"

enum { MOST = 30 };

static const op_setup plain = { .dtype = WG_F64, .interpret = 1 };

/* ---- functions of one element ---- */

/* A scalar made from a case: the loss, or the slope of its gradient. */
typedef wg_node (*scalar_fn)(op_case *k);

static wg_node slope(op_case *k)
{
    wg_node loss = op_case_loss(k);
    return wg_is_none(loss) ? wg_none : op_case_slope(k, loss, NULL);
}

/* The op with its first float operand in place of all that have the same shape; wg_none where no other has
 * it. */
static wg_node loss_of_twice(op_case *k)
{
    wg_node x[OP_LEAVES], first = wg_none;
    int n = wg_node_operands(k->y[0]), same = 0;
    if (!op_case_is_own(k) || n > OP_LEAVES) return wg_none;
    for (int i = 0; i < n; i++) {
        x[i] = wg_node_operand(k->y[0], i);
        if (!wg_dtype_is_float(wg_node_dtype(x[i])) || wg_node_leaf(x[i]) != WG_LEAF_INPUT) continue;
        if ((k->op->zero | k->op->zero << 1) >> i & 1) continue; /* they are tied: tanh_backward's y and x */
        if (wg_is_none(first)) first = x[i];
        if (!wg_shape_equal(wg_node_shape(x[i]), wg_node_shape(first))) continue;
        x[i] = first;
        same++;
    }
    if (same < 2) return wg_none;
    k->y[0] = wg_apply(WG_HERE, k->op, x, n, wg_attr(k->y[0]));
    for (int i = 1; i < k->outputs; i++) k->y[i] = wg_part(k->y[0], i);
    return op_case_loss(k);
}

static wg_node loss_used_twice(op_case *k)
{
    wg_node loss = op_case_loss(k);
    if (wg_is_none(loss)) return wg_none;
    wg_node square = wg_mul(loss, loss);
    return wg_add(square, loss);
}

/* Of one output alone, while nothing uses the others. */
static int alone;
static wg_node loss_of_one(op_case *k)
{
    if (alone >= k->outputs || !wg_dtype_is_float(wg_node_dtype(k->y[alone]))) return wg_none;
    wg_node y = k->y[alone];
    return wg_sum(wg_add(wg_square(y), y));
}
static wg_node slope_of_one(op_case *k)
{
    wg_node loss = loss_of_one(k);
    return wg_is_none(loss) ? wg_none : op_case_slope(k, loss, NULL);
}

static void shift(wg_node leaf, int64_t element, double by)
{
    double *v = wgt_values(leaf);
    if (!v) return;
    v[element] += by;
    wg_input_set(leaf, wg_view_f64(v, wg_node_shape(leaf)));
    free(v);
}

typedef struct place {
    const wg_op *op;
    int sample, leaf;
    int64_t element;
    scalar_fn f;
    op_case *open; /* a case whose leaf is moved for each point; NULL: each point has a case of its own */
    wg_node y;     /* f of the open case */
} place;

static double moved(op_case *k, wg_node y, const place *p, double by)
{
    shift(k->leaf[p->leaf], p->element, by);
    const double v = wg_item(y);
    cr_assert_eq(wg_failed(k->c), WG_OK, "%s", wg_message(k->c));
    return v;
}

static double at(const place *p, double by)
{
    op_case k;
    if (p->open) {
        double *x = wgt_values(p->open->leaf[p->leaf]);
        const double v = moved(p->open, p->y, p, by);
        if (x) wg_input_set(p->open->leaf[p->leaf], wg_view_f64(x, wg_node_shape(p->open->leaf[p->leaf])));
        free(x);
        return v;
    }
    op_case_open(&k, p->op, p->sample, &plain);
    const double v = moved(&k, p->f(&k), p, by);
    op_case_close(&k);
    return v;
}

/* Whether a second evaluation of the case may have other values. */
static bool draws(const op_case *k)
{
    for (int64_t i = 1; i < wg_graph_nodes(k->g); i++) {
        const wg_node n = wg_graph_node(k->g, i);
        if (wg_node_leaf(n) == WG_LEAF_STREAM || (wg_node_op(n) && wg_node_op(n)->impure)) return true;
    }
    return false;
}

static double quotient(const place *p, double h) { return (at(p, h) - at(p, -h)) / (2 * h); }

static double richardson(const place *p, double h) { return (4 * quotient(p, h / 2) - quotient(p, h)) / 3; }

/* ---- comparing ---- */

static int compared; /* elements of gradients, of one op */

/* unit: the rounding unit of the dtype in which the values were computed. A sum of some hundred terms has an
 * error of up to 64 units, and a difference quotient divides that by its step. */
static void compare(const place *p, double analytic, double x, double scale, double unit)
{
    double size = fabs(at(p, 0)), numeric = NAN, widest = unit > 0x1p-53 ? 1e-1 : 1e-3;
    for (double h = widest; h > widest / 200; h /= 10) {
        double step = h * fmax(1, fabs(x));
        numeric = richardson(p, step);
        double rounding = 64 * unit * (size + scale) / step;
        if (!(fabs(analytic - numeric) <= 1e-7 * scale + rounding) || isinf(analytic)) continue; /* or NaN */
        compared++;
        return;
    }
    cr_assert_fail("%s, sample %d: d/d input %d [%lld] is %.12g, by differences %.12g", p->op->name,
                   p->sample, p->leaf, (long long)p->element, analytic, numeric);
}

static double largest(const double *v, int64_t n)
{
    double most = 0;
    for (int64_t i = 0; i < n; i++) most = fmax(most, fabs(v[i]));
    return most;
}

/* A sample may cast values in between to f32. */
static double unit_of(const op_case *k)
{
    for (int64_t i = 1; i < wg_graph_nodes(k->g); i++)
        if (wg_node_dtype(wg_graph_node(k->g, i)) == WG_F32) return 0x1p-24;
    return 0x1p-53;
}

/* All elements of one leaf, of a large one MOST spread over it; g wg_none stands for zeros. */
static void compare_leaf(op_case *k, place p, wg_node g)
{
    wg_node leaf = k->leaf[p.leaf];
    int64_t n = wg_shape_size(wg_node_shape(leaf));
    if (!wg_is_none(g)) {
        cr_assert(wg_shape_equal(wg_node_shape(g), wg_node_shape(leaf)), "%s, sample %d: gradient's shape",
                  p.op->name, p.sample);
        cr_assert_eq(wg_node_dtype(g), WG_F64);
    }
    double *x = wgt_values(leaf), *v = wg_is_none(g) ? NULL : wgt_values(g);
    double scale = v ? largest(v, n) : 0, unit = unit_of(k);
    int64_t stride = n > MOST ? n / MOST : 1;
    for (p.element = 0; p.element < n; p.element += stride)
        compare(&p, v ? v[p.element] : 0, x[p.element], scale, unit);
    free(x);
    free(v);
}

/* Without a derivative in one input: .none says so. A second derivative may be refused behind a function of
 * the caller's alone: what it is nobody knows. An index, and whatever else a first derivative has chosen, is
 * zero. */
static bool may_have_none(op_case *k, const place *p)
{
    const wg_op *blocked = k->blocked;
    wg_node loss = p->f == slope ? op_case_loss(k) : p->f == slope_of_one ? loss_of_one(k) : wg_none;
    if (!wg_is_none(loss) && !wg_is_none(op_case_grad(k, loss, k->leaf[p->leaf]))) {
        cr_assert(strstr(blocked->adjoint, "a C function has no second derivative"),
                  "%s, sample %d: the second derivative in input %d ends at %s", p->op->name, p->sample,
                  p->leaf, blocked->name);
        return true;
    }
    cr_assert(p->op->none, "%s, sample %d: no derivative in input %d, and .none does not say so", p->op->name,
              p->sample, p->leaf);
    return true;
}

/* f's gradient by one leaf, in a case of its own: random draws are those of the first evaluation after a
 * shift. */
static bool compare_by(place *p)
{
    op_case k, points;
    op_case_open(&k, p->op, p->sample, &plain);
    op_case_open(&points, p->op, p->sample, &plain);
    wg_node y = p->f(&k), g = wg_none;
    bool some = false;
    p->y = p->f(&points);
    if (!draws(&points)) p->open = &points;
    if (!wg_is_none(y)) {
        shift(k.leaf[p->leaf], 0, 0);
        g = op_case_grad(&k, y, k.leaf[p->leaf]);
        some = !wg_is_none(g);
        if (some || !may_have_none(&k, p)) compare_leaf(&k, *p, g);
    }
    op_case_close(&k);
    op_case_close(&points);
    return some;
}

/* The gradient of f by every leaf, over all samples; returns how many leaves had a derivative. */
static int compare_all(const wg_op *op, scalar_fn f)
{
    int some = 0;
    compared = 0;
    op_case k;
    for (int i = 0; op_case_open(&k, op, i, &plain); i++) {
        cr_assert_eq(wg_failed(k.c), WG_OK, "%s, sample %d: %s", op->name, i, wg_message(k.c));
        int leaves = k.leaves;
        op_case_close(&k);
        for (int j = 0; j < leaves; j++)
            some += compare_by(&(place){ .op = op, .sample = i, .leaf = j, .f = f });
    }
    /* for tools/build/score.sh */
    fprintf(stderr, "%s: elements compared with differences: %d\n", op->name, compared);
    return some;
}

EACH_OP(registry_grad, first_order)
{
    const wg_op *op = wg_op_at(*index);
    int some = wgx_hints(op)->sample ? compare_all(op, op_case_loss) : 1;
    /* An op of the mask .zero alone may have gradients, which were compared with zero. */
    if (wgx_hints(op)->sample && (op->zero != WG_EVERY_OPERAND || !some))
        cr_assert_eq(some > 0, wgx_op_has_derivative(op, -1),
                     "%s: %d inputs have a derivative, the masks are 0x%x and 0x%x", op->name, some, op->none,
                     op->zero);
}

EACH_OP(registry_grad, second_order) { compare_all(wg_op_at(*index), slope); }

EACH_OP(registry_grad, each_output_alone)
{
    const wg_op *op = wg_op_at(*index);
    for (alone = 0; alone < op->outputs && op->outputs > 1; alone++) {
        compare_all(op, loss_of_one);
        compare_all(op, slope_of_one);
    }
}

EACH_OP(registry_grad, operand_used_twice) { compare_all(wg_op_at(*index), loss_of_twice); }

EACH_OP(registry_grad, result_used_twice) { compare_all(wg_op_at(*index), loss_used_twice); }

/* ---- the masks of the descriptor against the answers of the rule ---- */

/* The answers of a rule for an operand, and what the samples had of them: WITHOUT a derivative, ZERO, a NODE;
 * FLOAT: the operand was one. */
enum { WITHOUT = 1, ZERO = 2, NODE = 4, FLOAT = 8 };

static int said_by_masks(const wg_op *op, int k)
{
    return op->zero >> k & 1 ? ZERO : op->none >> k & 1 ? WITHOUT : NODE;
}

/* Of an op without a rule: what its expansion says. */
static int answer_of(op_case *k, int operand)
{
    wg_node x[OP_LEAVES], gx[OP_LEAVES];
    int n = wg_node_operands(k->y[0]);
    for (int j = 0; j < n; j++) x[j] = wg_node_operand(k->y[0], j), gx[j] = wg_none;
    wg_node gy = wg_cast(wg_any(k->g, wg_node_shape(k->y[0])), wg_node_dtype(k->y[0]));
    if (k->op->vjp) k->op->vjp(WG_HERE, k->y[0], gy, x, gx);
    else if (k->op->expand && wg_dtype_is_float(wg_node_dtype(x[operand])))
        gx[operand] = op_case_grad(k, op_case_loss(k), x[operand]);
    bool number = !wg_is_none(gx[operand]) && !wg_graph_of(gx[operand]);
    if (number) cr_assert_eq(wg_item(wg_add(wg_scalar(k->g, 0), gx[operand])), 0, "a number other than 0");
    return wg_is_none(gx[operand]) ? WITHOUT : number ? ZERO : NODE;
}

/* What a rule leaves empty for an operand that the masks call zero or without derivative is that. For an
 * operand of integers a rule may say anything. */
static void compare_answer(op_case *k, int operand, int *seen)
{
    int said = said_by_masks(k->op, operand), answer = answer_of(k, operand);
    if (!wg_dtype_is_float(wg_node_dtype(wg_node_operand(k->y[0], operand)))) return;
    *seen |= FLOAT | answer;
    if (k->op->vjp || said == NODE)
        cr_assert((answer == NODE) == (said == NODE), "%s, sample %d: answer %d for operand %d, masks say %d",
                  k->op->name, k->sample, answer, operand, said);
}

EACH_OP(registry_grad, masks_say_what_the_rule_answers)
{
    const wg_op *op = wg_op_at(*index);
    int seen[OP_LEAVES] = { 0 };
    op_case k;
    cr_assert_eq(op->none & op->zero, 0, "%s: one operand in both masks", op->name);
    for (int i = 0; op_case_open(&k, op, i, &plain); i++) {
        int n = wg_node_operands(k.y[0]);
        bool asked = op_case_is_own(&k) && n <= OP_LEAVES && wg_dtype_is_float(wg_node_dtype(k.y[0]));
        for (int j = 0; asked && j < n; j++) compare_answer(&k, j, &seen[j]);
        op_case_close(&k);
    }
    for (int j = 0; j < OP_LEAVES; j++)
        if (seen[j] & FLOAT && said_by_masks(op, j) == NODE)
            cr_assert(seen[j] & NODE, "%s: no sample gives operand %d a gradient", op->name, j);
}

/* An operand that the masks call zero does not move the result where derivatives exist: the gradients that
 * the library gives are zeros, which first_order compares with differences. Here: they are no error. */
EACH_OP(registry_grad, a_known_zero_is_no_error)
{
    const wg_op *op = wg_op_at(*index);
    op_case k;
    for (int i = 0; op->zero && op_case_open(&k, op, i, &plain); i++) {
        wg_node loss = op_case_loss(&k);
        int n = op_case_is_own(&k) ? wg_node_operands(k.y[0]) : 0;
        for (int j = 0; j < n && !wg_is_none(loss); j++) {
            wg_node x = wg_node_operand(k.y[0], j);
            if (said_by_masks(op, j) != ZERO || !wg_dtype_is_float(wg_node_dtype(x))) continue;
            wg_node g = op_case_grad(&k, loss, x);
            cr_assert(!wg_is_none(g), "%s, sample %d: operand %d", op->name, i, j);
            double *v = wgt_values(g);
            for (int64_t e = 0; e < wg_shape_size(wg_node_shape(x)); e++) cr_assert_eq(v[e], 0);
            free(v);
        }
        op_case_close(&k);
    }
}

/* ---- J v against v' J' ---- */

/* <y's weights, J v> and <J' weights, v> are the same number, also where inputs are halves. */
static void compare_forward(op_case *k, int way)
{
    wg_node loss = op_case_loss(k), g[OP_LEAVES], x[OP_LEAVES], v[OP_LEAVES];
    double reverse = 0, size = 0;
    int n = 0;
    if (way >= 0) op_case_halves(k, way);
    for (int i = 0; i < k->leaves && !wg_is_none(loss); i++) {
        g[n] = op_case_grad(k, loss, k->leaf[i]);
        if (wg_is_none(g[n])) continue;
        x[n] = k->leaf[i];
        v[n] = wg_add(wg_mul(wg_cos(x[n]), 0.75), 0.25);
        reverse += wg_item(wg_sum(wg_mul(g[n], v[n])));
        if (way >= 0) size += wg_item(wg_sum(wg_abs(g[n])));
        n++;
    }
    if (!n) return;
    double forward = wg_item(wg_jvp(loss, x, v, n));
    if (k->op->kind == WG_OPAQUE && wg_failed(k->c) == WG_ERROR_GRADIENT) return; /* nothing is made up */
    cr_assert_eq(wg_failed(k->c), WG_OK, "%s, sample %d: %s", k->op->name, k->sample, wg_message(k->c));
    cr_assert((way >= 0 && !isfinite(reverse)) ||
                  fabs(forward - reverse) <= 8192 * unit_of(k) * (fmax(1, fabs(reverse)) + size),
              "%s, sample %d, halves %d: forward %.17g, reverse %.17g", k->op->name, k->sample, way, forward,
              reverse);
}

EACH_OP(registry_grad, forward_is_the_adjoint_of_reverse)
{
    op_case k;
    for (int way = -1; way < OP_HALVES; way++)
        for (int i = 0; op_case_open(&k, wg_op_at(*index), i, &plain); i++) {
            compare_forward(&k, way);
            op_case_close(&k);
        }
}
