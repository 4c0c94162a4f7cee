/* copy.h: copies of a few KiB within the first-level cache. memcpy of glibc uses `rep movsb` for these, which
 * takes several times as long. */
#ifndef WGI_COPY_H
#define WGI_COPY_H

#include <stddef.h>
#include <string.h>

static inline void copy_tile(void *restrict to, const void *restrict from, size_t n)
{
    typedef char line __attribute__((vector_size(64), aligned(1), may_alias));
    enum { TOGETHER = 4 };
    char *y = to;
    const char *x = from;
    size_t i = 0;
    for (; i + TOGETHER * sizeof(line) <= n; i += TOGETHER * sizeof(line)) {
        const line *f = (const line *)(const void *)(x + i);
        const line a = f[0], b = f[1], c = f[2], d = f[3];
        line *t = (line *)(void *)(y + i);
        t[0] = a, t[1] = b, t[2] = c, t[3] = d;
    }
    memcpy(y + i, x + i, n - i);
}

#endif
