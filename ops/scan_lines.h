/* scan_lines.h: a tensor as lines along an axis, for ops that go along each line: some lines at a time,
 * so that the steps of one do not wait for each other. */
#ifndef WG_SCAN_LINES_H
#define WG_SCAN_LINES_H

#include "axis_runs.h"

/* LINES: neighbours of the axes after the axis, at most. ROWS: lines of a unit, if the axis is the last. */
enum { LINES = 64, ROWS = 8 };

typedef struct lines {
    int64_t outer, n, inner; /* the tensor is [outer, n, inner] */
} lines;
static inline lines lines_along(const wg_shape *s, int axis)
{
    return (lines){ outer_of(s, axis), s->dim[axis], inner_of(s, axis) };
}
static inline int64_t line_units(const lines *l)
{
    return l->inner == 1 ? (l->outer + ROWS - 1) / ROWS : l->outer * ((l->inner + LINES - 1) / LINES);
}

/* The lines of a unit: `wide` lines, the first elements of which are `apart` elements from each other. */
typedef struct line_unit {
    int64_t at, wide, apart;
} line_unit;
static inline line_unit line_unit_of(const lines *l, int64_t u)
{
    if (l->inner == 1) {
        const int64_t left = l->outer - u * ROWS;
        return (line_unit){ u * ROWS * l->n, left < ROWS ? left : ROWS, l->n };
    }
    const int64_t blocks = (l->inner + LINES - 1) / LINES, c = u % blocks * LINES;
    return (line_unit){ u / blocks * l->n * l->inner + c, l->inner - c < LINES ? l->inner - c : LINES, 1 };
}

/* The types of elements, of running numbers and of results. */
#define BY_TYPES(dtype, STEP)                            \
    switch (dtype) {                                     \
    case WG_F32: STEP(float, double, float); break;      \
    case WG_F64: STEP(double, double, double); break;    \
    case WG_I32: STEP(int32_t, int64_t, int64_t); break; \
    case WG_I64: STEP(int64_t, int64_t, int64_t); break; \
    default: STEP(bool, int64_t, int64_t); break;        \
    }

/* Calls step for element p of line j, for all lines of unit a, from the start or the end of the lines.
 * `i` counts the elements of a line. */
#define ALONG_LINES(l, a, reverse, ...)                                                \
    do {                                                                               \
        for (int64_t i = 0; i < (l).n; i++) {                                          \
            const int64_t row_ = (a).at + ((reverse) ? (l).n - 1 - i : i) * (l).inner; \
            if ((a).apart == 1)                                                        \
                for (int64_t j = 0; j < (a).wide; j++) {                               \
                    const int64_t p = row_ + j;                                        \
                    __VA_ARGS__                                                        \
                }                                                                      \
            else                                                                       \
                for (int64_t j = 0; j < (a).wide; j++) {                               \
                    const int64_t p = row_ + j * (a).apart;                            \
                    __VA_ARGS__                                                        \
                }                                                                      \
        }                                                                              \
    } while (0)

#endif
