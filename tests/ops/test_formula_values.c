/* test_formula_values.c: every op's formula says what the op computes, and its adjoint what the derivatives
 * are. This file writes calls of the ops, as lines of JSON: the samples of each op, and the same with other
 * options, one by one and along other axes, with other sizes, other numbers, NaN among them, and in f32.
 * tests/oracle/oracle.py evaluates the formulas in 50 digits, and compares.
 *
 * WG_FORMULAS: for each sample so many calls of each kind; the default is 1. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "op_case.h"
#include "wgshell.h"

TestSuite(formula_values, .init = wgt_make_folder, .fini = wgt_remove_folder);

/* ---- calls ---- */

enum { OPERANDS = 12, LARGEST = 96, ATTR = 256, ROWS = 16 };

typedef struct operand {
    bool none;
    wg_dtype dtype;
    wg_shape shape;
    double *at;
} operand;

typedef struct call {
    const wg_op *op;
    int sample, operands, rank; /* rank: of the operand or result of the most axes */
    operand x[OPERANDS];
    _Alignas(16) char attr[ATTR];
    wg_dtype dtype; /* of the context */
    int interpret;
    char what[96]; /* how it differs from the sample */
} call;

static wgt_random draw;

static const char *dtype_name(wg_dtype t) { return t == WG_DEFAULT_DTYPE ? "default" : wg_dtype_name(t); }

static operand copy_of(wg_node x)
{
    if (wg_is_none(x)) return (operand){ .none = true };
    const wg_tensor t = wg_value(x);
    operand o = { .dtype = t.dtype, .shape = t.shape };
    const int64_t n = wg_shape_size(t.shape);
    o.at = malloc((size_t)n * sizeof *o.at + 8);
    for (int64_t i = 0; i < n; i++) o.at[i] = wg_tensor_item(&t, i);
    return o;
}

/* The sample's call of the op. false: it made none, or a large one. */
static bool read_call(op_case *k, call *c)
{
    const wg_graph *g = wg_graph_of(k->y[0]);
    const bool own = op_case_is_own(k);
    int64_t at = wgx_graph_calls(g) - 1;
    while (!own && at >= 0 && wgx_graph_call(g, at).op != k->op) at--;
    if (!own && at < 0) return false;
    const wgx_call made = own ? (wgx_call){ .op = k->op, .result = k->y[0] } : wgx_graph_call(g, at);
    *c = (call){ .op = k->op, .sample = k->sample, .dtype = WG_F64, .interpret = 1 };
    c->operands = own ? wg_node_operands(k->y[0]) : made.operands;
    if (c->operands > OPERANDS) return false;
    const void *attr = own ? wg_attr(k->y[0]) : made.attr;
    if (attr) memcpy(c->attr, attr, k->op->attr_size);
    c->rank = wg_node_shape(made.result).rank;
    for (int i = 0; i < c->operands; i++) {
        wg_node x = own ? wg_node_operand(k->y[0], i) : wgx_graph_call_operand(g, at, i);
        if (!wg_is_none(x) && !x.graph) x = wg_mul(wg_scalar(k->g, 1), x);
        c->x[i] = copy_of(x);
        if (!c->x[i].none && c->x[i].shape.rank > c->rank) c->rank = c->x[i].shape.rank;
        if (!c->x[i].none && wg_shape_size(c->x[i].shape) > LARGEST) return false;
    }
    return true;
}

static void drop_call(call *c)
{
    for (int i = 0; i < c->operands; i++) free(c->x[i].at);
}

/* ---- other options ---- */

/* Operands that belong together: results of another op, and what it had. They stay as they are. */
static bool is_tied(const wg_op *op)
{
    static const char *const tied[] = { "tanh_backward",
                                        "sigmoid_backward",
                                        "sigmoid_rest",
                                        "tanh_rest",
                                        "erf_rest",
                                        "log_sigmoid",
                                        "log_sigmoid_rest",
                                        "log_sech2",
                                        "log_by_rest",
                                        "bce_slope",
                                        "bce_by_rest",
                                        "softmax_rest",
                                        "log_softmax_rest",
                                        "lu_det",
                                        "lu_solve",
                                        "cofactors",
                                        "cofactor_slope",
                                        "eigh_part",
                                        "eigh_grad",
                                        "slopes",
                                        "turns",
                                        "svd_turns",
                                        "svd_part",
                                        "svd_grad",
                                        "svd_turned",
                                        "qr_part",
                                        "cross_entropy_grad",
                                        "layer_norm_grad",
                                        "batch_norm_grad",
                                        "attention_tiles_grad",
                                        "others",
                                        NULL };
    for (int i = 0; tied[i]; i++)
        if (!strcmp(op->name, tied[i])) return true;
    return false;
}

