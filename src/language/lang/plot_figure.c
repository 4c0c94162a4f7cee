/* plot_figure.c: the statement plot: the figure that it draws. A library without src/show has not this
 * file. */
#include "lang/plot.h"
#include "wgx/figure.h"

#include <math.h>
#include <string.h>

/* ---- names of series ---- */

static const char *quoted(const wgi_plot_drawing *d, const wgi_ast *a)
{
    char text[48];
    wgi_quote(d->q, a->start, a->end, text, sizeof text);
    if (!strcmp(text, "...")) return "";
    const char *copy = wgi_lang_join(d->q, text, "", "");
    return copy ? copy : "";
}

/* The name of column k of n: the text behind `as`, else that of the expression where names are needed. */
static const char *name_of(const wgi_plot_drawing *d, int64_t k, int64_t n)
{
    char number[24];
    const wgi_ast *as = wgi_plot_part(d->item, AST_AS, NULL), *text = as ? as->first : NULL;
    const bool one = text && !text->next && n > 1;
    for (int64_t i = 0; text && i < k && !one; i++) text = text->next;
    if (text && !one) return wgi_name_of(text);
    if (!one && !d->many && n == 1) return "";
    snprintf(number, sizeof number, n > 1 ? "[%lld]" : "", (long long)k);
    const char *name = wgi_lang_join(d->q, one ? wgi_name_of(text) : quoted(d, d->item->first), number, "");
    return name ? name : "";
}

/* ---- lines, points, paths ---- */

static bool columns_fit(wgi_plot_drawing *d, const wgi_ast *a, const wgi_plot_table *y)
{
    char text[120];
    if (y->columns > COLUMNS || y->shape.rank > 2)
        return wgi_fail_at(d->q, a, WG_ERROR_SHAPE,
                           "the value is %s: a vector, or a matrix of at most %d columns, was expected",
                           wg_shape_text(y->shape, text, sizeof text), COLUMNS);
    return wgi_plot_names_fit(d, y->columns);
}

/* A column of an expression over a name. */
typedef struct element {
    wgi_plot_drawing *d;
    const wgi_plot_table *all;
    wgi_plot_range r;
    int64_t k;
} element;

static bool column_at(void *user, const double *x, int64_t n, double *to)
{
    const element *c = user;
    const int64_t columns = c->all->columns;
    wgi_plot_range r = c->r;
    double *v = wg_alloc(c->d->q->c, (size_t)(n * columns), sizeof *v);
    r.given = x, r.places = n;
    const bool fine = v && wgi_plot_all_places(c->d, c->d->item->first, c->all->node, &r, 1, n, v);
    for (int64_t i = 0; fine && i < n; i++) to[i] = v[i * columns + c->k];
    wg_free(c->d->q->c, v);
    return fine;
}

/* The curves of an expression over a name, with gaps where they jump. */
static bool curves(wgi_plot_drawing *d, const wgi_plot_range *r, const wgi_plot_table *y)
{
    double *x = wgi_plot_room(d->q, y->rows), *v = wgi_plot_room(d->q, y->rows);
    for (int64_t k = 0; x && v && k < y->columns; k++) {
        element c = { d, y, *r, k };
        for (int64_t i = 0; i < y->rows; i++) x[i] = wgi_plot_place(r, i), v[i] = y->v[i * y->columns + k];
        wgx_series_curve(wg_panel_line(d->p, name_of(d, k, y->columns)), x, v, y->rows, column_at, &c);
    }
    return !wg_failed(d->q->c);
}

static bool line(wgi_plot_drawing *d)
{
    const wgi_ast *a = d->item->first, *over = wgi_plot_part(d->item, AST_OVER, NULL);
    wgi_plot_table y = { 0 }, x = { 0 };
    wgi_plot_range r;
    const bool by_name = over && over->ident;
    if (by_name) {
        if (!wgi_plot_read_range(d, over, 0, PLACES, &r) || !wgi_plot_over_names(d, a, &r, 1, COLUMNS, &y))
            return false;
    } else {
        if (!wgi_plot_value(d, a, &y) || (over && !wgi_plot_vector(d, over->first, "the places", &x)))
            return false;
        const bool row = y.shape.rank == 2 && y.rows == 1;
        if (row) y.rows = y.columns, y.columns = 1;
        if (over && wg_shape_size(y.shape) > 1 && !wgi_plot_equal_lengths(d, a, &y, over->first, &x))
            return false;
    }
    if (!columns_fit(d, a, &y) || wg_failed(d->q->c)) return false;
    if (by_name) return curves(d, &r, &y);
    for (int64_t k = 0; k < y.columns; k++) {
        wg_series *s = wg_panel_line(d->p, name_of(d, k, y.columns));
        const int64_t n = x.v ? x.rows : y.rows;
        for (int64_t i = 0; i < n; i++)
            wg_series_add(s, x.v ? x.v[i] : (double)i, y.v[(i < y.rows ? i : 0) * y.columns + k]);
    }
    return true;
}

