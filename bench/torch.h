/* torch.h: runs PyTorch in another process (torch_bench.py, ops_torch.py), which is asked for one round at a
 * time. */
#ifndef BENCH_TORCH_H
#define BENCH_TORCH_H

#include "bench.h"

typedef struct torch torch;

/* keep: tells glibc's allocator never to return memory to the system. Returns NULL if PyTorch cannot be used;
 * then why has the reason in one line. */
torch *torch_start(const char *script, bool keep, char *why, size_t size);
void torch_stop(torch *t);
const char *torch_version(const torch *t);

/* Sends a line and returns the line that answers it, valid until the next call. NULL after an error, which it
 * prints. */
const char *torch_ask(torch *t, const char *request);
/* Takes the seconds of a reply into best where they are less. */
void torch_least(const char *reply, double best[BENCH_PARTS]);

/* The works of torch_bench.py. NaN: this work has no answer to compare. */
double torch_answer(torch *t, const char *work, int size);
/* The least seconds of each part in one round. Returns false after an error, which it prints. */
bool torch_round(torch *t, const char *work, int size, int repetitions, double rep_seconds, double cap,
                 double best[BENCH_PARTS]);

#endif
