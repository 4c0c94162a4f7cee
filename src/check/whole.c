/* whole.c: the gradient against slopes of the whole function: see whole.h. */
#include "check/whole.h"

#include <float.h>

/* Estimates of the gradient's own error. DRIFTS: its changes by moves by units in the last place. The next:
 * by a move by FAR of each component. The others: its second differences over steps of NEAR of each
 * component. */
enum { DRIFTS = 2, BENDS = 2, MOVES = DRIFTS + 1 + BENDS };
static const double FAR = 0.01, NEAR = 1e-10;

/* ---- moving the point ---- */

double wgi_check_rms(const double *x, int64_t n)
{
    double sum = 0, largest = 0;
    for (int64_t i = 0; i < n; i++) largest = fmax(largest, fabs(x[i]));
    for (int64_t i = 0; i < n && largest > 0; i++) sum += x[i] / largest * (x[i] / largest);
    return largest > 0 ? largest * sqrt(sum / (double)n) : 1;
}

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

/* The change of the gradient when each component moves by `by` of its size, up and down in turn. */
static void drift(wgi_place *p, double by, double **to)
{
    wg_check *r = p->r;
    for (int k = 0; k < r->parts; k++) {
        wgi_check_part *in = &r->part[k];
        for (int64_t i = 0; i < in->size; i++) in->x[i] = in->point[i] * (1 + (i & 1 ? -by : by));
        p->t->set(p->t->self, k);
    }
    const bool ok = wgi_check_gradient(r, p->t, to);
    for (int k = 0; k < r->parts; k++) {
        for (int64_t i = 0; i < r->part[k].size; i++) to[k][i] = ok ? to[k][i] - r->part[k].analytic[i] : 0;
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
    const bool ok = !steps || wgi_check_gradient(r, p->t, room);
    for (int k = 0; k < r->parts; k++) {
        const double *g = steps ? room[k] : r->part[k].analytic;
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
    double **room = wg_alloc(p->r->c, (size_t)p->r->parts, sizeof *room), scaled[BENDS];
    for (int k = 0; room && k < p->r->parts; k++)
        room[k] = wg_alloc(p->r->c, (size_t)p->r->part[k].size + 1, sizeof **room);
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
        p->drift[k] = wg_alloc(p->r->c, (size_t)p->r->part[k % parts].size + 1, sizeof(double));
    if (wg_failed(p->r->c)) return;
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

static bool open_direction(wgi_place *p)
{
    wg_check *r = p->r;
    p->u = wg_alloc(r->c, (size_t)r->parts, sizeof *p->u);
    for (int k = 0; p->u && k < r->parts; k++) {
        p->u[k] = wgi_check_normals(r, 7 + (uint64_t)k, r->part[k].size);
        for (int64_t i = 0; p->u[k] && i < r->part[k].size; i++) p->u[k][i] *= scale_of(&r->part[k], i);
    }
    return !wg_failed(r->c);
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
    if (!open_direction(p)) return false;
    p->noise = wgi_noise_of(along_all, p, 1);
    for (int k = 0; k < r->parts; k++) put_back(p, k);
    measure_drift(p);
    return !wg_failed(r->c);
}

void wgi_place_close(wgi_place *p)
{
    for (int k = 0; p->drift && k < MOVES * p->r->parts; k++) wg_free(p->r->c, p->drift[k]);
    for (int k = 0; p->u && k < p->r->parts; k++) wg_free(p->r->c, p->u[k]);
    wg_free(p->r->c, p->drift), wg_free(p->r->c, p->u);
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

/* The error of a gradient that is given as numbers: its change over a longer way is measured by slopes. */
static double error_by_slopes(wgi_place *p, int k, int64_t low, int64_t high, const double *u, double scale,
                              const wgi_slope *s)
{
    wgi_check_part *in = &p->r->part[k];
    double *here = in->point, *there = wg_alloc(p->r->c, (size_t)in->size + 1, sizeof *there);
    const double f = p->f;
    if (!there) return INFINITY;
    for (int64_t i = 0; i < in->size; i++) there[i] = here[i] * (1 + (i & 1 ? -FAR : FAR));
    in->point = there;
    put_back(p, k);
    p->f = value(p);
    const wgi_slope far = isfinite(p->f) ? slope(p, k, low, high, u, scale) : *s;
    in->point = here;
    put_back(p, k);
    p->f = f;
    wg_free(p->r->c, there);
    return 4 * by_far_move(far.value - s->value);
}

/* Components [low, high) of part k, in the direction u. scale: of t. */
static wgi_compared compare(wgi_place *p, int k, int64_t low, int64_t high, const double *u, double scale)
{
    const wgi_check_part *in = &p->r->part[k];
    double yours = 0, size = 0;
    for (int64_t i = low; i < high; i++)
        yours += in->analytic[i] * u[i], size = hypot(size, in->analytic[i] * u[i]);
    size /= sqrt((double)(high - low));
    const wgi_slope s = slope(p, k, low, high, u, scale);
    if (!wgi_check_go_on(p->r)) return (wgi_compared){ .yours = NAN, .numeric = NAN, .bar = INFINITY };
    const double error = own_error(p, k, low, high, u);
    wgi_compared c = wgi_check_compare(yours, error, size, &s);
    /* If several terms of f have a kink here, each has its own two slopes. The choice of the gradient in each
     * of them need not lie between the slopes of the sum: relu(x0) - relu(x1) in the direction (1, -2). */
    if (s.kind == WGI_SLOPE_KINK && (high - low > 1 || p->t->several_kinks)) c.differ = false;
    if (c.differ && !p->t->gradient)
        c = wgi_check_compare(yours, error + error_by_slopes(p, k, low, high, u, scale, &s), size, &s);
    if (!wgi_check_go_on(p->r)) c.clear = c.differ = false;
    return c;
}

/* A component that is small beside the others may have to move farther than its own size to change f by more
 * than its noise. */
wgi_compared wgi_place_component(wgi_place *p, int k, int64_t i)
{
    static const double UNSURE = 1e-7, SMALL = 0.1;
    const wgi_check_part *in = &p->r->part[k];
    const double own = scale_of(in, i);
    double *one = wg_alloc(p->r->c, (size_t)in->size, sizeof *one);
    if (!one) return (wgi_compared){ .yours = NAN, .numeric = NAN, .bar = INFINITY };
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

wgi_compared wgi_place_direction(wgi_place *p, int k, int draw, int64_t *element)
{
    const wgi_check_part *in = &p->r->part[k];
    double *u = wgi_check_normals(p->r, (uint64_t)(100 + 16 * k + draw), in->size);
    wgi_compared c = { .yours = NAN, .numeric = NAN, .bar = INFINITY };
    *element = -1;
    for (int64_t i = 0; u && i < in->size; i++) u[i] *= scale_of(in, i);
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
