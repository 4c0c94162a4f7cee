/* lang_data.c: data as calls. x, y = moons(60, noise=0.35, seed=1) is a set that the library makes by this
 * name; csv reads the columns of a file; split and fold give the rows of tensors to several parts.
 *
 * A program is built again for each step of a training. So the numbers of a call are kept for the next
 * build. */
#include "lang/lang.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "wengert/data.h"
#include "wengert/ops.h"
#include "wgx/data.h"
#include "wgx/lang.h"

/* ---- what is kept ---- */

/* The options of a call. */
typedef struct data_key {
    double rows, noise, classes, seed;
} data_key;

/* The tensors of a call; the memory is the program's. */
struct wgi_kept_data {
    struct wgi_kept_data *next, *same; /* same: of the same hash */
    const wgi_ast *call;
    data_key key;
    int count;
    wg_tensor part[];
};

void wgi_data_forget(wg_program *q)
{
    for (struct wgi_kept_data *k = q->data; k; k = k->next)
        for (int i = 0; i < k->count; i++) wg_free(q->c, k->part[i].data);
    q->data = NULL;
}

static uint64_t hash_of(const wgi_ast *call, const data_key *key)
{
    return wgi_lang_mix(wgi_lang_mix(WGI_LANG_MIXED, (const char *)&call->start, sizeof call->start),
                        (const char *)key, sizeof *key);
}

static struct wgi_kept_data **list_of(const wg_program *q, const wgi_ast *call, const data_key *key)
{
    const uint64_t h = hash_of(call, key);
    return &q->data_lists[(h ^ h >> 32) % WGI_LANG_IDENTS];
}

static struct wgi_kept_data *kept(const wg_program *q, const wgi_ast *call, const data_key *key)
{
    struct wgi_kept_data *k = q->data_lists ? *list_of(q, call, key) : NULL;
    while (k && (k->call != call || memcmp(&k->key, key, sizeof *key) != 0)) k = k->same;
    return k;
}

/* Room for so many tensors, which are empty. NULL: out of memory. */
static struct wgi_kept_data *keep(wg_program *q, const wgi_ast *call, const data_key *key, int count)
{
    const size_t lists = WGI_LANG_IDENTS * sizeof *q->data_lists;
    if (!q->data_lists && !(q->data_lists = wgi_lang_alloc(q, lists))) return NULL;
    struct wgi_kept_data *k = wgi_lang_alloc(q, sizeof *k + (size_t)count * sizeof *k->part);
    if (!k) return NULL;
    k->next = q->data, k->call = call, k->key = *key, k->count = count;
    struct wgi_kept_data **list = list_of(q, call, key);
    k->same = *list, *list = k;
    return q->data = k;
}

static bool copy(wg_program *q, wg_tensor from, wg_tensor *to)
{
    const size_t n = (size_t)wg_shape_size(from.shape), bytes = wg_dtype_size(from.dtype);
    void *data = wg_alloc(q->c, n + 1, bytes);
    if (data && n) memcpy(data, from.data, n * bytes);
    *to = (wg_tensor){ from.dtype, from.shape, data };
    return data;
}

/* The tensors as nodes: one, or several parts. */
static wgi_val nodes_of(wg_program *q, const wgi_ast *call, const struct wgi_kept_data *k)
{
    const wg_site here = wgi_site_text(q, "", call->mark);
    if (wgi_failed(q)) return WGI_NOTHING;
    if (k->count == 1) return wgi_node_val(wg_input_at(here, q->now.g, "", k->part[0]));
    wgi_parts *p = wgi_parts_new(q, k->count);
    for (int i = 0; p && i < k->count; i++)
        p->part[i] = wgi_node_val(wg_input_at(here, q->now.g, "", k->part[i]));
    return p && !wgi_failed(q) ? (wgi_val){ .several = p } : WGI_NOTHING;
}

/* ---- sets by name ---- */

