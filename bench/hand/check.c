/* check.c: checks the yardsticks. Every gradient in bench/hand is compared with central differences of the
 * same function, which is written again in double, as simply as possible, here and in check_*.c.
 * check_vmath.c compares hand_vmath.h with libm.
 *
 * A difference across a kink is no derivative, so steps are small where a ReLU could change sign. They are
 * larger where the loss is smooth and its derivatives are small. A gradient passes if ||numeric - analytic||
 * <= 1e-4 (||numeric|| + ||analytic||) over the components that are compared, which are spread evenly. f32
 * has seven digits, and the sums of these works lose one or two. The exit status is 1 if one fails.
 */
#include <cblas.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../ode.h"
#include "../tracking.h"
#include "check.h"

#define TOLERANCE 1e-4

void fill(double *to, size_t n, double scale, double offset, uint32_t stream)
{
    for (size_t i = 0; i < n; i++)
        to[i] = (double)(float)(offset + scale * (double)bench_value(stream, (uint32_t)i));
}

/* ---- dense layers: W1, W2, W6, W8 ---- */

/* z = x W + b, row-major; b follows W in memory. */
static void dense(const double *x, int rows, int in, int out, const double *W, const double *b, double *z)
{
    for (int i = 0; i < rows; i++) memcpy(z + (size_t)i * (size_t)out, b, (size_t)out * sizeof *z);
    cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, rows, out, in, 1, x, in, W, out, 1, z, out);
}

static void relu(double *z, size_t n)
{
    for (size_t i = 0; i < n; i++) z[i] = z[i] > 0 ? z[i] : 0;
}

static double cross_entropy(const double *z, int classes, int y)
{
    double high = z[0], sum = 0;
    for (int j = 1; j < classes; j++) high = fmax(high, z[j]);
    for (int j = 0; j < classes; j++) sum += exp(z[j] - high);
    return log(sum) + high - z[y];
}

static double mean_cross_entropy(const double *z, int rows, int classes)
{
    double sum = 0;
    for (int i = 0; i < rows; i++)
        sum += cross_entropy(z + (size_t)i * (size_t)classes, classes,
                             bench_class(STREAM_Y, (uint32_t)i, classes));
    return sum / rows;
}

/* For each column: (z - mean) / deviation * gamma + beta. */
static void batch_norm(double *z, int rows, int columns, const double *beta, const double *gamma)
{
    for (int j = 0; j < columns; j++) {
        double mean = 0, variance = 0;
        for (int i = 0; i < rows; i++) mean += z[i * columns + j] / rows;
        for (int i = 0; i < rows; i++)
            variance += (z[i * columns + j] - mean) * (z[i * columns + j] - mean) / rows;
        for (int i = 0; i < rows; i++)
            z[i * columns + j] = (z[i * columns + j] - mean) / sqrt(variance + NORM_EPS) * gamma[j] + beta[j];
    }
}

static double mlp_loss(const double *theta, bool norm)
{
    const size_t room = (size_t)MLP_BATCH * (size_t)mlp_width[0];
    double *a = calloc(2 * room, sizeof *a), *x = a, *z = a + room, nothing[256] = { 0 }, loss;
    fill(x, room, 1, 0, STREAM_X);
    for (int l = 0; l < MLP_LAYERS; l++) {
        int in = mlp_width[l], out = mlp_width[l + 1];
        bool hidden = l < MLP_LAYERS - 1, normed = norm && hidden;
        const double *b = theta + (size_t)in * (size_t)out;
        dense(x, MLP_BATCH, in, out, theta, normed ? nothing : b, z);
        if (normed) batch_norm(z, MLP_BATCH, out, b, b + out);
        if (hidden) relu(z, (size_t)MLP_BATCH * (size_t)out);
        theta = b + (normed ? 2 : 1) * out;
        double *t = x;
        x = z, z = t;
    }
    loss = mean_cross_entropy(x, MLP_BATCH, mlp_width[MLP_LAYERS]);
    free(a);
    return loss;
}

