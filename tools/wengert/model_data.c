/* model_data.c: --data, --map, --rows: rows of a data set as values of a program's inputs. Input NAME gets
 * column NAME unless --map says otherwise. Which input got which column is always printed. */
#include <stdlib.h>
#include <string.h>

#include "data_source.h"
#include "guest.h"

static bool is_input(const model *m, const char *name)
{
    return wgx_program_meaning(m->q, name) == WG_NAME_INPUT;
}

static const column_rows *find(const data_rows *d, const char *input)
{
    for (int i = 0; i < d->inputs; i++)
        if (!strcmp(d->input[i].input, input)) return &d->input[i];
    return NULL;
}

/* ---- what a training has kept ---- */

/* The text of a file in the folder of the weights. NULL: there is none, or m->status is set. */
static char *read_kept(model *m, const char *name)
{
    const char *weights = args_value(m->a, "load"), *slash = weights ? strrchr(weights, '/') : NULL;
    char *path = NULL, *text = NULL;
    if (weights && asprintf(&path, "%.*s%s", slash ? (int)(slash - weights) + 1 : 0, weights, name) >= 0)
        text = guest_file(m->a, path) || !model_ends(m, EXIT_TEXT) ? guest_text(path) : NULL;
    free(path);
    return text;
}

/* A copy of the words behind the input's name in such a text; NULL: there are none. */
static char *words_of(const char *text, const char *input)
{
    const size_t n = strlen(input);
    for (const char *line = text; line && *line; line += strcspn(line, "\n"), line += *line == '\n') {
        if (strncmp(line, input, n) != 0 || line[n] != '\t') continue;
        return strndup(line + n + 1, strcspn(line + n + 1, "\n"));
    }
    return NULL;
}

/* ---- which input gets which column ---- */

static bool take(model *m, data_rows *d, const char *name, const char *column)
{
    if (d->inputs == DATA_INPUTS) return model_wrong(m, "--data: more than %d inputs", DATA_INPUTS);
    column_rows *r = &d->input[d->inputs++];
    *r = (column_rows){ .input = name, .column = column, .known = words_of(d->words, name) };
    return true;
}

static bool take_mapped(model *m, data_rows *d, const data_source *s, char *name)
{
    char *column = strchr(name, '='), has[300];
    *column++ = 0;
    if (find(d, name))
        return model_wrong(m, "--map %s: %s is given two columns", args_value(m->a, "map"), name);
    if (!s->table && !source_has(s, column)) {
        source_columns(s, has, sizeof has);
        return model_wrong(m, "--map %s=%s: the data have %s", name, column, has);
    }
    if (!is_input(m, name)) {
        const char *near = wgx_program_suggest(m->q, name);
        return model_wrong(m, "--map %s: no name '%s'%s%s%s", name, name, near ? "; did you mean '" : "",
                           near ? near : "", near ? "'?" : "");
    }
    return take(m, d, name, column);
}

/* NAME=COLUMN,NAME=COLUMN,COLUMN: a column without a name belongs to the name before it. */
static bool take_map(model *m, data_rows *d, const data_source *s, char *map)
{
    while (*map) {
        char *item = map, *end = map + strcspn(map, ",");
        if (!memchr(item, '=', (size_t)(end - item)))
            return *end = 0, model_wrong(m, "--map %s: NAME=COLUMN was expected", item);
        while (*end && !memchr(end + 1, '=', strcspn(end + 1, ","))) end += 1 + strcspn(end + 1, ",");
        map = end + (*end == ',');
        *end = 0;
        if (!take_mapped(m, d, s, item)) return false;
    }
    return true;
}

/* Whether --set gives this input its value: then it takes no column unless --map names one. */
static bool was_set(const args *a, const char *name)
{
    const char *text;
    const size_t n = strlen(name);
    for (int i = 0; (text = args_next(a, "set", &i));)
        if (!strncmp(text, name, n) && text[n] == '=') return true;
    return false;
}

/* A list with tabs as a list with commas. */
static char *with_commas(char *list)
{
    for (char *at = list; at && (at = strchr(at, '\t'));) *at = ',';
    return list;
}

/* The columns that the weights were trained on, for an input that has none yet. */
static bool take_known(model *m, data_rows *d, const data_source *s, const char *name)
{
    char *list = with_commas(words_of(d->columns, name));
    bool all = list != NULL;
    for (char *at = list; all && at;) {
        char *end = strchr(at, ',');
        if (end) *end = 0;
        all = source_has(s, at);
        if (end) *end = ',', at = end + 1;
        else at = NULL;
    }
    if (!all) return free(list), true;
    if (d->inputs == DATA_INPUTS) return free(list), take(m, d, name, name); /* which refuses */
    d->known[d->inputs] = list;
    return take(m, d, name, list);
}

bool data_same_columns(model *m, const data_rows *d, const char *text)
{
    bool same = true;
    for (int i = 0; same && text && i < d->inputs; i++) {
        const column_rows *r = &d->input[i];
        char *was = with_commas(words_of(text, r->input)), *now = r->columns ? strdup(r->columns) : NULL;
        same = !was || !now || !strcmp(was, with_commas(now));
        if (!same)
            model_wrong(m, "%s was trained on the columns %s, and gets %s: give --map %s=%s", r->input, was,
                        now, r->input, was);
        free(was), free(now);
    }
    return same;
}

/* The rows of all inputs that take any. */
static bool take_rows(model *m, data_rows *d, data_source *s, FILE *said)
{
    if (!source_use(m, s, d->input, d->inputs)) return false;
    for (int i = 0; i < d->inputs; i++)
        if (!source_take(m, s, &d->input[i], said)) return false;
    return data_same_columns(m, d, d->columns);
}

