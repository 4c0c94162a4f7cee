/* points.c: the gradient against slopes of the whole function, at several points.
 *
 * A slope is taken along one component, or in a random direction in which all components of a part move, each
 * by its own scale. A wrong component among n shows in the direction as clearly as alone, as the bars are
 * about 1e-11 of the slope. If a direction differs, its components are halved until one is left.
 *
 * The error of the gradient itself is measured too: its change when the point moves by units in the last
 * place, and its second differences over a longer way.
 *
 * A direction that crosses several kinks says nothing: only a component alone is compared with the slopes to
 * both sides of a kink.
 *
 * The points: the one that was given, one about 1 % of each component away, or two, and one that ten
 * steps of descent lead to. At a point that was chosen by hand a derivative may be zero or may not
 * exist; near a minimum no difference is large beside the noise. The other two points have neither. */
#include "check/check_private.h"

#include <float.h>

/* Estimates of the gradient's own error. DRIFTS: its changes by moves by units in the last place. The next:
 * by a move by FAR of each component. The others: its second differences over steps of NEAR of each
 * component. */
enum { DRIFTS = 2, BENDS = 2, MOVES = DRIFTS + 1 + BENDS };
static const double FAR = 0.01, NEAR = 1e-10;

/* ---- moving the point ---- */

/* How far component i must move to be at another point. */
static double scale_of(const wgi_check_part *in, int64_t i)
{
    return in->point[i] != 0 ? fabs(in->point[i]) : in->scale;
}

/* Components [low, high) of part k move by t u. k -1: all components of all parts, by t scale u. */
typedef struct walk {
    wgi_place *p;
    int k;
    int64_t low, high;
    const double *u;
} walk;

static double value(const wgi_place *p) { return wgi_check_try_value(p->r, p->t); }

static void put_back(const wgi_place *p, int k)
{
    const wgi_check_part *in = &p->r->part[k];
    memcpy(in->x, in->point, (size_t)in->size * sizeof *in->x);
    p->t->set(p->t->self, k);
}

static double along(void *self, double t, double *moved)
{
    const walk *w = self;
    wgi_check_part *in = &w->p->r->part[w->k];
    for (int64_t i = w->low; i < w->high; i++) in->x[i] = in->point[i] + t * w->u[i];
    w->p->t->set(w->p->t->self, w->k);
    const bool one = w->high - w->low == 1;
    *moved = one ? (in->x[w->low] - in->point[w->low]) / w->u[w->low] : t;
    const double f = value(w->p);
    memcpy(in->x + w->low, in->point + w->low, (size_t)(w->high - w->low) * sizeof *in->x);
    return f;
}

static double along_all(void *self, double t, double *moved)
{
    const wgi_place *p = self;
    for (int k = 0; k < p->r->parts; k++) {
        wgi_check_part *in = &p->r->part[k];
        for (int64_t i = 0; i < in->size; i++) in->x[i] = in->point[i] + t * p->u[k][i];
        p->t->set(p->t->self, k);
    }
    *moved = t;
    return value(p);
}

/* ---- the gradient's own error ---- */

static bool smooth_gradient(const wgi_place *p, double **to)
{
    if (!p->t->smooth) return wgi_check_gradient(p->r, p->t, to);
    p->r->gradients++;
    return p->t->smooth(p->t->self, to);
}

/* The change of the gradient when each component moves by `by` of its size, up and down in turn. */
static void drift(wgi_place *p, double by, double **to)
{
    wg_check *r = p->r;
    for (int k = 0; k < r->parts; k++) {
        wgi_check_part *in = &r->part[k];
        for (int64_t i = 0; i < in->size; i++) in->x[i] = in->point[i] * (1 + (i & 1 ? -by : by));
        p->t->set(p->t->self, k);
    }
    const bool ok = smooth_gradient(p, to);
    for (int k = 0; k < r->parts; k++) {
        for (int64_t i = 0; i < r->part[k].size; i++) to[k][i] = ok ? to[k][i] - p->base[k][i] : 0;
        put_back(p, k);
    }
}

