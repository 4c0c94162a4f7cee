/* wgfiles.h: what the tests of files share: a folder for each test, files made of bytes, a small set of
 * parameters.
 *
 *     TestSuite(npy, .init = wgt_make_folder, .fini = wgt_remove_folder);
 *     wgt_bytes f = wgt_npy(1, "{'descr': ...}", data, 8);
 *     wg_npy_read(c, wgt_saved("a.npy", &f));
 */
#ifndef WGFILES_H
#define WGFILES_H

#include "wgtest.h"

/* ---- a folder for each test, in TMPDIR ---- */

void wgt_make_folder(void);
void wgt_remove_folder(void);
const char *wgt_folder(void);
const char *wgt_in_folder(const char *name); /* a path, valid until the fourth call after this one */
int wgt_files(void);                         /* how many are in it */

/* ---- bytes ---- */

typedef struct wgt_bytes {
    unsigned char b[4096];
    size_t n;
} wgt_bytes;

void wgt_add(wgt_bytes *f, const void *p, size_t n);
#define WGT_ADD(f, ...) wgt_add(f, (unsigned char[]){ __VA_ARGS__ }, sizeof((unsigned char[]){ __VA_ARGS__ }))

void wgt_save(const char *path, const void *p, size_t n);
const char *wgt_saved(const char *name, const wgt_bytes *f); /* into the folder; returns the path */
wgt_bytes wgt_load(const char *path);

/* Files of the three formats, with headers as they are given. */
wgt_bytes wgt_npy(int major, const char *header, const void *data, size_t n);
wgt_bytes wgt_idx(int type, int rank, const unsigned *size, const void *data, size_t n);
wgt_bytes wgt_safetensors(const char *header, const void *data, size_t n);

/* Calls f for each case of a file: a line, and the next one, which begins with two blanks. Lines with # at
 * their beginning and empty ones are left out. */
void wgt_each_pair(const char *path, void (*f)(const char *first, const char *second));

/* The sum of all elements: touches every byte, so that a sanitizer sees a wrong size. */
double wgt_total(wg_tensor t);

/* ---- parameters: fc1.W f32 [2,3], fc1.b f64 [2]; states mask bool [3], count i64 [] ---- */

extern const float wgt_weights[6];
extern const double wgt_doubles[2];
extern const int64_t wgt_counts[1];
extern const bool wgt_flags[3];

wg_params *wgt_some_params(wg_context *c);
wg_tensor wgt_named(wg_params *p, const char *name);
void wgt_expect_some(wg_params *p); /* all have their first values */

#endif
