/* data_source.c: a data set with named columns, as --data says it, and its columns as values of inputs. A CSV
 * file has the columns of its header. All other data have the columns x and, if there are labels, y. */
#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "data_source.h"

static bool ends_in(const char *text, const char *end)
{
    const size_t n = strlen(text), k = strlen(end);
    return n > k && !strcmp(text + n - k, end);
}

/* ---- opening ---- */

/* The set of the library that spec names: "moons", "moons:60", "moons:60:noise=0.35:seed=1". NULL: none. */
static const char *kind_of(const char *spec)
{
    const size_t n = strcspn(spec, ":");
    const char *name;
    for (int i = 0; (name = wgx_data_kind(i)); i++)
        if (strlen(name) == n && !strncmp(spec, name, n)) return name;
    return NULL;
}

static bool read_number(model *m, const char *spec, const char *text, size_t n, double *to)
{
    char *end;
    *to = strtod(text, &end);
    if (!n || end != text + n || !isfinite(*to))
        return model_wrong(m, "--data %s: '%.*s' is no number", spec, (int)n, text);
    return true;
}

static bool read_word(model *m, const char *spec, const char *word, size_t n, int64_t *rows, wg_make_opts *o)
{
    const wg_option_list *list = wg_options_of("wg_make_opts");
    const char *sign = memchr(word, '=', n);
    const size_t k = sign ? (size_t)(sign - word) : 0;
    double number;
    char given[40];
    if (!sign) {
        char *end;
        *rows = strtoll(word, &end, 10);
        return (n && end == word + n && *rows > 0 && *rows <= 10000000) ||
               model_wrong(m, "--data %s: not a number of rows", spec);
    }
    for (int i = 0; i < list->count; i++) {
        const wg_option *option = &list->option[i];
        if (strlen(option->name) != k || strncmp(word, option->name, k) != 0) continue;
        if (!read_number(m, spec, sign + 1, n - k - 1, &number)) return false;
        if (wg_option_in_range(option, number) && wg_option_set(option, o, number)) return true;
        return model_wrong(m, "--data %s: %s %.15g: must be %sin %s", spec, option->name, number,
                           wg_option_in_range(option, number) ? "a whole number " : "", option->range);
    }
    snprintf(given, sizeof given, "%.*s", (int)k, word);
    wgx_nearest_word near = wgx_nearest_to(given);
    for (int i = 0; i < list->count; i++)
        wgx_nearest_try(&near, list->option[i].name, strlen(list->option[i].name));
    return model_wrong(m,
                       near.best ? "--data %s: no option '%s'; did you mean '%s'?"
                                 : "--data %s: no option '%s'; there are noise, classes and seed%.0s",
                       spec, given, near.best ? near.best : "");
}

static wg_data *make_set(model *m, const char *spec, const char *name)
{
    int64_t rows = 0;
    wg_make_opts o = WG_OPTS(wg_make_opts);
    for (const char *at = spec + strlen(name); *at == ':';) {
        const size_t n = strcspn(++at, ":");
        if (!read_word(m, spec, at, n, &rows, &o)) return NULL;
        at += n;
    }
    wg_data *d = wg_data_make_at("", m->c, name, rows, &o);
    if (d) return d;
    const char *text = strstr(wg_message(m->c), ": ");
    model_wrong(m, "--data %s: %s", spec, text ? text + 2 : wg_message(m->c));
    return NULL;
}

static wg_data *open_set(model *m, const char *spec)
{
    struct stat about;
    const char *name = kind_of(spec);
    if (name) return make_set(m, spec, name);
    if (!stat(spec, &about) && S_ISDIR(about.st_mode)) return wg_data_mnist_at("", m->c, spec, m->mode);
    char list[300], given[40];
    size_t n = 0;
    snprintf(given, sizeof given, "%.*s", (int)strcspn(spec, ":"), spec);
    wgx_nearest_word near = wgx_nearest_to(given);
    for (int i = 0; (name = wgx_data_kind(i)) && n < sizeof list; i++) {
        n += (size_t)snprintf(list + n, sizeof list - n, "%s, ", name);
        wgx_nearest_try(&near, name, strlen(name));
    }
    if (near.best) model_wrong(m, "--data %s: no such data; did you mean '%s'?", spec, near.best);
    else model_wrong(m, "--data %s: no such data: %sFILE.csv, FILE.npy or a folder of IDX files", spec, list);
    return NULL;
}

