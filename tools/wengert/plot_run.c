/* plot_run.c: the command plot of a training's folder: its curves by the epoch, its weights as images, and on
 * the data of the training a confusion matrix, and the regions of classes if the net has one input of two
 * features. */
#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "data_source.h"
#include "guest.h"

enum { COLUMNS = 60, IMAGES = 12, UNITS = 16, GRID = 121, CLASSES = 20, FIGURES = 5, GIVEN = 64 };

/* Numbers of log.jsonl under one key, such as dev.metrics.accuracy. */
typedef struct column {
    char key[120];
    double *v; /* by line; NaN: it is not there */
} column;

typedef struct run {
    model m;
    args a; /* the flags, and those of the training */
    struct given *given;
    char *weights, *program, *around, *flags, *log, *words; /* around: the folder around it */
    const char **name;                                      /* of classes */
    column column[COLUMNS];
    int columns, lines;
    int failed; /* the status of what could not be drawn */
    plot_files files;
} run;

/* ---- the log ---- */

static double *column_of(run *k, const char *key)
{
    for (int i = 0; i < k->columns; i++)
        if (!strcmp(k->column[i].key, key)) return k->column[i].v;
    double *v = k->columns < COLUMNS ? wg_alloc(k->m.c, (size_t)k->lines + 1, sizeof *v) : NULL;
    if (!v) return NULL;
    for (int i = 0; i < k->lines; i++) v[i] = NAN;
    snprintf(k->column[k->columns].key, sizeof k->column[0].key, "%s", key);
    return k->column[k->columns++].v = v;
}

/* The numbers of one object, each under its keys with dots between them. */
static void read_line(run *k, const char *line, int n)
{
    char path[120] = "";
    size_t length = 0, outer[8] = { 0 };
    int depth = 0;
    for (const char *s = line; *s && *s != '\n'; s++) {
        if (*s == '{' && depth < 7) {
            if (length && length + 1 < sizeof path) path[length++] = '.', path[length] = 0;
            outer[++depth] = length;
        } else if (*s == '}' && depth) {
            length = depth > 1 ? outer[--depth] : 0;
        } else if (*s == '"') {
            const char *end = strchr(s + 1, '"');
            if (!end) return;
            if (end[1] == ':') {
                length = outer[depth];
                length +=
                    (size_t)snprintf(path + length, sizeof path - length, "%.*s", (int)(end - s - 1), s + 1);
                if (length >= sizeof path) length = sizeof path - 1;
            }
            s = end;
        } else if (isdigit((unsigned char)*s) || *s == '-') {
            char *end;
            const double v = strtod(s, &end);
            double *to = column_of(k, path);
            if (to) to[n] = v;
            s = end > s ? end - 1 : s;
        }
    }
}

static bool read_log(run *k)
{
    for (const char *s = k->log; *s; s++) k->lines += *s == '\n';
    int n = 0;
    for (const char *s = k->log; n < k->lines; n++) read_line(k, s, n), s = strchr(s, '\n') + 1;
    return model_ok(&k->m) &&
           (k->lines || model_fail(&k->m, EXIT_TEXT, "%s: no epoch is finished yet", k->m.a->operand[0]));
}

static const double *find(const run *k, const char *key)
{
    for (int i = 0; i < k->columns; i++)
        if (!strcmp(k->column[i].key, key)) return k->column[i].v;
    return NULL;
}

/* ---- curves ---- */

static void add_curve(const run *k, wg_panel *p, const char *name, const double *v)
{
    const double *epoch = find(k, "epoch");
    wg_series *s = v ? wg_panel_line(p, name) : NULL;
    for (int i = 0; s && i < k->lines; i++) wg_series_add(s, epoch ? epoch[i] : i + 1, v[i]);
}

static bool changes(const run *k, const double *v)
{
    bool any = false;
    for (int i = 1; v && i < k->lines; i++) any |= v[i] != v[0];
    return any;
}

static wg_figure *draw_curves(run *k)
{
    static const char metric[] = "metrics.";
    char dev[140];
    wg_figure *f = wg_figure_new(k->m.c, "");
    wg_panel *p = wg_panel_new(f, "Loss", .x.label = "epoch", .y.label = "loss", .y.scale = WG_SCALE_AUTO);
    add_curve(k, p, "train", find(k, "loss")), add_curve(k, p, "dev", find(k, "dev.loss"));
    for (int i = 0; i < k->columns; i++) {
        const char *key = k->column[i].key;
        if (strncmp(key, metric, sizeof metric - 1) != 0) continue;
        p = wg_panel_new(f, key + sizeof metric - 1, .x.label = "epoch");
        snprintf(dev, sizeof dev, "dev.%s", key);
        add_curve(k, p, "train", k->column[i].v), add_curve(k, p, "dev", find(k, dev));
    }
    if (!changes(k, find(k, "lr"))) return f;
    p = wg_panel_new(f, "Learning rate", .x.label = "epoch", .y.scale = WG_SCALE_AUTO);
    add_curve(k, p, "", find(k, "lr"));
    return f;
}

