/* test_examples.c: runs every example as a user would, and checks what it prints against mathematics. */
#include <criterion/criterion.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "wgexample.h"

/* Declares the text that an example prints, which ends with status 0. */
#define RUN_EXAMPLE(name)       \
    static char text[WGT_TEXT]; \
    cr_assert_eq(wgt_example(name, "", text), 0, "%s", text)

/* Numbers that examples print last, with the text before them; and how many lines the examples may have,
 * 0: any. */
static const struct {
    const char *example, *label;
    double right, tolerance;
    int lines;
} numbers[] = {
    { "quadratic", "w = ", 5, 1e-3, 25 }, /* w^2 - 10 w + 25 = (w - 5)^2 */
    { "ode", "k ", 0.8, 1e-3, 0 },        /* the k that made the data */
    /* the elements of the orbit that the places were computed from */
    { "kepler", "e ", 0.6, 1e-5, 60 },
    { "kepler", "a ", 1.5, 1e-5, 60 },
    { "kepler", "t0 ", 0.4, 1e-5, 60 },
    /* the distribution that it shall learn */
    { "gan", "mean ", 3, 0.1, 0 },
    { "gan", "deviation ", 0.5, 0.15, 0 },
};

Test(examples, numbers)
{
    static char text[WGT_TEXT];
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        const char *name = numbers[i].example;
        if (!i || strcmp(name, numbers[i - 1].example))
            cr_assert_eq(wgt_example(name, "", text), 0, "%s", text);
        cr_expect_float_eq(wgt_last_number(text, numbers[i].label), numbers[i].right, numbers[i].tolerance,
                           "%s: %s", name, text);
        if (numbers[i].lines) cr_expect_leq(wgt_example_lines(name), numbers[i].lines, "%s", name);
    }
}

Test(examples, digits)
{
    static char text[WGT_TEXT];
    char dir[64], file[128];
    cr_assert_eq(wgt_example_in("digits", "", dir, text), 0, "%s", text);
    cr_expect_eq(wgt_count_of(text, "epoch "), 20, "%s", text);
    double accuracy = wgt_last_number(text, "dev ");
    cr_expect(accuracy > 94 && accuracy <= 100, "%s",
              text); /* a linear classifier reaches about 95 on these digits */
    snprintf(file, sizeof file, "%s/digits.safetensors", dir);
    cr_expect_eq(access(file, R_OK), 0, "no weights");
    remove(file);
    rmdir(dir);
    cr_expect_leq(wgt_example_lines("digits"), 30);
}

/* L = -log a, a = sigmoid(v . h), h = tanh(W x): the largest gradients are those of a, -1/a; of z, a - 1; of
 * h, (a - 1) v; of W x and W, (a - 1) v (1 - h^2) and that times x = [1, -2, 0.5]. */
Test(examples, graphviz)
{
    if (!WG_WITH_GRAPHVIZ) cr_skip_test("this build has no Graphviz");
    static char text[WGT_TEXT];
    char dir[64], file[128];
    const double h[] = { tanh(0.4 + 0.6 + 0.4), tanh(-0.6 - 0.4 + 0.05) }, z = 0.9 * h[0] - 0.7 * h[1],
                 a = 1 / (1 + exp(-z)), dz = a - 1, of_sum = dz * -0.7 * (1 - h[1] * h[1]);
    const struct {
        const char *label;
        double right;
    } rows[] = { { "\na: largest gradient ", 1 / a },
                 { "\nz: largest gradient ", fabs(dz) },
                 { "\nh: largest gradient ", fabs(0.9 * dz) },
                 { "\nW: largest gradient ", fabs(-2 * of_sum) } };
    cr_assert_eq(wgt_example_in("graphviz", "", dir, text), 0, "%s", text);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        cr_expect_float_eq(wgt_last_number(text, rows[i].label), rows[i].right, 5e-4 * rows[i].right, "%s",
                           text);
    snprintf(file, sizeof file, "%s/gradient.svg", dir);
    cr_expect_eq(access(file, R_OK), 0, "no picture");
    remove(file);
    rmdir(dir);
}

