/* step_texts.c: the rule of a step, in the names of the picture and in numbers.
 *
 * Rules are the trees of an op's formula and adjoint with the item's own names in them. In numbers each
 * name is its value, except that a term da · a(1 − a) is the gradient times the local derivative:
 * −1.333 · 0.1874. */
#include "draw/step_equation.h"
#include "wgx/op.h"

#include <string.h>

/* ---- values ---- */

/* The right side of "z = w x + b". "" if the item is called by its formula, 1 - y. */
static const char *value_rule(wgi_step_equation *q, bool pattern, const char **numbers)
{
    const wgi_view *v = q->v;
    const wgi_item *y = q->y;
    wgi_equation *e = wgi_equation_make(v, y - v->item, NULL);
    const char *rule = wgi_equation_text(v, y, e, NULL), *right = NULL;
    wgi_equation_free(e);
    q->most = 1;
    if (y->operands && y->operands <= WGI_FORMULA_OPERANDS && wgi_step_find_names(q) &&
        wgi_step_parse(q, false) && wgi_step_replace(q, q->also, NULL, 0)) {
        wgi_step_expand(q, pattern);
        if (wgi_step_make_numbers(q, pattern)) right = wgi_step_text(q, &q->own, q->right);
    }
    *numbers = right ? right : "";
    return y->tree && !strcmp(rule, wgi_symbol(v, y, WGI_STEP_NAME)) ? "" : rule;
}

/* ---- terms ---- */

const char *wgi_gradient_name(const wgi_view *v, int64_t item)
{
    const char *name = wgi_symbol(v, &v->item[item], WGI_STEP_NAME);
    return wgi_gradient_of(v, name, v->item[item].source >= WGI_NAME_EXPRESSION || strchr(name, ' '));
}

/* The product at the left end of `own` whose first factor is the gradient handed on; 0: there is none. */
static int product_with_gradient(const wgi_step_equation *q)
{
    int at = q->right;
    while (q->own.node[at].kind == WGI_F_MUL) {
        const int first = q->own.node[at].child;
        if (q->own.node[first].kind == WGI_F_NAME && q->own.node[first].text == q->gradient) return at;
        at = first;
    }
    return 0;
}

static bool is_product(const wgi_step_equation *q)
{
    return wgx_op_is(q->y->op, "matmul") || wgx_op_is(q->y->op, "dense");
}

/* One matrix beside several is used by each of them: its gradient is a sum over the axes before the last two
 * that it lacks. */
static void sum_over_matrices(wgi_step_equation *q, wg_shape x)
{
    int several = 0;
    for (int k = 0; k < 2 && wgi_step_operand(q, k) >= 0; k++) {
        const int rank = wgi_item_shape(q->v, wgi_step_operand(q, k)).rank;
        if (rank - 2 > several) several = rank - 2;
    }
    const int own = x.rank > 2 ? x.rank - 2 : 0;
    if (q->by < 2 && several > own)
        q->right = wgi_formula_sum(&q->own, wgi_formula_copy(&q->own, &q->own, q->right),
                                   (1u << (several - own)) - 1);
}

/* Where an operand broadcasts, its gradient is a sum over the axes that it lacks or that have the size 1
 * in it. */
static void sum_over(wgi_step_equation *q, int64_t to)
{
    const wg_shape x = wgi_item_shape(q->v, to), y = wgi_item_shape(q->v, q->y - q->v->item);
    if (is_product(q)) {
        sum_over_matrices(q, x);
        return;
    }
    if (q->y->op->kind != WG_MAP || wg_shape_size(x) >= wg_shape_size(y)) return;
    unsigned axes = 0;
    for (int i = 0; i < y.rank; i++) {
        const int in_x = i - (y.rank - x.rank);
        if (in_x < 0 || x.dim[in_x] != y.dim[i]) axes |= 1u << i;
    }
    q->right = wgi_formula_sum(&q->own, wgi_formula_copy(&q->own, &q->own, q->right),
                               wg_shape_size(x) == 1 ? 0 : axes); /* of one number over all */
}

/* The definitions that the rule needs, behind those of the operands before. false: one is too long. */
static bool put_definitions(wgi_step_equation *q)
{
    for (int e = q->own.node[q->equation].next; e; e = q->own.node[e].next) {
        const char *text =
            wgi_formula_nodes(&q->own, e) > WGI_STEP_NODES ? NULL : wgi_step_text(q, &q->own, e);
        if (!text) return false;
        const char *name = wgi_step_text(q, &q->own, q->own.node[e].child),
                   *known = name ? strstr(q->where, name) : NULL;
        const bool again =
            known && (known == q->where || known[-1] == ' ') && !strncmp(known + strlen(name), " = ", 3);
        if (!again) q->where = wgi_pool_format(q->v->pool, "%s%s%s", q->where, *q->where ? ", " : "", text);
    }
    return true;
}

