/* vmap.c: the nodes between x and y built once more, for many values of x at a time. A node that depends on x
 * has rows then: it has a first axis of n elements, one for each value of x. The other nodes are used as they
 * are.
 *
 * How an op is applied to rows, in this order: by its .vmap; elementwise ops and ops that lead, with options
 * that count one axis more; by its expansion, whose nodes are built and then mapped; row by row. */
#include "grad/grad.h"

#include "wengert/ops.h"
#include "wgx/base.h"
#include "wgx/op.h"

typedef struct mapping {
    wg_graph *g;
    wg_site here; /* of the call of wg_vmap */
    int64_t n;
    wgi_reached list; /* the nodes from the first x to y; rows[] is by their positions */
    wg_node *rows;    /* the node with rows, or wg_none: the node does not depend on x */
} mapping;

/* A node to map: its record as it was, and its operands, of which some have rows. */
typedef struct subject {
    uint32_t i;
    wgi_node node;
    int n;
    wg_site here;
    wg_node y, *x;
    bool *rows;
    wg_node *plain; /* the operands of y itself */
} subject;

/* ---- shapes ---- */

/* [n, axes of s] */
static wg_shape with_rows(int64_t n, const wg_shape *s)
{
    wg_shape y = { 1 + s->rank, { n } };
    for (int k = 0; k < s->rank; k++) y.dim[1 + k] = s->dim[k];
    return y;
}

/* ---- options ---- */

/* A copy of the options for operands with rows: axes count one more, shapes begin with n. False: a list of
 * axes is empty, which would mean other axes. */
static bool options_for_rows(const subject *u, int64_t n, void *own)
{
    bool ok = true;
    memcpy(own, u->node.attr, u->node.op->attr_size);
    for (const wg_attr_row *r = u->node.op->attrs; r && r->name; r++) {
        char *at = (char *)own + r->offset;
        if (r->kind == WG_ATTR_AXIS) ++*(int *)(void *)at;
        if (r->kind == WG_ATTR_AXES) {
            wg_axes *a = (wg_axes *)(void *)at;
            for (int k = 0; k < a->count; k++) a->axis[k]++;
            ok &= a->count > 0;
        }
        if (r->kind == WG_ATTR_SHAPE) {
            wg_shape *s = (wg_shape *)(void *)at;
            ok &= s->rank < WG_MAX_RANK;
            if (ok) *s = with_rows(n, s);
        }
    }
    return ok;
}

/* ---- ways to map a node: each returns its first output, or wg_none if the way does not serve it ---- */

static wg_node by_rule(const mapping *m, const subject *u)
{
    const wgi_outer outer = wgi_rule_begin(m->g, u->node.op, u->x, u->n);
    wg_node y = u->node.op->vmap(u->here, u->y, u->x, u->rows, m->n);
    wgi_rule_end(m->g, outer);
    return y;
}

/* The rule of an elementwise op of the user's may refuse operands with an axis more. */
static bool takes_rows(const wg_op *op)
{
    return op->leads || (op->kind == WG_MAP && (!op->shape || wgi_op_is_ours(op)));
}

static wg_node by_options(const mapping *m, const subject *u)
{
    const wg_op *op = u->node.op;
    _Alignas(16) char own[256];
    wg_node *x = wgi_temp(m->g, sizeof *x * (size_t)u->n);
    if (!x) return wgi_error_node(m->g);
    if (op->attr_size && !options_for_rows(u, m->n, own)) return wg_none;
    for (int k = 0; k < u->n; k++) {
        x[k] = u->x[k];
        if (u->rows[k] && op->kind == WG_MAP) x[k] = wgx_rows_aligned(u->here, x[k], u->node.shape->rank);
        if (!u->rows[k] && op->leads) x[k] = wgx_rows_repeated(u->here, x[k], m->n);
    }
    return wg_apply(u->here, op, x, u->n, op->attr_size ? own : NULL);
}

