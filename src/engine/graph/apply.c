/* apply.c: the general way to make a node: operands are checked and brought to one dtype, then the op's shape
 * rule, its rewrite and its expansion are called, then the record is appended. */
#include "base/floats.h"
#include "graph/graph.h"
#include "graph/composites.h"

#include "wengert/ops.h"
#include "wgx/base.h"

/* ---- operands ---- */

static wg_graph *graph_of(const wg_node x[], int n)
{
    for (int k = 0; k < n && x; k++)
        if (x[k].graph) return x[k].graph;
    return NULL;
}

/* NULL: x is no node of this build of g, or the error node. */
static inline const wgi_node *in_graph(const wg_graph *g, wg_node x)
{
    return x.graph == g && x.index && wgi_has_node(g, x) ? &g->node[x.index] : NULL;
}

static wg_promote promotion(const wg_op *op)
{
    if (op->map && !op->kernel[0]) return WG_PROMOTE_FLOAT; /* .map is for floats only */
    if (op->promote != WG_PROMOTE_STANDARD) return op->promote;
    return op->kind == WG_MAP || op->kind == WG_CONTRACT ? WG_PROMOTE_COMMON : WG_PROMOTE_NONE;
}

static void operand_name(wg_site here, int k, wg_node x, char *buf, size_t size)
{
    if (!*wgx_site_argument(here, k, buf, size))
        snprintf(buf, size, "operand %d%s%s", k + 1, *wg_node_name(x) ? " " : "", wg_node_name(x));
}

/* Of an operand that was not given: its name in the op's formula, and that it is missing. */
static void fail_missing(wg_site here, const wg_op *op, wg_graph *g, int k, const char *who)
{
    const char *name = op->names ? op->names : op->operands == 1 ? "x" : op->operands == 2 ? "a b" : "a b c";
    for (int i = 0; i < k && *name; i++) name += strcspn(name, " "), name += *name == ' ';
    const int n = k < op->operands ? (int)strcspn(name, " ") : 0;
    wgi_fail(g->c, here, op->name, WG_ERROR_USE, "%.*s%s%s is wg_none, no node", n, name,
             n ? " is missing: " : "", who);
}

/* False: an operand cannot be used. An error is recorded, now or earlier. */
static bool check_operands(wg_site here, const wg_op *op, wg_graph *g, const wg_node x[], int n)
{
    char who[80];
    for (int k = 0; k < n; k++) {
        if (wgi_is_number(x[k])) continue;
        wg_graph *h = x[k].graph;
        if (in_graph(g, x[k])) continue;
        operand_name(here, k, x[k], who, sizeof who);
        if (wg_is_none(x[k])) {
            if (k >= n - wgx_hints(op)->optional) continue;
            fail_missing(here, op, g, k, who);
        } else if (h != g) {
            const bool ruled = g->rule.op || h->rule.op;
            wgi_fail(g->c, here, op->name, WG_ERROR_USE, "%s belongs to another graph%s", who,
                     ruled ? ": a derivative rule makes nodes in wg_graph_of(gy), the graph of its operands"
                           : "");
        } else {
            wgi_usable(x[k], here, op->name, who);
        }
        return false;
    }
    return true;
}

/* Dtypes that are stored only are for ops that say so. */
static bool check_stored(wg_site here, const wg_op *op, wg_graph *g, const wg_node x[], int n)
{
    char who[80], shape[128];
    for (int k = 0; k < n; k++) {
        const wgi_node *m = x[k].graph ? &g->node[x[k].index] : NULL;
        if (!m || !wg_dtype_is_stored((wg_dtype)m->dtype) || wgx_hints(op)->stored >> k % 32 & 1) continue;
        operand_name(here, k, x[k], who, sizeof who);
        wgi_fail(g->c, here, op->name, WG_ERROR_DTYPE,
                 "%s %s is %s, which is stored only: cast it to f32 first, by wg_cast", who,
                 wg_shape_text(*m->shape, shape, sizeof shape), wg_dtype_name((wg_dtype)m->dtype));
        return false;
    }
    return true;
}

/* The common dtype of the operands from `from` on, in the order bool < i32 < i64 < float. WG_DTYPE_COUNT:
 * there are f32 and f64. A number takes the dtype of the others. But a fraction beside integers gives the
 * default float dtype. */
