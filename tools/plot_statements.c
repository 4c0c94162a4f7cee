/* plot_statements.c: what the statements plot of a program draw, into a file, a folder or the terminal; the
 * ranges, formats and files of the command plot. */
#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "tool.h"

enum { FRAMES = 49, MOST_FRAMES = 1000, PATH_ROOM = 4096 };

/* ---- ranges ---- */

/* From A to B, then log or a step. false: the text is no range. */
static bool read_numbers(const char *text, plot_range *r)
{
    char *end = NULL;
    r->from = strtod(text, &end);
    if (end == text || *end != ':') return false;
    text = end + 1, r->to = strtod(text, &end);
    if (end == text || (*end && *end != ':')) return false;
    r->log = !strcmp(end, ":log");
    if (!*end || r->log) return true;
    text = end + 1, r->step = strtod(text, &end);
    return end > text && !*end && r->step > 0;
}

bool plot_range_read(model *m, const char *flag_name, const char *text, plot_range *r)
{
    const char *value;
    char *name = model_assignment(m, flag_name, text, &value);
    if (!name) return false;
    if (!read_numbers(value, r) || !(fabs(r->from) < 1e300 && fabs(r->to) < 1e300) || !(r->from < r->to) ||
        (r->log && r->from > 0 && !(r->to / r->from < 1e300)) || (r->step > 0 && r->step > r->to - r->from))
        return model_wrong(m,
                           "--%s %s: two numbers, the smaller one first: --%s %s=-6:6; behind them :log, or "
                           "a step: %s=1:40:1",
                           flag_name, text, flag_name, name, name);
    if (r->log && !(r->from > 0))
        return model_wrong(m, "--%s %s: with :log both numbers are above 0", flag_name, text);
    if (strlen(name) >= sizeof r->name)
        return model_wrong(m, "--%s %s: the name is too long", flag_name, text);
    strcpy(r->name, name);
    return true;
}

int plot_points(const plot_range *r, int standard)
{
    const double n = r->step > 0 ? floor((r->to - r->from) / r->step + 1e-9) + 1 : standard;
    return n < 1e9 ? (int)n : 1000000000;
}

double plot_place(const plot_range *r, int i, int points)
{
    const double t = (double)i / (points - 1);
    if (r->step > 0) return r->from + i * r->step;
    return r->log ? r->from * pow(r->to / r->from, t) : (1 - t) * r->from + t * r->to;
}

/* ---- formats ---- */

static const char *const formats[] = { "svg", "html", "tex", "txt", "png", "pdf" };
enum { FORMATS = sizeof formats / sizeof *formats };

/* WG_FIGURE_BY_PATH: the word is none. */
static wg_figure_format format_of(const char *word)
{
    for (int i = 0; i < FORMATS; i++)
        if (!strcasecmp(word, formats[i])) return (wg_figure_format)(WG_FIGURE_SVG + i);
    return WG_FIGURE_BY_PATH;
}

static const char *ending_of(const char *path)
{
    const char *slash = path ? strrchr(path, '/') : NULL,
               *dot = path ? strrchr(slash ? slash : path, '.') : NULL;
    return dot ? dot + 1 : "";
}

bool plot_format(model *m, const char *path, wg_figure_format *to)
{
    const char *format = args_value(m->a, "format");
    if (!args_choice(m->a, "format")) return model_ends(m, EXIT_FLAGS);
    *to = format_of(format ? format : !path || !strcmp(path, "-") ? "txt" : ending_of(path));
    return *to ||
           model_wrong(m,
                       "-o %s: the ending says no format: .svg, .html, .tex, .txt, .png or .pdf, or --format",
                       path);
}

bool plot_save(model *m, wg_figure *f, const char *path, wg_figure_format format, int frame)
{
    const wg_status s = wg_figure_save_at(
        "", f, &(wg_figure_save_opts){ .path = path ? path : "-", .format = format, .frame = frame });
    if (s == WG_ERROR_FILE) return model_fail(m, EXIT_OTHER, "%s", wg_message(m->c));
    return model_ok(m);
}

/* ---- statements ---- */

typedef struct statements {
    model m;
    int n;
    wg_figure **figure;
    const char *path; /* of -o */
    bool folder;
    wg_figure_format format;
    plot_range slide;
    int frames; /* 0: no --slide */
    int shown;  /* the frame whose value is nearest to the program's own */
} statements;

/* The letters and digits of the title, in small letters, with - between words; else plot-2. A name that an
 * earlier figure has gets the number, too. */
static void name_file(const statements *k, int i, char *to, size_t room)
{
    char other[PATH_ROOM];
    size_t n = (size_t)snprintf(to, room, "%s/", k->path), start = n;
    for (const char *s = wg_program_plot_title(k->m.q, i); *s && n + 30 < room && n < start + 60; s++)
        if (isalnum((unsigned char)*s) && (unsigned char)*s < 128) to[n++] = (char)tolower(*s);
        else if (n > start && to[n - 1] != '-') to[n++] = '-';
    while (n > start && to[n - 1] == '-') n--;
    if (n == start) n += (size_t)snprintf(to + n, room - n, "plot-%d", i + 1);
    snprintf(to + n, room - n, ".%s", formats[k->format - WG_FIGURE_SVG]);
    for (int j = 0; j < i; j++) {
        name_file(k, j, other, sizeof other);
        if (!strcmp(other, to))
            snprintf(to + n, room - n, "-%d.%s", i + 1, formats[k->format - WG_FIGURE_SVG]);
    }
}

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
    return k->format == WG_FIGURE_HTML ||
           model_wrong(m, "--slide makes pages with a slider: -o FILE.html, or --format html");
}

