/* train_path.c: the way of a training: the values of some parameters before each step, and the loss there, as
 * a CSV file. `wengert plot -e 'plot path w_0, w_1' --data run/path.csv` draws it. */
#include <stdlib.h>
#include <string.h>

#include "train.h"

enum { COLUMNS = 1000 };

/* The column of element i: w, w_3 or W_0_2. A dot of a name is a _ too, so that programs can name it. */
static void put_column(FILE *out, const char *name, wg_shape s, int64_t i)
{
    int64_t size = wg_shape_size(s);
    fputc(',', out);
    for (; *name; name++) fputc(*name == '.' ? '_' : *name, out);
    for (int a = 0; a < s.rank; i %= size, a++) {
        size /= s.dim[a];
        fprintf(out, "_%lld", (long long)(i / size));
    }
}

bool train_path_open(training *t)
{
    model *m = &t->m;
    const char *names = args_value(m->a, "path");
    int64_t columns = 0;
    if (!names) return true;
    if (!t->folder) return model_wrong(m, "--path: give a folder for path.csv: -o DIR");
    if (!model_names(m, "path", names, &t->path)) return false;
    for (int i = 0; i < t->path.count; i++) {
        if (!wgx_node_params(t->path.node[i]))
            return model_wrong(m, "--path: %s is no parameter", t->path.name[i]);
        columns += wg_shape_size(wg_node_shape(t->path.node[i]));
    }
    if (columns > COLUMNS)
        return model_wrong(m, "--path %s: %lld numbers in a step, more than %d", names, (long long)columns,
                           COLUMNS);
    t->path_out = tool_text_begin(&t->path_text, &t->path_size);
    if (!t->path_out) return model_fail(m, EXIT_OTHER, "out of memory");
    fputs("step,loss", t->path_out);
    for (int k = 0; k < t->path.count; k++) {
        const wg_shape s = wg_node_shape(t->path.node[k]);
        for (int64_t i = 0; i < wg_shape_size(s); i++) put_column(t->path_out, t->path.name[k], s, i);
    }
    fputc('\n', t->path_out);
    return true;
}

static wg_tensor parameter(const training *t, const char *name)
{
    int i = 0;
    while (i < wg_params_count(t->m.p) && strcmp(wg_params_name(t->m.p, i), name) != 0) i++;
    return wg_params_tensor(t->m.p, i);
}

bool train_path_add(training *t, double loss)
{
    if (!t->path_out) return true;
    fprintf(t->path_out, "%lld,%.17g", (long long)t->step, loss);
    for (int k = 0; k < t->path.count; k++) {
        const wg_tensor v = parameter(t, t->path.name[k]);
        for (int64_t i = 0; i < wg_shape_size(v.shape); i++)
            fprintf(t->path_out, ",%.17g", wg_tensor_item(&v, i));
    }
    fputc('\n', t->path_out);
    return !ferror(t->path_out) || model_fail(&t->m, EXIT_OTHER, "out of memory");
}

bool train_path_resume(training *t, const char *text)
{
    const char *header = train_path_text(t);
    if (!header) return true;
    const size_t n = strlen(header);
    if (!text || strncmp(text, header, n) != 0)
        return model_fail(&t->m, EXIT_TEXT, "%s was trained without this --path: --fresh starts over",
                          t->folder);
    for (const char *line = text + n; *line && strtoll(line, NULL, 10) < t->step;) {
        const size_t k = strcspn(line, "\n");
        fprintf(t->path_out, "%.*s\n", (int)k, line);
        line += k + (line[k] == '\n');
    }
    return true;
}

const char *train_path_text(training *t) { return t->path_out && !fflush(t->path_out) ? t->path_text : NULL; }
