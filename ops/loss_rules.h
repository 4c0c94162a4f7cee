/* loss_rules.h: shape, reduction and samples of losses that compare predictions with targets of the same
 * shape. */
#ifndef WG_LOSS_RULES_H
#define WG_LOSS_RULES_H

#include "loss_options.h"
#include "rules.h"

#if WG_BASE

static inline bool loss_shape(wg_rule *r)
{
    if (!equal_shapes(r)) return false;
    if (((const struct loss *)r->attr)->reduction != WG_NONE) wg_rule_shape(r, 0)->rank = 0;
    return true;
}
static inline wg_node reduced_to(wg_site here, wg_node y, int reduction)
{
    return reduction == WG_NONE ? y : reduction == WG_SUM ? wg_sum(y) : wg_mean(y);
}
static inline wg_node reduced(wg_site here, wg_node y, const struct loss *f)
{
    return reduced_to(here, y, f->reduction);
}
typedef wg_node (*loss_fn)(wg_site, const wg_loss_args *);
static inline wg_node loss_sample(wg_site here, wg_graph *g, int i, loss_fn f, double low, double high)
{
    static const wg_reduction reduction[] = { WG_MEAN, WG_SUM, WG_NONE };
    if (i > 2) return wg_none;
    wg_shape s = i == 1 ? WG_SHAPE(4) : WG_SHAPE(3, 2);
    wg_node x = wg_between(g, low, high, s), y = i == 1 ? wg_any_class(g, 2, s) : wg_between(g, 0.1, 0.9, s);
    return f(here, &(wg_loss_args){ .x = x, .y = y, .reduction = reduction[i] });
}
static inline const char *loss_error(wg_site here, wg_graph *g, int i, loss_fn f)
{
    if (i) return NULL;
    f(here, &(wg_loss_args){ .x = wg_any(g, WG_SHAPE(3, 1)), .y = wg_any(g, WG_SHAPE(3)) });
    return "shapes differ: ";
}
static inline wg_node loss_of(wg_site here, const wg_op *op, const wg_loss_args *a)
{
    a = WG_OR_NONE(a);
    return wg_apply(here, op, (wg_node[]){ a->x, a->y }, 2, &GIVEN(loss, LOSS_FIELDS));
}

#endif

#endif
