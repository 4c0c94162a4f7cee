/* step_texts.c: the rule of a step, in the names of the picture and in numbers.
 *
 * Rules are the trees of an op's formula and adjoint with the item's own names in them. In numbers each
 * name is its value, except that a term da · a(1 − a) is the gradient times the local derivative:
 * −1.333 · 0.1874. */
#include "draw/step_states.h"

#include <math.h>
#include <string.h>

#include "wengert/op.h"

#define MINUS "−"
enum { NAME_MOST = 24, LINE = 400, LONGEST = 40, FEW = 6 };

/* ---- numbers ---- */

const char *wgi_numbers(wgi_pool *pool, const wg_tensor *t)
{
    const int64_t n = wg_shape_size(t->shape), rows = t->shape.rank == 2 ? t->shape.dim[0] : 1;
    wgi_strbuf b = { .pool = pool };
    if (n == 0) return "no elements";
    if (n == 1) wgi_put_number(&b, wg_tensor_item(t, 0));
    else if (n > FEW || t->shape.rank > 2) {
        wgi_put_row(&b, t, 0, 2);
        wgi_strbuf_format(&b, ", … ×%lld]", (long long)n);
    } else {
        wgi_strbuf_put(&b, t->shape.rank == 2 ? "[" : "");
        for (int64_t i = 0; i < rows; i++) {
            wgi_strbuf_put(&b, i ? ", " : "");
            wgi_put_row(&b, t, i * (n / rows), n / rows), wgi_strbuf_put(&b, "]");
        }
        wgi_strbuf_put(&b, t->shape.rank == 2 ? "]" : "");
    }
    return wgi_strbuf_keep(&b);
}

/* ---- the equation of an item ---- */

typedef struct equation {
    const wgi_view *v;
    const wgi_item *y;
    const wgi_step *const *value;
    const wgi_formula *also; /* the op's */
    wgi_formula f, own;      /* f: its adjoint; own: with the item's names */
    wgi_formula_values k;
    wgi_formula_value names[WGI_FORMULA_VALUES + 2];
    char result[32];                         /* the name of the op's result */
    const char *y_name, *gradient;           /* the item's, and "dz" */
    char place[WGI_FORMULA_OPERANDS + 2][4]; /* of a pattern: of operands, the result, its gradient */
    const wg_tensor *handed;
    int right; /* the right side in own */
} equation;

static int64_t size_of(const equation *q, int64_t item)
{
    return wg_shape_size(wg_node_shape(wgi_item_node(q->v, item)));
}

static int64_t operand(const equation *q, int k) { return q->v->arg[q->y->first + k]; }

static const wg_tensor *value_of(const equation *q, int64_t item)
{
    return item >= 0 && q->value[item] ? &q->value[item]->value : NULL;
}

/* What a name in `own` stands for; NULL: no tensor that is known. */
static const wg_tensor *tensor_of(const equation *q, const wgi_formula_node *n)
{
    if (n->kind != WGI_F_NAME || n->word) return NULL;
    if (n->text == q->gradient) return q->handed;
    if (n->text == q->y_name) return value_of(q, q->y - q->v->item);
    for (int i = 0; i < q->y->operands && i < WGI_FORMULA_OPERANDS; i++)
        if (n->text == q->k.own[i]) return value_of(q, operand(q, i));
    return NULL;
}

/* length(x) and length(x along axis) are numbers. */
static void count_lengths(equation *q)
{
    for (int i = 1; i < q->own.count; i++) {
        wgi_formula_node *n = &q->own.node[i];
        if (n->kind != WGI_F_CALL || !wgi_formula_is(&q->own, i, "length")) continue;
        const wg_tensor *t = tensor_of(q, &q->own.node[n->child]);
        const bool along = q->own.node[n->child].next != 0;
        const int64_t of_y = along ? size_of(q, q->y - q->v->item) : 1;
        if (!t || !of_y || (along && q->y->op->kind != WG_REDUCE)) continue;
        n->kind = WGI_F_NUMBER, n->text = NULL, n->length = 0, n->child = 0;
        n->number = (double)(wg_shape_size(t->shape) / of_y);
    }
}

