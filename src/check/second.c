/* second.c: second derivatives of the whole function.
 *
 * With random weights w, s(x) = <g(x), w> is a function whose gradient is H w, where g is the gradient that
 * is checked and H the matrix of second derivatives. So H w is compared with slopes of s as g is with slopes
 * of f: see points.c. H is symmetric, so <u, H w> = <w, H u>, up to rounding; this needs no
 * differences.
 *
 * The rules of single nodes are compared in rules.c. */
#include "check/check_private.h"

#include <float.h>

#include "wengert/grad.h"
#include "wengert/ops.h"

/* MOVES: by units in the last place. */
enum { MOVES = 4, WEIGHTS = 500, OTHERS = 600, BESIDE = 700 };

/* own: the report of s; its parts use the x of the parts of r, so that `first` can set them. */
typedef struct second {
    wg_check own, *r;
    const wgi_check_target *first;
    wg_site here;
    const wg_node *x;
    wg_node s, *w, *hx; /* by part: the weights, and the gradient of s */
    double **u, **v;    /* by part: values of the weights */
} second;

/* ---- building ---- */

static bool is_in(const second *q, int k) { return !q->own.part[k].shown.left_out; }

static bool open_parts(second *q, const wg_node gx[])
{
    wg_check *r = q->r;
    if (!wgi_check_parts(&q->own, r->parts)) return false;
    for (int k = 0; k < r->parts; k++) {
        wgi_check_part *in = &q->own.part[k];
        if (!wgi_check_part_set(&q->own, k, r->part[k].shown.name, r->part[k].shown.shape)) return false;
        in->shown.left_out = r->part[k].shown.left_out || wg_is_none(gx[k]) || !in->size;
        wg_free(r->c, in->x);
        in->x = r->part[k].x;
        memcpy(in->point, r->part[k].point, (size_t)in->size * sizeof *in->x);
        in->scale = wgi_check_rms(in->point, in->size);
        q->own.parts++;
    }
    return true;
}

/* Random weights, as large as the components of each part. */
static double **weights(second *q, uint64_t stream)
{
    double **to = wg_alloc(q->r->c, (size_t)q->own.parts, sizeof *to);
    for (int k = 0; to && k < q->own.parts; k++) {
        const wgi_check_part *in = &q->own.part[k];
        to[k] = wgi_check_normals(q->r, stream + (uint64_t)k, in->size);
        for (int64_t i = 0; to[k] && i < in->size; i++) to[k][i] *= in->scale;
    }
    return to;
}

/* <g, weights>. The weights become inputs, which w gets if it is not NULL. */
static wg_node inner_product(const second *q, const wg_node g[], double **weights, wg_node w[])
{
    const wg_site here = q->here;
    wg_node sum = wg_none;
    for (int k = 0; k < q->own.parts; k++) {
        if (!is_in(q, k)) continue;
        const wg_node by = wg_input_at(here, wg_graph_of(g[k]), "",
                                       wg_view_f64(weights[k], q->own.part[k].shown.shape)),
                      part = wg_sum_at(here, &(wg_reduce_args){ .x = wg_mul_at(here, g[k], by) });
        if (w) w[k] = by;
        sum = wg_is_none(sum) ? part : wg_add_at(here, sum, part);
    }
    return sum;
}

/* The gradient of s by part k alone. It may have none, although others have one. */
static void gradient_of(second *q, int k, wg_node x)
{
    wgi_check_part *in = &q->own.part[k];
    if (wg_grads_at(q->here, q->s, &x, 1, &q->hx[k]) == WG_OK)
        wg_copy_f64_at(q->here, q->hx[k], in->analytic, (size_t)in->size);
    if (!wg_failed(q->r->c)) return;
    in->shown.left_out = true, q->hx[k] = wg_none;
    if (!q->r->second_reason[0])
        wgi_check_say(q->r->second_reason, "second derivative by %s: %.150s", in->shown.name,
                      wg_message(q->r->c));
    wgi_check_recover(q->r);
}

static bool open_second(second *q, const wg_node x[], const wg_node gx[])
{
    wg_check *r = q->r;
    const size_t parts = (size_t)r->parts;
    if (!open_parts(q, gx)) return false;
    q->w = wg_alloc(r->c, parts, sizeof *q->w), q->hx = wg_alloc(r->c, parts, sizeof *q->hx);
    q->u = weights(q, WEIGHTS), q->v = weights(q, OTHERS);
    if (wg_failed(r->c)) return false;
    q->s = inner_product(q, gx, q->u, q->w);
    for (int k = 0; k < r->parts && !wg_is_none(q->s); k++)
        if (is_in(q, k)) gradient_of(q, k, x[k]);
    return !wg_is_none(q->s);
}

