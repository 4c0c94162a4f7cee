/* lang_parse.c: makes the tree from the tokens, by the binding strength of operators (V. Pratt, 1973). Only
 * brackets, signs and right operands recurse, to a bounded depth. A chain of operators or indices is a list:
 * lang.h says why. */
#include "lang/lang.h"
#include "wgx/base.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

typedef wgi_parser parser;

static wgi_ast *expression(parser *p, int strength);
static wgi_ast *statement(parser *p);
static wgi_ast *statements(parser *p, wgi_token end, wgi_ast *(*one)(parser *));

/* ---- small things ---- */

static bool ok(const parser *p) { return !wg_failed(p->q->c); }
static bool at(const parser *p, wgi_token t) { return p->lex.token == t; }

void wgi_parse_fail(parser *p, const char *message)
{
    wgi_lang_fail(p->q, p->lex.start, p->lex.end, WG_ERROR_SYNTAX, "%s", message);
    wgi_lex_next(&p->lex);
}

wgi_ast *wgi_parse_make(parser *p, wgi_ast_kind kind, uint32_t start)
{
    wgi_ast *a = wgi_lang_alloc(p->q, sizeof *a);
    if (!a) a = &p->q->spare;
    a->kind = (unsigned char)kind;
    a->start = a->mark = start;
    a->end = p->lex.end;
    return a;
}

wgi_ident *wgi_parse_ident(parser *p)
{
    wgi_ident *i = wgi_lang_ident(p->q, p->q->source + p->lex.start, p->lex.end - p->lex.start);
    wgi_lex_next(&p->lex);
    return i;
}

bool wgi_parse_accept(parser *p, wgi_token t)
{
    if (!at(p, t)) return false;
    wgi_lex_next(&p->lex);
    return true;
}

bool wgi_parse_is(const parser *p, const char *text)
{
    return at(p, TOKEN_NAME) && p->lex.end - p->lex.start == strlen(text) &&
           !strncmp(p->q->source + p->lex.start, text, strlen(text));
}

static void nest(parser *p)
{
    if (++p->depth <= WGI_LANG_DEPTH) return;
    wgi_lang_fail(p->q, p->lex.start, p->lex.end, WG_ERROR_SYNTAX, "nested more than %d deep",
                  WGI_LANG_DEPTH);
    wgi_lex_next(&p->lex);
}

/* Inside ( and [ a newline is a blank. Set joined before the next token is read: it may be a newline. */
static void open_bracket(parser *p)
{
    nest(p);
    p->lex.joined++;
    wgi_lex_next(&p->lex);
}

static void never_closed(parser *p, uint32_t opened)
{
    wgi_lang_fail(p->q, opened, opened + 1, WG_ERROR_SYNTAX, "this bracket is never closed");
}

static void close_bracket(parser *p, wgi_token t, uint32_t opened, const char *message)
{
    p->depth--;
    p->lex.joined--;
    if (at(p, t)) wgi_lex_next(&p->lex);
    else if (at(p, TOKEN_END) && ok(p)) never_closed(p, opened);
    else wgi_parse_fail(p, message);
}

/* ---- operands ---- */

/* Reads a bracket with items between commas, the children of a. item() reads one; it gets the one before. */
static wgi_ast *items(parser *p, wgi_ast *a, wgi_token close, wgi_ast *(*item)(parser *, const wgi_ast *),
                      const char *missing)
{
    uint32_t opened = p->lex.start;
    wgi_ast **tail = &a->first, *before = NULL;
    open_bracket(p);
    while (ok(p) && !at(p, close)) {
        *tail = before = item(p, before);
        tail = &before->next;
        if (!wgi_parse_accept(p, TOKEN_COMMA)) break;
    }
    close_bracket(p, close, opened, missing);
    a->end = p->lex.before;
    return a;
}

static wgi_ast *element(parser *p, const wgi_ast *before) { return expression(p, 0); }

static wgi_ast *list(parser *p)
{
    return items(p, wgi_parse_make(p, AST_LIST, p->lex.start), TOKEN_CLOSE_LIST, element,
                 "',' or ']' is missing before this");
}

static bool is_keyword(const parser *p)
{
    const char *s = p->q->source + p->lex.end;
    while (*s == ' ' || *s == '\t' || *s == '\r' || *s == '\n') s++;
    return at(p, TOKEN_NAME) && s[0] == '=' && s[1] != '=';
}

