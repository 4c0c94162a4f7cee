/* test_memory.c: functions that remember what was asked before, or write where they must not. Each gets the
 * sentence that says so. Functions without a memory get none of these sentences. */
#include <math.h>
#include <string.h>

#include "wgcheck.h"
#include "wgtest.h"

enum { N = 4 };
static const double POINT[N] = { 0.7, -1.3, 2.1, 0.4 };

/* sum_i x_i^2 + x_i x_(i+1), with the first one after the last. */
static double plain(size_t n, const double *x, double *g)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        sum += x[i] * (x[i] + x[(i + 1) % n]);
        if (g) g[i] = 2 * x[i] + x[(i + 1) % n] + x[(i + n - 1) % n];
    }
    return sum;
}

typedef struct memory {
    bool has;
    const double *where; /* x lay there */
    double x[N], g[N], number;
    int calls, gradients;
} memory;

#define FUNCTION(name) static double name(size_t n, const double *x, double *g, void *user)

/* ---- x is kept, and used as long as a part of it, the key, is the same ---- */

static double kept(memory *m, bool same, size_t n, const double *x, double *g)
{
    if (!m->has || !same) memcpy(m->x, x, n * sizeof *x);
    m->has = true, m->where = x;
    return plain(n, m->x, g);
}

FUNCTION(key_first) { return kept(user, x[0] == ((memory *)user)->x[0], n, x, g); }
FUNCTION(key_last) { return kept(user, x[n - 1] == ((memory *)user)->x[n - 1], n, x, g); }
FUNCTION(key_half) { return kept(user, !memcmp(((memory *)user)->x, x, n / 2 * sizeof *x), n, x, g); }
/* n bytes are compared instead of n numbers. */
FUNCTION(key_bytes) { return kept(user, !memcmp(((memory *)user)->x, x, n), n, x, g); }
FUNCTION(key_address) { return kept(user, x == ((memory *)user)->where, n, x, g); }
FUNCTION(key_ends)
{
    const memory *m = user;
    return kept(user, x[0] == m->x[0] && x[n - 1] == m->x[n - 1], n, x, g);
}

/* A hash of the first numbers. */
FUNCTION(key_hash)
{
    uint64_t hash[2] = { 1, 1 };
    for (size_t i = 0; i < (n + 1) / 2; i++) {
        uint64_t bits[2];
        memcpy(&bits[0], &x[i], sizeof *x), memcpy(&bits[1], &((memory *)user)->x[i], sizeof *x);
        for (int k = 0; k < 2; k++) hash[k] = (hash[k] ^ bits[k]) * 1099511628211u;
    }
    return kept(user, hash[0] == hash[1], n, x, g);
}

/* The gradient alone is kept. */
FUNCTION(gradient_key_first)
{
    memory *m = user;
    if (g) kept(m, x[0] == m->x[0], n, x, g);
    return plain(n, x, NULL);
}

FUNCTION(gradient_key_last)
{
    memory *m = user;
    if (g) kept(m, x[n - 1] == m->x[n - 1], n, x, g);
    return plain(n, x, NULL);
}

/* ---- the gradient uses what f has stored ---- */

FUNCTION(forward_backward)
{
    memory *m = user;
    if (!g) memcpy(m->x, x, n * sizeof *x);
    return plain(n, m->x, g);
}

FUNCTION(own_value)
{
    memory *m = user;
    if (!g) memcpy(m->x, x, n * sizeof *x);
    if (g) plain(n, m->x, g);
    return plain(n, x, NULL);
}

FUNCTION(last_component)
{
    memory *m = user;
    if (!g) m->number = 2 * x[n - 1];
    const double f = plain(n, x, g);
    if (g) g[n - 1] = m->number + x[0] + x[n - 2];
    return f;
}

/* f uses what was stored with the gradient. */
FUNCTION(value_of_the_gradient)
{
    memory *m = user;
    if (g) m->number = plain(n, x, g);
    return m->number;
}