/* The places of points: two vectors, or a matrix of two columns. */
static bool places(wgi_plot_drawing *d, wgi_plot_table *x, wgi_plot_table *y)
{
    const wgi_ast *a = d->item->first,
                  *b = a->next && a->next->kind != AST_OVER && a->next->kind != AST_AS ? a->next : NULL;
    char text[120];
    if (b)
        return wgi_plot_vector(d, a, "the places", x) && wgi_plot_vector(d, b, "the places", y) &&
               wgi_plot_equal_lengths(d, a, x, b, y);
    wgi_plot_table m;
    if (!wgi_plot_value(d, a, &m)) return false;
    if (m.shape.rank != 2 || m.columns != 2)
        return wgi_fail_at(d->q, a, WG_ERROR_SHAPE, "the value is %s: a row [x, y] for each point, or x, y",
                           wg_shape_text(m.shape, text, sizeof text));
    *x = *y = (wgi_plot_table){ .rows = m.rows, .columns = 1 };
    x->v = wgi_plot_room(d->q, m.rows), y->v = wgi_plot_room(d->q, m.rows);
    for (int64_t i = 0; x->v && y->v && i < m.rows; i++) x->v[i] = m.v[2 * i], y->v[i] = m.v[2 * i + 1];
    return x->v && y->v;
}

static bool points(wgi_plot_drawing *d)
{
    const wgi_ast *third = d->item->first->next ? d->item->first->next->next : NULL;
    wgi_plot_table x, y, c = { 0 };
    if (!places(d, &x, &y)) return false;
    const bool by_class = third && third->kind != AST_AS;
    const int n = by_class ? wgi_plot_classes_of(d, third, &c, &x) : wgi_plot_names_fit(d, 1);
    for (int k = 0; k < n; k++) {
        char name[24];
        snprintf(name, sizeof name, "%d", k);
        const bool named = wgi_plot_part(d->item, AST_AS, NULL) != NULL;
        wg_series *s =
            wg_panel_points(d->p, by_class && !named ? name : name_of(d, k, n),
                            .color = by_class ? (wg_figure_color)(WG_COLOR_BLUE + k % 8) : WG_COLOR_DEFAULT,
                            .marker = by_class ? (wg_marker)(WG_MARKER_DISC + k % 5) : WG_MARKER_DEFAULT,
                            .size = d->item->op == PLOT_AT ? 1.6 : 1);
        for (int64_t i = 0; i < x.rows; i++)
            if (!by_class || c.v[i] == k) wg_series_add(s, x.v[i], y.v[i]);
    }
    return n > 0;
}

static bool path(wgi_plot_drawing *d)
{
    wgi_plot_table x, y;
    if (!places(d, &x, &y) || !wgi_plot_names_fit(d, 1)) return false;
    wg_series_add_all(wg_panel_path(d->p, name_of(d, 0, 1)), x.v, y.v, x.rows);
    return true;
}

/* ---- histograms, bars, images ---- */

static bool histogram(wgi_plot_drawing *d)
{
    wgi_plot_table v;
    if (!wgi_plot_value(d, d->item->first, &v) || !wgi_plot_names_fit(d, 1)) return false;
    wg_series_add_all(wg_panel_histogram(d->p, name_of(d, 0, 1)), NULL, v.v, wg_shape_size(v.shape));
    return true;
}

