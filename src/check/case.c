/* case.c: makes a small case of a wrong rule: its operands cut to few elements and rounded to few
 * digits, as far as the rule is still wrong there, in a program of C. */
#include "check/check_private.h"

#include <stdlib.h>

#include "wengert/ops.h"

/* MOST_CASES: of one report, as each may keep megabytes. */
enum { MOST_CASES = 8, MOST_ELEMENTS = 1 << 18, DIGITS = 17 };

/* ---- what is kept ---- */

enum { MOST_OPERANDS = 16 };

typedef struct wgi_case {
    const wg_op *op;
    const void *attr;
    wg_mode mode;
    int operands;
    struct {
        wg_dtype dtype;
        wg_shape shape;
        double *v;
    } x[MOST_OPERANDS];
    int digits; /* of the values of float dtypes */
} wgi_case;

/* Options with pointers cannot be written, and without a table nobody knows whether there are some. */
static bool can_be_written(const wg_op *op)
{
    if (!op->attrs) return op->attr_size == 0;
    const wg_attr_row *row = op->attrs;
    while (row->name && row->kind != WG_ATTR_POINTER && row->kind != WG_ATTR_TEXT) row++;
    return !row->name;
}

static void drop(wg_check *r, wgi_case *k)
{
    for (int i = 0; i < k->operands; i++) wg_free(r->c, k->x[i].v);
}

static bool keep_operand(wg_check *r, wg_node x, wgi_case *k, int at)
{
    wg_tensor t;
    if (!wg_peek(x, &t)) return false;
    const int64_t n = wg_shape_size(t.shape);
    double *v = n <= MOST_ELEMENTS ? wg_alloc(r->c, (size_t)n + 1, sizeof *v) : NULL;
    for (int64_t i = 0; v && i < n; i++) v[i] = wg_tensor_item(&t, i);
    k->x[at].dtype = t.dtype, k->x[at].shape = t.shape, k->x[at].v = v;
    return v;
}

static bool keep(wg_check *r, wg_node n, wgi_case *k, char *attr)
{
    const wg_op *op = wg_node_op(n);
    const int operands = wg_node_operands(n);
    if (!k || !attr) return false;
    if (op->attr_size) memcpy(attr, wg_attr(n), op->attr_size);
    *k = (wgi_case){ .op = op,
                     .attr = op->attr_size ? attr : NULL,
                     .mode = wg_graph_mode(wg_graph_of(n)),
                     .operands = operands,
                     .digits = DIGITS };
    for (int i = 0; i < operands; i++)
        if (!keep_operand(r, wg_node_operand(n, i), k, i)) return drop(r, k), false;
    return true;
}

wgi_case *wgi_case_keep(wg_check *r, wg_node n)
{
    const wg_op *op = wg_node_op(n);
    if (r->cases == MOST_CASES || wg_node_operands(n) > MOST_OPERANDS || !can_be_written(op)) return NULL;
    wgi_case *k = wg_alloc(r->c, 1, sizeof *k);
    char *attr = wg_alloc(r->c, op->attr_size + 1, 1);
    if (keep(r, n, k, attr)) return r->cases++, k;
    wg_free(r->c, k), wg_free(r->c, attr);
    if (wg_failed(r->c)) wg_recover(r->c); /* the finding stands without its case */
    return NULL;
}

/* ---- whether a case fails ---- */

static wg_node input_of(wg_context *c, wg_graph *g, wg_dtype t, wg_shape s, const double *v)
{
    const int64_t n = wg_shape_size(s);
    if (wg_dtype_is_stored(t)) return wg_cast_at("", wg_input_at("", g, "", wg_view_f64(v, s)), t);
    void *data = wg_alloc(c, (size_t)n + 1, wg_dtype_size(t));
    for (int64_t i = 0; data && i < n; i++) {
        if (t == WG_F64) ((double *)data)[i] = v[i];
        if (t == WG_F32) ((float *)data)[i] = (float)v[i];
        if (t == WG_I32) ((int32_t *)data)[i] = (int32_t)v[i];
        if (t == WG_I64) ((int64_t *)data)[i] = (int64_t)v[i];
        if (t == WG_BOOL) ((bool *)data)[i] = v[i] != 0;
    }
    return data ? wg_input_at("", g, "", wg_view(t, data, s)) : wg_none;
}