/* Every second gradient is that of the call before. */
FUNCTION(every_second)
{
    memory *m = user;
    if (g && m->gradients++ % 2 == 0) plain(n, x, m->g);
    if (g) memcpy(g, m->g, n * sizeof *g);
    return plain(n, x, NULL);
}

/* ---- counters, random numbers, sums that go on ---- */

FUNCTION(counter) { return plain(n, x, g) + 1e-3 * ((memory *)user)->calls++; }
FUNCTION(counts_gradients)
{
    memory *m = user;
    m->gradients += g != NULL;
    return plain(n, x, g) + 1e-3 * m->gradients;
}

FUNCTION(random_value)
{
    return plain(n, x, g) +
           1e-3 * (double)(wg_random_bits(1, 2, 3, (uint64_t)((memory *)user)->calls++) % 1000);
}

FUNCTION(random_gradient)
{
    memory *m = user;
    const double f = plain(n, x, g);
    if (g) g[1] += 1e-3 * (double)(wg_random_bits(1, 2, 3, (uint64_t)m->calls++) % 1000);
    return f;
}

/* A mask for each x: drawn anew whenever x is another one than before. */
FUNCTION(mask_by_change)
{
    memory *m = user;
    double masked[N] = { 0 };
    if (memcmp(m->x, x, n * sizeof *x)) m->calls++;
    memcpy(m->x, x, n * sizeof *x);
    for (size_t i = 0; i < n; i++) masked[i] = x[i] * (1 + (double)((i + (size_t)m->calls) % 3));
    const double f = plain(n, masked, g);
    for (size_t i = 0; g && i < n; i++) g[i] *= 1 + (double)((i + (size_t)m->calls) % 3);
    return f;
}

/* Minus the mean of all x so far, as of batch norm. */
FUNCTION(running_mean)
{
    memory *m = user;
    double moved[N];
    m->calls++;
    m->number += (x[0] - m->number) / m->calls;
    for (size_t i = 0; i < n; i++) moved[i] = x[i] - m->number;
    return plain(n, moved, g);
}

FUNCTION(most_so_far)
{
    memory *m = user;
    const double f = plain(n, x, g);
    m->number = m->calls++ ? fmax(m->number, f) : f;
    return m->number;
}

FUNCTION(sum_goes_on) { return ((memory *)user)->number += plain(n, x, g); }

/* y = x by ten steps that begin with the last y. */
FUNCTION(warm_start)
{
    memory *m = user;
    for (int k = 0; k < 10; k++)
        for (size_t i = 0; i < n; i++) m->x[i] += 0.2 * (x[i] - m->x[i]);
    return plain(n, m->x, g);
}

/* The same until y is near to x. It is near at once if x is the one before. */
FUNCTION(warm_until_near)
{
    memory *m = user;
    for (size_t i = 0; i < n; i++)
        while (fabs(x[i] - m->x[i]) > 0.004) m->x[i] += 0.2 * (x[i] - m->x[i]);
    return plain(n, m->x, g);
}

FUNCTION(momentum)
{
    memory *m = user;
    const double f = plain(n, x, g);
    for (size_t i = 0; g && i < n; i++) g[i] = m->g[i] = 0.9 * m->g[i] + 0.1 * g[i];
    return f;
}

/* ---- what is written ---- */

FUNCTION(writes_x)
{
    const double f = plain(n, x, g);
    (void)user;
    ((double *)(uintptr_t)x)[0] *= 0.5;
    return f;
}

FUNCTION(gradient_writes_x)
{
    const double f = plain(n, x, g);
    (void)user;
    if (g) ((double *)(uintptr_t)x)[2] = 0;
    return f;
}

/* x_1 is held below -1.25. The point, and those near it, are below. */
FUNCTION(clips_x)
{
    (void)user;
    if (x[1] > -1.25) ((double *)(uintptr_t)x)[1] = -1.25;
    return plain(n, x, g);
}

FUNCTION(adds)
{
    double own[N];
    (void)user;
    const double f = plain(n, x, own);
    for (size_t i = 0; g && i < n; i++) g[i] += own[i];
    return f;
}

