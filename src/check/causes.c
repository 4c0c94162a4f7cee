/* causes.c: of a function: what is wrong with a gradient that fails. Each cause predicts the slopes of the
 * wrong components from the gradient, at the given point and at one beside it, 1 % away. One that holds at
 * both is said:
 *
 *     a factor is missing, or too much: 2, n, pi, 180/pi, ln 10, f, the component itself, another component,
 *     the
 *         norm of an argument
 *     a term is missing: a multiple of the component, of its sign, a number
 *     the components of two arguments, two components, or all in turn, stand at each other's place
 *     only some are wrong: those of a row, the last one, every second one, those from an index on
 *
 * The second point takes four evaluations for each of a few components. */
#include "check/check_private.h"

#include <float.h>

enum { HERE, BESIDE, PLACES, MOST = 6, FEW = 64, MOST_CASES = 500 };

/* Component i at one of the places. */
typedef struct sample {
    int64_t i;
    double x, yours, numeric, bar;
} sample;

/* of: the wrong components of a part; at: all numbers of x; g: of the gradient. */
typedef struct causes {
    wg_check *r;
    const wgi_check_target *t;
    wgi_check_part *in; /* the part that is looked at */
    double **at[PLACES], **g[PLACES];
    double f[PLACES];
    sample of[PLACES][MOST];
    int samples;
    int64_t wrong;           /* components; more than samples, perhaps */
    unsigned char *is_wrong; /* by component: 1: wrong, 2: right, 0: not known */
} causes;

/* ---- the second point ---- */

static double **lists(wg_check *r)
{
    double **all = wg_alloc(r->c, (size_t)r->parts, sizeof *all);
    for (int k = 0; all && k < r->parts; k++) all[k] = wgi_check_doubles(r, r->part[k].size);
    return wg_failed(r->c) ? NULL : all;
}

static void free_lists(wg_check *r, double **l)
{
    for (int k = 0; l && k < r->parts; k++) wg_free(r->c, l[k]);
    wg_free(r->c, l);
}

/* x at one of the places. */
static void go(const causes *q, int place)
{
    for (int k = 0; k < q->r->parts; k++) {
        const wgi_check_part *in = &q->r->part[k];
        if (in->size) memcpy(in->x, q->at[place][k], (size_t)in->size * sizeof *in->x);
        q->t->set(q->t->self, k);
    }
}

/* The difference over a step h to each side of component i of part k. */
static double difference(const causes *q, int k, int64_t i, double h)
{
    double *x = &q->in->x[i], f[2];
    const double from = *x;
    for (int side = 0; side < 2; side++) {
        *x = side ? from + h : from - h;
        q->t->set(q->t->self, k);
        f[side] = wgi_check_try_value(q->r, q->t);
    }
    *x = from;
    q->t->set(q->t->self, k);
    return (f[1] - f[0]) / (2 * h);
}

/* The slope by component i beside the point, with a bar: of two steps, or where these differ much, of shorter
 * ones. NaN: f has no value there. */
static double slope_of(const causes *q, int64_t i, double *bar)
{
    static const double H[2] = { 0x1p-9, 0x1p-14 }, POOR = 1e-7;
    const int k = (int)(q->in - q->r->part);
    const double x = q->in->x[i], scale = x != 0 ? fabs(x) : q->in->scale,
                 noise = fmax(q->r->noise, DBL_EPSILON * fabs(q->f[BESIDE]));
    double slope = NAN;
    *bar = INFINITY;
    for (int j = 0; j < 2 && !(*bar <= POOR * fabs(slope)); j++) {
        const double h = H[j] * scale, far = difference(q, k, i, h), near = difference(q, k, i, h / 4),
                     off = fabs(near - far) / 15 + 32 * noise / h;
        if (off < *bar) slope = near + (near - far) / 15, *bar = off;
    }
    return slope;
}

