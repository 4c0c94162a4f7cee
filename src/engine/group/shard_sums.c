/* shard_sums.c: what the shards of a batch leave in parameters and states, added in a fixed tree.
 *
 * Gradients and states stand in pieces (params/store.c), each with a sum for each level of the tree. In a
 * piece of gradients only those of parameters that a shard has reached are added; before the first shard that
 * reaches one its sums are zero. Of states all are added, and those that no shard has changed get their value
 * back. */
#include "group/group.h"

#include "kernel/tree_sum.h"
#include "params/stepping.h"
#include "wengert/op.h"

/* Of a piece. All arrays are in the block of this struct. */
typedef struct piece_sum {
    void *base;  /* of states: their values before the batch */
    void *first; /* of states that are not summed: their values after the first shard with rows */
    void *sum[WGI_LEVELS];
    wgi_timing timing; /* of additions by threads */
} piece_sum;

static bool is_summed(const wgi_piece *s) { return wg_dtype_is_float(s->dtype); }
static size_t bytes_of(const wgi_piece *s, int64_t n) { return (size_t)n * wg_dtype_size(s->dtype); }
static void *place_in(const wgi_piece *s, void *array, int64_t at) { return (char *)array + bytes_of(s, at); }

/* ---- the sums of a piece ---- */

/* The highest level that this process uses. */
static int top(const wg_group *all)
{
    int k = 0;
    while (1 << k < all->own) k++;
    return k;
}

static size_t bytes_to_line(size_t n) { return (n + 63) & ~(size_t)63; }

/* The sums of a piece. NULL: no memory. They begin with zeros: a state that a late shard makes has none of
 * the earlier ones, which were empty. */
static piece_sum *sums_of(const wg_group *all, wgi_piece *s)
{
    if (s->sums) return s->sums;
    /* The gradient itself is the highest of several levels; a state has its own. */
    const int levels = is_summed(s) ? top(all) + s->state : 0, arrays = levels + 2 * s->state;
    const size_t each = bytes_to_line(bytes_of(s, s->size)), head = bytes_to_line(sizeof(piece_sum));
    piece_sum *q = s->sums = wg_alloc(all->c, 1, head + (size_t)arrays * each);
    char *at = (char *)q + head;
    if (!q) return NULL;
    for (int k = 0; k < levels; k++, at += each) q->sum[k] = at;
    if (s->state) q->base = at, q->first = at + each;
    return q;
}

/* ---- the tree ---- */

/* A shard's values on their way into the tree. */
typedef struct leaf {
    const wg_group *all;
    int64_t rows; /* 0: the shard is empty, its values are zeros */
    double share;
    wgi_leaf l;
} leaf;

static bool add_chunk(void *arg, int part, int chunk, int chunks, int thread)
{
    const leaf *f = arg;
    wgi_leaf l = f->l;
    l.from = f->l.to * chunk / chunks, l.to = f->l.to * (chunk + 1) / chunks;
    wgi_add_leaf[f->all->c->isa](&l);
    return true;
}

/* Adds `count` values. sum[k] are their places at each level; the sum goes to the level behind those that
 * wait. */
static void add_leaf(leaf *f, wg_dtype t, const void *values, void *const sum[], int64_t count,
                     wgi_timing *timing)
{
    enum { SHARED = 1 << 15 }; /* elements from which on threads pay */
    wg_context *c = f->all->c;
    const int number = f->all->b.at, chunks = 4 * c->o.threads;
    f->l = (wgi_leaf){ t, f->share, f->rows ? values : NULL, 0, sum, 0, count };
    while (number >> f->l.waiting & 1) f->l.waiting++;
    if (timing && count >= SHARED && c->o.threads > 1) wgi_region_run(c, timing, add_chunk, f, &chunks, 1);
    else add_chunk(f, 0, 0, 1, 0);
}

void wgi_notes_add(wg_group *all)
{
    leaf f = { all, 1, 1, { 0 } };
    void *to[WGI_LEVELS];
    for (int k = 0; k < WGI_LEVELS; k++) to[k] = all->b.note_sum[k];
    add_leaf(&f, WG_F64, all->b.note, to, WGI_NOTES, NULL);
}

/* ---- the layout ---- */

