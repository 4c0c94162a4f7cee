/* table_rows.c: gradients of tables by their rows. The derivative of y = table[numbers] by the table is zero
 * but for some rows, which are the derivative by y. So for a table of a lazy optimizer wg_backward asks for
 * the gradients of the nodes y, and adds them to the rows of the table's gradient. */
#include "run/run.h"

static bool is_numbers(const wgi_node *n) { return n->op == &wgi_op_input; }

/* Whether the node is rows of the table `leaf`, by numbers that are an input. */
static bool picks(const wg_graph *g, uint32_t i, uint32_t leaf)
{
    const wgi_node *n = &g->node[i];
    const uint32_t *in = wgi_in(n);
    return wgx_hints(n->op)->picks_rows && in[0] == leaf && in[1] != leaf && is_numbers(&g->node[in[1]]) &&
           wgx_hints(n->op)->picks_rows(wg_attr(wgi_handle((wg_graph *)(uintptr_t)g, i)));
}

static bool reads(const wgi_node *n, uint32_t leaf)
{
    for (uint32_t k = 0; !wgi_is_leaf(n) && k < n->operands; k++)
        if (wgi_in(n)[k] == leaf) return true;
    return false;
}

/* Lists the nodes up to the loss that pick rows of the table, the last one first: that is the order in which
 * the contributions to a gradient are added. 0: there is none, or something else reads the table, too. */
static int pickers(const wg_graph *g, uint32_t leaf, uint32_t loss, uint32_t *list)
{
    int n = 0;
    for (uint32_t i = loss; i > leaf; i--) {
        if (!reads(&g->node[i], leaf)) continue;
        if (!picks(g, i, leaf)) return 0;
        list[n++] = i;
    }
    return n;
}

/* How many row numbers these nodes have. */
static int64_t numbers_of(const wg_graph *g, const uint32_t *list, int n)
{
    int64_t sum = 0;
    for (int i = 0; i < n; i++) sum += wgi_size(g->node[wgi_in(&g->node[list[i]])[1]].shape);
    return sum;
}

bool wgi_request_rows(wg_graph *g, wgi_request *r)
{
    size_t most = (size_t)r->targets;
    for (uint32_t i = 1; i <= r->loss; i++) most += wgx_hints(g->node[i].op)->picks_rows != NULL;
    uint32_t *target = wgi_temp(g, sizeof *target * (most + 1));
    void **into = wgi_temp(g, sizeof *into * (most + 1));
    bool *reached = wgi_temp(g, sizeof *reached * (most + 1));
    int n = 0;
    if (!target || !into || !reached) return false;
    for (int i = 0; i < r->targets; i++) {
        const uint32_t leaf = r->target[i];
        const int rows = wgi_is_lazy(g->node[leaf].parameter) ? pickers(g, leaf, r->loss, target + n) : 0;
        if (!rows) target[n] = leaf;
        if (rows && !wgi_row_list_make(g->node[leaf].parameter, numbers_of(g, target + n, rows)))
            return false;
        r->rows |= rows > 0;
        n += rows ? rows : 1;
    }
    if (r->rows) r->fresh = false; /* the rows do not go to the parameter's own memory */
    r->target = target, r->targets = n;
    r->into = into, r->reached = reached;
    return true;
}

wgi_parameter *wgi_table_of(const wg_graph *g, const wgi_node *rows)
{
    return g->node[wgi_in(rows)[0]].parameter;
}

void *wgi_rows_apart(const wg_graph *g, const wgi_request *r, int i)
{
    const wgi_node *n = &g->node[r->target[i]], *before = i ? &g->node[r->target[i - 1]] : n;
    wgi_parameter *q = wgi_table_of(g, n);
    const bool first = !i || wgi_is_leaf(before) || wgi_table_of(g, before) != q;
    return wgi_row_list_apart(q, wgi_size(g->node[wgi_in(n)[1]].shape), first);
}

bool wgi_add_rows_of(wg_graph *g, const wgi_request *r, int i)
{
    const wgi_node *n = &g->node[r->target[i]];
    if (wgi_is_leaf(n)) return false;
    wgi_parameter *q = wgi_table_of(g, n);
    const uint32_t k = wgi_in(n)[1];
    const wg_tensor numbers = { (wg_dtype)g->node[k].dtype, *g->node[k].shape, wgi_value(g, k) };
    if (!r->reached[i]) return true;
    wgi_row_list_add(q, &numbers, r->into[i], q->reached);
    q->reached = true;
    return true;
}
