/* sketch.c: the styles of layers: which there are, what they refuse, and what they share. */
#include "draw/sketch.h"

#include <math.h>
#include <string.h>

/* The last line has no longer text of what is no layer. Of more operands a call does not show all. */
enum { LINE_MOST = 400, OPERANDS_MOST = 5 };

typedef struct style {
    const char *name;
    wg_status (*write)(wgi_net *n, wgi_strbuf *out); /* NULL: it is written from boxes */
} style;

static const style styles[] = {
    { "cards", NULL }, { "circuit", NULL }, { "neurons", wgi_neurons_write }, { "blocks", wgi_blocks_write }
};
enum { STYLES = WGI_COUNT(styles) };

static const style *style_of(const wg_draw_opts *o)
{
    for (int i = 0; i < STYLES; i++)
        if (strcmp(o->style ? o->style : styles[0].name, styles[i].name) == 0) return &styles[i];
    return NULL;
}

bool wgi_is_sketch(const wg_draw_opts *o)
{
    const style *s = style_of(o);
    return s && s->write;
}

/* An option that a sketch has not; NULL: there is none. */
static const char *refused_by_sketch(const wg_draw_opts *o)
{
    return o->hide && *o->hide                      ? ".hide"
           : o->legend                              ? ".legend"
           : o->mark_count                          ? ".marks"
           : !wg_is_none(o->beside)                 ? ".beside"
           : o->depth                               ? ".depth"
           : o->keep                                ? ".keep"
           : o->edges                               ? ".edges"
           : o->wrt_count                           ? ".wrt"
           : wgi_level_of(o)                        ? ".level"
           : style_of(o)->write == wgi_blocks_write ? (o->values ? ".values" : NULL)
           : o->backward                            ? ".backward"
                                                    : NULL;
}

wg_status wgi_check_style(const wgi_picture *p)
{
    const wg_draw_opts *o = p->o;
    const style *s = style_of(o);
    if (!s) return WGI_REFUSE(p, "draw: .style \"%s\": cards, circuit, neurons or blocks", o->style);
    if (o->heatmaps && s->write != wgi_neurons_write)
        return WGI_REFUSE(p, "draw: .heatmaps are those of .style \"neurons\", not of \"%s\"", s->name);
    if (o->heatmaps && o->values)
        return WGI_REFUSE(p, "draw: .values and .heatmaps: a circle has a number or a map; give one of them");
    if (s == styles) return WG_OK;
    const char *with = o->steps      ? ".steps"
                       : o->top_down ? ".top_down"
                       : o->overlay  ? ".overlay"
                       : s->write    ? refused_by_sketch(o)
                                     : NULL;
    if (with) return WGI_REFUSE(p, "draw: .style \"%s\" has no %s", s->name, with);
    if (!p->format->is_image)
        return WGI_REFUSE(p, "draw: .style \"%s\" is drawn as svg, png or pdf, not as %s", s->name,
                          p->format->name);
    return s->write ? wgi_check_fit(p) : WG_OK;
}

/* ---- the style's rules ---- */

