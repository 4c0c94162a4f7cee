/* SPDX-License-Identifier: MIT */
/* check.h: the gradient check, for graphs and for plain C functions:
 *
 *     static double f(size_t n, const double *x, double *g, void *user);      fills g unless it is NULL
 *     wg_check *r = wg_gradcheck_fn(f, 2, point, NULL);
 *     wg_check_print(r, stdout);
 *     int rc = wg_check_exit(r);              0 pass, 1 fail, 5 inconclusive
 *     wg_check_free(r);
 *
 * The report says FAIL only where the gradient differs from measured slopes by more than their error
 * bars allow, and then where. A pass says how large an error could still hide. The stages:
 *
 *     1. Of a graph: each node alone. Its derivative rule is compared with differences of its own
 *        kernel. A finding names the op, the line, the operand and the element, and what would make the
 *        rule right.
 *     2. The gradient against slopes of the whole function: along each component if they are few, else
 *        in random directions, part by part. The bars are measured: several steps, extrapolated; the
 *        noise of f. This is done at the given point, about 1 % of each component away, and after ten
 *        steps of descent, as a point chosen by hand may lie at a minimum. What is wrong at the
 *        given point is not compared at the others. Where a library op of a graph has
 *        a kink, slopes are those of the piece on which each element lies at the point. If the point itself
 *        lies at a kink, the values and gradients beside it say whether f jumps, or has another gradient.
 *     3. The check that Andrew Ng's course "Improving Deep Neural Networks" (DeepLearning.AI) teaches, "the
 *        course" in this header: two-sided differences with a fixed step (default 1e-7). The ratio ||numeric - analytic|| / (||numeric|| + ||analytic||) is printed with
 *        the course's words: up to 1e-7 great, up to 1e-5 ok, up to 1e-3 worry, above: very likely a
 *        bug. It decides the verdict only if you give the step: great and ok pass, worry is
 *        inconclusive, worse fails.
 *     4. With .order = 2, of a graph: second derivatives. Each rule is compared as a function, its own
 *        derivative with its slopes; a wrong op inside a rule is named too. Products H u
 *        with the matrix H of second derivatives are compared with slopes of the gradient. Where the point lies at
 *        a kink, they are compared beside it to both sides, and their limits with H u at the point. */
#ifndef WENGERT_CHECK_H
#define WENGERT_CHECK_H
#if defined(__GNUC__) && !defined(__clang__) && !defined(WG_OWN_HEADERS)
#pragma GCC system_header
#endif

#include "ops.h"
#include "params.h"

WG_BEGIN_DECLS

typedef struct wg_check wg_check;

/* Called at each evaluation of the function, and more often. stage: what is being done, "rules of the nodes"; share:
 * how much of it is done, from 0 to 1. If it returns false the check stops. Its report then holds what was found until
 * then, and wg_check_facts.stopped is true: the verdict is fail if something has failed, else inconclusive. */
typedef bool (*wg_progress_fn)(void *progress_user, const char *stage, double share);

/* course_only: every component, no rules, no slopes. An error that the course's scale cannot see passes: one of a
 * component that is small beside the others, a wrong rule that does not show at this point.
 *
 * intended names ops, or nodes by their names (wg_name), whose derivative is another one than that of their value on
 * purpose, as that of a straight-through estimator: "quantize, clip_gradient". They are not compared, and stand still
 * where the whole function is compared. The report names them. Of a C function: pieces of x by their names, "W".
 *
 * With .evaluations a difference of a C function fails if it is plain: more than 1e-3 of a component and 1,000 bars. Smaller ones are not
 * made sure of: then the verdict is inconclusive. To name the component takes up to half as many evaluations more. */
