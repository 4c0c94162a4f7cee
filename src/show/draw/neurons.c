/* neurons.c: the style "neurons": a circle for each unit, a line for each weight.
 *
 *     (x₁)───(h₁)      a line is as wide as the weight is large; a negative one is dashed
 *         ╲ ╱          of more units than fit: the first ones, dots, the last
 *     (x₂)───(h₂)      a unit that dropout has dropped is crossed out
 *     (x₂)───(◐ )      with .heatmaps: what the unit computes over the points of the input
 *
 * A unit whose activation is 0 anyway is not crossed out: its value does not tell whether it was dropped. */
#include <math.h>
#include <stdlib.h>

#include "draw/heatmaps.h"
#include "draw/sketch.h"
#include "wgx/graph.h"

enum {
    UNITS = 12,
    VALUED_UNITS = 7,
    MAPPED_UNITS = 8,
    FIRST = 5,
    COLUMNS = 9,
    AREA = 470,
    PITCH = 74,
    MAP_AREA = 500, /* with names below the circles */
    MAP_PITCH = 92,
    BELOW = 12, /* from a circle to the baseline of its name */
    HEAD = 40,
    PARTS = 3,
    LOSS = 78,
    LOSS_NEAR = 40,
    BOX = 48
};

typedef struct column {
    int64_t item, units;
    int shown;
    double x;
    double value[UNITS]; /* NaN and known: it is NaN */
    bool known, gone[UNITS];
    double largest; /* |value| of its maps */
    const wgi_laid_formula *name, *label[UNITS], *count;
    const char *text[UNITS], *part[PARTS]; /* part: what stands below the count */
} column;

/* The weights between two columns. */
typedef struct fan {
    bool known;
    double w[UNITS][UNITS]; /* from unit [a] to unit [b], by place */
} fan;

typedef struct drawing {
    wgi_net *n;
    column *column;
    fan *fan; /* fan[i]: from column i to column i + 1 */
    int columns;
    int most;  /* units of a column that has no dots */
    int parts; /* the most that stand below a column */
    double radius, pitch, gap, largest, middle, bottom;
    double far, box; /* how far the loss is; the width of its box */
    bool drops, maps;
    wgi_heat heat;
    const wgi_laid_formula *loss;
} drawing;

/* Which unit stands at a place. */
static int64_t unit_at(const drawing *d, const column *k, int place)
{
    return k->units > d->most && place == FIRST ? k->units - 1 : place;
}

/* Dots take a place, too. */
static int places(const drawing *d, const column *k) { return k->shown + (k->units > d->most); }

static double y_at(const drawing *d, const column *k, int place)
{
    const int row = k->units > d->most && place == FIRST ? FIRST + 1 : place;
    return d->middle + (row - (places(d, k) - 1) / 2.0) * d->pitch;
}

/* ---- numbers ---- */

/* Element j of the first example: of a matrix a row, or if it is turned a column. */
static int64_t element_of(const wg_tensor *t, int64_t j, bool turned)
{
    return turned && t->shape.rank > 1 ? j * t->shape.dim[t->shape.rank - 1] : j;
}

static bool read_units(const drawing *d, const column *k, int64_t item, bool turned, double to[])
{
    wg_tensor t;
    const bool known = wgx_peek(wgi_item_node(&d->n->p->view, item), &t) && t.data;
    for (int i = 0; known && i < k->shown; i++) {
        const int64_t at = element_of(&t, unit_at(d, k, i), turned);
        to[i] = at < wg_shape_size(t.shape) ? wg_tensor_item(&t, at) : NAN;
    }
    return known;
}

/* What was not 0 before dropout, and is 0 behind it. */
static void find_gone(drawing *d, column *k, const wgi_layer *l)
{
    double before[UNITS], after[UNITS];
    const wgi_view *v = &d->n->p->view;
    if (l->dropout < 0) return;
    const int32_t x = *wgi_operand(v, &v->item[l->dropout], 0);
    if (!read_units(d, k, x, l->turned, before) || !read_units(d, k, l->dropout, l->turned, after)) return;
    for (int i = 0; i < k->shown; i++)
        if (before[i] != 0 && after[i] == 0) k->gone[i] = d->drops = true;
}

static void read_weights(drawing *d, int i)
{
    const wgi_layer *l = &d->n->chain.layer[i];
    const column *from = &d->column[i], *to = &d->column[i + 1];
    fan *f = &d->fan[i];
    wg_tensor t;
    if (!(f->known = wgx_peek(wgi_item_node(&d->n->p->view, l->weights), &t) && t.data)) return;
    for (int a = 0; a < from->shown; a++)
        for (int b = 0; b < to->shown; b++) {
            const int64_t j = unit_at(d, from, a), k = unit_at(d, to, b);
            f->w[a][b] =
                wg_tensor_item(&t, l->turned != l->transposed ? k * l->inputs + j : j * l->outputs + k);
            if (isfinite(f->w[a][b])) d->largest = fmax(d->largest, fabs(f->w[a][b]));
        }
}