FUNCTION(adds_to_its_own)
{
    memory *m = user;
    const double f = plain(n, x, g);
    for (size_t i = 0; g && i < n; i++) g[i] = m->g[i] += g[i];
    return f;
}

FUNCTION(leaves_one_out)
{
    double own[N];
    (void)user;
    const double f = plain(n, x, own);
    for (size_t i = 0; g && i < n; i++)
        if (i != 2) g[i] = own[i];
    return f;
}

/* The threshold is 1e-6 of the terms of f, whose sum is 8.98 at the point. */
FUNCTION(by_a_little)
{
    memory *m = user;
    const bool other = m->has && memcmp(m->x, x, n * sizeof *x) != 0;
    memcpy(m->x, x, n * sizeof *x);
    m->has = true;
    return plain(n, x, g) + (other ? 4e-5 : 0);
}

/* ---- each with its sentence ---- */

#define VALUE_DEPENDS    "f depends on what was asked before: at the same point it is "
#define GRADIENT_DEPENDS "the gradient depends on what was asked before: its component x["
static const struct {
    const char *what;
    wg_check_fn f;
    wg_verdict wanted;
    const char *says;
} remembers[] = {
    { "cache by x[0]", key_first, WG_FAIL, VALUE_DEPENDS },
    { "cache by the last", key_last, WG_FAIL, VALUE_DEPENDS },
    { "cache by the first half", key_half, WG_FAIL, VALUE_DEPENDS },
    { "cache by first and last", key_ends, WG_FAIL, VALUE_DEPENDS },
    { "cache by a few bytes", key_bytes, WG_FAIL, VALUE_DEPENDS },
    { "cache by a hash", key_hash, WG_FAIL, VALUE_DEPENDS },
    { "cache by the address of x", key_address, WG_FAIL,
      "f depends on where x lies in memory: at the same point it is " },
    { "gradient by x[0]", gradient_key_first, WG_FAIL, GRADIENT_DEPENDS },
    { "gradient by the last", gradient_key_last, WG_FAIL, GRADIENT_DEPENDS },
    { "f stores, the gradient uses it", forward_backward, WG_FAIL, VALUE_DEPENDS },
    { "the same with a value of its own", own_value, WG_FAIL, GRADIENT_DEPENDS },
    { "one component of what f stored", last_component, WG_FAIL, GRADIENT_DEPENDS "3] is " },
    { "the gradient stores, f uses it", value_of_the_gradient, WG_FAIL, VALUE_DEPENDS },
    { "every second gradient is new", every_second, WG_FAIL, GRADIENT_DEPENDS },
    { "a counter", counter, WG_INCONCLUSIVE, "f is not a function: it gives " },
    { "a counter of gradients", counts_gradients, WG_FAIL, VALUE_DEPENDS },
    { "random value", random_value, WG_INCONCLUSIVE, "f is not a function: it gives " },
    { "random gradient", random_gradient, WG_FAIL,
      "the gradient is not a function: its component x[1] was " },
    { "a mask for each change of x", mask_by_change, WG_FAIL, VALUE_DEPENDS },
    { "running mean", running_mean, WG_FAIL, VALUE_DEPENDS },
    { "the most so far", most_so_far, WG_FAIL, VALUE_DEPENDS },
    { "a sum that goes on", sum_goes_on, WG_INCONCLUSIVE, "f is not a function: it gives " },
    { "warm start", warm_start, WG_INCONCLUSIVE, "f is not a function: it gives " },
    { "4e-6 after another x", by_a_little, WG_FAIL, VALUE_DEPENDS },
    { "warm start until near", warm_until_near, WG_FAIL, VALUE_DEPENDS },
    { "momentum", momentum, WG_FAIL, "the gradient is not a function: its component x[0] was " },
    { "f writes into x", writes_x, WG_FAIL, "f changed its argument: x[0] from 0.7 to 0.35" },
    { "the gradient writes into x", gradient_writes_x, WG_FAIL,
      "f changed its argument where its gradient is asked for: x[2] from 2.1 to 0" },
    { "f clips x", clips_x, WG_FAIL, "f changed its argument: x[1] from -" },
    { "g is added to", adds, WG_FAIL,
      "the gradient is added to what was there, and must be written: its component x[0] " },
    { "the sum of all gradients", adds_to_its_own, WG_FAIL,
      "the gradient is added to what was there, and must be written: its component x[0] is 0.5, then 1 at" },
    { "x[2] is left out", leaves_one_out, WG_FAIL,
      "the gradient is not written: its component x[2] stays what was there, 0, then " },
};

