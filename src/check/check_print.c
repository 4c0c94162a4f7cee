/* check_print.c: prints the report of a gradient check. The same check prints the same bytes, so print
 * no times, no addresses, and numbers as in the C locale. */
#include "check/check_private.h"

#include <stdlib.h>
#include <unistd.h>

static const char *colored(const char *word, FILE *out)
{
    static const char *const words[][2] = { { "FAIL", "\033[1;31mFAIL\033[0m" },
                                            { "PASS", "\033[1;32mPASS\033[0m" },
                                            { "INCONCLUSIVE", "\033[1;33mINCONCLUSIVE\033[0m" } };
    const char *no = getenv("NO_COLOR"), *term = getenv("TERM");
    if ((no && *no) || (term && !strcmp(term, "dumb")) || fileno(out) < 0 || !isatty(fileno(out)))
        return word;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (!strcmp(word, words[i][0])) return words[i][1];
    return word;
}

/* ---- rows: the components that are printed ---- */

/* "ratio 0.5000", "ratio 1-1e-05" */
static void print_ratio_of(double ratio, FILE *out)
{
    char near[32];
    snprintf(near, sizeof near, "1%+.0e", ratio - 1);
    if (ratio != 1 && fabs(ratio - 1) < 5e-4) fprintf(out, "ratio %-8s ", near);
    else fprintf(out, fabs(ratio) < 1e4 ? "ratio %-8.4f " : "ratio %-8.1e ", ratio + 0.0);
}

/* "kink, slopes -1 and +1"; "": f has one slope there, as far as is known. */
static const char *sides_text(const wgi_compared *c, char to[WGI_CHECK_TEXT])
{
    const bool apart = c && fabs(c->right - c->left) > 2 * c->bar;
    to[0] = 0;
    if (c && ((c->kind == WGI_SLOPE_KINK && apart) || c->kind == WGI_SLOPE_CUSP))
        wgi_check_say(to, "%s, slopes %+.6g and %+.6g",
                      c->kind == WGI_SLOPE_KINK ? "kink"
                      : c->left == c->right     ? "vertical"
                                                : "cusp",
                      c->left, c->right);
    return to;
}

/* What lets a row pass that its numbers alone do not. */
static const char *by_what_rule(const wg_check *r, const wgi_check_part *in, int64_t i)
{
    const double off = wgi_check_off(r, in, i);
    if (off > 0 && off == in->bar[i]) return ": it differs by no more than the tolerance";
    return in->analytic[i] == 0 || wgi_check_sees_alone(in->analytic[i], in->bar[i])
               ? ""
               : ": small beside the others";
}

/* How many digits show that a and b differ, `least` at least. */
static int digits_of(double a, double b, int least)
{
    char s[40], t[40];
    for (int n = least; n < 17; n++) {
        snprintf(s, sizeof s, "%.*e", n - 1, a), snprintf(t, sizeof t, "%.*e", n - 1, b);
        if (a == b || strcmp(s, t)) return n;
    }
    return 17;
}

static void print_row(const wg_check *r, const wgi_check_part *in, int64_t i, int width, FILE *out)
{
    char place[WGI_CHECK_TEXT], sides[WGI_CHECK_TEXT];
    const char *word = wgi_check_row_word(r, in, i);
    const wgi_compared *c = wgi_check_decides(r, in, i);
    const double yours = in->analytic[i], numeric = c ? in->slope[i] : in->numeric[i];
    const bool fails = !strcmp(word, "FAIL"), kink = *sides_text(c, sides);
    const int digits = fails ? digits_of(yours, numeric, 7) : 7;
    fprintf(out, "  %-*s  %s ", width, wgi_check_place(in, i, place), wgi_check_whose(r));
    if (isnan(yours)) fprintf(out, "nan             ");
    else fprintf(out, "%+.*e   ", digits - 1, yours + 0.0);
    /* then the difference with one step is no slope, either */
    if (c && c->kind != WGI_SLOPE_CUSP && !isfinite(c->bar) && !c->shared && !isnan(c->yours)) {
        fprintf(out, "no slope                           %s\n", colored(word, out));
        return;
    }
    if (kink) fprintf(out, "%s ", sides);
    else fprintf(out, "numeric %+.*e ", digits - 1, numeric);
    fprintf(out, "\302\261 %.0e   ", c ? in->bar[i] : in->step_noise);
    if (kink || !fails || numeric == 0 || isnan(yours)) fprintf(out, "%15s", "");
    else print_ratio_of(yours / numeric, out);
    fprintf(out, "%s%s%s\n", colored(word, out), fails && in->hint[0] ? "  " : "",
            fails                        ? in->hint
            : c && !strcmp(word, "pass") ? by_what_rule(r, in, i)
                                         : "");
}

