/* claim.c: a gradient against slopes of its function: see claim.h. */
#include "check/check_private.h"

#include <float.h>

/* Estimates of the gradient's own error. DRIFTS: its changes by moves by units in the last place. The next:
 * by a move by FAR of each component. The others: its second differences over steps of NEAR of each. */
enum { DRIFTS = 2, BENDS = 2, MOVES = DRIFTS + 1 + BENDS };
static const double FAR = 0.01, NEAR = 1e-10;

/* ---- lists: numbers for each component of each vector ---- */

static double **make_lists(const wgi_claim *p, double **to)
{
    for (int k = 0; to && k < p->n; k++) to[k] = wgi_check_doubles(p->r, p->v[k].size);
    return to;
}

static double **no_lists(const wgi_claim *p, int copies)
{
    return wg_alloc(p->r->c, (size_t)(copies * p->n) + 1, sizeof(double *));
}

static double **lists(const wgi_claim *p) { return make_lists(p, no_lists(p, 1)); }

static void free_lists(const wgi_claim *p, double **l, int copies)
{
    for (int k = 0; l && k < copies * p->n; k++) wg_free(p->r->c, l[k]);
    wg_free(p->r->c, l);
}

/* ---- moving x ---- */

/* How far component i must move to be at another point. */
static double scale_of(const wgi_vector *v, int64_t i)
{
    return v->point[i] != 0 ? fabs(v->point[i]) : v->scale;
}

static void set(const wgi_claim *p, int k) { p->t->set(p->t->self, k); }

static void put_back(const wgi_claim *p, int k)
{
    if (p->v[k].size) memcpy(p->v[k].x, p->v[k].point, (size_t)p->v[k].size * sizeof(double));
    set(p, k);
}

static double value(const wgi_claim *p) { return wgi_check_try_value(p->r, p->t); }

/* Components [low, high) of vector k move by t u. */
typedef struct walk {
    wgi_claim *p;
    int k;
    int64_t low, high;
    const double *u;
    double scale; /* of t */
} walk;

static double along(void *self, double t, double *moved)
{
    const walk *w = self;
    const wgi_vector *v = &w->p->v[w->k];
    const bool is_narrow = v->ulp > DBL_EPSILON;
    for (int64_t i = w->low; i < w->high; i++) {
        const double x = v->point[i] + t * w->u[i];
        v->x[i] = is_narrow ? (double)(float)x : x;
    }
    set(w->p, w->k);
    const bool one = w->high - w->low == 1;
    *moved = one ? (v->x[w->low] - v->point[w->low]) / w->u[w->low] : t;
    const double f = value(w->p);
    memcpy(v->x + w->low, v->point + w->low, (size_t)(w->high - w->low) * sizeof *v->x);
    return f;
}

static double along_all(void *self, double t, double *moved)
{
    const wgi_claim *p = self;
    for (int k = 0; k < p->n; k++) {
        const wgi_vector *v = &p->v[k];
        for (int64_t i = 0; i < v->size; i++) v->x[i] = v->point[i] + t * p->u[k][i];
        set(p, k);
    }
    *moved = t;
    return value(p);
}

/* f is no more exact than its user says. */
static wgi_noise noise_of(const wgi_claim *p, wgi_line_fn at, void *self, double scale)
{
    wgi_noise n = wgi_noise_of(at, self, scale, p->is_short);
    const double own = p->t->is_quiet ? 0 : p->r->o.accuracy * fabs(p->f);
    for (int j = 0; j < WGI_SPACINGS; j++) n.sigma[j] = fmax(n.sigma[j], own);
    return n;
}

/* ---- the gradient's own error ---- */

/* The gradient at x, of_yours: that is claimed, not the smooth one; then x is put back. */
static bool gradient_at(wgi_claim *p, bool of_yours, double **to)
{
    const wgi_check_target *t = p->t;
    for (int k = 0; k < p->n; k++) set(p, k);
    const bool ok = !wg_failed(p->r->c) && (t->smooth && !of_yours ? t->smooth : t->gradient)(t->self, to);
    for (int k = 0; k < p->n; k++) put_back(p, k);
    return ok;
}

/* The change of the gradient when each component moves by `by` of its size, or by so many units in its last
 * place, up and down in turn. */
static void drift(wgi_claim *p, double by, bool is_ulps, bool of_yours, double **to)
{
    for (int k = 0; k < p->n; k++) {
        const wgi_vector *v = &p->v[k];
        const double far = is_ulps ? by * v->ulp : by;
        for (int64_t i = 0; i < v->size; i++) v->x[i] = v->point[i] * (1 + (i & 1 ? -far : far));
    }
    const bool ok = make_lists(p, to) && gradient_at(p, of_yours, to);
    for (int k = 0; k < p->n; k++) {
        const double *base = of_yours ? p->v[k].yours : p->base[k];
        for (int64_t i = 0; to[k] && i < p->v[k].size; i++) to[k][i] = ok ? to[k][i] - base[i] : 0;
    }
}

