/* param.c: parameters and states as nodes of a graph. */
#include "graph/graph.h"
#include "wgx/params.h"

bool wgi_has_nodes_of(const wg_graph *g, const wg_params *p)
{
    size_t i = 0;
    while (i < g->params && g->node[g->param[i]].parameter->owner != p) i++;
    return i < g->params;
}

/* Whether something would still use the memory of p. Then an error is recorded. */
static bool is_held(const wg_params *p)
{
    wg_context *c = p->c;
    const wg_graph *g = c->graphs.first;
    while (g && !wgi_has_nodes_of(g, p)) g = g->next;
    if (g)
        wgi_fail(c, NULL, "params_free", WG_ERROR_USE,
                 "a graph has nodes of the set, such as %s: wg_graph_free the graph, or wg_begin it, first",
                 p->item[0]->name);
    else if (p->steppers)
        wgi_fail(c, NULL, "params_free", WG_ERROR_USE,
                 "the set has an optimizer, %s, made at %s: free that first", p->steppers->kind->name,
                 wg_site_place(p->steppers->here));
    else if (p->averages)
        wgi_fail(c, NULL, "params_free", WG_ERROR_USE, "the set has an average: wg_average_free that first");
    return g || p->steppers || p->averages;
}

void wg_params_free(wg_params *p)
{
    if (!p || p->root != p || is_held(p)) return;
    wg_context *c = p->c;
    for (wg_graph *g = c->graphs.first; g; g = g->next) {
        for (size_t i = 0; i < g->now.uses; i++)
            if (g->now.use[i].p == p) g->now.use[i--] = g->now.use[--g->now.uses];
        wgi_earlier_freed(g, p);
        wgi_layers_forget(g, p);
        wgi_rebuild_differs(g); /* the next build must not reuse nodes of these parameters */
        g->build.calls = g->build.at = 0;
    }
    wgi_params_release(p);
}

static bool use_set(wg_graph *g, wg_params *root)
{
    for (size_t i = 0; i < g->now.uses; i++)
        if (g->now.use[i].p == root) return true;
    if (!WGI_GROW(g->c, g->now.use, g->now.use_capacity, g->now.uses + 1)) return false;
    g->now.use[g->now.uses++] = (wgi_uses){ root, root->version };
    return true;
}

static uint64_t hash_of(const wgi_parameter *q) { return wgi_mix(0, (uint64_t)(uintptr_t)q) >> 32; }

void wgi_leaves_forget(wg_graph *g)
{
    wgi_table_clear(g->c, &g->leaves);
    g->tabled = 0;
}

/* Brings the table of leaves up to date. False: out of memory. */
static bool table_leaves(wg_graph *g)
{
    for (; g->tabled < g->params; g->tabled++) {
        uint32_t i = g->param[g->tabled];
        if (!wgi_table_room(g->c, &g->leaves)) return false;
        wgi_table_add(&g->leaves, hash_of(g->node[i].parameter), i);
    }
    return true;
}

/* q knows its leaf in the graph that used it last. The table is for parameters that several graphs use. */
uint32_t wgi_leaf_of(wg_graph *g, const wgi_parameter *q)
{
    if (q->in_graph == g) {
        bool in = q->in_generation == g->generation && q->in_index < g->count &&
                  g->node[q->in_index].parameter == q;
        return in ? q->in_index : 0;
    }
    uint32_t i = 0;
    if (!q->in_graph || !table_leaves(g)) return 0;
    for (size_t at = WGI_FIRST; (i = wgi_table_next(&g->leaves, hash_of(q), &at));)
        if (g->node[i].parameter == q) break;
    return i;
}

static void note_node(wg_graph *g, wgi_parameter *q, uint32_t i)
{
    g->param[g->params++] = i;
    q->in_graph = g;
    q->in_generation = g->generation;
    q->in_index = i;
}

static wg_node append(wg_graph *g, wg_site here, wgi_parameter *q)
{
    const wg_shape *s = wgi_intern(g->c, &q->shape);
    if (!s || !WGI_GROW(g->c, g->param, g->param_capacity, g->params + 1) || !use_set(g, q->owner))
        return wgi_error_node(g);
    wgi_node n = { .op = q->state ? &wgi_op_state : &wgi_op_param,
                   .shape = s,
                   .parameter = q,
                   .here = here,
                   .dtype = (uint8_t)q->dtype };
    uint32_t i = wgi_append(g, &n);
    if (i) note_node(g, q, i);
    return wgi_handle(g, i);
}

/* What of the text is behind `start`, if it begins so; else NULL. */
static const char *behind(const char *text, const char *start)
{
    while (*start && *start == *text) start++, text++;
    return *start ? NULL : text;
}

/* Whether q is in p under this name, or if layer is not NULL under layer.name. */
static bool has_name(const wg_params *p, const wgi_parameter *q, const char *layer, const char *name)
{
    const char *at = q->owner == p->root ? q->name : NULL;
    if (at && p->prefix) at = behind(at, p->prefix);
    if (at && layer) at = behind(at, layer);
    if (at && layer) at = *at == '.' ? at + 1 : NULL;
    at = at ? behind(at, name) : NULL;
    return at && !*at;
}