/* Fills in the point beside, f and its gradient there. */
static bool open_places(causes *q)
{
    wg_check *r = q->r;
    uint64_t count = 0;
    for (int p = 0; p < PLACES; p++) q->at[p] = lists(r), q->g[p] = lists(r);
    if (wg_failed(r->c)) return false;
    EACH_PART(k, r) {
        const wgi_check_part *in = &r->part[k];
        EACH_COMPONENT(i, in) {
            q->at[HERE][k][i] = in->point[i], q->g[HERE][k][i] = in->analytic[i];
            q->at[BESIDE][k][i] = wgi_check_beside(r, in->point[i], in->scale, 0.01, 3, count++);
        }
    }
    go(q, BESIDE);
    q->f[HERE] = r->f, q->f[BESIDE] = wgi_check_try_value(r, q->t);
    return q->t->gradient(q->t->self, q->g[BESIDE]) && isfinite(q->f[BESIDE]);
}

static void close_places(causes *q)
{
    if (q->at[HERE] && !wg_failed(q->r->c)) go(q, HERE);
    for (int p = 0; p < PLACES; p++) free_lists(q->r, q->at[p]), free_lists(q->r, q->g[p]);
}

/* A difference of a small share is that of a solver that stops early, of f32, of a constant. */
static bool is_large(const causes *q)
{
    static const double SMALL = 1e-3;
    double most = 0;
    for (int j = 0; j < q->samples; j++) {
        const sample *s = &q->of[HERE][j];
        most = fmax(most, fabs(s->yours - s->numeric) / fmax(fabs(s->yours), fabs(s->numeric)));
    }
    return most > SMALL;
}

/* The wrong components that differ most, and whether each is wrong. */
static bool open_part(causes *q)
{
    wgi_check_part *in = q->in;
    int64_t row[MOST];
    const int k = (int)(in - q->r->part), rows = wgi_check_most_off(q->r, in, row, MOST);
    q->samples = 0, q->wrong = 0;
    q->is_wrong = wg_alloc(q->r->c, (size_t)in->size, 1);
    for (int64_t i = 0; q->is_wrong && i < in->size; i++) {
        const wgi_compared c = wgi_check_known(q->r, in, i);
        q->is_wrong[i] = isnan(c.numeric) ? 0 : c.differ ? 1 : 2, q->wrong += q->is_wrong[i] == 1;
    }
    for (int j = 0; q->is_wrong && j < rows; j++) {
        const int64_t i = row[j];
        if (q->is_wrong[i] != 1 || wgi_check_is_at_kink(in, i)) continue;
        const wgi_compared c = wgi_check_known(q->r, in, i);
        double bar;
        const double slope = slope_of(q, i, &bar);
        if (!isfinite(slope) || !isfinite(q->g[BESIDE][k][i])) continue;
        q->of[HERE][q->samples] = (sample){ i, q->at[HERE][k][i], c.yours, c.numeric, c.bar };
        q->of[BESIDE][q->samples++] = (sample){ i, q->at[BESIDE][k][i], q->g[BESIDE][k][i], slope, bar };
    }
    return q->samples && is_large(q);
}

/* ---- what holds ---- */

static bool is_number(double predicted, const sample *s, double size)
{
    static const double SEEN = 1e-4;
    const double bar = WGI_BEYOND * s->bar * (1 + size) + 1e-9 * fabs(s->numeric);
    return fabs(predicted - s->numeric) <= bar && bar <= SEEN * fabs(s->numeric);
}

/* A factor of yours: `value` computes it at a place, perhaps another one for each component, from those of
 * the other members that it reads. */
typedef struct factor factor;
struct factor {
    double (*value)(const causes *q, const factor *f, int place, const sample *s);
    int part;
    int64_t element;
    int power;
    double number;
    char name[160];
};

static bool holds(const causes *q, const factor *f, double more, bool divide)
{
    for (int p = 0; p < PLACES; p++)
        for (int j = 0; j < q->samples; j++) {
            const sample *s = &q->of[p][j];
            const double v = more * f->value(q, f, p, s), by = divide ? 1 / v : v;
            if (!isfinite(by) || !is_number(by * s->yours, s, fabs(by))) return false;
        }
    return true;
}

static const char BOTH[] = "here and 1 % away";

/* Yours is right times the factor, divided by it, or either with a 2, or with the other sign. */
static bool try_factor(causes *q, const factor *f)
{
    static const double more[] = { 1, 2, 0.5, -1 };
    static const char *const text[] = { "", "2 ", "half of ", "-" };
    for (int j = 0; j < 4; j++)
        for (int divide = 0; divide < 2; divide++)
            if (holds(q, f, more[j], divide))
                return wgi_check_say(q->in->hint, "%s %s %s%s is right, %s", wgi_check_whose(q->r),
                                     divide ? "divided by" : "times", text[j], f->name, BOTH);
    return false;
}

