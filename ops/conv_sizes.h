/* conv_sizes.h: the options and sizes of the three products of a convolution (conv_rules.h), and which
 * elements of one side belong to an element of the other. They follow from the shapes, never from the
 * instruction set that this file is compiled for: the baseline's code counts the units of every kernel.
 *
 * The wide side is the operand of conv, the narrow side its result. With one or two axes the first axes
 * have size 1. */
#ifndef WG_CONV_SIZES_H
#define WG_CONV_SIZES_H

#include "ops.h"

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

enum { CONV_AXES = 3 };

/* Element j of the narrow side and tap k of the kernel meet element j stride + k step - before of the
 * wide side. */
typedef struct conv_axis {
    int64_t wide, narrow, taps, stride, step, before;
} conv_axis;

typedef struct conv_sizes {
    int64_t n, groups, wide, narrow; /* images; channels of a group of each side */
    conv_axis axis[CONV_AXES];
    bool back; /* the narrow side is the operand */
} conv_sizes;

static inline conv_sizes conv_sizes_of(const wg_shape *wide, const wg_shape *narrow, const wg_shape *W,
                                       const struct conv *f, bool back)
{
    const int axes = W->rank - 2, none = CONV_AXES - axes;
    conv_sizes s = { wide->dim[0], f->groups, W->dim[axes], W->dim[axes + 1] / f->groups, { { 0 } }, back };
    for (int i = 0; i < CONV_AXES; i++) s.axis[i] = (conv_axis){ 1, 1, 1, 1, 1, 0 };
    for (int a = 0; a < axes; a++)
        s.axis[none + a] = (conv_axis){ wide->dim[a + 1], narrow->dim[a + 1], W->dim[a],
                                        f->stride.dim[a], f->dilation.dim[a], f->padding.dim[2 * a] };
    return s;
}

static inline int64_t conv_taps(const conv_sizes *s)
{
    return s->axis[0].taps * s->axis[1].taps * s->axis[2].taps;
}

/* Each channel has a kernel of its own, and one result. */
static inline bool conv_is_by_channels(const conv_sizes *s)
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

static inline int64_t conv_divisor(int64_t a, int64_t b)
{
    while (b) {
        const int64_t rest = a % b;
        a = b, b = rest;
    }
    return a;
}

static inline conv_class conv_class_of(const conv_axis *a, bool back, int64_t rest)
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

static inline int64_t conv_source(const conv_axis *a, bool back) { return back ? a->narrow : a->wide; }
static inline int64_t conv_result(const conv_axis *a, bool back) { return back ? a->wide : a->narrow; }
static inline int64_t conv_classes(const conv_axis *a, bool back)
{
    return !back ? 1 : a->stride < a->wide ? a->stride : a->wide;
}

static inline int64_t conv_up(int64_t a, int64_t b) { return a <= 0 ? 0 : (a - 1) / b + 1; }

/* The taps [from, to) that meet elements of a source of n elements at place j. */
typedef struct conv_range {
    int64_t from, to;
} conv_range;
static inline conv_range conv_met(const conv_class *c, int64_t j, int64_t n)
{
    const int64_t at = j * c->step + c->first;
    conv_range r = { conv_up(-at, c->delta), conv_up(n - at, c->delta) };
    if (r.to > c->count) r.to = c->count;
    if (r.from > r.to) r.from = r.to;
    return r;
}

/* The places [from, to) of so many at which all taps meet elements. */
static inline conv_range conv_inner(const conv_class *c, int64_t n, int64_t places)
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

enum {
    CONV_FEW = 8,
    CONV_LEAST = 8,
    CONV_SLACK = 32
}; /* channels; places of a line; elements read past its end */

static inline conv_flat conv_flat_of(const conv_sizes *s)
{
    const conv_axis *a = &s->axis[2];
    const int64_t in = s->back ? s->narrow : s->wide, out = s->back ? s->wide : s->narrow,
                  size = conv_source(a, s->back), d2 = conv_result(a, s->back);
    conv_flat f = { 0 };
    if (s->groups > 1 || out > CONV_FEW || d2 < CONV_LEAST || (!s->back && a->stride > 1)) return f;
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
    f.next = s->back ? 1 : out, f.column = s->back ? in : 1;
    return f;
}

#endif
