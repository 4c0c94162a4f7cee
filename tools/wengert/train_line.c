/* train_line.c: what train prints. Progress goes to standard error: on a terminal one line that is written
 * again and again, else a line for each epoch. The result goes to standard output. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "train.h"

static void put_measure(const training *t, const char *before, int i, double v)
{
    char text[40];
    wgx_fit_number_text(v, t->is_share[i], text, sizeof text);
    printf("  %s%s %s", before, t->name[i], text);
}

/* ---- progress ---- */

void train_say_data(const training *t)
{
    char split[100] = "";
    if (t->dev)
        snprintf(split, sizeof split, ", %lld train, %lld dev", (long long)wg_data_rows(t->rows),
                 (long long)wg_data_rows(t->dev));
    if (!t->data.spec || t->quiet_data) return;
    tool_note(t->m.a, "data %s: %lld rows%s%s", t->data.spec, (long long)t->data.rows, split, t->data.said);
}

/* Whether a step is an epoch: then nothing is said of rows. */
static bool is_whole(const training *t) { return t->minimizes || !t->data.spec; }

static void line_text(const training *t, const epoch_record *r, char *text, size_t size)
{
    const double steps = (double)(t->steps - t->step) / (double)t->steps;
    wgx_fit_line l = { .word = is_whole(t) ? "step" : "epoch",
                       .epoch = r ? r->epoch : wg_data_epoch(t->rows) + 1,
                       .epochs = t->loop.epochs,
                       .measures = t->measures < WG_FIT_MEASURES ? t->measures : WG_FIT_MEASURES,
                       .has_dev = r && t->dev,
                       .dev = r ? r->dev.value[t->measures > 1] : 0,
                       .has_gradient = r && t->minimizes,
                       .gradient = t->gradient,
                       .rows = (double)t->rows_done,
                       .seconds = tool_now() - t->began,
                       .left = steps * (double)t->loop.epochs * (double)wg_data_rows(t->rows) };
    for (int i = 0; i < l.measures; i++) {
        l.name[i] = t->name[i], l.is_share[i] = t->is_share[i];
        l.value[i] = r ? r->train.value[i] : t->mean[i].value;
    }
    wgx_fit_line_text(&l, text, size);
}

void train_line(training *t, const epoch_record *r)
{
    static double next;
    char text[WG_FIT_LINE];
    const bool moves = terminal_moves(STDERR_FILENO);
    const bool due = moves ? tool_now() >= next || (r && r->epoch == t->loop.epochs)
                           : r && wgx_fit_line_is_due(r->epoch, t->loop.epochs, is_whole(t));
    if (args_has(t->m.a, "quiet") || !due) return;
    next = tool_now() + 0.1;
    line_text(t, r, text, sizeof text);
    if (moves) fprintf(tool_notes(), "\r\033[K%.*s", terminal_width() - 1, text);
    else fprintf(tool_notes(), "%s\n", text);
    t->shown = moves;
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
    FILE *out = tool_text_begin(&text, &size);
    if (!out) return NULL;
    json j = json_start(out);
    record_json(&j, t, r);
    json_number(&j, "seconds", r->seconds, WG_F32);
    json_finish(&j);
    tool_text_end(out, &text);
    return text;
}

/* ---- the result ---- */

static void result_json(const training *t, const epoch_record *r)
{
    json j = json_start(stdout);
    if (r) record_json(&j, t, r);
    json_whole(&j, "epochs", t->loop.epochs);
    if (t->loop.patience) json_whole(&j, "best", t->loop.best);
    json_whole(&j, "steps", t->step);
    json_bool(&j, "finished", train_done(t));
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
    if (r && t->loop.patience) printf(", the best is epoch %lld:", (long long)r->epoch);
    for (int i = 0; r && i < t->measures; i++) put_measure(t, "", i, r->train.value[i]);
    for (int i = 0; r && t->dev && i < t->measures; i++) put_measure(t, "dev ", i, r->dev.value[i]);
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
    const epoch_record *r = train_kept(t);
    if (t->m.a->json) result_json(t, r);
    else result_text(t, r);
}
