/* judge.c: computes verdicts from differences. A difference counts against the gradient only if nothing
 * else can explain it: neither rounding noise of f divided by the step, nor a kink or curvature within the
 * step. Components that are wrong beyond doubt fail whatever the course's ratio is. */
#include "check/check_private.h"

#include <float.h>
#include <stdlib.h>

static bool is_beyond(double off, double bar) { return off > WGI_BEYOND * bar; }

wgi_compared wgi_check_compare(double yours, double error, double size, double allowed, const wgi_slope *s)
{
    wgi_compared c = { .kind = s->kind, .yours = yours, .numeric = s->value, .bar = s->bar + error };
    c.share = INFINITY, c.left = s->left, c.right = s->right;
    c.slope_bar = s->kind == WGI_SLOPE_KINK ? fmax(s->left_bar, s->right_bar) : s->bar;
    if (!isfinite(yours)) return c.bar = s->bar, c;
    if (s->kind == WGI_SLOPE_KINK) {
        const double low = fmin(s->left, s->right), high = fmax(s->left, s->right);
        c.numeric = yours < low ? low : yours > high ? high : yours;
        c.bar = fmax(s->left_bar, s->right_bar) + error;
        c.share = fabs(yours - c.numeric) / fmax(size, fmax(fabs(low), fabs(high)));
        c.differ = is_beyond(fabs(yours - c.numeric), c.bar) && c.share > allowed;
        return c;
    }
    const double off = fabs(yours - s->value);
    c.clear = s->kind == WGI_SLOPE_SMOOTH || s->kind == WGI_SLOPE_EDGE;
    c.differ = c.clear && is_beyond(off, c.bar);
    c.share = off / fmax(size, fabs(s->value));
    if (c.differ && c.share <= allowed) c.differ = false, c.bar = off;
    /* f has two slopes, at large steps and at small ones, and the gradient is the other one */
    const bool is_other = isfinite(s->other) && !is_beyond(fabs(yours - s->other), s->other_bar + error);
    if (c.differ && is_other) c.clear = c.differ = false;
    return c;
}

static const double GREAT = 1e-7, OK = 1e-5, WORRY = 1e-3;
static const double NOISE_FACTOR = 10; /* noise may explain a difference of this many standard deviations */

const char *wgi_check_word(double ratio)
{
    return ratio <= GREAT   ? "great"
           : ratio <= OK    ? "ok"
           : ratio <= WORRY ? "worry"
           : ratio > WORRY  ? "very likely a bug"
                            : "no number";
}

/* ---- sums ---- */

typedef struct sums {
    double analytic, numeric, deviation; /* sums of squares */
    double noise;                        /* the part of deviation that rounding alone would cause */
    int64_t count;
} sums;

static void add(sums *s, const wgi_check_part *in)
{
    EACH_COMPONENT(i, in) {
        double a = in->analytic[i], n = in->numeric[i];
        if (isnan(n)) continue;
        s->analytic += a * a, s->numeric += n * n, s->deviation += (a - n) * (a - n);
        s->noise += in->step_noise * in->step_noise;
        s->count++;
    }
}

static double scale(const sums *s) { return sqrt(s->numeric) + sqrt(s->analytic); }
static double ratio(const sums *s) { return sqrt(s->deviation) / scale(s); }
static double floor_of(const sums *s) { return sqrt(s->noise) / scale(s); }

static const double LIMIT = WGI_CHECK_LIMIT;

/* ---- components ---- */

static double size_of(const wgi_check_part *in, int64_t i)
{
    return fabs(in->analytic[i]) + fabs(in->numeric[i]);
}

wgi_compared wgi_check_known(const wg_check *r, const wgi_check_part *in, int64_t i)
{
    wgi_compared c = { .yours = in->analytic[i], .numeric = in->slope[i], .bar = in->bar[i] };
    if (!r->by_course && !isnan(c.numeric)) {
        c.differ = in->n.differ && !(fabs(c.yours - c.numeric) <= WGI_BEYOND * c.bar);
        return c;
    }
    const double off = wgi_check_deviation(in, i);
    c.numeric = in->numeric[i];
    c.bar = fmax(in->step_noise, OK * fabs(c.numeric));
    c.differ = (r->by_course || in->n.differ) && !r->o.one_sided && off > WORRY * size_of(in, i) &&
               off > NOISE_FACTOR * in->step_noise + in->spread[i];
    return c;
}

