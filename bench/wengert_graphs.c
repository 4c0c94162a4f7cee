/* wengert_graphs.c: the side of Wengert of W13 and W14, with the public headers alone: programs that read
 * values while they build their graph, or differentiate a graph that is built anew each time. */
#include "ode.h"
#include "tracking.h"
#include "wengert_training.h"

/* ---- W13: an adaptive solver ---- */

typedef struct ode {
    training t;
    int width; /* of the net; 0: 0.1 sin */
    wg_shape shape;
    double end;
    wg_node rate, W1, W2; /* the parameters of f */
} ode;

static wg_node f(const ode *s, double t, wg_node y)
{
    if (s->width) return wg_matmul(wg_tanh(wg_matmul(y, s->W1)), s->W2);
    return wg_mul(s->rate, wg_sin(wg_add(y, t)));
}

/* y + h sum a[i] k[i]; without a y the sum alone. */
static wg_node plus(wg_node y, double h, const double a[ODE_STAGES], const wg_node k[], int n)
{
    for (int i = 0; i < n; i++) {
        if (a[i] == 0) continue;
        wg_node term = wg_mul(h * a[i], k[i]);
        y = wg_is_none(y) ? term : wg_add(y, term);
    }
    return y;
}

/* Makes k[1 .. 6] of a trial step from y and k[0]. Returns the state after it. */
static wg_node trial(const ode *s, double t, double h, wg_node y, wg_node k[ODE_STAGES])
{
    wg_node next = y;
    for (int i = 1; i < ODE_STAGES; i++) {
        next = plus(y, h, ode_stage[i], k, i);
        k[i] = f(s, t + ode_node[i] * h, next);
    }
    return next;
}

static wg_node solve(ode *s, wg_node y)
{
    double left = s->end, h = ODE_FIRST;
    wg_node k[ODE_STAGES] = { f(s, 0, y) };
    while (left > 0 && !wg_failed(s->t.c)) {
        h = fmin(h, left);
        wg_node next = trial(s, s->end - left, h, y, k);
        wg_node e = plus(wg_none, h, ode_error, k, ODE_STAGES);
        double error = wg_item(wg_sqrt(wg_mean(wg_square(e)))) / ODE_TOLERANCE;
        if (error <= 1) left -= h, y = next, k[0] = k[ODE_STAGES - 1];
        h = ode_next_step(h, error);
    }
    return y;
}

static wg_node ode_loss(void *self)
{
    ode *s = self;
    const wg_shape W = WG_SHAPE(s->width, s->width);
    wg_begin(s->t.g, WG_TRAIN);
    wg_node y = wg_param(s->t.g, s->t.p, "y0", s->shape, wg_zeros());
    if (s->width) {
        s->W1 = wg_param(s->t.g, s->t.p, "W1", W, wg_zeros());
        s->W2 = wg_param(s->t.g, s->t.p, "W2", W, wg_zeros());
    } else s->rate = wg_param(s->t.g, s->t.p, "rate", WG_SCALAR, wg_zeros());
    return wg_mean(wg_square(solve(s, y)));
}

static void *start_ode(bench_setup setup)
{
    const int width = setup.size;
    const wg_start_opts o = WG_OPTS(wg_start_opts, .threads = 1, .interpret = setup.way == ODE_INTERPRETED);
    ode *s = training_in(sizeof *s, setup, &o, ode_loss);
    s->width = width;
    s->shape = width ? WG_SHAPE(ODE_STATE / width, width) : WG_SHAPE(ODE_STATE);
    s->end = width ? ODE_NET_END : ODE_END;
    training_make(&s->t, "y0", STREAM_X, 1, s->shape);
    if (width) {
        training_make(&s->t, "W1", STREAM_WEIGHTS, ODE_NET_SCALE, WG_SHAPE(width, width));
        training_make(&s->t, "W2", STREAM_WEIGHTS + 1, ODE_NET_SCALE, WG_SHAPE(width, width));
    } else wg_params_make(s->t.p, "rate", wg_view_f32(&(float){ ODE_RATE }, WG_SCALAR), false);
    return s;
}

static double answer_ode(void *self)
{
    const ode *s = self;
    const float *g = wg_params_grad(s->t.p, wg_params_find(s->t.p, "y0")).data;
    const float *r = wg_params_grad(s->t.p, wg_params_find(s->t.p, s->width ? "W1" : "rate")).data;
    return g && r ? s->t.loss + (double)*r + ode_weighted(g) : NAN;
}

/* ---- W14: 26 derivatives of the residuals of a hand ---- */

typedef struct tracking {
    training t;
    track_model m;
    double direction[TRACK_POSE][TRACK_POSE]; /* the unit matrix */
    wg_node pose, tangent[TRACK_POSE];        /* of the present graph */
    double jacobian[TRACK_POSE][3 * TRACK_POINTS];
} tracking;

