/* sparse.c: Jacobians of which only some elements are not zero.
 *
 * A vector is a column of the Jacobian in forward mode, and a row in reverse mode. A line is a row in
 * forward mode, and a column in reverse mode. Two vectors that have an element in the same line get
 * different colours. All vectors of one colour are computed as one sum: in each line at most one of them
 * has an element, so the sum holds that element. Each vector gets the least colour that is free (A.
 * Curtis, M. Powell, J. Reid: On the estimation of sparse Jacobian matrices, 1974). */
#include "grad/grad.h"

#include "wengert/ops.h"

/* ---- colours ---- */

typedef struct sides {
    int64_t vectors, lines, count;
    const int32_t *vector, *line; /* of each element */
} sides;

static sides sides_of(wg_node y, wg_node x, const wg_pattern *p, bool forward)
{
    const int64_t m = wg_shape_size(wg_node_shape(y)), n = wg_shape_size(wg_node_shape(x));
    return forward ? (sides){ n, m, p->count, p->column, p->row }
                   : (sides){ m, n, p->count, p->row, p->column };
}

/* The elements sorted by one index, their key. Those of key i stand at [start[i], start[i + 1]); `other` is
 * their other index. */
typedef struct lists {
    int64_t *start;
    int32_t *other;
} lists;

static bool list_by(wg_graph *g, const int32_t *key, int64_t keys, const int32_t *other, int64_t count,
                    lists *l)
{
    l->start = wgi_arena_alloc(&g->temp, sizeof *l->start * (size_t)(keys + 2));
    l->other = wgi_arena_alloc(&g->temp, sizeof *l->other * (size_t)WGI_MAX(count, 1));
    if (!l->start || !l->other) return false;
    memset(l->start, 0, sizeof *l->start * (size_t)(keys + 2));
    for (int64_t k = 0; k < count; k++) l->start[key[k] + 2]++;
    for (int64_t i = 2; i < keys + 2; i++) l->start[i] += l->start[i - 1];
    for (int64_t k = 0; k < count; k++) l->other[l->start[key[k] + 1]++] = other[k];
    return true;
}

/* No colouring has fewer colours than the longest line has elements. */
static int64_t longest_line(wg_graph *g, const sides *s)
{
    int64_t longest = 0, *length = wgi_arena_alloc(&g->temp, sizeof *length * (size_t)WGI_MAX(s->lines, 1));
    if (!length) return 0;
    memset(length, 0, sizeof *length * (size_t)s->lines);
    for (int64_t k = 0; k < s->count; k++) {
        const int64_t n = ++length[s->line[k]];
        longest = WGI_MAX(longest, n);
    }
    return longest;
}

/* Sets the colour of each vector. Returns the number of colours; 0: out of memory. */
static int64_t colour_all(wg_graph *g, const sides *s, int32_t **colour)
{
    lists of_vector, of_line;
    int32_t *c = *colour = wgi_arena_alloc(&g->temp, sizeof *c * (size_t)s->vectors);
    /* taken[k] is v + 1: the vector v cannot have the colour k */
    int64_t *taken = wgi_arena_alloc(&g->temp, sizeof *taken * (size_t)(s->vectors + 1)), colours = 0;
    if (!c || !taken || !list_by(g, s->vector, s->vectors, s->line, s->count, &of_vector) ||
        !list_by(g, s->line, s->lines, s->vector, s->count, &of_line))
        return 0;
    memset(taken, 0, sizeof *taken * (size_t)(s->vectors + 1));
    for (int64_t v = 0; v < s->vectors; v++) {
        for (int64_t i = of_vector.start[v]; i < of_vector.start[v + 1]; i++) {
            const int32_t line = of_vector.other[i];
            for (int64_t k = of_line.start[line]; k < of_line.start[line + 1]; k++)
                if (of_line.other[k] < v) taken[c[of_line.other[k]]] = v + 1;
        }
        c[v] = 0;
        while (taken[c[v]] == v + 1) c[v]++;
        colours = WGI_MAX(colours, (int64_t)c[v] + 1);
    }
    return colours;
}

/* ---- rows by colours ---- */

static wg_node leaf_of(wg_site in, wg_graph *g, wg_dtype t, const void *data, wg_shape s)
{
    return wg_input_at(in, g, "", wg_view(t, data, s));
}

/* The sums of the unit vectors of each colour, as rows. */
static wg_node seeds_of(wg_site in, wg_node side, const int32_t *colour, int64_t n, int64_t colours)
{
    wg_graph *g = side.graph;
    const wg_dtype t = wg_gradient_dtype(wg_node_dtype(side));
    const size_t size = wg_dtype_size(t);
    char *v = wgi_arena_alloc(&g->temp, size * (size_t)(n * colours));
    if (!v) return wgi_error_node(g);
    memset(v, 0, size * (size_t)(n * colours));
    for (int64_t i = 0; i < n; i++) {
        char *at = v + size * (size_t)(colour[i] * n + i);
        if (t == WG_F64) *(double *)(void *)at = 1;
        else *(float *)(void *)at = 1;
    }
    return leaf_of(in, g, t, v, WG_SHAPE(colours, n));
}

