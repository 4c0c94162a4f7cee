/* given_hints.c: why a gradient from elsewhere differs from the library's. Each hypothesis makes another
 * gradient from the library's. The first that agrees with yours, within what rounding explains, is said. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "given.h"

/* Whether yours and `other` differ by no more than rounding explains if the library's numbers are
 * multiplied by up to `factor`. */
static bool agrees(const given_pair *p, const double *other, double factor)
{
    for (int64_t i = 0; i < p->n; i++)
        if (!(fabs(p->yours[i] - other[i]) <= fmax(1, fabs(factor)) * p->bar[i] + 1e-9 * fabs(other[i])))
            return false;
    return true;
}

static bool near(double a, double b) { return fabs(a - b) <= 1e-5 * fabs(b); }

/* Whether yours is `with` + c times `by`. *c: that factor. room: for n numbers. */
static bool is_multiple(const given_pair *p, const double *with, const double *by, double *c, double *room)
{
    double largest = 0;
    for (int64_t i = 0; i < p->n; i++) largest = fmax(largest, fabs(by[i]));
    if (!(largest > 0) || !isfinite(largest)) return false;
    for (int64_t i = 0; i < p->n; i++) room[i] = (p->yours[i] - (with ? with[i] : 0)) / largest;
    double scaled = 0, square = 0;
    for (int64_t i = 0; i < p->n; i++)
        scaled += room[i] * (by[i] / largest), square += by[i] / largest * (by[i] / largest);
    *c = scaled / square;
    for (int64_t i = 0; i < p->n; i++) room[i] = (with ? with[i] : 0) + *c * by[i];
    return isfinite(*c) && *c != 0 && agrees(p, room, *c);
}

/* ---- factors ---- */

/* The name of a size of the program, or of an axis of an input. */
static bool size_of_name(model *m, double size, char *to, size_t room)
{
    for (int k = 0; k < wgx_program_symbols(m->q); k++) {
        const wgx_symbol s = wgx_program_symbol(m->q, k);
        if (s.size < 2 || !near(size, (double)s.size)) continue;
        snprintf(to, room, "%s = %lld", s.name, (long long)s.size);
        return true;
    }
    for (int i = 0; i < wg_program_names(m->q); i++) {
        const char *name = wg_program_name(m->q, i);
        const wgx_meaning what = wgx_program_meaning(m->q, name);
        const wg_shape s = wg_node_shape(wg_program_node(m->q, name));
        for (int a = 0; a < s.rank && what != WG_NAME_COMPUTED; a++) {
            if (s.dim[a] < 2 || !near(size, (double)s.dim[a])) continue;
            snprintf(to, room, "%lld, the size of axis %d of %s", (long long)s.dim[a], a, name);
            return true;
        }
    }
    return false;
}

static bool factor_hint(model *m, const given_pair *p, double *factor, double *room, char *to, size_t size)
{
    char name[100];
    if (!is_multiple(p, NULL, p->library, factor, room)) {
        *factor = NAN;
        return false;
    }
    if (near(*factor, -1)) snprintf(to, size, "the sign is wrong");
    else if (near(*factor, 2)) snprintf(to, size, "a factor 2 too much");
    else if (near(*factor, 0.5)) snprintf(to, size, "a factor 2 is missing");
    else if (*factor > 1 && size_of_name(m, *factor, name, sizeof name))
        snprintf(to, size, "the sum where the loss takes the mean (%s)", name);
    else if (*factor < 1 && *factor > 0 && size_of_name(m, 1 / *factor, name, sizeof name))
        snprintf(to, size, "the mean where the loss takes the sum (%s)", name);
    return true;
}

/* ---- terms ---- */

static bool term_hint(const given_pair *p, double *room, double *ones, char *to, size_t size)
{
    double c;
    for (int64_t i = 0; i < p->n; i++) ones[i] = 1;
    if (is_multiple(p, p->library, p->point, &c, room)) {
        snprintf(to, size,
                 "yours - autodiff = %.6g times the parameter: a regulariser, %.6g sum of its squares, "
                 "that %s",
                 c, fabs(c) / 2, c > 0 ? "the loss here has not" : "yours lacks");
        return true;
    }
    if (p->n < 2 || !is_multiple(p, p->library, ones, &c, room)) return false;
    snprintf(to, size, "yours - autodiff = %.6g everywhere", c);
    return true;
}

/* ---- axes ---- */

static void strides(wg_shape s, int64_t stride[WG_MAX_RANK])
{
    int64_t n = 1;
    for (int a = s.rank - 1; a >= 0; a--) stride[a] = n, n *= s.dim[a];
}

/* The library's with axes a and b exchanged, which have the same size. */
static bool exchange_hint(const given_pair *p, double *room, char *to, size_t size)
{
    int64_t stride[WG_MAX_RANK];
    strides(p->shape, stride);
    for (int a = 0; a < p->shape.rank; a++)
        for (int b = a + 1; b < p->shape.rank; b++) {
            if (p->shape.dim[a] != p->shape.dim[b] || p->shape.dim[a] < 2) continue;
            for (int64_t i = 0; i < p->n; i++) {
                const int64_t k = i / stride[a] % p->shape.dim[a], l = i / stride[b] % p->shape.dim[b];
                room[i + (l - k) * (stride[a] - stride[b])] = p->library[i];
            }
            if (!agrees(p, room, 1)) continue;
            if (p->shape.rank == 2) snprintf(to, size, "yours is the transpose");
            else snprintf(to, size, "axes %d and %d are exchanged", a, b);
            return true;
        }
    return false;
}

