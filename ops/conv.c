/* conv.c: convolution (as nets call it: a cross-correlation), transposed convolution, and their gradient by
 * the kernel, over 1 to 3 axes.
 *
 * Each element of the result is a sum of products in order (conv_block.h), with taps beside the source
 * left out or zero. So it has the same bits in a batch as alone. The kernel is first copied into
 * panels, whose columns are the channels of the result. With as many groups as channels on both sides,
 * channels are computed side by side instead. */
#include "windows.h"

#include "kernel/vectors.h"
#include "wgx/op.h"
#include "wgx/source.h"

/* The three products of a convolution. Each has the shape that the other two
 * leave open:
 *
 *     conv            narrow = wide * W    y[j, b] = sum of x[j stride + k step - before, a] W[k, a, b]
 *     conv_transpose  wide = narrow * W    the adjoint of conv by x
 *     conv_weights    W = wide * narrow    the adjoint of conv by W
 *
 * The sum of wide times conv_transpose(narrow, W) is that of narrow times conv(wide, W), and that of W
 * times conv_weights(wide, narrow). So each is the gradient of the other two, with equal options. */

/* After the shape rule stride and dilation have a number for each axis, and padding has two: the
 * elements before and after. The one after is such that windows end where the padded axis ends; it can
 * be negative. So the size of the wide side follows from that of the narrow side. */
#define CONV_FIELDS(F, S)      \
    F(S, SIZE, groups, "1")    \
    F(S, SHAPE, stride, "1")   \
    F(S, SHAPE, dilation, "1") \
    F(S, SHAPE, padding, "0")  \
    F(S, BOOL, same, "false")
OPTIONS(conv, CONV_FIELDS);

/* Element j of the narrow side and tap k of the kernel meet element j stride + k step - before of the
 * wide side. */
typedef struct conv_axis {
    int64_t wide, narrow, taps, stride, step, before;
} conv_axis;

typedef struct conv_sizes {
    int64_t n, groups, wide, narrow; /* images; channels of a group of each side */
    conv_axis axis[CONV_AXES];
    bool back;       /* the narrow side is the source, the wide side the result */
    int64_t in, out; /* channels of a group of the source and of the result */
} conv_sizes;

static conv_sizes conv_sizes_of(const wg_shape *wide, const wg_shape *narrow, const wg_shape *W,
                                const struct conv *f, bool back)
{
    const int axes = W->rank - 2, none = CONV_AXES - axes;
    conv_sizes s = {
        wide->dim[0], f->groups, W->dim[axes], W->dim[axes + 1] / f->groups, { { 0 } }, back, 0, 0
    };
    s.in = back ? s.narrow : s.wide, s.out = back ? s.wide : s.narrow;
    for (int i = 0; i < CONV_AXES; i++) s.axis[i] = (conv_axis){ 1, 1, 1, 1, 1, 0 };
    for (int a = 0; a < axes; a++)
        s.axis[none + a] = (conv_axis){ wide->dim[a + 1], narrow->dim[a + 1], W->dim[a],
                                        f->stride.dim[a], f->dilation.dim[a], f->padding.dim[2 * a] };
    return s;
}

static int64_t conv_taps(const conv_sizes *s) { return s->axis[0].taps * s->axis[1].taps * s->axis[2].taps; }

/* Each channel has a kernel of its own, and one result. */
static bool conv_is_by_channels(const conv_sizes *s)
{
    return s->groups > 1 && s->wide == 1 && s->narrow == 1;
}

/* ---- one axis of a convolution from a source to a result ---- */

/* Places of the result that have the same taps: all, or in a transposed convolution every stride-th.
 * Place j and tap t meet element j step + first + t delta of the source. Tap t is number k + t next of
 * the kernel. first grows with t. */
typedef struct conv_class {
    int64_t count, first, delta, k, next, step;
} conv_class;

static int64_t conv_divisor(int64_t a, int64_t b)
{
    while (b) {
        const int64_t rest = a % b;
        a = b, b = rest;
    }
    return a;
}

