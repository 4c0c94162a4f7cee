/* gradient_places.c: in the graph of a derivative the gradient of a node stands under the node: dz under z.
 *
 * So the forward part of the picture runs from left to right, and the gradients run back below it:
 *
 *     x -> z -> a -> L
 *         dz <- da <-'
 *
 * The ranks are those of the forward part. A link from one gradient to the next is turned: its end stands
 * before its start. A link from a forward node to a gradient is turned where its end would stand before its
 * start. If that makes a circle, as in some derivatives of derivatives, the gradients stand where their
 * operands are known.
 */
#include "draw/draw_private.h"

#include "wengert/grad.h"
#include "wgx/grad.h"

typedef struct places {
    wgi_picture *p;
    int *over;  /* by box: the box over it, or itself */
    int *depth; /* by box that is over itself: the longest way to it */
    int *left, *ready;
} places;

/* ---- pairs ---- */

static bool is_gradient(const wgi_picture *p, int box) { return p->box[box].kind == WGI_BOX_GRADIENT; }

/* The box of the node whose gradient n is; -1: there is none. */
static int box_of_forward(const wgi_picture *p, wg_node n)
{
    const wg_node of = wgx_node_gradient_of(n);
    if (wg_is_none(of) || !wg_node_ok(of) || p->at.position[of.index] < 0) return -1;
    const int box = p->at.box_of[p->at.position[of.index]];
    return box < 0 || is_gradient(p, box) ? -1 : box;
}

/* A run of alike nodes stands alone. How many boxes stand under a computed node. */
static int find_pairs(places *s)
{
    wgi_picture *p = s->p;
    int computed = 0;
    for (int i = 0; i < p->boxes; i++) s->over[i] = i;
    for (int64_t n = 1; n < wg_graph_nodes(p->g); n++) { /* also nodes that are shown as one: 1 · dz */
        const int64_t k = p->at.position[n];
        const int box = k < 0 ? -1 : p->at.box_of[k];
        if (box < 0 || !is_gradient(p, box) || (p->less.into && p->less.into[k] != k) ||
            p->box[box].times > 1)
            continue;
        if (wgi_item_at(p, k)->call >= 0 && wgi_item_at(p, k)->node != n) continue; /* within a call */
        const int forward = box_of_forward(p, wg_graph_node(p->g, n));
        if (forward < 0) continue;
        const wgi_box *x = &p->box[forward];
        if (x->times > 1 || x->frame != p->box[box].frame || s->over[box] != box || s->left[forward])
            continue;
        s->over[box] = forward, s->left[forward] = 1;
        computed += x->kind == WGI_BOX_OP || x->kind == WGI_BOX_LOSS;
    }
    for (int i = 0; i < p->boxes; i++) s->left[i] = 0;
    return computed;
}

/* ---- ranks ---- */

/* The boxes that a link keeps in order, in `first` and `second`. false: it keeps none. */
static bool keeps(const places *s, const wgi_link *k, int *first, int *second)
{
    const bool to_gradient = is_gradient(s->p, k->to), turned = to_gradient && is_gradient(s->p, k->from);
    if (k->loop || (to_gradient && !turned)) return false;
    *first = s->over[turned ? k->to : k->from], *second = s->over[turned ? k->from : k->to];
    return *first != *second;
}

/* The links by the box that is first: out[at[b]] .. out[at[b + 1] - 1]. */
typedef struct links {
    int *at, *out;
} links;

static void list_links(const places *s, links *l)
{
    const wgi_picture *p = s->p;
    int a, b;
    for (int64_t i = 0; i < p->links; i++)
        if (keeps(s, &p->link[i], &a, &b)) l->at[a + 2]++, s->left[b]++;
    for (int64_t i = 0; i < p->boxes; i++) l->at[i + 2] += l->at[i + 1];
    for (int64_t i = 0; i < p->links; i++)
        if (keeps(s, &p->link[i], &a, &b)) l->out[l->at[a + 1]++] = b;
}

/* Fills depth. false: there is a circle. */
static bool find_depths(places *s, const links *l)
{
    int ready = 0;
    for (int i = 0; i < s->p->boxes; i++)
        if (!s->left[i]) s->ready[ready++] = i;
    for (int k = 0; k < ready; k++)
        for (int a = s->ready[k], i = l->at[a]; i < l->at[a + 1]; i++) {
            const int b = l->out[i];
            if (s->depth[b] <= s->depth[a]) s->depth[b] = s->depth[a] + 1;
            if (!--s->left[b]) s->ready[ready++] = b;
        }
    return ready == s->p->boxes;
}

/* A leaf stands right before its first use. */
static void pull_leaves(places *s, const links *l)
{
    for (int a = 0; a < s->p->boxes; a++) {
        int least = -1;
        for (int i = l->at[a]; i < l->at[a + 1]; i++)
            if (least < 0 || s->depth[l->out[i]] < least) least = s->depth[l->out[i]];
        if (!s->depth[a] && least > 0) s->depth[a] = least - 1;
    }
}

/* Computed boxes stand before leaves of the same depth. */
static bool stands_before(const places *s, int a, int b)
{
    const bool leaf_a = s->p->box[a].kind != WGI_BOX_OP, leaf_b = s->p->box[b].kind != WGI_BOX_OP;
    if (s->depth[a] != s->depth[b]) return s->depth[a] < s->depth[b];
    return leaf_a != leaf_b ? leaf_b : a < b;
}

static void turn_links(places *s)
{
    wgi_picture *p = s->p;
    for (int64_t i = 0; i < p->links; i++) {
        wgi_link *k = &p->link[i];
        const int from = s->over[k->from], to = s->over[k->to];
        if (k->loop || !is_gradient(p, k->to)) continue;
        k->light = !is_gradient(p, k->from);
        k->turned = from == to || is_gradient(p, k->from) || stands_before(s, to, from);
    }
    for (int i = 0; i < p->boxes; i++) p->box[i].under = s->over[i] == i ? 0 : s->over[i] + 1;
}

void wgi_place_gradients(wgi_picture *p)
{
    places s = { .p = p };
    if (p->failure || wgi_is_circuit(p->o) || !wg_is_none(p->o->beside)) return;
    int *ints = wgi_pool_take(p->pool, 5 * p->boxes + 2 + p->links, sizeof *ints);
    if (!ints) return;
    s.over = ints, s.depth = ints + p->boxes, s.left = ints + 2 * p->boxes, s.ready = ints + 3 * p->boxes;
    links l = { ints + 4 * p->boxes, ints + 5 * p->boxes + 2 };
    if (!find_pairs(&s)) return;
    list_links(&s, &l);
    if (!find_depths(&s, &l)) return;
    pull_leaves(&s, &l);
    turn_links(&s);
}
