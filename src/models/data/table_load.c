/* table_load.c: all rows of a table, read once, and what users ask of them. */
#include "data/table.h"
#include "wengert/op.h"
#include "wgx/table.h"
#include "wgx/base.h"

#include <ctype.h>
#include <math.h>
#include <string.h>

/* ---- values ---- */

static size_t element(const wg_table *t, const wgi_column *k)
{
    return k->type == WG_WORD ? sizeof(int32_t) : wg_dtype_size(wg_context_dtype(t->file.c));
}

static void put(const wg_table *t, wgi_column *k, int64_t row, double v)
{
    if (k->type == WG_WORD) ((int32_t *)k->value)[row] = (int32_t)v;
    else if (wg_context_dtype(t->file.c) == WG_F32) ((float *)k->value)[row] = (float)v;
    else ((double *)k->value)[row] = v;
}

static double get(const wg_table *t, const wgi_column *k, int64_t row)
{
    if (k->type == WG_WORD) return ((const int32_t *)k->value)[row];
    return wg_context_dtype(t->file.c) == WG_F32 ? (double)((const float *)k->value)[row]
                                                 : ((const double *)k->value)[row];
}

static bool is_missing(const wg_table *t, const wgi_column *k, int64_t row)
{
    const double v = get(t, k, row);
    return k->type == WG_WORD ? v < 0 : isnan(v);
}

/* ---- one field ---- */

static void note(wgi_field_place *p, const wgi_csv_field *f)
{
    if (p->line) return;
    const size_t most = 40, n = f->length < most ? f->length : most;
    p->line = f->line, p->column = f->column;
    snprintf(p->text, sizeof p->text, "%.*s%s", (int)n, f->text, n < f->length ? "..." : "");
}

static void put_missing(const wg_table *t, wgi_column *k, int64_t row, const wgi_csv_field *f)
{
    note(&k->empty, f);
    k->missing++;
    put(t, k, row, k->type == WG_WORD ? -1 : NAN);
}

static void put_bad(const wg_table *t, wgi_column *k, int64_t row, const wgi_csv_field *f, int how)
{
    if (!k->bad.line) k->badly = how;
    note(&k->bad, f);
    put(t, k, row, k->type == WG_WORD ? -1 : NAN);
}

static void put_number(const wg_table *t, wgi_column *k, int64_t row, const wgi_csv_field *f)
{
    double v;
    bool fine = k->type == WG_DATE ? wgi_cell_date(f->text, f->length, k->order, &v) != WGI_NO_DATE
                                   : wgi_cell_number(f->text, f->length, k->decimal, &v);
    if (!fine && *k->unit && wgi_cell_ends(f->text, f->length, k->unit, strlen(k->unit)))
        fine = wgi_cell_number(f->text, f->length - strlen(k->unit), k->decimal, &v);
    if (fine && !(t->missing && wgi_table_missing(t, f, false))) {
        if (!isfinite(wg_context_dtype(t->file.c) == WG_F32 ? (double)(float)v : v)) {
            put_bad(t, k, row, f, WGI_TOO_LARGE);
            return;
        }
        if (v < k->least || !k->seen) k->least = v;
        if (v > k->most || !k->seen) k->most = v;
        k->seen = true;
        put(t, k, row, v);
    } else if (wgi_table_missing(t, f, false)) {
        put_missing(t, k, row, f);
    } else {
        put_bad(t, k, row, f, WGI_NO_NUMBER);
    }
}

/* The text of a field with a zero behind it, until the next call. NULL: out of memory. */
static const char *text_of(wg_table *t, const wgi_csv_field *f)
{
    if (f->length >= t->room) {
        wg_free(t->file.c, t->text);
        t->room = 2 * f->length + 64;
        t->text = wg_alloc(t->file.c, t->room, 1);
        if (!t->text) return t->room = 0, NULL;
    }
    wgi_csv_text(f, t->text);
    return t->text;
}

/* Each word has the name of its column before it: of a name of a megabyte that would be more memory than a
 * file may claim. */
