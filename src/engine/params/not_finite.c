/* not_finite.c: says which gradients or parameters of an optimizer are NaN or infinite. */
#include "params/stepping.h"

/* The first parameter of the step whose gradient, or with `values` whose value, has NaN or infinities. *text:
 * its name, shape and their places. NULL: none has. */
static const wgi_parameter *first_bad(const wg_optim *o, bool values, char *text, size_t size)
{
    char shape[96], range[256];
    wgi_parameter *q;
    for (size_t i = 0; (q = wgi_params_next(o->s.p, &i));) {
        if (!q->reached) continue;
        wgi_row_list_whole(q);
        wgi_range r = wgi_range_of(q->dtype, values ? q->data : q->grad, q->size);
        if (wgi_range_is_finite(&r)) continue;
        snprintf(text, size, "%.120s %s is %s", q->name, wg_shape_text(q->shape, shape, sizeof shape),
                 wgi_range_text(&r, &q->shape, range, sizeof range));
        return q;
    }
    return NULL;
}

wg_status wgi_optim_refuse(wg_site here, const wg_optim *o, const char *what, const char *then)
{
    char text[512], why[512] = "";
    const wg_params *root = o->s.p->root;
    const wgi_parameter *q = first_bad(o, false, text, sizeof text);
    if (!q) return WG_OK;
    if (root->explain) root->explain(root->loss, q, why, sizeof why);
    return wgi_fail(root->c, here, what, WG_ERROR_VALUE, "the gradient of %s: %s.%s%s", text, then,
                    *why ? " " : "", why);
}

/* No parameter is bad after the step: then a mean of squares is, and would keep the parameter where it is. */
static wg_status squares_overflow(wg_site here, const wg_optim *o)
{
    const wgi_optimizer *kind = o->s.kind;
    const wgi_parameter *q;
    char shape[96], range[256];
    for (size_t i = 0; (q = wgi_params_next(o->s.p, &i));)
        for (int m = 0; q->reached && m < WGI_MOMENTS; m++) {
            const char *all = q->piece->moment[m];
            if (!all) continue;
            wgi_range r = wgi_range_of(q->dtype, all + (size_t)q->at * wg_dtype_size(q->dtype), q->size),
                      g = wgi_range_of(q->dtype, q->grad, q->size);
            if (wgi_range_is_finite(&r)) continue;
            return wgi_fail(o->s.p->c, here, "optim_step", WG_ERROR_VALUE,
                            "the gradient of %.120s %s is %s: what %s keeps of the squares of gradients "
                            "exceeds the largest %s. Scale the loss, or bound gradients "
                            "(wg_optim_clip_norm)%s",
                            q->name, wg_shape_text(q->shape, shape, sizeof shape),
                            wgi_range_text(&g, &q->shape, range, sizeof range), kind->name,
                            wg_dtype_name(q->dtype), q->dtype == WG_F32 ? ", or use f64" : "");
        }
    return WG_OK;
}

wg_status wgi_optim_overflow(wg_site here, wg_optim *o)
{
    char text[512], range[256];
    o->overflows = false;
    const wgi_parameter *q = first_bad(o, true, text, sizeof text);
    if (!q) return squares_overflow(here, o);
    const wgi_range g = wgi_range_of(q->dtype, q->grad, q->size);
    return wgi_fail(o->s.p->c, here, "optim_step", WG_ERROR_VALUE,
                    "after this step %s, though its gradient is %s: the rate %g is too large for it%s", text,
                    wgi_range_text(&g, &q->shape, range, sizeof range), wg_optim_lr(o),
                    o->s.kind->divides ? ", or what it is divided by is 0: give eps, or scale the loss" : "");
}
