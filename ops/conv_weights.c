/* conv_weights.c: the gradient of a convolution by its kernel: for each tap and pair of channels a sum
 * over places and images.
 *
 * The lines of the narrow side are cut into parts by a rule that depends on shapes alone. Each part is
 * summed in order, then the parts are added in order. */
#include "conv_rules.h"
#include "conv_rows.h"

#define FLOATS_FILE "conv_sum_block.h"
#include "both_floats.h"

/* PARTS: at most so many. BESIDE: elements of all parts that are always worth their memory. COLUMNS of
 * a unit. ADDED: elements of the result for a unit of the second phase. */
enum { PARTS = 16, BESIDE = 1 << 16, COLUMNS = 64, ADDED = 1 << 12 };

typedef struct weights {
    conv_sizes s;
    int64_t lines, parts, blocks, size; /* blocks of columns; elements of the result */
} weights;

/* The number of parts depends on the sizes of one group, so that groups have the same bits alone. */
static weights weights_of(const wg_kernel *k)
{
    const wg_shape *x = k->xt[0].shape, *y = k->xt[1].shape;
    weights w = { .s = conv_sizes_of(x, y, k->yt[0].shape, k->attr, false),
                  .size = wg_shape_size(*k->yt[0].shape) };
    const conv_axis *a = w.s.axis;
    const int64_t each = conv_taps(&w.s) * w.s.wide * w.s.narrow,
                  read = w.s.n * (a[0].wide * a[1].wide * a[2].wide * w.s.wide +
                                  a[0].narrow * a[1].narrow * a[2].narrow * w.s.narrow);
    w.lines = w.s.n * a[0].narrow * a[1].narrow;
    const int64_t most = each ? 1 + (read + BESIDE) / each : 1;
    w.parts = most < PARTS ? most : PARTS;
    if (w.parts > w.lines) w.parts = w.lines > 0 ? w.lines : 1;
    w.blocks = (w.s.narrow + COLUMNS - 1) / COLUMNS;
    return w;
}

#define RUN_UNIT(T, N)                                                        \
    do {                                                                      \
        const int64_t row = rest % rows, all = s->narrow * s->groups;         \
        T *to = (T *)(w->parts > 1 ? k->scratch : k->y[0]) + part * w->size + \
                row * s->axis[2].taps * s->wide * all;                        \
        N(part)                                                               \
        p = { s,                                                              \
              (const T *)k->x[0],                                             \
              (const T *)k->x[1],                                             \
              to + group * s->narrow + c,                                     \
              row / s->axis[1].taps,                                          \
              row % s->axis[1].taps,                                          \
              group,                                                          \
              c,                                                              \
              0,                                                              \
              w->lines * part / w->parts,                                     \
              w->lines * (part + 1) / w->parts };                             \
        if (conv_is_by_channels(s)) N(channel_taps)(&p);                      \
        else N(taps)(&p, s->narrow - c < COLUMNS ? s->narrow - c : COLUMNS);  \
    } while (0)
#define F32(n) n##_f32
#define F64(n) n##_f64

static void unit(const wg_kernel *k, const weights *w, int64_t u)
{
    const conv_sizes *s = &w->s;
    const int64_t rows = s->axis[0].taps * s->axis[1].taps, groups = conv_is_by_channels(s) ? 1 : s->groups,
                  each = rows * groups * w->blocks;
    const int64_t part = u / each, rest = u % each, group = rest / rows % groups,
                  c = rest / rows / groups * COLUMNS;
    if (k->xt[0].dtype == WG_F32) RUN_UNIT(float, F32);
    else RUN_UNIT(double, F64);
}

KERNEL(conv_weights)
{
    weights own;
    const weights *w = k->prepared;
    if (!w) own = weights_of(k), w = &own;
    if (!k->phase)
        for (int64_t u = k->begin; u < k->end; u++) unit(k, w, u);
    else {
        const int64_t to = k->end * ADDED < w->size ? k->end * ADDED : w->size;
        if (k->xt[0].dtype == WG_F32)
            add_parts_f32(k->scratch, k->y[0], w->size, w->parts, k->begin * ADDED, to);
        else add_parts_f64(k->scratch, k->y[0], w->size, w->parts, k->begin * ADDED, to);
    }
    return true;
}

#if WG_BASE

extern const wg_op wgi_op_conv, wgi_op_conv_transpose;