static bool labels_fit(const wg_table *t, const wgi_column *k, const wgi_csv_field *f)
{
    return t->labels < 64 * (t->file.size + 1000000) ||
           wgi_csv_bad(&t->start, f->line, f->column,
                       "%.60s: the name of the column has %zu bytes, too many for so many words", k->name,
                       strlen(k->name));
}

static void put_word(wg_table *t, wgi_column *k, int64_t row, const wgi_csv_field *f)
{
    if (wgi_table_missing(t, f, true)) {
        put_missing(t, k, row, f);
        return;
    }
    wgi_category w = { .text = text_of(t, f), .line = f->line, .column = f->column };
    if (!w.text) return;
    const bool code =
        f->length > 1 && *f->text == '0' && isdigit((unsigned char)f->text[1]); /* 01 is not 1 */
    w.is_number = !code && wgi_csv_number(f, &w.number);
    if (!labels_fit(t, k, f)) return;
    const int64_t before = k->count, at = k->bad.line ? -1 : wgi_column_word(t->file.c, k, &w, true);
    if (k->count > before) t->labels += strlen(k->name);
    if (at >= 0) put(t, k, row, k->word[at]->id);
    else put_bad(t, k, row, f, WGI_TOO_MANY);
}

/* ---- all rows ---- */

static int64_t lines_of(const wg_table *t)
{
    int64_t n = 1;
    for (size_t i = t->start.at; i < t->file.size; i++)
        n += t->file.bytes[i] == '\n' || t->file.bytes[i] == '\r';
    return n;
}

/* Words get their numbers in order when all are known. */
static bool number_words(const wg_table *t, wgi_column *k)
{
    int32_t *to = wg_alloc(t->file.c, (size_t)k->count + 1, sizeof *to), *value = k->value;
    for (int64_t i = 0; to && i < k->count; i++) to[k->word[i]->id] = (int32_t)i;
    for (int64_t r = 0; to && r < t->rows; r++)
        if (value[r] >= 0) value[r] = to[value[r]];
    wg_free(t->file.c, to);
    return to;
}

static bool make_room(wg_table *t)
{
    const int64_t lines = lines_of(t), columns = t->columns->count;
    if ((double)lines * (double)columns > 8.0 * (double)t->file.size + 1e6)
        return wgi_csv_bad(&t->start, t->start.line + 1, 1,
                           "most of the %lld rows have far fewer fields than the %lld columns",
                           (long long)lines, (long long)columns);
    for (int64_t k = 0; k < columns; k++)
        t->columns->all[k].value = wg_alloc(t->file.c, (size_t)lines, element(t, &t->columns->all[k]));
    return !wg_failed(t->file.c);
}

/* Fields that a short row lacks have no value. */
static void end_row(wg_table *t, const wgi_csv_field *f, int64_t row)
{
    for (int64_t k = f->index + 1; k < t->columns->count; k++) {
        const wgi_csv_field none = { .text = "", .line = f->line, .column = f->column + f->length };
        put_missing(t, &t->columns->all[k], row, &none);
    }
    if (f->index + 1 < t->columns->count && !t->short_rows++) t->short_line = f->line;
}

/* A row of empty fields, such as spreadsheets write below a table, is none. */
static void forget_row(wg_table *t, const wgi_csv_field *f)
{
    for (int64_t k = 0; k <= f->index && k < t->columns->count; k++) {
        wgi_column *c = &t->columns->all[k];
        if (!--c->missing) c->empty.line = 0;
    }
}

static bool read_rows(wg_table *t)
{
    wgi_csv s = t->start;
    wgi_csv_field f;
    const int64_t columns = t->columns->count;
    bool any = false;
    while (wgi_csv_next(&s, &f)) {
        any |= f.length || f.quoted;
        wgi_column *k = f.index < columns ? &t->columns->all[f.index] : NULL;
        if (!k && f.length)
            return wgi_csv_bad(
                &s, f.line, f.column,
                "the row has more fields than the %lld columns: a text with %s in it stands in quotes",
                (long long)columns,
                t->separator == '\t'  ? "a tab"
                : t->separator == ' ' ? "a blank"
                : t->separator == ',' ? "a comma"
                : t->separator == ';' ? "a semicolon"
                                      : "the separator");
        if (k && k->type == WG_WORD) put_word(t, k, t->rows, &f);
        else if (k) put_number(t, k, t->rows, &f);
        if (!f.last) continue;
        if (any) end_row(t, &f, t->rows++);
        else forget_row(t, &f), t->empty_rows++;
        any = false;
        if (!(t->rows & 4095) && wg_failed(t->file.c)) return false;
    }
    return !wg_failed(t->file.c);
}

