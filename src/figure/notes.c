/* notes.c: texts, arrows, reference lines, boxes and discs: series of one or two points. */
#include "figure/figure_private.h"

static wg_series *note(wg_panel *p, int kind, wg_figure_color color, const char *text)
{
    wg_series_opts o = { .name = text, .color = (unsigned)color < WG_COLOR_KINDS ? color : WG_COLOR_DEFAULT };
    return p ? wgi_series_new(p, kind, &o) : NULL;
}

static void put(wg_series *s, double x, double y)
{
    int64_t room = s->room, again = s->room;
    wg_figure *f = s->panel->figure;
    if (!wgi_figure_room(f, &s->x, sizeof *s->x, s->n, &room) ||
        !wgi_figure_room(f, &s->y, sizeof *s->y, s->n, &again))
        return;
    s->room = room;
    s->x[s->n] = x, s->y[s->n++] = y;
}

void wg_panel_text(wg_panel *p, double x, double y, const char *text)
{
    if (!p) {
        wg_fail(NULL, NULL, WG_ERROR_USE, "panel_text: the panel is NULL");
        return;
    }
    wg_series *s = note(p, WGI_TEXT, WG_COLOR_DEFAULT, text);
    if (s) put(s, x, y);
}

void wg_panel_arrow(wg_panel *p, double x0, double y0, double x1, double y1, const char *text)
{
    if (!p) {
        wg_fail(NULL, NULL, WG_ERROR_USE, "panel_arrow: the panel is NULL");
        return;
    }
    wg_series *s = note(p, WGI_ARROW, WG_COLOR_DEFAULT, text);
    if (s) put(s, x0, y0), put(s, x1, y1);
}

void wg_panel_at_x(wg_panel *p, double x, const char *text)
{
    wg_series *s = note(p, WGI_AT_X, WG_COLOR_GREY, text);
    if (s) put(s, x, 0);
}

void wg_panel_at_y(wg_panel *p, double y, const char *text)
{
    wg_series *s = note(p, WGI_AT_Y, WG_COLOR_GREY, text);
    if (s) put(s, 0, y);
}

void wg_panel_box(wg_panel *p, const double x[2], const double y[2], wg_figure_color color, const char *text,
                  const char *hint)
{
    if (!p) {
        wg_fail(NULL, NULL, WG_ERROR_USE, "panel_box: the panel is NULL");
        return;
    }
    wg_series *s = x && y ? note(p, WGI_BOX, color, text) : NULL;
    if (!s) return;
    s->hint = wgi_figure_copy(p->figure, hint);
    put(s, x[0], y[0]), put(s, x[1], y[1]);
}

void wg_panel_disc(wg_panel *p, double x, double y, double share, wg_figure_color color, const char *text)
{
    if (!p) {
        wg_fail(NULL, NULL, WG_ERROR_USE, "panel_disc: the panel is NULL");
        return;
    }
    wg_series *s = note(p, WGI_DISC, color, text);
    if (!s) return;
    s->o.size = share > 0 && share <= 1 ? share : 0;
    put(s, x, y);
}
