/* test_recurrent.c: recurrent layers against their formulas, computed one number after the other. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "wgnode.h"

enum { BATCH = 3, TIME = 4, IN = 2, UNITS = 5, KINDS = 3, WIDE = 4 * UNITS };

typedef wg_nn_states (*layer_fn)(wg_site, const wg_nn_recurrent_args *);
typedef wg_nn_states (*cell_fn)(wg_site, const wg_nn_cell_args *);
static const layer_fn layers[KINDS] = { wg_nn_rnn_at, wg_nn_lstm_at, wg_nn_gru_at };
static const cell_fn cells[KINDS] = { wg_nn_rnn_cell_at, wg_nn_lstm_cell_at, wg_nn_gru_cell_at };
static const int gates[KINDS] = { 1, 4, 3 };

/* ---- the formulas ---- */

/* Where the gate's bias b_new is 0, as in layers that are new. */
typedef struct numbers {
    const double *W, *U, *b, *b_new;
} numbers;

static numbers numbers_of(const wg_params *p, const char *prefix)
{
    const char *part[] = { "W", "U", "b", "b_new" };
    const double *v[4] = { NULL };
    for (int i = 0; i < 4; i++) {
        char name[40];
        snprintf(name, sizeof name, "%s.%s", prefix, part[i]);
        int at = wg_params_find(p, name);
        if (at >= 0) v[i] = wg_params_tensor(p, at).data;
    }
    return (numbers){ v[0], v[1], v[2], v[3] };
}

static double sigmoid(double x) { return 1 / (1 + exp(-x)); }

static void one_step(int kind, const numbers *w, const double *x, double *h, double *c)
{
    const int n = gates[kind] * UNITS;
    double a[WIDE], u[WIDE], old[UNITS];
    memcpy(old, h, sizeof old);
    for (int j = 0; j < n; j++) {
        a[j] = w->b[j], u[j] = 0;
        for (int i = 0; i < IN; i++) a[j] += x[i] * w->W[i * n + j];
        for (int i = 0; i < UNITS; i++) u[j] += old[i] * w->U[i * n + j];
    }
    for (int j = 0; j < UNITS; j++) {
        const int f = j + UNITS, g = j + 2 * UNITS, o = j + 3 * UNITS;
        if (kind == 0) h[j] = tanh(a[j] + u[j]);
        if (kind == 1) {
            c[j] = sigmoid(a[f] + u[f]) * c[j] + sigmoid(a[j] + u[j]) * tanh(a[g] + u[g]);
            h[j] = sigmoid(a[o] + u[o]) * tanh(c[j]);
        }
        if (kind == 2) {
            const double r = sigmoid(a[j] + u[j]), z = sigmoid(a[f] + u[f]);
            h[j] = (1 - z) * tanh(a[g] + r * (u[g] + w->b_new[j])) + z * old[j];
        }
    }
}

/* One sequence of `length` steps, forward or from its end; y is TIME rows that are `wide` apart. h and
 * c: the states. */
static void one_sequence(int kind, const numbers *w, const double *x, int length, bool reverse, double *y,
                         int wide, double *h, double *c)
{
    for (int t = 0; t < TIME; t++) memset(y + t * wide, 0, UNITS * sizeof *y);
    for (int i = 0; i < length; i++) {
        const int t = reverse ? length - 1 - i : i;
        one_step(kind, w, x + t * IN, h, c);
        memcpy(y + t * wide, h, UNITS * sizeof *h);
    }
}

/* ---- layers ---- */

static double input[BATCH * TIME * IN], first_h[BATCH * 2 * UNITS], first_c[BATCH * 2 * UNITS];
static const int32_t lengths[BATCH] = { 4, 1, 3 };

static void draw_inputs(void)
{
    wgt_random r = { 3 };
    for (size_t i = 0; i < sizeof input / sizeof *input; i++) input[i] = wgt_uniform(&r, -2, 2);
    for (int i = 0; i < BATCH * 2 * UNITS; i++)
        first_h[i] = wgt_uniform(&r, -1, 1), first_c[i] = wgt_uniform(&r, -1, 1);
}

typedef struct variant {
    bool state, lengths, reverse, both;
} variant;

static wg_nn_states build(wg_graph *g, wg_params *p, int kind, variant v)
{
    const wg_init wide = wg_normal(0, 1);
    const int n = v.both ? 2 : 1;
    wg_nn_recurrent_args a = WG_OPTS(
        wg_nn_recurrent_args, .x = wg_input(g, "x", wg_view_f64(input, WG_SHAPE(BATCH, TIME, IN))), .p = p,
        .name = "r", .units = UNITS, .reverse = v.reverse, .bidirectional = v.both, .b_init = wide);
    if (v.lengths) a.lengths = wg_input(g, "n", wg_view_i32(lengths, WG_SHAPE(BATCH)));
    if (v.state) {
        a.state.h = wg_input(g, "h", wg_view_f64(first_h, WG_SHAPE(BATCH, n * UNITS)));
        a.state.c = wg_input(g, "c", wg_view_f64(first_c, WG_SHAPE(BATCH, n * UNITS)));
    }
    return layers[kind](WG_HERE, &a);
}

static void expect_near(wg_node y, const double *want, size_t n, const char *what)
{
    double *got = wgt_all_values(y);
    cr_assert_eq((size_t)wg_shape_size(wg_node_shape(y)), n, "%s", what);
    cr_expect_leq(wgt_distance(got, want, n), 1e-14, "%s", what);
    free(got);
}