static bool bars(wgi_plot_drawing *d)
{
    const wgi_ast *a = d->item->first, *over = wgi_plot_part(d->item, AST_OVER, NULL);
    wgi_plot_table v;
    int64_t names = 0;
    if (!wgi_plot_value(d, a, &v) || !columns_fit(d, a, &v)) return false;
    EACH_AST(x, over ? over->first : NULL) names++;
    if (over && names != v.rows)
        return wgi_fail_at(d->q, over, WG_ERROR_SHAPE, "%lld names for %lld bars", (long long)names,
                           (long long)v.rows);
    for (int64_t k = 0; k < v.columns; k++) {
        const wgi_ast *x = over ? over->first : NULL;
        wg_series *s = wg_panel_bars(d->p, name_of(d, k, v.columns));
        for (int64_t i = 0; i < v.rows; i++, x = x ? x->next : NULL)
            if (x) wg_series_bar(s, wgi_name_of(x), v.v[i * v.columns + k]);
            else wg_series_push(s, v.v[i * v.columns + k]);
    }
    return true;
}

static bool image(wgi_plot_drawing *d)
{
    const wgi_ast *a = d->item->first;
    wgi_plot_table v;
    char text[120];
    if (!wgi_plot_value(d, a, &v) || !wgi_plot_names_fit(d, 1)) return false;
    if (v.shape.rank != 2)
        return wgi_fail_at(d->q, a, WG_ERROR_SHAPE,
                           "the value is %s: an image has rows and columns; reshape(x, [8, 8]) makes them",
                           wg_shape_text(v.shape, text, sizeof text));
    const int look = (int)d->item->u.number;
    wg_panel_image(d->p, "", .values = wg_view_f64(v.v, v.shape), .bar = !look,
                   .map = look & IMAGE_GREY ? WG_MAP_GREY : WG_MAP_DEFAULT,
                   .numbers = (look & IMAGE_NUMBERS) != 0);
    return !wg_failed(d->q->c);
}

/* ---- fields ---- */

/* A range for each of the two names; the places of an image are the middles of its cells. */
static bool field(wgi_plot_drawing *d, int grid, bool cells, int most, wgi_plot_range r[2],
                  wgi_plot_table *to)
{
    const wgi_ast *over = NULL;
    for (int k = 0; k < 2; k++) {
        over = wgi_plot_part(d->item, AST_OVER, over);
        if (wgi_plot_is_log(d, k))
            return wgi_syntax_at(d->q, d->axis[k], "contour, surface and regions need axes without 'log'");
        if (!wgi_plot_read_range(d, over, k, grid, &r[k])) return false;
        if (!cells) continue;
        const double half = (r[k].to - r[k].from) / (2 * grid);
        r[k].from += half, r[k].to -= half;
    }
    return wgi_plot_over_names(d, d->item->first, r, 2, most, to) &&
           (to->columns == 1 || wgi_plot_names_fit(d, to->columns));
}

static bool contour(wgi_plot_drawing *d)
{
    wgi_plot_range r[2];
    wgi_plot_table v;
    if (!field(d, GRID, false, 1, r, &v)) return false;
    wg_panel_contour(d->p,
                     wgi_plot_part(d->item, AST_AS, NULL) && wgi_plot_names_fit(d, 1) ? name_of(d, 0, 1) : "",
                     .values = wg_view_f64(v.v, WG_SHAPE(GRID, GRID)), .x = { r[0].from, r[0].to },
                     .y = { r[1].from, r[1].to });
    return !wg_failed(d->q->c);
}

static bool surface(wgi_plot_drawing *d)
{
    wgi_plot_range r[2];
    wgi_plot_table v;
    if (!field(d, FACES, false, 1, r, &v) || !wgi_plot_names_fit(d, 1)) return false;
    const bool named = wgi_plot_part(d->item, AST_AS, NULL) != NULL;
    wg_panel_surface(d->p, named ? name_of(d, 0, 1) : quoted(d, d->item->first),
                     .values = wg_view_f64(v.v, WG_SHAPE(FACES, FACES)), .x = { r[0].from, r[0].to },
                     .y = { r[1].from, r[1].to });
    return !wg_failed(d->q->c);
}

/* The class at a place: the number itself, or that of the greatest of several scores. */
static bool class_at(wgi_plot_drawing *d, const wgi_plot_range r[2], const wgi_plot_table *v, int64_t i,
                     double *to)
{
    const double *score = v->v + i * v->columns;
    int64_t best = 0;
    for (int64_t k = 1; k < v->columns; k++)
        if (score[k] > score[best]) best = k;
    *to = v->columns > 1 ? (double)best : score[0];
    return (*to == floor(*to) && *to >= 0 && *to < CLASSES) ||
           wgi_fail_at(
               d->q, d->item->first, WG_ERROR_VALUE,
               "%g at %s = %g, %s = %g is no class: regions shows whole numbers from 0 to %d, as z > 0 gives "
               "them, or the greatest of a vector of scores",
               *to, wgi_name_of(r[0].over), wgi_plot_place(&r[0], i % GRID), wgi_name_of(r[1].over),
               wgi_plot_place(&r[1], i / GRID), CLASSES - 1);
}

