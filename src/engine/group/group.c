/* group.c: the group of processes: how it starts, agrees, fails and ends.
 *
 * Processes meet at fixed places: at the start, at the end of each batch, at sums, and at the end. At each
 * they swap a word: where they are, and the error if there is one. So an error of one process is every
 * process' error at the next place, and then the group is over: nobody waits for a process that has left. */
#include "group/group.h"

#include "base/floats.h"
#include "wengert/op.h"
#include "wengert/state.h"
#include "wgx/group.h"
#include "wgx/state.h"

#include <dlfcn.h>
#include <sched.h>
#include <unistd.h>

/* ---- words ---- */

wgi_word wgi_group_word(const wg_group *all, unsigned where)
{
    const wg_context *c = all->c;
    wgi_word w = { .places = where, .first = -1, .stop = all->asked };
    w.lowest = w.most_of = all->link.rank;
    for (int i = 0; i < WGI_PLACES; i++) w.at[i] = where >> i & 1 ? all->link.rank : -1;
    for (int i = 0; i < WGI_CHECKS; i++) w.odd[i] = -1;
    if (!wg_failed(c)) return w;
    w.failed = 1, w.first = all->link.rank, w.status = (int32_t)wg_failed(c);
    snprintf(w.message, sizeof w.message, "%s", wg_message(c));
    return w;
}

static void merge_words(void *to, const void *more, size_t count)
{
    wgi_word *a = to, other = *(const wgi_word *)more;
    const wgi_word *b = &other;
    if (b->lowest < a->lowest) other = *a, *a = *(const wgi_word *)more; /* b is of higher ranks now */
    a->unlike |= b->unlike || (a->failed && b->failed && strcmp(a->message, b->message) != 0);
    if (a->first < 0 && b->first >= 0) {
        a->first = b->first, a->status = b->status;
        memcpy(a->message, b->message, sizeof a->message);
    }
    for (int i = 0; i < WGI_PLACES; i++)
        if (a->at[i] < 0) a->at[i] = b->at[i];
    for (int i = 0; i < WGI_CHECKS; i++)
        if (a->odd[i] < 0) a->odd[i] = a->check[i] != b->check[i] ? b->lowest : b->odd[i];
    if (b->items > a->items) a->items = b->items, a->most_of = b->most_of;
    a->places |= b->places, a->failed += b->failed, a->stop |= b->stop;
    a->fewest = WGI_MIN(a->fewest, b->fewest);
    a->used = WGI_MAX(a->used, b->used), a->noted |= b->noted;
}

/* "rank 2 on node17" */
static const char *who(const wg_group *all, int rank, char *buf, size_t size)
{
    snprintf(buf, size, "rank %d%s%s", rank, all->place ? " on " : "",
             all->place ? all->place[rank].host : "");
    return buf;
}

/* The error of the lowest rank that has one becomes this process' error, too. */
static void take_error(wg_group *all, const wgi_word *w)
{
    char rank[100];
    wg_context *c = all->c;
    const bool same = w->failed == all->link.size && !w->unlike;
    c->status = (wg_status)w->status;
    if (same) snprintf(c->message, sizeof c->message, "%s", w->message);
    else
        snprintf(c->message, sizeof c->message, "%s: %.900s", who(all, w->first, rank, sizeof rank),
                 w->message);
    all->team.mute = w->first != all->link.rank;
}

bool wgi_group_broken(wg_group *all, wg_site here)
{
    char rank[100];
    wgi_connection *l = &all->link;
    if (!l->transport) return false;             /* an error of this process */
    if (l->how == WGI_SENT) l->how = WGI_BROKEN; /* the others are in the middle of something */
    all->over = true;
    who(all, l->partner, rank, sizeof rank);
    wgi_fail(all->c, here, "group", WG_ERROR_USE,
             l->how == WGI_LATE
                 ? "%s, or a process that it waits for, did not come within %g s: it is stopped, or its "
                   "program waits for something else"
                 : "the connection to %s is broken",
             rank, l->timeout);
    return false;
}

static void come_apart(wg_group *all, wg_site here, const wgi_word *w)
{
    static const char *const texts[WGI_PLACES] = { "in group_same", "at the end of a batch", "in group_sum",
                                                   "in group_share or resume", "at the end of the program" };
    int i = 0, k = WGI_PLACES - 1;
    char a[100], b[100];
    while (w->at[i] < 0) i++;
    while (w->at[k] < 0) k--;
    wgi_fail(all->c, here, "group", WG_ERROR_USE, "the processes have come apart: %s is %s, %s is %s",
             who(all, w->at[i], a, sizeof a), texts[i], who(all, w->at[k], b, sizeof b), texts[k]);
    all->team.mute = all->link.rank > 0;
}

