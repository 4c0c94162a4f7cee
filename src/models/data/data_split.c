/* data_split.c: takes a random share of the rows out of a set. Both parts keep the proportions of the
 * classes. */
#include "data/dataset.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Row index of the set; rank is its position in a random permutation of all rows. */
typedef struct row {
    int64_t class, rank, index;
} row;

/* The rows of one class, begin .. end-1 after sorting by class. The first `take` of them leave the set. */
typedef struct group {
    int64_t begin, end, take;
    int64_t rank; /* rank of the first row */
    double rest;  /* the fraction of a row that rounding down left over: share * size - take */
} group;

static int by_class(const void *a, const void *b)
{
    const row *p = a, *q = b;
    if (p->class != q->class) return p->class < q->class ? -1 : 1;
    return p->rank < q->rank ? -1 : p->rank > q->rank;
}

/* Larger rests first. Equal rests are ordered by rank, which is random, so that no class number is
 * preferred. */
static int by_rest(const void *a, const void *b)
{
    const group *p = a, *q = b;
    return p->rest != q->rest ? (p->rest > q->rest ? -1 : 1) : (p->rank < q->rank ? -1 : p->rank > q->rank);
}

static bool has_classes(const wg_data *d)
{
    return d->y.data && d->y.shape.rank == 1 && !wg_dtype_is_float(d->y.dtype);
}

static int64_t class_of(const wg_data *d, int64_t i)
{
    if (!has_classes(d)) return 0;
    return d->y.dtype == WG_I64 ? ((const int64_t *)d->y.data)[i] : (int64_t)wg_tensor_item(&d->y, i);
}

static void draw_rows(wg_data *d, row *r, int64_t *order)
{
    d->now.running = d->now.at = d->order.made = 0;
    wgi_permute(order, d->now.rows, d->order.seed, "data/split", 0);
    for (int64_t i = 0; i < d->now.rows; i++) r[i] = (row){ class_of(d, order[i]), i, order[i] };
    qsort(r, (size_t)d->now.rows, sizeof *r, by_class);
}

static int64_t count_groups(const row *r, int64_t n)
{
    int64_t groups = 0;
    for (int64_t i = 0; i < n; i++) groups += i == 0 || r[i].class != r[i - 1].class;
    return groups;
}

/* The method of largest remainders. Each class gives its share rounded down, and the classes with the largest
 * rests give one row more, until the total is the rounded share of all rows. So no class is off by a whole
 * row. */
static void apportion(const row *r, int64_t n, double share, group *g, int64_t groups)
{
    int64_t left = (int64_t)floor(share * (double)n + 0.5), k = -1;
    for (int64_t i = 0; i < n; i++) {
        if (i == 0 || r[i].class != r[i - 1].class) g[++k] = (group){ .begin = i, .rank = r[i].rank };
        g[k].end = i + 1;
    }
    for (k = 0; k < groups; k++) {
        double exact = share * (double)(g[k].end - g[k].begin);
        g[k].take = (int64_t)floor(exact);
        g[k].rest = exact - floor(exact);
        left -= g[k].take;
    }
    qsort(g, (size_t)groups, sizeof *g, by_rest);
    for (k = 0; k < groups && left > 0; k++)
        if (g[k].take < g[k].end - g[k].begin) g[k].take++, left--;
}

/* Sets goes[i] for each row i that leaves the set. Returns how many leave. */
static int64_t mark(const row *r, const group *g, int64_t groups, bool *goes)
{
    int64_t taken = 0;
    for (int64_t k = 0; k < groups; k++) {
        for (int64_t i = 0; i < g[k].take; i++) goes[r[g[k].begin + i].index] = true;
        taken += g[k].take;
    }
    return taken;
}

/* Copies the rows that leave to out, and moves the rows that stay together. Both keep their order. */
static void part(wg_tensor *t, size_t size, const bool *goes, int64_t rows, wg_tensor *out)
{
    char *from = t->data, *stay = t->data, *leave = out->data;
    for (int64_t i = 0; from && i < rows; i++, from += size) {
        char **to = goes[i] ? &leave : &stay;
        if (*to != from && size) memmove(*to, from, size);
        *to += size;
    }
}