/* Whether a change of component i, of a typical size `typical`, is a jump, as the gradient of a user makes it
 * at a kink, and no rounding: it is a good part of the component, and as large when x moves twice as far.
 * more: what the second half of the way adds. */
static bool is_jump(double yours, double typical, double change, double more)
{
    static const double SHARE = 0.01;
    return fabs(change) > SHARE * fmax(fabs(yours), typical) && fabs(more) < SHARE * fabs(change);
}

static void forget_jumps(wgi_claim *p)
{
    for (int k = 0; k < p->n; k++) {
        const double typical = wgi_check_rms(p->v[k].yours, p->v[k].size);
        double *one = p->drift[k], *two = p->drift[p->n + k], *bend = p->drift[(DRIFTS + 1) * p->n + k];
        const double *next = p->drift[(DRIFTS + 2) * p->n + k]; /* the point is not a part of it */
        EACH_COMPONENT(i, &p->v[k]) {
            const double yours = p->v[k].yours[i];
            if (is_jump(yours, typical, one[i], two[i] - one[i])) one[i] = two[i] = bend[i] = 0;
            if (is_jump(yours, typical, bend[i], next[i])) bend[i] = 0;
        }
    }
}

/* The gradient at the point moved by `steps` steps, times by[j], is added to list j of `to`. */
static void add_gradient(wgi_claim *p, int steps, const double by[BENDS], double **room, double **to)
{
    for (int k = 0; k < p->n; k++) {
        const wgi_vector *v = &p->v[k];
        for (int64_t i = 0; i < v->size && steps; i++)
            v->x[i] =
                v->point[i] * (1 + steps * NEAR * wgi_check_normal(p->r, 21 + (uint64_t)k, (uint64_t)i));
    }
    const bool ok = !steps || gradient_at(p, false, room);
    for (int k = 0; k < p->n; k++) {
        const double *g = steps ? room[k] : p->base[k];
        for (int j = 0; j < BENDS; j++)
            EACH_COMPONENT(i, &p->v[k]) to[j * p->n + k][i] += ok ? by[j] * g[i] : NAN;
    }
}

/* Where terms of the gradient cancel, its error may be the same at neighbouring numbers: a sum of large terms
 * lies on a coarse grid. Then units in the last place show nothing. Over a longer way the gradient changes,
 * and its second differences, divided by the root of 1 + 4 + 1, have the standard deviation of its errors. */
static void measure_bends(wgi_claim *p, double **to)
{
    static const double by[BENDS + 2][BENDS] = { { 1, 0 }, { -2, 1 }, { 1, -2 }, { 0, 1 } };
    double **room = lists(p), scaled[BENDS];
    for (int steps = 0; steps < BENDS + 2 && !wg_failed(p->r->c); steps++) {
        for (int j = 0; j < BENDS; j++) scaled[j] = by[steps][j] / sqrt(6);
        add_gradient(p, steps, scaled, room, to);
    }
    free_lists(p, room, 1);
}

bool wgi_claim_gradient(wgi_claim *p, int k, const double *u, double t, double *to)
{
    const wgi_vector *v = &p->v[k];
    double **room = p->t->gradient ? lists(p) : NULL;
    for (int64_t i = 0; room && i < v->size; i++) v->x[i] = v->point[i] + t * u[i];
    const bool ok = room && gradient_at(p, true, room);
    if (ok) memcpy(to, room[k], (size_t)v->size * sizeof *to);
    free_lists(p, room, 1);
    return ok;
}

static void measure_drift(wgi_claim *p)
{
    if (!p->t->gradient) return;
    p->drift = no_lists(p, MOVES), p->base = lists(p);
    if (wg_failed(p->r->c)) return;
    for (int k = 0; k < p->n; k++) memcpy(p->base[k], p->v[k].yours, (size_t)p->v[k].size * sizeof **p->base);
    if (p->t->smooth && !p->t->smooth(p->t->self, p->base)) {
        free_lists(p, p->base, 1);
        p->base = NULL; /* its error is not known */
        return;
    }
    for (int j = 0; j < DRIFTS; j++) drift(p, j + 1, true, false, p->drift + j * p->n);
}

/* Where f has one piece its gradient itself is asked, too: a rule of yours may be less exact than the rules
 * of the piece. At a kink it changes by much more than rounding does. */
static void measure_yours(wgi_claim *p)
{
    static const double JUMP = 1e-3;
    if (p->knows_yours || !p->t->smooth || !p->drift || !p->base) return;
    double **to = no_lists(p, 1);
    p->knows_yours = true;
    if (to) drift(p, 1, true, true, to);
    for (int k = 0; k < p->n && !wg_failed(p->r->c); k++)
        EACH_COMPONENT(i, &p->v[k])
            if (fabs(to[k][i]) > fabs(p->drift[k][i]) && fabs(to[k][i]) < JUMP * fabs(p->v[k].yours[i]))
                p->drift[k][i] = to[k][i];
    free_lists(p, to, 1);
    wgi_check_recover(p->r);
}

