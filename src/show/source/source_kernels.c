/* source_kernels.c: ops that are calls of functions of kernels.c99, or copies. */
#include "source/source.h"
#include "wgx/graph.h"
#include "wgx/source.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

/* ---- what the writers share ---- */

wgx_setting wgi_setting(wg_node n, const char *name)
{
    const wg_op *op = wg_node_op(n);
    for (const wg_attr_row *r = op->attrs; r && r->name; r++)
        if (!strcmp(r->name, name)) return wgx_attr_setting(r, wg_attr(n));
    return (wgx_setting){ .kind = WG_ATTR_INT };
}

typedef struct call {
    wgi_function *f;
    wgi_strbuf *to;
    wgi_value *v;
} call;

static const char *operand(const call *k, int i)
{
    return wgi_pointer(k->f, wgi_value_of(k->f, wgi_operand(k->v, i)));
}
static wg_shape shape_of(const call *k, int i) { return wg_node_shape(wgi_operand(k->v, i)); }
/* Result i of the op, whose first one is v. */
static const char *result(const call *k, int i) { return wgi_pointer(k->f, k->v + i); }

static int64_t product(const wg_shape *s, int from, int to)
{
    int64_t n = 1;
    for (int i = from; i < to; i++) n *= s->dim[i];
    return n;
}

/* x as [outer, n, inner], where n are the axes of the list, which are neighbours. */
typedef struct span {
    long long outer, n, inner;
} span;
static span span_of(const wg_shape *x, const wg_shape *list)
{
    span s = { 1, 1, 1 };
    bool in[WG_MAX_RANK] = { false }, seen = false;
    for (int i = 0; i < list->rank; i++) in[list->dim[i]] = true;
    for (int i = 0; i < x->rank; i++) {
        seen |= in[i] && x->dim[i] != 1;
        *(in[i] ? &s.n : seen ? &s.inner : &s.outer) *= x->dim[i];
    }
    return s;
}
/* Operand 0 along the option `axis`. */
static span span_along(const call *k)
{
    const wgx_setting a = wgi_setting(k->v->node, "axis");
    const wg_shape x = shape_of(k, 0), one = { 1, { a.whole } };
    return span_of(&x, a.kind == WG_ATTR_AXES ? &a.list : &one);
}

/* What a word behind a $ stands for. Returns what comes behind it. */
static const char *put_word(const call *k, wgi_strbuf *to, const char *word)
{
    const bool of_result = *word == 'y';
    if (of_result || isdigit((unsigned char)*word)) {
        char *end;
        const int i = (int)strtol(word + of_result, &end, 10);
        wgi_strbuf_put(to, of_result ? result(k, i) : operand(k, i));
        return end;
    }
    if (*word == 'T') return wgi_strbuf_put(to, wgi_c_type(k->f->s, k->v->dtype)), word + 1;
    const char letter = *word;
    const span s = letter == 's' ? (span){ 0 } : span_along(k);
    wgi_strbuf_format(to, "%lld",
                      letter == 's'   ? (long long)k->v->size
                      : letter == 'o' ? s.outer
                      : letter == 'n' ? s.n
                                      : s.inner);
    while (isalpha((unsigned char)*word)) word++;
    return word;
}

/* Writes code whose words are noted. In the format $0, $1 ... are operands, $y0, $y1 ... results, $T and
 * $size the type and the number of elements of the first result, $outer, $n, $inner the span of operand 0. */
static void put(const call *k, const char *format, ...) WG_PRINTF(2, 3);
static void put(const call *k, const char *format, ...)
{
    char text[800];
    wgi_strbuf code = { .pool = &k->f->s->pool };
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    for (const char *s = text; *s;) {
        const size_t plain = strcspn(s, "$");
        wgi_strbuf_add(&code, s, plain);
        s = s[plain] ? put_word(k, &code, s + plain + 1) : s + plain;
    }
    wgi_strbuf_put(k->to, "    ");
    wgi_put_code(k->f->s, k->to, wgi_strbuf_text(&code), NULL, 0);
    wgi_strbuf_put(k->to, "\n");
}

