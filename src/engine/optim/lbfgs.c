/* lbfgs.c: L-BFGS, algorithm 7.5 of Nocedal and Wright, Numerical Optimization (2006), in double
 * whatever the dtype of the parameters. */
#include "optim/optim.h"
#include "params/params.h"

/* ---- a step size by the strong Wolfe conditions ---- */

/* Algorithms 3.5 and 3.6, with the cubic steps and safeguards of minFunc (Schmidt 2005), which PyTorch's
 * L-BFGS has, too. Sums have a fixed order. */

/* A point of the line: the step size t, the loss, its slope along the line, its gradient. */
typedef struct point {
    double t, f, slope, *gradient;
} point;

typedef struct line {
    wg_params *p;
    const wgi_loss_calls *again;
    void *loss; /* of again->open */
    size_t n;
    const double *x, *d; /* the parameters at t = 0, and the direction */
    double *at, *spare[3];
    int evaluations; /* that are left */
} line;

static const double DECREASE = 1e-4, CURVATURE = 0.9;

static double dot(const double *a, const double *b, size_t n)
{
    enum { LANES = 8 };
    double lane[LANES] = { 0 }, sum = 0;
    size_t i = 0;
    for (; i + LANES <= n; i += LANES)
        for (size_t j = 0; j < LANES; j++) lane[j] += a[i + j] * b[i + j];
    for (; i < n; i++) sum += a[i] * b[i];
    return sum + ((lane[0] + lane[1]) + (lane[2] + lane[3])) + ((lane[4] + lane[5]) + (lane[6] + lane[7]));
}

/* Sets the parameters to x + t d. */
static void go(wg_site here, const line *s, double t)
{
    for (size_t i = 0; i < s->n; i++) s->at[i] = s->x[i] + t * s->d[i];
    wg_params_set_at(here, s->p, s->at);
}

/* Gradient memory that no point of these has. */
static double *spare_beside(const line *s, const point *a, const point *b)
{
    for (int i = 0; i < 2; i++)
        if (s->spare[i] != a->gradient && s->spare[i] != b->gradient) return s->spare[i];
    return s->spare[2];
}

static point evaluate(wg_site here, line *s, double t, double *gradient)
{
    go(here, s, t);
    point y = { .t = t, .f = s->again->at(s->loss, gradient), .gradient = gradient };
    y.slope = dot(gradient, s->d, s->n);
    s->evaluations--;
    if (!isfinite(y.f) || !isfinite(y.slope)) y.f = INFINITY, y.slope = NAN;
    return y;
}

/* The minimum between two bounds of the cubic through both points with their slopes. */
static double cubic_step(const point *p, const point *q, double low, double high)
{
    const point *a = p->t <= q->t ? p : q, *b = a == p ? q : p;
    const double d1 = a->slope + b->slope - 3 * (a->f - b->f) / (a->t - b->t);
    const double square = d1 * d1 - a->slope * b->slope, d2 = sqrt(square);
    const double t = b->t - (b->t - a->t) * ((b->slope + d2 - d1) / (b->slope - a->slope + 2 * d2));
    if (!(square >= 0) || !isfinite(t)) return (low + high) / 2;
    return t < low ? low : t > high ? high : t;
}

static bool falls_enough(const point *start, const point *y)
{
    return y->f <= start->f + DECREASE * y->t * start->slope;
}
static bool is_flat(const point *start, const point *y)
{
    return fabs(y->slope) <= -CURVATURE * start->slope;
}

/* A step size inside the bracket. `close`: the last one was near an end of its bracket. */
static double step_inside(const point *a, const point *b, bool *close)
{
    const double low = fmin(a->t, b->t), high = fmax(a->t, b->t), margin = 0.1 * (high - low);
    double t = cubic_step(a, b, low, high);
    const bool near = fmin(high - t, t - low) < margin;
    if (near && (*close || t >= high || t <= low)) {
        *close = false;
        return fabs(t - high) < fabs(t - low) ? high - margin : low + margin;
    }
    *close = near;
    return t;
}

