/* step_equation.c: the rule of a step as a tree with the names of the picture. See step_equation.h. */
#include "draw/step_equation.h"
#include "wgx/op.h"

#include <float.h>
#include <math.h>
#include <string.h>

enum { LINE = 400 };

/* Of an item; to free. */
wgi_step_equation *wgi_step_equation_new(const wgi_view *v, const wgi_step *const value[],
                                         const wgi_step *const gradient[], int64_t item)
{
    wgi_step_equation *q = wg_alloc(v->c, 1, sizeof *q); /* too large for the stack */
    if (!q) return NULL;
    q->v = v, q->y = &v->item[item], q->value = value, q->gradient_step = gradient, q->where = q->each = "";
    return q;
}

const wg_tensor *wgi_step_handed(const wgi_step_equation *q)
{
    const wgi_step *t = q->gradient_step[q->y - q->v->item];
    return t ? &t->sum : NULL;
}

int64_t wgi_step_operand(const wgi_step_equation *q, int k) { return q->v->arg[q->y->first + k]; }

const wg_tensor *wgi_step_value(const wgi_step_equation *q, int64_t item)
{
    return item >= 0 && q->value[item] ? &q->value[item]->value : NULL;
}

int64_t wgi_step_item(const wgi_step_equation *q, const wgi_formula_node *n)
{
    if (n->number > 0) return (int64_t)n->number - 1; /* name_of */
    if (n->text == q->y_name) return q->y - q->v->item;
    for (int i = 0; i < q->y->operands && i < WGI_FORMULA_OPERANDS; i++)
        if (n->text == q->k.own[i]) return wgi_step_operand(q, i);
    return -1;
}

/* What a name in `own` stands for; NULL: no tensor that is known. */
const wg_tensor *wgi_step_tensor(const wgi_step_equation *q, const wgi_formula_node *n)
{
    if (n->kind != WGI_F_NAME || n->word) return NULL;
    const bool handed = !n->number && n->text == q->gradient;
    return handed ? wgi_step_handed(q) : wgi_step_value(q, wgi_step_item(q, n));
}

/* Whether each row of the tensor adds up to 1, but for rounding. */
static bool adds_to_1(const wg_tensor *t)
{
    const int64_t n = wg_shape_size(t->shape), row = t->shape.rank ? t->shape.dim[t->shape.rank - 1] : 1;
    bool one = n > 0;
    for (int64_t i = 0; i < n && one; i += row) {
        double sum = 0;
        for (int64_t k = i; k < i + row; k++) sum += wg_tensor_item(t, k);
        one = fabs(sum - 1) <= 1e-6;
    }
    return one;
}

/* What the rule may know of an operand, an option or a result. */
static void add_facts(wgi_step_equation *q, wgi_formula_value *v, int k)
{
    const bool operand_of = k < q->y->operands;
    const int64_t first = wgi_step_operand(q, 0), item = operand_of ? wgi_step_operand(q, k) : -1;
    if (item >= 0) {
        q->shape[k] = wgi_item_shape(q->v, item), v->shape = &q->shape[k];
        const wg_tensor *t = wgi_step_value(q, item);
        const bool changes = q->v->leaves_change && wgi_item_leaf(q->v, item) != WG_LEAF_NONE;
        v->adds_to_1 = t && t->data && !changes && adds_to_1(t);
    }
    for (const wg_attr_row *r = operand_of || !v->hidden || first < 0 ? NULL : q->y->op->attrs; r && r->name;
         r++)
        if (strcmp(r->name, v->name) == 0) v->along = wgi_option_axes(r, q->y->attr, q->shape[0].rank);
}

bool wgi_step_find_names(wgi_step_equation *q)
{
    if (!wgi_find_formula_values(q->v, q->y, &q->k)) return false;
    memcpy(q->names, q->k.v, (size_t)q->k.count * sizeof *q->names);
    for (int i = 0; i < q->k.count; i++) add_facts(q, &q->names[i], i);
    q->y_name = wgi_item_name(q->v, q->y, WGI_STEP_NAME);
    q->gradient = wgi_gradient_name(q->v, q->y - q->v->item);
    return *q->gradient && strlen(q->y_name) < WGI_OWN_BYTES && strlen(q->gradient) < WGI_OWN_BYTES;
}

/* Whether 1 - |y|, as its number is printed, is not that of the y before rounding. */
bool wgi_step_is_at_limit(const wgi_step_equation *q)
{
    const wg_tensor *y = wgi_step_value(q, q->y - q->v->item);
    const size_t bytes = wg_dtype_size(wg_node_dtype(wgi_item_node(q->v, q->y - q->v->item)));
    const double eps = bytes == 8 ? DBL_EPSILON : bytes == 4 ? FLT_EPSILON : 1.0 / 128;
    bool near = false;
    for (int64_t i = 0; y && y->data && i < wg_shape_size(y->shape); i++)
        near |= 1 - fabs(wg_tensor_item(y, i)) < 1e4 * eps;
    return near;
}

