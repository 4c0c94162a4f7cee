/* cmd_eval.c: the command eval: values of a program. */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "tool.h"

static const flag flags[] = {
    { 0, "print", "NAMES", "names separated by commas (default: the last statement's value)" },
    { 'o', "output", "FILE.npy", "writes the value there; DIR/: each value to DIR/NAME.npy" },
    { 0, NULL, NULL, NULL },
};

static bool chosen(model *m, name_list *to)
{
    const char *names = args_value(m->a, "print");
    const char *name;
    wg_node node;
    if (names) return model_names(m, "print", names, to);
    if (!model_of(m, &name, &node)) return false;
    const int n = wg_program_lasts(m->q);
    *to = (name_list){ n, wg_alloc(m->c, (size_t)n, sizeof *to->name),
                       wg_alloc(m->c, (size_t)n, sizeof *to->node) };
    for (int i = 0; model_ok(m) && i < n; i++) to->node[i] = wg_program_last_part(m->q, i, &to->name[i]);
    return model_ok(m);
}

static void print_text(model *m, const print_style *style, const name_list *l, const wg_tensor *t)
{
    for (int i = 0; i < l->count; i++)
        if (!print_tensor(style, l->name[i][strspn(l->name[i], "_.0123456789")] ? l->name[i] : "", &t[i])) {
            model_fail(m, EXIT_OTHER, "out of memory");
            return;
        }
}

static void print_json(const model *m, const name_list *l, const wg_tensor *t)
{
    json j = json_start(stdout);
    j.full = args_has(m->a, "full");
    json_text(&j, "mode", m->mode == WG_TRAIN ? "train" : "eval");
    json_object(&j, "values");
    for (int i = 0; i < l->count; i++) json_tensor(&j, l->name[i], &t[i]);
    json_end(&j);
    json_text(&j, "last", l->name[l->count - 1]);
    json_finish(&j);
}

static bool ends_in(const char *text, const char *end)
{
    const size_t n = strlen(text), k = strlen(end);
    return n >= k && !strcmp(text + n - k, end);
}

static bool write_npy(model *m, const char *path, const wg_tensor *t)
{
    wg_npy_write_at("", m->c, path, *t);
    return !wg_failed(m->c) || model_fail(m, EXIT_OTHER, "%s", wg_message(m->c));
}

/* A file, or for `out/` a file out/NAME.npy for each value. */
static bool write_files(model *m, const name_list *l, const wg_tensor *t)
{
    const char *path = args_value(m->a, "output");
    char file[4096];
    if (!path) return true;
    if (ends_in(path, ".npy"))
        return l->count == 1 ? write_npy(m, path, t)
                             : model_wrong(m, "-o %s: one file for %d values; -o DIR/ writes DIR/NAME.npy",
                                           path, l->count);
    if (mkdir(path, 0777) && errno != EEXIST)
        return model_fail(m, EXIT_OTHER, "%s: %s", path, strerror(errno));
    for (int i = 0; i < l->count; i++) {
        if (snprintf(file, sizeof file, "%s%s.npy", path, l->name[i]) >= (int)sizeof file)
            return model_wrong(m, "-o %s: the path is too long", path);
        if (!write_npy(m, file, &t[i])) return false;
    }
    return true;
}

static void evaluate(model *m, const print_style *style)
{
    name_list l;
    if (!chosen(m, &l)) return;
    wg_tensor *t = wg_alloc(m->c, (size_t)l.count, sizeof *t);
    model_keep(l.node, l.count);
    for (int i = 0; t && i < l.count; i++)
        if (!model_fed(m, l.node[i]) || !model_value(m, l.node[i], &t[i])) return;
    if (!model_ok(m) || !write_files(m, &l, t)) return;
    if (m->a->json) print_json(m, &l, t);
    else if (!args_has(m->a, "output")) print_text(m, style, &l, t);
}

static int run(const args *a)
{
    const char *path = args_value(a, "output");
    print_style style;
    model m;
    if (!print_style_of(a, &style)) return EXIT_FLAGS;
    if (path && !ends_in(path, ".npy") && !ends_in(path, "/"))
        return tool_wrong(a, "-o %s: a file ends in .npy, a folder in /", path);
    if (model_open(&m, a, WG_EVAL)) {
        model_say_drawn(&m, wg_program_drawn(m.q));
        evaluate(&m, &style);
    }
    return model_close(&m);
}

const command cmd_eval = {
    "eval",
    "eval FILE.wg | -e TEXT [flags]",
    "Values of a program's names.",
    { flags, number_flags, model_flags },
    "  wengert eval -e 'softmax([5, 2, -1, 3])'\n"
    "  wengert eval logistic.wg --print z,a,L --set 'w=[2, 1]'\n"
    "  wengert eval digits.wg --load weights.safetensors --data digits --print logits -o logits.npy\n",
    run,
};
