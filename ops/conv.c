/* conv.c: convolution (as nets call it: a cross-correlation) and transposed convolution, over 1 to 3
 * axes.
 *
 * Each element of the result is a sum of products in order (conv_block.h), with taps beside the source
 * left out or zero. So it has the same bits in a batch as alone. The kernel is first copied into
 * panels, whose columns are the channels of the result. With as many groups as channels on both sides,
 * channels are computed side by side instead (conv_channels.h). */
#include "conv_rules.h"
#include "conv_rows.h"

/* Sources beside a line are read from CONV_ZEROS zeros. About CONV_PLACES places are computed with one
 * panel before the next. CONV_WIDE: the most lanes of a vector. */
enum { CONV_ZEROS = 256, CONV_PLACES = 512, CONV_WIDE = 16 };

static int64_t conv_padded(int64_t columns, int64_t lanes) { return (columns + lanes - 1) / lanes * lanes; }

#define FLOATS_FILE "conv_block.h"
#include "both_floats.h"
#define FLOATS_FILE "conv_channels.h"
#include "both_floats.h"
#define FLOATS_FILE "conv_few.h"
#include "both_floats.h"

/* k: the operands are the source and the kernel. */
static conv_sizes sizes_of(const wg_kernel *k, bool back)
{
    const wg_shape *x = k->xt[0].shape, *y = k->yt[0].shape;
    return conv_sizes_of(back ? y : x, back ? x : y, k->xt[1].shape, k->attr, back);
}

#define RUN(T, N)                                                                                        \
    do {                                                                                                 \
        const int64_t rows = s->axis[0].taps * s->axis[1].taps;                                          \
        const conv_flat f = conv_flat_of(s);                                                             \
        const T *x = k->x[0], *W = k->x[1];                                                              \
        T *y = k->y[0], *memory = k->scratch;                                                            \
        if (k->phase && !conv_is_by_channels(s) && !f.wide) N(lines)(s, x, memory, y, k->begin, k->end); \
        else                                                                                             \
            for (int64_t u = k->begin; u < k->end; u++)                                                  \
                if (k->phase && f.wide) N(few_line)(s, &f, memory, W, y, u);                             \
                else if (k->phase) N(channel_line)(s, x, W, y, u);                                       \
                else if (f.wide) N(copy_line)(s, &f, x, memory, u);                                      \
                else N(pack)(s, W, memory, u % rows, u / rows);                                          \
    } while (0)
#define F32(n) n##_f32
#define F64(n) n##_f64

static bool run(const wg_kernel *k, bool back)
{
    conv_sizes own;
    const conv_sizes *s = k->prepared;
    if (!s) own = sizes_of(k, back), s = &own;
    if (k->xt[0].dtype == WG_F32) RUN(float, F32);
    else RUN(double, F64);
    return true;
}
KERNEL(conv) { return run(k, false); }
KERNEL(conv_transpose) { return run(k, true); }

#if WG_BASE

extern const wg_op wgi_op_conv_transpose, wgi_op_conv_weights;

static wg_node product(wg_site here, const wg_op *op, wg_node a, wg_node b, const struct conv *f)
{
    return wg_apply(here, op, (wg_node[]){ a, b }, 2, f);
}

