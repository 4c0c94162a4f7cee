/* test_optimizers.c: what holds for every optimizer that optim.h declares: its descriptor is whole, each
 * option is obeyed and checked, threads change no bit, it finds a minimum, it refuses what is not finite. */
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "params/stepping.h"
#include "wgtest.h"

#define DECLARATION(x) extern const wgi_optimizer wgi_optimizer_##x;
WG_OPTIMIZERS(DECLARATION)
#define ADDRESS(x) &wgi_optimizer_##x,
static const wgi_optimizer *const all[] = { WG_OPTIMIZERS(ADDRESS) };
enum { ALL = sizeof all / sizeof *all, MOST_BYTES = 256 };

/* ---- options, as bytes ---- */

typedef union options {
    uint64_t align;
    char bytes[MOST_BYTES];
} options;

static options standard(const wgi_optimizer *k)
{
    options o = { 0 };
    memcpy(o.bytes, k->options()->standard, k->options()->size);
    return o;
}

static void put_number(options *o, size_t offset, double v) { memcpy(o->bytes + offset, &v, sizeof v); }

/* Another value than the default. */
static void put_other(const wgi_optimizer *k, options *o, const wg_option *row)
{
    const double was = wg_option_value(row, k->options()->standard);
    const double v = row->kind == WG_OPTION_BOOL ? !was : row->kind == WG_OPTION_INT ? 0 : 0.25;
    cr_assert(wg_option_set(row, o->bytes, v == was ? 0.5 : v));
    if (k->clash && k->clash(o->bytes)) wg_option_set(row, o->bytes, was); /* not beside an earlier one */
}

/* ---- descriptors ---- */

/* Options that use all the optimizer has. */
static options busy(const wgi_optimizer *k)
{
    options o = standard(k);
    for (int i = 0; i < k->options()->count; i++) put_other(k, &o, &k->options()->option[i]);
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
    if (k->step) return;
    cr_assert(k->formula && strstr(k->formula, "w -= "), "%s: .formula does not say what w becomes", k->name);
    cr_assert_leq(k->options()->size, MOST_BYTES);
    for (int i = 0; i < wgt_isas(); i++)
        cr_assert(k->update[i], "%s: no update for instruction set %d", k->name, i);
    moments_have_names(k);
    const wg_option_list *list = k->options();
    for (int i = 0; i < list->count; i++)
        cr_assert(wg_option_in_range(&list->option[i], wg_option_value(&list->option[i], list->standard)),
                  "%s: the default of %s is refused", k->name, list->option[i].name);
}

Test(optimizers, descriptors_are_whole)
{
    cr_assert_geq(ALL, 11);
    for (int i = 0; i < ALL; i++) is_whole(all[i]);
}

/* ---- updates by themselves ---- */

enum { ELEMENTS = 5 * WGI_LINE };

typedef struct arrays {
    _Alignas(64) double w[ELEMENTS], g[ELEMENTS], moment[WGI_MOMENTS][ELEMENTS];
} arrays;

static void put(double *array, wg_dtype t, int i, double v)
{
    if (t == WG_F32) ((float *)array)[i] = (float)v;
    else array[i] = v;
}

/* Of these arrays. All moments that have a name are given. */
static wgi_update update_of(const wgi_optimizer *k, const options *o, wg_dtype t, arrays *a, double *rate)
{
    wgi_update u = { .n = ELEMENTS,
                     .dtype = t,
                     .look = true,
                     .write = true,
                     .w = a->w,
                     .g = a->g,
                     .options = o,
                     .rate = rate,
                     .lr = 0.25,
                     .keep = 0.875 };
    for (int j = 0; j < WGI_MOMENTS; j++) u.moment[j] = k->moment[j] ? a->moment[j] : NULL;
    return u;
}

/* Steps from the same arrays. */
static void update_alone(const wgi_optimizer *k, int isa, const options *o, wg_dtype t, arrays *a)
{
    double rate[WGI_RATES] = { 0 };
    wgi_update u = update_of(k, o, t, a, rate);
    for (int i = 0; i < ELEMENTS; i++) put(a->w, t, i, 1 + i % 7), put(a->g, t, i, (i % 11 - 5) / 3.0);
    for (int step = 1; step <= 5; step++) {
        if (k->rates) k->rates(o, step, rate);
        cr_assert_eq(k->update[isa](&u), WGI_UPDATED);
    }
}