static bool find_names(equation *q)
{
    if (!wgi_find_formula_values(q->v, q->y, &q->k)) return false;
    memcpy(q->names, q->k.v, (size_t)q->k.count * sizeof *q->names);
    q->y_name = wgi_item_name(q->v, q->y, NAME_MOST);
    if (wgi_needs_parentheses(q->y)) q->y_name = wgi_pool_format(q->v->pool, "(%s)", q->y_name);
    q->gradient = wgi_gradient_name(q->v, q->y - q->v->item);
    return *q->gradient && strlen(q->y_name) < WGI_OWN_BYTES && strlen(q->gradient) < WGI_OWN_BYTES;
}

/* Finds the op's formula, and its adjoint if wanted. The name of the result is on the formula's left. */
static bool parse(equation *q, bool adjoint)
{
    wgi_formula_error e;
    const wg_op *op = q->y->op;
    if (!(q->also = wgi_view_formula(q->v, op))) return false;
    const int left = wgi_formula_child(q->also, wgi_formula_child(q->also, q->also->root, 0), 0);
    const wgi_formula_node *n = &q->also->node[left];
    if (n->kind != WGI_F_NAME || n->length >= (int)sizeof q->result) return false;
    memcpy(q->result, n->text, (size_t)n->length), q->result[n->length] = 0;
    if (!adjoint) return true;
    const char *text = op->adjoint;
    const bool vectors = strcmp(op->name, "matmul") == 0 && op->library && q->y->operands == 2 &&
                         wg_node_shape(wgi_item_node(q->v, operand(q, 0))).rank == 1 &&
                         wg_node_shape(wgi_item_node(q->v, operand(q, 1))).rank == 1;
    if (vectors) text = "a' = y' · b, b' = y' · a"; /* the adjoint is that of matrices */
    return text && wg_op_has_derivative(op, -1) && wgi_formula_parse(&q->f, text, &e);
}

/* Makes `own` of an equation of f. false: it cannot be written on a line. */
static bool replace(equation *q, const wgi_formula *f, const wgi_formula *also, int index)
{
    int n = q->k.count;
    const wgi_formula_axes axes = wgi_item_axes(q->v, q->y - q->v->item);
    q->names[n++] = (wgi_formula_value){ .name = q->result, .text = q->y_name, .axes = axes };
    q->names[n++] = (wgi_formula_value){ .name = q->result, .primes = 1, .text = q->gradient, .axes = axes };
    if (!wgi_formula_replace(&q->own, f, also, index, q->names, n) || q->own.loose) return false;
    q->right = wgi_formula_child(&q->own, q->own.root, 1);
    count_lengths(q);
    return wgi_formula_is_plain(&q->own, q->own.root) && wgi_formula_nodes(&q->own, q->right) <= LONGEST;
}

/* NULL: it is too long. */
static const char *text_of(const equation *q, int node)
{
    char line[LINE];
    wgi_line to = { line, sizeof line, 0 };
    wgi_formula_text(&to, &q->own, node, false);
    return to.length < sizeof line ? wgi_pool_part(q->v->pool, line, to.length) : NULL;
}

/* The place of a number in a pattern: a character for private use, one for each item. */
static void put_place(char to[4], int64_t item)
{
    const unsigned code = (unsigned)(WGI_PLACES + item);
    to[0] = (char)(0xE0 | code >> 12), to[1] = (char)(0x80 | (code >> 6 & 0x3F));
    to[2] = (char)(0x80 | (code & 0x3F)), to[3] = 0;
}

static const char *place_of(equation *q, const wgi_formula_node *n)
{
    int k = 0;
    while (k < q->y->operands && n->text != q->k.own[k]) k++;
    const bool handed = n->text == q->gradient, result = n->text == q->y_name;
    k += handed;
    put_place(q->place[k], handed ? WGI_PLACE_HANDED : result ? q->y - q->v->item : operand(q, k));
    return q->place[k];
}

/* Turns the names into numbers, or with `pattern` into their places. false: there is a tensor, or a
 * function of tensors. */
