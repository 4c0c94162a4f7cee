/* cmd_plot.c: the command plot: the figures of a program's statements plot; values of a program over one of
 * its names as curves, over two as a contour. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "tool.h"
#include "wengert/figure.h"

static const flag flags[] = {
    { 0, "over", "NAME=A:B",
      "the name takes values from A to B; :log behind it: by equal factors; :1: by steps of 1. Twice: a "
      "contour" },
    { 0, "slide", "NAME=A:B",
      "the figures for values of the name, also A:B:log or A:B:STEP: HTML with a slider" },
    { 0, "of", "NAMES",
      "what --over draws (default: the last statement's value; of several -e that bind no name, each)" },
    { 'o', "output", "FILE",
      "a .svg, .html, .tex, .txt, .png or .pdf, or a folder for several; -: standard output (default: text "
      "in the "
      "terminal)" },
    { 0, "format", "svg|html|tex|txt|png|pdf", "the format (default: by the ending of the file)" },
    { 0, "title", "TEXT", "a title above the figure" },
    { 0, "for", "WxH", "the size of a .svg, .png or .pdf in px" },
    { 0, "only", "NAMES",
      "of a folder of a training: these of curves, weights, units, confusion and regions" },
    { 0, "trust", NULL,
      "of a folder of a training: data are read wherever they are, not only beside the folder" },
    { 0, "points", "N", "values of each name (default: 201; of a contour 151, of --slide 49)" },
    { 0, NULL, NULL, NULL },
};

enum { CURVES = 12, ELEMENTS = 8, MOST_POINTS = 100000 };

/* What a curve shows: a name of the program, or the value of one -e. */
typedef struct shown {
    wg_program *q;
    const char *name;  /* NULL: the last statement's value */
    const char *title; /* NULL: not known before it is built */
    int elements;      /* of its vector, each with a curve; 0: it is a scalar */
} shown;

typedef struct plot {
    model m;
    plot_range over[2];
    int overs, points;
    wg_figure_format format;
    shown curve[CURVES];
    int curves;
} plot;

/* ---- flags ---- */

static bool read_flags(plot *k)
{
    model *m = &k->m;
    const char *text;
    long long points = 0;
    for (int i = 0; (text = args_next(m->a, "over", &i)); k->overs++) {
        if (k->overs == 2) return model_wrong(m, "--over is given more than twice: a picture has two axes");
        if (!plot_range_read(m, "over", text, &k->over[k->overs])) return false;
    }
    if (k->overs == 2 && !strcmp(k->over[0].name, k->over[1].name))
        return model_wrong(m, "--over %s is given twice", k->over[0].name);
    if (!args_long(m->a, "points", 2, &points)) return model_ends(m, EXIT_FLAGS);
    k->points = points ? (int)(points < MOST_POINTS ? points : MOST_POINTS) : k->overs == 1 ? 201 : 151;
    k->points = k->overs == 1 ? plot_points(&k->over[0], k->points) : k->points;
    if (k->points > MOST_POINTS) return model_wrong(m, "--over: more than %d values", MOST_POINTS);
    if (k->overs == 2 && k->points > 1000)
        return model_wrong(m, "--points %lld: at most 1000 for a contour", points);
    return plot_format(m, args_value(m->a, "output"), &k->format);
}

/* ---- what is shown ---- */

static bool add_curve(plot *k, wg_program *q, const char *name, const char *title)
{
    if (k->curves == CURVES) return model_wrong(&k->m, "plot draws at most %d curves", CURVES);
    k->curve[k->curves++] = (shown){ q, name, title, 0 };
    return true;
}

/* The end of the statement at s: a new line or a semicolon outside of brackets. *binds: it binds a name. */
static char *end_of(char *s, bool *binds)
{
    int depth = 0;
    char before = ' ';
    for (; *s && (depth > 0 || !strchr("\n;", *s)); s++) {
        depth += strchr("([{", *s) ? 1 : strchr(")]}", *s) ? -1 : 0;
        *binds |= *s == '=' && !depth && s[1] != '=' && !strchr("=<>!", before);
        before = *s;
        if (*s == '#') s += strcspn(s, "\n") - 1;
    }
    return s;
}

