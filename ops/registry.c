/* registry.c: the list of the library's ops. tools/op_list.awk makes it from the sources: every descriptor in
 * a file of ops/ is registered. */
#if WG_BASE

#include "graph/graph.h"

#define WGI_OP(n) extern const wg_op wgi_op_##n;
#include "op_list.h"
#undef WGI_OP

#define WGI_OP(n) &wgi_op_##n,
static const wg_op *const ops[] = {
#include "op_list.h"
};
enum { OPS = sizeof ops / sizeof *ops };

int wg_op_count(void) { return OPS; }

const wg_op *wg_op_at(int i) { return i >= 0 && i < OPS ? ops[i] : NULL; }

const wg_op *wg_op_find(const char *name)
{
    for (int i = 0; i < OPS; i++)
        if (strcmp(ops[i]->name, name) == 0) return ops[i];
    return NULL;
}

bool wg_op_has_derivative(const wg_op *op, int operand)
{
    const uint32_t without = op->none | op->zero;
    if (op->kind == WG_LEAF) return false;
    if (operand >= 0) return !(without >> operand % 32 & 1);
    uint32_t all = op->operands >= 0 && op->operands < 32 ? (1u << op->operands) - 1 : WG_EVERY_OPERAND;
    return (without & all) != all;
}

#endif
