/* params.h: parameters live outside graphs, optimizers outside both.
 *
 *     wg_params *p = wg_params_new(c);
 *     wg_node    W = wg_param(g, p, "W", WG_SHAPE(784, 10), wg_he());
 *     wg_optim  *o = wg_adam(p, &(wg_adam_opts){ .lr = 1e-3 });
 *     wg_backward(loss, p);                      sets the gradients
 *     wg_optim_step(o);                          uses them up: a second step without a backward is an error
 *
 * Names are letters, digits and _, joined by single dots (layer.0.W); they are the keys of saved files. First values depend on the context's
 * seed and the name alone.
 */
#ifndef WENGERT_PARAMS_H
#define WENGERT_PARAMS_H

#include "graph.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- first values ---- */

typedef enum wg_init_kind { WG_INIT_CONST, WG_INIT_NORMAL, WG_INIT_UNIFORM, WG_INIT_VARIANCE, WG_INIT_VALUES } wg_init_kind;
typedef enum wg_fan { WG_FAN_IN, WG_FAN_AVERAGE } wg_fan;

typedef struct wg_init {
    wg_init_kind kind;
    double       a, b; /* CONST a; NORMAL mean a, deviation b; UNIFORM in [a, b); VARIANCE a / fan */
    wg_fan       fan;
    const void  *values; /* VALUES: doubles in row-major order, read when the parameter is made */
} wg_init;

WG_API wg_init wg_zeros(void);
WG_API wg_init wg_const(double value);
WG_API wg_init wg_normal(double mean, double deviation);
WG_API wg_init wg_uniform(double low, double high);
WG_API wg_init wg_xavier(void); /* normal, variance 1 / n_in: the course's Xavier (LeCun 1998) */
WG_API wg_init wg_he(void);     /* normal, variance 2 / n_in (He et al. 2015) */
WG_API wg_init wg_glorot(void); /* normal, variance 2 / (n_in + n_out) (Glorot and Bengio 2010) */
WG_API wg_init wg_values(const double *values);

/* ---- parameters ---- */

WG_API wg_params *wg_params_new(wg_context *c);
WG_API void       wg_params_free(wg_params *p); /* first free its optimizer; graphs that use it must begin anew */
/* The sub-set whose names begin with "prefix.", to hand to a layer; freed with p. New parameters made through it get the
 * prefix. */
WG_API wg_params *wg_params_in(wg_params *p, const char *prefix);

/* A parameter of p as a node, made from init when p has none of that name yet. The same name twice in a graph is the same
 * node (that is sharing); with another shape an error that names both lines. */
WG_API wg_node wg_param_at(wg_site here, wg_graph *g, wg_params *p, const char *name, wg_shape s, wg_init init);
#define wg_param(g, p, name, s, init) wg_param_at(WG_AT(#name), g, p, name, s, init)
/* The same for what is not trained (averages, counters): saved and loaded with p, skipped by gradients and optimizers. */
WG_API wg_node wg_state_at(wg_site here, wg_graph *g, wg_params *p, const char *name, wg_shape s, wg_init init);
#define wg_state(g, p, name, s, init) wg_state_at(WG_AT(#name), g, p, name, s, init)

WG_API wg_context *wg_params_context(const wg_params *p);
WG_API int         wg_params_count(const wg_params *p); /* parameters and states, in creation order */
WG_API const char *wg_params_name(const wg_params *p, int i);
WG_API bool        wg_params_is_state(const wg_params *p, int i);
WG_API wg_tensor   wg_params_tensor(const wg_params *p, int i);          /* borrowed: read it, do not write through it */
WG_API wg_tensor   wg_params_grad(const wg_params *p, int i);            /* data NULL: the last backward did not reach it */
WG_API int         wg_params_find(const wg_params *p, const char *name); /* -1: none */
WG_API bool        wg_params_has(const wg_params *p, wg_node n);         /* whether n is a parameter or state of p */
WG_API double      wg_params_item(const wg_params *p, const char *name); /* a parameter of one element; NaN and an error else */
/* Sets one parameter from doubles in row-major order. */
WG_API wg_status wg_params_assign(wg_params *p, const char *name, const double *values, size_t count);

/* Makes a parameter, or a state, from a tensor (copied), without a graph. */
WG_API wg_status wg_params_make(wg_params *p, const char *name, wg_tensor value, bool state);

/* The flat view, in double, of all that is trained, in creation order: for line searches and other people's optimizers. */
WG_API size_t    wg_params_size(const wg_params *p);
WG_API wg_status wg_params_get(const wg_params *p, double *theta);
WG_API wg_status wg_params_set(wg_params *p, const double *theta);
WG_API wg_status wg_params_get_grad(const wg_params *p, double *gradient); /* zero where the loss did not reach */
WG_API double    wg_params_grad_norm(const wg_params *p);                  /* Euclidean norm of all gradients */

/* safetensors; loading matches names and shapes and changes nothing unless all fit. The file appears whole or not at all.
 * (Integer states are loaded by way of double: beyond 2^53 they are rounded.) */
