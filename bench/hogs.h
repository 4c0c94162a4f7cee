/* hogs.h: busy processes beside a work (W15). */
#ifndef BENCH_HOGS_H
#define BENCH_HOGS_H

#include <stdbool.h>

/* Starts n processes that only count, with the priority of this one. They end with it, or with hogs_stop. */
bool hogs_start(int n);
void hogs_stop(void);

/* What such a process does. argv[1] tells it. */
bool hogs_am_one(int argc, char *argv[]);
void hogs_be_one(void);

#endif
