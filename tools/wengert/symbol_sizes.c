/* symbol_sizes.c: sizes that a program names and nobody gave: pictures show [m,3], not [7,3]. */
#include "tool.h"

enum { OTHER_SIZE = 13 };

/* Builds the program once more with another size for a symbol. NULL: that fails, or gives other ops or
 * ranks. */
static wg_graph *build_with(model *m, wgx_symbol s, wg_node root)
{
    const double size = OTHER_SIZE, before = (double)s.size;
    wg_graph *g = wg_graph_new(m->c);
    wg_program_set(m->q, s.name, wg_view_f64(&size, WG_SCALAR));
    wg_program_build(m->q, g, wg_params_new(m->c), m->mode);
    bool same = !wg_failed(m->c) && wg_graph_nodes(g) > (int64_t)root.index;
    for (uint32_t k = 1; same && k <= root.index; k++) {
        const wg_node a = wg_graph_node(g, k), b = wg_graph_node(m->g, k);
        same = wg_node_op(a) == wg_node_op(b) && wg_node_shape(a).rank == wg_node_shape(b).rank;
    }
    wg_recover(m->c);
    wg_program_set(m->q, s.name, wg_view_f64(&before, WG_SCALAR));
    if (same) return g;
    wg_graph_free(g);
    return NULL;
}

static void add(model *m, wgx_symbol s, wg_node root, size_names *all)
{
    wg_graph *g = build_with(m, s, root);
    if (g) all->name[all->count++] = (wg_size_name){ s.name, s.size, g, OTHER_SIZE, m->g };
}

void find_size_names(model *m, wg_node root, size_names *all)
{
    const int known = all->count;
    for (int i = 0; i < known && all->count < SIZE_NAMES; i++)
        add(m, (wgx_symbol){ .name = all->name[i].name, .size = all->name[i].size }, root, all);
    for (int i = 0; !known && i < wgx_program_symbols(m->q) && all->count < SIZE_NAMES / 2; i++) {
        const wgx_symbol s = wgx_program_symbol(m->q, i);
        if (!s.given && s.size) add(m, s, root, all);
    }
}

void free_size_names(size_names *s)
{
    for (int i = 0; i < s->count; i++) wg_graph_free(s->name[i].other);
}
