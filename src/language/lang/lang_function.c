/* lang_function.c: calls of the program's functions. A call evaluates the body of the function again, and
 * what its statements bind gets new nodes. repeat and scan call a function many times, each time with the
 * result of the time before. map calls it once.
 *
 *     h = block(x, 64)               names in the body, and parameters: h.z, h.z.W
 *     h = repeat(3, block, x, 64)    h.0.z, h.0.z.W, h.1.z, ...
 *     h = scan(cell, h0, xs)         h.1.z, h.2.z, ...; the parameters are shared: h.z.W
 */
#include "lang/lang.h"

#include <string.h>

#include "wengert/ops.h"
#include "wgx/lang.h"

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
    for (const wgi_call_frame *f = q->now.frame; f;
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

/* ---- operands ---- */

typedef struct operand {
    const wgi_ast *ast; /* NULL: the node alone is known */
    bool known;         /* a number. Its node is made when it is used as a value. */
    double number;
    wg_node node;
    const wgi_parts *several; /* not NULL: it is a group */
    struct operand *part;     /* the operands that it may stand for, and how many: see place() */
    int parts;
    bool is_name; /* it opens only where operands are missing still */
} operand;

static wgi_ast *head_of(const wgi_binding *f) { return f->function->first; }

/* The operands of a call. What is written (a, b), and a call that gives several values, stand for as many
 * operands, if the function has parameters for them: f(a, b, x) in scan(f, (a, b), xs), where f(p, x) takes
 * both as one group. A name that stands for a group is one operand. */
typedef struct operand_list {
    operand *x;
    int count, room;
    int state, second; /* how many the first operand of the call stands for, and the one behind it */
    const char *first; /* what it is: "the state"; NULL: one as the others */
} operand_list;

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
    EACH_AST(x, call->first) {
        const wgi_ast *a = head_of(f)->first;
        if (x->kind != AST_KEYWORD || wgi_choice(own, wgi_name_of(x)) >= 0) continue;
        while (a && a->ident != x->ident) a = a->next;
        if (!a)
            return wgi_syntax_word(q, x->start, "no operand '%s': the function is %s", wgi_name_of(x),
                                   written(q, f, text, sizeof text));
        if (wgi_named(call, wgi_name_of(x)) != x)
            return wgi_syntax_at(q, x, "'%s' is given twice", wgi_name_of(x));
    }
    return true;
}

/* Says what the function is, and of how many operands the state counts. */
static const char *takes(const wg_program *q, const wgi_binding *f, const operand_list *l, char *to,
                         size_t room)
{
    char text[200];
    const int n = snprintf(to, room, "the function is %s", written(q, f, text, sizeof text));
    if (l->first && l->state > 0)
        snprintf(to + n, room - (size_t)n, ", of which %s takes %d", l->first, l->state);
    return to;
}

/* The value of an operand: its node, or a group. */
static wgi_val operand_val(wg_program *q, const operand *x)
{
    return x->several ? (wgi_val){ .several = x->several } : wgi_node_val(operand_node(q, x));
}

static operand operand_of(wgi_val v) { return (operand){ .node = v.node, .several = v.several }; }

static bool read_operand(wg_program *q, const wgi_ast *ast, wgi_binding *owner, operand *to);

static bool read_parts(wg_program *q, const wgi_ast *ast, wgi_binding *owner, operand *to)
{
    const wgi_ast *x = ast->first;
    to->parts = wgi_operand_count(ast);
    to->part = wgi_lang_built(q, (size_t)to->parts * sizeof *to->part);
    for (int k = 0; to->part && x; x = x->next)
        if (!read_operand(q, x, owner, &to->part[k++])) return false;
    return to->part != NULL;
}

/* Evaluates the expression. */
static bool read_operand(wg_program *q, const wgi_ast *ast, wgi_binding *owner, operand *to)
{
    if (ast->kind == AST_FIELD) ast = ast->first;
    *to = (operand){ .ast = ast };
    if (ast->kind == AST_TUPLE) return read_parts(q, ast, owner, to);
    to->known = wgi_constant(ast, &to->number);
    if (to->known || wgi_meant(ast)->kind == AST_TEXT) return true;
    const wgi_val v = wgi_of_nodes(q, ast, wgi_evals(q, ast, owner));
    to->node = v.node, to->several = v.several;
    if (wgi_failed(q) || !v.several) return !wgi_failed(q);
    to->ast = NULL; /* a part has no expression of its own */
    to->is_name = ast->kind != AST_CALL && ast->kind != AST_BLOCK;
    to->parts = v.several->count;
    to->part = wgi_lang_built(q, (size_t)to->parts * sizeof *to->part);
    for (int k = 0; to->part && k < to->parts; k++) to->part[k] = operand_of(v.several->part[k]);
    return to->part != NULL;
}

/* How deep values of several parts are opened, and whether names and what operators give are, too. */
typedef struct depth {
    int levels;
    bool names;
} depth;

static bool opens(const operand *x, depth d) { return x->part && d.levels && (d.names || !x->is_name); }
static depth inside_of(depth d) { return (depth){ d.levels - 1, d.names }; }

