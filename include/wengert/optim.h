/* SPDX-License-Identifier: MIT */
/* optim.h: optimizers, which change parameters by their gradients.
 *
 *     wg_optim *o = wg_adam(p, .lr = 3e-3, .weight_decay = 0.01);
 *     wg_backward(loss, p);                      sets the gradients of p
 *     wg_optim_clip_norm(o, 1.0);                if wanted
 *     wg_optim_step(o);                          uses them: a second step needs another wg_backward
 *
 * Rates that change with the time are in schedule.h, running averages of parameters in average.h.
 */
#ifndef WENGERT_OPTIM_H
#define WENGERT_OPTIM_H
#if defined(__GNUC__) && !defined(__clang__) && !defined(WG_OWN_HEADERS)
#pragma GCC system_header
#endif

#include "named.h"
#include "params.h"

WG_BEGIN_DECLS

typedef struct wg_optim wg_optim;

/* An optimizer changes the parameters of p. A parameter can have one optimizer at a time. Parts of a
 * set can have one each: wg_adam(wg_params_in(p, "enc")) and wg_sgd(wg_params_in(p, "dec")) can both step
 * after one wg_backward.
 *
 * In the formulas below w is a parameter, g its gradient, and t the number of the step. All optimizers but
 * wg_lbfgs have the options of decay. The first three of them apply to parameters of two or more axes, with
 * decay_all to all. Coupled decay is the gradient of a penalty weight_decay w^2 / 2, as in all optimizers of
 * PyTorch but AdamW; the other is beside the step, as in AdamW. l1 makes parameters exactly zero. */
#define WG_DECAY_LIST_(X, standard)                                                                        \
    X(double, weight_decay, standard, "[0, inf)", "beside the step: w -= lr weight_decay w")              \
    X(bool, coupled, false, "", "the decay is in the gradient instead: the step is made with g + weight_decay w") \
    X(double, l1, 0, "[0, inf)", "after the step |w| becomes max(|w| - lr l1, 0)")                         \
    X(bool, decay_all, false, "", "the decay also applies to parameters of one axis and to scalars")
