/* tile.c: runs programs of elementwise instructions. All instructions are run for one tile of up to WGI_TILE
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

/* ---- operands that are broadcast ---- */

const wg_op wgi_op_load = { .name = "load" }, wgi_op_store = { .name = "store" };

/* Of how many last elements of y the operand x has either each or always the same. */
static int64_t row_of(const wg_shape *x, const wg_shape *y)
{
    int64_t row = 1;
    bool repeats = false;
    for (int i = 1; i <= y->rank; i++) {
        const int64_t n = y->dim[y->rank - i];
        const bool one = i > x->rank || x->dim[x->rank - i] == 1;
        if (n == 1) continue;
        if (row > 1 && one != repeats) break;
        repeats = one;
        row *= n;
    }
    return row;
}

void wgi_note_broadcast(wgi_broadcasts *b, const wg_shape *x, const wg_shape *y)
{
    const int64_t row = row_of(x, y);
    b->row = b->count++ ? WGI_MIN(b->row, row) : row;
    if (row <= WGI_TILE) b->most = WGI_MAX(b->most, row);
}

/* ---- how a program is cut into tiles ---- */

enum { VECTOR = 16 };

/* Where rows are shorter than WGI_TILE they cost more calls of kernels, about as long as a load takes. */
static bool has_rows(const wgi_program *p, const wgi_broadcasts *b, int members, bool folds)
{
    const int64_t calls = b->count ? WGI_TILE / b->row : 0;
    return b->count && p->size > WGI_TILE && members * (calls - 1) <= b->count &&
           !(folds && b->row % WG_FOLD);
}

static int64_t common_multiple(int64_t a, int64_t b)
{
    int64_t n = a;
    while (n % b) n += a;
    return n;
}

void wgi_program_cut(wgi_program *p, const wgi_broadcasts *b, int members, bool folds)
{
    p->row = 0;
    p->tile = WGI_TILE;
    p->tiles = (p->size + WGI_TILE - 1) / WGI_TILE;
    if (has_rows(p, b, members, folds)) {
        const int64_t pieces = (b->row + WGI_TILE - 1) / WGI_TILE, even = (b->row + pieces - 1) / pieces;
        p->row = b->row;
        p->tile = WGI_MIN((even + WG_FOLD - 1) / WG_FOLD * WG_FOLD, b->row);
        p->tiles = p->size / p->row * pieces;
    } else if (b->count && b->most && p->size > WGI_TILE) {
        const int64_t unit = common_multiple(b->most, folds ? WG_FOLD : VECTOR);
        if (unit <= WGI_TILE) p->tile = WGI_TILE / unit * unit;
        else if (!folds) p->tile = WGI_TILE / b->most * b->most;
        p->tiles = (p->size + p->tile - 1) / p->tile;
    }
}

wgi_instr wgi_load_instr(const wgi_program *p, const wgi_load *l, const wgi_ref *from, uint32_t reg, int isa)
{
    wgi_instr in = {
        .of = { .fn = wgi_load_kernel[isa], .op = &wgi_op_load, .attr = l, .operands = 1, .outputs = 1 },
        .x = from,
        .y = { WGI_REG, reg, l->size }
    };
    in.once = l->rank == 2 && !l->stride[0] && l->stride[1] == 1 && p->tile % l->dim[1] == 0;
    return in;
}

/* ---- programs ---- */

static size_t arrays_bytes(const wgi_program *p)
{
    return ((size_t)p->most_operands * 9 + (size_t)p->spreads * sizeof(void *) + 63) & ~(size_t)63;
}

size_t wgi_tile_bytes(const wgi_program *p) { return arrays_bytes(p) + (size_t)p->regs * WGI_TILE * 8 + 64; }

/* A tile while it is computed. */
typedef struct tile {
    const wgi_program *p;
    const wgi_env *e;
    const void **x;      /* operands of the present instruction */
    const void **spread; /* where the tile's part of each broadcast operand begins */
    unsigned char *step;
    char *regs, *block;
    int64_t origin; /* the first element whose value is in block */
    int64_t begin, end;
} tile;

/* The first element of a value of the block. */
static char *in_block(const tile *t, wgi_ref r) { return t->block + (size_t)r.index * WGI_CACHE_LINE; }

static void *resolve(const tile *t, wgi_ref r)
{
    if (r.kind == WGI_REG) return t->regs + (size_t)r.index * WGI_TILE * 8;
    if (r.kind == WGI_SPREAD) return (void *)(uintptr_t)t->spread[r.index];
    if (r.kind == WGI_BLOCK) return in_block(t, r) + (size_t)(t->begin - t->origin) * r.size;
    return (char *)t->e->ptr[r.index] + (r.kind == WGI_FULL ? (size_t)t->begin * r.size : 0);
}

static void find_spreads(tile *t)
{
    for (int k = 0; k < t->p->spreads; k++) {
        const wgi_spread *s = &t->p->spread[k];
        const bool inside = s->from.kind == WGI_BLOCK;
        const char *from = inside ? in_block(t, s->from) : t->e->ptr[s->from.index];
        const int64_t first = inside ? wgi_load_place(s->load, t->origin) : 0;
        t->spread[k] = from + (size_t)(wgi_load_place(s->load, t->begin) - first) * s->from.size;
    }
}

