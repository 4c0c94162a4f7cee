/* check_object.c: makes and frees reports, and writes the texts in them. */
#include "check/check_private.h"

#include "wengert/op.h"

#include <stdarg.h>

static const double DEFAULT_EPS = 1e-7;

#define REPORT_OF_NOTHING(why)                                                                        \
    {                                                                                                 \
        .name = "", .where = "", .verdict = WG_INCONCLUSIVE, .ratio = NAN, .floor = NAN, .stage = "", \
        .reason = why                                                                                 \
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

void wgi_check_vsay(char *to, const char *format, va_list args)
{
    wgi_check_locale l = wgi_check_locale_begin();
    vsnprintf(to, WGI_CHECK_TEXT, format, args);
    wgi_check_locale_end(l);
}

void wgi_check_say(char *to, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    wgi_check_vsay(to, format, args);
    va_end(args);
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

/* Writes "W[3,7]" for component i; a scalar has no index. */
void wgi_check_place(const wgi_check_part *in, int64_t i, char to[WGI_CHECK_TEXT])
{
    int at = snprintf(to, WGI_CHECK_TEXT / 4, "%s", in->name);
    int64_t stride = in->size;
    if (at >= WGI_CHECK_TEXT / 4) at = WGI_CHECK_TEXT / 4 - 1;
    for (int a = 0; a < in->shape.rank; a++) {
        stride /= in->shape.dim[a];
        at += snprintf(to + at, (size_t)(WGI_CHECK_TEXT - at), "%c%lld", a ? ',' : '[',
                       (long long)(i / stride % in->shape.dim[a]));
    }
    if (in->shape.rank) snprintf(to + at, (size_t)(WGI_CHECK_TEXT - at), "]");
}

/* ---- making and freeing ---- */

wg_check *wgi_check_new(const wg_options *o, const wg_gradcheck_opts *opts)
{
    wg_gradcheck_opts none = { 0 };
    const wg_gradcheck_opts *q = opts ? opts : &none;
    wg_options own = *o;
    if (q->allocator) own.allocator = q->allocator;
    own.on_warning = wg_no_warnings;
    wg_context *c = wg_start(&own);
    wg_check *r = wg_alloc(c, 1, sizeof *r);
    if (!r) {
        wg_finish(c, NULL);
        return (wg_check *)(uintptr_t)&NO_MEMORY;
    }
    r->c = c;
    if (own.allocator) r->memory = *own.allocator;
    r->progress = q->progress, r->progress_user = q->progress_user;
    r->name = r->where = r->stage = "";
    if (q->name) r->name = wgi_check_keep(r, q->name);
    if (q->sweep) r->sweep_of = wgi_check_keep(r, q->sweep);
    r->eps = wg_or_standard(q->eps, DEFAULT_EPS);
    r->one_sided = q->one_sided, r->limit = q->components;
    r->course_only = q->course_only;
    r->by_course = q->eps != 0 || q->one_sided || q->course_only;
    r->order = q->order ? q->order : 1;
    r->second.asymmetry = r->second.bar = NAN, r->second.resolution = INFINITY;
    r->f = r->noise = r->ratio = r->floor = NAN;
    r->verdict = WG_INCONCLUSIVE;
    if (!(r->eps > 0) || !isfinite(r->eps))
        wgi_check_say(r->reason, "the step must be a positive number: eps is %g", r->eps);
    else if (r->limit < 0)
        wgi_check_say(r->reason, "the number of components must be positive: it is %lld",
                      (long long)r->limit);
    else if (r->order != 1 && r->order != 2)
        wgi_check_say(r->reason, "the order must be 1 or 2: it is %d", r->order);
    else if (r->course_only && r->order == 2)
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

/* A rule is yours if the op is: by its descriptor, by the formula of wg_custom_vjp, or by a C function. */
static const char *whose_rule(const wg_check *r, wg_node n)
{
    const wg_op *op = wg_node_op(n);
    const bool is_library = wg_op_find(op->name) == op && !op->users && strcmp(op->name, "custom_vjp") != 0;
    return is_library ? wgi_check_whose(r) : "yours";
}

void wgi_check_add(wg_check *r, const wgi_finding *f)
{
    if (r->findings == r->finding_room) {
        const int room = 2 * r->finding_room + 8;
        wgi_finding *more = wg_alloc(r->c, (size_t)room, sizeof *more);
        if (!more) return;
        if (r->findings) memcpy(more, r->finding, (size_t)r->findings * sizeof *more);
        wg_free(r->c, r->finding);
        r->finding = more, r->finding_room = room;
    }
    wgi_finding *to = &r->finding[r->findings++];
    *to = *f;
    const bool is_node = !wg_is_none(f->node);
    to->whose = is_node ? whose_rule(r, f->node) : wgi_check_whose(r);
    to->by = wgi_check_keep(r, f->by ? f->by : "");
    to->op = is_node ? wgi_check_keep(r, wg_node_op_name(f->node)) : "";
    to->where = is_node ? wgi_check_keep(r, wg_site_place(wg_node_site(f->node))) : "";
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
    in->slope = doubles(r, in->size), in->bar = doubles(r, in->size);
    in->signal = wg_alloc(r->c, in->size > 0 ? (size_t)in->size : 1, 1);
    in->resolution = INFINITY;
    if (wgi_check_failed(r)) return in->size = 0, false;
    for (int64_t i = 0; i < in->size; i++) in->numeric[i] = in->analytic[i] = in->slope[i] = in->bar[i] = NAN;
    return true;
}

void wg_check_free(wg_check *r)
{
    if (r && r->c) wg_finish(r->c, NULL);
}