/* ---- weights ---- */

static bool is_matrix(wg_tensor t)
{
    return wg_dtype_is_float(t.dtype) && t.shape.rank == 2 && t.shape.dim[0] > 1 && t.shape.dim[1] > 1 &&
           t.shape.dim[0] <= 1000 && t.shape.dim[1] <= 1000;
}

static wg_figure *draw_weights(run *k, const wg_params *p)
{
    wg_figure *f = wg_figure_new(k->m.c, "Weights");
    int n = 0;
    for (int i = 0; i < wg_params_count(p) && n < IMAGES; i++)
        if (is_matrix(wg_params_tensor(p, i)) && ++n)
            wg_panel_image(wg_panel_new(f, wg_params_name(p, i)), "", .values = wg_params_tensor(p, i));
    return n ? f : NULL;
}

/* What each of the first units looks at, if its weights make a square: pixels of an image. */
static wg_figure *draw_units(run *k, const wg_params *p)
{
    wg_tensor t = { 0 };
    for (int i = wg_params_count(p) - 1; i >= 0; i--)
        if (is_matrix(wg_params_tensor(p, i))) t = wg_params_tensor(p, i);
    const int side = t.data ? (int)lround(sqrt((double)t.shape.dim[0])) : 0;
    if (side < 4 || (int64_t)side * side != t.shape.dim[0]) return NULL;
    wg_figure *f = wg_figure_new(k->m.c, "What the first units look at", .columns = 4);
    double *v = wg_alloc(k->m.c, (size_t)side * (size_t)side, sizeof *v);
    for (int64_t u = 0; v && u < t.shape.dim[1] && u < UNITS; u++) {
        for (int64_t i = 0; i < t.shape.dim[0]; i++) v[i] = wg_tensor_item(&t, i * t.shape.dim[1] + u);
        wg_panel_image(wg_panel_new(f, "", .x.hidden = true, .y.hidden = true, .equal = true), "",
                       .values = wg_view_f64(v, WG_SHAPE(side, side)), .bar = false);
    }
    return f;
}

/* ---- the program on its data ---- */

/* What a loss of classes compares: the scores with class numbers. */
typedef struct compared {
    wg_node score, class;
    bool probability; /* one score for two classes is at least 0.5, not 0, for class 1 */
} compared;

/* Of the program's last call of such a loss. false: there is none. */
static bool classified(const run *k, compared *to)
{
    static const char *const losses[] = { "softmax_cross_entropy", "nll", "bce_with_logits",
                                          "binary_cross_entropy" };
    for (int64_t i = wgx_graph_calls(k->m.g) - 1; i >= 0; i--) {
        const wgx_call call = wgx_graph_call(k->m.g, i);
        for (int j = 0; j < 4; j++) {
            if (!wgx_op_is(call.op, losses[j])) continue;
            *to = (compared){ wgx_graph_call_operand(k->m.g, i, 0), wgx_graph_call_operand(k->m.g, i, 1),
                              j == 3 };
            return wg_node_shape(to->class).rank == 1;
        }
    }
    return false;
}

/* The class of each row, by one score or by several. Free it with wg_free. */
static double *classes(run *k, const compared *c, int64_t *rows)
{
    wg_tensor t;
    if (!model_value(&k->m, c->score, &t)) return NULL;
    *rows = t.shape.rank ? t.shape.dim[0] : 1;
    const int64_t each = *rows ? wg_shape_size(t.shape) / *rows : 0;
    double *v = wg_alloc(k->m.c, (size_t)*rows + 1, sizeof *v);
    for (int64_t i = 0; v && i < *rows; i++) {
        int64_t best = 0;
        for (int64_t j = 1; j < each; j++)
            if (wg_tensor_item(&t, i * each + j) > wg_tensor_item(&t, i * each + best)) best = j;
        v[i] = each > 1 ? (double)best : wg_tensor_item(&t, i) > (c->probability ? 0.5 : 0);
    }
    return v;
}

static double most(const double *v, int64_t n, double least)
{
    for (int64_t i = 0; i < n; i++) least = fmax(least, v[i]);
    return least;
}

