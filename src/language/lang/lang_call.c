/* lang_call.c: calls of the library's ops. Operands are given by position, options by keyword. The op's
 * table of attributes lists them. An option by position is refused: sum(x, 1) does not say what 1 means. */
#include "lang/lang.h"

#include <math.h>
#include <string.h>

#include "wengert/ops.h"
#include "wgx/base.h"
#include "wgx/lang.h"
#include "wgx/op.h"

/* ---- values of options ---- */

/* Reads a whole number or a list of whole numbers. */
static bool integers(wg_program *q, const wgi_ast *a, const char *what, int64_t least, int64_t most,
                     int64_t to[WG_MAX_RANK], int *count)
{
    *count = 0;
    a = wgi_meant(a);
    if (a->kind != AST_LIST && a->kind != AST_TUPLE) {
        *count = 1;
        return wgi_integer(q, a, what, least, most, to);
    }
    EACH_AST(x, a->first) {
        if (*count == WG_MAX_RANK) return wgi_fail_at(q, x, WG_ERROR_SHAPE, "at most 8 axes");
        if (!wgi_integer(q, x, what, least, most, &to[(*count)++])) return false;
    }
    return true;
}

static bool axes_of(wg_program *q, const wgi_ast *a, wg_axes *to)
{
    int64_t v[WG_MAX_RANK];
    if (!integers(q, a, "an axis", -WG_MAX_RANK, WG_MAX_RANK - 1, v, &to->count)) return false;
    to->mark = WG_AXES_GIVEN;
    for (int i = 0; i < to->count; i++) to->axis[i] = (int)v[i];
    *to = wg_axes_given(WG_AUTO, *to); /* which an empty list is not */
    return true;
}

static bool shape_of(wg_program *q, const wgi_ast *a, wg_shape *to)
{
    return integers(q, a, "a size", -1, WGI_LANG_TENSOR, to->dim, &to->rank);
}

static bool word_of(wg_program *q, const wgi_ast *a, const char *choices, int *value)
{
    char text[480], instead[440];
    const char *word = wgi_word(a);
    word = word ? word : "";
    *value = wgi_choice(choices, word);
    if (*value >= 0) return true;
    wgx_nearest_word near = wgi_nearest_choice(choices, word);
    snprintf(instead, sizeof instead, ": one of %s", choices);
    return wgi_syntax_at(q, a, "not a choice here%s", wgi_did_you_mean(&near, instead, text, sizeof text));
}

static bool dtype_of(wg_program *q, const wgi_ast *a, wg_dtype *value)
{
    int i;
    if (!word_of(q, a, "f32 f64 i32 i64 bool u8 f16 bf16", &i)) return false;
    *value = (wg_dtype)(WG_F32 + i);
    return true;
}

bool wgi_attribute(wg_program *q, const wgi_ast *a, const wg_attr_row *row, void *attr)
{
    void *to = (char *)attr + row->offset;
    int64_t v;
    switch (row->kind) {
    case WG_ATTR_SIZE: return wgi_integer(q, a, row->name, -(INT64_C(1) << 52), INT64_C(1) << 52, to);
    case WG_ATTR_DOUBLE: return wgi_number_of(q, a, row->name, to);
    case WG_ATTR_BOOL: return wgi_truth(q, a, to);
    case WG_ATTR_AXES: return axes_of(q, a, to);
    case WG_ATTR_SHAPE: return shape_of(q, a, to);
    case WG_ATTR_DTYPE: return dtype_of(q, a, to);
    case WG_ATTR_CHOICE: return word_of(q, a, row->choices ? row->choices : "", to);
    case WG_ATTR_AXIS:
    case WG_ATTR_INT:
        if (!wgi_integer(q, a, row->name, INT32_MIN, INT32_MAX, &v)) return false;
        *(int *)to = (int)v;
        return true;
    case WG_ATTR_POINTER:
    case WG_ATTR_TEXT: break;
    }
    return wgi_syntax_at(q, a, "an option for C programs alone");
}

/* The value of an option, or NULL. In an op with a list of axes either name serves, as in C; a call that uses
 * both is refused by the op. */
static bool option(const wgi_ast *call, const wg_attr_row *row, const wgi_ast **value)
{
    const bool axes = row->kind == WG_ATTR_AXES;
    const wgi_ast *a = wgi_keyword(call, axes ? "axis" : row->name),
                  *b = axes ? wgi_keyword(call, "axes") : NULL;
    *value = a ? a : b;
    return !a || !b;
}

