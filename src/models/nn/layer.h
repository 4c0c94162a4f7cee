/* layer.h: what layers have in common: the check of their operand and of their name, and their
 * parameters. */
#ifndef WG_NN_LAYER_H
#define WG_NN_LAYER_H

#include "wengert/nn.h"

#include <string.h>

#include "wengert/op.h"
#include "wgx/params.h"

enum { NAME_MOST = 300 };

/* A layer that is being made. */
typedef struct layer {
    wg_graph *g;
    wg_context *c;
    wg_params *p;
    const char *what, *name; /* "nn_dense"; the name that the user gave */
    wg_dtype dtype;          /* of its parameters: that of the operand if it is a float, else the default */
    wg_site here, inside;    /* the user's call; the same for the ops that make the layer */
    bool claims;             /* the name is free again if the layer fails */
} layer;

#define FAIL(l, status, format, ...) \
    wg_fail((l)->c, (l)->here, status, "%s: \"%s\"" format, (l)->what, (l)->name, ##__VA_ARGS__)

static inline bool fail_operand(const layer *l, wg_node x)
{
    if (!l->g || x.index || !wg_failed(l->c))
        wg_fail(l->c, l->here, WG_ERROR_USE, "%s: x is %s", l->what,
                wg_is_none(x) ? "wg_none, no node"
                : !l->g       ? "a number, and must be a node"
                              : "no node of its graph since the last wg_begin");
    return false;
}

static inline bool fail_twice(const layer *l, wg_site first)
{
    return wg_fail(
               l->c, l->here, WG_ERROR_USE,
               strcmp(wg_site_place(first), wg_site_place(l->here)) == 0
                   ? "%s: layer \"%s\" was made at this line before, %s: is a wg_begin missing in the loop? "
                     "Else give it another name, or say .share = true"
                   : "%s: layer \"%s\" is in this graph already, made at %s: give it another name, or say "
                     ".share = true",
               l->what, l->name, wg_site_place(first)),
           false;
}

/* Checks a layer's node and name; no other layer of this graph may have the name. False: after an
 * error. */
static inline bool begin(layer *l, wg_site here, const char *what, wg_node x, wg_params *p, const char *name,
                         bool share, const wg_option_list *list, const void *options)
{
    *l = (layer){
        .g = wg_graph_of(x), .p = p, .what = what, .name = name, .here = here, .inside = wg_inside(here)
    };
    l->c = l->g ? wg_graph_context(l->g) : wg_params_context(p);
    if (!wg_node_ok(x)) return fail_operand(l, x);
    if (wg_dtype_is_float(wg_node_dtype(x))) l->dtype = wg_node_dtype(x);
    if (!wg_options_fit(l->c, here, what, list, options) || wg_failed(l->c)) return false;
    if (!p || !name || !*name || strlen(name) > NAME_MOST)
        return wg_fail(l->c, here, WG_ERROR_USE,
                       "%s: takes a parameter set and a name of at most %d characters", what, NAME_MOST),
               false;
    wg_site first = wgx_layer_claim(l->g, p, name, here);
    if (first && !share) return fail_twice(l, first);
    l->claims = !first && !wg_failed(l->c);
    return !wg_failed(l->c);
}

static inline void end_layer(const layer *l)
{
    if (l->claims && wg_failed(l->c)) wgx_layer_claim(l->g, l->p, l->name, l->here);
}
#define LAYER __attribute__((cleanup(end_layer))) layer

/* A parameter whose first values are those that the user has given, or others by default. */
static inline wg_node weight(const layer *l, const char *part, const wg_shape *s, const wg_init *given,
                             wg_init otherwise)
{
    wg_init init = given->kind == WG_INIT_DEFAULT ? otherwise : *given;
    init.dtype = given->dtype ? given->dtype : l->dtype;
    return wgx_layer_param(l->inside, l->g, l->p, l->name, part, s, &init);
}

static inline wg_node param(const layer *l, const char *part, const wg_shape *s, wg_init init)
{
    return weight(l, part, s, &(wg_init){ 0 }, init);
}

static inline wg_node state(const layer *l, const char *part, const wg_shape *s)
{
    const wg_init zeros = wg_init_as(l->dtype, wg_zeros());
    return wgx_layer_state(l->inside, l->g, l->p, l->name, part, s, &zeros);
}

/* cached_keys.c. Puts the keys and values of the cache before those of a, and sets the mask. `name` is
 * the layer's in p. After an error nothing is changed. */
void wgi_cached_keys(wg_site here, wg_nn_cache *n, wg_params *p, const char *name, wg_attention_args *a);

/* An op without a builder, with up to two of its options, which are whole numbers; the others have their
 * defaults: nn.c. */
typedef struct op_option {
    const char *name;
    int64_t value;
} op_option;
wg_node wgi_layer_op(wg_site here, const char *name, const op_option given[2], const wg_node x[], int n);

static inline wg_node refused(wg_node x) { return wg_graph_node(wg_graph_of(x), 0); }

/* The error of a struct of arguments that does not begin with the mark of its list. x: its operand, or
 * NULL. */
static inline wg_node unmarked(wg_site here, const char *what, const wg_option_list *list, const void *a,
                               const wg_node *x)
{
    size_t mark = 1;
    if (a) memcpy(&mark, a, sizeof mark);
    const wg_node y = mark ? wg_none : *x; /* { .x = ... } of this header; else of another one */
    wg_options_fit(wg_graph_of(y) ? wg_graph_context(wg_graph_of(y)) : NULL, here, what, list, a);
    return refused(y);
}
#define IS_MARKED(T, a)      ((a) && (a)->mark == WG_MARK_(T))
#define UNMARKED(what, T, a) unmarked(here, what, T##_rows(), a, (a) ? &(a)->x : NULL)

/* Begins the function of a layer whose arguments are a T *a: layer l, or a return after an error. */
#define BEGIN_LAYER(what, T)                           \
    WG_USER_CALL(here, what);                          \
    WG_OPTIONS_FILL(T, a);                             \
    if (!IS_MARKED(T, a)) return UNMARKED(what, T, a); \
    LAYER l;                                           \
    if (!begin(&l, here, what, a->x, a->p, a->name, a->share, T##_rows(), a)) return refused(a->x)

#endif
