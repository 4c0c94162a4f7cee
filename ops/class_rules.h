/* class_rules.h: checks and samples of losses of rows of classes, whose labels are class numbers or
 * probabilities. */
#ifndef WG_CLASS_RULES_H
#define WG_CLASS_RULES_H

#include "rules.h"

#if WG_BASE

/* For logits [..., classes] labels are class numbers [...] or rows of probabilities [..., classes]. strict:
 * class numbers are integers, probabilities are floats. */
static inline bool labels_fit(wg_rule *r, bool strict)
{
    bool shares = wg_dtype_is_float(r->x[1].dtype);
    if (wg_shape_equal(*r->x[1].shape, *r->x[0].shape)) return shares || !strict || labels_fail(r);
    return (wg_shape_equal(*r->x[1].shape, without_last(r->x[0].shape)) && (!shares || !strict)) ||
           labels_fail(r);
}

/* Without classes a row has no largest logit. */
static inline bool has_classes(wg_rule *r)
{
    const wg_shape *s = r->x[0].shape;
    return s->dim[s->rank - 1] > 0 || wg_rule_fail(r, WG_ERROR_SHAPE, "%s has no classes", wg_rule_who(r, 0));
}

static inline bool same_float(wg_rule *r, int k)
{
    return !wg_dtype_is_float(r->x[k].dtype) || r->x[k].dtype == r->x[0].dtype ||
           wg_rule_fail(r, WG_ERROR_DTYPE, "%s beside %s: say wg_cast for one of them", wg_rule_who(r, k),
                        wg_rule_who(r, 0));
}

/* Class numbers as i64, below classes unless that is 0: cross_entropy.c. */
wg_node wgi_as_class(wg_site here, wg_node x, int64_t classes);
/* The losses of rows of logits, of which strict ones must have probabilities that add up to 1:
 * cross_entropy.c. */
wg_node wgi_cross_entropy(wg_site here, wg_node z, wg_node labels, bool strict);

static inline wg_node logits_and_labels(wg_graph *g, int i, wg_node x[2])
{
    static const wg_shape s[] = { { 2, { 3, 4 } }, { 2, { 3, 4 } }, { 3, { 2, 3, 4 } },
                                  { 1, { 4 } },    { 2, { 0, 4 } }, { 2, { 1, 300 } } };
    if (i >= (int)(sizeof s / sizeof *s)) return wg_none;
    x[0] = wg_any(g, s[i]);
    x[1] = i % 2 ? wg_between(g, 0.1, 0.9, s[i]) : wg_any_class(g, 4, without_last(&s[i]));
    return x[0];
}

#endif

#endif
