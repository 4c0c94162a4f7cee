/* check_private.h: the private header of check/, the gradient check.
 *
 *     check.c          runs a check; the check of plain C functions; access to a report
 *     check_graph.c    the check of a graph: the function under test is a clone of the graph in double
 *     check_diff.c     evaluations of f: its rounding noise, its differences at a fixed step
 *     check_threads.c  the differences, divided among threads
 *     check_judge.c    ratios, floors, verdicts, hints
 *     check_report.c   prints a report
 *     second.c         second derivatives
 *     check_object.c   makes and frees reports, and writes the texts in them
 *     ended_early.c    a check that is stopped or has no memory
 *     operand_name.c   what a finding calls an operand
 *     evidence.c       access to the evidence in a report; the order of the findings
 *     coverage.c       what was compared, in words
 *     case.c           a small program in which a wrong rule fails, too
 *     sweep.c          the course's difference of one component at many steps
 *
 * Every report has a context of its own. An error there becomes the reason of the report; the context of the
 * user never fails because of it.
 */
#ifndef WGI_CHECK_PRIVATE_H
#define WGI_CHECK_PRIVATE_H

#include <locale.h>
#include <math.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <string.h>

#include "check/slope.h"
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
    double *numeric;     /* a component that was not computed is NaN */
    double scale;        /* the root of the mean square of point; 1 if that is 0 */
    double *slope, *bar; /* by component, NaN: not computed. The slope of f, and the bar of its difference */
    /* Of comparisons with slopes, at all points: those that say something, those that differ, those that say
     * nothing, and of these the ones at a kink. */
    int clear, differ, unclear, kinks;
    /* With high probability (999 of 1,000) an error of this share of the typical component would have been
     * seen, had one component had it. Infinite: nothing was seen. */
    double resolution;
    int64_t directions;    /* in which all components moved together, at all points */
    unsigned char *signal; /* by component: whether the gradient is not zero at some point */
    int64_t node;          /* its index in the user's graph; 0: of no graph */
    double *differs_at;    /* the first point, beside the given one, where some part differs; NULL: none */
    double *spread;        /* two-sided check: the distance between the two one-sided differences */
    bool asked; /* the user named this part; a part that nobody named is left out if it has no derivative */
    bool left_out; /* appears in the report, does not count for the verdict */
    bool silent;   /* inconclusive because its gradient is zero or below the noise; the other parts decide */
    wg_verdict verdict;
    double ratio, floor, step_noise; /* step_noise: standard deviation of a difference that rounding causes */
    int64_t worst, compared, wrong;  /* worst: a component, -1: none; wrong: how many beyond doubt */
    char reason[WGI_CHECK_TEXT], hint[WGI_CHECK_TEXT];
} wgi_check_part;

/* The stages of a check. */
typedef enum wgi_stage {
    WGI_STAGE_LOCAL,    /* a node's rule against its own kernel: local.h */
    WGI_STAGE_SLOPE,    /* the gradient against slopes of the whole function: whole.h */
    WGI_STAGE_FRONTIER, /* where the gradient becomes wrong: frontier.h */
    WGI_STAGE_RUN,      /* what runs, with the dtypes, threads and plans of the user: as_it_runs.h */
    WGI_STAGE_SECOND,   /* second derivatives: second.h */
    WGI_STAGES
} wgi_stage;

/* Where a gradient is compared: at the point that was given, and at others near it. */
typedef enum wgi_point {
    WGI_POINT_GIVEN,
    WGI_POINT_BESIDE,
    WGI_POINT_OTHER_SIDE,
    WGI_POINT_BELOW,
    WGI_POINTS
} wgi_point;

/* Something that is wrong. */
typedef struct wgi_finding {
    wgi_stage stage;
    wgi_point point;
    int part;               /* of WGI_STAGE_SLOPE; -1: none */
    wg_node node;           /* of the clone; wg_none: of no node */
    int64_t user;           /* the node's index in the user's graph; 0: none */
    const char *op, *where; /* of the node: its op, and file:line */
    const char *by;         /* the operand: operand_name.c */
    int operand;
    wg_shape shape;  /* of the operand */
    int64_t element; /* of the operand; -1: the numbers are of a direction in which all elements move */
    double yours, numeric, bar;
    const char *whose;           /* what the report calls yours: wgi_check_whose */
    double along;                /* of WGI_STAGE_LOCAL: the slope where all elements move */
    int64_t wrong;               /* how many elements are wrong; 0: not counted */
    char remedy[WGI_CHECK_TEXT]; /* what would make it right; or "" */
    struct wgi_case *made_from;  /* of WGI_STAGE_LOCAL: case.h; or NULL */
} wgi_finding;