void wgi_check_record(wg_check *r, wgi_check_part *in, int64_t i, const wgi_compared *c)
{
    wgi_compared *list = wgi_check_grow(r, in->record, in->records, &in->room, sizeof *list);
    if (!in->record_of) in->record_of = wg_alloc(r->c, (size_t)in->size, sizeof *in->record_of);
    if (list) in->record = list;
    if (!list || !in->record_of) return;
    wgi_compared *to = &in->record[in->records++];
    *to = *c, to->is_alone = i >= 0;
    if (i < 0) return;
    if (in->rounding) to->bar += in->rounding[i] * (in->narrow ? DBL_EPSILON / FLT_EPSILON : 1);
    /* at a kink every slope between those to both sides is right; without a slope nothing is seen */
    in->slope[i] = c->numeric;
    in->bar[i] = c->clear || c->differ || c->kind == WGI_SLOPE_KINK ? to->bar : INFINITY;
    in->record_of[i] = in->records;
}

const wgi_compared *wgi_check_recorded(const wgi_check_part *in, int64_t i)
{
    return in->record_of && in->record_of[i] ? &in->record[in->record_of[i] - 1] : NULL;
}

bool wgi_check_is_at_kink(const wgi_check_part *in, int64_t i)
{
    const wgi_compared *c = wgi_check_recorded(in, i);
    return c && c->kind == WGI_SLOPE_KINK;
}

static bool all_alone(const wgi_check_part *in)
{
    EACH_COMPONENT(i, in)
        if (isnan(in->bar[i])) return false;
    return true;
}

static bool is_wrong(const wg_check *r, const wgi_check_part *in, int64_t i)
{
    return wgi_check_known(r, in, i).differ;
}

const wgi_compared *wgi_check_decides(const wg_check *r, const wgi_check_part *in, int64_t i)
{
    return r->by_course ? NULL : wgi_check_recorded(in, i);
}

double wgi_check_off(const wg_check *r, const wgi_check_part *in, int64_t i)
{
    return fabs(in->analytic[i] - (wgi_check_decides(r, in, i) ? in->slope[i] : in->numeric[i]));
}

static bool before(const wg_check *r, const wgi_check_part *in, int64_t i, int64_t j)
{
    bool wrong_i = is_wrong(r, in, i), wrong_j = is_wrong(r, in, j);
    const bool slope_i = wgi_check_decides(r, in, i),
               slope_j = wgi_check_decides(r, in, j); /* their bars are smaller */
    if (wrong_i == wrong_j && slope_i != slope_j) return slope_i;
    return wrong_i != wrong_j ? wrong_i : wgi_check_off(r, in, i) > wgi_check_off(r, in, j);
}

/* Chooses the components of a part to print: wrong ones first, then by falling difference. If the report has
 * several parts, each prints one row. */
int wgi_check_rows(const wg_check *r, const wgi_check_part *in, int64_t row[WGI_CHECK_ROWS])
{
    return wgi_check_most_off(r, in, row, r->parts == 1 ? WGI_CHECK_ROWS : 1);
}

int wgi_check_most_off(const wg_check *r, const wgi_check_part *in, int64_t row[], int most)
{
    int count = 0;
    EACH_COMPONENT(i, in) {
        if (!wgi_check_decides(r, in, i) && (isnan(in->analytic[i]) || isnan(in->numeric[i])))
            continue; /* not compared */
        int at = count;
        while (at > 0 && before(r, in, i, row[at - 1])) at--;
        if (at == most) continue;
        if (count < most) count++;
        memmove(row + at + 1, row + at, (size_t)(count - 1 - at) * sizeof *row);
        row[at] = i;
    }
    return count;
}

/* ---- hints: a change of the gradient with which it is right ---- */

/* Whether yours times f is right in all of them. */
static bool holds_times(const wgi_compared c[], int64_t n, double f)
{
    for (int64_t i = 0; i < n; i++) {
        const double bar = WGI_BEYOND * (1 + fabs(f)) * c[i].bar;
        if (!(fabs(f * c[i].yours - c[i].numeric) <= bar) || bar > LIMIT * fabs(c[i].numeric)) return false;
    }
    return true;
}

