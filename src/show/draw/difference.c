/* difference.c: the option `beside`: the boxes of two pictures in one. Boxes that only one of them has stand
 * out, and so do boxes of one name whose formula, options or shape differ.
 *
 *     boxes of p, boxes of q --pair: the longest common sequence of keys--> pairs
 *     pairs, and boxes without a partner, in an order that both pictures have --merge--> boxes of p
 */
#include "draw/draw_private.h"

#include <string.h>

/* The table of the longest common sequence has an entry for each pair of boxes. */
enum { MOST_PAIRS = 4000000, NONE = -1 };

typedef struct side {
    wgi_picture *p;
    const char **key; /* by box */
    int *partner;     /* by box: the box of the other picture, or NONE */
    int *merged;      /* by box: the box of both */
    const char *name; /* "train" */
} side;

/* A node is known by its name, and without one by its op. */
static void find_keys(side *s)
{
    wgi_picture *p = s->p;
    s->key = wgi_pool_take(p->pool, p->boxes, sizeof *s->key);
    s->partner = wgi_pool_take(p->pool, p->boxes, sizeof *s->partner);
    s->merged = wgi_pool_take(p->pool, p->boxes, sizeof *s->merged);
    if (p->pool->failed) return;
    for (int64_t i = 0; i < p->boxes; i++) s->key[i] = p->box[i].title, s->partner[i] = NONE;
    for (int64_t i = 0; i < p->at.nodes; i++) {
        const wgi_item *y = wgi_item_at(p, i);
        const int box = p->at.box_of[i];
        if (p->box[box].times > 1 || (p->less.into && p->less.into[i] != i)) continue;
        const bool nameless = y->source >= WGI_NAME_EXPRESSION || y->source == WGI_NAMELESS;
        s->key[box] = nameless ? y->op->name : y->name;
    }
}

static bool same_key(const side *a, int64_t i, const side *b, int64_t j)
{
    return strcmp(a->key[i], b->key[j]) == 0;
}

static void make_pair(side *a, int64_t i, side *b, int64_t j)
{
    a->partner[i] = (int)j, b->partner[j] = (int)i;
}

/* Pairs the boxes by a longest common sequence of their keys, so that the pairs are in order in both. Equal
 * beginnings and ends are paired first. */
static wg_status pair(side *a, side *b)
{
    int64_t n = a->p->boxes, m = b->p->boxes, from = 0;
    while (from < n && from < m && same_key(a, from, b, from)) make_pair(a, from, b, from), from++;
    while (n > from && m > from && same_key(a, n - 1, b, m - 1)) n--, m--, make_pair(a, n, b, m);
    const int64_t rows = n - from + 1, columns = m - from + 1;
    if (rows * columns > MOST_PAIRS)
        return WGI_DRAW_FAIL(a->p->c, a->p->here, WG_ERROR_VALUE,
                             "draw: .beside: the graphs differ in %lld and %lld boxes, which is too much to "
                             "compare: fold them, or draw nodes nearer to the inputs",
                             (long long)rows - 1, (long long)columns - 1);
    int32_t *length =
        wgi_pool_take(a->p->pool, rows * columns, sizeof *length); /* of the rest from (i, j) on */
    if (!length) return WG_ERROR_MEMORY;
    for (int64_t i = rows - 2; i >= 0; i--)
        for (int64_t j = columns - 2; j >= 0; j--) {
            const int32_t *below = &length[(i + 1) * columns + j], *here = &length[i * columns + j];
            length[i * columns + j] = same_key(a, from + i, b, from + j) ? below[1] + 1
                                      : *below > here[1]                 ? *below
                                                                         : here[1];
        }
    for (int64_t i = 0, j = 0; i < rows - 1 && j < columns - 1;)
        if (same_key(a, from + i, b, from + j)) make_pair(a, from + i++, b, from + j++);
        else if (length[(i + 1) * columns + j] > length[i * columns + j + 1]) i++;
        else j++;
    return WG_OK;
}

/* ---- what differs ---- */

static void put_other(wgi_strbuf *b, const char *who, const char *mine, const char *other)
{
    if (strcmp(mine, other) == 0) return;
    wgi_strbuf_format(b, "%s%s: %s", b->length ? "\n" : "", who, *other ? other : "–");
}

static void add_note(wgi_picture *p, wgi_box *box, const char *text)
{
    box->note = box->note ? wgi_pool_format(p->pool, "%s\n%s", box->note, text) : text;
}

