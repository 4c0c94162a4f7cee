/* lang_names.c: gives every AST_NAME and AST_BIND of the tree its binding. Only names that are words of
 * options (init=he) stay without one. A name stands for one value. A name bound in a block is visible in that
 * block alone: there it hides the same name outside. A function sees what is bound before it. Its parameters,
 * and the names that its body binds, are its own in the same way. */
#include "lang/lang.h"
#include "wgx/base.h"
#include "wgx/lang.h"

#include <math.h>
#include <string.h>

enum { COMPARED = 200 };

static bool resolve(wg_program *q, wgi_ast *a);
static bool resolve_block(wg_program *q, wgi_ast *block, const wgi_ast *scope);

/* A number, true or false, or a list of these. */
static bool is_literal(const wgi_ast *a)
{
    double unused;
    switch (a->kind) {
    case AST_NUMBER:
    case AST_BOOL: return true;
    case AST_NAME: return wgi_named_number(wgi_name_of(a), &unused);
    case AST_NEGATE: return is_literal(a->first);
    case AST_LIST:
        EACH_AST(x, a->first)
            if (!is_literal(x)) return false;
        return true;
    default: return false;
    }
}

/* Whether it is a call of the language, and no function of the program has the name. */
static bool calls(const wgi_ast *a, const char *name)
{
    return a->kind == AST_CALL && !a->ident->is_function && !strcmp(wgi_name_of(a), name);
}

static wgx_meaning meaning_of(const wgi_ast *value)
{
    if (calls(value, "input")) return WG_NAME_INPUT;
    if (calls(value, "param")) return WG_NAME_PARAM;
    const bool generator =
        calls(value, "normal") || calls(value, "uniform") || calls(value, "zeros") || calls(value, "ones");
    return generator || is_literal(value) ? WG_NAME_CONSTANT : WG_NAME_COMPUTED;
}

static wgi_binding *bind(wg_program *q, wgi_ident *ident, wgx_meaning meaning, uint32_t start, wgi_ast *value,
                         bool local)
{
    wgi_binding *b = wgi_lang_alloc(q, sizeof *b);
    if (!b) return NULL;
    *b = (wgi_binding){ .name = ident->text,
                        .ident = ident,
                        .meaning = meaning,
                        .local = local,
                        .start = start,
                        .value = value };
    ident->visible = b;
    if (!local && !ident->outside) ident->outside = b;
    if (!q->bindings.end) q->bindings.end = &q->bindings.first;
    *q->bindings.end = b;
    q->bindings.end = &b->next;
    return b;
}

wgi_binding *wgi_made_name(wg_program *q, const char *name, wgx_meaning meaning)
{
    wgi_ident *i = wgi_lang_ident(q, name, strlen(name));
    return i && !i->outside ? bind(q, i, meaning, 0, NULL, false) : NULL;
}

wgi_binding *wgi_binding_find(const wg_program *q, const char *name)
{
    const wgi_ident *i = name ? wgi_lang_known(q, name) : NULL;
    return i ? i->outside : NULL;
}

/* The nearest of the names that are: bound by a statement, sizes, or set from outside. NULL: none is near. */
static const wgi_binding *nearest_name(const wg_program *q, const char *name, bool everywhere)
{
    wgx_nearest_word s = wgx_nearest_to(name);
    const wgi_binding *near = NULL;
    EACH_BINDING(q, b) {
        const bool is_name = b->value || b->is_operand || b->meaning == WG_NAME_SYMBOL || b->set.data;
        const bool visible = everywhere ? !b->local : b->ident->visible == b;
        if (is_name && visible && wgx_nearest_try(&s, b->name, strlen(b->name))) near = b;
    }
    return near;
}

static bool no_name(wg_program *q, const char *name, uint32_t mark, const wgi_binding *near)
{
    const char *value = wgx_meant(name, WG_WORD_NAME, WG_IN_WG),
               *meant = value ? value : wgx_meant(name, WG_WORD_CALL, WG_IN_WG);
    if (near)
        return wgi_syntax_word(q, mark, "no name '%s'; did you mean '%s' (line %d)?", name, near->name,
                               wgi_line(q, near->start));
    if (meant) return wgi_syntax_word(q, mark, "no name '%s': %s", name, meant);
    return wgi_syntax_word(q, mark, "no name '%s': write %s = input(m, 3), say, or %s = 0.5 before it", name,
                           name, name);
}

