/* check_json.c: the report of a gradient check as JSON: all that the accessors of check.h give. */
#include <math.h>

#include "tool.h"

enum { WORST = 8 };

/* The index of element i, one number an axis. */
static void place_json(json *j, const char *key, wg_shape s, int64_t i)
{
    int64_t stride = wg_shape_size(s);
    json_array(j, key);
    for (int a = 0; a < s.rank && i >= 0; a++) {
        stride /= s.dim[a];
        json_whole(j, NULL, i / stride % s.dim[a]);
    }
    json_end(j);
}

/* ---- inputs ---- */

static void worst_json(json *j, const wg_check_input *in)
{
    double a = in->analytic[in->worst], n = in->numeric[in->worst];
    json_object(j, "worst");
    json_whole(j, "index", in->worst);
    json_number(j, "analytic", a, WG_F64);
    json_number(j, "numeric", n, WG_F64);
    json_number(j, "error", fabs(a - n), WG_F64);
    json_end(j);
}

static void component_json(json *j, const wg_check_input *in, int64_t i)
{
    json_object(j, NULL);
    json_whole(j, "index", i);
    place_json(j, "at", in->shape, i);
    json_number(j, "analytic", in->analytic[i], WG_F64);
    json_number(j, "numeric", in->numeric[i], WG_F64);
    json_number(j, "slope", in->slope[i], WG_F64);
    json_number(j, "bar", in->bar[i], WG_F64);
    json_end(j);
}

static void values_json(json *j, const wg_check_input *in)
{
    const struct {
        const char *key;
        const double *v;
    } list[] = {
        { "analytic", in->analytic }, { "numeric", in->numeric }, { "slope", in->slope }, { "bar", in->bar }
    };
    for (int i = 0; i < 4; i++) {
        const wg_tensor t = { WG_F64, in->shape, (void *)(uintptr_t)list[i].v };
        if (list[i].v) json_values(j, list[i].key, &t);
    }
}

static void coverage_json(json *j, const wg_check_input *in)
{
    json_object(j, "coverage");
    json_whole(j, "components", wg_shape_size(in->shape));
    json_whole(j, "course", in->course);
    json_whole(j, "alone", in->alone);
    json_whole(j, "directions", in->directions);
    json_whole(j, "zeros", in->zeros);
    json_end(j);
}

static void input_json(json *j, const wg_check *r, int k)
{
    const wg_check_input in = wg_check_input_at(r, k);
    int64_t row[WORST];
    const int rows = wg_check_worst(r, k, row, WORST);
    json_object(j, NULL);
    json_text(j, "name", in.name);
    json_shape(j, "shape", in.shape);
    json_text(j, "verdict", wg_verdict_name(in.verdict));
    json_number(j, "ratio", in.ratio, WG_F64);
    json_number(j, "floor", in.floor, WG_F64);
    if (in.worst >= 0 && in.analytic && in.numeric) worst_json(j, &in);
    values_json(j, &in);
    json_array(j, "components");
    for (int i = 0; i < rows; i++) component_json(j, &in, row[i]);
    json_end(j);
    json_number(j, "resolution", in.resolution, WG_F64);
    coverage_json(j, &in);
    json_whole(j, "wrong", in.wrong);
    json_bool(j, "counts", !in.left_out);
    json_text(j, "op", in.op);
    json_text(j, "where", in.where);
    json_whole(j, "node", in.node);
    json_text(j, "reason", in.reason);
    json_text(j, "hint", in.hint);
    json_end(j);
}

/* ---- findings ---- */

static void finding_json(json *j, const wg_check_finding *f)
{
    json_object(j, NULL);
    json_text(j, "stage", f->stage);
    json_text(j, "op", f->op);
    json_text(j, "where", f->where);
    json_whole(j, "node", f->node);
    json_whole(j, "operand", f->operand);
    json_text(j, "by", f->by);
    json_shape(j, "shape", f->shape);
    json_whole(j, "element", f->element);
    place_json(j, "at", f->shape, f->element);
    json_number(j, "yours", f->yours, WG_F64);
    json_number(j, "numeric", f->numeric, WG_F64);
    json_number(j, "bar", f->bar, WG_F64);
    json_whole(j, "wrong", f->wrong);
    json_text(j, "remedy", f->remedy);
    json_text(j, "point", f->point);
    json_end(j);
}

/* ---- the whole ---- */

