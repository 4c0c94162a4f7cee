/* beside.c: second derivatives where x lies at a kink. What the library computes there is that of a
 * convention, and no rule of one op can know it: abs(x^2) and abs(-x^2) are both x^2, and at 0 abs gets a 0
 * in both, where its slope would have to be 1 in one and -1 in the other. Beside the point, on almost every
 * ray, each kink is on one of its sides, and what is computed is that of the function. If f has second
 * derivatives at the point, they are its limit. So H u is compared with slopes 1 % away, to both sides
 * (points.c); here it is followed to the point on several rays.
 *
 *     the limits agree, and so does H u at the point         right
 *     the limits agree, and H u at the point is another      wrong
 *     they do not, or the gradient jumps at the point        there are no second derivatives: nothing is said
 */
#include "check/check_private.h"

#include <float.h>

/* RAYS: each has two sides. Two pieces that meet at a point are told apart by a ray in half of the cases.
 * STEPS: from 1e-3 of a component to 6e-12. At the first ones rounding is small, at the last ones all kinks
 * but that of the point are farther away. APART: by no power of 2, or rounding errors would be the same at
 * each step. */
enum { RAYS = 8, STEPS = 8, APART = 15 };
static const double FIRST = 1e-3;

/* Of numbers that tend to a limit: the nearest to the point that is as exact as those before. The distances
 * are divided by 15: the change by the last step is more than what is left. A step where they are more exact
 * is taken if all nearer ones agree. */
static double limit_of(const double v[STEPS], double *bar)
{
    double best = v[STEPS - 1];
    *bar = INFINITY;
    for (int j = STEPS - 1; j > 0; j--) {
        const double off = fabs(v[j] - v[j - 1]) + 16 * DBL_EPSILON * fabs(v[j]);
        if (!isfinite(v[j])) break;
        if (j < STEPS - 1 && !(fabs(v[j] - best) <= WGI_BEYOND * *bar)) break;
        if (off < *bar) best = v[j], *bar = off;
    }
    return best;
}

/* What the limits on all rays are. */
typedef struct limits {
    double low, high, bar;
    double size; /* the largest at the first step */
} limits;

static void add_limit(limits *l, const double v[STEPS], bool is_first)
{
    double bar;
    const double at = limit_of(v, &bar);
    l->low = is_first ? at : fmin(l->low, at), l->high = is_first ? at : fmax(l->high, at);
    l->bar = fmax(l->bar, bar);
    l->size = fmax(l->size, fabs(v[0]));
}

static bool agree(const limits *l) { return l->high - l->low <= 2 * WGI_BEYOND * l->bar; }

typedef struct beside {
    wg_check *r;
    const wgi_check_target *t;
    double **h;     /* by step and part: H u */
    limits **limit; /* by part and component: of H u */
    limits slope;   /* of the function whose gradient H u is: the gradient times u */
    int widened;    /* how often rounding was computed */
} beside;

static void go(const beside *q, int ray, double by)
{
    uint64_t count = 0;
    for (int k = 0; k < q->r->parts; k++) {
        wgi_check_part *in = &q->r->part[k];
        in->scale = wgi_check_rms(in->point, in->size);
        for (int64_t i = 0; i < in->size; i++)
            in->x[i] = wgi_check_beside(q->r, in->point[i], in->scale, by, ray, count++);
        q->t->set(q->t->self, k);
    }
    if (q->t->settle) q->t->settle(q->t->self);
}

static bool follow(beside *q, int ray, int side)
{
    wg_check *r = q->r;
    double s[STEPS], v[STEPS];
    for (int j = 0; j < STEPS; j++) {
        go(q, ray, side * FIRST * pow(APART, -j));
        s[j] = wgi_check_try_value(r, q->t);
        if (wgi_check_is_stopped(r) || !q->t->gradient(q->t->self, q->h + j * r->parts)) return false;
    }
    const bool is_first = !ray && side > 0;
    add_limit(&q->slope, s, is_first);
    for (int k = 0; k < r->parts; k++)
        for (int64_t i = 0; i < r->part[k].size; i++) {
            for (int j = 0; j < STEPS; j++) v[j] = q->h[j * r->parts + k][i];
            add_limit(&q->limit[k][i], v, is_first);
        }
    return true;
}

static bool follow_all(beside *q)
{
    wg_check *r = q->r;
    q->h = wg_alloc(r->c, (size_t)(STEPS * r->parts), sizeof *q->h);
    q->limit = wg_alloc(r->c, (size_t)r->parts, sizeof *q->limit);
    for (int k = 0; q->h && k < STEPS * r->parts; k++)
        q->h[k] = wgi_check_doubles(r, r->part[k % r->parts].size);
    for (int k = 0; q->limit && k < r->parts; k++)
        q->limit[k] = wg_alloc(r->c, (size_t)r->part[k].size + 1, sizeof **q->limit);
    bool ok = !wg_failed(r->c);
    for (int ray = 0; ok && ray < RAYS; ray++) ok = follow(q, ray, 1) && follow(q, ray, -1);
    return ok;
}

