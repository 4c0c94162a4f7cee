/* check.h: the gradient check, for graphs and for plain C functions:
 *
 *     static double f(size_t n, const double *x, double *g, void *user);      fills g unless it is NULL
 *     wg_check *r = wg_gradcheck_fn(f, 2, (double[]){ -1.2, 1 }, NULL, NULL);
 *     wg_check_print(r, stdout);
 *     int rc = wg_check_exit(r);              0 pass, 1 fail, 5 inconclusive
 *     wg_check_free(r);
 *
 * It is the check that machine-learning courses teach. The numeric gradient is made of two-sided differences
 * with a fixed step (default 1e-7). The ratio ||numeric - analytic|| / (||numeric|| + ||analytic||) is judged
 * by this scale: up to 1e-7 great, up to 1e-5 ok, up to 1e-3 worry, above: very likely a bug. Great and ok
 * pass, worry is inconclusive, a bug fails.
 *
 * The ratio alone can be wrong in both directions, so two rules are added:
 *
 *     1. The rounding noise of f is measured. It gives the ratio's floor: the ratio that a right gradient
 *        would show. A difference is inconclusive, and no failure, if it can come from noise, from a kink
 *        within the step, or from a step that is too large. An input whose gradient is zero or below the
 *        noise does not decide the verdict.
 *     2. One component fails the check, however small its part in the ratio, if it is wrong by more than
 *        1e-3 of its size and by more than ten times its noise.
 */
#ifndef WENGERT_CHECK_H
#define WENGERT_CHECK_H

#include "params.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct wg_check wg_check;

typedef struct wg_gradcheck_opts {
    double eps;         /* the step; default 1e-7 */
    bool one_sided;     /* the difference is (f(x + eps) - f(x)) / eps */
    const char *name;   /* of the function or loss, for the report */
    int64_t components; /* check at most so many components of each input, evenly spaced; default: all */
    uint64_t reserved[6];
} wg_gradcheck_opts;

/* Inconclusive: NaN, nothing to compare, all zero, or a difference that can come from noise or a kink. */
typedef enum wg_verdict { WG_PASS, WG_FAIL, WG_INCONCLUSIVE } wg_verdict;
WG_API const char *wg_verdict_name(wg_verdict v); /* "pass", "fail", "inconclusive" */

/* Checks the gradients of a scalar loss with respect to the parameters of p, or with p NULL to all named
 * float inputs that it depends on. (Inputs without a derivative are reported and not counted.) The check runs
 * a copy of the graph in double, in which random draws, such as dropout masks, do not change. The graph, the
 * parameters and the graph's own random draws stay as they are. The result is never NULL. Free it with
 * wg_check_free; it may be used after graph and context are freed. */
WG_API wg_check *wg_gradcheck_at(wg_site here, wg_node loss, wg_params *p, const wg_gradcheck_opts *o);
#define wg_gradcheck(loss, ...) wg_gradcheck_at(WG_AT(#loss), loss, __VA_ARGS__)
/* The same for n nodes of your choice, inputs or parameters. */
WG_API wg_check *wg_gradcheck_nodes_at(wg_site here, wg_node loss, const wg_node x[], int n,
                                       const wg_gradcheck_opts *o);
#define wg_gradcheck_nodes(loss, ...) wg_gradcheck_nodes_at(WG_AT(#loss), loss, __VA_ARGS__)

/* Checks a C function that returns its value at x and, unless g is NULL, writes its gradient to g. */
typedef double (*wg_check_fn)(size_t n, const double *x, double *g, void *user);
WG_API wg_check *wg_gradcheck_fn(wg_check_fn f, size_t n, const double *x, void *user,
                                 const wg_gradcheck_opts *o);
/* Checks a gradient that is given against the values of f. f is called with g NULL. */
WG_API wg_check *wg_gradcheck_values(wg_check_fn f, size_t n, const double *x, const double *gradient,
                                     void *user, const wg_gradcheck_opts *o);

WG_API void wg_check_print(const wg_check *r, FILE *out);
WG_API int wg_check_exit(const wg_check *r); /* 0 pass, 1 fail, 5 inconclusive */
WG_API void wg_check_free(wg_check *r);

WG_API wg_verdict wg_check_verdict(const wg_check *r);
WG_API double wg_check_ratio(const wg_check *r); /* of all components of all inputs */
WG_API double wg_check_floor(const wg_check *r); /* the ratio that rounding noise alone gives */
WG_API double wg_check_noise(const wg_check *r); /* standard deviation of f's rounding errors near x */
WG_API double wg_check_eps(const wg_check *r);
WG_API double wg_check_value(const wg_check *r); /* of the function at x */
WG_API int64_t wg_check_evaluations(const wg_check *r);
/* Why the verdict is not pass. "" if it comes from an input: see wg_check_input.reason. */
WG_API const char *wg_check_reason(const wg_check *r);
WG_API const char *wg_check_word(double ratio); /* "great", "ok", "worry", "very likely a bug" */

/* One checked input: a parameter, an input node, or the vector x. */
typedef struct wg_check_input {
    const char *name;
    wg_shape shape;
    wg_verdict verdict;
    double ratio, floor;
    int64_t worst;                    /* the largest difference; one that fails, if any does; -1: none */
    const double *analytic, *numeric; /* all components, owned by the report; NaN in numeric: not computed */
    const char *op, *where;           /* of the node: its op and file:line; else "" */
    const char *reason;               /* why the verdict is not pass */
    const char *hint;                 /* a likely cause: "a factor 2 is missing"; or "" */
} wg_check_input;
WG_API int wg_check_inputs(const wg_check *r);
WG_API wg_check_input wg_check_input_at(const wg_check *r, int i);

#ifdef __cplusplus
}
#endif
#endif
