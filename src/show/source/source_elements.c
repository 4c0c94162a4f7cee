/* source_elements.c: loops over elements. Consecutive ops of one shape share a loop: what nothing else
 * reads is a variable in it. */
#include "source/source.h"
#include "wgx/graph.h"

#include <string.h>

/* ---- expressions ---- */

/* Ops whose kernel is no single expression. Words in capitals are those of source_code.c. */
static const struct {
    const char *op, *text;
} expression[] = {
    { "sigmoid", "SIGMOID(a)" },
    { "sin", "N(sine)(a)" },
    { "cos", "N(cosine)(a)" },
    { "tan", "N(tangent)(a)" },
    { "remainder", "rest_of_division(a, b)" },
    { "floor_divide", "whole_of_division(a, b)" },
    { "pow_exponent", "power_log(a, b)" },
    { "erf_rest", "rest_of_erf(a, b, c)" },
    { "sigmoid_backward", "a * (b * N(sigmoid_rest)(b, c))" },
    { "sigmoid_slope", "a * (b * (1 - b))" },
    { "tanh_backward", "a * N(tanh_slope)(b, c)" },
    { "tanh_slope", "a * ((1 - b) * (1 + b))" },
    { "tanh_rest", "N(tanh_rest)(a, b, c)" },
    { "sigmoid_rest", "a == 1 ? N(sigmoid_rest)(b, c) : a - b" },
    { "softplus", "softplus(a)" },
    { "hard_sigmoid", "bounded(a)" },
    { "hard_swish", "a * bounded(a)" },
    { "bce_logits", "logit_loss(a, b)" },
    { "log_by_rest", "log_by_rest(a, b)" },
    { "sigmoid_less", "sigmoid_less(a, b)" },
    { "gelu_tanh", "gelu(a)" },
    { "gelu_tanh_backward", "a * gelu_slope(b)" },
    { "bce", "-((b == 0 ? 0 : b * LOG(a)) + (b == 1 ? 0 : (1 - b) * LOG1P(-a)))" },
    { "bce_by_rest", "cross_entropy_by_rest(a, b, c)" },
    { "bce_slope", "cross_entropy_slope(a, b, c)" },
    { "where", "a ? b : c" },
    { "broadcast_to", "a" },
    { "pow", "power(a, b)" },
    { "checked", "a" },
    { "nearest_finite", "a > LARGEST ? LARGEST : a < -LARGEST ? -LARGEST : a" },
    { "leaky", "a > 0 ? a : a * b" },
};

static const char *plain(const wg_op *op)
{
    for (size_t i = 0; i < WGI_COUNT(expression); i++)
        if (wgx_op_is(op, expression[i].op)) return expression[i].text;
    return wgi_kernel_expression(op);
}

bool wgi_has_expression(const wg_op *op)
{
    static const char *const others[] = { "cast", "addn", "elu", "celu", "selu", "pow_base" };
    for (size_t i = 0; i < WGI_COUNT(others); i++)
        if (wgx_op_is(op, others[i])) return true;
    return plain(op) != NULL;
}

/* Of whole numbers: what is out of range becomes the limit, and NaN 0. */
static const char *cast_of(wgi_c_file *s, wg_dtype from, wg_dtype to)
{
    const bool real = wg_dtype_is_float(from);
    if (to == WG_BOOL) return "a != 0";
    if (wg_dtype_is_float(to)) return wgi_pool_format(&s->pool, "(%s)a", wgi_c_type(s, to));
    if (to == WG_I32 && real)
        return "a != a ? 0 : a <= -0x1p31f ? INT32_MIN : a >= 0x1p31f ? INT32_MAX : (int)a";
    if (to == WG_I32 && from == WG_I64)
        return "a < INT32_MIN ? INT32_MIN : a > INT32_MAX ? INT32_MAX : (int)a";
    return real ? "a != a ? 0 : a <= -0x1p63f ? INT64_MIN : a >= 0x1p63f ? INT64_MAX : (long long)a" : "a";
}

/* elu and its kin: scale a where a > 0, else factor (e^(a / by) - 1). */
static const char *unit_of(wgi_c_file *s, const wgi_value *v)
{
    const wg_dtype t = v->dtype;
    if (wgi_made_by(v, "selu")) {
        const double scale = 1.0507009873554804934193349852946,
                     factor = scale * 1.6732632423543772848170429916717;
        return wgi_pool_format(&s->pool, "a > 0 ? a * %s : EXPM1(a) * %s", wgi_c_number(s, scale, t),
                               wgi_c_number(s, factor, t));
    }
    const double alpha = wgi_setting(v->node, "alpha").real, by = wgi_made_by(v, "celu") ? alpha : 1;
    return wgi_pool_format(&s->pool, "a > 0 ? a : EXPM1(a / %s) * %s", wgi_c_number(s, by, t),
                           wgi_c_number(s, alpha, t));
}

static const char *sum_of_all(wgi_c_file *s, int n)
{
    wgi_strbuf b = { .pool = &s->pool };
    for (int k = 0; k < n; k++) wgi_strbuf_format(&b, "%sx%d", k ? " + " : "", k);
    return wgi_strbuf_text(&b);
}

