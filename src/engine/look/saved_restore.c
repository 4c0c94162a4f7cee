/* saved_restore.c: sets all that a training consists of from a list of tensors. The whole list is checked
 * before anything changes. It may come from a hostile file. */
#include "look/saved.h"
#include "wgx/base.h"
#include "wgx/graph.h"
#include "wgx/state.h"

#include <stdlib.h>

typedef struct restoring {
    wg_context *c;
    wg_site here;
    const char *who, *from;
    const wgx_saved *list;
    const wgx_saved **sorted; /* by name */
    int n;
    double **kept; /* by entry: memory for an array that an optimizer keeps */
} restoring;

typedef enum what {
    SEED,
    DRAWS,
    PARAMETER,
    MOMENT,
    MISSED,
    KEPT,
    STEPS,
    RATES,
    RATE,
    AVERAGE,
    AVERAGE_STEPS,
    EPOCH,
    MEMORY
} what;

/* What a tensor of the list is for. */
typedef struct thing {
    what is;
    wg_params *set;
    const char *name; /* of the parameter in its set */
    wgi_parameter *q; /* NULL: it is to be made */
    wgi_stepper *s;
    int moment; /* or the number of a kept array */
    wg_average *average;
    wg_graph *g;
    const wgi_saved_memory *memory;
} thing;

/* ---- messages ---- */

/* Names in a file may hold anything. */
static const char *printable(const char *name, char buf[100])
{
    snprintf(buf, 100, "%s", name);
    for (char *p = buf; *p; p++) *p = *p >= ' ' && *p <= '~' ? *p : '?';
    return buf;
}

static bool bad(const restoring *r, const char *name, const char *format, ...) WG_PRINTF(3, 4);
static bool bad(const restoring *r, const char *name, const char *format, ...)
{
    char text[400], buf[100];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    wgi_fail(r->c, r->here, r->who, WG_ERROR_FORMAT, "%s: \"%s\": %s", r->from, printable(name, buf), text);
    return false;
}

/* ---- finding ---- */

static int by_name(const void *a, const void *b)
{
    return strcmp((*(const wgx_saved *const *)a)->name, (*(const wgx_saved *const *)b)->name);
}

static const wgx_saved *find(const restoring *r, const char *name)
{
    const wgx_saved key = { .name = name }, *at = &key;
    const wgx_saved **k = r->n ? bsearch(&at, r->sorted, (size_t)r->n, sizeof *r->sorted, by_name) : NULL;
    return k ? *k : NULL;
}

static bool sort(restoring *r)
{
    r->sorted = wg_alloc(r->c, (size_t)r->n + 1, sizeof *r->sorted);
    if (!r->sorted) return false;
    for (int i = 0; i < r->n; i++) r->sorted[i] = &r->list[i];
    qsort(r->sorted, (size_t)r->n, sizeof *r->sorted, by_name);
    for (int i = 1; i < r->n; i++)
        if (by_name(&r->sorted[i - 1], &r->sorted[i]) == 0) return bad(r, r->sorted[i]->name, "stands twice");
    return true;
}

/* What follows "start:" in the text, or NULL. */
static const char *behind(const char *text, const char *start)
{
    const size_t n = strlen(start);
    return strncmp(text, start, n) == 0 && text[n] == ':' ? text + n + 1 : NULL;
}

/* A number from 0 to 9999 and a colon. -1: there is none. */
static int number(const char **text)
{
    const char *p = *text;
    int n = 0;
    while (*p >= '0' && *p <= '9' && p - *text < 4) n = 10 * n + *p++ - '0';
    if (p == *text || *p != ':') return -1;
    *text = p + 1;
    return n;
}

/* ---- what a tensor is for ---- */

/* The parameter that this name in the file means. */
static bool is_parameter(const restoring *r, const char *name, thing *t)
{
    const char *rest = behind(name, "params");
    int k = 0;
    t->name = rest ? rest : name;
    if (rest && (k = number(&t->name)) < 0) return false;
    if (!wgx_is_name(t->name)) return false;
    t->set = wgi_saved_set(r->c, k);
    t->q = t->set ? wgi_params_find(t->set, t->name, wgi_text_hash(t->name)) : NULL;
    t->is = PARAMETER;
    return true;
}

