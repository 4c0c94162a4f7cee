/* sweep.c: the course's difference of one component at many steps. A large step is blamed for curvature, a
 * small one for rounding: with the slope that was measured, the error of each difference is known. */
#include "check/whole.h"

#include <stdlib.h>

/* Steps 10^-1 to 10^-15, PER in each power of ten. */
enum { PER = 4, FIRST = 1, LAST = 15, COUNT = PER * (LAST - FIRST) + 1 };

/* ---- which component ---- */

/* Reads the index after the name: "[3,7]". False: it is none of the part. */
static bool read_index(const char *s, const wgi_check_part *in, int64_t *at)
{
    *at = 0;
    for (int a = 0; a < in->shape.rank; a++) {
        char *end;
        if (*s != (a ? ',' : '[')) return false;
        const long long i = strtoll(s + 1, &end, 10);
        if (end == s + 1 || i < 0 || i >= in->shape.dim[a]) return false;
        *at = *at * in->shape.dim[a] + i, s = end;
    }
    return in->shape.rank ? !strcmp(s, "]") : !*s;
}

/* "W[3,7]"; "W": its worst component; "": the worst of all. */
static bool find_component(const wg_check *r, const char *text, int *part, int64_t *component)
{
    const size_t length = strcspn(text, "[");
    double most = -1;
    for (int k = 0; k < r->parts; k++) {
        const wgi_check_part *in = &r->part[k];
        int64_t row;
        if (in->left_out || (length && (strncmp(in->name, text, length) || in->name[length]))) continue;
        if (text[length]) {
            *part = k;
            return read_index(text + length, in, component);
        }
        if (wgi_check_most_off(r, in, &row, 1) != 1 || !(wgi_check_off(r, in, row) > most)) continue;
        most = wgi_check_off(r, in, row), *part = k, *component = row;
    }
    return most >= 0;
}

/* ---- differences ---- */

static double value_at(wg_check *r, const wgi_check_target *t, int k, int64_t i, double x)
{
    wgi_check_part *in = &r->part[k];
    in->x[i] = x;
    t->set(t->self, k);
    const double f = wgi_check_try_value(r, t);
    in->x[i] = in->point[i];
    t->set(t->self, k);
    return f;
}

/* Divides by the distance that rounding lets x move. */
static void difference(wg_check *r, const wgi_check_target *t, int k, int64_t i, int j)
{
    wg_check_sweep *s = &r->sweep;
    const double x = r->part[k].point[i], h = pow(10, -(double)(j + PER * FIRST) / PER), high = x + h,
                 low = x - h;
    double *step = (double *)(uintptr_t)s->step, *two = (double *)(uintptr_t)s->difference,
           *one = (double *)(uintptr_t)s->one_sided;
    const double f = value_at(r, t, k, i, high);
    step[j] = h;
    one[j] = (f - r->f) / (high - x);
    two[j] = (f - value_at(r, t, k, i, low)) / (high - low);
}

/* The error is c h^2 where the step is to blame. c: of the smallest step whose error is far above the noise,
 * if its neighbour says the same. NaN: no such step. */
static double truncation(const wg_check_sweep *s)
{
    static const double FAR = 30;
    double c = NAN;
    for (int j = 0; j + 1 < s->n; j++) {
        const double h = s->step[j], off = fabs(s->difference[j] - s->slope),
                     before =
                         j ? fabs(s->difference[j - 1] - s->slope) / (s->step[j - 1] * s->step[j - 1]) : NAN;
        const double here = off / (h * h);
        if (!(off > FAR * s->noise / (sqrt(2) * h)) || !(off > s->bar)) break;
        if (here < 1.5 * before && here > before / 1.5) c = here;
    }
    return c;
}

void wgi_check_sweep(wg_check *r, const wgi_check_target *t, const char *of)
{
    int k = 0;
    int64_t i = 0;
    char place[WGI_CHECK_TEXT];
    wgi_place p;
    wg_check_sweep *s = &r->sweep;
    if (!find_component(r, of, &k, &i)) return;
    double *list = wg_alloc(r->c, 3 * COUNT, sizeof *list);
    if (!list || !wgi_place_open(&p, r, t)) return;
    const wgi_compared c = wgi_place_component(&p, k, i);
    wgi_place_close(&p);
    wgi_check_place(&r->part[k], i, place);
    *s = (wg_check_sweep){ .input = k,
                           .component = i,
                           .place = wgi_check_keep(r, place),
                           .yours = r->part[k].analytic[i],
                           .slope = c.numeric,
                           .bar = c.bar,
                           .noise = r->noise,
                           .step = list,
                           .difference = list + COUNT,
                           .one_sided = list + 2 * COUNT };
    for (int j = 0; j < COUNT; j++) difference(r, t, k, i, j);
    s->n = COUNT;
    s->truncation = truncation(s);
}

wg_check_sweep wg_check_sweep_of(const wg_check *r)
{
    r = wgi_check_given(r);
    if (r->sweep.n) return r->sweep;
    return (wg_check_sweep){ .input = -1, .component = -1, .place = "" };
}