/* Writes the options that the call gives. */
static bool read_options(wg_program *q, const wgi_ast *call, wg_make_opts *o)
{
    const wg_option_list *list = wg_options_of("wg_make_opts");
    for (int i = 0; i < list->count; i++) {
        const wgi_ast *a = wgi_keyword(call, list->option[i].name);
        if (a && !wgi_option_read(q, a, &list->option[i], o)) return false;
    }
    return true;
}

BUILTIN(wgi_eval_generated)
{
    int64_t rows = 0;
    const wgi_ast *n = wgi_operand(call, 0);
    data_key key;
    memset(&key, 0, sizeof key);
    const char *name = wgi_name_of(call);
    const int64_t most = !strcmp(name, "digits") ? 1797 : !strcmp(name, "text") ? 40000 : 10000000;
    wg_make_opts o = WG_OPTS(wg_make_opts);
    if ((n && !wgi_integer(q, n, "the number of rows", 1, most, &rows)) || !read_options(q, call, &o))
        return WGI_NOTHING;
    key.rows = (double)rows, key.noise = o.noise;
    key.classes = (double)o.classes, key.seed = (double)o.seed;
    struct wgi_kept_data *k = kept(q, call, &key);
    if (!k) {
        wg_data *d = wg_data_make_at(wgi_site_text(q, "", call->mark), q->c, name, rows, &o);
        k = d ? keep(q, call, &key, 2) : NULL;
        if (k && copy(q, wg_data_x(d), &k->part[0])) copy(q, wg_data_y(d), &k->part[1]);
        wg_data_free(d);
    }
    return k ? nodes_of(q, call, k) : WGI_NOTHING;
}

/* ---- csv ---- */

/* A separator or a decimal sign. What it may be says the reader. False: an error is recorded. */
static bool read_sign(wg_program *q, const wgi_ast *call, const wg_option *option, wg_table_opts *o)
{
    const wgi_ast *a = wgi_keyword(call, option->name);
    const char *word = a ? wgi_word(a) : NULL;
    if (!a) return true;
    const bool tab = word && !strcmp(word, "\\t");
    if (tab || (word && *word && !word[1])) return wg_option_set(option, o, tab ? '\t' : *word);
    return wgi_fail_at(q, a, WG_ERROR_VALUE, "csv: %s%s%.40s%s: the %s must be one character: %s",
                       option->name, word ? " \"" : "", word ? word : "", word ? "\"" : "", option->name,
                       *option->name == 's' ? "a comma, a semicolon, a tab (\"\\t\") or the like"
                                            : "a point or a comma");
}

static bool read_form(wg_program *q, const wgi_ast *call, wg_table_opts *o)
{
    const wg_option_list *list = wg_options_of("wg_table_opts");
    for (int i = 0; i < list->count; i++) {
        const wg_option *option = &list->option[i];
        const wgi_ast *a = wgi_keyword(call, option->name);
        bool on, fine = true;
        if (!a) continue;
        if (option->kind == WG_OPTION_TEXT) {
            const wgi_ast *m = wgi_meant(a);
            if (m->kind != AST_TEXT)
                return wgi_syntax_at(q, a, "%s is a text in quotes: %s=\"%s\"", option->name, option->name,
                                     !strcmp(option->name, "type")   ? "age=word"
                                     : !strcmp(option->name, "fill") ? "mean"
                                                                     : "NA");
            *(const char **)((char *)o + option->offset) = wgi_name_of(m);
        } else if (!strcmp(option->name, "header")) {
            fine = wgi_truth(q, a, &on) && wg_option_set(option, o, on);
        } else {
            fine = read_sign(q, call, option, o);
        }
        if (!fine) return false;
    }
    return true;
}

/* Says what the library has said of the file, at this place. Returns false. */
static bool csv_failed(wg_program *q, const wgi_ast *at)
{
    char text[600];
    const wg_status status = wgi_failed(q);
    const char *message = wg_message(q->c), *from = strstr(message, "table_read: ");
    if (status == WG_ERROR_MEMORY || !from) return false;
    snprintf(text, sizeof text, "%s", strchr(from, ' ') + 1);
    text[strcspn(text, "\n")] = 0;
    wg_recover(q->c);
    return wgi_fail_word(q, at->mark, status, "csv: %s", text);
}

