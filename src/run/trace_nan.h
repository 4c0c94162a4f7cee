/* trace_nan.h: finds where NaN or infinities first arose. */
#ifndef WGI_TRACE_NAN_H
#define WGI_TRACE_NAN_H

#include "run/run.h"

/* What a trace says: lines of `file`, if that is not NULL, and sentences in buf, if size is not 0. */
typedef struct wgi_nan_text {
    FILE *file;
    char *buf;
    size_t size, used;
} wgi_nan_text;

/* Explains NaN and infinities of node n. If n is finite, those of the gradients of n by parameter q, or by
 * the first parameter of p that has some. False: all are finite, or they could not be computed. */
bool wgi_trace_nan(wg_node n, const wg_params *p, const wgi_parameter *q, wgi_nan_text *text);
static inline bool wgi_loss_is_finite(const wg_graph *g, uint32_t loss)
{
    const void *v = wgi_value(g, loss);
    return isfinite(g->node[loss].dtype == WG_F32 ? (double)*(const float *)v : *(const double *)v);
}
/* Whether wg_backward may go on with a loss that is not finite. Infinity is a warning, NaN an error. */
bool wgi_accept_loss(wg_graph *g, const wgi_request *r);
bool wgi_graph_lives(const wg_context *c, const wg_graph *g); /* whether it was not freed */
/* For wg_params.explain. */
void wgi_explain_gradient(wg_node loss, const wgi_parameter *q, char *buf, size_t size);

#endif
