/* cmd_fit.c: the command fit: from a table to a trained net. It shows what each column holds, chooses columns
 * and rows, writes a program with what it found, and trains it as `wengert train` does. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fit_table.h"

static const flag flags[] = {
    { 0, "predict", "COLUMN", "what is to be found from the other columns: a word, or a number" },
    { 0, "skip", "COLUMNS", "columns that are not looked at: id,name or a:d" },
    { 'o', "output", "DIR", "keeps the net there: model.wg, weights, log.jsonl, curve.svg (default: run)" },
    { 0, "model", "FILE.wg",
      "trains this program, with the inputs of the model.wg that fit writes, and not a new one" },
    { 0, "epochs", "N", "ends after this epoch (default 200)" },
    { 0, "patience", "N", "ends when the rows of dev were no better for N epochs (default 20)" },
    { 0, "batch", "N", "rows of a step (default: 32 to 512, by the number of rows)" },
    { 0, "once", NULL,
      "keeps the net of the training that dev and test are about; else it is trained again on all rows" },
    { 0, "seed", "N",
      "the seed of all that is drawn at random: first weights, which rows are held out (default 0)" },
    { 0, NULL, NULL, NULL },
};

typedef struct fitting {
    const args *a;
    const char *path;
    wg_table *table;
    fit_plan plan;
    int answer;         /* its column */
    int *used, count;   /* the columns that are looked at */
    double *filled;     /* what --fill has written into each of them; NaN: nothing */
    int64_t *row, rows; /* rows of the table with an answer */
    double *y;          /* the answers of these: class numbers, or numbers */
    wg_data *test;
    bool numbers; /* the classes are numbers of the file */
} fitting;

/* ---- the table ---- */

static bool open_table(model *m, fitting *f, const char *also)
{
    wg_table_opts o = WG_OPTS(wg_table_opts);
    if (!table_options(m, &o)) return false;
    char *type = NULL;
    if (also && asprintf(&type, "%s%s%s", o.type ? o.type : "", o.type ? "," : "", also) >= 0) o.type = type;
    /* What stands for no number is no class among class numbers either. */
    static const char none[] = "none,.,..,...,*,k.A.,n.A.,nil,missing,unknown";
    char *missing = NULL;
    if (also && asprintf(&missing, "%s%s%s", none, o.missing ? "," : "", o.missing ? o.missing : "") >= 0)
        o.missing = missing;
    if (!o.fill) o.fill = "keep";
    wg_table_free(f->table);
    f->table = wg_table_read_at("", m->c, f->path, &o);
    free(type), free(missing);
    if (wg_failed(m->c) == WG_ERROR_USE) return model_flags_ok(m);
    wg_table_rows(f->table);
    return table_ok(m);
}

/* A name as a list of names has it. */
static char *quoted(const char *name)
{
    char *text = NULL;
    size_t size;
    FILE *out = tool_text_begin(&text, &size);
    if (!out) return NULL;
    fit_put_name(out, name);
    tool_text_end(out, &text);
    return text;
}

static bool find_answer(model *m, fitting *f)
{
    const char *name = args_value(m->a, "predict");
    char twin[200], has[400];
    if (!name) {
        const data_source s = { .spec = f->path, .table = f->table };
        source_columns(&s, has, sizeof has);
        return model_wrong(m, "fit: --predict COLUMN says what is to be found: %s has %s", f->path, has);
    }
    char *list = quoted(name);
    int k;
    wg_table_named_at("", f->table, list ? list : name, &k, 1);
    free(list);
    if (!table_ok(m)) return false;
    snprintf(twin, sizeof twin, "%.180s.1", name);
    const int other = wg_table_find(f->table, twin);
    size_t n;
    const char *names = wgx_table_row(f->table, -1, &n);
    if (other >= 0 && !(names && memmem(names, n, twin, strlen(twin)))) /* the file may have that name */
        return model_fail(
            m, EXIT_TEXT,
            "%s:1: columns %d and %d are both called %s: which is the answer? Rename one in the file",
            f->path, k + 1, other + 1, name);
    f->answer = k;
    return true;
}

static bool is_said(const args *a, const char *name)
{
    const char *type = args_value(a, "type");
    const size_t n = strlen(name);
    for (const char *at = type; at && (at = strstr(at, name)); at++)
        if (at[n] == '=' && (at == type || strchr(", ", at[-1]))) return true;
        else if (at > type && at[-1] == '"' && at[n] == '"' && at[n + 1] == '=') return true;
    return false;
}

