/* SPDX-License-Identifier: MIT */
/* state.h: what the wings of the library and the command share, beside wengert/state.h. It is not installed. */
#ifndef WGX_STATE_H
#define WGX_STATE_H

#include "api.h"
#include "wengert/state.h"

WG_BEGIN_DECLS

/* ---- a whole training in a file ---- */

WGX_API bool wgx_is_saved(const wg_context *c, const char *name); /* Whether there is memory of this name. */

/* ---- for authors of formats ---- */

/* The checks of memory i of wg_save_with, i = 0, 1, ..., the newest first. NULL: there are no more. */
WGX_API const wg_save_checks *wgx_saved_checks(const wg_context *c, int i);
/* What wg_save writes, as tensors with names. The list and its texts
 * belong to the caller, who frees the list by wg_free; the tensors are views, valid until something
 * changes. *n: their number. NULL: an error is recorded. */
typedef struct wgx_saved {
    const char *name;
    wg_tensor value;
    bool state; /* a state of a parameter set */
} wgx_saved;
/* Writes entry i to *to. False: an error is recorded. */
typedef bool (*wgx_saved_fn)(void *user, int i, wgx_saved *to);
/* Makes n parameters of p, or states, as wg_params_make does: all of them, or after an error none. Each is copied
 * before `each` is called for the next. */
WGX_API wg_status wgx_params_make_all_at(wg_site here, wg_params *p, int n, wgx_saved_fn each, void *user);
/* What wg_save writes, as tensors with names. NULL: an error is recorded. */
WGX_API wgx_saved *wgx_saved_list(wg_context *c, int *n);
/* Sets everything from such a list, in any order. who and from are for messages: "resume", the file's path.
 * After an error nothing has changed. */
WGX_API wg_status wgx_saved_restore_at(wg_site here, wg_context *c, const wgx_saved *list, int n,
                                     const char *who, const char *from);

/* ---- for bindings: values that keep their numbers ---- */

typedef enum wg_keep {
    WG_KEEP_OPEN, /* the default: what was read, if an evaluation is open; without one nothing is fixed yet */
    WG_KEEP_READ, /* what was read; the rest is an error */
    WG_KEEP       /* all */
} wgx_keep;
/* Which values keep their numbers, of those that were made of the parameters of p, when these change by whatever call.
 * WG_KEEP: each graph with nodes of p gets a copy of them before the change, so what was not read can be read
 * afterwards. The next wg_param of the graph is a new node, with the new value. A wg_backward adds the gradients of old
 * and new nodes. States that wg_assign changes are no part of it. wg_lbfgs, which moves the parameters of one graph, does not go with it. */
WGX_PYTHON void wgx_params_keep_values(wg_params *p, wgx_keep how);

WG_END_DECLS
#endif
