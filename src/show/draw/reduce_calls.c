/* reduce_calls.c: what one call of a layer made, as one box: h = lstm(x, 4); and a scope as one box. */
#include <stdlib.h>
#include <string.h>

#include "draw/reduced_boxes.h"

enum { LEAST = 3, TITLE_MOST = 60 }; /* boxes of a call that is drawn as one */

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

/* The length of the path of the scope whose nodes are one box; 0: there is none. */
static size_t closed_scope(const wgi_picture *p, const char *scope)
{
    size_t n = 0;
    for (int k = 0; k < (p->o->depth > 0 ? p->o->depth : 1); k++) {
        if (k && scope[n] == '/') n++;
        const size_t part = strcspn(scope + n, "/");
        if (!part) return 0;
        n += part;
    }
    return n;
}

/* Nodes in a row that are in the same scope are drawn in the box of the last of them. */
void wgi_find_scopes(wgi_reducer *r)
{
    const wgi_picture *p = r->p;
    for (int64_t i = 0, end; i < p->at.nodes; i = end) {
        const char *scope = wg_node_scope(wgi_node_at(p, i)), *other;
        const size_t n = closed_scope(p, scope);
        for (end = i + 1; n && end < p->at.nodes; end++) {
            other = wg_node_scope(wgi_node_at(p, end));
            if (closed_scope(p, other) != n || strncmp(other, scope, n)) break;
        }
        int64_t last = end - 1;
        while (last > i && r->kept[last]) last--;
        if (n && last > i)
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

/* A step of a series is called as its result, "h₁"; another scope, and a step whose result has no name, by
 * the scope's name, unless a node outside of the box has it. */
static const char *scope_title(const wgi_picture *p, int64_t result)
{
    const char *path = wg_node_scope(wgi_node_at(p, result));
    size_t n = closed_scope(p, path), name;
    if (wgi_series_scope(path, &name) == n && wgi_has_name(p, result))
        return wgi_symbol(&p->view, wgi_item_at(p, result), TITLE_MOST);
    const char *title = wgi_pool_clean(p->pool, wgi_pool_part(p->pool, path, n), TITLE_MOST);
    const bool of_another =
        wgi_view_has_name(&p->view, title) && !wgi_view_looks_alike(title, wgi_item_at(p, result)->name);
    return of_another ? "" : title;
}

/* The box of a call or a scope: its own nodes, not those of parts that are alike. */
void wgi_describe_part(wgi_picture *p, wgi_box *box, int64_t position)
{
    const wgi_part *k = &p->less.reducer->part[p->less.part_of[position] - 1];
    const bool is_call = k->kind == WGI_PARTS_CALLS;
    int64_t nodes = 0, numbers = 0;
    const wg_site here = wgi_item_at(p, position)->here;
    bool one = true; /* call that made all of them */
    for (int64_t i = k->begin; i < k->end; i++) {
        if (!is_call && p->less.into[i] != position) continue;
        nodes++, one &= !is_computed(p, i) || wgi_is_same_call(wgi_item_at(p, i)->here, here);
        if (wg_node_leaf(wgi_node_at(p, i)) == WG_LEAF_PARAM)
            numbers += wg_shape_size(wg_node_shape(wgi_node_at(p, i)));
    }
    const int64_t after = k->end;
    size_t series;
    one &= !wgi_series_scope(wg_node_scope(wgi_node_at(p, position)),
                             &series); /* a step is not the whole call */
    one &= after >= p->at.nodes || !wgi_is_same_call(wgi_item_at(p, after)->here, here);
    one &= !k->begin || !wgi_is_same_call(wgi_item_at(p, k->begin - 1)->here, here);
    const char *words = is_call || one ? wgi_view_words(&p->view, here, !is_call) : "",
               *title = is_call || *words ? titled(p, position, words) : scope_title(p, position);
    box->title = *title ? title : box->name;
    box->formula = NULL;
    box->detail = wgi_pool_format(p->pool, numbers ? "%lld nodes, %lld numbers in parameters" : "%lld nodes",
                                  (long long)nodes, (long long)numbers);
    box->word = is_call ? "call" : "scope";
}
