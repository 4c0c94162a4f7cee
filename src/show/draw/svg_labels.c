/* svg_labels.c: labels of links: plates on their lines, which no other line crosses. */
#include "draw/svg.h"

#include <math.h>

enum { PAD = 4, GAP = 6, LINKS_MOST = 200 };

typedef struct plate {
    double x, y, w, h; /* x, y: the upper left corner */
} plate;

static double label_width(const wgi_svg *w, const wgi_edge_label *k)
{
    double width = 0;
    for (int i = 0; i < k->pieces; i++)
        width += k->piece[i].formula ? k->piece[i].formula->width * w->small / WGI_BODY
                                     : wgi_text_width(k->piece[i].text, w->small, WGI_REGULAR);
    return width;
}

void wgi_svg_measure_label(const wgi_svg *w, const wgi_link *k, wgi_lay_edge *e)
{
    if (!k->label) return;
    e->label_w = label_width(w, k->label) + 2 * (PAD + GAP);
    e->label_h = (w->p->o->top_down ? 4.5 : 1.5) * w->small; /* there labels that are beside each other need
                                                              * two rows */
}

static plate plate_at(const wgi_svg *w, const wgi_lay_edge *e, double x, double y)
{
    plate k = { .w = e->label_w - 2 * GAP, .h = 1.35 * w->small };
    return k.x = x - k.w / 2, k.y = y - k.h / 2, k;
}

static double common(double a, double a_length, double b, double b_length)
{
    return fmax(0, fmin(a + a_length, b + b_length) - fmax(a, b));
}

static double covered(const plate *a, double x, double y, double w, double h)
{
    return common(a->x, a->w, x, w) * common(a->y, a->h, y, h);
}

static wgi_lay_point point_on(const wgi_lay_point p[4], double t)
{
    const double s = 1 - t, a = s * s * s, b = 3 * s * s * t, c = 3 * s * t * t, d = t * t * t;
    return (wgi_lay_point){ a * p[0].x + b * p[1].x + c * p[2].x + d * p[3].x,
                            a * p[0].y + b * p[1].y + c * p[2].y + d * p[3].y };
}

/* How many points of other lines the plate hides. */
static int hidden(const wgi_svg *w, int64_t link, plate k)
{
    int n = 0;
    for (int64_t i = 0; i < w->p->links && w->p->links <= LINKS_MOST; i++)
        for (int at = 0; i != link && at + 3 < w->l.edge[i].points; at += 3)
            for (int part = 0; part < 16; part++) {
                const wgi_lay_point p = point_on(&w->l.point[w->l.edge[i].point + at], part / 16.0);
                n += p.x > k.x && p.x < k.x + k.w && p.y > k.y && p.y < k.y + k.h;
            }
    return n;
}

/* How much of the plate lies on boxes, on the plates of earlier links, or outside. Lines count little. */
static double misplaced(const wgi_svg *w, int64_t link, plate k)
{
    const wgi_layout *l = &w->l;
    double area = k.w * k.h - covered(&k, 0, 0, l->w, l->h);
    for (int i = 0; i < l->boxes; i++)
        area += covered(&k, l->box[i].x - 2, l->box[i].y - 2, l->box[i].w + 4, l->box[i].h + 4);
    for (int64_t i = 0; i < link; i++) {
        const plate other = plate_at(w, &l->edge[i], l->edge[i].label_x, l->edge[i].label_y);
        if (w->p->link[i].label) area += covered(&k, other.x - 2, other.y - 2, other.w + 4, other.h + 4);
    }
    return area + 0.01 * hidden(w, link, k);
}

/* The place before the target that the layout has kept free, else one further back on the line. */
static void place(wgi_svg *w, int64_t link)
{
    static const double parts[] = { 0.5, 0.35, 0.65, 0.2, 0.8 };
    wgi_lay_edge *e = &w->l.edge[link];
    double least = misplaced(w, link, plate_at(w, e, e->label_x, e->label_y));
    for (int piece = e->points - 4; piece >= 0; piece -= 3)
        for (size_t i = 0; i < WGI_COUNT(parts) && least > 0; i++) {
            const wgi_lay_point at = point_on(&w->l.point[e->point + piece], parts[i]);
            const double now = misplaced(w, link, plate_at(w, e, at.x, at.y));
            if (now < least) least = now, e->label_x = at.x, e->label_y = at.y;
        }
}

/* Widens the picture where a plate stands beside it. */
static void make_room(wgi_layout *l, double left, double right)
{
    for (int i = 0; i < l->boxes; i++) l->box[i].x += left;
    for (int i = 0; i < l->frames; i++) l->frame[i].x += left;
    for (int i = 0; i < l->points; i++) l->point[i].x += left;
    for (int i = 0; i < l->edges; i++) l->edge[i].label_x += left;
    l->w += left + right;
}

void wgi_svg_place_labels(wgi_svg *w)
{
    double left = 0, right = 0;
    for (int64_t i = 0; i < w->p->links; i++) {
        const wgi_lay_edge *e = &w->l.edge[i];
        if (!w->p->link[i].label) continue;
        place(w, i);
        left = fmax(left, e->label_w / 2 - e->label_x),
        right = fmax(right, e->label_x + e->label_w / 2 - w->l.w);
    }
    make_room(&w->l, ceil(left), ceil(right));
}

/* As one line, whose last part is the number, which a page may change. */
static void put_text(const wgi_svg *w, const wgi_edge_label *k, double x, double y)
{
    wgi_strbuf *b = w->b;
    double below = 0;
    WGI_SVG_PUT(b, "<text x=\"@\" y=\"@\" font-size=\"@\" class=\"ink\" text-anchor=\"middle\">", x, y,
                w->small);
    for (int i = 0; i < k->pieces; i++) {
        const wgi_laid_formula *f = k->piece[i].formula;
        if (f) below = wgi_svg_parts(b, f, 0, f->count, w->small / WGI_BODY, w->small);
        if (f) continue;
        wgi_strbuf_put(b, i + 1 == k->pieces ? "<tspan class=\"num\"" : "<tspan");
        if (fabs(below) > 0.005) WGI_SVG_PUT(b, " dy=\"@\"", -below);
        wgi_strbuf_put(b, ">"), wgi_strbuf_xml(b, k->piece[i].text, " "), wgi_strbuf_put(b, "</tspan>");
        below = 0;
    }
    wgi_strbuf_put(b, "</text>\n");
}

void wgi_svg_put_labels(wgi_svg *w)
{
    for (int64_t i = 0; i < w->p->links; i++) {
        const wgi_link *k = &w->p->link[i];
        const wgi_lay_edge *e = &w->l.edge[i];
        const plate at = plate_at(w, e, e->label_x, e->label_y);
        if (!k->label || (w->frame && !w->frame->value[k->to]))
            continue; /* in a film it is there with the value */
        wgi_strbuf_put(w->b, "<g class=\"tag\">");
        wgi_svg_rect(w->b, at.x, at.y, at.w, at.h, 4, "");
        put_text(w, k->label, e->label_x, e->label_y + 0.35 * w->small);
        wgi_strbuf_put(w->b, "</g>\n");
    }
}

void wgi_svg_label_style(const wgi_svg *w)
{
    wgi_strbuf_format(w->b, "<style>#%s .tag rect { fill: %s; fill: var(--op-fill) }</style>\n", w->id,
                      wgi_box_styles[WGI_BOX_OP].fill);
}
