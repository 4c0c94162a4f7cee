/* formula_values.c: the operands and options of an item, by their names in the op's formula. */
#include "view/formula_values.h"

#include <stdio.h>
#include <string.h>

#include "view/equation.h"
#include "wengert/op.h"

enum { OPERAND_MOST = 24 }; /* characters of a name */

/* ---- operands ---- */

wgi_formula_axes wgi_item_axes(const wgi_view *v, int64_t i)
{
    return wg_node_shape(wgi_item_node(v, i)).rank ? WGI_F_HAS_AXES : WGI_F_NO_AXES;
}

/* x − y as a factor is (x − y). */
static bool needs_parentheses(const wgi_item *y)
{
    const int kind = y->tree ? y->tree[y->root].kind : WGI_F_NAME;
    return kind != WGI_F_NAME && kind != WGI_F_CALL && kind != WGI_F_TRANSPOSED;
}

static void put_operand(wgi_strbuf *b, const wgi_item *y)
{
    const bool parentheses = needs_parentheses(y);
    wgi_strbuf_put(b, parentheses ? "(" : "");
    if (*y->name) wgi_strbuf_clean(b, y->name, OPERAND_MOST);
    else wgi_strbuf_format(b, "v%lu", (unsigned long)y->node);
    wgi_strbuf_put(b, parentheses ? ")" : "");
}

bool wgi_name_formula_operand(const wgi_view *v, const wgi_item *y, int i, wgi_formula_values *k)
{
    const int32_t at = v->arg[y->first + i];
    wgi_formula_value *to = &k->v[i];
    wgi_strbuf text = { .c = v->c };
    *to = (wgi_formula_value){ .name = k->formal[i], .text = k->own[i] };
    if (at < 0) return to->absent = true;
    const wg_node x = wgi_item_node(v, at);
    to->axes = wgi_item_axes(v, at);
    if (wgi_item_number(v, at, &to->number)) {
        to->text = NULL;
        return true;
    }
    if (v->item[at].is_inline) wgi_strbuf_put(&text, wg_node_op_name(x));
    else put_operand(&text, &v->item[at]);
    const bool fits = !text.failed && text.length && text.length < sizeof k->own[i];
    if (fits) memcpy(k->own[i], text.at, text.length + 1);
    wgi_strbuf_free(&text);
    return fits;
}

/* ---- options ---- */

static void name_option(wgi_formula_values *p, const wg_attr_row *r, const char *at)
{
    wgi_formula_value *v = &p->v[p->count];
    char *word = p->choice[p->count];
    const char *from;
    size_t length;
    *v = (wgi_formula_value){ .name = r->name };
    switch (r->kind) {
    case WG_ATTR_AXIS:
    case WG_ATTR_AXES: v->hidden = true; break; /* the box shows the axes among its options */
    case WG_ATTR_INT: v->number = *(const int *)(const void *)at; break;
    case WG_ATTR_SIZE: v->number = (double)*(const int64_t *)(const void *)at; break;
    case WG_ATTR_BOOL: v->number = *(const bool *)at; break;
    case WG_ATTR_DOUBLE: v->number = wgi_number_or_default(r, *(const double *)(const void *)at); break;
    case WG_ATTR_DTYPE:
        v->text = wg_dtype_name(*(const wg_dtype *)(const void *)at);
        v->word = true;
        break;
    case WG_ATTR_CHOICE:
        from = wgi_choice_of(r, *(const int *)(const void *)at, &length);
        snprintf(word, sizeof p->choice[0], "%.*s", (int)length, from);
        v->text = word, v->word = true;
        break;
    default: return; /* without a number */
    }
    p->count++;
}

bool wgi_find_formula_values(const wgi_view *v, const wgi_item *y, wgi_formula_values *k)
{
    const char *attr = y->attr;
    k->count = y->operands, k->calls_e = false;
    if (y->operands < 1 || y->operands > WGI_FORMULA_OPERANDS) return false;
    for (int i = 0; i < y->operands; i++)
        if (!wg_op_operand_name(y->op, i, k->formal[i], sizeof k->formal[i]) ||
            !wgi_name_formula_operand(v, y, i, k))
            return false;
    for (const wg_attr_row *r = attr ? y->op->attrs : NULL; r && r->name && k->count < WGI_FORMULA_VALUES;
         r++)
        name_option(k, r, attr + r->offset);
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
        to->tree = NULL;
        to->text = wgi_item_number(v, v->arg[y->first + i], &to->number) ? NULL : r->text[i];
    }
    if (!wgi_formula_replace(&r->own, f, NULL, 0, r->k.v, r->k.count) || r->own.loose) return 0;
    return wgi_formula_child(&r->own, r->own.root, 1);
}
