/* dot.c: a picture as DOT text. Equal pictures give the same bytes: attributes, frames, boxes and links have
 * a fixed order. The tests read the text with libcgraph. */
#include "draw/draw_private.h"

#include <string.h>

#define FONT "\"Helvetica,Arial,sans-serif\""
#define GREY "\"" WGI_GREY "\""

/* ---- attributes ---- */

typedef struct painter {
    const wgi_picture *picture;
    wgi_strbuf *out;
    wgi_strbuf text; /* of the attribute that is being made, in the picture's pool */
    int depth;       /* of the frame that is being written */
    int attributes;  /* written in the present list */
} painter;

static void indent(painter *p)
{
    for (int i = 0; i <= p->depth; i++) wgi_strbuf_put(p->out, "\t");
}

/* A list of attributes: open_list, then set and set_html, then close_list. An empty list is not written. */
static void open_list(painter *p, const char *of)
{
    indent(p);
    wgi_strbuf_put(p->out, of);
    p->attributes = 0;
}

static void name_attribute(painter *p, const char *name)
{
    wgi_strbuf_put(p->out, p->attributes++ ? ", " : " [");
    wgi_strbuf_put(p->out, name);
    wgi_strbuf_put(p->out, "=");
}

/* In quotes, in which any text can stand. */
static void set_text(painter *p, const char *name, const char *value)
{
    name_attribute(p, name);
    wgi_strbuf_put(p->out, "\"");
    for (; *value; value++) {
        if (*value == '"') wgi_strbuf_put(p->out, "\\");
        wgi_strbuf_add(p->out, value, 1);
    }
    wgi_strbuf_put(p->out, "\"");
}

/* A number, a word of our own that means nothing in DOT, or a text that has its quotes already. */
static void set(painter *p, const char *name, const char *value)
{
    name_attribute(p, name);
    wgi_strbuf_put(p->out, value);
}

/* The value is p->text, as HTML. */
static void set_html(painter *p, const char *name)
{
    name_attribute(p, name);
    wgi_strbuf_put(p->out, "<");
    wgi_strbuf_put(p->out, wgi_strbuf_text(&p->text));
    wgi_strbuf_put(p->out, ">");
}

static void close_list(painter *p) { wgi_strbuf_put(p->out, p->attributes ? "];\n" : ";\n"); }

/* ---- texts ---- */

/* The program `dot` puts the names of objects in place of \N, \G, \E, \T, \H and \L: in tooltips and in
 * labels, entities or not. A character without width between the two keeps them apart. */
static void put_apart(wgi_strbuf *b, const char *s)
{
    while (*s) {
        size_t n = strcspn(s, "\\");
        wgi_strbuf_add(b, s, n + (s[n] == '\\'));
        s += n + (s[n] == '\\');
        if (s[-1] == '\\' && *s && strchr("NGETHL", *s)) wgi_strbuf_put(b, "\u200B");
    }
}

static void put_html(wgi_strbuf *b, const char *s, const char *line_break)
{
    wgi_strbuf apart = { .pool = b->pool };
    put_apart(&apart, s);
    wgi_strbuf_xml(b, wgi_strbuf_keep(&apart), line_break);
}

static void put_clean_html(wgi_strbuf *b, const char *s, int most)
{
    put_html(b, wgi_pool_clean(b->pool, s, most), " ");
}

/* Backslashes in tooltips begin escapes. */
static void set_tip(painter *p, const char *text)
{
    wgi_strbuf *b = &p->text, apart = { .pool = b->pool };
    wgi_strbuf_clear(b);
    put_apart(&apart, text);
    for (const char *tip = wgi_strbuf_keep(&apart); *tip;) {
        size_t plain = strcspn(tip, "\\\n");
        wgi_strbuf_add(b, tip, plain);
        tip += plain;
        if (*tip) wgi_strbuf_put(b, *tip++ == '\n' ? "\\n" : "\\\\");
    }
    if (b->length && !b->failed) set_text(p, "tooltip", b->at);
}

/* ---- boxes ---- */

static const char break_left[] = "<br align=\"left\"/>";

/* Several lines each end in a left break: dot would centre them. */
static void put_lines(wgi_strbuf *b, const char *s)
{
    put_html(b, s, break_left);
    if (strchr(s, '\n')) wgi_strbuf_put(b, break_left);
}

typedef enum row_style { PLAIN, BOLD, ODD } row_style;