/* How many statements the texts of -e have that bind no name; 0: some bind one, and belong together. */
static int expressions(const args *a, char *text)
{
    bool binds = false;
    int n = 0;
    for (char *s = text; args_has(a, "expression") && *s; s += *s != 0) {
        s += strspn(s, " \t");
        char *end = end_of(s, &binds);
        n += end > s && *s != '#';
        s = end;
    }
    return binds ? 0 : n;
}

/* A program of one statement of the text. The others become blanks, so errors have their line and column. */
static wg_program *program_of(plot *k, const char *text, const char *from, const char *to)
{
    const size_t n = strlen(text);
    char *alone = wg_alloc(k->m.c, n + 1, 1);
    for (size_t i = 0; alone && i < n; i++)
        alone[i] = text[i] == '\n' || (text + i >= from && text + i < to) ? text[i] : ' ';
    return alone ? wg_program_text(k->m.c, model_place(&k->m), alone) : NULL;
}

/* Several statements that bind no names are a program each, called as they are written. */
static bool add_expressions(plot *k, const char *text, char *names, int several)
{
    static const char *const given[] = { "set", "data", "load" };
    bool binds = false;
    for (int i = 0; several > 1 && i < 3; i++)
        if (args_has(k->m.a, given[i]))
            return model_wrong(&k->m, "--%s with several expressions: give them names, y = ..., and say --of",
                               given[i]);
    for (char *s = names; *s;) {
        s += strspn(s, " \t");
        char *end = end_of(s, &binds);
        const bool last = !*end, is_one = end > s && *s != '#';
        wg_program *q = !is_one        ? NULL
                        : several == 1 ? k->m.q
                                       : program_of(k, text, text + (s - names), text + (end - names));
        *end = 0;
        if (is_one && (!model_ok(&k->m) || !add_curve(k, q, NULL, s))) return false;
        s = end + !last;
    }
    return true;
}

static bool choose(plot *k)
{
    model *m = &k->m;
    const char *names = args_value(m->a, "of"), *source = wgx_program_source(m->q);
    char *copy = wg_alloc(m->c, strlen(names ? names : source) + 1, 1);
    if (!copy) return model_ok(m);
    strcpy(copy, names ? names : source);
    const int several = names ? 0 : expressions(m->a, copy);
    if (several) return add_expressions(k, source, copy, several);
    if (!names) return add_curve(k, m->q, NULL, NULL);
    for (char *name; (name = strsep(&copy, ","));) {
        name += strspn(name, " ");
        if (!add_curve(k, m->q, name, name)) return false;
    }
    return true;
}

/* ---- values ---- */

/* Each program that has the name gets the value; at least one of them has it. */
static bool set_name(plot *k, const plot_range *r, double value)
{
    int found = 0;
    for (int i = 0; i < k->curves; i++) {
        wg_program *q = k->curve[i].q;
        if (i && q == k->curve[i - 1].q) continue;
        if (wgx_program_meaning(q, r->name) == WG_NAME_UNKNOWN) continue;
        wg_program_set(q, r->name, wg_view_f64(&value, WG_SCALAR));
        found++;
    }
    return found ? model_flags_ok(&k->m) : model_no_name(&k->m, "over", r->name);
}

static wg_node node_of(plot *k, const shown *s)
{
    const wg_node n = s->name ? wg_program_node(s->q, s->name) : wg_program_last(s->q);
    if (wg_is_none(n)) s->name ? model_no_name(&k->m, "of", s->name) : model_no_value(&k->m);
    return n;
}

/* It has a name when it is built. The name is that of this build. */
static const char *last_name(model *m, const wg_program *q)
{
    const char *name = wgx_program_last_name(q);
    char *copy = wg_alloc(m->c, strlen(name) + 1, 1);
    return copy ? strcpy(copy, name) : "_";
}

