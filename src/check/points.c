/* points.c: the gradient against slopes of the whole function, at several points: the one that was given, one
 * about 1 % of each component away, or two, and one that ten steps of descent lead to. At a point that was
 * chosen by hand a derivative may be zero or may not exist; near a minimum no difference is large beside the
 * noise. The other two points have neither. */
#include "check/check_private.h"

#include <float.h>

bool wgi_check_claim(wgi_claim *p, wg_check *r, const wgi_check_target *t)
{
    wgi_vector *v = wg_alloc(r->c, (size_t)r->parts + 1, sizeof *v);
    for (int k = 0; v && k < r->parts; k++) {
        const wgi_check_part *in = &r->part[k];
        v[k] = (wgi_vector){ in->size, in->point, in->x, in->analytic, DBL_EPSILON, 0 };
    }
    *p = (wgi_claim){ .r = r };
    const bool ok = v && wgi_claim_open(p, r, t, v, r->parts);
    wg_free(r->c, v);
    for (int k = 0; ok && k < r->parts; k++) r->part[k].scale = p->v[k].scale;
    return ok;
}

/* A random direction of part k, one for each draw. held: components that stand still. */
static double *direction(const wgi_claim *p, int k, int draw, const unsigned char *held)
{
    double *u = wgi_claim_direction(p, k, (uint64_t)(100 + 16 * k + draw));
    for (int64_t i = 0; u && held && i < p->v[k].size; i++)
        if (held[i]) u[i] = 0;
    return u;
}

/* Where three numbers tie for a median, it does not move with one of them alone: f has a slope there, and no
 * gradient. So the slope of f by a component counts only if it is the same whatever the others do. */
static bool is_own_slope(wgi_claim *p, int k, int64_t i, const wgi_compared *c, const unsigned char *held)
{
    static const double FAR = 4, /* in a normal direction no other component moves farther */
        POOR = 0.01;
    double *u = p->v[k].size > 1 ? direction(p, k, 9, held) : NULL;
    bool is_own = true;
    for (int look = 0; u && look < 2 && !(look && is_own); look++) { /* the first one takes eight
                                                                      * evaluations */
        wgi_compared side[2];
        const double by = FAR * p->v[k].scale;
        for (int j = 0; j < 2; j++) {
            u[i] = j ? -by : by;
            side[j] = look ? wgi_claim_along(p, k, u) : wgi_claim_look(p, k, u);
            if (!side[j].clear) side[j].numeric = side[j].right;
        }
        const double bar = WGI_BEYOND * (side[0].slope_bar + side[1].slope_bar + 2 * by * c->slope_bar),
                     most = look ? INFINITY : POOR * fabs(by * c->numeric);
        is_own = bar <= most && !(fabs(side[0].numeric - side[1].numeric - 2 * by * c->numeric) > bar);
    }
    wg_free(p->r->c, u);
    return is_own;
}

/* Compares component i. At a kink that it shares with others nothing is seen of it alone. */
static wgi_compared component(wgi_claim *p, int k, int64_t i, const unsigned char *held)
{
    wgi_compared c = wgi_claim_component(p, k, i);
    if (c.clear && c.differ && !is_own_slope(p, k, i, &c, held))
        c.clear = c.differ = false, c.shared = true, c.bar = INFINITY;
    return c;
}

/* All components of part k in such a direction. *element: the component that differs; -1: none does alone. */
static wgi_compared in_direction(wgi_claim *p, int k, int draw, const unsigned char *held, int64_t *element)
{
    double *u = direction(p, k, draw, held);
    wgi_compared c = u ? wgi_claim_unsure(p, k, u) : wgi_not_compared(), half = c, one = wgi_not_compared();
    *element = -1;
    if (c.differ) {
        int64_t at = wgi_claim_glance(p, k, u, &c);
        if (at >= 0) one = component(p, k, at, held);
        if (one.unsure) c = one;
        else if (!one.differ) c = wgi_claim_along(p, k, u);
        if (!one.differ && c.differ && !wgi_claim_is_short(p)) {
            half = c, at = wgi_claim_bisect(p, k, u, &half);
            one = at >= 0 ? component(p, k, at, held) : wgi_not_compared();
        }
        if (half.shared) c.clear = c.differ = false, c.shared = true, c.bar = INFINITY;
        else if (c.differ && at < 0 && !half.differ && !half.clear) c = half; /* stairs */
        else if (one.differ || (c.differ && (one.shared || (isfinite(one.yours) && half.differ))))
            c = one, *element = one.differ ? at : -1;
    }
    wg_free(p->r->c, u);
    return c;
}

