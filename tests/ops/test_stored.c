/* test_stored.c: the dtypes that are stored only (u8, f16, bf16): every pattern both ways against
 * definitions in long double, ties, casts between all dtypes on every instruction set, products,
 * refusals, gradients. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "wengert/op.h"
#include "wgnearest.h"
#include "wgrounding.h"
#include "wgtest.h"

enum { PATTERNS = 1 << 16 };

/* ---- definitions, by the words of IEEE 754 ---- */

typedef struct format {
    wg_dtype dtype;
    int fraction, least; /* bits of the fraction; exponent of the smallest normal number */
} format;
static const format formats[] = { { WG_F16, 10, -14 }, { WG_BF16, 7, -126 } };

static double value_of(const format *f, uint16_t h)
{
    const int e = (h & 0x7FFF) >> f->fraction, most = (1 << (15 - f->fraction)) - 1,
              fraction = h & ((1 << f->fraction) - 1);
    double v = fraction ? NAN : INFINITY;
    if (e == 0) v = ldexp(fraction, f->least - f->fraction);
    else if (e < most) v = ldexp((1 << f->fraction) + fraction, f->least + e - 1 - f->fraction);
    return h >> 15 ? -v : v;
}

static bool is_nan(const format *f, uint16_t h)
{
    return (h & 0x7FFF) > (int)(((1u << (15 - f->fraction)) - 1) << f->fraction);
}

/* ---- every pattern ---- */

static void widen_all(wg_context *c, void *with)
{
    (void)with;
    uint16_t *all = malloc(sizeof *all * PATTERNS);
    for (int h = 0; h < PATTERNS; h++) all[h] = (uint16_t)h;
    for (int k = 0; k < 2; k++) {
        const format *f = &formats[k];
        wg_graph *g = wg_graph_new(c);
        wg_node x = wg_input(g, "x", wg_view(f->dtype, all, WG_SHAPE(PATTERNS)));
        const wg_tensor y = wg_value(wg_cast(x, WG_F32)), d = wg_value(wg_cast(x, WG_F64)),
                        back = wg_value(wg_cast(wg_cast(x, WG_F32), f->dtype));
        cr_assert(y.data && d.data && back.data, "%s", wg_message(c));
        WGT_NEARESTLY for (int h = 0; h < PATTERNS; h++)
        {
            const double v = value_of(f, (uint16_t)h);
            const float w = ((const float *)y.data)[h];
            const uint16_t b = ((const uint16_t *)back.data)[h];
            uint32_t bits;
            memcpy(&bits, &w, sizeof bits);
            if (is_nan(f, (uint16_t)h)) {
                cr_assert(isnan(w) && isnan(((const double *)d.data)[h]) && is_nan(f, b), "pattern %04x", h);
                cr_assert_eq(bits >> 31, (uint32_t)h >> 15);
                cr_assert_eq(b, h | 1 << (f->fraction - 1), "pattern %04x: a NaN becomes %04x", h, b);
                continue;
            }
            cr_assert(v == (double)w && !signbit(v) == !signbit(w), "pattern %04x is %a, not %a", h, v,
                      (double)w);
            cr_assert(v == ((const double *)d.data)[h]);
            cr_assert_eq(b, h, "pattern %04x comes back as %04x", h, b);
        }
    }
    free(all);
}
Test(stored, every_pattern_is_widened_exactly_and_comes_back) { wgt_on_each_isa(widen_all, NULL); }

/* ---- rounding ---- */

enum { NUMBERS = 40000, INTEGERS = 2000 };

/* Numbers at, half way between, and just beside the values of the format; and any bits. */
static void hard_numbers(const format *f, double *v)
{
    wgt_random r = { wgt_seed() };
    const int infinite = ((1 << (15 - f->fraction)) - 1) << f->fraction;
    for (int i = 0; i < NUMBERS; i++) {
        const int64_t h = i < 200 ? i : i < 400 ? infinite - 1 - (i - 200) : wgt_below(&r, infinite);
        const double at = value_of(f, (uint16_t)h),
                     next = h + 1 < infinite ? value_of(f, (uint16_t)(h + 1))
                                             : 2 * at - value_of(f, (uint16_t)(h - 1)),
                     half = (at + next) / 2;
        const int64_t way = wgt_below(&r, 6);
        v[i] = way == 0   ? at
               : way == 1 ? half
               : way == 2 ? nextafter(half, INFINITY)
               : way == 3 ? nextafter(half, 0)
               : way == 4 ? half * (1 + 0x1p-24)
                          : ldexp(wgt_uniform(&r, -1, 1), (int)wgt_below(&r, 300) - 150);
        if (wgt_below(&r, 2)) v[i] = -v[i];
    }
    v[0] = INFINITY, v[1] = -INFINITY, v[2] = 0, v[3] = -0.0, v[4] = 1e300, v[5] = -1e-300, v[6] = 65520,
    v[7] = 65519.99;
}