#define wg_gradcheck_opts_list(P, X) \
    X(double, eps, WG_AUTO, "(0, inf)", "the course's step; if it is given, the course's scale decides. Default: 1e-7") \
    X(bool, one_sided, false, "", "the course's difference is (f(x + eps) - f(x)) / eps, and the course's scale decides") \
    X(const char *, name, NULL, "", "of the function or loss, for the report") \
    X(int64_t, components, WG_AUTO, "[1, inf)", \
      "the course's differences are of at most so many components of each input, evenly spaced. Default: about 250 in all") \
    X(const wg_allocator *, allocator, NULL, "", \
      "of all memory of the check and its report, until wg_check_free. Copied. Default: that of the graph's context") \
    X(wg_progress_fn, progress, NULL, "", "is told what is being done, and may stop the check") \
    X(void *, progress_user, NULL, "", "first argument of progress") \
    X(int, order, 1, "[1, 2]", "2: of a graph, checks the second derivatives too") \
    X(bool, course_only, false, "", "stage 3 alone, as courses teach it; its scale decides") \
    X(double, tolerance, 0, "[0, 1)", \
      "a difference of at most this share of a component, or of a typical one, is allowed: for a function that solves " \
      "something and stops early, or has a constant with few digits") \
    X(double, accuracy, 0, "[0, 1)", \
      "how exact f is, as a share of its value: 1e-8 for a function that solves something to eight digits. What such " \
      "errors can explain is no finding. 0: f is as exact as its arithmetic") \
    X(int64_t, evaluations, WG_AUTO, "[20, inf)", \
      "about so many evaluations of f. Default: as many as it takes, 25 to 50 for each of up to 64 components, and 350 more") \
    X(const char *, intended, NULL, "", "what has another derivative on purpose; see above") \
    X(const char *, names, NULL, "", \
      "of a C function: what x is made of, one after the other, by names and shapes: \"W[3,4], b[4], s\". The report " \
      "then says W[2,0], and looks for transposes. Default: \"x\", a vector")
WG_OPTIONS(wg_gradcheck_opts);

/* Inconclusive: NaN, nothing to compare, all zero, or a difference that can come from noise or a kink. */
typedef enum wg_verdict { WG_PASS, WG_FAIL, WG_INCONCLUSIVE } wg_verdict;
WG_API const char *wg_verdict_name(wg_verdict v); /* "pass", "fail", "inconclusive" */

/* Checks the gradients of a scalar loss with respect to the parameters of p, or with p NULL to all named
 * float inputs that it depends on. (Inputs without a derivative are reported and not counted.) The check runs
 * a copy of the graph in double, in which random draws, such as dropout masks, do not change. The graph, the
 * parameters and the graph's own random draws stay as they are. The result is never NULL. Free it with
 * wg_check_free; it may be used after graph and context are freed. */
