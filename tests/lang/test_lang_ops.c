/* test_lang_ops.c: each op through the language. An operand is written as a constant, as a list of names, as
 * a parameter, as a value that is computed; its gradient must be that of the same call in C, to the last
 * bits. */
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "op_case.h"
#include "wglang.h"

enum { ROOM = 1 << 16, ELEMENTS = 24 };

/* How operand `at` is written. The others are constants. */
typedef enum form { CONSTANT, NAMES, PARAMETER, COMPUTED, FORMS } form;

typedef struct writer {
    char text[ROOM];
    size_t n;
    bool full; /* the text has no room: the sample is too large */
} writer;

static void put(writer *w, const char *format, ...) WG_PRINTF(2, 3);
static void put(writer *w, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    const size_t n = (size_t)vsnprintf(w->text + w->n, ROOM - w->n, format, args);
    va_end(args);
    w->full |= w->n + n >= ROOM;
    if (!w->full) w->n += n;
}

/* Elements of v from *i on, as nested lists; names: e0, e1, ... in their place. */
static void put_list(writer *w, const wg_tensor *v, int axis, int64_t *i, bool names)
{
    if (axis == v->shape.rank) {
        put(w, names ? "e%.0f" : "%.17g", names ? (double)*i : wg_tensor_item(v, *i));
        ++*i;
        return;
    }
    put(w, "[");
    for (int64_t k = 0; k < v->shape.dim[axis]; k++)
        put(w, k ? ", " : ""), put_list(w, v, axis + 1, i, names);
    put(w, "]");
}
static void put_tensor(writer *w, wg_tensor v, bool names) { put_list(w, &v, 0, &(int64_t){ 0 }, names); }

static void put_operand(writer *w, wg_tensor v, int k, form f)
{
    const int64_t n = wg_shape_size(v.shape);
    if (f == NAMES)
        for (int64_t i = 0; i < n; i++) put(w, "e%d = %.17g\n", (int)i, wg_tensor_item(&v, i));
    put(w, "%c%d = ", f == COMPUTED ? 'c' : 'a', k);
    if (f == PARAMETER) {
        put(w, "param(");
        for (int a = 0; a < v.shape.rank; a++) put(w, "%d, ", (int)v.shape.dim[a]);
        put(w, "init=");
    }
    put_tensor(w, v, f == NAMES);
    put(w, f == PARAMETER ? ")\n" : v.dtype == WG_BOOL ? " != 0\n" : "\n");
    if (f == COMPUTED) put(w, "a%d = c%d * 1\n", k, k);
}

static void put_word(writer *w, const char *choices, int i)
{
    for (; i > 0 && *choices; choices++) i -= *choices == ' ';
    put(w, "%.*s", (int)strcspn(choices, " "), choices);
}

/* False: the language cannot say it. A field of 0 is not given. */
static bool put_option(writer *w, const wg_attr_row *row, const void *attr)
{
    const void *p = (const char *)attr + row->offset;
    const double v = row->kind == WG_ATTR_DOUBLE ? *(const double *)p : 0;
    const int64_t whole = row->kind == WG_ATTR_SIZE   ? *(const int64_t *)p
                          : row->kind == WG_ATTR_BOOL ? *(const bool *)p
                                                      : *(const int *)p;
    switch (row->kind) {
    case WG_ATTR_POINTER: return *(void *const *)p == NULL || !strcmp(row->name, "name");
    case WG_ATTR_TEXT: return true; /* put before the operands */
    case WG_ATTR_DOUBLE:
        if (v != WG_AUTO) put(w, ", %s=%.17g", row->name, v);
        return true;
    case WG_ATTR_BOOL: put(w, ", %s=%s", row->name, whole ? "true" : "false"); return true;
    case WG_ATTR_SIZE:
        if (whole != WG_END) put(w, ", %s=%lld", row->name, (long long)whole);
        return true;
    case WG_ATTR_INT:
    case WG_ATTR_AXIS: put(w, ", %s=%d", row->name, (int)whole); return true;
    case WG_ATTR_CHOICE: put(w, ", %s=", row->name), put_word(w, row->choices, (int)whole); return true;
    case WG_ATTR_DTYPE: put(w, ", %s=%s", row->name, wg_dtype_name(*(const wg_dtype *)p)); return true;
    case WG_ATTR_AXES: {
        const wg_axes *axes = p;
        for (int a = 0; a < axes->count; a++)
            a ? put(w, ", %d", axes->axis[a]) : put(w, ", %s=[%d", row->name, axes->axis[a]);
        put(w, axes->count ? "]" : "");
        return true;
    }
    case WG_ATTR_SHAPE: {
        const wg_shape *shape = p;
        for (int a = 0; a < shape->rank; a++)
            a ? put(w, ", %d", (int)shape->dim[a]) : put(w, ", %s=[%d", row->name, (int)shape->dim[a]);
        put(w, shape->rank ? "]" : "");
        return true;
    }
    }
    return false;
}

