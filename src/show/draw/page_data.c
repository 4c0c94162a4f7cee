/* page_data.c: what the page's script reads.
 *
 *     root      the root's item
 *     hide      names that are ? until they are clicked
 *     backward  whether gradients were asked for
 *     items     n name, d its gradient's; p the name of a leaf in the program, if it is another; a operands,
 *     items or -1; s shape; x values (of a leaf all and
 *               in full, else the first ones in seven digits); g likewise the gradient; b box; l line of
 *               the program; k kind of leaf; j node
 *     nodes     values first, then gradients: s shape, a operands, and what computes it: f an entry of maps,
 *               l one of lists (w: of windows),
 *               or o an op of the script with r which of its results and p options that differ from their
 *               defaults; of a leaf i its item or x its values; u: 1 if the page cannot compute it
 *     maps      formulas: see wgi_page_formula
 *     lists     terms: see wgi_page_terms
 *     terms     [from, to, node of the term, node of the gradient so far] of each step backward, and by the
 *     option
 *               `edges` the local derivative; from -1: the root's gradient is 1
 *     edges     by that option: [link, from, to] of each label, its items
 *     links     [from, to], boxes, of each link of the picture, then of each part
 *     boxes     [item, picture] of each box of the picture, which is 0, then of each part
 *     parts     the box that each part opens, from part 1 on
 *     states    b box, i item, f box of `from`, e links, n name, r rule, m numbers, q their pattern,
 *               d definitions, v result, u sum, t total, k term, w whether the gradient is complete
 * Of a value that is absent there is no key. */
#include <string.h>

#include "draw/page.h"
#include "wengert/op.h"
#include "wengert/ops.h"

enum { SHOWN_MOST = 144, ALL_MOST = 30000 };

typedef struct writer {
    wgi_page *page;
    const wgi_picture *p;
    const wgi_step_states *s;
    wgi_strbuf *b;
    int *box_of;                         /* by item: the innermost one; -1: none */
    const wg_tensor **value, **gradient; /* by item; NULL: it is not known */
    wgi_page_places at;                  /* nodes of the data */
    int64_t numbers;                     /* written so far */
    int64_t *link, links;                /* room for the links of a step in one picture */
} writer;

static void put_values(writer *w, const char *key, const wg_tensor *t, bool full)
{
    wgi_strbuf *b = w->b;
    const int64_t n = wg_shape_size(t->shape), most = full ? WGI_PAGE_LEAF : SHOWN_MOST;
    wgi_json_list(b, key);
    for (int64_t i = 0; i < n && i < most && (full || w->numbers < ALL_MOST); i++, w->numbers++)
        wgi_json_number(b, wg_tensor_item(t, i), full);
    wgi_strbuf_put(b, "]");
}

/* ---- items ---- */

static void put_operands(writer *w, const wgi_item *y)
{
    wgi_strbuf *b = w->b;
    wgi_json_list(b, "a");
    int n = y->operands;
    while (n && *wgi_operand(&w->p->view, y, n - 1) < 0) n--; /* optional ones */
    for (int k = 0; k < n; k++) wgi_json_whole(b, *wgi_operand(&w->p->view, y, k));
    wgi_strbuf_put(b, "]");
}

static void put_item(writer *w, int64_t i)
{
    wgi_strbuf *b = w->b;
    static const char *const kinds[] = { [WG_LEAF_NUMBER] = "number",
                                         [WG_LEAF_INPUT] = "input",
                                         [WG_LEAF_PARAM] = "param",
                                         [WG_LEAF_STATE] = "state",
                                         [WG_LEAF_STREAM] = "stream" };
    const wgi_item *y = &w->p->view.item[i];
    const wg_node n = wgi_item_node(&w->p->view, i);
    wgi_json_open(b, "\n{");
    wgi_json_member(b, "n", wgi_symbol(&w->p->view, y, 40));
    wgi_json_member(b, "d", wgi_gradient_name(&w->p->view, i));
    put_operands(w, y);
    wgi_json_key(b, "s"), wgi_json_shape(b, wg_node_shape(n));
    /* A number of a derivation that is known though it is computed is none that a reader changes. */
    const wg_leaf leaf = wg_node_leaf(n) == WG_LEAF_NONE && y->is_inline ? WG_LEAF_NUMBER : wg_node_leaf(n);
    if (!y->operands && leaf != WG_LEAF_NONE) wgi_json_member(b, "k", kinds[leaf]);
    if (!y->operands && strcmp(wg_node_name(n), wgi_symbol(&w->p->view, y, 40)))
        wgi_json_member(b, "p", wg_node_name(n));
    if (w->value[i]) put_values(w, "x", w->value[i], !y->operands);
    if (w->gradient[i]) put_values(w, "g", w->gradient[i], false);
    if (w->box_of[i] >= 0) wgi_json_whole_member(b, "b", w->box_of[i]);
    if (w->page->source.line_of[i] >= 0) wgi_json_whole_member(b, "l", w->page->source.line_of[i]);
    if (w->at.value[i] >= 0) wgi_json_whole_member(b, "j", w->at.value[i]);
    wgi_strbuf_put(b, "}");
}