static conv_class conv_class_of(const conv_axis *a, bool back, int64_t rest)
{
    if (!back) return (conv_class){ a->taps, -a->before, a->step, 0, 1, a->stride };
    const int64_t common = conv_divisor(a->step, a->stride), next = a->stride / common;
    int64_t k = 0;
    while (k < next && k < a->taps && (rest + a->before - k * a->step) % a->stride != 0) k++;
    if (k >= next || k >= a->taps) return (conv_class){ 0, 0, 1, 0, 1, 1 };
    const int64_t count = (a->taps - 1 - k) / next + 1, last = k + (count - 1) * next;
    return (conv_class){
        count, (rest + a->before - last * a->step) / a->stride, a->step / common, last, -next, 1
    };
}

static int64_t conv_source(const conv_axis *a, bool back) { return back ? a->narrow : a->wide; }
static int64_t conv_result(const conv_axis *a, bool back) { return back ? a->wide : a->narrow; }
static int64_t conv_classes(const conv_axis *a, bool back)
{
    return !back ? 1 : a->stride < a->wide ? a->stride : a->wide;
}

/* The taps [from, to) that meet elements of a source of n elements at place j. */
typedef struct conv_range {
    int64_t from, to;
} conv_range;
static conv_range conv_met(const conv_class *c, int64_t j, int64_t n)
{
    const int64_t at = j * c->step + c->first;
    conv_range r = { conv_up(-at, c->delta), conv_up(n - at, c->delta) };
    if (r.to > c->count) r.to = c->count;
    if (r.from > r.to) r.from = r.to;
    return r;
}

/* The places [from, to) of so many at which all taps meet elements. */
static conv_range conv_inner(const conv_class *c, int64_t n, int64_t places)
{
    const int64_t last = n - c->first - (c->count - 1) * c->delta;
    conv_range r = { conv_up(-c->first, c->step), conv_up(last, c->step) };
    if (r.to > places) r.to = places;
    if (r.from > r.to) r.from = r.to;
    return r;
}

/* ---- few channels ---- */

/* Where the result has few channels, the source is copied into lines of one channel: `wide` elements, of
 * which `before` stand before those of the source. wide is 0: it is not copied. In the kernel channels of the
 * source are `next` apart, and those of the result `column`. */
typedef struct conv_flat {
    int64_t wide, before, next, column;
} conv_flat;

/* Channels; places of a line; elements read past its end. */
enum { CONV_FEW = 8, CONV_LEAST = 8, CONV_SLACK = 32 };

static conv_flat conv_flat_of(const conv_sizes *s)
{
    const conv_axis *a = &s->axis[2];
    const int64_t size = conv_source(a, s->back), d2 = conv_result(a, s->back);
    conv_flat f = { 0 };
    if (s->groups > 1 || s->out > CONV_FEW || d2 < CONV_LEAST || (!s->back && a->stride > 1)) return f;
    int64_t low = 0, high = size - 1;
    for (int64_t r = 0, classes = conv_classes(a, s->back); r < classes; r++) {
        const conv_class c = conv_class_of(a, s->back, r);
        const int64_t places = s->back ? (d2 - r - 1) / a->stride + 1 : d2,
                      last = places - 1 + c.first + (c.count - 1) * c.delta;
        if (c.count && c.first < low) low = c.first;
        if (c.count && last > high) high = last;
    }
    if (high - low > 4 * size) return f; /* most would be zeros */
    f.before = -low, f.wide = high - low + 1 + CONV_SLACK;
    f.next = s->back ? 1 : s->out, f.column = s->back ? s->in : 1;
    return f;
}

/* ---- how many rows of a product are computed at a time: as many as registers hold the sums of ---- */

/* With two vectors of columns. */
enum { CONV_HIGH = WG_ISA_INDEX == 2 ? 12 : 6 };

