/* inside.c: the numbers inside a graph, between its inputs and a scalar that is computed from them: the
 * scalar's gradients by them, and how far their rounding errors may move it. */
#include "check/check_private.h"

#include <float.h>

#include "wengert/grad.h"
#include "wengert/ops.h"

/* A node that a rewrite made and dropped depends on an input, but the root does not depend on it. */
static void mark_between(wgi_inside *in, const wg_node x[], int n)
{
    const int64_t root = in->root.index;
    unsigned char *leads = wg_alloc(in->r->c, (size_t)root + 1, 1);
    for (int k = 0; leads && k < n; k++)
        if (x[k].index <= root) in->on[x[k].index] = 1;
    in->on[0] = 0;
    for (int64_t i = 1; leads && i <= root; i++) {
        const wg_node y = wg_graph_node(in->g, i);
        for (int k = 0; k < wg_node_operands(y); k++) in->on[i] |= in->on[wg_node_operand(y, k).index];
    }
    if (leads) leads[root] = 1;
    for (int64_t i = root; leads && i > 0; i--) {
        const wg_node y = wg_graph_node(in->g, i);
        for (int k = 0; leads[i] && k < wg_node_operands(y); k++) leads[wg_node_operand(y, k).index] = 1;
        in->on[i] &= leads[i];
    }
    wg_free(in->r->c, leads);
}

bool wgi_inside_open(wgi_inside *in, wg_check *r, wg_node root, const wg_node x[], int n)
{
    wg_context *c = r->c;
    const size_t nodes = (size_t)root.index + 1;
    int count = 0;
    *in = (wgi_inside){ .r = r, .g = wg_graph_of(root), .root = root };
    in->on = wg_alloc(c, nodes, 1), in->gz = wg_alloc(c, nodes, sizeof *in->gz);
    wg_node *z = wg_alloc(c, nodes, sizeof *z), *gz = wg_alloc(c, nodes, sizeof *gz);
    bool ok = !wg_failed(c);
    if (ok) mark_between(in, x, n);
    for (int64_t i = 1; ok && i <= root.index; i++) {
        const wg_node y = wg_graph_node(in->g, i);
        const wg_op *op = wg_node_op(y);
        if (in->on[i] && op && op->outputs <= 1 && wg_dtype_is_float(wg_node_dtype(y))) z[count++] = y;
    }
    ok = ok && in->on[root.index];
    if (ok && wg_grads_at(wg_node_site(root), root, z, count, gz) != WG_OK) { /* some have no gradient */
        ok = false;
        for (int k = 0; k < count; k++) {
            wgi_check_recover(r);
            if (wg_grads_at(wg_node_site(root), root, &z[k], 1, &gz[k]) == WG_OK) ok = true;
            else gz[k] = wg_none;
        }
    }
    for (int k = 0; ok && k < count; k++) in->gz[z[k].index] = gz[k];
    wg_free(c, z), wg_free(c, gz);
    wgi_check_recover(r);
    return ok;
}

void wgi_inside_close(wgi_inside *in) { wg_free(in->r->c, in->on), wg_free(in->r->c, in->gz); }

/* How large the numbers may be that z is computed from. An op of rows subtracts inside, as g - p * (sum of g)
 * of softmax: what it gives may be much smaller than its operands, and rounds as they do. */
static wg_node inside_of(wg_site here, wg_node z)
{
    wg_node most = wg_abs_at(here, z);
    const bool subtracts = wg_node_op(z)->kind == WG_ROWS && wg_node_operands(z) > 1;
    for (int k = 0; subtracts && k < wg_node_operands(z); k++) {
        const wg_node x = wg_node_operand(z, k);
        if (wg_node_dtype(x) != wg_node_dtype(z) || !wg_shape_size(wg_node_shape(x))) continue;
        most = wg_maximum_at(here, most, wg_max_at(here, &WG_OPTS(wg_reduce_args, .x = wg_abs_at(here, x))));
    }
    return most;
}

/* The sum of |z gz| eps / 2. What is not finite counts as nothing. */
static wg_node bound_of(const wgi_inside *in, wg_node z)
{
    const wg_site here = wg_node_site(in->root);
    const double half = (wg_node_dtype(z) == WG_F32 ? FLT_EPSILON : DBL_EPSILON) / 2;
    const wg_node p = wg_mul_at(here, inside_of(here, z), wg_abs_at(here, in->gz[z.index])),
                  q = wg_where_at(here, wg_less_at(here, p, wg_number(INFINITY)), p, wg_number(0));
    return wg_mul_at(here, wg_cast_at(here, wg_sum_at(here, &WG_OPTS(wg_reduce_args, .x = q)), WG_F64),
                     wg_number(half));
}

static wg_node sum_of_bounds(const wgi_inside *in)
{
    wg_node sum = wg_none;
    for (int64_t i = 1; i <= in->root.index; i++) {
        if (wg_is_none(in->gz[i])) continue;
        const wg_node p = bound_of(in, wg_graph_node(in->g, i));
        sum = wg_is_none(sum) ? p : wg_add_at(wg_node_site(in->root), sum, p);
    }
    return sum;
}

double wgi_inside_rounding(wg_check *r, wg_node root, const wg_node x[], int n, wg_node *bound)
{
    wgi_inside in;
    if (wg_is_none(*bound)) {
        if (wgi_inside_open(&in, r, root, x, n)) *bound = sum_of_bounds(&in);
        wgi_inside_close(&in);
    }
    const double most = wg_is_none(*bound) ? 0 : fmax(wg_item_at(wg_node_site(root), *bound), 0);
    wgi_check_recover(r);
    return most;
}
