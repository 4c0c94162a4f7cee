/* lstm.c: W10 and W11, a character LSTM on sequences of any length, SGD; one parallel region a sequence.
 *
 * A thread has half of the hidden units, with all their gates. The columns of Wx, Wh and b stand in the order
 * thread, gate, unit, so that the columns of a thread are one block. A time step has one barrier forward and
 * one backward. What need not be done in the order of time is done for all time steps at once: the output
 * layer, the loss, the gradients of weights.
 */
#include <omp.h>
#include <stdlib.h>
#include <string.h>

#include "../lstm.h"
#include "hand.h"
#include "hand_product.h"
#include "hand_vmath.h"

enum { H = LSTM_HIDDEN, G = LSTM_GATES, V = LSTM_CHARS, T = LSTM_LONGEST };
enum { OWN = H / BENCH_THREADS, OWN_GATES = 4 * OWN }; /* of a thread */

/* Parameters, or their gradients. */
typedef struct weights {
    float Wx[V][G], b[G], Wh[H][G], Wo[H][V], bo[V];
} weights;

typedef struct lstm {
    int batch, way;
    float lr, loss[BENCH_THREADS];
    weights w;
    weights *g; /* NULL, or where the gradient is written; then the weights do not change */
    int32_t *chars, *next;
    /* One row for each time and example. h and c have a row of zeros before the first time for each
     * example. */
    float *z, *dz;      /* [rows, G]: the gates after their functions, and the gradients before */
    float *h, *c;       /* [batch + rows, H] */
    float *tc;          /* [rows, H]: tanh(c) */
    float *logits, *dh; /* [rows, V], [rows, H]: the gradient of h by the output layer */
    float *carry;       /* [batch, H]: the gradient of c by the next time step */
} lstm;

/* The column of a gate's unit. */
static int column(int gate, int unit) { return unit / OWN * OWN_GATES + gate * OWN + unit % OWN; }

static void fill_weights(weights *w)
{
    for (int j = 0; j < G; j++) {
        int to = column(j / H, j % H);
        for (int i = 0; i < V; i++) w->Wx[i][to] = lstm_weight(LSTM_WX, i * G + j);
        for (int i = 0; i < H; i++) w->Wh[i][to] = lstm_weight(LSTM_WH, i * G + j);
    }
    for (int i = 0; i < H * V; i++) w->Wo[i / V][i % V] = lstm_weight(LSTM_WO, i);
}

static void *start(bench_setup s)
{
    lstm *m = hand_zeroed(sizeof *m);
    const long rows = (long)T * s.size;
    m->batch = s.size, m->way = s.way, m->lr = (float)bench_rates_of(s).sgd;
    fill_weights(&m->w);
    m->chars = hand_zeroed((size_t)rows * sizeof *m->chars);
    m->next = hand_zeroed((size_t)rows * sizeof *m->next);
    m->g = s.order ? hand_zeroed(sizeof *m->g) : NULL;
    for (int i = 0; i < rows; i++) {
        m->chars[i] = lstm_char(i / s.size, i % s.size);
        m->next[i] = lstm_next(i / s.size, i % s.size);
    }
    m->z = hand_floats(rows * G), m->dz = hand_floats(rows * G), m->tc = hand_floats(rows * H);
    m->h = hand_floats((rows + s.size) * H), m->c = hand_floats((rows + s.size) * H);
    m->logits = hand_floats(rows * V), m->dh = hand_floats(rows * H),
    m->carry = hand_floats((long)s.size * H);
    return m;
}

/* ---- forward in time: the units of a thread ---- */

/* z += h W for one row; W is [H, OWN_GATES] with stride G. */
static void row_product(const float *restrict h, const float *restrict W, float *restrict z)
{
    for (int k = 0; k < H; k += 4) {
        const float *w = W + (long)k * G, a = h[k], b = h[k + 1], c = h[k + 2], d = h[k + 3];
        VECTOR_LOOP
        for (int j = 0; j < OWN_GATES; j++)
            z[j] += a * w[j] + b * w[G + j] + (c * w[2 * G + j] + d * w[3 * G + j]);
    }
}