bool wgi_group_meet(wg_group *all, wg_site here, wgi_word *w)
{
    const unsigned mine = w->places;
    if (!all->link.transport) return wgi_ok(all->c);
    if (!wgi_link_all(&all->link, merge_words, w, 1, sizeof *w)) return wgi_group_broken(all, here);
    all->stop |= w->stop;
    const bool apart = w->places != mine;
    if (w->failed) take_error(all, w);
    else if (apart) come_apart(all, here, w);
    if (!w->failed && !apart) return true;
    all->over = true;
    wgi_link_part(&all->link);
    return false;
}

/* ---- the start ---- */

uint64_t wgi_group_hash(uint64_t h, const void *bytes, size_t n)
{
    const unsigned char *b = bytes;
    for (size_t i = 0; i < n; i++) h = (h ^ b[i]) * UINT64_C(0x100000001B3);
    return h;
}

static uint64_t hash_file(uint64_t h, const char *path)
{
    unsigned char part[1 << 14];
    size_t n;
    FILE *f = path ? fopen(path, "rb") : NULL;
    while (f && (n = fread(part, 1, sizeof part, f)) > 0) h = wgi_group_hash(h, part, n);
    if (f) fclose(f);
    return h;
}

/* The bytes of the program, and of the library if it is shared. */
static uint64_t hash_of_program(void)
{
    Dl_info here;
    static const char mark;
    const uint64_t h = hash_file(UINT64_C(0xCBF29CE484222325), "/proc/self/exe");
    return dladdr(&mark, &here) && here.dli_fname && strstr(here.dli_fname, ".so")
               ? hash_file(h, here.dli_fname)
               : h;
}

static wgi_place_of this_place(const wg_group *all)
{
    const wg_context *c = all->c;
    wgi_place_of p = { .isa = c->isa,
                       .shards = all->shards,
                       .dtype = c->o.dtype,
                       .failed = !wgi_ok(c),
                       .seed = c->o.seed,
                       .program = hash_of_program() };
    cpu_set_t set;
    gethostname(p.host, sizeof p.host - 1);
    snprintf(p.version, sizeof p.version, "%s", WG_VERSION);
    if (sched_getaffinity(0, sizeof set, &set) == 0)
        for (int i = 0; i < 64 * 16 && i < CPU_SETSIZE; i++)
            if (CPU_ISSET(i, &set)) p.cpus[i / 64] |= UINT64_C(1) << i % 64;
    return p;
}

static bool may_use(const wgi_place_of *p, int cpu) { return p->cpus[cpu / 64] >> cpu % 64 & 1; }

/* A processor that several processes may use counts for each of them as a part. */
static int fair_threads(const wg_group *all)
{
    const wgi_place_of *me = &all->place[all->link.rank];
    double n = 0;
    for (int cpu = 0; cpu < 64 * 16; cpu++) {
        int users = 0;
        for (int i = 0; may_use(me, cpu) && i < all->link.size; i++)
            users += !strcmp(all->place[i].host, me->host) && may_use(&all->place[i], cpu);
        if (users) n += 1.0 / users;
    }
    return n >= 1 ? (int)(n + 1e-9) : 1;
}

/* What is not the same in a process and in rank 0; NULL: all is. */
static const char *unlike(const wgi_place_of *p, const wgi_place_of *q)
{
    return strcmp(p->version, q->version) ? "version of Wengert"
           : p->program != q->program     ? "program"
           : p->isa != q->isa             ? "processor (set WG_ISA to the kernels that all have)"
           : p->shards != q->shards       ? "number of shards"
           : p->seed != q->seed           ? "seed"
           : p->dtype != q->dtype         ? "dtype"
                                          : NULL;
}

static bool introduce(wg_group *all, wg_site here)
{
    wg_context *c = all->c;
    const int size = all->link.size;
    if (size == 1) return true;
    all->place = wg_alloc(c, (size_t)size, sizeof *all->place);
    if (!all->place) return false;
    all->place[all->link.rank] = this_place(all);
    if (!wgi_link_all(&all->link, wgi_merge_or, all->place, (size_t)size * sizeof *all->place, 1))
        return wgi_group_broken(all, here);
    for (int i = 0; i < size; i++)
        if (all->place[i].failed) return true; /* the next meeting says so */
    for (int i = 1; i < size; i++) {
        char rank[100];
        const char *what = unlike(&all->place[i], &all->place[0]);
        if (!what) continue;
        wgi_fail(c, here, "group_start", WG_ERROR_USE, "%s has another %s than rank 0 on %s",
                 who(all, i, rank, sizeof rank), what, all->place[0].host);
        return false;
    }
    if (c->threads_by_default) c->o.threads = WGI_MIN(fair_threads(all), 256);
    return true;
}

