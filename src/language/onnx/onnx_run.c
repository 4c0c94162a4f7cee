/* onnx_run.c: the nodes of a graph, in the order of the file. What is computed of known values alone is
 * computed at once, in a graph of its own: shapes, axes and indices are no nodes of the program. */
#include "onnx/onnx.h"

#include "wgx/base.h"

#include <string.h>

/* "model.onnx: node 'conv1' (Conv)" */
static wg_site site_of(const wgi_onnx *o, const wgi_onnx_node *n)
{
    char place[500];
    const char *name = *n->name ? n->name : n->outs ? n->out[0] : "";
    snprintf(place, sizeof place, "%.255s: node '%.120s' (%.60s)", o->q->name, name, n->op);
    return wgx_sites_keep(o->q->sites, "", place);
}

static bool no_value(const wgi_onnx_call *k, const char *name)
{
    for (const wgi_onnx_scope *s = k->o->scope; s && !s->around; s = s->around)
        for (int i = 0; i < k->o->model.graph.nodes; i++)
            for (int j = 0; j < k->o->model.graph.node[i].outs; j++)
                if (!strcmp(k->o->model.graph.node[i].out[j], name))
                    return wgi_ox_fail(k, WG_ERROR_FORMAT, "it uses '%s', which only a later node computes",
                                       name);
    return wgi_ox_fail(k, WG_ERROR_FORMAT, "it uses '%s', which nothing gives", name);
}

static bool operands(wgi_onnx_call *k)
{
    const wgi_onnx_node *n = k->n;
    k->in = wgi_lang_built(k->o->q, ((size_t)n->ins + 1) * sizeof *k->in);
    for (int i = 0; k->in && i < n->ins; i++) {
        if (!*n->in[i]) continue;
        k->in[i] = wgi_onnx_find(k->o->scope, n->in[i]);
        if (!k->in[i]) return no_value(k, n->in[i]);
    }
    k->ins = n->ins;
    return k->in;
}

/* What is known of a name of the program before a build. */
static void declared(const wgi_onnx *o, wgi_onnx_value *v)
{
    const wgi_onnx_value *named = wgi_onnx_find(o->declared, v->name);
    if (!named) return;
    v->binding = named->binding, v->stored = named->stored;
    v->is_state = named->is_state, v->is_inner = named->is_inner, v->is_result = named->is_result,
    v->number = named->number;
}

static bool outputs(wgi_onnx_call *k)
{
    const wgi_onnx_node *n = k->n;
    if (n->outs > WGI_ONNX_OUTS)
        return wgi_ox_fail(k, WG_ERROR_FORMAT, "more than %d results", WGI_ONNX_OUTS);
    const bool top = !k->o->scope->around && !k->o->within;
    for (int i = 0; i < n->outs; i++) {
        if (!*n->out[i]) continue;
        wgi_onnx_value *v = wgi_onnx_add(k->o, k->o->scope, n->out[i], wgi_lang_built);
        if (!v) return false;
        if (top) declared(k->o, v);
        k->out[i] = v;
    }
    k->outs = n->outs;
    return true;
}

/* Whether all operands are known by themselves, and not large. */
static bool can_fold(wgi_onnx_call *k)
{
    if (k->row->flags & (ONNX_SHAPES | ONNX_NEVER)) return false;
    int64_t size = 0;
    for (int i = 0; i < k->ins; i++) {
        if (!k->in[i]) continue;
        if (!wgi_onnx_is_known(k, k->in[i])) return false;
        size += wg_shape_size(k->in[i]->known.shape);
    }
    return size <= WGI_ONNX_FOLDED;
}

/* The results of a node of known values are known. */
static bool fold(wgi_onnx_call *k)
{
    k->g = k->o->folded, k->is_folding = true;
    wg_begin(k->g, WG_EVAL);
    if (!k->row->build(k)) return false;
    for (int i = 0; i < k->outs; i++) {
        wgi_onnx_value *v = k->out[i];
        if (!v || v->known.data) continue;
        const wg_node y = wg_is_none(v->node) ? wgi_onnx_turned(k, v->last, false) : v->node;
        const wg_tensor t = wg_value(y);
        v->known = t.data ? wgi_ox_room(k, t.dtype, t.shape) : t;
        if (!v->known.data) return false;
        memcpy(v->known.data, t.data, (size_t)wg_shape_size(t.shape) * wg_dtype_size(t.dtype));
        v->node = v->last = wg_none;
    }
    return true;
}

/* Each result that somebody wants must be there. */
static bool all_given(const wgi_onnx_call *k)
{
    if (wg_failed(k->o->c)) return false;
    for (int i = 0; i < k->outs; i++) {
        const wgi_onnx_value *v = k->out[i];
        if (v && wg_is_none(v->node) && wg_is_none(v->last) && !v->known.data && !v->stored)
            return wgi_ox_fail(k, WG_ERROR_MISSING, "its result %d, '%s', is not there", i, v->name);
    }
    return true;
}

/* What a name of the program stands for. */
static void tell_names(const wgi_onnx_call *k)
{
    for (int i = 0; i < k->outs; i++) {
        const wgi_onnx_value *v = k->out[i];
        if (v && v->binding) wgi_made_value(v->binding, wg_is_none(v->node) ? v->last : v->node);
    }
}