/* Does what the program will do. *element: of the operand, where the rule is wrong. */
static bool fails(const wg_check *report, const wgi_case *k, int operand, int64_t *element)
{
    const wg_allocator *memory = wg_context_allocator(report->c);
    wg_context *c = wg_start(
        &(wg_options){ .dtype = WG_F64, .threads = 1, .allocator = memory, .on_warning = wg_no_warnings });
    wg_graph *g = c ? wg_graph_new(c) : NULL;
    wg_node x[MOST_OPERANDS];
    bool found = false;
    if (g) wg_begin(g, k->mode);
    else if (c) wg_finish(c, NULL);
    if (!g) return false;
    for (int i = 0; i < k->operands; i++) x[i] = input_of(c, g, k->x[i].dtype, k->x[i].shape, k->x[i].v);
    wg_check *r = wg_failed(c) ? NULL
                               : wg_gradcheck_op_at("", k->op, x, k->operands, k->attr,
                                                    &(wg_gradcheck_opts){ .allocator = memory });
    for (int i = 0; r && i < wg_check_findings(r) && !found; i++) {
        const wg_check_finding f = wg_check_finding_at(r, i);
        found = !strcmp(f.stage, "rule") && f.operand == operand && f.element >= 0;
        if (found) *element = f.element;
    }
    wg_check_free(r);
    wg_finish(c, NULL);
    return found;
}

/* ---- cutting ---- */

/* Which axes are cut: all of this size, or one axis of one operand. */
typedef struct axes {
    int64_t size;
    int operand, axis; /* operand -1: all axes of this size */
} axes;

static bool is_cut(const wgi_case *k, const axes *a, int operand, int axis)
{
    return k->x[operand].shape.dim[axis] == a->size &&
           (a->operand < 0 || (a->operand == operand && a->axis == axis));
}

/* Element i's index along an axis. */
static int64_t index_along(wg_shape s, int64_t i, int axis)
{
    for (int d = s.rank - 1; d > axis; d--) i /= s.dim[d];
    return i % s.dim[axis];
}

/* The first index that is kept, so that the wrong element stays. */
static int64_t start_of(const wgi_case *k, const axes *a, int operand, int64_t element, int64_t to)
{
    for (int d = 0; d < k->x[operand].shape.rank; d++) {
        if (!is_cut(k, a, operand, d)) continue;
        const int64_t at = index_along(k->x[operand].shape, element, d);
        return at < a->size - to ? at : a->size - to;
    }
    return 0;
}

/* Makes *cut of *k: the axes keep `to` indices from `start` on. False: out of memory. */
static bool cut_axes(wg_check *r, const wgi_case *k, const axes *a, int64_t start, int64_t to, wgi_case *cut)
{
    *cut = *k;
    for (int i = 0; i < k->operands; i++) cut->x[i].v = NULL;
    for (int i = 0; i < k->operands; i++) {
        const wg_shape was = k->x[i].shape;
        wg_shape *is = &cut->x[i].shape;
        for (int d = 0; d < was.rank; d++)
            if (is_cut(k, a, i, d)) is->dim[d] = to;
        const int64_t n = wg_shape_size(*is);
        double *v = cut->x[i].v = wg_alloc(r->c, (size_t)n + 1, sizeof *v);
        if (!v) return false;
        for (int64_t j = 0; j < n; j++) {
            int64_t from = 0;
            for (int d = 0; d < was.rank; d++)
                from = from * was.dim[d] + index_along(*is, j, d) + (is_cut(k, a, i, d) ? start : 0);
            v[j] = k->x[i].v[from];
        }
    }
    return true;
}

