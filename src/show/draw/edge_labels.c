/* edge_labels.c: the option `edges`: at each link forward its local derivative, "∂c/∂a = b = 3".
 *
 * The number is the engine's: steps.h differentiates each item by itself. The rule is that of the step
 * backward without the gradient that is handed on. Where a box stands for several items, its derivative by an
 * operand is the sum over the ways within the box, and has no rule. */
#include "draw/step_states.h"

#include <math.h>
#include <string.h>

enum { HEAD_MOST = 18, RULE_MOST = 24 }; /* characters of both names; of the rule */

struct wgi_locals {
    wgi_steps s;
    const wgi_step **value, **start; /* by item; start NULL: it hands on nothing */
};

/* How the result of a box depends on one position. */
typedef struct way {
    double derivative;
    const wgi_step *term; /* of the last way */
    int ways;
    bool direct; /* the term is one of the result itself */
} way;

wg_status wgi_check_edges(const wgi_picture *p)
{
    const wg_draw_opts *o = p->o;
    if (!o->edges) return WG_OK;
    if (strcmp(o->edges, "local")) return WGI_REFUSE(p, "draw: .edges \"%s\": local", o->edges);
    if (!wg_is_none(o->beside)) return WGI_REFUSE(p, "draw: .edges has no .beside");
    return WG_OK;
}

/* ---- derivatives ---- */

static wg_status check_scalars(const wgi_picture *p, int64_t root)
{
    char shape[128];
    for (int64_t i = 0; i <= root; i++) {
        const wg_node n = wgi_item_node(&p->view, i);
        if (wg_shape_size(wg_node_shape(n)) == 1) continue;
        return WGI_DRAW_FAIL(
            p->c, wg_node_site(n), WG_ERROR_SHAPE,
            "draw: .edges: '%s' is %s: local derivatives are drawn of graphs whose nodes are all scalars",
            wgi_symbol(&p->view, &p->view.item[i], 40), wg_shape_text(wg_node_shape(n), shape, sizeof shape));
    }
    return WG_OK;
}

/* With gradients: the items that they pass; else all of them. */
static void find_path(const wgi_picture *p, int64_t root, unsigned char *on)
{
    if (p->o->backward) wgi_view_find_path(&p->view, root, p->o->wrt, p->o->wrt_count, on);
    else
        for (int64_t i = 0; i <= root; i++) on[i] = wgi_is_float(wgi_item_node(&p->view, i));
}

static wg_status find_locals(wgi_picture *p, int64_t root)
{
    const int64_t items = p->view.items;
    struct wgi_locals *k = wgi_pool_take(p->pool, 1, sizeof *k);
    unsigned char *on = wgi_pool_take(p->pool, items, 1);
    if (k) k->value = wgi_pool_take(p->pool, items, sizeof *k->value);
    if (k) k->start = wgi_pool_take(p->pool, items, sizeof *k->start);
    if (p->pool->failed) return WG_ERROR_MEMORY;
    find_path(p, root, on);
    wg_status s = check_scalars(p, root);
    if (s == WG_OK) s = wgi_steps_local(&k->s, p->here, &p->view, root, on);
    for (int64_t i = 0; i < k->s.steps && s == WG_OK; i++) {
        const wgi_step *t = &k->s.step[i];
        if (t->kind != WGI_STEP_TERM) (t->kind == WGI_STEP_VALUE ? k->value : k->start)[t->to] = t;
    }
    p->locals = s == WG_OK ? k : NULL;
    return s;
}

/* The terms of an item; end: behind the last one. */
static const wgi_step *terms_of(const wgi_picture *p, int64_t item, const wgi_step **end)
{
    const wgi_steps *s = &p->locals->s;
    const wgi_step *t = p->locals->start[item];
    *end = t ? ++t : NULL;
    while (t && *end < s->step + s->steps && (*end)->kind == WGI_STEP_TERM) ++*end;
    return t;
}

double wgi_local_derivative(const wgi_picture *p, int64_t to, int64_t from)
{
    const wgi_step *end;
    for (const wgi_step *t = terms_of(p, to, &end); t < end; t++)
        if (t->to == from) return wg_tensor_item(&t->value, 0);
    return NAN;
}

/* Whether the position is the result of its box. */
static bool is_result(const wgi_picture *p, int64_t i) { return !p->less.into || p->less.into[i] == i; }

/* By position: how the box, whose result is at `result`, depends on it. */
static void find_ways(const wgi_picture *p, int64_t result, way *w)
{
    const int box = p->at.box_of[result];
    for (int64_t i = 0; i <= result; i++) w[i] = (way){ .derivative = i == result };
    for (int64_t i = result; i >= 0; i--) {
        const wgi_step *end;
        if (p->at.box_of[i] != box || (i != result && !w[i].ways)) continue;
        for (const wgi_step *t = terms_of(p, p->at.item[i], &end); t < end; t++) {
            const int32_t at = p->at.position[p->view.item[t->to].node];
            if (at < 0) continue;
            w[at].derivative += w[i].derivative * wg_tensor_item(&t->value, 0);
            w[at].term = t, w[at].direct = i == result, w[at].ways++;
        }
    }
}

/* ---- labels ---- */

static void put_piece(wgi_edge_label *k, const char *text, const wgi_laid_formula *formula)
{
    k->piece[k->pieces].text = text, k->piece[k->pieces++].formula = formula;
}

