/* copied_boxes.c: a box with many far uses is drawn again at each use but the first.
 *
 * The time of the program `dot` grows with the number of uses of a box times the distance between them.
 * Without the copies the layout of a large graph would not end.
 */
#include "draw/draw_private.h"

#include <limits.h>
#include <string.h>

/* Which boxes have copies: a leaf with more than LEAF_USES uses (in a plan 1) which lie LEAF_SPAN ranks or
 * more apart; a leaf with more than LEAF_ALWAYS uses; every box whose uses times their span in ranks exceed
 * AREA. */
enum { LEAF_USES = 2, LEAF_SPAN = 4, LEAF_ALWAYS = 24, AREA = 2000 };

/* The uses of a box, and how many ranks lie between the first and the last. Ranks are counted from the
 * sources, and again from the sinks, since the layout may choose either. */
typedef struct uses {
    int low, high, span;
    int64_t count;
    bool drawn; /* the first use has the box itself */
} uses;

static int larger(int a, int b) { return a > b ? a : b; }

/* The rank of a box is the length of the longest path to it from a source; backwards: from it to a sink. */
static void find_ranks(const wgi_picture *p, int *rank, bool backwards)
{
    for (int64_t l = 0; l < p->links; l++) {
        const wgi_link *k = &p->link[backwards ? p->links - 1 - l : l];
        const int first = backwards ? k->to : k->from, then = backwards ? k->from : k->to;
        if (!k->loop) rank[then] = larger(rank[then], rank[first] + 1);
    }
}

static uses *find_uses(wgi_picture *p)
{
    uses *u = wgi_pool_take(p->pool, p->boxes, sizeof *u);
    for (int backwards = 0; backwards < 2; backwards++) {
        int *rank = wgi_pool_take(p->pool, p->boxes, sizeof *rank);
        if (p->pool->failed) return NULL;
        find_ranks(p, rank, backwards);
        for (int64_t i = 0; i < p->boxes; i++) u[i].low = INT_MAX, u[i].high = u[i].count = 0;
        for (int64_t l = 0; l < p->links; l++) {
            uses *of = &u[p->link[l].from];
            const int at = rank[p->link[l].to];
            of->low = at < of->low ? at : of->low, of->high = larger(of->high, at), of->count++;
            of->span = larger(of->span, of->high - of->low);
        }
    }
    return u;
}

static bool has_copies(const wgi_picture *p, const wgi_box *b, const uses *u)
{
    const bool leaf = wgi_is_leaf_box(b);
    if (u->count <= (p->g ? LEAF_USES : 1)) return false;
    return u->count * u->span > AREA || (leaf && (u->span >= LEAF_SPAN || u->count > LEAF_ALWAYS));
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
