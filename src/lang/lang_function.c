/* lang_function.c: calls of the program's functions. A call evaluates the body of the function again, and
 * what its statements bind gets new nodes. repeat and scan call a function many times, each time with the
 * result of the time before.
 *
 *     h = block(x, 64)               names in the body, and parameters: h.z, h.z.W
 *     h = repeat(3, block, x, 64)    h.0.z, h.0.z.W, h.1.z, ...
 *     h = scan(cell, h0, xs)         h.1.z, h.2.z, ...; the parameters are shared: h.z.W
 */
#include "lang/lang.h"

#include <string.h>

#include "wengert/ops.h"

/* ---- names and places ---- */

const char *wgi_inside(wg_program *q, const wgi_ast *at, const char *name)
{
    if (strlen(q->now.prefix) + strlen(name) < WGI_LANG_PATH)
        return wgi_lang_join(q, q->now.prefix, name, ".");
    wgi_fail_at(q, at, WG_ERROR_VALUE, "names inside each other of more than %d characters", WGI_LANG_PATH);
    return NULL;
}

const char *wgi_node_path(wg_program *q, const char *name)
{
    char text[2 * WGI_LANG_PATH], number[24];
    if (!*q->now.prefix) return name;
    size_t n = (size_t)snprintf(text, sizeof text, "%s%s", q->now.prefix, name);
    for (const wgi_frame *f = q->now.frame; f;
         f = f->up) { /* the inner ones first: their numbers stand behind */
        const size_t more =
            f->is_step ? (size_t)snprintf(number, sizeof number, "%lld.", (long long)f->number) : 0;
        if (!more || n + more >= sizeof text || f->prefix > n) continue;
        memmove(text + f->prefix + more, text + f->prefix, n - f->prefix + 1);
        memcpy(text + f->prefix, number, more);
        n += more;
    }
    const char *path = wgi_lang_join(q, text, "", "");
    return path ? path : name;
}

void wgi_put_calls(const wg_program *q, char *to, size_t room)
{
    enum { SHOWN = 4 };
    const char *slash = strrchr(q->name, '/'), *file = slash ? slash + 1 : q->name;
    const wgi_frame *f = q->now.frame;
    to[0] = 0;
    if (!f) return;
    size_t n = (size_t)snprintf(to, room, " (called at %.100s:", file);
    for (int k = 0; f && k < SHOWN; f = f->up, k++) {
        n += (size_t)snprintf(to + n, room - n, "%s%d:%d", k ? ", from " : "", wgi_line(q, f->call->mark),
                              wgi_column(q, f->call->mark));
        if (f->number >= 0) n += (size_t)snprintf(to + n, room - n, " number %lld", (long long)f->number);
    }
    snprintf(to + n, room - n, f ? ", ...)" : ")");
}

/* ---- operands ---- */

typedef struct operand {
    const wgi_ast *ast; /* NULL: the node alone is known */
    bool known;         /* a number. Its node is made when it is used as a value. */
    double number;
    wg_node node;
} operand;

static wgi_ast *head_of(const wgi_binding *f) { return f->function->first; }

static bool evaluate(wg_program *q, const wgi_ast *ast, wgi_binding *owner, operand *to)
{
    *to = (operand){ .ast = ast };
    to->known = wgi_constant(ast, &to->number);
    if (!to->known && wgi_meant(ast)->kind != AST_TEXT) to->node = wgi_eval_node(q, ast, owner);
    return !wg_failed(q->c);
}

static wg_node operand_node(wg_program *q, const operand *x)
{
    return x->known ? wgi_eval_node(q, x->ast, NULL) : x->node;
}

wg_node wgi_operand_node(wg_program *q, wgi_binding *b)
{
    if (wg_is_none(b->node) && b->known) b->node = wgi_eval_node(q, b->operand, NULL);
    return b->node;
}

/* The text of the function's parameters, as block(h, n). */
static const char *written(const wg_program *q, const wgi_binding *f, char *to, size_t room)
{
    wgi_quote(q, head_of(f)->start, head_of(f)->end, to, room);
    return to;
}