static long long whole(const call *k, const char *option) { return wgi_setting(k->v->node, option).whole; }
static const char *truth(bool is) { return is ? "true" : "false"; }
static bool is_float(const call *k, int i) { return wg_dtype_is_float(wg_node_dtype(wgi_operand(k->v, i))); }

/* ---- sums ---- */

static bool put_sum(const call *k)
{
    if (!is_float(k, 0)) {
        put(k, "for (int i = 0; i < $size; i++) {");
        put(k, "    long long total = 0;");
        put(k,
            "    for (int j = 0; j < $n; j++) total += ($0)[(i / $inner * $n + j) * $inner + i %% $inner];");
        put(k, "    ($y0)[i] = total;\n    }");
    } else if (span_along(k).inner == 1) put(k, "sum_rows($0, $y0, $outer, $n);");
    else put(k, "sum_columns($0, $y0, $outer, $n, $inner);");
    return true;
}
static bool put_prod(const call *k)
{
    if (!is_float(k, 0)) return false;
    if (span_along(k).inner == 1) put(k, "multiply_rows($0, $y0, $outer, $n);");
    else put(k, "multiply_columns($0, $y0, $outer, $n, $inner);");
    return true;
}
static bool put_argmax(const call *k)
{
    const span s = span_along(k);
    if (!is_float(k, 0)) return false;
    put(k, "for (int i = 0; i < $size; i++)");
    put(k, "    ($y0)[i] = first_largest($0 + i / $inner * %lld + i %% $inner, $n, $inner);", s.n * s.inner);
    return true;
}

static bool put_cumsum(const call *k)
{
    if (!is_float(k, 0)) return false;
    put(k, "cumulate($0, $y0, $outer, $n, $inner, %s, %s);", truth(whole(k, "exclusive")),
        truth(whole(k, "reverse")));
    return true;
}
static bool put_index_along(const call *k)
{
    const long long n = span_along(k).n;
    put(k, "for (int i = 0; i < $size; i++) ($y0)[i] = i / $inner %% %lld;", n ? n : 1);
    return true;
}
static bool put_resize(const call *k)
{
    put(k, "resize($0, $y0, $outer, $n, $inner, %lld, %s, %s);", whole(k, "size"), truth(!whole(k, "mode")),
        truth(whole(k, "align_corners")));
    return true;
}
static bool put_unit_rows(const call *k)
{
    put(k, "memset($y0, 0, $size * sizeof(T));");
    put(k, "for (int i = 0; i < %lld; i++) ($y0)[%lld * i + i] = 1;", (long long)k->v->shape.dim[0],
        (long long)k->v->shape.dim[1]);
    return whole(k, "from") == 0;
}
/* A number that must be whole, and below `classes` unless that is 0. */
static bool put_as_class(const call *k)
{
    const long long classes = whole(k, "classes");
    put(k, "for (int i = 0; i < $size; i++) {");
    put(k, "    if (!((double)($0)[i] == floor((double)($0)[i]))) return FAILED;");
    if (classes) put(k, "    if (($0)[i] < 0 || ($0)[i] >= %lld) return FAILED;", classes);
    put(k, "    ($y0)[i] = (long long)($0)[i];\n    }");
    return true;
}

/* A mask of numbers, which are 0 or 1. */
static bool put_as_mask(const call *k)
{
    put(k, "for (int i = 0; i < $size; i++) {");
    put(k, "    if (($0)[i] != 0 && ($0)[i] != 1) return FAILED;");
    put(k, "    ($y0)[i] = ($0)[i] != 0;\n    }");
    return true;
}

/* ---- products ---- */

static const char *const order_of[] = { "multiply", "multiply_at", "multiply_bt", "multiply_at_bt" };

