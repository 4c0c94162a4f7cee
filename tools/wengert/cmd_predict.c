/* cmd_predict.c: the command predict: what a net of `wengert fit` says of the rows of another table. The
 * predictions stand beside the rows, which stay as they are in the file, with its separator and its decimal
 * sign. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "fit_table.h"

static const flag flags[] = {
    { 'o', "output", "FILE", "where the rows and the predictions go (default: standard output)" },
    { 0, NULL, NULL, NULL },
};

typedef struct prediction {
    const args *a;
    const char *folder, *path;
    fit_plan plan;
    wg_table *table;
    training t; /* its inputs, program and parameters */
    double *p;
    int64_t rows;
} prediction;

static char *path_in(prediction *q, const char *name)
{
    char *path = NULL;
    if (asprintf(&path, "%s/%s", q->folder, name) >= 0) return path;
    model_fail(&q->t.m, EXIT_OTHER, "out of memory");
    return NULL;
}

/* ---- the table ---- */

/* Columns hold what they held in the training, and a missing number is what it was there. */
static bool open_table(prediction *q)
{
    model *m = &q->t.m;
    const fit_plan *f = &q->plan;
    wg_table_opts o = WG_OPTS(wg_table_opts);
    char *type = NULL, *fill = NULL;
    size_t size, fills;
    FILE *types = tool_text_begin(&type, &size), *fillings = tool_text_begin(&fill, &fills);
    if (!types || !fillings) return model_fail(m, EXIT_OTHER, "out of memory");
    fputs("keep", fillings);
    for (int i = 0; i < f->columns; i++) {
        const fit_column *c = &f->column[i];
        fputs(i ? "," : "", types), fit_put_name(types, c->name), fprintf(types, "=%s?", c->form);
        if (!c->words)
            fputc(',', fillings), fit_put_name(fillings, c->name), fprintf(fillings, "=%.17g", c->fill);
    }
    bool fine = table_options(m, &o);
    if (o.type) fprintf(types, ",%s", o.type); /* such as the order of day and month */
    const bool told = tool_text_end(types, &type), filled = tool_text_end(fillings, &fill);
    if (!told || !filled) fine = model_fail(m, EXIT_OTHER, "out of memory");
    o.fill = fill;
    o.type = type;
    if (!o.missing) o.missing = f->missing;
    if (fine) q->table = wg_table_read_at("", m->c, q->path, &o);
    if (fine && wg_failed(m->c) == WG_ERROR_USE) fine = model_flags_ok(m);
    free(type), free(fill);
    if (!fine || !table_ok(m)) return false;
    for (int i = 0; i < f->columns; i++) {
        const fit_column *c = &f->column[i];
        const wg_column is = wg_table_column(q->table, wg_table_find(q->table, c->name));
        const wg_column_type was = c->words ? WG_WORD : c->date ? WG_DATE : WG_NUMBER;
        static const char *const of[] = { "numbers", "words", "dates" };
        if (is.type != was)
            return model_fail(m, args_has(q->a, "type") ? EXIT_FLAGS : EXIT_TEXT,
                              "column %s had %s in the training, and not %s", c->name, of[was], of[is.type]);
    }
    int *used = wg_alloc(m->c, (size_t)f->columns + 1, sizeof *used);
    for (int i = 0; used && i < f->columns; i++) used[i] = wg_table_find(q->table, f->column[i].name);
    if (used) wg_table_use_at("", q->table, used, f->columns);
    q->rows = wg_table_rows(q->table);
    if (!table_ok(m)) return false;
    const char *about = wg_table_about(q->table);
    tool_note(q->a, "%.*s", (int)strcspn(about, "\n"), about);
    return true;
}

static bool read_plan(prediction *q)
{
    model *m = &q->t.m;
    char *path = path_in(q, FIT_FILE), *text = path ? guest_text(path) : NULL;
    bool fine = path != NULL;
    if (fine && !text)
        fine = model_fail(
            m, EXIT_TEXT,
            "%s: no net of `wengert fit` is in this folder: wengert fit TABLE --predict COLUMN -o %s", path,
            q->folder);
    fine = fine && fit_read(m, &q->plan, text, path);
    free(path), free(text);
    return fine;
}