static void measure_more(wgi_claim *p)
{
    p->knows_all = true;
    if (!p->drift || !p->base) return;
    drift(p, FAR, false, false, p->drift + DRIFTS * p->n);
    for (int j = 0; j < BENDS; j++) make_lists(p, p->drift + (DRIFTS + 1 + j) * p->n);
    if (wg_failed(p->r->c)) return;
    measure_bends(p, p->drift + (DRIFTS + 1) * p->n);
    if (!wg_failed(p->r->c) && p->v[0].yours) forget_jumps(p);
}

/* The error of the sum of the gradient times u. The errors of numbers inside the gradient's program are at
 * least those of x. What they do is estimated by the change of the gradient over a longer way, too, as over
 * the shortest one it may round to nothing. */
static double own_error(const wgi_claim *p, const walk *w)
{
    const wgi_vector *v = &p->v[w->k];
    double most = 0, size = 0;
    for (int64_t i = w->low; i < w->high; i++) size += fabs(v->yours[i] * w->u[i]);
    for (int j = 0; p->drift && j < MOVES; j++) {
        const double *change = p->drift[j * p->n + w->k];
        double sum = 0;
        for (int64_t i = w->low; change && i < w->high; i++) sum += change[i] * w->u[i];
        if (isfinite(sum)) most = fmax(most, j == DRIFTS ? 4 * fabs(sum) / FAR * DBL_EPSILON : fabs(sum));
    }
    return 4 * most + 16 * DBL_EPSILON * size;
}

/* The rounding errors of x + t u, as errors of f. Of one component it is known how far it moved. */
static double blur(const wgi_claim *p, const walk *w)
{
    const wgi_vector *v = &p->v[w->k];
    double sum = 0;
    for (int64_t i = w->low; i < w->high && w->high - w->low > 1; i++) {
        const double e = w->u[i] != 0 ? v->yours[i] * v->point[i] * v->ulp / 4 : 0;
        sum += e * e;
    }
    return isfinite(sum) ? sqrt(sum) : 0;
}

/* ---- opening ---- */

/* Where many components are equal, many terms of f are, and round alike. Beside the point they do not: then f
 * is off there by more than its noise. At a spike of f it is off by more than rounding can be. */
static double bias_of(wgi_claim *p)
{
    double moved, terms = 16, off = INFINITY;
    for (int k = 0; k < p->n; k++) terms += (double)p->v[k].size;
    for (int j = 0; j < 2; j++) { /* of kinks it would shrink with the step */
        const double h = wgi_spacing[j];
        off = fmin(off, fabs((along_all(p, h, &moved) + along_all(p, -h, &moved)) / 2 - p->f));
    }
    return off > 8 * p->noise.sigma[1] && off < terms * DBL_EPSILON * fabs(p->f) ? off : 0;
}

/* What slopes that are taken in double need: noise, and the errors of the gradient. */
static void measure_in_double(wgi_claim *p)
{
    const wgi_check_target *t = p->t;
    if (p->knows_noise || wg_failed(p->r->c)) return;
    p->knows_noise = true;
    measure_drift(p);
    if (t->is_quiet || wg_failed(p->r->c)) return;
    p->u = no_lists(p, 1);
    for (int k = 0; p->u && k < p->n; k++) p->u[k] = wgi_claim_direction(p, k, 7 + (uint64_t)k);
    if (wg_failed(p->r->c)) return;
    p->noise = noise_of(p, along_all, p, 1);
    p->bias = bias_of(p);
    for (int k = 0; k < p->n; k++) put_back(p, k);
    measure_more(p);
}

static bool measure(wgi_claim *p)
{
    static const double OF_NODE = 1e-9;
    const wgi_check_target *t = p->t;
    for (int k = 0; k < p->n; k++) {
        p->v[k].scale = wgi_check_rms(p->v[k].point, p->v[k].size);
        put_back(p, k);
    }
    if (t->settle) t->settle(t->self);
    p->f = value(p);
    if (!isfinite(p->f)) return false;
    if (p->n && !p->v[0].yours) { /* the gradient is not given */
        p->own = lists(p);
        if (wg_failed(p->r->c) || !t->gradient(t->self, p->own)) return false;
        for (int k = 0; k < p->n; k++) p->v[k].yours = p->own[k];
    }
    p->is_short = !t->is_quiet && (p->r->of_second || wgi_check_left(p->r) < WGI_ALL);
    p->has_digits = t->digits && wgi_digits_settle(t->digits, t->is_quiet ? OF_NODE : wgi_check_trusts(p->r));
    if (!p->has_digits) measure_in_double(p);
    return !wg_failed(p->r->c);
}

void wgi_claim_forget(wgi_claim *p, int k, const unsigned char *jumps)
{
    measure_in_double(p);
    for (int j = 0; p->drift && j < MOVES; j++)
        for (int64_t i = 0; p->drift[j * p->n + k] && i < p->v[k].size; i++)
            if (jumps[i]) p->drift[j * p->n + k][i] = 0;
}

