/* ops.h: every file of ops/ includes this first, or a header that does. WG_AT is `here` in these files, so
 * that rules and composite builders give the user's call site to the nodes that they make. A file with
 * kernels is compiled once for each instruction set; all else of it is under `#if WG_BASE`
 * (kernel/kernel.h). */
#ifndef WG_OPS_PRIVATE_H
#define WG_OPS_PRIVATE_H

#define WG_AT(args) here
#include "graph/given.h"
#include "kernel/kernel.h"
#include "wengert/named.h"
#if WG_BASE
#include "wgx/op.h"
#include "wengert/ops.h"
#endif

/* Where 1 - y is below this it is computed from the operands of y. Above it the difference of 1 and the
 * rounded y has lost six bits at most. */
#define REST_LEAST 0x1p-6

/* Declares descriptors before their definition, or those of another file: EXTERN(softmax, sigmoid); */
#define EXTERN(...)    extern const wg_op EACH(EXTERN_, COMMA_, , __VA_ARGS__)
#define EXTERN_(c, op) wgi_op_##op

/* The heads of an op's functions: VJP(exp) { gx[0] = wg_mul(gy, y); } defines exp_vjp, SHAPE(exp) exp_shape.
 * wengert/op.h says what each function does. `here` is the user's call site. VJP and SAMPLE declare the
 * descriptor, too. */
#define VJP(op) \
    EXTERN(op); \
    static void op##_vjp(wg_site here, wg_node y, wg_node gy, const wg_node x[], wg_node gx[])
#define SHAPE(op)   static bool op##_shape(wg_rule *r)
#define UNITS(op)   static int64_t op##_units(const wg_kernel *k)
#define SCRATCH(op) static size_t op##_scratch(const wg_kernel *k)
#define PREPARE(op) static bool op##_prepare(const wg_kernel *k, void *to)
#define FLOPS(op)   static double op##_flops(const wg_kernel *k)
#define JVP(op)     static wg_node op##_jvp(wg_site here, wg_node y, const wg_node x[], const wg_node tx[])
#define EXPAND(op) \
    static void op##_expand(wg_site here, const wg_node x[], int n, const void *attr, wg_node y[])
#define REWRITE(op) static wg_node op##_rewrite(wg_site here, const wg_node x[], int n, const void *attr)
#define EXACT(op)   static wg_node op##_exact(const wgi_exact *ask, wg_node y)
#define VMAP(op) \
    static wg_node op##_vmap(wg_site here, wg_node y, const wg_node x[], const bool rows[], int64_t n)
#define SAMPLE(op) \
    EXTERN(op);    \
    static wg_node op##_sample(wg_site here, wg_graph *g, int i)
#define ERROR_SAMPLE(op) static const char *op##_error(wg_site here, wg_graph *g, int i)

/* Samples as a list of calls, and error samples as a list of calls with words of the message of each:
 *     SAMPLES(norm, wg_norm(ANY(3, 4)), wg_norm(ANY(3, 4), .p = 1));
 *     ERRORS(norm, (wg_norm(ANY(3, 4), .p = -1), "p is -1"));
 * ANY, BETWEEN and CLASSES make operands: CLASSES(4, 2, 3) are class numbers below 4 in the shape [2,3].
 * Where the calls share operands, CASE and FAILS are rows in the body of SAMPLE and ERROR_SAMPLE. NTH is the
 * i-th of at most 16 expressions, `none` behind the last. */
#define SAMPLES(n, ...)                             \
    SAMPLE(n) { return NTH(wg_none, __VA_ARGS__); } \
    EXTERN(n)
#define ERRORS(n, ...)                                 \
    ERROR_SAMPLE(n) { return NTH(NULL, __VA_ARGS__); } \
    EXTERN(n)
#define CASE(node) \
    if (i-- == 0) return node
#define FAILS(call, words) \
    if (i-- == 0) return (void)(call), words
#define ANY(...)                wg_any(g, WG_SHAPE(__VA_ARGS__))
#define BETWEEN(low, high, ...) wg_between(g, low, high, WG_SHAPE(__VA_ARGS__))
#define CLASSES(count, ...)     wg_any_class(g, count, WG_SHAPE(__VA_ARGS__))

#define NTH(none, ...) (EACH(NTH_, NOTHING_, , __VA_ARGS__)(none))
#define NTH_(c, a)     i-- == 0 ? (a):
#define NOTHING_()

/* A descriptor: DEFINE_OP(mul, .summary = "Elementwise product.", ...). tools/build/op_list.awk registers it,
 * and those of every macro whose name ends with _OP: UNARY_OP and its like (sample_shapes.h) add what ops of
 * one kind share. An op without samples and error samples does not compile. */
#define DEFINE_OP(n, ...)                                                           \
    static const wgi_library_op wgi_library_##n = { .hints = &wgi_library_##n.hint, \
                                                    .name = #n,                     \
                                                    .hint.library = &wgi_op_##n,    \
                                                    .hint.sample = n##_sample,      \
                                                    .hint.error = n##_error,        \
                                                    __VA_ARGS__ };                  \
    extern const wg_op wgi_op_##n __attribute__((alias("wgi_library_" #n)))
