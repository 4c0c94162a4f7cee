/* check_files.c: the files that check writes. --draw: the graph, with what is wrong in colour.
 * --sweep: the error of a difference by its step. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tool.h"

enum { MOST = 64 };

/* What could not be written. Each message goes to standard error at once. */
typedef struct failures {
    char text[1500];
    int status;
} failures;

WG_PRINTF(2, 3) static void add_failure(failures *f, const char *format, ...)
{
    const size_t n = strlen(f->text);
    char what[600];
    va_list list;
    va_start(list, format);
    vsnprintf(what, sizeof what, format, list);
    va_end(list);
    fprintf(stderr, "wengert: %s\n", what);
    f->status = f->status ? f->status : EXIT_OTHER;
    snprintf(f->text + n, sizeof f->text - n, "%s%s", n ? "; " : "", what);
}

static void draw_graph(const args *a, const wg_check *r, wg_node loss, failures *f)
{
    const char *path = args_value(a, "draw");
    wg_draw_opts o = { .legend = true };
    if (!path) return;
    if (!r || !wg_node_ok(loss)) {
        add_failure(f, "--draw: nothing was compared");
        return;
    }
    o.marks = wg_check_marks(r, wg_graph_of(loss), &o.mark_count);
    if (wg_draw_at(NULL, loss, path, &o) != WG_OK)
        add_failure(f, "%s", wg_message(wg_graph_context(wg_graph_of(loss))));
}

/* ---- the error of a difference ---- */

typedef struct picture {
    wg_check_sweep s;
    double two[MOST], one[MOST];    /* errors */
    double rounding[2], curving[2]; /* guides: y */
    double wrong[2], ends[2];       /* a gradient that is wrong: its error; the x of all guides */
    char title[300], best[100], course[100];
} picture;

static int best_of(const picture *p)
{
    int at = 0; /* where f is not finite the error is NaN */
    for (int i = 1; i < p->s.n; i++)
        if (p->two[i] < p->two[at] || isnan(p->two[at])) at = i;
    return at;
}

/* The error at the step that is nearest to h. */
static double error_at(const picture *p, double h)
{
    int at = 0;
    for (int i = 1; i < p->s.n; i++)
        if (fabs(log(p->s.step[i] / h)) < fabs(log(p->s.step[at] / h))) at = i;
    return p->two[at];
}

static void measure(picture *p, double eps)
{
    const wg_check_sweep *s = &p->s;
    const double from = isfinite(s->slope) ? s->slope : s->yours;
    for (int i = 0; i < s->n; i++)
        p->two[i] = fabs(s->difference[i] - from), p->one[i] = fabs(s->one_sided[i] - from);
    p->ends[0] = s->step[s->n - 1], p->ends[1] = s->step[0];
    for (int i = 0; i < 2; i++) {
        p->rounding[i] = s->noise / (sqrt(2) * p->ends[i]);
        p->curving[i] = s->truncation * p->ends[i] * p->ends[i];
        p->wrong[i] = fabs(s->yours - from);
    }
    snprintf(p->title, sizeof p->title, "How wrong is a difference? The component %s", s->place);
    snprintf(p->best, sizeof p->best, "best step %.0e: error %.0e", s->step[best_of(p)], p->two[best_of(p)]);
    snprintf(p->course, sizeof p->course, "the step %.0e: error %.0e", eps, error_at(p, eps));
}

static void add_guide(wg_panel *panel, const char *name, const double x[2], const double y[2])
{
    wg_series *guide =
        wg_panel_line(panel, name, .color = WG_COLOR_GREY, .dash = 2, .along = true, .width = 0.7);
    wg_series_add_all(guide, x, y, 2);
}

/* The guides go far below the errors: the axis ends at the smallest error. */
static double least_error(const picture *p)
{
    double least = INFINITY;
    for (int i = 0; i < p->s.n; i++) {
        if (p->two[i] > 0) least = fmin(least, p->two[i]);
        if (p->one[i] > 0) least = fmin(least, p->one[i]);
    }
    return isfinite(least) ? least / 3 : NAN;
}

static wg_status draw(wg_context *c, const char *path, const picture *p, double eps)
{
    static const char two_sided[] = "two-sided: (f(x + h) − f(x − h)) / 2h";
    const wg_check_sweep *s = &p->s;
    const bool is_wrong = fabs(s->yours - s->slope) > 10 * s->bar;
    wg_figure *f = wg_figure_new(c, p->title, .width = 960, .height = 600);
    wg_panel *panel =
        wg_panel_new(f, "", .x = { "the step h", .scale = WG_SCALE_LOG },
                     .y = { isfinite(s->slope) ? "distance from the true slope"
                                               : "distance from your gradient (no slope is known)",
                            .low = least_error(p), .high = NAN, .scale = WG_SCALE_LOG });
    wg_series *two = wg_panel_line(panel, two_sided, .marker = WG_MARKER_DISC);
    wg_series *one = wg_panel_line(panel, "one-sided: (f(x + h) − f(x)) / h", .marker = WG_MARKER_SQUARE);
    wg_series_add_all(two, s->step, p->two, s->n), wg_series_add_all(one, s->step, p->one, s->n);
    add_guide(panel, "rounding of f: grows as 1 / h", p->ends, p->rounding);
    add_guide(panel, "step too large: grows as h²", p->ends, p->curving);
    if (is_wrong) add_guide(panel, "your gradient is off by this much", p->ends, p->wrong);
    wg_panel_at_x(panel, eps, p->course);
    wg_panel_at_x(panel, s->step[best_of(p)], p->best);
    return wg_figure_save(f, path);
}

static void draw_sweep(const args *a, const wg_check *r, failures *f)
{
    const char *path = args_value(a, "sweep"), *of = args_value(a, "sweep-of");
    picture p = { .s = r ? wg_check_sweep_of(r) : (wg_check_sweep){ 0 } };
    if (!path) return;
    if (!p.s.n || p.s.n > MOST) {
        if (of && !f->status) f->status = EXIT_FLAGS;
        if (of) add_failure(f, "--sweep-of %s: no such component was checked", of);
        else add_failure(f, "--sweep: nothing was compared");
        return;
    }
    wg_context *c = wg_start(NULL);
    measure(&p, wg_check_eps(r));
    if (draw(c, path, &p, wg_check_eps(r)) != WG_OK) add_failure(f, "%s", wg_message(c));
    wg_finish(c, NULL);
}

int check_files(const args *a, const wg_check *r, wg_node loss, json *j)
{
    failures f = { 0 };
    draw_graph(a, r, loss, &f);
    draw_sweep(a, r, &f);
    if (j && f.status) {
        json_object(j, "error");
        json_whole(j, "status", f.status);
        json_text(j, "message", f.text);
        json_end(j);
    }
    return f.status;
}
