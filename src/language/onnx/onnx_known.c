/* onnx_known.c: operators whose results have a shape that depends on values: they are computed while the
 * graph is built, of the values that their operands have then, and have no derivative. */
#include "onnx/onnx.h"

#include <string.h>

/* ---- Unique ---- */

typedef struct finding {
    const wg_tensor *x;
    int64_t n, outer, inner;               /* subtensors along the axis; x is [outer, n, inner] */
    int64_t *first, *place, *count, found; /* of each different one: its first place, how often it stands */
} finding;

static int compare(const finding *f, int64_t a, int64_t b)
{
    for (int64_t i = 0; i < f->outer * f->inner; i++) {
        const int64_t base = i / f->inner * f->n * f->inner + i % f->inner;
        const double u = wg_tensor_item(f->x, base + a * f->inner),
                     v = wg_tensor_item(f->x, base + b * f->inner);
        if (u != v) return u < v ? -1 : 1;
    }
    return 0;
}

/* Into the list of those that were found; sorted, or in the order of x. */
static void find(finding *f, int64_t i, bool sorted)
{
    int64_t k = 0;
    while (k < f->found && compare(f, f->first[k], i)) k++;
    if (k == f->found) {
        for (k = f->found; sorted && k > 0 && compare(f, f->first[k - 1], i) > 0; k--)
            f->first[k] = f->first[k - 1], f->count[k] = f->count[k - 1];
        f->first[k] = i, f->count[k] = 0, f->found++;
    }
    f->count[k]++;
}

static bool put_list(wgi_onnx_call *k, int result, const int64_t *from, int64_t n)
{
    const wg_tensor t = wgi_ox_room(k, WG_I64, WG_SHAPE(n));
    if (t.data) memcpy(t.data, from, (size_t)n * sizeof *from);
    return wgi_ox_put_known(k, result, t);
}

static bool put_unique(wgi_onnx_call *k, finding *f, wg_shape s, int axis)
{
    if (axis >= 0) s.dim[axis] = f->found;
    else s = WG_SHAPE(f->found);
    const wg_tensor y = wgi_ox_room(k, f->x->dtype, s);
    const size_t width = wg_dtype_size(f->x->dtype);
    for (int64_t i = 0; y.data && i < f->outer * f->found * f->inner; i++) {
        const int64_t at = i / f->inner % f->found, o = i / f->inner / f->found;
        const int64_t from = (o * f->n + f->first[at]) * f->inner + i % f->inner;
        memcpy((char *)y.data + (size_t)i * width, (const char *)f->x->data + (size_t)from * width, width);
    }
    for (int64_t i = 0; i < f->n; i++)
        for (int64_t j = 0; j < f->found; j++)
            if (!compare(f, f->first[j], i)) f->place[i] = j;
    return wgi_ox_put_known(k, 0, y) && put_list(k, 1, f->first, f->found) &&
           put_list(k, 2, f->place, f->n) && put_list(k, 3, f->count, f->found);
}

OPERATOR(unique)
{
    const wg_tensor *x = wgi_ox_known(k, 0);
    const wg_shape s = wgi_ox_shape(k, 0);
    const bool whole = !wgi_ox_attribute(k, "axis");
    const int axis = whole ? -1 : wgi_ox_axis(k, wgi_ox_i(k, "axis", 0), s.rank);
    if (!x || (axis < 0 && !whole)) return false;
    finding f = { .x = x, .n = whole ? wg_shape_size(s) : s.dim[axis], .outer = 1, .inner = 1 };
    for (int i = 0; i < s.rank && !whole; i++)
        if (i < axis) f.outer *= s.dim[i];
        else if (i > axis) f.inner *= s.dim[i];
    int64_t **lists[] = { &f.first, &f.place, &f.count };
    if (f.n > 20000) return wgi_ox_fail(k, WG_ERROR_MISSING, "of more than 20000 elements it is not there");
    for (int i = 0; i < 3; i++)
        if (!(*lists[i] = wgi_lang_built(k->o->q, ((size_t)f.n + 1) * sizeof(int64_t)))) return false;
    for (int64_t i = 0; i < f.n; i++) find(&f, i, wgi_ox_i(k, "sorted", 1) != 0);
    return put_unique(k, &f, s, axis);
}