/* Whether numbers are class numbers: few, whole, each there more than once. */
static bool are_classes(fitting *f)
{
    enum { MOST = 10 };
    double seen[MOST + 1];
    int n = 0;
    const wg_tensor v = wg_table_values_at("", f->table, f->answer);
    const int64_t rows = wg_table_rows(f->table);
    for (int64_t r = 0; r < rows; r++) {
        const double y = wg_tensor_item(&v, r);
        int i = 0;
        if (isnan(y)) continue;
        if (y != floor(y)) return false;
        while (i < n && seen[i] != y) i++;
        if (i == n) seen[n++] = y;
        if (n > MOST) return false;
    }
    return n > 0 && rows >= 5 * n;
}

/* The columns that are looked at: all that say something, but the answer and those of --skip. */
static bool choose_columns(model *m, fitting *f)
{
    const int n = wg_table_columns(f->table);
    const char *skip = args_value(m->a, "skip");
    int *skipped = wg_alloc(m->c, (size_t)n + 1, sizeof *skipped), skips = 0;
    f->used = wg_alloc(m->c, (size_t)n + 1, sizeof *f->used);
    if (!model_ok(m)) return false;
    if (skip) skips = wg_table_named_at("", f->table, skip, skipped, n);
    if (!table_ok(m)) return false;
    for (int k = 0; k < n; k++) {
        bool left = k == f->answer || wg_table_column(f->table, k).why;
        for (int i = 0; i < skips; i++) left |= skipped[i] == k;
        if (!left) f->used[f->count++] = k;
    }
    int words = 0;
    for (int i = 0; i < f->count; i++) words += wg_table_column(f->table, f->used[i]).type == WG_WORD;
    if (words > DATA_INPUTS - 2)
        return model_fail(m, EXIT_TEXT,
                          "%s: %d columns of words, and at most %d can be looked at: --skip leaves some out",
                          f->path, words, DATA_INPUTS - 2);
    return f->count ||
           model_fail(m, EXIT_TEXT,
                      "%s: there is no column from which %s could be found: --type COLUMN=number or "
                      "word takes one that is left out",
                      f->path, args_value(m->a, "predict"));
}

/* The first row of a column without a number. -1: there is none. */
static int64_t first_empty(wg_table *t, int k, int64_t rows)
{
    const wg_tensor v = wg_table_values_at("", t, k);
    for (int64_t r = 0; r < rows && v.data; r++)
        if (isnan(wg_tensor_item(&v, r))) return r;
    return -1;
}

/* The answers, and the rows that have one. Errors in a column that is looked at come here. */
static bool read_answers(model *m, fitting *f)
{
    const int64_t all = wg_table_rows(f->table);
    const char *name = wg_table_column(f->table, f->answer).name;
    f->row = wg_alloc(m->c, (size_t)all + 1, sizeof *f->row);
    f->y = wg_alloc(m->c, (size_t)all + 1, sizeof *f->y);
    double *before = wg_alloc(m->c, (size_t)all + 1, sizeof *before);
    if (!all) return model_fail(m, EXIT_TEXT, "%s:1: there are no rows below the names", f->path);
    int64_t *empty = wg_alloc(m->c, (size_t)f->count + 1, sizeof *empty);
    f->filled = wg_alloc(m->c, (size_t)f->count + 1, sizeof *f->filled);
    for (int i = 0; empty && i < f->count; i++) empty[i] = first_empty(f->table, f->used[i], all);
    wg_table_use_at("", f->table, f->used, f->count);
    if (!table_ok(m)) return false;
    const int64_t rows = wg_table_rows(f->table);
    for (int i = 0; empty && f->filled && i < f->count; i++) {
        const wg_tensor is = wg_table_values_at("", f->table, f->used[i]);
        f->filled[i] = rows == all && empty[i] >= 0 ? wg_tensor_item(&is, empty[i]) : NAN;
    }
    wg_tensor v = wg_table_values_at("", f->table, f->answer);
    for (int64_t r = 0; before && r < rows; r++) before[r] = wg_tensor_item(&v, r);
    if (f->plan.classes && !fit_words(m, f->table, f->answer, &f->plan.word, &f->plan.count)) return false;
    wg_table_use_at("", f->table, &f->answer, 1); /* its errors; what it fills is no answer, and no class */
    if (!table_ok(m)) return false;
    const bool dropped = wg_table_rows(f->table) < rows;
    v = wg_table_values_at("", f->table, f->answer);
    for (int64_t r = 0; r < wg_table_rows(f->table); r++) {
        const double y = dropped ? wg_tensor_item(&v, r) : before[r];
        if (f->plan.classes ? y >= 0 : !isnan(y)) f->row[f->rows] = r, f->y[f->rows++] = y;
    }
    if (f->rows < all)
        tool_note(m->a, "%lld of %lld rows %s", (long long)(all - f->rows), (long long)all,
                  args_has(m->a, "fill") ? "lack a value and are left out"
                                         : "have no answer and are left out");
    return f->rows || model_fail(m, EXIT_TEXT, "%s: no row has a %s to learn from", f->path, name);
}

