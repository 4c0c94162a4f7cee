/* fault_report.c: turns the fault that a kernel has found into an error message. */
#include "run/run.h"

void wgi_fault_report(wg_graph *g, const wg_op *op, wg_site here, const wg_fault *f)
{
    long long i = (long long)f->index, v = (long long)f->value, limit = (long long)f->limit;
    if (!f->text) wgi_fail(g->c, here, op->name, WG_ERROR_VALUE, "failed while it ran");
    else if (limit >= 0)
        wgi_fail(g->c, here, op->name, WG_ERROR_VALUE, "%s: %lld at index %lld, must be from 0 to %lld",
                 f->text, v, i, limit - 1);
    else if (limit == WG_FAULT_USER) wgi_fail(g->c, here, op->name, WG_ERROR_USER, "%s but %lld", f->text, v);
    else wgi_fail(g->c, here, op->name, WG_ERROR_VALUE, "%s, at index %lld", f->text, i);
}