static wg_dtype common(const wg_graph *g, const wg_node x[], int from, int n, bool to_float, bool to_number)
{
    static const int rank[WG_DTYPE_COUNT] = {
        [WG_BOOL] = 1, [WG_I32] = 2, [WG_I64] = 3, [WG_F32] = 4, [WG_F64] = 4
    };
    wg_dtype t = WG_DEFAULT_DTYPE;
    bool fraction = false, numbers = false, wide = false;
    for (int k = from; k < n; k++) {
        if (wgi_is_number(x[k])) {
            double v = wgi_number_value(x[k]);
            numbers = true;
            fraction |= v != floor(v) || fabs(v) > 0x1p53;
            wide |= v > INT32_MAX || v < INT32_MIN;
        } else if (x[k].graph) {
            wg_dtype u = (wg_dtype)g->node[x[k].index].dtype;
            if (rank[u] == 4 && rank[t] == 4 && u != t) return WG_DTYPE_COUNT;
            if (rank[u] > rank[t]) t = u;
        }
    }
    if (!rank[t] || (rank[t] < 4 && (to_float || fraction))) return wgi_default_dtype(g);
    if ((t == WG_BOOL && (numbers || to_number)) || (t == WG_I32 && wide)) return WG_I64;
    return t;
}

/* Names the first two operands of unequal float dtypes. */
static bool fail_mixed(wg_site here, const wg_op *op, wg_graph *g, const wg_node x[], int from)
{
    char a[80], b[80];
    int i = from;
    while (!wg_dtype_is_float(wg_node_dtype(x[i]))) i++;
    int j = i + 1;
    wg_dtype t = wg_node_dtype(x[i]);
    while (!wg_dtype_is_float(wg_node_dtype(x[j])) || wg_node_dtype(x[j]) == t) j++;
    operand_name(here, i, x[i], a, sizeof a);
    operand_name(here, j, x[j], b, sizeof b);
    wgi_fail(g->c, here, op->name, WG_ERROR_DTYPE, "%s is %s, %s is %s: say wg_cast for one of them", a,
             wg_dtype_name(t), b, wg_dtype_name(wg_node_dtype(x[j])));
    return false;
}

static bool is_stored(const wg_graph *g, wg_node x)
{
    return x.graph && wg_dtype_is_stored((wg_dtype)g->node[x.index].dtype);
}

/* Elements that are stored only are moved beside others of their dtype, never cast. */
static bool stored_alike(wg_site here, const wg_op *op, wg_graph *g, const wg_node x[], int from, int n)
{
    for (int k = from; k < n; k++) {
        const wg_dtype a = wg_node_dtype(x[from]), b = wg_node_dtype(x[k]);
        if (a == b) continue;
        wgi_fail(g->c, here, op->name, WG_ERROR_DTYPE,
                 "operand %d is %s, operand %d is %s: say wg_cast for one of them", from + 1,
                 wg_dtype_name(a), k + 1, wg_dtype_name(b));
        return false;
    }
    return true;
}

static bool promote(wg_site here, const wg_op *op, wg_graph *g, wg_node x[], int n)
{
    wg_promote p = promotion(op);
    int from = p == WG_PROMOTE_NONE ? n : wgx_hints(op)->promote_from, stored = 0;
    for (int k = from; k < n; k++) stored += is_stored(g, x[k]);
    if (stored && op->kind != WG_CONTRACT) return stored_alike(here, op, g, x, from, n);
    wg_dtype t =
        common(g, x, p == WG_PROMOTE_NONE ? 0 : from, n, p == WG_PROMOTE_FLOAT || p == WG_PROMOTE_NONE,
               op->promote == WG_PROMOTE_STANDARD && p != WG_PROMOTE_NONE);
    if (t == WG_DTYPE_COUNT && p != WG_PROMOTE_NONE) return fail_mixed(here, op, g, x, from);
    wg_dtype of_numbers = t < WG_DTYPE_COUNT ? t : wgi_default_dtype(g);
    for (int k = 0; k < n; k++) {
        if (wgi_is_number(x[k])) x[k] = wgi_leaf_number(g, here, wgi_number_value(x[k]), of_numbers);
        else if (k >= from && x[k].graph && g->node[x[k].index].dtype != t && !is_stored(g, x[k]))
            x[k] = wg_cast_at(wg_inside(here), x[k], t);
        if (x[k].graph && !x[k].index) return false;
    }
    return true;
}

/* ---- the record ---- */

