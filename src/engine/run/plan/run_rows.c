/* run_rows.c: runs row groups, block by block of rows. */
#include "kernel/stream.h"
#include "run/plan/plan.h"

/* The memory of a thread: the values of a block, the tile buffers, then what each program has filled in. */
static size_t buffers_of(const wgi_rows *s)
{
    size_t most = 0;
    for (int i = 0; i < s->parts; i++)
        if (s->part[i].tiles) most = WGI_MAX(most, wgi_tile_buffers(s->part[i].tiles));
    return most;
}

size_t wgi_rows_bytes(const wgi_rows *s)
{
    size_t bytes = s->bytes + buffers_of(s) + wgi_align((size_t)s->parts * sizeof(wgi_tiling *));
    for (int i = 0; i < s->parts; i++)
        if (s->part[i].tiles) bytes += wgi_tile_lists(s->part[i].tiles);
    return bytes;
}

static void *row_of(const wgi_row_ref *r, const wgi_env *e, char *block, int64_t row)
{
    if (r->at.kind == WGI_BLOCK) return block + (size_t)r->at.index * WGI_CACHE_LINE;
    return (char *)e->ptr[r->at.index] + (size_t)row * r->row;
}

static bool run_kernel(const wgi_row_part *p, const wgi_env *e, char *block, int64_t begin, int64_t end)
{
    const void *x[WGI_ROW_OPERANDS];
    void *y[WG_MAX_OUTPUTS];
    for (int k = 0; k < p->of->operands; k++) x[k] = row_of(&p->x[k], e, block, begin);
    for (int k = 0; k < p->of->outputs; k++) y[k] = row_of(&p->y[k], e, block, begin);
    wg_kernel k = wgi_kernel_call(p->of, x, y, NULL, e->run);
    k.end = end - begin;
    return p->of->fn(&k);
}

static bool run_part(const wgi_row_part *p, wgi_tiling *t, wgi_env *e, char *block, int64_t begin,
                     int64_t end)
{
    if (t) return wgi_tiles_of_block(t, begin * p->wide, end * p->wide);
    if (run_kernel(p, e, block, begin, end)) return true;
    __atomic_store_n(&e->failed_node, p->node, __ATOMIC_RELAXED);
    return false;
}

/* Fills in the calls of all programs. Returns them by part; NULL: the part is a kernel. */
static wgi_tiling **prepare(const wgi_rows *s, wgi_env *e, char *block)
{
    char *buffers = block + s->bytes, *lists = buffers + buffers_of(s);
    wgi_tiling **t = (wgi_tiling **)(void *)lists;
    lists += wgi_align((size_t)s->parts * sizeof *t);
    for (int i = 0; i < s->parts; i++) {
        const wgi_program *p = s->part[i].tiles;
        t[i] = p ? wgi_tiles_prepare(p, e, lists, buffers, block) : NULL;
        lists += p ? wgi_tile_lists(p) : 0;
    }
    return t;
}

bool wgi_rows_run(const wgi_rows *s, wgi_env *e, void *memory, int64_t first, int64_t last)
{
    wgi_tiling **t = prepare(s, e, memory);
    bool ok = true;
    for (int64_t b = first; b < last && ok; b++) {
        const int64_t begin = b * s->block, end = WGI_MIN(begin + s->block, s->rows);
        for (int i = 0; i < s->parts && ok; i++) ok = run_part(&s->part[i], t[i], e, memory, begin, end);
    }
    stream_end();
    return ok;
}
