/* params_with.c: nodes in the place of parameters: see wg_params_with. */
#include "graph/graph.h"

void wgi_with_end(wg_graph *g)
{
    for (wgi_with *w = g->withs, *after; w; w = after) {
        after = w->next;
        for (wg_params *s = w->sets, *next; s; s = next) {
            next = s->next;
            wg_free(g->c, s->prefix);
            wg_free(g->c, s);
        }
        wg_free(g->c, w);
    }
    g->withs = NULL;
}

/* The full name of layer.name in p. NULL: it is too long. */
static const char *full_name(const wg_params *p, const char *layer, const char *name, char *buf, size_t size)
{
    const int n = snprintf(buf, size, "%s%s%s%s", p->prefix ? p->prefix : "", layer ? layer : "",
                           layer ? "." : "", name ? name : "");
    return n >= 0 && (size_t)n < size ? buf : NULL;
}

wg_node wgi_with_node(wg_site here, wg_graph *g, const wg_params *p, const char *layer, const char *name,
                      const wg_shape *s, bool state)
{
    char buf[512], a[80], b[80];
    const char *full = state ? NULL : full_name(p, layer, name, buf, sizeof buf);
    int k = 0;
    while (full && k < p->with->count && strcmp(p->with->given[k].name, full) != 0) k++;
    if (!full || k == p->with->count) return wg_none;
    const wg_node x = p->with->given[k].value;
    const wg_shape shape = wg_node_shape(x);
    if (x.graph != g)
        return WGI_FAIL_NODE(g, here, "param", WG_ERROR_USE,
                             "%s is given by wg_params_with as a node of another graph", full);
    if (wgi_same_shape(&shape, s)) return x;
    return WGI_FAIL_NODE(g, here, "param", WG_ERROR_SHAPE,
                         "%s is given by wg_params_with as %s, and must be %s", full,
                         wg_shape_text(shape, a, sizeof a), wg_shape_text(*s, b, sizeof b));
}

/* All nodes must be of one graph. NULL: an error is recorded. */
static wg_graph *graph_of(wg_site here, const wg_params *p, const wg_given *list, int n)
{
    wg_graph *g = list && n > 0 ? wg_graph_of(list[0].value) : NULL;
    for (int k = 0; k < n && g; k++) {
        if (!wgx_is_name(list[k].name)) {
            wgi_fail(p->c, here, "params_with", WG_ERROR_VALUE, "given %d has no name", k);
            return NULL;
        }
        if (wg_graph_of(list[k].value) != g || !wgi_usable(list[k].value, here, "params_with", list[k].name))
            g = NULL;
    }
    if (!g)
        wgi_fail(p->c, here, "params_with", WG_ERROR_USE, "takes a list of names with nodes of one graph");
    return g;
}

/* Adds a pair whose name is made of two texts. *text: where it goes. */
static void add(wgi_with *w, char **text, const char *prefix, const char *name, wg_node value)
{
    const size_t skip = strlen(prefix), length = strlen(name) + 1;
    w->given[w->count].name = memcpy(*text, prefix, skip);
    memcpy(*text + skip, name, length);
    w->given[w->count++].value = value;
    *text += skip + length;
}

/* The pairs of the list, and behind them those that p has already. */
static wgi_with *with_new(const wg_params *p, const wg_given *list, int n)
{
    const char *prefix = p->prefix ? p->prefix : "";
    const int older = p->with ? p->with->count : 0;
    const size_t head = sizeof(wgi_with) + (size_t)(n + older) * sizeof p->with->given[0];
    size_t bytes = head;
    for (int k = 0; k < n; k++) bytes += strlen(prefix) + strlen(list[k].name) + 1;
    for (int k = 0; k < older; k++) bytes += strlen(p->with->given[k].name) + 1;
    wgi_with *w = wg_alloc(p->c, 1, bytes);
    char *text = (char *)w + head;
    for (int k = 0; k < n && w; k++) add(w, &text, prefix, list[k].name, list[k].value);
    for (int k = 0; k < older && w; k++) add(w, &text, "", p->with->given[k].name, p->with->given[k].value);
    return w;
}

wg_params *wg_params_with_at(wg_site here, wg_params *p, const wg_given *list, int n)
{
    if (!p) return wg_fail(NULL, here, WG_ERROR_USE, "params_with: the parameter set is NULL"), NULL;
    wg_graph *g = p && wgi_ok(p->c) ? graph_of(here, p, list, n) : NULL;
    wgi_with *w = g ? with_new(p, list, n) : NULL;
    if (!w) return p;
    w->next = g->withs;
    g->withs = w;
    const size_t length = p->prefix ? strlen(p->prefix) + 1 : 0;
    char *prefix = length ? wg_alloc(p->c, length, 1) : NULL;
    if (length && !prefix) return p;
    wg_params *s = wgi_with_set(w, p, prefix ? memcpy(prefix, p->prefix, length) : NULL);
    return s ? s : p;
}
