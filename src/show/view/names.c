/* names.c: a name for each item. Given names come first. An item without one is called as the variable
 * that held it, if a call has it as an argument:
 *
 *     wg_node z = wg_matmul(x, w);
 *     wg_node a = wg_sigmoid(z);        the first item is z; so are those that layers and wg_draw take
 *
 * No two items get the same name here. A variable that held several nodes gives h_1, h_2, ... in their
 * order. Given names stay as they are.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "view/view.h"
#include "wengert/grad.h"
#include "wengert/op.h"
#include "wengert/params.h"
#include "wgx/base.h"
#include "wgx/grad.h"
#include "wgx/params.h"

enum { MOST = 60, GRADIENT_MOST = 40 };

/* The name that an argument's text gives: a variable, or the member of a struct: "s->h" gives h. Its
 * length; 0: it gives none. */
static size_t variable(const char **text)
{
    const char *s = *text, *name = s;
    for (;;) {
        const size_t n = strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");
        if (!n || isdigit((unsigned char)*s)) return 0;
        name = s;
        s += n;
        if (*s == '.') s++;
        else if (s[0] == '-' && s[1] == '>') s += 2;
        else break;
    }
    *text = name;
    return *s ? 0 : (size_t)(s - name);
}

/* ---- names that are taken ---- */

/* The order of names as they look: y1 and y_1, both printed y₁, are equal. */
static int by_looks(const char *a, const char *b)
{
    for (;; a++, b++) {
        a += *a == '_', b += *b == '_';
        if (*a != *b) return (unsigned char)*a - (unsigned char)*b;
        if (!*a) return 0;
    }
}

bool wgi_view_looks_alike(const char *a, const char *b) { return by_looks(a, b) == 0; }

bool wgi_view_has_name(const wgi_view *v, const char *name)
{
    for (int64_t i = 0; i < v->items; i++)
        if (v->item[i].name[0] == name[0] && wgi_view_looks_alike(v->item[i].name, name)) return true;
    return false;
}

/* ---- variables ---- */

static bool takes_arguments_in_order(const wgi_item *y) { return y->op && y->op->operands > 0; }

/* The item is called as the variable that is argument k of the call; it has no name yet. */
static void call_as_argument(wgi_view *v, int32_t at, wg_site here, int k)
{
    char text[MOST + 4];
    if (at < 0 || v->item[at].source != WGI_NAMELESS || wgi_item_leaf(v, at) == WG_LEAF_NUMBER) return;
    const char *name = wgx_site_argument(here, k, text, sizeof text);
    const size_t n = variable(&name);
    if (!n || (name > text && strcmp(name, "T") == 0)) return; /* x.T is a transpose */
    v->item[at].source = WGI_NAME_ARGUMENT;
    v->item[at].name = wgi_pool_part(v->pool, name, n);
}

/* Notes the variables among the arguments of item i, for operands that have no name yet. */
static void look_at_arguments(wgi_view *v, int64_t i)
{
    const wgi_item *y = &v->item[i];
    if (!takes_arguments_in_order(y) || !strchr(y->here ? y->here : "", '\n')) return;
    for (int k = 0; k < y->operands; k++) call_as_argument(v, v->arg[y->first + k], y->here, k);
}

/* The first argument of a layer's call is the first operand of its nodes that it has not made itself. Its
 * nodes have the place of the call. */
static void look_at_layer(wgi_view *v, wg_site here, int64_t first)
{
    for (int64_t i = first; i < wg_graph_nodes(v->g); i++) {
        const wg_node n = wg_graph_node(v->g, i);
        if (strcmp(wg_site_place(wg_node_site(n)), wg_site_place(here))) return;
        for (int k = 0; k < wg_node_operands(n); k++) {
            const wg_node x = wg_node_operand(n, k);
            if (x.index < first && wg_node_leaf(x) != WG_LEAF_NUMBER)
                return call_as_argument(v, v->item_of[x.index], here, 0);
        }
    }
}

/* ---- names that several items have ---- */

typedef struct named {
    const char *name;
    int64_t item;
} named;

typedef struct listed { /* sorted by name */
    named *at;
    int64_t count;
} listed;

