/* alone.c: builds a node alone, and compares its rule with its kernel in one direction: see local.h. */
#include "check/local.h"

#include <float.h>

#include "wengert/grad.h"
#include "wengert/op.h"
#include "wengert/ops.h"

/* ---- building ---- */

static int64_t size_of(wg_node n) { return wg_shape_size(wg_node_shape(n)); }

static bool copy_operand(wg_check *r, wg_node from, wgi_alone *a, int k)
{
    wg_tensor t;
    if (!wgi_check_peek(r, from, &t)) return false;
    if (wg_dtype_is_float(t.dtype)) {
        a->point[k] = wg_alloc(r->c, (size_t)size_of(from) + 1, sizeof(double));
        if (!a->point[k]) return false;
        for (int64_t i = 0; i < size_of(from); i++) a->point[k][i] = wg_tensor_item(&t, i);
        if (a->wide) t = wg_view_f64(a->point[k], t.shape);
    }
    a->x[k] = wg_input_at(wg_node_site(from), a->g, wg_node_name(from), t);
    return wg_node_ok(a->x[k]);
}

/* The node that x repeats along new axes; x itself if it does not. */
static wg_node behind(wg_node x)
{
    while (wg_node_leaf(x) == WG_LEAF_NONE && wg_node_op(x)->repeats) x = wg_node_operand(x, 0);
    return x;
}

/* The first operand of n that has the elements of x; how many n has: none. */
static int place_of(wg_node n, wg_node x)
{
    int i = 0;
    while (i < wg_node_operands(n) && behind(wg_node_operand(n, i)).index != behind(x).index) i++;
    return i;
}

/* The op that made operand k of n, if the operand is an intermediate result: the op has several results and
 * no derivative, and all its operands are operands of n. The triangles that lu_det reads beside its matrix
 * are such: they move with the matrix. NULL: it is none. */
static const wg_op *maker_of(wg_node n, int k, wg_node *first)
{
    const wg_node x = behind(wg_node_operand(n, k));
    const wg_op *op = wg_node_op(x);
    if (wg_node_leaf(x) != WG_LEAF_NONE || op->outputs < 2 || op->none != WG_EVERY_OPERAND) return NULL;
    *first = wg_part_at(wg_node_site(x), x, 0);
    for (int j = 0; j < wg_node_operands(*first); j++) {
        const int i = place_of(n, wg_node_operand(*first, j));
        if (i == wg_node_operands(n) || i == k) return NULL;
    }
    return op;
}

/* Makes operand k, an intermediate result, from the copies of the others. */
static bool make_operand(wg_node n, wgi_alone *a, int k, const wg_op *op, wg_node first)
{
    const wg_site here = wg_node_site(first);
    wg_node from[16] = { wg_none };
    if (wg_node_operands(first) > 16) return false;
    for (int j = 0; j < wg_node_operands(first); j++) from[j] = a->x[place_of(n, wg_node_operand(first, j))];
    const wg_node y = wg_apply(here, op, from, wg_node_operands(first), wg_attr(first));
    a->x[k] =
        wg_node_ok(y) ? wg_part_at(here, y, (int)(behind(wg_node_operand(n, k)).index - first.index)) : y;
    return wg_node_ok(a->x[k]);
}

/* Copies what the node is computed from. */
static bool copy_operands(wg_check *r, wg_node n, wgi_alone *a)
{
    wg_node first;
    for (int k = 0; k < a->operands; k++)
        if (!maker_of(n, k, &first) && !copy_operand(r, wg_node_operand(n, k), a, k)) return false;
    for (int k = 0; k < a->operands; k++) {
        const wg_op *op = maker_of(n, k, &first);
        if (op && !make_operand(n, a, k, op, first)) return false;
    }
    return true;
}