static double power_of(double v, int power)
{
    double p = 1;
    for (int j = 0; j < power; j++) p *= v;
    return p;
}

static double value_number(const causes *q, const factor *f, int place, const sample *s)
{
    return (void)q, (void)place, (void)s, f->number;
}
static double value_f(const causes *q, const factor *f, int place, const sample *s)
{
    return (void)s, power_of(q->f[place], f->power);
}
static double value_own(const causes *q, const factor *f, int place, const sample *s)
{
    return (void)q, (void)place, power_of(s->x, f->power);
}
static double value_element(const causes *q, const factor *f, int place, const sample *s)
{
    return (void)s, q->at[place][f->part][f->element];
}
static double value_norm(const causes *q, const factor *f, int place, const sample *s)
{
    const double *x = q->at[place][f->part];
    double sum = 0;
    for (int64_t i = 0; i < q->r->part[f->part].size; i++) sum += x[i] * x[i];
    return (void)s, power_of(sqrt(sum), f->power);
}

/* ---- factors ---- */

/* ", the number of rows of X": a size that the arguments have. */
static void name_count(const causes *q, double n, char to[WGI_CHECK_TEXT])
{
    to[0] = 0;
    for (int k = 0; k < q->r->parts && !to[0]; k++) {
        const wgi_check_part *in = &q->r->part[k];
        if ((double)in->size == n) wgi_check_say(to, ", the number of components of %.60s", in->shown.name);
        for (int a = 0; a < in->shown.shape.rank && !to[0] && in->shown.shape.rank > 1; a++)
            if ((double)in->shown.shape.dim[a] == n)
                wgi_check_say(to, ", the size of axis %d of %.60s", a, in->shown.name);
    }
}

/* A whole number of 3 or more, as of terms whose mean was taken. */
static bool try_count(causes *q)
{
    const sample *s = &q->of[HERE][0];
    char name[WGI_CHECK_TEXT];
    for (int divide = 0; divide < 2; divide++) {
        const double by = fabs(divide ? s->yours / s->numeric : s->numeric / s->yours), n = round(by);
        if (!(n >= 3 && n < 1e9) || !(fabs(by - n) < 1e-6 * n)) continue;
        if (!holds(q, &(factor){ .value = value_number, .number = n }, 1, divide)) continue;
        name_count(q, n, name);
        return wgi_check_say(q->in->hint, "%s %s %.0f%s is right, %s, as where f takes the %s over %.0f",
                             wgi_check_whose(q->r), divide ? "divided by" : "times", n, name, BOTH,
                             divide ? "mean" : "sum", n);
    }
    return false;
}

static bool try_constants(causes *q)
{
    static const struct {
        const char *name;
        double number;
    } constant[] = { { "pi", 3.14159265358979323846 },        { "2 pi", 6.28318530717958647692 },
                     { "180/pi", 57.2957795130823208768 },    { "ln 10", 2.30258509299404568402 },
                     { "ln 2", 0.69314718055994530942 },      { "sqrt(2)", 1.41421356237309504880 },
                     { "sqrt(2 pi)", 2.50662827463100050242 } };
    for (size_t j = 0; j < sizeof constant / sizeof *constant; j++) {
        factor f = { .value = value_number, .number = constant[j].number };
        snprintf(f.name, sizeof f.name, "%s", constant[j].name);
        if (try_factor(q, &f)) return true;
    }
    return false;
}

/* Powers of f, of the component itself, of the norm of an argument. */
static bool try_powers(causes *q)
{
    static const char *const power[] = { "", "", "^2", "^3", "^4" };
    for (int n = 1; n <= 4; n++) {
        factor f = { .value = value_f, .power = n };
        snprintf(f.name, sizeof f.name, n == 1 ? "f itself" : "f%s", power[n]);
        if (n <= 2 && try_factor(q, &f)) return true;
        f.value = value_own;
        snprintf(f.name, sizeof f.name, "%.60s[i]%s, the component itself,", q->in->shown.name, power[n]);
        if (n <= 2 && try_factor(q, &f)) return true;
        f.value = value_norm;
        for (f.part = 0; f.part < q->r->parts; f.part++) {
            const char *name = q->r->part[f.part].shown.name;
            if (n == 2) snprintf(f.name, sizeof f.name, "the sum of the squares of %.50s", name);
            else snprintf(f.name, sizeof f.name, "the norm of %.50s%s", name, power[n]);
            if (try_factor(q, &f)) return true;
        }
    }
    return false;
}