bool wgi_table_load(wg_table *t)
{
    if (t->is_read) return !wg_failed(t->file.c);
    t->is_read = true;
    if (!make_room(t) || !read_rows(t)) return t->rows = 0, false;
    for (int64_t k = 0; k < t->columns->count; k++) {
        wgi_column *c = &t->columns->all[k];
        if (c->type == WG_WORD && !number_words(t, c)) return t->rows = 0, false;
    }
    return true;
}

/* ---- opening ---- */

WG_OPTION_ROWS(wg_table_opts)

static bool usable(const wgi_file *f, const wg_table_opts *o)
{
    const int s = o->separator, d = o->decimal;
    if (s && ((s < ' ' && s != '\t') || s > 126 || isalnum(s) || strchr(".+-\"", s)))
        wg_fail(f->c, f->here, WG_ERROR_USE,
                "%s: the separator must be a comma, a semicolon, a tab or the like", f->who);
    else if (d && d != '.' && d != ',')
        wg_fail(f->c, f->here, WG_ERROR_USE, "%s: the decimal sign must be a point or a comma", f->who);
    else if (s && s == d)
        wg_fail(f->c, f->here, WG_ERROR_USE, "%s: the separator and the decimal sign are the same", f->who);
    return !wg_failed(f->c);
}

static char *copy_text(wg_context *c, const char *text)
{
    const size_t n = text ? strlen(text) + 1 : 0;
    char *copy = text ? wg_alloc(c, n, 1) : NULL;
    return copy ? memcpy(copy, text, n) : NULL;
}

/* The columns that another set has hold here what they hold there. */
static void follow(wg_table *t, const wgi_columns *like)
{
    for (int64_t i = 0; i < t->columns->count; i++) {
        wgi_column *to = &t->columns->all[i];
        const wgi_column *from = wgi_columns_find(like, to->name, strlen(to->name));
        if (!from || from->part < WGI_IN_X) continue;
        if (to->unsure || to->type != from->type) to->order = from->order;
        if (to->unsure && !t->sure) to->decimal = from->decimal;
        to->type = from->type, to->fill = from->fill, to->fill_value = from->fill_value;
    }
    t->columns->fills = like->fills;
}

wg_table *wgi_table_open(wg_site here, wg_context *c, const char *path, const wg_table_opts *o,
                         const char *who, const wgi_columns *like)
{
    wg_table *t = wg_failed(c) ? NULL : wg_alloc(c, 1, sizeof *t);
    if (!t) return NULL;
    *t = (wg_table){ .file = { .c = c, .here = here, .who = who, .fd = -1 } };
    if (!usable(&t->file, o) || !wgi_file_read(&t->file, c, here, who, path)) return wg_table_free(t), NULL;
    t->path = copy_text(c, path);
    t->file.path = t->path;
    t->separator = (char)o->separator, t->decimal = (char)o->decimal;
    t->missing = copy_text(c, o->missing);
    if (wg_failed(c) || !wgi_table_look(t, o)) return wg_table_free(t), NULL;
    if (like) follow(t, like);
    return t;
}

wg_table *wg_table_read_at(wg_site here, wg_context *c, const char *path, const wg_table_opts *o)
{
    WG_OPTIONS_FILL(wg_table_opts, o);
    if (!c) return wg_fail(NULL, here, WG_ERROR_USE, "table_read: the context is NULL"), NULL;
    if (wg_failed(c) || !wg_options_fit(c, here, "table_read", wg_table_opts_rows(), o)) return NULL;
    return wgi_table_open(here, c, path, o, "table_read", NULL);
}

