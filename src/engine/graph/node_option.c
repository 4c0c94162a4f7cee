/* node_option.c: the options of the call that made a node, as values. */
#include "graph/composites.h"
#include "graph/graph.h"
#include "wengert/op.h"
#include "wgx/graph.h"
#include "wgx/op.h"

/* The n-th of words with blanks between them. "": there is none. */
static void put_nth(const char *words, int n, char *to, size_t room)
{
    words = words ? words : "";
    for (; n > 0 && *words; n--) words += strcspn(words, " "), words += *words == ' ';
    snprintf(to, room, "%.*s", n == 0 ? (int)strcspn(words, " ") : 0, words);
}

wgx_setting wgx_attr_setting(const wg_attr_row *row, const void *attr)
{
    wgx_setting v = { 0 };
    if (!row || !attr) return v;
    const void *at = (const char *)attr + row->offset;
    const wg_axes *axes = at;
    v.kind = row->kind, v.given = true;
    switch (row->kind) {
    case WG_ATTR_AXIS:
    case WG_ATTR_INT: v.whole = *(const int *)at, v.given = v.whole != WG_AUTO; break;
    case WG_ATTR_SIZE: v.whole = *(const int64_t *)at, v.given = v.whole != WG_AUTO; break;
    case WG_ATTR_BOOL: v.whole = *(const bool *)at; break;
    case WG_ATTR_DOUBLE: v.real = *(const double *)at, v.given = v.real != WG_AUTO; break;
    case WG_ATTR_DTYPE:
        v.whole = *(const int *)at;
        snprintf(v.word, sizeof v.word, "%s", wg_dtype_name((wg_dtype)v.whole));
        break;
    case WG_ATTR_CHOICE:
        v.whole = *(const int *)at;
        put_nth(row->choices, (int)v.whole, v.word, sizeof v.word);
        break;
    case WG_ATTR_SHAPE: v.list = *(const wg_shape *)at; break;
    case WG_ATTR_AXES:
        for (; v.list.rank < axes->count && v.list.rank < WG_MAX_RANK; v.list.rank++)
            v.list.dim[v.list.rank] = axes->axis[v.list.rank];
        v.given = v.list.rank > 0;
        break;
    case WG_ATTR_TEXT: snprintf(v.word, sizeof v.word, "%s", (const char *)at); break;
    case WG_ATTR_POINTER: v.given = *(const void *const *)at != NULL; break;
    }
    return v;
}

/* The option's name in the list of the builder: a list of axes has two there. */
static const char *name_of(const wg_op *op, const wg_attr_row *row)
{
    const wg_option_list *l = op->options ? op->options() : NULL;
    bool axis = !l;
    for (int i = 0; l && i < l->count; i++) axis |= !strcmp(l->option[i].name, "axis");
    return row->kind == WG_ATTR_AXES && !axis ? "axes" : row->name;
}

/* The op, the options and the first operand of the outermost call whose result n is. */
static const wg_op *call_of(wg_node n, const void **attr, wg_node *x)
{
    const wgi_node *made = wg_node_ok(n) ? wgi_node_of(n) : NULL;
    if (!made) return NULL;
    const wg_op *op = made->op;
    *attr = made->attr;
    *x = wg_node_operand(n, 0);
    for (int64_t i = wgx_graph_calls(n.graph); i-- > 0;) {
        const wgx_call call = wgx_graph_call(n.graph, i);
        if (call.after <= (int64_t)n.index) break;
        if (call.result.index != n.index) continue;
        *attr = call.attr;
        *x = call.operands ? wgx_graph_call_operand(n.graph, i, 0) : wg_none;
        return call.op;
    }
    return op;
}

const char *wgx_node_call(wg_node n, wg_node *x)
{
    const void *attr;
    wg_node first = wg_none;
    const wg_op *op = call_of(n, &attr, &first);
    if (x) *x = first;
    return op ? op->name : "";
}

const char *wgx_node_option_name(wg_node n, int k)
{
    const void *attr = NULL;
    wg_node x;
    const wg_op *op = call_of(n, &attr, &x);
    if (!op || !attr || k < 0) return NULL;
    for (const wg_attr_row *row = op->attrs; row && row->name; row++)
        if (k-- == 0) return name_of(op, row);
    return NULL;
}

bool wgx_node_option(wg_node n, const char *name, wgx_setting *v)
{
    const void *attr = NULL;
    wg_node x;
    const wg_op *op = name && v ? call_of(n, &attr, &x) : NULL;
    for (const wg_attr_row *row = op && attr ? op->attrs : NULL; row && row->name; row++) {
        const bool axes = row->kind == WG_ATTR_AXES && (!strcmp(name, "axis") || !strcmp(name, "axes"));
        if (axes || !strcmp(row->name, name)) return *v = wgx_attr_setting(row, attr), true;
    }
    return false;
}
