/* scalars.c: the programs in scalars on a plain tape. An operation computes its value at once and leaves the
 * places of its operands and its derivatives by them on the tape. So the reverse pass has no branch and does
 * not look at values.
 *
 * The memory of the tape is reused for the next graph. Entry 0 stands for operands that are numbers.
 */
#include <stdlib.h>
#include <string.h>

#include "../scalars.h"
#include "hand.h"

typedef struct entry {
    int32_t a, b;
    double da, db;
} entry;

typedef struct scalar {
    double v;
    int32_t at;
} scalar;

typedef struct tape {
    int size, count; /* count: of parameters */
    int32_t length, capacity;
    entry *entry;
    double *adjoint, value, *x; /* x: the parameters. They are the entries 1 .. count. */
    uint32_t seed;
    scalar (*build)(struct tape *t);
} tape;

/* ---- the tape ---- */

static tape *tape_new(bench_setup setup, int count, double nodes, scalar (*build)(tape *))
{
    tape *t = hand_zeroed(sizeof *t);
    t->size = setup.size, t->count = count, t->build = build;
    t->capacity = (int32_t)nodes + 64;
    t->entry = hand_zeroed((size_t)t->capacity * sizeof *t->entry);
    t->adjoint = hand_zeroed((size_t)t->capacity * sizeof *t->adjoint);
    t->x = hand_zeroed((size_t)count * sizeof *t->x);
    return t;
}

static inline scalar push(tape *t, double v, int32_t a, double da, int32_t b, double db)
{
    if (t->length == t->capacity) abort();
    t->entry[t->length] = (entry){ a, b, da, db };
    return (scalar){ v, t->length++ };
}

static inline scalar add(tape *t, scalar a, scalar b) { return push(t, a.v + b.v, a.at, 1, b.at, 1); }
static inline scalar sub(tape *t, scalar a, scalar b) { return push(t, a.v - b.v, a.at, 1, b.at, -1); }
static inline scalar times(tape *t, double k, scalar a) { return push(t, k * a.v, a.at, k, 0, 0); }
static inline scalar plus(tape *t, scalar a, double k) { return push(t, a.v + k, a.at, 1, 0, 0); }
static inline scalar minus(tape *t, double k, scalar a) { return push(t, k - a.v, a.at, -1, 0, 0); }
static inline scalar square(tape *t, scalar a) { return push(t, a.v * a.v, a.at, 2 * a.v, 0, 0); }
static inline scalar parameter(const tape *t, int i) { return (scalar){ t->x[i], i + 1 }; }

static void begin(tape *t)
{
    t->length = t->count + 1;
    memset(t->entry, 0, (size_t)t->length * sizeof *t->entry);
}

/* The gradient of the last entry, in adjoint[1 .. count]. */
static void backward(tape *t)
{
    double *g = t->adjoint;
    memset(g, 0, (size_t)t->length * sizeof *g);
    g[t->length - 1] = 1;
    for (int32_t i = t->length - 1; i > t->count; i--) {
        entry e = t->entry[i];
        g[e.a] += e.da * g[i];
        g[e.b] += e.db * g[i];
    }
}

static bool run(void *self, int64_t n, double seconds[])
{
    tape *t = self;
    for (int64_t k = 0; k < n; k++) {
        double t0 = bench_now();
        t->seed++;
        begin(t);
        t->value = t->build(t).v;
        double t1 = bench_now();
        backward(t);
        double t2 = bench_now();
        seconds[0] += t1 - t0, seconds[1] += t2 - t1;
    }
    return true;
}

static double answer(void *self)
{
    const tape *t = self;
    return scalars_answer(t->value, t->adjoint + 1, t->count);
}

static inline scalar sum_of(tape *t, int i, scalar a, scalar b)
{
    return exchanged(t->seed, i) ? add(t, b, a) : add(t, a, b);
}

/* ---- Rosenbrock ---- */

static scalar rosenbrock(tape *t)
{
    scalar x = parameter(t, 0), sum = { 0 };
    for (int i = 0; i + 1 < t->size; i++) {
        scalar next = parameter(t, i + 1);
        scalar a = sub(t, next, square(t, x)), b = minus(t, 1, x);
        scalar term = add(t, times(t, 100, square(t, a)), square(t, b));
        sum = i ? sum_of(t, i, sum, term) : term;
        x = next;
    }
    return sum;
}

static void *start_rosenbrock(bench_setup setup)
{
    tape *t = tape_new(setup, setup.size, ROSENBROCK_NODES(setup.size), rosenbrock);
    for (int i = 0; i < t->count; i++) t->x[i] = (double)bench_value(STREAM_X, (uint32_t)i);
    return t;
}

/* ---- ops in random order ---- */

static scalar random_ops(tape *t)
{
    scalar x = parameter(t, 0);
    uint32_t bits = 0;
    for (int i = 0; i < t->size; i++) switch (random_op(t->seed, i, &bits)) {
        case RANDOM_MUL: x = times(t, RANDOM_FACTOR, x); break;
        case RANDOM_DIV: x = push(t, x.v / RANDOM_DIVISOR, x.at, 1 / RANDOM_DIVISOR, 0, 0); break;
        case RANDOM_ADD: x = plus(t, x, RANDOM_TERM); break;
        default: x = plus(t, x, -RANDOM_TERM);
        }
    return x;
}

static void *start_random_ops(bench_setup setup)
{
    tape *t = tape_new(setup, 1, setup.size, random_ops);
    t->x[0] = 1;
    return t;
}

const bench_side hand_rosenbrock = { start_rosenbrock, NULL, hand_stop, 1, answer, .run = run };
const bench_side hand_random_ops = { start_random_ops, NULL, hand_stop, 1, answer, .run = run };