/* Rates of optimizers are those of the C library, also where the exponent is 2. */
static bool is_step_count(const wgi_function *f, wg_node n)
{
    const wgi_value *v = wgi_value_of(f, n);
    const wg_node from = v && wgi_operand_count(n) ? wgi_operand_at(n, 0) : wg_none;
    for (int i = 0; i < f->changes; i++)
        if (f->change[i].from.index == from.index && wg_node_leaf(from) == WG_LEAF_INPUT)
            return v->dtype == WG_F64 && v->size == 1;
    return false;
}

bool wgi_has_small_exponent(wg_node n)
{
    wg_tensor t;
    const wg_node b = wg_node_operand(n, 1);
    if (wg_node_leaf(b) != WG_LEAF_NUMBER || !wgx_peek(b, &t)) return false;
    const double e = wg_tensor_item(&t, 0);
    return e == -1 || e == 1 || e == 2 || e == 3 || e == 4;
}

/* Whether the text is for floats alone. */
static bool is_of_floats(const wgi_value *v)
{
    return wgi_made_by(v, "remainder") || wgi_made_by(v, "floor_divide") || wgi_made_by(v, "fmod") ||
           wgi_made_by(v, "abs");
}

/* The expression in a, b, c, or x0, x1, ...; NULL: the op has none. */
static const char *expression_of(const wgi_function *f, const wgi_value *v)
{
    wgi_c_file *s = f->s;
    const wg_op *op = wg_node_op(v->node);
    if (!op || wg_node_leaf(v->node) != WG_LEAF_NONE || op->kind != WG_MAP) return NULL;
    if (wgi_made_by(v, "cast")) return cast_of(s, wg_node_dtype(wgi_operand(v, 0)), v->dtype);
    if (wgi_made_by(v, "pow") && is_step_count(f, wgi_operand(v, 1))) return "pow(a, b)";
    if (wgi_made_by(v, "pow_base")) return wgi_has_small_exponent(v->node) ? "b * power(a, b - 1)" : NULL;
    if (!wg_dtype_is_float(v->dtype) && is_of_floats(v)) return NULL;
    if (wgi_made_by(v, "addn")) return sum_of_all(s, wgi_operand_count(v->node));
    if (wgi_made_by(v, "elu") || wgi_made_by(v, "celu") || wgi_made_by(v, "selu")) return unit_of(s, v);
    return plain(op);
}

bool wgi_by_elements(const wgi_function *f, const wgi_value *v)
{
    return v->place != WGI_AT_VIEW && expression_of(f, v);
}

/* ---- which values share a loop ---- */

static bool has_no_statement(const wgi_value *v)
{
    return v->place == WGI_AT_VIEW || wg_node_leaf(v->node) != WG_LEAF_NONE;
}

/* Whether v reads, as a part of another shape, what the loop from value `from` on computes. */
static bool reads_view_of(const wgi_function *f, const wgi_value *v, int from)
{
    for (int k = 0; k < wgi_operand_count(v->node); k++) {
        wgi_value *x = wgi_value_of(f, wgi_operand(v, k)), *whole = wgi_whole(f, x, NULL);
        if (whole - f->value < from || has_no_statement(whole)) continue;
        if (x != whole || x->size != v->size) return true;
    }
    return false;
}

int wgi_loop_end(const wgi_function *f, int i)
{
    const wgi_value *first = &f->value[i];
    int end = i;
    for (int j = i + 1; j < f->count; j++) {
        const wgi_value *v = &f->value[j];
        if (has_no_statement(v)) continue;
        if (first->size == 1 || !wgi_by_elements(f, v) || !wg_shape_equal(v->shape, first->shape)) break;
        if (reads_view_of(f, v, i)) break;
        end = j;
    }
    return end;
}

/* ---- the loop ---- */

/* Axes of the loop, of which neighbours are one where all operands allow it. */
typedef struct loop {
    wgi_function *f;
    int from, to, axes;
    int64_t dim[WG_MAX_RANK];
    int part[WG_MAX_RANK]; /* the axis of the loop that axis i of the shape belongs to */
} loop;

/* Whether operand x goes along axis i of shape s. */
static bool goes_along(const wg_shape *x, const wg_shape *s, int i)
{
    const int k = i - (s->rank - x->rank);
    return k >= 0 && x->dim[k] != 1;
}

static bool is_one_axis(const loop *l, const wg_shape *s, int i, int before)
{
    for (int j = l->from; j <= l->to; j++) {
        const wgi_value *v = &l->f->value[j];
        if (has_no_statement(v)) continue;
        for (int k = 0; k < wgi_operand_count(v->node); k++) {
            const wgi_value *x = wgi_value_of(l->f, wgi_operand(v, k));
            if (x->size > 1 && goes_along(&x->shape, s, i) != goes_along(&x->shape, s, before)) return false;
        }
    }
    return true;
}

