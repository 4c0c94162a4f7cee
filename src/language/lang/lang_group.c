/* lang_group.c: a group is a value of several parts, which may be groups. An op on groups is applied part by
 * part; a number or a scalar goes with all parts. The graph knows no groups: its nodes are the leaves. */
#include "lang/lang.h"

#include <string.h>

#include "wengert/ops.h"
#include "wgx/lang.h"

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

static wgi_parts *parts_like(wg_program *q, const wgi_parts *like)
{
    wgi_parts *p = wgi_parts_new(q, like->count);
    if (p) p->name = like->name;
    return p;
}

void wgi_part_label(const wgi_parts *p, int k, const char *name, char *to, size_t room)
{
    if (p->name && p->name[k]) snprintf(to, room, "%.*s.%s", WGI_LANG_NAME, name, p->name[k]);
    else snprintf(to, room, "%.*s.%d", WGI_LANG_NAME, name, k);
}

/* A part that is a name has that name. */
void wgi_written_names(wg_program *q, const wgi_ast *tuple, wgi_parts *to)
{
    int k = 0;
    for (const wgi_ast *x = tuple->first; x && k < to->count; x = x->next, k++) {
        if (x->kind != AST_FIELD && x->kind != AST_NAME) continue;
        if (!to->name) to->name = wgi_lang_built(q, (size_t)to->count * sizeof *to->name);
        if (to->name) to->name[k] = wgi_name_of(x);
    }
}

void wgi_lend_names(wgi_parts *to, const wgi_parts *from)
{
    if (!to->name) to->name = from->name;
    for (int k = 0; k < to->count; k++)
        if (to->part[k].several && from->part[k].several)
            wgi_lend_names((wgi_parts *)(uintptr_t)to->part[k].several, from->part[k].several);
}

/* The names of the parts, as "W and b"; "" if they have none. */
static const char *names_of(wg_program *q, const wgi_parts *p)
{
    char text[300] = "";
    size_t n = 0;
    for (int k = 0; p->name && k < p->count && n < sizeof text - 1; k++)
        if (p->name[k]) n += (size_t)snprintf(text + n, sizeof text - n, "%s%s", n ? ", " : "", p->name[k]);
    return wgi_lang_join(q, text, "", "");
}

wgi_val wgi_part_of(wgi_val v, const char *name, size_t length)
{
    for (int k = 0; v.several && v.several->name && k < v.several->count; k++) {
        const char *own = v.several->name[k];
        if (own && strlen(own) == length && !memcmp(own, name, length)) return v.several->part[k];
    }
    return WGI_NOTHING;
}

wgi_val wgi_member(wg_program *q, wgi_val v, const char *name, const char **missing)
{
    *missing = NULL;
    const wgi_val part = wgi_part_of(v, name, strlen(name));
    if (part.several || part.is_number || wg_node_ok(part.node)) return part;
    const char *names = v.several ? names_of(q, v.several) : NULL;
    *missing = !v.several          ? "it is one tensor, which has .T alone"
               : !names || !*names ? "its parts have no names: write (W = ..., b = ...)"
                                   : wgi_lang_join(q, "it has ", names, "");
    return WGI_NOTHING;
}

wgi_val wgi_group(wg_program *q, const wgi_ast *at, const wgi_parts *p)
{
    const wgi_val v = { .several = p };
    if (!p || wgi_failed(q)) return WGI_NOTHING;
    if (wgi_leaves(v) <= WGI_LANG_PARTS) return v;
    return wgi_syntax_at(q, at, "a group of %d tensors, more than %d", wgi_leaves(v), WGI_LANG_PARTS),
           WGI_NOTHING;
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
    wgi_parts *p = parts_like(q, like.several);
    for (int k = 0; p && k < p->count; k++) p->part[k] = filled(q, like.several->part[k], leaf);
    return p ? (wgi_val){ .several = p } : WGI_NOTHING;
}

wgi_val wgi_unflatten(wg_program *q, wgi_val like, const wg_node *leaf) { return filled(q, like, &leaf); }

wgi_val wgi_of_nodes(wg_program *q, const wgi_ast *a, wgi_val v)
{
    if (!v.several) return wgi_node_val(wgi_as_node(q, a, v));
    wgi_parts *p = parts_like(q, v.several);
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

static bool goes_with_all(wgi_val v) { return !v.several && (v.is_number || !wg_node_shape(v.node).rank); }

/* The others count *k down. */
bool wgi_leaf_path(wgi_val v, const char *name, int *k, char *to, size_t room)
{
    char text[WGI_LANG_NAME + 32];
    for (int i = 0; v.several && i < v.several->count; i++) {
        wgi_part_label(v.several, i, name, text, sizeof text);
        if (wgi_leaf_path(v.several->part[i], text, k, to, room)) return true;
    }
    if (v.several || (*k)--) return false;
    snprintf(to, room, "%s", name);
    return true;
}

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
    wgi_parts *z = parts_like(q, p);
    for (int i = 0; z && i < p->count && !wgi_failed(q); i++) {
        for (int k = 0; k < n; k++) y[k] = x[k].several ? x[k].several->part[i] : x[k];
        z->part[i] = wgi_by_parts(q, at, y, n, one, user);
    }
    return z && !wgi_failed(q) ? (wgi_val){ .several = z } : WGI_NOTHING;
}