/* Whether every keyword of the call, but for those in `own`, is the name of a parameter, once. */
static bool keywords_fit(wg_program *q, const wgi_ast *call, const wgi_binding *f, const char *own)
{
    char text[200];
    for (const wgi_ast *x = call->first; x; x = x->next) {
        const wgi_ast *a = head_of(f)->first;
        if (x->kind != AST_KEYWORD || wgi_choice(own, x->ident->text) >= 0) continue;
        while (a && a->ident != x->ident) a = a->next;
        if (!a)
            return wgi_syntax_word(q, x->start, "no operand '%s': the function is %s", x->ident->text,
                                   written(q, f, text, sizeof text));
        if (wgi_named(call, x->ident->text) != x)
            return wgi_syntax_at(q, x, "'%s' is given twice", x->ident->text);
    }
    return true;
}

/* The operands for f: those of the call behind the first `skipped`, then those by name. NULL: an error. */
static operand *operands(wg_program *q, const wgi_ast *call, const wgi_binding *f, int skipped,
                         const char *own, wgi_binding *owner)
{
    char text[200];
    const int n = wgi_operand_count(head_of(f));
    const wgi_ast *extra = wgi_operand(call, skipped + n);
    int k = 0;
    if (extra)
        return wgi_syntax_at(q, extra, "one operand too many: the function is %s",
                             written(q, f, text, sizeof text)),
               NULL;
    if (!keywords_fit(q, call, f, own)) return NULL;
    operand *x = wgi_lang_built(q, (size_t)(n + 1) * sizeof *x);
    for (const wgi_ast *a = head_of(f)->first; x && a; a = a->next, k++) {
        const wgi_ast *given = wgi_operand(call, skipped + k), *named = wgi_named(call, a->ident->text);
        if (given && named) return wgi_syntax_at(q, named, "'%s' is given twice", a->ident->text), NULL;
        if (!given && !named)
            return wgi_syntax_word(q, call->mark, "no operand for '%s': the function is %s", a->ident->text,
                                   written(q, f, text, sizeof text)),
                   NULL;
        if (!evaluate(q, given ? given : named->first, owner, &x[k])) return NULL;
    }
    return x;
}

/* ---- a call ---- */

/* One application of a function. The name is that of its scope within the prefix. */
typedef struct application {
    const wgi_binding *function;
    const char *name, *scope;
    wgi_frame frame;
} application;

static void set_operands(const wgi_binding *f, const operand *x)
{
    for (const wgi_ast *a = head_of(f)->first; a; a = a->next, x++) {
        wgi_binding *b = a->u.binding;
        b->node = x->node;
        b->operand = x->ast;
        b->known = x->known;
        b->number = x->number;
    }
}

static wgi_val body(wg_program *q, const application *a, const char *inside)
{
    const wgi_ast *body = head_of(a->function)->next;
    wgi_binding self = { .name = a->name, .meaning = WG_NAME_COMPUTED, .local = true };
    return body->kind == AST_BLOCK ? wgi_block(q, body, inside, &self) : wgi_eval(q, body, &self);
}

/* Opens the scope of an application. *open: what to give to leave(). */
static bool enter(wg_program *q, const application *a, const char **open, const char **inside)
{
    *open = q->now.open;
    *inside = wgi_inside(q, a->frame.call, a->name);
    if (!*inside) return false;
    if (a->frame.is_step || !q->now.open || strcmp(q->now.open, *inside) != 0)
        q->now.open = *inside, wg_scope_push_at("", q->now.g, a->scope);
    return true;
}

static void leave(wg_program *q, const char *open)
{
    if (q->now.open != open) wg_scope_pop_at("", q->now.g);
    q->now.open = open;
}

static wgi_val apply(wg_program *q, const application *a, const char *inside, const operand *x)
{
    set_operands(a->function, x);
    q->now.frame = &a->frame;
    const wgi_val v = body(q, a, inside);
    q->now.frame = a->frame.up;
    return wg_failed(q->c) ? WGI_NOTHING : v;
}

