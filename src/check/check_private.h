/* check_private.h: the private header of check/, the gradient check.
 *
 *     check.c          runs a check; the check of plain C functions; access to a report
 *     check_graph.c    the check of a graph: the function under test is a clone of the graph in double
 *     check_diff.c     evaluations of f: its rounding noise, its differences at a fixed step
 *     check_threads.c  the differences, divided among threads
 *     check_judge.c    ratios, floors, verdicts, hints
 *     check_report.c   prints a report
 *     check_object.c   makes and frees reports, and writes the texts in them
 *
 * Every report has a context of its own. An error there becomes the reason of the report; the context of the
 * user never fails because of it.
 */
#ifndef WGI_CHECK_PRIVATE_H
#define WGI_CHECK_PRIVATE_H

#include <locale.h>
#include <math.h>
#include <string.h>

#include "wengert/check.h"

enum { WGI_CHECK_TEXT = 240, WGI_CHECK_BATCHES = 4 };

/* One vector whose gradient is checked: a parameter, an input, or the x of a plain function. */
typedef struct wgi_check_part {
    const char *name, *op, *where;
    wg_shape shape;
    int64_t size;
    double *point; /* the point where the gradient is checked */
    double *x;     /* the point where f is evaluated now; equal to point except during a difference */
    double *analytic;
    double *numeric; /* a component that was not computed is NaN */
    double *spread;  /* two-sided check: the distance between the two one-sided differences */
    bool asked; /* the user named this part; a part that nobody named is left out if it has no derivative */
    bool left_out; /* appears in the report, does not count for the verdict */
    bool silent;   /* inconclusive because its gradient is zero or below the noise; the other parts decide */
    wg_verdict verdict;
    double ratio, floor, step_noise; /* step_noise: standard deviation of a difference that rounding causes */
    int64_t worst, compared, wrong;  /* worst: a component, -1: none; wrong: how many beyond doubt */
    char reason[WGI_CHECK_TEXT], hint[WGI_CHECK_TEXT];
} wgi_check_part;

struct wg_check {
    wg_context *c;
    const char *name, *where;
    wgi_check_part *part;
    int parts;
    double eps;
    bool one_sided;
    int64_t limit;                    /* how many components of each part are compared; 0: all */
    int64_t batch[WGI_CHECK_BATCHES]; /* first axes of inputs; one may be the batch size, for hints */
    int batches;
    bool is_graph;
    double f, noise, ratio, floor;
    int64_t evaluations, compared;
    wg_verdict verdict;
    char reason[WGI_CHECK_TEXT];
};

/* The function under test. Call set(self, k) after part k of x has changed; value(self) computes f. */
typedef struct wgi_check_target {
    void (*set)(void *self, int k);
    double (*value)(void *self);
    void *self;
    /* Makes a copy of the function for another thread, in memory of r's context, which also frees it. NULL:
     * only one thread may call the function. */
    bool (*fork)(void *self, wg_check *r, struct wgi_check_target *to);
} wgi_check_target;

/* check.c. Measures f and its differences at the point, and judges the gradient. */
void wgi_check_run(wg_check *r, const wgi_check_target *t);

/* check_object.c. wgi_check_new never returns NULL. If memory is out, the report says so and its context is
 * NULL. */
wg_check *wgi_check_new(const wg_options *o, const wg_gradcheck_opts *opts);
bool wgi_check_parts(wg_check *r, int n); /* makes an array of n parts */
/* Sets the name and the shape of part k, and makes its arrays. */
bool wgi_check_part_set(wg_check *r, int k, const char *name, wg_shape s);
/* Returns whether the context of the report failed. If so, its message becomes the reason of the report. */
bool wgi_check_failed(wg_check *r);
/* Copies text into the memory of the report; "" if memory is out. */
const char *wgi_check_keep(wg_check *r, const char *text);
/* Prints at most WGI_CHECK_TEXT bytes to `to`. Numbers are printed as in the C locale. */
void wgi_check_say(char *to, const char *format, ...) WG_PRINTF(2, 3);
/* Between these two, numbers are printed as in the C locale. */
typedef struct wgi_check_locale {
    locale_t plain, before;
} wgi_check_locale;
wgi_check_locale wgi_check_locale_begin(void);
void wgi_check_locale_end(wgi_check_locale l);

/* Writes "W[3,7]" for component i. */
void wgi_check_place(const wgi_check_part *in, int64_t i, char to[WGI_CHECK_TEXT]);

/* check_diff.c. Measures f and its noise at the point. Returns false if f has no value there; the report says
 * why. */
bool wgi_check_measure(wg_check *r, const wgi_check_target *t);
/* Computes the difference of component i of part k. */
void wgi_check_difference(wg_check *r, const wgi_check_target *t, int k, int64_t i);

/* check_threads.c. Computes the differences of all parts that have no reason yet. If r->limit is set, the
 * chosen components are spread evenly over each part. */
void wgi_check_differences(wg_check *r, const wgi_check_target *t);

/* check_judge.c */
void wgi_check_judge(wg_check *r);
/* Whether component i is wrong beyond doubt. */
bool wgi_check_wrong(const wg_check *r, const wgi_check_part *in, int64_t i);
/* Component i: |analytic - numeric| and |analytic| + |numeric|. */
static inline double wgi_check_deviation(const wgi_check_part *in, int64_t i)
{
    return fabs(in->analytic[i] - in->numeric[i]);
}
static inline double wgi_check_size(const wgi_check_part *in, int64_t i)
{
    return fabs(in->analytic[i]) + fabs(in->numeric[i]);
}

#endif
