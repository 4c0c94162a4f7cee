/* SPDX-License-Identifier: MIT */
/* group.h: training by several processes, on one machine or on many. mpirun starts them; each runs the same program.
 *
 *     wg_context *c = wg_start();
 *     wg_group *all = wg_group_start(c);                 before the data and the parameters
 *     ...
 *     while (wg_data_next(train, &b, 128)) {             128 rows, the same in every process
 *         while (wg_group_next(all, &b, &part)) {        the shards of this process, one after the other
 *             wg_begin(g, WG_TRAIN);
 *             ... build the graph from part.x and part.y ...
 *             wg_backward(loss, p);
 *             wg_group_note(all, 0, wg_item(loss));      if wanted
 *         }                                              here the gradients of all shards are added
 *         wg_optim_step(o);
 *         wg_mean_add(&mean, wg_group_mean(all, 0), b.n);
 *     }
 *     return wg_finish(c, stderr);
 *
 *     cc net.c $(pkg-config --cflags --libs wengert) -o net
 *     ./net                                              one process, one shard
 *     mpirun -n 4 ./net                                  four processes, eight shards
 *
 * The number of processes changes the time and nothing else: all bits of the parameters, of the optimizer and of the
 * means are the same for 1, 2, 4 or 8 processes. What changes bits is the number of shards:
 *
 *     A batch of B rows has S shards. Shard s has the rows from B s / S to B (s + 1) / S, rounded down; it may be
 *     empty. The gradient of the batch is the sum over s of (rows of s / B) times the gradient of s, added in pairs:
 *     ((0 + 1) + (2 + 3)) + ... So the loss must be a mean over rows. Terms without rows, such as weight decay, count
 *     once.
 *     Random draws of shard s are those of the graph's epoch e + 2^48 s: they depend on the shard, not on the process.
 *     Batch normalisation takes the mean and variance of the shard. A state that a shard has changed becomes the mean
 *     over the rows, (n0 v0 + n1 v1 + ...) / B in the same order; a state that is not f32 or f64 becomes that of the
 *     first shard that has rows.
 *
 * All processes must do the same. At the end of each batch they compare the rows, a sample of the values of parameters, and what
 * the optimizers have done; parameters are not written between two shards, and all are made before the first batch if some
 * shards may not need them.
 *
 * The same bits need the same kind of processor: processes with other kernels, versions, seeds or programs are refused.
 *
 * The first error of any process ends the work of all at the end of the batch: each gets its status and the message,
 * which says the rank and the host, and wg_finish prints it once. If a process dies, mpirun ends the others. Warnings are
 * those of rank 0.
 *
 * Files are written by rank 0 alone (wg_save, wg_params_save and all others of the library that write); in the other
 * processes these calls do nothing. wg_resume reads in rank 0 and gives to the others.
 */
#ifndef WENGERT_GROUP_H
#define WENGERT_GROUP_H
#if defined(__GNUC__) && !defined(__clang__) && !defined(WG_OWN_HEADERS)
#pragma GCC system_header
#endif

#include "named.h"
#include "params.h"

WG_BEGIN_DECLS

typedef struct wg_group wg_group;

#define wg_group_start_opts_list(P, X)                                                                       \
    X(int, shards, WG_AUTO, "[1, 4096]",                                                                     \
      "1, 2, 4, ... 4096. Default: 8 if a launcher such as mpirun has started the program, else 1")          \
    X(double, timeout, 600, "[0, inf]", "seconds after which a process that does not come is an error; 0: it must be there")
WG_OPTIONS(wg_group_start_opts);

/* The group of all processes that the launcher has started; without one, this process alone. The number
 * of processes must divide the number of shards. A context has at most one group, and a process one at a time; it ends
 * with its context. Where the threads of c were not given, they are shared out among the processes of a machine. NULL:
 * an error is recorded; all functions here take NULL. */
WG_API wg_group *wg_group_start_at(wg_site here, wg_context *c, const wg_group_start_opts *o);
#define wg_group_start(...)                                                                               \
    WG_CALL_WITH(wg_group_start_at, (WG_AT(WG_BYTE_1 #__VA_ARGS__), WG_HEAD_(__VA_ARGS__)), wg_group_start_opts, \
            WG_TAIL_(__VA_ARGS__, ))
WG_API int wg_group_rank(const wg_group *all); /* of this process, from 0 on */
WG_API int wg_group_size(const wg_group *all); /* how many processes */
WG_API int wg_group_shards(const wg_group *all); /* Into how many parts each batch is cut. */

/* Sets part to the next shard of the batch that this process has to do: views of the rows of b. Empty shards are left
 * out. Between two shards every state has the value that it had before the batch, and no parameter has a gradient.
 * False: there is none. Then the gradients, states and means are those of the whole batch, in every process. False, too,
 * after an error. Every process must give a batch with the same number of rows. Optimizers step behind this loop; a
 * graph that is made within it is an error. The loop forgets
 * gradients from before it. With several shards a table with .lazy is stepped in the rows whose gradient is not zero. */
WG_API bool wg_group_next_at(wg_site here, wg_group *all, const wg_batch *b, wg_batch *part);
#define wg_group_next(all, b, part) wg_group_next_at(WG_AT(#all ", " #b), all, b, part)
/* Number k of this shard, a mean over its rows; k from 0 to 15. */
WG_API void wg_group_note(wg_group *all, int k, double value);
/* Number k of the last batch, as a mean over its rows. NaN: no shard has noted it. */
WG_API double wg_group_mean(const wg_group *all, int k);
/* For measures that are shared out in another way: each value becomes the sum over all processes, added in pairs of
 * ranks. What one process alone has, while the others give 0, every process has then, to the bit. */
WG_API wg_status wg_group_sum_at(wg_site here, wg_group *all, double *values, size_t count);
#define wg_group_sum(all, ...) wg_group_sum_at(WG_AT(#all), all, __VA_ARGS__) /* all, values, count */

WG_END_DECLS
#endif
