/* check_claims.c: decides whether the two sides of a claim are equal up to rounding, element by element. What
 * rounding can do to an element is measured: claim_bars.c. If the sides differ, the report says where most,
 * both numbers there, and what would make the claim hold. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tool.h"
#include "wengert/ops.h"

typedef struct sides {
    const wgx_claim *k;
    wg_tensor left, right;
    claim_bounds bound;
    const double *bar; /* of the difference */
    int64_t n;
} sides;

static double at(const wg_tensor *t, int64_t i) { return wg_tensor_item(t, i); }

static bool read_sides(model *m, const wgx_claim *k, wg_node left, wg_node right, sides *s)
{
    *s = (sides){ .k = k, .n = wg_shape_size(wg_node_shape(left)) };
    s->bound = claim_bars(m, left, right);
    s->bar = s->bound.both;
    return s->bar && model_value(m, left, &s->left) && model_value(m, right, &s->right);
}

/* ---- the verdict ---- */

/* The bar is infinite and a side is infinite or 0: rounding decides what the sides are, so nothing is shown.
 * Without this rule any number would pass for 0. */
static bool is_open(const sides *s, int64_t i)
{
    const double a = at(&s->left, i), b = at(&s->right, i);
    const bool odd = isinf(a) || isinf(b) || a == 0 || b == 0;
    return isnan(a) || isnan(b) || (a != b && odd && isinf(s->bar[i]));
}

static bool is_wrong(const sides *s, int64_t i)
{
    const double a = at(&s->left, i), b = at(&s->right, i);
    return !is_open(s, i) && a != b && !(fabs(a - b) <= s->bar[i]);
}

/* Whether rounding hides the element: both sides are smaller than what it can do, and neither is 0. */
static bool is_hidden(const sides *s, int64_t i)
{
    const double a = at(&s->left, i), b = at(&s->right, i);
    return a != b && a != 0 && b != 0 && fmax(fabs(a), fabs(b)) <= s->bar[i];
}

static bool is_shown(const sides *s, int64_t i)
{
    return fmax(fabs(at(&s->left, i)), fabs(at(&s->right, i))) > s->bar[i];
}

/* How far the element is from what rounding explains. */
static double excess(const sides *s, int64_t i)
{
    const double off = fabs(at(&s->left, i) - at(&s->right, i));
    return !isfinite(off) ? INFINITY : s->bar[i] > 0 ? off / s->bar[i] : off > 0 ? HUGE_VAL : 0;
}

static void say_open(const sides *s, claim_result *r)
{
    char place[150];
    int64_t i = 0;
    while (!is_open(s, i)) i++;
    claim_place(s->k, s->left.shape, i, place, sizeof place);
    const bool l = isnan(at(&s->left, i)), both = l && isnan(at(&s->right, i)),
               nan = l || isnan(at(&s->right, i));
    r->verdict = WG_INCONCLUSIVE;
    if (!nan)
        snprintf(r->why, sizeof r->why, "left %.6g, right %.6g%s: rounding decides which numbers these are",
                 at(&s->left, i), at(&s->right, i), place);
    else if (both) snprintf(r->why, sizeof r->why, "both sides are NaN%s: that shows nothing", place);
    else
        snprintf(r->why, sizeof r->why, "%s is NaN%s, %s is %.6g: nothing to compare", l ? "left" : "right",
                 place, l ? "right" : "left", at(l ? &s->right : &s->left, i));
}

static void say_wrong(const sides *s, claim_result *r)
{
    char place[150];
    size_t n;
    claim_place(s->k, s->left.shape, r->index, place, sizeof place);
    const int digits = fabs(r->left - r->right) > 1e-9 * fabs(r->left) ? 10 : 17;
    n = (size_t)snprintf(r->why, sizeof r->why, "left %.*g, right %.*g%s", digits, r->left, digits, r->right,
                         place);
    if (isfinite(r->error))
        n += (size_t)snprintf(r->why + n, sizeof r->why - n, ": off by %.2g where rounding explains %.0e",
                              r->error, r->allowed);
    if (s->n > 1)
        snprintf(r->why + n, sizeof r->why - n, "; %lld of %lld elements differ", (long long)r->wrong,
                 (long long)s->n);
}

/* "left 1e-17 is rounding, which can do 4e-16 to it; right 2e-17 is exact to 3e-33": of element i. */
static void say_hidden(const sides *s, int64_t i, claim_result *r)
{
    const double value[] = { at(&s->left, i), at(&s->right, i) },
                 by[] = { s->bound.left[i], s->bound.right[i] };
    size_t n = 0;
    for (int k = 0; k < 2; k++)
        n += (size_t)snprintf(r->why + n, sizeof r->why - n,
                              fabs(value[k]) <= by[k] ? "%s%s %.3g is rounding, which can do %.0e to it"
                                                      : "%s%s %.3g is exact to %.0e",
                              k ? "; " : "", k ? "right" : "left", value[k], by[k]);
}

