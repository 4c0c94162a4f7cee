/* svg_links.c: the links of a picture as paths with arrows. */
#include "draw/svg.h"

#include <math.h>

wgi_arrow wgi_arrow_of(const wgi_layout *l, const wgi_link *k, const wgi_lay_edge *e)
{
    const wgi_lay_point *p = &l->point[e->point];
    const bool start = wgi_link_runs_against(k);
    const wgi_lay_point at = p[start ? 0 : e->points - 1], wire = p[start ? 1 : e->points - 2];
    const double along = l->top_down ? at.y - wire.y : at.x - wire.x;
    return (wgi_arrow){ at, along == 0 ? (start ? -1 : 1) : along < 0 ? -1 : 1 };
}

static void put_arrow(wgi_svg *w, wgi_arrow arrow)
{
    double along = -9 * arrow.direction;
    bool down = w->l.top_down;
    wgi_lay_point at = arrow.at;
    WGI_SVG_PUT(w->b, "<polygon points=\"@ @ @ @ @ @\"/>", at.x, at.y, at.x + (down ? -4 : along),
                at.y + (down ? along : -4), at.x + (down ? 4 : along), at.y + (down ? along : 4));
}

/* Straight pieces are written as lines. The line ends under the arrow, not beyond it: a last piece that is
 * shorter than what the arrow covers is left out, and the curve before it ends there. */
static void put_path(wgi_svg *w, const wgi_link *link, const wgi_lay_edge *e, wgi_arrow arrow)
{
    enum { COVERED = 6 };
    const bool down = w->l.top_down, start = wgi_link_runs_against(link);
    const wgi_lay_point *k = &w->l.point[e->point], *next = &k[start ? 3 : e->points - 4];
    const double tip = down ? arrow.at.y : arrow.at.x, end = tip - COVERED * arrow.direction,
                 piece = ((down ? next->y : next->x) - end) * arrow.direction;
    const bool cut = e->points > 4 && piece > 0;
    const int from = cut && start ? 3 : 0, to = e->points - (cut && !start ? 4 : 1);
    for (int i = from; i <= to; i += 3) {
        wgi_lay_point p = k[i];
        if (i == (start ? from : to)) *(down ? &p.y : &p.x) = end;
        if (i == from) {
            WGI_SVG_PUT(w->b, "<path d=\"M@ @", p.x, p.y);
            continue;
        }
        wgi_lay_point a = k[i - 3], b = k[i - 2], c = k[i - 1];
        bool line = fabs((b.x - a.x) * (k[i].y - a.y) - (b.y - a.y) * (k[i].x - a.x)) < 0.3 &&
                    fabs((c.x - a.x) * (k[i].y - a.y) - (c.y - a.y) * (k[i].x - a.x)) < 0.3;
        if (cut && i == (start ? 6 : to)) {
            wgi_lay_point *by = start ? &b : &c;
            const wgi_lay_point *far = start ? &c : &b;
            double *near = down ? &by->y : &by->x;
            const double middle = ((down ? far->y : far->x) + end) / 2;
            if ((*near - middle) * arrow.direction > 0) *near = middle;
        }
        if (!line) WGI_SVG_PUT(w->b, "C@ @ @ @", b.x, b.y, c.x, c.y);
        WGI_SVG_PUT(w->b, line ? "L@ @" : " @ @", p.x, p.y);
    }
    wgi_strbuf_put(w->b, "\"/>");
}

void wgi_svg_put_links(wgi_svg *w)
{
    char times[40];
    for (int64_t i = 0; i < w->p->links; i++) {
        const wgi_link *k = &w->p->link[i];
        const wgi_lay_edge *e = &w->l.edge[i];
        const wgi_link_state state = w->frame ? w->frame->link[i] : WGI_LINK_PLAIN;
        if (state == WGI_LINK_ABSENT) continue;
        const wgi_arrow arrow = wgi_arrow_of(&w->l, k, e);
        wgi_strbuf_format(w->b, "<g class=\"%s%s\">", k->back ? "backward" : "forward",
                          state == WGI_LINK_NOW ? " now" : "");
        put_path(w, k, e, arrow);
        put_arrow(w, arrow);
        if (k->times > 1 && !k->back) {
            snprintf(times, sizeof times, "×%lld", (long long)k->times);
            wgi_svg_text(w->b, e->label_x, e->label_y - 4, w->small, false, "middle", "outside", times);
        }
        wgi_strbuf_put(w->b, "</g>\n");
    }
    wgi_svg_put_labels(w);
}
