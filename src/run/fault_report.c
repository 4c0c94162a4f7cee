/* fault_report.c: turns the fault that a kernel has found into an error message. */
#include "run/run.h"

/* Of matrix 0 the message names the pivot alone: most operands are one matrix. */
static void report_matrix(wg_graph *g, const wg_op *op, wg_site here, const wg_fault *f)
{
    const long long matrix = (long long)(f->index / f->value), pivot = (long long)(f->index % f->value);
    const bool pivots = f->limit == WG_FAULT_PIVOT;
    char who[80], where[64] = "";
    wg_site_argument(here, 0, who, sizeof who);
    if (pivots && matrix) snprintf(where, sizeof where, ": pivot %lld of matrix %lld", pivot, matrix);
    else if (pivots) snprintf(where, sizeof where, ": pivot %lld", pivot);
    else if (matrix) snprintf(where, sizeof where, ": matrix %lld", matrix);
    wgi_fail(g->c, here, op->name, WG_ERROR_VALUE, "%s %s%s", *who ? who : "the matrix", f->text, where);
}

void wgi_fault_report(wg_graph *g, const wg_op *op, wg_site here, const wg_fault *f)
{
    long long i = (long long)f->index, v = (long long)f->value, limit = (long long)f->limit;
    if (!f->text) wgi_fail(g->c, here, op->name, WG_ERROR_VALUE, "failed while it ran");
    else if (limit >= 0)
        wgi_fail(g->c, here, op->name, WG_ERROR_VALUE, "%s: %lld at index %lld, must be from 0 to %lld",
                 f->text, v, i, limit - 1);
    else if (limit == WG_FAULT_USER) wgi_fail(g->c, here, op->name, WG_ERROR_USER, "%s but %lld", f->text, v);
    else if (limit == WG_FAULT_PIVOT || limit == WG_FAULT_MATRIX) report_matrix(g, op, here, f);
    else if (limit < WG_FAULT_COUNT)
        wgi_fail(g->c, here, op->name, WG_ERROR_VALUE, "%s: %lld at index %lld, must be from %lld to %lld",
                 f->text, v, i, -(limit - INT64_MIN), limit - INT64_MIN - 1);
    else if (limit == WG_FAULT_COUNT)
        wgi_fail(g->c, here, op->name, WG_ERROR_VALUE, "%s but %lld", f->text, v);
    else wgi_fail(g->c, here, op->name, WG_ERROR_VALUE, "%s, at index %lld", f->text, i);
}