/* low has the smaller loss of both, and a minimum lies between them. */
static point zoom(wg_site here, line *s, const point *start, point low, point high)
{
    for (bool close = false; s->evaluations > 0 && wgi_ok(s->p->c);) {
        const double t = step_inside(&low, &high, &close);
        if (t == low.t || t == high.t) break;
        point now = evaluate(here, s, t, spare_beside(s, &low, &high));
        if (!falls_enough(start, &now) || now.f >= low.f) {
            high = now;
            if (high.f < low.f) now = low, low = high, high = now;
            continue;
        }
        if (!is_flat(start, &now) && now.slope * (high.t - low.t) >= 0) high = low;
        low = now;
        if (is_flat(start, &now)) break;
    }
    return low;
}

/* The point that the search ends at. It is `start`, with t = 0, if no smaller loss was found. The
 * parameters are left somewhere on the line. */
static point line_search(wg_site here, line *s, point start, double t)
{
    point before = start, now = evaluate(here, s, t, s->spare[0]);
    while (s->evaluations > 0 && wgi_ok(s->p->c)) {
        if (!isfinite(now.f)) { /* too far: nothing is known but that */
            now = evaluate(here, s, before.t + (now.t - before.t) / 8, now.gradient);
            continue;
        }
        const bool rises = !falls_enough(&start, &now) || (before.t > 0 && now.f >= before.f);
        if (!rises && is_flat(&start, &now)) return now;
        if (rises || now.slope >= 0)
            return before.f <= now.f ? zoom(here, s, &start, before, now)
                                     : zoom(here, s, &start, now, before);
        t = cubic_step(&before, &now, now.t + 0.01 * (now.t - before.t), 10 * now.t);
        before = now;
        now = evaluate(here, s, t, spare_beside(s, &before, &before));
    }
    return now.f < start.f ? now : before.f < start.f ? before : start;
}

/* ---- the direction ---- */

/* Kept arrays: the last moves of the parameters and the changes of the gradient, a row each; numbers;
 * memory for one step. The rows are a ring. */
enum { MOVES, CHANGES, NUMBERS, WORK };
enum {
    ROWS,
    NEXT,
    SCALE,
    INVERSE
}; /* numbers: how many rows, the next one, y s / y y, then 1 / y s of each row */

typedef struct lbfgs {
    size_t n, history;
    double *move, *change, *number; /* of the stepper */
    double *x, *d, *g, *alpha;
    line line;
} lbfgs;

static double *row(const lbfgs *b, double *of, size_t i) { return of + i * b->n; }

/* The row that is the i-th newest. */
static size_t newest(const lbfgs *b, size_t i)
{
    return ((size_t)b->number[NEXT] + 2 * b->history - 1 - i) % b->history;
}

static void forget(const lbfgs *b) { b->number[ROWS] = b->number[NEXT] = 0; }

/* The numbers may come from a file. */
static bool is_count(double v, size_t most) { return v >= 0 && v <= (double)most && v == floor(v); }
static bool numbers_are_right(const lbfgs *b)
{
    return is_count(b->number[ROWS], b->history) && is_count(b->number[NEXT], b->history) &&
           b->number[NEXT] < fmax((double)b->history, 1);
}

