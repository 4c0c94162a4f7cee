/* random.c: dropout, and nodes that are drawn anew in each evaluation: normal, uniform, yes or no, a class.
 * The last operand is the random stream. Draw i depends on (seed, stream, epoch, i) alone
 * (docs/inside/arithmetic.md). */
#include "rules.h"

#include "base/box_muller.h"
#include "kernel/philox.h"
#include "kernel/vdouble.h"
#include "wgx/source.h"

/* ---- bits of a stream, 64 draws at a time: 16 blocks of Philox side by side ---- */

enum { BLOCKS = 16, GROUP = 64 };
typedef uint32_t words __attribute__((vector_size(sizeof(ph_lanes) / 2)));

/* Draws 64 group ... 64 group + 63 of the stream, as wg_random_bits makes them (src/engine/base/philox.c). */
static inline void bits_of_group(uint64_t key, uint64_t epoch, uint64_t group, uint32_t *restrict bits)
{
    for (int j = 0; j < BLOCKS; j += PH_WIDE) {
        ph_lanes w[4];
        ph_blocks(key, epoch, group * BLOCKS + (uint64_t)j, w);
        for (int i = 0; i < 4; i++) {
            words lower = __builtin_convertvector(w[i], words);
            memcpy(&bits[j + i * BLOCKS], &lower, sizeof lower);
        }
    }
}

/* ---- dropout ---- */

/* An element is kept if its bits are at most `last`: bits / 2^32 < keep. false: none is kept. */
static bool last_kept(double keep, uint32_t *last)
{
    if (!(keep > 0)) return false;
    *last = keep >= 1 ? UINT32_MAX : (uint32_t)(int64_t)(ceil(keep * 0x1p32) - 1);
    return true;
}

/* n elements, beginning with element i of a group. */
#define KEEP(T)                                                                        \
    do {                                                                               \
        const T *x = OPERAND(T, 0) + at * k->step[0], p = *OPERAND(T, 1);              \
        T *restrict y = RESULT(T, 0) + at;                                             \
        if (k->step[0])                                                                \
            for (int64_t j = 0; j < n; j++) y[j] = bits[i + j] <= last ? x[j] / p : 0; \
        else                                                                           \
            for (int64_t j = 0; j < n; j++) y[j] = bits[i + j] <= last ? *x / p : 0;   \
    } while (0)

KERNEL(random_keep)
{
    const bool single = k->xt[0].dtype == WG_F32;
    const uint64_t key = wgi_philox_key(k->seed, *OPERAND(uint64_t, 2));
    uint32_t bits[GROUP], last;
    if (!last_kept(single ? *OPERAND(float, 1) : *OPERAND(double, 1), &last)) {
        memset(k->y[0], 0, (size_t)(k->end - k->begin) * (single ? sizeof(float) : sizeof(double)));
        return true;
    }
    for (int64_t e = k->begin; e < k->end;) {
        int64_t i = e % GROUP, n = k->end - e < GROUP - i ? k->end - e : GROUP - i, at = e - k->begin;
        bits_of_group(key, k->epoch, (uint64_t)(e / GROUP), bits);
        FLOATS(k, KEEP);
        e += n;
    }
    return true;
}

/* ---- numbers, yes or no, a class ---- */

#define DRAWN_FIELDS(F, S) F(S, SHAPE, shape, NULL) F(S, DTYPE, dtype, NULL)
OPTIONS(drawn, DRAWN_FIELDS);

/* Numbers 128 group ... 128 group + 127 of the stream: the first numbers of 64 blocks, then the second. */
enum { PAIR_GROUP = 2 * DRAW_PAIRS };
static void group_of_numbers(const wg_kernel *k, uint64_t group, bool normal, double y[PAIR_GROUP])
{
    const uint64_t key = wgi_philox_key(k->seed, *OPERAND(uint64_t, 0));
    uint64_t u[DRAW_PAIRS], v[DRAW_PAIRS];
    uniform_pairs(key, k->epoch, group * DRAW_PAIRS, u, v);
    double *restrict first = y, *restrict second = y + DRAW_PAIRS;
    if (normal)
        for (int j = 0; j < DRAW_PAIRS; j++) {
            const double a = 1 - bm_unit(u[j]), b = bm_unit(v[j]);
            first[j] = bm_normal(a, b);
            second[j] = bm_second_normal(a, b);
        }
    else
        for (int j = 0; j < DRAW_PAIRS; j++) first[j] = bm_unit(u[j]), second[j] = bm_unit(v[j]);
}

