/* equation.c: the formula of an op, with the operands of one item in the place of its names. */
#include "view/equation.h"

#include <math.h>
#include <string.h>

#include "wengert/grad.h"
#include "wengert/op.h"
#include "wgx/base.h"
#include "wgx/grad.h"
#include "wgx/op.h"

enum {
    OPERANDS = WGI_FORMULA_OPERANDS, /* with more operands an item is a call */
    SHOWN = 4,                       /* of a call's operands; of one more it shows all */
    LONGEST = 6, /* nodes of the formula besides its operands; of a longer one a call says more */
    LONG = 24    /* the same of an op that only rules call */
};

/* The formulas of the ops of a view, each parsed when it is first asked for. */
typedef struct op_formula {
    struct op_formula *next;
    const wg_op *op;
    bool has_one; /* a formula that can be read */
    wgi_formula formula;
} op_formula;

struct wgi_view_ops {
    op_formula *formula;
    wgi_equation *spare; /* the first of those that were freed */
    wgi_formula *work;   /* of a text that is read */
};

struct wgi_view_ops *wgi_view_ops_new(wgi_pool *pool)
{
    return wgi_pool_take(pool, 1, sizeof(struct wgi_view_ops));
}

const wgi_formula *wgi_view_formula(const wgi_view *v, const wg_op *op)
{
    wgi_formula_error error;
    if (!op->formula) return NULL;
    for (const op_formula *f = v->ops->formula; f; f = f->next)
        if (f->op == op) return f->has_one ? &f->formula : NULL;
    op_formula *f = wgi_pool_take(v->pool, 1, sizeof *f);
    if (!f) return NULL;
    f->op = op, f->next = v->ops->formula, v->ops->formula = f;
    f->has_one = wgi_formula_parse(&f->formula, op->formula, &error);
    return f->has_one ? &f->formula : NULL;
}

typedef struct maker {
    const wgi_view *v;
    const wgi_item *y;
    const unsigned char *inside;
    wgi_equation *e;
} maker;

/* ---- operands ---- */

/* What the author wrote for the number x: 2 π, 1/3; NULL: nothing but its digits, or what has another
 * value. */
static const wgi_formula_node *number_tree(const maker *m, int k, double x, int *root)
{
    char text[200];
    double value;
    wgi_formula_error error;
    wgi_formula *f = m->v->ops->work;
    if (!*wgx_site_argument(m->y->here, k, text, sizeof text) || !strpbrk(text, "ipe/*^(")) return NULL;
    if (!f && !(f = m->v->ops->work = wgi_pool_take(m->v->pool, 1, sizeof *f))) return NULL;
    const wg_node number = wgi_item_node(m->v, *wgi_operand(m->v, m->y, k));
    const double near = wg_node_dtype(number) == WG_F32 ? 6e-8 : 4e-15; /* as the leaf was rounded */
    const char *own = wgi_pool_format(m->v->pool, "y = %s", text), *pi = strstr(own, "M_PI");
    if (pi) own = wgi_pool_format(m->v->pool, "%.*s pi%s", (int)(pi - own), own, pi + 4);
    if (!wgi_formula_parse(f, own, &error)) return NULL;
    *root = wgi_formula_child(f, f->node[f->root].child, 1);
    const int kind = f->node[*root].kind;
    if (f->node[*root].next || !wgi_formula_constant(f, *root, &value) || kind == WGI_F_NUMBER ||
        !(fabs(value - x) <= near * fabs(x)))
        return NULL;
    for (int i = 1; i < f->count; i++)
        if (f->node[i].kind == WGI_F_MUL) f->node[i].sign = ' ';
    wgi_formula_node *tree = wgi_pool_take(m->v->pool, f->count, sizeof *tree);
    if (tree) memcpy(tree, f->node, (size_t)f->count * sizeof *tree);
    return tree;
}

/* Puts the expression of operand k in the place of its name, if it has one. false: no memory. */
static bool open_operand(maker *m, int k)
{
    const int32_t at = *wgi_operand(m->v, m->y, k);
    wgi_formula_value *v = &m->e->k.v[k];
    if (at >= 0 && !v->text) v->tree = number_tree(m, k, v->number, &v->root);
    if (at < 0 || !v->text) return true;
    const wgi_item *x = &m->v->item[at]; /* an expression may have something inside in its turn */
    const bool inside = m->inside && m->inside[at];
    if (wgi_alias(m->v, x) && !inside) v->text = x->alias, v->of = 0;
    else if (m->inside && x->operands && (inside || x->tree)) {
        wgi_equation *inner = m->e->inner[k] = wgi_equation_make(m->v, at, m->inside);
        if (!inner) return false;
        v->tree = inner->tree.node, v->root = inner->tree.root;
    } else v->tree = x->tree, v->root = x->root;
    return true;
}

