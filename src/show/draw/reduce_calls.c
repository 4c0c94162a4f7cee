/* reduce_calls.c: what one call of a layer made, as one box: h = lstm(x, 4); and a scope as one box. */
#include <stdlib.h>
#include <string.h>

#include "draw/reduced_boxes.h"
#include "wgx/op.h"

enum {
    LEAST = 3, /* boxes of a call that is drawn as one */
    TITLE_MOST = 60,
    WORK_MOST = 3 /* kinds of ops that a scope's box names */
};

/* ---- which nodes one call made ---- */

/* "net.wg:2:5" */
static const char *place_at(const wgi_picture *p, int64_t i)
{
    return wg_site_place(wgi_item_at(p, i)->here);
}

/* The layer of a parameter: "h" of "h.W"; its length. Of any other node 0. */
static size_t layer_at(const wgi_picture *p, int64_t i, const char **layer)
{
    const wg_node n = wgi_node_at(p, i);
    *layer = wg_node_name(n);
    return wg_node_leaf(n) == WG_LEAF_PARAM ? strcspn(*layer, ".") : 0;
}

static bool is_computed(const wgi_picture *p, int64_t i) { return wgi_item_at(p, i)->operands > 0; }

/* Whether a scope is the outer one, or is in it. */
static bool is_within(const char *scope, const char *outer)
{
    const size_t n = strlen(outer);
    return !n || (strncmp(scope, outer, n) == 0 && (!scope[n] || scope[n] == '/'));
}

/* The end of the nodes that one call made. A loop has one place for all its calls: each has a scope or a
 * layer of its own, or it ends with a node that has arguments. */
static int64_t end_of_call(const wgi_picture *p, int64_t begin)
{
    const char *place = place_at(p, begin), *scope = wg_node_scope(wgi_node_at(p, begin)), *layer = NULL,
               *other;
    size_t of_layer = 0;
    int64_t end = begin;
    for (bool open = wgi_is_built(wgi_item_at(p, begin)); open && end < p->at.nodes; end++) {
        const size_t n = layer_at(p, end, &other);
        if (strcmp(place_at(p, end), place) || !is_within(wg_node_scope(wgi_node_at(p, end)), scope)) break;
        if (n && of_layer && (n != of_layer || memcmp(layer, other, n))) break;
        if (n) layer = other, of_layer = n;
        open = wgi_is_built(wgi_item_at(p, end)) || !is_computed(p, end);
    }
    return end > begin ? end : begin + 1;
}

/* Parts behind the result are among them. */
static void mark_made(wgi_reducer *r, const wgi_part *k)
{
    for (int32_t i = k->begin; i < k->end; i++) r->made[i] = 1 + (i == k->result);
}

void wgi_find_calls(wgi_reducer *r, bool results)
{
    const wgi_picture *p = r->p;
    for (int64_t i = 0, end; i < p->at.nodes; i = end) {
        int64_t boxes = 0, last = i;
        end = end_of_call(p, i);
        for (int64_t k = i; k < end; k++)
            if (is_computed(p, k) && p->less.into[k] == k) boxes++, last = k;
        if (boxes < LEAST) continue;
        if (results) r->result[last] = 1;
        else if (wgi_add_part(r, (wgi_part){ WGI_PARTS_CALLS, (int32_t)i, (int32_t)end, (int32_t)last }))
            mark_made(r, &r->part[r->parts - 1]);
    }
}

/* ---- scopes ---- */

