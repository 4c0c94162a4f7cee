/* boxes.c: the boxes of a picture, and links between them. */
#include "draw/reduced_boxes.h"

bool wgi_picture_room(wgi_picture *p, int64_t boxes, int64_t links, int64_t frames)
{
    p->box = wgi_pool_take(p->pool, boxes, sizeof *p->box);
    p->link = wgi_pool_take(p->pool, links, sizeof *p->link);
    p->frame = wgi_pool_take(p->pool, frames, sizeof *p->frame);
    return !p->pool->failed;
}

void wgi_picture_clear_boxes(wgi_picture *p)
{
    p->boxes = p->links = p->less.values_hidden = 0, p->frames = 0;
    p->less.hidden = "";
}

wgi_box *wgi_add_box(wgi_picture *p, wgi_box_kind kind, int frame)
{
    wgi_box *b = &p->box[p->boxes++];
    *b = (wgi_box){ .kind = kind, .frame = frame, .times = 1 };
    b->name = b->title = b->detail = b->word = b->shape = b->value = b->gradient = b->tip = b->site = "";
    b->value_data = b->gradient_data = "";
    return b;
}

/* Whether there is this link already. In a reduced picture any link from a box to another may have been
 * drawn before. */
static bool is_known_link(const wgi_picture *p, int from, int to, bool loop)
{
    for (int64_t l = p->box[from].last_link - 1; l >= 0; l = p->link[l].before - 1)
        if (p->link[l].to == to && p->link[l].loop == loop) return true;
    return false;
}

static void add_link(wgi_picture *p, wgi_link k)
{
    k.before = p->box[k.from].last_link;
    p->link[p->links++] = k;
    p->box[k.from].last_link = p->links;
}

void wgi_link_boxes(wgi_picture *p, int from, int to)
{
    bool counts = !p->g || p->box[from].times > 1 || p->box[to].times > 1;
    int64_t l = p->box[from].last_link - 1;
    if (from == to) return;
    if (p->less.into && is_known_link(p, from, to, false)) return;
    if (counts && l >= 0 && p->link[l].to == to) p->link[l].times++;
    else add_link(p, (wgi_link){ .from = from, .to = to, .times = 1 });
}

void wgi_link_once(wgi_picture *p, wgi_link k)
{
    if (!is_known_link(p, k.from, k.to, k.loop)) add_link(p, k);
}

const char *wgi_picture_subject(const wgi_picture *p)
{
    return p->g ? "a computation graph" : "the steps of a plan";
}

const char *wgi_frame_kind(const wgi_picture *p) { return p->g ? "scope" : "step"; }
