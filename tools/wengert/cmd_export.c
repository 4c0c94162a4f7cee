/* cmd_export.c: the command export: the program as a file of C. */
#include <string.h>

#include "tool.h"
#include "wengert/export.h"

static const flag flags[] = {
    { 'o', "output", "FILE.c|FILE.onnx", "the file: C, or ONNX; - for standard output, C (default)" },
    { 0, "of", "NAME",
      "what is computed (default: the last name that needs the parameters and the fewest inputs, so no "
      "labels; "
      "in a program without parameters the last value)" },
    { 0, "rows", "N", "sizes that are not given, as m in input(m, 64), of what is computed (default 1)" },
    { 0, "name", "NAME", "functions begin with it (default net): net_forward" },
    { 0, "train", NULL, "also net_step: the loss, its gradients and the step of an optimizer" },
    { 0, "batch", "N", "rows of a step (default: those of train(...), else 64)" },
    { 0, "loss", "NAME", "the name to minimise, if the program has no train(...)" },
    { 0, "backward", NULL,
      "of ONNX: the results are the loss, and its gradients by all parameters, as grad.W" },
    { 0, "opset", "N", "of ONNX: the version of its operators, 13 to 17 (default 17)" },
    { 0, "optimizer", "OPTIMIZER",
      "as in train: sgd, adam(lr=1e-3), ... (default: that of train(...), else adam)" },
    { 0, NULL, NULL, NULL },
};

typedef struct job {
    model m;
    const char *symbol[DATA_INPUTS]; /* sizes that nobody gave */
    int symbols;
} job;

/* ---- sizes ---- */

static void find_symbols(job *w)
{
    for (int i = 0; i < wgx_program_symbols(w->m.q) && w->symbols < DATA_INPUTS; i++) {
        const wgx_symbol s = wgx_program_symbol(w->m.q, i);
        if (!s.given) w->symbol[w->symbols++] = s.name;
    }
}

static bool build(job *w, wg_graph *g, wg_mode mode, long long rows)
{
    const double n = (double)rows;
    for (int i = 0; i < w->symbols; i++) wg_program_set(w->m.q, w->symbol[i], wg_view_f64(&n, WG_SCALAR));
    w->m.g = g, w->m.mode = mode;
    return model_build(&w->m);
}

/* ---- what is computed ---- */

static int leaves_below(model *m, wg_node n, wg_leaf kind)
{
    bool *in = nodes_below(m->g, n);
    int count = 0;
    for (uint32_t i = 1; in && i <= n.index; i++)
        count += in[i] && wg_node_leaf(wg_graph_node(m->g, i)) == kind;
    wg_free(m->c, in);
    return count;
}

/* A prediction needs all parameters that any name needs, and no labels. Of several names the last one. */
static wg_node prediction(model *m)
{
    wg_node best = wg_program_last(m->q);
    int most = 0, fewest = 0;
    for (int i = 0; i < wg_program_names(m->q); i++) {
        const wg_node n = wg_program_node(m->q, wg_program_name(m->q, i));
        if (!wg_node_ok(n)) continue;
        const int params = leaves_below(m, n, WG_LEAF_PARAM), inputs = leaves_below(m, n, WG_LEAF_INPUT);
        if (!params || params < most || (params == most && inputs > fewest)) continue;
        best = n, most = params, fewest = inputs;
    }
    return best;
}

static bool find_result(model *m, wg_node *y)
{
    name_list l = { 0 };
    if (!args_has(m->a, "of")) {
        *y = prediction(m);
        return wg_node_ok(*y) || model_no_value(m);
    }
    if (!model_names(m, "of", args_value(m->a, "of"), &l)) return false;
    if (l.count != 1) return model_wrong(m, "--of %s: one name was expected", args_value(m->a, "of"));
    *y = l.node[0];
    return true;
}

/* ---- the step ---- */

static bool find_loss(model *m, wg_node *loss)
{
    const wgx_training *t = wgx_program_training(m->q);
    const char *name = args_value(m->a, "loss");
    name_list l = { 0 };
    if (!name && t) *loss = t->loss.node;
    else if (!name)
        return model_fail(m, EXIT_TEXT,
                          "%s: nothing says what to minimise: write the line train(L), or give --loss L",
                          model_place(m));
    else if (!model_names(m, "loss", name, &l)) return false;
    else *loss = l.node[0];
    return is_scalar(*loss) || model_wrong(m, "--loss %s is no single float", name);
}