/* Keeps what failed first, for drawings. fresh: there was no error before this call. */
static wg_node failed(wg_site here, const wg_op *op, wg_graph *g, const wg_node x[], int n, bool fresh)
{
    if (fresh && !wgi_ok(g->c)) wgi_failed_call(g, here, op, x, n);
    return wgi_error_node(g);
}

/* Interned; NULL: an error is recorded. */
static const wg_shape *shape_of_output(wg_rule *r, int j)
{
    const wg_shape *s = r->y[j].shape;
    char buf[128];
    if (wgi_op_is_ours(r->op) && (s < r->made || s >= r->made + WG_MAX_OUTPUTS)) return s;
    if (!s || !wg_dtype_size(r->y[j].dtype)) {
        wg_rule_fail(r, WG_ERROR_USE, "the op's shape rule gave result %d no %s", j, s ? "dtype" : "shape");
        return NULL;
    }
    if (wgi_shape_fits(s)) return wgi_intern(r->graph->c, s);
    wg_rule_fail(r, WG_ERROR_SHAPE, "the result would have shape %s", wg_shape_text(*s, buf, sizeof buf));
    return NULL;
}

/* Fills in the operands and the options. False: out of memory. */
static bool fill(wg_graph *g, wgi_node *n, const wg_node x[], const void *attr)
{
    const size_t size = n->op->attr_size;
    uint32_t *in = n->in;
    if (n->operands > 2) in = n->list = wgi_arena_alloc(&g->arena, sizeof *in * n->operands);
    if (!in) return false;
    WGI_EACH_OPERAND(k, n) in[k] = x[k].index;
    if (!size) return true;
    void *copy = wgi_arena_alloc(&g->arena, size);
    if (!copy) return false;
    n->attr = memcpy(copy, attr, size);
    return true;
}

static wg_node append(wg_rule *r, const wg_node x[], const void *attr)
{
    wg_graph *g = r->graph;
    const wg_op *op = r->op;
    wgi_node n = { .op = op, .here = r->here, .operands = (uint32_t)r->operands };
    uint32_t first = 0;
    if (!fill(g, &n, x, attr)) return wgi_error_node(g);
    for (int j = 0; j < wgi_outputs(op); j++) {
        n.shape = shape_of_output(r, j);
        n.dtype = (uint8_t)r->y[j].dtype;
        n.output = (uint8_t)j;
        uint32_t i = n.shape ? wgi_append(g, &n) : 0;
        if (!i) {
            if (first) wgi_forget(g, first);
            return wgi_error_node(g);
        }
        first = first ? first : i;
    }
    if (wgx_hints(op)->view && g->count >= g->build.most) wgi_view_note(g, first);
    return wgi_handle(g, first);
}

enum { MOST_ATTR = 256, INLINE_OPERANDS = 8 };

static bool is_composite(const wg_op *op) { return !op->kernel[0] && !op->map && op->kind != WG_ALIAS; }

/* y, which op's expansion has made, with op's own rule. */
static wg_node ruled(wg_site here, const wg_op *op, wg_node y, const wg_node x[], int n, const void *attr)
{
    wgi_ruled r = { .op = op };
    wg_node all[16] = { y };
    if (n > 15 || op->attr_size > sizeof r.attr)
        return WGI_FAIL_NODE(y.graph, here, op->name, WG_ERROR_USE,
                             "an op with a rule and an expansion but no kernel has at most 15 operands and "
                             "%zu bytes of options",
                             sizeof r.attr);
    memcpy(all + 1, x, sizeof *x * (size_t)n);
    if (op->attr_size) memcpy(r.attr, attr, op->attr_size);
    return wg_apply(wg_inside(here), &wgi_op_ruled, all, n + 1, &r);
}

/* Whether the nodes from `first` on do not read x, as they were written, though they stand for a call that
 * does. */
static bool passed_by(wg_graph *g, uint32_t first, wg_node x)
{
    if (x.graph != g || wgi_is_leaf(&g->node[x.index]) ||
        !wg_gradient_dtype((wg_dtype)g->node[x.index].dtype))
        return false;
    for (uint32_t i = first; i < g->count; i++) {
        const wgi_node n = wgi_composites_record(wgi_handle(g, i));
        for (uint32_t k = 0; !wgi_is_leaf(&n) && k < n.operands; k++)
            if (wgi_in(&n)[k] == x.index) return false;
    }
    return true;
}

