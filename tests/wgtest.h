/* wgtest.h: what the tests share: contexts over an allocator that counts and fails, distances between
 * numbers, a generator.
 *
 *     wgt_memory    m = { .fail_at = 7 };            the seventh allocation fails, the others do not
 *     wg_context   *c = wgt_start(&m, WG_F64, NULL);
 *     ...
 *     wgt_finish(c, &m);                             asserts that nothing is left
 */
#ifndef WGTEST_H
#define WGTEST_H

#include <criterion/criterion.h>

#include "wengert/wengert.h"
#include "wgx/wgx.h"

/* ---- the library ---- */

/* Programs of tests are compiled once, and run with the libraries of several builds. */
bool wgt_sanitized(void);       /* by the address sanitizer */
int wgt_isas(void);             /* its instruction sets */
const char *wgt_compiler(void); /* what compiles programs for this library */
/* Skips the test where the program is not in PATH. `make test` may be run without all but what tools/setup.sh
 * installs for it: the kind `hidden` of tests/run.sh finds a test that needs more and does not say so. */
void wgt_needs(const char *program);

/* For `make score`: adds to a number that the process prints when it ends, as "writes that failed: 3". */
void wgt_count(const char *what, int64_t n);

/* ---- memory ---- */

/* All zero: counts only. Freeing never fails. */
typedef struct wgt_memory {
    int64_t calls;   /* allocations and resizings so far */
    int64_t fail_at; /* the one that fails, from 1; 0: none */
    bool for_ever;   /* and all after it */
    int64_t failed;  /* how many did */
    int64_t blocks;  /* alive */
    int64_t bytes;
    int64_t most; /* the most bytes that were alive at a time; set it to 0 to count from now on */
} wgt_memory;

void *wgt_resize(void *memory, void *p, size_t old_size, size_t new_size);

/* ---- contexts ---- */

/* m NULL: the default allocator. o NULL: one thread, seed 1; its allocator and dtype are replaced. */
wg_context *wgt_start(wgt_memory *m, wg_dtype t, const wg_start_opts *o);
/* WGT_GRAPH declares a context c and a graph g in it, WGT_WORLD parameters p, too. */
#define WGT_GRAPH(t, ...)                            \
    wg_context *c = wgt_start(NULL, t, __VA_ARGS__); \
    wg_graph *g = wg_graph_new(c)
#define WGT_WORLD(t, ...)      \
    WGT_GRAPH(t, __VA_ARGS__); \
    wg_params *p = wg_params_new(c)
/* WGT_WORLD whose memory m is counted. */
#define WGT_COUNTED(t, ...)                        \
    wgt_memory m = { 0 };                          \
    wg_context *c = wgt_start(&m, t, __VA_ARGS__); \
    wg_graph *g = wg_graph_new(c);                 \
    wg_params *p = wg_params_new(c)
/* WGT_ENDS before the declaration of a context, or of a struct that begins with one: it is finished, as by
 * wgt_finish, where the block ends. WGT_IN_GRAPH and the others are WGT_GRAPH and the others with it. */
#define WGT_ENDS __attribute__((cleanup(wgt_end)))
void wgt_end(void *at);
#define WGT_IN_CONTEXT(t, ...) WGT_ENDS wg_context *c = wgt_start(NULL, t, __VA_ARGS__)
#define WGT_IN_GRAPH(t, ...)        \
    WGT_IN_CONTEXT(t, __VA_ARGS__); \
    wg_graph *g = wg_graph_new(c)
#define WGT_IN_WORLD(t, ...)      \
    WGT_IN_GRAPH(t, __VA_ARGS__); \
    wg_params *p = wg_params_new(c)
/* It fails when a block is left. */
#define WGT_IN_COUNTED(t, ...)                                     \
    __attribute__((cleanup(wgt_end_memory))) wgt_memory m = { 0 }; \
    WGT_ENDS wg_context *c = wgt_start(&m, t, __VA_ARGS__);        \
    wg_graph *g = wg_graph_new(c);                                 \
    wg_params *p = wg_params_new(c)
void wgt_end_memory(const wgt_memory *m);

/* The same as a value, for functions that share them; o is for the test's optimizer. */
typedef struct wgt_world {
    wg_context *c;
    wg_graph *g;
    wg_params *p;
    wg_optim *o;
} wgt_world;
wgt_world wgt_world_new(wgt_memory *m, wg_dtype t, const wg_start_opts *o);
/* Frees c; fails the test when c had an error or, with m, when a block is left. */
void wgt_finish(wg_context *c, const wgt_memory *m);
/* The same for a context that may have failed. */
void wgt_drop(wg_context *c, const wgt_memory *m);

/* Calls use(c) with every single allocation failing, once, or it and all after it: it is an error of
 * memory, and nothing is leaked. Of allocations after the first `every` ones fewer and fewer fail. c has the
 * options o; NULL: f32, one thread. */
void wgt_each_allocation_fails(const wg_start_opts *o, int every, void (*use)(wg_context *c));

/* Calls f(c, with) for each instruction set that the machine has. c has two threads. */
void wgt_on_each_isa(void (*f)(wg_context *c, void *with), void *with);

/* Whether the machine has the instruction set 0, 1 (AVX2) or 2 (AVX-512). */
bool wgt_machine_has(int isa);

/* Asserts that c failed with the status and that its message holds the text; forgets the error. */
void wgt_expect_error(wg_context *c, wg_status s, const char *text);

/* The same for a call, which is made first: WGT_REFUSED(c, SHAPE, "no axis 2", wg_sum(x, .axis = 2)). */
#define WGT_REFUSED(c, s, text, ...) ((void)(__VA_ARGS__), wgt_expect_error(c, WG_ERROR_##s, text))

/* ---- numbers ---- */

/* Steps between two doubles (floats) on the line of all of them; two NaNs are 0 apart, one NaN is INT64_MAX
 * from any other. */
int64_t wgt_ulps(double a, double b);
int64_t wgt_ulps_f32(float a, float b);
/* |a - b| / max(|a|, |b|), 0 when equal or both NaN; infinite when one is. */
double wgt_relative(double a, double b);
/* max |a[i] - b[i]| / max over i of |a[i]|, |b[i]|; pairs of NaN and equal infinities count 0. */
double wgt_distance(const double *a, const double *b, size_t n);
bool wgt_same_bits(const wg_tensor *a, const wg_tensor *b);    /* dtype, shape and bytes */
bool wgt_same_numbers(const wg_tensor *a, const wg_tensor *b); /* the same, but any NaN equals any other */

/* The elements of a node as doubles, in memory for the caller to free; NULL after an error or when there
 * are none. */
double *wgt_values(wg_node n);
double *wgt_all_values(wg_node n); /* the test fails when there are none */

/* With a copy of its bytes, for the caller to free. */
wg_tensor wgt_copied(wg_tensor t);

/* ---- randomness: SplitMix64 (Steele, Lea and Flood 2014) ---- */

typedef struct wgt_random {
    uint64_t state;
} wgt_random;

uint64_t wgt_next(wgt_random *r);
double wgt_unit(wgt_random *r); /* uniform in [0, 1) */
double wgt_uniform(wgt_random *r, double low, double high);
int64_t wgt_below(wgt_random *r, int64_t n); /* 0 <= result < n */

/* The run's seed: from WG_SEED, 1 without it. The runner sets and prints it; failures must name it. */
uint64_t wgt_seed(void);
/* The number in the environment's variable; without it `otherwise`. */
int64_t wgt_number_from(const char *name, int64_t otherwise);

#endif
