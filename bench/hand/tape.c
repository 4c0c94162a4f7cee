/* tape.c: W4, a plain tape of scalar ops in arrays. It is built one op at a time, run forward, run backward,
 * and emptied.
 *
 * The memory of the tape is reused for the next graph.
 */
#include <stdlib.h>
#include <string.h>

#include "hand.h"

typedef enum op { LEAF, MUL_NUMBER, ADD_NUMBER } op;

typedef struct tape {
    int length, capacity;
    uint8_t *op;
    int32_t *operand;
    float *number, *value, *gradient;
    uint32_t seed;
    int size;
} tape;

static void *start(bench_setup s)
{
    tape *t = hand_zeroed(sizeof *t);
    t->capacity = s.size + 1;
    t->size = s.size;
    size_t n = (size_t)t->capacity;
    t->op = hand_zeroed(n * sizeof *t->op);
    t->operand = hand_zeroed(n * sizeof *t->operand);
    t->number = hand_zeroed(n * sizeof *t->number);
    t->value = hand_zeroed(n * sizeof *t->value);
    t->gradient = hand_zeroed(n * sizeof *t->gradient);
    return t;
}

/* Returns -1 if the tape is full. */
static inline int push(tape *t, op o, int operand, float number)
{
    if (t->length == t->capacity) return -1;
    int i = t->length++;
    t->op[i] = (uint8_t)o;
    t->operand[i] = operand;
    t->number[i] = number;
    return i;
}

static int build(tape *t, float x0)
{
    bench_chain c = bench_chain_of(t->size, ++t->seed);
    int x, i = 0;
    t->length = 0;
    x = push(t, LEAF, 0, x0);
    for (int k = 0; k <= CHAIN_TURNS; k++)
        for (; i < c.turn[k]; i++)
            x = (i + k) % 2 ? push(t, ADD_NUMBER, x, (float)CHAIN_TERM)
                            : push(t, MUL_NUMBER, x, (float)CHAIN_FACTOR);
    return x;
}

static float forward(tape *t)
{
    float *v = t->value;
    for (int i = 0; i < t->length; i++) {
        float a = v[t->operand[i]], b = t->number[i];
        switch (t->op[i]) {
        case LEAF: v[i] = b; break;
        case MUL_NUMBER: v[i] = a * b; break;
        case ADD_NUMBER: v[i] = a + b; break;
        }
    }
    return v[t->length - 1];
}

static float backward(tape *t)
{
    float *g = t->gradient;
    memset(g, 0, (size_t)t->length * sizeof *g);
    g[t->length - 1] = 1;
    for (int i = t->length - 1; i > 0; i--) switch (t->op[i]) {
        case LEAF: break;
        case MUL_NUMBER: g[t->operand[i]] += g[i] * t->number[i]; break;
        case ADD_NUMBER: g[t->operand[i]] += g[i]; break;
        }
    return g[0];
}

static bool run(void *self, int64_t n, double seconds[])
{
    tape *t = self;
    for (int64_t k = 0; k < n; k++) {
        double t0 = bench_now();
        build(t, 1);
        double t1 = bench_now();
        forward(t);
        double t2 = bench_now();
        backward(t);
        double t3 = bench_now();
        seconds[0] += t2 - t0, seconds[1] += t3 - t2, seconds[2] += t1 - t0, seconds[3] += t2 - t1;
    }
    return true;
}

static double answer(void *self)
{
    const tape *t = self;
    return (double)t->value[t->length - 1] + (double)t->gradient[0];
}

const bench_side hand_tape = { start, NULL, hand_stop, 1, answer, .run = run };
