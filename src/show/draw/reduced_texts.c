/* reduced_texts.c: texts of boxes that stand for several nodes, and what a reduced picture does not show. */

#include "draw/reduced_boxes.h"

enum { NAME_MOST = WGI_EXPRESSION_MOST };

bool wgi_shows(const wgi_picture *p, int64_t position, bool gradient)
{
    const wg_node n = wgi_node_at(p, position);
    const bool leaf = wg_node_leaf(n) != WG_LEAF_NONE, first = p->o->backward ? gradient && leaf : !leaf;
    const wg_shape shape = wg_node_shape(n);
    const bool small = wgi_is_window(p->o) ? wgi_is_written_out(shape) : wg_shape_size(shape) == 1;
    if (small || n.index == p->root.index) return true;
    return !wgi_closed(p, first ? WGI_PARTS_TENSORS : WGI_PARTS_OTHERS);
}

static const char *symbol_at(const wgi_picture *p, int64_t position)
{
    return wgi_symbol(&p->view, wgi_item_at(p, position), NAME_MOST);
}

/* ---- repeats ---- */

/* The last node of a part that has a name and is computed; -1: there is none. */
static int64_t result_of(const wgi_picture *p, const wgi_alike_run *r, int64_t part)
{
    const int64_t begin = r->begin + part * r->period;
    for (int64_t i = begin + r->period - 1; i >= begin; i--)
        if (wgi_item_at(p, i)->operands && wgi_has_name(p, i)) return i;
    return -1;
}

const char *wgi_repeat_title(wgi_picture *p, const wgi_alike_run *r)
{
    const int64_t first = result_of(p, r, 0), last = result_of(p, r, r->times - 1);
    const char *numbers = p->o->values || p->o->backward ? ", numbers of the first" : "";
    return first >= 0 && last >= 0 ? wgi_pool_format(p->pool, "×%lld: %s … %s%s", (long long)r->times,
                                                     symbol_at(p, first), symbol_at(p, last), numbers)
                                   : wgi_pool_format(p->pool, "×%lld%s", (long long)r->times, numbers);
}

/* ---- the last line ---- */

static void begin_part(wgi_strbuf *b) { wgi_strbuf_put(b, b->length ? "; " : "hidden: "); }

static void put_repeats(const wgi_picture *p, wgi_strbuf *b)
{
    for (int64_t k = 0; k < p->less.repeats; k++) {
        const wgi_alike_run *r = &p->less.repeat[k];
        const int64_t first = result_of(p, r, 0);
        begin_part(b);
        wgi_strbuf_format(b, r->times == 2 ? "%lld part like %s%s" : "%lld parts like %s%s",
                          (long long)r->times - 1, first >= 0 ? "that of " : "the one shown",
                          first >= 0 ? symbol_at(p, first) : "");
    }
}

static void put_count(wgi_strbuf *b, int64_t n, const char *one, const char *many)
{
    if (!n) return;
    begin_part(b);
    wgi_strbuf_format(b, "%lld %s", (long long)n, n == 1 ? one : many);
}

const char *wgi_hidden_text(wgi_picture *p)
{
    wgi_strbuf b = { .pool = p->pool };
    int64_t within = 0, leaves = 0, scopes = 0;
    for (int64_t i = 0; p->less.into && i < p->at.nodes; i++) {
        const bool leaf = wg_node_leaf(wgi_node_at(p, i)) != WG_LEAF_NONE && wgi_has_name(p, i);
        within += p->less.into[i] > i && wgi_has_name(p, i) && p->less.inside[p->at.item[i]];
        leaves += wgi_closed(p, WGI_PARTS_LEAVES) && leaf && p->less.into[i] > i &&
                  !wgi_is_box_of(p, p->less.into[i], WGI_PARTS_CALLS);
        scopes += p->less.into[i] == i && wgi_is_box_of(p, i, WGI_PARTS_SCOPES);
    }
    put_count(&b, p->less.values_hidden, "node's value", "nodes' values");
    put_count(&b, within, "named node, in the formula that uses it",
              "named nodes, in the formulas that use them");
    put_count(&b, leaves, "parameter, in the formula that uses it",
              "parameters, in the formulas that use them");
    put_repeats(p, &b);
    put_count(&b, scopes, "scope's nodes", "scopes' nodes");
    if (*p->less.hidden && b.length) wgi_strbuf_put(&b, "; ");
    wgi_strbuf_put(&b, p->less.hidden);
    return wgi_strbuf_keep(&b);
}
