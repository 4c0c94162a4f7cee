/* lang_eval.c: makes the nodes of statements and expressions. After an error a value is WGI_NOTHING. It may
 * be passed on: the library's builders return an error node for it. */
#include "lang/lang.h"

#include <string.h>

#include "wengert/ops.h"
#include "wgx/lang.h"

static wgi_val number_val(double v) { return (wgi_val){ .is_number = true, .number = v }; }

/* Makes the nodes of one kind of expression. */
#define EVAL(f) static wgi_val f(wg_program *q, const wgi_ast *a, wgi_binding *owner)

/* ---- values of several parts ---- */

EVAL(tuple)
{
    const int n = wgi_operand_count(a);
    if (n > WGI_LANG_PARTS)
        return wgi_syntax_at(q, a, "more than %d values: a list has brackets", WGI_LANG_PARTS), WGI_NOTHING;
    wgi_parts *p = wgi_parts_new(q, n);
    int k = 0;
    for (const wgi_ast *x = a->first; p && x; x = x->next) p->part[k++] = wgi_evals(q, x, owner);
    if (!p || wgi_failed(q)) return WGI_NOTHING;
    wgi_written_names(q, a, p);
    return wgi_group(q, a, p);
}

/* The names a, b, ... for the parts of the value that the expression has. */
static void names_for(int parts, char *to, size_t room)
{
    size_t n = 0;
    for (int k = 0; k < parts && k < 6 && n < room; k++)
        n += (size_t)snprintf(to + n, room - n, k ? ", %c" : "%c", 'a' + k);
    if (parts > 6 && n < room) snprintf(to + n, room - n, ", ...");
}

WGI_OWN_FRAME static wgi_val not_one(wg_program *q, const wgi_ast *a, int parts)
{
    char text[60], names[60];
    const bool written = a->kind == AST_TUPLE; /* its brackets are round, if it has any */
    const uint32_t bracket = written && q->source[a->start] == '(';
    wgi_quote(q, a->start + bracket, a->end - bracket, text, sizeof text);
    names_for(parts, names, sizeof names);
    if (written) wgi_syntax_at(q, a, "%d values where one is needed: a list has brackets, [%s]", parts, text);
    else
        wgi_syntax_at(q, a, "%s gives %d values where one is needed: write (%s) = %s, and use the names",
                      text, parts, names, text);
    return WGI_NOTHING;
}

/* All results of an op that has as many as there are names: (values, numbers) = topk(x, count=2). NULL: it
 * has not. */
static wgi_parts *outputs(wg_program *q, wgi_val v, int names)
{
    const wg_op *op = !v.is_number && wg_node_ok(v.node) ? wg_node_op(v.node) : NULL;
    if (wgi_failed(q) || !op || names < 2 || op->outputs != names) return NULL;
    wgi_parts *p = wgi_parts_new(q, names);
    for (int k = 0; p && k < names; k++)
        p->part[k] = wgi_node_val(wg_part_at(wg_node_site(v.node), v.node, k));
    return p;
}

EVAL(part)
{
    if (a->first) {
        wgi_val v = wgi_evals(q, a->first, owner);
        const int names = (int)a->u.number;
        if (!v.several) v.several = outputs(q, v, names);
        const int parts = v.several ? v.several->count : 1;
        if (wgi_failed(q)) return WGI_NOTHING;
        if (parts != names)
            return wgi_syntax_at(q, a, "%d names for %d value%s", names, parts,
                                 parts == 1 ? ": name it v, and its elements are v[0], v[1]" : "s"),
                   WGI_NOTHING;
        q->now.unpacked = v.several;
    }
    return q->now.unpacked->part[a->op];
}

/* ---- names and lists ---- */