/* ---- names ---- */

/* The node of a name, with the number of a unit below: x₁, and a₁,₂ of a₁. 0: it is an expression. */
static int unit_name(const drawing *d, int name, int64_t unit)
{
    wgi_formula *f = d->n->f;
    wgi_formula_node *k = &f->node[name];
    if (k->kind != WGI_F_NAME) return 0;
    const wgi_name_parts parts = wgi_name_split(k->text, k->length, k->look);
    const int at = wgi_formula_new(f, WGI_F_AT, name, 0);
    k->axes = WGI_F_NO_AXES;
    if (parts.below_length && !parts.accent) {
        k->text = parts.base, k->length = parts.base_length;
        wgi_formula_add(f, at, wgi_formula_name(f, parts.below, parts.below_length, 0));
    }
    wgi_formula_add(f, at, wgi_formula_number(f, (double)unit));
    return at;
}

/* One unit is called as its layer. NULL: another node has the name of the unit. */
static const wgi_laid_formula *lay_out_unit(const drawing *d, const column *k, int64_t layer, int place)
{
    wgi_picture *p = d->n->p;
    if (!wgi_begin_formula(p)) return NULL;
    const int name = wgi_net_name(d->n, k->item, "a", layer);
    if (k->units == 1) return wgi_lay_out(p, name, WGI_F_FLAT);
    const int64_t unit = unit_at(d, k, place) + 1;
    const char *own = wgi_pool_format(p->pool, "%s_%lld", p->view.item[k->item].name, (long long)unit);
    return wgi_view_has_name(&p->view, own) ? NULL : wgi_lay_out(p, unit_name(d, name, unit), WGI_F_FLAT);
}

/* What stands in a circle: the name of the unit, or its value. */
static void label_units(drawing *d, column *k, int64_t layer, bool turned)
{
    k->known = d->n->p->o->values && read_units(d, k, k->item, turned, k->value);
    for (int i = 0; i < k->shown; i++) {
        wgi_strbuf b = { .pool = d->n->p->pool };
        if (k->known) wgi_put_number(&b, k->value[i]), k->text[i] = wgi_strbuf_keep(&b);
        else k->label[i] = lay_out_unit(d, k, layer, i);
    }
}

static void fill_column(drawing *d, int i)
{
    const wgi_net *n = d->n;
    const wgi_layer *l = i ? &n->chain.layer[i - 1] : &n->chain.layer[0];
    column *k = &d->column[i];
    k->item = i ? l->output : l->input, k->units = i ? l->outputs : l->inputs;
    k->shown = (int)(k->units > d->most ? FIRST + 1 : k->units);
    k->name = wgi_net_lay_out_name(n, k->item, i), k->count = wgi_net_lay_out_count(n, k->units);
    label_units(d, k, i, l->turned);
    if (!i) return;
    for (int j = 0; j < l->parts; j++) k->part[j] = wgi_net_function(n, l->part[j]);
    if (!d->maps) find_gone(d, k, l);
}

/* ---- maps ---- */

static bool turned_at(const drawing *d, int i) { return d->n->chain.layer[i ? i - 1 : 0].turned; }

static bool read_map(const drawing *d, int i, int place)
{
    const column *k = &d->column[i];
    return wgi_heat_read(d->n, &d->heat, k->item, unit_at(d, k, place), k->units, turned_at(d, i));
}

static wg_status refuse_map(const drawing *d, const column *k)
{
    wgi_pool *pool = d->n->p->pool;
    return WGI_REFUSE(d->n->p, "draw: .heatmaps: '%s' has no value for each of the %lld points of '%s'",
                      wgi_pool_clean(pool, wgi_net_item(d->n, k->item)->name, WGI_SKETCH_NAME),
                      (long long)(d->heat.side * d->heat.side),
                      wgi_pool_clean(pool, wgi_net_item(d->n, d->heat.item)->name, WGI_SKETCH_NAME));
}

/* Finds how large the values of each layer are. A unit with a NaN says so. */
static wg_status read_maps(drawing *d)
{
    const wg_status s = wgi_heat_find(d->n, &d->heat);
    for (int i = 0; s == WG_OK && i < d->columns; i++) {
        column *k = &d->column[i];
        for (int j = 0; j < k->shown; j++) {
            if (!read_map(d, i, j)) return refuse_map(d, k);
            k->largest = fmax(k->largest, wgi_heat_most(&d->heat));
            if (wgi_heat_has_nan(&d->heat)) k->text[j] = "NaN";
        }
    }
    return s;
}

