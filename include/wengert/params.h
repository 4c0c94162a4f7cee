/* SPDX-License-Identifier: MIT */
/* params.h: parameters, which belong to no graph. Optimizers, which change them, are in optim.h.
 *
 *     wg_params *p = wg_params_new(c);
 *     wg_node    W = wg_param(g, p, "W", WG_SHAPE(784, 10), wg_he());
 *     wg_optim  *o = wg_adam(p, .lr = 1e-3);
 *     wg_backward(loss, p);                      sets the gradients
 *     wg_optim_step(o);                          uses them: a second step needs another wg_backward
 *
 * A name has letters of any alphabet, digits, _ and -, in parts joined by single dots: layer.0.W. Names are the keys in saved
 * files. The first values of a parameter depend on the context's seed and on its name, and on nothing else.
 */
#ifndef WENGERT_PARAMS_H
#define WENGERT_PARAMS_H
#if defined(__GNUC__) && !defined(__clang__) && !defined(WG_OWN_HEADERS)
#pragma GCC system_header
#endif

#include "graph.h"

WG_BEGIN_DECLS

/* ---- first values ---- */

typedef enum wg_init_kind {
    WG_INIT_DEFAULT,    /* that of the layer; of wg_param: wg_zeros() for less than two axes, else wg_he() */
    WG_INIT_CONST,      /* a */
    WG_INIT_NORMAL,     /* mean a, standard deviation b */
    WG_INIT_UNIFORM,    /* in [a, b) */
    WG_INIT_VARIANCE,   /* normal, mean 0, variance a / fan */
    WG_INIT_VALUES,     /* copied from values when the parameter is made */
    WG_INIT_TRUNCATED,  /* as NORMAL, and drawn again where it is further than 2 b from a */
    WG_INIT_ORTHOGONAL, /* a times a random matrix with orthonormal columns, or rows if it has fewer rows */
    WG_INIT_IDENTITY,   /* a where both indices are equal, else 0; of two axes */
    WG_INIT_SPARSE      /* normal, mean 0, standard deviation b; the share a of each column is 0 */
} wg_init_kind;
typedef enum wg_fan { WG_FAN_IN, WG_FAN_AVERAGE } wg_fan;

/* A struct of zeros asks for the default. Of a parameter with the axes [..., in, out] the numbers of inputs
 * and outputs are n_in = in w and n_out = out w, where w is the product of the axes before them: the window
 * of a convolution, or 1. */
typedef struct wg_init {
    wg_init_kind kind;
    double a, b;
    wg_fan fan;
    const void *values; /* doubles in row-major order */
    /* Of the parameter: f32 or f64. Default: that of the parameter if it is there already; of a layer's
     * that of its operand; else that of the context. */
    wg_dtype dtype;
} wg_init;
/* The default of an option that says first values: those of the layer. */
#ifndef __cplusplus
#define WG_NO_INIT { 0 }
#else
#define WG_NO_INIT wg_init()
#endif
/* The same with a dtype: wg_param(g, p, "W", WG_SHAPE(3), wg_init_as(WG_F64, wg_he())). A parameter of f16 or bf16
 * is stored in half the memory and is not trained: a wg_backward that reaches it fails unless it is frozen. To train
 * in f32 beside bf16 products, keep the parameter in f32 and use wg_cast(W, WG_BF16). */
static inline wg_init wg_init_as(wg_dtype t, wg_init init)
{
    init.dtype = t;
    return init;
}

static inline wg_init wg_init_of(wg_init_kind kind, double a, double b)
{
    wg_init init = WG_NO_INIT;
    init.kind = kind, init.a = a, init.b = b;
    return init;
}