bool wgi_claim_open(wgi_claim *p, wg_check *r, const wgi_check_target *t, const wgi_vector v[], int n)
{
    *p = (wgi_claim){ .r = r, .t = t, .n = n, .v = wg_alloc(r->c, (size_t)n + 1, sizeof *v) };
    if (p->v) memcpy(p->v, v, (size_t)n * sizeof *v);
    if (p->v && measure(p)) return true;
    wgi_claim_close(p);
    return false;
}

void wgi_claim_close(wgi_claim *p)
{
    free_lists(p, p->u, 1), free_lists(p, p->own, 1);
    free_lists(p, p->base, 1), free_lists(p, p->drift, MOVES);
    wg_free(p->r->c, p->v);
    *p = (wgi_claim){ .r = p->r };
}

double *wgi_claim_direction(const wgi_claim *p, int k, uint64_t stream)
{
    double *u = wgi_check_normals(p->r, stream, p->v[k].size);
    for (int64_t i = 0; u && i < p->v[k].size; i++) u[i] *= scale_of(&p->v[k], i);
    return u;
}

/* ---- comparisons ---- */

/* The root of the sum of the squares of the terms of g u. */
static double size_of(const wgi_claim *p, const walk *w)
{
    const double *g = p->v[w->k].yours;
    double largest = 0, sum = 0;
    for (int64_t i = w->low; i < w->high; i++) largest = fmax(largest, fabs(g[i] * w->u[i]));
    for (int64_t i = w->low; i < w->high && largest > 0; i++) {
        const double term = g[i] * w->u[i] / largest;
        sum += term * term;
    }
    return largest * sqrt(sum);
}

double wgi_claim_size(const wgi_claim *p, int k, const double *u)
{
    return size_of(p, &(walk){ .k = k, .high = p->v[k].size, .u = u });
}

/* At a kink yours changes by a small move as the slope of f does, and that is no error. */
static double error_beside(double error, const wgi_slope *s)
{
    const double jump = s->kind == WGI_SLOPE_KINK ? fabs(s->right - s->left) : 0;
    return error > 0.04 * jump && error < 4.04 * jump ? DBL_EPSILON * (fabs(s->left) + fabs(s->right))
                                                      : error;
}

/* A component that is no normal number has few digits: it and what it is computed from round to
 * DBL_TRUE_MIN. */
static const double SUBNORMAL = 64 * DBL_TRUE_MIN;

static double typical_of(const wgi_claim *p, const walk *w)
{
    const wgi_vector *v = &p->v[w->k];
    const double typical = size_of(p, w) / sqrt((double)(w->high - w->low));
    if (!*p->r->solver || w->high - w->low != 1) return typical;
    return fmax(typical, wgi_check_rms(v->yours, v->size));
}

static double allowed(const wgi_claim *p) { return p->t->is_quiet ? p->r->o.tolerance : p->r->allowed; }

/* Compares yours with a slope. more: an error of yours beside those that were measured. */
static wgi_compared judge(const wgi_claim *p, const walk *w, double more, const wgi_slope *s)
{
    const wgi_vector *v = &p->v[w->k];
    double yours = 0;
    for (int64_t i = w->low; i < w->high; i++) {
        yours += v->yours[i] * w->u[i];
        more += SUBNORMAL * fabs(w->u[i]);
    }
    wgi_compared c =
        wgi_check_compare(yours, error_beside(own_error(p, w), s) + more, typical_of(p, w), allowed(p), s);
    /* If several terms of f have a kink here, each has its own two slopes. The choice of the gradient in each
     * of them need not lie between the slopes of the sum: relu(x0) - relu(x1) in the direction (1, -2). */
    if (s->kind == WGI_SLOPE_KINK && (w->high - w->low > 1 || p->t->several_kinks)) c.differ = false;
    return c;
}

/* s: the slope with other noise, or rough; gets the slope. */
static wgi_compared compare_with(wgi_claim *p, walk *w, const wgi_noise *noise, bool thorough, wgi_slope *s)
{
    const double other = s->kind == WGI_SLOPE_SMOOTH ? s->value : NAN, other_bar = s->bar, b = blur(p, w);
    wgi_slope_line line = { .at = along,
                            .self = w,
                            .f0 = p->f,
                            .scale = w->scale,
                            .noise = *noise,
                            .bias = p->bias,
                            .thorough = thorough };
    for (int j = 0; j < WGI_SPACINGS; j++) line.noise.sigma[j] = fmax(line.noise.sigma[j], b);
    *s = wgi_slope_of(&line);
    put_back(p, w->k);
    if (!wgi_check_go_on(p->r)) return wgi_not_compared();
    /* What is measured as noise may be a pole near the point, of which smaller steps see nothing. */
    if (fabs(s->value - other) > s->bar + other_bar) s->other = other, s->other_bar = other_bar;
    return judge(p, w, 0, s);
}