/* The gradient at the point moved by `steps` steps, times by[j], is added to list j of `to`. */
static void add_gradient(wgi_place *p, int steps, const double by[BENDS], double **room, double **to)
{
    wg_check *r = p->r;
    for (int k = 0; k < r->parts; k++) {
        wgi_check_part *in = &r->part[k];
        for (int64_t i = 0; i < in->size && steps; i++)
            in->x[i] = in->point[i] * (1 + steps * NEAR * wgi_check_normal(r, 21 + (uint64_t)k, (uint64_t)i));
        p->t->set(p->t->self, k);
    }
    const bool ok = !steps || smooth_gradient(p, room);
    for (int k = 0; k < r->parts; k++) {
        const double *g = steps ? room[k] : p->base[k];
        for (int j = 0; j < BENDS; j++)
            for (int64_t i = 0; i < r->part[k].size; i++) to[j * r->parts + k][i] += ok ? by[j] * g[i] : NAN;
        put_back(p, k);
    }
}

/* Where terms of the gradient cancel, its error may be the same at neighbouring numbers: a sum of large terms
 * lies on a coarse grid. Then units in the last place show nothing. Over a longer way the gradient changes,
 * and its second differences show how irregular it is: divided by the root of 1 + 4 + 1 they have its
 * standard deviation. */
static void measure_bends(wgi_place *p, double **to)
{
    static const double by[BENDS + 2][BENDS] = { { 1, 0 }, { -2, 1 }, { 1, -2 }, { 0, 1 } };
    double **room = wgi_check_lists(p->r), scaled[BENDS];
    for (int steps = 0; steps < BENDS + 2 && !wg_failed(p->r->c); steps++) {
        for (int j = 0; j < BENDS; j++) scaled[j] = by[steps][j] / sqrt(6);
        add_gradient(p, steps, scaled, room, to);
    }
    for (int k = 0; room && k < p->r->parts; k++) wg_free(p->r->c, room[k]);
    wg_free(p->r->c, room);
}

static void measure_drift(wgi_place *p)
{
    const int parts = p->r->parts;
    if (!p->t->gradient) return;
    p->drift = wg_alloc(p->r->c, (size_t)(MOVES * parts), sizeof *p->drift);
    for (int k = 0; p->drift && k < MOVES * parts; k++)
        p->drift[k] = wgi_check_doubles(p->r, p->r->part[k % parts].size);
    if (wg_failed(p->r->c)) return;
    p->base = wgi_check_lists(p->r);
    if (!p->base) return;
    for (int k = 0; k < parts; k++)
        memcpy(p->base[k], p->r->part[k].analytic, (size_t)p->r->part[k].size * sizeof **p->base);
    if (p->t->smooth && !smooth_gradient(p, p->base)) return;
    for (int j = 0; j <= DRIFTS; j++)
        drift(p, j < DRIFTS ? (j + 1) * DBL_EPSILON : FAR, p->drift + j * parts);
    measure_bends(p, p->drift + (DRIFTS + 1) * parts);
}

/* The errors of numbers inside the gradient's program are at least those of x. What they do is
 * estimated by the change of the gradient over a longer way, as over the shortest one it may round to
 * nothing. */
static double by_far_move(double change)
{
    return isfinite(change) ? 4 * fabs(change) / FAR * DBL_EPSILON : 0;
}

/* The error of the sum of the gradient times u. */
static double own_error(const wgi_place *p, int k, int64_t low, int64_t high, const double *u)
{
    const wgi_check_part *in = &p->r->part[k];
    double most = 0, size = 0;
    for (int64_t i = low; i < high; i++) size += fabs(in->analytic[i] * u[i]);
    for (int j = 0; p->drift && j < MOVES; j++) {
        double sum = 0;
        for (int64_t i = low; i < high; i++) sum += p->drift[j * p->r->parts + k][i] * u[i];
        most = fmax(most, j == DRIFTS ? by_far_move(sum) : isfinite(sum) ? fabs(sum) : 0);
    }
    return 4 * most + 16 * DBL_EPSILON * size;
}

