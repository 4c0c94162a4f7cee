/* axis.c: places on axes, ticks at round numbers, and the texts of numbers. */
#include "figure/figure_private.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- places ---- */

bool wgi_axis_shows(const wgi_axis *a, double v) { return wgi_is_shown(v) && (!a->logarithmic || v > 0); }

double wgi_axis_unit(const wgi_axis *a, double v)
{
    double low = a->low, high = a->high;
    if (a->logarithmic) v = log10(v), low = log10(low), high = log10(high);
    const double u = (v / 2 - low / 2) / (high / 2 - low / 2); /* halves: the difference cannot overflow */
    return a->reversed ? 1 - u : u;
}

double wgi_axis_value(const wgi_axis *a, double u)
{
    if (a->reversed) u = 1 - u;
    if (a->logarithmic) return pow(10, log10(a->low) + u * (log10(a->high) - log10(a->low)));
    return (1 - u) * a->low + u * a->high;
}

/* ---- texts ---- */

static void append(char *text, size_t size, const char *more)
{
    const size_t n = strlen(text), k = strlen(more);
    if (n + k < size) memcpy(text + n, more, k + 1);
}

static void put_power(char *text, size_t size, int e)
{
    static const char *const digit[] = { "⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹" };
    char plain[16];
    append(text, size, e < 0 ? "10⁻" : "10");
    snprintf(plain, sizeof plain, "%d", abs(e));
    for (const char *d = plain; *d; d++) append(text, size, digit[*d - '0']);
}

/* Cuts zeros at the end of a fraction. */
static void cut_zeros(char *s)
{
    char *end = s + strlen(s);
    if (!strchr(s, '.')) return;
    while (end[-1] == '0') *--end = 0;
    if (end[-1] == '.') *--end = 0;
}

void wgi_axis_number(char *text, size_t size, double v, int digits)
{
    char m[64];
    *text = 0;
    if (!isfinite(v)) {
        append(text, size, isnan(v) ? "NaN" : v < 0 ? "−∞" : "∞");
        return;
    }
    if (v < 0) append(text, size, "−");
    v = fabs(v);
    snprintf(m, sizeof m, "%.*e", digits - 1, v); /* rounds first: 9.9996 has the exponent 1 */
    const int e = v > 0 ? atoi(strchr(m, 'e') + 1) : 0;
    if (e < -3 || e >= 6) {
        *strchr(m, 'e') = 0;
        cut_zeros(m);
        if (strcmp(m, "1") != 0) append(text, size, m), append(text, size, "·");
        put_power(text, size, e);
        return;
    }
    snprintf(m, sizeof m, "%.*f", v == floor(v) ? 0 : digits - 1 - e > 0 ? digits - 1 - e : 0, v);
    cut_zeros(m);
    append(text, size, m);
}

/* The number at a tick: as many decimals as the step needs, so that equal steps look equal. */
static void linear_text(char *text, size_t size, double v, double step, double most)
{
    const int decimals = (int)ceil(-log10(step) - 1e-9);
    char m[64];
    if (most >= 1e6 || decimals > 5) {
        const int digits = v == 0 ? 1 : (int)floor(log10(fabs(v)) + 1e-12) + decimals + 1;
        wgi_axis_number(text, size, v, digits < 1 ? 1 : digits > 15 ? 15 : digits);
        return;
    }
    *text = 0;
    if (v < 0) append(text, size, "−");
    snprintf(m, sizeof m, "%.*f", decimals > 0 ? decimals : 0, fabs(v));
    append(text, size, m);
}

/* ---- ticks ---- */

double wgi_nice_step(double span, int count)
{
    const double raw = span / count, power = pow(10, floor(log10(raw))), m = raw / power;
    return (m < 1.5 ? 1 : m < 3.5 ? 2 : m < 7.5 ? 5 : 10) * power;
}

static void linear_ticks(wgi_axis *a, int count)
{
    const double span = a->high - a->low, most = fmax(fabs(a->low), fabs(a->high));
    double step = isfinite(span) ? wgi_nice_step(span, count) : most / 2;
    if (a->whole && step < 1) step = 1;
    while (step > 0 && span / step > WGI_TICKS - 2) step *= 2;
    if (!(step > most * 1e-14)) return; /* doubles do not tell the ticks apart */
    const double first = ceil(a->low / step - 1e-9);
    for (int i = 0; a->ticks < WGI_TICKS && (first + i) * step <= a->high + 1e-9 * step; i++) {
        const double v = (first + i) * step;
        linear_text(a->text[a->ticks], WGI_TICK_TEXT, fabs(v) < 1e-9 * step ? 0 : v, step, most);
        a->tick[a->ticks++] = v;
    }
}