double wgi_check_factor(const wgi_compared c[], int64_t n, bool *divide)
{
    const double all[2] = { c[0].numeric / c[0].yours, c[0].yours / c[0].numeric };
    const int larger = fabs(all[1]) > fabs(all[0]);
    char text[32];
    for (int digits = 1; digits <= 15 && isfinite(all[0]) && isfinite(all[1]); digits++)
        for (int j = 0; j < 2; j++) {
            const int k = j ^ larger;
            snprintf(text, sizeof text, "%.*g", digits, all[k]);
            const double f = strtod(text, NULL);
            *divide = k;
            if (holds_times(c, n, k ? 1 / f : f)) return f;
        }
    return 0;
}

static bool is_transpose(const wg_check *r, const wgi_check_part *in)
{
    const int64_t n = in->shown.shape.dim[0], m = in->shown.shape.dim[1];
    if (in->shown.shape.rank != 2 || n < 2 || m < 2) return false;
    EACH_COMPONENT(i, in) {
        const wgi_compared c = wgi_check_known(r, in, i);
        if (isnan(c.numeric) || is_beyond(fabs(in->analytic[i % m * n + i / m] - c.numeric), c.bar))
            return false;
    }
    return true;
}

/* c: the n components that are wrong. others: some are right. */
static void say_factor(const wg_check *r, wgi_check_part *in, const wgi_compared c[], int64_t n, bool others)
{
    bool divide = false;
    const char *whose = wgi_check_whose(r);
    const double f = wgi_check_factor(c, n, &divide);
    bool is_batch = false;
    for (int k = 0; k < r->batches; k++) is_batch |= f >= 3 && (double)r->batch[k] == f;
    if (f == -1) wgi_check_say(in->hint, "the sign is wrong");
    else if (f == 2) wgi_check_say(in->hint, divide ? "a factor 2 too much" : "a factor 2 is missing");
    else if (is_batch)
        wgi_check_say(in->hint,
                      divide ? "the sum over the batch of %.0f where f takes the mean"
                             : "the mean over the batch of %.0f where f takes the sum",
                      f);
    else if (f != 0 && n > 1)
        wgi_check_say(in->hint, "%s is %.15g times %s%s", divide ? whose : "the numeric", f,
                      divide ? "the numeric" : whose, others ? "" : " everywhere");
    else if (is_transpose(r, in)) wgi_check_say(in->hint, "%s is the transpose", whose);
}

static void make_hint(const wg_check *r, wgi_check_part *in)
{
    bool zero = true, others = false;
    int64_t n = 0;
    wgi_compared *wrong = wg_alloc(r->c, (size_t)in->size + 1, sizeof *wrong);
    for (int64_t i = 0; wrong && i < in->size; i++) {
        const wgi_compared c = wgi_check_known(r, in, i);
        if (wgi_check_is_at_kink(in, i)) others = true; /* a factor explains no kink */
        else if (c.differ) zero &= c.yours == 0, wrong[n++] = c;
        else others |= !isnan(c.numeric);
    }
    if (n && zero)
        wgi_check_say(in->hint,
                      others ? "%s is zero here: a term is missing" : "%s is zero: a path is missing",
                      wgi_check_whose(r));
    else if (n) say_factor(r, in, wrong, n, others);
    wg_free(r->c, wrong);
}

/* ---- verdicts ---- */

static bool is_zero(const sums *s) { return s->analytic == 0 && s->numeric == 0; }
static bool is_noise(const sums *s) { return ratio(s) <= NOISE_FACTOR * floor_of(s); }

/* The verdict from the sums. Components that are wrong beyond doubt decide first. In a two-sided check a
 * large ratio without such a component is inconclusive and not a failure. */
static wg_verdict verdict_of(const wg_check *r, const sums *s, int64_t wrong, char reason[WGI_CHECK_TEXT])
{
    if (!s->count) wgi_check_say(reason, "nothing to compare");
    else if (is_zero(s))
        wgi_check_say(reason, "all zero, the gradient and its differences: nothing is shown");
    else if (!isfinite(ratio(s))) wgi_check_say(reason, "the gradient is too large to be compared");
    else if (wrong) return WG_FAIL;
    else if (ratio(s) <= OK) return WG_PASS;
    else if (is_noise(s))
        wgi_check_say(reason, "rounding noise: with this step no ratio below %.1e can be told from zero",
                      NOISE_FACTOR * floor_of(s));
    else if (ratio(s) <= WORRY) wgi_check_say(reason, "the ratio is between ok and a bug");
    else if (r->o.one_sided) return WG_FAIL;
    else
        wgi_check_say(
            reason,
            "the gradient lies between the one-sided differences: a kink at this point, or a step too large");
    return WG_INCONCLUSIVE;
}

