/* step_numbers.c: the rule of a step in numbers, and tensors as text on a line. See step_equation.h. */
#include "draw/step_equation.h"

#include <math.h>
#include <string.h>

enum { LINE = 600 }; /* bytes of three tensors */

/* How many axes begin, or end, before element i. */
static int axes_at(wg_shape s, int64_t i)
{
    int64_t step = 1;
    int axes = 0;
    for (int d = s.rank - 1; d >= 0; d--) step *= s.dim[d], axes += i % step == 0;
    return axes;
}

const char *wgi_numbers(wgi_pool *pool, const wg_tensor *t)
{
    const int64_t n = wg_shape_size(t->shape);
    wgi_strbuf b = { .pool = pool };
    if (n == 0) return "no elements";
    if (n == 1) wgi_put_number(&b, wg_tensor_item(t, 0));
    else if (n > WGI_FEW) wgi_put_cut(&b, t);
    else
        for (int64_t i = 0; i < n; i++) {
            wgi_strbuf_put(&b, i ? ", " : "");
            for (int k = axes_at(t->shape, i); k > 0; k--) wgi_strbuf_put(&b, "[");
            wgi_put_number(&b, wg_tensor_item(t, i));
            for (int k = axes_at(t->shape, i + 1); k > 0; k--) wgi_strbuf_put(&b, "]");
        }
    return wgi_strbuf_keep(&b);
}

const char *wgi_step_place(const wgi_step_equation *q, int64_t item)
{
    const unsigned code = (unsigned)(WGI_PLACES + item);
    const char to[] = { (char)(0xE0 | code >> 12), (char)(0x80 | (code >> 6 & 0x3F)),
                        (char)(0x80 | (code & 0x3F)), 0 };
    return wgi_pool_copy(q->v->pool, to);
}

static const char *place_of(const wgi_step_equation *q, const wgi_formula_node *n)
{
    const bool handed = !n->number && n->text == q->gradient;
    return wgi_step_place(q, handed ? WGI_PLACE_HANDED : wgi_step_item(q, n));
}

/* The class numbers as rows of 0 and 1. */
static const char *one_hot(const wgi_step_equation *q, const wg_tensor *t)
{
    wg_shape s = t->shape;
    const int64_t n = wg_shape_size(s), classes = q->shape[0].dim[q->shape[0].rank - 1];
    double *row = wgi_pool_take(q->v->pool, n * classes, sizeof *row);
    if (!row) return "";
    for (int64_t i = 0; i < n; i++) {
        const double k = wg_tensor_item(t, i);
        if (k >= 0 && k < (double)classes) row[i * classes + (int64_t)k] = 1;
    }
    s.dim[s.rank++] = classes;
    const wg_tensor rows = wg_view_f64(row, s);
    return wgi_numbers(q->v->pool, &rows);
}

/* Puts the text of a tensor, or with `pattern` its place, where node n of own stood. */
static void put_tensor(const wgi_step_equation *q, wgi_formula_node *n, const wg_tensor *t, bool hot,
                       bool pattern)
{
    const char *text = NULL;
    n->of = 0;
    if (!pattern && !hot && wg_shape_size(t->shape) == 1) {
        n->kind = WGI_F_NUMBER, n->text = NULL, n->length = 0, n->child = 0;
        n->number = wg_tensor_item(t, 0);
        return;
    }
    n->axes = wg_shape_size(t->shape) == 1 && !hot ? WGI_F_NO_AXES : WGI_F_HAS_AXES;
    if (pattern && hot) text = wgi_pool_format(q->v->pool, "%s\uF014", place_of(q, &q->own.node[n->child]));
    else if (pattern) text = place_of(q, n);
    else text = hot ? one_hot(q, t) : wgi_numbers(q->v->pool, t);
    n->kind = pattern ? WGI_F_NAME : WGI_F_WORDS, n->child = 0, n->text = text, n->length = (int)strlen(text);
}

/* Whether it is the call one_hot of the class numbers of a loss, which are its second operand. */
static bool is_one_hot(const wgi_step_equation *q, int node)
{
    return q->own.node[node].kind == WGI_F_CALL && wgi_formula_is(&q->own, node, "one_hot") &&
           q->shape[0].rank == q->shape[1].rank + 1;
}

/* Whether a number stands at the node, or its place. */
static bool is_one_number(const wgi_formula_node *n)
{
    return n->kind == WGI_F_NUMBER || (n->kind == WGI_F_NAME && n->axes == WGI_F_NO_AXES);
}

/* Whether an array stands below the node, in names or in numbers. */
static bool has_array(const wgi_step_equation *q, int node)
{
    const wgi_formula_node *n = &q->own.node[node];
    bool array = (n->kind == WGI_F_NAME || n->kind == WGI_F_WORDS) && n->axes == WGI_F_HAS_AXES;
    for (int k = n->child; k; k = q->own.node[k].next) array |= has_array(q, k);
    return array;
}

/* What products and transposes of names are in numbers, from the operands up. */
static void set_signs(wgi_step_equation *q, int node)
{
    wgi_formula_node *n = &q->own.node[node];
    for (int k = n->child; k; k = q->own.node[k].next) set_signs(q, k);
    const wgi_formula_node *a = &q->own.node[n->child], *b = &q->own.node[a->next];
    const int16_t next = n->next;
    if (n->kind == WGI_F_TRANSPOSED && is_one_number(a)) *n = *a, n->next = next;
    if (n->kind == WGI_F_MATMUL && (is_one_number(a) || is_one_number(b))) n->kind = WGI_F_MUL;
    if (n->kind == WGI_F_MUL) n->sign = has_array(q, n->child) && has_array(q, a->next) ? '*' : '.';
}

