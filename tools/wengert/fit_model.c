/* fit_model.c: the program that `wengert fit` trains, and what it keeps of the table beside it. */
#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "fit_table.h"
#include "wengert/formula.h"

char *fit_copy(model *m, const char *text)
{
    const size_t n = text ? strlen(text) + 1 : 0;
    char *copy = text ? wg_alloc(m->c, n, 1) : NULL;
    return copy ? memcpy(copy, text, n) : NULL;
}

/* ---- names ---- */

void fit_put_name(FILE *out, const char *name)
{
    if (*name && !strpbrk(name, "\",:= ")) {
        fputs(name, out);
        return;
    }
    fputc('"', out);
    for (; *name; name++) fprintf(out, *name == '"' ? "\"\"" : "%c", *name);
    fputc('"', out);
}

/* Names of the program itself, beside the calls of the language. */
static bool is_taken(const fit_plan *f, int n, const char *name)
{
    static const char *const own[] = { "numbers", "mu",        "sigma", "x",     "h",    "h1",
                                       "z",       "logits",    "error", "p",     "loss", "right",
                                       "m",       "predicted", "pi",    "e",     "true", "false",
                                       "inf",     "nan",       "check", "train", "plot" };
    for (size_t i = 0; i < sizeof own / sizeof *own; i++)
        if (!strcmp(own[i], name)) return true;
    for (int i = 0; i < wgx_builtin_count(); i++)
        if (!strcmp(wgx_builtin_at(i).name, name)) return true;
    for (int i = 0; i < n; i++)
        if (f->column[i].input && !strcmp(f->column[i].input, name)) return true;
    return wg_op_find(name) || (f->input && !strcmp(f->input, name));
}

/* The name of a column as one of the language: letters of ASCII, digits and _. */
static char *name_for(model *m, const fit_plan *f, int n, const char *column)
{
    char name[60];
    size_t k = 0;
    for (const char *s = column; *s && k < 30; s++) {
        const bool fine = isalnum((unsigned char)*s) && !((unsigned char)*s & 0x80);
        if (fine) name[k++] = *s;
        else if (k && name[k - 1] != '_') name[k++] = '_';
    }
    while (k && name[k - 1] == '_') k--;
    name[k] = 0;
    if (!k || isdigit((unsigned char)*name))
        memmove(name + 7, name, k + 1), memcpy(name, "column_", 7), k += 7;
    if (name[k - 1] == '_') name[--k] = 0;
    for (int i = 2; is_taken(f, n, name); i++) snprintf(name + k, sizeof name - k, "_%d", i);
    return fit_copy(m, name);
}

void fit_names(model *m, fit_plan *f)
{
    f->input = name_for(m, f, 0, f->answer);
    f->numbers = 0;
    for (int i = 0; i < f->columns; i++) {
        f->numbers += !f->column[i].words;
        if (f->column[i].words) f->column[i].input = name_for(m, f, i, f->column[i].name);
    }
}

/* ---- the program ---- */

/* A text as a part of a comment, which ends with its line. */
static const char *in_comment(const char *text, char *plain, size_t room)
{
    wgx_plain_text(text, plain, room);
    for (char *s = plain; *s; s++)
        if (*s == '\n' || *s == '\r' || *s == '\t') *s = ' ';
    return plain;
}

/* Names and words as a comment, cut. */
static void put_list(FILE *out, const char *const *word, int64_t n)
{
    char plain[200];
    int at = 0;
    for (int64_t i = 0; i < n; i++) {
        in_comment(word[i], plain, sizeof plain);
        if (at > 80) {
            fputs(", ...", out);
            break;
        }
        at += fprintf(out, "%s%.60s", i ? ", " : "", plain);
    }
    fputc('\n', out);
}

static void put_numbers(FILE *out, const fit_plan *f, const char *name, bool sigma)
{
    int at = fprintf(out, "%s = [", name);
    for (int i = 0, k = 0; i < f->columns; i++) {
        const fit_column *c = &f->column[i];
        if (c->words) continue;
        if (at > 90) at = fprintf(out, "%s\n      ", k ? "," : "") - 2, k = 0;
        at += fprintf(out, "%s%.9g", k++ ? ", " : "", sigma ? c->sigma : c->mu);
    }
    fputs("]\n", out);
}

