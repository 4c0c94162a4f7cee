/* reduce_calls.c: what one call of a layer made, as one box: h = lstm(x, 4). */
#include <stdlib.h>
#include <string.h>

#include "draw/reduced_boxes.h"

enum { LEAST = 3, TITLE_MOST = 48 }; /* boxes of a call that is drawn as one */

/* ---- which nodes one call made ---- */

/* What a builder makes has its caller's place without the text of its arguments (wg_inside). */
static bool is_inside(const wgi_picture *p, int64_t i)
{
    const wg_site here = wgi_item_at(p, i)->here;
    return here && *here && wg_site_place(here) == here;
}

/* "net.wg:2:5" */
static const char *place_at(const wgi_picture *p, int64_t i)
{
    return wg_site_place(wgi_item_at(p, i)->here);
}

/* The layer of a parameter: "h" of "h.W"; its length. Of any other node 0. */
static size_t layer_at(const wgi_picture *p, int64_t i, const char **layer)
{
    const wg_node n = wgi_node_at(p, i);
    *layer = wg_node_name(n);
    return wg_node_leaf(n) == WG_LEAF_PARAM ? strcspn(*layer, ".") : 0;
}

static bool is_computed(const wgi_picture *p, int64_t i) { return wgi_item_at(p, i)->operands > 0; }

/* Whether a node behind `end` uses position i. */
static bool is_used_behind(const wgi_picture *p, int64_t i, int64_t end)
{
    for (int64_t a = p->at.first[end]; a < p->at.first[p->at.nodes]; a++)
        if (p->at.arg[a] == i) return true;
    return false;
}

/* Puts the nodes [begin, end) of one call into the box of the last. Inputs, and what others use, too, have
 * their own boxes. */
static void put_call(wgi_picture *p, const unsigned char *kept, int64_t begin, int64_t end)
{
    int boxes = 0;
    int64_t last = end - 1;
    for (int64_t i = begin; i < end; i++) boxes += is_computed(p, i) && p->less.into[i] == i;
    while (last > begin && (!is_computed(p, last) || p->less.into[last] != last)) last--;
    if (boxes < LEAST || !is_computed(p, last)) return;
    for (int64_t i = begin; i < last; i++) {
        const bool input = wg_node_leaf(wgi_node_at(p, i)) == WG_LEAF_INPUT;
        if (!kept[i] && !input && p->less.into[i] == i && !is_used_behind(p, i, end))
            p->less.into[i] = (int32_t)last;
    }
    p->less.call_of[last] = (int32_t)(end - begin);
}

/* The end of the nodes that one call made. A loop has one place for all its calls: each has a scope or a
 * layer of its own, or it ends with a node that has arguments. */
static int64_t end_of_call(const wgi_picture *p, int64_t begin)
{
    const char *place = place_at(p, begin), *scope = wg_node_scope(wgi_node_at(p, begin)), *layer = NULL,
               *other;
    size_t of_layer = 0;
    int64_t end = begin;
    for (bool open = is_inside(p, begin); open && end < p->at.nodes; end++) {
        const size_t n = layer_at(p, end, &other);
        if (strcmp(place_at(p, end), place) || strcmp(wg_node_scope(wgi_node_at(p, end)), scope)) break;
        if (n && of_layer && (n != of_layer || memcmp(layer, other, n))) break;
        if (n) layer = other, of_layer = n;
        open = is_inside(p, end) || !is_computed(p, end);
    }
    return end > begin ? end : begin + 1;
}

void wgi_reduce_calls(wgi_picture *p, const unsigned char *kept)
{
    p->less.call_of = wgi_pool_take(p->pool, p->at.nodes, sizeof *p->less.call_of);
    for (int64_t i = 0, end; p->less.call_of && i < p->at.nodes; i = end) {
        end = end_of_call(p, i);
        if (end - i >= LEAST) put_call(p, kept, i, end);
    }
}

void wgi_find_results(const wgi_picture *p, unsigned char *result)
{
    for (int64_t i = 0, end; i < p->at.nodes; i = end) {
        int computed = 0;
        end = end_of_call(p, i);
        for (int64_t k = i; k < end; k++) computed += is_computed(p, k);
        result[end - 1] = computed >= LEAST && is_computed(p, end - 1);
    }
}

/* ---- what it is called ---- */

/* The statement of the program that begins before this line and column: "h = lstm(x, 4)". "": it is not
 * known. */
static const char *statement_at(const wgi_picture *p, const char *place)
{
    const char *at = strchr(place, ':'), *text = p->o->source;
    const long line = at ? strtol(at + 1, (char **)&at, 10) : 0,
               column = at && *at == ':' ? strtol(at + 1, NULL, 10) : 0;
    for (long k = 1; text && k < line; k++) text = strchr(text, '\n') ? strchr(text, '\n') + 1 : NULL;
    if (!text || line < 1 || column < 1) return "";
    const size_t whole = strcspn(text, "\n");
    size_t begin = 0, end = 0;
    for (size_t i = 0; i < whole && i < (size_t)column; i++) begin = text[i] == ';' ? i + 1 : begin;
    for (end = begin; end < whole && !strchr(";#{", text[end]); end++) {}
    while (begin < end && text[begin] == ' ') begin++;
    while (end > begin && text[end - 1] == ' ') end--;
    return wgi_pool_clean(p->pool, wgi_pool_part(p->pool, text + begin, end - begin), TITLE_MOST);
}

void wgi_describe_call(wgi_picture *p, wgi_box *box, int64_t position)
{
    const char *statement = statement_at(p, place_at(p, position));
    const int32_t nodes = p->less.call_of[position];
    int64_t numbers = 0;
    for (int64_t i = position; i > position - nodes && i >= 0; i--)
        if (wg_node_leaf(wgi_node_at(p, i)) == WG_LEAF_PARAM)
            numbers += wg_shape_size(wg_node_shape(wgi_node_at(p, i)));
    box->title = *statement ? statement : box->name;
    box->formula = NULL;
    box->detail = wgi_pool_format(p->pool, numbers ? "%lld nodes, %lld numbers in parameters" : "%lld nodes",
                                  (long long)nodes, (long long)numbers);
    box->word = "call";
}