static int put_words(wgi_formula *f, const char *text)
{
    const int n = wgi_formula_new(f, WGI_F_WORDS, 0, 0);
    if (n) f->node[n].text = text, f->node[n].length = (int)strlen(text);
    return n;
}

static int put_operand(maker *m, int k)
{
    const wgi_formula_value *v = &m->e->k.v[k];
    return v->absent ? put_words(&m->e->tree, "–") : wgi_formula_of_value(&m->e->tree, v);
}

/* ---- by the formula ---- */

bool wgi_is_clear(const wgi_formula *f, int operands, bool may_be_operand)
{
    const int right = wgi_formula_child(f, f->root, 1);
    return !f->loose && wgi_formula_nodes(f, right) <= LONGEST + operands &&
           wgi_formula_is_plain(f, f->root) && (may_be_operand || f->node[right].kind != WGI_F_NAME);
}

/* y = a b, a + b ...: nothing is left out of what the author wrote. */
static bool is_arithmetic(const wgi_formula *f)
{
    const int right = wgi_formula_child(f, f->node[f->root].child, 1), kind = f->node[right].kind;
    return wgi_formula_nodes(f, right) == 3 && kind >= WGI_F_ADD && kind <= WGI_F_POW;
}

/* Whether a call of the op's name says more than its formula: nobody says max(z, 0). A reshape of squeeze has
 * options of its own, and Σ(eˣ) in a larger formula does not show along which axis. */
static bool is_said_by_name(const wgi_formula *f, const wg_op *op)
{
    const int right = wgi_formula_child(f, f->node[f->root].child, 1);
    const bool call = f->node[right].kind == WGI_F_CALL;
    bool along = false;
    for (int i = 1; i < f->count; i++) along |= f->node[i].kind == WGI_F_ALONG;
    return wgx_op_is(op, "relu") || (along && !call) ||
           (call && wgi_formula_is(f, right, "reshape") && !wgx_op_is(op, "reshape"));
}

static bool by_formula(maker *m)
{
    const wgi_item *y = m->y;
    const wgi_formula *f = wgi_view_formula(m->v, y->op);
    wgi_formula *to = &m->e->tree;
    wgi_formula_values *k = &m->e->k;
    if (!f || is_said_by_name(f, y->op) || !wgi_find_formula_values(m->v, y, k)) return false;
    const wg_node node = wgi_item_node(m->v, y - m->v->item);
    for (int i = 0; i < y->operands; i++) k->v[i].stays = is_arithmetic(f) && !wgx_node_is_derived(node);
    /* As e^x it is as long with a node called e as without one. */
    if (!wgi_formula_replace(to, f, NULL, 0, k->v, k->count - k->calls_e)) return false;
    const bool is_loss = wgx_op_is(y->op, "bce") && *wg_node_name(node); /* everybody writes it out */
    const int nodes = wgi_formula_nodes(to, wgi_formula_child(to, to->root, 1));
    const bool nobodys = wgx_op_is_internal(y->op) && !to->loose && wgi_formula_is_plain(to, to->root) &&
                         nodes <= LONG + y->operands; /* nobody knows it by its name */
    if (!is_loss && !nobodys && !wgi_is_clear(to, y->operands, wgx_node_is_derived(node))) return false;
    for (int i = 0; i < y->operands; i++)
        if (!open_operand(m, i)) return false;
    if (!wgi_formula_replace(to, f, NULL, 0, k->v, k->count)) return false;
    to->root = wgi_formula_child(to, to->root, 1);
    return true;
}

/* ---- transposes ---- */

