/* test_stored_uses.c: u8, f16 and bf16 where other parts of the library meet them. */
#include "wgtest.h"

Test(stored_uses, blends_of_parameters)
{
    wg_context *c = wgt_start(NULL, WG_F32, NULL);
    wg_params *a = wg_params_new(c), *b = wg_params_new(c);
    const uint16_t one = 0x3F80, half = 0x3F00; /* bf16: the upper halves of 1 and 0.5 */
    wg_params_make(a, "W", wg_view_bf16(&one, WG_SCALAR), false);
    wg_params_make(b, "W", wg_view_bf16(&half, WG_SCALAR), false);
    cr_assert_eq(wg_params_blend(a, b, 0.5), WG_OK, "%s", wg_message(c));
    const wg_tensor t = wg_params_tensor(a, 0);
    cr_expect_eq(wg_tensor_item(&t, 0), 0.75);
    wgt_finish(c, NULL);
}

Test(stored_uses, a_bias_of_another_float_dtype_is_an_error)
{
    WGT_GRAPH(WG_F32, NULL);
    wg_begin(g, WG_TRAIN);
    wg_node x = wg_cast(wg_fill(g, 1, WG_SHAPE(2, 3)), WG_BF16),
            W = wg_cast(wg_fill(g, 1, WG_SHAPE(3, 2)), WG_BF16);
    wg_dense(x, W, wg_cast(wg_fill(g, 1, WG_SHAPE(2)), WG_F64));
    wgt_expect_error(c, WG_ERROR_DTYPE, "is f64, the product is f32");
    wgt_finish(c, NULL);
}

Test(stored_uses, data_with_a_nan_are_refused)
{
    wg_context *c = wgt_start(NULL, WG_F32, NULL);
    const uint16_t x[] = { 0x3F80, 0x7FC0 };
    const float y[] = { 0, 1 };
    cr_expect_null(wg_data_from(c, wg_view_bf16(x, WG_SHAPE(2, 1)), wg_view_f32(y, WG_SHAPE(2))));
    wgt_expect_error(c, WG_ERROR_VALUE, "x holds NaN at row 1, column 0");
    wgt_finish(c, NULL);
}