static void print_part(const wg_check *r, const wgi_check_part *in, int width, FILE *out)
{
    int64_t row[WGI_CHECK_ROWS];
    int rows = in->shown.left_out ? 0 : wgi_check_rows(r, in, row);
    for (int k = 0; k < rows; k++) print_row(r, in, row[k], width, out);
    if (r->parts == 1 && in->shown.course > rows)
        fprintf(out, "  and %lld more\n", (long long)(in->shown.course - rows));
    if (in->shown.left_out) fprintf(out, "  %-*s  not checked: %s\n", width, in->shown.name, in->reason);
    else if (in->reason[0] && strcmp(in->reason, r->reason))
        fprintf(out, "  %-*s  %s: %s\n", width, in->shown.name, wg_verdict_name(in->shown.verdict),
                in->reason);
}

/* Of many parts few are printed, those that fail first: one mistake makes all parameters before it wrong. */
enum { MOST_PARTS = 8, BESIDE_CAUSE = 3 };

static int most_parts(const wg_check *r)
{
    for (int i = 0; i < r->findings; i++)
        if (r->finding[i].stage != WGI_STAGE_RUN && !wg_is_none(r->finding[i].node)) return BESIDE_CAUSE;
    return MOST_PARTS;
}

static void print_parts(const wg_check *r, int width, FILE *out)
{
    static const wg_verdict order[] = { WG_FAIL, WG_INCONCLUSIVE, WG_PASS };
    static const char *const more[] = { "fail, too", "are inconclusive", "pass" };
    const int most = most_parts(r);
    int shown = 0;
    for (int k = 0; k < r->parts && r->parts <= most; k++) print_part(r, &r->part[k], width, out);
    if (r->parts <= most) return;
    const char *before = "  and";
    for (int j = 0; j < 3; j++) {
        int left = 0;
        EACH_PART(k, r) {
            if (r->part[k].shown.verdict != order[j]) continue;
            if (shown < most) print_part(r, &r->part[k], width, out), shown++;
            else left++;
        }
        if (!left) continue;
        fprintf(out, "%s %d more %s", before, left, more[j]);
        before = ",";
    }
    if (*before == ',') fprintf(out, "\n");
}

/* ---- the whole ---- */

static int width_of(const wg_check *r)
{
    size_t width = 0;
    EACH_PART(k, r) {
        int64_t row[WGI_CHECK_ROWS];
        char place[WGI_CHECK_TEXT];
        const int rows = wgi_check_rows(r, &r->part[k], row);
        if (strlen(r->part[k].shown.name) > width) width = strlen(r->part[k].shown.name);
        for (int j = 0; j < rows; j++)
            if (strlen(wgi_check_place(&r->part[k], row[j], place)) > width) width = strlen(place);
    }
    return (int)width;
}

enum { MOST_POINT = 8 };

