/* figures.c: measures right functions and wrong gradients; prints the table. */
#include "corpus/figures.h"

#include <math.h>
#include <stdarg.h>
#include <string.h>

#include "corpus/gradients.h"
#include "corpus/measured.h"
#include "corpus/torch_rule.h"

/* ---- what is shared ---- */

void wgt_list_case(const wgt_measuring *m, const wg_check *r, const char *format, ...)
{
    char line[512];
    va_list more;
    if (!m->list) return;
    va_start(more, format);
    vsnprintf(line, sizeof line, format, more);
    va_end(more);
    fprintf(m->list, "%s\n", line);
    if (r && m->show && strstr(line, m->show)) wg_check_print(r, m->list);
}

void wgt_count_components(const wgt_measuring *m, const wg_check *r, const char *name, wgt_share *s)
{
    for (int k = 0; k < wg_check_facts_of(r)->inputs; k++) {
        const wg_check_input in = wg_check_input_at(r, k);
        const int64_t size = in.bar ? wg_shape_size(in.shape) : 0;
        for (int64_t i = 0; i < size; i++) {
            const double off = fabs(in.analytic[i] - in.slope[i]);
            if (!isfinite(in.bar[i]) || !isfinite(off)) continue;
            s->all++;
            if (off <= 3 * in.bar[i]) s->good++;
            else
                wgt_list_case(m, r, "beyond 3 bars: %s, %s[%lld]: yours %.10g, slope %.10g, bar %.1e", name,
                              in.name, (long long)i, in.analytic[i], in.slope[i], in.bar[i]);
        }
    }
}

/* ---- functions ---- */

static const char *const place_text[] = { "at the start", "around the start", "near the minimum" };

static void name_of(const wgt_function *f, char *to, size_t size)
{
    snprintf(to, size, "%s, %s, %s", f->kind, f->name, place_text[f->place]);
}

/* The gradient is that of an equation, and f stops before it is solved: the report says by how much they
 * differ, and with that tolerance it passes. */
static void measure_solver(const wgt_measuring *m, wgt_function *f, const wg_check *r, wgt_share *s)
{
    double by = 0;
    const bool says = sscanf(wg_check_facts_of(r)->reason,
                             "wrong by %*g of a component%*[^;]; a tolerance of %lg", &by) == 1;
    wg_check *again = wg_gradcheck_fn(f->f, f->n, f->x, &f->with, .tolerance = by);
    const bool good = says && wg_check_verdict(again) != WG_FAIL;
    s->all++, s->good += good;
    if (!good) wgt_list_case(m, says ? again : r, "solver: %s", f->name);
    wg_check_free(again);
}

static void measure_function(const wgt_measuring *m, wgt_function *f, wgt_figures *to)
{
    char name[160];
    double g[WGT_MOST_X];
    wg_check *r = wg_gradcheck_fn(f->f, f->n, f->x, &f->with);
    const wg_verdict v = wg_check_verdict(r);
    name_of(f, name, sizeof name);
    wgt_see_report(m, r, name, to);
    if (!strcmp(f->kind, "inner solver") && v == WG_FAIL) {
        measure_solver(m, f, r, &to->solvers);
        wg_check_free(r);
        return;
    }
    to->functions.all++, to->functions.good += v != WG_FAIL;
    if (v == WG_FAIL) wgt_list_case(m, r, "false FAIL: %s", name);
    if (f->wanted == WGT_PASS) {
        to->smooth.all++, to->smooth.good += v != WG_INCONCLUSIVE;
        if (v == WG_INCONCLUSIVE) wgt_list_case(m, r, "inconclusive: %s", name);
        wgt_count_components(m, r, name, &to->components);
    }
    wg_check_free(r);
    f->f(f->n, f->x, g, &f->with);
    r = wg_gradcheck_values(f->f, f->n, f->x, g, &f->with);
    to->given.all++, to->given.good += wg_check_verdict(r) != WG_FAIL;
    if (wg_check_verdict(r) == WG_FAIL) wgt_list_case(m, r, "false FAIL, array: %s", name);
    to->functions.torch += wgt_torch_accepts(f->f, f->n, f->x, g, &f->with);
    wg_check_free(r);
}

