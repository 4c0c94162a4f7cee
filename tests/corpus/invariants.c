/* invariants.c: what a report says is true. Of each report three things are looked at again, with the numbers
 * that the report has and not with the code that made it:
 *
 *     a row says pass only if yours is within ten bars of the slope, and ten bars are at most 10 % of it or
 *     0.3 % of
 *         a typical component
 *     a hint is printed only if the gradient that is changed as it says is right
 *     the gradient "is right" only where a slope was seen
 *     a PASS of one vector has no component at the given point that was not seen or fails, unless it is zero,
 *     and
 *         INCONCLUSIVE has a reason */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "check/check_private.h"
#include "corpus/measured.h"

static const char *complaint; /* the first one of the report that is looked at */

static void expect(bool holds, const char *what)
{
    if (!holds && !complaint) complaint = what;
}

static bool is_within(double off, double bar) { return fabs(off) <= 10 * bar; }

static bool is_seen(double slope, double bar, double typical)
{
    return 10 * bar <= fmax(0.1 * fabs(slope), 0.003 * typical);
}

/* ---- rows ---- */

/* "  W[2,0]  yours +1.2   numeric +1.3 ± 2e-13   pass" */
static void look_at_rows(const wg_check *r, const char *text)
{
    char name[80];
    for (const char *line = text; line; line = strchr(line, '\n')) {
        line += *line == '\n';
        const size_t length = strcspn(line, "\n");
        if (length < 4 || strncmp(line + length - 4, "pass", 4) || sscanf(line, " %79s", name) != 1) continue;
        for (int k = 0; k < r->parts; k++) {
            const wgi_check_part *in = &r->part[k];
            char place[WGI_CHECK_TEXT];
            for (int64_t i = 0; i < in->size; i++) {
                if (isnan(in->slope[i]) || strcmp(wgi_check_place(in, i, place), name)) continue;
                expect(is_within(in->analytic[i] - in->slope[i], in->bar[i]),
                       "a row beyond ten bars says pass");
                expect(is_seen(fmax(fabs(in->analytic[i]), fabs(in->slope[i])), in->bar[i], in->typical),
                       "a row that shows nothing says pass");
            }
        }
    }
}

/* ---- hints ---- */

/* The gradient of component i, changed as the hint says. False: it is no hint that is known here. */
static bool changed(const char *hint, const wgi_check_part *in, int64_t i, double *to)
{
    char whose[20];
    double f;
    int batch, one, other;
    *to = in->analytic[i];
    if (!strcmp(hint, "the sign is wrong")) *to *= -1;
    else if (!strcmp(hint, "a factor 2 is missing")) *to *= 2;
    else if (!strcmp(hint, "a factor 2 too much")) *to /= 2;
    else if (sscanf(hint, "the sum over the batch of %d", &batch) == 1) *to /= batch;
    else if (sscanf(hint, "the mean over the batch of %d", &batch) == 1) *to *= batch;
    else if (sscanf(hint, "the numeric is %lf times", &f) == 1) *to *= f;
    else if (sscanf(hint, "%19s is %lf times the numeric", whose, &f) == 2) *to /= f;
    else if (sscanf(hint, "yours times %lf", &f) == 1) *to *= f;
    else if (sscanf(hint, "yours divided by %lf", &f) == 1) *to /= f;
    else if (sscanf(hint, "x[%d] and x[%d] are exchanged", &one, &other) == 2)
        *to = in->analytic[i == one ? other : i == other ? one : i];
    else if (strstr(hint, "at the place of the next")) *to = in->analytic[(i + 1) % in->size];
    else if (strstr(hint, "at the place of the one before"))
        *to = in->analytic[(i + in->size - 1) % in->size];
    else if (strstr(hint, " is the transpose"))
        *to = in->analytic[i % in->shown.shape.dim[1] * in->shown.shape.dim[0] + i / in->shown.shape.dim[1]];
    else return false;
    return true;
}

