/* cmd_draw.c: the command draw: a graph, or the plan of its run, as a picture in a file or as text. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "tool.h"
#include "wengert/ops.h"

/* Flags that say what is drawn. */
static const flag subject_flags[] = {
    { 'o', "output", "FILE",
      "a .dot, .svg, .html, .png, .pdf, .tex, .txt or .json; - or only --format: standard output (default: "
      "text in the terminal)" },
    { 0, "of", "NAME",
      "the root: it is drawn with all that it depends on (default: the last statement's value)" },
    { 0, "backward", NULL, "gradients of the root too, and the edges back; of a tensor those of its sum" },
    { 0, "wrt", "NAMES", "with --backward: gradients only on the way to these" },
    { 0, "fold", NULL, "repeated nodes share a box; with --for this is so unless --no-fold" },
    { 0, "no-fold", NULL, "repeated nodes have a box each" },
    { 0, "diff", "train|eval", "beside the same program in this mode: what differs stands out" },
    { 0, "range", "A:B",
      "with --heatmaps: both axes go from A to B (default: what the data span, without data -4:4)" },
    { 0, "ops", NULL, "short for --level ops" },
    { 0, "plan", NULL,
      "short for --level plan, how it runs: steps, memory, times against the machine's limits; with "
      "--backward a training step" },
    { 0, NULL, NULL, NULL },
};

/* ---- how it is drawn: by wg_draw_opts_list of draw.h ---- */

/* Options without a flag are the last of the list: the first of them ends the flags. */
#define FLAG_ROW(type, name, standard, range, text, goes_with, flag, value) { 0, flag, value, text },
static const flag drawing_flags[] = { wg_draw_opts_list(WG_NO_, FLAG_ROW) };
#define KINDS(type, name, standard, range, text, goes_with, ...) goes_with,
static const unsigned goes_with[] = { wg_draw_opts_list(WG_NO_, KINDS) };

static bool read_number(const args *a, const char *name, const wg_option *x, wg_draw_opts *o)
{
    const bool whole = x->kind == WG_OPTION_INT;
    double v = 0;
    if (!args_double(a, name, &v)) return false;
    if (whole && v > INT_MAX) v = INT_MAX;
    if (wg_option_in_range(x, v) && wg_option_set(x, o, v)) return true;
    tool_wrong(a, "--%s %s: must be a%s number in %s", name, args_value(a, name), whole ? " whole" : "",
               x->range);
    return false;
}

static bool read_option(const args *a, int i, wg_draw_opts *o)
{
    const flag *f = &drawing_flags[i];
    const wg_option *x = &wg_options_of("wg_draw_opts")->option[i];
    const char *text = args_value(a, f->name);
    if (!args_choice(a, f->name)) return false;
    if (x->kind == WG_OPTION_TEXT) return memcpy((char *)o + x->offset, &text, sizeof text), true;
    if (x->kind != WG_OPTION_BOOL) return read_number(a, f->name, x, o);
    /* without a value, or with two words, "LR|TB": the second sets it */
    const bool on = !f->value || !strcmp(text, strchr(f->value, '|') + 1);
    return wg_option_set(x, o, on == (strncmp(f->name, "no-", 3) != 0));
}

/* The file; "-" where only --format is given; NULL: text in the terminal. */
static const char *output_of(const args *a)
{
    const char *path = args_value(a, "output");
    return !path && args_has(a, "format") ? "-" : path;
}

/* By --format, else by the file's ending; "": text in the terminal. */
static const char *format_of(const args *a)
{
    const char *path = output_of(a), *format = args_value(a, "format"),
               *dot = path ? strrchr(path, '.') : NULL;
    return format ? format : dot && !strchr(dot, '/') ? dot + 1 : "";
}

static bool wants_plan(const args *a)
{
    const char *level = args_value(a, "level");
    return args_has(a, "plan") || (level && !strcmp(level, "plan"));
}

