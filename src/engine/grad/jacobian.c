/* jacobian.c: whole Jacobians and Hessians, and sparse ones.
 *
 * A tangent J v, or a gradient u J, is derived once, for a placeholder. Mapping it over unit vectors gives
 * all columns, or all rows, of J together. The shorter side is taken: tangents where x has no more elements
 * than y, gradients otherwise. If the values of all rows are large, the rows are computed in parts, one after
 * the other. */
#include "grad/grad.h"

#include "wengert/ops.h"

typedef struct job {
    wg_graph *g;
    wg_site here, in;
    wg_node y, x;
    bool forward;
    wg_node side;          /* x or y: vectors have its elements */
    int64_t rows, columns; /* the number of vectors; the number of elements of each result */
    wg_node seeds;         /* the vectors [rows, size of the side]; wg_none: unit vectors */
} job;

/* Whether a C function is called between x and y. Its tangent takes a call for each element of the result,
 * its gradient one. */
static bool calls_c(const job *w)
{
    const wgi_place place = wgi_temp_place(w->g);
    bool any = false;
    wgi_reached r;
    if (wgi_reach(w->g, &w->g->temp, &w->y.index, 1, w->x.index, NULL, NULL, &r))
        for (uint32_t k = 0; k < r.count; k++) any |= w->g->node[r.node[k]].op->users;
    wgi_temp_rewind(w->g, place);
    return any;
}

static job job_of(wg_site here, wg_node y, wg_node x, bool forward)
{
    const int64_t m = wg_shape_size(wg_node_shape(y)), n = wg_shape_size(wg_node_shape(x));
    return (job){ y.graph,         here,   wg_inside(here), y, x, forward, forward ? x : y, forward ? n : m,
                  forward ? m : n, wg_none };
}

/* The tangent of y along v, or the gradient of v y by x. v may be a number. */
static wg_node derive(const job *w, wg_node v)
{
    wg_node d = wgi_error_node(w->g);
    if (w->forward) return wgi_jvp(w->here, "jacobian", 1, w->y, &w->x, &v, 1);
    wgi_gradients(w->here, "jacobian", w->y, v, &w->x, 1, &d);
    return d;
}

/* ---- one part of the rows after the other ---- */

/* The values of a part take about PART bytes. But a part has LEAST_ROWS at least, unless they take more than
 * MOST bytes. */
#ifdef WG_HOSTILE
enum { PART = 256, LEAST_ROWS = 2, MOST = 2048 };
#else
enum { PART = 16 << 20, LEAST_ROWS = 32, MOST = 256 << 20 };
#endif

/* d: the derivative for the placeholder v. */
static int64_t rows_of_part(const job *w, wg_node d, wg_node v)
{
    wg_graph *g = w->g;
    const wgi_place place = wgi_temp_place(g);
    double bytes = 1;
    wgi_reached r;
    if (wgi_reach(g, &g->temp, &d.index, 1, v.index, NULL, NULL, &r))
        for (uint32_t k = 0; k < r.count; k++)
            if (g->node[r.node[k]].op->kind != WG_ALIAS)
                bytes += (double)wgi_value_bytes(&g->node[r.node[k]]);
    wgi_temp_rewind(g, place);
    const double rows = WGI_MIN(WGI_MAX(PART / bytes, LEAST_ROWS), WGI_MAX(MOST / bytes, 1));
    return rows < (double)w->rows ? (int64_t)rows : w->rows;
}

/* Vectors [from, from + n), as rows. */
static wg_node vectors(const job *w, wg_node v, int64_t from, int64_t n)
{
    if (wg_is_none(w->seeds)) return wgi_unit_rows(w->in, v, from, n);
    return wg_slice_at(w->in,
                       &WG_OPTS(wg_slice_args, .x = w->seeds, .from = from, .to = from + n, .axis = 0));
}