static int rows_of(const wg_op *op)
{
    int n = 0;
    while (op->attrs && op->attrs[n].name) n++;
    return n;
}

static void set_axes(call *c, const wg_attr_row *r, int choice)
{
    const int n = c->rank;
    wg_axes a = { 0 };
    if (choice < 2 * n) a = (wg_axes){ .count = 1, .axis = { choice - n } };
    else if (choice == 2 * n) a.count = 0;
    else {
        const int pair = choice - 2 * n - 1;
        a = (wg_axes){ .count = 2, .axis = { pair / n, pair % n - n } };
    }
    memcpy(c->attr + r->offset, &a, sizeof a);
}

static int words_in(const char *text)
{
    int n = text && *text;
    for (; text && *text; text++) n += *text == ' ';
    return n;
}

/* How many values of an option are tried. The part is that of the operands. */
static int choices_of(const call *c, const wg_attr_row *r)
{
    if (is_tied(c->op) && !strcmp(r->name, "part")) return 0;
    switch (r->kind) {
    case WG_ATTR_AXIS: return 2 * c->rank + 1;
    case WG_ATTR_AXES: return 2 * c->rank + 1 + c->rank * c->rank;
    case WG_ATTR_BOOL: return 2;
    case WG_ATTR_CHOICE: return words_in(r->choices);
    case WG_ATTR_INT:
    case WG_ATTR_SIZE: return 6;
    case WG_ATTR_DOUBLE: return 6;
    case WG_ATTR_SHAPE: return 4;
    case WG_ATTR_DTYPE: return WG_DTYPE_COUNT;
    default: return 0;
    }
}

static void set_option(call *c, const wg_attr_row *r, int choice)
{
    static const double numbers[] = { 0.25, 2.5, 10, 1, 0, -1.5 };
    char *at = c->attr + r->offset;
    switch (r->kind) {
    case WG_ATTR_AXES: set_axes(c, r, choice); break;
    case WG_ATTR_BOOL: *(bool *)at = choice; break;
    case WG_ATTR_AXIS: *(int *)(void *)at = choice - c->rank; break;
    case WG_ATTR_INT: *(int *)(void *)at = choice - 2; break;
    case WG_ATTR_SIZE: *(int64_t *)(void *)at = choice - 2; break;
    case WG_ATTR_CHOICE: *(int *)(void *)at = choice; break;
    case WG_ATTR_DOUBLE: *(double *)(void *)at = numbers[choice]; break;
    case WG_ATTR_DTYPE: *(wg_dtype *)(void *)at = (wg_dtype)choice; break;
    case WG_ATTR_SHAPE: {
        wg_shape *s = (wg_shape *)(void *)at;
        if (s->rank) s->dim[choice / 2 % s->rank] += choice % 2 ? -1 : 1;
        break;
    }
    default: return;
    }
    const size_t n = strlen(c->what);
    snprintf(c->what + n, sizeof c->what - n, " %s %d", r->name, choice);
}

/* ---- other operands ---- */

static bool is_whole(const operand *o)
{
    for (int64_t i = 0; i < wg_shape_size(o->shape); i++)
        if (o->at[i] != floor(o->at[i])) return false;
    return true;
}

/* Numbers between those of the operand: probabilities stay probabilities. */
static double drawn_from(const operand *o, int64_t n, bool whole)
{
    const double a = o->at[wgt_below(&draw, n)], b = o->at[wgt_below(&draw, n)];
    const double t = (double)wgt_below(&draw, 9) / 8;
    return whole ? a : a + (b - a) * t;
}

/* Operands with another size in the place of each `old` one, and other numbers. */
static void set_sizes(call *c, int64_t old, int64_t size, bool nan)
{
    for (int i = 0; i < c->operands; i++) {
        operand *o = &c->x[i];
        const int64_t n = o->none ? 0 : wg_shape_size(o->shape);
        if (!n) continue;
        operand y = *o;
        for (int k = 0; k < y.shape.rank; k++)
            if (y.shape.dim[k] == old) y.shape.dim[k] = size;
        const int64_t m = wg_shape_size(y.shape);
        const bool whole = is_whole(o) || !wg_dtype_is_float(o->dtype);
        y.at = malloc((size_t)m * sizeof *y.at + 8);
        for (int64_t j = 0; j < m; j++) y.at[j] = drawn_from(o, n, whole);
        if (nan && m && wg_dtype_is_float(y.dtype) && !wgt_below(&draw, 2)) y.at[wgt_below(&draw, m)] = NAN;
        free(o->at);
        *o = y;
    }
}