/* The middle of the largest square that one class fills, for its name. */
static void name_region(wgi_plot_drawing *d, const wgi_plot_range r[2], const double *class, int k,
                        const char *name)
{
    int side[GRID] = { 0 }, most = 0, row = 0, column = 0;
    for (int i = 0; i < GRID; i++)
        for (int j = 0, corner = 0; j < GRID; j++) {
            const int above = side[j], left = j ? side[j - 1] : 0, least = above < left ? above : left;
            side[j] = class[i * GRID + j] != k ? 0 : 1 + (!i || !j ? 0 : least < corner ? least : corner);
            corner = above;
            if (side[j] > most) most = side[j], row = i - most / 2, column = j - most / 2;
        }
    if (most) wg_panel_text(d->p, wgi_plot_place(&r[0], column), wgi_plot_place(&r[1], row), name);
}

static bool regions(wgi_plot_drawing *d)
{
    wgi_plot_range r[2];
    wgi_plot_table v;
    if (!field(d, GRID, true, CLASSES, r, &v)) return false;
    double *class = wgi_plot_room(d->q, (int64_t)GRID * GRID);
    for (int64_t i = 0; class && i < (int64_t)GRID * GRID; i++)
        if (!class_at(d, r, &v, i, &class[i])) return false;
    if (!class) return false;
    const wgi_ast *as = wgi_plot_part(d->item, AST_AS, NULL);
    wg_panel_image(d->p, "", .values = wg_view_f64(class, WG_SHAPE(GRID, GRID)), .map = WG_MAP_CLASSES,
                   .x = { r[0].from - (r[0].to - r[0].from) / (2 * GRID - 2),
                          r[0].to + (r[0].to - r[0].from) / (2 * GRID - 2) },
                   .y = { r[1].from - (r[1].to - r[1].from) / (2 * GRID - 2),
                          r[1].to + (r[1].to - r[1].from) / (2 * GRID - 2) });
    int k = 0;
    EACH_AST(x, as ? as->first : NULL) name_region(d, r, class, k++, wgi_name_of(x));
    return !wg_failed(d->q->c);
}

/* ---- panels ---- */

static bool (*const draw_item[])(wgi_plot_drawing *d) = {
    [PLOT_LINE] = line,           [PLOT_POINTS] = points,   [PLOT_AT] = points,   [PLOT_PATH] = path,
    [PLOT_HISTOGRAM] = histogram, [PLOT_BARS] = bars,       [PLOT_IMAGE] = image, [PLOT_CONTOUR] = contour,
    [PLOT_REGIONS] = regions,     [PLOT_SURFACE] = surface,
};

static bool read_limit(wg_program *q, const wgi_ast *a, double *to)
{
    *to = NAN;
    if (a->kind == AST_EMPTY) return true;
    if (!wgi_plot_known_number(q, a, to)) return false;
    return fabs(*to) < 1e299 ||
           wgi_fail_at(q, a, WG_ERROR_VALUE, "the end of an axis is a number below 1e299");
}

static bool read_axis(wg_program *q, const wgi_ast *a, wg_axis_opts *to)
{
    if (!a) return true;
    const wgi_ast *from = a->first->first;
    if (a->ident) to->label = wgi_name_of(a);
    to->scale = a->u.number != 0 ? WG_SCALE_LOG : WG_SCALE_LINEAR;
    if (!read_limit(q, from, &to->low) || !read_limit(q, from->next, &to->high)) return false;
    if (a->u.number != 0 && (to->low <= 0 || to->high <= 0))
        return wgi_fail_at(q, a, WG_ERROR_VALUE, "an axis with 'log' shows numbers above 0");
    return !(to->low >= to->high) ||
           wgi_fail_at(q, a, WG_ERROR_VALUE, "from %g to %g: the smaller number comes first", to->low,
                       to->high);
}

