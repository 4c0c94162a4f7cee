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

static void component_json(json *j, const wg_check *r, int k, const wg_check_input *in, int64_t i)
{
    const wg_check_component c = wg_check_component_at(r, k, i);
    json_object(j, NULL);
    json_whole(j, "index", i);
    place_json(j, "at", in->shape, i);
    json_number(j, "analytic", in->analytic[i], WG_F64);
    json_number(j, "numeric", in->numeric[i], WG_F64);
    json_number(j, "slope", in->slope[i], WG_F64);
    json_number(j, "bar", in->bar[i], WG_F64);
    json_number(j, "left", c.left, WG_F64);
    json_number(j, "right", c.right, WG_F64);
    json_text(j, "word", c.word);
    json_text(j, "why", c.why);
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

static const json_row input_head[] = { JSON_ROW(wg_check_input, name), JSON_ROW(wg_check_input, shape),
                                       JSON_ROW(wg_check_input, verdict), JSON_ROW(wg_check_input, ratio),
                                       JSON_ROW(wg_check_input, floor) };
static const json_row input_coverage[] = { JSON_ROW(wg_check_input, course), JSON_ROW(wg_check_input, alone),
                                           JSON_ROW(wg_check_input, directions),
                                           JSON_ROW(wg_check_input, zeros) };
static const json_row input_tail[] = { JSON_ROW(wg_check_input, op), JSON_ROW(wg_check_input, where),
                                       JSON_ROW(wg_check_input, node), JSON_ROW(wg_check_input, reason),
                                       JSON_ROW(wg_check_input, hint) };

static void input_json(json *j, const wg_check *r, int k)
{
    const wg_check_input in = wg_check_input_at(r, k);
    int64_t row[WORST];
    const int rows = wg_check_worst(r, k, row, WORST);
    json_object(j, NULL);
    json_members(j, input_head, &in);
    if (in.worst >= 0 && in.analytic && in.numeric) worst_json(j, &in);
    values_json(j, &in);
    json_array(j, "components");
    for (int i = 0; i < rows; i++) component_json(j, r, k, &in, row[i]);
    json_end(j);
    json_number(j, "resolution", in.resolution, WG_F64);
    json_number(j, "here", in.here, WG_F64);
    json_object(j, "coverage");
    json_whole(j, "components", wg_shape_size(in.shape));
    json_members(j, input_coverage, &in);
    json_end(j);
    json_whole(j, "wrong", in.wrong);
    json_bool(j, "counts", !in.left_out);
    json_members(j, input_tail, &in);
    json_end(j);
}

/* ---- findings ---- */

static const json_row finding_head[] = {
    JSON_ROW(wg_check_finding, stage), JSON_ROW(wg_check_finding, op),    JSON_ROW(wg_check_finding, where),
    JSON_ROW(wg_check_finding, name),  JSON_ROW(wg_check_finding, node),  JSON_ROW(wg_check_finding, operand),
    JSON_ROW(wg_check_finding, by),    JSON_ROW(wg_check_finding, shape), JSON_ROW(wg_check_finding, element)
};
static const json_row finding_tail[] = {
    JSON_ROW(wg_check_finding, yours), JSON_ROW(wg_check_finding, numeric), JSON_ROW(wg_check_finding, bar),
    JSON_ROW(wg_check_finding, wrong), JSON_ROW(wg_check_finding, remedy),  JSON_ROW(wg_check_finding, point)
};

static void finding_json(json *j, const wg_check_finding *f)
{
    json_object(j, NULL);
    json_members(j, finding_head, f);
    place_json(j, "at", f->shape, f->element);
    json_members(j, finding_tail, f);
    json_end(j);
}

/* ---- the whole ---- */

static const json_row point_rows[] = {
    JSON_AS("point", wg_check_point, text), JSON_ROW(wg_check_point, used),
    JSON_ROW(wg_check_point, why),          JSON_ROW(wg_check_point, clear),
    JSON_ROW(wg_check_point, differ),       JSON_ROW(wg_check_point, unclear),
    JSON_ROW(wg_check_point, kinks)
};
static const json_row rules_rows[] = { JSON_ROW(wg_check_rules, compared), JSON_ROW(wg_check_rules, unclear),
                                       JSON_ROW(wg_check_rules, not_built), JSON_ROW(wg_check_rules, held),
                                       JSON_ROW(wg_check_rules, narrow) };
static const json_row second_rows[] = {
    JSON_ROW(wg_check_second, rules),   JSON_ROW(wg_check_second, unclear),
    JSON_ROW(wg_check_second, whole),   JSON_ROW(wg_check_second, zero),
    JSON_ROW(wg_check_second, blurred), JSON_ROW(wg_check_second, resolution),
    JSON_ROW(wg_check_second, reason),  JSON_ROW(wg_check_second, kink)
};

static void whole_json(json *j, const wg_check_facts *f)
{
    json_text(j, "name", f->name);
    json_text(j, "where", f->where);
    json_object(j, "gradient");
    json_text(j, "verdict", wg_verdict_name(f->verdict));
    json_text(j, "reason", f->reason);
    json_end(j);
    if (f->stopped) json_bool(j, "partial", true);
    json_number(j, "f", f->value, WG_F64);
    json_number(j, "ratio", f->ratio, WG_F64);
    json_text(j, "word", f->word);
    json_text(j, "why", f->why);
    json_number(j, "floor", f->floor, WG_F64);
    json_number(j, "eps", f->eps, WG_F64);
    json_number(j, "noise", f->noise, WG_F64);
    json_whole(j, "evaluations", f->evaluations);
    if (f->gaps) json_whole(j, "gaps", f->gaps), json_text(j, "first_gap", f->first_gap);
    json_whole(j, "gradients", f->gradients);
    json_whole(j, "seed", (long long)f->seed);
}

void check_json(json *j, const wg_check *r)
{
    const wg_check_facts *facts = wg_check_facts_of(r);
    whole_json(j, facts);
    json_record(j, "rules", rules_rows, &facts->rules);
    if (facts->second.order > 1) json_record(j, "second", second_rows, &facts->second);
    json_array(j, "points");
    for (int i = 0; i < facts->points; i++) {
        const wg_check_point p = wg_check_point_at(r, i);
        json_record(j, NULL, point_rows, &p);
    }
    json_end(j);
    json_array(j, "findings");
    for (int i = 0; i < facts->findings; i++) {
        const wg_check_finding f = wg_check_finding_at(r, i);
        finding_json(j, &f);
    }
    json_end(j);
    json_array(j, "inputs");
    for (int i = 0; i < facts->inputs; i++) input_json(j, r, i);
    json_end(j);
    json_array(j, "unreached");
    for (int i = 0; i < facts->unreached; i++) json_text(j, NULL, wg_check_unreached_at(r, i));
    json_end(j);
}