/* A transpose of a row or a column is a reshape. */
bool wgi_is_transpose(const wgi_view *v, const wgi_item *y)
{
    const bool reshape = wgx_op_is(y->op, "reshape");
    if ((!wgx_op_is(y->op, "transpose") && !reshape) || !y->attr || *wgi_operand(v, y, 0) < 0) return false;
    const wg_axes *a = y->attr;
    const wg_shape s = wgi_item_shape(v, *wgi_operand(v, y, 0));
    const int rank = s.rank;
    if (reshape)
        return rank == 2 && s.dim[0] != s.dim[1] && (s.dim[0] == 1 || s.dim[1] == 1) &&
               wg_shape_equal(wgi_item_shape(v, y - v->item), WG_SHAPE(s.dim[1], s.dim[0]));
    if (rank < 2 || !a->count) return rank == 2;
    for (int i = 0; i < rank; i++) {
        const int axis = a->axis[i] < 0 ? a->axis[i] + rank : a->axis[i];
        if (axis != (i < rank - 2 ? i : 2 * rank - 3 - i)) return false;
    }
    return true;
}

/* A sum of one number is a reshape, too. */
bool wgi_is_sum_of_one(const wgi_view *v, const wgi_item *y)
{
    if (!wgx_op_is(y->op, "reshape") || *wgi_operand(v, y, 0) < 0) return false;
    const wg_shape s = wgi_item_shape(v, *wgi_operand(v, y, 0));
    return s.rank && wg_shape_size(s) == 1 && !wgi_item_shape(v, y - v->item).rank;
}

static bool as_transpose(maker *m)
{
    wgi_formula_clear(&m->e->tree);
    if (!open_operand(m, 0)) return false;
    m->e->tree.root = wgi_formula_new(&m->e->tree, WGI_F_TRANSPOSED, put_operand(m, 0), 0);
    return !m->e->tree.full;
}

/* ---- parts along an axis: z[:, 3:4], z[2] ---- */

int64_t wgi_whole_option(const wgi_item *y, const char *name)
{
    const wg_attr_row *r = y->op->attrs;
    while (strcmp(r->name, name)) r++;
    return wgx_attr_setting(r, y->attr).whole;
}

bool wgi_is_part(const wgi_item *y)
{
    return y->attr && (wgx_op_is(y->op, "slice") || wgx_op_is(y->op, "select"));
}

/* Those that other tensors index: x[i], E[t]. */
static bool is_indexed(const wgi_item *y)
{
    return y->operands == 2 && (wgx_op_is(y->op, "take") || wgx_op_is(y->op, "gather"));
}

static bool as_part(maker *m)
{
    wgi_formula *f = &m->e->tree;
    wgi_pool *pool = m->v->pool;
    const bool slice = wgx_op_is(m->y->op, "slice"), indexed = is_indexed(m->y),
               whole = wgx_op_is(m->y->op, "gather");
    wgi_formula_clear(f);
    if (!open_operand(m, 0) || (indexed && !open_operand(m, 1))) return false;
    f->root = wgi_formula_new(f, WGI_F_AT, put_operand(m, 0), 0);
    f->node[f->root].word = true; /* x[1] is not x₁ */
    f->node[f->root].axes = (uint8_t)wgi_item_axes(m->v, m->y - m->v->item);
    for (int64_t axis = whole ? 0 : wgi_whole_option(m->y, "axis"); axis > 0; axis--)
        wgi_formula_add(f, f->root, put_words(f, ":"));
    if (indexed) return wgi_formula_add(f, f->root, put_operand(m, 1)), !f->full;
    const long long from = wgi_whole_option(m->y, slice ? "from" : "index"),
                    to = slice ? wgi_whole_option(m->y, "to") : 0,
                    step = slice ? wgi_whole_option(m->y, "step") : 1;
    const char *part = wgi_pool_format(pool, step == 1 ? "%lld:%lld" : "%lld:%lld:%lld", from, to, step);
    wgi_formula_add(f, f->root, slice ? put_words(f, part) : wgi_formula_number(f, (double)from));
    return !f->full;
}

/* ---- lists: [a, b] ---- */

static bool is_row(const wgi_item *y)
{
    return wgx_op_is(y->op, "stack") && (!y->attr || wgi_whole_option(y, "axis") == 0);
}

/* ---- as a call ---- */

/* The stream of a random call is nothing that its author gave. */
static bool is_stream(const maker *m, int k)
{
    const int32_t at = *wgi_operand(m->v, m->y, k);
    return at >= 0 && wgi_item_leaf(m->v, at) == WG_LEAF_STREAM;
}

