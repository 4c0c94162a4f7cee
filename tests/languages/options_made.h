/* options_made.h: what calls with options have made, as a text, for options.c and the judge; C and C++. */
#include <math.h>
#include <stdarg.h>
#include <string.h>
#include <wengert/wengert.h>

#ifndef NUMBER
#define NUMBER "%.12g" /* how numbers are written */
#endif

static wg_context *c;
static wg_graph *g;
static wg_params *p;
static char said[1200];

static void say(const char *format, ...)
{
    va_list list;
    va_start(list, format);
    if (wg_failed(c)) snprintf(said, sizeof said, "%s", wg_message(c));
    else vsnprintf(said, sizeof said, format, list);
    va_end(list);
    wg_recover(c);
}

/* ---- what a call has made ---- */

/* w after three steps from 2 on, with the loss w^2 / 2, whose gradient is w. */
static void steps(wg_optim *o)
{
    const double two[] = { 2 };
    double w = 0;
    for (int i = 0; o && i < 3; i++) {
        wg_begin(g, WG_TRAIN);
        wg_node y = wg_square(wg_param(g, p, "w", WG_SHAPE(1, 1), wg_const(2)));
        if (!i) wg_params_assign(p, "w", two, 1);
        wg_backward(wg_mul(wg_sum(y), 0.5), p);
        wg_optim_step(o);
    }
    if (o) wg_params_get(p, &w);
    say(NUMBER, w);
    wg_optim_free(o);
}

static void group(wg_optim *o, wg_status made)
{
    if (made == WG_OK) steps(o);
    else say("no error"), wg_optim_free(o);
}

static void context(wg_context *made)
{
    snprintf(said, sizeof said, "%s", wg_message(made));
    if (!wg_failed(made))
        snprintf(said, sizeof said, "%s seed %d, %s", wg_dtype_name(wg_context_dtype(made)),
                 (int)wg_context_seed(made), wg_context_threads(made) == 3 ? "3 threads" : "threads");
    wg_finish(made, NULL);
}

static void set(wg_data *d)
{
    const wg_tensor x = wg_data_x(d);
    say("%d rows of %d from " NUMBER, (int)wg_data_rows(d), d ? (int)x.shape.dim[1] : 0,
        d ? wg_tensor_item(&x, 0) : 0);
    wg_data_free(d);
}

static void plan(wg_plan *q)
{
    say("%d steps, %s", q ? q->steps : 0, q && q->runs == 3 ? "3 runs" : "more runs");
    wg_plan_free(q);
}

static void average(wg_average *a)
{
    double w = 0;
    for (int i = 0; a && i < 3; i++) {
        const double v[] = { (double)(2 << i) }; /* 2, 4, 8 */
        wg_params_assign(p, "w", v, 1);
        wg_average_step(a);
    }
    if (a) wg_average_use(a, true), wg_params_get(p, &w), wg_average_use(a, false);
    say(NUMBER, w);
    wg_average_free(a);
}

static void all(wg_group *made) { say("%d of %d", wg_group_rank(made), wg_group_shards(made)); }
static void node(wg_node y) { say("%s " NUMBER, wg_dtype_name(wg_node_dtype(y)), wg_item(y)); }

static int twice(size_t n, const double *x, size_t m, double *y, void *user)
{
    for (size_t i = 0; i < n && i < m; i++) y[i] = (user ? *(const double *)user : 2) * x[i];
    return 0;
}

static void started(void)
{
    c = wg_start(.dtype = WG_F64, .threads = 1, .seed = 3);
    g = wg_graph_new(c), p = wg_params_new(c);
}