wg_node wgi_of_all(wg_program *q, const wgi_ast *call, wgi_val v, bool norm)
{
    const int n = wgi_leaves(v);
    const wg_site here = wgi_site_text(q, "", call->mark);
    wg_node *x = wgi_lang_built(q, (size_t)n * sizeof *x);
    if (!x) return wg_none;
    wgi_flatten(q, call, v, x);
    for (int k = 0; k < n; k++)
        x[k] = norm ? wg_norm_at(here, &WG_OPTS(wg_norm_args, .x = x[k]))
                    : wg_sum_at(here, &WG_OPTS(wg_reduce_args, .x = x[k]));
    if (!norm) return n == 1 ? x[0] : wg_addn_at(here, x, n);
    const wg_node all = wg_stack_at(here, &WG_OPTS(wg_join_args, .x = x, .n = n));
    return wg_norm_at(here, &WG_OPTS(wg_norm_args, .x = all));
}

/* ---- claims about groups ---- */

/* The leaves of a side, if it is a group; else what goes with each of them. */
static void put_leaves(wg_program *q, const wgi_ast *a, wgi_val v, wg_node *to, int n)
{
    if (v.several) wgi_flatten(q, a, v, to);
    else
        for (int k = 0; k < n; k++) to[k] = wgi_as_node(q, a, v);
}

/* The elements of all nodes, in one row. */
static wg_node in_a_row(wg_program *q, const wgi_ast *a, const wg_node *x, int n)
{
    const wg_site here = wgi_site_text(q, "", a->mark);
    wg_node *row = wgi_lang_built(q, (size_t)n * sizeof *row);
    for (int k = 0; row && k < n; k++)
        row[k] = wg_reshape_at(here, x[k], WG_SHAPE(wg_shape_size(wg_node_shape(x[k]))));
    return row ? wg_concat_at(here, &WG_OPTS(wg_join_args, .x = row, .n = n)) : wg_none;
}

static wgx_claim_part *parts_of(wg_program *q, wgi_val v, const wgi_ast *a, const wg_node *leaf, int n)
{
    wgx_claim_part *p = wgi_lang_built(q, (size_t)n * sizeof *p);
    char text[60], path[WGI_LANG_NAME + 100];
    wgi_quote(q, a->start, a->end, text, sizeof text);
    for (int k = 0; p && k < n; k++) {
        int left = k;
        wgi_leaf_path(v, text, &left, path, sizeof path);
        const char *own = wg_node_name(leaf[k]);
        p[k] = (wgx_claim_part){ *own ? own : wgi_lang_join(q, path, "", ""), wg_node_shape(leaf[k]) };
    }
    return p;
}

static bool differ(wg_program *q, const wgi_ast *s, wgi_val l, wgi_val r)
{
    char a[160], b[160];
    return wgi_fail_at(q, s, WG_ERROR_SHAPE, "the two sides have different parts: left is %s, right is %s",
                       wgi_structure(l, a, sizeof a), wgi_structure(r, b, sizeof b));
}

/* Groups of one structure are compared part by part. A number goes with all parts only where the claim says
 * itself how far they may be apart, as for tensors. */
bool wgi_group_sides(wg_program *q, const wgi_ast *s, wgi_val l, wgi_val r, wgx_claim *k)
{
    const wgi_val group = l.several ? l : r;
    const wgi_ast *ast = l.several ? s->first : s->first->next, *within = s->first->next->next;
    const bool bare = !k->relation && !within;
    const int n = wgi_leaves(group);
    wg_node *x = wgi_lang_built(q, 2 * (size_t)n * sizeof *x), *y = x + n;
    if ((l.several && r.several) || bare ? !wgi_same_structure(l, r) : !goes_with_all(l.several ? r : l))
        return differ(q, s, l, r);
    if (!x) return false;
    put_leaves(q, s->first, l, x, n);
    put_leaves(q, s->first->next, r, y, n);
    if (wgi_failed(q)) return false;
    k->parts = n, k->part = parts_of(q, group, ast, l.several ? x : y, n);
    for (int i = 0; l.several && r.several && i < n; i++)
        if (!wg_shape_equal(wg_node_shape(x[i]), wg_node_shape(y[i]))) {
            k->part += i, k->parts = 1, k->left = x[i], k->right = y[i];
            return k->part != NULL;
        }
    k->left = l.several ? in_a_row(q, s->first, x, n) : x[0];
    k->right = r.several ? in_a_row(q, s->first->next, y, n) : y[0];
    return !wgi_failed(q);
}

/* ---- what will be read ---- */

void wgi_keep(wg_node n)
{
    if (wg_node_ok(n) && wg_node_leaf(n) == WG_LEAF_NONE) wg_keep_at(wg_node_site(n), n);
}

static void keep_parts(wgi_val v)
{
    if (!v.several) wgi_keep(v.node);
    for (int k = 0; v.several && k < v.several->count; k++) keep_parts(v.several->part[k]);
}

void wgi_keep_names(wg_program *q, const wgi_ast *a)
{
    wgi_binding *b =
        a->kind == AST_NAME || (a->kind == AST_CALL && a->ident->is_function) ? a->u.binding : NULL;
    if (b && !b->kept) {
        b->kept = true;
        if (b->function) wgi_keep_names(q, b->function->first->next);
        else if (!b->local && !b->is_operand && b->several) keep_parts((wgi_val){ .several = b->several });
        else if (!b->local && !b->is_operand) wgi_keep(b->node);
    }
    EACH_AST(x, a->first) wgi_keep_names(q, x);
}

void wgi_keep_none(wg_program *q)
{
    EACH_BINDING(q, b) b->kept = false;
}