static void activate(lstm *m, long row, int from)
{
    float *restrict z = m->z + row * G + 4 * from, *restrict c = m->c + (row + m->batch) * H + from;
    const float *restrict before = c - (long)m->batch * H;
    float *restrict h = m->h + (row + m->batch) * H + from, *restrict tc = m->tc + row * H + from;
    VECTOR_LOOP
    for (int j = 0; j < OWN; j++) {
        float i = vmath_sigmoid(z[j]), f = vmath_sigmoid(z[OWN + j]), g = vmath_tanh(z[2 * OWN + j]),
              o = vmath_sigmoid(z[3 * OWN + j]);
        c[j] = f * before[j] + i * g;
        tc[j] = vmath_tanh(c[j]);
        h[j] = o * tc[j];
        z[j] = i, z[OWN + j] = f, z[2 * OWN + j] = g, z[3 * OWN + j] = o;
    }
}

static void forward(lstm *m, int t, int from)
{
    const float *W = &m->w.Wh[0][4 * from], *b = m->w.b + 4 * from;
    const long first = (long)t * m->batch;
    float *z = m->z + first * G + 4 * from;
    if (m->batch > 1)
        product(m->batch, OWN_GATES, H, (matrix){ m->h + first * H, H, false }, (matrix){ W, G, false }, z,
                G);
    else memset(z, 0, OWN_GATES * sizeof *z), row_product(m->h + first * H, W, z);
    for (long row = first; row < first + m->batch; row++) {
        const float *x = &m->w.Wx[m->chars[row]][4 * from];
        float *zr = m->z + row * G + 4 * from;
        VECTOR_LOOP
        for (int j = 0; j < OWN_GATES; j++) zr[j] += x[j] + b[j];
        activate(m, row, from);
    }
}

/* ---- the loss of rows [from, to), and the gradient of h by it ---- */

static float loss_of_row(float *restrict z, const float *restrict b, int y, float scale)
{
    float high = -INFINITY, sum = 0, label;
    for (int j = 0; j < V; j++) z[j] += b[j], high = z[j] > high ? z[j] : high;
    label = z[y] - high;
#pragma omp simd reduction(+ : sum)
    for (int j = 0; j < V; j++) z[j] = vmath_exp(z[j] - high), sum += z[j];
    for (int j = 0; j < V; j++) z[j] *= scale / sum;
    z[y] -= scale;
    return logf(sum) - label;
}

static float loss_of_rows(lstm *m, long from, long to, float scale)
{
    const int n = (int)(to - from);
    float *z = m->logits + from * V, loss = 0;
    if (n == 0) return 0;
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, n, V, H, 1, m->h + (from + m->batch) * H, H,
                &m->w.Wo[0][0], V, 0, z, V);
    for (long row = from; row < to; row++)
        loss += loss_of_row(m->logits + row * V, m->w.bo, m->next[row], scale);
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, n, H, V, 1, z, V, &m->w.Wo[0][0], V, 0,
                m->dh + from * H, H);
    return loss * scale;
}

/* ---- backward in time ---- */

/* d += dz W' for one row; W is [OWN, G]. */
static void row_product_transposed(const float *restrict dz, const float *restrict W, float *restrict d)
{
    for (int k = 0; k < OWN; k += 2) {
        const float *w = W + (long)k * G;
        float a = 0, b = 0;
#pragma omp simd reduction(+ : a, b)
        for (int j = 0; j < G; j++) a += dz[j] * w[j], b += dz[j] * w[G + j];
        d[k] += a, d[k + 1] += b;
    }
}

static void deactivate(lstm *m, long row, int e, int from)
{
    const float *restrict z = m->z + row * G + 4 * from, *restrict before = m->c + row * H + from;
    const float *restrict tc = m->tc + row * H + from, *restrict dh = m->dh + row * H + from;
    float *restrict dz = m->dz + row * G + 4 * from, *restrict carry = m->carry + (long)e * H + from;
    VECTOR_LOOP
    for (int j = 0; j < OWN; j++) {
        float i = z[j], f = z[OWN + j], g = z[2 * OWN + j], o = z[3 * OWN + j];
        float dc = carry[j] + dh[j] * o * (1 - tc[j] * tc[j]);
        dz[j] = dc * g * i * (1 - i);
        dz[OWN + j] = dc * before[j] * f * (1 - f);
        dz[2 * OWN + j] = dc * i * (1 - g * g);
        dz[3 * OWN + j] = dh[j] * tc[j] * o * (1 - o);
        carry[j] = dc * f;
    }
}