static void judge(const sides *s, claim_result *r)
{
    int64_t open = 0, hidden = 0, shown = 0;
    r->index = -1, r->wrong = 0;
    for (int64_t i = 0; i < s->n; i++) {
        open += is_open(s, i), r->wrong += is_wrong(s, i);
        hidden += is_hidden(s, i), shown += is_shown(s, i);
        if (is_open(s, i)) continue;
        const bool worse = r->index < 0 || is_wrong(s, i) > is_wrong(s, r->index) ||
                           (is_wrong(s, i) == is_wrong(s, r->index) && excess(s, i) > excess(s, r->index));
        if (worse) r->index = i;
    }
    if (r->index >= 0) {
        r->left = at(&s->left, r->index), r->right = at(&s->right, r->index);
        r->error = r->left == r->right ? 0 : fabs(r->left - r->right), r->allowed = s->bar[r->index];
    }
    r->verdict = r->wrong ? WG_FAIL : WG_PASS;
    if (r->wrong) {
        say_wrong(s, r);
    } else if (open) {
        say_open(s, r);
    } else if (hidden && !shown) {
        r->verdict = WG_INCONCLUSIVE;
        say_hidden(s, r->index, r);
    } else if (hidden) {
        snprintf(r->why, sizeof r->why, "%lld of %lld elements are below what rounding can do",
                 (long long)hidden, (long long)s->n);
    }
}

/* Whether both sides have the same numbers. Then nothing must be explained by rounding, which takes as long
 * as computing each node of the graph by itself. */
static bool are_same(model *m, wg_node left, wg_node right, claim_result *r)
{
    sides s = { .n = wg_shape_size(wg_node_shape(left)) };
    int64_t i = 0;
    if (!s.n || !model_value(m, left, &s.left) || !model_value(m, right, &s.right)) return false;
    while (i < s.n && at(&s.left, i) == at(&s.right, i)) i++;
    if (i < s.n) return false;
    r->verdict = WG_PASS, r->index = r->wrong = 0, r->error = 0;
    r->left = at(&s.left, 0), r->right = at(&s.right, 0);
    return true;
}

/* Free s->bound.both. */
static bool compare(model *m, const wgx_claim *k, wg_node left, wg_node right, sides *s, claim_result *r)
{
    *s = (sides){ .n = 0 };
    if (are_same(m, left, right, r)) return true;
    if (!model_ok(m) || !read_sides(m, k, left, right, s)) return false;
    judge(s, r);
    return true;
}

static bool holds(model *m, const wgx_claim *k, wg_node left, wg_node right)
{
    claim_result tried = { .verdict = WG_FAIL };
    if (!wg_node_ok(left) || !wg_node_ok(right) || !wg_shape_equal(wg_node_shape(left), wg_node_shape(right)))
        return false;
    sides s;
    const bool does = compare(m, k, left, right, &s, &tried) && tried.verdict == WG_PASS;
    wg_free(m->c, s.bound.both);
    return does;
}

/* ---- what would make it hold ---- */

/* Trying what would hold takes as long as ten claims and more, so it is done for this many that fail. */
enum { EXPLAINED = 200 };

/* Adds to the reason. Returns true. */
WG_PRINTF(2, 3) static bool add(claim_result *r, const char *format, ...)
{
    const size_t n = strlen(r->why);
    va_list list;
    va_start(list, format);
    vsnprintf(r->why + n, sizeof r->why - n, format, list);
    va_end(list);
    return true;
}

static bool near(double a, double b) { return fabs(a - b) <= 1e-9 * fabs(b); }

/* Whether right is factor times left and more everywhere, within what rounding explains. */
static bool is_line(const sides *s, double factor, double more)
{
    for (int64_t i = 0; i < s->n; i++) {
        const double l = at(&s->left, i), r = at(&s->right, i), off = fabs(r - factor * l - more);
        if (!(off <= (1 + fabs(factor)) * s->bar[i] + 1e-12 * (fabs(r) + fabs(more)))) return false;
    }
    return true;
}

/* "; 7 is m", if the factor or its inverse is a size of the program. */
static void add_size(model *m, const sides *s, double factor, claim_result *r)
{
    const double size = fabs(factor) < 1 ? 1 / fabs(factor) : fabs(factor);
    for (int k = 0; k < wgx_program_symbols(m->q); k++) {
        const wgx_symbol y = wgx_program_symbol(m->q, k);
        if (y.size < 2 || !near(size, (double)y.size)) continue;
        add(r, " (%s = %lld)", y.name, (long long)y.size);
        return;
    }
    for (int a = 0; !s->k->parts && a < s->left.shape.rank; a++)
        if (s->left.shape.dim[a] > 1 && near(size, (double)s->left.shape.dim[a])) {
            add(r, " (the size of axis %d is %lld)", a, (long long)s->left.shape.dim[a]);
            return;
        }
}