bool wgx_path_inside(const char *path, const char *folder)
{
    char *inner = path ? realpath(path, NULL) : NULL, *outer = folder ? realpath(folder, NULL) : NULL;
    const size_t n = outer ? strlen(outer) : 0;
    const bool inside = inner && outer && !strncmp(inner, outer, n) && (n == 1 || inner[n] == '/');
    free(inner), free(outer);
    return inside;
}

/* The path that is opened; NULL: it may not be, after an error. What is no file with a size, such as a pipe,
 * a device or /proc/kmsg, could make the program wait for ever. */
static const char *path_to_open(wg_program *q, const wgi_ast *at, const char *path)
{
    struct stat about;
    const char *full = q->folder && *path != '/' ? wgi_lang_join(q, q->folder, "/", path) : path;
    if (full && q->folder && !wgx_path_inside(full, q->folder)) {
        wgi_fail_word(q, at->mark, WG_ERROR_FILE,
                      "csv: %s is no file in %s, where alone this program may read%s%s", path, q->folder,
                      *q->hint ? ": " : "", q->hint);
        return NULL;
    }
    if (!full || stat(full, &about) || (S_ISREG(about.st_mode) && about.st_size > 0)) return full;
    wgi_fail_word(q, at->mark, WG_ERROR_FILE, "csv: %s: %s", path,
                  S_ISREG(about.st_mode) ? "the file is empty" : "is no file");
    return NULL;
}

static const char *text_of(wg_program *q, const wgi_ast *a, const char *what)
{
    const wgi_ast *m = wgi_meant(a);
    if (m->kind == AST_TEXT) return wgi_name_of(m);
    wgi_syntax_at(q, a, "%s is a text in quotes: csv(\"exam.csv\", \"hours\", \"passed\")", what);
    return NULL;
}

/* What a call takes of a table. */
typedef struct taken {
    int *column, count; /* of all parts, one behind the other */
    int first[WGI_LANG_PARTS + 1];
    int parts;
} taken;

/* All columns of the file that say something. */
static bool take_all(wg_program *q, const wgi_ast *call, wg_table *t, taken *k)
{
    for (int i = 0; i < wg_table_columns(t); i++) {
        const wg_column c = wg_table_column(t, i);
        if (c.why) {
            wg_warn(q->c, wgi_site_text(q, "", call->mark),
                    "csv: column '%.60s' %s and is left out: name it to have it", c.name, c.why);
            continue;
        }
        if (k->parts == WGI_LANG_PARTS)
            return wgi_fail_at(q, call, WG_ERROR_VALUE, "%d columns: name at most %d of them",
                               wg_table_columns(t), WGI_LANG_PARTS);
        k->first[k->parts++] = k->count, k->column[k->count++] = i;
    }
    k->first[k->parts] = k->count;
    return true;
}

static bool take_named(wg_program *q, const wgi_ast *call, wg_table *t, taken *k)
{
    for (const wgi_ast *a = wgi_operand(call, 1); a && a->kind != AST_KEYWORD; a = a->next) {
        int *column = k->column + k->count, n = wg_table_columns(t);
        if (k->parts == WGI_LANG_PARTS)
            return wgi_syntax_at(q, a, "more than %d columns: \"a:d\" are those from a to d", WGI_LANG_PARTS);
        const int here =
            wg_table_named_at(wgi_site_text(q, "", a->start), t, text_of(q, a, "a column"), column, n);
        if (here < 0) return csv_failed(q, a);
        for (int i = 0; i < here && here > 1; i++)
            if (wg_table_column(t, column[i]).type == WG_WORD)
                return wgi_fail_at(q, a, WG_ERROR_VALUE,
                                   "csv: column '%.60s' has words, which become class numbers: name it alone",
                                   wg_table_column(t, column[i]).name);
        k->first[k->parts++] = k->count, k->count += here;
        k->first[k->parts] = k->count;
    }
    return true;
}