static wgi_val name(wg_program *q, const wgi_ast *a)
{
    wgi_binding *b = a->u.binding;
    double v;
    if (!b && wgi_named_number(wgi_name_of(a), &v)) return number_val(v);
    if (!b) return wgi_syntax_at(q, a, "'%s' is no name here", wgi_name_of(a)), WGI_NOTHING;
    if (b->several) return wgi_captured(q, (wgi_val){ .several = b->several });
    if (b->is_operand) return wgi_captured(q, wgi_node_val(wgi_operand_node(q, b)));
    if (b->plotted && !b->set.data)
        return wgi_syntax_word(
                   q, a->mark,
                   "no name '%s': bind it before the plot, give it a value, or say 'over %s in 0:1' behind "
                   "the expression",
                   b->name, b->name),
               WGI_NOTHING;
    wg_graph *open = q->now.g;
    if (q->now.fitting) q->now.g = q->now.fitting->whole; /* where the node stays */
    if (wg_is_none(b->node) && b->meaning == WG_NAME_SYMBOL) b->node = wgi_symbol_node(q, b);
    else if (wg_is_none(b->node) && !b->value) b->node = wgi_free_input(q, b);
    q->now.g = open;
    return wgi_captured(q, wgi_node_val(b->node));
}

/* A list with nodes among its elements. */
EVAL(stack)
{
    int n = wgi_operand_count(a), i = 0;
    wg_node *rows = wg_alloc(q->c, (size_t)n, sizeof *rows), y = wg_none;
    wg_site here = wgi_site_text(q, "", a->mark);
    for (const wgi_ast *x = a->first; rows && x && !wgi_failed(q); x = x->next)
        rows[i++] = wgi_eval_node(q, x, owner);
    if (rows && !wgi_failed(q)) y = wg_stack_at(here, &WG_OPTS(wg_join_args, .x = rows, .n = n));
    wg_free(q->c, rows);
    return wgi_node_val(y);
}

EVAL(list)
{
    wg_shape s;
    if (!wgi_list_is_written(a)) return stack(q, a, owner);
    double *values = wgi_list(q, a, &s);
    return wgi_node_val(wgi_new_leaf(q, wgi_site_text(q, "", a->mark), "", values, s));
}

/* ---- chains ---- */

/* The left operand of a link, for its text: from the start of the chain to the link. */
static wgi_ast left_of(const wgi_ast *chain, const wgi_ast *link)
{
    wgi_ast a = *chain->first;
    a.end = link->start;
    return a;
}

typedef struct linked {
    const wgi_ast *left, *link;
} linked;

static wgi_val operate_parts(wg_program *q, void *user, const wgi_val v[])
{
    const linked *l = user;
    const wgi_ast *left = l->left, *link = l->link;
    if (v[0].is_number && v[1].is_number && link->op != TOKEN_MATMUL)
        return number_val(wgi_arithmetic((wgi_token)link->op, v[0].number, v[1].number));
    const wgi_ast *both[] = { left, link->first };
    wg_node a = wgi_as_operand(v[0]), b = wgi_as_operand(v[1]);
    if (link->op == TOKEN_MATMUL) a = wgi_as_node(q, left, v[0]), b = wgi_as_node(q, link->first, v[1]);
    return wgi_node_val(wgi_sign_of((wgi_token)link->op)->build(wgi_site(q, link, both, 2), a, b));
}

static wgi_val operate(wg_program *q, const wgi_ast *left, wgi_val x, const wgi_ast *link, wgi_binding *owner)
{
    const wgi_val v[] = { x, wgi_evals(q, link->first, owner) };
    return wgi_failed(q) ? WGI_NOTHING : wgi_by_parts(q, link, v, 2, operate_parts, &(linked){ left, link });
}

/* One bound of a slice; standard if it is left out. Outside [0, n] it counts as 0 or n, as in Python. */
static bool bound(wg_program *q, const wgi_ast *a, int64_t standard, int64_t n, int64_t *value)
{
    *value = standard;
    if (a->kind == AST_EMPTY) return true;
    if (!wgi_integer(q, a, "an index", -(INT64_C(1) << 52), INT64_C(1) << 52, value)) return false;
    if (*value < 0) *value += n;
    *value = *value < 0 ? 0 : *value > n ? n : *value;
    return true;
}

static wg_node slice(wg_program *q, const wgi_ast *item, wg_site here, wg_node x, int axis)
{
    int64_t n = wg_dim_at(here, x, axis), from, to;
    if (!bound(q, item->first, 0, n, &from) || !bound(q, item->first->next, n, n, &to) ||
        (from == 0 && to == n))
        return x;
    if (to < from) to = from;
    return wg_slice_at(here, &WG_OPTS(wg_slice_args, .x = x, .axis = axis, .from = from, .to = to));
}