static bool try_axes(wg_check *r, wgi_case *k, const axes *a, int operand, int64_t *element)
{
    const int64_t sizes[] = { 1, 2, 3, a->size / 2 };
    for (int i = 0; i < 4; i++) {
        wgi_case cut;
        if (sizes[i] < 1 || sizes[i] >= a->size) continue;
        if (!cut_axes(r, k, a, start_of(k, a, operand, *element, sizes[i]), sizes[i], &cut)) {
            drop(r, &cut);
            return false;
        }
        if (fails(r, &cut, operand, element)) {
            *k = cut;
            return true;
        }
        drop(r, &cut);
    }
    return false;
}

/* Cuts one size, or one axis. False: nothing can be cut. */
static bool cut_something(wg_check *r, wgi_case *k, int operand, int64_t *element)
{
    for (int alone = 0; alone < 2; alone++)
        for (int i = 0; i < k->operands; i++)
            for (int d = 0; d < k->x[i].shape.rank; d++) {
                const axes a = { k->x[i].shape.dim[d], alone ? i : -1, d };
                if (try_axes(r, k, &a, operand, element)) return true;
            }
    return false;
}

/* ---- rounding ---- */

static bool round_to(wg_check *r, wgi_case *k, int digits, int operand)
{
    wgi_case round = *k;
    int64_t element;
    char text[40];
    round.digits = digits;
    for (int i = 0; i < k->operands; i++) round.x[i].v = NULL;
    for (int i = 0; i < k->operands; i++) {
        const int64_t n = wg_shape_size(k->x[i].shape);
        double *v = round.x[i].v = wg_alloc(r->c, (size_t)n + 1, sizeof *v);
        for (int64_t j = 0; v && j < n; j++) {
            snprintf(text, sizeof text, "%.*g", digits, k->x[i].v[j]);
            v[j] = wg_dtype_is_float(k->x[i].dtype) ? strtod(text, NULL) : k->x[i].v[j];
        }
        if (!v) return drop(r, &round), false;
    }
    if (!fails(r, &round, operand, &element)) return drop(r, &round), false;
    *k = round;
    return true;
}

/* ---- the program ---- */

static void put_value(const wgi_case *k, wg_dtype t, double v, FILE *out)
{
    if (isfinite(v)) fprintf(out, "%.*g", wg_dtype_is_float(t) ? k->digits : DIGITS, v);
    else fprintf(out, isnan(v) ? "NAN" : v > 0 ? "INFINITY" : "-INFINITY");
}

static void put_values(const wgi_case *k, int i, FILE *out)
{
    static const char *const type[WG_DTYPE_COUNT] = {
        [WG_F32] = "float",   [WG_F64] = "double", [WG_I32] = "int32_t",
        [WG_I64] = "int64_t", [WG_BOOL] = "bool",  [WG_U8] = "float", /* the program casts these */
        [WG_F16] = "float",   [WG_BF16] = "float"
    };
    const int64_t n = wg_shape_size(k->x[i].shape);
    fprintf(out, "    static const %s x%d[] = { ", type[k->x[i].dtype], i);
    for (int64_t j = 0; j < n; j++) {
        fprintf(out, "%s", !j ? "" : j % 8 ? ", " : ",\n        ");
        put_value(k, k->x[i].dtype, k->x[i].v[j], out);
    }
    fprintf(out, "%s };\n", n ? "" : "0");
}

static void put_inputs(const wgi_case *k, FILE *out)
{
    fprintf(out, "    wg_node x[] = {");
    for (int i = 0; i < k->operands; i++) {
        const wg_shape s = k->x[i].shape;
        const bool stored = wg_dtype_is_stored(k->x[i].dtype);
        fprintf(out, "%s %swg_input(g, \"x%d\", wg_view_%s(x%d, ", i ? "," : "", stored ? "wg_cast(" : "", i,
                stored ? "f32" : wg_dtype_name(k->x[i].dtype), i);
        if (!s.rank) fprintf(out, "WG_SCALAR");
        for (int d = 0; d < s.rank; d++) fprintf(out, "%s%lld", d ? ", " : "WG_SHAPE(", (long long)s.dim[d]);
        fprintf(out, "%s))", s.rank ? ")" : "");
        if (stored)
            fprintf(out, ", WG_%s)",
                    k->x[i].dtype == WG_U8    ? "U8"
                    : k->x[i].dtype == WG_F16 ? "F16"
                                              : "BF16");
    }
    fprintf(out, " };\n");
}