/* How many of so many rows are computed next: they are cut into parts of nearly equal size. */
static int conv_rows(int64_t left)
{
    const int64_t parts = (left - 1) / CONV_HIGH + 1, most = left == 7 ? 4 : (left - 1) / parts + 1;
    if (WG_ISA_INDEX == 2 && most >= 8) return most >= 12 ? 12 : 8;
    return most >= 6 ? 6 : most >= 4 ? 4 : (int)most;
}

/* f(rows, ...) for each number of rows that conv_rows gives, as a constant: its sums stay in registers. */
#define CONV_CASE_(n, f, ...) \
    case n:                   \
        f(n, __VA_ARGS__);    \
        break;
#if WG_ISA_INDEX == 2
#define CONV_HIGH_CASES_(f, ...) CONV_CASE_(12, f, __VA_ARGS__) CONV_CASE_(8, f, __VA_ARGS__)
#else
#define CONV_HIGH_CASES_(f, ...)
#endif
#define CONV_ROWS(rows, f, ...)              \
    do {                                     \
        switch (rows) {                      \
            CONV_HIGH_CASES_(f, __VA_ARGS__) \
            CONV_CASE_(6, f, __VA_ARGS__)    \
            CONV_CASE_(4, f, __VA_ARGS__)    \
            CONV_CASE_(3, f, __VA_ARGS__)    \
            CONV_CASE_(2, f, __VA_ARGS__)    \
        default: f(1, __VA_ARGS__); break;   \
        }                                    \
    } while (0)

/* ---- conv and conv_transpose ---- */

/* Sources beside a line are read from CONV_ZEROS zeros. About CONV_PLACES places are computed with one
 * panel before the next. CONV_WIDE: the most lanes of a vector. */
enum { CONV_ZEROS = 256, CONV_PLACES = 512, CONV_WIDE = 16 };

static int64_t conv_padded(int64_t columns, int64_t lanes) { return (columns + lanes - 1) / lanes * lanes; }

#define FLOATS_FILE "ops/conv_block.h"
#include "kernel/both_floats.h"

/* k: the operands are the source and the kernel. */
static conv_sizes sizes_of(const wg_kernel *k, bool back)
{
    const wg_shape *x = k->xt[0].shape, *y = k->yt[0].shape;
    return conv_sizes_of(back ? y : x, back ? x : y, k->xt[1].shape, k->attr, back);
}

static bool run(const wg_kernel *k, bool back)
{
    conv_sizes own;
    const conv_sizes *s = k->prepared;
    if (!s) own = sizes_of(k, back), s = &own;
    BY_FLOAT(k, run, k, s);
    return true;
}
KERNEL(conv) { return run(k, false); }
KERNEL(conv_transpose) { return run(k, true); }

/* ---- the gradient by the kernel: for each tap and pair of channels a sum over places and images. The lines
 * of the narrow side are cut into parts by a rule that depends on shapes alone. Each part is summed in order,
 * then the parts are added in order ---- */

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

#define FLOATS_FILE "ops/conv_sum_block.h"
#include "kernel/both_floats.h"

KERNEL(conv_weights)
{
    weights own;
    const weights *w = k->prepared;
    if (!w) own = weights_of(k), w = &own;
    if (!k->phase)
        EACH_UNIT(u) BY_FLOAT(k, unit, k, w, u);
    else {
        const int64_t to = k->end * ADDED < w->size ? k->end * ADDED : w->size;
        BY_FLOAT(k, add_parts, k->scratch, k->y[0], w->size, w->parts, k->begin * ADDED, to);
    }
    return true;
}

#if WG_BASE

EXTERN(conv_transpose, conv_weights);

int wgx_conv_parts(wg_node y)
{
    const wg_shape shape[3] = { wg_node_shape(wg_node_operand(y, 0)), wg_node_shape(wg_node_operand(y, 1)),
                                wg_node_shape(y) };
    const wg_type t[3] = { { &shape[0], wg_node_dtype(y) },
                           { &shape[1], wg_node_dtype(y) },
                           { &shape[2], wg_node_dtype(y) } };
    const wg_kernel k = { .operands = 2, .outputs = 1, .xt = t, .yt = t + 2, .attr = wg_attr(y) };
    return (int)weights_of(&k).parts;
}

