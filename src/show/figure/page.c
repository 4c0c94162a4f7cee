/* page.c: where the panels of a figure stand on the page, and how wide their margins are.
 *
 * Panels of a row have the same margins above and below, panels of a column the same on the left and on
 * the right, so that their frames are aligned. Letters are so large that the page, shown on a slide of
 * 1920 by 1080, has letters of at least 24, and on a phone, whose page is 400 wide, of 13. Lengths without
 * another unit are in letters, `g->font`. */
#include "figure/figure_private.h"

#include <math.h>
#include <string.h>

enum { MOST_TICKS = 8, LEAST = 4 }; /* LEAST: sides of a frame, in letters */
static const double title_size = 1.25, bar_width = 0.9;

typedef struct margins {
    double left, right, top, bottom;
} margins;

/* ---- sizes ---- */

static int columns_of(const wg_figure *f)
{
    const int n = f->panels > 0 ? f->panels : 1;
    if (f->o.columns != WG_AUTO) return f->o.columns < n ? f->o.columns : n;
    return n <= 3 ? n : n == 4 ? 2 : n <= 9 ? 3 : (int)ceil(sqrt((double)n * 1.6));
}

void wgi_figure_resize(wg_figure *copy, const wg_figure *f, double width, double height)
{
    *copy = *f;
    copy->phone = width != WG_AUTO && width < WGI_PHONE_MOST;
    if (copy->phone) copy->o.columns = 1;
    if (copy->phone && height == WG_AUTO)
        height = fmin(20000, width * 0.85 * (f->panels > 0 ? f->panels : 1) + (*f->title ? 45 : 0));
    if (width != WG_AUTO) copy->o.width = width;
    if (height != WG_AUTO) copy->o.height = height;
}

static void size_page(wgi_figure_page *g, int columns, int rows)
{
    static const double widths[] = { 800, 1200, 1440 }, heights[] = { 500, 460, 400 };
    const int k = columns < 3 ? columns - 1 : 2;
    const double title = *g->of->title ? 45 : 0;
    double tall = columns <= 3 ? heights[k] : 1440.0 / columns * 0.9;
    g->width = g->of->o.width != WG_AUTO ? g->of->o.width : widths[k];
    if (columns > 3 && g->of->panel && g->of->panel->o.x.hidden) tall = g->width / columns;
    g->height = g->of->o.height != WG_AUTO ? g->of->o.height : rows * tall + title;
    /* a page of HTML of 1920 by 1080 has 1888 by 950 for it */
    g->font = g->of->phone ? 15 : fmax(15, fmax(g->width / 78.6, g->height / 39.5));
    const double most = g->width / columns / (columns > 3 ? 11 : 17); /* narrow panels */
    if (g->font > most) g->font = most;
}

/* ---- texts ---- */

wgi_label *wgi_label_add(wgi_figure_page *g, int panel, wgi_label_kind kind, const char *text, double x,
                         double y, int anchor)
{
    static wgi_label none = { .text = "" };
    if (!wgi_pool_room(g->pool, &g->label, sizeof *g->label, g->labels, &g->label_room)) return &none;
    wgi_label *l = &g->label[g->labels++];
    *l = (wgi_label){
        .kind = kind, .text = text, .x = x, .y = y, .anchor = anchor, .size = g->font, .panel = panel
    };
    l->width = wgi_text_width(text, l->size, WGI_REGULAR);
    return l;
}

static double widest(const wgi_figure_page *g, const wgi_axis *a)
{
    double most = 0;
    for (int i = 0; i < a->ticks; i++)
        most = fmax(most, wgi_text_width(wgi_tick_text(a, i), g->font, WGI_REGULAR));
    return most;
}

/* ---- margins ---- */

static bool texts_fit(const wgi_figure_page *g, const wgi_axis *a, double width)
{
    return (widest(g, a) + 0.7 * g->font) * (a->ticks - 1) < width;
}

static void drop_every_second(wgi_axis *a)
{
    for (int i = 0; i < a->ticks; i += 2)
        a->tick[i / 2] = a->tick[i], memmove(a->text[i / 2], a->text[i], WGI_TICK_TEXT);
    a->ticks = (a->ticks + 1) / 2;
}

/* How many ticks fit so that their texts are apart. An axis with one tick could not be read. */
static void x_ticks(wgi_figure_page *g, wgi_axis *a, double width)
{
    int count = MOST_TICKS;
    for (; count > 0; count--) {
        wgi_axis_ticks(a, count);
        if (a->names || a->ticks < 3) break;
        if (texts_fit(g, a, width)) return;
    }
    if (a->names || a->ticks > 1 || count == MOST_TICKS) return;
    wgi_axis_ticks(a, count + 1);
    do drop_every_second(a);
    while (a->ticks > 2 && !texts_fit(g, a, width));
}