Test(memory, each_gets_its_sentence)
{
    for (size_t k = 0; k < sizeof remembers / sizeof *remembers; k++) {
        memory m = { 0 };
        WGT_FREED wg_check *r = wg_gradcheck_fn(remembers[k].f, N, POINT, &m);
        cr_expect_eq(wg_check_verdict(r), remembers[k].wanted, "%s: %s, %s", remembers[k].what,
                     wg_verdict_name(wg_check_verdict(r)), wg_check_facts_of(r)->reason);
        cr_expect(strstr(wg_check_facts_of(r)->reason, remembers[k].says), "%s: %s", remembers[k].what,
                  wg_check_facts_of(r)->reason);
    }
}

/* With one or two components there is less to keep. */
Test(memory, is_found_with_few_components)
{
    static const wg_check_fn f[] = { forward_backward, own_value, every_second,          counts_gradients,
                                     mask_by_change,   adds,      value_of_the_gradient, key_address };
    for (size_t n = 1; n <= 2; n++)
        for (size_t k = 0; k < sizeof f / sizeof *f; k++) {
            memory m = { 0 };
            WGT_FREED wg_check *r = wg_gradcheck_fn(f[k], n, POINT, &m);
            const char *said = wg_check_facts_of(r)->reason;
            cr_expect(strstr(said, "depends on") || strstr(said, "added to"), "%zu of %zu: %s", k, n, said);
            cr_expect_eq(wg_check_verdict(r), WG_FAIL);
        }
}

/* ---- without a memory, or with one that does no harm ---- */

static bool is_accused(const wg_check *r)
{
    static const char *const words[] = { "depends on", "changed", "not a function", "added to",
                                         "not written" };
    for (size_t k = 0; k < sizeof words / sizeof *words; k++)
        if (strstr(wg_check_facts_of(r)->reason, words[k])) return true;
    return false;
}

/* Sums of one function of each component, in 20 ways. *d: its derivative. */
static double term(int which, double a, double *d)
{
    const double e = exp(a / 3), t = tanh(a), root = sqrt(1 + a * a), bell = exp(-a * a);
    const struct {
        double value, slope;
    } of[20] = { { a * a, 2 * a },
                 { sin(a), cos(a) },
                 { e, e / 3 },
                 { log1p(a * a), 2 * a / (1 + a * a) },
                 { t, 1 - t * t },
                 { root, a / root },
                 { fabs(a), (a > 0) - (a < 0) },
                 { a > 0 ? a : 0, a > 0 },
                 { (double)(float)a * (double)(float)a, 2 * a },
                 { a * a * a - a, 3 * a * a - 1 },
                 { atan(a), 1 / (1 + a * a) },
                 { 1e8 * a * a, 2e8 * a },
                 { 1e-8 * a * a, 2e-8 * a },
                 { erf(a), 2 / sqrt(acos(-1)) * bell },
                 { cosh(a), sinh(a) },
                 { a / (1 + fabs(a)), 1 / ((1 + fabs(a)) * (1 + fabs(a))) },
                 { log1p(exp(a)), 1 / (1 + exp(-a)) },
                 { bell, -2 * a * bell },
                 { cos(3 * a) + 1e4, -3 * sin(3 * a) },
                 { a * atan(a), atan(a) + a / (1 + a * a) } };
    *d = of[which].slope;
    return of[which].value;
}