static bool conv_options(wg_rule *r, struct conv *f, int axes)
{
    if (f->same && f->padding.rank)
        return wg_rule_fail(r, WG_ERROR_VALUE, "same chooses the padding: do not give both");
    return conv_list(r, &f->stride, "stride", axes, 1, 1) &&
           conv_list(r, &f->dilation, "dilation", axes, 1, 1) && conv_sides(r, &f->padding, axes);
}

/* ---- shapes ---- */

/* Operand k has an axis of images, 1 to 3 axes of elements, and one of channels. */
static bool conv_ranks(wg_rule *r, int k, int j, int *axes)
{
    *axes = r->x[k].shape->rank - 2;
    if (!wg_rule_float(r, k) || !wg_rule_rank(r, k, 3, CONV_AXES + 2)) return false;
    if (r->x[j].shape->rank != *axes + 2)
        return wg_rule_fail(r, WG_ERROR_SHAPE, "%s has %d axes, and %s has %d", wg_rule_who(r, k), *axes + 2,
                            wg_rule_who(r, j), r->x[j].shape->rank);
    for (int i = 0; i < 2; i++)
        for (int a = 0; a < *axes; a++)
            if (r->x[i].shape->dim[i == 1 && j == 1 ? a : a + 1] > CONV_MOST)
                return wg_rule_fail(r, WG_ERROR_SHAPE, "%s is too large", wg_rule_who(r, i));
    return true;
}

/* Elements from the first to the last tap. */
static int64_t conv_reach(int64_t taps, int64_t step) { return (taps - 1) * step + 1; }

static bool conv_kernel(wg_rule *r, int axes)
{
    for (int a = 0; a < axes; a++)
        if (r->x[1].shape->dim[a] < 1)
            return wg_rule_fail(r, WG_ERROR_SHAPE, "the kernel %s has no elements along axis %d",
                                wg_rule_who(r, 1), a);
    return true;
}

static bool conv_grouped(wg_rule *r, const wg_shape *s, int64_t groups)
{
    return s->dim[s->rank - 1] % groups == 0 ||
           wg_rule_fail(r, WG_ERROR_SHAPE, "%lld channels have no %lld equal groups",
                        (long long)s->dim[s->rank - 1], (long long)groups);
}

/* ---- rows: wg_vmap ---- */

/* x with a first axis of rows, as one tensor whose channels are those of all rows, one behind the
 * other. */
static wg_node conv_as_channels(wg_site here, wg_node x)
{
    const wg_shape s = wg_node_shape(x);
    wg_shape to = without_axis(s, 0);
    to.dim[to.rank - 1] *= s.dim[0];
    return wg_reshape(axis_moved(here, x, 0, s.rank - 2), to);
}

/* The opposite: n rows. */
static wg_node conv_as_rows(wg_site here, wg_node x, int64_t n)
{
    wg_shape s = with_axis(wg_node_shape(x), wg_node_shape(x).rank - 1, n);
    s.dim[s.rank - 1] /= n;
    return axis_moved(here, wg_reshape(x, s), s.rank - 2, 0);
}

/* The product of rows: each row is a group, or as many as the options say. */
static wg_node conv_by_groups(wg_site here, wg_node y, const wg_node x[], const bool rows[], int64_t n)
{
    struct conv f = *(const struct conv *)wg_attr(y);
    wg_node to[2];
    if (n < 1) return wg_none;
    for (int k = 0; k < 2; k++)
        to[k] = conv_as_channels(here, rows[k] ? x[k] : wgx_rows_repeated(here, x[k], n));
    f.groups *= n;
    return conv_as_rows(here, wg_apply(here, wg_node_op(y), to, 2, &f), n);
}

