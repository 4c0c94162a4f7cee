/* check.c: makes and frees reports, checks plain C functions, gives access to a report. */
#include "check/check_private.h"

#include <stdarg.h>

static const double DEFAULT_EPS = 1e-7;

/* The report when there is no memory for a report. */
static const wg_check NO_MEMORY = {
    .name = "", .where = "", .verdict = WG_INCONCLUSIVE, .ratio = NAN, .floor = NAN, .reason = "out of memory"
};

/* ---- texts ---- */

wgi_check_locale wgi_check_locale_begin(void)
{
    wgi_check_locale l = { .plain = newlocale(LC_NUMERIC_MASK, "C", (locale_t)0) };
    if (l.plain) l.before = uselocale(l.plain);
    return l;
}

void wgi_check_locale_end(wgi_check_locale l)
{
    if (!l.plain) return;
    uselocale(l.before);
    freelocale(l.plain);
}

void wgi_check_say(char *to, const char *format, ...)
{
    va_list args;
    wgi_check_locale l = wgi_check_locale_begin();
    va_start(args, format);
    vsnprintf(to, WGI_CHECK_TEXT, format, args);
    va_end(args);
    wgi_check_locale_end(l);
}

bool wgi_check_failed(wg_check *r)
{
    if (wg_failed(r->c)) wgi_check_say(r->reason, "%s", wg_message(r->c));
    return wg_failed(r->c);
}

const char *wgi_check_keep(wg_check *r, const char *text)
{
    size_t n = strlen(text) + 1;
    char *copy = wg_alloc(r->c, n, 1);
    return copy ? memcpy(copy, text, n) : "";
}

/* ---- making and freeing ---- */

wg_check *wgi_check_new(const wg_options *o, const wg_gradcheck_opts *opts)
{
    wg_gradcheck_opts none = { 0 };
    const wg_gradcheck_opts *q = opts ? opts : &none;
    wg_context *c = wg_start(o);
    wg_check *r = wg_alloc(c, 1, sizeof *r);
    if (!r) {
        wg_finish(c, NULL);
        return (wg_check *)(uintptr_t)&NO_MEMORY;
    }
    r->c = c;
    r->name = r->where = "";
    if (q->name) r->name = wgi_check_keep(r, q->name);
    r->eps = q->eps != 0 ? q->eps : DEFAULT_EPS;
    r->one_sided = q->one_sided, r->limit = q->components;
    r->f = r->noise = r->ratio = r->floor = NAN;
    r->verdict = WG_INCONCLUSIVE;
    if (!(r->eps > 0) || !isfinite(r->eps))
        wgi_check_say(r->reason, "the step must be a positive number: eps is %g", r->eps);
    return r;
}

bool wgi_check_parts(wg_check *r, int n)
{
    r->part = wg_alloc(r->c, (size_t)n, sizeof *r->part);
    return !wgi_check_failed(r);
}

static double *doubles(wg_check *r, int64_t n)
{
    return wg_alloc(r->c, n > 0 ? (size_t)n : 1, sizeof(double));
}

bool wgi_check_part_set(wg_check *r, int k, const char *name, wg_shape s)
{
    wgi_check_part *in = &r->part[k];
    in->name = wgi_check_keep(r, name);
    in->op = in->where = "";
    in->asked = true;
    in->shape = s, in->size = wg_shape_size(s), in->worst = -1;
    in->point = doubles(r, in->size), in->x = doubles(r, in->size), in->analytic = doubles(r, in->size);
    in->numeric = doubles(r, in->size), in->spread = doubles(r, in->size);
    if (wgi_check_failed(r)) return in->size = 0, false;
    for (int64_t i = 0; i < in->size; i++) in->numeric[i] = in->analytic[i] = NAN;
    return true;
}

void wg_check_free(wg_check *r)
{
    if (r && r->c) wg_finish(r->c, NULL);
}

/* ---- functions ---- */

typedef struct function {
    wg_check_fn f;
    wg_check *r;
    void *user;
} function;