/* Adds to dh what the next time step says, then computes dz. */
static void backward(lstm *m, int t, int length, int from)
{
    const long first = (long)t * m->batch, next = first + m->batch;
    float *dh = m->dh + first * H + from;
    if (t + 1 < length && m->batch > 1)
        cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, m->batch, OWN, G, 1, m->dz + next * G, G,
                    &m->w.Wh[from][0], G, 1, dh, H);
    else if (t + 1 < length) row_product_transposed(m->dz + next * G, &m->w.Wh[from][0], dh);
    for (int e = 0; e < m->batch; e++) deactivate(m, first + e, e, from);
}

/* ---- the update: to = keep w + rate times the gradient ---- */

static void add_columns(float *to, float rate, const float *from)
{
    VECTOR_LOOP
    for (int j = 0; j < OWN_GATES; j++) to[j] += rate * from[j];
}

/* Of the columns of a thread, and its rows of Wo. The first thread has bo. */
static void update(lstm *m, int rows, int from)
{
    weights *to = m->g ? m->g : &m->w;
    const float keep = m->g ? 0 : 1, rate = m->g ? 1 : -m->lr;
    const float *dz = m->dz + 4 * from;
    cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, H, OWN_GATES, rows, rate, m->h, H, dz, G, keep,
                &to->Wh[0][4 * from], G);
    cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, OWN, V, rows, rate, m->h + (long)m->batch * H + from,
                H, m->logits, V, keep, &to->Wo[from][0], V);
    for (int row = 0; row < rows; row++) {
        add_columns(&to->Wx[m->chars[row]][4 * from], rate, dz + (long)row * G);
        add_columns(to->b + 4 * from, rate, dz + (long)row * G);
        for (int j = 0; from == 0 && j < V; j++) to->bo[j] += rate * m->logits[(long)row * V + j];
    }
}

static void train(lstm *m, int length)
{
    const int rows = length * m->batch;
#pragma omp parallel num_threads(BENCH_THREADS)
    {
        const int thread = omp_get_thread_num(), from = thread * OWN, half = rows / 2;
        for (int e = 0; e < m->batch; e++) memset(m->carry + (long)e * H + from, 0, OWN * sizeof(float));
        for (int t = 0; t < length; t++) {
            forward(m, t, from);
#pragma omp barrier
        }
        m->loss[thread] = loss_of_rows(m, thread ? half : 0, thread ? rows : half, 1.0F / (float)rows);
#pragma omp barrier
        for (int t = length - 1; t >= 0; t--) {
            backward(m, t, length, from);
#pragma omp barrier
        }
        update(m, rows, from);
    }
}

static bool run(void *self, int64_t n, double seconds[])
{
    const lstm *m = self;
    const bool is_step = m->way >= LSTM_ONE_STEP;
    for (int64_t k = 0; k < n; k++) {
        double t = bench_now();
        for (int i = 0; i < (is_step ? 1 : LSTM_SEQUENCES); i++)
            train(self, is_step ? LSTM_SHORT : LSTM_LENGTH);
        seconds[0] += (is_step ? 1 : LSTM_SCALE) * (bench_now() - t);
    }
    return true;
}

static double answer(void *self)
{
    lstm *m = self;
    for (int k = 0; k < LSTM_CHECKED; k++) train(m, lstm_checked[k]);
    return (double)m->loss[0] + (double)m->loss[1];
}

/* Of the first checked sequence. Wx, b, Wh with columns in the order gate, unit; then Wo, bo. */
static size_t gradient(void *self, double *to)
{
    lstm *m = self;
    const size_t count = sizeof(weights) / sizeof(float), gated = (size_t)(V + 1 + H) * G;
    const float *g = &m->g->Wx[0][0];
    train(m, lstm_checked[0]);
    for (size_t i = 0; i < count; i++) {
        size_t row = i / G, j = i % G;
        to[i] = (double)(i < gated ? g[row * G + (size_t)column((int)j / H, (int)j % H)] : g[i]);
    }
    return count;
}

const bench_side hand_lstm = { start, NULL, hand_stop, 0, answer, .gradient = gradient, .run = run };
