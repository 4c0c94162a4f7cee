/* test_registry_halves.c: derivatives of every op of the registry where inputs are halves: at zeros, at
 * ones, between equal elements. There a rule can be wrong and no sample with random values shows it.
 * First, second and third derivatives are compared with those of the op's expansion by simple ops;
 * Hessians are symmetric; views keep every dtype and element.
 *
 * Second and third derivatives are gradients of <gradient, u>, with one u for all. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "op_case.h"

enum { ORDERS = 3, LARGEST = 16 }; /* of larger samples only the expansion is compared */

static const op_setup plain = { .dtype = WG_F64, .interpret = 1 };

static bool is_small(const op_case *k)
{
    for (int i = 0; i < k->leaves; i++)
        if (wg_shape_size(wg_node_shape(k->leaf[i])) > LARGEST) return false;
    return true;
}

/* Whether two numbers agree; where one is not finite nothing is said. */
static bool agree(double a, double b, double scale)
{
    return !isfinite(b) || fabs(a - b) <= 1e-9 * (1 + fabs(b) + scale);
}

/* ---- expansions ---- */

/* Where the convention of an op is another one than that of its expansion. */
static bool has_own_convention(const wg_op *op, int way)
{
    /* Their operands do not belong together here: x is not the operand that y is the result of. */
    static const char *const tied[] = { "tanh_backward",    "sigmoid_backward", "tanh_rest",
                                        "sigmoid_rest",     "erf_rest",         "log_sigmoid",
                                        "log_sigmoid_rest", "log_sech2",        "bce_slope" };
    for (size_t i = 0; i < sizeof tied / sizeof *tied; i++)
        if (!strcmp(op->name, tied[i])) return true;
    /* At p = t = 0 and p = t = 1 the gradient by p is 0, as PyTorch has it; that of the logarithms is
     * not. */
    return (!strcmp(op->name, "bce") || !strcmp(op->name, "bce_by_rest")) && way != 3;
}

typedef struct orders {
    double *v[ORDERS][OP_LEAVES]; /* NULL: no derivative */
} orders;

static orders derive(op_case *k)
{
    orders o = { 0 };
    wg_node s = op_case_loss(k), g[OP_LEAVES];
    for (int n = 0; n < ORDERS && !wg_is_none(s); n++) {
        s = op_case_slope(k, s, g);
        for (int i = 0; i < k->leaves; i++)
            if (!wg_is_none(g[i])) o.v[n][i] = wgt_values(g[i]);
    }
    return o;
}

static void forget(orders *o)
{
    for (int n = 0; n < ORDERS; n++)
        for (int i = 0; i < OP_LEAVES; i++) free(o->v[n][i]);
}

static void compare(const op_case *k, int way, const orders *a, const orders *b)
{
    for (int n = 0; n < ORDERS; n++)
        for (int i = 0; i < k->leaves; i++) {
            int64_t size = wg_shape_size(wg_node_shape(k->leaf[i]));
            if (!size) continue;
            cr_assert_eq(!a->v[n][i], !b->v[n][i],
                         "%s, sample %d: input %d has derivatives of order %d: %d, %d", k->op->name,
                         k->sample, i, n + 1, !!a->v[n][i], !!b->v[n][i]);
            for (int64_t e = 0; a->v[n][i] && e < size; e++)
                cr_assert(
                    agree(a->v[n][i][e], b->v[n][i][e], 0),
                    "%s, sample %d, way %d: order %d by input %d [%lld] is %.12g, of the expansion %.12g",
                    k->op->name, k->sample, way, n + 1, i, (long long)e, a->v[n][i][e], b->v[n][i][e]);
        }
}

