/* onnx_build.c: what a name of the model stands for while a graph is built. An image is made with its
 * channels first or last when somebody asks for it so: between convolutions nothing is turned. */
#include "onnx/onnx.h"

#include "wengert/ops.h"
#include "wgx/base.h"

#include <string.h>

/* ---- names ---- */

static uint64_t list_of(const char *name)
{
    const uint64_t h = wgi_lang_mix(WGI_LANG_MIXED, name, strlen(name));
    return (h ^ h >> 32) % WGI_ONNX_LISTS;
}

wgi_onnx_value *wgi_onnx_find(const wgi_onnx_scope *s, const char *name)
{
    const uint64_t k = list_of(name);
    for (; s; s = s->around)
        for (wgi_onnx_value *v = s->list[k]; v; v = v->next)
            if (!strcmp(v->name, name)) return v;
    return NULL;
}

wgi_onnx_value *wgi_onnx_add(wgi_onnx *o, wgi_onnx_scope *s, const char *name,
                             void *(*alloc)(wg_program *q, size_t size))
{
    const uint64_t k = list_of(name);
    for (const wgi_onnx_value *v = s->list[k]; v; v = v->next)
        if (!strcmp(v->name, name))
            return wg_fail(o->c, wgi_whole_text(o->q), WG_ERROR_FORMAT, "two values have the name '%s'",
                           name),
                   NULL;
    wgi_onnx_value *v = alloc(o->q, sizeof *v);
    char *copy = v ? alloc(o->q, strlen(name) + 1) : NULL;
    if (!copy) return NULL;
    strcpy(copy, name);
    *v = (wgi_onnx_value){ .name = copy, .next = s->list[k] };
    s->list[k] = v;
    return v;
}

/* ---- shapes ---- */

wg_shape wgi_onnx_shape_of(const wgi_onnx *o, const wgi_onnx_value *v)
{
    if (!wg_is_none(v->node)) return wg_node_shape(v->node);
    if (v->known.data) return v->known.shape;
    if (v->stored) return v->stored->shape;
    const wg_shape s = wg_node_shape(v->last);
    wg_shape to = s;
    if (s.rank > 1) to.dim[1] = s.dim[s.rank - 1];
    for (int i = 2; i < s.rank; i++) to.dim[i] = s.dim[i - 1];
    return to;
}

wg_dtype wgi_onnx_dtype_of(const wgi_onnx *o, const wgi_onnx_value *v)
{
    if (!wg_is_none(v->node)) return wg_node_dtype(v->node);
    if (v->known.data) return v->known.dtype;
    if (v->stored) return wgi_onnx_dtype(o->q, v->stored->type);
    return wg_node_dtype(v->last);
}

/* ---- nodes ---- */

wg_site wgi_onnx_site(const wgi_onnx *o, const char *what, const char *name)
{
    char place[500];
    snprintf(place, sizeof place, "%.255s: %s '%.120s'", o->q->name, what, name);
    return wgx_sites_keep(o->q->sites, "", place);
}

/* A parameter, or a state, with the values of the file, if the set has none of that name. */
static wg_node of_set(wgi_onnx_call *k, wgi_onnx_value *v)
{
    wg_params *p = k->o->q->now.p;
    const char *name = v->binding->name;
    const wg_site here = wgi_onnx_site(k->o, "parameter", v->name);
    const int i = wg_params_find(p, name);
    const wg_init none = { .dtype = wgi_onnx_dtype(k->o->q, v->stored->type) };
    const wg_tensor set = v->binding->set, t = set.data || i >= 0 ? set : wgi_onnx_values(k->o->q, v->stored);
    if (i < 0 && !t.data) return wg_none;
    if (i < 0) {
        const wg_tensor zeros = t.dtype == none.dtype ? t : wgi_ox_room(k, none.dtype, t.shape);
        wg_params_make_at(here, p, name, zeros, v->is_state);
    }
    if (set.data) wg_params_assign_tensor_at(here, p, name, set);
    const bool is_state = i >= 0 ? wg_params_is_state(p, i) : v->is_state;
    return is_state ? wg_state_at(here, k->g, p, name, v->stored->shape, none)
                    : wg_param_at(here, k->g, p, name, v->stored->shape, none);
}