static bool make_numbers(equation *q, bool pattern)
{
    for (int i = 1; i < q->own.count; i++) {
        wgi_formula_node *n = &q->own.node[i];
        if (n->kind == WGI_F_MATMUL || n->kind == WGI_F_TRANSPOSED || n->kind == WGI_F_ALONG) return false;
        if (n->kind == WGI_F_MUL) n->sign = '.';
        const wg_tensor *t = tensor_of(q, n);
        if (!t) continue;
        if (!t->data || wg_shape_size(t->shape) != 1) return false;
        if (pattern) {
            n->text = place_of(q, n), n->length = 3;
            continue;
        }
        n->kind = WGI_F_NUMBER, n->text = NULL, n->length = 0;
        n->number = wg_tensor_item(t, 0);
    }
    return true;
}

/* ---- values ---- */

/* The right side of "z = w x + b". "" if the item is called by its formula, 1 - y. */
static const char *value_rule(equation *q, bool pattern, const char **numbers)
{
    const wgi_view *v = q->v;
    const wgi_item *y = q->y;
    wgi_equation *e = wgi_equation_make(v, y - v->item, NULL, false);
    const char *rule = wgi_equation_text(v, y, e, NULL), *right = NULL;
    wgi_equation_free(e);
    if (y->operands && y->operands <= WGI_FORMULA_OPERANDS && find_names(q) && parse(q, false) &&
        replace(q, q->also, NULL, 0) && make_numbers(q, pattern))
        right = text_of(q, q->right);
    *numbers = right ? right : "";
    return y->tree && !strcmp(rule, wgi_symbol(v, y, NAME_MOST)) ? "" : rule;
}

/* ---- terms ---- */

const char *wgi_gradient_name(const wgi_view *v, int64_t item)
{
    const char *name = wgi_symbol(v, &v->item[item], NAME_MOST);
    return wgi_gradient_of(v, name, v->item[item].source >= WGI_NAME_EXPRESSION || strchr(name, ' '));
}

/* The product at the left end of `own` whose first factor is the gradient handed on; 0: there is none. */
static int product_with_gradient(const equation *q)
{
    int at = q->right;
    while (q->own.node[at].kind == WGI_F_MUL) {
        const int first = q->own.node[at].child;
        if (q->own.node[first].kind == WGI_F_NAME && q->own.node[first].text == q->gradient) return at;
        at = first;
    }
    return 0;
}

/* The term is the gradient times the local derivative. */
static const char *two_factors(equation *q, const wgi_step *t, bool pattern)
{
    char places[2][4];
    put_place(places[0], WGI_PLACE_HANDED), put_place(places[1], WGI_PLACE_LOCAL);
    if (pattern) return wgi_pool_format(q->v->pool, "%s · %s\uF012", places[0], places[1]);
    const double g = wg_tensor_item(q->handed, 0), term = wg_tensor_item(&t->value, 0);
    wgi_formula_clear(&q->own);
    const int a = wgi_formula_number(&q->own, g), b = wgi_formula_number(&q->own, term / g),
              n = wgi_formula_new(&q->own, WGI_F_MUL, a, b);
    q->own.node[n].sign = '.';
    return text_of(q, n);
}

static const char *term_numbers(equation *q, const wgi_step *t, int product, bool pattern)
{
    if (wg_shape_size(q->handed->shape) != 1 || wg_shape_size(t->value.shape) != 1) return NULL;
    const double g = wg_tensor_item(q->handed, 0);
    if (product && (pattern || (g != 0 && isfinite(g)))) return two_factors(q, t, pattern);
    return make_numbers(q, pattern) ? text_of(q, q->right) : NULL;
}

/* Where an operand broadcasts, its gradient is a sum over the axes that it lacks or that have the size 1
 * in it. */