/* COMPONENTS: if there are no more in all, each is compared alone. DRAWS: directions of each part. */
enum { COMPONENTS = 64, DRAWS = 3, STEPS = 10 };

static int64_t slopes_left(const wg_check *r) { return wgi_check_left(r) / WGI_ONE; }

/* ---- at one point ---- */

/* A part that was seen to be right before, as at the given point, and elsewhere differs by a smaller share,
 * is not wrong by that share everywhere: there the slope is in error, as near the end of the domain of f. */
static const double ELSEWHERE = 1e-4;

/* wgi_check_first_wrong searches at the point of the first finding beside the given point. */
static void keep_point(wg_check *r)
{
    EACH_PART(k, r) {
        wgi_check_part *in = &r->part[k];
        if (in->differs_at) continue;
        in->differs_at = wgi_check_doubles(r, in->size);
        if (in->differs_at) memcpy(in->differs_at, in->point, (size_t)in->size * sizeof *in->point);
    }
}

static void count(wg_check_point *n, const wgi_compared *c)
{
    n->clear += c->clear, n->differ += c->differ;
    n->unclear += !c->clear && !c->differ, n->kinks += c->kind == WGI_SLOPE_KINK;
}

/* remedy: what the finding says beside its numbers, if it differs. */
static void note_at(wg_check *r, wgi_point point, int k, int64_t element, wgi_compared c, const char *remedy)
{
    wgi_check_part *in = &r->part[k];
    const bool here = point == WGI_POINT_GIVEN;
    if (!here && c.differ && in->n.clear && !in->n.differ && c.share < ELSEWHERE) {
        c.differ = c.clear = false;
        in->overlooked = fmax(in->overlooked, c.share);
    }
    count(&in->n, &c), count(&r->at[point], &c);
    if (c.unsure && !in->unsure) in->unsure = fmax(c.share, DBL_MIN);
    if (here) wgi_check_record(r, in, element, &c);
    if (!c.differ) return;
    if (!here) keep_point(r);
    wgi_finding f = { .stage = WGI_STAGE_SLOPE, .point = point, .part = k, .share = c.share };
    f.shown = (wg_check_finding){ .by = in->shown.name, .shape = in->shown.shape, .element = element };
    wgi_check_say(f.remedy, "%s", remedy);
    wgi_show_compared(&f.shown, &c);
    wgi_check_add(r, &f);
}

void wgi_check_note(wg_check *r, int k, int64_t i, const wgi_compared *c, const char *remedy)
{
    note_at(r, WGI_POINT_GIVEN, k, i, *c, remedy);
}
static void note(wg_check *r, int k, int64_t i, const wgi_compared *c) { wgi_check_note(r, k, i, c, ""); }

/* The share of a typical component that comparisons with these bars show. draws: 0 of components alone. */
static void note_resolution(wgi_check_part *in, wgi_point point, double bar, double typical, int draws)
{
    const double seen = (draws ? wgi_check_certainty(draws) : 10) * bar;
    if (point == WGI_POINT_GIVEN && typical > 0) in->shown.here = seen / typical;
    if (typical > 0) in->shown.resolution = fmin(in->shown.resolution, seen / typical);
}

/* The root of the mean square of the components, or of their products with how far they move in a direction.
 * What is no number is left out. */
static double typical_of(const wgi_check_part *in, bool moved)
{
    double largest = 0, sum = 0;
    for (int way = 0; way < 2; way++)
        for (int64_t i = 0; i < in->size && (!way || largest > 0); i++) {
            const double way_of = in->point[i] != 0 ? in->point[i] : in->scale,
                         term = fabs(in->analytic[i] * (moved ? way_of : 1));
            if (!isfinite(term)) continue;
            if (way) sum += term / largest * (term / largest);
            else largest = fmax(largest, term);
        }
    return largest * sqrt(sum / (double)(in->size ? in->size : 1));
}

/* Components of part k move by the numbers 1, -1 and 0 in u, in units of the part's scale. */
static wgi_compared in_units(wgi_claim *p, int k, double *u)
{
    const double scale = p->v[k].scale;
    EACH_COMPONENT(i, &p->v[k]) u[i] *= scale;
    wgi_compared c = wgi_claim_along(p, k, u);
    c.yours /= scale, c.numeric /= scale, c.bar /= scale, c.slope_bar /= scale;
    return c;
}