/* Columns of equal height, beside each other. */
static wg_node columns(const wg_node x[], int n, wg_shape s)
{
    return wg_reshape(wg_concat(x, n, .axis = 1), s);
}

/* Rz Ry Rx of each bone, [bones, 4, 4]. angles: [bones, 3]. */
static wg_node rotations(wg_graph *g, wg_node angles)
{
    wg_node s = wg_sin(angles), c = wg_cos(angles);
    wg_node O = wg_fill(g, 0, WG_SHAPE(TRACK_BONES, 1)), I = wg_fill(g, 1, WG_SHAPE(TRACK_BONES, 1));
    wg_node sx = wg_slice(s, .axis = 1, .from = 0, .to = 1), cx = wg_slice(c, .axis = 1, .from = 0, .to = 1);
    wg_node sy = wg_slice(s, .axis = 1, .from = 1, .to = 2), cy = wg_slice(c, .axis = 1, .from = 1, .to = 2);
    wg_node sz = wg_slice(s, .axis = 1, .from = 2, .to = 3), cz = wg_slice(c, .axis = 1, .from = 2, .to = 3);
    wg_node sysx = wg_mul(sy, sx), sycx = wg_mul(sy, cx);
    wg_node r[16] = { wg_mul(cz, cy),
                      wg_sub(wg_mul(cz, sysx), wg_mul(sz, cx)),
                      wg_add(wg_mul(cz, sycx), wg_mul(sz, sx)),
                      O,
                      wg_mul(sz, cy),
                      wg_add(wg_mul(sz, sysx), wg_mul(cz, cx)),
                      wg_sub(wg_mul(sz, sycx), wg_mul(cz, sx)),
                      O,
                      wg_neg(sy),
                      wg_mul(cy, sx),
                      wg_mul(cy, cx),
                      O,
                      O,
                      O,
                      O,
                      I };
    return columns(r, 16, WG_SHAPE(TRACK_BONES, 4, 4));
}

/* The frame of each bone, [bones, 4, 4]: the product of `own` along the chain of its parents. */
static wg_node frames(const track_model *m, wg_node own)
{
    wg_node frame[TRACK_BONES];
    for (int b = 0; b < TRACK_BONES; b++) {
        frame[b] = wg_slice(own, .axis = 0, .from = b, .to = b + 1);
        if (m->parent[b] >= 0) frame[b] = wg_matmul(frame[m->parent[b]], frame[b]);
    }
    return wg_concat(frame, TRACK_BONES);
}

/* The rotation about w by its length, [3, 3]: cos + sin [a]x + (1 - cos) a a', with a = w / |w|. */
static wg_node about(wg_graph *g, wg_node w)
{
    static const double cross[9][3] = { { 0 },        { 0, 0, -1 }, { 0, 1 }, { 0, 0, 1 }, { 0 },
                                        { -1, 0, 0 }, { 0, -1, 0 }, { 1 },    { 0 } };
    static const double unit[3][3] = { { 1 }, { 0, 1 }, { 0, 0, 1 } };
    wg_node angle = wg_sqrt(wg_sum(wg_square(w))), a = wg_div(w, angle), c = wg_cos(angle);
    wg_node K = wg_input_borrow(g, "cross", wg_view_f64(&cross[0][0], WG_SHAPE(9, 3)));
    wg_node I = wg_input_borrow(g, "unit", wg_view_f64(&unit[0][0], WG_SHAPE(3, 3)));
    wg_node skew = wg_reshape(wg_matmul(K, a), WG_SHAPE(3, 3));
    wg_node outer = wg_mul(wg_expand_dims(a, .axis = 1), wg_expand_dims(a, .axis = 0));
    return wg_add(wg_add(wg_mul(c, I), wg_mul(wg_sin(angle), skew)), wg_mul(wg_sub(1, c), outer));
}

/* The positions of the vertices after their bones, [vertices, 3]. */
static wg_node skin(wg_graph *g, const track_model *m, wg_node angles)
{
    const wg_shape bones = WG_SHAPE(TRACK_BONES, 4, 4);
    wg_node base = wg_input_borrow(g, "base", wg_view_f64(&m->base[0][0][0], bones));
    wg_node inverse = wg_input_borrow(g, "inverse", wg_view_f64(&m->inverse[0][0][0], bones));
    wg_node weight =
        wg_input_borrow(g, "weight", wg_view_f64(&m->weight[0][0], WG_SHAPE(TRACK_VERTICES, TRACK_BONES)));
    wg_node position =
        wg_input_borrow(g, "position", wg_view_f64(&m->position[0][0], WG_SHAPE(TRACK_VERTICES, 1, 4)));
    wg_node move = wg_matmul(frames(m, wg_matmul(base, rotations(g, angles))), inverse);
    wg_node mixed = wg_matmul(weight, wg_reshape(move, WG_SHAPE(TRACK_BONES, 16)));
    wg_node rows = wg_slice(wg_reshape(mixed, WG_SHAPE(TRACK_VERTICES, 4, 4)), .axis = 1, .to = 3);
    return wg_sum(wg_mul(rows, position), .axis = 2);
}

