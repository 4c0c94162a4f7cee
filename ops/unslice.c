/* unslice.c: unslice, the adjoint of slice, puts a part back among zeros; and the sum of several of them.
 *
 * Contributions of many small slices to one gradient would be as many tensors of its size. They become few:
 * those that do not overlap are put side by side. */
#include <stdlib.h>

#include "axis_runs.h"
#include "copy_runs.h"

#define UNSLICE_FIELDS(F, S) F(S, AXIS, axis, "0") F(S, SIZE, from, "0") F(S, SIZE, size, NULL)
OPTIONS(unslice, UNSLICE_FIELDS);

/* Short rows are cleared as a block, and then the runs are put in. */
KERNEL(unslice)
{
    const struct unslice *a = k->attr;
    const size_t row = run_bytes(&k->yt[0], a->axis), n = run_bytes(&k->xt[0], a->axis);
    const size_t skip = a->size ? row / (size_t)a->size * (size_t)a->from : 0;
    const int64_t few = row && row < RUN_BYTES / 8 ? (int64_t)(RUN_BYTES / row) : 1;
    for (int64_t u = k->begin; row && u < k->end; u += few) {
        const int64_t rows = k->end - u < few ? k->end - u : few;
        char *y = RESULT(char, 0) + (size_t)u * row;
        const char *x = OPERAND(char, 0) + (size_t)u * n;
        if (rows > 1) memset(y, 0, (size_t)rows * row);
        else memset(y, 0, skip), memset(y + skip + n, 0, row - skip - n);
        if (n) copy_runs(y + skip, row, x, n, n, rows);
    }
    return true;
}

#if WG_BASE

/* ---- unslice ---- */

SHAPE(unslice)
{
    struct unslice *a = r->attr;
    wg_shape *y = wg_rule_shape(r, 0);
    *y = *r->x[0].shape;
    if (!wg_rule_axis(r, &a->axis, y->rank)) return false;
    if (a->from < 0 || a->size < 0 || a->from > a->size - y->dim[a->axis])
        return wg_rule_fail(r, WG_ERROR_SHAPE, "axis %d of %s does not fit into %lld from %lld on", a->axis,
                            wg_rule_who(r, 0), (long long)a->size, (long long)a->from);
    y->dim[a->axis] = a->size;
    return true;
}
REWRITE(unslice)
{
    const struct unslice *a = attr;
    return wg_dim(x[0], a->axis) == a->size ? x[0] : wg_none;
}
VJP(unslice)
{
    const struct unslice *a = wg_attr(y);
    gx[0] = wg_slice(gy, .axis = a->axis, .from = a->from, .to = a->from + wg_dim(x[0], a->axis));
}

static wg_node zeros(wg_site here, wg_node like, int axis, int64_t n)
{
    wg_shape s = wg_node_shape(like);
    s.dim[axis] = n;
    return wg_cast(wg_fill_at(here, wg_graph_of(like), 0, s), wg_node_dtype(like));
}

/* ---- the sum of several ---- */

/* A contribution, or the sum of several that have one place: x at [from, to) of the axis. */
typedef struct part {
    wg_node x;
    int axis;
    int64_t from, to;
    int order; /* of the contributions; for a sum its first */
    int line;  /* parts of one line do not overlap */
} part;

static part part_of(wg_node y, int order)
{
    const struct unslice *a = wg_attr(y);
    wg_node x = wg_node_operand(y, 0);
    return (part){ x, a->axis, a->from, a->from + wg_node_shape(x).dim[a->axis], order, 0 };
}

static int by_place(const void *a, const void *b)
{
    const part *p = a, *q = b;
    if (p->axis != q->axis) return p->axis < q->axis ? -1 : 1;
    if (p->from != q->from) return p->from < q->from ? -1 : 1;
    if (p->to != q->to) return p->to < q->to ? -1 : 1;
    return p->order < q->order ? -1 : p->order > q->order;
}

static int by_line(const void *a, const void *b)
{
    const part *p = a, *q = b;
    return p->line != q->line ? (p->line < q->line ? -1 : 1) : by_place(a, b);
}

/* Contributions to the same place become one part. Returns how many parts there are. */
static int add_equal(wg_site here, part p[], int n, wg_node sum[])
{
    int parts = 0;
    for (int k = 0, next; k < n; k = next) {
        int count = 0;
        for (next = k;
             next < n && p[next].axis == p[k].axis && p[next].from == p[k].from && p[next].to == p[k].to;
             next++)
            sum[count++] = p[next].x;
        p[parts] = p[k];
        if (count > 1) p[parts].x = wg_addn(sum, count);
        parts++;
    }
    return parts;
}