static bool map_all(wg_graph *g, wg_site here, int64_t n, const wg_node y[], int ny, const wg_node x[],
                    const wg_node rows[], int nx, wg_node to[]);

/* The expansion is made of copies of the operands (by identity), so that its nodes end at the copies. */
static wg_node by_expansion(const mapping *m, const subject *u, wg_node to[])
{
    wg_graph *g = m->g;
    const wg_op *op = u->node.op;
    wg_node y[WG_MAX_OUTPUTS] = { 0 };
    wg_node *own = wgi_temp(g, sizeof *own * (size_t)u->n * 3);
    int live = 0;
    if (!own) return wgi_error_node(g);
    wg_node *copy = own + u->n, *rows = copy + u->n;
    for (int k = 0; k < u->n; k++) {
        own[k] = u->plain[k];
        if (!u->rows[k]) continue;
        own[k] = copy[live] = wg_apply(u->here, &wgi_op_identity, &u->plain[k], 1, NULL);
        rows[live++] = u->x[k];
    }
    wgi_expand(g, u->here, op, op->attr_size ? u->node.attr : NULL, u->i, own, u->n, y);
    for (int j = 0; j < wgi_outputs(op); j++)
        if (!wg_node_ok(y[j])) return wgi_ok(g->c) ? wg_none : wgi_error_node(g);
    bool ok = map_all(g, m->here, m->n, y, wgi_outputs(op), copy, rows, live, to);
    return ok ? to[0] : wgi_error_node(g);
}

static wg_node row_of(const subject *u, int k, int64_t i)
{
    if (!u->rows[k]) return u->x[k];
    const wg_slice_args a = WG_OPTS(wg_slice_args, .x = u->x[k], .from = i, .to = i + 1, .axis = 0);
    return wg_reshape_at(u->here, wg_slice_at(u->here, &a), wg_node_shape(u->plain[k]));
}

static wg_node no_rows(const mapping *m, const subject *u, int output)
{
    const wgi_node n = m->g->node[u->i + (uint32_t)output];
    wg_shape s = with_rows(0, n.shape);
    return wg_cast_at(u->here, wg_fill_at(u->here, m->g, 0, s), (wg_dtype)n.dtype);
}

/* The op applied to each row by itself; the results one above the other. */
static wg_node by_rows(const mapping *m, const subject *u, wg_node to[])
{
    wg_graph *g = m->g;
    const wg_op *op = u->node.op;
    const int outputs = wgi_outputs(op);
    wg_node *x = wgi_temp(g, sizeof *x * (size_t)u->n);
    wg_node *y = wgi_temp(g, sizeof *y * (size_t)(m->n + 1) * (size_t)outputs);
    if (!x || !y) return wgi_error_node(g);
    for (int64_t i = 0; i < m->n && wgi_ok(g->c); i++) {
        for (int k = 0; k < u->n; k++) x[k] = row_of(u, k, i);
        wg_node one = wg_apply(u->here, op, x, u->n, op->attr_size ? u->node.attr : NULL);
        for (int j = 0; j < outputs; j++) {
            wg_node part = outputs > 1 ? wg_part_at(u->here, one, j) : one;
            wg_shape s = with_rows(1, g->node[u->i + (uint32_t)j].shape);
            y[j * m->n + i] = wg_reshape_at(u->here, part, s);
        }
    }
    for (int j = 0; j < outputs && wgi_ok(g->c); j++)
        to[j] = m->n ? wg_concat_at(u->here, &WG_OPTS(wg_join_args, .x = y + j * m->n, .n = (int)m->n))
                     : no_rows(m, u, j);
    return wgi_ok(g->c) ? to[0] : wgi_error_node(g);
}

/* ---- one node ---- */

