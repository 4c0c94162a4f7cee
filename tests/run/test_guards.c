/* test_guards.c: lazy operands (wg_op.lazy). What they alone need is computed where a bool is true, by the
 * interpreter and by plans. That it was computed is seen by its error: a matrix that is not definite has no
 * Cholesky factor. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "wengert/op.h"
#include "wgnode.h"

/* y = b where one of c is true, else a. */
static bool pick_kernel(const wg_kernel *k)
{
    const size_t bools = (size_t)wg_shape_size(*k->xt[0].shape);
    const void *from = memchr(k->x[0], true, bools) ? k->x[2] : k->x[1];
    memcpy(k->y[0], from, (size_t)wg_shape_size(*k->yt[0].shape) * sizeof(double));
    return true;
}
static bool pick_shape(wg_rule *r)
{
    r->y[0] = r->x[1];
    return true;
}
static const wg_op pick_op = { .name = "pick",
                               .formula = "y = \"a, or b\"",
                               .names = "c a b",
                               .operands = 3,
                               .kind = WG_OPAQUE,
                               .promote = WG_PROMOTE_NONE,
                               .none = WG_EVERY_OPERAND,
                               .hints = &(const wg_op_hints){ .lazy = 1 << 2, .lazy_if = 0 },
                               .shape = pick_shape,
                               .kernel = { pick_kernel } };
static wg_node pick(wg_node c, wg_node a, wg_node b)
{
    return wg_apply(WG_HERE, &pick_op, (wg_node[]){ c, a, b }, 3, NULL);
}

typedef struct world {
    wg_context *c;
    wg_graph *g;
    wg_node guard, m, never, lazy, y; /* never: no bool is true; y: the sum of m, or of squares of lazy */
    int64_t n;
} world;

/* A diagonal of d in m. */
static void set(world *w, bool on, double d)
{
    double *v = calloc((size_t)(w->n * w->n), sizeof *v);
    for (int64_t i = 0; i < w->n; i++) v[i * (w->n + 1)] = d;
    wg_input_set(w->m, wg_view_f64(v, WG_SHAPE(w->n, w->n)));
    wg_input_set(w->guard, wg_view_f64((double[]){ 0, on }, WG_SHAPE(2)));
    free(v);
}
enum { MOST = 100 };
static world open_world(const wg_start_opts *o, int64_t n)
{
    static const double zeros[MOST * MOST + 2];
    world w = { .c = wgt_start(NULL, WG_F64, o), .n = n };
    w.g = wg_graph_new(w.c);
    wg_begin(w.g, WG_EVAL);
    w.m = wg_input(w.g, "m", wg_view_f64(zeros, WG_SHAPE(n, n)));
    w.guard = wg_input(w.g, "guard", wg_view_f64(zeros, WG_SHAPE(2)));
    w.never = wg_greater(w.guard, 2);
    wg_node on = wg_greater(w.guard, 0.5), l = wg_cholesky(wg_add(wg_mul(w.m, 2), w.m));
    w.lazy = wg_tanh(wg_matmul(l, l, .tb = true));
    w.y = pick(on, wg_sum(w.m), wg_sum(wg_mul(w.lazy, w.lazy)));
    return w;
}
static void expect(world *w, wg_node y, bool on, double d, double value)
{
    set(w, on, d);
    const double got = wg_item(y);
    if (isnan(value))
        cr_expect(isnan(got) && strstr(wg_message(w->c), "pivot"), "%g %s", got, wg_message(w->c));
    else
        cr_expect(fabs(got - value) < 1e-12 * fabs(value), "%d rows, %d, %g: %g, not %g: %s", (int)w->n, on,
                  d, got, value, wg_message(w->c));
    if (wg_failed(w->c)) wg_recover(w->c);
}

static void each_way(void (*f)(world *w))
{
    static const struct {
        int interpret, threads;
        uint32_t without;
    } way[] = {
        { 1, 1, 0 }, { -1, 1, 0 }, { 0, 2, 0 }, { -1, 2, WG_WITHOUT_BIND }, { -1, 1, WG_WITHOUT_TILES }
    };
    static const int64_t size[] = { 1, 3, MOST };
    for (size_t i = 0; i < sizeof way / sizeof *way; i++)
        for (size_t k = 0; k < sizeof size / sizeof *size; k++) {
            world w = open_world(&WG_OPTS(wg_start_opts, .interpret = way[i].interpret,
                                          .threads = way[i].threads, .without = way[i].without),
                                 size[k]);
            for (int round = 0; round < 3; round++) f(&w);
            wgt_finish(w.c, NULL);
        }
}

static double squares(const world *w, double d) { return (double)w->n * tanh(3 * d) * tanh(3 * d); }

static void only_where_it_is_read(world *w)
{
    const double n = (double)w->n;
    expect(w, w->y, false, 0.1, 0.1 * n);
    expect(w, w->y, false, -1, -n);
    expect(w, w->y, true, 0.1, squares(w, 0.1));
    expect(w, w->y, true, -1, NAN);
    expect(w, w->y, false, -2, -2 * n);
}
Test(guards, lazy_operands_are_computed_where_they_are_read) { each_way(only_where_it_is_read); }

/* Something else reads it: it is always computed. */
static void with_another_reader(world *w)
{
    wg_node both = wg_add(w->y, wg_sum(w->lazy));
    expect(w, both, false, 0.1, 0.1 * (double)w->n + (double)w->n * tanh(0.3));
    expect(w, both, false, -1, NAN);
}
Test(guards, what_another_node_reads_is_always_computed) { each_way(with_another_reader); }

/* A pick in the lazy operand of a pick. */
static void nested(world *w)
{
    wg_node z = pick(wg_equal(w->never, false), wg_sum(w->m), wg_neg(w->y));
    expect(w, z, false, -1, (double)w->n);
    expect(w, z, true, 0.1, -squares(w, 0.1));
    expect(w, z, true, -1, NAN);
}
Test(guards, lazy_operands_of_lazy_operands) { each_way(nested); }