/* By an index that is computed: a number, or several along axes that take the place of this axis. */
static wg_node taken(wg_program *q, const wgi_ast *item, wg_site here, wg_node x, int axis, wg_node at)
{
    if (wgi_failed(q)) return wg_none;
    if (wg_node_dtype(at) == WG_BOOL)
        return wgi_fail_at(q, item, WG_ERROR_DTYPE,
                           "a mask is no index: write where(mask, x, 0), or sum(mask * x)"),
               wg_none;
    if (wg_dtype_is_float(wg_node_dtype(at)))
        return wgi_fail_at(
                   q, item, WG_ERROR_DTYPE,
                   "an index is a whole number, and this is %s: write cast(..., dtype=i64), or argmax(...)",
                   wg_dtype_name(wg_node_dtype(at))),
               wg_none;
    return wg_take_at(here, &WG_OPTS(wg_take_args, .x = x, .indices = at, .axis = axis));
}

WGI_OWN_FRAME static wg_node pick(wg_program *q, const wgi_ast *left, const wgi_ast *item, wg_site here,
                                  wg_node x, int *axis)
{
    int64_t n = wg_dim_at(here, x, *axis), i;
    double known;
    if (n == 0) return wgi_fail_at(q, item, WG_ERROR_VALUE, "an index into an axis of size 0"), wg_none;
    if (!wgi_constant(item, &known)) {
        const wg_node at = wgi_as_indices(q, item, wgi_eval_node(q, item, NULL));
        x = taken(q, item, wgi_site(q, item, (const wgi_ast *[]){ left, item }, 2), x, *axis, at);
        *axis += wg_node_shape(at).rank;
        return x;
    }
    if (!wgi_integer(q, item, "an index", -n, n - 1, &i)) return wg_none;
    return wg_select_at(here, &WG_OPTS(wg_select_args, .x = x, .axis = *axis, .index = i));
}

WGI_OWN_FRAME static wgi_val indexed(wg_program *q, const wgi_ast *left, wgi_val v, const wgi_ast *link)
{
    wg_node x = wgi_as_node(q, left, v);
    wg_site here = wgi_site(q, link, &left, 1);
    int axis = 0, lists = 0;
    for (const wgi_ast *item = link->first; item && !wgi_failed(q); item = item->next) {
        if (axis >= wg_node_shape(x).rank) {
            char text[120];
            wgi_fail_at(q, item, WG_ERROR_SHAPE, "more indices than axes: the value is %s",
                        wg_shape_text(wg_node_shape(x), text, sizeof text));
        } else if (item->kind == AST_RANGE) {
            const wg_node all = x;
            x = slice(q, item, here, x, axis++);
            if (x.index != all.index) here = wg_inside(here);
        } else {
            const int before = axis;
            x = pick(q, left, item, here, x, &axis);
            here = wg_inside(here); /* x is no longer what is on the left */
            lists += axis > before;
            if (lists > 1) /* NumPy takes the elements at x[i[k], j[k]] */
                wgi_syntax_at(
                    q, item,
                    "two lists of numbers in an index: x[i][:, j] has all pairs of rows and columns, and "
                    "take_along(x, expand_dims(j, axis=1), axis=1) has element j[k] of row k");
        }
    }
    return wgi_node_val(x);
}

/* p[-1] of a group has the last row of each part, as of the states of scan(..., all=true). */
static wgi_val index_parts(wg_program *q, void *user, const wgi_val v[])
{
    const linked *l = user;
    return indexed(q, l->left, *v, l->link);
}

/* p.W */
WGI_OWN_FRAME static wgi_val member(wg_program *q, const wgi_ast *left, wgi_val v, const wgi_ast *link)
{
    char text[60];
    const char *missing;
    const wgi_val part = wgi_member(q, v, wgi_name_of(link), &missing);
    if (!missing) return part;
    wgi_quote(q, left->start, left->end, text, sizeof text);
    return wgi_syntax_word(q, link->mark, "%s has no part '%s': %s", text, wgi_name_of(link), missing),
           WGI_NOTHING;
}

