/* jacobian.c: a Hessian and Jacobians of y = tanh(tanh(x A + a) B + b), f64, one thread, all rows or columns
 * at once.
 *
 * With h = tanh(x A + a) and s = 1 - h^2, t = 1 - y^2, the Jacobian is diag(t) B' diag(s) A'. The Hessian
 * follows the derivatives of the gradient in all directions together. Both are a few products, cut so small
 * that OpenBLAS does not use threads.
 */
#include <cblas.h>
#include <stdlib.h>

#include "../jacobian.h"
#include "hand.h"

enum { H = JACOBIAN_HIDDEN, SERIAL = 262144 };

typedef struct net {
    int work, in, out, rows;
    double *array[JACOBIAN_ARRAYS];
    double h[H], s[H], *y, *t, *matrix;
    double *left, *right; /* [in, H] and [in, out]: intermediate values for all directions */
} net;

static double *doubles(int n) { return hand_zeroed((size_t)n * sizeof(double)); }

static void *start(bench_setup setup)
{
    net *n = hand_zeroed(sizeof *n);
    const int in = jacobian_in(setup.size), out = jacobian_out(setup.size);
    const int length[JACOBIAN_ARRAYS] = { in, in * H, H, H * out, out, out };
    n->work = setup.size, n->in = in, n->out = out, n->rows = n->work == HESSIAN_200 ? in : out;
    for (int i = 0; i < JACOBIAN_ARRAYS; i++)
        n->array[i] = doubles(length[i]), jacobian_fill(n->array[i], i, length[i], in);
    n->y = doubles(out), n->t = doubles(out), n->matrix = doubles(n->rows * in);
    n->left = doubles(in * H), n->right = doubles(in * out);
    return n;
}

/* c = op(a) op(b), row-major, c [m, n]. */
static void product(int m, int n, int k, const double *a, CBLAS_TRANSPOSE ta, const double *b,
                    CBLAS_TRANSPOSE tb, double *c)
{
    int most = SERIAL / (n * k);
    for (int i = 0; i < m; i += most)
        cblas_dgemm(CblasRowMajor, ta, tb, m - i < most ? m - i : most, n, k, 1,
                    ta == CblasTrans ? a + i : a + i * k, ta == CblasTrans ? m : k, b,
                    tb == CblasTrans ? k : n, 0, c + i * n, n);
}

/* y = tanh(x W + b), slope = 1 - y^2 */
static void layer(const double *x, int in, const double *W, const double *b, int out, double *y,
                  double *slope)
{
    for (int j = 0; j < out; j++) y[j] = b[j];
    for (int k = 0; k < in; k++)
        for (int j = 0; j < out; j++) y[j] += x[k] * W[k * out + j];
    for (int j = 0; j < out; j++) y[j] = tanh(y[j]), slope[j] = 1 - y[j] * y[j];
}

static void forward(net *n)
{
    double *const *a = n->array;
    layer(a[JACOBIAN_X], n->in, a[JACOBIAN_A], a[JACOBIAN_a], H, n->h, n->s);
    layer(n->h, H, a[JACOBIAN_B], a[JACOBIAN_b], n->out, n->y, n->t);
}

/* left = A diag(s), the derivatives of h by x. */
static void hidden_by_input(net *n)
{
    for (int i = 0; i < n->in; i++)
        for (int k = 0; k < H; k++) n->left[i * H + k] = n->array[JACOBIAN_A][i * H + k] * n->s[k];
}

static void jacobian(net *n)
{
    forward(n);
    hidden_by_input(n);
    product(n->out, n->in, H, n->array[JACOBIAN_B], CblasTrans, n->left, CblasTrans, n->matrix);
    for (int i = 0; i < n->out; i++)
        for (int j = 0; j < n->in; j++) n->matrix[i * n->in + j] *= n->t[i];
}

/* Row i of left and right belongs to the derivative by x[i] of what they hold. gz and gh are the gradients
 * before the second tanh, and of h. */
static void hessian(net *n)
{
    const double *B = n->array[JACOBIAN_B], *target = n->array[JACOBIAN_TARGET];
    double gy[JACOBIAN_MOST_IN], gz[JACOBIAN_MOST_IN], gh[H];
    forward(n);
    for (int j = 0; j < n->out; j++) gy[j] = 2 * (n->y[j] - target[j]) / n->out, gz[j] = gy[j] * n->t[j];
    for (int k = 0; k < H; k++) {
        gh[k] = 0;
        for (int j = 0; j < n->out; j++) gh[k] += B[k * n->out + j] * gz[j];
    }
    hidden_by_input(n);
    product(n->in, n->out, H, n->left, CblasNoTrans, B, CblasNoTrans, n->right);
    for (int i = 0; i < n->in; i++)
        for (int j = 0; j < n->out; j++) {
            double dy = n->right[i * n->out + j] * n->t[j];
            n->right[i * n->out + j] = 2 * dy / n->out * n->t[j] - 2 * gy[j] * n->y[j] * dy;
        }
    double *dh = n->left;
    double *dgh = n->matrix; /* until the last product */
    product(n->in, H, n->out, n->right, CblasNoTrans, B, CblasTrans, dgh);
    for (int i = 0; i < n->in; i++)
        for (int k = 0; k < H; k++)
            dh[i * H + k] = dgh[i * H + k] * n->s[k] - 2 * gh[k] * n->h[k] * dh[i * H + k];
    product(n->in, n->in, H, dh, CblasNoTrans, n->array[JACOBIAN_A], CblasTrans, n->matrix);
}

static bool step(void *self)
{
    net *n = self;
    n->work == HESSIAN_200 ? hessian(n) : jacobian(n);
    return true;
}

static double answer(void *self)
{
    const net *n = self;
    return jacobian_answer(n->matrix, n->rows, n->in);
}

const bench_side hand_jacobian = { start, step, hand_stop, 1, .answer = answer };
