/* beside.c: derivatives where x lies at a kink. What the library computes there is that of a convention, and
 * no rule of one op can know it: abs(x^2) and abs(-x^2) are both x^2, and at 0 abs gets a 0 in both, where
 * its slope would have to be 1 in one and -1 in the other. Or it is that of a piece which f has at x alone,
 * as of where(x == 0, 1, exp(x)). Beside the point, on almost every ray, each kink is on one of its sides,
 * and what is computed is that of the function. If f has derivatives at the point, they are its limit. So H u
 * is compared with slopes 1 % away, to both sides (points.c); here it is followed to the point on several
 * rays.
 *
 *     the limits agree, and so does H u at the point         right
 *     the limits agree, and H u at the point is another      wrong
 *     they do not, or the gradient jumps at the point        there are no second derivatives: nothing is said
 *
 * The same is done with f and its gradient, in place of the gradient times u and H u. But at most kinks the
 * gradient of the convention is the one that is meant. So the gradient is followed only where no piece beside
 * x is that of x, and where the limits differ, that counts only if a choice is made at x alone.
 */
#include "check/check_private.h"

#include <float.h>

/* RAYS: drawn ones. If there are at most FEW elements, so are the axes, and the diagonals: a ray drawn at
 * random misses a thin cone. Each has two sides. Two pieces that meet at a point are told apart by a ray in
 * half of the cases. STEPS: from 1e-3 of a component to 6e-12. At the first ones rounding is small, at the
 * last ones all kinks but that of the point are farther away. APART: by no power of 2, or rounding errors
 * would be the same at each step. */
enum { RAYS = 8, FEW = 5, STEPS = 8, APART = 15 };
static const double FIRST = 1e-3;

/* What the limits on all rays are. */
typedef struct limits {
    double low, high, bar;
    double size;      /* the largest at the first step */
    double *rounding; /* by step; NULL: it was not computed */
    bool is_unsure;   /* steps are not as exact as they seem, or other kinks lie between */
} limits;

/* Of numbers that tend to a limit: the nearest to the point that is as exact as those before. The distances
 * are divided by 15: the change by the last step is more than what is left. A step where they are more exact
 * is taken if all nearer ones agree. */
static double limit_of(limits *l, const double v[STEPS], double *bar)
{
    double best = v[STEPS - 1];
    *bar = INFINITY;
    for (int j = STEPS - 1; j > 0; j--) {
        const double off =
            fabs(v[j] - v[j - 1]) + 16 * DBL_EPSILON * fabs(v[j]) + (l->rounding ? l->rounding[j] : 0);
        const bool agrees = j == STEPS - 1 || fabs(v[j] - best) <= WGI_BEYOND * *bar;
        l->is_unsure |= !isfinite(v[j]) || !agrees;
        if (!isfinite(v[j]) || !agrees) break;
        if (off < *bar) best = v[j], *bar = off;
    }
    return best;
}

static void add_limit(limits *l, const double v[STEPS], bool is_first)
{
    double bar;
    if (is_first) *l = (limits){ .low = INFINITY, .high = -INFINITY, .rounding = l->rounding };
    const double at = limit_of(l, v, &bar);
    l->low = fmin(l->low, at), l->high = fmax(l->high, at);
    l->bar = fmax(l->bar, bar);
    l->size = fmax(l->size, fabs(v[0]));
}

static bool agree(const limits *l) { return l->high - l->low <= 2 * WGI_BEYOND * l->bar; }

typedef struct beside {
    wg_check *r;
    const wgi_check_target *t;
    double **h;     /* by step and part: the gradient, or H u */
    limits **limit; /* by part and component: of h */
    limits value;   /* of the function whose gradient h is: f, or the gradient times u */
    int elements;   /* of all parts; more than FEW count as FEW + 1 */
    int widened;    /* how often rounding was computed */
} beside;

/* How many components of part k are compared. */
static int64_t compared(const beside *q, int k)
{
    return q->r->part[k].shown.left_out ? 0 : q->r->part[k].size;
}

/* A ray on which component `at` of `n` moves by this share. The axes and diagonals are a little off the
 * kinks that lie along them. */
