/* copied_boxes.c: a box with far uses is drawn again beside them.
 *
 * The time of the program `dot` grows with the number of uses of a box times the distance between them.
 * Without the copies the layout of a large graph would not end.
 *
 * In a picture of several rows a box may have a copy in each other row that uses it. A line from row to row
 * runs round the sheet, and the eye cannot follow more than two of them.
 */
#include "draw/reduced_boxes.h"

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

/* The link comes from a new copy. */
static int copy_for(wgi_picture *p, wgi_link *k)
{
    wgi_box *copy = &p->box[p->boxes];
    *copy = p->box[k->from];
    copy->is_copy = true, copy->node = wg_none;
    copy->frame = p->box[k->to].frame;
    return k->from = (int)p->boxes++;
}

static void add_copies(wgi_picture *p, uses *u)
{
    for (int64_t l = 0; l < p->links; l++) {
        wgi_link *k = &p->link[l];
        if (!has_copies(p, &p->box[k->from], &u[k->from])) continue;
        if (u[k->from].drawn) copy_for(p, k);
        else u[k->from].drawn = true;
    }
}

static bool make_room(wgi_picture *p, int64_t copies)
{
    wgi_box *more = wgi_pool_take(p->pool, p->boxes + copies, sizeof *more);
    if (!more) return false;
    memcpy(more, p->box, (size_t)p->boxes * sizeof *more);
    p->box = more;
    return true;
}

void wgi_copy_shared_boxes(wgi_picture *p)
{
    uses *u = find_uses(p);
    const int64_t copies = u ? count_copies(p, u) : 0;
    if (copies && make_room(p, copies)) add_copies(p, u);
}

/* ---- by rows ---- */

static bool is_named(const wgi_picture *p, const wgi_box *b)
{
    const int64_t at = wg_is_none(b->node) ? -1 : p->at.position[b->node.index];
    return at >= 0 && wgi_has_name(p, at);
}

/* What boxes have in the layout before. */
typedef struct rows {
    int *row;  /* by box: later rows have copies; of a box that nothing leads to that of its first use */
    int *last; /* its last use, or itself */
    bool *copied;
    int rows;
} rows;

static bool find_rows(wgi_picture *p, rows *r)
{
    int *ints = wgi_pool_take(p->pool, 2 * p->boxes, sizeof *ints);
    bool *bools = wgi_pool_take(p->pool, 2 * p->boxes, sizeof *bools), *used = bools + p->boxes;
    if (p->pool->failed) return false;
    *r = (rows){ ints, ints + p->boxes, bools, 0 };
    for (int i = 0; i < p->boxes; i++) r->row[i] = p->less.row[i], r->last[i] = i;
    for (int64_t l = 0; l < p->links; l++) used[p->link[l].to] = true;
    for (int64_t l = 0; l < p->links; l++) {
        const wgi_link *k = &p->link[l];
        const int row = p->less.row[k->to], now = p->less.row[r->last[k->from]];
        if (k->loop) continue;
        if (!used[k->from] && (r->last[k->from] == k->from || row < r->row[k->from])) r->row[k->from] = row;
        if (row > now || (row == now && k->to > r->last[k->from])) r->last[k->from] = k->to;
        r->rows = larger(r->rows, row);
    }
    return true;
}

/* How many boxes have a line from row k to the next. *latest: of those that may be copied the
 * one whose last use is the latest; -1: none may. */
static int count_wires(const wgi_picture *p, const rows *r, int k, int *latest)
{
    int wires = 0;
    *latest = -1;
    for (int i = 0; i < p->boxes; i++) {
        const int end = r->copied[i] ? r->row[i] : p->less.row[r->last[i]];
        if (p->less.row[i] > k || end <= k) continue;
        wires++;
        if (!r->copied[i] && r->row[i] <= k && is_named(p, &p->box[i]) &&
            (*latest < 0 || r->last[i] > r->last[*latest]))
            *latest = i;
    }
    return wires;
}

/* Leaves, and of the others as many as leave at most WGI_WIRES lines between two rows. */
static void choose_copied(const wgi_picture *p, rows *r)
{
    int latest;
    for (int64_t i = 0; i < p->boxes; i++) r->copied[i] = wgi_is_leaf_box(&p->box[i]);
    for (int k = 0; k < r->rows; k++)
        while (count_wires(p, r, k, &latest) > WGI_WIRES && latest >= 0) r->copied[latest] = true;
}

/* One copy a row. */
void wgi_copy_to_rows(wgi_picture *p)
{
    rows r;
    const int64_t boxes = p->boxes;
    if (!find_rows(p, &r) || !make_room(p, p->links)) return;
    choose_copied(p, &r);
    for (int64_t l = 0; l < p->links; l++) {
        wgi_link *k = &p->link[l];
        const int from = k->from, row = p->less.row[k->to];
        if (k->loop || from >= boxes || !r.copied[from] || row <= r.row[from]) continue;
        const int copy = copy_for(p, k);
        for (int64_t m = l + 1; m < p->links; m++)
            if (p->link[m].from == from && p->less.row[p->link[m].to] == row) p->link[m].from = copy;
    }
}
