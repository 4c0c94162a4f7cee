/* slope.c: the derivative of a function of one variable, with an error bar: see slope.h. */
#include "check/slope.h"

#include <float.h>
#include <math.h>
#include <stddef.h>

/* ---- noise ---- */

/* POINTS: on each side. MOST: of any estimate. */
enum { POINTS = 8, MOST = 16 };

const double wgi_spacing[WGI_SPACINGS] = { 1e-13, 1e-10, 1e-7 };

/* The standard deviation of the irregular part of T, values of f at 3 to 16 points that lie at equal
 * distances close together (ECnoise). In differences of order k the smooth part of f vanishes as k
 * grows, and sigma_k, computed from them, tends to the standard deviation. It is the first sigma_k that
 * agrees with the next two within a factor 4 and whose differences have both signs. T is used up. */
static double sigma_of(double T[], int points)
{
    double sigma[MOST] = { 0 }, gamma = 1;
    bool alternates[MOST] = { false };
    for (int k = 1; k < points; k++) {
        double sum = 0, low = INFINITY, high = -INFINITY;
        for (int i = 0; i < points - k; i++) {
            T[i] = T[i + 1] - T[i];
            sum += T[i] * T[i], low = fmin(low, T[i]), high = fmax(high, T[i]);
        }
        gamma *= k / (2.0 * (2 * k - 1)); /* (k!)^2 / (2k)! */
        sigma[k] = sqrt(gamma * sum / (points - k));
        alternates[k] = low < 0 && high > 0;
    }
    for (int k = 1; k + 2 < points; k++) {
        double least = fmin(sigma[k], fmin(sigma[k + 1], sigma[k + 2])),
               most = fmax(sigma[k], fmax(sigma[k + 1], sigma[k + 2]));
        if (alternates[k] && most <= 4 * least) return sigma[k];
    }
    return sigma[points - 2];
}

/* Of points to one side; 0 if f has no value at one of them. *flat: f had one value at all points of the
 * smaller spacing; becomes that of this one. Where f is on a grid, its values may by chance rise by the same
 * number of its units from point to point. Then no difference is irregular, but that number is a bound.
 * *largest: of |f| so far. */
static double one_side(wgi_line_fn at, void *self, double step, bool *flat, double *largest)
{
    double T[POINTS], moved;
    for (int j = 0; j < POINTS; j++) {
        T[j] = at(self, step * (j + 1), &moved);
        if (!isfinite(T[j])) return 0;
        *largest = fmax(*largest, fabs(T[j]));
    }
    const double change = fabs(T[1] - T[0]), all = fabs(T[POINTS - 1] - T[0]);
    const double sigma = sigma_of(T, POINTS);
    const bool was_flat = *flat;
    *flat = change == 0 && all == 0 && sigma == 0;
    if (!isfinite(sigma)) return 0;
    return sigma == 0 && was_flat ? change : sigma;
}

/* Beside a pole the points of a small spacing lie on both sides of it, or on its steep part, and f is much
 * larger there than at those of the next spacing. Noise does not grow as the spacing falls; that of a
 * quotient by x does, but f is larger than it. */
static void forget_poles(wgi_noise *n, const double largest[WGI_SPACINGS])
{
    static const double TIMES = 64, SHARE = 0.125;
    for (int k = WGI_SPACINGS - 1; k > 0; k--) {
        const double next = n->sigma[k];
        if (next > 0 && n->sigma[k - 1] > TIMES * next && n->sigma[k - 1] > SHARE * largest[k])
            n->sigma[k - 1] = TIMES * next;
    }
}

wgi_noise wgi_noise_of(wgi_line_fn at, void *self, double scale, bool quick)
{
    wgi_noise n = { 0 };
    bool flat[2] = { false, false };
    double largest[WGI_SPACINGS] = { 0 };
    if (quick) {
        n.sigma[0] = one_side(at, self, wgi_spacing[1] * scale, &flat[0], largest);
        for (int k = 1; k < WGI_SPACINGS; k++) n.sigma[k] = n.sigma[0];
        return n;
    }
    for (int k = 0; k < WGI_SPACINGS; k++) {
        const double h = wgi_spacing[k] * scale;
        n.sigma[k] =
            fmax(one_side(at, self, h, &flat[0], &largest[k]), one_side(at, self, -h, &flat[1], &largest[k]));
    }
    forget_poles(&n, largest);
    return n;
}