/* 2 dz ⊙ x of a tensor; of numbers dz · 2 x is the gradient times the local derivative. */
static void number_first(wgi_step_equation *q, int product)
{
    wgi_formula_node *n = q->own.node, *p = &n[product];
    const int16_t first = p->child, second = n[first].next;
    p->child = second, n[second].next = first, n[first].next = 0, p->sign = ' ';
}

/* A rule of elements says which: "dy[i − 3] where 3 ≤ i < 4, else 0, for i along axis 1". */
static const char *with_indices(const wgi_step_equation *q, const char *rule)
{
    const int left = wgi_formula_child(&q->own, q->equation, 0),
              along = wgi_formula_child(&q->own, q->equation, 2);
    const wgi_formula_node *n = q->own.node;
    wgi_strbuf b = { .pool = q->v->pool };
    if (n[left].kind != WGI_F_AT && !along) return rule;
    if (n[left].kind != WGI_F_AT)
        return wgi_pool_format(q->v->pool, "%s %s", rule, wgi_step_text(q, &q->own, along));
    const int first = n[n[left].child].next;
    wgi_strbuf_format(&b, "%s%s for", rule, n[q->right].kind == WGI_F_CASES ? "," : "");
    for (int k = first; k; k = n[k].next)
        wgi_strbuf_format(&b, "%s %s", k == first ? "" : ",", wgi_step_text(q, &q->own, k));
    if (along) wgi_strbuf_format(&b, " %s", wgi_step_text(q, &q->own, along));
    return wgi_strbuf_keep(&b);
}

/* Whether the rule is made of the gradient that is handed on and numbers alone. */
static bool is_handed_on(const wgi_step_equation *q, int node)
{
    const wgi_formula_node *n = &q->own.node[node];
    bool is = n->kind == WGI_F_NUMBER || n->kind == WGI_F_MUL || n->kind == WGI_F_DIV ||
              n->kind == WGI_F_NEG || (n->kind == WGI_F_NAME && n->text == q->gradient);
    for (int k = n->child; k; k = q->own.node[k].next) is = is && is_handed_on(q, k);
    return is;
}

/* Of a sum or a mean: dy/3 is one number, and the gradient has three. */
static const char *to_each(const wgi_step_equation *q, const wgi_step *t)
{
    const int64_t from = wg_shape_size(wgi_step_handed(q)->shape), to = wg_shape_size(t->value.shape);
    return from && to > from && is_handed_on(q, q->right)
               ? wgi_pool_format(q->v->pool, " to each of %lld", (long long)(to / from))
               : "";
}

/* Adds the term by this operand, the right side of `own`, to those before. */
static void add_term(wgi_step_equation *q)
{
    wgi_formula *f = &q->all;
    const int term = wgi_formula_copy(f, &q->own, q->right);
    const bool minus = f->root && f->node[term].kind == WGI_F_NEG;
    f->root = !f->root ? term
              : minus  ? wgi_formula_new(f, WGI_F_SUB, f->root, f->node[term].child)
                       : wgi_formula_new(f, WGI_F_ADD, f->root, term);
}

/* The letters of operand k among "ij,jk->ik", or of the result, which is operand -1. */
static const char *letters_of(const char *letters, int k, int *length)
{
    const char *at = letters, *arrow = strstr(letters, "->");
    if (k < 0) at = arrow + 2;
    for (; k > 0 && at; k--)
        if ((at = strchr(at, ','))) at++;
    if (at) *length = (int)strcspn(at, ",-");
    return at;
}

/* dx = einsum(dz, w, letters = "ik,jk->ij") of z = einsum(x, w, letters = "ij,jk->ik"), by operand k. false:
 * a letter stands twice in it, or in it alone. */