static void points_json(json *j, const wg_check *r)
{
    json_array(j, "points");
    for (int i = 0; i < wg_check_points(r); i++) {
        const wg_check_point p = wg_check_point_at(r, i);
        json_object(j, NULL);
        json_text(j, "point", p.text);
        json_bool(j, "used", p.used);
        json_text(j, "why", p.why);
        json_whole(j, "clear", p.clear);
        json_whole(j, "differ", p.differ);
        json_whole(j, "unclear", p.unclear);
        json_whole(j, "kinks", p.kinks);
        json_end(j);
    }
    json_end(j);
}

static void rules_json(json *j, const wg_check *r)
{
    const wg_check_rules n = wg_check_rules_of(r);
    json_object(j, "rules");
    json_whole(j, "compared", n.compared);
    json_whole(j, "unclear", n.unclear);
    json_whole(j, "not_built", n.not_built);
    json_whole(j, "held", n.held);
    json_whole(j, "narrow", n.narrow);
    json_end(j);
}

static void second_json(json *j, const wg_check *r)
{
    const wg_check_second s = wg_check_second_of(r);
    if (s.order < 2) return;
    json_object(j, "second");
    json_whole(j, "rules", s.rules);
    json_whole(j, "unclear", s.unclear);
    json_bool(j, "whole", s.whole);
    json_bool(j, "zero", s.zero);
    json_whole(j, "blurred", s.blurred);
    json_number(j, "resolution", s.resolution, WG_F64);
    json_number(j, "asymmetry", s.asymmetry, WG_F64);
    json_number(j, "bar", s.bar, WG_F64);
    json_text(j, "reason", s.reason);
    json_end(j);
}

static void whole_json(json *j, const wg_check *r)
{
    json_text(j, "name", wg_check_name(r));
    json_text(j, "where", wg_check_where(r));
    json_object(j, "gradient");
    json_text(j, "verdict", wg_verdict_name(wg_check_verdict(r)));
    json_text(j, "reason", wg_check_reason(r));
    json_end(j);
    if (wg_check_stopped(r)) json_bool(j, "partial", true);
    json_number(j, "f", wg_check_value(r), WG_F64);
    json_number(j, "ratio", wg_check_ratio(r), WG_F64);
    json_text(j, "word", isfinite(wg_check_ratio(r)) ? wg_check_word(wg_check_ratio(r)) : "");
    json_text(j, "why", wg_check_why(r));
    json_number(j, "floor", wg_check_floor(r), WG_F64);
    json_number(j, "eps", wg_check_eps(r), WG_F64);
    json_number(j, "noise", wg_check_noise(r), WG_F64);
    json_whole(j, "evaluations", wg_check_evaluations(r));
    json_whole(j, "gradients", wg_check_gradients(r));
    json_whole(j, "seed", (long long)wg_check_seed(r));
}

static void sweep_json(json *j, const wg_check *r)
{
    const wg_check_sweep s = wg_check_sweep_of(r);
    const wg_shape n = WG_SHAPE(s.n);
    if (!s.n) return;
    json_object(j, "sweep");
    json_text(j, "of", s.place);
    json_number(j, "yours", s.yours, WG_F64);
    json_number(j, "slope", s.slope, WG_F64);
    json_number(j, "bar", s.bar, WG_F64);
    json_number(j, "truncation", s.truncation, WG_F64);
    json_number(j, "noise", s.noise, WG_F64);
    json_values(j, "step", &(wg_tensor){ WG_F64, n, (void *)(uintptr_t)s.step });
    json_values(j, "difference", &(wg_tensor){ WG_F64, n, (void *)(uintptr_t)s.difference });
    json_values(j, "one_sided", &(wg_tensor){ WG_F64, n, (void *)(uintptr_t)s.one_sided });
    json_end(j);
}

void check_json(json *j, const wg_check *r)
{
    whole_json(j, r);
    rules_json(j, r);
    second_json(j, r);
    points_json(j, r);
    json_array(j, "findings");
    for (int i = 0; i < wg_check_findings(r); i++) {
        const wg_check_finding f = wg_check_finding_at(r, i);
        finding_json(j, &f);
    }
    json_end(j);
    json_array(j, "inputs");
    for (int i = 0; i < wg_check_inputs(r); i++) input_json(j, r, i);
    json_end(j);
    json_array(j, "unreached");
    for (int i = 0; i < wg_check_unreached(r); i++) json_text(j, NULL, wg_check_unreached_at(r, i));
    json_end(j);
    sweep_json(j, r);
}