Test(examples, rosenbrock)
{
    static char text[WGT_TEXT], again[WGT_TEXT];
    cr_expect_eq(wgt_example("rosenbrock", "", text), 0, "%s", text);
    cr_expect(strstr(text, "verdict PASS"), "%s", text);
    cr_expect_eq(wgt_example("rosenbrock", "wrong", text), 1, "%s", text);
    cr_expect(strstr(text, "verdict FAIL"), "%s", text);
    cr_expect(strstr(text, "a factor 2 is missing"), "%s", text);
    cr_expect_float_eq(wgt_last_number(text, "  f "), 24.2, 1e-12, "%s",
                       text); /* (1 + 1.2)^2 + 100 (1 - 1.44)^2 */
    wgt_example("rosenbrock", "wrong", again);
    cr_expect_str_eq(text, again);
}

/* The pendulum, written a second time from its equations. */
static double pendulum(int steps)
{
    double angle = 2, speed = 0;
    for (int i = 0; i < steps; i++) {
        speed = speed - 0.1 * sin(angle);
        angle = angle + 0.1 * speed;
    }
    return angle;
}

Test(examples, activation)
{
    RUN_EXAMPLE("activation");
    cr_expect_eq(wgt_count_of(text, "verdict PASS"), 3, "%s", text);
    cr_expect_float_eq(wgt_last_number(text, "swish(1) "), 1 / (1 + exp(-1)), 1e-6, "%s", text);
    cr_expect_float_eq(wgt_last_number(text, "snake(1) "), 1 + sin(2) * sin(2) / 2, 1e-6, "%s", text);
    cr_expect_float_eq(wgt_last_number(text, "sim after 40 steps "), pendulum(40), 1e-5, "%s", text);
}

/* Newton's method with the closed Hessian: sum over rows of s (1 - s) [x^2 x; x 1]. */
static void logistic_optimum(double *w, double *b)
{
    static const double x[20] = { 0.50, 0.75, 1.00, 1.25, 1.50, 1.75, 1.75, 2.00, 2.25, 2.50,
                                  2.75, 3.00, 3.25, 3.50, 4.00, 4.25, 4.50, 4.75, 5.00, 5.50 };
    static const double y[20] = { 0, 0, 0, 0, 0, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 1, 1, 1, 1, 1 };
    *w = *b = 0;
    for (int it = 0; it < 30; it++) {
        double gw = 0, gb = 0, hww = 0, hwb = 0, hbb = 0;
        for (int i = 0; i < 20; i++) {
            double s = 1 / (1 + exp(-(*w * x[i] + *b))), v = s * (1 - s);
            gw += (s - y[i]) * x[i], gb += s - y[i];
            hww += v * x[i] * x[i], hwb += v * x[i], hbb += v;
        }
        double det = hww * hbb - hwb * hwb;
        *w -= (hbb * gw - hwb * gb) / det;
        *b -= (hww * gb - hwb * gw) / det;
    }
}

Test(examples, newton_cg)
{
    RUN_EXAMPLE("newton_cg");
    double w, b;
    logistic_optimum(&w, &b);
    cr_expect_lt(wgt_last_number(text, "|gradient| "), 1e-8, "%s", text);
    cr_expect_leq(wgt_count_of(text, "loss"), 12, "Newton's method converges quadratically:\n%s", text);
    cr_expect_float_eq(wgt_last_number(text, "w "), w, 1e-6, "%s", text);
    cr_expect_float_eq(wgt_last_number(text, "b "), b, 1e-6, "%s", text);
}

/* The same data, from data/exam.csv. */
Test(examples, logistic_csv)
{
    static char text[WGT_TEXT];
    char file[PATH_MAX], word[PATH_MAX + 2];
    double w, b;
    if (!realpath("data/exam.csv", file)) cr_skip_test("the data are not here: an out-of-tree run");
    snprintf(word, sizeof word, "'%s'", file);
    cr_assert_eq(wgt_example("logistic_csv", word, text), 0, "%s", text);
    logistic_optimum(&w, &b);
    cr_expect_lt(wgt_last_number(text, "|g| "), 1e-8, "%s", text);
    cr_expect_float_eq(wgt_last_number(text, "hours "), w, 1e-7, "%s", text);
    cr_expect_float_eq(wgt_last_number(text, "\nb "), b, 1e-7, "%s", text);
    cr_expect_leq(wgt_example_lines("logistic_csv"), 40);
}

