/* differences.c: the check of a function; the differences of a fixed step, as courses teach them; evaluations
 * of f, and its rounding noise; why a ratio is large although the gradient is right.
 *
 * Invariant: x equals point in every part, except while a difference or the noise is computed. If an
 * evaluation fails or is not finite, the component has no numeric gradient and its part gets a reason. The
 * other parts go on. */
#include "check/check_private.h"

#include <float.h>

/* f at x, counted. After a failure the context has failed. */
static double evaluate(wg_check *r, const wgi_check_target *t)
{
    if (!wgi_check_go_on(r)) return NAN;
    r->evaluations++;
    return t->value(t->self);
}

double wgi_check_try_value(wg_check *r, const wgi_check_target *t)
{
    const double f = evaluate(r, t);
    if (!wg_failed(r->c)) return f;
    wgi_check_recover(r);
    return NAN;
}

/* ---- noise ---- */

/* A number in [-1, 1) for each component, always the same: the same check gives the same report. */
static double direction(uint64_t i)
{
    i = (i + 1) * 0x9e3779b97f4a7c15u;
    i = (i ^ (i >> 32)) * 0xd6e8feb86659fd93u;
    return (double)(int64_t)(i ^ (i >> 32)) * 0x1p-63;
}

typedef struct shifted {
    wg_check *r;
    const wgi_check_target *t;
} shifted;

static void shift_all(wg_check *r, const wgi_check_target *t, double by)
{
    uint64_t count = 0;
    EACH_PART(k, r) {
        wgi_check_part *in = &r->part[k];
        EACH_COMPONENT(i, in) {
            double scale = in->point[i] != 0 ? in->point[i] : 1;
            in->x[i] = in->point[i] + by * scale * direction(count++);
        }
        t->set(t->self, k);
    }
}

static double along_all(void *self, double by, double *moved)
{
    const shifted *q = self;
    shift_all(q->r, q->t, by);
    *moved = by;
    return wgi_check_try_value(q->r, q->t);
}

/* ---- differences ---- */

/* f with component i of part k set to xi. If it has no finite value, the part gets a reason, unless it has
 * one. */
static double evaluate_at(wg_check *r, const wgi_check_target *t, int k, int64_t i, double xi)
{
    wgi_check_part *in = &r->part[k];
    in->x[i] = xi;
    t->set(t->self, k);
    double f = evaluate(r, t);
    in->x[i] = in->point[i];
    if (!isfinite(f) && !in->reason[0] && !wgi_check_is_stopped(r)) {
        char place[WGI_CHECK_TEXT];
        wgi_check_place(in, i, place);
        if (wg_failed(r->c))
            wgi_check_say(in->reason, "f fails at %s = %.17g: %s", place, xi, wg_message(r->c));
        else wgi_check_say(in->reason, "f is %s at %s = %.17g", isnan(f) ? "NaN" : "infinite", place, xi);
    }
    wgi_check_recover(r);
    return isfinite(f) ? f : NAN;
}

/* The difference of a step. Divide by high - low and not by 2 eps: x + eps and x - eps are rounded. */
static double compute(wg_check *r, const wgi_check_target *t, int k, int64_t i, double eps, double *spread)
{
    wgi_check_part *in = &r->part[k];
    double x = in->point[i], high = x + eps, low = x - eps;
    if (!(low < x && x < high)) {
        char place[WGI_CHECK_TEXT];
        if (!in->reason[0])
            wgi_check_say(in->reason, "the step %g vanishes beside %s = %g: give a larger eps", eps,
                          wgi_check_place(in, i, place), x);
        return in->numeric[i];
    }
    double f_high = evaluate_at(r, t, k, i, high);
    if (r->o.one_sided) return (f_high - r->f) / (high - x);
    double f_low = evaluate_at(r, t, k, i, low);
    *spread = fabs((f_high - r->f) / (high - x) - (r->f - f_low) / (x - low));
    return (f_high - f_low) / (high - low);
}

/* Measures f and its noise at the point. False: f has no value there; the report says why. */
static bool measure(wg_check *r, const wgi_check_target *t)
{
    wgi_check_at_stage(r, "noise of f", 0);
    r->f = evaluate(r, t);
    if (wgi_check_failed(r)) return false;
    double again = isfinite(r->f) ? evaluate(r, t) : r->f;
    if (!isfinite(r->f))
        wgi_check_say(r->reason, "f %s at the point itself%s%.150s",
                      *r->no_value  ? "has no value"
                      : isnan(r->f) ? "is NaN"
                                    : "is infinite",
                      *r->no_value ? ": " : "", r->no_value);
    else if (!(again == r->f))
        wgi_check_say(r->reason, "f is not a function: it gives %.17g, then %.17g at the same point", r->f,
                      again);
    r->noise = fmax(DBL_EPSILON, r->o.accuracy) * fabs(r->f);
    if (r->reason[0] || !r->by_course) return !r->reason[0]; /* points.c: that which bars are made with */
    const wgi_noise noise = wgi_noise_of(along_all, &(shifted){ r, t }, 1, false);
    shift_all(r, t, 0);
    for (int j = 0; j < WGI_SPACINGS; j++) r->noise = fmax(r->noise, noise.sigma[j]);
    return true;
}

/* Of more components, so many are compared, unless the course's scale decides. */
enum { MANY = 250 };

/* The j-th of count indices that are spread evenly over size. j * size / count could overflow. */
static int64_t spread_evenly(int64_t j, int64_t size, int64_t count)
{
    return j * (size / count) + (int64_t)((double)j * (double)(size % count) / (double)count);
}

