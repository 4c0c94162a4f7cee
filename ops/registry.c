/* registry.c: the families of ops; each is a table at the end of its file in ops/. */
#if WG_BASE

#include "graph/graph.h"

typedef const wg_op *const family[];

extern family wgi_ops_arith, wgi_ops_unary, wgi_ops_activation, wgi_ops_compare, wgi_ops_reduce, wgi_ops_shape, wgi_ops_index,
    wgi_ops_matmul, wgi_ops_softmax, wgi_ops_cross_entropy, wgi_ops_loss, wgi_ops_random, wgi_ops_batch_norm, wgi_ops_layer_norm,
    wgi_ops_extern, wgi_ops_custom;

static const wg_op *const *const families[] = { wgi_ops_arith,      wgi_ops_unary,         wgi_ops_activation, wgi_ops_compare,
                                                wgi_ops_reduce,     wgi_ops_shape,         wgi_ops_index,      wgi_ops_matmul,
                                                wgi_ops_softmax,    wgi_ops_cross_entropy, wgi_ops_loss,       wgi_ops_random,
                                                wgi_ops_batch_norm, wgi_ops_layer_norm,    wgi_ops_extern,     wgi_ops_custom };
enum { FAMILIES = sizeof families / sizeof *families };

int wg_op_count(void)
{
    int n = 0;
    for (int f = 0; f < FAMILIES; f++)
        for (int i = 0; families[f][i]; i++) n++;
    return n;
}

const wg_op *wg_op_at(int i)
{
    for (int f = 0; f < FAMILIES && i >= 0; f++)
        for (int k = 0; families[f][k]; k++)
            if (i-- == 0) return families[f][k];
    return NULL;
}

bool wgi_op_registered(const wg_op *op)
{
    for (int f = 0; f < FAMILIES; f++)
        for (int k = 0; families[f][k]; k++)
            if (families[f][k] == op) return true;
    return false;
}

const wg_op *wg_op_find(const char *name)
{
    for (int f = 0; f < FAMILIES; f++)
        for (int k = 0; families[f][k]; k++)
            if (strcmp(families[f][k]->name, name) == 0) return families[f][k];
    return NULL;
}

bool wg_op_has_derivative(const wg_op *op, int operand)
{
    if (op->kind == WG_LEAF) return false;
    if (operand >= 0) return operand >= 32 ? op->none != WG_EVERY_OPERAND : !(op->none >> operand & 1);
    uint32_t all = op->operands >= 0 && op->operands < 32 ? (1u << op->operands) - 1 : WG_EVERY_OPERAND;
    return (op->none & all) != all;
}

#endif
