/* dataset.h: what the data_*.c files share. Nothing outside them includes it. */
#ifndef WGI_DATASET_H
#define WGI_DATASET_H

#include "wengert/data.h"

typedef struct wgi_batch_buffer {
    void *x, *y;
    int64_t rows; /* there is room for */
} wgi_batch_buffer;

/* Sets form trees: a set takes its normalisation from the set it was split from, or was told to be like. Every set keeps
 * mu and sigma of its own, so that any of them can be freed first. */
struct wg_data {
    wg_context *c;
    const char *about;
    wg_tensor x, y;      /* y.data NULL: there are none */
    size_t x_row, y_row; /* bytes of a row */
    int64_t rows;
    bool shuffle, running; /* running: order holds the present epoch's */
    int64_t *order, at;
    int epoch;
    wgi_batch_buffer buffer[2]; /* taken in turns: a batch lives until the second next call */
    int turn;
    double *mu, *sigma;           /* NULL: not normalised */
    wg_data *like, *first, *next; /* the tree */
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

/* Gives x and y zeroed memory for their dtypes and shapes; y stays without where it has no dtype. false: an error is
 * recorded. */
bool wgi_pair_new(wg_context *c, wg_tensor *x, wg_tensor *y);
/* A set that owns x.data and y.data (of wg_alloc); frees them and returns NULL when it cannot be made. y may be {0}. */
wg_data *wgi_data_new(wg_context *c, const char *about, wg_tensor x, wg_tensor y);
void wgi_data_follow(wg_data *d, wg_data *train);

/* 64 random bits: draw i of what a name stands for, in the given epoch. */
uint64_t wgi_draw(uint64_t seed, const char *name, uint64_t epoch, uint64_t i);
/* order := a permutation of 0 .. n-1. */
void wgi_permute(int64_t *order, int64_t n, uint64_t seed, const char *name, uint64_t epoch);

/* The digits as text: 64 values in base 17 (0-9, a-g), then the class; one row a digit, 1,797 rows. */
enum { WGI_DIGITS = 1797 };
extern const char wgi_digits[WGI_DIGITS][66];

#endif