static int64_t units(const wg_kernel *k, bool back)
{
    const conv_sizes s = sizes_of(k, back);
    if (!wg_shape_size(*k->yt[0].shape)) return 0;
    const int64_t lines = s.n * (k->phase ? conv_result(&s.axis[0], back) * conv_result(&s.axis[1], back)
                                          : conv_source(&s.axis[0], back) * conv_source(&s.axis[1], back));
    if (k->phase || conv_flat_of(&s).wide) return lines;
    return conv_is_by_channels(&s) ? 0 : s.groups * s.axis[0].taps * s.axis[1].taps;
}
static size_t scratch(const wg_kernel *k, bool back)
{
    const conv_sizes s = sizes_of(k, back);
    const conv_flat f = conv_flat_of(&s);
    if (conv_is_by_channels(&s)) return 0;
    if (f.wide)
        return (size_t)(s.n * conv_source(&s.axis[0], back) * conv_source(&s.axis[1], back) * f.wide *
                        (back ? s.narrow : s.wide)) *
               wg_dtype_size(k->xt[0].dtype);
    return (size_t)(conv_taps(&s) * s.groups *
                    (back ? s.narrow * conv_padded(s.wide, CONV_WIDE)
                          : s.wide * conv_padded(s.narrow, CONV_WIDE))) *
           wg_dtype_size(k->xt[0].dtype);
}
static bool prepare(const wg_kernel *k, void *to, bool back)
{
    *(conv_sizes *)to = sizes_of(k, back);
    return false;
}
static double flops(const wg_kernel *k, bool back)
{
    const conv_sizes s = sizes_of(k, back);
    return 2.0 * (double)conv_taps(&s) * (double)s.wide * (double)s.narrow * (double)s.groups * (double)s.n *
           (double)s.axis[0].narrow * (double)s.axis[1].narrow * (double)s.axis[2].narrow;
}

/* ---- conv ---- */

/* The elements of the result along an axis. The padding after the operand becomes such that the last
 * window ends with it. */
static bool conv_fit(wg_rule *r, struct conv *f, int axis, int64_t n, int64_t taps, int64_t *to)
{
    const int64_t stride = f->stride.dim[axis], reach = conv_reach(taps, f->dilation.dim[axis]);
    if (f->same) {
        const int64_t all = conv_up(n, stride) * stride - stride + reach - n;
        conv_same(f, axis, all > 0 ? all : 0);
    }
    const int64_t left = n + f->padding.dim[2 * axis] + f->padding.dim[2 * axis + 1] - reach;
    if (left < 0 || n == 0)
        return wg_rule_fail(
            r, WG_ERROR_SHAPE, "the kernel %s does not fit %s: it reaches over %lld elements of %lld",
            wg_rule_who(r, 1), wg_rule_who(r, 0), (long long)reach, (long long)(left + reach));
    *to = left / stride + 1;
    f->padding.dim[2 * axis + 1] -= left % stride;
    return true;
}
static bool conv_shape(wg_rule *r)
{
    struct conv *f = r->attr;
    int axes;
    if (!conv_ranks(r, 0, 1, &axes) || !conv_options(r, f, axes) || !conv_kernel(r, axes)) return false;
    const wg_shape *x = r->x[0].shape, *W = r->x[1].shape;
    if (!conv_grouped(r, x, f->groups) || !conv_grouped(r, W, f->groups)) return false;
    if (x->dim[axes + 1] != W->dim[axes] * f->groups)
        return wg_rule_fail(r, WG_ERROR_SHAPE, "%s has %lld channels, and %s takes %lld", wg_rule_who(r, 0),
                            (long long)x->dim[axes + 1], wg_rule_who(r, 1),
                            (long long)(W->dim[axes] * f->groups));
    wg_shape *y = wg_rule_shape(r, 0);
    *y = *x;
    for (int a = 0; a < axes; a++)
        if (!conv_fit(r, f, a, x->dim[a + 1], W->dim[a], &y->dim[a + 1])) return false;
    f->same = false;
    y->dim[axes + 1] = W->dim[axes + 1];
    return true;
}
static int64_t conv_units(const wg_kernel *k) { return units(k, false); }
static size_t conv_scratch(const wg_kernel *k) { return scratch(k, false); }
static bool conv_prepare(const wg_kernel *k, void *to) { return prepare(k, to, false); }
static double conv_flops(const wg_kernel *k) { return flops(k, false); }
VJP(conv)
{
    gx[0] = product(here, &wgi_op_conv_transpose, gy, x[1], wg_attr(y));
    gx[1] = product(here, &wgi_op_conv_weights, x[0], gy, wg_attr(y));
}
VMAP(conv) { return conv_of_rows(here, y, x, rows, n); }
SAMPLE(conv)
{
    if (i >= CONV_CASES) return wg_none;
    const conv_case *t = &conv_cases[i];
    wg_node x = wg_any(g, t->x), W = wg_any(g, t->W);
    return product(here, &wgi_op_conv, x, W, &t->f);
}
ERROR_SAMPLE(conv)
{
    wg_node x = ANY(2, 5, 5, 4), W = ANY(3, 3, 4, 2);
    FAILS(wg_conv(ANY(2, 5, 5, 3), W), "has 3 channels, and");
    FAILS(wg_conv(ANY(2, 2, 5, 4), W), "it reaches over 3 elements of 2");
    FAILS(wg_conv(x, ANY(3, 4, 2)), "has 4 axes, and");
    FAILS(wg_conv(x, W, .stride = WG_SHAPE(1, 2, 3)), "stride has 3 numbers for 2 axes");
    FAILS(wg_conv(x, W, .groups = 3), "4 channels have no 3 equal groups");
    FAILS(wg_conv(x, W, .dilation = WG_SHAPE(0)), "dilation is 0, must be at least 1");
    FAILS(wg_conv(x, W, .same = true, .padding = WG_SHAPE(1)), "do not give both");
    FAILS(wg_conv(ANY(5, 4), W), "must have 3 to 5");
    FAILS(wg_conv(CLASSES(3, 2, 5, 5, 4), CLASSES(3, 3, 3, 4, 2)), "must be f32 or f64");
    return NULL;
}

