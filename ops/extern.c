/* extern.c: a plain C function as a node. It sees doubles in graphs of any dtype: f32 operands and results
 * are copied to and from buffers of doubles. Any thread of the library may call it, once for each
 * evaluation. */
#include "rules.h"

typedef struct extern_attr {
    int (*forward)(size_t n, const double *x, size_t m, double *y, void *user);
    int (*backward)(size_t n, const double *x, size_t m, const double *gy, double *gx, void *user);
    void *user;
    bool impure;
    wg_shape shape;   /* of the result */
    char failed[100]; /* the message when forward or backward does not return 0: it names the function */
} extern_attr;

static double *doubles_of(const wg_kernel *k, int operand, double **buffer)
{
    int64_t n = wg_shape_size(*k->xt[operand].shape);
    if (k->xt[operand].dtype == WG_F64) return (double *)(uintptr_t)k->x[operand];
    double *x = *buffer;
    for (int64_t i = 0; i < n; i++) x[i] = OPERAND(float, operand)[i];
    *buffer += n;
    return x;
}

static bool done(const wg_kernel *k, int status, const double *y, const char *failed)
{
    if (status) return wg_fault_at(k, 0, status, WG_FAULT_USER, failed);
    for (int64_t i = 0, m = wg_shape_size(*k->yt[0].shape); k->yt[0].dtype == WG_F32 && i < m; i++)
        RESULT(float, 0)[i] = (float)y[i];
    return true;
}

KERNEL(extern)
{
    const extern_attr *f = k->attr;
    double *buffer = k->scratch, *x = doubles_of(k, 0, &buffer);
    double *y = k->yt[0].dtype == WG_F64 ? k->y[0] : buffer;
    const size_t n = (size_t)wg_shape_size(*k->xt[0].shape), m = (size_t)wg_shape_size(*k->yt[0].shape);
    return done(k, f->forward(n, x, m, y, f->user), y, f->failed);
}

KERNEL(extern_grad)
{
    const extern_attr *f = k->attr;
    double *buffer = k->scratch, *x = doubles_of(k, 0, &buffer), *gy = doubles_of(k, 1, &buffer);
    double *gx = k->yt[0].dtype == WG_F64 ? k->y[0] : buffer;
    const size_t n = (size_t)wg_shape_size(*k->xt[0].shape), m = (size_t)wg_shape_size(*k->xt[1].shape);
    return done(k, f->backward(n, x, m, gy, gx, f->user), gx, f->failed);
}

/* J v, one row of J at a time: row j is backward(x, unit vector j). */
KERNEL(extern_jvp)
{
    const extern_attr *f = k->attr;
    const size_t n = (size_t)wg_shape_size(*k->xt[0].shape), m = (size_t)wg_shape_size(*k->yt[0].shape);
    double *buffer = k->scratch, *unit = buffer, *row = unit + m, *y = row + n;
    buffer = y + m;
    double *x = doubles_of(k, 0, &buffer), *v = doubles_of(k, 1, &buffer);
    int status = 0;
    memset(unit, 0, m * sizeof *unit);
    for (size_t j = 0; j < m && !status; j++) {
        unit[j] = 1;
        status = f->backward(n, x, m, unit, row, f->user);
        unit[j] = y[j] = 0;
        for (size_t i = 0; i < n; i++) y[j] += row[i] * v[i];
    }
    if (k->yt[0].dtype == WG_F64) memcpy(k->y[0], y, m * sizeof *y);
    return done(k, status, y, f->failed);
}

#if WG_BASE

#include <stdio.h>

EXTERN(extern_grad, extern_jvp);

/* Bytes for every operand and the result as doubles. */
static size_t doubles(const wg_kernel *k)
{
    int64_t n = wg_shape_size(*k->yt[0].shape);
    for (int i = 0; i < k->operands; i++) n += wg_shape_size(*k->xt[i].shape);
    return k->yt[0].dtype == WG_F32 ? (size_t)n * sizeof(double) : 0;
}

/* ---- extern ---- */

SHAPE(extern)
{
    const extern_attr *f = r->attr;
    if (!f->forward) return wg_rule_fail(r, WG_ERROR_USE, "without a forward function");
    return wg_rule_float(r, 0) && shaped_to(r, f->shape);
}
VJP(extern)
{
    const extern_attr *f = wg_attr(y);
    if (f->backward) gx[0] = NODE_OF(extern_grad, f, x[0], gy);
}

