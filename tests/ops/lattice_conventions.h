/* lattice_conventions.h: for test_lattice.c, what the formulas of elementwise ops do not say. */
#ifndef LATTICE_CONVENTIONS_H
#define LATTICE_CONVENTIONS_H

#include <string.h>

#include "wgtrial.h"

enum {
    ABSOLUTE = 1, /* errors are relative to 1 at least: the result is a difference of numbers of size 1 */
    PIECES = 2,   /* of constant slope: at NaN the slope is that of one of them */
    NO_LIMIT = 4, /* x times what is 0 far out: at infinities NaN, as 0 times infinity is */
    PRINTED = 8,  /* as is for the derivatives only */
    SMALL = 16,   /* a square of the derivative is on the way, which underflows earlier */
    STEEP = 32,   /* e^u of large u, whose error counts u times */
    REFUSED = 64, /* operands outside of [0, high] are an error: 1/2 stands for them */
    SIGNS = 128,  /* the last operand is -1 or 1: its sign stands for another number */
    TARGETS = 256 /* the last operand is a number from 0 to 1: a half stands for another one */
};

/* as: the same function, written so that nothing cancels, and its convention at kinks. What is printed is
 * compared by test_formula_values.c. low, high: operands must be between them; 0, 0: anywhere. */
typedef struct convention {
    const char *op;
    int how;
    const char *as;
    double low, high;
} convention;

static const convention conventions[] = {
    { "log1p", 0, "y = log1p(x)", 0, 0 },
    { "expm1", 0, "y = expm1(x)", 0, 0 },
    { "sinh", 0, "y = sinh(x)", 0, 0 },
    { "cosh", 0, "y = cosh(x)", 0, 0 },
    { "asinh", 0, "y = asinh(x)", 0, 0 },
    { "acosh", 0, "y = acosh(x)", 0, 0 },
    { "atanh", 0, "y = atanh(x)", 0, 0 },
    { "softplus", 0, "y = x + log1p(e^-x) where x > 0, else log1p(e^x)", 0, 0 },
    { "softsign", PRINTED | SMALL, "y = 1 - 1 / (1 + x) where x > 0, x where x = 0, else 1 / (1 - x) - 1", 0,
      0 },
    { "elu", 0, "y = x where x > 0, else alpha expm1(x)", 0, 0 },
    { "celu", STEEP, "y = x where x > 0, else alpha expm1(x / alpha)", 0, 0 },
    { "selu", 0,
      "y = s x where x > 0, else s alpha expm1(x); s = 1.0507009873554805, alpha = 1.6732632423543772", 0,
      0 },
    { "unit_gap", 0, "y = 1 - x^2", 0, 0 },
    { "relu", PIECES, "y = 0 where x <= 0, else x", 0, 0 },
    { "hard_sigmoid", 0, "y = 0 where x < -3, 1 where x > 3, x / 6 + 1 / 2 where x = x, else x (0 / 0)", 0,
      0 },
    { "hard_swish", NO_LIMIT, "y = 0 where x < -3, x where x > 3, else x (x / 6 + 1 / 2)", 0, 0 },
    { "binary_cross_entropy", ABSOLUTE | REFUSED, "L = -(y ln x + (1 - y) log1p(-x))", 1e-30, 1 },
    { "hinge", SIGNS | NO_LIMIT, "L = 1 - x y where x y < 1, else 0 where x = x, else x", 0, 0 },
    { "bce_with_logits", ABSOLUTE | TARGETS, "L = x - x y + log1p(e^-x) where x > 0, else log1p(e^x) - x y",
      -1e30, 1e30 },
    { "hinge", PIECES, "L = 1 - x y where x y < 1, else 0", -1e30, 1e30 },
    { "huber", PIECES, NULL, -1e15, 1e15 },
    { "smooth_l1", PIECES, NULL, -1e15, 1e15 },
    { "mae", PIECES, NULL, 0, 0 },
    { "abs", PIECES, NULL, 0, 0 },
    { "clip", PRINTED,
      "y = high where v > high or high != high, else v; v = low where x < low or low != low, x where x = x, "
      "else x (0 / 0)",
      0, 0 },
    { "floor_divide", 0, "y = floor((a - a mod b) / b + 1 / 2)", 0, 0 },
    { "fmod", PRINTED, "y = a - b sign(a b) floor(|a| / |b|)", 0, 0 },
    { "leaky_relu", NO_LIMIT, NULL, 0, 0 },
    { "atan", SMALL, NULL, 0, 0 },
    { "pow", NO_LIMIT | STEEP, NULL, -1e30, 1e30 },
    { "silu", ABSOLUTE | NO_LIMIT, NULL, 0, 0 },
    { "mish", ABSOLUTE | NO_LIMIT, NULL, 0, 0 },
    { "gelu", ABSOLUTE | NO_LIMIT, NULL, -1e18, 1e18 },
    { "gelu_tanh", ABSOLUTE | NO_LIMIT, NULL, -1e18, 1e18 },
    { NULL, 0, NULL, 0, 0 },
};

