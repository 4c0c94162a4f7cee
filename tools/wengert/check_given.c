/* check_given.c: check --grad NAME=VALUE compares a gradient from another program with the library's. What
 * rounding may do to a component is measured as for claims (claim_bars.c), in the precision that your
 * numbers show: if each is a float, or has at most nine digits, the other program may have computed in
 * f32. Numbers are taken to have six digits or more; that shorter ones agree in the digits that they have
 * is inconclusive. */
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "given.h"
#include "wengert/ops.h"

enum { FLOAT_DIGITS = 9, PRINTED = 6 };
/* Rounding explains a difference where autodiff's own gradient changes by as much from one number to the
 * next. If the difference is a larger share than this of the largest component, that change is a jump, and
 * nothing is decided. */
static const double JUMP = 0.01;

typedef struct verdict {
    const char *name, *given; /* given: the text of its value */
    wg_shape shape;
    double worst;  /* max |yours - library| / max |library| */
    double factor; /* yours / library if it is the same for every element, else NaN */
    int64_t index, wrong;
    double yours, library, bar; /* at index, the worst component */
    wg_verdict word;
    char why[200], hint[300];
} verdict;

/* ---- places and infinities ---- */

void check_place(wg_shape s, int64_t i, char *to, size_t room)
{
    int64_t index[WG_MAX_RANK];
    size_t n = 0;
    to[0] = 0;
    for (int k = s.rank - 1; k >= 0; i /= s.dim[k--]) index[k] = i % s.dim[k];
    for (int k = 0; k < s.rank; k++)
        n += (size_t)snprintf(to + n, room - n, "%s%lld", k ? "," : " at [", (long long)index[k]);
    if (s.rank) snprintf(to + n, room - n, "]");
}

static const char *word_of(double v) { return isnan(v) ? "NaN" : v > 0 ? "inf" : "-inf"; }

/* The first element that is not finite; -1: none. */
static int64_t find_infinite(const double *x, int64_t n)
{
    for (int64_t i = 0; i < n; i++)
        if (!isfinite(x[i])) return i;
    return -1;
}

/* False, with a verdict: the library's gradient is not finite (inconclusive), or only the other (fail). */
static bool both_finite(const given_pair *p, verdict *v)
{
    char at[150];
    int64_t theirs = find_infinite(p->yours, p->n), ours = find_infinite(p->library, p->n);
    if (theirs < 0 && ours < 0) return true;
    v->word = ours >= 0 ? WG_INCONCLUSIVE : WG_FAIL;
    v->worst = v->factor = NAN;
    check_place(p->shape, ours >= 0 ? ours : theirs, at, sizeof at);
    if (ours >= 0)
        snprintf(v->why, sizeof v->why, "autodiff's is %s%s: nothing to compare", word_of(p->library[ours]),
                 at);
    else snprintf(v->why, sizeof v->why, "yours is %s%s", word_of(p->yours[theirs]), at);
    return false;
}

/* ---- the precision of your numbers ---- */

/* Half a unit of the last of so many digits. */
static double half_unit(double v, int digits)
{
    return v != 0 ? 0.5 * pow(10, floor(log10(fabs(v))) + 1 - digits) : 0;
}

/* Scales the bars to the precision of the numbers, and adds the rounding by which they were printed.
 * Returns how many digits they have; 0: too many to tell. */
static int widen(const double *yours, int64_t n, wg_dtype t, double *bar)
{
    int digits = 1;
    bool floats = true;
    for (int64_t i = 0; i < n; i++) {
        const int d = digits_needed(yours[i]);
        digits = d > digits ? d : digits, floats &= (double)(float)yours[i] == yours[i];
    }
    const bool printed = !floats && digits <= FLOAT_DIGITS;
    for (int64_t i = 0; i < n; i++) {
        if ((floats || printed) && t == WG_F64) bar[i] *= FLT_EPSILON / DBL_EPSILON;
        if (printed) bar[i] += half_unit(yours[i], digits > PRINTED ? digits : PRINTED);
    }
    return printed ? digits : 0;
}

