/* op_cases.c: the cases of bench/ops.c. They are made from the registry: an elementwise op gets operands of
 * one shape and broadcast ones, an op with an axis its last and its first. The range of operands is that of
 * the op's first sample. A table adds what cannot be known from a descriptor: the expression for PyTorch, and
 * for other ops their operands and options.
 */
#include "op_cases.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* operands: a word each. The letter is the shape:
 *     m [R,C]   r [C]   c [R,1]   n []   w [C,C]   x [C,1]   f [R*C]   t [R/16,16,16,C/16]
 *     i [R] class numbers below C   j [R] rows below R   b [R,C] bool
 * "=3" behind it is the value of all elements, "=0.1:0.9" their range; "!" at the end: without a gradient.
 * options: "axis=1 from=256"; a shape is a letter of the above. Others have their defaults.
 * A row without operands is for the cases that are made from the descriptor. */
static const struct row {
    const char *op, *variant, *operands, *options, *torch;
} rows_of_table[] = {
    { "tanh_backward", "", "m m=-0.9:0.9 m", "", "torch.ops.aten.tanh_backward(a, b)" },
    { "sigmoid_backward", "", "m m=0.1:0.9 m", "", "torch.ops.aten.sigmoid_backward(a, b)" },
    { "relu_backward", .torch = "torch.ops.aten.threshold_backward(a, b, 0)" },
    { "tanh", .torch = "torch.tanh(a)" },
    { "sigmoid", .torch = "torch.sigmoid(a)" },
    { "softplus", .torch = "F.softplus(a)" },
    { "softsign", .torch = "F.softsign(a)" },
    { "relu", .torch = "torch.relu(a)" },
    { "leaky", .torch = "torch.where(a > 0, a, a * b)" },
    { "leaky_relu", .torch = "F.leaky_relu(a)" },
    { "add", .torch = "a + b" },
    { "sub", .torch = "a - b" },
    { "mul", .torch = "a * b" },
    { "div", .torch = "a / b" },
    { "div_backward", .torch = "-(a * b)" },
    { "maximum", .torch = "torch.maximum(a, b)" },
    { "minimum", .torch = "torch.minimum(a, b)" },
    { "neg", .torch = "-a" },
    { "addn", "3", "m m m", "", "a + b + c" },
    { "batch_norm_train", "", "m r r", "", "F.batch_norm(a, None, None, b, c, True, 0.1, 1e-5)" },
    { "equal", .torch = "a == b" },
    { "not_equal", .torch = "a != b" },
    { "less", .torch = "a < b" },
    { "less_equal", .torch = "a <= b" },
    { "greater", .torch = "a > b" },
    { "greater_equal", .torch = "a >= b" },
    { "where", "", "b m m", "", "torch.where(a, b, c)" },
    { "cast", "to i32", "m!", "dtype=i32", "a.int()" },
    { "cast", "to bool", "m!", "dtype=bool", "a.bool()" },
    { "cross_entropy", "", "m i", "", "F.cross_entropy(a, b, reduction='none')" },
    { "softmax_cross_entropy", "", "m i", "", "F.cross_entropy(a, b)" },
    { "cumsum", .torch = "torch.cumsum(a, axis)" },
    { "gather", "", "m j", "", "torch.index_select(a, 0, b)" },
    { "gather_grad", "", "m j", "count=R", "torch.zeros_like(a).index_add_(0, b, a)" },
    { "one_hot", "", "i", "count=C", "F.one_hot(a, 1024).to(dtype)" },
    { "max", .torch = "a.max() if axis is None else a.max(axis).values" },
    { "max_mask", .torch = NULL },
    { "argmax", .torch = "a.argmax(axis)" },
    { "layer_norm", "", "m r r", "", "F.layer_norm(a, (1024,), b, c, 1e-5)" },
    { "bce", "", "m m!", "", "F.binary_cross_entropy(a, b, reduction='none')" },
    { "bce_logits", "", "m m!", "", "F.binary_cross_entropy_with_logits(a, b, reduction='none')" },
    { "binary_cross_entropy", "", "m m!", "", "F.binary_cross_entropy(a, b)" },
    { "bce_with_logits", "", "m m!", "", "F.binary_cross_entropy_with_logits(a, b)" },
    { "mse", "", "m m", "", "F.mse_loss(a, b)" },
    { "accuracy", "", "m i", "", "(a.argmax(1) == b).to(dtype).mean()" },
    { "matmul", "square", "m w", "", "a @ b" },
    { "matmul", "by a column", "m x", "", "a @ b" },
    { "dot", "", "f f", "", "torch.dot(a, b)" },
    { "dense", "", "m w r", "", "torch.addmm(c, a, b)" },
    { "pow", .torch = "torch.pow(a, b)" },
    { "pow", "2", "m n=2!", "", "torch.pow(a, 2)" },
    { "pow", "3", "m n=3!", "", "torch.pow(a, 3)" },
    { "pow", "2.5", "m n=2.5!", "", "torch.pow(a, 2.5)" },
    { "dropout", "", "m", "keep_prob=0.5", "F.dropout(a, 0.5)" },
    { "sum", .torch = "a.sum() if axis is None else a.sum(axis)" },
    { "mean", .torch = "a.mean() if axis is None else a.mean(axis)" },
    { "var", .torch = "a.var(unbiased=False) if axis is None else a.var(axis, unbiased=False)" },
    { "logsumexp", .torch = "torch.logsumexp(a, (0, 1) if axis is None else axis)" },
    { "broadcast_to", "row", "r", "shape=m", "a.expand(rows, 1024).contiguous()" },
    { "broadcast_to", "column", "c", "shape=m", "a.expand(rows, 1024).contiguous()" },
    { "sum_to", "row", "m", "shape=r", "a.sum(0)" },
    { "sum_to", "column", "m", "shape=c", "a.sum(1, True)" },
    { "concat", "last", "m m", "axis=1", "torch.cat((a, b), 1)" },
    { "concat", "first", "m m", "axis=0", "torch.cat((a, b), 0)" },
    { "slice", "last", "m", "axis=1 from=256 to=768", "a[:, 256:768].contiguous()" },
    { "unslice", "last", "m", "axis=1 from=512 size=2048", "F.pad(a, (512, 512))" },
    { "softmax", .torch = "torch.softmax(a, axis)" },
    { "log_softmax", .torch = "torch.log_softmax(a, axis)" },
    { "transpose", "10", "m", "axis=1,0", "a.t().contiguous()" },
    { "transpose", "0213", "t", "axis=0,2,1,3", "a.permute(0, 2, 1, 3).contiguous()" },
    { "transpose", "0132", "t", "axis=0,1,3,2", "a.permute(0, 1, 3, 2).contiguous()" },
    { "exp", .torch = "torch.exp(a)" },
    { "log", .torch = "torch.log(a)" },
    { "sqrt", .torch = "torch.sqrt(a)" },
    { "square", .torch = "torch.square(a)" },
    { "abs", .torch = "torch.abs(a)" },
    { "sin", .torch = "torch.sin(a)" },
    { "cos", .torch = "torch.cos(a)" },
    { "erf", .torch = "torch.erf(a)" },
};
enum { ROWS = sizeof rows_of_table / sizeof *rows_of_table, MOST_CASES = 400 };