static bool read_output(statements *k)
{
    model *m = &k->m;
    k->n = wg_program_plots(m->q);
    k->path = args_value(m->a, "output");
    if (!k->n)
        return model_build(m) &&
               model_wrong(
                   m,
                   "%s draws nothing: it has no statement plot, as plot line y over x; --over NAME=A:B "
                   "draws its value",
                   model_place(m));
    if (args_has(m->a, "of") || args_has(m->a, "title"))
        return model_wrong(m, "--%s goes with --over; a statement plot names what it draws",
                           args_has(m->a, "of") ? "of" : "title");
    const size_t n = k->path ? strlen(k->path) : 0;
    struct stat s;
    k->folder = n && strcmp(k->path, "-") != 0 &&
                (k->path[n - 1] == '/' || !format_of(ending_of(k->path)) ||
                 (!stat(k->path, &s) && S_ISDIR(s.st_mode)));
    if (!k->folder && n && k->n > 1 && strcmp(k->path, "-") != 0)
        return model_wrong(m, "-o %s: the program has %d plots: -o DIR makes a file of each", k->path, k->n);
    if (n >= PATH_ROOM - 200) return model_wrong(m, "-o: the path is too long");
    if (!k->folder || args_has(m->a, "format")) {
        if (!plot_format(m, k->path, &k->format)) return false;
    } else k->format = args_has(m->a, "slide") ? WG_FIGURE_HTML : WG_FIGURE_SVG;
    return read_slide(k);
}

static bool make_folder(statements *k)
{
    return !k->folder || !mkdir(k->path, 0777) || errno == EEXIST ||
           model_fail(&k->m, EXIT_OTHER, "%s: %s", k->path, strerror(errno));
}

/* The value that the program gives the name; NaN: none. */
static double own_value(statements *k)
{
    wg_tensor t;
    const wg_node n = model_build(&k->m) ? wg_program_node(k->m.q, k->slide.name) : wg_none;
    return !wg_is_none(n) && wg_shape_size(wg_node_shape(n)) == 1 && wg_peek(n, &t) ? wg_tensor_item(&t, 0)
                                                                                    : NAN;
}

static int nearest_frame(const statements *k, double value)
{
    int best = 0;
    for (int i = 1; i < k->frames; i++) {
        const double a = plot_place(&k->slide, i, k->frames), b = plot_place(&k->slide, best, k->frames);
        if (k->slide.log ? fabs(log(a / value)) < fabs(log(b / value)) : fabs(a - value) < fabs(b - value))
            best = i;
    }
    return best + 1;
}

static bool draw_frame(statements *k, int frame)
{
    model *m = &k->m;
    const double v = plot_place(&k->slide, frame, k->frames);
    char name[140];
    snprintf(name, sizeof name, "%s = %.4g", k->slide.name, v);
    wg_program_set(m->q, k->slide.name, wg_view_f64(&v, WG_SCALAR));
    if (!model_flags_ok(m) || !model_build(m)) return false;
    for (int i = 0; i < k->n; i++) {
        if (!k->figure[i]) k->figure[i] = wg_figure_new(m->c, wg_program_plot_title(m->q, i));
        wg_figure_frame(k->figure[i], name);
        if (!wg_program_figure(m->q, i, k->figure[i])) return model_ok(m);
    }
    return true;
}

static bool draw(statements *k)
{
    model *m = &k->m;
    k->figure = wg_alloc(m->c, (size_t)k->n, sizeof *k->figure);
    if (!k->figure) return model_ok(m);
    if (k->frames && wg_program_meaning(m->q, k->slide.name) == WG_NAME_UNKNOWN)
        return model_no_name(m, "slide", k->slide.name);
    if (k->frames) k->shown = nearest_frame(k, own_value(k));
    for (int i = 0; i < k->frames; i++)
        if (!draw_frame(k, i)) return false;
    if (!k->frames && !model_build(m)) return false;
    for (int i = 0; i < k->n && !k->frames; i++)
        if (!(k->figure[i] = wg_program_figure(m->q, i, NULL))) return model_ok(m);
    model_say_drawn(m, wg_program_drawn(m->q));
    return true;
}

static bool save_all(statements *k)
{
    char path[PATH_ROOM];
    for (int i = 0; i < k->n; i++) {
        if (k->folder) name_file(k, i, path, sizeof path);
        if (!plot_save(&k->m, k->figure[i], k->folder ? path : k->path, k->format, k->shown)) return false;
        if (k->folder && !k->m.a->json) printf("%s\n", path);
    }
    if (!k->m.a->json || !k->path || !strcmp(k->path, "-")) return true;
    if (!k->folder) return json_only_text("file", k->path) == 0;
    json j = json_start(stdout);
    json_array(&j, "files");
    for (int i = 0; i < k->n; i++) name_file(k, i, path, sizeof path), json_text(&j, NULL, path);
    json_finish(&j);
    return true;
}

int plot_statements(const args *a)
{
    statements k = { .n = 0 };
    if (model_read(&k.m, a, WG_EVAL, WG_F64) && read_output(&k) && model_data(&k.m) && model_values(&k.m) &&
        draw(&k) && make_folder(&k))
        save_all(&k);
    return model_close(&k.m);
}