/* ---- states ---- */

static void put_state(writer *w, int64_t i)
{
    wgi_strbuf *b = w->b;
    const wgi_step_state *x = &w->s->state[i];
    wgi_json_open(b, x->step < 0 ? "\n{}" : "\n{");
    if (x->step < 0) return;
    const wgi_step *t = &w->s->steps.step[x->step];
    wgi_json_whole_member(b, "b", w->box_of[t->to]);
    wgi_json_whole_member(b, "i", t->to);
    if (x->from >= 0) wgi_json_whole_member(b, "f", w->box_of[t->from]);
    wgi_json_list(b, "e");
    for (const wgi_sheet *s = w->page->sheet; s < w->page->sheet + w->page->sheets; s++)
        for (int k = 0, n = wgi_step_links(&s->at, t, w->link, w->links); k < n; k++)
            wgi_json_whole(b, s->first_link + w->link[k]);
    wgi_strbuf_put(b, "]");
    wgi_json_member(b, "n", x->name), wgi_json_member(b, "r", x->rule), wgi_json_member(b, "m", x->numbers);
    wgi_json_member(b, "q", x->pattern), wgi_json_member(b, "v", x->result);
    wgi_json_member(b, "d", x->where), wgi_json_member(b, "u", x->sum), wgi_json_member(b, "t", x->total);
    if (x->step >= w->s->steps.forward) wgi_json_whole_member(b, "k", x->step - w->s->steps.forward);
    if (x->last) wgi_json_whole_member(b, "w", 1);
    wgi_strbuf_put(b, "}");
}

/* The numbers that the option hides, and those that follow from them, by the names in the page. */
static void put_hidden(writer *w)
{
    wgi_strbuf *b = w->b;
    const wgi_picture *p = w->p;
    const wgi_hidden *h = &w->page->hidden;
    wgi_json_list(b, "hide");
    for (int64_t i = 0; h->value && i < p->at.nodes; i++)
        for (int gradient = 0; gradient < 2; gradient++) {
            const char *name = gradient ? wgi_gradient_name(&p->view, p->at.item[i])
                                        : wgi_symbol(&p->view, wgi_item_at(p, i), 40);
            if ((gradient ? h->gradient : h->value)[i]) wgi_json_text(b, name, true);
        }
    wgi_strbuf_put(b, "]");
}

static void find(writer *w)
{
    const wgi_picture *p = w->p;
    const wgi_steps *s = &w->s->steps;
    for (int64_t i = 0; i < p->view.items; i++) w->box_of[i] = -1;
    for (const wgi_sheet *k = w->page->sheet; k < w->page->sheet + w->page->sheets; k++)
        for (int64_t i = 0; i < p->at.nodes; i++)
            if (k->p->at.box_of[i] >= 0 && !(k->p->less.outside && k->p->less.outside[i]))
                w->box_of[p->at.item[i]] = (int)k->first_box + k->p->at.box_of[i];
    for (int64_t i = 0; i < s->steps; i++)
        if (s->step[i].kind == WGI_STEP_VALUE) w->value[s->step[i].to] = &s->step[i].value;
        else w->gradient[s->step[i].to] = &s->step[i].sum;
}

static void put_term(writer *w, const wgi_step *step, int64_t k)
{
    wgi_strbuf *b = w->b;
    wgi_json_open(b, "[");
    wgi_json_whole(b, step->from), wgi_json_whole(b, step->to);
    wgi_json_whole(b, w->at.term[k]), wgi_json_whole(b, w->at.total[k]);
    if (w->p->locals && step->from >= 0)
        wgi_json_number(b, wgi_local_derivative(w->p, step->from, step->to), true);
    wgi_strbuf_put(b, "]");
}

