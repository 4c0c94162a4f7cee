/* page_formula.c: an op's formula as a tree for the page's script. See page.h. */
#include <float.h>
#include <math.h>
#include <string.h>

#include "draw/page.h"
#include "view/equation.h"
#include "wengert/op.h"
#include "wgx/op.h"

typedef struct writer {
    wgi_pool *pool;
    wgi_strbuf *b;
    const wgi_formula *f;
    const wg_op *op;
    const void *attr;
    int count; /* of operands */
    wg_dtype dtype;
    int index;    /* of a sum that is open: its name; 0: there is none */
    bool unknown; /* something has no place in a tree */
} writer;

static void put(writer *w, int node);

static void put_number(writer *w, double x)
{
    w->unknown |= !isfinite(x);
    wgi_json_number(w->b, x, true);
}

/* [name, argument ...]. The arguments are the node and those beside it. */
static void put_call(writer *w, const char *name, int argument)
{
    wgi_json_open(w->b, "[");
    wgi_json_text(w->b, name, true);
    for (; argument; argument = w->f->node[argument].next) put(w, argument);
    wgi_strbuf_put(w->b, "]");
}

/* ---- names ---- */

static void put_operand(writer *w, int k)
{
    wgi_json_open(w->b, "[");
    wgi_json_whole(w->b, k);
    wgi_strbuf_put(w->b, "]");
}

static int find_operand(const writer *w, const char *called)
{
    char name[32];
    int k = w->op->operands - 1;
    while (k >= 0 && (!wgx_op_operand_name(w->op, k, name, sizeof name) || strcmp(name, called))) k--;
    return k;
}

static bool find_option(const writer *w, const char *name, double *x)
{
    const wg_attr_row *r = w->attr ? w->op->attrs : NULL;
    while (r && r->name && strcmp(r->name, name)) r++;
    if (!r || !r->name) return false;
    const wgx_setting o = wgx_attr_setting(r, w->attr);
    *x = o.kind == WG_ATTR_DOUBLE ? o.real : (double)o.whole;
    return o.kind == WG_ATTR_DOUBLE || o.kind == WG_ATTR_INT || o.kind == WG_ATTR_AXIS ||
           o.kind == WG_ATTR_SIZE;
}

static const char *text_of(const writer *w, int node)
{
    const char *text = wgi_pool_part(w->pool, w->f->node[node].text, (size_t)w->f->node[node].length);
    return text ? text : "";
}

/* An operand, an option, or what the formula defines. */
static void put_name(writer *w, const char *name)
{
    const int operand = find_operand(w, name), equation = wgi_formula_equation_of(w->f, name, 0);
    double x = M_PI;
    if (w->index && strcmp(text_of(w, w->index), name) == 0) put_operand(w, w->op->operands);
    else if (operand >= 0) put_operand(w, operand);
    else if (find_option(w, name, &x) || strcmp(name, "pi") == 0) put_number(w, x);
    else if (equation > 0) put(w, wgi_formula_child(w->f, wgi_formula_child(w->f, w->f->root, equation), 1));
    else w->unknown = true;
}

/* ---- forms that keep more digits ---- */

static bool is_one(const writer *w, int node)
{
    return w->f->node[node].kind == WGI_F_NUMBER && w->f->node[node].number == 1;
}

/* e^x; the node is its x. */
static int exponent_of(const writer *w, int node)
{
    const wgi_formula_node *n = &w->f->node[node];
    return n->kind == WGI_F_POW && wgi_formula_is(w->f, n->child, "e") ? w->f->node[n->child].next : 0;
}

static bool is_ln(const writer *w, int node)
{
    return w->f->node[node].kind == WGI_F_CALL && wgi_formula_is(w->f, node, "ln");
}

/* ln(1 + x) and ln(1 - x) */
static void put_ln(writer *w, int of)
{
    const wgi_formula_node *n = &w->f->node[of];
    const bool sum = n->kind == WGI_F_ADD, difference = n->kind == WGI_F_SUB;
    if (!(sum || difference) || !is_one(w, n->child)) put_call(w, "ln", of);
    else {
        wgi_json_open(w->b, "[\"log1p\"");
        if (sum) put(w, w->f->node[n->child].next);
        else put_call(w, "neg", w->f->node[n->child].next);
        wgi_strbuf_put(w->b, "]");
    }
}

/* ---- sums, and what a dtype makes of a number ---- */

/* Over all operands, or over n <= m: from 1 to m, which the body finds behind its operands. */
static void put_sum(writer *w, int call)
{
    wgi_strbuf *b = w->b;
    const int body = w->f->node[call].child, over = w->f->node[body].next, range = w->f->node[over].child;
    const wgi_formula_node *r = &w->f->node[range];
    if (!over || w->f->node[over].kind != WGI_F_OVER || w->f->node[range].next) w->unknown = true;
    else if (r->kind == WGI_F_COMPARE && r->sign == 'l' && !r->chained) {
        w->index = r->child;
        wgi_json_open(b, "[\"sum\"");
        put(w, w->f->node[r->child].next), put(w, body);
        wgi_strbuf_put(b, "]");
        w->index = 0;
    } else if (w->op->operands < 0 && r->kind == WGI_F_NAME) {
        for (int k = 1; k < w->count; k++) wgi_json_open(b, "[\"+\"");
        for (int k = 0; k < w->count; k++) {
            put_operand(w, k);
            if (k) wgi_strbuf_put(b, "]");
        }
    } else w->unknown = true;
}