static bool map_subject(const mapping *m, const subject *u, wg_node to[])
{
    const wg_op *op = u->node.op;
    wg_node y = wg_none;
    if (op->vmap) y = by_rule(m, u);
    if (wg_is_none(y) && takes_rows(op)) y = by_options(m, u);
    const bool whole = !wg_is_none(y);
    if (!whole && op->expand) y = by_expansion(m, u, to);
    if (wg_is_none(y)) y = by_rows(m, u, to);
    for (int j = 0; whole && j < wgi_outputs(op); j++)
        to[j] = wgi_outputs(op) > 1 ? wg_part_at(u->here, y, j) : y;
    return wg_node_ok(y) && wgi_ok(m->g->c);
}

/* Whether the results can have an axis more. */
static bool has_room(const mapping *m, const subject *u)
{
    for (int j = 0; j < wgi_outputs(u->node.op); j++)
        if (m->g->node[u->i + (uint32_t)j].shape->rank == WG_MAX_RANK) {
            wgi_fail(m->g->c, m->here, "vmap", WG_ERROR_SHAPE,
                     "%s (%s) would have %d axes with the axis of rows; at most %d", u->node.op->name,
                     wg_site_place(u->node.here), WG_MAX_RANK + 1, WG_MAX_RANK);
            return false;
        }
    return true;
}

static bool check_result(const mapping *m, const subject *u, const wg_node to[])
{
    for (int j = 0; j < wgi_outputs(u->node.op); j++) {
        const wgi_node *was = &m->g->node[u->i + (uint32_t)j], *is = wgi_node_of(to[j]);
        if (is && is->dtype == was->dtype && wg_shape_equal(*is->shape, with_rows(m->n, was->shape)))
            continue;
        char a[96], b[96];
        wgi_fail(m->g->c, m->here, "vmap", WG_ERROR_SHAPE, "%s (%s) makes %s of %lld rows of %s",
                 u->node.op->name, wg_site_place(u->node.here),
                 wg_shape_text(is ? *is->shape : (wg_shape){ 0 }, a, sizeof a), (long long)m->n,
                 wg_shape_text(*was->shape, b, sizeof b));
        return false;
    }
    return true;
}

static bool map_node(mapping *m, const subject *u)
{
    wg_graph *g = m->g;
    const uint32_t mark = g->count;
    const wgi_place place = wgi_temp_place(g);
    wg_node to[WG_MAX_OUTPUTS] = { 0 };
    bool ok = has_room(m, u) && map_subject(m, u, to) && check_result(m, u, to);
    if (u->node.flags & WGI_DERIVED) wgi_mark_derived(g, mark);
    for (uint32_t i = mark; i < g->count; i++) g->node[i].scope = u->node.scope;
    if (ok && to[0].index >= mark && u->node.name & WGI_OF_LAYER) g->node[to[0].index].name = u->node.name;
    for (uint32_t j = 0; ok && j < (uint32_t)wgi_outputs(u->node.op); j++) {
        uint32_t at = wgi_reached_at(&m->list, u->i + j);
        if (at != WGI_NOT_REACHED && wg_is_none(m->rows[at])) m->rows[at] = to[j];
    }
    wgi_temp_rewind(g, place);
    return ok;
}

/* Maps the node at position l, if an operand has rows. */
static bool visit(mapping *m, uint32_t l)
{
    wg_graph *g = m->g;
    const uint32_t i = m->list.node[l];
    subject u = { .i = i, .node = g->node[i], .y = wgi_handle(g, i) };
    const bool is_x = !wg_is_none(m->rows[l]) && wgi_outputs(u.node.op) == 1;
    if (wgi_is_leaf(&u.node) || u.node.output || is_x) return true;
    const wgi_place place = wgi_temp_place(g);
    u.n = (int)u.node.operands;
    u.here = wg_inside(u.node.here);
    u.x = wgi_temp(g, sizeof *u.x * 2 * (size_t)u.n);
    u.rows = wgi_temp(g, sizeof *u.rows * (size_t)u.n);
    if (!u.x || !u.rows) return false;
    u.plain = u.x + u.n;
    bool any = false, ok = true;
    for (int k = 0; k < u.n; k++) {
        const uint32_t in = wgi_in(&u.node)[k], at = wgi_reached_at(&m->list, in);
        const wg_node rows = at == WGI_NOT_REACHED ? wg_none : m->rows[at];
        u.plain[k] = wgi_handle(g, in);
        any |= u.rows[k] = !wg_is_none(rows);
        u.x[k] = u.rows[k] ? rows : u.plain[k];
    }
    if (any) ok = map_node(m, &u);
    wgi_temp_rewind(g, place);
    return ok;
}