/* Puts each part on the first line of its axis where it is behind all others. end: memory for n numbers.
 * Returns how many lines there are: for each axis as many as parts that have an element in common. */
static int find_lines(part p[], int n, int64_t end[])
{
    int lines = 0;
    for (int k = 0, first = 0; k < n; k++) {
        if (k && p[k].axis != p[k - 1].axis) first = lines;
        int line = first;
        while (line < lines && end[line] > p[k].from) line++;
        if (line == lines) lines++;
        end[line] = p[k].to;
        p[k].line = line;
    }
    return lines;
}

/* The n parts of one line with zeros between them. side: memory for 2n + 1 nodes. */
static wg_node side_by_side(wg_site here, const part p[], int n, int64_t size, wg_node side[])
{
    int count = 0;
    int64_t at = 0;
    if (n == 1) return wgi_unslice(here, p->x, p->axis, p->from, size);
    for (int k = 0; k < n; k++) {
        if (p[k].from > at) side[count++] = zeros(here, p[k].x, p->axis, p[k].from - at);
        side[count++] = p[k].x;
        at = p[k].to;
    }
    if (at < size) side[count++] = zeros(here, p->x, p->axis, size - at);
    return wg_concat(side, count, .axis = p->axis);
}

static wg_node sum_of_parts(wg_site here, const wg_node x[], int n, part p[], wg_node node[], int64_t end[])
{
    bool sorted = true;
    for (int k = 0; k < n; k++) p[k] = part_of(x[n - 1 - k], n - 1 - k);
    for (int k = 1; sorted && k < n; k++) sorted = by_place(&p[k - 1], &p[k]) < 0;
    if (!sorted) qsort(p, (size_t)n, sizeof *p, by_place);
    const int parts = add_equal(here, p, n, node), lines = find_lines(p, parts, end);
    if (lines == n) return wg_none;
    if (lines > 1) qsort(p, (size_t)parts, sizeof *p, by_line);
    wg_node *line = node + 2 * n + 1;
    for (int k = 0, next; k < parts; k = next) {
        for (next = k + 1; next < parts && p[next].line == p[k].line;) next++;
        const int64_t size = wg_dim(x[0], p[k].axis);
        line[p[k].line] = side_by_side(here, p + k, next - k, size, node);
    }
    return lines > 1 ? wg_addn(line, lines) : line[0];
}

/* Slices that were taken in order arrive in reverse, since contributions come from the last user to the
 * first. */
static wg_node unslice_merge(wg_site here, const wg_node x[], int n)
{
    wg_context *c = wg_graph_context(wg_graph_of(x[0]));
    part *p = wg_alloc(c, (size_t)n, sizeof *p);
    wg_node *node = p ? wg_alloc(c, 3 * (size_t)n + 1, sizeof *node) : NULL;
    int64_t *end = node ? wg_alloc(c, (size_t)n, sizeof *end) : NULL;
    wg_node y = end ? sum_of_parts(here, x, n, p, node, end) : wg_none;
    wg_free(c, end), wg_free(c, node), wg_free(c, p);
    return y;
}

/* ---- unslice, as an op ---- */

SAMPLES(unslice, wgi_unslice(here, ANY(2, 3), 0, 1, 4), wgi_unslice(here, ANY(2, 3), -1, 0, 5),
        wgi_unslice(here, ANY(2, 0), 1, 3, 3));
ERRORS(unslice, (wgi_unslice(here, ANY(2, 3), 1, 2, 4), "does not fit into 4 from 2 on"));

DEFINE_OP(
    unslice,
    .summary =
        "x as a part of a longer axis of zeros, of length `size`, beginning at `from`. The adjoint of slice.",
    .formula = "y[k] = x[k - from] where from <= k < from + length(x), else 0 along axis",
    .adjoint = "x'[k] = y'[from + k] along axis", .operands = 1, .kind = WG_OPAQUE, TAKES(unslice),
    RULES(unslice, shape, rewrite, vjp, merge), .units = axis_units, .kernel = KERNELS(unslice),
    .leads = true);
wg_node wgi_unslice(wg_site here, wg_node x, int axis, int64_t from, int64_t size)
{
    return NODE_OF(unslice, WITH(unslice, axis, from, size), x);
}

#endif
