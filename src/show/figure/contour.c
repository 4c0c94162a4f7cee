/* contour.c: lines of equal value through a grid: marching squares (Lorensen and Cline 1987 in two
 * dimensions).
 *
 * An edge of the grid is crossed where one end lies below the level and the other does not. The
 * crossing is where a straight line between the ends has the level. In a cell with four crossings the
 * mean of its corners says which belong together. Segments are joined to lines by the edges that they
 * share. Cells with a NaN have no line. */
#include "figure/figure_private.h"
#include "wgx/base.h"

#include <math.h>
#include <string.h>

/* An edge is numbered 2 k for the one from grid point k to the right, 2 k + 1 for the one upwards. Each
 * edge belongs to two cells, so at most two segments meet there. */
typedef struct tracer {
    const wgi_lattice *l;
    double level;
    int32_t (*joined)[2]; /* by edge: the other edges of its segments, plus 1; 0: none */
    wgi_add_point add;
    void *user;
} tracer;

static double value(const tracer *t, int i, int j) { return t->l->value[(int64_t)i * t->l->columns + j]; }
static bool above(const tracer *t, int i, int j) { return value(t, i, j) >= t->level; }

static void join(tracer *t, int32_t a, int32_t b)
{
    t->joined[a][t->joined[a][0] != 0] = b + 1;
    t->joined[b][t->joined[b][0] != 0] = a + 1;
}

static void cut_cell(tracer *t, int i, int j)
{
    const int32_t k = i * t->l->columns + j;
    const int32_t below = 2 * k, top = 2 * (k + t->l->columns), left = 2 * k + 1, right = 2 * (k + 1) + 1;
    const double sum = value(t, i, j) + value(t, i, j + 1) + value(t, i + 1, j) + value(t, i + 1, j + 1);
    if (!isfinite(sum)) return;
    const int corners =
        above(t, i, j) | above(t, i, j + 1) << 1 | above(t, i + 1, j + 1) << 2 | above(t, i + 1, j) << 3;
    const int32_t edge[] = { below, right, top, left };
    static const int8_t cut[8][2] = {
        { 0 }, { 3, 0 }, { 0, 1 }, { 3, 1 }, { 1, 2 }, { 0 }, { 0, 2 }, { 2, 3 }
    };
    const int8_t *of =
        cut[corners < 8 ? corners : 15 - corners]; /* above and below exchanged: the same line */
    if (corners == 5 || corners == 10) {
        const bool joined =
            (corners == 5) == (sum / 4 >= t->level); /* the corners below left and above right */
        join(t, left, joined ? top : below), join(t, right, joined ? below : top);
    } else if (of[0] != of[1]) join(t, edge[of[0]], edge[of[1]]);
}

static void add_crossing(const tracer *t, int32_t edge)
{
    const int32_t k = edge / 2, i = k / t->l->columns, j = k % t->l->columns;
    const bool up = edge & 1;
    const double a = value(t, i, j), b = up ? value(t, i + 1, j) : value(t, i, j + 1),
                 s = (t->level - a) / (b - a);
    t->add(t->user, t->l->x0 + (j + (up ? 0 : s)) * t->l->dx, t->l->y0 + (i + (up ? s : 0)) * t->l->dy);
}

/* Walks from an edge until the line ends or closes, and forgets the segments on its way. */
static void follow(tracer *t, int32_t edge)
{
    add_crossing(t, edge);
    for (;;) {
        const int side = t->joined[edge][0] ? 0 : 1;
        const int32_t next = t->joined[edge][side] - 1;
        if (next < 0) break;
        t->joined[edge][side] = 0;
        t->joined[next][t->joined[next][0] == edge + 1 ? 0 : 1] = 0;
        add_crossing(t, next);
        edge = next;
    }
    t->add(t->user, NAN, NAN);
}

bool wgi_contour(wgi_pool *f, const wgi_lattice *l, double level, wgi_add_point add, void *user)
{
    tracer t = { .l = l, .level = level, .add = add, .user = user };
    const int32_t edges = 2 * l->rows * l->columns;
    if (l->rows < 2 || l->columns < 2) return true;
    t.joined = wg_alloc(f->c, (size_t)edges, sizeof *t.joined);
    if (!t.joined) return false;
    for (int i = 0; i + 1 < l->rows; i++)
        for (int j = 0; j + 1 < l->columns; j++) cut_cell(&t, i, j);
    for (int32_t e = 0; e < edges; e++) /* lines that end at the border first, then closed ones */
        if (!t.joined[e][0] != !t.joined[e][1]) follow(&t, e);
    for (int32_t e = 0; e < edges; e++)
        if (t.joined[e][0] || t.joined[e][1]) follow(&t, e);
    wg_free(f->c, t.joined);
    return true;
}

/* ---- levels ---- */

/* The nearest of 1, 2 and 5 times a power of ten, on a logarithmic scale. */
static double round_level(double v)
{
    const double power = pow(10, floor(log10(v))), m = v / power;
    return (m < 1.4142 ? 1 : m < 3.1623 ? 2 : m < 7.0711 ? 5 : 10) * power;
}

/* About a fixed factor from level to level, above the least value: f may be negative. */
static int log_levels(double low, double high, int count, double level[])
{
    const double span = high - low, least = span * 1e-4, factor = pow(span / least, 1.0 / count);
    const double base = low >= 0 && low < least ? 0 : low;
    int n = 0;
    for (int i = 0; i < count; i++) {
        const double v = base + round_level(least * pow(factor, i + 0.5));
        if (v < high && (n == 0 || v > level[n - 1])) level[n++] = v;
    }
    return n;
}

/* Whether a few values are far above the others, as at the walls of a valley. */
static bool is_steep(wgi_pool *memory, const wg_series *s)
{
    enum { TIMES = 8 };
    const int64_t n = (int64_t)s->rows * s->columns;
    double *sorted = wgi_pool_alloc(memory, (size_t)n, sizeof *sorted);
    size_t finite = 0;
    for (int64_t i = 0; sorted && i < n; i++)
        if (wgi_is_shown(s->cell[i])) sorted[finite++] = s->cell[i];
    if (sorted) wgx_sort(sorted, finite);
    const bool steep = finite && sorted[0] >= 0 && sorted[finite - 1] > TIMES * sorted[finite / 2];
    return steep;
}

int wgi_contour_levels(wgi_pool *memory, const wg_series *s, double level[WGI_TICKS])
{
    const wg_grid_opts *o = s->grid;
    const int count = o->level_count != WG_AUTO ? o->level_count : 10;
    double low, high;
    if (o->levels) {
        memcpy(level, o->levels, (size_t)count * sizeof *level);
        return count;
    }
    wgi_cell_range(s, &low, &high);
    if (!(low < high) || !isfinite(high - low)) return 0;
    if (o->log_levels == WG_AUTO ? o->level_count == WG_AUTO && is_steep(memory, s) : o->log_levels)
        return log_levels(low, high, count, level);
    const double step = wgi_nice_step(high - low, count + 1);
    int n = 0;
    for (double k = floor(low / step) + 1; k * step < high && n < WGI_TICKS; k++) level[n++] = k * step;
    return n;
}