/* STEPS: at most; the first is scale / 4, each is half the one before. WINDOW: steps extrapolated
 * together. */
enum { STEPS = 44, WINDOW = 4, PROBES = 3 };

/* Before a search ends early, these steps must agree: they show waves that are shorter than the others. */
static const int probe_at[PROBES] = { 21, 25, 28 }; /* scale times 1.2e-7, 7.5e-9, 9.3e-10 */

/* No f is more exact than this: near the smallest numbers digits are lost. */
static const double LEAST = DBL_MIN / DBL_EPSILON;

/* A difference counts as noise up to this many standard deviations. */
static const double NOISY = 8;

/* The evaluations at +h and -h. */
typedef struct pair {
    double h, noise;                /* noise: standard deviation of an f in it */
    double bias;                    /* of f0, of which a central difference knows nothing */
    double right, left;             /* the distances moved; left is negative */
    double f_right, f_left;         /* the changes of f */
    bool seen, has_right, has_left; /* has: f has a value there */
} pair;

typedef struct search {
    const wgi_slope_line *line;
    pair at[STEPS];
    int last;        /* of the steps that were taken in turn */
    double stairs;   /* the smallest change of a function on a grid; else 0 */
    double stair_at; /* where is_stair has looked; 0: nowhere */
    bool is_stair;
    int evaluations;
} search;

/* Which difference: to both sides, to the right, to the left. A one-sided difference has an error that falls
 * with h, a central one with h^2. */
typedef enum way { CENTRAL, RIGHT, LEFT } way;

/* ---- evaluations ---- */

static bool side(search *s, double t, double *moved, double *change)
{
    const double f = s->line->at(s->line->self, t, moved);
    s->evaluations++;
    *change = f - s->line->f0;
    return isfinite(f) && isfinite(*change) && *moved != 0 && (*moved > 0) == (t > 0);
}

static double sigma_at(const wgi_slope_line *l, double h)
{
    double sigma = l->noise.sigma[0];
    for (int k = 1; k < WGI_SPACINGS; k++)
        if (h >= wgi_spacing[k] * l->scale) sigma = fmax(sigma, l->noise.sigma[k]);
    return sigma;
}

static void look(search *s, int i)
{
    pair *p = &s->at[i];
    if (p->seen) return;
    p->seen = true;
    p->h = ldexp(s->line->scale, -2 - i);
    p->has_right = side(s, p->h, &p->right, &p->f_right);
    p->has_left = side(s, -p->h, &p->left, &p->f_left);
    const double largest = fmax(p->has_right ? fabs(p->f_right) : 0, p->has_left ? fabs(p->f_left) : 0);
    p->noise = fmax(sigma_at(s->line, p->h), DBL_EPSILON / 2 * (fabs(s->line->f0) + largest));
    p->noise = fmax(p->noise, LEAST), p->bias = s->line->bias;
}

static bool changes(const pair *p)
{
    return (p->has_right && p->f_right != 0) || (p->has_left && p->f_left != 0);
}

/* Finds the smallest step that changes f, between those taken: the change there is the grid's, not that of
 * f. */
static void look_for_stairs(search *s)
{
    int low = -1, high = STEPS;
    for (int i = 0; i < STEPS; i++)
        if (s->at[i].seen && changes(&s->at[i])) low = i;
    for (int i = STEPS - 1; i > low; i--)
        if (s->at[i].seen) high = i;
    while (low >= 0 && high < STEPS && high - low > 1) {
        const int middle = (low + high) / 2;
        look(s, middle);
        if (changes(&s->at[middle])) low = middle;
        else high = middle;
    }
}

/* What is known of one side: the smallest change, the smallest step that shows one, and the largest step at
 * which f has a value there. */
typedef struct one_way {
    double change, at, far;
} one_way;

static void note_side(one_way *w, double h, double change)
{
    w->far = fmax(w->far, h);
    if (change == 0) return;
    w->change = fmin(w->change, fabs(change)), w->at = fmin(w->at, h);
}

/* Whether f jumps between half the way t and t, by most of its change there. Behind a kink the change grows
 * with the way, and is small on a short one. */