#define FORMAT_ROW(name, kinds) { #name, kinds },
static const struct {
    const char *name;
    unsigned kinds;
} formats[] = { WG_DRAW_FORMATS(FORMAT_ROW) };
enum { FORMATS = sizeof formats / sizeof *formats };

/* The kinds of pictures that the format of the file has; 0: there is no such format. */
static unsigned kinds_of_format(const args *a)
{
    for (int i = 0; i < FORMATS; i++)
        if (!strcasecmp(format_of(a), formats[i].name)) return formats[i].kinds;
    return 0;
}

/* The kind of picture that the flags ask for; 0: a plan as JSON. */
static unsigned picture_kind(const args *a)
{
    const bool file = output_of(a);
    const unsigned kinds = kinds_of_format(a);
    if (!wants_plan(a)) return !file || kinds & WG_PICTURE_TEXT ? WG_PICTURE_TEXT : WG_PICTURE_GRAPH;
    if (!file) return a->json ? 0 : WG_PICTURE_TABLE;
    return kinds & WG_PICTURE_TABLE ? WG_PICTURE_TABLE : WG_PICTURE_STEPS;
}

/* Returns 0, or the exit status after a message. The same holds for plan_flags and file_flags. */
static int drawing_options(const args *a, unsigned kind, wg_draw_opts *o)
{
    char all[200], this[60];
    for (int i = 0; drawing_flags[i].name; i++) {
        if (!args_has(a, drawing_flags[i].name)) continue;
        const bool of_all = !kind && goes_with[i] == WG_PICTURE_FILE; /* also of a plan's JSON */
        if (!(goes_with[i] & kind) && !of_all)
            return tool_wrong(a, "--%s goes with %s, not with %s%s", drawing_flags[i].name,
                              wgx_draw_goes_with(goes_with[i], all, sizeof all),
                              kind ? wgx_draw_goes_with(kind, this, sizeof this) : "a plan's JSON",
                              output_of(a) ? "" : " (-o FILE makes a picture)");
        if (!read_option(a, i, o)) return EXIT_FLAGS;
    }
    return EXIT_DONE;
}

/* ---- flags that need each other ---- */

static unsigned kinds_of(const args *a)
{
    return wants_plan(a) ? WG_PICTURE_STEPS | WG_PICTURE_TABLE : WG_PICTURE_NODES;
}

static bool known_format(const args *a, const char *s)
{
    for (int i = 0; i < FORMATS; i++)
        if (formats[i].kinds & kinds_of(a) && !strcasecmp(s, formats[i].name)) return true;
    return !strcasecmp(s, "gv");
}

/* "dot, svg or txt", each with `before` before it. */
static const char *format_list(const args *a, const char *before, char *text, size_t size)
{
    size_t n = 0;
    int last = FORMATS - 1;
    while (!(formats[last].kinds & kinds_of(a))) last--;
    for (int i = 0; i <= last && n < size; i++)
        if (formats[i].kinds & kinds_of(a))
            n += (size_t)snprintf(text + n, size - n, "%s%s%s",
                                  !n         ? ""
                                  : i < last ? ", "
                                             : " or ",
                                  before, formats[i].name);
    return text;
}

static int plan_flags(const args *a)
{
    if (args_has(a, "level") + args_has(a, "ops") + args_has(a, "plan") > 1)
        return tool_wrong(a, "of --level, --ops and --plan only one can be given");
    return EXIT_DONE;
}

static int file_flags(const args *a)
{
    const char *path = output_of(a);
    const char *format = args_value(a, "format");
    char list[120];
    if (path && format && !known_format(a, format))
        return tool_wrong(a, "--format %s: %s", format, format_list(a, "", list, sizeof list));
    if (path && !format && !known_format(a, format_of(a)))
        return tool_wrong(a, "-o %s: the ending says no format%s: %s, or --format", path,
                          wants_plan(a) ? " of a plan" : "", format_list(a, ".", list, sizeof list));
    if (path && !strcmp(path, "-") && a->json)
        return tool_wrong(a, "-o - and --json: standard output takes one");
    if (!args_choice(a, "diff")) return EXIT_FLAGS;
    if (args_has(a, "diff") && picture_kind(a) != WG_PICTURE_GRAPH)
        return tool_wrong(a, "--diff needs a picture of a graph: -o FILE.svg");
    if (args_has(a, "wrt") && !args_has(a, "backward")) return tool_wrong(a, "--wrt without --backward");
    return EXIT_DONE;
}

