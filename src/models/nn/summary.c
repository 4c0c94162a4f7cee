/* summary.c: a table of the layers of a net. */
#include "wengert/nn.h"

#include <inttypes.h>
#include <string.h>

#include "wgx/op.h"

/* One layer: the nodes that belong to it. */
typedef struct row {
    const char *name; /* the first `length` characters of a parameter's name */
    size_t length;
    wg_site made;   /* the call of the layer: the place of its first parameter */
    wg_shape shape; /* of its last node that another layer reads; if there is none, that the call has made */
    bool is_read;
    int64_t parameters, products, bytes;
} row;

typedef struct table {
    wg_graph *g;
    row *row;
    int rows;
    int *of;     /* by node: its row; -1: none */
    bool *used;  /* by node: the root depends on it */
    int64_t end; /* nodes up to the root */
} table;

static void mark_used(table *t, wg_node y)
{
    t->used[y.index] = true;
    for (int64_t i = y.index; i > 0; i--) {
        wg_node n = wg_graph_node(t->g, i);
        for (int k = 0; t->used[i] && k < wg_node_operands(n); k++) {
            wg_node x = wg_node_operand(n, k);
            if (x.graph) t->used[x.index] = true;
        }
    }
}

/* The row of a name, which may be new. */
static int row_named(table *t, const char *name, size_t length)
{
    for (int i = 0; i < t->rows; i++)
        if (t->row[i].length == length && memcmp(t->row[i].name, name, length) == 0) return i;
    t->row[t->rows] = (row){ .name = name, .length = length };
    return t->rows++;
}
static int row_of_parameter(table *t, wg_node n)
{
    const char *name = wg_node_name(n), *dot = strrchr(name, '.');
    return row_named(t, name, dot ? (size_t)(dot - name) : strlen(name));
}

static bool is_parameter(wg_node n)
{
    return wg_node_leaf(n) == WG_LEAF_PARAM || wg_node_leaf(n) == WG_LEAF_STATE;
}

static void set_shape(row *r, wg_node n, bool is_read)
{
    if (r->is_read && !is_read) return;
    r->shape = wg_node_shape(n);
    r->is_read = is_read;
}

/* The row of a computed node: that of its last parameter, otherwise that of its last operand with a
 * row; -1: none. */
static int row_of(table *t, wg_node n)
{
    int found = -1;
    uint32_t last = 0;
    bool owns = false;
    for (int k = 0; k < wg_node_operands(n); k++) {
        wg_node x = wg_node_operand(n, k);
        if (!x.graph || t->of[x.index] < 0) continue;
        const bool own = is_parameter(x);
        if (own < owns || (own == owns && x.index < last)) continue;
        owns = own, last = x.index, found = t->of[x.index];
    }
    if (found >= 0 && wg_node_site(n) == t->row[found].made) set_shape(&t->row[found], n, false);
    return found;
}

enum { OPERANDS = 8 };

/* Adds what a computed node costs: multiply-adds, if it is a product, and bytes, if it has memory of
 * its own. */
static void count(row *r, wg_node n)
{
    const wg_op *op = wg_node_op(n);
    wg_shape shape[OPERANDS], out = wg_node_shape(n);
    wg_type x[OPERANDS], y = { &out, wg_node_dtype(n) };
    const int operands = wg_node_operands(n);
    for (int k = 0; k < operands && k < OPERANDS; k++) {
        shape[k] = wg_node_shape(wg_node_operand(n, k));
        x[k] = (wg_type){ &shape[k], wg_node_dtype(wg_node_operand(n, k)) };
    }
    const wg_kernel k = { .operands = operands, .outputs = 1, .xt = x, .yt = &y, .attr = wg_attr(n) };
    const bool known = operands <= OPERANDS;
    if (known && op->kind == WG_CONTRACT && wgx_hints(op)->flops)
        r->products += (int64_t)(wgx_hints(op)->flops(&k) / 2);
    const bool is_view =
        op->kind == WG_ALIAS && (!wgx_hints(op)->alias || (known && wgx_hints(op)->alias(&k) >= 0));
    if (!is_view) r->bytes += wg_shape_size(out) * (int64_t)wg_dtype_size(y.dtype);
}

/* Row `at` reads x. */
static void note_read(table *t, int at, wg_node x)
{
    if (!x.graph || is_parameter(x) || t->of[x.index] < 0 || t->of[x.index] == at) return;
    set_shape(&t->row[t->of[x.index]], x, true);
}

static void fill(table *t)
{
    for (int64_t i = 1; i < t->end; i++) {
        wg_node n = wg_graph_node(t->g, i);
        t->of[i] = -1;
        if (!t->used[i]) continue;
        if (is_parameter(n)) {
            t->of[i] = row_of_parameter(t, n);
            if (!t->row[t->of[i]].made) t->row[t->of[i]].made = wg_node_site(n);
            t->row[t->of[i]].parameters +=
                wg_node_leaf(n) == WG_LEAF_PARAM ? wg_shape_size(wg_node_shape(n)) : 0;
        } else if (wg_node_leaf(n) == WG_LEAF_NONE) {
            const int at = t->of[i] = row_of(t, n);
            for (int k = 0; at >= 0 && k < wg_node_operands(n); k++) note_read(t, at, wg_node_operand(n, k));
            count(&t->row[at < 0 ? row_named(t, "(no layer)", 10) : at], n);
        }
    }
}

static void print(const table *t, FILE *to)
{
    row all = { .parameters = 0 };
    int wide = 10;
    for (int i = 0; i < t->rows; i++)
        if ((int)t->row[i].length > wide) wide = (int)t->row[i].length;
    fprintf(to, "%-*s  %-20s %12s %14s %14s\n", wide, "layer", "shape", "parameters", "multiply-adds",
            "bytes");
    for (int i = 0; i < t->rows; i++) {
        const row *r = &t->row[i];
        char shape[96];
        fprintf(to, "%-*.*s  %-20s %12" PRId64 " %14" PRId64 " %14" PRId64 "\n", wide, (int)r->length,
                r->name, wg_shape_text(r->shape, shape, sizeof shape), r->parameters, r->products, r->bytes);
        all.parameters += r->parameters, all.products += r->products, all.bytes += r->bytes;
    }
    fprintf(to, "%-*s  %-20s %12" PRId64 " %14" PRId64 " %14" PRId64 "\n", wide, "total", "", all.parameters,
            all.products, all.bytes);
}

wg_status wg_summary_at(wg_site here, wg_node y, FILE *to)
{
    table t = { .g = wg_graph_of(y), .end = (int64_t)y.index + 1 };
    wg_context *c = wg_graph_context(t.g);
    if (!wg_node_ok(y) || !to)
        return wg_fail(c, here, WG_ERROR_USE, "summary: takes a node of a graph and a stream"), WG_ERROR_USE;
    t.of = wg_alloc(c, (size_t)t.end, sizeof *t.of);
    t.used = wg_alloc(c, (size_t)t.end, sizeof *t.used);
    t.row = wg_alloc(c, (size_t)t.end + 1, sizeof *t.row);
    const bool has_memory = t.of && t.used && t.row;
    if (has_memory) {
        mark_used(&t, y);
        fill(&t);
        print(&t, to);
    }
    wg_free(c, t.row), wg_free(c, t.used), wg_free(c, t.of);
    return has_memory ? WG_OK : WG_ERROR_MEMORY;
}
