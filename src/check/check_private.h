/* check_private.h: the private header of check/, the gradient check.
 *
 *     report.c          reports: made, run, read
 *     user_functions.c  checks of C functions, pairs, ops of users; assertions
 *     check_graph.c     the check of a graph: the function under test is a clone of the graph in double; its
 *                       second derivatives
 *     differences.c     the check of a function; evaluations: rounding noise, differences at a fixed step
 *     claim.c           a gradient against slopes of its function: claim.h
 *     graph_function.c  a scalar of a graph as the function of a claim; its pieces, and the numbers inside it
 *     points.c          the gradient against slopes of f at several points
 *     kink.c            whether the point lies at a kink
 *     beside.c          derivatives at a kink, by their limits
 *     slope.c           the slope of a function of one variable: slope.h
 *     digits.c          a graph and its slopes in binary128: digits.h; digits_ops.c: its ops
 *     rules.c           each node's rule against its own kernel
 *     remedy.c          what would make a wrong rule right
 *     first_wrong.c     where the gradient becomes wrong, if each rule is right
 *     as_it_runs.c      what runs against what is checked
 *     judge.c           ratios, floors, verdicts, hints
 *     causes.c          of a function: what is wrong with a gradient that fails
 *     check_print.c     prints a report
 *     marks.c           marks of nodes for drawings; what a finding calls an operand
 *
 * Every report has a context of its own. An error there becomes the reason of the report; the context of the
 * user never fails because of it.
 */
#ifndef WGI_CHECK_PRIVATE_H
#define WGI_CHECK_PRIVATE_H

#include <locale.h>
#include <math.h>
#include <stdarg.h>
#include <string.h>

#include "check/claim.h"
#include "wengert/check.h"
#include "wengert/op.h"
#include "wgx/graph.h"

/* BEYOND: a difference of so many bars does not come from errors that the bars measure. On 2,127 right
 * components the largest was 3 bars. */
enum { WGI_CHECK_TEXT = 240, WGI_CHECK_BATCHES = 4, WGI_BEYOND = 10, WGI_CHECK_MEANT = 8 };

/* An error of a larger share of a component than this must not hide behind a pass. */
#define WGI_CHECK_LIMIT 0.1

/* One vector whose gradient is checked: a parameter, an input, or the x of a plain function. */
typedef struct wgi_check_part {
    /* What the report shows. reason, hint, arrays and what is counted from them are added when it is read. */
    wg_check_input shown;
    int64_t size;
    double *point; /* the point where the gradient is checked */
    double *x;     /* the point where f is evaluated now; equal to point except during a difference */
    double *analytic;
    double *numeric;     /* a component that was not computed is NaN */
    double scale;        /* the root of the mean square of point; 1 if that is 0 */
    double *slope, *bar; /* by component, what its record says; NaN: it has none */
    wg_check_point n;    /* counts of comparisons at all points */
    double typical;      /* the root of the mean square of the components, the larger of here and 1 % away */
    /* of the directions: the same of the components times the ways that they move; the widest bar at the
     * given point, 0: none was compared there */
    double moved, widest;
    int draws;
    wgi_compared *record; /* what was compared at the given point, components and directions, in turn */
    int records, room;
    int32_t *record_of; /* by component: its last record, from 1; 0: none */
    double unsure; /* a difference of this share was not made sure of, as there were too few evaluations; 0:
                    * none */
    double overlooked; /* elsewhere a difference of this share of a component did not count: points.c */
    /* By component, the exact gradient at the given point and what rounding explains of what runs: of its
     * inputs, and of the terms that the reverse sweep adds. NULL: what runs is not compared. */
    double *exact, *rounding;
    bool narrow;    /* what runs is f32 */
    double *ran;    /* what runs; NULL: it is not compared */
    double run;     /* the share by which a component of it is off, at most */
    bool ran_wrong; /* it is off by more than is allowed */
    bool is_torn;   /* at the given point slopes by single components say nothing of how f moves with all */
    unsigned char *signal; /* by component: whether the gradient is not zero at some point */
    double *differs_at;    /* the first point, beside the given one, where some part differs; NULL: none */
    double *spread;        /* two-sided check: the distance between the two one-sided differences */
    bool silent; /* inconclusive because its gradient is zero or below the noise; the other parts decide */
    double step_noise; /* the standard deviation of a difference that rounding causes */
    char reason[WGI_CHECK_TEXT], hint[WGI_CHECK_TEXT];
} wgi_check_part;

