/* page_parts.c: the pictures that a page has for its parts. A box that stands for several nodes is a part: it
 * opens in place (page_parts.js). What stands in it is a picture of its own, whose boxes may be parts
 * again. */
#include "draw/page.h"
#include "draw/reduced_boxes.h"

#include <string.h>

enum {
    PARTS_MOST = 250,
    NODES_MOST = 2000, /* of a part that can be opened */
    OPEN_MOST = 150,   /* its boxes */
    BOXES_MOST = 14,   /* of an open part, unless it has more at each level */
    PAD = 14,
    HEAD = 34,                     /* the height of its title */
    IN_CALLS = WGI_PARTS_KINDS + 1 /* calls are open, and what has a scope in them is closed */
};

typedef struct finder {
    wgi_page *page;
    wg_draw_opts *o;
    /* By how many kinds of parts are open (reduced_boxes.h), and IN_CALLS; into NULL: not yet known. */
    wgi_reduction level[IN_CALLS + 1];
    int64_t boxes, links; /* of all sheets so far */
} finder;

static bool is_computed(const wgi_picture *p, int64_t i) { return wgi_item_at(p, i)->operands > 0; }

/* Into how many boxes of computed nodes the level parts box `of`; 0: it is no part of a box. */
static int boxes_of(const wgi_picture *p, int of, const wgi_reduction *level)
{
    int n = 0;
    for (int64_t i = 0; i < p->at.nodes; i++) {
        if (p->at.box_of[i] != of) continue;
        if (p->at.box_of[level->into[i]] != of) return 0;
        n += level->into[i] == i && is_computed(p, i);
    }
    return n;
}

static wgi_reduction *level_at(finder *f, int k)
{
    const unsigned now = f->page->p->less.closed, closed = now & ~((1u << k % IN_CALLS) - 1);
    const unsigned in_calls = (now | 1u << WGI_PARTS_SCOPES) & ~(1u << WGI_PARTS_CALLS);
    if (!f->level[k].into) f->level[k] = wgi_reduced_by(f->page->p, k == IN_CALLS ? in_calls : closed);
    return f->level[k].into ? &f->level[k] : NULL;
}

/* Whether a call has made scopes, as a recurrent layer has for its steps. */
static bool has_scopes(const wgi_picture *p, int of)
{
    const char *first = NULL;
    for (int64_t i = 0; i < p->at.nodes && !strcmp(p->box[of].word, "call"); i++) {
        const char *scope = p->at.box_of[i] == of ? wg_node_scope(wgi_node_at(p, i)) : first;
        if (first && strcmp(first, scope)) return true;
        first = scope;
    }
    return false;
}

/* The finest level at which the box has few boxes; else the coarsest one at which it has several; -1: it is
 * no part. */
static int level_for(finder *f, const wgi_sheet *s, int of)
{
    int best = -1, nodes = 0;
    for (int64_t i = 0; i < s->p->at.nodes; i++) nodes += s->p->at.box_of[i] == of && is_computed(s->p, i);
    if (nodes < 2 || nodes > NODES_MOST) return -1;
    for (int k = has_scopes(s->p, of) ? IN_CALLS : WGI_PARTS_KINDS; k > s->level; k--) {
        wgi_reduction *level = level_at(f, k);
        if (!level) return -1;
        const int n = boxes_of(s->p, of, level);
        if (n > 1 && n <= OPEN_MOST) best = k;
        if (n > 1 && (n <= BOXES_MOST || k == IN_CALLS)) break;
    }
    return best;
}

static wg_status open_sheet(finder *f, wgi_sheet *s)
{
    const wgi_picture *p = s->p;
    s->first_box = f->boxes, s->first_link = f->links;
    f->boxes += p->boxes, f->links += p->links;
    if (!wgi_svg_open(&s->svg, p, f->page->b)) return WG_ERROR_MEMORY;
    s->svg.first = s->first_box;
    return wgi_step_places_make(&s->at, p);
}