/* What rounding of all components of x does to f, at most. Of a function that cannot be seen into it stands
 * for the rounding of the numbers inside, which are made of several components, such as x[2] - x[0]. */
static double rounding_of_x(const wgi_claim *p)
{
    double sum = 0;
    for (int k = 0; k < p->n; k++)
        EACH_COMPONENT(i, &p->v[k]) sum += fabs(p->v[k].yours[i] * p->v[k].point[i]) * p->v[k].ulp / 2;
    return isfinite(sum) ? sum : 0;
}

/* The steps are halves of each other. Beside an x of 0 the numbers inside then have the same digits at each
 * step, and round alike, in f32 by 1e-8 of them: no step shows it. Steps with other digits do. */
static void look_with_other_steps(wgi_claim *p, const walk *w, const wgi_noise *noise, wgi_compared *c)
{
    static const double OTHER = 0.7071;
    wgi_slope s = { .kind = WGI_SLOPE_ROUGH };
    walk other = *w;
    other.scale *= OTHER;
    const wgi_compared d = compare_with(p, &other, noise, true, &s);
    if (!d.differ) *c = d;
    c->bar = fmax(c->bar, fabs(c->numeric - d.numeric));
    c->differ = c->differ && fabs(c->yours - c->numeric) > WGI_BEYOND * c->bar;
}

/* What rounding of the numbers inside the gradient's program may do to it. */
static double rounding_inside(const wgi_claim *p, const walk *w)
{
    double *u = p->t->rounding ? wgi_check_doubles(p->r, p->v[w->k].size) : NULL;
    for (int64_t i = w->low; u && i < w->high; i++) u[i] = w->u[i];
    const double most = u ? p->t->rounding(p->t->self, w->k, u) : 0;
    wg_free(p->r->c, u);
    return most;
}

/* The noise is measured by moving x. Where numbers inside cancel, as in 1 - cos(x) with a small x, their
 * rounding errors stay the same while x moves by much more than a unit in its last place, and f seems to be
 * smooth and without noise. So a gradient counts as wrong only if it differs with the noise that these
 * errors may cause, too. */
static wgi_compared look_again(wgi_claim *p, walk *w, wgi_noise noise, const wgi_compared *c)
{
    wgi_slope s = { .kind = WGI_SLOPE_ROUGH };
    const wgi_check_target *t = p->t;
    const bool is_dark = wg_is_none(t->root) && !t->is_quiet; /* it may have small kinks, or compute in f32 */
    if (t->whole && w->high - w->low == 1) { /* a rule of yours may give the slope of another piece */
        t->whole(t->self, true);
        const wgi_compared f = compare_with(p, w, &noise, is_dark, &s);
        t->whole(t->self, false);
        if (f.kind == WGI_SLOPE_KINK && !f.differ) return f;
    }
    const double most =
        wg_is_none(t->root) ? rounding_of_x(p) : wgi_inside_rounding(p->r, t->root, t->x, p->n, &p->bound);
    for (int j = 0; j < WGI_SPACINGS; j++) noise.sigma[j] = fmax(noise.sigma[j], most);
    measure_yours(p);
    s.kind = WGI_SLOPE_ROUGH;
    wgi_compared again = compare_with(p, w, &noise, is_dark, &s);
    if (again.differ && t->rounding && !wgi_check_has(p->r, WGI_STAGE_RULE))
        again = judge(p, w, rounding_inside(p, w), &s);
    if (again.differ && is_dark) look_with_other_steps(p, w, &noise, &again);
    return again.differ ? *c : again;
}

/* Without noise, bars are about 1e-11 of the slope. */
static bool is_sure(const wgi_claim *p, const walk *w, const wgi_compared *c)
{
    static const double POOR = 1e-7;
    const double size = size_of(p, w);
    return c->clear && !c->differ && (size == 0 || c->bar <= POOR * size);
}

/* The pieces of sqrt(|x|) at 0 have a slope, and f has none: how far f is off the slope grows beside the
 * step. c: of the pieces; becomes that of f, if f has a cusp. */
static void look_for_cusp(wgi_claim *p, walk *w, const wgi_noise *noise, wgi_compared *c)
{
    static const double H[2] = { 0x1p-10, 0x1p-22 };
    const wgi_check_target *t = p->t;
    double off[2] = { 0 };
    t->whole(t->self, true);
    for (int j = 0; j < 2; j++)
        for (int side = -1; side <= 1; side += 2) {
            double moved;
            const double h = side * H[j] * w->scale, f = along(w, h, &moved);
            off[j] = fmax(off[j], fabs((f - p->f) / h - c->numeric));
        }
    put_back(p, w->k);
    const bool grows = off[1] > 2 * off[0] &&
                       off[1] * H[1] * w->scale > 64 * fmax(noise->sigma[1], DBL_EPSILON * fabs(p->f));
    wgi_slope s = { .kind = WGI_SLOPE_ROUGH };
    const wgi_compared f = grows ? compare_with(p, w, noise, false, &s) : *c;
    t->whole(t->self, false);
    if (f.kind == WGI_SLOPE_CUSP) *c = f;
}