/* Lists the options of an op. axis and axes are both listed if it has a list of axes. */
static void option_names(const wg_op *op, char *to, size_t room)
{
    size_t n = 0;
    to[0] = 0;
    for (const wg_attr_row *row = op->attrs; row && row->name; row++)
        if (row->kind != WG_ATTR_POINTER && n < room)
            n += (size_t)snprintf(to + n, room - n, "%s%s", n ? " " : "",
                                  row->kind == WG_ATTR_AXES ? "axis axes" : row->name);
}

/* layer_norm over axes that are named is an op of its own, which has all options. */
static const wg_op *with_axes(const wg_op *op)
{
    return wgx_op_is(op, "layer_norm") ? wg_op_find("layer_norm_over") : op;
}

/* So many of the first options may also stand by position, as in NumPy: roll(x, 1, 0). */
static int places(const wg_op *op) { return op->options ? op->options()->places : 0; }

/* An option that stands by position behind the n operands of a call; NULL: it does not. */
static const wgi_ast *by_place(const wg_op *op, const wgi_ast *call, int n, const wg_attr_row *row)
{
    const wg_option_list *l = op->options ? op->options() : NULL;
    for (int k = 0; l && k < l->places; k++)
        if (!strcmp(l->option[k].name, row->name) ||
            (row->kind == WG_ATTR_AXES && !strcmp(l->option[k].name, "axes")))
            return wgi_operand(call, n + k);
    return NULL;
}

/* A shape given by position, of an op that has no other option: reshape(x, [2, 3]). NULL: none. */
static const wgi_ast *shape_operand(const wg_op *op, const wgi_ast *call)
{
    const wgi_ast *a = op->operands >= 0 && !places(op) ? wgi_operand(call, op->operands) : NULL;
    bool shaped = op->attrs && op->attrs[0].name && op->attrs[0].kind == WG_ATTR_SHAPE;
    return a && shaped && wgi_meant(a)->kind == AST_LIST && !wgi_keyword(call, op->attrs[0].name) ? a : NULL;
}

/* The option of an op that is a text; NULL: it has none. */
static const wg_attr_row *text_row(const wg_op *op)
{
    const wg_attr_row *row = op->attrs;
    while (row && row->name && row->kind != WG_ATTR_TEXT) row++;
    return row && row->name ? row : NULL;
}

/* A text given by position, before the operands: einsum("ij->ji", x). NULL: none. */
static const wgi_ast *text_operand(const wg_op *op, const wgi_ast *call)
{
    const wgi_ast *a = text_row(op) ? wgi_operand(call, 0) : NULL;
    return a && wgi_meant(a)->kind == AST_TEXT ? a : NULL;
}

static bool text_of(wg_program *q, const wg_op *op, const wg_attr_row *row, const wgi_ast *a, char *attr)
{
    const wgi_ast *m = wgi_meant(a);
    const size_t room = op->attr_size - row->offset;
    if (m->kind != AST_TEXT) return wgi_syntax_at(q, a, "%s is a text in quotes", row->name);
    if (strlen(wgi_name_of(m)) >= room)
        return wgi_fail_at(q, a, WG_ERROR_VALUE, "%s has more than %zu characters", row->name, room - 1);
    strcpy(attr + row->offset, wgi_name_of(m));
    return true;
}

/* n: how many operands the call has. */
static bool fill(wg_program *q, const wg_op *op, const wgi_ast *call, int n, char *attr)
{
    const wgi_ast *shape = shape_operand(op, call), *text = text_operand(op, call);
    wg_attr_begin(op, attr);
    for (const wg_attr_row *row = op->attrs; row && row->name; row++) {
        const wgi_ast *a;
        if (!option(call, row, &a)) {
            *(wg_axes *)(void *)(attr + row->offset) = wg_axes_given(0, (wg_axes){ .mark = WG_AXES_GIVEN });
            continue;
        }
        const wgi_ast *placed = by_place(op, call, n, row);
        if (a && placed) return wgi_syntax_at(q, a, "'%s' is given twice", row->name);
        if (placed) a = placed;
        if (shape && row == op->attrs) a = shape;
        if (row->kind == WG_ATTR_TEXT) {
            if (a && text) return wgi_syntax_at(q, a, "'%s' is given twice", row->name);
            if (!a && !text)
                return wgi_syntax_word(q, call->mark, "%s needs a text: %s(\"...\", x)", op->name, op->name);
            if (!text_of(q, op, row, a ? a : text, attr)) return false;
            continue;
        }
        if (a && !wgi_attribute(q, a, row, attr)) return false;
    }
    return true;
}

/* ---- calls ---- */

