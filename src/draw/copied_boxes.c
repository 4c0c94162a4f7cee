/* copied_boxes.c: a box with many far uses is drawn again at each use but the first.
 *
 * The time of the program `dot` grows with the number of uses of a box times the distance between them.
 * Without the copies the layout of a large graph would not end.
 */
#include "draw/draw_private.h"

#include <string.h>

/* Which boxes have copies: a leaf with more than LEAF_USES uses (in a plan 1) which lie LEAF_SPAN ranks or
 * more apart; a leaf with more than LEAF_ALWAYS uses; every box whose uses times their span in ranks exceed
 * AREA. */
enum { LEAF_USES = 2, LEAF_SPAN = 4, LEAF_ALWAYS = 24, AREA = 2000 };

/* The uses of a box, and their lowest and highest rank. Ranks are counted from the sources ([0]) and from the
 * sinks ([1]), since the layout may choose either. */
typedef struct uses {
    int low[2], high[2];
    int64_t count;
    bool drawn; /* the first use has the box itself */
} uses;

static int64_t larger(int64_t a, int64_t b) { return a > b ? a : b; }

/* The rank of a box is the length of the longest path from a source to it, or from it to a sink. */
static void find_ranks(const wgi_picture *p, int *from_source, int *to_sink)
{
    for (int64_t l = 0; l < p->links; l++) {
        wgi_link k = p->link[l];
        if (k.loop) continue;
        from_source[k.to] = (int)larger(from_source[k.to], from_source[k.from] + 1);
    }
    for (int64_t l = p->links - 1; l >= 0; l--) {
        wgi_link k = p->link[l];
        if (k.loop) continue;
        to_sink[k.from] = (int)larger(to_sink[k.from], to_sink[k.to] + 1);
    }
}

static void add_use(uses *u, int rank_from_source, int rank_to_sink)
{
    const int rank[2] = { rank_from_source, rank_to_sink };
    for (int k = 0; k < 2; k++) {
        if (!u->count || rank[k] < u->low[k]) u->low[k] = rank[k];
        if (rank[k] > u->high[k]) u->high[k] = rank[k];
    }
    u->count++;
}

static uses *find_uses(wgi_picture *p)
{
    uses *u = wgi_pool_take(p->pool, p->boxes, sizeof *u);
    int *from_source = wgi_pool_take(p->pool, p->boxes, sizeof *from_source),
        *to_sink = wgi_pool_take(p->pool, p->boxes, sizeof *to_sink);
    if (p->pool->failed) return NULL;
    find_ranks(p, from_source, to_sink);
    for (int64_t l = 0; l < p->links; l++)
        add_use(&u[p->link[l].from], from_source[p->link[l].to], to_sink[p->link[l].to]);
    return u;
}

static bool has_copies(const wgi_picture *p, const wgi_box *b, const uses *u)
{
    const bool leaf = wgi_is_leaf_box(b);
    int64_t span = larger(u->high[0] - u->low[0], u->high[1] - u->low[1]);
    if (u->count <= (p->g ? LEAF_USES : 1)) return false;
    return u->count * span > AREA || (leaf && (span >= LEAF_SPAN || u->count > LEAF_ALWAYS));
}

static int64_t count_copies(const wgi_picture *p, const uses *u)
{
    int64_t copies = 0;
    for (int64_t i = 0; i < p->boxes; i++) copies += has_copies(p, &p->box[i], &u[i]) ? u[i].count - 1 : 0;
    return copies;
}

static void add_copies(wgi_picture *p, uses *u)
{
    for (int64_t l = 0; l < p->links; l++) {
        wgi_link *k = &p->link[l];
        if (!has_copies(p, &p->box[k->from], &u[k->from])) continue;
        if (u[k->from].drawn) {
            wgi_box *copy = &p->box[p->boxes];
            *copy = p->box[k->from];
            copy->is_copy = true, copy->node = wg_none;
            copy->frame = p->box[k->to].frame;
            k->from = (int)p->boxes++;
        } else u[k->from].drawn = true;
    }
}

void wgi_copy_shared_boxes(wgi_picture *p)
{
    uses *u = find_uses(p);
    const int64_t copies = u ? count_copies(p, u) : 0;
    wgi_box *more = copies ? wgi_pool_take(p->pool, p->boxes + copies, sizeof *more) : NULL;
    if (!more) return;
    memcpy(more, p->box, (size_t)p->boxes * sizeof *more);
    p->box = more;
    add_copies(p, u);
}