/* Notes in `box` what the other graph has in its place. Whether it is another call. */
static bool compare(wgi_picture *p, wgi_box *box, const wgi_box *other, const char *who)
{
    wgi_strbuf b = { .pool = p->pool };
    put_other(&b, who, box->title, other->title);
    put_other(&b, who, box->detail, other->detail);
    put_other(&b, who, box->shape, other->shape);
    const bool another = b.length;
    if (*box->value && !box->hidden_value) put_other(&b, who, box->value, other->value);
    if (*box->gradient && !box->hidden_gradient) put_other(&b, who, box->gradient, other->gradient);
    if (b.length) add_note(p, box, wgi_strbuf_keep(&b));
    if (another) box->kind = WGI_BOX_DIFFERS;
    return another;
}

static void stand_alone(wgi_picture *p, wgi_box *box, wgi_box_kind kind, const char *who)
{
    box->kind = kind;
    add_note(p, box, wgi_pool_format(p->pool, "only in %s", who));
}

/* ---- one picture of two ---- */

static int frame_in_p(wgi_picture *p, const wgi_picture *q, int frame)
{
    if (frame < 0) return -1;
    const wgi_frame *of_q = &q->frame[frame];
    return wgi_frame_in(p, frame_in_p(p, q, of_q->parent), of_q->name, strlen(of_q->name));
}

/* The boxes of both, in an order that each picture has. Fills `merged`. How many differ is in count[DIFFERS],
 * how many are in one alone in the others. */
enum { DIFFERS, FIRST, SECOND, COUNTS };
static int64_t merge_boxes(side *a, side *b, wgi_box *box, int count[COUNTS])
{
    int64_t n = 0;
    for (int64_t i = 0, j = 0; i < a->p->boxes || j < b->p->boxes; n++) {
        if (i < a->p->boxes && a->partner[i] == NONE) {
            box[n] = a->p->box[i], a->merged[i++] = (int)n, count[FIRST]++;
            stand_alone(a->p, &box[n], WGI_BOX_FIRST, a->name);
        } else if (j < b->p->boxes && b->partner[j] == NONE) {
            box[n] = b->p->box[j], box[n].frame = frame_in_p(a->p, b->p, box[n].frame);
            b->merged[j++] = (int)n, count[SECOND]++;
            stand_alone(a->p, &box[n], WGI_BOX_SECOND, b->name);
        } else {
            box[n] = a->p->box[i], count[DIFFERS] += compare(a->p, &box[n], &b->p->box[j], b->name);
            a->merged[i++] = (int)n, b->merged[j++] = (int)n;
        }
        box[n].last_link = 0;
    }
    return n;
}

/* The links to box `to` of the merged picture, each once. */
static void merge_links(wgi_picture *p, const wgi_link link[], int64_t links, const int merged[], int to)
{
    for (int64_t l = 0; l < links; l++) {
        wgi_link k = link[l];
        if (merged[k.to] != to) continue;
        k.from = merged[k.from], k.to = to;
        wgi_link_once(p, k);
    }
}

static void merge(side *a, side *b, int count[COUNTS])
{
    wgi_picture *p = a->p, *q = b->p;
    const wgi_picture old = *p;
    /* with room for gradients */
    if (!wgi_picture_room(p, old.boxes + q->boxes, 2 * (old.links + q->links), WGI_MOST_FRAMES)) return;
    wgi_box *box = p->box;
    p->box = old.box, p->frame = old.frame;
    const int64_t boxes = merge_boxes(a, b, box, count);
    p->box = box, p->boxes = boxes, p->links = 0;
    for (int i = 0; i < p->boxes; i++) {
        merge_links(p, old.link, old.links, a->merged, i);
        merge_links(p, q->link, q->links, b->merged, i);
    }
    for (int64_t i = 0; i < p->at.nodes; i++)
        if (p->at.box_of[i] >= 0) p->at.box_of[i] = a->merged[p->at.box_of[i]];
}

wg_status wgi_show_difference(wgi_picture *p, wgi_picture *q)
{
    const wg_mode mode[] = { wg_graph_mode(p->g), wg_graph_mode(q->g) };
    const bool modes = mode[0] != mode[1];
    side a = { .p = p, .name = !modes ? "the first" : mode[0] == WG_TRAIN ? "train" : "eval" };
    side b = { .p = q, .name = !modes ? "the second" : mode[1] == WG_TRAIN ? "train" : "eval" };
    int count[COUNTS] = { 0 };
    find_keys(&a), find_keys(&b);
    const wg_status s = p->pool->failed ? WG_ERROR_MEMORY : pair(&a, &b);
    if (s == WG_OK) merge(&a, &b, count);
    p->less.hidden = wgi_pool_format(p->pool, "%d only in %s, %d only in %s, %d differ", count[FIRST], a.name,
                                     count[SECOND], b.name, count[DIFFERS]);
    return s;
}