/* A call of an op, whose operands are evaluated. */
typedef struct op_call {
    const wg_op *op;
    const wgi_ast *call, **at; /* the expressions */
    wg_node *x;
    int all, n;
} op_call;

/* Evaluates the operands. Returns whether one is a group. */
static bool operands(wg_program *q, const wgi_ast *a, wgi_binding *owner, int n, wgi_val v[],
                     const wgi_ast *at[])
{
    bool group = false;
    for (int k = 0; k < n && !wgi_failed(q); k++, a = a->next) {
        v[k] = wgi_evals(q, at[k] = a, owner);
        group |= v[k].several != NULL;
    }
    return group;
}

/* The list of all operands of an op of any number, as NumPy has it: stack([a, b], 0). NULL: they stand one by
 * one. */
static const wgi_ast *operand_list(const wg_op *op, const wgi_ast *call)
{
    const wgi_ast *first = op->operands < 0 && places(op) ? wgi_operand(call, 0) : NULL,
                  *list = first ? wgi_meant(first) : NULL;
    const int n = wgi_operand_count(call);
    double axis;
    const bool alone = n == 1 || (n == 2 && wgi_constant(wgi_operand(call, 1), &axis));
    return list && (list->kind == AST_LIST || list->kind == AST_TUPLE) && alone ? list : NULL;
}
/* How many operands stand by position, before options. */
static int operands_of(const wg_op *op, const wgi_ast *call)
{
    const int n = wgi_operand_count(call);
    return operand_list(op, call)                                ? 1
           : op->operands >= 0 && places(op) && n > op->operands ? op->operands
                                                                 : n;
}

/* A vector has one axis, which need not be written. A new axis has two places there. */
static void take_only_axis(const wg_op *op, wg_node x, char *attr)
{
    if (wg_is_none(x) || !x.graph || wg_node_shape(x).rank != 1 || wgx_op_is(op, "expand_dims")) return;
    for (const wg_attr_row *row = op->attrs; row && row->name; row++) {
        int *axis = (void *)(attr + row->offset);
        wg_axes *axes = (void *)(attr + row->offset);
        if (!row->standard || strcmp(row->standard, "needed") != 0) continue;
        if (row->kind == WG_ATTR_AXIS && *axis == WG_NEEDED) *axis = 0;
        if (row->kind == WG_ATTR_AXES && !axes->count) *axes = (wg_axes){ .count = 1 };
    }
}

/* Whether max(x, 2) names an axis that x has not: the greater of both was meant. */
static bool is_of_two(const wg_op *op, const wgi_ast *call, wg_node x, const char *attr)
{
    const int *axis = ((const wg_axes *)(const void *)(attr + (op->attrs ? op->attrs->offset : 0)))->axis;
    if (!(wgx_op_is(op, "max") || wgx_op_is(op, "min")) || !wgi_operand(call, 1) || !x.graph) return false;
    const int rank = wg_node_shape(x).rank;
    return *axis >= rank || *axis < -rank;
}

WGI_OWN_FRAME static wg_node applied(wg_program *q, const wg_op *op, const wgi_ast *call, const wg_node x[],
                                     int all, const wgi_ast *const at[], int n)
{
    _Alignas(16) char attr[256] = { 0 };
    if (op->attr_size > sizeof attr) return wgi_syntax_at(q, call, "an op for C programs alone"), wg_none;
    if (!fill(q, op, call, operands_of(op, call), attr)) return wg_none;
    if (all) take_only_axis(op, x[0], attr);
    if (is_of_two(op, call, x[0], attr))
        return wgi_syntax_at(q, wgi_operand(call, 1),
                             "%s is along an axis here, and there is none of this number: write "
                             "%simum(a, b) for the elements of two",
                             op->name, op->name),
               wg_none;
    const wg_site here = wgi_site(q, call, at, n);
    if (!wgx_op_is(op, "layer_norm_over")) return wg_apply(here, op, x, all, op->attr_size ? attr : NULL);
    WG_USER_CALL(here, "layer_norm");
    return wg_apply(here, op, x, all, attr);
}

/* A number beside a node adopts the node's dtype, so it stays a number. If all are numbers the first becomes
 * a node, since an op needs one. */
static wgi_val apply_parts(wg_program *q, void *user, const wgi_val v[])
{
    const op_call *c = user;
    bool nodes = c->n == 0;
    for (int k = 0; k < c->n; k++) c->x[k] = wgi_as_operand(v[k]), nodes |= !v[k].is_number;
    if (!nodes) c->x[0] = wg_scalar_at(wgi_site(q, c->at[0], c->at, 1), q->now.g, v[0].number);
    if (c->n && v[0].is_number && wgx_op_is(c->op, "where")) { /* 2 > 1 is known here, and is a number */
        const wg_node known = wg_scalar_at(wgi_site(q, c->at[0], c->at, 1), q->now.g, v[0].number != 0);
        c->x[0] = wg_cast_at(wgi_site(q, c->at[0], c->at, 1), known, WG_BOOL);
    }
    return wgi_node_val(applied(q, c->op, c->call, c->x, c->all, c->at, c->n));
}

