/* plot_figure.c: the statement plot: the figure that it draws. Expressions over a name, such as tanh(z) over
 * z in -6:6, are computed for all its values at once, by wg_vmaps: a training before it is not repeated. */
#include "lang/lang.h"

#include <math.h>
#include <string.h>

#include "wengert/figure.h"
#include "wengert/grad.h"
#include "wengert/ops.h"

enum { PLACES = 201, GRID = 121, FACES = 25, AT_ONCE = 1024, CLASSES = 100, COLUMNS = 24 };

/* The values of an expression: an element, or a column of elements for each place. */
typedef struct table {
    double *v; /* rows x columns; freed with the build */
    int64_t rows, columns;
    wg_shape shape;
    wg_node node; /* over a name: the expression */
} table;

typedef struct range {
    const wgi_ast *over;
    wg_node x;
    double from, to;
    bool log;
    int64_t places;
    const double *given; /* the places themselves; NULL: from end to end */
} range;

typedef struct drawing {
    wg_program *q;
    wg_figure *f;
    wg_panel *p;
    const wgi_ast *item, *axis[2]; /* of the panel; NULL: it has none */
    bool many;                     /* the panel has several series, so they need names */
} drawing;

/* ---- values ---- */

static double *room(wg_program *q, int64_t n) { return wgi_lang_built(q, ((size_t)n + 1) * sizeof(double)); }

static bool read_value(wg_program *q, const wgi_ast *a, wg_node n, double *to)
{
    const wg_tensor t = wg_value_at(wgi_site(q, a, &a, 1), n);
    const int64_t size = t.data ? wg_shape_size(t.shape) : 0;
    for (int64_t i = 0; i < size; i++) to[i] = wg_tensor_item(&t, i);
    return t.data != NULL;
}

/* Of a vector a column, of [n, k] k columns. An axis of more is an error. */
static bool value(drawing *d, const wgi_ast *a, table *to)
{
    char text[120];
    const wg_node n = wgi_eval_node(d->q, a, NULL);
    if (wg_failed(d->q->c)) return false;
    const wg_shape s = wg_node_shape(n);
    *to = (table){ .rows = s.rank ? s.dim[0] : 1, .columns = s.rank > 1 ? s.dim[1] : 1, .shape = s };
    if (s.rank > 3)
        return wgi_fail_at(d->q, a, WG_ERROR_SHAPE, "the value is %s: a plot shows at most three axes",
                           wg_shape_text(s, text, sizeof text));
    if (!wg_shape_size(s))
        return wgi_fail_at(d->q, a, WG_ERROR_SHAPE, "the value is %s: it has no elements",
                           wg_shape_text(s, text, sizeof text));
    to->v = room(d->q, wg_shape_size(s));
    return to->v && read_value(d->q, a, n, to->v);
}

/* A vector, a scalar, or a matrix of one row or column. */
static bool vector(drawing *d, const wgi_ast *a, const char *what, table *to)
{
    char text[120];
    if (!value(d, a, to)) return false;
    const int64_t size = wg_shape_size(to->shape);
    int64_t most = 1;
    for (int i = 0; i < to->shape.rank; i++)
        if (to->shape.dim[i] > most) most = to->shape.dim[i];
    if (most != size)
        return wgi_fail_at(d->q, a, WG_ERROR_SHAPE, "%s are %s: a vector was expected; m[:, 0] is a column",
                           what, wg_shape_text(to->shape, text, sizeof text));
    to->rows = size, to->columns = 1;
    return true;
}

/* Two operands of an item that must have as many elements. */
static bool equal_lengths(drawing *d, const wgi_ast *a, const table *x, const wgi_ast *b, const table *y)
{
    char one[120], other[120];
    if (x->rows == y->rows) return true;
    wgi_quote(d->q, a->start, a->end, one, 60);
    wgi_quote(d->q, b->start, b->end, other, 60);
    return wgi_fail_at(d->q, b, WG_ERROR_SHAPE, "%s has %lld %s and %s has %lld: they must be as many", one,
                       (long long)x->rows, x->columns > 1 ? "rows" : "values", other, (long long)y->rows);
}

/* ---- over a name ---- */

static double place(const range *r, int64_t i)
{
    const double t = (double)i / (double)(r->places - 1);
    if (r->given) return r->given[i];
    return r->log ? r->from * pow(r->to / r->from, t) : (1 - t) * r->from + t * r->to;
}

static bool is_log(const drawing *d, int axis) { return d->axis[axis] && d->axis[axis]->u.number != 0; }

/* The leaf whose values an axis shows. */
static wg_node leaf_of(wg_program *q, const wgi_ast *over, double first)
{
    wgi_binding *b = over->u.binding;
    char text[120];
    double *one = b->local ? wg_alloc(q->c, 1, sizeof *one) : NULL;
    if (one)
        *one = first, b->node = wgi_new_leaf(q, wgi_site_text(q, "", over->mark), b->name, one, WG_SCALAR);
    const wg_node n = b->local ? b->node
                               : wgi_eval_node(q,
                                               &(wgi_ast){ .kind = AST_NAME,
                                                           .start = over->start,
                                                           .end = over->end,
                                                           .mark = over->mark,
                                                           .ident = over->ident,
                                                           .u.binding = b },
                                               NULL);
    if (wg_failed(q->c)) return wg_none;
    if (wg_shape_size(wg_node_shape(n)) == 1) return n;
    wgi_syntax_word(q, over->start, "'%s' is %s: an axis shows one number", b->name,
                    wg_shape_text(wg_node_shape(n), text, sizeof text));
    return wg_none;
}

