/* columns.c: which columns of a CSV file become x and y, and the words of the columns that are categories. */
#include "data/dataset.h"
#include "wgx/base.h"

#include <stdlib.h>
#include <string.h>

/* ---- a table of columns ---- */

void wgi_columns_release(wg_context *c, wgi_columns *t)
{
    if (!t || --t->users) return;
    for (int64_t k = 0; t->all && k < t->count; k++) {
        for (int64_t i = 0; i < t->all[k].count; i++) wg_free(c, t->all[k].word[i]);
        wg_free(c, t->all[k].word);
        wg_free(c, t->all[k].value);
        wg_free(c, t->all[k].name);
    }
    void *parts[] = { t->all, t->sorted, t->x, t->y, t };
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) wg_free(c, parts[i]);
}

static int by_name(const void *a, const void *b)
{
    return strcmp((*(wgi_column *const *)a)->name, (*(wgi_column *const *)b)->name);
}

static int by_name_and_place(const void *a, const void *b)
{
    const wgi_column *x = *(wgi_column *const *)a, *y = *(wgi_column *const *)b;
    const int order = by_name(a, b);
    return order ? order : (x > y) - (x < y);
}

static void sort(wgi_columns *t)
{
    for (int64_t k = 0; k < t->count; k++) t->sorted[k] = &t->all[k];
    qsort(t->sorted, (size_t)t->count, sizeof *t->sorted, by_name_and_place);
}

/* More columns with the name of another one are a mistake in the file. */
enum { RENAMED = 1000 };

/* A second column a is called a.1, a third one a.2, as long as these are free. */
static bool rename_all(const wgi_csv *s, wgi_columns *t)
{
    wg_context *c = s->f->c;
    int again = 0;
    int64_t number = 0;
    for (int64_t k = 1; k < t->count; k++) again += !by_name(&t->sorted[k - 1], &t->sorted[k]);
    if (again > RENAMED) return wgi_csv_bad(s, 1, 1, "%d columns have the name of another one", again);
    char **fresh = again ? wg_alloc(c, (size_t)t->count, sizeof *fresh) : NULL;
    for (int64_t k = 1; fresh && k < t->count && !wg_failed(c); k++) {
        const char *name = t->sorted[k]->name;
        const size_t room = strlen(name) + 24;
        if (strcmp(t->sorted[k - 1]->name, name) != 0) number = 0;
        else if ((fresh[k] = wg_alloc(c, room, 1))) do
                snprintf(fresh[k], room, "%s.%lld", name, (long long)++number);
            while (wgi_columns_find(t, fresh[k], strlen(fresh[k])));
    }
    for (int64_t k = 1; fresh && k < t->count; k++)
        if (fresh[k]) wg_free(c, t->sorted[k]->name), t->sorted[k]->name = fresh[k];
    wg_free(c, fresh);
    if (again) sort(t);
    return !wg_failed(c);
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
    sort(t);
    if (!rename_all(s, t)) return wgi_columns_release(c, t), NULL;
    return t;
}

/* ---- lists of names ---- */

wgi_column *wgi_columns_find(const wgi_columns *t, const char *name, size_t length)
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
    wgx_nearest_word near = wgx_nearest_to(word);
    for (int64_t k = 0; k < t->count; k++) wgx_nearest_try(&near, t->all[k].name, strlen(t->all[k].name));
    char all[300];
    size_t n = 0;
    *all = 0;
    for (int64_t k = 0; k < t->count && n + 70 < sizeof all; k++)
        n += (size_t)snprintf(all + n, sizeof all - n, "%s%.40s", k ? ", " : "",
                              k > 10 ? "..." : t->all[k].name);
    if (near.best)
        return wgi_csv_bad(s, 1, 1, "there is no column '%s'; did you mean '%.*s'?", word, near.length,
                           near.best);
    return wgi_csv_bad(s, 1, 1, "there is no column '%s': the columns are %s", word, all);
}

typedef bool set_column(const wgi_csv *s, wgi_columns *t, wgi_column *k, const char *word, size_t n);
typedef bool use_column(const wgi_csv *s, wgi_columns *t, wgi_column *k, int what);

static bool use_range(const wgi_csv *s, wgi_columns *t, const char *name, size_t length, use_column *use,
                      int what)
{
    const char *colon = memchr(name, ':', length);
    wgi_column *one = wgi_columns_find(t, name, length), *first = one, *last = one;
    if (!one && colon) {
        first = wgi_columns_find(t, name, (size_t)(colon - name));
        last = wgi_columns_find(t, colon + 1, length - (size_t)(colon + 1 - name));
    }
    if (!first) return unknown(s, t, name, colon ? (size_t)(colon - name) : length);
    if (!last) return unknown(s, t, colon + 1, length - (size_t)(colon + 1 - name));
    if (last < first)
        return wgi_csv_bad(s, 1, 1, "column '%.60s' comes before '%.60s'", last->name, first->name);
    for (wgi_column *k = first; k <= last; k++)
        if (!use(s, t, k, what)) return false;
    return true;
}