typedef struct maker {
    int64_t rows;
    wg_dtype dtype;
    double low, high; /* the range of the op's operands, from its first sample */
    op_case *made;
    int count;
} maker;

/* ---- operands ---- */

static wg_shape shape_of(const maker *m, char letter)
{
    const int64_t rows = m->rows, columns = CASE_COLUMNS;
    switch (letter) {
    case 'r': return WG_SHAPE(columns);
    case 'c': return WG_SHAPE(rows, 1);
    case 'n': return WG_SCALAR;
    case 'w': return WG_SHAPE(columns, columns);
    case 'x': return WG_SHAPE(columns, 1);
    case 'f': return WG_SHAPE(rows * columns);
    case 't': return WG_SHAPE(rows / 16, 16, 16, columns / 16);
    case 'i':
    case 'j': return WG_SHAPE(rows);
    }
    return WG_SHAPE(rows, columns);
}

static case_operand operand_of(const maker *m, const wg_op *op, int k, const char *word)
{
    const char letter = *word, *value = strchr(word, '='), *to = strchr(word, ':');
    case_operand x = { shape_of(m, letter), m->dtype, m->low, m->high, false };
    if (letter == 'b') x.dtype = WG_BOOL;
    if (letter == 'i' || letter == 'j')
        x.dtype = WG_I64, x.low = 0, x.high = letter == 'i' ? CASE_COLUMNS : (double)m->rows;
    if (value) x.low = atof(value + 1), x.high = to ? atof(to + 1) : x.low;
    x.wrt = x.dtype == m->dtype && !strchr(word, '!') && wg_op_has_derivative(op, k);
    return x;
}