static void put_row(wgi_strbuf *b, const char *port, const char *text, const char *color, row_style style)
{
    if (!*text) return;
    wgi_strbuf_format(b, "<tr><td colspan=\"2\" align=\"left\"%s%s%s%s><font color=\"%s\">",
                      *port ? " port=\"" : "", port, *port ? "\"" : "",
                      style == ODD ? " bgcolor=\"#ffcdd2\"" : "", style == ODD ? "#b71c1c" : color);
    wgi_strbuf_put(b, style == PLAIN ? "" : "<b>");
    put_lines(b, text);
    wgi_strbuf_put(b, style == PLAIN ? "</font></td></tr>" : "</b></font></td></tr>");
}

/* The kind at the left, the shape at the right. */
static void put_caption(wgi_strbuf *b, const wgi_box *x)
{
    wgi_strbuf_put(b, "<tr><td align=\"left\"><font color=\"#424242\" point-size=\"10\">");
    put_html(b, x->word, " ");
    wgi_strbuf_put(b, "</font></td><td align=\"right\"><font color=\"#424242\" point-size=\"10\">");
    put_html(b, *x->shape ? x->shape : " ", " ");
    wgi_strbuf_put(b, "</font></td></tr>");
}

static void put_box(wgi_strbuf *b, const wgi_box *x)
{
    const wgi_box_style *l = &wgi_box_styles[x->kind];
    bool twice = x->times > 1;
    wgi_strbuf_clear(b);
    if (twice)
        wgi_strbuf_format(b,
                          "<table border=\"1\" cellborder=\"0\" cellspacing=\"0\" cellpadding=\"2\" "
                          "color=\"%s\" style=\"rounded\"><tr><td>",
                          l->border);
    wgi_strbuf_format(b,
                      "<table border=\"%d\" cellborder=\"0\" cellspacing=\"0\" cellpadding=\"3\" "
                      "color=\"%s\" bgcolor=\"%s\" "
                      "style=\"rounded%s\">",
                      l->heavy ? 2 : 1, l->border, l->fill, x->is_copy ? ",dashed" : "");
    put_caption(b, x);
    put_row(b, twice ? "v" : "", x->is_copy ? x->name : x->title, "#212121", BOLD);
    if (!x->is_copy) {
        put_row(b, twice ? "g" : "", x->detail, x->kind == WGI_BOX_FAILED ? "#7f0000" : "#424242", PLAIN);
        if (x->mark) put_row(b, "", x->mark, "#7f0000", BOLD);
        if (x->note) put_row(b, "", x->note, x->passed ? WGI_VALUE : WGI_GREY, PLAIN);
        put_row(b, "v", x->value, WGI_VALUE, x->odd_value ? ODD : PLAIN);
        put_row(b, "g", x->gradient, WGI_GRADIENT, x->odd_gradient ? ODD : PLAIN);
    }
    wgi_strbuf_put(b, twice ? "</table></td></tr></table>" : "</table>");
}

static void paint_node(painter *p, int64_t i)
{
    const wgi_box *x = &p->picture->box[i];
    char name[40];
    snprintf(name, sizeof name, "n%lld", (long long)i);
    open_list(p, name);
    set(p, "class", wgi_box_styles[x->kind].class);
    put_box(&p->text, x);
    set_html(p, "label");
    set_tip(p, x->tip);
    close_list(p);
}

/* ---- frames, links ---- */

static void paint_inside(painter *p, int frame);

static void paint_frame(painter *p, int i)
{
    const wgi_frame *f = &p->picture->frame[i];
    indent(p);
    wgi_strbuf_format(p->out, "subgraph cluster_%d {\n", i + 1);
    p->depth++;
    open_list(p, "graph");
    set(p, "class", "scope");
    wgi_strbuf_clear(&p->text);
    wgi_strbuf_put(&p->text, "<font color=\"" WGI_GREY "\">");
    put_clean_html(&p->text, f->name, 80);
    wgi_strbuf_put(&p->text, "</font>");
    set_html(p, "label");
    set(p, "style", f->heavy ? "\"rounded,bold\"" : "rounded");
    set(p, "tooltip", p->picture->g ? "scope" : "step");
    close_list(p);
    paint_inside(p, i);
    p->depth--;
    indent(p);
    wgi_strbuf_put(p->out, "}\n");
}

/* Where a link meets a box: left to right at the row of the value or gradient if there is one, else at a
 * side. Gradients then meet corners, so that they do not cover the forward links. */