void wgt_measure_functions(const wgt_measuring *m, wgt_figures *f)
{
    wgt_functions all = wgt_functions_read(m->seed);
    for (size_t i = 0; i < all.count; i += (size_t)m->every) measure_function(m, &all.at[i], f);
    wgt_functions_free(&all);
}

/* ---- wrong gradients ---- */

static void measure_wrong(const wgt_measuring *m, wgt_wrong *w, wgt_figures *to)
{
    wgt_function *f = w->right;
    const bool near = f->place == WGT_NEAR_MINIMUM;
    wgt_share *s = near ? &to->near_minima : &to->starts;
    char name[160];
    double g[WGT_MOST_X];
    wg_check *r = wg_gradcheck_fn(wgt_wrong_function, f->n, f->x, w);
    name_of(f, name, sizeof name);
    s->all++, s->good += wg_check_verdict(r) == WG_FAIL;
    if (wg_check_verdict(r) != WG_FAIL)
        wgt_list_case(m, r, "not FAIL: %s: %s (%d)", name, wgt_spoil_text(w->how), (int)w->at);
    wgt_see_report(m, r, name, to);
    wg_check_free(r);
    wgt_wrong_function(f->n, f->x, g, w);
    s->torch += !wgt_torch_accepts(f->f, f->n, f->x, g, &f->with);
    if (near || wgt_is_fine(w->how)) return; /* there an array cannot be decided: it holds for one point */
    r = wg_gradcheck_values(f->f, f->n, f->x, g, &f->with);
    to->arrays.all++, to->arrays.good += wg_check_verdict(r) == WG_FAIL;
    if (wg_check_verdict(r) != WG_FAIL)
        wgt_list_case(m, r, "not FAIL, array: %s: %s (%d)", name, wgt_spoil_text(w->how), (int)w->at);
    wg_check_free(r);
}

void wgt_measure_gradients(const wgt_measuring *m, wgt_figures *f)
{
    size_t number = 0;
    wgt_functions all = wgt_functions_read(m->seed);
    for (size_t i = 0; i < all.count; i++)
        for (int how = 0; wgt_is_spoilt(&all.at[i]) && how < WGT_SPOILS; how++) {
            wgt_wrong w = { .right = &all.at[i], .how = (wgt_spoil)how };
            w.at = (7 * i + (size_t)how + (size_t)m->seed) %
                   (how == WGT_SPOIL_TERM ? wgt_terms(&all.at[i]) : all.at[i].n);
            if (number++ % (size_t)m->every == 0 && wgt_wrong_counts(&w)) measure_wrong(m, &w, f);
        }
    wgt_functions_free(&all);
}

/* ---- wrong at the given point alone ---- */

/* Points at edges of all kinds, where f may have no slope: who passes such a gradient has not looked at
 * it. */
void wgt_measure_edges(const wgt_measuring *m, wgt_figures *f)
{
    static const wgt_spoil hows[] = { WGT_SPOIL_TWICE, WGT_SPOIL_SIGN_OF_ONE, WGT_SPOIL_TENTH,
                                      WGT_SPOIL_ALL_PERCENT };
    enum { HOWS = sizeof hows / sizeof *hows };
    wgt_functions all = wgt_functions_read(m->seed);
    size_t number = 0;
    for (size_t i = 0; i < HOWS * all.count; i++) {
        wgt_wrong w = { .right = &all.at[i / HOWS], .how = hows[i % HOWS], .at = i, .here = true };
        if (w.right->place == WGT_AROUND || !strcmp(w.right->kind, "inner solver")) continue;
        if (wgt_wrong_share(&w) < 1e-4 || number++ % (size_t)m->every) continue;
        char name[160];
        name_of(w.right, name, sizeof name);
        wg_check *r = wg_gradcheck_fn(wgt_wrong_function, w.right->n, w.right->x, &w);
        const bool passes = wg_check_verdict(r) == WG_PASS;
        const bool is_valid = passes && wg_check_point_at(r, 0).kinks; /* one of the slopes at a kink */
        f->edges.all += !is_valid, f->edges.good += !passes;
        wgt_see_report(m, r, name, f);
        if (passes && !is_valid) wgt_list_case(m, r, "PASS, wrong here: %s: %s", name, wgt_spoil_text(w.how));
        wg_check_free(r);
    }
    wgt_functions_free(&all);
}