static bool look(model *m, fitting *f)
{
    if (!open_table(m, f, NULL) || !find_answer(m, f)) return false;
    const char *name = fit_copy(m, wg_table_column(f->table, f->answer).name);
    const bool classes =
        wg_table_column(f->table, f->answer).type == WG_NUMBER && !is_said(m->a, name) && are_classes(f);
    if (!table_ok(m)) return false; /* a field that is no number */
    if (classes) {
        f->numbers = true;
        char *list = quoted(name), *also = NULL;
        const bool fine = list && asprintf(&also, "%s=word", list) >= 0 && open_table(m, f, also);
        free(list), free(also);
        if (!fine) return false;
    }
    char *about = strdup(wg_table_about(f->table));
    if (about && !args_has(m->a, "quiet")) table_as_flags(about), fputs(about, tool_notes());
    free(about);
    const wg_column answer = wg_table_column(f->table, f->answer);
    f->plan = (fit_plan){ .answer = name,
                          .classes = answer.type == WG_WORD,
                          .date = answer.type == WG_DATE,
                          .missing = args_value(m->a, "missing") };
    if (!choose_columns(m, f) || !read_answers(m, f)) return false;
    if (f->plan.classes && f->plan.count < 2)
        return model_fail(m, EXIT_TEXT, "%s: %s is '%s' in each row: there is nothing to tell apart", f->path,
                          name, f->plan.word[0]);
    if (f->plan.classes && 2 * f->plan.count > f->rows)
        return model_fail(
            m, EXIT_TEXT,
            "%s: %s has %lld different words in %lld rows: nothing repeats that could be learned; "
            "--type %s=number takes it as numbers",
            f->path, name, (long long)f->plan.count, (long long)f->rows, name);
    return model_ok(m);
}

/* ---- rows ---- */

/* A fifth of the rows to stop by, a fifth to test on. */
static bool split_rows(training *t, fitting *f)
{
    model *m = &t->m;
    int64_t *number = wg_alloc(m->c, (size_t)f->rows + 1, sizeof *number);
    int32_t *class = wg_alloc(m->c, (size_t)f->rows + 1, sizeof *class);
    for (int64_t i = 0; number && class && i < f->rows; i++) number[i] = i, class[i] = (int32_t)f->y[i];
    if (!model_ok(m)) return false;
    t->rows = wg_data_from_at("", m->c, wg_view_i64(number, WG_SHAPE(f->rows)),
                              f->plan.classes ? wg_view_i32(class, WG_SHAPE(f->rows)) : (wg_tensor){ 0 });
    f->test = wg_data_split_at("", t->rows, 0.2);
    t->dev = wg_data_split_at("", t->rows, 0.25);
    if (!model_ok(m)) return false;
    if (wg_data_rows(t->rows) > 1 && wg_data_rows(t->dev) && wg_data_rows(f->test)) return true;
    return model_fail(m, EXIT_TEXT, "%s: %lld rows with a %s are too few to train, to stop and to test by",
                      f->path, (long long)f->rows, f->plan.answer);
}

typedef struct moments {
    double mu, sigma, least, most;
} moments;