/* A column, or a matrix of several. */
static bool part_of(wg_program *q, wg_table *t, const int *column, int n, wg_tensor *to)
{
    const wg_tensor first = wg_table_values_at("", t, column[0]);
    if (n == 1) return copy(q, first, to);
    *to = (wg_tensor){ first.dtype, WG_SHAPE(first.shape.dim[0], n), NULL };
    const size_t size = wg_dtype_size(first.dtype), rows = (size_t)first.shape.dim[0];
    char *data = to->data = wg_alloc(q->c, rows * (size_t)n + 1, size);
    for (int k = 0; data && k < n; k++) {
        const char *from = wg_table_values_at("", t, column[k]).data;
        for (size_t r = 0; r < rows; r++)
            memcpy(data + (r * (size_t)n + (size_t)k) * size, from + r * size, size);
    }
    return data;
}

/* Reads the columns, or all of the file if none is named. */
static struct wgi_kept_data *read_table(wg_program *q, const wgi_ast *call, const data_key *key, wg_table *t)
{
    const int operands = wgi_operand_count(call) - 1;
    const size_t room = (size_t)wg_table_columns(t) * (size_t)(operands > 0 ? operands : 1);
    taken k = { .column = wg_alloc(q->c, room, sizeof(int)) };
    struct wgi_kept_data *d = NULL;
    const wgi_ast *at = operands ? wgi_operand(call, 1) : call;
    bool fine = k.column && (operands ? take_named(q, call, t, &k) : take_all(q, call, t, &k));
    if (fine && wg_table_use_at(wgi_site_text(q, "", at->start), t, k.column, k.count))
        fine = csv_failed(q, at);
    if (fine) d = keep(q, call, key, k.parts);
    for (int i = 0; d && fine && i < k.parts; i++)
        fine = part_of(q, t, k.column + k.first[i], k.first[i + 1] - k.first[i], &d->part[i]);
    wg_free(q->c, k.column);
    if (d && !fine) d->call = NULL; /* an error: nothing is kept */
    return fine ? d : NULL;
}

/* The path and the columns of a call; in a function these may be others each time. */
static data_key texts_of(const wgi_ast *call)
{
    uint64_t h = WGI_LANG_MIXED;
    EACH_AST(a, call->first) {
        const wgi_ast *m = wgi_meant(a->kind == AST_KEYWORD ? a->first : a);
        const char *text = m->kind == AST_TEXT ? wgi_name_of(m) : "";
        h = wgi_lang_mix(h, text, strlen(text) + 1);
    }
    return (data_key){ .rows = (double)(h >> 12) };
}

BUILTIN(wgi_eval_csv)
{
    if (!wgi_signature(q, call, 1, INT32_MAX, "separator decimal header type categories missing fill"))
        return WGI_NOTHING;
    const data_key key = texts_of(call);
    struct wgi_kept_data *k = kept(q, call, &key);
    wg_table_opts o = WG_OPTS(wg_table_opts);
    if (k) return nodes_of(q, call, k);
    const char *path = text_of(q, wgi_operand(call, 0), "the path of a file");
    if (!path || !read_form(q, call, &o) || !(path = path_to_open(q, call, path))) return WGI_NOTHING;
    for (const wgi_ast *a = wgi_operand(call, 1); a && a->kind != AST_KEYWORD; a = a->next)
        if (!text_of(q, a, "a column")) return WGI_NOTHING;
    const bool named = wgi_operand_count(call) > 1;
    wg_table *t = wg_table_read_at(wgi_site_text(q, "", call->mark), q->c, path, &o);
    if (!t) return csv_failed(q, named ? wgi_operand(call, 1) : call), WGI_NOTHING;
    k = read_table(q, call, &key, t);
    wg_table_free(t);
    return k ? nodes_of(q, call, k) : WGI_NOTHING;
}

/* ---- split and fold ---- */

/* The tensors whose rows are given to parts, and what else stands in the call. */
typedef struct rows_call {
    wg_node node[WGI_LANG_PARTS];
    int count;
    int64_t rows;
    const wgi_ast *rest; /* the first operand that is a number; NULL: there is none */
} rows_call;