uint64_t wgi_sums_layout(const wg_group *all, uint64_t *items)
{
    uint64_t h = *items = 0;
    for (const wg_params *p = all->c->params; p; p = p->next) {
        *items += p->count;
        h = wgi_group_hash(h, &p->count, sizeof p->count);
        for (size_t i = 0; i < p->count; i++) {
            const wgi_parameter *q = p->item[i];
            const uint64_t word[] = { q->hash, (uint64_t)q->at, (uint64_t)q->dtype << 1 | q->state };
            h = wgi_group_hash(h, word, sizeof word);
            h = wgi_group_hash(h, &q->shape.dim, sizeof q->shape.dim[0] * (size_t)q->shape.rank);
        }
    }
    return h;
}

/* All of a value, or its ends and middle. */
static uint64_t hash_value(uint64_t h, const wgi_parameter *q, bool whole)
{
    const size_t size = wg_dtype_size(q->dtype), n = (size_t)q->size;
    const char *b = q->data;
    if (whole || n < 4) return wgi_group_hash(h, b, n * size);
    h = wgi_group_hash(wgi_group_hash(h, b, size), b + n / 2 * size, size);
    return wgi_group_hash(h, b + (n - 1) * size, size);
}

uint64_t wgi_sums_values(const wg_group *all, wgi_which which)
{
    enum { MOST = 1000 }; /* parameters of a set */
    uint64_t h = 0;
    for (const wg_params *p = all->c->params; p; p = p->next) {
        const size_t by = which == WGI_ALL_VALUES ? 1 : 1 + p->count / MOST;
        for (size_t i = 0; i < p->count; i += by) {
            const wgi_parameter *q = p->item[i];
            if (which != WGI_KNOWN_VALUES || (!q->state && q->in_batch & WGI_KNOWN))
                h = hash_value(h, q, which == WGI_ALL_VALUES);
        }
        for (const wgi_stepper *s = p->steppers; s && which != WGI_KNOWN_VALUES; s = s->next) {
            const double did[] = { (double)s->steps, wgi_optim_rate((const wg_optim *)(const void *)s) };
            h = wgi_group_hash(wgi_group_hash(h, s->kind->name, strlen(s->kind->name)), did, sizeof did);
        }
    }
    return h;
}

/* ---- a shard ---- */

static void copy(const wgi_piece *s, void *to, void *from, int64_t at, int64_t n)
{
    memcpy(place_in(s, to, at), place_in(s, from, at), bytes_of(s, n));
}

bool wgi_sums_begin(wg_group *all)
{
    for (wg_params *p = all->c->params; p; p = p->next) {
        for (size_t i = 0; i < p->count; i++) p->item[i]->in_batch = 0;
        for (wgi_stepper *s = p->steppers; s; s = s->next) s->in_batch = false;
        for (wgi_piece *s = p->pieces; s; s = s->next) {
            const piece_sum *q = s->state ? sums_of(all, s) : NULL;
            if (s->state && !q) return false;
            if (q) copy(s, q->base, s->data, 0, s->used);
        }
    }
    return true;
}

void wgi_sums_state_made(wg_context *c, const void *parameter)
{
    wg_group *all = (wg_group *)(void *)c->team;
    const wgi_parameter *q = parameter;
    const piece_sum *s = all->shards > 1 ? sums_of(all, q->piece) : NULL;
    if (!s) return;
    copy(q->piece, s->base, q->piece->data, q->at, q->size);
    copy(q->piece, s->first, q->piece->data, q->at, q->size);
}

void wgi_sums_abandon(wg_group *all)
{
    for (wg_params *p = all->c->params; p; p = p->next)
        for (wgi_piece *s = p->pieces; s; s = s->next) {
            const piece_sum *q = s->state ? s->sums : NULL;
            if (q) copy(s, s->data, q->base, 0, s->used);
            if (q) p->version++;
        }
}

void wgi_sums_reset(wg_group *all)
{
    for (wg_params *p = all->c->params; p; p = p->next) {
        wgi_gradients_lost(p);
        for (size_t i = 0; i < p->count; i++) p->item[i]->in_batch |= WGI_KNOWN;
    }
}

/* The places of q's sums at each level of this process; own: that of the highest, NULL: a sum, too. */
static void sums_at(const wg_group *all, const piece_sum *s, const wgi_parameter *q, void *own,
                    void *to[WGI_LEVELS])
{
    const int levels = top(all) + 1;
    for (int k = 0; k < levels; k++) to[k] = s->sum[k] ? place_in(q->piece, s->sum[k], q->at) : NULL;
    if (own) to[levels - 1] = own;
}

