/* SPDX-License-Identifier: MIT */
/* fit.h: what the wings of the library and the command share, beside wengert/fit.h. It is not installed. */
#ifndef WGX_FIT_H
#define WGX_FIT_H

#include "api.h"
#include "wengert/fit.h"

WG_BEGIN_DECLS

/* ---- for bindings and tools: the loop of wg_fit, of `wengert train` and of the language's fit ---- */

typedef enum wgx_fit_turn {
    WG_FIT_STOP, /* after an error, or since someone wants it */
    WG_FIT_STEP, /* a step was made */
    WG_FIT_EPOCH /* the epoch had no further step */
} wgx_fit_turn;

/* Set the functions and limits, the rest to 0; or, to go on, `epoch`, `best` and `least` to what they were, with the values of kept. */
typedef struct wgx_fit_loop {
    wgx_fit_turn (*step)(void *user);          /* makes the next step of an epoch */
    bool (*measure)(void *user, double *dev); /* after an epoch: what shall become small. NULL: nothing is measured */
    bool (*ended)(void *user);                /* then. NULL: nothing is done. False, of both: stop */
    void *user;
    int64_t epochs, patience; /* patience 0: it has no end */
    wg_params *p, *kept;      /* kept: gets a copy of p after each epoch that is the best so far; NULL: no copies */
    int64_t epoch, best;      /* epochs that are finished; the best of them, 0: none was measured */
    double least;             /* dev there */
} wgx_fit_loop;
/* Makes the epochs that are left. False: a function has stopped it, or the context of p has failed. */
WGX_PYTHON bool wgx_fit_run_at(wg_site here, wgx_fit_loop *l);
#define wgx_fit_run(l) wgx_fit_run_at(WG_AT(#l), l)
WGX_API bool wgx_fit_goes_on(const wgx_fit_loop *l); /* Whether epochs are left, and patience. */

/* A line about an epoch: "epoch  3/20  loss 0.1412  accuracy 95.9 %  dev 94.2 %  48,000/s  0:02 left". */
enum { WG_FIT_LINE = 1000, WG_FIT_MEASURES = 4 };
typedef struct wgx_fit_line {
    const char *word; /* NULL: "epoch" */
    int64_t epoch, epochs;
    int measures; /* at most WG_FIT_MEASURES: the loss, and metrics */
    const char *name[WG_FIT_MEASURES]; /* NULL: "loss" */
    bool is_share[WG_FIT_MEASURES]; /* shown in per cent */
    double value[WG_FIT_MEASURES];
    bool has_dev, has_gradient;
    double dev, gradient;  /* dev of the first metric, or of the loss; the gradient's norm */
    double rows, seconds;  /* made so far, in this time; 0: no speed is shown */
    double left;           /* rows that are left */
} wgx_fit_line;
WGX_PYTHON void wgx_fit_line_text(const wgx_fit_line *l, char *buf, size_t size); /* Writes the line, cut if it has no room. */
/* Whether a line is wanted where lines stay: of many epochs at most about a hundred, or ten if few. */
WGX_PYTHON bool wgx_fit_line_is_due(int64_t epoch, int64_t epochs, bool few);
/* Writes a measured number as in these lines: "95.9 %" or "0.1412". */
WGX_API void wgx_fit_number_text(double v, bool is_share, char *buf, size_t size);
/* Whether a node is a mean of comparisons, and so a share between 0 and 1. */
WGX_PYTHON bool wgx_fit_is_share(wg_node n);

WG_END_DECLS
#endif