static void port(char *to, size_t size, const wgi_picture *picture, int box, bool back, bool tail)
{
    const wgi_box *x = &picture->box[box];
    bool down = picture->o->top_down, has_row = x->times > 1 || *(back ? x->gradient : x->value);
    const char *side = back == tail ? "w" : "e", *row = x->is_copy || down || !has_row ? ""
                                                        : back                         ? "g:"
                                                                                       : "v:";
    if (down) side = back ? (tail ? "ne" : "se") : (tail ? "s" : "n");
    else if (back && !*row) side = tail ? "sw" : "se";
    snprintf(to, size, "%s%s", row, side);
}

static void paint_link(painter *p, const wgi_link *l)
{
    char tail[16], head[16], text[120];
    port(tail, sizeof tail, p->picture, l->from, l->back, true);
    port(head, sizeof head, p->picture, l->to, l->back, false);
    snprintf(text, sizeof text, "n%d:%s -> n%d:%s", l->from, tail, l->to, head);
    open_list(p, text);
    if (l->back) {
        set(p, "class", "backward");
        set_text(p, "color", "#d32f2f");
        set(p, "constraint", "false");
        set(p, "style", "dashed");
    }
    if (l->times > 1) {
        snprintf(text, sizeof text, "×%lld", (long long)l->times);
        set_text(p, "label", text);
    }
    close_list(p);
}

/* ---- title and legend ---- */

static void put_title(wgi_strbuf *b, const char *title)
{
    wgi_strbuf_put(b, "<font color=\"" WGI_GREY "\" point-size=\"16\">");
    put_clean_html(b, title, 200);
    wgi_strbuf_put(b, "</font>");
}

static void set_title(painter *p)
{
    const wg_draw_opts *o = p->picture->o;
    bool title = o->title && *o->title;
    wgi_strbuf *b = &p->text;
    wgi_strbuf_clear(b);
    if (!title && !o->legend) return;
    if (o->legend) wgi_strbuf_put(b, "<table border=\"0\" cellborder=\"0\" cellspacing=\"0\">");
    if (title && o->legend) wgi_strbuf_put(b, "<tr><td>");
    if (title) put_title(b, o->title);
    if (title && o->legend) wgi_strbuf_put(b, "</td></tr>");
    if (o->legend) wgi_put_legend(b, p->picture), wgi_strbuf_put(b, "</table>");
    set_html(p, "label");
}

/* ---- all together ---- */

static void set_pairs(painter *p, const char *const (*pair)[2])
{
    for (; (*pair)[0]; pair++) set(p, (*pair)[0], (*pair)[1]);
}

static void paint_defaults(painter *p)
{
    static const char *const graph[][2] = {
        { "bgcolor", "transparent" },
        { "color", GREY },
        { "fontcolor", GREY },
        { "fontname", FONT },
        { "outputorder", "edgesfirst" },
        { "labelloc", "t" },
        { "nodesep", "0.3" },
        { "ranksep", "0.5" },
        { NULL, NULL },
    };
    static const char *const node[][2] = { { "fontname", FONT }, { "shape", "plain" }, { NULL, NULL } };
    static const char *const edge[][2] = {
        { "arrowsize", "0.7" }, { "class", "forward" }, { "color", GREY }, { "fontcolor", GREY },
        { "fontname", FONT },   { "fontsize", "11" },   { NULL, NULL },
    };
    open_list(p, "graph");
    set_title(p);
    set_pairs(p, graph);
    set(p, "rankdir", p->picture->o->top_down ? "TB" : "LR");
    if (!p->picture->g) set(p, "newrank", "true");                                /* a plan: by time */
    if (p->picture->boxes > 200) set(p, "nslimit", "2"), set(p, "nslimit1", "2"); /* few iterations */
    close_list(p);
    open_list(p, "node"), set_pairs(p, node), close_list(p);
    open_list(p, "edge"), set_pairs(p, edge), close_list(p);
}

/* Frames and boxes that stand in a frame; -1: in none. */
static void paint_inside(painter *p, int frame)
{
    for (int i = 0; i < p->picture->frames; i++)
        if (p->picture->frame[i].parent == frame) paint_frame(p, i);
    for (int64_t i = 0; i < p->picture->boxes; i++)
        if (p->picture->box[i].frame == frame) paint_node(p, i);
}

static wg_status write(wgi_picture *picture, wgi_strbuf *out)
{
    painter p = { .picture = picture, .out = out, .text = { .pool = picture->pool } };
    wgi_strbuf_put(out, "digraph wengert {\n");
    paint_defaults(&p);
    paint_inside(&p, -1);
    for (int64_t i = 0; i < picture->links; i++) paint_link(&p, &picture->link[i]);
    wgi_strbuf_put(out, "}\n");
    return WG_OK;
}

const wgi_format wgi_format_dot = { .name = "dot", .write = write };