/* ---- operands that are too large for the caches ---- */

/* Before instruction i: fetches this instruction's part of the cache lines that the next tile reads. The
 * processor's own prefetching stops at the end of a page, which is about a tile. Always inlined: gcc
 * removes calls of a function that only prefetches. */
__attribute__((always_inline)) static inline void fetch_ahead(const tile *t, int i)
{
    const wgi_program *p = t->p;
    const int64_t next = WGI_MIN(t->end - t->begin, p->size - t->end);
    for (int k = 0; k < p->aheads; k++) {
        const wgi_ref *r = &p->ahead[k];
        const char *from = (const char *)t->e->ptr[r->index] + (size_t)t->end * r->size;
        int64_t lines = next * r->size / WGI_CACHE_LINE;
        for (int64_t l = lines * i / p->instrs; l < lines * (i + 1) / p->instrs; l++)
            __builtin_prefetch(from + l * WGI_CACHE_LINE, 0, 2);
    }
}

/* ---- running ---- */

/* A load of a value of the block. The value is row-aligned, so that the elements that it has for the block are
 * broadcast as those of the first rows are. */
static bool run_load(const tile *t, const wgi_instr *in)
{
    const void *x = in_block(t, in->x[0]);
    void *y = resolve(t, in->y);
    wg_kernel k = wgi_kernel_call(&in->of, &x, &y, NULL, t->e->run);
    k.begin = t->begin - t->origin, k.end = t->end - t->origin;
    return in->of.fn(&k);
}

static bool run_instr(const tile *t, const wgi_instr *in)
{
    if (in->inside) return run_load(t, in);
    for (int k = 0; k < in->of.operands; k++) {
        const wgi_ref r = in->x[k];
        t->x[k] = resolve(t, r);
        t->step[k] = r.kind == WGI_SPREAD ? t->p->spread[r.index].step : r.kind != WGI_ONE;
    }
    void *y = resolve(t, in->y);
    wg_kernel k = wgi_kernel_call(&in->of, t->x, &y, t->step, t->e->run);
    k.begin = t->begin, k.end = t->end;
    if (in->fold) {
        k.begin = t->begin / WG_FOLD;
        k.end = (t->end + WG_FOLD - 1) / WG_FOLD;
        k.scratch = y;
    }
    return wgi_call(in->of.op, in->of.fn, &k);
}

static bool run_tile(const tile *t, wgi_env *e, bool first)
{
    for (int i = 0; i < t->p->instrs; i++) {
        if (t->p->instr[i].once && !first) continue;
        if (t->p->aheads) fetch_ahead(t, i);
        if (!run_instr(t, &t->p->instr[i])) {
            __atomic_store_n(&e->failed_node, t->p->instr[i].node, __ATOMIC_RELAXED);
            return false;
        }
    }
    return true;
}

/* Where tile i begins, and where its row ends. */
static int64_t tile_begin(const wgi_program *p, int64_t i, int64_t *row_end)
{
    if (!p->row) {
        *row_end = p->size;
        return i * p->tile;
    }
    const int64_t pieces = (p->row + p->tile - 1) / p->tile, row = i / pieces;
    *row_end = (row + 1) * p->row;
    return row * p->row + i % pieces * p->tile;
}

/* From t->end to `end`; row_end: where the row that begins or goes on at t->end ends. */
static bool run_range(tile *t, wgi_env *e, int64_t end, int64_t row_end)
{
    const wgi_program *p = t->p;
    for (bool first = true; t->end < end; first = false) {
        t->begin = t->end;
        t->end = WGI_MIN(t->begin + p->tile, WGI_MIN(row_end, end));
        if (p->row) find_spreads(t);
        if (!run_tile(t, e, first)) return false;
        if (t->end == row_end) row_end = WGI_MIN(row_end + p->row, p->size);
    }
    return true;
}

static tile tile_of(const wgi_program *p, const wgi_env *e, void *memory)
{
    const void **x = memory;
    return (tile){ .p = p,
                   .e = e,
                   .x = x,
                   .spread = x + p->most_operands,
                   .step = (unsigned char *)(x + p->most_operands + p->spreads),
                   .regs = (char *)memory + arrays_bytes(p) };
}

bool wgi_tiles(const wgi_program *p, wgi_env *e, void *memory, int64_t first, int64_t last)
{
    tile t = tile_of(p, e, memory);
    int64_t row_end, unused;
    t.end = tile_begin(p, first, &row_end);
    if (!run_range(&t, e, WGI_MIN(tile_begin(p, last, &unused), p->size), row_end)) return false;
    stream_end();
    return true;
}

bool wgi_tiles_of_block(const wgi_program *p, wgi_env *e, void *memory, char *block, int64_t begin,
                        int64_t end)
{
    tile t = tile_of(p, e, memory);
    t.block = block;
    t.origin = t.end = begin;
    return run_range(&t, e, end, p->row ? begin + p->row : p->size);
}