/* x, cast to the format, against wgrounding.h, zeros with their signs. */
static void expect_rounded(const format *f, wg_node x, int n, const char *what)
{
    const wg_tensor from = wg_value(x);
    double *got = wgt_values(wg_cast(x, f->dtype));
    cr_assert(got, "%s", wg_message(wg_graph_context(wg_graph_of(x))));
    WGT_NEARESTLY for (int i = 0; i < n; i++)
    {
        const long double v = from.dtype == WG_I64 ? (long double)((const int64_t *)from.data)[i]
                                                   : (long double)wg_tensor_item(&from, i);
        const double want = rounding_to(f->dtype)(v);
        cr_assert(got[i] == want && !signbit(got[i]) == !signbit(want), "%s %La as %s is %a, not %a", what, v,
                  wg_dtype_name(f->dtype), want, got[i]);
    }
    free(got);
}

/* Integers: many half way between two bf16, or off by one. */
static void narrow_numbers(wg_context *c, void *with)
{
    (void)with;
    double *v = malloc(sizeof *v * NUMBERS);
    int64_t whole[INTEGERS];
    wgt_random r = { wgt_seed() };
    for (int i = 0; i < INTEGERS; i++) {
        whole[i] = (int64_t)(wgt_next(&r) >> wgt_below(&r, 63));
        if (i % 2) whole[i] = -whole[i];
        if (i % 3 == 0) whole[i] = (INT64_C(0x181) << (4 + i % 48)) + (i % 5) - 2;
    }
    for (int k = 0; k < 2; k++) {
        const format *f = &formats[k];
        wg_graph *g = wg_graph_new(c);
        hard_numbers(f, v);
        wg_node x = wg_input(g, "x", wg_view_f64(v, WG_SHAPE(NUMBERS)));
        expect_rounded(f, x, NUMBERS, "f64");
        expect_rounded(f, wg_cast(x, WG_F32), NUMBERS, "f32");
        expect_rounded(f, wg_input(g, "n", wg_view_i64(whole, WG_SHAPE(INTEGERS))), INTEGERS, "i64");
    }
    free(v);
}
Test(stored, numbers_are_rounded_once_to_the_nearest_even) { wgt_on_each_isa(narrow_numbers, NULL); }

static void bytes(wg_context *c, void *with)
{
    (void)with;
    const double v[] = { -1,    -0.5, 0,    0.99,  1,        254.999999999, 255,
                         255.5, 256,  1e30, -1e30, INFINITY, -INFINITY,     NAN };
    const uint8_t is[] = { 0, 0, 0, 0, 1, 254, 255, 255, 255, 255, 0, 255, 0, 0 };
    const int64_t n[] = { -5, 0, 7, 255, 256, INT64_MAX, INT64_MIN };
    const uint8_t ns[] = { 0, 0, 7, 255, 255, 255, 0 };
    wg_graph *g = wg_graph_new(c);
    wg_node x = wg_input(g, "x", wg_view_f64(v, WG_SHAPE(14))),
            k = wg_input(g, "n", wg_view_i64(n, WG_SHAPE(7)));
    const wg_tensor y = wg_value(wg_cast(x, WG_U8)), z = wg_value(wg_cast(wg_cast(x, WG_F32), WG_U8)),
                    w = wg_value(wg_cast(k, WG_U8));
    cr_assert(memcmp(y.data, is, sizeof is) == 0 && memcmp(w.data, ns, sizeof ns) == 0);
    cr_assert_eq(((const uint8_t *)z.data)[7], 255);
    const uint8_t all[] = { 0, 1, 128, 255 };
    wg_node b = wg_input(g, "b", wg_view_u8(all, WG_SHAPE(4)));
    const wg_tensor i = wg_value(wg_cast(b, WG_I32)), t = wg_value(wg_cast(b, WG_BOOL)),
                    h = wg_value(wg_cast(wg_cast(b, WG_F16), WG_I64));
    for (int j = 0; j < 4; j++) {
        cr_assert_eq(((const int32_t *)i.data)[j], all[j]);
        cr_assert_eq(((const int64_t *)h.data)[j], all[j]);
        cr_assert_eq(((const bool *)t.data)[j], all[j] != 0);
    }
    cr_assert_eq(wg_tensor_item(&(wg_tensor){ WG_U8, WG_SHAPE(4), (void *)(uintptr_t)all }, 3), 255);
    double copy[4];
    cr_assert_eq(wg_copy_f64(b, copy, 4), WG_OK);
    cr_assert(copy[2] == 128 && wg_item(wg_slice(b, .axis = 0, .from = 3)) == 255);
}
Test(stored, bytes_are_cut_to_their_range) { wgt_on_each_isa(bytes, NULL); }