/* ---- sizes ---- */

/* If the names of a column do not fit into its circles, these have numbers alone. */
static void number_units(const drawing *d, column *k)
{
    bool fits = true;
    for (int j = 0; j < k->shown; j++) fits &= k->label[j] && k->label[j]->width <= 2 * d->radius - 3;
    for (int j = 0; j < k->shown && !fits && !k->known; j++)
        k->text[j] = wgi_pool_format(d->n->p->pool, "%lld", (long long)unit_at(d, k, j) + 1);
}

/* The picture is about twice as wide as it is high. */
static void measure(drawing *d)
{
    int rows = 3;
    for (int i = 0; i < d->columns; i++) {
        if (places(d, &d->column[i]) > rows) rows = places(d, &d->column[i]);
        for (int j = 0; j < PARTS && d->column[i].part[j]; j++)
            d->parts = j + 1 > d->parts ? j + 1 : d->parts;
    }
    d->pitch = d->maps ? fmin(MAP_PITCH, (double)MAP_AREA / rows) : fmin(PITCH, (double)AREA / rows);
    d->radius = d->maps ? fmin(36, 0.36 * d->pitch) : fmin(31, 0.46 * d->pitch);
    d->middle = HEAD + rows * d->pitch / 2;
    d->box = fmax(BOX, d->loss ? ceil(d->loss->width) + 14 : 0);
    d->bottom = HEAD + rows * d->pitch + (d->maps ? 27 : 16);
    const double wide = d->maps ? 900 : 944;
    d->gap = fmax(118, fmin(320, fmin(wide, 1.6 * d->bottom) / (d->columns - 1)));
    /* on a canvas that is less than one and a half times as wide as high the columns stand closer */
    const wgi_canvas *k = wgi_canvas_of(d->n->p);
    const bool narrow = k && k->fixed && k->w < 1.5 * k->h;
    d->far = narrow ? LOSS_NEAR : LOSS;
    const double sides = 60 + (d->loss ? d->radius + d->far + d->box : 60);
    if (narrow)
        d->gap =
            fmax(2.6 * d->radius + 20, fmin(d->gap, (k->w / k->h * d->bottom - sides) / (d->columns - 1)));
    for (int i = 0; i < d->columns; i++) {
        d->column[i].x = 60 + i * d->gap;
        if (!d->maps) number_units(d, &d->column[i]);
    }
}

/* ---- elements ---- */

static void put_fan(const wgi_svg *w, const drawing *d, int i)
{
    const column *from = &d->column[i], *to = &d->column[i + 1];
    const fan *f = &d->fan[i];
    for (int a = 0; a < from->shown; a++)
        for (int b = 0; b < to->shown; b++) {
            const double v = f->w[a][b], share = d->largest > 0 && isfinite(v) ? fabs(v) / d->largest : 0,
                         y = y_at(d, from, a), y2 = y_at(d, to, b), length = hypot(d->gap, y2 - y),
                         dx = d->radius * d->gap / length, dy = d->radius * (y2 - y) / length;
            const bool gone = from->gone[a] || to->gone[b];
            wgi_sketch_line(w, from->x + dx, y + dy, to->x - dx, y2 - dy,
                            gone || !f->known ? 1 : wgi_svg_eighth(0.625 + 4.5 * share),
                            gone        ? "gone"
                            : !f->known ? "plain"
                            : v < 0     ? "down"
                                        : "up");
        }
}

static void put_cross(const wgi_svg *w, const drawing *d, double x, double y)
{
    const double r = 0.7 * d->radius;
    wgi_sketch_line(w, x - r, y - r, x + r, y + r, 2, "cross");
    wgi_sketch_line(w, x - r, y + r, x + r, y - r, 2, "cross");
}

/* A circle with its map. */
static void put_mapped_unit(const wgi_svg *w, const drawing *d, int i, int place)
{
    wgi_strbuf *b = w->b;
    const column *k = &d->column[i];
    const double x = wgi_svg_eighth(k->x), y = wgi_svg_eighth(y_at(d, k, place)),
                 r = wgi_svg_eighth(d->radius);
    wgi_strbuf_put(b, "<g class=\"unit\">");
    WGI_SVG_PUT(b, "<circle cx=\"@\" cy=\"@\" r=\"@\"/>\n", x, y, r);
    if (read_map(d, i, place)) wgi_heat_put(w, &d->heat, x, y, r, k->largest);
    if (k->text[place]) wgi_svg_text(b, x, y + 5, WGI_BODY, false, "middle", "alarm", k->text[place]);
    wgi_strbuf_put(b, "</g>\n");
}

