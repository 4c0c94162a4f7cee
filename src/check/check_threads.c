/* check_threads.c: divides the differences of a gradient check among threads. Each thread has a fork: a clone
 * of the function and arrays of its own. A component does not depend on others, so the result does not depend
 * on which thread computes it. If several components fail, the part gets the reason of the lowest component,
 * as with one thread. */
#include "check/check_private.h"
#include "base/threads.h"

/* MOST: threads. FEW: a check of fewer components uses one thread. MANY: of more components, so many are
 * compared, unless the course's scale decides. */
enum { MOST = 64, FEW = 64, MANY = 1000 };

typedef struct fork {
    wg_check r;
    wgi_check_target t;
    int64_t *failed; /* failed[k]: the component that gave part k its reason; INT64_MAX: none did */
} fork;

typedef struct shared {
    wg_check *r;
    fork *fork;
    int64_t components;
} shared;

/* The index of the j-th of count components that are spread evenly over size. j * size / count could
 * overflow. */
static int64_t spread_evenly(int64_t j, int64_t size, int64_t count)
{
    return j * (size / count) + (int64_t)((double)j * (double)(size % count) / (double)count);
}

static int64_t count_of(const wg_check *r, int k)
{
    const wgi_check_part *in = &r->part[k];
    return in->reason[0] ? 0 : r->limit > 0 && r->limit < in->size ? r->limit : in->size;
}

static int64_t components_of(const wg_check *r)
{
    int64_t n = 0;
    for (int k = 0; k < r->parts; k++) n += count_of(r, k);
    return n;
}

/* The largest limit of each part with which there are not more than MANY components. */
static int64_t limit_for(wg_check *r)
{
    for (r->limit = MANY; r->limit > 1 && components_of(r) > MANY;) r->limit--;
    return r->limit;
}

/* Computes one difference. A fork may get its chunks in any order, so a reason replaces that of a higher
 * component. */
static void difference(wg_check *r, const wgi_check_target *t, int k, int64_t i, int64_t *failed)
{
    char *reason = r->part[k].reason, before[WGI_CHECK_TEXT];
    if (!failed || i > failed[k]) {
        wgi_check_difference(r, t, k, i);
        return;
    }
    memcpy(before, reason, sizeof before);
    reason[0] = '\0';
    wgi_check_difference(r, t, k, i);
    if (reason[0]) failed[k] = i;
    else memcpy(reason, before, sizeof before);
}

/* Computes the differences begin .. end-1, counted through all parts. failed is that of the fork, or NULL
 * without forks. */
static void differences(wg_check *whole, wg_check *r, const wgi_check_target *t, int64_t begin, int64_t end,
                        int64_t *failed)
{
    for (int k = 0; k < r->parts && end > 0; k++) {
        if (!r->whole) wgi_check_at_stage(r, "differences", (double)k / r->parts);
        int64_t count = count_of(whole, k), from = begin > 0 ? begin : 0, to = end < count ? end : count;
        for (int64_t j = from; j < to && wgi_check_go_on(r); j++)
            difference(r, t, k, spread_evenly(j, r->part[k].size, count), failed);
        if (from < to) t->set(t->self, k);
        begin -= count, end -= count;
    }
}

static bool share(void *arg, int i, int chunk, int chunks, int thread)
{
    shared *s = arg;
    fork *f = &s->fork[thread];
    (void)i;
    if (thread == 0) wgi_check_at_stage(s->r, "differences", (double)chunk / chunks); /* the calling thread */
    if (thread == 0 && !wgi_check_go_on(s->r)) return false;
    differences(s->r, &f->r, &f->t, s->components * chunk / chunks, s->components * (chunk + 1) / chunks,
                f->failed);
    return true;
}

static void fork_free(fork *f)
{
    if (f->r.c) wg_finish(f->r.c, NULL);
    f->r.c = NULL;
}

static bool fork_make(fork *f, wg_check *r, const wgi_check_target *t)
{
    f->r = *r;
    f->r.whole = r, f->r.evaluations = 0;
    f->r.c = wg_start(&(wg_options){
        .dtype = WG_F64, .seed = wg_context_seed(r->c), .threads = 1, .on_warning = wg_no_warnings });
    f->r.part = wg_alloc(f->r.c, (size_t)r->parts, sizeof *f->r.part);
    f->failed = wg_alloc(f->r.c, (size_t)r->parts, sizeof *f->failed);
    for (int k = 0; k < r->parts && !wg_failed(f->r.c); k++) {
        wgi_check_part *in = &f->r.part[k];
        *in = r->part[k];
        in->reason[0] = '\0';
        in->x = wg_alloc(f->r.c, in->size > 0 ? (size_t)in->size : 1, sizeof *in->x);
        f->failed[k] = INT64_MAX;
        if (in->x) memcpy(in->x, in->point, (size_t)in->size * sizeof *in->x);
    }
    return !wg_failed(f->r.c) && t->fork(t->self, &f->r, &f->t) && !wg_failed(f->r.c);
}

static void join(wg_check *r, const fork *f, int forks)
{
    for (int n = 0; n < forks; n++) r->evaluations += f[n].r.evaluations;
    for (int k = 0; k < r->parts; k++) {
        const fork *first = NULL;
        for (int n = 0; n < forks; n++)
            if (f[n].failed[k] < (first ? first->failed[k] : INT64_MAX)) first = &f[n];
        if (first) wgi_check_say(r->part[k].reason, "%s", first->r.part[k].reason);
    }
}

void wgi_check_differences(wg_check *r, const wgi_check_target *t)
{
    int threads = wg_context_threads(r->c), forks = 0;
    if (!r->limit && !r->by_course && components_of(r) > MANY) r->limit = limit_for(r);
    shared s = { .r = r, .components = components_of(r) };
    threads = r->memory.resize ? 1 : threads < MOST ? threads : MOST;
    if (t->fork && threads > 1 && s.components >= FEW)
        s.fork = wg_alloc(r->c, (size_t)threads, sizeof *s.fork);
    while (s.fork && forks < threads && fork_make(&s.fork[forks], r, t)) forks++;
    if (s.fork && forks == threads) {
        wgi_parts_run(share, &s, &(int){ 8 * threads }, 1, threads);
        join(r, s.fork, forks);
    } else {
        differences(r, r, t, 0, s.components, NULL);
    }
    for (int n = 0; s.fork && n < threads; n++) fork_free(&s.fork[n]);
    if (wg_failed(r->c)) wg_recover(r->c);
}
