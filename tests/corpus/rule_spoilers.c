/* rule_spoilers.c: ways to spoil a gradient that fit many ops. */
#include <string.h>

#include "corpus/rules.h"

static wg_node rows(wg_site here, wg_node x, int64_t from, int64_t to)
{
    return wg_slice_at(here, &WG_OPTS(wg_slice_args, .x = x, .axis = 0, .from = from, .to = to));
}

static wg_node join(wg_site here, wg_node a, wg_node b)
{
    return wg_concat_at(here, &WG_OPTS(wg_join_args, .x = (wg_node[]){ a, b }, .n = 2));
}

static wg_node times(wg_site here, wg_node x, double by) { return wg_mul_at(here, x, wg_number(by)); }

/* Rows [from, to) times `by`. */
static wg_node rows_times(wg_site here, wg_node x, int64_t from, int64_t to, double by)
{
    const int64_t n = wg_dim(x, 0);
    wg_node y = times(here, rows(here, x, from, to), by);
    if (from > 0) y = join(here, rows(here, x, 0, from), y);
    return to < n ? join(here, y, rows(here, x, to, n)) : y;
}

WGT_SPOILER(wgt_times) { gx[r->of->operand] = times(here, gx[r->of->operand], r->of->number); }

WGT_SPOILER(wgt_in_f32)
{
    if (wg_node_dtype(y) == WG_F32) wgt_times(r, here, y, gy, x, gx);
}

WGT_SPOILER(wgt_swapped)
{
    const wg_node t = gx[r->of->operand];
    gx[r->of->operand] = gx[r->of->other], gx[r->of->other] = t;
}

WGT_SPOILER(wgt_transposed)
{
    wg_node *g = &gx[r->of->operand];
    *g = wg_transpose_at(here, &WG_OPTS(wg_transpose_args, .x = *g));
}

WGT_SPOILER(wgt_last_row)
{
    wg_node *g = &gx[r->of->operand];
    *g = rows_times(here, *g, wg_dim(*g, 0) - 1, wg_dim(*g, 0), 0);
}

WGT_SPOILER(wgt_first_row)
{
    wg_node *g = &gx[r->of->operand];
    *g = rows_times(here, *g, 0, 1, 0);
}

WGT_SPOILER(wgt_one_element)
{
    wg_node *g = &gx[r->of->operand];
    const wg_node flat = wg_reshape_at(here, *g, WG_SHAPE(-1)),
                  wrong = rows_times(here, flat, WGT_ELEMENT, WGT_ELEMENT + 1, 1.5);
    *g = wg_reshape_at(here, wrong, wg_node_shape(*g));
}

WGT_SPOILER(wgt_one_side)
{
    wg_node *g = &gx[r->of->operand];
    const wg_node above = wg_greater_at(here, x[r->of->operand], wg_number(WGT_THRESHOLD));
    *g = wg_where_at(here, above, times(here, *g, 1.1), *g);
}

WGT_SPOILER(wgt_rolled)
{
    wg_node *g = &gx[r->of->operand];
    *g = join(here, rows(here, *g, 1, wg_dim(*g, 0)), rows(here, *g, 0, 1));
}

WGT_SPOILER(wgt_stale)
{
    wg_node before[8], unused[8] = { wg_none };
    const int n = wg_node_operands(y);
    for (int k = 0; k < n; k++)
        before[k] = wg_dtype_is_float(wg_node_dtype(x[k])) ? times(here, x[k], 0.95) : x[k];
    r->right->vjp(here, wg_apply(here, r->right, before, n, wg_attr(y)), gy, before, unused);
    gx[r->of->operand] = unused[r->of->operand];
}

WGT_SPOILER(wgt_no_sum)
{
    wg_node *g = &gx[r->of->operand];
    *g = wg_reshape_at(here, rows(here, *g, 0, 1), wg_node_shape(x[r->of->operand]));
}

WGT_SPOILER(wgt_attribute)
{
    double attr[32] = { 0 }; /* 256 bytes, aligned */
    wg_node unused[8] = { wg_none };
    memcpy(attr, wg_attr(y), r->right->attr_size);
    for (const wg_attr_row *a = r->right->attrs; a->name; a++)
        if (!strcmp(a->name, "eps")) attr[a->offset / sizeof *attr] *= r->of->number;
    r->right->vjp(here, wg_apply(here, r->right, x, wg_node_operands(y), attr), gy, x, unused);
    gx[r->of->operand] = unused[r->of->operand];
}