/* What x is called if the text does not say it: the name that an item stands over. */
static const char *name_below(const wgi_plot_drawing *d, const wgi_ast *a)
{
    const wgi_ast *over = a->op == PLOT_BARS ? NULL : wgi_plot_part(a, AST_OVER, NULL);
    if (!over) return NULL;
    return over->ident ? wgi_name_of(over) : over->first->kind == AST_NAME ? quoted(d, over->first) : NULL;
}

/* What the axes are called: by the first item that stands over names, and what an only item shows. */
static void call_axes(const wgi_plot_drawing *d, const wgi_ast *first, const wgi_ast *end, wg_axis_opts *x,
                      wg_axis_opts *y)
{
    for (const wgi_ast *a = first; a != end; a = a->next) {
        const wgi_ast *over = wgi_plot_is_drawn(a) ? wgi_plot_part(a, AST_OVER, NULL) : NULL,
                      *second = over ? wgi_plot_part(a, AST_OVER, over) : NULL;
        if (wgi_plot_is_drawn(a) && !x->label) x->label = name_below(d, a);
        if (second && !y->label) y->label = wgi_name_of(second);
        if (!wgi_plot_is_drawn(a) || d->many || wgi_plot_part(a, AST_AS, NULL)) continue;
        const bool points = a->op >= PLOT_POINTS && a->op <= PLOT_PATH, pair = points && a->first->next;
        if (!x->label && (pair || a->op == PLOT_HISTOGRAM)) x->label = quoted(d, a->first);
        if (!y->label && pair) y->label = quoted(d, a->first->next);
        if (!y->label && (a->op == PLOT_LINE || a->op == PLOT_BARS)) y->label = quoted(d, a->first);
    }
}

static wg_panel *new_panel(wgi_plot_drawing *d, const wgi_ast *first, const wgi_ast *end)
{
    wg_panel_opts o = WG_OPTS(wg_panel_opts);
    const wgi_ast *one = NULL;
    const char *title = first->op == PLOT_PANEL && first->ident ? wgi_name_of(first) : "";
    if (!read_axis(d->q, d->axis[0], &o.x) || !read_axis(d->q, d->axis[1], &o.y)) return NULL;
    for (const wgi_ast *a = first; a != end; a = a->next)
        if (wgi_plot_is_drawn(a) && !one) one = a;
    const wgi_ast *as = one ? wgi_plot_part(one, AST_AS, NULL) : NULL;
    call_axes(d, first, end, &o.x, &o.y);
    if (one && one->op == PLOT_IMAGE && !*title) title = as ? wgi_name_of(as->first) : quoted(d, one->first);
    return wg_panel_new_at(WG_HERE, d->f, title, &o);
}

static bool draw_panel(wgi_plot_drawing *d, int number, const wgi_ast *first, const wgi_ast *end)
{
    if (!wgi_plot_open_panel(d, first, end)) return false;
    d->p = wg_figure_panel(d->f, number);
    if (!d->p) d->p = new_panel(d, first, end);
    for (const wgi_ast *a = first; a != end && !wg_failed(d->q->c); a = a->next) {
        d->item = a;
        if (wgi_plot_is_drawn(a) && !draw_item[a->op](d)) return false;
    }
    return !wg_failed(d->q->c);
}

wg_figure *wg_program_figure(wg_program *q, int i, wg_figure *f)
{
    const wgi_ast *a = wgi_plot_at(q, i), *end;
    if (!q) return wg_fail(NULL, NULL, WG_ERROR_USE, "program_figure: the program is NULL"), NULL;
    if (!q->c || wgi_failed(q)) return NULL;
    if (!a || !q->now.g)
        return wg_fail(q->c, NULL, WG_ERROR_USE,
                       a ? "program_figure: the program was not built"
                         : "program_figure: no plot %d: the program has %d",
                       i, wg_program_plots(q)),
               NULL;
    wgi_plot_drawing d = { .q = q,
                           .f = f ? f
                                  : wg_figure_new_at(wgi_site_text(q, "", a->start), q->c,
                                                     a->ident ? wgi_name_of(a) : "",
                                                     &WG_OPTS(wg_figure_opts)) };
    int panels = 0;
    for (const wgi_ast *item = a->first; item; item = end)
        if (end = wgi_plot_panel_end(item), !draw_panel(&d, panels++, item, end)) return NULL;
    return d.f;
}