static bool add_tensors(wg_program *q, const wgi_ast *a, rows_call *r)
{
    const wgi_val v = wgi_evals(q, a, NULL);
    for (int k = 0; !wgi_failed(q) && k < (v.several ? v.several->count : 1); k++) {
        const wg_node x = wgi_as_node(q, a, v.several ? v.several->part[k] : v);
        const wg_shape s = wg_node_shape(x);
        char text[120];
        if (r->count == WGI_LANG_PARTS) return wgi_syntax_at(q, a, "more than %d tensors", WGI_LANG_PARTS);
        if (!s.rank)
            return wgi_fail_at(q, a, WG_ERROR_SHAPE,
                               "a scalar has no rows: the tensors come first, the shares behind");
        if (r->count && s.dim[0] != r->rows)
            return wgi_fail_at(q, a, WG_ERROR_SHAPE, "%s has %lld rows, and the tensor before it %lld",
                               wg_shape_text(s, text, sizeof text), (long long)s.dim[0], (long long)r->rows);
        r->rows = s.dim[0];
        r->node[r->count++] = x;
    }
    return !wgi_failed(q);
}

/* Reads the tensors of the call: all operands up to the first number. */
static bool read_tensors(wg_program *q, const wgi_ast *call, rows_call *r)
{
    double number;
    *r = (rows_call){ .rest = call->first };
    while (r->rest && r->rest->kind != AST_KEYWORD && !wgi_constant(r->rest, &number)) {
        if (!add_tensors(q, r->rest, r)) return false;
        r->rest = r->rest->next;
    }
    if (r->rest && r->rest->kind == AST_KEYWORD) r->rest = NULL;
    return r->count || wgi_syntax_word(q, call->mark, "tensors are missing: %s", q->now.usage);
}

/* The numbers of the classes, if the last tensor has any: whole numbers from 0 to 999. NULL: it has none. */
static int32_t *class_numbers(wg_program *q, const rows_call *r)
{
    wg_tensor t;
    const wg_node y = r->node[r->count - 1];
    if (wg_node_shape(y).rank != 1 || !(t = wg_value_at(wg_node_site(y), y)).data) return NULL;
    int32_t *class = wg_alloc(q->c, (size_t)r->rows + 1, sizeof *class);
    for (int64_t i = 0; class && i < r->rows; i++) {
        const double v = wg_tensor_item(&t, i);
        if (v >= 0 && v < 1000 && v == floor(v)) {
            class[i] = (int32_t)v;
            continue;
        }
        wg_free(q->c, class);
        return NULL;
    }
    return class;
}

/* A set of row numbers, with the classes that are kept in proportion. */
static wg_data *numbered_rows(wg_program *q, const wgi_ast *call, const rows_call *r)
{
    const wg_site here = wgi_site_text(q, "", call->mark);
    const wgi_ast *option = wgi_keyword(call, "seed");
    int64_t seed, *row = wg_alloc(q->c, (size_t)r->rows + 1, sizeof *row);
    int32_t *class = row ? class_numbers(q, r) : NULL;
    for (int64_t i = 0; row && i < r->rows; i++) row[i] = i;
    wg_data *d = row ? wg_data_from_at(here, q->c, wg_view_i64(row, WG_SHAPE(r->rows)),
                                       class ? wg_view_i32(class, WG_SHAPE(r->rows)) : (wg_tensor){ 0 })
                     : NULL;
    wg_free(q->c, row);
    wg_free(q->c, class);
    if (!d || !option) return d;
    if (wgi_integer(q, option, "seed", 0, INT64_C(1) << 52, &seed))
        return wgx_data_seed(d, (uint64_t)seed), d;
    wg_data_free(d);
    return NULL;
}

/* The rows of part k of all tensors, which go to p from place k * count on. Frees the set. */
static bool give_rows(wg_program *q, const wgi_ast *call, const rows_call *r, wg_data *d, int k, wgi_parts *p)
{
    if (!d) return false;
    const wg_site here = wgi_site_text(q, "", call->mark);
    const wg_node rows = wg_input_at(here, q->now.g, "", wg_data_x(d));
    for (int i = 0; i < r->count; i++)
        p->part[k * r->count + i] = wgi_node_val(wg_gather_at(here, r->node[i], rows));
    wg_data_free(d);
    return !wgi_failed(q);
}