static void mlp_fill(double *theta, bool norm)
{
    for (int l = 0; l < MLP_LAYERS; l++) {
        size_t in = (size_t)mlp_width[l], out = (size_t)mlp_width[l + 1];
        fill(theta, in * out, bench_weight_scale(mlp_width[l]), 0, STREAM_WEIGHTS + (uint32_t)l);
        theta += in * out + out;
        if (norm && l < MLP_LAYERS - 1)
            for (size_t j = 0; j < out; j++) *theta++ = 1;
    }
}

static void fill_mlp(double *theta) { mlp_fill(theta, false); }
static void fill_mlp_norm(double *theta) { mlp_fill(theta, true); }
static double f_mlp(const double *theta, size_t k) { return (void)k, mlp_loss(theta, false); }
static double f_mlp_norm(const double *theta, size_t k) { return (void)k, mlp_loss(theta, true); }

static void fill_deep(double *theta)
{
    for (int l = 0; l < DEEP_LAYERS; l++, theta += DEEP_WIDTH * DEEP_WIDTH + DEEP_WIDTH)
        fill(theta, DEEP_WIDTH * DEEP_WIDTH, bench_weight_scale(DEEP_WIDTH), 0, STREAM_WEIGHTS + (uint32_t)l);
}

static double f_deep(const double *theta, size_t component)
{
    const int W = DEEP_WIDTH, B = DEEP_BATCH;
    const size_t room = (size_t)B * (size_t)W;
    double *a = calloc(2 * room, sizeof *a), sum = 0;
    (void)component;
    fill(a, room, 1, 0, STREAM_X);
    for (int l = 0; l < DEEP_LAYERS; l++, theta += W * W + W) {
        double *x = a + room * (size_t)(l % 2), *z = a + room * (size_t)((l + 1) % 2);
        dense(x, B, W, W, theta, theta + W * W, z);
        if (l < DEEP_LAYERS - 1) relu(z, room);
    }
    for (size_t i = 0; i < room; i++) {
        double e = a[room * (DEEP_LAYERS % 2) + i] - (double)bench_value(STREAM_Y, (uint32_t)i);
        sum += e * e;
    }
    free(a);
    return sum / B / W;
}

/* W1, b1, W2, b2, x. */
static void fill_gradcheck(double *theta)
{
    double *W2 = theta + CHECK_IN * CHECK_HIDDEN + CHECK_HIDDEN,
           *x = W2 + CHECK_HIDDEN * CHECK_OUT + CHECK_OUT;
    double s1 = bench_weight_scale(CHECK_IN), s2 = bench_weight_scale(CHECK_HIDDEN);
    for (uint32_t i = 0; i < CHECK_IN * CHECK_HIDDEN; i++)
        theta[i] = s1 * (double)bench_value(STREAM_WEIGHTS, i);
    for (uint32_t i = 0; i < CHECK_HIDDEN * CHECK_OUT; i++)
        W2[i] = s2 * (double)bench_value(STREAM_WEIGHTS + 1, i);
    fill(x, CHECK_BATCH * CHECK_IN, 1, 0, STREAM_X);
}

static double f_gradcheck(const double *theta, size_t component)
{
    double h[CHECK_BATCH * CHECK_HIDDEN], z[CHECK_BATCH * CHECK_OUT];
    const double *b1 = theta + CHECK_IN * CHECK_HIDDEN, *W2 = b1 + CHECK_HIDDEN,
                 *b2 = W2 + CHECK_HIDDEN * CHECK_OUT;
    (void)component;
    dense(b2 + CHECK_OUT, CHECK_BATCH, CHECK_IN, CHECK_HIDDEN, theta, b1, h);
    relu(h, CHECK_BATCH * CHECK_HIDDEN);
    dense(h, CHECK_BATCH, CHECK_HIDDEN, CHECK_OUT, W2, b2, z);
    return mean_cross_entropy(z, CHECK_BATCH, CHECK_OUT);
}

/* ---- W15: W1, b1, W2, b2 ---- */

static void fill_net64(double *theta)
{
    const size_t first = NET64_IN * NET64_HIDDEN, second = NET64_HIDDEN * NET64_OUT;
    fill(theta, first, bench_weight_scale(NET64_IN), 0, STREAM_WEIGHTS);
    fill(theta + first + NET64_HIDDEN, second, bench_weight_scale(NET64_HIDDEN), 0, STREAM_WEIGHTS + 1);
}

