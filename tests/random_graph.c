/* random_graph.c: a byte is a choice. Each step takes two nodes of the pool and adds one; a table of steps, those with kinks
 * last, is all the grammar there is. */
#include "random_graph.h"

#include <math.h>

static int64_t most_elements(const random_graph *r) { return r->large ? 60000 : 4000; }

static const bounded nothing; /* a step that cannot be taken: the node is wg_none */

static unsigned next(random_graph *r) { return r->at < r->size ? r->bytes[r->at++] : 0; }

static int64_t elements(wg_node n) { return wg_shape_size(wg_node_shape(n)); }

static int rank(wg_node n) { return wg_node_shape(n).rank; }

static int axis(random_graph *r, wg_node n) { return rank(n) ? (int)(next(r) % (unsigned)rank(n)) : 0; }

/* ---- leaves ---- */

static wg_shape leaf_shape(random_graph *r)
{
    static const int64_t sizes[16] = { 2, 3, 4, 1, 5, 3, 2, 7, 4, 1, 3, 2, 6, 33, 5, 0 };
    wg_shape s = { (int)(next(r) % 4), { 0 } };
    for (int i = 0; i < s.rank; i++) s.dim[i] = sizes[next(r) % 16];
    if (r->large && s.rank) s.dim[next(r) % (unsigned)s.rank] = 1500 + 7 * next(r);
    return s;
}

/* Values in [-1.5, 1.5), drawn by the leaf's place. */
static void add_leaf(random_graph *r)
{
    wg_shape s = leaf_shape(r);
    int k = r->leaves++;
    int64_t n = wg_shape_size(s);
    double *v = wg_alloc(wg_graph_context(r->g), (size_t)n + 1, sizeof *v);
    wgt_random draw = { 7 + (uint64_t)k };
    char name[] = { 'x', (char)('0' + k), 0 };
    for (int64_t i = 0; v && i < n; i++) v[i] = wgt_uniform(&draw, -1.5, 1.5);
    if (v && k == r->shift_leaf && n) v[r->shift_element] += r->shift;
    r->leaf[k] = r->p && k % 2 ? wg_param(r->g, r->p, name, s, wg_values(v))
                               : wg_cast(wg_input(r->g, name, wg_view_f64(v, s)),
                                         wg_context_dtype(wg_graph_context(r->g)));
    wg_free(wg_graph_context(r->g), v);
    r->pool[r->count++] = (bounded){ r->leaf[k], 1.5 + fabs(r->shift) };
}

/* ---- making things fit ---- */

/* b, or its mean where a and b do not broadcast to something small. */
static bounded fitting(const random_graph *r, bounded a, bounded b)
{
    wg_shape s = wg_node_shape(a.n), t = wg_node_shape(b.n);
    int64_t size = 1;
    bool fits = true;
    for (int i = 1; i <= s.rank || i <= t.rank; i++) {
        int64_t u = i <= s.rank ? s.dim[s.rank - i] : 1, v = i <= t.rank ? t.dim[t.rank - i] : 1;
        fits = fits && (u == v || u == 1 || v == 1);
        size *= u == 1 ? v : u;
    }
    if (fits && size <= most_elements(r)) return b;
    return elements(b.n) ? (bounded){ wg_mean(b.n), b.bound } : (bounded){ wg_sum(b.n), 0 };
}

/* x as a matrix: its last axis stays. */
static wg_node matrix(wg_node x)
{
    wg_shape s = wg_node_shape(x);
    int64_t last = s.rank ? s.dim[s.rank - 1] : 1;
    return wg_reshape(x, WG_SHAPE(last ? elements(x) / last : 0, last));
}

/* x cut or repeated along axis 0 of a matrix to n rows. */
static wg_node with_rows(wg_node x, int64_t n)
{
    int64_t have = wg_dim(x, 0);
    if (have == n) return x;
    if (have > n && n > 0) return wg_slice(x, .axis = 0, .from = 0, .to = n);
    return wg_broadcast_to(wg_sum(x, .axes = WG_AXES(0), .keepdims = true), WG_SHAPE(n, wg_dim(x, 1)));
}

/* ---- elementwise steps ---- */

static bounded step_add(random_graph *r, bounded a, bounded b)
{
    return (bounded){ wg_add(a.n, b.n), a.bound + b.bound };
}
static bounded step_sub(random_graph *r, bounded a, bounded b)
{
    return (bounded){ wg_sub(a.n, b.n), a.bound + b.bound };
}
static bounded step_mul(random_graph *r, bounded a, bounded b)
{
    return (bounded){ wg_mul(a.n, b.n), a.bound * b.bound };
}

