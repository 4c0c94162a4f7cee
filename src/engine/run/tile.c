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

void wgi_note_row(wgi_broadcasts *b, int64_t row)
{
    b->row = b->count++ ? WGI_MIN(b->row, row) : row;
    if (row <= WGI_TILE) b->most = WGI_MAX(b->most, row);
}

void wgi_note_broadcast(wgi_broadcasts *b, const wg_shape *x, const wg_shape *y)
{
    wgi_note_row(b, row_of(x, y));
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

wgi_signature wgi_load_signature(const wgi_load *l, int isa)
{
    return (wgi_signature){
        .fn = wgi_load_kernel[isa], .op = &wgi_op_load, .attr = l, .operands = 1, .outputs = 1
    };
}

wgi_instr wgi_load_instr(const wgi_program *p, const wgi_signature *of, const wgi_ref *from, uint32_t reg)
{
    const wgi_load *l = of->attr;
    wgi_instr in = { .of = of, .x = from, .y = { WGI_REG, reg, l->size } };
    in.once = l->rank == 2 && !l->stride[0] && l->stride[1] == 1 && p->tile % l->dim[1] == 0;
    return in;
}

/* ---- calls of kernels ---- */

/* An operand or a result whose address depends on the tile. */
typedef struct move {
    void **at;            /* where the kernel finds the address */
    const char *from;     /* of the first element that has memory */
    const wgi_load *load; /* of an operand that is broadcast; otherwise NULL */
    int64_t first; /* the place of element `origin`, if only what comes after it has memory; otherwise 0 */
    uint32_t size;
    bool inside; /* it is a value of the block */
} move;

/* What the calls of all tiles have in common is filled in once. The memory for a call of wgi_tiles
 * begins with it; the lists and the tile buffers follow. */
struct wgi_tiling {
    const wgi_program *p;
    wgi_env *e;
    wg_kernel *call; /* by instruction */
    move *move;
    int moves;
    char *regs, *block;
    int64_t origin; /* the first element whose value is in block */
    int64_t begin, end;
};

typedef struct sizes {
    size_t places, bytes; /* operands and results of all instructions; bytes of the lists */
} sizes;

static size_t lines(size_t bytes) { return (bytes + WGI_CACHE_LINE - 1) & ~(size_t)(WGI_CACHE_LINE - 1); }

static sizes sizes_of(const wgi_program *p)
{
    sizes s = { 0 };
    for (int i = 0; i < p->instrs; i++) s.places += (size_t)p->instr[i].of->operands + 1;
    s.bytes = lines(sizeof(wgi_tiling) + (size_t)p->instrs * sizeof(wg_kernel) +
                    s.places * (sizeof(move) + sizeof(void *) + 1));
    return s;
}

size_t wgi_tile_lists(const wgi_program *p) { return sizes_of(p).bytes; }
size_t wgi_tile_buffers(const wgi_program *p) { return (size_t)p->regs * WGI_TILE * 8; }

/* The first element of the value that r refers to, or the part of it that has memory. */
static char *start_of(const wgi_tiling *t, wgi_ref r)
{
    if (r.kind == WGI_REG) return t->regs + (size_t)r.index * WGI_TILE * 8;
    if (r.kind == WGI_BLOCK) return t->block + (size_t)r.index * WGI_CACHE_LINE;
    return t->e->ptr[r.index];
}

/* Sets the address at *at for all tiles, or notes that it moves. whole: the instruction needs the address of
 * the first element. */
static void set_address(wgi_tiling *t, void **at, wgi_ref r, bool whole)
{
    const wgi_spread *s = r.kind == WGI_SPREAD ? &t->p->spread[r.index] : NULL;
    const wgi_ref from = s ? s->from : r;
    *at = start_of(t, from);
    if (whole || r.kind == WGI_REG || r.kind == WGI_ONE) return;
    t->move[t->moves++] = (move){ at, *at, s ? s->load : NULL, 0, from.size, from.kind == WGI_BLOCK };
}

static void *scratch_of(const wgi_tiling *t, const wgi_instr *in, void *y)
{
    return in->fold ? y : in->looks ? &t->e->not_finite : NULL;
}

static void prepare_call(wgi_tiling *t, const wgi_instr *in, void **x, unsigned char *step, wg_kernel *k)
{
    void **y = x + in->of->operands;
    for (int i = 0; i < in->of->operands; i++) {
        const wgi_ref r = in->x[i];
        set_address(t, &x[i], r, in->inside);
        step[i] = r.kind == WGI_SPREAD ? t->p->spread[r.index].step : r.kind != WGI_ONE;
    }
    set_address(t, y, in->y, false);
    *k = wgi_kernel_call(in->of, (const void *const *)x, y, step, t->e->run);
    k->scratch = scratch_of(t, in, *y);
}

wgi_tiling *wgi_tiles_prepare(const wgi_program *p, wgi_env *e, void *memory, void *buffers, char *block)
{
    const sizes s = sizes_of(p);
    wgi_tiling *t = memory;
    *t = (wgi_tiling){ .p = p, .e = e, .call = (wg_kernel *)(t + 1), .regs = buffers, .block = block };
    t->move = (move *)(t->call + p->instrs);
    void **x = (void **)(t->move + s.places);
    unsigned char *step = (unsigned char *)(x + s.places);
    for (int i = 0; i < p->instrs; i++) {
        prepare_call(t, &p->instr[i], x, step, &t->call[i]);
        x += p->instr[i].of->operands + 1;
        step += p->instr[i].of->operands;
    }
    return t;
}

static bool run_instr(const wgi_tiling *t, const wgi_instr *in, wg_kernel *k)
{
    /* A value of the block is row-aligned: its elements are broadcast to the rows of the block as those
     * of the first rows are to the first rows. */
    const int64_t from = in->inside ? t->origin : 0;
    k->begin = t->begin - from, k->end = t->end - from;
    if (in->fold) {
        k->begin = t->begin / WG_FOLD;
        k->end = (t->end + WG_FOLD - 1) / WG_FOLD;
    }
    return wgi_call(in->of->op, in->of->fn, k);
}

/* ---- one tile ---- */

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

/* The address of r for the tile, which has no block. */
static void *address(const wgi_tiling *t, wgi_ref r)
{
    const wgi_spread *s = r.kind == WGI_SPREAD ? &t->p->spread[r.index] : NULL;
    const int64_t place = s ? wgi_load_place(s->load, t->begin) : r.kind == WGI_FULL ? t->begin : 0;
    return start_of(t, s ? s->from : r) + (size_t)place * (s ? s->from.size : r.size);
}

static bool run_once(const wgi_tiling *t, const wgi_instr *in, void **x)
{
    void **y = x + in->of->operands;
    unsigned char *step = (unsigned char *)(y + 1);
    for (int i = 0; i < in->of->operands; i++) {
        const wgi_ref r = in->x[i];
        x[i] = address(t, r);
        step[i] = r.kind == WGI_SPREAD ? t->p->spread[r.index].step : r.kind != WGI_ONE;
    }
    *y = address(t, in->y);
    wg_kernel k = wgi_kernel_call(in->of, (const void *const *)x, y, step, t->e->run);
    k.scratch = scratch_of(t, in, *y);
    return run_instr(t, in, &k);
}

/* Each call is made where it is used: to fill in a list first takes longer than to run a short tile. */
static bool run_one_tile(const wgi_program *p, wgi_env *e, char *memory, int64_t number)
{
    int64_t row_end;
    const int64_t begin = tile_begin(p, number, &row_end);
    const wgi_tiling t = {
        .p = p, .e = e, .regs = memory, .begin = begin, .end = WGI_MIN(begin + p->tile, row_end)
    };
    void **x = (void **)(void *)(memory + wgi_tile_buffers(p));
    for (int i = 0; i < p->instrs; i++)
        if (!run_once(&t, &p->instr[i], x)) {
            __atomic_store_n(&e->failed_node, p->instr[i].node, __ATOMIC_RELAXED);
            return false;
        }
    return true;
}

/* ---- several tiles ---- */

static void find_addresses(const wgi_tiling *t)
{
    for (int i = 0; i < t->moves; i++) {
        const move *m = &t->move[i];
        int64_t place = m->load     ? wgi_load_place(m->load, t->begin) - m->first
                        : m->inside ? t->begin - t->origin
                                    : t->begin;
        *m->at = (void *)(uintptr_t)(m->from + (size_t)place * m->size);
    }
}

/* ---- operands that are too large for the caches ---- */

/* Before instruction i: fetches this instruction's part of the cache lines that the next tile reads. The
 * processor's own prefetching stops at the end of a page, which is about a tile. Always inlined: gcc
 * removes calls of a function that only prefetches. */
__attribute__((always_inline)) static inline void fetch_ahead(const wgi_tiling *t, int i)
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

static bool run_tile(const wgi_tiling *t, bool first)
{
    for (int i = 0; i < t->p->instrs; i++) {
        const wgi_instr *in = &t->p->instr[i];
        if (in->once && !first) continue;
        if (t->p->aheads) fetch_ahead(t, i);
        if (!run_instr(t, in, &t->call[i])) {
            __atomic_store_n(&t->e->failed_node, in->node, __ATOMIC_RELAXED);
            return false;
        }
    }
    return true;
}

/* From t->end to `end`; row_end: where the row that begins or goes on at t->end ends. */
static bool run_range(wgi_tiling *t, int64_t end, int64_t row_end)
{
    const wgi_program *p = t->p;
    for (bool first = true; t->end < end; first = false) {
        t->begin = t->end;
        t->end = WGI_MIN(t->begin + p->tile, WGI_MIN(row_end, end));
        find_addresses(t);
        if (!run_tile(t, first)) return false;
        if (t->end == row_end) row_end = WGI_MIN(row_end + p->row, p->size);
    }
    return true;
}

static bool run_tiles(const wgi_program *p, wgi_env *e, char *memory, int64_t first, int64_t last)
{
    wgi_tiling *t = wgi_tiles_prepare(p, e, memory, memory + wgi_tile_lists(p), NULL);
    int64_t row_end, unused;
    t->end = tile_begin(p, first, &row_end);
    return run_range(t, WGI_MIN(tile_begin(p, last, &unused), p->size), row_end);
}

bool wgi_tiles(const wgi_program *p, wgi_env *e, void *memory, int64_t first, int64_t last)
{
    const bool ok =
        last - first == 1 ? run_one_tile(p, e, memory, first) : run_tiles(p, e, memory, first, last);
    stream_end();
    return ok;
}

bool wgi_tiles_of_block(wgi_tiling *t, int64_t begin, int64_t end)
{
    t->origin = t->end = begin;
    for (int i = 0; i < t->moves; i++) {
        move *m = &t->move[i];
        if (m->load && m->inside) m->first = wgi_load_place(m->load, begin);
    }
    return run_range(t, end, t->p->row ? begin + t->p->row : t->p->size);
}