static void print_head(const wg_check *r, FILE *out)
{
    int64_t n = 0;
    EACH_PART(k, r) n += r->part[k].size;
    fprintf(out, "gradcheck %s", r->o.name);
    if (n) fprintf(out, "  n %lld", (long long)n);
    if (r->parts > 1) fprintf(out, " in %d", r->parts);
    if (!isnan(r->f)) fprintf(out, "  f %.8g", r->f);
    for (int k = 0; k < r->parts && !r->is_graph && n > 0 && n <= MOST_POINT; k++) {
        fprintf(out, "%s %s = [", k ? "," : "  at", r->part[k].shown.name);
        EACH_COMPONENT(i, &r->part[k]) fprintf(out, "%s%.6g", i ? ", " : "", r->part[k].point[i]);
        fprintf(out, "]");
    }
    if (r->is_graph) fprintf(out, "  at %s  in double, random draws frozen", r->where);
    const bool given = r->o.accuracy > 0 && r->noise <= r->o.accuracy * fabs(r->f);
    if (isfinite(r->noise)) fprintf(out, "  noise %.1e (%s)", r->noise, given ? "given" : "measured");
    fprintf(out, "\n");
}

static void print_ratio(const wg_check *r, FILE *out)
{
    if (!isfinite(r->ratio)) return;
    fprintf(out, "ratio at eps %g%s: %.1e  ", r->o.eps, r->o.one_sided ? ", one-sided" : "", r->ratio);
    long long n = 0, compared = 0;
    EACH_PART(k, r) {
        n += r->part[k].shown.left_out ? 0 : r->part[k].size;
        compared += r->part[k].shown.course;
    }
    if (compared < n) fprintf(out, "(%lld of %lld components)  ", compared, n);
    /* The course's word is the verdict if the course was asked for. Else it must not contradict it. */
    const bool large = r->ratio > 1e-5;
    if (!r->by_course && (r->verdict == WG_FAIL) != large) fprintf(out, "(floor %.0e)\n", r->floor);
    else if (r->floor > 1e-7 && r->ratio <= 10 * r->floor)
        fprintf(out, "not resolvable below %.1e\n", r->floor);
    else fprintf(out, "%s  (floor %.0e)\n", wgi_check_word(r->ratio), r->floor);
}

/* ---- findings ---- */

/* " at [0,3]"; nothing for a scalar, or if it is no single element. */
static void print_index(const wgi_finding *f, FILE *out)
{
    char index[WGI_CHECK_TEXT];
    if (f->shown.element >= 0 && f->shown.shape.rank)
        fprintf(out, " at %s", wgi_check_index("", f->shown.shape, f->shown.element, index));
}

/* Of an op whose rule is wrong so many nodes are printed. */
enum { MOST_NODES = 3 };

/* How many findings before i, and in all, are of the stage and op of finding i. */
static int alike(const wg_check *r, int i, int end)
{
    int n = 0;
    for (int j = 0; j < end; j++)
        n += r->finding[j].stage == r->finding[i].stage &&
             !strcmp(r->finding[j].shown.op, r->finding[i].shown.op);
    return n;
}

/* Prints the findings of a stage. Returns how many there are. */
static int print_findings(const wg_check *r, wgi_stage stage, void (*print)(const wgi_finding *, FILE *),
                          FILE *out)
{
    int n = 0;
    for (int i = 0; i < r->findings; i++) {
        if (r->finding[i].stage != stage) continue;
        n++;
        const int before = alike(r, i, i), all = alike(r, i, r->findings);
        if (before < MOST_NODES) print(&r->finding[i], out);
        else if (before == MOST_NODES)
            fprintf(out, "       and %d more of %s\n", all - MOST_NODES,
                    *r->finding[i].shown.op     ? r->finding[i].shown.op
                    : stage == WGI_STAGE_SECOND ? "H u"
                                                : "the parameters");
    }
    return n;
}

static void print_numbers(const wgi_finding *f, FILE *out)
{
    const int digits = digits_of(f->shown.yours, f->shown.numeric, 10);
    fprintf(out, ": %s %.*g, numeric %.*g \302\261 %.0e\n", f->whose, digits, f->shown.yours, digits,
            f->shown.numeric, f->shown.bar);
    if (f->remedy[0]) fprintf(out, "       %s\n", f->remedy);
}

static void print_by(const wgi_finding *f, FILE *out)
{
    fprintf(out, ", by %s%s", f->shown.operand >= 0 && strncmp(f->shown.by, "operand ", 8) ? "operand " : "",
            f->shown.by);
}

