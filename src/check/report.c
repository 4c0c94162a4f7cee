/* report.c: reports: made and freed, their texts and findings, what users read of them; random numbers
 * of a check, which are functions of its seed; a check that ends early, because the user stops it or
 * there is no memory for a part of its work: what was found until then stands in the report, which says
 * that it is a part. */
#include "check/check_private.h"
#include "wgx/graph.h"

static const double DEFAULT_EPS = 1e-7;

#define REPORT_OF_NOTHING(why)                                                                          \
    {                                                                                                   \
        .o.name = "", .where = "", .verdict = WG_INCONCLUSIVE, .ratio = NAN, .floor = NAN, .stage = "", \
        .second.reason = "", .second.kink = "", .reason = why                                           \
    }
static const wg_check NO_MEMORY = REPORT_OF_NOTHING("out of memory"), /* for a report */
    NO_REPORT = REPORT_OF_NOTHING("there is no report: the pointer is NULL");

const wg_check *wgi_check_given(const wg_check *r) { return r ? r : &NO_REPORT; }

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

bool wgi_check_say(char *to, const char *format, ...)
{
    const wgi_check_locale l = wgi_check_locale_begin();
    va_list args;
    va_start(args, format);
    vsnprintf(to, WGI_CHECK_TEXT, format, args);
    va_end(args);
    wgi_check_locale_end(l);
    return true;
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

const char *wgi_check_index(const char *name, wg_shape s, int64_t i, char to[WGI_CHECK_TEXT])
{
    int at = snprintf(to, WGI_CHECK_TEXT, "%.59s", name);
    int64_t stride = wg_shape_size(s);
    for (int a = 0; a < s.rank; a++) {
        stride /= s.dim[a];
        at += snprintf(to + at, (size_t)(WGI_CHECK_TEXT - at), "%c%lld", a ? ',' : '[',
                       (long long)(i / stride % s.dim[a]));
    }
    if (s.rank) snprintf(to + at, (size_t)(WGI_CHECK_TEXT - at), "]");
    return to;
}

const char *wgi_check_place(const wgi_check_part *in, int64_t i, char to[WGI_CHECK_TEXT])
{
    return wgi_check_index(in->shown.name, in->shown.shape, i, to);
}

/* ---- making and freeing ---- */

WG_OPTION_ROWS(wg_gradcheck_opts)

wg_check *wgi_check_new(wg_site here, const wg_start_opts *o, const wg_gradcheck_opts *opts)
{
    const wg_option_list *list = wg_gradcheck_opts_rows();
    const wg_gradcheck_opts *q = opts && opts->mark == list->mark ? opts : list->standard;
    wg_start_opts own = *o;
    if (q->allocator) own.allocator = q->allocator;
    own.on_warning = wg_no_warnings;
    wg_context *c = wg_start_at(WG_HERE, &own);
    wg_check *r = wg_alloc(c, 1, sizeof *r);
    if (!r) {
        wg_finish(c, NULL);
        return (wg_check *)(uintptr_t)&NO_MEMORY;
    }
    r->c = c;
    r->o = *q;
    r->where = r->stage = r->solver = r->kink.text = r->kink.instead = r->second.kink = "";
    r->o.name = wgi_check_keep(r, q->name ? q->name : "");
    if (q->names) r->o.names = wgi_check_keep(r, q->names);
    if (q->intended) r->o.intended = wgi_check_keep(r, q->intended);
    r->by_course = q->eps != WG_AUTO || q->one_sided || q->course_only;
    if (q->eps == WG_AUTO) r->o.eps = DEFAULT_EPS;
    r->allowed = q->tolerance;
    r->second.order = q->order;
    r->second.reason = r->second_reason;
    r->second.resolution = INFINITY;
    r->f = r->noise = r->ratio = r->floor = NAN;
    r->verdict = WG_INCONCLUSIVE;
    if (!wg_options_fit(c, here, "gradcheck", list, opts)) {
        wgi_check_say(r->reason, "%s", wg_message(c));
        wg_recover(c);
    } else if (q->course_only && q->order == 2)
        wgi_check_say(r->reason,
                      "order 2: the course's differences alone (course_only) are of the first order");
    return r;
}

bool wgi_check_parts(wg_check *r, int n)
{
    r->part = wg_alloc(r->c, (size_t)n, sizeof *r->part);
    return !wgi_check_failed(r);
}

/* ---- findings ---- */

void *wgi_check_grow(wg_check *r, void *list, int count, int *room, size_t each)
{
    if (count < *room) return list;
    void *more = wg_alloc(r->c, (size_t)(2 * *room + 8), each);
    if (!more) return NULL;
    if (count) memcpy(more, list, (size_t)count * each);
    wg_free(r->c, list);
    *room = 2 * *room + 8;
    return more;
}

void wgi_check_name(wg_check *r, wgi_names *n, const char *name)
{
    const char **list = wgi_check_grow(r, n->name, n->count, &n->room, sizeof *list);
    if (!list) return;
    n->name = list;
    n->name[n->count++] = wgi_check_keep(r, name);
}

void wgi_check_add(wg_check *r, const wgi_finding *f)
{
    wgi_finding *list = wgi_check_grow(r, r->finding, r->findings, &r->finding_room, sizeof *list);
    if (!list) return;
    r->finding = list;
    wgi_finding *to = &r->finding[r->findings++];
    *to = *f;
    const bool is_node = !wg_is_none(f->node);
    if (!is_node || f->stage == WGI_STAGE_RUN) to->shown.operand = -1;
    /* a rule is yours if the op is: by its descriptor, by the formula of wg_custom_vjp, or by a C function */
    to->whose = is_node && !wgi_op_is_library(wg_node_op(f->node)) ? "yours" : wgi_check_whose(r);
    to->shown.by = wgi_check_keep(r, f->shown.by ? f->shown.by : "");
    to->shown.op = is_node ? wgi_check_keep(r, wg_node_op_name(f->node)) : "";
    to->shown.name = is_node ? wgi_check_keep(r, wg_node_name(f->node)) : "";
    to->shown.where = is_node ? wgi_check_keep(r, wg_site_place(wg_node_site(f->node))) : "";
}

bool wgi_check_part_set(wg_check *r, int k, const char *name, wg_shape s)
{
    wgi_check_part *in = &r->part[k];
    in->shown.name = wgi_check_keep(r, name);
    in->shown.op = in->shown.where = "";
    in->shown.shape = s, in->size = wg_shape_size(s), in->shown.worst = -1;
    in->point = wgi_check_doubles(r, in->size), in->x = wgi_check_doubles(r, in->size),
    in->analytic = wgi_check_doubles(r, in->size);
    in->numeric = wgi_check_doubles(r, in->size), in->spread = wgi_check_doubles(r, in->size);
    in->slope = wgi_check_doubles(r, in->size), in->bar = wgi_check_doubles(r, in->size);
    in->signal = wg_alloc(r->c, in->size > 0 ? (size_t)in->size : 1, 1);
    in->shown.resolution = in->shown.here = INFINITY;
    if (wgi_check_failed(r)) return in->size = 0, false;
    EACH_COMPONENT(i, in) in->numeric[i] = in->analytic[i] = in->slope[i] = in->bar[i] = NAN;
    return true;
}

void wg_check_free(wg_check *r)
{
    if (r && r->c) wg_finish(r->c, NULL);
}

/* ---- lists and nodes ---- */

double *wgi_check_doubles(wg_check *r, int64_t n) { return wg_alloc(r->c, (size_t)n + 1, sizeof(double)); }

double wgi_check_rms(const double *x, int64_t n)
{
    double sum = 0, largest = 0;
    for (int64_t i = 0; i < n; i++) largest = fmax(largest, fabs(x[i]));
    for (int64_t i = 0; i < n && largest > 0; i++) sum += x[i] / largest * (x[i] / largest);
    return largest > 0 ? largest * sqrt(sum / (double)n) : 1;
}

bool wgi_check_are_finite(const double *x, int64_t n)
{
    for (int64_t i = 0; i < n; i++)
        if (!isfinite(x[i])) return false;
    return true;
}

bool wgi_check_values(wg_check *r, wg_node n, double *to)
{
    if (wg_copy_f64_at(wg_node_site(n), n, to, (size_t)wgi_elements(n)) == WG_OK) return true;
    wgi_check_recover(r);
    return false;
}

wg_node wgi_check_replay(wg_node root, wg_graph *to, const wg_graph *from, const wg_replay_opts *o)
{
    wg_begin(to, wg_graph_mode(from));
    const wg_node y = wg_replay_at(wg_node_site(root), root, to, o);
    wgx_graph_set_epoch(to, wgx_graph_epoch(from));
    wgx_graph_freeze(to, true);
    return y;
}

/* ---- random numbers ---- */

double wgi_check_normal(const wg_check *r, uint64_t stream, uint64_t i)
{
    const uint64_t seed = wg_context_seed(r->c);
    const double u = (wg_random_bits(seed, stream, 0, 2 * i) + 1.0) * 0x1p-32,
                 v = wg_random_bits(seed, stream, 0, 2 * i + 1) * 0x1p-32;
    return wg_box_muller(u, v);
}

double *wgi_check_normals(wg_check *r, uint64_t stream, int64_t n)
{
    double *v = wgi_check_doubles(r, n);
    for (int64_t i = 0; v && i < n; i++) v[i] = wgi_check_normal(r, stream, (uint64_t)i);
    return v;
}

/* ---- an early end ---- */

void wgi_check_at_stage(wg_check *r, const char *stage, double share) { r->stage = stage, r->share = share; }

int64_t wgi_check_left(const wg_check *r)
{
    return r->o.evaluations != WG_AUTO ? r->o.evaluations - r->evaluations : INT64_MAX;
}

bool wgi_check_go_on(wg_check *r)
{
    if (!r->stopped && r->o.progress && !r->o.progress(r->o.progress_user, r->stage, r->share))
        r->stopped = true;
    return !wgi_check_is_stopped(r);
}

void wgi_check_recover(wg_check *r)
{
    if (wg_failed(r->c) == WG_ERROR_MEMORY) wgi_check_starve(r, r->c);
    if (wg_failed(r->c)) wg_recover(r->c);
}

void wgi_check_starve(wg_check *r, const wg_context *c)
{
    if (wg_failed(c) == WG_ERROR_MEMORY && !r->starved[0]) wgi_check_say(r->starved, "%s", wg_message(c));
}

/* wgx_peek does not say why there is no value. */
bool wgi_check_peek(wg_check *r, wg_node n, wg_tensor *t)
{
    wg_context *c = wg_graph_context(wg_graph_of(n));
    if (wgx_peek(n, t)) return true;
    if (wg_failed(c)) return false;
    *t = wg_value(n);
    if (!wg_failed(c)) return true;
    wgi_check_starve(r, c);
    wg_recover(c);
    return false;
}

/* What has failed stays so; nothing else is decided. */
void wgi_check_end_early(wg_check *r)
{
    bool failed = wgi_check_has_failed(r);
    if (wg_failed(r->c)) wgi_check_recover(r);
    const char *why = r->stopped ? "stopped" : r->starved;
    if (!*why) return;
    EACH_PART(k, r) {
        wgi_check_part *in = &r->part[k];
        failed |= in->shown.verdict == WG_FAIL && !in->shown.left_out;
        if (in->shown.verdict == WG_FAIL || in->shown.left_out) continue;
        in->shown.verdict = WG_INCONCLUSIVE;
        wgi_check_say(in->reason, "%s", why);
    }
    r->verdict = failed ? WG_FAIL : WG_INCONCLUSIVE;
    wgi_check_say(r->reason, "%s", why);
}

/* ---- components ---- */

int64_t wgi_check_single(const wgi_check_part *in, int64_t *wrong)
{
    int64_t n = 0;
    *wrong = 0;
    EACH_COMPONENT(i, in) {
        n += !isnan(in->slope[i]);
        *wrong += in->n.differ && fabs(in->analytic[i] - in->slope[i]) > WGI_BEYOND * in->bar[i];
    }
    return n;
}

int64_t wgi_check_zeros(const wg_check *r, const wgi_check_part *in)
{
    int64_t n = 0;
    bool seen = false;
    for (int p = 0; p < WGI_POINTS; p++) seen |= r->at[p].used;
    for (int64_t i = 0; seen && i < in->size; i++) n += !in->signal[i];
    return n;
}

int wg_check_worst(const wg_check *r, int i, int64_t row[], int most)
{
    r = wgi_check_given(r);
    if (i < 0 || i >= r->parts || most < 1 || !row || r->part[i].shown.left_out) return 0;
    return wgi_check_most_off(r, &r->part[i], row, most);
}

/* ---- the whole ---- */

const char *wg_check_unreached_at(const wg_check *r, int i)
{
    r = wgi_check_given(r);
    return i >= 0 && i < r->unreached.count ? r->unreached.name[i] : "";
}

static int points_of(const wg_check *r) { return r->parts ? WGI_POINTS : 0; }

wg_check_point wg_check_point_at(const wg_check *r, int i)
{
    r = wgi_check_given(r);
    if (i < 0 || i >= points_of(r)) return (wg_check_point){ .text = "", .why = "" };
    wg_check_point p = r->at[i];
    p.text = wgi_check_point_text((wgi_point)i);
    if (!p.why) p.why = r->reason[0] ? r->reason : "not needed";
    return p;
}

/* ---- reading a report ---- */

/* The same facts are written each time: a report does not change once it is given out. */
const wg_check_facts *wg_check_facts_of(const wg_check *given)
{
    static wg_check_facts of_none[2]; /* reports that are constants */
    const wg_check *r = wgi_check_given(given);
    wg_check_facts *to = r->c ? &((wg_check *)(uintptr_t)r)->facts : &of_none[r == &NO_REPORT];
    *to = (wg_check_facts){
        .verdict = r->verdict,
        .reason = r->reason,
        .name = r->o.name,
        .where = r->where,
        .value = r->f,
        .ratio = r->ratio,
        .word = isfinite(r->ratio) ? wgi_check_word(r->ratio) : "",
        .why = r->why,
        .floor = r->floor,
        .eps = r->o.eps,
        .noise = r->noise,
        .evaluations = r->evaluations,
        .gradients = r->gradients,
        .seed = r->c ? wg_context_seed(r->c) : 0,
        .gaps = r->gaps,
        .first_gap = r->gap,
        .stopped = r->stopped,
        .findings = r->findings,
        .inputs = r->parts,
        .points = points_of(r),
        .unreached = r->unreached.count,
        .rules = r->rules,
        .second = r->second,
    };
    return to;
}

const char *wg_verdict_name(wg_verdict v)
{
    return v == WG_PASS ? "pass" : v == WG_FAIL ? "fail" : "inconclusive";
}
wg_verdict wg_check_verdict(const wg_check *r) { return wgi_check_given(r)->verdict; }
int wg_check_exit(const wg_check *r)
{
    r = wgi_check_given(r);
    return r->verdict == WG_PASS ? 0 : r->verdict == WG_FAIL ? 1 : 5;
}

wg_check_finding wg_check_finding_at(const wg_check *r, int i)
{
    r = wgi_check_given(r);
    static const char *const stage[WGI_STAGES] = { "rule", "slope", "frontier", "run", "second" };
    if (i < 0 || i >= r->findings)
        return (wg_check_finding){
            .stage = "", .op = "", .where = "", .name = "", .by = "", .remedy = "", .point = "", .element = -1
        };
    const wgi_finding *f = &r->finding[i];
    wg_check_finding shown = f->shown;
    shown.stage = stage[f->stage];
    shown.point = wgi_check_point_text(f->point);
    shown.remedy = f->remedy;
    return shown;
}

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
    wg_check_input shown = in->shown;
    shown.analytic = in->analytic, shown.numeric = in->numeric, shown.slope = in->slope, shown.bar = in->bar;
    shown.reason = in->reason, shown.hint = in->hint;
    shown.alone = wgi_check_single(in, &wrong), shown.zeros = wgi_check_zeros(r, in);
    if (wrong > shown.wrong) shown.wrong = wrong;
    return shown;
}