/* Over lines, and under circles. A unit whose name another node has is called by its number. */
static void put_names_below(const wgi_svg *w, const drawing *d, const column *k)
{
    wgi_strbuf_put(w->b, "<g class=\"halo\">\n");
    for (int i = 0; i < k->shown; i++) {
        const double y = wgi_svg_eighth(y_at(d, k, i) + d->radius + BELOW);
        const char *number = wgi_pool_format(w->p->pool, "%lld", (long long)unit_at(d, k, i) + 1);
        if (k->label[i]) wgi_sketch_formula(w, k->label[i], k->x, y, d->gap - 2 * d->radius, "ink");
        else wgi_svg_text(w->b, k->x, y, WGI_BODY, false, "middle", "ink", number);
    }
    wgi_strbuf_put(w->b, "</g>\n");
}

static void put_unit(const wgi_svg *w, const drawing *d, const column *k, int place)
{
    wgi_strbuf *b = w->b;
    const double y = y_at(d, k, place), most = 2 * d->radius - 3;
    const char *text = k->text[place];
    wgi_strbuf_format(b, "<g class=\"unit%s%s\">", k == d->column ? " input" : "",
                      k->gone[place] ? " gone" : "");
    WGI_SVG_PUT(b, "<circle cx=\"@\" cy=\"@\" r=\"@\"/>\n", wgi_svg_eighth(k->x), wgi_svg_eighth(y),
                wgi_svg_eighth(d->radius));
    wgi_strbuf_put(b, "</g>\n");
    const char *class = k->gone[place] ? "outside" : k->known ? "value" : "ink";
    if (!text) wgi_sketch_formula(w, k->label[place], k->x, y + 5, most, class);
    else {
        const double size = fmin(WGI_BODY, WGI_BODY * most / wgi_text_width(text, WGI_BODY, WGI_REGULAR));
        wgi_svg_text(b, k->x, wgi_svg_eighth(y + 0.36 * size), wgi_svg_eighth(size), false, "middle", class,
                     text);
    }
    if (k->gone[place]) put_cross(w, d, k->x, y);
}

static void put_column(const wgi_svg *w, const drawing *d, int at)
{
    const column *k = &d->column[at];
    double y = d->bottom;
    wgi_sketch_formula(w, k->name, k->x, 16, d->gap - 12, "ink");
    if (d->maps) put_names_below(w, d, k);
    for (int i = 0; i < k->shown; i++)
        if (d->maps) put_mapped_unit(w, d, at, i);
        else put_unit(w, d, k, i);
    const double dots = y_at(d, k, FIRST) - d->pitch + 8;
    if (k->units > d->most) wgi_svg_text(w->b, k->x, dots, WGI_TITLE + 4, true, "middle", "ink", "⋮");
    wgi_sketch_formula(w, k->count, k->x, y, d->gap - 12, "outside");
    for (int i = 0; i < PARTS && k->part[i]; i++)
        wgi_sketch_text(w, k->x, y += WGI_SKETCH_LINE, "outside", k->part[i]);
}

/* Each output leads to the loss. */
static void put_loss(const wgi_svg *w, const drawing *d)
{
    const column *k = &d->column[d->columns - 1];
    const double x = k->x + d->radius + d->far, h = 2 * fmin(d->radius, 22);
    for (int i = 0; i < k->shown; i++)
        wgi_sketch_line(w, k->x + d->radius, y_at(d, k, i), x, d->middle, 1, "plain");
    wgi_sketch_box(w, "loss", x, d->middle - h / 2, d->box, h);
    wgi_sketch_formula(w, d->loss, x + d->box / 2, d->middle + 5, d->box, "ink");
}

static void put_net(const wgi_svg *w, const void *with)
{
    const drawing *d = with;
    if (d->maps) wgi_heat_style(w, &d->heat, wgi_svg_eighth(d->radius));
    for (int i = 0; i + 1 < d->columns; i++) put_fan(w, d, i);
    if (d->loss) put_loss(w, d);
    for (int i = 0; i < d->columns; i++) put_column(w, d, i);
}

/* ---- texts ---- */

static int64_t examples_of(const drawing *d)
{
    const wg_shape s = wgi_item_shape(&d->n->p->view, d->column[d->columns - 1].item);
    const int64_t units = d->column[d->columns - 1].units;
    return units ? wg_shape_size(s) / units : 0;
}