/* The root of the mean square of all second derivatives, there or near the point. */
static double typical_of(const beside *q)
{
    double sum = 0, n = 0;
    for (int k = 0; k < q->r->parts; k++)
        for (int64_t i = 0; i < q->r->part[k].size; i++, n++) {
            const limits *l = &q->limit[k][i];
            sum += pow(fmax(l->size, fmax(fabs(l->low), fabs(l->high))), 2);
        }
    return sqrt(sum / fmax(n, 1));
}

/* ---- rounding ---- */

/* Where terms cancel, as in |x| |y| - |x y|, what is left of them may be the same at each step. So before
 * numbers count as different, the bar gets what the rounding of all numbers inside may do, which is dear to
 * compute. */
static void widen_slope(beside *q)
{
    const wgi_check_target *t = q->t;
    wg_node bound = wg_none;
    go(q, 0, FIRST);
    q->slope.bar += wgi_inside_rounding(q->r, t->root, t->x, q->r->parts, &bound);
}

static bool widen(beside *q, int k, int64_t i)
{
    enum { MOST = 16 };
    const wgi_check_target *t = q->t;
    if (q->widened++ == MOST) return false;
    double *one = wgi_check_doubles(q->r, q->r->part[k].size);
    go(q, 0, FIRST);
    if (one) one[i] = 1, q->limit[k][i].bar += t->rounding(t->self, k, one);
    wg_free(q->r->c, one);
    return one;
}

/* ---- what they say ---- */

static const char NOISE[] = "beside it they grow without end, or are hidden by noise";

static bool is_seen(const limits *l, double typical)
{
    return l->bar == 0 || WGI_BEYOND * l->bar <= WGI_CHECK_LIMIT * typical;
}

/* Why there is no limit to compare with; NULL: there is one. */
static const char *why_none(beside *q, double typical)
{
    if (!agree(&q->slope)) widen_slope(q);
    if (!agree(&q->slope)) return "the gradient jumps there, so there are none";
    for (int k = 0; k < q->r->parts; k++)
        for (int64_t i = 0; i < q->r->part[k].size; i++) {
            const limits *l = &q->limit[k][i];
            if (!agree(l) && !widen(q, k, i)) return NOISE;
            if (!agree(l)) return "they differ on its sides, so there are none";
            if (!is_seen(l, typical)) return NOISE;
        }
    return NULL;
}

static wgi_compared compare(const beside *q, int k, int64_t i, double typical)
{
    const limits *l = &q->limit[k][i];
    const wgi_slope s = { .kind = WGI_SLOPE_SMOOTH,
                          .value = (l->low + l->high) / 2,
                          .bar = l->bar + (l->high - l->low) / 2,
                          .other = NAN };
    wgi_compared c = wgi_check_compare(q->r->part[k].analytic[i], 0, typical, q->r->allowed, &s);
    c.differ |= !isfinite(c.yours);
    return c;
}

/* The component of part k that is off the most: *c is what it shows. -1: the part has none. */
static int64_t find_worst(const beside *q, int k, double typical, wgi_compared *c)
{
    int64_t at = -1;
    double most = -1;
    for (int64_t i = 0; i < q->r->part[k].size; i++) {
        const wgi_compared one = compare(q, k, i, typical);
        const double off = !isfinite(one.yours) ? INFINITY : one.differ ? fabs(one.yours - one.numeric) : 0;
        if (off > most) most = off, at = i, *c = one;
    }
    return at;
}

/* Notes the worst component of part k. Returns why nothing was noted, or NULL. */
static const char *note_worst(beside *q, int k, double typical, const char *kink)
{
    char remedy[WGI_CHECK_TEXT];
    wg_check *r = q->r;
    wgi_compared worst = wgi_not_compared();
    double widest = 0;
    int64_t at = find_worst(q, k, typical, &worst), before = -1;
    while (worst.differ && isfinite(worst.yours) && at != before) {
        before = at;
        if (!widen(q, k, at)) return NOISE;
        at = find_worst(q, k, typical, &worst);
    }
    for (int64_t i = 0; i < r->part[k].size; i++) {
        if (!is_seen(&q->limit[k][i], typical)) return NOISE;
        widest = fmax(widest, q->limit[k][i].bar);
    }
    if (at < 0) return NULL;
    if (worst.differ && !*kink) return "they are no limit of those beside it";
    wgi_check_say(remedy, "a convention's at the kink of %.100s; to all sides it is the other%s", kink,
                  r->instead);
    wgi_check_note(r, k, at, &worst, worst.differ ? remedy : "");
    if (typical > 0)
        r->part[k].shown.resolution = fmin(r->part[k].shown.resolution, WGI_BEYOND * widest / typical);
    return NULL;
}

const char *wgi_check_limits(wg_check *r, const wgi_check_target *t, const char *kink)
{
    beside q = { .r = r, .t = t };
    const char *why = follow_all(&q) ? NULL : "they have no value beside it";
    const double typical = why ? 0 : typical_of(&q);
    if (!why) why = why_none(&q, typical);
    for (int k = 0; k < r->parts && !why; k++)
        if (!r->part[k].shown.left_out) why = note_worst(&q, k, typical, kink);
    go(&q, 0, 0);
    for (int k = 0; q.h && k < STEPS * r->parts; k++) wg_free(r->c, q.h[k]);
    for (int k = 0; q.limit && k < r->parts; k++) wg_free(r->c, q.limit[k]);
    wg_free(r->c, q.h), wg_free(r->c, q.limit);
    return why;
}