static double move_on(const beside *q, double x, double scale, double by, int ray, uint64_t at)
{
    static const double OFF = 0x1p-12;
    const int n = q->elements, axis = ray - RAYS, diagonal = axis - n;
    if (axis < 0) return wgi_check_beside(q->r, x, scale, by, ray, at);
    const double off = wgi_check_beside(q->r, x, scale, OFF * by, ray, at), size = x != 0 ? fabs(x) : scale;
    if (diagonal < 0) return off + ((uint64_t)axis == at ? by * size : 0);
    return off + (at && (unsigned)diagonal >> (at - 1) & 1 ? -by : by) * size;
}

/* settles: what stands still gets its values of there, too. */
static void go(const beside *q, int ray, double by)
{
    uint64_t count = 0;
    for (int k = 0; k < q->r->parts; k++) {
        wgi_check_part *in = &q->r->part[k];
        in->scale = wgi_check_rms(in->point, in->size);
        for (int64_t i = 0; i < in->size; i++, count++)
            in->x[i] = by != 0 ? move_on(q, in->point[i], in->scale, by, ray, count) : in->point[i];
        q->t->set(q->t->self, k);
    }
    if (q->t->settle && q->r->of_second) q->t->settle(q->t->self);
}

static bool follow(beside *q, int ray, int side)
{
    wg_check *r = q->r;
    double s[STEPS], v[STEPS];
    for (int j = 0; j < STEPS; j++) {
        go(q, ray, side * FIRST * pow(APART, -j));
        s[j] = wgi_check_try_value(r, q->t);
        if (wgi_check_is_stopped(r) || (q->h && !q->t->gradient(q->t->self, q->h + j * r->parts)))
            return false;
    }
    const bool is_first = !ray && side > 0;
    add_limit(&q->value, s, is_first);
    for (int k = 0; q->h && k < r->parts; k++)
        EACH_COMPONENT(i, &r->part[k]) {
            for (int j = 0; j < STEPS; j++) v[j] = q->h[j * r->parts + k][i];
            add_limit(&q->limit[k][i], v, is_first);
        }
    return true;
}

/* The value at the point itself is one of those that must agree. */
static bool follow_rays(beside *q, int rays)
{
    double s[STEPS];
    bool ok = true;
    for (int ray = 0; ok && ray < rays; ray++) ok = follow(q, ray, 1) && follow(q, ray, -1);
    if (!ok) return false;
    go(q, 0, 0);
    s[0] = wgi_check_try_value(q->r, q->t);
    for (int j = 1; j < STEPS; j++) s[j] = s[0];
    add_limit(&q->value, s, false);
    return true;
}

static int rays_of(const beside *q)
{
    return q->elements > 1 && q->elements <= FEW ? RAYS + q->elements + (1 << (q->elements - 1)) : RAYS;
}

static bool open_lists(beside *q)
{
    wg_check *r = q->r;
    q->h = wg_alloc(r->c, (size_t)(STEPS * r->parts), sizeof *q->h);
    q->limit = wg_alloc(r->c, (size_t)r->parts, sizeof *q->limit);
    for (int k = 0; q->h && k < STEPS * r->parts; k++)
        q->h[k] = wgi_check_doubles(r, r->part[k % r->parts].size);
    for (int k = 0; q->limit && k < r->parts; k++)
        q->limit[k] = wg_alloc(r->c, (size_t)r->part[k].size + 1, sizeof **q->limit);
    return !wg_failed(r->c);
}

static void close_all(beside *q)
{
    wg_check *r = q->r;
    go(q, 0, 0);
    for (int k = 0; q->h && k < STEPS * r->parts; k++) wg_free(r->c, q->h[k]);
    for (int k = 0; q->limit && k < r->parts; k++) {
        for (int64_t i = 0; q->limit[k] && i < r->part[k].size; i++) wg_free(r->c, q->limit[k][i].rounding);
        wg_free(r->c, q->limit[k]);
    }
    wg_free(r->c, q->h), wg_free(r->c, q->limit);
}

