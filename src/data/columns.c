/* columns.c: which columns of a CSV file become x and y, and the words of the columns that are categories. */
#include "data/dataset.h"

#include <stdlib.h>
#include <string.h>

/* ---- a table of columns ---- */

void wgi_columns_release(wg_context *c, wgi_columns *t)
{
    if (!t || --t->users) return;
    for (int64_t k = 0; t->all && k < t->count; k++) {
        for (int64_t i = 0; i < t->all[k].count; i++) wg_free(c, t->all[k].word[i].label);
        wg_free(c, t->all[k].word);
        wg_free(c, t->all[k].name);
    }
    void *parts[] = { t->all, t->sorted, t->x, t->y, t };
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) wg_free(c, parts[i]);
}

static int by_name(const void *a, const void *b)
{
    return strcmp((*(wgi_column *const *)a)->name, (*(wgi_column *const *)b)->name);
}

wgi_columns *wgi_columns_new(const wgi_csv *s, char **names, int64_t count)
{
    wg_context *c = s->f->c;
    const size_t n = (size_t)count;
    wgi_columns *t = wg_alloc(c, 1, sizeof *t);
    if (t) *t = (wgi_columns){ .users = 1, .count = count, .all = wg_alloc(c, n, sizeof *t->all) };
    for (int64_t k = 0; k < count; k++)
        if (t && t->all) t->all[k].name = names[k];
        else wg_free(c, names[k]);
    if (!t) return NULL;
    t->sorted = wg_alloc(c, n, sizeof *t->sorted);
    t->x = wg_alloc(c, n, sizeof *t->x);
    t->y = wg_alloc(c, n, sizeof *t->y);
    if (wg_failed(c)) return wgi_columns_release(c, t), NULL;
    for (int64_t k = 0; k < count; k++) t->sorted[k] = &t->all[k];
    qsort(t->sorted, n, sizeof *t->sorted, by_name);
    for (int64_t k = 1; k < count; k++)
        if (by_name(&t->sorted[k - 1], &t->sorted[k]) == 0) {
            wgi_csv_bad(s, 1, 1, "two columns are called '%.60s'", t->sorted[k]->name);
            return wgi_columns_release(c, t), NULL;
        }
    return t;
}

/* ---- lists of names ---- */

/* The column of this name, which ends at `end` or before. */
static wgi_column *find(const wgi_columns *t, const char *name, size_t length)
{
    int64_t low = 0, high = t->count;
    while (low < high) {
        const int64_t k = low + (high - low) / 2;
        int order = strncmp(t->sorted[k]->name, name, length);
        if (order == 0 && t->sorted[k]->name[length]) order = 1;
        if (order == 0) return t->sorted[k];
        if (order < 0) low = k + 1;
        else high = k;
    }
    return NULL;
}

static bool unknown(const wgi_csv *s, const wgi_columns *t, const char *name, size_t length)
{
    char word[64];
    snprintf(word, sizeof word, "%.*s", (int)(length < 60 ? length : 60), name);
    wg_nearest_word near = wg_nearest_to(word);
    for (int64_t k = 0; k < t->count; k++) wg_nearest_try(&near, t->all[k].name, strlen(t->all[k].name));
    return wgi_csv_bad(s, 1, 1, "there is no column '%s'%s%.*s%s", word, near.best ? "; did you mean '" : "",
                       near.length, near.best ? near.best : "", near.best ? "'?" : "");
}

/* What a list does with its columns. */
typedef enum list_of { OF_X, OF_Y, OF_SKIP, OF_WORDS } list_of;

static bool use(const wgi_csv *s, wgi_columns *t, wgi_column *k, list_of what)
{
    if (what == OF_WORDS) {
        k->words = true;
        return true;
    }
    if (k->part != WGI_OUT) return wgi_csv_bad(s, 1, 1, "column '%.60s' is asked for twice", k->name);
    k->part = what == OF_SKIP ? WGI_SKIPPED : what == OF_X ? WGI_IN_X : WGI_IN_Y;
    if (what == OF_X) t->x[t->in_x++] = k - t->all;
    if (what == OF_Y) t->y[t->in_y++] = k - t->all;
    return true;
}

static bool use_range(const wgi_csv *s, wgi_columns *t, const char *name, size_t length, list_of what)
{
    const char *colon = memchr(name, ':', length);
    wgi_column *one = find(t, name, length), *first = one, *last = one;
    if (!one && colon) {
        first = find(t, name, (size_t)(colon - name));
        last = find(t, colon + 1, length - (size_t)(colon + 1 - name));
    }
    if (!first) return unknown(s, t, name, colon ? (size_t)(colon - name) : length);
    if (!last) return unknown(s, t, colon + 1, length - (size_t)(colon + 1 - name));
    if (last < first)
        return wgi_csv_bad(s, 1, 1, "column '%.60s' comes before '%.60s'", last->name, first->name);
    for (wgi_column *k = first; k <= last; k++)
        if (!use(s, t, k, what)) return false;
    return true;
}

/* A list that is the name of a column means that column, whatever commas it has. */
static bool use_list(const wgi_csv *s, wgi_columns *t, const char *list, list_of what)
{
    if (!list) return true;
    wgi_column *whole = find(t, list, strlen(list));
    if (whole) return use(s, t, whole, what);
    for (bool more = true; more;) {
        list += strspn(list, " ");
        const size_t length = strcspn(list, ",");
        size_t used = length;
        while (used && list[used - 1] == ' ') used--;
        if (!use_range(s, t, list, used, what)) return false;
        more = list[length] == ',';
        list += length + more;
    }
    return true;
}