Test(examples, logistic_csv_of_a_missing_file)
{
    static char text[WGT_TEXT];
    cr_expect_neq(wgt_example("logistic_csv", "missing.csv", text), 0, "%s", text);
    cr_expect_geq(wgt_count_of(text, "missing.csv"), 1, "%s", text);
    cr_expect_eq(wgt_count_of(text, "nan"), 0, "%s", text);
}

/* Newton's method converges quadratically once the signs in front of relu no longer change. */
Test(examples, newton_cg_relu)
{
    RUN_EXAMPLE("newton_cg_relu");
    cr_expect_lt(wgt_last_number(text, "|gradient| "), 1e-10, "%s", text);
    cr_expect_leq(wgt_count_of(text, "loss"), 40, "%s", text);
    cr_expect_lt(wgt_last_number(text, "loss "), 0.01 * strtod(strstr(text, "loss ") + 5, NULL), "%s", text);
}

/* The fit and White's standard errors by sums: the slope is the sum of (x - mean x) y / Sxx, the offset
 * that of (1 / n - mean x (x - mean x) / Sxx) y. The variance of a sum of k y is that of k^2 r^2, r the
 * residual. */
Test(examples, per_example)
{
    RUN_EXAMPLE("per_example");
    static const double y[12] = { 2.1, 2.8, 4.2, 4.6, 6.5, 6.4, 9.1, 7.6, 11.8, 9.5, 14.2, 10.9 };
    const double mean = 6.5, sxx = 143;
    double slope = 0, offset = 0, of_slope = 0, of_offset = 0;
    for (int i = 0; i < 12; i++) {
        double d = (i + 1 - mean) / sxx;
        slope += d * y[i];
        offset += (1 / 12.0 - mean * d) * y[i];
    }
    for (int i = 0; i < 12; i++) {
        double d = (i + 1 - mean) / sxx, k = 1 / 12.0 - mean * d, r = slope * (i + 1) + offset - y[i];
        char label[40], *end;
        of_slope += d * d * r * r;
        of_offset += k * k * r * r;
        snprintf(label, sizeof label, "example %2d  gradient", i + 1);
        cr_assert(strstr(text, label), "%s", text);
        cr_expect_float_eq(strtod(strstr(text, label) + strlen(label), &end), r * (i + 1), 1e-6, "%s", text);
        cr_expect_float_eq(strtod(end, NULL), r, 1e-6, "%s", text);
    }
    char *end, *at = strstr(text, "standard errors ");
    cr_assert(at, "%s", text);
    cr_expect_float_eq(wgt_last_number(text, "slope "), slope, 1e-6, "%s", text);
    cr_expect_float_eq(wgt_last_number(text, "offset "), offset, 1e-6, "%s", text);
    cr_expect_float_eq(strtod(at + 16, &end), sqrt(of_slope), 1e-6, "%s", text);
    cr_expect_float_eq(strtod(end, NULL), sqrt(of_offset), 1e-6, "%s", text);
}

Test(examples, accumulate)
{
    RUN_EXAMPLE("accumulate");
    double largest = wgt_last_number(text, "largest gradient "),
           apart = wgt_last_number(text, "largest difference ");
    cr_expect_gt(largest, 0, "%s", text);
    cr_expect_lt(apart, 1e-5 * largest, "sums in f32 of 64 rows agree to about 64 roundings:\n%s", text);
    cr_expect_gt(wgt_last_number(text, "dev accuracy "), 85, "%s", text);
}

/* A linear classifier reaches about 95 on these digits. */
Test(examples, lenet)
{
    RUN_EXAMPLE("lenet");
    cr_expect_eq(wgt_count_of(text, "epoch "), 20, "%s", text);
    double accuracy = wgt_last_number(text, "test ");
    cr_expect(accuracy > 95.5 && accuracy <= 100, "%s", text);
    cr_expect_leq(wgt_example_lines("lenet"), 60);
}

/* The same gradients from a fifth of the context's memory. The peaks are those of the process, of which some
 * 17 MB are the program and its libraries: the first is that with few kept states. */
