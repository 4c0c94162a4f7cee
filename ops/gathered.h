/* gathered.h: rows chosen by their numbers, and rows added by their numbers (gather.c), for other ops. */
#ifndef WG_GATHERED_H
#define WG_GATHERED_H

#include "ops.h"

#if WG_BASE

/* The first `batch` axes of x and of the numbers belong together. y = x[rows]; y[rows] += x, where y
 * has `count` rows of zeros at first. */
wg_node wgi_gather(wg_site here, wg_node x, wg_node rows, int batch);
wg_node wgi_add_rows(wg_site here, wg_node x, wg_node rows, int64_t count, int batch);

#endif

#endif