static void put_options(const wgi_case *k, FILE *out)
{
    if (!k->attr) return;
    fprintf(out, "    _Alignas(16) static const unsigned char options[] = { /* the op's struct of options, "
                 "by bytes */");
    for (size_t i = 0; i < k->op->attr_size; i++)
        fprintf(out, "%s%u",
                !i       ? "\n        "
                : i % 16 ? ", "
                         : ",\n        ",
                ((const unsigned char *)k->attr)[i]);
    fprintf(out, " };\n");
}

static void put_program(const wgi_case *k, const wgi_finding *f, int64_t element, FILE *out)
{
    const char *name = k->op->name;
    const bool own = wg_op_find(name) != k->op;
    fprintf(
        out,
        "/* The derivative rule of %s is wrong by operand %d: a small case of what the gradient check found\n"
        " * at %s. Element %lld of the operand is wrong.\n",
        name, f->shown.operand, f->shown.where, (long long)element);
    if (f->remedy[0]) fprintf(out, " * There: %s.\n", f->remedy);
    if (own) fprintf(out, " *\n *     cc case.c FILE_OF_THE_OP.c -lwengert -lm\n");
    fprintf(out, " */\n#include <math.h>\n#include <stdio.h>\n\n#include <wengert/op.h>\n#include "
                 "<wengert/wengert.h>\n\n");
    if (own) fprintf(out, "extern const wg_op %s; /* must not be static in its file */\n\n", name);
    fprintf(out, "int main(void)\n{\n");
    for (int i = 0; i < k->operands; i++) put_values(k, i, out);
    put_options(k, out);
    fprintf(out,
            "    wg_context *c = wg_start(&(wg_options){ .dtype = WG_F64, .threads = 1 });\n"
            "    wg_graph *g = wg_graph_new(c);\n    wg_begin(g, %s);\n",
            k->mode == WG_TRAIN ? "WG_TRAIN" : "WG_EVAL");
    put_inputs(k, out);
    if (own) fprintf(out, "    wg_check *r = wg_gradcheck_op(&%s, ", name);
    else fprintf(out, "    wg_check *r = wg_gradcheck_op(wg_op_find(\"%s\"), ", name);
    fprintf(out,
            "x, %d, %s, NULL);\n    wg_check_print(r, stdout);\n    const int status = wg_check_exit(r);\n"
            "    wg_check_free(r);\n    return wg_finish(c, stderr) ? 9 : status;\n}\n",
            k->operands, k->attr ? "options" : "NULL");
}

static bool write_case(wg_check *r, const wgi_finding *f, FILE *out)
{
    int64_t element = f->shown.element;
    wgi_case k = *f->made_from;
    if (!fails(r, &k, f->shown.operand, &element)) return false;
    while (cut_something(r, &k, f->shown.operand, &element)) {}
    for (int digits = 1; digits < DIGITS; digits++)
        if (round_to(r, &k, digits, f->shown.operand)) break;
    put_program(&k, f, element, out);
    return true;
}

bool wg_check_write_case(const wg_check *report, int finding, FILE *out)
{
    wg_check *r = (wg_check *)(uintptr_t)report;
    if (!r || !out || finding < 0 || finding >= r->findings || !r->finding[finding].made_from) return false;
    const wgi_check_locale l = wgi_check_locale_begin();
    const bool ok = write_case(r, &r->finding[finding], out);
    wgi_check_locale_end(l);
    return ok && !ferror(out);
}
