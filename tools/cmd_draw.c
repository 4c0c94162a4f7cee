/* cmd_draw.c: the graph, as a picture in a file or as text in the terminal. */
#include <string.h>
#include <strings.h>

#include "cmd.h"

static const flag flags[] = {
    { 'o', "output", "FILE", "a .dot, .svg, .png or .pdf; - with --format: standard output (default: text in the terminal)" },
    { 0, "format", "FORMAT", "dot, svg, png or pdf (default: by the file's ending)" },
    { 0, "of", "NAME", "the root: it and all below it (default: the last statement's value)" },
    { 0, "values", NULL, "values in the boxes" },
    { 0, "backward", NULL, "gradients of the root too, and the edges back; the root must be a scalar" },
    { 0, "wrt", "NAMES", "with --backward: gradients only on the way to these" },
    { 0, "dir", "LR|TB", "left to right (default) or top to bottom" },
    { 0, "title", "TEXT", "above the picture" },
    { 0, NULL, NULL, NULL },
};

static bool known_format(const char *s)
{
    return !strcasecmp(s, "dot") || !strcasecmp(s, "gv") || !strcasecmp(s, "svg") || !strcasecmp(s, "png") ||
           !strcasecmp(s, "pdf");
}

/* 0, or the status after a message. */
static int options(const args *a, wg_draw_opts *o)
{
    const char *path = args_value(a, "output");
    const char *dir = args_value(a, "dir"), *format = args_value(a, "format"), *dot = path ? strrchr(path, '.') : NULL;
    if (dir && strcmp(dir, "LR") != 0 && strcmp(dir, "TB") != 0) return tool_fail(a, EXIT_FLAGS, "--dir %s: LR or TB", dir);
    if (format && (!known_format(format) || !path))
        return tool_fail(a, EXIT_FLAGS, path ? "--format %s: dot, svg, png or pdf" : "--format %s needs -o", format);
    if (path && !format && (!dot || strchr(dot, '/') || !known_format(dot + 1)))
        return tool_fail(a, EXIT_FLAGS, "-o %s: the ending says no format: .dot, .svg, .png, .pdf, or --format", path);
    if (path && !strcmp(path, "-") && a->json) return tool_fail(a, EXIT_FLAGS, "-o - and --json: standard output takes one");
    if (args_has(a, "wrt") && !args_has(a, "backward")) return tool_fail(a, EXIT_FLAGS, "--wrt without --backward");
    *o = (wg_draw_opts){ .format = format, .title = args_value(a, "title"), .top_down = dir && !strcmp(dir, "TB") };
    o->values = args_has(a, "values");
    o->backward = args_has(a, "backward");
    return EXIT_DONE;
}

static bool is_scalar(wg_node n) { return wg_dtype_is_float(wg_node_dtype(n)) && wg_shape_size(wg_node_shape(n)) == 1; }

static void draw(model *m, wg_draw_opts o)
{
    const char *path = args_value(m->a, "output"), *names = args_value(m->a, "wrt"), *name;
    wg_node     root;
    name_list   wrt = { 0 };
    if (!model_of(m, &name, &root) || (names && !model_names(m, "wrt", names, &wrt))) return;
    if (o.backward && !is_scalar(root))
        m->status = tool_fail(m->a, EXIT_TEXT, "--backward: %s is no scalar: --of names one", name);
    if (m->status) return;
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
    int          status = options(a, &o);
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
    "  wengert draw -e 'sigmoid(w * x + b)' --values -o - --format dot\n",
    run,
};
