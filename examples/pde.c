/* pde.c: from which state did the seen state arise, 80 steps earlier? The equation is that of Fisher,
 * u' = D lap u + u (1 - u), on a periodic square; a step is one of Heun's method. Adam minimises the
 * misfit of the last state, by its gradient with respect to the first state.
 *
 * The gradient needs the values of all steps. With wg_recompute_chain it keeps few states, and computes a
 * step again when it needs the values of that step. The numbers are the same to the bit; memory and time
 * are printed.
 */
#include <string.h>
#include <time.h>
#include <wengert/wengert.h>

enum { SIDE = 128, CELLS = SIDE * SIDE, STEPS = 80, KEEP = 25, ITERATIONS = 20 };
static const double D = 0.2, H = 0.05;

static wg_node rate(wg_node u)
{
    wg_node x = wg_add(wg_roll(u, .axis = 0, .shift = 1), wg_roll(u, .axis = 0, .shift = -1)),
            y = wg_add(wg_roll(u, .axis = 1, .shift = 1), wg_roll(u, .axis = 1, .shift = -1));
    wg_node laplacian = wg_sub(wg_add(x, y), wg_mul(4, u));
    return wg_add(wg_mul(D, laplacian), wg_mul(u, wg_sub(1, u)));
}

static wg_node step(wg_node u, int i, void *user)
{
    (void)i, (void)user;
    wg_node k1 = rate(u), k2 = rate(wg_add(u, wg_mul(H, k1)));
    return wg_add(u, wg_mul(H / 2, wg_add(k1, k2)));
}

static long peak(void) /* the most memory that this process has had, in MB */
{
    char line[200];
    long kb = 0;
    FILE *f = fopen("/proc/self/status", "r");
    while (f && fgets(line, sizeof line, f)) sscanf(line, "VmHWM: %ld", &kb);
    if (f) fclose(f);
    return kb / 1024;
}

/* Fits the first state with so many kept states, or with all values of all steps: keep 0. */
static double fit(wg_context *c, const double *seen, int keep, double *megabytes, double *seconds)
{
    wg_graph *g = wg_graph_new(c);
    wg_params *p = wg_params_new(c);
    wg_optim *o = wg_adam(p, .lr = 0.05);
    wg_node u = wg_param(g, p, "u0", WG_SHAPE(SIDE, SIDE), wg_const(0.5));
    if (keep) u = wg_recompute_chain(u, step, NULL, STEPS, .keep = keep);
    for (int i = 0; !keep && i < STEPS; i++) u = step(u, i, NULL);
    wg_node misfit =
        wg_mean(wg_square(wg_sub(u, wg_input(g, "seen", wg_view_f64(seen, WG_SHAPE(SIDE, SIDE))))));
    for (int i = 0; i < ITERATIONS; i++) {
        const clock_t t = clock();
        wg_backward(misfit, p);
        const double s = (double)(clock() - t) / CLOCKS_PER_SEC;
        if (i == 0 || s < *seconds) *seconds = s;
        if (i == 0) printf("keep %3d  misfit %.3e", keep, wg_item(misfit));
        wg_optim_step(o);
    }
    wg_backward(misfit, p);
    const double last = wg_item(misfit);
    *megabytes = (double)wg_graph_bytes(g) / 1e6;
    printf(" -> %.6e  %6.1f MB  %.3f s a gradient  peak %ld MB\n", last, *megabytes, *seconds, peak());
    wg_graph_free(g);
    return last;
}

int main(void)
{
    static double seen[CELLS], truth[CELLS];
    double mb[2], s[2];
    wg_context *c = wg_start(.dtype = WG_F64, .threads = 1);
    wg_graph *g = wg_graph_new(c);
    for (int i = 0; i < CELLS; i++) truth[i] = 0.2 + 0.6 * (i / SIDE / 32 % 2 == i % SIDE / 32 % 2);
    wg_node u = wg_input(g, "u", wg_view_f64(truth, WG_SHAPE(SIDE, SIDE)));
    wg_copy_f64(wg_recompute_chain(u, step, NULL, STEPS), seen, CELLS);
    wg_graph_free(g);
    const double few = fit(c, seen, KEEP, &mb[0], &s[0]), all = fit(c, seen, 0, &mb[1], &s[1]);
    printf("memory %.2f of the same without, time %.2f, misfits %s\n", mb[0] / mb[1], s[0] / s[1],
           memcmp(&few, &all, sizeof few) ? "differ" : "equal");
    return wg_finish(c, stderr);
}
