/* op_cases.c: the cases of bench/ops.c. They are made from the registry: an elementwise op gets operands of
 * one shape and broadcast ones, an op with an axis its last and its first. The range of operands is that of
 * the op's first sample. The table in op_rows.c adds what cannot be known from a descriptor.
 */
#include "op_cases.h"
#include "wgx/op.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_CASES = 640 };

typedef struct maker {
    int64_t rows;
    wg_dtype dtype;
    double low, high; /* the range of the op's operands, from its first sample */
    op_case *made;
    int count;
} maker;

/* ---- operands ---- */

/* A number, R, C, E or R/16; moves *at behind it. */
static int64_t number_of(const maker *m, const char **at)
{
    char *end;
    int64_t n = strtoll(*at, &end, 10);
    if (end == *at) {
        n = *end == 'R' ? m->rows : *end == 'C' ? CASE_COLUMNS : *end == 'E' ? m->rows * CASE_COLUMNS : 0;
        end++;
    }
    if (*end == '/') n /= strtoll(end + 1, &end, 10);
    *at = end;
    return n;
}

/* Numbers with commas between them. */
static wg_shape sizes_of(const maker *m, const char *at)
{
    wg_shape s = { 0 };
    while (s.rank < WG_MAX_RANK) {
        s.dim[s.rank++] = number_of(m, &at);
        if (*at++ != ',') break;
    }
    return s;
}

static wg_shape shape_of(const maker *m, const char *text)
{
    const int64_t rows = m->rows, columns = CASE_COLUMNS, side = (int64_t)sqrt((double)(rows * columns));
    if (*text == '[') return sizes_of(m, text + 1);
    if (*text >= '0' && *text <= '9') return sizes_of(m, text);
    switch (*text) {
    case 'r':
    case 'o': return WG_SHAPE(columns);
    case 'c': return WG_SHAPE(rows, 1);
    case 'n':
    case 'z': return WG_SCALAR;
    case 'w': return WG_SHAPE(columns, columns);
    case 'x': return WG_SHAPE(columns, 1);
    case 'f': return WG_SHAPE(rows * columns);
    case 't': return WG_SHAPE(rows / 16, 16, 16, columns / 16);
    case 'i':
    case 'j': return WG_SHAPE(rows);
    case 'P':
    case 'Q': return WG_SHAPE(rows / 4, 64, 64);
    case 'p':
    case 'q': return WG_SHAPE(side, side);
    case 'V': return WG_SHAPE(rows / 4, 64, 16);
    case 'v': return WG_SHAPE(side, 16);
    case 'L': return WG_SHAPE(rows / 4, 256, 16);
    case 'S': return WG_SHAPE(rows / 4, 256, 4);
    }
    return WG_SHAPE(rows, columns);
}

static case_operand operand_of(const maker *m, const wg_op *op, int k, const char *word)
{
    const char letter = *word, *value = strchr(word, '='), *to = strchr(word, ':');
    case_operand x = { .shape = shape_of(m, word), .dtype = m->dtype, .low = m->low, .high = m->high };
    if (letter == 'b') x.dtype = WG_BOOL, x.low = 0, x.high = 1;
    if (letter == 'z') x.dtype = WG_I64, x.stream = true;
    if (strchr("ijklo", letter))
        x.dtype = WG_I64, x.low = 0, x.high = strchr("jl", letter) ? (double)m->rows : CASE_COLUMNS;
    if (strchr("PQpq", letter)) {
        x.low = -1, x.high = 1;
        x.form = strchr("Pp", letter) ? CASE_SYMMETRIC : CASE_NEAR_UNIT;
    }
    if (value) x.low = atof(value + 1), x.high = to ? atof(to + 1) : x.low;
    x.wrt = x.dtype == m->dtype && !strchr(word, '!') && wgx_op_has_derivative(op, k);
    return x;
}

