/* svg_formula.c: a formula as SVG elements. Each line of texts is one element, whose parts follow one another
 * as wide as the viewer's font makes them. Bars, roots and tall parentheses are paths. */
#include "draw/svg.h"

#include <math.h>
#include <string.h>

typedef wgi_formula_piece piece;

/* Where the formula stands. */
typedef struct place {
    double x, y, scale;
    const char *class;
} place;

/* ---- texts ---- */

static void put_style(wgi_strbuf *b, uint8_t face)
{
    wgi_strbuf_put(b, face == WGI_F_ITALIC ? " font-style=\"italic\""
                      : face == WGI_F_BOLD ? " font-weight=\"bold\""
                                           : "");
}

/* The piece begins dx behind the text before it, and dy below its line. size: of the element <text>. */
static bool put_part(wgi_strbuf *b, const piece *p, double dx, double dy, double scale, double size)
{
    const bool other_size = fabs(scale * p->size - size) > 1e-9;
    const bool tspan = p->face != WGI_F_ROMAN || other_size || fabs(dx) > 0.005 || fabs(dy) > 0.005;
    if (!tspan) return false;
    wgi_strbuf_put(b, "<tspan");
    if (fabs(dx) > 0.005) WGI_SVG_PUT(b, " dx=\"@\"", dx);
    if (fabs(dy) > 0.005) WGI_SVG_PUT(b, " dy=\"@\"", dy);
    if (other_size) WGI_SVG_PUT(b, " font-size=\"@\"", scale * p->size);
    put_style(b, p->face);
    wgi_strbuf_put(b, ">");
    return true;
}

double wgi_svg_parts(wgi_strbuf *b, const wgi_laid_formula *k, int first, int end, double scale, double size)
{
    bool open = false;
    for (int i = first; i < end; i++) {
        const piece *p = &k->piece[i], *before = i == first ? NULL : p - 1;
        const double dx = before ? scale * (p->x - before->x2) : 0,
                     dy = before ? scale * (p->y - before->y) : 0;
        const bool same = before && p->face == before->face && p->size == before->size && fabs(dx) <= 0.005 &&
                          fabs(dy) <= 0.005;
        if (!same) wgi_strbuf_put(b, open ? "</tspan>" : ""), open = put_part(b, p, dx, dy, scale, size);
        const char *letters = k->letters + p->text;
        wgi_strbuf_xml(b, letters + (i == first && *letters == ' '), " ");
    }
    if (b->length && b->at[b->length - 1] == ' ') b->at[--b->length] = 0;
    wgi_strbuf_put(b, open ? "</tspan>" : "");
    return scale * (k->piece[end - 1].y - k->piece[first].y);
}

static int end_of_line(const wgi_laid_formula *k, int first)
{
    int end = first + 1;
    while (end < k->count && k->piece[end].shape == WGI_F_TEXT && k->piece[end].glued) end++;
    return end;
}

/* A space at the beginning or the end of an element <text> is no space in some viewers, and is left out. */
static double space_of(const wgi_laid_formula *k, const piece *p)
{
    return k->letters[p->text] == ' ' ? wgi_text_width(" ", p->size, WGI_REGULAR) : 0;
}

static double space_behind(const wgi_laid_formula *k, const piece *p)
{
    const char *s = k->letters + p->text;
    return s[strlen(s) - 1] == ' ' ? wgi_text_width(" ", p->size, WGI_REGULAR) : 0;
}

enum { START, MIDDLE, END };

/* The pieces [first, end) as one element, with that anchor. */
static void put_line(wgi_strbuf *b, const wgi_laid_formula *k, int first, int end, int anchor,
                     const place *to)
{
    static const char *const anchors[] = { "", "\" text-anchor=\"middle", "\" text-anchor=\"end" };
    const piece *p = &k->piece[first], *last = &k->piece[end - 1];
    const double size = to->scale * p->size, left = p->x + space_of(k, p),
                 right = last->x2 - space_behind(k, last),
                 x = anchor == START ? left
                     : anchor == END ? right
                                     : (left + right) / 2;
    WGI_SVG_PUT(b, "<text x=\"@\" y=\"@\" font-size=\"@\"", wgi_svg_eighth(to->x + to->scale * x),
                wgi_svg_eighth(to->y + to->scale * p->y), size);
    wgi_strbuf_format(b, " class=\"%s%s\">", to->class, anchors[anchor]);
    wgi_svg_parts(b, k, first, end, to->scale, size);
    wgi_strbuf_put(b, "</text>\n");
}

