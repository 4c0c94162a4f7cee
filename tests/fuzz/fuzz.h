/* fuzz.h: what fuzzers try: a text of any bytes is an input, and some promises must hold for each. A
 * broken promise ends the process.
 *
 *     make fuzz SECONDS=3600 FUZZ=files            makes new inputs for an hour
 *     make test TESTS=test_fuzz                    tries those of tests/fuzz/corpus again
 */
#ifndef FUZZ_H
#define FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "wgtest.h"

typedef struct fuzz_target {
    const char *name; /* and of its folder in tests/fuzz/corpus */
    void (*run)(const uint8_t *input, size_t size);
    size_t record;                                    /* input is cut in multiples of this; 0: of 1 */
    void (*print)(const uint8_t *input, size_t size); /* prints a C program; NULL: the input shows itself */
} fuzz_target;

enum { FUZZ_TARGETS = 5 };
extern const fuzz_target fuzz_targets[FUZZ_TARGETS];

void fuzz_calls(const uint8_t *input, size_t size);    /* calls of the API in several ways of running */
void fuzz_files(const uint8_t *input, size_t size);    /* byte 0 says of which format the others are a file */
void fuzz_programs(const uint8_t *input, size_t size); /* a text in the .wg language */
void fuzz_api(const uint8_t *input, size_t size);      /* calls of all public functions, in any order */
void fuzz_print_api(const uint8_t *input, size_t size);
void fuzz_lessons(const uint8_t *input, size_t size); /* a lesson, as the command reads it */

enum { FUZZ_MOST = 1 << 16 };
typedef struct fuzz_input {
    size_t size;
    uint8_t byte[FUZZ_MOST];
} fuzz_input;

bool fuzz_load(const char *path, fuzz_input *to);
/* Changes, removes, doubles or moves some bytes. */
void fuzz_change(fuzz_input *k, wgt_random *r);

/* Runs the target with the input in a block of its own, so that a sanitizer sees a read behind its end. */
void fuzz_try(const fuzz_target *t, const uint8_t *input, size_t size);

/* The same in a process of its own. Returns whether all promises held; out gets what it says. */
bool fuzz_holds(const fuzz_target *t, const uint8_t *input, size_t size, FILE *out);

/* Makes an input that breaks a promise smaller, as long as it breaks the same one. Returns its size. */
size_t fuzz_shrink(const fuzz_target *t, uint8_t *input, size_t size);

/* Says which promise is broken and aborts. */
void fuzz_stop(const char *format, ...) WG_PRINTF(1, 2);

/* Goes into a folder of this name among temporary files. Returns the folder of before, for fuzz_leave. */
int fuzz_enter(const char *name);
void fuzz_leave(int before);

/* A context over m, which refuses to have more than `limit` bytes at a time. */
typedef struct fuzz_memory {
    wgt_memory m;
    int64_t limit;
} fuzz_memory;
wg_context *fuzz_start(fuzz_memory *m, wg_start_opts o);
/* Frees c; stops when a block is left. */
void fuzz_finish(wg_context *c, const fuzz_memory *m);

#endif
