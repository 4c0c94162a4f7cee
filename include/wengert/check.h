/* check.h: the gradient check. Functions and gradients of one's own need no graph vocabulary:
 *
 *     static double f(size_t n, const double *x, double *g, void *user);      g may be NULL
 *     wg_check *r = wg_gradcheck_fn(f, 2, (double[]){ -1.2, 1 }, NULL, NULL);
 *     wg_check_print(r, stdout);
 *     int rc = wg_check_exit(r);              0 pass, 1 fail, 5 inconclusive
 *     wg_check_free(r);
 *
 * This form is the course's check, literal: two-sided differences at a fixed step (1e-7 unless told otherwise), the ratio
 * ||numeric - analytic|| / (||numeric|| + ||analytic||), and its scale: to 1e-7 great, to 1e-5 ok, to 1e-3 worry, beyond:
 * very likely a bug. Great and ok pass, worry is inconclusive, the rest fails.
 *
 * Two things are added, since the ratio alone is wrong both ways. The rounding noise of f is measured, and with it the
 * ratio's floor: what a right gradient would show. A difference that noise, a kink within the step or a step too large
 * explains is inconclusive, not a failure; an input whose gradient is zero or below the noise leaves the verdict to the
 * others. And a single component that is wrong beyond doubt (by more than 1e-3 of itself and ten times its noise) fails,
 * however little it adds to the ratio.
 */
#ifndef WENGERT_CHECK_H
#define WENGERT_CHECK_H

#include "params.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct wg_check wg_check;

typedef struct wg_gradcheck_opts {
    double      eps;        /* the step; default 1e-7 */
    bool        one_sided;  /* (f(x + eps) - f(x)) / eps */
    const char *name;       /* of a function, for the report */
    int64_t     components; /* at most so many of each input, spread evenly; default: all */
    uint64_t    reserved[6];
} wg_gradcheck_opts;

/* Inconclusive: NaN, nothing to compare, all zero, or a difference that noise or a kink explains. */
typedef enum wg_verdict { WG_PASS, WG_FAIL, WG_INCONCLUSIVE } wg_verdict;
WG_API const char *wg_verdict_name(wg_verdict v); /* "pass", "fail", "inconclusive" */

/* The gradient of the scalar node with respect to p's parameters, or to all named float inputs when p is NULL (those that
 * have no derivative are reported and not counted). Runs a clone in double whatever the graph's dtype, dropout masks frozen;
 * changes nothing in the graph, the parameters or the random draws. Never NULL. A report owns what it needs: it outlives
 * graph and context, and wg_check_free alone frees it. */
WG_API wg_check *wg_gradcheck_at(wg_site here, wg_node loss, wg_params *p, const wg_gradcheck_opts *o);
#define wg_gradcheck(loss, ...) wg_gradcheck_at(WG_AT(#loss), loss, __VA_ARGS__)
/* The same for nodes of one's choice: inputs and parameters. */
WG_API wg_check *wg_gradcheck_nodes_at(wg_site here, wg_node loss, const wg_node x[], int n, const wg_gradcheck_opts *o);
#define wg_gradcheck_nodes(loss, ...) wg_gradcheck_nodes_at(WG_AT(#loss), loss, __VA_ARGS__)

/* A plain C function with its own gradient; f fills g unless it is NULL. */
typedef double (*wg_check_fn)(size_t n, const double *x, double *g, void *user);
WG_API wg_check *wg_gradcheck_fn(wg_check_fn f, size_t n, const double *x, void *user, const wg_gradcheck_opts *o);
/* f alone, its gradient from elsewhere. */
WG_API wg_check *wg_gradcheck_values(wg_check_fn f, size_t n, const double *x, const double *gradient, void *user,
                                     const wg_gradcheck_opts *o);

WG_API void wg_check_print(const wg_check *r, FILE *out);
WG_API int  wg_check_exit(const wg_check *r); /* 0 pass, 1 fail, 5 inconclusive */
WG_API void wg_check_free(wg_check *r);

WG_API wg_verdict  wg_check_verdict(const wg_check *r);
WG_API double      wg_check_ratio(const wg_check *r); /* over all components of all inputs */
WG_API double      wg_check_floor(const wg_check *r); /* the ratio that rounding noise alone would give */
WG_API double      wg_check_noise(const wg_check *r); /* standard deviation of f's rounding errors near x */
WG_API double      wg_check_eps(const wg_check *r);
WG_API double      wg_check_value(const wg_check *r); /* of the function at x */
WG_API int64_t     wg_check_evaluations(const wg_check *r);
WG_API const char *wg_check_reason(const wg_check *r); /* of a verdict other than pass, "" if an input has it */
WG_API const char *wg_check_word(double ratio);        /* the course's: "great", "ok", "worry", "very likely a bug" */

/* One checked input: a parameter, an input node, or the vector x. */
typedef struct wg_check_input {
    const char   *name;
    wg_shape      shape;
    wg_verdict    verdict;
    double        ratio, floor;
    int64_t       worst;              /* the component whose difference is largest, of those that fail if any does; -1: none */
    const double *analytic, *numeric; /* all components; not computed: NaN in numeric */
    const char   *op, *where;         /* of the node, or "" */
    const char   *reason;             /* of a verdict other than pass */
    const char   *hint;               /* what the difference looks like: "a factor 2 is missing"; or "" */
} wg_check_input;
WG_API int            wg_check_inputs(const wg_check *r);
WG_API wg_check_input wg_check_input_at(const wg_check *r, int i);

#ifdef __cplusplus
}
#endif
#endif