/* random_normal(2, 3): what is made of nothing says its sizes. */
static void put_sizes(maker *m)
{
    const wg_shape s = wgi_item_shape(m->v, m->y - m->v->item);
    for (int i = 0; i < s.rank; i++)
        wgi_formula_add(&m->e->tree, m->e->tree.root, wgi_formula_number(&m->e->tree, (double)s.dim[i]));
}

static bool as_call(maker *m, const char *name)
{
    wgi_formula *f = &m->e->tree;
    const wgi_item *y = m->y;
    int operands = y->operands;
    while (operands && *wgi_operand(m->v, y, operands - 1) < 0) operands--; /* optional ones */
    wgi_formula_clear(f);
    f->root = wgi_formula_new(f, is_row(y) ? WGI_F_ROW : WGI_F_CALL, 0, 0);
    f->node[f->root].text = name, f->node[f->root].length = (int)strlen(name);
    f->node[f->root].word = !wgx_hints(y->op)->library;
    for (int k = 0; k < operands && k <= SHOWN; k++) {
        if (is_stream(m, k)) {
            if (operands == 1) put_sizes(m);
        } else if (k == SHOWN && operands > SHOWN + 1) {
            const char *rest = wgi_pool_format(m->v->pool, "… ×%d", operands);
            wgi_formula_add(f, f->root, put_words(f, rest));
        } else if (open_operand(m, k)) wgi_formula_add(f, f->root, put_operand(m, k));
        else return false;
    }
    return !f->full;
}

/* ---- all ---- */

static void close_operands(wgi_equation *e)
{
    for (int k = 0; k < OPERANDS; k++) {
        wgi_equation_free(e->inner[k]);
        e->inner[k] = NULL, e->k.v[k].tree = NULL;
    }
}

/* Options stand behind the operands of a call: sum(x, axis = 0). false: the equation is no call. */
static bool add_options(maker *m, bool by_formula)
{
    wgi_formula *f = &m->e->tree;
    const char *options = wgi_item_options(m->v, m->y, by_formula);
    if (!*options) return true;
    if (f->node[f->root].kind != WGI_F_CALL) return false;
    wgi_formula_add(f, f->root, put_words(f, options));
    return !f->full;
}

static bool make(maker *m)
{
    if (m->y->words) {
        wgi_formula_clear(&m->e->tree);
        m->e->tree.root = put_words(&m->e->tree, m->y->words);
        m->e->tree.node[m->e->tree.root].axes = (uint8_t)wgi_item_axes(m->v, m->y - m->v->item);
        return m->e->tree.root != 0;
    }
    if (m->y->shows_number) {
        wgi_formula_clear(&m->e->tree);
        m->e->tree.root = wgi_formula_number(&m->e->tree, m->y->number);
        return true;
    }
    for (int k = 0; k < m->y->operands && k < OPERANDS; k++)
        if (!wgi_name_formula_operand(m->v, m->y, k, &m->e->k)) return false;
    if (wgi_is_transpose(m->v, m->y)) return as_transpose(m);
    if (wgi_is_sum_of_one(m->v, m->y)) return as_call(m, "sum");
    if (wgi_is_part(m->y) || is_indexed(m->y)) return as_part(m);
    if (by_formula(m) && add_options(m, true)) return true;
    close_operands(m->e);
    return as_call(m, m->y->op->name) && (is_row(m->y) || add_options(m, false));
}

void wgi_view_spell(const wgi_view *v, wgi_formula *f)
{
    for (int i = 1; v->has_sigma && i < f->count; i++)
        f->node[i].word |= f->node[i].kind == WGI_F_CALL && wgi_formula_is(f, i, "sigmoid");
}

wgi_equation *wgi_equation_make(const wgi_view *v, int64_t i, const unsigned char *inside)
{
    wgi_equation *e = v->ops->spare; /* to clear new memory takes longer than to make an equation */
    if (!v->item[i].op) return NULL;
    if (e) v->ops->spare = e->next;
    else if (!(e = wgi_pool_take(v->pool, 1, sizeof *e))) return NULL;
    e->v = v;
    maker m = { v, &v->item[i], inside, e };
    if (make(&m) && !v->pool->failed) return wgi_view_spell(v, &e->tree), e;
    wgi_equation_free(e);
    return NULL;
}

void wgi_equation_free(wgi_equation *e)
{
    if (!e) return;
    close_operands(e);
    e->next = e->v->ops->spare, e->v->ops->spare = e;
}
