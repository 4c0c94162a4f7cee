/* cmd_draw.c: the graph, or how it runs, as a picture in a file or as text in the terminal. */
#include <string.h>
#include <strings.h>

#include "cmd.h"

static const flag flags[] = {
    { 'o', "output", "FILE",
      "a .dot, .svg, .png or .pdf, with --plan also .txt; - with --format: standard output (default: text in the terminal)" },
    { 0, "format", "FORMAT", "dot, svg, png or pdf (default: by the file's ending)" },
    { 0, "of", "NAME", "the root: it and all below it (default: the last statement's value)" },
    { 0, "values", NULL, "values in the boxes" },
    { 0, "backward", NULL, "gradients of the root too, and the edges back; the root must be a scalar" },
    { 0, "wrt", "NAMES", "with --backward: gradients only on the way to these" },
    { 0, "plan", NULL, "how it runs: steps, memory, times against the machine's limits; with --backward a training step" },
    { 0, "chart", "NAME", "with --plan and -o FILE.svg: memory or roofline" },
    { 0, "dir", "LR|TB", "left to right (default) or top to bottom" },
    { 0, "title", "TEXT", "above the picture" },
    { 0, NULL, NULL, NULL },
};

static bool known_format(const args *a, const char *s)
{
    return (args_has(a, "plan") && !strcasecmp(s, "txt")) || !strcasecmp(s, "dot") || !strcasecmp(s, "gv") ||
           !strcasecmp(s, "svg") || !strcasecmp(s, "png") || !strcasecmp(s, "pdf");
}

/* 0, or the status after a message. */
static int plan_options(const args *a)
{
    const char *chart = args_value(a, "chart");
    if (chart && !args_has(a, "plan")) return tool_fail(a, EXIT_FLAGS, "--chart without --plan");
    if (chart && strcmp(chart, "memory") != 0 && strcmp(chart, "roofline") != 0)
        return tool_fail(a, EXIT_FLAGS, "--chart %s: memory or roofline", chart);
    if (chart && !args_value(a, "output")) return tool_fail(a, EXIT_FLAGS, "--chart needs -o FILE.svg");
    if (args_has(a, "plan") && args_has(a, "values")) return tool_fail(a, EXIT_FLAGS, "--plan and --values: one of them");
    return EXIT_DONE;
}

/* 0, or the status after a message. */
static int options(const args *a, wg_draw_opts *o)
{
    const char *path = args_value(a, "output");
    const char *dir = args_value(a, "dir"), *format = args_value(a, "format"), *dot = path ? strrchr(path, '.') : NULL;
    if (dir && strcmp(dir, "LR") != 0 && strcmp(dir, "TB") != 0) return tool_fail(a, EXIT_FLAGS, "--dir %s: LR or TB", dir);
    if (format && (!known_format(a, format) || !path))
        return tool_fail(a, EXIT_FLAGS, path ? "--format %s: dot, svg, png or pdf" : "--format %s needs -o", format);
    if (path && !format && (!dot || strchr(dot, '/') || !known_format(a, dot + 1)))
        return tool_fail(a, EXIT_FLAGS, "-o %s: the ending says no format: .dot, .svg, .png, .pdf, or --format", path);
    if (path && !strcmp(path, "-") && a->json) return tool_fail(a, EXIT_FLAGS, "-o - and --json: standard output takes one");
    if (args_has(a, "wrt") && !args_has(a, "backward")) return tool_fail(a, EXIT_FLAGS, "--wrt without --backward");
    *o = (wg_draw_opts){ .format = format, .title = args_value(a, "title"), .top_down = dir && !strcmp(dir, "TB") };
    o->values = args_has(a, "values");
    o->backward = args_has(a, "backward");
    return EXIT_DONE;
}

static bool is_scalar(wg_node n) { return wg_dtype_is_float(wg_node_dtype(n)) && wg_shape_size(wg_node_shape(n)) == 1; }

/* ---- plans ---- */

