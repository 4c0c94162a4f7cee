/* step_texts.c: the rule of a step, in the names of the picture and in numbers.
 *
 * Rules are the trees of an op's formula and adjoint with the item's own names in them. In numbers each
 * name is its value, except that a term da · a(1 − a) is the gradient times the local derivative:
 * −1.333 · 0.1874. */
#include "draw/step_states.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formula/formula.h"
#include "view/formula_values.h"
#include "wengert/op.h"

enum { NAME_MOST = 24, LINE = 400, LONGEST = 40, FEW = 6, OWN = sizeof((wgi_formula_values *)0)->own[0] };

/* ---- numbers ---- */

static double four_digits(double x)
{
    char text[40];
    if (!isfinite(x) || (fabs(x) < 1e6 && x == floor(x))) return x;
    snprintf(text, sizeof text, "%.4g", x);
    return strtod(text, NULL);
}

static void put_power_of_ten(wgi_strbuf *b, int power)
{
    char text[16];
    snprintf(text, sizeof text, "%d", power);
    for (const char *c = text; *c; c++) wgi_strbuf_put(b, wgi_small(*c, true));
}

void wgi_put_number(wgi_strbuf *b, double x)
{
    char digits[32];
    if (isnan(x)) {
        wgi_strbuf_put(b, "NaN");
        return;
    }
    x = four_digits(x);
    const int power = wgi_number_text(x, digits);
    wgi_strbuf_put(b, x < 0 ? "−" : "");
    if (power && strcmp(digits, "1") == 0) wgi_strbuf_put(b, "10");
    else wgi_strbuf_put(b, digits), wgi_strbuf_put(b, power ? "·10" : "");
    if (power) put_power_of_ten(b, power);
}

/* Row `row` of a matrix, or the vector. */
static void put_row(wgi_strbuf *b, const wg_tensor *t, int64_t row, int64_t columns)
{
    wgi_strbuf_put(b, "[");
    for (int64_t i = 0; i < columns; i++) {
        wgi_strbuf_put(b, i ? ", " : "");
        wgi_put_number(b, wg_tensor_item(t, row * columns + i));
    }
    wgi_strbuf_put(b, "]");
}

void wgi_put_numbers(wgi_strbuf *b, const wg_tensor *t)
{
    const int64_t n = wg_shape_size(t->shape);
    const int rank = t->shape.rank;
    if (n == 0) wgi_strbuf_put(b, "no elements");
    else if (n == 1) wgi_put_number(b, wg_tensor_item(t, 0));
    else if (n > FEW || rank > 2) {
        wgi_strbuf_put(b, "["), wgi_put_number(b, wg_tensor_item(t, 0));
        wgi_strbuf_put(b, ", "), wgi_put_number(b, wg_tensor_item(t, 1));
        wgi_strbuf_format(b, ", … ×%lld]", (long long)n);
    } else if (rank == 1) put_row(b, t, 0, n);
    else {
        const int64_t rows = t->shape.dim[0];
        wgi_strbuf_put(b, "[");
        for (int64_t i = 0; i < rows; i++) wgi_strbuf_put(b, i ? ", " : ""), put_row(b, t, i, n / rows);
        wgi_strbuf_put(b, "]");
    }
}

/* ---- the equation of an item ---- */

typedef struct equation {
    const wgi_view *v;
    const wgi_item *y;
    const wgi_step *const *value;
    wgi_formula f, also, own; /* own: with the item's names */
    wgi_formula_values k;
    wgi_formula_value names[WGI_FORMULA_VALUES + 2];
    char result[32], y_name[OWN], gradient[OWN]; /* of the op's result; the item's, and "dz" */
    char place[WGI_FORMULA_OPERANDS + 2][4];     /* of a pattern: of operands, the result, its gradient */
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

/* Copies a text into one of the buffers. false: it is too long. */
static bool copy_text(wgi_strbuf *text, char *to, size_t size)
{
    const bool fits = text->length && text->length < size;
    if (fits) memcpy(to, text->at, text->length + 1);
    wgi_strbuf_free(text);
    return fits;
}

static bool find_names(equation *q)
{
    const int64_t at = q->y - q->v->item;
    wgi_strbuf name = { .c = q->v->c }, gradient = name;
    if (!wgi_find_formula_values(q->v, q->y, &q->k)) return false;
    memcpy(q->names, q->k.v, (size_t)q->k.count * sizeof *q->names);
    wgi_put_name(&name, q->y, NAME_MOST), wgi_put_gradient_name(q->v, &gradient, at);
    const bool short_gradient = copy_text(&gradient, q->gradient, sizeof q->gradient);
    return copy_text(&name, q->y_name, sizeof q->y_name) && short_gradient;
}

/* Parses the op's formula, and its adjoint if wanted. The name of the result is on the formula's left. */
static bool parse(equation *q, bool adjoint)
{
    wgi_formula_error e;
    const wg_op *op = q->y->op;
    if (!op->formula || !wgi_formula_parse(&q->also, op->formula, &e)) return false;
    const int left = wgi_formula_child(&q->also, wgi_formula_child(&q->also, q->also.root, 0), 0);
    const wgi_formula_node *n = &q->also.node[left];
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
    q->names[n++] = (wgi_formula_value){ .name = q->result, .text = q->y_name };
    q->names[n++] = (wgi_formula_value){ .name = q->result, .primes = 1, .text = q->gradient };
    if (!wgi_formula_replace(&q->own, f, also, index, q->names, n) || q->own.loose) return false;
    q->right = wgi_formula_child(&q->own, q->own.root, 1);
    count_lengths(q);
    return wgi_formula_is_plain(&q->own, q->own.root) && wgi_formula_nodes(&q->own, q->right) <= LONGEST;
}

static bool put_right(const equation *q, wgi_strbuf *b, int node)
{
    char line[LINE];
    wgi_line to = { line, sizeof line, 0 };
    wgi_formula_text(&to, &q->own, node, false);
    if (to.length < sizeof line) wgi_strbuf_put(b, line);
    return to.length < sizeof line;
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
        n->number = four_digits(wg_tensor_item(t, 0));
    }
    return true;
}

