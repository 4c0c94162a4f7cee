/* conv_rows.h: how many rows of a product are computed at a time: as many as there are registers for
 * their sums. */
#ifndef WG_CONV_ROWS_H
#define WG_CONV_ROWS_H

#include "conv_vectors.h"

/* With two vectors of columns. */
enum { CONV_HIGH = WG_ISA_INDEX == 2 ? 12 : 6 };

/* How many of so many rows are computed next: they are cut into parts of nearly equal size. */
static inline int conv_rows(int64_t left)
{
    const int64_t parts = (left - 1) / CONV_HIGH + 1, most = left == 7 ? 4 : (left - 1) / parts + 1;
    if (WG_ISA_INDEX == 2 && most >= 8) return most >= 12 ? 12 : 8;
    return most >= 6 ? 6 : most >= 4 ? 4 : (int)most;
}

/* f(rows, ...) for each number of rows that conv_rows gives, as a constant: its sums stay in registers. */
#define CONV_CASE_(n, f, ...) \
    case n:                   \
        f(n, __VA_ARGS__);    \
        break;
#if WG_ISA_INDEX == 2
#define CONV_HIGH_CASES_(f, ...) CONV_CASE_(12, f, __VA_ARGS__) CONV_CASE_(8, f, __VA_ARGS__)
#else
#define CONV_HIGH_CASES_(f, ...)
#endif
#define CONV_ROWS(rows, f, ...)              \
    do {                                     \
        switch (rows) {                      \
            CONV_HIGH_CASES_(f, __VA_ARGS__) \
            CONV_CASE_(6, f, __VA_ARGS__)    \
            CONV_CASE_(4, f, __VA_ARGS__)    \
            CONV_CASE_(3, f, __VA_ARGS__)    \
            CONV_CASE_(2, f, __VA_ARGS__)    \
        default: f(1, __VA_ARGS__); break;   \
        }                                    \
    } while (0)

#endif