static void change_operands(call *c)
{
    int64_t sizes[OPERANDS * WG_MAX_RANK + 1] = { -1 };
    int n = 1;
    for (int i = 0; i < c->operands; i++)
        for (int k = 0; !c->x[i].none && k < c->x[i].shape.rank; k++) sizes[n++] = c->x[i].shape.dim[k];
    const int64_t old = sizes[wgt_below(&draw, n)], size = 1 + wgt_below(&draw, 4);
    const bool nan = !wgt_below(&draw, 4);
    set_sizes(c, old, size, nan);
    const size_t k = strlen(c->what);
    snprintf(c->what + k, sizeof c->what - k, " sizes %d to %d%s", (int)old, (int)size, nan ? " nan" : "");
    const int optional = wgx_hints(c->op)->optional;
    for (int i = c->operands - optional; optional && i < c->operands; i++)
        if (!wgt_below(&draw, 4)) free(c->x[i].at), c->x[i] = (operand){ .none = true };
}

/* ---- as JSON ---- */

static void put_number(FILE *f, double v)
{
    if (isnan(v)) fputs("NaN", f);
    else if (isinf(v)) fputs(v > 0 ? "Infinity" : "-Infinity", f);
    else fprintf(f, "%.17g", v);
}

static void put_tensor(FILE *f, wg_dtype t, wg_shape s, const double *at)
{
    fprintf(f, "{\"dtype\":\"%s\",\"shape\":[", wg_dtype_name(t));
    for (int k = 0; k < s.rank; k++) fprintf(f, "%s%lld", k ? "," : "", (long long)s.dim[k]);
    fputs("],\"at\":[", f);
    for (int64_t i = 0; i < wg_shape_size(s); i++) fputs(i ? "," : "", f), put_number(f, at[i]);
    fputs("]}", f);
}

static void put_node(FILE *f, wg_node y)
{
    const operand o = copy_of(y);
    put_tensor(f, o.dtype, o.shape, o.at);
    free(o.at);
}

static void put_text(FILE *f, const char *text)
{
    fputc('"', f);
    for (; text && *text; text++) {
        if (*text == '"' || *text == '\\') fputc('\\', f);
        fputc(*text, f);
    }
    fputc('"', f);
}

static void put_option(FILE *f, const wg_attr_row *r, const char *at)
{
    fprintf(f, "{\"standard\":");
    put_text(f, r->standard);
    fprintf(f, ",\"words\":");
    put_text(f, r->kind == WG_ATTR_CHOICE ? r->choices : "");
    fprintf(f, ",\"kind\":%d,\"value\":", (int)r->kind);
    switch (r->kind) {
    case WG_ATTR_AXIS: fprintf(f, "[%d]", *(const int *)(const void *)at); break;
    case WG_ATTR_AXES: {
        const wg_axes *a = (const wg_axes *)(const void *)at;
        fputc('[', f);
        for (int i = 0; i < a->count; i++) fprintf(f, "%s%d", i ? "," : "", a->axis[i]);
        fputc(']', f);
        break;
    }
    case WG_ATTR_SHAPE: {
        const wg_shape *s = (const wg_shape *)(const void *)at;
        fputc('[', f);
        for (int i = 0; i < s->rank; i++) fprintf(f, "%s%lld", i ? "," : "", (long long)s->dim[i]);
        fputc(']', f);
        break;
    }
    case WG_ATTR_BOOL: fprintf(f, "%d", *(const bool *)(const void *)at); break;
    case WG_ATTR_INT:
    case WG_ATTR_CHOICE: fprintf(f, "%d", *(const int *)(const void *)at); break;
    case WG_ATTR_SIZE: fprintf(f, "%lld", (long long)*(const int64_t *)(const void *)at); break;
    case WG_ATTR_DOUBLE: {
        const double v = *(const double *)(const void *)at;
        if (v == WG_AUTO) fputs("null", f);
        else put_number(f, v);
        break;
    }
    case WG_ATTR_DTYPE: put_text(f, dtype_name(*(const wg_dtype *)(const void *)at)); break;
    case WG_ATTR_TEXT: put_text(f, at); break;
    default: fputs("null", f); break;
    }
    fputc('}', f);
}