/* A node whose operand 0 is made from its other operands, which become inputs. */
static wg_node with_its_value(wg_check *r, wg_node n, const wgi_alone *a)
{
    const int64_t nodes = wg_graph_nodes(wg_graph_of(n));
    unsigned char *held = wg_alloc(r->c, (size_t)nodes, 1);
    wg_node *map = wg_alloc(r->c, (size_t)nodes, sizeof *map), y = wg_none;
    for (int k = 1; held && k < a->operands; k++) held[wg_node_operand(n, k).index] = 1;
    if (!wg_failed(r->c)) y = wg_replay(n, a->g, &(wg_replay_opts){ .held = held, .map = map });
    for (int k = 0; !wg_failed(r->c) && k < a->operands; k++) a->x[k] = map[wg_node_operand(n, k).index];
    wg_free(r->c, held), wg_free(r->c, map);
    return y;
}

/* Whether the value is operand 0, which nothing here makes from the operands that the rule is by
 * (eigh_grad). Alone such a node does not depend on them: the check of the whole graph compares its rule. */
static bool is_given(wg_node n)
{
    wg_node first;
    return wg_node_op(n)->kind == WG_ALIAS && wg_node_op(n)->zero & 1 && !maker_of(n, 0, &first);
}

static bool build(wg_check *r, wg_node n, uint64_t stream, wgi_alone *a)
{
    const wg_site here = wg_node_site(n);
    a->operands = wg_node_operands(n);
    a->x = wg_alloc(r->c, (size_t)a->operands + 1, sizeof *a->x);
    a->gx = wg_alloc(r->c, (size_t)a->operands + 1, sizeof *a->gx);
    a->point = wg_alloc(r->c, (size_t)a->operands + 1, sizeof *a->point);
    a->v = wgi_check_normals(r, stream, size_of(n));
    if (wg_failed(r->c)) return false;
    const bool custom = !strcmp(a->op->name, "custom_vjp");
    if (!custom && is_given(n)) return false;
    for (int k = 1; custom && k < a->operands; k++)
        if (!copy_operand(r, wg_node_operand(n, k), a, k)) return false;
    if (!custom && !copy_operands(r, n, a)) return false;
    a->y = custom ? with_its_value(r, n, a) : wg_apply(here, a->op, a->x, a->operands, a->attr);
    if (wg_node_op(a->y) != a->op) return false; /* a rewrite made another node, which is checked itself */
    wg_node v = a->seed = wg_input_at(here, a->g, "", wg_view_f64(a->v, wg_node_shape(a->y)));
    if (wg_node_dtype(a->y) != WG_F64) v = wg_cast_at(here, v, wg_node_dtype(a->y));
    wg_node x[16], gx[16];
    int at[16], count = 0;
    for (int k = 0; k < a->operands && count < 16; k++)
        if (a->point[k] && wg_op_has_derivative(a->op, k)) x[count] = a->x[k], at[count++] = k;
    if (!count || wg_vjp_at(here, a->y, v, x, count, gx) != WG_OK) return false;
    for (int j = 0; j < count; j++) a->gx[at[j]] = gx[j];
    return true;
}

bool wgi_alone_open(wg_check *r, wg_node n, uint64_t stream, bool wide, wgi_alone *a)
{
    *a = (wgi_alone){ .g = wg_graph_new(r->c), .op = wg_node_op(n), .attr = wg_attr(n), .wide = wide };
    if (!a->g) return false;
    wg_begin(a->g, wg_graph_mode(wg_graph_of(n)));
    if (build(r, n, stream, a)) return true;
    wgi_check_recover(r);
    wgi_alone_close(r, a);
    return false;
}

static bool is_finite(wg_check *r, wg_node n)
{
    wg_tensor t;
    if (!wgi_check_peek(r, n, &t)) return false;
    for (int64_t i = 0; i < size_of(n); i++)
        if (!isfinite(wg_tensor_item(&t, i))) return false;
    return true;
}

/* The sum of the rule's gradients, each times random weights. Gradients that are not finite are left out: an
 * exponent, for example, has none where the base is negative. wg_none: nothing is left. */