static int map_flags(const args *a)
{
    const char *style = args_value(a, "style");
    if (args_has(a, "heatmaps") && (!style || strcmp(style, "neurons") != 0))
        return tool_wrong(a, "--heatmaps are those of --style neurons: add it");
    if (args_has(a, "range") && !args_has(a, "heatmaps")) return tool_wrong(a, "--range without --heatmaps");
    return EXIT_DONE;
}

/* ---- plans ---- */

/* The plan of root; backward: also of its gradients by --wrt, else the parameters, else all named leaves. */
static wg_plan *plan_of(model *m, wg_node root, const name_list *wrt, bool backward)
{
    name_list leaves = { 0 };
    wg_plan_opts o = WG_OPTS(wg_plan_opts, .wrt = wrt->node, .wrt_count = wrt->count);
    bool of_params = backward && !wrt->count && wg_params_count(m->p) > 0;
    if (of_params) o.params = m->p;
    if (backward && !wrt->count && !of_params) {
        if (!model_leaves(m, root, &leaves)) return NULL;
        o.wrt = leaves.node, o.wrt_count = leaves.count;
    }
    wg_plan *p = wg_plan_look_at(NULL, root, &o);
    wg_free(m->c, leaves.name);
    wg_free(m->c, leaves.node);
    return p;
}

static void draw_plan(model *m, wg_node root, const name_list *wrt, wg_draw_opts o)
{
    const char *path = output_of(m->a);
    wg_limits limits;
    o.limits = &limits;
    if (!path && !m->a->json) path = "-", o.format = "txt";
    wg_plan *p = plan_of(m, root, wrt, args_has(m->a, "backward"));
    if (p && wg_limits_measure(m->c, &limits) == WG_OK) {
        if (path && wg_draw_plan_at(NULL, m->c, p, path, &o) == WG_ERROR_FILE)
            model_fail(m, EXIT_OTHER, "%s", wg_message(m->c));
        if (!path) plan_json(p, &limits);
    }
    wg_plan_free(p);
    model_ok(m);
}

/* Builds the program in the mode of --diff, and finds its sizes. The root is wg_none after an error. */
static wg_node root_beside(model *m, size_names *sizes)
{
    const wg_mode mode = strcmp(args_value(m->a, "diff"), "train") ? WG_EVAL : WG_TRAIN;
    const wg_mode before = m->mode;
    wg_graph *const drawn = m->g;
    const char *name;
    wg_node root = wg_none;
    if (mode == m->mode) {
        const char *word = args_value(m->a, "diff");
        model_wrong(m, "--diff %s: the program is drawn in this mode already; --mode %s", word,
                    mode == WG_TRAIN ? "eval" : "train");
        return root;
    }
    m->g = wg_graph_new(m->c);
    wg_program_build(m->q, m->g, m->p, mode);
    m->mode = mode;
    if (model_ok(m) && !model_of(m, &name, &root)) root = wg_none;
    if (!wg_is_none(root)) find_size_names(m, root, sizes);
    m->g = drawn, m->mode = before;
    return root;
}

/* The root of a picture with gradients: of a tensor its sum. */
static wg_node scalar_of(wg_node root)
{
    return is_scalar(root) ? root : wg_sum_at(NULL, &WG_OPTS(wg_reduce_args, .x = root));
}

static void say_whose_gradients(const model *m, const char *name)
{
    tool_note(m->a, "%s is no scalar: the gradients are those of its sum", name);
}

/* ---- what is not drawn ---- */