FUNCTION(stateless)
{
    double sum = 0, d;
    for (size_t i = 0; i < n; i++) {
        sum += term(*(const int *)user, x[i], &d);
        if (g) g[i] = d;
    }
    return sum;
}

static void at_point(int p, double x[N])
{
    for (int i = 0; i < N; i++) {
        const double far = POINT[i] * (0.3 * p) + (i % 2 ? 0.1 : -0.2) * p;
        x[i] = p == 0 ? 0 : p == 1 ? 1e-6 * POINT[i] : p == 2 ? 20 * POINT[i] : far;
    }
}

Test(memory, of_200_without_one_none_is_accused)
{
    int passed = 0;
    for (int which = 0; which < 20; which++)
        for (int p = 0; p < 10; p++) {
            double x[N];
            at_point(p, x);
            WGT_FREED wg_check *r = wg_gradcheck_fn(stateless, N, x, &which);
            cr_expect(!is_accused(r) && wg_check_verdict(r) != WG_FAIL, "%d at %d: %s", which, p,
                      wg_check_facts_of(r)->reason);
            passed += wg_check_verdict(r) == WG_PASS;
        }
    cr_expect_geq(passed, 190, "%d pass", passed);
}

/* y + y^3 = x by Newton's method that stops at 1e-6, each time from 0; f = y^2. */
FUNCTION(solver)
{
    double sum = 0;
    (void)user;
    for (size_t i = 0; i < n; i++) {
        double y = 0;
        while (fabs(y + y * y * y - x[i]) > 1e-6) y -= (y + y * y * y - x[i]) / (1 + 3 * y * y);
        sum += y * y;
        if (g) g[i] = 2 * y / (1 + 3 * y * y);
    }
    return sum;
}

/* By halving, which leaves an error of any sign. */
FUNCTION(halving)
{
    double sum = 0;
    (void)user;
    for (size_t i = 0; i < n; i++) {
        double low = -100, high = 100;
        while (high - low > 1e-6)
            *(low + high + (low + high) * (low + high) * (low + high) / 4 > 2 * x[i] ? &high : &low) =
                (low + high) / 2;
        sum += low * low;
        if (g) g[i] = 2 * low / (1 + 3 * low * low);
    }
    return sum;
}

/* From the last y, until 1e-9: where it begins is seen in the last digits. */
FUNCTION(warm_solver)
{
    memory *m = user;
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        double *y = &m->x[i];
        while (fabs(*y + *y * *y * *y - x[i]) > 1e-9) *y -= (*y + *y * *y * *y - x[i]) / (1 + 3 * *y * *y);
        sum += *y * *y;
        if (g) g[i] = 2 * *y / (1 + 3 * *y * *y);
    }
    return sum;
}

/* In float, and in another order where the gradient is asked for. */
FUNCTION(in_float)
{
    float sum = 0;
    (void)user;
    for (size_t k = 0; k < n; k++) {
        const size_t i = g ? n - 1 - k : k;
        const float a = (float)x[i];
        sum += a * a * 1.1f;
        if (g) g[i] = (double)(2.2f * a);
    }
    return (double)sum;
}

/* A cache whose key is all of x. */
FUNCTION(right_cache)
{
    memory *m = user;
    if (!m->has || memcmp(m->x, x, n * sizeof *x))
        memcpy(m->x, x, n * sizeof *x), m->number = plain(n, x, m->g);
    m->has = true;
    if (g) memcpy(g, m->g, n * sizeof *g);
    return m->number;
}

/* The first x gives a scale. */
FUNCTION(first_scale)
{
    memory *m = user;
    if (!m->has) m->number = fabs(x[0]) + 1, m->has = true;
    const double f = plain(n, x, g);
    for (size_t i = 0; g && i < n; i++) g[i] /= m->number;
    return f / m->number;
}

/* Where it is infinite there is no gradient, and g stays as it was. */
FUNCTION(infinite_beside)
{
    (void)user;
    return x[0] > 0.7 ? (double)INFINITY : plain(n, x, g);
}

