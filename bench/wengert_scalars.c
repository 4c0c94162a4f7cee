/* wengert_scalars.c: the side of Wengert of the programs in scalars, with the public headers alone. */
#include "scalars.h"
#include "wengert_training.h"

/* What the unknowns are: parameters of their own, elements of one vector, or inputs. */
typedef enum leaves { NAMED, SLICES, INPUTS } leaves;

typedef struct scalars {
    training t;
    leaves leaves;
    wg_node (*build)(struct scalars *s);
    int count;        /* of unknowns */
    char (*name)[12]; /* of each unknown */
    uint32_t seed;
    wg_node *unknown, *derivative; /* derivative: by each unknown, with INPUTS */
    double value, *x, *gradient;
} scalars;

static scalars *scalars_new(bench_setup setup, int count, leaves kind, wg_node (*build)(scalars *))
{
    scalars *s = training_new(sizeof *s, setup, 1, WG_F64, NULL);
    const size_t n = (size_t)count;
    s->count = count, s->leaves = kind, s->build = build;
    s->name = wg_alloc(s->t.c, n, sizeof *s->name);
    s->x = wg_alloc(s->t.c, n, sizeof *s->x);
    s->gradient = wg_alloc(s->t.c, n, sizeof *s->gradient);
    s->unknown = wg_alloc(s->t.c, n, sizeof *s->unknown);
    s->derivative = wg_alloc(s->t.c, n, sizeof *s->derivative);
    for (int i = 0; i < count; i++) snprintf(s->name[i], sizeof s->name[i], "x%d", i);
    return s;
}

/* Makes the parameters, of the values s->x. */
static void make_parameters(scalars *s)
{
    if (s->leaves == SLICES) wg_params_make(s->t.p, "x", wg_view_f64(s->x, WG_SHAPE(s->count)), false);
    for (int i = 0; s->leaves == NAMED && i < s->count; i++)
        wg_params_make(s->t.p, s->name[i], wg_view_f64(&s->x[i], WG_SCALAR), false);
}

static wg_node make_unknown(scalars *s, int i, wg_node vector)
{
    switch (s->leaves) {
    case NAMED: return wg_param(s->t.g, s->t.p, s->name[i], WG_SCALAR, wg_zeros());
    case SLICES: return wg_squeeze(wg_slice(vector, .axis = 0, .from = i, .to = i + 1), .axis = 0);
    default: return wg_input(s->t.g, s->name[i], wg_view_f64(&s->x[i], WG_SCALAR));
    }
}

/* Begins a graph with the unknowns. */
static void begin(scalars *s)
{
    wg_node vector = wg_none;
    wg_begin(s->t.g, WG_TRAIN);
    if (s->leaves == SLICES) vector = wg_param(s->t.g, s->t.p, "x", WG_SHAPE(s->count), wg_zeros());
    for (int i = 0; i < s->count; i++) s->unknown[i] = make_unknown(s, i, vector);
}

/* ---- passes ---- */

static void differentiate(scalars *s, wg_node y)
{
    if (s->leaves == INPUTS) {
        wg_grads(y, s->unknown, s->count, s->derivative);
        for (int i = 0; i < s->count; i++) s->gradient[i] = wg_item(s->derivative[i]);
    } else {
        wg_backward(y, s->t.p);
        wg_params_get_grad(s->t.p, s->gradient);
    }
}

/* Builds, runs and differentiates once. */
static void pass(scalars *s, double seconds[])
{
    double t0 = bench_now();
    begin(s);
    wg_node y = s->build(s);
    double t1 = bench_now();
    s->value = wg_item(y);
    double t2 = bench_now();
    differentiate(s, y);
    double t3 = bench_now();
    seconds[0] += t2 - t0, seconds[1] += t3 - t2, seconds[2] += t1 - t0, seconds[3] += t2 - t1;
}

/* Passes 2 to 5 with a structure. Adds their mean. */
static void later_passes(scalars *s, double seconds[])
{
    double first[BENCH_PARTS] = { 0 }, sum[BENCH_PARTS] = { 0 };
    pass(s, first);
    for (int k = 2; k <= 5; k++) pass(s, sum);
    for (int i = 0; i < BENCH_PARTS; i++) seconds[i] += sum[i] / 4;
}

static bool run(void *self, int64_t n, double seconds[])
{
    scalars *s = self;
    for (int64_t k = 0; k < n && !wg_failed(s->t.c); k++) {
        if (s->t.setup.way != STRUCTURE_SAME) s->seed++;
        if (s->t.setup.way == STRUCTURE_FIVE_TIMES) later_passes(s, seconds);
        else pass(s, seconds);
    }
    return !wg_failed(s->t.c);
}

static double answer(void *self)
{
    const scalars *s = self;
    return scalars_answer(s->value, s->gradient, s->count);
}

/* a + b; the operands are exchanged at some places. */
static wg_node sum_of(const scalars *s, int i, wg_node a, wg_node b)
{
    return exchanged(s->seed, i) ? wg_add(b, a) : wg_add(a, b);
}

/* ---- Rosenbrock ---- */

static wg_node rosenbrock(scalars *s)
{
    const wg_node *x = s->unknown;
    wg_node sum = wg_none;
    for (int i = 0; i + 1 < s->t.setup.size; i++) {
        wg_node a = wg_sub(x[i + 1], wg_square(x[i])), b = wg_sub(1, x[i]);
        wg_node term = wg_mul(100, wg_square(a));
        term = wg_add(term, wg_square(b));
        sum = i ? sum_of(s, i, sum, term) : term;
    }
    return sum;
}

static void *rosenbrock_new(bench_setup setup, leaves kind)
{
    scalars *s = scalars_new(setup, setup.size, kind, rosenbrock);
    for (int i = 0; i < s->count; i++) s->x[i] = (double)bench_value(STREAM_X, (uint32_t)i);
    make_parameters(s);
    return s;
}

static void *start_rosenbrock(bench_setup setup) { return rosenbrock_new(setup, NAMED); }
static void *start_slices(bench_setup setup) { return rosenbrock_new(setup, SLICES); }
static void *start_inputs(bench_setup setup) { return rosenbrock_new(setup, INPUTS); }

/* ---- ops in random order ---- */

static wg_node random_ops(scalars *s)
{
    wg_node x = s->unknown[0];
    uint32_t bits = 0;
    for (int i = 0; i < s->t.setup.size; i++) switch (random_op(s->seed, i, &bits)) {
        case RANDOM_MUL: x = wg_mul(x, RANDOM_FACTOR); break;
        case RANDOM_DIV: x = wg_div(x, RANDOM_DIVISOR); break;
        case RANDOM_ADD: x = wg_add(x, RANDOM_TERM); break;
        default: x = wg_sub(x, RANDOM_TERM);
        }
    return x;
}

static void *start_random_ops(bench_setup setup)
{
    scalars *s = scalars_new(setup, 1, NAMED, random_ops);
    s->x[0] = 1;
    make_parameters(s);
    return s;
}

const bench_side wengert_rosenbrock = { start_rosenbrock, NULL, training_stop, 1, answer, .run = run };
const bench_side wengert_rosenbrock_slices = { start_slices, NULL, training_stop, 1, answer, .run = run };
const bench_side wengert_rosenbrock_inputs = { start_inputs, NULL, training_stop, 1, answer, .run = run };
const bench_side wengert_random_ops = { start_random_ops, NULL, training_stop, 1, answer, .run = run };