static bool take_all(model *m, data_rows *d, data_source *s, FILE *said)
{
    char has[300];
    if (d->map && !take_map(m, d, s, d->map)) return false;
    for (int i = 0; s->table && i < wg_program_names(m->q); i++) {
        const char *name = wg_program_name(m->q, i);
        if (is_input(m, name) && !was_set(m->a, name) && !find(d, name) && !take_known(m, d, s, name))
            return false;
    }
    for (int i = 0; i < wg_program_names(m->q); i++) {
        const char *name = wg_program_name(m->q, i);
        if (is_input(m, name) && !was_set(m->a, name) && !find(d, name) && source_has(s, name) &&
            !take(m, d, name, name))
            return false;
    }
    if (d->inputs) return take_rows(m, d, s, said);
    source_columns(s, has, sizeof has);
    return model_wrong(m,
                       "no input of the program has the name of a column: the data have %s; --map "
                       "NAME=COLUMN says which input takes which",
                       has);
}

/* ---- rows ---- */

static bool cut(model *m, data_rows *d)
{
    long long rows = d->rows = d->input[0].rows.shape.dim[0];
    for (int i = 1; i < d->inputs; i++)
        if (d->input[i].rows.shape.dim[0] != d->rows)
            return model_fail(m, EXIT_TEXT, "--data %s: %s has %lld rows, %s has %lld", d->spec,
                              d->input[i].input, (long long)d->input[i].rows.shape.dim[0], d->input[0].input,
                              (long long)d->rows);
    if (!args_long(m->a, "rows", 1, &rows)) return model_ends(m, EXIT_FLAGS);
    if (rows > d->rows) return model_wrong(m, "--rows %lld: the data have %lld", rows, (long long)d->rows);
    for (int i = 0; i < d->inputs; i++) d->input[i].rows.shape.dim[0] = rows;
    d->rows = rows;
    return true;
}

static void note_unfed(model *m, const data_rows *d)
{
    for (int i = 0; i < wg_program_names(m->q) && m->unfeds < DATA_INPUTS; i++) {
        const char *name = wg_program_name(m->q, i);
        if (is_input(m, name) && !was_set(m->a, name) && !find(d, name)) m->unfed[m->unfeds++] = name;
    }
}

bool data_fail_unfed(model *m, const char *input)
{
    char has[300];
    data_source s;
    if (!source_open(m, args_value(m->a, "data"), &s)) return false;
    source_columns(&s, has, sizeof has);
    return model_wrong(m, "the input %s gets no column: the data have %s; --map %s=COLUMN names one", input,
                       has, input);
}

bool model_fed(model *m, wg_node root)
{
    bool *in = m->unfeds && wg_node_ok(root) ? nodes_below(m->g, root) : NULL, fine = true;
    for (int i = 0; in && fine && i < m->unfeds; i++) {
        const wg_node x = wg_program_node(m->q, m->unfed[i]);
        if (wg_node_ok(x) && x.index <= root.index && in[x.index]) fine = data_fail_unfed(m, m->unfed[i]);
    }
    wg_free(m->c, in);
    return fine;
}

char *data_lines(const data_rows *d, bool words)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = tool_text_begin(&text, &size);
    for (int i = 0; out && i < d->inputs; i++) {
        const char *list = words ? d->input[i].words : d->input[i].columns;
        if (list) fprintf(out, "%s\t%s\n", d->input[i].input, list);
    }
    if (out) tool_text_end(out, &text);
    return text;
}

bool data_read(model *m, data_rows *d, bool of_run)
{
    const char *map = args_value(m->a, "map");
    data_source s;
    size_t size = 0;
    *d = (data_rows){ .spec = args_value(m->a, "data") };
    if (!source_open(m, d->spec, &s)) return false;
    d->words = read_kept(m, CLASSES_FILE);
    d->columns = of_run ? read_kept(m, COLUMNS_FILE) : NULL;
    if (m->status) return false;
    d->map = map ? strdup(map) : NULL;
    FILE *said = tool_text_begin(&d->said, &size);
    if (!said || (map && !d->map)) return model_fail(m, EXIT_OTHER, "out of memory");
    bool fine = take_all(m, d, &s, said);
    if (!tool_text_end(said, &d->said)) fine = model_fail(m, EXIT_OTHER, "out of memory");
    note_unfed(m, d);
    return fine && cut(m, d);
}

void data_free(data_rows *d)
{
    for (int i = 0; i < d->inputs; i++) {
        free(d->input[i].words), free((char *)(uintptr_t)d->input[i].known);
        free(d->input[i].columns), free(d->known[i]);
    }
    free(d->words), free(d->columns), free(d->map), free(d->said);
}

bool model_data(model *m)
{
    data_rows d = { 0 };
    if (!args_has(m->a, "data")) {
        if (!args_has(m->a, "map") && !args_has(m->a, "rows")) return true;
        return model_wrong(m, "--%s without --data", args_has(m->a, "map") ? "map" : "rows");
    }
    bool fine = data_read(m, &d, true);
    for (int i = 0; fine && i < d.inputs; i++) {
        wg_program_set(m->q, d.input[i].input, d.input[i].rows);
        fine = model_flags_ok(m);
    }
    if (fine) tool_note(m->a, "data %s: %lld rows%s", d.spec, (long long)d.rows, d.said);
    data_free(&d);
    return fine;
}