/* The same in the shape of the side, behind an axis of n elements. */
static wg_node shaped_vectors(const job *w, wg_node v, int64_t from, int64_t n)
{
    const wg_shape s = wg_node_shape(w->side);
    wg_shape to = { s.rank + 1, { n } };
    for (int i = 0; i < s.rank; i++) to.dim[i + 1] = s.dim[i];
    return wg_reshape_at(w->in, vectors(w, v, from, n), to);
}

/* Rows [from, from + n), each derived by itself. */
static wg_node rows_one_by_one(const job *w, wg_node v, int64_t from, int64_t n)
{
    wg_node *row = wgi_temp(w->g, sizeof *row * (size_t)n);
    for (int64_t i = 0; row && i < n; i++) {
        wg_node e = wg_reshape_at(w->in, vectors(w, v, from + i, 1), wg_node_shape(w->side));
        row[i] = wg_reshape_at(w->in, derive(w, e), WG_SHAPE(1, w->columns));
    }
    return row ? wg_concat_at(w->in, &WG_OPTS(wg_join_args, .x = row, .n = (int)n)) : wgi_error_node(w->g);
}

/* Rows [from, from + n) as a matrix. They are derived one by one where d cannot be mapped, because a node
 * would have too many axes. */
static wg_node part_of(const job *w, wg_node d, wg_node v, int64_t from, int64_t n)
{
    wg_node y = wgi_error_node(w->g);
    if (wg_node_shape(w->side).rank == WG_MAX_RANK) return rows_one_by_one(w, v, from, n);
    wg_node e = shaped_vectors(w, v, from, n);
    if (!wg_node_ok(e)) return e;
    const wg_status was = wgi_quiet_begin(w->g->c);
    const bool ok = wgi_vmap(w->here, n, &d, 1, &v, &e, 1, &y);
    wgi_quiet_end(w->g->c, was);
    return ok ? wg_reshape_at(w->in, y, WG_SHAPE(n, w->columns)) : rows_one_by_one(w, v, from, n);
}

/* All rows as a matrix. */
static wg_node all_rows(const job *w)
{
    wg_graph *g = w->g;
    if (w->rows == 1 && wg_is_none(w->seeds))
        return wg_reshape_at(w->in, derive(w, wg_number(1)), WG_SHAPE(1, w->columns));
    wg_node v = wgi_like(w->in, wg_number(0), w->side);
    v = wg_apply(w->in, &wgi_op_identity, &v, 1, NULL); /* a node of its own, whose value is not computed */
    wg_node d = derive(w, v);
    if (!wg_node_ok(d)) return wgi_error_node(g);
    const int64_t each = rows_of_part(w, d, v), parts = (w->rows - 1) / each + 1;
    wg_node *part = wgi_temp(g, sizeof *part * (size_t)parts);
    for (int64_t k = 0; part && k < parts && wgi_ok(g->c); k++)
        part[k] = part_of(w, d, v, k * each, WGI_MIN(each, w->rows - k * each));
    return part && wgi_ok(g->c) ? wg_concat_at(w->in, &WG_OPTS(wg_join_args, .x = part, .n = (int)parts))
                                : wgi_error_node(g);
}

wg_node wgi_seeded_rows(wg_site here, wg_node y, wg_node x, bool forward, wg_node seeds)
{
    job w = job_of(here, y, x, forward);
    if (forward && calls_c(&w)) return wg_none;
    w.seeds = seeds, w.rows = wg_node_shape(seeds).dim[0];
    if (!forward) return all_rows(&w);
    const wg_status was = wgi_quiet_begin(w.g->c);
    wg_node d = all_rows(&w);
    wgi_quiet_end(w.g->c, was);
    return d;
}

/* ---- what users call ---- */

void wgi_mark_inner(wg_graph *g, uint32_t mark, wg_node j)
{
    wgi_mark_derived(g, mark);
    for (uint32_t i = mark; i < g->count; i++)
        if (i != j.index) g->node[i].flags |= WGI_INNER;
}