/* Finds the op's formula, and its adjoint if wanted. The name of the result is on the formula's left. */
bool wgi_step_parse(wgi_step_equation *q, bool adjoint)
{
    wgi_formula_error e;
    const wg_op *op = q->y->op;
    const wg_node part = wgi_item_node(q->v, q->y - q->v->item);
    if (op->outputs > 1 && wg_part(part, 0).index != part.index)
        return false; /* the equations are those of part 0 */
    if (!(q->also = wgi_view_formula(q->v, op))) return false;
    int left = wgi_formula_child(q->also, wgi_formula_child(q->also, q->also->root, 0), 0);
    while (q->also->node[left].kind == WGI_F_AT) left = q->also->node[left].child;
    const wgi_formula_node *n = &q->also->node[left];
    if (n->kind != WGI_F_NAME || n->length >= (int)sizeof q->result) return false;
    memcpy(q->result, n->text, (size_t)n->length), q->result[n->length] = 0;
    q->primes = n->sign;
    const bool one = wgi_is_sum_of_one(q->v, q->y);
    if (!adjoint) return !one;
    q->at_limit = wgx_hints(op)->adjoint_at_limits && wgi_step_is_at_limit(q);
    const char *text = q->at_limit ? wgx_hints(op)->adjoint_at_limits : op->adjoint;
    const bool vectors = wgx_op_is(op, "matmul") && q->y->operands == 2 &&
                         wgi_item_shape(q->v, wgi_step_operand(q, 0)).rank == 1 &&
                         wgi_item_shape(q->v, wgi_step_operand(q, 1)).rank == 1;
    if (vectors) text = "a' = y' · b, b' = y' · a"; /* the adjoint is that of matrices */
    if (wgi_is_transpose(q->v, q->y)) text = "x' = y'^T";
    if (one) text = "x' = y'";
    return text && wgx_op_has_derivative(op, -1) && wgi_formula_parse(&q->f, text, &e);
}

/* Whether a node is called so, or its gradient. */
static bool is_taken(const wgi_view *v, const char *name)
{
    return wgi_view_has_name(v, name) || (*name == 'd' && name[1] && wgi_view_has_name(v, name + 1));
}

/* The name of a definition: as the op's texts call it, or with a number that no item's name has. */
static const char *local_name(void *with, const wgi_formula_node *n)
{
    const wgi_step_equation *q = with;
    const char *name = wgi_pool_format(q->v->pool, "%s%.*s", n->sign ? "d" : "", n->length, n->text),
               *own = name;
    for (int k = 1; !q->v->pool->failed && is_taken(q->v, own); k++)
        own = wgi_pool_format(q->v->pool, "%s_%d", name, k);
    return own;
}

wgi_formula_node wgi_step_name(const wgi_view *v, int64_t of)
{
    const char *name = wgi_item_name(v, &v->item[of], WGI_STEP_NAME);
    return (wgi_formula_node){ .kind = WGI_F_NAME,
                               .text = name,
                               .length = (int)strlen(name),
                               .axes = (uint8_t)wgi_item_axes(v, of),
                               .of = wgi_name_kind(&v->item[of]),
                               .look = v->item[of].look,
                               .number = (double)(of + 1) };
}

/* The operand of the item that this name in `own` is; -1: none. */
static int64_t operand_called(const wgi_step_equation *q, const wgi_formula_node *n)
{
    for (int i = 0; n->kind == WGI_F_NAME && i < q->y->operands && i < WGI_FORMULA_OPERANDS; i++)
        if (n->text == q->k.own[i]) return wgi_step_operand(q, i);
    return -1;
}

/* The item with a name that is the op of this call, of this operand and without options; -1: none. */
static int64_t item_of_call(const wgi_step_equation *q, const wgi_formula_node *call, int64_t of)
{
    for (int64_t i = 0; i < q->v->items; i++) {
        const wgi_item *x = &q->v->item[i];
        if (!x->op || x->operands != 1 || *wgi_operand(q->v, x, 0) != of || x->source >= WGI_NAME_EXPRESSION)
            continue;
        if (wgx_hints(x->op)->library == x->op && (int)strlen(x->op->name) == call->length &&
            !memcmp(x->op->name, call->text, (size_t)call->length) && !*wgi_item_options(q->v, x, false))
            return i;
    }
    return -1;
}

/* softmax(z) is a where a node of the picture is that; the transpose of Kᵀ is K. */
static void name_what_is_known(wgi_step_equation *q)
{
    for (int i = 1; i < q->own.count; i++) {
        wgi_formula_node *n = &q->own.node[i], *x = &q->own.node[n->child];
        const int64_t of = n->child && !x->next ? operand_called(q, x) : -1;
        if (of < 0) continue;
        const int64_t known = n->kind == WGI_F_CALL ? item_of_call(q, n, of)
                              : n->kind == WGI_F_TRANSPOSED && wgi_is_transpose(q->v, &q->v->item[of])
                                  ? *wgi_operand(q->v, &q->v->item[of], 0)
                                  : -1;
        const int16_t next = n->next;
        if (known >= 0) *n = wgi_step_name(q->v, known), n->next = next;
    }
}