/* How many operands x stands for. */
static int count_of(const operand *x, depth d)
{
    int n = 0;
    if (!opens(x, d)) return 1;
    for (int k = 0; k < x->parts; k++) n += count_of(&x->part[k], inside_of(d));
    return n;
}

/* Makes a tuple that stays one operand a group. */
static bool close_operand(wg_program *q, operand *x)
{
    if (x->several || !x->part) return true;
    wgi_parts *p = wgi_parts_new(q, x->parts);
    for (int k = 0; p && k < x->parts; k++) {
        if (!close_operand(q, &x->part[k])) return false;
        p->part[k] = operand_val(q, &x->part[k]);
    }
    if (p && x->ast) wgi_written_names(q, x->ast, p);
    x->several = wgi_group(q, x->ast ? x->ast : q->statements, p).several, x->ast = NULL;
    return x->several;
}

/* Adds x, opened so deep, to the list. */
static bool place(wg_program *q, operand_list *l, operand *x, depth d, const wgi_ast *at,
                  const wgi_binding *f)
{
    char text[300];
    if (opens(x, d)) {
        for (int k = 0; k < x->parts; k++)
            if (!place(q, l, &x->part[k], inside_of(d), x->part[k].ast ? x->part[k].ast : at, f))
                return false;
        return true;
    }
    if (l->count >= l->room)
        return wgi_syntax_at(q, at, "one operand too many: %s", takes(q, f, l, text, sizeof text));
    if (!close_operand(q, x)) return false;
    l->x[l->count++] = *x;
    return true;
}

/* How deep to open what n operands are, so that there are as many as `room`; else all but names. */
static depth depth_for(const operand *x, int n, int room)
{
    depth d = { 0, false }, last = d;
    for (int before = -1; d.levels <= WGI_LANG_DEPTH; d.levels++) {
        int all = 0;
        for (int k = 0; k < n; k++) all += count_of(&x[k], d);
        if (all == room) return d;
        if (all != before) before = all;
        else if (d.names) break;
        else last = d, d = (depth){ 0, true };
    }
    return last;
}

static int named_of(const wgi_ast *call, const wgi_binding *f)
{
    int n = 0;
    EACH_AST(a, head_of(f)->first) n += wgi_named(call, wgi_name_of(a)) != NULL;
    return n;
}

/* The operands for f: those of the call behind the first `skipped`, then those by name. x NULL: an error. */
static operand_list operands(wg_program *q, const wgi_ast *call, const wgi_binding *f, int skipped,
                             const char *first, const char *own, wgi_binding *owner)
{
    char text[300];
    const operand_list none = { 0 };
    operand_list l = { .first = first, .room = wgi_operand_count(head_of(f)) };
    const int n = wgi_operand_count(call) - skipped;
    int k = 0;
    if (!keywords_fit(q, call, f, own)) return none;
    l.x = wgi_lang_built(q, (size_t)(l.room + 1) * sizeof *l.x);
    operand *given = wgi_lang_built(q, (size_t)(n > 0 ? n : 1) * sizeof *given);
    if (!l.x || !given) return none;
    for (const wgi_ast *x = wgi_operand(call, skipped); x && x->kind != AST_KEYWORD; x = x->next)
        if (!read_operand(q, x, owner, &given[k++])) return none;
    const depth deep = depth_for(given, k, l.room - named_of(call, f));
    k = 0;
    for (const wgi_ast *x = wgi_operand(call, skipped); x && x->kind != AST_KEYWORD; x = x->next) {
        if (!place(q, &l, &given[k++], deep, x, f)) return none;
        if (!l.state) l.state = l.count;
        else if (!l.second) l.second = l.count - l.state;
        if (l.state > WGI_LANG_PARTS || l.second > WGI_LANG_PARTS)
            return wgi_syntax_at(q, x, "more than %d parts", WGI_LANG_PARTS), none;
    }
    const wgi_ast *a = head_of(f)->first;
    for (k = 0; a; a = a->next, k++) {
        const wgi_ast *named = wgi_named(call, wgi_name_of(a));
        if (k < l.count && named) return wgi_syntax_at(q, named, "'%s' is given twice", wgi_name_of(a)), none;
        if (k < l.count) continue;
        if (!named)
            return wgi_syntax_word(q, call->mark, "no operand for '%s': %s", wgi_name_of(a),
                                   takes(q, f, &l, text, sizeof text)),
                   none;
        if (!read_operand(q, named->first, owner, &l.x[k]) || !close_operand(q, &l.x[k])) return none;
        l.count++;
        if (!l.state) l.state = 1;
        else if (!l.second) l.second = 1;
    }
    return l;
}

/* ---- a call ---- */

/* One application of a function. The name is that of its scope within the prefix. */
typedef struct application {
    const wgi_binding *function;
    const char *name, *scope;
    wgi_call_frame frame;
} application;

static void set_operands(const wgi_binding *f, const operand *x)
{
    for (const wgi_ast *a = head_of(f)->first; a; a = a->next, x++) {
        wgi_binding *b = a->u.binding;
        b->node = x->node;
        b->several = x->several;
        b->operand = x->ast;
        b->known = x->known;
        b->number = x->number;
    }
}