/* The range of the values of all inputs of the op's first sample. */
static void look_at_sample(maker *m, const wg_op *op)
{
    wg_context *c = wg_start(.dtype = WG_F64);
    wg_graph *g = wg_graph_new(c);
    m->low = INFINITY, m->high = -INFINITY;
    wg_begin(g, WG_TRAIN);
    if (wgx_hints(op)->sample) wgx_hints(op)->sample(WG_HERE, g, 0);
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

/* The number of a word among words. */
static int choice_of(const char *words, const char *text)
{
    const size_t n = strcspn(text, " ");
    int i = 0;
    for (; *words && (strncmp(words, text, n) != 0 || (words[n] && words[n] != ' ')); i++) {
        words += strcspn(words, " ");
        words += strspn(words, " ");
    }
    return i;
}

static void set_option(const maker *m, const wg_op *op, const wg_attr_row *r, unsigned char *attr,
                       const char *text)
{
    void *to = attr + r->offset;
    const char *at = text;
    const double number = strncmp(text, "true", 4) == 0          ? 1
                          : *text >= 'A' && strchr("RCE", *text) ? (double)number_of(m, &at)
                                                                 : atof(text);
    switch (r->kind) {
    case WG_ATTR_INT:
    case WG_ATTR_AXIS: *(int *)to = (int)number; break;
    case WG_ATTR_SIZE: *(int64_t *)to = strcmp(text, "end") == 0 ? WG_END : (int64_t)number; break;
    case WG_ATTR_DOUBLE: *(double *)to = number; break;
    case WG_ATTR_BOOL: *(bool *)to = number != 0; break;
    case WG_ATTR_AXES: set_axes(to, text); break;
    case WG_ATTR_SHAPE: *(wg_shape *)to = shape_of(m, text); break;
    case WG_ATTR_DTYPE: *(wg_dtype *)to = *text == 'T' ? m->dtype : (wg_dtype)dtype_named(text); break;
    case WG_ATTR_CHOICE: *(int *)to = choice_of(r->choices, text); break;
    case WG_ATTR_TEXT: snprintf(to, op->attr_size - r->offset, "%.*s", (int)strcspn(text, " "), text); break;
    case WG_ATTR_POINTER: break;
    }
}

/* Where text gives the option: what stands behind "NAME=". NULL: nowhere. */
static const char *given(const char *text, const char *name)
{
    const size_t n = strlen(name);
    for (const char *at = text; (at = strstr(at, name)); at += n)
        if (at[n] == '=' && (at == text || at[-1] == ' ')) return at + n + 1;
    return NULL;
}

/* What the text "axis=1 from=2" says, and defaults. Shapes and axes that are absent stand for theirs. */
static void set_options(const maker *m, const wg_op *op, unsigned char *attr, const char *text)
{
    for (const wg_attr_row *r = op->attrs; r && r->name; r++) {
        const char *value = given(text, r->name);
        if (value) set_option(m, op, r, attr, value);
        else if (r->standard && r->kind != WG_ATTR_AXES && r->kind != WG_ATTR_SHAPE)
            set_option(m, op, r, attr, r->standard);
    }
}

/* ---- cases ---- */

/* Whether the operands begin with a matrix of those that are measured only where they are small. */
static bool is_too_large(const maker *m, const case_row *r)
{
    return *r->operands && strchr("PQpqL", *r->operands) && m->rows * CASE_COLUMNS > MATRICES_MOST;
}

static void add_case(maker *m, const wg_op *op, const case_row *r, const char *axis)
{
    op_case *c = &m->made[m->count];
    if (m->count == MOST_CASES || is_too_large(m, r)) return;
    *c = (op_case){ .op = op, .torch = r->torch, .axis = axis, .apart = strchr(r->operands, '~') != NULL };
    snprintf(c->name, sizeof c->name, "%s%s%s", op->name, *r->variant ? " " : "", r->variant);
    for (const char *at = r->operands; *at && c->operands < CASE_OPERANDS; c->operands++) {
        char word[32] = "";
        sscanf(at, "%31s", word);
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
    add_case(m, op, &(case_row){ op->name, "last", "m", "axis=-1", torch }, "-1");
    add_case(m, op, &(case_row){ op->name, "first", "m", "axis=0", torch }, "0");
    if (standard && strcmp(standard, "all") == 0)
        add_case(m, op, &(case_row){ op->name, "all", "m", "", torch }, "None");
}

/* The cases that the descriptor tells. */
static void by_descriptor(maker *m, const wg_op *op, const char *torch)
{
    static const char *const broadcasts[][2] = {
        { "", "m m" }, { "row", "m r" }, { "column", "m c" }, { "outer", "c r" }
    };
    if (op->operands == 1 && option_named(op, "axis")) along_axes(m, op, torch);
    else if (op->operands == 1) add_case(m, op, &(case_row){ op->name, "", "m", "", torch }, "None");
    else if (op->operands == 2)
        for (int i = 0; i < 4; i++)
            add_case(m, op, &(case_row){ op->name, broadcasts[i][0], broadcasts[i][1], "", torch }, "None");
    else add_case(m, op, &(case_row){ op->name, "", "m m m", "", torch }, "None");
}

/* Returns the number of cases of an op. An elementwise op needs no row. */
static int cases_of(maker *m, const wg_op *op)
{
    const int before = m->count;
    bool named = false;
    look_at_sample(m, op);
    for (int i = 0; i < case_rows_count; i++) {
        const case_row *r = &case_rows[i];
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