static int by_path(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Whether one of n scopes, in the order of strcmp, is inside of this one. */
static bool has_scopes_inside(const char *const *scope, int64_t n, const char *path, size_t length)
{
    int64_t low = 0, high = n; /* the first one that is not before "path/" */
    while (low < high) {
        const int64_t middle = (low + high) / 2;
        const int order = strncmp(scope[middle], path, length);
        if (order < 0 || (!order && scope[middle][length] < '/')) low = middle + 1;
        else high = middle;
    }
    return low < n && !strncmp(scope[low], path, length) && scope[low][length] == '/';
}

/* The length of the path of the scope whose nodes are one box; 0: there is none. It has the depth of the
 * option, or less if no other scopes are in it. */
static size_t closed_scope(const wgi_picture *p, const char *const *scopes, int64_t n, const char *scope)
{
    size_t length = 0;
    for (int k = 0; k < (p->o->depth > 0 ? p->o->depth : 1); k++) {
        const size_t slash = k && scope[length] == '/', part = strcspn(scope + length + slash, "/");
        if (!part) return length && !has_scopes_inside(scopes, n, scope, length) ? length : 0;
        length += slash + part;
    }
    return length;
}

/* Fills closed of the reducer. */
static void close_scopes(wgi_reducer *r)
{
    const wgi_picture *p = r->p;
    const char **scope = wgi_pool_take(p->pool, p->at.nodes, sizeof *scope);
    int64_t n = 0;
    for (int64_t i = 0; scope && i < p->at.nodes; i++) {
        const char *path = wg_node_scope(wgi_node_at(p, i));
        if (!n || path != scope[n - 1]) scope[n++] = path;
    }
    if (scope) qsort(scope, (size_t)n, sizeof *scope, by_path);
    for (int64_t i = 0; scope && i < p->at.nodes; i++)
        r->closed[i] = (int32_t)closed_scope(p, scope, n, wg_node_scope(wgi_node_at(p, i)));
}

static bool is_same_scope(const wgi_reducer *r, int64_t i, int64_t k)
{
    return r->closed[i] == r->closed[k] &&
           !strncmp(wg_node_scope(wgi_node_at(r->p, i)), wg_node_scope(wgi_node_at(r->p, k)),
                    (size_t)r->closed[i]);
}

/* The last one that is computed and may stand in this box, or is the root. */
static int64_t result_of_scope(const wgi_reducer *r, int64_t begin, int64_t end)
{
    for (int64_t i = end - 1; i >= begin; i--)
        if (is_computed(r->p, i) && (!r->kept[i] || wgi_node_at(r->p, i).index == r->p->root.index)) return i;
    return -1;
}

/* Nodes in a row that are in the same scope are drawn in the box of the last of them. */
void wgi_find_scopes(wgi_reducer *r)
{
    const wgi_picture *p = r->p;
    close_scopes(r);
    for (int64_t i = 0, end; i < p->at.nodes; i = end) {
        for (end = i + 1; end < p->at.nodes && is_same_scope(r, i, end);) end++;
        const int64_t last = r->closed[i] ? result_of_scope(r, i, end) : -1;
        if (last >= 0)
            wgi_add_part(r, (wgi_part){ WGI_PARTS_SCOPES, (int32_t)i, (int32_t)end, (int32_t)last });
    }
}

/* ---- what they are called ---- */

/* The result and the call that made it, on one line: "h = lstm(x, 4)". "": the call is not known. */
static const char *titled(const wgi_picture *p, int64_t result, const char *words)
{
    const wgi_item *y = wgi_item_at(p, result);
    if (*words && (y->source != WGI_NAME_EXPRESSION || wgi_alias(&p->view, y)))
        words = wgi_pool_format(p->pool, "%s = %s", wgi_symbol(&p->view, y, TITLE_MOST), words);
    return wgi_pool_clean(p->pool, words, TITLE_MOST);
}

/* A step of a series is called as its result, "h₁". Another scope, and a step whose result has no name or
 * one within the scope, "h.1.y", by the scope's name, unless a node outside of the box has it; in a frame it
 * may. */
static const char *scope_title(const wgi_picture *p, int64_t result)
{
    const wgi_item *y = wgi_item_at(p, result);
    const char *path = wg_node_scope(wgi_node_at(p, result));
    size_t n = (size_t)p->less.reducer->closed[result], last = n, name;
    while (last && path[last - 1] != '/') last--;
    const char *title = wgi_pool_clean(p->pool, wgi_pool_part(p->pool, path + last, n - last), TITLE_MOST);
    if (wgi_series_scope(path, &name) == n && wgi_has_name(p, result) && !strstr(y->name, title))
        return wgi_symbol(&p->view, y, TITLE_MOST);
    const bool of_another = wgi_view_has_name(&p->view, title) && !wgi_view_looks_alike(title, y->name);
    return of_another && !last ? "" : title;
}

/* An op that only arranges its operand anew. */
static bool arranges(const wgi_item *y)
{
    static const char *const ops[] = { "transpose", "swap", "reshape", "expand_dims", "squeeze" };
    bool any = false;
    for (size_t k = 0; k < WGI_COUNT(ops); k++) any |= wgx_op_is(y->op, ops[k]);
    return any;
}

static const char *nodes_text(const wgi_picture *p, int64_t nodes)
{
    return wgi_pool_format(p->pool, nodes == 1 ? "%lld node" : "%lld nodes", (long long)nodes);
}

/* What a scope's box computes, if this is short: "conv, stride = 2", "matmul, add"; else how many nodes it
 * has. */
static const char *work_text(const wgi_picture *p, const wgi_part *k, int64_t position, int64_t nodes)
{
    const char *all = "", *options = "";
    const wg_op *op[WORK_MOST];
    int ops = 0, computed = 0;
    for (int64_t i = k->begin, n; i < k->end && ops <= WORK_MOST; i++) {
        const wgi_item *y = wgi_item_at(p, i);
        if (p->less.into[i] != position || !is_computed(p, i) || arranges(y)) continue;
        options = computed++ ? "" : wgi_item_options(&p->view, y, false);
        for (n = 0; n < ops && op[n] != y->op;) n++;
        if (n < ops) continue;
        all = wgi_pool_format(p->pool, "%s%s%s", all, ops ? ", " : "", y->op->name);
        if (ops++ < WORK_MOST) op[ops - 1] = y->op;
    }
    if (!ops || ops > WORK_MOST) return nodes_text(p, nodes);
    return *options ? wgi_pool_format(p->pool, "%s, %s", all, options) : all;
}

/* Whether one call made all nodes of the part and no others. A step of a series is not the whole call. */
static bool is_whole_call(const wgi_picture *p, const wgi_part *k, int64_t position)
{
    const wg_site here = wgi_item_at(p, position)->here;
    size_t series;
    bool one = !wgi_series_scope(wg_node_scope(wgi_node_at(p, position)), &series);
    for (int64_t i = k->begin; i < k->end; i++)
        one &= p->less.into[i] != position || !is_computed(p, i) ||
               wgi_is_same_call(wgi_item_at(p, i)->here, here);
    one &= k->end >= p->at.nodes || !wgi_is_same_call(wgi_item_at(p, k->end)->here, here);
    return one && (!k->begin || !wgi_is_same_call(wgi_item_at(p, k->begin - 1)->here, here));
}

/* The box of a call or a scope: its own nodes, not those of parts that are alike. */
void wgi_describe_part(wgi_picture *p, wgi_box *box, int64_t position)
{
    const wgi_part *k = &p->less.reducer->part[p->less.part_of[position] - 1];
    const bool is_call = k->kind == WGI_PARTS_CALLS;
    int64_t nodes = 0, numbers = 0;
    for (int64_t i = k->begin; i < k->end; i++) {
        if (!is_call && p->less.into[i] != position) continue;
        nodes++;
        if (wg_node_leaf(wgi_node_at(p, i)) == WG_LEAF_PARAM)
            numbers += wg_shape_size(wg_node_shape(wgi_node_at(p, i)));
    }
    const bool whole = is_call || is_whole_call(p, k, position);
    const char *words = whole ? wgi_view_words(&p->view, wgi_item_at(p, position)->here, !is_call) : "",
               *title = is_call || *words ? titled(p, position, words) : scope_title(p, position),
               *work = is_call ? nodes_text(p, nodes) : work_text(p, k, position, nodes);
    box->title = *title ? title : box->name;
    box->formula = NULL;
    box->detail = strcmp(work, box->title) ? work : "";
    if (numbers)
        box->detail = wgi_pool_format(p->pool, "%s%s%lld numbers in parameters", box->detail,
                                      *box->detail ? ", " : "", (long long)numbers);
    box->word = is_call ? "call" : "scope";
}
