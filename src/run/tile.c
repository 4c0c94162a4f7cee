/* tile.c: runs programs of elementwise instructions. All instructions are run for one tile of WGI_TILE
 * elements, then for the next. So each instruction finds in the cache what another has written. */
#include "run/run.h"
#include "kernel/stream.h"

wg_kernel_fn wgi_kernel_of(const wg_op *op, int isa)
{
    while (isa > 0 && !op->kernel[isa]) isa--;
    return op->kernel[isa];
}

bool wgi_map_short(const wg_kernel *k, const wg_op *op)
{
    int64_t n = k->end - k->begin;
    for (int64_t i = 0; i < n; i++) {
        if (k->xt[0].dtype == WG_F32)
            ((float *)k->y[0])[i] = (float)op->map((double)((const float *)k->x[0])[i * k->step[0]], k->attr);
        else ((double *)k->y[0])[i] = op->map(((const double *)k->x[0])[i * k->step[0]], k->attr);
    }
    return true;
}

/* ---- loads: operands that are broadcast into a tile buffer ---- */

bool wgi_load_make(wgi_load *l, const wg_shape *x, const wg_shape *y, uint32_t size)
{
    int64_t stride[WG_MAX_RANK];
    wgi_strides(x, y, stride);
    l->size = size;
    l->rank = 0;
    for (int i = 0; i < y->rank; i++) {
        if (y->dim[i] == 1) continue;
        int j = l->rank - 1;
        if (j >= 0 && l->stride[j] == stride[i] * y->dim[i]) { /* one stride serves both axes */
            l->dim[j] *= y->dim[i];
            l->stride[j] = stride[i];
            continue;
        }
        l->dim[l->rank] = y->dim[i];
        l->stride[l->rank++] = stride[i];
    }
    return l->rank > 1 || (l->rank == 1 && l->stride[0] != 1);
}

static void spread_run(char *to, const char *from, int64_t n, int64_t stride, uint32_t size)
{
    if (stride == 1) memcpy(to, from, (size_t)n * size);
    else if (size == 4)
        for (int64_t i = 0; i < n; i++) memcpy(to + 4 * i, from, 4);
    else if (size == 8)
        for (int64_t i = 0; i < n; i++) memcpy(to + 8 * i, from, 8);
    else memset(to, *from, (size_t)n);
}

/* Writes a row of 8, 16 or 32 bytes `count` times. False: the row has another length. */
static bool repeat_short(char *to, const char *row, size_t bytes, int64_t count)
{
#define SHORT(n)                                                        \
    case n:                                                             \
        for (int64_t i = 0; i < count; i++) memcpy(to + i * n, row, n); \
        return true
    switch (bytes) {
        SHORT(8);
        SHORT(16);
        SHORT(32);
    }
    return false;
}

/* Writes a row of n elements again and again, `count` elements in all, beginning with element `at` of the
 * row. What has been written is copied, twice as much each time. */
static void repeat_row(char *to, const char *row, int64_t n, int64_t at, int64_t count, uint32_t size)
{
    if (at == 0 && count % n == 0 && repeat_short(to, row, (size_t)n * size, count / n)) return;
    int64_t first = WGI_MIN(n - at, count), whole = WGI_MIN(n, count - first);
    memcpy(to, row + (size_t)at * size, (size_t)first * size);
    char *rows = to + (size_t)first * size;
    size_t have = (size_t)whole * size, all = (size_t)(count - first) * size;
    memcpy(rows, row, have);
    while (have < all) {
        size_t more = WGI_MIN(have, all - have);
        memcpy(rows + have, rows, more);
        have += more;
    }
}

static void load_run(const wgi_load *l, const void *from, char *to, int64_t begin, int64_t end)
{
    int64_t at[WG_MAX_RANK], left = begin, offset = 0;
    int last = l->rank - 1;
    if (last < 0) {
        spread_run(to, from, end - begin, 0, l->size);
        return;
    }
    if (l->rank == 2 && !l->stride[0] && l->stride[1] == 1) {
        repeat_row(to, from, l->dim[1], begin % l->dim[1], end - begin, l->size);
        return;
    }
    for (int i = last; i >= 0; i--) {
        at[i] = left % l->dim[i];
        left /= l->dim[i];
        offset += at[i] * l->stride[i];
    }
    while (begin < end) {
        int64_t n = WGI_MIN(l->dim[last] - at[last], end - begin);
        spread_run(to, (const char *)from + (size_t)offset * l->size, n, l->stride[last], l->size);
        to += (size_t)n * l->size;
        begin += n;
        at[last] += n;
        offset += n * l->stride[last];
        for (int i = last; i > 0 && at[i] == l->dim[i]; i--) {
            offset += l->stride[i - 1] - l->dim[i] * l->stride[i];
            at[i] = 0;
            at[i - 1]++;
        }
    }
}

