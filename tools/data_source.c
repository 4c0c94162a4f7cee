/* data_source.c: a data set with named columns, as --data says it, and its columns as values of inputs. A CSV
 * file has the columns of its header. All other data have the columns x and, if there are labels, y. */
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
    for (int i = 0; (name = wg_data_kind(i)); i++)
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
    const wg_option_list *list = wg_make_opts_rows();
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
    wg_nearest_word near = wg_nearest_to(given);
    for (int i = 0; i < list->count; i++)
        wg_nearest_try(&near, list->option[i].name, strlen(list->option[i].name));
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
    wg_nearest_word near = wg_nearest_to(given);
    for (int i = 0; (name = wg_data_kind(i)) && n < sizeof list; i++) {
        n += (size_t)snprintf(list + n, sizeof list - n, "%s, ", name);
        wg_nearest_try(&near, name, strlen(name));
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

/* Says what the library has said of a CSV file, without the words of C. */
static bool csv_ok(model *m)
{
    static const char in_c[] = "; if it is a word, name the column in .categories";
    if (wg_failed(m->c) != WG_ERROR_FORMAT) return model_ok(m);
    const char *text = wg_message(m->c), *at = strstr(text, in_c), *behind = strstr(text, ": ");
    return model_fail(m, EXIT_TEXT, "%.*s%s", at ? (int)(at - behind) - 2 : 2000, behind ? behind + 2 : text,
                      at ? "; words are the classes of an input(m, classes=3), say" : "");
}

bool source_open(model *m, const char *spec, data_source *s)
{
    *s = (data_source){ .spec = spec, .separator = ends_in(spec, ".tsv") ? '\t' : ',' };
    if (ends_in(spec, ".csv") || ends_in(spec, ".tsv")) {
        s->names = wg_csv_names_at("", m->c, spec, &WG_OPTS(wg_csv_opts, .separator = s->separator));
        return csv_ok(m);
    }
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
    for (int i = 0; s->names[i]; i++)
        if (strlen(s->names[i]) == n && !strncmp(s->names[i], name, n)) return i + 1;
    return 0;
}

bool source_has(const data_source *s, const char *column)
{
    if (s->names) return column_number(s, column, strlen(column)) > 0;
    return !strcmp(column, "x") || (!strcmp(column, "y") && s->y.data);
}

void source_columns(const data_source *s, char *text, size_t room)
{
    size_t n = 0;
    if (!s->names) snprintf(text, room, "the column%s x%s", s->y.data ? "s" : "", s->y.data ? " and y" : "");
    else n = (size_t)snprintf(text, room, "the columns ");
    for (int i = 0; s->names && s->names[i] && n + 60 < room; i++)
        n += (size_t)snprintf(text + n, room - n, "%s%.50s", i ? ", " : "", s->names[i]);
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

/* ---- floats ---- */

static bool take_csv(model *m, const data_source *s, column_rows *to, FILE *said)
{
    wg_csv_opts o = WG_OPTS(wg_csv_opts, .x = to->column, .separator = s->separator);
    wg_data *d = wg_data_csv_at("", m->c, s->spec, &o);
    if (!csv_ok(m)) return false;
    to->rows = wg_data_x(d);
    say_columns(s, to->column, said);
    size_t size;
    FILE *list = open_memstream(&to->columns, &size);
    const int64_t n = to->rows.shape.rank == 1 ? 1 : to->rows.shape.dim[1];
    for (int64_t k = 0; list && k < n; k++) fprintf(list, "%s%s", k ? "\t" : "", wg_data_column(d, k));
    if (list) fclose(list);
    return list || model_fail(m, EXIT_OTHER, "out of memory");
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

/* The word of class k: the library gives "species=setosa". */
static const char *word_of(const wg_data *d, int64_t k, const char *column)
{
    return wg_data_column(d, k) + strlen(column) + 1;
}

static bool is_number(const char *word, double *value)
{
    const char *end = wg_number_in(word, value);
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

/* Finds the class number of each of the n words. Numbers stand for themselves. Other words have the places
 * that they have in known, or else in alphabetical order. */
static bool number_classes(model *m, const data_source *s, const wg_data *d, column_rows *to, double *number,
                           int64_t n)
{
    bool words = false;
    for (int64_t k = 0; k < n; k++) words |= !is_number(word_of(d, k, to->column), &number[k]);
    if (!words) return true;
    for (int64_t k = 0; k < n; k++) {
        const char *word = word_of(d, k, to->column);
        if (strpbrk(word, "\t\r\n"))
            return model_fail(m, EXIT_TEXT, "--data %s: a word of %s has a tab or a line break: '%.60s'",
                              s->spec, to->column, word);
        number[k] = to->known ? (double)place_in(to->known, word) : (double)k;
        if (number[k] < 0)
            return model_fail(m, EXIT_TEXT,
                              "--data %s: %s has the word '%.60s', which is no class of the training",
                              s->spec, to->column, word);
    }
    if (!to->known && n > to->classes)
        return model_fail(m, EXIT_TEXT, "--data %s: %s has %lld words, the input %s has classes=%lld",
                          s->spec, to->column, (long long)n, to->input, (long long)to->classes);
    size_t size;
    FILE *list = open_memstream(&to->words, &size);
    for (int64_t k = 0; list && k < n && !to->known; k++)
        fprintf(list, "%s%s", k ? "\t" : "", word_of(d, k, to->column));
    if (list && to->known) fputs(to->known, list);
    if (list) fclose(list);
    return list || model_fail(m, EXIT_OTHER, "out of memory");
}

/* x of d has a column of 0 and 1 for each word. */
static bool take_numbers(model *m, const wg_data *d, const double *number, wg_tensor *to)
{
    const wg_tensor x = wg_data_x(d);
    const int64_t n = x.shape.dim[0], words = x.shape.dim[1];
    double *y = wg_alloc(m->c, (size_t)n + 1, sizeof *y);
    for (int64_t i = 0; y && i < n; i++)
        for (int64_t k = 0; k < words; k++)
            if (wg_tensor_item(&x, i * words + k) != 0) y[i] = number[k];
    *to = (wg_tensor){ WG_F64, WG_SHAPE(n), y };
    return model_ok(m);
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

static bool take_csv_classes(model *m, const data_source *s, column_rows *to, FILE *said)
{
    wg_csv_opts o =
        WG_OPTS(wg_csv_opts, .x = to->column, .categories = to->column, .separator = s->separator);
    wg_data *d = wg_data_csv_at("", m->c, s->spec, &o);
    if (!csv_ok(m)) return false;
    if (!source_has(s, to->column))
        return model_wrong(m, "--map %s=%s: class numbers are one column", to->input, to->column);
    const int64_t n = wg_data_x(d).shape.dim[1];
    double *number = wg_alloc(m->c, (size_t)n + 1, sizeof *number);
    const bool fine =
        number && number_classes(m, s, d, to, number, n) && take_numbers(m, d, number, &to->rows);
    wg_free(m->c, number);
    wg_data_free(d);
    if (fine) fputs(to->column, said), to->columns = strdup(to->column);
    return fine && model_ok(m);
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
    to->classes = wg_program_classes(m->q, to->input);
    fprintf(said, "    %s <- ", to->input);
    if (s->names && to->classes ? !take_csv_classes(m, s, to, said)
        : s->names              ? !take_csv(m, s, to, said)
                                : !take_tensor(m, s, to->column, &to->rows, said))
        return false;
    if (to->classes && !classes_fit(m, s, to)) return false;
    if (to->words) say_words(to, said);
    else if (to->classes) fprintf(said, " (%lld classes)", (long long)to->classes);
    fit_axes(&to->rows, wg_program_axes(m->q, to->input));
    return true;
}
