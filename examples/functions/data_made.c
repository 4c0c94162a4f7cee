/* data_made.c: data sets that are made. These functions need no file. Noise moves a point off its moon: of
 * normal noise 95 % lies within two deviations. Normalisation makes a second set like the first only if you
 * say so, or split it off. */
#include <math.h>
#include <wengert/wengert.h>

/* The share of rows for which a claim about a point and its class holds. */
static void row(const char *name, wg_data *d, bool (*claim)(double x, double y, int class_number))
{
    const wg_tensor x = wg_data_x(d), y = wg_data_y(d);
    double holds = 0, n = (double)wg_data_rows(d);
    for (int64_t i = 0; i < n; i++)
        holds += claim(wg_tensor_item(&x, 2 * i), wg_tensor_item(&x, 2 * i + 1), (int)wg_tensor_item(&y, i));
    printf("%-7s %g rows, %.2f as said\n", name, n, holds / n);
}

static bool signs_differ(double x, double y, int k) { return (x * y < 0) == (k == 1); }
static bool near_a_moon(double x, double y, int k)
{
    return fabs((k ? hypot(x - 1, y - 0.5) : hypot(x, y)) - 1) < 0.4; /* noise 0.2: two deviations */
}
static bool in_the_flower(double x, double y, int k) { return hypot(x, y) < 4 + 4 * 0.2 && k < 2; }

int main(void)
{
    wg_context *c = wg_start(.dtype = WG_F64, .seed = 1);
    row("xor", wg_data_make(c, "xor", 1000), signs_differ);
    row("moons", wg_data_make(c, "moons", 1000), near_a_moon);
    row("flower", wg_data_make(c, "flower", 1000), in_the_flower);
    wg_data *d = wg_data_make(c, "moons", 1000), *other = wg_data_make(c, "moons", 10);
    wg_data_normalise(d, "x"); /* of each column the mean is 0 now, and the deviation 1 */
    wg_data_normalise_like(other, d);
    double mu, sigma, mu2, sigma2;
    wg_data_scale(d, "x", 0, &mu, &sigma);
    wg_data_scale(other, "x", 0, &mu2, &sigma2);
    printf("column 0 was (x - %.1f) / %.1f, %s in the other set\n", mu, sigma,
           mu == mu2 && sigma == sigma2 ? "the same" : "not so");
    printf("%s\n", wg_data_about(wg_data_digits(c)));
    wg_data_shuffle(d, false); /* rows stay in their order: each epoch begins with the first */
    wg_batch b;
    wg_data_next(d, &b, 3);
    const wg_tensor x = wg_data_x(d);
    printf("the first batch begins with row 0: %s\n",
           wg_tensor_item(&b.x, 0) == wg_tensor_item(&x, 0) ? "yes" : "no");
    return wg_finish(c, stderr);
}
