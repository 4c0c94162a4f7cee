/* item_options.c: the options of an item as text. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "view/equation.h"
#include "wengert/op.h"

bool wgi_is_inline_number(wg_node n)
{
    wg_leaf leaf = wg_node_leaf(n);
    return (leaf == WG_LEAF_NUMBER || leaf == WG_LEAF_STREAM) && !*wg_node_name(n) &&
           wg_node_shape(n).rank == 0;
}

bool wgi_item_number(const wgi_view *v, int64_t i, double *x)
{
    const wgi_item *y = &v->item[i];
    const wg_node n = wgi_item_node(v, i);
    wg_tensor t;
    *x = y->number;
    if (y->folded) return true;
    if (!y->is_inline || wg_node_leaf(n) != WG_LEAF_NUMBER || !wg_peek(n, &t)) return false;
    *x = wg_tensor_item(&t, 0);
    return true;
}

static wg_node first_operand(const wgi_view *v, const wgi_item *y)
{
    const int32_t at = y->operands ? *wgi_operand(v, y, 0) : WGI_NO_ITEM;
    return at >= 0 ? wgi_item_node(v, at) : wg_none;
}

static void put_axes(wgi_strbuf *b, const wg_axes *a, wg_node x)
{
    if (!a->count || a->count == wg_node_shape(x).rank) return;
    for (int i = 0; i < a->count && i < WG_MAX_RANK; i++) wgi_strbuf_format(b, i ? " %d" : "%d", a->axis[i]);
}

const char *wgi_choice_of(const wg_attr_row *r, int choice, size_t *length)
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

double wgi_number_or_default(const wg_attr_row *r, double x)
{
    return wg_or_standard(x, r->standard ? strtod(r->standard, NULL) : 0);
}

/* The default as its row writes it. */
static void put_double(wgi_strbuf *b, const wg_attr_row *r, double x)
{
    const double v = wgi_number_or_default(r, x);
    if (r->standard && v == strtod(r->standard, NULL)) wgi_strbuf_put(b, r->standard);
    else wgi_strbuf_number(b, v);
}

/* 0 stands for the default, which need not be a number: no class is ignored. */
static bool is_not_given(const wg_attr_row *r, const char *at)
{
    if (r->standard) return false;
    return (r->kind == WG_ATTR_DOUBLE && *(const double *)(const void *)at == 0) ||
           (r->kind == WG_ATTR_INT && *(const int *)(const void *)at == 0) ||
           (r->kind == WG_ATTR_SIZE && *(const int64_t *)(const void *)at == 0);
}

/* Axis 1 of a matrix is its last one, -1. Of axes 0 stands for all. */
static bool is_default_axis(const wg_attr_row *r, const char *at, wg_node x)
{
    const wg_axes *a = (const wg_axes *)(const void *)at;
    const bool one = r->kind == WG_ATTR_AXIS || (r->kind == WG_ATTR_AXES && a->count == 1);
    if (!one || !r->standard || (r->kind == WG_ATTR_AXES && *r->standard != '-')) return false;
    const int axis = r->kind == WG_ATTR_AXES ? a->axis[0] : *(const int *)(const void *)at;
    const int rank = wg_node_shape(x).rank, standard = atoi(r->standard);
    return (axis < 0 ? axis + rank : axis) == (standard < 0 ? standard + rank : standard);
}

static void put_attribute(const wgi_view *v, wgi_strbuf *b, const wg_attr_row *r, const wgi_item *y)
{
    const char *at = (const char *)y->attr + r->offset, *word;
    size_t length;
    if (is_not_given(r, at) || is_default_axis(r, at, first_operand(v, y))) return;
    switch (r->kind) {
    case WG_ATTR_AXIS:
    case WG_ATTR_INT: wgi_strbuf_format(b, "%d", *(const int *)(const void *)at); break;
    case WG_ATTR_SIZE: wgi_strbuf_format(b, "%lld", (long long)*(const int64_t *)(const void *)at); break;
    case WG_ATTR_DOUBLE: put_double(b, r, *(const double *)(const void *)at); break;
    case WG_ATTR_BOOL: wgi_strbuf_put(b, *(const bool *)at ? "true" : ""); break;
    case WG_ATTR_AXES: put_axes(b, (const wg_axes *)(const void *)at, first_operand(v, y)); break;
    case WG_ATTR_DTYPE: wgi_strbuf_put(b, wg_dtype_name(*(const wg_dtype *)(const void *)at)); break;
    case WG_ATTR_CHOICE:
        word = wgi_choice_of(r, *(const int *)(const void *)at, &length);
        wgi_strbuf_add(b, word, length);
        break;
    case WG_ATTR_SHAPE: /* as the first option it is the shape of the result, which the box shows */
        if (r != y->op->attrs) put_numbers(b, (const wg_shape *)(const void *)at);
        break;
    case WG_ATTR_POINTER:
    case WG_ATTR_TEXT: break;
    }
}

static bool is_part_of_name(char c) { return isalnum((unsigned char)c) || c == '_'; }

/* Whether the formula shows what the option is. It shows no axes: see wgi_formula_value. */
static bool is_in_formula(const wg_attr_row *r, const char *formula)
{
    const size_t n = strlen(r->name);
    if (r->kind == WG_ATTR_AXIS || r->kind == WG_ATTR_AXES) return false;
    for (const char *s = formula; s && (s = strstr(s, r->name)); s += n)
        if ((s == formula || !is_part_of_name(s[-1])) && !is_part_of_name(s[n])) return true;
    return false;
}

const char *wgi_item_options(const wgi_view *v, const wgi_item *y, bool hidden)
{
    const char *all = "";
    const wg_attr_row *row = y->attr ? y->op->attrs : NULL;
    for (; row && row->name; row++) {
        wgi_strbuf b = { .pool = v->pool };
        if (hidden && is_in_formula(row, y->op->formula)) continue;
        put_attribute(v, &b, row, y);
        const char *text = wgi_strbuf_keep(&b);
        if (*text && !(row->standard && strcmp(text, row->standard) == 0))
            all = wgi_pool_format(v->pool, "%s%s%s = %s", all, *all ? ", " : "", row->name, text);
    }
    return all;
}