static void put_head(FILE *f, const call *c)
{
    char name[24];
    fprintf(f, "{\"op\":\"%s\",\"sample\":%d,\"dtype\":\"%s\",\"what\":", c->op->name, c->sample,
            wg_dtype_name(c->dtype));
    put_text(f, c->what), fputs(",\"formula\":", f), put_text(f, c->op->formula);
    fputs(",\"adjoint\":", f), put_text(f, c->op->adjoint);
    fprintf(f, ",\"any\":%d,\"names\":[", c->op->operands < 0);
    for (int i = 0; i < c->operands; i++) {
        wgx_op_operand_name(c->op, i, name, sizeof name);
        fprintf(f, "%s\"%s\"", i ? "," : "", name);
    }
    fputs("],\"operands\":[", f);
    for (int i = 0; i < c->operands; i++) {
        if (i) fputc(',', f);
        if (c->x[i].none) fputs("null", f);
        else put_tensor(f, c->x[i].dtype, c->x[i].shape, c->x[i].at);
    }
    fputs("],\"options\":{", f);
    for (int i = 0; i < rows_of(c->op); i++) {
        fprintf(f, "%s\"%s\":", i ? "," : "", c->op->attrs[i].name);
        put_option(f, &c->op->attrs[i], c->attr + c->op->attrs[i].offset);
    }
    fputc('}', f);
}

/* ---- what the library says ---- */

static wg_node node_of(wg_graph *g, const operand *o)
{
    if (o->none) return wg_none;
    wg_node x = wg_input(g, NULL, wg_view_f64(o->at, o->shape));
    return o->dtype == wg_node_dtype(x) ? x : wg_cast(x, o->dtype);
}

/* The gradients of sum(v y) by the operands; v is of one sign, and not all equal. */
static void put_gradients(FILE *f, const call *c, wg_node y, wg_node x[])
{
    const wg_shape s = wg_node_shape(y);
    double *v = malloc((size_t)wg_shape_size(s) * sizeof *v + 8);
    for (int64_t i = 0; i < wg_shape_size(s); i++) v[i] = 0.5 + 0.125 * (double)(i % 5);
    wg_node gy = wg_input(wg_graph_of(y), NULL, wg_view_f64(v, s));
    fputs("{\"y\":", f);
    put_tensor(f, WG_F64, s, v);
    fputs(",\"x\":[", f);
    for (int k = 0; k < c->operands; k++) {
        wg_node gx = wg_none;
        if (k) fputc(',', f);
        const bool asked =
            !c->x[k].none && wg_dtype_is_float(c->x[k].dtype) && wgx_op_has_derivative(c->op, k);
        if (asked && wg_vjp(y, gy, &x[k], 1, &gx) == WG_OK && !wg_is_none(gx) && wg_value(gx).data)
            put_node(f, gx);
        else fputs("null", f);
        if (wg_failed(wg_graph_context(wg_graph_of(y)))) wg_recover(wg_graph_context(wg_graph_of(y)));
    }
    fputs("]}", f);
    free(v);
}

/* Whether the library takes the call: then it is a line. */
static bool put_call(FILE *f, const call *c)
{
    wg_start_opts o = WG_OPTS(wg_start_opts, .seed = 1, .threads = 1, .interpret = c->interpret,
                              .on_warning = wg_no_warnings);
    wg_context *context = wgt_start(NULL, c->dtype, &o);
    wg_graph *g = wg_graph_new(context);
    wg_node x[OPERANDS], y[WG_MAX_OUTPUTS];
    wg_begin(g, WG_TRAIN);
    for (int i = 0; i < c->operands; i++) x[i] = node_of(g, &c->x[i]);
    y[0] = wg_apply(WG_HERE, c->op, x, c->operands, c->op->attr_size ? c->attr : NULL);
    const int outputs = wg_node_op(y[0]) == c->op && c->op->outputs > 1 ? c->op->outputs : 1;
    for (int i = 1; i < outputs; i++) y[i] = wg_part(y[0], i);
    for (int i = 0; i < outputs && !wg_failed(context); i++) wg_value(y[i]);
    const bool fine = !wg_failed(context);
    if (fine) {
        put_head(f, c);
        fputs(",\"results\":[", f);
        for (int i = 0; i < outputs; i++) fputs(i ? "," : "", f), put_node(f, y[i]);
        fputs("],\"gradients\":[", f);
        for (int i = 0; i < outputs; i++) {
            if (i) fputc(',', f);
            if (wgx_op_has_derivative(c->op, -1) && wg_dtype_is_float(wg_node_dtype(y[i])))
                put_gradients(f, c, y[i], x);
            else fputs("null", f);
        }
        fputs("]}\n", f);
    }
    wgt_drop(context, NULL);
    return fine;
}