/* A uniform number that is rounded to the float 1 becomes the largest float below 1. */
static bool fill(const wg_kernel *k, bool normal)
{
    double z[PAIR_GROUP];
    const float most = normal ? INFINITY : 0x1.fffffep-1F;
    for (int64_t e = k->begin, n; e < k->end; e += n) {
        const int64_t i = e % PAIR_GROUP, at = e - k->begin;
        n = k->end - e < PAIR_GROUP - i ? k->end - e : PAIR_GROUP - i;
        group_of_numbers(k, (uint64_t)(e / PAIR_GROUP), normal, z);
        if (k->yt[0].dtype == WG_F64) memcpy(RESULT(double, 0) + at, z + i, sizeof *z * (size_t)n);
        else {
            float *restrict y = RESULT(float, 0) + at;
            for (int64_t j = 0; j < n; j++) {
                const float v = (float)z[i + j];
                y[j] = v < most ? v : most;
            }
        }
    }
    return true;
}

KERNEL(random_normal) { return fill(k, true); }
KERNEL(random_uniform) { return fill(k, false); }

/* n elements, beginning with element i of a group; `bad` counts those whose p is no probability. */
#define BELOW(T)                                                                     \
    do {                                                                             \
        const T *p = OPERAND(T, 0) + at * k->step[0];                                \
        if (k->step[0])                                                              \
            for (int64_t j = 0; j < n; j++) {                                        \
                y[at + j] = (double)bits[i + j] < (double)p[j] * 0x1p32;             \
                bad += !(p[j] >= 0 && p[j] <= 1);                                    \
            }                                                                        \
        else {                                                                       \
            const double least = (double)*p * 0x1p32;                                \
            for (int64_t j = 0; j < n; j++) y[at + j] = (double)bits[i + j] < least; \
            bad += !(*p >= 0 && *p <= 1);                                            \
        }                                                                            \
    } while (0)
/* The first element whose p is no probability. */
#define FIRST_BAD(T)                                                     \
    do {                                                                 \
        const T *p = k->x[0];                                            \
        while (p[at * k->step[0]] >= 0 && p[at * k->step[0]] <= 1) at++; \
    } while (0)

KERNEL(bernoulli)
{
    const uint64_t key = wgi_philox_key(k->seed, *OPERAND(uint64_t, 1));
    bool *y = k->y[0];
    int64_t bad = 0, at = 0;
    uint32_t bits[GROUP];
    for (int64_t e = k->begin; e < k->end;) {
        const int64_t i = e % GROUP, n = k->end - e < GROUP - i ? k->end - e : GROUP - i;
        at = e - k->begin;
        bits_of_group(key, k->epoch, (uint64_t)(e / GROUP), bits);
        FLOATS(k, BELOW);
        e += n;
    }
    if (!bad) return true;
    at = 0;
    FLOATS(k, FIRST_BAD);
    return wg_fault_at(k, k->begin + at, 0, WG_FAULT_PLACE, "p is no probability");
}

/* Terms e^(z - largest) of a row are kept where there are few. */
enum { FEW_CLASSES = 512 };

/* The first class at which the sum of the terms is above u times the sum over all classes. A class
 * whose term is 0 is never chosen, nor is one behind the last class of which the term is not 0. -1: no
 * class is. */
#define TERM(j) (n <= FEW_CLASSES ? term[j] : vm_exp((double)z[j] - most))
#define CHOSEN(T)                                                                         \
    do {                                                                                  \
        const T *z = OPERAND(T, 0) + r * n;                                               \
        double most = -INFINITY, total = 0, sum = 0, term[FEW_CLASSES];                   \
        for (int64_t j = 0; j < n; j++) most = (double)z[j] > most ? (double)z[j] : most; \
        for (int64_t j = 0; j < n; j++) {                                                 \
            const double e = vm_exp((double)z[j] - most);                                 \
            if (n <= FEW_CLASSES) term[j] = e;                                            \
            total += e;                                                                   \
        }                                                                                 \
        if (!(total > 0 && total < INFINITY)) break;                                      \
        for (int64_t j = 0; j < n && !(chosen >= 0 && sum > u * total); j++) {            \
            const double e = TERM(j);                                                     \
            sum += e;                                                                     \
            if (e > 0) chosen = j;                                                        \
        }                                                                                 \
    } while (0)