static wg_node residuals(wg_graph *g, const track_model *m, wg_node pose)
{
    wg_node zero = wg_fill(g, 0, WG_SHAPE(1));
    wg_node angle = wg_input_borrow(g, "angle", wg_view_i32(&m->angle[0][0], WG_SHAPE(TRACK_BONES, 3)));
    wg_node vertex = wg_input_borrow(g, "vertex", wg_view_i32(m->vertex, WG_SHAPE(TRACK_POINTS)));
    wg_node point = wg_input_borrow(g, "point", wg_view_f64(&m->point[0][0], WG_SHAPE(TRACK_POINTS, 3)));
    wg_node angles = wg_gather(wg_concat(((wg_node[]){ pose, zero }), 2), angle);
    wg_node turn = about(g, wg_slice(pose, .axis = 0, .to = 3)),
            place = wg_slice(pose, .axis = 0, .from = 3, .to = 6);
    wg_node seen = wg_gather(skin(g, m, angles), vertex);
    return wg_sub(point, wg_add(wg_matmul(seen, wg_transpose(turn)), place));
}

/* Begins a graph with the residuals and their derivatives by each number of the pose. */
static void build_tracking(tracking *s)
{
    wg_begin(s->t.g, WG_EVAL);
    s->pose = wg_input(s->t.g, "pose", wg_view_f64(s->m.pose, WG_SHAPE(TRACK_POSE)));
    wg_node r = residuals(s->t.g, &s->m, s->pose);
    for (int p = 0; p < TRACK_POSE; p++) {
        wg_node v = wg_input_borrow(s->t.g, "direction", wg_view_f64(s->direction[p], WG_SHAPE(TRACK_POSE)));
        s->tangent[p] = wg_jvp(r, &s->pose, &v, 1);
    }
}

static bool read_tangents(tracking *s)
{
    for (int p = 0; p < TRACK_POSE; p++) wg_copy_f64(s->tangent[p], s->jacobian[p], 3 * TRACK_POINTS);
    return !wg_failed(s->t.c);
}

static void *start_tracking(bench_setup setup)
{
    tracking *s = training_new(sizeof *s, setup, 1, WG_F64, NULL);
    track_fill(&s->m);
    for (int p = 0; p < TRACK_POSE; p++) s->direction[p][p] = 1;
    build_tracking(s);
    return s;
}

static bool rebuilt(void *self)
{
    tracking *s = self;
    build_tracking(s);
    return read_tangents(s);
}

static bool fixed(void *self)
{
    tracking *s = self;
    wg_input_set(s->pose, wg_view_f64(s->m.pose, WG_SHAPE(TRACK_POSE)));
    return read_tangents(s);
}

static double answer_tracking(void *self)
{
    const tracking *s = self;
    double sum = 0;
    for (int p = 0; p < TRACK_POSE; p++) sum += track_weighted(s->jacobian[p], p);
    return sum;
}

/* ---- the same by wg_jacobian, in a graph that is built anew each time ---- */

static bool whole(void *self)
{
    tracking *s = self;
    wg_begin(s->t.g, WG_EVAL);
    s->pose = wg_input(s->t.g, "pose", wg_view_f64(s->m.pose, WG_SHAPE(TRACK_POSE)));
    wg_node j = wg_jacobian(residuals(s->t.g, &s->m, s->pose), s->pose);
    return wg_copy_f64(j, &s->jacobian[0][0], TRACK_POSE * 3 * TRACK_POINTS) == WG_OK;
}

/* The Jacobian has a row for each residual, s->jacobian one for each number of the pose. */
static double answer_whole(void *self)
{
    tracking *s = self;
    static double turned[TRACK_POSE][3 * TRACK_POINTS];
    for (int i = 0; i < TRACK_POSE * 3 * TRACK_POINTS; i++)
        turned[i % TRACK_POSE][i / TRACK_POSE] = (&s->jacobian[0][0])[i];
    memcpy(s->jacobian, turned, sizeof turned);
    return answer_tracking(s);
}

const bench_side wengert_ode = { start_ode, NULL, training_stop, 1, answer_ode, .run = training_run };
const bench_side wengert_tracking = { start_tracking, rebuilt, training_stop, 1, .answer = answer_tracking };
const bench_side wengert_tracking_fixed = { start_tracking, fixed, training_stop, 1,
                                            .answer = answer_tracking };
const bench_side wengert_tracking_whole = { start_tracking, whole, training_stop, 1, .answer = answer_whole };
