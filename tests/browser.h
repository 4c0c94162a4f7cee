/* browser.h: pages in headless Chromium, without a network. */
#ifndef BROWSER_H
#define BROWSER_H

#include <stdbool.h>
#include <stdint.h>

#include "wengert/graph.h"

/* The page's document after its scripts have run, at an address that ends in #hash; to free. script:
 * JavaScript that runs behind those of the page, or NULL. It may write an answer, for browser_answer, with
 * say(text). */
char *browser_document(const char *path, const char *hash, const char *script);
/* The same with options of Chromium. */
char *browser_document_with(const char *path, const char *hash, const char *script, const char *options);
#define BROWSER_DARK  "--blink-settings=preferredColorScheme=0 "
#define BROWSER_STILL "--force-prefers-reduced-motion " /* nothing flies */
#define BROWSER_FILES "--allow-file-access-from-files " /* a script reads other pages in frames */
/* What say() has written, one text a line; to free. */
char *browser_answer(const char *document);

/* What the scripts of the pages in a file write at an address that ends in #hash, by node; to free.
 * numbers=1, and leaves that change, need no more of a browser. */
char *browser_numbers(const char *path, const char *hash);

/* The page at #numbers=1 writes all values and gradients, a line each, in an element of its own. Compares
 * those of the line "name numbers" of the page with this id with n numbers, to 1e-12 of their size, or of 1
 * if that is more. */
void browser_expect_numbers(const char *document, const char *id, const char *name, const double *want,
                            int64_t n);
bool browser_has_numbers(const char *document, const char *id, const char *name);
void browser_expect_node(const char *document, const char *id, const char *name, wg_node n);

#endif