/* The end of an axis. It is no option of an op, so no name of it is noted. */
static bool known_number(wg_program *q, const wgi_ast *a, double *to)
{
    return wgi_constant(a, to) ||
           wgi_syntax_at(q, a, "the end of an axis must be a number that is known here");
}

static bool read_range(drawing *d, const wgi_ast *over, int axis, int64_t places, range *r)
{
    wg_program *q = d->q;
    *r = (range){ .over = over, .places = places, .log = is_log(d, axis) };
    if (!known_number(q, over->first, &r->from) || !known_number(q, over->first->next, &r->to)) return false;
    if (!(fabs(r->from) < 1e299 && fabs(r->to) < 1e299))
        return wgi_fail_at(q, over, WG_ERROR_VALUE, "an axis goes from and to numbers below 1e299");
    if (!(r->from < r->to))
        return wgi_fail_at(q, over, WG_ERROR_VALUE, "from %g to %g: the smaller number comes first", r->from,
                           r->to);
    if (r->log && !(r->from > 0))
        return wgi_fail_at(q, over, WG_ERROR_VALUE, "from %g to %g on an axis with 'log': both are above 0",
                           r->from, r->to);
    r->x = leaf_of(q, over, r->from);
    return !wg_failed(q->c);
}

/* y for n places from number `first` on. Place k is k % places of the first name, and k / places of the
 * second. rows: gets the places. */
static wg_node at_places(drawing *d, const wgi_ast *a, wg_node y, const range r[], int ranges, int64_t first,
                         int64_t n, wg_node rows[])
{
    wg_program *q = d->q;
    wg_node x[2], all = wg_none;
    const wg_site here = wgi_site(q, a, &a, 1);
    for (int k = 0; k < ranges; k++) {
        const wg_shape s = wg_node_shape(r[k].x);
        wg_shape with = { .rank = s.rank + 1, .dim = { n } };
        for (int i = 0; i < s.rank; i++) with.dim[i + 1] = 1;
        double *v = wg_alloc(q->c, (size_t)n, sizeof *v);
        for (int64_t i = 0; v && i < n; i++)
            v[i] = place(&r[k], k ? (first + i) / r[0].places : (first + i) % r[0].places);
        x[k] = r[k].x, rows[k] = wgi_new_leaf(q, here, "", v, with);
    }
    wg_vmaps_at(here, &y, 1, x, rows, ranges, &all);
    return all;
}

/* Their numbers, into to. */
static bool some_places(drawing *d, const wgi_ast *a, wg_node y, const range r[], int ranges, int64_t first,
                        int64_t n, double *to)
{
    wg_program *q = d->q;
    wg_node rows[2];
    const int64_t mark = wg_graph_mark(q->now.g);
    const wg_node all = at_places(d, a, y, r, ranges, first, n, rows);
    const bool fine = !wg_failed(q->c) && read_value(q, a, all, to);
    wg_graph_rewind(q->now.g, mark);
    return fine;
}

/* How many places are computed together: as many as the largest node of the graph leaves memory for. */
static int64_t at_once(const wg_graph *g)
{
    enum { ELEMENTS = 1 << 24 };
    int64_t largest = ELEMENTS / AT_ONCE;
    for (int64_t i = 1; i < wg_graph_nodes(g); i++) {
        const int64_t size = wg_shape_size(wg_node_shape(wg_graph_node(g, i)));
        if (size > largest) largest = size;
    }
    return ELEMENTS / largest > 0 ? ELEMENTS / largest : 1;
}

/* The same for all n places, as many at a time as there is memory for. */
static bool all_places(drawing *d, const wgi_ast *a, wg_node y, const range r[], int ranges, int64_t n,
                       double *to)
{
    const int64_t together = at_once(d->q->now.g), size = wg_shape_size(wg_node_shape(y));
    for (int64_t i = 0; to && i < n; i += together) {
        const int64_t count = n - i < together ? n - i : together;
        if (!some_places(d, a, y, r, ranges, i, count, to + i * size)) return false;
    }
    return to != NULL;
}

/* The expression, which the names can change. wg_none: after an error. */
static wg_node moved_by(drawing *d, const wgi_ast *a, const range r[], int ranges)
{
    wg_program *q = d->q;
    const wg_node y = wgi_eval_node(q, a, NULL);
    for (int k = 0; k < ranges && !wg_failed(q->c); k++) {
        const wgi_binding *b = r[k].over->u.binding;
        const int line = wgi_fixed_line(q, b, r[k].x, y);
        if (line)
            wgi_syntax_word(q, r[k].over->start,
                            "'%s' is the number of an option, a size or an index in line %d, which an "
                            "axis cannot change; the command "
                            "can: wengert plot --over %s=%g:%g",
                            b->name, line, b->name, r[k].from, r[k].to);
        int at = 0;
        const char *found = wg_failed(q->c) ? NULL : wgi_fit_between(q, r[k].x, y, &at);
        if (found)
            wgi_syntax_word(
                q, r[k].over->start,
                "fit in line %d found %s from '%s' once, which an axis cannot change; the command "
                "can: wengert plot --over %s=%g:%g",
                at, *found ? found : "a value", b->name, b->name, r[k].from, r[k].to);
    }
    return wg_failed(q->c) ? wg_none : y;
}

