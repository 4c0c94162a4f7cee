/* view.c: views are made and freed here. */
#include "view/view.h"

wg_status wgi_view_make(wgi_view *v, wg_graph *g, const wg_node root[], int roots, wgi_view_level level)
{
    *v = (wgi_view){ .c = wg_graph_context(g), .g = g, .level = level };
    const wg_status s = wgi_view_find_items(v, root, roots);
    return s == WG_OK ? wgi_view_find_names(v) : s;
}

void wgi_view_free(wgi_view *v)
{
    wg_free(v->c, v->item);
    wg_free(v->c, v->arg);
    wg_free(v->c, v->item_of);
    wg_free(v->c, v->texts);
    v->item = NULL, v->arg = v->item_of = NULL, v->texts = NULL;
}