static void add_gradient(const wg_group *all, piece_sum *s, wgi_parameter *q, leaf *f)
{
    void *to[WGI_LEVELS];
    wgi_row_list_whole(q);
    sums_at(all, s, q, q->grad, to);
    for (int k = 0; !(q->in_batch & WGI_EVER) && k < top(all); k++)
        if (all->b.at >> k & 1) memset(to[k], 0, bytes_of(q->piece, q->size));
    q->in_batch |= WGI_EVER;
    add_leaf(f, q->dtype, q->reached ? q->grad : NULL, to, q->size, &s->timing);
}

/* The value goes back to what it was before the batch. */
static void add_state(const wg_group *all, piece_sum *s, wgi_parameter *q, leaf *f, bool is_first)
{
    void *to[WGI_LEVELS], *base = place_in(q->piece, s->base, q->at);
    const size_t bytes = bytes_of(q->piece, q->size);
    if (!is_summed(q->piece)) {
        if (is_first) memcpy(place_in(q->piece, s->first, q->at), q->data, bytes);
    } else {
        sums_at(all, s, q, NULL, to);
        f->share = (double)f->rows;
        add_leaf(f, q->dtype, q->data, to, q->size, &s->timing);
    }
    if (!memcmp(q->data, base, bytes)) return;
    q->in_batch |= WGI_CHANGED;
    memcpy(q->data, base, bytes);
    q->owner->version++;
}

static bool takes(const wgi_parameter *q, int64_t rows)
{
    if (q->state) return q->size > 0;
    return is_summed(q->piece) && q->grad && (q->in_batch & WGI_EVER || (rows && q->reached));
}

bool wgi_sums_add(wg_group *all, int64_t rows, bool is_first)
{
    const double share = (double)rows / (double)all->b.batch.n;
    bool fine = true;
    for (wg_params *p = all->c->params; p && fine; p = p->next) {
        for (wgi_stepper *s = p->steppers; s; s = s->next) s->in_batch |= rows && s->fresh;
        for (size_t i = 0; i < p->count && fine; i++) {
            wgi_parameter *q = p->item[i];
            if (!takes(q, rows)) continue;
            leaf f = { all, rows, share, { 0 } };
            piece_sum *s = sums_of(all, q->piece);
            if (!s) fine = false;
            else if (q->state) add_state(all, s, q, &f, is_first);
            else add_gradient(all, s, q, &f);
        }
    }
    return fine;
}

/* ---- over processes ---- */

/* Values that stand side by side in arrays of a piece are sent together. What is between them is zero. */
typedef struct stretch {
    const wgi_piece *s;
    char *array;
    int64_t from, to;
} stretch;

static bool merge(wg_group *all, const stretch *r)
{
    return !r->s || wgi_link_all(&all->link, r->s->dtype == WG_F32 ? wgi_merge_f32 : wgi_merge_f64,
                                 place_in(r->s, r->array, r->from), (size_t)(r->to - r->from),
                                 wg_dtype_size(r->s->dtype));
}

/* Adds the place of q in the array to the stretch; a stretch that ends before it is merged. */
static bool extend(wg_group *all, stretch *r, const wgi_parameter *q, void *array)
{
    enum { GAP = 16 }; /* store.c: a parameter takes at least so many elements */
    const bool near = r->s == q->piece && q->at >= r->to && q->at - r->to < GAP;
    if (!near && !merge(all, r)) return false;
    if (!near) *r = (stretch){ q->piece, array, q->at, q->at };
    r->to = q->at + q->size;
    return true;
}

/* q->in_batch says what any process has reached. */
static bool merge_gradients(wg_group *all, wg_params *p, const unsigned char *own)
{
    stretch r = { 0 };
    for (size_t i = 0; i < p->count; i++) {
        wgi_parameter *q = p->item[i];
        if (q->state || !(q->in_batch & WGI_EVER)) continue;
        if (!q->grad && !wgi_grad_memory(q)) return false;
        if (!(own[i] & WGI_EVER)) memset(q->grad, 0, bytes_of(q->piece, q->size));
        q->reached = true;
        if (!extend(all, &r, q, q->piece->grad)) return false;
    }
    return merge(all, &r);
}

/* The bytes of the process that has the first rows; those of the others are zero meanwhile. */
static bool take_first(wg_group *all, const piece_sum *s, wgi_parameter *q, bool has)
{
    const size_t bytes = bytes_of(q->piece, q->size);
    if (has) memcpy(q->data, place_in(q->piece, s->first, q->at), bytes);
    else memset(q->data, 0, bytes);
    return wgi_link_all(&all->link, wgi_merge_or, q->data, bytes, 1);
}