/* By node: whether the root needs it. */
static bool *needed_by(wg_node root)
{
    wg_graph *g = wg_graph_of(root);
    bool *needed = calloc((size_t)wg_graph_nodes(g) + 1, sizeof *needed);
    int64_t call = wgx_graph_calls(g);
    if (needed) needed[root.index] = true;
    for (uint32_t i = root.index; needed && i > 0; i--) {
        for (int k = 0; needed[i] && k < wg_node_operands(wg_graph_node(g, i)); k++) {
            const wg_node x = wg_node_operand(wg_graph_node(g, i), k);
            if (wg_node_ok(x)) needed[x.index] = true;
        }
        /* as calls were written: x.T.T takes x.T, though its node is x */
        while (call > 0 && wgx_graph_call(g, call - 1).first >= (int64_t)i) {
            const wgx_call c = wgx_graph_call(g, --call);
            for (int k = 0; needed[c.result.index] && k < c.operands; k++) {
                const wg_node x = wgx_graph_call_operand(g, call, k);
                if (wg_node_ok(x)) needed[x.index] = true;
            }
        }
    }
    return needed;
}

/* Adds "y" or "y is x" to a list. What has no room is "..." */
static void add_to(char list[200], const char *name, const char *is)
{
    const size_t n = strlen(list), room = 200 - 6;
    const bool cut = n >= 3 && !strcmp(list + n - 3, "...");
    const bool fits = !cut && n + strlen(name) + strlen(is) + 8 < room;
    if (fits) snprintf(list + n, 200 - n, "%s%s%s%s", n ? ", " : "", name, *is ? " is " : "", is);
    else if (!cut) snprintf(list + n, 200 - n, "%s...", n ? ", " : "");
}

/* Values that the root does not need, and second names of what is drawn: y = x. */
static void say_what_is_left_out(const model *m, wg_node root)
{
    char unused[200] = "", same[200] = "";
    bool *needed = needed_by(root);
    for (int i = 0; needed && i < wg_program_names(m->q); i++) {
        const char *name = wg_program_name(m->q, i);
        const wgx_meaning what = wgx_program_meaning(m->q, name);
        const bool value = what != WG_NAME_FUNCTION && what != WG_NAME_SYMBOL;
        const wg_node n = value ? wg_program_node(m->q, name) : wg_none;
        if (!wg_node_ok(n) || wg_graph_of(n) != wg_graph_of(root)) continue;
        if (!needed[n.index]) add_to(unused, name, "");
        else if (*wg_node_name(n) && strcmp(wg_node_name(n), name) != 0) add_to(same, name, wg_node_name(n));
    }
    free(needed);
    if (*unused && !args_has(m->a, "of")) tool_note(m->a, "not drawn: %s; --of draws another value", unused);
    if (*same) tool_note(m->a, "one node, one name: %s", same);
}

