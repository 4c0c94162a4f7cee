/* torch.h: runs PyTorch in another process (torch_bench.py), which is asked for one round at a time. */
#ifndef BENCH_TORCH_H
#define BENCH_TORCH_H

#include "bench.h"

typedef struct torch torch;

/* keep: tells glibc's allocator never to return memory to the system. Returns NULL if PyTorch cannot be used;
 * then why has the reason in one line. */
torch *torch_start(const char *script, bool keep, char *why, size_t size);
void torch_stop(torch *t);
const char *torch_version(const torch *t);

/* NaN: this work has no answer to compare. */
double torch_answer(torch *t, const char *work, int size);
/* The least seconds of each part in one round. Returns false after an error, which it prints. */
bool torch_round(torch *t, const char *work, int size, int repetitions, double rep_seconds, double cap,
                 double best[BENCH_PARTS]);

#endif