static double f_net64(const double *theta, size_t component)
{
    double x[NET64_BATCH * NET64_IN], h[NET64_BATCH * NET64_HIDDEN], z[NET64_BATCH * NET64_OUT];
    const double *b1 = theta + NET64_IN * NET64_HIDDEN, *W2 = b1 + NET64_HIDDEN,
                 *b2 = W2 + NET64_HIDDEN * NET64_OUT;
    (void)component;
    fill(x, NET64_BATCH * NET64_IN, 1, 0, STREAM_X);
    dense(x, NET64_BATCH, NET64_IN, NET64_HIDDEN, theta, b1, h);
    relu(h, NET64_BATCH * NET64_HIDDEN);
    dense(h, NET64_BATCH, NET64_HIDDEN, NET64_OUT, W2, b2, z);
    return mean_cross_entropy(z, NET64_BATCH, NET64_OUT);
}

/* ---- W3: W1 [2, 4], b1, W2 [4], b2 ---- */

static void fill_small(double *theta)
{
    fill(theta, 8, 1, 0, STREAM_WEIGHTS);
    fill(theta + 12, 4, 1, 0, STREAM_WEIGHTS + 1);
}

static double small_loss(const double *w, int batch)
{
    double sum = 0;
    for (uint32_t i = 0; i < (uint32_t)batch; i++) {
        double x0 = (double)bench_value(STREAM_X, 2 * i), x1 = (double)bench_value(STREAM_X, 2 * i + 1),
               z = w[16];
        for (int j = 0; j < 4; j++) z += tanh(x0 * w[j] + x1 * w[4 + j] + w[8 + j]) * w[12 + j];
        sum += log(1 + exp(z)) - bench_class(STREAM_Y, i, 2) * z;
    }
    return sum / batch;
}

static double f_small_1(const double *w, size_t k) { return (void)k, small_loss(w, 1); }
static double f_small_32(const double *w, size_t k) { return (void)k, small_loss(w, 32); }

/* ---- W4, W5 ---- */

enum { CHAIN_LENGTH = 1000 };

static void fill_one(double *theta) { theta[0] = 1; }

static double f_tape(const double *theta, size_t component)
{
    bench_chain c = bench_chain_of(CHAIN_LENGTH, 1);
    double x = theta[0];
    (void)component;
    for (int k = 0, i = 0; k <= CHAIN_TURNS; k++)
        for (; i < c.turn[k]; i++) x = (i + k) % 2 ? x + CHAIN_TERM : x * CHAIN_FACTOR;
    return x;
}

static void fill_chain(double *theta) { fill(theta, 1 << 20, 4, 0, STREAM_X); }

static double f_chain(const double *theta, size_t k)
{
    double x = theta[k];
    return tanh(1.1 * x + 0.1) / (1 + exp(-x)) + (x > 0 ? x : 0);
}

/* ---- W7 ---- */

static void fill_softmax(double *theta) { fill(theta, (size_t)ROWS_SOFTMAX * ROWS_CLASSES, 1, 0, STREAM_X); }

static double f_softmax(const double *theta, size_t k)
{
    size_t row = k / ROWS_CLASSES;
    return cross_entropy(theta + row * ROWS_CLASSES, ROWS_CLASSES,
                         bench_class(STREAM_Y, (uint32_t)row, ROWS_CLASSES)) /
           ROWS_SOFTMAX;
}

enum { F = ROWS_FEATURES };
static const size_t norm_size = (size_t)ROWS_NORM * F;

/* x, gamma, beta */
static void fill_norm(double *theta)
{
    fill(theta, norm_size, 1, 0, STREAM_X);
    fill(theta + norm_size, F, 0.5, 1, STREAM_GAMMA);
    fill(theta + norm_size + F, F, 1, 0, STREAM_BETA);
}

/* The sum of gy times the normalised elements [from, from + n step), step apart. */
static double normalised(const double *theta, size_t from, size_t n, size_t step)
{
    double mean = 0, variance = 0, sum = 0;
    for (size_t i = 0; i < n; i++) mean += theta[from + i * step] / (double)n;
    for (size_t i = 0; i < n; i++)
        variance += (theta[from + i * step] - mean) * (theta[from + i * step] - mean) / (double)n;
    for (size_t i = 0; i < n; i++) {
        size_t at = from + i * step, j = at % F;
        double y =
            (theta[at] - mean) / sqrt(variance + NORM_EPS) * theta[norm_size + j] + theta[norm_size + F + j];
        sum += y * (double)bench_value(STREAM_Y, (uint32_t)at);
    }
    return sum;
}

