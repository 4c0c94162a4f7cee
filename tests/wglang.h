/* wglang.h: what the tests of the .wg language share. */
#ifndef WGLANG_H
#define WGLANG_H

#include "wgtest.h"

/* A program in a context of its own, f64, seed 1; its name is t.wg. */
typedef struct wgt_run {
    wg_context *c;
    wg_graph *g;
    wg_params *p;
    wg_program *q;
} wgt_run;

wgt_run wgt_program(const char *text); /* read, not built */
wgt_run wgt_build(const char *text, wg_mode mode);
void wgt_set(wgt_run *r, const char *name, const char *value);
double wgt_number(const char *text); /* the last statement's value */
/* Runs the cases of a file: tests/lang/cases.txt says how they are written. */
void wgt_run_programs(const char *path);
void wgt_expect_number(const char *text, double value); /* to 4 ulp */
/* The last statement's shape, and its values to 8 ulp. */
void wgt_expect_values(const char *text, wg_shape s, const double *value);
#define VALUES(text, shape, ...) wgt_expect_values(text, shape, (double[]){ __VA_ARGS__ })
/* The text, built, fails with the status; the message begins with t.wg:line:column and holds the words. */
void wgt_expect_place(const char *text, wg_status s, int line, int column, const char *words);
/* Reads and builds the text again and again while one allocation fails, another each time: that is an error,
 * and nothing else. */
void wgt_expect_memory(const char *text);

#endif