static bool by_letters(wgi_step_equation *q, int k)
{
    if (!wgx_op_is(q->y->op, "einsum")) return false;
    const char *letters = wgx_attr_setting(q->y->op->attrs, q->y->attr).word, *text = "", *all = "";
    if (!strstr(letters, "->") || strpbrk(letters, " \t")) return false;
    int own = 0, n = 0;
    const char *mine = letters_of(letters, k, &own);
    for (int i = 0; i < q->y->operands; i++) {
        const int32_t of = wgi_step_operand(q, i);
        const char *term = letters_of(letters, i == k ? -1 : i, &n),
                   *name = i == k ? q->gradient : wgi_symbol(q->v, &q->v->item[of], WGI_STEP_NAME);
        text = wgi_pool_format(q->v->pool, "%s%s%s", text, i ? ", " : "", name);
        all = wgi_pool_format(q->v->pool, "%s%s%.*s", all, i ? "," : "", n, term);
    }
    for (int i = 0; i < own; i++)
        if (!strchr(all, mine[i]) || memchr(mine + i + 1, mine[i], (size_t)(own - i - 1))) return false;
    text = wgi_pool_format(q->v->pool, "einsum(%s, letters = \"%s->%.*s\")", text, all, own, mine);
    wgi_formula_clear(&q->own);
    q->right = wgi_formula_new(&q->own, WGI_F_WORDS, 0, 0);
    q->own.node[q->right].text = text, q->own.node[q->right].length = (int)strlen(text);
    return true;
}

/* By operand k of the item. false: it is too long, or there is no formula. */
static bool partial(wgi_step_equation *q, const wgi_step *t, int k, bool pattern, const char **numbers)
{
    int index = wgi_formula_equation_of(&q->f, q->k.formal[k], 1);
    if (index < 0) index = wgi_formula_equation_of(&q->f, "x_i", 1);
    q->by = k;
    if (by_letters(q, k)) return add_term(q), q->each = "", *numbers = NULL, true;
    if (index < 0 || !wgi_step_replace(q, &q->f, q->also, index)) return false;
    const int product = product_with_gradient(q);
    if (product) {
        const int second = q->own.node[q->own.node[product].child].next;
        const bool scalar = wgi_step_handed(q)->shape.rank == 0;
        const int kind = q->own.node[second].kind;
        q->own.node[product].sign = kind == WGI_F_NUMBER || (scalar && kind != WGI_F_WORDS) ? '.' : ' ';
        if (kind == WGI_F_NUMBER && !scalar) number_first(q, product);
    }
    sum_over(q, t->to);
    add_term(q);
    q->each = to_each(q, t);
    if (!put_definitions(q)) return false;
    *numbers = *q->each ? NULL : wgi_step_term_numbers(q, t, product, pattern);
    return true;
}

/* a − y of a = σ(z) and its cross-entropy, whose adjoint has an equation of the logit for it. NULL: the
 * gradient of a comes from elsewhere. */
static const char *through_loss(const wgi_step_equation *q)
{
    const wgi_step *t = q->gradient_step[q->y - q->v->item];
    if (!wgx_op_is(q->y->op, "sigmoid") || q->at_limit || t->kind != WGI_STEP_TERM || t->nth != 1 || !t->last)
        return NULL;
    wgi_step_equation *loss = wgi_step_equation_new(q->v, q->value, q->gradient_step, t->from);
    const char *rule = NULL;
    if (loss && wgi_step_operand(loss, 0) == t->to && wgi_step_operand(loss, 1) != t->to &&
        wgi_step_find_names(loss) && wgi_step_parse(loss, true)) {
        const int index = wgi_formula_equation_of(&loss->f, "logit", 1);
        if (index >= 0 && wgi_step_replace(loss, &loss->f, loss->also, index))
            rule = wgi_step_text(loss, &loss->own, loss->right);
    }
    wg_free(q->v->c, loss);
    return rule;
}

/* By every operand that is the item t->to. NULL: as of `partial`. */
static const char *adjoint(wgi_step_equation *q, const wgi_step *t, bool pattern, const char **numbers)
{
    int terms = 0;
    if (!wgi_step_find_names(q) || !wgi_step_parse(q, true)) return NULL;
    wgi_formula_clear(&q->all);
    for (int k = 0; k < q->y->operands; k++) {
        if (wgi_step_operand(q, k) != t->to || !wgx_op_has_derivative(q->y->op, k)) continue;
        if (!partial(q, t, k, pattern, numbers)) return NULL;
        if (terms++) *numbers = NULL; /* each use has but a part of the term */
    }
    const char *rule = terms ? wgi_step_text(q, &q->all, q->all.root) : NULL;
    if (terms == 1 && rule && *q->each) return wgi_pool_format(q->v->pool, "%s%s", rule, q->each);
    return rule ? with_indices(q, rule) : NULL;
}