/* The range of the values of all inputs of the op's first sample. */
static void look_at_sample(maker *m, const wg_op *op)
{
    wg_context *c = wg_start(&(wg_options){ .dtype = WG_F64 });
    wg_graph *g = wg_graph_new(c);
    m->low = INFINITY, m->high = -INFINITY;
    wg_begin(g, WG_TRAIN);
    if (op->sample) op->sample(WG_HERE, g, 0);
    for (int64_t i = 1; i < wg_graph_nodes(g); i++) {
        wg_node n = wg_graph_node(g, i);
        if (wg_node_leaf(n) != WG_LEAF_INPUT || wg_node_dtype(n) != WG_F64) continue;
        wg_tensor t = wg_value(n);
        for (int64_t j = 0; t.data && j < wg_shape_size(t.shape); j++) {
            m->low = fmin(m->low, ((const double *)t.data)[j]);
            m->high = fmax(m->high, ((const double *)t.data)[j]);
        }
    }
    if (!(m->low <= m->high)) m->low = -2, m->high = 2;
    wg_finish(c, NULL);
}

/* ---- options ---- */

static int dtype_named(const char *s)
{
    return strncmp(s, "bool", 4) == 0  ? WG_BOOL
           : strncmp(s, "i32", 3) == 0 ? WG_I32
           : strncmp(s, "f64", 3) == 0 ? WG_F64
                                       : WG_F32;
}

static void set_axes(wg_axes *axes, const char *text)
{
    char *at = (char *)(uintptr_t)text;
    for (axes->count = 0; *at && *at != ' '; axes->count++) {
        axes->axis[axes->count] = (int)strtol(at, &at, 10);
        at += *at == ',';
    }
}

static void set_option(const maker *m, const wg_attr_row *r, unsigned char *attr, const char *text)
{
    void *to = attr + r->offset;
    const double number = *text == 'R'                ? (double)m->rows
                          : *text == 'C'              ? CASE_COLUMNS
                          : strcmp(text, "true") == 0 ? 1
                                                      : atof(text);
    switch (r->kind) {
    case WG_ATTR_INT:
    case WG_ATTR_AXIS: *(int *)to = (int)number; break;
    case WG_ATTR_SIZE: *(int64_t *)to = strcmp(text, "end") == 0 ? WG_END : (int64_t)number; break;
    case WG_ATTR_DOUBLE: *(double *)to = number; break;
    case WG_ATTR_BOOL: *(bool *)to = number != 0; break;
    case WG_ATTR_AXES: set_axes(to, text); break;
    case WG_ATTR_SHAPE: *(wg_shape *)to = shape_of(m, *text); break;
    case WG_ATTR_DTYPE: *(wg_dtype *)to = (wg_dtype)dtype_named(text); break;
    case WG_ATTR_CHOICE:
    case WG_ATTR_POINTER:
    case WG_ATTR_TEXT: break; /* the first word, NULL, "" */
    }
}