/* The call that a sample makes: its node's, or that of a composite. */
typedef struct call {
    const void *attr;
    wg_node x[OP_LEAVES];
    int n;
} call;

static bool call_of(const op_case *k, call *c)
{
    int64_t i = wgx_graph_calls(k->g) - 1;
    *c = (call){ .attr = wg_attr(k->y[0]), .n = wg_node_operands(k->y[0]) };
    if (op_case_is_own(k)) {
        for (int j = 0; j < c->n && j < OP_LEAVES; j++) c->x[j] = wg_node_operand(k->y[0], j);
        return c->n <= OP_LEAVES;
    }
    while (i >= 0 && wgx_graph_call(k->g, i).op != k->op) i--;
    if (i < 0) return false;
    const wgx_call w = wgx_graph_call(k->g, i);
    c->attr = w.attr, c->n = w.operands;
    for (int j = 0; j < c->n && j < OP_LEAVES; j++) c->x[j] = wgx_graph_call_operand(k->g, i, j);
    while (c->n > 0 && c->n <= OP_LEAVES && wg_is_none(c->x[c->n - 1])) c->n--;
    return c->n <= OP_LEAVES && w.result.index == k->y[0].index;
}

/* False: the language cannot say the call. */
static bool put_program(writer *w, const op_case *k, const call *c, int at, form f, wg_tensor weights)
{
    w->n = 0, w->full = false;
    for (int j = 0; j < c->n; j++) {
        if (wg_is_none(c->x[j]) || wg_node_dtype(c->x[j]) == WG_F32) return false;
        put_operand(w, wg_value(c->x[j]), j, j == at ? f : CONSTANT);
    }
    put(w, "y = %s(", k->op->name);
    for (const wg_attr_row *row = k->op->attrs; row && row->name; row++)
        if (row->kind == WG_ATTR_TEXT)
            put(w, "\"%s\"%s", (const char *)c->attr + row->offset, c->n ? ", " : "");
    for (int j = 0; j < c->n; j++) put(w, j ? ", a%d" : "a%d", j);
    for (const wg_attr_row *row = k->op->attrs; row && row->name; row++)
        if (!put_option(w, row, c->attr)) return false;
    put(w, ")\nL = sum(y * ");
    put_tensor(w, weights, false);
    const int64_t n = wg_shape_size(wg_node_shape(c->x[at]));
    if (f == NAMES) {
        put(w, ")\n[");
        for (int64_t i = 0; i < n; i++) put(w, i ? ", grad(L, e%d)" : "grad(L, e%d)", (int)i);
        put(w, "]\n");
    } else {
        put(w, ")\ngrad(L, %c%d)\n", f == COMPUTED ? 'c' : 'a', at);
    }
    return !w->full;
}

static long long cases;
static bool is_met; /* the language can say a call of the present op */

