/* data_generate.c: generated data sets with two features and two classes. Row i depends on the seed of the
 * context and on i alone. The random bits are the same on every machine; sine and logarithm may differ in
 * their last bits. */
#include "data/dataset.h"
#include "wengert/op.h"

#include <math.h>

typedef struct point {
    double x0, x1;
    int class;
} point;

typedef struct source {
    uint64_t seed;
    const char *name;
    int64_t n, first; /* rows in all; rows of class 0, which come first */
} source;

static const double pi = 3.14159265358979323846;

/* Draw k of row i, in the open interval (0, 1). Neither 0 nor 1 occurs, so the logarithm is finite. */
static double uniform(const source *s, int64_t i, int k)
{
    return ((double)(wgi_draw(s->seed, s->name, (uint64_t)k, (uint64_t)i) >> 11) + 0.5) * 0x1p-53;
}

static double normal(const source *s, int64_t i, int k)
{
    return wg_box_muller(uniform(s, i, 2 * k), uniform(s, i, 2 * k + 1));
}

/* The position of row i among the rows of its class, from 0 for the first to 1 for the last. */
static double along(const source *s, int64_t i)
{
    int64_t j = i < s->first ? i : i - s->first, n = i < s->first ? s->first : s->n - s->first;
    return n > 1 ? (double)j / (double)(n - 1) : 0;
}

/* r = 4 sin 4 theta. Each class has the petals of one half turn. The half turn is 3.12 instead of pi, as in
 * the course. */
static point flower(const source *s, int64_t i)
{
    int class = i >= s->first;
    double theta = 3.12 * (class + along(s, i)) + 0.2 * normal(s, i, 0);
    double r = 4 * sin(4 * theta) + 0.2 * normal(s, i, 1);
    return (point){ r * sin(theta), r * cos(theta), class };
}

/* Two half circles of radius 1. One end of each lies inside the other. */
static point moons(const source *s, int64_t i)
{
    int class = i >= s->first;
    double t = pi * along(s, i), x0 = class ? 1 - cos(t) : cos(t), x1 = class ? 0.5 - sin(t) : sin(t);
    return (point){ x0 + 0.2 * normal(s, i, 0), x1 + 0.2 * normal(s, i, 1), class };
}

/* The square from -1 to 1. The rows go through the four quadrants in turn. Class 1 is where the signs
 * differ. */
static point square(const source *s, int64_t i)
{
    double x0 = uniform(s, i, 0), x1 = uniform(s, i, 1);
    return (point){ i & 1 ? -x0 : x0, i & 2 ? -x1 : x1, (i & 1) != (i >> 1 & 1) };
}

static wg_data *generate(wg_context *c, wg_site here, const char *name, const char *about,
                         point (*make)(const source *s, int64_t i), int64_t n)
{
    WG_USER_CALL(here, name);
    if (!c) return wg_fail(NULL, here, WG_ERROR_USE, "%s: the context is NULL", name), NULL;
    wg_tensor x = { wg_context_dtype(c), WG_SHAPE(n, 2), NULL }, y = { WG_I32, WG_SHAPE(n), NULL };
    source s = { wg_context_seed(c), name, n, n - n / 2 };
    if (wg_failed(c)) return NULL;
    if (n < 0) return wg_fail(c, here, WG_ERROR_VALUE, "%s: %lld rows", name, (long long)n), NULL;
    if (!wgi_pair_new(c, here, &x, &y)) return NULL;
    for (int64_t i = 0; i < n; i++) {
        point p = make(&s, i);
        wgi_put(&x, 2 * i, p.x0);
        wgi_put(&x, 2 * i + 1, p.x1);
        ((int32_t *)y.data)[i] = p.class;
    }
    return wgi_data_new(c, here, about, x, y);
}

wg_data *wg_data_flower_at(wg_site here, wg_context *c, int64_t n)
{
    return generate(c, here, "data_flower", "generated: the planar flower, r = 4 sin 4 theta, noise 0.2",
                    flower, n);
}

wg_data *wg_data_moons_at(wg_site here, wg_context *c, int64_t n)
{
    return generate(c, here, "data_moons", "generated: two half moons of radius 1, noise 0.2", moons, n);
}

wg_data *wg_data_xor_at(wg_site here, wg_context *c, int64_t n)
{
    return generate(c, here, "data_xor",
                    "generated: a square, class 1 where the signs of the two features differ", square, n);
}
