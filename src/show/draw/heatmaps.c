/* heatmaps.c: what a unit computes over a square of points of its input, as a map in its circle.
 *
 * The map has LEVELS areas for values above 0 and as many for those below, one upon the other: area k is
 * where the size of the value is at least (k − 1/2) / LEVELS of the largest one. Each is translucent, so
 * that k of them are k / LEVELS as strong as the colour, on light and on dark pages. The border of an area
 * crosses an edge of the grid where a straight line between its ends has the level, as in figure/contour.c;
 * but here areas are filled, so borders are closed and have the area on their left. A corner that stands off
 * the straight line by less than NEAR is left out: the borders of a linear unit are lines. */
#include "draw/heatmaps.h"

#include <float.h>
#include <math.h>

#include "wgx/graph.h"

enum {
    LEVELS = 8,
    UNIT = 20, /* of coordinates, in a cell */
    LEAST = 4,
    MOST = 256, /* points in a row */
    AROUND = 2  /* nodes around the grid: one as the grid's border, one outside */
};
static const double NEAR = 0.6;   /* in these units */
static const double CLIP = 0.875; /* half the width of a circle's line */

typedef struct place {
    double x, y;
} place;

/* The edge from node k to the right has the number 2 k, that upwards 2 k + 1. */
typedef struct wgi_heat_room {
    int32_t *next; /* by edge that a border crosses: the next one, plus 1; 0: none */
    place *at;
} wgi_heat_room;

/* ---- the grid ---- */

static double coordinate(const wg_tensor *t, bool turned, int64_t k, int c)
{
    return wg_tensor_item(t, turned ? c * t->shape.dim[1] + k : 2 * k + c);
}

/* Whether the examples are a square grid of equal steps. */
static bool is_grid(const wg_tensor *t, bool turned, wgi_heat *h)
{
    const int64_t n = t->shape.dim[turned], side = (int64_t)lround(sqrt((double)n));
    if (side * side != n || side < LEAST || side > MOST) return false;
    for (int c = 0; c < 2; c++) {
        const double first = coordinate(t, turned, 0, c), last = coordinate(t, turned, n - 1, c),
                     step = (last - first) / (double)(side - 1);
        if (!(step > 0) || !isfinite(step)) return false;
        for (int64_t k = 0; k < n; k++) {
            const double is = first + step * (double)(c ? k / side : k % side);
            if (!(fabs(coordinate(t, turned, k, c) - is) <= 1e-3 * step)) return false;
        }
        h->low[c] = first - step / 2, h->high[c] = last + step / 2;
    }
    h->side = side;
    return true;
}

/* Of two columns, or where examples stand in columns of two rows. Inputs come before what is made of them. */
static bool is_grid_of(const wgi_net *n, int64_t item, wgi_heat *h)
{
    const wg_node x = wgi_item_node(&n->p->view, item);
    const wg_shape s = wg_node_shape(x);
    wg_tensor t;
    if (s.rank != 2 || !wg_dtype_is_float(wg_node_dtype(x)) || wgx_node_params(x)) return false;
    if ((s.dim[1] != 2 && s.dim[0] != 2) || !wgx_peek(x, &t) || !t.data) return false;
    return is_grid(&t, s.dim[1] != 2, h);
}

wg_status wgi_heat_find(const wgi_net *n, wgi_heat *h)
{
    wgi_pool *pool = n->p->pool;
    bool found = false;
    for (int64_t i = 0; i < n->p->view.items && !found; i++)
        if ((found = is_grid_of(n, i, h))) h->item = i;
    if (!found)
        return WGI_REFUSE(
            n->p,
            "draw: .heatmaps: no input of two columns, input(m, 2), has the points of a square, %d x "
            "%d to %d x %d, as its rows, in equal steps, where column 0 grows first",
            LEAST, LEAST, MOST, MOST);
    const int64_t across = h->side + 2 * AROUND;
    h->room = wgi_pool_take(pool, 1, sizeof *h->room);
    h->value = wgi_pool_take(pool, h->side * h->side, sizeof *h->value);
    if (h->room) h->room->next = wgi_pool_take(pool, 2 * across * across, sizeof *h->room->next);
    if (h->room) h->room->at = wgi_pool_take(pool, 2 * across * across, sizeof *h->room->at);
    return pool->failed ? WG_ERROR_MEMORY : WG_OK;
}

/* ---- the values of a unit ---- */