static void against_expansion(op_case *k, int way)
{
    wg_node x[OP_LEAVES], own[WG_MAX_OUTPUTS], y[WG_MAX_OUTPUTS] = { wg_none };
    int n = wg_node_operands(k->y[0]);
    for (int j = 0; j < n; j++) x[j] = wg_node_operand(k->y[0], j);
    op_case_halves(k, way);
    orders a = derive(k);
    k->op->expand(WG_HERE, x, n, wg_attr(k->y[0]), y);
    memcpy(own, k->y, sizeof own);
    memcpy(k->y, y, sizeof y);
    orders b = derive(k);
    memcpy(k->y, own, sizeof own);
    cr_assert_eq(wg_failed(k->c), WG_OK, "%s, sample %d: %s", k->op->name, k->sample, wg_message(k->c));
    compare(k, way, &a, &b);
    forget(&a);
    forget(&b);
}

EACH_OP(registry_halves, derivatives_are_those_of_the_expansion)
{
    const wg_op *op = wg_op_at(*index);
    op_case k;
    if (!op->expand || !op->vjp) return;
    for (int way = 0; way < OP_HALVES; way++)
        for (int i = 0; op_case_open(&k, op, i, &plain); i++) {
            if (op_case_is_own(&k) && wg_node_operands(k.y[0]) <= OP_LEAVES && !has_own_convention(op, way))
                against_expansion(&k, way);
            op_case_close(&k);
        }
}

/* ---- symmetry ---- */

/* Whether the loss has finite first derivatives here. Beside a pole of a derivative, as that of 1 / x
 * at 0, a row of the Hessian holds 0 times infinity. */
static bool is_regular(op_case *k, wg_node loss)
{
    bool regular = true;
    for (int i = 0; i < k->leaves; i++) {
        wg_node g = op_case_grad(k, loss, k->leaf[i]);
        double *v = wg_is_none(g) ? NULL : wgt_values(g);
        for (int64_t e = 0; v && e < wg_shape_size(wg_node_shape(g)); e++) regular &= isfinite(v[e]) != 0;
        free(v);
    }
    return regular;
}

/* The second derivatives of the loss by leaves a and b, in memory for the caller to free; NULL: none. */
static double *hessian(op_case *k, wg_node loss, wg_node a, wg_node b)
{
    wg_node h = wg_hessian(loss, a, b);
    double *v = wg_failed(k->c) ? NULL : wgt_values(h);
    if (wg_failed(k->c) == WG_ERROR_GRADIENT) wg_recover(k->c);
    cr_assert_eq(wg_failed(k->c), WG_OK, "%s, sample %d: %s", k->op->name, k->sample, wg_message(k->c));
    return v;
}

static bool all_finite(const double *v, int64_t n)
{
    for (int64_t i = 0; v && i < n; i++)
        if (!isfinite(v[i])) return false;
    return true;
}

/* Where both have entries that are not finite, the pole is one of the second derivatives. */
static void compare_transposed(op_case *k, int way, wg_node loss, int i, int j, bool regular)
{
    double *h = hessian(k, loss, k->leaf[i], k->leaf[j]), *t = hessian(k, loss, k->leaf[j], k->leaf[i]);
    int64_t n = wg_shape_size(wg_node_shape(k->leaf[i])), m = wg_shape_size(wg_node_shape(k->leaf[j]));
    double scale = 0;
    for (int64_t e = 0; h && e < n * m; e++) scale = isfinite(h[e]) ? fmax(scale, fabs(h[e])) : scale;
    regular &= all_finite(h, n * m) || all_finite(t, n * m);
    for (int64_t e = 0; h && t && e < n * m; e++) {
        double a = h[e], b = t[e % m * n + e / m];
        bool same = agree(a, b, 1e-3 * scale) && agree(b, a, 1e-3 * scale);
        cr_assert(same || (!regular && !(isfinite(a) && isfinite(b))),
                  "%s, sample %d, way %d: H of inputs %d, %d [%lld] is %.12g, transposed %.12g", k->op->name,
                  k->sample, way, i, j, (long long)e, a, b);
    }
    free(h);
    free(t);
}

