/* train_line.c: what train prints. Progress goes to standard error: on a terminal one line that is written
 * again and again, else a line for each epoch. The result goes to standard output. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "train.h"

/* ---- numbers ---- */

/* "95.9 %" or "0.1412" */
static void put_measure(FILE *out, const training *t, int i, double v)
{
    if (t->is_share[i] && isfinite(v)) fprintf(out, "%.1f %%", 100 * v);
    else fprintf(out, fabs(v) >= 1e-4 && fabs(v) < 9999.5 ? "%#.4g" : "%.4g", v);
}

/* 48,000 */
static void put_whole(FILE *out, double v)
{
    char digits[40];
    const int n = snprintf(digits, sizeof digits, "%.0f", v);
    for (int i = 0; i < n; i++) fprintf(out, "%s%c", i && (n - i) % 3 == 0 ? "," : "", digits[i]);
}

/* 0:02, or 1:05:09 */
static void put_time(FILE *out, double seconds)
{
    const long s = seconds < 1e8 ? (long)ceil(seconds) : 100000000;
    if (s >= 3600) fprintf(out, "%ld:%02ld:%02ld", s / 3600, s / 60 % 60, s % 60);
    else fprintf(out, "%ld:%02ld", s / 60, s % 60);
}

/* A rate of two digits: 48,000. */
static double rounded(double v)
{
    const double unit = v >= 1 ? pow(10, floor(log10(v)) - 1) : 1;
    return round(v / unit) * unit;
}

/* ---- progress ---- */

void train_say_data(const training *t)
{
    char split[100] = "";
    if (t->dev)
        snprintf(split, sizeof split, ", %lld train, %lld dev", (long long)wg_data_rows(t->rows),
                 (long long)wg_data_rows(t->dev));
    if (!t->data.spec) return;
    tool_note(t->m.a, "data %s: %lld rows%s%s", t->data.spec, (long long)t->data.rows, split, t->data.said);
}

/* Whether a step is an epoch: then nothing is said of rows. */
static bool is_whole(const training *t) { return t->minimizes || !t->data.spec; }

static void put_line(FILE *out, const training *t, const epoch_record *r)
{
    const int64_t done = r ? r->epoch : wg_data_epoch(t->rows) + 1;
    const double seconds = tool_now() - t->began;
    const int width = snprintf(NULL, 0, "%lld", (long long)t->epochs);
    fprintf(out, "%s %*lld/%lld", is_whole(t) ? "step" : "epoch", width, (long long)done,
            (long long)t->epochs);
    for (int i = 0; i < t->measures && i < 4; i++) {
        fprintf(out, "  %s ", t->name[i]);
        put_measure(out, t, i, r ? r->train.value[i] : t->mean[i].value);
    }
    if (r && t->dev)
        fputs("  dev ", out), put_measure(out, t, t->measures > 1, r->dev.value[t->measures > 1]);
    if (t->minimizes && r) fprintf(out, "  gradient %.2g", t->gradient);
    if (!t->rows_done || seconds <= 0) return;
    const double speed = (double)t->rows_done / seconds;
    fputs("  ", out);
    put_whole(out, rounded(speed));
    fputs("/s", out);
    const double steps = (double)(t->steps - t->step), all = steps / (double)t->steps * (double)t->epochs;
    if (steps <= 0) return;
    fputs("  ", out);
    put_time(out, all * (double)wg_data_rows(t->rows) / speed);
    fputs(" left", out);
}

/* Without a terminal at most about a hundred lines are printed, or ten of a training whose epochs are
 * steps. */
static bool is_due(const training *t, const epoch_record *r)
{
    const int64_t each = is_whole(t) ? (t->epochs + 9) / 10 : 1 + t->epochs / 200;
    return r && (r->epoch % each == 0 || r->epoch == 1 || r->epoch == t->epochs);
}

void train_line(training *t, const epoch_record *r)
{
    static double next;
    const bool moves = terminal_moves(STDERR_FILENO);
    char *text = NULL;
    size_t size = 0;
    if (args_has(t->m.a, "quiet") ||
        (moves ? tool_now() < next && !(r && r->epoch == t->epochs) : !is_due(t, r)))
        return;
    next = tool_now() + 0.1;
    FILE *out = open_memstream(&text, &size);
    if (!out) return;
    put_line(out, t, r);
    fclose(out);
    if (moves) fprintf(tool_notes(), "\r\033[K%.*s", terminal_width() - 1, text);
    else fprintf(tool_notes(), "%s\n", text);
    t->shown = moves;
    free(text);
}

