/* row_list.c: gradients of tables by their rows. A table has the memory of a gradient like every parameter,
 * but of it only the rows in a list are other than zero. They are side by side in a memory of their own,
 * which wg_backward writes and a step reads, until somebody wants the whole gradient: wgi_row_list_whole.
 * Code that writes other rows sets `known` to false. */
#include "kernel/add_rows.h"
#include "params/stepping.h"

bool wgi_is_lazy(const wgi_parameter *q)
{
    const wgi_stepper *s = q->owner->lazy ? q->owner->steppers : NULL;
    while (s && !wgi_params_holds(s->p, q)) s = s->next;
    return s && q->shape.rank >= 1 && wgi_manner_of((const wg_optim *)(const void *)s, q).lazy;
}

static size_t row_bytes(const wgi_parameter *q)
{
    return (size_t)(q->size / WGI_MAX(q->shape.dim[0], 1)) * wg_dtype_size(q->dtype);
}

/* Memory for so many rows, of which the list keeps what it has. False: out of memory. */
static bool make_room(wgi_row_list *r, wg_context *c, int64_t rows)
{
    if (rows <= r->room) return true;
    const size_t n = (size_t)(rows + rows / 2);
    int64_t *all = wg_alloc(c, 4 * n, sizeof *all);
    wgi_added_row *number = wg_alloc(c, 2 * n, sizeof *number);
    if (!all || !number) return wg_free(c, all), wg_free(c, number), false;
    if (r->count) memcpy(all, r->list, (size_t)r->count * sizeof *all);
    if (r->count) memcpy(all + 2 * n, r->place, (size_t)r->count * sizeof *all);
    wg_free(c, r->all), wg_free(c, r->number);
    r->all = r->list = all, r->merged = all + n, r->place = all + 2 * n, r->merged_place = all + 3 * n;
    r->number = number, r->room = (int64_t)n;
    return true;
}

static bool room_apart(wgi_parameter *q, int64_t rows)
{
    wgi_row_list *r = q->rows;
    wg_context *c = q->owner->c;
    if (rows <= r->apart_rows || q->lent) return true;
    wgi_row_list_whole(q);
    wg_free(c, r->apart);
    r->apart = wgi_raw(c, (size_t)rows, WGI_MAX(row_bytes(q), 1));
    r->apart_rows = r->apart ? rows : 0;
    return r->apart != NULL;
}

bool wgi_row_list_make(wgi_parameter *q, int64_t numbers)
{
    wg_context *c = q->owner->c;
    if (!q->rows) q->rows = wg_alloc(c, 1, sizeof *q->rows);
    return q->rows && make_room(q->rows, c, q->rows->count + WGI_MAX(numbers, 1)) &&
           (q->grad || wgi_grad_memory(q)) && room_apart(q, numbers);
}

void *wgi_row_list_apart(wgi_parameter *q, int64_t numbers, bool first)
{
    wgi_row_list *r = q->rows;
    if (first) r->taken = 0;
    if (q->lent || r->taken + numbers > r->apart_rows) return NULL;
    r->taken += numbers;
    return (char *)r->apart + (size_t)(r->taken - numbers) * row_bytes(q);
}

void wgi_row_list_free(wgi_parameter *q)
{
    wg_context *c = q->owner->c;
    if (!q->rows) return;
    wg_free(c, q->rows->all);
    wg_free(c, q->rows->number);
    wg_free(c, q->rows->apart);
    wg_free(c, q->rows);
    q->rows = NULL;
}

/* Makes the gradient of q zero, and its list of rows empty. apart: its rows will be in that memory. A user
 * who knows where the gradient is may have written to any row. */
static void begin(wgi_parameter *q, bool apart)
{
    wgi_row_list *r = q->rows;
    const size_t row = row_bytes(q);
    const bool all = !r->known || r->is_apart || q->lent;
    if (!apart && all) memset(q->grad, 0, (size_t)q->size * wg_dtype_size(q->dtype));
    for (int64_t i = 0; i < r->count && !apart && !all && row; i++) {
        if (i + WGI_ROWS_AHEAD < r->count)
            wgi_fetch_row((char *)q->grad + (size_t)r->list[i + WGI_ROWS_AHEAD] * row, (int64_t)row);
        memset((char *)q->grad + (size_t)r->list[i] * row, 0, row);
    }
    r->count = 0;
    r->is_apart = apart;
    r->known = r->finite = true;
}

void wgi_row_list_whole(wgi_parameter *q)
{
    wgi_row_list *r = q->rows;
    const size_t row = row_bytes(q);
    if (!r || !r->is_apart) return;
    memset(q->grad, 0, (size_t)q->size * wg_dtype_size(q->dtype));
    for (int64_t i = 0; i < r->count; i++)
        memcpy((char *)q->grad + (size_t)r->list[i] * row, (char *)r->apart + (size_t)r->place[i] * row, row);
    r->is_apart = false;
}

/* Number i of t, which counts from the end of `rows` rows if it is negative. */
static int64_t row_of(const wg_tensor *t, int64_t i, int64_t rows)
{
    const int64_t n = t->dtype == WG_I32   ? ((const int32_t *)t->data)[i]
                      : t->dtype == WG_I64 ? ((const int64_t *)t->data)[i]
                                           : (int64_t)wg_tensor_item(t, i);
    return n < 0 ? n + rows : n;
}

