/* lang_group.c: a group is a value of several parts, which may be groups. An op on groups is applied part by
 * part; a number or a scalar goes with all parts. The graph knows no groups: its nodes are the leaves. */
#include "lang/lang.h"

#include <string.h>

#include "wengert/ops.h"

wg_node wgi_as_operand(wgi_val v) { return v.is_number ? wg_number(v.number) : v.node; }

wg_node wgi_as_node(wg_program *q, const wgi_ast *a, wgi_val v)
{
    return v.is_number ? wg_scalar_at(wgi_site(q, a, &a, 1), q->now.g, v.number) : v.node;
}

wgi_parts *wgi_parts_new(wg_program *q, int count)
{
    wgi_parts *p = wgi_lang_built(q, sizeof *p + (size_t)count * sizeof *p->part);
    if (p) p->count = count;
    return p;
}

int wgi_leaves(wgi_val v)
{
    int n = 0;
    if (!v.several) return 1;
    for (int k = 0; k < v.several->count; k++) n += wgi_leaves(v.several->part[k]);
    return n;
}

int wgi_flatten(wg_program *q, const wgi_ast *a, wgi_val v, wg_node *to)
{
    int n = 0;
    if (!v.several) return *to = wgi_as_node(q, a, v), 1;
    for (int k = 0; k < v.several->count; k++) n += wgi_flatten(q, a, v.several->part[k], to + n);
    return n;
}

static wgi_val filled(wg_program *q, wgi_val like, const wg_node **leaf)
{
    if (!like.several) return wgi_node_val(*(*leaf)++);
    wgi_parts *p = wgi_parts_new(q, like.several->count);
    for (int k = 0; p && k < p->count; k++) p->part[k] = filled(q, like.several->part[k], leaf);
    return p ? (wgi_val){ .several = p } : WGI_NOTHING;
}

wgi_val wgi_unflatten(wg_program *q, wgi_val like, const wg_node *leaf) { return filled(q, like, &leaf); }

wgi_val wgi_of_nodes(wg_program *q, const wgi_ast *a, wgi_val v)
{
    if (!v.several) return wgi_node_val(wgi_as_node(q, a, v));
    wgi_parts *p = wgi_parts_new(q, v.several->count);
    for (int k = 0; p && k < p->count; k++) p->part[k] = wgi_of_nodes(q, a, v.several->part[k]);
    return p ? (wgi_val){ .several = p } : WGI_NOTHING;
}

bool wgi_same_structure(wgi_val a, wgi_val b)
{
    if (!a.several || !b.several) return !a.several && !b.several;
    bool same = a.several->count == b.several->count;
    for (int k = 0; same && k < a.several->count; k++)
        same = wgi_same_structure(a.several->part[k], b.several->part[k]);
    return same;
}

static size_t put(wgi_val v, char *to, size_t room, size_t n)
{
    char shape[120];
    if (n + 8 >= room) return n;
    if (!v.several)
        return n + (size_t)snprintf(to + n, room - n, "%s",
                                    v.is_number ? "a number"
                                    : !wg_node_shape(v.node).rank
                                        ? "a scalar"
                                        : wg_shape_text(wg_node_shape(v.node), shape, sizeof shape));
    n += (size_t)snprintf(to + n, room - n, "(");
    for (int k = 0; k < v.several->count && n + 8 < room; k++) {
        if (k) n += (size_t)snprintf(to + n, room - n, ", ");
        n = put(v.several->part[k], to, room, n);
    }
    if (n + 8 >= room) return n + (size_t)snprintf(to + (n < room ? n : room - 8), 5, "...)");
    return n + (size_t)snprintf(to + n, room - n, ")");
}

const char *wgi_structure(wgi_val v, char *to, size_t room)
{
    to[0] = 0;
    put(v, to, room, 0);
    return to;
}

/* Whether a value that is no group goes with all parts of one. */
static bool goes_with_all(wgi_val v) { return v.is_number || !wg_node_shape(v.node).rank; }

wgi_val wgi_by_parts(wg_program *q, const wgi_ast *at, const wgi_val x[], int n, wgi_by_part *one, void *user)
{
    wgi_val y[WGI_GROUP_OPERANDS];
    char a[160], b[160];
    int first = 0;
    while (first < n && !x[first].several) first++;
    if (first == n) return one(q, user, x);
    if (n > WGI_GROUP_OPERANDS)
        return wgi_syntax_at(q, at, "more than %d operands for groups", WGI_GROUP_OPERANDS), WGI_NOTHING;
    const wgi_parts *p = x[first].several;
    for (int k = 0; k < n; k++)
        if (x[k].several ? !wgi_same_structure(x[k], x[first]) : !goes_with_all(x[k])) {
            const int l = k < first ? k : first, r = k < first ? first : k;
            return wgi_fail_word(q, at->mark, WG_ERROR_SHAPE,
                                 "the two sides have different parts: left is %s, right is %s",
                                 wgi_structure(x[l], a, sizeof a), wgi_structure(x[r], b, sizeof b)),
                   WGI_NOTHING;
        }
    wgi_parts *z = wgi_parts_new(q, p->count);
    for (int i = 0; z && i < p->count && !wg_failed(q->c); i++) {
        for (int k = 0; k < n; k++) y[k] = x[k].several ? x[k].several->part[i] : x[k];
        z->part[i] = wgi_by_parts(q, at, y, n, one, user);
    }
    return z && !wg_failed(q->c) ? (wgi_val){ .several = z } : WGI_NOTHING;
}

wg_node wgi_of_all(wg_program *q, const wgi_ast *call, wgi_val v, bool norm)
{
    const int n = wgi_leaves(v);
    const wg_site here = wgi_site_text(q, "", call->mark);
    wg_node *x = wgi_lang_built(q, (size_t)n * sizeof *x);
    if (!x) return wg_none;
    wgi_flatten(q, call, v, x);
    for (int k = 0; k < n; k++)
        x[k] = norm ? wg_expand_at(here, wg_norm_at(here, &WG_OPTS(wg_norm_args, .x = x[k])), 0)
                    : wg_sum_at(here, &WG_OPTS(wg_reduce_args, .x = x[k]));
    if (!norm) return n == 1 ? x[0] : wg_addn_at(here, x, n);
    return wg_norm_at(here, &WG_OPTS(wg_norm_args, .x = n == 1 ? x[0] : wg_concat_at(here, x, n, 0)));
}