Test(optimizers, updates_touch_only_arrays_that_have_a_name)
{
    for (int i = 0; i < ALL; i++) {
        options o = busy(all[i]);
        int status;
        if (all[i]->step) continue;
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
            if (k->step) continue;
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
    bool cools; /* rates of at least 0.1, smaller and smaller after 1,000 steps */
} run;

static double default_rate(const wgi_optimizer *k)
{
    double lr;
    memcpy(&lr, (const char *)k->options()->standard + k->lr, sizeof lr);
    return lr;
}

/* All parameters after so many steps, to free; NULL when there is no such optimizer. */
static double *result(const wgi_optimizer *k, const options *o, run r, size_t *size)
{
    WGT_WORLD(r.t, &WG_OPTS(wg_start_opts, .threads = r.threads));
    wg_optim *s = wgi_optim_new(WG_HERE, p, k, o);
    for (int i = 0; i < r.steps; i++) {
        wg_begin(g, WG_TRAIN);
        wg_backward(quadratic(g, p, r.large), p);
        if (r.cools) wg_optim_set_lr(s, fmax(0.1, default_rate(k)) / (1 + fmax(0, i - 1000) / 16));
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
        double *theta = result(all[i / 2], all[i / 2]->options()->standard,
                               (run){ i % 2 ? WG_F32 : WG_F64, 1, 3, 1500, true }, &n);
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
        for (int j = 0; j < all[i]->options()->count; j++) {
            size_t n;
            run r = { WG_F64, 1, 3, 10, false };
            options with = standard(all[i]), without;
            /* without memory of earlier gradients a coupled decay is the decoupled one */
            const wgi_optimizer *k = all[i];
            const wg_option *row = &k->options()->option[j];
            if (!k->step && row->offset == k->coupled && !k->moment[0]) continue;
            put_number(&with, all[i]->lr, 0.3);
            if (!all[i]->step) put_number(&with, all[i]->weight_decay, 0.1);
            without = with;
            put_other(k, &with, row);
            double *a = result(all[i], &with, r, &n), *b = result(all[i], &without, r, &n);
            cr_assert(memcmp(a, b, n * sizeof *a), "%s: .%s changes nothing", k->name, row->name);
            free(a);
            free(b);
        }
}

/* ---- what is kept between steps ---- */

static wgt_world begun(const wgi_optimizer *k, const options *o)
{
    wgt_world t = wgt_world_new(NULL, WG_F64, NULL);
    t.o = wgi_optim_new("", t.p, k, o);
    quadratic(t.g, t.p, 3);
    return t;
}

static void go_on(const wgt_world *t, int steps)
{
    for (int i = 0; i < steps; i++) {
        wg_begin(t->g, WG_TRAIN);
        wg_backward(quadratic(t->g, t->p, 3), t->p);
        wg_optim_step(t->o);
    }
}

/* All that one training has, given to another that has made no step, as wg_save and wg_resume do it. */
static void hand_over(const wgt_world *from, const wgt_world *to)
{
    int n;
    wgx_saved *list = wgx_saved_list(from->c, &n);
    cr_assert_eq(wgx_saved_restore_at(WG_HERE, to->c, list, n, "resume", "a list"), WG_OK, "%s",
                 wg_message(to->c));
    wg_free(from->c, list);
}

Test(optimizers, a_resumed_training_has_the_same_bits)
{
    for (int i = 0; i < 2 * ALL; i++) {
        options o = i % 2 ? busy(all[i / 2]) : standard(all[i / 2]);
        wgt_world a = begun(all[i / 2], &o), b = begun(all[i / 2], &o);
        double want[26], got[26];
        go_on(&a, 3);
        hand_over(&a, &b);
        go_on(&a, 3), go_on(&b, 3);
        wg_params_get(a.p, want), wg_params_get(b.p, got);
        cr_assert(!memcmp(want, got, sizeof want), "%s", all[i / 2]->name);
        wgt_finish(a.c, NULL), wgt_finish(b.c, NULL);
    }
}

/* ---- numbers that are not finite ---- */

static const double bad_numbers[] = { NAN, INFINITY, -INFINITY };

/* One element of one array is not finite. Its neighbours have the bits of the largest numbers. */
Test(optimizers, an_update_sees_each_element)
{
    for (int i = 0; i < 2 * ALL; i++)
        for (int isa = 0; isa <= wgi_isa_best(); isa++)
            for (int j = 0; j < 3 * ELEMENTS; j++) {
                const wgi_optimizer *k = all[i / 2];
                if (k->step) continue;
                wg_dtype t = i % 2 ? WG_F32 : WG_F64;
                options o = busy(k);
                arrays a = { 0 }, was;
                update_alone(k, isa, &o, t, &a);
                double rate[WGI_RATES] = { 1, 1, 1, 1 };
                wgi_update u = update_of(k, &o, t, &a, rate);
                put(a.g, t, (j + 1) % ELEMENTS, t == WG_F32 ? FLT_MAX : DBL_MAX);
                put(a.g, t, (j + 2) % ELEMENTS, t == WG_F32 ? -FLT_MAX : -DBL_MAX);
                put(a.g, t, j % ELEMENTS, bad_numbers[j / ELEMENTS]);
                was = a;
                cr_assert_eq(k->update[isa](&u), WGI_REFUSED, "%s: set %d, element %d", k->name, isa, j);
                cr_assert(!memcmp(&was, &a, sizeof a), "%s: a refused update has changed something", k->name);
                update_alone(k, isa, &o, t, &a);
                put(a.w, t, j % ELEMENTS, bad_numbers[j / ELEMENTS]);
                cr_assert_eq(k->update[isa](&u), WGI_OVERFLOWED, "%s: set %d, element %d", k->name, isa, j);
            }
}

/* The gradient that element `at` of all parameters has, to be changed. */
static void spoil(wg_params *p, int64_t at, double v)
{
    for (int i = 0; i < wg_params_count(p); i++) {
        wg_tensor g = wg_params_grad(p, i);
        int64_t n = wg_shape_size(g.shape);
        if (at < n) put(g.data, g.dtype, (int)at, v);
        if (at < n) return;
        at -= n;
    }
}

/* Two steps, a third with a gradient that is not finite, and the third again. All is as if the refused step
 * had never been tried. */
static void refused_step(const wgi_optimizer *k, run r, int64_t at, double v)
{
    size_t n;
    options o = busy(k);
    double *want = result(k, &o, r, &n), *got = malloc(n * sizeof *got), *before = malloc(n * sizeof *got);
    WGT_WORLD(r.t, &WG_OPTS(wg_start_opts, .threads = r.threads));
    wg_optim *s = wgi_optim_new("", p, k, &o);
    for (int i = 0; i < 4; i++) {
        wg_begin(g, WG_TRAIN);
        wg_backward(quadratic(g, p, r.large), p);
        if (i == 2) spoil(p, at, v);
        wg_params_get(p, before);
        wg_optim_step(s);
        if (i != 2) continue;
        wg_params_get(p, got);
        cr_assert(!memcmp(before, got, n * sizeof *got), "%s: a refused step changes parameters", k->name);
        wgt_expect_error(c, WG_ERROR_VALUE, at < 5 ? "the gradient of a [5] is" : "the gradient of B [");
    }
    wg_params_get(p, got);
    cr_assert(!memcmp(want, got, n * sizeof *got), "%s: a refused step changes the next one", k->name);
    wgt_finish(c, NULL);
    free(want), free(got), free(before);
}

Test(optimizers, a_gradient_that_is_not_finite_is_refused)
{
    for (int i = 0; i < 2 * ALL; i++)
        for (int j = 0; j < 2 * 3 * 4; j++) {
            run r = { i % 2 ? WG_F32 : WG_F64, j & 1 ? 1 : 3, j & 2 ? 9000 : 3, 3, false };
            const int64_t last = 5 + 7 * (int64_t)r.large - 1, at[] = { 0, 4, 5, last, last / 2, 7 };
            refused_step(all[i / 2], r, at[j / 4], bad_numbers[(i + j) % 3]);
        }
}

/* In f32 the rate is infinite. A line search comes back from there. */
Test(optimizers, a_parameter_that_becomes_infinite_is_reported)
{
    for (int i = 0; i < 2 * ALL; i++) {
        options o = standard(all[i / 2]);
        if (all[i / 2]->step) continue;
        WGT_WORLD(WG_F32, &WG_OPTS(wg_start_opts, .threads = 2));
        put_number(&o, all[i / 2]->lr, 1e300);
        wg_optim *s = wgi_optim_new("", p, all[i / 2], &o);
        wg_backward(quadratic(g, p, i % 2 ? 3 : 9000), p);
        WGT_REFUSED(c, VALUE, "after this step a [5] is 5 inf of 5, the first at [0]", wg_optim_step(s));
        WGT_REFUSED(c, USE, "the gradients were used by the step at", wg_optim_step(s));
        wgt_finish(c, NULL);
    }
}

/* ---- options out of range ---- */

static void refused(const wgi_optimizer *k, const wg_option *row, double v)
{
    wg_context *c = wgt_start(NULL, WG_F64, NULL);
    wg_params *p = wg_params_new(c);
    options o = standard(k);
    char text[100];
    if (!wg_option_set(row, o.bytes, v)) return (void)wg_finish(c, NULL);
    cr_assert_null(wgi_optim_new(WG_HERE, p, k, &o));
    snprintf(text, sizeof text, "%s: %s %g: must be in %s", k->name, row->name, v, row->range);
    wgt_expect_error(c, WG_ERROR_VALUE, text);
    wg_optim *s = wgi_optim_new(WG_HERE, p, k, k->options()->standard);
    cr_assert(s, "%s: a refused one is no optimizer", k->name);
    wgt_finish(c, NULL);
}

Test(optimizers, options_out_of_range_are_named)
{
    for (int i = 0; i < ALL; i++)
        for (int j = 0; j < all[i]->options()->count; j++) {
            const wg_option *row = &all[i]->options()->option[j];
            double low = 0, high = 0;
            if (row->kind == WG_OPTION_BOOL) continue;
            cr_assert_eq(sscanf(row->range, "[%lf, %lf", &low, &high), 2, "%s", row->range);
            refused(all[i], row, row->range[strlen(row->range) - 1] == ']' ? high + 1 : high);
            refused(all[i], row, -1);
            refused(all[i], row, NAN);
        }
}

/* ---- names and options that are read from a text ---- */

Test(optimizers, are_made_by_name)
{
    for (int i = 0; i < ALL; i++) {
        wg_context *c = wg_start();
        wg_params *p = wg_params_new(c);
        const double lr = 0.125;
        cr_expect_str_eq(wgx_optim_kind(i), all[i]->name);
        wg_optim *o = wg_optim_named(p, all[i]->name, &(wg_optim_setting){ "lr", lr }, 1);
        cr_expect(o && wg_optim_lr(o) == lr, "%s: %s", all[i]->name, wg_message(c));
        cr_expect_eq(wgx_optim_kind_options(all[i]->name), all[i]->options());
        wg_finish(c, NULL);
    }
    cr_expect_null(wgx_optim_kind(ALL));
    cr_expect_null(wgx_optim_kind(-1));
    cr_expect_null(wgx_optim_kind_options("none"));
}

static void no_such(const char *kind, const char *option, double value, const char *words)
{
    wg_context *c = wg_start();
    wg_params *p = wg_params_new(c);
    cr_expect_null(wg_optim_named(p, kind, &(wg_optim_setting){ option, value }, 1));
    cr_expect(strstr(wg_message(c), words), "%s", wg_message(c));
    wg_finish(c, NULL);
}

Test(optimizers, unknown_names_are_refused)
{
    no_such("adma", "lr", 1, "no optimizer 'adma'; did you mean 'adam'?");
    no_such("adam", "rate", 1, "no option 'rate'");
    no_such("adam", "amsgrad", 2, "'amsgrad' that can be 2");
    no_such("adam", "beta1", 1, "beta1 1: must be in [0, 1)");
    no_such(NULL, NULL, 0, "no optimizer ''");
    cr_expect_null(wg_optim_named(NULL, "adam", NULL, 0));
    wg_context *c = wg_start();
    cr_expect_null(wg_optim_named(wg_params_new(c), "adam", NULL, 3));
    wgt_expect_error(c, WG_ERROR_USE, "adam: 3 settings, but the list is NULL");
    const wg_optim_setting two[] = { { "lr", 0.5 }, { "amsgrad", 2 } };
    cr_expect_null(wg_optim_named(wg_params_new(c), "adam", two, 2));
    wgt_expect_error(c, WG_ERROR_USE, "no option 'amsgrad' that can be 2");
    cr_expect_null(wg_optim_named(wg_params_new(c), "adam", NULL, -1));
    wgt_expect_error(c, WG_ERROR_USE, "adam: -1 settings");
    wg_finish(c, NULL);
}
