/* data_generate.c: generated data sets, by name. Row i depends on the seed and on i alone, and has the same
 * bits on every machine. */
#include "data/dataset.h"
#include "kernel/vdouble.h"
#include "wengert/op.h"
#include "wgx/base.h"
#include "wgx/data.h"

#include <math.h>
#include <string.h>

typedef struct source {
    uint64_t seed;
    const char *name; /* of the stream of draws */
    int64_t n, classes;
    double noise;
} source;

enum { FEATURES = 4 };
typedef struct point {
    double x[FEATURES], y; /* y: a value, or the number of the class */
} point;

typedef struct kind {
    const char *name, *stream, *about;
    int features; /* 0: x has one axis */
    int64_t rows;
    double noise;
    int64_t classes, most_classes; /* 0: y is a float */
    point (*make)(const source *s, int64_t i);
} kind;

static const double pi = 3.14159265358979323846;

/* ---- draws ---- */

/* Draw k of row i, in the open interval (0, 1). Neither 0 nor 1 occurs, so the logarithm is finite. */
static double uniform(const source *s, int64_t i, int k)
{
    return ((double)(wgi_draw(s->seed, s->name, (uint64_t)k, (uint64_t)i) >> 11) + 0.5) * 0x1p-53;
}

static double normal(const source *s, int64_t i, int k)
{
    return wg_box_muller(uniform(s, i, 2 * k), uniform(s, i, 2 * k + 1));
}

/* A point of a plane, moved by the noise of draws k and k + 1. */
static point moved(const source *s, int64_t i, int k, double x0, double x1, int64_t class)
{
    return (point){ { x0 + s->noise * normal(s, i, k), x1 + s->noise * normal(s, i, k + 1) }, (double)class };
}

/* ---- rows of classes: those of class 0 come first, then those of class 1, ... ---- */

/* Where the rows of a class begin. The first classes have one row more if n is no multiple. */
static int64_t first_of(const source *s, int64_t class)
{
    const int64_t more = s->n % s->classes;
    return class * (s->n / s->classes) + (class < more ? class : more);
}

static int64_t class_of(const source *s, int64_t i)
{
    int64_t class = i / (s->n / s->classes + 1);
    while (class + 1 < s->classes && first_of(s, class + 1) <= i) class ++;
    return class;
}

/* The position of row i among the rows of its class, from 0 for the first to 1 for the last. */
static double along(const source *s, int64_t i)
{
    const int64_t class = class_of(s, i), first = first_of(s, class), n = first_of(s, class + 1) - first;
    return n > 1 ? (double)(i - first) / (double)(n - 1) : 0;
}

/* ---- the sets ---- */

/* r = 4 sin 4 theta. Each class has the petals of one half turn. The half turn is 3.12 instead of pi, as in
 * the course. */
static point flower(const source *s, int64_t i)
{
    const int64_t class = class_of(s, i);
    const double theta = 3.12 * ((double)class + along(s, i)) + s->noise * normal(s, i, 0),
                 r = 4 * vm_sin(4 * theta) + s->noise * normal(s, i, 1);
    return (point){ { r * vm_sin(theta), r * vm_cos(theta) }, (double)class };
}

/* Two half circles of radius 1. One end of each lies inside the other. */
static point moons(const source *s, int64_t i)
{
    const int64_t class = class_of(s, i);
    const double t = pi * along(s, i), x0 = class ? 1 - vm_cos(t) : vm_cos(t),
                 x1 = class ? 0.5 - vm_sin(t) : vm_sin(t);
    return moved(s, i, 0, x0, x1, class);
}

/* The square from -1 to 1. The rows go through the four quadrants in turn. Class 1 is where the signs
 * differ, without the noise. */
static point square(const source *s, int64_t i)
{
    const double x0 = uniform(s, i, 0), x1 = uniform(s, i, 1);
    return moved(s, i, 1, i & 1 ? -x0 : x0, i & 2 ? -x1 : x1, (i & 1) != (i >> 1 & 1));
}

/* Circles around 0 with the radii 1 and 1/2. */
static point circles(const source *s, int64_t i)
{
    const int64_t class = class_of(s, i);
    const double t = 2 * pi * uniform(s, i, 8), r = class ? 0.5 : 1;
    return moved(s, i, 0, r * vm_cos(t), r * vm_sin(t), class);
}