static void y_ticks(wgi_figure_page *g, wgi_axis *a, double height)
{
    int count = (int)fmin(fmax(height / (2.6 * g->font), 2), MOST_TICKS);
    do wgi_axis_ticks(a, count);
    while (a->ticks < 2 && !a->names && count++ < MOST_TICKS);
}

static const wg_series *bar_of(const wg_panel *p)
{
    for (const wg_series *s = p->series; s; s = s->next)
        if (s->kind == WGI_IMAGE && s->rows && s->grid->bar && s->grid->map != WG_MAP_CLASSES &&
            !p->o.x.hidden)
            return s;
    return NULL;
}

static double bar_room(wgi_figure_page *g, wgi_plot *t, double height)
{
    wg_color_map map;
    if (!t->bar) return 0;
    memset(&t->bar_axis, 0, sizeof t->bar_axis);
    wgi_color_ends(t->bar, &t->bar_axis.low, &t->bar_axis.high, &map);
    y_ticks(g, &t->bar_axis, height);
    return (0.8 + bar_width + 0.5 + (*t->bar->name ? 1.6 : 0)) * g->font + widest(g, &t->bar_axis);
}

/* Above the frames of a row: titles stand above all its legends. */
static double top_margin(const wgi_figure_page *g, const wgi_plot *t, int columns)
{
    double title = 0.8, legend = 0;
    const int row = (int)(t - g->plot) / columns;
    for (int i = row * columns; i < g->plots && i / columns == row; i++) {
        if (*g->plot[i].panel->title) title = 2.1;
        legend = fmax(legend, g->plot[i].legend_room);
    }
    return title * g->font + (legend > 0 ? legend + 0.3 * g->font : 0);
}

static margins margins_of(wgi_figure_page *g, wgi_plot *t, double width, double height, int columns)
{
    const double f = g->font;
    margins m = { 0.7 * f, 0.8 * f, top_margin(g, t, columns), 0.6 * f };
    if (!t->x.hidden) m.bottom = 2 * f;
    if (*t->x.label) m.bottom += 1.4 * f;
    y_ticks(g, &t->y, height - m.top - m.bottom);
    if (!t->y.hidden) m.left = fmin(widest(g, &t->y), 0.35 * width) + 1.1 * f;
    if (*t->y.label) m.left += 1.6 * f;
    m.right += bar_room(g, t, height - m.top - m.bottom);
    x_ticks(g, &t->x, width - m.left - m.right);
    if (!t->x.hidden && !t->x.names) {
        m.right = fmax(m.right, widest(g, &t->x) / 2 + 0.2 * f);
        m.left = fmax(m.left, widest(g, &t->x) / 2 + 0.2 * f);
    }
    return m;
}

/* ---- places ---- */

/* Makes the frame smaller so that a unit of x is as long as a unit of y. */
static void make_equal(wgi_plot *t)
{
    const double x = fabs(t->x.high - t->x.low), y = fabs(t->y.high - t->y.low), w = t->width, h = t->height;
    const bool square = t->panel->matrix && x < 5 * y && y < 5 * x;
    if ((!t->panel->o.equal && !square) || t->x.logarithmic || t->y.logarithmic) return;
    if (w * y > h * x) t->width = h * x / y, t->left += (w - t->width) / 2;
    else t->height = w * y / x, t->top += (h - t->height) / 2;
}

static double frame_names_width(const wgi_figure_page *g)
{
    double most = 0;
    for (int k = 0; k < g->of->frames; k++)
        most = fmax(most, wgi_text_width(g->of->frame_name[k], g->font, WGI_REGULAR));
    return most;
}

/* The name of the frame stands at the right, on the line of the title if both have room there. */
static bool names_beside_title(const wgi_figure_page *g)
{
    const double title = wgi_text_width(g->of->title, title_size * g->font, WGI_BOLD);
    return title / 2 + frame_names_width(g) + 2 * g->font < g->width / 2;
}

/* Above the panels. */
static double title_room(const wgi_figure_page *g)
{
    const double title = *g->of->title ? 2.4 * g->font : 0.3 * g->font;
    return frame_names_width(g) > 0 && (!*g->of->title || !names_beside_title(g)) ? title + 1.5 * g->font
                                                                                  : title;
}