/* NAME = VALUE, of this kind. */
static wgi_ast *with_name(parser *p, wgi_ast_kind kind)
{
    wgi_ast *a = wgi_parse_make(p, kind, p->lex.start);
    a->ident = wgi_parse_ident(p);
    wgi_lex_next(&p->lex);
    a->first = expression(p, 0);
    return a;
}

static wgi_ast *part(parser *p) { return is_keyword(p) ? with_name(p, AST_FIELD) : expression(p, 0); }

/* x = 1,5 is a group of two numbers, which who writes a comma in numbers did not mean. */
static void warn_of_decimal_comma(parser *p, const wgi_ast *t)
{
    const char *text = p->q->source + t->start;
    const size_t whole = strspn(text, "0123456789"), n = t->end - t->start;
    if (n > 40 || !whole || text[whole] != ',' || whole + 1 + strspn(text + whole + 1, "0123456789") != n)
        return;
    const int after = (int)(n - whole - 1);
    wg_warn(p->q->c, wgi_site_text(p->q, "", t->start),
            "%.*s is two numbers, %.*s and %.*s; %.*s.%.*s is one", (int)n, text, (int)whole, text, after,
            text + whole + 1, (int)whole, text, after, text + whole + 1);
}

/* The values behind a, with commas between them: a, b, c. Of (a, b) the last comma may stand alone, as in a
 * list. */
static wgi_ast *tuple(parser *p, wgi_ast *a, wgi_token close)
{
    if (ok(p) && !at(p, TOKEN_COMMA) && a->kind == AST_FIELD)
        wgi_syntax_at(p->q, a, "a part with a name has others beside it: (W = a, b = c)");
    if (!ok(p) || !at(p, TOKEN_COMMA)) return a;
    wgi_ast *t = wgi_parse_make(p, AST_TUPLE, a->start), *last = t->first = a;
    while (ok(p) && wgi_parse_accept(p, TOKEN_COMMA) && !at(p, close)) {
        last = last->next = close == TOKEN_CLOSE ? part(p) : expression(p, 0);
        for (const wgi_ast *x = a; last->kind == AST_FIELD && x != last; x = x->next)
            if (x->kind == AST_FIELD && x->ident == last->ident)
                wgi_syntax_at(p->q, last, "a second part '%s'", wgi_name_of(last));
    }
    if (ok(p) && last == a) wgi_syntax_at(p->q, a, "one value needs no comma behind it");
    t->end = p->lex.before;
    if (ok(p) && close != TOKEN_CLOSE) warn_of_decimal_comma(p, t);
    return t;
}

static wgi_ast *parentheses(parser *p)
{
    uint32_t start = p->lex.start;
    open_bracket(p);
    wgi_ast *a = tuple(p, part(p), TOKEN_CLOSE);
    close_bracket(p, TOKEN_CLOSE, start, "',' or ')' is missing before this");
    a->start = start;
    a->end = p->lex.before;
    return a;
}

void wgi_parse_block(parser *p, wgi_ast *a, wgi_ast *(*one)(parser *))
{
    const int joined = p->lex.joined;
    const uint32_t opened = p->lex.start;
    nest(p);
    p->lex.joined = 0;
    wgi_lex_next(&p->lex);
    a->first = statements(p, TOKEN_CLOSE_BLOCK, one);
    p->lex.joined = joined;
    p->depth--;
    if (!wgi_parse_accept(p, TOKEN_CLOSE_BLOCK) && ok(p)) never_closed(p, opened);
    a->end = p->lex.before;
}

static wgi_ast *block(parser *p)
{
    wgi_ast *a = wgi_parse_make(p, AST_BLOCK, p->lex.start);
    wgi_parse_block(p, a, statement);
    wgi_ast *last = a->first;
    while (ok(p) && last && last->next) last = last->next;
    const bool several = last && last->kind == AST_BIND && last->op; /* and no value of several parts */
    if (ok(p) && (!last || several || last->kind == AST_CLAIM))
        wgi_syntax_at(p->q, a, "a block ends with the expression that is its value%s",
                      several ? ": write (a, b) behind it" : "");
    return a;
}

static wgi_ast *argument(parser *p, const wgi_ast *before)
{
    if (!is_keyword(p)) {
        if (before && before->kind == AST_KEYWORD) wgi_parse_fail(p, "an operand after a keyword");
        return expression(p, 0);
    }
    return with_name(p, AST_KEYWORD);
}