static wgi_val body(wg_program *q, const application *a, const char *inside)
{
    const wgi_ast *body = head_of(a->function)->next;
    wgi_binding self = { .name = a->name, .meaning = WG_NAME_COMPUTED, .local = true };
    return body->kind == AST_BLOCK ? wgi_block(q, body, inside, &self) : wgi_evals(q, body, &self);
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
    return wgi_failed(q) ? WGI_NOTHING : v;
}

static wgi_call_frame frame_of(const wg_program *q, const wgi_ast *call, const wgi_binding *owner)
{
    return (wgi_call_frame){ .up = q->now.frame,
                             .call = call,
                             .is_bound = owner && (!q->now.frame || q->now.frame->is_bound),
                             .number = -1 };
}

BUILTIN(wgi_eval_function)
{
    const wgi_binding *f = call->u.binding;
    const operand *x = operands(q, call, f, 0, NULL, "", owner).x;
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
    const char *name;         /* h */
    const wgi_binding *owner; /* what the statement binds; NULL: nothing */
    int parts;                /* of the state, which are the first operands */
    /* Of a scan the operands behind them are element i along axis 0 of these tensors. */
    wg_node xs[WGI_LANG_PARTS];   /* the leaves of all of them */
    wgi_val like[WGI_LANG_PARTS]; /* by operand: its structure */
    int tensors, leaves;          /* how many operands, and leaves */
    int64_t n;                    /* the size of axis 0 */
    char scope[WGI_LANG_NAME + 32], number[24];
} series;

static void begin_series(series *s, const wg_program *q, const wgi_ast *call, const wgi_binding *f,
                         const wgi_binding *owner, int parts)
{
    s->a = (application){ .function = f, .frame = frame_of(q, call, owner) };
    s->name = owner ? owner->name : f->name;
    s->owner = owner;
    s->parts = parts;
    s->tensors = 0;
}

static void number_series(series *s, int64_t i)
{
    snprintf(s->number, sizeof s->number, "%lld", (long long)i);
    snprintf(s->scope, sizeof s->scope, "%s.%s", s->name, s->number);
    s->a.scope = s->scope;
    s->a.frame.number = i;
}

/* The name that the statement (w, v) = scan(...) binds to a part of the state, which is w.3 and v.3 then. The
 * bindings of such names follow each other. NULL: it binds none. */
static const char *name_of_part(const series *s, int part)
{
    const wgi_binding *b = s->owner;
    if (!b || !b->value || b->value->kind != AST_PART) return part ? NULL : s->name;
    const uint32_t value = b->value->start;
    while (b && b->value && b->value->kind == AST_PART && b->value->start == value && b->value->op != part)
        b = b->next;
    const bool found = b && b->value && b->value->kind == AST_PART && b->value->start == value;
    return found ? b->name : NULL;
}

/* The names h.number of the state's parts. In repeat the prefix has the h of the first one. */
static void name_state(wg_program *q, const series *s, operand *x)
{
    char text[WGI_LANG_NAME + 32];
    for (int k = 0; k < s->parts; k++) {
        const char *name = name_of_part(s, k);
        if (!name || x[k].known) continue;
        snprintf(text, sizeof text, "%s.%s", name, s->number);
        if (x[k].several) wgi_name_parts(q, operand_val(q, &x[k]), text);
        if (x[k].several || *wg_node_name(x[k].node)) continue;
        wg_name_at("", x[k].node, wgi_node_path(q, text));
    }
}

static bool state_misfit(wg_program *q, const series *s, int parts)
{
    return wgi_fail_word(q, s->a.frame.call->mark, WG_ERROR_SHAPE,
                         "%s gives %d value%s, and the state has %d part%s: a state of several is (a, b)",
                         s->a.function->name, parts, parts == 1 ? "" : "s", s->parts,
                         s->parts == 1 ? "" : "s");
}

/* Makes the operands behind the state element i of their tensors. leaf: gets the nodes; NULL: not wanted. */
static void set_elements(wg_program *q, const series *s, int64_t i, operand *x, wg_node *leaf)
{
    wg_node y[WGI_LANG_PARTS];
    for (int k = 0, at = 0; k < s->tensors; k++) {
        const wg_site here = wgi_site(q, s->a.frame.call, &x[k].ast, x[k].ast != NULL);
        const int n = wgi_leaves(s->like[k]);
        for (int j = 0; j < n; j++)
            y[at + j] =
                wg_select_at(here, &WG_OPTS(wg_select_args, .x = s->xs[at + j], .axis = 0, .index = i));
        const wgi_val v = wgi_unflatten(q, s->like[k], y + at);
        x[k] = (operand){ .ast = x[k].ast, .node = v.node, .several = v.several };
        at += n;
    }
    if (leaf) memcpy(leaf, y, (size_t)s->leaves * sizeof *y);
}

/* Whether the new state's part v goes where x was. */
static bool is_like(wg_program *q, const series *s, const operand *x, wgi_val v)
{
    char a[160], b[160];
    const bool nothing = !x->several && !x->known && wg_is_none(x->node); /* repeat without operands */
    const wgi_val was = { .several = x->several, .node = x->node, .is_number = x->known };
    if (wgi_failed(q) || nothing || wgi_same_structure(v, was)) return !wgi_failed(q);
    return wgi_fail_word(q, s->a.frame.call->mark, WG_ERROR_SHAPE, "%s gives %s where the state is %s",
                         s->a.function->name, wgi_structure(v, a, sizeof a), wgi_structure(was, b, sizeof b));
}

