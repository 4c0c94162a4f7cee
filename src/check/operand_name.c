/* operand_name.c: what a finding calls an operand of a node. */
#include "check/check_private.h"

#include <ctype.h>

#include "wengert/op.h"

enum { NAME = 64 };

/* The name that the op's documentation gives to operand k: the k-th of the names in "a' = y' b, b' = y'
 * a". */
static void formal_name(const wg_op *op, int k, char to[NAME])
{
    to[0] = 0;
    for (const char *s = op->adjoint; s && *s; s = strstr(s, ", "), s = s ? s + 2 : NULL) {
        size_t n = 0;
        while (isalnum((unsigned char)s[n]) || s[n] == '_') n++;
        if (!n || strncmp(s + n, "' =", 3) || k-- > 0) continue;
        snprintf(to, NAME, "%.*s", (int)n, s);
        return;
    }
}

void wgi_check_operand_name(wg_node n, int k, char to[WGI_CHECK_TEXT])
{
    const wg_node x = wg_node_operand(n, k);
    char formal[NAME], own[NAME];
    formal_name(wg_node_op(n), k, formal);
    snprintf(own, sizeof own, "%.60s", wg_node_name(x));
    if (!*own) wg_site_argument(wg_node_site(n), k, own, sizeof own);
    if (*formal && *own && strcmp(formal, own)) snprintf(to, WGI_CHECK_TEXT, "%s (%s)", formal, own);
    else snprintf(to, WGI_CHECK_TEXT, "%s", *own ? own : formal);
    if (*to) return;
    snprintf(to, WGI_CHECK_TEXT, "operand %d (%.60s, %.150s)", k, wg_node_op_name(x),
             wg_site_place(wg_node_site(x)));
}