/* ---- which calls ---- */

static call copy_call(const call *c)
{
    call y = *c;
    for (int i = 0; i < y.operands; i++) {
        if (y.x[i].none) continue;
        const size_t n = (size_t)wg_shape_size(y.x[i].shape) * sizeof(double) + 8;
        y.x[i].at = memcpy(malloc(n), y.x[i].at, n);
    }
    return y;
}

/* The call with option `row`, and `other`, if they are not below 0, and with other operands. */
static bool one(FILE *f, const call *c, int row, int other, bool changed)
{
    call y = copy_call(c);
    const wg_attr_row *rows = y.op->attrs;
    if (row >= 0) set_option(&y, &rows[row], (int)wgt_below(&draw, choices_of(c, &rows[row])));
    if (other >= 0) set_option(&y, &rows[other], (int)wgt_below(&draw, choices_of(c, &rows[other])));
    if (changed) change_operands(&y);
    const bool taken = put_call(f, &y);
    drop_call(&y);
    return taken;
}

/* So many calls that the library takes, if it takes one of some. */
static void some(FILE *f, const call *c, int row, int other, bool changed, int count)
{
    for (int tries = 6 * count; count > 0 && tries > 0; tries--) count -= one(f, c, row, other, changed);
}

static bool is_axis(const wg_attr_row *r) { return r->kind == WG_ATTR_AXIS || r->kind == WG_ATTR_AXES; }

/* Each option, and each with each axis. */
static void options_in_turn(FILE *f, const call *c, int count)
{
    const wg_attr_row *rows = c->op->attrs;
    const int n = rows_of(c->op);
    for (int i = 0; i < n; i++) {
        if (!choices_of(c, &rows[i])) continue;
        some(f, c, i, -1, false, count);
        for (int j = 0; is_axis(&rows[i]) && j < n; j++)
            if (j != i && choices_of(c, &rows[j])) some(f, c, i, j, false, count);
    }
}

static void drawn(FILE *f, const call *c, int count)
{
    const int n = rows_of(c->op);
    for (int i = 0; i < count; i++) {
        const int row = n && wgt_below(&draw, 3) ? (int)wgt_below(&draw, n) : -1;
        const bool has = row >= 0 && choices_of(c, &c->op->attrs[row]);
        call y = copy_call(c);
        y.dtype = wgt_below(&draw, 4) ? WG_F64 : WG_F32;
        for (int k = 0; y.dtype == WG_F32 && k < y.operands; k++)
            if (!y.x[k].none && y.x[k].dtype == WG_F64) y.x[k].dtype = WG_F32;
        y.interpret = wgt_below(&draw, 2) ? 1 : -1;
        some(f, &y, has ? row : -1, -1, !is_tied(c->op), 1);
        drop_call(&y);
    }
}

Test(formula_values, equations_are_true)
{
    wgt_needs("python3");
    char path[512];
    snprintf(path, sizeof path, "%s/calls", wgt_folder());
    FILE *f = fopen(path, "w");
    const int count = (int)wgt_number_from("WG_FORMULAS", 1);
    draw = (wgt_random){ wgt_seed() };
    for (int k = 0; k < wg_op_count(); k++) {
        const wg_op *op = wg_op_at(k);
        if (op->kind == WG_LEAF || op->impure || op->users) continue;
        op_case s;
        for (int i = 0; op_case_open(&s, op, i, &(op_setup){ .dtype = WG_F64, .interpret = 1 }); i++) {
            call c;
            if (!wg_failed(s.c) && read_call(&s, &c)) {
                put_call(f, &c);
                options_in_turn(f, &c, count);
                drawn(f, &c, count);
                drop_call(&c);
            }
            op_case_close(&s);
        }
    }
    fclose(f);
    fprintf(stderr, "%s", wgt_shell("python3 -B tests/oracle/oracle.py \"$in/calls\""));
}
