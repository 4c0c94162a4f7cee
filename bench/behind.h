/* behind.h: programs that PyTorch or hand-written C did faster, and graphs that cost too much: what their
 * sides share. The programs are such as anyone writes; nothing in the library was made for one of them. */
#ifndef BENCH_BEHIND_H
#define BENCH_BEHIND_H

#include "bench.h"

/* An embedding: the mean over ids of |row - target|^2, SGD in the rows that were read; two batches in
 * turn. */
enum { EMBEDDING_ROWS = 50000, EMBEDDING_WIDTH = 128, EMBEDDING_IDS = 4096, EMBEDDING_BATCHES = 2 };
static inline double embedding_rate(bench_setup s) { return s.check ? 400 : 1e-3; }
static inline int embedding_id(int batch, int i)
{
    return bench_class(STREAM_Y + (uint32_t)batch, (uint32_t)i, EMBEDDING_ROWS);
}

/* The step of an optimizer alone, of one array: SGD, or momentum. Each gradient is a half. */
enum { STEP_NUMBERS = 50000000, STEP_SGD = 0, STEP_MOMENTUM = 1 };
#define STEP_BETA 0.9

/* A residual block: convolution 3 x 3, batch norm, ReLU, convolution, batch norm, + x, ReLU; the forward
 * pass. */
enum { BLOCK_BATCH = 16, BLOCK_SIDE = 32, BLOCK_CHANNELS = 64 };

/* The rows of a softmax. */
enum { SOFTMAX_ROWS = 256, SOFTMAX_WIDTH = 50000 };

/* ln p of a Gaussian process, and its gradient by ln l, ln s, ln e: see examples/gaussian_process.c. */
enum { GAUSSIAN_POINTS = 500 };

/* Logistic regression, SGD; f64. */
enum { LOGISTIC_ROWS = 1000000, LOGISTIC_INPUTS = 20 };

/* The sum over all pairs of 1 / sqrt(d^2 + e^2) and its gradient by the places [3, N]; f64. */
enum { BODIES = 1000 };
#define BODIES_SOFT 0.01

/* A bidirectional LSTM over sequences of lengths from SEQUENCES_LEAST to SEQUENCES_TIME: the mean of the
 * squares of all results, which are 0 behind the end of a sequence; SGD. */
enum { SEQUENCES_BATCH = 8, SEQUENCES_TIME = 30, SEQUENCES_LEAST = 6, SEQUENCES_WIDTH = 32 };
static inline double sequences_scale(void) { return sqrt(3.0 / SEQUENCES_WIDTH); }

/* Wengert's own: a small net on one graph after the other; and products by 16 x 16 matrices and tanh, drawn
 * anew for each build. The size is the number of graphs, and of ops. */
enum { FRESH_WIDTH = 16, FRESH_MATRICES = 4, FRESH_PLANNED = 0, FRESH_INTERPRETED = 1 };

extern const bench_side hand_embedding, hand_step, hand_long_softmax, hand_logistic, hand_bodies;
extern const bench_side wengert_embedding, wengert_step, wengert_block, wengert_mlp64, wengert_long_softmax;
extern const bench_side wengert_gaussian, wengert_logistic, wengert_bodies, wengert_sequences,
    wengert_graphs_kept, wengert_fresh;

#endif
