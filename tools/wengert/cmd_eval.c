/* cmd_eval.c: the command eval: values of a program. With --all those of all its names, and their
 * gradients. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "tool.h"

static const flag flags[] = {
    { 0, "print", "NAMES", "names separated by commas (default: the last statement's value)" },
    { 0, "all", NULL,
      "all names, in the program's order; below each the gradient of the last value, if that is a scalar, or "
      "of a loss before it; "
      "-o DIR/ writes the values" },
    { 'o', "output", "FILE.npy", "writes the value there; DIR/: each value to DIR/NAME.npy" },
    { 0, NULL, NULL, NULL },
};

/* What is printed: the values of the names, and of some of them a gradient. */
typedef struct shown {
    name_list l;
    int *line;                   /* where each name is bound; NULL: not asked for */
    wg_tensor *value, *gradient; /* of each name; a gradient's data is NULL: it has none */
    const char *of;              /* whose gradients they are */
} shown;

/* "_", "_.0": of a value without a name. */
static bool is_unnamed(const char *name) { return !name[strspn(name, "_.0123456789")]; }

/* ---- what is shown ---- */

static void add(name_list *l, const char *name, wg_node node)
{
    l->name[l->count] = name, l->node[l->count++] = node;
}

/* Part k of a group, "p.W". Its own name may be another: with q = p it is p.W, too. */
static void add_part(model *m, name_list *to, const char *group, int k)
{
    const char *part, *dot;
    const wg_node n = wgx_program_part(m->q, group, k, &part);
    dot = part ? strchr(part, '.') : NULL;
    if (!dot || !strncmp(part, group, strlen(group) + 1)) {
        add(to, part, n);
        return;
    }
    const size_t room = strlen(group) + strlen(dot) + 1;
    char *name = wg_alloc(m->c, room, 1);
    if (name) snprintf(name, room, "%s%s", group, dot), add(to, name, n);
}

/* Before what is computed later. */
static void insert(name_list *l, int *line, const char *name, wg_node n, int at_line)
{
    int i = l->count++;
    for (; i > 0 && l->node[i - 1].index > n.index; i--)
        l->name[i] = l->name[i - 1], l->node[i] = l->node[i - 1], line[i] = line[i - 1];
    l->name[i] = name, l->node[i] = n, line[i] = at_line;
}

static bool is_listed(const shown *s, wg_node n)
{
    for (int i = 0; i < s->l.count; i++)
        if (s->l.node[i].index == n.index) return true;
    return false;
}

/* Each name that a statement binds, of a group each part; the parameters of layers; the last values if they
 * have no names. */
static bool all_names(model *m, shown *s)
{
    wg_program *q = m->q;
    const int names = wg_program_names(q), lasts = wgx_program_lasts(q), params = wg_params_count(m->p);
    int most = lasts + params;
    for (int i = 0; i < names; i++) most += 1 + wgx_program_parts(q, wg_program_name(q, i));
    s->l = (name_list){ 0, wg_alloc(m->c, (size_t)most + 1, sizeof *s->l.name),
                        wg_alloc(m->c, (size_t)most + 1, sizeof *s->l.node) };
    s->line = wg_alloc(m->c, (size_t)most + 1, sizeof *s->line);
    for (int i = 0; model_ok(m) && i < names; i++) {
        const char *name = wg_program_name(q, i);
        const wg_node n = wg_program_node(q, name);
        const int before = s->l.count;
        if (!wg_is_none(n)) add(&s->l, name, n);
        for (int k = 0; k < wgx_program_parts(q, name); k++) add_part(m, &s->l, name, k);
        for (int k = before; k < s->l.count; k++) s->line[k] = wgx_program_line(q, name);
    }
    for (int i = 0; model_ok(m) && i < params; i++) {
        const char *name = wg_params_name(m->p, i);
        const wg_node n = wg_program_node(q, name);
        char layer[200];
        snprintf(layer, sizeof layer, "%.*s", (int)strcspn(name, "."), name);
        if (!wg_is_none(n) && !is_listed(s, n)) insert(&s->l, s->line, name, n, wgx_program_line(q, layer));
    }
    for (int i = 0; model_ok(m) && i < lasts; i++) {
        const char *name;
        const wg_node n = wgx_program_last_part(q, i, &name);
        if (is_unnamed(name) && !wg_is_none(n)) add(&s->l, name, n);
    }
    return model_ok(m) && (s->l.count || wg_program_plots(q) || model_no_value(m));
}

static bool chosen(model *m, shown *s)
{
    name_list *to = &s->l;
    const char *names = args_value(m->a, "print");
    const char *name;
    wg_node node;
    if (names && args_has(m->a, "all")) return model_wrong(m, "--all and --print: one of the two");
    if (names) return model_names(m, "print", names, to);
    if (args_has(m->a, "all")) return all_names(m, s);
    if (!model_of(m, &name, &node)) return false;
    const int n = wgx_program_lasts(m->q);
    *to = (name_list){ n, wg_alloc(m->c, (size_t)n, sizeof *to->name),
                       wg_alloc(m->c, (size_t)n, sizeof *to->node) };
    for (int i = 0; model_ok(m) && i < n; i++) to->node[i] = wgx_program_last_part(m->q, i, &to->name[i]);
    return model_ok(m);
}