/* The stages of a check. */
typedef enum wgi_stage {
    WGI_STAGE_RULE,   /* a node's rule against its own kernel: rules.c */
    WGI_STAGE_SLOPE,  /* the gradient against slopes of the whole function: points.c */
    WGI_STAGE_FIRST,  /* where the gradient becomes wrong: first_wrong.c */
    WGI_STAGE_RUN,    /* what runs, with the dtypes, threads and plans of the user: as_it_runs.c */
    WGI_STAGE_SECOND, /* second derivatives: rules.c, check_graph.c */
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
    int part;                    /* of WGI_STAGE_SLOPE; -1: none */
    wg_node node;                /* of the clone; wg_none: of no node */
    wg_check_finding shown;      /* stage, point and remedy follow when it is read */
    const char *whose;           /* what the report calls yours: wgi_check_whose */
    double along;                /* of WGI_STAGE_RULE: the slope where all elements move */
    double share;                /* of a component, by which it differs; 0: of the numbers shown */
    char remedy[WGI_CHECK_TEXT]; /* what would make it right; or "" */
} wgi_finding;

/* What wgx_kink finds, and more. */
typedef struct wgi_kink {
    wgx_call call;
    const char *text;    /* "abs, model.c:7"; "": there is no kink */
    const char *instead; /* what is to be written to have second derivatives there; or "" */
    bool is_isolated;    /* on both sides of the point other pieces are chosen than at the point */
    bool is_alone;       /* even one element of a choice is another one on both sides, as that of x == 0 */
} wgi_kink;

typedef struct wgi_names {
    const char **name;
    int count, room;
} wgi_names;

struct wg_check {
    wg_context *c;
    const char *stage; /* what is being done, and how much of it is done */
    double share;
    bool stopped;
    char starved[WGI_CHECK_TEXT]; /* a part of the work had no memory; or "" */
    const char *where;
    wgi_check_part *part;
    int parts;
    int64_t batch[WGI_CHECK_BATCHES]; /* first axes of inputs; one may be the batch size, for hints */
    int batches;
    bool is_graph;
    double f, noise, ratio, floor;
    int64_t evaluations;
    int64_t gaps; /* evaluations of a C function without a finite value; the first: where, and why */
    char gap[WGI_CHECK_TEXT], no_value[WGI_CHECK_TEXT]; /* no_value: what f said of the last one; or "" */
    bool by_course;                                     /* a step was given: the course's scale decides */
    /* A difference of this share of a component is none: o.tolerance, or what a solver in the graph leaves.
     * solver: its op and place; or "". */
    double allowed;
    const char *solver;
    /* used: f and the gradient have values there; why: why not; NULL: nobody came so far */
    wg_check_point at[WGI_POINTS];
    int64_t gradients;   /* how often the gradient was computed */
    wgi_names unreached; /* parameters that f does not depend on */
    wgi_names stored;    /* parameters of f16 or bf16, which are not trained */
    wgi_names meant;     /* the first nodes whose derivative is another one on purpose */
    wg_verdict verdict;
    char reason[WGI_CHECK_TEXT];
    char why[WGI_CHECK_TEXT]; /* why the course's ratio is large although the gradient is right; or "" */
    wgi_finding *finding;
    int findings, finding_room;
    wg_check_rules rules;
    /* All nodes are ops of the library, and each was compared alone, and is right: then f in quad is exact,
     * also where f in double is another one. */
    bool by_rules;
    bool own_kinks; /* a user's rule has another slope at a kink than the library: f is not taken in pieces */
    bool of_second; /* the report of H u, a part of another report */
    wg_check_second second;
    char second_reason[WGI_CHECK_TEXT];
    wgi_kink kink;                /* that at which the point lies */
    char at_kink[WGI_CHECK_TEXT]; /* why f has no gradient there, or that it has another one; or "" */
    wg_gradcheck_opts o;          /* with defaults; its texts are the report's, its allocator is not used */
    wg_check_facts facts;         /* what wg_check_facts_of gives; it is written there */
};

