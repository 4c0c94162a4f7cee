/* shards.c: the shards of a batch, one after the other, and the meeting of all processes at its end.
 *
 * The sums over shards are a binary tree. Leaves come in order, so at most one sum of each size waits: that
 * of 2^k leaves waits at level k, while bit k of the number of leaves so far is set. A process owns a whole
 * subtree, and wgi_link_all goes on with the same tree over processes. With one shard nothing here changes a
 * bit. */
#include "group/group.h"

#include "base/floats.h"
#include "graph/graph.h"
#include "wgx/graph.h"

#include <math.h>

/* Shard s of all draws the numbers of epoch e + s * this. */
static const uint64_t EPOCHS = UINT64_C(1) << 48;

/* ---- rows ---- */

static int64_t first_row(const wg_group *all, int shard)
{
    const int64_t n = all->b.batch.n, s = all->shards;
    return n / s * shard + n % s * shard / s;
}

static int number(const wg_group *all, int at) { return all->link.rank * all->own + at; }

static int64_t rows_of(const wg_group *all, int shard)
{
    return first_row(all, shard + 1) - first_row(all, shard);
}

static double share_of(const wg_group *all, int shard)
{
    return (double)rows_of(all, shard) / (double)all->b.batch.n;
}

static wg_tensor rows(const wg_tensor *t, int64_t from, int64_t n)
{
    wg_tensor part = *t;
    if (!t->data) return (wg_tensor){ 0 };
    const int64_t row = wg_shape_size(t->shape) / t->shape.dim[0]; /* begin_batch: there are rows */
    part.data = (char *)t->data + (size_t)(from * row) * wg_dtype_size(t->dtype);
    part.shape.dim[0] = n;
    return part;
}

/* ---- random draws ---- */

/* The next graph of the user's; NULL: there are no more. Its evaluation ends. */
static wg_graph *next_graph(const wg_group *all, wg_graph *g)
{
    g = g ? g->next : all->c->graphs.first;
    if (g && g == all->c->graphs.tracer) g = g->next;
    if (g) wgi_close(g);
    return g;
}

static void note_epochs(wg_group *all)
{
    for (wg_graph *g = NULL; (g = next_graph(all, g));) g->now.before_batch = g->now.epoch + 1;
}

/* Every graph's epoch, `more` after what it was before the batch. used: notes how many epochs were used of
 * those from `since` on. */
static bool set_epochs(wg_group *all, wg_site here, uint64_t more, uint64_t *used, uint64_t since)
{
    for (wg_graph *g = NULL; (g = next_graph(all, g));) {
        const uint64_t before = g->now.before_batch - 1, done = g->now.epoch - before - since;
        if (!g->now.before_batch || (used && !g->now.frozen && done >= EPOCHS)) {
            wgi_fail(
                all->c, here, "group_next", WG_ERROR_USE,
                "%s between two shards, so random draws would depend on the process: do it before the batch",
                g->now.before_batch ? "the epoch of a graph was set" : "a graph was made");
            return false;
        }
        if (g->now.frozen) continue;
        if (used) *used = WGI_MAX(*used, done);
        wgx_graph_set_epoch(g, before + more);
    }
    return true;
}

/* ---- a shard ---- */

static uint64_t steps_done(const wg_group *all)
{
    uint64_t n = 0;
    for (const wg_params *p = all->c->params; p; p = p->next)
        for (const wgi_stepper *s = p->steppers; s; s = s->next) n += s->steps;
    return n;
}

static void add_notes(wg_group *all, double share)
{
    wgi_open_batch *b = &all->b;
    for (int k = 0; k < WGI_NOTES; k++) b->note[k] = share > 0 && b->noted >> k & 1 ? share * b->note[k] : 0;
    wgi_notes_add(all);
    if (share > 0) b->noted_any |= b->noted;
    b->noted = 0;
}

static uint64_t items_of(const wg_group *all)
{
    uint64_t n = 1; /* 0: no shard with rows is done */
    for (const wg_params *p = all->c->params; p; p = p->next) n += p->count;
    return n;
}

static bool has_gradients(const wg_group *all)
{
    const wg_params *p = all->c->params;
    while (p && !p->gradients) p = p->next;
    return p != NULL;
}

