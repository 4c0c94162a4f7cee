/* source_step.c: net_step: the loss, its gradients, the step of the optimizer. They are nodes that are
 * appended to the graph of the loss, and removed again. */
#include "source/source.h"
#include "wgx/graph.h"
#include "wgx/optim.h"
#include "wgx/update.h"

#include <string.h>

/* States of the graph that are assigned values. */
static int states_of(wgi_c_file *s, wg_graph *g, wgi_change *to)
{
    int n = 0;
    const int64_t nodes = wg_graph_nodes(g);
    for (int64_t i = 1; i < nodes; i++) {
        const wg_node x = wg_graph_node(g, i);
        if (wg_node_leaf(x) != WG_LEAF_STATE) continue;
        const wg_node v = wg_assigned_at(s->here, x);
        if (wg_node_ok(v) && v.index != x.index) to[n++] = (wgi_change){ x, v, wgi_global_of(s, x) };
    }
    return n;
}

/* The value that becomes `from` is written there at once, if the loop that computes it is the last that
 * reads `from`. */
static void write_in_place(wgi_function *f, const wgi_change *c)
{
    wgi_value *from = wgi_value_of(f, c->from), *to = wgi_value_of(f, c->to);
    if (!from || wg_node_leaf(to->node) != WG_LEAF_NONE || !wgi_by_elements(f, to)) return;
    if (to->place == WGI_AT_GLOBAL || from->last > to - f->value || !wg_shape_equal(from->shape, to->shape))
        return;
    to->place = WGI_AT_GLOBAL, to->name = f->s->global[c->global].name, to->declared = true;
}

/* What was not written in place. */
static void put_changes(wgi_function *f, wgi_strbuf *to)
{
    for (int i = 0; i < f->changes; i++) {
        const wgi_value *now = wgi_value_of(f, f->change[i].to);
        const char *name = f->s->global[f->change[i].global].name;
        if (now->place == WGI_AT_GLOBAL && !strcmp(now->name, name)) continue;
        if (now->place == WGI_AT_LITERAL || now->place == WGI_AT_LOCAL)
            wgi_strbuf_format(to, "    %s[0] = %s;\n", name, now->name);
        else wgi_strbuf_format(to, "    memcpy(%s, %s, sizeof %s);\n", name, wgi_pointer(f, now), name);
    }
}

static void put_function(wgi_function *f)
{
    wgi_c_file *s = f->s;
    wgi_strbuf text = { .pool = &s->pool }, *to = &s->body;
    wgi_find_uses(f);
    for (int i = 0; i < f->changes; i++) write_in_place(f, &f->change[i]);
    wgi_put_body(f, &text, "NAN");
    const wgi_value *v = wgi_value_of(f, s->o.loss);
    const char *name = s->o.name;
    wgi_strbuf_format(&s->about, " *     %s_step takes a step of a training, and returns the loss, from\n",
                      name);
    wgi_describe_arguments(f, &s->about);
    wgi_strbuf_format(
        to,
        "\n/* Computes the loss and its gradients, and changes the parameters by a step of the optimizer. "
        "Returns the loss of"
        " the\n * parameters before; NAN if a number of an input is out of range. */\n%s %s_step(",
        wgi_c_type(s, v->dtype), name);
    wgi_put_arguments(f, to);
    wgi_strbuf_format(to, "%s_work *work)\n{\n    (void)work;\n%s", name, wgi_strbuf_text(&text));
    put_changes(f, to);
    if (s->draws) wgi_strbuf_put(to, "    epoch++;\n");
    const bool number = v->place == WGI_AT_LITERAL || v->place == WGI_AT_LOCAL;
    wgi_strbuf_format(to, number ? "    return %s;\n}\n" : "    return *(%s);\n}\n",
                      number ? v->name : wgi_pointer(f, v));
}

static bool step_of(wgi_c_file *s, wg_graph *g, const wgx_moved *moved, int n)
{
    wgi_function f = { .s = s };
    wgi_change *c = wgi_pool_take(&s->pool, n + wg_graph_nodes(g), sizeof *c);
    wg_node *root = wgi_pool_take(&s->pool, n + wg_graph_nodes(g) + 1, sizeof *root);
    for (int i = 0; !s->pool.failed && i < n; i++) {
        wg_tensor t;
        const bool kept = moved[i].name && wgx_peek(moved[i].from, &t);
        c[i] = (wgi_change){ moved[i].from, moved[i].to,
                             kept ? wgi_new_global(s, moved[i].name, &t) : wgi_global_of(s, moved[i].from) };
    }
    if (s->pool.failed) return false;
    f.change = c, f.changes = n + states_of(s, g, c + n);
    for (int i = 0; i < f.changes; i++) root[i] = c[i].to, s->global[c[i].global].changes = true;
    root[f.changes] = s->o.loss;
    if (!wgi_collect(&f, g, root, f.changes + 1)) return false;
    put_function(&f);
    wgi_end_names(s);
    return !s->pool.failed;
}

wg_status wgi_put_step(wgi_c_file *s)
{
    wg_graph *g = wg_graph_of(s->o.loss);
    const int64_t mark = wgx_graph_mark(g);
    wgx_moved *moved = NULL;
    const int n = wgx_optim_nodes_at(s->here, s->o.optim, s->o.loss, &moved);
    s->epoch = wgx_graph_epoch(g);
    const bool fine = n && step_of(s, g, moved, n);
    wg_free(s->c, moved);
    wgx_graph_rewind(g, mark);
    return fine ? WG_OK : wg_failed(s->c) ? wg_failed(s->c) : WG_ERROR_MEMORY;
}