/* Whether the kinks of components i and j are those of different terms, as in relu(a) - relu(b): then the
 * slopes of f are the sums of theirs. both: where i moves, and j by sign: f has one slope there. */
static bool are_apart(const wgi_check_part *in, int64_t i, int64_t j, int sign, const wgi_compared *both)
{
    const wgi_compared *a = wgi_check_recorded(in, i), *b = wgi_check_recorded(in, j);
    const double to_right = a->right + (sign > 0 ? b->right : -b->left),
                 to_left = a->left + (sign > 0 ? b->left : -b->right),
                 bar = WGI_BEYOND * (a->bar + b->bar + both->bar);
    return fabs(to_right - both->numeric) <= bar && fabs(to_left - both->numeric) <= bar;
}

enum { MOST_KINKS = 6 };

/* Where two components are at the same kink, as the largest of equal ones, each of yours may lie between the
 * slopes to both sides, and their sum outside of those that f has where both move. at: the n components. */
static void compare_pairs(wgi_claim *p, int k, const int64_t at[], int n)
{
    const wgi_check_part *in = &p->r->part[k];
    char one[WGI_CHECK_TEXT], other[WGI_CHECK_TEXT], remedy[WGI_CHECK_TEXT];
    for (int pair = 0; pair < 2 * n * n && !in->n.differ; pair++) {
        const int64_t i = at[pair / 2 % n], j = at[pair / 2 / n];
        const int sign = pair % 2 ? -1 : 1;
        double *u = i < j ? wgi_check_doubles(p->r, in->size) : NULL;
        if (!u) continue;
        u[i] = 1, u[j] = sign;
        const wgi_compared c = in_units(p, k, u);
        wg_free(p->r->c, u);
        if (!c.clear || !c.differ || are_apart(in, i, j, sign, &c)) continue;
        wgi_check_say(remedy, "%.60s and %.60s move together: yours is none of the slopes of f",
                      wgi_check_place(in, i, one), wgi_check_place(in, j, other));
        note_at(p->r, WGI_POINT_GIVEN, k, -1, c, remedy);
    }
}

/* Whether the slopes of f to both sides, where all components of part k move alike, are the sums of those of
 * its components: then these have kinks in different terms, as in relu(a) - relu(b). */
static bool are_sums(const wgi_claim *p, int k, const wgi_compared *all)
{
    const wgi_check_part *in = &p->r->part[k];
    double left = 0, right = 0, bar = all->slope_bar;
    EACH_COMPONENT(i, in) {
        const wgi_compared *c = wgi_check_recorded(in, i);
        if (!c) return false; /* there was no memory for it */
        const bool bent = c->kind == WGI_SLOPE_KINK;
        left += bent ? c->left : c->numeric, right += bent ? c->right : c->numeric;
        bar += in->bar[i];
    }
    return fabs(right - all->numeric) <= WGI_BEYOND * bar && fabs(left - all->numeric) <= WGI_BEYOND * bar;
}

/* Components of part k move alike: all, or those for which `only` is not 0. */
static wgi_compared alike(wgi_claim *p, int k, const unsigned char *only)
{
    double *u = wgi_check_doubles(p->r, p->v[k].size);
    for (int64_t i = 0; u && i < p->v[k].size; i++) u[i] = !only || only[i];
    const wgi_compared c = u ? in_units(p, k, u) : wgi_not_compared();
    wg_free(p->r->c, u);
    return c;
}

static const char ALIKE[] = "components that tie move alike: the slope of f is not the sum of yours";

/* ---- ties ---- */

/* Where three and more numbers tie, as for a median, f does not move with one of them alone. Which of them
 * counts depends on how the others move, and yours may be any mean of what it is beside the point. So of the
 * components that tie two things are judged: the slope of f where they all move alike is the sum of yours,
 * and each of yours, less the slope by it alone, lies between the largest and the smallest that it has for
 * any of them beside the point. */
typedef struct ties {
    unsigned char *in; /* by component: whether it ties */
    int64_t count;
    double *beside; /* BESIDE gradients beside the point */
    double low, high;
} ties;

enum { BESIDE = 4, VALUES = 16 };

