/* rounded.c: whether the function under test rounds what is checked to f16 or bf16. Its gradient
 * takes such a cast for the identity, but the function is a staircase: differences measure the
 * stairs, and no slope. */
#include "check/check_private.h"

/* Whether node n rounds a float operand for which depends[] holds. */
static bool rounds(wg_node n, const unsigned char *depends)
{
    const wg_dtype t = wg_node_dtype(n);
    if ((t != WG_F16 && t != WG_BF16) || wg_node_leaf(n) != WG_LEAF_NONE) return false;
    const wg_node x = wg_node_operand(n, 0);
    return wg_dtype_is_float(wg_node_dtype(x)) && depends[x.index];
}

bool wgi_check_is_rounded(wg_check *r, const wg_graph *g, const wg_node x[], int n)
{
    const int64_t nodes = wg_graph_nodes(g);
    unsigned char *depends = wg_alloc(r->c, (size_t)nodes, 1);
    wg_node found = wg_none;
    for (int k = 0; depends && k < n; k++)
        if (!wg_is_none(x[k])) depends[x[k].index] = 1;
    for (int64_t i = 1; depends && wg_is_none(found) && i < nodes; i++) {
        const wg_node y = wg_graph_node(g, i);
        for (int k = 0; k < wg_node_operands(y); k++) depends[i] |= depends[wg_node_operand(y, k).index];
        if (rounds(y, depends)) found = y;
    }
    wg_free(r->c, depends);
    if (wg_is_none(found)) return false;
    wgi_check_say(
        r->reason,
        "a cast at %s rounds to %s: differences show the steps of the rounding, and no slope to compare "
        "with. Check the model without the cast",
        wg_site_place(wg_node_site(found)), wg_dtype_name(wg_node_dtype(found)));
    return true;
}
