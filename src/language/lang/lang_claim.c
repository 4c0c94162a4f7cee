/* lang_claim.c: variants of a claim whose two sides differ in shape. A variant sums
 * or averages over one axis. The command tries variants to say which axis was forgotten. */
#include "lang/lang.h"
#include "wgx/lang.h"

#include <string.h>

/* The first call of sum or mean in a that reduces over all axes; NULL: none. */
static wgi_ast *reduction(wgi_ast *a)
{
    bool call = a->kind == AST_CALL;
    if (call && !a->u.binding && wgi_choice("sum mean", wgi_name_of(a)) >= 0 && wgi_operand_count(a) == 1 &&
        !wgi_keyword(a, "axis") && !wgi_keyword(a, "axes"))
        return a;
    if (call && !a->u.binding && !strcmp(wgi_name_of(a), "grad")) return NULL;
    for (wgi_ast *x = a->first; x; x = x->next) {
        wgi_ast *found = reduction(x);
        if (found) return found;
    }
    return NULL;
}

/* The text of side, with the text of target replaced by "sum(operand, axis=0)". */
static const char *variant_text(wg_program *q, const wgi_ast *side, const wgi_ast *target,
                                const wgi_ast *operand, const char *name, int axis)
{
    char before[200], inside[200], after[200], text[700];
    wgi_quote(q, side->start, target->start, before, sizeof before);
    wgi_quote(q, operand->start, operand->end, inside, sizeof inside);
    wgi_quote(q, target->end, side->end, after, sizeof after);
    bool spaced = target->end < side->end && q->source[target->end] == ' ',
         behind = target->start > side->start && q->source[target->start - 1] == ' ';
    snprintf(text, sizeof text, "%s%s%s(%s, axis=%d)%s%s", before, behind ? " " : "", name, inside, axis,
             spaced ? " " : "", after);
    return wgi_lang_join(q, text, "", "");
}

/* Evaluates both sides while target is replaced by the call name(operand, axis=axis). Restores target. */
static void build_variant(wg_program *q, wgi_ast *claim, wgi_ast *target, const wgi_ast *operand,
                          const char *name, int axis, wgx_claim *k)
{
    wgi_ast number = {
        .kind = AST_NUMBER, .start = target->start, .end = target->end, .mark = target->mark, .u.number = axis
    };
    wgi_ast keyword = number, inside = *operand, before = *target;
    keyword.kind = AST_KEYWORD;
    keyword.first = &number;
    keyword.ident = wgi_lang_ident(q, "axis", 4);
    inside.next = &keyword;
    target->kind = AST_CALL;
    target->first = &inside;
    target->ident = wgi_lang_ident(q, name, strlen(name));
    target->u.binding = NULL; /* an op, no function */
    if (target->ident && keyword.ident) {
        k->left = wgi_eval_node(q, claim->first, NULL);
        k->right = wgi_eval_node(q, claim->first->next, NULL);
    }
    *target = before;
    if (wgi_failed(q)) {
        wg_recover(q->c);
        k->left = k->right = wg_none;
    }
}

wgx_claim wgx_program_claim_variant(wg_program *q, int i, int k)
{
    static const char *const names[] = { "sum", "mean" };
    wgx_claim none = { 0 };
    if (!q || !q->c || wgi_failed(q) || i < 0 || i >= q->now.claim_count) return none;
    wgi_ast *claim = q->now.claim_asts[i], *sides[] = { claim->first->next, claim->first };
    if (q->now.claims[i].parts) return none;
    for (int s = 0; s < 2; s++) {
        wgi_ast *found = reduction(sides[s]), *target = found ? found : sides[s];
        const wgi_ast *operand = found ? found->first : target;
        int rank = wg_node_shape(wgi_eval_node(q, operand, NULL)).rank;
        if (k >= 2 * rank) {
            k -= 2 * rank;
            continue;
        }
        wgx_claim v = q->now.claims[i];
        v.text = variant_text(q, sides[s], target, operand, names[k % 2], k / 2);
        v.left = v.right = wg_none;
        build_variant(q, claim, target, operand, names[k % 2], k / 2, &v);
        return v;
    }
    return none;
}

/* ---- what claims are about ---- */

/* Of y in every grad(y, x) below a and of *best, keeps the one that is computed last. */
static void claimed_below(const wgi_ast *a, const wgi_binding **best)
{
    const wgi_ast *y =
        a->kind == AST_CALL && !a->u.binding && !strcmp(wgi_name_of(a), "grad") ? a->first : NULL;
    const wgi_binding *b = y && y->kind == AST_NAME ? y->u.binding : NULL;
    if (b && !b->local && !wg_is_none(b->node) && (!*best || b->node.index > (*best)->node.index)) *best = b;
    EACH_AST(x, a->first) claimed_below(x, best);
}

const char *wgx_program_claimed(const wg_program *q)
{
    const wgi_binding *best = NULL;
    for (int i = 0; q && i < q->now.claim_count; i++) claimed_below(q->now.claim_asts[i], &best);
    return best ? best->name : NULL;
}
