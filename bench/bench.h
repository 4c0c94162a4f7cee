/* bench.h: what the runner, the side of Wengert and the hand-written side share.
 *
 * A work is one row of the table, or a few. Each program that does a work is a bench_side: it is started once
 * and then run many times. All sides make the same data with bench_value and do the same work. Their answers
 * must agree within BENCH_AGREE; if not, the row says so.
 */
#ifndef BENCH_H
#define BENCH_H

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

enum { BENCH_THREADS = 2, BENCH_PARTS = 4, BENCH_CHECK_STEPS = 3 };
#define BENCH_AGREE           1e-3
#define BENCH_GRADIENTS_AGREE 3e-4

/* check true: usual learning rates and no dropout, so that the answers can be compared. check false: rates so
 * small that thousands of steps do not lead to very large or subnormal numbers. */
typedef struct bench_setup {
    int size; /* the batch size, or the number of nodes */
    bool check;
    int way; /* how the side of Wengert does it, where there are several ways */
    const char
        *order; /* of the parameters in bench_side.gradient; "": as they are made. NULL: it is not called */
} bench_setup;

typedef struct bench_side {
    void *(*start)(bench_setup s); /* returns NULL if this side cannot do the work */
    bool (*step)(void *self);      /* does the work once; returns false after an error */
    void (*stop)(void *self);      /* the side of Wengert prints its error, if there is one */
    int checked;                   /* steps before the answer, or 0: it does what it needs itself */
    double (*answer)(void *self);  /* of a side that was started with check; NULL: a yardstick without one */
    /* The gradient of the first step, after one; returns how many numbers. */
    size_t (*gradient)(void *self, double *to);
    /* In the place of step: does the work n times. If the work has several parts, adds the seconds of each
     * part to seconds. The runner times a work of one part. */
    bool (*run)(void *self, int64_t n, double seconds[BENCH_PARTS]);
} bench_side;

static inline bool bench_run(const bench_side *s, void *self, int64_t n, double seconds[BENCH_PARTS])
{
    bool ok = true;
    if (s->run) return s->run(self, n, seconds);
    for (; n > 0 && ok; n--) ok = s->step(self);
    return ok;
}

/* The steps before the answer. */
static inline bool bench_checked(const bench_side *s, void *self)
{
    double seconds[BENCH_PARTS] = { 0 };
    return bench_run(s, self, s->checked, seconds);
}

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

/* Number i of a stream, uniform in [-1, 1). torch_bench.py has the same function. */
static inline float bench_value(uint32_t stream, uint32_t i)
{
    return (float)(bench_mix(i * 0x9E3779B9U + stream * 0x85EBCA6BU) >> 8) * 0x1p-23f - 1;
}
static inline int bench_class(uint32_t stream, uint32_t i, int classes)
{
    return (int)(bench_mix(i * 0x9E3779B9U + stream * 0x85EBCA6BU) >> 8) % classes;
}

/* The streams of bench_value, one for each array, and the sizes of each work. */
enum { STREAM_X = 1, STREAM_Y = 2, STREAM_GAMMA = 3, STREAM_BETA = 4, STREAM_WEIGHTS = 10 };

enum { MLP_LAYERS = 3, MLP_BATCH = 128 };
static const int mlp_width[MLP_LAYERS + 1] = { 784, 256, 128, 10 };

enum { DEEP_LAYERS = 10, DEEP_WIDTH = 1024, DEEP_BATCH = 512 };
enum { ROWS_SOFTMAX = 512, ROWS_CLASSES = 32768, ROWS_NORM = 4096, ROWS_FEATURES = 1024 };
enum { CHECK_IN = 64, CHECK_HIDDEN = 32, CHECK_OUT = 10, CHECK_BATCH = 8 };

#define NORM_EPS 1e-5

/* Weights are uniform in (-scale, scale), with variance 2 / inputs. */
static inline double bench_weight_scale(int inputs) { return sqrt(6.0 / inputs); }

typedef struct bench_rates {
    double sgd, adam;
} bench_rates;
static inline bench_rates bench_rates_of(bench_setup s)
{
    return s.check ? (bench_rates){ 0.1, 1e-3 } : (bench_rates){ 1e-6, 1e-8 };
}

/* W1 and W15: the ways of Wengert. */
enum { MLP_ALL_THREADS, MLP_ONE_THREAD };
/* W3: the ways of Wengert: parameters of its own and wg_dense, or wg_nn_dense. */
enum { SMALL_PARAMETERS, SMALL_LAYERS };

/* W4: the places, in ascending order, where the two ops of the chain change their order. The places are
 * random, so that no two graphs have the same structure. */
enum { CHAIN_TURNS = 64 };
typedef struct bench_chain {
    int turn[CHAIN_TURNS + 1]; /* the last element is the length of the chain */
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

/* Prints a line for each function of hand_vmath.h. Returns false if the error of one is too large. */
bool hand_vmath_is_right(void);

/* The sides, defined in bench/hand and bench/wengert_*.c. */
extern const bench_side hand_mlp, hand_small, hand_tape, hand_chain, hand_chain_one_sweep, hand_deep,
    hand_gradcheck;
extern const bench_side wengert_mlp, wengert_small, wengert_small_fixed, wengert_tape, wengert_chain,
    wengert_deep, wengert_gradcheck;
/* plan: the bytes of a training step of W6, of W16, as its plan says, and of the optimizer's moments. least:
 * the bytes of inputs, parameters, gradients, moments, and of the values that backward needs. */
bool wengert_deep_bytes(double *plan, double *least);
bool wengert_gpt_bytes(double *plan, double *least);
extern const bench_side wengert_softmax, wengert_layer_norm, wengert_layer_norm_by_parts;
enum { ROWS_FORWARD = 1 }; /* the way of a norm that computes no gradients */
/* The trees of trees.h. The size is the number of trees in a step. */
extern const bench_side hand_trees, wengert_trees;
/* The programs of scalars.h. The unknowns of Rosenbrock are scalar parameters, or elements of one vector, or
 * scalar inputs. */
extern const bench_side hand_rosenbrock, hand_random_ops;
extern const bench_side wengert_rosenbrock, wengert_rosenbrock_slices, wengert_rosenbrock_inputs;
extern const bench_side wengert_random_ops;

#endif