/* sum(p) and norm(p) are those of all parts together. Other ops that go by elements are applied to each
 * part. */
static wgi_val apply_group(wg_program *q, op_call *c, const wgi_val v[])
{
    const bool norm = wgx_op_is(c->op, "norm"), sum = wgx_op_is(c->op, "sum");
    if ((norm || sum) && c->n == 1 && !c->call->first->next)
        return wgi_node_val(wgi_of_all(q, c->call, v[0], norm));
    const bool by_elements = c->op->kind == WG_MAP || wgx_op_is(c->op, "stop_gradient");
    if (by_elements) return wgi_by_parts(q, c->call, v, c->n, apply_parts, c);
    char text[160];
    int k = 0;
    while (!v[k].several) k++;
    if (norm || sum)
        return wgi_syntax_word(q, c->call->mark,
                               "%s of a group, %s, is that of all its parts: it has no options", c->op->name,
                               wgi_structure(v[k], text, sizeof text)),
               WGI_NOTHING;
    return wgi_syntax_word(
               q, c->call->mark,
               "%s does not go by elements, and operand %d is a group, %s: call it for a part; a list has "
               "brackets, [1, 2]",
               c->op->name, k + 1, wgi_structure(v[k], text, sizeof text)),
           WGI_NOTHING;
}

static wgi_val apply(wg_program *q, const wg_op *op, const wgi_ast *call, wgi_binding *owner, int n)
{
    const wgi_ast *list = operand_list(op, call), *first = list                     ? list->first
                                                           : text_operand(op, call) ? call->first->next
                                                                                    : call->first;
    n = list ? 0 : op->operands >= 0 && places(op) && n > op->operands ? op->operands : n;
    EACH_AST(a, list ? first : NULL) n++;
    op_call c = { .op = op, .call = call, .n = n, .all = n > op->operands ? n : op->operands };
    wgi_val *v = wg_alloc(q->c, (size_t)n + 1, sizeof *v), y = WGI_NOTHING;
    c.x = wg_alloc(q->c, (size_t)c.all + 1, sizeof *c.x);
    c.at = wg_alloc(q->c, (size_t)n + 1, sizeof *c.at);
    if (v && c.x && c.at) {
        const bool group = operands(q, first, owner, n, v, c.at);
        if (!wgi_failed(q)) y = group ? apply_group(q, &c, v) : apply_parts(q, &c, v);
    }
    wg_free(q->c, v), wg_free(q->c, c.x), wg_free(q->c, c.at);
    return y;
}

WGI_OWN_FRAME static wgi_val no_op(wg_program *q, const wgi_ast *call)
{
    char text[300];
    wgx_nearest_word near = wgx_nearest_to(wgi_name_of(call));
    for (int i = 0; i < wg_op_count(); i++)
        if (!wgx_op_is_internal(wg_op_at(i)))
            wgx_nearest_try(&near, wg_op_at(i)->name, strlen(wg_op_at(i)->name));
    for (int i = 0; i < wgx_builtin_count(); i++)
        wgx_nearest_try(&near, wgx_builtin_at(i).name, strlen(wgx_builtin_at(i).name));
    EACH_BINDING(q, b)
        if (b->function) wgx_nearest_try(&near, b->name, strlen(b->name));
    const char *meant = wgx_meant(wgi_name_of(call), WG_WORD_CALL, WG_IN_WG);
    if (meant) return wgi_syntax_word(q, call->mark, "no op '%s': %s", wgi_name_of(call), meant), WGI_NOTHING;
    wgi_syntax_word(q, call->mark, "no op '%s'%s", wgi_name_of(call),
                    wgi_did_you_mean(&near, "; `wengert ops` lists them", text, sizeof text));
    return WGI_NOTHING;
}

/* Whether an op needs a pointer that only C can give. A pointer called name does not count: it is a label. */
static bool needs_c(const wg_op *op)
{
    for (const wg_attr_row *row = op->attrs; row && row->name; row++)
        if (row->kind == WG_ATTR_POINTER && strcmp(row->name, "name") != 0) return true;
    return false;
}

