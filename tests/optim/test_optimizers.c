/* test_optimizers.c: what holds for every optimizer that params.h declares: its descriptor is whole, each
 * option is obeyed and checked, threads and instruction sets change no bit, it finds the minimum of a
 * quadratic. Then RMSprop against its formula. */
#include <math.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "params/params.h"
#include "wgtest.h"

#define OPTIMIZER(x) extern const wgi_optimizer wgi_optimizer_##x;
#include "optimizers.h"
#undef OPTIMIZER
#define OPTIMIZER(x) &wgi_optimizer_##x,
static const wgi_optimizer *const all[] = {
#include "optimizers.h"
};
enum { ALL = sizeof all / sizeof *all, MOST_BYTES = 256 };

/* ---- options, as bytes ---- */

typedef union options {
    uint64_t align;
    char bytes[MOST_BYTES];
} options;

static void put_number(options *o, size_t offset, double v) { memcpy(o->bytes + offset, &v, sizeof v); }

/* Another value than the default. */
static void put_other(options *o, const wgi_optim_option *row)
{
    if (row->is_bool) o->bytes[row->offset] = true;
    else put_number(o, row->offset, row->standard == 0.25 ? 0.5 : 0.25);
}

/* ---- descriptors ---- */

/* Options that use all the optimizer has. */
static options busy(const wgi_optimizer *k)
{
    options o = { 0 };
    for (int i = 0; i < k->options; i++) put_other(&o, &k->option[i]);
    return o;
}

static void moments_have_names(const wgi_optimizer *k)
{
    options o = busy(k);
    unsigned used = k->moments ? k->moments(&o) : 0;
    for (int i = 0; i < WGI_MOMENTS; i++) {
        cr_assert(!(used >> i & 1) || k->moment[i], "%s: moment %d is used and has no name in .moment",
                  k->name, i);
        cr_assert(!i || !k->moment[i] || k->moment[i - 1], "%s: .moment has a gap before \"%s\"", k->name,
                  k->moment[i]);
    }
}

static void is_whole(const wgi_optimizer *k)
{
    cr_assert(k->name && *k->name, "an optimizer has no name");
    cr_assert(k->formula && strstr(k->formula, "w -= "), "%s: .formula does not say what w becomes", k->name);
    cr_assert_leq(k->size, MOST_BYTES);
    for (int i = 0; i < (int)WG_ISA_COUNT; i++)
        cr_assert(k->update[i], "%s: no update for instruction set %d", k->name, i);
    moments_have_names(k);
    for (int i = 0; i < k->options; i++) {
        const wgi_optim_option *row = &k->option[i];
        cr_assert(row->is_bool || (row->standard >= 0 && row->standard < row->below),
                  "%s: the default of %s is refused", k->name, row->name);
    }
}

Test(optimizers, descriptors_are_whole)
{
    cr_assert_geq(ALL, 4);
    for (int i = 0; i < ALL; i++) is_whole(all[i]);
}

/* ---- updates by themselves ---- */

enum { ELEMENTS = 67 };

typedef struct arrays {
    double w[ELEMENTS], g[ELEMENTS], moment[WGI_MOMENTS][ELEMENTS];
} arrays;

/* Steps from the same arrays. All moments that have a name are given. */
static void update_alone(const wgi_optimizer *k, int isa, const options *o, wg_dtype t, arrays *a)
{
    double rate[WGI_RATES] = { 0 };
    wgi_update u = {
        .n = ELEMENTS, .dtype = t, .w = a->w, .g = a->g, .options = o, .rate = rate, .lr = 0.25, .keep = 0.875
    };
    for (int i = 0; i < ELEMENTS; i++)
        if (t == WG_F32) ((float *)a->w)[i] = 1 + i % 7, ((float *)a->g)[i] = (float)(i % 11 - 5) / 3;
        else a->w[i] = 1 + i % 7, a->g[i] = (i % 11 - 5) / 3.0;
    for (int j = 0; j < WGI_MOMENTS; j++) u.moment[j] = k->moment[j] ? a->moment[j] : NULL;
    for (int step = 1; step <= 5; step++) {
        if (k->rates) k->rates(o, step, rate);
        k->update[isa](&u);
    }
}