/* Applies the function and makes the result the first operands. The parts of the result get the names
 * h.number, but for the last result, which gets those of the statement. */
static bool next_of_series(wg_program *q, series *s, int64_t i, operand *x)
{
    const char *open, *inside;
    if (!enter(q, &s->a, &open, &inside)) return false;
    set_elements(q, s, i, x + s->parts, NULL);
    const wgi_val v = apply(q, &s->a, inside, x);
    leave(q, open);
    const bool whole = s->parts == 1 && (x->several || !v.several);
    const int parts = whole ? 1 : v.several ? v.several->count : 1;
    if (wgi_failed(q)) return false;
    if (parts != s->parts) return state_misfit(q, s, parts);
    for (int k = 0; k < parts; k++) {
        const wgi_val y = wgi_of_nodes(q, s->a.frame.call, whole ? v : v.several->part[k]);
        if (!is_like(q, s, &x[k], y)) return false;
        if (y.several && x[k].several) wgi_lend_names((wgi_parts *)(uintptr_t)y.several, x[k].several);
        x[k] = operand_of(y);
    }
    return !wgi_failed(q);
}

/* The value of the first operands: one, or as many as the state has parts. */
static wgi_val state_value(wg_program *q, const series *s, operand *x)
{
    if (s->parts == 1) return operand_val(q, x);
    wgi_parts *p = wgi_parts_new(q, s->parts);
    for (int k = 0; p && k < s->parts; k++) p->part[k] = operand_val(q, &x[k]);
    return wgi_group(q, s->a.frame.call, p);
}