/* Whether two names differ in digits alone, as w1 and w2 do. */
static bool is_same_but_digits(const char *a, const char *b)
{
    for (;; a++, b++) {
        while (*a >= '0' && *a <= '9') a++;
        while (*b >= '0' && *b <= '9') b++;
        if (*a != *b) return false;
        if (!*a) return true;
    }
}

bool wgi_free_names(wg_program *q)
{
    int compared = 0; /* with all names. Of more free names each stands for an input, near to another or
                       * not */
    EACH_BINDING(q, b) {
        if (b->meaning != WG_NAME_INPUT || b->value || b->set.data || b->plotted) continue;
        const wgi_binding *near = compared++ < COMPARED ? nearest_name(q, b->name, true) : NULL;
        if (!q->is_file && near && (strlen(b->name) < 3 || is_same_but_digits(b->name, near->name)))
            near = NULL;
        if (q->is_file || near || wgx_meant(b->name, WG_WORD_NAME, WG_IN_WG))
            return no_name(q, b->name, b->start, near);
    }
    return true;
}

static bool is_known_call(const char *name) { return wgi_builtin_find(name) || wgi_language_op(name); }

static bool resolve_name(wg_program *q, wgi_ast *a)
{
    double unused;
    if (wgi_named_number(wgi_name_of(a), &unused)) return true;
    a->u.binding = a->ident->visible;
    if (a->u.binding && a->u.binding->function)
        return wgi_syntax_word(q, a->mark, "'%s' is a function: its value is that of a call, %s(...)",
                               wgi_name_of(a), wgi_name_of(a));
    if (a->u.binding) a->u.binding->plotted &= q->inside == WGI_IN_PLOT;
    if (a->u.binding) return true;
    if (a->ident->defining)
        return wgi_syntax_word(q, a->mark, "'%s' is used in its own definition", wgi_name_of(a));
    if (a->ident->bound_at)
        return wgi_syntax_word(q, a->mark, "'%s' is bound only later, in line %d", wgi_name_of(a),
                               wgi_line(q, a->ident->bound_at - 1));
    const bool bound = q->has_input || q->inside == WGI_IN_PLOT; /* a mistyped name is said here */
    if (bound && is_known_call(wgi_name_of(a)))
        return wgi_syntax_word(q, a->mark, "'%s' is an op: its value is that of a call, %s(x)",
                               wgi_name_of(a), wgi_name_of(a));
    const wgi_binding *near = bound ? nearest_name(q, wgi_name_of(a), false) : NULL;
    if (bound && (near || q->has_input || wgx_meant(wgi_name_of(a), WG_WORD_NAME, WG_IN_WG)))
        return no_name(q, wgi_name_of(a), a->mark, near);
    a->u.binding = bind(q, a->ident, WG_NAME_INPUT, a->mark, NULL, false);
    if (a->u.binding) a->u.binding->plotted = q->inside == WGI_IN_PLOT;
    return a->u.binding != NULL;
}

/* A name among the sizes of input(...): if it is new it becomes a symbol. */
static bool resolve_symbol(wg_program *q, wgi_ast *a)
{
    if (!a->ident->visible && !a->ident->bound_at && !bind(q, a->ident, WG_NAME_SYMBOL, a->mark, NULL, false))
        return false;
    return resolve_name(q, a);
}

/* Sets the binding of a that names a function. */
static bool resolve_function(wg_program *q, wgi_ast *a)
{
    const char *name = wgi_name_of(a);
    a->u.binding = a->ident->visible;
    if (a->u.binding && a->u.binding->function) return true;
    if (a->ident->defining)
        return wgi_syntax_word(q, a->mark, "'%s' calls itself: write it with repeat or scan", name);
    if (a->ident->is_function && !a->u.binding)
        return wgi_syntax_word(q, a->mark,
                               "'%s' is defined only later, in line %d: a function comes before its calls",
                               name, wgi_line(q, a->ident->bound_at - 1));
    if (a->u.binding) return wgi_syntax_word(q, a->mark, "'%s' is a value here, no function", name);
    wgx_nearest_word near = wgx_nearest_to(name);
    char text[300], instead[280];
    EACH_BINDING(q, b)
        if (b->function) wgx_nearest_try(&near, b->name, strlen(b->name));
    snprintf(instead, sizeof instead, ": a function is defined as f(x) = %s(x)",
             is_known_call(name) ? name : "sigmoid");
    return wgi_syntax_word(q, a->mark, "no function '%s'%s", name,
                           wgi_did_you_mean(&near, instead, text, sizeof text));
}