struct wg_check {
    wg_context *c;
    wg_allocator memory; /* the caller's; resize NULL: none */
    bool (*progress)(void *user, const char *stage, double share);
    void *progress_user;
    const char *stage; /* what is being done, and how much of it is done */
    double share;
    atomic_bool stopped;
    struct wg_check *whole;       /* of a fork: the check that it computes a part of; else NULL */
    char starved[WGI_CHECK_TEXT]; /* a part of the work had no memory; or "" */
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
    bool by_course; /* a step was given: the course's scale decides */
    bool course_only;
    bool seen[WGI_POINTS]; /* f and the gradient have values there */
    /* Comparisons there, as in a part; and why there are none: NULL: nobody came so far. */
    struct {
        int clear, differ, unclear, kinks;
        const char *why;
    } at[WGI_POINTS];
    int64_t gradients;      /* how often the gradient was computed */
    const char **unreached; /* names of parameters that f does not depend on */
    int unreached_count;
    const char **stored; /* names of parameters of f16 or bf16, which are not trained */
    int stored_count;
    wg_verdict verdict;
    char reason[WGI_CHECK_TEXT];
    char why[WGI_CHECK_TEXT]; /* why the course's ratio is large although the gradient is right; or "" */
    const char *sweep_of;     /* the component to sweep; NULL: none */
    wg_check_sweep sweep;
    wgi_finding *finding;
    int findings, finding_room, cases; /* cases: of findings that keep one */
    /* Of WGI_STAGE_LOCAL: operands that were compared, and that were not: no slope; nodes that cannot
     * be built alone. */
    struct {
        int64_t compared, unclear, alone, held, narrow;
    } local;
    int order;      /* 2: second derivatives are checked too */
    bool of_second; /* the report of H u, a part of another report: second.c */
    struct {
        int64_t rules, unclear;      /* operands of rules; those without a slope */
        bool whole, zero;            /* H u was compared; it is zero at all points */
        int blurred;                 /* comparisons of H u that said nothing, as at kinks */
        double resolution;           /* as of a part, of H u */
        double asymmetry, bar;       /* |<v, H u> - <u, H v>| and its bar; NaN: not computed */
        char reason[WGI_CHECK_TEXT]; /* why second derivatives could not be compared; or "" */
    } second;
};

/* What the gradient and the function say about one direction: compare.c. */
typedef struct wgi_compared {
    wgi_slope_kind kind;
    double yours, numeric, bar; /* bar: of their difference */
    bool clear;                 /* f has one slope here */
    bool differ;                /* beyond doubt */
} wgi_compared;

static inline bool wgi_check_has(const wg_check *r, wgi_stage stage)
{
    for (int i = 0; i < r->findings; i++)
        if (r->finding[i].stage == stage) return true;
    return false;
}

/* Compares `yours`, whose own error is at most `error`, with a slope. size: of a typical component of the
 * direction. */
wgi_compared wgi_check_compare(double yours, double error, double size, const wgi_slope *s);

/* Standard normal numbers, functions of the report's seed, the stream and the index. wgi_check_normals: NULL:
 * out of memory; free the list with wg_free. */
double wgi_check_normal(const wg_check *r, uint64_t stream, uint64_t i);
double *wgi_check_normals(wg_check *r, uint64_t stream, int64_t n);

/* whole.c. The root of the mean square of x[0 .. n); 1 if that is 0. */
double wgi_check_rms(const double *x, int64_t n);

