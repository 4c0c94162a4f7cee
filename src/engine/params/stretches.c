/* stretches.c: what a step of an optimizer updates, and its pass over the memory. Neighbours in memory that
 * are updated in the same manner are one stretch. */
#include "kernel/add_rows.h"
#include "kernel/decay.h"
#include "params/stepping.h"

static void *at_element(const void *array, int64_t i, wg_dtype t)
{
    return array ? (char *)(uintptr_t)array + (size_t)i * wg_dtype_size(t) : NULL;
}

/* The update of n elements of `all`, from element `from` on. */
static wgi_update part_of(const wgi_update *all, int64_t from, int64_t n)
{
    wgi_update u = *all;
    u.n = n;
    u.w = at_element(all->w, from, u.dtype);
    u.g = at_element(all->g, from, u.dtype);
    for (int j = 0; j < WGI_MOMENTS; j++) u.moment[j] = at_element(all->moment[j], from, u.dtype);
    return u;
}

/* ---- the list ---- */

/* The moments that are used, as bits. */
static unsigned moments_of(const wg_optim *o)
{
    unsigned named = 0;
    for (int j = 0; j < WGI_MOMENTS; j++) named |= o->s.kind->moment[j] ? 1U << j : 0;
    return o->s.kind->moments ? o->s.kind->moments(o->options) : named;
}

wgi_optim_state wgi_optim_state_of(wg_optim *o)
{
    return (wgi_optim_state){ &o->s.steps, o->s.rate, wgi_optim_number(o, o->s.kind->lr), moments_of(o) };
}

/* A piece may have moments of other optimizers, too. */
static void stretch_update(const wg_optim *o, wgi_stretch *s, const wgi_piece *piece)
{
    const unsigned used = moments_of(o);
    wgi_update all = {
        .dtype = piece->dtype, .w = piece->data, .g = piece->grad, .options = o->options, .rate = o->s.rate
    };
    all.look = all.write = true;
    all.lr = s->how.lr;
    all.keep = s->how.keep;
    for (int j = 0; j < WGI_MOMENTS; j++) all.moment[j] = used >> j & 1 ? piece->moment[j] : NULL;
    s->u = part_of(&all, s->from, s->to - s->from);
}

static int64_t line_after(int64_t at) { return (at + WGI_LINE - 1) / WGI_LINE * WGI_LINE; }

static bool same_manner(const wgi_manner *a, const wgi_manner *b)
{
    return a->missed == b->missed && a->lr == b->lr && a->keep == b->keep && a->coupled == b->coupled &&
           a->shrink == b->shrink;
}

/* The stretches of a piece. A stretch ends with a line. */
static int stretches_of(const wg_optim *o, const wgi_piece *s, wgi_stretch *to)
{
    int n = 0;
    const wgi_parameter *before = NULL;
    for (wgi_parameter *q = s->first; q; before = q, q = q->next_in_piece) {
        const bool steps_now = wgi_optim_updates(o, q);
        if (o->age) o->age[q->number - 1].steps_now = steps_now;
        if (!steps_now) continue;
        wgi_manner how = wgi_manner_of(o, q);
        int64_t end = line_after(q->at + q->size);
        const bool table = how.lazy && q->rows && q->rows->known;
        if (!table) wgi_row_list_whole(q);
        if (n && before && wgi_optim_updates(o, before) && same_manner(&to[n - 1].how, &how) && !table &&
            !to[n - 1].table)
            to[n - 1].to = end;
        else
            to[n++] =
                (wgi_stretch){ .from = q->at, .to = end, .how = how, .first = q, .table = table ? q : NULL };
    }
    for (int i = 0; i < n; i++) stretch_update(o, &to[i], s);
    return n;
}

/* Memory for as many stretches as there are parameters. */
static bool list_room(wg_optim *o, wg_params *root)
{
    if (o->room >= root->count) return true;
    wg_free(root->c, o->list);
    o->list = wg_alloc(root->c, root->count, sizeof *o->list + 2 * sizeof *o->chunks);
    o->room = o->list ? root->count : 0;
    if (o->list) o->chunks = (int *)(void *)(o->list + root->count);
    return o->list != NULL;
}