/* Normal noise around points that stand evenly on a circle of radius 2. */
static point blobs(const source *s, int64_t i)
{
    const int64_t class = class_of(s, i);
    const double t = 2 * pi * (double)class / (double)s->classes;
    return moved(s, i, 0, 2 * vm_cos(t), 2 * vm_sin(t), class);
}

/* Arms of three quarters of a turn, with the radius growing from 0.1 to 1. */
static point spirals(const source *s, int64_t i)
{
    const int64_t class = class_of(s, i);
    const double u = along(s, i), r = 0.1 + 0.9 * u,
                 t = 1.5 * pi * u + 2 * pi * (double)class / (double)s->classes;
    return moved(s, i, 0, r * vm_cos(t), r * vm_sin(t), class);
}

/* Size in square metres, bedrooms, zip code, wealth of the neighbourhood; the price in 400,000. Only in half
 * of the zip codes wealth makes a house dearer. */
static point houses(const source *s, int64_t i)
{
    const double size = 50 + 150 * uniform(s, i, 0), beds = 1 + floor(5 * uniform(s, i, 1)),
                 zip = floor(10 * uniform(s, i, 2)), wealth = uniform(s, i, 3),
                 price = (2 * size + 20 * beds + 100 * wealth * (zip > 4) - 50) / 400;
    return (point){ { size, beds, zip, wealth }, fmax(0, price + s->noise * normal(s, i, 4)) };
}

/* Degrees Fahrenheit on days 1, 2, ...: a yearly wave from 40 in January to 64 in July, and the noise of each
 * day. Days 1, 2, 3, 180, 181 are those of the course (DeepLearning.AI), without noise. */
static point temperatures(const source *s, int64_t i)
{
    static const int64_t days[] = { 1, 2, 3, 180, 181 };
    static const double degrees[] = { 40, 49, 45, 60, 56 };
    const double day = (double)(i + 1);
    double y = 52 - 12 * vm_cos(2 * pi * (day - 15) / 365) + s->noise * normal(s, i, 0);
    for (int k = 0; k < 5; k++)
        if (days[k] == i + 1) y = degrees[k];
    return (point){ { day }, y };
}

static double letter(int64_t i)
{
    const char c = wgi_letters[i / 80][i % 80];
    return c == ' ' ? 0 : c - 'a' + 1;
}

/* A letter of the text, and the letter after it. */
static point text(const source *s, int64_t i)
{
    (void)s;
    return (point){ { letter(i) }, letter(i + 1) };
}

/* What has no stream is not drawn at random. The streams of the first three keep their numbers, which the
 * functions of C have had. */
static const kind kinds[] = {
    { "flower", "data_flower", "generated: the planar flower, r = 4 sin 4 theta", 2, 400, 0.2, 2, 2, flower },
    { "moons", "data_moons", "generated: two half moons of radius 1", 2, 400, 0.2, 2, 2, moons },
    { "xor", "data_xor", "generated: a square, class 1 where the signs of the two features differ", 2, 400, 0,
      2, 2, square },
    { "circles", "data/circles", "generated: circles of radius 1 and 1/2", 2, 400, 0.1, 2, 2, circles },
    { "blobs", "data/blobs", "generated: points around points on a circle of radius 2", 2, 400, 0.5, 3, 1000,
      blobs },
    { "spirals", "data/spirals", "generated: arms of a spiral", 2, 400, 0.05, 2, 1000, spirals },
    { "houses", "data/houses", "generated: prices of houses", 4, 400, 0, 0, 0, houses },
    { "temperatures", "data/temperatures", "generated: temperatures of a year", 0, 365, 4, 0, 0,
      temperatures },
    { "digits", NULL, NULL, 64, WGI_DIGITS, 0, 10, 10, NULL },
    { "text", NULL,
      "Alice's Adventures in Wonderland (Lewis Carroll, 1865), its first letters; public domain", 0,
      WGI_LETTERS, 0, 27, 27, text },
};
enum { KINDS = sizeof kinds / sizeof *kinds };

const char *wgx_data_kind(int i) { return i >= 0 && i < KINDS ? kinds[i].name : NULL; }

/* ---- making ---- */