WG_OPTION_ROWS(wg_group_start_opts)

static int shards_of(wg_context *c, wg_site here, const wg_group_start_opts *o)
{
    enum { STANDARD = 8 };
    if (!wg_options_fit(c, here, "group_start", wg_group_start_opts_rows(), o)) return 0;
    const int n = o->shards != WG_AUTO ? o->shards : wgi_launched().size ? STANDARD : 1;
    if (!(n & (n - 1))) return n;
    wgi_fail(c, here, "group_start", WG_ERROR_VALUE, "%d shards: 1, 2, 4, ... 4096 can be", n);
    return 0;
}

/* All processes see it, so nobody waits for an answer. */
static bool fits(wg_group *all, wg_site here)
{
    const int size = all->link.size;
    const bool power = !(size & (size - 1)); /* of other numbers the pairs of ranks would be none */
    if (power && size <= all->shards) return true;
    wgi_fail(all->c, here, "group_start", WG_ERROR_VALUE,
             power ? "%d processes for %d shards: give at least as many shards as processes"
                   : "%d processes cannot share %d shards evenly: start 1, 2, 4, ... of them",
             size, all->shards);
    all->over = true, all->team.mute = all->link.rank > 0;
    return false;
}

/* The end of the program comes, or wg_finish. */
static void leave(wg_group *all)
{
    wgi_word w = wgi_group_word(all, WGI_AT_END);
    if (!all->over && wgi_group_meet(all, NULL, &w)) wgi_link_part(&all->link);
    all->over = true;
}

static void end(wg_context *c)
{
    leave((wg_group *)(void *)c->team);
    wgi_link_at_exit(&((wg_group *)(void *)c->team)->link, NULL, NULL);
}

wg_group *wg_group_start_at(wg_site here, wg_context *c, const wg_group_start_opts *o)
{
    WG_OPTIONS_FILL(wg_group_start_opts, o);
    char why[300] = "";
    const wgi_launch by = wgi_launched();
    if (!c) return wg_fail(NULL, here, WG_ERROR_USE, "group_start: the context is NULL"), NULL;
    if (c->team)
        return wgi_fail(c, here, "group_start", WG_ERROR_USE, "the context has a group already"), NULL;
    if (c->fixed) return NULL;
    const int shards = shards_of(c, here, o);
    if (!shards && !by.size) return NULL; /* else the other processes are told */
    wg_group *all = wg_alloc(c, 1, sizeof *all);
    if (!all) return NULL;
    *all = (wg_group){ .c = c, .b.at = -1, .shards = shards ? shards : 1, .own = 1 };
    all->team.end = end, all->team.state_made = wgi_sums_state_made;
    all->link.timeout =
        ((const wg_group_start_opts *)(shards ? o : wg_group_start_opts_rows()->standard))->timeout;
    if (!wgi_link_open(&all->link, c, why, sizeof why)) {
        c->team = &all->team, all->over = true;
        all->link.rank = by.rank, all->team.mute = by.rank > 0;
        wgi_fail(c, here, "group_start", WG_ERROR_MISSING, "%s has started %d processes, but %s", by.name,
                 by.size, why);
        return NULL;
    }
    wgi_link_at_exit(&all->link, leave, all);
    all->own = WGI_MAX(all->shards / all->link.size, 1);
    c->team = &all->team; /* from here on an error is told to the others by wg_finish */
    if (!fits(all, here) || !introduce(all, here) || !wgi_ok(c)) return NULL;
    if (all->link.rank) c->o.on_warning = wg_no_warnings;
    return all;
}

int wgx_group_launched(void) { return wgi_launched().size; }
wg_group *wgx_group_of(const wg_context *c) { return c ? (wg_group *)(void *)c->team : NULL; }
/* A process whose connection is broken speaks for itself. */
bool wgx_group_speaks(const wg_group *all)
{
    if (!all || all->link.how != WGI_SENT) return true;
    return all->over ? !all->team.mute : all->link.rank == 0;
}
int wg_group_rank(const wg_group *all) { return all ? all->link.rank : 0; }
int wg_group_size(const wg_group *all) { return all ? all->link.size : 1; }
int wg_group_shards(const wg_group *all) { return all ? all->shards : 1; }

/* ---- agreement ---- */

/* Whether the call can be made. */
static bool usable(wg_site here, wg_group *all, const char *what)
{
    if (!all) return wg_fail(NULL, here, WG_ERROR_USE, "%s: the group is NULL", what), false;
    if (all->over && wgi_ok(all->c))
        wgi_fail(all->c, here, what, WG_ERROR_USE, "the group has ended with an error");
    if (all->b.at >= 0 && wgi_ok(all->c))
        wgi_fail(all->c, here, what, WG_ERROR_USE,
                 "the shards of a batch are not done: wg_group_next is to return false");
    return !all->over;
}

