/* plot_read.c: the statement plot: the values of its items, and what a panel holds. Expressions over a name,
 * such as tanh(z) over z in -6:6, are computed for all its values at once, by wg_vmaps: a training before it
 * is not repeated. */
#include "lang/plot.h"

#include <math.h>

#include "wengert/grad.h"
#include "wgx/graph.h"

/* ---- values ---- */

double *wgi_plot_room(wg_program *q, int64_t n)
{
    return wgi_lang_built(q, ((size_t)n + 1) * sizeof(double));
}

static bool read_value(wg_program *q, const wgi_ast *a, wg_node n, double *to)
{
    const wg_tensor t = wg_value_at(wgi_site(q, a, &a, 1), n);
    const int64_t size = t.data ? wg_shape_size(t.shape) : 0;
    for (int64_t i = 0; i < size; i++) to[i] = wg_tensor_item(&t, i);
    return t.data != NULL;
}

/* Of a vector a column, of [n, k] k columns. An axis of more is an error. */
bool wgi_plot_value(wgi_plot_drawing *d, const wgi_ast *a, wgi_plot_table *to)
{
    char text[120];
    const wg_node n = wgi_eval_node(d->q, a, NULL);
    if (wg_failed(d->q->c)) return false;
    const wg_shape s = wg_node_shape(n);
    *to = (wgi_plot_table){ .rows = s.rank ? s.dim[0] : 1, .columns = s.rank > 1 ? s.dim[1] : 1, .shape = s };
    if (s.rank > 3)
        return wgi_fail_at(d->q, a, WG_ERROR_SHAPE, "the value is %s: a plot shows at most three axes",
                           wg_shape_text(s, text, sizeof text));
    if (!wg_shape_size(s))
        return wgi_fail_at(d->q, a, WG_ERROR_SHAPE, "the value is %s: it has no elements",
                           wg_shape_text(s, text, sizeof text));
    to->v = wgi_plot_room(d->q, wg_shape_size(s));
    return to->v && read_value(d->q, a, n, to->v);
}

/* A vector, a scalar, or a matrix of one row or column. */
bool wgi_plot_vector(wgi_plot_drawing *d, const wgi_ast *a, const char *what, wgi_plot_table *to)
{
    char text[120];
    if (!wgi_plot_value(d, a, to)) return false;
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
bool wgi_plot_equal_lengths(wgi_plot_drawing *d, const wgi_ast *a, const wgi_plot_table *x, const wgi_ast *b,
                            const wgi_plot_table *y)
{
    char one[120], other[120];
    if (x->rows == y->rows) return true;
    wgi_quote(d->q, a->start, a->end, one, 60);
    wgi_quote(d->q, b->start, b->end, other, 60);
    return wgi_fail_at(d->q, b, WG_ERROR_SHAPE, "%s has %lld %s and %s has %lld: they must be as many", one,
                       (long long)x->rows, x->columns > 1 ? "rows" : "values", other, (long long)y->rows);
}

/* ---- over a name ---- */

double wgi_plot_place(const wgi_plot_range *r, int64_t i)
{
    const double t = (double)i / (double)(r->places - 1);
    if (r->given) return r->given[i];
    return r->log ? r->from * pow(r->to / r->from, t) : (1 - t) * r->from + t * r->to;
}

bool wgi_plot_is_log(const wgi_plot_drawing *d, int axis)
{
    return d->axis[axis] && d->axis[axis]->u.number != 0;
}

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
    if (wgi_failed(q)) return wg_none;
    if (wg_shape_size(wg_node_shape(n)) == 1) return n;
    wgi_syntax_word(q, over->start, "'%s' is %s: an axis shows one number", b->name,
                    wg_shape_text(wg_node_shape(n), text, sizeof text));
    return wg_none;
}

/* The end of an axis. It is no option of an op, so no name of it is noted. */
bool wgi_plot_known_number(wg_program *q, const wgi_ast *a, double *to)
{
    return wgi_constant(a, to) ||
           wgi_syntax_at(q, a, "the end of an axis must be a number that is known here");
}