/* Reuses the leaf that the last build made at this call. 0: there is none, or its parameter has another name
 * shape or dtype. */
static uint32_t param_again(wg_site here, wg_graph *g, const wg_params *p, const char *layer,
                            const char *name, const wg_shape *s, wg_dtype t, bool state)
{
    const wgi_called *c = name ? wgi_rebuild_at(g, here, state ? &wgi_op_state : &wgi_op_param) : NULL;
    wgi_parameter *q = c ? g->node[c->result].parameter : NULL;
    bool first = c && c->after > c->first;
    if (!q || !has_name(p, q, layer, name) || !wgi_same_shape(&q->shape, s) || (t && t != q->dtype)) return 0;
    if (first && (wgi_leaf_of(g, q) || !use_set(g, q->owner))) return 0;
    uint32_t i = wgi_rebuild_reuse(g);
    if (first) note_node(g, q, i);
    return i;
}

/* A parameter that is first made in WG_EVAL, when others are trained, would have values that nothing has
 * trained. Most likely its name is misspelt. False: an error is recorded. */
static bool may_be_new(wg_site here, const wg_graph *g, const wg_params *p, const char *full)
{
    if (g->mode != WG_EVAL || !wgi_params_trained(p->root, full)) return true;
    const char *near = wgi_params_nearest(p->root, full);
    wgi_fail(p->c, here, "param", WG_ERROR_USE,
             "%s would be made in WG_EVAL, with first values, though the set is trained or loaded%s%s%s "
             "Make it in WG_TRAIN if it is new",
             full, near ? "; did you mean " : "", near ? near : "", near ? "?" : ".");
    return false;
}

/* False: an error is recorded. */
static bool is_open(wg_site here, const wg_params *p, const char *full)
{
    if (!wgi_params_sealed(p->root, full)) return true;
    const char *near = wgi_params_nearest(p->root, full);
    wgi_fail(p->c, here, "param", WG_ERROR_USE,
             "there is no %s, and the set is sealed (wg_params_seal): it takes no new parameters%s%s%s", full,
             near ? "; did you mean " : "", near ? near : "", near ? "?" : "");
    return false;
}

/* A parameter that the set does not have yet, with its first values. NULL: an error is recorded. */
static wgi_parameter *first_made(wg_site here, wg_params *p, const char *full, uint64_t hash,
                                 const wg_shape *s, const wg_init *init, bool state)
{
    const wg_dtype t = init->dtype ? init->dtype : p->c->o.dtype;
    wgi_parameter *q = wgi_params_make(p, here, full, hash, *s, t, state);
    if (!q) return NULL;
    if (!wgi_init_fill(q, here, init)) {
        wgi_params_discard(q);
        return NULL;
    }
    wgi_params_enter(p->root, q);
    return q;
}

/* Whether q, or a new parameter, has or can have the dtype. False: an error is recorded. */
static bool dtype_fits(wg_site here, wg_graph *g, const wgi_parameter *q, const char *what, const char *full,
                       wg_dtype t)
{
    if (t && !wg_gradient_dtype(t))
        wgi_fail(g->c, here, what, WG_ERROR_DTYPE,
                 "%s: the dtype must be f32 or f64, or f16 or bf16 to be stored", full);
    else if (q && t && t != q->dtype)
        wgi_fail(g->c, here, what, WG_ERROR_DTYPE, "%s is asked for as %s and was made as %s at %s", full,
                 wg_dtype_name(t), wg_dtype_name(q->dtype),
                 *wg_site_place(q->here) ? wg_site_place(q->here) : "loading");
    return wgi_ok(g->c);
}

static wg_node param_new(wg_site here, wg_graph *g, wg_params *p, const char *name, const wg_shape *s,
                         const wg_init *init, bool state)
{
    const char *what = state ? "state" : "param";
    char buf[512], a[80], b[80];
    if (p->c != g->c)
        return WGI_FAIL_NODE(g, here, what, WG_ERROR_USE, "\"%s\": the parameters belong to another context",
                             name);
    const char *full = wgi_params_full_name(p, name, buf, sizeof buf);
    if (!full)
        return WGI_FAIL_NODE(g, here, what, WG_ERROR_VALUE,
                             "\"%.80s\" is no name: letters, digits, _ and -, joined by single dots",
                             name ? name : "");
    if (!wgi_shape_fits(s))
        return WGI_FAIL_NODE(g, here, what, WG_ERROR_SHAPE, "%s: no shape: %d axes, %s", full, s->rank,
                             wg_shape_text(*s, a, sizeof a));
    const uint64_t hash = wgi_text_hash(full);
    wgi_parameter *q = wgi_params_find(p->root, full, hash);
    if (q && (!wgi_same_shape(&q->shape, s) || q->state != state))
        return WGI_FAIL_NODE(g, here, what, WG_ERROR_SHAPE, "%s %s was made as a %s %s at %s", full,
                             wg_shape_text(*s, a, sizeof a), q->state ? "state" : "parameter",
                             wg_shape_text(q->shape, b, sizeof b),
                             *wg_site_place(q->here) ? wg_site_place(q->here) : "loading");
    if (!dtype_fits(here, g, q, what, full, init->dtype)) return wgi_error_node(g);
    if (!q && (!is_open(here, p, full) || (!state && !may_be_new(here, g, p, full))))
        return wgi_error_node(g);
    if (!q) q = first_made(here, p, full, hash, s, init, state);
    if (!q) return wgi_error_node(g);
    uint32_t i = wgi_leaf_of(g, q);
    return i ? wgi_handle(g, i) : append(g, here, q);
}