/* Whether a difference is larger than what rounding and small kinks were seen to make. */
static bool is_plain(const wgi_compared *c)
{
    static const double SHARE = 1e-3, BARS = 100 * WGI_BEYOND;
    const double off = fabs(c->yours - c->numeric);
    return c->kind == WGI_SLOPE_SMOOTH && off > BARS * c->bar &&
           off > SHARE * fmax(fabs(c->yours), fabs(c->numeric));
}

static bool is_function(const wgi_claim *p) { return wg_is_none(p->t->root) && !p->t->is_quiet; }

bool wgi_claim_is_short(const wgi_claim *p) { return is_function(p) && wgi_check_left(p->r) < WGI_ALL; }

/* A difference in what was measured once. It counts if it is large beside all that a second look allows for,
 * or if that look finds it, too. Where there are no calls left for the look, it is neither right nor
 * wrong. */
static wgi_compared make_sure(wgi_claim *p, walk *w, const wgi_noise *noise, wgi_compared c)
{
    const bool is_short = wgi_claim_is_short(p);
    if (is_function(p) && (is_short || wgi_check_has(p->r, WGI_STAGE_SLOPE)) && is_plain(&c)) return c;
    if (!is_short) return look_again(p, w, *noise, &c);
    c.differ = c.clear = false, c.unsure = true;
    return c;
}

/* Whether rounding in double may move the gradient by so much. Else, if it is off its own rule by that, a
 * kernel is wrong; and if the rule is off the slope, it is not a constant of the rule: those are doubles, as
 * 2 / sqrt(pi) of erf, and their terms may cancel. */
static bool is_rounding(wgi_claim *p, const walk *w, double off, double size)
{
    static const double SURE = 1e-12, TIMES = 16;
    if (off <= SURE * size) return true;
    measure_in_double(p);
    return off <= TIMES * own_error(p, w) || off <= TIMES * rounding_inside(p, w);
}

/* The slope and the gradient in quad. Where both have digits it is known whether the rule is right, and how
 * far yours, in double, is off its own rule. False: the digits are poor here. */
static bool compare_in_quad(wgi_claim *p, const walk *w, wgi_compared *c)
{
    static const double BARS = 1e3;
    const wgi_vector *v = &p->v[w->k];
    double yours = 0, size = 0;
    const wgi_exact_slope e =
        wgi_digits_slope(p->t->digits, &(wgi_ray){ w->k, w->low, w->high, w->u, v->yours, w->scale });
    p->r->evaluations += e.evaluations;
    if (!e.is_known) return false;
    for (int64_t i = w->low; i < w->high; i++) {
        yours += v->yours[i] * w->u[i];
        size += fabs(v->yours[i] * w->u[i]);
    }
    const wgi_slope s = {
        .kind = WGI_SLOPE_SMOOTH, .value = e.value, .bar = e.bar + DBL_EPSILON * fabs(e.value), .other = NAN
    };
    if (!e.has_rule) { /* its error is a guess, as in double */
        measure_in_double(p);
        *c = judge(p, w, 0, &s);
        return !c->differ;
    }
    const bool rule_alone = p->r->by_rules && !p->t->is_quiet; /* what runs is compared as a whole */
    if (!rule_alone && !is_rounding(p, w, e.rounding, size)) return false;
    *c = wgi_check_compare(rule_alone ? e.value : yours,
                           (rule_alone ? e.off : e.rounding) + DBL_EPSILON * size, typical_of(p, w),
                           allowed(p), &s);
    c->differ = e.off > BARS * e.bar &&
                (rule_alone ? e.off > fmax(allowed(p), 1e-12) * fabs(e.value) : c->share > allowed(p)) &&
                !is_rounding(p, w, e.off, size); /* constants of rules are doubles */
    if (rule_alone) c->yours = yours, c->clear = true;
    else if (!c->differ) c->bar = fmax(c->bar, fabs(yours - e.value));
    return true;
}

/* sure: a difference is looked at again before it counts. */
static wgi_compared compare_in_double(wgi_claim *p, walk w, bool sure)
{
    wgi_slope s = { .kind = WGI_SLOPE_ROUGH };
    wgi_compared c;
    measure_in_double(p);
    wgi_noise noise = p->noise;
    if (p->t->is_quiet) {
        c = compare_with(p, &w, &noise, false, &s);
        if (is_sure(p, &w, &c)) return c;
        if (!p->knows_all) measure_more(p), wgi_check_recover(p->r);
        noise = noise_of(p, along, &w, w.scale);
    }
    c = compare_with(p, &w, &noise, false, &s);
    if (c.differ && sure) c = make_sure(p, &w, &noise, c);
    else if (c.clear && !c.differ && p->t->whole) look_for_cusp(p, &w, &noise, &c);
    return c;
}