/* ---- products ---- */

static wg_node numbers(wg_graph *g, wgt_random *r, wg_shape s, wg_dtype t)
{
    const int64_t n = wg_shape_size(s);
    double *v = calloc((size_t)n + 1, sizeof *v);
    for (int64_t i = 0; i < n; i++) v[i] = t == WG_U8 ? floor(wgt_uniform(r, 0, 256)) : wgt_uniform(r, -1, 1);
    wg_node x = wg_cast(wg_input(g, "v", wg_view_f64(v, s)), t);
    free(v);
    return x;
}

/* The bits are those of the product of the operands cast to the other dtype. */
static void products(wg_context *c, void *with)
{
    (void)with;
    static const int64_t sizes[][3] = { { 1, 1, 1 },      { 3, 4, 5 },      { 1, 333, 257 }, { 2, 64, 96 },
                                        { 4, 100, 1000 }, { 5, 70, 33 },    { 300, 200, 1 }, { 130, 3, 40 },
                                        { 64, 64, 64 },   { 100, 300, 90 }, { 1, 0, 5 },     { 0, 3, 4 },
                                        { 257, 129, 65 }, { 40, 1, 300 } };
    static const wg_dtype types[][2] = { { WG_F32, WG_BF16 }, { WG_F32, WG_F16 },   { WG_U8, WG_F32 },
                                         { WG_F16, WG_F32 },  { WG_BF16, WG_BF16 }, { WG_F64, WG_BF16 },
                                         { WG_U8, WG_F64 } };
    wgt_random r = { wgt_seed() };
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        for (size_t k = 0; k < sizeof types / sizeof *types; k++)
            for (int way = 0; way < 4; way++) {
                const int64_t m = sizes[i][0], l = sizes[i][1], n = sizes[i][2];
                const bool ta = way & 1, tb = way & 2;
                const wg_dtype t = types[k][0] == WG_F64 || types[k][1] == WG_F64 ? WG_F64 : WG_F32;
                wg_graph *g = wg_graph_new(c);
                wg_node a = numbers(g, &r, ta ? WG_SHAPE(l, m) : WG_SHAPE(m, l), types[k][0]),
                        b = numbers(g, &r, tb ? WG_SHAPE(n, l) : WG_SHAPE(l, n), types[k][1]);
                wg_node y = wg_matmul(a, b, .ta = ta, .tb = tb),
                        z = wg_matmul(wg_cast(a, t), wg_cast(b, t), .ta = ta, .tb = tb);
                cr_assert_eq(wg_node_dtype(y), t, "%s", wg_message(c));
                const wg_tensor u = wg_value(y), v = wg_value(z);
                cr_assert(u.data && wgt_same_bits(&u, &v), "[%lld,%lld,%lld] %s %s %d", (long long)m,
                          (long long)l, (long long)n, wg_dtype_name(types[k][0]), wg_dtype_name(types[k][1]),
                          way);
                wg_graph_free(g);
            }
}
Test(stored, products_have_the_bits_of_the_product_after_a_cast) { wgt_on_each_isa(products, NULL); }

static void batches(wg_context *c, void *with)
{
    (void)with;
    wgt_random r = { 5 };
    wg_graph *g = wg_graph_new(c);
    wg_node x = numbers(g, &r, WG_SHAPE(3, 40, 50), WG_F32), W = numbers(g, &r, WG_SHAPE(50, 60), WG_BF16),
            V = numbers(g, &r, WG_SHAPE(3, 50, 60), WG_F16), b = numbers(g, &r, WG_SHAPE(60), WG_BF16);
    const wg_tensor p = wg_value(wg_matmul(x, W)), q = wg_value(wg_matmul(x, wg_cast(W, WG_F32)));
    const wg_tensor s = wg_value(wg_matmul(x, V)), t = wg_value(wg_matmul(x, wg_cast(V, WG_F32)));
    const wg_tensor d = wg_value(wg_dense(x, W, b)),
                    e = wg_value(wg_dense(x, wg_cast(W, WG_F32), wg_cast(b, WG_F32)));
    cr_assert(wgt_same_bits(&p, &q) && wgt_same_bits(&s, &t) && wgt_same_bits(&d, &e), "%s", wg_message(c));
}
Test(stored, batches_and_dense_layers) { wgt_on_each_isa(batches, NULL); }

