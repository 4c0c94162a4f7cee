/* SPDX-License-Identifier: MIT */
/* implicit.h: values whose derivative is not kept from the way they were computed.
 *
 *     wg_node y = wg_recompute(x, block, &net);                  block(x) is computed again for the gradient
 *     wg_node u = wg_recompute_chain(u0, step, &pde, 1000, .keep = 20);
 *     wg_node z = wg_fixed_point(z0, f, &net);                   z = f(z)
 *     wg_node y = wg_odeint(y0, f, &net, 0, 1, .rtol = 1e-8);    y' = f(t, y)
 */
#ifndef WENGERT_IMPLICIT_H
#define WENGERT_IMPLICIT_H
#if defined(__GNUC__) && !defined(__clang__) && !defined(WG_OWN_HEADERS)
#pragma GCC system_header
#endif

#include "graph.h"
#include "named.h"

WG_BEGIN_DECLS

/* ---- memory for time ---- */

/* A part of a graph: builds nodes from x, and from any other nodes that it finds in user. */
typedef wg_node (*wg_part_fn)(wg_node x, void *user);

/* f(x, user), with less memory: the values that f computes on the way are not kept for the gradient, but
 * computed again when it needs them. Kept are x, what f reads of other nodes, and the result. f is called
 * once, now; user is not read afterwards.
 *
 * Parameters and other nodes that f reads get their gradients. Random nodes give the same numbers again,
 * states (wg_assign) get their new value once. A C function (wg_extern), an op of yours and an op that is
 * impure are never called again: their results are kept. Parts may be nested, and derivatives of any
 * order be taken.
 *
 * The value has the same bits as without wg_recompute, and so has a gradient, with one exception: if a
 * node is read by several parts, its gradient is summed part by part, from the last to the first.
 * Otherwise the values of all parts would be needed together for that sum. (Products with one matrix
 * would become one product.)
 *
 * The values are left out by plans. The interpreter, which runs small graphs at first sight, keeps all
 * values. */
WG_API wg_node wg_recompute_at(wg_site here, wg_node x, wg_part_fn f, void *user);
#define wg_recompute(x, ...) wg_recompute_at(WG_AT(#x), x, __VA_ARGS__) /* x, f, user */

/* A step of a chain: the state after step i = 0, 1, ... */
typedef wg_node (*wg_step_fn)(wg_node x, int i, void *user);

#define wg_recompute_chain_args_list(P, X) \
    P(wg_node, x) \
    P(wg_step_fn, f) \
    P(void *, user) \
    P(int, steps) \
    X(int, keep, WG_AUTO, "[1, inf)", "states that are kept, x included; default: the fewest for which no step is computed more than twice again")
WG_OPTIONS_AND_OPERANDS(wg_recompute_chain_args);
/* x = f(x, i, user) for i = 0 .. steps - 1, with at most `keep` states kept at a time, and the values of
 * one step. Which states are kept when is the binomial schedule of Griewank and Walther (2000), which
 * computes the fewest steps: if B(k, r) = (k + r)! / (k! r!) and B(keep, r - 1) < steps <= B(keep, r),
 * then beyond the value itself r steps - B(keep + 1, r - 1) steps. keep >= steps: each step once more; 1:
 * steps (steps - 1) / 2. */