static void put_pair(writer *w, int64_t a, int64_t b)
{
    wgi_json_open(w->b, "["), wgi_json_whole(w->b, a), wgi_json_whole(w->b, b);
    wgi_strbuf_put(w->b, "]");
}

static void put_sheet(writer *w, int number)
{
    const wgi_sheet *s = &w->page->sheet[number];
    const wgi_picture *p = s->p;
    int64_t *item = wgi_pool_take(p->pool, p->boxes, sizeof *item);
    for (int64_t i = 0; item && i < p->at.nodes; i++) /* the last one of a box is its result */
        if (p->at.box_of[i] >= 0) item[p->at.box_of[i]] = p->at.item[i];
    for (int64_t i = 0; item && i < p->boxes; i++) put_pair(w, item[s->at.original[i]], number);
}

static void put_edges(writer *w)
{
    wgi_strbuf *b = w->b;
    wgi_json_list(b, "edges");
    for (const wgi_sheet *s = w->page->sheet; s < w->page->sheet + w->page->sheets; s++)
        for (int64_t i = 0; i < s->p->links; i++) {
            const wgi_edge_label *k = s->p->link[i].label;
            if (!k) continue;
            wgi_json_open(b, "["), wgi_json_whole(b, s->first_link + i);
            wgi_json_whole(b, k->from), wgi_json_whole(b, k->to);
            wgi_strbuf_put(b, "]");
        }
    wgi_strbuf_put(b, "]");
}

static void put_all(writer *w)
{
    const wgi_steps *s = &w->s->steps;
    wgi_strbuf *b = w->b;
    wgi_strbuf_put(b, "{");
    wgi_json_member(b, "id", w->page->id);
    if (w->s->states) wgi_json_whole_member(b, "root", w->p->view.item_of[w->p->root.index]);
    if (w->p->o->backward) wgi_json_whole_member(b, "backward", 1);
    put_hidden(w);
    if (w->s->states) wgi_page_nodes(w->page, &w->at);
    wgi_json_list(b, "items");
    for (int64_t i = 0; w->s->states && i < w->p->view.items; i++) put_item(w, i);
    wgi_strbuf_put(b, "],\n\"terms\":[");
    for (int64_t i = s->forward; i < s->steps; i++) put_term(w, &s->step[i], i - s->forward);
    wgi_strbuf_put(b, "],\n\"links\":[");
    const wgi_sheet *sheet = w->page->sheet;
    const int sheets = w->s->states ? w->page->sheets : 0;
    for (int k = 0; k < sheets; k++)
        for (int64_t i = 0; i < sheet[k].p->links; i++)
            put_pair(w, sheet[k].first_box + sheet[k].p->link[i].from,
                     sheet[k].first_box + sheet[k].p->link[i].to);
    wgi_strbuf_put(b, "]");
    if (w->p->locals && sheets) put_edges(w);
    wgi_strbuf_put(b, ",\n\"boxes\":[");
    for (int k = 0; k < sheets; k++) put_sheet(w, k);
    wgi_strbuf_put(b, "],\n\"parts\":[");
    for (int k = 1; k < sheets; k++) wgi_json_whole(b, sheet[k].of);
    wgi_strbuf_put(b, "],\n\"states\":[");
    for (int64_t i = 0; i < w->s->states; i++) put_state(w, i);
    wgi_strbuf_put(b, "]}");
}

void wgi_page_data(wgi_page *page)
{
    wgi_pool *pool = page->p->pool;
    const int64_t items = page->p->view.items;
    writer w = { .page = page,
                 .p = page->p,
                 .s = &page->s,
                 .b = page->b,
                 .box_of = wgi_pool_take(pool, items, sizeof *w.box_of),
                 .value = wgi_pool_take(pool, items, sizeof *w.value),
                 .gradient = wgi_pool_take(pool, items, sizeof *w.gradient) };
    for (int k = 0; k < page->sheets; k++)
        w.links = page->sheet[k].p->links > w.links ? page->sheet[k].p->links : w.links;
    w.link = wgi_pool_take(pool, w.links, sizeof *w.link);
    w.at.value = wgi_pool_take(pool, items, sizeof *w.at.value);
    w.at.term = wgi_pool_take(pool, page->s.steps.steps + 1, sizeof *w.at.term);
    w.at.total = wgi_pool_take(pool, page->s.steps.steps + 1, sizeof *w.at.total);
    if (!pool->failed) find(&w), put_all(&w);
}