/* ---- the verdict ---- */

static double *numbers(model *m, const wg_tensor *t)
{
    const int64_t n = wg_shape_size(t->shape);
    double *x = wg_alloc(m->c, (size_t)n + 1, sizeof *x);
    for (int64_t i = 0; x && i < n; i++) x[i] = wg_tensor_item(t, i);
    return x;
}

/* digits: that yours have; 0: many. */
static void judge(const given_pair *p, int digits, verdict *v)
{
    double largest = 0, worst = 0, most = -1;
    int64_t beyond = 0;
    for (int64_t i = 0; i < p->n; i++) {
        const double off = fabs(p->yours[i] - p->library[i]);
        const bool wrong = !(off <= p->bar[i]);
        worst = fmax(worst, off), largest = fmax(largest, fabs(p->library[i]));
        if (wrong && off > most) most = off, v->index = i;
        v->wrong += wrong;
        beyond += wrong && !(digits && digits < PRINTED && off <= half_unit(p->yours[i], digits));
    }
    if (v->index >= 0)
        v->yours = p->yours[v->index], v->library = p->library[v->index], v->bar = p->bar[v->index];
    v->worst = largest > 0 ? worst / largest : worst > 0 ? INFINITY : 0;
    v->word = beyond ? WG_FAIL : v->wrong || v->worst > JUMP ? WG_INCONCLUSIVE : WG_PASS;
    if (v->word == WG_INCONCLUSIVE && !v->wrong)
        snprintf(v->why, sizeof v->why,
                 "autodiff's own gradient jumps by as much from this point to the next number, as at a kink");
    if (v->word != WG_INCONCLUSIVE || !v->wrong) return;
    snprintf(v->why, sizeof v->why, "yours has %d digit%s, and agrees in %s: give more", digits,
             digits == 1 ? "" : "s", digits == 1 ? "it" : "these");
}

/* Fills the pair for parameter x, whose gradient by the library is g. */
static bool read_pair(model *m, wg_node x, wg_node g, given_pair *p, double **bar)
{
    wg_tensor point, library;
    if (!model_value(m, x, &point) || !model_value(m, g, &library)) return false;
    *p = (given_pair){ .shape = library.shape, .n = wg_shape_size(library.shape) };
    p->point = numbers(m, &point), p->library = numbers(m, &library);
    p->bar = *bar = claim_bars(m, g, wg_mul_at(wg_node_site(x), wg_number(0), g)).both;
    return *bar && model_ok(m);
}

/* The parameter of --grad NAME=VALUE. */
static bool read_flag(model *m, const char *text, verdict *v, wg_node *x)
{
    name_list list;
    char *name = model_assignment(m, "grad", text, &v->given);
    if (!name || !model_names(m, "grad", name, &list)) return false;
    if (list.count != 1) return model_wrong(m, "--grad %s: one name was expected", name);
    v->name = name, *x = list.node[0];
    return true;
}

static bool one(model *m, wg_node x, wg_node g, verdict *v)
{
    const char *name = v->name;
    char a[120], b[120], hint[100];
    given_pair p;
    double *bar;
    wg_tensor yours = model_literal(m, "grad", name, v->given);
    if (!yours.data) return false;
    if (!read_pair(m, x, g, &p, &bar)) return false;
    p.yours = numbers(m, &yours);
    if (!p.yours) return model_ok(m);
    if (!wg_shape_equal(yours.shape, p.shape)) {
        for (int64_t i = 0; i < p.n; i++) bar[i] *= FLT_EPSILON / DBL_EPSILON;
        given_shape_hint(yours.shape, p.yours, &p, hint, sizeof hint);
        return model_fail(m, EXIT_TEXT, "--grad %s: yours has shape %s, %s has %s%s", name,
                          wg_shape_text(yours.shape, a, sizeof a), name, wg_shape_text(p.shape, b, sizeof b),
                          hint);
    }
    *v = (verdict){ .name = name, .given = v->given, .shape = p.shape, .index = -1, .factor = NAN };
    if (!both_finite(&p, v)) return true;
    judge(&p, widen(p.yours, p.n, wg_context_dtype(m->c), bar), v);
    if (v->word == WG_FAIL) given_hint(m, &p, &v->factor, v->hint, sizeof v->hint);
    return true;
}

