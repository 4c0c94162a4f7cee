/* data_csv.c: data sets from CSV files. The file is read from its first row to its last twice: to count rows
 * and to collect the words of categories, then for the values. */
#include "data/dataset.h"
#include "wengert/op.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct reader {
    wgi_file file;
    wgi_csv start; /* behind the header */
    wgi_columns *columns;
    char *text;    /* room for the longest field */
    int64_t first; /* the row in the file of row 0 of the set */
    int64_t rows;
    bool like; /* the words are known: another word is an error */
    wg_tensor x, y;
} reader;

static bool bad_field(const reader *r, const wgi_csv_field *f, const wgi_column *k, const char *what)
{
    return wgi_csv_bad(&r->start, f->line, f->column, "%.60s: '%.*s%s' %s", k->name,
                       (int)(f->length < 40 ? f->length : 40), f->text, f->length < 40 ? "" : "...", what);
}

/* ---- the header ---- */

static bool count_fields(const reader *r, int64_t *count)
{
    wgi_csv s = r->start;
    wgi_csv_field f;
    for (*count = 0; wgi_csv_next(&s, &f); ++*count)
        if (f.last) return ++*count, true;
    return wg_failed(r->file.c) ? false : wgi_csv_bad(&s, 1, 1, "the file has no rows");
}

static char *name_of(reader *r, const wgi_csv_field *f, bool is_name)
{
    const size_t room = is_name ? f->length + 1 : 24;
    char *name = wg_alloc(r->file.c, room, 1);
    if (!name) return NULL;
    if (is_name) wgi_csv_text(f, name);
    else snprintf(name, room, "%lld", (long long)f->index);
    return name;
}

static bool read_names(reader *r, const wg_csv_opts *o)
{
    int64_t count, n = 0;
    wgi_csv s = r->start;
    wgi_csv_field f;
    if (!count_fields(r, &count)) return false;
    char **names = wg_alloc(r->file.c, (size_t)count, sizeof *names);
    for (; names && n < count && wgi_csv_next(&s, &f); n++)
        if (!(names[n] = name_of(r, &f, o->header))) break;
    for (int64_t k = 0; names && n < count && k < n; k++) wg_free(r->file.c, names[k]);
    if (names && n == count) r->columns = wgi_columns_new(&r->start, names, count);
    wg_free(r->file.c, names);
    if (o->header) r->start = s, r->first = 1;
    return r->columns;
}

/* ---- the rows ---- */

/* Calls use for each field of a column that is asked for. Checks that all rows have as many fields as there
 * are columns. Sets the number of rows. */
static bool each_field(reader *r, bool (*use)(reader *, const wgi_csv_field *, wgi_column *))
{
    wgi_csv s = r->start;
    wgi_csv_field f;
    for (r->rows = 0; wgi_csv_next(&s, &f);) {
        wgi_column *k = f.index < r->columns->count ? &r->columns->all[f.index] : NULL;
        if (k && k->part >= WGI_IN_X && !use(r, &f, k)) return false;
        r->rows += f.last;
        if (f.last && f.index + 1 != r->columns->count)
            return wgi_csv_bad(&s, f.line, f.column, "the row has %lld fields, the first row has %lld",
                               (long long)f.index + 1, (long long)r->columns->count);
    }
    return !wg_failed(r->file.c);
}

static wgi_category word_of(reader *r, const wgi_csv_field *f)
{
    wgi_category w = { .text = r->text };
    wgi_csv_text(f, r->text);
    w.is_number = wgi_csv_number(f, &w.number);
    return w;
}

/* The first pass. */
static bool collect(reader *r, const wgi_csv_field *f, wgi_column *k)
{
    if (!k->words) return true;
    if (!f->length) return bad_field(r, f, k, "is empty");
    const wgi_category w = word_of(r, f);
    if (wgi_column_word(r->file.c, k, &w, !r->like) >= 0) return true;
    return wg_failed(r->file.c) ? false
                                : bad_field(r, f, k,
                                            r->like ? "is not among the words of .like"
                                                    : "is one word too many: a category has at most 10,000");
}

static bool number(const reader *r, const wgi_csv_field *f, const wgi_column *k, double *v)
{
    if (!f->length) return bad_field(r, f, k, "is empty; a number must be there");
    if (!wgi_csv_number(f, v))
        return bad_field(r, f, k,
                         memchr(f->text, ',', f->length)
                             ? "is no number with a decimal point"
                             : "is no number; if it is a word, name the column in .categories");
    return isfinite(r->x.dtype == WG_F32 ? (double)(float)*v : *v) || bad_field(r, f, k, "is too large");
}

/* The second pass. */
static bool fill(reader *r, const wgi_csv_field *f, wgi_column *k)
{
    const int64_t row = f->row - r->first;
    const wg_tensor *t = k->part == WGI_IN_X ? &r->x : &r->y;
    double v = 1;
    int64_t word = 0;
    if (k->words) {
        const wgi_category w = word_of(r, f);
        word = wgi_column_word(r->file.c, k, &w, false);
    } else if (!number(r, f, k, &v)) {
        return false;
    }
    if (t->dtype == WG_I32) ((int32_t *)t->data)[row] = (int32_t)word;
    else wgi_put(t, row * (t->shape.rank == 2 ? t->shape.dim[1] : 1) + k->to + word, v);
    return true;
}

