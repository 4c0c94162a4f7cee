/* lost.c: the error of a call that got no object, so that no context is known.
 *
 * A context may be started in one thread, fail in another and be finished in a third. So all contexts of the
 * process are in one list, each with the thread that has used it last. Such an error is kept in all contexts
 * of its thread, and goes with them, until the first of them is asked. The fields `lost` of a context are
 * written under the lock alone. `thread` is read without it by the thread that has the context: no other
 * writes it. */
#include "base/base.h"

#include <pthread.h>
#include <stdio.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_once_t prepared = PTHREAD_ONCE_INIT;
static wg_context *contexts;
static uint64_t threads, serials;
static int kept; /* how many contexts keep an error */

static _Thread_local uint64_t me;
static _Thread_local int hidden; /* calls of wgi_lost_hide, and contexts without memory (wg_start) */

static void lock_(void) { pthread_mutex_lock(&mutex); }
static void unlock(void) { pthread_mutex_unlock(&mutex); }
static void prepare(void) { pthread_atfork(lock_, unlock, unlock); }
static void lock(void)
{
    pthread_once(&prepared, prepare);
    lock_();
}

uint64_t wgi_thread(void)
{
    if (!me) me = __atomic_add_fetch(&threads, 1, __ATOMIC_RELAXED);
    return me;
}

void wgi_context_starts(wg_context *c)
{
    if (c->fixed) {
        hidden++;
        return;
    }
    lock();
    c->lost.thread = wgi_thread();
    c->lost.next = contexts;
    if (contexts) contexts->lost.before = c;
    contexts = c;
    unlock();
}

/* The context keeps no error any more. Under the lock. */
static void drop(wg_context *c)
{
    if (c->lost.status) __atomic_sub_fetch(&kept, 1, __ATOMIC_RELAXED);
    c->lost.status = WG_OK;
}

void wgi_context_ends(wg_context *c)
{
    if (c->fixed) {
        hidden -= hidden > 0;
        return;
    }
    lock();
    drop(c);
    *(c->lost.before ? &c->lost.before->lost.next : &contexts) = c->lost.next;
    if (c->lost.next) c->lost.next->lost.before = c->lost.before;
    unlock();
}

void wgi_context_failed(wg_context *c, bool on)
{
    lock();
    c->lost.thread = wgi_thread();
    c->lost.failed = on;
    unlock();
}

void wgi_context_moves(wg_context *c)
{
    lock();
    c->lost.thread = wgi_thread();
    unlock();
}

void wgi_lost_hide(bool on) { hidden += on ? 1 : -1; }

static void keep(wg_context *c, wg_status s, uint64_t serial, const char *message)
{
    if (c->lost.status) return; /* the first error stays */
    c->lost.status = s, c->lost.serial = serial;
    snprintf(c->lost.message, sizeof c->lost.message, "%s", message);
    __atomic_add_fetch(&kept, 1, __ATOMIC_RELAXED);
}

void wgi_lose(wg_status s, const char *message)
{
    bool mine = false, failed = false;
    if (hidden > 0) return;
    lock();
    for (const wg_context *c = contexts; c; c = c->lost.next)
        if (c->lost.thread == me) mine = true, failed |= c->lost.failed;
    serials++;
    for (wg_context *c = contexts; c && !failed; c = c->lost.next)
        if (c->lost.thread == me) keep(c, s, serials, message);
    unlock();
    if (!mine) fprintf(stderr, "error: %s\n", message);
}

void wgi_lost_find(wg_context *c)
{
    char message[sizeof c->lost.message];
    wgi_context_used(c);
    if (!__atomic_load_n(&kept, __ATOMIC_RELAXED)) return;
    lock();
    const wg_status s = c->lost.status;
    const uint64_t serial = c->lost.serial;
    if (s) memcpy(message, c->lost.message, sizeof message);
    for (wg_context *k = contexts; k && s; k = k->lost.next)
        if (k->lost.serial == serial) drop(k);
    unlock();
    if (s) wg_fail(c, NULL, s, "%s", message);
}