Test(optimizers, updates_touch_only_arrays_that_have_a_name)
{
    for (int i = 0; i < ALL; i++) {
        options o = busy(all[i]);
        int status;
        pid_t child = fork();
        if (!child) {
            arrays a = { 0 };
            update_alone(all[i], 0, &o, WG_F64, &a);
            _exit(0);
        }
        cr_assert_eq(waitpid(child, &status, 0), child);
        cr_assert_eq(status, 0,
                     "%s: its update ended by signal %d: does it use a moment that .moment does not name?",
                     all[i]->name, WTERMSIG(status));
    }
}

Test(optimizers, instruction_sets_have_the_same_bits)
{
    for (int i = 0; i < 2 * ALL; i++)
        for (int isa = 1; isa <= wgi_isa_best(); isa++) {
            const wgi_optimizer *k = all[i / 2];
            options o = busy(k);
            arrays a = { 0 }, b = { 0 };
            update_alone(k, 0, &o, i % 2 ? WG_F32 : WG_F64, &a);
            update_alone(k, isa, &o, i % 2 ? WG_F32 : WG_F64, &b);
            cr_assert(!memcmp(&a, &b, sizeof a), "%s: instruction set %d", k->name, isa);
        }
}

/* ---- steps ---- */

/* A vector, a matrix large enough for several threads, each with its own curvature: L = sum (c (w -
 * target)^2) / 2. */
static wg_node quadratic(wg_graph *g, wg_params *p, int large)
{
    wg_node a = wg_param(g, p, "a", WG_SHAPE(5), wg_const(2)),
            B = wg_param(g, p, "B", WG_SHAPE(large, 7), wg_const(-1));
    return wg_add(wg_sum(wg_square(wg_sub(a, 1))), wg_mul(0.25, wg_sum(wg_square(wg_sub(B, 0.5)))));
}

typedef struct run {
    wg_dtype t;
    int threads, large, steps;
    bool cools; /* smaller and smaller steps, from 0.1 */
} run;

/* All parameters after so many steps, to free; NULL when there is no such optimizer. */
static double *result(const wgi_optimizer *k, const options *o, run r, size_t *size)
{
    wg_context *c = wgt_start(NULL, r.t, &(wg_options){ .threads = r.threads });
    wg_graph *g = wg_graph_new(c);
    wg_params *p = wg_params_new(c);
    wg_optim *s = wgi_optim_new(WG_HERE, p, k, o);
    for (int i = 0; i < r.steps; i++) {
        wg_begin(g, WG_TRAIN);
        wg_backward(quadratic(g, p, r.large), p);
        if (r.cools) wg_optim_set_lr(s, 0.1 / (1 + i / 50.0));
        wg_optim_step(s);
    }
    *size = wg_params_size(p);
    double *theta = malloc(*size * sizeof *theta);
    wg_params_get(p, theta);
    wgt_finish(c, NULL);
    return theta;
}

Test(optimizers, all_find_the_minimum)
{
    for (int i = 0; i < 2 * ALL; i++) {
        size_t n;
        double *theta = result(all[i / 2], NULL, (run){ i % 2 ? WG_F32 : WG_F64, 1, 3, 1500, true }, &n);
        for (size_t j = 0; j < n; j++)
            cr_assert(fabs(theta[j] - (j < 5 ? 1 : 0.5)) < 0.01, "%s: %g is left at element %zu",
                      all[i / 2]->name, theta[j], j);
        free(theta);
    }
}

Test(optimizers, threads_change_no_bit)
{
    for (int i = 0; i < 2 * ALL; i++) {
        size_t n;
        options o = busy(all[i / 2]);
        run r = { i % 2 ? WG_F32 : WG_F64, 1, 9000, 4, false };
        double *one = result(all[i / 2], &o, r, &n);
        r.threads = 3;
        double *three = result(all[i / 2], &o, r, &n);
        cr_assert(!memcmp(one, three, n * sizeof *one), "%s", all[i / 2]->name);
        free(one);
        free(three);
    }
}