static int64_t size_of(const wgi_step_equation *q, int64_t item)
{
    return wg_shape_size(wgi_item_shape(q->v, item));
}

/* dy · (∂y/∂x), or (∂y/∂x)ᵀ dy: the chain rule itself. */
static const char *chain_rule(wgi_step_equation *q, const wgi_step *t)
{
    wgi_formula *f = &q->all;
    const char *text[] = { wgi_pool_format(q->v->pool, "∂%s", wgi_symbol(q->v, q->y, WGI_STEP_NAME)),
                           wgi_pool_format(q->v->pool, "∂%s",
                                           wgi_symbol(q->v, &q->v->item[t->to], WGI_STEP_NAME)),
                           wgi_gradient_name(q->v, t->from) };
    int name[3];
    wgi_formula_clear(f);
    for (int i = 0; i < 3; i++) name[i] = wgi_formula_name(f, text[i], (int)strlen(text[i]), 0);
    const int by = wgi_formula_new(f, WGI_F_DIV, name[0], name[1]);
    const bool scalars = size_of(q, t->from) == 1 && size_of(q, t->to) == 1;
    f->root = scalars
                  ? wgi_formula_new(f, WGI_F_MUL, name[2], by)
                  : wgi_formula_new(f, WGI_F_MATMUL, wgi_formula_new(f, WGI_F_TRANSPOSED, by, 0), name[2]);
    f->node[f->root].sign = '.';
    return wgi_step_text(q, f, f->root);
}

static const char *term_rule(wgi_step_equation *q, const wgi_step *t, bool pattern, const char **numbers)
{
    const char *rule = adjoint(q, t, pattern, numbers), *course = rule ? through_loss(q) : NULL;
    if (course) rule = wgi_pool_format(q->v->pool, "%s = %s", rule, course);
    if (!rule) /* no formula, or too long a one */
        q->where = "", *numbers = NULL, rule = chain_rule(q, t);
    /* Of softmax next to 1 the difference in its rule has digits that rounded numbers do not have. */
    if (!*numbers || (q->y->op->kind == WG_ROWS && wgx_hints(q->y->op)->exact && wgi_step_is_at_limit(q)))
        *numbers = "";
    return rule ? rule : "";
}

wgi_rule wgi_rule_of(const wgi_view *v, const wgi_step *const value[], const wgi_step *const gradient[],
                     const wgi_step *t, bool pattern)
{
    wgi_rule r = { "", "", "" };
    wgi_step_equation *q =
        t->kind == WGI_STEP_START
            ? NULL
            : wgi_step_equation_new(v, value, gradient, t->kind == WGI_STEP_VALUE ? t->to : t->from);
    if (!q) return v->pool->failed |= t->kind != WGI_STEP_START, r;
    r.rule =
        t->kind == WGI_STEP_VALUE ? value_rule(q, pattern, &r.numbers) : term_rule(q, t, pattern, &r.numbers);
    r.where = q->where;
    if (t->beyond || t->chosen)
        r.numbers = ""; /* 1 - 1 is not 4e-18; 0 times what nobody has read is no
                                                 * product */
    wg_free(v->c, q);
    return r;
}

/* Names of the tree that are expressions become these. */
static void write_out(const wgi_step_equation *q, wgi_formula *f)
{
    for (int i = 1, n = f->count; i < n; i++) {
        const wgi_formula_node *x = &f->node[i];
        const int64_t of = x->kind == WGI_F_NAME && !x->word ? wgi_step_item(q, x) : -1;
        const wgi_item *y = of < 0 ? NULL : &q->v->item[of];
        const int at = y && y->tree ? wgi_formula_copy_nodes(f, y->tree, y->root) : 0;
        const int16_t next = f->node[i].next;
        if (at) f->node[i] = f->node[at], f->node[i].next = next;
    }
}

int wgi_local_rule(const wgi_view *v, const wgi_step *const value[], const wgi_step *const gradient[],
                   const wgi_step *t, wgi_formula *to)
{
    const char *numbers = NULL;
    int node = 0;
    wgi_step_equation *q = wgi_step_equation_new(v, value, gradient, t->from);
    if (!q) return v->pool->failed = true, 0;
    const char *rule = adjoint(q, t, false, &numbers);
    if (rule && !*q->where && !strcmp(rule, wgi_step_text(q, &q->all, q->all.root)))
        node = wgi_formula_copy(to, &q->all, q->all.root);
    write_out(q, to);
    wg_free(v->c, q);
    return node;
}
