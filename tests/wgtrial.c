/* wgtrial.c: see wgtrial.h. */
#include "wgtrial.h"

#include <stdlib.h>
#include <string.h>

/* ---- options, as they count ---- */

static void set_axes(wgf_option *o, const wg_attr_row *r, wg_axes a, int rank)
{
    if (!a.count && r->standard && strcmp(r->standard, "all"))
        a = (wg_axes){ .count = 1, .axis = { atoi(r->standard) } };
    for (int i = 0; i < a.count; i++) a.axis[i] += a.axis[i] < 0 ? rank : 0;
    o->axes = a;
}

static void set_option(wgf_option *o, const wg_attr_row *r, const char *at, int rank)
{
    *o = (wgf_option){ .row = r };
    switch (r->kind) {
    case WG_ATTR_AXIS:
        set_axes(o, r, (wg_axes){ .count = 1, .axis = { *(const int *)(const void *)at } }, rank);
        break;
    case WG_ATTR_AXES: set_axes(o, r, *(const wg_axes *)(const void *)at, rank); break;
    case WG_ATTR_INT:
    case WG_ATTR_CHOICE: o->number = *(const int *)(const void *)at; break;
    case WG_ATTR_SIZE: o->number = (double)*(const int64_t *)(const void *)at; break;
    case WG_ATTR_BOOL: o->number = *(const bool *)(const void *)at; break;
    case WG_ATTR_DOUBLE: {
        const double x = *(const double *)(const void *)at;
        o->number = x;
        o->given = x != WG_AUTO;
        break;
    }
    case WG_ATTR_DTYPE: o->number = *(const wg_dtype *)(const void *)at; break;
    case WG_ATTR_SHAPE: o->shape = *(const wg_shape *)(const void *)at; break;
    default: break;
    }
}

/* An index from the end, along the axis of the option before it. */
static void count_from_start(wgf_scope *s, wg_node x)
{
    for (int i = 1; i < s->options; i++)
        if (!strcmp(s->option[i].row->name, "index") && s->option[i].number < 0)
            s->option[i].number += (double)wg_node_shape(x).dim[s->option[i - 1].axes.axis[0]];
}

/* ---- the call of the sample ---- */

/* The sample's call of a composite op. op NULL: it made no call of it. */
static wgx_call call_of(const wg_graph *g, const wg_op *op, int64_t *at)
{
    for (*at = wgx_graph_calls(g) - 1; *at >= 0; --*at) {
        const wgx_call k = wgx_graph_call(g, *at);
        if (k.op == op && k.operands <= WGF_OPERANDS) return k;
    }
    return (wgx_call){ .op = NULL };
}

wgf_array wgf_array_of(wg_node n)
{
    wg_tensor t = wg_value(n);
    wgf_array a = wgf_make(t.shape.rank, t.shape.dim);
    for (int64_t i = 0; i < wgf_size(&a); i++) a.at[i] = wgf_constant(wg_tensor_item(&t, i));
    return a;
}

wgf_name *wgf_add_name(wgf_scope *s, const char *text, int length, int primes)
{
    wgf_name *n = &s->name[s->names++];
    *n = (wgf_name){ .primes = primes, .index = -1 };
    snprintf(n->text, sizeof n->text, "%.*s", length, text);
    return n;
}

const wgi_formula_node *wgf_left_name(const wgi_formula *f, int equation)
{
    int n = f->node[wgi_formula_child(f, f->root, equation)].child;
    while (f->node[n].kind == WGI_F_AT) n = f->node[n].child;
    return &f->node[n];
}

bool wgf_set_up(wgf_trial *t)
{
    const wg_op *op = t->k.op;
    wgi_formula_error e;
    const bool own = op_case_is_own(&t->k);
    int64_t at = -1;
    const wgx_call call = own ? (wgx_call){ .op = op } : call_of(wg_graph_of(t->k.y[0]), op, &at);
    if (!call.op) return false;
    if (!own) t->k.y[0] = call.result;
    t->s = (wgf_scope){ .f = &t->f };
    t->attr = own ? wg_attr(t->k.y[0]) : call.attr;
    t->operands = own ? wg_node_operands(t->k.y[0]) : call.operands;
    if (!wgi_formula_parse(&t->f, op->formula, &e) || t->operands > 30) return false;
    for (int i = 0; i < t->operands; i++) {
        t->x[i] = own ? wg_node_operand(t->k.y[0], i) : wgx_graph_call_operand(wg_graph_of(t->k.y[0]), at, i);
        if (!wg_is_none(t->x[i]) && !t->x[i].graph)
            t->x[i] = wg_mul(wg_scalar(t->k.g, 1), t->x[i]); /* a number */
    }
    int rank = wg_node_shape(t->k.y[0]).rank;
    if (t->operands && wg_node_ok(t->x[0]) && wg_node_shape(t->x[0]).rank > rank)
        rank = wg_node_shape(t->x[0]).rank;
    for (const wg_attr_row *r = op->attrs; t->attr && r && r->name && t->s.options < WGF_OPTIONS; r++)
        set_option(&t->s.option[t->s.options++], r, (const char *)t->attr + r->offset, rank);
    count_from_start(&t->s, t->x[0]);
    for (int i = 0; i < t->operands; i++) {
        char name[24];
        if (!wgx_op_operand_name(op, i, name, sizeof name)) return false;
        wgf_name *n = wgf_add_name(&t->s, name, (int)strlen(name), 0);
        n->index = i, n->missing = !wg_node_ok(t->x[i]);
        if (!n->missing) n->value = wgf_array_of(t->x[i]);
    }
    t->s.operands = op->operands;
    return true;
}