/* Beside a weight_decay, without which decay_all means nothing. Steps are so large that gradients change
 * their signs. */
Test(optimizers, every_option_is_obeyed)
{
    for (int i = 0; i < ALL; i++)
        for (int j = 0; j < all[i]->options; j++) {
            size_t n;
            run r = { WG_F64, 1, 3, 10, false };
            options with = { 0 }, without;
            put_number(&with, all[i]->weight_decay, 0.125);
            put_number(&with, all[i]->lr, 0.375);
            without = with;
            put_other(&with, &all[i]->option[j]);
            double *a = result(all[i], &with, r, &n), *b = result(all[i], &without, r, &n);
            cr_assert(memcmp(a, b, n * sizeof *a), "%s: .%s changes nothing", all[i]->name,
                      all[i]->option[j].name);
            free(a);
            free(b);
        }
}

static void refused(const wgi_optimizer *k, const wgi_optim_option *row, double v)
{
    wg_context *c = wgt_start(NULL, WG_F64, NULL);
    wg_params *p = wg_params_new(c);
    options o = { 0 };
    char text[100];
    put_number(&o, row->offset, v);
    cr_assert_null(wgi_optim_new(WG_HERE, p, k, &o));
    snprintf(text, sizeof text, "%s: %s %g: must be", k->name, row->name, v);
    wgt_expect_error(c, WG_ERROR_VALUE, text);
    wg_optim *s = wgi_optim_new(WG_HERE, p, k, NULL);
    cr_assert(s, "%s: a refused one is no optimizer", k->name);
    wgt_finish(c, NULL);
}

Test(optimizers, options_out_of_range_are_named)
{
    for (int i = 0; i < ALL; i++)
        for (int j = 0; j < all[i]->options; j++) {
            if (all[i]->option[j].is_bool) continue;
            refused(all[i], &all[i]->option[j], all[i]->option[j].below);
            refused(all[i], &all[i]->option[j], -1);
            refused(all[i], &all[i]->option[j], NAN);
        }
}

/* ---- RMSprop ---- */

/* One element by the published recurrences; how far it has gone in all, and how far away it was. */
typedef struct element {
    double w, v, a, b, way, most;
} element;

static void published(element *e, double g, const wg_rmsprop_opts *o)
{
    e->v = o->rho * e->v + (1 - o->rho) * g * g;
    e->a = o->rho * e->a + (1 - o->rho) * g;
    e->b = o->momentum * e->b + g / (sqrt(o->centered ? e->v - e->a * e->a : e->v) + o->eps);
    e->w -= o->lr * e->b;
    e->way += fabs(o->lr * e->b);
    e->most = fmax(e->most, fabs(e->w));
}

/* Of both signs and exact in f32; each element has its own magnitude. */
static double gradient(int t, int i)
{
    int k = (t * 37 + i * 11) % 31 - 15;
    return ldexp(k ? k : 7, i - 6);
}

/* The relative errors of a step: v and a are averages over 1 / (1 - rho) steps of three roundings each and of
 * rho's own, b is one over 1 / (1 - momentum); v - a^2 is not small beside v here. Then each step rounds
 * w. */
static double bound(const element *e, int steps, const wg_rmsprop_opts *o)
{
    return 2 * steps * e->most + (8 / (1 - o->rho) + 8 / (1 - o->momentum)) * e->way;
}

enum { N = 13 };

static void rmsprop_step(wg_dtype t, wg_graph *g, wg_params *p, wg_optim *s, const double x[N])
{
    float narrow[N];
    for (int i = 0; i < N; i++) narrow[i] = (float)x[i];
    wg_begin(g, WG_TRAIN);
    wg_node n = wg_param(g, p, "w", WG_SHAPE(N), wg_zeros());
    wg_node k =
        wg_input(g, "x", t == WG_F32 ? wg_view_f32(narrow, WG_SHAPE(N)) : wg_view_f64(x, WG_SHAPE(N)));
    wg_backward(wg_sum(wg_mul(n, k)), p);
    wg_optim_step(s);
}