/* Numbers that equal one that ties may tie with it. */
static void add_equals(const wgi_check_part *in, ties *t)
{
    double value[VALUES];
    int values = 0;
    EACH_COMPONENT(i, in) {
        int j = 0;
        while (j < values && value[j] != in->point[i]) j++;
        if (t->in[i] && j == values && values < VALUES) value[values++] = in->point[i];
    }
    EACH_COMPONENT(i, in)
        for (int j = 0; j < values; j++) t->in[i] |= in->point[i] == value[j];
}

/* Those in which yours jumps close to the point. */
static bool find_ties(wgi_claim *p, int k, ties *t)
{
    static const double NEAR = 1e-6, SHARE = 1e-3;
    const wgi_check_part *in = &p->r->part[k];
    /* a gradient of zeros is noise, and no jump */
    const double jump = fmax(SHARE * wgi_check_rms(in->analytic, in->size), 1e3 * p->r->noise / in->scale);
    bool ok = !wg_failed(p->r->c) && wg_is_none(p->t->root); /* the pieces of a graph have no kinks */
    for (int draw = 0; ok && draw < BESIDE; draw++) {
        double *g = t->beside + draw * in->size, *u = direction(p, k, 20 + draw, NULL);
        ok = u && wgi_claim_gradient(p, k, u, NEAR, g);
        for (int64_t i = 0; ok && i < in->size; i++) t->in[i] |= fabs(g[i] - in->analytic[i]) > jump;
        wg_free(p->r->c, u);
    }
    if (ok) add_equals(in, t);
    return ok;
}

/* Leaves those with a kink of their own to compare_components and hold_kinks, and measures the others. */
static void measure_ties(wgi_claim *p, int k, ties *t, unsigned char *held, int *left)
{
    wgi_check_part *in = &p->r->part[k];
    EACH_COMPONENT(i, in) {
        t->in[i] &= !(held && held[i]) && !wgi_check_is_at_kink(in, i);
        if (t->in[i] && isnan(in->slope[i]) && (*left)-- > 0) {
            const wgi_compared one = component(p, k, i, held);
            note(p->r, k, i, &one);
            if (wgi_check_is_at_kink(in, i)) t->in[i] = 0, held[i] = 1;
        }
        t->count += t->in[i] &= !isnan(in->slope[i]);
        for (int draw = 0; t->in[i] && draw < BESIDE; draw++) {
            const double jump = t->beside[draw * in->size + i] - in->slope[i];
            t->low = fmin(t->low, jump), t->high = fmax(t->high, jump);
        }
    }
}

/* Of a component that ties: what is yours beyond the range, the slope is the end of the range. */
static wgi_compared judge_tie(const wgi_check_part *in, int64_t i, const ties *t, double bar)
{
    const double yours = in->analytic[i], low = in->slope[i] + t->low, high = in->slope[i] + t->high;
    wgi_compared c = { .kind = WGI_SLOPE_KINK, .yours = yours, .bar = bar, .left = low, .right = high };
    c.numeric = yours < low ? low : yours > high ? high : yours;
    const double off = fabs(yours - c.numeric), beside = 1e-3 * (t->high - t->low);
    c.share = off / fmax(fabs(yours), in->typical);
    c.differ = off > 0.5 * (t->high - t->low);
    c.clear = off <= beside;
    if (!c.clear && !c.differ) c.shared = true, c.bar = INFINITY;
    return c;
}

/* Ties may explain why components or directions differ. What they show is noted, and they are held. False:
 * there are none, or the others do not let them move alike. */
static bool settle_ties(wgi_claim *p, int k, unsigned char *held, int *left)
{
    wgi_check_part *in = &p->r->part[k];
    ties t = { .in = wg_alloc(p->r->c, (size_t)in->size, 1),
               .beside = wgi_check_doubles(p->r, BESIDE * in->size) };
    bool found = find_ties(p, k, &t);
    if (found) wgi_claim_forget(p, k, t.in), measure_ties(p, k, &t, held, left);
    const wgi_compared sum = found && t.count && !in->n.differ ? alike(p, k, t.in) : wgi_not_compared();
    found = sum.clear;
    if (sum.differ) note_at(p->r, WGI_POINT_GIVEN, k, -1, sum, ALIKE);
    for (int64_t i = 0; found && !sum.differ && i < in->size; i++) {
        if (!t.in[i]) continue;
        const wgi_compared c = judge_tie(in, i, &t, sum.bar);
        note(p->r, k, i, &c);
        if (held) held[i] = 1;
    }
    wg_free(p->r->c, t.in), wg_free(p->r->c, t.beside);
    return found;
}