/* Another component, the same for all. */
static bool try_elements(causes *q)
{
    int64_t all = 0;
    char place[WGI_CHECK_TEXT];
    for (int k = 0; k < q->r->parts; k++) all += q->r->part[k].size;
    for (int k = 0; k < q->r->parts && all <= FEW; k++)
        EACH_COMPONENT(i, &q->r->part[k]) {
            factor f = { .value = value_element, .part = k, .element = i };
            snprintf(f.name, sizeof f.name, "%.120s", wgi_check_place(&q->r->part[k], i, place));
            if (try_factor(q, &f)) return true;
        }
    return false;
}

/* ---- terms ---- */

enum { OWN, SIGN, NUMBER, TERMS };

static double term_of(int kind, double x) { return kind == OWN ? x : kind == SIGN ? (x > 0) - (x < 0) : 1; }

/* Whether what yours lacks is the same multiple of a term in each sample. */
static bool is_term(const causes *q, int kind, double by)
{
    for (int p = 0; p < PLACES; p++)
        for (int j = 0; j < q->samples; j++) {
            const sample *s = &q->of[p][j];
            const double lacks = s->numeric - s->yours, term = by * term_of(kind, s->x),
                         bar = WGI_BEYOND * s->bar + 1e-9 * fabs(s->numeric);
            if (!(fabs(lacks - term) <= bar) || !(bar <= 1e-3 * fabs(lacks))) return false;
        }
    return true;
}

static bool try_terms(causes *q)
{
    char what[WGI_CHECK_TEXT];
    const char *name = q->in->shown.name;
    const sample *s = &q->of[HERE][0];
    for (int kind = 0; kind < TERMS && q->samples > 1; kind++) {
        const double by = (s->numeric - s->yours) / term_of(kind, s->x);
        if (!isfinite(by) || !is_term(q, kind, by)) continue;
        if (kind == NUMBER) snprintf(what, sizeof what, ", a number");
        else snprintf(what, sizeof what, "%s %.60s[i]", kind == SIGN ? " times the sign of" : "", name);
        return wgi_check_say(q->in->hint, "a term is %s: %.6g%.80s, %s", by > 0 ? "missing" : "too much",
                             fabs(by), what, BOTH);
    }
    return false;
}

/* ---- places ---- */

/* Whether the slope by component i of part k is what yours gives to component j of part m, in all samples of
 * k. */
static bool stands_at(const causes *q, int m, int64_t (*other)(const causes *q, int64_t i))
{
    for (int p = 0; p < PLACES; p++)
        for (int s = 0; s < q->samples; s++) {
            const int64_t j = other(q, q->of[p][s].i);
            if (j < 0 || !is_number(q->g[p][m][j], &q->of[p][s], 1)) return false;
        }
    return true;
}

static int64_t same(const causes *q, int64_t i) { return (void)q, i; }
static int64_t next(const causes *q, int64_t i) { return (i + 1) % q->in->size; }
static int64_t previous(const causes *q, int64_t i) { return (i + q->in->size - 1) % q->in->size; }
static int64_t mirrored(const causes *q, int64_t i) { return q->in->size - 1 - i; }

static bool try_parts(causes *q)
{
    for (int m = 0; m < q->r->parts; m++) {
        const wgi_check_part *other = &q->r->part[m];
        if (other == q->in || !wg_shape_equal(other->shown.shape, q->in->shown.shape) ||
            !stands_at(q, m, same))
            continue;
        return wgi_check_say(q->in->hint, "%s by %.60s and by %.60s are exchanged, %s", wgi_check_whose(q->r),
                             q->in->shown.name, other->shown.name, BOTH);
    }
    return false;
}