/* The values of one curve into y, and how many they are; 0: after a message. */
static int value_of(plot *k, shown *s, bool built, double y[ELEMENTS])
{
    model *m = &k->m;
    wg_tensor t;
    char shape[120];
    if (!built) wg_begin(m->g, m->mode), wg_program_build(s->q, m->g, m->p, m->mode);
    const wg_node n = model_ok(m) ? node_of(k, s) : wg_none;
    if (!s->title && model_ok(m)) s->title = last_name(m, s->q);
    if (wg_is_none(n) || !model_value(m, n, &t)) return 0;
    const int64_t size = wg_shape_size(t.shape);
    if (size < 1 || size > ELEMENTS) {
        model_fail(
            m, EXIT_TEXT,
            "%s is %s here: a curve needs a scalar, or a vector of at most %d; sum, mean or [i] make one",
            s->title, wg_shape_text(t.shape, shape, sizeof shape), ELEMENTS);
        return 0;
    }
    for (int i = 0; i < size; i++) y[i] = wg_tensor_item(&t, i);
    return (int)size;
}

/* ---- figures ---- */

static wg_scale scale_of(const plot_range *r) { return r->log ? WG_SCALE_LOG : WG_SCALE_LINEAR; }

/* Sets the name to a value and computes curve c there. false: after a message. */
static bool point(plot *k, int c, double x, bool built, double y[ELEMENTS])
{
    shown *s = &k->curve[c];
    const int n = value_of(k, s, built, y);
    if (n && s->elements && n != s->elements)
        return model_fail(&k->m, EXIT_TEXT, "%s has %d values at %s = %g, and %d before", s->title, n,
                          k->over[0].name, x, s->elements);
    if (n) s->elements = n;
    return n > 0;
}

/* Element e of a curve, for the places between its points. */
typedef struct element {
    plot *k;
    int curve, e;
} element;

static bool element_at(void *user, const double *x, int64_t n, double *to)
{
    const element *of = user;
    double y[ELEMENTS];
    for (int64_t i = 0; i < n; i++) {
        if (!set_name(of->k, &of->k->over[0], x[i]) || !point(of->k, of->curve, x[i], false, y)) return false;
        to[i] = y[of->e];
    }
    return true;
}

/* Points of all curves: of each element a row. */
static bool find_points(plot *k, double *x, double *y)
{
    for (int i = 0; i < k->points; i++) {
        x[i] = plot_place(&k->over[0], i, k->points);
        if (!set_name(k, &k->over[0], x[i])) return false;
        for (int c = 0; c < k->curves; c++) {
            double v[ELEMENTS] = { 0 };
            if (!point(k, c, x[i], c && k->curve[c - 1].q == k->curve[c].q, v)) return false;
            for (int e = 0; e < ELEMENTS; e++)
                y[(size_t)(c * ELEMENTS + e) * (size_t)k->points + (size_t)i] = v[e];
        }
    }
    return true;
}

/* A line for each element of each curve. What lies between the steps of a range is not asked for: a size has
 * no value there. */
static bool draw_curves(plot *k, wg_figure *f)
{
    const size_t points = (size_t)k->points;
    const bool one = k->curves == 1;
    double *x = wg_alloc(k->m.c, points * (1 + (size_t)k->curves * ELEMENTS), sizeof *x);
    if (!x || !find_points(k, x, x + points)) return model_ok(&k->m);
    wg_panel *p = wg_panel_new(f, "", .x.label = k->over[0].name, .x.scale = scale_of(&k->over[0]),
                               .y.label = one && strcmp(k->curve[0].title, "_") ? k->curve[0].title : "");
    for (int c = 0; c < k->curves; c++)
        for (int e = 0, n = k->curve[c].elements; e < n; e++) {
            char name[100];
            element of = { k, c, e };
            const double *y = x + points * (size_t)(1 + c * ELEMENTS + e);
            snprintf(name, sizeof name, n > 1 ? "%.80s[%d]" : "%.80s", k->curve[c].title, e);
            wg_series *s = wg_panel_line(p, one && n == 1 ? "" : name);
            if (k->over[0].step > 0) wg_series_add_all(s, x, y, k->points);
            else wgx_series_curve(s, x, y, k->points, element_at, &of);
        }
    return model_ok(&k->m);
}