static wg_node sum_of_rule(wg_check *r, wgi_alone *a, uint64_t stream)
{
    const wg_site here = wg_node_site(a->y);
    wg_node sum = wg_none;
    for (int k = 0; k < a->operands; k++) {
        if (!a->point[k] || wg_is_none(a->gx[k]) || wg_node_dtype(a->gx[k]) != WG_F64) continue;
        if (!is_finite(r, a->gx[k])) continue;
        double *w = wgi_check_normals(r, stream + (uint64_t)k, size_of(a->gx[k]));
        if (!w) return wg_none;
        const wg_node weights = wg_input_at(here, a->g, "", wg_view_f64(w, wg_node_shape(a->gx[k])));
        wg_free(r->c, w);
        const wg_node part = wg_sum_at(here, &(wg_reduce_args){ .x = wg_mul_at(here, a->gx[k], weights) });
        sum = wg_is_none(sum) ? part : wg_add_at(here, sum, part);
    }
    return sum;
}

/* Whether the rule holds something constant on purpose. */
static bool has_stop(const wgi_alone *a)
{
    for (int64_t i = 1, n = wg_graph_nodes(a->g); i < n; i++)
        if (!strcmp(wg_node_op_name(wg_graph_node(a->g, i)), "stop_gradient")) return true;
    return false;
}

/* The gradient of the sum by x. It is zero if every path ends at stop_gradient; wg_none: there is none. */
static wg_node gradient_of_sum(wg_check *r, const wgi_alone *a, wg_node sum, wg_node x)
{
    const wg_site here = wg_node_site(sum);
    wg_node gx = wg_none;
    if (wg_grads_at(here, sum, &x, 1, &gx) == WG_OK) return gx;
    wgi_check_recover(r);
    double *zero = has_stop(a) ? wg_alloc(r->c, (size_t)size_of(x) + 1, sizeof *zero) : NULL;
    gx = zero ? wg_input_at(here, a->g, "", wg_view_f64(zero, wg_node_shape(x))) : wg_none;
    wg_free(r->c, zero);
    return gx;
}

bool wgi_alone_derive(wg_check *r, wgi_alone *a, uint64_t stream)
{
    const wg_node sum = sum_of_rule(r, a, stream);
    const int seed = a->operands;
    bool any = false;
    wgi_check_recover(r);
    if (wg_is_none(sum)) return false;
    a->x[seed] = a->seed, a->point[seed] = a->v, a->operands++;
    for (int k = 0; k < a->operands; k++) {
        const bool moves = a->point[k] && (k == seed || wg_op_has_derivative(a->op, k));
        a->gx[k] = moves ? gradient_of_sum(r, a, sum, a->x[k]) : wg_none;
        any |= !wg_is_none(a->gx[k]);
    }
    a->v = wg_alloc(r->c, 1, sizeof *a->v);
    a->y = sum;
    if (a->v) a->v[0] = 1;
    if (wg_failed(r->c)) return wgi_check_recover(r), false;
    return any;
}

void wgi_alone_close(wg_check *r, wgi_alone *a)
{
    for (int k = 0; a->point && k < a->operands; k++) wg_free(r->c, a->point[k]);
    wg_free(r->c, a->point), wg_free(r->c, a->x), wg_free(r->c, a->gx), wg_free(r->c, a->v);
    wg_graph_free(a->g);
    *a = (wgi_alone){ 0 };
}

/* ---- comparing ---- */

/* Without noise, bars are about 1e-11 of the slope. */
static const double POOR = 1e-7;

/* Compensated sum of products (Neumaier). */
static double dot(const double *a, const double *b, int64_t n)
{
    double sum = 0, lost = 0;
    for (int64_t i = 0; i < n; i++) {
        const double p = a[i] * b[i], s = sum + p;
        lost += fma(a[i], b[i], -p) + (fabs(sum) >= fabs(p) ? sum - s + p : p - s + sum);
        sum = s;
    }
    return sum + lost;
}