/* rest: what follows "adam:0:". */
static bool is_part_of(const restoring *r, const char *rest, thing *t)
{
    static const struct {
        const char *name;
        what is;
    } parts[] = { { "steps", STEPS }, { "rates", RATES }, { "lr", RATE } };
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (strcmp(rest, parts[i].name) == 0) return t->is = parts[i].is, true;
    for (int j = 0; j < WGI_KEEPS; j++)
        if (t->s->kind->kept[j] && strcmp(rest, t->s->kind->kept[j]) == 0)
            return t->is = KEPT, t->moment = j, true;
    const char *missed = t->s->kind->rates ? behind(rest, "missed") : NULL;
    if (missed && is_parameter(r, missed, t)) return t->is = MISSED, true;
    const unsigned used = wgi_optim_state_of((wg_optim *)(void *)t->s).moments;
    for (int j = 0; j < WGI_MOMENTS; j++) {
        const char *of = used >> j & 1 ? behind(rest, t->s->kind->moment[j]) : NULL;
        if (!of || !is_parameter(r, of, t)) continue;
        t->is = MOMENT, t->moment = j;
        return true;
    }
    return false;
}

/* rest: what follows "average:". */
static bool is_of_average(const restoring *r, const wgx_saved *k, const char *rest, thing *t)
{
    const int at = number(&rest);
    const char *of = behind(rest, "mean");
    t->average = at < 0 ? NULL : wgi_saved_average(r->c, at);
    if (!t->average) return bad(r, k->name, "this program has no such average: make it first");
    t->is = AVERAGE_STEPS;
    if (strcmp(rest, "steps") == 0) return true;
    if (!of || !is_parameter(r, of, t)) return bad(r, k->name, "averages have no such part");
    return t->is = AVERAGE, true;
}

/* "adam:0:..." of an optimizer. */
static bool is_optimizers(const restoring *r, const wgx_saved *k, thing *t)
{
    char kind[40];
    const char *colon = strchr(k->name, ':'), *rest = colon + 1;
    const int at = number(&rest);
    snprintf(kind, sizeof kind, "%.*s", (int)(colon - k->name), k->name);
    if (at < 0) return bad(r, k->name, "nothing of a training has this name");
    t->s = wgi_saved_stepper(r->c, at);
    if (!t->s) return bad(r, k->name, "this program has no optimizer %d: make it first", at);
    if (strcmp(t->s->kind->name, kind) != 0)
        return bad(r, k->name, "here optimizer %d is %s, made at %s", at, t->s->kind->name,
                   wg_site_place(t->s->here));
    return is_part_of(r, rest, t) || bad(r, k->name, "%s has no such part with these options", kind);
}

static bool is_what(const restoring *r, const wgx_saved *k, thing *t)
{
    const char *rest;
    *t = (thing){ 0 };
    if (strcmp(k->name, "wengert:seed") == 0) return t->is = SEED, true;
    if (strcmp(k->name, "wengert:draws") == 0) return t->is = DRAWS, true;
    if (!strchr(k->name, ':') || behind(k->name, "params")) {
        if (!is_parameter(r, k->name, t)) return bad(r, k->name, "is no name of a parameter");
        return t->set || bad(r, k->name, "this program has not so many sets of parameters: make them first");
    }
    if ((rest = behind(k->name, "memory"))) {
        t->is = MEMORY;
        return (t->memory = wgi_saved_find(r->c, rest)) ||
               bad(r, k->name,
                   "nothing of this name is saved here: make the data set, or call wg_save_with, first");
    }
    if ((rest = behind(k->name, "average"))) return is_of_average(r, k, rest, t);
    if ((rest = behind(k->name, "graph"))) {
        t->is = EPOCH;
        const int at = number(&rest);
        t->g = at >= 0 && strcmp(rest, "epoch") == 0 ? wgi_saved_graph(r->c, at) : NULL;
        return t->g || bad(r, k->name, "this program has no such graph: make it first");
    }
    return is_optimizers(r, k, t);
}

/* ---- checking ---- */

static bool fits(const restoring *r, const wgx_saved *k, wg_dtype t, wg_shape s)
{
    char a[80], b[80];
    if (k->value.dtype == t && wg_shape_equal(k->value.shape, s) && k->value.data) return true;
    return bad(r, k->name, "%s %s in the file, %s %s here", wg_dtype_name(k->value.dtype),
               wg_shape_text(k->value.shape, a, sizeof a), wg_dtype_name(t), wg_shape_text(s, b, sizeof b));
}