void wg_table_free(wg_table *t)
{
    if (!t) return;
    wg_context *c = t->file.c;
    wgi_columns_release(c, t->columns);
    wgi_file_free(&t->file);
    void *parts[] = { t->missing, t->text, t->row_at, t->about, t->path, t };
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) wg_free(c, parts[i]);
}

/* ---- columns that are used ---- */

/* What a message calls a column. */
static const char *called(const wg_table *t, const wgi_column *k)
{
    static _Thread_local char text[40];
    snprintf(text, sizeof text, "column %lld", (long long)(k - t->columns->all) + 1);
    return *k->name ? k->name : text;
}

static bool bad(const wg_table *t, const wgi_column *k)
{
    const wgi_field_place *p = &k->bad;
    const bool listed = !strchr(p->text, ','); /* a comma parts the texts of .missing */
    if (k->badly == WGI_TOO_LARGE)
        return wgi_csv_bad(&t->start, p->line, p->column, "%.60s: '%s' is too large", called(t, k), p->text);
    if (k->badly == WGI_TOO_MANY)
        return wgi_csv_bad(
            &t->start, p->line, p->column,
            "%.60s: '%s' is one word too many: a category has at most 10,000: .skip = \"%.60s\" leaves the "
            "column out",
            k->name, p->text, k->name);
    return wgi_csv_bad(&t->start, p->line, p->column,
                       "%.60s: '%s' is no %s, and the column has %ss: .type = \"%.60s=word\" makes it a "
                       "column of words%s%s%s",
                       called(t, k), p->text, k->type == WG_DATE ? "date" : "number",
                       k->type == WG_DATE ? "date" : "number", k->name, listed ? ", .missing = \"" : "",
                       listed ? p->text : "", listed ? "\" says that there is no value" : "");
}

static bool empty(const wg_table *t, const wgi_column *k)
{
    return wgi_csv_bad(
        &t->start, k->empty.line, k->empty.column,
        "%.60s: '%s' is no value, as in %lld of %lld rows: .fill = \"%.60s=%s\" writes %s there, .fill = "
        "\"drop\" leaves the rows out",
        k->name, k->empty.text, (long long)k->missing, (long long)t->rows, k->name,
        k->type == WG_WORD ? "word" : "mean", k->type == WG_WORD ? "a word of its own" : "the mean");
}

/* The mean or the median of the values that are there. */
static bool find_fill(const wg_table *t, wgi_column *k)
{
    double *x = wg_alloc(t->file.c, (size_t)t->rows + 1, sizeof *x), sum = 0;
    int64_t n = 0;
    for (int64_t r = 0; x && r < t->rows; r++)
        if (!is_missing(t, k, r)) sum += x[n++] = get(t, k, r);
    k->fill_value = n ? sum / (double)n : 0;
    if (x && n && k->fill == WGI_FILL_MEDIAN) {
        wgx_sort(x, (size_t)n);
        k->fill_value = n % 2 ? x[n / 2] : x[n / 2 - 1] + (x[n / 2] - x[n / 2 - 1]) / 2;
    }
    wg_free(t->file.c, x);
    return x;
}

static bool fill_words(wg_table *t, wgi_column *k)
{
    int32_t *value = k->value;
    const int64_t before = k->count,
                  at = wgi_column_word(t->file.c, k, &(wgi_category){ .text = "missing" }, true);
    if (at < 0)
        return !wg_failed(t->file.c) &&
               (note(&k->bad, &(wgi_csv_field){ .text = "missing", .length = 7 }), false);
    for (int64_t r = 0; r < t->rows; r++) {
        if (value[r] < 0) value[r] = (int32_t)at;
        else if (k->count > before && value[r] >= at) value[r]++;
    }
    return true;
}