typedef struct walk {
    wg_check *r;
    wgi_alone *a;
    int k;
    int64_t n;
    const double *u;
    double *x, *y, *g; /* room for the operand, the result, and the gradient */
    float *narrow;     /* room for an operand of f32; else NULL */
} walk;

static double weighted_value(const walk *w)
{
    const wgi_alone *a = w->a;
    const int64_t n = size_of(a->y);
    if (wg_copy_f64_at(wg_node_site(a->y), a->y, w->y, (size_t)n) == WG_OK) return dot(w->y, a->v, n);
    wgi_check_recover(w->r);
    return NAN;
}

static void set(const walk *w, const double *x)
{
    const wg_node in = w->a->x[w->k];
    const wg_shape s = wg_node_shape(in);
    for (int64_t i = 0; w->narrow && i < w->n; i++) w->narrow[i] = (float)x[i];
    wg_input_set_at(wg_node_site(w->a->y), in, w->narrow ? wg_view_f32(w->narrow, s) : wg_view_f64(x, s));
}

static double value_at(void *self, double t, double *moved)
{
    walk *w = self;
    for (int64_t i = 0; i < w->n; i++) w->x[i] = w->a->point[w->k][i] + t * w->u[i];
    set(w, w->x);
    w->r->evaluations++;
    *moved = t;
    return wgi_check_go_on(w->r) ? weighted_value(w) : NAN;
}

static bool read_gradient(const walk *w)
{
    if (wg_copy_f64_at(wg_node_site(w->a->y), w->a->gx[w->k], w->g, (size_t)w->n) == WG_OK) return true;
    wgi_check_recover(w->r);
    return false;
}

static double ulp_of(const walk *w) { return w->narrow ? FLT_EPSILON : DBL_EPSILON; }

/* sum(gx u) at x, whose elements are moved by `ulps` units in the last place, up and down in turn. */
static double by_rule(const walk *w, double ulps)
{
    for (int64_t i = 0; i < w->n; i++)
        w->x[i] = w->a->point[w->k][i] * (1 + (i & 1 ? -ulps : ulps) * ulp_of(w));
    set(w, w->x);
    return read_gradient(w) ? dot(w->g, w->u, w->n) : NAN;
}

/* One element of a gradient while x moves farther and farther. */
typedef struct grid {
    double at, width;
    enum { STILL, MOVED, IS_GRID, IS_NONE } kind;
} grid;

/* On a grid the changes go on growing with the move; at a kink they do not. */
static void note_move(grid *e, double g)
{
    const double change = fabs(g - e->at);
    if (e->kind == MOVED) e->kind = change > 2 * e->width ? IS_GRID : IS_NONE;
    else if (e->kind == STILL && change != 0) e->kind = MOVED, e->width = change;
}

/* The error of the rule's sum where terms cancel in the rule, as in p - 1 with p near 1. Such a gradient lies
 * on a coarse grid: moves by units in the last place do not change it. Then the first change, as the move
 * grows to 1 %, is the width of the grid. */
static double error_by_grid(const walk *w)
{
    double sum = 0;
    grid *e = wg_alloc(w->r->c, (size_t)w->n + 1, sizeof *e);
    if (!e || !isfinite(by_rule(w, 0))) return wg_free(w->r->c, e), 0;
    for (int64_t i = 0; i < w->n; i++) e[i].at = w->g[i];
    for (double ulps = 1; ulps * ulp_of(w) < 0.01; ulps *= 8) {
        const bool moved = isfinite(by_rule(w, ulps));
        for (int64_t i = 0; moved && i < w->n; i++) note_move(&e[i], w->g[i]);
    }
    for (int64_t i = 0; i < w->n; i++)
        if (e[i].kind == IS_GRID) sum += fabs(e[i].width * w->u[i]);
    wg_free(w->r->c, e);
    return sum;
}

