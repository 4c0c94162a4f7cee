/* SPDX-License-Identifier: MIT */
/* data.h: data sets in memory, mini-batches, and files of tensors.
 *
 *     wg_data *train = wg_data_digits(c), *dev = wg_data_split(train, 0.2);
 *     wg_batch b;
 *     while (wg_data_next(train, &b, 64)) { ... b.x, b.y, b.n ... }      one epoch; the last batch is short
 *
 * A data set belongs to its context, which frees it at the latest. If a set cannot be made, the error is
 * recorded and the result is NULL. All functions here take NULL as a set without rows. Features x have the
 * context's float dtype, class numbers y are i32. All draws depend on the context's seed alone and are the
 * same on every machine.
 */
#ifndef WENGERT_DATA_H
#define WENGERT_DATA_H
#if defined(__GNUC__) && !defined(__clang__) && !defined(WG_OWN_HEADERS)
#pragma GCC system_header
#endif

#include "graph.h"
#include "named.h"
#include "table.h"

WG_BEGIN_DECLS

typedef struct wg_data wg_data;

/* The memory of a wg_batch is the data set's. It is valid until the second call of wg_data_next after the one that
 * filled the batch. */

/* 1,797 handwritten digits of the UCI repository, in no file: x [n,64] from 0 to 1, y [n] class numbers. */
WG_API wg_data *wg_data_digits_at(wg_site here, wg_context *c);
#define wg_data_digits(c) wg_data_digits_at(WG_AT(#c), c)
/* A set from two IDX files. x [n, ...]: bytes are scaled to 0 .. 1. y [n]: class numbers; any integer type. */
WG_API wg_data *wg_data_idx_at(wg_site here, wg_context *c, const char *images, const char *labels);
#define wg_data_idx(c, images, labels) wg_data_idx_at(WG_AT(#images ", " #labels), c, images, labels)
/* MNIST from the four files in a folder (tools/mnist.sh fetches them). WG_TRAIN: 60,000 rows; WG_EVAL:
 * 10,000. x [n,784]. The test part is normalised like the training part of the same folder, if both are
 * read: see wg_data_normalise. */
WG_API wg_data *wg_data_mnist_at(wg_site here, wg_context *c, const char *folder, wg_mode part);
#define wg_data_mnist(c, folder, part) wg_data_mnist_at(WG_AT(#folder ", " #part), c, folder, part)
/* A CSV file, or another one that table.h describes: rows of fields. Separator, decimal sign, names and what each
 * column holds are found in the file; wg_data_about says what was found.
 *
 *     wg_data *d = wg_data_csv(c, "exam.csv", .y = "passed");
 *     wg_data *new = wg_data_csv(c, "next.csv", .like = d);
 *
 * x is [n, columns]. y is [n] if it is one column, else [n, columns]. Numbers and dates have the context's float
 * dtype. A column of words in x becomes a column of 0 and 1 for each word. In y, alone, it becomes class numbers
 * (i32). Words are counted in alphabetical order of their bytes, numbers before them by size.
 *
 * A list of columns has names with commas between them, in the order in which they are wanted; "a:d" are the columns
 * from a to d; a name with a comma in it stands in double quotes. A column that only numbers the rows, is empty, or
 * has another word in most rows is left out of x with a warning, unless .x or .type names it. If .fill is given, rows
 * without a y are left out. */
#define wg_csv_opts_list(P, X)                                                                        \
    X(const char *, y, NULL, "", "columns; default: none")                                            \
    X(const char *, x, NULL, "", "columns; default: all that are not in y or skip, and say something") \
    X(const char *, skip, NULL, "", "columns that are left out of x")                                 \
    X(const wg_data *, like, NULL, "",                                                                \
      "another set that was read from a CSV file, or split from one: the same columns, words and fillings as there, and " \
      "y if the file has it. Give no lists then. The set is normalised like that set")                \
    wg_table_opts_list(P, X)