static void put_inputs(FILE *out, const fit_plan *f)
{
    const char **name = calloc((size_t)f->columns + 1, sizeof *name);
    int n = 0;
    for (int i = 0; name && i < f->columns; i++)
        if (!f->column[i].words) name[n++] = f->column[i].name;
    if (n) fprintf(out, "numbers = input(m, %d)    # ", n), put_list(out, name, n);
    for (int i = 0; i < f->columns; i++) {
        const fit_column *c = &f->column[i];
        if (!c->words) continue;
        fprintf(out, "%s = input(m, classes=%lld)    # ", c->input, (long long)c->count + 1);
        put_list(out, c->word, c->count);
    }
    if (f->classes)
        fprintf(out, "%s = input(m, classes=%lld)    # ", f->input, (long long)f->count),
            put_list(out, f->word, f->count);
    else fprintf(out, "%s = input(m)\n", f->input);
    free(name);
}

/* Small sets need small batches, large ones would take long by them. */
static int batch_of(int64_t rows) { return rows < 4000 ? 32 : rows < 40000 ? 128 : 512; }

/* A small set is learned by heart: one layer, and a decay, lose least on rows that were not seen. */
static double decay_of(int64_t rows) { return rows < 500 ? 0.3 : rows < 4000 ? 0.03 : 0.01; }

char *fit_program(model *m, const fit_plan *f, int64_t rows, const char *path)
{
    char *text = NULL, answer[200], file[200];
    size_t size = 0;
    FILE *out = tool_text_begin(&text, &size);
    if (!out) return NULL;
    fprintf(out,
            "# '%s' from %d columns of %s, by `wengert fit`. The last number of a class that is no answer\n"
            "# stands for a missing word, or one that the training did not see.\n\n",
            in_comment(f->answer, answer, sizeof answer), f->columns, in_comment(path, file, sizeof file));
    put_inputs(out, f);
    fputc('\n', out);
    if (f->numbers) put_numbers(out, f, "mu", false), put_numbers(out, f, "sigma", true);
    fprintf(out, "x = concat([%s", f->numbers ? "(numbers - mu) / sigma" : "");
    for (int i = 0, k = f->numbers > 0; i < f->columns; i++)
        if (f->column[i].words)
            fprintf(out, "%sone_hot(%s, %lld)", k++ ? ", " : "", f->column[i].input,
                    (long long)f->column[i].count + 1);
    fputs(rows < 4000 ? "], axis=1)\nh = relu(dense(x, 100))\n"
                      : "], axis=1)\nh1 = relu(dense(x, 64))\nh = relu(dense(h1, 64))\n",
          out);
    if (f->classes)
        fprintf(out,
                "logits = dense(h, %lld)\np = softmax(logits)\nloss = softmax_cross_entropy(logits, %s)\n"
                "right = mean(argmax(logits, axis=1) == %s)\n",
                (long long)f->count, f->input, f->input);
    else
        fprintf(out,
                "z = dense(h, 1)[:, 0]\np = %.9g + %.9g * z\nloss = mean((z - (%s - %.9g) / %.9g)^2)\n"
                "error = mean(abs(p - %s))\n",
                f->mu, f->sigma, f->input, f->mu, f->sigma, f->input);
    fprintf(out,
            "train(loss, metrics=[%s], optimizer=adamw(lr=2e-3, weight_decay=%g), batch=%d, epochs=200, "
            "patience=20)\n",
            f->classes ? "right" : "error", decay_of(rows), batch_of(rows));
    if (!tool_text_end(out, &text)) return NULL;
    char *copy = fit_copy(m, text);
    free(text);
    return copy;
}

/* ---- what is kept ---- */

/* A field of a line, with \t, \n, \r and \\ for what would end it. */
static void put_field(FILE *out, const char *text)
{
    fputc('\t', out);
    for (; *text; text++) {
        if (!strchr("\t\n\r\\", *text)) fputc(*text, out);
        else fprintf(out, "\\%c", *text == '\t' ? 't' : *text == '\n' ? 'n' : *text == '\r' ? 'r' : '\\');
    }
}