void wgi_sketch_style(wgi_strbuf *b, const char *id, bool circles)
{
    static const struct {
        const char *what, *property, *light, *variable;
    } rules[] = { { ".unit circle", "stroke", "#212121", "ink" },
                  { ".unit circle", "fill", "#ffffff", "constant-fill" },
                  { ".unit.input circle", "fill", "#e3f2fd", "input-fill" },
                  { ".unit.gone circle", "stroke", "#57606a", "line" },
                  { ".up", "stroke", "#1565c0", "input" },
                  { ".down", "stroke", "#d32f2f", "back" },
                  { ".gone", "stroke", "#57606a", "line" },
                  { ".cross", "stroke", "#d32f2f", "back" },
                  { ".plain", "stroke", "#57606a", "line" },
                  { ".arrow", "stroke", "#212121", "ink" },
                  { ".back", "stroke", "#d32f2f", "back" },
                  { "polygon.arrow", "fill", "#212121", "ink" },
                  { "polygon.back", "fill", "#d32f2f", "back" },
                  { "polygon.plain", "fill", "#57606a", "line" } };
    wgi_strbuf_put(b, "<style>\n");
    for (size_t i = circles ? 0 : 8; i < WGI_COUNT(rules); i++) /* .plain is rule 8 */
        wgi_strbuf_format(b, "#%s %s { %s: %s; %s: var(--%s) }\n", id, rules[i].what, rules[i].property,
                          rules[i].light, rules[i].property, rules[i].variable);
    if (circles)
        wgi_strbuf_format(b,
                          "#%s circle { stroke-width: 1.75 } #%s .gone circle, #%s line.gone { "
                          "stroke-dasharray: 3 4 } #%s line.gone { stroke-opacity: 0.45 }\n"
                          "#%s line.down { stroke-dasharray: 7 4 }\n",
                          id, id, id, id, id);
    wgi_strbuf_format(b, "#%s line.kept { stroke-dasharray: 4 4 }\n</style>\n", id);
}

/* ---- names ---- */

bool wgi_net_is_named(const wgi_net *n, int64_t i)
{
    const wgi_name_source s = wgi_net_item(n, i)->source;
    return s == WGI_NAME_GIVEN || s == WGI_NAME_ARGUMENT || s == WGI_NAME_NUMBERED;
}

static const char *letter_above(const wgi_net *n, const char *letter, const char *above)
{
    wgi_strbuf b = { .pool = n->p->pool };
    wgi_strbuf_put(&b, letter);
    for (; *above; above++) wgi_strbuf_put(&b, wgi_small(*above, true));
    return wgi_strbuf_keep(&b);
}

static const char *number_of(const wgi_net *n, int64_t layer)
{
    return wgi_pool_format(n->p->pool, "(%lld)", (long long)layer);
}

int wgi_net_letter(const wgi_net *n, const char *letter, const char *above)
{
    const char *name = letter_above(n, letter, above);
    const int node = wgi_formula_name(n->f, name, (int)strlen(name), 0);
    if (node) n->f->node[node].axes = WGI_F_HAS_AXES;
    return node;
}

int wgi_net_name(const wgi_net *n, int64_t i, const char *letter, int64_t layer)
{
    const wgi_item *y = wgi_net_item(n, i);
    if (wgi_net_is_named(n, i) || !y->op || wgi_is_transpose(&n->p->view, y))
        return wgi_put_name(n->p, y, WGI_SKETCH_NAME);
    return wgi_net_letter(n, letter, number_of(n, layer));
}

const wgi_laid_formula *wgi_net_lay_out_name(const wgi_net *n, int64_t i, int64_t layer)
{
    if (!wgi_begin_formula(n->p)) return NULL;
    return wgi_lay_out(n->p, wgi_net_name(n, i, "a", layer), WGI_F_FLAT);
}

const wgi_laid_formula *wgi_net_lay_out_count(const wgi_net *n, int64_t units)
{
    if (!wgi_begin_formula(n->p)) return NULL;
    const int name = wgi_formula_name(n->f, "n", 1, 0), count = wgi_formula_number(n->f, (double)units);
    n->f->node[name].axes = WGI_F_NO_AXES;
    return wgi_lay_out(n->p, wgi_formula_new(n->f, WGI_F_EQUATION, name, count), WGI_F_FLAT);
}

const char *wgi_net_function(const wgi_net *n, int64_t i)
{
    return wgi_pool_clean(n->p->pool, wgi_op_word(wgi_net_item(n, i)->op), WGI_SKETCH_NAME);
}

/* ---- what is no layer ---- */