static wgi_ast *call(parser *p, wgi_ast *name)
{
    int keywords = 0;
    name->kind = AST_CALL;
    p->q->has_input |= !strcmp(wgi_name_of(name), "input");
    items(p, name, TOKEN_CLOSE, argument, "',' or ')' is missing before this");
    for (const wgi_ast *x = name->first; ok(p) && x; x = x->next)
        if (x->kind == AST_KEYWORD && ++keywords > WGI_LANG_OPERANDS)
            wgi_syntax_at(p->q, x, "more than %d operands by name in a call", WGI_LANG_OPERANDS);
    return name;
}

static wgi_ast *word(parser *p)
{
    bool truth = wgi_parse_is(p, "true") || wgi_parse_is(p, "True");
    wgi_ast *a = wgi_parse_make(p, AST_NAME, p->lex.start);
    if (truth || wgi_parse_is(p, "false") || wgi_parse_is(p, "False")) {
        a->kind = AST_BOOL;
        a->u.number = truth;
        wgi_lex_next(&p->lex);
        return a;
    }
    a->ident = wgi_parse_ident(p);
    if (!a->ident || !at(p, TOKEN_OPEN)) return a;
    return call(p, a);
}

static wgi_ast *number(parser *p)
{
    wgi_ast *a = wgi_parse_make(p, AST_NUMBER, p->lex.start);
    a->u.number = p->lex.number;
    wgi_lex_next(&p->lex);
    return a;
}

wgi_ast *wgi_parse_text(parser *p)
{
    wgi_ast *a = wgi_parse_make(p, AST_TEXT, p->lex.start);
    a->ident = wgi_lang_ident(p->q, p->q->source + p->lex.start + 1, p->lex.end - p->lex.start - 2);
    wgi_lex_next(&p->lex);
    return a;
}

static wgi_ast *negation(parser *p)
{
    bool minus = at(p, TOKEN_SUB);
    wgi_ast *a = wgi_parse_make(p, AST_NEGATE, p->lex.start);
    nest(p);
    wgi_lex_next(&p->lex);
    wgi_ast *x = expression(p, BIND_SIGN);
    p->depth--;
    if (!minus) return x;
    a->first = x;
    a->end = p->lex.before;
    return a;
}

static wgi_ast *operand(parser *p)
{
    switch (p->lex.token) {
    case TOKEN_NUMBER: return number(p);
    case TOKEN_TEXT: return wgi_parse_text(p);
    case TOKEN_NAME: return word(p);
    case TOKEN_OPEN: return parentheses(p);
    case TOKEN_OPEN_LIST: return list(p);
    case TOKEN_OPEN_BLOCK: return block(p);
    case TOKEN_ADD:
    case TOKEN_SUB: return negation(p);
    case TOKEN_END:
    case TOKEN_NEWLINE: wgi_parse_fail(p, "the expression is not complete"); break;
    case TOKEN_BIND: wgi_parse_fail(p, "a name is bound at the start of a statement only"); break;
    default: {
        const uint32_t at = p->lex.start;
        const bool twice = at && p->q->source[at] == '/' && p->q->source[at - 1] == '/';
        wgi_parse_fail(p, twice ? "a // b is written floor_divide(a, b)" : "an expression was expected here");
        break;
    }
    }
    return &p->q->spare;
}

/* ---- links ---- */

static wgi_ast *empty(parser *p)
{
    wgi_ast *a = wgi_parse_make(p, AST_EMPTY, p->lex.start);
    a->end = a->start;
    return a;
}

static wgi_ast *index_item(parser *p, const wgi_ast *before)
{
    if (!strncmp(p->q->source + p->lex.start, "...", 3))
        wgi_parse_fail(p, "an index has a ':' for each axis: write x[:, :, 0] for x[..., 0]");
    wgi_ast *from = at(p, TOKEN_COLON) ? empty(p) : expression(p, 0);
    if (!at(p, TOKEN_COLON)) return from;
    wgi_ast *a = wgi_parse_make(p, AST_RANGE, from->start);
    wgi_lex_next(&p->lex);
    a->first = from;
    from->next =
        at(p, TOKEN_COMMA) || at(p, TOKEN_CLOSE_LIST) || at(p, TOKEN_COLON) ? empty(p) : expression(p, 0);
    a->end = p->lex.before;
    if (at(p, TOKEN_COLON))
        wgi_parse_fail(p, "slices have no step: write flip(x, axis=0) for x[::-1], and x[[0, 2]] for x[::2]");
    return a;
}