/* Where W is the same for all rows, their images are one batch. */
static wg_node conv_of_rows(wg_site here, wg_node y, const wg_node x[], const bool rows[], int64_t n)
{
    if (rows[1]) return conv_by_groups(here, y, x, rows, n);
    const wg_node to[2] = { conv_as_batch(here, x[0], n), x[1] };
    return conv_from_batch(here, wg_apply(here, wg_node_op(y), to, 2, wg_attr(y)), wg_node_shape(y), n);
}

/* ---- samples ---- */

/* Shapes of the wide side and of W, and options. */
typedef struct conv_case {
    wg_shape x, W;
    struct conv f;
} conv_case;
/* A case that does not say its groups has one. */
static struct conv with_groups(struct conv f)
{
    if (!f.groups) f.groups = 1;
    return f;
}

static const conv_case conv_cases[] = {
    { CONV_LIST(4, 2, 5, 4, 2), CONV_LIST(4, 3, 2, 2, 3), { 0 } },
    { CONV_LIST(4, 2, 5, 6, 2), CONV_LIST(4, 3, 3, 2, 3), { .same = true } },
    { CONV_LIST(4, 1, 7, 6, 3),
      CONV_LIST(4, 3, 2, 3, 17),
      { .stride = CONV_LIST(1, 2), .padding = CONV_LIST(1, 1) } },
    { CONV_LIST(4, 1, 4, 5, 1), CONV_LIST(4, 2, 2, 1, 2), { .stride = CONV_LIST(2, 3, 1) } },
    { CONV_LIST(4, 1, 6, 7, 2),
      CONV_LIST(4, 3, 2, 2, 2),
      { .dilation = CONV_LIST(2, 2, 3), .padding = CONV_LIST(4, 1, 2, 0, 3) } },
    { CONV_LIST(4, 2, 4, 4, 4), CONV_LIST(4, 2, 3, 2, 6), { .groups = 2, .padding = CONV_LIST(2, 0, 1) } },
    { CONV_LIST(4, 2, 4, 5, 3), CONV_LIST(4, 3, 3, 1, 3), { .groups = 3, .padding = CONV_LIST(1, 1) } },
    { CONV_LIST(4, 1, 5, 5, 19),
      CONV_LIST(4, 2, 3, 1, 19),
      { .groups = 19, .stride = CONV_LIST(1, 2), .dilation = CONV_LIST(2, 2, 1) } },
    { CONV_LIST(4, 1, 3, 3, 2), CONV_LIST(4, 2, 2, 1, 6), { .groups = 2 } },
    { CONV_LIST(3, 2, 9, 2), CONV_LIST(3, 5, 2, 3), { 0 } },
    { CONV_LIST(3, 2, 31, 1), CONV_LIST(3, 4, 1, 2), { .same = true, .stride = CONV_LIST(1, 3) } },
    { CONV_LIST(3, 1, 6, 2),
      CONV_LIST(3, 3, 2, 2),
      { .stride = CONV_LIST(1, 4), .dilation = CONV_LIST(1, 2) } },
    { CONV_LIST(5, 1, 4, 5, 6, 2),
      CONV_LIST(5, 2, 2, 3, 2, 2),
      { .stride = CONV_LIST(3, 1, 2, 1), .same = true } },
    { CONV_LIST(4, 3, 2, 2, 3), CONV_LIST(4, 1, 1, 3, 5), { 0 } },
    { CONV_LIST(4, 0, 4, 4, 2), CONV_LIST(4, 3, 3, 2, 2), { 0 } },
    { CONV_LIST(4, 1, 4, 4, 0), CONV_LIST(4, 3, 3, 0, 2), { 0 } },
    { CONV_LIST(3, 1, 40, 3), CONV_LIST(3, 3, 3, 2), { .padding = CONV_LIST(1, 1) } },
};
enum { CONV_CASES = sizeof conv_cases / sizeof *conv_cases };

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
    const int64_t lines = s.n * conv_source(&s.axis[0], back) * conv_source(&s.axis[1], back) * f.wide,
                  panels = conv_taps(&s) * s.groups * conv_padded(s.out, CONV_WIDE);
    return (size_t)((f.wide ? lines : panels) * s.in) * wg_dtype_size(k->xt[0].dtype);
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
    if (f->same) conv_pad_same(&f->padding, axis, n, reach, stride);
    const int64_t left = n + f->padding.dim[2 * axis] + f->padding.dim[2 * axis + 1] - reach;
    if (left < 0 || n == 0)
        return wg_rule_fail(
            r, WG_ERROR_SHAPE, "the kernel %s does not fit %s: it reaches over %lld elements of %lld",
            wg_rule_who(r, 1), wg_rule_who(r, 0), (long long)reach, (long long)(left + reach));
    *to = left / stride + 1;
    f->padding.dim[2 * axis + 1] -= left % stride;
    return true;
}
SHAPE(conv)
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
UNITS(conv) { return units(k, false); }
SCRATCH(conv) { return scratch(k, false); }
PREPARE(conv) { return prepare(k, to, false); }
FLOPS(conv) { return flops(k, false); }
VJP(conv)
{
    gx[0] = NODE_OF(conv_transpose, wg_attr(y), gy, x[1]);
    gx[1] = NODE_OF(conv_weights, wg_attr(y), x[0], gy);
}
VMAP(conv) { return conv_of_rows(here, y, x, rows, n); }
SAMPLE(conv)
{
    if (i >= CONV_CASES) return wg_none;
    const conv_case *t = &conv_cases[i];
    return NODE_OF(conv, (struct conv[]){ with_groups(t->f) }, wg_any(g, t->x), wg_any(g, t->W));
}
ERRORS(conv, (wg_conv(ANY(2, 5, 5, 3), ANY(3, 3, 4, 2)), "has 3 channels, and"),
       (wg_conv(ANY(2, 2, 5, 4), ANY(3, 3, 4, 2)), "it reaches over 3 elements of 2"),
       (wg_conv(ANY(2, 5, 5, 4), ANY(3, 4, 2)), "has 4 axes, and"),
       (wg_conv(ANY(2, 5, 5, 4), ANY(3, 3, 4, 2), .stride = WG_SHAPE(1, 2, 3)),
        "stride has 3 numbers for 2 axes"),
       (wg_conv(ANY(2, 5, 5, 4), ANY(3, 3, 4, 2), .groups = 3), "4 channels have no 3 equal groups"),
       (wg_conv(ANY(2, 5, 5, 4), ANY(3, 3, 4, 2), .dilation = WG_SHAPE(0)),
        "dilation is 0, must be at least 1"),
       (wg_conv(ANY(2, 5, 5, 4), ANY(3, 3, 4, 2), .same = true, .padding = WG_SHAPE(1)), "do not give both"),
       (wg_conv(ANY(5, 4), ANY(3, 3, 4, 2)), "must have 3 to 5"),
       (wg_conv(CLASSES(3, 2, 5, 5, 4), CLASSES(3, 3, 3, 4, 2)), "must be f32 or f64"));

