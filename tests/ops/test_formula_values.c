/* test_formula_values.c: every op's formula says what the op computes, and its adjoint what the derivatives
 * are. This file writes calls of the ops, as lines of JSON: the samples of each op, and the same with other
 * options, one by one and along other axes, with other sizes, other numbers, NaN among them, and in f32.
 * Then, in f64 and f32, with numbers at the ends of the floats: zeros of both signs, ties, denormal and
 * largest numbers, infinities, NaN. Those have tangents and second derivatives, too.
 * tests/oracle/oracle.py evaluates the formulas in 50 digits, and compares.
 *
 * WG_FORMULAS: for each sample so many calls of each kind; the default is 1. */
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "op_case.h"
#include "wgshell.h"

TestSuite(formula_values, .init = wgt_make_folder, .fini = wgt_remove_folder);

/* ---- calls ---- */

enum { OPERANDS = 12, LARGEST = 96, ATTR = 256, ROWS = 16 };

/* Which numbers operands are: those of the sample or drawn between them; points of a lattice, for ops of one
 * element each; fillings of arrays. */
enum { BETWEEN = -1, FILLINGS = 28, POINTS = FILLINGS, LONGEST = 257 };

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
    int numbers;        /* BETWEEN, a filling, or POINTS */
    uint32_t direction; /* bit k: operand k moves, in the direction of its tangent */
    char what[96];      /* how it differs from the sample */
} call;

static wgt_random draw, draw_ends; /* that of ends() does not move the other */

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
    *c = (call){ .op = k->op, .sample = k->sample, .dtype = WG_F64, .interpret = 1, .numbers = BETWEEN };
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
    else if (v == 0) fputs(signbit(v) ? "-0.0" : "0", f); /* -0 is a whole number to readers of JSON */
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
    fprintf(f, ",\"numbers\":%d,\"any\":%d,\"names\":[", c->numbers, c->op->operands < 0);
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

static wg_node as_recovered(wg_graph *g, wg_node y)
{
    wg_context *c = wg_graph_context(g);
    if (!wg_failed(c) && !wg_is_none(y)) wg_value(y);
    if (!wg_failed(c)) return y;
    return wg_recover(c), wg_none;
}

static void put_node_or_null(FILE *f, wg_graph *g, wg_node y)
{
    y = as_recovered(g, y);
    if (wg_is_none(y)) fputs("null", f);
    else put_node(f, y);
}

/* x or -x, by chance; 1 for 0, and at points of a lattice. */
static wg_node direction_of(wg_graph *g, const operand *x, bool points)
{
    operand u = { .dtype = x->dtype, .shape = x->shape };
    const int64_t n = wg_shape_size(x->shape);
    u.at = malloc((size_t)n * sizeof *u.at + 8);
    for (int64_t i = 0; i < n; i++)
        u.at[i] = points || !isfinite(x->at[i]) || x->at[i] == 0 ? 1
                  : wgt_below(&draw, 2)                          ? x->at[i]
                                                                 : -x->at[i];
    wg_node y = node_of(g, &u);
    free(u.at);
    return y;
}

/* Directions of the operands, the tangent of y along them, and the gradients of the sum of gx times them. */
static void put_second(FILE *f, const call *c, wg_graph *g, wg_node y, const wg_node x[], const wg_node gx[])
{
    wg_node moved[OPERANDS], along[OPERANDS], has[OPERANDS], h[OPERANDS], slope = wg_none;
    int n = 0, m = 0;
    fputs(",\"along\":[", f);
    for (int k = 0; k < c->operands; k++) {
        if (k) fputc(',', f);
        if (wg_is_none(gx[k])) fputs("null", f);
        else {
            has[m++] = x[k];
            if (!(c->direction >> k & 1)) {
                fputs("null", f);
                continue;
            }
            moved[n] = x[k], along[n] = direction_of(g, &c->x[k], c->numbers == POINTS);
            wg_node s = wg_sum(wg_mul(gx[k], along[n]));
            slope = n++ ? wg_add(slope, s) : s;
            put_node(f, along[n - 1]);
        }
    }
    fputs("],\"tangent\":", f);
    put_node_or_null(f, g, n ? wg_jvp(y, moved, along, n) : wg_none);
    const bool twice = n && wg_grads(slope, has, m, h) == WG_OK;
    as_recovered(g, wg_none);
    fputs(",\"second\":[", f);
    for (int k = 0, i = 0; k < c->operands; k++) {
        if (k) fputc(',', f);
        if (wg_is_none(gx[k]) || !twice) fputs("null", f);
        else put_node_or_null(f, g, h[i++]);
    }
    fputc(']', f);
}