static bool open_state(lbfgs *b, wgi_stepper *s, const wg_lbfgs_opts *o)
{
    b->n = wg_params_size(s->p);
    b->history = (size_t)o->history;
    const bool known = s->kept[MOVES] && s->kept_count[MOVES] == b->n * b->history;
    if (!wgi_stepper_keeps(s, MOVES, b->n * b->history) ||
        !wgi_stepper_keeps(s, CHANGES, b->n * b->history) ||
        !wgi_stepper_keeps(s, NUMBERS, INVERSE + b->history) ||
        !wgi_stepper_keeps(s, WORK, 7 * b->n + b->history))
        return false;
    b->move = s->kept[MOVES], b->change = s->kept[CHANGES], b->number = s->kept[NUMBERS];
    b->x = s->kept[WORK], b->d = b->x + b->n, b->g = b->d + b->n, b->alpha = b->x + 7 * b->n;
    b->line = (line){ .p = s->p, .again = s->p->root->again, .n = b->n, .x = b->x, .d = b->d };
    b->line.at = b->g + b->n;
    for (int i = 0; i < 3; i++) b->line.spare[i] = b->line.at + (size_t)(i + 1) * b->n;
    b->line.evaluations = o->evaluations >= 1 ? o->evaluations : 1;
    if (!known || !numbers_are_right(b)) forget(b);
    return true;
}

static void add(double *to, double by, const double *v, size_t n)
{
    for (size_t i = 0; i < n; i++) to[i] += by * v[i];
}

/* d = -H g, where H is the inverse Hessian that the rows say (the two-loop recursion). */
static void direction(const lbfgs *b)
{
    const size_t rows = (size_t)b->number[ROWS];
    for (size_t i = 0; i < b->n; i++) b->d[i] = -b->g[i];
    for (size_t i = 0; i < rows; i++) {
        const size_t k = newest(b, i);
        b->alpha[k] = b->number[INVERSE + k] * dot(row(b, b->move, k), b->d, b->n);
        add(b->d, -b->alpha[k], row(b, b->change, k), b->n);
    }
    for (size_t i = 0; rows && i < b->n; i++) b->d[i] *= b->number[SCALE];
    for (size_t i = rows; i-- > 0;) {
        const size_t k = newest(b, i);
        const double beta = b->number[INVERSE + k] * dot(row(b, b->change, k), b->d, b->n);
        add(b->d, b->alpha[k] - beta, row(b, b->move, k), b->n);
    }
}

/* Parameters that the loss does not reach stay as they are. */
static void stay_unreached(const lbfgs *b)
{
    const wgi_parameter *q;
    size_t at = 0;
    for (size_t i = 0; (q = wgi_params_next(b->line.p, &i));) {
        if (q->state) continue;
        if (!q->reached) memset(b->d + at, 0, (size_t)q->size * sizeof *b->d);
        at += (size_t)q->size;
    }
}

/* The slope of the loss along d. If that does not fall the rows are of no use: d becomes -g. */
static double slope_of(const lbfgs *b)
{
    direction(b);
    stay_unreached(b);
    double slope = dot(b->g, b->d, b->n);
    if (slope < 0 && isfinite(slope)) return slope;
    forget(b);
    direction(b);
    return dot(b->g, b->d, b->n);
}

/* The search ends at `to`, where the parameters are: the move and the change of the gradient are a new
 * row. It is left out if rounding has taken its curvature. */
static void remember(const lbfgs *b, wg_site here, const point *to)
{
    const size_t k = (size_t)b->number[NEXT];
    if (!b->history) return;
    double *s = row(b, b->move, k), *y = row(b, b->change, k);
    wg_params_get_at(here, b->line.p, s);
    for (size_t i = 0; i < b->n; i++) s[i] -= b->x[i], y[i] = to->gradient[i] - b->g[i];
    const double ys = dot(y, s, b->n), yy = dot(y, y, b->n);
    if (!(ys > 0x1p-52 * yy) || !isfinite(yy)) return;
    b->number[INVERSE + k] = 1 / ys;
    b->number[SCALE] = ys / yy;
    b->number[NEXT] = (double)((k + 1) % b->history);
    b->number[ROWS] = fmin(b->number[ROWS] + 1, (double)b->history);
}

/* The first step size to be tried. Without rows d is no more than a direction. */
static double first_size(const lbfgs *b, double lr)
{
    double sum = 0;
    if (b->number[ROWS] > 0) return lr;
    for (size_t i = 0; i < b->n; i++) sum += fabs(b->g[i]);
    return fmin(1, 1 / sum) * lr;
}

