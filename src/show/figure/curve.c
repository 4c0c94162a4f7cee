/* curve.c: a curve that is computed. Between two neighbours whose distance the slope of the curve does not
 * explain it is looked at more closely, by halving: it jumps there, it has a pole, or it is steep. A jump and
 * a pole are gaps.
 *
 * What decides is how far the two ends are apart while the part is halved. Of a steep curve they come
 * together. Of a jump they stay apart. Of a pole they go away without end. */
#include "figure/figure_private.h"
#include "wgx/figure.h"
#include "wgx/base.h"

#include <math.h>

enum {
    HALF = 20,
    MANY = 4
}; /* rounds until the first look; halves of a part that both differ: it is
                               * noise */

typedef enum result { OPEN, JOINED, JUMP, POLE } result;

/* A part between neighbours. Where they rise to it from both sides (1) or fall to it (-1) it can hold a pole
 * with two sides of one sign. Once such a peak is found its higher end stays, or its lower. */
typedef struct part {
    int64_t at;
    double a, b, ya, yb;
    double first, middle; /* its size when its halving began, and HALF rounds later */
    int rounds, sides, peak, both;
    result is;
} part;

typedef struct curve {
    wg_series *s;
    const double *x, *y;
    int64_t n, parts;
    wgx_curve f;
    void *user;
    part *part;
    double *sorted, *middle, *value;
    double least; /* what can be seen */
} curve;

static double level(const curve *c, double y)
{
    return c->s->panel->o.y.scale == WG_SCALE_LOG ? log10(y) : y;
}

/* ---- which parts are looked at ---- */

/* A two-hundredth of the height of the curve, without its highest and lowest places: those beside a pole. */
static double visible(curve *c)
{
    int64_t n = 0;
    for (int64_t i = 0; i < c->n; i++)
        if (isfinite(level(c, c->y[i]))) c->sorted[n++] = level(c, c->y[i]);
    if (n < 3) return 0;
    wgx_sort(c->sorted, (size_t)n);
    const double most = c->sorted[n - 1 - n / 20] - c->sorted[n / 20];
    return (most > 0 ? most : c->sorted[n - 1] - c->sorted[0]) / 200;
}

static double rise(const curve *c, int64_t i)
{
    return i < 0 || i + 1 >= c->n ? NAN : level(c, c->y[i + 1]) - level(c, c->y[i]);
}

/* The rise of the first two parts from i on, to the left or the right; otherwise that of the other side. */
static void rises(const curve *c, int64_t i, int to, const double other[2], double r[2])
{
    r[0] = rise(c, i + to), r[1] = rise(c, i + 2 * to);
    if (!isfinite(r[0])) r[0] = other ? other[0] : 0, r[1] = other ? other[1] : 0;
    if (!isfinite(r[1])) r[1] = r[0];
}

/* Whether part i rises otherwise than a cubic through its neighbours, or lies between two sides that rise to
 * it more and more. */
static bool is_odd(const curve *c, int64_t i, part *p)
{
    double l[2], r[2];
    const double d = rise(c, i);
    rises(c, i, 1, NULL, r), rises(c, i, -1, r, l);
    if (!isfinite(rise(c, i + 1))) rises(c, i, 1, l, r);
    const double expected = (4 * (l[0] + r[0]) - l[1] - r[1]) / 6;
    p->sides = l[0] * r[0] < 0 ? (l[0] > 0 ? 1 : -1) : 0;
    if (!isfinite(d)) return false;
    if (p->sides && fmin(fabs(l[0]), fabs(r[0])) > c->least && fabs(l[0]) > 1.5 * fabs(l[1]) &&
        fabs(r[0]) > 1.5 * fabs(r[1]))
        p->peak = p->sides;
    return p->peak || (fabs(d) > c->least && fabs(d - expected) > fmax(c->least, 0.1 * fabs(d)));
}

static double size(const curve *c, const part *p)
{
    const double a = level(c, p->ya), b = level(c, p->yb);
    return p->peak ? fmax(p->peak * a, p->peak * b) : fabs(a - b);
}

static void find_parts(curve *c)
{
    for (int64_t i = 0; i + 1 < c->n; i++) {
        part *p = &c->part[c->parts];
        *p = (part){ .at = i, .a = c->x[i], .b = c->x[i + 1], .ya = c->y[i], .yb = c->y[i + 1] };
        if (!is_odd(c, i, p)) continue;
        p->first = size(c, p), c->parts++;
    }
}

