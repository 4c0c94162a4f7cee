/* test_formula_values.c: every op's formula says what the op computes, and its adjoint what the
 * derivatives are. For each sample both are evaluated by wgformula.c, which calls no op, and compared
 * with the values and gradients of the graph. Formulas that cannot be evaluated are listed below, with
 * the reason. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "wgtrial.h"

/* ---- comparison ---- */

static double distance(const wgf_array *a, const wgf_array *b)
{
    double most = 0, size = 1e-6;
    for (int64_t i = 0; i < wgf_size(b); i++) {
        const double x = (double)a->at[i].v, y = (double)b->at[i].v;
        size = fmax(size, isfinite(y) ? fabs(y) : 0);
        if (x == y || (isnan(x) && isnan(y))) continue;
        most = isfinite(x - y) ? fmax(most, fabs(x - y)) : INFINITY;
    }
    return most / size;
}

static bool broadcasts_to(const wgf_array *a, const wgf_array *b)
{
    for (int i = a->rank - 1, j = b->rank - 1; i >= 0; i--, j--)
        if (a->dim[i] != 1 && (j < 0 || a->dim[i] != b->dim[j])) return false;
    return true;
}

/* What is said in the shape of what is real: repeated if it broadcasts, the gradient of a broadcast
 * operand added up. Sizes that are equal are read element by element. false: neither. */
static bool fitted(wgf_array said, const wgf_array *real, bool gradient, wgf_array *to)
{
    *to = wgf_make(real->rank, real->dim);
    const int64_t n = wgf_size(real), m = wgf_size(&said);
    for (int64_t i = 0; i < n; i++) to->at[i] = wgf_constant(0);
    if (m == n) memcpy(to->at, said.at, (size_t)n * sizeof *said.at);
    else if (broadcasts_to(&said, real))
        for (int64_t i = 0; i < n; i++) to->at[i] = said.at[wgf_place(&said, real, i)];
    else if (gradient && broadcasts_to(real, &said))
        for (int64_t i = 0; i < m; i++) {
            wgf_number *sum = &to->at[wgf_place(real, &said, i)];
            *sum = wgf_add(*sum, said.at[i]);
        }
    else return false;
    return true;
}

/* ---- what cannot be evaluated: an op, or an op' for its adjoint ---- */

static const char *const words[] = {
    /* words for what is drawn at random */
    "random_keep", "random_keep'", "dropout", "dropout'", "random_normal", "random_uniform", "bernoulli",
    "categorical",
    /* words for a condition: mask, causal, heads */
    "attention", "attention'", "attention_tiles", "attention_tiles'", "attention_tiles_grad",
    "attention_tiles_grad'",
    /* words for an order or for places */
    "argsort", "lu", "nonzero", "topk", "topk'", "take", "take'", "scatter_add", "einsum", "einsum'",
    "concat", "concat'", "tile", "tile'", "transpose", "transpose'", "resize", "resize'",
    /* words for sums and products of parts */
    "group_norm", "instance_norm", "adaptive_pool'", "pow_term'", "prod'",
    /* words: the formula, differentiated */
    "batch_norm_grad'", "layer_norm_grad'", "cross_entropy_grad'",
    /* the result is given by equations between matrices */
    "cholesky", "eigh", "eigh'", "eigh_part", "eigh_part'", "eigh_parts", "qr", "qr'", "qr_part", "qr_part'",
    "qr_parts", "svd", "svd'", "svd_part", "svd_part'", "svd_parts", "slopes'", "turns'", "svd_turns'",
    "mixed", "close_values",
    /* calls of other ops */
    "conv_weights'", "max_pool'", "max_pool_grad'", "max_pool_pick'", "resize_axis_grad'",
    /* the largest number of a dtype has no name */
    "nearest_finite",
    /* functions of the user */
    "extern", "extern'", "custom_vjp'",
    /* several lists of indices side by side */
    "gather'", "gather_grad", "gather_grad'",
    /* x_i' stands for each operand */
    "addn'", "stack'", NULL
};

static bool is_listed(const char *op, bool adjoint)
{
    char text[64];
    snprintf(text, sizeof text, "%s%s", op, adjoint ? "'" : "");
    for (int i = 0; words[i]; i++)
        if (strcmp(text, words[i]) == 0) return true;
    return false;
}

/* What is often forgotten of an op with options. */
static const char *hint(const wg_op *op)
{
    for (const wg_attr_row *r = op->attrs; r && r->name; r++)
        if (r->kind == WG_ATTR_DOUBLE && r->standard && strtod(r->standard, NULL) != 0)
            return ". An option that the caller leaves out is 0: the op must put the default in its place";
    return "";
}

/* The formula of result k in the shape of the result, whose reduced axes are kept from now on. */
static bool expect_value(wgf_trial *t, int k, int *tried)
{
    wg_node y = k ? wg_part(t->k.y[0], k) : t->k.y[0];
    wgf_array real = wgf_array_of(y), said;
    const wgi_formula_node *n = wgf_left_name(&t->f, k);
    wgf_name *name = wgf_add_name(&t->s, n->text, n->length, n->sign);
    name->value = real;
    if (!wgf_equation(&t->s, k, &real, &said)) return false;
    (*tried)++;
    wgf_array fit;
    if (!fitted(said, &real, false, &fit))
        cr_expect(false, "%s, sample %d: %s has another shape", t->k.op->name, t->k.sample, t->k.op->formula);
    else
        cr_expect(distance(&fit, &real) < 1e-9, "%s, sample %d, result %d: %s is not what it computes: %g%s",
                  t->k.op->name, t->k.sample, k, t->k.op->formula, distance(&fit, &real), hint(t->k.op));
    if (wgf_size(&said) == wgf_size(&real)) {
        name->value.rank = said.rank;
        memcpy(name->value.dim, said.dim, sizeof said.dim);
    }
    return true;
}