/* Refuses NaN and infinities, with row and column: a message of an op could not name these. */
static bool is_whole(model *m, const char *spec, const wg_tensor *x)
{
    int64_t n = wg_dtype_is_float(x->dtype) ? wg_shape_size(x->shape) : 0;
    for (int64_t i = 0, wide = n ? n / x->shape.dim[0] : 1; i < n; i++)
        if (!isfinite(wg_tensor_item(x, i)))
            return model_fail(m, EXIT_TEXT, "--data %s: %s at row %lld, column %lld", spec,
                              isnan(wg_tensor_item(x, i)) ? "NaN" : "an infinity", (long long)(i / wide),
                              (long long)(i % wide));
    return true;
}

/* ".type = "x=word"" as "--type x=word": options of C as flags. */
static void as_flags(char *text, size_t room)
{
    char *copy = strdup(text), *to = text;
    for (const char *at = copy; at && *at && (size_t)(to - text) + 1 < room;) {
        int name = 0;
        if (*at == '.') sscanf(at, ".%*[a-z]%n", &name);
        const char *value = name && !strncmp(at + name, " = \"", 4) ? at + name + 4 : NULL;
        const char *end = value ? strchr(value, '"') : NULL;
        if (!end) {
            *to++ = *at++;
            continue;
        }
        const int n = (int)(end - value);
        bool plain = true;
        for (int i = 0; i < n; i++)
            plain &= isalnum((unsigned char)value[i]) || (unsigned char)value[i] > 127 ||
                     strchr("_.,:=-/", value[i]);
        to += snprintf(to, room - (size_t)(to - text), plain ? "--%.*s %.*s" : "--%.*s '%.*s'", name - 1,
                       at + 1, n, value);
        if (to >= text + room) to = text + room - 1;
        at = end + 1;
    }
    *to = 0;
    free(copy);
}

void table_as_flags(char *text) { as_flags(text, strlen(text) + 1); }

bool table_ok(model *m)
{
    char text[1200];
    if (wg_failed(m->c) != WG_ERROR_FORMAT) return model_ok(m);
    const char *message = wg_message(m->c), *behind = strstr(message, ": ");
    snprintf(text, sizeof text, "%s", behind ? behind + 2 : message);
    as_flags(text, sizeof text);
    return model_fail(m, EXIT_TEXT, "%s", text);
}

static bool read_sign(model *m, const char *name, int *to)
{
    const char *text = args_value(m->a, name);
    if (!text) return true;
    if (!strcmp(text, "tab") || !strcmp(text, "\\t")) return *to = '\t', true;
    if (*text && !text[1]) return *to = *text, true;
    return model_wrong(m, "--%s %s: one character was expected, or tab", name, text);
}

bool table_options(model *m, wg_table_opts *o)
{
    const args *a = m->a;
    o->type = args_value(a, "type"), o->missing = args_value(a, "missing"), o->fill = args_value(a, "fill");
    if (!args_choice(a, "header")) return model_ends(m, EXIT_FLAGS);
    if (args_has(a, "header")) o->header = !strcmp(args_value(a, "header"), "yes");
    return read_sign(m, "separator", &o->separator) && read_sign(m, "decimal", &o->decimal);
}

static bool open_table(model *m, const char *spec, data_source *s)
{
    wg_table_opts o = WG_OPTS(wg_table_opts);
    if (!table_options(m, &o)) return false;
    s->table = wg_table_read_at("", m->c, spec, &o);
    return wg_failed(m->c) == WG_ERROR_USE ? model_flags_ok(m) : table_ok(m);
}

