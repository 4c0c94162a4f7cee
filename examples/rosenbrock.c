/* rosenbrock.c: checks the gradient of a plain C function that computes value and gradient.
 *
 *     rosenbrock          the right gradient: passes, exit status 0
 *     rosenbrock wrong    a factor 2 is missing in g[1]: fails, exit status 1
 */
#include <wengert/check.h>

static double rosen(size_t n, const double *x, double *g, void *user)
{
    double a = 1 - x[0], b = x[1] - x[0] * x[0];
    (void)n;
    if (g) {
        g[0] = -2 * a - 400 * x[0] * b;
        g[1] = (user ? 100 : 200) * b;
    }
    return a * a + 100 * b * b;
}

int main(int argc, char **argv)
{
    void *wrong = argc > 1 ? argv[1] : NULL;
    wg_check *r = wg_gradcheck_fn(rosen, 2, ((double[]){ -1.2, 1 }), wrong, .name = "rosen");
    wg_check_print(r, stdout);
    int rc = wg_check_exit(r); /* 0 pass, 1 fail, 5 inconclusive */
    wg_check_free(r);
    return rc;
}
