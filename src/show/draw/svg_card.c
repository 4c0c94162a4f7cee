/* svg_card.c: a box of an SVG picture: its lines of text, how large it is, and the box itself.
 *
 * The same list of lines is measured and written, so no text is wider or lower than its box.
 */
#include "draw/svg.h"

#include <math.h>
#include <string.h>

enum { LINES = WGI_CARD_LINES, PAD_X = 9, PAD_Y = 5, TWICE = 3, CAPTION_GAP = 14, BAR = 3, BAR_LENGTH = 40 };

typedef wgi_card_line line;
typedef wgi_card_lines lines;

static double leading(double size) { return 1.32 * size; }

static void add_line(lines *l, const char *text, size_t bytes, double size, bool bold, const char *class)
{
    if (l->n == LINES) return;
    l->h += leading(size);
    l->line[l->n++] = (line){ .text = text,
                              .bytes = bytes,
                              .size = size,
                              .at = l->h - 0.34 * size,
                              .bold = bold,
                              .class = class,
                              .lead = "" };
}

/* The middle of a formula is where links meet it. */
static double add_formula(lines *l, const wgi_laid_formula *k, const char *text, const char *class)
{
    const double size = WGI_BODY, up = fmax(0.98 * size, k->above + 0.2 * size),
                 down = fmax(0.34 * size, k->below + 0.22 * size), top = l->h;
    add_line(l, text, strlen(text), size, false, class);
    line *t = &l->line[l->n - 1];
    t->formula = k, t->at = top + up;
    l->h = top + up + down;
    return top + (up + down) / 2;
}

/* "dz = 0.2" has the name of the box in it. */
static void add_label(const wgi_box *x, line *t)
{
    const size_t name = strlen(x->name), open = x->is_expression ? 2 : 1;
    if (!x->symbol || *t->text != 'd' || strncmp(t->text + open, x->name, name)) return;
    const size_t end = open + name + x->is_expression;
    if (strncmp(t->text + end, " = ", 3)) return;
    t->label = x->symbol, t->label_is_expression = x->is_expression, t->label_bytes = end;
}

/* A row of a matrix begins with this; it stands below the bracket that opens the first row. */
#define ROW_OF_MATRIX "\u2007"

/* The middle of the first line is where links meet the row. */
static double add_row(lines *l, const char *text, double size, bool bold, bool odd, const char *class)
{
    double middle = l->h + leading(size) / 2;
    const char *first = text, *label = strstr(text, " = ");
    const size_t name = label ? (size_t)(label - text) : 0; /* d(z[:, 0:1]) has a bracket of its own */
    if (!*text) return -1;
    while (*text && l->n < LINES) {
        bool below = !strncmp(text, ROW_OF_MATRIX, strlen(ROW_OF_MATRIX));
        text += below ? strlen(ROW_OF_MATRIX) : 0;
        size_t n = strcspn(text, "\n"), bracket = name + strcspn(first + name, "[");
        add_line(l, text, n, size, bold, class);
        l->line[l->n - 1].odd = odd;
        if (below && first[bracket])
            l->line[l->n - 1].lead = first, l->line[l->n - 1].lead_bytes = bracket + 1;
        text += n + (text[n] == '\n');
    }
    return middle;
}

/* At the right of the line before. */
static void add_shape(lines *l, const char *shape)
{
    if (!*shape || l->n == WGI_CARD_LINES) return;
    l->line[l->n] = l->line[l->n - 1];
    l->line[l->n].text = shape, l->line[l->n].bytes = strlen(shape);
    l->line[l->n].bold = false, l->line[l->n].class = "faint", l->line[l->n].formula = NULL;
    l->line[l->n++].right = true;
}

void wgi_card_list(const wgi_box *x, lines *l)
{
    const double small = x->is_large ? WGI_BODY : WGI_SMALL + 1;
    *l = (lines){ .h = PAD_Y, .value_at = -1, .gradient_at = -1 };
    if (!x->is_large) {
        add_line(l, x->word, strlen(x->word), WGI_SMALL, false, "faint");
        add_shape(l, x->shape);
    }
    l->title = l->n;
    const wgi_laid_formula *formula = x->is_copy ? x->symbol : x->formula;
    const char *title = x->is_copy ? x->name : x->title;
    l->title_at =
        formula ? add_formula(l, formula, title, "ink") : add_row(l, title, WGI_BODY, true, false, "ink");
    if (x->is_large && l->n == 1) add_shape(l, x->shape);
    if (!x->is_copy) {
        add_row(l, x->detail, small + (x->kind == WGI_BOX_FAILED), false, false,
                x->kind == WGI_BOX_FAILED ? "alarm" : "faint");
        if (x->mark) add_row(l, x->mark, small + !x->is_large, true, false, "alarm");
        if (x->note) add_row(l, x->note, small + !x->is_large, false, false, x->passed ? "value" : "ink");
        l->value = l->n;
        l->value_at =
            add_row(l, x->value, WGI_BODY, x->odd_value, x->odd_value, x->odd_value ? "grad" : "value");
        l->gradient = l->n;
        l->gradient_at = add_row(l, x->gradient, WGI_BODY, x->odd_gradient, x->odd_gradient, "grad");
        l->end = l->n;
        if (l->gradient < l->n) add_label(x, &l->line[l->gradient]);
    }
    l->h += PAD_Y;
    if (l->title_at < 0) l->title_at = l->h / 2;
}