/* The rounding errors of x + t u, as errors of f. */
static double blur(const wgi_check_part *in, int64_t low, int64_t high, const double *u)
{
    double sum = 0;
    for (int64_t i = low; i < high && high - low > 1; i++) {
        const double e = u[i] != 0 ? in->analytic[i] * in->point[i] * DBL_EPSILON / 4 : 0;
        sum += e * e;
    }
    return sqrt(sum);
}

/* ---- the place ---- */

/* A random direction in which all components of part k move. */
static double *direction(wg_check *r, int k, uint64_t stream)
{
    double *u = wgi_check_normals(r, stream, r->part[k].size);
    for (int64_t i = 0; u && i < r->part[k].size; i++) u[i] *= scale_of(&r->part[k], i);
    return u;
}

bool wgi_place_open(wgi_place *p, wg_check *r, const wgi_check_target *t)
{
    *p = (wgi_place){ .r = r, .t = t };
    for (int k = 0; k < r->parts; k++) {
        r->part[k].scale = wgi_check_rms(r->part[k].point, r->part[k].size);
        put_back(p, k);
    }
    p->f = value(p);
    if (!isfinite(p->f)) return false;
    p->u = wg_alloc(r->c, (size_t)r->parts, sizeof *p->u);
    for (int k = 0; p->u && k < r->parts; k++) p->u[k] = direction(r, k, 7 + (uint64_t)k);
    if (wg_failed(r->c)) return false;
    p->noise = wgi_noise_of(along_all, p, 1);
    for (int k = 0; k < r->parts; k++) put_back(p, k);
    measure_drift(p);
    return !wg_failed(r->c);
}

void wgi_place_close(wgi_place *p)
{
    for (int k = 0; p->drift && k < MOVES * p->r->parts; k++) wg_free(p->r->c, p->drift[k]);
    for (int k = 0; p->u && k < p->r->parts; k++) wg_free(p->r->c, p->u[k]);
    for (int k = 0; p->base && k < p->r->parts; k++) wg_free(p->r->c, p->base[k]);
    wg_free(p->r->c, p->base), wg_free(p->r->c, p->drift), wg_free(p->r->c, p->u);
    p->drift = p->u = NULL;
}

/* ---- comparisons ---- */

/* The slope of components [low, high) of part k in the direction u. scale: of t. */
static wgi_slope slope(wgi_place *p, int k, int64_t low, int64_t high, const double *u, double scale)
{
    walk w = { p, k, low, high, u };
    wgi_line line = { .at = along, .self = &w, .f0 = p->f, .scale = scale, .noise = p->noise };
    const double b = blur(&p->r->part[k], low, high, u);
    for (int j = 0; j < WGI_SPACINGS; j++) line.noise.sigma[j] = fmax(line.noise.sigma[j], b);
    const wgi_slope s = wgi_slope_of(&line);
    put_back(p, k);
    return s;
}

/* Components [low, high) of part k, in the direction u. scale: of t. */
static wgi_compared compare_once(wgi_place *p, int k, int64_t low, int64_t high, const double *u,
                                 double scale)
{
    const wgi_check_part *in = &p->r->part[k];
    double yours = 0, size = 0;
    for (int64_t i = low; i < high; i++)
        yours += in->analytic[i] * u[i], size = hypot(size, in->analytic[i] * u[i]);
    size /= sqrt((double)(high - low));
    const wgi_slope s = slope(p, k, low, high, u, scale);
    if (!wgi_check_go_on(p->r)) return wgi_not_compared();
    const double error = own_error(p, k, low, high, u);
    wgi_compared c = wgi_check_compare(yours, error, size, p->r->allowed, &s);
    /* If several terms of f have a kink here, each has its own two slopes. The choice of the gradient in each
     * of them need not lie between the slopes of the sum: relu(x0) - relu(x1) in the direction (1, -2). */
    if (s.kind == WGI_SLOPE_KINK && (high - low > 1 || p->t->several_kinks)) c.differ = false;
    if (!wgi_check_go_on(p->r)) c.clear = c.differ = false;
    return c;
}