/* The numbers of the parts of a report, and of the components of a part. */
#define EACH_PART(k, r)       for (int k = 0; k < (r)->parts; k++)
#define EACH_COMPONENT(i, in) for (int64_t i = 0; i < (in)->size; i++)

static inline bool wgi_check_has(const wg_check *r, wgi_stage stage)
{
    for (int i = 0; i < r->findings; i++)
        if (r->finding[i].stage == stage) return true;
    return false;
}

/* ---- report.c ---- */

/* wgi_check_new never returns NULL. If memory is out, the report says so and its context is NULL. */
wg_check *wgi_check_new(wg_site here, const wg_start_opts *o, const wg_gradcheck_opts *opts);
/* r, or if it is NULL a report that says so. */
const wg_check *wgi_check_given(const wg_check *r);
bool wgi_check_parts(wg_check *r, int n); /* makes an array of n parts */
/* Sets the name and the shape of part k, and makes its arrays. */
bool wgi_check_part_set(wg_check *r, int k, const char *name, wg_shape s);
/* Returns whether the context of the report failed. If so, its message becomes the reason of the report. */
bool wgi_check_failed(wg_check *r);
/* Copies text into the memory of the report; "" if memory is out. */
const char *wgi_check_keep(wg_check *r, const char *text);
/* Prints at most WGI_CHECK_TEXT bytes to `to`. Numbers are printed as in the C locale. Returns true. */
bool wgi_check_say(char *to, const char *format, ...) WG_PRINTF(2, 3);
/* The part does not count for the verdict. */
static inline void wgi_check_leave_out(wgi_check_part *in, const char *why)
{
    in->shown.left_out = true, wgi_check_say(in->reason, "%s", why);
}
/* Writes "W[3,7]" for element i of a tensor, "W" for a scalar; for component i of a part. Returns `to`. */
const char *wgi_check_index(const char *name, wg_shape s, int64_t i, char to[WGI_CHECK_TEXT]);
const char *wgi_check_place(const wgi_check_part *in, int64_t i, char to[WGI_CHECK_TEXT]);
/* A list with room for one more; NULL: out of memory, and the list is as it was. */
void *wgi_check_grow(wg_check *r, void *list, int count, int *room, size_t each);
/* Adds a copy of the name; a finding, with copies of its texts. */
void wgi_check_name(wg_check *r, wgi_names *n, const char *name);
void wgi_check_add(wg_check *r, const wgi_finding *f);
/* What a report calls the gradient that is checked: autodiff in a graph, yours if the caller computes it. */
static inline const char *wgi_check_whose(const wg_check *r) { return r->is_graph ? "autodiff" : "yours"; }
/* Between these two, numbers are printed as in the C locale. */
typedef struct wgi_check_locale {
    locale_t plain, before;
} wgi_check_locale;
wgi_check_locale wgi_check_locale_begin(void);
void wgi_check_locale_end(wgi_check_locale l);

/* Standard normal numbers, functions of the report's seed, the stream and the index. wgi_check_normals: NULL:
 * out of memory; free the list with wg_free. */
double wgi_check_normal(const wg_check *r, uint64_t stream, uint64_t i);
double *wgi_check_normals(wg_check *r, uint64_t stream, int64_t n);
/* The root of the mean square of x[0 .. n); 1 if that is 0. */
double wgi_check_rms(const double *x, int64_t n);
bool wgi_check_are_finite(const double *x, int64_t n);

/* wgi_check_at_stage says what is being done; stage is a constant. wgi_check_go_on tells it to the user, and
 * returns false if the check is stopped: then no comparison counts that is not complete. */
