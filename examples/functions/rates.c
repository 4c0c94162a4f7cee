/* rates.c: rates of learning. These functions are functions of the step t = 0, 1, ... and know of no
 * optimizer. So the product of two is the rate of both: give one of them the rate 1. wg_lr_warm_up does not
 * begin with 0. */
#include <math.h>
#include <wengert/wengert.h>

static double largest;

/* The rate at the steps 0, 50 and 100, and what the formula says. */
static void row(const char *name, const double rate[3], double first, double half, double end)
{
    const double formula[] = { first, half, end };
    for (int i = 0; i < 3; i++) largest = fmax(largest, fabs(rate[i] - formula[i]));
    printf("%-12s %8.6f %8.6f %8.6f\n", name, rate[0], rate[1], rate[2]);
}

int main(void)
{
    const double t[] = { 0, 50, 100 };
    double rate[8][3];
    for (int i = 0; i < 3; i++) {
        rate[0][i] = wg_lr_constant(0.1, t[i]);
        rate[1][i] = wg_lr_inverse(0.1, 0.01, t[i]);
        rate[2][i] = wg_lr_exponential(0.1, 0.98, t[i]);
        rate[3][i] = wg_lr_root(0.1, t[i]);
        rate[4][i] = wg_lr_staircase(0.1, 0.5, 30, t[i]);
        rate[5][i] = wg_lr_warm_up(0.1, t[i], 80);
        rate[6][i] = wg_lr_one_cycle(0.1, t[i], 101);
        rate[7][i] = wg_lr_warm_up(1, t[i], 80) * wg_lr_cosine(0.1, t[i], 100);
    }
    printf("at step             0       50      100\n");
    row("constant", rate[0], 0.1, 0.1, 0.1);
    row("inverse", rate[1], 0.1, 0.1 / 1.5, 0.1 / 2);
    row("exponential", rate[2], 0.1, 0.1 * pow(0.98, 50), 0.1 * pow(0.98, 100));
    row("root", rate[3], 0.1, 0.1 / sqrt(51), 0.1 / sqrt(101));
    row("staircase", rate[4], 0.1, 0.05, 0.0125);
    row("warm_up", rate[5], 0.1 / 80, 0.1 * 51 / 80, 0.1);
    const double down = (50 - 29.3) / (100 - 29.3), low = 0.1 / 25e4;
    row("one_cycle", rate[6], 0.1 / 25, low + (0.1 - low) * (1 + cos(acos(-1) * down)) / 2, low);
    row("two of them", rate[7], 0.1 / 80, 0.05 * 51 / 80, 0);
    printf("largest difference %s 1e-14\n", largest <= 1e-14 ? "at most" : "above");
    return 0;
}