/* What rounding of all components of x does to f, at most. Of a function that the check cannot see into it
 * stands for the rounding of the numbers inside, which are made of several components, such as x[2] -
 * x[0]. */
static double rounding_of_x(const wg_check *r)
{
    double sum = 0;
    for (int k = 0; k < r->parts; k++)
        for (int64_t i = 0; i < r->part[k].size; i++)
            sum += fabs(r->part[k].analytic[i] * r->part[k].point[i]);
    return isfinite(sum) ? sum * DBL_EPSILON / 2 : 0;
}

/* The noise is measured by moving x. Where numbers inside cancel, as in 1 - cos(x) with a small x, their
 * rounding errors stay the same while x moves by much more than a unit in its last place, and f seems to be
 * smooth and without noise. So a gradient counts as wrong only if it differs with the noise that these
 * errors may cause, too. */
static wgi_compared compare(wgi_place *p, int k, int64_t low, int64_t high, const double *u, double scale)
{
    const wgi_compared c = compare_once(p, k, low, high, u, scale);
    if (!c.differ) return c;
    if (p->t->whole && high - low == 1) { /* a rule of yours may give the slope of another piece */
        p->t->whole(p->t->self, true);
        const wgi_compared f = compare_once(p, k, low, high, u, scale);
        p->t->whole(p->t->self, false);
        if (f.kind == WGI_SLOPE_KINK && !f.differ) return f;
    }
    const double most = wg_is_none(p->t->root)
                            ? rounding_of_x(p->r)
                            : wgi_inside_rounding(p->r, p->t->root, p->t->x, p->r->parts, &p->bound);
    const wgi_noise measured = p->noise;
    for (int j = 0; j < WGI_SPACINGS; j++) p->noise.sigma[j] = fmax(measured.sigma[j], most);
    const wgi_compared again = compare_once(p, k, low, high, u, scale);
    p->noise = measured;
    return again.differ ? c : again;
}

/* A component that is small beside the others may have to move farther than its own size to change f by more
 * than its noise. */
wgi_compared wgi_place_component(wgi_place *p, int k, int64_t i)
{
    static const double UNSURE = 1e-7, SMALL = 0.1;
    const wgi_check_part *in = &p->r->part[k];
    const double own = scale_of(in, i);
    double *one = wgi_check_doubles(p->r, in->size);
    if (!one) return wgi_not_compared();
    one[i] = 1;
    wgi_compared c = compare(p, k, i, i + 1, one, own);
    if (own < SMALL * in->scale && !(c.bar <= UNSURE * fabs(c.numeric))) {
        const wgi_compared far = compare(p, k, i, i + 1, one, in->scale);
        if (far.clear && (!c.clear || far.bar < c.bar)) c = far;
    }
    wg_free(p->r->c, one);
    return c;
}

/* Of the components [0, size) that differ, keeps the half that differs more, until one is left. */
static int64_t bisect(wgi_place *p, int k, const double *u, wgi_compared *c)
{
    int64_t low = 0, high = p->r->part[k].size;
    while (high - low > 1) {
        const int64_t middle = low + (high - low) / 2;
        const wgi_compared a = compare(p, k, low, middle, u, 1), b = compare(p, k, middle, high, u, 1);
        const double off_a = a.differ ? fabs(a.yours - a.numeric) : 0,
                     off_b = b.differ ? fabs(b.yours - b.numeric) : 0;
        if (off_a == 0 && off_b == 0) return -1;
        if (off_a >= off_b) high = middle, *c = a;
        else low = middle, *c = b;
    }
    return low;
}

/* All components of part k in a random direction, one for each draw. *element: if they differ, the component
 * that does; -1: none differs alone. */
static wgi_compared in_direction(wgi_place *p, int k, int draw, int64_t *element)
{
    const wgi_check_part *in = &p->r->part[k];
    double *u = direction(p->r, k, (uint64_t)(100 + 16 * k + draw));
    wgi_compared c = wgi_not_compared();
    *element = -1;
    if (u) c = compare(p, k, 0, in->size, u, 1);
    if (c.differ) {
        *element = bisect(p, k, u, &c);
        const wgi_compared one = *element >= 0 ? wgi_place_component(p, k, *element) : c;
        if (wgi_check_is_stopped(p->r)) *element = -1;
        else c = one;
    }
    wg_free(p->r->c, u);
    return c;
}