/* With `power`, powers of ten are written as such, so that the ticks of an axis look alike. */
static void add_tick(wgi_axis *a, double v, int e, bool power)
{
    if (a->ticks == WGI_TICKS || v < a->low * (1 - 1e-9) || v > a->high * (1 + 1e-9)) return;
    char *text = a->text[a->ticks];
    *text = 0;
    if (power && e != 0 && e != 1) put_power(text, WGI_TICK_TEXT, e);
    else wgi_axis_number(text, WGI_TICK_TEXT, v, 3);
    a->tick[a->ticks++] = v;
}

static void add_minor(wgi_axis *a, double v)
{
    if (a->minors < WGI_MINORS && v > a->low && v < a->high) a->minor[a->minors++] = v;
}

/* Every so many powers of ten; with `between` also 2 and 5 times them. */
static void power_ticks(wgi_axis *a, int every, bool between)
{
    const int low = (int)floor(log10(a->low) + 1e-9), high = (int)ceil(log10(a->high) - 1e-9);
    const bool power = a->low < 9e-4 || a->high > 1.1e5;
    for (int e = low; e <= high; e++) {
        const double p = pow(10, e);
        if ((e % every + every) % every == 0) add_tick(a, p, e, power);
        else add_minor(a, p);
        for (int m = 2; m < 10 && every == 1 && high - low < 14; m++)
            if (between && (m == 2 || m == 5)) add_tick(a, m * p, e, false);
            else add_minor(a, m * p);
    }
}

/* Over less than one power of ten as on a linear axis. */
static void log_ticks(wgi_axis *a, int count)
{
    const double decades = log10(a->high) - log10(a->low);
    const int every = (int)ceil(decades / (count + 1) - 1e-9);
    if (decades < 0.7) linear_ticks(a, count);
    else power_ticks(a, every > 1 ? every : 1, decades < 3 && 3 * decades <= count);
}

/* Names of many places: every second, third, ... */
static void name_ticks(wgi_axis *a)
{
    const int every = a->names / WGI_TICKS + 1;
    for (int i = 0; i < a->names; i += every) {
        if (i < a->low || i > a->high) continue;
        a->text[a->ticks][0] = 0;
        a->tick[a->ticks++] = i;
    }
}

void wgi_axis_ticks(wgi_axis *a, int count)
{
    a->ticks = a->minors = 0;
    if (a->hidden) return;
    if (a->names) name_ticks(a);
    else if (a->logarithmic) log_ticks(a, count);
    else linear_ticks(a, count);
}

/* ---- the limits of a panel's axes, by its options, else by what its series show ---- */

typedef struct range {
    double low, high, least_positive;
    bool tight; /* a grid lies in it: no room at its ends */
    bool zero;  /* bars stand on 0 */
} range;

static void widen(range *r, double v)
{
    if (!wgi_is_shown(v)) return;
    r->low = fmin(r->low, v), r->high = fmax(r->high, v);
    if (v > 0) r->least_positive = fmin(r->least_positive, v);
}

static void see_points(const wg_series *s, range *x, range *y)
{
    for (int64_t i = 0; i < s->n; i++) {
        if (!wgi_is_shown(s->x[i]) || !wgi_is_shown(s->y[i])) continue;
        widen(x, s->x[i]), widen(y, s->y[i]);
        if (s->low) widen(y, s->low[i]);
    }
    y->zero |= s->kind == WG_SERIES_BARS;
}

static void see_histogram(wgi_pool *memory, const wg_series *s, range *x, range *y)
{
    wgi_bins b;
    if (!wgi_histogram(memory, s, &b)) return;
    widen(x, b.low), widen(x, b.high), widen(y, 0), widen(y, (double)b.most);
    y->zero = true;
}

static void see(wgi_pool *memory, const wg_series *s, range *x, range *y)
{
    switch (s->kind) {
    case WG_SERIES_HISTOGRAM: see_histogram(memory, s, x, y); break;
    case WGI_AT_X:
        if (s->n) widen(x, s->x[0]);
        break;
    case WGI_AT_Y:
        if (s->n) widen(y, s->y[0]);
        break;
    case WGI_IMAGE:
    case WGI_CONTOUR:
    case WGI_SURFACE:
        for (int e = 0; e < 2; e++) widen(x, s->grid->x[e]), widen(y, s->grid->y[e]);
        x->tight = y->tight = true;
        break;
    default: see_points(s, x, y);
    }
}