static bool load(const wg_kernel *k)
{
    load_run(k->attr, k->x[0], k->y[0], k->begin, k->end);
    return true;
}

const wg_op wgi_op_load = { .name = "load" }, wgi_op_store = { .name = "store" };

wgi_instr wgi_load_instr(const wgi_load *l, const wgi_ref *from, uint32_t reg)
{
    return (wgi_instr){ .of = { .fn = load, .op = &wgi_op_load, .attr = l, .operands = 1, .outputs = 1 },
                        .x = from,
                        .y = { WGI_REG, reg, l->size } };
}

/* ---- programs ---- */

static size_t arrays_bytes(const wgi_program *p) { return ((size_t)p->most_operands * 9 + 63) & ~(size_t)63; }

size_t wgi_tile_bytes(const wgi_program *p) { return arrays_bytes(p) + (size_t)p->regs * WGI_TILE * 8 + 64; }

static void *resolve(wgi_ref r, const wgi_env *e, char *regs, int64_t begin)
{
    if (r.kind == WGI_REG) return regs + (size_t)r.index * WGI_TILE * 8;
    return (char *)e->ptr[r.index] + (r.kind == WGI_FULL ? (size_t)begin * r.size : 0);
}

/* ---- operands that are too large for the caches ---- */

enum { LINE = 64 };

/* Before instruction i: fetches this instruction's part of the cache lines that the next tile reads. The
 * processor's own prefetching stops at the end of a page, which is about a tile. Always inlined: gcc
 * removes calls of a function that only prefetches. */
__attribute__((always_inline)) static inline void fetch_ahead(const wgi_program *p, const wgi_env *e, int i,
                                                              int64_t begin, int64_t end)
{
    for (int k = 0; k < p->aheads; k++) {
        const wgi_ref *r = &p->ahead[k];
        const char *from = (const char *)e->ptr[r->index] + (size_t)begin * r->size;
        int64_t lines = WGI_MAX(WGI_MIN(end - begin, WGI_TILE), 0) * r->size / LINE;
        for (int64_t l = lines * i / p->instrs; l < lines * (i + 1) / p->instrs; l++)
            __builtin_prefetch(from + l * LINE, 0, 2);
    }
}

/* ---- running ---- */

static bool run_instr(const wgi_instr *in, const wgi_env *e, char *regs, const void **x, unsigned char *step,
                      int64_t begin, int64_t end)
{
    for (int k = 0; k < in->of.operands; k++) {
        x[k] = resolve(in->x[k], e, regs, begin);
        step[k] = in->x[k].kind != WGI_ONE;
    }
    void *y = resolve(in->y, e, regs, begin);
    wg_kernel k = wgi_kernel_call(&in->of, x, &y, step, e->run);
    k.begin = begin, k.end = end;
    if (in->fold) {
        k.begin = begin / WG_FOLD;
        k.end = (end + WG_FOLD - 1) / WG_FOLD;
        k.scratch = y;
    }
    return wgi_call(in->of.op, in->of.fn, &k);
}

bool wgi_tiles(const wgi_program *p, wgi_env *e, void *memory, int64_t begin, int64_t end)
{
    const void **x = memory;
    unsigned char *step = (unsigned char *)(x + p->most_operands);
    char *regs = (char *)memory + arrays_bytes(p);
    for (int64_t at = begin; at < end; at += WGI_TILE)
        for (int i = 0; i < p->instrs; i++) {
            if (p->aheads) fetch_ahead(p, e, i, at + WGI_TILE, end);
            if (!run_instr(&p->instr[i], e, regs, x, step, at, WGI_MIN(at + WGI_TILE, end))) {
                __atomic_store_n(&e->failed_node, p->instr[i].node, __ATOMIC_RELAXED);
                return false;
            }
        }
    stream_end();
    return true;
}