static double f_layer_norm(const double *theta, size_t k)
{
    double sum = 0;
    if (k < norm_size) return normalised(theta, k / F * F, F, 1);
    for (size_t i = 0; i < ROWS_NORM; i++) sum += normalised(theta, i * F, F, 1);
    return sum;
}

static double f_batch_norm(const double *theta, size_t k) { return normalised(theta, k % F, ROWS_NORM, F); }

/* ---- W13: the initial state, then k. By the classical Runge-Kutta method with many equal steps ---- */

static void fill_ode(double *theta)
{
    fill(theta, ODE_STATE, 1, 0, STREAM_X);
    theta[ODE_STATE] = ODE_RATE;
}

static double ode_last(double y, double rate)
{
    enum { EQUAL_STEPS = 1000 };
    const double h = ODE_END / EQUAL_STEPS;
    for (int i = 0; i < EQUAL_STEPS; i++) {
        double t = h * i, k1 = rate * sin(y + t), k2 = rate * sin(y + h / 2 * k1 + t + h / 2),
               k3 = rate * sin(y + h / 2 * k2 + t + h / 2), k4 = rate * sin(y + h * k3 + t + h);
        y += h / 6 * (k1 + 2 * k2 + 2 * k3 + k4);
    }
    return y;
}

static double f_ode(const double *theta, size_t component)
{
    double sum = 0;
    for (size_t i = 0; i < ODE_STATE; i++)
        if (component == i || component == ODE_STATE) {
            double y = ode_last(theta[i], theta[ODE_STATE]);
            sum += y * y;
        }
    return sum / ODE_STATE;
}

/* ---- W14: the pose ---- */

static track_model hand_model;

static void fill_tracking(double *theta)
{
    track_fill(&hand_model);
    memcpy(theta, hand_model.pose, sizeof hand_model.pose);
}

/* Turns the columns i and j of a frame by an angle. */
static void turn_columns(double frame[4][4], int i, int j, double angle)
{
    for (int row = 0; row < 3; row++) {
        double a = frame[row][i], b = frame[row][j];
        frame[row][i] = cos(angle) * a + sin(angle) * b;
        frame[row][j] = cos(angle) * b - sin(angle) * a;
    }
}

static double track_angle(const double *pose, int p) { return p == TRACK_NO_ANGLE ? 0 : pose[p]; }

/* The position of a vertex in the hand's frame. */
static void track_vertex(const double *pose, int v, double to[3])
{
    const track_model *m = &hand_model;
    double frame[TRACK_BONES][4][4], move[4][4];
    memset(to, 0, 3 * sizeof *to);
    for (int b = 0; b < TRACK_BONES; b++) {
        if (b == 0) memcpy(frame[b], m->base[b], sizeof move);
        else track_product(frame[m->parent[b]], m->base[b], frame[b]);
        turn_columns(frame[b], 0, 1, track_angle(pose, m->angle[b][2]));
        turn_columns(frame[b], 2, 0, track_angle(pose, m->angle[b][1]));
        turn_columns(frame[b], 1, 2, track_angle(pose, m->angle[b][0]));
        track_product(frame[b], m->inverse[b], move);
        for (int i = 0; i < 3; i++)
            for (int j = 0; j < 4; j++) to[i] += m->weight[v][b] * move[i][j] * m->position[v][j];
    }
}

static double f_tracking(const double *pose, size_t component)
{
    double sum = 0, t = sqrt(pose[0] * pose[0] + pose[1] * pose[1] + pose[2] * pose[2]);
    const double a[3] = { pose[0] / t, pose[1] / t, pose[2] / t };
    (void)component;
    for (int k = 0; k < TRACK_POINTS; k++) {
        double x[3], along;
        track_vertex(pose, hand_model.vertex[k], x);
        along = a[0] * x[0] + a[1] * x[1] + a[2] * x[2];
        for (int i = 0; i < 3; i++) {
            int j = (i + 1) % 3, l = (i + 2) % 3;
            double y = cos(t) * x[i] + sin(t) * (a[j] * x[l] - a[l] * x[j]) + (1 - cos(t)) * along * a[i];
            sum += (i + 1) * (hand_model.point[k][i] - y - pose[3 + i]);
        }
    }
    return sum;
}

