/* formula_texts.c: names of nodes, options that differ from their defaults, and formulas with the operands'
 * names in them.
 *
 * "y = a + b" of the op becomes "h = z + 0.5" if that fits a line and needs no explanation; else a call is
 * written, "h = concat(a, b, c)". */
#include "draw/formula_values.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formula/formula_words.h"
#include "wengert/op.h"

enum { NAME_MOST = 40, OPERAND_MOST = 24, SHOWN = 4, SYMBOL = 400 };

/* ---- names ---- */

bool wgi_is_inline_number(wg_node n)
{
    wg_leaf leaf = wg_node_leaf(n);
    return (leaf == WG_LEAF_NUMBER || leaf == WG_LEAF_STREAM) && !*wg_node_name(n) &&
           wg_node_shape(n).rank == 0;
}

void wgi_put_name(wgi_strbuf *b, const wgi_item *y, int most)
{
    if (*y->name) wgi_strbuf_clean(b, y->name, most);
    else wgi_strbuf_format(b, "v%lu", (unsigned long)y->node);
}

void wgi_put_symbol(wgi_strbuf *b, const wgi_item *y, int most)
{
    wgi_strbuf name = { .c = b->c };
    char text[SYMBOL];
    wgi_put_name(&name, y, most);
    if (name.length && wgi_formula_print_name(name.at, text, sizeof text) < SYMBOL) wgi_strbuf_put(b, text);
    else wgi_strbuf_put(b, wgi_strbuf_text(&name));
    b->failed |= name.failed;
    wgi_strbuf_free(&name);
}

static wg_node operand_of(const wgi_view *v, const wgi_item *y, int k)
{
    const int32_t at = k < y->operands ? v->arg[y->first + k] : WGI_NO_ITEM;
    return at >= 0 ? wgi_item_node(v, at) : wg_none;
}

static void put_operand(const wgi_view *v, wgi_strbuf *b, const wgi_item *y, int k)
{
    const wg_node n = operand_of(v, y, k);
    wg_tensor t;
    if (!wg_node_ok(n)) wgi_strbuf_put(b, "–");
    else if (!wgi_is_inline_number(n)) wgi_put_symbol(b, &v->item[v->arg[y->first + k]], OPERAND_MOST);
    else if (wg_node_leaf(n) != WG_LEAF_NUMBER || !wg_peek(n, &t)) wgi_strbuf_put(b, wg_node_op_name(n));
    else {
        double x = wg_tensor_item(&t, 0);
        wgi_strbuf_put(b, x < 0 ? "(" : "");
        wgi_strbuf_number(b, x);
        wgi_strbuf_put(b, x < 0 ? ")" : "");
    }
}

/* ---- attributes ---- */

static void put_axes(wgi_strbuf *b, const wg_axes *a, wg_node x)
{
    if (!a->count || a->count == wg_node_shape(x).rank) return;
    for (int i = 0; i < a->count && i < WG_MAX_RANK; i++) wgi_strbuf_format(b, i ? " %d" : "%d", a->axis[i]);
}

/* The word of a choice among those of its option, and its length. */
static const char *choice_of(const wg_attr_row *r, int choice, size_t *length)
{
    const char *words = r->choices ? r->choices : "";
    for (; choice > 0; choice--) {
        words += strcspn(words, " ");
        words += *words == ' ';
    }
    *length = choice == 0 ? strcspn(words, " ") : 0;
    return words;
}

/* One number if all are equal, else all. */
static void put_numbers(wgi_strbuf *b, const wg_shape *s)
{
    bool equal = true;
    for (int i = 1; i < s->rank; i++) equal &= s->dim[i] == s->dim[0];
    for (int i = 0; i < (equal && s->rank ? 1 : s->rank); i++)
        wgi_strbuf_format(b, i ? " %lld" : "%lld", (long long)s->dim[i]);
}

static void put_attribute(const wgi_view *v, wgi_strbuf *b, const wg_attr_row *r, const wgi_item *y)
{
    const char *at = (const char *)y->attr + r->offset, *word;
    size_t length;
    switch (r->kind) {
    case WG_ATTR_AXIS:
    case WG_ATTR_INT: wgi_strbuf_format(b, "%d", *(const int *)(const void *)at); break;
    case WG_ATTR_SIZE: wgi_strbuf_format(b, "%lld", (long long)*(const int64_t *)(const void *)at); break;
    case WG_ATTR_DOUBLE: wgi_strbuf_number(b, *(const double *)(const void *)at); break;
    case WG_ATTR_BOOL: wgi_strbuf_put(b, *(const bool *)at ? "true" : ""); break;
    case WG_ATTR_AXES: put_axes(b, (const wg_axes *)(const void *)at, operand_of(v, y, 0)); break;
    case WG_ATTR_DTYPE: wgi_strbuf_put(b, wg_dtype_name(*(const wg_dtype *)(const void *)at)); break;
    case WG_ATTR_CHOICE:
        word = choice_of(r, *(const int *)(const void *)at, &length);
        wgi_strbuf_add(b, word, length);
        break;
    case WG_ATTR_SHAPE: /* as the first option it is the shape of the result, which the box shows */
        if (r != y->op->attrs) put_numbers(b, (const wg_shape *)(const void *)at);
        break;
    case WG_ATTR_POINTER:
    case WG_ATTR_TEXT: break;
    }
}

void wgi_put_attributes(const wgi_view *v, wgi_strbuf *b, const wgi_item *y)
{
    const wg_attr_row *row = y->attr ? y->op->attrs : NULL;
    for (; row && row->name; row++) {
        wgi_strbuf text = { .c = b->c };
        put_attribute(v, &text, row, y);
        if (text.length && !(row->standard && strcmp(text.at, row->standard) == 0))
            wgi_strbuf_format(b, "%s%s = %s", b->length ? ", " : "", row->name, text.at);
        wgi_strbuf_free(&text);
    }
}

