/* boxes.c: the memory of a picture, its boxes, and links between them. */
#include "draw/reduced_boxes.h"

#include <string.h>

/* ---- memory ---- */

/* Texts lie in blocks whose addresses never change. */
typedef struct wgi_text_block {
    struct wgi_text_block *before;
    size_t used, room;
    _Alignas(double) char text[];
} wgi_text_block;

static char *room_for_text(wgi_picture *p, size_t bytes)
{
    wgi_text_block *b = p->texts;
    if (!b || b->room - b->used < bytes) {
        size_t room = bytes > 4000 ? bytes : 4000;
        if (!(b = wg_alloc(p->c, 1, sizeof *b + room))) return NULL;
        b->room = room, b->before = p->texts, p->texts = b;
    }
    b->used += bytes;
    return b->text + b->used - bytes;
}

void *wgi_picture_keep(wgi_picture *p, size_t bytes)
{
    const size_t unit = sizeof(double), used = p->texts ? p->texts->used : 0;
    if (used % unit && p->texts->room - used >= unit) p->texts->used += unit - used % unit;
    else if (used % unit) p->texts->used = p->texts->room;
    void *kept = room_for_text(p, (bytes + unit - 1) / unit * unit);
    p->lost |= !kept;
    return kept;
}

const char *wgi_picture_text(wgi_picture *p, wgi_strbuf *text)
{
    char *kept = text->length && !text->failed ? room_for_text(p, text->length + 1) : NULL;
    if (kept) memcpy(kept, text->at, text->length + 1);
    p->lost |= text->failed || (text->length && !kept);
    wgi_strbuf_free(text);
    return kept ? kept : "";
}

void wgi_take_texts(wgi_picture *p, wgi_picture *q)
{
    wgi_text_block **end = &q->texts;
    while (*end) end = &(*end)->before;
    *end = p->texts;
    p->texts = q->texts, q->texts = NULL;
    p->lost |= q->lost;
}

void *wgi_picture_alloc(wgi_picture *p, int64_t count, size_t size)
{
    return wg_alloc(p->c, (size_t)(count ? count : 1), size);
}

bool wgi_picture_room(wgi_picture *p, int64_t boxes, int64_t links, int64_t frames)
{
    p->box = wgi_picture_alloc(p, boxes, sizeof *p->box);
    p->link = wgi_picture_alloc(p, links, sizeof *p->link);
    p->last_link = wgi_picture_alloc(p, boxes, sizeof *p->last_link);
    p->before = wgi_picture_alloc(p, links, sizeof *p->before);
    p->frame = wgi_picture_alloc(p, frames, sizeof *p->frame);
    return p->box && p->before && p->link && p->last_link && p->frame;
}

void wgi_picture_clear_boxes(wgi_picture *p)
{
    void *const parts[] = { p->box, p->link, p->last_link, p->before, p->frame, p->scope_of, p->repeat };
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) wg_free(p->c, parts[i]);
    for (wgi_text_block *b = p->texts, *before; b; b = before) {
        before = b->before;
        wg_free(p->c, b);
    }
    p->box = NULL, p->link = NULL, p->last_link = p->before = NULL, p->frame = NULL, p->texts = NULL;
    p->scope_of = NULL, p->repeat = NULL;
    p->boxes = p->links = p->repeats = p->values_hidden = 0, p->frames = 0;
    p->hidden = "";
}

void wgi_picture_free(wgi_picture *p)
{
    if (p->g) wgi_view_free(&p->view);
    wgi_picture_clear_boxes(p);
    wgi_reducer_free(p);
    void *const parts[] = { p->index,  p->item,   p->position, p->first, p->arg,    p->on_path,
                            p->box_of, p->shared, p->run,      p->into,  p->inside, p->work };
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) wg_free(p->c, parts[i]);
    *p = (wgi_picture){ .c = p->c };
}

/* ---- boxes and links ---- */

wgi_box *wgi_add_box(wgi_picture *p, wgi_box_kind kind, int frame)
{
    wgi_box *b = &p->box[p->boxes++];
    *b = (wgi_box){ .kind = kind, .frame = frame, .times = 1 };
    b->name = b->title = b->detail = b->word = b->shape = b->value = b->gradient = b->tip = "";
    return b;
}

/* Whether there is this link already. In a reduced picture any link from a box to another may have been
 * drawn before. */
static wgi_link *known_link(const wgi_picture *p, int from, int to, bool loop)
{
    for (int64_t l = p->last_link[from] - 1; l >= 0; l = p->before[l] - 1)
        if (p->link[l].to == to && p->link[l].loop == loop) return &p->link[l];
    return NULL;
}

static void add_link(wgi_picture *p, wgi_link k)
{
    p->before[p->links] = p->last_link[k.from];
    p->link[p->links++] = k;
    p->last_link[k.from] = p->links;
}

void wgi_link_boxes(wgi_picture *p, int from, int to)
{
    bool counts = !p->g || p->box[from].times > 1 || p->box[to].times > 1;
    int64_t l = p->last_link[from] - 1;
    if (from == to) return;
    if (p->into && known_link(p, from, to, false)) return;
    if (counts && l >= 0 && p->link[l].to == to) {
        p->link[l].times++;
        return;
    }
    add_link(p, (wgi_link){ .from = from, .to = to, .times = 1 });
}

void wgi_link_once(wgi_picture *p, wgi_link k)
{
    if (!known_link(p, k.from, k.to, k.loop)) add_link(p, k);
}

void wgi_loop_boxes(wgi_picture *p, int from, int to)
{
    wgi_link_once(p, (wgi_link){ .from = from, .to = to, .loop = true, .times = 1 });
}