/* Whether component i is one of those that the hint calls wrong; true of a hint that names none. */
static bool is_named(const char *hint, int i)
{
    int at;
    const char *only = strstr(hint, "only x["), *from = strstr(hint, "wrong from x["),
               *to = strstr(hint, "wrong up to x[");
    if (only && sscanf(only, "only x[%d]", &at) == 1) return i == at;
    if (from && sscanf(from, "wrong from x[%d]", &at) == 1) return i >= at;
    return !to || sscanf(to, "wrong up to x[%d]", &at) != 1 || i <= at;
}

static void look_at_hint(const wgi_check_part *in)
{
    const char *hint = in->hint;
    char change[WGI_CHECK_TEXT];
    int64_t wrong = 0;
    const bool names = strstr(hint, "only ") || strstr(hint, "wrong "), rounded = strstr(hint, " here, and ");
    if (!*hint) return;
    snprintf(change, sizeof change, "%.*s", (int)strcspn(hint, ";"), hint); /* behind it: which ones */
    for (int64_t i = 0; i < in->size; i++) {
        if (isnan(in->slope[i])) continue;
        const bool was_wrong = !is_within(in->analytic[i] - in->slope[i], in->bar[i]);
        double g;
        wrong += was_wrong;
        if (names)
            expect(!was_wrong || is_named(hint, (int)i), "another component is wrong than those named");
        if (names && !strchr(hint, ';') && !strncmp(hint, strstr(hint, "only ") ? "only " : "wrong ", 5))
            continue;
        if (strstr(hint, " is zero")) {
            expect(!was_wrong || in->analytic[i] == 0, "a gradient is said to be zero and is not");
        } else if (changed(change, in, i, &g)) {
            const bool counts = was_wrong || strstr(hint, "everywhere") || strstr(hint, "transpose");
            const double bar = in->bar[i] * fmax(2, 2 * fabs(g / in->analytic[i])) +
                               (rounded ? 1e-6 * fabs(in->slope[i]) : 0);
            expect(!counts || is_within(g - in->slope[i], bar), "a hint with which the gradient is wrong");
        } else {
            expect(false, "a hint that is not known");
        }
    }
    expect(wrong || in->shown.wrong, "a hint where nothing is wrong");
}

/* ---- "the gradient is right" ---- */

static void look_at_why(const wg_check *r)
{
    const char *slope = strstr(r->why, "the slope is ");
    double value, bar, typical = 0;
    if (!strstr(r->why, "the gradient is right") || !slope) return;
    if (sscanf(slope, "the slope is %lf \302\261 %lf", &value, &bar) != 2)
        return expect(false, "no slope is said");
    for (int k = 0; k < r->parts; k++) typical = fmax(typical, r->part[k].typical);
    expect(is_seen(value, bar * 0.9, typical), "the gradient is called right where nothing was seen");
}

static void look_at_verdict(const wg_check *r)
{
    if (wg_check_verdict(r) == WG_INCONCLUSIVE) {
        bool some = *wg_check_facts_of(r)->reason;
        for (int k = 0; k < wg_check_facts_of(r)->inputs; k++) some |= *wg_check_input_at(r, k).reason;
        expect(some, "INCONCLUSIVE has no reason");
    }
    if (wg_check_verdict(r) != WG_PASS || wg_check_facts_of(r)->inputs != 1 || r->is_graph) return;
    for (int64_t i = 0; i < r->part[0].size; i++) {
        const wg_check_component c = wg_check_component_at(r, 0, i);
        expect(!*c.word || !strcmp(c.word, "pass") || (c.yours == 0 && c.numeric == 0),
               "a PASS with a component that is not");
    }
}

void wgt_see_report(const wgt_measuring *m, const wg_check *r, const char *name, wgt_figures *f)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    complaint = NULL;
    if (!out) abort();
    wg_check_print(r, out);
    fclose(out);
    if (!r->by_course) look_at_rows(r, text);
    for (int k = 0; k < r->parts && !r->by_course; k++) look_at_hint(&r->part[k]);
    look_at_why(r), look_at_verdict(r);
    f->sentences.all++, f->sentences.good += !complaint;
    if (complaint) wgt_list_case(m, r, "untrue: %s: %s", name, complaint);
    free(text);
}