static const kind *kind_of(wg_context *c, wg_site here, const char *name)
{
    wgx_nearest_word near = wgx_nearest_to(name);
    char all[200];
    size_t n = 0;
    for (int i = 0; i < KINDS; i++) {
        if (!strcmp(kinds[i].name, name)) return &kinds[i];
        wgx_nearest_try(&near, kinds[i].name, strlen(kinds[i].name));
        n += (size_t)snprintf(all + n, sizeof all - n, "%s%s", i ? ", " : "", kinds[i].name);
    }
    if (near.best)
        wg_fail(c, here, WG_ERROR_VALUE, "data_make: no data '%s'; did you mean '%s'?", name, near.best);
    else wg_fail(c, here, WG_ERROR_VALUE, "data_make: no data '%s'; there are %s", name, all);
    return NULL;
}

WG_OPTION_ROWS(wg_make_opts)

/* Whether the options are those of the set, and n is possible. Sets s to them. */
static bool source_of(wg_context *c, wg_site here, const kind *k, int64_t n, const wg_make_opts *o, source *s)
{
    *s = (source){ wg_context_seed(c), k->stream, n ? n : k->rows, k->classes ? k->classes : 1, k->noise };
    if (n < 0) return wg_fail(c, here, WG_ERROR_VALUE, "data_%s: %lld rows", k->name, (long long)n), false;
    if (!wg_options_fit(c, here, "data_make", wg_make_opts_rows(), o)) return false;
    if (!k->stream && n > k->rows)
        return wg_fail(c, here, WG_ERROR_VALUE, "data_%s: %lld rows; there are %lld", k->name, (long long)n,
                       (long long)k->rows),
               false;
    if (!k->stream && (o->noise != WG_AUTO || o->seed != WG_AUTO))
        return wg_fail(c, here, WG_ERROR_VALUE,
                       "data_%s: there is neither noise nor a seed: it is not generated", k->name),
               false;
    if (o->noise != WG_AUTO) s->noise = o->noise;
    if (o->classes != WG_AUTO) s->classes = o->classes;
    if (o->classes != WG_AUTO && k->most_classes < 1000 && o->classes != k->classes)
        return wg_fail(c, here, WG_ERROR_VALUE,
                       k->classes ? "data_%s: %lld classes: it has always as many as it has"
                                  : "data_%s: %lld classes: it has numbers instead",
                       k->name, (long long)o->classes),
               false;
    if (o->seed != WG_AUTO) s->seed = (uint64_t)o->seed;
    return true;
}

static wg_data *generate(wg_context *c, wg_site here, const kind *k, const source *s)
{
    const bool classes = k->classes > 0;
    const int wide = k->features ? k->features : 1;
    wg_tensor x = { wg_context_dtype(c), k->features ? WG_SHAPE(s->n, wide) : WG_SHAPE(s->n), NULL },
              y = { classes ? WG_I32 : wg_context_dtype(c), WG_SHAPE(s->n), NULL };
    if (!wgi_pair_new(c, here, &x, &y)) return NULL;
    for (int64_t i = 0; i < s->n; i++) {
        const point p = k->make(s, i);
        for (int f = 0; f < wide; f++) wgi_put(&x, wide * i + f, p.x[f]);
        if (classes) ((int32_t *)y.data)[i] = (int32_t)p.y;
        else wgi_put(&y, i, p.y);
    }
    return wgi_data_new(c, here, k->about, x, y);
}

/* n may be 0 here. */
static wg_data *make(wg_site here, wg_context *c, const kind *k, int64_t n, const wg_make_opts *o)
{
    source s;
    if (wg_failed(c) || !source_of(c, here, k, n, o, &s)) return NULL;
    return k->make ? generate(c, here, k, &s) : wgi_data_digits(c, here, s.n);
}

wg_data *wg_data_make_at(wg_site here, wg_context *c, const char *name, int64_t n, const wg_make_opts *o)
{
    WG_OPTIONS_FILL(wg_make_opts, o);
    WG_USER_CALL(here, "data_make");
    if (!c) return wg_fail(NULL, here, WG_ERROR_USE, "data_make: the context is NULL"), NULL;
    if (wg_failed(c)) return NULL;
    if (!name) return wg_fail(c, here, WG_ERROR_USE, "data_make: the name is NULL"), NULL;
    const kind *k = kind_of(c, here, name);
    return k ? make(here, c, k, n, o) : NULL;
}