/* ---- NonMaxSuppression ---- */

typedef struct boxes {
    const wg_tensor *box, *score;
    int64_t boxes, classes, examples, most;
    double overlap, least;
    bool by_center;
} boxes;

/* Low and high end of box i along axis 0 or 1. */
static void ends(const boxes *b, int64_t i, int axis, double *low, double *high)
{
    const double u = wg_tensor_item(b->box, 4 * i + axis), v = wg_tensor_item(b->box, 4 * i + axis + 2);
    *low = b->by_center ? u - v / 2 : u < v ? u : v;
    *high = b->by_center ? u + v / 2 : u < v ? v : u;
}

/* What two boxes have in common, of what they cover. */
static double overlap(const boxes *b, int64_t i, int64_t j)
{
    double common = 1, first = 1, second = 1;
    for (int axis = 0; axis < 2; axis++) {
        double l1, h1, l2, h2;
        ends(b, i, axis, &l1, &h1), ends(b, j, axis, &l2, &h2);
        const double low = l1 > l2 ? l1 : l2, high = h1 < h2 ? h1 : h2;
        common *= high > low ? high - low : 0;
        first *= h1 - l1, second *= h2 - l2;
    }
    const double all = first + second - common;
    return all > 0 ? common / all : 0;
}

static double score_of(const boxes *b, int64_t example, int64_t class, int64_t i)
{
    return wg_tensor_item(b->score, (example * b->classes + class) * b->boxes + i);
}

/* The best box that is left of a class; -1: none. taken: chosen already, or too near to one. */
static int64_t best_left(const boxes *b, int64_t example, int64_t class, const bool *taken)
{
    int64_t best = -1;
    for (int64_t i = 0; i < b->boxes; i++) {
        const double s = score_of(b, example, class, i);
        if (!taken[i] && s > b->least && (best < 0 || s > score_of(b, example, class, best))) best = i;
    }
    return best;
}

/* Writes (example, class, box) of those that are chosen, and returns how many. */
static int64_t choose(const boxes *b, int64_t example, int64_t class, bool *taken, int64_t *to)
{
    int64_t n = 0;
    memset(taken, 0, (size_t)b->boxes);
    for (int64_t i; n < b->most && (i = best_left(b, example, class, taken)) >= 0; n++) {
        to[3 * n] = example, to[3 * n + 1] = class, to[3 * n + 2] = i;
        for (int64_t j = 0; j < b->boxes; j++)
            taken[j] |= j == i || overlap(b, example * b->boxes + i, example * b->boxes + j) > b->overlap;
    }
    return n;
}

OPERATOR(non_max)
{
    const wg_shape s = wgi_ox_shape(k, 0), c = wgi_ox_shape(k, 1);
    const double most = wgi_ox_number(k, 2, 0);
    boxes b = { wgi_ox_known(k, 0), wgi_ox_known(k, 1), .overlap = wgi_ox_number(k, 3, 0),
                .least = wgi_ox_number(k, 4, -1e300), .by_center = wgi_ox_i(k, "center_point_box", 0) != 0 };
    if (!b.box || !b.score || wg_failed(k->o->c)) return false;
    if (s.rank != 3 || c.rank != 3 || s.dim[2] != 4 || s.dim[0] != c.dim[0] || s.dim[1] != c.dim[2] ||
        s.dim[1] > 100000)
        return wgi_ox_fail(k, WG_ERROR_SHAPE, "boxes and scores do not fit");
    b.examples = s.dim[0], b.boxes = s.dim[1], b.classes = c.dim[1];
    b.most = most < 0 ? 0 : most > (double)b.boxes ? b.boxes : (int64_t)most;
    const wg_tensor room = wgi_ox_room(k, WG_I64, WG_SHAPE(b.examples * b.classes * b.most, 3));
    bool *taken = wgi_lang_built(k->o->q, (size_t)b.boxes + 1);
    int64_t n = 0;
    for (int64_t i = 0; room.data && taken && i < b.examples * b.classes; i++)
        n += choose(&b, i / b.classes, i % b.classes, taken, (int64_t *)room.data + 3 * n);
    return taken && room.data && wgi_ox_put_known(k, 0, wg_view(WG_I64, room.data, WG_SHAPE(n, 3)));
}