/* ---- the check ---- */

static double difference(function f, double *theta, size_t k, double step)
{
    double was = theta[k], up, down;
    theta[k] = was + step, up = f(theta, k);
    theta[k] = was - step, down = f(theta, k);
    theta[k] = was;
    return (up - down) / (2 * step);
}

static bool check(const subject *s)
{
    const bench_setup setup = { .size = s->size, .check = true, .way = s->way };
    void *side = s->side->start(setup);
    size_t count = s->side->gradient(side, NULL, 0);
    double *g = calloc(count, sizeof *g), *theta = calloc(count, sizeof *theta), aa = 0, nn = 0, dd = 0,
           ratio;
    size_t samples = s->samples < count ? s->samples : count;
    s->side->stop(side);
    side = s->side->start(setup);
    s->side->gradient(side, g, count);
    s->side->stop(side);
    s->fill(theta);
    for (size_t i = 0; i < samples; i++) {
        size_t k = samples < 2 ? 0 : (size_t)((double)i * (double)(count - 1) / (double)(samples - 1));
        double n = difference(s->f, theta, k, s->step);
        aa += g[k] * g[k], nn += n * n, dd += (n - g[k]) * (n - g[k]);
    }
    ratio = sqrt(dd) / (sqrt(aa) + sqrt(nn));
    bool good = nn > 0 && ratio <= TOLERANCE;
    printf("%-24s %6zu of %8zu components   ratio %.1e   %s\n", s->name, samples, count, ratio,
           good ? "passes" : "FAILS");
    free(g), free(theta);
    return good;
}

static const subject subjects[] = {
    { "W1", &hand_mlp, 0, 2000, 1e-7, fill_mlp, .f = f_mlp },
    { "W2 (without dropout)", &hand_mlp_norm, 0, 2000, 1e-7, fill_mlp_norm, .f = f_mlp_norm },
    { "W3 batch 1", &hand_small, 1, 17, 1e-5, fill_small, .f = f_small_1 },
    { "W3 batch 32", &hand_small, 32, 17, 1e-5, fill_small, .f = f_small_32 },
    { "W4 (1,000 nodes)", &hand_tape, CHAIN_LENGTH, 1, 1e-5, fill_one, .f = f_tape },
    { "W5 two sweeps", &hand_chain, 1, 4000, 1e-5, fill_chain, .f = f_chain },
    { "W5 one sweep", &hand_chain_one_sweep, 1, 4000, 1e-5, fill_chain, .f = f_chain },
    { "W6", &hand_deep, 0, 21, 1e-6, fill_deep, .f = f_deep },
    { "W7 softmax-CE", &hand_softmax, 0, 500, 1e-5, fill_softmax, .f = f_softmax },
    { "W7 layer norm", &hand_layer_norm, 0, 4101, 1e-5, fill_norm, .f = f_layer_norm },
    { "W7 batch norm", &hand_batch_norm, 0, 4101, 1e-5, fill_norm, .f = f_batch_norm },
    { "W8", &hand_gradcheck, 0, 2922, 1e-7, fill_gradcheck, .f = f_gradcheck },
    { "W13 0.1 sin", &hand_ode, 0, ODE_STATE + 1, 1e-5, fill_ode, .f = f_ode },
    { "W14", &hand_tracking, 0, TRACK_POSE, 1e-5, fill_tracking, .f = f_tracking },
    { "W15 64-64-10", &hand_net64, 0, 1000, 1e-7, fill_net64, .f = f_net64 },
    { .name = NULL },
};

/* ---- all ---- */

int main(void)
{
    const subject *const lists[] = { subjects, scalar_subjects, net_subjects, jacobian_subjects };
    bool good = check_vmath();
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        for (const subject *s = lists[i]; s->name; s++) good &= check(s);
    return good ? 0 : 1;
}