static inline bool is_among(const wg_op *op, const char *names)
{
    char name[64];
    snprintf(name, sizeof name, " %s ", op->name);
    return strstr(names, name);
}

/* Operands belong together (y and x of tanh_backward), or their formula does not tell the whole. */
static inline bool is_skipped(const wg_op *op)
{
    return is_among(
        op, " bce bce_by_rest bce_slope bce_logits log_by_rest log_sech2 log_sigmoid log_sigmoid_rest "
            "log_softmax_rest "
            "sigmoid_less "
            "sigmoid_rest "
            "tanh_rest erf_rest tanh_backward sigmoid_backward gelu_tanh_backward div_backward pow_base "
            "pow_exponent pow_term nearest_finite settled checked cast as_class custom_vjp extern ");
}

static inline const convention *convention_of(const wg_op *op)
{
    const convention *c = conventions;
    while (c->op && strcmp(c->op, op->name)) c++;
    return c;
}

/* Whether a number less y stands in the tree: 1 - y^2. */
static inline bool subtracts(const wgi_formula *f, int node, bool below)
{
    const wgi_formula_node *n = &f->node[node];
    if (below && n->kind == WGI_F_NAME && !n->sign && wgi_formula_is(f, node, "y")) return true;
    const bool from_number = n->kind == WGI_F_SUB && f->node[n->child].kind == WGI_F_NUMBER;
    for (int k = n->child; k; k = f->node[k].next)
        if (subtracts(f, k, below || (from_number && k != n->child))) return true;
    return false;
}
/* Whether the derivative subtracts the result from a number. Few digits are left where they are near each
 * other. */
static inline bool derivative_cancels(const wg_op *op)
{
    wgi_formula f;
    wgi_formula_error e;
    return op->adjoint && strncmp(op->formula, "y = ", 4) == 0 && wgi_formula_parse(&f, op->adjoint, &e) &&
           subtracts(&f, f.root, false);
}

static inline bool is_elementwise(const wgi_formula *f, int node)
{
    static const char *const of_arrays[] = { "sum",         "prod",   "mean",          "any",     "all",
                                             "length",      "det",    "diag",          "tril",    "triu",
                                             "sym",         "keep",   "first",         "reshape", "sum_to",
                                             "argmax",      "argmin", "diagonal",      "one_hot", "softmax",
                                             "log_softmax", "given",  "probabilities", NULL };
    const wgi_formula_node *n = &f->node[node];
    switch ((wgi_formula_kind)n->kind) {
    case WGI_F_WORDS:
    case WGI_F_MATMUL:
    case WGI_F_TRANSPOSED:
    case WGI_F_INVERSE:
    case WGI_F_ALONG:
    case WGI_F_OVER:
    case WGI_F_AT:
    case WGI_F_REST: return false;
    case WGI_F_CALL:
        for (int i = 0; of_arrays[i]; i++)
            if (wgi_formula_is(f, node, of_arrays[i])) return false;
        break;
    default: break;
    }
    for (int k = n->child; k; k = f->node[k].next)
        if (!is_elementwise(f, k)) return false;
    return true;
}

#endif