/* A file that is no set by name: a table, whatever it is called. */
static bool is_file(const char *spec)
{
    struct stat about;
    return !kind_of(spec) && !ends_in(spec, ".npy") && !stat(spec, &about) && !S_ISDIR(about.st_mode);
}

bool source_open(model *m, const char *spec, data_source *s)
{
    *s = (data_source){ .spec = spec };
    if (ends_in(spec, ".csv") || ends_in(spec, ".tsv") || is_file(spec)) return open_table(m, spec, s);
    if (ends_in(spec, ".npy")) {
        s->x = wg_npy_read_at("", m->c, spec);
        if (model_ok(m) && s->x.shape.rank == 0)
            return model_fail(m, EXIT_TEXT, "--data %s: a single number has no rows", spec);
        return model_ok(m) && is_whole(m, spec, &s->x);
    }
    wg_data *d = open_set(m, spec);
    if (!model_ok(m) || !d) return false;
    s->x = wg_data_x(d);
    s->y = wg_data_y(d);
    return true;
}

/* ---- names of columns ---- */

/* The number of the column from 1 on whose name is the n bytes at name. 0: there is none. */
static int column_number(const data_source *s, const char *name, size_t n)
{
    char *copy = strndup(name, n);
    const int k = copy ? wg_table_find(s->table, copy) : -1;
    free(copy);
    return k + 1;
}

bool source_has(const data_source *s, const char *column)
{
    if (s->table) return column_number(s, column, strlen(column)) > 0;
    return !strcmp(column, "x") || (!strcmp(column, "y") && s->y.data);
}

void source_columns(const data_source *s, char *text, size_t room)
{
    size_t n = 0;
    if (!s->table) snprintf(text, room, "the column%s x%s", s->y.data ? "s" : "", s->y.data ? " and y" : "");
    else n = (size_t)snprintf(text, room, "the columns ");
    for (int i = 0; i < wg_table_columns(s->table) && n + 60 < room; i++)
        n +=
            (size_t)snprintf(text + n, room - n, "%s%.50s", i ? ", " : "", wg_table_column(s->table, i).name);
}

/* "columns 1-4" for a range of names a:d, else the list itself. */
static void say_columns(const data_source *s, const char *list, FILE *said)
{
    const char *colon = strchr(list, ':');
    const int from = colon ? column_number(s, list, (size_t)(colon - list)) : 0,
              to = colon ? column_number(s, colon + 1, strlen(colon + 1)) : 0;
    if (!column_number(s, list, strlen(list)) && from && to) fprintf(said, "columns %d-%d", from, to);
    else fputs(list, said);
}

/* The numbers of the columns of a list; the caller frees them. NULL: after a message. */
static int *columns_of(model *m, const data_source *s, const char *list, int *n)
{
    int *k = calloc((size_t)wg_table_columns(s->table) + 1, sizeof *k);
    *n = k ? wg_table_named_at("", s->table, list, k, wg_table_columns(s->table)) : 0;
    if (!k) model_fail(m, EXIT_OTHER, "out of memory");
    if (k && table_ok(m)) return k;
    free(k);
    return NULL;
}

bool source_use(model *m, data_source *s, const column_rows *rows, int n)
{
    int *all = NULL, count = 0;
    bool fine = true;
    for (int i = 0; fine && i < n && s->table; i++) {
        int more, *k = columns_of(m, s, rows[i].column, &more);
        int *joined = k ? realloc(all, (size_t)(count + more + 1) * sizeof *all) : NULL;
        fine = joined || m->status || model_fail(m, EXIT_OTHER, "out of memory");
        if (joined) memcpy((all = joined) + count, k, (size_t)more * sizeof *k), count += more;
        free(k);
        if (m->status) fine = false;
    }
    if (fine && s->table) wg_table_use_at("", s->table, all, count);
    free(all);
    return fine && table_ok(m);
}

/* ---- floats ---- */