/* Slopes by each component alone say nothing of how they move together: a median of three that tie moves with
 * none of them. So components without a kink of their own are moved in one direction, too. shared: one was
 * seen to move f otherwise with others. */
static void compare_together(wgi_claim *p, int k, bool shared)
{
    wgi_check_part *in = &p->r->part[k];
    unsigned char *held = wg_alloc(p->r->c, (size_t)in->size, 1);
    int64_t moving = 0, element;
    for (int64_t i = 0; held && i < in->size; i++) moving += !(held[i] = wgi_check_is_at_kink(in, i));
    const wgi_compared c =
        moving > 1 ? in_direction(p, k, 0, held, &element) : (wgi_compared){ .clear = true };
    if (c.differ && element >= 0) note(p->r, k, element, &c);
    else if (!c.clear || c.differ || shared) in->is_torn = !settle_ties(p, k, held, &(int){ 0 });
    wg_free(p->r->c, held);
}

/* At the given point. */
static void compare_components(wgi_claim *p, int k)
{
    int64_t at[MOST_KINKS];
    int kinks = 0;
    bool shared = false;
    wgi_check_part *in = &p->r->part[k];
    double worst = 0;
    EACH_COMPONENT(i, in) {
        const wgi_compared c = component(p, k, i, NULL);
        shared |= c.shared;
        note(p->r, k, i, &c);
        if (wgi_check_is_at_kink(in, i) && kinks < MOST_KINKS) at[kinks++] = i;
    }
    if (!p->t->several_kinks) compare_pairs(p, k, at, kinks);
    /* those at one kink stay equal, as the largest of a maximum: f has one slope there, as yours must */
    const wgi_compared all = kinks > 1 && !in->n.differ ? alike(p, k, NULL) : wgi_not_compared();
    if (all.differ && !are_sums(p, k, &all)) note_at(p->r, WGI_POINT_GIVEN, k, -1, all, ALIKE);
    if (wg_is_none(p->t->root) && !in->n.differ && slopes_left(p->r) > 0) compare_together(p, k, shared);
    EACH_COMPONENT(i, in) worst = fmax(worst, isfinite(in->bar[i]) ? in->bar[i] : 0);
    note_resolution(in, WGI_POINT_GIVEN, worst > 0 ? worst : INFINITY, typical_of(in, false), 0);
}

/* A direction that crosses kinks says nothing. So it is halved: components at kinks are compared alone, and
 * stand still in the directions. At most ALONE of them, as each takes about 100 evaluations. */
enum { ALONE = 4096 };

static void hold_kinks(wgi_claim *p, int k, int64_t low, int64_t high, const double *u, unsigned char *held,
                       int *left)
{
    if (p->r->part[k].n.differ || !*left || wgi_check_is_stopped(p->r)) return;
    if (high - low == 1) {
        if (held[low]) return;
        const wgi_compared one = component(p, k, low, held);
        note(p->r, k, low, &one);
        held[low] = !one.clear && !one.shared, --*left;
        return;
    }
    if (!wgi_claim_bends(p, k, low, high, u)) {
        const wgi_compared c = wgi_claim_range(p, k, low, high, u);
        if (c.clear && !c.differ) return;
    }
    const int64_t middle = low + (high - low) / 2;
    hold_kinks(p, k, low, middle, u, held, left);
    hold_kinks(p, k, middle, high, u, held, left);
}

static int64_t count_held(const wgi_check_part *in, const unsigned char *held)
{
    int64_t n = 0;
    EACH_COMPONENT(i, in) n += held[i];
    return n;
}

/* Whether more are held than before, after the direction of a draw has said nothing: at kinks that it
 * crosses, or ties. shared: its halves do not add up. */
static bool hold_more(wgi_claim *p, int k, int draw, bool shared, unsigned char *held, int *left)
{
    const wgi_check_part *in = &p->r->part[k];
    const int64_t before = count_held(in, held);
    double *u = direction(p, k, draw, held);
    if (u && !shared) hold_kinks(p, k, 0, p->v[k].size, u, held, left);
    wg_free(p->r->c, u);
    if (count_held(in, held) == before && !in->n.differ) settle_ties(p, k, held, left);
    return count_held(in, held) > before;
}

