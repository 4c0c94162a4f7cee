/* bench.h: what the runner, Wengert's side and the hand-written side agree on.
 *
 * A work is one row (or a few) of the table. Each contestant of a work is a bench_side: started once, then run many times.
 * All sides make the same data by bench_value, do the same work, and give the same answer to BENCH_AGREE: else the row says so.
 */
#ifndef BENCH_H
#define BENCH_H

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

enum { BENCH_THREADS = 2, BENCH_PARTS = 4, BENCH_CHECK_STEPS = 3 };
#define BENCH_AGREE 1e-3

/* check: real learning rates and no dropout, so that answers can be compared; else rates so small that thousands of steps
 * leave the numbers ordinary. */
typedef struct bench_setup {
    int size; /* the batch, or how many nodes */
    bool check;
} bench_setup;

typedef struct bench_side {
    void *(*start)(bench_setup s); /* NULL: this side cannot */
    /* n times the work; false after an error. A work of several parts adds the seconds of each; the runner times the others. */
    bool (*run)(void *self, int64_t n, double seconds[BENCH_PARTS]);
    double (*answer)(void *self); /* of a side started with check */
    void (*stop)(void *self);     /* Wengert's prints its error, if there is one */
    /* Of a side just started: the gradient of its first step, for bench/hand/check.c; NULL on Wengert's sides. */
    size_t (*gradient)(void *self, double *to, size_t room);
} bench_side;

static inline double bench_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static inline uint32_t bench_mix(uint32_t x)
{
    x ^= x >> 16, x *= 0x7feb352dU;
    x ^= x >> 15, x *= 0x846ca68bU;
    return x ^ x >> 16;
}

/* Number i of a stream, uniform in [-1, 1); torch_bench.py has the same. */
static inline float bench_value(uint32_t stream, uint32_t i)
{
    return (float)(bench_mix(i * 0x9E3779B9U + stream * 0x85EBCA6BU) >> 8) * 0x1p-23f - 1;
}
static inline int bench_class(uint32_t stream, uint32_t i, int classes)
{
    return (int)(bench_mix(i * 0x9E3779B9U + stream * 0x85EBCA6BU) >> 8) % classes;
}

/* The numbers that make up each work, the same for every side. */
enum { STREAM_X = 1, STREAM_Y = 2, STREAM_GAMMA = 3, STREAM_BETA = 4, STREAM_WEIGHTS = 10 };

enum { MLP_LAYERS = 3, MLP_BATCH = 128 };
static const int mlp_width[MLP_LAYERS + 1] = { 784, 256, 128, 10 };
#define MLP_DROP 0.2

enum { DEEP_LAYERS = 10, DEEP_WIDTH = 1024, DEEP_BATCH = 512 };
enum { ROWS_SOFTMAX = 512, ROWS_CLASSES = 32768, ROWS_NORM = 4096, ROWS_FEATURES = 1024 };
enum { CHECK_IN = 64, CHECK_HIDDEN = 32, CHECK_OUT = 10, CHECK_BATCH = 8 };
#define NORM_EPS 1e-5

/* Weights of a layer with so many inputs: uniform with variance 2 / inputs. */
static inline double bench_weight_scale(int inputs) { return sqrt(6.0 / inputs); }

typedef struct bench_rates {
    double sgd, adam;
} bench_rates;
static inline bench_rates bench_rates_of(bench_setup s)
{
    return s.check ? (bench_rates){ 0.1, 1e-3 } : (bench_rates){ 1e-6, 1e-8 };
}

/* W4: where the order of the two ops is turned round, so that no two graphs have one structure; ascending places. */
enum { CHAIN_TURNS = 64 };
typedef struct bench_chain {
    int turn[CHAIN_TURNS + 1]; /* the last is the length */
} bench_chain;
static inline bench_chain bench_chain_of(int length, uint32_t seed)
{
    bench_chain c;
    int piece = length / CHAIN_TURNS;
    for (int i = 0; i < CHAIN_TURNS; i++)
        c.turn[i] = i * piece + (int)(bench_mix(seed * 0x9E3779B9U + (uint32_t)i) % (uint32_t)piece);
    c.turn[CHAIN_TURNS] = length;
    return c;
}
#define CHAIN_FACTOR 1.000001
#define CHAIN_TERM   1e-7

/* The sides: bench/hand and bench/wengert_*.c. W7 has three kernels: softmax-CE, layer norm, batch norm. */
extern const bench_side hand_mlp, hand_mlp_norm, hand_small, hand_tape, hand_chain, hand_chain_one_sweep,
    hand_deep;
extern const bench_side hand_softmax, hand_layer_norm, hand_batch_norm, hand_gradcheck;
extern const bench_side wengert_mlp, wengert_mlp_norm, wengert_small, wengert_small_fixed, wengert_tape,
    wengert_chain, wengert_deep;
/* The bytes of W6's training step by its plan, and the least: inputs, parameters, gradients, and what backward must keep. */
bool wengert_deep_bytes(double *plan, double *least);
extern const bench_side wengert_softmax, wengert_layer_norm, wengert_batch_norm, wengert_gradcheck;

#endif