/* The members of wg_op and, by .hint.NAME, those of wg_op_hints: one initialiser for both. */
typedef struct wgi_library_op {
    struct wg_op;   /* the members themselves: -fms-extensions */
    char apart[64]; /* gcc's address sanitizer guards up to 63 bytes behind the alias */
    wg_op_hints hint;
} wgi_library_op;

/* In a descriptor RULES(conv, shape, vjp) is .shape = conv_shape, .vjp = conv_vjp. */
#define RULES(n, ...)   EACH(RULE_, COMMA_, n, __VA_ARGS__)
#define RULE_(n, f)     .RULE_##f = n##_##f
#define RULE_alias      hint.alias
#define RULE_exact      hint.exact
#define RULE_expand     expand
#define RULE_flops      hint.flops
#define RULE_jvp        jvp
#define RULE_merge      hint.merge
#define RULE_picks_rows hint.picks_rows
#define RULE_prepare    hint.prepare
#define RULE_rewrite    hint.rewrite
#define RULE_runs       hint.runs
#define RULE_scratch    scratch
#define RULE_shape      shape
#define RULE_units      units
#define RULE_vjp        vjp
#define RULE_vmap       vmap
#define COMMA_()        ,

/* EACH(M, S, c, a, b) is M(c, a) S() M(c, b), for at most 16. */
#define EACH(M, S, c, ...)                                                                               \
    EACH_OF_(__VA_ARGS__, EACH_16_, EACH_15_, EACH_14_, EACH_13_, EACH_12_, EACH_11_, EACH_10_, EACH_9_, \
             EACH_8_, EACH_7_, EACH_6_, EACH_5_, EACH_4_, EACH_3_, EACH_2_, EACH_1_, )                   \
    (M, S, c, __VA_ARGS__)
#define EACH_OF_(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, macro, ...) macro

#define EACH_1_(M, S, c, a)       M(c, a)
#define EACH_2_(M, S, c, a, ...)  M(c, a) S() EACH_1_(M, S, c, __VA_ARGS__)
#define EACH_3_(M, S, c, a, ...)  M(c, a) S() EACH_2_(M, S, c, __VA_ARGS__)
#define EACH_4_(M, S, c, a, ...)  M(c, a) S() EACH_3_(M, S, c, __VA_ARGS__)
#define EACH_5_(M, S, c, a, ...)  M(c, a) S() EACH_4_(M, S, c, __VA_ARGS__)
#define EACH_6_(M, S, c, a, ...)  M(c, a) S() EACH_5_(M, S, c, __VA_ARGS__)
#define EACH_7_(M, S, c, a, ...)  M(c, a) S() EACH_6_(M, S, c, __VA_ARGS__)
#define EACH_8_(M, S, c, a, ...)  M(c, a) S() EACH_7_(M, S, c, __VA_ARGS__)
#define EACH_9_(M, S, c, a, ...)  M(c, a) S() EACH_8_(M, S, c, __VA_ARGS__)
#define EACH_10_(M, S, c, a, ...) M(c, a) S() EACH_9_(M, S, c, __VA_ARGS__)
#define EACH_11_(M, S, c, a, ...) M(c, a) S() EACH_10_(M, S, c, __VA_ARGS__)
#define EACH_12_(M, S, c, a, ...) M(c, a) S() EACH_11_(M, S, c, __VA_ARGS__)
#define EACH_13_(M, S, c, a, ...) M(c, a) S() EACH_12_(M, S, c, __VA_ARGS__)
#define EACH_14_(M, S, c, a, ...) M(c, a) S() EACH_13_(M, S, c, __VA_ARGS__)
#define EACH_15_(M, S, c, a, ...) M(c, a) S() EACH_14_(M, S, c, __VA_ARGS__)
#define EACH_16_(M, S, c, a, ...) M(c, a) S() EACH_15_(M, S, c, __VA_ARGS__)

/* An op's options are listed once. The list makes the attribute struct, its table, and the struct filled
 * from the argument struct `a`:
 *     #define SLICE_FIELDS(F, S) F(S, AXIS, axis, "0") F(S, SIZE, from, "0") F(S, SIZE, to, "end")
 *     OPTIONS(slice, SLICE_FIELDS);         struct slice { int axis; int64_t from, to; }, and its table
 *     DEFINE_OP(slice, TAKES(slice), ...);
 *     BUILDER(slice, slice) { APPLY(slice, slice, SLICE_FIELDS, a->x); }
 * An entry has the struct, the kind (INT for WG_ATTR_INT), the field, its default as text (NULL: none;
 * "end": WG_END), and for a CHOICE the words. Texts call a list of axes `axis`, whatever the name of the
 * field. */