static void find_axes(loop *l)
{
    const wg_shape *s = &l->f->value[l->from].shape;
    int before = -1;
    for (int i = 0; i < s->rank; i++) {
        if (s->dim[i] == 1) continue;
        if (before < 0 || !is_one_axis(l, s, i, before)) l->dim[l->axes++] = 1;
        l->dim[l->axes - 1] *= s->dim[i];
        l->part[i] = l->axes - 1;
        before = i;
    }
}

static const char *const counters[] = { "i", "j", "k", "l", "i4", "i5", "i6", "i7" };

/* The index of an operand of shape x: "64 * i + j". */
static const char *index_of(const loop *l, const wg_shape *x)
{
    wgi_c_file *s = l->f->s;
    const wg_shape *y = &l->f->value[l->from].shape;
    wgi_strbuf b = { .pool = &s->pool };
    for (int a = 0; a < l->axes; a++) {
        int64_t step = 1;
        bool along = false;
        for (int i = 0; i < y->rank; i++)
            if (goes_along(x, y, i)) {
                if (l->part[i] == a) along = true;
                if (l->part[i] > a) step *= y->dim[i];
            }
        if (!along) continue;
        if (b.length) wgi_strbuf_put(&b, " + ");
        if (step > 1) wgi_strbuf_format(&b, "%lld * ", (long long)step);
        wgi_strbuf_put(&b, counters[a]);
    }
    return b.length ? wgi_strbuf_text(&b) : "0";
}

/* An element of v at the place of the loop. */
static const char *element_of(const loop *l, wgi_value *v)
{
    wgi_c_file *s = l->f->s;
    int64_t from;
    const wgi_value *w = wgi_whole(l->f, v, &from);
    if (w->place == WGI_AT_LITERAL || w->place == WGI_AT_LOCAL || w->place == WGI_AT_NOWHERE) return w->name;
    const char *at = v->size == 1 ? "0" : index_of(l, &v->shape);
    if (!from) return wgi_pool_format(&s->pool, "%s[%s]", w->name, at);
    if (!strcmp(at, "0")) return wgi_pool_format(&s->pool, "%s[%lld]", w->name, (long long)from);
    return wgi_pool_format(&s->pool, "%s[%lld + %s]", w->name, (long long)from, at);
}

/* The float that the op computes with. */
static wg_dtype float_of(const wgi_value *v)
{
    for (int k = 0; k < wgi_operand_count(v->node); k++)
        if (wg_dtype_is_float(wg_node_dtype(wgi_operand(v, k)))) return wg_node_dtype(wgi_operand(v, k));
    return v->dtype;
}

static void put_expression(const loop *l, wgi_strbuf *to, wgi_value *v)
{
    wgi_c_file *s = l->f->s;
    const int n = wgi_operand_count(v->node);
    wgi_c_word *word = wgi_pool_take(&s->pool, n, sizeof *word);
    if (!word) return;
    for (int k = 0; k < n; k++) {
        const bool many = wgi_made_by(v, "addn");
        word[k].word = many || k > 2 ? wgi_pool_format(&s->pool, "x%d", k) : k ? k > 1 ? "c" : "b" : "a";
        word[k].text = element_of(l, wgi_value_of(l->f, wgi_operand(v, k)));
    }
    const bool single = s->single;
    s->single = float_of(v) == WG_F32;
    wgi_put_code(s, to, expression_of(l->f, v), word, n);
    s->single = single;
}

static void put_statement(const loop *l, wgi_strbuf *to, wgi_value *v, const char *indent)
{
    wgi_c_file *s = l->f->s;
    const char *type = wgi_c_type(s, v->dtype);
    wgi_strbuf_put(to, indent);
    if (v->place == WGI_AT_NOWHERE || (v->place == WGI_AT_LOCAL && !v->declared))
        wgi_strbuf_format(to, "const %s %s = ", type, v->name);
    else wgi_strbuf_format(to, "%s = ", element_of(l, v));
    v->declared = true;
    put_expression(l, to, v);
    wgi_strbuf_put(to, ";\n");
}

int wgi_put_elements(wgi_function *f, wgi_strbuf *to, int i)
{
    loop l = { .f = f, .from = i, .to = wgi_loop_end(f, i) };
    const char *indent = "    ";
    int statements = 0;
    for (int j = i; j <= l.to; j++) {
        if (has_no_statement(&f->value[j])) continue;
        if (f->value[j].place != WGI_AT_NOWHERE) wgi_put_comment(f, to, &f->value[j]);
        statements++;
    }
    find_axes(&l);
    for (int a = 0; a < l.axes; a++) {
        wgi_strbuf_format(to, "%sfor (int %s = 0; %s < %lld; %s++)%s", indent, counters[a], counters[a],
                          (long long)l.dim[a], counters[a],
                          a + 1 < l.axes || statements == 1 ? "\n" : " {\n");
        indent = wgi_pool_format(&f->s->pool, "%s    ", indent);
    }
    for (int j = i; j <= l.to; j++)
        if (!has_no_statement(&f->value[j])) put_statement(&l, to, &f->value[j], indent);
    if (l.axes && statements > 1) wgi_strbuf_format(to, "%.*s}\n", 4 * l.axes, indent);
    return l.to;
}
