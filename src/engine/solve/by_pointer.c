/* by_pointer.c: functions that write their node through a pointer, in the places of those that return it. */
#include "wengert/implicit.h"
#include "wgx/implicit.h"

static wg_node call(const wgx_by_pointer *b, const wg_node x[], int i)
{
    wg_node y = wg_none;
    if (b && b->f) b->f(x, i, &y, b->user);
    return y;
}

wg_node wgx_part_by_pointer(wg_node x, void *by_pointer) { return call(by_pointer, &x, 0); }
wg_node wgx_step_by_pointer(wg_node x, int i, void *by_pointer) { return call(by_pointer, &x, i); }
wg_node wgx_ode_by_pointer(wg_node t, wg_node y, void *by_pointer)
{
    return call(by_pointer, (wg_node[]){ t, y }, 0);
}