WG_API wg_status wg_params_save(const wg_params *p, const char *path);
WG_API wg_status wg_params_load(wg_params *p, const char *path);
/* Makes p's parameters from the file, without a graph that names them. */
WG_API wg_status wg_params_read(wg_params *p, const char *path);

/* ---- optimizers ---- */

typedef struct wg_optim wg_optim;

/* Each optimizer has a list of its options, X(type, name, default, below): a double is in [0, below), a bool is false by default.
 * The list makes the struct, whose fields they are. Zero means the default; WG_ZERO is an exact zero where that is not the default.
 *
 *     wg_optim *o = wg_adam(p, &(wg_adam_opts){ .lr = 3e-3, .weight_decay = 0.01 });      NULL: all defaults
 *
 * lr is the step size. weight_decay is decoupled, value -= lr * weight_decay * value, for parameters of rank 2 and more unless
 * decay_all. For L2 in the cost (the course's form) add wg_l2 of ops.h to the loss. Below, w is a value, g its gradient, t the number
 * of the step. */
#define WG_ZERO (-0x1p-1074)
#define WG_OPTIM_FIELD_(type, name, standard, below) type name;
#define WG_OPTIM_OPTIONS_(name, OPTIONS) \
    typedef struct name {                \
        OPTIONS(WG_OPTIM_FIELD_)         \
        uint64_t reserved[4];            \
    } name
#define WG_DECAY_OPTIONS_(X) X(double, weight_decay, 0, INFINITY) X(bool, decay_all, false, 2)

/* w -= lr g */
#define WG_SGD_OPTIONS(X)         \
    X(double, lr, 0.01, INFINITY) \
    WG_DECAY_OPTIONS_(X)
WG_OPTIM_OPTIONS_(wg_sgd_opts, WG_SGD_OPTIONS);
WG_API wg_optim *wg_sgd(wg_params *p, const wg_sgd_opts *o);

/* m = beta m + (1 - beta) g, the course's form; classical: m = beta m + g. w -= lr m */
#define WG_MOMENTUM_OPTIONS(X)    \
    X(double, lr, 0.01, INFINITY) \
    X(double, beta, 0.9, 1)       \
    X(bool, classical, false, 2)  \
    WG_DECAY_OPTIONS_(X)
WG_OPTIM_OPTIONS_(wg_momentum_opts, WG_MOMENTUM_OPTIONS);
WG_API wg_optim *wg_momentum(wg_params *p, const wg_momentum_opts *o);

/* m = beta1 m + (1 - beta1) g, v = beta2 v + (1 - beta2) g^2, w -= lr m / (1 - beta1^t) / (sqrt(v / (1 - beta2^t)) + eps)
 * (Kingma and Ba 2015) */
#define WG_ADAM_OPTIONS(X)         \
    X(double, lr, 1e-3, INFINITY)  \
    X(double, beta1, 0.9, 1)       \
    X(double, beta2, 0.999, 1)     \
    X(double, eps, 1e-8, INFINITY) \
    WG_DECAY_OPTIONS_(X)
WG_OPTIM_OPTIONS_(wg_adam_opts, WG_ADAM_OPTIONS);
WG_API wg_optim *wg_adam(wg_params *p, const wg_adam_opts *o);

/* v = rho v + (1 - rho) g^2, w -= lr g / (sqrt(v) + eps) (Tieleman and Hinton 2012, eps as in PyTorch). centered: a variance instead
 * of v, v - a^2 with a = rho a + (1 - rho) g. momentum: w -= lr b with b = momentum b + g / (sqrt(v) + eps). */
#define WG_RMSPROP_OPTIONS(X)      \
    X(double, lr, 0.01, INFINITY)  \
    X(double, rho, 0.99, 1)        \
    X(double, eps, 1e-8, INFINITY) \
    X(double, momentum, 0, 1)      \
    X(bool, centered, false, 2)    \
    WG_DECAY_OPTIONS_(X)
WG_OPTIM_OPTIONS_(wg_rmsprop_opts, WG_RMSPROP_OPTIONS);
WG_API wg_optim *wg_rmsprop(wg_params *p, const wg_rmsprop_opts *o);

WG_API void wg_optim_free(wg_optim *o);

/* One step with the gradients of the last backward; parameters that the loss did not reach are skipped. */
WG_API wg_status wg_optim_step_at(wg_site here, wg_optim *o);
#define wg_optim_step(o) wg_optim_step_at(WG_AT(#o), o)
WG_API void   wg_optim_set_lr(wg_optim *o, double lr);
WG_API double wg_optim_lr(const wg_optim *o);
/* Scales the gradients so that their norm is at most max_norm; returns the norm before. */
WG_API double wg_optim_clip_norm(wg_optim *o, double max_norm);

/* A weighted mean, for losses over batches: value is the mean so far. */
typedef struct wg_mean {
    double value, weight;
} wg_mean;
WG_API void wg_mean_add(wg_mean *m, double value, double weight);

/* For those who write layers: takes a layer's name in a graph until the next wg_begin. NULL: it was free; else the place of
 * the first that took it. */
WG_API wg_site wg_layer_claim(wg_graph *g, wg_params *p, const char *name, wg_site here);

#ifdef __cplusplus
}
#endif
#endif