static void put_product(const call *k, const wgx_product *p, const char *a, const char *b, const char *y,
                        const char *indent)
{
    const long long m = p->m, n = p->n, inner = p->k, down = p->ta ? 1 : p->k;
    if (p->order == WGX_IN_ORDER) {
        put(k, "%s%s(%s, %s, %s, %lld, %lld, %lld);", indent, order_of[(p->ta ? 1 : 0) + (p->tb ? 2 : 0)], a,
            b, y, m, inner, n);
        return;
    }
    if (p->order == WGX_BY_EIGHTS && n == 1) { /* the matrix is a, stored by columns */
        put(k, "%sadd_rows(%s, 1, %s, %s, %lld, %lld);", indent, b, a, y, inner, m);
        return;
    }
    if (m == 1 && p->order == WGX_BY_EIGHTS) {
        put(k, "%sadd_rows(%s, 1, %s, %s, %lld, %lld);", indent, a, b, y, inner, n);
        return;
    }
    put(k, "%sfor (int i = 0; i < %lld; i++)", indent, m);
    if (p->order == WGX_BY_EIGHTS)
        put(k, "%s    add_rows(%s + %lld * i, %lld, %s, %s + %lld * i, %lld, %lld);", indent, a, down,
            p->ta ? m : 1LL, b, y, n, inner, n);
    else
        put(k,
            "%s    for (int j = 0; j < %lld; j++) (%s)[%lld * i + j] = dot(%s + %lld * i, %s + %lld * j, "
            "%lld);",
            indent, n, y, n, a, inner, b, inner, inner);
}

static bool put_matmul(const call *k)
{
    const wgx_product p = wgx_product_of(k->v->node);
    const char *a = operand(k, 0), *b = operand(k, 1), *y = result(k, 0), *indent = "";
    wgi_pool *pool = &k->f->s->pool;
    wgi_strbuf at[3] = { { .pool = pool }, { .pool = pool }, { .pool = pool } };
    int64_t step = p.m * p.n;
    for (int i = p.axes - 1; i >= 0; i--) {
        const int64_t along[3] = { p.sa[i], p.sb[i], step };
        for (int j = 0; j < 3; j++)
            if (along[j]) wgi_strbuf_format(&at[j], " + %lld * b%d", (long long)along[j], i);
        step *= p.dim[i];
    }
    for (int i = 0; i < p.axes; i++) {
        put(k, "%sfor (int b%d = 0; b%d < %lld; b%d++) {", indent, i, i, (long long)p.dim[i], i);
        indent = wgi_pool_format(pool, "%s    ", indent);
    }
    put_product(k, &p, wgi_pool_format(pool, "%s%s", a, wgi_strbuf_text(&at[0])),
                wgi_pool_format(pool, "%s%s", b, wgi_strbuf_text(&at[1])),
                wgi_pool_format(pool, p.axes ? "%s%s" : "%s%s", y, wgi_strbuf_text(&at[2])), indent);
    for (int i = p.axes - 1; i >= 0; i--) put(k, "%*s}", 4 * i, "");
    return true;
}

/* ---- rows ---- */

/* The rows of operand 0, and the length of one. */
static void find_rows(const call *k, long long *rows, long long *n)
{
    const wg_shape x = shape_of(k, 0);
    *n = x.dim[x.rank - 1], *rows = wg_shape_size(x) / (*n ? *n : 1);
}

static bool put_cross_entropy(const call *k)
{
    long long rows, n;
    find_rows(k, &rows, &n);
    const bool back = k->v->shape.rank == shape_of(k, 0).rank;
    if (is_float(k, 1)) {
        if (back) put(k, "cross_entropy_gradient_of_shares($0, $1, $2, $3, $4, $y0, %lld, %lld);", rows, n);
        else
            put(k, "if (!cross_entropy_of_shares($0, $1, $y0, $y1, $y2, %lld, %lld, %s)) return FAILED;",
                rows, n, truth(whole(k, "strict")));
        return true;
    }
    if (wg_node_dtype(wgi_operand(k->v, 1)) != WG_I32) return false;
    if (back)
        put(k, "if (!cross_entropy_gradient($0, $1, $2, $3, $4, $y0, %lld, %lld)) return FAILED;", rows, n);
    else put(k, "if (!cross_entropy($0, $1, $y0, $y1, $y2, %lld, %lld)) return FAILED;", rows, n);
    return true;
}
static bool put_norm(const call *k)
{
    long long rows, n;
    find_rows(k, &rows, &n);
    const bool batch = wgi_made_by(k->v, "batch_norm_train") || wgi_made_by(k->v, "batch_norm_grad");
    const char *name = batch ? "batch_norm" : "layer_norm";
    const char *eps = wgi_c_number(k->f->s, wgi_setting(k->v->node, "eps").real, k->v->dtype);
    if (wgi_operand_count(k->v->node) == 5)
        put(k, "%s_gradient($0, $1, $2, $3, $4, $y0, $y1, $y2, %s, %lld, %lld);", name, eps, rows, n);
    else put(k, "%s($0, $1, $2, $y0, $y1, $y2, %s, %lld, %lld);", name, eps, rows, n);
    return true;
}