static bool try_places(causes *q)
{
    static const struct {
        int64_t (*other)(const causes *q, int64_t i);
        const char *text;
    } way[] = { { next, "shifted by one place: each component stands at the place of the next" },
                { previous, "shifted by one place: each component stands at the place of the one before" },
                { mirrored, "in the reverse order: the first component stands at the last place" } };
    const int k = (int)(q->in - q->r->part);
    char one[WGI_CHECK_TEXT], other[WGI_CHECK_TEXT];
    for (int j = 0; j < 3 && q->samples > 2; j++)
        if (stands_at(q, k, way[j].other))
            return wgi_check_say(q->in->hint, "%s is %s, %s", wgi_check_whose(q->r), way[j].text, BOTH);
    if (q->samples != 2 || q->wrong != 2) return false;
    const sample *s = q->of[HERE], *t = q->of[BESIDE];
    for (int j = 0; j < 2; j++)
        if (!is_number(s[1 - j].yours, &s[j], 1) || !is_number(t[1 - j].yours, &t[j], 1)) return false;
    return wgi_check_say(q->in->hint, "%.60s and %.60s are exchanged, %s",
                         wgi_check_place(q->in, s[0].i, one), wgi_check_place(q->in, s[1].i, other), BOTH);
}

/* ---- which ones ---- */

/* Along axis d of the shape: the index of element i. */
static int64_t index_of(wg_shape s, int d, int64_t i)
{
    int64_t stride = 1;
    for (int a = d + 1; a < s.rank; a++) stride *= s.dim[a];
    return i / stride % s.dim[d];
}

bool wgi_check_one_index(wg_shape s, const unsigned char wrong[], char to[WGI_CHECK_TEXT])
{
    const int64_t n = wg_shape_size(s);
    int64_t count = 0;
    for (int64_t i = 0; i < n; i++) count += wrong[i] == 1;
    for (int d = 0; d < s.rank; d++) {
        int64_t index = -1, at = 0;
        for (int64_t i = 0; i < n; i++)
            if (wrong[i] == 1) index = index_of(s, d, i);
        for (int64_t i = 0; i < n; i++) at += wrong[i] == 1 && index_of(s, d, i) == index;
        if (at != count || !count || s.dim[d] < 2) continue;
        if (count != n / s.dim[d] && s.rank < 2) continue;
        return wgi_check_say(to, "only index %lld of axis %d is wrong%s%s", (long long)index, d,
                             index == s.dim[d] - 1 ? ", the last one"
                             : index               ? ""
                                                   : ", the first one",
                             count == n / s.dim[d] ? "" : ", and not all of it");
    }
    return false;
}

/* Whether component i is wrong, as its slope says at a look. */
static bool is_wrong_at_a_look(causes *q, int64_t i)
{
    const int k = (int)(q->in - q->r->part);
    double bar;
    const double slope = slope_of(q, i, &bar);
    q->is_wrong[i] = fabs(slope - q->g[BESIDE][k][i]) > WGI_BEYOND * bar ? 1 : 2;
    return q->is_wrong[i] == 1;
}

/* All from an index on, or all up to one. Those between the nearest that are known are looked at by
 * halving. */
static bool from_an_index_on(causes *q, char to[WGI_CHECK_TEXT])
{
    const wgi_check_part *in = q->in;
    char place[WGI_CHECK_TEXT];
    for (int upper = 1; upper >= 0; upper--) {
        int64_t first = in->size, last = -1; /* of the upper ones; of the lower ones */
        for (int64_t i = in->size - 1; i >= 0; i--)
            if (q->is_wrong[i] == (upper ? 1 : 2)) first = i;
        EACH_COMPONENT(i, in)
            if (q->is_wrong[i] == (upper ? 2 : 1)) last = i;
        if (last < 0 || first >= in->size || last > first) continue;
        while (first - last > 1) {
            const int64_t middle = last + (first - last) / 2;
            if (is_wrong_at_a_look(q, middle) == (upper != 0)) first = middle;
            else last = middle;
        }
        if (upper && first == in->size - 1)
            return wgi_check_say(to, "only %.100s is wrong, the last one", wgi_check_place(in, first, place));
        if (!upper && !last)
            return wgi_check_say(to, "only %.100s is wrong, the first one", wgi_check_place(in, 0, place));
        return wgi_check_say(to, upper ? "wrong from %.100s on" : "wrong up to %.100s",
                             wgi_check_place(in, upper ? first : last, place));
    }
    return false;
}