static bool read_net(prediction *q)
{
    model *m = &q->t.m;
    char *program = path_in(q, MODEL_FILE), *weights = program ? path_in(q, "weights.safetensors") : NULL;
    bool fine = weights != NULL;
    struct stat about;
    if (fine && stat(weights, &about))
        fine = model_fail(m, EXIT_TEXT,
                          "%s: there are no weights: the fit has not ended its first epoch; run it again",
                          weights);
    if (fine) m->q = wg_program_file(m->c, program);
    fine = fine && model_ok(m);
    if (fine) wg_params_read_at("", m->p, weights);
    free(program), free(weights);
    return fine && model_ok(m);
}

/* ---- what is written ---- */

/* A text as a field: in quotes if it has a sign of the table in it. */
static void put_text(FILE *out, const char *text, char separator)
{
    const char signs[] = { separator, '"', '\n', '\r', separator == ' ' ? '\t' : '"', 0 };
    const bool plain = !strpbrk(text, signs) && *text;
    if (!plain) fputc('"', out);
    for (; *text; text++) fprintf(out, *text == '"' && !plain ? "\"\"" : "%c", *text);
    if (!plain) fputc('"', out);
}

static void put_number(FILE *out, double v, bool share, bool date, char decimal)
{
    char text[60];
    if (share) snprintf(text, sizeof text, "%.4f", v);
    else fit_number(v, date, text, sizeof text);
    for (char *s = text; *s; s++)
        if (*s == '.') *s = decimal;
    fputs(text, out);
}

/* How many fields a row has. *n: its bytes, and then those of its first `most` fields: behind these stand
 * empty ones. Only a quote at the beginning of a field opens one: 5" is five inches. */
static int64_t fields_in(const char *row, size_t *n, char separator, int64_t most)
{
    int64_t fields = 1;
    bool quoted = false, begins = true;
    for (size_t i = 0; i < *n; i++) {
        if (quoted) {
            if (row[i] != '"') continue;
            if (i + 1 < *n && row[i + 1] == '"') i++;
            else quoted = false;
        } else if (row[i] == separator) {
            if (fields++ == most) return *n = i, most;
            begins = true;
        } else {
            quoted = begins && row[i] == '"';
            begins = begins && (row[i] == ' ' || row[i] == '\t');
        }
    }
    return fields;
}

static void put_row(prediction *q, FILE *out, int64_t row, const char *end)
{
    const fit_plan *f = &q->plan;
    const char separator = wgx_table_sign(q->table, false), decimal = wgx_table_sign(q->table, true);
    size_t n;
    const char *text = wgx_table_row(q->table, row, &n), *why = wg_table_column(q->table, 0).why;
    if (!text) return;
    /* R leaves out the name of the column with the names of the rows */
    const int64_t columns = wg_table_columns(q->table),
                  wide = columns - (row < 0 && why && !strcmp(why, "has the names of the rows"));
    int64_t fields = separator == ' ' ? columns : fields_in(text, &n, separator, columns);
    fwrite(text, 1, n, out);
    for (; fields < wide; fields++) fputc(separator, out);
    fputc(separator, out);
    char name[300];
    snprintf(name, sizeof name, "predicted %s", f->answer);
    if (row < 0) {
        put_text(out, name, separator);
        for (int64_t k = 0; k < f->count; k++) {
            snprintf(name, sizeof name, "p %s", f->word[k]);
            fputc(separator, out), put_text(out, name, separator);
        }
    } else if (f->classes) {
        const double *p = q->p + row * f->count;
        put_text(out, f->word[fit_largest(p, f->count)], separator);
        for (int64_t k = 0; k < f->count; k++)
            fputc(separator, out), put_number(out, p[k], true, false, decimal);
    } else {
        put_number(out, q->p[row], false, f->date, f->date ? '.' : decimal);
    }
    fputs(end, out);
}

/* The first bytes of the file: whether it has the mark that spreadsheets ask for, or none that UTF-8 would
 * have; and the ends of its lines. */
