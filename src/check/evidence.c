/* evidence.c: access to the evidence in a report, and the order of its findings. */
#include "check/check_private.h"

#include <stdlib.h>

/* ---- components ---- */

void wgi_check_note_signal(wg_check *r)
{
    for (int k = 0; k < r->parts; k++)
        for (int64_t i = 0; i < r->part[k].size; i++) r->part[k].signal[i] |= r->part[k].analytic[i] != 0;
}

/* A difference of so many bars does not come from errors that the bars measure: compare.c. */
static const double BEYOND = 10;

int64_t wgi_check_alone(const wgi_check_part *in, int64_t *wrong)
{
    int64_t n = 0;
    *wrong = 0;
    for (int64_t i = 0; i < in->size; i++) {
        n += !isnan(in->slope[i]);
        *wrong += in->differ && fabs(in->analytic[i] - in->slope[i]) > BEYOND * in->bar[i];
    }
    return n;
}

int64_t wgi_check_zeros(const wg_check *r, const wgi_check_part *in)
{
    int64_t n = 0;
    bool seen = false;
    for (int p = 0; p < WGI_POINTS; p++) seen |= r->seen[p];
    for (int64_t i = 0; seen && i < in->size; i++) n += !in->signal[i];
    return n;
}

int wg_check_worst(const wg_check *r, int i, int64_t row[], int most)
{
    r = wgi_check_given(r);
    if (i < 0 || i >= r->parts || most < 1 || !row || r->part[i].left_out) return 0;
    return wgi_check_most_off(r, &r->part[i], row, most);
}

/* ---- the order of findings ---- */

/* A node whose rule is wrong is the cause itself. The parameters before it are wrong because of it. */
static int distance(const wgi_finding *f)
{
    static const int order[WGI_STAGES] = { [WGI_STAGE_LOCAL] = 0,
                                           [WGI_STAGE_FRONTIER] = 1,
                                           [WGI_STAGE_RUN] = 2,
                                           [WGI_STAGE_SLOPE] = 4,
                                           [WGI_STAGE_SECOND] = 5 };
    return f->stage == WGI_STAGE_RUN && wg_is_none(f->node) ? 3 : order[f->stage];
}

void wgi_check_rank(wg_check *r)
{
    for (int i = 1; i < r->findings; i++) {
        const wgi_finding f = r->finding[i];
        int at = i;
        for (; at > 0 && distance(&r->finding[at - 1]) > distance(&f); at--)
            r->finding[at] = r->finding[at - 1];
        r->finding[at] = f;
    }
}

/* ---- the whole ---- */

int wg_check_unreached(const wg_check *r)
{
    r = wgi_check_given(r);
    return r->unreached_count;
}
const char *wg_check_unreached_at(const wg_check *r, int i)
{
    r = wgi_check_given(r);
    return i >= 0 && i < r->unreached_count ? r->unreached[i] : "";
}

int wg_check_points(const wg_check *r)
{
    r = wgi_check_given(r);
    return r->parts ? WGI_POINTS : 0;
}
wg_check_point wg_check_point_at(const wg_check *r, int i)
{
    r = wgi_check_given(r);
    if (i < 0 || i >= wg_check_points(r)) return (wg_check_point){ .text = "", .why = "" };
    const char *why = r->at[i].why ? r->at[i].why : r->reason[0] ? r->reason : "not needed";
    return (wg_check_point){ .text = wgi_check_point_text((wgi_point)i),
                             .used = r->seen[i],
                             .why = r->seen[i] ? "" : why,
                             .clear = r->at[i].clear,
                             .differ = r->at[i].differ,
                             .unclear = r->at[i].unclear,
                             .kinks = r->at[i].kinks };
}

wg_check_rules wg_check_rules_of(const wg_check *r)
{
    r = wgi_check_given(r);
    return (wg_check_rules){ .compared = r->local.compared,
                             .unclear = r->local.unclear,
                             .not_built = r->local.alone,
                             .held = r->local.held,
                             .narrow = r->local.narrow };
}

wg_check_second wg_check_second_of(const wg_check *r)
{
    r = wgi_check_given(r);
    return (wg_check_second){ .order = r->order,
                              .rules = r->second.rules,
                              .unclear = r->second.unclear,
                              .whole = r->second.whole,
                              .zero = r->second.zero,
                              .blurred = r->second.blurred,
                              .resolution = r->second.resolution,
                              .asymmetry = r->second.asymmetry,
                              .bar = r->second.bar,
                              .reason = r->second.reason };
}

int64_t wg_check_gradients(const wg_check *r)
{
    r = wgi_check_given(r);
    return r->gradients;
}
uint64_t wg_check_seed(const wg_check *r)
{
    r = wgi_check_given(r);
    return r->c ? wg_context_seed(r->c) : 0;
}
const char *wg_check_name(const wg_check *r)
{
    r = wgi_check_given(r);
    return r->name;
}
const char *wg_check_where(const wg_check *r)
{
    r = wgi_check_given(r);
    return r->where;
}
const char *wg_check_why(const wg_check *r)
{
    r = wgi_check_given(r);
    return r->why;
}