wg_status wgx_group_same_at(wg_site here, wg_group *all, const char *what, const void *bytes, size_t size)
{
    char rank[100];
    if (!usable(here, all, "group_same")) return all ? wg_failed(all->c) : WG_ERROR_USE;
    wgi_word w = wgi_group_word(all, WGI_AT_START);
    w.check[0] = wgi_group_hash(UINT64_C(0xCBF29CE484222325), bytes, bytes ? size : 0);
    if (!wgi_group_meet(all, here, &w) || w.odd[0] < 0) return wg_failed(all->c);
    return wgi_fail(all->c, here, "group_same", WG_ERROR_USE, "%s has another %s than rank 0 on %s",
                    who(all, w.odd[0], rank, sizeof rank), what ? what : "value", all->place[0].host);
}

wg_status wg_group_sum_at(wg_site here, wg_group *all, double *values, size_t count)
{
    if (!usable(here, all, "group_sum")) return all ? wg_failed(all->c) : WG_ERROR_USE;
    if (!values && count) wgi_fail(all->c, here, "group_sum", WG_ERROR_USE, "the array is NULL");
    wgi_word w = wgi_group_word(all, WGI_AT_SUM);
    w.check[0] = count;
    if (!wgi_group_meet(all, here, &w)) return wg_failed(all->c);
    if (w.odd[0] >= 0)
        return wgi_fail(all->c, here, "group_sum", WG_ERROR_VALUE,
                        "rank %d has another number of values than rank 0", w.odd[0]);
    const wgi_floats was = wgi_floats_enter();
    if (!wgi_link_all(&all->link, wgi_merge_f64, values, count, sizeof *values)) wgi_group_broken(all, here);
    wgi_floats_leave(was);
    return wg_failed(all->c);
}

bool wgx_group_stop(wg_group *all, bool ask)
{
    if (!all) return false;
    all->asked |= ask;
    if (all->link.size == 1) all->stop = all->asked;
    return all->stop;
}

/* ---- what a training goes on from ---- */

typedef struct item {
    wg_dtype dtype;
    bool state;
    wg_shape shape;
    char name[640]; /* longer than any that wg_save writes */
} item;

static bool give_item(wg_group *all, int from, wgx_saved *s, void *block[2])
{
    wg_context *c = all->c;
    const bool gives = all->link.rank == from;
    item *t = block[0] = wg_alloc(c, 1, sizeof *t);
    if (t && gives) {
        *t = (item){ .dtype = s->value.dtype, .state = s->state, .shape = s->value.shape };
        snprintf(t->name, sizeof t->name, "%s", s->name);
    }
    if (!t || !wgi_link_give(&all->link, from, t, sizeof *t)) return false;
    const size_t bytes = (size_t)wg_shape_size(t->shape) * wg_dtype_size(t->dtype);
    if (!gives)
        *s = (wgx_saved){ t->name, { t->dtype, t->shape, block[1] = wg_alloc(c, bytes + 1, 1) }, t->state };
    return !bytes || (s->value.data && wgi_link_give(&all->link, from, s->value.data, bytes));
}

bool wgi_group_give(wg_group *all, wg_site here, int from)
{
    wg_context *c = all->c;
    int n = 0;
    wgx_saved *list = all->link.rank == from ? wgx_saved_list(c, &n) : NULL;
    uint64_t count = (uint64_t)n, got = 0;
    if (!wgi_link_give(&all->link, from, &count, sizeof count)) return wgi_group_broken(all, here);
    if (!list) list = wg_alloc(c, count + 1, sizeof *list);
    void *(*block)[2] = wg_alloc(c, count + 1, sizeof *block);
    while (list && block && got < count && give_item(all, from, &list[got], block[got])) got++;
    if (all->link.rank != from && got == count)
        wgx_saved_restore_at(here, c, list, (int)count, "group_share", "what another process gives");
    for (uint64_t i = 0; block && i < count; i++) wg_free(c, block[i][0]), wg_free(c, block[i][1]);
    wg_free(c, block);
    wg_free(c, list);
    return got == count ? wgi_ok(c) : wgi_group_broken(all, here);
}

bool wgx_group_share_at(wg_site here, wg_group *all, bool there)
{
    if (!usable(here, all, "group_share")) return false;
    wgi_word w = wgi_group_word(all, WGI_AT_SHARE);
    if (!wgi_group_meet(all, here, &w)) return false;
    if (all->link.size == 1) return there;
    uint64_t yes = there;
    if (!wgi_link_give(&all->link, 0, &yes, sizeof yes)) return wgi_group_broken(all, here);
    return yes && wgi_group_give(all, here, 0);
}