char *fit_text(model *m, const fit_plan *f)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = tool_text_begin(&text, &size);
    if (!out) return NULL;
    fputs(f->classes ? "classes" : f->date ? "day" : "number", out);
    put_field(out, f->answer), put_field(out, f->input);
    for (int64_t i = 0; i < f->count; i++) put_field(out, f->word[i]);
    for (int i = 0; i < f->columns; i++) {
        const fit_column *c = &f->column[i];
        fputs(c->words ? "\nword" : c->date ? "\ndate" : "\nnumbers", out);
        put_field(out, c->name);
        if (c->words) put_field(out, c->input);
        else fprintf(out, "\t%.17g\t%.17g\t%.17g\t%s", c->fill, c->least, c->most, c->form);
        for (int64_t k = 0; k < c->count; k++) put_field(out, c->word[k]);
    }
    if (f->missing) fputs("\nmissing", out), put_field(out, f->missing);
    fputc('\n', out);
    if (!tool_text_end(out, &text)) return NULL;
    char *copy = fit_copy(m, text);
    free(text);
    return copy;
}

/* Takes the marks out of a field, in place. */
static void unmark(char *text)
{
    char *to = text;
    for (char *s = text; *s; s++) {
        if (*s != '\\' || !s[1]) *to++ = *s;
        else s++, *to++ = *s == 't' ? '\t' : *s == 'n' ? '\n' : *s == 'r' ? '\r' : *s;
    }
    *to = 0;
}

/* The fields of a line, with tabs between them. */
static int fields_of(char *line, const char **to)
{
    int n = 0;
    for (char *f; (f = strsep(&line, "\t"));) unmark(f), to[n++] = f;
    return n;
}

static bool is_bad(model *m, const char *path)
{
    return model_fail(m, EXIT_TEXT, "%s: this is no file that `wengert fit` has written", path);
}

bool fit_read(model *m, fit_plan *f, const char *text, const char *path)
{
    *f = (fit_plan){ 0 };
    int lines = 0, inputs = 0;
    for (const char *s = text; *s; s++) lines += *s == '\n';
    f->column = wg_alloc(m->c, (size_t)lines + 1, sizeof *f->column);
    for (char *copy = fit_copy(m, text), *line; copy && *copy;) {
        line = copy;
        copy += strcspn(copy, "\n");
        if (*copy) *copy++ = 0;
        int room = 2;
        for (const char *s = line; *s; s++) room += *s == '\t';
        const char **part = wg_alloc(m->c, (size_t)room, sizeof *part);
        const int n = part ? fields_of(line, part) : 0;
        if (!n) break;
        const bool classes = !strcmp(part[0], "classes"), words = !strcmp(part[0], "word");
        if (classes || !strcmp(part[0], "number") || !strcmp(part[0], "day")) {
            if (n < 3 + 2 * classes || f->answer) return is_bad(m, path);
            f->answer = part[1], f->input = part[2], f->classes = classes, f->date = *part[0] == 'd',
            f->word = part + 3, f->count = n - 3;
        } else if (words || !strcmp(part[0], "numbers") || !strcmp(part[0], "date")) {
            fit_column *c = &f->column[f->columns++];
            if (n < (words ? 3 : 6)) return is_bad(m, path);
            *c = (fit_column){
                .name = part[1], .form = words ? "word" : part[5], .words = words, .date = *part[0] == 'd'
            };
            if (words) c->input = part[2], c->word = part + 3, c->count = n - 3;
            else
                f->numbers++, c->fill = strtod(part[2], NULL), c->least = strtod(part[3], NULL),
                              c->most = strtod(part[4], NULL);
            inputs += words;
            if (inputs > DATA_INPUTS - 2) return is_bad(m, path);
        } else if (!strcmp(part[0], "missing") && n == 2) {
            f->missing = part[1];
        } else {
            return is_bad(m, path);
        }
    }
    return model_ok(m) && (f->answer && f->columns ? true : is_bad(m, path));
}