/* The length of a name at the beginning of a list; *quoted: it stands in quotes, "size, m". */
static size_t name_length(const char *list, bool *quoted)
{
    size_t n = 1;
    *quoted = *list == '"';
    if (!*quoted) return strcspn(list, ",");
    while (list[n] && (list[n] != '"' || list[n + 1] == '"')) n += list[n] == '"' ? 2 : 1;
    return n + (list[n] == '"');
}

/* A copy of a name without its quotes. */
static char *unquoted(wg_context *c, const char *name, size_t length)
{
    char *copy = wg_alloc(c, length + 1, 1);
    if (copy) wgi_csv_text(&(wgi_csv_field){ .text = name + 1, .length = length - 2, .quoted = true }, copy);
    return copy;
}

static bool use_quoted(const wgi_csv *s, wgi_columns *t, const char *name, size_t length, use_column *use,
                       int what)
{
    char *copy = length > 1 ? unquoted(s->f->c, name, length) : NULL;
    wgi_column *k = copy ? wgi_columns_find(t, copy, strlen(copy)) : NULL;
    const bool fine = k ? use(s, t, k, what) : copy && unknown(s, t, copy, strlen(copy));
    wg_free(s->f->c, copy);
    return copy ? fine : unknown(s, t, name, length);
}

/* A list that is the name of a column means that column, whatever commas it has. */
bool wgi_columns_list(const wgi_csv *s, wgi_columns *t, const char *list, use_column *use, int what)
{
    if (!list) return true;
    wgi_column *whole = wgi_columns_find(t, list, strlen(list));
    if (whole) return use(s, t, whole, what);
    for (bool more = true; more;) {
        bool quoted;
        list += strspn(list, " ");
        const size_t length = name_length(list, &quoted);
        size_t used = length;
        while (used && list[used - 1] == ' ') used--;
        if (!(quoted ? use_quoted(s, t, list, used, use, what) : use_range(s, t, list, used, use, what)))
            return false;
        list += length;
        list += strspn(list, " ");
        more = *list == ',';
        list += more;
    }
    return true;
}

static bool one_pair(const wgi_csv *s, wgi_columns *t, const char *name, size_t length, const char *word,
                     size_t n, set_column *set)
{
    wgi_column *k = wgi_columns_find(t, name, length);
    char *copy =
        !k && length > 2 && *name == '"' && name[length - 1] == '"' ? unquoted(s->f->c, name, length) : NULL;
    if (copy) name = copy, length = strlen(copy), k = wgi_columns_find(t, name, length);
    const bool fine = k ? set(s, t, k, word, n) : unknown(s, t, name, length);
    wg_free(s->f->c, copy);
    return fine;
}

bool wgi_columns_pairs(const wgi_csv *s, wgi_columns *t, const char *list, const char *option,
                       bool (*is_one)(const char *word, size_t n), set_column *set)
{
    for (const char *at = list; at && *at;) {
        const char *word = at, *end = at + strcspn(at, ",");
        size_t n = (size_t)(end - at);
        at += strspn(at, " ");
        bool found = is_one(at, n), fine = true;
        if (found) fine = set(s, t, NULL, at, n);
        for (const char *sign = at; !found && (sign = strchr(sign, '='));) {
            const char *behind = sign + 1 + strspn(sign + 1, " ");
            n = strcspn(behind, ",");
            size_t used = n, length = (size_t)(sign - at);
            while (used && behind[used - 1] == ' ') used--;
            while (length && at[length - 1] == ' ') length--;
            found = is_one(behind, used);
            end = behind + n, word = behind;
            if (found) fine = one_pair(s, t, at, length, word, used, set);
            sign++;
        }
        if (!found)
            return wgi_csv_bad(
                s, 1, 1, ".%s = \"%.60s\": '%.*s' is none of its words: %s", option, list,
                (int)strcspn(at, ","), at,
                !strcmp(option, "type")
                    ? "write age=number, zip=word, born=date; dmy or mdy of dates, point or comma of numbers"
                    : "write mean, median, word, drop or keep, or age=mean,rooms=0");
        if (!fine) return false;
        at = end + (*end == ',');
    }
    return true;
}

/* ---- x and y ---- */

/* What a list does with its columns. */
typedef enum list_of { OF_X, OF_Y, OF_SKIP } list_of;