static wg_status add_part(finder *f, wgi_sheet *parent, int of, int level)
{
    const wgi_box *b = &parent->p->box[of];
    wgi_sheet *s = &f->page->sheet[f->page->sheets++];
    wgi_picture *q = wgi_pool_take(f->page->p->pool, 1, sizeof *q);
    if (!q) return WG_ERROR_MEMORY;
    q->o = f->o;
    *s = (wgi_sheet){ .p = q,
                      .of = (int)parent->first_box + of,
                      .level = level == IN_CALLS ? WGI_PARTS_CALLS : level };
    const bool equation = b->formula && b->formula != b->symbol && !b->is_expression;
    s->title = equation ? b->name : b->title;
    wg_status status = wgi_picture_part(q, parent->p, of, &f->level[level]);
    return status == WG_OK ? open_sheet(f, s) : status;
}

wg_status wgi_page_find_parts(wgi_page *w)
{
    wg_draw_opts o = *w->p->o;
    o.scopes = false, o.overlay = o.title = o.hide = NULL, o.legend = false; /* the script hides numbers */
    finder *f = wgi_pool_take(w->p->pool, 1, sizeof *f);
    wg_draw_opts *kept = wgi_pool_take(w->p->pool, 1, sizeof *kept);
    w->sheet = wgi_pool_take(w->p->pool, PARTS_MOST + 1, sizeof *w->sheet);
    if (w->p->pool->failed) return WG_ERROR_MEMORY;
    *kept = o;
    *f = (finder){ .page = w, .o = kept };
    w->sheet[0] = (wgi_sheet){ .p = w->p, .of = -1, .level = 0 };
    w->sheets = 1;
    wg_status s = open_sheet(f, &w->sheet[0]);
    for (int k = 0; s == WG_OK && w->s.states && wgi_is_window(w->p->o) && k < w->sheets; k++)
        for (int of = 0; s == WG_OK && of < w->sheet[k].p->boxes && w->sheets <= PARTS_MOST; of++) {
            const int level = w->sheet[k].p->box[of].is_copy ? -1 : level_for(f, &w->sheet[k], of);
            if (level >= 0) s = add_part(f, &w->sheet[k], of, level);
        }
    bool *kinds = w->sheet[0].svg.kinds;
    for (int k = 1; k < w->sheets && s == WG_OK; k++)
        for (int64_t i = 0; i < w->sheet[k].p->boxes; i++) kinds[w->sheet[k].p->box[i].kind] = true;
    return w->p->pool->failed ? WG_ERROR_MEMORY : s;
}

void wgi_page_close_parts(wgi_page *w)
{
    for (int k = 0; k < w->sheets; k++) wgi_svg_close(&w->sheet[k].svg);
}

/* Nobody sees them without the script, which puts them into the picture. */
void wgi_page_put_parts(wgi_page *w)
{
    wgi_strbuf *b = w->b;
    if (w->sheets < 2) return;
    wgi_strbuf_put(b,
                   "<div hidden=\"hidden\"><svg xmlns=\"http://www.w3.org/2000/svg\" xml:space=\"preserve\" "
                   "font-family=\"" WGI_SANS "\">\n");
    for (int k = 1; k < w->sheets; k++) {
        wgi_svg *svg = &w->sheet[k].svg;
        const double text = wgi_text_width(w->sheet[k].title, WGI_BODY, WGI_BOLD) + 3 * PAD;
        const double width = svg->l.w + 2 * PAD;
        memcpy(svg->id, w->sheet[0].svg.id, sizeof svg->id);
        wgi_strbuf_format(b, "<g class=\"inner\" id=\"%s-p%d\">", w->id, k);
        wgi_svg_rect(b, 0, 0, width > text ? width : text, svg->l.h + HEAD + PAD, 9, "rim");
        wgi_strbuf_put(b, "<g class=\"head\">");
        wgi_svg_rect(b, 0, 0, text, HEAD - 4, 9, "");
        wgi_svg_text(b, PAD, HEAD - 12, WGI_BODY, true, "", "ink", w->sheet[k].title);
        wgi_strbuf_format(b, "</g><g transform=\"translate(%d %d)\">\n", PAD, HEAD);
        wgi_svg_put_plane(svg);
        wgi_strbuf_put(b, "</g></g>\n");
    }
    wgi_strbuf_put(b, "</svg></div>\n");
}