/* The expression over one or two names: a row for each place, a column for each element. */
static bool over_names(drawing *d, const wgi_ast *a, const range r[], int ranges, int most, table *to)
{
    wg_program *q = d->q;
    char text[120];
    const wg_node y = moved_by(d, a, r, ranges);
    if (wg_failed(q->c)) return false;
    const int64_t size = wg_shape_size(wg_node_shape(y)), n = r[0].places * (ranges > 1 ? r[1].places : 1);
    if (size < 1 || size > most)
        return wgi_fail_at(q, a, WG_ERROR_SHAPE, "the value is %s at each place: %s",
                           wg_shape_text(wg_node_shape(y), text, sizeof text),
                           most == 1         ? "a scalar was expected; sum, mean or [0] make one"
                           : most == COLUMNS ? "a scalar, or a vector of at most 24, was expected"
                                             : "a class, or a vector of at most 100 scores, was expected");
    *to = (table){ .v = room(q, n * size), .rows = n, .columns = size, .shape = wg_node_shape(y), .node = y };
    return all_places(d, a, y, r, ranges, n, to->v);
}

/* ---- names of series ---- */

static const char *quoted(const drawing *d, const wgi_ast *a)
{
    char text[48];
    wgi_quote(d->q, a->start, a->end, text, sizeof text);
    if (!strcmp(text, "...")) return "";
    const char *copy = wgi_lang_join(d->q, text, "", "");
    return copy ? copy : "";
}

/* The name of column k of n: the text behind `as`, else that of the expression where names are needed. */
static const char *name_of(const drawing *d, int64_t k, int64_t n)
{
    char number[24];
    const wgi_ast *as = wgi_plot_part(d->item, AST_AS, NULL), *text = as ? as->first : NULL;
    const bool one = text && !text->next && n > 1;
    for (int64_t i = 0; text && i < k && !one; i++) text = text->next;
    if (text && !one) return text->ident->text;
    if (!one && !d->many && n == 1) return "";
    snprintf(number, sizeof number, n > 1 ? "[%lld]" : "", (long long)k);
    const char *name = wgi_lang_join(d->q, one ? text->ident->text : quoted(d, d->item->first), number, "");
    return name ? name : "";
}

/* One name for all, or one for each. */
static bool names_fit(const drawing *d, int64_t n)
{
    const wgi_ast *as = wgi_plot_part(d->item, AST_AS, NULL);
    int64_t names = 0;
    for (const wgi_ast *x = as ? as->first : NULL; x; x = x->next) names++;
    return names < 2 || names == n ||
           wgi_fail_at(d->q, as, WG_ERROR_VALUE, "%lld names for %lld: one, or one for each",
                       (long long)names, (long long)n);
}

/* ---- lines, points, paths ---- */

static bool columns_fit(drawing *d, const wgi_ast *a, const table *y)
{
    char text[120];
    if (y->columns > COLUMNS || y->shape.rank > 2)
        return wgi_fail_at(d->q, a, WG_ERROR_SHAPE,
                           "the value is %s: a vector, or a matrix of at most %d columns, was expected",
                           wg_shape_text(y->shape, text, sizeof text), COLUMNS);
    return names_fit(d, y->columns);
}

/* A column of an expression over a name. */
typedef struct element {
    drawing *d;
    const table *all;
    range r;
    int64_t k;
} element;

static bool column_at(void *user, const double *x, int64_t n, double *to)
{
    const element *c = user;
    const int64_t columns = c->all->columns;
    range r = c->r;
    double *v = wg_alloc(c->d->q->c, (size_t)(n * columns), sizeof *v);
    r.given = x, r.places = n;
    const bool fine = v && all_places(c->d, c->d->item->first, c->all->node, &r, 1, n, v);
    for (int64_t i = 0; fine && i < n; i++) to[i] = v[i * columns + c->k];
    wg_free(c->d->q->c, v);
    return fine;
}

/* The curves of an expression over a name, with gaps where they jump. */
static bool curves(drawing *d, const range *r, const table *y)
{
    double *x = room(d->q, y->rows), *v = room(d->q, y->rows);
    for (int64_t k = 0; x && v && k < y->columns; k++) {
        element c = { d, y, *r, k };
        for (int64_t i = 0; i < y->rows; i++) x[i] = place(r, i), v[i] = y->v[i * y->columns + k];
        wg_series_curve(wg_panel_line(d->p, name_of(d, k, y->columns)), x, v, y->rows, column_at, &c);
    }
    return !wg_failed(d->q->c);
}

