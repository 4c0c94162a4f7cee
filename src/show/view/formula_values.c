/* formula_values.c: the operands and options of an item, by their names in the op's formula. */
#include "view/equation.h"
#include "wgx/op.h"

#include <string.h>

/* ---- operands ---- */

wgi_formula_axes wgi_item_axes(const wgi_view *v, int64_t i)
{
    return wgi_item_shape(v, i).rank ? WGI_F_HAS_AXES : WGI_F_NO_AXES;
}

uint8_t wgi_name_kind(const wgi_item *y)
{
    const int kind = y->tree ? y->tree[y->root].kind : WGI_F_NAME;
    return kind == WGI_F_NAME || kind == WGI_F_NUMBER ? 0 : (uint8_t)kind;
}

const char *wgi_item_name(const wgi_view *v, const wgi_item *y, int most)
{
    const char *name = y->shown ? y->shown : y->name;
    return *name ? wgi_pool_clean(v->pool, name, most)
                 : wgi_pool_format(v->pool, "v%lu", (unsigned long)y->node);
}

bool wgi_name_formula_operand(const wgi_view *v, const wgi_item *y, int i, wgi_formula_values *k)
{
    const int32_t at = *wgi_operand(v, y, i);
    wgi_formula_value *to = &k->v[i];
    *to = (wgi_formula_value){ .name = k->formal[i] };
    if (at < 0) return to->absent = true;
    const wgi_item *x = &v->item[at];
    to->axes = wgi_item_axes(v, at);
    if (wgi_item_number(v, at, &to->number)) return true;
    if (x->tree && x->tree[x->root].kind == WGI_F_NUMBER) return to->number = x->tree[x->root].number, true;
    const char *name =
        x->is_inline ? wg_node_op_name(wgi_item_node(v, at)) : wgi_item_name(v, x, WGI_EXPRESSION_MOST);
    to->of = x->is_inline ? 0 : wgi_name_kind(x), to->look = x->look;
    to->text = k->own[i] = name;
    return *name && strlen(name) < WGI_OWN_BYTES;
}

/* ---- options ---- */

/* Along every axis alike: a stride of a convolution. */
static bool is_one_size(const wgx_setting *o)
{
    bool one = o->kind == WG_ATTR_SHAPE && o->list.rank > 0;
    for (int i = 1; i < o->list.rank; i++) one &= o->list.dim[i] == o->list.dim[0];
    return one;
}

static void name_option(wgi_pool *pool, wgi_formula_values *p, const wg_attr_row *r, const void *attr)
{
    const wgx_setting o = wgx_attr_setting(r, attr);
    wgi_formula_value *v = &p->v[p->count];
    *v = (wgi_formula_value){ .name = r->name };
    if (o.kind == WG_ATTR_AXIS || o.kind == WG_ATTR_AXES) v->hidden = true; /* among the box's options */
    else if (o.kind == WG_ATTR_DTYPE || o.kind == WG_ATTR_CHOICE)
        v->text = wgi_pool_format(pool, "%s", o.word), v->word = true;
    else if (is_one_size(&o)) v->number = (double)o.list.dim[0];
    else if (o.kind == WG_ATTR_SHAPE || o.kind == WG_ATTR_TEXT || o.kind == WG_ATTR_POINTER)
        return; /* without a number */
    else v->number = o.kind == WG_ATTR_DOUBLE ? o.real : (double)o.whole;
    v->unset = !o.given;
    p->count++;
}

/* In a rule an index from the end is the one from the start: where k = 4. */
static void count_from_start(const wgi_view *v, const wgi_item *y, wgi_formula_values *k)
{
    if (!wgx_op_is(y->op, "select") || *wgi_operand(v, y, 0) < 0) return;
    const wg_shape s = wgi_item_shape(v, *wgi_operand(v, y, 0));
    for (int i = y->operands; i < k->count; i++)
        if (strcmp(k->v[i].name, "index") == 0 && k->v[i].number < 0)
            k->v[i].number += (double)s.dim[wgi_whole_option(y, "axis")];
}

bool wgi_find_formula_values(const wgi_view *v, const wgi_item *y, wgi_formula_values *k)
{
    const void *attr = y->attr;
    k->count = y->operands, k->calls_e = false;
    if (y->operands < 1 || y->operands > WGI_FORMULA_OPERANDS) return false;
    for (int i = 0; i < y->operands; i++)
        if (!wgx_op_operand_name(y->op, i, k->formal[i], sizeof k->formal[i]) ||
            !wgi_name_formula_operand(v, y, i, k))
            return false;
    for (const wg_attr_row *r = attr ? y->op->attrs : NULL; r && r->name && k->count < WGI_FORMULA_VALUES;
         r++)
        name_option(v->pool, k, r, attr);
    count_from_start(v, y, k);
    k->calls_e = v->has_e && k->count < WGI_FORMULA_VALUES;
    if (k->calls_e) k->v[k->count++] = (wgi_formula_value){ .name = "e", .text = "exp", .word = true };
    return true;
}

/* ---- the right side ---- */

int wgi_find_right_side(const wgi_view *v, const wgi_item *y, wgi_right_side *r)
{
    const wgi_formula *f = y->op && y->op->outputs <= 1 ? wgi_view_formula(v, y->op) : NULL;
    if (!f) return 0;
    if (!wgi_find_formula_values(v, y, &r->k)) return 0;
    for (int i = 0; i < y->operands; i++) {
        wgi_formula_value *to = &r->k.v[i];
        if (to->absent) continue;
        to->tree = NULL, to->of = 0;
        to->text = wgi_item_number(v, *wgi_operand(v, y, i), &to->number) ? NULL : r->text[i];
    }
    if (!wgi_formula_replace(&r->own, f, NULL, 0, r->k.v, r->k.count) || r->own.loose) return 0;
    return wgi_formula_child(&r->own, r->own.root, 1);
}
