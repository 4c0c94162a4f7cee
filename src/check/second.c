/* second.c: second derivatives of the whole function.
 *
 * With random weights w, s(x) = <g(x), w> is a function whose gradient is H w, where g is the gradient that
 * is checked and H the matrix of second derivatives. So H w is compared with slopes of s as g is with slopes
 * of f: see points.c.
 *
 * The rules of single nodes are compared in rules.c. */
#include "check/check_private.h"

#include "wengert/grad.h"
#include "wengert/ops.h"

enum { WEIGHTS = 500 }; /* the stream of the random weights */

/* own: the report of s; its parts use the x of the parts of r, so that `first` can set them. */
typedef struct second {
    wg_check own, *r;
    wg_site here;
    wg_node s, *hx; /* by part: the gradient of s */
} second;

/* ---- building ---- */

static bool is_in(const second *q, int k) { return !q->own.part[k].shown.left_out; }

static bool open_parts(second *q, const wg_node gx[])
{
    wg_check *r = q->r;
    if (!wgi_check_parts(&q->own, r->parts)) return false;
    for (int k = 0; k < r->parts; k++) {
        wgi_check_part *in = &q->own.part[k];
        if (!wgi_check_part_set(&q->own, k, r->part[k].shown.name, r->part[k].shown.shape)) return false;
        in->shown.left_out = r->part[k].shown.left_out || wg_is_none(gx[k]) || !in->size;
        wg_free(r->c, in->x);
        in->x = r->part[k].x;
        memcpy(in->point, r->part[k].point, (size_t)in->size * sizeof *in->x);
        in->scale = wgi_check_rms(in->point, in->size);
        q->own.parts++;
    }
    return true;
}

/* <g, w> with random weights, as large as the components of each part. */
static wg_node with_weights(second *q, const wg_node g[])
{
    wg_node sum = wg_none;
    for (int k = 0; k < q->own.parts; k++) {
        const wgi_check_part *in = &q->own.part[k];
        double *w = is_in(q, k) ? wgi_check_normals(q->r, WEIGHTS + (uint64_t)k, in->size) : NULL;
        if (!w) continue;
        for (int64_t i = 0; i < in->size; i++) w[i] *= in->scale;
        const wg_node by = wg_input_at(q->here, wg_graph_of(g[k]), "", wg_view_f64(w, in->shown.shape)),
                      part = wg_sum_at(q->here, &WG_OPTS(wg_reduce_args, .x = wg_mul_at(q->here, g[k], by)));
        sum = wg_is_none(sum) ? part : wg_add_at(q->here, sum, part);
        wg_free(q->r->c, w);
    }
    return sum;
}

/* The gradient of s by part k alone. It may have none, although others have one. */
static void gradient_of(second *q, int k, wg_node x)
{
    wgi_check_part *in = &q->own.part[k];
    if (wg_grads_at(q->here, q->s, &x, 1, &q->hx[k]) == WG_OK)
        wg_copy_f64_at(q->here, q->hx[k], in->analytic, (size_t)in->size);
    if (!wg_failed(q->r->c)) return;
    in->shown.left_out = true, q->hx[k] = wg_none;
    if (!q->r->second_reason[0])
        wgi_check_say(q->r->second_reason, "second derivative by %s: %.150s", in->shown.name,
                      wg_message(q->r->c));
    wgi_check_recover(q->r);
}

static bool open_second(second *q, const wg_node x[], const wg_node gx[])
{
    wg_check *r = q->r;
    if (!open_parts(q, gx)) return false;
    q->hx = wg_alloc(r->c, (size_t)r->parts, sizeof *q->hx);
    if (!wg_failed(r->c)) q->s = with_weights(q, gx);
    if (wg_failed(r->c)) return false;
    for (int k = 0; k < r->parts && !wg_is_none(q->s); k++)
        if (is_in(q, k)) gradient_of(q, k, x[k]);
    return !wg_is_none(q->s);
}

/* Adds what was found to the report. */
static void take_over(second *q)
{
    wg_check *r = q->r, *own = &q->own;
    for (int i = 0; i < own->findings; i++) {
        own->finding[i].stage = WGI_STAGE_SECOND;
        wgi_check_add(r, &own->finding[i]);
    }
    r->evaluations += own->evaluations;
    if (own->stopped) {
        r->stopped = true;
        r->stage = own->stage, r->share = own->share;
    }
    if (!r->starved[0]) memcpy(r->starved, own->starved, sizeof r->starved);
    for (int k = 0; k < own->parts; k++) {
        const wgi_check_part *in = &own->part[k];
        r->second.whole |= in->n.clear > 0, r->second.blurred += in->n.unclear;
        r->second.resolution = fmin(r->second.resolution, in->shown.resolution);
    }
    r->second.zero = r->second.whole && !(r->second.resolution < INFINITY);
}

/* ---- all ---- */

static void say_why(wg_check *r)
{
    if (wgi_check_is_stopped(r) || r->second_reason[0] || r->second.resolution < 0.1 || r->second.zero)
        return;
    wgi_check_say(r->second_reason, "second derivatives: %s",
                  r->second.whole ? "rounding noise hides them" : "the gradient is not smooth here");
}

void wgi_check_second(wg_check *r, wg_site here, const wg_node x[], const wg_node gx[],
                      const wgi_check_target *first)
{
    second q = { .own = { .c = r->c, .of_second = true, .solver = "" }, .r = r, .here = here };
    q.own.o.progress = r->o.progress, q.own.o.progress_user = r->o.progress_user;
    if (!open_second(&q, x, gx)) {
        wgi_check_say(r->second_reason, "second derivatives: %.150s",
                      wg_failed(r->c) ? wg_message(r->c) : "no gradient has one");
        wgi_check_recover(r);
        return;
    }
    wgi_graph_function f = *(const wgi_graph_function *)first->self;
    f.root = q.s, f.gx = q.hx, f.none = 0, f.pieces = (wgi_frozen){ 0 }, f.summed = (wgi_summed){ 0 };
    wgi_check_target t = wgi_graph_target(&f);
    t.several_kinks = true;
    wgi_check_points(&q.own, &t);
    take_over(&q);
    wgi_check_recover(r);
    say_why(r);
}