/* By rows; equal ones stay in their order. A pass for each byte that rows below `rows` have. The sorted list
 * is the result, one of the two. */
static wgi_added_row *sort_by_row(wgi_added_row *list, wgi_added_row *other, int64_t n, int64_t rows)
{
    for (int byte = 0; byte < 64 && (rows - 1) >> byte > 0; byte += 8) {
        int64_t at[257] = { 0 };
        for (int64_t i = 0; i < n; i++) at[(list[i].row >> byte & 255) + 1]++;
        for (int k = 0; k < 256; k++) at[k + 1] += at[k];
        for (int64_t i = 0; i < n; i++) other[at[list[i].row >> byte & 255]++] = list[i];
        wgi_added_row *sorted = other;
        other = list, list = sorted;
    }
    return list;
}

void wgi_row_list_none(wgi_parameter *q)
{
    wgi_row_list_whole(q);
    q->rows->known = false;
}

void wgi_row_list_written(wgi_parameter *q) { q->rows->known = q->rows->is_apart = false; }

static void put_row(wgi_row_list *r, int64_t *count, int64_t row, int64_t place)
{
    r->merged[*count] = row, r->merged_place[(*count)++] = place;
}

/* Merges the rows of the sorted list into that of r, says where each is added, and marks the first of each
 * that is zero until now. */
static void merge_rows(wgi_row_list *r, wgi_added_row *list, int64_t n)
{
    int64_t count = 0, old = 0;
    for (int64_t i = 0; i < n; i++) {
        const int64_t row = list[i].row;
        list[i].first = false;
        if (i && list[i - 1].row == row) {
            list[i].to = list[i - 1].to;
            continue;
        }
        for (; old < r->count && r->list[old] < row; old++) put_row(r, &count, r->list[old], r->place[old]);
        const bool there = old < r->count && r->list[old] == row;
        list[i].first = r->known && !there;
        list[i].to = !r->is_apart ? row : there ? r->place[old] : list[i].at;
        old += there;
        put_row(r, &count, row, list[i].to);
    }
    for (; old < r->count; old++) put_row(r, &count, r->list[old], r->place[old]);
    int64_t *const list_before = r->list, *const place_before = r->place;
    r->list = r->merged, r->merged = list_before, r->count = count;
    r->place = r->merged_place, r->merged_place = place_before;
}

/* The place at which the first row begins that does not begin before i. */
static int64_t row_from(const wgi_added_row *list, int64_t i, int64_t n)
{
    while (i > 0 && i < n && list[i].row == list[i - 1].row) i++;
    return i;
}

static bool add_chunk(void *arg, int part, int chunk, int chunks, int thread)
{
    const wgi_row_sums *all = arg;
    wgi_row_sums s = *all;
    s.begin = row_from(s.list, all->end * chunk / chunks, all->end);
    s.end = row_from(s.list, all->end * (chunk + 1) / chunks, all->end);
    wgi_add_rows_to[s.isa](&s);
    if (s.not_finite) __atomic_store_n(&((wgi_row_sums *)arg)->not_finite, true, __ATOMIC_RELAXED);
    return true;
}

/* Equal rows are added in the order of their numbers' places, as the derivative of gather adds them. */
static bool is_apart(const wgi_parameter *q, const char *rows)
{
    const wgi_row_list *r = q->rows;
    const char *from = r->apart;
    return from && rows >= from && rows < from + (size_t)r->apart_rows * row_bytes(q);
}

void wgi_row_list_add(wgi_parameter *q, const wg_tensor *numbers, void *more, bool reached)
{
    enum { WIDE = 16384 }; /* about the elements of a chunk */
    wgi_row_list *r = q->rows;
    const int64_t n = wg_shape_size(numbers->shape), rows = WGI_MAX(q->shape.dim[0], 1);
    const bool apart = is_apart(q, more);
    if (!reached) begin(q, apart);
    else if (!apart) wgi_row_list_whole(q);
    wgi_added_row *list = r->number;
    const size_t row = row_bytes(q);
    const int64_t before = r->is_apart && row ? ((char *)more - (char *)r->apart) / (int64_t)row : 0;
    for (int64_t i = 0; i < n; i++)
        list[i] = (wgi_added_row){ .row = row_of(numbers, i, rows), .at = before + i };
    list = sort_by_row(list, list + n, n, rows);
    merge_rows(r, list, n);
    wg_context *c = q->owner->c;
    wgi_row_sums all = { .list = list,
                         .end = n,
                         .width = q->size / rows,
                         .dtype = q->dtype,
                         .isa = c->isa,
                         .table = r->is_apart ? r->apart : q->grad,
                         .from = r->is_apart ? r->apart : more };
    const int chunks = (int)WGI_MIN(n * all.width / WIDE + 1, 4 * c->o.threads);
    if (chunks > 1) wgi_region_run(c, &r->adding, add_chunk, &all, &chunks, 1);
    else add_chunk(&all, 0, 0, 1, 0);
    r->finite = r->finite && !all.not_finite;
}