bool wgi_plot_read_range(wgi_plot_drawing *d, const wgi_ast *over, int axis, int64_t places,
                         wgi_plot_range *r)
{
    wg_program *q = d->q;
    *r = (wgi_plot_range){ .over = over, .places = places, .log = wgi_plot_is_log(d, axis) };
    if (!wgi_plot_known_number(q, over->first, &r->from) ||
        !wgi_plot_known_number(q, over->first->next, &r->to))
        return false;
    if (!(fabs(r->from) < 1e299 && fabs(r->to) < 1e299))
        return wgi_fail_at(q, over, WG_ERROR_VALUE, "an axis goes from and to numbers below 1e299");
    if (!(r->from < r->to))
        return wgi_fail_at(q, over, WG_ERROR_VALUE, "from %g to %g: the smaller number comes first", r->from,
                           r->to);
    if (r->log && !(r->from > 0))
        return wgi_fail_at(q, over, WG_ERROR_VALUE, "from %g to %g on an axis with 'log': both are above 0",
                           r->from, r->to);
    r->x = leaf_of(q, over, r->from);
    return !wgi_failed(q);
}

/* y for n places from number `first` on. Place k is k % places of the first name, and k / places of the
 * second. rows: gets the places. */
wg_node wgi_plot_at_places(wgi_plot_drawing *d, const wgi_ast *a, wg_node y, const wgi_plot_range r[],
                           int ranges, int64_t first, int64_t n, wg_node rows[])
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
            v[i] = wgi_plot_place(&r[k], k ? (first + i) / r[0].places : (first + i) % r[0].places);
        x[k] = r[k].x, rows[k] = wgi_new_leaf(q, here, "", v, with);
    }
    wg_vmaps_at(here, &y, 1, x, rows, ranges, &all);
    return all;
}

