/* data_csv.c: data sets from CSV files: the columns of a table (table_load.c) side by side. */
#include "data/dataset.h"
#include "wengert/op.h"

#include <string.h>

WG_OPTION_ROWS(wg_csv_opts)

static bool usable(wg_context *c, wg_site here, const wg_csv_opts *o)
{
    if (!wg_options_fit(c, here, "data_csv", wg_csv_opts_rows(), o)) return false;
    if (o->like && (o->x || o->y || o->skip || o->categories || o->type || o->fill))
        wg_fail(c, here, WG_ERROR_USE, "data_csv: .like says which columns there are: give no lists with it");
    else if (o->like && (o->like->c != c || !o->like->columns))
        wg_fail(c, here, WG_ERROR_USE,
                "data_csv: .like is no set of this context that was read from a CSV file");
    return !wg_failed(c);
}

/* The words of a column get the numbers that they have in the set that this one is like. */
static bool take_words(wg_table *t, wgi_column *k, const wgi_column *from)
{
    wg_context *c = t->file.c;
    int32_t *to = wg_alloc(c, (size_t)k->count + 1, sizeof *to), *value = k->value;
    const wgi_category *other = NULL;
    for (int64_t i = 0; to && i < k->count; i++) {
        to[i] = (int32_t)wgi_column_word(c, (wgi_column *)(uintptr_t)from, k->word[i], false);
        if (to[i] < 0 && (!other || k->word[i]->line < other->line)) other = k->word[i];
    }
    const bool fills = k->part != WGI_IN_Y && from->fill != WGI_FILL_NONE && from->fill != WGI_FILL_DROP;
    const int64_t own =
        fills ? wgi_column_word(c, (wgi_column *)(uintptr_t)from, &(wgi_category){ .text = "missing" }, false)
              : -1;
    if (other && !fills) {
        wg_free(c, to);
        return wgi_csv_bad(&t->start, other->line, other->column,
                           "%.60s: '%.60s' is not among the words of .like: .fill = \"%.60s=word\" there "
                           "makes it a missing one",
                           k->name, other->text, k->name);
    }
    for (int64_t r = 0; to && r < t->rows; r++) {
        if (value[r] >= 0) value[r] = to[value[r]];
        if (value[r] < 0) value[r] = (int32_t)own;
    }
    for (int64_t i = 0; to && i < k->count; i++) wg_free(c, k->word[i]);
    k->count = 0;
    for (int64_t i = 0; to && i < from->count; i++)
        if (wgi_column_word(c, k, from->word[i], true) < 0) return wg_free(c, to), false;
    if (own >= 0 || fills)
        k->missing = 0; /* without that word it is none of the words: 0 in all their
                                            * columns */
    wg_free(c, to);
    return to;
}

/* Of a set like another: answers that are there in no row are none. */
static bool follow(wg_table *t, const wgi_columns *like)
{
    wgi_columns *all = t->columns;
    for (int64_t i = 0; i < all->in_y; i++)
        if (t->rows && all->all[all->y[i]].missing == t->rows) return all->in_y = 0, true;
    for (int64_t i = 0; i < all->in_x + all->in_y; i++) {
        wgi_column *k = &all->all[i < all->in_x ? all->x[i] : all->y[i - all->in_x]];
        const wgi_column *from = wgi_columns_find(like, k->name, strlen(k->name));
        if (k->fill == WGI_FILL_MEAN || k->fill == WGI_FILL_MEDIAN)
            if (k->type != WG_WORD) k->fill = WGI_FILL_VALUE;
        if (k->type == WG_WORD && !k->bad.line && !take_words(t, k, from)) return false;
    }
    return true;
}

static bool use_columns(wg_table *t)
{
    const wgi_columns *all = t->columns;
    const int n = (int)(all->in_x + all->in_y);
    int *used = wg_alloc(t->file.c, (size_t)n + 1, sizeof *used);
    for (int i = 0; used && i < n; i++) used[i] = (int)(i < all->in_x ? all->x[i] : all->y[i - all->in_x]);
    const bool fine = used && !wg_table_use_at(t->file.here, t, used, n);
    wg_free(t->file.c, used);
    return fine;
}

