/* item_options.c: the options of an item as text. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "view/equation.h"
#include "wgx/graph.h"
#include "wgx/op.h"

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
    if (!y->is_inline || wg_node_leaf(n) != WG_LEAF_NUMBER || !wgx_peek(n, &t)) return false;
    *x = wg_tensor_item(&t, 0);
    return true;
}

static wg_node first_operand(const wgi_view *v, const wgi_item *y)
{
    const int32_t at = y->operands ? *wgi_operand(v, y, 0) : WGI_NO_ITEM;
    return at >= 0 ? wgi_item_node(v, at) : wg_none;
}

/* Whether one axis is meant where none is given, and which. */
static bool has_standard_axis(const wg_attr_row *r, int *axis)
{
    *axis = r->standard ? atoi(r->standard) : 0;
    return r->standard &&
           (*r->standard == '-' || (r->kind == WG_ATTR_AXIS && isdigit((unsigned char)*r->standard)));
}

unsigned wgi_option_axes(const wg_attr_row *r, const void *attr, int rank)
{
    const wgx_setting o = wgx_attr_setting(r, attr);
    unsigned axes = 0;
    int64_t of[WG_MAX_RANK] = { o.whole };
    int count = r->kind == WG_ATTR_AXIS, standard;
    if (r->kind == WG_ATTR_AXES) memcpy(of, o.list.dim, sizeof of), count = o.list.rank;
    if (!count && has_standard_axis(r, &standard)) of[count++] = standard;
    for (int i = 0; i < count; i++) axes |= 1u << (of[i] < 0 ? of[i] + rank : of[i]);
    return count ? axes : (1u << rank) - 1;
}

/* [0, 1]; of sizes one number if all are equal. */
static void put_list(wgi_strbuf *b, const wg_shape *s, bool sizes)
{
    bool equal = sizes && s->rank;
    for (int i = 1; i < s->rank; i++) equal &= s->dim[i] == s->dim[0];
    if (equal || s->rank == 1) {
        wgi_strbuf_format(b, "%lld", (long long)s->dim[0]);
        return;
    }
    for (int i = 0; i < s->rank; i++) wgi_strbuf_format(b, i ? ", %lld" : "[%lld", (long long)s->dim[i]);
    wgi_strbuf_put(b, s->rank ? "]" : "");
}

/* The default as its row writes it. */
static void put_double(wgi_strbuf *b, const wg_attr_row *r, double v)
{
    if (r->standard && v == strtod(r->standard, NULL)) wgi_strbuf_put(b, r->standard);
    else wgi_put_number(b, v);
}

static bool is_needed(const wg_attr_row *r) { return r->standard && !strcmp(r->standard, "needed"); }

/* Axis 1 of a matrix is its last one, -1. Of axes 0 stands for all. A vector has one axis, which the language
 * does not need, but where a new one is made. */
static bool is_default_axis(const wg_op *op, const wg_attr_row *r, const wgx_setting *o, int rank)
{
    const bool one = r->kind == WG_ATTR_AXIS || (r->kind == WG_ATTR_AXES && o->list.rank == 1);
    int standard;
    if (r->standard && !strcmp(r->standard, "1, 2, ...") &&
        o->list.rank == rank - 2) { /* those of an image */
        bool all = true;
        for (int i = 0; i < o->list.rank; i++) all &= o->list.dim[i] == i + 1;
        return all;
    }
    if (one && rank == 1 && is_needed(r)) return !wgx_op_is(op, "expand_dims");
    if (!one || !has_standard_axis(r, &standard)) return false;
    const int64_t axis = r->kind == WG_ATTR_AXES ? o->list.dim[0] : o->whole;
    return (axis < 0 ? axis + rank : axis) == (standard < 0 ? standard + rank : standard);
}

/* All axes as they are, which is the default. transpose(x, axes = [1, 0, 2]) puts them in another order. */
static bool is_in_order(const wg_shape *axes)
{
    for (int i = 0; i < axes->rank; i++)
        if (axes->dim[i] != i) return false;
    return true;
}

static void put_attribute(const wgi_view *v, wgi_strbuf *b, const wg_attr_row *r, const wgi_item *y)
{
    const wgx_setting o = wgx_attr_setting(r, y->attr);
    const int rank = wg_node_shape(first_operand(v, y)).rank;
    if (!o.given || is_default_axis(y->op, r, &o, rank)) return;
    switch (o.kind) {
    case WG_ATTR_AXIS:
    case WG_ATTR_INT:
    case WG_ATTR_SIZE: wgi_strbuf_format(b, "%lld", (long long)o.whole); break;
    case WG_ATTR_DOUBLE: put_double(b, r, o.real); break;
    case WG_ATTR_BOOL: wgi_strbuf_put(b, o.whole ? "true" : ""); break;
    case WG_ATTR_DTYPE: /* of random numbers it is the context's own, unless they say another one */
        if (y->op->kind == WG_RANDOM && o.whole == (int)wg_context_dtype(v->c)) break;
        wgi_strbuf_put(b, o.word);
        break;
    case WG_ATTR_CHOICE: wgi_strbuf_put(b, o.word); break;
    case WG_ATTR_TEXT: wgi_strbuf_format(b, "\"%s\"", o.word); break;
    case WG_ATTR_AXES:
        if (o.list.rank != rank || is_needed(r) || !is_in_order(&o.list)) put_list(b, &o.list, false);
        break;
    case WG_ATTR_SHAPE: /* the first option's sizes are the result's shape, which the box shows */
        if (r != y->op->attrs || is_needed(r) || !wg_shape_equal(o.list, wgi_item_shape(v, y - v->item)))
            put_list(b, &o.list, true);
        break;
    case WG_ATTR_POINTER: break;
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
