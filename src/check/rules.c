/* rules.c: each node's rule against the kernel of the same node.
 *
 * A node y = op(x[0], x[1], ...) is built alone: a small graph whose inputs have the values that the operands
 * have in the clone. For each operand x[k], a random direction u and random weights v, the rule's
 * sum(vjp(v) u) is compared with the slope of sum(v op(x + t u)) at t = 0. If they differ, the elements of u
 * are halved until one element is left. So an error is found at its node, its operand and its element, in a
 * number of calls of the kernel that does not depend on the size of the graph. */
#include "check/check_private.h"

#include <float.h>

#include "wengert/grad.h"
#include "wengert/ops.h"
#include "wgx/op.h"

/* ---- building ---- */

static bool copy_operand(wg_check *r, wg_node from, wgi_isolated *a, int k)
{
    wg_tensor t;
    if (!wgi_check_peek(r, from, &t)) return false;
    if (wg_dtype_is_float(t.dtype)) {
        a->point[k] = wgi_check_doubles(r, wgi_elements(from));
        if (!a->point[k]) return false;
        for (int64_t i = 0; i < wgi_elements(from); i++) a->point[k][i] = wg_tensor_item(&t, i);
        if (a->wide) t = wg_view_f64(a->point[k], t.shape);
    }
    a->x[k] = wg_input_at(wg_node_site(from), a->g, wg_node_name(from), t);
    return wg_node_ok(a->x[k]);
}