static bool can_be_made(const restoring *r, const wgx_saved *k)
{
    if (!k->value.data || !wg_dtype_size(k->value.dtype) || wg_shape_size(k->value.shape) < 0)
        return bad(r, k->name, "no tensor of a dtype that parameters have");
    return k->state || wg_gradient_dtype(k->value.dtype) ||
           bad(r, k->name, "a parameter is f32, f64, f16 or bf16");
}

static bool parameter_fits(const restoring *r, const wgx_saved *k, const thing *t)
{
    if (!t->q) return can_be_made(r, k);
    if (t->q->state != k->state)
        return bad(r, k->name, "a %s in the file, a %s here", k->state ? "state" : "parameter",
                   t->q->state ? "state" : "parameter");
    return fits(r, k, t->q->dtype, t->q->shape);
}

/* The parameter of "adam:0:m:NAME" in the list, if it belongs to p. */
static const wgx_saved *owner_of(const restoring *r, const wgx_saved *k, const thing *t, const wg_params *p)
{
    const char *name = strchr(strchr(strchr(k->name, ':') + 1, ':') + 1, ':') + 1, *prefix = p->prefix;
    const bool inside = t->set == p->root && (!prefix || strncmp(t->name, prefix, strlen(prefix)) == 0);
    return inside ? find(r, name) : NULL;
}

/* The parameter of a moment is in the list, too. NULL: it is not. */
static const wgx_saved *parameter_of(const restoring *r, const wgx_saved *k, const thing *t)
{
    const wgx_saved *of = owner_of(r, k, t, t->s->p);
    if (of && !of->state) return of;
    bad(r, k->name, "is of no parameter of this optimizer");
    return NULL;
}

static bool moment_fits(const restoring *r, const wgx_saved *k, const thing *t)
{
    const wgx_saved *of = parameter_of(r, k, t);
    return of && fits(r, k, of->value.dtype, of->value.shape);
}

static bool average_fits(const restoring *r, const wgx_saved *k, const thing *t)
{
    const wgx_saved *of = owner_of(r, k, t, t->average->p);
    if (!of || !wg_dtype_is_float(of->value.dtype)) return bad(r, k->name, "is of no float of this set");
    return fits(r, k, WG_F64, of->value.shape);
}

static bool seed_fits(const restoring *r, const wgx_saved *k)
{
    uint64_t seed;
    if (!fits(r, k, WG_I64, WG_SCALAR)) return false;
    memcpy(&seed, k->value.data, sizeof seed);
    return seed == r->c->o.seed || bad(r, k->name, "%llu in the file, %llu here: start with the same seed",
                                       (unsigned long long)seed, (unsigned long long)r->c->o.seed);
}

static bool steps_fit(const restoring *r, const wgx_saved *k)
{
    int64_t steps;
    if (!fits(r, k, WG_I64, WG_SCALAR)) return false;
    memcpy(&steps, k->value.data, sizeof steps);
    return steps >= 0 || bad(r, k->name, "a count of %lld", (long long)steps);
}

static bool rate_fits(const restoring *r, const wgx_saved *k)
{
    double lr;
    if (!fits(r, k, WG_F64, WG_SCALAR)) return false;
    memcpy(&lr, k->value.data, sizeof lr);
    return (lr >= 0 && isfinite(lr)) || bad(r, k->name, "a rate of %g", lr);
}

/* The optimizer looks at the number of elements and at their values itself. */
static bool kept_fits(const restoring *r, const wgx_saved *k)
{
    const bool right = k->value.dtype == WG_F64 && k->value.shape.rank == 1 && k->value.data;
    return right || bad(r, k->name, "no vector of f64");
}

static bool memory_fits(const restoring *r, const wgx_saved *k, const wgi_saved_memory *m)
{
    if (!fits(r, k, m->memory.dtype, m->memory.shape)) return false;
    const char *why = m->checks.refuse ? m->checks.refuse(m->checks.user, k->value) : NULL;
    return !why || bad(r, k->name, "%s", why);
}