/* "  FAIL cube h2, model.c:31" */
static void print_node(const wgi_finding *f, const char *what, FILE *out)
{
    fprintf(out, "  %s %s%s%s%s, %s", colored("FAIL", out), what, f->shown.op, *f->shown.name ? " " : "",
            f->shown.name, f->shown.where);
}

static void print_rule(const wgi_finding *f, FILE *out)
{
    print_node(f, f->stage == WGI_STAGE_SECOND ? "second derivative: " : "", out);
    print_by(f, out);
    print_index(f, out);
    print_numbers(f, out);
}

/* Of the whole function: the component that is wrong, or where none is alone what the finding is by. */
static void print_slope(const wgi_finding *f, FILE *out)
{
    char place[WGI_CHECK_TEXT];
    const char *of = f->shown.by;
    if (*f->shown.op) { /* of a rule */
        print_rule(f, out);
        return;
    }
    if (f->shown.element >= 0) of = wgi_check_index(of, f->shown.shape, f->shown.element, place);
    fprintf(out, "  %s %s%s %s", colored("FAIL", out),
            f->stage == WGI_STAGE_SECOND ? "second derivative: " : "", of, wgi_check_point_text(f->point));
    print_numbers(f, out);
}

/* ---- second derivatives ---- */

static void print_seconds(const wg_check *r, FILE *out)
{
    if (r->o.order < 2) return;
    print_findings(r, WGI_STAGE_SECOND, print_slope, out);
    fprintf(out, "  second derivatives: ");
    if (!r->second.whole && !r->second.rules) {
        const char *why = r->second_reason;
        if (wgi_check_has(r, WGI_STAGE_RULE)) why = "a rule is wrong";
        fprintf(out, "not compared%s%s\n", *why ? ": " : "", why);
        return;
    }
    fprintf(out, "%lld operands of rules compared with slopes of the rules", (long long)r->second.rules);
    if (r->second.unclear) fprintf(out, ", %lld could not be", (long long)r->second.unclear);
    fprintf(out, "\n  H u %s slopes of the gradient",
            r->second.whole ? "compared with" : "could not be compared with");
    if (!r->second.whole && r->second_reason[0] && strcmp(r->second_reason, r->reason))
        fprintf(out, ": %s", r->second_reason);
    if (r->second.whole && *r->second.kink)
        fprintf(out, " beside the kink of %s, and followed to the point", r->second.kink);
    if (r->second.zero) fprintf(out, ": all zero, the rules and their slopes");
    if (r->second.blurred) fprintf(out, ", %d could not be", r->second.blurred);
    fprintf(out, "\n");
}

static void print_run(const wgi_finding *f, FILE *out)
{
    fprintf(out, "  %s ", colored("FAIL", out));
    if (*f->shown.op)
        fprintf(out, "%s, %s%s%s", f->shown.op, f->shown.where, *f->shown.by ? ", by " : "", f->shown.by);
    else fprintf(out, "%s", f->shown.by);
    print_index(f, out);
    const int digits = digits_of(f->shown.yours, f->shown.numeric, 10);
    fprintf(out, ": %s: %.*g, %.*g\n", f->remedy, digits, f->shown.yours, digits, f->shown.numeric);
}

/* "the rule of cube h2, model.c:31, by operand x"; if no rule is known, where the gradient becomes wrong. */
static void print_first_wrong(const wgi_finding *f, FILE *out)
{
    const bool is_rule = f->shown.operand >= 0;
    print_node(f, is_rule ? "the rule of " : "the gradient becomes wrong at ", out);
    if (is_rule) print_by(f, out);
    if (f->point != WGI_POINT_GIVEN) fprintf(out, ", %s", wgi_check_point_text(f->point));
    const int digits = digits_of(f->shown.yours, f->shown.numeric, 10);
    fprintf(out, ": along a direction %s %.*g, numeric %.*g \302\261 %.0e\n       %s\n", f->whose, digits,
            f->shown.yours, digits, f->shown.numeric, f->shown.bar, f->remedy);
}

