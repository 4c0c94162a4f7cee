/* test_formula_values.c: every op's formula says what the op computes, and its adjoint what the
 * derivatives are. For each sample both are evaluated by wgformula.c, which calls no op, and compared
 * with the values and gradients of the graph. Formulas that cannot be evaluated are listed below, with
 * the reason. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "wgformula.h"

/* ---- options, as they count ---- */

static double standard_number(const wg_attr_row *r) { return r->standard ? strtod(r->standard, NULL) : 0; }

static void set_axes(wgf_option *o, const wg_attr_row *r, wg_axes a, int rank)
{
    if (!a.count && r->standard && strcmp(r->standard, "all")) a = (wg_axes){ 1, { atoi(r->standard) } };
    for (int i = 0; i < a.count; i++) a.axis[i] += a.axis[i] < 0 ? rank : 0;
    o->axes = a;
}

static void set_option(wgf_option *o, const wg_attr_row *r, const char *at, int rank)
{
    *o = (wgf_option){ .row = r };
    switch (r->kind) {
    case WG_ATTR_AXIS: set_axes(o, r, (wg_axes){ 1, { *(const int *)(const void *)at } }, rank); break;
    case WG_ATTR_AXES: set_axes(o, r, *(const wg_axes *)(const void *)at, rank); break;
    case WG_ATTR_INT:
    case WG_ATTR_CHOICE: o->number = *(const int *)(const void *)at; break;
    case WG_ATTR_SIZE: o->number = (double)*(const int64_t *)(const void *)at; break;
    case WG_ATTR_BOOL: o->number = *(const bool *)(const void *)at; break;
    case WG_ATTR_DOUBLE: {
        const double x = *(const double *)(const void *)at;
        o->number = wg_or_standard(x, standard_number(r));
        o->given = x != 0;
        break;
    }
    case WG_ATTR_DTYPE: o->number = *(const wg_dtype *)(const void *)at; break;
    case WG_ATTR_SHAPE: o->shape = *(const wg_shape *)(const void *)at; break;
    default: break;
    }
}

/* ---- the call of the sample ---- */

enum { OPERANDS = 32 };

/* The sample's call of a composite op. op NULL: it made no call of it. */
static wg_call call_of(const wg_graph *g, const wg_op *op, int64_t *at)
{
    for (*at = wg_graph_calls(g) - 1; *at >= 0; --*at) {
        const wg_call k = wg_graph_call(g, *at);
        if (k.op == op && k.operands <= OPERANDS) return k;
    }
    return (wg_call){ .op = NULL };
}

static wgf_array array_of(wg_node n)
{
    wg_tensor t = wg_value(n);
    wgf_array a = wgf_make(t.shape.rank, t.shape.dim);
    for (int64_t i = 0; i < wgf_size(&a); i++) a.at[i] = wg_tensor_item(&t, i);
    return a;
}

static wgf_name *add_name(wgf_scope *s, const char *text, int length, int primes)
{
    wgf_name *n = &s->name[s->names++];
    *n = (wgf_name){ .primes = primes, .index = -1 };
    snprintf(n->text, sizeof n->text, "%.*s", length, text);
    return n;
}

static const wgi_formula_node *left_name(const wgi_formula *f, int equation)
{
    int n = f->node[wgi_formula_child(f, f->root, equation)].child;
    while (f->node[n].kind == WGI_F_AT) n = f->node[n].child;
    return &f->node[n];
}

typedef struct trial {
    op_case k;
    wg_node x[OPERANDS];
    int operands;
    wgf_scope s;
    wgi_formula f, adjoint;
} trial;