/* Its gradient is infinite where it is 0. */
FUNCTION(root)
{
    double sum = 0;
    (void)user;
    for (size_t i = 0; i < n; i++) {
        sum += sqrt(fabs(x[i]));
        if (g) g[i] = copysign(0.5 / sqrt(fabs(x[i])), x[i]);
    }
    return sum;
}

Test(memory, solvers_floats_and_right_caches_are_not_accused)
{
    static const struct {
        const char *what;
        wg_check_fn f;
    } innocent[] = { { "solver", solver },
                     { "halving", halving },
                     { "warm solver", warm_solver },
                     { "in float", in_float },
                     { "right cache", right_cache },
                     { "first scale", first_scale },
                     { "infinite", infinite_beside },
                     { "root", root } };
    for (size_t k = 0; k < sizeof innocent / sizeof *innocent; k++)
        for (int p = 0; p <= 10; p++) {
            double x[N];
            memory m = { 0 };
            p < 10 ? at_point(p, x) : (void)memcpy(x, POINT, sizeof x);
            WGT_FREED wg_check *r = wg_gradcheck_fn(innocent[k].f, N, x, &m);
            const bool not_twice =
                innocent[k].f == warm_solver && strstr(wg_check_facts_of(r)->reason, "f is not a function");
            cr_expect(!is_accused(r) || not_twice, "%s at %d: %s", innocent[k].what, p,
                      wg_check_facts_of(r)->reason);
        }
}

/* ---- what it costs ---- */

FUNCTION(counted)
{
    int *calls = user;
    calls[g != NULL]++;
    return plain(n, x, g);
}

Test(memory, every_call_is_counted)
{
    for (size_t n = 1; n <= N; n++) {
        int calls[2] = { 0 };
        WGT_FREED wg_check *r = wg_gradcheck_fn(counted, n, POINT, calls);
        cr_expect_eq(wg_check_facts_of(r)->evaluations, calls[0], "%d", calls[0]);
        cr_expect_eq(wg_check_facts_of(r)->gradients, calls[1], "%d", calls[1]);
    }
}

static bool stops(void *left, const char *stage, double share)
{
    (void)stage, (void)share;
    return (*(int *)left)-- > 0;
}

/* A check that is stopped says so, and accuses nobody. */
Test(memory, a_check_may_be_stopped_at_each_call)
{
    for (int k = 0; k < 25; k++) {
        int calls[2] = { 0 }, left = k;
        const wg_gradcheck_opts o = WG_OPTS(wg_gradcheck_opts, .progress = stops, .progress_user = &left);
        WGT_FREED wg_check *r = wg_gradcheck_fn_at(WG_HERE, counted, N, POINT, calls, &o);
        cr_expect(wg_check_facts_of(r)->stopped && calls[0] + calls[1] <= k, "%d: %d", k,
                  calls[0] + calls[1]);
        cr_expect_str_eq(wg_check_facts_of(r)->reason, "stopped");
        cr_expect_eq(wg_check_verdict(r), WG_INCONCLUSIVE);
    }
}

/* Twice such a gradient is infinite, and so is the one beside the point. */
static double great(size_t n, const double *x, double *g, void *user)
{
    (void)user;
    double f = 0;
    for (size_t i = 0; i < n; i++) f += exp(x[i]);
    for (size_t i = 0; g && i < n; i++) g[i] = exp(x[i]);
    return f;
}

Test(memory, a_great_gradient_is_not_taken_for_a_sum)
{
    static const double at[] = { 690, 702, 709, 709.5 };
    for (int k = 0; k < 4; k++)
        for (size_t n = 1; n < 3; n++) {
            WGT_FREED wg_check *r = wg_gradcheck_fn(great, n, ((double[]){ at[k], 1 }), NULL);
            cr_expect_neq(wg_check_verdict(r), WG_FAIL, "exp at %g, of %zu: %s", at[k], n,
                          wg_check_facts_of(r)->reason);
        }
}