static const char equal_parts[] = "equal parts are slices, x[:, 0:2], x[:, 2:4]";

static bool read_shares(wg_program *q, const wgi_ast *call, const rows_call *r, double share[], int *count)
{
    double sum = 0;
    *count = 0;
    for (const wgi_ast *a = r->rest; a && a->kind != AST_KEYWORD; a = a->next) {
        if (*count == WGI_LANG_PARTS / r->count)
            return wgi_syntax_at(q, a, "more than %d parts", WGI_LANG_PARTS / r->count);
        double *s = &share[(*count)++];
        if (!wgi_number_of(q, a, "a share", s)) return false;
        if (!(*s >= 0 && *s <= 1))
            return wgi_fail_at(q, a, WG_ERROR_VALUE,
                               "a share of %g: it lies between 0 and 1, and a fifth is 0.2%s%s", *s,
                               *s > 1 ? "; " : "", *s > 1 ? equal_parts : "");
        sum += *s;
    }
    if (*count < 2)
        return wgi_syntax_word(q, call->mark, "split needs two shares or more: split(x, y, 0.6, 0.2, 0.2)");
    return fabs(sum - 1) < 1e-9 ||
           wgi_fail_at(q, r->rest, WG_ERROR_VALUE, "the shares add up to %g, and must to 1", sum);
}

/* The parts are taken out of the set one after the other, the last one first. */
BUILTIN(wgi_eval_split)
{
    rows_call r;
    double share[WGI_LANG_PARTS], left = 1;
    int n;
    const wgi_ast *axis = wgi_keyword(call, "axis");
    if (axis) return wgi_syntax_at(q, axis, "split takes rows at random; %s", equal_parts), WGI_NOTHING;
    if (!wgi_signature(q, call, 0, INT32_MAX, "seed") || !read_tensors(q, call, &r) ||
        !read_shares(q, call, &r, share, &n))
        return WGI_NOTHING;
    wgi_parts *p = wgi_parts_new(q, n * r.count);
    wg_data *d = p ? numbered_rows(q, call, &r) : NULL;
    bool fine = d;
    for (int k = n - 1; k > 0 && fine; left -= share[k--]) {
        const double of_rest = left > 0 ? share[k] / left : 0;
        wg_data *part = wg_data_split_at(wgi_site_text(q, "", call->mark), d, of_rest < 1 ? of_rest : 1);
        fine = give_rows(q, call, &r, part, k, p);
    }
    if (!fine) wg_data_free(d);
    return fine && give_rows(q, call, &r, d, 0, p) ? (wgi_val){ .several = p } : WGI_NOTHING;
}

BUILTIN(wgi_eval_fold)
{
    rows_call r;
    int64_t i = 0, of = 0;
    const wgi_ast *folds = wgi_keyword(call, "of");
    if (!wgi_signature(q, call, 0, INT32_MAX, "of seed") || !read_tensors(q, call, &r)) return WGI_NOTHING;
    if (!r.rest || !folds || (r.rest->next && r.rest->next->kind != AST_KEYWORD))
        return wgi_syntax_word(q, call->mark,
                               "fold takes tensors, the number of a fold, and of=: fold(x, y, 0, of=5)"),
               WGI_NOTHING;
    if (!wgi_integer(q, folds, "the number of folds", 2, r.rows < 2 ? 2 : r.rows, &of) ||
        !wgi_integer(q, r.rest, "a fold", 0, of - 1, &i))
        return WGI_NOTHING;
    wgi_parts *p = wgi_parts_new(q, 2 * r.count);
    wg_data *d = p ? numbered_rows(q, call, &r) : NULL;
    wg_data *dev = d ? wg_data_fold_at(wgi_site_text(q, "", call->mark), d, (int)i, (int)of) : NULL;
    const bool fine = give_rows(q, call, &r, dev, 1, p);
    if (!fine) wg_data_free(d);
    return fine && give_rows(q, call, &r, d, 0, p) ? wgi_group(q, call, p) : WGI_NOTHING;
}
