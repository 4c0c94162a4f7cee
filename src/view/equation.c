/* equation.c: the formula of an op, with the operands of one item in the place of its names. */
#include "view/equation.h"
#include "view/formula_values.h"

#include <stdio.h>
#include <string.h>

#include "wengert/grad.h"
#include "wengert/op.h"

enum {
    OPERANDS = WGI_FORMULA_OPERANDS, /* with more operands an item is a call */
    SHOWN = 4,                       /* of a call's operands; of one more it shows all */
    LONGEST = 6 /* nodes of the formula besides its operands; of a longer one a call says more */
};

typedef struct wgi_equation_parts {
    wgi_formula_values k;
    char others[40];
    wgi_strbuf options; /* that are not in the formula */
    wgi_equation *inner[OPERANDS];
} parts;

typedef struct maker {
    const wgi_view *v;
    const wgi_item *y;
    const unsigned char *inside;
    bool options;
    wgi_equation *e;
    parts *p;
} maker;

/* ---- operands ---- */

/* Puts the expression of operand k in the place of its name, if it has one. false: no memory. */
static bool open_operand(maker *m, int k)
{
    const int32_t at = m->v->arg[m->y->first + k];
    wgi_formula_value *v = &m->p->k.v[k];
    if (at < 0 || !v->text) return true;
    if (m->inside && m->inside[at]) {
        if (!(m->p->inner[k] = wgi_equation_make(m->v, at, m->inside, true))) return false;
        v->tree = m->p->inner[k]->tree.node, v->root = m->p->inner[k]->tree.root;
    } else v->tree = m->v->item[at].tree, v->root = m->v->item[at].root;
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
    const wgi_formula_value *v = &m->p->k.v[k];
    wgi_formula *f = &m->e->tree;
    if (v->absent) return put_words(f, "–");
    if (v->tree) return wgi_formula_copy_nodes(f, v->tree, v->root);
    if (!v->text) return wgi_formula_number(f, v->number);
    const int n = wgi_formula_name(f, v->text, (int)strlen(v->text), 0);
    if (n) f->node[n].axes = (uint8_t)v->axes;
    return n;
}

/* ---- by the formula ---- */

bool wgi_is_clear(const wgi_formula *f, int operands, bool may_be_operand)
{
    const int right = wgi_formula_child(f, f->root, 1);
    return !f->loose && wgi_formula_nodes(f, right) <= LONGEST + operands &&
           wgi_formula_is_plain(f, f->root) && (may_be_operand || f->node[right].kind != WGI_F_NAME);
}

static bool by_formula(maker *m)
{
    const wgi_item *y = m->y;
    const wgi_formula *f = wgi_view_formula(m->v, y->op);
    wgi_formula *to = &m->e->tree;
    if (!f) return false;
    if (!wgi_find_formula_values(m->v, y, &m->p->k)) return false;
    /* As e^x it is as long with a node called e as without one. */
    const int values = m->p->k.count - m->p->k.calls_e;
    if (!wgi_formula_replace(to, f, NULL, 0, m->p->k.v, values)) return false;
    if (!wgi_is_clear(to, y->operands, wg_node_is_derived(wgi_item_node(m->v, y - m->v->item)))) return false;
    for (int k = 0; k < y->operands; k++)
        if (!open_operand(m, k)) return false;
    if (!wgi_formula_replace(to, f, NULL, 0, m->p->k.v, m->p->k.count)) return false;
    to->root = wgi_formula_child(to, to->root, 1);
    return true;
}

/* ---- transposes ---- */

/* Whether the item swaps the last two axes. */
static bool is_transpose(const maker *m)
{
    const wgi_item *y = m->y;
    if (!wgi_view_is_transpose(m->v, y->op) || !y->attr) return false;
    const wg_axes *a = y->attr;
    const int rank = wg_node_shape(wgi_item_node(m->v, m->v->arg[y->first])).rank;
    if (rank < 2 || !a->count) return rank == 2;
    for (int i = 0; i < rank; i++) {
        const int axis = a->axis[i] < 0 ? a->axis[i] + rank : a->axis[i];
        if (axis != (i < rank - 2 ? i : 2 * rank - 3 - i)) return false;
    }
    return true;
}