static void compare_directions(wgi_claim *p, int k, wgi_point point)
{
    wgi_check_part *in = &p->r->part[k];
    unsigned char *held = wg_alloc(p->r->c, (size_t)in->size, 1);
    const double left_each =
        (double)(slopes_left(p->r) / (p->r->parts - k)); /* of the parts that are to come */
    const int draws = in->draws = p->r->of_second ? 1 : (int)fmin(DRAWS, fmax(1, left_each));
    int left = point == WGI_POINT_GIVEN ? (int)fmin(ALONE, (double)(slopes_left(p->r) / 2)) : 0;
    const double typical = typical_of(in, true);
    double worst = 0;
    if (point != WGI_POINT_BELOW) in->moved = fmax(in->moved, typical);
    wgi_compared unnamed = wgi_not_compared(); /* it differs, and no component alone does */
    int64_t element = -1;
    for (int draw = 0; draw < draws && element < 0 && held; draw++) {
        const wgi_compared c = in_direction(p, k, draw, held, &element);
        const bool shows = c.differ || (c.clear && wgi_check_sees_along(in, c.bar));
        if (!shows && !c.unsure && left && hold_more(p, k, draw, c.shared || c.clear, held, &left) &&
            !in->n.differ) {
            draw = -1, worst = in->widest = 0; /* all draws without them */
            continue;
        }
        if (in->n.differ && point == WGI_POINT_GIVEN) break; /* alone */
        worst = fmax(worst, c.clear ? c.bar : INFINITY);
        if (point == WGI_POINT_GIVEN) in->widest = fmax(in->widest, c.clear || c.differ ? c.bar : INFINITY);
        in->shown.directions++;
        if (c.differ && element < 0) unnamed = c;
        else note_at(p->r, point, k, element, c, "");
    }
    if (unnamed.differ && element < 0) note_at(p->r, point, k, element, unnamed, "");
    note_resolution(in, point, worst, typical, in->draws);
    wg_free(p->r->c, held);
}

static void compare_shown(wgi_claim *p, int k)
{
    wgi_check_part *in = &p->r->part[k];
    int64_t row[WGI_CHECK_ROWS];
    const int rows = wgi_check_rows(p->r, in, row);
    for (int j = 0; j < rows; j++) {
        if (!isnan(in->slope[row[j]]) || slopes_left(p->r) < 1) continue;
        const wgi_compared c = component(p, k, row[j], NULL);
        if (in->n.differ) wgi_check_record(p->r, in, row[j], &c);
        else note(p->r, k, row[j], &c);
    }
}

/* The first component of the gradient that is no number is wrong if f has a slope there, or two. */
static void compare_no_number(wgi_claim *p, int k)
{
    wgi_check_part *in = &p->r->part[k];
    int64_t i = 0;
    while (isfinite(in->analytic[i])) i++;
    wgi_compared c = wgi_claim_component(p, k, i);
    c.differ = c.kind == WGI_SLOPE_SMOOTH || c.kind == WGI_SLOPE_KINK, c.share = INFINITY;
    if (c.differ) note(p->r, k, i, &c);
    else wgi_check_record(p->r, in, i, &c);
}

static void say_stage(wg_check *r, wgi_point point, int k)
{
    const double share = (double)k / r->parts;
    if (r->of_second) wgi_check_at_stage(r, "second derivatives", (point + share) / WGI_POINTS);
    else wgi_check_at_stage(r, wgi_check_slopes_text(point), share);
}

/* What is wrong at the given point need not be compared elsewhere. */
static bool is_decided(const wgi_check_part *in, wgi_point point)
{
    return point != WGI_POINT_GIVEN && in->n.differ;
}

static void compare_at(wg_check *r, const wgi_check_target *t, wgi_point point)
{
    wgi_claim p;
    int64_t n = 0;
    EACH_PART(k, r) n += r->part[k].shown.left_out ? 0 : r->part[k].size;
    const bool few = n <= COMPONENTS && n <= slopes_left(r) && point == WGI_POINT_GIVEN && !r->of_second;
    wg_check_point *at = &r->at[point];
    say_stage(r, point, 0);
    at->used = wgi_check_claim(&p, r, t);
    at->why = at->used                           ? ""
              : wgi_check_is_stopped(r)          ? "stopped"
              : r->starved[0] || wg_failed(r->c) ? "there was no memory for it"
                                                 : "f has no value there";
    for (int j = 0; j < WGI_SPACINGS && point == WGI_POINT_GIVEN; j++)
        r->noise = fmax(r->noise, p.noise.sigma[j]);
    for (int k = 0; k < r->parts && at->used; k++) {
        wgi_check_part *in = &r->part[k];
        EACH_COMPONENT(i, in) in->signal[i] |= in->analytic[i] != 0;
        /* descent may lead to where the gradient is much larger than at the points before */
        if (point != WGI_POINT_BELOW) in->typical = fmax(in->typical, typical_of(in, false));
        say_stage(r, point, k);
        if (in->shown.left_out || !in->size || is_decided(in, point)) continue;
        if (!wgi_check_are_finite(in->analytic, in->size)) {
            if (point == WGI_POINT_GIVEN && !in->reason[0]) compare_no_number(&p, k);
            continue;
        }
        if (few) compare_components(&p, k);
        else compare_directions(&p, k, point);
        if (!few && point == WGI_POINT_GIVEN && !r->of_second) compare_shown(&p, k);
    }
    wgi_claim_close(&p);
    if (at->used && !(at->clear + at->differ + at->unclear))
        at->used = false, at->why = "the gradient is no number there";
}