/* The gradients by the names that the last value depends on. Without one it is no error. */
static bool differentiate(model *m, shown *s)
{
    wg_node y;
    name_list x = { 0 };
    s->gradient = wg_alloc(m->c, (size_t)s->l.count + 1, sizeof *s->gradient);
    if (!s->gradient || !is_scalar(wg_program_last(m->q))) return model_ok(m);
    if (!model_differentiated(m, &s->of, &y)) return false; /* of an accuracy: those of a loss */
    if (!model_has_derivative(m, y)) return true;
    bool *below = nodes_below(m->g, y);
    x.name = wg_alloc(m->c, (size_t)s->l.count + 1, sizeof *x.name);
    x.node = wg_alloc(m->c, (size_t)s->l.count + 1, sizeof *x.node);
    wg_node *gradient = wg_alloc(m->c, (size_t)s->l.count + 1, sizeof *gradient);
    for (int i = 0; below && gradient && i < s->l.count; i++) {
        const wg_node n = s->l.node[i];
        if (!is_unnamed(s->l.name[i]) && n.index < y.index && below[n.index] &&
            wg_dtype_is_float(wg_node_dtype(n)))
            add(&x, s->l.name[i], n);
    }
    wg_free(m->c, below);
    if (!model_ok(m) || !x.count || !model_leave_out(m, y, &x)) return model_ok(m);
    WG_USER_CALL(NULL, "grad");
    wg_grads_at(wg_inside(wg_node_site(y)), y, x.node, x.count, gradient);
    if (!model_ok(m)) return false;
    model_keep(gradient, x.count);
    for (int i = 0, k = 0; k < x.count && i < s->l.count; i++)
        if (s->l.name[i] == x.name[k] && !model_value(m, gradient[k++], &s->gradient[i])) return false;
    return true;
}

/* ---- output ---- */

/* "dL/dw"; "d/dw" if the last value has no name. */
static const char *gradient_name(const shown *s, int i, char *to, size_t room)
{
    snprintf(to, room, "d%s/d%s", is_unnamed(s->of) ? "" : s->of, s->l.name[i]);
    return to;
}

static bool print_value(const print_style *style, const shown *s, int i)
{
    return print_tensor(style, is_unnamed(s->l.name[i]) ? "" : s->l.name[i], &s->value[i]);
}

static void print_text(model *m, const print_style *style, const shown *s)
{
    char name[300];
    for (int i = 0; i < s->l.count; i++) {
        bool fine = print_value(style, s, i);
        if (fine && s->gradient && s->gradient[i].data)
            fine = print_tensor(style, gradient_name(s, i, name, sizeof name), &s->gradient[i]);
        if (!fine) {
            model_fail(m, EXIT_OTHER, "out of memory");
            return;
        }
    }
}

/* The member "text": the tensor as it is printed, without its name; of a long one some rows. */
static void json_printed(json *j, const print_style *style, const wg_tensor *t)
{
    char *text = NULL;
    size_t size = 0;
    print_style as = *style;
    as.out = tool_text_begin(&text, &size), as.plain = true;
    as.width = wg_shape_size(t->shape) > 200 ? 72 : 0;
    if (as.out) print_tensor(&as, "", t), tool_text_end(as.out, &text);
    json_text(j, "text", text);
    free(text);
}

static void print_json(const model *m, const print_style *style, const shown *s)
{
    char name[300];
    json j = json_start(stdout);
    j.full = args_has(m->a, "full");
    json_text(&j, "mode", m->mode == WG_TRAIN ? "train" : "eval");
    json_object(&j, "values");
    for (int i = 0; i < s->l.count; i++) {
        json_tensor(&j, s->l.name[i], &s->value[i]);
        if (s->gradient) {
            json_whole(&j, "line", s->line[i]);
            json_printed(&j, style, &s->value[i]);
        }
        if (s->gradient && s->gradient[i].data) {
            json_tensor(&j, "gradient", &s->gradient[i]);
            json_text(&j, "name", gradient_name(s, i, name, sizeof name));
            json_printed(&j, style, &s->gradient[i]);
            json_end(&j);
        }
        json_end(&j);
    }
    json_end(&j);
    if (s->l.count) json_text(&j, "last", s->l.name[s->l.count - 1]);
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
    shown s = { .of = "" };
    if (!chosen(m, &s)) return;
    s.value = wg_alloc(m->c, (size_t)s.l.count, sizeof *s.value);
    model_keep(s.l.node, s.l.count);
    for (int i = 0; s.value && i < s.l.count; i++)
        if (!model_fed(m, s.l.node[i]) || !model_value(m, s.l.node[i], &s.value[i])) return;
    if (!model_ok(m) || !write_files(m, &s.l, s.value)) return;
    const bool prints = m->a->json || !args_has(m->a, "output");
    if (s.line && prints && !differentiate(m, &s)) return;
    if (prints) model_say_kinks(m);
    if (m->a->json) print_json(m, style, &s);
    else if (!args_has(m->a, "output")) print_text(m, style, &s);
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
    { flags, number_flags, model_flags, table_flags },
    "  wengert eval -e 'softmax([5, 2, -1, 3])'\n"
    "  wengert eval logistic.wg --print z,a,L --set 'w=[2, 1]'\n"
    "  wengert eval logistic.wg --all\n"
    "  wengert eval digits.wg --load weights.safetensors --data digits --print logits -o logits.npy\n",
    run,
};
