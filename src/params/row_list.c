/* row_list.c: gradients of tables by their rows. A table has the memory of a gradient like every parameter,
 * but of it only the rows in a list are other than zero. So code that reads the whole gradient needs to know
 * nothing of rows. Code that writes other rows sets `known` to false. */
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
    int64_t *list = wg_alloc(c, n, sizeof *list), *merged = wg_alloc(c, n, sizeof *merged);
    wgi_added_row *number = wg_alloc(c, 2 * n, sizeof *number);
    const bool ok = list && merged && number;
    if (ok && r->count) memcpy(list, r->list, (size_t)r->count * sizeof *list);
    wg_free(c, ok ? r->list : list), wg_free(c, ok ? r->merged : merged), wg_free(c, ok ? r->number : number);
    if (ok) r->list = list, r->merged = merged, r->number = number, r->room = (int64_t)n;
    return ok;
}

bool wgi_row_list_make(wgi_parameter *q, int64_t numbers)
{
    wg_context *c = q->owner->c;
    if (!q->rows) q->rows = wg_alloc(c, 1, sizeof *q->rows);
    return q->rows && make_room(q->rows, c, q->rows->count + WGI_MAX(numbers, 1)) &&
           (q->grad || wgi_grad_memory(q));
}

void wgi_row_list_free(wgi_parameter *q)
{
    wg_context *c = q->owner->c;
    if (!q->rows) return;
    wg_free(c, q->rows->list);
    wg_free(c, q->rows->merged);
    wg_free(c, q->rows->number);
    wg_free(c, q->rows);
    q->rows = NULL;
}

void wgi_row_list_begin(wgi_parameter *q)
{
    wgi_row_list *r = q->rows;
    const size_t row = row_bytes(q);
    if (!r->known && q->size) memset(q->grad, 0, (size_t)q->size * wg_dtype_size(q->dtype));
    for (int64_t i = 0; i < r->count && r->known && row; i++) {
        if (i + WGI_ROWS_AHEAD < r->count)
            wgi_fetch_row((char *)q->grad + (size_t)r->list[i + WGI_ROWS_AHEAD] * row, (int64_t)row);
        memset((char *)q->grad + (size_t)r->list[i] * row, 0, row);
    }
    r->count = 0;
    r->known = r->finite = true;
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

/* Merges the rows of the sorted list into that of r, and marks the first of each that is zero until now. */
static void merge_rows(wgi_row_list *r, wgi_added_row *list, int64_t n)
{
    int64_t count = 0, old = 0;
    for (int64_t i = 0; i < n; i++) {
        const int64_t row = list[i].row;
        list[i].first = false;
        if (i && list[i - 1].row == row) continue;
        while (old < r->count && r->list[old] < row) r->merged[count++] = r->list[old++];
        const bool there = old < r->count && r->list[old] == row;
        list[i].first = r->known && !there;
        old += there;
        r->merged[count++] = row;
    }
    while (old < r->count) r->merged[count++] = r->list[old++];
    int64_t *list_before = r->list;
    r->list = r->merged, r->merged = list_before, r->count = count;
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
    (void)part, (void)thread;
    s.begin = row_from(s.list, all->end * chunk / chunks, all->end);
    s.end = row_from(s.list, all->end * (chunk + 1) / chunks, all->end);
    wgi_add_rows_to[s.isa](&s);
    if (s.not_finite) __atomic_store_n(&((wgi_row_sums *)arg)->not_finite, true, __ATOMIC_RELAXED);
    return true;
}

/* Equal rows are added in the order of their numbers' places, as the derivative of gather adds them. */
void wgi_row_list_add(wgi_parameter *q, const wg_tensor *numbers, const void *more)
{
    enum { WIDE = 16384 }; /* about the elements of a chunk */
    wgi_row_list *r = q->rows;
    const int64_t n = wg_shape_size(numbers->shape), rows = WGI_MAX(q->shape.dim[0], 1);
    wgi_added_row *list = r->number;
    for (int64_t i = 0; i < n; i++) list[i] = (wgi_added_row){ row_of(numbers, i, rows), i, false };
    list = sort_by_row(list, list + n, n, rows);
    merge_rows(r, list, n);
    wg_context *c = q->owner->c;
    wgi_row_sums all = { .list = list,
                         .end = n,
                         .width = q->size / rows,
                         .dtype = q->dtype,
                         .isa = c->isa,
                         .table = q->grad,
                         .from = more };
    const int chunks = (int)WGI_MIN(n * all.width / WIDE + 1, 4 * c->o.threads);
    if (chunks > 1) wgi_region_run(c, &r->adding, add_chunk, &all, &chunks, 1);
    else add_chunk(&all, 0, 0, 1, 0);
    r->finite = r->finite && !all.not_finite;
}
