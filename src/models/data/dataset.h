/* dataset.h: the private header of data/: the data set, its random draws, access to its elements; the
 * columns of a CSV file, chosen by name. */
#ifndef WGI_DATASET_H
#define WGI_DATASET_H

#include "data/table.h"
#include "wengert/data.h"

typedef struct wgi_batch_buffer {
    void *x, *y;
    int64_t rows; /* capacity */
} wgi_batch_buffer;

/* Where a set is in its batches. It is kept by wg_save as one tensor. */
typedef struct wgi_data_place {
    int64_t epoch, at; /* epochs that are finished; the next row of this one */
    int64_t running;   /* 1: an epoch has begun */
    int64_t shuffled;  /* 1: in random order */
    int64_t rows;
} wgi_data_place;

typedef struct wgi_row_order {
    int64_t *row;  /* the numbers of the rows in this order */
    int64_t made;  /* of which epoch it is, and how: order_key; 0: of none */
    bool shuffle;  /* the next epoch is in random order */
    uint64_t seed; /* of the order and of splits */
} wgi_row_order;

/* One number for each column. NULL: not normalised. */
typedef struct wgi_scale {
    double *mu, *sigma;
} wgi_scale;
enum { WGI_X, WGI_Y };

/* Sets form trees. The parent `like` of a set is the set that it was split from or declared to be like, or
 * the training part of its folder; the set has the same mu and sigma as its parent. Every set keeps its
 * own copy of mu and sigma, so sets can be freed in any order. */
struct wg_data {
    wg_context *c;
    const char *about;
    char *folder;        /* of wg_data_mnist; NULL: of another function */
    wg_mode part;        /* of the set in that folder */
    char saved[24];      /* its name in wg_save_with */
    wg_tensor x, y;      /* y.data NULL: the set has no y */
    size_t x_row, y_row; /* bytes of a row of x and y */
    wgi_row_order order;
    wgi_data_place now;
    wgi_batch_buffer buffer[2]; /* used in turn: a batch is valid until the second next call */
    int turn;
    wgi_scale scale[2];           /* of WGI_X and WGI_Y */
    wgi_columns *columns;         /* of the CSV file that it was read from; NULL: there was none */
    wg_data *like, *first, *next; /* the parent, the first child, the next child of the same parent */
};

/* Element i of a tensor of floats. */
static inline double wgi_get(const wg_tensor *t, int64_t i)
{
    return t->dtype == WG_F32 ? (double)((const float *)t->data)[i] : ((const double *)t->data)[i];
}

static inline void wgi_put(const wg_tensor *t, int64_t i, double v)
{
    if (t->dtype == WG_F32) ((float *)t->data)[i] = (float)v;
    else ((double *)t->data)[i] = v;
}

/* Allocates zeroed data for the dtypes and shapes of x and y. A y without dtype gets no data. Returns false
 * after recording an error. */
bool wgi_pair_new(wg_context *c, wg_site here, wg_tensor *x, wg_tensor *y);
/* Makes a set that owns x.data and y.data, which come from wg_alloc. If it cannot be made, frees both and
 * returns NULL. y may be {0}. */
wg_data *wgi_data_new(wg_context *c, wg_site here, const char *about, wg_tensor x, wg_tensor y);
/* Makes train the parent of d. train NULL: d gets no parent. */
void wgi_data_follow(wg_data *d, wg_data *train);
/* The same, and gives d the mu and sigma of train, if it has them. d has none, and fits. False: out of
 * memory. */
bool wgi_data_take_scale(wg_data *d, const wg_data *train);
/* The newest set with that part of that folder. NULL: there is none. */
wg_data *wgi_data_part(const wg_context *c, const char *folder, wg_mode part);

/* 64 random bits: draw i of the stream with this name, in the given epoch. */
uint64_t wgi_draw(uint64_t seed, const char *name, uint64_t epoch, uint64_t i);
/* Fills order with a random permutation of 0 .. n-1. */
void wgi_permute(int64_t *order, int64_t n, uint64_t seed, const char *name, uint64_t epoch);

/* The digits as text, one row for each: 64 pixels in base 17 (0-9, a-g), then the class. */
enum { WGI_DIGITS = 1797 };
wg_data *wgi_data_digits(wg_context *c, wg_site here, int64_t n); /* the first n, at most WGI_DIGITS */
extern const char wgi_digits[WGI_DIGITS][66];
/* A text: letters from a to z, and blanks. One more letter than there are rows, since each has its next
 * one. */
enum { WGI_LETTERS = 40000 };
extern const char wgi_letters[WGI_LETTERS / 80 + 1][81];

/* ---- columns.c ---- */

/* Sets the part of the columns as the options say. Returns false after recording an error. */
bool wgi_columns_choose(const wgi_csv *s, wgi_columns *t, const wg_csv_opts *o);
/* Sets `to` of the columns. Returns the columns of x. */
int64_t wgi_columns_place(wgi_columns *t);

#endif