void train_erase(training *t)
{
    if (t->shown) fputc('\n', tool_notes());
    t->shown = false;
}

/* ---- JSON ---- */

static void measures_json(json *j, const training *t, const measures *v)
{
    const wg_dtype dtype = wg_context_dtype(t->m.c);
    json_number(j, "loss", v->value[0], dtype);
    json_object(j, "metrics");
    for (int i = 1; i < t->measures; i++) json_number(j, t->name[i], v->value[i], dtype);
    json_end(j);
}

static void record_json(json *j, const training *t, const epoch_record *r)
{
    json_whole(j, "epoch", r->epoch);
    measures_json(j, t, &r->train);
    if (t->dev) {
        json_object(j, "dev");
        measures_json(j, t, &r->dev);
        json_end(j);
    }
    json_number(j, "lr", r->lr, WG_F64);
}

char *train_json(const training *t, const epoch_record *r)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    if (!out) return NULL;
    json j = json_start(out);
    record_json(&j, t, r);
    json_number(&j, "seconds", r->seconds, WG_F32);
    json_finish(&j);
    fclose(out);
    return text;
}

/* ---- the result ---- */

static void result_json(const training *t, const epoch_record *r)
{
    json j = json_start(stdout);
    if (r) record_json(&j, t, r);
    json_whole(&j, "epochs", t->epochs);
    json_whole(&j, "steps", t->step);
    json_bool(&j, "finished", t->end != GOING || wg_data_epoch(t->rows) >= t->epochs);
    if (t->minimizes) {
        json_number(&j, "gradient", t->gradient, WG_F64);
        json_bool(&j, "converged", t->end == CONVERGED);
    }
    if (!t->data.spec) {
        json_object(&j, "params");
        for (int i = 0; i < wg_params_count(t->m.p); i++) {
            const wg_tensor v = wg_params_tensor(t->m.p, i);
            json_values(&j, wg_params_name(t->m.p, i), &v);
        }
        json_end(&j);
    }
    if (t->folder) json_text(&j, "folder", t->folder);
    json_finish(&j);
}

/* The parameters of few elements: of a program without data they are what was looked for. */
static void params_text(const training *t)
{
    enum { FEW = 24 };
    const print_style style = { .out = stdout };
    for (int i = 0; i < wg_params_count(t->m.p); i++) {
        const wg_tensor v = wg_params_tensor(t->m.p, i);
        if (wg_shape_size(v.shape) <= FEW) print_tensor(&style, wg_params_name(t->m.p, i), &v);
    }
}

/* Whether what is minimised has fallen so far below its first value that it seems to have no bound. */
static bool falls_without_end(const training *t)
{
    const double first = t->record[0].train.value[0], last = t->record[t->records - 1].train.value[0];
    return last < -1e9 * fmax(1, fabs(first));
}

static void result_text(const training *t, const epoch_record *r)
{
    const int64_t done = wg_data_epoch(t->rows);
    printf("%lld %s%s", (long long)done, is_whole(t) ? "step" : "epoch", done == 1 ? "" : "s");
    for (int i = 0; r && i < t->measures; i++)
        printf("  %s ", t->name[i]), put_measure(stdout, t, i, r->train.value[i]);
    for (int i = 0; r && t->dev && i < t->measures; i++)
        printf("  dev %s ", t->name[i]), put_measure(stdout, t, i, r->dev.value[i]);
    if (t->minimizes) {
        printf("  gradient %.2g", t->gradient);
        if (t->end == GOING) printf(", above the tolerance %.2g", t->tolerance);
        if (t->end == STUCK && falls_without_end(t))
            printf(", above the tolerance %.2g: it still falls, and seems to have no minimum", t->tolerance);
        else if (t->end == STUCK)
            printf(", above the tolerance %.2g: no step was found that makes it smaller; is there a minimum?",
                   t->tolerance);
    }
    if (t->folder) printf("    %s/weights.safetensors", t->folder);
    putchar('\n');
    if (!t->data.spec) params_text(t);
}

void train_result(const training *t)
{
    const epoch_record *r = t->records ? &t->record[t->records - 1] : NULL;
    if (t->m.a->json) result_json(t, r);
    else result_text(t, r);
}
