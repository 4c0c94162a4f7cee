/* threads.h: the part of threads.c that the gradient check may use, too. */
#ifndef WGI_THREADS_H
#define WGI_THREADS_H

#include <stdbool.h>

/* Calls part(arg, i, chunk, chunks[i], thread) for each part i = 0, 1, ... and each of its chunks. All chunks
 * of a part end before the next part begins. After a chunk that returns false no other is begun. With one
 * thread, or where no part has several chunks, each part is called once, as a single chunk. */
typedef bool (*wgi_part_fn)(void *arg, int i, int chunk, int chunks, int thread);
bool wgi_parts_run(wgi_part_fn part, void *arg, const int *chunks, int parts, int threads);

#endif