KERNEL(categorical)
{
    const uint64_t key = wgi_philox_key(k->seed, *OPERAND(uint64_t, 1));
    const int64_t n = k->xt[0].shape->dim[k->xt[0].shape->rank - 1];
    EACH_UNIT(r) {
        int64_t chosen = -1;
        uint32_t w[4];
        wgi_philox(key, k->epoch, (uint64_t)r, w);
        const double u = (double)(((uint64_t)w[1] << 32 | w[0]) >> 11) * 0x1p-53;
        FLOATS(k, CHOSEN);
        if (chosen < 0) return wg_fault_at(k, r, 0, WG_FAULT_PLACE, "a row of logits gives no probabilities");
        RESULT(int64_t, 0)[r] = chosen;
    }
    return true;
}

#if WG_BASE

bool wgx_draw_key(uint64_t seed, uint64_t stream, double keep, uint64_t *key, uint32_t *last)
{
    *key = wgi_philox_key(seed, stream);
    return last_kept(keep, last);
}

EXTERN(random_keep);

/* ---- random_keep ---- */

static wg_node kept(wg_site here, wg_node x, wg_node p, wg_node stream)
{
    return NODE_OF(random_keep, NULL, x, p, stream);
}

SHAPE(random_keep)
{
    if (!wg_rule_float(r, 0) || !wg_rule_rank(r, 1, 0, 0) || !wg_rule_rank(r, 2, 0, 0)) return false;
    if (r->x[1].dtype != r->x[0].dtype || r->x[2].dtype != WG_I64)
        return wg_rule_fail(r, WG_ERROR_DTYPE, "takes a share of x's dtype and a stream, not %s and %s",
                            wg_dtype_name(r->x[1].dtype), wg_dtype_name(r->x[2].dtype));
    return true;
}
VJP(random_keep) { gx[0] = kept(here, gy, x[1], x[2]); }
JVP(random_keep) { return wg_is_none(tx[0]) ? wg_none : kept(here, tx[0], x[1], x[2]); }
/* Every row has the draws of y: those of 1 in y's shape say what is kept. */
VMAP(random_keep)
{
    if (rows[1] || rows[2]) return wg_none;
    wg_node one = wg_cast(wg_fill_at(here, wg_graph_of(y), 1, wg_node_shape(y)), wg_node_dtype(y));
    return wg_where(wg_greater(kept(here, one, x[1], x[2]), 0), wg_div(x[0], x[1]), 0);
}
#define KEPT(x, p) kept(here, x, wg_number(p), wg_stream(here, g, NULL))
SAMPLES(random_keep, KEPT(ANY(3, 4), 0.75), KEPT(ANY(150), 0.75), KEPT(wg_any(g, WG_SCALAR), 1),
        KEPT(ANY(2, 0), 0.75));
ERRORS(random_keep, (kept(here, ANY(3), wg_number(0.5), wg_number(1)), "and a stream"));

DEFINE_OP(random_keep,
          .summary = "x / p where the element's random draw u is below p, elsewhere 0. The last operand is "
                     "the random stream.",
          .formula = "y = x / p where u < p, else 0; u = \"a draw of U(0, 1)\"",
          .adjoint = "x' = y' / p where u < p, else 0; u = \"the draw of y\"", .none = 1 << 1 | 1 << 2,
          .operands = 3, .names = "x p stream", .kind = WG_RANDOM, .cost = 8,
          RULES(random_keep, shape, vjp, jvp, vmap), .kernel = KERNELS(random_keep));

/* ---- dropout ---- */

/* Exactly one of keep_prob and drop is given. */
#define DROPOUT_FIELDS(F, S)        \
    F(S, DOUBLE, keep_prob, "auto") \
    F(S, DOUBLE, drop, "auto")      \
    F(S, POINTER, name, NULL)       \
    F(S, CHOICE, mode, "graph", "graph train eval") /* values are those of wg_layer_mode */