/* The root of the mean square of all derivatives, there or near the point. */
static double typical_of(const beside *q)
{
    double sum = 0, n = 0;
    for (int k = 0; k < q->r->parts; k++)
        for (int64_t i = 0; i < compared(q, k); i++, n++) {
            const limits *l = &q->limit[k][i];
            sum += pow(fmax(l->size, fmax(fabs(l->low), fabs(l->high))), 2);
        }
    return sqrt(sum / fmax(n, 1));
}

/* ---- rounding ---- */

/* Where terms cancel, as in |x| |y| - |x y|, what is left of them may be the same at each step; in sin(x) / x
 * it may be exactly 0 at the last ones. So before numbers count as different, and where steps say different
 * things, the bar gets what the rounding of all numbers inside may do, which is dear to compute. */
static void widen_value(beside *q)
{
    const wgi_check_target *t = q->t;
    wg_node bound = wg_none;
    go(q, 0, FIRST);
    q->value.bar += wgi_inside_rounding(q->r, t->root, t->x, q->r->parts, &bound);
}

/* Computes the rounding of component i of part k at each step. The limits are to be followed again. */
static bool measure_rounding(beside *q, int k, int64_t i)
{
    enum { MOST = 16 };
    const wgi_check_target *t = q->t;
    limits *l = &q->limit[k][i];
    if (l->rounding || q->widened++ == MOST) return false;
    double *one = wgi_check_doubles(q->r, q->r->part[k].size);
    l->rounding = wgi_check_doubles(q->r, STEPS);
    for (int j = 0; one && l->rounding && j < STEPS; j++) {
        go(q, 0, FIRST * pow(APART, -j));
        one[i] = 1, l->rounding[j] = t->rounding(t->self, k, one);
    }
    wg_free(q->r->c, one);
    return one && l->rounding;
}

static bool widen(beside *q, int k, int64_t i)
{
    return measure_rounding(q, k, i) && follow_rays(q, rays_of(q));
}

/* Where the steps of some components say different things. */
static bool widen_unsure(beside *q)
{
    bool any = false;
    for (int k = 0; k < q->r->parts; k++)
        for (int64_t i = 0; i < compared(q, k); i++)
            if (q->limit[k][i].is_unsure) any |= measure_rounding(q, k, i);
    return !any || follow_rays(q, rays_of(q));
}

/* ---- what they say ---- */

static const char NOISE[] = "beside it they grow without end, or are hidden by noise",
                  DIFFER[] = "they differ on its sides, so there are none";

static bool is_seen(const limits *l, double typical)
{
    return l->bar == 0 || WGI_BEYOND * l->bar <= WGI_CHECK_LIMIT * typical;
}