/* The loss is linear in w: gradients are these, whatever errors w has. */
static void rmsprop_by_formula(wg_dtype t, const wg_rmsprop_opts *given, const wg_rmsprop_opts *meant)
{
    double unit = t == WG_F32 ? 0x1p-24 : 0x1p-53, x[N], w[N];
    element e[N] = { 0 };
    wg_context *c = wgt_start(NULL, t, NULL);
    wg_graph *g = wg_graph_new(c);
    wg_params *p = wg_params_new(c);
    wg_optim *s = wg_rmsprop(p, given);
    for (int k = 1; k <= 1000; k++) {
        for (int i = 0; i < N; i++) published(&e[i], x[i] = gradient(k, i), meant);
        rmsprop_step(t, g, p, s, x);
        wg_params_get(p, w);
        for (int i = 0; i < N; i++)
            cr_assert(fabs(w[i] - e[i].w) <= unit * bound(&e[i], k, meant),
                      "%s, step %d, element %d: %.17g, not %.17g", wg_dtype_name(t), k, i, w[i], e[i].w);
    }
    wgt_finish(c, NULL);
}

Test(optimizers, rmsprop_is_its_formula)
{
    for (int i = 0; i < 2; i++) {
        wg_dtype t = i ? WG_F32 : WG_F64;
        rmsprop_by_formula(t, NULL, &(wg_rmsprop_opts){ .lr = 0.01, .rho = 0.99, .eps = 1e-8 });
        for (int k = 0; k < 4; k++) {
            wg_rmsprop_opts o = {
                .lr = 0.02, .rho = 0.875, .eps = 0.001, .momentum = k & 1 ? 0.75 : 0, .centered = k & 2
            };
            rmsprop_by_formula(t, &o, &o);
        }
        rmsprop_by_formula(t, &(wg_rmsprop_opts){ .lr = 0.5, .rho = WG_ZERO, .eps = 0.5 },
                           &(wg_rmsprop_opts){ .lr = 0.5, .rho = 0, .eps = 0.5 });
    }
}

/* The variance of equal gradients is 0. It is computed as a difference of two averages, which may round to
 * less than 0. */
Test(optimizers, rmsprop_has_no_root_of_less_than_nothing)
{
    for (int k = 1; k < 100; k++) {
        wg_context *c = wgt_start(NULL, WG_F32, NULL);
        wg_graph *g = wg_graph_new(c);
        wg_params *p = wg_params_new(c);
        wg_optim *s = wg_rmsprop(p, &(wg_rmsprop_opts){ .lr = 1e-6, .rho = 0.5, .centered = true });
        for (int t = 0; t < 60; t++) {
            wg_begin(g, WG_TRAIN);
            wg_backward(wg_mul(k / 7.0, wg_param(g, p, "w", WG_SCALAR, wg_zeros())), p);
            wg_optim_step(s);
            cr_assert(isfinite(wg_params_item(p, "w")), "step %d of gradients %d / 7", t, k);
        }
        wgt_finish(c, NULL);
    }
}

/* Moments that the options do not use have no memory. */
Test(optimizers, rmsprop_has_the_arrays_that_it_uses)
{
    size_t bytes[4];
    for (int k = 0; k < 4; k++) {
        wgt_memory m = { 0 };
        wg_context *c = wgt_start(&m, WG_F64, NULL);
        wg_graph *g = wg_graph_new(c);
        wg_params *p = wg_params_new(c);
        wg_optim *s = wg_rmsprop(p, &(wg_rmsprop_opts){ .momentum = k & 1 ? 0.5 : 0, .centered = k & 2 });
        wg_backward(wg_sum(wg_param(g, p, "w", WG_SHAPE(100000), wg_zeros())), p);
        int64_t before = m.bytes;
        wg_optim_step(s);
        bytes[k] = (size_t)(m.bytes - before);
        wgt_finish(c, &m);
    }
    for (int k = 1; k < 4; k++)
        cr_assert_eq((bytes[k] - bytes[0] + 400000) / 800000, k == 3 ? 2 : 1, "%d: %zu", k, bytes[k]);
}