static bool check(const restoring *r, const wgx_saved *k)
{
    thing t;
    if (!is_what(r, k, &t)) return false;
    switch (t.is) {
    case SEED: return seed_fits(r, k);
    case PARAMETER: return parameter_fits(r, k, &t);
    case MOMENT: return moment_fits(r, k, &t);
    case MISSED: return parameter_of(r, k, &t) && steps_fit(r, k);
    case KEPT: return kept_fits(r, k);
    case AVERAGE_STEPS:
    case STEPS: return steps_fit(r, k);
    case AVERAGE: return average_fits(r, k, &t);
    case RATES: return fits(r, k, WG_F64, WG_SHAPE(WGI_RATES));
    case RATE: return rate_fits(r, k);
    case DRAWS:
    case EPOCH: return fits(r, k, WG_I64, WG_SCALAR);
    default: return memory_fits(r, k, t.memory);
    }
}

/* All that is here must be in the file, but arrays of optimizers, those of its first step are zero, missed
 * steps, of which there are none then, and averages, which begin with the parameters. */
static bool is_complete(const restoring *r)
{
    int n;
    thing t;
    wgx_saved *here = wgx_saved_list(r->c, &n);
    bool ok = here;
    for (int i = 0; i < n && ok; i++)
        if (!find(r, here[i].name))
            ok = (is_what(r, &here[i], &t) &&
                  (t.is == DRAWS || t.is == MOMENT || t.is == MISSED || t.is == KEPT || t.is == AVERAGE)) ||
                 bad(r, here[i].name, "the file has it not");
    wg_free(r->c, here);
    return ok;
}

/* ---- setting ---- */

static size_t bytes_of(const wg_tensor *t)
{
    return (size_t)wg_shape_size(t->shape) * wg_dtype_size(t->dtype);
}

static void set_parameter(const wgx_saved *k, const thing *t)
{
    if (t->q->size) memcpy(t->q->data, k->value.data, bytes_of(&k->value));
}

static void set_moment(const wgx_saved *k, const thing *t)
{
    if (!t->q) return;
    char *array = t->q->piece->moment[t->moment];
    memcpy(array + (size_t)t->q->at * wg_dtype_size(t->q->dtype), k->value.data, bytes_of(&k->value));
}

static void set_steps(const wgx_saved *k, wg_optim *o)
{
    memcpy(&o->s.steps, k->value.data, sizeof o->s.steps);
    o->aged_at = o->s.steps;
}

static void set_missed(const wgx_saved *k, const thing *t)
{
    wg_optim *o = (wg_optim *)(void *)t->s;
    if (t->q && t->q->number <= o->ages)
        memcpy(&o->age[t->q->number - 1].missed, k->value.data, sizeof o->age->missed);
}

static void set_kept(const restoring *r, const wgx_saved *k, const thing *t)
{
    double **fresh = &r->kept[k - r->list];
    wg_free(r->c, t->s->kept[t->moment]);
    t->s->kept[t->moment] = memcpy(*fresh, k->value.data, bytes_of(&k->value));
    t->s->kept_count[t->moment] = (size_t)k->value.shape.dim[0];
    *fresh = NULL;
}

static void set_memory(const wgx_saved *k, const wgi_saved_memory *m)
{
    memcpy(m->memory.data, k->value.data, bytes_of(&k->value));
    if (m->checks.resumed) m->checks.resumed(m->checks.user);
}

static void set_epoch(const wgx_saved *k, wg_graph *g)
{
    uint64_t epoch;
    memcpy(&epoch, k->value.data, sizeof epoch);
    wgx_graph_set_epoch(g, epoch);
}

static void set(const restoring *r, const wgx_saved *k, bool parameters)
{
    thing t;
    if (!is_what(r, k, &t) || (t.is == PARAMETER) != parameters) return;
    const wgi_optim_state o = t.s ? wgi_optim_state_of((wg_optim *)(void *)t.s) : (wgi_optim_state){ 0 };
    switch (t.is) {
    case SEED: break;
    case DRAWS: memcpy(&r->c->draws, k->value.data, sizeof r->c->draws); break;
    case PARAMETER: set_parameter(k, &t); break;
    case MOMENT: set_moment(k, &t); break;
    case KEPT: set_kept(r, k, &t); break;
    case MISSED: set_missed(k, &t); break;
    case STEPS: set_steps(k, (wg_optim *)(void *)t.s); break;
    case RATES: memcpy(o.rate, k->value.data, WGI_RATES * sizeof *o.rate); break;
    case RATE: memcpy(o.lr, k->value.data, sizeof *o.lr); break;
    case AVERAGE_STEPS: memcpy(&t.average->steps, k->value.data, sizeof t.average->steps); break;
    case AVERAGE: wgi_average_set(t.average, t.q, k->value.data); break;
    case EPOCH: set_epoch(k, t.g); break;
    case MEMORY: set_memory(k, t.memory); break;
    }
}

