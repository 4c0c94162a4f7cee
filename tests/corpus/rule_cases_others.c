/* rule_cases_others.c: wrong rules of products, reductions, softmax, normalisations, shapes and
 * losses. */
#include "corpus/rules.h"

/* ---- right nodes ---- */

#define MAKE(name, expression) \
    static wg_node make_##name(wg_node h, wg_node k) { return expression; }

static wg_node row(wg_node k, int64_t i)
{
    return wg_reshape(wg_slice(k, .axis = 0, .from = i, .to = i + 1), WG_SHAPE(WGT_ROWS));
}
static wg_node indices(wg_node h)
{
    static const int32_t at[] = { 2, 0, 5, 3, 2 };
    return wg_input(wg_graph_of(h), "at", wg_view_i32(at, WG_SHAPE(5)));
}
static wg_node classes(wg_node h)
{
    static const int32_t at[] = { 1, 4, 0, 5, 2, 2 };
    return wg_input(wg_graph_of(h), "classes", wg_view_i32(at, WG_SHAPE(WGT_ROWS)));
}

MAKE(matmul, wg_matmul(h, k))
MAKE(sum, wg_sum(h, .axis = 1))
MAKE(sum_all, wg_sum(h))
MAKE(max, wg_max(h, .axis = 1))
MAKE(logsumexp, wg_logsumexp(h, .axis = 1))
MAKE(cumsum, wg_cumsum(h, .axis = 0))
MAKE(softmax, wg_softmax(h))
MAKE(log_softmax, wg_log_softmax(h))
MAKE(layer_norm, wg_layer_norm(h, row(k, 0), row(k, 1)))
MAKE(batch_norm, wg_batch_norm(h, row(k, 0), row(k, 1)))
MAKE(gather, wg_gather(h, indices(h)))
MAKE(concat, wg_concat((wg_node[]){ h, k }, 2, .axis = 1))
MAKE(slice, wg_slice(h, .axis = 1, .from = 1, .to = 5))
MAKE(transpose, wg_transpose(h))
MAKE(reshape, wg_reshape(h, WG_SHAPE(4, 9)))
MAKE(broadcast_to, wg_broadcast_to(h, WG_SHAPE(2, 6, 6)))
MAKE(cross_entropy, wg_softmax_cross_entropy(h, classes(h)))
MAKE(bce, wg_bce_with_logits(h, wg_sigmoid(k)))
MAKE(addn, wg_addn((wg_node[]){ h, k, h }, 3))

/* ---- rules of their own ---- */

static wg_node sum_over(wg_site here, wg_node x, int axis)
{
    return wg_sum_at(here, &WG_OPTS(wg_reduce_args, .x = x, .axis = axis, .keepdims = true));
}
static wg_node spread(wg_site here, wg_node gy, wg_shape s)
{
    return wg_broadcast_to_at(here, wg_expand_dims_at(here, &WG_OPTS(wg_axes_args, .x = gy, .axis = 1)), s);
}
static wg_node transpose(wg_site here, wg_node x)
{
    return wg_transpose_at(here, &WG_OPTS(wg_transpose_args, .x = x));
}

static wg_node product(wg_site here, wg_node a, wg_node b)
{
    return wg_matmul_at(here, &WG_OPTS(wg_matmul_args, .x = a, .y = b));
}

static WGT_SPOILER(left_without_transpose) { gx[0] = product(here, gy, x[1]); }
static WGT_SPOILER(right_without_transpose) { gx[1] = product(here, x[0], gy); }
static WGT_SPOILER(products_swapped) { gx[1] = product(here, gy, transpose(here, x[0])); }
static WGT_SPOILER(softmax_without_sum) { gx[0] = wg_mul_at(here, y, gy); }
static WGT_SPOILER(softmax_wrong_axis)
{
    const wg_node product = wg_mul_at(here, y, gy);
    gx[0] = wg_sub_at(here, product, wg_mul_at(here, y, sum_over(here, product, 0)));
}
static WGT_SPOILER(log_softmax_without_sum) { gx[0] = gy; }
static WGT_SPOILER(log_softmax_wrong_axis)
{
    gx[0] = wg_sub_at(here, gy, wg_mul_at(here, wg_exp_at(here, y), sum_over(here, gy, 0)));
}
/* The mean and the variance are taken for constants. */
static wg_node norm_without_statistics(wg_site here, wg_node gy, const wg_node x[], int axis)
{
    const wg_var_args over = WG_OPTS(wg_var_args, .x = x[0], .axis = axis, .keepdims = true);
    const wg_node deviation = wg_sqrt_at(here, wg_add_at(here, wg_var_at(here, &over), wg_number(1e-5)));
    return wg_div_at(here, wg_mul_at(here, gy, x[1]), deviation);
}
static WGT_SPOILER(layer_norm_constants) { gx[0] = norm_without_statistics(here, gy, x, 1); }
static WGT_SPOILER(batch_norm_constants) { gx[0] = norm_without_statistics(here, gy, x, 0); }
static WGT_SPOILER(max_everywhere) { gx[0] = spread(here, gy, wg_node_shape(x[0])); }
static WGT_SPOILER(mean_of_all)
{
    gx[0] = wg_mul_at(here, spread(here, gy, wg_node_shape(x[0])), wg_number(1.0 / WGT_ROWS));
}
static WGT_SPOILER(not_reversed) { gx[0] = wg_cumsum_at(here, &WG_OPTS(wg_cumsum_args, .x = gy, .axis = 0)); }
static WGT_SPOILER(not_transposed) { gx[0] = gy; }
static WGT_SPOILER(first_alone)
{
    const wg_slice_args first = WG_OPTS(wg_slice_args, .x = gy, .axis = 0, .from = 0, .to = 1);
    gx[0] = wg_squeeze_at(here, &WG_OPTS(wg_squeeze_args, .x = wg_slice_at(here, &first), .axis = 0));
}