/* Whole numbers have no NaN. */
static void put_dtype(writer *w, int of)
{
    wgi_strbuf *b = w->b;
    if (w->dtype == WG_F64) put(w, of);
    else if (w->dtype == WG_F32) put_call(w, "fround", of);
    else if (w->dtype == WG_BOOL) {
        wgi_json_open(b, "[\"!\"");
        put(w, of), put_number(w, 0);
        wgi_strbuf_put(b, "]");
    } else {
        wgi_json_open(b, "[\"where\"");
        put_call(w, "trunc", of);
        wgi_json_open(b, "[\"=\"");
        put(w, of), put(w, of);
        wgi_strbuf_put(b, "]");
        put_number(w, 0);
        wgi_strbuf_put(b, "]");
    }
}

/* ---- all ---- */

/* What the script calls an operation; NULL: it has a form of its own. */
static const char *const names[] = {
    [WGI_F_ADD] = "+",   [WGI_F_SUB] = "-",   [WGI_F_NEG] = "neg",    [WGI_F_MUL] = "*",
    [WGI_F_DIV] = "/",   [WGI_F_POW] = "pow", [WGI_F_MOD] = "mod",    [WGI_F_ABS] = "abs",
    [WGI_F_AND] = "and", [WGI_F_OR] = "or",   [WGI_F_CASES] = "where"
};
/* Of the script, or of Math. */
static bool is_function(const char *name)
{
    static const char *const known[] = { "sin",  "cos",  "tan",  "asin",  "acos",  "atan",  "atan2",
                                         "sinh", "cosh", "tanh", "asinh", "acosh", "atanh", "floor",
                                         "ceil", "sqrt", "sign", "max",   "min" };
    size_t k = 0;
    while (k < WGI_COUNT(known) && strcmp(known[k], name)) k++;
    return k < WGI_COUNT(known);
}

static void put(writer *w, int node)
{
    const wgi_formula_node *n = &w->f->node[node];
    const int second = w->f->node[n->child].next;
    if (w->unknown) return;
    if (n->kind == WGI_F_NUMBER) put_number(w, n->number);
    else if (n->kind == WGI_F_NAME) put_name(w, text_of(w, node));
    else if (wgi_formula_is(w->f, node, "the largest number")) put_number(w, DBL_MAX);
    else if (n->kind == WGI_F_CALL && wgi_formula_is(w->f, node, "sum")) put_sum(w, node);
    else if (n->kind == WGI_F_CALL && wgi_formula_is(w->f, node, "dtype")) put_dtype(w, n->child);
    else if (is_ln(w, node)) put_ln(w, n->child);
    else if (n->kind == WGI_F_CALL && is_function(text_of(w, node))) put_call(w, text_of(w, node), n->child);
    else if (n->kind == WGI_F_COMPARE && !n->chained) put_call(w, (char[]){ (char)n->sign, 0 }, n->child);
    else if (exponent_of(w, node)) put_call(w, "exp", exponent_of(w, node));
    else if (n->kind == WGI_F_SUB && exponent_of(w, n->child) && is_one(w, second))
        put_call(w, "expm1", exponent_of(w, n->child));
    else if (n->kind == WGI_F_MUL && is_ln(w, second)) put_call(w, "times_ln", n->child);
    else if (n->kind < WGI_COUNT(names) && names[n->kind]) put_call(w, names[n->kind], n->child);
    else w->unknown = true;
}

/* The name of a function says more digits than the op's formula. */
static void put_op(writer *w)
{
    wgi_json_open(w->b, "[");
    wgi_json_text(w->b, w->op->name, true);
    for (int k = 0; k < w->op->operands; k++) put_operand(w, k);
    wgi_strbuf_put(w->b, "]");
}

/* Whether the node is its first operand, maybe in another shape. */
static bool is_operand(wg_node n)
{
    const wg_op *op = wg_node_op(n);
    return op->kind == WG_ALIAS && !op->kernel[0] &&
           wg_shape_size(wg_node_shape(n)) == wg_shape_size(wg_node_shape(wg_node_operand(n, 0)));
}

/* The op's formula that keeps digits; NULL: it has none. */
static const wgi_formula *formula_of(const wgi_view *v, const wg_op *op)
{
    wgi_formula_error error;
    if (wgx_hints(op)->library != op || op->outputs > 1) return NULL;
    if (!wgx_hints(op)->computed) return wgi_view_formula(v, op);
    wgi_formula *f = wgi_pool_take(v->pool, 1, sizeof *f);
    return f && wgi_formula_parse(f, wgx_hints(op)->computed, &error) ? f : NULL;
}

const char *wgi_page_formula(const wgi_view *v, wg_node n)
{
    const wg_op *op = wg_node_op(n);
    const wgi_formula *f = formula_of(v, op);
    const int right = f ? wgi_formula_child(f, wgi_formula_child(f, f->root, 0), 1) : 0;
    const bool is_map = op->kind == WG_MAP || wgx_hints(op)->computed;
    wgi_strbuf b = { .pool = v->pool };
    writer w = { .pool = v->pool,
                 .b = &b,
                 .f = f,
                 .op = op,
                 .attr = wg_attr(n),
                 .count = wg_node_operands(n),
                 .dtype = wg_node_dtype(n) };
    if (is_operand(n)) put_operand(&w, 0);
    else if (right && is_map && wgx_hints(op)->library == op && is_function(op->name)) put_op(&w);
    else if (right && (is_map || f->node[right].kind == WGI_F_NAME)) put(&w, right);
    else w.unknown = true;
    return w.unknown ? NULL : wgi_strbuf_keep(&b);
}
