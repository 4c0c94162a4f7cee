/* gradient_names.c: items without a name that are the gradient of a named one: dz. */
#include <stdio.h>
#include <string.h>

#include "view/view.h"
#include "wengert/grad.h"

enum { MOST = 40 };

/* The name of the node; "": it has none that a reader knows. */
static const char *name_of(const wgi_view *v, wg_node n)
{
    const int32_t at = wg_is_none(n) ? WGI_NO_ITEM : v->item_of[n.index];
    if (at < 0) return wg_node_name(n);
    const wgi_item *y = &v->item[at];
    return y->node == n.index && y->source != WGI_NAME_GRADIENT ? y->name : "";
}

/* false: no memory. */
static bool name_item(wgi_view *v, wgi_item *y, const char *of)
{
    char name[MOST + 2];
    if (!*of || strlen(of) > MOST) return true;
    snprintf(name, sizeof name, "d%s", of);
    if (wgi_view_has_name(v, name)) return true;
    char *kept = wgi_view_keep(v, strlen(name) + 1);
    if (!kept) return false;
    y->name = strcpy(kept, name), y->source = WGI_NAME_GRADIENT;
    return true;
}

wg_status wgi_view_name_gradients(wgi_view *v)
{
    if (v->level != WGI_WRITTEN || v->items > WGI_READ_MOST) return WG_OK;
    for (int64_t n = 1; n < wg_graph_nodes(v->g); n++) {
        const int32_t at = v->item_of[n];
        if (at < 0 || v->item[at].source != WGI_NAMELESS) continue;
        wgi_item *y = &v->item[at];
        if ((y->call >= 0 && y->node != n) || y->is_inline || !y->operands) continue;
        if (!name_item(v, y, name_of(v, wg_node_gradient_of(wg_graph_node(v->g, n))))) return WG_ERROR_MEMORY;
    }
    return WG_OK;
}