static wgi_ast *index_link(parser *p)
{
    wgi_ast *a = items(p, wgi_parse_make(p, AST_INDEX, p->lex.start), TOKEN_CLOSE_LIST, index_item,
                       "',' or ']' is missing before this");
    if (!a->first) wgi_lang_fail(p->q, a->end - 1, a->end, WG_ERROR_SYNTAX, "an index is missing");
    return a;
}

/* np.exp(x), torch.clamp(x, 0, 1) and x.sum() */
static void fail_dotted_call(parser *p, const char *name)
{
    const char *meant = wgx_meant(name, WG_WORD_CALL, WG_IN_WG);
    wgi_lang_fail(p->q, p->lex.start, p->lex.end, WG_ERROR_SYNTAX,
                  meant ? "a call has nothing before its name: %s"
                        : "a call has nothing before its name: write %s(...)",
                  meant ? meant : name);
}

static wgi_ast *dot_link(parser *p)
{
    wgi_ast *a = wgi_parse_make(p, AST_TRANSPOSE, p->lex.start);
    wgi_lex_next(&p->lex);
    if (!at(p, TOKEN_NAME)) wgi_parse_fail(p, "behind a dot stands T, the transpose, or the name of a part");
    else if (wgi_parse_is(p, "T")) wgi_lex_next(&p->lex);
    else a->kind = AST_MEMBER, a->mark = p->lex.start, a->ident = wgi_parse_ident(p);
    if (a->kind == AST_MEMBER && a->ident && at(p, TOKEN_OPEN)) fail_dotted_call(p, wgi_name_of(a));
    a->end = p->lex.before;
    return a;
}

static wgi_ast *operator_link(parser *p, int strength)
{
    wgi_ast *a = wgi_parse_make(p, AST_OPERATOR, p->lex.start);
    bool power = at(p, TOKEN_POW);
    a->op = (unsigned char)p->lex.token;
    wgi_lex_next(&p->lex);
    if (power) {
        nest(p);
        a->first = expression(p, strength);
        p->depth--;
    } else {
        a->first = expression(p, strength + 1);
    }
    a->end = p->lex.before;
    if (strength == BIND_COMPARE && wgi_sign_of(p->lex.token)->strength == BIND_COMPARE)
        wgi_parse_fail(p, "comparisons do not chain: use brackets, or write logical_and(a < x, x < b)");
    return a;
}

static wgi_ast *next_link(parser *p, int strength)
{
    switch (p->lex.token) {
    case TOKEN_OPEN_LIST: return index_link(p);
    case TOKEN_DOT: return dot_link(p);
    case TOKEN_OPEN:
        wgi_parse_fail(p, "only a name can be called; a product is written with *");
        return &p->q->spare;
    default: return operator_link(p, strength);
    }
}

wgi_ast *wgi_parse_expression(parser *p) { return expression(p, 0); }

static wgi_ast *expression(parser *p, int strength)
{
    wgi_ast *a = operand(p), *chain = NULL, **tail = NULL;
    int found;
    while (ok(p) && (found = wgi_sign_of(p->lex.token)->strength) > 0 && found >= strength) {
        if (!chain) {
            chain = wgi_parse_make(p, AST_CHAIN, a->start);
            chain->first = a;
            tail = &a->next;
        }
        *tail = next_link(p, found);
        tail = &(*tail)->next;
        chain->end = p->lex.before;
    }
    return chain ? chain : a;
}

/* ---- statements ---- */

/* Of "sin x" it says so. */
static bool is_call_without_parentheses(parser *p)
{
    const char *text = p->q->source;
    uint32_t end = p->lex.start, start;
    char name[40], message[120];
    while (end && text[end - 1] == ' ') end--;
    for (start = end; start && (isalnum((unsigned char)text[start - 1]) || text[start - 1] == '_');) start--;
    snprintf(name, sizeof name, "%.*s", (int)(end - start), text + start);
    if (!wg_op_find(name) || (!at(p, TOKEN_NAME) && !at(p, TOKEN_NUMBER))) return false;
    snprintf(message, sizeof message, "a call has parentheses: write %s(%.*s)", name,
             (int)(p->lex.end - p->lex.start > 40 ? 40 : p->lex.end - p->lex.start), text + p->lex.start);
    return wgi_parse_fail(p, message), true;
}