DEFINE_OP(conv,
          .summary = "Convolution over 1 to 3 axes, channels last: x [n, ..., channels], W [..., channels / "
                     "groups, results]. The kernel W is not turned. same: the padding for as many elements "
                     "as x has, divided by stride.",
          .formula = "y[n, i..., b] = sum(x[n, i... stride + k... dilation - padding, c + a] W[k..., a, b] "
                     "over k..., a); c = 0 where groups = 1, else \"the first channel of b's group\"",
          .adjoint = "x' = conv_transpose(y', W), W' = conv_weights(x, y')", .operands = 2, .names = "x W",
          .kind = WG_CONTRACT, .cost = 16, TAKES(conv),
          RULES(conv, shape, units, scratch, prepare, flops, vjp, vmap), .kernel = KERNELS(conv), .phases = 2,
          .prepared = sizeof(conv_sizes), .jvp = conv_jvp_of);
wg_node wg_conv_at(wg_site here, const wg_conv_args *a)
{
    a = WG_OR_NONE(a);
    return product(here, &wgi_op_conv, a->x, a->W, &GIVEN(conv, CONV_FIELDS));
}

/* ---- conv_transpose ---- */

static bool transpose_fit(wg_rule *r, struct conv *f, int axis, int64_t n, int64_t taps, int64_t *to)
{
    const int64_t stride = f->stride.dim[axis], reach = conv_reach(taps, f->dilation.dim[axis]);
    if (f->same) conv_same(f, axis, reach - stride);
    *to = (n - 1) * stride + reach - f->padding.dim[2 * axis] - f->padding.dim[2 * axis + 1];
    return (n >= 1 && *to >= 1) ||
           wg_rule_fail(r, WG_ERROR_SHAPE, "%s and %s leave no elements along axis %d", wg_rule_who(r, 0),
                        wg_rule_who(r, 1), axis + 1);
}
static bool conv_transpose_shape(wg_rule *r)
{
    struct conv *f = r->attr;
    int axes;
    if (!conv_ranks(r, 0, 1, &axes) || !conv_options(r, f, axes) || !conv_kernel(r, axes)) return false;
    const wg_shape *x = r->x[0].shape, *W = r->x[1].shape;
    if (!conv_grouped(r, W, f->groups)) return false;
    if (x->dim[axes + 1] != W->dim[axes + 1])
        return wg_rule_fail(r, WG_ERROR_SHAPE, "%s has %lld channels, and %s takes %lld", wg_rule_who(r, 0),
                            (long long)x->dim[axes + 1], wg_rule_who(r, 1), (long long)W->dim[axes + 1]);
    wg_shape *y = wg_rule_shape(r, 0);
    *y = *x;
    for (int a = 0; a < axes; a++)
        if (!transpose_fit(r, f, a, x->dim[a + 1], W->dim[a], &y->dim[a + 1])) return false;
    f->same = false;
    return !__builtin_mul_overflow(W->dim[axes], f->groups, &y->dim[axes + 1]) ||
           wg_rule_fail(r, WG_ERROR_SHAPE, "the result is too large");
}
static int64_t conv_transpose_units(const wg_kernel *k) { return units(k, true); }
static size_t conv_transpose_scratch(const wg_kernel *k) { return scratch(k, true); }
static bool conv_transpose_prepare(const wg_kernel *k, void *to) { return prepare(k, to, true); }
static double conv_transpose_flops(const wg_kernel *k) { return flops(k, true); }
VJP(conv_transpose)
{
    gx[0] = product(here, &wgi_op_conv, gy, x[1], wg_attr(y));
    gx[1] = product(here, &wgi_op_conv_weights, gy, x[0], wg_attr(y));
}
VMAP(conv_transpose) { return conv_of_rows(here, y, x, rows, n); }
SAMPLE(conv_transpose)
{
    if (i >= CONV_CASES) return wg_none;
    const conv_case *t = &conv_cases[i];
    wg_shape s = t->x;
    s.dim[s.rank - 1] = t->W.dim[t->W.rank - 1];
    wg_node x = wg_any(g, s), W = wg_any(g, t->W);
    return product(here, &wgi_op_conv_transpose, x, W, &t->f);
}
ERROR_SAMPLE(conv_transpose)
{
    wg_node x = ANY(2, 3, 3, 4), W = ANY(3, 3, 2, 4);
    FAILS(wg_conv_transpose(ANY(2, 3, 3, 2), W), "has 2 channels, and");
    FAILS(wg_conv_transpose(x, W, .padding = WG_SHAPE(3)), "leave no elements along axis 1");
    FAILS(wg_conv_transpose(x, W, .stride = WG_SHAPE(-1)), "stride is -1, must be at least 1");
    FAILS(wg_conv_transpose(x, W, .groups = 3), "4 channels have no 3 equal groups");
    FAILS(wg_conv_transpose(x, ANY(0, 3, 2, 4)), "has no elements along axis 0");
    return NULL;
}

DEFINE_OP(
    conv_transpose,
    .summary =
        "Transposed convolution, the adjoint of conv with the same W and options: x [n, ..., channels], W "
        "[..., results / groups, channels]. same: the padding for stride times as many elements as x has.",
    .formula =
        "y[n, j..., c + a] = sum(x[n, i..., b] W[k..., a, b] over i..., k..., b where i... stride + k... "
        "dilation - padding = j...); c = 0 where groups = 1, else \"the first channel of b's group\"",
    .adjoint = "x' = conv(y', W), W' = conv_weights(y', x)", .operands = 2, .names = "x W",
    .kind = WG_CONTRACT, .cost = 16, TAKES(conv),
    RULES(conv_transpose, shape, units, scratch, prepare, flops, vjp, vmap),
    .kernel = KERNELS(conv_transpose), .phases = 2, .prepared = sizeof(conv_sizes), .jvp = conv_jvp_of);
wg_node wg_conv_transpose_at(wg_site here, const wg_conv_args *a)
{
    a = WG_OR_NONE(a);
    return product(here, &wgi_op_conv_transpose, a->x, a->W, &GIVEN(conv, CONV_FIELDS));
}

#endif