/* Of the rows by colours, the elements of the pattern. */
static wg_node chosen(wg_site in, wg_node rows, const sides *s, const int32_t *colour)
{
    wg_graph *g = rows.graph;
    int64_t *place = wgi_arena_alloc(&g->temp, sizeof *place * (size_t)s->count);
    if (!place) return wgi_error_node(g);
    for (int64_t k = 0; k < s->count; k++) place[k] = colour[s->vector[k]] * s->lines + s->line[k];
    wg_node flat = wg_reshape_at(in, rows, WG_SHAPE(wg_shape_size(wg_node_shape(rows))));
    return wg_gather_at(in, flat, leaf_of(in, g, WG_I64, place, WG_SHAPE(s->count)));
}

typedef struct colouring {
    sides s;
    int64_t colours; /* 0: not coloured */
    int32_t *colour; /* of each vector */
} colouring;

/* Not ok: `forward` is not possible, or an error is recorded. */
static wg_node by_colours(wg_site here, wg_node y, wg_node x, const colouring *c, bool forward)
{
    wg_site in = wg_inside(here);
    wg_node seeds = seeds_of(in, forward ? x : y, c->colour, c->s.vectors, c->colours);
    wg_node rows = wg_node_ok(seeds) ? wgi_seeded_rows(here, y, x, forward, seeds) : seeds;
    return wg_node_ok(rows) ? chosen(in, rows, &c->s, c->colour) : rows;
}

/* The side whose longest line is shorter is coloured first. The other cannot have fewer colours than its own
 * longest line has elements, so it is often not coloured at all. */
static bool colour_sides(wg_graph *g, colouring way[2])
{
    const int64_t least[2] = { longest_line(g, &way[0].s), longest_line(g, &way[1].s) };
    const int first = least[1] < least[0];
    way[first].colours = colour_all(g, &way[first].s, &way[first].colour);
    if (least[!first] < way[first].colours)
        way[!first].colours = colour_all(g, &way[!first].s, &way[!first].colour);
    return wgi_ok(g->c);
}

static wg_node make(wg_site here, wg_node y, wg_node x, const wg_pattern *p)
{
    wg_graph *g = y.graph;
    colouring way[2] = { { .s = sides_of(y, x, p, false) }, { .s = sides_of(y, x, p, true) } };
    if (!colour_sides(g, way)) return wgi_error_node(g);
    const bool forward = way[1].colours && (!way[0].colours || way[1].colours <= way[0].colours);
    wg_node j = forward ? by_colours(here, y, x, &way[1], true) : wg_none;
    if (wg_node_ok(j) || !wgi_ok(g->c)) return j;
    if (!way[0].colours) way[0].colours = colour_all(g, &way[0].s, &way[0].colour);
    return wgi_ok(g->c) ? by_colours(here, y, x, &way[0], false) : wgi_error_node(g);
}

/* ---- what users call ---- */

static bool check_pattern(wg_site here, wg_node y, wg_node x, const wg_pattern *p)
{
    wg_context *c = y.graph->c;
    const int64_t m = wg_shape_size(wg_node_shape(y)), n = wg_shape_size(wg_node_shape(x));
    if (p->count < 0 || (p->count && (!p->row || !p->column))) {
        wgi_fail(c, here, "jacobian_sparse", WG_ERROR_USE, "a pattern of %lld elements%s",
                 (long long)p->count, p->count < 0 ? "" : " without its rows or columns");
        return false;
    }
    for (int64_t k = 0; k < p->count; k++)
        if (p->row[k] < 0 || p->row[k] >= m || p->column[k] < 0 || p->column[k] >= n) {
            wgi_fail(
                c, here, "jacobian_sparse", WG_ERROR_SHAPE,
                "element %lld of the pattern is in row %d and column %d, but the Jacobian is %lld by %lld",
                (long long)k, p->row[k], p->column[k], (long long)m, (long long)n);
            return false;
        }
    return true;
}

wg_node wg_jacobian_sparse_at(wg_site here, wg_node y, wg_node x, wg_pattern p)
{
    static const wg_op request = { .name = "jacobian_sparse" };
    wg_graph *g = y.graph;
    if (!wgi_jacobian_operands(here, "jacobian_sparse", y, x) || !check_pattern(here, y, x, &p))
        return wgi_error_node(g);
    wg_site in = wg_inside(here);
    const wgi_calling k = wgi_derived_begin(g);
    const uint32_t mark = g->count;
    const wgi_place place = wgi_arena_place(&g->temp);
    wg_node j = p.count ? make(here, y, x, &p) : wg_fill_at(in, g, 0, WG_SHAPE(0));
    if (wg_node_ok(j)) j = wg_cast_at(in, j, wg_gradient_dtype(wg_node_dtype(x)));
    wgi_arena_rewind(&g->temp, place);
    if (wgi_ok(g->c)) wgi_mark_inner(g, mark, j);
    else j = wgi_error_node(g);
    wgi_derived_end(g, k, here, &request, (wg_node[]){ y, x }, 2, &j, 1);
    return j;
}