static int64_t count_of(const wg_check *r, int k)
{
    const wgi_check_part *in = &r->part[k];
    return in->reason[0]                                              ? 0
           : r->o.components != WG_AUTO && r->o.components < in->size ? r->o.components
                                                                      : in->size;
}

static int64_t components_of(const wg_check *r)
{
    int64_t n = 0;
    EACH_PART(k, r) n += count_of(r, k);
    return n;
}

/* The differences of all parts that have no reason yet. If o.components is set, those of components that are
 * spread evenly over each part. */
static void differences(wg_check *r, const wgi_check_target *t)
{
    if (r->o.evaluations != WG_AUTO && !r->by_course) return;
    if (r->o.components == WG_AUTO && !r->by_course &&
        components_of(r) > MANY) /* the largest limit that leaves MANY */
        for (r->o.components = MANY; r->o.components > 1 && components_of(r) > MANY;) r->o.components--;
    EACH_PART(k, r) {
        wgi_check_part *in = &r->part[k];
        const int64_t count = count_of(r, k);
        wgi_check_at_stage(r, "differences", (double)k / r->parts);
        for (int64_t j = 0; j < count && wgi_check_go_on(r); j++) {
            const int64_t i = spread_evenly(j, in->size, count);
            in->numeric[i] = compute(r, t, k, i, r->o.eps, &in->spread[i]);
        }
        t->set(t->self, k);
    }
}

/* ---- why the ratio is large although the gradient is right ---- */

static const double GREAT = 1e-7, WORRY = 1e-5;

static bool worst_of_all(const wg_check *r, int *part, int64_t *component)
{
    double most = -1;
    EACH_PART(k, r) {
        const wgi_check_part *in = &r->part[k];
        for (int64_t i = 0; i < in->size && !in->shown.left_out; i++)
            if (wgi_check_deviation(in, i) > most)
                most = wgi_check_deviation(in, i), *part = k, *component = i;
    }
    return most > 0;
}

/* Says why: with half the step the error of the difference is a quarter (one-sided: half) if the step is to
 * blame, and twice as large if rounding noise is. */
static void say_why(wg_check *r, const wgi_check_part *in, int64_t i, double half, const wgi_compared *c)
{
    char place[WGI_CHECK_TEXT];
    const double off = fabs(in->numeric[i] - c->numeric), off_half = fabs(half - c->numeric),
                 share = off_half / off;
    if (!(off > WGI_BEYOND * c->bar)) {
        wgi_check_say(r->why, "%s: yours, the slope and the difference are the same to within %.0e%s",
                      wgi_check_place(in, i, place), WGI_BEYOND * c->bar,
                      fabs(c->yours) < WGI_BEYOND * c->bar ? ": so small a gradient has no ratio" : "");
        return;
    }
    wgi_check_say(r->why,
                  "%s: the difference is off by %.1e at eps %g and by %.1e at eps/2: %s; the slope is %.12g "
                  "\302\261 %.0e%s",
                  wgi_check_place(in, i, place), off, r->o.eps, off_half,
                  off > WGI_BEYOND * r->noise / r->o.eps && in->spread[i] > 0.5 * off && share > 0.7 &&
                          share < 1.5
                      ? "a kink is within the step"
                  : share < 0.75 && off > WGI_BEYOND * r->noise / r->o.eps ? "the step is to blame"
                                                                           : "rounding noise is to blame",
                  c->numeric, c->bar,
                  fabs(c->yours - c->numeric) <= WGI_BEYOND * c->bar ? ", the gradient is right" : "");
}

/* Fills r->why, if the ratio is a worry and nothing is wrong. */
static void explain(wg_check *r, const wgi_check_target *t)
{
    int k = 0;
    int64_t i = 0;
    wgi_claim p;
    if (!(r->ratio > (r->floor > GREAT ? GREAT : WORRY)) || r->findings || !worst_of_all(r, &k, &i)) return;
    if (!wgi_check_claim(&p, r, t)) return;
    const wgi_compared c = wgi_claim_component(&p, k, i);
    wgi_claim_close(&p);
    const double half = compute(r, t, k, i, r->o.eps / 2, &(double){ 0 });
    t->set(t->self, k);
    if (c.clear && !c.differ && isfinite(half) && wgi_check_sees(&r->part[k], c.yours, c.bar))
        say_why(r, &r->part[k], i, half, &c);
    if (c.kind == WGI_SLOPE_KINK && !c.differ) {
        char place[WGI_CHECK_TEXT];
        wgi_check_say(r->why,
                      "%s is at a kink: the gradient lies between the slopes to its two sides, as it must",
                      wgi_check_place(&r->part[k], i, place));
    }
}

/* ---- the whole ---- */

void wgi_check_measure(wg_check *r, const wgi_check_target *t)
{
    if (!measure(r, t)) return;
    differences(r, t);
    if (!r->o.course_only) wgi_check_points(r, t);
}

void wgi_check_finish(wg_check *r, const wgi_check_target *t)
{
    wgi_check_judge(r);
    wgi_check_causes(r, t);
    if (t->search && !r->o.course_only && wgi_check_go_on(r)) t->search(t->searcher);
    if (isfinite(r->ratio) && wgi_check_go_on(r)) explain(r, t);
    wgi_check_conclude(r);
    wgi_check_end_early(r);
}

void wgi_check_run(wg_check *r, const wgi_check_target *t)
{
    wgi_check_measure(r, t);
    wgi_check_finish(r, t);
}