/* The words of the classes that the input has, where the data have words: else their numbers. */
static const char **class_names(run *k, const char *input, int n)
{
    const char **name = wg_alloc(k->m.c, (size_t)n, sizeof *name);
    char *number = wg_alloc(k->m.c, (size_t)n, 8), *word = k->words;
    const size_t length = strlen(input);
    while (word && *word && (strncmp(word, input, length) != 0 || word[length] != '\t'))
        word += strcspn(word, "\n"), word += *word == '\n';
    if (word && *word) word[strcspn(word, "\n")] = 0, word += length + 1;
    for (int i = 0; name && number && i < n; i++) {
        char *next = word && *word ? strchr(word, '\t') : NULL;
        if (next) *next++ = 0;
        snprintf(number + 8 * i, 8, "%d", i);
        name[i] = word && *word ? word : number + 8 * i;
        word = next;
    }
    return number ? name : NULL;
}

static wg_figure *draw_confusion(run *k, const double *is, const double *said, int64_t rows)
{
    const int n = (int)most(is, rows, most(said, rows, 1)) + 1;
    if (n > CLASSES) return NULL;
    double *count = wg_alloc(k->m.c, (size_t)n * (size_t)n, sizeof *count);
    if (!count) return NULL;
    int64_t right = 0;
    for (int64_t i = 0; i < rows; i++) count[(int)is[i] * n + (int)said[i]]++, right += is[i] == said[i];
    char title[120];
    snprintf(title, sizeof title, "Confusion: %lld of %lld rows are right", (long long)right,
             (long long)rows);
    wg_figure *f = wg_figure_new(k->m.c, title);
    wg_panel *p = wg_panel_new(f, "", .x.label = "said", .x.names = k->name, .x.name_count = n,
                               .y.label = "is", .y.names = k->name, .y.name_count = n);
    wg_panel_image(p, "rows", .values = wg_view_f64(count, WG_SHAPE(n, n)), .numbers = true,
                   .map = WG_MAP_SEQUENTIAL);
    return f;
}

/* The rows of the only input with two features; data NULL: there is no such input. */
static wg_tensor two_features(run *k, wg_node score, const char **name)
{
    name_list l = { 0 };
    wg_tensor t = { 0 };
    int inputs = 0;
    if (!model_leaves(&k->m, score, &l)) return t;
    for (int i = 0; i < l.count; i++) {
        const wg_shape s = wg_node_shape(l.node[i]);
        if (wgx_node_params(l.node[i]) || wgx_program_meaning(k->m.q, l.name[i]) != WG_NAME_INPUT) continue;
        inputs++;
        if (s.rank == 2 && s.dim[1] == 2 && wgx_peek(l.node[i], &t)) *name = l.name[i];
    }
    wg_free(k->m.c, l.name), wg_free(k->m.c, l.node);
    return inputs == 1 ? t : (wg_tensor){ 0 };
}

/* The net on a grid over its inputs; `class` is the name of the input that has the classes. */
static wg_figure *draw_regions(run *k, const char *name, const char *class, wg_tensor x, const double *is)
{
    model *m = &k->m;
    const int64_t rows = x.shape.dim[0];
    double low[2], high[2], *grid = wg_alloc(m->c, 2 * GRID * GRID, sizeof *grid),
                            *point = wg_alloc(m->c, 2 * (size_t)rows + 1, sizeof *point);
    int32_t *zero = wg_alloc(m->c, GRID * GRID, sizeof *zero);
    if (!grid || !point || !zero) return NULL;
    for (int64_t i = 0; i < 2 * rows; i++) point[i] = wg_tensor_item(&x, i);
    for (int c = 0; c < 2; c++) {
        low[c] = INFINITY, high[c] = -INFINITY;
        for (int64_t i = 0; i < rows; i++)
            low[c] = fmin(low[c], point[2 * i + c]), high[c] = fmax(high[c], point[2 * i + c]);
        const double room = high[c] > low[c] ? 0.08 * (high[c] - low[c]) : 1;
        low[c] -= room, high[c] += room;
    }
    for (int i = 0; i < GRID * GRID; i++) {
        grid[2 * i] = low[0] + (high[0] - low[0]) * (i % GRID + 0.5) / GRID;
        grid[2 * i + 1] = low[1] + (high[1] - low[1]) * (i / GRID + 0.5) / GRID;
    }
    wg_program_set(m->q, name, wg_view_f64(grid, WG_SHAPE(GRID * GRID, 2)));
    wg_program_set(m->q, class, wg_view_i32(zero, WG_SHAPE(GRID * GRID)));
    compared of;
    int64_t n;
    if (!model_flags_ok(m) || !model_build(m) || !classified(k, &of)) return NULL;
    double *said = classes(k, &of, &n);
    if (!said || n != GRID * GRID || most(said, n, most(is, rows, 0)) >= CLASSES) return NULL;
    wg_figure *f = wg_figure_new(m->c, "Regions of classes");
    wg_panel *p = wg_panel_new(f, "", .x.label = "x₁", .y.label = "x₂");
    wg_panel_image(p, "", .values = wg_view_f64(said, WG_SHAPE(GRID, GRID)), .map = WG_MAP_CLASSES,
                   .x = { low[0], high[0] }, .y = { low[1], high[1] });
    for (int l = 0; l <= (int)most(is, rows, 0); l++) {
        wg_series *s = wg_panel_points(p, k->name[l], .color = (wg_figure_color)(WG_COLOR_BLUE + l % 8),
                                       .marker = (wg_marker)(WG_MARKER_DISC + l % 5));
        for (int64_t i = 0; i < rows; i++)
            if (is[i] == l) wg_series_add(s, point[2 * i], point[2 * i + 1]);
    }
    return f;
}