/* Defaults, then what the text "axis=1 from=2" says. */
static void set_options(const maker *m, const wg_op *op, unsigned char *attr, const char *text)
{
    for (const wg_attr_row *r = op->attrs; r && r->name; r++) {
        const char *at = strstr(text, r->name);
        const size_t n = strlen(r->name);
        if (at && at[n] == '=') set_option(m, r, attr, at + n + 1);
        else if (r->standard && r->kind != WG_ATTR_AXES) set_option(m, r, attr, r->standard);
    }
}

/* ---- cases ---- */

static void add_case(maker *m, const wg_op *op, const struct row *r, const char *axis)
{
    op_case *c = &m->made[m->count];
    if (m->count == MOST_CASES) return;
    *c = (op_case){ .op = op, .torch = r->torch, .axis = axis };
    snprintf(c->name, sizeof c->name, "%s%s%s", op->name, *r->variant ? " " : "", r->variant);
    for (const char *at = r->operands; *at && c->operands < CASE_OPERANDS; c->operands++) {
        char word[16] = "";
        sscanf(at, "%15s", word);
        at += strlen(word);
        at += *at == ' ';
        c->x[c->operands] = operand_of(m, op, c->operands, word);
        c->has_gradient |= c->x[c->operands].wrt;
    }
    set_options(m, op, c->attr, r->options);
    m->count++;
}

static const wg_attr_row *option_named(const wg_op *op, const char *name)
{
    const wg_attr_row *r = op->attrs;
    while (r && r->name && strcmp(r->name, name) != 0) r++;
    return r && r->name ? r : NULL;
}

static void along_axes(maker *m, const wg_op *op, const char *torch)
{
    const char *standard = option_named(op, "axis")->standard;
    add_case(m, op, &(struct row){ op->name, "last", "m", "axis=-1", torch }, "-1");
    add_case(m, op, &(struct row){ op->name, "first", "m", "axis=0", torch }, "0");
    if (standard && strcmp(standard, "all") == 0)
        add_case(m, op, &(struct row){ op->name, "all", "m", "", torch }, "None");
}

/* The cases that the descriptor tells. */
static void by_descriptor(maker *m, const wg_op *op, const char *torch)
{
    static const char *const broadcasts[][2] = {
        { "", "m m" }, { "row", "m r" }, { "column", "m c" }, { "outer", "c r" }
    };
    if (op->operands == 1 && option_named(op, "axis")) along_axes(m, op, torch);
    else if (op->operands == 1) add_case(m, op, &(struct row){ op->name, "", "m", "", torch }, "None");
    else if (op->operands == 2)
        for (int i = 0; i < 4; i++)
            add_case(m, op, &(struct row){ op->name, broadcasts[i][0], broadcasts[i][1], "", torch }, "None");
    else add_case(m, op, &(struct row){ op->name, "", "m m m", "", torch }, "None");
}

/* Returns the number of cases of an op. An elementwise op needs no row. */
static int cases_of(maker *m, const wg_op *op)
{
    const int before = m->count;
    bool named = false;
    look_at_sample(m, op);
    for (int i = 0; i < ROWS; i++) {
        const struct row *r = &rows_of_table[i];
        if (strcmp(r->op, op->name) != 0) continue;
        named = true;
        if (r->operands) add_case(m, op, r, "None");
        else by_descriptor(m, op, r->torch);
    }
    if (!named && op->kind == WG_MAP && op->kernel[0] && op->operands >= 1 && op->operands <= 3)
        by_descriptor(m, op, NULL);
    return m->count - before;
}

op_case *op_cases_new(int64_t rows, wg_dtype dtype, int *count, FILE *missing)
{
    maker m = { .rows = rows, .dtype = dtype, .made = calloc(MOST_CASES, sizeof *m.made) };
    const char *lead = "not measured:";
    for (int i = 0; m.made && i < wg_op_count(); i++) {
        const wg_op *op = wg_op_at(i);
        if (op->kind == WG_LEAF || cases_of(&m, op) || !missing) continue;
        fprintf(missing, "%s %s", lead, op->name);
        lead = "";
    }
    if (missing) fprintf(missing, "\n");
    *count = m.made ? m.count : 0;
    return m.made;
}