/* ---- images ---- */

/* The sizes of a convolution or pooling of a wide side, as a table of the file: its name. */
static const char *put_axes(const call *k, const wg_shape *wide, const wg_shape *narrow,
                            const int64_t taps[3])
{
    wgi_c_file *s = k->f->s;
    const char *name = wgi_identifier(s, wgi_pool_format(&s->pool, "%s_axes", k->v->name), true);
    const wg_shape stride = wgi_setting(k->v->node, "stride").list,
                   dilation = wgi_setting(k->v->node, "dilation").list,
                   padding = wgi_setting(k->v->node, "padding").list;
    const int axes = wide->rank - 2, none = 3 - axes;
    wgi_put_code(s, &s->tables,
                 "/* wide and narrow side, taps, stride, dilation, padding before */\nstatic const axis ",
                 NULL, 0);
    wgi_strbuf_format(&s->tables, "%s[3] = {", name);
    for (int a = 0; a < 3; a++) {
        const int i = a - none;
        if (i < 0) wgi_strbuf_put(&s->tables, " { 1, 1, 1, 1, 1, 0 },");
        else
            wgi_strbuf_format(&s->tables, " { %lld, %lld, %lld, %lld, %lld, %lld }%s",
                              (long long)wide->dim[i + 1], (long long)narrow->dim[i + 1], (long long)taps[i],
                              (long long)stride.dim[i], (long long)(dilation.rank ? dilation.dim[i] : 1),
                              (long long)padding.dim[2 * i], a < 2 ? "," : "");
    }
    wgi_strbuf_put(&s->tables, " };\n");
    return name;
}

static bool put_conv(const call *k)
{
    const bool weights = wgi_made_by(k->v, "conv_weights"), back = wgi_made_by(k->v, "conv_transpose");
    const wg_shape y = k->v->shape, a = shape_of(k, 0), b = shape_of(k, 1);
    const wg_shape *wide = back ? &y : &a,
                   *narrow = weights ? &b
                             : back  ? &a
                                     : &y,
                   *kernel = weights ? &y : &b;
    const int last = wide->rank - 1, end = kernel->rank;
    const char *axes = put_axes(k, wide, narrow, kernel->dim);
    const long long groups = whole(k, "groups"), in = kernel->dim[end - 2],
                    out = kernel->dim[end - 1] / groups;
    if (weights)
        put(k, "convolve_weights($0, $1, $y0, work->part, %lld, %s, %lld, %lld, %lld, %d);",
            (long long)wide->dim[0], axes, in, out, groups, wgx_conv_parts(k->v->node));
    else
        put(k, "%s($0, $1, $y0, %lld, %s, %lld, %lld, %lld);", back ? "convolve_back" : "convolve",
            (long long)wide->dim[0], axes, in, out, groups);
    if (weights && wgx_conv_parts(k->v->node) > 1 && k->v->size > k->f->part) k->f->part = k->v->size;
    return last > 0;
}