int wgi_card_part(const lines *l, int i)
{
    return i == l->title                      ? WGI_CARD_TITLE
           : i >= l->value && i < l->gradient ? WGI_CARD_VALUE
           : i >= l->gradient && i < l->end   ? WGI_CARD_GRADIENT
                                              : WGI_CARD_OTHER;
}

static double text_width(wgi_pool *pool, const line *l, const char *text, size_t bytes)
{
    return wgi_text_width(wgi_pool_part(pool, text, bytes), l->size, l->bold ? WGI_BOLD : WGI_REGULAR);
}

/* Of "dz". */
static double label_width(const line *l)
{
    const char *sides = l->label_is_expression ? "d()" : "d";
    return l->label->width * l->size / WGI_BODY + wgi_text_width(sides, l->size, WGI_ITALIC);
}

static double line_width(wgi_pool *pool, const line *l)
{
    if (l->formula) return l->formula->width;
    const double label = l->label ? label_width(l) : 0;
    return label + text_width(pool, l, l->text + l->label_bytes, l->bytes - l->label_bytes);
}

/* Of what stands above the beginning of the line, in the first line of its rows. */
static double lead_width(wgi_pool *pool, const lines *all, const line *l)
{
    const line *first = &all->line[all->gradient];
    if (!l->lead_bytes) return 0;
    const bool label = all->gradient < all->n && first->text == l->lead && first->label;
    const size_t skip = label ? first->label_bytes : 0;
    return (label ? label_width(first) : 0) + text_width(pool, l, l->lead + skip, l->lead_bytes - skip);
}

wgi_card wgi_svg_measure(wgi_pool *pool, const wgi_box *x)
{
    lines l;
    wgi_card_list(x, &l);
    double w = 0, rim = x->times > 1 ? TWICE : 0;
    for (int i = 0; i < l.n; i++) {
        const line *t = &l.line[i];
        double now = line_width(pool, t) + lead_width(pool, &l, t);
        if (t->right) now += CAPTION_GAP + line_width(pool, t - 1);
        if (now > w) w = now;
    }
    return (wgi_card){ .w = w + 2 * (PAD_X + rim),
                       .h = l.h + 2 * rim,
                       .title_at = rim + l.title_at,
                       .value_at = l.value_at < 0 ? -1 : rim + l.value_at,
                       .gradient_at = l.gradient_at < 0 ? -1 : rim + l.gradient_at };
}

/* ---- elements ---- */

double wgi_svg_eighth(double x) { return floor(8 * x + 0.5) / 8; }

/* Thousandths, without the noughts at the end. Our own since printf takes most of the time of a large
 * picture. */
static void put_number(wgi_strbuf *b, double x)
{
    char text[32], *end = text + sizeof text, *at = end;
    int64_t v = llround(1000 * fabs(x));
    bool negative = x < 0 && v, point = false;
    for (int i = 0; i < 3; i++, v /= 10) {
        if (!point && v % 10 == 0) continue;
        *--at = (char)('0' + v % 10), point = true;
    }
    if (point) *--at = '.';
    do *--at = (char)('0' + v % 10), v /= 10;
    while (v);
    if (negative) *--at = '-';
    wgi_strbuf_add(b, at, (size_t)(end - at));
}

void wgi_svg_numbers(wgi_strbuf *b, const char *text, const double x[])
{
    for (size_t n; *text; text += n) {
        n = strcspn(text, "@");
        wgi_strbuf_add(b, text, n);
        if (text[n]) put_number(b, *x++), n++;
    }
}

