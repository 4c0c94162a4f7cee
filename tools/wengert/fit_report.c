/* fit_report.c: what the rows say that a fit has held out. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "fit_table.h"

int64_t fit_largest(const double *p, int64_t n)
{
    int64_t best = 0;
    for (int64_t i = 1; i < n; i++)
        if (p[i] > p[best]) best = i;
    return best;
}

char *fit_number(double v, bool date, char *text, size_t room)
{
    const time_t seconds = (time_t)floor(v * 86400 + 0.5);
    struct tm day;
    if (date && fabs(v) < 1e7 && gmtime_r(&seconds, &day)) strftime(text, room, "%Y-%m-%d", &day);
    else snprintf(text, room, fabs(v) >= 1e5 && fabs(v) < 1e15 ? "%.0f" : "%.6g", v);
    return text;
}

/* A held out row, and how wrong the net is there. */
typedef struct wrong {
    int64_t at, row;
    double by;
} wrong;

static int by_size(const void *a, const void *b)
{
    const wrong *x = a, *y = b;
    return x->by != y->by ? (x->by < y->by ? 1 : -1) : (x->row > y->row) - (x->row < y->row);
}

enum { WORST = 3, SHOWN = 12 };

static void say_row(wg_table *table, int64_t row)
{
    size_t n;
    const char *text = wgx_table_row(table, row, &n);
    char *copy = text ? strndup(text, n < 90 ? n : 90) : NULL, plain[400];
    for (char *s = copy; s && *s; s++)
        if (*s == '\t' || *s == '\n' || *s == '\r') *s = ' ';
    while (copy && n && n < 90 && copy[n - 1] == ' ') copy[--n] = 0;
    if (copy) wgx_plain_text(copy, plain, sizeof plain);
    printf("    row %lld%s%s%s\n", (long long)row + 1, copy ? ": " : "", copy ? plain : "",
           copy && n > 90 ? "..." : "");
    free(copy);
}

static void put_share(const char *what, double share) { printf("%s %.1f %%", what, 100 * share); }

/* Of each class how many were taken for which. */
static void say_confusion(const fit_plan *f, const int64_t *is, const int64_t *said, int64_t n)
{
    int64_t *count = f->count > SHOWN ? NULL : calloc((size_t)(f->count * f->count) + 1, sizeof *count);
    int width = 5;
    if (!count) return;
    for (int64_t i = 0; i < n; i++) count[is[i] * f->count + said[i]]++;
    for (int64_t k = 0; k < f->count; k++)
        if ((int)strlen(f->word[k]) > width)
            width = (int)strlen(f->word[k]) < 16 ? (int)strlen(f->word[k]) : 16;
    printf("  rows: what is; columns: what the net says\n    %*s", width, "");
    for (int64_t k = 0; k < f->count; k++) printf("  %*.16s", width, f->word[k]);
    for (int64_t i = 0; i < f->count; i++) {
        printf("\n    %*.16s", width, f->word[i]);
        for (int64_t k = 0; k < f->count; k++) printf("  %*lld", width, (long long)count[i * f->count + k]);
    }
    putchar('\n');
    free(count);
}

static void report_classes(training *t, const fit_plan *f, wg_table *table, const int64_t *row,
                           const int64_t *of, int64_t n, const double *y, const double *p)
{
    int64_t *is = wg_alloc(t->m.c, (size_t)n + 1, sizeof *is),
            *said = wg_alloc(t->m.c, (size_t)n + 1, sizeof *said);
    wrong *w = wg_alloc(t->m.c, (size_t)n + 1, sizeof *w);
    double *often = wg_alloc(t->m.c, (size_t)f->count + 1, sizeof *often), loss = 0;
    int64_t right = 0, wrongs = 0;
    if (!model_ok(&t->m)) return;
    for (int64_t i = 0; i < n; i++) {
        const double *q = p + i * f->count;
        is[i] = (int64_t)y[of[i]], said[i] = fit_largest(q, f->count);
        often[is[i]]++, right += is[i] == said[i];
        loss -= log(q[is[i]] > 1e-300 ? q[is[i]] : 1e-300);
        if (is[i] != said[i]) w[wrongs++] = (wrong){ i, row[of[i]], 1 - q[is[i]] };
    }
    const int64_t usual = fit_largest(often, f->count);
    printf("test   loss %.4f ", loss / (double)n);
    put_share(" right", (double)right / (double)n);
    printf(" (%lld of %lld; always '%s' would be", (long long)right, (long long)n, f->word[usual]);
    put_share("", often[usual] / (double)n);
    puts(")");
    say_confusion(f, is, said, n);
    qsort(w, (size_t)wrongs, sizeof *w, by_size);
    for (int64_t i = 0; i < wrongs && i < WORST; i++) {
        const double *q = p + w[i].at * f->count;
        printf("  is '%s', and the net says '%s' (%.1f %%)\n", f->word[is[w[i].at]], f->word[said[w[i].at]],
               100 * q[said[w[i].at]]);
        say_row(table, w[i].row);
    }
}