static void draw(model *m, wg_draw_opts o)
{
    const char *path = output_of(m->a), *names = args_value(m->a, "wrt"), *name;
    wg_node root;
    name_list wrt = { 0 };
    o.backward = args_has(m->a, "backward");
    if (!(o.backward ? model_differentiated : model_of)(m, &name, &root)) return;
    if (names && (!model_names(m, "wrt", names, &wrt) || !model_by_no_option(m, root, &wrt))) return;
    o.fold = args_has(m->a, "no-fold") ? false : args_has(m->a, "fold") ? true : WG_AUTO;
    const bool of_sum = o.backward && !is_scalar(root);
    if (of_sum && !wg_dtype_is_float(wg_node_dtype(root))) {
        model_fail(m, EXIT_TEXT, "--backward: %s is no scalar: --of names one", name);
        return;
    }
    if (wants_plan(m->a)) {
        if (of_sum) say_whose_gradients(m, name);
        if (of_sum) root = scalar_of(root);
        o.backward = false; /* the plan has the gradients already */
        draw_plan(m, root, &wrt, o);
        return;
    }
    if (args_has(m->a, "ops")) o.level = "ops";
    const bool numbers = o.values || o.backward || !strcasecmp(format_of(m->a), "html");
    say_what_is_left_out(m, root);
    /* a copy, since the program is built with other sizes; nothing is said of a picture that fails */
    char *drawn = strdup(numbers ? wg_program_drawn(m->q) : "");
    size_names sizes = { .count = 0 };
    find_size_names(m, root, &sizes); /* of the program's nodes, without a sum of our own */
    if (of_sum) root = scalar_of(root);
    o.wrt = wrt.node, o.wrt_count = wrt.count;
    if (args_has(m->a, "diff")) {
        o.beside = root_beside(m, &sizes);
        if (o.backward && !m->status) o.beside = scalar_of(o.beside);
    }
    o.sizes = sizes.name, o.size_count = sizes.count;
    o.series = picture_kind(m->a) == WG_PICTURE_GRAPH;
    o.source = wgx_program_source(m->q);
    if (!path) path = "-", o.format = m->a->json ? "json" : "txt", o.values |= o.backward;
    if (picture_kind(m->a) == WG_PICTURE_TEXT && strcmp(path, "-") == 0)
        o.ansi = terminal_ansi(), o.width = args_has(m->a, "width") ? o.width : terminal_width();
    if (model_ok(m) && wg_draw_at(NULL, root, path, &o) == WG_ERROR_FILE)
        model_fail(m, EXIT_OTHER, "%s", wg_message(m->c));
    if (model_ok(m) && of_sum) say_whose_gradients(m, name);
    if (model_ok(m) && drawn) model_say_drawn(m, drawn);
    free(drawn);
    free_size_names(&sizes);
}

/* After an error: draws what was built before it, and the call that failed. The exit status stays. */
static void draw_failed(model *m, wg_draw_opts o)
{
    const char *path = output_of(m->a);
    if (!path || !m->g || wg_graph_nodes(m->g) <= 1 || !wg_failed(m->c)) return;
    o.backward = o.values = false, o.source = wgx_program_source(m->q);
    if (wg_draw_graph_at(NULL, m->g, path, &o) == WG_OK)
        fprintf(stderr, "%s shows what was built before the error\n",
                strcmp(path, "-") ? path : "the picture");
    else fprintf(stderr, "%s could not be written\n", path);
}

/* Such a file is no program. */
static bool is_dot_file(const args *a)
{
    const char *dot = a->operands == 1 ? strrchr(a->operand[0], '.') : NULL;
    return dot && (!strcasecmp(dot, ".dot") || !strcasecmp(dot, ".gv"));
}

static int refuse_dot(const args *a, const char *file)
{
    return tool_fail(a, EXIT_TEXT,
                     "%s is a DOT file and no program. Graphviz draws it: dot -Tsvg %s -o %.*s.svg", file,
                     file, (int)(strrchr(file, '.') - file), file);
}

static int run(const args *a)
{
    wg_draw_opts o = WG_OPTS(wg_draw_opts);
    model m;
    if (is_dot_file(a)) return refuse_dot(a, a->operand[0]);
    int status = plan_flags(a);
    if (!status) status = file_flags(a);
    if (!status) status = drawing_options(a, picture_kind(a), &o);
    if (!status) status = map_flags(a);
    if (status) return status;
    /* a unit is looked at as it answers: without dropout, with the averages of the training */
    const bool opened = model_open(&m, a, o.heatmaps ? WG_EVAL : WG_TRAIN);
    if (opened && (!o.heatmaps || model_on_grid(&m))) draw(&m, o);
    else draw_failed(&m, o);
    if (!m.status && a->json && output_of(a) && strcmp(output_of(a), "-"))
        json_only_text("file", output_of(a));
    return model_close(&m);
}

const command cmd_draw = {
    "draw",
    "draw FILE.wg | -e TEXT [flags]",
    "The graph of a program, as a picture or as text.",
    { subject_flags, drawing_flags, model_flags, table_flags },
    "  wengert draw logistic.wg --wrt w,b --backward\n"
    "  wengert draw cat.wg -o cat.svg --dir TB\n"
    "  wengert draw -e 'sigmoid(w * x + b)' --values --format svg > neuron.svg\n"
    "  wengert draw logistic.wg --plan --backward\n",
    run,
};