EACH_OP(registry_halves, hessians_are_symmetric)
{
    op_case k;
    for (int way = 0; way < OP_HALVES; way++)
        for (int i = 0; op_case_open(&k, wg_op_at(*index), i, &plain); i++) {
            wg_node loss = op_case_loss(&k);
            op_case_halves(&k, way);
            bool asked = is_small(&k) && !wg_is_none(loss), regular = asked && is_regular(&k, loss);
            for (int a = 0; a < k.leaves && asked; a++)
                for (int b = 0; b <= a; b++)
                    if (wg_node_shape(k.leaf[a]).rank + wg_node_shape(k.leaf[b]).rank <= WG_MAX_RANK)
                        compare_transposed(&k, way, loss, a, b, regular);
            op_case_close(&k);
        }
}

/* ---- dtypes ---- */

/* A view moves elements and computes nothing. */
static bool is_view(const wg_op *op)
{
    static const char *const names[] = { "reshape", "expand_dims", "squeeze", "broadcast_to",  "transpose",
                                         "slice",   "unslice",     "concat",  "stop_gradient", "identity",
                                         "gather",  "flatten",     "split",   "stack",         "flip" };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (!strcmp(op->name, names[i])) return true;
    /* An operand without a derivative: the result belongs to another operand, as that of eigh_part to a
     * matrix. */
    return op->kind == WG_ALIAS && op != wg_op_find("custom_vjp") && !op->zero;
}

/* The op of the operands with floats as t; wg_none: the sample made no call of it. */
static wg_node view_of(const op_case *k, wg_dtype t, bool exact)
{
    const int n = op_case_is_own(k) ? wg_node_operands(k->y[0]) : 0;
    wg_node x[OP_LEAVES];
    for (int j = 0; j < n; j++) {
        x[j] = wg_node_operand(k->y[0], j);
        if (wg_dtype_is_float(wg_node_dtype(x[j]))) x[j] = wg_cast(x[j], t);
        if (exact && wg_node_dtype(x[j]) == t) x[j] = wg_cast(x[j], WG_F64);
    }
    if (n) return wg_apply(WG_HERE, k->op, x, n, wg_attr(k->y[0]));
    wg_node leaf = wg_cast(k->leaf[0], t);
    if (exact) leaf = wg_cast(leaf, WG_F64);
    if (!strcmp(k->op->name, "expand_dims")) return wg_expand_dims(leaf, .axis = wg_node_shape(leaf).rank);
    if (!strcmp(k->op->name, "squeeze"))
        return wg_squeeze(wg_reshape(leaf, WG_SHAPE(wg_shape_size(wg_node_shape(leaf)), 1)), .axis = 1);
    return wg_none;
}

/* Views whose rule reads two operands of floats refuse dtypes that are stored only. */
static bool refuses(const wg_op *op, wg_dtype t)
{
    return (t == WG_U8 || t == WG_F16 || t == WG_BF16) &&
           (!strcmp(op->name, "broadcast_to") || !strcmp(op->name, "unslice"));
}

/* The elements are those of the same view of f64. */
EACH_OP(registry_halves, views_keep_dtype_and_elements)
{
    const wg_op *op = wg_op_at(*index);
    static const wg_dtype types[] = { WG_BOOL, WG_I32, WG_I64, WG_U8, WG_F16, WG_BF16, WG_F32, WG_F64 };
    op_case k;
    if (!is_view(op)) return;
    for (size_t t = 0; t < sizeof types / sizeof *types; t++)
        for (int i = 0; !refuses(op, types[t]) && op_case_open(&k, op, i, &plain); i++) {
            wg_node y = view_of(&k, types[t], false);
            if (!wg_is_none(y)) {
                cr_assert_eq(wg_node_dtype(y), types[t], "%s, sample %d: %s becomes %s: %s", op->name, i,
                             wg_dtype_name(types[t]), wg_dtype_name(wg_node_dtype(y)), wg_message(k.c));
                const wg_tensor a = wg_value(wg_cast(y, WG_F64)), b = wg_value(view_of(&k, types[t], true));
                cr_assert(wgt_same_bits(&a, &b), "%s, sample %d, %s", op->name, i, wg_dtype_name(types[t]));
            }
            cr_assert_eq(wg_failed(k.c), WG_OK, "%s, sample %d: %s", op->name, i, wg_message(k.c));
            op_case_close(&k);
        }
}