void wgi_check_at_stage(wg_check *r, const char *stage, double share);
bool wgi_check_go_on(wg_check *r);
/* How many of o.evaluations are left. A slope takes ONE, with what it takes to measure noise first ALL. */
int64_t wgi_check_left(const wg_check *r);
enum { WGI_ONE = 25, WGI_ALL = 200 };
static inline bool wgi_check_is_stopped(const wg_check *r) { return r->stopped; }
/* Lets the report's context work on after an error. An error of memory is kept: what it left out is no pass.
 * wgi_check_starve keeps that of another context. */
void wgi_check_recover(wg_check *r);
void wgi_check_starve(wg_check *r, const wg_context *c);
/* As wgx_peek; an error of memory is kept. */
bool wgi_check_peek(wg_check *r, wg_node n, wg_tensor *t);
/* The elements of a node. False: it has no values; the context works on. */
bool wgi_check_values(wg_check *r, wg_node n, double *to);
static inline int64_t wgi_elements(wg_node n) { return wg_shape_size(wg_node_shape(n)); }
static inline bool wgi_op_is_library(const wg_op *op) { return wg_op_find(op->name) == op && !op->users; }
static inline bool wgi_is_first_result(wg_node n) { return wg_part_at("", n, 0).index == n.index; }
/* Memory for n doubles, zeroed. NULL: out of memory. */
double *wgi_check_doubles(wg_check *r, int64_t n);
/* Builds root again in graph `to`, with the random draws of the graph `from`, which stay the same. */
wg_node wgi_check_replay(wg_node root, wg_graph *to, const wg_graph *from, const wg_replay_opts *o);
/* Whether a finding decides the verdict. The course's scale says nothing of second derivatives. */
static inline bool wgi_check_has_failed(const wg_check *r)
{
    return wgi_check_has(r, WGI_STAGE_SECOND) || (r->findings && !r->by_course);
}
/* The verdict, if the check was stopped or had too little memory. */
void wgi_check_end_early(wg_check *r);
/* Components that were compared with slopes alone; of these, those that differ beyond doubt, in *wrong. */
int64_t wgi_check_single(const wgi_check_part *in, int64_t *wrong);
/* Components whose gradient is zero at every point; 0 if it was seen at none. */
int64_t wgi_check_zeros(const wg_check *r, const wgi_check_part *in);

/* ---- differences.c ---- */

/* f at x, counted among the evaluations. After a failure the context works on, and the value is none. */
double wgi_check_try_value(wg_check *r, const wgi_check_target *t);
/* Measures f and its differences at the point, and compares the gradient with slopes. */
void wgi_check_measure(wg_check *r, const wgi_check_target *t);
/* Judges what was measured. */
void wgi_check_finish(wg_check *r, const wgi_check_target *t);
/* Both. */
void wgi_check_run(wg_check *r, const wgi_check_target *t);

/* ---- points.c ---- */

/* Opens the claim that part.analytic is the gradient at part.point. False: f has no value there. */
bool wgi_check_claim(wgi_claim *c, wg_check *r, const wgi_check_target *t);
/* Compares the gradient with slopes, at the given point and at others. */
void wgi_check_points(wg_check *r, const wgi_check_target *t);
/* The same for H u and slopes of the gradient: at the given point; if that lies at a kink, beside it and in
 * the limit. Returns why H u was not compared at the point: "they ..."; NULL: it was. */
const char *wgi_check_points_of_second(wg_check *r, const wgi_check_target *t);
/* Notes what was compared at the given point of component i of part k, and a finding with this remedy if it
 * differs. */
void wgi_check_note(wg_check *r, int k, int64_t i, const wgi_compared *c, const char *remedy);
/* Number i of a point, x, moved by this share of its size, on that ray. A number that is almost zero beside
 * the others, whose size is scale, moves as they do. */
double wgi_check_beside(const wg_check *r, double x, double scale, double by, int ray, uint64_t i);

/* ---- kink.c, beside.c ---- */

/* Whether a piece of a function has one value of the node: a mask, numbers of elements, a rounded number. */
bool wgi_is_choice(wg_node n);
/* As wgx_kink. */
wgi_kink wgi_check_kink(wg_check *r, wg_node y, const wg_node x[], int n);
/* Compares f and the gradient at a kink with their limits. What they say against it becomes r->at_kink, and a
 * finding if the gradient is another one. */