/* The same, of a typical component. */
static const double OF_TYPICAL = 0.003;

bool wgi_check_sees(const wgi_check_part *in, double own, double bar)
{
    return wgi_check_sees_alone(own, bar) || WGI_BEYOND * bar <= OF_TYPICAL * in->typical;
}

bool wgi_check_sees_alone(double own, double bar) { return WGI_BEYOND * bar <= LIMIT * fabs(own); }

double wgi_check_certainty(int draws) { return 0.8 * WGI_BEYOND * pow(1000, 1.0 / draws); }

bool wgi_check_sees_along(const wgi_check_part *in, double bar)
{
    return wgi_check_certainty(in->draws) * bar <= LIMIT * in->moved;
}

static const char *why_unseen(const wgi_compared *c, char text[WGI_CHECK_TEXT])
{
    static const char *const of_kind[] = { [WGI_SLOPE_JUMP] = "where f jumps",
                                           [WGI_SLOPE_ROUGH] = "where f is not smooth",
                                           [WGI_SLOPE_KINK] = "where several kinks of f meet",
                                           [WGI_SLOPE_NOWHERE] = "where f has no value beside the point" };
    if (!c) return "where f is not smooth";
    if (isfinite(c->bar))
        return wgi_check_say(text, "where a slope of %+.6g is known to \302\261 %.0e only", c->numeric,
                             c->bar),
               text;
    if (c->unsure) return "that differs, and there are no evaluations to make sure of it";
    if (c->shared) return "at a kink that components share: f moves with them together";
    if (c->kind != WGI_SLOPE_CUSP) return of_kind[c->kind] ? of_kind[c->kind] : "where f has no slope";
    if (isnan(c->left) || isnan(c->right))
        wgi_check_say(text, "where the slope of f to the %s tends to %+.6g",
                      isnan(c->left) ? "right" : "left", isnan(c->left) ? c->right : c->left);
    else
        wgi_check_say(text, "where f has a %s: its slopes tend to %+.6g and %+.6g",
                      c->left == c->right ? "vertical tangent" : "cusp", c->left, c->right);
    return text;
}

/* Of the comparisons at the given point the one that shows least: the first without a slope, else the one
 * with the widest bar. alone: of those of components. */
static const wgi_compared *least_seen(const wgi_check_part *in, bool alone)
{
    const wgi_compared *least = NULL;
    for (int j = 0; j < in->records; j++) {
        const wgi_compared *c = &in->record[j];
        if (alone && !c->is_alone) continue;
        if (!isfinite(c->bar)) return c;
        if (alone == c->is_alone && (!least || c->bar > least->bar)) least = c;
    }
    return least;
}

/* How many components are not seen at the given point. If directions were compared: all, if an error of 10 %
 * could hide there. *blind: some have no slope at all there. */
static int64_t unseen_here(const wgi_check_part *in, bool *blind)
{
    int64_t n = 0, kinks = 0; /* kinks: compared alone, and not seen */
    double widest = 0;
    EACH_COMPONENT(i, in) {
        widest = fmax(widest, in->bar[i]);
        const bool seen = wgi_check_sees(in, in->analytic[i], in->bar[i]);
        n += !seen, kinks += !seen && wgi_check_is_at_kink(in, i);
    }
    *blind = !isfinite(all_alone(in) ? widest : in->widest);
    return all_alone(in) ? n : wgi_check_sees_along(in, in->widest) ? kinks : in->size;
}

/* Whether yours and the slopes are zero to within their bars, as far as slopes are known. */
static bool is_zero_within(const wgi_check_part *in)
{
    bool known = false;
    EACH_COMPONENT(i, in) {
        if (isnan(in->slope[i])) continue;
        known = true;
        if (is_beyond(fmax(fabs(in->analytic[i]), fabs(in->slope[i])), in->bar[i])) return false;
    }
    return known;
}

/* ---- rows ---- */