Test(examples, pde)
{
    RUN_EXAMPLE("pde");
    const char *first = strstr(text, "peak ");
    cr_expect_leq(wgt_last_number(text, "memory "), 0.2, "%s", text);
    cr_expect(strstr(text, "misfits equal"), "%s", text);
    cr_expect_lt(wgt_last_number(text, "-> "), 1e-4, "%s", text); /* 1e-3 at the beginning */
    cr_expect(first && atof(first + 5) < wgt_last_number(text, "peak ") / 2, "%s", text);
    (void)first;
}

/* The spiral has a radius of 2 at the beginning, 1 at the end. The net has seen its points in short
 * pieces. */
Test(examples, neural_ode)
{
    RUN_EXAMPLE("neural_ode");
    cr_expect_lt(wgt_last_number(text, "distance "), 0.4, "%s", text);
    cr_expect_leq(wgt_example_lines("neural_ode"), 60);
}

/* The Gaussian process of gaussian_process.c at l = s = 1, e = exp(-1), in long double. With a = K^-1 y
 * and K_i the derivative of K by parameter i, the derivatives of ln p are (Rasmussen and Williams 2006,
 * equation 5.9) g_i = (a^T K_i a - tr K^-1 K_i) / 2 and, differentiated again, H_ij = -a^T K_j K^-1 K_i
 * a + (tr K^-1 K_j K^-1 K_i + a^T K_ij a - tr K^-1 K_ij) / 2. */
enum { PROCESS = 12 };
typedef long double square[PROCESS][PROCESS];

/* b becomes a^-1. a, positive definite, is lost. */
static void invert(square a, square b)
{
    for (int i = 0; i < PROCESS; i++)
        for (int j = 0; j < PROCESS; j++) b[i][j] = i == j;
    for (int p = 0; p < PROCESS; p++)
        for (int i = 0; i < PROCESS; i++) {
            const long double f = i == p ? 0 : a[i][p] / a[p][p];
            for (int j = 0; j < PROCESS; j++) a[i][j] -= f * a[p][j], b[i][j] -= f * b[p][j];
        }
    for (int i = 0; i < PROCESS; i++)
        for (int j = 0; j < PROCESS; j++) b[i][j] /= a[i][i];
}

/* Element of K, and of its derivatives by parameters i and j; -1: not differentiated by it. r: the
 * squared distance. */
static long double covariance(int i, int j, long double r, bool same)
{
    const long double k = expl(-r / 2), noise = same ? expl(-2) : 0;
    if (i < 0) return k + noise;
    if (i == 2 || j == 2) return j < 0 ? 2 * noise : i == j ? 4 * noise : 0;
    if (i == 1 || j == 1) return j < 0 ? 2 * k : i == j ? 4 * k : 2 * k * r;
    return j < 0 ? k * r : k * (r * r - 2 * r);
}
static void fill(square k, int i, int j)
{
    for (int m = 0; m < PROCESS; m++)
        for (int n = 0; n < PROCESS; n++) k[m][n] = covariance(i, j, 0.25L * (m - n) * (m - n), m == n);
}

static long double form(square k, const long double *a, const long double *b)
{
    long double sum = 0;
    for (int i = 0; i < PROCESS; i++)
        for (int j = 0; j < PROCESS; j++) sum += a[i] * k[i][j] * b[j];
    return sum;
}
static long double trace(square a, square b)
{
    long double sum = 0;
    for (int i = 0; i < PROCESS; i++)
        for (int j = 0; j < PROCESS; j++) sum += a[i][j] * b[j][i];
    return sum;
}
static void multiply(square a, square b, square y)
{
    for (int i = 0; i < PROCESS; i++)
        for (int j = 0; j < PROCESS; j++) {
            y[i][j] = 0;
            for (int k = 0; k < PROCESS; k++) y[i][j] += a[i][k] * b[k][j];
        }
}