EVAL(chain)
{
    wgi_val v = wgi_evals(q, a->first, owner);
    for (const wgi_ast *l = a->first->next; l && !wgi_failed(q); l = l->next) {
        wgi_ast left = left_of(a, l);
        const wgi_ast *x = &left;
        if (l->kind == AST_MEMBER) {
            v = member(q, x, v, l);
            continue;
        }
        if (v.several && l->kind == AST_TRANSPOSE) return not_one(q, &left, v.several->count);
        if (l->kind == AST_OPERATOR) v = operate(q, x, v, l, owner);
        else if (l->kind == AST_INDEX) v = wgi_by_parts(q, l, &v, 1, index_parts, &(linked){ x, l });
        else if (!v.is_number)
            v.node = wg_transpose_at(wgi_site(q, l, &x, 1), &WG_OPTS(wg_transpose_args, .x = v.node));
    }
    return v;
}

static wgi_val negate_parts(wg_program *q, void *user, const wgi_val v[])
{
    const wgi_ast *a = user, *x = a->first;
    return v->is_number ? number_val(-v->number) : wgi_node_val(wg_neg_at(wgi_site(q, a, &x, 1), v->node));
}

EVAL(negated)
{
    const wgi_val v = wgi_evals(q, a->first, owner);
    return wgi_failed(q) ? WGI_NOTHING : wgi_by_parts(q, a, &v, 1, negate_parts, (void *)(uintptr_t)a);
}

/* ---- blocks and statements ---- */

wgi_val wgi_block(wg_program *q, const wgi_ast *a, const char *inside, wgi_binding *owner)
{
    const char *outside = q->now.prefix;
    wgi_val v = WGI_NOTHING;
    q->now.prefix = inside;
    for (wgi_ast *s = a->first; s && !wgi_failed(q); s = s->next) {
        if (s->next || s->kind != AST_VALUE) {
            wgi_statement(q, s, &v);
            continue;
        }
        q->now.prefix = outside;
        v = wgi_evals(q, s->first, owner);
    }
    q->now.prefix = outside;
    return v;
}

EVAL(block)
{
    const char *open = q->now.open;
    if (!owner) return wgi_block(q, a, q->now.prefix, NULL);
    const char *inside = wgi_inside(q, a, owner->name);
    if (!inside) return WGI_NOTHING;
    const bool new_scope = !open || strcmp(open, inside) != 0;
    if (new_scope) q->now.open = inside, wg_scope_push_at("", q->now.g, owner->name);
    const wgi_val v = wgi_block(q, a, inside, owner);
    if (new_scope) wg_scope_pop_at("", q->now.g);
    q->now.open = open;
    return v;
}

EVAL(evaluated_call)
{
    const wgi_option_use *before = q->now.options;
    const int64_t nodes = wg_graph_nodes(q->now.g);
    const wgi_val v = wgi_eval_call(q, a, owner);
    for (wgi_option_use *u = q->now.options; u && u != before; u = u->next)
        if (wg_is_none(u->result) && !v.is_number && (int64_t)v.node.index >= nodes) u->result = v.node;
    return v;
}

EVAL(eval)
{
    switch (a->kind) {
    case AST_NUMBER:
    case AST_BOOL: return number_val(a->u.number);
    case AST_NAME: return name(q, a);
    case AST_LIST: return list(q, a, owner);
    case AST_TUPLE: return tuple(q, a, owner);
    case AST_FIELD: return wgi_evals(q, a->first, owner);
    case AST_PART: return part(q, a, owner);
    case AST_CALL: return evaluated_call(q, a, owner);
    case AST_NEGATE: return negated(q, a, owner);
    case AST_CHAIN: return chain(q, a, owner);
    case AST_BLOCK: return block(q, a, owner);
    default: return WGI_NOTHING;
    }
}

wgi_val wgi_evals(wg_program *q, const wgi_ast *a, wgi_binding *owner)
{
    if (wgi_failed(q)) return WGI_NOTHING;
    if (q->now.nested >= WGI_LANG_CALLS)
        return wgi_syntax_at(q, a, "calls and brackets nest more than %d deep", WGI_LANG_CALLS), WGI_NOTHING;
    if (q->now.frame && ++q->now.made > WGI_LANG_MADE)
        return wgi_fail_at(q, a, WG_ERROR_VALUE, "the calls of functions make more than %d expressions",
                           WGI_LANG_MADE),
               WGI_NOTHING;
    if (wgi_meant(a)->kind == AST_TEXT)
        return wgi_syntax_at(q, a, "a text is no value: ops take it, as einsum(\"ij->ji\", x)"), WGI_NOTHING;
    q->now.nested++;
    const wgi_val v = eval(q, a, owner);
    q->now.nested--;
    return v;
}