/* ---- what is refused ---- */

Test(stored, other_ops_say_that_a_cast_is_needed)
{
    WGT_GRAPH(WG_F32, NULL);
    const uint16_t v[2] = { 0x3F80, 0x4000 };
    wg_node h = wg_input(g, "h", wg_view_bf16(v, WG_SHAPE(2))), x = wg_cast(h, WG_F32);
    WGT_REFUSED(c, DTYPE, "exp: h [2] is bf16, which is stored only: cast it to f32 first, by wg_cast",
                wg_exp(h));
    WGT_REFUSED(c, DTYPE, "add: h [2] is bf16", wg_add(x, h));
    WGT_REFUSED(c, DTYPE, "mul: h [2] is bf16", wg_mul(h, 2));
    WGT_REFUSED(c, DTYPE, "softmax: h [2] is bf16", wg_softmax(h));
    WGT_REFUSED(c, DTYPE, "say wg_cast for one of them", wg_concat(((wg_node[]){ h, x }), 2));
    WGT_REFUSED(c, DTYPE, "products are of floats", wg_matmul(h, wg_cast(x, WG_I32)));
    wgt_finish(c, NULL);
    c = wg_start(.dtype = WG_BF16);
    cr_assert(wg_failed(c));
    wg_finish(c, NULL);
}

/* ---- gradients ---- */

static double weighted(wg_node y, wg_node w) { return wg_item(wg_sum(wg_mul(y, w))); }

/* The rounding of a cast counts as a step of slope 1. A stored matrix has its exact values. */
Test(stored, gradients_pass_casts_in_f32)
{
    wgt_random r = { 8 };
    WGT_GRAPH(WG_F32, NULL);
    wg_node x = numbers(g, &r, WG_SHAPE(3, 4), WG_F32), W = numbers(g, &r, WG_SHAPE(4, 5), WG_F32),
            w = numbers(g, &r, WG_SHAPE(3, 5), WG_F32), H = wg_cast(W, WG_BF16), y = wg_matmul(x, H);
    wg_node loss = wg_sum(wg_mul(y, w)), gW = wg_grad(loss, W), gH = wg_grad(loss, H), gx = wg_grad(loss, x);
    cr_assert_eq(wg_node_dtype(gH), WG_F32);
    const wg_tensor a = wg_value(gW), b = wg_value(gH), e = wg_value(wg_matmul(wg_transpose(x), w)),
                    p = wg_value(gx), q = wg_value(wg_matmul(w, wg_transpose(wg_cast(H, WG_F32))));
    cr_assert(wgt_same_bits(&a, &b) && wgt_same_bits(&a, &e) && wgt_same_bits(&p, &q), "%s", wg_message(c));
    cr_assert(isfinite(weighted(y, w)));
    /* through movement; forward mode; the second order, which is that of x H */
    wg_node part = wg_slice(wg_transpose(H), .axis = 0, .from = 1, .to = 3),
            l2 = wg_sum(wg_square(wg_cast(part, WG_F32))), g2 = wg_grad(l2, W);
    const wg_tensor s = wg_value(g2), t = wg_value(wg_mul(2, wg_cast(H, WG_F32)));
    for (int i = 0; i < 20; i++)
        cr_assert_eq(((const float *)s.data)[i], i % 5 == 1 || i % 5 == 2 ? ((const float *)t.data)[i] : 0);
    const wg_tensor j = wg_value(wg_jvp(y, &W, &W, 1)), k = wg_value(wg_matmul(x, W));
    for (int i = 0; i < 15; i++)
        cr_assert_lt(fabs((double)((const float *)j.data)[i] - (double)((const float *)k.data)[i]), 1e-5);
    WGT_REFUSED(c, GRADIENT, "is u8", wg_grad(loss, wg_cast(W, WG_U8)));
    wgt_finish(c, NULL);
}

/* ---- parameters ---- */