/* Takes all memory that set_all needs: makes parameters, and arrays of optimizers. New ones are zero, which
 * is what an optimizer without them stands for. */
static bool make_room(const restoring *r)
{
    wg_average *a;
    wgi_stepper *s;
    thing t;
    for (int i = 0; i < r->n && wgi_ok(r->c); i++) {
        const wgx_saved *k = &r->list[i];
        if (is_what(r, k, &t) && t.is == PARAMETER && !t.q)
            wg_params_make_at(r->here, t.set, t.name, k->value, k->state);
    }
    for (int i = 0; i < r->n && wgi_ok(r->c); i++) {
        const wgx_saved *k = &r->list[i];
        if (!is_what(r, k, &t)) continue;
        if (t.is == MOMENT && t.q) wgi_store_moments(t.q->piece, r->c, 1U << t.moment);
        if (t.is == KEPT)
            r->kept[i] = wg_alloc(r->c, WGI_MAX((size_t)k->value.shape.dim[0], 1), sizeof(double));
    }
    for (int k = 0; wgi_ok(r->c) && (a = wgi_saved_average(r->c, k)); k++) wgi_average_room(a);
    for (int k = 0; wgi_ok(r->c) && (s = wgi_saved_stepper(r->c, k)); k++)
        wgi_ages_update((wg_optim *)(void *)s);
    return wgi_ok(r->c);
}

static void set_all(const restoring *r)
{
    wgi_stepper *s;
    wg_average *a;
    for (const wg_params *p = r->c->params; p; p = p->next) wgi_params_will_change(p);
    r->c->draws = 0;
    for (int i = 0; i < r->n; i++) set(r, &r->list[i], true);
    for (int k = 0; (a = wgi_saved_average(r->c, k)); k++) wgi_average_begin(a);
    for (int k = 0; (s = wgi_saved_stepper(r->c, k)); k++) {
        wgi_store_clear_moments(s->p);
        wgi_stepper_forget(s);
        wgi_ages_forget((wg_optim *)(void *)s);
    }
    for (int i = 0; i < r->n; i++) set(r, &r->list[i], false);
    for (wg_params *p = r->c->params; p; p = p->next) {
        wgi_gradients_lost(p);
        p->version++;
        p->trained = true;
    }
}

/* How many sets of parameters there are. */
static size_t sets_of(const wg_context *c)
{
    size_t n = 0;
    for (const wg_params *p = c->params; p; p = p->next) n++;
    return n;
}

/* All or nothing. */
static void restore_all(restoring *r)
{
    size_t i = 0;
    wgi_params_mark *mark = wg_alloc(r->c, sets_of(r->c) + 1, sizeof *mark);
    r->kept = wg_alloc(r->c, (size_t)r->n + 1, sizeof *r->kept);
    for (wg_params *p = r->c->params; mark && p; p = p->next) mark[i++] = wgi_params_marked(p);
    if (mark && r->kept && make_room(r)) set_all(r);
    i = 0;
    for (wg_params *p = r->c->params; mark && p && !wgi_ok(r->c); p = p->next) wgi_params_undo(p, mark[i++]);
    for (int k = 0; r->kept && k < r->n; k++) wg_free(r->c, r->kept[k]);
    wg_free(r->c, r->kept), wg_free(r->c, mark);
}

wg_status wgx_saved_restore_at(wg_site here, wg_context *c, const wgx_saved *list, int n, const char *who,
                               const char *from)
{
    if (!c) return wg_fail(NULL, here, WG_ERROR_USE, "saved_restore: the context is NULL");
    who = who ? who : "restore";
    restoring r = { c, here, who, from ? from : "memory", list, NULL, n, NULL };
    if (!wgi_ok(c)) return c ? wg_failed(c) : WG_ERROR_USE;
    if (!list && n > 0) return wgi_fail_null(c, here, who, "list of tensors");
    r.n = n = WGI_MAX(n, 0);
    bool ok = sort(&r);
    for (int i = 0; i < n && ok; i++) ok = check(&r, &list[i]);
    if (ok && is_complete(&r)) restore_all(&r);
    wg_free(c, (void *)r.sorted);
    return wg_failed(c);
}
