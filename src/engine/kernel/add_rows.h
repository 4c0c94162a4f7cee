/* add_rows.h: sums of rows, into the rows of a table that have these numbers. */
#ifndef WGI_ADD_ROWS_H
#define WGI_ADD_ROWS_H

#include "wengert/kernel.h"

/* Row `at` of `from` is added to row `to` of the table, which holds row `row`. */
typedef struct wgi_added_row {
    int64_t row, at, to;
    bool first; /* the table's row becomes 0 before; it may be row `at` itself */
} wgi_added_row;

typedef struct wgi_row_sums {
    const wgi_added_row *list; /* by rows, equal ones in the order of adding; a row begins at begin, one ends
                               * at end */
    int64_t begin, end;
    int64_t width;  /* elements of a row */
    wg_dtype dtype; /* f32 or f64 */
    void *table;
    const void *from;
    int isa;
    bool not_finite; /* becomes true if a sum is NaN or infinite */
} wgi_row_sums;
typedef void (*wgi_row_sums_fn)(wgi_row_sums *s);

extern const wgi_row_sums_fn wgi_add_rows_to[WG_ISAS];

/* Rows lie anywhere: one that is wanted soon is fetched, so that several are on their way at a time. */
static inline void wgi_fetch_row(const char *row, int64_t bytes)
{
    enum { MOST = 1024 }; /* the processor itself fetches what comes behind */
    for (int64_t b = 0; b < bytes && b < MOST; b += 64) __builtin_prefetch(row + b, 1);
}
enum { WGI_ROWS_AHEAD = 4 };

#endif