/* "∂c", "∂(w x)", and what is before it. */
static void put_name(const wgi_picture *p, wgi_edge_label *k, const char *before, int box)
{
    const wgi_box *b = &p->box[box];
    const char *sign = b->is_expression ? "∂(" : "∂";
    put_piece(k, wgi_pool_format(p->pool, "%s%s", before, sign), NULL), put_piece(k, b->name, b->symbol);
}

static void put_head(const wgi_picture *p, wgi_edge_label *label, const wgi_link *k)
{
    const char *closing = p->box[k->to].is_expression ? ")/" : "/";
    if (wgi_characters(p->box[k->to].name) + wgi_characters(p->box[k->from].name) > HEAD_MOST) return;
    put_name(p, label, "", k->to), put_name(p, label, closing, k->from);
}

/* The rule, unless it is long or says no more than the number. */
static void put_rule(wgi_picture *p, wgi_edge_label *label, const way *w, const char *equals,
                     const char *number)
{
    char line[4 * RULE_MOST + 1];
    wgi_line to = { line, sizeof line, 0 };
    wgi_formula *f = w->direct && w->ways == 1 ? wgi_begin_formula(p) : NULL;
    const int node = f ? wgi_local_rule(&p->view, p->locals->value, p->locals->start, w->term, f) : 0;
    if (!node) return;
    wgi_formula_text(&to, f, node, false);
    if (to.length >= sizeof line || wgi_characters(line) > RULE_MOST || !strcmp(line, number)) return;
    if (label->pieces) put_piece(label, equals, NULL);
    put_piece(label, wgi_pool_copy(p->pool, line), wgi_lay_out(p, node, WGI_F_FLAT));
}

static const wgi_edge_label *label_of(wgi_picture *p, const wgi_link *k, const way *w, int64_t from,
                                      int64_t to)
{
    wgi_edge_label *label = wgi_pool_take(p->pool, 1, sizeof *label);
    wgi_strbuf number = { .pool = p->pool }, b = { .pool = p->pool };
    if (!label) return NULL;
    if (p->o->hide && *p->o->hide) wgi_strbuf_put(&number, "?"); /* any of them may tell what is hidden */
    else wgi_put_number(&number, w->derivative);
    const char *text = wgi_strbuf_keep(&number);
    put_head(p, label, k);
    const char *equals = label->pieces && p->box[k->from].is_expression ? ") = " : " = ";
    const int head = label->pieces;
    put_rule(p, label, w, equals, text);
    if (label->pieces) put_piece(label, label->pieces > head ? " = " : equals, NULL);
    put_piece(label, text, NULL);
    for (int i = 0; i < label->pieces; i++) wgi_strbuf_put(&b, label->piece[i].text);
    label->text = wgi_strbuf_keep(&b), label->derivative = w->derivative;
    label->from = from, label->to = to;
    return label;
}

/* The position of the box's result; -1: it has several that are used, or it is a run. */
static int64_t result_of(const wgi_picture *p, int box)
{
    int64_t at = -1;
    for (int64_t i = 0; i < p->at.nodes; i++)
        if (p->at.box_of[i] == box && is_result(p, i)) at = at < 0 ? i : at;
    return p->box[box].times == 1 ? at : -1;
}

/* Whether a node in the box that is not its result is used outside of it. */
static bool has_several(const wgi_picture *p, int box)
{
    for (int64_t i = 0; i < p->at.nodes; i++)
        for (int64_t a = p->at.first[i]; p->at.box_of[i] != box && a < p->at.first[i + 1]; a++) {
            const int32_t x = p->at.arg[a];
            if (x >= 0 && p->at.box_of[x] == box && !is_result(p, x)) return true;
        }
    return false;
}

/* A box that takes an operand twice has two links, which are one derivative. */
static bool is_second(const wgi_picture *p, const wgi_step_places *m, int64_t l)
{
    for (int64_t i = 0; i < l; i++)
        if (m->original[p->link[i].from] == m->original[p->link[l].from] && p->link[i].to == p->link[l].to)
            return true;
    return false;
}

wg_status wgi_label_edges(wgi_picture *p)
{
    wgi_step_places m;
    const int64_t root = wg_node_ok(p->root) ? p->view.item_of[p->root.index] : -1;
    const wg_status s = p->locals || root < 0 ? WG_OK : find_locals(p, root);
    way *w = wgi_pool_take(p->pool, p->at.nodes, sizeof *w);
    if (s != WG_OK || !p->locals) return s;
    if (wgi_step_places_make(&m, p) != WG_OK || !w) return WG_ERROR_MEMORY;
    for (int64_t l = 0, of = -1; l < p->links; l++) {
        wgi_link *k = &p->link[l];
        const int from = m.original[k->from];
        const int64_t result = result_of(p, k->to), x = result_of(p, from);
        if (k->loop || result < 0 || x < 0 || x > result || is_second(p, &m, l) || has_several(p, from))
            continue;
        if (of != result) find_ways(p, of = result, w);
        if (!w[x].ways) continue;
        k->label = label_of(p, k, &w[x], p->at.item[x], p->at.item[result]);
    }
    return p->pool->failed ? WG_ERROR_MEMORY : WG_OK;
}
