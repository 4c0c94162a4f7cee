/* gradients.h: wrong gradients, made from the smooth functions of functions.h. */
#ifndef CORPUS_GRADIENTS_H
#define CORPUS_GRADIENTS_H

#include "corpus/functions.h"

#define WGT_SPOIL_LIST(X)                                                   \
    X(SIGN, "the sign of all")                                              \
    X(SIGN_OF_ONE, "the sign of one")                                       \
    X(TWICE, "twice")                                                       \
    X(HALF, "half")                                                         \
    X(ZERO, "one is zero")                                                  \
    X(DOUBLED, "one is doubled")                                            \
    X(TENTH, "one and 10 %")                                                \
    X(PERCENT, "one and 1 %")                                               \
    X(TENTH_PERCENT, "one and 0.1 %")                                       \
    X(HUNDREDTH_PERCENT, "one and 0.01 %")                                  \
    X(ALL_HUNDREDTH_PERCENT, "all and 0.01 %")                              \
    X(ALL_PERCENT, "all and 1 %")                                           \
    X(ALL_THOUSANDTH_PERCENT, "all and 0.001 %")                            \
    X(ALL_TEN_THOUSANDTH_PERCENT, "all and 0.0001 %")                       \
    X(THOUSANDTH_PERCENT, "one and 0.001 %")                                \
    X(SWAPPED, "two neighbours swapped")                                    \
    X(SHIFTED, "shifted by one")                                            \
    X(TRANSPOSED, "rows and columns exchanged, as of a matrix of two rows") \
    X(CONSTANT, "a thousandth of the length is added")                      \
    X(TERM, "one term left out")                                            \
    X(MEAN, "the mean for the sum")                                         \
    X(SIDE, "wrong where x < 0")                                            \
    X(STALE, "the gradient at another point")                               \
    X(LAST, "the last one left out")

typedef enum wgt_spoil {
#define WGT_SPOIL_(name, text) WGT_SPOIL_##name,
    WGT_SPOIL_LIST(WGT_SPOIL_) WGT_SPOILS
#undef WGT_SPOIL_
} wgt_spoil;
const char *wgt_spoil_text(wgt_spoil how);

/* f with a wrong gradient, wrong at every x, or at the point of f alone. */
typedef struct wgt_wrong {
    wgt_function *right;
    wgt_spoil how;
    size_t at; /* the component, if one is wrong; the term */
    bool here; /* at the point of f alone */
} wgt_wrong;

/* The function to check; user points to a wgt_wrong. */
double wgt_wrong_function(size_t n, const double *x, double *g, void *user);

/* Whether the gradients of w count: a component is wrong by more than 100 times the rounding errors of
 * the right gradient, and by so much that f would change by more than its last place where that
 * component moves by its own size, or by the size of a typical one. (In 1e12 + x no differences can
 * decide about x.) Near a minimum that is asked at a point 1 % away, since every relative error of the
 * gradient vanishes in the minimum itself. */
bool wgt_wrong_counts(wgt_wrong *w);

/* Whether the error is too small for a gradient that is given as numbers: its own rounding is not known. */
static inline bool wgt_is_fine(wgt_spoil how)
{
    return how >= WGT_SPOIL_ALL_THOUSANDTH_PERCENT && how <= WGT_SPOIL_THOUSANDTH_PERCENT;
}

/* The largest error of a component at the point of f, as a share of a typical one, there or 1 % away; 0:
 * there is none, or a gradient is not finite. */
double wgt_wrong_share(wgt_wrong *w);

/* Of how many terms f is the sum, if it says; else 1. */
size_t wgt_terms(const wgt_function *f);

/* Whether f belongs to the smooth functions that wrong gradients are made of. */
bool wgt_is_spoilt(const wgt_function *f);

#endif