static void report_numbers(training *t, const fit_plan *f, wg_table *table, const int64_t *row,
                           const int64_t *of, int64_t n, const double *y, const double *p)
{
    wrong *w = wg_alloc(t->m.c, (size_t)n + 1, sizeof *w);
    double mean = 0, off = 0, squares = 0, around = 0;
    if (!model_ok(&t->m)) return;
    for (int64_t i = 0; i < n; i++) mean += y[of[i]] / (double)n;
    for (int64_t i = 0; i < n; i++) {
        const double e = p[i] - y[of[i]];
        off += fabs(e) / (double)n, squares += e * e / (double)n;
        around += (y[of[i]] - mean) * (y[of[i]] - mean) / (double)n;
        w[i] = (wrong){ i, row[of[i]], fabs(e) };
    }
    printf("test   off by %.4g%s on average, root mean square %.4g; always the mean would be %.4g", off,
           f->date ? " days" : "", sqrt(squares), sqrt((mean - f->mu) * (mean - f->mu) + around));
    if (around > 0) printf("; R^2 %.4f", 1 - squares / around);
    putchar('\n');
    qsort(w, (size_t)n, sizeof *w, by_size);
    for (int64_t i = 0; i < n && i < WORST; i++) {
        char is[60], said[60];
        printf("  is %s, and the net says %s\n", fit_number(y[of[w[i].at]], f->date, is, sizeof is),
               fit_number(p[w[i].at], f->date, said, sizeof said));
        say_row(table, w[i].row);
    }
}

/* The same as an object: what dev and test say, and the names of the classes. */
static void report_json(const training *t, const fit_plan *f, const int64_t *of, int64_t n, const double *y,
                        const double *p)
{
    json j = json_start(stdout);
    const epoch_record *best = train_kept(t);
    double right = 0, off = 0, squares = 0;
    for (int64_t i = 0; i < n; i++) {
        const double e = f->classes ? 0 : p[i] - y[of[i]];
        right += f->classes && fit_largest(p + i * f->count, f->count) == (int64_t)y[of[i]];
        off += fabs(e) / (double)n, squares += e * e / (double)n;
    }
    json_text(&j, "answer", f->answer);
    if (f->classes) json_array(&j, "classes");
    for (int64_t i = 0; f->classes && i < f->count; i++) json_text(&j, NULL, f->word[i]);
    if (f->classes) json_end(&j);
    json_array(&j, "columns");
    for (int i = 0; i < f->columns; i++) json_text(&j, NULL, f->column[i].name);
    json_end(&j);
    json_whole(&j, "epochs", t->loop.epoch), json_whole(&j, "best", best->epoch);
    json_object(&j, "dev");
    json_whole(&j, "rows", wg_data_rows(t->dev));
    json_number(&j, "loss", best->dev.value[0], WG_F32),
        json_number(&j, t->name[1], best->dev.value[1], WG_F32);
    json_end(&j);
    json_object(&j, "test");
    json_whole(&j, "rows", n);
    if (f->classes) json_number(&j, "right", right / (double)n, WG_F64);
    else json_number(&j, "off", off, WG_F64), json_number(&j, "root_mean_square", sqrt(squares), WG_F64);
    json_end(&j);
    json_text(&j, "folder", t->folder);
    json_finish(&j);
}

void fit_report(training *t, const fit_plan *f, wg_table *table, const int64_t *row, wg_data *test,
                const double *y)
{
    const int64_t n = wg_data_rows(test), wide = f->classes ? f->count : 1, *of = wg_data_x(test).data;
    double *p = wg_alloc(t->m.c, (size_t)(n * wide) + 1, sizeof *p);
    const epoch_record *best = train_kept(t);
    char text[2][40];
    if (!p || !best || !train_values(t, of, n, "p", wide, p)) return;
    if (t->m.a->json) {
        report_json(t, f, of, n, y, p);
        return;
    }
    for (int i = 0; i < 2; i++)
        wgx_fit_number_text(best->dev.value[i], t->is_share[i], text[i], sizeof text[i]);
    printf("dev    loss %s  %s %s in epoch %lld, the best of %lld\n", text[0], t->name[1], text[1],
           (long long)best->epoch, (long long)t->loop.epoch);
    (f->classes ? report_classes : report_numbers)(t, f, table, row, of, n, y, p);
}
