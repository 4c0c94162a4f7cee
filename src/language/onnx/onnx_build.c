/* onnx_build.c: what a name of the model stands for while a graph is built. An image is made with its
 * channels first or last when somebody asks for it so: between convolutions nothing is turned. */
#include "onnx/onnx.h"

#include "wengert/ops.h"

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

/* A parameter, or a state, with the values of the file, if the set has none of that name. */
static wg_node of_set(wgi_onnx_call *k, wgi_onnx_value *v, bool state)
{
    wg_params *p = k->o->q->now.p;
    const char *name = v->binding->name;
    const int i = wg_params_find(p, name);
    const wg_init none = { .dtype = wgi_onnx_dtype(k->o->q, v->stored->type) };
    const bool is_state = i >= 0 ? wg_params_is_state(p, i) : state;
    if (i < 0) {
        const wg_tensor t = v->binding->set.data ? v->binding->set : wgi_onnx_values(k->o->q, v->stored);
        if (!t.data) return wg_none;
        if (t.dtype == none.dtype) wg_params_make_at(k->here, p, name, t, state);
        else return wgi_ox_fail(k, WG_ERROR_DTYPE, "'%s' was given another dtype", name), wg_none;
    } else if (v->binding->set.data) wg_params_assign_tensor_at(k->here, p, name, v->binding->set);
    return is_state ? wg_state_at(k->here, k->g, p, name, v->stored->shape, none)
                    : wg_param_at(k->here, k->g, p, name, v->stored->shape, none);
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

wg_node wgi_onnx_state_of(wgi_onnx_call *k, wgi_onnx_value *v)
{
    if (wg_is_none(v->node) && is_trained(v) && !k->is_folding) {
        v->node = of_set(k, v, true);
        wgi_made_value(v->binding, v->node);
    }
    return wgi_onnx_node_of(k, v);
}

wg_node wgi_onnx_node_of(wgi_onnx_call *k, wgi_onnx_value *v)
{
    settle(k, v);
    if (k->is_folding) return wgi_ox_leaf(k, v->known);
    if (!wg_is_none(v->node)) return v->node;
    if (v->known.data) v->node = wgi_ox_leaf(k, v->known);
    else if (!wg_is_none(v->last)) v->node = wgi_onnx_turned(k, v->last, false);
    else if (v->stored && is_trained(v)) v->node = of_set(k, v, false);
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
    else v->known = kept(k, wg_value_at(k->here, wgi_onnx_node_of(k, v)));
    v->given = true;
    if (!v->stored) k->o->q->now.looks++;
    return v->known.data ? &v->known : NULL;
}
