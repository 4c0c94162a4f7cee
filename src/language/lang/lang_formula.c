/* lang_formula.c: a statement of the tree as a formula of formula.h: what people would write on a board. It
 * has more parentheses than the program; who prints the formula leaves out what is not needed. */
#include "lang/lang.h"

#include <string.h>

typedef struct writer {
    const wg_program *q;
    char *to;
    size_t room, n;
    bool failed; /* a part is no formula, or the room is too small */
} writer;

static void write_ast(writer *w, const wgi_ast *a);

static void put_bytes(writer *w, const char *text, size_t n)
{
    if (w->n + n >= w->room) w->failed = true;
    else memcpy(w->to + w->n, text, n), w->n += n;
}

static void put(writer *w, const char *text) { put_bytes(w, text, strlen(text)); }

/* lambda_ is lambda. */
static void put_name(writer *w, const char *name)
{
    size_t n = strlen(name);
    while (n > 1 && name[n - 1] == '_') n--;
    put_bytes(w, name, n);
}

/* In parentheses, unless nothing around it can bind stronger. */
static void put_operand(writer *w, const wgi_ast *a)
{
    const bool bare = a->kind == AST_NAME || a->kind == AST_NUMBER ||
                      (a->kind == AST_CALL && strcmp(wgi_name_of(a), "exp"));
    put(w, bare ? "" : "("), write_ast(w, a), put(w, bare ? "" : ")");
}

static void put_list(writer *w, const wgi_ast *a)
{
    for (const wgi_ast *first = a; a; a = a->next) put(w, a == first ? "" : ", "), write_ast(w, a);
}

/* dy, dW3; a name of several letters stands together with its d. */
static void put_differential(writer *w, const wgi_ast *a)
{
    const bool letter = a->kind == AST_NAME && !wgi_name_of(a)[1 + strspn(wgi_name_of(a) + 1, "0123456789")];
    put(w, letter ? "d" : "(d "), put_operand(w, a), put(w, letter ? "" : ")");
}

static void put_gradient(writer *w, const wgi_ast *y)
{
    w->failed |= !y || !y->next || y->next->kind != AST_NAME || y->next->next;
    if (w->failed) return;
    put(w, "("), put_differential(w, y), put(w, " / "), put_differential(w, y->next), put(w, ")");
}

/* What stands on a board around the operands of a call: log(x) is ln(x). Other calls of the library make
 * data, or have options that a formula does not show. */
static const struct {
    const char *call, *before, *behind;
} calls[] = {
    { "exp", "e^(", ")" },
    { "log", "ln(", ")" },
    { "abs", "|", "|" },
    { "sqrt", "sqrt(", ")" },
    { "sin", "sin(", ")" },
    { "cos", "cos(", ")" },
    { "tanh", "tanh(", ")" },
    { "sigmoid", "sigmoid(", ")" },
    { "relu", "relu(", ")" },
    { "softplus", "softplus(", ")" },
    { "sum", "sum(", ")" },
    { "mean", "mean(", ")" },
    { "max", "max(", ")" },
    { "min", "min(", ")" },
    { "softmax", "softmax(", ")" },
};

static void put_call(writer *w, const wgi_ast *a)
{
    const char *name = wgi_name_of(a);
    if (!strcmp(name, "grad")) {
        put_gradient(w, a->first);
        return;
    }
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
        if (strcmp(calls[i].call, name)) continue;
        put(w, calls[i].before), put_list(w, a->first), put(w, calls[i].behind);
        return;
    }
    w->failed |= wgi_language_op(name) || wgi_builtin_find(name);
    put_name(w, name), put(w, "("), put_list(w, a->first), put(w, ")");
}

/* 2*x is 2 x, and x*y is x · y. */
static const char *sign_of(const wgi_ast *link, const wgi_ast *before)
{
    switch (link->op) {
    case TOKEN_EQUAL: return " = ";
    case TOKEN_MUL: return before->kind == AST_NUMBER && link->first->kind != AST_NUMBER ? " " : " · ";
    case TOKEN_ADD: return " + ";
    case TOKEN_SUB: return " - ";
    case TOKEN_DIV: return " / ";
    case TOKEN_MATMUL: return " @ ";
    case TOKEN_POW: return "^";
    default: return NULL;
    }
}

static void put_link(writer *w, const wgi_ast *link, const wgi_ast *before)
{
    if (link->kind == AST_TRANSPOSE) put(w, "^T");
    else if (link->kind == AST_MEMBER) w->failed = true;
    else if (link->kind == AST_INDEX) put(w, "["), put_list(w, link->first), put(w, "]");
    else {
        const char *sign = sign_of(link, before);
        w->failed |= !sign;
        if (sign) put(w, sign), put_operand(w, link->first);
    }
}

/* a - b - c has two links: each applies to what stands before it. A power or an index applies to all of
 * it. */
static void put_chain(writer *w, const wgi_ast *a)
{
    const wgi_ast *before = a->first;
    const bool sum = before->next->kind == AST_OPERATOR && before->next->op != TOKEN_POW;
    if (before->kind == AST_NEGATE && sum) write_ast(w, before); /* -a b is (-a) b */
    else put_operand(w, before);
    for (const wgi_ast *link = before->next; link; before = link, link = link->next)
        put_link(w, link, before);
}

static void write_ast(writer *w, const wgi_ast *a)
{
    if (w->failed) return;
    switch (a->kind) {
    case AST_NUMBER: put_bytes(w, w->q->source + a->start, a->end - a->start); break;
    case AST_NAME: put_name(w, wgi_name_of(a)); break;
    case AST_CALL: put_call(w, a); break;
    case AST_NEGATE: put(w, "-"), put_operand(w, a->first); break;
    case AST_CHAIN: put_chain(w, a); break;
    case AST_VALUE: write_ast(w, a->first); break;
    case AST_BIND: put_name(w, wgi_name_of(a)), put(w, " = "), write_ast(w, a->first); break;
    case AST_FUNCTION: write_ast(w, a->first), put(w, " = "), write_ast(w, a->first->next); break;
    default: w->failed = true;
    }
}

bool wgi_write_formula(const wg_program *q, const wgi_ast *a, char *to, size_t room)
{
    writer w = { q, to, room, 0, false };
    w.failed = !a || a->next;
    if (a) write_ast(&w, a);
    if (room) to[w.failed ? 0 : w.n] = 0;
    return !w.failed && room;
}