void wgi_check_sides(wg_check *r, const wgi_check_target *t);
/* Compares H u at the point with its limits. As wgi_check_points_of_second. */
const char *wgi_check_limits(wg_check *r, const wgi_check_target *t);

/* ---- graph_function.c ---- */

/* A graph g in which some nodes are inputs, that stand still; another graph, `moving`, computes their
 * values. */
typedef struct wgi_frozen {
    wg_graph *moving, *g;
    wg_node moving_root, root;
    wg_node *moving_x, *x; /* the n inputs that the point sets, in both graphs; wg_none: there is none */
    int n;
    wg_node *from, *to; /* nodes of `moving`, and the inputs of g that get their values */
    int count;
} wgi_frozen;

/* Makes g and its root. held: by node of `moving`: 1: it stands still. map gets the nodes of g. */
bool wgi_freeze(wg_check *r, wgi_frozen *z, const unsigned char *held, wg_node *map);
/* Gives the nodes that stand still their values where the inputs are at[0 .. n), nodes of another graph. */
void wgi_frozen_settle(wg_check *r, const wgi_frozen *z, const wg_node at[]);
void wgi_frozen_close(wg_check *r, wgi_frozen *z);
/* The function root of x[0 .. n), in which masks, numbers of elements, rounded numbers and the nodes also[0
 * .. more) stand still. So every element stays on its piece, and there are no kinks. p->g is NULL if root
 * has none, or if its pieces have another value, as where a choice is by NaN. */
void wgi_pieces_open(wg_check *r, wgi_frozen *p, wg_node root, const wg_node x[], int n, const wg_node also[],
                     int more);

/* By index of the nodes up to the root: whether it lies between the inputs and the root, and the root's
 * gradient by it; wg_none: it has none. */
typedef struct wgi_inside {
    wg_check *r;
    wg_graph *g;
    wg_node root;
    unsigned char *on;
    wg_node *gz;
} wgi_inside;

/* x: the inputs, some may be wg_none. False: there are no gradients. To be closed in any case. */
bool wgi_inside_open(wgi_inside *in, wg_check *r, wg_node root, const wg_node x[], int n);
void wgi_inside_close(wgi_inside *in);
/* A number z inside is computed with an error of up to |z| eps / 2, and so is each term of a sum. To first
 * order these errors move the root by at most the sum of |z dz| eps / 2: its value; 0: there are no
 * gradients. The node is kept in *bound, at first wg_none. */
double wgi_inside_rounding(wg_check *r, wg_node root, const wg_node x[], int n, wg_node *bound);

/* root as a function of the inputs x[0 .. n), and its gradients by them. Who makes one fills in all but
 * piece_gx, summed and whole. */
typedef struct wgi_graph_function {
    wg_check *r;
    wg_site here;
    wg_node root;
    int n;
    const wg_node *x, *gx;   /* wg_none: it does not move; there is no gradient */
    double *const *at;       /* by input: the values that it gets */
    double none;             /* a component of a gradient that there is not */
    wgi_frozen pieces;       /* of root, if it has kinks: slopes are taken of these. To be opened before */
    const wgi_frozen *meant; /* the graph, if nodes of it stand still; or NULL */
    wgi_digits *digits;      /* of root and gx; or NULL */
    wg_node *piece_gx;
    /* the sum of the gradient by input `summed` - 1 times u, and how far rounding inside may move it */
    int summed;
    wg_node u, sum, bound;
    bool whole; /* values are those of root */
} wgi_graph_function;

/* sum + the sum of x times w, whose numbers are a new input, *by. sum may be wg_none. */
wg_node wgi_plus_product(wg_site here, wg_node sum, wg_node x, const double *w, wg_node *by);
wgi_check_target wgi_graph_target(wgi_graph_function *q);
void wgi_graph_digits(wgi_graph_function *q);         /* opens them */
void wgi_graph_function_close(wgi_graph_function *q); /* pieces and digits, too */

/* ---- rules.c ---- */