/* more: operands that are no nodes. */
WGI_OWN_FRAME static bool fits(wg_program *q, const wg_op *op, const wgi_ast *call, int more)
{
    char options[300];
    option_names(with_axes(op), options, sizeof options);
    const int least = op->operands < 0 ? 1 : op->operands - wgx_hints(op)->optional,
              most = op->operands < 0 ? INT32_MAX : op->operands + more + places(op);
    /* min(2, 3) and max(a, b) are of two, which have another name; max(x, 1) is along an axis */
    const wgi_ast *second = wgx_op_is(op, "max") || wgx_op_is(op, "min") ? wgi_operand(call, 1) : NULL;
    double number;
    const bool of_two =
        second && wgi_meant(second)->kind != AST_LIST &&
        (!wgi_constant(second, &number) || number != floor(number) || wgi_constant(call->first, &number));
    if (places(op) && op->operands >= 0 && !of_two && wgi_operand_count(call) > most)
        return wgi_syntax_at(q, wgi_operand(call, most),
                             "%s takes %d operand%s, and behind %s %s%s%s; options are named: %s", op->name,
                             op->operands, op->operands == 1 ? "" : "s", op->operands == 1 ? "it" : "them",
                             op->options()->option[0].name, places(op) > 1 ? " and " : "",
                             places(op) > 1 ? op->options()->option[1].name : "", options);
    return wgi_signature(q, call, least + more, of_two ? 1 : most, options);
}

/* Says how an op that takes any number of tensors is called, where it has got a list of them, or an axis
 * behind them. In a list they are one tensor, so concat([a, b]) would be [a, b]. */
WGI_OWN_FRAME static bool listed(wg_program *q, const wg_op *op, const wgi_ast *call, int n)
{
    char text[120], more[120], letters[60] = "";
    const wgi_ast *first = text_operand(op, call) ? call->first->next : call->first, *last = first,
                  *before = NULL;
    double value;
    if (op->operands >= 0 || operand_list(op, call) || !first || n < 1 ||
        (text_row(op) && first == call->first))
        return false;
    for (int k = 1; k < n; k++) before = last, last = last->next;
    wgi_quote(q, last->end, call->end - 1, more, sizeof more);
    if (first != call->first) wgi_quote(q, call->first->start, call->first->end, letters, sizeof letters);
    const wgi_ast *list = wgi_meant(first);
    if (n == 1 && (first == call->first ||
                   (list->kind == AST_LIST && strchr(wgi_meant(call->first)->ident->text, ',')))) {
        if (list->kind == AST_LIST) wgi_quote(q, list->first->start, list->end - 1, text, sizeof text);
        else snprintf(text, sizeof text, "a, b");
        return wgi_syntax_at(q, first, "%s takes each tensor as an operand: write %s(%s%s%s%s)", op->name,
                             op->name, letters, *letters ? ", " : "", text, more),
               true;
    }
    if (n < 2 || first != call->first || !wgi_constant(last, &value) || wgi_keyword(call, "axis"))
        return false;
    wgi_quote(q, first->start, before->end, text, sizeof text);
    wgi_quote(q, last->start, last->end, more, sizeof more);
    return wgi_syntax_at(q, last, "options are named: write %s(%s, axis=%s)", op->name, text, more), true;
}

BUILTIN(wgi_eval_op)
{
    const char *name = wgi_name_of(call);
    const wg_op *op = wgi_language_op(!strcmp(name, "permute") ? "transpose" : name);
    if (!op) return no_op(q, call);
    if (needs_c(op))
        return wgi_syntax_word(q, call->mark, "%s: takes a C function; use it from C", name), WGI_NOTHING;
    if (wgi_keyword(call, "axis") || wgi_keyword(call, "axes")) op = with_axes(op);
    const int more = (shape_operand(op, call) != NULL) + (text_operand(op, call) != NULL);
    if (!fits(q, op, call, more) || listed(q, op, call, wgi_operand_count(call) - more)) return WGI_NOTHING;
    return apply(q, op, call, owner, wgi_operand_count(call) - more);
}

BUILTIN(wgi_eval_call)
{
    if (call->u.binding) return wgi_eval_function(q, call, owner);
    const wgi_builtin *b = wgi_repeats_elements(call) ? NULL : wgi_builtin_find(wgi_name_of(call));
    const char *outside = q->now.usage;
    q->now.usage = b ? b->usage : NULL;
    const bool fits = !b || !b->options || wgi_signature(q, call, b->least, b->most, b->options);
    const wgi_val v = !fits ? WGI_NOTHING : b ? b->eval(q, call, owner) : wgi_eval_op(q, call, owner);
    q->now.usage = outside;
    return v;
}