/* ---- all ---- */

enum { CURVES, WEIGHTS, UNIT_FIGURE, CONFUSION, REGIONS };
static const char *const figures[FIGURES] = { "curves", "weights", "units", "confusion", "regions" };

/* Whether a list "curves,regions" has the name; NULL has each. */
static bool is_in(const char *list, const char *name)
{
    const size_t n = strlen(name);
    for (const char *s = list; s && *s; s += strcspn(s, ","), s += *s == ',')
        if (strcspn(s, ",") == n && !strncmp(s, name, n)) return true;
    return !list;
}

static bool wanted(const run *k, int figure) { return is_in(args_value(&k->a, "only"), figures[figure]); }

static int count_wanted(const run *k)
{
    int n = 0;
    for (int i = 0; i < FIGURES; i++) n += wanted(k, i);
    return n;
}

/* False: after a message that --only names something else than figures. */
static bool check_only(const args *a)
{
    char all[100];
    size_t n = 0;
    for (int i = 0; i < FIGURES; i++)
        n += (size_t)snprintf(all + n, sizeof all - n, "%s%s", i ? "," : "", figures[i]);
    for (const char *s = args_value(a, "only"); s; s = strchr(s, ',') ? strchr(s, ',') + 1 : NULL) {
        char name[80];
        snprintf(name, sizeof name, "%.*s", (int)strcspn(s, ","), s);
        if (!is_in(all, name)) return tool_wrong(a, "--only %s: %s", name, all), false;
    }
    return true;
}

static void add(run *k, wg_figure *f, int figure)
{
    if (!f) return;
    k->files.figure[k->files.n] = f;
    k->files.title[k->files.n++] = figures[figure];
}

static bool draw_on_data(run *k)
{
    model *m = &k->m;
    compared c;
    wg_tensor t;
    const char *name = NULL;
    int64_t rows = 0;
    if (!args_has(m->a, "data")) return true;
    if (!model_data(m) || !model_build(m)) return false;
    if (!classified(k, &c)) return true;
    const double *said = classes(k, &c, &rows);
    double *is = wg_alloc(m->c, (size_t)rows + 1, sizeof *is);
    if (!said || !is || !model_value(m, c.class, &t) || wg_shape_size(t.shape) != rows) return model_ok(m);
    for (int64_t i = 0; i < rows; i++) {
        is[i] = wg_tensor_item(&t, i);
        if (!(is[i] >= 0 && is[i] < CLASSES && is[i] == floor(is[i]))) return true;
    }
    const wg_tensor x = two_features(k, c.score, &name);
    k->name = class_names(k, wg_node_name(c.class), CLASSES);
    if (!k->name) return model_ok(m);
    if (wanted(k, CONFUSION)) add(k, draw_confusion(k, is, said, rows), CONFUSION);
    if (model_ok(m) && wanted(k, REGIONS) && x.data && *wg_node_name(c.class))
        add(k, draw_regions(k, name, wg_node_name(c.class), x, is), REGIONS);
    return model_ok(m);
}

static void give(run *k, const char *name, const char *value)
{
    for (int i = 0; command_flag(k->a.c, i) && k->a.given_count < GIVEN; i++)
        if (!strcmp(command_flag(k->a.c, i)->name, name))
            k->given[k->a.given_count++] = (struct given){ command_flag(k->a.c, i), value, NULL };
}

