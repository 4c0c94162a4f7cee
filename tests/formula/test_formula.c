/* test_formula.c: the language of formulas: what parses, and where mistakes are found. Every op's
 * formula and adjoint parses, gives its results and the gradients of its operands, and has no name
 * that is not known. */
#include <string.h>

#include "../op_case.h"
#include "formula/formula.h"

/* ---- names of an op's formulas ---- */

typedef struct scope {
    const wg_op *op;
    const wgi_formula *f, *formula; /* formula: of an adjoint, or NULL; what it defines is known */
} scope;

static bool is_word(const char *words, const char *s, int n)
{
    for (; words && *words; words += strcspn(words, " "), words += *words == ' ')
        if ((int)strcspn(words, " ") == n && memcmp(words, s, (size_t)n) == 0) return true;
    return false;
}

static bool is_option(const wg_op *op, const wgi_formula_node *n)
{
    for (const wg_attr_row *r = op->attrs; r && r->name; r++)
        if (is_word(r->name, n->text, n->length) || is_word(r->choices, n->text, n->length)) return true;
    return false;
}

/* x, x_2 of x_i, or x_i itself. */
static bool is_operand(const wg_op *op, const wgi_formula_node *n)
{
    char name[32];
    if (op->names) return is_word(op->names, n->text, n->length);
    for (int k = 0; k < op->operands; k++)
        if (wgx_op_operand_name(op, k, name, sizeof name) && is_word(name, n->text, n->length)) return true;
    return false;
}

/* Whether the tree below node has the name, without primes. */
static bool has_name(const wgi_formula *f, int node, const wgi_formula_node *n)
{
    const wgi_formula_node *m = &f->node[node];
    if (m->kind == WGI_F_NAME && m->length == n->length && memcmp(m->text, n->text, (size_t)n->length) == 0)
        return true;
    for (int k = m->child; k; k = f->node[k].next)
        if (has_name(f, k, n)) return true;
    return false;
}

/* Whether an equation's left side or an index list has the name. */
static bool is_defined(const wgi_formula *f, const wgi_formula_node *n)
{
    for (int i = 1; i < f->count; i++)
        if ((f->node[i].kind == WGI_F_EQUATION && has_name(f, f->node[i].child, n)) ||
            (f->node[i].kind == WGI_F_OVER && has_name(f, i, n)))
            return true;
    return false;
}

/* The left side of equation k: the name, or that of which it has subscripts. 0: there is none. */
static int subject(const wgi_formula *f, int k)
{
    const int e = wgi_formula_child(f, f->root, k);
    int left = e ? f->node[e].child : 0;
    while (left && f->node[left].kind == WGI_F_AT) left = f->node[left].child;
    return left && f->node[left].kind == WGI_F_NAME ? left : 0;
}

/* i of the operands x_i. */
static bool is_which(const wg_op *op, const wgi_formula_node *n)
{
    const char *below = op->operands < 0 ? strchr(op->names, '_') : NULL;
    return below && n->length == 1 && below[1] == *n->text;
}

static bool is_known_name(const scope *s, const wgi_formula_node *n)
{
    return is_word("e pi inf I last", n->text, n->length) || is_operand(s->op, n) || is_option(s->op, n) ||
           is_defined(s->f, n) || (s->formula && is_defined(s->formula, n)) || is_which(s->op, n);
}

static bool is_known_call(const scope *s, int node)
{
    static const char also[] =
        "sum prod mean any all min max atan2 given probabilities adds_to_1 one_hot first argmax "
        "argmin softmax log_softmax "
        "length keep diag sym tril triu diagonal reshape sum_to";
    const wgi_formula_node *n = &s->f->node[node];
    char name[40];
    snprintf(name, sizeof name, "%.*s", n->length, n->text);
    return wgi_formula_is_function(n->text, n->length) || is_word(also, n->text, n->length) ||
           is_option(s->op, n) || wg_op_find(name);
}

static void expect_known_names(const scope *s, const char *text)
{
    for (int i = 1; i < s->f->count; i++) {
        const wgi_formula_node *n = &s->f->node[i];
        if (n->kind == WGI_F_NAME)
            cr_expect(is_known_name(s, n), "%s: \"%.*s\" is not known in %s", s->op->name, n->length, n->text,
                      text);
        if (n->kind == WGI_F_CALL)
            cr_expect(is_known_call(s, i), "%s: the function %.*s is not known in %s", s->op->name, n->length,
                      n->text, text);
    }
}

static bool parses(wgi_formula *f, const wg_op *op, const char *text)
{
    wgi_formula_error e;
    const bool fine = wgi_formula_parse(f, text, &e);
    cr_expect(fine, "%s: %s, byte %d: %s", op->name, text, e.at, e.text);
    return fine;
}

static void expect_formula(const wg_op *op)
{
    static wgi_formula f;
    if (!parses(&f, op, op->formula)) return;
    expect_known_names(&(scope){ op, &f, NULL }, op->formula);
    for (int k = 0; k < (op->outputs ? op->outputs : 1); k++)
        cr_expect(subject(&f, k), "%s: equation %d of %s gives no result", op->name, k, op->formula);
}

static void expect_gradient_of(const wg_op *op, const wgi_formula *f, int operand)
{
    char name[32];
    cr_assert(wgx_op_operand_name(op, operand, name, sizeof name), "%s, operand %d", op->name, operand);
    if (op->operands < 0 && operand) return; /* x_i stands for all */
    for (int k = 0, s; wgi_formula_child(f, f->root, k); k++)
        if ((s = subject(f, k)) && f->node[s].sign && (op->operands < 0 || wgi_formula_is(f, s, name)))
            return;
    cr_expect(false, "%s: %s does not give %s'", op->name, op->adjoint, name);
}

static void expect_adjoint(const wg_op *op)
{
    static wgi_formula f, formula;
    if (!wgx_op_has_derivative(op, -1) || !parses(&f, op, op->adjoint) || !parses(&formula, op, op->formula))
        return;
    expect_known_names(&(scope){ op, &f, &formula }, op->adjoint);
    if (f.node[f.node[f.node[f.root].child].child].kind == WGI_F_WORDS) return;
    for (int k = 0; k < (op->operands < 0 ? 1 : op->operands); k++)
        if (wgx_op_has_derivative(op, k)) expect_gradient_of(op, &f, k);
}

EACH_OP(formula, of_every_op_parses)
{
    const wg_op *op = wg_op_at(*index);
    if (op->kind == WG_LEAF) return;
    expect_formula(op);
    expect_adjoint(op);
}