WG_API wg_node wg_recompute_chain_at(wg_site here, const wg_recompute_chain_args *a);
#define wg_recompute_chain(...) /* x, f, user, steps, options */ \
    WG_NAMED(wg_recompute_chain_at, wg_recompute_chain_args, (x, f, user, steps), 4, #__VA_ARGS__, __VA_ARGS__)

/* ---- differential equations ---- */

/* f(t, y) of y' = f(t, y). t is a scalar node: use it, not a number of yours, where f depends on the time. */
typedef wg_node (*wg_ode_fn)(wg_node t, wg_node y, void *user);

typedef enum wg_ode_method {
    WG_ODE_DORMAND_PRINCE, /* adaptive steps, fifth order (Dormand and Prince 1980) */
    WG_ODE_EULER,          /* fixed steps, first order */
    WG_ODE_MIDPOINT,       /* second order */
    WG_ODE_RK4,            /* fourth order: the classical method of Runge and Kutta */
    WG_ODE_METHODS
} wg_ode_method;

#define wg_odeint_args_list(P, X) \
    P(wg_node, x) /* the state at `from`, of any shape */ \
    P(wg_ode_fn, f) \
    P(void *, user) \
    P(double, from) \
    P(double, to) \
    X(wg_ode_method, method, WG_ODE_DORMAND_PRINCE, "dormand_prince, euler, midpoint, rk4", "how steps are made") \
    X(int, steps, 100, "[1, inf)", "fixed steps, from one time to the next") \
    X(double, rtol, 1e-6, "[0, inf)", "adaptive steps: the error of a step is at most atol + rtol |y|") \
    X(double, atol, 1e-9, "[0, inf)", "one of rtol and atol must be above 0") \
    X(int, most, 10000, "[1, inf)", "adaptive steps that are tried at most") \
    X(const double *, times, NULL, "", "times between `from` and `to`, in order, at which the solution is wanted") \
    X(int, count, 0, "[0, inf)", "the number of times") \
    X(bool, adjoint, false, "", "the derivative is computed by the adjoint equation") \
    X(wg_node, t, WG_NO_NODE, "", "the times as a node [1 + count], without .times; `from` and `to` are not read then")
WG_OPTIONS_AND_OPERANDS(wg_odeint_args);
/* The solution of y' = f(t, y) at the time `to`; with .times at these times, [count, shape of y]. `to`
 * may be before `from`. With .t the first element of t is the time of y, and the solution is wanted at the
 * other elements.
 *
 * Gradients go to y, to t, and to all parameters and nodes that f reads. They are those
 * of the steps: exact for the computed numbers, and all values of the steps are kept. With .adjoint they
 * are computed by integrating the adjoint equation back in time, with the same method and steps (Chen et
 * al. 2018): nothing but the solution at the wanted times is kept, and the gradient has an error of the
 * order of the method. wg_recompute around wg_odeint saves memory, too, and gives the gradient of the
 * steps.
 *
 * Adaptive steps are chosen now, by reading values, with the inputs and parameters of this moment. The
 * steps are a part of the graph: after wg_input_set, or another step of an optimizer, a graph that is
 * kept runs the same steps. So build the graph anew (wg_begin) for each step of a training, or take fixed
 * steps. With .t each step is a fixed share of the way from one time to the next. */
WG_API wg_node wg_odeint_at(wg_site here, const wg_odeint_args *a);
#define wg_odeint(...) /* y, f, user, from, to, options */ \
    WG_NAMED(wg_odeint_at, wg_odeint_args, (x, f, user, from, to), 5, #__VA_ARGS__, __VA_ARGS__)

/* ---- fixed points ---- */

#define wg_fixed_point_args_list(P, X) \
    P(wg_node, x) /* where the iteration begins */ \
    P(wg_part_fn, f) \
    P(void *, user) \
    X(double, tol, WG_AUTO, "(0, inf)", "default 1e-10, in f32 1e-5") \
    X(int, most, 100, "[1, inf)", "iterations") \
    X(int, anderson, 0, "[0, 16]", "mixes so many of the last iterations (Anderson 1965); 0: z = f(z)") \
    X(int, adjoint_steps, WG_AUTO, "[1, inf)", "iterations for the derivative; default: see below")
WG_OPTIONS_AND_OPERANDS(wg_fixed_point_args);
/* z with z = f(z, user): iterates z = f(z) until max |f(z) - z| <= tol (1 + max |z|). It is an error if
 * `most` iterations are not enough; the message says how far it has come. With .anderson the iteration
 * goes on at the mean of the last f(z) whose f(z) - z is the shortest: it often needs fewer iterations.
 *
 *     E = wg_fixed_point(M, kepler, &orbit)                        E = M + e sin E
 *
 * Parameters and other nodes that f reads get the implicit derivative (Christianson 1994; Bai et al.
 * 2019): with J = df/dz and the gradient gz of z, those of f with the seed u, where u = gz + J' u. The
 * iterations are not differentiated, nor are their values kept. x has no gradient: the fixed point does
 * not depend on it. Derivatives of any order can be taken. wg_jvp gives dz = df + J dz, where df is the
 * tangent of f with z held fixed.
 *
 * If z has at most 64 elements, u and dz are found with the matrix J. Otherwise they are found by iteration:
 * .adjoint_steps times, by default as often as z needs by the speed at which it has converged, with
 * .anderson .most times. If that is not enough, the run of the gradient is an error.
 *
 * The iterations are counted now, by reading values, with the inputs and parameters of this moment. They
 * are a part of the graph: a graph that is kept runs as many after wg_input_set. If its last step is then
 * above 10 tol, the run is an error. So build the graph anew (wg_begin) for each step of a training.
 * wg_vmap runs as many iterations for every row. */
WG_API wg_node wg_fixed_point_at(wg_site here, const wg_fixed_point_args *a);
#define wg_fixed_point(...) /* x, f, user, options */ \
    WG_NAMED(wg_fixed_point_at, wg_fixed_point_args, (x, f, user), 3, #__VA_ARGS__, __VA_ARGS__)

#define wg_settled_args_list(P, X) \
    P(wg_node, x) \
    P(wg_node, before) \
    X(double, tol, 1e-6, "(0, inf)", "two iterations that differ by less are the same")
WG_OPTIONS_AND_OPERANDS(wg_settled_args);
/* x. While the graph runs it is an error if max |x - before| > tol (1 + max |before|): for iterations of
 * your own. */
WG_API wg_node wg_settled_at(wg_site here, const wg_settled_args *a); /* x; an error if the last step of an iteration was large */
#define wg_settled(...) /* x, before, options */ \
    WG_NAMED(wg_settled_at, wg_settled_args, (x, before), 2, #__VA_ARGS__, __VA_ARGS__)

WG_END_DECLS
#endif