static wgi_frame frame_of(const wg_program *q, const wgi_ast *call, const wgi_binding *owner)
{
    return (wgi_frame){ .up = q->now.frame,
                        .call = call,
                        .is_bound = owner && (!q->now.frame || q->now.frame->is_bound),
                        .number = -1 };
}

wgi_val wgi_eval_function(wg_program *q, const wgi_ast *call, wgi_binding *owner)
{
    const wgi_binding *f = call->u.binding;
    const operand *x = operands(q, call, f, 0, "", owner);
    if (!x) return WGI_NOTHING;
    const char *name = owner ? owner->name : f->name;
    const application a = { f, name, name, frame_of(q, call, owner) };
    const char *open, *inside;
    if (!enter(q, &a, &open, &inside)) return WGI_NOTHING;
    const wgi_val v = apply(q, &a, inside, x);
    leave(q, open);
    return v;
}

/* ---- repeat and scan ---- */

/* Application number i of those that a name stands for: its scope is h.0, h.1, ... */
typedef struct series {
    application a;
    const char *name; /* h */
    char scope[WGI_LANG_NAME + 32], number[24];
} series;

static void begin_series(series *s, const wg_program *q, const wgi_ast *call, const wgi_binding *f,
                         const wgi_binding *owner)
{
    s->a = (application){ .function = f, .frame = frame_of(q, call, owner) };
    s->name = owner ? owner->name : f->name;
}

static void number_series(series *s, int64_t i)
{
    snprintf(s->number, sizeof s->number, "%lld", (long long)i);
    snprintf(s->scope, sizeof s->scope, "%s.%s", s->name, s->number);
    s->a.scope = s->scope;
    s->a.frame.number = i;
}

/* Applies the function and makes the result the first operand. Of a scan the second operand is slice i of
 * xs. The result gets the name h.number, but for the last one, which gets that of the statement. */
static bool next_of_series(wg_program *q, series *s, int64_t i, bool last, operand *x, wg_node xs)
{
    const char *open, *inside;
    wg_site here = wgi_site(q, s->a.frame.call, &x[1].ast, !wg_is_none(xs));
    if (!enter(q, &s->a, &open, &inside)) return false;
    if (!wg_is_none(xs)) x[1] = (operand){ .ast = x[1].ast, .node = wgi_part_of(here, xs, 0, i) };
    const wgi_val v = apply(q, &s->a, inside, x);
    wg_node y = wg_failed(q->c) ? wg_none : wgi_as_node(q, s->a.frame.call, v);
    leave(q, open);
    if (wg_failed(q->c)) return false;
    if (!last && !*wg_node_name(y))
        y = wg_name_at("", y, wgi_node_path(q, s->a.frame.is_step ? s->scope : s->number));
    x[0] = (operand){ .node = y };
    return true;
}

wgi_val wgi_eval_repeat(wg_program *q, const wgi_ast *call, wgi_binding *owner)
{
    int64_t n = 0;
    series s;
    const wgi_ast *times = wgi_operand(call, 0);
    const wgi_binding *f = wgi_operand(call, 1)->u.binding;
    operand *x =
        wgi_integer(q, times, "how often", 0, WGI_LANG_MADE, &n) ? operands(q, call, f, 2, "", owner) : NULL;
    if (!x) return WGI_NOTHING;
    if (!n && !head_of(f)->first)
        return wgi_fail_at(q, times, WG_ERROR_VALUE,
                           "a function without parameters, never applied, has no value"),
               WGI_NOTHING;
    const char *outer = q->now.prefix;
    begin_series(&s, q, call, f, owner);
    const char *inside = wgi_inside(q, call, s.name);
    if (!inside) return WGI_NOTHING;
    bool fine = true;
    q->now.prefix = inside;
    for (int64_t i = 0; i < n && fine; i++) {
        number_series(&s, i);
        s.a.name = s.number;
        fine = next_of_series(q, &s, i, i + 1 == n, x, wg_none);
    }
    q->now.prefix = outer;
    if (!fine) return WGI_NOTHING;
    return wgi_node_val(operand_node(q, x));
}