static bool is_stair(search *s, double t)
{
    enum { HALVES = 8 };
    double low = t / 2, high = t, before, after, moved, change;
    if (s->stair_at == t) return s->is_stair;
    s->stair_at = t;
    bool has = side(s, low, &moved, &before) && side(s, high, &moved, &after);
    const double first = before, whole = has ? fabs(after - before) : 0;
    for (int k = 0; k < HALVES && has; k++) {
        const double middle = (low + high) / 2;
        has = side(s, middle, &moved, &change);
        if (fabs(change - first) < whole / 2) low = middle, before = change;
        else high = middle, after = change;
    }
    return s->is_stair = has && fabs(after - before) > whole / 4;
}

/* The stairs of one grid may lie on those of another one, as those of f on those of an x that it rounds: the
 * smallest way on which a change, which is not 0 on half of it, becomes much larger. 0: there is none. */
static double way_of_leap(const search *s, double *height)
{
    static const double TIMES = 64;
    for (int i = STEPS - 1; i > 0; i--) {
        const pair *p = &s->at[i - 1], *q = &s->at[i];
        *height = fabs(p->f_right);
        if (p->has_right && q->has_right && q->f_right != 0 && *height > TIMES * fabs(q->f_right))
            return p->h;
        *height = fabs(p->f_left);
        if (p->has_left && q->has_left && q->f_left != 0 && *height > TIMES * fabs(q->f_left)) return -p->h;
    }
    return *height = 0;
}

/* A function on a grid does not change at small steps. Then its smallest change is the noise. If it changes
 * to one side only, it may also be flat with a kink beside the point, as a unit that is off: then the noise
 * is that which was measured over the longest steps. Where f is 0, nothing says how large the terms are that
 * cancel in it; they are taken to be of size 1. A side whose domain ends where the other one changes does not
 * show that f is flat there. */
static void note_stairs(search *s)
{
    one_way right = { INFINITY, INFINITY, 0 }, left = right;
    bool still = false;
    for (int i = 0; i < STEPS; i++) {
        const pair *p = &s->at[i];
        if (p->has_right) note_side(&right, p->h, p->f_right);
        if (p->has_left) note_side(&left, p->h, p->f_left);
        still |= (p->has_right || p->has_left) && !changes(p);
    }
    const double known = fmax(s->line->noise.sigma[WGI_SPACINGS - 1], s->line->f0 == 0 ? DBL_EPSILON : 0),
                 least = fmin(right.change, left.change), at = fmin(right.at, left.at);
    double height;
    const double leap = way_of_leap(s, &height);
    const bool both = right.change < INFINITY && left.change < INFINITY,
               is_short = fmin(right.far, left.far) <= at;
    if (!still) s->stairs = 0;
    else if (both) s->stairs = leap != 0 && is_stair(s, leap) ? height : least;
    else if (least < INFINITY && (is_short || is_stair(s, left.at < INFINITY ? -at : at)))
        s->stairs = fmax(known, least);
    else s->stairs = fmin(known, least);
}

/* ---- differences ---- */

static bool has(const pair *p, way w)
{
    return (p->has_right || w == LEFT) && (p->has_left || w == RIGHT) && p->seen;
}

static double difference(const pair *p, way w)
{
    return w == CENTRAL ? (p->f_right - p->f_left) / (p->right - p->left)
           : w == RIGHT ? p->f_right / p->right
                        : p->f_left / p->left;
}

/* The standard deviation of a difference, if that of f is `noise`. */
static double deviation(const pair *p, double noise, way w)
{
    return w == CENTRAL ? noise * sqrt(2) / (2 * p->h) : (noise * sqrt(2) + p->bias) / p->h;
}

static double noise_at(const search *s, const pair *p) { return fmax(p->noise, s->stairs); }

/* ---- windows ---- */

/* anchored: differences shrank that were larger than the noise, so that f was seen to be smooth. */
typedef struct window {
    double value, bar, noise;
    bool valid, anchored;
} window;

static const window NO_WINDOW = { NAN, INFINITY, 0, false, false };

static double bend(const pair *p);

/* Rounding moves both points, and a central difference is the slope halfway between them. */
static double off_centre(const pair *p) { return fabs(p->right + p->left) / 2 * bend(p) / p->h; }

/* Whether two changes in turn are those of a smooth function: an error term falls by base^k, k = 1, 2, ... */
static bool shrinks(double before, double after, double base)
{
    double ratio = before / after;
    for (int k = 1; k <= 8 && ratio > 0; k++, ratio /= base)
        if (ratio > 0.62 * base && ratio < 1.62 * base) return true;
    return false;
}

