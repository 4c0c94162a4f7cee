/* torch.h: PyTorch in a process of its own (torch_bench.py), asked for one round at a time. */
#ifndef BENCH_TORCH_H
#define BENCH_TORCH_H

#include "bench.h"

typedef struct torch torch;

/* keep: glibc's allocator is told never to give memory back. NULL when PyTorch is not there: why takes one line. */
torch *torch_start(const char *script, bool keep, char *why, size_t size);
void torch_stop(torch *t);
const char *torch_version(const torch *t);

/* NaN where there is none to compare. */
double torch_answer(torch *t, const char *work, int size);
/* The least seconds of each part in one round; false after an error, which it prints. */
bool torch_round(torch *t, const char *work, int size, int repetitions, double rep_seconds, double cap,
                 double best[BENCH_PARTS]);

#endif