const char *wgi_check_row_word(const wg_check *r, const wgi_check_part *in, int64_t i)
{
    const bool slope = wgi_check_decides(r, in, i);
    if (slope && isnan(in->slope[i]) && isfinite(in->analytic[i])) return "not seen";
    if (slope && in->shown.verdict == WG_FAIL && !(wgi_check_off(r, in, i) <= WGI_BEYOND * in->bar[i]))
        return "FAIL";
    if (slope) return wgi_check_sees(in, in->slope[i], in->bar[i]) ? "pass" : "not seen";
    if (in->shown.verdict == WG_PASS) return "pass";
    if (is_wrong(r, in, i)) return "FAIL";
    if (in->shown.verdict != WG_FAIL) return "inconclusive";
    const double off = wgi_check_deviation(in, i);
    return off <= OK * size_of(in, i) || off <= NOISE_FACTOR * in->step_noise ? "pass" : "FAIL";
}

wg_check_component wg_check_component_at(const wg_check *r, int input, int64_t i)
{
    r = wgi_check_given(r);
    wg_check_component c = { NAN, NAN, INFINITY, NAN, NAN, "", "" };
    if (input < 0 || input >= r->parts || i < 0 || i >= r->part[input].size) return c;
    const wgi_check_part *in = &r->part[input];
    const wgi_compared *at = wgi_check_decides(r, in, i);
    char text[WGI_CHECK_TEXT];
    c.yours = in->analytic[i], c.numeric = in->numeric[i];
    if (at) c = (wg_check_component){ at->yours, at->numeric, in->bar[i], at->left, at->right, "", "" };
    if (isnan(c.numeric)) return c;
    c.word = wgi_check_row_word(r, in, i);
    if (at && !strcmp(c.word, "not seen")) snprintf(c.why, sizeof c.why, "%s", why_unseen(at, text));
    return c;
}

/* Whether f hardly moves with a part, as yours says: by little more than its noise where each component moves
 * by its size. Where yours says that it moves and slopes show nothing, as on stairs, other parts do not
 * decide. */
static bool is_small(const wg_check *r, const wgi_check_part *in)
{
    static const double LITTLE = 1e4;
    const double most = LITTLE * fmax(r->noise, DBL_EPSILON * fabs(r->f));
    EACH_COMPONENT(i, in)
        if (fabs(in->analytic[i]) * fmax(fabs(in->point[i]), in->scale) > most) return false;
    return true;
}

/* The share by which a component that runs is off, at most; of one that is less than SMALL of a typical one,
 * of that. In f32 a typical one is that of 1 % away, too: where a net has converged, all of the gradient is
 * rounding. *none: the exact gradient is zero, as that of a bias before batch norm. */
static const double RAN = 0.01;
static double ran_off(const wgi_check_part *in, bool *none)
{
    static const double SMALL = 0.1, ZERO = 1e-8;
    const bool runs = in->exact && in->ran;
    double typical = runs ? wgi_check_rms(in->exact, in->size) : 0, most = 0;
    *none = runs;
    if (in->narrow) typical = fmax(typical, in->typical);
    for (int64_t i = 0; runs && i < in->size; i++) {
        const double off = fabs(in->ran[i] - in->exact[i]);
        if (fabs(in->exact[i]) > ZERO * in->rounding[i]) *none = false;
        if (off > 0) most = fmax(most, off / fmax(fabs(in->exact[i]), SMALL * typical));
    }
    return most;
}

/* The verdict from slopes, and whether other parts decide. Of a graph the rules were compared at the given
 * point, each with its own kernel: there the gradient may be below the noise of f. */