/* The library's sums or means over an axis, at each of its indices. */
static bool spread_hint(const given_pair *p, double *room, char *to, size_t size)
{
    int64_t stride[WG_MAX_RANK];
    strides(p->shape, stride);
    for (int a = 0; a < p->shape.rank; a++)
        for (int mean = 0; mean < 2 && p->shape.dim[a] > 1; mean++) {
            const int64_t d = p->shape.dim[a];
            for (int64_t i = 0; i < p->n; i++) {
                const int64_t first = i - i / stride[a] % d * stride[a];
                double sum = 0;
                for (int64_t k = 0; k < d; k++) sum += p->library[first + k * stride[a]];
                room[i] = mean ? sum / (double)d : sum;
            }
            if (!agrees(p, room, (double)d)) continue;
            snprintf(to, size, "yours is constant along axis %d: autodiff's %s over it, broadcast", a,
                     mean ? "mean" : "sum");
            return true;
        }
    return false;
}

static bool is_wrong(const given_pair *p, int64_t i)
{
    return !(fabs(p->yours[i] - p->library[i]) <= p->bar[i]);
}

/* Exactly the components with one index along an axis are wrong. */
static bool index_hint(const given_pair *p, char *to, size_t size)
{
    int64_t stride[WG_MAX_RANK], count = 0, some = 0;
    strides(p->shape, stride);
    for (int64_t i = 0; i < p->n; i++)
        if (is_wrong(p, i)) count++, some = i;
    for (int a = 0; a < p->shape.rank; a++) {
        const int64_t d = p->shape.dim[a], index = some / stride[a] % d;
        int64_t there = 0;
        for (int64_t i = 0; i < p->n; i++) there += is_wrong(p, i) && i / stride[a] % d == index;
        if (d < 2 || there != count || count != p->n / d) continue;
        snprintf(to, size, "only index %lld of axis %d is wrong%s", (long long)index, a,
                 index == d - 1 ? ", the last one"
                 : index        ? ""
                                : ", the first one");
        return true;
    }
    return false;
}

/* ---- all ---- */

void given_hint(model *m, const given_pair *p, double *factor, char *to, size_t size)
{
    double *room = calloc(2 * (size_t)p->n + 1, sizeof *room);
    double square = 0;
    *factor = NAN;
    to[0] = 0;
    if (!room) return;
    for (int64_t i = 0; i < p->n; i++) square += p->yours[i] * p->yours[i];
    if (square == 0) snprintf(to, size, "yours is zero: a path is missing");
    else if (!factor_hint(m, p, factor, room, to, size) && !exchange_hint(p, room, to, size) &&
             !term_hint(p, room, room + p->n, to, size) && !spread_hint(p, room, to, size))
        index_hint(p, to, size);
    free(room);
}

/* Whether yours, summed over axis a, has the library's shape and values. */
static bool summed(wg_shape theirs, const double *yours, int a, const given_pair *p, double *room)
{
    wg_shape s = { .rank = theirs.rank - 1 };
    int64_t stride[WG_MAX_RANK];
    const int64_t d = theirs.dim[a];
    for (int k = 0; k < s.rank; k++) s.dim[k] = theirs.dim[k + (k >= a)];
    if (!wg_shape_equal(s, p->shape)) return false;
    strides(theirs, stride);
    for (int64_t i = 0; i < p->n; i++) {
        const int64_t first = i / stride[a] * stride[a] * d + i % stride[a];
        room[i] = 0;
        for (int64_t k = 0; k < d; k++) room[i] += yours[first + k * stride[a]];
    }
    return true;
}

void given_shape_hint(wg_shape theirs, const double *yours, const given_pair *p, char *to, size_t size)
{
    double *room = calloc((size_t)p->n + 1, sizeof *room);
    given_pair q = *p;
    to[0] = 0;
    q.yours = room;
    for (int a = 0; room && a < theirs.rank && !*to; a++)
        if (summed(theirs, yours, a, p, room) && agrees(&q, p->library, (double)theirs.dim[a]))
            snprintf(to, size, ": summed over axis %d it agrees", a);
    if (room && !*to && theirs.rank == 2 && p->shape.rank == 2 && theirs.dim[0] == p->shape.dim[1] &&
        theirs.dim[1] == p->shape.dim[0]) {
        for (int64_t i = 0; i < p->n; i++)
            room[i] = yours[i % theirs.dim[0] * theirs.dim[1] + i / theirs.dim[0]];
        if (agrees(&q, p->library, 1)) snprintf(to, size, ": transposed it agrees");
    }
    if (room && !*to && wg_shape_size(theirs) == p->n) {
        q.yours = yours;
        if (agrees(&q, p->library, 1)) snprintf(to, size, ": its numbers, in order, agree");
    }
    free(room);
}