/* Why there is no limit to compare with; NULL: there is one. */
static const char *why_none(beside *q, double typical)
{
    for (int k = 0; k < q->r->parts; k++)
        for (int64_t i = 0; i < compared(q, k); i++) {
            limits *l = &q->limit[k][i];
            if (!agree(l) && !l->rounding && !widen(q, k, i)) return NOISE;
            if (!agree(l)) return DIFFER;
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
    EACH_COMPONENT(i, &q->r->part[k]) {
        const wgi_compared one = compare(q, k, i, typical);
        const double off = !isfinite(one.yours) ? INFINITY : one.differ ? fabs(one.yours - one.numeric) : 0;
        if (off > most) most = off, at = i, *c = one;
    }
    return at;
}

/* Notes the worst component of part k. Returns why nothing was noted, or NULL. */
static const char *note_worst(beside *q, int k, double typical)
{
    char remedy[WGI_CHECK_TEXT];
    wg_check *r = q->r;
    const wgi_kink *kink = &r->kink;
    wgi_compared worst = wgi_not_compared();
    double widest = 0;
    int64_t at = find_worst(q, k, typical, &worst), before = -1;
    while (worst.differ && isfinite(worst.yours) && at != before) {
        before = at;
        if (!q->limit[k][at].rounding && !widen(q, k, at)) return NOISE;
        at = find_worst(q, k, typical, &worst);
    }
    EACH_COMPONENT(i, &r->part[k]) {
        if (!is_seen(&q->limit[k][i], typical)) return NOISE;
        widest = fmax(widest, q->limit[k][i].bar);
    }
    if (at < 0) return NULL;
    if (worst.differ && !*kink->text) return "they are no limit of those beside it";
    if (!worst.differ && !r->of_second) return NULL; /* slopes have said it */
    wgi_check_say(remedy,
                  kink->is_alone
                      ? "at the kink of %.100s, the value of this single point was differentiated; "
                        "to all sides it is the other"
                      : "a convention's at the kink of %.100s; to all sides it is the other%s",
                  kink->text, kink->instead);
    wgi_check_note(r, k, at, &worst, worst.differ ? remedy : "");
    if (typical > 0 && r->of_second)
        r->part[k].shown.resolution = fmin(r->part[k].shown.resolution, WGI_BEYOND * widest / typical);
    return NULL;
}

static const char *note_all(beside *q, double typical)
{
    const char *why = NULL;
    for (int k = 0; k < q->r->parts && !why; k++)
        if (!q->r->part[k].shown.left_out) why = note_worst(q, k, typical);
    return why;
}

static bool has_jump(beside *q)
{
    if (!agree(&q->value)) widen_value(q);
    return !agree(&q->value);
}

static beside open_beside(wg_check *r, const wgi_check_target *t)
{
    beside q = { .r = r, .t = t };
    EACH_PART(k, r) q.elements = (int)fmin((double)q.elements + (double)r->part[k].size, FEW + 1);
    return q;
}

const char *wgi_check_limits(wg_check *r, const wgi_check_target *t)
{
    beside q = open_beside(r, t);
    const bool ok = open_lists(&q) && follow_rays(&q, rays_of(&q)) && widen_unsure(&q);
    const char *why = ok ? NULL : "they have no value beside it";
    const double typical = why ? 0 : typical_of(&q);
    if (!why && has_jump(&q)) why = "the gradient jumps there, so there are none";
    if (!why) why = why_none(&q, typical);
    if (!why) why = note_all(&q, typical);
    close_all(&q);
    return why;
}

/* ---- of f ---- */

/* Whether one ray shows already that f has a kink: then the others need not be followed. */
static bool differs_on_first(const beside *q)
{
    for (int k = 0; k < q->r->parts; k++)
        for (int64_t i = 0; i < compared(q, k); i++) {
            const limits *l = &q->limit[k][i];
            if (!agree(l) && !l->is_unsure) return true;
        }
    return false;
}

/* What the limits of the gradient say against the one at the point; NULL: nothing. One ray was followed. */
static const char *compare_gradients(beside *q)
{
    const wg_check *r = q->r;
    const bool is_alone = r->kink.is_alone;
    if (!is_alone && differs_on_first(q)) return NULL;
    if (!follow_rays(q, rays_of(q)) || !widen_unsure(q)) return NULL;
    const double typical = typical_of(q);
    const char *why = why_none(q, typical);
    if (!why) why = note_all(q, typical);
    if (wgi_check_has(r, WGI_STAGE_SLOPE)) return "to all sides the gradient is another";
    return !is_alone || !why ? NULL
           : why == DIFFER   ? "the slopes differ on its sides, so there is no gradient"
                             : "beside it the slopes grow without end, or are hidden by noise";
}

void wgi_check_sides(wg_check *r, const wgi_check_target *t)
{
    beside q = open_beside(r, t);
    const bool follows = r->kink.is_isolated && (q.elements <= FEW || r->kink.is_alone);
    const char *why = NULL;
    if (!t->whole) return;
    EACH_PART(k, r)
        if (r->part[k].n.differ || !wgi_check_are_finite(r->part[k].analytic, compared(&q, k))) return;
    t->whole(t->self, true);
    if ((!follows || open_lists(&q)) && follow_rays(&q, 1)) {
        if (has_jump(&q)) why = "the function jumps there, so it has no gradient";
        else if (follows) why = compare_gradients(&q);
    }
    if (why) wgi_check_say(r->at_kink, "at the kink of %.100s: %s", r->kink.text, why);
    close_all(&q);
    t->whole(t->self, false);
}