wg_status wgi_net_refuse(const wgi_net *n, int64_t i, const char *why)
{
    const wg_site here = wgi_net_item(n, i)->here;
    return WGI_DRAW_FAIL(n->p->c, here ? here : n->p->here, WG_ERROR_VALUE,
                         "draw: style %s: %s: draw it in style cards or circuit", n->p->o->style, why);
}

/* The item's name in the drawing is its name in the last line, too. */
static void name_part(const wgi_net *n, int64_t i, const char *letter, int64_t layer)
{
    wgi_item *y = i < 0 ? NULL : &n->p->view.item[i];
    if (!y || !y->op || wgi_net_is_named(n, i) || wgi_is_transpose(&n->p->view, y)) return;
    y->name = letter_above(n, letter, layer < 0 ? "" : number_of(n, layer));
    y->source = WGI_NAME_GIVEN, y->tree = NULL;
}

/* drawn: what the drawing shows of the layers; a transpose is in a name. */
static void name_parts(const wgi_net *n, const char *output, unsigned char *drawn)
{
    const wgi_layers *c = &n->chain;
    name_part(n, c->layer[0].input, "a", 0);
    for (int64_t i = 0; i < c->layers; i++) {
        const wgi_layer *l = &c->layer[i];
        const int32_t part[] = { l->input, l->weights, l->bias, l->gamma, l->beta };
        static const char *const letter[] = { "a", "W", "b", "γ", "β" };
        drawn[l->linear] = drawn[l->sum] = true;
        for (int k = 0; k < l->parts; k++) drawn[l->part[k]] = true;
        for (int k = 1; k < 5; k++) name_part(n, part[k], letter[k], i + 1);
        for (int k = 0; k < 5; k++)
            if (part[k] >= 0 && wgi_is_transpose(&n->p->view, wgi_net_item(n, part[k])))
                drawn[part[k]] = true;
    }
    name_part(n, c->output, output, c->layers);
}

static bool put_equation(const wgi_net *n, int64_t i, const unsigned char *inside, wgi_strbuf *b)
{
    const wgi_view *v = &n->p->view;
    bool whole = false;
    wgi_equation *e = wgi_equation_make(v, i, inside);
    const char *right = wgi_equation_text(v, &v->item[i], e, &whole);
    wgi_equation_free(e);
    wgi_strbuf_format(b, "; %s = %s", wgi_symbol(v, &v->item[i], WGI_SKETCH_NAME), right);
    return whole && b->length < LINE_MOST;
}

/* Whether the drawing does not show item i, which is computed. The averages that a norm has stored are part
 * of it; but blocks say how gradients are computed, and know only those of a batch. */
static bool is_beside(const wgi_net *n, const unsigned char *drawn, int64_t i)
{
    const wgi_item *y = wgi_net_item(n, i);
    if (y->stored && style_of(n->p->o)->write == wgi_neurons_write) return false;
    return wgi_item_leaf(&n->p->view, i) == WG_LEAF_NONE && !drawn[i] && !y->is_inline && !y->folded;
}

/* Items that stand in the equations of others, and in none. */
static int64_t find_unwritten(const wgi_net *n, unsigned char *inside, const unsigned char *drawn)
{
    const wgi_view *v = &n->p->view;
    int64_t first = -1;
    for (int64_t i = v->items - 1; i >= 0; i--) {
        if (inside[i] == 1) first = i;
        for (int k = 0; is_beside(n, drawn, i) && inside[i] != 1 && k < v->item[i].operands; k++) {
            const int32_t at = *wgi_operand(v, &v->item[i], k);
            if (at >= 0 && inside[at]) inside[at] = 2;
        }
    }
    return first;
}

/* false: one is refused. */
static bool put_equations(const wgi_net *n, const unsigned char *drawn, const unsigned char *inside,
                          wgi_strbuf *b)
{
    const wgi_view *v = &n->p->view;
    for (int64_t i = 0; i < v->items; i++) {
        if (!is_beside(n, drawn, i)) continue;
        if (v->item[i].operands <= OPERANDS_MOST && (inside[i] || put_equation(n, i, inside, b))) continue;
        wgi_net_refuse(n, i,
                       wgi_pool_format(v->pool, "%s, and is too long for the last line", wgi_no_layer(v, i)));
        return false;
    }
    return true;
}