/* The name of a call is that of a function, if it is not that of an op or a builtin. */
static bool resolve_callee(wg_program *q, wgi_ast *a)
{
    const wgi_ident *i = a->ident;
    const bool is_ours = i->is_function || (i->visible && !is_known_call(i->text));
    return !is_ours || resolve_function(q, a);
}

bool wgi_repeats_elements(const wgi_ast *call)
{
    double known;
    if (!calls(call, "repeat") || !call->first) return false;
    const wgi_ast *a = wgi_operand(call, 1);
    const bool of_function = call->first->kind == AST_NAME && call->first->ident->is_function;
    const bool named = a && a->kind == AST_NAME && a->ident->visible && !a->ident->visible->function &&
                       !wgi_constant(call->first, &known); /* k = 2; repeat(x, k) */
    return (a && !of_function && (named || wgi_constant(a, &known))) || wgi_keyword(call, "axis") ||
           wgi_keyword(call, "count");
}

/* Which operand of a call must be a function: of repeat, scan and map. */
static wgi_ast *function_operand(wg_program *q, wgi_ast *a)
{
    const int at = calls(a, "repeat") ? 1 : 0, n = wgi_operand_count(a);
    wgi_ast *x = a->first;
    for (int k = 0; k < at && x; k++) x = x->next;
    if (n > at && x->kind == AST_NAME) return x;
    if (n > at)
        wgi_syntax_at(q, x, "the name of a function was expected here: f(x) = ... defines one%s",
                      at ? "; each element of x twice is x[[0, 0, 1, 1]]" : "");
    else
        wgi_syntax_word(q, a->mark,
                        at ? "repeat takes a number, a function and its operands: repeat(3, block, x)"
                        : calls(a, "map") ? "map takes a function and a tensor: map(f, xs)"
                        : calls(a, "fit")
                            ? "fit takes a function and where it starts: fit(loss, p, batches, steps=100)"
                            : "scan takes a function, a state and a tensor: scan(cell, h0, xs)");
    return NULL;
}

/* In a claim the call becomes a name. Its value is made before the claim, by wgi_series. */
static bool resolve_series(wg_program *q, wgi_ast *a)
{
    wgi_ast *call = wgi_lang_alloc(q, sizeof *call);
    wgi_ident *name = wgi_lang_ident(q, "series(...)", 11);
    if (!call || !name) return false;
    *call = *a;
    wgi_binding *b = bind(q, name, WG_NAME_COMPUTED, a->start, call, true);
    if (!b) return false;
    b->series = true;
    a->kind = AST_NAME, a->ident = name, a->first = NULL, a->u.binding = b;
    return true;
}

/* An input that is the target of a binary cross-entropy is drawn as one. */
static void note_target(const wgi_ast *a)
{
    if (!calls(a, "bce") && !calls(a, "binary_cross_entropy") && !calls(a, "bce_with_logits")) return;
    const wgi_ast *named = wgi_keyword(a, "y"), *y = named ? named : wgi_operand(a, 1);
    if (y && y->kind == AST_NAME && y->u.binding) y->u.binding->target = true;
}