/* ---- H w as the gradient of a function ---- */

static void set(void *self, int k)
{
    const second *q = self;
    q->first->set(q->first->self, k);
}

static void settle(void *self)
{
    const second *q = self;
    if (q->first->settle) q->first->settle(q->first->self);
}

static double value(void *self)
{
    const second *q = self;
    return wg_item_at(q->here, q->s);
}

static bool gradient(void *self, double **to)
{
    const second *q = self;
    q->r->gradients++;
    for (int k = 0; k < q->own.parts && !wg_failed(q->r->c); k++) {
        const int64_t n = q->own.part[k].size;
        if (is_in(q, k)) wg_copy_f64_at(q->here, q->hx[k], to[k], (size_t)n);
        for (int64_t i = 0; !is_in(q, k) && i < n; i++) to[k][i] = 0;
    }
    const bool ok = !wg_failed(q->r->c);
    wgi_check_recover(q->r);
    return ok;
}

/* Adds what was found to the report. */
static void take_over(second *q)
{
    wg_check *r = q->r, *own = &q->own;
    for (int i = 0; i < own->findings; i++) {
        own->finding[i].stage = WGI_STAGE_SECOND;
        own->finding[i].shown.operand = -1;
        wgi_check_add(r, &own->finding[i]);
    }
    r->evaluations += own->evaluations;
    if (own->stopped) {
        r->stopped = true;
        r->stage = own->stage, r->share = own->share;
    }
    if (!r->starved[0]) memcpy(r->starved, own->starved, sizeof r->starved);
    for (int k = 0; k < own->parts; k++) {
        const wgi_check_part *in = &own->part[k];
        r->second.whole |= in->n.clear > 0, r->second.blurred += in->n.unclear;
        r->second.resolution = fmin(r->second.resolution, in->shown.resolution);
    }
    r->second.zero = r->second.whole && !(r->second.resolution < INFINITY);
}

/* ---- symmetry ---- */

/* H w with the weights w, of part `only` alone if it is not negative. */
static bool product(second *q, double **w, int only, double **to)
{
    for (int k = 0; k < q->own.parts; k++) {
        const wgi_check_part *in = &q->own.part[k];
        if (!is_in(q, k)) continue;
        memset(to[k], 0, (size_t)in->size * sizeof **to);
        if (only < 0 || only == k) memcpy(to[k], w[k], (size_t)in->size * sizeof **to);
        wg_input_set_at(q->here, q->w[k], wg_view_f64(to[k], in->shown.shape));
    }
    if (!wgi_check_go_on(q->r)) return false;
    return gradient(q, to);
}

static double dot_of(const second *q, double **a, double **b, int k, double *sizes)
{
    double sum = 0;
    for (int64_t i = 0; is_in(q, k) && i < q->own.part[k].size; i++)
        sum += a[k][i] * b[k][i], *sizes += fabs(a[k][i] * b[k][i]);
    return sum;
}

static double dot(const second *q, double **a, double **b, double *sizes)
{
    double sum = 0;
    for (int k = 0; k < q->own.parts; k++) sum += dot_of(q, a, b, k, sizes);
    return sum;
}

/* Moves each component from the point by some units in the last place. */
static void move(second *q, int move)
{
    for (int k = 0; k < q->own.parts; k++) {
        wgi_check_part *in = &q->own.part[k];
        for (int64_t i = 0; i < in->size; i++) {
            const double by = wgi_check_normal(q->r, BESIDE + (uint64_t)move, (uint64_t)i) < 0 ? -1 : 1;
            in->x[i] = in->point[i] * (1 + (move ? by * move * DBL_EPSILON : 0));
        }
        set(q, k);
    }
}

/* About 1 % away, as second derivatives may not exist at the point itself. */
static void go_beside(second *q)
{
    for (int k = 0; k < q->own.parts; k++) {
        wgi_check_part *in = &q->own.part[k];
        for (int64_t i = 0; i < in->size; i++)
            in->point[i] += 0.01 * (in->point[i] != 0 ? in->point[i] : in->scale) *
                            wgi_check_normal(q->r, BESIDE, (uint64_t)i);
    }
    move(q, 0);
    settle(q);
}

typedef struct symmetry {
    double a, b, bar; /* <v, H u>, <u, H v> */
} symmetry;

/* The bar is what moves by units in the last place change, as the errors of numbers inside the program of H
 * are of that size. */
static bool measure_symmetry(second *q, double **h, symmetry *s)
{
    double sizes = 0, most = 0;
    for (int j = 0; j <= MOVES; j++) {
        move(q, j);
        if (!product(q, q->u, -1, h)) return false;
        const double a = dot(q, q->v, h, &sizes);
        if (!product(q, q->v, -1, h)) return false;
        const double b = dot(q, q->u, h, &sizes);
        if (!j) s->a = a, s->b = b;
        most = fmax(most, fmax(fabs(a - s->a), fabs(b - s->b)));
    }
    move(q, 0);
    s->bar = 4 * most + 16 * DBL_EPSILON * sizes / (2 * (MOVES + 1));
    return isfinite(s->a) && isfinite(s->b) && isfinite(s->bar);
}