static bool use(const wgi_csv *s, wgi_columns *t, wgi_column *k, int what)
{
    if (k->part != WGI_OUT) return wgi_csv_bad(s, 1, 1, "column '%.60s' is asked for twice", k->name);
    k->part = what == OF_SKIP ? WGI_SKIPPED : what == OF_X ? WGI_IN_X : WGI_IN_Y;
    if (what == OF_X) t->x[t->in_x++] = k - t->all;
    if (what == OF_Y) t->y[t->in_y++] = k - t->all;
    return true;
}

static bool choose_by_lists(const wgi_csv *s, wgi_columns *t, const wg_csv_opts *o)
{
    if (!wgi_columns_list(s, t, o->y, use, OF_Y) || !wgi_columns_list(s, t, o->skip, use, OF_SKIP) ||
        !wgi_columns_list(s, t, o->x, use, OF_X))
        return false;
    for (int64_t k = 0; k < t->count && !o->x; k++) {
        wgi_column *c = &t->all[k];
        if (c->part != WGI_OUT) continue;
        if (!c->why) use(s, t, c, OF_X);
        else
            wg_warn(s->f->c, s->f->here,
                    "%s: %s: column %lld, '%.60s', %s and is left out of x: .x or .type asks for it",
                    s->f->who, s->f->path, (long long)k + 1, c->name, c->why);
    }
    return true;
}

/* The same columns as in another set: there, each stands in x or in y. */
static bool choose_like(const wgi_csv *s, wgi_columns *t, const wgi_columns *like)
{
    for (int64_t i = 0; i < like->in_x + like->in_y; i++) {
        const bool of_x = i < like->in_x;
        const wgi_column *from = &like->all[of_x ? like->x[i] : like->y[i - like->in_x]];
        wgi_column *k = wgi_columns_find(t, from->name, strlen(from->name));
        if (!k && !of_x && !t->in_y) continue; /* new rows, without the answers */
        if (!k) return wgi_csv_bad(s, 1, 1, "there is no column '%.60s', as .like has it", from->name);
        if (!use(s, t, k, of_x ? OF_X : OF_Y)) return false;
    }
    return true;
}

bool wgi_columns_choose(const wgi_csv *s, wgi_columns *t, const wg_csv_opts *o)
{
    if (o->like) return choose_like(s, t, o->like->columns);
    if (!choose_by_lists(s, t, o)) return false;
    if (t->in_x == 0) return wgi_csv_bad(s, 1, 1, "no column is left for x");
    for (int64_t i = 0; i < t->in_y && t->in_y > 1; i++)
        if (t->all[t->y[i]].type == WG_WORD)
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
    if (a->is_number) return (a->number > b->number) - (a->number < b->number); /* 3 and 3.0 are one */
    return strcmp(a->text, b->text);
}

static bool make_room(wg_context *c, wgi_column *k)
{
    if (k->count < k->room) return true;
    const size_t room = k->room ? 2 * (size_t)k->room : 8;
    wgi_category **word = wgi_more_room(c, k->word, (size_t)k->count, room, sizeof *word);
    if (word) k->word = word, k->room = (int64_t)room;
    return word;
}

int64_t wgi_column_word(wg_context *c, wgi_column *k, const wgi_category *w, bool add)
{
    int64_t low = 0, high = k->count;
    while (low < high) {
        const int64_t i = low + (high - low) / 2;
        const int order = order_of(k->word[i], w);
        if (order == 0) return i;
        if (order < 0) low = i + 1;
        else high = i;
    }
    if (!add || k->count == WORDS || !make_room(c, k)) return -1;
    const size_t before = strlen(k->name) + 1, size = before + strlen(w->text) + 1;
    wgi_category *word = wg_alloc(c, sizeof *word + size, 1);
    if (!word) return -1;
    *word = *w;
    word->label = (char *)(word + 1), word->text = word->label + before, word->id = (int32_t)k->count;
    snprintf(word->label, size, "%s=%s", k->name, w->text);
    memmove(k->word + low + 1, k->word + low, (size_t)(k->count++ - low) * sizeof *k->word);
    k->word[low] = word;
    return low;
}

int64_t wgi_columns_place(wgi_columns *t)
{
    int64_t to = 0;
    for (int64_t i = 0; i < t->in_x; i++) {
        wgi_column *k = &t->all[t->x[i]];
        k->to = to;
        to += k->type == WG_WORD ? k->count : 1;
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
    const int64_t width = in->type == WG_WORD ? in->count : 1;
    if (k < in->to || k >= in->to + width) return "";
    return in->type == WG_WORD ? in->word[k - in->to]->label : in->name;
}

const char *wg_data_class(const wg_data *d, int64_t k)
{
    const wgi_columns *t = d ? d->columns : NULL;
    const wgi_column *y = t && t->in_y ? &t->all[t->y[0]] : NULL;
    return y && y->type == WG_WORD && k >= 0 && k < y->count ? y->word[k]->text : "";
}
