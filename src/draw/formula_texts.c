/* formula_texts.c: names of nodes, options that differ from their defaults, and formulas with the operands'
 * names in them.
 *
 * "y = a + b" of the op becomes "h = z + 0.5" if its right side has one variable for each operand; else a
 * call is written, "h = concat(a, b, c)". */
#include "draw/draw_private.h"

#include <ctype.h>
#include <string.h>

#include "wengert/op.h"

enum { NAME_MOST = 40, OPERAND_MOST = 24, SHOWN = 4 };

/* ---- names ---- */

bool wgi_is_inline_number(wg_node n)
{
    wg_leaf leaf = wg_node_leaf(n);
    return (leaf == WG_LEAF_NUMBER || leaf == WG_LEAF_STREAM) && !*wg_node_name(n) &&
           wg_node_shape(n).rank == 0;
}

void wgi_put_name(const wgi_view *v, wgi_strbuf *b, const wgi_item *y, int most)
{
    (void)v;
    if (*y->name) wgi_strbuf_clean(b, y->name, most);
    else wgi_strbuf_format(b, "v%lu", (unsigned long)y->node);
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
    else if (!wgi_is_inline_number(n)) wgi_put_name(v, b, &v->item[v->arg[y->first + k]], OPERAND_MOST);
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

static void put_choice(wgi_strbuf *b, const char *words, int choice)
{
    for (; words && choice > 0; choice--) {
        words += strcspn(words, " ");
        words += *words == ' ';
    }
    if (words && choice == 0) wgi_strbuf_add(b, words, strcspn(words, " "));
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
    const char *at = (const char *)y->attr + r->offset;
    switch (r->kind) {
    case WG_ATTR_AXIS:
    case WG_ATTR_INT: wgi_strbuf_format(b, "%d", *(const int *)(const void *)at); break;
    case WG_ATTR_SIZE: wgi_strbuf_format(b, "%lld", (long long)*(const int64_t *)(const void *)at); break;
    case WG_ATTR_DOUBLE: wgi_strbuf_number(b, *(const double *)(const void *)at); break;
    case WG_ATTR_BOOL: wgi_strbuf_put(b, *(const bool *)at ? "true" : ""); break;
    case WG_ATTR_AXES: put_axes(b, (const wg_axes *)(const void *)at, operand_of(v, y, 0)); break;
    case WG_ATTR_DTYPE: wgi_strbuf_put(b, wg_dtype_name(*(const wg_dtype *)(const void *)at)); break;
    case WG_ATTR_CHOICE: put_choice(b, r->choices, *(const int *)(const void *)at); break;
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

/* The variables in the formulas of ops with 1, 2 and 3 operands. */
static const char *const variables[] = { "", "x", "ab", "abc" };

static size_t identifier_length(const char *s)
{
    size_t n = 0;
    if (isalpha((unsigned char)*s) || *s == '_')
        while (isalnum((unsigned char)s[n]) || s[n] == '_') n++;
    return n;
}

/* The right side ends at a comma or semicolon outside brackets: conventions follow it. */
static size_t right_side_length(const char *s)
{
    int depth = 0;
    for (size_t i = 0;; i++) {
        if (!s[i] || (depth == 0 && (s[i] == ',' || s[i] == ';'))) return i;
        depth += (s[i] == '(' || s[i] == '[') - (s[i] == ')' || s[i] == ']');
    }
}

/* Words of formulas that are sentences. A name in place of a variable would not read well there. */
static bool is_prose(const char *s, size_t length)
{
    static const char *const prose[] = { "of", "where", "over", "along",    "in",
                                         "is", "with",  "to",   "repeated", "summed" };
    for (size_t i = 0; i < sizeof prose / sizeof *prose; i++)
        if (strlen(prose[i]) == length && memcmp(s, prose[i], length) == 0) return true;
    return false;
}

/* The right side has a variable for each operand and is no sentence. */
static bool has_variables(const char *s, size_t length, int operands)
{
    unsigned seen = 0;
    for (size_t i = 0, n; i < length; i += n ? n : 1) {
        n = identifier_length(s + i);
        if (i && s[i - 1] == ' ' && is_prose(s + i, n)) return false;
        const char *at = n == 1 ? strchr(variables[operands], s[i]) : NULL;
        if (at) seen |= 1u << (at - variables[operands]);
    }
    return seen == (1u << operands) - 1;
}

/* Writes the value of the attribute of that name. false: there is none, or it cannot be written. */
static bool put_named_attribute(const wgi_view *v, wgi_strbuf *b, const char *name, size_t length,
                                const wgi_item *y)
{
    const wg_attr_row *row = y->attr ? y->op->attrs : NULL;
    size_t before = b->length;
    for (; row && row->name; row++)
        if (strlen(row->name) == length && memcmp(row->name, name, length) == 0) put_attribute(v, b, row, y);
    return b->length > before;
}

static void put_identifier(const wgi_view *v, wgi_strbuf *b, const char *s, size_t length, const wgi_item *y)
{
    const char *names = variables[y->operands], *at = length == 1 ? strchr(names, *s) : NULL;
    if (at) put_operand(v, b, y, (int)(at - names));
    else if (!put_named_attribute(v, b, s, length, y)) wgi_strbuf_add(b, s, length);
}

/* The right side with the operands' names for its variables and the attributes' values for their names. */
static void put_instance(const wgi_view *v, wgi_strbuf *b, const char *s, size_t length, const wgi_item *y)
{
    for (size_t i = 0; i < length;) {
        size_t word = identifier_length(s + i);
        bool square = s[i] == '^' && s[i + 1] == '2' && !isalnum((unsigned char)s[i + 2]);
        if (word) put_identifier(v, b, s + i, word, y);
        else if (square) wgi_strbuf_put(b, "²");
        else if (s[i] == '-') wgi_strbuf_put(b, "−");
        else wgi_strbuf_add(b, s + i, 1);
        i += word ? word : square ? 2 : 1;
    }
}

static void put_call(const wgi_view *v, wgi_strbuf *b, const wgi_item *y)
{
    int operands = y->operands;
    while (operands && v->arg[y->first + operands - 1] < 0) operands--; /* optional ones */
    wgi_strbuf_clean(b, y->op->name, NAME_MOST);
    for (int k = 0; k < operands && k <= SHOWN; k++) {
        wgi_strbuf_put(b, k ? ", " : "(");
        if (k == SHOWN) wgi_strbuf_format(b, "… %d operands", operands);
        else put_operand(v, b, y, k);
    }
    wgi_strbuf_put(b, operands ? ")" : "()");
}

void wgi_put_formula(const wgi_view *v, wgi_strbuf *b, const wgi_item *y)
{
    const char *f = y->op->formula;
    int operands = y->operands;
    wgi_put_name(v, b, y, OPERAND_MOST);
    wgi_strbuf_put(b, " = ");
    if (f && strncmp(f, "y = ", 4) == 0 && operands >= 1 && operands <= 3) {
        size_t length = right_side_length(f + 4);
        if (has_variables(f + 4, length, operands)) {
            put_instance(v, b, f + 4, length, y);
            return;
        }
    }
    put_call(v, b, y);
}
