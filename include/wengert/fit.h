/* SPDX-License-Identifier: MIT */
/* fit.h: a training in one call.
 *
 *     static wg_node loss(wg_graph *g, wg_params *p, const wg_batch *b, void *user)
 *     {
 *         wg_node x = wg_input(g, "x", b->x), y = wg_input(g, "y", b->y);
 *         return wg_softmax_cross_entropy(wg_nn_dense(x, p, "out", 10), y);
 *     }
 *     ...
 *     wg_params *p = wg_params_new(c);
 *     wg_fitted f = wg_fit(p, loss, wg_data_digits(c), .epochs = 30, .patience = 5);
 *     printf("best epoch %lld, dev %.4f\n", (long long)f.best, f.dev);
 *
 * The bits are those of the loop that one would write: wg_data_next, wg_begin, the loss, wg_backward, wg_optim_step.
 */
#ifndef WENGERT_FIT_H
#define WENGERT_FIT_H
#if defined(__GNUC__) && !defined(__clang__) && !defined(WG_OWN_HEADERS)
#pragma GCC system_header
#endif

#include "data.h"
#include "optim.h"

WG_BEGIN_DECLS

/* Builds the loss of some rows, one float, in a graph that has begun. The mode of the graph is WG_TRAIN for a step and
 * WG_EVAL for rows that are held out. */
typedef wg_node (*wg_loss_fn)(wg_graph *g, wg_params *p, const wg_batch *b, void *user);
/* The rate at step t = 0, 1, ... of a call with so many steps: wg_lr_cosine, wg_lr_warm_up, wg_lr_one_cycle, or one of
 * yours. lr: the optimizer's rate at the beginning. */
typedef double (*wg_rate_fn)(double lr, double t, double steps);

/* patience: the call ends when dev was no better for so many epochs, and p gets the parameters and states of the
 * best epoch back. If no dev is given, a share of the rows of d, the same in each call, is held out for the call: d
 * keeps all its rows.
 *
 * An epoch is one of d. If d is inside an epoch, the first epoch is the rest of it; with rows that the call holds out it is
 * a whole one. So is the next one of d afterwards. Two calls do what one longer call does if they have the same
 * .optimizer and .graph, and neither patience nor schedule.
 *
 * save: a program that was killed, and is started again, ends with the same bits as one that was not. When the call has come
 * to its end, another call with the file only gives its result again; with more .epochs it goes on. */
#define wg_fit_opts_list(P, X)                                                                             \
    X(int64_t, epochs, 20, "[1, 2147483647]", "how many epochs this call makes, at most")                  \
    X(int64_t, batch, 64, "[1, inf)", "rows of a step; the last step of an epoch has what is left")        \
    X(int64_t, patience, 0, "[0, inf)", "ends when dev was no better for so many epochs; 0: never")        \
    X(wg_data *, dev, NULL, "", "rows to measure on after each epoch; default: none, with patience hold_out") \
    X(double, hold_out, 0.2, "(0, 1)", "with patience and without dev: the share of the rows that is held out") \
    X(wg_optim *, optimizer, NULL, "", "of p; it goes on where it was. Default: wg_adam(p) for this call") \
    X(wg_rate_fn, schedule, NULL, "", "the rate of each step; afterwards the optimizer has its rate back") \
    X(const char *, metric, NULL, "", "a name that the loss function gives to one float by wg_name; it is measured, too") \
    X(wg_graph *, graph, NULL, "", "where the steps are built, with its random epoch; default: one for this call") \
    X(const char *, save, NULL, "", "a file of wg_save, written after each epoch; a call that finds it goes on from there") \
    X(bool, print, true, "", "prints a line for each epoch, as `wengert train` does")                      \
    X(wg_line_fn, on_line, NULL, "", "gets these lines; default: standard error")                          \
    X(void *, user, NULL, "", "last argument of loss and first argument of on_line")
WG_OPTIONS(wg_fit_opts);

/* What a training came to. A number that was not measured is NaN. */
typedef struct wg_fitted {
    wg_status status;                /* WG_OK, or that of the error */
    int64_t epochs, best;            /* epochs of this call; the one whose dev is least, without dev the last */
    double loss, dev;                /* means of the loss, in the epoch whose parameters p has: over the steps and over dev */
    double metric, dev_metric;       /* likewise of .metric */
} wg_fitted;

/* Trains the parameters of p by the rows of d. A gradient or parameter that is NaN or infinite ends it with an error: p
 * then has the parameters of the best epoch if there is a patience, else those of the last one that was finished. After another
 * error p is as the last step left it. */
WG_API wg_fitted wg_fit_at(wg_site here, wg_params *p, wg_loss_fn loss, wg_data *d, const wg_fit_opts *o);
#define wg_fit(p, loss, ...) /* p, loss, d, options */                                                        \
    WG_CALL_WITH(wg_fit_at, (WG_AT(WG_BYTE_3 #p ", " #loss ", " #__VA_ARGS__), p, loss, WG_HEAD_(__VA_ARGS__)), wg_fit_opts, \
            WG_TAIL_(__VA_ARGS__, ))

WG_END_DECLS
#endif