static bounded step_div(random_graph *r, bounded a, bounded b)
{
    return (bounded){ wg_div(a.n, wg_add(wg_square(b.n), 0.5)), 2 * a.bound };
}

static bounded step_pow(random_graph *r, bounded a, bounded b)
{
    return (bounded){ wg_pow(wg_add(wg_square(a.n), 0.5), wg_tanh(b.n)), a.bound * a.bound + 2 };
}

static bounded step_weak(random_graph *r, bounded a, bounded b)
{
    return (bounded){ wg_sub(1.25, wg_mul(a.n, -0.5)), a.bound / 2 + 1.25 };
}
static bounded step_neg(random_graph *r, bounded a, bounded b) { return (bounded){ wg_neg(a.n), a.bound }; }
static bounded step_exp(random_graph *r, bounded a, bounded b)
{
    return (bounded){ wg_exp(wg_sin(a.n)), 2.8 };
}
static bounded step_log(random_graph *r, bounded a, bounded b)
{
    return (bounded){ wg_log(wg_add(wg_square(a.n), 0.5)), 0.7 + 2 * a.bound };
}
static bounded step_sqrt(random_graph *r, bounded a, bounded b)
{
    return (bounded){ wg_sqrt(wg_add(wg_square(a.n), 0.25)), 0.5 + a.bound };
}
static bounded step_square(random_graph *r, bounded a, bounded b)
{
    return (bounded){ wg_square(a.n), a.bound * a.bound };
}
static bounded step_sin(random_graph *r, bounded a, bounded b) { return (bounded){ wg_sin(a.n), 1 }; }
static bounded step_cos(random_graph *r, bounded a, bounded b) { return (bounded){ wg_cos(a.n), 1 }; }
static bounded step_erf(random_graph *r, bounded a, bounded b) { return (bounded){ wg_erf(a.n), 1 }; }
static bounded step_tanh(random_graph *r, bounded a, bounded b) { return (bounded){ wg_tanh(a.n), 1 }; }
static bounded step_sigmoid(random_graph *r, bounded a, bounded b) { return (bounded){ wg_sigmoid(a.n), 1 }; }
static bounded step_softplus(random_graph *r, bounded a, bounded b)
{
    return (bounded){ wg_softplus(a.n), a.bound + 0.7 };
}
static bounded step_stop(random_graph *r, bounded a, bounded b)
{
    return (bounded){ wg_mul(a.n, wg_stop_gradient(b.n)), a.bound * b.bound };
}
static bounded step_dropout(random_graph *r, bounded a, bounded b)
{
    return (bounded){ wg_dropout(a.n, .keep_prob = 0.75), a.bound * 4 / 3 };
}

static bounded step_addn(random_graph *r, bounded a, bounded b)
{
    wg_node x[3] = { a.n, wg_shape_equal(wg_node_shape(a.n), wg_node_shape(b.n)) ? b.n : wg_neg(a.n), a.n };
    return (bounded){ wg_addn(x, 3), 2 * a.bound + fmax(a.bound, b.bound) };
}

/* ---- reductions ---- */

static wg_reduce_args reduction(random_graph *r, bounded a)
{
    unsigned how = next(r);
    wg_reduce_args args = { .x = a.n, .keepdims = how & 1 };
    if (how & 2 && rank(a.n)) args.axes = WG_AXES(axis(r, a.n));
    return args;
}

/* How many elements one result is made of. */
static double terms(const wg_reduce_args *args)
{
    return args->axes.count ? (double)wg_dim(args->x, args->axes.axis[0]) : (double)elements(args->x);
}

static bounded step_sum(random_graph *r, bounded a, bounded b)
{
    wg_reduce_args args = reduction(r, a);
    return (bounded){ wg_sum_at(WG_HERE, &args), a.bound * terms(&args) };
}

static bounded step_mean(random_graph *r, bounded a, bounded b)
{
    wg_reduce_args args = reduction(r, a);
    return terms(&args) ? (bounded){ wg_mean_at(WG_HERE, &args), a.bound } : nothing;
}

static bounded step_var(random_graph *r, bounded a, bounded b)
{
    wg_reduce_args args = reduction(r, a);
    return terms(&args) ? (bounded){ wg_var_at(WG_HERE, &args), a.bound * a.bound } : nothing;
}

static bounded step_logsumexp(random_graph *r, bounded a, bounded b)
{
    wg_reduce_args args = reduction(r, a);
    return terms(&args) ? (bounded){ wg_logsumexp_at(WG_HERE, &args), a.bound + log(terms(&args)) } : nothing;
}

