/* SPDX-License-Identifier: MIT */
/* base.h: what the wings of the library and the command share, beside wengert/base.h. It is not installed. */
#ifndef WGX_BASE_H
#define WGX_BASE_H

#include "api.h"
#include "wengert/base.h"

WG_BEGIN_DECLS

/* ---- contexts ---- */

/* The bytes of the well-formed UTF-8 character at s (RFC 3629: shortest form, no surrogates); 0: there is none, or s
 * is NULL. */
WGX_API int wgx_utf8_length(const char *s);
/* Copies s so that a terminal shows it as it is: control bytes (but the ends of lines and tabs) and bytes that are not
 * UTF-8 become \xNN. What has no room is left out, by whole characters. Returns buf. All messages of the library
 * are such texts; use it for names that come from files. */
WGX_API char *wgx_plain_text(const char *s, char *buf, size_t size);

/* The allocator of wg_start; NULL: it had none. */
WGX_API const wg_allocator *wgx_context_allocator(const wg_context *c);

/* ---- for bindings and tools: sites of calls, made at run time ---- */

/* Sites of source texts that come and go, such as programs, for calls that make nodes; for other calls take
 * wg_site_keep. wgx_sites_keep is as wg_site_keep. After wgx_sites_free no site can be added; the memory is freed when
 * no node has one of the sites any more. wgx_sites_new returns NULL when there is no memory; wgx_sites_keep and
 * wgx_sites_free accept NULL. */
typedef struct wgx_sites wgx_sites;
WGX_API wgx_sites *wgx_sites_new(wg_context *c); /* An empty set of sites. */
/* A site of the set, made of copies of both texts. */
WGX_API wg_site wgx_sites_keep(wgx_sites *s, const char *arguments, const char *place);
/* Ends the set: its memory is freed when no node has one of the sites any more. */
WGX_API void wgx_sites_free(wgx_sites *s);
WGX_API const char *wgx_site_arguments(wg_site s); /* where their text begins; it ends at a newline; "": none */
/* Copies the text of argument k to buf, a long one cut, and returns buf. "": there is none. */
WGX_API const char *wgx_site_argument(wg_site s, int k, char *buf, size_t size);

/* ---- words, numbers, and what this build has ---- */

/* The candidate nearest to a mistyped word, by edit distance with transpositions; case is ignored. NULL: none is
 * near. The same in steps: wgx_nearest_to, wgx_nearest_try for each candidate, then look at best. */
WGX_PYTHON const char *wgx_nearest(const char *word, const char *const candidates[], int n);
typedef struct wgx_nearest_word {
    const char *word, *best; /* best NULL: none is near */
    int length, limit;       /* of best; its distance, at first the largest that counts as near */
} wgx_nearest_word;
/* Begins the search for the candidate nearest to a word. */
WGX_API wgx_nearest_word wgx_nearest_to(const char *word);
/* Looks at a candidate of `length` bytes. True: it is the nearest so far. */
WGX_API bool wgx_nearest_try(wgx_nearest_word *s, const char *candidate, size_t length);

/* What to write for a word of PyTorch, NumPy, JAX, Keras, R or MATLAB that is none here: "write expand_dims(x, axis=1)"
 * for unsqueeze; or a sentence. NULL: it is not known. A module before it, as in torch.nn.Linear, does not count. */
typedef enum wgx_word_kind { WG_WORD_CALL, WG_WORD_NAME, WG_WORD_OPTION, WG_WORD_FLAG, WG_WORD_COMMAND } wgx_word_kind;
typedef enum wgx_language { WG_IN_WG, WG_IN_C, WG_IN_CPP, WG_IN_PYTHON, WG_IN_LANGUAGES } wgx_language;
/* What to write for a word of another library, in this language. NULL: the word is not known. */
WGX_PYTHON const char *wgx_meant(const char *word, wgx_word_kind kind, wgx_language in);

/* Reads the number that a text begins with, behind blanks and whatever the locale: 12, -0.5, 1e-3, inf, nan,
 * 0x1p-3, 1.0D+01 as Fortran prints it. Returns the place behind it. The text itself: it begins with no number,
 * and *value stays. */
WGX_API const char *wgx_number_in(const char *text, double *value);
/* Sorts numbers, none of them NaN, the least first. */
WGX_API void wgx_sort(double *v, size_t n);

/* Prints what this build and machine have, in lines "key: value", as `wengert doctor`. For bug reports. */
WGX_API void wgx_doctor(FILE *out);

/* Whether the text can be the name of a parameter: letters of any alphabet, digits, _ and -, joined by single dots. */
WGX_API bool wgx_is_name(const char *s);

WG_END_DECLS
#endif
