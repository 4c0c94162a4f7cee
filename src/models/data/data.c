/* data.c: data sets in memory and their mini-batches. The order of the rows in an epoch depends on the seed
 * of the context, the number of the epoch and the number of rows alone. So two sets of equal length give
 * their rows in the same order. */
#include "data/dataset.h"
#include "wengert/kernel.h"
#include "wengert/state.h"
#include "wgx/data.h"
#include "wgx/state.h"

#include <limits.h>
#include <math.h>
#include <string.h>

/* ---- random order ---- */

uint64_t wgi_draw(uint64_t seed, const char *name, uint64_t epoch, uint64_t i)
{
    uint64_t stream = wg_random_stream(name);
    return (uint64_t)wg_random_bits(seed, stream, epoch, 2 * i) << 32 |
           wg_random_bits(seed, stream, epoch, 2 * i + 1);
}

/* The shuffle of Fisher and Yates. 64 random bits modulo i + 1 are not quite uniform; the error is below
 * 2^-30 for every set that fits in memory. */
void wgi_permute(int64_t *order, int64_t n, uint64_t seed, const char *name, uint64_t epoch)
{
    for (int64_t i = 0; i < n; i++) order[i] = i;
    for (int64_t i = n - 1; i > 0; i--) {
        int64_t j = (int64_t)(wgi_draw(seed, name, epoch, (uint64_t)i) % (uint64_t)(i + 1));
        int64_t t = order[i];
        order[i] = order[j], order[j] = t;
    }
}

/* ---- sets ---- */

static size_t row_bytes(const wg_tensor *t)
{
    size_t bytes = wg_dtype_size(t->dtype);
    for (int k = 1; k < t->shape.rank; k++) bytes *= (size_t)t->shape.dim[k];
    return bytes;
}

/* Refuse NaN and infinities here, where row and column are known: one NaN in x makes all weights NaN in one
 * training step. */
static bool all_finite(wg_context *c, wg_site here, const wg_tensor *t, const char *which)
{
    int64_t n = wg_gradient_dtype(t->dtype) && t->data ? wg_shape_size(t->shape) : 0;
    int64_t columns = n ? n / t->shape.dim[0] : 1;
    for (int64_t i = 0; i < n; i++) {
        double v = wg_tensor_item(t, i);
        if (isfinite(v)) continue;
        wg_fail(c, here, WG_ERROR_VALUE, "data: %s holds %s at row %lld, column %lld", which,
                isnan(v) ? "NaN" : "an infinity", (long long)(i / columns), (long long)(i % columns));
        return false;
    }
    return true;
}

bool wgi_pair_new(wg_context *c, wg_site here, wg_tensor *x, wg_tensor *y)
{
    if (!wgi_tensor_new(c, here, x->dtype, &x->shape, x)) return false;
    if (!y->dtype || wgi_tensor_new(c, here, y->dtype, &y->shape, y)) return true;
    wg_free(c, x->data);
    x->data = NULL;
    return false;
}

/* Why the place of a set in a file cannot be that of this set. */
static const char *refuse_place(void *data, wg_tensor value)
{
    const wg_data *d = data;
    wgi_data_place p;
    memcpy(&p, value.data, sizeof p);
    if (p.rows != d->now.rows) return "the data set has another number of rows";
    if (p.epoch < 0 || p.epoch > INT_MAX || p.at < 0 || p.at > p.rows) return "no place in a data set";
    return p.running >> 1 || p.shuffled >> 1 ? "no place in a data set" : NULL;
}

/* The sets are data.0, data.1, ... in the order in which they are made. */
static void keep_place(wg_data *d, wg_site here)
{
    const wg_tensor place = wg_view_i64(&d->now.epoch, WG_SHAPE(sizeof d->now / sizeof d->now.epoch));
    for (int i = 0; !wg_failed(d->c) && !*d->saved; i++) {
        snprintf(d->saved, sizeof d->saved, "data.%d", i);
        if (wgx_is_saved(d->c, d->saved)) *d->saved = 0;
    }
    wg_save_with_at(here, d->c, d->saved, place, &(wg_save_checks){ .refuse = refuse_place, .user = d });
}