/* How far the slopes to both sides are apart. */
static double bend(const pair *p) { return fabs(difference(p, RIGHT) - difference(p, LEFT)); }

/* Whether the slopes to both sides come closer to each other from step to step. At a kink they do not. */
static bool is_bent(const search *s, int first)
{
    double before = INFINITY;
    for (int i = first; i < first + WINDOW; i++) {
        const pair *p = &s->at[i];
        const double apart = bend(p);
        if (apart > 0.8 * before && apart > NOISY * 2 * deviation(p, noise_at(s, p), RIGHT)) return true;
        before = apart;
    }
    return false;
}

/* Extrapolates differences d[], whose deviations are e[], to the step 0. */
static void extrapolate(double d[WINDOW], double e[WINDOW], double base, window *w)
{
    double power = base, before = d[WINDOW - 1];
    for (int column = 1; column < WINDOW; column++, power *= base) {
        before = d[WINDOW - column];
        for (int j = 0; j + column < WINDOW; j++) {
            d[j] = d[j + 1] + (d[j + 1] - d[j]) / (power - 1);
            e[j] = (power * e[j + 1] + e[j]) / (power - 1);
        }
    }
    w->value = d[0];
    w->bar = fabs(d[0] - before) + 2 * e[0] + 2 * DBL_EPSILON * fabs(d[0]);
}

static window window_at(const search *s, int first, way how)
{
    double d[WINDOW], e[WINDOW], change[WINDOW - 1];
    const double base = how == CENTRAL ? 4 : 2;
    window w = { .valid = true };
    for (int j = 0; j < WINDOW; j++) {
        const pair *p = &s->at[first + j];
        if (!has(p, how)) return NO_WINDOW;
        w.noise = fmax(w.noise, noise_at(s, p));
        d[j] = difference(p, how), e[j] = deviation(p, noise_at(s, p), how);
    }
    for (int j = 0; j + 1 < WINDOW; j++) change[j] = d[j] - d[j + 1];
    for (int j = 0; j + 2 < WINDOW; j++) {
        const bool shrunk = shrinks(change[j], change[j + 1], base),
                   is_noise = fabs(change[j + 1]) <= NOISY * e[j + 2];
        w.valid &= shrunk || is_noise;
        w.anchored |= shrunk && fabs(change[j]) > 2 * NOISY * e[j + 1];
    }
    w.valid = w.valid && !(how == CENTRAL && is_bent(s, first));
    extrapolate(d, e, base, &w);
    if (how == CENTRAL) w.bar += off_centre(&s->at[first]);
    return w;
}

/* Adds the disagreement of the better neighbour to the bar. */
static void compare(window *w, const window *before, const window *after)
{
    double off = INFINITY;
    if (before && before->valid) off = fmin(off, fabs(w->value - before->value) - before->bar);
    if (after && after->valid) off = fmin(off, fabs(w->value - after->value) - after->bar);
    w->bar = off < INFINITY ? fmax(w->bar, off) : 100 * w->bar;
    /* The error term that is left falls by 4^4 from window to window. If the bar falls by more, two
     * columns of the table agree by chance. */
    if (before && before->valid) w->bar = fmax(w->bar, before->bar / 512);
}

/* Whether the slopes to both sides are farther apart at the smaller step p than they would be if f were
 * smooth between p and the larger step q. */
static bool is_kink_below(const pair *q, const pair *p, double noise)
{
    return bend(p) > 4 * bend(q) * p->h / q->h + NOISY * 2 * deviation(p, noise, RIGHT);
}

/* Whether all smaller steps agree with the window at `first`, if f has the noise that the window
 * assumes: they come nearer to its value as the step falls. */
static bool is_confirmed(const search *s, const window *at, int first, way w)
{
    const pair *last = &s->at[first + WINDOW - 1];
    const double error = fabs(difference(last, w) - at->value);
    for (int i = first + WINDOW; i < STEPS; i++) {
        const pair *p = &s->at[i];
        if (!has(p, w)) continue;
        const double allowed = error * p->h / last->h + at->bar + NOISY * deviation(p, at->noise, w);
        if (fabs(difference(p, w) - at->value) > allowed) return false;
        if (w == CENTRAL && is_kink_below(last, p, at->noise)) return false;
    }
    return true;
}

static bool agree(const window *a, const window *b)
{
    return fabs(a->value - b->value) <= 3 * (a->bar + b->bar);
}

