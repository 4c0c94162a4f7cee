/* SPDX-License-Identifier: MIT */
/* lang.h: programs in the .wg language (docs/language.md).
 *
 *     wg_program *q = wg_program_text(c, "softmax.wg", text);
 *     wg_program_set(q, "x", t);                      what --set does
 *     wg_program_build(q, g, p, WG_EVAL);
 *     wg_node L = wg_program_node(q, "L");
 */
#ifndef WENGERT_LANG_H
#define WENGERT_LANG_H

#include "figure.h"
#include "graph.h"
#include "optim.h"
#include "params.h"

WG_BEGIN_DECLS

typedef struct wg_program wg_program;

/* Reads a program of at most 1 MiB. A byte-order mark of UTF-8 at its beginning is skipped. An error is
 * recorded with file:line:column, the line and a caret. Never NULL. name is that of the file, for messages. The
 * context frees the program at the latest. */
WG_API wg_program *wg_program_text(wg_context *c, const char *name, const char *text);
/* The path "-" is standard input, which messages call <stdin>. In a file a name that is never bound must be
 * given a value by wg_program_set; in a text it is an input unless a name that is bound is near. */
WG_API wg_program *wg_program_file(wg_context *c, const char *path); /* reads a program from a file */
WG_API void wg_program_free(wg_program *q); /* frees the program */

/* Gives an input its value, or replaces the value of a constant. The tensor is copied. An unknown or computed
 * name is an error. */
WG_API wg_status wg_program_set(wg_program *q, const char *name, wg_tensor t);
/* For a program that somebody else has written: its csv() reads files of this folder and below alone, with all links
 * resolved, and relative paths begin there. hint: how a user allows more, for the message of the error; may be NULL.
 * Both are copied. folder NULL: any file, as at first. */
WG_API wg_status wg_program_data_in(wg_program *q, const char *folder, const char *hint);
/* Appends the nodes of all statements to g. Floats have the context's dtype. Inputs without a value are drawn
 * at random by the context's seed. */
WG_API wg_status wg_program_build(wg_program *q, wg_graph *g, wg_params *p, wg_mode mode);

WG_API int wg_program_names(const wg_program *q); /* how many names statements bind, in order */
WG_API const char *wg_program_name(const wg_program *q, int i); /* Name i of those that statements bind. */
/* Of a name that a statement binds, or one in a block or a call of a function: "h.z", "h.0.z" (docs/language.md).
 * wg_none: no such name. */
WG_API wg_node wg_program_node(const wg_program *q, const char *name);
WG_API wg_node wg_program_last(const wg_program *q);          /* the value of the last statement */

/* What the last build drew for lack of data: "x, y drawn at random, m = 7, seed 0"; or "". Valid
 * until the next wg_program_build. */
WG_API const char *wg_program_drawn(const wg_program *q);

/* ---- figures ---- */

/* How many statements plot the program has, and the figure of statement i. Its expressions are computed from the
 * last build: their nodes are appended to the graph, and read. f NULL: a new figure. Else the figure that an
 * earlier call made of the same statement: its panels get the series, so a loop over wg_program_set,
 * wg_program_build, wg_figure_frame and this function draws a frame for each value of a name. An error is
 * recorded with file:line:column, and the result is NULL. */
WG_API int wg_program_plots(const wg_program *q);
WG_API wg_figure *wg_program_figure(wg_program *q, int i, wg_figure *f); /* the figure of statement i that plots */
WG_API const char *wg_program_plot_title(const wg_program *q, int i); /* the title of plot i; "": it has none; NULL: no such statement */

WG_END_DECLS
#endif
