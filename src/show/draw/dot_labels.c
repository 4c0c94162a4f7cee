/* dot_labels.c: the texts of DOT: labels in the HTML of Graphviz, and tooltips. */
#include "draw/dot_labels.h"

#include <string.h>

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

/* Backslashes begin escapes. */
void wgi_dot_escape(wgi_strbuf *b, const char *text)
{
    wgi_strbuf apart = { .pool = b->pool };
    wgi_strbuf_clear(b);
    put_apart(&apart, text);
    for (const char *s = wgi_strbuf_keep(&apart); *s;) {
        size_t plain = strcspn(s, "\\\n");
        wgi_strbuf_add(b, s, plain);
        s += plain;
        if (*s) wgi_strbuf_put(b, *s++ == '\n' ? "\\n" : "\\\\");
    }
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

void wgi_dot_box(wgi_strbuf *b, const wgi_box *x)
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

/* ---- frames, title and legend ---- */

static void put_grey(wgi_strbuf *b, const char *size, const char *text, int most)
{
    wgi_strbuf_format(b, "<font color=\"" WGI_GREY "\"%s>", size);
    put_html(b, wgi_pool_clean(b->pool, text, most), " ");
    wgi_strbuf_put(b, "</font>");
}

void wgi_dot_frame(wgi_strbuf *b, const wgi_frame *f)
{
    wgi_strbuf_clear(b);
    put_grey(b, "", wgi_frame_title(f), 80);
}

void wgi_dot_title(wgi_strbuf *b, const wgi_picture *p)
{
    const bool title = p->o->title && *p->o->title, legend = p->o->legend;
    wgi_strbuf_clear(b);
    if (legend) wgi_strbuf_put(b, "<table border=\"0\" cellborder=\"0\" cellspacing=\"0\">");
    if (title && legend) wgi_strbuf_put(b, "<tr><td>");
    if (title) put_grey(b, " point-size=\"16\"", p->o->title, 200);
    if (title && legend) wgi_strbuf_put(b, "</td></tr>");
    if (legend) wgi_put_legend(b, p), wgi_strbuf_put(b, "</table>");
}
