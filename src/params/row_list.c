/* row_list.c: gradients of tables by their rows. A table has the memory of a gradient like every parameter,
 * but of it only the rows in a list are other than zero. So code that reads the whole gradient needs to know
 * nothing of rows. Code that writes other rows sets `known` to false. */
#include "params/stepping.h"

#include <stdlib.h>

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

bool wgi_row_list_make(wgi_parameter *q)
{
    wg_context *c = q->owner->c;
    const size_t n = (size_t)WGI_MAX(q->shape.dim[0], 1);
    if (!q->rows) q->rows = wg_alloc(c, 1, sizeof *q->rows);
    if (!q->rows) return false;
    if (!q->rows->list) q->rows->list = wg_alloc(c, n, sizeof *q->rows->list);
    if (!q->rows->in) q->rows->in = wg_alloc(c, n, sizeof *q->rows->in);
    return q->rows->list && q->rows->in && (q->grad || wgi_grad_memory(q));
}

void wgi_row_list_free(wgi_parameter *q)
{
    wg_context *c = q->owner->c;
    if (!q->rows) return;
    wg_free(c, q->rows->list);
    wg_free(c, q->rows->in);
    wg_free(c, q->rows);
    q->rows = NULL;
}

void wgi_row_list_begin(wgi_parameter *q)
{
    wgi_row_list *r = q->rows;
    const size_t row = row_bytes(q);
    if (!r->known && q->size) memset(q->grad, 0, (size_t)q->size * wg_dtype_size(q->dtype));
    for (int64_t i = 0; i < r->count; i++) {
        r->in[r->list[i]] = false;
        if (r->known && row) memset((char *)q->grad + (size_t)r->list[i] * row, 0, row);
    }
    r->count = 0;
    r->known = true;
}

/* Number i of t, which counts from the end of `rows` rows if it is negative. */
static int64_t row_of(const wg_tensor *t, int64_t i, int64_t rows)
{
    const int64_t n = t->dtype == WG_I32   ? ((const int32_t *)t->data)[i]
                      : t->dtype == WG_I64 ? ((const int64_t *)t->data)[i]
                                           : (int64_t)wg_tensor_item(t, i);
    return n < 0 ? n + rows : n;
}

#define ADD_ROW(T)                                            \
    do {                                                      \
        T *restrict to = (T *)q->grad + row * width;          \
        const T *restrict from = (const T *)more + i * width; \
        for (int64_t j = 0; j < width; j++) to[j] += from[j]; \
    } while (0)

static int by_number(const void *a, const void *b)
{
    const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* Rows are added in the order of their numbers' places, as the derivative of gather adds them. */
void wgi_row_list_add(wgi_parameter *q, const wg_tensor *numbers, const void *more)
{
    wgi_row_list *r = q->rows;
    const int64_t n = wg_shape_size(numbers->shape), width = q->size / WGI_MAX(q->shape.dim[0], 1);
    for (int64_t i = 0; i < n; i++) {
        const int64_t row = row_of(numbers, i, q->shape.dim[0]);
        if (q->dtype == WG_F32) ADD_ROW(float);
        else ADD_ROW(double);
        if (!r->in[row]) r->list[r->count++] = row;
        r->in[row] = true;
    }
    qsort(r->list, (size_t)r->count, sizeof *r->list, by_number);
}