/* A node that was built by itself. The memory is the report's context's. */
typedef struct wgi_isolated {
    wg_check *r;
    wg_graph *g;
    const wg_op *op;
    const void *attr;
    wg_node *x, y; /* behind the operands, x has the input that holds the weights v */
    int operands;
    bool wide;         /* operands of f32 were converted to f64 */
    wg_node *gx;       /* by operand: the rule's gradient, for the seeds v; wg_none: there is none by it */
    double **point;    /* by operand: the values; NULL: not of a float dtype */
    double **at;       /* by operand: room for the values where it moves */
    double *result;    /* room for y */
    double *v;         /* the weights of the elements of y */
    wgi_frozen pieces; /* of y; `in_pieces`: the y for which they were made */
    wgi_digits *digits;
    wg_node in_pieces, in_digits;
    wgi_check_target t;
    wgi_claim claim; /* that the rule's gradients are those of the sum of v y. Its v is NULL: not open */
} wgi_isolated;

/* Builds node n by itself. stream: of the random weights. wide: with f32 operands converted to f64. False:
 * it cannot be built, or nothing is to be compared. */
bool wgi_isolated_open(wg_check *r, wg_node n, uint64_t stream, bool wide, wgi_isolated *a);
void wgi_isolated_close(wg_check *r, wgi_isolated *a);
/* Adds a finding for each wrong operand of a node. Zero for an operand without asked[index] says that there
 * is no derivative, as by the targets of a loss: nobody asks for it. Sets held[i] to 1 for nodes whose
 * derivative is meant not to be that of their value: they must stand still when the whole function is
 * compared. These are stop_gradient, and wg_custom_vjp on a value that does not move with the operand, as in
 * a straight-through estimator, or that is the operand itself, as where a gradient is clipped or reversed. */
void wgi_check_rules(wg_check *r, wg_graph *clone, wg_node root, const unsigned char *asked,
                     unsigned char *held);
/* Adds a finding for each operand of n, of those with on[index], that n's rule leaves out although the value
 * moves with it. Whether there is one. */
bool wgi_check_left_out(wg_check *r, wg_node n, const unsigned char *on);
/* Whether n's rule is wrong by operand k where the gradient of its result is gn. */
bool wgi_check_share(wg_check *r, wg_node n, int k, wg_node gn);
/* If a second derivative is wrong: the same for the nodes from `first` on that the gradients gx[0 .. n)
 * depend on, to find an op inside a rule. Ops of the library are left out: those that a rule calls with x and
 * y = f(x) may divide their derivative between the two as they like. */
void wgi_check_rules_of_gradient(wg_check *r, wg_graph *clone, int64_t first, const wg_node gx[], int n);
/* remedy.c. Finds out what would make the rule right for f->operand, and writes it to f->remedy. */
void wgi_check_remedy(wg_check *r, wgi_isolated *a, wgi_finding *f);
/* causes.c. Of a function: hints of the parts that fail, each tried at two points. */
void wgi_check_causes(wg_check *r, const wgi_check_target *t);
/* Whether all elements with wrong[i] = 1 have one index along an axis: writes which. */
bool wgi_check_one_index(wg_shape s, const unsigned char wrong[], char to[WGI_CHECK_TEXT]);
/* marks.c. "x", "gamma (bn.gamma)": as the op's documentation and the user call operand k of n; else
 * "operand 0 (dense, model.c:12)". */
void wgi_check_operand_name(wg_node n, int k, char to[WGI_CHECK_TEXT]);

/* ---- other stages of a graph's check ---- */

/* first_wrong.c. x: the clone's nodes of the parts; wg_none: not in the clone. Adds a finding, if a part's
 * gradient differs and no finding names a rule. */
void wgi_check_first_wrong(wg_check *r, wg_site here, wg_graph *clone, wg_node root, const wg_node x[]);
/* How far f in double may be off its digits, as a share: numbers may cancel. */
static inline double wgi_check_trusts(const wg_check *r) { return r->by_rules ? INFINITY : 1e-4; }

/* as_it_runs.c. */
void wgi_check_what_runs(wg_check *r, wg_site here, wg_node loss);
/* Compares what runs with .exact, of parts that have it. */
void wgi_check_whole_run(wg_check *r, wg_site here, wg_node loss, const wg_node x[]);