static bool prepare(wg_optim *o, wg_params *root)
{
    unsigned moments = moments_of(o);
    for (wgi_piece *s = root->pieces; s; s = s->next)
        for (const wgi_parameter *q = s->first; q; q = q->next_in_piece)
            if (wgi_optim_updates(o, q) && !wgi_store_moments(s, root->c, moments)) return false;
    return wgi_groups_are_met(o) && list_room(o, root) && wgi_ages_update(o);
}

/* The elements of a row. */
static int64_t row_of(const wgi_parameter *q) { return q->size / WGI_MAX(q->shape.dim[0], 1); }

enum { WIDE = 16384 }; /* about the elements of a chunk */

bool wgi_stretches_make(wg_optim *o)
{
    wg_params *root = o->s.p->root;
    o->list_of = 0;
    if (!prepare(o, root)) return false;
    o->stretches = 0;
    o->wide = o->in_blocks = false;
    for (wgi_piece *s = root->pieces; s; s = s->next)
        o->stretches += stretches_of(o, s, o->list + o->stretches);
    if (!wgi_late_rates_make(o)) return false;
    for (int i = 0; i < o->stretches; i++) {
        const wgi_stretch *s = &o->list[i];
        const int64_t n = s->table ? s->table->rows->count * row_of(s->table) : s->to - s->from;
        o->chunks[i] = (int)WGI_MIN(n / WIDE + 1, 4 * root->c->o.threads);
        o->chunks[i + o->stretches] = o->chunks[i];
        o->wide |= o->chunks[i] > 1;
        o->in_blocks |= s->how.coupled != 0 || s->how.shrink != 0 || s->table;
    }
    o->list_of = root->marked;
    o->list_lr = wgi_optim_rate(o);
    return true;
}

/* ---- the pass ---- */

enum { BLOCK = 2048 }; /* elements: they stay in the first-level cache between the passes over them */

/* One block: the decay is added to the gradient, the optimizer makes its step, the threshold is applied. */
static wgi_updated update_block(const wg_optim *o, const wgi_manner *how, wgi_update *u)
{
    _Alignas(64) double g[BLOCK];
    const int isa = o->s.p->c->isa;
    wgi_decay d = { .n = u->n, .dtype = u->dtype, .w = u->w, .g = u->g, .to = g, .by = how->coupled };
    if (how->coupled != 0) wgi_couple[isa](&d), u->g = g;
    wgi_updated done = o->s.kind->update[isa](u);
    d.by = how->shrink;
    if (how->shrink != 0) wgi_shrink[isa](&d);
    return done;
}

static wgi_updated update(const wg_optim *o, const wgi_manner *how, const wgi_update *u)
{
    if (u->look || (how->coupled == 0 && how->shrink == 0)) return o->s.kind->update[o->s.p->c->isa](u);
    wgi_updated done = WGI_UPDATED;
    for (int64_t at = 0; at < u->n; at += BLOCK) {
        wgi_update block = part_of(u, at, WGI_MIN(BLOCK, u->n - at));
        if (update_block(o, how, &block) == WGI_OVERFLOWED) done = WGI_OVERFLOWED;
    }
    return done;
}

/* An update of elements that end inside a line, or begin there: of copies, with zeros up to the line. */
static wgi_updated update_copy(const wg_optim *o, const wgi_manner *how, const wgi_update *u)
{
    enum { COPIED = 256 };
    _Alignas(64) double copy[2 + WGI_MOMENTS][COPIED];
    void *const own[] = { u->w, (void *)(uintptr_t)u->g, u->moment[0], u->moment[1], u->moment[2] };
    wgi_updated done = WGI_UPDATED;
    for (int64_t at = 0, n; at < u->n && done != WGI_REFUSED; at += n) {
        wgi_update part = *u;
        n = WGI_MIN(COPIED, u->n - at);
        part.n = line_after(n);
        const size_t bytes = (size_t)n * wg_dtype_size(u->dtype),
                     rest = (size_t)(part.n - n) * wg_dtype_size(u->dtype);
        for (int k = 0; k < 2 + WGI_MOMENTS; k++)
            if (own[k]) {
                memcpy(copy[k], at_element(own[k], at, u->dtype), bytes);
                memset((char *)copy[k] + bytes, 0, rest);
            }
        part.w = copy[0], part.g = copy[1];
        for (int k = 0; k < WGI_MOMENTS; k++) part.moment[k] = own[2 + k] ? copy[2 + k] : NULL;
        const wgi_updated how_it_went = update(o, how, &part);
        if (how_it_went != WGI_UPDATED) done = how_it_went;
        for (int k = 0; k < 2 + WGI_MOMENTS; k++)
            if (own[k] && k != 1 && u->write) memcpy(at_element(own[k], at, u->dtype), copy[k], bytes);
    }
    return done;
}

