/* SPDX-License-Identifier: MIT */
/* optim.h: what the wings of the library and the command share, beside wengert/optim.h. It is not installed. */
#ifndef WGX_OPTIM_H
#define WGX_OPTIM_H

#include "api.h"
#include "wengert/optim.h"

WG_BEGIN_DECLS

/* ---- optimizers by name ---- */

/* For programs that read the optimizer from a text. wgx_optim_kind gives the names in alphabetical order:
 * "adadelta", "adagrad", "adam", ... NULL: there are no more. wgx_optim_kind_options is the list of the options of
 * one of them; NULL: there is no such optimizer. */
WGX_PYTHON const char *wgx_optim_kind(int i);
WGX_API const wg_option_list *wgx_optim_kind_options(const char *kind);

/* ---- for bindings: gradients that stay, options that change, the state of one optimizer ---- */

/* on: gradients stay until the next wg_backward or wgx_optim_zero_grad. A second step uses them again, and
 * wg_backward_add adds to them. A step without gradients changes nothing. wg_lbfgs uses them once. */
WGX_PYTHON void wgx_optim_keep_gradients(wg_optim *o, bool on);
/* A step needs another wg_backward, and wg_backward_add begins anew. */
WGX_PYTHON void wgx_optim_zero_grad(wg_optim *o);
/* Sets an option by name, from the next step on; a bool is 0 or 1. An option that decides which arrays are kept, such
 * as amsgrad, is an error. */
WGX_PYTHON wg_status wgx_optim_set_option_at(wg_site here, wg_optim *o, const char *name, double value);
#define wgx_optim_set_option(o, name, value) wgx_optim_set_option_at(WG_AT(#o ", " #name), o, name, value)

/* The name of array k that the optimizer keeps for each parameter, by the formulas above: "m", "v". Arrays that its
 * options do not use have no number. NULL: there are no more. */
WGX_PYTHON const char *wgx_optim_array_name(const wg_optim *o, int k);
/* Array k of parameter i of the set. It is valid until the next step. Its data is NULL if no step has used it: then it
 * is 0, or there is no such array. */
WGX_PYTHON wg_tensor wgx_optim_array(const wg_optim *o, int k, int i);
/* Sets array k of parameter i to the values of t, of the same dtype and shape. */
WGX_PYTHON wg_status wgx_optim_set_array_at(wg_site here, wg_optim *o, int k, int i, wg_tensor t);
#define wgx_optim_set_array(o, ...) /* o, k, i, t */ wgx_optim_set_array_at(WG_AT(#o ", " #__VA_ARGS__), o, __VA_ARGS__)
/* How many steps parameter i of the set has taken. Of optimizers whose formula has no t it is the number of steps of
 * the optimizer. */
WGX_PYTHON int64_t wgx_optim_steps(wg_optim *o, int i);
/* Forgets all arrays, and sets these numbers: steps[i] of parameter i, 0 for those from n on. */
WGX_PYTHON wg_status wgx_optim_set_steps_at(wg_site here, wg_optim *o, const int64_t *steps, int n);
#define wgx_optim_set_steps(o, ...) /* o, steps, n */ wgx_optim_set_steps_at(WG_AT(#o ", " #__VA_ARGS__), o, __VA_ARGS__)

WG_END_DECLS
#endif