static wgi_compared compare(wgi_claim *p, walk w, bool sure)
{
    wgi_compared c;
    if (!p->has_digits || !compare_in_quad(p, &w, &c)) c = compare_in_double(p, w, sure);
    else if (c.differ) {
        /* f may have another slope than its digits: an expansion may choose for one point alone, as that of
         * t ln p at t = 0, and need not have a slope there */
        const wgi_compared d = compare_in_double(p, w, sure);
        const bool is_kink = d.kind == WGI_SLOPE_KINK && !d.differ;
        if (is_kink || (d.clear && fabs(d.numeric - c.numeric) > WGI_BEYOND * (d.slope_bar + c.slope_bar)))
            c = d;
    } else if (c.clear && p->t->whole && *p->r->kink.text) { /* its pieces have no cusp */
        measure_in_double(p);
        look_for_cusp(p, &w, &p->noise, &c);
    }
    return wgi_check_go_on(p->r) ? c : wgi_not_compared();
}

static wgi_compared range(wgi_claim *p, int k, int64_t low, int64_t high, const double *u, bool sure)
{
    if (high - low == 1 && u[low] == 0) return wgi_not_compared();
    return compare(p, (walk){ p, k, low, high, u, 1 }, sure);
}

wgi_compared wgi_claim_range(wgi_claim *p, int k, int64_t low, int64_t high, const double *u)
{
    return range(p, k, low, high, u, true);
}

wgi_compared wgi_claim_unsure(wgi_claim *p, int k, const double *u)
{
    return range(p, k, 0, p->v[k].size, u, false);
}

bool wgi_claim_bends(wgi_claim *p, int k, int64_t low, int64_t high, const double *u)
{
    static const double H[2] = { 0x1p-12, 0x1p-18 };
    walk w = { p, k, low, high, u, 1 };
    double bend[2], moved, noise = DBL_EPSILON * fabs(p->f);
    if (high - low == 1) return true;
    if (p->has_digits) return false; /* they are those of one piece */
    for (int j = 0; j < WGI_SPACINGS; j++) noise = fmax(noise, p->noise.sigma[j]);
    for (int j = 0; j < 2; j++)
        bend[j] = fabs(along(&w, H[j], &moved) - p->f + (along(&w, -H[j], &moved) - p->f)) / H[j];
    put_back(p, k);
    return bend[1] > 0.5 * bend[0] && bend[1] * H[1] > 32 * noise;
}

wgi_compared wgi_claim_along(wgi_claim *p, int k, const double *u)
{
    return wgi_claim_range(p, k, 0, p->v[k].size, u);
}

/* Four evaluations instead of 44, for a difference that is large. No kink is seen: it may be one. */
static wgi_compared glance(wgi_claim *p, int k, int64_t low, int64_t high, const double *u)
{
    static const double H[2] = { 0x1p-9, 0x1p-11 };
    walk w = { p, k, low, high, u, 1 };
    double d[2], moved, noise = DBL_EPSILON * fabs(p->f), yours = 0;
    for (int j = 0; j < WGI_SPACINGS; j++) noise = fmax(noise, p->noise.sigma[j]);
    for (int j = 0; j < 2; j++) d[j] = (along(&w, H[j], &moved) - along(&w, -H[j], &moved)) / (2 * H[j]);
    for (int64_t i = low; i < high; i++) yours += p->v[k].yours[i] * u[i];
    put_back(p, k);
    const double bar = fabs(d[1] - d[0]) / 15 + 4 * noise / H[1];
    return (wgi_compared){
        .yours = yours, .numeric = d[1] + (d[1] - d[0]) / 15, .bar = bar, .slope_bar = bar, .clear = true
    };
}

/* Whether f jumps on the way from the point, where it leaves the line of this slope: bisected. */
static bool jumps_off(walk *w, double slope)
{
    enum { DOUBLES = 56, HALVES = 20, ROUNDING = 1 << 12 };
    const double f0 = w->p->f, least = ROUNDING * DBL_EPSILON * fabs(f0);
    double high = ldexp(w->scale, -DOUBLES), low = 0, moved, before = f0, after = f0, gap = 0, line = 0;
    for (int k = 0; k < DOUBLES && !(gap > fmax(least, fabs(line) / 2)); k++) {
        low = high, high *= 2, before = after;
        after = along(w, high, &moved), line = slope * moved, gap = fabs(after - f0 - line);
    }
    const bool leaves = gap > fmax(least, fabs(line) / 2);
    for (int k = 0; k < HALVES && leaves; k++) {
        const double middle = (low + high) / 2, f = along(w, middle, &moved);
        if (fabs(f - f0 - slope * moved) < gap / 2) low = middle, before = f;
        else high = middle, after = f;
    }
    put_back(w->p, w->k);
    return leaves && fabs(after - before) > gap / 4;
}

/* Where digits cancel beside an x that is small, as in (exp(x) - 1)/x, f may be smooth on stairs that are
 * much shorter than x, with slopes that have nothing to do with its own: a saw. Then the slope over a way of
 * 1 is that of yours. c: of component i alone. */