JVP(extern)
{
    const extern_attr *f = wg_attr(y);
    return f->backward ? NODE_OF(extern_jvp, f, x[0], tx[0]) : wg_none;
}

/* y[i] = x[i] + x[i]^2 / 2 + x[i + 1], where x[n] counts as 0 */
static int chain(size_t n, const double *x, size_t m, double *y, void *user)
{
    for (size_t i = 0; i < m; i++) y[i] = x[i] + x[i] * x[i] / 2 + (i + 1 < n ? x[i + 1] : 0);
    return 0;
}
static int chain_adjoint(size_t n, const double *x, size_t m, const double *gy, double *gx, void *user)
{
    for (size_t i = 0; i < n; i++)
        gx[i] = (i < m ? gy[i] * (1 + x[i]) : 0) + (i && i - 1 < m ? gy[i - 1] : 0);
    return 0;
}
static int refuse(size_t n, const double *x, size_t m, double *y, void *user) { return 7; }

static wg_node chain_node(wg_site here, wg_graph *g, int i, bool impure)
{
    if (i > 1) return wg_none;
    wg_node x = wg_any(g, i ? WG_SHAPE(2, 2) : WG_SHAPE(5));
    return wg_extern(x, i ? WG_SHAPE(4) : WG_SHAPE(3), .name = "chain", .forward = chain,
                     .backward = chain_adjoint, .impure = impure);
}
static const char *mistake(wg_site here, wg_graph *g, int i, bool impure)
{
    wg_node x = ANY(3);
    if (i > 1) return NULL;
    wg_extern(x, WG_SHAPE(3), .name = "refuse", .forward = i ? refuse : NULL, .impure = impure);
    return i ? "refuse did not return 0" : "without a forward function";
}

static const wg_attr_row extern_attrs[] = {
    { "forward", WG_ATTR_POINTER, offsetof(extern_attr, forward), NULL, NULL },
    { "backward", WG_ATTR_POINTER, offsetof(extern_attr, backward), NULL, NULL },
    { "user", WG_ATTR_POINTER, offsetof(extern_attr, user), NULL, NULL },
    { "impure", WG_ATTR_BOOL, offsetof(extern_attr, impure), "false", NULL },
    { "shape", WG_ATTR_SHAPE, offsetof(extern_attr, shape), NULL, NULL },
    { "name", WG_ATTR_TEXT, offsetof(extern_attr, failed), NULL, NULL },
    { 0 },
};

#define CALLS_C \
    .kind = WG_OPAQUE, .users = true, .cost = 100, .attr_size = sizeof(extern_attr), .attrs = extern_attrs

#define CALL_OP(n, is_impure, ...)                                                                       \
    SAMPLE(n) { return chain_node(here, g, i, is_impure); }                                              \
    ERROR_SAMPLE(n) { return mistake(here, g, i, is_impure); }                                           \
    DEFINE_OP(n, .formula = "y = forward(x)", .adjoint = "x' = backward(x, y')", .operands = 1, CALLS_C, \
              .impure = is_impure, RULES(extern, shape, vjp, jvp), .kernel = KERNELS(extern),            \
              .scratch = doubles, __VA_ARGS__)
CALL_OP(extern, false, .summary = "Result of a C function of the caller, which sees doubles.");
CALL_OP(extern_impure, true,
        .summary = "Result of a C function of the caller that may differ for equal operands.");

WG_OPTION_ROWS(wg_extern_opts)

wg_node wg_extern_at(wg_site here, wg_node x, wg_shape shape, const wg_extern_opts *o)
{
    WG_OPTIONS_FILL(wg_extern_opts, o);
    wg_context *c = wg_graph_context(wg_graph_of(x));
    if (!wg_options_fit(c, here, "extern", wg_extern_opts_rows(), o)) return wg_graph_node(wg_graph_of(x), 0);
    if (!o->forward) {
        wg_fail(c, here, WG_ERROR_USE, "extern: without a forward function");
        return wg_graph_node(wg_graph_of(x), 0);
    }
    extern_attr f = { o->forward, o->backward, o->user, o->impure, shape, "" };
    snprintf(f.failed, sizeof f.failed, "%.80s did not return 0", o->name ? o->name : "the function");
    wg_node y = wg_apply(here, o->impure ? &wgi_op_extern_impure : &wgi_op_extern, &x, 1, &f);
    return o->name && wg_node_ok(y) ? wg_name(y, o->name) : y;
}