static wg_verdict verdict_by_slopes(const wg_check *r, wgi_check_part *in)
{
    bool blind, none;
    const double off = ran_off(in, &none);
    char *reason = in->reason, why[WGI_CHECK_TEXT];
    const int64_t unseen = unseen_here(in, &blind);
    in->run = none ? 0 : off;
    in->silent = (in->n.clear && (r->is_graph || is_small(r, in))) || !in->size;
    if (in->n.differ || in->ran_wrong) return WG_FAIL;
    if (!in->size) wgi_check_say(reason, "nothing to compare");
    else if (in->unsure)
        in->silent =
            !wgi_check_say(reason,
                           "it differs by %.0e of a component, and too few evaluations are left to make sure "
                           "of that: give more",
                           in->unsure);
    else if (!in->n.clear)
        wgi_check_say(reason, "no slope can be compared: %s",
                      in->n.kinks ? "kinks at every point" : why_unseen(least_seen(in, false), why));
    else if (!(in->shown.resolution < INFINITY) && unseen && blind)
        wgi_check_say(reason, "no slope can be compared at the given point: %s",
                      why_unseen(least_seen(in, false), why));
    else if (!(in->shown.resolution < INFINITY))
        wgi_check_say(reason, "all zero, the gradient and its differences: nothing is shown");
    else if (none && off > 0)
        wgi_check_say(reason, "the exact gradient is zero, and all that runs is rounding");
    else if (off > RAN)
        in->silent = !wgi_check_say(reason,
                                    "the gradient that runs is off by %.0e of a component, as rounding "
                                    "explains: the terms that it adds cancel",
                                    off);
    else if (in->shown.resolution > LIMIT && *r->solver)
        wgi_check_say(
            reason,
            "%s solves its equation with an error of its own, in which one of %.0e of a component could hide",
            r->solver, in->shown.resolution);
    else if (in->shown.resolution > LIMIT && is_zero_within(in) && (r->is_graph || is_small(r, in)))
        wgi_check_say(reason,
                      "the gradient is zero to within the noise of f: an error below that could hide");
    else if (in->shown.resolution > LIMIT)
        wgi_check_say(reason, "rounding noise: an error of %.0e of a component could hide in it",
                      in->shown.resolution);
    else if (unseen)
        in->silent = wgi_check_say(reason, "not seen at the given point: %lld of %lld components, %s",
                                   (long long)unseen, (long long)in->size,
                                   why_unseen(least_seen(in, unseen < in->size || all_alone(in)), why)) &&
                     r->is_graph && !blind;
    else if (in->is_torn)
        wgi_check_say(reason,
                      "f has a slope by each component alone, and another one where they move together");
    else return WG_PASS;
    return WG_INCONCLUSIVE;
}

static bool analytic_is_finite(wgi_check_part *in)
{
    char place[WGI_CHECK_TEXT];
    EACH_COMPONENT(i, in) {
        if (isfinite(in->analytic[i])) continue;
        if (!in->reason[0])
            wgi_check_say(in->reason, "component %s of the gradient is %s%s", wgi_check_place(in, i, place),
                          isnan(in->analytic[i]) ? "NaN" : "infinite",
                          !in->n.differ         ? ""
                          : isnan(in->slope[i]) ? ", and f has a slope to each side"
                                                : ", and f has a slope there");
        in->shown.worst = i;
        if (in->n.differ) in->shown.verdict = WG_FAIL, in->shown.wrong = 1;
        return false;
    }
    return true;
}

static void judge_part(wg_check *r, wgi_check_part *in)
{
    sums s = { 0 };
    in->shown.verdict = WG_INCONCLUSIVE, in->shown.ratio = in->shown.floor = NAN, in->shown.worst = -1;
    in->step_noise = r->noise * sqrt(2) / (r->o.one_sided ? r->o.eps : 2 * r->o.eps);
    if (in->shown.left_out || !analytic_is_finite(in)) return;
    add(&s, in);
    in->shown.course = s.count;
    EACH_COMPONENT(i, in) in->shown.wrong += is_wrong(r, in, i);
    wgi_check_most_off(r, in, &in->shown.worst, 1);
    in->shown.ratio = ratio(&s), in->shown.floor = floor_of(&s);
    bool unmeasured = in->reason[0];
    if (!r->by_course) {
        in->reason[0] = 0;
        in->shown.verdict = verdict_by_slopes(r, in);
        in->silent &= in->shown.verdict == WG_INCONCLUSIVE;
    } else {
        in->shown.verdict =
            verdict_of(r, &s, in->shown.wrong, unmeasured ? (char[WGI_CHECK_TEXT]){ 0 } : in->reason);
        if (unmeasured && in->shown.verdict == WG_PASS) in->shown.verdict = WG_INCONCLUSIVE;
        in->silent =
            in->shown.verdict == WG_INCONCLUSIVE && !unmeasured && s.count && (is_zero(&s) || is_noise(&s));
    }
    /* what a tolerance lets pass could hide, too */
    if (in->shown.resolution < INFINITY)
        in->shown.resolution =
            fmax(fmax(in->shown.resolution, in->run), fmax(*r->solver ? 0 : r->allowed, in->overlooked));
    if (in->shown.wrong && !r->at_kink[0]) make_hint(r, in);
}