/* ---- values ---- */

/* The right side of "z = w x + b". Nothing if the item is called by its formula, 1 - y. */
static void put_formula(const wgi_view *v, const wgi_item *y, wgi_strbuf *rule)
{
    wgi_strbuf all = { .c = rule->c }, name = all;
    wgi_put_formula(v, &all, y), wgi_put_symbol(&name, y, NAME_MOST);
    const bool called_so = !strcmp(wgi_strbuf_text(&all), wgi_strbuf_text(&name));
    wgi_strbuf_put(&name, " = ");
    const char *text = wgi_strbuf_text(&all), *left = wgi_strbuf_text(&name);
    if (!called_so) wgi_strbuf_put(rule, strncmp(text, left, strlen(left)) == 0 ? text + strlen(left) : text);
    rule->failed |= all.failed || name.failed;
    wgi_strbuf_free(&all), wgi_strbuf_free(&name);
}

static equation *new_equation(const wgi_view *v, const wgi_step *const value[], int64_t at)
{
    equation *q = wg_alloc(v->c, 1, sizeof *q); /* trees are too large for the stack */
    if (q) q->v = v, q->y = &v->item[at], q->value = value;
    return q;
}

void wgi_put_value_rule(const wgi_view *v, const wgi_step *const value[], int64_t at, bool pattern,
                        wgi_strbuf *rule, wgi_strbuf *numbers)
{
    const wgi_item *y = &v->item[at];
    put_formula(v, y, rule);
    if (!y->operands || y->operands > WGI_FORMULA_OPERANDS) return;
    equation *q = new_equation(v, value, at);
    if (!q) rule->failed = true;
    else if (find_names(q) && parse(q, false)) {
        if (replace(q, &q->also, NULL, 0) && make_numbers(q, pattern)) put_right(q, numbers, q->right);
    }
    wg_free(v->c, q);
}

/* ---- terms ---- */