/* Takes a line of FLAGS_FILE, NAME, a tab, VALUE. Without what it may not name the rest is drawn. */
static void keep(run *k, const args *a, char *line)
{
    char *tab = strchr(line, '\t');
    if (tab) *tab = 0;
    for (int i = 0; tab && kept_flags[i]; i++) {
        if (strcmp(kept_flags[i], line) != 0 || args_has(a, line)) continue;
        if (guest_kept(a, k->around, line, tab + 1)) give(k, line, tab + 1);
        else k->failed = EXIT_FLAGS;
    }
}

/* The flags of the command, and what the folder has beside them. A folder without a program has curves and
 * weights. */
static bool read_flags(run *k, const args *a)
{
    k->a = *a;
    k->given = calloc(GIVEN, sizeof *k->given);
    if (!k->given || a->given_count > GIVEN / 2) return false;
    memcpy(k->given, a->given, (size_t)a->given_count * sizeof *k->given);
    k->a.given = k->given;
    k->a.operand = (const char **)(uintptr_t)&k->program;
    if (!args_has(a, "load")) give(k, "load", k->weights);
    if (access(k->program, R_OK)) {
        k->a.operands = 0, give(k, "expression", "0");
        return true;
    }
    for (char *rest = k->flags, *line; (line = strsep(&rest, "\n"));) keep(k, a, line);
    return true;
}

static char *joined(const char *folder, const char *name)
{
    char *path = NULL;
    return asprintf(&path, "%s/%s", folder, name) < 0 ? NULL : path;
}

bool plot_is_run(const args *a)
{
    struct stat s;
    char *log = a->operands == 1 ? joined(a->operand[0], "log.jsonl") : NULL;
    const bool is = log && !lstat(log, &s) && (S_ISREG(s.st_mode) || S_ISLNK(s.st_mode));
    free(log);
    return is;
}

static bool draw(run *k)
{
    model *m = &k->m;
    k->log = guest_text(k->log);
    if (!k->log) return model_fail(m, EXIT_OTHER, "%s: log.jsonl cannot be read", k->a.operand[0]);
    if (!plot_files_open(m, count_wanted(k), false, &k->files)) return false;
    k->files.n = 0;
    if (!read_log(k)) return false;
    if (wanted(k, CURVES)) add(k, draw_curves(k), CURVES);
    if (!model_values(m)) return false;
    const wg_params *p = m->p;
    if (wanted(k, WEIGHTS)) add(k, draw_weights(k, p), WEIGHTS);
    if (wanted(k, UNIT_FIGURE)) add(k, draw_units(k, p), UNIT_FIGURE);
    if ((!wanted(k, CONFUSION) && !wanted(k, REGIONS)) || draw_on_data(k)) return true;
    k->failed = m->status; /* after a message; what can be drawn is drawn */
    m->status = EXIT_DONE, wg_recover(m->c);
    return true;
}

int plot_run(const args *a)
{
    run k = { .columns = 0 };
    const char *folder = a->operand[0];
    if (!check_only(a)) return EXIT_FLAGS;
    if (!guest_folder(a, folder)) return EXIT_TEXT;
    char *flags = joined(folder, FLAGS_FILE), *words = joined(folder, CLASSES_FILE),
         *log = joined(folder, "log.jsonl");
    k.weights = joined(folder, "weights.safetensors"), k.program = joined(folder, PROGRAM_FILE);
    char *trained_model = joined(folder, TRAINED_MODEL);
    if (k.program && trained_model && access(k.program, F_OK) && !access(trained_model, F_OK)) {
        char *text = k.program;
        k.program = trained_model, trained_model = text;
    }
    free(trained_model);
    k.around = joined(folder, "..");
    k.flags = flags ? guest_text(flags) : NULL;
    k.words = words ? guest_text(words) : NULL;
    k.log = log;
    if (!k.weights || !k.program || !k.around || !log || !read_flags(&k, a))
        return tool_fail(a, EXIT_OTHER, "out of memory");
    const bool fine = model_read(&k.m, &k.a, WG_EVAL, WG_F64);
    if (fine) guest_limit(k.m.q, a, k.around);
    const bool drawn = fine && draw(&k);
    if (drawn && !k.files.n && !k.failed)
        model_fail(&k.m, EXIT_TEXT, "%s: this training has no figure of --only %s", folder,
                   args_value(a, "only"));
    else if (drawn) plot_files_save(&k.m, &k.files);
    if (!k.m.status) k.m.status = k.failed;
    const int status = model_close(&k.m);
    if (k.log != log) free(k.log);
    free(flags), free(words), free(k.words), free(log), free(k.weights), free(k.program), free(k.around),
        free(k.flags), free(k.given);
    return status;
}