/* What the op's rewrite gives. If it passes by an operand, or has no derivative, the call is noted as it was
 * written, for its node alone: derivatives follow that. Of an op without a derivative the call is noted for
 * who reads it. */
static wg_node rewritten(wg_site here, const wg_op *op, wg_graph *g, const wg_node x[], int n,
                         const void *attr)
{
    const uint32_t first = g->count;
    const wg_dtype outer = wgi_floats_begin(g, x, n);
    wg_node y = wgx_hints(op)->rewrite(here, x, n, attr);
    wgi_floats_end(g, outer);
    if (!wg_node_ok(y)) return y;
    const bool derives = op->vjp || op->expand;
    bool passes = derives && g->node[y.index].op->none == WG_EVERY_OPERAND;
    wgi_how how = wgx_hints(op)->own && !passes ? WGI_OWN : WGI_WRITTEN;
    for (int k = 0; k < n; k++) {
        if (y.index == x[k].index) return y;
        passes |= derives && passed_by(g, first, x[k]);
    }
    how = passes || how == WGI_OWN ? how : WGI_AS_IT_IS;
    bool alone = true;
    for (uint32_t i = first; i < g->count; i++) alone &= i == y.index || wgi_is_leaf(&g->node[i]);
    if (how == WGI_AS_IT_IS && alone && g->node[y.index].operands <= (uint32_t)n) return y;
    if (how == WGI_AS_IT_IS && alone) how = WGI_OWN; /* it reads more than the call does */
    if (how != WGI_AS_IT_IS && y.index < first) {
        y = wg_apply(wg_inside(here), &wgi_op_same, &y, 1, NULL);
        how = WGI_WRITTEN;
    }
    return wgi_composites_add(g, here, op, x, n, attr, first, y, how) ? y : wgi_error_node(g);
}

/* Of an op that asks its operands only if one may answer. */
static inline bool may_rewrite(const wg_op *op, const wg_graph *g, const wg_node x[], int n)
{
    bool answers = false;
    for (int k = 0; wgx_hints(op)->asks && k < n; k++) answers |= x[k].graph && g->node[x[k].index].answers;
    return wgx_hints(op)->rewrite && (!wgx_hints(op)->asks || answers);
}

/* The node of an op whose rule has been obeyed, from a rewrite or an expansion. wg_none: it must be
 * appended. */
static wg_node made_of_others(wg_site here, const wg_op *op, wg_graph *g, const wg_node x[], int n,
                              const void *attr)
{
    g->rule.users += wgi_op_asks(op);
    wg_node y[WG_MAX_OUTPUTS] = { may_rewrite(op, g, x, n) ? rewritten(here, op, g, x, n, attr) : wg_none };
    if (!wg_is_none(y[0]) || !is_composite(op)) return y[0];
    const uint32_t first = g->count;
    y[0] = wgi_error_node(g);
    wgi_call_expand(g, wg_inside(here), op, x, n, attr, y);
    if (wg_is_none(y[0]))
        return WGI_FAIL_NODE(g, here, op->name, WG_ERROR_USE, "the op's expand left wg_none in y[0]");
    if (op->vjp && wg_node_ok(y[0])) y[0] = ruled(here, op, y[0], x, n, attr);
    wgi_composites_add(g, here, op, x, n, attr, first, y[0], WGI_AS_IT_IS);
    return y[0];
}

/* ---- calls of one kind: only the first one goes through the shape rule ---- */

typedef struct result_type {
    wgi_kind_entry kept;
    wg_type y;                                 /* of the result; shape NULL: of a composite */
    _Alignas(16) char meant[WGI_KIND_OPTIONS]; /* the options as the shape rule has left them */
} result_type;

/* What the shape rule says of these operands and options. NULL: nothing is kept for such a call, or an
 * operand is not a node of this build of the graph, nor wg_none at the end. */
static result_type *kept_type(const wg_graph *g, const wg_op *op, const wg_node x[], int n, const void *attr)
{
    wgi_kind k;
    if (n > WGI_KIND_OPERANDS || !wgi_op_has_kinds(op) || (op->attr_size && !attr)) return NULL;
    k.op = op, k.attr = attr, k.words = 0;
    for (int i = 0; i < n; i++) {
        const bool none = wg_is_none(x[i]) && i >= n - wgx_hints(op)->optional;
        const wgi_node *m = none ? NULL : in_graph(g, x[i]);
        if (!none && !m) return NULL;
        wgi_kind_add(&k, none ? 0 : wgi_type_word(m->shape, m->dtype));
    }
    if (wgi_default_dtype(g) != g->c->o.dtype) wgi_kind_add(&k, (uintptr_t)wgi_default_dtype(g));
    return wgi_kind_entry_of(g->c, WGI_KIND_TYPE, sizeof(result_type), &k);
}

