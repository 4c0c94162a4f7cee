/* descriptor.c: whether the descriptor of a user's op can be used. The library relies on what it says: a
 * number of outputs is the length of an array, the offset of an option an address. */
#include "graph/graph.h"
#include "wgx/op.h"

bool wgx_op_is(const wg_op *op, const char *name)
{
    return op && name && wgi_op_is_ours(op) && !strcmp(op->name, name);
}

static size_t size_of_option(wg_attr_kind kind)
{
    static const size_t sizes[] = { [WG_ATTR_INT] = sizeof(int),
                                    [WG_ATTR_AXIS] = sizeof(int),
                                    [WG_ATTR_SIZE] = sizeof(int64_t),
                                    [WG_ATTR_DOUBLE] = sizeof(double),
                                    [WG_ATTR_BOOL] = sizeof(bool),
                                    [WG_ATTR_AXES] = sizeof(wg_axes),
                                    [WG_ATTR_SHAPE] = sizeof(wg_shape),
                                    [WG_ATTR_DTYPE] = sizeof(wg_dtype),
                                    [WG_ATTR_CHOICE] = sizeof(int),
                                    [WG_ATTR_POINTER] = sizeof(void *),
                                    [WG_ATTR_TEXT] = 1 };
    return (size_t)kind < sizeof sizes / sizeof *sizes ? sizes[kind] : 0;
}

/* The first option whose row is wrong; NULL: none is. */
static const wg_attr_row *wrong_option(const wg_op *op)
{
    for (const wg_attr_row *a = op->attrs; a && a->name; a++) {
        const size_t size = size_of_option(a->kind);
        if (!size || a->offset > op->attr_size || size > op->attr_size - a->offset) return a;
    }
    return NULL;
}

static bool computes(const wg_op *op)
{
    return op->kernel[0] || op->map || op->expand || (op->kind == WG_ALIAS && wgx_hints(op)->alias);
}

#define WITHIN(v, most) ((unsigned)(v) <= (unsigned)(most))

/* What is wrong with it; NULL: nothing. */
static const char *fault_of(const wg_op *op)
{
    const bool elements = op->kind == WG_MAP || op->kind == WG_RANDOM;
    if (!op->name || !*op->name) return "it has no name";
    if (!WITHIN(op->kind, WG_OPAQUE)) return "its kind must be one of wg_class, and not WG_LEAF";
    if (!computes(op)) return "it has neither a kernel nor a map nor an expansion";
    if (op->operands < -1 || op->operands == 0) return "operands must be 1 or more, or -1 for any number";
    if (!WITHIN(op->outputs, WG_MAX_OUTPUTS)) return "an op has at most 4 outputs";
    if (op->outputs > 1 && elements) return "an elementwise op has one output";
    if (op->map && (op->kind != WG_MAP || op->operands != 1)) return "map is for a WG_MAP of one operand";
    if (wgx_hints(op)->optional < 0) return "optional must not be negative";
    if (wgx_hints(op)->optional && !op->expand)
        return "only a composite op, which has an expansion, has optional operands";
    if (!WITHIN(op->promote, WG_PROMOTE_NONE)) return "promote must be one of wg_promote";
    if (wgx_hints(op)->promote_from < 0) return "promote_from must not be negative";
    if (op->phases < 0 || op->cost < 0) return "phases and cost must not be negative";
    if (wgx_hints(op)->fold && (op->kind != WG_REDUCE || op->phases != 2))
        return "fold is for a WG_REDUCE of two phases";
    if (!WITHIN(wgx_hints(op)->view, WG_VIEW_PART) || (wgx_hints(op)->view && op->kind != WG_ALIAS))
        return "view is for a WG_ALIAS";
    if (!WITHIN(wgx_hints(op)->arithmetic, WG_NEGATES) || (wgx_hints(op)->arithmetic && op->kind != WG_MAP))
        return "arithmetic is for a WG_MAP";
    if (wgx_hints(op)->chooses && (op->kind != WG_MAP || op->operands != 3))
        return "chooses is for a WG_MAP of 3 operands";
    if (wgx_hints(op)->prepared && !wgx_hints(op)->prepare) return "prepared is for an op with prepare";
    return NULL;
}

bool wgi_op_is_right(wg_graph *g, wg_site here, const wg_op *op)
{
    const char *fault = fault_of(op);
    const wg_attr_row *a = fault ? NULL : wrong_option(op);
    if (!fault && !a) return true;
    if (fault)
        wgi_fail(g->c, here, "apply", WG_ERROR_USE, "the descriptor of %s is wrong: %s",
                 op->name && *op->name ? op->name : "an op", fault);
    else
        wgi_fail(g->c, here, "apply", WG_ERROR_USE,
                 "the descriptor of %s is wrong: option %s is of no kind of wg_attr_kind, or lies outside "
                 "attr_size",
                 op->name, a->name);
    return false;
}

bool wgi_op_can_be_plain(const wg_op *op)
{
    return wgi_op_is_ours(op) || (!fault_of(op) && !wrong_option(op));
}
