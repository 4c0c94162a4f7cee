/* lang.h: programs in the .wg language (docs/language.md), built into a graph.
 *
 *     wg_program *q = wg_program_text(c, "softmax.wg", text);
 *     wg_program_set(q, "x", t);                      what --set does
 *     wg_program_build(q, g, p, WG_EVAL);
 *     wg_node L = wg_program_node(q, "L");
 */
#ifndef WENGERT_LANG_H
#define WENGERT_LANG_H

#include "graph.h"
#include "params.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct wg_program wg_program;

/* Reads a text (at most 1 MiB); errors are recorded with file:line:column, the line and a caret. Never NULL. */
WG_API wg_program *wg_program_text(wg_context *c, const char *name, const char *text);
WG_API wg_program *wg_program_file(wg_context *c, const char *path);
WG_API void        wg_program_free(wg_program *q);

/* Replaces a name bound to a literal, or gives an input its value (copied). An unknown or computed name is an error. */
WG_API wg_status wg_program_set(wg_program *q, const char *name, wg_tensor t);
/* Builds all statements into g, floats in the context's dtype; inputs without a value are drawn by the context's seed. */
WG_API wg_status wg_program_build(wg_program *q, wg_graph *g, wg_params *p, wg_mode mode);

WG_API int         wg_program_names(const wg_program *q); /* bound by statements, in order */
WG_API const char *wg_program_name(const wg_program *q, int i);
WG_API wg_node     wg_program_node(const wg_program *q, const char *name);    /* wg_none: no such name */
WG_API wg_node     wg_program_last(const wg_program *q);                      /* the last statement's value */
WG_API const char *wg_program_last_name(const wg_program *q);                 /* "_" if unnamed */
WG_API const char *wg_program_suggest(const wg_program *q, const char *name); /* the nearest name, or NULL */

/* What a name is: free names are inputs; symbols are the sizes named in input(m, 64); constants are literals and the results
 * of normal, uniform, zeros and ones. wg_program_set takes all but computed ones. */
typedef enum wg_meaning {
    WG_NAME_UNKNOWN,
    WG_NAME_INPUT,
    WG_NAME_SYMBOL,
    WG_NAME_CONSTANT,
    WG_NAME_PARAM,
    WG_NAME_COMPUTED
} wg_meaning;
WG_API wg_meaning wg_program_meaning(const wg_program *q, const char *name);
WG_API int        wg_program_line(const wg_program *q, const char *name); /* where it is bound or first used; 0: unknown */
/* "x, y drawn at random, m = 7, seed 0", or "": what was drawn for want of data. */
WG_API const char *wg_program_drawn(const wg_program *q);

/* Claims: `check LEFT == RIGHT`. */
typedef struct wg_claim {
    int         line;
    const char *text;
    wg_node     left, right;
} wg_claim;
WG_API int      wg_program_claims(const wg_program *q);
WG_API wg_claim wg_program_claim(const wg_program *q, int i);
/* What might have been meant where shapes differ: variant k of claim i with a sum or a mean along one axis, in place of the
 * first sum or mean over all axes or around a whole side. text is the changed side; NULL: no more. Sides are wg_none where
 * the variant cannot be built. Appends nodes. */
WG_API wg_claim wg_program_claim_variant(wg_program *q, int i, int k);

/* Where an error was: 0 if there was none in the text. */
WG_API int wg_program_error_line(const wg_program *q);
WG_API int wg_program_error_column(const wg_program *q);

/* Symbols, in order: name and size in the last build; given: by data or wg_program_set, not the standard size. */
typedef struct wg_symbol {
    const char *name;
    int64_t     size;
    bool        given;
} wg_symbol;
WG_API int       wg_program_symbols(const wg_program *q);
WG_API wg_symbol wg_program_symbol(const wg_program *q, int i);

/* The line and the caret, "\n  L = sum(x @ W)\n            ^", for the context's error if its place is in this text and its
 * message does not show them already; else "". Valid until the next call. */
WG_API const char *wg_program_excerpt(wg_program *q);

/* A number or a nested list, [[1, 2], [3, 4]], as f64; data is freed with the context, or by wg_free. where is the error's
 * place, such as "--set x". data NULL after an error. */
WG_API wg_tensor wg_literal(wg_context *c, const char *where, const char *text);

/* The candidate that is nearest to a mistyped word (edit distance, transpositions counting once), NULL if none is near. */
WG_API const char *wg_nearest(const char *word, const char *const candidates[], int n);

#ifdef __cplusplus
}
#endif
#endif