static void form_of(const char *path, bool *mark, const char **end)
{
    char bytes[1 << 16];
    FILE *f = fopen(path, "rb");
    const size_t n = f ? fread(bytes, 1, sizeof bytes - 1, f) : 0;
    if (f) fclose(f);
    bytes[n] = 0;
    *mark = n > 2 && (!memcmp(bytes, "\xEF\xBB\xBF", 3) || !memcmp(bytes, "\xFF\xFE", 2) ||
                      !memcmp(bytes, "\xFE\xFF", 2));
    for (size_t i = 0; i < n && !*mark;) {
        const int k = (unsigned char)bytes[i] < 0x80 ? 1 : wgx_utf8_length(bytes + i);
        if (!k && i + 4 < n) *mark = true; /* of another encoding: it is written as UTF-8 */
        i += k ? (size_t)k : 1;
    }
    *end = n && memmem(bytes, n, "\r\n", 2) ? "\r\n" : "\n";
}

/* Whether the path is a file of the net itself. */
static bool is_of_net(const prediction *q, const char *path)
{
    char *folder = realpath(q->folder, NULL), *file = realpath(path, NULL);
    const size_t n = folder ? strlen(folder) : 0;
    bool is = false;
    for (int i = 0; folder && file && guest_files[i]; i++)
        is |= !strncmp(file, folder, n) && file[n] == '/' && !strcmp(file + n + 1, guest_files[i]);
    free(folder), free(file);
    return is;
}

/* What the net says of each row, as an object. */
static void write_json(const prediction *q)
{
    const fit_plan *f = &q->plan;
    json j = json_start(stdout);
    json_text(&j, "answer", f->answer);
    json_array(&j, "rows");
    for (int64_t r = 0; r < q->rows; r++) {
        const double *p = q->p + r * (f->classes ? f->count : 1);
        char text[60];
        json_object(&j, NULL);
        if (f->classes) json_text(&j, "predicted", f->word[fit_largest(p, f->count)]);
        else if (f->date) json_text(&j, "predicted", fit_number(*p, true, text, sizeof text));
        else json_number(&j, "predicted", *p, WG_F32);
        if (f->classes) json_object(&j, "p");
        for (int64_t k = 0; f->classes && k < f->count; k++) json_number(&j, f->word[k], p[k], WG_F32);
        if (f->classes) json_end(&j);
        json_end(&j);
    }
    json_end(&j);
    json_finish(&j);
}

/* A file is written beside its place and then put there, links resolved. What is no file, a device or a pipe,
 * is written to. */
static void write_all(prediction *q)
{
    model *m = &q->t.m;
    const char *path = args_value(q->a, "output"), *end;
    struct stat about;
    const bool there = path && !stat(path, &about), device = there && !S_ISREG(about.st_mode);
    char *target = there && !device ? realpath(path, NULL) : path ? strdup(path) : NULL, *other = NULL;
    bool mark;
    form_of(q->path, &mark, &end);
    if (q->a->json) write_json(q);
    if (q->a->json && !path) {
        free(target);
        return;
    }
    FILE *out = stdout;
    if (path && is_of_net(q, path)) {
        model_wrong(m, "-o %s: that is a file of the net", path);
        free(target);
        return;
    }
    if (target && (asprintf(&other, device ? "%s" : "%s.new", target) < 0 || !(out = fopen(other, "w")))) {
        model_fail(m, EXIT_OTHER, "-o %s: %s", path, strerror(errno));
        free(target), free(other);
        return;
    }
    if (mark) fputs("\xEF\xBB\xBF", out);
    for (int64_t r = -1; r < q->rows; r++) put_row(q, out, r, end);
    bool fine = !fflush(out) && !ferror(out);
    if (target && fclose(out)) fine = false;
    if (fine && target && !device && rename(other, target)) fine = false;
    if (!fine)
        model_fail(m, EXIT_OTHER, "%s%s: %s", path ? "-o " : "", path ? path : "standard output",
                   strerror(errno));
    if (target && !device && !fine) remove(other);
    free(target), free(other);
}

/* ---- the command ---- */