/* ---- other points ---- */

/* Numbers for each component of each part. */
static double **lists(wg_check *r)
{
    double **all = wg_alloc(r->c, (size_t)r->parts, sizeof *all);
    for (int k = 0; all && k < r->parts; k++) all[k] = wgi_check_doubles(r, r->part[k].size);
    return wg_failed(r->c) ? NULL : all;
}

static void copy(double **to, double **from, const wg_check *r)
{
    EACH_PART(k, r) memcpy(to[k], from[k], (size_t)r->part[k].size * sizeof **to);
}

static void set_point(wg_check *r, const wgi_check_target *t, double **point)
{
    EACH_PART(k, r) {
        memcpy(r->part[k].point, point[k], (size_t)r->part[k].size * sizeof **point);
        memcpy(r->part[k].x, point[k], (size_t)r->part[k].size * sizeof **point);
        t->set(t->self, k);
    }
    if (t->settle) t->settle(t->self);
}

double wgi_check_beside(const wg_check *r, double x, double scale, double by, int ray, uint64_t i)
{
    const double size = fabs(x) > 1e-60 * scale ? x : scale;
    return x + by * size * wgi_check_normal(r, 11 + ((uint64_t)ray << 32), i);
}

/* A point about 1 % of each component away. */
static void go_beside(wg_check *r, double side, double **x)
{
    uint64_t count = 0;
    EACH_PART(k, r)
        EACH_COMPONENT(i, &r->part[k])
            x[k][i] = wgi_check_beside(r, x[k][i], r->part[k].scale, 0.01 * side, 0, count++);
}

/* Steps of descent from x: each one reduces f, or is tried again with half the length. The first one
 * moves the point by 1 % of its length. */
static void go_down(wg_check *r, const wgi_check_target *t, double **x, double **g, double **next)
{
    double norm_x = 0, norm_g = 0, rate = 0;
    for (int step = 0; step < STEPS; step++) {
        const double f = wgi_check_try_value(r, t);
        if (wgi_check_is_stopped(r)) return;
        if (!t->gradient(t->self, g)) return;
        for (int k = 0; k < r->parts && !step; k++)
            EACH_COMPONENT(i, &r->part[k]) norm_x = hypot(norm_x, x[k][i]), norm_g = hypot(norm_g, g[k][i]);
        if (!step) rate = 0.01 * (norm_x > 0 ? norm_x : 1) / norm_g;
        for (int tries = 0; tries < STEPS && isfinite(rate); tries++, rate /= 2) {
            EACH_PART(k, r)
                EACH_COMPONENT(i, &r->part[k]) next[k][i] = x[k][i] - rate * g[k][i];
            set_point(r, t, next);
            if (wgi_check_try_value(r, t) < f) break;
        }
        if (!(wgi_check_try_value(r, t) < f)) return;
        copy(x, next, r);
    }
}

static void set_gradient(wg_check *r, double **g)
{
    EACH_PART(k, r) memcpy(r->part[k].analytic, g[k], (size_t)r->part[k].size * sizeof **g);
}

/* By part: the given point and the gradient there, another point and its gradient, and room for a third. */
typedef struct places {
    double **point, **analytic, **x, **g, **next;
} places;

static bool remember(wg_check *r, places *l)
{
    *l = (places){ lists(r), lists(r), lists(r), lists(r), lists(r) };
    for (int k = 0; k < r->parts && !wg_failed(r->c); k++) {
        memcpy(l->point[k], r->part[k].point, (size_t)r->part[k].size * sizeof **l->point);
        memcpy(l->analytic[k], r->part[k].analytic, (size_t)r->part[k].size * sizeof **l->analytic);
    }
    return !wg_failed(r->c);
}