/* What a word of a rule stands for: x, y, y' and x_i are names. */
static const char *word_of(const wgi_step_equation *q, const char *word)
{
    const size_t n = strlen(q->result);
    if (strcmp(word, q->result) == 0) return wgi_symbol(q->v, q->y, WGI_STEP_NAME);
    if (strncmp(word, q->result, n) == 0 && strcmp(word + n, "'") == 0) return q->gradient;
    for (int k = 0; strcmp(word, "a") && k < q->y->operands; k++) /* a sum: no name */
        if (strcmp(word, strcmp(word, "x_i") == 0 && k == q->by ? "x_i" : q->k.formal[k]) == 0 &&
            wgi_step_operand(q, k) >= 0)
            return wgi_symbol(q->v, &q->v->item[wgi_step_operand(q, k)], WGI_STEP_NAME);
    return word;
}

/* "the part of dy where b stands" of "the part of y' where x_i stands". */
static const char *words_of(const wgi_step_equation *q, const wgi_formula_node *n)
{
    wgi_strbuf b = { .pool = q->v->pool };
    const char *text = wgi_pool_part(q->v->pool, n->text, (size_t)n->length);
    for (size_t length; *text; text += length) {
        length = *text == ' ' ? 1 : strcspn(text, " ");
        wgi_strbuf_put(&b, word_of(q, wgi_pool_part(q->v->pool, text, length)));
    }
    return wgi_strbuf_keep(&b);
}

/* Puts names into the words of the rule. false: they are no rule, or what is on the left is no plain
 * element. */
static bool says_something(wgi_step_equation *q)
{
    const wgi_formula_node *left = &q->own.node[wgi_formula_child(&q->own, q->equation, 0)];
    for (int k = left->kind == WGI_F_AT ? q->own.node[left->child].next : 0; k; k = q->own.node[k].next)
        if (q->own.node[k].kind != WGI_F_NAME && q->own.node[k].kind != WGI_F_REST) return false;
    for (int i = 1; i < q->own.count; i++) {
        wgi_formula_node *n = &q->own.node[i];
        if (n->kind != WGI_F_WORDS) continue;
        if (wgi_formula_is(&q->own, i, "the formula, differentiated")) return false;
        n->text = words_of(q, n), n->length = (int)strlen(n->text);
    }
    return true;
}

/* Makes `own` of an equation of f. false: it cannot be written on a line. */
bool wgi_step_replace(wgi_step_equation *q, const wgi_formula *f, const wgi_formula *also, int index)
{
    const wgi_formula_locals locals = { local_name, q };
    const int64_t y = q->y - q->v->item;
    wgi_formula_value result = { .name = q->result,
                                 .primes = q->primes,
                                 .text = q->y_name,
                                 .axes = wgi_item_axes(q->v, y),
                                 .of = wgi_name_kind(q->y),
                                 .look = q->y->look,
                                 .shape = &q->shape[WGI_FORMULA_OPERANDS] };
    q->shape[WGI_FORMULA_OPERANDS] = wgi_item_shape(q->v, y);
    int n = q->k.count;
    q->names[n++] = result;
    const wgi_step *handed = q->gradient_step[y];
    const bool of_root = handed && handed->kind == WGI_STEP_START; /* it is 1, which is not written */
    result.primes++, result.text = of_root ? NULL : q->gradient, result.number = 1, result.of = 0;
    result.look = WGI_AS_WRITTEN; /* it is printed already */
    q->names[n++] = result;
    if (also && q->y->op->operands < 0) {
        q->names[n] = q->names[q->by], q->names[n++].name = "x_i";
        q->names[n++] = (wgi_formula_value){ .name = "i", .number = q->by };
    }
    q->names[n++] = (wgi_formula_value){ .name = "training", .number = wg_graph_mode(q->v->g) == WG_TRAIN };
    const bool made = also ? wgi_formula_rule(&q->own, f, also, index, q->names, n, &locals)
                           : wgi_formula_replace(&q->own, f, also, index, q->names, n);
    if (!made || q->own.loose) return false;
    if (also) name_what_is_known(q);
    wgi_view_spell(q->v, &q->own);
    q->equation = also ? wgi_formula_child(&q->own, q->own.root, 0) : q->own.root;
    q->right = wgi_formula_child(&q->own, q->equation, 1);
    return (also ? says_something(q) : wgi_formula_is_plain(&q->own, q->equation)) &&
           wgi_formula_nodes(&q->own, q->right) <= WGI_STEP_NODES;
}

/* NULL: it is too long. */
const char *wgi_step_text(const wgi_step_equation *q, const wgi_formula *f, int node)
{
    char line[LINE];
    wgi_line to = { line, sizeof line, 0 };
    wgi_formula_text(&to, f, node, false);
    return to.length < sizeof line ? wgi_pool_part(q->v->pool, line, to.length) : NULL;
}