static int by_name(const void *a, const void *b)
{
    const named *x = a, *y = b;
    const int order = by_looks(x->name, y->name);
    return order ? order : (x->item > y->item) - (x->item < y->item);
}

static bool is_taken(const listed *by, const char *name)
{
    int64_t low = 0, high = by->count;
    while (low < high) {
        const int64_t middle = (low + high) / 2;
        const int order = by_looks(by->at[middle].name, name);
        if (!order) return true;
        if (order > 0) high = middle;
        else low = middle + 1;
    }
    return false;
}

/* Numbers the items list[0 .. n), which were in variables of one name. A number is left out if another item
 * has the name with it, given or of a variable. A name of a
 * layer that ends in a digit is dropped instead: h0_1 reads like h01. */
static void number(wgi_view *v, const named list[], int64_t n, const listed *given, const listed *found)
{
    const char *name = list[0].name;
    int64_t count = 0;
    for (int64_t i = 0; i < n; i++) {
        wgi_item *y = &v->item[list[i].item];
        if (y->source == WGI_NAME_LAYER && isdigit((unsigned char)name[strlen(name) - 1])) {
            y->source = WGI_NAMELESS, y->name = "";
            continue;
        }
        do y->name = wgi_pool_format(v->pool, "%s_%lld", name, (long long)++count);
        while (is_taken(given, y->name) || is_taken(found, y->name));
        y->source = WGI_NAME_NUMBERED;
    }
}

/* Of the names of these sources. */
static listed list_of(const wgi_view *v, wgi_name_source first, wgi_name_source last)
{
    listed list = { wgi_pool_take(v->pool, v->items, sizeof *list.at), 0 };
    for (int64_t i = 0; list.at && i < v->items; i++)
        if (v->item[i].source >= first && v->item[i].source <= last)
            list.at[list.count++] = (named){ v->item[i].name, i };
    if (list.at) qsort(list.at, (size_t)list.count, sizeof *list.at, by_name);
    return list;
}

/* Names of a source are unlike those of the sources before it. */
static void make_unlike(wgi_view *v, wgi_name_source source)
{
    const listed given = list_of(v, WGI_NAME_GIVEN, source - 1), found = list_of(v, source, source);
    for (int64_t i = 0, end; i < found.count; i = end) {
        const named *at = found.at;
        for (end = i + 1; end < found.count && wgi_view_looks_alike(at[end].name, at[i].name);) end++;
        if (end - i > 1 || is_taken(&given, at[i].name)) number(v, at + i, end - i, &given, &found);
    }
}

void wgi_view_find_names(wgi_view *v, int64_t root, wg_site here)
{
    int64_t first;
    wg_site site;
    for (int64_t i = 0; i < v->items; i++) {
        wgi_item *y = &v->item[i];
        y->name = wg_node_name(wgi_item_node(v, i));
        y->source = *y->name ? WGI_NAME_GIVEN : WGI_NAMELESS;
    }
    for (int64_t i = 0; i < v->items; i++) look_at_arguments(v, i);
    for (int64_t i = 0; (site = wgx_layer_site(v->g, i, &first)); i++) look_at_layer(v, site, first);
    if (here) call_as_argument(v, (int32_t)root, here, 0);
    make_unlike(v, WGI_NAME_ARGUMENT);
    for (int64_t i = 0; i < v->items; i++) {
        const char *name = wgx_layer_node_name(wgi_item_node(v, i));
        if (v->item[i].source == WGI_NAMELESS && *name)
            v->item[i].name = name, v->item[i].source = WGI_NAME_LAYER;
    }
    make_unlike(v, WGI_NAME_LAYER);
    for (int64_t i = 0; i < v->items; i++) {
        v->has_e |= strcmp(v->item[i].name, "e") == 0;
        v->has_sigma |= strcmp(v->item[i].name, "sigma") == 0;
    }
}

/* ---- how names look ---- */

typedef struct face {
    const char *printed, *name;
    wgi_item *item;
} face;

