/* optimizer_race.c: three optimizers in one valley, as a figure of two panels: their paths over the
 * contour of J, and J by the step. Writes race.svg and race.html to the folder given, or to this one,
 * and the curves to the terminal. */
#include <wengert/wengert.h>
#include <math.h>
#include <unistd.h>

enum { STEPS = 60 };

static double valley(void *user, double x, double y) { return (void)user, (x * x + 25 * y * y) / 2; }

static double run(wg_graph *g, wg_params *p, wg_optim *o, wg_series *path, wg_series *loss)
{
    double last = NAN;
    for (int step = 0; step <= STEPS; step++) {
        wg_begin(g, WG_TRAIN);
        wg_node x = wg_param(g, p, "x", WG_SCALAR, wg_const(-9)),
                y = wg_param(g, p, "y", WG_SCALAR, wg_const(3));
        wg_node J = wg_div(wg_add(wg_square(x), wg_mul(25, wg_square(y))), 2);
        wg_series_add(path, wg_item(x), wg_item(y));
        wg_series_add(loss, step, last = wg_item(J));
        wg_backward(J, p);
        wg_optim_step(o);
    }
    return last;
}

int main(int argc, char **argv)
{
    static const char *const names[] = { "gradient descent", "momentum", "Adam" };
    if (argc > 1 && chdir(argv[1])) return perror(argv[1]), 1;
    wg_context *c = wg_start(.dtype = WG_F64);
    wg_graph *g = wg_graph_new(c);
    wg_figure *f = wg_figure_new(c, "Three optimizers in a valley");
    wg_panel *map = wg_panel_new(f, "", .x.label = "x", .x.low = -10, .x.high = 10, .y.label = "y",
                                 .y.low = -4, .y.high = 4);
    wg_panel *curves = wg_panel_new(f, "", .x.label = "step", .y.label = "J", .y.scale = WG_SCALE_LOG);
    wg_panel_contour(map, "", .f = valley, .log_levels = true);
    wg_panel_text(map, 0, 0, "minimum");
    for (int i = 0; i < 3; i++) {
        wg_params *p = wg_params_new(c);
        wg_optim *o = i == 0   ? wg_sgd(p, .lr = 0.07)
                      : i == 1 ? wg_momentum(p, .lr = 0.03, .beta = 0.8)
                               : wg_adam(p, .lr = 0.5);
        wg_series *loss = wg_panel_line(curves, names[i]);
        const double last = run(g, p, o, wg_panel_path(map, names[i]), loss);
        printf("%s: J = %.6g after %d steps\n", names[i], last, STEPS);
    }
    wg_figure_save(f, "race.svg");
    wg_figure_save(f, "race.html");
    wg_figure_save(f, "-");
    return wg_finish(c, stderr);
}