WG_OPTIONS(wg_csv_opts);
WG_API wg_data *wg_data_csv_at(wg_site here, wg_context *c, const char *path, const wg_csv_opts *o);
#define wg_data_csv(c, ...) /* c, path, options */                                                      \
    WG_CALL_WITH(wg_data_csv_at, (WG_AT(WG_BYTE_2 #c ", " #__VA_ARGS__), c, WG_HEAD_(__VA_ARGS__)), wg_csv_opts, \
            WG_TAIL_(__VA_ARGS__, ))
/* The name of column k of x, with "=word" if it is a column for a word, and the word of class k of y. "":
 * there is none. The texts are the set's. */
WG_API const char *wg_data_column(const wg_data *d, int64_t k);
WG_API const char *wg_data_class(const wg_data *d, int64_t k); /* the word of class k */
/* A set made of two tensors with the same number of rows (axis 0). They are copied and keep their dtypes. y
 * may be {0}. NaN and infinities are an error that names row and column. */
WG_API wg_data *wg_data_from_at(wg_site here, wg_context *c, wg_tensor x, wg_tensor y);
#define wg_data_from(c, ...) wg_data_from_at(WG_AT(#__VA_ARGS__), c, __VA_ARGS__)
/* A set by its name, as the command's --data and the calls of the language have it. n 0: as many rows as the table
 * says.
 *
 *     wg_data *d = wg_data_make(c, "moons", 60, .noise = 0.35, .seed = 1);
 *
 *     name          x                                                  y                     rows  noise
 *     flower        [n,2], r = 4 sin 4 theta                           2 classes             400   0.2
 *     moons         [n,2], two half circles of radius 1                2 classes             400   0.2
 *     xor           [n,2], from -1 to 1                                1 where signs differ  400   0
 *     circles       [n,2], radius 1 and 1/2                            2 classes             400   0.1
 *     blobs         [n,2], around points on a circle of radius 2       3 classes, or more    400   0.5
 *     spirals       [n,2], arms of 3/4 of a turn, radius 0.1 to 1      2 classes, or more    400   0.05
 *     houses        [n,4]: square metres, bedrooms, zip code, wealth   the price / 400,000   400   0
 *     temperatures  [n]: the days 1, 2, ...                            degrees Fahrenheit    365   4
 *     digits        [n,64]: the first n of wg_data_digits              10 classes            1797
 *     text          [n]: letters of a text, 0 a blank, 1 to 26 a to z  27 classes            40000
 *
 * The rows of class 0 come first, then those of class 1, ...; the rows of xor and the digits are mixed. y of
 * the text is the letter after x. A house
 * costs max(0, 2 metres + 20 bedrooms + 100 wealth (zip code > 4) - 50) thousand, and the noise. The
 * temperature on day t is 52 - 12 cos(2 pi (t - 15) / 365) and the noise; days 1, 2, 3, 180, 181 have exactly 40,
 * 49, 45, 60, 56. Classes are i32, prices and degrees floats. */
#define wg_make_opts_list(P, X)                                                       \
    X(double, noise, WG_AUTO, "[0, inf)", "the standard deviation; default: the table's") \
    X(int64_t, classes, WG_AUTO, "[1, 1000]", "of blobs and spirals; default: 3 and 2")   \
    X(int64_t, seed, WG_AUTO, "[0, inf)", "default: the context's seed")
WG_OPTIONS(wg_make_opts);
WG_API wg_data *wg_data_make_at(wg_site here, wg_context *c, const char *name, int64_t n, const wg_make_opts *o);
#define wg_data_make(c, name, ...) /* c, name, n, options */                                              \
    WG_CALL_WITH(wg_data_make_at, (WG_AT(WG_BYTE_3 #c ", " #name ", " #__VA_ARGS__), c, name, WG_HEAD_(__VA_ARGS__)), \
            wg_make_opts, WG_TAIL_(__VA_ARGS__, ))
WG_API void wg_data_free(wg_data *d); /* frees the set */

WG_API int64_t wg_data_rows(const wg_data *d); /* The number of rows. */
WG_API wg_tensor wg_data_x(const wg_data *d);       /* all rows, unshuffled; the memory is d's */
WG_API wg_tensor wg_data_y(const wg_data *d);       /* likewise; data NULL: the set has none */
WG_API const char *wg_data_about(const wg_data *d); /* where the data comes from, and whom to credit */

/* Moves a random share (0 to 1) of the rows of d to a new set. If y are class numbers (integers of rank 1)
 * both sets keep the proportions of the classes. Rows stay in order. The epoch of d begins again. */
WG_API wg_data *wg_data_split_at(wg_site here, wg_data *d, double share);
#define wg_data_split(d, share) wg_data_split_at(WG_AT(#d ", " #share), d, share)
/* A set with the same rows, order and epoch, which begins again. */
WG_API wg_data *wg_data_copy_at(wg_site here, const wg_data *d);
#define wg_data_copy(d) wg_data_copy_at(WG_AT(#d), d)
/* Cross-validation: moves fold number i of `of` to a new set. The folds i = 0 .. of - 1 of equal sets are disjoint,
 * have all rows together, and the same share of each class: two folds differ by at most one row of a class.
 *
 *     for (int i = 0; i < 5; i++) {
 *         wg_data *train = wg_data_digits(c), *dev = wg_data_fold(train, i, 5);
 */
WG_API wg_data *wg_data_fold_at(wg_site here, wg_data *d, int i, int of);
#define wg_data_fold(d, i, of) wg_data_fold_at(WG_AT(#d ", " #i ", " #of), d, i, of)
/* "x": replaces x by (x - mu) / sigma, with the mean and standard deviation of each column of d. "y": the
 * same for y, which must be floats. Columns whose values are all equal become 0. The same mu and sigma are
 * used for the sets that follow d, whether they are made before or after this call: sets split from d,
 * sets read with .like = d, sets given to wg_data_normalise_like, and the test part of MNIST for the
 * training part. So a net sees new data as it saw those that it learned from. x and y can be normalised
 * once. wg_data_scale gives mu and sigma of column k; 0 and 1: it is not normalised. */
WG_API void wg_data_normalise_at(wg_site here, wg_data *d, const char *which);
#define wg_data_normalise(d, which) wg_data_normalise_at(WG_AT(#d ", " #which), d, which)
/* Writes the mean and standard deviation of column k that normalised x or y; 0 and 1: it is not normalised. */
WG_API void wg_data_scale(const wg_data *d, const char *which, int64_t k, double *mu, double *sigma);
/* Normalises d by the means and deviations of `train`. */
WG_API void wg_data_normalise_like_at(wg_site here, wg_data *d, const wg_data *train);
#define wg_data_normalise_like(d, train) wg_data_normalise_like_at(WG_AT(#d ", " #train), d, train)

/* Fills b with the next batch of at most size rows. Returns false at the end of an epoch, and on a failed
 * context. The call after that begins the next epoch, in another order. The order depends on the context's
 * seed, the number of the epoch and the number of rows, and on nothing else. */
WG_API bool wg_data_next_at(wg_site here, wg_data *d, wg_batch *b, int64_t size);
#define wg_data_next(d, b, size) wg_data_next_at(WG_AT(#d ", " #b ", " #size), d, b, size)
/* Fills b with all rows, unshuffled. The memory is that of wg_data_x. It changes no epoch. */
WG_API void wg_data_all(wg_data *d, wg_batch *b);
/* The number of finished epochs. INT_MAX on a failed context, so that loops over epochs end. */
WG_API int wg_data_epoch(const wg_data *d);
WG_API void wg_data_shuffle(wg_data *d, bool on); /* from the next epoch on; default: on */

/* Tensors in files. The context owns the data that is read, and frees it at the latest; wg_free frees it
 * earlier. data is NULL after an error, which names the file and the byte. Signed integers of one byte and integers
 * of two become i32, unsigned integers of four bytes i64. Other dtypes stay as they are, u8 and f16 too: as class
 * numbers or in arithmetic they need a wg_cast. */
/* NumPy's .npy 1.0 to 3.0, any byte order, C or Fortran order. */
WG_API wg_tensor wg_npy_read_at(wg_site here, wg_context *c, const char *path);
#define wg_npy_read(c, path) wg_npy_read_at(WG_AT(#path), c, path)
/* Writes .npy 1.0: the file is there whole or not at all. */
WG_API wg_status wg_npy_write_at(wg_site here, wg_context *c, const char *path, wg_tensor t);
#define wg_npy_write(c, path, ...) wg_npy_write_at(WG_AT(#path), c, path, __VA_ARGS__)
/* Reads IDX, the format of the MNIST files, with all its types. */
WG_API wg_tensor wg_idx_read_at(wg_site here, wg_context *c, const char *path);
#define wg_idx_read(c, path) wg_idx_read_at(WG_AT(#path), c, path)

WG_END_DECLS
#endif
