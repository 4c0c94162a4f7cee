/* reduced_texts.c: texts of boxes that stand for several nodes, and what a reduced picture does not show. */
#include <string.h>

#include "draw/reduced_boxes.h"

enum { NAME_MOST = 24 };

bool wgi_shows(const wgi_picture *p, int64_t position, bool gradient)
{
    const wg_node n = wgi_node_at(p, position);
    const bool leaf = wg_node_leaf(n) != WG_LEAF_NONE;
    if (p->less.reduced < WGI_REDUCE_VALUES || n.index == p->root.index) return true;
    if (wgi_is_window(p->o)) /* steps fill them in */
        return p->less.reduced < WGI_REDUCE_NUMBERS || wgi_is_written_out(wg_node_shape(n));
    if (wgi_item_at(p, position)->source >= WGI_NAME_EXPRESSION) return false;
    if (p->less.reduced < WGI_REDUCE_SHORT || wg_shape_size(wg_node_shape(n)) == 1) return true;
    return p->less.reduced < WGI_REDUCE_NUMBERS && (p->o->backward ? gradient && leaf : !leaf);
}

static const char *symbol_at(const wgi_picture *p, int64_t position)
{
    return wgi_symbol(&p->view, wgi_item_at(p, position), NAME_MOST);
}

/* ---- the cost ---- */

/* The first of the positions that enter the box, in order. */
int wgi_cost_operands(const wgi_picture *p, int64_t position, int32_t operand[WGI_COST_OPERANDS])
{
    int n = 0;
    for (int64_t i = 0; i <= position; i++)
        for (int64_t a = p->at.first[i]; p->less.into[i] == position && a < p->at.first[i + 1]; a++) {
            const int32_t x = p->at.arg[a];
            int at = n;
            while (at && operand[at - 1] > x) at--;
            if (x < 0 || p->less.into[x] == position || at == WGI_COST_OPERANDS ||
                (at && operand[at - 1] == x))
                continue;
            n += n < WGI_COST_OPERANDS;
            memmove(operand + at + 1, operand + at, (size_t)(n - 1 - at) * sizeof *operand);
            operand[at] = x;
        }
    return n;
}

const char *wgi_cost_name(const wgi_picture *p, int64_t position)
{
    const wgi_item *y = wgi_item_at(p, position);
    const bool nameless = y->source == WGI_NAMELESS || y->source >= WGI_NAME_EXPRESSION;
    return nameless ? "cost" : wgi_symbol(&p->view, y, NAME_MOST);
}

const char *wgi_cost_call(const wgi_picture *p, int64_t position)
{
    int32_t operand[WGI_COST_OPERANDS];
    wgi_strbuf b = { .pool = p->pool };
    const int n = wgi_cost_operands(p, position, operand);
    wgi_strbuf_format(&b, "%s(", wgi_cost_name(p, position));
    for (int k = 0; k < n; k++)
        wgi_strbuf_format(&b, "%s%s", k ? ", " : "",
                          k == WGI_COST_OPERANDS - 1 ? "…" : symbol_at(p, operand[k]));
    wgi_strbuf_put(&b, ")");
    return wgi_strbuf_keep(&b);
}

/* ---- a scope ---- */

void wgi_describe_scope(wgi_picture *p, wgi_box *box, int64_t position)
{
    const char *scope = wg_node_scope(wgi_node_at(p, position));
    const size_t length = (size_t)p->less.scope_of[position];
    int64_t nodes = 0, parameters = 0;
    for (int64_t i = 0; i < p->at.nodes; i++) {
        const wg_node n = wgi_node_at(p, i);
        if (p->less.into[i] != position || strncmp(wg_node_scope(n), scope, length) != 0) continue;
        nodes++;
        if (wg_node_leaf(n) == WG_LEAF_PARAM) parameters += wg_shape_size(wg_node_shape(n));
    }
    box->title = wgi_pool_clean(p->pool, wgi_pool_part(p->pool, scope, length), 2 * NAME_MOST);
    box->formula = NULL;
    box->detail =
        wgi_pool_format(p->pool, parameters ? "%lld nodes, %lld numbers in parameters" : "%lld nodes",
                        (long long)nodes, (long long)parameters);
    box->word = "scope";
}

/* ---- repeats ---- */

/* The last node of a part that has a name and is computed; -1: there is none. */
static int64_t result_of(const wgi_picture *p, const wgi_alike_run *r, int64_t part)
{
    const int64_t begin = r->begin + part * r->period;
    for (int64_t i = begin + r->period - 1; i >= begin; i--)
        if (wgi_item_at(p, i)->operands && wgi_item_at(p, i)->source < WGI_NAME_EXPRESSION &&
            *wgi_item_at(p, i)->name)
            return i;
    return -1;
}

const char *wgi_repeat_title(wgi_picture *p, const wgi_alike_run *r)
{
    const int64_t first = result_of(p, r, 0), last = result_of(p, r, r->times - 1);
    return first >= 0 && last >= 0 ? wgi_pool_format(p->pool, "×%lld: %s … %s", (long long)r->times,
                                                     symbol_at(p, first), symbol_at(p, last))
                                   : wgi_pool_format(p->pool, "×%lld", (long long)r->times);
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
        const bool named = wgi_item_at(p, i)->source < WGI_NAME_EXPRESSION;
        const bool leaf = wg_node_leaf(wgi_node_at(p, i)) != WG_LEAF_NONE;
        within += p->less.into[i] > i && named && p->less.inside[p->at.item[i]];
        leaves += p->less.reduced >= WGI_REDUCE_LEAVES && leaf && p->less.into[i] > i;
        scopes += p->less.scope_of && p->less.scope_of[i];
    }
    put_count(&b, p->less.values_hidden,
              p->less.reduced < WGI_REDUCE_SHORT ? "unnamed node's value" : "node's value",
              p->less.reduced < WGI_REDUCE_SHORT ? "unnamed nodes' values" : "nodes' values");
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