/* ---- shapes ---- */

static bounded step_reshape(random_graph *r, bounded a, bounded b)
{
    wg_node y = next(r) & 1 ? matrix(a.n) : wg_reshape(a.n, WG_SHAPE(elements(a.n)));
    return (bounded){ y, a.bound };
}

static bounded step_transpose(random_graph *r, bounded a, bounded b)
{
    if (rank(a.n) < 2) return nothing;
    if (next(r) & 1 || rank(a.n) > 3) return (bounded){ wg_transpose(a.n), a.bound };
    wg_axes axes = rank(a.n) == 2 ? WG_AXES(1, 0) : WG_AXES(1, 2, 0);
    return (bounded){ wg_transpose(a.n, .axes = axes), a.bound };
}

static bounded step_slice(random_graph *r, bounded a, bounded b)
{
    if (!rank(a.n)) return nothing;
    int k = axis(r, a.n);
    int64_t n = wg_dim(a.n, k), from = n ? next(r) % n : 0, to = n ? from + 1 + next(r) % (n - from) : 0;
    return n ? (bounded){ wg_slice(a.n, .axis = k, .from = from, .to = to), a.bound } : nothing;
}

static bounded step_concat(random_graph *r, bounded a, bounded b)
{
    if (!rank(a.n) || 3 * elements(a.n) > most_elements(r)) return nothing;
    wg_node x[3] = { a.n, wg_shape_equal(wg_node_shape(a.n), wg_node_shape(b.n)) ? b.n : wg_neg(a.n), a.n };
    return (bounded){ wg_concat(x, 3, axis(r, a.n)), fmax(a.bound, b.bound) };
}

static bounded step_broadcast(random_graph *r, bounded a, bounded b)
{
    wg_shape s = wg_node_shape(a.n);
    if (s.rank > 3 || 3 * elements(a.n) > most_elements(r)) return nothing;
    for (int i = s.rank++; i > 0; i--) s.dim[i] = s.dim[i - 1];
    s.dim[0] = 1 + next(r) % 3;
    return (bounded){ wg_broadcast_to(a.n, s), a.bound };
}

static bounded step_expand(random_graph *r, bounded a, bounded b)
{
    return rank(a.n) < 5 ? (bounded){ wg_expand(a.n, (int)(next(r) % (unsigned)(rank(a.n) + 1))), a.bound }
                         : nothing;
}

static bounded step_sum_to(random_graph *r, bounded a, bounded b)
{
    wg_shape s = wg_node_shape(a.n);
    double n = 1;
    if (!s.rank) return nothing;
    int k = axis(r, a.n);
    n = (double)s.dim[k];
    s.dim[k] = 1;
    return (bounded){ wg_sum_to(a.n, s), a.bound * n };
}

static bounded step_gather(random_graph *r, bounded a, bounded b)
{
    int64_t n = rank(a.n) ? wg_dim(a.n, 0) : 0;
    if (!n || elements(a.n) / n * 3 > most_elements(r)) return nothing;
    int64_t row[3] = { next(r) % n, next(r) % n, 0 };
    return (bounded){ wg_gather(a.n, wg_input(r->g, "rows", wg_view_i64(row, WG_SHAPE(3)))), a.bound };
}

/* ---- products, softmax, losses ---- */

static bool fits(const random_graph *r, int64_t rows, int64_t columns)
{
    return rows * columns <= most_elements(r);
}

static bounded step_matmul(random_graph *r, bounded a, bounded b)
{
    wg_node x = matrix(a.n), y = matrix(b.n);
    int64_t m = wg_dim(x, 0), k = wg_dim(x, 1), n = wg_dim(y, 1);
    if (next(r) & 1)
        return fits(r, m, m) ? (bounded){ wg_matmul(x, wg_transpose(x)), (double)k * a.bound * a.bound }
                             : nothing;
    if (!fits(r, m, n) || !fits(r, k, n)) return nothing;
    double rows = fmax(1, (double)wg_dim(y, 0));
    return (bounded){ wg_matmul(x, with_rows(y, k)), (double)k * a.bound * b.bound * rows };
}

static bounded step_dense(random_graph *r, bounded a, bounded b)
{
    wg_node x = matrix(a.n), y = matrix(b.n);
    if (!fits(r, wg_dim(x, 0), wg_dim(y, 1)) || !fits(r, wg_dim(x, 1), wg_dim(y, 1))) return nothing;
    double rows = fmax(1, (double)wg_dim(y, 0));
    wg_node w = with_rows(y, wg_dim(x, 1));
    wg_node bias = wg_sum(w, .axes = WG_AXES(0));
    double k = (double)wg_dim(x, 1);
    return (bounded){ wg_dense(x, w, bias), k * rows * b.bound * (a.bound + 1) };
}

