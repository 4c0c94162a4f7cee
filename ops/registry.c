/* registry.c: the list of the library's ops. tools/build/op_list.awk makes it from the sources: every
 * descriptor in a file of ops/ is registered. */
#include <stdio.h>

#include "ops.h"
#include "wgx/op.h"

#define WGI_OP(n, called) EXTERN(n);
#include "op_list.h"
#undef WGI_OP
#define WGI_OP(n, called) { &wgi_op_##n, called },
static const struct {
    const wg_op *op;
    bool called;
} ops[] = {
#include "op_list.h"
};
enum { OPS = sizeof ops / sizeof *ops };

int wg_op_count(void) { return OPS; }

const wg_op *wg_op_at(int i) { return i >= 0 && i < OPS ? ops[i].op : NULL; }

const wg_op *wg_op_find(const char *name)
{
    for (int i = 0; i < OPS; i++)
        if (name && strcmp(ops[i].op->name, name) == 0) return ops[i].op;
    return NULL;
}

bool wgx_op_is_internal(const wg_op *op)
{
    for (int i = 0; i < OPS; i++)
        if (ops[i].op == op) return !ops[i].called;
    return false;
}

/* Names with a subscript stand for all further operands of an op of any number: x_i, or x_k and rows_k. */
static bool copy_name(const char *from, size_t length, int index, char *name, size_t size)
{
    const bool every = length > 2 && from[length - 2] == '_' && index >= 0;
    const int n = every ? snprintf(name, size, "%.*s%d", (int)length - 1, from, index)
                        : snprintf(name, size, "%.*s", (int)length, from);
    return length > 0 && n > 0 && (size_t)n < size;
}

bool wgx_op_operand_name(const wg_op *op, int k, char *name, size_t size)
{
    static const char *const standard[] = { "", "x", "a b", "a b c" };
    if (!op || !name) return false;
    const char *at = op->names                                ? op->names
                     : op->operands >= 0 && op->operands <= 3 ? standard[op->operands]
                                                              : "";
    const char *every = op->operands < 0 ? strchr(at, '_') : NULL;
    if (k < 0 || (op->operands >= 0 && k >= op->operands)) return false;
    int before = 0, group = 0; /* names that stand for one operand, and for all further ones */
    for (const char *s = at; *s; s += strcspn(s, " "), s += *s == ' ')
        if (every && s[strcspn(s, " _")] == '_') group++;
        else before++;
    const int index = group && k >= before ? (k - before) / group : -1;
    int skip = index < 0 ? k : before + (k - before) % group;
    for (; skip > 0 && *at; skip--) at += strcspn(at, " "), at += *at == ' ';
    return copy_name(at, strcspn(at, " "), index, name, size);
}

bool wgx_op_has_derivative(const wg_op *op, int operand)
{
    if (!op || op->kind == WG_LEAF) return false;
    const uint32_t without = op->none | op->zero;
    if (operand >= 0) return !(without >> operand % 32 & 1);
    uint32_t all = op->operands >= 0 && op->operands < 32 ? (1u << op->operands) - 1 : WG_EVERY_OPERAND;
    return (without & all) != all;
}