static bool set_up(trial *t)
{
    const wg_op *op = t->k.op;
    wgi_formula_error e;
    const bool own = op_case_is_own(&t->k);
    int64_t at = -1;
    const wg_call call = own ? (wg_call){ .op = op } : call_of(wg_graph_of(t->k.y[0]), op, &at);
    if (!call.op) return false;
    if (!own) t->k.y[0] = call.result;
    t->s = (wgf_scope){ .f = &t->f };
    const char *attr = own ? wg_attr(t->k.y[0]) : call.attr;
    t->operands = own ? wg_node_operands(t->k.y[0]) : call.operands;
    if (!wgi_formula_parse(&t->f, op->formula, &e) || t->operands > 30) return false;
    for (int i = 0; i < t->operands; i++) {
        t->x[i] = own ? wg_node_operand(t->k.y[0], i) : wg_graph_call_operand(wg_graph_of(t->k.y[0]), at, i);
        if (!wg_is_none(t->x[i]) && !t->x[i].graph)
            t->x[i] = wg_mul(wg_scalar(t->k.g, 1), t->x[i]); /* a number */
    }
    int rank = wg_node_shape(t->k.y[0]).rank;
    if (t->operands && wg_node_ok(t->x[0]) && wg_node_shape(t->x[0]).rank > rank)
        rank = wg_node_shape(t->x[0]).rank;
    for (const wg_attr_row *r = op->attrs; attr && r && r->name && t->s.options < WGF_OPTIONS; r++)
        set_option(&t->s.option[t->s.options++], r, attr + r->offset, rank);
    for (int i = 0; i < t->operands; i++) {
        char name[24];
        if (!wg_op_operand_name(op, i, name, sizeof name)) return false;
        wgf_name *n = add_name(&t->s, name, (int)strlen(name), 0);
        n->index = i, n->missing = !wg_node_ok(t->x[i]);
        if (!n->missing) n->value = array_of(t->x[i]);
    }
    t->s.operands = op->operands;
    return true;
}

/* ---- comparison ---- */