static bool read_rows(reader *r)
{
    wg_context *c = r->file.c;
    const wg_dtype t = wg_context_dtype(c);
    if (!each_field(r, collect)) return false;
    const wgi_columns *k = r->columns;
    r->x = (wg_tensor){ t, WG_SHAPE(r->rows, wgi_columns_place(r->columns)), NULL };
    if (k->in_y == 1) r->y = (wg_tensor){ k->all[k->y[0]].words ? WG_I32 : t, WG_SHAPE(r->rows), NULL };
    if (k->in_y > 1) r->y = (wg_tensor){ t, WG_SHAPE(r->rows, k->in_y), NULL };
    return wgi_pair_new(c, r->file.here, &r->x, &r->y) && each_field(r, fill);
}

/* ---- the set ---- */

static bool refuse(const wgi_file *f, const char *why)
{
    wg_fail(f->c, f->here, WG_ERROR_USE, "%s: %s", f->who, why);
    return false;
}

WG_OPTION_ROWS(wg_csv_opts)

static bool usable(const wgi_file *f, const wg_csv_opts *o)
{
    if (!wg_options_fit(f->c, f->here, f->who, wg_csv_opts_rows(), o)) return false;
    const int s = o->separator;
    if ((s < ' ' && s != '\t') || s > 126 || isalnum(s) || strchr(" .+-\"", s))
        return refuse(f, "the separator must be a comma, a semicolon, a tab or the like");
    if (o->like && (o->x || o->y || o->skip || o->categories))
        return refuse(f, ".like says which columns there are: give no lists with it");
    if (o->like && (o->like->c != f->c || !o->like->columns))
        return refuse(f, ".like is no set of this context that was read from a CSV file");
    return true;
}

static const char *about(wg_context *c, const char *path)
{
    const size_t size = strlen(path) + 16;
    char *text = wg_alloc(c, size, 1);
    if (text) snprintf(text, size, "CSV file %s", path);
    return text;
}

static wg_data *read_set(reader *r, const wg_csv_opts *o)
{
    wg_context *c = r->file.c;
    const char *from = NULL;
    bool ok = read_names(r, o) && wgi_columns_choose(&r->start, r->columns, o) && read_rows(r) &&
              (from = about(c, r->file.path));
    wg_data *d = ok ? wgi_data_new(c, r->file.here, from, r->x, r->y) : NULL;
    if (!ok) wg_free(c, r->x.data), wg_free(c, r->y.data);
    if (d) d->columns = r->columns;
    else wgi_columns_release(c, r->columns);
    if (d && o->like && !wgi_data_take_scale(d, o->like)) return wg_data_free(d), NULL;
    return d;
}

/* Opens the file. False: after an error. Call close_file in each case. */
static bool open_file(reader *r, wg_site here, wg_context *c, const char *path, const wg_csv_opts *o,
                      const char *who)
{
    *r = (reader){ .file = { .c = c, .here = here, .who = who, .fd = -1 } };
    if (wg_failed(c) || !usable(&r->file, o) || !wgi_file_read(&r->file, c, here, who, path)) return false;
    r->start = (wgi_csv){ .f = &r->file, .separator = (char)o->separator };
    r->like = o->like;
    r->text = wg_alloc(c, r->file.size + 1, 1);
    return r->text;
}

static void close_file(reader *r)
{
    wg_free(r->file.c, r->text);
    wgi_file_free(&r->file);
}

wg_data *wg_data_csv_at(wg_site here, wg_context *c, const char *path, const wg_csv_opts *o)
{
    if (!c) return wg_fail(NULL, here, WG_ERROR_USE, "data_csv: the context is NULL"), NULL;
    reader r;
    wg_data *d = open_file(&r, here, c, path, o, "data_csv") ? read_set(&r, o) : NULL;
    close_file(&r);
    return d;
}

/* ---- names alone ---- */

static const char **list_of_names(wg_context *c, const wgi_columns *k)
{
    const size_t head = ((size_t)k->count + 1) * sizeof(char *);
    size_t bytes = 0;
    for (int64_t i = 0; i < k->count; i++) bytes += strlen(k->all[i].name) + 1;
    char **list = wg_alloc(c, head + bytes, 1), *to = (char *)list + head;
    for (int64_t i = 0; list && i < k->count; i++) list[i] = strcpy(to, k->all[i].name), to += strlen(to) + 1;
    return (const char **)list;
}

const char **wg_csv_names_at(wg_site here, wg_context *c, const char *path, const wg_csv_opts *o)
{
    if (!c) return wg_fail(NULL, here, WG_ERROR_USE, "csv_names: the context is NULL"), NULL;
    reader r;
    const char **list = NULL;
    if (open_file(&r, here, c, path, o, "csv_names") && read_names(&r, o)) list = list_of_names(c, r.columns);
    wgi_columns_release(c, r.columns);
    close_file(&r);
    return list;
}