static bool state_fits(wg_program *q, const series *s, wg_node first, wg_node y)
{
    char want[120], got[120];
    if (wg_is_none(first) || wg_shape_equal(wg_node_shape(first), wg_node_shape(y))) return true;
    return wgi_fail_word(q, s->a.frame.call->mark, WG_ERROR_SHAPE,
                         "%s gives a state of shape %s; the first state has %s", s->a.function->name,
                         wg_shape_text(wg_node_shape(y), got, sizeof got),
                         wg_shape_text(wg_node_shape(first), want, sizeof want));
}

/* The steps of a scan, numbered from 1. state: of all steps, or NULL. x[0] becomes the last state. */
static bool steps(wg_program *q, series *s, wg_node xs, int64_t n, operand *x, wg_node state[])
{
    const wg_node first = x[0].node; /* none: a number, which may stand for any shape */
    const wgi_ident *owned = q->now.owned;
    number_series(s, 0);
    if (n && !wg_is_none(first) && !*wg_node_name(first)) wg_name_at("", first, wgi_node_path(q, s->scope));
    s->a.name = s->name;
    s->a.frame.is_step = true;
    s->a.frame.prefix = strlen(q->now.prefix) + strlen(s->name) + 1;
    for (int64_t i = 0; i < n; i++) {
        wgi_disown(q, owned);
        number_series(s, i + 1);
        if (!next_of_series(q, s, i, i + 1 == n && !state, x, xs) || !state_fits(q, s, first, x[0].node))
            return false;
        if (state) state[i] = x[0].node;
    }
    return true;
}

/* Joins the states along a new first axis. */
static wg_node stacked(wg_site here, wg_node state[], int64_t n)
{
    for (int64_t i = 0; i < n; i++) state[i] = wg_expand_at(here, state[i], 0);
    return wg_concat_at(here, state, (int)n, 0);
}

wgi_val wgi_eval_scan(wg_program *q, const wgi_ast *call, wgi_binding *owner)
{
    bool all = false;
    series s;
    const wgi_ast *option = wgi_keyword(call, "all");
    const wgi_binding *f = wgi_operand(call, 0)->u.binding;
    if (option && !wgi_truth(q, option, &all)) return WGI_NOTHING;
    if (wgi_operand_count(head_of(f)) < 2)
        return wgi_syntax_at(q, wgi_operand(call, 0),
                             "scan takes a function of a state and an element: cell(h, x)"),
               WGI_NOTHING;
    for (const wgi_ast *a = head_of(f)->first; a; a = a->next)
        if (a->ident && !strcmp(a->ident->text, "all"))
            return wgi_syntax_at(q, a, "all is an option of scan: call this parameter otherwise"),
                   WGI_NOTHING;
    operand *x = operands(q, call, f, 1, "all", owner);
    if (!x) return WGI_NOTHING;
    const wg_node xs = operand_node(q, &x[1]);
    if (wg_failed(q->c)) return WGI_NOTHING;
    if (!wg_node_shape(xs).rank)
        return wgi_fail_word(q, call->mark, WG_ERROR_SHAPE,
                             "scan goes along axis 0 of a tensor, and this is a scalar"),
               WGI_NOTHING;
    const int64_t n = wg_dim_at(wgi_site_text(q, "", call->mark), xs, 0);
    if (!n && all) return wgi_fail_word(q, call->mark, WG_ERROR_SHAPE, "all=true of no steps"), WGI_NOTHING;
    wg_node *state = all ? wg_alloc(q->c, (size_t)n, sizeof *state) : NULL, y = wg_none;
    begin_series(&s, q, call, f, owner);
    if ((!all || state) && steps(q, &s, xs, n, x, state))
        y = all ? stacked(wgi_site_text(q, "", call->mark), state, n) : operand_node(q, x);
    wg_free(q->c, state);
    return wgi_node_val(y);
}
