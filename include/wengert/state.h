/* SPDX-License-Identifier: MIT */
/* state.h: what a training consists of: saved, resumed, copied, blended, held still.
 *
 *     wg_resume(c, "mnist.run");                      true: goes on where the file was written, to the bit
 *     while (wg_data_epoch(train) < 12) {
 *         ... one epoch ...
 *         wg_save(c, "mnist.run");
 *     }
 *
 * A run that is killed and resumed gives the same bits as one that was never interrupted.
 */
#ifndef WENGERT_STATE_H
#define WENGERT_STATE_H
#if defined(__GNUC__) && !defined(__clang__) && !defined(WG_OWN_HEADERS)
#pragma GCC system_header
#endif

#include "params.h"

WG_BEGIN_DECLS

/* ---- a whole training in a file ---- */

/* Writes all that a training in c goes on from: the parameters and states of every set; of every
 * optimizer its arrays, rate and count of steps; every wg_average; the epoch of every graph's random draws;
 * the epoch, order and place of every data set; and what wg_save_with has added. Call it between steps:
 * gradients are not saved. The file is written whole or not at all, so the file before it survives if the
 * program is killed in the middle.
 *
 * It is a safetensors file. The parameters of the first set have their names, those of set k
 * "params:k:NAME". Optimizer k has "adam:k:m:NAME" for each of its arrays m, "adam:k:steps", "adam:k:lr" and
 * "adam:k:rates" (and "lbfgs:k:moves", "lbfgs:k:changes", "lbfgs:k:numbers"); average k has
 * "average:k:mean:NAME" and "average:k:steps"; graph k has "graph:k:epoch".
 * Each is counted from 0 in the order in which they were made. */
WG_API wg_status wg_save_at(wg_site here, wg_context *c, const char *path);
#define wg_save(c, path) wg_save_at(WG_AT(#c ", " #path), c, path)
/* Sets all of that from a file of wg_save. Call it when sets, optimizers, graphs and data sets are
 * made, in the same order as in the program that wrote the file. Parameters that are not there yet are
 * made: a later wg_param finds them. False: there is no such file, and the training starts fresh; or
 * the file does not fit: then an error is recorded, and nothing has changed. */
WG_API bool wg_resume_at(wg_site here, wg_context *c, const char *path);
#define wg_resume(c, path) wg_resume_at(WG_AT(#c ", " #path), c, path)

/* Adds memory of yours, such as the best accuracy so far, to what wg_save writes and wg_resume sets:
 *
 *     double best = 0;
 *     wg_save_with(c, "best", wg_view_f64(&best, WG_SCALAR));
 *
 * A name is made of letters, digits, _, - and single dots. The memory must stay until wg_save_end or
 * wg_finish. checks may be NULL. */
typedef struct wg_save_checks {
    const char *(*refuse)(void *user, wg_tensor value); /* why this value cannot be resumed; NULL: it can */
    void (*resumed)(void *user);                        /* the memory has been set */
    void *user;
} wg_save_checks;
/* Adds memory of yours, under a name, to what wg_save writes and wg_resume sets. */
WG_API wg_status wg_save_with_at(wg_site here, wg_context *c, const char *name, wg_tensor memory,
                                 const wg_save_checks *checks);
#define wg_save_with(c, name, ...) wg_save_with_at(WG_AT(#c ", " #name), c, name, __VA_ARGS__, NULL)
WG_API void wg_save_end(wg_context *c, const char *name); /* Takes it out again. */

/* ---- sets of parameters in memory ---- */

/* A copy of all values of p, states included. restore sets the parameters that were there; those that
 * were made later stay. The snapshot belongs to the context; wg_snapshot_free frees it earlier. */
typedef struct wg_snapshot wg_snapshot;
/* A copy of all values of p, states included. */
WG_API wg_snapshot *wg_params_snapshot_at(wg_site here, wg_params *p);
#define wg_params_snapshot(p) wg_params_snapshot_at(WG_AT(#p), p)
/* Gives the parameters of p the values of the snapshot. */
WG_API wg_status wg_params_restore_at(wg_site here, wg_params *p, const wg_snapshot *s);
#define wg_params_restore(p, s) wg_params_restore_at(WG_AT(#p ", " #s), p, s)
WG_API void wg_snapshot_free(wg_snapshot *s); /* Frees the snapshot. */

/* Gives the parameters and states of `to` the values of those of the same names in `from`, two sets or
 * parts of sets. All of `from` must fit. If `to` lacks one, it is made. */
WG_API wg_status wg_params_copy_at(wg_site here, wg_params *to, wg_params *from);
#define wg_params_copy(to, from) wg_params_copy_at(WG_AT(#to ", " #from), to, from)
/* to = (1 - tau) to + tau from, for tau in [0, 1]: a target network that follows slowly, an average of
 * weights. States of integers are copied. What `to` lacks is made as a copy. */
WG_API wg_status wg_params_blend_at(wg_site here, wg_params *to, wg_params *from, double tau);
#define wg_params_blend(to, from, tau) wg_params_blend_at(WG_AT(#to ", " #from ", " #tau), to, from, tau)

/* ---- nodes in the place of parameters ---- */

typedef struct wg_given {
    const char *name; /* of a parameter of p */
    wg_node value;    /* what wg_param shall give instead */
} wg_given;
/* p with the n given nodes, of one graph, in the place of parameters: for a layer that shall compute
 * with values that were computed themselves. Weights after a step that is differentiated (MAML), weight
 * normalisation, a net that makes the weights of another:
 *
 *     wg_node W = wg_param(g, p, "fc.W", ...), gW = wg_grad(loss, W);
 *     wg_params *moved = wg_params_with(p, (wg_given[]){ { "fc.W", wg_sub(W, wg_mul(0.1, gW)) } }, 1);
 *     wg_node after = wg_nn_dense(x, moved, "fc", 10);
 *
 * All other names mean the parameters of p. A layer may be in the graph twice, once by p and once by
 * the result. It is valid until the next wg_begin of the graph. wg_params_in makes parts of it. A node
 * must have the shape and dtype that the layer asks for. */
WG_API wg_params *wg_params_with_at(wg_site here, wg_params *p, const wg_given *list, int n);
#define wg_params_with(p, ...) wg_params_with_at(WG_AT(#p), p, __VA_ARGS__)

/* ---- parameters that hold still ---- */

/* on: parameters of p whose names match get no gradient, and no optimizer changes them, until the same
 * is said with false. In a pattern * stands for any characters, ? for one: "body.*". The names are
 * those in p. The last call whose pattern matches decides, also for parameters that are made later.
 * wg_grad by a frozen parameter is not changed. */
WG_API wg_status wg_params_freeze_at(wg_site here, wg_params *p, const char *pattern, bool on);
#define wg_params_freeze(p, pattern, on) wg_params_freeze_at(WG_AT(#p ", " #pattern), p, pattern, on)
/* on: to make another parameter of the set is an error, which names the nearest name that is there. So
 * a name that is mistyped after the first step is found. */
WG_API void wg_params_seal(wg_params *p, bool on);

WG_END_DECLS
#endif