static void place_plots(wgi_figure_page *g, int columns, int rows, margins *m)
{
    const double title = title_room(g);
    const double width = g->width / columns, height = (g->height - title) / rows;
    for (int i = 0; i < g->plots; i++) m[i] = margins_of(g, &g->plot[i], width, height, columns);
    for (int i = 0; i < g->plots; i++)
        for (int k = 0; k < g->plots; k++) {
            if (k % columns == i % columns)
                m[i].left = fmax(m[i].left, m[k].left), m[i].right = fmax(m[i].right, m[k].right);
            if (k / columns == i / columns)
                m[i].top = fmax(m[i].top, m[k].top), m[i].bottom = fmax(m[i].bottom, m[k].bottom);
        }
    g->narrow = g->low = 0;
    for (int i = 0; i < g->plots; i++) {
        wgi_plot *t = &g->plot[i];
        g->narrow = fmax(g->narrow, LEAST * g->font - (width - m[i].left - m[i].right));
        g->low = fmax(g->low, LEAST * g->font - (height - m[i].top - m[i].bottom));
        t->left = i % columns * width + m[i].left, t->top = title + i / columns * height + m[i].top;
        t->width = fmax(width - m[i].left - m[i].right, 10),
        t->height = fmax(height - m[i].top - m[i].bottom, 10);
        t->cell_left = i % columns * width, t->cell_width = width;
        t->cell_top = title + i / columns * height, t->cell_height = height;
        make_equal(t);
        t->bar_left = t->left + t->width + 0.8 * g->font;
        x_ticks(g, &t->x, t->width), y_ticks(g, &t->y, t->height);
        if (t->bar) y_ticks(g, &t->bar_axis, t->height);
    }
}

/* Shapes depend on the size of the frame: a second layout makes them anew. */
static void fill_plots(wgi_figure_page *g)
{
    for (int i = 0; i < g->plots; i++) {
        wgi_plot *t = &g->plot[i];
        t->shapes = t->points = 0;
        wgi_add_shapes(g, t);
    }
}

/* A legend that would lie on curves stands above the frame, which becomes lower. */
static bool legends_need_room(wgi_figure_page *g)
{
    bool any = false;
    for (int i = 0; i < g->plots; i++) {
        wgi_plot *t = &g->plot[i];
        wgi_place_legend(g, t);
        if (!t->entries || t->legend_inside || t->legend_height <= t->legend_room) continue;
        t->legend_room = t->legend_height, any = true;
    }
    return any;
}

static void add_frame_names(wgi_figure_page *g)
{
    const double y = !*g->of->title ? 1.3 : names_beside_title(g) ? 1.7 : 3.2;
    for (int k = 0; k < g->of->frames && frame_names_width(g) > 0; k++) {
        const char *text = wgi_page_text(g, g->of->frame_name[k]);
        wgi_label *l = wgi_label_add(g, -1, WGI_LABEL_TITLE, text, g->width - 0.6 * g->font, y * g->font, 2);
        l->frame = k + 1, l->color = WG_COLOR_GREY;
    }
}

static void add_titles(wgi_figure_page *g)
{
    add_frame_names(g);
    if (!*g->of->title) return;
    wgi_label *l = wgi_label_add(g, -1, WGI_LABEL_TITLE, wgi_page_text(g, g->of->title), g->width / 2,
                                 1.75 * g->font, 1);
    l->size = title_size * g->font, l->bold = true;
    l->width = wgi_text_width(l->text, l->size, WGI_BOLD);
    if (l->width > g->width - g->font)
        l->size *= (g->width - g->font) / l->width, l->width = g->width - g->font;
}

bool wgi_page_make(wgi_figure_page *g, const wg_figure *f)
{
    memset(g, 0, sizeof *g);
    g->of = f;
    g->own.c = f->pool.c, g->pool = &g->own;
    const int columns = columns_of(f), rows = (f->panels + columns - 1) / columns;
    size_page(g, columns, rows ? rows : 1);
    g->plot = wgi_pool_alloc(g->pool, (size_t)f->panels + 1, sizeof *g->plot);
    margins *m = wgi_pool_alloc(g->pool, (size_t)f->panels + 1, sizeof *m);
    if (!g->plot || !m) return false;
    for (const wg_panel *p = f->panel; p; p = p->next) {
        wgi_plot *t = &g->plot[g->plots++];
        t->panel = p, t->bar = bar_of(p);
        wgi_find_ranges(g->pool, p, &t->x, &t->y);
    }
    place_plots(g, columns, rows, m), fill_plots(g);
    bool again = legends_need_room(g);
    for (int turn = 0; turn < 8 && (again || g->narrow > 0.01 || g->low > 0.01); turn++) {
        g->width += columns * g->narrow, g->height += rows * g->low;
        place_plots(g, columns, rows, m), fill_plots(g);
        again = legends_need_room(g);
    }
    add_titles(g);
    for (int i = 0; i < g->plots; i++)
        if (g->plot[i].entries) wgi_place_legend(g, &g->plot[i]);
    for (int i = 0; i < g->plots; i++) {
        for (int k = i / columns * columns; k < g->plots && k / columns == i / columns; k++)
            if (g->plot[k].entries && !g->plot[k].legend_inside)
                g->plot[i].row_legend = fmax(g->plot[i].row_legend, g->plot[k].legend_height);
        wgi_add_labels(g, &g->plot[i], i);
    }
    return !g->pool->failed && !f->pool.failed;
}

void wgi_page_free(wgi_figure_page *g)
{
    wgi_pool_free(&g->own);
    memset(g, 0, sizeof *g);
}