static bool resolve_call(wg_program *q, wgi_ast *a)
{
    const bool sizes = calls(a, "input"), fits = calls(a, "fit"),
               applies = fits || (calls(a, "repeat") && !wgi_repeats_elements(a)) || calls(a, "scan") ||
                         calls(a, "map");
    wgi_ast *function = applies ? function_operand(q, a) : NULL;
    if (calls(a, "series") && q->inside == WGI_IN_CLAIM) return resolve_series(q, a);
    if (sizes && q->inside == WGI_IN_FUNCTION)
        return wgi_syntax_word(q, a->mark,
                               "an input stands outside functions: give it to the function as an operand");
    if (applies ? !function || !resolve_function(q, function) : !resolve_callee(q, a)) return false;
    for (wgi_ast *x = a->first; x; x = x->next) {
        const bool word = x->kind == AST_KEYWORD && x->first->kind == AST_NAME,
                   optimizer = fits && x->kind == AST_KEYWORD && !strcmp(wgi_name_of(x), "optimizer"),
                   option = word && (optimizer || (!a->u.binding && !applies));
        if (x == function) continue;
        if (fits && word && !strcmp(wgi_name_of(x), "dev")) {
            if (!resolve_function(q, x->first)) return false;
        } else if (option) x->first->u.binding = x->first->ident->visible;
        else if (!(sizes && x->kind == AST_NAME ? resolve_symbol(q, x) : resolve(q, x))) return false;
    }
    note_target(a);
    return true;
}

/* ---- functions ---- */

static bool is_hidden_by(const wgi_ident *i, const wgi_ast *scope)
{
    return i->hidden && i->hidden->by == scope;
}

/* From here on the name means what the block or the function says. */
static bool hide(wg_program *q, wgi_ident *i, uint32_t bound_at, const wgi_ast *by)
{
    wgi_hiding *h = wgi_lang_alloc(q, sizeof *h);
    if (!h) return false;
    *h = (wgi_hiding){ by, i->visible, i->bound_at, i->hidden };
    i->visible = NULL;
    i->bound_at = bound_at;
    i->hidden = h;
    return true;
}

static void unhide(wgi_ident *i, const wgi_ast *by)
{
    if (!is_hidden_by(i, by)) return;
    i->visible = i->hidden->visible;
    i->bound_at = i->hidden->bound_at;
    i->hidden = i->hidden->around;
}

static bool bind_parameter(wg_program *q, wgi_ast *a, const wgi_ast *head)
{
    double unused;
    if (a->kind != AST_NAME)
        return wgi_syntax_at(q, a, "a parameter of a function is a name: f(x, n) = n * x");
    if (wgi_named_number(wgi_name_of(a), &unused))
        return wgi_syntax_word(q, a->start, "'%s' is a number of the language", wgi_name_of(a));
    if (is_hidden_by(a->ident, head))
        return wgi_syntax_word(q, a->start, "a second parameter '%s'", wgi_name_of(a));
    if (!hide(q, a->ident, a->start + 1, head)) return false;
    a->u.binding = bind(q, a->ident, WG_NAME_COMPUTED, a->start, NULL, true);
    if (a->u.binding) a->u.binding->is_operand = true;
    return a->u.binding != NULL;
}

/* Resolves a function's body, whose own names are hidden from the program afterwards. */
static bool resolve_body(wg_program *q, wgi_ast *head, wgi_ast *body)
{
    bool fine = true;
    for (wgi_ast *x = head->first; x && fine; x = x->next) fine = bind_parameter(q, x, head);
    q->inside = WGI_IN_FUNCTION;
    fine = fine && (body->kind == AST_BLOCK ? resolve_block(q, body, head) : resolve(q, body));
    q->inside = WGI_OUTSIDE;
    for (wgi_ast *x = head->first; x && fine; x = x->next) unhide(x->ident, head);
    return fine;
}

static bool resolve_definition(wg_program *q, wgi_ast *s, bool local)
{
    double unused;
    wgi_ast *head = s->first;
    const char *name = wgi_name_of(s);
    if (local) return wgi_syntax_at(q, head, "a function is defined outside blocks and functions");
    if (wgi_named_number(name, &unused)) /* the name of an op or a call of the language is hidden, as in
                                          * Python */
        return wgi_syntax_word(q, s->start,
                               "'%s' is a number of the language: give the function another name", name);
    if (s->ident->visible)
        return wgi_syntax_word(q, s->start, "'%s' is bound already, in line %d", name,
                               wgi_line(q, s->ident->visible->start));
    s->ident->defining = true;
    if (!resolve_body(q, head, head->next)) return false;
    s->ident->defining = false;
    s->u.binding = bind(q, s->ident, WG_NAME_FUNCTION, s->start, NULL, false);
    if (s->u.binding) s->u.binding->function = s;
    return s->u.binding != NULL;
}

