/* operand_name.c: what a finding calls an operand of a node. */
#include "check/check_private.h"

#include <ctype.h>

enum { NAME = 64 };

/* Writes name `at` of those in "a' = y' b, b' = y' a; c' = y'" to `to`, if there are so many. Returns how
 * many names there are. */
static int name_in(const char *adjoint, int at, char to[NAME])
{
    int count = 0;
    for (const char *s = adjoint; s && *s; s = strpbrk(s, ",;"), s = s ? s + 1 + strspn(s + 1, " ") : NULL) {
        size_t n = 0;
        while (isalnum((unsigned char)s[n]) || s[n] == '_') n++;
        if (!n || strncmp(s + n, "' =", 3)) continue;
        if (count++ == at) snprintf(to, NAME, "%.*s", (int)n, s);
    }
    return count;
}

/* The name that the op's documentation gives to operand k, if it names each operand that has a derivative. */
static void formal_name(const wg_op *op, int operands, int k, char to[NAME])
{
    int moving = 0, before = 0;
    to[0] = 0;
    if (op->operands >= 0) operands = op->operands;
    for (int i = 0; i < operands; i++) {
        const bool moves = wg_op_has_derivative(op, i);
        moving += moves, before += moves && i < k;
    }
    if (name_in(op->adjoint, before, to) != moving || !wg_op_has_derivative(op, k)) to[0] = 0;
}

void wgi_check_operand_name(wg_node n, int k, char to[WGI_CHECK_TEXT])
{
    const wg_node x = wg_node_operand(n, k);
    char formal[NAME], own[NAME];
    const wg_op *op = wg_node_op(n);
    if (!(op->names || op->library) || !wg_op_operand_name(op, k, formal, sizeof formal))
        formal_name(op, wg_node_operands(n), k, formal);
    snprintf(own, sizeof own, "%.60s", wg_node_name(x));
    if (!*own) wg_site_argument(wg_node_site(n), k, own, sizeof own);
    if (*formal && *own && strcmp(formal, own)) snprintf(to, WGI_CHECK_TEXT, "%s (%s)", formal, own);
    else snprintf(to, WGI_CHECK_TEXT, "%s", *own ? own : formal);
    if (*to) return;
    snprintf(to, WGI_CHECK_TEXT, "operand %d (%.60s, %.150s)", k, wg_node_op_name(x),
             wg_site_place(wg_node_site(x)));
}