WG_API wg_check *wg_gradcheck_at(wg_site here, wg_node loss, wg_params *p, const wg_gradcheck_opts *o);
#define wg_gradcheck(loss, ...)                                                                                  \
    WG_CALL_WITH(wg_gradcheck_at, (WG_AT(WG_BYTE_2 #loss ", " #__VA_ARGS__), loss, WG_HEAD_(__VA_ARGS__)), wg_gradcheck_opts, \
            WG_TAIL_(__VA_ARGS__, ))
/* The same for n nodes of your choice, inputs or parameters. */
WG_API wg_check *wg_gradcheck_nodes_at(wg_site here, wg_node loss, const wg_node x[], int n,
                                       const wg_gradcheck_opts *o);
#define wg_gradcheck_nodes(loss, x, ...)                                                                     \
    WG_CALL_WITH(wg_gradcheck_nodes_at,                                                                               \
            (WG_AT(WG_BYTE_3 #loss ", " #x ", " #__VA_ARGS__), loss, x, WG_HEAD_(__VA_ARGS__)), wg_gradcheck_opts, \
            WG_TAIL_(__VA_ARGS__, ))

/* Checks a C function that returns its value at x and, unless g is NULL, writes its gradient to g. */
typedef double (*wg_check_fn)(size_t n, const double *x, double *g, void *user);
/* For such a function, where it has no value, as a logarithm of -0.2: return wg_check_no_value("log of -0.2"). It is NaN.
 * NaN says the same without a reason. At the given point nothing can be compared then. At a point to which the check has
 * moved x, the check goes on without that value. */
WG_API double wg_check_no_value(const char *why); /* what a function returns where it has no value */
WG_API wg_check *wg_gradcheck_fn_at(wg_site here, wg_check_fn f, size_t n, const double *x, void *user,
                                    const wg_gradcheck_opts *o); /* checks the gradient of a C function */
#define wg_gradcheck_fn(f, n, x, ...)                                                                          \
    WG_CALL_WITH(wg_gradcheck_fn_at,                                                                                  \
            (WG_AT(WG_BYTE_4 #f ", " #n ", " #x ", " #__VA_ARGS__), f, n, x, WG_HEAD_(__VA_ARGS__)),             \
            wg_gradcheck_opts, WG_TAIL_(__VA_ARGS__, ))
/* Checks a gradient that is given against the values of f. f is called with g NULL. */
WG_API wg_check *wg_gradcheck_values_at(wg_site here, wg_check_fn f, size_t n, const double *x,
                                        const double *gradient, void *user, const wg_gradcheck_opts *o);
#define wg_gradcheck_values(f, n, x, gradient, ...)                                                            \
    WG_CALL_WITH(wg_gradcheck_values_at,                                                                              \
            (WG_AT(WG_BYTE_5 #f ", " #n ", " #x ", " #gradient ", " #__VA_ARGS__), f, n, x, gradient,            \
             WG_HEAD_(__VA_ARGS__)),                                                                             \
            wg_gradcheck_opts, WG_TAIL_(__VA_ARGS__, ))

/* Checks an op of yours at the values of the operands x: each operand of a float dtype. attr as for
 * wg_apply. */
WG_API wg_check *wg_gradcheck_op_at(wg_site here, const wg_op *op, const wg_node x[], int n, const void *attr,
                                    const wg_gradcheck_opts *o);
#define wg_gradcheck_op(op, x, n, ...)                                                                         \
    WG_CALL_WITH(wg_gradcheck_op_at,                                                                                  \
            (WG_AT(WG_BYTE_4 #op ", " #x ", " #n ", " #__VA_ARGS__), op, x, n, WG_HEAD_(__VA_ARGS__)),           \
            wg_gradcheck_opts, WG_TAIL_(__VA_ARGS__, ))

/* Checks a pair of C functions, as wg_extern takes them: forward computes y from x, backward computes
 * gx = J' gy. The weights gy are random: with ones, errors would be hidden wherever the sum of y is
 * constant. */
WG_API wg_check *wg_gradcheck_vjp_at(wg_site here, size_t nx, size_t ny, wg_forward_fn forward,
                                     wg_backward_fn backward, const double *x, void *user,
                                     const wg_gradcheck_opts *o);
#define wg_gradcheck_vjp(nx, ny, forward, backward, x, ...) \
    WG_CALL_WITH(wg_gradcheck_vjp_at, \
            (WG_AT(WG_BYTE_6 #nx ", " #ny ", " #forward ", " #backward ", " #x ", " #__VA_ARGS__), nx, ny, forward, \
             backward, x, WG_HEAD_(__VA_ARGS__)), \
            wg_gradcheck_opts, WG_TAIL_(__VA_ARGS__, ))

/* For the assertions of any test framework: assert(wg_check_passes(wg_gradcheck(loss, p))). Frees
 * the report. If it does not pass, prints file:line and the report to stderr first. */
WG_API bool wg_check_passes_at(wg_site here, wg_check *r);
#define wg_check_passes(r) wg_check_passes_at(WG_AT(#r), r)

WG_API void wg_check_print(const wg_check *r, FILE *out); /* Prints the report. */
WG_API int wg_check_exit(const wg_check *r); /* 0 pass, 1 fail, 5 inconclusive */
WG_API void wg_check_free(wg_check *r); /* Frees the report, with all that is owned by it. */

WG_API wg_verdict wg_check_verdict(const wg_check *r); /* Whether the gradient passes. */

/* One checked input: a parameter, an input node, or the vector x. */
typedef struct wg_check_input {
    const char *name;
    wg_shape shape;
    wg_verdict verdict;
    double ratio, floor;
    int64_t worst; /* the largest difference; one that fails, if any does; -1: none */
    /* All components, owned by the report. numeric: the course's differences; slope and bar: what they are
     * measured to be, and the error bar of the difference from yours. NaN: not computed. */
    const double *analytic, *numeric, *slope, *bar;
    /* An error of this share of a typical component would have been seen, in 999 of 1,000 cases, had one
     * component had it. Infinite: nothing was seen. */
    double resolution;
    double here; /* the same of an error at the given point alone: with what was seen there */
    const char *op, *where; /* of the node: its op and file:line; else "" */
    const char *reason;     /* why the verdict is not pass */
    const char *hint;       /* a likely cause: "a factor 2 is missing"; or "" */
    /* How many components were compared: by the course's differences; with slopes, each alone. And in how
     * many random directions, in which all of them move together, at all points. */
    int64_t course, alone, directions;
    int64_t zeros; /* components whose gradient is zero at every point: they show nothing */
    int64_t wrong; /* so many components are known to be wrong; all that are, if each was compared */
    bool left_out; /* it does not count for the verdict: reason says why */
    int64_t node;  /* its index in the graph: see wg_graph_node. 0: of no graph */
} wg_check_input;
/* Something that is wrong. */
typedef struct wg_check_finding {
    /* "rule": a node's rule against its kernel. "frontier": the gradient at the node is right, and what its
     * rule gives to the operand is not, although alone it seemed right; operand -1: several nodes give this one
     * its gradient, and it is not known which of them is wrong. "run": what runs against what is checked. "slope": the gradient against
     * slopes. "second": a second derivative: of a node's rule, or of the whole function. */
    const char *stage;
    const char *op, *where; /* of a node: its op, and file:line; else "" */
    const char *name;       /* of the node, by wg_name and the scopes around it; or "" */
    int operand;            /* of a node: its number; else -1 */
    const char *by;         /* the operand: "x", "gamma (bn.gamma)"; or the input's name; or "" */
    wg_shape shape;         /* of the operand or input */
    int64_t element;        /* of it; -1: only all elements together differ */
    double yours, numeric, bar;
    const char *remedy; /* what would make it right; or "" */
    const char *point;  /* "at the given point", "1 % away", "after ten steps of descent" */
    int64_t wrong;      /* how many elements of the operand are wrong; 0: not counted */
    int64_t node;       /* its index in the graph: see wg_graph_node. 0: of no node */
} wg_check_finding;
WG_API wg_check_finding wg_check_finding_at(const wg_check *r, int i); /* finding i; the first is nearest to the cause */

/* The nodes that the findings name, those whose gradients pass through them, and the parameters and inputs
 * whose gradients are right: for the option marks of wg_draw. g: the graph that was checked, as it was then. Owned by the report. */
WG_API const wg_node_mark *wg_check_marks(const wg_check *r, wg_graph *g, int *n);

WG_API wg_check_input wg_check_input_at(const wg_check *r, int i); /* Input i, in the order of the report. */
/* Writes the components of input i that differ most to row, wrong ones first: at most `most`. Returns how
 * many. */
WG_API int wg_check_worst(const wg_check *r, int i, int64_t row[], int most);
/* Component i of an input, as a row of the report says it. NaN: it was not compared. */
typedef struct wg_check_component {
    double yours, numeric, bar;
    double left, right; /* at a kink or cusp the slopes to both sides; else equal to numeric, or NaN */
    const char *word;   /* "pass", "FAIL", "not seen", "inconclusive"; "": it was not compared */
    char why[200];      /* of "not seen": "where f jumps"; or "" */
} wg_check_component;
/* Component i of an input. */
WG_API wg_check_component wg_check_component_at(const wg_check *r, int input, int64_t i);
/* The name of parameter, or node, i of those that the loss does not depend on. */
WG_API const char *wg_check_unreached_at(const wg_check *r, int i);

/* A point where the gradient was compared with slopes, or why it was not. */
typedef struct wg_check_point {
    const char *text; /* "1 % away" */
    bool used;
    const char *why; /* why it was not used; or "" */
    /* Comparisons: with a slope; of these, those that differ; without one; of these, at a kink. */
    int clear, differ, unclear, kinks;
} wg_check_point;
WG_API wg_check_point wg_check_point_at(const wg_check *r, int i); /* Point i: the given one is the first. */

/* What the comparison of each node alone covers: operands that were compared, and that could not be; nodes
 * that could not be built alone; nodes whose derivative is meant to be another one (wg_stop_gradient,
 * wg_custom_vjp); nodes of f32 that were compared with double. */
typedef struct wg_check_rules {
    int64_t compared, unclear, not_built, held, narrow;
} wg_check_rules;
/* What .order = 2 has shown. */
typedef struct wg_check_second {
    int order; /* that was asked for; if it is 1, nothing of the following was computed */
    /* Operands of rules, and the gradient of a rule's result, by which a rule was compared with its own
     * derivative; and by which it could not be. */
    int64_t rules, unclear;
    bool whole;        /* products H u were compared with slopes of the gradient */
    bool zero;         /* they are zero at all points, yours and numeric */
    int blurred;       /* comparisons of H u that show nothing, as at kinks */
    double resolution; /* as of an input: of a typical component of H u. Infinite: nothing was seen */
    const char *reason; /* why second derivatives could not be compared; or "" */
    const char *kink;   /* "abs, model.c:7": the point lies exactly at a kink of it; or "" */
} wg_check_second;

/* What a report says in numbers and words. The lists have functions of their own: wg_check_finding_at and the like. A
 * later version may add members at the end. */
typedef struct wg_check_facts {
    wg_verdict verdict;     /* whether the gradient passes */
    const char *reason;     /* why the verdict is not pass. "" if it comes from an input: see wg_check_input.reason */
    const char *name;       /* of the function or loss */
    const char *where;      /* file:line of the call; or "" */
    double value;           /* of the function at x */
    double ratio;           /* of all components of all inputs */
    const char *word;       /* of the ratio: "great", "ok", "worry", "very likely a bug"; "": it is not finite */
    const char *why;        /* why the course's ratio is large although the gradient is right; or "" */
    double floor;           /* the ratio that rounding noise alone gives */
    double eps;             /* the step of the course's differences */
    double noise;           /* standard deviation of f's rounding errors near x */
    int64_t evaluations;    /* how often the function was computed */
    int64_t gradients;      /* how often the gradient was computed */
    uint64_t seed;          /* of the random directions */
    int64_t gaps;           /* how often a C function had no finite value */
    const char *first_gap;  /* the first: where, and why: "x[0] = -0.0002: log of -0.0002"; "": none, or of a graph */
    bool stopped;           /* by opts.progress: the report holds a part */
    int findings;           /* how many: wg_check_finding_at */
    int inputs;             /* wg_check_input_at */
    int points;             /* wg_check_point_at: where the gradient was compared; the given one is the first */
    int unreached;          /* wg_check_unreached_at: parameters, or nodes of your choice, that the loss does not need */
    wg_check_rules rules;   /* what the comparison of each node alone covers */
    wg_check_second second; /* what the comparison of second derivatives has shown */
} wg_check_facts;
/* The facts of a report. They belong to it: wg_check_free frees them. Never NULL. */
WG_API const wg_check_facts *wg_check_facts_of(const wg_check *r);

WG_END_DECLS
#endif