/* The options are copied first, as another call may take the place of t. */
static wg_node apply_kept(wg_site here, const wg_op *op, wg_graph *g, const wg_node x[], int n,
                          const result_type *t)
{
    _Alignas(16) char own[MOST_ATTR];
    wgi_node y = { .op = op, .here = here, .shape = t->y.shape, .operands = (uint32_t)n };
    y.dtype = (uint8_t)t->y.dtype;
    if (op->attr_size) memcpy(own, t->meant, op->attr_size);
    if (wgx_hints(op)->rewrite || !y.shape) {
        wg_node other = made_of_others(here, op, g, x, n, own);
        if (!wg_is_none(other)) return other;
    }
    uint32_t i = fill(g, &y, x, own) ? wgi_append(g, &y) : 0;
    return wgi_handle(g, i);
}

/* Keeps what the rule has said, if the operands were not replaced by others and it has looked at nothing but
 * types and options. */
static bool keep(wg_rule *r, result_type *t, const wg_node given[], const wg_node x[])
{
    for (int k = 0; k < r->operands; k++)
        if (given[k].index != x[k].index || given[k].graph != x[k].graph) return true;
    t->y = (wg_type){ NULL, r->y[0].dtype };
    if (!is_composite(r->op) && !(t->y.shape = r->y[0].shape = shape_of_output(r, 0))) return false;
    if (r->graph->rule.asked) return true;
    if (r->op->attr_size) memcpy(t->meant, r->attr, r->op->attr_size);
    t->kept.state = WGI_KIND_USABLE;
    return true;
}

/* An attribute as a number. NAN: it is none. */
static double number_of(const wg_rule *r, const wg_attr_row *row)
{
    const void *at = (const char *)r->attr + row->offset;
    double real;
    int64_t size;
    int whole;
    switch (row->kind) {
    case WG_ATTR_DOUBLE: return memcpy(&real, at, sizeof real), real;
    case WG_ATTR_SIZE: return memcpy(&size, at, sizeof size), (double)size;
    case WG_ATTR_INT:
    case WG_ATTR_CHOICE: return memcpy(&whole, at, sizeof whole), whole;
    default: return NAN;
    }
}

/* Whether an option that must be written is not. Of axes the shape rule says so. */
static bool is_missing(const wg_rule *r, const wg_attr_row *row, double v)
{
    const wg_shape *s = (const void *)((const char *)r->attr + row->offset);
    return row->kind == WG_ATTR_SHAPE ? s->rank == 0 : v == WG_NEEDED;
}

/* The option of the op's list that is this attribute; NULL: there is none. */
static const wg_option *listed(const wg_option_list *list, const wg_attr_row *row)
{
    int i = 0;
    while (list && i < list->count && strcmp(list->option[i].name, row->name) != 0) i++;
    return list && i < list->count ? &list->option[i] : NULL;
}

/* Whether each number is in the range that the op's list has for it, or is its default. Without such a list
 * NaN is refused unless the row allows it, and a word, which C gives as a number, that is none of the
 * row's. */
static bool options_fit(wg_rule *r)
{
    const wg_option_list *list = r->op->options ? r->op->options() : NULL;
    for (const wg_attr_row *row = r->op->attrs; row && row->name; row++) {
        const wg_option *o = listed(list, row);
        const double v = number_of(r, row);
        const bool is_word = row->kind == WG_ATTR_CHOICE && row->choices;
        char must[200];
        int words = 1;
        if (row->standard && !strcmp(row->standard, "needed") && is_missing(r, row, v))
            return wg_rule_fail(r, WG_ERROR_USE, "%s is needed", row->name);
        for (const char *s = is_word ? row->choices : ""; *s; s++) words += *s == ' ';
        if (o && (row->kind == WG_ATTR_DOUBLE || !isnan(v)) && v != wg_option_value(o, list->standard) &&
            !wg_option_in_range(o, v))
            return wg_rule_fail(r, WG_ERROR_VALUE, "%s %.15g: %s", row->name, v,
                                wgi_option_must(o, must, sizeof must));
        if (!o && row->kind == WG_ATTR_DOUBLE && !row->choices && wgx_hints(r->op)->library && isnan(v))
            return wg_rule_fail(r, WG_ERROR_VALUE, "%s is NaN", row->name);
        if (!o && is_word && (v < 0 || v >= words))
            return wg_rule_fail(r, WG_ERROR_VALUE, "%s %g: must be one of %s", row->name, v, row->choices);
    }
    return true;
}