/* First values 0. */
static inline wg_init wg_zeros(void) { return wg_init_of(WG_INIT_CONST, 0, 0); }
/* First values that are all the same. */
static inline wg_init wg_const(double value) { return wg_init_of(WG_INIT_CONST, value, 0); }
/* First values from a normal distribution. */
static inline wg_init wg_normal(double mean, double deviation) { return wg_init_of(WG_INIT_NORMAL, mean, deviation); }
/* First values from a uniform distribution. */
static inline wg_init wg_uniform(double low, double high) { return wg_init_of(WG_INIT_UNIFORM, low, high); }
/* normal, variance 1 / n_in (LeCun et al. 1998) */
static inline wg_init wg_xavier(void) { return wg_init_of(WG_INIT_VARIANCE, 1, 0); }
/* normal, variance 2 / n_in (He et al. 2015) */
static inline wg_init wg_he(void) { return wg_init_of(WG_INIT_VARIANCE, 2, 0); }
/* normal, variance 2 / (n_in + n_out) (Glorot and Bengio 2010) */
static inline wg_init wg_glorot(void)
{
    wg_init init = wg_init_of(WG_INIT_VARIANCE, 1, 0);
    init.fan = WG_FAN_AVERAGE;
    return init;
}
/* They are copied when the parameter is made. NULL is an error. */
static inline wg_init wg_values(const double *values)
{
    wg_init init = wg_init_of(WG_INIT_VALUES, 0, 0);
    init.values = values;
    return init;
}
/* Normal numbers within two standard deviations of the mean. */
static inline wg_init wg_truncated_normal(double mean, double deviation) { return wg_init_of(WG_INIT_TRUNCATED, mean, deviation); }
/* Uniformly distributed among such matrices (Saxe, McClelland and Ganguli 2014). Of more than two axes the last one
 * is the columns. For another factor than 1 set .a. */
static inline wg_init wg_orthogonal(void) { return wg_init_of(WG_INIT_ORTHOGONAL, 1, 0); }
/* 1 where both indices are equal, else 0; for two axes. For another factor than 1 set .a. */
static inline wg_init wg_identity(void) { return wg_init_of(WG_INIT_IDENTITY, 1, 0); }
/* Each column, which has the weights of one output, has so large a share of zeros (Martens 2010). */
static inline wg_init wg_sparse(double zeros, double deviation) { return wg_init_of(WG_INIT_SPARSE, zeros, deviation); }

/* ---- parameters ---- */

WG_API wg_params *wg_params_new(wg_context *c); /* An empty set of parameters. */
/* It is an error while a graph has nodes of p, or p has an optimizer or an average: free those first, or
 * call wg_begin on the graph. A part (wg_params_in) is freed with the whole set. */
WG_API void wg_params_free(wg_params *p); /* frees the set */
/* The parameters of p whose names begin with "prefix.", as a set of their own, to give to a layer. Names in
 * it are without the prefix; parameters made through it get the prefix in p. Freed with p. */
WG_API wg_params *wg_params_in_at(wg_site here, wg_params *p, const char *prefix);
#define wg_params_in(p, prefix) wg_params_in_at(WG_AT(#p ", " #prefix), p, prefix)

/* A parameter of p as a node. If p has none of that name, it is made, with first values by init; but not in
 * WG_EVAL once p is trained (wg_params_trained). The same name twice in a graph gives the same node. Another
 * shape or dtype is an error that names both lines. */
WG_API wg_node wg_param_at(wg_site here, wg_graph *g, wg_params *p, const char *name, wg_shape s,
                           wg_init init);