OPTIONS(dropout, DROPOUT_FIELDS);

SHAPE(dropout)
{
    struct dropout *f = r->attr;
    const bool keeps = f->keep_prob != WG_AUTO, drops = f->drop != WG_AUTO;
    if (keeps && drops) return wg_rule_fail(r, WG_ERROR_USE, "keep_prob or drop, not both");
    if (!keeps && !drops)
        return wg_rule_fail(r, WG_ERROR_USE, "say keep_prob, the share to keep, or drop, the share to drop");
    return wg_rule_float(r, 0);
}
EXPAND(dropout)
{
    const struct dropout *f = attr;
    wg_graph *g = wg_graph_of(x[0]);
    double keep = f->keep_prob != WG_AUTO ? f->keep_prob : 1 - f->drop;
    y[0] = x[0];
    if (f->mode == WG_AS_GRAPH) wgi_idle_note(g, "dropout", here);
    if (f->mode == WG_AS_TRAIN || (f->mode == WG_AS_GRAPH && wg_graph_mode(g) == WG_TRAIN))
        y[0] = kept(here, x[0], wg_number(keep), wg_stream(here, g, f->name));
}
SAMPLES(dropout, wg_dropout(ANY(3, 4), .keep_prob = 0.5), wg_dropout(ANY(7), .drop = 0.25, .name = "mask"),
        wg_dropout(ANY(7), .keep_prob = 1));
ERRORS(dropout, (wg_dropout(ANY(3), .keep_prob = 1.5), "keep_prob 1.5: must be in (0, 1]"),
       (wg_dropout(ANY(3), .keep_prob = 0.5, .drop = 0.5), "not both"), (wg_dropout(ANY(3)), "say keep_prob"),
       (wg_dropout(ANY(3), .drop = 1), "drop 1: must be in [0, 1)"));

DEFINE_OP(dropout,
          .summary =
              "Inverted dropout. In training every evaluation keeps another random part of the elements, "
              "divided by keep_prob, and sets the rest to 0. In evaluation mode it is x itself.",
          .formula = "y = x r / k where mode = train or (mode = graph and \"training\"), else x; r = \"1 "
                     "with the probability k, "
                     "else 0\", k = keep_prob where given(keep_prob), else 1 - drop",
          .adjoint = "x' = y' r / k where mode = train or (mode = graph and \"training\"), else y'; r = \"1 "
                     "where y was kept, "
                     "else 0\"",
          .operands = 1, .kind = WG_RANDOM, TAKES(dropout), .options = wg_dropout_args_rows,
          RULES(dropout, shape, expand));
BUILDER(dropout, dropout) { APPLY(dropout, dropout, DROPOUT_FIELDS, a->x); }

/* Operand k is a random stream. */
static bool is_stream(wg_rule *r, int k)
{
    return (r->x[k].dtype == WG_I64 && r->x[k].shape->rank == 0) ||
           wg_rule_fail(r, WG_ERROR_DTYPE, "%s is no random stream", wg_rule_who(r, k));
}

SHAPE(drawn)
{
    struct drawn *a = r->attr;
    char text[80];
    if (!is_stream(r, r->operands - 1)) return false;
    if (!wgi_shape_fits(&a->shape))
        return wg_rule_fail(r, WG_ERROR_SHAPE, "%s is no shape", wg_shape_text(a->shape, text, sizeof text));
    r->y[0].dtype = WG_BOOL;
    return shaped_to(r, a->shape);
}
/* Numbers of a float dtype, by default the context's. */
SHAPE(numbers)
{
    struct drawn *a = r->attr;
    if (!a->dtype) a->dtype = wgi_default_dtype(r->graph);
    if (!wg_dtype_is_float(a->dtype))
        return wg_rule_fail(r, WG_ERROR_DTYPE, "dtype is %s, must be f32 or f64", wg_dtype_name(a->dtype));
    if (!drawn_shape(r)) return false;
    r->y[0].dtype = a->dtype;
    return true;
}

