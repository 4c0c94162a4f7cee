/* threads.h: what threads.c gives to the engine and to the gradient check. */
#ifndef WGI_THREADS_H
#define WGI_THREADS_H

#include <stdbool.h>

/* Runs part(arg, i, chunk, chunks[i], thread) for i = 0, 1, ... of parts, all chunks of one before the next. Stops after a part
 * that fails. With one thread each part is one chunk. OpenMP stands in threads.c alone. */
typedef bool (*wgi_part_fn)(void *arg, int i, int chunk, int chunks, int thread);
bool wgi_parts_run(wgi_part_fn part, void *arg, const int *chunks, int parts, int threads);

#endif
