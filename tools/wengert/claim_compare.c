/* claim_compare.c: decides a claim that says itself how its sides may differ: LEFT == RIGHT within E, and
 * LEFT < RIGHT. It holds if it does for all elements. A side or a tolerance of one element goes with all of
 * the other's. */
#include <math.h>
#include <string.h>

#include "tool.h"

typedef struct sides {
    const wgx_claim *k;
    wg_tensor left, right, within;
} sides;

/* Element i, or the only one. */
static double at(const wg_tensor *t, int64_t i)
{
    return wg_tensor_item(t, wg_shape_size(t->shape) == 1 ? 0 : i);
}

void claim_place(const wgx_claim *k, wg_shape s, int64_t i, char *to, size_t room)
{
    int n = 0;
    while (n + 1 < k->parts && i >= wg_shape_size(k->part[n].shape)) i -= wg_shape_size(k->part[n++].shape);
    const size_t used = k->parts ? (size_t)snprintf(to, room, " in %.60s", k->part[n].name) : 0;
    check_place(k->parts ? k->part[n].shape : s, i, to + used, room - used);
}

static double allowed_at(const sides *s, int64_t i) { return s->within.data ? at(&s->within, i) : NAN; }

/* How far element i is from holding: 0 or less if it holds, NaN if a side is NaN. */
static double excess(const sides *s, int64_t i)
{
    const double l = at(&s->left, i), r = at(&s->right, i), off = l == r ? 0 : l - r;
    switch (s->k->relation) {
    case WG_LESS_THAN: return l == r ? 5e-324 : off;
    case WG_MORE_THAN: return l == r ? 5e-324 : -off;
    case WG_AT_MOST: return off;
    case WG_AT_LEAST: return -off;
    case WG_EQUAL_TO: break;
    }
    return fabs(off) - allowed_at(s, i);
}

/* The element that is farthest from holding; NaN is farther than any number. */
static void find_worst(const sides *s, int64_t n, claim_result *r)
{
    double worst = -INFINITY;
    r->index = -1, r->wrong = 0;
    for (int64_t i = 0; i < n; i++) {
        const double e = excess(s, i);
        r->wrong += !(e <= 0);
        if (r->index >= 0 && !(e > worst || (isnan(e) && !isnan(worst)))) continue;
        r->index = i, worst = e;
    }
    if (r->index < 0) return;
    r->left = at(&s->left, r->index), r->right = at(&s->right, r->index);
    r->error = r->left == r->right ? 0 : fabs(r->left - r->right), r->allowed = allowed_at(s, r->index);
}

static void say_wrong(const sides *s, int64_t n, wg_shape shape, claim_result *r)
{
    static const char *const words[] = { "equal", "below", "at most", "above", "at least" };
    char place[150];
    claim_place(s->k, shape, r->index, place, sizeof place);
    size_t k = (size_t)snprintf(r->why, sizeof r->why, "left %.10g, right %.10g%s",
                                isnan(r->left) ? NAN : r->left, isnan(r->right) ? NAN : r->right, place);
    if (isnan(r->left) || isnan(r->right))
        k += (size_t)snprintf(r->why + k, sizeof r->why - k, ": NaN holds no claim");
    else if (s->k->relation)
        k += (size_t)snprintf(r->why + k, sizeof r->why - k, ": left is not %s right", words[s->k->relation]);
    else
        k += (size_t)snprintf(r->why + k, sizeof r->why - k, ": off by %.3g, allowed is %.3g", r->error,
                              r->allowed);
    if (n > 1)
        snprintf(r->why + k, sizeof r->why - k, "; %lld of %lld elements", (long long)r->wrong, (long long)n);
}

/* The shape of the elements that are compared. False: shapes do not go together. */
static bool shape_of(const wgx_claim *k, wg_shape *to)
{
    const wg_node all[] = { k->left, k->right, k->within };
    *to = wg_node_shape(k->left);
    for (int i = 1; i < 3; i++) {
        const wg_shape s = wg_is_none(all[i]) ? WG_SCALAR : wg_node_shape(all[i]);
        if (wg_shape_size(*to) == 1) *to = s;
        else if (wg_shape_size(s) != 1 && !wg_shape_equal(s, *to)) return false;
    }
    return true;
}

bool claim_compare(model *m, const wgx_claim *k, claim_result *r)
{
    sides s = { .k = k };
    wg_shape shape;
    char left[120], right[120];
    if (!shape_of(k, &shape)) {
        snprintf(r->why, sizeof r->why, "%s%sleft %s, right %s: shapes differ", k->parts ? k->part->name : "",
                 k->parts ? ": " : "", wg_shape_text(wg_node_shape(k->left), left, sizeof left),
                 wg_shape_text(wg_node_shape(k->right), right, sizeof right));
        return true;
    }
    if (!model_value(m, k->left, &s.left) || !model_value(m, k->right, &s.right) ||
        (!wg_is_none(k->within) && !model_value(m, k->within, &s.within)))
        return false;
    const int64_t n = wg_shape_size(shape);
    find_worst(&s, n, r);
    r->verdict = r->wrong || !n ? WG_FAIL : WG_PASS;
    if (k->relation) r->error = NAN; /* how far apart the sides are is no error */
    if (!r->wrong && k->relation && n)
        snprintf(r->why, sizeof r->why, "left %.6g, right %.6g", r->left, r->right);
    if (!n) snprintf(r->why, sizeof r->why, "no element is compared");
    else if (r->wrong) say_wrong(&s, n, shape, r);
    return true;
}