/* ---- all nodes ---- */

/* to[j] becomes y[j] with rows. False: an error was recorded. */
static bool map_all(wg_graph *g, wg_site here, int64_t n, const wg_node y[], int ny, const wg_node x[],
                    const wg_node rows[], int nx, wg_node to[])
{
    mapping m = { .g = g, .here = here, .n = n };
    const uint32_t from = wgi_lowest(g, x, nx);
    uint32_t *root = wgi_temp(g, sizeof *root * (size_t)ny);
    for (int j = 0; root && j < ny; j++) root[j] = y[j].index;
    bool ok = root && wgi_reach(g, &g->temp, root, ny, from, NULL, NULL, &m.list);
    m.rows = ok ? wgi_temp_zeroed(g, sizeof *m.rows * WGI_MAX(m.list.count, 1)) : NULL;
    if (!m.rows) return false;
    for (int k = 0; k < nx; k++) {
        uint32_t at = wgi_reached_at(&m.list, x[k].index);
        if (at != WGI_NOT_REACHED) m.rows[at] = rows[k];
    }
    for (uint32_t l = 0; ok && l < m.list.count; l++) ok = visit(&m, l);
    for (int j = 0; ok && j < ny; j++) {
        uint32_t at = wgi_reached_at(&m.list, y[j].index);
        bool depends = at != WGI_NOT_REACHED && !wg_is_none(m.rows[at]);
        to[j] = depends ? m.rows[at] : wgx_rows_repeated(wg_inside(here), y[j], n);
    }
    return ok && wgi_ok(g->c);
}

bool wgi_vmap(wg_site here, int64_t n, const wg_node y[], int ny, const wg_node x[], const wg_node rows[],
              int nx, wg_node to[])
{
    wg_graph *g = y[0].graph;
    const wgi_place place = wgi_temp_place(g);
    wgi_unwritten u;
    bool ok = wgi_as_written(g, wgi_lowest(g, x, nx), wgi_highest(y, ny), NULL, 0, &u) &&
              map_all(g, here, n, y, ny, x, rows, nx, to);
    wgi_as_rewritten(g, &u);
    wgi_temp_rewind(g, place);
    return ok;
}

/* ---- what users call ---- */

/* rows has the shape of x behind an axis of n elements; *n < 0: not known yet. */
static bool rows_fit(wg_graph *g, wg_site here, wg_node x, wg_node rows, int k, int64_t *n)
{
    char a[96], b[96], which[80];
    if (k || !*wgx_site_argument(here, 2, which, sizeof which))
        snprintf(which, sizeof which, "rows %d", k + 1);
    if (!wgi_is_node(g->c, x, here, "vmap", 1, "the input") ||
        !wgi_is_node(g->c, rows, here, "vmap", 2, which))
        return false;
    if (x.graph != g || rows.graph != g) {
        wgi_fail(g->c, here, "vmap", WG_ERROR_USE, "%s of %s", x.graph != g ? "an input" : which,
                 "another graph than the output's");
        return false;
    }
    const wgi_node *p = wgi_node_of(x), *q = wgi_node_of(rows);
    wg_shape_text(*p->shape, a, sizeof a), wg_shape_text(*q->shape, b, sizeof b);
    const int64_t first = q->shape->rank ? q->shape->dim[0] : -1;
    const bool fits =
        q->shape->rank == p->shape->rank + 1 && wg_shape_equal(*q->shape, with_rows(first, p->shape));
    if (!fits)
        wgi_fail(g->c, here, "vmap", WG_ERROR_SHAPE, "%s: shape %s, but for an input %s it must be [n%s%s",
                 which, b, a, p->shape->rank ? "," : "", a + 1);
    else if (p->dtype != q->dtype)
        wgi_fail(g->c, here, "vmap", WG_ERROR_DTYPE,
                 "%s: dtype %s, the input is %s: say wg_cast for one of them", which,
                 wg_dtype_name((wg_dtype)q->dtype), wg_dtype_name((wg_dtype)p->dtype));
    else if (*n >= 0 && first != *n)
        wgi_fail(g->c, here, "vmap", WG_ERROR_SHAPE, "%s: %lld rows, but another input has %lld", which,
                 (long long)first, (long long)*n);
    else *n = first;
    return wgi_ok(g->c);
}