static bool put_pool(const call *k)
{
    const bool back = wgi_made_by(k->v, "max_pool_grad"), pick = wgi_made_by(k->v, "max_pool_pick");
    const wg_shape wide = shape_of(k, 0), narrow = back ? shape_of(k, 1) : k->v->shape,
                   size = wgi_setting(k->v->node, "size").list,
                   stride = wgi_setting(k->v->node, "stride").list;
    const char *axes = put_axes(k, &wide, &narrow, size.dim);
    const long long channels = wide.dim[wide.rank - 1];
    bool apart = true;
    for (int i = 0; i < size.rank; i++) apart &= stride.dim[i] >= size.dim[i];
    if (back)
        put(k, "pool_largest_gradient($0, $1, $y0, %lld, %s, %lld, %s);", (long long)wide.dim[0], axes,
            channels, truth(apart));
    else put(k, "pool_largest($0, $%d, $y0, %lld, %s, %lld);", pick, (long long)wide.dim[0], axes, channels);
    return true;
}

/* ---- copies ---- */

bool wgi_is_view(const wgi_value *v, int64_t *from)
{
    const wg_op *op = wg_node_op(v->node);
    *from = 0;
    if (wgx_node_made(v->node).index != v->node.index) return true;
    if (!op || op->kind != WG_ALIAS || wgx_hints(op)->library != op) return false;
    if (!wgi_made_by(v, "slice")) return true;
    const wg_shape x = wg_node_shape(wgi_operand(v, 0));
    const int axis = (int)wgi_setting(v->node, "axis").whole;
    const int64_t inner = product(&x, axis + 1, x.rank);
    *from = wgi_setting(v->node, "from").whole * inner;
    return wgi_setting(v->node, "step").whole == 1 && product(&x, 0, axis) == 1;
}

/* For i in outer: y[i][at ... at + n) = x[i][from ... from + n), in runs of `inner` elements. */
static void put_runs(const call *k, int x, long long outer, long long n, long long from_x, long long from_y,
                     long long step_x, long long step_y)
{
    put(k, "for (int i = 0; i < %lld; i++)", outer);
    put(k, "    memcpy($y0 + %lld * i + %lld, $%d + %lld * i + %lld, %lld * sizeof($T));", step_y, from_y, x,
        step_x, from_x, n);
}

static bool put_slice(const call *k)
{
    const wg_shape x = shape_of(k, 0);
    const int axis = (int)whole(k, "axis");
    const long long outer = product(&x, 0, axis), inner = product(&x, axis + 1, x.rank),
                    from = whole(k, "from"), step = whole(k, "step"), all = x.dim[axis] * inner,
                    n = k->v->shape.dim[axis];
    if (step == 1) {
        put_runs(k, 0, outer, n * inner, from * inner, 0, all, n * inner);
        return true;
    }
    put(k, "for (int i = 0; i < %lld; i++)", outer);
    put(k, "    for (int j = 0; j < %lld; j++)", n);
    put(k,
        "        memcpy($y0 + (%lld * i + j) * %lld, $0 + %lld * i + (%lld + j * %lld) * %lld, %lld * "
        "sizeof($T));",
        n, inner, all, from, step, inner, inner);
    return true;
}
static bool put_unslice(const call *k)
{
    const wg_shape x = shape_of(k, 0);
    const int axis = (int)whole(k, "axis");
    const long long outer = product(&x, 0, axis), inner = product(&x, axis + 1, x.rank),
                    n = x.dim[axis] * inner;
    put(k, "memset($y0, 0, $size * sizeof($T));");
    put_runs(k, 0, outer, n, 0, whole(k, "from") * inner, n, k->v->shape.dim[axis] * inner);
    return true;
}
static bool put_concat(const call *k)
{
    const int axis = (int)whole(k, "axis");
    const long long outer = product(&k->v->shape, 0, axis),
                    inner = product(&k->v->shape, axis + 1, k->v->shape.rank),
                    all = k->v->shape.dim[axis] * inner;
    long long at = 0;
    for (int i = 0; i < wgi_operand_count(k->v->node); i++) {
        const wg_shape x = shape_of(k, i);
        put_runs(k, i, outer, x.dim[axis] * inner, 0, at, x.dim[axis] * inner, all);
        at += x.dim[axis] * inner;
    }
    return true;
}