/* "  not compared, another derivative on purpose: quantize, model.c:31; stop_gradient, model.c:9" */
static void print_meant(const wg_check *r, FILE *out)
{
    const long long more = r->rules.held - r->meant.count;
    const long long alone = r->rules.not_built;
    if (alone) fprintf(out, "  %lld node%s could not be compared alone\n", alone, alone == 1 ? "" : "s");
    if (!r->meant.count) return;
    fprintf(out, "  not compared, another derivative on purpose:");
    for (int i = 0; i < r->meant.count; i++) fprintf(out, "%s %s", i ? ";" : "", r->meant.name[i]);
    if (more > 0) fprintf(out, "; and %lld more", more);
    fprintf(out, "\n");
}

static void print_rules(const wg_check *r, FILE *out)
{
    print_meant(r, out);
    if (!r->rules.compared) return;
    const int wrong = print_findings(r, WGI_STAGE_RULE, print_rule, out);
    fprintf(out, "  rules of the nodes: %lld operands compared with differences of their kernels",
            (long long)r->rules.compared);
    if (wrong) fprintf(out, ", %d FAIL%s", wrong, wrong == 1 ? "S" : "");
    if (r->rules.unclear) fprintf(out, ", %lld could not be", (long long)r->rules.unclear);
    fprintf(out, "\n");
}

/* ---- where the gradient was compared ---- */

const char *wgi_check_slopes_text(wgi_point p)
{
    static const char *const text[WGI_POINTS] = { "slopes at the given point", "slopes 1 % away",
                                                  "slopes 1 % away to the other side",
                                                  "slopes after ten steps of descent" };
    return text[p];
}

const char *wgi_check_point_text(wgi_point p) { return wgi_check_slopes_text(p) + strlen("slopes "); }

/* Where it could not be compared, and why. */
static void print_unused(const wg_check *r, FILE *out)
{
    const char *before = "";
    for (int p = 0; p < wg_check_facts_of(r)->points; p++) {
        const wg_check_point at = wg_check_point_at(r, p);
        if (at.used || !r->at[p].why || !strcmp(at.why, "not needed") || !strcmp(at.why, before)) continue;
        fprintf(out, "; not %s: %s", at.text, at.why);
        before = at.why;
    }
}

static void print_points(const wg_check *r, FILE *out)
{
    const char *before = "  compared with slopes ";
    if (r->o.course_only) fprintf(out, "  differences with one step alone: no rules, no slopes\n");
    for (wgi_point p = 0; p < WGI_POINTS; p++) {
        if (!r->at[p].used) continue;
        fprintf(out, "%s%s%s", before, wgi_check_point_text(p), r->at[p].differ ? " (FAILS)" : "");
        before = ", ";
    }
    if (*before != ',') return;
    print_unused(r, out);
    fprintf(out, "\n");
    for (int i = 0; i < r->findings; i++) { /* what no row shows */
        const wgi_finding *f = &r->finding[i];
        const bool here = f->point == WGI_POINT_GIVEN, fails_here = r->at[WGI_POINT_GIVEN].differ;
        const bool is_new = here ? f->shown.element < 0 || f->remedy[0] : !fails_here;
        if (f->stage == WGI_STAGE_SLOPE && is_new) print_slope(f, out);
    }
}

/* ---- coverage ---- */

/* " (12 compared, each alone and in 6 directions)" */
static void print_compared(const wgi_check_part *in, FILE *out)
{
    int64_t wrong;
    const long long alone = wgi_check_single(in, &wrong), n = in->size, directions = in->shown.directions;
    if (n == 1) return;
    if (!directions) fprintf(out, alone < n ? " (%lld of %lld compared" : " (%lld compared", alone, n);
    else fprintf(out, " (%lld compared, ", n);
    if (directions && alone == n) fprintf(out, "each alone and ");
    if (directions) fprintf(out, "together in %lld direction%s", directions, directions == 1 ? "" : "s");
    if (directions && alone && alone < n) fprintf(out, ", %lld alone", alone);
    fprintf(out, ")");
}

