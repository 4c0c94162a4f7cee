/* grad_norm.c: the norm of all gradients. The sum's order is fixed (docs/inside/arithmetic.md), so threads
 * share its blocks. */
#include "params/params.h"

/* WINDOW: blocks whose sums are kept at a time. SHARED: elements from which on threads pay. */
enum { LANES = 8, BLOCK = 4096, WINDOW = 512, SHARED = 1 << 16 };

/* Element i of a block is added to lane i mod LANES. */
#define ADD_SQUARES(T)                                                                                     \
    do {                                                                                                   \
        const T *g = (const T *)at - from;                                                                 \
        for (; from < to && from % LANES; from++) lane[from % LANES] += (double)g[from] * (double)g[from]; \
        for (; from + LANES <= to; from += LANES)                                                          \
            for (int j = 0; j < LANES; j++) lane[j] += (double)g[from + j] * (double)g[from + j];          \
        for (; from < to; from++) lane[from % LANES] += (double)g[from] * (double)g[from];                 \
    } while (0)
/* Elements [from, to) of a gradient, which begin at `at`. */
static void add_squares(wg_dtype t, const void *at, int64_t from, int64_t to, double lane[LANES])
{
    if (t == WG_F32) ADD_SQUARES(float);
    else ADD_SQUARES(double);
}

static double sum_of(const double lane[LANES])
{
    return ((lane[0] + lane[1]) + (lane[2] + lane[3])) + ((lane[4] + lane[5]) + (lane[6] + lane[7]));
}

/* ---- in turn: also where only some rows of the gradient are known ---- */

static double sum_in_turn(const wgi_parameter *q)
{
    double sum = 0, lane[LANES] = { 0 };
    int64_t block = 0;
    const size_t size = wg_dtype_size(q->dtype);
    for (int64_t k = 0; k < wgi_gradient_parts(q); k++) {
        void *part;
        int64_t n, from = wgi_gradient_part(q, k, &n, &part);
        const int64_t begin = from, end = from + n;
        while (from < end) {
            if (from / BLOCK != block) {
                sum += sum_of(lane);
                memset(lane, 0, sizeof lane);
                block = from / BLOCK;
            }
            const int64_t to = WGI_MIN(end, (block + 1) * BLOCK);
            add_squares(q->dtype, (char *)part + (size_t)(from - begin) * size, from, to, lane);
            from = to;
        }
    }
    return sum + sum_of(lane);
}

/* ---- by threads ---- */

typedef struct window {
    const wgi_parameter *q;
    int64_t first, count; /* blocks */
    double sum[WINDOW];
} window;

static bool sum_blocks(void *arg, int part, int chunk, int chunks, int thread)
{
    window *w = arg;
    for (int64_t i = w->count * chunk / chunks; i < w->count * (chunk + 1) / chunks; i++) {
        double lane[LANES] = { 0 };
        const int64_t from = (w->first + i) * BLOCK;
        const wg_dtype t = w->q->dtype;
        add_squares(t, (char *)w->q->grad + (size_t)from * wg_dtype_size(t), from,
                    WGI_MIN(w->q->size, from + BLOCK), lane);
        w->sum[i] = sum_of(lane);
    }
    return true;
}

static double sum_by_threads(wgi_parameter *q, wg_context *c)
{
    const int64_t blocks = (q->size + BLOCK - 1) / BLOCK;
    const int chunks = 4 * c->o.threads;
    window w = { .q = q };
    double sum = 0;
    for (; w.first < blocks; w.first += WINDOW) {
        w.count = WGI_MIN(blocks - w.first, WINDOW);
        wgi_region_run(c, &q->squares, sum_blocks, &w, &chunks, 1);
        for (int64_t i = 0; i < w.count; i++) sum += w.sum[i];
    }
    return sum;
}

double wgi_gradient_squares(wgi_parameter *q)
{
    wg_context *c = q->owner->c;
    const bool whole = !(q->rows && q->rows->known);
    if (!q->reached) return 0;
    return whole && c->o.threads > 1 && q->size >= SHARED ? sum_by_threads(q, c) : sum_in_turn(q);
}