#if WG_BASE
#define OPTIONS(S, LIST)       \
    struct S {                 \
        LIST(OPTION_FIELD_, S) \
    };                         \
    OPTION_TABLE(S##_attrs, S, LIST)
#else
#define OPTIONS(S, LIST)       \
    struct S {                 \
        LIST(OPTION_FIELD_, S) \
    }
#endif
#define OPTION_TABLE(name, S, LIST) static const wg_attr_row name[] = { LIST(OPTION_ROW_, S){ 0 } }
#define TAKES(S)                    .attr_size = sizeof(struct S), .attrs = S##_attrs
#define GIVEN(S, LIST) \
    (struct S) { LIST(OPTION_GIVEN_, S) }

/* The node of an op: its attributes or NULL, then its operands. NODE_OF(roll, WITH(roll, axis, by), x) */
#define NODE_OF(op, attr, ...) \
    wg_apply(here, &wgi_op_##op, (wg_node[]){ __VA_ARGS__ }, WG_COUNT_(wg_node, __VA_ARGS__), attr)
#define WITH(S, ...) (&(struct S){ __VA_ARGS__ })

/* BUILDER(slice, slice) { ... } defines wg_slice_at, whose argument is a wg_slice_args *a, with the mark of
 * its list. APPLY is its body; the operands come last. */
#define BUILDER(op, ARGS)                                               \
    static wg_node build_##op(wg_site here, const wg_##ARGS##_args *a); \
    wg_node wg_##op##_at(wg_site here, const wg_##ARGS##_args *a)       \
    {                                                                   \
        WGI_CHECK_MARK(#op, wg_##ARGS##_args, a);                       \
        return build_##op(here, a);                                     \
    }                                                                   \
    static wg_node build_##op(wg_site here, const wg_##ARGS##_args *a)
#define APPLY(op, S, LIST, ...) return NODE_OF(op, &GIVEN(S, LIST), __VA_ARGS__)

#define OPTION_FIELD_(S, KIND, field, ...) OPTION_TYPE_##KIND field;
#define OPTION_GIVEN_(S, KIND, field, ...) .field = OPTION_VALUE_##KIND(field),
#define OPTION_ROW_(S, KIND, field, ...)                        \
    { .name = WG_ATTR_##KIND == WG_ATTR_AXES ? "axis" : #field, \
      .kind = WG_ATTR_##KIND,                                   \
      .offset = offsetof(struct S, field),                      \
      OPTION_TEXTS_(__VA_ARGS__, NULL, ) },
#define OPTION_TEXTS_(s, c, ...) .standard = s, .choices = c

/* Axes of an attribute as an option, and a list as an attribute. */
#define AXES_OF(a) \
    ((wg_axes){ (a).count ? WG_AXES_GIVEN : WG_AXES_LEFT_OUT, (a).count, { AXES_8_((a).axis) } })
#define AXES_8_(a)  a[0], a[1], a[2], a[3], a[4], a[5], a[6], a[7]
#define LISTED(...) ((wg_axes){ .count = WG_COUNT_(int, __VA_ARGS__), .axis = { __VA_ARGS__ } })

/* What stands in an argument struct, as an attribute. */
#define OPTION_VALUE_INT(field)     a->field
#define OPTION_VALUE_SIZE(field)    a->field
#define OPTION_VALUE_DOUBLE(field)  a->field
#define OPTION_VALUE_BOOL(field)    a->field
#define OPTION_VALUE_SHAPE(field)   wgi_shape_given(a->field)
#define OPTION_VALUE_DTYPE(field)   a->field
#define OPTION_VALUE_CHOICE(field)  a->field
#define OPTION_VALUE_POINTER(field) a->field
#define OPTION_VALUE_AXES(field)    wg_axes_given(a->axis, a->axes)
#define OPTION_VALUE_AXIS(field)    a->field

#define OPTION_TYPE_INT     int
#define OPTION_TYPE_AXIS    int
#define OPTION_TYPE_SIZE    int64_t
#define OPTION_TYPE_DOUBLE  double
#define OPTION_TYPE_BOOL    bool
#define OPTION_TYPE_AXES    wg_axes
#define OPTION_TYPE_SHAPE   wg_shape
#define OPTION_TYPE_DTYPE   wg_dtype
#define OPTION_TYPE_CHOICE  int
#define OPTION_TYPE_POINTER const void *

/* Calls f_f32 or f_f64, by the dtype of operand 0 (both_floats.h). */
#define BY_FLOAT(k, f, ...) ((k)->xt[0].dtype == WG_F32 ? f##_f32(__VA_ARGS__) : f##_f64(__VA_ARGS__))

/* STEP(T) for the float type T of operand 0. */
#define FLOATS(k, STEP)                              \
    do {                                             \
        if ((k)->xt[0].dtype == WG_F32) STEP(float); \
        else STEP(double);                           \
    } while (0)

/* In a kernel: the elements of an operand and of a result, and the units that this call computes.
 *     EACH_UNIT(u) RESULT(double, 0)[u] = OPERAND(float, 1)[u];
 * What only names a pointer needs no OPERAND: const T *x = k->x[0]; */
#define OPERAND(T, j) ((const T *)k->x[j])
#define RESULT(T, j)  ((T *)k->y[j])
#define EACH_UNIT(u)  for (int64_t u = k->begin; u < k->end; u++)

#define FOLD 256 /* elements of a leaf of a sum: docs/inside/arithmetic.md */

#endif