/* False: the program cannot be built. */
static bool has_gradient(const writer *w, const op_case *k, form f, wg_tensor expected)
{
    wgt_run r = wgt_program(w->text);
    if (!wg_failed(r.c)) wg_program_build(r.q, r.g, r.p, WG_TRAIN);
    const wg_tensor got = wg_failed(r.c) ? (wg_tensor){ 0 } : wg_value(wg_program_last(r.q));
    const bool fits = got.data && wg_shape_size(got.shape) == wg_shape_size(expected.shape);
    cases += fits;
    cr_expect(fits || f == CONSTANT, "%s, sample %d: %s\n%s", k->op->name, k->sample, wg_message(r.c),
              w->text);
    for (int64_t i = 0; fits && i < wg_shape_size(got.shape); i++)
        if (wgt_ulps(wg_tensor_item(&got, i), wg_tensor_item(&expected, i)) > 4) {
            cr_expect_fail("%s, sample %d: element %d is %.17g, in C %.17g\n%s", k->op->name, k->sample,
                           (int)i, wg_tensor_item(&got, i), wg_tensor_item(&expected, i), w->text);
            break;
        }
    wgt_drop(r.c, NULL);
    return fits;
}

static void try_operand(op_case *k, const call *c, int at, wg_node loss, wg_tensor weights)
{
    static writer w;
    const wg_shape s = wg_node_shape(c->x[at]);
    const int64_t n = wg_shape_size(s);
    if (wg_node_leaf(c->x[at]) == WG_LEAF_NUMBER || !wg_dtype_is_float(wg_node_dtype(c->x[at])) || !n) return;
    const wg_node gradient = op_case_grad(k, loss, c->x[at]);
    if (wg_is_none(gradient)) return;
    const wg_tensor expected = wg_value(gradient);
    for (form f = CONSTANT; f < FORMS; f++) {
        if (f == NAMES && n > ELEMENTS) continue;
        if (!put_program(&w, k, c, at, f, weights) || !has_gradient(&w, k, f, expected)) return;
        is_met = true;
    }
}

static void try_sample(op_case *k)
{
    call c;
    if (!wg_dtype_is_float(wg_node_dtype(k->y[0])) || !call_of(k, &c)) return;
    const wg_shape s = wg_node_shape(k->y[0]);
    const int64_t n = wg_shape_size(s);
    double *v = calloc((size_t)n + 1, sizeof *v);
    for (int64_t i = 0; i < n; i++) v[i] = cos(1 + (double)i);
    const wg_tensor weights = wg_view_f64(v, s);
    const wg_node loss = wg_sum(wg_mul(k->y[0], wg_input(k->g, "weights", weights)));
    for (int at = 0; at < c.n && n; at++) try_operand(k, &c, at, loss, weights);
    free(v);
}

/* What other ops and derivatives make has no name here: a program may give it to a function or a value. */
Test(lang_ops, inner_ops_are_no_words)
{
    int inner = 0;
    for (int i = 0; i < wg_op_count(); i++) {
        const char *name = wg_op_at(i)->name;
        char text[300], words[120];
        if (!wgx_op_is_internal(wg_op_at(i)) || wg_op_at(i)->kind == WG_LEAF) continue;
        inner++;
        snprintf(text, sizeof text, "x = 1\n%s(x)", name);
        snprintf(words, sizeof words, "no op '%s'", name);
        if (strcmp(name, "identity") != 0) wgt_expect_place(text, WG_ERROR_SYNTAX, 2, 1, words);
        snprintf(text, sizeof text, "%s(x) = 2*x\n%s(3)", name, name);
        wgt_expect_number(text, 6);
        snprintf(text, sizeof text, "%s = 2\n%s*3", name, name);
        wgt_expect_number(text, 6);
    }
    cr_expect_geq(inner, 55);
}

/* Ops of C alone, of random draws, of whole numbers, and those whose calls in the language are written in
 * another way: with fewer parts, as layers. */
Test(lang_ops, gradients_are_those_of_c)
{
    int met = 0;
    for (int i = 0; i < wg_op_count(); i++) {
        const wg_op *op = wg_op_at(i);
        op_case k;
        is_met = false;
        if (wgx_op_is_internal(op) || op->kind == WG_LEAF || op->kind == WG_RANDOM || op->impure) continue;
        for (int j = 0; op_case_open(&k, op, j, &(op_setup){ .dtype = WG_F64 }); j++) {
            try_sample(&k);
            op_case_close(&k);
        }
        met += is_met;
        if (!is_met) printf("not met: %s\n", op->name);
    }
    printf("%d ops, %lld gradients\n", met, cases);
    cr_expect_geq(met, 130);
}