void wgi_put_gradient_name(const wgi_view *v, wgi_strbuf *b, int64_t item)
{
    wgi_strbuf name = { .c = b->c };
    wgi_put_symbol(&name, &v->item[item], NAME_MOST);
    const char *text = wgi_strbuf_text(&name);
    const bool expression = v->item[item].source >= WGI_NAME_EXPRESSION || strchr(text, ' ');
    wgi_put_gradient_of(v, b, text, expression);
    b->failed |= name.failed;
    wgi_strbuf_free(&name);
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
static void put_two_factors(equation *q, const wgi_step *t, bool pattern, wgi_strbuf *numbers)
{
    char places[2][4];
    if (pattern) {
        put_place(places[0], WGI_PLACE_HANDED), put_place(places[1], WGI_PLACE_LOCAL);
        wgi_strbuf_format(numbers, "%s · %s", places[0], places[1]);
        return;
    }
    const double g = wg_tensor_item(q->handed, 0), term = wg_tensor_item(&t->value, 0);
    wgi_formula_clear(&q->own);
    const int a = wgi_formula_number(&q->own, four_digits(g)),
              b = wgi_formula_number(&q->own, four_digits(term / g)),
              n = wgi_formula_new(&q->own, WGI_F_MUL, a, b);
    q->own.node[n].sign = '.';
    put_right(q, numbers, n);
}

static void put_term_numbers(equation *q, const wgi_step *t, int product, bool pattern, wgi_strbuf *numbers)
{
    const bool scalars = wg_shape_size(q->handed->shape) == 1 && wg_shape_size(t->value.shape) == 1;
    if (!scalars) return;
    const double g = wg_tensor_item(q->handed, 0);
    if (product && (pattern || (g != 0 && isfinite(g)))) put_two_factors(q, t, pattern, numbers);
    else if (make_numbers(q, pattern)) put_right(q, numbers, q->right);
}

/* Where an operand broadcasts, its gradient is a sum over the axes that it lacks or that have the size 1
 * in it. */
static void put_sum_over(const equation *q, int64_t to, wgi_strbuf *rule, bool open)
{
    const wg_shape x = wg_node_shape(wgi_item_node(q->v, to)),
                   y = wg_node_shape(wgi_item_node(q->v, q->y - q->v->item));
    const bool atom = q->own.node[q->right].kind == WGI_F_NAME;
    if (q->y->op->kind != WG_MAP || wg_shape_size(x) == wg_shape_size(y)) return;
    if (open) {
        wgi_strbuf_put(rule, atom ? "Σ " : "Σ (");
        return;
    }
    const char *before = " over axis ";
    wgi_strbuf_put(rule, atom ? "" : ")");
    if (wg_shape_size(x) == 1) return; /* over all */
    for (int i = 0; i < y.rank; i++) {
        const int in_x = i - (y.rank - x.rank);
        if (in_x >= 0 && x.dim[in_x] == y.dim[i]) continue;
        wgi_strbuf_format(rule, "%s%d", before, i);
        before = ", ";
    }
}

/* By operand k of the item. */
static bool put_partial(equation *q, const wgi_step *t, int k, bool pattern, wgi_strbuf *rule,
                        wgi_strbuf *numbers)
{
    int index = wgi_formula_equation_of(&q->f, q->k.formal[k], 1);
    if (index < 0) index = wgi_formula_equation_of(&q->f, "x_i", 1);
    if (index < 0 || !replace(q, &q->f, &q->also, index)) return false;
    const int product = product_with_gradient(q);
    if (product) {
        const int second = q->own.node[q->own.node[product].child].next;
        const bool scalar = wg_shape_size(q->handed->shape) == 1;
        q->own.node[product].sign = scalar || q->own.node[second].kind == WGI_F_NUMBER ? '.' : '*';
    }
    wgi_strbuf_put(rule, rule->length ? " + " : "");
    put_sum_over(q, t->to, rule, true);
    if (!put_right(q, rule, q->right)) return false;
    put_sum_over(q, t->to, rule, false);
    put_term_numbers(q, t, product, pattern, numbers);
    return true;
}

/* By every operand that is the item t->to. */
static bool put_adjoint(equation *q, const wgi_step *t, bool pattern, wgi_strbuf *rule, wgi_strbuf *numbers)
{
    int uses = 0;
    if (!find_names(q) || !parse(q, true)) return false;
    for (int k = 0; k < q->y->operands; k++) {
        if (operand(q, k) != t->to || !wg_op_has_derivative(q->y->op, k)) continue;
        if (!put_partial(q, t, k, pattern, rule, numbers)) return false;
        uses++;
    }
    if (uses > 1) wgi_strbuf_clear(numbers); /* each use has but a part of the term */
    return uses > 0;
}

void wgi_put_term_rule(const wgi_view *v, const wgi_step *const value[], const wgi_step *t,
                       const wg_tensor *handed, bool pattern, wgi_strbuf *rule, wgi_strbuf *numbers)
{
    equation *q = new_equation(v, value, t->from);
    if (!q) {
        rule->failed = true;
        return;
    }
    q->handed = handed;
    if (!put_adjoint(q, t, pattern, rule,
                     numbers)) { /* no formula, or too long a one: the chain rule itself */
        wgi_strbuf_clear(rule), wgi_strbuf_clear(numbers);
        wgi_strbuf y = { .c = v->c }, x = y, dy = y;
        wgi_put_symbol(&y, q->y, NAME_MOST), wgi_put_symbol(&x, &v->item[t->to], NAME_MOST);
        wgi_put_gradient_name(v, &dy, t->from);
        const bool scalars = size_of(q, t->from) == 1 && size_of(q, t->to) == 1;
        const char *of_y = wgi_strbuf_text(&y), *by_x = wgi_strbuf_text(&x),
                   *handed_on = wgi_strbuf_text(&dy);
        if (scalars) wgi_strbuf_format(rule, "%s · ∂%s/∂%s", handed_on, of_y, by_x);
        else wgi_strbuf_format(rule, "(∂%s/∂%s)ᵀ %s", of_y, by_x, handed_on);
        rule->failed |= y.failed || x.failed || dy.failed;
        wgi_strbuf_free(&y), wgi_strbuf_free(&x), wgi_strbuf_free(&dy);
    }
    wg_free(v->c, q);
}