/* ---- the report ---- */

static const json_row given_rows[] = { JSON_ROW(verdict, name),           JSON_ROW(verdict, shape),
                                       JSON_AS("verdict", verdict, word), JSON_AS("error", verdict, worst),
                                       JSON_ROW(verdict, factor),         JSON_ROW(verdict, index),
                                       JSON_ROW(verdict, yours),          JSON_ROW(verdict, library),
                                       JSON_AS("allowed", verdict, bar),  JSON_ROW(verdict, wrong),
                                       JSON_AS("reason", verdict, why),   JSON_ROW(verdict, hint) };

static void print_json(const verdict *v, int n, wg_verdict all)
{
    json j = json_start(stdout);
    json_text(&j, "verdict", wg_verdict_name(all));
    json_array(&j, "given");
    for (int i = 0; i < n; i++) json_record(&j, NULL, given_rows, &v[i]);
    json_finish(&j);
}

static void print_text(const verdict *v)
{
    static const char *const words[] = { "pass", "FAIL", "inconclusive" };
    char shape[120];
    printf("  %-8s %-10s ", v->name, wg_shape_text(v->shape, shape, sizeof shape));
    if (isnan(v->worst)) {
        printf("%s   %s\n", v->why, words[v->word]);
        return;
    }
    printf("yours against autodiff: %.1e of the largest component   %s%s%s\n", v->worst, words[v->word],
           *v->why ? ": " : "", v->why);
    if (v->word != WG_FAIL) return;
    char place[150];
    check_place(v->shape, v->index, place, sizeof place);
    printf("           %lld of %lld components differ, most%s: yours %.10g, autodiff %.10g, where rounding "
           "explains "
           "%.0e\n",
           (long long)v->wrong, (long long)wg_shape_size(v->shape), place, v->yours, v->library, v->bar);
    if (!isnan(v->factor))
        printf("           yours/autodiff = %.6g everywhere%s%s\n", v->factor, *v->hint ? ": " : "", v->hint);
    else if (*v->hint) printf("           %s\n", v->hint);
}

int check_given(model *m)
{
    const size_t most = (size_t)m->a->given_count + 1;
    verdict *v = wg_alloc(m->c, most, sizeof *v);
    wg_node *x = wg_alloc(m->c, most, sizeof *x), *g = wg_alloc(m->c, most, sizeof *g);
    wg_verdict all = WG_PASS;
    const char *text;
    check_target of = { 0 };
    int n = 0;
    if (!v || !x || !g || !check_loss(m, &of))
        return m->status || !model_ok(m) ? m->status : tool_fail(m->a, EXIT_TEXT, "%s is no float", of.name);
    for (int i = 0; (text = args_next(m->a, "grad", &i)); n++)
        if (!read_flag(m, text, &v[n], &x[n])) return m->status;
    wg_grads_at(wg_inside(wg_node_site(of.loss)), of.loss, x, n, g);
    if (!model_ok(m)) return m->status;
    model_keep(g, n);
    for (int i = 0; i < n; i++) {
        if (!one(m, x[i], g[i], &v[i])) return m->status;
        all = check_worst(all, v[i].word);
    }
    if (m->a->json) print_json(v, n, all);
    for (int i = 0; i < n && !m->a->json; i++) print_text(&v[i]);
    return check_exit(all);
}