/* The search has found no smaller loss. Where the gradient is so small that the loss is flat but for
 * rounding, that is the end of a descent. Elsewhere it is a wrong gradient, a loss that jumps, or a scale. */
static void warn_of_standstill(wg_site here, const lbfgs *b, double f, int evaluations)
{
    wg_context *c = b->line.p->c;
    const double eps = wg_context_dtype(c) == WG_F32 ? 0x1p-23 : 0x1p-52;
    double most = 0;
    for (size_t i = 0; i < b->n; i++) most = fmax(most, fabs(b->g[i]));
    if (most <= 64 * sqrt(eps) * fmax(1, fabs(f)) || !wgi_warns(c, WGI_WARN_STUCK, here)) return;
    wgi_warn_at(
        c, here, "lbfgs",
        "finds no loss below %g in %d evaluations along its direction, and the parameters stay as they "
        "are, though the largest element of the gradient is %g. Check the gradient by wg_gradcheck, or "
        "scale the loss",
        f, evaluations, most);
}

static wg_status search(wg_site here, lbfgs *b, double seen, double lr)
{
    wg_params *p = b->line.p;
    const int most = b->line.evaluations;
    wg_params_get_at(here, p, b->x);
    point start = { .f = seen, .gradient = b->g };
    if (isnan(seen)) start.f = b->line.again->at(b->line.loss, b->g);
    else wg_params_get_grad_at(here, p, b->g);
    start.slope = slope_of(b);
    if (!wgi_ok(p->c)) return wg_failed(p->c);
    if (!(start.slope < 0) || !isfinite(start.f)) return warn_of_standstill(here, b, start.f, 0), WG_OK;
    point to = line_search(here, &b->line, start, first_size(b, lr));
    if (to.t > 0 && wgi_ok(p->c)) {
        go(here, &b->line, to.t);
        remember(b, here, &to);
    } else {
        wgi_params_put(p, b->x);
        forget(b);
        if (wgi_ok(p->c)) warn_of_standstill(here, b, start.f, most - b->line.evaluations);
    }
    return wg_failed(p->c);
}

/* A step that fails, or is interrupted, has forgotten nothing. */
static wg_status search_or_stay(wg_site here, lbfgs *b, double seen, double lr)
{
    const double rows = b->number[ROWS], next = b->number[NEXT], scale = b->number[SCALE];
    const wg_status s = search(here, b, seen, lr);
    if (s != WG_OK) b->number[ROWS] = rows, b->number[NEXT] = next, b->number[SCALE] = scale;
    return s;
}

static wg_status lbfgs_step(wg_site here, wgi_stepper *s, const void *options)
{
    const wg_lbfgs_opts *o = options;
    wg_context *c = s->p->c;
    lbfgs b;
    double seen = NAN;
    if (!s->whole)
        return wgi_fail(
            c, here, "optim_step", WG_ERROR_USE,
            "lbfgs needs the gradients of one wg_backward for all of its parameters; some were added "
            "up, or are of another wg_backward");
    if (!open_state(&b, s, o)) return wg_failed(c);
    b.line.loss = b.line.again->open(s->loss, s->p, &seen);
    if (!b.line.loss && wgi_ok(c))
        return wgi_fail(c, here, "optim_step", WG_ERROR_USE,
                        "lbfgs computes the loss again, and its graph was begun anew or freed");
    if (!b.line.loss) return wg_failed(c);
    const wg_status status = search_or_stay(here, &b, seen, o->lr);
    b.line.again->close(b.line.loss);
    return status;
}

DESCRIPTOR(lbfgs, .step = lbfgs_step, .kept = { "moves", "changes", "numbers" },
           .formula =
               "w -= t H g, where t is found by a search along the line, and H is the inverse Hessian by the "
               "last moves");