static bool has_definition(const wgf_trial *t, const char *name, int *equation)
{
    for (*equation = 0; wgi_formula_child(&t->adjoint, t->adjoint.root, *equation); ++*equation) {
        const wgi_formula_node *n = wgf_left_name(&t->adjoint, *equation);
        const int k = n->kind == WGI_F_NAME && (int)strlen(name) == n->length &&
                      memcmp(n->text, name, (size_t)n->length) == 0;
        if (k && n->sign == 1 + (strchr(t->k.op->formula, '\'') && n->sign > 1)) return true;
    }
    return false;
}

/* The gradient of the loss sum(v y), v of one sign and not all equal, by operand k. */
static void expect_gradient(wgf_trial *t, int k, const wg_node gx, int *tried)
{
    char name[24];
    int equation;
    wgx_op_operand_name(t->k.op, k, name, sizeof name);
    if (t->k.op->operands < 0) snprintf(name, sizeof name, "x_i");
    if (!has_definition(t, name, &equation) || wg_is_none(gx)) return;
    wgf_array real = wgf_array_of(gx), said;
    if (t->k.op->operands < 0) return;
    if (!wgf_equation(&t->s, equation, &real, &said)) return;
    wgf_array fit;
    (*tried)++;
    const bool fits = fitted(said, &real, true, &fit);
    cr_expect(fits && distance(&fit, &real) < 1e-8, "%s, sample %d: %s is not the gradient of operand %d: %g",
              t->k.op->name, t->k.sample, t->k.op->adjoint, k, fits ? distance(&fit, &real) : NAN);
}

static bool is_vector(const wgf_trial *t, int k)
{
    return strstr(t->k.op->formula, "^-1 @") && t->operands == 2 && k < 2 && wg_node_shape(t->x[1]).rank == 1;
}

static void expect_gradients(wgf_trial *t, int *tried)
{
    wgi_formula_error e;
    wg_node y = t->k.y[0], gx[32];
    if (!wgx_op_has_derivative(t->k.op, -1) || !wgi_formula_parse(&t->adjoint, t->k.op->adjoint, &e)) return;
    if (!wg_dtype_is_float(wg_node_dtype(y))) return;
    wg_tensor v = wg_value(y);
    double *weights = malloc((size_t)wg_shape_size(v.shape) * sizeof *weights + 8);
    for (int64_t i = 0; i < wg_shape_size(v.shape); i++) weights[i] = 0.5 + 0.125 * (double)(i % 5);
    wg_node gy = wg_input(t->k.g, NULL, wg_view_f64(weights, v.shape));
    wgf_name *name = &t->s.name[t->operands],
             *gradient = wgf_add_name(&t->s, name->text, (int)strlen(name->text), name->primes + 1);
    gradient->value = wgf_array_of(gy);
    gradient->value.rank = name->value.rank;
    memcpy(gradient->value.dim, name->value.dim, sizeof name->value.dim);
    t->s.f = &t->adjoint, t->s.also = &t->f;
    for (int k = 0; k < t->operands; k++) {
        if (is_vector(t, k)) continue; /* y y^T would be an outer product */
        if (!wg_node_ok(t->x[k]) || !wg_dtype_is_float(wg_node_dtype(t->x[k])) ||
            !wgx_op_has_derivative(t->k.op, k))
            continue;
        if (wg_vjp(y, gy, &t->x[k], 1, &gx[k]) != WG_OK) {
            wg_recover(t->k.c);
            continue;
        }
        expect_gradient(t, k, gx[k], tried);
    }
    free(weights);
}

EACH_OP(formula_values, equations_are_true)
{
    static wgf_trial t;
    const wg_op *op = wg_op_at(*index);
    int values = 0, gradients = 0;
    const char *why = "";
    if (op->kind == WG_LEAF || op->impure) return;
    for (int i = 0; op_case_open(&t.k, op, i, &(op_setup){ .dtype = WG_F64, .interpret = 1 }); i++) {
        wgf_clear();
        if (!wg_failed(t.k.c) && wgf_set_up(&t)) {
            bool fine = true;
            for (int k = 0; k < (op->outputs ? op->outputs : 1) && t.k.outputs > k; k++)
                fine &= expect_value(&t, k, &values);
            if (!fine) why = t.s.why;
            expect_gradients(&t, &gradients);
            if (t.s.why) why = t.s.why;
        }
        op_case_close(&t.k);
    }
    cr_expect(is_listed(op->name, false) == (values == 0), "%s: formula evaluated %d times, %s", op->name,
              values, why);
    if (wgx_op_has_derivative(op, -1))
        cr_expect(is_listed(op->name, true) == (gradients == 0), "%s: adjoint evaluated %d times: %s",
                  op->name, gradients, why);
}
