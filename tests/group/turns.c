/* turns.c: two contexts with a group, one after the other. turns RANK: this one stops within the second, and
 * the others wait for it for a second. */
#include <stdlib.h>
#include <unistd.h>
#include <wengert/wengert.h>

static int turn(int stops)
{
    wg_context *c = wg_start();
    wg_group *all = wg_group_start(c, .timeout = stops < 0 ? 600 : 1); /* any time does */
    double v[2] = { wg_group_rank(all), 1 };
    if (stops >= 0 && wg_group_rank(all) == stops) sleep(8); /* any time does */
    wg_group_sum(all, v, 2);
    if (wg_group_rank(all) == 0 && !wg_failed(c)) printf("%g of %g\n", v[0], v[1]);
    return wg_finish(c, stderr);
}

int main(int argc, char **argv)
{
    const int status = turn(-1);
    return status ? status : turn(argc > 1 ? atoi(argv[1]) : -1);
}