/* Of names that are printed alike the one with the fewest bytes is first: x1 before x_1. */
static int by_face(const void *a, const void *b)
{
    const face *x = a, *y = b;
    const int order = strcmp(x->printed, y->printed);
    const size_t n = strlen(x->name), m = strlen(y->name);
    const int alike = n != m ? (n > m) - (n < m) : strcmp(x->name, y->name);
    return order ? order : alike ? alike : (x->item > y->item) - (x->item < y->item);
}

static bool has_name_of_author(const wgi_item *y) { return *y->name && y->source < WGI_NAME_EXPRESSION; }

/* Whether "dr" is the gradient of something that is called r. */
static bool is_differential(const wgi_view *v, const wgi_item *y)
{
    return y->source == WGI_NAME_GRADIENT ||
           !wg_is_none(wgx_node_gradient_of(wg_graph_node(v->g, y->node))) ||
           wgi_view_has_name(v, y->name + 1);
}

/* Nodes that their author gave one name, as a name in a function that one statement calls twice, are shown
 * with a number: a₁, a₂. */
static void number_equal_names(wgi_view *v, const face list[], int64_t count)
{
    for (int64_t i = 0, end; i < count; i = end) {
        int64_t number = 0;
        for (end = i + 1; end < count && !strcmp(list[end].name, list[i].name);) end++;
        for (int64_t k = i; end - i > 1 && k < end; k++) {
            const char *shown;
            do shown = wgi_pool_format(v->pool, "%s_%lld", list[k].name, (long long)++number);
            while (!v->pool->failed && wgi_view_has_name(v, shown));
            list[k].item->shown = shown;
        }
    }
}

void wgi_view_find_looks(wgi_view *v)
{
    char text[4 * MOST];
    face *list = wgi_pool_take(v->pool, v->items, sizeof *list);
    int64_t count = 0;
    for (int64_t i = 0; list && i < v->items && v->items <= WGI_READ_MOST; i++) {
        wgi_item *y = &v->item[i];
        if (!has_name_of_author(y)) continue;
        if (*y->name == 'd' && y->name[1] && !is_differential(v, y)) y->look = WGI_NO_DIFFERENTIAL;
        if (wgi_formula_print_name(y->name, 0, text, sizeof text) < (int)sizeof text)
            list[count++] = (face){ wgi_pool_copy(v->pool, text), y->name, y };
    }
    if (v->pool->failed) return;
    if (count) qsort(list, (size_t)count, sizeof *list, by_face);
    for (int64_t i = 1, first = 0; i < count; i++)
        if (strcmp(list[i].printed, list[first].printed)) first = i;
        else if (strcmp(list[i].name, list[first].name)) list[i].item->look |= WGI_AS_WRITTEN;
    number_equal_names(v, list, count);
}

/* ---- items without a name that are the gradient of a named one: dz ---- */

/* The name of the node; "": it has none that a reader knows. */
static const char *name_of(const wgi_view *v, wg_node n)
{
    const int32_t at = wg_is_none(n) ? WGI_NO_ITEM : v->item_of[n.index];
    if (at < 0) return wg_node_name(n);
    const wgi_item *y = &v->item[at];
    return y->node == n.index && y->source != WGI_NAME_GRADIENT ? y->name : "";
}

static void name_gradient(wgi_view *v, wgi_item *y, const char *of)
{
    if (!*of || strlen(of) > GRADIENT_MOST) return;
    const char *name = wgi_pool_format(v->pool, "d%s", of);
    if (!wgi_view_has_name(v, name)) y->name = name, y->source = WGI_NAME_GRADIENT;
}

void wgi_view_name_gradients(wgi_view *v)
{
    if (v->level != WGI_WRITTEN || v->items > WGI_READ_MOST) return;
    for (int64_t n = 1; n < wg_graph_nodes(v->g); n++) {
        const int32_t at = v->item_of[n];
        if (at < 0 || v->item[at].source != WGI_NAMELESS) continue;
        wgi_item *y = &v->item[at];
        if ((y->call >= 0 && y->node != n) || y->is_inline || !y->operands) continue;
        name_gradient(v, y, name_of(v, wgx_node_gradient_of(wg_graph_node(v->g, n))));
    }
}