static void function_set(void *self, int k) { (void)self, (void)k; }
static double function_value(void *self)
{
    function *q = self;
    return q->f((size_t)q->r->part[0].size, q->r->part[0].x, NULL, q->user);
}

static wg_check *function_report(size_t n, const double *x, const wg_gradcheck_opts *o)
{
    wg_check *r = wgi_check_new(&(wg_options){ .dtype = WG_F64, .threads = 1 }, o);
    if (!r->c) return r;
    if (!o || !o->name) r->name = "f";
    if (r->reason[0] || !wgi_check_parts(r, 1)) return r;
    if (n > (size_t)INT64_MAX / sizeof(double) || !x) n = 0;
    r->parts = 1;
    if (!wgi_check_part_set(r, 0, "x", WG_SHAPE((int64_t)n))) return r;
    if (!n) wgi_check_say(r->reason, "nothing to compare: x has no components");
    else memcpy(r->part[0].point, x, n * sizeof *x), memcpy(r->part[0].x, x, n * sizeof *x);
    return r;
}

static wg_check *function_check(wg_check *r, wg_check_fn f, void *user)
{
    function q = { f, r, user };
    wgi_check_measure(r, &(wgi_check_target){ function_set, function_value, &q, NULL });
    wgi_check_judge(r);
    return r;
}

wg_check *wg_gradcheck_fn(wg_check_fn f, size_t n, const double *x, void *user, const wg_gradcheck_opts *o)
{
    wg_check *r = function_report(n, x, o);
    if (!r->c || r->reason[0]) return r;
    f(n, r->part[0].x, r->part[0].analytic, user);
    memcpy(r->part[0].x, r->part[0].point, n * sizeof *x);
    return function_check(r, f, user);
}

wg_check *wg_gradcheck_values(wg_check_fn f, size_t n, const double *x, const double *gradient, void *user,
                              const wg_gradcheck_opts *o)
{
    wg_check *r = function_report(n, x, o);
    if (!r->c || r->reason[0]) return r;
    memcpy(r->part[0].analytic, gradient, n * sizeof *gradient);
    return function_check(r, f, user);
}

/* ---- reading a report ---- */

const char *wg_verdict_name(wg_verdict v)
{
    return v == WG_PASS ? "pass" : v == WG_FAIL ? "fail" : "inconclusive";
}
wg_verdict wg_check_verdict(const wg_check *r) { return r->verdict; }
double wg_check_ratio(const wg_check *r) { return r->ratio; }
double wg_check_floor(const wg_check *r) { return r->floor; }
double wg_check_noise(const wg_check *r) { return r->noise; }
double wg_check_eps(const wg_check *r) { return r->eps; }
double wg_check_value(const wg_check *r) { return r->f; }
int64_t wg_check_evaluations(const wg_check *r) { return r->evaluations; }
const char *wg_check_reason(const wg_check *r) { return r->reason; }
int wg_check_exit(const wg_check *r) { return r->verdict == WG_PASS ? 0 : r->verdict == WG_FAIL ? 1 : 5; }
int wg_check_inputs(const wg_check *r) { return r->parts; }

wg_check_input wg_check_input_at(const wg_check *r, int i)
{
    if (i < 0 || i >= r->parts)
        return (wg_check_input){ .name = "",
                                 .op = "",
                                 .where = "",
                                 .reason = "",
                                 .hint = "",
                                 .verdict = WG_INCONCLUSIVE,
                                 .worst = -1 };
    const wgi_check_part *in = &r->part[i];
    return (wg_check_input){ .name = in->name,
                             .shape = in->shape,
                             .verdict = in->verdict,
                             .ratio = in->ratio,
                             .floor = in->floor,
                             .worst = in->worst,
                             .analytic = in->analytic,
                             .numeric = in->numeric,
                             .op = in->op,
                             .where = in->where,
                             .reason = in->reason,
                             .hint = in->hint };
}
