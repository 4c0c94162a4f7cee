/* write_html.c: a page as one HTML file, which loads nothing.
 *
 * The picture stands in it twice: for wide windows, and for a phone with one panel below the other, so that
 * its letters are large enough there. Of frames the picture shows one. What differs in the others stands
 * below it as lists, an attribute by frame; a slider exchanges them (frames.js). */
#include "figure/figure_private.h"

#include <string.h>

#include "frames_text.h"

static void put_style(const wgi_figure_page *g, const char *id, const char *small, wgi_strbuf *b)
{
    wgi_strbuf_put(
        b,
        "<style>\n:root{color-scheme:light dark}\n"
        "body{margin:0;padding:1rem;background:#ffffff;color:#1f2328;font:1rem Helvetica,Arial,sans-serif}\n"
        "svg{display:block;width:100%;height:auto}\n"
        "p{margin:.5rem 0;text-align:center}input{width:60%}\n"
        "@media (prefers-color-scheme:dark){body{background:#0d1117;color:#e6edf3}}\n"
        "@media print{p{display:none}}\n");
    wgi_strbuf_format(b, "figure{margin:0 auto;max-width:%.0fvh}#%s{display:none}\n",
                      88 * g->width / g->height, small);
    wgi_strbuf_format(b,
                      "@media (max-width:600px){#%s{display:none}#%s{display:block}figure{max-width:none}}\n",
                      id, small);
    wgi_strbuf_put(b, "</style>\n");
}

/* ---- frames ---- */

/* What a group holds in each frame. */
typedef struct unit {
    const char **text; /* by frame */
    int frames;
} unit;

static size_t common_start(const unit *u)
{
    size_t n = strlen(u->text[0]);
    for (int k = 1; k < u->frames; k++) {
        size_t same = 0;
        while (same < n && u->text[k][same] == u->text[0][same]) same++;
        n = same;
    }
    return n;
}

/* Behind `start` bytes that are common already. */
static size_t common_end(const unit *u, size_t start)
{
    const size_t first = strlen(u->text[0]);
    size_t n = first - start;
    for (int k = 1; k < u->frames; k++) {
        const size_t length = strlen(u->text[k]);
        size_t same = 0;
        while (same < n && same < length - start &&
               u->text[k][length - 1 - same] == u->text[0][first - 1 - same])
            same++;
        n = same;
    }
    return n;
}

/* Whether the texts are a single element each and differ in the value of one attribute. Where its name
 * begins, and its value. */
static bool one_attribute(const unit *u, size_t start, size_t end, size_t *name, size_t *value)
{
    const char *text = u->text[0], *rest = text + strlen(text) - end, *quote = strchr(rest, '"');
    size_t i = start;
    while (i > 0 && text[i - 1] != '"' && text[i - 1] != '>') i--;
    if (i < 3 || text[i - 1] != '"' || text[i - 2] != '=' || memchr(text + 1, '<', start)) return false;
    if (!quote || strchr(rest, '<') || strcspn(rest, "=") < (size_t)(quote - rest)) return false;
    for (int k = 0; k < u->frames; k++)
        if (memchr(u->text[k] + start, '"', strlen(u->text[k]) - start - end)) return false;
    *value = i;
    for (*name = i - 2; *name > 0 && text[*name - 1] != ' ';) --*name;
    return true;
}

static void put_piece(wgi_strbuf *b, const char *text, size_t n)
{
    wgi_strbuf piece = { .c = b->c };
    wgi_strbuf_add(&piece, text, n);
    wgi_json_text(b, piece.at ? piece.at : "", true);
    b->failed |= piece.failed;
    wgi_strbuf_free(&piece);
}

static bool is_same(const unit *u, size_t start)
{
    for (int k = 0; k < u->frames; k++)
        if (strlen(u->text[k]) != start) return false;
    return true;
}

static int longest(const unit *u)
{
    int best = 0;
    for (int k = 1; k < u->frames; k++)
        if (strlen(u->text[k]) > strlen(u->text[best])) best = k;
    return best;
}

/* [attribute, what stands before it, what behind it, [what differs, by frame]]; without an attribute these
 * are the whole text of the group. 0: it does not differ. A number for a frame is so many letters of the
 * longest text: a path that grows is written once. */
static void put_unit(wgi_strbuf *b, const unit *u)
{
    const char *text = u->text[0];
    const size_t length = strlen(text), start = common_start(u), end = common_end(u, start);
    size_t name = 0, value = 0;
    if (is_same(u, start)) {
        wgi_json_whole(b, 0);
        return;
    }
    const bool one = one_attribute(u, start, end, &name, &value);
    const char *rest = text + length - end;
    wgi_json_open(b, "[");
    put_piece(b, text + name, one ? value - 2 - name : 0);
    put_piece(b, text + value, start - value);
    put_piece(b, rest, one ? strcspn(rest, "\"") : end);
    wgi_json_open(b, "[");
    const int whole = longest(u);
    for (int k = 0; k < u->frames; k++) {
        const char *own = u->text[k] + start;
        const size_t n = strlen(own) - end;
        if (k != whole && !strncmp(own, u->text[whole] + start, n)) wgi_json_whole(b, (int64_t)n);
        else put_piece(b, own, n);
    }
    wgi_strbuf_put(b, "]]");
}