/* Of the values that are there, in the rows that are trained on. */
static moments moments_of(const wg_tensor *v, const int64_t *row, const int64_t *of, int64_t n)
{
    double sum = 0, squares = 0, least = INFINITY, most = -INFINITY;
    int64_t k = 0;
    for (int64_t i = 0; i < n; i++) {
        const double x = wg_tensor_item(v, row ? row[of[i]] : of[i]);
        if (!isnan(x)) sum += x, k++, least = fmin(least, x), most = fmax(most, x);
    }
    const double mu = k ? sum / (double)k : 0;
    for (int64_t i = 0; i < n; i++) {
        const double x = wg_tensor_item(v, row ? row[of[i]] : of[i]);
        if (!isnan(x)) squares += (x - mu) * (x - mu);
    }
    const double sigma = k ? sqrt(squares / (double)k) : 0;
    return (moments){ mu, sigma > 0 && sigma > 1e-9 * fabs(mu) ? sigma : 1, k ? least : 0, k ? most : 0 };
}

static bool describe(training *t, fitting *f)
{
    model *m = &t->m;
    fit_plan *p = &f->plan;
    const wg_tensor of = wg_data_x(t->rows);
    const int64_t n = wg_data_rows(t->rows);
    p->column = wg_alloc(m->c, (size_t)f->count + 1, sizeof *p->column);
    for (int i = 0; p->column && i < f->count; i++) {
        const wg_column c = wg_table_column(f->table, f->used[i]);
        fit_column *to = &p->column[p->columns++];
        *to = (fit_column){
            .name = c.name, .form = c.form, .words = c.type == WG_WORD, .date = c.type == WG_DATE
        };
        if (to->words) {
            if (!fit_words(m, f->table, f->used[i], &to->word, &to->count)) return false;
            continue;
        }
        const wg_tensor v = wg_table_values_at("", f->table, f->used[i]);
        const moments s = moments_of(&v, f->row, of.data, n);
        to->mu = to->fill = s.mu, to->sigma = s.sigma, to->least = s.least, to->most = s.most;
        if (!isnan(f->filled[i])) to->fill = f->filled[i];
    }
    const wg_tensor y = wg_view_f64(f->y, WG_SHAPE(f->rows));
    const moments s = moments_of(&y, NULL, of.data, n);
    p->mu = s.mu, p->sigma = s.sigma;
    if (p->column) fit_names(m, p);
    return model_ok(m);
}

/* ---- the command ---- */

/* Whether the program in the folder is none that the user has changed since it was trained. */
static bool is_ours(training *t)
{
    char *paths[2] = { NULL, NULL }, *texts[2] = { NULL, NULL };
    const char *const names[] = { MODEL_FILE, PROGRAM_FILE };
    for (int i = 0; i < 2; i++)
        if (asprintf(&paths[i], "%s/%s", t->folder, names[i]) >= 0) texts[i] = guest_text(paths[i]);
    const bool same = !texts[0] || !texts[1] || !strcmp(texts[0], texts[1]) || args_has(t->m.a, "model");
    for (int i = 0; i < 2; i++) free(paths[i]), free(texts[i]);
    return same || model_wrong(&t->m,
                               "%s/" MODEL_FILE " was changed since it was trained: --model %s/" MODEL_FILE
                               " trains it as it is, and another -o keeps it",
                               t->folder, t->folder);
}

/* The program: that of --model, or a new one. */
static char *program_text(model *m, const fitting *f, int64_t rows, const char *name)
{
    const char *path = args_value(m->a, "model");
    if (!path) return fit_program(m, &f->plan, rows, name);
    char *text = guest_text(path), *copy = text ? fit_copy(m, text) : NULL;
    if (!text) model_fail(m, EXIT_TEXT, "--model %s: cannot be read", path);
    free(text);
    return copy;
}