bool wgi_heat_read(const wgi_net *n, const wgi_heat *h, int64_t item, int64_t unit, int64_t units,
                   bool turned)
{
    const int64_t points = h->side * h->side;
    wg_tensor t;
    if (!wgx_peek(wgi_item_node(&n->p->view, item), &t) || !t.data || t.shape.rank != 2 ||
        t.shape.dim[turned] != points || t.shape.dim[!turned] != units)
        return false;
    for (int64_t k = 0; k < points; k++)
        h->value[k] = wg_tensor_item(&t, turned ? unit * points + k : k * units + unit);
    return true;
}

double wgi_heat_most(const wgi_heat *h)
{
    double most = 0;
    for (int64_t k = 0; k < h->side * h->side; k++)
        most = fmax(most, isinf(h->value[k]) ? DBL_MIN : fabs(h->value[k])); /* fmax takes no NaN */
    return most;
}

bool wgi_heat_has_nan(const wgi_heat *h)
{
    for (int64_t k = 0; k < h->side * h->side; k++)
        if (isnan(h->value[k])) return true;
    return false;
}

/* ---- the border of an area ---- */

/* An area: where sign * value >= level. */
typedef struct area {
    const wgi_heat *h;
    int32_t across; /* nodes in a row: those around the grid, too */
    double sign, level;
} area;

static bool is_outside(const area *a, int32_t node)
{
    const int32_t x = node % a->across, y = node / a->across;
    return !x || !y || x == a->across - 1 || y == a->across - 1;
}

/* The border's values stand around the grid once more. */
static double value_at(const area *a, int32_t node)
{
    const int64_t side = a->h->side, x = node % a->across - AROUND, y = node / a->across - AROUND;
    if (is_outside(a, node)) return -INFINITY;
    const int64_t i = x < 0 ? 0 : x < side ? x : side - 1, j = y < 0 ? 0 : y < side ? y : side - 1;
    const double v = a->sign * a->h->value[j * side + i];
    return isnan(v) ? -INFINITY : v;
}

/* Edge i of a cell leads from corner i to corner i + 1, counterclockwise from below on. A border enters the
 * cell where that leaves the area, and goes on to where it comes back into it: around the corner outside, if
 * the middle of the cell is in the area, else around that inside. */
static void cut_cell(const area *a, int32_t node)
{
    const int32_t corner[4] = { node, node + 1, node + 1 + a->across, node + a->across },
                  edge[4] = { 2 * node, 2 * (node + 1) + 1, 2 * (node + a->across), 2 * node + 1 };
    double sum = 0;
    bool in[4];
    for (int i = 0; i < 4; i++) {
        const double v = value_at(a, corner[i]);
        in[i] = v >= a->level, sum += v;
    }
    const int turn = sum / 4 >= a->level ? 1 : 3;
    for (int i = 0; i < 4; i++) {
        if (!in[i] || in[(i + 1) % 4]) continue;
        int k = (i + turn) % 4;
        while (in[k] || !in[(k + 1) % 4]) k = (k + turn) % 4;
        a->h->room->next[edge[i]] = edge[k] + 1;
    }
}

/* Where the border crosses an edge, in units from the lower left corner of the square. Beside what is
 * infinite that is the middle. */
static place crossing(const area *a, int32_t edge)
{
    const bool up = edge & 1;
    const int32_t node = edge / 2, node2 = node + (up ? a->across : 1);
    const double v = value_at(a, node), step = value_at(a, node2) - v,
                 s = is_outside(a, node)    ? 1
                     : is_outside(a, node2) ? 0
                     : isfinite(step)       ? (a->level - v) / step
                                            : 0.5,
                 x = node % a->across - AROUND + 0.5, y = node / a->across - AROUND + 0.5;
    return (place){ UNIT * (x + (up ? 0 : s)), UNIT * (y + (up ? s : 0)) };
}

/* Whether all corners between two of them are near the line that joins these. */
static bool is_straight(const place *at, int from, int to)
{
    const double dx = at[to].x - at[from].x, dy = at[to].y - at[from].y, length = hypot(dx, dy);
    for (int i = from + 1; i < to; i++) {
        const double x = at[i].x - at[from].x, y = at[i].y - at[from].y,
                     along = length > 0 ? (x * dx + y * dy) / length : 0;
        if (along < 0 || along > length) return false;
        if (fabs(x * dy - y * dx) > NEAR * length) return false;
    }
    return length > 0;
}

static void put_number(wgi_strbuf *b, long v, bool first)
{
    wgi_strbuf_format(b, first || v < 0 ? "%ld" : " %ld", v);
}

