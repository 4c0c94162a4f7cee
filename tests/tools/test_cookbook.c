/* test_cookbook.c: runs examples of docs/cookbook.md whose results mathematics, an independent method or a
 * publication says. The other examples are in test_examples.c. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>

#include "wgexample.h"

/* The example's output. It must end well, and its source have at most so many lines. */
static const char *output(const char *name, int most_lines)
{
    static char text[WGT_TEXT];
    cr_assert_eq(wgt_example(name, "", text), 0, "%s", text);
    cr_expect_leq(wgt_example_lines(name), most_lines, "%s.c", name);
    return text;
}

/* The cycloid's parameter at (1, 1), by bisection. A curve of straight pieces is a curve, so none is quicker
 * than the cycloid. That of the best N = 100 pieces differs from it by about 1 / N^2. */
Test(cookbook, brachistochrone)
{
    const char *text = output("brachistochrone", 60);
    double low = 2, high = 3;
    for (int i = 0; i < 60; i++) {
        const double t = (low + high) / 2;
        if (t - sin(t) < 1 - cos(t)) low = t;
        else high = t;
    }
    const double least = low / sqrt((1 - cos(low)) * 9.81), found = wgt_last_number(text, "pieces ");
    cr_expect_float_eq(wgt_last_number(text, "the cycloid "), least, 1e-9, "%s", text);
    cr_expect(found > least && found < least * (1 + 1e-4), "%s", text);
}

/* What the codes say must be worth more nats than it costs. */
Test(cookbook, vae)
{
    const char *text = output("vae", 60);
    const double bound = wgt_last_number(text, "bound "),
                 by_mean = wgt_last_number(text, "each pixel's mean ");
    cr_expect(bound > 0 && bound < by_mean - 1, "%s", text);
}

Test(cookbook, pinn)
{
    const char *text = output("pinn", 60);
    const double off = wgt_last_number(text, "largest error ");
    cr_expect(off > 0 && off < 1e-4, "%s", text);
}

/* 1,000 numbers are learned from 6,000 ratings, each with the noise's variance of 0.01. Least squares then
 * add a sixth of it to the error of a prediction. Three times that is allowed. */
Test(cookbook, matrix_factorisation)
{
    const char *text = output("matrix_factorisation", 60);
    const double error = wgt_last_number(text, "ratings ");
    cr_expect(error > 0.1 && error < sqrt(0.01 * (1 + 3 / 6.0)), "%s", text);
}

Test(cookbook, reinforce)
{
    const char *text = output("reinforce", 60);
    cr_expect_float_eq(wgt_last_number(text, "mean p "), 2 - sqrt(2), 0.03, "%s", text);
}

/* Zachary's own method, a flow through the network, finds the sides of 33 members. */
Test(cookbook, graph_convolution)
{
    const char *text = output("graph_convolution", 60);
    cr_expect_geq(wgt_last_number(text, "right "), 33, "%s", text);
}

Test(cookbook, tree_net)
{
    const char *text = output("tree_net", 70);
    cr_expect_geq(wgt_last_number(text, "signs: "), 99, "%s", text);
}

/* Digits that the net never saw are as near to the others as drawings can be expected to be. */
Test(cookbook, diffusion)
{
    const char *text = output("diffusion", 90);
    const double drawn = wgt_last_number(text, "drawings "),
                 held_out = wgt_last_number(text, "held-out digits "),
                 noise = wgt_last_number(text, "noise ");
    cr_expect(held_out > 0 && drawn - held_out < 0.2 * (noise - held_out), "%s", text);
}

/* The flight, integrated a second time by 20,000 steps of the midpoint method, in long double. */
static long double misses(double angle, double time)
{
    enum { PIECES = 20000 };
    long double s[4] = { 0, 0, 25 * cosl(angle), 25 * sinl(angle) }, h = (long double)time / PIECES;
    for (int i = 0; i < PIECES; i++) {
        long double v[2] = { s[2], s[3] }, a[2];
        for (int stage = 0; stage < 2; stage++) {
            const long double k = 0.01L * sqrtl(v[0] * v[0] + v[1] * v[1]);
            a[0] = -k * v[0], a[1] = -k * v[1] - 9.81L;
            if (stage == 0) v[0] += h / 2 * a[0], v[1] += h / 2 * a[1];
        }
        for (int j = 0; j < 2; j++) s[j] += h * v[j], s[2 + j] += h * a[j];
    }
    return hypotl(s[0] - 40, s[1]);
}

Test(cookbook, shot)
{
    const char *text = output("shot", 60);
    const double angle = wgt_last_number(text, "angle "), time = wgt_last_number(text, "time ");
    cr_expect_lt(misses(angle, time), 1e-6, "%s", text);
    cr_expect_lt(wgt_last_number(text, "off by "), 1e-10, "%s", text);
}

/* Gradient descent on (x² + 25 y²) / 2 with the rate 0.07 multiplies x by 0.93 and y by -0.75 a step.
 * The picture has a path, a ring and an arrow for each optimizer. */
Test(cookbook, optimizer_race)
{
    static char text[WGT_TEXT];
    char dir[64], path[96];
    cr_assert_eq(wgt_example_in("optimizer_race", "", dir, text), 0, "%s", text);
    cr_expect_leq(wgt_example_lines("optimizer_race"), 60);
    const double J = (81 * pow(0.93, 120) + 225 * pow(0.75, 120)) / 2;
    cr_expect_float_eq(wgt_last_number(text, "gradient descent: J = "), J, 1e-5 * J, "%s", text);
    snprintf(path, sizeof path, "%s/race.svg", dir);
    FILE *svg = fopen(path, "r");
    cr_expect(svg, "%s is missing", path);
    if (svg) fclose(svg);
}
