/* sequential.c: layers one after the other, from a list. */
#define WG_AT(args) here /* nodes get the user's call site */
#include <stdio.h>

#include "nn/layer.h"
#include "wgx/nn.h"

/* The fields that are options, for layers that have a row of the name. Those that are 0 are not given. */
#define FIELD(field) #field, offsetof(wg_nn_part, field), sizeof((wg_nn_part){ 0 }.field)
static const struct {
    const char *name;
    size_t at, size;
} options[] = { { FIELD(size) },          { FIELD(stride) }, { FIELD(padding) }, { FIELD(same) },
                { FIELD(bidirectional) }, { FIELD(causal) }, { FIELD(width) } };

static bool is_zero(const void *at, size_t size)
{
    static const char zero[sizeof(wg_shape)];
    return memcmp(at, zero, size) == 0;
}

static bool is_set(const wg_nn_part *l, const wgx_nn_kind *k)
{
    return !is_zero((const char *)l + k->part, k->part_size);
}

static int kinds_of(const wg_nn_part *l)
{
    int n = (l->max_pool.rank != 0) + (l->avg_pool.rank != 0) + (l->drop != 0) + l->flatten +
            (l->op != NULL) + (l->layer != NULL);
    for (const wgx_nn_kind *k = wgx_nn_kinds(); k->name; k++) n += is_set(l, k);
    return n;
}

static wg_node owner(const layer *of, const wg_nn_part *l, const wgx_nn_kind *k, wg_node x, const char *name,
                     bool share)
{
    char *args = wg_alloc(of->c, 1, k->list()->size);
    if (!args) return refused(x);
    memcpy(args, k->list()->standard, k->list()->size);
    wgx_nn_first(k, args, x, of->p, name);
    *(bool *)(args + k->share) = share;
    if (k->rows[0].kind == WG_ATTR_SIZE)
        memcpy(args + k->rows[0].offset, (const char *)l + k->part, k->part_size);
    for (const wg_attr_row *row = k->rows; row->name; row++) {
        if (!strcmp(row->name, "bias")) *(bool *)(args + row->offset) = !l->no_bias;
        for (size_t i = 0; i < sizeof options / sizeof *options; i++)
            if (!strcmp(options[i].name, row->name) &&
                !is_zero((const char *)l + options[i].at, options[i].size))
                memcpy(args + row->offset, (const char *)l + options[i].at, options[i].size);
    }
    wg_node y = k->make(of->inside, args);
    wg_free(of->c, args);
    return y;
}

static wg_shape given(wg_shape s) { return s.rank ? s : (wg_shape)WG_NO_SHAPE; }
static wg_node pool(wg_site here, const wg_nn_part *l, wg_node x)
{
    return l->max_pool.rank ? wg_max_pool(x, .size = l->max_pool, .stride = given(l->stride),
                                          .padding = given(l->padding), .same = l->same)
                            : wg_avg_pool(x, .size = l->avg_pool, .stride = given(l->stride),
                                          .padding = given(l->padding), .same = l->same);
}

static wg_node flatten(wg_site here, wg_node x)
{
    const wg_shape s = wg_node_shape(x);
    int64_t others = 1;
    for (int i = 1; i < s.rank; i++) others *= s.dim[i];
    return wg_reshape(x, WG_SHAPE(wg_dim(x, 0), others));
}

static wg_node make(const layer *of, const wg_nn_part *l, wg_node x, const char *name, bool share)
{
    wg_site here = of->inside;
    for (const wgx_nn_kind *k = wgx_nn_kinds(); k->name; k++)
        if (is_set(l, k)) return owner(of, l, k, x, name, share);
    if (l->max_pool.rank || l->avg_pool.rank) return pool(here, l, x);
    if (l->drop != 0) return wg_dropout(x, .drop = l->drop, .name = name);
    if (l->flatten) return flatten(here, x);
    return l->op ? l->op(here, x) : l->layer(x, of->p, name);
}

wg_node wg_nn_sequential_at(wg_site here, const wg_nn_sequential_args *a)
{
    BEGIN_LAYER("nn_sequential", wg_nn_sequential_args);
    char name[NAME_MOST + 16];
    wg_node y = a->x;
    if (a->count > 0 && !a->part)
        return wg_fail(l.c, here, WG_ERROR_USE, "nn_sequential: the list of \"%s\" is NULL", a->name),
               refused(a->x);
    for (int i = 0; i < a->count && wg_node_ok(y); i++) {
        const int kinds = kinds_of(&a->part[i]);
        if (kinds != 1)
            return wg_fail(l.c, here, WG_ERROR_USE,
                           "nn_sequential: layer %d of \"%s\" is %s: give it one field such as .dense = 10 "
                           "or .op = "
                           "wg_relu_at",
                           i, a->name, kinds ? "several layers" : "none"),
                   refused(a->x);
        snprintf(name, sizeof name, "%s.%d", a->name, i);
        y = make(&l, &a->part[i], y, name, a->share);
        if (!wg_graph_of(y) && !wg_failed(l.c))
            wg_fail(l.c, here, WG_ERROR_USE, "nn_sequential: layer %d of \"%s\" gave wg_none", i, a->name);
        if (wg_failed(l.c)) return refused(a->x);
    }
    return y;
}