/* The groups of a picture, a list of them. */
static void put_units(const wgi_figure_page *g, const wgi_writing *w, wgi_strbuf *b)
{
    const int frames = g->of->frames;
    wgi_strbuf *text = wgi_pool_alloc(g->pool, (size_t)frames, sizeof *text);
    unit u = { wgi_pool_alloc(g->pool, (size_t)frames, sizeof *u.text), frames };
    if (!text || !u.text) return;
    for (int k = 0; k < frames; k++) {
        wgi_writing frame = *w;
        frame.frame = k + 1;
        text[k] = (wgi_strbuf){ .c = b->c };
        wgi_write_units(g, &frame, &text[k]);
        u.text[k] = text[k].at, b->failed |= text[k].failed;
    }
    wgi_json_open(b, "[");
    while (!b->failed && u.text[0] < text[0].at + text[0].length) {
        put_unit(b, &u);
        for (int k = 0; k < frames; k++) u.text[k] += strlen(u.text[k]) + 1;
    }
    wgi_strbuf_put(b, "]");
    for (int k = 0; k < frames; k++) wgi_strbuf_free(&text[k]);
}

/* "eps" of the frame "eps = 0.01". */
static void put_slider(const wgi_figure_page *g, const wgi_writing *w, wgi_strbuf *b)
{
    char name[80];
    if (g->of->frames < 2) return;
    const char *text = wgi_page_text(g, g->of->frame_name[0]);
    snprintf(name, sizeof name, "%.*s", (int)strcspn(text, " "), text);
    wgi_strbuf_format(b,
                      "<p class=\"frames\" hidden=\"hidden\"><input type=\"range\" min=\"1\" max=\"%d\" "
                      "value=\"%d\" aria-label=\"",
                      g->of->frames, w->frame);
    wgi_strbuf_xml(b, *name ? name : "frame", " ");
    wgi_strbuf_put(b, "\"/></p>\n");
}

/* What differs, for the script. */
static void put_lists(const wgi_figure_page *pages[2], const wgi_writing writings[2], wgi_strbuf *b)
{
    const wg_figure *f = pages[0]->of;
    if (f->frames < 2) return;
    wgi_strbuf_put(b, "<script type=\"application/json\">{\"units\":[");
    put_units(pages[0], &writings[0], b), put_units(pages[1], &writings[1], b);
    wgi_strbuf_put(b, "],\"names\":[");
    for (int k = 0; k < f->frames; k++) wgi_json_text(b, wgi_page_text(pages[0], f->frame_name[k]), true);
    wgi_strbuf_put(b, "]}</script>\n");
}

static void put_script(wgi_strbuf *b)
{
    wgi_strbuf_put(b, "<script>\n");
    for (const char *const *line = page_slide; *line; line++) wgi_strbuf_put(b, *line);
    wgi_strbuf_put(b, "</script>\n");
}

/* ---- all ---- */

static void put_head(const wgi_figure_page *g, const char *id, const char *small, wgi_strbuf *b)
{
    const char *title = wgi_title_of(g->of);
    wgi_strbuf_put(b, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n"
                      "<meta name=\"viewport\" content=\"width=device-width\"/>\n<title>");
    wgi_strbuf_clean_xml(b, *title ? title : "Figure", 400);
    wgi_strbuf_put(b, "</title>\n");
    put_style(g, id, small, b);
    wgi_strbuf_put(b, "</head>\n<body>\n");
}

void wgi_write_html(const wgi_figure_page *g, const wgi_writing *w, wgi_strbuf *b)
{
    char small[80];
    wg_figure copy;
    wgi_figure_page page;
    wgi_writing both[2] = { *w, *w };
    snprintf(small, sizeof small, "%.70s-n", w->id);
    both[0].all = both[1].all = true;
    both[1].id = small;
    wgi_figure_resize(&copy, g->of, WGI_PHONE, WG_AUTO);
    b->failed |= !wgi_page_make(&page, &copy);
    if (!w->o->part) put_head(g, w->id, small, b);
    wgi_strbuf_put(b, w->o->part ? "<figure class=\"plot\">\n" : "<figure>\n");
    if (!b->failed) {
        wgi_write_svg(g, &both[0], b), wgi_write_svg(&page, &both[1], b);
        put_slider(g, w, b), put_lists((const wgi_figure_page *[]){ g, &page }, both, b);
    }
    wgi_strbuf_put(b, "</figure>\n");
    if (!w->o->part && g->of->frames > 1) put_script(b);
    if (!w->o->part) wgi_strbuf_put(b, "</body>\n</html>\n");
    b->failed |= page.pool->failed;
    wgi_page_free(&page);
}