/* Of two windows that are believed, the first from smaller steps: if they agree, the one with the smaller
 * bar. Otherwise the one that saw f to be smooth, and of two such the one from smaller steps. */
static bool is_better(const window *next, const window *best)
{
    return agree(next, best) ? next->bar < best->bar : next->anchored;
}

/* Of the steps that were taken in turn: the windows that are believed. */
typedef struct found {
    window best, other; /* other: the best one that disagrees with it */
    int first;          /* step of the best; -1: there is none */
} found;

static found best_of(const search *s, way w)
{
    window all[STEPS], here[STEPS];
    const int n = s->last - WINDOW + 2;
    found f = { NO_WINDOW, NO_WINDOW, -1 };
    for (int i = 0; i < n; i++) here[i] = all[i] = window_at(s, i, w);
    for (int i = 0; i < n; i++) {
        if (!all[i].valid) continue;
        compare(&here[i], i ? &all[i - 1] : NULL, i + 1 < n ? &all[i + 1] : NULL);
        here[i].valid = is_confirmed(s, &here[i], i, w);
        if (here[i].valid && (f.first < 0 || is_better(&here[i], &f.best))) f.best = here[i], f.first = i;
    }
    for (int i = 0; i < n; i++)
        if (here[i].valid && here[i].bar < f.other.bar && !agree(&here[i], &f.best)) f.other = here[i];
    return f;
}

/* ---- the search ---- */

/* Whether f is much quieter at small steps: then what counts as noise at the large ones may be a wave. */
static bool is_quieter_below(const wgi_slope_line *l)
{
    return l->noise.sigma[WGI_SPACINGS - 1] > 16 * fmax(l->noise.sigma[0], DBL_EPSILON * fabs(l->f0));
}

/* Whether further steps cannot be better: noise is much of the bar, or it is as exact as numbers are. */
static bool is_settled(const search *s, const found *f, way w)
{
    const window *at = &f->best;
    if (f->first < 0 || s->last < f->first + WINDOW || (!at->anchored && is_quieter_below(s->line)))
        return false;
    return deviation(&s->at[f->first + WINDOW - 1], at->noise, w) > 0.1 * at->bar ||
           at->bar <= 64 * DBL_EPSILON * fabs(at->value);
}

static void look_at_probes(search *s)
{
    for (int k = 0; k < PROBES; k++) look(s, probe_at[k]);
    look_for_stairs(s);
    note_stairs(s);
}

/* Whether the slopes to both sides are known, differ by much more than the noise of the first probe, and no
 * probe comes between them: a kink. */
static bool is_settled_kink(search *s)
{
    const found right = best_of(s, RIGHT), left = best_of(s, LEFT);
    if (!is_settled(s, &right, RIGHT) || !is_settled(s, &left, LEFT)) return false;
    const double apart = fabs(right.best.value - left.best.value);
    look_at_probes(s);
    for (int k = 0; k < PROBES; k++) {
        const pair *p = &s->at[probe_at[k]];
        const double noise = NOISY * deviation(p, noise_at(s, p), RIGHT),
                     allowed = fmin(0.01 * apart + noise, k ? INFINITY : 0.1 * apart);
        if (!has(p, CENTRAL) || fabs(difference(p, RIGHT) - right.best.value) > allowed ||
            fabs(difference(p, LEFT) - left.best.value) > allowed)
            return false;
    }
    return apart > 2 * (right.best.bar + left.best.bar);
}

/* Steps from large to small until the best window is settled and the probes confirm it, or a kink is. */
static found central(search *s)
{
    for (s->last = 0; s->last < STEPS; s->last++) {
        look(s, s->last);
        if (s->last < WINDOW || s->line->thorough) continue;
        found f = best_of(s, CENTRAL);
        if (!is_settled(s, &f, CENTRAL)) {
            if (f.first < 0 && is_settled_kink(s)) return f;
            continue;
        }
        look_at_probes(s);
        f = best_of(s, CENTRAL);
        if (is_settled(s, &f, CENTRAL)) return f;
    }
    s->last = STEPS - 1;
    note_stairs(s);
    return best_of(s, CENTRAL);
}

/* ---- what is not smooth ---- */

/* Nothing is known but bars without end. */
static const wgi_slope NOTHING = { WGI_SLOPE_ROUGH, NAN,      INFINITY, NAN, INFINITY, NAN, NAN,
                                   INFINITY,        INFINITY, 0,        0,   0 };