wg_node wgi_eval_node(wg_program *q, const wgi_ast *a, wgi_binding *owner)
{
    const wgi_val v = wgi_evals(q, a, owner);
    return wgi_as_node(q, a, v.several ? not_one(q, a, v.several->count) : v);
}

static wgi_val bound_value(wg_program *q, const wgi_ast *s, wgi_binding *b)
{
    return b->meaning == WG_NAME_CONSTANT && (b->set.data || s->first->kind != AST_CALL)
               ? wgi_node_val(wgi_constant_leaf(q, b))
               : wgi_of_nodes(q, s->first, wgi_evals(q, s->first, b));
}

/* A statement that binds no name. Its layers get the name that JSON has for it. */
static wgi_val unnamed_value(wg_program *q, const wgi_ast *s)
{
    wgi_binding self = { .name = "_" }, *outside = q->now.unnamed_value;
    if (!q->now.frame) q->now.unnamed_value = &self;
    const wgi_val v = wgi_evals(q, s->first, NULL);
    q->now.unnamed_value = outside;
    return v;
}

static bool placed_room(wg_program *q, wgi_placed_list *l)
{
    if (l->count < l->room) return true;
    const size_t room = l->room ? 2 * l->room : 16;
    wgi_placed *more = wgi_lang_built(q, room * sizeof *more);
    if (!more) return false;
    if (l->count) memcpy(more, l->at, l->count * sizeof *more);
    l->at = more, l->room = room;
    return true;
}

/* Notes the value for wgx_program_node_at. Statements come in the order of their places, but for one that has
 * others in a block, which come before it. */
static void note_place(wg_program *q, const wgi_ast *s, wgi_val v)
{
    wgi_placed_list *l = &q->now.placed;
    const size_t at = wgi_placed_before(l, s->start);
    const bool again = at < l->count && l->at[at].start == s->start; /* a variant of a claim builds it
                                                                      * again */
    if (!again && !placed_room(q, l)) return;
    if (!again) memmove(l->at + at + 1, l->at + at, (l->count++ - at) * sizeof *l->at);
    l->at[at] = (wgi_placed){ s->start, v.node };
}

size_t wgi_placed_before(const wgi_placed_list *l, uint32_t start)
{
    size_t low = 0, high = l->count;
    if (high && l->at[high - 1].start < start) return high;
    while (low < high) {
        const size_t middle = (low + high) / 2;
        if (l->at[middle].start < start) low = middle + 1;
        else high = middle;
    }
    return low;
}

/* Names the leaves that have no name: p.W or p.0, and p.1.0 of a part that is a group. */
void wgi_name_parts(wg_program *q, wgi_val v, const char *name)
{
    char text[WGI_LANG_NAME + 32];
    for (int k = 0; v.several && k < v.several->count; k++) {
        const wgi_val x = v.several->part[k];
        wgi_part_label(v.several, k, name, text, sizeof text);
        if (x.several) wgi_name_parts(q, x, text);
        else if (wg_node_ok(x.node) && !*wg_node_name(x.node)) wg_name_at("", x.node, wgi_node_path(q, text));
    }
}

static bool is_last(const wg_program *q, wg_node x)
{
    int k = 0;
    while (k < q->now.last_count && q->now.last[k].node.index != x.index) k++;
    return k < q->now.last_count;
}

/* The leaves of a group. A node that stands twice has its own name once. */
static void note_parts(wg_program *q, const wgi_ast *x, wgi_val v, const char *name)
{
    char text[WGI_LANG_NAME + 32];
    for (int k = 0; k < v.several->count && q->now.last_count < WGI_LANG_PARTS; k++) {
        const wgi_val one = v.several->part[k];
        wgi_part_label(v.several, k, name, text, sizeof text);
        if (one.several) {
            note_parts(q, x, one, text);
            continue;
        }
        const wg_node y = wgi_as_node(q, x, one);
        const bool again = is_last(q, y), named = !again && *wg_node_name(y);
        q->now.last[q->now.last_count++] =
            (wgi_named_node){ y, named ? wg_node_name(y) : wgi_lang_join(q, text, "", "") };
    }
}