static int severity(wg_verdict v) { return v == WG_FAIL ? 2 : v == WG_INCONCLUSIVE ? 1 : 0; }

/* Pass if a part passes and none is worse. */
static wg_verdict verdict_of_parts(wg_check *r)
{
    EACH_PART(k, r)
        if (r->part[k].shown.verdict == WG_PASS && !r->part[k].shown.left_out) return WG_PASS;
    EACH_PART(k, r)
        if (r->part[k].reason[0]) memcpy(r->reason, r->part[k].reason, sizeof r->reason);
    return WG_INCONCLUSIVE;
}

/* The verdict comes from all components together. A part that is not silent can make it worse. */
void wgi_check_judge(wg_check *r)
{
    sums s = { 0 };
    int64_t wrong = 0;
    r->verdict = WG_INCONCLUSIVE, r->ratio = r->floor = NAN;
    if (r->reason[0]) return;
    EACH_PART(k, r) {
        judge_part(r, &r->part[k]);
        if (r->part[k].shown.course) add(&s, &r->part[k]);
        wrong += r->part[k].shown.wrong;
    }
    r->ratio = ratio(&s), r->floor = floor_of(&s);
    r->verdict = r->by_course ? verdict_of(r, &s, wrong, r->reason) : verdict_of_parts(r);
    if (wgi_check_has_failed(r)) r->verdict = WG_FAIL, r->reason[0] = 0;
    for (int k = r->parts; !s.count && k-- > 0;) memcpy(r->reason, r->part[k].reason, sizeof r->reason);
    EACH_PART(k, r) {
        const wgi_check_part *in = &r->part[k];
        if (in->shown.left_out || in->silent || severity(in->shown.verdict) <= severity(r->verdict)) continue;
        r->verdict = in->shown.verdict, r->reason[0] = 0;
    }
    const char *why = r->at_kink[0] ? r->at_kink : r->second_reason;
    if (r->verdict == WG_PASS && *why) {
        r->verdict = WG_INCONCLUSIVE;
        memcpy(r->reason, why, sizeof r->reason);
    }
}

/* ---- findings ---- */

/* A node whose rule is wrong is the cause itself. The parameters before it are wrong because of it. */
static int distance(const wgi_finding *f)
{
    static const int order[WGI_STAGES] = { [WGI_STAGE_RULE] = 0,
                                           [WGI_STAGE_FIRST] = 1,
                                           [WGI_STAGE_RUN] = 2,
                                           [WGI_STAGE_SLOPE] = 4,
                                           [WGI_STAGE_SECOND] = 5 };
    const bool late = wg_is_none(f->node) && (f->stage == WGI_STAGE_RUN || f->stage == WGI_STAGE_SECOND);
    return order[f->stage] + late;
}

/* Puts the findings in order: the nearest to the cause first. */
static void rank(wg_check *r)
{
    for (int i = 1; i < r->findings; i++) {
        const wgi_finding f = r->finding[i];
        int at = i;
        for (; at > 0 && distance(&r->finding[at - 1]) > distance(&f); at--)
            r->finding[at] = r->finding[at - 1];
        r->finding[at] = f;
    }
}

/* What is wrong by less everywhere may be meant so. */
static const double SMALL = 1e-3;

void wgi_check_conclude(wg_check *r)
{
    double most = 0;
    rank(r);
    for (int i = 0; i < r->findings; i++) {
        const wgi_finding *f = &r->finding[i];
        const double yours = f->shown.yours, numeric = f->shown.numeric,
                     share = fabs(yours - numeric) / fmax(fabs(yours), fabs(numeric));
        most = fmax(most, f->stage == WGI_STAGE_RUN ? INFINITY : f->share > 0 ? f->share : share);
    }
    if (r->verdict != WG_FAIL || r->by_course || !(most > 0 && most < SMALL)) return;
    const double ten = pow(10, floor(log10(most))), one_digit_up = ceil(most / ten * (1 - 1e-9)) * ten;
    wgi_check_say(r->reason,
                  "wrong by %.0e of a component: an error of that size, numbers in f32, a solver that stops "
                  "early, or a constant with few digits; a tolerance of %.0e allows it",
                  most, one_digit_up);
}