/* A bar is 0.8 wide, or 1 between the places of two bars. */
static void see_bars(const wg_panel *p, range *x)
{
    for (const wg_series *s = p->series; s; s = s->next)
        for (int64_t i = 0; s->kind == WG_SERIES_BARS && i < s->n; i++)
            widen(x, s->x[i] - 0.6), widen(x, s->x[i] + 0.6), x->tight = true;
}

static bool is_logarithmic(const wg_axis_opts *o, const range *r)
{
    if (o->names) return false;
    if (o->scale == WG_SCALE_AUTO) return r->low > 0 && isfinite(r->high) && r->high / r->low > 1000;
    return o->scale == WG_SCALE_LOG;
}

/* Room for a single value, and `share` of the span at both ends. */
static void add_room(wgi_axis *a, double share, bool low, bool high)
{
    if (a->logarithmic) {
        double l = log10(a->low), h = log10(a->high);
        if (h - l < 1e-9) l -= 0.5, h += 0.5;
        const double room = share * (h - l);
        if (low) a->low = fmax(pow(10, l - room), 1e-307);
        if (high) a->high = fmin(pow(10, h + room), 1e307);
        return;
    }
    const double least = fmax(fmax(fabs(a->low), fabs(a->high)) * 1e-12, 1e-290);
    if (a->high - a->low <= least) {
        const double half = a->low != 0 ? fabs(a->low) / 2 : 1;
        if (low) a->low -= half;
        if (high) a->high += half;
    }
    const double room = share * (a->high - a->low);
    if (low) a->low -= room;
    if (high) a->high += room;
}

static void find_axis(wgi_axis *a, const wg_axis_opts *o, const range *r, double share)
{
    const bool low = isnan(o->low), high = isnan(o->high);
    a->label = o->label, a->hidden = o->hidden, a->reversed = o->reversed;
    a->name = o->names, a->names = o->name_count;
    a->logarithmic = is_logarithmic(o, r);
    const double lowest = a->logarithmic ? r->least_positive : r->low;
    const bool any = lowest <= r->high;
    a->low = low ? (any ? lowest : a->logarithmic ? 0.1 : 0) : o->low;
    a->high = high ? (any ? r->high : 1) : o->high;
    if (!low && !(a->high > a->low)) a->high = a->logarithmic ? 10 * a->low : a->low + fmax(fabs(a->low), 1);
    if (!high && !(a->low < a->high))
        a->low = a->logarithmic ? a->high / 10 : a->high - fmax(fabs(a->high), 1);
    if (r->zero && !a->logarithmic && low && a->low >= 0) a->low = 0;
    if (r->zero && !a->logarithmic && high && a->high <= 0) a->high = 0;
    add_room(a, r->tight ? 0 : share, low && !(r->zero && a->low == 0), high && !(r->zero && a->high == 0));
}

/* Lines reach from side to side. Markers need room. */
static double x_room(const wg_panel *p)
{
    for (const wg_series *s = p->series; s; s = s->next)
        if (s->kind == WG_SERIES_POINTS || s->kind == WG_SERIES_PATH || s->o.marker) return 0.05;
    for (const wg_series *s = p->series; s; s = s->next)
        if (s->kind == WG_SERIES_HISTOGRAM) return 0.02;
    return 0;
}

void wgi_find_ranges(wgi_pool *memory, const wg_panel *p, wgi_axis *x, wgi_axis *y)
{
    range rx = { INFINITY, -INFINITY, INFINITY, false, false }, ry = rx;
    wg_axis_opts ox = p->o.x, oy = p->o.y;
    for (const wg_series *s = p->series; s; s = s->next) see(memory, s, &rx, &ry);
    see_bars(p, &rx);
    if (p->categories) ox.names = p->category, ox.name_count = p->categories;
    oy.reversed ^= p->matrix;
    find_axis(x, &ox, &rx, x_room(p));
    find_axis(y, &oy, &ry, 0.06);
    x->whole = y->whole = p->matrix;
    if (wgi_surface_of(p)) x->hidden = y->hidden = true, x->label = y->label = "";
}