/* The node that x repeats along new axes; x itself if it does not. */
static wg_node behind(wg_node x)
{
    while (wg_node_leaf(x) == WG_LEAF_NONE && wgx_hints(wg_node_op(x))->repeats) x = wg_node_operand(x, 0);
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
static bool make_operand(wg_node n, wgi_isolated *a, int k, const wg_op *op, wg_node first)
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

/* A node whose operand 0 is made from its other operands, which become inputs. */
static wg_node with_its_value(wg_check *r, wg_node n, const wgi_isolated *a)
{
    const int64_t nodes = wg_graph_nodes(wg_graph_of(n));
    unsigned char *held = wg_alloc(r->c, (size_t)nodes, 1);
    wg_node *map = wg_alloc(r->c, (size_t)nodes, sizeof *map), y = wg_none;
    for (int k = 1; held && k < a->operands; k++) held[wg_node_operand(n, k).index] = 1;
    if (!wg_failed(r->c))
        y = wg_replay_at(wg_node_site(n), n, a->g, &WG_OPTS(wg_replay_opts, .held = held, .map = map));
    for (int k = 1; !wg_failed(r->c) && k < a->operands; k++) a->x[k] = map[wg_node_operand(n, k).index];
    wg_free(r->c, held), wg_free(r->c, map);
    return y;
}

static bool build(wg_check *r, wg_node n, uint64_t stream, wgi_isolated *a)
{
    const wg_site here = wg_node_site(n);
    a->operands = wg_node_operands(n);
    a->x = wg_alloc(r->c, (size_t)a->operands + 2, sizeof *a->x);
    a->gx = wg_alloc(r->c, (size_t)a->operands + 1, sizeof *a->gx);
    a->point = wg_alloc(r->c, (size_t)a->operands + 1, sizeof *a->point);
    a->at = wg_alloc(r->c, (size_t)a->operands + 1, sizeof *a->at);
    a->v = wgi_check_normals(r, stream, wgi_elements(n));
    if (wg_failed(r->c)) return false;
    const bool custom = wgx_op_is(a->op, "custom_vjp");
    wg_node first;
    /* The value is operand 0, which nothing here makes from the operands that the rule is by (eigh_grad).
     * Alone such a node does not depend on them: the check of the whole graph compares its rule. */
    const bool is_alias = a->op->kind == WG_ALIAS && a->op->zero & 1;
    if (!custom && is_alias && !maker_of(n, 0, &first)) return false;
    for (int k = custom; k < a->operands; k++)
        if ((custom || !maker_of(n, k, &first)) && !copy_operand(r, wg_node_operand(n, k), a, k))
            return false;
    for (int k = 0; !custom && k < a->operands; k++) {
        const wg_op *op = maker_of(n, k, &first);
        if (op && !make_operand(n, a, k, op, first)) return false;
    }
    a->y = custom ? with_its_value(r, n, a) : wg_apply(here, a->op, a->x, a->operands, a->attr);
    if (wg_node_op(a->y) != a->op) return false; /* a rewrite made another node, which is checked itself */
    wg_node v = a->x[a->operands] = wg_input_at(here, a->g, "", wg_view_f64(a->v, wg_node_shape(a->y)));
    if (wg_node_dtype(a->y) != WG_F64) v = wg_cast_at(here, v, wg_node_dtype(a->y));
    wg_node x[16], gx[16];
    int at[16], count = 0;
    for (int k = 0; k < a->operands && count < 16; k++)
        if (a->point[k] && wgx_op_has_derivative(a->op, k)) x[count] = a->x[k], at[count++] = k;
    const bool all = count && wg_vjp_at(here, a->y, v, x, count, gx) == WG_OK;
    bool any = all;
    for (int j = 0; j < count; j++) { /* the rule may leave operands out */
        if (!all) wgi_check_recover(r);
        if (!all && wg_vjp_at(here, a->y, v, &x[j], 1, &gx[j]) != WG_OK) gx[j] = wg_none;
        any |= !wg_is_none(gx[j]), a->gx[at[j]] = gx[j];
    }
    if (!all) wgi_check_recover(r);
    if (!any) return false;
    a->result = wgi_check_doubles(r, wgi_elements(a->y));
    for (int k = 0; k < a->operands; k++)
        if (a->point[k]) a->at[k] = wgi_check_doubles(r, wgi_elements(a->x[k]));
    return !wg_failed(r->c);
}

bool wgi_isolated_open(wg_check *r, wg_node n, uint64_t stream, bool wide, wgi_isolated *a)
{
    *a = (wgi_isolated){
        .r = r, .claim.r = r, .g = wg_graph_new(r->c), .op = wg_node_op(n), .attr = wg_attr(n), .wide = wide
    };
    if (!a->g) return false;
    wg_begin(a->g, wg_graph_mode(wg_graph_of(n)));
    if (build(r, n, stream, a)) return true;
    wgi_check_recover(r);
    wgi_isolated_close(r, a);
    return false;
}

/* The sum of the rule's gradients, each times random weights. Gradients that are not finite are left out: an
 * exponent, for example, has none where the base is negative. wg_none: nothing is left. */
static wg_node sum_of_rule(wg_check *r, wgi_isolated *a, uint64_t stream)
{
    const wg_site here = wg_node_site(a->y);
    wg_node sum = wg_none, by;
    for (int k = 0; k < a->operands; k++) {
        if (!a->point[k] || wg_is_none(a->gx[k]) || wg_node_dtype(a->gx[k]) != WG_F64) continue;
        const int64_t n = wgi_elements(a->gx[k]);
        double *w = wgi_check_doubles(r, n);
        const bool is_finite = w && wgi_check_values(r, a->gx[k], w) && wgi_check_are_finite(w, n);
        for (int64_t i = 0; is_finite && i < n; i++)
            w[i] = wgi_check_normal(r, stream + (uint64_t)k, (uint64_t)i);
        if (is_finite) sum = wgi_plus_product(here, sum, a->gx[k], w, &by);
        wg_free(r->c, w);
    }
    return sum;
}

/* The gradient of the sum by x. It is zero if every path ends at stop_gradient; wg_none: there is none. */
static wg_node gradient_of_sum(wg_check *r, const wgi_isolated *a, wg_node sum, wg_node x)
{
    const wg_site here = wg_node_site(sum);
    wg_node gx = wg_none;
    if (wg_grads_at(here, sum, &x, 1, &gx) == WG_OK) return gx;
    wgi_check_recover(r);
    bool has_stop = false; /* the rule holds something constant on purpose */
    for (int64_t i = 1, n = wg_graph_nodes(a->g); i < n; i++)
        has_stop |= wgx_op_is(wg_node_op(wg_graph_node(a->g, i)), "stop_gradient");
    double *zero = has_stop ? wgi_check_doubles(r, wgi_elements(x)) : NULL;
    gx = zero ? wg_input_at(here, a->g, "", wg_view_f64(zero, wg_node_shape(x))) : wg_none;
    wg_free(r->c, zero);
    return gx;
}

/* From now on y is the sum of the rule's gradients, each times random weights, gx are the gradients of that
 * sum, and the seed is one more operand, the last. So what compared the rule with the kernel compares the
 * derivative of the rule with the rule. False: the rule has no derivative; then *a can only be closed. */
static bool derive(wg_check *r, wgi_isolated *a, uint64_t stream)
{
    const wg_node sum = sum_of_rule(r, a, stream);
    const int seed = a->operands;
    bool any = false;
    wgi_check_recover(r);
    a->at[seed] = wgi_check_doubles(r, wgi_elements(a->x[seed]));
    if (wg_is_none(sum) || !a->at[seed]) return false;
    a->point[seed] = a->v, a->operands++;
    for (int k = 0; k < a->operands; k++) {
        const bool moves = a->point[k] && (k == seed || wgx_op_has_derivative(a->op, k));
        a->gx[k] = moves ? gradient_of_sum(r, a, sum, a->x[k]) : wg_none;
        any |= !wg_is_none(a->gx[k]);
    }
    a->v = wg_alloc(r->c, 1, sizeof *a->v);
    a->y = sum;
    if (a->v) a->v[0] = 1;
    if (wg_failed(r->c)) return wgi_check_recover(r), false;
    return any;
}

void wgi_isolated_close(wg_check *r, wgi_isolated *a)
{
    wgi_claim_close(&a->claim);
    for (int k = 0; a->point && a->at && k < a->operands; k++)
        wg_free(r->c, a->point[k]), wg_free(r->c, a->at[k]);
    wg_free(r->c, a->point), wg_free(r->c, a->at);
    wg_free(r->c, a->x), wg_free(r->c, a->gx), wg_free(r->c, a->v), wg_free(r->c, a->result);
    wgi_frozen_close(r, &a->pieces);
    wgi_digits_close(a->digits);
    wg_graph_free(a->g);
    *a = (wgi_isolated){ 0 };
}

/* ---- the claim: the rule's gradient is that of the kernel's result, times the weights ---- */

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

static double weighted_value(void *self)
{
    wgi_isolated *a = self;
    const wg_node y = a->pieces.g ? a->pieces.root : a->y;
    return wgi_check_values(a->r, y, a->result) ? dot(a->result, a->v, wgi_elements(y)) : NAN;
}

static void set_operand(void *self, int k)
{
    wgi_isolated *a = self;
    const wgi_vector *v = &a->claim.v[k];
    if (!v->size) return;
    const wg_shape s = wg_node_shape(a->x[k]);
    float *narrow = v->ulp > DBL_EPSILON ? wg_alloc(a->r->c, (size_t)v->size, sizeof *narrow) : NULL;
    for (int64_t i = 0; narrow && i < v->size; i++) narrow[i] = (float)v->x[i];
    const wg_tensor t = narrow ? wg_view_f32(narrow, s) : wg_view_f64(v->x, s);
    wg_input_set_at(wg_node_site(a->y), a->x[k], t);
    if (a->pieces.g && !wg_is_none(a->pieces.x[k])) wg_input_set_at("", a->pieces.x[k], t);
    wg_free(a->r->c, narrow);
}

/* Makes the pieces of y, and lets them be those of the point that was set. wg_custom_vjp has none: its value
 * must move, to show whether its derivative is meant to be another one. */
static void settle(void *self)
{
    wgi_isolated *a = self;
    if (a->op->kinked && a->in_pieces.index != a->y.index) {
        wgi_frozen_close(a->r, &a->pieces);
        wgi_pieces_open(a->r, &a->pieces, a->y, a->x, a->operands + 1, NULL, 0);
        a->in_pieces = a->y;
    }
    wgi_frozen_settle(a->r, &a->pieces, a->x);
}

static bool rule_gradient(void *self, double **to)
{
    const wgi_isolated *a = self;
    for (int k = 0; k < a->operands; k++) {
        const int64_t n = a->point[k] ? wgi_elements(a->x[k]) : 0;
        const bool is = !wg_is_none(a->gx[k]);
        if (n && is && wgi_check_values(a->r, a->gx[k], to[k])) continue;
        for (int64_t i = 0; i < n; i++) to[k][i] = is ? NAN : 0;
    }
    return true;
}

/* What rounding does to u times the rule's gradient by operand k, which may be a sum of numbers that
 * cancel. */
static double rule_rounding(void *self, int k, const double *u)
{
    const wgi_isolated *a = self;
    wg_node bound = wg_none, by;
    if (wg_is_none(a->gx[k])) return 0;
    const wg_node sum = wgi_plus_product(wg_node_site(a->y), wg_none, a->gx[k], u, &by);
    return wgi_inside_rounding(a->r, sum, a->x, a->operands + 1, &bound);
}

/* Of the sum of v y, and of the rule's gradients. Ops of users have a kernel that nobody knows, and the value
 * of wg_custom_vjp must move: see settle. */
static wgi_digits *digits_of(wgi_isolated *a, bool is_derived)
{
    const wg_site here = wg_node_site(a->y);
    if (a->in_digits.index == a->y.index) return a->digits;
    wgi_digits_close(a->digits);
    a->digits = NULL, a->in_digits = a->y;
    wg_node *root =
        wgi_op_is_library(a->op) ? wg_alloc(a->r->c, (size_t)a->operands + 1, sizeof *root) : NULL;
    if (!root) return NULL;
    root[0] = a->y;
    if (!is_derived)
        root[0] = wg_sum_at(here, &WG_OPTS(wg_reduce_args, .x = wg_mul_at(here, a->y, a->x[a->operands])));
    for (int k = 0; k < a->operands; k++) root[1 + k] = a->gx[k];
    a->digits = wgi_digits_open(a->r, root, a->operands + 1, a->x, a->operands);
    wg_free(a->r->c, root);
    return a->digits;
}

/* Opens the claim at the point. False: the node has no value there. */
static bool open_claim(wgi_isolated *a)
{
    wg_check *r = a->r;
    const int n = a->operands;
    const bool is_derived = wgi_elements(a->y) == 1 && a->v[0] == 1; /* the value is a node: see derive */
    wgi_claim_close(&a->claim);
    wgi_vector *v = wg_alloc(r->c, (size_t)n + 1, sizeof *v);
    for (int k = 0; v && k < n; k++)
        v[k] = (wgi_vector){ .size = a->point[k] ? wgi_elements(a->x[k]) : 0,
                             .point = a->point[k],
                             .x = a->at[k],
                             .ulp = wg_node_dtype(a->x[k]) == WG_F32 ? FLT_EPSILON : DBL_EPSILON };
    a->t = (wgi_check_target){ .set = set_operand,
                               .value = weighted_value,
                               .gradient = rule_gradient,
                               .rounding = rule_rounding,
                               .settle = settle,
                               .self = a,
                               .root = is_derived ? a->y : wg_none,
                               .x = a->x,
                               .digits = digits_of(a, is_derived),
                               .is_quiet = true };
    const bool ok = v && wgi_claim_open(&a->claim, r, &a->t, v, n);
    wg_free(r->c, v);
    return ok;
}

/* A large error could hide. If the rule gives zero, the slope says how large it would be. */
static bool hides_errors(const wgi_isolated *a, int k, const double *u, const wgi_compared *c)
{
    double size = wgi_claim_size(&a->claim, k, u);
    if (size == 0) size = fabs(c->numeric) > c->bar ? fabs(c->numeric) : INFINITY;
    return 10 * c->bar > 0.1 * size;
}

/* ---- one operand ---- */

/* FEW: elements that are compared alone, if some are at kinks. TRIES: at the point of the graph, there with
 * other weights, and beside it. */
enum { FEW = 512, TRIES = 3 };

/* Beside an element of 1e30, as of a mask, the sum of v y shows nothing of one of size 1: each gets a weight
 * by which they are alike. False: they are. */
static bool weigh_by_size(wgi_isolated *a)
{
    static const double ALIKE = 1e6, LEAST = 1e-290;
    const int64_t n = wgi_elements(a->y);
    const wg_node v = a->x[a->operands];
    double least = INFINITY, most = 0;
    if (!wgi_check_values(a->r, a->y, a->result)) return false;
    for (int64_t i = 0; i < n; i++) {
        const double size = fabs(a->result[i]);
        if (isfinite(size)) most = fmax(most, size), least = size > 0 ? fmin(least, size) : least;
    }
    if (!(most > ALIKE * least)) return false;
    for (int64_t i = 0; i < n; i++) a->v[i] /= fmax(fabs(a->result[i]), LEAST);
    return wg_input_set_at(wg_node_site(v), v, wg_view_f64(a->v, wg_node_shape(a->y))) == WG_OK &&
           open_claim(a);
}

/* Moves the operand by about 1 %, off the kinks. */
static bool move_off(wgi_isolated *a, int k)
{
    const double scale = wgi_check_rms(a->point[k], wgi_elements(a->x[k]));
    for (int64_t i = 0; i < wgi_elements(a->x[k]); i++) {
        double *x = &a->point[k][i];
        *x += 0.01 * (*x != 0 ? *x : scale) * wgi_check_normal(a->r, 77, (uint64_t)i);
    }
    return open_claim(a);
}

typedef enum outcome { SAME, DIFFERENT, UNCLEAR } outcome;

/* Fills *f where the direction u differs by *c. */
static void find_element(wgi_isolated *a, int k, const double *u, wgi_compared *c, wgi_finding *f)
{
    f->along = c->numeric, f->shown.operand = k;
    f->shown.element = wgi_claim_bisect(&a->claim, k, u, c);
    wgi_show_compared(&f->shown, c);
    if (f->shown.element < 0) return;
    const wgi_compared one = wgi_claim_component(&a->claim, k, f->shown.element);
    if (isfinite(one.numeric)) wgi_show_compared(&f->shown, &one);
    else f->shown.element = -1;
}

/* Whether only one element of the value moves with element i of operand k. */
static bool moves_one(wgi_isolated *a, int k, int64_t i)
{
    const int64_t n = wgi_elements(a->y);
    const wgi_vector *v = &a->claim.v[k];
    double *was = wgi_check_doubles(a->r, n);
    int64_t moved = 0;
    bool ok = was && wgi_check_values(a->r, a->y, was);
    for (int side = -1; ok && side < 2; side += 2) {
        v->x[i] = v->point[i] + side * 0x1p-10 * v->scale;
        set_operand(a, k);
        ok = wgi_check_values(a->r, a->y, a->result);
        for (int64_t j = 0; ok && j < n; j++) moved += a->result[j] != was[j], was[j] = a->result[j];
    }
    v->x[i] = v->point[i];
    set_operand(a, k);
    wg_free(a->r->c, was);
    return ok && moved <= 2;
}

/* At a kink of a rule of the user's each slope between those to both sides is right. Elements are compared
 * alone: of several kinks each has its own two slopes. */
static outcome compare_kinks(wgi_isolated *a, int k, wgi_finding *f)
{
    for (int64_t i = 0, n = a->claim.v[k].size; i < n && n <= FEW; i++) {
        const wgi_compared c = wgi_claim_component(&a->claim, k, i);
        if (c.kind != WGI_SLOPE_KINK || !c.differ || !moves_one(a, k, i)) continue;
        f->along = c.right - c.left, f->shown.operand = k, f->shown.element = i;
        wgi_show_compared(&f->shown, &c);
        wgi_check_say(f->remedy, "at a kink, where the slopes to both sides are %.6g and %.6g", c.left,
                      c.right);
        return DIFFERENT;
    }
    return UNCLEAR;
}

/* Whether the rule of a value with kinks gives another slope there than the ops that the value is made of. */
static bool has_own_slope(wgi_isolated *a, int k, const double *u)
{
    wgi_pieces_open(a->r, &a->pieces, a->y, a->x, a->operands + 1, NULL, 0);
    const bool differs = a->pieces.g && open_claim(a) && wgi_claim_along(&a->claim, k, u).differ;
    wgi_frozen_close(a->r, &a->pieces);
    open_claim(a);
    return differs;
}

static outcome compare_operand(wgi_isolated *a, int k, uint64_t stream, wgi_finding *f)
{
    outcome o = UNCLEAR;
    for (int try = 0; try < TRIES && o == UNCLEAR; try++) {
        if (try == 0 ? !a->claim.v : try == 1 ? !weigh_by_size(a) : !move_off(a, k)) continue;
        double *u = wgi_claim_direction(&a->claim, k, stream);
        wgi_compared c = u ? wgi_claim_along(&a->claim, k, u) : wgi_not_compared();
        if (c.clear && (c.differ || !hides_errors(a, k, u, &c))) o = c.differ ? DIFFERENT : SAME;
        if (o == DIFFERENT) find_element(a, k, u, &c, f);
        if (o == UNCLEAR && !try && c.kind == WGI_SLOPE_KINK && !wgi_op_is_library(a->op)) {
            o = compare_kinks(a, k, f);
            if (o == UNCLEAR && a->op->kind == WG_ALIAS) a->r->own_kinks |= has_own_slope(a, k, u);
        }
        wg_free(a->r->c, u);
    }
    return o;
}

/* ---- all nodes ---- */

/* wg_fixed_point: its iterations end where they change by tol; those of Anderson's method are made for one
 * point, and their slopes are not those of the fixed point. wg_odeint with .adjoint: an error of the order
 * of the method, which is not known here; alone such a node is no function: its value is its first
 * operand. */
double wgi_solver_error(wg_node n)
{
    const wg_op *op = wg_node_op(n);
    if (!wgx_op_is(op, "fixed_point")) return wgx_op_is(op, "odeint") ? INFINITY : 0;
    double tol = 0;
    bool mixed = false;
    for (const wg_attr_row *row = op->attrs; row->name; row++) {
        const char *at = (const char *)wg_attr(n) + row->offset;
        if (!strcmp(row->name, "tol")) memcpy(&tol, at, sizeof tol);
        if (!strcmp(row->name, "mixed")) memcpy(&mixed, at, sizeof mixed);
    }
    return mixed ? INFINITY : fmin(1e4 * tol, 5e-2);
}

static bool is_compared(wg_node n)
{
    const wg_op *op = wg_node_op(n);
    return wgi_solver_error(n) == 0 && wg_node_leaf(n) == WG_LEAF_NONE && wgi_is_first_result(n) &&
           wg_dtype_is_float(wg_node_dtype(n)) && wg_shape_size(wg_node_shape(n)) > 0 &&
           wgx_op_has_derivative(op, -1);
}

/* Whether the value of a node does not move with operand k, neither here nor at numbers of the other sign and
 * at random ones. relu is flat where all of its elements are negative, and not elsewhere. */
static bool is_flat(wgi_isolated *a, int k)
{
    const int64_t n = wgi_elements(a->x[k]);
    const double scale = wgi_check_rms(a->point[k], n);
    double *was = wgi_check_doubles(a->r, n);
    bool flat = was;
    if (was) memcpy(was, a->point[k], (size_t)n * sizeof *was);
    for (int try = 0; was && try < 2; try++) {
        for (int64_t i = 0; i < n; i++)
            a->point[k][i] = try ? scale * wgi_check_normal(a->r, 78, (uint64_t)i) : -1.01 * was[i];
        double *u = open_claim(a) ? wgi_claim_direction(&a->claim, k, 79) : NULL;
        const wgi_compared c = u ? wgi_claim_along(&a->claim, k, u) : wgi_not_compared();
        flat &= !(c.clear && fabs(c.numeric) > WGI_BEYOND * c.bar);
        wg_free(a->r->c, u);
    }
    if (was) memcpy(a->point[k], was, (size_t)n * sizeof *was);
    wg_free(a->r->c, was);
    open_claim(a);
    return flat;
}

/* Whether the derivative of a wg_custom_vjp node is meant to be another one than that of its value. */
static bool is_meant(wgi_isolated *a, wg_node n, outcome o, const wgi_finding *f)
{
    const int k = f->shown.operand;
    if (o == UNCLEAR) return true;
    if (o == SAME) return false;
    return wg_node_operand(n, 0).index == wg_node_operand(n, k).index || (f->along == 0 && is_flat(a, k));
}

/* Keeps a node out of the comparisons. The report says why. */
static void hold(wg_check *r, wg_node n, unsigned char *held)
{
    const uint32_t first = wg_part_at(wg_node_site(n), n, 0).index;
    const wg_op *op = wg_node_op(n);
    if (held[first]) return; /* by another operand */
    for (int j = 0; j < (op->outputs ? op->outputs : 1); j++) held[first + (uint32_t)j] = 1;
    r->rules.held++;
    wgi_names *to = &r->meant;
    if (to->count == WGI_CHECK_MEANT) return;
    char text[WGI_CHECK_TEXT];
    wgi_check_say(text, "%.100s, %.100s", op->name, wg_site_place(wg_node_site(n)));
    wgi_check_name(r, to, text);
}

/* Whether operand k of n is made by one node from its operand i. */
static bool is_made_from(wg_node n, int k, int i)
{
    const wg_node y = behind(wg_node_operand(n, k));
    for (int j = 0; j < wg_node_operands(y); j++)
        if (place_of(n, wg_node_operand(y, j)) == i && i != k) return true;
    return false;
}
/* Whether operand k is made from another operand, to which the op gives no derivative, or of an op of the
 * library that one from k: as tanh_backward of y = tanh x and x, which near |y| = 1 computes 1 - y^2 from x.
 * Such an op is no function of y alone, and of x it is one together with what made y: slopes of the whole
 * show it. */
static bool is_half(wg_node n, int k)
{
    const wg_op *op = wg_node_op(n);
    for (int i = 0; i < wg_node_operands(n); i++) {
        const bool helps = wgx_hints(op)->library == op && op->zero >> i & 1 && is_made_from(n, i, k);
        if (!wgx_op_has_derivative(op, i) && (is_made_from(n, k, i) || helps)) return true;
    }
    return false;
}

static void check_rule(wg_check *r, wg_node n, wgi_isolated *a)
{
    wgi_finding f = { .stage = WGI_STAGE_SECOND, .node = n, .part = -1 };
    const int seed = a->operands;
    char by[WGI_CHECK_TEXT];
    if (!derive(r, a, 3000 + n.index)) {
        r->second.unclear++;
        return;
    }
    open_claim(a);
    for (int k = 0; k <= seed; k++) {
        if (!a->point[k] || wg_is_none(a->gx[k]) || (k < seed && is_half(n, k))) continue;
        const outcome o = compare_operand(a, k, 4000 + n.index, &f);
        r->second.rules += o != UNCLEAR, r->second.unclear += o == UNCLEAR;
        if (o != DIFFERENT) continue;
        if (k < seed) wgi_check_operand_name(n, k, by);
        else f.shown.operand = -1;
        f.shown.by = k < seed ? by : "the gradient of its result";
        f.shown.shape = wg_node_shape(a->x[k]);
        wgi_check_say(f.remedy, "%s",
                      f.shown.yours == 0 ? "the rule's values move with it, and their derivative is "
                                           "zero: something in the rule is held constant"
                                         : "the rule's values are not differentiated rightly");
        wgi_check_add(r, &f);
    }
}

static void add_finding(wg_check *r, wg_node n, wgi_isolated *a, wgi_finding *f)
{
    const int k = f->shown.operand;
    char by[WGI_CHECK_TEXT];
    wgi_check_operand_name(n, k, by);
    f->shown.by = by, f->shown.shape = wg_node_shape(wg_node_operand(n, k));
    if (wg_is_none(a->gx[k])) wgi_check_say(f->remedy, "the rule leaves it out: a path is missing");
    else wgi_check_remedy(r, a, f);
    wgi_check_add(r, f);
}

bool wgi_check_left_out(wg_check *r, wg_node n, const unsigned char *on)
{
    wgi_isolated a;
    const int before = r->findings;
    if (!is_compared(n) || !wgi_isolated_open(r, n, 1000 + n.index, false, &a)) return false;
    open_claim(&a);
    for (int k = 0; k < a.operands; k++) {
        wgi_finding f = { .stage = WGI_STAGE_RULE, .node = n, .part = -1 };
        if (!a.point[k] || !wg_is_none(a.gx[k]) || !wgx_op_has_derivative(a.op, k)) continue;
        if (on[wg_node_operand(n, k).index] && compare_operand(&a, k, 2000 + n.index, &f) == DIFFERENT)
            add_finding(r, n, &a, &f);
    }
    wgi_isolated_close(r, &a);
    return r->findings > before;
}

bool wgi_check_share(wg_check *r, wg_node n, int k, wg_node gn)
{
    wgi_isolated a;
    wgi_finding f;
    if (!is_compared(n) || is_half(n, k) || !wgi_isolated_open(r, n, 1000 + n.index, false, &a)) return false;
    const bool is_wrong =
        !wg_is_none(a.gx[k]) && wgi_check_values(r, gn, a.v) &&
        wg_input_set_at(wg_node_site(n), a.x[a.operands], wg_view_f64(a.v, wg_node_shape(a.y))) == WG_OK &&
        open_claim(&a) && compare_operand(&a, k, 2000 + n.index, &f) == DIFFERENT;
    wgi_isolated_close(r, &a);
    return is_wrong;
}

static bool is_listed(const char *list, const char *name)
{
    for (size_t length; list && *list; list += length + (list[length] == ',')) {
        while (*list == ' ') list++;
        length = strcspn(list, ",");
        if (length && strlen(name) == length && !strncmp(list, name, length)) return true;
    }
    return false;
}

/* Compares the rule of n. asked, held: see wgi_check_rules; NULL: n is a node of the gradient. */
static void check_node(wg_check *r, wg_node n, const unsigned char *asked, unsigned char *held)
{
    wgi_isolated a;
    wgi_finding f = { .stage = held ? WGI_STAGE_RULE : WGI_STAGE_SECOND, .node = n, .part = -1 };
    wg_check_rules *count = held ? &r->rules : &(wg_check_rules){ 0 };
    const bool custom = held && wgx_op_is(wg_node_op(n), "custom_vjp");
    const int before = r->findings;
    const int64_t held_before = count->held;
    if (!wgi_isolated_open(r, n, 1000 + n.index, false, &a)) {
        count->not_built++;
        return;
    }
    open_claim(&a);
    for (int k = 0; k < a.operands; k++) {
        if (!a.point[k] || wg_is_none(a.gx[k]) || !wgx_op_has_derivative(a.op, k) || is_half(n, k)) continue;
        const wgi_vector *v = a.claim.v ? &a.claim.v[k] : NULL;
        bool gives_zero = v;
        for (int64_t i = 0; gives_zero && i < v->size; i++) gives_zero = v->yours[i] == 0;
        if (asked && !asked[wg_node_operand(n, k).index] && gives_zero) continue;
        const outcome o = compare_operand(&a, k, 2000 + n.index, &f);
        count->compared += o != UNCLEAR, count->unclear += o == UNCLEAR;
        if (custom && is_meant(&a, n, o, &f)) hold(r, n, held);
        else if (o == DIFFERENT) add_finding(r, n, &a, &f);
    }
    if (!held) r->second.unclear += count->unclear;
    else if (r->o.order > 1 && r->findings == before && count->held == held_before) check_rule(r, n, &a);
    wgi_isolated_close(r, &a);
}

void wgi_check_rules(wg_check *r, wg_graph *clone, wg_node root, const unsigned char *asked,
                     unsigned char *held)
{
    for (int64_t i = 1; i <= root.index; i++) {
        const wg_node n = wg_graph_node(clone, i);
        wgi_check_at_stage(r, "rules of the nodes", (double)i / (double)root.index);
        if (!wgi_check_go_on(r)) break;
        if (wgx_op_is(wg_node_op(n), "stop_gradient") || is_listed(r->o.intended, wg_node_op_name(n)) ||
            is_listed(r->o.intended, wg_node_name(n)))
            hold(r, n, held);
        else if (is_compared(n)) check_node(r, n, asked, held);
    }
}

void wgi_check_rules_of_gradient(wg_check *r, wg_graph *clone, int64_t first, const wg_node gx[], int n)
{
    const int64_t end = wg_graph_nodes(clone);
    unsigned char *needed = wg_alloc(r->c, (size_t)end, 1);
    for (int k = 0; needed && k < n; k++) needed[gx[k].index] = 1;
    for (int64_t i = end - 1; needed && i >= first; i--) {
        const wg_node node = wg_graph_node(clone, i);
        for (int k = 0; needed[i] && k < wg_node_operands(node); k++)
            needed[wg_node_operand(node, k).index] = 1;
    }
    wgi_check_at_stage(r, "second derivatives", 1);
    for (int64_t i = first; needed && i < end && wgi_check_go_on(r); i++) {
        const wg_node node = wg_graph_node(clone, i);
        if (needed[i] && is_compared(node) && wg_op_find(wg_node_op_name(node)) != wg_node_op(node))
            check_node(r, node, NULL, NULL);
    }
    wg_free(r->c, needed);
    wgi_check_recover(r);
}
