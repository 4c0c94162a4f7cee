/* plot_files.c: the ranges, formats and files of the command plot: one file, a folder with a file for each
 * figure, or the terminal. */
#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "tool.h"

enum { PATH_ROOM = 4096 };

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

double plot_frame(const plot_range *r, int i, int frames)
{
    const double v = plot_place(r, i, frames), beside = plot_place(r, i ? i - 1 : 1, frames);
    double short_one = v;
    char text[40];
    if (fabs(v) <= 1e-9 * fabs(v - beside)) return 0; /* the rounding of a sum that is 0 */
    for (int digits = 4; digits < 17; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, v);
        short_one = strtod(text, NULL);
        if (fabs(short_one - v) <= 0.01 * fabs(v - beside)) break;
    }
    return short_one;
}

int plot_nearest(const plot_range *r, double value, int frames)
{
    int best = 0;
    for (int i = 1; i < frames; i++) {
        const double a = plot_frame(r, i, frames), b = plot_frame(r, best, frames);
        if (r->log ? fabs(log(a / value)) < fabs(log(b / value)) : fabs(a - value) < fabs(b - value))
            best = i;
    }
    return best;
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
    if (!args_choice(m->a, "for")) return model_ends(m, EXIT_FLAGS);
    if (args_has(m->a, "for") && *to != WG_FIGURE_SVG && *to < WG_FIGURE_PNG)
        return model_wrong(m, "--for goes with .svg, .png and .pdf");
    return *to ||
           model_wrong(m,
                       "-o %s: the ending says no format: .svg, .html, .tex, .txt, .png or .pdf, or --format",
                       path);
}

bool plot_save(model *m, wg_figure *f, const char *path, wg_figure_format format, int frame)
{
    wg_figure_save_opts o = WG_OPTS(wg_figure_save_opts, .format = format, .frame = frame ? frame : WG_AUTO);
    const char *size = args_value(m->a, "for");
    int w, h;
    if (size && args_size(size, &w, &h)) o.width = w, o.height = h;
    const wg_status s = wg_figure_save_at("", f, path ? path : "-", &o);
    if (s == WG_ERROR_FILE) return model_fail(m, EXIT_OTHER, "%s", wg_message(m->c));
    return model_ok(m);
}

/* ---- files ---- */

bool plot_files_open(model *m, int n, bool pages, plot_files *f)
{
    struct stat s;
    f->n = n;
    f->path = args_value(m->a, "output");
    f->figure = wg_alloc(m->c, (size_t)n, sizeof *f->figure);
    f->title = wg_alloc(m->c, (size_t)n, sizeof *f->title);
    if (!f->figure || !f->title) return model_ok(m);
    const size_t length = f->path ? strlen(f->path) : 0;
    f->folder = length && strcmp(f->path, "-") != 0 &&
                (f->path[length - 1] == '/' || !format_of(ending_of(f->path)) ||
                 (!stat(f->path, &s) && S_ISDIR(s.st_mode)));
    if (!f->folder && length && n > 1 && strcmp(f->path, "-") != 0)
        return model_wrong(m, "-o %s: there are %d plots: -o DIR makes a file of each", f->path, n);
    if (length >= PATH_ROOM - 200) return model_wrong(m, "-o: the path is too long");
    if (!f->folder || args_has(m->a, "format")) return plot_format(m, f->path, &f->format);
    f->format = pages ? WG_FIGURE_HTML : WG_FIGURE_SVG;
    if (!args_choice(m->a, "for")) return model_ends(m, EXIT_FLAGS);
    return !pages || !args_has(m->a, "for") || model_wrong(m, "--for goes with .svg, .png and .pdf");
}

/* The letters and digits of the title, in small letters, with - between words; else plot-2. A name that an
 * earlier figure has gets the number, too. */
static const char *name_file(model *m, const plot_files *f, int i, const char *const *before)
{
    char text[PATH_ROOM];
    const char *ending = formats[f->format - WG_FIGURE_SVG];
    size_t n = (size_t)snprintf(text, sizeof text, "%s%s", f->path,
                                f->path[strlen(f->path) - 1] == '/' ? "" : "/"),
           start = n;
    for (const char *s = f->title[i]; *s && n + 30 < sizeof text && n < start + 60; s++)
        if (isalnum((unsigned char)*s) && (unsigned char)*s < 128) text[n++] = (char)tolower(*s);
        else if (n > start && text[n - 1] != '-') text[n++] = '-';
    while (n > start && text[n - 1] == '-') n--;
    if (n == start) n += (size_t)snprintf(text + n, sizeof text - n, "plot-%d", i + 1);
    snprintf(text + n, sizeof text - n, ".%s", ending);
    for (int j = 0; j < i; j++)
        if (!strcmp(before[j], text)) snprintf(text + n, sizeof text - n, "-%d.%s", i + 1, ending);
    char *copy = wg_alloc(m->c, strlen(text) + 1, 1);
    return copy ? strcpy(copy, text) : NULL;
}

static bool make_folder(model *m, const plot_files *f)
{
    return !f->folder || !mkdir(f->path, 0777) || errno == EEXIST ||
           model_fail(m, EXIT_OTHER, "%s: %s", f->path, strerror(errno));
}

bool plot_files_save(model *m, const plot_files *f)
{
    const char **path = wg_alloc(m->c, (size_t)f->n, sizeof *path);
    if (!path || !make_folder(m, f)) return model_ok(m);
    for (int i = 0; i < f->n; i++) {
        path[i] = f->folder ? name_file(m, f, i, path) : f->path;
        if (!model_ok(m) || !plot_save(m, f->figure[i], path[i], f->format, f->frame)) return false;
        if (f->folder && !m->a->json) printf("%s\n", path[i]);
    }
    if (!m->a->json || !f->path || !strcmp(f->path, "-")) return true;
    if (!f->folder) return json_only_text("file", f->path) == 0;
    json j = json_start(stdout);
    json_array(&j, "files");
    for (int i = 0; i < f->n; i++) json_text(&j, NULL, path[i]);
    json_finish(&j);
    return true;
}