/* Puts the numbers of node i in its place, if it is a name. false: these are too many. */
static bool make_number(wgi_step_equation *q, int i, bool pattern, int64_t *numbers)
{
    wgi_formula_node *n = &q->own.node[i];
    const bool hot = is_one_hot(q, i);
    const wg_tensor *t = wgi_step_tensor(q, hot ? &q->own.node[n->child] : n);
    if (!t) return true;
    const int64_t size = wg_shape_size(t->shape) * (hot ? q->shape[0].dim[q->shape[0].rank - 1] : 1);
    *numbers += size;
    if (!t->data || size == 0 || size > q->most || t->shape.rank + hot > 2 || *numbers > 2 * WGI_FEW)
        return false;
    if (hot) q->own.node[n->child].kind = WGI_F_LIST; /* its numbers are not written */
    put_tensor(q, n, t, hot, pattern);
    return true;
}

/* Turns the names into numbers, or with `pattern` into their places. false: these are too many, or there are
 * definitions. */
bool wgi_step_make_numbers(wgi_step_equation *q, bool pattern)
{
    int64_t numbers = 0;
    wgi_formula *f = &q->own;
    if (f->node[f->root].kind == WGI_F_LIST && f->node[q->equation].next) return false;
    for (int i = 1; i < f->count; i++)
        if (is_one_hot(q, i) && !make_number(q, i, pattern, &numbers)) return false;
    for (int i = 1; i < f->count; i++) {
        const int kind = f->node[i].kind;
        if (q->most == 1 && (kind == WGI_F_MATMUL || kind == WGI_F_TRANSPOSED || kind == WGI_F_ALONG))
            return false;
        if (!make_number(q, i, pattern, &numbers)) return false;
    }
    set_signs(q, q->right);
    return true;
}

/* The term is the gradient times the local derivative. */
static const char *two_factors(wgi_step_equation *q, const wgi_step *t, bool pattern)
{
    const double g = wg_tensor_item(wgi_step_handed(q), 0), term = wg_tensor_item(&t->value, 0);
    const char *const at[] = { wgi_step_place(q, WGI_PLACE_HANDED), wgi_step_place(q, WGI_PLACE_LOCAL) };
    wgi_formula *f = &q->own;
    wgi_formula_clear(f);
    const int a = pattern ? wgi_formula_name(f, at[0], 3, 0) : wgi_formula_number(f, g),
              b = pattern ? wgi_formula_name(f, at[1], 3, 0) : wgi_formula_number(f, term / g),
              n = wgi_formula_new(f, WGI_F_MUL, a, b);
    f->node[n].sign = '.';
    return wgi_step_text(q, f, n);
}

const char *wgi_step_term_numbers(wgi_step_equation *q, const wgi_step *t, int product, bool pattern)
{
    const bool scalar = wg_shape_size(wgi_step_handed(q)->shape) == 1 && wg_shape_size(t->value.shape) == 1;
    const double g = scalar ? wg_tensor_item(wgi_step_handed(q), 0) : 0;
    if (product && scalar && g != 0 && isfinite(g)) return two_factors(q, t, pattern);
    const int kind = q->y->op->kind, left = q->own.node[q->equation].child;
    const bool elements = q->own.node[left].kind == WGI_F_AT || wgi_formula_child(&q->own, q->equation, 2),
               copied = !scalar && q->own.node[q->right].kind == WGI_F_NAME,
               lost_axes = kind != WG_MAP && kind != WG_CONTRACT && wgi_step_handed(q)->shape.rank &&
                           wgi_step_handed(q)->shape.rank != t->value.shape.rank;
    if (elements || copied || lost_axes) return NULL; /* numbers say less */
    q->most = WGI_FEW;
    return wgi_step_make_numbers(q, pattern) ? wgi_step_text(q, &q->own, q->right) : NULL;
}

/* A tensor as a node. */
static int put_numbers(wgi_formula *f, wgi_pool *pool, const wg_tensor *t)
{
    if (wg_shape_size(t->shape) == 1) return wgi_formula_number(f, wg_tensor_item(t, 0));
    const char *text = wgi_numbers(pool, t);
    const int n = wgi_formula_new(f, WGI_F_WORDS, 0, 0);
    if (n) f->node[n].text = text, f->node[n].length = (int)strlen(text);
    return n;
}

const char *wgi_sum_of_numbers(wgi_pool *pool, const wg_tensor *a, const wg_tensor *b, const wg_tensor *sum)
{
    char line[LINE];
    wgi_line to = { line, sizeof line, 0 };
    wgi_formula *f = wg_alloc(pool->c, 1, sizeof *f); /* too large for the stack */
    if (!f) return pool->failed = true, "";
    wgi_formula_clear(f);
    const int left = wgi_formula_new(f, WGI_F_ADD, put_numbers(f, pool, a), put_numbers(f, pool, b));
    wgi_formula_text(&to, f, wgi_formula_new(f, WGI_F_EQUATION, left, put_numbers(f, pool, sum)), false);
    wg_free(pool->c, f);
    return wgi_pool_copy(pool, line);
}