/* COMPONENTS: if there are no more in all, each is compared alone. DRAWS: directions of each part. */
enum { COMPONENTS = 64, DRAWS = 3, STEPS = 10 };

static int64_t components(const wg_check *r)
{
    int64_t n = 0;
    for (int k = 0; k < r->parts; k++) n += r->part[k].shown.left_out ? 0 : r->part[k].size;
    return n;
}

/* ---- at one point ---- */

/* A part that was seen to be right before, as at the given point, and elsewhere differs by a smaller share,
 * is not wrong by that share everywhere: there the slope is in error, as near the end of the domain of f. */
static const double ELSEWHERE = 1e-4;

static void note(wg_check *r, wgi_point point, int k, int64_t element, wgi_compared *c)
{
    wgi_check_part *in = &r->part[k];
    if (point != WGI_POINT_GIVEN && c->differ && in->n.clear && !in->n.differ && c->share < ELSEWHERE)
        c->differ = c->clear = false;
    in->n.clear += c->clear, in->n.differ += c->differ;
    in->n.unclear += !c->clear && !c->differ, in->n.kinks += c->kind == WGI_SLOPE_KINK;
    wg_check_point *at = &r->at[point];
    at->clear += c->clear, at->differ += c->differ;
    at->unclear += !c->clear && !c->differ, at->kinks += c->kind == WGI_SLOPE_KINK;
    if (!c->differ) return;
    if (point != WGI_POINT_GIVEN) wgi_check_note_point(r);
    wgi_finding f = { .stage = WGI_STAGE_SLOPE, .point = point, .part = k, .share = c->share };
    f.shown = (wg_check_finding){ .by = in->shown.name, .shape = in->shown.shape, .element = element };
    wgi_show_compared(&f.shown, c);
    wgi_check_add(r, &f);
}

/* The share of a typical component that comparisons with these bars show. A draw misses an error e of a
 * component if |u| e < 10 bar, with u standard normal: with the probability 0.8 * 10 bar / e. Three
 * draws miss it in one of 1,000 cases if that is 0.1. */
static void note_resolution(wgi_check_part *in, double bar, double typical, bool by_draws)
{
    const double seen = (by_draws ? 80 : 10) * bar;
    if (typical > 0) in->shown.resolution = fmin(in->shown.resolution, seen / typical);
}

/* At a kink every slope between those to both sides is right. Where there is no slope, nothing is seen. */
static double bar_of(const wgi_compared *c)
{
    return c->clear || c->differ || c->kind == WGI_SLOPE_KINK ? c->bar : INFINITY;
}

static void compare_components(wgi_place *p, int k, wgi_point point)
{
    wgi_check_part *in = &p->r->part[k];
    double worst = 0, sum = 0;
    for (int64_t i = 0; i < in->size; i++) {
        wgi_compared c = wgi_place_component(p, k, i);
        if (point == WGI_POINT_GIVEN) in->slope[i] = c.numeric, in->bar[i] = bar_of(&c);
        note(p->r, point, k, i, &c);
        if (c.clear) worst = fmax(worst, c.bar), sum += c.yours * c.yours;
    }
    note_resolution(in, worst, sqrt(sum / (double)in->size), false);
}

static double square(double x) { return x * x; }

/* What is typical here. Descent may lead to where the gradient is much larger than at the points before. */
static void note_typical(wgi_check_part *in, wgi_point point)
{
    double sum = 0;
    for (int64_t i = 0; i < in->size; i++) {
        in->signal[i] |= in->analytic[i] != 0;
        if (isfinite(in->analytic[i])) sum += square(in->analytic[i]);
    }
    if (point != WGI_POINT_BELOW)
        in->typical = fmax(in->typical, sqrt(sum / (double)(in->size ? in->size : 1)));
}