/* By tangents, as a matrix. Not ok: there are none, since the rule of an op has no derivative itself. */
static wg_node by_tangents(wg_site here, wg_node y, wg_node x)
{
    const job w = job_of(here, y, x, true);
    if (w.rows > w.columns || w.columns == 1 || calls_c(&w)) return wg_none;
    const wg_status was = wgi_quiet_begin(w.g->c);
    wg_node j = wg_transpose_at(w.in, &WG_OPTS(wg_transpose_args, .x = all_rows(&w)));
    wgi_quiet_end(w.g->c, was);
    return j;
}

static wg_node make_jacobian(wg_site here, wg_node y, wg_node x, wg_shape both)
{
    wg_graph *g = y.graph;
    const wgi_place place = wgi_temp_place(g);
    const uint32_t mark = g->count;
    const job w = job_of(here, y, x, false);
    const bool empty = !w.rows || !w.columns;
    wg_node j = empty ? wg_fill_at(w.in, g, 0, both) : by_tangents(here, y, x);
    if (!wg_node_ok(j)) j = all_rows(&w);
    j = wg_reshape_at(w.in, wg_cast_at(w.in, j, wg_gradient_dtype(wg_node_dtype(x))), both);
    wgi_temp_rewind(g, place);
    if (wgi_ok(g->c)) wgi_mark_inner(g, mark, j);
    return wgi_ok(g->c) ? j : wgi_error_node(g);
}

bool wgi_jacobian_operands(wg_site here, const char *what, wg_node y, wg_node x)
{
    wg_graph *g = y.graph;
    wg_context *c = wgi_context_of((wg_node[]){ y, x }, 2);
    if (!c || !wgi_ok(c) || !wgi_is_node(c, y, here, what, 0, "the output") ||
        !wgi_is_node(c, x, here, what, 1, "the input"))
        return false;
    if (x.graph != g) {
        wgi_fail(c, here, what, WG_ERROR_USE, "the input belongs to another graph");
        return false;
    }
    return wgi_float_node(g, here, what, y, 0, "the output") &&
           wgi_float_node(g, here, what, x, 1, "the input");
}

wg_node wg_jacobian_at(wg_site here, wg_node y, wg_node x)
{
    static const wg_op request = { .name = "jacobian" };
    wg_graph *g = y.graph;
    char a[128], b[128];
    if (!wgi_jacobian_operands(here, "jacobian", y, x)) return wgi_error_node(g);
    const wg_shape ys = wg_node_shape(y), xs = wg_node_shape(x);
    wg_shape both = ys;
    if (ys.rank + xs.rank > WG_MAX_RANK)
        return WGI_FAIL_NODE(g, here, "jacobian", WG_ERROR_SHAPE, "%s by %s would have %d axes; at most %d",
                             wg_shape_text(ys, a, sizeof a), wg_shape_text(xs, b, sizeof b),
                             ys.rank + xs.rank, WG_MAX_RANK);
    for (int i = 0; i < xs.rank; i++) both.dim[both.rank++] = xs.dim[i];
    wg_node given[2] = { y, x }, j = wgi_error_node(g);
    if (wgi_derived_reuse(g, here, &request, given, 2, &j, 1)) return j;
    const wgi_calling k = wgi_derived_begin(g);
    j = make_jacobian(here, y, x, both);
    wgi_derived_end(g, k, here, &request, given, 2, &j, 1);
    return j;
}

wg_node wg_hessian_at(wg_site here, wg_node y, wg_node a, wg_node b)
{
    WG_USER_CALL(here, "hessian");
    const uint32_t mark = y.graph ? y.graph->count : 0;
    wg_node gradient = wg_grad_at(here, y, a), h = wg_jacobian_at(wg_inside(here), gradient, b);
    for (uint32_t i = mark; wg_node_ok(h) && i <= gradient.index; i++) y.graph->node[i].flags |= WGI_INNER;
    return h;
}