BUILTIN(wgi_eval_repeat)
{
    int64_t n = 0;
    series s;
    const wgi_ast *times = wgi_operand(call, 0);
    const wgi_binding *f = wgi_operand(call, 1)->u.binding;
    operand_list l = { 0 };
    if (wgi_integer(q, times, "how often", 0, WGI_LANG_MADE, &n))
        l = operands(q, call, f, 2, "the state", "", owner);
    if (!l.x) return WGI_NOTHING;
    if (!n && !l.count)
        return wgi_fail_at(q, times, WG_ERROR_VALUE,
                           "a function without parameters, never applied, has no value"),
               WGI_NOTHING;
    const char *outer = q->now.prefix;
    begin_series(&s, q, call, f, owner, l.state ? l.state : 1);
    const char *inside = wgi_inside(q, call, s.name);
    if (!inside) return WGI_NOTHING;
    bool fine = true;
    for (int64_t i = 0; i < n && fine; i++) {
        number_series(&s, i);
        s.a.name = s.number;
        q->now.prefix = inside;
        fine = next_of_series(q, &s, i, l.x);
        q->now.prefix = outer;
        if (fine && i + 1 < n) name_state(q, &s, l.x);
    }
    return fine ? state_value(q, &s, l.x) : WGI_NOTHING;
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

/* The leaves of the state. A number has none: it may stand for any shape. Returns how many; 0: too many. */
static int leaves_of_state(wg_program *q, const series *s, const operand *x, wg_node *to)
{
    int n = 0;
    for (int k = 0; k < s->parts; k++) {
        const int more = x[k].several ? wgi_leaves(operand_val(q, &x[k])) : 1;
        if (n + more > WGI_LANG_PARTS)
            return wgi_syntax_word(q, s->a.frame.call->mark, "more than %d parts", WGI_LANG_PARTS), 0;
        if (x[k].several) wgi_flatten(q, s->a.frame.call, operand_val(q, &x[k]), to + n);
        else to[n] = x[k].node;
        n += more;
    }
    return n;
}

/* The steps of a scan, numbered from 1. state: of leaf k the states of all n steps from k * n on, or NULL. x
 * becomes the last state. */
static bool steps(wg_program *q, series *s, operand *x, wg_node state[])
{
    wg_node first[WGI_LANG_PARTS], y[WGI_LANG_PARTS];
    const wgi_ident *owned = q->now.owned;
    const int leaves = leaves_of_state(q, s, x, first);
    if (!leaves) return false;
    number_series(s, 0);
    if (s->n) name_state(q, s, x);
    s->a.name = s->name;
    s->a.frame.is_step = true;
    s->a.frame.prefix = strlen(q->now.prefix) + strlen(s->name) + 1;
    for (int64_t i = 0; i < s->n; i++) {
        wgi_disown(q, owned);
        number_series(s, i + 1);
        if (!next_of_series(q, s, i, x)) return false;
        if (i + 1 < s->n || state) name_state(q, s, x);
        leaves_of_state(q, s, x, y);
        for (int k = 0; k < leaves; k++) {
            if (!state_fits(q, s, first[k], y[k])) return false;
            if (state) state[k * s->n + i] = y[k];
        }
    }
    return true;
}

/* Makes the operand of each part all its states, joined along a new first axis: of no steps none of those of
 * the first state's shape. */
static void stack_states(wg_program *q, const series *s, wg_node state[], operand *x)
{
    const int64_t n = s->n;
    const wgi_ast *call = s->a.frame.call;
    const wg_site here = wgi_site_text(q, "", call->mark);
    for (int k = 0, at = 0; k < s->parts; k++) {
        const wgi_val like = wgi_of_nodes(q, call, operand_val(q, &x[k]));
        wg_node y[WGI_LANG_PARTS];
        const int leaves = wgi_flatten(q, call, like, y);
        for (int j = 0; j < leaves; j++, at++) {
            y[j] = n ? wg_stack_at(here, &WG_OPTS(wg_join_args, .x = &state[at * n], .n = (int)n))
                     : wg_slice_at(here, &WG_OPTS(wg_slice_args,
                                                  .x = wg_expand_dims_at(
                                                      here, &WG_OPTS(wg_axes_args, .x = y[j], .axis = 0)),
                                                  .axis = 0, .to = 0));
        }
        x[k] = operand_of(wgi_unflatten(q, like, y));
    }
}

/* The operands of scan or map. x NULL: an error. */
static operand_list along_axis(wg_program *q, const wgi_ast *call, const wgi_binding *f, const char *own,
                               wgi_binding *owner)
{
    const bool scans = !strcmp(wgi_name_of(call), "scan"), maps = !strcmp(wgi_name_of(call), "map");
    const operand_list none = { 0 };
    if (wgi_operand_count(head_of(f)) < (scans ? 2 : 1))
        return wgi_syntax_at(q, wgi_operand(call, 0),
                             scans ? "scan takes a function of a state and an element: cell(h, x)"
                             : maps
                                 ? "map takes a function of an element: f(x)"
                                 : "fit takes a function of what is fitted, and of a batch: loss(p, rows)"),
               none;
    return operands(q, call, f, 1, scans ? "the state" : maps ? "map" : "the start", own, owner);
}

/* The tensors along whose axes 0 the call goes, as nodes in s->xs. Sets s->n. */
static bool set_tensors(wg_program *q, const wgi_ast *call, operand *x, int count, series *s)
{
    const char *name = wgi_name_of(call);
    s->n = s->leaves = s->tensors = 0;
    for (int k = 0; k < count; k++) {
        s->like[k] = operand_val(q, &x[k]);
        const int n = wgi_failed(q) ? 0 : wgi_leaves(s->like[k]);
        if (s->leaves + n > WGI_LANG_PARTS)
            return wgi_syntax_word(q, call->mark, "more than %d parts", WGI_LANG_PARTS);
        if (n) s->leaves += wgi_flatten(q, call, s->like[k], s->xs + s->leaves);
        s->tensors++;
    }
    for (int k = 0; k < s->leaves && !wgi_failed(q); k++) {
        const wg_node xs = s->xs[k];
        if (!wg_node_shape(xs).rank)
            return wgi_fail_word(q, call->mark, WG_ERROR_SHAPE,
                                 "%s goes along axis 0 of a tensor, and this is a scalar", name);
        const int64_t n = wg_dim_at(wgi_site_text(q, "", call->mark), xs, 0);
        if (k && n != s->n)
            return wgi_fail_word(q, call->mark, WG_ERROR_SHAPE,
                                 "%s goes along axes of one size; these have %lld and %lld elements", name,
                                 (long long)s->n, (long long)n);
        s->n = n;
    }
    return !wgi_failed(q);
}

BUILTIN(wgi_eval_scan)
{
    bool all = false;
    series s;
    const wgi_ast *option = wgi_keyword(call, "all");
    const wgi_binding *f = wgi_operand(call, 0)->u.binding;
    if (option && !wgi_truth(q, option, &all)) return WGI_NOTHING;
    EACH_AST(a, head_of(f)->first)
        if (a->ident && !strcmp(wgi_name_of(a), "all"))
            return wgi_syntax_at(q, a, "all is an option of scan: call this parameter otherwise"),
                   WGI_NOTHING;
    const operand_list l = along_axis(q, call, f, "all", owner);
    if (!l.x) return WGI_NOTHING;
    if (l.state == l.count)
        return wgi_syntax_word(q, call->mark,
                               "the state has %d parts, so scan takes a function of %d operands", l.state,
                               l.state + 1),
               WGI_NOTHING;
    begin_series(&s, q, call, f, owner, l.state);
    if (!set_tensors(q, call, &l.x[l.state], l.second, &s)) return WGI_NOTHING;
    wg_node first[WGI_LANG_PARTS];
    const int leaves = leaves_of_state(q, &s, l.x, first);
    if (!leaves) return WGI_NOTHING;
    wg_node *state = all ? wg_alloc(q->c, (size_t)s.n * (size_t)leaves + 1, sizeof *state) : NULL;
    bool fine = (!all || state) && steps(q, &s, l.x, state);
    if (fine && all) stack_states(q, &s, state, l.x);
    wg_free(q->c, state);
    return fine ? state_value(q, &s, l.x) : WGI_NOTHING;
}

/* ---- map ---- */

/* What names and random numbers have been used: each element gets the same. */
typedef struct used {
    wgi_ident *owned;
    uint64_t unnamed;
    struct wgi_seed_use *seeds;
} used;

static bool map_once(wg_program *q, series *s, operand *x, const used *before, wgi_val *to)
{
    const char *open, *inside;
    wgi_disown(q, before->owned);
    q->now.unnamed = before->unnamed, q->now.seeds = before->seeds;
    if (!enter(q, &s->a, &open, &inside)) return false;
    *to = apply(q, &s->a, inside, x);
    leave(q, open);
    return !wgi_failed(q);
}

/* Of a function that fits, or draws by a seed that differs. v: what element 0 gives. */
static wgi_val each_alone(wg_program *q, series *s, operand *x, const used *before, wgi_val v)
{
    const wgi_ast *call = s->a.frame.call;
    const wg_site here = wgi_site_text(q, "", call->mark);
    const int leaves = wgi_leaves(v);
    char a[160], b[160];
    wg_node y[WGI_LANG_PARTS], *row = wg_alloc(q->c, (size_t)leaves * (size_t)s->n, sizeof *row);
    for (int64_t i = 0; row && i < s->n && !wgi_failed(q); i++) {
        wgi_val w = v;
        set_elements(q, s, i, x, NULL);
        if (i && !map_once(q, s, x, before, &w)) break;
        if (!wgi_same_structure(v, w))
            wgi_fail_word(q, call->mark, WG_ERROR_SHAPE, "elements give several structures");
        else wgi_flatten(q, call, w, y);
        for (int k = 0; k < leaves && !wgi_failed(q); k++) {
            row[k * s->n + i] = y[k];
            if (wg_shape_equal(wg_node_shape(row[k * s->n + i]), wg_node_shape(row[k * s->n]))) continue;
            wgi_fail_word(
                q, call->mark, WG_ERROR_SHAPE,
                "element 0 gives %s and element %lld gives %s, which cannot be stacked: give what has "
                "one size, as costs[-1]",
                wgi_structure(v, a, sizeof a), (long long)i, wgi_structure(w, b, sizeof b));
        }
    }
    for (int k = 0; row && k < leaves && !wgi_failed(q); k++)
        y[k] = wg_stack_at(here, &WG_OPTS(wg_join_args, .x = row + k * s->n, .n = (int)s->n));
    wg_free(q->c, row);
    return wgi_failed(q) ? WGI_NOTHING : wgi_unflatten(q, v, y);
}

/* The function is applied to element 0, and what that computes is done for all elements at once (wg_vmap). */
BUILTIN(wgi_eval_map)
{
    const wgi_binding *f = wgi_operand(call, 0)->u.binding;
    const operand_list l = along_axis(q, call, f, "", owner);
    const used before = { q->now.owned, q->now.unnamed, q->now.seeds };
    const int looks = q->now.looks;
    wg_node x[WGI_LANG_PARTS], y[WGI_LANG_PARTS];
    wgi_val v;
    series s;
    if (!l.x) return WGI_NOTHING;
    begin_series(&s, q, call, f, owner, 0);
    s.a.name = s.a.scope = s.name;
    if (!set_tensors(q, call, l.x, l.state, &s)) return WGI_NOTHING;
    if (!s.n)
        return wgi_fail_word(q, call->mark, WG_ERROR_SHAPE, "map along an axis without elements"),
               WGI_NOTHING;
    set_elements(q, &s, 0, l.x, x);
    if (!map_once(q, &s, l.x, &before, &v)) return WGI_NOTHING;
    const int leaves = wgi_leaves(v);
    if (leaves > WGI_LANG_PARTS)
        return wgi_syntax_word(q, call->mark, "more than %d parts", WGI_LANG_PARTS), WGI_NOTHING;
    if (q->now.looks > looks) return each_alone(q, &s, l.x, &before, v);
    wgi_flatten(q, call, v, y);
    if (wg_vmaps_at(wgi_site_text(q, "", call->mark), y, leaves, x, s.xs, s.leaves, y)) return WGI_NOTHING;
    return wgi_unflatten(q, v, y);
}

/* ---- fit ---- */

#define FIT_OPTIONS "optimizer steps dev patience all"

/* A number of the optimizer, which may be computed: a rate that map varies. */
static bool number_now(wg_program *q, const wgi_ast *a, const char *what, double *value)
{
    double known;
    if (wgi_constant(a, &known)) return wgi_number_of(q, a, what, value);
    return wgi_fit_number(q, a, what, wgi_eval_node(q, a, NULL), value);
}

static bool fit_is_allowed(wg_program *q, const wgi_ast *call, const wgi_binding *f)
{
    if (q->now.fitting)
        return wgi_syntax_word(q, call->mark, "a fit inside the function or the options of another");
    if (q->train)
        return wgi_syntax_word(
            q, call->mark, "a program with %s(...), in line %d, is built again for each batch: it has no fit",
            wgi_name_of(q->train->first), wgi_line(q, q->train->start));
    EACH_AST(a, head_of(f)->first)
        if (a->ident && wgi_choice(FIT_OPTIONS, wgi_name_of(a)) >= 0)
            return wgi_syntax_at(q, a, "%s is an option of fit: call this parameter otherwise",
                                 wgi_name_of(a));
    return true;
}

static bool read_fit_options(wg_program *q, const wgi_ast *call, wgi_fitting *t)
{
    const wgi_ast *o = wgi_keyword(call, "optimizer"), *steps = wgi_keyword(call, "steps"),
                  *patience = wgi_keyword(call, "patience"), *all = wgi_keyword(call, "all");
    if (!o)
        return wgi_syntax_word(q, call->mark,
                               "fit needs optimizer=: fit(loss, p, batches, optimizer=adam(1e-3))");
    if (!wgi_read_optimizer(q, o, number_now, &t->optimizer)) return false;
    if (patience && !wgi_keyword(call, "dev"))
        return wgi_syntax_at(q, patience, "patience is about dev=, a function of what is fitted");
    return (!all || wgi_truth(q, all, &t->all)) &&
           (!steps || wgi_integer(q, steps, "the number of steps", 1, WGI_LANG_STEPS, &t->steps)) &&
           (!patience || wgi_integer(q, patience, "the patience", 1, INT32_MAX, &t->patience));
}

/* The function of what is fitted, on the graph that is open: one float. */
static wg_node objective(wg_program *q, const wgi_ast *call, const wgi_binding *f, wgi_binding *owner,
                         const operand *x)
{
    char text[120];
    const char *open, *inside;
    const wgi_ident *owned = q->now.owned;
    series s;
    begin_series(&s, q, call, f, owner, 0);
    s.a.name = s.a.scope = s.name;
    if (!enter(q, &s.a, &open, &inside)) return wg_none;
    const wgi_val v = apply(q, &s.a, inside, x);
    leave(q, open);
    wgi_disown(q, owned);
    if (wgi_failed(q)) return wg_none;
    const wg_node y = v.several ? wg_none : wgi_as_node(q, call, v);
    if (v.several || wg_node_shape(y).rank || !wg_dtype_is_float(wg_node_dtype(y)))
        return wgi_fail_word(q, call->mark, WG_ERROR_SHAPE, "fit needs one float of %s, which gives %s%s%s",
                             f->name, wgi_structure(v, text, sizeof text), v.several ? "" : " of ",
                             v.several ? "" : wg_dtype_name(wg_node_dtype(y))),
               wg_none;
    return y;
}

/* Builds the loss, k 0, or dev, k 1. x: the operands in the program's graph; state, s: of them. */
static wg_node fit_graph(wg_program *q, wgi_fitting *t, int k, const wgi_binding *f, wgi_binding *owner,
                         const operand_list *l, const series *s)
{
    wg_node leaf[WGI_LANG_PARTS];
    operand *x = wgi_lang_built(q, (size_t)(l->count + 1) * sizeof *x);
    if (!x || !wgi_fit_open(q, t, k)) return wg_none;
    memcpy(x, l->x, (size_t)l->count * sizeof *x);
    for (int j = 0, at = 0; j < l->state; j++) {
        const wgi_val was = operand_val(q, &l->x[j]);
        const int n = wgi_leaves(was);
        for (int i = 0; i < n; i++) leaf[i] = wgi_fit_param(q, t, at++);
        x[j] = operand_of(wgi_unflatten(q, was, leaf));
    }
    const wgi_ast *name = head_of(f)->first;
    for (int j = 0; j < l->state; j++) name = name->next;
    for (int j = 0, at = 0; k == 0 && j < s->tensors; j++, name = name->next) {
        const int n = wgi_leaves(s->like[j]);
        for (int i = 0; i < n; i++)
            leaf[i] = wgi_fit_element(q, t, s->xs[at++], n > 1 ? "" : wgi_name_of(name));
        const wgi_val v = wgi_unflatten(q, s->like[j], leaf);
        x[l->state + j] = (operand){ .ast = l->x[l->state + j].ast, .node = v.node, .several = v.several };
    }
    const wg_node y = wgi_failed(q) ? wg_none : objective(q, t->call, f, owner, x);
    bool depends = k;
    for (int i = 0; i < t->leaves && !depends && wg_node_ok(y); i++)
        depends = wg_depends_on(y, wgi_fit_param(q, t, i));
    wgi_fit_shut(q, t);
    if (!depends && !wgi_failed(q))
        wgi_fail_word(q, t->call->mark, WG_ERROR_VALUE, "fit: %s does not depend on what is fitted", f->name);
    if (wgi_failed(q) || wg_params_count(t->p) == t->leaves) return y;
    return wgi_fail_word(q, t->call->mark, WG_ERROR_USE,
                         "%s owns the parameter %s, which fit would forget: what is fitted is the start",
                         f->name, wg_params_name(t->p, t->leaves)),
           wg_none;
}

/* Makes the leaves of the start parameters, which have the names of the function's: p.W */
static bool fit_start(wg_program *q, wgi_fitting *t, const wgi_binding *f, const operand_list *l)
{
    char path[WGI_LANG_NAME + 32];
    const wgi_ast *a = head_of(f)->first;
    for (int j = 0; j < l->state; j++, a = a->next) {
        wg_node leaf[WGI_LANG_PARTS];
        const wgi_val v = operand_val(q, &l->x[j]);
        const int n = wgi_leaves(v);
        if (t->leaves + n > WGI_LANG_PARTS)
            return wgi_syntax_word(q, t->call->mark, "more than %d parts", WGI_LANG_PARTS);
        wgi_flatten(q, t->call, v, leaf);
        for (int i = 0; i < n; i++) {
            int k = i;
            wgi_leaf_path(v, wgi_name_of(a), &k, path, sizeof path);
            if (!wgi_fit_start(q, t, leaf[i], path)) return false;
        }
    }
    return true;
}

/* What is fitted, with the structure of the start; several operands are parts with the names of the
 * function's parameters. */
static wgi_val fitted(wg_program *q, const wgi_fitting *t, const wgi_binding *f, const operand_list *l)
{
    wgi_parts *p = wgi_parts_new(q, l->state);
    for (int j = 0, at = 0; p && j < l->state; j++) {
        const wgi_val was = operand_val(q, &l->x[j]);
        p->part[j] = wgi_unflatten(q, was, t->found + at);
        at += wgi_leaves(was);
    }
    if (!p || l->state == 1) return p ? p->part[0] : WGI_NOTHING;
    wgi_written_names(q, head_of(f), p);
    return (wgi_val){ .several = p };
}

static wgi_val fit_value(wg_program *q, const wgi_fitting *t, const wgi_binding *f, const operand_list *l)
{
    static const char *const names[] = { "p", "costs", "dev" };
    const int n = wg_node_ok(t->dev) ? 3 : 2;
    wgi_parts *p = wgi_parts_new(q, n);
    if (!p || !(p->name = wgi_lang_built(q, (size_t)n * sizeof *p->name))) return WGI_NOTHING;
    memcpy(p->name, names, (size_t)n * sizeof *p->name);
    p->part[0] = fitted(q, t, f, l);
    for (int k = 1; k < n; k++) p->part[k] = wgi_node_val(t->found[t->leaves + k - 1]);
    return wgi_group(q, t->call, p);
}

/* Keeps what the functions and the operands have of the program, so that one read computes it. */
static void keep_all(wg_program *q, const wgi_binding *f, const wgi_binding *dev, const operand_list *l,
                     const series *s)
{
    wgi_keep_none(q);
    wgi_keep_names(q, head_of(f)->next);
    if (dev) wgi_keep_names(q, head_of(dev)->next);
    for (int k = 0; k < s->leaves; k++) wgi_keep(s->xs[k]);
    for (int j = 0; j < l->count; j++) {
        wg_node leaf[WGI_LANG_PARTS];
        if (j < l->state && l->x[j].known)
            l->x[j] = operand_of(operand_val(q, &l->x[j])); /* a number: a node */
        const int n = l->x[j].known ? 0 : wgi_flatten(q, s->a.frame.call, operand_val(q, &l->x[j]), leaf);
        for (int k = 0; k < n; k++) wgi_keep(leaf[k]);
    }
}

static wgi_val fit(wg_program *q, wgi_fitting *t, const operand_list *l, series *s, wgi_binding *owner)
{
    const wgi_binding *f = wgi_operand(t->call, 0)->u.binding;
    const wgi_ast *option = wgi_keyword(t->call, "dev");
    const wgi_binding *dev = option ? option->u.binding : NULL;
    if (!read_fit_options(q, t->call, t)) return WGI_NOTHING;
    if (dev && wgi_operand_count(head_of(dev)) != l->state)
        return wgi_syntax_at(q, option, "dev= is a function of what is fitted alone, %s(p)", dev->name),
               WGI_NOTHING;
    if (!t->steps && !s->n)
        return wgi_syntax_word(q, t->call->mark, "without batches fit needs steps=, the number of steps"),
               WGI_NOTHING;
    if (!t->steps) t->steps = s->n;
    q->now.steps += t->steps;
    if (q->now.steps > WGI_LANG_STEPS)
        return wgi_fail_word(q, t->call->mark, WG_ERROR_VALUE,
                             "the fits of a program make more than %d steps", WGI_LANG_STEPS),
               WGI_NOTHING;
    keep_all(q, f, dev, l, s);
    if (!fit_start(q, t, f, l)) return WGI_NOTHING;
    t->loss = fit_graph(q, t, 0, f, owner, l, s);
    if (dev && !wgi_failed(q)) t->dev = fit_graph(q, t, 1, dev, owner, l, s);
    if (wgi_failed(q) || !wgi_fit_run(q, t)) return WGI_NOTHING;
    return fit_value(q, t, f, l);
}

BUILTIN(wgi_eval_fit)
{
    series s;
    const wgi_binding *f = wgi_operand(call, 0)->u.binding;
    if (!fit_is_allowed(q, call, f)) return WGI_NOTHING;
    operand_list l = along_axis(q, call, f, FIT_OPTIONS, owner);
    if (!l.x) return WGI_NOTHING;
    if (wgi_operand_count(call) < 3) l.second = 0; /* what is given by name is the same in each step */
    begin_series(&s, q, call, f, owner, l.state);
    if (!set_tensors(q, call, &l.x[l.state], l.second, &s)) return WGI_NOTHING;
    if (l.second && !s.n)
        return wgi_fail_word(q, call->mark, WG_ERROR_SHAPE, "fit of no batches"), WGI_NOTHING;
    wgi_fitting *t = wgi_lang_built(q, sizeof *t); /* too large for the stack: fit(f, fit(g, ...)) nests */
    if (!t) return WGI_NOTHING;
    wgi_fit_begin(q, t, call);
    const wgi_val v = fit(q, t, &l, &s, owner);
    wgi_fit_end(q, t);
    return wgi_failed(q) ? WGI_NOTHING : v;
}
