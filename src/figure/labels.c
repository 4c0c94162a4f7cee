/* labels.c: the texts around a frame: titles, names of axes, numbers at ticks, the legend, the colour bar. */
#include "figure/figure_private.h"

#include <math.h>

static wgi_label *add(wgi_page *g, int panel, wgi_label_kind kind, const char *text, double x, double y,
                      int anchor)
{
    wgi_label *l = wgi_label_add(g, kind, text, x, y, anchor);
    l->panel = panel;
    return l;
}

/* How wide a text over the middle of the frame may be. */
static double room_at_middle(const wgi_plot *t)
{
    const double middle = t->left + t->width / 2 - t->cell_left;
    return 2 * fmin(middle, t->cell_width - middle);
}

static void add_title(wgi_page *g, wgi_plot *t, int panel)
{
    const double f = g->font, size = 1.08 * f;
    const double above = t->entries && !t->legend_inside ? t->legend_height + 0.3 * f : 0;
    const char *text = wgi_fit_text(g, t->panel->title, room_at_middle(t) - 0.4 * f, size, true);
    if (!*text) return;
    wgi_label *l = add(g, panel, WGI_LABEL_TITLE, text, t->left + t->width / 2, t->top - above - 0.85 * f, 1);
    l->size = size, l->bold = true, l->width = wgi_figure_text_width(text, size, true);
}

static const char *tick_text(const wgi_axis *a, int i)
{
    return a->names ? a->name[(int)a->tick[i]] : a->text[i];
}

/* Texts of names are cut to the room between two ticks. */
static void add_x_ticks(wgi_page *g, wgi_plot *t, int panel)
{
    const double f = g->font;
    const double room =
        t->x.ticks > 1
            ? fabs(wgi_axis_unit(&t->x, t->x.tick[1]) - wgi_axis_unit(&t->x, t->x.tick[0])) * t->width
            : t->width;
    double end = -INFINITY;
    for (int n = 0; n < t->x.ticks; n++) {
        const int i = t->x.reversed ? t->x.ticks - 1 - n : n;
        const double at = wgi_px(t, wgi_axis_unit(&t->x, t->x.tick[i]));
        const char *text = tick_text(&t->x, i);
        if (t->x.names) text = wgi_fit_text(g, text, fmax(room - 0.4 * f, 1.6 * f), f, false);
        const double half = wgi_figure_text_width(text, f, false) / 2;
        if (!*text || at - half < end + 0.15 * f || at + half > g->width) continue;
        add(g, panel, WGI_LABEL_TICK, text, at, t->top + t->height + 1.5 * f, 1);
        end = at + half;
    }
}

static void add_y_ticks(wgi_page *g, wgi_plot *t, int panel)
{
    const double f = g->font;
    double end = INFINITY;
    for (int n = 0; n < t->y.ticks; n++) {
        const int i = t->y.reversed ? t->y.ticks - 1 - n : n;
        const double at = wgi_py(t, wgi_axis_unit(&t->y, t->y.tick[i])) + 0.35 * f;
        if (at > end) continue;
        const char *text = wgi_fit_text(g, tick_text(&t->y, i), t->left - 0.9 * f, f, false);
        add(g, panel, WGI_LABEL_TICK, text, t->left - 0.55 * f, at, 2);
        end = at - 1.08 * f;
    }
}

static double widest_y_tick(const wgi_page *g, int64_t from)
{
    double most = 0;
    for (int64_t i = from; i < g->labels; i++) most = fmax(most, g->label[i].width);
    return most;
}

static void add_axes(wgi_page *g, wgi_plot *t, int panel)
{
    const double f = g->font;
    add_x_ticks(g, t, panel);
    const int64_t from = g->labels;
    add_y_ticks(g, t, panel);
    const double y_ticks = widest_y_tick(g, from) + (t->y.hidden ? 0 : 0.55 * f);
    const char *text = wgi_fit_text(g, t->x.label, room_at_middle(t) - 0.4 * f, f, false);
    if (*text)
        add(g, panel, WGI_LABEL_AXIS, text, t->left + t->width / 2,
            t->top + t->height + (t->x.hidden ? 1.55 : 2.9) * f, 1);
    text = wgi_fit_text(g, t->y.label, t->height + 0.9 * f, f, false);
    if (*text) {
        wgi_label *l =
            add(g, panel, WGI_LABEL_AXIS, text, t->left - y_ticks - 0.65 * f, t->top + t->height / 2, 1);
        l->angle = -acos(0);
    }
}

static void add_bar(wgi_page *g, wgi_plot *t, int panel)
{
    const double f = g->font, x = t->bar_left + 0.9 * f + 0.4 * f;
    double widest = 0, end = INFINITY;
    for (int i = 0; t->bar && i < t->bar_axis.ticks; i++) {
        const double at = wgi_py(t, wgi_axis_unit(&t->bar_axis, t->bar_axis.tick[i])) + 0.35 * f;
        if (at > end) continue;
        add(g, panel, WGI_LABEL_BAR, t->bar_axis.text[i], x, at, 0);
        widest = fmax(widest, wgi_figure_text_width(t->bar_axis.text[i], f, false)), end = at - 1.08 * f;
    }
    if (!t->bar || !*t->bar->name) return;
    const char *text = wgi_fit_text(g, t->bar->name, t->height, f, false);
    wgi_label *l = add(g, panel, WGI_LABEL_BAR, text, x + widest + 1.3 * f, t->top + t->height / 2, 1);
    l->angle = -acos(0);
}

static void add_legend(wgi_page *g, wgi_plot *t, int panel)
{
    for (int i = 0; i < t->entries; i++)
        add(g, panel, WGI_LABEL_LEGEND, t->entry[i].text, t->entry[i].x + 2.7 * g->font,
            t->entry[i].y + 0.35 * g->font, 0);
}

void wgi_add_labels(wgi_page *g, wgi_plot *t, int panel)
{
    add_title(g, t, panel);
    add_axes(g, t, panel);
    add_bar(g, t, panel);
    add_legend(g, t, panel);
    wgi_add_notes(g, t, panel);
}