static wg_node drawn(wg_site here, wg_graph *g, const wg_op *op, wg_shape s, const char *name)
{
    if (!g) return wg_fail(NULL, here, WG_ERROR_USE, "%s: the graph is NULL", op->name), wg_none;
    wg_node stream = wg_stream(here, g, name);
    return wg_apply(here, op, &stream, 1, &(struct drawn){ s, wgi_default_dtype(g) });
}

#define DRAWN(op, x, ...) NODE_OF(op, WITH(drawn, __VA_ARGS__), x)
#define DRAW_OP(n, ...)                                                                               \
    DEFINE_OP(n, .adjoint = "the draws depend on no number", .none = WG_EVERY_OPERAND, .operands = 1, \
              .names = "stream", .kind = WG_RANDOM, TAKES(drawn), .shape = numbers_shape,             \
              .kernel = KERNELS(n), __VA_ARGS__)
#define DRAW_ERRORS(n)                                                              \
    (DRAWN(n, wg_stream(here, g, NULL), WG_SHAPE(-3), WG_F64), "[-3] is no shape"), \
        (DRAWN(n, ANY(3), WG_SHAPE(3), WG_F64), "is no random stream"),             \
        (DRAWN(n, wg_stream(here, g, NULL), WG_SHAPE(3), WG_I32), "dtype is i32")

/* ---- random_normal ---- */

SAMPLES(random_normal, wg_random_normal(g, WG_SHAPE(3, 4)), wg_random_normal(g, WG_SCALAR),
        wg_random_normal(g, WG_SHAPE(2, 0)), wg_random_normal(g, WG_SHAPE(200)),
        wg_random_normal(g, WG_SHAPE(5), .mean = 2, .deviation = 0.5, .name = "noise"));
ERRORS(random_normal, DRAW_ERRORS(random_normal));

DRAW_OP(
    random_normal,
    .summary = "Standard normal numbers, drawn anew in each evaluation. The operand is the random stream.",
    .formula = "y = \"a draw of N(0, 1)\"", .cost = 16);
BUILDER(random_normal, random_normal)
{
    WG_USER_CALL(here, "random_normal");
    if (!wg_options_fit(a->x ? a->x->c : NULL, here, "random_normal", wg_random_normal_args_rows(), a))
        return wg_graph_node(a->x, 0);
    wg_node z = drawn(here, a->x, &wgi_op_random_normal, a->shape, a->name);
    here = wg_inside(here);
    if (a->deviation != 1) z = wg_mul(z, a->deviation);
    return a->mean != 0 ? wg_add(z, a->mean) : z;
}

/* ---- random_uniform ---- */

SAMPLES(random_uniform, wg_random_uniform(g, WG_SHAPE(3, 4)), wg_random_uniform(g, WG_SCALAR),
        wg_random_uniform(g, WG_SHAPE(2, 0)), wg_random_uniform(g, WG_SHAPE(200)),
        wg_random_uniform(g, WG_SHAPE(5), .low = -1, .high = 0));
ERRORS(random_uniform, DRAW_ERRORS(random_uniform),
       (wg_random_uniform(g, WG_SHAPE(3), .low = 1), "low is 1, high is 1"));

DRAW_OP(
    random_uniform,
    .summary = "Uniform numbers in [0, 1), drawn anew in each evaluation. The operand is the random stream.",
    .formula = "y = \"a draw of U(0, 1)\"", .cost = 8);
BUILDER(random_uniform, random_uniform)
{
    WG_USER_CALL(here, "random_uniform");
    const double low = a->low, high = a->high;
    if (!wg_options_fit(a->x ? a->x->c : NULL, here, "random_uniform", wg_random_uniform_args_rows(), a))
        return wg_graph_node(a->x, 0);
    wg_node u = drawn(here, a->x, &wgi_op_random_uniform, a->shape, a->name);
    if (!wg_node_ok(u)) return u;
    if (!(low < high))
        return WGI_FAIL_NODE(a->x, here, "random_uniform", WG_ERROR_VALUE,
                             "low is %g, high is %g: low must be below high", low, high);
    here = wg_inside(here);
    if (high - low != 1) u = wg_mul(u, high - low);
    return low != 0 ? wg_add(u, low) : u;
}

/* ---- bernoulli ---- */

