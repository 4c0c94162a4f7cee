/* check_private.h: what the parts of the gradient check share.
 *
 *     check.c          the public calls: functions and values, reading a report
 *     check_graph.c    a graph as the function: its clone in double
 *     check_diff.c     evaluations: the noise of f, differences at a fixed step
 *     check_threads.c  the differences shared out among threads
 *     check_judge.c    ratios, floors, verdicts, hints
 *     check_report.c   the report as text
 *
 * A report is made in a context of its own: its errors are the report's reasons and never the user's.
 */
#ifndef WGI_CHECK_PRIVATE_H
#define WGI_CHECK_PRIVATE_H

#include <locale.h>
#include <math.h>
#include <string.h>

#include "wengert/check.h"

enum { WGI_CHECK_TEXT = 240, WGI_CHECK_BATCHES = 4 };

typedef struct wgi_check_part {
    const char *name, *op, *where;
    wg_shape shape;
    int64_t size;
    double *point; /* where the gradient is checked */
    double *x;     /* where f is evaluated */
    double *analytic;
    double *numeric; /* NaN: not computed */
    double *spread;  /* two-sided: the distance of the two one-sided differences */
    bool asked;      /* for by the user: else it is left out where it has no derivative */
    bool left_out;   /* reported, and not counted */
    bool silent;     /* inconclusive because its gradient is zero or below the noise: the others decide */
    wg_verdict verdict;
    double ratio, floor, step_noise; /* step_noise: a difference's standard deviation by rounding */
    int64_t worst, compared, wrong;  /* wrong: components beyond doubt */
    char reason[WGI_CHECK_TEXT], hint[WGI_CHECK_TEXT];
} wgi_check_part;

struct wg_check {
    wg_context *c;
    const char *name, *where;
    wgi_check_part *part;
    int parts;
    double eps;
    bool one_sided;
    int64_t limit;                    /* components of each part, 0: all */
    int64_t batch[WGI_CHECK_BATCHES]; /* sizes of the inputs' first axes, for hints */
    int batches;
    bool is_graph;
    double f, noise, ratio, floor;
    int64_t evaluations, compared;
    wg_verdict verdict;
    char reason[WGI_CHECK_TEXT];
};

/* The function under test: set hands over part k's x, value evaluates. */
typedef struct wgi_check_target {
    void (*set)(void *self, int k);
    double (*value)(void *self);
    void *self;
    /* The same function for another thread, in the memory of r's context; it goes with that. NULL: it belongs to one thread. */
    bool (*fork)(void *self, wg_check *r, struct wgi_check_target *to);
} wgi_check_target;

/* check.c: never NULL; without memory a report that says so, whose context is NULL. */
wg_check *wgi_check_new(const wg_options *o, const wg_gradcheck_opts *opts);
bool wgi_check_parts(wg_check *r, int n); /* room for n of them */
/* Names part k, makes its arrays. */
bool wgi_check_part_set(wg_check *r, int k, const char *name, wg_shape s);
/* Whether the report's context failed; its message becomes the report's reason. */
bool wgi_check_failed(wg_check *r);
const char *wgi_check_keep(wg_check *r,
                           const char *text); /* a copy that the report owns; "" without memory */
/* At most WGI_CHECK_TEXT bytes, in the C locale. */
void wgi_check_say(char *to, const char *format, ...) WG_PRINTF(2, 3);
/* Between these two, numbers are printed as in the C locale. */
typedef struct wgi_check_locale {
    locale_t plain, before;
} wgi_check_locale;
wgi_check_locale wgi_check_locale_begin(void);
void wgi_check_locale_end(wgi_check_locale l);

/* check_diff.c */
void wgi_check_measure(wg_check *r, const wgi_check_target *t);
/* Component i of part k. */
void wgi_check_difference(wg_check *r, const wgi_check_target *t, int k, int64_t i);

/* check_threads.c: those of all parts without a reason, each part's spread evenly when they are limited */
void wgi_check_differences(wg_check *r, const wgi_check_target *t);

/* check_judge.c */
void wgi_check_judge(wg_check *r);
bool wgi_check_wrong(const wg_check *r, const wgi_check_part *in, int64_t i); /* component i, beyond doubt */
/* Component i: the distance of yours and numeric, and the sum of their sizes. */
static inline double wgi_check_deviation(const wgi_check_part *in, int64_t i)
{
    return fabs(in->analytic[i] - in->numeric[i]);
}
static inline double wgi_check_size(const wgi_check_part *in, int64_t i)
{
    return fabs(in->analytic[i]) + fabs(in->numeric[i]);
}

/* check_report.c */
void wgi_check_place(const wgi_check_part *in, int64_t i, char to[WGI_CHECK_TEXT]); /* "W[3,7]" */

#endif
