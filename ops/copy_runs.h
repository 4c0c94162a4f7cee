/* copy_runs.h: copies of runs of bytes that lie apart, for concat, slice and transpose. */
#ifndef WG_COPY_RUNS_H
#define WG_COPY_RUNS_H

#include "ops.h"

/* Runs of at least W bytes and at most 2 W: both ends are copied, and overlap. So a short run takes no branch
 * and no call. */
#define COPY_ENDS(W)                     \
    for (int64_t i = 0; i < rows; i++) { \
        char head[W], tail[W];           \
        memcpy(head, x, W);              \
        memcpy(tail, x + n - W, W);      \
        memcpy(y, head, W);              \
        memcpy(y + n - W, tail, W);      \
        x += dx, y += dy;                \
    }

/* Copies `rows` runs of n bytes, from x and every dx bytes after it to y and every dy bytes after it. */
static inline void copy_runs(char *restrict y, size_t dy, const char *restrict x, size_t dx, size_t n,
                             int64_t rows)
{
    if (dx == n && dy == n && rows > 0) n *= (size_t)rows, rows = 1;
    if (n > 128)
        for (int64_t i = 0; i < rows; i++) memcpy(y + (size_t)i * dy, x + (size_t)i * dx, n);
    else if (n >= 64) COPY_ENDS(64)
    else if (n >= 32) COPY_ENDS(32)
    else if (n >= 16) COPY_ENDS(16)
    else if (n >= 8) COPY_ENDS(8)
    else if (n >= 4) COPY_ENDS(4)
    else
        for (int64_t i = 0; i < rows; i++)
            for (size_t j = 0; j < n; j++) y[(size_t)i * dy + j] = x[(size_t)i * dx + j];
}

#endif