/* The gradients of sum(v y) by the operands; v is of one sign, and not all equal. */
static void put_gradients(FILE *f, const call *c, wg_node y, wg_node x[])
{
    wg_graph *g = wg_graph_of(y);
    const wg_shape s = wg_node_shape(y);
    double *v = malloc((size_t)wg_shape_size(s) * sizeof *v + 8);
    for (int64_t i = 0; i < wg_shape_size(s); i++) v[i] = 0.5 + 0.125 * (double)(i % 5);
    wg_node gy = wg_cast(wg_input(g, NULL, wg_view_f64(v, s)), wg_node_dtype(y)), gx[OPERANDS];
    fputs("{\"y\":", f);
    put_tensor(f, WG_F64, s, v);
    fputs(",\"x\":[", f);
    for (int k = 0; k < c->operands; k++) {
        if (k) fputc(',', f);
        const bool asked =
            !c->x[k].none && wg_dtype_is_float(c->x[k].dtype) && wgx_op_has_derivative(c->op, k);
        gx[k] = wg_none;
        if (asked && wg_vjp(y, gy, &x[k], 1, &gx[k]) != WG_OK) gx[k] = wg_none;
        gx[k] = as_recovered(g, gx[k]);
        put_node_or_null(f, g, gx[k]);
    }
    fputc(']', f);
    if (c->numbers != BETWEEN) put_second(f, c, g, y, x, gx);
    fputc('}', f);
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

/* In f32 if t is that: what is f64 becomes f32, rounded. */
static void set_dtype(call *c, wg_dtype t)
{
    c->dtype = t;
    for (int k = 0; t == WG_F32 && k < c->operands; k++) {
        if (c->x[k].none || c->x[k].dtype != WG_F64) continue;
        c->x[k].dtype = WG_F32;
        for (int64_t i = 0; i < wg_shape_size(c->x[k].shape); i++) c->x[k].at[i] = (float)c->x[k].at[i];
    }
}

static void drawn(FILE *f, const call *c, int count)
{
    const int n = rows_of(c->op);
    for (int i = 0; i < count; i++) {
        const int row = n && wgt_below(&draw, 3) ? (int)wgt_below(&draw, n) : -1;
        const bool has = row >= 0 && choices_of(c, &c->op->attrs[row]);
        call y = copy_call(c);
        set_dtype(&y, wgt_below(&draw, 4) ? WG_F64 : WG_F32);
        y.interpret = wgt_below(&draw, 2) ? 1 : -1;
        some(f, &y, has ? row : -1, -1, !is_tied(c->op), 1);
        drop_call(&y);
    }
}

/* ---- numbers at the ends of the floats ---- */

static bool takes_numbers(const call *c, int k) { return !c->x[k].none && wg_dtype_is_float(c->x[k].dtype); }

/* Numbers where functions of one element, or of so many, change. */
static int axis_of_points(wg_dtype t, int operands, double v[])
{
    const bool d = t == WG_F64;
    const double most = d ? DBL_MAX : FLT_MAX, least = d ? DBL_MIN : FLT_MIN,
                 denormal = d ? DBL_TRUE_MIN : FLT_TRUE_MIN, near = d ? 0x1p-52 : 0x1p-23;
    const double one[] = { 0,   0.5,   1,    INFINITY, 2,    most,  least,      denormal,        0.25, 3,
                           0.9, 0.125, 1e-5, 2.5,      1.5,  6,     1 - near,   1 + near,        10,   20,
                           40,  100,   800,  1e10,     1e19, 1e-19, sqrt(most), 2 * sqrt(least), 4.5,  1e30 };
    const int n = operands == 1 ? (int)(sizeof one / sizeof *one) : operands == 2 ? 16 : 5;
    for (int i = 0; i < n; i++) v[2 * i] = one[i], v[2 * i + 1] = -one[i];
    v[2 * n] = NAN;
    return 2 * n + 1;
}

/* Element i of operand j. */
static double filled(wg_dtype t, int filling, int j, int i)
{
    const bool d = t == WG_F64;
    const double most = d ? DBL_MAX : FLT_MAX, denormal = d ? DBL_TRUE_MIN : FLT_TRUE_MIN,
                 big = d ? 1e200 : 1e30, eps = d ? DBL_EPSILON : FLT_EPSILON;
    const int k = i * 7 + j * 5;
    const double own = (k % 11 + 1) / 8.0 * (k % 3 ? 1 : -1), half = (k % 5 - 2) / 2.0;
    switch (filling) {
    case 0: return half;
    case 1: return 0;
    case 2: return 1;
    case 3: return 0.5;
    case 4: return i % 2;
    case 5: return -1;
    case 6: return own;
    case 7: return fabs(own) / 2;
    case 8: return own * big;
    case 9: return own / big;
    case 10: return half * most / 64;
    case 11: return 2 * half * denormal;
    case 12: return i == 1 ? INFINITY : own;
    case 13: return i == 1 ? -INFINITY : own;
    case 14: return INFINITY;
    case 15: return -INFINITY;
    case 16: return i == 1 ? NAN : own;
    case 17: return i == 0;
    case 18: return 1 + eps * (i % 3);
    case 19: return -0.0;
    case 20: return i == 0 ? big : own;
    case 21: return i == 0 ? 1 / big : 0;
    case 22: return most / 64;
    case 23: return -most / 64;
    case 24: return i == 0 ? denormal : 0;
    case 25: return own * sqrt(most);
    case 26: return i - 4 + j;               /* a matrix of rank 2 */
    default: return (i * i - 30) / 32.0 + j; /* of rank 3 */
    }
}

/* Each operand has the filling, or only `alone`. */
static void fill(call *c, int filling, int alone)
{
    c->numbers = filling, c->direction = UINT32_MAX;
    snprintf(c->what, sizeof c->what, " filling %d of %d", filling, alone);
    for (int k = 0; k < c->operands; k++)
        for (int64_t i = 0; takes_numbers(c, k) && i < wg_shape_size(c->x[k].shape); i++) {
            const double v = filled(c->dtype, alone < 0 || alone == k ? filling : 7, k, (int)i);
            c->x[k].at[i] = c->dtype == WG_F32 ? (float)v : v;
        }
}

/* The last operand becomes -1 and 1. */
static void make_signs(call *c)
{
    int k = c->operands - 1;
    while (k > 0 && !takes_numbers(c, k)) k--;
    for (int64_t i = 0; k >= 0 && takes_numbers(c, k) && i < wg_shape_size(c->x[k].shape); i++)
        c->x[k].at[i] = copysign(1, c->x[k].at[i]);
}

/* What else the points are where an op refuses some: the last operand a sign; shares from 0 to 1. */
enum { ANY, SIGNS, SHARES, SETS };

static void set_points(call *c, int operands, int set, int number)
{
    double axis[2 * 30 + 1];
    const int m = axis_of_points(c->dtype, operands, axis), n = operands == 1 ? m : number;
    c->numbers = POINTS, c->direction = 0;
    for (int k = c->operands - 1; k >= 0; k--) {
        if (c->x[k].none) continue;
        c->direction |= UINT32_C(1) << k;
        c->x[k].shape = WG_SHAPE(n), c->x[k].dtype = c->dtype;
        c->x[k].at = realloc(c->x[k].at, (size_t)n * sizeof *c->x[k].at);
        for (int p = 0; p < n; p++) {
            double v = axis[operands == 1 ? p : wgt_below(&draw, m)];
            if (set == SHARES && !(v >= 0 && v <= 1)) v = 0.5;
            c->x[k].at[p] = c->dtype == WG_F32 ? (float)v : v;
        }
    }
    if (set == SIGNS) make_signs(c);
}

/* Value and gradients of n elements, the points in turn. */
static int results_of(const call *c, wg_graph *g, int n, double *v[])
{
    wg_node x[OPERANDS];
    int m = 1;
    wg_begin(g, WG_TRAIN);
    for (int k = 0; k < c->operands; k++) {
        double at[LONGEST];
        operand o = c->x[k];
        for (int i = 0; !o.none && i < n; i++) at[i] = o.at[i % wg_shape_size(o.shape)];
        o.at = at, o.shape = WG_SHAPE(n);
        x[k] = node_of(g, &o);
    }
    wg_node y = wg_apply(WG_HERE, c->op, x, c->operands, c->op->attr_size ? c->attr : NULL);
    v[0] = wgt_values(y);
    for (int k = 0; k < c->operands && wg_dtype_is_float(wg_node_dtype(y)); k++)
        if (!c->x[k].none && wgx_op_has_derivative(c->op, k)) v[m++] = wgt_values(wg_grad(wg_sum(y), x[k]));
    return m;
}

/* Bodies and tails of vectors, whole strips and more: each element is what it is among others. */
static void same_at_every_length(const call *c)
{
    static const int lengths[] = { LONGEST, 1, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33, 63, 65, 127, 129, 255 };
    wg_context *context = wgt_start(NULL, c->dtype, &WG_OPTS(wg_start_opts, .threads = 1, .interpret = 1));
    wg_graph *g = wg_graph_new(context);
    double *want[OPERANDS + 1] = { NULL }, *got[OPERANDS + 1] = { NULL };
    for (size_t j = 0; j < sizeof lengths / sizeof *lengths; j++) {
        const int m = results_of(c, g, lengths[j], j ? got : want);
        for (int k = 0; j && k < m; free(got[k++]))
            for (int i = 0; i < lengths[j]; i++)
                cr_assert_eq(wgt_ulps(got[k][i], want[k][i]), 0, "%s%s, %d elements: %d of result %d",
                             c->op->name, c->what, lengths[j], i, k);
    }
    for (int k = 0; k <= OPERANDS; k++) free(want[k]);
    wgt_drop(context, NULL);
}

/* An op of one element each at points, all of them floats. false: it is none, or takes no floats. */
static bool points(FILE *f, const call *c, int count)
{
    int operands = 0, taken = 0;
    for (int k = 0; k < c->operands; k++) operands += !c->x[k].none;
    for (int i = 0; i < rows_of(c->op); i++) {
        const wg_attr_kind t = c->op->attrs[i].kind;
        if (t == WG_ATTR_AXIS || t == WG_ATTR_AXES || t == WG_ATTR_SHAPE) return false;
    }
    if (c->op->kind != WG_MAP || !operands || operands > 3 || strstr(c->op->formula, "reduction"))
        return false;
    for (int set = ANY; set < SETS && !taken; set++) {
        call y = copy_call(c);
        int k = (int)wgt_below(&draw, y.operands);
        set_points(&y, operands, set, 40 * count);
        while (!(y.direction >> k & 1)) k = (k + 1) % y.operands;
        y.direction = UINT32_C(1) << k;
        snprintf(y.what, sizeof y.what, " points %d along %d", set, k);
        taken = put_call(f, &y);
        if (taken) same_at_every_length(&y);
        drop_call(&y);
    }
    return taken;
}

/* The fillings are taken in turn, so that an op meets most of them. */
static void ends(FILE *f, const call *c, int count)
{
    static int turn;
    const wgt_random before = draw;
    if (is_tied(c->op) || (c->sample && c->op->kind == WG_MAP && !rows_of(c->op))) return;
    draw = draw_ends;
    for (int d = 0; d < 2; d++) {
        call of = copy_call(c);
        set_dtype(&of, d ? WG_F32 : WG_F64);
        const int fillings = points(f, &of, count) ? 0 : 2 * count;
        for (int i = 0; i < fillings; i++) {
            call y = copy_call(&of);
            fill(&y, turn++ * 5 % FILLINGS, (int)wgt_below(&draw, y.operands + 1) - 1);
            if (!put_call(f, &y)) make_signs(&y), put_call(f, &y);
            drop_call(&y);
        }
        drop_call(&of);
    }
    draw_ends = draw, draw = before;
}

Test(formula_values, equations_are_true)
{
    wgt_needs("python3");
    char path[512];
    snprintf(path, sizeof path, "%s/calls", wgt_folder());
    FILE *f = fopen(path, "w");
    const int count = (int)wgt_number_from("WG_FORMULAS", 1);
    draw = (wgt_random){ wgt_seed() }, draw_ends = (wgt_random){ wgt_seed() + 1 };
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
                ends(f, &c, count);
                drop_call(&c);
            }
            op_case_close(&s);
        }
    }
    fclose(f);
    fprintf(stderr, "%s", wgt_shell("python3 -B tests/oracle/oracle.py \"$in/calls\""));
}