/* A closed border of n corners. */
static void put_border(wgi_strbuf *b, const place *at, int n)
{
    long x = lround(at[0].x), y = lround(at[0].y);
    bool first = true;
    wgi_strbuf_format(b, "M%ld %ld", x, y);
    for (int from = 0, to; from + 1 < n; from = to) {
        for (to = from + 1; to + 1 < n && is_straight(at, from, to + 1);) to++;
        const long dx = lround(at[to].x) - x, dy = lround(at[to].y) - y;
        if (!dx && !dy) continue;
        if (first) wgi_strbuf_put(b, "l");
        put_number(b, dx, first), put_number(b, dy, false);
        x += dx, y += dy, first = false;
    }
    wgi_strbuf_put(b, "z");
}

/* Follows the borders of the area, and forgets them. */
static void put_area(wgi_strbuf *b, const area *a)
{
    int32_t *next = a->h->room->next;
    const int32_t nodes = a->across * a->across;
    for (int32_t k = 0; k + a->across + 1 < nodes; k++)
        if (k % a->across + 1 < a->across) cut_cell(a, k);
    for (int32_t e = 0; e < 2 * nodes; e++) {
        int n = 0;
        for (int32_t at = e, to; (to = next[at]); at = to - 1)
            a->h->room->at[n++] = crossing(a, at), next[at] = 0;
        if (n) put_border(b, a->h->room->at, n);
    }
}

/* ---- elements ---- */

void wgi_heat_style(const wgi_svg *w, const wgi_heat *h, double radius)
{
    wgi_strbuf *b = w->b;
    static const char *const rules[][3] = { { ".warm path", "fill", "#D55E00" },
                                            { ".cold path", "fill", "#0072B2" },
                                            { "line.up", "stroke", "#D55E00" },
                                            { "line.down", "stroke", "#0072B2" } };
    static const char *const dark[] = { "#FF8A4C", "#58A6FF" };
    const double middle = UNIT * (double)h->side / 2, unit = middle / radius;
    wgi_strbuf_format(b, "<clipPath id=\"%s-heat\">", w->id);
    WGI_SVG_PUT(b, "<circle cx=\"@\" cy=\"@\" r=\"@\"/></clipPath>\n<style>\n", middle, middle,
                wgi_svg_eighth((radius - CLIP) * unit));
    for (int i = 0; i < 4; i++)
        wgi_strbuf_format(
            b,
            "#%s %s { %s: %s }\n@media screen and (prefers-color-scheme: dark) { #%s %s { %s: %s "
            "} }\n",
            w->id, rules[i][0], rules[i][1], rules[i][2], w->id, rules[i][0], rules[i][1], dark[i % 2]);
    for (int k = 1; k <= LEVELS; k++)
        wgi_strbuf_format(b, "#%s .v%d { fill-opacity: %.3g }\n", w->id, k, 1.0 / (LEVELS - k + 1));
    wgi_strbuf_format(
        b,
        "#%s .heat path { stroke: none }\n#%s .halo text { paint-order: stroke; stroke: #ffffff; "
        "stroke: var(--constant-fill); stroke-width: 3; stroke-linejoin: round }\n</style>\n",
        w->id, w->id);
}

/* The areas of one sign, from the weakest on, each within the one before. */
static void put_sign(const wgi_svg *w, area *a, double most)
{
    wgi_strbuf_put(w->b, a->sign > 0 ? "<g class=\"warm\">\n" : "<g class=\"cold\">\n");
    for (int k = 1; k <= LEVELS; k++) {
        wgi_strbuf border = { .pool = w->p->pool };
        a->level = most * (k - 0.5) / LEVELS;
        put_area(&border, a);
        const char *d = wgi_strbuf_keep(&border);
        if (!*d) break;
        wgi_strbuf_format(w->b, "<path class=\"v%d\" d=\"%s\"/>\n", k, d);
    }
    wgi_strbuf_put(w->b, "</g>\n");
}

void wgi_heat_put(const wgi_svg *w, const wgi_heat *h, double x, double y, double radius, double most)
{
    const double scale = 2 * radius / (UNIT * (double)h->side);
    area a = { .h = h, .across = (int32_t)h->side + 2 * AROUND };
    if (!(most > 0)) return;
    wgi_strbuf_format(w->b, "<g class=\"heat\" clip-path=\"url(#%s-heat)\" transform=\"matrix(%.5g 0 0 %.5g ",
                      w->id, scale, -scale);
    WGI_SVG_PUT(w->b, "@ @)\">\n", wgi_svg_eighth(x - radius), wgi_svg_eighth(y + radius));
    for (a.sign = 1; a.sign >= -1; a.sign -= 2) put_sign(w, &a, most);
    wgi_strbuf_put(w->b, "</g>\n");
}