static void drop_rows(wg_table *t, const bool *gone)
{
    int64_t to = 0;
    for (int64_t r = 0; r < t->rows; r++) {
        if (gone[r]) continue;
        for (int64_t k = 0; k < t->columns->count; k++) {
            wgi_column *c = &t->columns->all[k];
            const size_t size = element(t, c);
            if (c->value)
                memmove((char *)c->value + (size_t)to * size, (char *)c->value + (size_t)r * size, size);
        }
        if (t->row_at) t->row_at[2 * to] = t->row_at[2 * r], t->row_at[2 * to + 1] = t->row_at[2 * r + 1];
        to++;
    }
    t->rows = to;
    for (int64_t k = 0; k < t->columns->count; k++) {
        wgi_column *c = &t->columns->all[k];
        c->missing = 0;
        for (int64_t r = 0; c->value && r < to; r++) c->missing += is_missing(t, c, r);
    }
}

static bool drops(const wgi_columns *t, const wgi_column *k)
{
    return k->fill == WGI_FILL_DROP || (t->fills && k->part == WGI_IN_Y);
}

/* Leaves out the rows without a value in the columns that say so. */
static bool drop(wg_table *t, const int *columns, int n)
{
    bool any = false;
    for (int i = 0; i < n; i++) {
        const wgi_column *k = &t->columns->all[columns[i]];
        any |= k->missing && drops(t->columns, k);
    }
    if (!any) return true;
    size_t length;
    bool *gone = wg_alloc(t->file.c, (size_t)t->rows, sizeof *gone);
    wgx_table_row(t, 0, &length); /* places of rows as they are in the file */
    for (int i = 0; gone && i < n; i++) {
        const wgi_column *k = &t->columns->all[columns[i]];
        for (int64_t r = 0; drops(t->columns, k) && r < t->rows; r++) gone[r] |= is_missing(t, k, r);
    }
    if (gone) drop_rows(t, gone);
    wg_free(t->file.c, gone);
    return gone;
}

static bool fill(wg_table *t, wgi_column *k)
{
    const bool words = k->type == WG_WORD;
    if (!words && (k->fill == WGI_FILL_MEAN || k->fill == WGI_FILL_MEDIAN) && !find_fill(t, k)) return false;
    if (!k->missing || k->fill == WGI_FILL_KEEP) return true;
    if (k->fill == WGI_FILL_NONE || (words ? k->fill == WGI_FILL_VALUE : k->fill == WGI_FILL_WORD))
        return empty(t, k);
    if (words && !fill_words(t, k)) return wg_failed(t->file.c) ? false : bad(t, k);
    for (int64_t r = 0; !words && r < t->rows; r++)
        if (is_missing(t, k, r)) put(t, k, r, k->fill_value);
    k->missing = 0;
    return true;
}

wg_status wg_table_use_at(wg_site here, wg_table *t, const int *columns, int n)
{
    if (!t) return WG_ERROR_USE;
    t->file.here = here;
    if (n > 0 && !columns) return wg_fail(t->file.c, here, WG_ERROR_USE, "table_use: the columns are NULL");
    for (int i = 0; i < n; i++)
        if (columns[i] < 0 || columns[i] >= t->columns->count)
            return wg_fail(t->file.c, here, WG_ERROR_USE, "table_use: there is no column %d", columns[i]);
    bool fine = wgi_table_load(t);
    for (int i = 0; fine && i < n; i++)
        if (t->columns->all[columns[i]].bad.line) fine = bad(t, &t->columns->all[columns[i]]);
    fine = fine && drop(t, columns, n);
    for (int i = 0; fine && i < n; i++) fine = fill(t, &t->columns->all[columns[i]]);
    return wg_failed(t->file.c);
}

/* ---- what users ask ---- */

int64_t wg_table_rows(wg_table *t) { return t && wgi_table_load(t) ? t->rows : 0; }
int wg_table_columns(const wg_table *t) { return t ? (int)t->columns->count : 0; }
char wgx_table_sign(const wg_table *t, bool decimal) { return !t ? 0 : decimal ? t->decimal : t->separator; }

wg_column wg_table_column(wg_table *t, int k)
{
    if (!t || k < 0 || k >= t->columns->count) return (wg_column){ .name = "" };
    wgi_table_load(t);
    const wgi_column *c = &t->columns->all[k];
    const char *form = c->type == WG_WORD          ? "word"
                       : c->type == WG_NUMBER      ? c->decimal == ',' ? "comma" : "point"
                       : c->order == WGI_DAY_FIRST ? "dmy"
                                                   : "mdy";
    return (wg_column){ c->name, c->type, c->missing, c->type == WG_WORD ? c->count : 0, c->why, form };
}