Test(stored, parameters_are_stored_and_not_trained)
{
    WGT_WORLD(WG_F32, NULL);
    wg_node W = wg_param(g, p, "W", WG_SHAPE(8, 8), wg_init_as(WG_BF16, wg_he())),
            V = wg_param(g, p, "V", WG_SHAPE(8, 8), wg_he()), x = wg_fill(g, 1, WG_SHAPE(2, 8));
    cr_assert_eq(wg_node_dtype(W), WG_BF16);
    cr_assert_neq(wg_item(wg_sum(wg_square(wg_cast(W, WG_F32)))), 0);
    wg_node loss = wg_mean(wg_square(wg_matmul(wg_matmul(x, V), W)));
    WGT_REFUSED(c, DTYPE, "backward: W is bf16, which is not trained", wg_backward(loss, p));
    wg_params_freeze(p, "W", true);
    const wg_tensor now = wg_params_tensor(p, 0);
    uint16_t before[64];
    memcpy(before, now.data, sizeof before);
    wg_optim *o = wg_adamw(p, .lr = 0.05, .weight_decay = 0.1);
    const double first = wg_item(loss);
    for (int i = 0; i < 20; i++) {
        wg_backward(loss, p);
        wg_optim_step(o);
    }
    cr_assert_lt(wg_item(loss), first, "%s", wg_message(c));
    cr_assert_eq(memcmp(before, wg_params_tensor(p, 0).data, sizeof before), 0);
    const float ones[64] = { 1, 2.5f };
    cr_assert_eq(wg_params_assign_tensor(p, "W", wg_view_f32(ones, WG_SHAPE(8, 8))), WG_OK);
    cr_assert_eq(((const uint16_t *)wg_params_tensor(p, 0).data)[1], 0x4020);
    wg_param(g, p, "B", WG_SHAPE(2), wg_init_as(WG_U8, wg_zeros()));
    wgt_expect_error(c, WG_ERROR_DTYPE, "the dtype must be f32 or f64");
    wgt_finish(c, NULL);
}

/* ---- the gradient check ---- */

Test(stored, the_gradient_check_says_that_it_cannot_measure)
{
    WGT_WORLD(WG_F32, NULL);
    wg_node W = wg_param(g, p, "W", WG_SHAPE(3, 2), wg_he()),
            V = wg_param(g, p, "V", WG_SHAPE(2, 2), wg_he());
    wg_node y = wg_tanh(wg_matmul(wg_fill(g, 0.5, WG_SHAPE(4, 3)), wg_cast(W, WG_BF16)));
    wg_node loss = wg_mean(wg_square(wg_matmul(y, V)));
    wg_check *r = wg_gradcheck(loss, p);
    cr_assert_eq(wg_check_verdict(r), WG_INCONCLUSIVE);
    cr_assert_eq(wg_check_exit(r), 5);
    FILE *f = tmpfile();
    char text[4096] = "";
    wg_check_print(r, f);
    rewind(f);
    text[fread(text, 1, sizeof text - 1, f)] = 0;
    fclose(f);
    cr_assert(strstr(text, "rounds to bf16"), "%s", text);
    wg_check_free(r);
    /* what does not go through the cast can be checked */
    r = wg_gradcheck_nodes(loss, &V, 1);
    cr_assert_eq(wg_check_verdict(r), WG_PASS);
    wg_check_free(r);
    wgt_finish(c, NULL);
}

/* ---- other parts of the library ---- */

Test(stored, blends_of_parameters)
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

Test(stored, a_bias_of_another_float_dtype_is_an_error)
{
    WGT_GRAPH(WG_F32, NULL);
    wg_begin(g, WG_TRAIN);
    wg_node x = wg_cast(wg_fill(g, 1, WG_SHAPE(2, 3)), WG_BF16),
            W = wg_cast(wg_fill(g, 1, WG_SHAPE(3, 2)), WG_BF16);
    wg_dense(x, W, wg_cast(wg_fill(g, 1, WG_SHAPE(2)), WG_F64));
    wgt_expect_error(c, WG_ERROR_DTYPE, "is f64, the product is f32");
    wgt_finish(c, NULL);
}

Test(stored, data_with_a_nan_are_refused)
{
    wg_context *c = wgt_start(NULL, WG_F32, NULL);
    const uint16_t x[] = { 0x3F80, 0x7FC0 };
    const float y[] = { 0, 1 };
    cr_expect_null(wg_data_from(c, wg_view_bf16(x, WG_SHAPE(2, 1)), wg_view_f32(y, WG_SHAPE(2))));
    wgt_expect_error(c, WG_ERROR_VALUE, "x holds NaN at row 1, column 0");
    wgt_finish(c, NULL);
}