wg_data *wgi_data_new(wg_context *c, wg_site here, const char *about, wg_tensor x, wg_tensor y)
{
    bool fit = x.data && all_finite(c, here, &x, "x") && all_finite(c, here, &y, "y");
    wg_data *d = fit ? wg_alloc(c, 1, sizeof *d) : NULL;
    int64_t *order = d ? wg_alloc(c, (size_t)x.shape.dim[0] + 1, sizeof *order) : NULL;
    if (!order) {
        wg_free(c, d);
        wg_free(c, x.data);
        wg_free(c, y.data);
        return NULL;
    }
    *d = (wg_data){ .c = c,
                    .about = about,
                    .x = x,
                    .y = y,
                    .now.rows = x.shape.dim[0],
                    .order = { .row = order, .shuffle = true } };
    d->order.seed = wg_context_seed(c);
    d->x_row = row_bytes(&x);
    d->y_row = y.data ? row_bytes(&y) : 0;
    keep_place(d, here);
    return d;
}

static bool usable(wg_context *c, wg_site here, const wg_tensor *t, const char *which, size_t *bytes)
{
    if (t->shape.rank > 0 && wgi_tensor_usable(t, bytes)) return true;
    wg_fail(c, here, WG_ERROR_USE, "data_from: %s has no data, no dtype or no axis of rows", which);
    return false;
}

wg_data *wg_data_from_at(wg_site here, wg_context *c, wg_tensor x, wg_tensor y)
{
    if (!c) return wg_fail(NULL, here, WG_ERROR_USE, "data_from: the context is NULL"), NULL;
    wg_tensor mine = x, labels = y;
    size_t bytes = 0, label_bytes = 0;
    bool has_y = y.data || y.dtype || y.shape.rank;
    if (wg_failed(c) || !usable(c, here, &x, "x", &bytes) ||
        (has_y && !usable(c, here, &y, "y", &label_bytes)))
        return NULL;
    if (has_y && x.shape.dim[0] != y.shape.dim[0])
        return wg_fail(c, here, WG_ERROR_SHAPE, "data_from: x has %lld rows, y has %lld",
                       (long long)x.shape.dim[0], (long long)y.shape.dim[0]),
               NULL;
    if (!wgi_pair_new(c, here, &mine, &labels)) return NULL;
    if (bytes) memcpy(mine.data, x.data, bytes);
    if (label_bytes) memcpy(labels.data, y.data, label_bytes);
    return wgi_data_new(c, here, "the program's own data", mine, labels);
}

wg_data *wgi_data_part(const wg_context *c, const char *folder, wg_mode part)
{
    const wg_save_checks *k;
    for (int i = 0; (k = wgx_saved_checks(c, i)); i++) {
        if (k->refuse != refuse_place) continue; /* no set, but memory of the user's */
        wg_data *d = k->user;
        if (d->folder && d->part == part && strcmp(d->folder, folder) == 0) return d;
    }
    return NULL;
}

static void unlink_from_tree(wg_data *d)
{
    wg_data **p = d->like ? &d->like->first : NULL;
    while (p && *p != d) p = &(*p)->next;
    if (p) *p = d->next;
    d->like = d->next = NULL;
}

void wgi_data_follow(wg_data *d, wg_data *train)
{
    unlink_from_tree(d);
    d->like = train;
    if (train) d->next = train->first, train->first = d;
}

void wg_data_free(wg_data *d)
{
    if (!d) return;
    while (d->first) wgi_data_follow(d->first, d->like);
    unlink_from_tree(d);
    wg_save_end(d->c, d->saved);
    wgi_columns_release(d->c, d->columns);
    void *parts[] = { d->x.data,         d->y.data,      d->order.row,      d->buffer[0].x,
                      d->buffer[0].y,    d->buffer[1].x, d->buffer[1].y,    d->scale[0].mu,
                      d->scale[0].sigma, d->scale[1].mu, d->scale[1].sigma, d->folder };
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) wg_free(d->c, parts[i]);
    wg_free(d->c, d);
}

