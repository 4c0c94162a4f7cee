/* case_op.h: an op with options and an operand of integers, for test_case.c and for the program that it
 * compiles: y = scale x[0]^2 where x[1] is not 0, else 0. The rule forgets the factor 2 where x[0] is above
 * 0.6. */
#ifndef CASE_OP_H
#define CASE_OP_H

#include "wengert/op.h"
#include "wengert/wengert.h"

typedef struct options {
    double scale;
} options;

static const wg_attr_row rows[] = { { "scale", WG_ATTR_DOUBLE, 0, "1", NULL },
                                    { NULL, WG_ATTR_INT, 0, NULL, NULL } };

static bool kernel(const wg_kernel *k)
{
    const double *x = k->x[0], scale = ((const options *)k->attr)->scale;
    const int64_t *on = k->x[1];
    double *y = k->y[0];
    for (int64_t i = k->begin; i < k->end; i++) y[i] = on[i] ? scale * x[i] * x[i] : 0;
    return true;
}

static bool shape(wg_rule *r)
{
    r->y[0] = r->x[0];
    return wg_shape_equal(*r->x[0].shape, *r->x[1].shape) ||
           wg_rule_fail(r, WG_ERROR_SHAPE, "takes equal shapes");
}

static void rule(wg_site here, wg_node y, wg_node gy, const wg_node x[], wg_node gx[])
{
    (void)here;
    wg_node two = wg_sub(2, wg_cast(wg_greater(x[0], 0.6), WG_F64));
    const double scale = ((const options *)wg_attr(y))->scale;
    gx[0] = wg_mul(wg_cast(wg_not_equal(x[1], 0), WG_F64), wg_mul(wg_mul(gy, two), wg_mul(scale, x[0])));
}

const wg_op my_part = { .name = "my_part",
                        .operands = 2,
                        .kind = WG_MAP,
                        .shape = shape,
                        .kernel = { kernel },
                        .vjp = rule,
                        .none = 2,
                        .attr_size = sizeof(options),
                        .attrs = rows };

#endif