/* Options that say f32 say f64. */
static void widen(const wg_op *op, void *attr)
{
    for (const wg_attr_row *row = op->attrs; row && row->name; row++) {
        wg_dtype *t = (wg_dtype *)(void *)((char *)attr + row->offset);
        if (row->kind == WG_ATTR_DTYPE && *t == WG_F32) *t = WG_F64;
    }
}

/* given: the operands of the call. x: a copy of them, in which numbers and casts are put. */
static wg_node apply(wg_site here, const wg_op *op, wg_graph *g, const wg_node given[], wg_node x[],
                     wg_type xt[], int n, const void *attr, result_type *keep_in)
{
    bool fresh = wgi_ok(g->c);
    memcpy(x, given, sizeof *x * (size_t)n);
    if (!check_operands(here, op, g, x, n) || !check_stored(here, op, g, x, n) || !promote(here, op, g, x, n))
        return failed(here, op, g, x, n, fresh);
    _Alignas(16) char own[MOST_ATTR];
    if (op->attr_size && attr) memcpy(own, attr, op->attr_size);
    else wg_attr_begin(op, own);
    if (g->rule.widens) widen(op, own);
    wg_rule r;
    r.op = op, r.here = here, r.operands = n, r.x = xt, r.node = x, r.attr = own, r.graph = g;
    for (int k = 0; k < n; k++) {
        const wgi_node *m = x[k].graph ? &g->node[x[k].index] : &g->node[0];
        xt[k].shape = m->shape;
        xt[k].dtype = (wg_dtype)m->dtype;
    }
    for (int j = 0; j < WG_MAX_OUTPUTS; j++)
        r.y[j] = (wg_type){ n ? xt[0].shape : g->node[0].shape, n ? xt[0].dtype : wgi_default_dtype(g) };
    if (!options_fit(&r) || (op->shape ? !op->shape(&r) : !wg_rule_broadcast(&r)))
        return failed(here, op, g, x, n, fresh);
    if (keep_in && !keep(&r, keep_in, given, x)) return failed(here, op, g, x, n, fresh);
    wg_node y = made_of_others(here, op, g, x, n, own);
    return wg_is_none(y) ? append(&r, x, own) : y;
}

static wg_node apply_any(wg_site here, const wg_op *op, wg_graph *g, const wg_node x[], int n,
                         const void *attr)
{
    const bool fresh = wgi_ok(g->c);
    if (!wgi_op_is_ours(op) && !wgi_op_is_right(g, here, op)) return wgi_error_node(g);
    if (op->attr_size > MOST_ATTR)
        return WGI_FAIL_NODE(g, here, op->name, WG_ERROR_USE, "attributes larger than %d bytes", MOST_ATTR);
    if (op->operands < 0 ? n <= 0 : n != op->operands)
        return WGI_FAIL_NODE(g, here, op->name, WG_ERROR_USE, "takes %d operand%s, not %d", op->operands,
                             op->operands == 1 ? "" : "s", n);
    if (wgi_before_options(here) && !wg_options_named(g->c, here, op->name))
        return failed(here, op, g, x, n, fresh);
    result_type *keep_in = g->rule.widens ? NULL : kept_type(g, op, x, n, attr);
    if (keep_in && keep_in->kept.state == WGI_KIND_USABLE) return apply_kept(here, op, g, x, n, keep_in);
    if (keep_in && keep_in->kept.state == WGI_KIND_NEVER) keep_in = NULL;
    else if (keep_in) keep_in->kept.state = WGI_KIND_NEVER;
    g->rule.asked = false;
    wg_node own[INLINE_OPERANDS];
    wg_type types[INLINE_OPERANDS];
    if (n <= INLINE_OPERANDS) return apply(here, op, g, x, own, types, n, attr, keep_in);
    wgi_place place = wgi_temp_place(g);
    wg_node *many = wgi_temp(g, sizeof *many * (size_t)n);
    wg_type *all = wgi_temp(g, sizeof *all * (size_t)n);
    wg_node y = wgi_error_node(g);
    if (many && all) y = apply(here, op, g, x, many, all, n, attr, keep_in);
    wgi_temp_rewind(g, place);
    return y;
}

