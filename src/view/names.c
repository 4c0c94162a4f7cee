/* names.c: a name for each item. Given names come first. An item without one is called as the variable
 * that held it, if a call has it as an argument:
 *
 *     wg_node z = wg_matmul(x, w);
 *     wg_node a = wg_sigmoid(z);        the first item is z
 *
 * No two items get the same name here. A variable that held several nodes gives h_1, h_2, ... in their
 * order. Given names stay as they are.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "view/view.h"
#include "wengert/op.h"

enum { MOST = 60 };

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

bool wgi_view_looks_alike(const char *a, const char *b)
{
    for (; *a || *b; a++, b++) {
        a += *a == '_', b += *b == '_';
        if (*a != *b) return false;
        if (!*a) return true;
    }
    return true;
}

bool wgi_view_has_name(const wgi_view *v, const char *name)
{
    for (int64_t i = 0; i < v->items; i++)
        if (v->item[i].name[0] == name[0] && wgi_view_looks_alike(v->item[i].name, name)) return true;
    return false;
}

/* ---- variables ---- */

typedef struct names {
    wgi_view *v;
    char *at; /* free room in v->texts */
} names;

static bool takes_arguments_in_order(const wgi_item *y) { return y->op && y->op->operands > 0; }

/* Notes the variables among the arguments of item i, for operands that have no name yet. */
static void look_at_arguments(names *s, int64_t i)
{
    wgi_view *v = s->v;
    const wgi_item *y = &v->item[i];
    char text[MOST + 4];
    if (!takes_arguments_in_order(y) || !strchr(y->here ? y->here : "", '\n')) return;
    for (int k = 0; k < y->operands; k++) {
        const int32_t at = v->arg[y->first + k];
        if (at < 0 || v->item[at].source != WGI_NAMELESS ||
            wg_node_leaf(wgi_item_node(v, at)) == WG_LEAF_NUMBER)
            continue;
        const char *name = wg_site_argument(y->here, k, text, sizeof text);
        const size_t n = variable(&name);
        if (!n || (name > text && strcmp(name, "T") == 0)) continue; /* x.T is a transpose */
        v->item[at].source = WGI_NAME_ARGUMENT;
        v->item[at].name = memcpy(s->at, name, n);
        s->at += n + 1;
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
    const int order = strcmp(x->name, y->name);
    return order ? order : (x->item > y->item) - (x->item < y->item);
}

static bool is_taken(const listed *by, const char *name)
{
    int64_t low = 0, high = by->count;
    while (low < high) {
        const int64_t middle = (low + high) / 2;
        const int order = strcmp(by->at[middle].name, name);
        if (!order) return true;
        if (order > 0) high = middle;
        else low = middle + 1;
    }
    return false;
}

/* Numbers the items list[0 .. n), which were in variables of one name. A number is left out if another item
 * has the name with it, given or of a variable. */
static void number(names *s, const named list[], int64_t n, const listed *given, const listed *found)
{
    const char *name = list[0].name;
    int64_t count = 0;
    for (int64_t i = 0; i < n; i++) {
        wgi_item *y = &s->v->item[list[i].item];
        do snprintf(s->at, MOST + 16, "%s_%lld", name, (long long)++count);
        while (is_taken(given, s->at) || is_taken(found, s->at));
        y->source = WGI_NAME_NUMBERED;
        y->name = s->at;
        s->at += strlen(s->at) + 1;
    }
}

static void list_of(const wgi_view *v, wgi_name_source source, listed *list)
{
    for (int64_t i = 0; i < v->items; i++)
        if (v->item[i].source == source) list->at[list->count++] = (named){ v->item[i].name, i };
    qsort(list->at, (size_t)list->count, sizeof *list->at, by_name);
}

/* The lists are empty, with room for all items. */
static void make_unlike(names *s, listed *given, listed *found)
{
    list_of(s->v, WGI_NAME_GIVEN, given);
    list_of(s->v, WGI_NAME_ARGUMENT, found);
    for (int64_t i = 0, end; i < found->count; i = end) {
        const named *at = found->at;
        for (end = i + 1; end < found->count && strcmp(at[end].name, at[i].name) == 0;) end++;
        if (end - i > 1 || is_taken(given, at[i].name)) number(s, at + i, end - i, given, found);
    }
}

wg_status wgi_view_find_names(wgi_view *v)
{
    int64_t nameless = 0;
    for (int64_t i = 0; i < v->items; i++) {
        wgi_item *y = &v->item[i];
        y->name = wg_node_name(wgi_item_node(v, i));
        y->source = *y->name ? WGI_NAME_GIVEN : WGI_NAMELESS;
        nameless += !*y->name;
    }
    const size_t room = (size_t)v->items + 1;
    listed given = { wg_alloc(v->c, room, sizeof(named)), 0 },
           found = { wg_alloc(v->c, room, sizeof(named)), 0 };
    const bool ok = given.at && found.at;
    v->texts = wg_alloc(v->c, (size_t)nameless + 1, (MOST + 1) + (MOST + 16));
    names s = { v, v->texts };
    if (ok && v->texts) {
        for (int64_t i = 0; i < v->items; i++) look_at_arguments(&s, i);
        make_unlike(&s, &given, &found);
        for (int64_t i = 0; i < v->items; i++) v->has_e |= strcmp(v->item[i].name, "e") == 0;
    }
    wg_free(v->c, given.at);
    wg_free(v->c, found.at);
    return ok && v->texts ? WG_OK : WG_ERROR_MEMORY;
}
