/* wengert_jacobian.c: the side of Wengert of the Hessian and the Jacobians, by wg_hessian and wg_jacobian,
 * with the public headers alone. */
#include "jacobian.h"
#include "wengert_training.h"

typedef struct jacobian {
    training t;
    int in, out, rows; /* rows: of the matrix */
    double *array[JACOBIAN_ARRAYS], *matrix;
    wg_node x, result; /* of the present graph */
} jacobian;

static wg_node array(const jacobian *s, const char *name, int which, wg_shape shape)
{
    return wg_input_borrow(s->t.g, name, wg_view_f64(s->array[which], shape));
}

static void build(jacobian *s)
{
    enum { H = JACOBIAN_HIDDEN };
    wg_begin(s->t.g, WG_EVAL);
    s->x = wg_input(s->t.g, "x", wg_view_f64(s->array[JACOBIAN_X], WG_SHAPE(s->in)));
    wg_node A = array(s, "A", JACOBIAN_A, WG_SHAPE(s->in, H)), a = array(s, "a", JACOBIAN_a, WG_SHAPE(H));
    wg_node B = array(s, "B", JACOBIAN_B, WG_SHAPE(H, s->out)),
            b = array(s, "b", JACOBIAN_b, WG_SHAPE(s->out));
    wg_node y = wg_tanh(wg_dense(wg_tanh(wg_dense(s->x, A, a)), B, b));
    if (s->t.setup.size == HESSIAN_200) {
        wg_node loss = wg_mse(y, array(s, "target", JACOBIAN_TARGET, WG_SHAPE(s->out)));
        s->result = wg_hessian(loss, s->x, s->x);
    } else s->result = wg_jacobian(y, s->x);
}

static void *start(bench_setup setup)
{
    jacobian *s = training_new(sizeof *s, setup, 1, WG_F64, NULL);
    const int in = jacobian_in(setup.size), out = jacobian_out(setup.size);
    const int length[JACOBIAN_ARRAYS] = {
        in, in * JACOBIAN_HIDDEN, JACOBIAN_HIDDEN, JACOBIAN_HIDDEN * out, out, out
    };
    s->in = in, s->out = out;
    s->rows = s->t.setup.size == HESSIAN_200 ? in : out;
    s->matrix = wg_alloc(s->t.c, (size_t)(s->rows * in), sizeof *s->matrix);
    for (int i = 0; i < JACOBIAN_ARRAYS; i++) {
        s->array[i] = wg_alloc(s->t.c, (size_t)length[i], sizeof(double));
        jacobian_fill(s->array[i], i, length[i], in);
    }
    build(s);
    return s;
}

static bool step(void *self)
{
    jacobian *s = self;
    if (s->t.setup.way == JACOBIAN_REBUILT) build(s);
    else wg_input_set(s->x, wg_view_f64(s->array[JACOBIAN_X], WG_SHAPE(s->in)));
    return wg_copy_f64(s->result, s->matrix, (size_t)(s->rows * s->in)) == WG_OK;
}

static double answer(void *self)
{
    const jacobian *s = self;
    return jacobian_answer(s->matrix, s->rows, s->in);
}

const bench_side wengert_jacobian = { start, step, training_stop, 1, .answer = answer };