DEFINE_OP(conv,
          .summary = "Convolution over 1 to 3 axes, channels last: x [n, ..., channels], W [..., channels / "
                     "groups, results]. The kernel W is not turned. same: the padding for as many elements "
                     "as x has, divided by stride.",
          .formula = "y[n, i..., b] = sum(x[n, i... stride + k... dilation - padding, c + a] W[k..., a, b] "
                     "over k..., a); c = 0 where groups = 1, else \"the first channel of b's group\"",
          .adjoint = "x' = conv_transpose(y', W), W'[k..., a, b] = sum(x[n, i... stride + k... dilation - "
                     "padding, c + a] y'[n, i..., b] over n, i...); c = 0 where groups = 1, else \"the first "
                     "channel of b's group\"",
          .operands = 2, .names = "x W", .kind = WG_CONTRACT, .cost = 16, TAKES(conv),
          .options = wg_conv_args_rows, RULES(conv, shape, units, scratch, prepare, flops, vjp, vmap),
          .kernel = KERNELS(conv), .phases = 2, .hint.prepared = sizeof(conv_sizes), .jvp = product_jvp);
BUILDER(conv, conv) { APPLY(conv, conv, CONV_FIELDS, a->x, a->W); }

/* ---- conv_transpose ---- */

static bool transpose_fit(wg_rule *r, struct conv *f, int axis, int64_t n, int64_t taps, int64_t *to)
{
    const int64_t stride = f->stride.dim[axis], reach = conv_reach(taps, f->dilation.dim[axis]);
    if (f->same) conv_same(&f->padding, axis, reach - stride);
    *to = (n - 1) * stride + reach - f->padding.dim[2 * axis] - f->padding.dim[2 * axis + 1];
    return (n >= 1 && *to >= 1) ||
           wg_rule_fail(r, WG_ERROR_SHAPE, "%s and %s leave no elements along axis %d", wg_rule_who(r, 0),
                        wg_rule_who(r, 1), axis + 1);
}
SHAPE(conv_transpose)
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
UNITS(conv_transpose) { return units(k, true); }
SCRATCH(conv_transpose) { return scratch(k, true); }
PREPARE(conv_transpose) { return prepare(k, to, true); }
FLOPS(conv_transpose) { return flops(k, true); }
VJP(conv_transpose)
{
    gx[0] = NODE_OF(conv, wg_attr(y), gy, x[1]);
    gx[1] = NODE_OF(conv_weights, wg_attr(y), gy, x[0]);
}
VMAP(conv_transpose) { return conv_of_rows(here, y, x, rows, n); }
SAMPLE(conv_transpose)
{
    if (i >= CONV_CASES) return wg_none;
    const conv_case *t = &conv_cases[i];
    wg_shape s = t->x;
    s.dim[s.rank - 1] = t->W.dim[t->W.rank - 1];
    return NODE_OF(conv_transpose, (struct conv[]){ with_groups(t->f) }, wg_any(g, s), wg_any(g, t->W));
}
ERRORS(conv_transpose, (wg_conv_transpose(ANY(2, 3, 3, 2), ANY(3, 3, 2, 4)), "has 2 channels, and"),
       (wg_conv_transpose(ANY(2, 3, 3, 4), ANY(3, 3, 2, 4), .padding = WG_SHAPE(3)),
        "leave no elements along axis 1"),
       (wg_conv_transpose(ANY(2, 3, 3, 4), ANY(3, 3, 2, 4), .stride = WG_SHAPE(-1)),
        "stride is -1, must be at least 1"),
       (wg_conv_transpose(ANY(2, 3, 3, 4), ANY(3, 3, 2, 4), .groups = 3),
        "4 channels have no 3 equal groups"),
       (wg_conv_transpose(ANY(2, 3, 3, 4), ANY(0, 3, 2, 4)), "has no elements along axis 0"));