static const char *sum_over(const equation *q, int64_t to, const char *rule)
{
    const wg_shape x = wg_node_shape(wgi_item_node(q->v, to)),
                   y = wg_node_shape(wgi_item_node(q->v, q->y - q->v->item));
    wgi_strbuf b = { .pool = q->v->pool };
    if (q->y->op->kind != WG_MAP || wg_shape_size(x) == wg_shape_size(y)) return rule;
    wgi_strbuf_format(&b, q->own.node[q->right].kind == WGI_F_NAME ? "Σ %s" : "Σ (%s)", rule);
    const char *before = " over axis ";
    for (int i = 0; i < y.rank && wg_shape_size(x) != 1; i++) { /* of one number over all */
        const int in_x = i - (y.rank - x.rank);
        if (in_x >= 0 && x.dim[in_x] == y.dim[i]) continue;
        wgi_strbuf_format(&b, "%s%d", before, i);
        before = ", ";
    }
    return wgi_strbuf_keep(&b);
}

/* By operand k of the item. NULL: it is too long, or there is no formula. */
static const char *partial(equation *q, const wgi_step *t, int k, bool pattern, const char **numbers)
{
    int index = wgi_formula_equation_of(&q->f, q->k.formal[k], 1);
    if (index < 0) index = wgi_formula_equation_of(&q->f, "x_i", 1);
    if (index < 0 || !replace(q, &q->f, q->also, index)) return NULL;
    const int product = product_with_gradient(q);
    if (product) {
        const int second = q->own.node[q->own.node[product].child].next;
        const bool scalar = wg_shape_size(q->handed->shape) == 1;
        q->own.node[product].sign = scalar || q->own.node[second].kind == WGI_F_NUMBER ? '.' : ' ';
    }
    const char *rule = text_of(q, q->right);
    if (!rule) return NULL;
    rule = sum_over(q, t->to, rule);
    *numbers = term_numbers(q, t, product, pattern);
    return rule;
}

/* By every operand that is the item t->to. NULL: as of `partial`. */
static const char *adjoint(equation *q, const wgi_step *t, bool pattern, const char **numbers)
{
    const char *all = NULL;
    if (!find_names(q) || !parse(q, true)) return NULL;
    for (int k = 0; k < q->y->operands; k++) {
        if (operand(q, k) != t->to || !wg_op_has_derivative(q->y->op, k)) continue;
        const char *rule = partial(q, t, k, pattern, numbers);
        if (!rule) return NULL;
        if (all) *numbers = NULL; /* each use has but a part of the term */
        const bool minus = strncmp(rule, MINUS, sizeof MINUS - 1) == 0;
        all = all ? wgi_pool_format(q->v->pool, "%s %s %s", all, minus ? MINUS : "+",
                                    rule + (minus ? sizeof MINUS - 1 : 0))
                  : rule;
    }
    return all;
}

static const char *term_rule(equation *q, const wgi_step *t, bool pattern, const char **numbers)
{
    const char *rule = adjoint(q, t, pattern, numbers);
    if (!rule) { /* no formula, or too long a one: the chain rule itself */
        const char *y = wgi_symbol(q->v, q->y, NAME_MOST),
                   *x = wgi_symbol(q->v, &q->v->item[t->to], NAME_MOST),
                   *dy = wgi_gradient_name(q->v, t->from);
        *numbers = NULL;
        rule = size_of(q, t->from) == 1 && size_of(q, t->to) == 1
                   ? wgi_pool_format(q->v->pool, "%s · ∂%s/∂%s", dy, y, x)
                   : wgi_pool_format(q->v->pool, "(∂%s/∂%s)ᵀ %s", y, x, dy);
    }
    if (!*numbers) *numbers = "";
    return rule;
}

const char *wgi_rule(const wgi_view *v, const wgi_step *const value[], const wgi_step *t,
                     const wg_tensor *handed, bool pattern, const char **numbers)
{
    *numbers = "";
    equation *q =
        t->kind == WGI_STEP_START ? NULL : wg_alloc(v->c, 1, sizeof *q); /* too large for the stack */
    if (!q) return v->pool->failed |= t->kind != WGI_STEP_START, "";
    q->v = v, q->y = &v->item[t->kind == WGI_STEP_VALUE ? t->to : t->from], q->value = value,
    q->handed = handed;
    const char *rule =
        t->kind == WGI_STEP_VALUE ? value_rule(q, pattern, numbers) : term_rule(q, t, pattern, numbers);
    wg_free(v->c, q);
    return rule;
}
