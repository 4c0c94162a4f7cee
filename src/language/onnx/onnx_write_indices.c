/* onnx_write_indices.c: ops that choose rows by their numbers, and what is made of numbers of rows. */
#include "onnx/onnx_write.h"

/* The sizes of a gather: for each index of the batch, rows of a number of elements, and how many are
 * chosen. */
typedef struct chosen {
    int64_t batch, rows, numbers, columns;
} chosen;

/* x: the shape with the rows; numbers: that of the numbers of one. */
static chosen chosen_of(const wg_shape *x, const wg_shape *numbers, int batch)
{
    return (chosen){ wgi_ow_size(x, 0, batch), x->dim[batch], wgi_ow_size(numbers, batch, numbers->rank),
                     wgi_ow_size(x, batch + 1, x->rank) };
}

/* The numbers as i64 [batch, numbers]. */
static int numbers_of(wgi_ow *w, int v, const wg_shape *x, int batch, const chosen *c)
{
    wg_shape s = wgi_ow_shape(w, v);
    for (int i = 0; i < batch; i++) s.dim[i] = x->dim[i];
    return wgi_ow_shaped(w, wgi_ow_spread(w, wgi_ow_cast(w, v, WG_I64), s), WG_SHAPE(c->batch, c->numbers));
}

WRITER(write_gather)
{
    const int batch = (int)wgi_ow_whole(k, "batch");
    const wg_shape s = wgi_ow_shape(w, in[0]), numbers = wgi_ow_shape(w, in[1]);
    if (!batch) {
        const int at = wgi_ow_cast(w, in[1], WG_I64);
        wgi_ow_int(w, "axis", 0);
        return wgi_ow_op(w, row->onnx, k->type, k->shape, in[0], at, 0);
    }
    const chosen c = chosen_of(&s, &numbers, batch);
    const int at = numbers_of(w, in[1], &s, batch, &c),
              each = wgi_ow_shaped(w, at, WG_SHAPE(c.batch, c.numbers, 1)),
              x = wgi_ow_shaped(w, in[0], WG_SHAPE(c.batch, c.rows, c.columns));
    wgi_ow_int(w, "batch_dims", 1);
    const int y = wgi_ow_op(w, "GatherND", k->type, WG_SHAPE(c.batch, c.numbers, c.columns), x, each, 0);
    return wgi_ow_shaped(w, y, k->shape);
}

/* [batch, rows, numbers]: 1 where a number is that of the row. */
static int shares_of(wgi_ow *w, int numbers, const chosen *c, wg_dtype t)
{
    const int none_or_one =
                  wgi_ow_joined(w,
                                (const int[]){ wgi_ow_shaped(w, wgi_ow_number(w, t, 0), WG_SHAPE(1)),
                                               wgi_ow_shaped(w, wgi_ow_number(w, t, 1), WG_SHAPE(1)) },
                                2, 0),
              depth = wgi_ow_number(w, WG_I64, (double)c->rows);
    wgi_ow_int(w, "axis", 1);
    return wgi_ow_op(w, "OneHot", t, WG_SHAPE(c->batch, c->rows, c->numbers), numbers, depth, none_or_one);
}

/* The numbers of rows of the whole batch, as [all, 1]. */
static int of_all_rows(wgi_ow *w, int numbers, const chosen *c)
{
    const int rows = wgi_ow_number(w, WG_I64, (double)c->rows), from_0 = wgi_ow_2(w, "Mod", numbers, rows),
              first = wgi_ow_2(w, "Mul", wgi_ow_counted(w, 2, 0, c->batch), rows);
    return wgi_ow_shaped(w, wgi_ow_2(w, "Add", from_0, first), WG_SHAPE(c->batch * c->numbers, 1));
}

/* y with the rows of operand k added: from opset 16 on by an operator, before by a product with rows of 0 and
 * 1. */
static int with_rows(wgi_ow *w, const wgi_ow_call *k, int p, int y)
{
    const int batch = (int)wgi_ow_whole(k, "batch");
    const wg_shape numbered = wgi_ow_shape(w, k->x[p + 1]);
    const chosen c = chosen_of(&k->shape, &numbered, batch);
    if (!c.numbers || !c.columns || !c.batch) return y;
    const int at = numbers_of(w, k->x[p + 1], &k->shape, batch, &c);
    if (w->opset < 16) {
        const int x = wgi_ow_shaped(w, k->x[p], WG_SHAPE(c.batch, c.numbers, c.columns)),
                  part = wgi_ow_shaped(w, wgi_ow_product(w, shares_of(w, at, &c, k->type), x), k->shape);
        return y ? wgi_ow_2(w, "Add", y, part) : part;
    }
    const wg_shape flat = WG_SHAPE(c.batch * c.rows, c.columns);
    const int all = of_all_rows(w, at, &c), zero = wgi_ow_number(w, k->type, 0),
              to = y ? wgi_ow_shaped(w, y, flat) : wgi_ow_spread(w, zero, flat),
              x = wgi_ow_shaped(w, k->x[p], WG_SHAPE(c.batch * c.numbers, c.columns));
    wgi_ow_text(w, "reduction", "add");
    return wgi_ow_shaped(w, wgi_ow_op(w, "ScatterND", k->type, flat, to, all, x), k->shape);
}

WRITER(write_gather_grad)
{
    int y = 0;
    for (int p = 0; p + 1 < k->operands; p += 2) y = with_rows(w, k, p, y);
    return y ? y : wgi_ow_spread(w, wgi_ow_number(w, k->type, 0), k->shape);
}

WRITER(write_one_hot)
{
    const int64_t count = wgi_ow_whole(k, "count");
    const int numbers = wgi_ow_cast(w, in[0], WG_I64),
              all = wgi_ow_counted(w, k->shape.rank, k->shape.rank - 1, count),
              each = wgi_ow_shaped(w, numbers, wgi_ow_resized(k->shape, k->shape.rank - 1, 1));
    return wgi_ow_cast(w, wgi_ow_compare(w, "Equal", each, all), k->type);
}

WRITER(write_index_along)
{
    const int axis = (int)wgi_ow_whole(k, "axis");
    return wgi_ow_spread(
        w, wgi_ow_cast(w, wgi_ow_counted(w, k->shape.rank, axis, k->shape.dim[axis]), k->type), k->shape);
}

WRITER(write_unit_rows)
{
    const int rows = wgi_ow_counted(w, 2, 0, k->shape.dim[0]),
              at = wgi_ow_2n(w, "Add", rows, (double)wgi_ow_whole(k, "from")),
              columns = wgi_ow_counted(w, 2, 1, k->shape.dim[1]);
    return wgi_ow_cast(w, wgi_ow_compare(w, row->onnx, columns, at), k->type);
}

/* NonZero gives a row for each axis: of the flat x there is one. */
WRITER(write_nonzero)
{
    const wg_shape s = wgi_ow_shape(w, in[0]);
    const int flat = wgi_ow_shaped(w, in[0], WG_SHAPE(wg_shape_size(s)));
    return wgi_ow_shaped(w, wgi_ow_op(w, row->onnx, WG_I64, WG_SHAPE(1, k->shape.dim[0]), flat, 0, 0),
                         k->shape);
}

const wgi_ow_rule wgi_ow_indices[] = {
    { "gather", write_gather, "Gather" },
    { "gather_grad", write_gather_grad, NULL },
    { "one_hot", write_one_hot, NULL },
    { "index_along", write_index_along, NULL },
    { "unit_rows", write_unit_rows, "Equal" },
    { "nonzero", write_nonzero, "NonZero" },
    { NULL, NULL, NULL },
};