/* The function under test. Call set(self, k) after part k of x has changed; value(self) computes f. */
typedef struct wgi_check_target {
    void (*set)(void *self, int k);
    double (*value)(void *self);
    /* Computes the gradient at x: to[k] has room for part k. NULL, or false: it cannot. */
    bool (*gradient)(void *self, double **to);
    /* Says that x is a point to stay at for a while. May be NULL. */
    void (*settle)(void *self);
    /* Adds findings that say where the gradient becomes wrong. May be NULL. */
    void (*search)(void *self);
    void *self;
    /* The function is made of many terms, which may have kinks at the same point. */
    bool several_kinks;
    /* Makes a copy of the function for another thread, in memory of r's context, which also frees it. NULL:
     * only one thread may call the function. */
    bool (*fork)(void *self, wg_check *r, struct wgi_check_target *to);
} wgi_check_target;

/* Says that the pointer to `what` is NULL, in a report that is not begun. */
wg_check *wgi_check_without(wg_check *r, const char *what);
/* check.c. Measures f and its differences at the point, and judges the gradient. */
void wgi_check_run(wg_check *r, const wgi_check_target *t);

/* check_object.c. wgi_check_new never returns NULL. If memory is out, the report says so and its context is
 * NULL. */
wg_check *wgi_check_new(const wg_options *o, const wg_gradcheck_opts *opts);
/* r, or if it is NULL a report that says so. */
const wg_check *wgi_check_given(const wg_check *r);
bool wgi_check_parts(wg_check *r, int n); /* makes an array of n parts */
/* Sets the name and the shape of part k, and makes its arrays. */
bool wgi_check_part_set(wg_check *r, int k, const char *name, wg_shape s);
/* Returns whether the context of the report failed. If so, its message becomes the reason of the report. */
bool wgi_check_failed(wg_check *r);
/* Copies text into the memory of the report; "" if memory is out. */
const char *wgi_check_keep(wg_check *r, const char *text);
/* Prints at most WGI_CHECK_TEXT bytes to `to`. Numbers are printed as in the C locale. */
void wgi_check_say(char *to, const char *format, ...) WG_PRINTF(2, 3);
void wgi_check_vsay(char *to, const char *format, va_list args);
/* Adds a finding, with copies of its texts. */
void wgi_check_add(wg_check *r, const wgi_finding *f);
/* What a report calls the gradient that is checked: autodiff in a graph, yours if the caller computes it. */
static inline const char *wgi_check_whose(const wg_check *r) { return r->is_graph ? "autodiff" : "yours"; }
/* Between these two, numbers are printed as in the C locale. */
typedef struct wgi_check_locale {
    locale_t plain, before;
} wgi_check_locale;
wgi_check_locale wgi_check_locale_begin(void);
void wgi_check_locale_end(wgi_check_locale l);

/* ended_early.c. wgi_check_at_stage says what is being done; stage is a constant. wgi_check_go_on tells it to
 * the user, and returns false if the check is stopped: then no comparison counts that is not complete. */
void wgi_check_at_stage(wg_check *r, const char *stage, double share);
bool wgi_check_go_on(wg_check *r);
static inline bool wgi_check_is_stopped(const wg_check *r) { return (r->whole ? r->whole : r)->stopped; }
/* Lets the report's context work on after an error. An error of memory is kept: what it left out is no pass.
 * wgi_check_starve keeps that of another context. */
void wgi_check_recover(wg_check *r);
void wgi_check_starve(wg_check *r, const wg_context *c);
/* As wg_peek; an error of memory is kept. */
bool wgi_check_peek(wg_check *r, wg_node n, wg_tensor *t);
/* Whether a finding decides the verdict. The course's scale says nothing of second derivatives. */
static inline bool wgi_check_has_failed(const wg_check *r)
{
    return wgi_check_has(r, WGI_STAGE_SECOND) || (r->findings && !r->by_course);
}
/* The verdict, if the check was stopped or had too little memory. */
void wgi_check_end_early(wg_check *r);

/* Writes "W[3,7]" for component i. */
void wgi_check_place(const wgi_check_part *in, int64_t i, char to[WGI_CHECK_TEXT]);

/* operand_name.c. "x", "gamma (bn.gamma)": as the op's documentation and the user call operand k of n; else
 * "operand 0 (dense, model.c:12)". */
void wgi_check_operand_name(wg_node n, int k, char to[WGI_CHECK_TEXT]);

