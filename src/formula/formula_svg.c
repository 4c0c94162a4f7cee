/* formula_svg.c: boxes of a formula as SVG elements: each text at its own place, lines as paths.
 * Numbers are written in hundredths, so that no locale and no rounding of printf is in the bytes. */
#include "formula/formula_boxes.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static void put_number(wgi_line *to, double x)
{
    char text[40];
    const long hundredths = lround(fabs(x) * 100);
    const int n = snprintf(text, sizeof text, "%s%ld.%02ld", x < 0 && hundredths ? "-" : "", hundredths / 100,
                           hundredths % 100);
    int end = n;
    while (text[end - 1] == '0') end--;
    wgi_line_add(to, text, text[end - 1] == '.' ? end - 1 : end);
}

static void put_pair(wgi_line *to, const char *before, double x, double y)
{
    wgi_line_put(to, before);
    put_number(to, x);
    wgi_line_put(to, " ");
    put_number(to, y);
}

static void put_escaped(wgi_line *to, const char *s)
{
    for (; *s; s++)
        if (*s == '&') wgi_line_put(to, "&amp;");
        else if (*s == '<') wgi_line_put(to, "&lt;");
        else if (*s == '>') wgi_line_put(to, "&gt;");
        else wgi_line_add(to, s, 1);
}

static void put_text(wgi_line *to, const wgi_formula_boxes *b, const wgi_formula_piece *p)
{
    wgi_line_put(to, "<text x=\"");
    put_number(to, p->x);
    wgi_line_put(to, "\" y=\"");
    put_number(to, p->y);
    wgi_line_put(to, "\" font-size=\"");
    put_number(to, p->size);
    wgi_line_put(to, p->face == WGI_F_ITALIC ? "\" font-style=\"italic\">"
                     : p->face == WGI_F_BOLD ? "\" font-weight=\"bold\">"
                                             : "\">");
    put_escaped(to, b->text + p->text);
    wgi_line_put(to, "</text>");
}

static void put_root(wgi_line *to, const wgi_formula_piece *p)
{
    const double wide = p->x2 - p->x, high = p->y2 - p->y;
    put_pair(to, "M", p->x + 0.05 * wide, p->y + 0.6 * high);
    put_pair(to, "L", p->x + 0.25 * wide, p->y + 0.5 * high);
    put_pair(to, "L", p->x + 0.55 * wide, p->y2);
    put_pair(to, "L", p->x2, p->y);
}

static void put_brace(wgi_line *to, const wgi_formula_piece *p)
{
    const double middle = (p->x + p->x2) / 2, y = (p->y + p->y2) / 2, r = p->x2 - middle;
    put_pair(to, "M", p->x2, p->y);
    put_pair(to, "Q", middle, p->y);
    put_pair(to, " ", middle, p->y + r);
    put_pair(to, "L", middle, y - r);
    put_pair(to, "Q", middle, y);
    put_pair(to, " ", p->x, y);
    put_pair(to, "Q", middle, y);
    put_pair(to, " ", middle, y + r);
    put_pair(to, "L", middle, p->y2 - r);
    put_pair(to, "Q", middle, p->y2);
    put_pair(to, " ", p->x2, p->y2);
}

static void put_path(wgi_line *to, const wgi_formula_piece *p)
{
    wgi_line_put(to, "<path d=\"");
    if (p->shape == WGI_F_ROOT) put_root(to, p);
    else if (p->shape == WGI_F_BRACE) put_brace(to, p);
    else if (p->shape == WGI_F_LINE) put_pair(to, "M", p->x, p->y), put_pair(to, "L", p->x2, p->y2);
    else {
        const double in = p->size < 0 ? p->x : p->x2, out = p->size < 0 ? p->x2 : p->x;
        put_pair(to, "M", in * 0.8 + out * 0.2, p->y);
        put_pair(to, "Q", out, (p->y + p->y2) / 2);
        put_pair(to, " ", in * 0.8 + out * 0.2, p->y2);
    }
    wgi_line_put(to, "\" fill=\"none\" stroke=\"currentColor\" stroke-width=\"");
    put_number(to, 0.06 * fabs(p->size));
    wgi_line_put(to, "\"/>");
}

void wgi_formula_svg(wgi_line *to, const wgi_formula_boxes *b, double x, double y)
{
    wgi_line_put(to, "<g transform=\"translate(");
    put_pair(to, "", x, y);
    wgi_line_put(to, ")\" fill=\"currentColor\">");
    for (int i = 0; i < b->count; i++)
        if (b->piece[i].shape == WGI_F_TEXT) put_text(to, b, &b->piece[i]);
        else put_path(to, &b->piece[i]);
    wgi_line_put(to, "</g>");
}