/* Axes of size 1 fall away, and axes that stay neighbours are one. */
static bool put_transpose(const call *k)
{
    const wg_shape x = shape_of(k, 0), list = wgi_setting(k->v->node, "axis").list;
    wgi_c_file *s = k->f->s;
    long long step[WG_MAX_RANK], d[4] = { 1, 1, 1, 1 }, along[4] = { 0 }, n = 1;
    int axes = 0, before = -2;
    for (int i = x.rank - 1; i >= 0; i--) step[i] = n, n *= x.dim[i];
    for (int i = 0; i < list.rank; i++) {
        const int a = (int)list.dim[i];
        if (x.dim[a] == 1) continue;
        if (a == before + 1 && axes) d[axes - 1] *= x.dim[a], along[axes - 1] = step[a];
        else if (axes < 4) d[axes] = x.dim[a], along[axes++] = step[a];
        else return false;
        before = a;
    }
    const char *name = wgi_identifier(s, wgi_pool_format(&s->pool, "%s_order", k->v->name), true);
    wgi_strbuf_format(&s->tables,
                      "/* sizes of axes, and their steps through the operand */\nstatic const int %s[8] = { ",
                      name);
    for (int i = 0; i < 4; i++) wgi_strbuf_format(&s->tables, "%lld, ", d[(i + axes) % 4]);
    for (int i = 0; i < 4; i++)
        wgi_strbuf_format(&s->tables, "%lld%s", along[(i + axes) % 4], i < 3 ? ", " : " };\n");
    if (wg_dtype_is_float(k->v->dtype)) put(k, "rearrange($0, $y0, %s, %s + 4);", name, name);
    else put(k, "rearrange_bytes($0, $y0, %s, %s + 4, (int)sizeof($T));", name, name);
    return true;
}

static bool put_one_hot(const call *k)
{
    const long long count = whole(k, "count");
    const int axis = (int)whole(k, "axis");
    if (axis != k->v->shape.rank - 1) return false;
    put(k, "for (int i = 0; i < %lld; i++)", (long long)(count ? k->v->size / count : 0));
    put(k, "    for (int j = 0; j < %lld; j++) ($y0)[%lld * i + j] = ($0)[i] == j;", count, count);
    return true;
}

static bool is_whole(const call *k, int i)
{
    const wg_dtype t = wg_node_dtype(wgi_operand(k->v, i));
    return t == WG_I32 || t == WG_I64;
}
static const char *wide(const call *k, int i) { return truth(wg_node_dtype(wgi_operand(k->v, i)) == WG_I64); }
static bool put_gather(const call *k)
{
    const wg_shape x = shape_of(k, 0), rows = shape_of(k, 1);
    const long long n = product(&x, 1, x.rank);
    if (whole(k, "batch") || !is_whole(k, 1)) return false;
    put(k, "if (!gather($0, $1, %s, $y0, %lld, %lld, (int)(%lld * sizeof($T)))) return FAILED;", wide(k, 1),
        (long long)wg_shape_size(rows), (long long)x.dim[0], n);
    return true;
}
static bool put_gather_grad(const call *k)
{
    const long long count = whole(k, "count"), n = count ? k->v->size / count : 0;
    if (whole(k, "batch") || !wg_dtype_is_float(k->v->dtype)) return false;
    put(k, "memset($y0, 0, $size * sizeof($T));");
    for (int i = 0; i < wgi_operand_count(k->v->node); i += 2) {
        if (!is_whole(k, i + 1)) return false;
        put(k, "if (!gather_gradient($%d, $%d, %s, $y0, %lld, %lld, %lld)) return FAILED;", i, i + 1,
            wide(k, i + 1), (long long)wg_shape_size(shape_of(k, i + 1)), count, n);
    }
    return true;
}

/* ---- random numbers ---- */

static bool put_random_keep(const call *k)
{
    double keep;
    uint64_t key;
    uint32_t last;
    wg_tensor t;
    if (!wgx_peek(wgi_operand(k->v, 1), &t)) return false;
    keep = wg_tensor_item(&t, 0);
    if (!wgx_peek(wgi_operand(k->v, 2), &t)) return false;
    if (!wgx_draw_key(wg_context_seed(k->f->s->c), *(const uint64_t *)t.data, keep, &key, &last))
        return false;
    k->f->s->draws = true;
    put(k, "drop_out($0, $y0, %s, %uu, 0x%llxULL, epoch, $size);", wgi_c_number(k->f->s, keep, k->v->dtype),
        last, (unsigned long long)key);
    return true;
}