static double distance(const wgf_array *a, const wgf_array *b)
{
    double most = 0, size = 1e-6;
    for (int64_t i = 0; i < wgf_size(b); i++) {
        const double x = a->at[i], y = b->at[i];
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
    for (int64_t i = 0; i < n; i++) to->at[i] = 0;
    if (m == n) memcpy(to->at, said.at, (size_t)n * sizeof *said.at);
    else if (broadcasts_to(&said, real))
        for (int64_t i = 0; i < n; i++) to->at[i] = said.at[wgf_place(&said, real, i)];
    else if (gradient && broadcasts_to(real, &said))
        for (int64_t i = 0; i < m; i++) to->at[wgf_place(real, &said, i)] += said.at[i];
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
    "argsort", "lu", "nonzero", "topk'", "take", "take'", "scatter_add", "einsum", "einsum'", "concat",
    "concat'", "transpose", "transpose'", "resize", "resize'",
    /* words for sums and products of parts */
    "group_norm", "instance_norm", "adaptive_pool'", "pow_term'", "prod'",
    /* words: the formula, differentiated */
    "batch_norm_grad'", "layer_norm_grad'", "cross_entropy_grad'",
    /* the result is given by equations between matrices */
    "cholesky", "eigh", "eigh'", "eigh_part", "eigh_part'", "eigh_parts", "qr", "qr'", "qr_part", "qr_part'",
    "qr_parts", "svd", "svd'", "svd_part", "svd_part'", "svd_parts", "slopes'",
    /* calls of other ops */
    "conv'", "conv_transpose'", "conv_weights'", "max_pool'", "max_pool_grad'", "max_pool_pick'",
    "resize_axis_grad'",
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

/* The formula of result k in the shape of the result, whose reduced axes are kept from now on. */
static bool expect_value(trial *t, int k, int *tried)
{
    wg_node y = k ? wg_part(t->k.y[0], k) : t->k.y[0];
    wgf_array real = array_of(y), said;
    const wgi_formula_node *n = left_name(&t->f, k);
    wgf_name *name = add_name(&t->s, n->text, n->length, n->sign);
    name->value = real;
    if (!wgf_equation(&t->s, k, &real, &said)) return false;
    (*tried)++;
    wgf_array fit;
    if (!fitted(said, &real, false, &fit))
        cr_expect(false, "%s, sample %d: %s has another shape", t->k.op->name, t->k.sample, t->k.op->formula);
    else
        cr_expect(distance(&fit, &real) < 1e-9, "%s, sample %d, result %d: %s is not what it computes: %g",
                  t->k.op->name, t->k.sample, k, t->k.op->formula, distance(&fit, &real));
    if (wgf_size(&said) == wgf_size(&real)) {
        name->value.rank = said.rank;
        memcpy(name->value.dim, said.dim, sizeof said.dim);
    }
    return true;
}

static bool has_definition(const trial *t, const char *name, int *equation)
{
    for (*equation = 0; wgi_formula_child(&t->adjoint, t->adjoint.root, *equation); ++*equation) {
        const wgi_formula_node *n = left_name(&t->adjoint, *equation);
        const int k = n->kind == WGI_F_NAME && (int)strlen(name) == n->length &&
                      memcmp(n->text, name, (size_t)n->length) == 0;
        if (k && n->sign == 1 + (strchr(t->k.op->formula, '\'') && n->sign > 1)) return true;
    }
    return false;
}

/* The gradient of the loss sum(v y), v of one sign and not all equal, by operand k. */
static void expect_gradient(trial *t, int k, const wg_node gx, int *tried)
{
    char name[24];
    int equation;
    wg_op_operand_name(t->k.op, k, name, sizeof name);
    if (t->k.op->operands < 0) snprintf(name, sizeof name, "x_i");
    if (!has_definition(t, name, &equation) || wg_is_none(gx)) return;
    wgf_array real = array_of(gx), said;
    if (t->k.op->operands < 0) return;
    if (!wgf_equation(&t->s, equation, &real, &said)) return;
    wgf_array fit;
    (*tried)++;
    const bool fits = fitted(said, &real, true, &fit);
    cr_expect(fits && distance(&fit, &real) < 1e-8, "%s, sample %d: %s is not the gradient of operand %d: %g",
              t->k.op->name, t->k.sample, t->k.op->adjoint, k, fits ? distance(&fit, &real) : NAN);
}

static bool is_vector(const trial *t, int k)
{
    return strstr(t->k.op->formula, "^-1 @") && t->operands == 2 && k < 2 && wg_node_shape(t->x[1]).rank == 1;
}

static void expect_gradients(trial *t, int *tried)
{
    wgi_formula_error e;
    wg_node y = t->k.y[0], gx[32];
    if (!wg_op_has_derivative(t->k.op, -1) || !wgi_formula_parse(&t->adjoint, t->k.op->adjoint, &e)) return;
    if (!wg_dtype_is_float(wg_node_dtype(y))) return;
    wg_tensor v = wg_value(y);
    double *weights = malloc((size_t)wg_shape_size(v.shape) * sizeof *weights + 8);
    for (int64_t i = 0; i < wg_shape_size(v.shape); i++) weights[i] = 0.5 + 0.125 * (double)(i % 5);
    wg_node gy = wg_input(t->k.g, NULL, wg_view_f64(weights, v.shape));
    wgf_name *name = &t->s.name[t->operands],
             *gradient = add_name(&t->s, name->text, (int)strlen(name->text), name->primes + 1);
    gradient->value = array_of(gy);
    gradient->value.rank = name->value.rank;
    memcpy(gradient->value.dim, name->value.dim, sizeof name->value.dim);
    t->s.f = &t->adjoint, t->s.also = &t->f;
    for (int k = 0; k < t->operands; k++) {
        if (is_vector(t, k)) continue; /* y y^T would be an outer product */
        if (!wg_node_ok(t->x[k]) || !wg_dtype_is_float(wg_node_dtype(t->x[k])) ||
            !wg_op_has_derivative(t->k.op, k))
            continue;
        if (wg_vjp(y, gy, &t->x[k], 1, &gx[k]) != WG_OK) {
            wg_recover(t->k.c);
            continue;
        }
        expect_gradient(t, k, gx[k], tried);
    }
    free(weights);
}

EACH_OP(formula_values, equations_are_true, .timeout = 120)
{
    static trial t;
    const wg_op *op = wg_op_at(*index);
    int values = 0, gradients = 0;
    const char *why = "";
    if (op->kind == WG_LEAF || op->impure) return;
    for (int i = 0; op_case_open(&t.k, op, i, &(op_setup){ .dtype = WG_F64, .interpret = 1 }); i++) {
        wgf_clear();
        if (!wg_failed(t.k.c) && set_up(&t)) {
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
    if (wg_op_has_derivative(op, -1))
        cr_expect(is_listed(op->name, true) == (gradients == 0), "%s: adjoint evaluated %d times: %s",
                  op->name, gradients, why);
}