static bool find_factor(model *m, const sides *s, claim_result *r)
{
    int64_t i = 0;
    for (int64_t k = 0; k < s->n; k++)
        if (fabs(at(&s->left, k)) > fabs(at(&s->left, i))) i = k;
    double factor = at(&s->right, i) / at(&s->left, i);
    if (!isfinite(factor) || near(factor, 1)) return false;
    if (near(factor, rint(factor))) factor = rint(factor);
    if (!is_line(s, factor, 0)) {
        const double more = at(&s->right, i) - at(&s->left, i);
        return s->n >= 2 && is_line(s, 1, more) && add(r, ".  right - left = %.9g everywhere", more);
    }
    if (factor == 0) add(r, ".  right is 0%s", s->n > 1 ? " everywhere" : "");
    else if (fabs(factor) >= 1 || near(factor, -1))
        add(r, ".  right = %.9g x left%s", factor, s->n > 1 ? " everywhere" : "");
    else add(r, ".  left = %.9g x right%s", 1 / factor, s->n > 1 ? " everywhere" : "");
    if (factor != 0) add_size(m, s, factor, r);
    return true;
}

static bool find_transpose(model *m, const wgx_claim *k, claim_result *r)
{
    const wg_shape l = wg_node_shape(k->left), s = wg_node_shape(k->right);
    if (l.rank != 2 || s.rank != 2 || l.dim[0] != s.dim[1] || l.dim[1] != s.dim[0] || l.dim[0] < 2 ||
        l.dim[1] < 2)
        return false;
    const wg_node turned =
        wg_transpose_at(wg_inside(wg_node_site(k->right)), &WG_OPTS(wg_transpose_args, .x = k->right));
    return holds(m, k, k->left, turned) && add(r, ".  With one side transposed it would hold");
}

/* Whether a tensor of shape s broadcasts to the shape `to`. */
static bool broadcasts(wg_shape s, wg_shape to)
{
    for (int a = 1; a <= s.rank; a++)
        if (a > to.rank || (s.dim[s.rank - a] != 1 && s.dim[s.rank - a] != to.dim[to.rank - a])) return false;
    return true;
}

/* Sides whose shapes differ may be equal when one is broadcast. */
static bool find_broadcast(model *m, const wgx_claim *k, claim_result *r)
{
    const wg_node side[] = { k->left, k->right };
    for (int j = 0; j < 2; j++) {
        const wg_shape s = wg_node_shape(side[j]), to = wg_node_shape(side[!j]);
        if (wg_shape_equal(s, to) || !broadcasts(s, to)) continue;
        const wg_node wide = wg_broadcast_to_at(wg_inside(wg_node_site(side[j])), side[j], to);
        if (!holds(m, k, j ? k->left : wide, j ? wide : k->right)) continue;
        char text[120];
        return add(r, ".  Broadcast to %s, %s has the same values", wg_shape_text(to, text, sizeof text),
                   j ? "right" : "left");
    }
    return false;
}

/* A sum or mean over one axis in a side. */
static bool find_axis(model *m, int i, claim_result *r)
{
    wgx_claim v;
    for (int j = 0; (v = wgx_program_claim_variant(m->q, i, j)).text; j++)
        if (holds(m, &v, v.left, v.right))
            return add(r, ".  %s would hold (tried: sum and mean over each axis)", v.text);
    return false;
}

static bool explain_difference(model *m, int i, const wgx_claim *k, const sides *s, claim_result *r)
{
    const bool found = s->n > 0 && find_factor(m, s, r);
    if (!found && !find_transpose(m, k, r)) find_axis(m, i, r);
    return model_ok(m);
}

static bool explain_shapes(model *m, int i, const wgx_claim *k, claim_result *r)
{
    char left[120], right[120];
    snprintf(r->why, sizeof r->why, "%s%sleft %s, right %s: shapes differ", k->parts ? k->part->name : "",
             k->parts ? ": " : "", wg_shape_text(wg_node_shape(k->left), left, sizeof left),
             wg_shape_text(wg_node_shape(k->right), right, sizeof right));
    if (m->explained++ >= EXPLAINED) return true;
    if (!find_broadcast(m, k, r) && !find_transpose(m, k, r)) find_axis(m, i, r);
    return model_ok(m);
}

bool claim_judge(model *m, int i, claim_result *r)
{
    wgx_claim k = wgx_program_claim(m->q, i);
    *r = (claim_result){ .line = k.line, .text = k.text, .verdict = WG_FAIL, .index = -1 };
    r->left = r->right = r->error = r->allowed = NAN;
    if (k.relation || !wg_is_none(k.within)) return claim_compare(m, &k, r);
    if (!wg_shape_equal(wg_node_shape(k.left), wg_node_shape(k.right))) return explain_shapes(m, i, &k, r);
    sides s;
    bool fine = compare(m, &k, k.left, k.right, &s, r);
    if (fine && r->verdict == WG_FAIL && m->explained++ < EXPLAINED)
        fine = explain_difference(m, i, &k, &s, r);
    wg_free(m->c, s.bound.both);
    return fine;
}