const char *wgi_net_others(const wgi_net *n, const char *output)
{
    const wgi_view *v = &n->p->view;
    wgi_strbuf b = { .pool = v->pool };
    unsigned char *drawn = wgi_pool_take(v->pool, v->items, 1), *inside = wgi_pool_take(v->pool, v->items, 1);
    if (v->pool->failed) return NULL;
    name_parts(n, output, drawn);
    for (int64_t i = 0; i < v->items; i++)
        inside[i] = is_beside(n, drawn, i) && i != n->root && !wgi_net_is_named(n, i);
    if (!put_equations(n, drawn, inside, &b)) return NULL;
    const int64_t left = find_unwritten(n, inside, drawn);
    if (left >= 0) wgi_net_refuse(n, left, wgi_no_layer(v, left));
    return left >= 0 ? NULL : wgi_strbuf_keep(&b);
}

/* ---- elements ---- */

void wgi_sketch_formula(const wgi_svg *w, const wgi_laid_formula *k, double x, double y, double most,
                        const char *class)
{
    if (!k) return;
    const double scale = fmin(1, most / fmax(1, k->width));
    wgi_svg_formula(w->b, k, x - scale * k->width / 2, y, scale, class);
}

void wgi_sketch_text(const wgi_svg *w, double x, double y, const char *class, const char *text)
{
    wgi_svg_text(w->b, x, y, WGI_BODY, false, "middle", class, text);
}

void wgi_sketch_line(const wgi_svg *w, double x, double y, double x2, double y2, double width,
                     const char *class)
{
    WGI_SVG_PUT(w->b, "<line x1=\"@\" y1=\"@\" x2=\"@\" y2=\"@\" stroke-width=\"@\" class=\"",
                wgi_svg_eighth(x), wgi_svg_eighth(y), wgi_svg_eighth(x2), wgi_svg_eighth(y2), width);
    wgi_strbuf_put(w->b, class), wgi_strbuf_put(w->b, "\"/>\n");
}

void wgi_sketch_box(const wgi_svg *w, const char *class, double x, double y, double width, double h)
{
    wgi_strbuf_format(w->b, "<g class=\"%s\">", class);
    wgi_svg_rect(w->b, x, y, width, h, 8, "");
    wgi_strbuf_put(w->b, "</g>\n");
}

/* ---- from graph to drawing ---- */

static wg_status make_net(wgi_net *n, wg_node root)
{
    wgi_picture *p = n->p;
    if (!wg_node_ok(root))
        return WGI_REFUSE(p, "draw: style %s: layers are those of a root, and this graph has none",
                          p->o->style);
    if (wgi_view_make(&p->view, p->pool, p->g, &root, 1, WGI_WRITTEN, p->here, p->o->source) != WG_OK)
        return WG_ERROR_MEMORY;
    p->less.hidden = "";
    n->root = p->view.item_of[root.index];
    wgi_find_layers(&p->view, n->root, &n->chain);
    if (p->pool->failed) return WG_ERROR_MEMORY;
    if (n->chain.obstacle) return wgi_net_refuse(n, n->chain.obstacle_at, n->chain.obstacle);
    if (n->chain.has_loss) name_part(n, n->root, wgi_view_has_name(&p->view, "J") ? "loss" : "J", -1);
    return (n->f = wgi_begin_formula(p)) ? WG_OK : WG_ERROR_MEMORY;
}

wg_status wgi_sketch_write(wgi_picture *p, wg_node root, wgi_strbuf *out)
{
    wgi_net n = { .p = p };
    const wg_status s = make_net(&n, root);
    return s == WG_OK ? style_of(p->o)->write(&n, out) : s;
}