static bool fit_open(training *t, void *user)
{
    fitting *f = user;
    model *m = &t->m;
    char first[200];
    int64_t other;
    static char folder[] = "run";
    if (!train_begin(t, f->a, WG_F32)) return false;
    if (f->a->operands != 1)
        return model_wrong(m, "fit: %s; usage: wengert %s",
                           f->a->operands ? "one table at a time" : "no table given", f->a->c->usage);
    f->path = f->a->operand[0];
    if (!look(m, f) || !split_rows(t, f) || !describe(t, f)) return false;
    if (!t->folder) t->folder = strdup(folder);
    data_rows *d = &t->data;
    d->spec = f->path, d->said = strdup("");
    if (!fit_inputs(m, f->table, &f->plan, f->row, f->rows, d, &other, first, sizeof first)) return false;
    column_rows *y = &d->input[d->inputs++];
    *y = (column_rows){ .input = f->plan.input,
                        .column = f->plan.answer,
                        .classes = f->plan.classes ? f->plan.count : 0,
                        .rows = wg_view_f64(f->y, WG_SHAPE(f->rows)) };
    if (!f->plan.classes) { /* floats have the dtype of the program */
        float *narrow = wg_alloc(m->c, (size_t)f->rows + 1, sizeof *narrow);
        for (int64_t i = 0; narrow && i < f->rows; i++) narrow[i] = (float)f->y[i];
        y->rows = wg_view_f32(narrow, WG_SHAPE(f->rows));
    }
    const char *slash = strrchr(f->path, '/'), *name = slash ? slash + 1 : f->path;
    char *program = program_text(m, f, wg_data_rows(t->rows), name), *text = fit_text(m, &f->plan),
         *place = NULL;
    if (m->status) return false;
    if (!program || !text || asprintf(&place, "%s/" MODEL_FILE, t->folder) < 0)
        return model_fail(m, EXIT_OTHER, "out of memory");
    m->q = wg_program_text(m->c, place, program);
    free(place);
    t->file_name[0] = MODEL_FILE, t->file_text[0] = program, t->file_name[1] = FIT_FILE,
    t->file_text[1] = text;
    char *old = NULL;
    t->fresh = asprintf(&old, "%s/" FIT_FILE, t->folder) >= 0 && !access(old, F_OK);
    free(old);
    if (!model_ok(m) || !is_ours(t)) return false;
    char hint[120] = "";
    if (f->numbers) snprintf(hint, sizeof hint, " (--type %.60s=number: a number)", f->plan.answer);
    tool_note(m->a,
              "%s is %s%s: from %d column%s; %lld rows to train on, %lld to stop by (dev), %lld to test on",
              f->plan.answer,
              f->plan.classes ? "a class"
              : f->plan.date  ? "a date"
                              : "a number",
              hint, f->plan.columns, &"s"[f->plan.columns == 1], (long long)wg_data_rows(t->rows),
              (long long)wg_data_rows(t->dev), (long long)wg_data_rows(f->test));
    t->quiet_data = true;
    return true;
}

/* The net that is kept has seen all rows: as many epochs as the best one, which the rows that were held out
 * have found. */
static bool fit_again(training *t, fitting *f)
{
    model *m = &t->m;
    const int64_t epochs = t->loop.best ? t->loop.best : t->loop.epoch;
    int64_t *number = wg_alloc(m->c, (size_t)f->rows + 1, sizeof *number);
    for (int64_t i = 0; number && i < f->rows; i++) number[i] = i;
    wg_data *all = wg_data_from_at("", m->c, wg_view_i64(number, WG_SHAPE(f->rows)), (wg_tensor){ 0 });
    wg_free(m->c, number);
    if (!model_ok(m)) return false;
    if (!train_again(t, all, epochs)) {
        if (!m->status) tool_note(m->a, "stopped: %s has the net of the first training", t->folder);
        return !m->status;
    }
    if (!train_replace(t)) return false;
    if (!t->m.a->json)
        printf("trained again on all %lld rows, for %lld epoch%s: this net is kept\n", (long long)f->rows,
               (long long)epochs, &"s"[epochs == 1]);
    return true;
}

static void fit_done(training *t, void *user)
{
    fitting *f = user;
    if (t->loop.kept && t->loop.best) wg_params_copy_at("", t->m.p, t->loop.kept);
    fit_report(t, &f->plan, f->table, f->row, f->test, f->y);
    if (t->m.status || (!args_has(t->m.a, "once") && !fit_again(t, f))) return;
    if (!t->m.a->json)
        printf("new rows: wengert predict %s NEW -o out.csv; the program is %s/" MODEL_FILE "\n", t->folder,
               t->folder);
}

static int run(const args *a)
{
    fitting f = { .a = a };
    return train_run(a, fit_open, fit_done, &f);
}

const command cmd_fit = {
    "fit",
    "fit TABLE --predict COLUMN [-o DIR] [flags]",
    "Trains a net that finds a column of a table from the others. It shows what it took each column for.",
    { flags, table_flags },
    "  wengert fit kunden.csv --predict Tarif -o run\n"
    "  wengert predict run neue.csv -o out.csv\n"
    "  wengert fit houses.csv --predict price --skip notes --type zip=word --missing -9\n"
    "  wengert fit kunden.csv --predict Tarif -o run --model run/model.wg     trains a program that you have "
    "changed\n",
    run,
};