/* Where the table has the answers, too: how many are right. */
static void compare(prediction *q)
{
    const fit_plan *f = &q->plan;
    const int k = wg_table_find(q->table, f->answer);
    int64_t n = 0, right = 0;
    double off = 0;
    if (k < 0) return;
    const bool words = wg_table_column(q->table, k).type == WG_WORD;
    const wg_tensor v = wg_table_values_at("", q->table, k);
    if (!v.data)
        wg_recover(q->t.m.c); /* what the table says there is no answer: the predictions are
                                        * written */
    for (int64_t r = 0; v.data && r < q->rows; r++) {
        const double y = wg_tensor_item(&v, r);
        char text[40];
        if (isnan(y) || (words && y < 0)) continue;
        n++;
        if (!f->classes) {
            off += fabs(y - q->p[r]);
            continue;
        }
        snprintf(text, sizeof text, "%.15g", y);
        right += !strcmp(words ? wg_table_word(q->table, k, (int64_t)y) : text,
                         f->word[fit_largest(q->p + r * f->count, f->count)]);
    }
    if (n && f->classes)
        tool_note(q->a, "%lld of %lld rows with a %s are right", (long long)right, (long long)n, f->answer);
    else if (n && !words)
        tool_note(q->a, "off by %.4g on average in %lld rows with a %s", off / (double)n, (long long)n,
                  f->answer);
}

/* Numbers far from those of the training are often another unit, or read in another way. */
static void say_outside(prediction *q)
{
    for (int i = 0; i < q->plan.columns; i++) {
        const fit_column *c = &q->plan.column[i];
        if (c->words) continue;
        const wg_tensor v = wg_table_values_at("", q->table, wg_table_find(q->table, c->name));
        const double range = c->most - c->least;
        int64_t far = 0, first = 0;
        char text[3][60];
        for (int64_t r = 0; v.data && r < q->rows; r++) {
            const double x = wg_tensor_item(&v, r);
            if ((x < c->least - range || x > c->most + range) && !far++) first = r;
        }
        if (!far) continue;
        fit_number(wg_tensor_item(&v, first), c->date, text[0], sizeof *text);
        fit_number(c->least, c->date, text[1], sizeof *text),
            fit_number(c->most, c->date, text[2], sizeof *text);
        tool_note(q->a, "warning: %s is %s in row %lld, and was %s to %s in the training%s", c->name, text[0],
                  (long long)first + 1, text[1], text[2], far > 1 ? "; so are others" : "");
    }
}

static void predict(prediction *q)
{
    model *m = &q->t.m;
    char first[200];
    int64_t other = 0;
    if (!model_begin(m, q->a, WG_EVAL, WG_F32)) return;
    if (q->a->operands != 2) {
        model_wrong(m, "predict: the folder of a fit and a table were expected; usage: wengert %s",
                    q->a->c->usage);
        return;
    }
    q->folder = q->a->operand[0], q->path = q->a->operand[1];
    if (args_has(q->a, "fill")) {
        model_wrong(m, "predict: --fill is that of the training: give it to wengert fit");
        return;
    }
    if (!read_plan(q) || !open_table(q) || !read_net(q)) return;
    if (!fit_inputs(m, q->table, &q->plan, NULL, q->rows, &q->t.data, &other, first, sizeof first)) return;
    const int64_t wide = q->plan.classes ? q->plan.count : 1;
    int64_t *row = wg_alloc(m->c, (size_t)q->rows + 1, sizeof *row);
    q->p = wg_alloc(m->c, (size_t)(q->rows * wide) + 1, sizeof *q->p);
    for (int64_t r = 0; row && r < q->rows; r++) row[r] = r;
    if (!q->p || !model_ok(m) || !train_values(&q->t, row, q->rows, "p", wide, q->p)) return;
    say_outside(q);
    if (other)
        tool_note(q->a, "warning: %lld word%s that the training did not see, the first is %s",
                  (long long)other, other > 1 ? "s" : "", first);
    write_all(q);
    if (!m->status) compare(q);
}

static int run(const args *a)
{
    prediction *q = calloc(1, sizeof *q);
    if (!q) return tool_fail(a, EXIT_OTHER, "out of memory");
    q->a = a;
    predict(q);
    data_free(&q->t.data);
    const int status = model_close(&q->t.m);
    free(q);
    return status;
}

const command cmd_predict = {
    "predict",
    "predict DIR TABLE [-o FILE] [flags]",
    "Writes what a net of `wengert fit` says of the rows of a table beside them, with probabilities of "
    "classes.",
    { flags, table_flags },
    "  wengert predict run neue.csv -o out.csv\n"
    "  wengert predict run rows.tsv > out.tsv\n",
    run,
};