static void compare_directions(wgi_place *p, int k, wgi_point point)
{
    wgi_check_part *in = &p->r->part[k];
    double worst = 0, sum = 0;
    for (int64_t i = 0; i < in->size; i++) sum += square(in->analytic[i] * scale_of(in, i));
    if (point != WGI_POINT_BELOW) in->moved = fmax(in->moved, sqrt(sum / (double)(in->size ? in->size : 1)));
    for (int draw = 0; draw < DRAWS; draw++) {
        int64_t element;
        wgi_compared c = in_direction(p, k, draw, &element);
        worst = fmax(worst, c.clear ? c.bar : INFINITY);
        if (point == WGI_POINT_GIVEN) in->direction_bar = fmax(in->direction_bar, bar_of(&c));
        in->shown.directions++;
        note(p->r, point, k, element, &c);
        if (element >= 0 && point == WGI_POINT_GIVEN)
            in->slope[element] = c.numeric, in->bar[element] = c.bar;
        if (c.differ) break;
    }
    note_resolution(in, worst, sqrt(sum / (double)(in->size ? in->size : 1)), true);
}

/* The components that the report shows. */
static void compare_shown(wgi_place *p, int k)
{
    wgi_check_part *in = &p->r->part[k];
    int64_t row[WGI_CHECK_ROWS];
    const int rows = wgi_check_rows(p->r, in, row);
    for (int j = 0; j < rows; j++) {
        if (!isnan(in->slope[row[j]])) continue;
        wgi_compared c = wgi_place_component(p, k, row[j]);
        in->slope[row[j]] = c.numeric, in->bar[row[j]] = c.bar;
        if (!in->n.differ) note(p->r, WGI_POINT_GIVEN, k, row[j], &c);
    }
}

/* Why there is nothing to compare at a place that could not be opened. */
static const char *why_not(const wg_check *r)
{
    if (wgi_check_is_stopped(r)) return "stopped";
    return r->starved[0] || wg_failed(r->c) ? "there was no memory for it" : "f has no value there";
}

static void say_stage(wg_check *r, wgi_point point, int k)
{
    const double share = (double)k / r->parts;
    if (r->of_second) wgi_check_at_stage(r, "second derivatives", (point + share) / WGI_POINTS);
    else wgi_check_at_stage(r, wgi_check_slopes_text(point), share);
}

static void compare_at(wg_check *r, const wgi_check_target *t, wgi_point point)
{
    wgi_place p;
    const bool few = components(r) <= COMPONENTS && point == WGI_POINT_GIVEN;
    say_stage(r, point, 0);
    r->at[point].used = wgi_place_open(&p, r, t);
    r->at[point].why = r->at[point].used ? "" : why_not(r);
    for (int k = 0; k < r->parts && r->at[point].used; k++) {
        wgi_check_part *in = &r->part[k];
        note_typical(in, point);
        say_stage(r, point, k);
        if (in->shown.left_out || !in->size || !wgi_check_are_finite(in->analytic, in->size)) continue;
        if (few) compare_components(&p, k, point);
        else compare_directions(&p, k, point);
        if (!few && point == WGI_POINT_GIVEN) compare_shown(&p, k);
    }
    wgi_place_close(&p);
}

/* ---- other points ---- */

static void copy(double **to, double **from, const wg_check *r)
{
    for (int k = 0; k < r->parts; k++) memcpy(to[k], from[k], (size_t)r->part[k].size * sizeof **to);
}

static void set_point(wg_check *r, const wgi_check_target *t, double **point)
{
    for (int k = 0; k < r->parts; k++) {
        memcpy(r->part[k].point, point[k], (size_t)r->part[k].size * sizeof **point);
        memcpy(r->part[k].x, point[k], (size_t)r->part[k].size * sizeof **point);
        t->set(t->self, k);
    }
    if (t->settle) t->settle(t->self);
}

/* Of a component. One that is almost zero beside the others moves as they do. */
static double size_of(double x, double scale) { return fabs(x) > 1e-60 * scale ? x : scale; }