static bool draw_contour(plot *k, wg_figure *f)
{
    model *m = &k->m;
    const int n = k->points;
    double *v = wg_alloc(m->c, (size_t)n * (size_t)n, sizeof *v), y[ELEMENTS];
    if (!v) return model_ok(m);
    if (k->curves > 1) return model_wrong(m, "a contour shows one value, not %d: --of names it", k->curves);
    if (k->over[0].log || k->over[1].log || k->over[0].step > 0 || k->over[1].step > 0)
        return model_wrong(m, "--over with :log or a step goes with one name, not with a contour");
    for (int i = 0; i < n * n; i++) {
        if (!set_name(k, &k->over[0], plot_place(&k->over[0], i % n, n)) ||
            !set_name(k, &k->over[1], plot_place(&k->over[1], i / n, n)))
            return false;
        const int values = value_of(k, &k->curve[0], false, y);
        if (values > 1)
            return model_fail(m, EXIT_TEXT, "%s has %d values: a contour needs a scalar", k->curve[0].title,
                              values);
        if (!values) return false;
        v[i] = y[0];
    }
    wg_panel *p = wg_panel_new(f, args_has(m->a, "title") ? "" : k->curve[0].title,
                               .x.label = k->over[0].name, .y.label = k->over[1].name);
    wg_panel_contour(p, "", .values = wg_view_f64(v, WG_SHAPE(n, n)), .x = { k->over[0].from, k->over[0].to },
                     .y = { k->over[1].from, k->over[1].to });
    return model_ok(m);
}

static bool draw(plot *k)
{
    const char *title = args_value(k->m.a, "title");
    wg_figure *f = wg_figure_new(k->m.c, title ? title : "");
    if (!(k->overs == 1 ? draw_curves : draw_contour)(k, f)) return false;
    for (int i = 0; i < k->curves; i++)
        if (!i || k->curve[i].q != k->curve[i - 1].q) model_say_drawn(&k->m, wg_program_drawn(k->curve[i].q));
    const char *path = args_value(k->m.a, "output");
    if (!plot_save(&k->m, f, path, k->format, 0)) return false;
    if (k->m.a->json && path && strcmp(path, "-")) json_only_text("file", path);
    return true;
}

static int run(const args *a)
{
    plot k = { .overs = 0 };
    if (plot_is_run(a)) return plot_run(a);
    if (args_has(a, "only")) return tool_wrong(a, "--only goes with the folder of a training");
    if (!args_has(a, "over")) return plot_statements(a);
    if (args_has(a, "slide"))
        return tool_fail(a, EXIT_FLAGS, "--slide goes with the statements plot, not with --over");
    if (model_read(&k.m, a, WG_EVAL, WG_F64) && read_flags(&k) && model_data(&k.m) && model_values(&k.m) &&
        choose(&k))
        draw(&k);
    return model_close(&k.m);
}

const command cmd_plot = {
    "plot",
    "plot FILE.wg | -e TEXT | DIR [--over NAME=A:B] [flags]",
    "The figures of a program's statements plot; with --over its values over a name as curves, over two as a "
    "contour.",
    { flags, model_flags, table_flags },
    "  wengert plot -e 'plot line tanh(z) over z in -6:6' -o tanh.svg\n"
    "  wengert plot lesson.wg -o figures/\n"
    "  wengert plot run/ -o figures/        curves, weights, confusion matrix and regions of a training\n"
    "  wengert plot secant.wg --slide eps=0.001:1:log -o secant.html\n"
    "  wengert plot -e 'tanh(z)' --over z=-6:6 -o tanh.svg\n"
    "  wengert plot -e 'sigmoid(z)' -e 'relu(z)' --over z=-3:3\n"
    "  wengert plot logistic.wg --of L --over b=-3:3 -o loss.svg\n"
    "  wengert plot -e '(1 - w)^2 + 100*(b - w^2)^2' --over w=-2:2 --over b=-1:3 -o valley.svg\n",
    run,
};