/* The mean over the rows of the batch. Equal whole numbers stay what they are. */
static void take_mean(const wg_group *all, wgi_parameter *q, const piece_sum *s)
{
    const void *sum = place_in(q->piece, s->sum[top(all)], q->at);
    const double rows = (double)all->b.batch.n;
    for (int64_t i = 0; i < q->size; i++)
        if (q->dtype == WG_F32) ((float *)q->data)[i] = ((const float *)sum)[i] / (float)rows;
        else ((double *)q->data)[i] = ((const double *)sum)[i] / rows;
}

static bool merge_states(wg_group *all, wg_params *p, int first)
{
    stretch r = { 0 };
    for (int pass = 0; pass < 2; pass++) {
        for (size_t i = 0; i < p->count; i++) {
            wgi_parameter *q = p->item[i];
            if (!q->state || !(q->in_batch & WGI_CHANGED)) continue;
            const piece_sum *s = sums_of(all, q->piece);
            if (!s) return false;
            if (pass && is_summed(q->piece)) take_mean(all, q, s);
            else if (is_summed(q->piece) && !extend(all, &r, q, s->sum[top(all)])) return false;
            else if (!pass && !is_summed(q->piece) && !take_first(all, s, q, all->link.rank == first))
                return false;
            p->version++;
        }
        if (!pass && !merge(all, &r)) return false;
    }
    return true;
}

/* The rows of a table that some shard has used: those that are not zero. */
static bool list_rows(wgi_parameter *q)
{
    if (!q->reached || !(q->rows || wgi_is_lazy(q))) return true;
    if (!wgi_row_list_make(q, q->shape.dim[0])) return false;
    const size_t row = bytes_of(q->piece, q->size) / (size_t)WGI_MAX(q->shape.dim[0], 1);
    wgi_row_list *r = q->rows;
    r->count = 0, r->known = true, r->finite = r->is_apart = false;
    for (int64_t i = 0; i < q->shape.dim[0]; i++) {
        const char *at = (const char *)q->grad + (size_t)i * row;
        if (row && (*at || memcmp(at, at + 1, row - 1) != 0)) r->list[r->count++] = i;
    }
    return true;
}

/* As wg_backward leaves a set. */
static bool gradients_are_there(wg_params *p)
{
    for (size_t i = 0; i < p->count; i++)
        if (!p->item[i]->state && !list_rows(p->item[i])) return false;
    wgi_gradients_come(p, wg_none, true);
    for (wgi_stepper *s = p->steppers; s; s = s->next) s->fresh = s->in_batch;
    p->explain = NULL; /* it would look at the graph of the last shard of this process */
    return true;
}

static size_t flags_of(const wg_params *p)
{
    size_t n = p->count;
    for (const wgi_stepper *s = p->steppers; s; s = s->next) n++;
    return n;
}

/* Every process' flags of the items of a set, and of its optimizers. own[i]: this one's. */
static bool merge_flags(wg_group *all, wg_params *p, unsigned char *own, unsigned char *flag)
{
    size_t n = p->count;
    for (size_t i = 0; i < n; i++) own[i] = flag[i] = p->item[i]->in_batch;
    for (const wgi_stepper *s = p->steppers; s; s = s->next) flag[n++] = s->in_batch;
    if (!wgi_link_all(&all->link, wgi_merge_or, flag, n, 1)) return false;
    for (size_t i = n = 0; i < p->count; i++) p->item[i]->in_batch = flag[n++];
    for (wgi_stepper *s = p->steppers; s; s = s->next) s->in_batch = flag[n++];
    return true;
}

static bool end_of_set(wg_group *all, wg_params *p, int first, unsigned char *own)
{
    bool any = false;
    if (!merge_flags(all, p, own, own + flags_of(p))) return false;
    for (size_t i = 0; i < p->count; i++) any |= p->item[i]->in_batch & WGI_EVER;
    wgi_gradients_lost(p);
    return merge_gradients(all, p, own) && merge_states(all, p, first) && (!any || gradients_are_there(p));
}

bool wgi_sums_end(wg_group *all, int first)
{
    bool fine = true;
    for (wg_params *p = all->c->params; p && fine; p = p->next) {
        unsigned char *own = wg_alloc(all->c, 2 * flags_of(p) + 1, 1);
        fine = own && end_of_set(all, p, first, own);
        wg_free(all->c, own);
    }
    return fine;
}