/* Whether f changes by as much at the smallest steps as at much larger ones. */
static bool jumps(const search *s, way w)
{
    enum { APART = 12 };
    int last = STEPS - 1;
    while (last > APART && !has(&s->at[last], w)) last--;
    const pair *p = &s->at[last], *q = &s->at[last - APART];
    if (!has(p, w) || !has(q, w)) return false;
    const double small = w == RIGHT ? p->f_right : p->f_left, large = w == RIGHT ? q->f_right : q->f_left;
    return fabs(small) > NOISY * p->noise && fabs(small) > 0.5 * fabs(large);
}

/* The limit of a slope that grows without end: its changes from step to step do not shrink, as those of
 * sqrt(x) and x log x at 0. NaN: it has none. */
static double grows_to(const search *s, way w)
{
    enum { ALONG = 10 };
    int n = 0;
    double limit = NAN;
    for (int i = 2; i < STEPS; i++) {
        const pair *p = &s->at[i];
        if (!has(&s->at[i - 2], w) || !has(&s->at[i - 1], w) || !has(p, w)) continue;
        const double last = difference(p, w), change = last - difference(&s->at[i - 1], w),
                     before = difference(&s->at[i - 1], w) - difference(&s->at[i - 2], w);
        const bool keeps = change / before > 0.95 && change / before < 1.95;
        n = keeps && fabs(change) > NOISY * deviation(p, noise_at(s, p), w) ? n + 1 : 0;
        if (n >= ALONG) limit = copysign(INFINITY, change);
    }
    return limit;
}

/* All steps were taken, and no central window is believed. */
static wgi_slope broken(const search *s)
{
    const found to_right = best_of(s, RIGHT), to_left = best_of(s, LEFT);
    const window *right = &to_right.best, *left = &to_left.best;
    const bool both = right->valid && left->valid;
    bool right_has = false, left_has = false;
    wgi_slope out = NOTHING;
    for (int i = 0; i < STEPS; i++) right_has |= has(&s->at[i], RIGHT), left_has |= has(&s->at[i], LEFT);
    if (!right_has && !left_has) {
        out.kind = WGI_SLOPE_NOWHERE;
    } else if (both && fabs(right->value - left->value) > 2 * (right->bar + left->bar)) {
        out.kind = WGI_SLOPE_KINK;
        out.left = left->value, out.left_bar = left->bar;
        out.right = right->value, out.right_bar = right->bar;
    } else if (both) {
        out.kind = WGI_SLOPE_SMOOTH;
        out.value = (right->value + left->value) / 2, out.bar = fmax(right->bar, left->bar);
    } else if (jumps(s, RIGHT) || jumps(s, LEFT)) {
        out.kind = WGI_SLOPE_JUMP;
    } else if ((right->valid && !left_has && !isinf(grows_to(s, RIGHT))) ||
               (left->valid && !right_has && !isinf(grows_to(s, LEFT)))) {
        out.kind = WGI_SLOPE_EDGE;
        const window *side = right->valid ? right : left;
        out.value = side->value, out.bar = side->bar;
    } else {
        out.left = grows_to(s, LEFT), out.right = grows_to(s, RIGHT);
        if (left->valid && !isinf(out.left)) out.left = left->value;
        if (right->valid && !isinf(out.right)) out.right = right->value;
        if (isinf(out.left) || isinf(out.right)) out.kind = WGI_SLOPE_CUSP;
        else out.left = out.right = NAN;
    }
    return out;
}

wgi_slope wgi_slope_of(const wgi_slope_line *line)
{
    search s = { .line = line };
    const found f = central(&s);
    wgi_slope out = f.first < 0 || !f.best.anchored ? broken(&s) : NOTHING;
    const bool hidden =
        f.first >= 0 && out.kind == WGI_SLOPE_KINK && fmax(out.left_bar, out.right_bar) < 0.1 * f.best.bar;
    if (f.first >= 0 && !hidden) {
        out = NOTHING;
        out.kind = WGI_SLOPE_SMOOTH;
        out.value = f.best.value, out.bar = f.best.bar, out.noise = f.best.noise;
        out.other = f.other.value, out.other_bar = f.other.bar;
        out.step = s.at[f.first + WINDOW - 1].h;
    }
    out.evaluations = s.evaluations;
    return out;
}