/* Their numbers, into to. */
static bool some_places(wgi_plot_drawing *d, const wgi_ast *a, wg_node y, const wgi_plot_range r[],
                        int ranges, int64_t first, int64_t n, double *to)
{
    wg_program *q = d->q;
    wg_node rows[2];
    const int64_t mark = wgx_graph_mark(q->now.g);
    const wg_node all = wgi_plot_at_places(d, a, y, r, ranges, first, n, rows);
    const bool fine = !wgi_failed(q) && read_value(q, a, all, to);
    wgx_graph_rewind(q->now.g, mark);
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
bool wgi_plot_all_places(wgi_plot_drawing *d, const wgi_ast *a, wg_node y, const wgi_plot_range r[],
                         int ranges, int64_t n, double *to)
{
    const int64_t together = at_once(d->q->now.g), size = wg_shape_size(wg_node_shape(y));
    for (int64_t i = 0; to && i < n; i += together) {
        const int64_t count = n - i < together ? n - i : together;
        if (!some_places(d, a, y, r, ranges, i, count, to + i * size)) return false;
    }
    return to != NULL;
}

/* The expression, which the names can change. wg_none: after an error. */
wg_node wgi_plot_moved_by(wgi_plot_drawing *d, const wgi_ast *a, const wgi_plot_range r[], int ranges)
{
    wg_program *q = d->q;
    const wg_node y = wgi_eval_node(q, a, NULL);
    for (int k = 0; k < ranges && !wgi_failed(q); k++) {
        const wgi_binding *b = r[k].over->u.binding;
        const int line = wgi_fixed_line(q, b, r[k].x, y);
        if (line)
            wgi_syntax_word(q, r[k].over->start,
                            "'%s' is the number of an option, a size or an index in line %d, which an "
                            "axis cannot change; the command "
                            "can: wengert plot --over %s=%g:%g",
                            b->name, line, b->name, r[k].from, r[k].to);
        int at = 0;
        const char *found = wgi_failed(q) ? NULL : wgi_fit_between(q, r[k].x, y, &at);
        if (found)
            wgi_syntax_word(
                q, r[k].over->start,
                "fit in line %d found %s from '%s' once, which an axis cannot change; the command "
                "can: wengert plot --over %s=%g:%g",
                at, *found ? found : "a value", b->name, b->name, r[k].from, r[k].to);
    }
    return wgi_failed(q) ? wg_none : y;
}

/* The expression over one or two names: a row for each place, a column for each element. */
bool wgi_plot_over_names(wgi_plot_drawing *d, const wgi_ast *a, const wgi_plot_range r[], int ranges,
                         int most, wgi_plot_table *to)
{
    wg_program *q = d->q;
    char text[120];
    const wg_node y = wgi_plot_moved_by(d, a, r, ranges);
    if (wgi_failed(q)) return false;
    const int64_t size = wg_shape_size(wg_node_shape(y)), n = r[0].places * (ranges > 1 ? r[1].places : 1);
    if (size < 1 || size > most)
        return wgi_fail_at(q, a, WG_ERROR_SHAPE, "the value is %s at each place: %s",
                           wg_shape_text(wg_node_shape(y), text, sizeof text),
                           most == 1         ? "a scalar was expected; sum, mean or [0] make one"
                           : most == COLUMNS ? "a scalar, or a vector of at most 24, was expected"
                                             : "a class, or a vector of at most 100 scores, was expected");
    *to = (wgi_plot_table){
        .v = wgi_plot_room(q, n * size), .rows = n, .columns = size, .shape = wg_node_shape(y), .node = y
    };
    return wgi_plot_all_places(d, a, y, r, ranges, n, to->v);
}

/* ---- names and classes ---- */

/* One name for all, or one for each. */
bool wgi_plot_names_fit(const wgi_plot_drawing *d, int64_t n)
{
    const wgi_ast *as = wgi_plot_part(d->item, AST_AS, NULL);
    int64_t names = 0;
    EACH_AST(x, as ? as->first : NULL) names++;
    return names < 2 || names == n ||
           wgi_fail_at(d->q, as, WG_ERROR_VALUE, "%lld names for %lld: one, or one for each",
                       (long long)names, (long long)n);
}

/* The class numbers of points; how many classes there are; 0: after an error. */
int wgi_plot_classes_of(wgi_plot_drawing *d, const wgi_ast *a, wgi_plot_table *c, const wgi_plot_table *x)
{
    int n = 0;
    if (!wgi_plot_vector(d, a, "the classes", c) || !wgi_plot_equal_lengths(d, d->item->first, x, a, c))
        return 0;
    for (int64_t i = 0; i < c->rows; i++) {
        if (c->v[i] != floor(c->v[i]) || c->v[i] < 0 || c->v[i] >= CLASSES) {
            wgi_fail_at(d->q, a, WG_ERROR_VALUE, "class %g of point %lld: classes are 0, 1, ... %d", c->v[i],
                        (long long)i, CLASSES - 1);
            return 0;
        }
        if (c->v[i] >= n) n = (int)c->v[i] + 1;
    }
    return wgi_plot_names_fit(d, n) ? n : 0;
}

/* ---- panels ---- */

bool wgi_plot_is_drawn(const wgi_ast *item) { return item->op < PLOT_PANEL; }

/* A panel ends before the next word panel, and before a second image. */
const wgi_ast *wgi_plot_panel_end(const wgi_ast *first)
{
    bool has_image = false;
    EACH_AST(x, first) {
        if (x != first && x->op == PLOT_PANEL) return x;
        if (x->op == PLOT_IMAGE && has_image) return x;
        has_image |= x->op == PLOT_IMAGE;
    }
    return NULL;
}

/* On a surface lie points and lines alone. */
static bool goes_together(wgi_plot_drawing *d, const wgi_ast *first, const wgi_ast *end)
{
    const wgi_ast *surface = NULL, *other = NULL;
    for (const wgi_ast *a = first; a != end; a = a->next)
        if (a->op == PLOT_SURFACE && !surface) surface = a;
        else if (wgi_plot_is_drawn(a) && a->op > PLOT_PATH) other = a;
    return !surface || !other ||
           wgi_syntax_at(d->q, other,
                         "%s beside a surface: a surface has line, points, at and path on it; write panel "
                         "before this",
                         wgi_plot_form_of(other)->word);
}

/* Finds the axes of the panel, and how many items it has. */
bool wgi_plot_open_panel(wgi_plot_drawing *d, const wgi_ast *first, const wgi_ast *end)
{
    int series = 0;
    d->axis[0] = d->axis[1] = NULL;
    for (const wgi_ast *a = first; a != end; a = a->next) {
        series += wgi_plot_is_drawn(a);
        const wgi_ast **axis = &d->axis[a->op == PLOT_Y];
        if (wgi_plot_is_drawn(a) || a->op == PLOT_PANEL) continue;
        if (*axis)
            return wgi_syntax_at(d->q, a, "a second axis '%s' of the panel", wgi_plot_form_of(a)->word);
        *axis = a;
    }
    d->many = series > 1;
    return goes_together(d, first, end);
}