/* A node of somebody's in the place of a parameter. */
static wg_node of_somebody(wgi_onnx_call *k, const wgi_onnx_value *v)
{
    const wg_node x = k->o->given[v->number];
    const wg_dtype t = wgi_onnx_dtype(k->o->q, v->stored->type);
    if (!wg_shape_equal(wg_node_shape(x), v->stored->shape))
        return wgi_ox_fail(k, WG_ERROR_SHAPE, "'%s' has another shape", v->name), wg_none;
    return wg_node_dtype(x) == t ? x : wg_cast_at(wgi_onnx_site(k->o, "parameter", v->name), x, t);
}

static bool is_trained(const wgi_onnx_value *v)
{
    return v->stored && v->binding && v->binding->meaning == WG_NAME_PARAM;
}

/* An initializer that is no parameter is known. */
static void settle(wgi_onnx_call *k, wgi_onnx_value *v)
{
    if (v->stored && !v->known.data && wg_is_none(v->node) && !is_trained(v))
        v->known = wgi_onnx_values(k->o->q, v->stored);
}

/* From channels last to channels first, or back. */
wg_node wgi_onnx_turned(wgi_onnx_call *k, wg_node x, bool to_last)
{
    const wg_shape s = wg_node_shape(x);
    int order[WG_MAX_RANK] = { 0 };
    for (int i = 1; i < s.rank; i++)
        order[i] = to_last ? (i + 1 < s.rank ? i + 1 : 1) : i == 1 ? s.rank - 1 : i - 1;
    return s.rank < 3 ? x : wgi_ox_permuted(k, x, order);
}

wg_node wgi_onnx_node_of(wgi_onnx_call *k, wgi_onnx_value *v)
{
    settle(k, v);
    if (k->is_folding) return wgi_ox_leaf(k, v->known);
    if (!wg_is_none(v->node)) return v->node;
    if (v->known.data) v->node = wgi_ox_leaf(k, v->known);
    else if (!wg_is_none(v->last)) v->node = wgi_onnx_turned(k, v->last, false);
    else if (v->stored && is_trained(v)) v->node = k->o->given ? of_somebody(k, v) : of_set(k, v);
    if (v->binding && is_trained(v)) wgi_made_value(v->binding, v->node);
    return v->node;
}

wg_node wgi_onnx_last_of(wgi_onnx_call *k, wgi_onnx_value *v)
{
    if (!wg_is_none(v->last) && !k->is_folding) return v->last;
    const wg_node y = wgi_onnx_turned(k, wgi_onnx_node_of(k, v), true);
    if (!k->is_folding) v->last = y;
    return y;
}

/* ---- known values ---- */

bool wgi_onnx_is_known(wgi_onnx_call *k, wgi_onnx_value *v)
{
    settle(k, v);
    return v->known.data && !v->given;
}

/* A copy that lasts as long as the build. */
static wg_tensor kept(wgi_onnx_call *k, wg_tensor t)
{
    wg_tensor to = t.data ? wgi_ox_room(k, t.dtype, t.shape) : t;
    if (to.data) memcpy(to.data, t.data, (size_t)wg_shape_size(t.shape) * wg_dtype_size(t.dtype));
    return to;
}

const wg_tensor *wgi_onnx_known_of(wgi_onnx_call *k, wgi_onnx_value *v)
{
    settle(k, v);
    if (v->known.data) return &v->known;
    if (v->binding && v->binding->drawn)
        return wgi_ox_fail(k, WG_ERROR_USE, "the value of '%s' decides what is built: give it a value",
                           v->binding->name),
               NULL;
    if (v->stored) v->known = wgi_onnx_values(k->o->q, v->stored);
    else v->known = kept(k, wg_value(wgi_onnx_node_of(k, v)));
    v->given = true;
    if (!v->stored) k->o->q->now.looks++;
    return v->known.data ? &v->known : NULL;
}
