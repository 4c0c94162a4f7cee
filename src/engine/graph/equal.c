/* equal.c: nodes that compute the same, though they were written twice. */
#include "graph/composites.h"
#include "graph/graph.h"
#include "wgx/graph.h"

/* Each node that x and y are made from gets a class: the first node that computes the same. */
typedef struct classes {
    wg_graph *g;
    wgi_table table; /* of positions in the list, plus 1: one of each class */
    wgi_reached list;
    uint32_t *class; /* by position: the position of the first node of the class */
} classes;

static uint32_t class_of(const classes *s, uint32_t i) { return s->class[wgi_reached_at(&s->list, i)]; }

static bool has_number(const wgi_node *n) { return n->op == &wgi_op_number; }
static bool is_nameless(const wg_graph *g, const wgi_node *n) { return !*g->names.text[n->name]; }

static size_t input_bytes(const wgi_node *n)
{
    return (size_t)wg_shape_size(*n->shape) * wg_dtype_size((wg_dtype)n->dtype);
}

/* Whether what the record says decides what the node computes. The others are classes of their own: random
 * streams, leaves with a name, parameters, results of a user's op. */
static bool is_comparable(const wg_graph *g, const wgi_node *n)
{
    if (wgi_is_leaf(n)) return is_nameless(g, n) && (has_number(n) || n->op == &wgi_op_input);
    return wgi_op_is_ours(n->op) && !n->op->users && !n->op->impure;
}

static uint64_t hash_of(const classes *s, const wgi_node *n)
{
    uint64_t h = wgi_mix((uint64_t)(uintptr_t)n->op ^ (uint64_t)(uintptr_t)n->shape, n->dtype);
    if (has_number(n)) return wgi_mix(h, *n->cell);
    if (wgi_is_leaf(n)) return h;
    if (n->op->attr_size) h = wgi_mix(h, wgi_attr_hash(n->op, n->attr));
    WGI_EACH_OPERAND(k, n) h = wgi_mix(h, class_of(s, wgi_in(n)[k]));
    return wgi_mix(h, n->output);
}

static bool same(const classes *s, const wgi_node *a, const wgi_node *b)
{
    if (a->op != b->op || a->shape != b->shape || a->dtype != b->dtype || a->output != b->output ||
        a->operands != b->operands)
        return false;
    if (has_number(a)) return *a->cell == *b->cell;
    if (wgi_is_leaf(a)) return !memcmp(a->input->data, b->input->data, input_bytes(a));
    WGI_EACH_OPERAND(k, a)
        if (class_of(s, wgi_in(a)[k]) != class_of(s, wgi_in(b)[k])) return false;
    return wgi_options_same(a->op, a->attr, b->attr);
}

/* The operands of the node have their classes already. */
static bool classify(classes *s, uint32_t at)
{
    const wgi_node *n = &s->g->node[s->list.node[at]];
    s->class[at] = at;
    if (!is_comparable(s->g, n)) return true;
    const uint64_t h = hash_of(s, n);
    uint32_t item;
    for (size_t place = WGI_FIRST; (item = wgi_table_next(&s->table, h, &place));)
        if (same(s, n, &s->g->node[s->list.node[item - 1]])) return s->class[at] = item - 1, true;
    if (!wgi_table_room(s->g->c, &s->table)) return false;
    wgi_table_add(&s->table, h, at + 1);
    return true;
}

static int equal_nodes(wg_graph *g, uint32_t y, uint32_t x, wg_node to[], int room)
{
    classes s = { .g = g };
    wgi_reached used;
    int n = 0;
    bool ok = wgi_reach(g, &g->temp, (uint32_t[]){ y, x }, 2, 0, NULL, NULL, &s.list) &&
              wgi_reach(g, &g->temp, &y, 1, 0, NULL, NULL, &used);
    s.class = ok ? wgi_temp(g, sizeof *s.class * s.list.count) : NULL;
    ok = s.class;
    for (uint32_t at = 0; ok && at < s.list.count; at++) ok = classify(&s, at);
    for (uint32_t k = 0; ok && k < used.count; k++) {
        if (class_of(&s, used.node[k]) != class_of(&s, x)) continue;
        if (n < room) to[n] = wgi_handle(g, used.node[k]);
        n++;
    }
    wgi_table_free(g->c, &s.table);
    return n;
}

/* The graph of both nodes; NULL after an error. */
static wg_graph *graph_of_both(const char *what, wg_node y, wg_node x)
{
    wg_graph *g = y.graph;
    if (!wgi_is_node(NULL, y, NULL, what, 0, "y") || !wgi_is_node(g->c, x, NULL, what, 0, "x") ||
        !wgi_ok(g->c))
        return NULL;
    if (x.graph != g) wgi_fail(g->c, NULL, what, WG_ERROR_USE, "x and y are nodes of two graphs");
    wgi_rule_looks_around(g);
    return x.graph == g ? g : NULL;
}

bool wg_depends_on(wg_node y, wg_node x)
{
    wg_graph *g = graph_of_both("depends_on", y, x);
    if (!g || y.index < x.index) return false;
    wgi_reached used;
    const wgi_place place = wgi_temp_place(g);
    const bool ok = wgi_reach(g, &g->temp, &y.index, 1, x.index, NULL, NULL, &used);
    const bool does = ok && wgi_reached_at(&used, x.index) != WGI_NOT_REACHED;
    wgi_temp_rewind(g, place);
    return does;
}

int wgx_equal_nodes(wg_node y, wg_node x, wg_node to[], int room)
{
    wg_graph *g = graph_of_both("equal_nodes", y, x);
    wgi_unwritten u;
    if (!g) return 0;
    if (!to && room > 0) return wgi_fail_null(g->c, NULL, "equal_nodes", "array for the nodes"), 0;
    const wgi_place place = wgi_temp_place(g);
    int n = 0;
    if (wgi_as_written(g, 0, WGI_MAX(y.index, x.index), NULL, 0, &u)) {
        n = equal_nodes(g, y.index, x.index, to, room);
        wgi_as_rewritten(g, &u);
    }
    wgi_temp_rewind(g, place);
    return n;
}