/* ---- the derivatives: operand 0 is x; operand 1 is shaped as the result (extern_grad) or as x (extern_jvp)
 * ---- */

static bool derivative_fits(wg_rule *r, bool fits, const char *to)
{
    if (!((const extern_attr *)r->attr)->backward)
        return wg_rule_fail(r, WG_ERROR_USE, "without a backward function");
    if (!fits || r->x[1].dtype != r->x[0].dtype)
        return wg_rule_fail(r, WG_ERROR_SHAPE, "%s is not shaped as %s", wg_rule_who(r, 1), to);
    return wg_rule_float(r, 0);
}
static wg_node derivative_node(wg_site here, wg_graph *g, int i, const wg_op *op)
{
    extern_attr f = { .forward = chain, .backward = chain_adjoint, .shape = WG_SHAPE(i ? 4 : 3) };
    wg_shape s = i ? WG_SHAPE(2, 2) : WG_SHAPE(5);
    if (i > 1) return wg_none;
    wg_node x = wg_stop_gradient(wg_any(g, s)), v = wg_any(g, op == &wgi_op_extern_grad ? f.shape : s);
    return wg_apply(here, op, (wg_node[]){ x, v }, 2, &f);
}
static const char *derivative_error(wg_site here, wg_graph *g, int i, const wg_op *op)
{
    extern_attr f = { .forward = chain, .backward = i ? chain_adjoint : NULL, .shape = WG_SHAPE(3) };
    if (i > 1) return NULL;
    wg_apply(here, op, (wg_node[]){ ANY(5), ANY(4) }, 2, &f);
    return i ? "is not shaped as" : "without a backward function";
}

/* ---- extern_grad ---- */

SHAPE(extern_grad)
{
    return derivative_fits(r, wg_shape_equal(*r->x[1].shape, ((const extern_attr *)r->attr)->shape),
                           "the function's result");
}
/* Linear in y'. How it depends on x only the caller's code knows. */
VJP(extern_grad) { gx[1] = NODE_OF(extern_jvp, wg_attr(y), x[0], gy); }
SAMPLE(extern_grad) { return derivative_node(here, g, i, &wgi_op_extern_grad); }
ERROR_SAMPLE(extern_grad) { return derivative_error(here, g, i, &wgi_op_extern_grad); }

DEFINE_OP(
    extern_grad, .summary = "Gradient of extern: a call of the caller's backward function.",
    .formula = "y = backward(x, g)",
    .adjoint =
        "g' = J @ y', x' = \"none: a C function has no second derivative\"; J = \"the Jacobian of forward\"",
    .none = 1 << 0, .operands = 2, .names = "x g", CALLS_C, .impure = true, RULES(extern_grad, shape, vjp),
    .kernel = KERNELS(extern_grad), .scratch = doubles);

/* ---- extern_jvp ---- */

SHAPE(extern_jvp)
{
    *wg_rule_shape(r, 0) = ((const extern_attr *)r->attr)->shape;
    return derivative_fits(r, r->x[1].shape == r->x[0].shape, wg_rule_who(r, 0));
}
SCRATCH(extern_jvp)
{
    int64_t n = wg_shape_size(*k->xt[0].shape), m = wg_shape_size(*k->yt[0].shape);
    return doubles(k) + (size_t)(n + 2 * m) * sizeof(double);
}
VJP(extern_jvp) { gx[1] = NODE_OF(extern_grad, wg_attr(y), x[0], gy); }
SAMPLE(extern_jvp) { return derivative_node(here, g, i, &wgi_op_extern_jvp); }
ERROR_SAMPLE(extern_jvp) { return derivative_error(here, g, i, &wgi_op_extern_jvp); }

DEFINE_OP(extern_jvp,
          .summary = "Directional derivative of extern: a call of the caller's backward function for each "
                     "element of the result.",
          .formula = "y = J @ v; J = \"the Jacobian of forward\"",
          .adjoint = "v' = backward(x, y'), x' = \"none: a C function has no second derivative\"",
          .none = 1 << 0, .operands = 2, .names = "x v", CALLS_C, .impure = true,
          RULES(extern_jvp, shape, scratch, vjp), .kernel = KERNELS(extern_jvp));

#endif
