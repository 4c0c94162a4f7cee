/* plot_series.c: the plots of a program, and the data of their series as nodes, so that the rounding of a
 * claim about them is measured. */
#include "lang/plot.h"

#include <string.h>

#include "wengert/ops.h"
#include "wgx/base.h"

static wg_node flat(wg_site here, wg_node x) { return wg_reshape_at(here, x, WG_SHAPE(-1)); }

static bool is_table(wgi_plot_drawing *d, const wgi_ast *a, wg_node n, bool pairs)
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
static bool line_nodes(wgi_plot_drawing *d, wg_site here, wg_node *x, wg_node *y)
{
    const wgi_ast *a = d->item->first, *over = wgi_plot_part(d->item, AST_OVER, NULL);
    wgi_plot_range r;
    *x = wg_none;
    if (over && over->ident) {
        if (!wgi_plot_read_range(d, over, 0, PLACES, &r)) return false;
        *y = wgi_plot_moved_by(d, a, &r, 1);
        if (!wg_failed(d->q->c)) *y = wgi_plot_at_places(d, a, *y, &r, 1, 0, PLACES, x);
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
static wg_node of_class(wgi_plot_drawing *d, wg_site here, wg_node rows, const wgi_ast *class, int64_t k)
{
    wgi_plot_table c, all = { .rows = wg_node_shape(rows).dim[0], .columns = 1 };
    int64_t n = 0;
    if (k < 0 || !class || class->kind == AST_AS) return rows;
    if (!wgi_plot_classes_of(d, class, &c, &all)) return wg_none;
    double *at = wg_alloc(d->q->c, (size_t)c.rows + 1, sizeof *at);
    for (int64_t i = 0; at && i < c.rows; i++)
        if (c.v[i] == (double)k) at[n++] = (double)i;
    const wg_node index = wg_cast_at(here, wgi_new_leaf(d->q, here, "", at, WG_SHAPE(n)), WG_I64);
    return wg_take_at(here, &WG_OPTS(wg_take_args, .x = rows, .indices = index, .axis = 0));
}

/* Rows [x, y]; y may have several columns. */
static wg_node join(wgi_plot_drawing *d, wg_site here, wg_node x, wg_node y)
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

static wg_node point_nodes(wgi_plot_drawing *d, wg_site here, int64_t k)
{
    const wgi_ast *a = d->item->first, *b = a->next && a->next->kind != AST_AS ? a->next : NULL;
    wg_node rows = wgi_eval_node(d->q, a, NULL);
    if (b) rows = join(d, here, flat(here, rows), flat(here, wgi_eval_node(d->q, b, NULL)));
    return is_table(d, a, rows, true) ? of_class(d, here, rows, b ? b->next : NULL, k) : wg_none;
}

/* column: which of the item's names it is; below 0: it has one for all. */
static wg_node series_node(wgi_plot_drawing *d, wg_site here, int64_t column)
{
    const wgi_ast *a = d->item->first;
    wg_node x, y;
    if (d->item->op == PLOT_HISTOGRAM) return flat(here, wgi_eval_node(d->q, a, NULL));
    if (d->item->op != PLOT_LINE && d->item->op != PLOT_BARS) return point_nodes(d, here, column);
    if (!line_nodes(d, here, &x, &y)) return wg_none;
    const bool chosen = column >= 0 && wg_node_shape(y).rank == 2;
    if (column >= 0 && !wgi_plot_names_fit(d, chosen ? wg_node_shape(y).dim[1] : 1)) return wg_none;
    return join(d, here, x,
                chosen ? wg_select_at(here, &WG_OPTS(wg_select_args, .x = y, .axis = 1, .index = column))
                       : y);
}

typedef struct found {
    const wgi_ast *plot;
    wgi_plot_drawing d;
    int64_t column;
    int times;
} found;

/* Looks for the name among those behind `as` in the plot. */
static void look_in(const wgi_ast *plot, const char *name, wgi_plot_drawing *d, found *f,
                    wgx_nearest_word *near)
{
    const wgi_ast *end = NULL;
    for (const wgi_ast *first = plot->first; first && !wg_failed(d->q->c); first = end) {
        if (end = wgi_plot_panel_end(first), !wgi_plot_open_panel(d, first, end)) return;
        for (const wgi_ast *item = first; item != end; item = item->next) {
            const wgi_ast *as = wgi_plot_is_drawn(item) ? wgi_plot_part(item, AST_AS, NULL) : NULL;
            int64_t k = 0;
            for (const wgi_ast *x = as ? as->first : NULL; x; x = x->next, k++) {
                wgx_nearest_try(near, wgi_name_of(x), strlen(wgi_name_of(x)));
                if (strcmp(wgi_name_of(x), name) != 0) continue;
                d->item = item;
                *f = (found){ plot, *d, as->first->next ? k : -1, f->times + 1 };
            }
        }
    }
}

static bool find_series(wg_program *q, const wgi_ast *call, const char *title, const char *name, found *f)
{
    char text[300];
    wgx_nearest_word titles = wgx_nearest_to(title), names = wgx_nearest_to(name);
    wgi_plot_drawing d = { .q = q };
    int plots = 0;
    for (int i = 0; i < q->numbered.plots; i++) {
        const char *its = wg_program_plot_title(q, i);
        if (title) wgx_nearest_try(&titles, its, strlen(its));
        if (!title || !strcmp(title, its)) plots++, look_in(q->numbered.plot[i], name, &d, f, &names);
    }
    if (wgi_failed(q)) return false;
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
    EACH_AST(x, a)
        if (x->kind != AST_TEXT)
            return wgi_syntax_at(q, x, "a text in quotes was expected: the name of a series"), wg_none;
    return find_series(q, call, b ? wgi_name_of(a) : NULL, b ? b->ident->text : wgi_name_of(a), &f)
               ? series_node(&f.d, wgi_site_text(q, "", call->mark), f.column)
               : wg_none;
}

void wgi_series(wg_program *q, const wgi_ast *claim)
{
    wgi_binding *b = claim->kind == AST_NAME ? claim->u.binding : NULL;
    if (b && b->series) b->node = eval_series(q, b->value);
    for (const wgi_ast *x = claim->first; x && !wgi_failed(q); x = x->next) wgi_series(q, x);
}

/* ---- public ---- */

const wgi_ast *wgi_plot_at(const wg_program *q, int i)
{
    return q && q->ready && i >= 0 && i < q->numbered.plots ? q->numbered.plot[i] : NULL;
}

int wg_program_plots(const wg_program *q) { return q && q->ready ? q->numbered.plots : 0; }

const char *wg_program_plot_title(const wg_program *q, int i)
{
    const wgi_ast *a = wgi_plot_at(q, i);
    return !a ? NULL : a->ident ? wgi_name_of(a) : "";
}