/* The open shard is done: takes what it has left. */
static bool take_shard(wg_group *all, wg_site here)
{
    const int shard = number(all, all->b.at);
    const uint64_t since = EPOCHS * (uint64_t)shard;
    add_notes(all, share_of(all, shard));
    if (all->shards == 1) return true;
    if (!set_epochs(all, here, since, &all->b.used, since)) return false;
    if (steps_done(all) != all->b.steps)
        return WGI_REFUSE(
            all, here, "group_next",
            "wg_optim_step was called between two shards: it belongs behind the loop over them");
    if (wgi_sums_values(all, WGI_KNOWN_VALUES) != all->b.values)
        return WGI_REFUSE(all, here, "group_next",
                          "parameters were changed between two shards: do it before the batch");
    all->b.noted_any |= has_gradients(all) ? WGI_BACKWARD : WGI_NO_BACKWARD;
    const uint64_t items = items_of(all);
    if (all->b.items && items != all->b.items)
        return WGI_REFUSE(
            all, here, "group_next",
            "a shard has made parameters or states that the shards before it lack: all must build the "
            "same graph");
    all->b.items = items;
    return wgi_sums_add(all, rows_of(all, shard), first_row(all, shard) == 0);
}

/* Opens the next shard that has rows. False: there is none, or an error. */
static bool next_shard(wg_group *all, wg_site here, wg_batch *part)
{
    for (all->b.at++; all->b.at < all->own && wgi_ok(all->c); all->b.at++) {
        const int shard = number(all, all->b.at);
        const int64_t from = first_row(all, shard), n = rows_of(all, shard);
        if (!n) {
            add_notes(all, 0);
            if (!wgi_sums_add(all, 0, false)) return false;
            continue;
        }
        if (all->shards > 1) {
            wgi_sums_reset(all);
            all->b.values = wgi_sums_values(all, WGI_KNOWN_VALUES);
            if (!set_epochs(all, here, EPOCHS * (uint64_t)shard, NULL, 0)) return false;
        }
        *part = (wg_batch){ rows(&all->b.batch.x, from, n), rows(&all->b.batch.y, from, n), n };
        return true;
    }
    return false;
}

/* ---- a batch ---- */

static bool begin_batch(wg_group *all, wg_site here, const wg_batch *b)
{
    if (!b || b->n < 1 || (b->x.data && b->x.shape.dim[0] != b->n) ||
        (b->y.data && b->y.shape.dim[0] != b->n))
        return WGI_REFUSE(all, here, "group_next",
                          !b     ? "the batch is NULL"
                          : b->n ? "the batch says %lld rows, its x or y has others"
                                 : "the batch has no rows",
                          b ? (long long)b->n : 0);
    all->b.batch = *b;
    all->b.at = -1;
    all->b.noted = all->b.noted_any = 0;
    all->b.steps = steps_done(all), all->b.used = all->b.items = 0;
    if (all->shards == 1) return true;
    note_epochs(all);
    return wgi_sums_begin(all);
}

/* Of the rows: all in the first batch, later the bytes at both ends. */
static uint64_t hash_rows(const wg_group *all, uint64_t h, const wg_tensor *t)
{
    enum { SOME = 256 };
    const char *b = t->data;
    const size_t n = b ? (size_t)wg_shape_size(t->shape) * wg_dtype_size(t->dtype) : 0;
    if (!all->checked || n <= 2 * SOME) return wgi_group_hash(h, b, n);
    return wgi_group_hash(wgi_group_hash(h, b, SOME), b + n - SOME, SOME);
}

/* What must be the same in all processes. Rows of the user's are not looked at after an error. */
static void set_checks(const wg_group *all, wgi_word *w)
{
    const wg_batch *b = &all->b.batch;
    const uint64_t n = (uint64_t)b->n;
    w->check[WGI_CHECK_GIVEN] = wgi_ok(all->c) ? hash_rows(all, hash_rows(all, n, &b->x), &b->y) : n;
    w->check[WGI_CHECK_LAYOUT] = wgi_sums_layout(all, &w->items);
    w->check[WGI_CHECK_VALUES] = wgi_sums_values(all, all->checked ? WGI_SOME_VALUES : WGI_ALL_VALUES);
}

static bool has_rows(const wg_group *all)
{
    return first_row(all, number(all, all->own)) > first_row(all, number(all, 0));
}

/* A process that had no rows in the batches so far may lack parameters that the others have made. */
static bool same_parameters(wg_group *all, wg_site here, const wgi_word *w)
{
    uint64_t items;
    if (w->odd[WGI_CHECK_LAYOUT] < 0) return true;
    wgi_sums_layout(all, &items);
    if (items < w->items && has_rows(all))
        wgi_fail(all->c, here, "group_next", WG_ERROR_USE,
                 "rank %d has %llu parameters and states, this process has %llu: they build other graphs. "
                 "Make all of them "
                 "before the first batch",
                 w->most_of, (unsigned long long)w->items, (unsigned long long)items);
    if (w->items != w->fewest) wgi_group_give(all, here, w->most_of);
    wgi_word again = wgi_group_word(all, WGI_AT_BATCH);
    again.check[WGI_CHECK_LAYOUT] = wgi_sums_layout(all, &items);
    if (all->over || !wgi_group_meet(all, here, &again)) return false;
    const int odd = again.odd[WGI_CHECK_LAYOUT];
    if (odd >= 0)
        wgi_fail(
            all->c, here, "group_next", WG_ERROR_USE,
            "rank %d on %s has other parameters or states than rank 0: other names, shapes or another order",
            odd, all->place[odd].host);
    return odd < 0;
}