int wg_table_find(const wg_table *t, const char *name)
{
    const wgi_column *k = t && name ? wgi_columns_find(t->columns, name, strlen(name)) : NULL;
    return k ? (int)(k - t->columns->all) : -1;
}

static bool add_to_list(const wgi_csv *s, wgi_columns *t, wgi_column *k, int what)
{
    (void)what;
    if (k->part != WGI_OUT) return wgi_csv_bad(s, 1, 1, "column '%.60s' is asked for twice", k->name);
    k->part = WGI_IN_X;
    t->x[t->in_x++] = k - t->all;
    return true;
}

int wg_table_named_at(wg_site here, wg_table *t, const char *list, int *columns, int room)
{
    if (!t || wg_failed(t->file.c)) return -1;
    t->file.here = here;
    t->columns->in_x = 0;
    const bool fine = wgi_columns_list(&t->start, t->columns, list, add_to_list, 0);
    const int n = (int)t->columns->in_x;
    for (int i = 0; i < n; i++) {
        t->columns->all[t->columns->x[i]].part = WGI_OUT;
        if (columns && i < room) columns[i] = (int)t->columns->x[i];
    }
    t->columns->in_x = 0;
    return fine ? n : -1;
}

wg_tensor wg_table_values_at(wg_site here, wg_table *t, int k)
{
    if (!t) return (wg_tensor){ 0 };
    t->file.here = here;
    if (k < 0 || k >= t->columns->count)
        return wg_fail(t->file.c, here, WG_ERROR_USE, "table_values: there is no column %d", k),
               (wg_tensor){ 0 };
    if (!wgi_table_load(t)) return (wg_tensor){ 0 };
    const wgi_column *c = &t->columns->all[k];
    if (c->bad.line) return bad(t, c), (wg_tensor){ 0 };
    return (wg_tensor){ c->type == WG_WORD ? WG_I32 : wg_context_dtype(t->file.c), WG_SHAPE(t->rows),
                        c->value };
}

const char *wg_table_word(wg_table *t, int k, int64_t i)
{
    if (!t || k < 0 || k >= t->columns->count || !wgi_table_load(t)) return "";
    const wgi_column *c = &t->columns->all[k];
    return i >= 0 && i < c->count ? c->word[i]->text : "";
}

/* Where each row begins and ends. */
static bool find_rows(wg_table *t)
{
    wgi_csv s = t->start;
    wgi_csv_field f;
    int64_t r = 0;
    size_t begins = 0, ends = 0;
    bool any = false;
    size_t *at = wg_alloc(t->file.c, 2 * (size_t)t->rows + 2, sizeof *at);
    for (; at && r < t->rows && wgi_csv_next(&s, &f);) {
        const size_t first = (size_t)(f.text - (const char *)t->file.bytes);
        if (!f.index) begins = first - f.quoted;
        ends = first + f.length + f.quoted;
        any |= f.length || f.quoted;
        if (!f.last) continue;
        if (any) at[2 * r] = begins, at[2 * r + 1] = ends, r++;
        any = false;
    }
    t->row_at = at;
    return at;
}

const char *wgx_table_row(wg_table *t, int64_t i, size_t *length)
{
    size_t none;
    if (!length) length = &none;
    *length = 0;
    if (!t || !wgi_table_load(t)) return NULL;
    const char *bytes = (const char *)t->file.bytes;
    if (i < 0) {
        size_t from = t->head, end = t->head_end;
        while (from < end && (bytes[from] == '\n' || bytes[from] == '\r')) from++;
        while (end > from && (bytes[end - 1] == '\n' || bytes[end - 1] == '\r')) end--;
        return *length = end - from, t->has_header ? bytes + from : NULL;
    }
    if (i >= t->rows || (!t->row_at && !find_rows(t))) return NULL;
    *length = t->row_at[2 * i + 1] - t->row_at[2 * i];
    return bytes + t->row_at[2 * i];
}