int64_t wg_data_rows(const wg_data *d) { return d ? d->now.rows : 0; }
wg_tensor wg_data_x(const wg_data *d) { return d ? d->x : (wg_tensor){ 0 }; }
wg_tensor wg_data_y(const wg_data *d) { return d ? d->y : (wg_tensor){ 0 }; }
const char *wg_data_about(const wg_data *d) { return d ? d->about : ""; }
int wg_data_epoch(const wg_data *d) { return d && !wg_failed(d->c) ? (int)d->now.epoch : INT_MAX; }

void wgx_data_seed(wg_data *d, uint64_t seed)
{
    if (d) d->order.seed = seed, d->order.made = 0;
    else wg_fail(NULL, NULL, WG_ERROR_USE, "data_seed: the data set is NULL");
}

void wg_data_shuffle(wg_data *d, bool on)
{
    if (d) d->order.shuffle = on;
    else wg_fail(NULL, NULL, WG_ERROR_USE, "data_shuffle: the data set is NULL");
}

/* ---- batches ---- */

/* It is made when it is used: after wg_resume the set is inside an epoch that this run has not begun. */
static void make_order(wg_data *d)
{
    const int64_t key = 1 + 2 * d->now.epoch + d->now.shuffled;
    if (d->order.made == key) return;
    if (d->now.shuffled)
        wgi_permute(d->order.row, d->now.rows, d->order.seed, "data/order", (uint64_t)d->now.epoch);
    else
        for (int64_t i = 0; i < d->now.rows; i++) d->order.row[i] = i;
    d->order.made = key;
}

static bool make_room(wg_data *d, wgi_batch_buffer *b, int64_t rows)
{
    if (b->rows >= rows) return true;
    wg_free(d->c, b->x);
    wg_free(d->c, b->y);
    b->rows = 0, b->y = NULL;
    if (!(b->x = wg_alloc(d->c, (size_t)rows, d->x_row + !d->x_row))) return false;
    if (d->y.data && !(b->y = wg_alloc(d->c, (size_t)rows, d->y_row + !d->y_row))) return false;
    b->rows = rows;
    return true;
}

static wg_tensor gather(const wg_tensor *from, size_t row, const int64_t *order, int64_t n, void *to)
{
    wg_tensor t = { from->dtype, from->shape, to };
    if (!from->data) return (wg_tensor){ 0 };
    for (int64_t i = 0; row && i < n; i++)
        memcpy((char *)to + (size_t)i * row, (const char *)from->data + (size_t)order[i] * row, row);
    t.shape.dim[0] = n;
    return t;
}

static bool end_epoch(wg_data *d)
{
    d->now.running = d->now.at = 0;
    if (d->now.epoch < INT_MAX) d->now.epoch++;
    return false;
}

bool wg_data_next_at(wg_site here, wg_data *d, wg_batch *b, int64_t size)
{
    if (b) *b = (wg_batch){ 0 };
    if (!d) return wg_fail(NULL, here, WG_ERROR_USE, "data_next: the data set is NULL"), false;
    if (!b) wg_fail(d->c, here, WG_ERROR_USE, "data_next: the batch is NULL");
    if (!b || wg_failed(d->c)) return false;
    if (size < 1)
        return wg_fail(d->c, here, WG_ERROR_VALUE, "data_next: a batch of %lld rows", (long long)size), false;
    if (!d->now.running) d->now.running = 1, d->now.shuffled = d->order.shuffle;
    if (d->now.at == d->now.rows) return end_epoch(d);
    make_order(d);
    int64_t n = size < d->now.rows - d->now.at ? size : d->now.rows - d->now.at;
    wgi_batch_buffer *into = &d->buffer[d->turn];
    if (!make_room(d, into, n)) return false;
    b->x = gather(&d->x, d->x_row, d->order.row + d->now.at, n, into->x);
    b->y = gather(&d->y, d->y_row, d->order.row + d->now.at, n, into->y);
    b->n = n;
    d->now.at += n, d->turn ^= 1;
    return true;
}

void wg_data_all(wg_data *d, wg_batch *b)
{
    if (!b) return;
    *b = (wg_batch){ 0 };
    if (!d || wg_failed(d->c)) return;
    b->x = d->x, b->y = d->y, b->n = d->now.rows;
}