static bool is_same(wg_group *all, wg_site here, const wgi_word *w)
{
    const int batch = w->odd[WGI_CHECK_GIVEN], values = w->odd[WGI_CHECK_VALUES];
    if (batch >= 0)
        return WGI_REFUSE(
            all, here, "group_next",
            "rank %d on %s has another batch than rank 0: all read the same data, in the same order", batch,
            all->place[batch].host);
    const bool had_other = w->odd[WGI_CHECK_LAYOUT] >= 0;
    if (!same_parameters(all, here, w)) return false;
    if (values >= 0 && !had_other)
        return WGI_REFUSE(
            all, here, "group_next",
            "rank %d on %s has other values of parameters, or another optimizer, rate or number of steps "
            "than rank 0: each process must do the same",
            values, all->place[values].host);
    if (w->noted & WGI_BACKWARD && w->noted & WGI_NO_BACKWARD)
        return WGI_REFUSE(all, here, "group_next", "wg_backward was called in some shards and not in others");
    return true;
}

/* Of the whole batch: notes, states, gradients, epochs. */
static void end_batch(wg_group *all, wg_site here)
{
    wgi_word w = wgi_group_word(all, WGI_AT_BATCH);
    int first = 0;
    all->b.at = -1;
    if (all->over) return;
    w.used = all->b.used, w.noted = all->b.noted_any;
    if (all->link.transport) set_checks(all, &w);
    w.fewest = w.items;
    if (!wgi_group_meet(all, here, &w) || !is_same(all, here, &w)) return;
    all->checked = true;
    double *sum = all->b.note_sum[0];
    for (int k = all->own; k > 1; k /= 2) sum += WGI_NOTES;
    wgi_connection *l = &all->link;
    if (!wgi_link_all(l, wgi_merge_f64, sum, WGI_NOTES, sizeof *sum)) {
        wgi_group_broken(all, here);
        return;
    }
    for (int k = 0; k < WGI_NOTES; k++) all->b.note[k] = w.noted >> k & 1 ? sum[k] : NAN;
    if (all->shards == 1) return;
    while (rows_of(all, first) == 0) first++;
    if (wgi_sums_end(all, first / all->own)) set_epochs(all, here, w.used, NULL, 0);
    else wgi_group_broken(all, here);
}

/* Whether b is the batch whose shards are being done. */
static bool is_open(const wg_group *all, const wg_batch *b)
{
    const wg_batch *open = &all->b.batch;
    return b && b->n == open->n && b->x.data == open->x.data && b->y.data == open->y.data;
}

/* After an error: draws and states are as before the batch, for a program that goes on. */
static void abandon(wg_group *all, wg_site here)
{
    if (all->shards == 1 || all->b.at < 0) return;
    set_epochs(all, here, 0, NULL, 0);
    wgi_sums_abandon(all);
}

bool wg_group_next_at(wg_site here, wg_group *all, const wg_batch *b, wg_batch *part)
{
    if (part) *part = (wg_batch){ 0 };
    if (!all) return wg_fail(NULL, here, WG_ERROR_USE, "group_next: the group is NULL"), false;
    if (!part) wgi_fail(all->c, here, "group_next", WG_ERROR_USE, "the place for the shard is NULL");
    if (all->over) wgi_fail(all->c, here, "group_next", WG_ERROR_USE, "the group has ended with an error");
    if (all->b.at >= 0 && !is_open(all, b))
        wgi_fail(all->c, here, "group_next", WG_ERROR_USE,
                 "the shards of the batch before are not done: the loop over them was left");
    const wgi_floats was = wgi_floats_enter();
    const bool more = wgi_ok(all->c) && (all->b.at < 0 ? begin_batch(all, here, b) : take_shard(all, here)) &&
                      next_shard(all, here, part);
    if (!wgi_ok(all->c)) abandon(all, here);
    if (!more) end_batch(all, here);
    wgi_floats_leave(was);
    return more;
}

/* ---- notes ---- */

void wg_group_note(wg_group *all, int k, double value)
{
    if (!all || k < 0 || k >= WGI_NOTES) {
        wg_fail(all ? all->c : NULL, NULL, WG_ERROR_USE,
                all ? "group_note: number %d: 0 to 15 can be" : "group_note: the group is NULL", k);
        return;
    }
    all->b.note[k] = value;
    all->b.noted |= 1U << k;
}

double wg_group_mean(const wg_group *all, int k)
{
    return all && k >= 0 && k < WGI_NOTES && all->b.at < 0 && wgi_ok(all->c) ? all->b.note[k] : NAN;
}