/* ---- plots ---- */

/* A name that takes values while an item is drawn: a leaf of the program, or one that the item alone has. */
static bool resolve_over(wg_program *q, wgi_ast *a)
{
    double unused;
    const char *name = wgi_name_of(a);
    const wgi_binding *b = a->u.binding = a->ident->visible;
    if (wgi_named_number(name, &unused))
        return wgi_syntax_word(q, a->start, "'%s' is a number of the language", name);
    if (!b) {
        a->u.binding = bind(q, a->ident, WG_NAME_COMPUTED, a->start, NULL, true);
        return a->u.binding != NULL;
    }
    if (b->local) return wgi_syntax_word(q, a->start, "a second name '%s': the axes need two", name);
    return b->meaning < WG_NAME_COMPUTED && b->meaning != WG_NAME_SYMBOL
               ? true
               : wgi_syntax_word(q, a->start,
                                 "'%s' is %s in line %d: give the axis a name of its own, and write the "
                                 "expression with it",
                                 name, b->function ? "a function" : "computed", wgi_line(q, b->start));
}

static bool resolve_item(wg_program *q, wgi_ast *item)
{
    bool fine = true;
    for (wgi_ast *x = item->first; x && fine; x = x->next) /* where they go from and to is said without
                                                            * them */
        for (wgi_ast *y = x->kind == AST_OVER && x->ident ? x->first : NULL; y && fine; y = y->next)
            fine = resolve(q, y);
    for (wgi_ast *x = item->first; x && fine; x = x->next)
        if (x->kind == AST_OVER && x->ident) fine = resolve_over(q, x);
    for (wgi_ast *x = item->first; x && fine; x = x->next)
        if (x->kind != AST_OVER || !x->ident) fine = resolve(q, x);
    for (wgi_ast *x = item->first; x && fine; x = x->next)
        if (x->kind == AST_OVER && x->ident && x->u.binding->local) x->ident->visible = NULL;
    return fine;
}

static bool resolve_plot(wg_program *q, wgi_ast *a)
{
    bool fine = true;
    q->inside = WGI_IN_PLOT;
    for (wgi_ast *x = a->first; x && fine; x = x->next) fine = resolve_item(q, x);
    q->inside = WGI_OUTSIDE;
    return fine;
}

static bool resolve_claim(wg_program *q, wgi_ast *a)
{
    bool fine = true;
    const int inside = q->inside;
    if (inside == WGI_IN_FUNCTION)
        return wgi_syntax_word(q, a->start, "a claim stands outside functions: claim about a call");
    if (inside == WGI_OUTSIDE) q->inside = WGI_IN_CLAIM;
    for (wgi_ast *x = a->first; x && fine; x = x->next) fine = resolve(q, x);
    q->inside = inside;
    return fine;
}

/* ---- dy/dx ---- */

/* The name behind a d that no statement binds: "y" of dy. NULL: a is no such name, or y is none. */
static const char *differential(const wg_program *q, const wgi_ast *a)
{
    const bool is_name = a->kind == AST_NAME || a->kind == AST_CALL;
    if (!is_name || a->ident->visible || a->ident->bound_at || wgi_name_of(a)[0] != 'd') return NULL;
    const wgi_ident *of = wgi_lang_known(q, wgi_name_of(a) + 1);
    return of && of->visible ? of->text : NULL;
}

/* Whether a is f(x) for a name f that nothing stands for. */
static bool is_applied(const wgi_ast *a, const char *f)
{
    return calls(a, f) && !a->ident->visible && wgi_operand_count(a) == 1;
}