void wgi_svg_text(wgi_strbuf *b, double x, double y, double size, bool bold, const char *anchor,
                  const char *class, const char *text)
{
    WGI_SVG_PUT(b, "<text x=\"@\" y=\"@\" font-size=\"@", x, y, size);
    wgi_strbuf_put(b, bold ? "\" font-weight=\"bold\" class=\"" : "\" class=\"");
    wgi_strbuf_put(b, class);
    if (*anchor) wgi_strbuf_put(b, "\" text-anchor=\""), wgi_strbuf_put(b, anchor);
    wgi_strbuf_put(b, "\">");
    wgi_strbuf_xml(b, text, " ");
    wgi_strbuf_put(b, "</text>\n");
}

void wgi_svg_rect(wgi_strbuf *b, double x, double y, double w, double h, double radius, const char *class)
{
    WGI_SVG_PUT(b, "<rect x=\"@\" y=\"@\" width=\"@\" height=\"@\" rx=\"@", x, y, w, h, radius);
    if (*class) wgi_strbuf_put(b, "\" class=\""), wgi_strbuf_put(b, class);
    wgi_strbuf_put(b, "\"/>\n");
}

static void put_frame(wgi_strbuf *b, const wgi_box *x, const wgi_card *card, double left, double top)
{
    const char *class = wgi_box_styles[x->kind].heavy ? (x->is_copy ? "heavy copy" : "heavy")
                        : x->is_copy                  ? "copy"
                                                      : "";
    wgi_svg_rect(b, left, top, card->w, card->h, x->times > 1 ? 9 : 7, class);
    if (x->times > 1)
        wgi_svg_rect(b, left + TWICE, top + TWICE, card->w - 2 * TWICE, card->h - 2 * TWICE, 6, class);
}

/* Begins a part that stands on the line again, above the end of the part before. */
static void put_tspan(wgi_strbuf *b, const char *class, double below)
{
    wgi_strbuf_put(b, "<tspan"), wgi_strbuf_put(b, class);
    if (fabs(below) > 0.005) WGI_SVG_PUT(b, " dy=\"@\"", -below);
}

/* The element's last part is the number, which a page may change. */
static void put_labelled(wgi_strbuf *b, const line *t, double x, double y, const char *text)
{
    const double scale = t->size / WGI_BODY;
    const char *weight = t->bold ? " font-weight=\"bold\"" : "";
    WGI_SVG_PUT(b, "<text x=\"@\" y=\"@\" font-size=\"@", x, y, t->size);
    wgi_strbuf_format(b, "\" class=\"%s\"><tspan font-style=\"italic\">d</tspan>%s", t->class,
                      t->label_is_expression ? "(" : "");
    double below = wgi_svg_parts(b, t->label, 0, t->label->count, scale, t->size);
    if (t->label_is_expression) {
        put_tspan(b, "", below), wgi_strbuf_put(b, ">)</tspan>");
        below = 0;
    }
    put_tspan(b, " class=\"num\"", below);
    wgi_strbuf_format(b, "%s>", weight);
    wgi_strbuf_xml(b, text, " ");
    wgi_strbuf_put(b, "</tspan></text>\n");
}

void wgi_svg_card(const wgi_svg *w, const wgi_box *x, const wgi_card *card, double left, double top)
{
    lines l;
    const double rim = x->times > 1 ? TWICE : 0;
    wgi_strbuf *b = w->b;
    wgi_card_list(x, &l);
    put_frame(b, x, card, left, top);
    if (x->share > 0 && !x->is_copy)
        wgi_svg_rect(b, left + PAD_X, wgi_svg_eighth(top + card->h - rim - BAR - 1),
                     wgi_svg_eighth(x->share * BAR_LENGTH), BAR, 1, "bar");
    for (int i = 0; i < l.n; i++) {
        const line *t = &l.line[i];
        const int part = wgi_card_part(&l, i);
        if ((card->no_value && part == WGI_CARD_VALUE) || (card->no_gradient && part == WGI_CARD_GRADIENT))
            continue;
        const double lead = wgi_svg_eighth(lead_width(w->p->pool, &l, t)),
                     at = left + (t->right ? card->w - PAD_X - rim : PAD_X + rim + lead),
                     y = wgi_svg_eighth(top + rim + t->at);
        const char *text = wgi_pool_part(w->p->pool, t->text + t->label_bytes, t->bytes - t->label_bytes);
        if (t->odd)
            wgi_svg_rect(b, left + rim + 3, wgi_svg_eighth(y - 0.98 * t->size), card->w - 2 * rim - 6,
                         wgi_svg_eighth(leading(t->size)), 3, "odd");
        if (t->formula) wgi_svg_formula(b, t->formula, at, y, 1, t->class);
        else if (t->label) put_labelled(b, t, at, y, text);
        else wgi_svg_text(b, at, y, t->size, t->bold, t->right ? "end" : "", t->class, text);
    }
}