static bool words_in_floats(model *m, const data_source *s, const column_rows *to, const char *name)
{
    return model_fail(m, EXIT_TEXT,
                      "%s: column %.60s has words, and %s takes numbers: words are the classes of an "
                      "input(m, classes=3), say",
                      s->spec, name, to->input);
}

static bool take_table(model *m, const data_source *s, column_rows *to, FILE *said)
{
    int n, *k = columns_of(m, s, to->column, &n);
    size_t size;
    FILE *list = k ? tool_text_begin(&to->columns, &size) : NULL;
    const int64_t rows = wg_table_rows(s->table);
    const wg_dtype type = wg_context_dtype(m->c);
    const size_t bytes = wg_dtype_size(type);
    char *data = k ? wg_alloc(m->c, (size_t)rows * (size_t)n + 1, bytes) : NULL;
    for (int i = 0; data && list && i < n; i++) {
        const wg_column c = wg_table_column(s->table, k[i]);
        const wg_tensor from = wg_table_values_at("", s->table, k[i]);
        if (c.type == WG_WORD) {
            words_in_floats(m, s, to, c.name);
            break;
        }
        for (int64_t r = 0; r < rows; r++)
            memcpy(data + (size_t)(r * n + i) * bytes, (const char *)from.data + (size_t)r * bytes, bytes);
        fprintf(list, "%s%s", i ? "\t" : "", c.name);
    }
    const bool named = list && tool_text_end(list, &to->columns);
    free(k);
    to->rows = (wg_tensor){ type, WG_SHAPE(rows, n), data };
    say_columns(s, to->column, said);
    return model_ok(m) && (named || model_fail(m, EXIT_OTHER, "out of memory"));
}

/* Rows of one number are [n] or [n,1], as the input declares them. */
static void fit_axes(wg_tensor *t, int axes)
{
    wg_shape *s = &t->shape;
    if (axes == 2 && s->rank == 1) s->rank = 2, s->dim[1] = 1;
    else if (axes != 2 && s->rank == 2 && s->dim[1] == 1 && axes != 0) s->rank = 1;
}

static bool take_tensor(model *m, const data_source *s, const char *column, wg_tensor *to, FILE *said)
{
    char text[120];
    if (!source_has(s, column)) {
        source_columns(s, text, sizeof text);
        return model_wrong(m, "--data %s: there is no column '%s': the data have %s", s->spec, column, text);
    }
    *to = *column == 'x' ? s->x : s->y;
    fputs(column, said);
    wg_shape row = { .rank = to->shape.rank - 1 };
    for (int k = 0; k < row.rank; k++) row.dim[k] = to->shape.dim[k + 1];
    if (row.rank) fprintf(said, " %s", wg_shape_text(row, text, sizeof text));
    return true;
}

/* ---- classes ---- */

static bool is_number(const char *word, double *value)
{
    const char *end = wgx_number_in(word, value);
    return end != word && !*end;
}

/* The place of a word in a list of words with tabs between them; -1: it is not there. */
static int64_t place_in(const char *list, const char *word)
{
    const size_t n = strlen(word);
    int64_t k = 0;
    for (; *list; k++) {
        const size_t length = strcspn(list, "\t");
        if (length == n && !strncmp(list, word, n)) return k;
        list += length + (list[length] == '\t');
    }
    return -1;
}

/* Finds the class number of each of the n words of column k. Numbers stand for themselves. Other words have
 * the places that they have in known, or else in alphabetical order. */