/* Row i of the list, as a part of the update of all. */
static inline void set_row(wgi_update *u, const wgi_update *all, const wgi_row_list *r, int64_t i,
                           int64_t row)
{
    const int64_t at = r->list[i] * row;
    u->w = (char *)all->w + at;
    u->g = r->is_apart ? (const char *)r->apart + r->place[i] * row : (const char *)all->g + at;
    for (int k = 0; k < WGI_MOMENTS; k++)
        if (all->moment[k]) u->moment[k] = (char *)all->moment[k] + at;
}

static inline void fetch_row(const wgi_update *u, int64_t row)
{
    wgi_fetch_row(u->w, row), wgi_fetch_row(u->g, row);
    for (int k = 0; k < WGI_MOMENTS; k++)
        if (u->moment[k]) wgi_fetch_row(u->moment[k], row);
}

static wgi_updated update_rows(const wg_optim *o, const wgi_stretch *s, const wgi_update *of, int chunk,
                               int chunks)
{
    const wgi_row_list *r = s->table->rows;
    const int64_t width = row_of(s->table), end = r->count * (chunk + 1) / chunks,
                  row = width * (int64_t)wg_dtype_size(of->dtype);
    wgi_update u = *of, ahead = *of;
    wgi_updated done = WGI_UPDATED;
    if (of->look && r->finite && !s->table->lent) return done;
    u.n = width;
    for (int64_t i = r->count * chunk / chunks; i < end && done != WGI_REFUSED; i++) {
        set_row(&u, of, r, i, row);
        if (i + WGI_ROWS_AHEAD < end) set_row(&ahead, of, r, i + WGI_ROWS_AHEAD, row), fetch_row(&ahead, row);
        const wgi_updated how = (width % WGI_LINE ? update_copy : update)(o, &s->how, &u);
        if (how != WGI_UPDATED) done = how;
    }
    return done;
}

/* Chunk `chunk` of part i of a step. The first parts look at the gradients of each stretch, and stop
 * the step if one is NaN or infinite. The other parts update the stretches. Chunks end at lines. */
static bool step_part(void *arg, int i, int chunk, int chunks, int thread)
{
    wg_optim *o = arg;
    const wgi_stretch *s = &o->list[i % o->stretches];
    const bool look = i < o->stretches;
    int64_t lines = s->u.n / WGI_LINE, begin = lines * chunk / chunks, end = lines * (chunk + 1) / chunks;
    wgi_update u = s->table ? s->u : part_of(&s->u, begin * WGI_LINE, (end - begin) * WGI_LINE);
    if (look && (o->known || s->known)) return true;
    u.look = look;
    u.write = !u.look;
    wgi_updated how = s->table ? update_rows(o, s, &u, chunk, chunks) : update(o, &s->how, &u);
    if (how == WGI_OVERFLOWED) __atomic_store_n(&o->overflows, true, __ATOMIC_RELAXED);
    return how != WGI_REFUSED;
}

/* Whether the gradients of a stretch were looked at when they were made. */
static bool is_known(const wgi_stretch *s)
{
    const wgi_parameter *q = s->first;
    while (q && q->at < s->to && q->finite_in == q->owner->backwards && !q->lent) q = q->next_in_piece;
    return !q || q->at >= s->to;
}

bool wgi_stretches_step(wg_optim *o)
{
    bool ok = true;
    for (int i = 0; i < o->stretches; i++) o->list[i].known = o->wide && is_known(&o->list[i]);
    if (o->wide) return wgi_region_run(o->s.p->c, &o->timing, step_part, o, o->chunks, 2 * o->stretches);
    for (int i = 0; i < 2 * o->stretches && ok; i++) ok = step_part(o, i, 0, 1, 0);
    return ok;
}