static bounded step_dot(random_graph *r, bounded a, bounded b)
{
    wg_node y = wg_shape_equal(wg_node_shape(a.n), wg_node_shape(b.n)) ? b.n : wg_cos(a.n);
    return (bounded){ wg_dot(a.n, y), (double)elements(a.n) * a.bound * fmax(1, b.bound) };
}

static bounded step_softmax(random_graph *r, bounded a, bounded b)
{
    if (!rank(a.n) || !elements(a.n)) return nothing;
    return (bounded){ wg_softmax(a.n, .axis = WG_AXES(axis(r, a.n)), .temperature = 1.5), 1 };
}

static bounded step_log_softmax(random_graph *r, bounded a, bounded b)
{
    if (!rank(a.n) || !elements(a.n)) return nothing;
    return (bounded){ wg_log_softmax(a.n), 2 * a.bound + log((double)elements(a.n)) };
}

static bounded step_cross_entropy(random_graph *r, bounded a, bounded b)
{
    wg_node x = matrix(a.n);
    if (!elements(x)) return nothing;
    int64_t rows = wg_dim(x, 0), classes = wg_dim(x, 1);
    int32_t *y = wg_alloc(wg_graph_context(r->g), (size_t)rows, sizeof *y);
    for (int64_t i = 0; y && i < rows; i++) y[i] = (int32_t)(i * 5 % classes);
    wg_node n = wg_input(r->g, "classes", wg_view_i32(y, WG_SHAPE(rows)));
    wg_free(wg_graph_context(r->g), y);
    return (bounded){ wg_softmax_cross_entropy(x, n, .reduction = next(r) & 1 ? WG_NONE : WG_MEAN),
                      2 * a.bound + log((double)classes) };
}

static bounded step_mse(random_graph *r, bounded a, bounded b)
{
    wg_node y = wg_shape_equal(wg_node_shape(a.n), wg_node_shape(b.n)) ? b.n : wg_sin(a.n);
    return elements(a.n) ? (bounded){ wg_mse(a.n, y), 4 * (a.bound + 1) * (b.bound + 1) } : nothing;
}

static bounded step_bce(random_graph *r, bounded a, bounded b)
{
    wg_node y = wg_fill(r->g, 0.3, wg_node_shape(a.n));
    if (!elements(a.n)) return nothing;
    return next(r) & 1
               ? (bounded){ wg_bce_with_logits(a.n, y), a.bound + 1 }
               : (bounded){ wg_binary_cross_entropy(wg_add(wg_mul(wg_sigmoid(a.n), 0.9), 0.05), y), 3 };
}

static bounded step_batch_norm(random_graph *r, bounded a, bounded b)
{
    wg_node x = matrix(a.n);
    if (!elements(x)) return nothing;
    wg_node gamma = wg_cos(wg_sum(x, .axes = WG_AXES(0))), beta = wg_mean(x, .axes = WG_AXES(0));
    return (bounded){ wg_batch_norm(x, gamma, beta, .eps = 0.1), sqrt((double)wg_dim(x, 0)) + a.bound };
}

static bounded step_layer_norm(random_graph *r, bounded a, bounded b)
{
    wg_node x = matrix(a.n);
    if (!elements(x)) return nothing;
    wg_node gamma = wg_cos(wg_sum(x, .axes = WG_AXES(0))), beta = wg_mean(x, .axes = WG_AXES(0));
    return (bounded){ wg_layer_norm(x, gamma, beta, .eps = 0.1), sqrt((double)wg_dim(x, 1)) + a.bound };
}

/* ---- steps with kinks, or without a derivative ---- */

static bounded step_relu(random_graph *r, bounded a, bounded b) { return (bounded){ wg_relu(a.n), a.bound }; }
static bounded step_leaky(random_graph *r, bounded a, bounded b)
{
    return (bounded){ wg_leaky_relu(a.n, .slope = 0.1), a.bound };
}
static bounded step_abs(random_graph *r, bounded a, bounded b) { return (bounded){ wg_abs(a.n), a.bound }; }
static bounded step_maximum(random_graph *r, bounded a, bounded b)
{
    return (bounded){ wg_maximum(a.n, b.n), a.bound + b.bound };
}
static bounded step_minimum(random_graph *r, bounded a, bounded b)
{
    return (bounded){ wg_minimum(a.n, b.n), a.bound + b.bound };
}

