/* tape_views.c: the gradient of a tensor of which a program of scalars reads elements, or parts with
 * elements.
 *
 * grad.c makes a tensor of zeros around the gradient of each part, and adds them: contributions to
 * equal parts are added, and parts that have no element in common are put side by side. So an element
 * that no part has is +0, and the others are sums of contributions to one part. Here each contribution
 * is added in its place. Contributions to parts that overlap and are not equal would be added to zeros,
 * which changes -0 to +0. They are refused. */
#include "run/tape.h"

/* part[e]: where the part of element e begins, plus 1; 0: it is in no part that has contributed. */
typedef struct tensor {
    wg_view_kind view;
    uint32_t size;
    uint32_t *part;
    void *gradient;
} tensor;

static tensor *tensor_of(uint64_t record) { return (tensor *)(uintptr_t)record; }

const void *wgi_tensor_gradient(uint64_t record) { return tensor_of(record)->gradient; }

bool wgi_tensor_begin(wg_graph *g, const wgi_node *x, wg_view_kind view, uint64_t *record)
{
    const int64_t size = wgi_size(x->shape);
    tensor *t = size < UINT32_MAX ? wgi_arena_alloc(&g->temp, sizeof *t) : NULL;
    if (!t) return false;
    *t = (tensor){ .view = view, .size = (uint32_t)size };
    t->part = wgi_arena_zeroed(&g->temp, sizeof *t->part * (size_t)size);
    t->gradient = wgi_arena_zeroed(&g->temp, wgi_value_bytes(x));
    *record = (uint64_t)(uintptr_t)t;
    return t->part && t->gradient;
}

/* Whether elements [at, at + n) are in no part yet, and in *equal whether they are a part. */
static bool is_free(const tensor *t, uint32_t at, uint32_t n, bool *equal)
{
    const uint32_t *part = t->part + at;
    bool is_new = true;
    *equal = part[0] == at + 1 && part[n - 1] == at + 1 && (at + n == t->size || part[n] != at + 1);
    for (uint32_t e = 0; e < n && is_new; e++) is_new = !part[e];
    return is_new;
}

static void add(void *to, const void *from, uint32_t n, bool single)
{
    for (uint32_t e = 0; single && e < n; e++) ((float *)to)[e] += ((const float *)from)[e];
    for (uint32_t e = 0; !single && e < n; e++) ((double *)to)[e] += ((const double *)from)[e];
}

bool wgi_tensor_add(uint64_t record, const wgi_node *n, const wgi_node *x, const void *gy)
{
    tensor *t = tensor_of(record);
    const int64_t from = wgi_view_at(n, x), count = wgi_size(n->shape);
    if (n->op->view != t->view || from < 0 || count == 0) return false;
    const uint32_t at = (uint32_t)from;
    const size_t size = wg_dtype_size((wg_dtype)n->dtype);
    char *to = (char *)t->gradient + at * size;
    if (count == 1 && !t->part[at]) { /* mostly */
        t->part[at] = at + 1;
        if (size == sizeof(float)) memcpy(to, gy, sizeof(float));
        else memcpy(to, gy, sizeof(double));
        return true;
    }
    bool equal;
    if (is_free(t, at, (uint32_t)count, &equal)) {
        memcpy(to, gy, (size_t)count * size);
        for (int64_t e = 0; e < count; e++) t->part[at + e] = at + 1;
        return true;
    }
    if (equal) add(to, gy, (uint32_t)count, n->dtype == WG_F32);
    return equal;
}