/* Writes a column to its place in x or y, and frees its values. */
static void place(const wg_table *t, wgi_column *k, const wg_tensor *to)
{
    const int64_t wide = to->shape.rank == 2 ? to->shape.dim[1] : 1;
    const wg_tensor from = { k->type == WG_WORD ? WG_I32 : wg_context_dtype(t->file.c), WG_SHAPE(t->rows),
                             k->value };
    for (int64_t r = 0; r < t->rows; r++) {
        const int32_t word = k->type == WG_WORD ? ((const int32_t *)k->value)[r] : 0;
        if (to->dtype == WG_I32) ((int32_t *)to->data)[r] = word;
        else if (k->type != WG_WORD) wgi_put(to, r * wide + k->to, wgi_get(&from, r));
        else if (word >= 0) wgi_put(to, r * wide + k->to + word, 1);
    }
    wg_free(t->file.c, k->value);
    k->value = NULL;
}

static wg_data *make_set(wg_table *t, wg_site here, const char *about)
{
    wg_context *c = t->file.c;
    const wg_dtype type = wg_context_dtype(c);
    wgi_columns *all = t->columns;
    wg_tensor x = { type, WG_SHAPE(t->rows, wgi_columns_place(all)), NULL }, y = { 0 };
    if (all->in_y == 1)
        y = (wg_tensor){ all->all[all->y[0]].type == WG_WORD ? WG_I32 : type, WG_SHAPE(t->rows), NULL };
    if (all->in_y > 1) y = (wg_tensor){ type, WG_SHAPE(t->rows, all->in_y), NULL };
    wgi_file_free(&t->file); /* large files are in memory once */
    if (!wgi_pair_new(c, here, &x, &y)) return NULL;
    for (int64_t i = 0; i < all->in_x; i++) place(t, &all->all[all->x[i]], &x);
    for (int64_t i = 0; i < all->in_y; i++) place(t, &all->all[all->y[i]], &y);
    wg_data *d = wgi_data_new(c, here, about, x, y);
    if (!d) return NULL;
    for (int64_t k = 0; k < all->count; k++) wg_free(c, all->all[k].value), all->all[k].value = NULL;
    d->columns = all, t->columns = NULL;
    return d;
}

/* The text is the context's, as the set has it as long as there is one. */
static const char *about(wg_table *t)
{
    const char *text = wg_table_about(t);
    const size_t n = strlen(text);
    char *copy = wg_alloc(t->file.c, n + 1, 1);
    if (copy) memcpy(copy, text, n), copy[n - (n && text[n - 1] == '\n')] = 0;
    return copy;
}

static void copy_form(wg_table_opts *t, const wg_csv_opts *o)
{
#define SAME(type, name, ...) t->name = o->name;
#define NONE(...)
    wg_table_opts_list(NONE, SAME)
}

wg_data *wg_data_csv_at(wg_site here, wg_context *c, const char *path, const wg_csv_opts *o)
{
    WG_OPTIONS_FILL(wg_csv_opts, o);
    if (!c) return wg_fail(NULL, here, WG_ERROR_USE, "data_csv: the context is NULL"), NULL;
    if (wg_failed(c) || !usable(c, here, o)) return NULL;
    wg_table_opts form = WG_OPTS(wg_table_opts);
    copy_form(&form, o);
    const wgi_columns *like = o->like ? o->like->columns : NULL;
    wg_table *t = wgi_table_open(here, c, path, &form, "data_csv", like);
    const char *from = NULL;
    const bool fine = t && wgi_columns_choose(&t->start, t->columns, o) && wgi_table_load(t) &&
                      (from = about(t)) && (!like || follow(t, like)) && use_columns(t);
    wg_data *d = fine ? make_set(t, here, from) : NULL;
    wg_table_free(t);
    if (d && like && !wgi_data_take_scale(d, o->like)) return wg_data_free(d), NULL;
    return d;
}