/* The taps along an axis, from the elements of both sides. */
static bool weights_fit(wg_rule *r, const struct conv *f, int axis, int64_t wide, int64_t narrow,
                        int64_t *taps)
{
    const int64_t reach =
        wide + f->padding.dim[2 * axis] + f->padding.dim[2 * axis + 1] - (narrow - 1) * f->stride.dim[axis];
    *taps = (reach - 1) / f->dilation.dim[axis] + 1;
    return (wide > 0 && narrow > 0 && reach > 0 && (reach - 1) % f->dilation.dim[axis] == 0) ||
           wg_rule_fail(r, WG_ERROR_SHAPE, "no kernel makes %s of %s", wg_rule_who(r, 1), wg_rule_who(r, 0));
}
static bool conv_weights_shape(wg_rule *r)
{
    struct conv *f = r->attr;
    const wg_shape *x = r->x[0].shape, *y = r->x[1].shape;
    int axes;
    if (!conv_ranks(r, 0, 1, &axes) || !conv_options(r, f, axes)) return false;
    if (f->same) return wg_rule_fail(r, WG_ERROR_VALUE, "takes the padding itself, not same");
    if (!conv_grouped(r, x, f->groups) || !conv_grouped(r, y, f->groups)) return false;
    if (x->dim[0] != y->dim[0])
        return wg_rule_fail(r, WG_ERROR_SHAPE, "%s and %s have different numbers of images",
                            wg_rule_who(r, 0), wg_rule_who(r, 1));
    wg_shape *W = wg_rule_shape(r, 0);
    W->rank = axes + 2;
    for (int a = 0; a < axes; a++)
        if (!weights_fit(r, f, a, x->dim[a + 1], y->dim[a + 1], &W->dim[a])) return false;
    W->dim[axes] = x->dim[axes + 1] / f->groups;
    W->dim[axes + 1] = y->dim[axes + 1];
    return true;
}
static int64_t conv_weights_units(const wg_kernel *k)
{
    const weights w = weights_of(k);
    if (!w.size) return 0;
    if (k->phase) return w.parts > 1 ? (w.size - 1) / ADDED + 1 : 0;
    return w.parts * w.s.axis[0].taps * w.s.axis[1].taps * (conv_is_by_channels(&w.s) ? 1 : w.s.groups) *
           w.blocks;
}
static size_t conv_weights_scratch(const wg_kernel *k)
{
    const weights w = weights_of(k);
    return w.parts > 1 ? (size_t)(w.parts * w.size) * wg_dtype_size(k->xt[0].dtype) : 0;
}
static bool conv_weights_prepare(const wg_kernel *k, void *to)
{
    *(weights *)to = weights_of(k);
    return false;
}
static double conv_weights_flops(const wg_kernel *k)
{
    const weights w = weights_of(k);
    return 2.0 * (double)w.size * (double)w.s.wide * (double)w.lines * (double)w.s.axis[2].narrow;
}
static wg_node product(wg_site here, const wg_op *op, wg_node a, wg_node b, const void *f)
{
    return wg_apply(here, op, (wg_node[]){ a, b }, 2, f);
}
VJP(conv_weights)
{
    gx[0] = product(here, &wgi_op_conv_transpose, x[1], gy, wg_attr(y));
    gx[1] = product(here, &wgi_op_conv, x[0], gy, wg_attr(y));
}
VMAP(conv_weights) { return conv_by_groups(here, y, x, rows, n); }
/* Both sides of a convolution, with its options as its shape rule leaves them. */
SAMPLE(conv_weights)
{
    if (i >= CONV_CASES) return wg_none;
    const conv_case *t = &conv_cases[i];
    const wg_node W = wg_broadcast_to(wg_scalar(g, 0), t->W), x = wg_any(g, t->x),
                  y = product(here, &wgi_op_conv, x, wg_cast(W, wg_node_dtype(x)), &t->f);
    return product(here, wg_op_find("conv_weights"), x, wg_any(g, wg_node_shape(y)), wg_attr(y));
}
ERROR_SAMPLE(conv_weights)
{
    wg_node x = ANY(2, 5, 5, 3), y = ANY(2, 3, 3, 4);
    const wg_op *op = wg_op_find("conv_weights");
    FAILS(product(here, op, x, y, &(struct conv){ .groups = 2 }), "3 channels have no 2 equal groups");
    FAILS(product(here, op, y, x, NULL), "no kernel makes");
    FAILS(product(here, op, x, ANY(1, 3, 3, 4), NULL), "different numbers of images");
    FAILS(product(here, op, x, y, &(struct conv){ .same = true }), "not same");
    return NULL;
}

DEFINE_OP(conv_weights,
          .summary = "Gradient of conv by its kernel: the adjoint of conv by W. Operands: x of conv, and the "
                     "gradient of its result. The options are those of conv.",
          .formula = "W[k..., a, b] = sum(x[n, i... stride + k... dilation - padding, c + a] y[n, i..., b] "
                     "over n, i...); c = 0 where groups = 1, else \"the first channel of b's group\"",
          .adjoint = "x' = conv_transpose(y, W'), y' = conv(x, W')", .operands = 2, .names = "x y",
          .kind = WG_CONTRACT, .cost = 16, TAKES(conv),
          RULES(conv_weights, shape, units, scratch, prepare, flops, vjp, vmap),
          .kernel = KERNELS(conv_weights), .phases = 2, .prepared = sizeof(weights), .jvp = conv_jvp_of);

#endif