/* A point about 1 % of each component away. */
static void go_beside(wg_check *r, double side, double **x)
{
    uint64_t count = 0;
    for (int k = 0; k < r->parts; k++)
        for (int64_t i = 0; i < r->part[k].size; i++)
            x[k][i] += 0.01 * side * size_of(x[k][i], r->part[k].scale) * wgi_check_normal(r, 11, count++);
}

/* Steps of descent from x: each one reduces f, or is tried again with half the length. The first one
 * moves the point by 1 % of its length. */
static void go_down(wg_check *r, const wgi_check_target *t, double **x, double **g, double **next)
{
    double norm_x = 0, norm_g = 0, rate = 0;
    for (int step = 0; step < STEPS; step++) {
        const double f = wgi_check_try_value(r, t);
        if (wgi_check_is_stopped(r)) return;
        if (!wgi_check_gradient(r, t, g)) return;
        for (int k = 0; k < r->parts && !step; k++)
            for (int64_t i = 0; i < r->part[k].size; i++)
                norm_x = hypot(norm_x, x[k][i]), norm_g = hypot(norm_g, g[k][i]);
        if (!step) rate = 0.01 * (norm_x > 0 ? norm_x : 1) / norm_g;
        for (int tries = 0; tries < STEPS && isfinite(rate); tries++, rate /= 2) {
            for (int k = 0; k < r->parts; k++)
                for (int64_t i = 0; i < r->part[k].size; i++) next[k][i] = x[k][i] - rate * g[k][i];
            set_point(r, t, next);
            if (wgi_check_try_value(r, t) < f) break;
        }
        if (!(wgi_check_try_value(r, t) < f)) return;
        copy(x, next, r);
    }
}

/* Whether a part has shown nothing yet. */
static bool is_open(const wg_check *r)
{
    for (int k = 0; k < r->parts; k++)
        if (!r->part[k].shown.left_out && !(r->part[k].shown.resolution < INFINITY) && !r->part[k].n.differ)
            return true;
    return false;
}

static bool take_gradient(wg_check *r, const wgi_check_target *t, double **g)
{
    if (!wgi_check_gradient(r, t, g)) return false;
    for (int k = 0; k < r->parts; k++)
        memcpy(r->part[k].analytic, g[k], (size_t)r->part[k].size * sizeof **g);
    return true;
}

void wgi_check_points(wg_check *r, const wgi_check_target *t)
{
    compare_at(r, t, WGI_POINT_GIVEN);
    for (wgi_point p = WGI_POINT_BESIDE; p < WGI_POINTS && !t->gradient; p++)
        r->at[p].why = "the gradient is known at the given point alone";
    if (!t->gradient) return;
    double **point = wgi_check_lists(r), **analytic = wgi_check_lists(r), **x = wgi_check_lists(r),
           **g = wgi_check_lists(r), **next = wgi_check_lists(r);
    if (wg_failed(r->c)) return;
    for (int k = 0; k < r->parts; k++) {
        memcpy(point[k], r->part[k].point, (size_t)r->part[k].size * sizeof **point);
        memcpy(analytic[k], r->part[k].analytic, (size_t)r->part[k].size * sizeof **analytic);
    }
    for (wgi_point where = WGI_POINT_BESIDE; where < WGI_POINTS; where++) {
        if (wgi_check_is_stopped(r)) break;
        r->at[where].why = "not needed";
        if (where == WGI_POINT_OTHER_SIDE && !is_open(r)) continue;
        copy(x, point, r);
        set_point(r, t, x);
        if (where == WGI_POINT_BELOW) go_down(r, t, x, g, next);
        else go_beside(r, where == WGI_POINT_BESIDE ? 1 : -1, x);
        set_point(r, t, x);
        r->at[where].why = "the gradient cannot be computed there";
        if (take_gradient(r, t, g)) compare_at(r, t, where);
    }
    set_point(r, t, point);
    for (int k = 0; k < r->parts; k++)
        memcpy(r->part[k].analytic, analytic[k], (size_t)r->part[k].size * sizeof **g);
}
