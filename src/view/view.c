/* view.c: views are made and freed here. */
#include <stddef.h>

#include "view/equation.h"
#include "view/view.h"

struct wgi_view_block {
    struct wgi_view_block *before;
    size_t used, room;
    max_align_t data[];
};

void *wgi_view_keep(wgi_view *v, size_t bytes)
{
    struct wgi_view_block *b = v->blocks;
    bytes = (bytes + sizeof(max_align_t) - 1) / sizeof(max_align_t) * sizeof(max_align_t);
    if (!b || b->room - b->used < bytes) {
        const size_t room = bytes > 8000 ? bytes : 8000;
        if (!(b = wg_alloc(v->c, 1, sizeof *b + room))) return NULL;
        b->room = room, b->before = v->blocks, v->blocks = b;
    }
    b->used += bytes;
    return (char *)b->data + b->used - bytes;
}

wg_status wgi_view_make(wgi_view *v, wg_graph *g, const wg_node root[], int roots, wgi_view_level level)
{
    *v = (wgi_view){ .c = wg_graph_context(g), .g = g, .level = level };
    v->formulas = wgi_view_formulas_new(v->c);
    v->spare = wg_alloc(v->c, 1, sizeof *v->spare);
    wg_status s = v->formulas && v->spare ? wgi_view_find_items(v, root, roots) : WG_ERROR_MEMORY;
    if (s == WG_OK) s = wgi_view_find_names(v);
    if (s == WG_OK) s = wgi_view_fold(v, root, roots);
    if (s == WG_OK) s = wgi_view_name_gradients(v);
    return s == WG_OK ? wgi_view_find_expressions(v) : s;
}

void wgi_view_free(wgi_view *v)
{
    wg_free(v->c, v->item);
    wg_free(v->c, v->arg);
    wg_free(v->c, v->item_of);
    wg_free(v->c, v->texts);
    wgi_equations_free(v);
    wgi_view_formulas_free(v->c, v->formulas);
    for (struct wgi_view_block *b = v->blocks, *before; b; b = before) {
        before = b->before;
        wg_free(v->c, b);
    }
    v->item = NULL, v->arg = v->item_of = NULL, v->texts = NULL, v->blocks = NULL, v->formulas = NULL,
    v->spare = NULL;
}