DEFINE_OP(
    conv_transpose,
    .summary =
        "Transposed convolution, the adjoint of conv with the same W and options: x [n, ..., channels], W "
        "[..., results / groups, channels]. same: the padding for stride times as many elements as x has.",
    .formula =
        "y[n, j..., c + a] = sum(x[n, i..., b] W[k..., a, b] over i..., k..., b where i... stride + k... "
        "dilation - padding = j...); c = 0 where groups = 1, else \"the first channel of b's group\"",
    .adjoint = "x' = conv(y', W), W'[k..., a, b] = sum(y'[n, i... stride + k... dilation - padding, c + a] "
               "x[n, i..., b] over n, i...); c = 0 where groups = 1, else \"the first channel of b's group\"",
    .operands = 2, .names = "x W", .kind = WG_CONTRACT, .cost = 16, TAKES(conv), .options = wg_conv_args_rows,
    RULES(conv_transpose, shape, units, scratch, prepare, flops, vjp, vmap),
    .kernel = KERNELS(conv_transpose), .phases = 2, .hint.prepared = sizeof(conv_sizes), .jvp = product_jvp);
BUILDER(conv_transpose, conv) { APPLY(conv_transpose, conv, CONV_FIELDS, a->x, a->W); }

/* ---- conv_weights ---- */

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
SHAPE(conv_weights)
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
UNITS(conv_weights)
{
    const weights w = weights_of(k);
    if (!w.size) return 0;
    if (k->phase) return w.parts > 1 ? (w.size - 1) / ADDED + 1 : 0;
    return w.parts * w.s.axis[0].taps * w.s.axis[1].taps * (conv_is_by_channels(&w.s) ? 1 : w.s.groups) *
           w.blocks;
}
SCRATCH(conv_weights)
{
    const weights w = weights_of(k);
    return w.parts > 1 ? (size_t)(w.parts * w.size) * wg_dtype_size(k->xt[0].dtype) : 0;
}
PREPARE(conv_weights)
{
    *(weights *)to = weights_of(k);
    return false;
}
FLOPS(conv_weights)
{
    const weights w = weights_of(k);
    return 2.0 * (double)w.size * (double)w.s.wide * (double)w.lines * (double)w.s.axis[2].narrow;
}
VJP(conv_weights)
{
    gx[0] = NODE_OF(conv_transpose, wg_attr(y), x[1], gy);
    gx[1] = NODE_OF(conv, wg_attr(y), x[0], gy);
}
VMAP(conv_weights) { return conv_by_groups(here, y, x, rows, n); }
/* Both sides of a convolution, with its options as its shape rule leaves them. */
SAMPLE(conv_weights)
{
    if (i >= CONV_CASES) return wg_none;
    const conv_case *t = &conv_cases[i];
    const wg_node x = wg_any(g, t->x), W = wg_broadcast_to(wg_mul(wg_sum(x), 0), t->W),
                  y = NODE_OF(conv, (struct conv[]){ with_groups(t->f) }, x, W);
    return NODE_OF(conv_weights, wg_attr(y), x, wg_any(g, wg_node_shape(y)));
}
ERROR_SAMPLE(conv_weights)
{
    wg_node x = ANY(2, 5, 5, 3), y = ANY(2, 3, 3, 4);
    FAILS(NODE_OF(conv_weights, WITH(conv, .groups = 2), x, y), "3 channels have no 2 equal groups");
    FAILS(NODE_OF(conv_weights, WITH(conv, .groups = 0), x, y), "groups 0: must be");
    FAILS(NODE_OF(conv_weights, NULL, y, x), "no kernel makes");
    FAILS(NODE_OF(conv_weights, NULL, x, ANY(1, 3, 3, 4)), "different numbers of images");
    FAILS(NODE_OF(conv_weights, WITH(conv, .same = true, .groups = 1), x, y), "not same");
    return NULL;
}

DEFINE_OP(conv_weights,
          .summary = "Gradient of conv by its kernel: the adjoint of conv by W. Operands: x of conv, and the "
                     "gradient of its result. The options are those of conv.",
          .formula = "W[k..., a, b] = sum(x[n, i... stride + k... dilation - padding, c + a] y[n, i..., b] "
                     "over n, i...); c = 0 where groups = 1, else \"the first channel of b's group\"",
          .adjoint = "x' = conv_transpose(y, W'), y' = conv(x, W')", .operands = 2, .names = "x y",
          .kind = WG_CONTRACT, .cost = 16, TAKES(conv), .options = wg_conv_args_rows,
          RULES(conv_weights, shape, units, scratch, prepare, flops, vjp, vmap),
          .kernel = KERNELS(conv_weights), .phases = 2, .hint.prepared = sizeof(weights), .jvp = product_jvp);

#endif