/* ---- formulas ---- */

enum { LONGEST = 6, LINE = 400 };

static void put_call(const wgi_view *v, wgi_strbuf *b, const wgi_item *y)
{
    int operands = y->operands;
    while (operands && v->arg[y->first + operands - 1] < 0) operands--; /* optional ones */
    const char *name = y->op->name, *letter = wgi_function_unicode(name, (int)strlen(name));
    const bool own = y->op->library && letter; /* σ(z) */
    wgi_strbuf_clean(b, own ? letter : name, NAME_MOST);
    for (int k = 0; k < operands && k <= SHOWN; k++) {
        wgi_strbuf_put(b, k ? ", " : "(");
        if (k == SHOWN) wgi_strbuf_format(b, "… %d operands", operands);
        else put_operand(v, b, y, k);
    }
    wgi_strbuf_put(b, operands ? ")" : "()");
}

/* The node's name in a buffer. false: it is too long. */
static bool copy_name(const wgi_view *v, const wgi_item *y, char *to, size_t size)
{
    wgi_strbuf text = { .c = v->c };
    wgi_put_name(&text, y, OPERAND_MOST);
    const bool fits = text.length && text.length < size;
    if (fits) memcpy(to, text.at, text.length + 1);
    wgi_strbuf_free(&text);
    return fits;
}

static bool name_operand(const wgi_view *view, wgi_formula_values *k, const wgi_item *y, int i)
{
    const wg_node x = operand_of(view, y, i);
    wgi_formula_value *v = &k->v[k->count++];
    wg_tensor t;
    if (!wg_op_operand_name(y->op, i, k->formal[i], sizeof k->formal[i])) return false;
    *v = (wgi_formula_value){ .name = k->formal[i], .text = k->own[i] };
    if (!wg_node_ok(x)) return v->absent = true;
    if (!wgi_is_inline_number(x))
        return copy_name(view, &view->item[view->arg[y->first + i]], k->own[i], sizeof k->own[i]);
    if (wg_node_leaf(x) == WG_LEAF_NUMBER && wg_peek(x, &t))
        v->text = NULL, v->number = wg_tensor_item(&t, 0);
    else snprintf(k->own[i], sizeof k->own[i], "%s", wg_node_op_name(x));
    return true;
}

static double number_or_default(const wg_attr_row *r, double x)
{
    return x == WG_ZERO ? 0 : x == 0 && r->standard ? strtod(r->standard, NULL) : x;
}

static void name_option(wgi_formula_values *k, const wg_attr_row *r, const char *at)
{
    wgi_formula_value *v = &k->v[k->count];
    char *word = k->choice[k->count];
    const char *from;
    size_t length;
    *v = (wgi_formula_value){ .name = r->name };
    switch (r->kind) {
    case WG_ATTR_AXIS:
    case WG_ATTR_AXES: v->hidden = true; break; /* the box shows the axes among its options */
    case WG_ATTR_INT: v->number = *(const int *)(const void *)at; break;
    case WG_ATTR_SIZE: v->number = (double)*(const int64_t *)(const void *)at; break;
    case WG_ATTR_BOOL: v->number = *(const bool *)at; break;
    case WG_ATTR_DOUBLE: v->number = number_or_default(r, *(const double *)(const void *)at); break;
    case WG_ATTR_DTYPE:
        v->text = wg_dtype_name(*(const wg_dtype *)(const void *)at);
        v->word = true;
        break;
    case WG_ATTR_CHOICE:
        from = choice_of(r, *(const int *)(const void *)at, &length);
        snprintf(word, sizeof k->choice[0], "%.*s", (int)length, from);
        v->text = word, v->word = true;
        break;
    default: return; /* without a number */
    }
    k->count++;
}

bool wgi_find_formula_values(const wgi_view *v, const wgi_item *y, wgi_formula_values *k)
{
    const char *attr = y->attr;
    k->count = 0;
    if (y->operands < 1 || y->operands > WGI_FORMULA_OPERANDS) return false;
    for (int i = 0; i < y->operands; i++)
        if (!name_operand(v, k, y, i)) return false;
    for (const wg_attr_row *r = attr ? y->op->attrs : NULL; r && r->name && k->count < WGI_FORMULA_VALUES; r++)
        name_option(k, r, attr + r->offset);
    return true;
}

/* "y = a b" with the names of the node and its operands, if that fits a line. false: it does not. */
static bool put_equation(const wgi_view *v, wgi_strbuf *b, const wgi_item *y)
{
    wgi_formula f, own;
    wgi_formula_error e;
    wgi_formula_values k;
    char line[LINE];
    if (!y->op->formula || !wgi_formula_parse(&f, y->op->formula, &e)) return false;
    if (!wgi_find_formula_values(v, y, &k)) return false;
    if (!wgi_formula_replace(&own, &f, NULL, 0, k.v, k.count) || own.loose) return false;
    const int right = wgi_formula_child(&own, own.root, 1);
    if (wgi_formula_nodes(&own, right) > LONGEST + y->operands) return false; /* a call says more */
    if (!wgi_formula_is_plain(&own, own.root) || own.node[right].kind == WGI_F_NAME) return false;
    wgi_line to = { line, sizeof line, 0 };
    wgi_formula_text(&to, &own, right, false);
    if (to.length >= sizeof line) return false;
    wgi_strbuf_put(b, line);
    return true;
}

void wgi_put_formula(const wgi_view *v, wgi_strbuf *b, const wgi_item *y)
{
    wgi_put_symbol(b, y, OPERAND_MOST);
    wgi_strbuf_put(b, " = ");
    if (!put_equation(v, b, y)) put_call(v, b, y);
}