static void closed_form(double gradient[3], double hessian[3][3])
{
    static const double seen[PROCESS] = { 0.1, 0.9, 1.2, 0.7, 0.4, -0.6, -1.1, -0.8, -0.1, 0.5, 1.1, 0.8 };
    long double a[PROCESS] = { 0 }, moved[3][PROCESS] = { { 0 } };
    square k, inverse, first[3], times[3];
    fill(k, -1, -1);
    invert(k, inverse);
    for (int i = 0; i < PROCESS; i++)
        for (int j = 0; j < PROCESS; j++) a[i] += inverse[i][j] * (long double)seen[j];
    for (int p = 0; p < 3; p++) {
        fill(first[p], p, -1);
        multiply(inverse, first[p], times[p]);
        for (int i = 0; i < PROCESS; i++)
            for (int j = 0; j < PROCESS; j++) moved[p][i] += first[p][i][j] * a[j];
        gradient[p] = (double)((form(first[p], a, a) - trace(inverse, first[p])) / 2);
    }
    for (int p = 0; p < 3; p++)
        for (int q = 0; q < 3; q++) {
            fill(k, p, q);
            hessian[p][q] = (double)(-form(inverse, moved[q], moved[p]) +
                                     (trace(times[q], times[p]) + form(k, a, a) - trace(inverse, k)) / 2);
        }
}

Test(examples, gaussian_process)
{
    RUN_EXAMPLE("gaussian_process");
    double gradient[3], hessian[3][3];
    closed_form(gradient, hessian);
    char *at = text;
    for (int i = 0; i < 3; i++) {
        at = strstr(at, "gradient ");
        cr_assert(at, "%s", text);
        const double g = strtod(at + 9, &at);
        cr_expect_float_eq(g, gradient[i], 1e-9 * fabs(gradient[i]), "%s", text);
        at += strlen("  Hessian");
        for (int j = 0; j < 3; j++) {
            const double h = strtod(at, &at);
            cr_expect_float_eq(h, hessian[i][j], 1e-9 * fabs(hessian[i][j]), "%s", text);
        }
    }
    cr_expect_eq(wgt_count_of(text, "ln p "), 8, "Newton's method converges:\n%s", text);
    cr_expect_leq(wgt_example_lines("gaussian_process"), 60);
}

/* The parameters of the best epoch give its loss again. A second run finds the training at its end. */
Test(examples, early_stopping)
{
    static char text[WGT_TEXT], again[WGT_TEXT];
    char dir[64], file[128];
    cr_assert_eq(wgt_example_in("early_stopping", "", dir, text), 0, "%s", text);
    const double epochs = wgt_last_number(text, "stopped after epoch ");
    cr_expect(epochs > 8 && epochs < 200, "it never stopped: %s", text);
    cr_expect_eq(wgt_last_number(text, "the best is epoch "), epochs - 8, "%s", text);
    cr_expect_eq(wgt_last_number(text, "best dev "), wgt_last_number(text, ", again "), "%s", text);
    cr_assert_eq(wgt_example_at("early_stopping", "", dir, again), 0, "%s", again);
    cr_expect(strstr(text, again), "%s", again);
    cr_expect_eq(wgt_count_of(again, "/200  loss "), 0, "%s", again);
    snprintf(file, sizeof file, "%s/early.run", dir);
    cr_expect_eq(remove(file), 0);
    rmdir(dir);
}

Test(examples, transfer)
{
    RUN_EXAMPLE("transfer");
    cr_expect_gt(wgt_last_number(text, "with the body: "), wgt_last_number(text, "from nothing: ") + 10, "%s",
                 text);
}

Test(examples, average)
{
    RUN_EXAMPLE("average");
    cr_expect_lt(wgt_last_number(text, "the average "), wgt_last_number(text, "last step ") / 4, "%s", text);
}

Test(examples, maml)
{
    RUN_EXAMPLE("maml");
    cr_expect_lt(wgt_last_number(text, "points "), wgt_last_number(text, "loss ") / 2, "%s", text);
}

/* Both learn a text of 252 letters by heart: a loss near 0, and the text is written. */
static void expect_learned(const char *name, const char *want)
{
    RUN_EXAMPLE(name);
    cr_expect_lt(wgt_last_number(text, "loss "), 0.15, "%s", text);
    cr_expect(strstr(text, want), "%s", text);
    cr_expect_leq(wgt_example_lines(name), 60);
}

Test(examples, char_lstm)
{
    expect_learned("char_lstm", "the graph is a list of nodes in the order of their making. a\n");
}

Test(examples, gpt) { expect_learned("gpt", "the graph is a list of nodes in \n"); }