/* ---- halving ---- */

/* Takes the half that is more unlike a curve. A middle that is far outside of the ends shows a peak. */
static void halve(const curve *c, part *p, double m, double ym)
{
    const double a = level(c, p->ya), b = level(c, p->yb), v = level(c, ym), left = fabs(v - a),
                 right = fabs(b - v), far = fabs(b - a) + c->least;
    if (!p->peak && p->sides * (v - a) > far && p->sides * (v - b) > far)
        p->peak = p->sides, p->rounds = 0, p->first = size(c, p);
    const bool goes_right = p->peak ? p->peak * a < p->peak * b : right > left;
    p->both += fmin(left, right) > 0.25 * fmax(left, right);
    if (goes_right) p->a = m, p->ya = ym;
    else p->b = m, p->yb = ym;
    p->rounds++;
}

/* What a part is whose ends are as near as numbers can be. A pole goes on growing. */
static result at_the_end(const curve *c, const part *p)
{
    const double now = size(c, p), all = now - p->first;
    if (all > 5 * c->least && now - p->middle >= 0.5 * (p->middle - p->first) &&
        (p->peak || all > 5 * p->first))
        return POLE;
    return p->peak || p->both >= MANY ? JOINED : JUMP;
}

static void judge(const curve *c, part *p)
{
    const double m = p->a + (p->b - p->a) / 2, all = c->x[c->n - 1] - c->x[0];
    if (!p->peak && size(c, p) < c->least) p->is = JOINED;
    if (p->rounds <= HALF) p->middle = size(c, p);
    if (p->is == OPEN && (!(m > p->a && m < p->b) || p->b - p->a < 1e-16 * all)) p->is = at_the_end(c, p);
}

/* One round for all parts that are open. false: there is none, or f failed. */
static bool next_round(curve *c)
{
    int64_t n = 0;
    for (int64_t i = 0; i < c->parts; i++)
        if (c->part[i].is == OPEN) c->middle[n++] = c->part[i].a + (c->part[i].b - c->part[i].a) / 2;
    if (!n || !c->f(c->user, c->middle, n, c->value)) return false;
    n = 0;
    for (int64_t i = 0; i < c->parts; i++) {
        part *p = &c->part[i];
        if (p->is != OPEN) continue;
        if (!isfinite(level(c, c->value[n]))) p->is = POLE;
        else halve(c, p, c->middle[n], c->value[n]), judge(c, p);
        n++;
    }
    return true;
}

/* ---- what is added ---- */

static void add(const curve *c)
{
    const part *p = c->part, *end = c->part + c->parts;
    for (int64_t i = 0; i < c->n; i++) {
        wg_series_add(c->s, c->x[i], c->y[i]);
        if (p == end || p->at != i) continue;
        if (p->is == JUMP && p->a > c->x[i]) wg_series_add(c->s, p->a, p->ya);
        if (p->is == JUMP || p->is == POLE) wg_series_add(c->s, p->a, NAN);
        if (p->is == JUMP && p->b < c->x[i + 1]) wg_series_add(c->s, p->b, p->yb);
        p++;
    }
}

void wgx_series_curve(wg_series *s, const double *x, const double *y, int64_t n, wgx_curve f, void *user)
{
    if (!s) {
        wg_fail(NULL, NULL, WG_ERROR_USE, "series_curve: the series is NULL");
        return;
    }
    if (!x || !y || !f || n < 3) {
        wg_series_add_all(s, x, y, n);
        return;
    }
    wgi_pool *pool = &s->panel->figure->pool;
    curve c = { .s = s, .x = x, .y = y, .n = n, .f = f, .user = user };
    c.part = wgi_pool_alloc(pool, (size_t)n, sizeof *c.part);
    c.sorted = wgi_pool_alloc(pool, 3 * (size_t)n, sizeof *c.sorted);
    if (!c.part || !c.sorted) return;
    c.middle = c.sorted + n, c.value = c.middle + n;
    c.least = visible(&c);
    if (c.least > 0) find_parts(&c);
    if (c.parts > n / 2) c.parts = 0;
    while (next_round(&c)) {}
    add(&c);
}
