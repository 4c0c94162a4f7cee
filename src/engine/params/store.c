/* store.c: the memory of parameters. A piece has arrays of equal length for values, gradients and the
 * optimizer's moments. A parameter has the same place in each of them, so an update is one pass over a piece.
 * Parameters share pieces in the order in which they are made, a large one has its own piece, states have
 * pieces of their own. A parameter begins at a multiple of 16 elements; the elements between them are zero.
 * What no parameter has taken yet is not written, so that it is no memory of the machine. Addresses never
 * change. */
#include "params/params.h"

enum { LINE = 16, LEAST = 256, MOST = 1 << 22, LARGE = 1 << 18 }; /* elements */
enum { TRIED = 8 }; /* pieces that are tried for a parameter: the last ones */

static void *place_in(const wgi_piece *s, void *array, int64_t at)
{
    return array ? (char *)array + (size_t)at * wg_dtype_size(s->dtype) : NULL;
}

/* Memory for the piece, with zeros where parameters are. */
static void *array_of(const wgi_piece *s, wg_context *c)
{
    void *array = wgi_raw(c, (size_t)s->size, wg_dtype_size(s->dtype));
    return array ? memset(array, 0, (size_t)s->used * wg_dtype_size(s->dtype)) : NULL;
}

static wgi_piece *new_piece(wg_params *root, const wgi_parameter *q, int64_t need)
{
    wgi_piece *s = wg_alloc(root->c, 1, sizeof *s);
    if (!s) return NULL;
    *s = (wgi_piece){ .next = root->pieces, .dtype = q->dtype, .state = q->state, .size = need };
    if (need < LARGE) s->size = WGI_MAX(need, WGI_MIN(MOST, WGI_MAX(LEAST, root->shared_size)));
    s->data = array_of(s, root->c);
    if (!s->data) {
        wg_free(root->c, s);
        return NULL;
    }
    if (need < LARGE) {
        s->next_shared = root->shared;
        root->shared = s;
        root->shared_size += s->size;
    }
    return root->pieces = s;
}

/* A piece with room for q; NULL: none of those that are tried has. */
static wgi_piece *shared_piece(const wg_params *root, const wgi_parameter *q, int64_t need)
{
    wgi_piece *s = need < LARGE ? root->shared : NULL;
    for (int tried = 0; s && tried < TRIED; s = s->next_shared, tried++)
        if (s->dtype == q->dtype && s->state == q->state && s->size - s->used >= need) return s;
    return NULL;
}

static void clear(const wgi_piece *s, void *array, int64_t at, int64_t n)
{
    if (array) memset(place_in(s, array, at), 0, (size_t)n * wg_dtype_size(s->dtype));
}

bool wgi_store_take(wgi_parameter *q)
{
    wg_params *root = q->owner;
    int64_t need = (WGI_MAX(q->size, 1) + LINE - 1) / LINE * LINE;
    wgi_piece *s = shared_piece(root, q, need);
    if (!s && !(s = new_piece(root, q, need))) return false;
    q->piece = s;
    q->at = s->used;
    q->data = place_in(s, s->data, q->at);
    s->used += need;
    clear(s, s->data, q->at + q->size, need - q->size);
    clear(s, s->grad, q->at, need);
    for (int k = 0; k < WGI_MOMENTS; k++) clear(s, s->moment[k], q->at, need);
    return true;
}

/* Frees the newest piece, which has no parameters. */
static void piece_free(wg_params *root, wgi_piece *s)
{
    WGI_ASSERT(s == root->pieces && !s->grad);
    for (int k = 0; k < WGI_MOMENTS; k++) wg_free(root->c, s->moment[k]);
    root->pieces = s->next;
    if (root->shared == s) {
        root->shared = s->next_shared;
        root->shared_size -= s->size;
    }
    wg_free(root->c, s->data);
    wg_free(root->c, s->sums);
    wg_free(root->c, s);
}

void wgi_store_give(wgi_parameter *q)
{
    wgi_piece *s = q->piece;
    if (!s) return;
    s->used = q->at;
    if (!s->used) piece_free(q->owner, s); /* it was made for q */
}

void wgi_store_enter(wgi_parameter *q)
{
    wgi_piece *s = q->piece;
    *(s->last ? &s->last->next_in_piece : &s->first) = q;
    s->last = q;
}

void wgi_store_leave(wgi_parameter *q)
{
    wgi_piece *s = q->piece;
    wgi_parameter *before = NULL;
    for (wgi_parameter *k = s->first; k != q; k = k->next_in_piece) before = k;
    *(before ? &before->next_in_piece : &s->first) = NULL;
    s->last = before;
}

void *wgi_grad_memory(wgi_parameter *q)
{
    wgi_piece *s = q->piece;
    if (!s->grad) s->grad = array_of(s, q->owner->c);
    return q->grad = place_in(s, s->grad, q->at);
}

bool wgi_store_moments(wgi_piece *s, wg_context *c, unsigned which)
{
    for (int k = 0; k < WGI_MOMENTS; k++)
        if (which >> k & 1 && !s->moment[k] && !(s->moment[k] = array_of(s, c))) return false;
    return true;
}

void wgi_store_drop_moments(wg_params *root)
{
    for (wgi_piece *s = root->pieces; s; s = s->next)
        for (int k = 0; k < WGI_MOMENTS; k++) {
            wg_free(root->c, s->moment[k]);
            s->moment[k] = NULL;
        }
}

void wgi_store_clear_moments(const wg_params *p)
{
    const wgi_parameter *q;
    for (size_t i = 0; (q = wgi_params_next(p, &i));)
        for (int k = 0; k < WGI_MOMENTS; k++) clear(q->piece, q->piece->moment[k], q->at, q->size);
}

void wgi_store_free(wg_params *root)
{
    wgi_store_drop_moments(root);
    for (wgi_piece *s = root->pieces, *next; s; s = next) {
        next = s->next;
        wg_free(root->c, s->data);
        wg_free(root->c, s->grad);
        wg_free(root->c, s->sums);
        wg_free(root->c, s);
    }
}
