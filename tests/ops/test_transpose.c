/* test_transpose.c: transposes of matrices against indexing, for each instruction set that this machine has,
 * with elements of 1, 4 and 8 bytes. Sizes lie on both sides of tiles and blocks, and of what is written past
 * the caches. */
#include <stdlib.h>
#include <string.h>

#include "wgtest.h"

/* Bytes without a period of a power of two. */
static char *bytes_new(size_t n)
{
    char *v = malloc(n);
    for (size_t i = 0; i < n; i++) v[i] = (char)((i * 2654435761u) >> 13);
    return v;
}

/* y[b, j, i] = x[b, i, j]. */
static void compare(wg_graph *g, wg_dtype t, const void *v, int64_t batch, int64_t n, int64_t m)
{
    const size_t size = wg_dtype_size(t);
    wg_begin(g, WG_TRAIN);
    wg_node x = wg_input_borrow(g, "x", wg_view(t, v, WG_SHAPE(batch, n, m)));
    const char *y = wg_value(wg_transpose(x, .axes = WG_AXES(0, 2, 1))).data;
    cr_assert_eq(wg_failed(wg_graph_context(g)), WG_OK);
    for (int64_t b = 0; b < batch; b++)
        for (int64_t j = 0; j < m; j++)
            for (int64_t i = 0; i < n; i++, y += size) {
                const char *want = (const char *)v + (size_t)((b * n + i) * m + j) * size;
                if (memcmp(y, want, size) != 0)
                    cr_assert_fail("%s [%lld, %lld, %lld]: element %lld, %lld, %lld", wg_dtype_name(t),
                                   (long long)batch, (long long)n, (long long)m, (long long)b, (long long)j,
                                   (long long)i);
            }
}

static const wg_dtype dtypes[] = { WG_BOOL, WG_I32, WG_I64 };
enum { DTYPES = sizeof dtypes / sizeof *dtypes };

static void edges(wg_context *c, void *v)
{
    wg_graph *g = wg_graph_new(c);
    static const int64_t high[] = { 1, 2, 3, 4, 7, 8, 15, 16, 17, 33, 63, 64, 65, 127, 128, 130 };
    static const int64_t wide[] = { 1, 2, 3, 4, 5, 15, 16, 17, 31, 64, 70, 1023, 1024, 1025 };
    for (int t = 0; t < DTYPES; t++)
        for (size_t i = 0; i < sizeof high / sizeof *high; i++)
            for (size_t j = 0; j < sizeof wide / sizeof *wide; j++)
                compare(g, dtypes[t], v, wide[j] < 100 ? 3 : 1, high[i], wide[j]);
}

Test(transpose, edges_of_tiles_and_blocks)
{
    char *v = bytes_new(130 * 1025 * 8);
    wgt_on_each_isa(edges, v);
    free(v);
}

/* Results of 9 to 12 MiB. Rows of y begin at cache lines, or not; they are short, or long. */
static void large(wg_context *c, void *v)
{
    wg_graph *g = wg_graph_new(c);
    compare(g, WG_I32, v, 1, 1536, 1600);
    compare(g, WG_I32, v, 1, 1501, 1603);
    compare(g, WG_I32, v, 200, 40, 301);
    compare(g, WG_I32, v, 9600, 16, 16);
    compare(g, WG_I32, v, 1, 3, 800001);
    compare(g, WG_I32, v, 1, 800001, 3);
    compare(g, WG_I64, v, 1, 1024, 1200);
    compare(g, WG_I64, v, 1, 1027, 1201);
    compare(g, WG_BOOL, v, 1, 3200, 3072);
    compare(g, WG_BOOL, v, 1, 3201, 3075);
}

Test(transpose, past_the_caches)
{
    char *v = bytes_new(12 << 20);
    wgt_on_each_isa(large, v);
    free(v);
}