#define wg_param(g, p, name, ...) /* g, p, name, shape, init */ \
    wg_param_at(WG_AT(#name), g, p, name, __VA_ARGS__)
/* The same for values that are not trained, such as averages and counters. States are saved and loaded with
 * p. Gradients and optimizers skip them; wg_assign changes them. */
WG_API wg_node wg_state_at(wg_site here, wg_graph *g, wg_params *p, const char *name, wg_shape s,
                           wg_init init);
#define wg_state(g, p, name, ...) wg_state_at(WG_AT(#name), g, p, name, __VA_ARGS__)

WG_API wg_context *wg_params_context(const wg_params *p); /* The context in which the set was made. */
WG_API int wg_params_count(const wg_params *p); /* the number of parameters and states, in creation order */
WG_API const char *wg_params_name(const wg_params *p, int i); /* The name of parameter or state i. */
WG_API bool wg_params_is_state(const wg_params *p, int i); /* Whether i is a state, which is not trained. */
WG_API wg_tensor wg_params_tensor(const wg_params *p, int i); /* the values of parameter i; the memory is p's: do not write to it */
/* The gradient. The memory is p's. data NULL: the last wg_backward did not reach the parameter. */
WG_API wg_tensor wg_params_grad(const wg_params *p, int i);
/* Sets the gradient of a parameter from a tensor of its shape, cast to its dtype, as a wg_backward does: the next step of
 * an optimizer uses it. A struct of zeros: it has none. Gradients of p that a step has used are dropped. */
WG_API wg_status wg_params_set_grad_at(wg_site here, wg_params *p, const char *name, wg_tensor gradient);
#define wg_params_set_grad(p, name, ...) /* p, name, gradient */ \
    wg_params_set_grad_at(WG_AT(#p ", " #name), p, name, __VA_ARGS__)
WG_API int wg_params_find(const wg_params *p, const char *name); /* the index; -1: none */
/* The value of a parameter of one element. NaN after an error. */
WG_API double wg_params_item_at(wg_site here, const wg_params *p, const char *name);
#define wg_params_item(p, name) wg_params_item_at(WG_AT(#p ", " #name), p, name)
/* Sets a parameter from count doubles in row-major order. count must be its size. */
WG_API wg_status wg_params_assign_at(wg_site here, wg_params *p, const char *name, const double *values,
                                     size_t count);
#define wg_params_assign(p, name, ...) /* p, name, values, count */ \
    wg_params_assign_at(WG_AT(#p ", " #name), p, name, __VA_ARGS__)
/* Sets a parameter or state from a tensor of its shape, cast to its dtype. */
WG_API wg_status wg_params_assign_tensor_at(wg_site here, wg_params *p, const char *name, wg_tensor t);
#define wg_params_assign_tensor(p, name, ...) \
    wg_params_assign_tensor_at(WG_AT(#p ", " #name), p, name, __VA_ARGS__)

/* Makes a parameter, or a state, without a graph. The tensor is copied. A parameter must be f32 or f64, or
 * f16 or bf16 (see wg_init_as). */
WG_API wg_status wg_params_make_at(wg_site here, wg_params *p, const char *name, wg_tensor value, bool state);
#define wg_params_make(p, name, ...) wg_params_make_at(WG_AT(#p ", " #name), p, name, __VA_ARGS__)

/* All parameters (no states) as one vector of doubles, in creation order: for optimizers of your own. */
WG_API size_t wg_params_size(const wg_params *p); /* how many numbers are trained: the length of that vector */
WG_API wg_status wg_params_get_at(wg_site here, const wg_params *p, double *theta); /* copies all parameters into one vector */
#define wg_params_get(p, theta) wg_params_get_at(WG_AT(#p ", " #theta), p, theta)
/* Sets all parameters from such a vector. */
WG_API wg_status wg_params_set_at(wg_site here, wg_params *p, const double *theta);
#define wg_params_set(p, ...) wg_params_set_at(WG_AT(#p ", " #__VA_ARGS__), p, __VA_ARGS__)
/* The gradient, 0 where the loss did not reach a parameter, and its Euclidean norm. */
WG_API wg_status wg_params_get_grad_at(wg_site here, const wg_params *p, double *gradient);
WG_API double wg_params_grad_norm_at(wg_site here, const wg_params *p); /* the Euclidean norm of the gradient */
#define wg_params_get_grad(p, gradient) wg_params_get_grad_at(WG_AT(#p ", " #gradient), p, gradient)
#define wg_params_grad_norm(p)          wg_params_grad_norm_at(WG_AT(#p), p)

/* Parameters and states in a safetensors file. The file is written whole or not at all. */
WG_API wg_status wg_params_save_at(wg_site here, const wg_params *p, const char *path);
#define wg_params_save(p, path) wg_params_save_at(WG_AT(#p ", " #path), p, path)
/* Gives the parameters of p the values in the file. Names and shapes must be the same. Floats of any size (F16, BF16,
 * F32, F64) are converted to the dtype of the parameter. A float in the file that p lacks is an error, of the
 * layers that p has; what is no float may be there, as the num_batches_tracked of PyTorch. After an error nothing
 * has changed. */
WG_API wg_status wg_params_load_at(wg_site here, wg_params *p, const char *path);
#define wg_params_load(p, path) wg_params_load_at(WG_AT(#p ", " #path), p, path)
/* Makes parameters of p from what the file holds, in its dtypes: those of F16 and BF16 are not trained. What is no
 * float becomes a state. */
WG_API wg_status wg_params_read_at(wg_site here, wg_params *p, const char *path);
#define wg_params_read(p, path) wg_params_read_at(WG_AT(#p ", " #path), p, path)
/* Says that the values of p come from training or from a file, as wg_optim_step, wg_params_load and
 * wg_params_read do. From then on it is an error to make a new parameter of p in WG_EVAL: nothing would have
 * trained its values. The error names a parameter of a similar name. Make new ones in WG_TRAIN, or say false. */
WG_API void wg_params_trained(wg_params *p, bool trained);

WG_END_DECLS
#endif
