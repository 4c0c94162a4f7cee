/* plot_statements.c: what the statements plot of a program draw; with --slide a frame for each value of a
 * name. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tool.h"

enum { FRAMES = 49, MOST_FRAMES = 1000 };

/* ---- statements ---- */

typedef struct statements {
    model m;
    plot_files files;
    plot_range slide;
    int frames; /* 0: no --slide */
    int home;   /* the frame of the program's own value; -1: it has none */
    bool extra; /* that frame stands between the places of the range */
    double own;
} statements;

static bool read_slide(statements *k)
{
    model *m = &k->m;
    long long points = FRAMES;
    const char *text = args_value(m->a, "slide");
    if (!text) return true;
    if (!plot_range_read(m, "slide", text, &k->slide)) return false;
    if (!args_long(m->a, "points", 2, &points)) return model_ends(m, EXIT_FLAGS);
    k->frames = plot_points(&k->slide, (int)(points < 1000000000 ? points : 1000000000));
    if (k->frames > MOST_FRAMES)
        return model_wrong(m, "--slide %s: %d values, at most %d", text, k->frames, MOST_FRAMES);
    return k->files.format == WG_FIGURE_HTML ||
           model_wrong(m, "--slide makes pages with a slider: -o FILE.html, or --format html");
}

static bool read_output(statements *k)
{
    model *m = &k->m;
    const int n = wg_program_plots(m->q);
    if (!n)
        return model_build(m) &&
               model_wrong(
                   m,
                   "%s draws nothing: it has no statement plot, as plot line y over x; --over NAME=A:B "
                   "draws its value",
                   model_place(m));
    if (args_has(m->a, "of") || args_has(m->a, "title"))
        return model_wrong(m, "--%s goes with --over; a statement plot names what it draws",
                           args_has(m->a, "of") ? "of" : "title");
    if (!plot_files_open(m, n, args_has(m->a, "slide"), &k->files)) return false;
    for (int i = 0; i < n; i++) k->files.title[i] = wg_program_plot_title(m->q, i);
    return read_slide(k);
}

/* The value that the program gives the name; NaN: none. */
static double own_value(statements *k)
{
    wg_tensor t;
    const wg_node n = model_build(&k->m) ? wg_program_node(k->m.q, k->slide.name) : wg_none;
    return !wg_is_none(n) && wg_shape_size(wg_node_shape(n)) == 1 && wgx_peek(n, &t) ? wg_tensor_item(&t, 0)
                                                                                     : NAN;
}

/* The program's own value takes the place that is nearest to it. It gets a place between the others if the
 * range has a step, or if that place is an end, since both were asked for. A number that was drawn for want
 * of data is not the program's own. */
static void find_home(statements *k)
{
    k->own = own_value(k), k->home = -1;
    if (!isfinite(k->own)) return;
    k->home = plot_nearest(&k->slide, k->own, k->frames);
    const bool is_written =
        wgx_program_meaning(k->m.q, k->slide.name) != WG_NAME_INPUT || !*wg_program_drawn(k->m.q);
    if (!is_written) k->own = plot_frame(&k->slide, k->home, k->frames);
    const bool asked = k->slide.step > 0 || !k->home || k->home == k->frames - 1;
    k->extra = asked && plot_frame(&k->slide, k->home, k->frames) != k->own;
    if (!k->extra) return;
    for (k->home = 0; k->home < k->frames; k->home++)
        if (plot_frame(&k->slide, k->home, k->frames) > k->own) break;
    k->frames++;
}

static double value_of(const statements *k, int frame)
{
    if (frame == k->home) return k->own;
    return plot_frame(&k->slide, frame - (k->extra && frame > k->home), k->frames - k->extra);
}

static bool draw_frame(statements *k, int frame)
{
    model *m = &k->m;
    const double v = value_of(k, frame);
    char name[140];
    snprintf(name, sizeof name, "%s = %.15g", k->slide.name, v);
    wg_program_set(m->q, k->slide.name, wg_view_f64(&v, WG_SCALAR));
    if (!model_flags_ok(m) || !model_build(m)) return false;
    wgx_program_keep(m->q, WG_KEEP_PLOTS);
    for (int i = 0; i < k->files.n; i++) {
        if (!k->files.figure[i]) k->files.figure[i] = wg_figure_new(m->c, wg_program_plot_title(m->q, i));
        wg_figure_frame(k->files.figure[i], name);
        if (!wg_program_figure(m->q, i, k->files.figure[i])) return model_ok(m);
    }
    return true;
}

static bool draw(statements *k)
{
    model *m = &k->m;
    if (k->frames && wgx_program_meaning(m->q, k->slide.name) == WG_NAME_UNKNOWN)
        return model_no_name(m, "slide", k->slide.name);
    if (k->frames) find_home(k), k->files.frame = k->home < 0 ? 1 : k->home + 1;
    for (int i = 0; i < k->frames; i++)
        if (!draw_frame(k, i)) return false;
    if (!k->frames && !model_build(m)) return false;
    if (!k->frames) wgx_program_keep(m->q, WG_KEEP_PLOTS);
    for (int i = 0; i < k->files.n && !k->frames; i++)
        if (!(k->files.figure[i] = wg_program_figure(m->q, i, NULL))) return model_ok(m);
    model_say_drawn(m, wg_program_drawn(m->q));
    return true;
}

int plot_statements(const args *a)
{
    statements k = { .frames = 0 };
    if (model_read(&k.m, a, WG_EVAL, WG_F64) && read_output(&k) && model_data(&k.m) && model_values(&k.m) &&
        draw(&k))
        plot_files_save(&k.m, &k.files);
    return model_close(&k.m);
}