static bool every_second(const causes *q, char to[WGI_CHECK_TEXT])
{
    int64_t n[2][3] = { { 0 } };
    for (int64_t i = 0; i < q->in->size; i++) n[i & 1][q->is_wrong[i]]++;
    for (int odd = 0; odd < 2; odd++)
        if (n[odd][1] > 1 && !n[!odd][1] && n[!odd][2] > 1 && n[odd][1] > n[odd][2])
            return wgi_check_say(to, "only every second one is wrong, those at %s places",
                                 odd ? "odd" : "even");
    return false;
}

static void add_pattern(causes *q)
{
    char which[WGI_CHECK_TEXT], before[WGI_CHECK_TEXT];
    bool some = false, all = true;
    for (int64_t i = 0; i < q->in->size; i++) some |= q->is_wrong[i] == 2, all &= q->is_wrong[i] != 0;
    if (!some || q->in->size < 3) return;
    if (!(all && q->in->shown.shape.rank > 1 &&
          wgi_check_one_index(q->in->shown.shape, q->is_wrong, which)) &&
        !from_an_index_on(q, which) && !(all && every_second(q, which)))
        return;
    memcpy(before, q->in->hint, sizeof before);
    wgi_check_say(q->in->hint, "%.120s%s%.100s", before, *before ? "; " : "", which);
}

/* ---- all ---- */

/* The factor that was found at the given point is another one beside it. */
static void say_here_alone(causes *q)
{
    const sample *s = q->of[HERE], *t = q->of[BESIDE];
    const double here = s->numeric / s->yours, there = t->numeric / t->yours;
    const double bar = WGI_BEYOND * (s->bar / fabs(s->yours) + t->bar / fabs(t->yours));
    bool same = q->samples > 1;
    for (int j = 0; j < q->samples; j++)
        same &= fabs(there * t[j].yours - t[j].numeric) <= WGI_BEYOND * (1 + fabs(there)) * t[j].bar;
    if (fabs(here - there) <= bar) return;
    q->in->hint[0] = 0;
    if (same)
        wgi_check_say(q->in->hint,
                      "the numeric is %.6g times %s here, and %.6g times 1 %% away: a factor is "
                      "missing that depends on %s",
                      here, wgi_check_whose(q->r), there,
                      q->r->parts > 1 ? "the arguments" : q->in->shown.name);
}

static void look_at(causes *q)
{
    char *hint = q->in->hint;
    const bool zero = strstr(hint, " is zero"), turned = strstr(hint, "transpose");
    if (!open_part(q)) return;
    const factor two = { .value = value_number, .number = 1, .name = "1" };
    bool said = zero || turned;
    for (int j = 0; !said && j < 2; j++) /* the sign, and 2, are said as they were: they hold beside, too */
        said = (strstr(hint, "sign") && holds(q, &two, -1, false)) ||
               (strstr(hint, "factor 2") && holds(q, &two, j ? 2 : 0.5, false));
    if (!said && !try_parts(q) && !try_count(q) && !try_constants(q) && !try_factor(q, &two) &&
        !try_powers(q) && !try_elements(q) && !try_terms(q) && !try_places(q) && *hint)
        say_here_alone(q);
    add_pattern(q);
}

void wgi_check_causes(wg_check *r, const wgi_check_target *t)
{
    causes q = { .r = r, .t = t };
    const bool is_function = wg_is_none(t->root) && t->gradient && !r->is_graph;
    bool any = false;
    EACH_PART(k, r) any |= r->part[k].shown.wrong > 0;
    if (!is_function || !any || r->by_course || r->at_kink[0] || wgi_check_left(r) < WGI_ONE) return;
    wgi_check_at_stage(r, "causes", 0);
    if (wgi_check_go_on(r) && open_places(&q))
        for (int k = 0; k < r->parts && wgi_check_go_on(r); k++) {
            q.in = &r->part[k];
            if (q.in->shown.wrong && !q.in->shown.left_out) look_at(&q);
            wg_free(r->c, q.is_wrong), q.is_wrong = NULL;
        }
    close_places(&q);
    wgi_check_recover(r);
}