/* A gradient that is wrong elsewhere, and the same there as at the given point, does not follow x. */
static void look_for_stale(wg_check *r, const places *l, wgi_point where)
{
    for (int j = 0; j < r->findings; j++) {
        wgi_finding *f = &r->finding[j];
        if (f->stage != WGI_STAGE_SLOPE || f->point != where || f->part < 0 || r->is_graph) continue;
        const size_t bytes = (size_t)r->part[f->part].size * sizeof(double);
        if (!memcmp(l->g[f->part], l->analytic[f->part], bytes) && f->shown.yours != 0)
            wgi_check_say(f->remedy, "yours is what it was at the given point: it does not follow %s",
                          r->part[f->part].shown.name);
    }
}

static void compare_elsewhere(wg_check *r, const wgi_check_target *t, const places *l, wgi_point where)
{
    copy(l->x, l->point, r);
    set_point(r, t, l->x);
    if (where == WGI_POINT_BELOW) go_down(r, t, l->x, l->g, l->next);
    else go_beside(r, where == WGI_POINT_BESIDE ? 1 : -1, l->x);
    set_point(r, t, l->x);
    r->at[where].why = "the gradient cannot be computed there";
    if (t->gradient(t->self, l->g)) set_gradient(r, l->g), compare_at(r, t, where);
    look_for_stale(r, l, where);
}

static void go_back(wg_check *r, const wgi_check_target *t, const places *l)
{
    set_point(r, t, l->point);
    set_gradient(r, l->analytic);
}

void wgi_check_points(wg_check *r, const wgi_check_target *t)
{
    places l;
    compare_at(r, t, WGI_POINT_GIVEN);
    if (*r->kink.text && t->gradient && slopes_left(r) >= DRAWS) wgi_check_sides(r, t);
    for (wgi_point p = WGI_POINT_BESIDE; p < WGI_POINTS && !t->gradient; p++)
        r->at[p].why = "the gradient is known at the given point alone";
    if (!t->gradient || !remember(r, &l)) return;
    for (wgi_point where = WGI_POINT_BESIDE; where < WGI_POINTS; where++) {
        if (wgi_check_is_stopped(r)) break;
        r->at[where].why = "not needed";
        bool is_open = false; /* on the other side only if a part has shown nothing yet */
        for (int k = 0; k < r->parts && !is_open; k++) {
            const wgi_check_part *in = &r->part[k];
            is_open = !in->shown.left_out && !is_decided(in, where) &&
                      (where != WGI_POINT_OTHER_SIDE || !(in->shown.resolution < INFINITY));
        }
        if (!is_open) continue;
        if (slopes_left(r) < DRAWS) {
            r->at[where].why = "too few evaluations are left";
            continue;
        }
        compare_elsewhere(r, t, &l, where);
    }
    go_back(r, t, &l);
}

/* Whether slopes at the given point have said what is to be said: all parts are seen there, or one is
 * wrong. */
static bool is_settled(const wg_check *r)
{
    const wg_check_point *here = &r->at[WGI_POINT_GIVEN];
    bool seen = !here->unclear;
    EACH_PART(k, r) {
        const double rest = r->part[k].shown.resolution;
        seen &= rest < WGI_CHECK_LIMIT || !(rest < INFINITY); /* infinite: left out, or zero as its slopes
                                                               * are */
    }
    return here->differ || seen;
}

const char *wgi_check_points_of_second(wg_check *r, const wgi_check_target *t)
{
    static const wgi_point sides[] = { WGI_POINT_BESIDE, WGI_POINT_OTHER_SIDE };
    places l;
    const bool is_at_kink = *r->kink.text;
    if (!is_at_kink) compare_at(r, t, WGI_POINT_GIVEN);
    if ((!is_at_kink && is_settled(r)) || !remember(r, &l)) return NULL;
    const char *why = wgi_check_limits(r, t);
    for (int j = 0; j < 2 && !why && !wgi_check_is_stopped(r); j++) {
        const wg_check_point *at = &r->at[sides[j]];
        compare_elsewhere(r, t, &l, sides[j]);
        if (!at->differ && (!at->clear || at->unclear)) why = "beside it the gradient has no slopes";
    }
    go_back(r, t, &l);
    return why;
}