static bool is_sign(const wgi_laid_formula *k, const piece *p)
{
    const char *s = k->letters + p->text;
    const size_t n = strlen(s);
    return n > 2 && s[0] == ' ' && s[n - 1] == ' ';
}

/* Whether a bar, a root or a parenthesis stands before the text, or after it. */
static bool meets_shape(const wgi_laid_formula *k, const piece *text, bool after)
{
    for (int i = 0; i < k->count; i++) {
        const piece *p = &k->piece[i];
        const double y = fmin(p->y, p->y2), y2 = fmax(p->y, p->y2),
                     gap = after ? p->x - text->x2 : text->x - p->x2;
        if (p->shape != WGI_F_TEXT && gap > -1e-6 && gap < 0.4 * text->size && y <= text->y &&
            y2 >= text->y - 0.75 * text->size)
            return true;
    }
    return false;
}

/* Letters may be narrower than they were measured. What stands before a bar or a parenthesis ends there, so
 * that the gap is before all of it. */
static void put_texts(wgi_strbuf *b, const wgi_laid_formula *k, int first, int end, const place *to)
{
    const piece *p = &k->piece[first];
    const bool before = meets_shape(k, &k->piece[end - 1], true),
               middle = p->centred ||
                        (before && (meets_shape(k, p, false) || (end == first + 1 && is_sign(k, p))));
    put_line(b, k, first, end, middle ? MIDDLE : before ? END : START, to);
}

/* ---- paths ---- */

static void put_root(wgi_strbuf *b, const piece *p)
{
    const double wide = p->x2 - p->x, high = p->y2 - p->y;
    WGI_SVG_PUT(b, "M@ @L@ @L@ @L@ @", p->x + 0.05 * wide, p->y + 0.62 * high, p->x + 0.25 * wide,
                p->y + 0.52 * high, p->x + 0.58 * wide, p->y2, p->x2, p->y);
}

static void put_brace(wgi_strbuf *b, const piece *p)
{
    const double middle = (p->x + p->x2) / 2, y = (p->y + p->y2) / 2, r = p->x2 - middle;
    WGI_SVG_PUT(b, "M@ @Q@ @ @ @L@ @Q@ @ @ @", p->x2, p->y, middle, p->y, middle, p->y + r, middle, y - r,
                middle, y, p->x, y);
    WGI_SVG_PUT(b, "Q@ @ @ @L@ @Q@ @ @ @", middle, y, middle, y + r, middle, p->y2 - r, middle, p->y2, p->x2,
                p->y2);
}

/* The curve reaches from the side of what it holds to its own side. */
static void put_paren(wgi_strbuf *b, const piece *p)
{
    const double inner = p->size < 0 ? p->x : p->x2, outer = p->size < 0 ? p->x2 : p->x;
    const double end = 0.75 * inner + 0.25 * outer;
    WGI_SVG_PUT(b, "M@ @Q@ @ @ @", end, p->y, 1.2 * outer - 0.2 * inner, (p->y + p->y2) / 2, end, p->y2);
}

static void put_path(wgi_strbuf *b, const piece *from, const place *to)
{
    piece p = *from;
    p.x = to->x + to->scale * p.x, p.x2 = to->x + to->scale * p.x2;
    p.y = to->y + to->scale * p.y, p.y2 = to->y + to->scale * p.y2;
    wgi_strbuf_put(b, "<path class=\"rule\" d=\"");
    if (p.shape == WGI_F_ROOT) put_root(b, &p);
    else if (p.shape == WGI_F_BRACE) put_brace(b, &p);
    else if (p.shape == WGI_F_PAREN) put_paren(b, &p);
    else
        WGI_SVG_PUT(b, "M@ @L@ @", wgi_svg_eighth(p.x), wgi_svg_eighth(p.y), wgi_svg_eighth(p.x2),
                    wgi_svg_eighth(p.y2));
    wgi_strbuf_put(b, "\"/>\n");
}

void wgi_svg_formula(wgi_strbuf *b, const wgi_laid_formula *k, double x, double y, double scale,
                     const char *class)
{
    const place to = { x, y, scale, class };
    for (int i = 0; i < k->count;) {
        const bool text = k->piece[i].shape == WGI_F_TEXT;
        const int end = text ? end_of_line(k, i) : i + 1;
        if (text) put_texts(b, k, i, end, &to);
        else put_path(b, &k->piece[i], &to);
        i = end;
    }
}