static wg_node apply_new(wg_site here, const wg_op *op, wg_graph *g, const wg_node x[], int n,
                         const void *attr)
{
    uint32_t i = wgi_apply_plain(here, op, g, x, n);
    return i ? wgi_handle(g, i) : apply_any(here, op, g, x, n, attr);
}

static wg_node apply_remembered(wg_site here, const wg_op *op, wg_graph *g, const wg_node x[], int n,
                                const void *attr)
{
    uint32_t i =
        g->build.repeats ? wgi_rebuild_call(g, here, op, x, n, attr) : wgi_remember_plain(g, here, op, x, n);
    if (i) return wgi_handle(g, i);
    wgi_calling k = wgi_call_begin(g);
    wg_node y = apply_new(here, op, g, x, n, attr);
    wgi_call_end(g, k, here, op, x, n, attr, y);
    return y;
}

/* An elementwise op of numbers alone is the number that its f64 kernel computes: they are in no graph.
 * wg_none: the op is no such op, or an operand is no number. */
static wg_node of_numbers(wg_site here, const wg_op *op, const wg_node x[], int n)
{
    static const wg_shape scalar;
    static const wg_type types[2] = { { &scalar, WG_F64 }, { &scalar, WG_F64 } };
    static const unsigned char step[2];
    bool fits =
        x && op->kind == WG_MAP && !op->shape && !op->attr_size && n == op->operands && n >= 1 && n <= 2;
    double v[2], value = NAN;
    wg_node y = wg_none;
    for (int k = 0; fits && k < n; k++) {
        fits = wgi_is_number(x[k]);
        v[k] = fits ? wgi_number_value(x[k]) : NAN;
    }
    if (fits && op->kernel[0]) {
        wg_fault fault;
        wgi_fault_clear(&fault);
        wg_kernel k = { .end = 1,
                        .operands = n,
                        .outputs = 1,
                        .x = (const void *[]){ &v[0], &v[1] },
                        .y = (void *[]){ &value },
                        .step = step,
                        .xt = types,
                        .yt = types,
                        .fault = &fault };
        if (!op->kernel[0](&k)) wgi_fail(NULL, here, op->name, WG_ERROR_VALUE, "%s", fault.text);
        return wg_number(value);
    }
    if (fits && op->map) return wg_number(op->map(v[0], NULL));
    if (fits && op->expand && wgi_op_is_ours(op)) op->expand(wg_inside(here), x, n, NULL, &y);
    return y;
}

/* Records that the op is NULL. */
static wg_node refuse_no_op(wg_site here, const wg_node x[], int n)
{
    wg_graph *g = graph_of(x, n);
    wgi_fail_null(g ? g->c : NULL, here, "apply", "op");
    return wgi_error_node(g);
}

/* No operand is in a graph with nodes. Numbers may be enough; if not, records what is missing. */
static wg_node without_graph(wg_site here, const wg_op *op, const wg_node x[], int n, wg_graph *g)
{
    char who[80];
    const wgi_floats was = wgi_floats_enter();
    const wg_node y = g ? wg_none : of_numbers(here, op, x, n);
    wgi_floats_leave(was);
    if (!wg_is_none(y)) return y;
    int k = 0;
    while (x && k + 1 < n && wgi_is_number(x[k])) k++;
    if (!x || n < 1) wgi_fail(NULL, here, op->name, WG_ERROR_USE, "there are no operands");
    else {
        operand_name(here, k, x[k], who, sizeof who);
        wgi_is_node(g ? g->c : NULL, x[k], here, op->name, k, who);
    }
    return y;
}

wg_node wg_apply(wg_site here, const wg_op *op, const wg_node x[], int n, const void *attr)
{
    if (!op) return refuse_no_op(here, x, n);
    wg_graph *g = graph_of(x, n);
    if (!g || !g->count) return without_graph(here, op, x, n, g);
    wgi_limits_at_call(g);
    return g->count >= g->build.most && !g->build.repeats ? apply_new(here, op, g, x, n, attr)
                                                          : apply_remembered(here, op, g, x, n, attr);
}
