/* lang_made.c: programs that are no texts, such as files of another form: they have names, and something that
 * builds them. Of such a program there are no lines, claims, plots or statements. */
#include "lang/lang.h"

#include <string.h>

bool wgi_made_ready(wg_program *q, wgi_maker made)
{
    q->made = made;
    q->ready = wgi_lines(q) && wgi_number_names(q);
    return q->ready;
}

const void *wgx_program_bytes(const wg_program *q, size_t *size)
{
    const bool is = q && q->c && q->made.build;
    *size = is ? q->made.size : 0;
    return is ? q->made.bytes : NULL;
}

void wgi_made_value(wgi_binding *b, wg_node n) { b->node = n; }

void wgi_made_result(wg_program *q, const char *name, wg_node n)
{
    wgi_program_now *b = &q->now;
    if (b->last_count < WGI_LANG_PARTS) b->last[b->last_count++] = (wgi_named_node){ n, name };
}

/* The values that were set in another dtype, as tensors of data are. */
static wg_tensor cast_to(wg_program *q, wg_tensor v, wg_dtype t)
{
    const int64_t n = wg_shape_size(v.shape);
    void *to = wgi_lang_built(q, ((size_t)n + 1) * 8);
    if (!to) return (wg_tensor){ 0 };
    for (int64_t i = 0; i < n; i++) {
        const double item = wg_tensor_item(&v, i);
        switch (t) {
        case WG_F64: ((double *)to)[i] = item; break;
        case WG_F32: ((float *)to)[i] = (float)item; break;
        case WG_I32: ((int32_t *)to)[i] = (int32_t)item; break;
        case WG_I64: ((int64_t *)to)[i] = (int64_t)item; break;
        default: ((bool *)to)[i] = item != 0; break;
        }
    }
    return wg_view(t, to, v.shape);
}

wg_tensor wgi_made_input(wg_program *q, wgi_binding *b, wg_dtype t, wg_shape s)
{
    if (b->set.data && b->set.dtype == t) return b->set;
    if (b->set.data) return cast_to(q, b->set, t);
    const size_t n = (size_t)wg_shape_size(s);
    double *values = wgi_draw_values(q, wg_dtype_is_float(t) ? DRAW_NORMAL : DRAW_CLASS, 2,
                                     wg_context_seed(q->c), wg_random_stream(b->name), n);
    const wg_tensor v = values ? cast_to(q, wg_view_f64(values, s), t) : (wg_tensor){ 0 };
    wg_free(q->c, values);
    b->drawn = true;
    return v;
}