/* ---- the tables ---- */

/* Ops of floats that are one call. */
static const struct {
    const char *op, *text;
} calls[] = {
    { "max", "largest($0, $y0, $outer, $n, $inner);" },
    { "softmax", "softmax($0, $y0, $outer, $n, $inner);" },
    { "log_softmax", "log_softmax($0, $y0, $outer, $n, $inner);" },
    { "softmax_grad", "softmax_gradient($0, $1, $y0, $outer, $n, $inner);" },
    { "log_softmax_grad", "log_softmax_gradient($0, $1, $y0, $outer, $n, $inner);" },
    { "softmax_rest", "rest_of_softmax($0, $y0, $outer, $n, $inner);" },
    { "others", "sum_others($0, $y0, $outer, $n, $inner);" },
    { "logsumexp", "log_sum_exp($0, $y0, $y1, $y2, $outer, $n, $inner);" },
    { "max_grad", "largest_gradient($0, $1, $y0, $outer, $n, $inner);" },
    { "max_mask", "is_largest($0, $y0, $outer, $n, $inner);" },
    { "flip", "flip($0, $y0, $outer, $n, $inner);" },
    { "log_softmax_rest", "for (int i = 0; i < $size; i++)\n        ($y0)[i] = ($0)[i] < (T)0.5 ? "
                          "LOG1P(-($0)[i]) : LOG(($1)[i]);" },
};

static const char *call_of(const wg_op *op)
{
    for (size_t i = 0; i < WGI_COUNT(calls); i++)
        if (wgx_op_is(op, calls[i].op)) return calls[i].text;
    return NULL;
}

static const struct {
    const char *op;
    bool (*write)(const call *k);
} writers[] = {
    { "sum", put_sum },
    { "prod", put_prod },
    { "argmax", put_argmax },
    { "matmul", put_matmul },
    { "cumsum", put_cumsum },
    { "index_along", put_index_along },
    { "resize_axis", put_resize },
    { "unit_rows", put_unit_rows },
    { "as_class", put_as_class },
    { "as_mask", put_as_mask },
    { "cross_entropy", put_cross_entropy },
    { "cross_entropy_grad", put_cross_entropy },
    { "batch_norm_train", put_norm },
    { "batch_norm_grad", put_norm },
    { "layer_norm", put_norm },
    { "layer_norm_grad", put_norm },
    { "conv", put_conv },
    { "conv_transpose", put_conv },
    { "conv_weights", put_conv },
    { "max_pool", put_pool },
    { "max_pool_pick", put_pool },
    { "max_pool_grad", put_pool },
    { "slice", put_slice },
    { "unslice", put_unslice },
    { "concat", put_concat },
    { "transpose", put_transpose },
    { "one_hot", put_one_hot },
    { "gather", put_gather },
    { "gather_grad", put_gather_grad },
    { "random_keep", put_random_keep },
};

bool wgi_has_text(wg_node n)
{
    const wg_op *op = wg_node_op(n);
    if (wgx_op_is(op, "pow_base")) return wgi_has_small_exponent(n);
    if (op->kind == WG_ALIAS || wgx_node_made(n).index != n.index || wgi_has_expression(op)) return true;
    for (size_t i = 0; i < WGI_COUNT(writers); i++)
        if (wgx_op_is(op, writers[i].op)) return true;
    return call_of(op);
}

bool wgi_put_call(wgi_function *f, wgi_strbuf *to, wgi_value *v)
{
    const wg_op *op = wg_node_op(v->node);
    const call k = { f, to, v };
    for (size_t i = 0; op && i < WGI_COUNT(writers); i++)
        if (wgx_op_is(op, writers[i].op)) return writers[i].write(&k);
    if (!op || !call_of(op) || !is_float(&k, 0)) return false;
    put(&k, "%s", call_of(op));
    return true;
}
