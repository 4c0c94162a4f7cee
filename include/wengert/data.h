/* data.h: data sets in memory, mini-batches, readers.
 *
 *     wg_data *train = wg_data_digits(c), *dev = wg_data_split(train, 0.2);
 *     wg_batch b;
 *     while (wg_data_next(train, &b, 64)) { ... b.x, b.y, b.n ... }       one epoch, shuffled, the last batch short
 *
 * Sets belong to their context. A set that cannot be made is NULL with the error recorded; NULL may be given to all functions
 * here and is a set without rows. Features x come in the context's float dtype, class numbers y in i32. All draws depend on
 * the context's seed alone and are the same on every machine.
 */
#ifndef WENGERT_DATA_H
#define WENGERT_DATA_H

#include "graph.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct wg_data wg_data;

/* Borrowed until the second next call on the same data. */
typedef struct wg_batch {
    wg_tensor x, y; /* [n, ...]; y.data NULL: the set has none */
    int64_t   n;    /* rows */
} wg_batch;

WG_API wg_data *wg_data_digits(wg_context *c); /* 1,797 UCI handwritten digits: x [n,64] in 0..1, y [n] class numbers (i32) */
/* IDX files. x [n, ...], bytes scaled to 0..1; y [n] class numbers, integers of any size in the file. */
WG_API wg_data *wg_data_idx(wg_context *c, const char *images, const char *labels);
/* The four MNIST files of a folder (tools/mnist.sh fetches them); WG_TRAIN: the 60,000, WG_EVAL: the 10,000. x [n,784]. */
WG_API wg_data *wg_data_mnist(wg_context *c, const char *folder, wg_mode part);
/* A set of the caller's tensors (copied, dtypes kept), rows along axis 0: y may be {0}. NaN and infinities are refused
 * by row and column. */
WG_API wg_data *wg_data_from(wg_context *c, wg_tensor x, wg_tensor y);
/* Generated, n rows, two features, two classes of equal size, by the context's seed. */
WG_API wg_data *wg_data_flower(wg_context *c, int64_t n); /* petals r = 4 sin 4 theta, normal noise 0.2 in r and theta */
WG_API wg_data *wg_data_moons(wg_context *c, int64_t n);  /* two half circles of radius 1, normal noise 0.2 */
WG_API wg_data *wg_data_xor(wg_context *c, int64_t n);    /* the square from -1 to 1; class 1 where the signs differ */
WG_API void     wg_data_free(wg_data *d);

WG_API int64_t     wg_data_rows(const wg_data *d);
WG_API wg_tensor   wg_data_x(const wg_data *d); /* all rows, in their first order; borrowed until the set changes */
WG_API wg_tensor   wg_data_y(const wg_data *d);
WG_API const char *wg_data_about(const wg_data *d); /* where it comes from, with attribution */

/* Takes a share of the rows out of d, drawn by seed, keeping the classes' proportions where y are class numbers (integers
 * of rank 1). Both sides keep their rows' order; an epoch of d begins anew. */
WG_API wg_data *wg_data_split(wg_data *d, double share);
/* x := (x - mu) / sigma by column, with d's mu and sigma; columns without spread are only centred. Sets split from d, before
 * or after, and those given to wg_data_normalise_like, use the same. */
WG_API void wg_data_normalise(wg_data *d);
WG_API void wg_data_normalise_like(wg_data *d, const wg_data *train);

/* The next batch of at most size rows; false at the end of an epoch (the next call begins another, in a new order) and on a
 * failed context. The order is a function of the context's seed, the epoch and the number of rows. */
WG_API bool wg_data_next(wg_data *d, wg_batch *b, int64_t size);
/* All rows, in their first order, as one batch, borrowed until the set changes; no epoch is begun or ended by it. */
WG_API void wg_data_all(wg_data *d, wg_batch *b);
/* Epochs finished; INT_MAX on a failed context, so that loops over epochs end. */
WG_API int  wg_data_epoch(const wg_data *d);
WG_API void wg_data_shuffle(wg_data *d, bool on); /* default: on; holds from the next epoch on */

/* Tensors from and to files; data is freed with the context, or by wg_free. data NULL after an error, which names the file
 * and the byte. Integers of one or two bytes become i32, unsigned ones of four i64, half floats f32; the others keep their
 * dtype. */
WG_API wg_tensor wg_npy_read(wg_context *c, const char *path); /* NumPy's .npy 1.0 to 3.0, any byte order, C or Fortran order */
WG_API wg_status wg_npy_write(wg_context *c, const char *path, wg_tensor t); /* 1.0; the file appears whole or not at all */
WG_API wg_tensor wg_idx_read(wg_context *c, const char *path);               /* the format of the MNIST files, all its types */

#ifdef __cplusplus
}
#endif
#endif