/* The rounding errors of x + t u, as errors of f, if the gradient is that which was read last. */
static double blur_of(const walk *w)
{
    const double ulp = w->narrow ? FLT_EPSILON : DBL_EPSILON;
    double sum = 0;
    for (int64_t i = 0; i < w->n; i++) {
        const double e = w->u[i] != 0 ? w->g[i] * w->a->point[w->k][i] * ulp / 4 : 0;
        sum += e * e;
    }
    return sqrt(sum);
}

/* How large sum(gx u) is where its terms do not cancel. */
static double size_by_rule(const walk *w)
{
    double sum = 0;
    for (int64_t i = 0; i < w->n; i++) sum += w->g[i] * w->u[i] * (w->g[i] * w->u[i]);
    return sum > 0 ? sqrt(sum) : INFINITY;
}

/* sum(|gx u|): its rounding errors are those of the rule's sum. */
static double sum_of_sizes(const walk *w)
{
    double sum = 0;
    for (int64_t i = 0; i < w->n; i++) sum += fabs(w->g[i] * w->u[i]);
    return sum;
}

static bool open_walk(walk *w, wg_check *r, wgi_alone *a, int k, const double u[])
{
    *w = (walk){ .r = r, .a = a, .k = k, .n = size_of(a->x[k]), .u = u };
    const size_t n = (size_t)w->n + 1;
    w->x = wg_alloc(r->c, n, sizeof *w->x), w->g = wg_alloc(r->c, n, sizeof *w->g);
    w->y = wg_alloc(r->c, (size_t)size_of(a->y) + 1, sizeof *w->y);
    if (wg_node_dtype(a->x[k]) == WG_F32) w->narrow = wg_alloc(r->c, n, sizeof *w->narrow);
    return !wg_failed(r->c);
}

static void close_walk(walk *w)
{
    wg_free(w->r->c, w->x), wg_free(w->r->c, w->y), wg_free(w->r->c, w->g), wg_free(w->r->c, w->narrow);
}

/* Whether a large error could hide. If the rule gives zero, the slope says how large it would be. */
static bool hides_errors(const wgi_compared *c, double size)
{
    if (isinf(size) && fabs(c->numeric) > c->bar) size = fabs(c->numeric);
    return 10 * c->bar > 0.1 * size;
}

wgi_compared wgi_alone_compare(wg_check *r, wgi_alone *a, int k, const double u[])
{
    walk w;
    wgi_compared c = { .yours = NAN, .numeric = NAN, .bar = INFINITY };
    if (!open_walk(&w, r, a, k, u)) return c;
    const double yours = by_rule(&w, 0), blur = blur_of(&w), size = size_by_rule(&w),
                 error = 4 * fmax(fabs(by_rule(&w, 1) - yours), fabs(by_rule(&w, 2) - yours));
    double own = (isfinite(error) ? error : 0) + 32 * DBL_EPSILON * sum_of_sizes(&w);
    set(&w, a->point[k]);
    wgi_line line = { .at = value_at, .self = &w, .f0 = weighted_value(&w), .scale = 1 };
    /* The noise costs more than the slope, and most kernels have none but rounding. If the bar is wide, the
     * noise was taken to be smaller than it is, and the windows with small bars were not believed. */
    bool sure = false;
    for (int noisy = 0; noisy < 2 && isfinite(line.f0) && !sure; noisy++) {
        if (noisy) line.noise = wgi_noise_of(value_at, &w, line.scale);
        if (noisy) own += error_by_grid(&w);
        for (int j = 0; j < WGI_SPACINGS; j++) line.noise.sigma[j] = fmax(line.noise.sigma[j], blur);
        const wgi_slope s = wgi_slope_of(&line);
        c = wgi_check_compare(yours, own, -1, &s);
        if (hides_errors(&c, size)) c.clear = c.differ;
        sure = c.clear && !c.differ && !(c.bar > POOR * size);
    }
    if (!wgi_check_go_on(r)) c = (wgi_compared){ .yours = NAN, .numeric = NAN, .bar = INFINITY };
    set(&w, a->point[k]);
    close_walk(&w);
    return c;
}