/* "x₁ = −4 … 4" */
static void put_axis(wgi_strbuf *b, const drawing *d, int c)
{
    const char *name = wgi_net_item(d->n, d->heat.item)->name;
    const double low = d->heat.low[c], high = d->heat.high[c], large = fmax(fabs(low), fabs(high)),
                 at[2] = { low, high };
    const int digits = 3 + (int)fmin(3, fmax(0, ceil(log10(large / (high - low)))));
    wgi_strbuf_clean(b, *name ? name : "column ", WGI_SKETCH_NAME);
    wgi_strbuf_put(b, c ? "₂ = " : "₁ = ");
    for (int i = 0; i < 2; i++) {
        char text[32];
        snprintf(text, sizeof text, "%.*g", digits, fabs(at[i]) < 1e-9 * large ? 0 : at[i]);
        wgi_put_number(b, strtod(text, NULL)), wgi_strbuf_put(b, i ? "" : " … ");
    }
}

static void explain_maps(wgi_strbuf *b, const drawing *d)
{
    wgi_strbuf_put(b, "in circles: the value over "), put_axis(b, d, 0);
    wgi_strbuf_put(b, " (right) and "), put_axis(b, d, 1);
    wgi_strbuf_put(b, " (up), in full colour the largest of the layer; orange: above 0; blue: below 0; ");
}

/* What lines, crosses and numbers mean, and what the loss is. */
static const char *last_line(const drawing *d, const char *others)
{
    wgi_strbuf b = { .pool = d->n->p->pool };
    bool known = true;
    for (int i = 0; i + 1 < d->columns; i++) known &= d->fan[i].known;
    if (d->maps) explain_maps(&b, d);
    if (known && d->maps) wgi_strbuf_put(&b, "width: |w|; dashed: w < 0");
    else if (known) wgi_strbuf_put(&b, "width: |w|; blue, solid: w > 0; red, dashed: w < 0");
    else wgi_strbuf_put(&b, "a line for each weight");
    if (d->drops) wgi_strbuf_put(&b, "; crossed out: dropped");
    if ((d->drops || d->n->p->o->values) && examples_of(d) > 1)
        wgi_strbuf_format(&b, "; of the first of %lld examples", (long long)examples_of(d));
    wgi_strbuf_put(&b, others);
    return wgi_strbuf_keep(&b);
}

static const char *description(const drawing *d)
{
    wgi_strbuf b = { .pool = d->n->p->pool };
    for (int i = 0; i < d->columns; i++)
        wgi_strbuf_format(&b, "%s%lld", i ? ", " : "layers of neurons: ", (long long)d->column[i].units);
    return wgi_strbuf_keep(&b);
}

wg_status wgi_neurons_write(wgi_net *n, wgi_strbuf *out)
{
    wgi_picture *p = n->p;
    const int64_t layers = n->chain.layers;
    if (layers >= COLUMNS)
        return WGI_REFUSE(p, "draw: style neurons: %lld layers, more than %d: draw them in style blocks",
                          (long long)layers, COLUMNS - 1);
    drawing d = { .n = n, .columns = (int)layers + 1, .maps = p->o->heatmaps };
    d.most = d.maps ? MAPPED_UNITS : p->o->values ? VALUED_UNITS : UNITS;
    d.column = wgi_pool_take(p->pool, d.columns, sizeof *d.column);
    d.fan = wgi_pool_take(p->pool, layers, sizeof *d.fan);
    if (p->pool->failed) return WG_ERROR_MEMORY;
    for (int i = 0; i < d.columns; i++) fill_column(&d, i);
    for (int i = 0; i < layers; i++) read_weights(&d, i);
    if (n->chain.has_loss) d.loss = wgi_net_lay_out_name(n, n->root, 0);
    if (p->pool->failed) return WG_ERROR_MEMORY;
    const wg_status mapped = d.maps ? read_maps(&d) : WG_OK;
    if (mapped != WG_OK) return mapped;
    measure(&d);
    const char *others = wgi_net_others(n, "a");
    if (!others) return p->pool->failed ? WG_ERROR_MEMORY : WG_ERROR_VALUE;
    p->less.hidden = last_line(&d, others);
    const wgi_sketch s = { .description = description(&d),
                           .w = d.column[d.columns - 1].x + (d.loss ? d.radius + d.far + d.box : 60),
                           .h = d.bottom + 8 + d.parts * WGI_SKETCH_LINE,
                           .circles = true,
                           .put = put_net,
                           .with = &d };
    return p->pool->failed ? WG_ERROR_MEMORY : wgi_svg_write_sketch(p, &s, out);
}