/* How far the rounding errors of the numbers inside may move <u, H v>, if the weights are v. */
static double rounding_of_product(const second *q)
{
    wg_node bound = wg_none;
    const wg_node product = inner_product(q, q->hx, q->u, NULL);
    return wgi_inside_rounding(q->r, product, q->x, q->own.parts, &bound);
}

/* Finds the two parts between whose components H is least symmetric. */
static void name_parts(second *q, double **h, int *row, int *column)
{
    const int n = q->own.parts;
    double *b = wg_alloc(q->r->c, (size_t)n * (size_t)n, sizeof *b), ignored = 0, worst = -1;
    for (int j = 0; b && j < n; j++)
        for (int k = 0; is_in(q, j) && product(q, q->u, j, h) && k < n; k++)
            b[j * n + k] = dot_of(q, q->v, h, k, &ignored);
    for (int k = 0; b && k < n; k++)
        for (int j = 0; is_in(q, k) && product(q, q->v, k, h) && j < n; j++) {
            const double off = fabs(dot_of(q, q->u, h, j, &ignored) - b[j * n + k]);
            if (off > worst) worst = off, *row = j, *column = k;
        }
    wg_free(q->r->c, b);
}

static void compare_symmetry(second *q)
{
    symmetry s = { 0 };
    wg_check *r = q->r;
    double **h = wgi_check_lists(&q->own);
    char by[WGI_CHECK_TEXT];
    int row = 0, column = 0;
    if (!h || !measure_symmetry(q, h, &s)) return;
    const double off = fabs(s.a - s.b);
    if (off > WGI_BEYOND * s.bar) {
        const double bar = s.bar + 2 * rounding_of_product(q);
        if (!(off > WGI_BEYOND * bar)) s.bar = bar;
    }
    r->second.asymmetry = off, r->second.bar = s.bar;
    if (!(off > WGI_BEYOND * s.bar)) return;
    name_parts(q, h, &row, &column);
    if (wgi_check_is_stopped(r)) return;
    if (row == column) wgi_check_say(by, "%.100s", r->part[row].shown.name);
    else wgi_check_say(by, "%.100s and %.100s", r->part[row].shown.name, r->part[column].shown.name);
    wgi_finding f = { .stage = WGI_STAGE_SECOND, .point = WGI_POINT_BESIDE, .part = -1 };
    f.shown = (wg_check_finding){ .by = by, .operand = -1, .element = -1 };
    f.shown.yours = s.a, f.shown.numeric = s.b, f.shown.bar = s.bar;
    wgi_check_say(f.remedy, "not symmetric: the first is <v, H u>, the second <u, H v>");
    wgi_check_add(r, &f);
}

/* ---- all ---- */

static void put_back(second *q)
{
    for (int k = 0; k < q->own.parts; k++) {
        memcpy(q->own.part[k].x, q->r->part[k].point, (size_t)q->own.part[k].size * sizeof(double));
        set(q, k);
    }
    settle(q);
}

static void say_why(wg_check *r)
{
    if (wgi_check_is_stopped(r) || r->second_reason[0] || r->second.resolution < 0.1 || r->second.zero)
        return;
    wgi_check_say(r->second_reason, "second derivatives: %s",
                  r->second.whole ? "rounding noise hides them" : "the gradient is not smooth here");
}

void wgi_check_second(wg_check *r, wg_site here, const wg_node x[], const wg_node gx[],
                      const wgi_check_target *first)
{
    second q = { .own = { .c = r->c, .of_second = true }, .r = r, .first = first, .here = here, .x = x };
    q.own.o.progress = r->o.progress, q.own.o.progress_user = r->o.progress_user;
    wgi_check_target t = {
        .set = set, .value = value, .gradient = gradient, .settle = settle, .self = &q, .several_kinks = true
    };
    if (!open_second(&q, x, gx)) {
        wgi_check_say(r->second_reason, "second derivatives: %.150s",
                      wg_failed(r->c) ? wg_message(r->c) : "no gradient has one");
        wgi_check_recover(r);
        return;
    }
    t.root = q.s, t.x = x;
    wgi_check_points(&q.own, &t);
    take_over(&q);
    wgi_check_recover(r);
    go_beside(&q);
    if (!wgi_check_is_stopped(r)) compare_symmetry(&q);
    wgi_check_recover(r);
    put_back(&q);
    say_why(r);
}
