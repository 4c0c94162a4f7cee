/* fuzz.c: the list of fuzzers, and what they share. */
#include "fuzz.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const fuzz_target fuzz_targets[FUZZ_TARGETS] = { { "calls", fuzz_calls },
                                                 { "files", fuzz_files },
                                                 { "programs", fuzz_programs } };

void fuzz_try(const fuzz_target *t, const uint8_t *input, size_t size)
{
    uint8_t *exact = malloc(size + !size);
    memcpy(exact, input, size);
    t->run(exact, size);
    free(exact);
}

void fuzz_stop(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fputs("a promise is broken: ", stderr);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    abort();
}

static void *resize(void *memory, void *p, size_t old_size, size_t new_size)
{
    fuzz_memory *m = memory;
    if (new_size > old_size && m->m.bytes + (int64_t)(new_size - old_size) > m->limit) return NULL;
    return wgt_resize(&m->m, p, old_size, new_size);
}

wg_context *fuzz_start(fuzz_memory *m, wg_options o)
{
    const wg_allocator a = { resize, m };
    o.allocator = &a;
    return wg_start(&o);
}

void fuzz_finish(wg_context *c, const fuzz_memory *m)
{
    wg_finish(c, NULL);
    if (m->m.blocks) fuzz_stop("%lld blocks are left", (long long)m->m.blocks);
}