/* check_diff.c. f at x, counted among the evaluations. wgi_check_try_value: after a failure the context
 * works on, and the value is none. */
double wgi_check_evaluate(wg_check *r, const wgi_check_target *t);
double wgi_check_try_value(wg_check *r, const wgi_check_target *t);

/* check_diff.c. The gradient at x, counted. */
bool wgi_check_gradient(wg_check *r, const wgi_check_target *t, double **to);

/* check_diff.c. Measures f and its noise at the point. Returns false if f has no value there; the report says
 * why. */
bool wgi_check_measure(wg_check *r, const wgi_check_target *t);
/* Computes the difference of component i of part k. */
void wgi_check_difference(wg_check *r, const wgi_check_target *t, int k, int64_t i);

/* check_threads.c. Computes the differences of all parts that have no reason yet. If r->limit is set, the
 * chosen components are spread evenly over each part. */
void wgi_check_differences(wg_check *r, const wgi_check_target *t);

/* course.c. Fills r->why, if the course's ratio is a worry and nothing is wrong. */
void wgi_check_explain(wg_check *r, const wgi_check_target *t);

/* frontier.c. Notes the point as that of the first finding beside the given point. */
void wgi_check_note_point(wg_check *r);

/* points.c. Compares the gradient with slopes, at the given point and at others. */
void wgi_check_points(wg_check *r, const wgi_check_target *t);

const char *wgi_check_point_text(wgi_point p); /* "at the given point" */

/* check_report.c. The components of a part that the report shows: wrong ones first, then by falling
 * difference. wgi_check_most_off: at most `most` of them. */
enum { WGI_CHECK_ROWS = 8 };
int wgi_check_rows(const wg_check *r, const wgi_check_part *in, int64_t row[WGI_CHECK_ROWS]);
int wgi_check_most_off(const wg_check *r, const wgi_check_part *in, int64_t row[], int most);
/* How far component i is off: from its slope, if that decides and is known, else from its difference. */
double wgi_check_off(const wg_check *r, const wgi_check_part *in, int64_t i);

/* evidence.c. Notes which components have a gradient that is not zero, at the point where it was computed. */
void wgi_check_note_signal(wg_check *r);
/* Components that were compared with slopes alone; of these, those that differ beyond doubt, in *wrong. */
int64_t wgi_check_alone(const wgi_check_part *in, int64_t *wrong);
/* Components whose gradient is zero at every point; 0 if it was seen at none. */
int64_t wgi_check_zeros(const wg_check *r, const wgi_check_part *in);
/* Puts the findings in order: the nearest to the cause first. */
void wgi_check_rank(wg_check *r);

/* sweep.c. Fills r->sweep; leaves it empty if there is no such component. */
void wgi_check_sweep(wg_check *r, const wgi_check_target *t, const char *of);

/* coverage.c. For each part: what could hide, and what was compared. */
void wgi_check_print_coverage(const wg_check *r, FILE *out);
/* "PASS", "FAIL" or "INCONCLUSIVE", on a terminal in colour. */
const char *wgi_check_colored(const char *word, FILE *out);

/* check_judge.c */
void wgi_check_judge(wg_check *r);
/* Whether component i is wrong beyond doubt. */
bool wgi_check_wrong(const wg_check *r, const wgi_check_part *in, int64_t i);
/* Component i: |analytic - numeric| and |analytic| + |numeric|. */
static inline double wgi_check_deviation(const wgi_check_part *in, int64_t i)
{
    return fabs(in->analytic[i] - in->numeric[i]);
}
/* Whether it was compared with anything. */
static inline bool wgi_check_has_number(const wgi_check_part *in, int64_t i)
{
    return !isnan(in->analytic[i]) && !(isnan(in->numeric[i]) && isnan(in->slope[i]));
}
static inline double wgi_check_size(const wgi_check_part *in, int64_t i)
{
    return fabs(in->analytic[i]) + fabs(in->numeric[i]);
}

/* ---- rounded.c ---- */

/* Whether nodes of g round to f16 or bf16 what depends on nodes x. The report then says so. */
bool wgi_check_is_rounded(wg_check *r, const wg_graph *g, const wg_node x[], int n);

#endif
