/* activation.c: three ways to write an activation function (or any function) of your own. Each is checked.
 *
 *     swish   ordinary ops with a derivative rule of your own
 *     snake   an op with a kernel of your own
 *     sim     plain C functions that know nothing of graphs
 */
#include <math.h>
#include <wengert/wengert.h>

/* ---- swish: ordinary ops compute y; swish_vjp gives the derivative ---- */

static void swish_vjp(wg_site here, wg_node y, wg_node gy, const wg_node x[], wg_node gx[])
{
    wg_node s = wg_sigmoid(x[0]);
    (void)here;
    gx[0] = wg_mul(gy, wg_add(s, wg_mul(y, wg_sub(1, s))));
}

static wg_node swish(wg_node x)
{
    return wg_custom_vjp(wg_mul(x, wg_sigmoid(x)), (wg_node[]){ x }, 1, swish_vjp);
}

/* ---- snake: an op like those of the library; an elementwise op needs only .map ---- */

static double snake_f(double x, const void *attr)
{
    double k = *(const double *)attr, s = sin(k * x);
    return x + s * s / k;
}

static void snake_vjp(wg_site here, wg_node y, wg_node gy, const wg_node x[], wg_node gx[])
{
    double k = *(const double *)wg_attr(y);
    (void)here;
    gx[0] = wg_mul(gy, wg_add(1, wg_sin(wg_mul(2 * k, x[0]))));
}

static const wg_op snake_op = { .name = "snake",
                                .summary = "The snake activation.",
                                .formula = "y = x + sin^2(kx) / k",
                                .adjoint = "x' = y' (1 + sin(2kx))",
                                .operands = 1,
                                .attr_size = sizeof(double),
                                .map = snake_f,
                                .vjp = snake_vjp };

static wg_node snake(wg_node x, double k) { return wg_apply(WG_HERE, &snake_op, &x, 1, &k); }

/* ---- sim: a simulator that exists already, with its adjoint ---- */

enum { STEPS = 40 };
static const double H = 0.1;

/* A pendulum. x: angle and speed at the start. y: the angles at later times, by the semi-implicit Euler
 * method. */
static int sim(size_t n, const double *x, size_t m, double *y, void *user)
{
    double angle = x[0], speed = x[1];
    (void)n, (void)user;
    for (size_t i = 0; i < m; i++) {
        speed -= H * sin(angle);
        angle += H * speed;
        y[i] = angle;
    }
    return 0;
}

static int sim_adjoint(size_t n, const double *x, size_t m, const double *gy, double *gx, void *user)
{
    double angle[STEPS], g_angle = 0, g_speed = 0;
    if (m != STEPS) return 1;
    sim(n, x, m, angle, user);
    for (size_t i = m; i-- > 0;) {
        g_angle += gy[i];
        g_speed += H * g_angle;
        g_angle -= H * cos(i ? angle[i - 1] : x[0]) * g_speed;
    }
    gx[0] = g_angle, gx[1] = g_speed;
    return 0;
}

static wg_node simulate(wg_node x)
{
    return wg_extern(x, WG_SHAPE(STEPS), .name = "sim", .forward = sim, .backward = sim_adjoint);
}

/* ---- the check ---- */

static int failures(const char *name, wg_node y)
{
    wg_check *r = wg_gradcheck(wg_sum(wg_square(y)), NULL, .name = name);
    wg_check_print(r, stdout);
    int failed = wg_check_verdict(r) != WG_PASS;
    wg_check_free(r);
    return failed;
}

int main(void)
{
    wg_context *c = wg_start();
    wg_graph *g = wg_graph_new(c);
    wg_node x = wg_input(g, "x", wg_view_f32((float[]){ -1.5f, 0.25f, 1 }, WG_SHAPE(3)));
    wg_node start = wg_input(g, "start", wg_view_f32((float[]){ 2, 0 }, WG_SHAPE(2)));
    wg_node a = swish(x), b = snake(x, 2), y = simulate(start);
    float values[3][STEPS] = { { 0 } };

    wg_copy_f32(a, values[0], 3), wg_copy_f32(b, values[1], 3), wg_copy_f32(y, values[2], STEPS);
    printf("swish(1) %.6f  snake(1) %.6f  sim after %d steps %.6f\n", values[0][2], values[1][2], STEPS,
           values[2][STEPS - 1]);
    int failed = failures("swish", a) + failures("snake", b) + failures("sim", y);
    int status = wg_finish(c, stderr);
    return status ? status : failed;
}
