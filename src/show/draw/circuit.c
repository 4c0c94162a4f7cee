/* circuit.c: the style "circuit", as lectures draw it by hand: a gate for each op, with the op's symbol.
 * Above a wire, where it leaves its gate, stands the value, and below it the gradient.
 *
 *      w ──0.5──┐                       a leaf is its name at the start of a wire
 *          0.2  (×)──1.5── ...          a gate is a circle, or wider if its symbol is
 *      x ──3────┘    0.4
 *          0.1
 *
 * To the layout a gate and the piece of wire behind it are one box. */
#include <math.h>
#include <string.h>

#include "draw/svg.h"

enum { RADIUS = 19, PAD = 12, WIRE = 40, ROOM = 14, LINE_H = 19, PORT = 9 };

bool wgi_is_circuit(const wg_draw_opts *o) { return o->style && strcmp(o->style, "circuit") == 0; }

/* ---- texts ---- */

/* The gradient without its name: "0.2" of "dx = 0.2". */
static const char *gradient_of(const wgi_box *x)
{
    const char *equals =
        strlen(x->gradient) > strlen(x->name) ? strstr(x->gradient + strlen(x->name), " = ") : NULL;
    return equals ? equals + strlen(" = ") : x->gradient;
}

static int lines_in(const char *s)
{
    int n = *s != 0;
    for (; *s; s++) n += *s == '\n';
    return n;
}

/* The width of the widest line. */
static double width_of(wgi_pool *pool, const char *s)
{
    double most = 0;
    for (const char *line; (line = wgi_next_line(pool, &s));)
        most = fmax(most, wgi_text_width(line, WGI_BODY, WGI_REGULAR));
    return most;
}

/* A sign is larger than a formula. */
static double size_of(const wgi_box *x)
{
    return wgi_is_leaf_box(x) ? WGI_TITLE : wgi_characters(x->title) > 1 ? WGI_BODY + 1 : WGI_TITLE + 4;
}

/* NULL: a sign or a function, which is a text. */
static const wgi_laid_formula *formula_of(const wgi_box *x)
{
    return wgi_is_leaf_box(x) || x->is_copy ? x->symbol : x->formula;
}

static double gate_width(const wgi_box *x)
{
    const wgi_laid_formula *k = formula_of(x);
    const double text = k ? k->width * size_of(x) / WGI_BODY : wgi_text_width(x->title, size_of(x), WGI_BOLD);
    return ceil(wgi_is_leaf_box(x)              ? text + 6
                : wgi_characters(x->title) == 1 ? 2 * RADIUS
                                                : fmax(2 * RADIUS, text + 2 * PAD));
}

wgi_card wgi_circuit_measure(wgi_pool *pool, const wgi_box *x)
{
    const double value = width_of(pool, x->value), gradient = width_of(pool, gradient_of(x));
    const double side = LINE_H * fmax(lines_in(x->value), lines_in(gradient_of(x))) + 4,
                 wire = value + gradient > 0 ? fmax(value, gradient) + ROOM
                        : wgi_is_leaf_box(x) ? 8
                                             : WIRE / 2;
    const double half = fmax(side, wgi_is_leaf_box(x) ? 12 : RADIUS + 2);
    return (wgi_card){
        .w = gate_width(x) + ceil(wire), .h = 2 * half, .title_at = half, .value_at = -1, .gradient_at = -1
    };
}

/* ---- wires ---- */

/* Where a wire meets the round end of a gate, from its left. */
static double round_end(double from_middle)
{
    return RADIUS - sqrt(fmax(0, RADIUS * RADIUS - from_middle * from_middle));
}

void wgi_circuit_ports(wgi_svg *w)
{
    const wgi_picture *p = w->p;
    for (int64_t i = 0; i < p->links; i++) {
        wgi_lay_edge *e = &w->l.edge[i];
        int all = 0, before = 0;
        for (int64_t k = 0; k < p->links; k++)
            if (p->link[k].to == p->link[i].to) all++, before += k < i;
        const double gap = all > 1 ? fmin(2 * PORT, 3.0 * PORT / (all - 1)) : 0;
        e->from_at = w->card[e->from].title_at;
        e->to_at = w->card[e->to].title_at + gap * (before - (all - 1) / 2.0);
    }
}

/* The layout ends wires at the left side of a gate's square. */
void wgi_circuit_join(wgi_svg *w)
{
    for (int64_t i = 0; i < w->p->links; i++) {
        const wgi_lay_edge *e = &w->l.edge[i];
        if (e->points)
            w->l.point[e->point + e->points - 1].x += round_end(e->to_at - w->card[e->to].title_at);
    }
}

/* ---- a gate ---- */

/* The lines of a text, in the middle of the wire, the last one above it or the first one below. Rows of a
 * matrix begin below each other. */
static void put_lines(const wgi_svg *w, const char *s, double x, double wire, bool above, const char *class)
{
    const int lines = lines_in(s);
    double y = above ? wire - 6 - LINE_H * (lines - 1) : wire + LINE_H - 2;
    if (lines > 1) x = wgi_svg_eighth(x - width_of(w->p->pool, s) / 2);
    for (const char *line; (line = wgi_next_line(w->p->pool, &s)); y += LINE_H)
        wgi_svg_text(w->b, x, y, WGI_BODY, false, lines > 1 ? "" : "middle", class, line);
}

void wgi_circuit_put(const wgi_svg *w, const wgi_box *x, const wgi_card *card, double left, double top)
{
    wgi_strbuf *b = w->b;
    const double gate = gate_width(x), wire = top + card->title_at, from = left + gate, to = left + card->w;
    const bool leaf = wgi_is_leaf_box(x);
    WGI_SVG_PUT(b, "<g class=\"forward\"><path d=\"M@ @L@ @\"/></g>\n", from, wire, to, wire);
    if (!leaf) wgi_svg_rect(b, left, wire - RADIUS, gate, 2 * RADIUS, RADIUS, "");
    const wgi_laid_formula *k = formula_of(x);
    const double size = size_of(x), y = wire + 0.36 * size, scale = size / WGI_BODY;
    if (k) wgi_svg_formula(b, k, left + (leaf ? 0 : (gate - scale * k->width) / 2), y, scale, "ink");
    else wgi_svg_text(b, left + (leaf ? 0 : gate / 2), y, size, true, leaf ? "" : "middle", "ink", x->title);
    if (x->is_copy) return;
    put_lines(w, x->value, (from + to) / 2, wire, true, x->odd_value ? "grad" : "value");
    put_lines(w, gradient_of(x), (from + to) / 2, wire, false, "grad");
}