/* A solver's gradient is that of its equation, and its steps solve that but for an error. How large a share
 * of a component the error may be; 0: n is no solver. In rules.c. */
double wgi_solver_error(wg_node n);

/* ---- judge.c ---- */

const char *wgi_check_word(double ratio); /* "great", "ok", "worry", "very likely a bug" */
/* Compares `yours`, whose own error is at most `error`, with a slope. size: of a typical component of the
 * direction. A difference of at most the share `allowed` of it, or of the slope, is none. */
wgi_compared wgi_check_compare(double yours, double error, double size, double allowed, const wgi_slope *s);
/* Whether a slope with this bar shows an error of a component of this size. */
bool wgi_check_sees(const wgi_check_part *in, double own, double bar);
/* The same, however large the others are. */
bool wgi_check_sees_alone(double own, double bar);
/* How many bars a component must be wrong by, that so many draws miss it in one of 1,000 cases: a draw misses
 * an error e if |u| e < 10 bars, with u standard normal, with the probability 0.8 * 10 bars / e. */
double wgi_check_certainty(int draws);
/* Keeps a comparison at the given point: of component i; -1: of several. Component i's; NULL: it has none. */
void wgi_check_record(wg_check *r, wgi_check_part *in, int64_t i, const wgi_compared *c);
const wgi_compared *wgi_check_recorded(const wgi_check_part *in, int64_t i);
bool wgi_check_is_at_kink(const wgi_check_part *in, int64_t i); /* of its own, or it ties */
/* Of a direction: whether it would have shown an error of 10 % of a typical component. */
bool wgi_check_sees_along(const wgi_check_part *in, double bar);
/* Puts findings in order. If the verdict is fail: says whether all that differs differs by little. */
void wgi_check_conclude(wg_check *r);
/* Makes the numbers those of a finding. */
static inline void wgi_show_compared(wg_check_finding *f, const wgi_compared *c)
{
    f->yours = c->yours, f->numeric = c->numeric, f->bar = c->bar;
}
static inline wgi_compared wgi_not_compared(void)
{
    return (wgi_compared){ .yours = NAN, .numeric = NAN, .bar = INFINITY };
}
/* What is known of component i: its slope; if it has none, or the course's scale decides, its difference.
 * One-sided differences have an error proportional to the step, and nothing measures it. So no single
 * component of a one-sided check is wrong beyond doubt; only the ratio counts. */
wgi_compared wgi_check_known(const wg_check *r, const wgi_check_part *in, int64_t i);
void wgi_check_judge(wg_check *r);
/* The number with the fewest digits by which yours is to be multiplied, or, *divide, divided, to be right in
 * all n comparisons. 0: no number. */
double wgi_check_factor(const wgi_compared c[], int64_t n, bool *divide);
/* Component i: |analytic - numeric|. */
static inline double wgi_check_deviation(const wgi_check_part *in, int64_t i)
{
    return fabs(in->analytic[i] - in->numeric[i]);
}
/* The components of a part that the report shows: wrong ones first, then by falling difference.
 * wgi_check_most_off: at most `most` of them. */
enum { WGI_CHECK_ROWS = 8 };
/* The words of a row: "pass", "FAIL", "not seen", "inconclusive". */
const char *wgi_check_row_word(const wg_check *r, const wgi_check_part *in, int64_t i);
int wgi_check_rows(const wg_check *r, const wgi_check_part *in, int64_t row[WGI_CHECK_ROWS]);
int wgi_check_most_off(const wg_check *r, const wgi_check_part *in, int64_t row[], int most);
/* What slopes say of component i, if they decide; else NULL. */
const wgi_compared *wgi_check_decides(const wg_check *r, const wgi_check_part *in, int64_t i);
/* How far component i is off: from its slope, if that decides and is known, else from its difference. */
double wgi_check_off(const wg_check *r, const wgi_check_part *in, int64_t i);

/* check_print.c. "slopes at the given point", "at the given point" */
const char *wgi_check_slopes_text(wgi_point p);
const char *wgi_check_point_text(wgi_point p);

#endif