void wgi_note_last(wg_program *q, const wgi_ast *s, const wgi_binding *b, wgi_val v)
{
    const wgi_ast *x = s->first, *one = v.several && x->kind == AST_TUPLE ? x->first : NULL;
    const int n = v.several ? v.several->count : 1;
    if (!b || s->op != WGI_BIND_MORE) q->now.last_count = 0;
    if (v.several && (b || wgi_leaves(v) > n)) {
        note_parts(q, x, v, b ? b->name : "_");
        return;
    }
    for (int k = 0; k < n && q->now.last_count < WGI_LANG_PARTS; k++) {
        const wgi_ast *written = v.several ? one : x;
        char number[24] = "_";
        if (v.several) snprintf(number, sizeof number, "_.%d", k);
        const char *name = b                                      ? b->name
                           : written && written->kind == AST_NAME ? wgi_name_of(written)
                                                                  : wgi_lang_join(q, number, "", "");
        q->now.last[q->now.last_count++] =
            (wgi_named_node){ wgi_as_node(q, x, v.several ? v.several->part[k] : v), name ? name : "_" };
        one = one ? one->next : NULL;
    }
}

/* There is room for each claim of the text, once. A variant builds a side of a claim again, and with it
 * claims that stand in a block of that side. They are not added again: the list is full. */
static bool claims_room(wg_program *q)
{
    size_t n = (size_t)q->claim_room;
    if (!q->now.claims) q->now.claims = wgi_lang_built(q, n * sizeof *q->now.claims);
    if (!q->now.claim_asts) q->now.claim_asts = wgi_lang_built(q, n * sizeof *q->now.claim_asts);
    return q->now.claims && q->now.claim_asts;
}

/* Builds both sides and adds the claim to q->now.claims. */
static bool keep_claim(wg_program *q, wgi_ast *s)
{
    char text[300];
    const wgi_ast *right = s->first->next, *within = right->next;
    if (!claims_room(q)) return false;
    if (q->now.claim_count == q->claim_room) return true;
    wgi_quote(q, s->first->start, s->end, text, sizeof text);
    wgx_claim k = { .line = wgi_line(q, s->start), .text = wgi_lang_join(q, text, "", "") };
    k.relation = s->op == TOKEN_LESS            ? WG_LESS_THAN
                 : s->op == TOKEN_LESS_EQUAL    ? WG_AT_MOST
                 : s->op == TOKEN_GREATER       ? WG_MORE_THAN
                 : s->op == TOKEN_GREATER_EQUAL ? WG_AT_LEAST
                                                : WG_EQUAL_TO;
    const wgi_val l = wgi_evals(q, s->first, NULL), r = wgi_evals(q, right, NULL);
    if (within) k.within = wgi_eval_node(q, within, NULL);
    if (!k.text || wgi_failed(q)) return false;
    if (!l.several && !r.several) k.left = wgi_as_node(q, s->first, l), k.right = wgi_as_node(q, right, r);
    else if (!wgi_group_sides(q, s, l, r, &k)) return false;
    if (wgi_failed(q)) return false;
    q->now.claim_asts[q->now.claim_count] = s;
    q->now.claims[q->now.claim_count++] = k;
    return true;
}

bool wgi_statement(wg_program *q, wgi_ast *s, wgi_val *v)
{
    if (s->kind == AST_FUNCTION || s->kind == AST_PLOT) return true;
    if (s->kind == AST_CLAIM) return keep_claim(q, s);
    wgi_binding *b = s->kind == AST_BIND ? s->u.binding : NULL;
    if (b) {
        b->layers = 0, b->inner = 0;
        *v = bound_value(q, s, b);
        if (wgi_failed(q)) return false;
        b->several = v->several, b->node = wg_none, b->known = false;
        if (v->several) wgi_name_parts(q, *v, b->name);
        else b->node = *wg_node_name(v->node) ? v->node : wg_name_at("", v->node, wgi_node_path(q, b->name));
        if (!v->several) b->known = b->meaning == WG_NAME_COMPUTED && wgi_constant(s->first, &b->number);
        if (!v->several) *v = wgi_node_val(b->node);
    } else {
        *v = unnamed_value(q, s);
    }
    if (q->now.frame) return !wgi_failed(q);
    if (!b && !v->several && !wgi_failed(q)) {
        *v = wgi_node_val(wgi_as_node(q, s->first, *v));
        note_place(q, s, *v);
    }
    return !wgi_failed(q);
}