/* A set as d of so many rows, which are 0 yet. */
static wg_data *made_like(wg_site here, const wg_data *d, int64_t rows)
{
    wg_tensor x = d->x, y = d->y;
    x.shape.dim[0] = rows;
    if (y.data) y.shape.dim[0] = rows;
    if (!wgi_pair_new(d->c, here, &x, &y)) return NULL;
    wg_data *s = wgi_data_new(d->c, here, d->about, x, y);
    if (!s) return NULL;
    if (!wgi_data_take_scale(s, d)) return wg_data_free(s), NULL; /* before it has rows: these are scaled */
    s->order.shuffle = d->order.shuffle;
    s->order.seed = d->order.seed;
    if ((s->columns = d->columns)) d->columns->users++;
    return s;
}

wg_data *wg_data_copy_at(wg_site here, const wg_data *d)
{
    if (!d) return wg_fail(NULL, here, WG_ERROR_USE, "data_copy: the data set is NULL"), NULL;
    wg_data *s = wg_failed(d->c) ? NULL : made_like(here, d, d->now.rows);
    if (!s) return NULL;
    const size_t rows = (size_t)d->now.rows;
    if (rows && d->x_row) memcpy(s->x.data, d->x.data, rows * d->x_row);
    if (rows && d->y_row) memcpy(s->y.data, d->y.data, rows * d->y_row);
    s->now.epoch = d->now.epoch;
    return s;
}

static wg_data *take_out(wg_site here, wg_data *d, const bool *goes, int64_t taken)
{
    wg_data *s = made_like(here, d, taken);
    if (!s) return NULL;
    part(&d->x, d->x_row, goes, d->now.rows, &s->x);
    part(&d->y, d->y_row, goes, d->now.rows, &s->y);
    d->now.rows = d->x.shape.dim[0] = d->now.rows - taken;
    if (d->y.data) d->y.shape.dim[0] = d->now.rows;
    return s;
}

/* Fold number f of `of`: each class is dealt out in turn, so that no two folds differ by more than one row of
 * it. The next class goes on where this one ended: so they do not differ by more than one row in all. */
static int64_t mark_fold(const row *r, int64_t n, int f, int of, bool *goes)
{
    int64_t taken = 0;
    for (int64_t i = 0; i < n; i++)
        if (i % of == f) goes[r[i].index] = true, taken++;
    return taken;
}

/* of > 0: the fold number f of so many; else the share. */
static wg_data *move_rows(wg_site here, wg_data *d, double share, int f, int of)
{
    size_t n = (size_t)d->now.rows + 1;
    row *r = wg_alloc(d->c, n, sizeof *r);
    bool *goes = wg_alloc(d->c, n, sizeof *goes);
    group *g = NULL;
    wg_data *s = NULL;
    if (r && goes) {
        draw_rows(d, r, d->order.row);
        int64_t groups = count_groups(r, d->now.rows);
        g = wg_alloc(d->c, (size_t)groups + 1, sizeof *g);
        if (g && !of) apportion(r, d->now.rows, share, g, groups);
        if (g)
            s = take_out(here, d, goes,
                         of ? mark_fold(r, d->now.rows, f, of, goes) : mark(r, g, groups, goes));
    }
    wg_free(d->c, g);
    wg_free(d->c, goes);
    wg_free(d->c, r);
    return s;
}

wg_data *wg_data_split_at(wg_site here, wg_data *d, double share)
{
    if (!d) return wg_fail(NULL, here, WG_ERROR_USE, "data_split: the data set is NULL"), NULL;
    if (wg_failed(d->c)) return NULL;
    if (!(share >= 0 && share <= 1)) {
        wg_fail(d->c, here, WG_ERROR_VALUE, "data_split: a share lies between 0 and 1: a fifth is 0.2");
        return NULL;
    }
    return move_rows(here, d, share, 0, 0);
}

wg_data *wg_data_fold_at(wg_site here, wg_data *d, int i, int of)
{
    if (!d) return wg_fail(NULL, here, WG_ERROR_USE, "data_fold: the data set is NULL"), NULL;
    if (wg_failed(d->c)) return NULL;
    if (of < 2 || of > d->now.rows) {
        wg_fail(d->c, here, WG_ERROR_VALUE,
                "data_fold: %d folds of %lld rows: from 2 to as many as there are rows", of,
                (long long)d->now.rows);
        return NULL;
    }
    if (i < 0 || i >= of) {
        wg_fail(d->c, here, WG_ERROR_VALUE, "data_fold: fold %d of %d: they count from 0 to %d", i, of,
                of - 1);
        return NULL;
    }
    return move_rows(here, d, 0, i, of);
}
