/* fit_inputs.c: rows of a table as values of the inputs of a program that `wengert fit` wrote. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "fit_table.h"

bool fit_words(model *m, wg_table *t, int k, const char ***word, int64_t *count)
{
    *count = wg_table_column(t, k).words;
    *word = wg_alloc(m->c, (size_t)*count + 1, sizeof **word);
    for (int64_t i = 0; *word && i < *count; i++) (*word)[i] = fit_copy(m, wg_table_word(t, k, i));
    return model_ok(m);
}

/* The columns of all numbers side by side, [n, numbers]. */
static bool take_numbers(model *m, wg_table *t, const fit_plan *f, const int64_t *row, int64_t n,
                         column_rows *to)
{
    float *x = wg_alloc(m->c, (size_t)(n * f->numbers) + 1, sizeof *x);
    size_t size;
    FILE *list = tool_text_begin(&to->columns, &size);
    for (int i = 0, k = 0; x && list && i < f->columns; i++) {
        const fit_column *c = &f->column[i];
        if (c->words) continue;
        const wg_tensor v = wg_table_values_at("", t, wg_table_find(t, c->name));
        if (!table_ok(m)) break;
        for (int64_t r = 0; r < n; r++) {
            const double at = wg_tensor_item(&v, row ? row[r] : r);
            x[r * f->numbers + k] = (float)(isnan(at) ? c->fill : at);
        }
        fprintf(list, "%s%s", k++ ? "\t" : "", c->name);
    }
    const bool named = list && tool_text_end(list, &to->columns);
    to->input = to->column = "numbers";
    to->rows = (wg_tensor){ WG_F32, WG_SHAPE(n, f->numbers), x };
    return model_ok(m) && (named || model_fail(m, EXIT_OTHER, "out of memory"));
}

/* Its place among the words of a column; their number: it is none of them. */
static int64_t place_of(const fit_column *c, const char *word)
{
    for (int64_t i = 0; i < c->count; i++)
        if (!strcmp(c->word[i], word)) return i;
    return c->count;
}

/* Whether a line of a file with tabs between words can hold it. */
static bool fits_line(const char *text) { return !strpbrk(text, "\t\r\n"); }

static bool take_words(model *m, wg_table *t, const fit_column *c, const int64_t *row, int64_t n,
                       column_rows *to, int64_t *other, char *first, size_t room)
{
    const int k = wg_table_find(t, c->name);
    const wg_tensor v = wg_table_values_at("", t, k);
    const int64_t words = wg_table_column(t, k).words;
    if (!table_ok(m)) return false;
    if (v.dtype != WG_I32) return model_fail(m, EXIT_TEXT, "%.60s: the column has no words", c->name);
    double *y = wg_alloc(m->c, (size_t)n + 1, sizeof *y);
    int64_t *place = wg_alloc(m->c, (size_t)words + 1, sizeof *place);
    for (int64_t i = 0; place && i < words; i++) place[i] = place_of(c, wg_table_word(t, k, i));
    for (int64_t r = 0; y && place && r < n; r++) {
        const int64_t i = (int64_t)wg_tensor_item(&v, row ? row[r] : r);
        y[r] = (double)(i < 0 ? c->count : place[i]);
        if (i < 0 || place[i] < c->count) continue;
        if (!(*other)++) snprintf(first, room, "%.60s '%.60s'", c->name, wg_table_word(t, k, i));
    }
    wg_free(m->c, place);
    *to = (column_rows){ .input = c->input,
                         .column = c->name,
                         .classes = c->count + 1,
                         .rows = { WG_F64, WG_SHAPE(n), y },
                         .columns = fits_line(c->name) ? strdup(c->name) : NULL };
    bool fits = true;
    for (int64_t i = 0; i < c->count; i++) fits &= fits_line(c->word[i]);
    size_t size;
    FILE *list = fits && c->count ? tool_text_begin(&to->words, &size) : NULL;
    for (int64_t i = 0; list && i < c->count; i++) fprintf(list, "%s%s", i ? "\t" : "", c->word[i]);
    if (list && !tool_text_end(list, &to->words)) return model_fail(m, EXIT_OTHER, "out of memory");
    return model_ok(m);
}

bool fit_inputs(model *m, wg_table *t, const fit_plan *f, const int64_t *row, int64_t n, data_rows *d,
                int64_t *other, char *first, size_t room)
{
    *other = 0;
    d->rows = n;
    if (f->numbers && !take_numbers(m, t, f, row, n, &d->input[d->inputs++])) return false;
    for (int i = 0; i < f->columns; i++)
        if (f->column[i].words &&
            !take_words(m, t, &f->column[i], row, n, &d->input[d->inputs++], other, first, room))
            return false;
    return true;
}