static bounded step_max(random_graph *r, bounded a, bounded b)
{
    wg_reduce_args args = reduction(r, a);
    return terms(&args) ? (bounded){ wg_max_at(WG_HERE, &args), a.bound } : nothing;
}

static bounded step_where(random_graph *r, bounded a, bounded b)
{
    wg_node c = next(r) & 1 ? wg_less(a.n, b.n) : wg_greater_equal(wg_sin(a.n), 0.25);
    return (bounded){ wg_where(c, a.n, wg_neg(b.n)), a.bound + b.bound };
}

static bounded step_one_hot(random_graph *r, bounded a, bounded b)
{
    wg_node x = matrix(a.n);
    if (!elements(x)) return nothing;
    wg_node hot = wg_one_hot(wg_argmax(x), wg_dim(x, 1));
    return (bounded){ wg_mul(x, wg_cast(hot, wg_node_dtype(x))), a.bound };
}

static bounded step_bool(random_graph *r, bounded a, bounded b)
{
    return (bounded){ wg_mul(a.n, wg_less_equal(b.n, 0.5)), a.bound };
}

typedef bounded (*step_fn)(random_graph *r, bounded a, bounded b);

enum {
    FIT = 1,
    KINK = 2
}; /* b is made to broadcast with a; not smooth, or with a derivative that differences do not find */

static const struct {
    step_fn f;
    unsigned flags;
} steps[] = {
    { step_add, FIT },
    { step_sub, FIT },
    { step_mul, FIT },
    { step_div, FIT },
    { step_pow, FIT },
    { step_weak, 0 },
    { step_neg, 0 },
    { step_exp, 0 },
    { step_log, 0 },
    { step_sqrt, 0 },
    { step_square, 0 },
    { step_sin, 0 },
    { step_cos, 0 },
    { step_erf, 0 },
    { step_tanh, 0 },
    { step_sigmoid, 0 },
    { step_softplus, 0 },
    { step_dropout, 0 },
    { step_addn, 0 },
    { step_sum, 0 },
    { step_mean, 0 },
    { step_var, 0 },
    { step_reshape, 0 },
    { step_slice, 0 },
    { step_transpose, 0 },
    { step_concat, 0 },
    { step_expand, 0 },
    { step_sum_to, 0 },
    { step_broadcast, 0 },
    { step_logsumexp, 0 },
    { step_gather, 0 },
    { step_matmul, 0 },
    { step_dense, 0 },
    { step_dot, 0 },
    { step_softmax, 0 },
    { step_mse, 0 },
    { step_bce, 0 },
    { step_log_softmax, 0 },
    { step_batch_norm, 0 },
    { step_layer_norm, 0 },
    { step_cross_entropy, 0 },
    { step_stop, FIT | KINK },
    { step_relu, KINK },
    { step_leaky, KINK },
    { step_abs, KINK },
    { step_maximum, FIT | KINK },
    { step_minimum, FIT | KINK },
    { step_max, KINK },
    { step_where, FIT | KINK },
    { step_one_hot, KINK },
    { step_bool, FIT | KINK },
};
enum { STEPS = sizeof steps / sizeof *steps };

static void take_step(random_graph *r)
{
    unsigned k = next(r) % STEPS;
    bounded a = r->pool[next(r) % (unsigned)r->count], b = r->pool[next(r) % (unsigned)r->count];
    if (r->smooth && steps[k].flags & KINK) return;
    bounded y = steps[k].f(r, a, steps[k].flags & FIT ? fitting(r, a, b) : b);
    if (wg_is_none(y.n)) return;
    if (!(y.bound < 30)) y = (bounded){ wg_tanh(wg_div(y.n, fmin(y.bound / 3, 30))), 1 };
    r->pool[r->count++] = y;
}

void random_graph_build(random_graph *r)
{
    int leaves = 1 + (int)(next(r) % GRAPH_LEAVES);
    while (r->leaves < leaves) add_leaf(r);
    while (r->at < r->size && r->count < GRAPH_POOL) take_step(r);
    r->loss = wg_scalar(r->g, 0.5);
    for (int i = r->count - 1; i >= 0 && i >= r->count - 5; i--) {
        wg_node n = r->pool[i].n;
        r->loss = wg_add(r->loss, wg_sum(wg_mul(n, wg_add(n, 0.3))));
    }
}

size_t random_graph_bytes(uint64_t seed, uint64_t index, uint8_t bytes[80])
{
    wgt_random r = { seed * 0x9E3779B97F4A7C15u + index };
    size_t n = 12 + (size_t)wgt_below(&r, 64);
    for (size_t i = 0; i < n; i++) bytes[i] = (uint8_t)wgt_next(&r);
    return n;
}
