/* check_vmath.c: compares the functions of hand_vmath.h with libm in double. */
#include "../bench.h"

#include <stdio.h>
#include <string.h>

#include "hand_vmath.h"

static double ulps(double exact, float got)
{
    int e;
    frexp(exact, &e);
    return fabs(exact - (double)got) / ldexp(1, (e < -125 ? -125 : e) - 24);
}

static float own_exp(float x) { return vmath_exp(x); }
static float own_tanh(float x) { return vmath_tanh(x); }
static float own_sigmoid(float x) { return vmath_sigmoid(x); }
static float own_log1p(float x) { return vmath_log1p(x); }
static double sigmoid(double x) { return 1 / (1 + exp(-x)); }

typedef struct vmath_subject {
    const char *name;
    float low, high;
    float (*own)(float);
    double (*exact)(double);
    double ulps;
} vmath_subject;

static const vmath_subject vmath_subjects[] = {
    { "exp", -87, 88, own_exp, exp, 2 },
    { "tanh", -100, 100, own_tanh, tanh, 3 },
    { "sigmoid", -86, 88, own_sigmoid, sigmoid, 3 },
    { "log1p", 0, 1, own_log1p, log1p, 2 },
};

/* Looks at every 977th float of the interval. */
static bool check_one(const vmath_subject *s)
{
    double worst = 0;
    for (uint32_t bits = 0; bits < UINT32_MAX - 977; bits += 977) {
        float x;
        memcpy(&x, &bits, sizeof x);
        if (x >= s->low && x <= s->high) worst = fmax(worst, ulps(s->exact((double)x), s->own(x)));
    }
    printf("%-24s %.2f ulp at most, allowed %g   %s\n", s->name, worst, s->ulps,
           worst <= s->ulps ? "passes" : "FAILS");
    return worst <= s->ulps;
}

bool hand_vmath_is_right(void)
{
    bool good = true;
    for (size_t i = 0; i < sizeof vmath_subjects / sizeof *vmath_subjects; i++)
        good &= check_one(&vmath_subjects[i]);
    return good;
}