static bool can_map(wg_site here, const wg_node y[], int ny, const wg_node x[], const wg_node rows[], int nx,
                    int64_t *n)
{
    wg_graph *g = y[0].graph;
    wg_context *c = g ? g->c : nx > 0 ? wgi_context_of(x, nx) : NULL;
    *n = -1;
    for (int j = 0; j < ny; j++) {
        if (!wgi_is_node(c, y[j], here, "vmap", 0, "the output")) return false;
        if (y[j].graph != g) {
            wgi_fail(c, here, "vmap", WG_ERROR_USE, "output %d belongs to another graph than output 1",
                     j + 1);
            return false;
        }
    }
    for (int k = 0; k < nx; k++)
        if (!rows_fit(g, here, x[k], rows[k], k, n)) return false;
    return true;
}

/* The nodes of a request, to find it among the calls of the last build: y[], x[], rows[]. */
static wg_node *given(wg_graph *g, const wg_node y[], int ny, const wg_node x[], const wg_node rows[], int nx)
{
    wg_node *all = wgi_temp(g, sizeof *all * (size_t)(ny + 2 * nx));
    if (!all) return NULL;
    memcpy(all, y, sizeof *all * (size_t)ny);
    memcpy(all + ny, x, sizeof *all * (size_t)nx);
    memcpy(all + ny + nx, rows, sizeof *all * (size_t)nx);
    return all;
}

wg_status wg_vmaps_at(wg_site here, const wg_node y[], int ny, const wg_node x[], const wg_node rows[],
                      int nx, wg_node to[])
{
    WG_USER_CALL(here, "vmaps");
    static const wg_op request = { .name = "vmap" };
    if (ny < 1 || nx < 1 || !y || !x || !rows || !to) {
        wg_context *c = y && ny > 0 ? wgi_context_of(y, ny) : x && nx > 0 ? wgi_context_of(x, nx) : NULL;
        return c ? wgi_fail(c, here, "vmap", WG_ERROR_USE,
                            "takes outputs, inputs, their rows, and room for nodes")
                 : WG_ERROR_USE;
    }
    wg_graph *g = y[0].graph;
    int64_t n;
    if ((g && !wgi_ok(g->c)) || !can_map(here, y, ny, x, rows, nx, &n)) return wgi_all_failed(g, to, ny);
    const wgi_place place = wgi_temp_place(g);
    const wg_node *in = given(g, y, ny, x, rows, nx);
    bool ok = in != NULL;
    if (in && !wgi_derived_reuse(g, here, &request, in, ny + 2 * nx, to, ny)) {
        const wgi_calling k = wgi_derived_begin(g);
        ok = wgi_vmap(here, n, in, ny, in + ny, in + ny + nx, nx, to); /* `to` may be y, x or rows */
        wgi_derived_end(g, k, here, &request, in, ny + 2 * nx, to, ny);
    }
    wgi_temp_rewind(g, place);
    return ok ? WG_OK : wgi_all_failed(g, to, ny);
}

wg_node wg_vmap_at(wg_site here, wg_node y, wg_node x, wg_node rows)
{
    WG_USER_CALL(here, "vmap");
    wg_node to = wgi_error_node(y.graph);
    wg_vmaps_at(here, &y, 1, &x, &rows, 1, &to);
    return to;
}