static bool choose_by_lists(const wgi_csv *s, wgi_columns *t, const wg_csv_opts *o)
{
    if (!use_list(s, t, o->categories, OF_WORDS) || !use_list(s, t, o->y, OF_Y) ||
        !use_list(s, t, o->skip, OF_SKIP) || !use_list(s, t, o->x, OF_X))
        return false;
    for (int64_t k = 0; k < t->count && !o->x; k++)
        if (t->all[k].part == WGI_OUT) use(s, t, &t->all[k], OF_X);
    return true;
}

static bool copy_words(wg_context *c, wgi_column *to, const wgi_column *from)
{
    to->words = from->words;
    for (int64_t i = 0; i < from->count; i++)
        if (wgi_column_word(c, to, &from->word[i], true) < 0) return false;
    return true;
}

static bool choose_like(const wgi_csv *s, wgi_columns *t, const wgi_columns *like)
{
    for (int64_t i = 0; i < like->in_x + like->in_y; i++) {
        const bool of_x = i < like->in_x;
        const wgi_column *from = &like->all[of_x ? like->x[i] : like->y[i - like->in_x]];
        wgi_column *k = find(t, from->name, strlen(from->name));
        if (!k) return wgi_csv_bad(s, 1, 1, "there is no column '%.60s', as .like has it", from->name);
        if (!use(s, t, k, of_x ? OF_X : OF_Y) || !copy_words(s->f->c, k, from)) return false;
    }
    return true;
}

bool wgi_columns_choose(const wgi_csv *s, wgi_columns *t, const wg_csv_opts *o)
{
    if (o->like) return choose_like(s, t, o->like->columns);
    if (!choose_by_lists(s, t, o)) return false;
    if (t->in_x == 0) return wgi_csv_bad(s, 1, 1, "no column is left for x");
    for (int64_t i = 0; i < t->in_y && t->in_y > 1; i++)
        if (t->all[t->y[i]].words)
            return wgi_csv_bad(s, 1, 1, "'%.60s' cannot be a category: y has %lld columns",
                               t->all[t->y[i]].name, (long long)t->in_y);
    return true;
}

/* ---- words ---- */

/* A category has at most so many words: the list is kept in order by moving its end. */
enum { WORDS = 10000 };

static int order_of(const wgi_category *a, const wgi_category *b)
{
    if (a->is_number != b->is_number) return a->is_number ? -1 : 1;
    if (a->is_number && a->number != b->number) return a->number < b->number ? -1 : 1;
    return strcmp(a->text, b->text);
}

static bool make_room(wg_context *c, wgi_column *k)
{
    if (k->count < k->room) return true;
    const size_t room = k->room ? 2 * (size_t)k->room : 8;
    wgi_category *word = wgi_more_room(c, k->word, (size_t)k->count, room, sizeof *word);
    if (word) k->word = word, k->room = (int64_t)room;
    return word;
}

int64_t wgi_column_word(wg_context *c, wgi_column *k, const wgi_category *w, bool add)
{
    int64_t low = 0, high = k->count;
    while (low < high) {
        const int64_t i = low + (high - low) / 2;
        const int order = order_of(&k->word[i], w);
        if (order == 0) return i;
        if (order < 0) low = i + 1;
        else high = i;
    }
    if (!add || k->count == WORDS || !make_room(c, k)) return -1;
    const size_t before = strlen(k->name) + 1, size = before + strlen(w->text) + 1;
    char *label = wg_alloc(c, size, 1);
    if (!label) return -1;
    snprintf(label, size, "%s=%s", k->name, w->text);
    memmove(k->word + low + 1, k->word + low, (size_t)(k->count - low) * sizeof *w);
    k->word[low] = (wgi_category){ label, label + before, w->number, w->is_number };
    k->count++;
    return low;
}

int64_t wgi_columns_place(wgi_columns *t)
{
    int64_t to = 0;
    for (int64_t i = 0; i < t->in_x; i++) {
        wgi_column *k = &t->all[t->x[i]];
        k->to = to;
        to += k->words ? k->count : 1;
    }
    for (int64_t i = 0; i < t->in_y; i++) t->all[t->y[i]].to = i;
    return to;
}

/* ---- what users ask ---- */

const char *wg_data_column(const wg_data *d, int64_t k)
{
    const wgi_columns *t = d ? d->columns : NULL;
    int64_t low = 0, high = t ? t->in_x : 0; /* they stand in the order of their places */
    while (high - low > 1) {
        const int64_t middle = low + (high - low) / 2;
        if (t->all[t->x[middle]].to <= k) low = middle;
        else high = middle;
    }
    if (low == high) return "";
    const wgi_column *in = &t->all[t->x[low]];
    const int64_t width = in->words ? in->count : 1;
    if (k < in->to || k >= in->to + width) return "";
    return in->words ? in->word[k - in->to].label : in->name;
}

const char *wg_data_class(const wg_data *d, int64_t k)
{
    const wgi_columns *t = d ? d->columns : NULL;
    const wgi_column *y = t && t->in_y ? &t->all[t->y[0]] : NULL;
    return y && y->words && k >= 0 && k < y->count ? y->word[k].text : "";
}