static bool body(wgi_onnx_call *k, const wgi_onnx_function *f);

static bool build_node(wgi_onnx *o, const wgi_onnx_node *n)
{
    wgi_onnx_call k = { .o = o, .n = n, .within = o->within, .g = o->g, .here = site_of(o, n) };
    k.version = wgi_onnx_version(o->set, o->sets, n->domain);
    k.row = wgi_onnx_row_of(n->op, n->domain, k.version);
    const wgi_onnx_function *f = k.row ? NULL : wgi_onnx_function_of(o, n);
    if (o->steps++ >= WGI_ONNX_STEPS) return wgi_ox_fail(&k, WG_ERROR_FORMAT, "the model is too large");
    if (!k.row && !f) return wgi_ox_fail(&k, WG_ERROR_MISSING, "this operator is not there");
    if (!operands(&k) || !outputs(&k)) return false;
    if (k.outs && k.out[0] && k.out[0]->stored) return true; /* a copy of a parameter is one itself */
    k.before = wg_graph_nodes(k.g);
    const bool fine = f ? body(&k, f) : can_fold(&k) ? fold(&k) : k.row->build(&k);
    if (!fine || !all_given(&k)) return false;
    tell_names(&k);
    return true;
}

static bool run_node(wgi_onnx *o, const wgi_onnx_node *n)
{
    const int scopes = wgi_onnx_enter(o->g, n);
    const bool fine = build_node(o, n);
    wgi_onnx_leave(o->g, scopes);
    return fine;
}

/* ---- graphs ---- */

static bool initializers(wgi_onnx *o, const wgi_onnx_graph *g, bool top)
{
    for (int i = 0; i < g->tensors; i++) {
        wgi_onnx_value *v = wgi_onnx_add(o, o->scope, g->tensor[i].name, wgi_lang_built);
        if (!v) return false;
        if (top) declared(o, v);
        v->stored = &g->tensor[i];
    }
    return true;
}

static bool bind(wgi_onnx *o, const char *name, const wgi_onnx_value *value)
{
    wgi_onnx_value *v = wgi_onnx_add(o, o->scope, name, wgi_lang_built);
    if (!v) return false;
    wgi_onnx_value *next = v->next;
    const char *copy = v->name;
    *v = *value, v->next = next, v->name = copy;
    return true;
}

bool wgi_onnx_run(wgi_onnx *o, const wgi_onnx_graph *g, wgi_onnx_value *const in[], int ins,
                  wgi_onnx_value *out[], bool alone)
{
    wgi_onnx_scope *scope = wgi_lang_built(o->q, sizeof *scope), *outer = o->scope;
    if (!scope) return false;
    if (o->depth++ > WGI_ONNX_DEPTH)
        return wg_fail(o->c, wgi_whole_text(o->q), WG_ERROR_FORMAT, "graphs inside graphs, too deep"), false;
    scope->around = alone ? NULL : outer;
    o->scope = scope;
    bool fine = initializers(o, g, !outer && !o->within);
    for (int i = 0; fine && i < ins; i++) fine = !in[i] || bind(o, g->in[i].name, in[i]);
    for (int i = 0; fine && i < g->nodes; i++) fine = run_node(o, &g->node[i]);
    for (int i = 0; fine && i < g->outs; i++) {
        out[i] = wgi_onnx_find(scope, g->out[i].name);
        fine = out[i];
        if (!fine)
            wg_fail(o->c, wgi_whole_text(o->q), WG_ERROR_FORMAT, "nothing gives the result '%s'",
                    g->out[i].name);
    }
    o->scope = outer;
    o->depth--;
    return fine;
}

/* The body of a function that the model defines, with the operands of a call. */
static bool body(wgi_onnx_call *k, const wgi_onnx_function *f)
{
    wgi_onnx *o = k->o;
    wgi_onnx_port *ports = wgi_lang_built(o->q, ((size_t)f->ins + (size_t)f->outs + 1) * sizeof *ports);
    wgi_onnx_value **out = wgi_lang_built(o->q, ((size_t)f->outs + 1) * sizeof *out);
    const wgi_onnx_domain *set = o->set;
    const wgi_onnx_call *within = o->within;
    const int sets = o->sets;
    if (!ports || !out) return false;
    if (k->ins > f->ins || k->outs > f->outs) return wgi_ox_fail(k, WG_ERROR_FORMAT, "too many operands");
    for (int i = 0; i < f->ins; i++) ports[i].name = f->in[i];
    for (int i = 0; i < f->outs; i++) ports[f->ins + i].name = f->out[i];
    wgi_onnx_graph g = f->body;
    g.in = ports, g.out = ports + f->ins, g.ins = f->ins, g.outs = f->outs;
    o->set = f->set, o->sets = f->sets, o->within = k;
    const bool fine = wgi_onnx_run(o, &g, k->in, k->ins, out, true);
    o->set = set, o->sets = sets, o->within = within;
    for (int i = 0; fine && i < k->outs; i++)
        if (k->out[i] && !wgi_ox_put_same(k, i, out[i])) return false;
    return fine;
}
