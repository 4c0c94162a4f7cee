/* add_rows.c: sums of rows into the rows of a table. */
#include "kernel/add_rows.h"
#include "kernel/finite.h"
#include "kernel/kernel.h"

/* The sum begins with 0: -0 becomes 0, as it does where all rows begin with zeros. */
#define ADD_ROWS(T, BITS)                                                                                    \
    do {                                                                                                     \
        const int64_t width = s->width, row_bytes = width * (int64_t)sizeof(T);                              \
        BITS raised = 0;                                                                                     \
        for (int64_t i = s->begin; i < s->end; i++) {                                                        \
            const wgi_added_row *n = &s->list[i];                                                            \
            T *to = (T *)s->table + n->to * width;                                                           \
            const T *from = (const T *)s->from + n->at * width;                                              \
            if (i + WGI_ROWS_AHEAD < s->end) {                                                               \
                wgi_fetch_row((const char *)((T *)s->table + n[WGI_ROWS_AHEAD].to * width), row_bytes);      \
                wgi_fetch_row((const char *)((const T *)s->from + n[WGI_ROWS_AHEAD].at * width), row_bytes); \
            }                                                                                                \
            if (n->first) _Pragma("GCC ivdep") for (int64_t j = 0; j < width; j++) to[j] = 0 + from[j];      \
            else _Pragma("GCC ivdep") for (int64_t j = 0; j < width; j++) to[j] += from[j];                  \
            if (i + 1 < s->end && n[1].row == n->row) continue;                                              \
            for (int64_t j = 0; j < width; j++) raised |= wgi_raised_##T(to[j]);                             \
        }                                                                                                    \
        s->not_finite |= raised >> (sizeof raised * 8 - 1);                                                  \
    } while (0)

EACH_ISA(wgi_add_rows_block, wgi_row_sums *s)
{
    if (s->dtype == WG_F32) ADD_ROWS(float, uint32_t);
    else ADD_ROWS(double, uint64_t);
}

#if WG_BASE

const wgi_row_sums_fn wgi_add_rows_to[WG_ISAS] = WG_ISA_NAMES_(wgi_add_rows_block);

#endif