/* ---- the table ---- */

typedef struct row {
    const char *what;
    const wgt_share *share;
    double wanted; /* at least this share is good */
    const char *wanted_text;
    bool torch, few; /* torch's rule has a figure; few: print those that are not good */
} row;

static bool print_row(const row *w, FILE *out)
{
    const wgt_share *s = w->share;
    char measured[64], torch[32] = "-";
    if (!s->all) return true;
    const bool holds = (double)s->good >= w->wanted * (double)s->all;
    const long long all = (long long)s->all, bad = (long long)(s->all - s->good);
    if (w->few) snprintf(measured, sizeof measured, "%lld of %lld", bad, all);
    else
        snprintf(measured, sizeof measured, "%lld of %lld, %.2f %%", (long long)s->good, all,
                 100 * (double)s->good / (double)s->all);
    if (w->torch) snprintf(torch, sizeof torch, "%lld", (long long)(w->few ? s->all - s->torch : s->torch));
    if (out)
        fprintf(out, "%-54s %-10s %-24s %-14s%s\n", w->what, w->wanted_text, measured, torch,
                holds ? "" : "FALLS SHORT");
    return holds;
}

static bool print_seconds(const char *what, double seconds, double wanted, FILE *out)
{
    char text[2][32];
    if (!(seconds > 0)) return true;
    snprintf(text[0], sizeof text[0], "< %g s", wanted), snprintf(text[1], sizeof text[1], "%.3f s", seconds);
    if (out)
        fprintf(out, "%-54s %-10s %-24s %-14s%s\n", what, text[0], text[1], "-",
                seconds < wanted ? "" : "FALLS SHORT");
    return seconds < wanted;
}

bool wgt_figures_table(const wgt_figures *f, FILE *out)
{
    const row rows[] = {
        { "wrong rules named: node, operand, element", &f->rules, .98, ">= 98 %", .torch = false },
        { "  those after 300 steps", &f->rules_trained, .98, ">= 98 %", .torch = false },
        { "false FAIL on right functions", &f->functions, 1, "0", .torch = true, .few = true },
        { "  the same given as arrays", &f->given, 1, "0", .few = true },
        { "  of those that stop early: FAIL says by how much", &f->solvers, 1, "100 %", .torch = false },
        { "false FAIL on right nets", &f->nets, 1, "0", .few = true },
        { "wrong gradients FAIL, at starts", &f->starts, .99, ">= 99 %", .torch = true },
        { "  the same given as arrays", &f->arrays, .99, ">= 99 %", .torch = false },
        { "wrong gradients FAIL, near minima", &f->near_minima, .95, ">= 95 %", .torch = true },
        { "gradients wrong at the given point alone PASS", &f->edges, .97, "<= 3 %", .few = true },
        { "inconclusive on smooth right functions", &f->smooth, .95, "<= 5 %", .few = true },
        { "  on right nets", &f->nets_decided, .95, "<= 5 %", .few = true },
        { "false FAIL on right programs of many kinds", &f->kinds, 1, "0", .few = true },
        { "  inconclusive", &f->kinds_decided, .98, "<= 2 %", .few = true },
        { "reports in which a row, hint or sentence is untrue", &f->sentences, 1, "0", .few = true },
        { "right components beyond 3 bars", &f->components, .999, "< 0.1 %", .few = true },
    };
    bool holds = true;
    if (out) fprintf(out, "%-54s %-10s %-24s %s\n", "", "wanted", "measured", "torch's rule");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) holds &= print_row(&rows[i], out);
    holds &= print_seconds("25,450 parameters (784-32-10), batch 8", f->small_net, 0.3, out);
    holds &= print_seconds("159,010 parameters (784-200-10), batch 8", f->large_net, 2, out);
    return holds;
}
