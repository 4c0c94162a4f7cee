/* kind_rules.h: the nodes of derivative rules, kept for nodes of one kind. For grad.c alone. */
#ifndef WGI_KIND_RULES_H
#define WGI_KIND_RULES_H

#include "grad/grad.h"

/* A call of the derivative rule of node y. */
typedef struct wgi_rule_call {
    uint32_t y;
    wg_node gy;
    const wg_node *x;   /* its operands */
    const bool *wanted; /* by operand: whether its gradient is asked for */
    wg_site here;
    /* For the operands that are wanted: the answer, and if that is a node, the gradient in the operand's
     * shape and dtype. */
    wg_node *gx;
    wgi_answer *said;
} wgi_rule_call;

/* If the rule's nodes are kept for the kind of y, appends copies of them, fills gx[] and said[], and is
 * true. Otherwise, or after an error, false. Then, unless *keep_in is NULL, the caller calls the rule
 * between wgi_rule_watch and wgi_kind_rule_keep, and always the latter. The nodes must be removed before the graph is used
 * otherwise. */
typedef struct wgi_kind_rule wgi_kind_rule;
bool wgi_kind_rule_use(wg_graph *g, wgi_rule_call *r, wgi_kind_rule **keep_in);
/* Keeps the nodes from mark on, which the rule has appended. ok: the rule may be kept. */
void wgi_kind_rule_keep(wg_graph *g, wgi_kind_rule *e, const wgi_rule_call *r, uint32_t mark, bool ok);

#endif