static void separator(parser *p, wgi_token end)
{
    if (!ok(p) || at(p, end) || at(p, TOKEN_END) || wgi_parse_accept(p, TOKEN_NEWLINE) ||
        wgi_parse_accept(p, TOKEN_SEMICOLON))
        return;
    const bool closes = at(p, TOKEN_CLOSE) || at(p, TOKEN_CLOSE_LIST) || at(p, TOKEN_CLOSE_BLOCK);
    const bool assigns = at(p, TOKEN_COLON) && p->q->source[p->lex.end] == '=';
    const char *hint = closes    ? NULL
                       : assigns ? "':=' is no sign of the language: write NAME = expression"
                                 : wgi_foreign_word(p->q->source, p->lex.start, p->lex.end);
    if (!hint && !closes && is_call_without_parentheses(p)) return;
    wgi_parse_fail(p, hint     ? hint
                      : closes ? "this bracket was never opened"
                               : "an operator, a newline or ';' is missing before this");
}

/* LEFT == RIGHT, or another comparison. */
static wgi_ast *claim(parser *p)
{
    wgi_ast *a = wgi_parse_make(p, AST_CLAIM, p->lex.start);
    p->q->claim_room++;
    a->first = expression(p, BIND_COMPARE + 1);
    if (wgi_sign_of(p->lex.token)->strength != BIND_COMPARE || at(p, TOKEN_NOT_EQUAL)) {
        wgi_parse_fail(p, "a claim is written: check LEFT == RIGHT, with == < <= > or >=");
        return a;
    }
    a->mark = p->lex.start;
    a->op = (unsigned char)p->lex.token;
    wgi_lex_next(&p->lex);
    wgi_ast *right = expression(p, BIND_COMPARE + 1);
    a->first->next = right;
    if (ok(p) && wgi_parse_is(p, "within")) {
        if (a->op != TOKEN_EQUAL) wgi_parse_fail(p, "within goes with ==: a claim with < has no tolerance");
        wgi_lex_next(&p->lex);
        right->next = expression(p, BIND_COMPARE + 1);
    }
    a->end = p->lex.before;
    return a;
}

/* Whether a list of claims begins here, { LEFT == RIGHT; ... }, and not the left side of one, { ...; y } ==
 * RIGHT. */
static bool lists_claims(const parser *p)
{
    parser ahead = *p;
    int depth = 0;
    do {
        depth += at(&ahead, TOKEN_OPEN_BLOCK) - at(&ahead, TOKEN_CLOSE_BLOCK);
        wgi_lex_next(&ahead.lex);
    } while (depth > 0 && ok(p) && !at(&ahead, TOKEN_END));
    return at(p, TOKEN_OPEN_BLOCK) && !wgi_sign_of(ahead.lex.token)->strength;
}

static wgi_ast *claims(parser *p)
{
    const uint32_t start = p->lex.start;
    wgi_lex_next(&p->lex);
    if (!lists_claims(p)) {
        wgi_ast *one = claim(p);
        one->start = start;
        return one;
    }
    wgi_ast list = { 0 };
    wgi_parse_block(p, &list, claim);
    if (ok(p) && !list.first) wgi_parse_fail(p, "no claim stands between { and }");
    return list.first;
}

static wgi_ast *training(parser *p)
{
    wgi_ast *a = wgi_parse_make(p, AST_TRAIN, p->lex.start);
    a->first = expression(p, 0);
    a->end = p->lex.before;
    if (ok(p) && at(p, TOKEN_BIND) && a->first->kind == AST_CALL)
        wgi_syntax_word(p->q, a->start, "'%s' is a statement: give the function another name",
                        wgi_name_of(a->first));
    if (ok(p)) wgi_note_training(p->q, a, p->depth > 0);
    return a;
}

static wgi_ast *bind(parser *p, wgi_ast *name, wgi_ast *value)
{
    wgi_ast *a = wgi_parse_make(p, AST_BIND, name->start);
    a->ident = name->ident;
    a->first = value;
    a->end = value->end;
    return a;
}

/* Part k of the value, which stands in the first of the statements that are made of it. */
static wgi_ast *part_of(parser *p, wgi_ast *value, int k, int names, bool first)
{
    wgi_ast *part = wgi_parse_make(p, AST_PART, value->start);
    part->mark = value->mark, part->end = value->end, part->op = (unsigned char)k;
    part->first = first ? value : NULL;
    part->u.number = names;
    return part;
}