static bool as_transpose(maker *m)
{
    wgi_formula_clear(&m->e->tree);
    if (!open_operand(m, 0)) return false;
    m->e->tree.root = wgi_formula_new(&m->e->tree, WGI_F_TRANSPOSED, put_operand(m, 0), 0);
    return !m->e->tree.full;
}

/* ---- as a call ---- */

static bool as_call(maker *m)
{
    wgi_formula *f = &m->e->tree;
    const wgi_item *y = m->y;
    int operands = y->operands;
    while (operands && m->v->arg[y->first + operands - 1] < 0) operands--; /* optional ones */
    wgi_formula_clear(f);
    f->root = wgi_formula_new(f, WGI_F_CALL, 0, 0);
    f->node[f->root].text = y->op->name, f->node[f->root].length = (int)strlen(y->op->name);
    f->node[f->root].word = !y->op->library;
    for (int k = 0; k < operands && k <= SHOWN; k++) {
        if (k == SHOWN && operands > SHOWN + 1) {
            snprintf(m->p->others, sizeof m->p->others, "… %d operands", operands);
            wgi_formula_add(f, f->root, put_words(f, m->p->others));
        } else if (open_operand(m, k)) wgi_formula_add(f, f->root, put_operand(m, k));
        else return false;
    }
    return !f->full;
}

/* ---- all ---- */

static void close_operands(maker *m)
{
    for (int k = 0; k < OPERANDS; k++) {
        wgi_equation_free(m->p->inner[k]);
        m->p->inner[k] = NULL, m->p->k.v[k].tree = NULL;
    }
}

/* Options stand behind the operands of a call: sum(x, axis = 0). false: the equation is no call. */
static bool add_options(maker *m, bool by_formula)
{
    wgi_formula *f = &m->e->tree;
    wgi_strbuf *b = &m->p->options;
    if (!m->options) return true;
    wgi_strbuf_clear(b);
    wgi_item_put_options(m->v, b, m->y, by_formula);
    if (!b->length) return true;
    if (f->node[f->root].kind != WGI_F_CALL) return false;
    wgi_formula_add(f, f->root, put_words(f, b->at));
    return !f->full;
}

static bool make(maker *m)
{
    m->p->options.c = m->v->c;
    if (m->y->shows_number) {
        wgi_formula_clear(&m->e->tree);
        m->e->tree.root = wgi_formula_number(&m->e->tree, m->y->number);
        return true;
    }
    for (int k = 0; k < m->y->operands && k < OPERANDS; k++)
        if (!wgi_name_formula_operand(m->v, m->y, k, &m->p->k)) return false;
    if (is_transpose(m)) return as_transpose(m);
    if (by_formula(m) && add_options(m, true)) return m->e->by_formula = true;
    close_operands(m);
    return as_call(m) && add_options(m, false);
}

/* A spare one, since to clear new memory takes longer than to make an equation; else a new one. NULL: no
 * memory. */
static wgi_equation *take(const wgi_view *v)
{
    wgi_equation *e = *v->spare;
    if (e) {
        *v->spare = e->next;
        e->by_formula = e->parts->options.failed = false;
        return e;
    }
    if (!(e = wg_alloc(v->c, 1, sizeof *e))) return NULL;
    e->v = v, e->parts = wg_alloc(v->c, 1, sizeof *e->parts);
    if (e->parts) return e;
    wg_free(v->c, e);
    return NULL;
}

wgi_equation *wgi_equation_make(const wgi_view *v, int64_t i, const unsigned char *inside, bool options)
{
    wgi_equation *e = v->item[i].op ? take(v) : NULL;
    if (!e) return NULL;
    maker m = { v, &v->item[i], inside, options, e, e->parts };
    if (make(&m) && !e->parts->options.failed) return e;
    wgi_equation_free(e);
    return NULL;
}

void wgi_equation_free(wgi_equation *e)
{
    if (!e) return;
    for (int k = 0; k < OPERANDS; k++) {
        wgi_equation_free(e->parts->inner[k]);
        e->parts->inner[k] = NULL;
    }
    e->next = *e->v->spare, *e->v->spare = e;
}

void wgi_equations_free(wgi_view *v)
{
    for (wgi_equation *e = v->spare ? *v->spare : NULL, *next; e; e = next) {
        next = e->next;
        wgi_strbuf_free(&e->parts->options);
        wg_free(v->c, e->parts);
        wg_free(v->c, e);
    }
    wg_free(v->c, v->spare);
}