/* dy/dx, d(y)/dx and d/dx(y), of names that the program binds, would be quotients of inputs. */
static bool resolve_quotient(wg_program *q, const wgi_ast *a, const wgi_ast *link)
{
    const wgi_ast *b = link->first, *y = is_applied(a, "d") ? a->first : NULL;
    const char *of = a->kind == AST_NAME ? differential(q, a) : NULL, *by = differential(q, b);
    if (by && b->kind == AST_CALL)
        y = a->kind == AST_NAME && !strcmp(wgi_name_of(a), "d") && is_applied(b, b->ident->text) ? b->first
                                                                                                 : NULL;
    if (!by || !(of || y)) return true;
    const int n = y ? (int)(y->end - y->start) : (int)strlen(of);
    const char *text = y ? q->source + y->start : of;
    const wgi_binding *f = of && !y ? wgi_lang_known(q, of)->visible : NULL;
    return wgi_syntax_word(q, a->start, "a derivative has its own call: write grad(%.*s%s, %s)", n, text,
                           f && f->function ? "(x)" : "", by);
}

static bool resolve_chain(wg_program *q, wgi_ast *chain)
{
    const wgi_ast *before = NULL;
    for (wgi_ast *x = chain->first; x; x = x->next) {
        const bool divides = x->kind == AST_OPERATOR && x->op == TOKEN_DIV;
        if (divides && before && !resolve_quotient(q, before, x)) return false;
        before = x->kind == AST_OPERATOR ? x->first : x == chain->first ? x : NULL;
    }
    for (wgi_ast *x = chain->first; x; x = x->next)
        if (!resolve(q, x)) return false;
    return true;
}

static bool resolve(wg_program *q, wgi_ast *a)
{
    switch (a->kind) {
    case AST_CLAIM: return resolve_claim(q, a);
    case AST_NAME: return resolve_name(q, a);
    case AST_CALL: return resolve_call(q, a);
    case AST_BLOCK: return resolve_block(q, a, a);
    case AST_PLOT: return resolve_plot(q, a);
    case AST_CHAIN: return resolve_chain(q, a);
    default:
        for (wgi_ast *x = a->first; x; x = x->next)
            if (!resolve(q, x)) return false;
        return true;
    }
}

static bool resolve_bind(wg_program *q, wgi_ast *s, bool local)
{
    double unused;
    if (wgi_named_number(wgi_name_of(s), &unused))
        return wgi_syntax_word(q, s->start, "'%s' is a number of the language", wgi_name_of(s));
    bool before = s->ident->defining;
    s->ident->defining = true;
    if (!resolve(q, s->first)) return false;
    s->ident->defining = before;
    if (s->ident->visible)
        return wgi_syntax_word(q, s->start, "'%s' is bound already, in line %d: a name stands for one value",
                               wgi_name_of(s), wgi_line(q, s->ident->visible->start));
    s->u.binding = bind(q, s->ident, meaning_of(s->first), s->start, s->first, local);
    return s->u.binding != NULL;
}

static bool resolve_statements(wg_program *q, wgi_ast *first, bool local)
{
    bool fine = true;
    for (wgi_ast *s = first; s && fine; s = s->next)
        fine = s->kind == AST_BIND       ? resolve_bind(q, s, local)
               : s->kind == AST_FUNCTION ? resolve_definition(q, s, local)
                                         : resolve(q, s);
    return fine;
}

/* scope: the block, or the head of the function whose body it is. The parameters are of the same scope. */
static bool resolve_block(wg_program *q, wgi_ast *block, const wgi_ast *scope)
{
    const int inside = q->inside;
    bool fine = true;
    if (inside == WGI_OUTSIDE) q->inside = WGI_IN_BLOCK;
    for (wgi_ast *s = block->first; s && fine; s = s->next)
        if (s->kind == AST_BIND && !is_hidden_by(s->ident, scope))
            fine = hide(q, s->ident, s->start + 1, scope);
    fine = fine && resolve_statements(q, block->first, true);
    for (wgi_ast *s = block->first; s && fine; s = s->next)
        if (s->kind == AST_BIND) unhide(s->ident, scope);
    q->inside = inside;
    return fine;
}

bool wgi_names(wg_program *q, wgi_ast *statements)
{
    for (wgi_ast *s = statements; s; s = s->next) {
        const bool binds = s->kind == AST_BIND || s->kind == AST_FUNCTION;
        if (binds && !s->ident->bound_at) s->ident->bound_at = s->start + 1;
        if (s->kind == AST_FUNCTION) s->ident->is_function = true;
    }
    return resolve_statements(q, statements, false);
}
