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
static inline scalar mul(tape *t, scalar a, scalar b) { return push(t, a.v * b.v, a.at, b.v, b.at, a.v); }
static inline scalar times(tape *t, double k, scalar a) { return push(t, k * a.v, a.at, k, 0, 0); }
static inline scalar plus(tape *t, scalar a, double k) { return push(t, a.v + k, a.at, 1, 0, 0); }
static inline scalar minus(tape *t, double k, scalar a) { return push(t, k - a.v, a.at, -1, 0, 0); }
static inline scalar square(tape *t, scalar a) { return push(t, a.v * a.v, a.at, 2 * a.v, 0, 0); }
static inline scalar hyperbolic(tape *t, scalar a)
{
    double y = tanh(a.v);
    return push(t, y, a.at, 1 - y * y, 0, 0);
}

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

/* ---- Lotka-Volterra ---- */

typedef struct state {
    scalar u, v;
} state;

static inline state lotka_rate(tape *t, const scalar p[], state y)
{
    scalar uv = mul(t, y.u, y.v);
    return (state){ sub(t, mul(t, p[0], y.u), mul(t, p[1], uv)),
                    sub(t, mul(t, p[3], uv), mul(t, p[2], y.v)) };
}

static inline state along(tape *t, state y, double h, state k)
{
    return (state){ add(t, y.u, times(t, h, k.u)), add(t, y.v, times(t, h, k.v)) };
}

/* (a + 2 b + 2 c + d) h / 6 */
static inline scalar mixed(tape *t, scalar a, scalar b, scalar c, scalar d)
{
    scalar sum = add(t, add(t, a, times(t, 2, b)), times(t, 2, c));
    return times(t, LOTKA_STEP / 6, add(t, sum, d));
}

static scalar lotka(tape *t)
{
    scalar p[LOTKA_PARAMETERS], sum = { 0 };
    for (int i = 0; i < LOTKA_PARAMETERS; i++) p[i] = parameter(t, i);
    state y = { p[4], p[5] };
    for (int i = 0; i < t->size; i++) {
        state a = lotka_rate(t, p, y);
        state b = lotka_rate(t, p, along(t, y, LOTKA_STEP / 2, a));
        state c = lotka_rate(t, p, along(t, y, LOTKA_STEP / 2, b));
        state d = lotka_rate(t, p, along(t, y, LOTKA_STEP, c));
        y.u = add(t, y.u, mixed(t, a.u, b.u, c.u, d.u));
        y.v = add(t, y.v, mixed(t, a.v, b.v, c.v, d.v));
        scalar e = square(t, plus(t, y.u, -lotka_data(i)));
        sum = i ? sum_of(t, i, sum, e) : e;
    }
    return times(t, 1.0 / t->size, sum);
}

static void *start_lotka(bench_setup setup)
{
    tape *t = tape_new(setup, LOTKA_PARAMETERS, LOTKA_NODES(setup.size), lotka);
    memcpy(t->x, lotka_parameter, sizeof lotka_parameter);
    return t;
}

/* ---- a net ---- */

/* One layer of tanh units, of the values x or, in the first layer, of the numbers in. Each unit has its
 * weights, then its bias. Returns the number of the next weight. */
static inline int layer(tape *t, int w, const scalar *x, const double *in, int n, scalar y[])
{
    for (int j = 0; j < NET_HIDDEN; j++, w += n + 1) {
        scalar sum = parameter(t, w + n);
        for (int k = 0; k < n; k++) {
            scalar wk = parameter(t, w + k);
            sum = add(t, sum, x ? mul(t, wk, x[k]) : times(t, in[k], wk));
        }
        y[j] = hyperbolic(t, sum);
    }
    return w;
}

static scalar net(tape *t)
{
    scalar a[NET_HIDDEN], b[NET_HIDDEN], sum = { 0 };
    for (int e = 0; e < t->size; e++) {
        const double in[NET_IN] = { net_input(e, 0), net_input(e, 1) };
        int w = layer(t, layer(t, 0, NULL, in, NET_IN, a), a, NULL, NET_HIDDEN, b);
        scalar y = parameter(t, w + NET_HIDDEN);
        for (int k = 0; k < NET_HIDDEN; k++) y = add(t, y, mul(t, parameter(t, w + k), b[k]));
        y = square(t, plus(t, y, -net_target(e)));
        sum = e ? sum_of(t, e, sum, y) : y;
    }
    return times(t, 1.0 / t->size, sum);
}

static void *start_net(bench_setup setup)
{
    tape *t = tape_new(setup, NET_PARAMETERS, NET_NODES(setup.size), net);
    for (int i = 0; i < t->count; i++) t->x[i] = net_parameter(i);
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
const bench_side hand_lotka = { start_lotka, NULL, hand_stop, 1, answer, .run = run };
const bench_side hand_scalar_net = { start_net, NULL, hand_stop, 1, answer, .run = run };
const bench_side hand_random_ops = { start_random_ops, NULL, hand_stop, 1, answer, .run = run };