#define ONE(op, text, f, ...)                                                 \
    {                                                                         \
        .name = #op, .what = text, .make = make_##op, .spoil = f, __VA_ARGS__ \
    }
#define RELATIVE wgt_times, .number = 1.0001

const wgt_rule_case wgt_rules_others[] = {
    ONE(matmul, "the left is not transposed", left_without_transpose, ),
    ONE(matmul, "the right is not transposed", right_without_transpose, .operand = 1),
    ONE(matmul, "the factors are swapped", products_swapped, .operand = 1),
    ONE(matmul, "swapped operands", wgt_swapped, .other = 1),
    ONE(matmul, "transposed", wgt_transposed, .operand = 1),
    ONE(matmul, "1e-4", RELATIVE),
    ONE(matmul, "stale", wgt_stale, .operand = 1),
    ONE(matmul, "mean for sum", wgt_times, .number = 1.0 / WGT_ROWS, .operand = 1),
    ONE(matmul, "the last row", wgt_last_row, .where = WGT_LAST_ROW),
    ONE(sum, "mean for sum", wgt_times, .number = 1.0 / WGT_ROWS),
    ONE(sum, "the last row", wgt_last_row, .where = WGT_LAST_ROW),
    ONE(sum_all, "twice", wgt_times, .number = 2),
    ONE(sum_all, "one element", wgt_one_element, .where = WGT_ONE_ELEMENT),
    ONE(max, "all get the gradient", max_everywhere, ),
    ONE(max, "1e-4", RELATIVE),
    ONE(logsumexp, "the mean", mean_of_all, ),
    ONE(logsumexp, "stale", wgt_stale, ),
    ONE(cumsum, "not reversed", not_reversed, ),
    ONE(softmax, "the sum is left out", softmax_without_sum, ),
    ONE(softmax, "the sum over the wrong axis", softmax_wrong_axis, ),
    ONE(softmax, "1e-4", RELATIVE),
    ONE(softmax, "the last row", wgt_last_row, .where = WGT_LAST_ROW),
    ONE(softmax, "one element", wgt_one_element, .where = WGT_ONE_ELEMENT),
    ONE(softmax, "stale", wgt_stale, ),
    ONE(log_softmax, "the sum is left out", log_softmax_without_sum, ),
    ONE(log_softmax, "the sum over the wrong axis", log_softmax_wrong_axis, ),
    ONE(log_softmax, "1e-4", RELATIVE),
    ONE(layer_norm, "another eps", wgt_attribute, .number = 100),
    ONE(layer_norm, "mean and variance are constants", layer_norm_constants, ),
    ONE(layer_norm, "gamma: mean for sum", wgt_times, .number = 1.0 / WGT_ROWS, .operand = 1),
    ONE(layer_norm, "beta: 1e-4", RELATIVE, .operand = 2),
    ONE(batch_norm, "another eps", wgt_attribute, .number = 100),
    ONE(batch_norm, "mean and variance are constants", batch_norm_constants, ),
    ONE(batch_norm, "1e-4", RELATIVE),
    ONE(gather, "off by one", wgt_rolled, ),
    ONE(gather, "the first row", wgt_first_row, .where = WGT_FIRST_ROW),
    ONE(gather, "one element twice and a half", wgt_times, .number = 2.5),
    ONE(concat, "swapped operands", wgt_swapped, .other = 1),
    ONE(concat, "zero", wgt_times, .number = 0, .operand = 1),
    ONE(slice, "off by one", wgt_rolled, ),
    ONE(slice, "the first row", wgt_first_row, .where = WGT_FIRST_ROW),
    ONE(transpose, "not transposed", not_transposed, ),
    ONE(reshape, "transposed", wgt_transposed, ),
    ONE(broadcast_to, "the first alone", first_alone, ),
    ONE(broadcast_to, "mean for sum", wgt_times, .number = 0.5),
    ONE(cross_entropy, "sum for mean", wgt_times, .number = WGT_ROWS),
    ONE(cross_entropy, "1e-4", RELATIVE),
    ONE(bce, "sign", wgt_times, .number = -1),
    ONE(bce, "1e-4 of the targets", RELATIVE, .operand = 1),
    ONE(addn, "the last one is left out", wgt_times, .number = 0, .operand = 2),
    { 0 },
};
