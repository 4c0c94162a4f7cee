/* SPDX-License-Identifier: MIT */
/* export.h: a graph as a file of C.
 *
 *     wg_c_write(logits, "net.c");                                       net_forward
 *     wg_c_write(logits, "net.c", .loss = loss, .optim = wg_adam(p));    and net_step, which trains
 *
 * The file is C99 with no library but that of the language. It takes no memory: the caller gives it. Its head says
 * sizes and how it is called. Its statements are the nodes of the graph, with their names, formulas and shapes.
 *
 * The numbers are those of the library's kernels with WG_ISA=base, to the bit, if the compiler keeps to IEEE 754:
 * gcc and clang with -ffp-contract=off, without -ffast-math.
 */
#ifndef WENGERT_EXPORT_H
#define WENGERT_EXPORT_H
#if defined(__GNUC__) && !defined(__clang__) && !defined(WG_OWN_HEADERS)
#pragma GCC system_header
#endif

#include "graph.h"
#include "optim.h"

WG_BEGIN_DECLS

#ifndef __cplusplus
#define WG_NO_LOSS_ \
    {               \
        NULL, 0, 0  \
    }
#else
#define WG_NO_LOSS_ wg_none
#endif

#define wg_c_opts_list(P, X)                                                                                \
    X(const char *, name, "net", "", "functions and types of the file begin with it: net_forward")          \
    X(wg_node, loss, WG_NO_LOSS_, "",                                                                       \
      "a scalar, of this or another graph: the file also has net_step, which computes it, takes a step of " \
      "optim, and returns it")                                                                              \
    X(wg_optim *, optim, NULL, "", "of the loss; its options and what it has kept go along") \
    X(const wg_node *, constants, NULL, "", "inputs of y or the loss that are no arguments: their values are in the file") \
    X(int, constant_count, 0, "[0, inf)", "the number of nodes in constants")
WG_OPTIONS(wg_c_opts);

/* Writes what computes y, of any shape, from the inputs of its graph: they are the arguments, by name. An input without a
 * name is a constant. Parameters are
 * constants with the values that they have now, and with a loss arrays that change. Ops without a text in C are an error
 * that names them all, and nothing is written. Path "-" is standard output. */
WG_API wg_status wg_c_write_at(wg_site here, wg_node y, const char *path, const wg_c_opts *o);
#define wg_c_write(y, ...) /* y, path, options */                                                        \
    WG_CALL_WITH(wg_c_write_at, (WG_AT(WG_BYTE_2 #y ", " #__VA_ARGS__), y, WG_HEAD_(__VA_ARGS__)), wg_c_opts, \
            WG_TAIL_(__VA_ARGS__, ))

WG_END_DECLS
#endif