static void print_nothing_shown(const wg_check *r, const wgi_check_part *in, FILE *out)
{
    const long long zeros = wgi_check_zeros(r, in);
    int small = 0; /* compared components that are no larger than their bars */
    EACH_COMPONENT(i, in)
        small += !isnan(in->slope[i]) && in->analytic[i] != 0 && 10 * in->bar[i] > fabs(in->analytic[i]);
    if (zeros)
        fprintf(out, "; %lld of its components %s zero everywhere and show%s nothing", zeros,
                zeros == 1 ? "is" : "are", zeros == 1 ? "s" : "");
    if (small) fprintf(out, "; %d %s lost in the noise of f", small, small == 1 ? "is" : "are");
}

enum { FAR_FROM = 3 };

static void print_covered(const wg_check *r, const wgi_check_part *in, FILE *out)
{
    fprintf(out, "  nothing above %.1e of ", in->shown.resolution);
    if (in->size == 1) fprintf(out, "%s", in->shown.name);
    else fprintf(out, "a typical component of %s", in->shown.name);
    fprintf(out, " could hide");
    if (in->shown.here > FAR_FROM * in->shown.resolution)
        fprintf(out, ", %.1e at the given point alone", in->shown.here);
    print_compared(in, out);
    print_nothing_shown(r, in, out);
    fprintf(out, "\n");
}

static void print_names(const wgi_names *n, const char *after, FILE *out)
{
    for (int i = 0; i < n->count; i++) fprintf(out, "%s %s", i ? "," : "", n->name[i]);
    fprintf(out, "%s\n", after);
}

static void print_left_out(const wg_check *r, FILE *out)
{
    const wgi_names *none = &r->unreached, *stored = &r->stored;
    if (none->count)
        fprintf(out, "  not reached, %s does not depend on %s:", r->o.name, none->count == 1 ? "it" : "them"),
            print_names(none, "", out);
    if (stored->count)
        fprintf(out, "  not checked, f16 and bf16 are not trained:"),
            print_names(stored, "; freeze by wg_params_freeze, or keep in f32 and use wg_cast", out);
}

static void print_coverage(const wg_check *r, FILE *out)
{
    int shown = 0, more = 0;
    double worst = 0;
    EACH_PART(k, r) {
        const wgi_check_part *in = &r->part[k];
        if (in->shown.verdict != WG_PASS || in->shown.left_out || !(in->shown.resolution < INFINITY))
            continue;
        if (r->parts <= most_parts(r) || (r->verdict == WG_PASS && shown++ < MOST_PARTS))
            print_covered(r, in, out);
        else worst = fmax(worst, in->shown.resolution), more++;
    }
    if (more)
        fprintf(out, "  nothing above %.1e of a typical component of %s%d %s could hide\n", worst,
                shown ? "" : "the ", more, shown ? "more" : "that pass");
    print_left_out(r, out);
}

static void print_all(const wg_check *r, FILE *out)
{
    static const char *const verdict[] = { "PASS", "FAIL", "INCONCLUSIVE" };
    int width = width_of(r);
    print_head(r, out);
    print_rules(r, out);
    print_findings(r, WGI_STAGE_FIRST, print_first_wrong, out);
    print_findings(r, WGI_STAGE_RUN, print_run, out);
    if (!isnan(r->noise)) print_parts(r, width, out);
    print_points(r, out);
    print_seconds(r, out);
    print_coverage(r, out);
    print_ratio(r, out);
    if (r->why[0]) fprintf(out, "  %s\n", r->why);
    if (r->gaps && isfinite(r->f))
        fprintf(out, "  f had no value %lld times, first at %s\n", (long long)r->gaps, r->gap);
    if (r->stopped) fprintf(out, "partial: stopped at %.0f %% of %s\n", 100 * r->share, r->stage);
    fprintf(out, "verdict %s%s%s   %lld evaluations\n", colored(verdict[r->verdict], out),
            r->reason[0] ? ": " : "", r->reason, (long long)r->evaluations);
}

void wg_check_print(const wg_check *r, FILE *out)
{
    if (!out) return;
    r = wgi_check_given(r);
    wgi_check_locale l = wgi_check_locale_begin();
    print_all(r, out);
    wgi_check_locale_end(l);
}