#define WG_RATE_(X, standard) X(double, lr, standard, "[0, inf)", "the step size")
#define WG_OPTIM_(f, text, ...) \
    WG_CALL_WITH(f##_at, (WG_AT(WG_BYTE_1 text), WG_HEAD_(__VA_ARGS__)), f##_opts, WG_TAIL_(__VA_ARGS__, ))

/* Gradient descent: w -= lr g */
#define wg_sgd_opts_list(P, X) \
    WG_RATE_(X, 0.01) \
    WG_DECAY_LIST_(X, 0)
WG_OPTIONS(wg_sgd_opts);
WG_API wg_optim *wg_sgd_at(wg_site here, wg_params *p, const wg_sgd_opts *o);
#define wg_sgd(...) WG_OPTIM_(wg_sgd, #__VA_ARGS__, __VA_ARGS__)

/* Gradient descent with momentum:
 *
 *                 m becomes                w becomes         with nesterov, w becomes
 *                 beta m + (1 - beta) g    w - lr m          w - lr (beta m + (1 - beta) g)
 *     classical   beta m + g               w - lr m          w - lr (beta m + g)
 *     velocity    beta m + lr g            w - m             w - (beta m + lr g)
 *
 * classical is PyTorch's SGD(momentum=beta, nesterov=...). velocity is the form of Sutskever et al. 2013, of
 * Keras and of the notes of CS231n, whose v is -m. While lr stays the same these two are one; when lr changes,
 * velocity keeps the earlier steps as they were, and classical scales them by the new lr.
 *
 * Nesterov's method (1983) takes the gradient ahead of a point p, at p - beta m (without velocity at
 * p - lr beta m), and then makes the step p -= m (p -= lr m). w is the place where the gradient is taken, as in
 * PyTorch: so p = w + beta m (w + lr beta m) after each step.
 */
#define wg_momentum_opts_list(P, X) \
    WG_RATE_(X, 0.01) \
    X(double, beta, 0.9, "[0, 1)", "how much of m stays") \
    X(bool, classical, false, "", "m is a sum and no mean") \
    X(bool, nesterov, false, "", "the step goes along the next m") \
    X(bool, velocity, false, "", "lr is in m") \
    WG_DECAY_LIST_(X, 0)
WG_OPTIONS(wg_momentum_opts);
WG_API wg_optim *wg_momentum_at(wg_site here, wg_params *p, const wg_momentum_opts *o);
#define wg_momentum(...) WG_OPTIM_(wg_momentum, #__VA_ARGS__, __VA_ARGS__)

/* Adam (Kingma and Ba 2015):
 *
 *     m = beta1 m + (1 - beta1) g
 *     v = beta2 v + (1 - beta2) g^2
 *     w -= lr m / (1 - beta1^t) / (sqrt(v / (1 - beta2^t)) + eps)
 *
 * With amsgrad the largest v so far stands for v in the last line (Reddi, Kale and Kumar 2018). t is the
 * number of steps that the parameter has taken: a step whose wg_backward did not reach it does not count, as
 * in PyTorch. So it is with adamw, adamax and nadam.
 */
#define WG_ADAM_LIST_(X, decay) \
    WG_RATE_(X, 1e-3) \
    X(double, beta1, 0.9, "[0, 1)", "how much of m stays") \
    X(double, beta2, 0.999, "[0, 1)", "how much of v stays") \
    X(double, eps, 1e-8, "[0, inf)", "added to the divisor") \
    X(bool, amsgrad, false, "", "the largest v so far is in the place of v") \
    WG_DECAY_LIST_(X, decay)
#define wg_adam_opts_list(P, X) \
    WG_ADAM_LIST_(X, 0)
WG_OPTIONS(wg_adam_opts);
WG_API wg_optim *wg_adam_at(wg_site here, wg_params *p, const wg_adam_opts *o); /* Adam (Kingma and Ba 2015). */
#define wg_adam(...) WG_OPTIM_(wg_adam, #__VA_ARGS__, __VA_ARGS__)

/* AdamW (Loshchilov and Hutter 2019): wg_adam with a weight_decay of 0.01 by default */
#define wg_adamw_opts_list(P, X) \
    WG_ADAM_LIST_(X, 0.01)
WG_OPTIONS(wg_adamw_opts);
WG_API wg_optim *wg_adamw_at(wg_site here, wg_params *p, const wg_adamw_opts *o);
#define wg_adamw(...) WG_OPTIM_(wg_adamw, #__VA_ARGS__, __VA_ARGS__)

/* Adamax (Kingma and Ba 2015, section 7.1; eps as in PyTorch):
 *
 *     m = beta1 m + (1 - beta1) g
 *     u = max(beta2 u, |g| + eps)
 *     w -= lr m / (1 - beta1^t) / u
 */
#define wg_adamax_opts_list(P, X) \
    WG_RATE_(X, 2e-3) \
    X(double, beta1, 0.9, "[0, 1)", "how much of m stays") \
    X(double, beta2, 0.999, "[0, 1)", "how much of v stays") \
    X(double, eps, 1e-8, "[0, inf)", "added to the divisor") \
    WG_DECAY_LIST_(X, 0)
WG_OPTIONS(wg_adamax_opts);
WG_API wg_optim *wg_adamax_at(wg_site here, wg_params *p, const wg_adamax_opts *o);
#define wg_adamax(...) WG_OPTIM_(wg_adamax, #__VA_ARGS__, __VA_ARGS__)

/* NAdam (Dozat 2016), Adam with Nesterov's momentum. m and v are those of Adam, mu = beta1 (1 -
 * 0.96^(psi t) / 2), mu' is the mu of the next step, P the product of all mu so far:
 *
 *     w -= lr ((1 - mu) g / (1 - P) + mu' m / (1 - P mu')) / (sqrt(v / (1 - beta2^t)) + eps)
 */
#define wg_nadam_opts_list(P, X) \
    WG_RATE_(X, 2e-3) \
    X(double, beta1, 0.9, "[0, 1)", "how much of m stays") \
    X(double, beta2, 0.999, "[0, 1)", "how much of v stays") \
    X(double, eps, 1e-8, "[0, inf)", "added to the divisor") \
    X(double, psi, 4e-3, "[0, inf)", "how fast mu grows") \
    WG_DECAY_LIST_(X, 0)
WG_OPTIONS(wg_nadam_opts);
WG_API wg_optim *wg_nadam_at(wg_site here, wg_params *p, const wg_nadam_opts *o);
#define wg_nadam(...) WG_OPTIM_(wg_nadam, #__VA_ARGS__, __VA_ARGS__)

/* Lion (Chen et al. 2023): w -= lr sign(beta1 m + (1 - beta1) g), then m = beta2 m + (1 - beta2) g. The
 * sign of 0 is 0. Use a third to a tenth of Adam's rate, and 3 to 10 times its weight decay. */
#define wg_lion_opts_list(P, X) \
    WG_RATE_(X, 1e-4) \
    X(double, beta1, 0.9, "[0, 1)", "how much of m stays in the step") \
    X(double, beta2, 0.99, "[0, 1)", "how much of m stays") \
    WG_DECAY_LIST_(X, 0)
WG_OPTIONS(wg_lion_opts);
WG_API wg_optim *wg_lion_at(wg_site here, wg_params *p, const wg_lion_opts *o);
#define wg_lion(...) WG_OPTIM_(wg_lion, #__VA_ARGS__, __VA_ARGS__)

/* Adagrad (Duchi, Hazan and Singer 2011): v += g^2, w -= lr g / (sqrt(initial + v) + eps) */
#define wg_adagrad_opts_list(P, X) \
    WG_RATE_(X, 0.01) \
    X(double, eps, 1e-10, "[0, inf)", "added to the divisor") \
    X(double, initial, 0, "[0, inf)", "added to v") \
    WG_DECAY_LIST_(X, 0)
WG_OPTIONS(wg_adagrad_opts);
WG_API wg_optim *wg_adagrad_at(wg_site here, wg_params *p, const wg_adagrad_opts *o);
#define wg_adagrad(...) WG_OPTIM_(wg_adagrad, #__VA_ARGS__, __VA_ARGS__)

/* Adadelta (Zeiler 2012):
 *
 *     v = rho v + (1 - rho) g^2
 *     d = g sqrt(u + eps) / sqrt(v + eps)
 *     u = rho u + (1 - rho) d^2
 *     w -= lr d
 */
#define wg_adadelta_opts_list(P, X) \
    WG_RATE_(X, 1) \
    X(double, rho, 0.9, "[0, 1)", "how much of v stays") \
    X(double, eps, 1e-6, "[0, inf)", "added to the divisor") \
    WG_DECAY_LIST_(X, 0)
WG_OPTIONS(wg_adadelta_opts);
WG_API wg_optim *wg_adadelta_at(wg_site here, wg_params *p, const wg_adadelta_opts *o);
#define wg_adadelta(...) WG_OPTIM_(wg_adadelta, #__VA_ARGS__, __VA_ARGS__)

/* RMSprop (Tieleman and Hinton 2012; eps as in PyTorch):
 *
 *     v = rho v + (1 - rho) g^2
 *     s = v; with centered s = v - a^2, where a = rho a + (1 - rho) g
 *     w -= lr g / (sqrt(s) + eps); with momentum w -= lr b, where b = momentum b + g / (sqrt(s) + eps)
 */
#define wg_rmsprop_opts_list(P, X) \
    WG_RATE_(X, 0.01) \
    X(double, rho, 0.99, "[0, 1)", "how much of v stays") \
    X(double, eps, 1e-8, "[0, inf)", "added to the divisor") \
    X(double, momentum, 0, "[0, 1)", "how much of b stays") \
    X(bool, centered, false, "", "the variance of g is in the place of v") \
    WG_DECAY_LIST_(X, 0)
WG_OPTIONS(wg_rmsprop_opts);
WG_API wg_optim *wg_rmsprop_at(wg_site here, wg_params *p, const wg_rmsprop_opts *o);
#define wg_rmsprop(...) WG_OPTIM_(wg_rmsprop, #__VA_ARGS__, __VA_ARGS__)

/* L-BFGS (Nocedal 1980) with a line search by the strong Wolfe conditions, for losses that are the same
 * function in each step: no mini-batches. A step begins as that of every other optimizer, after one
 * wg_backward of one loss. It then computes that loss and its gradient at other parameters, mostly once
 * or twice, with the inputs and random numbers of the wg_backward, and ends at parameters where the
 * loss is smaller. If it finds none the parameters stay as they are, and the next step goes along the
 * gradient. Values that were read before the step stay readable.
 *
 *     for (int i = 0; i < 100; i++) {
 *         wg_begin(g, WG_TRAIN);
 *         wg_backward(build(g, p), p);
 *         if (wg_params_grad_norm(p) < 1e-8) break;
 *         wg_optim_step(o);
 *     }
 */
#define wg_lbfgs_opts_list(P, X) \
    X(double, lr, 1, "[0, inf)", "the first step size that the search tries") \
    X(int, history, 10, "[0, 1000]", "how many earlier steps the curvature is taken from") \
    X(int, evaluations, 25, "[0, 1000]", "at most so many of the loss in a step; one is always made")
WG_OPTIONS(wg_lbfgs_opts);
WG_API wg_optim *wg_lbfgs_at(wg_site here, wg_params *p, const wg_lbfgs_opts *o);
#define wg_lbfgs(...) WG_OPTIM_(wg_lbfgs, #__VA_ARGS__, __VA_ARGS__)

/* ---- optimizers by name ---- */

/* Makes the optimizer with the n given options; a bool is 0 or 1. All others have their defaults. NULL: an error is
 * recorded. */
typedef struct wg_optim_setting {
    const char *name;
    double value;
} wg_optim_setting;
/* Makes the optimizer of this name, with n options by name. NULL: an error is recorded. */
WG_API wg_optim *wg_optim_named_at(wg_site here, wg_params *p, const char *kind,
                                   const wg_optim_setting *settings, int n);
#define wg_optim_named(p, kind, ...) /* p, kind, settings, n */ \
    wg_optim_named_at(WG_AT(#p ", " #kind), p, kind, __VA_ARGS__)

WG_API void wg_optim_free(wg_optim *o); /* Frees the optimizer. The parameters stay. */

/* ---- groups ---- */

/* Options for the parameters whose names match a pattern. * stands for any characters, dots too, and ?
 * for one:
 *
 *     wg_optim_group(o, "*.b", .decay = false);
 *     wg_optim_group(o, "body.*", .lr_scale = 0.1);
 *
 * In a part of a set names are without its prefix. An option that is not given says nothing. Where several groups say something of one parameter, the last one counts. Parameters may be
 * made later. A group that matches no parameter at the next step is an error.
 *
 * lazy is for a table, as that of wg_nn_embedding, of which a step reads few rows:
 *
 *     wg_optim_group(o, "words.W", .lazy = true);
 *
 * wg_backward and the step then take time for the rows that were read, and not for the table. A row that
 * was read gets the update of the optimizer. Another row stays as it is, and so do its moments: there is
 * no decay of weights or moments for it. The count of steps, from which rates follow, is that of the
 * optimizer. So sgd without decay gives the same bits as without lazy, or with wg_backward_add the same up
 * to rounding. Momentum, adam and others give other numbers, as PyTorch's SparseAdam does.
 *
 * The table must be read by wg_gather alone in the graph of the loss, with row numbers that are an input.
 * Otherwise all rows count as read. */
#define wg_group_opts_list(P, X) \
    X(double, lr_scale, WG_AUTO, "[0, inf)", "times the optimizer's rate, also after wg_optim_set_lr; default: 1") \
    X(double, lr, WG_AUTO, "[0, inf)", "a rate that wg_optim_set_lr does not change; default: the optimizer's") \
    X(double, weight_decay, WG_AUTO, "[0, inf)", "for parameters of any number of axes; default: the optimizer's") \
    X(double, l1, WG_AUTO, "[0, inf)", "for parameters of any number of axes; default: the optimizer's") \
    X(bool, decay, true, "", "false: no weight_decay and no l1, unless this group gives them") \
    X(bool, lazy, false, "", "of tables: see above")
WG_OPTIONS(wg_group_opts);
/* Options for the parameters whose names match a pattern, in which * stands for any characters and ? for one. */
WG_API wg_status wg_optim_group_at(wg_site here, wg_optim *o, const char *pattern, const wg_group_opts *g);
#define wg_optim_group(o, ...)                                                                              \
    WG_CALL_WITH(wg_optim_group_at, (WG_AT(WG_BYTE_2 #o ", " #__VA_ARGS__), o, WG_HEAD_(__VA_ARGS__)), wg_group_opts, \
            WG_TAIL_(__VA_ARGS__, ))

/* All of them, in alphabetical order: the functions above, optimizers by name, and those of C++ are made of
 * this list. */
#define WG_OPTIMIZERS(X) \
    X(adadelta) X(adagrad) X(adam) X(adamax) X(adamw) X(lbfgs) X(lion) X(momentum) X(nadam) X(rmsprop) X(sgd)

/* ---- steps ---- */

/* One step with the gradients of the last wg_backward. Parameters that the loss did not reach stay as
 * they are. A second step of this optimizer without another wg_backward of its parameters is an error.
 * So is a gradient that is NaN or infinite: then nothing changes, and the error says where the number
 * arose. If the step itself makes a parameter NaN or infinite, because the rate is too large, the step
 * is done and an error is recorded. */
WG_API wg_status wg_optim_step_at(wg_site here, wg_optim *o);
#define wg_optim_step(o) wg_optim_step_at(WG_AT(#o), o)
/* Sets the step size, from the next step on. */
WG_API void wg_optim_set_lr_at(wg_site here, wg_optim *o, double lr);
#define wg_optim_set_lr(o, lr) wg_optim_set_lr_at(WG_AT(#o ", " #lr), o, lr)
WG_API double wg_optim_lr(const wg_optim *o); /* The step size. */
/* Scales the gradients so that their Euclidean norm is at most max_norm. Returns the norm before. If
 * that is NaN or infinite, nothing is scaled, and an error is recorded. */
WG_API double wg_optim_clip_norm_at(wg_site here, wg_optim *o, double max_norm);
#define wg_optim_clip_norm(o, max_norm) wg_optim_clip_norm_at(WG_AT(#o ", " #max_norm), o, max_norm)
/* Bounds each element of the gradients to [-max, max]. */
WG_API wg_status wg_optim_clip_value_at(wg_site here, wg_optim *o, double max);
#define wg_optim_clip_value(o, max) wg_optim_clip_value_at(WG_AT(#o ", " #max), o, max)

/* A weighted mean, such as the loss over batches. Start with { 0 }; value is the mean of what was added. */
typedef struct wg_mean {
    double value, weight;
} wg_mean;
WG_API void wg_mean_add(wg_mean *m, double value, double weight); /* Adds a value with its weight. */

WG_END_DECLS
#endif