SHAPE(bernoulli) { return wg_rule_float(r, 0) && drawn_shape(r) && broadcasts_to(r, 0, r->y[0].shape); }
SAMPLES(bernoulli, wg_bernoulli(g, WG_SHAPE(3, 4), BETWEEN(0.1, 0.9, 3, 4)),
        wg_bernoulli(g, WG_SHAPE(3, 150), 0.25), wg_bernoulli(g, WG_SHAPE(3, 4), BETWEEN(0.1, 0.9, 3, 1)),
        wg_bernoulli(g, WG_SHAPE(2, 0), 1), wg_bernoulli(g, WG_SCALAR, wg_between(g, 0.1, 0.9, WG_SCALAR)));
ERRORS(bernoulli, (wg_bernoulli(g, WG_SHAPE(3), BETWEEN(0.1, 0.9, 4)), "does not broadcast"),
       (wg_bernoulli(g, WG_SHAPE(3), CLASSES(2, 3)), "must be f32 or f64"),
       (wg_bernoulli(g, WG_SHAPE(3), 1.5), "p is no probability"));

DEFINE_OP(bernoulli,
          .summary = "True with probability p, drawn anew in each evaluation. p is broadcast to the shape. "
                     "The last operand is the random stream.",
          .formula = "y = u < p; u = \"a draw of U(0, 1)\"", .adjoint = "the result is a draw",
          .none = WG_EVERY_OPERAND, .operands = 2, .names = "p stream", .kind = WG_RANDOM, .cost = 8,
          TAKES(drawn), .shape = bernoulli_shape, .kernel = KERNELS(bernoulli));
wg_node wg_bernoulli_at(wg_site here, wg_graph *g, wg_shape s, wg_node p)
{
    WG_USER_CALL(here, "bernoulli");
    if (!g) return wg_fail(NULL, here, WG_ERROR_USE, "bernoulli: the graph is NULL"), wg_none;
    if (wgi_is_number(p)) p = wgi_number_to_leaf(g, here, p, wgi_default_dtype(g));
    wg_node x[2] = { p, wg_stream(here, g, NULL) };
    return wg_apply(here, &wgi_op_bernoulli, x, 2, &(struct drawn){ s, WG_BOOL });
}

/* ---- categorical ---- */

SHAPE(categorical)
{
    const wg_shape *s = r->x[0].shape;
    if (!wg_rule_rank(r, 0, 1, WG_MAX_RANK) || !wg_rule_float(r, 0) || !is_stream(r, 1)) return false;
    if (!s->dim[s->rank - 1]) return wg_rule_fail(r, WG_ERROR_SHAPE, "%s has no classes", wg_rule_who(r, 0));
    r->y[0].dtype = WG_I64;
    return shaped_to(r, without_last(s));
}
UNITS(categorical) { return wg_shape_size(*k->yt[0].shape); }
SAMPLES(categorical, wg_categorical(ANY(5, 4)), wg_categorical(ANY(4), .name = "action"),
        wg_categorical(ANY(2, 0, 3)), wg_categorical(ANY(2, 3, 70)));
ERRORS(categorical, (wg_categorical(ANY(3, 0)), "has no classes"),
       (wg_categorical(wg_any(g, WG_SCALAR)), "must have 1 to 8"),
       (wg_categorical(wg_mul(ANY(3), INFINITY)), "gives no probabilities"));

DEFINE_OP(categorical,
          .summary = "A class number for each row of logits, drawn anew in each evaluation with the "
                     "probabilities softmax(x). The last operand is the random stream.",
          .formula = "y = \"a draw of class i with the probability softmax(x)[i]\"",
          .adjoint = "the result is a draw", .none = WG_EVERY_OPERAND, .operands = 2, .names = "x stream",
          .kind = WG_ROWS, .cost = 20, RULES(categorical, shape, units), .kernel = KERNELS(categorical));
BUILDER(categorical, categorical)
{
    WG_USER_CALL(here, "categorical");
    wg_graph *g = wg_graph_of(a->x);
    wg_node x[2] = { a->x, g ? wg_stream(here, g, a->name) : wg_none };
    return wg_apply(here, &wgi_op_categorical, x, 2, NULL);
}

#endif