static bool find_optimizer(model *m, wg_optim **o)
{
    const wgx_training *t = wgx_program_training(m->q);
    const char *text = args_value(m->a, "optimizer");
    wgx_optim_choice by = { .name = "adam" };
    if (text) by = wgx_optim_choice_of(m->c, "--optimizer", text);
    else if (t && t->optimizer.name) by = t->optimizer;
    if (!model_flags_ok(m)) return false;
    if (by.schedule)
        return model_wrong(
            m, "--optimizer: a C file has one rate for all steps, the schedule %s changes it: give a number",
            by.schedule);
    *o = wg_optim_named_at("", m->p, by.name, by.setting, by.settings);
    return model_ok(m);
}

static bool find_step(job *w, wg_c_opts *o)
{
    const wgx_training *t = wgx_program_training(w->m.q);
    long long batch = t && t->batch ? t->batch : 64;
    if (!args_long(w->m.a, "batch", 1, &batch)) return model_ends(&w->m, EXIT_FLAGS);
    return build(w, wg_graph_new(w->m.c), WG_TRAIN, batch) && find_loss(&w->m, &o->loss) &&
           (args_has(w->m.a, "backward") || find_optimizer(&w->m, &o->optim));
}

/* ---- the command ---- */

static bool is_onnx(const args *a)
{
    const char *path = args_value(a, "output");
    const size_t length = path ? strlen(path) : 0;
    return length > 5 && !strcmp(path + length - 5, ".onnx");
}

static bool flags_fit(model *m)
{
    static const char *const of_step[] = { "optimizer", "batch", "loss" }, *const of_onnx[] = { "backward",
                                                                                                "opset" };
    const bool back = args_has(m->a, "backward");
    for (size_t i = 0; i < sizeof of_step / sizeof *of_step; i++)
        if (args_has(m->a, of_step[i]) && !args_has(m->a, "train") && !(back && i))
            return model_wrong(m, "--%s is about a step: give --train, too", of_step[i]);
    for (size_t i = 0; i < sizeof of_onnx / sizeof *of_onnx; i++)
        if (args_has(m->a, of_onnx[i]) && !is_onnx(m->a))
            return model_wrong(m, "--%s is about ONNX: give -o FILE.onnx, too", of_onnx[i]);
    return !back || !args_has(m->a, "train") ||
           model_wrong(m, "--train has --backward in it: give one of them");
}

static bool export_program(job *w, const args *a)
{
    model *m = &w->m;
    wg_node y;
    long long rows = 1;
    wg_c_opts o = WG_OPTS(wg_c_opts, .name = "net");
    const char *path = args_value(a, "output");
    if (!model_read(m, a, WG_EVAL, WG_F32) || !flags_fit(m) || !model_data(m) || !model_values(m))
        return false;
    if (!args_long(a, "rows", 1, &rows)) return model_ends(m, EXIT_FLAGS);
    if (args_has(a, "name")) o.name = args_value(a, "name");
    find_symbols(w);
    if (!build(w, m->g, m->mode, rows) || !find_result(m, &y)) return false;
    if ((args_has(a, "train") || args_has(a, "backward")) && !find_step(w, &o)) return false;
    if (is_onnx(a)) return export_onnx(m, y, o.loss, o.optim);
    wg_c_write_at("", y, path ? path : "-", &o);
    return model_flags_ok(m);
}

static int run(const args *a)
{
    job w = { .symbols = 0 };
    export_program(&w, a);
    return model_close(&w.m);
}

const command cmd_export = {
    "export",
    "export FILE.wg | -e TEXT -o FILE.c|FILE.onnx [--load W.safetensors] [--train] [flags]",
    "Writes a program as one file of C, which needs no library, or as ONNX.",
    { flags, model_flags, NULL },
    "  wengert export net.wg --load run/weights.safetensors -o net.c\n"
    "  wengert export digits.wg --train -o net.c\n"
    "  wengert export net.wg --load run/weights.safetensors -o net.onnx\n"
    "  cc -O3 -ffp-contract=off -c net.c\n",
    run,
};