static bool is_saw(wgi_claim *p, int k, int64_t i, double *one, const wgi_compared *c)
{
    static const double FINE = 0.01, OF_F = 1e-4, /* yours may be 0 */
        CANCELS = 0x1p-30;                        /* rounding, divided by the way and by the step */
    one[i] = fmax(p->v[k].scale, 1);
    wgi_compared far = glance(p, k, i, i + 1, one);
    far.yours /= one[i], far.numeric /= one[i], far.bar /= one[i];
    far.bar += CANCELS * fabs(p->f);
    one[i] = 1;
    return fabs(far.numeric - c->numeric) > WGI_BEYOND * (far.bar + c->bar) &&
           fabs(far.yours - far.numeric) <= WGI_BEYOND * far.bar &&
           far.bar <= FINE * fmax(fabs(far.yours), OF_F * fabs(p->f)) &&
           jumps_off(&(walk){ p, k, i, i + 1, one, scale_of(&p->v[k], i) }, c->numeric);
}

/* A component that is small beside the others may have to move farther than its size to change f beyond
 * noise. */
wgi_compared wgi_claim_component(wgi_claim *p, int k, int64_t i)
{
    static const double UNSURE = 1e-7, SMALL = 0.1;
    const wgi_vector *v = &p->v[k];
    const double own = scale_of(v, i);
    double *one = wgi_check_doubles(p->r, v->size);
    if (!one) return wgi_not_compared();
    one[i] = 1;
    wgi_compared c = compare(p, (walk){ p, k, i, i + 1, one, own }, true);
    if (own < SMALL * v->scale && c.kind != WGI_SLOPE_KINK && !(c.bar <= UNSURE * fabs(c.numeric))) {
        const wgi_compared far = compare(p, (walk){ p, k, i, i + 1, one, v->scale }, true);
        if (far.clear && (!c.clear || far.bar < c.bar)) c = far;
    }
    if (c.differ && own < SMALL && c.kind == WGI_SLOPE_SMOOTH && is_saw(p, k, i, one, &c))
        c.clear = c.differ = false, c.kind = WGI_SLOPE_JUMP, c.numeric = NAN, c.bar = c.slope_bar = INFINITY;
    wg_free(p->r->c, one);
    return c;
}

wgi_compared wgi_claim_look(wgi_claim *p, int k, const double *u) { return glance(p, k, 0, p->v[k].size, u); }

/* How far they differ, if it is more than their errors. It is known that some component differs, so less
 * certainty is needed than for a verdict. */
static double excess(const wgi_compared *c)
{
    const double off = fabs(c->yours - c->numeric);
    return off > 3 * c->bar ? off : 0;
}

/* Whether the slope where both halves move is the sum of theirs. Else f has no gradient here. */
static bool is_sum(const wgi_compared *both, const wgi_compared *a, const wgi_compared *b)
{
    return !(fabs(both->numeric - a->numeric - b->numeric) >
             WGI_BEYOND * (both->slope_bar + a->slope_bar + b->slope_bar));
}

int64_t wgi_claim_glance(wgi_claim *p, int k, const double *u, const wgi_compared *d)
{
    int64_t low = 0, high = p->v[k].size;
    wgi_compared both = *d;
    while (high - low > 1) {
        const int64_t middle = low + (high - low) / 2;
        const wgi_compared a = glance(p, k, low, middle, u), b = { .yours = both.yours - a.yours,
                                                                   .numeric = both.numeric - a.numeric,
                                                                   .bar = both.bar + a.bar };
        if ((excess(&a) == 0 && excess(&b) == 0) || wgi_check_is_stopped(p->r)) return -1;
        if (excess(&a) >= excess(&b)) high = middle, both = a;
        else low = middle, both = b;
    }
    return low;
}

/* Of two halves none of which differs: on stairs that are coarse, noise may have passed for a slope of the
 * whole, and the halves show how little is known of it. Then no difference is left in *d. */
static void take_halves(wgi_compared *d, const wgi_compared *a, const wgi_compared *b)
{
    d->shared = a->clear && b->clear && !is_sum(d, a, b);
    if (d->shared || fabs(d->yours - d->numeric) > WGI_BEYOND * (a->bar + b->bar)) return;
    d->differ = d->clear = false;
    d->bar = fmax(d->bar, a->bar + b->bar);
}

int64_t wgi_claim_bisect(wgi_claim *p, int k, const double *u, wgi_compared *d)
{
    int64_t low = 0, high = p->v[k].size;
    while (high - low > 1) {
        const int64_t middle = low + (high - low) / 2;
        const wgi_compared a = range(p, k, low, middle, u, false), b = range(p, k, middle, high, u, false);
        const bool none = excess(&a) == 0 && excess(&b) == 0;
        if (none) take_halves(d, &a, &b);
        if (none || wgi_check_is_stopped(p->r)) return -1;
        if (excess(&a) >= excess(&b)) high = middle, *d = a;
        else low = middle, *d = b;
    }
    return low;
}