/* The gradients of --wrt; else of the parameters; else of all named float leaves. */
static wg_plan *look(model *m, wg_node root, const name_list *wrt, bool backward)
{
    name_list    leaves = { 0 };
    wg_plan_opts o = { .wrt = wrt->node, .wrt_count = wrt->count };
    bool         of_params = backward && !wrt->count && wg_params_count(m->p) > 0;
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

static void draw_plan(model *m, wg_node root, const name_list *wrt, wg_draw_opts from)
{
    const char       *path = args_value(m->a, "output"), *chart = args_value(m->a, "chart");
    wg_limits         limits;
    wg_draw_plan_opts o = { .format = from.format, .title = from.title, .top_down = from.top_down, .limits = &limits };
    if (chart) o.picture = strcmp(chart, "memory") == 0 ? WG_PLAN_MEMORY : WG_PLAN_ROOFLINE;
    if (!path && !m->a->json) path = "-", o.format = "txt";
    wg_plan *p = look(m, root, wrt, from.backward);
    if (p && wg_limits_measure(m->c, &limits) == WG_OK) {
        if (path && wg_draw_plan_at(NULL, m->c, p, path, &o) == WG_ERROR_FILE)
            m->status = tool_fail(m->a, EXIT_OTHER, "%s", wg_message(m->c));
        if (!path) plan_json(p, &limits);
    }
    wg_plan_free(p);
    model_ok(m);
}

static void draw(model *m, wg_draw_opts o)
{
    const char *path = args_value(m->a, "output"), *names = args_value(m->a, "wrt"), *name;
    wg_node     root;
    name_list   wrt = { 0 };
    if (!model_of(m, &name, &root) || (names && !model_names(m, "wrt", names, &wrt))) return;
    if (o.backward && !is_scalar(root))
        m->status = tool_fail(m->a, EXIT_TEXT, "--backward: %s is no scalar: --of names one", name);
    if (m->status) return;
    if (args_has(m->a, "plan")) {
        draw_plan(m, root, &wrt, o);
        return;
    }
    if (!path) {
        listing_print(m, root, names ? &wrt : NULL, o.values, o.backward);
        return;
    }
    o.wrt = wrt.node;
    o.wrt_count = wrt.count;
    if (wg_draw_at(NULL, root, path, &o) == WG_ERROR_FILE) m->status = tool_fail(m->a, EXIT_OTHER, "%s", wg_message(m->c));
    model_ok(m);
}

/* What was built before the error, and the call that failed. The error itself is told already; it is the result. */
static void draw_failed(model *m, wg_draw_opts o)
{
    const char *path = args_value(m->a, "output");
    if (!path || !m->g || wg_graph_nodes(m->g) <= 1 || !wg_failed(m->c)) return;
    o.backward = o.values = false;
    if (wg_draw_graph_at(NULL, m->g, path, &o) == WG_OK)
        fprintf(stderr, "%s shows what was built before the error\n", strcmp(path, "-") ? path : "the picture");
    else fprintf(stderr, "%s could not be written\n", path);
}

static void drawn_json(const model *m)
{
    const char *path = args_value(m->a, "output");
    json        j;
    if (!path || !strcmp(path, "-")) return;
    json_start(&j, stdout);
    json_text(&j, "file", path);
    json_finish(&j);
}

static int run(const args *a)
{
    wg_draw_opts o;
    model        m;
    int          status = plan_options(a);
    if (!status) status = options(a, &o);
    if (status) return status;
    if (model_open(&m, a, WG_TRAIN)) draw(&m, o);
    else draw_failed(&m, o);
    if (!m.status && a->json) drawn_json(&m);
    return model_close(&m);
}

const command cmd_draw = {
    "draw",
    "draw FILE.wg | -e TEXT [flags]",
    "The graph of a program, as a picture or as text.",
    { flags, model_flags },
    "  wengert draw logistic.wg --wrt w,b --backward\n"
    "  wengert draw cat.wg -o cat.svg --dir TB\n"
    "  wengert draw -e 'sigmoid(w * x + b)' --values -o - --format dot\n"
    "  wengert draw logistic.wg --plan --backward\n"
    "  wengert draw logistic.wg --plan --backward --chart roofline -o roofline.svg\n",
    run,
};