static bool number_classes(model *m, const data_source *s, int k, column_rows *to, double *number, int64_t n)
{
    bool words = false;
    for (int64_t i = 0; i < n; i++) words |= !is_number(wg_table_word(s->table, k, i), &number[i]);
    if (!words) return true;
    for (int64_t i = 0; i < n; i++) {
        const char *word = wg_table_word(s->table, k, i);
        if (strpbrk(word, "\t\r\n"))
            return model_fail(m, EXIT_TEXT, "--data %s: a word of %s has a tab or a line break: '%.60s'",
                              s->spec, to->column, word);
        number[i] = to->known ? (double)place_in(to->known, word) : (double)i;
        if (number[i] < 0)
            return model_fail(m, EXIT_TEXT,
                              "--data %s: %s has the word '%.60s', which is no class of the training",
                              s->spec, to->column, word);
    }
    if (!to->known && n > to->classes)
        return model_fail(m, EXIT_TEXT, "--data %s: %s has %lld words, the input %s has classes=%lld",
                          s->spec, to->column, (long long)n, to->input, (long long)to->classes);
    size_t size;
    FILE *list = tool_text_begin(&to->words, &size);
    for (int64_t i = 0; list && i < n && !to->known; i++)
        fprintf(list, "%s%s", i ? "\t" : "", wg_table_word(s->table, k, i));
    if (list && to->known) fputs(to->known, list);
    return (list && tool_text_end(list, &to->words)) || model_fail(m, EXIT_OTHER, "out of memory");
}

static void say_words(const column_rows *to, FILE *said)
{
    enum { SHOWN = 6 };
    int k = 0;
    fputs(" (", said);
    for (const char *word = to->words; *word; k++) {
        const size_t n = strcspn(word, "\t");
        if (k < SHOWN) fprintf(said, "%s%d %.*s", k ? ", " : "", k, (int)n, word);
        word += n + (word[n] == '\t');
    }
    fprintf(said, "%s)", k > SHOWN ? ", ..." : "");
}

static bool take_table_classes(model *m, const data_source *s, column_rows *to, FILE *said)
{
    const int k = wg_table_find(s->table, to->column);
    if (k < 0) return model_wrong(m, "--map %s=%s: class numbers are one column", to->input, to->column);
    const wg_tensor from = wg_table_values_at("", s->table, k);
    const wg_column c = wg_table_column(s->table, k);
    const int64_t rows = wg_table_rows(s->table);
    double *y = wg_alloc(m->c, (size_t)rows + 1, sizeof *y),
           *number = wg_alloc(m->c, (size_t)c.words + 1, sizeof *number);
    if (!model_ok(m) || (c.type == WG_WORD && !number_classes(m, s, k, to, number, c.words))) return false;
    for (int64_t r = 0; r < rows; r++) {
        const double v = wg_tensor_item(&from, r);
        y[r] = c.type == WG_WORD && v >= 0 ? number[(int64_t)v] : v;
    }
    wg_free(m->c, number);
    to->rows = (wg_tensor){ WG_F64, WG_SHAPE(rows), y };
    fputs(to->column, said), to->columns = strdup(to->column);
    return true;
}

/* An op could name a wrong class number, but not its row. */
static bool classes_fit(model *m, const data_source *s, const column_rows *r)
{
    const int64_t n = wg_shape_size(r->rows.shape), wide = n ? n / r->rows.shape.dim[0] : 1;
    for (int64_t i = 0; i < n; i++) {
        const double v = wg_tensor_item(&r->rows, i);
        if (!(v >= 0 && v < (double)r->classes && v == floor(v)))
            return model_fail(
                m, EXIT_TEXT, "--data %s: %s is %g at row %lld: the class numbers of %s are 0 to %lld",
                s->spec, r->column, v, (long long)(i / wide), r->input, (long long)r->classes - 1);
    }
    return true;
}

bool source_take(model *m, const data_source *s, column_rows *to, FILE *said)
{
    to->classes = wgx_program_classes(m->q, to->input);
    fprintf(said, "    %s <- ", to->input);
    if (s->table && to->classes ? !take_table_classes(m, s, to, said)
        : s->table              ? !take_table(m, s, to, said)
                                : !take_tensor(m, s, to->column, &to->rows, said))
        return false;
    if (to->classes && !classes_fit(m, s, to)) return false;
    if (to->words) say_words(to, said);
    else if (to->classes) fprintf(said, " (%lld classes)", (long long)to->classes);
    fit_axes(&to->rows, wgx_program_axes(m->q, to->input));
    return true;
}