static bool line(drawing *d)
{
    const wgi_ast *a = d->item->first, *over = wgi_plot_part(d->item, AST_OVER, NULL);
    table y = { 0 }, x = { 0 };
    range r;
    const bool by_name = over && over->ident;
    if (by_name) {
        if (!read_range(d, over, 0, PLACES, &r) || !over_names(d, a, &r, 1, COLUMNS, &y)) return false;
    } else {
        if (!value(d, a, &y) || (over && !vector(d, over->first, "the places", &x))) return false;
        const bool row = y.shape.rank == 2 && y.rows == 1;
        if (row) y.rows = y.columns, y.columns = 1;
        if (over && wg_shape_size(y.shape) > 1 && !equal_lengths(d, a, &y, over->first, &x)) return false;
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
static bool places(drawing *d, table *x, table *y)
{
    const wgi_ast *a = d->item->first,
                  *b = a->next && a->next->kind != AST_OVER && a->next->kind != AST_AS ? a->next : NULL;
    char text[120];
    if (b)
        return vector(d, a, "the places", x) && vector(d, b, "the places", y) && equal_lengths(d, a, x, b, y);
    table m;
    if (!value(d, a, &m)) return false;
    if (m.shape.rank != 2 || m.columns != 2)
        return wgi_fail_at(d->q, a, WG_ERROR_SHAPE, "the value is %s: a row [x, y] for each point, or x, y",
                           wg_shape_text(m.shape, text, sizeof text));
    *x = *y = (table){ .rows = m.rows, .columns = 1 };
    x->v = room(d->q, m.rows), y->v = room(d->q, m.rows);
    for (int64_t i = 0; x->v && y->v && i < m.rows; i++) x->v[i] = m.v[2 * i], y->v[i] = m.v[2 * i + 1];
    return x->v && y->v;
}

/* The class numbers of points; how many classes there are; 0: after an error. */
static int classes_of(drawing *d, const wgi_ast *a, table *c, const table *x)
{
    int n = 0;
    if (!vector(d, a, "the classes", c) || !equal_lengths(d, d->item->first, x, a, c)) return 0;
    for (int64_t i = 0; i < c->rows; i++) {
        if (c->v[i] != floor(c->v[i]) || c->v[i] < 0 || c->v[i] >= CLASSES) {
            wgi_fail_at(d->q, a, WG_ERROR_VALUE, "class %g of point %lld: classes are 0, 1, ... %d", c->v[i],
                        (long long)i, CLASSES - 1);
            return 0;
        }
        if (c->v[i] >= n) n = (int)c->v[i] + 1;
    }
    return names_fit(d, n) ? n : 0;
}

static bool points(drawing *d)
{
    const wgi_ast *third = d->item->first->next ? d->item->first->next->next : NULL;
    table x, y, c = { 0 };
    if (!places(d, &x, &y)) return false;
    const bool by_class = third && third->kind != AST_AS;
    const int n = by_class ? classes_of(d, third, &c, &x) : names_fit(d, 1);
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

static bool path(drawing *d)
{
    table x, y;
    if (!places(d, &x, &y) || !names_fit(d, 1)) return false;
    wg_series_add_all(wg_panel_path(d->p, name_of(d, 0, 1)), x.v, y.v, x.rows);
    return true;
}

/* ---- histograms, bars, images ---- */

static bool histogram(drawing *d)
{
    table v;
    if (!value(d, d->item->first, &v) || !names_fit(d, 1)) return false;
    wg_series_add_all(wg_panel_histogram(d->p, name_of(d, 0, 1)), NULL, v.v, wg_shape_size(v.shape));
    return true;
}

static bool bars(drawing *d)
{
    const wgi_ast *a = d->item->first, *over = wgi_plot_part(d->item, AST_OVER, NULL);
    table v;
    int64_t names = 0;
    if (!value(d, a, &v) || !columns_fit(d, a, &v)) return false;
    for (const wgi_ast *x = over ? over->first : NULL; x; x = x->next) names++;
    if (over && names != v.rows)
        return wgi_fail_at(d->q, over, WG_ERROR_SHAPE, "%lld names for %lld bars", (long long)names,
                           (long long)v.rows);
    for (int64_t k = 0; k < v.columns; k++) {
        const wgi_ast *x = over ? over->first : NULL;
        wg_series *s = wg_panel_bars(d->p, name_of(d, k, v.columns));
        for (int64_t i = 0; i < v.rows; i++, x = x ? x->next : NULL)
            if (x) wg_series_bar(s, x->ident->text, v.v[i * v.columns + k]);
            else wg_series_push(s, v.v[i * v.columns + k]);
    }
    return true;
}

static bool image(drawing *d)
{
    const wgi_ast *a = d->item->first;
    table v;
    char text[120];
    if (!value(d, a, &v) || !names_fit(d, 1)) return false;
    if (v.shape.rank != 2)
        return wgi_fail_at(d->q, a, WG_ERROR_SHAPE,
                           "the value is %s: an image has rows and columns; reshape(x, [8, 8]) makes them",
                           wg_shape_text(v.shape, text, sizeof text));
    wg_panel_image(d->p, "", .values = wg_view_f64(v.v, v.shape));
    return !wg_failed(d->q->c);
}

/* ---- fields ---- */

/* A range for each of the two names; the places of an image are the middles of its cells. */
static bool field(drawing *d, int grid, bool cells, int most, range r[2], table *to)
{
    const wgi_ast *over = NULL;
    for (int k = 0; k < 2; k++) {
        over = wgi_plot_part(d->item, AST_OVER, over);
        if (is_log(d, k))
            return wgi_syntax_at(d->q, d->axis[k], "contour, surface and regions need axes without 'log'");
        if (!read_range(d, over, k, grid, &r[k])) return false;
        if (!cells) continue;
        const double half = (r[k].to - r[k].from) / (2 * grid);
        r[k].from += half, r[k].to -= half;
    }
    return over_names(d, d->item->first, r, 2, most, to) && (to->columns == 1 || names_fit(d, to->columns));
}

static bool contour(drawing *d)
{
    range r[2];
    table v;
    if (!field(d, GRID, false, 1, r, &v)) return false;
    wg_panel_contour(d->p, wgi_plot_part(d->item, AST_AS, NULL) && names_fit(d, 1) ? name_of(d, 0, 1) : "",
                     .values = wg_view_f64(v.v, WG_SHAPE(GRID, GRID)), .x = { r[0].from, r[0].to },
                     .y = { r[1].from, r[1].to });
    return !wg_failed(d->q->c);
}

static bool surface(drawing *d)
{
    range r[2];
    table v;
    if (!field(d, FACES, false, 1, r, &v) || !names_fit(d, 1)) return false;
    const bool named = wgi_plot_part(d->item, AST_AS, NULL) != NULL;
    wg_panel_surface(d->p, named ? name_of(d, 0, 1) : quoted(d, d->item->first),
                     .values = wg_view_f64(v.v, WG_SHAPE(FACES, FACES)), .x = { r[0].from, r[0].to },
                     .y = { r[1].from, r[1].to });
    return !wg_failed(d->q->c);
}

/* The class at a place: the number itself, or that of the greatest of several scores. */
static bool class_at(drawing *d, const range r[2], const table *v, int64_t i, double *to)
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
               *to, r[0].over->ident->text, place(&r[0], i % GRID), r[1].over->ident->text,
               place(&r[1], i / GRID), CLASSES - 1);
}

/* The middle of the largest square that one class fills, for its name. */
static void name_region(drawing *d, const range r[2], const double *class, int k, const char *name)
{
    int side[GRID] = { 0 }, most = 0, row = 0, column = 0;
    for (int i = 0; i < GRID; i++)
        for (int j = 0, corner = 0; j < GRID; j++) {
            const int above = side[j], left = j ? side[j - 1] : 0, least = above < left ? above : left;
            side[j] = class[i * GRID + j] != k ? 0 : 1 + (!i || !j ? 0 : least < corner ? least : corner);
            corner = above;
            if (side[j] > most) most = side[j], row = i - most / 2, column = j - most / 2;
        }
    if (most) wg_panel_text(d->p, place(&r[0], column), place(&r[1], row), name);
}

static bool regions(drawing *d)
{
    range r[2];
    table v;
    if (!field(d, GRID, true, CLASSES, r, &v)) return false;
    double *class = room(d->q, (int64_t)GRID * GRID);
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
    for (const wgi_ast *x = as ? as->first : NULL; x; x = x->next)
        name_region(d, r, class, k++, x->ident->text);
    return !wg_failed(d->q->c);
}

/* ---- panels ---- */

static bool (*const draw_item[])(drawing *d) = {
    [PLOT_LINE] = line,           [PLOT_POINTS] = points,   [PLOT_AT] = points,   [PLOT_PATH] = path,
    [PLOT_HISTOGRAM] = histogram, [PLOT_BARS] = bars,       [PLOT_IMAGE] = image, [PLOT_CONTOUR] = contour,
    [PLOT_REGIONS] = regions,     [PLOT_SURFACE] = surface,
};

static bool is_drawn(const wgi_ast *item) { return item->op < PLOT_PANEL; }

/* A panel ends before the next word panel, and before a second image. */
static const wgi_ast *panel_end(const wgi_ast *first)
{
    bool has_image = false;
    for (const wgi_ast *x = first; x; x = x->next) {
        if (x != first && x->op == PLOT_PANEL) return x;
        if (x->op == PLOT_IMAGE && has_image) return x;
        has_image |= x->op == PLOT_IMAGE;
    }
    return NULL;
}

static bool read_limit(wg_program *q, const wgi_ast *a, double *to)
{
    *to = NAN;
    if (a->kind == AST_EMPTY) return true;
    if (!known_number(q, a, to)) return false;
    return fabs(*to) < 1e299 ||
           wgi_fail_at(q, a, WG_ERROR_VALUE, "the end of an axis is a number below 1e299");
}

static bool read_axis(wg_program *q, const wgi_ast *a, wg_axis_opts *to)
{
    if (!a) return true;
    const wgi_ast *from = a->first->first;
    if (a->ident) to->label = a->ident->text;
    to->scale = a->u.number != 0 ? WG_SCALE_LOG : WG_SCALE_LINEAR;
    if (!read_limit(q, from, &to->low) || !read_limit(q, from->next, &to->high)) return false;
    if (a->u.number != 0 && (to->low <= 0 || to->high <= 0))
        return wgi_fail_at(q, a, WG_ERROR_VALUE, "an axis with 'log' shows numbers above 0");
    return !(to->low >= to->high) ||
           wgi_fail_at(q, a, WG_ERROR_VALUE, "from %g to %g: the smaller number comes first", to->low,
                       to->high);
}

/* What x is called if the text does not say it: the name that an item stands over. */
static const char *name_below(const drawing *d, const wgi_ast *a)
{
    const wgi_ast *over = a->op == PLOT_BARS ? NULL : wgi_plot_part(a, AST_OVER, NULL);
    if (!over) return NULL;
    return over->ident ? over->ident->text : over->first->kind == AST_NAME ? quoted(d, over->first) : NULL;
}

/* What the axes are called: by the first item that stands over names, and what an only item shows. */
static void call_axes(const drawing *d, const wgi_ast *first, const wgi_ast *end, wg_axis_opts *x,
                      wg_axis_opts *y)
{
    for (const wgi_ast *a = first; a != end; a = a->next) {
        const wgi_ast *over = is_drawn(a) ? wgi_plot_part(a, AST_OVER, NULL) : NULL,
                      *second = over ? wgi_plot_part(a, AST_OVER, over) : NULL;
        if (is_drawn(a) && !x->label) x->label = name_below(d, a);
        if (second && !y->label) y->label = second->ident->text;
        if (!is_drawn(a) || d->many || wgi_plot_part(a, AST_AS, NULL)) continue;
        const bool points = a->op >= PLOT_POINTS && a->op <= PLOT_PATH, pair = points && a->first->next;
        if (!x->label && (pair || a->op == PLOT_HISTOGRAM)) x->label = quoted(d, a->first);
        if (!y->label && pair) y->label = quoted(d, a->first->next);
        if (!y->label && (a->op == PLOT_LINE || a->op == PLOT_BARS)) y->label = quoted(d, a->first);
    }
}

static wg_panel *new_panel(drawing *d, const wgi_ast *first, const wgi_ast *end)
{
    wg_panel_opts o = WG_OPTS(wg_panel_opts);
    const wgi_ast *one = NULL;
    const char *title = first->op == PLOT_PANEL && first->ident ? first->ident->text : "";
    if (!read_axis(d->q, d->axis[0], &o.x) || !read_axis(d->q, d->axis[1], &o.y)) return NULL;
    for (const wgi_ast *a = first; a != end; a = a->next)
        if (is_drawn(a) && !one) one = a;
    const wgi_ast *as = one ? wgi_plot_part(one, AST_AS, NULL) : NULL;
    call_axes(d, first, end, &o.x, &o.y);
    if (one && one->op == PLOT_IMAGE && !*title) title = as ? as->first->ident->text : quoted(d, one->first);
    return wg_panel_new_at(WG_HERE, d->f, title, &o);
}

/* On a surface lie points and lines alone. */
static bool goes_together(drawing *d, const wgi_ast *first, const wgi_ast *end)
{
    const wgi_ast *surface = NULL, *other = NULL;
    for (const wgi_ast *a = first; a != end; a = a->next)
        if (a->op == PLOT_SURFACE && !surface) surface = a;
        else if (is_drawn(a) && a->op > PLOT_PATH) other = a;
    return !surface || !other ||
           wgi_syntax_at(d->q, other,
                         "%s beside a surface: a surface has line, points, at and path on it; write panel "
                         "before this",
                         wgi_plot_form_of(other)->word);
}

/* Finds the axes of the panel, and how many items it has. */
static bool open_panel(drawing *d, const wgi_ast *first, const wgi_ast *end)
{
    int series = 0;
    d->axis[0] = d->axis[1] = NULL;
    for (const wgi_ast *a = first; a != end; a = a->next) {
        series += is_drawn(a);
        const wgi_ast **axis = &d->axis[a->op == PLOT_Y];
        if (is_drawn(a) || a->op == PLOT_PANEL) continue;
        if (*axis)
            return wgi_syntax_at(d->q, a, "a second axis '%s' of the panel", wgi_plot_form_of(a)->word);
        *axis = a;
    }
    d->many = series > 1;
    return goes_together(d, first, end);
}

static bool draw_panel(drawing *d, int number, const wgi_ast *first, const wgi_ast *end)
{
    if (!open_panel(d, first, end)) return false;
    d->p = wg_figure_panel(d->f, number);
    if (!d->p) d->p = new_panel(d, first, end);
    for (const wgi_ast *a = first; a != end && !wg_failed(d->q->c); a = a->next) {
        d->item = a;
        if (is_drawn(a) && !draw_item[a->op](d)) return false;
    }
    return !wg_failed(d->q->c);
}

/* ---- the data of a series, for claims: as nodes, so that rounding is measured through them ---- */

static wg_node flat(wg_site here, wg_node x) { return wg_reshape_at(here, x, WG_SHAPE(-1)); }

static bool is_table(drawing *d, const wgi_ast *a, wg_node n, bool pairs)
{
    char text[120];
    const wg_shape s = wg_node_shape(n);
    if (wg_failed(d->q->c)) return false;
    if (pairs ? s.rank == 2 && s.dim[1] == 2 : s.rank <= 2) return true;
    return wgi_fail_at(d->q, a, WG_ERROR_SHAPE,
                       pairs ? "the value is %s: a row [x, y] for each point, or x, y"
                             : "the value is %s: a vector, or a matrix of at most 24 columns, was expected",
                       wg_shape_text(s, text, sizeof text));
}

/* x and y of a line or of bars; y may have a column for each curve. Without places x is 0, 1, ... */
static bool line_nodes(drawing *d, wg_site here, wg_node *x, wg_node *y)
{
    const wgi_ast *a = d->item->first, *over = wgi_plot_part(d->item, AST_OVER, NULL);
    range r;
    *x = wg_none;
    if (over && over->ident) {
        if (!read_range(d, over, 0, PLACES, &r)) return false;
        *y = moved_by(d, a, &r, 1);
        if (!wg_failed(d->q->c)) *y = at_places(d, a, *y, &r, 1, 0, PLACES, x);
        *x = flat(here, *x);
        return is_table(d, a, *y, false);
    }
    *y = wgi_eval_node(d->q, a, NULL);
    if (over && d->item->op == PLOT_LINE) *x = flat(here, wgi_eval_node(d->q, over->first, NULL));
    if (!is_table(d, a, *y, false)) return false;
    const wg_shape s = wg_node_shape(*y);
    if (!wg_is_none(*x) && !s.rank) *y = wg_broadcast_to_at(here, *y, wg_node_shape(*x));
    else if (!s.rank || (s.rank == 2 && s.dim[0] == 1)) *y = flat(here, *y);
    if (wg_is_none(*x)) *x = wg_arange_at(here, d->q->now.g, 0, (double)wg_node_shape(*y).dim[0], 1);
    return !wg_failed(d->q->c);
}

/* Of points the rows of class k; k below 0: all. */
static wg_node of_class(drawing *d, wg_site here, wg_node rows, const wgi_ast *class, int64_t k)
{
    table c, all = { .rows = wg_node_shape(rows).dim[0], .columns = 1 };
    int64_t n = 0;
    if (k < 0 || !class || class->kind == AST_AS) return rows;
    if (!classes_of(d, class, &c, &all)) return wg_none;
    double *at = wg_alloc(d->q->c, (size_t)c.rows + 1, sizeof *at);
    for (int64_t i = 0; at && i < c.rows; i++)
        if (c.v[i] == (double)k) at[n++] = (double)i;
    const wg_node index = wg_cast_at(here, wgi_new_leaf(d->q, here, "", at, WG_SHAPE(n)), WG_I64);
    return wg_take_at(here, &WG_OPTS(wg_take_args, .x = rows, .indices = index, .axis = 0));
}

/* Rows [x, y]; y may have several columns. */
static wg_node join(drawing *d, wg_site here, wg_node x, wg_node y)
{
    wg_node both[] = { wg_expand_dims_at(here, &WG_OPTS(wg_axes_args, .x = x, .axis = 1)),
                       wg_node_shape(y).rank == 2
                           ? y
                           : wg_expand_dims_at(here, &WG_OPTS(wg_axes_args, .x = y, .axis = 1)) };
    for (int k = 0; k < 2 && !wg_failed(d->q->c); k++)
        if (!wg_dtype_is_float(wg_node_dtype(both[k])))
            both[k] = wg_cast_at(here, both[k], wg_context_dtype(d->q->c));
    const int64_t places = wg_node_shape(both[0]).dim[0], values = wg_node_shape(both[1]).dim[0];
    if (!wg_failed(d->q->c) && places != values)
        wgi_fail_at(d->q, d->item, WG_ERROR_SHAPE, "%lld places for %lld values: they must be as many",
                    (long long)places, (long long)values);
    return wg_failed(d->q->c) ? wg_none
                              : wg_concat_at(here, &WG_OPTS(wg_join_args, .x = both, .n = 2, .axis = 1));
}

static wg_node point_nodes(drawing *d, wg_site here, int64_t k)
{
    const wgi_ast *a = d->item->first, *b = a->next && a->next->kind != AST_AS ? a->next : NULL;
    wg_node rows = wgi_eval_node(d->q, a, NULL);
    if (b) rows = join(d, here, flat(here, rows), flat(here, wgi_eval_node(d->q, b, NULL)));
    return is_table(d, a, rows, true) ? of_class(d, here, rows, b ? b->next : NULL, k) : wg_none;
}

/* column: which of the item's names it is; below 0: it has one for all. */
static wg_node series_node(drawing *d, wg_site here, int64_t column)
{
    const wgi_ast *a = d->item->first;
    wg_node x, y;
    if (d->item->op == PLOT_HISTOGRAM) return flat(here, wgi_eval_node(d->q, a, NULL));
    if (d->item->op != PLOT_LINE && d->item->op != PLOT_BARS) return point_nodes(d, here, column);
    if (!line_nodes(d, here, &x, &y)) return wg_none;
    const bool chosen = column >= 0 && wg_node_shape(y).rank == 2;
    if (column >= 0 && !names_fit(d, chosen ? wg_node_shape(y).dim[1] : 1)) return wg_none;
    return join(d, here, x,
                chosen ? wg_select_at(here, &WG_OPTS(wg_select_args, .x = y, .axis = 1, .index = column))
                       : y);
}

typedef struct found {
    const wgi_ast *plot;
    drawing d;
    int64_t column;
    int times;
} found;

/* Looks for the name among those behind `as` in the plot. */
static void look_in(const wgi_ast *plot, const char *name, drawing *d, found *f, wg_nearest_word *near)
{
    const wgi_ast *end = NULL;
    for (const wgi_ast *first = plot->first; first && !wg_failed(d->q->c); first = end) {
        if (end = panel_end(first), !open_panel(d, first, end)) return;
        for (const wgi_ast *item = first; item != end; item = item->next) {
            const wgi_ast *as = is_drawn(item) ? wgi_plot_part(item, AST_AS, NULL) : NULL;
            int64_t k = 0;
            for (const wgi_ast *x = as ? as->first : NULL; x; x = x->next, k++) {
                wg_nearest_try(near, x->ident->text, strlen(x->ident->text));
                if (strcmp(x->ident->text, name) != 0) continue;
                d->item = item;
                *f = (found){ plot, *d, as->first->next ? k : -1, f->times + 1 };
            }
        }
    }
}

static bool find_series(wg_program *q, const wgi_ast *call, const char *title, const char *name, found *f)
{
    char text[300];
    wg_nearest_word titles = wg_nearest_to(title), names = wg_nearest_to(name);
    drawing d = { .q = q };
    int plots = 0;
    for (int i = 0; i < q->numbered.plots; i++) {
        const char *its = wg_program_plot_title(q, i);
        if (title) wg_nearest_try(&titles, its, strlen(its));
        if (!title || !strcmp(title, its)) plots++, look_in(q->numbered.plot[i], name, &d, f, &names);
    }
    if (wg_failed(q->c)) return false;
    if (!plots && title)
        return wgi_fail_word(q, call->mark, WG_ERROR_VALUE, "no plot '%s'%s", title,
                             wgi_did_you_mean(&titles, "", text, sizeof text));
    if (!f->times)
        return wgi_fail_word(
            q, call->mark, WG_ERROR_VALUE, "no series '%s'%s", name,
            wgi_did_you_mean(&names, ": a plot names it, as in line y as \"loss\"", text, sizeof text));
    if (f->times > 1)
        return wgi_fail_word(
            q, call->mark, WG_ERROR_VALUE,
            "%d series '%s': series(\"TITLE\", \"%s\") says whose, and a plot has each name once", f->times,
            name, name);
    if (f->plot->start > call->start && !q->names_first)
        return wgi_fail_word(q, call->mark, WG_ERROR_VALUE,
                             "the plot stands below, in line %d: a claim about it stands behind it",
                             wgi_line(q, f->plot->start));
    const int op = f->d.item->op;
    return op <= PLOT_BARS ||
           wgi_syntax_word(q, call->mark,
                           "'%s' is a %s: series(...) has the data of line, points, at, path, bars and "
                           "histogram",
                           name, wgi_plot_form_of(f->d.item)->word);
}

/* series("NAME"), series("TITLE", "NAME") */
static wg_node eval_series(wg_program *q, const wgi_ast *call)
{
    found f = { .times = 0 };
    if (!wgi_signature(q, call, 1, 2, "")) return wg_none;
    const wgi_ast *a = call->first, *b = a->next;
    for (const wgi_ast *x = a; x; x = x->next)
        if (x->kind != AST_TEXT)
            return wgi_syntax_at(q, x, "a text in quotes was expected: the name of a series"), wg_none;
    return find_series(q, call, b ? a->ident->text : NULL, b ? b->ident->text : a->ident->text, &f)
               ? series_node(&f.d, wgi_site_text(q, "", call->mark), f.column)
               : wg_none;
}

void wgi_series(wg_program *q, const wgi_ast *claim)
{
    wgi_binding *b = claim->kind == AST_NAME ? claim->u.binding : NULL;
    if (b && b->series) b->node = eval_series(q, b->value);
    for (const wgi_ast *x = claim->first; x && !wg_failed(q->c); x = x->next) wgi_series(q, x);
}

/* ---- the public functions ---- */

static const wgi_ast *plot_at(const wg_program *q, int i)
{
    return q && q->ready && i >= 0 && i < q->numbered.plots ? q->numbered.plot[i] : NULL;
}

int wg_program_plots(const wg_program *q) { return q && q->ready ? q->numbered.plots : 0; }

const char *wg_program_plot_title(const wg_program *q, int i)
{
    const wgi_ast *a = plot_at(q, i);
    return !a ? NULL : a->ident ? a->ident->text : "";
}

wg_figure *wg_program_figure(wg_program *q, int i, wg_figure *f)
{
    const wgi_ast *a = plot_at(q, i), *end;
    if (!q) return wg_fail(NULL, NULL, WG_ERROR_USE, "program_figure: the program is NULL"), NULL;
    if (!q->c || wg_failed(q->c)) return NULL;
    if (!a || !q->now.g)
        return wg_fail(q->c, NULL, WG_ERROR_USE,
                       a ? "program_figure: the program was not built"
                         : "program_figure: no plot %d: the program has %d",
                       i, wg_program_plots(q)),
               NULL;
    drawing d = { .q = q,
                  .f = f ? f
                         : wg_figure_new_at(wgi_site_text(q, "", a->start), q->c,
                                            a->ident ? a->ident->text : "", &WG_OPTS(wg_figure_opts)) };
    int panels = 0;
    for (const wgi_ast *item = a->first; item; item = end)
        if (end = panel_end(item), !draw_panel(&d, panels++, item, end)) return NULL;
    return d.f;
}