/* b_new is 0 at first: other numbers show that it is used. */
static void set_new_biases(wg_params *p)
{
    const char *name[] = { "r.b_new", "r.reverse.b_new" };
    for (int i = 0; i < 2; i++)
        if (wg_params_find(p, name[i]) >= 0)
            wg_params_assign(p, name[i], (const double[UNITS]){ 0.5, -1, 0.25, 2, 1 }, UNITS);
}

static void compare(int kind, variant v)
{
    wg_graph *g = graph(WG_F64);
    wg_params *p = wg_params_new(wg_graph_context(g));
    draw_inputs();
    build(g, p, kind, v);
    set_new_biases(p);
    wg_begin(g, WG_TRAIN);
    wg_nn_states s = build(g, p, kind, v);
    const int n = v.both ? 2 : 1;
    static double y[BATCH * TIME * 2 * UNITS], h[BATCH * 2 * UNITS], c[BATCH * 2 * UNITS];
    memset(h, 0, sizeof h), memset(c, 0, sizeof c);
    if (v.state) memcpy(h, first_h, sizeof h), memcpy(c, first_c, sizeof c);
    for (int b = 0; b < BATCH; b++)
        for (int d = 0; d < n; d++) {
            const numbers w = numbers_of(p, d ? "r.reverse" : "r");
            const int at = b * n * UNITS + d * UNITS;
            one_sequence(kind, &w, input + b * TIME * IN, v.lengths ? lengths[b] : TIME,
                         v.reverse != (d == 1), y + (b * TIME * n + d) * UNITS, n * UNITS, h + at, c + at);
        }
    char what[60];
    snprintf(what, sizeof what, "kind %d, state %d lengths %d reverse %d both %d", kind, v.state, v.lengths,
             v.reverse, v.both);
    expect_near(s.y, y, (size_t)(BATCH * TIME * n * UNITS), what);
    expect_near(s.h, h, (size_t)(BATCH * n * UNITS), what);
    if (kind == 1) expect_near(s.c, c, (size_t)(BATCH * n * UNITS), what);
    done(g);
}

Test(recurrent, layers_equal_their_formulas)
{
    for (int kind = 0; kind < KINDS; kind++)
        for (int i = 0; i < 16; i++) compare(kind, (variant){ i & 1, i & 2, i & 4, i & 8 });
}

/* A cell, step by step with the same parameters, gives what the layer gives. */
Test(recurrent, cells_equal_layers)
{
    draw_inputs();
    for (int kind = 0; kind < KINDS; kind++) {
        IN_WORLD(WG_F64);
        wg_nn_states whole = build(g, p, kind, (variant){ 0 }), s = { .h = wg_none };
        wg_node x = wg_input(g, "x", wg_view_f64(input, WG_SHAPE(BATCH, TIME, IN)));
        for (int t = 0; t < TIME; t++)
            s = cells[kind](WG_HERE,
                            &WG_OPTS(wg_nn_cell_args, .x = wg_select(x, .axis = 1, .index = t), .state = s,
                                     .p = p, .name = "r", .units = UNITS, .share = true));
        double *want = wgt_all_values(whole.h);
        expect_near(s.h, want, BATCH * UNITS, "cell");
        free(want);
    }
}

Test(recurrent, relu_is_relu)
{
    IN_WORLD(WG_F64);
    const wg_init one = wg_const(1);
    wg_node x = wg_input(g, "x", wg_view_f64((const double[]){ 2, 3, -9 }, WG_SHAPE(1, 3, 1)));
    wg_nn_states s = wg_nn_rnn(x, p, "r", 1, .relu = true, .W_init = one, .U_init = one);
    EXPECT(s.y, WG_F64, WG_SHAPE(1, 3, 1), 2, 5, 0);
    EXPECT(s.h, WG_F64, WG_SHAPE(1, 1), 0);
}

Test(recurrent, no_steps)
{
    IN_WORLD(WG_F64);
    wg_node x = wg_input(g, "x", wg_view_f64(input, WG_SHAPE(2, 0, 3)));
    wg_nn_states s = wg_nn_lstm(x, p, "r", 1);
    EXPECT_EMPTY(s.y, WG_F64, WG_SHAPE(2, 0, 1));
    EXPECT(s.h, WG_F64, WG_SHAPE(2, 1), 0, 0);
}

Test(recurrent, mistakes)
{
    IN_WORLD(WG_F64);
    wg_node x = wg_input(g, "x", wg_view_f64(input, WG_SHAPE(BATCH, TIME, IN))), flat = VECTOR(g, 1, 2);
    WGT_REFUSED(c, SHAPE, "x must be floats [batch, time, in]", wg_nn_lstm(flat, p, "a", 3));
    WGT_REFUSED(c, SHAPE, "units at least 1", wg_nn_gru(x, p, "b", 0));
    WGT_REFUSED(c, SHAPE, "the lengths are [2], must be [3]", wg_nn_gru(x, p, "c", 4, .lengths = flat));
    wg_nn_rnn(x, p, "d", 4, .state = { .h = flat });
    wgt_expect_error(c, WG_ERROR_SHAPE, "the state h is [2], must be [3,4]");
    wg_nn_states none = { .h = wg_none };
    WGT_REFUSED(c, SHAPE, "nn_lstm_cell: \"e\" of 4 units", wg_nn_lstm_cell(x, none, p, "e", 4));
    wg_nn_rnn(x, p, "f", 4);
    WGT_REFUSED(c, USE, "layer \"f\"", wg_nn_rnn(x, p, "f", 4));
}
