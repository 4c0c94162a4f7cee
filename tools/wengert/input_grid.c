/* input_grid.c: a square of points in the place of a program's input of two columns, for draw --heatmaps. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tool.h"

enum { SIDE = 24, POINTS = SIDE * SIDE };
static const double STANDARD = 4; /* without data: from -4 to 4 */

typedef struct square {
    wg_shape shape; /* of the input */
    int across;     /* its axis of examples: 1 if these stand in columns */
    double low[2], high[2];
    double *point;
} square;

static bool is_input(const model *m, const char *name)
{
    return wgx_program_meaning(m->q, name) == WG_NAME_INPUT && wg_node_ok(wg_program_node(m->q, name));
}

/* The axis of examples of an input of two features; -1: it is none. */
static int examples_of(const model *m, const char *name)
{
    const wg_node x = is_input(m, name) ? wg_program_node(m->q, name) : wg_none;
    const wg_shape s = wg_node_shape(x);
    if (!wg_node_ok(x) || !wg_dtype_is_float(wg_node_dtype(x)) || s.rank != 2) return -1;
    return s.dim[1] == 2 ? 0 : s.dim[0] == 2 ? 1 : -1;
}

/* The first such input of the program. NULL: after a message. */
static const char *find_input(model *m, square *k)
{
    char has[300] = "";
    for (int i = 0; i < wg_program_names(m->q); i++) {
        const char *name = wg_program_name(m->q, i);
        const size_t n = strlen(has);
        char shape[128];
        if (!is_input(m, name)) continue;
        k->across = examples_of(m, name), k->shape = wg_node_shape(wg_program_node(m->q, name));
        if (k->across >= 0) return name;
        snprintf(has + n, sizeof has - n, "%s'%s' is %s", n ? ", " : "", name,
                 wg_shape_text(k->shape, shape, sizeof shape));
    }
    model_fail(m, EXIT_TEXT,
               "--heatmaps: a map has two axes, so it needs an input of two columns, x = input(m, 2); %s",
               *has ? has : "the program has no input");
    return NULL;
}

/* Whether the build drew the input for lack of data: "x, y drawn at random, m = 7". */
static bool was_drawn(const model *m, const char *name)
{
    const char *text = wg_program_drawn(m->q), *end = strstr(text, " drawn");
    const size_t n = strlen(name);
    for (const char *at = text; end && at < end; at += strcspn(at, ", "), at += strspn(at, ", "))
        if (strcspn(at, ", ") == n && !strncmp(at, name, n)) return true;
    return false;
}

static bool read_range(model *m, square *k)
{
    const char *text = args_value(m->a, "range"), *end = text ? wgx_number_in(text, &k->low[0]) : NULL;
    const bool two = end && end != text && *end == ':' && !*wgx_number_in(end + 1, &k->high[0]) && end[1];
    if (!two || !(k->low[0] < k->high[0]) || !(fabs(k->low[0]) < 1e300 && fabs(k->high[0]) < 1e300))
        return model_wrong(m, "--range %s: two numbers, the smaller one first: --range -3:3", text);
    k->low[1] = k->low[0], k->high[1] = k->high[0];
    return true;
}

/* What the data span, and a little more. */
static void span(square *k, const wg_tensor *t)
{
    const int64_t n = t->shape.dim[k->across];
    for (int c = 0; c < 2; c++) {
        double low = INFINITY, high = -INFINITY;
        for (int64_t i = 0; i < n; i++) {
            const double v = wg_tensor_item(t, k->across ? c * n + i : 2 * i + c);
            low = fmin(low, v), high = fmax(high, v);
        }
        if (!isfinite(low) || !isfinite(high)) continue;
        const double room = high > low ? 0.08 * (high - low) : 1;
        k->low[c] = low - room, k->high[c] = high + room;
    }
}

static bool find_range(model *m, const char *name, square *k)
{
    wg_tensor t;
    for (int c = 0; c < 2; c++) k->low[c] = -STANDARD, k->high[c] = STANDARD;
    if (args_has(m->a, "range")) return read_range(m, k);
    if (!was_drawn(m, name) && wgx_peek(wg_program_node(m->q, name), &t) && t.data) span(k, &t);
    return true;
}

/* Column 0 grows first. Each point is the middle of its part of the square. */
static void fill(square *k)
{
    for (int i = 0; i < POINTS; i++)
        for (int c = 0; c < 2; c++)
            k->point[k->across ? c * POINTS + i : 2 * i + c] =
                k->low[c] + (k->high[c] - k->low[c]) * ((c ? i / SIDE : i % SIDE) + 0.5) / SIDE;
}

/* Inputs of two features get the points, the others that have a row for each example zeros. */
static bool feed(model *m, const char *name, const square *k)
{
    const wg_node x = wg_program_node(m->q, name);
    const bool two = examples_of(m, name) == k->across;
    wg_shape s = wg_node_shape(x);
    const int axis = k->across ? s.rank - 1 : 0;
    if (s.rank < 1 || s.dim[axis] != k->shape.dim[k->across]) return true;
    s.dim[axis] = POINTS;
    void *zero = two ? NULL : wg_alloc(m->c, (size_t)wg_shape_size(s) + 1, sizeof(double));
    if (two || zero)
        wg_program_set(m->q, name, two ? wg_view_f64(k->point, s) : wg_view(wg_node_dtype(x), zero, s));
    wg_free(m->c, zero);
    return model_flags_ok(m);
}

bool model_on_grid(model *m)
{
    square k = { .across = 0 };
    const char *name = find_input(m, &k);
    if (!name || !find_range(m, name, &k)) return false;
    k.point = wg_alloc(m->c, 2 * POINTS, sizeof *k.point);
    if (!k.point) return model_ok(m);
    fill(&k);
    bool fine = true;
    for (int i = 0; fine && i < wg_program_names(m->q); i++)
        if (is_input(m, wg_program_name(m->q, i))) fine = feed(m, wg_program_name(m->q, i), &k);
    wg_free(m->c, k.point);
    return fine && model_build(m);
}