/* (a, b) = VALUE is two statements: a is part 0 of the value, and b part 1. (a, b) = (1, 2) is a = 1, b = 2.
 * The name _ takes a part that is not used. */
static wgi_ast *bindings(parser *p, const wgi_ast *names, wgi_ast *value)
{
    wgi_ast *made = NULL, **tail = &made, *one = value->kind == AST_TUPLE ? value->first : NULL;
    const bool written = one;
    const int n = wgi_operand_count(names), given = written ? wgi_operand_count(value) : n;
    if (n != given) wgi_syntax_at(p->q, value, "%d names for %d values", n, given);
    int k = 0;
    for (wgi_ast *name = names->first; ok(p) && name; name = name->next, k++) {
        wgi_ast *behind = written ? one->next : NULL;
        if (name->kind != AST_NAME) return wgi_syntax_at(p->q, name, "only a name can be bound"), made;
        if (written) one->next = NULL;
        if (written && one->kind == AST_FIELD) one = one->first;
        if (strcmp(wgi_name_of(name), "_") != 0) {
            *tail = bind(p, name, written ? one : part_of(p, value, k, n, !made));
            (*tail)->op = made == *tail ? WGI_BIND_FIRST : WGI_BIND_MORE;
            tail = &(*tail)->next;
        }
        one = behind;
    }
    if (ok(p) && !made) wgi_syntax_at(p->q, names, "no name is bound: write the value alone");
    return made;
}

/* What stands left of = is x. */
static wgi_ast *binding(parser *p, wgi_ast *x)
{
    const bool function = x->kind == AST_CALL, several = x->kind == AST_TUPLE;
    if (!function && !several && x->kind != AST_NAME) {
        const wgi_ast *last = x->first;
        while (x->kind == AST_CHAIN && last->next) last = last->next;
        wgi_parse_fail(p, x->kind == AST_CHAIN && last->kind == AST_INDEX
                              ? "only a name can be bound: x with another first element is "
                                "where(arange(count(x)) == 0, 5, x)"
                              : "only a name can be bound");
    }
    if (several && wgi_operand_count(x) > WGI_LANG_PARTS)
        wgi_syntax_at(p->q, x, "more than %d names", WGI_LANG_PARTS);
    if (function && wgi_operand_count(x) > WGI_LANG_OPERANDS)
        wgi_syntax_at(p->q, x, "more than %d operands of a function", WGI_LANG_OPERANDS);
    wgi_lex_next(&p->lex);
    wgi_ast *value = tuple(p, expression(p, 0), TOKEN_NEWLINE);
    if (!ok(p)) return x;
    if (several) return bindings(p, x, value);
    if (!function) return bind(p, x, value);
    wgi_ast *a = wgi_parse_make(p, AST_FUNCTION, x->start);
    a->ident = x->ident;
    x->next = value;
    a->first = x;
    a->end = p->lex.before;
    return a;
}

static wgi_ast *statement(parser *p)
{
    if (wgi_parse_is(p, "check") && !is_keyword(p)) return claims(p);
    if ((wgi_parse_is(p, "train") || wgi_parse_is(p, "minimize")) && !is_keyword(p)) return training(p);
    if (wgi_parse_is(p, "plot") && wgi_plot_begins(p)) return wgi_parse_plot(p);
    wgi_ast *x = tuple(p, expression(p, 0), TOKEN_BIND);
    if (ok(p) && at(p, TOKEN_BIND)) return binding(p, x);
    wgi_ast *a = wgi_parse_make(p, AST_VALUE, x->start);
    a->first = x;
    a->end = p->lex.before;
    return a;
}

static wgi_ast *statements(parser *p, wgi_token end, wgi_ast *(*one)(parser *))
{
    wgi_ast *first = NULL, **tail = &first;
    while (ok(p) && !at(p, end) && !at(p, TOKEN_END)) {
        if (wgi_parse_accept(p, TOKEN_NEWLINE) || wgi_parse_accept(p, TOKEN_SEMICOLON)) continue;
        *tail = one(p);
        while (ok(p) && *tail) tail = &(*tail)->next; /* (a, b) = f(x) is two statements */
        separator(p, end);
    }
    return first;
}

wgi_ast *wgi_parse(wg_program *q)
{
    parser p = { .q = q, .lex = { .q = q } };
    wgi_lex_next(&p.lex);
    return statements(&p, TOKEN_END, statement);
}
