/* check.c: runs a check, checks plain C functions, gives access to a report. */
#include "check/check_private.h"

void wgi_check_run(wg_check *r, const wgi_check_target *t)
{
    if (wgi_check_measure(r, t)) {
        wgi_check_differences(r, t);
        if (!r->course_only) wgi_check_points(r, t);
    }
    wgi_check_judge(r);
    if (t->search && !r->course_only && wgi_check_go_on(r)) t->search(t->self);
    if (isfinite(r->ratio) && wgi_check_go_on(r)) wgi_check_explain(r, t);
    if (r->sweep_of && !isnan(r->noise) && wgi_check_go_on(r)) wgi_check_sweep(r, t, r->sweep_of);
    wgi_check_rank(r);
    wgi_check_end_early(r);
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

static bool function_gradient(void *self, double **to)
{
    function *q = self;
    q->f((size_t)q->r->part[0].size, q->r->part[0].x, to[0], q->user);
    return true;
}

static wg_check *function_report(size_t n, const double *x, const wg_gradcheck_opts *o)
{
    wg_check *r = wgi_check_new(&(wg_options){ .dtype = WG_F64, .threads = 1 }, o);
    if (!r->c) return r;
    if (!o || !o->name) r->name = "f";
    if (r->order > 1 && !r->reason[0])
        wgi_check_say(r->reason, "order 2: a C function brings no second derivative; a graph does");
    if (r->reason[0] || !wgi_check_parts(r, 1)) return r;
    if (n > (size_t)INT64_MAX / sizeof(double) || !x) n = 0;
    r->parts = 1;
    if (!wgi_check_part_set(r, 0, "x", WG_SHAPE((int64_t)n))) return r;
    if (!n) wgi_check_say(r->reason, "nothing to compare: x has no components");
    else memcpy(r->part[0].point, x, n * sizeof *x), memcpy(r->part[0].x, x, n * sizeof *x);
    return r;
}

/* Says that a pointer is NULL. */
wg_check *wgi_check_without(wg_check *r, const char *what)
{
    wgi_check_say(r->reason, "nothing to compare: the %s is NULL", what);
    return r;
}

static wg_check *function_check(wg_check *r, wg_check_fn f, void *user, bool has_gradient)
{
    function q = { f, r, user };
    r->gradients += has_gradient;
    wgi_check_run(r, &(wgi_check_target){ .set = function_set,
                                          .value = function_value,
                                          .gradient = has_gradient ? function_gradient : NULL,
                                          .self = &q });
    return r;
}

wg_check *wg_gradcheck_fn(wg_check_fn f, size_t n, const double *x, void *user, const wg_gradcheck_opts *o)
{
    wg_check *r = function_report(n, x, o);
    if (!r->c || r->reason[0]) return r;
    if (!f) return wgi_check_without(r, "function");
    f(n, r->part[0].x, r->part[0].analytic, user);
    memcpy(r->part[0].x, r->part[0].point, n * sizeof *x);
    return function_check(r, f, user, true);
}

wg_check *wg_gradcheck_values(wg_check_fn f, size_t n, const double *x, const double *gradient, void *user,
                              const wg_gradcheck_opts *o)
{
    wg_check *r = function_report(n, x, o);
    if (!r->c || r->reason[0]) return r;
    if (!f || !gradient) return wgi_check_without(r, f ? "gradient" : "function");
    memcpy(r->part[0].analytic, gradient, n * sizeof *gradient);
    return function_check(r, f, user, false);
}

/* ---- reading a report ---- */

const char *wg_verdict_name(wg_verdict v)
{
    return v == WG_PASS ? "pass" : v == WG_FAIL ? "fail" : "inconclusive";
}
wg_verdict wg_check_verdict(const wg_check *r) { return wgi_check_given(r)->verdict; }
double wg_check_ratio(const wg_check *r) { return wgi_check_given(r)->ratio; }
double wg_check_floor(const wg_check *r) { return wgi_check_given(r)->floor; }
double wg_check_noise(const wg_check *r) { return wgi_check_given(r)->noise; }
double wg_check_eps(const wg_check *r) { return wgi_check_given(r)->eps; }
double wg_check_value(const wg_check *r) { return wgi_check_given(r)->f; }
int64_t wg_check_evaluations(const wg_check *r) { return wgi_check_given(r)->evaluations; }
const char *wg_check_reason(const wg_check *r) { return wgi_check_given(r)->reason; }
int wg_check_exit(const wg_check *r)
{
    r = wgi_check_given(r);
    return r->verdict == WG_PASS ? 0 : r->verdict == WG_FAIL ? 1 : 5;
}
int wg_check_findings(const wg_check *r) { return wgi_check_given(r)->findings; }

static bool is_of_a_node(const wgi_finding *f)
{
    return f->stage == WGI_STAGE_LOCAL || (f->stage == WGI_STAGE_SECOND && !wg_is_none(f->node));
}

wg_check_finding wg_check_finding_at(const wg_check *r, int i)
{
    r = wgi_check_given(r);
    static const char *const stage[WGI_STAGES] = { "rule", "slope", "frontier", "run", "second" };
    if (i < 0 || i >= r->findings)
        return (wg_check_finding){
            .stage = "", .op = "", .where = "", .by = "", .remedy = "", .point = "", .element = -1
        };
    const wgi_finding *f = &r->finding[i];
    return (wg_check_finding){ .stage = stage[f->stage],
                               .op = f->op,
                               .where = f->where,
                               .operand = is_of_a_node(f) ? f->operand : -1,
                               .by = f->by ? f->by : "",
                               .shape = f->shape,
                               .element = f->element,
                               .yours = f->yours,
                               .numeric = f->numeric,
                               .bar = f->bar,
                               .remedy = f->remedy,
                               .point = wgi_check_point_text(f->point),
                               .wrong = f->wrong,
                               .node = f->user };
}

int wg_check_inputs(const wg_check *r) { return wgi_check_given(r)->parts; }

wg_check_input wg_check_input_at(const wg_check *r, int i)
{
    r = wgi_check_given(r);
    if (i < 0 || i >= r->parts)
        return (wg_check_input){ .name = "",
                                 .op = "",
                                 .where = "",
                                 .reason = "",
                                 .hint = "",
                                 .verdict = WG_INCONCLUSIVE,
                                 .worst = -1 };
    const wgi_check_part *in = &r->part[i];
    int64_t wrong = 0;
    const int64_t alone = wgi_check_alone(in, &wrong);
    return (wg_check_input){ .name = in->name,
                             .shape = in->shape,
                             .verdict = in->verdict,
                             .ratio = in->ratio,
                             .floor = in->floor,
                             .worst = in->worst,
                             .analytic = in->analytic,
                             .numeric = in->numeric,
                             .slope = in->slope,
                             .bar = in->bar,
                             .resolution = in->resolution,
                             .op = in->op,
                             .where = in->where,
                             .reason = in->reason,
                             .hint = in->hint,
                             .course = in->compared,
                             .alone = alone,
                             .directions = in->directions,
                             .zeros = wgi_check_zeros(r, in),
                             .wrong = in->wrong > wrong ? in->wrong : wrong,
                             .left_out = in->left_out,
                             .node = in->node };
}