/* Makes the parameter, or state, of the name layer.name. */
static wg_node param_of_layer(wg_site here, wg_graph *g, wg_params *p, const char *layer, const char *name,
                              const wg_shape *s, const wg_init *init, bool state)
{
    char buf[512];
    int n = snprintf(buf, sizeof buf, "%s.%s", layer, name);
    if (n >= 0 && (size_t)n < sizeof buf) return param_new(here, g, p, buf, s, init, state);
    return WGI_FAIL_NODE(g, here, state ? "state" : "param", WG_ERROR_VALUE,
                         "\"%.80s...\" is too long a name", layer);
}

/* layer: NULL if the name is the whole name. */
static inline wg_node param(wg_site here, wg_graph *g, wg_params *p, const char *layer, const char *name,
                            const wg_shape *s, const wg_init *init, bool state)
{
    if (!p && wgi_can_build(g)) wgi_fail_null(g->c, here, state ? "state" : "param", "parameter set");
    if (!g) wgi_fail_null(p ? p->c : NULL, here, state ? "state" : "param", "graph");
    if (g && !g->generation && !g->busy.depth)
        wgi_fail(g->c, here, state ? "state" : "param", WG_ERROR_USE, "the graph was freed");
    if (!wgi_can_build(g) || !p || wgi_rule_makes(g, here, state ? "state" : "param", name))
        return wgi_error_node(g);
    if (p->with) {
        const wg_node given = wgi_with_node(here, g, p, layer, name, s, state);
        if (!wg_is_none(given)) return given;
    }
    uint32_t again = param_again(here, g, p, layer, name, s, init->dtype, state);
    if (again) return wgi_handle(g, again);
    wgi_calling k = wgi_call_begin(g);
    return wgi_leaf_end(g, k, here, state ? &wgi_op_state : &wgi_op_param,
                        layer ? param_of_layer(here, g, p, layer, name, s, init, state)
                              : param_new(here, g, p, name, s, init, state));
}

wg_node wg_param_at(wg_site here, wg_graph *g, wg_params *p, const char *name, wg_shape s, wg_init init)
{
    return param(here, g, p, NULL, name, &s, &init, false);
}

wg_node wg_state_at(wg_site here, wg_graph *g, wg_params *p, const char *name, wg_shape s, wg_init init)
{
    return param(here, g, p, NULL, name, &s, &init, true);
}

/* Fails if a pointer is NULL. */
static bool layer_given(wg_site here, const wg_graph *g, const char *layer, const char *part,
                        const wg_shape *s, const wg_init *init)
{
    if (layer && part && s && init) return true;
    if (g) wgi_fail_null(g->c, here, "layer_param", !layer || !part ? "name" : s ? "init" : "shape");
    return false;
}

wg_node wgx_layer_param(wg_site here, wg_graph *g, wg_params *p, const char *layer, const char *part,
                        const wg_shape *s, const wg_init *init)
{
    WG_USER_CALL(here, "layer_param");
    if (!layer_given(here, g, layer, part, s, init)) return wgi_error_node(g);
    return param(here, g, p, layer, part, s, init, false);
}

wg_node wgx_layer_state(wg_site here, wg_graph *g, wg_params *p, const char *layer, const char *part,
                        const wg_shape *s, const wg_init *init)
{
    WG_USER_CALL(here, "layer_state");
    if (!layer_given(here, g, layer, part, s, init)) return wgi_error_node(g);
    return param(here, g, p, layer, part, s, init, true);
}

wg_status wg_params_freeze_at(wg_site here, wg_params *p, const char *pattern, bool on)
{
    if (!p) return wg_fail(NULL, here, WG_ERROR_USE, "params_freeze: the parameter set is NULL");
    if (!wgi_ok(p->c)) return p ? wg_failed(p->c) : WG_ERROR_USE;
    if (!pattern || !*pattern)
        return wgi_fail(p->c, here, "params_freeze", WG_ERROR_VALUE,
                        "a pattern is missing: \"*\" means all parameters");
    /* The last wg_backward of a graph may have had other targets. */
    for (wg_graph *g = p->c->graphs.first; g; g = g->next) g->run.last = NULL;
    wgi_params_freeze(p, pattern, on);
    return wg_failed(p->c);
}
