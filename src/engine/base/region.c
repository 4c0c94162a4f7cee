/* region.c: how many threads a parallel region gets. It never changes a bit of the results. */
#include <math.h>

#include "base/base.h"

/* ---- beside busy processes ----
 *
 * A region ends when its last thread has come. If another process has that thread's processor, it comes when
 * the scheduler lets it, often milliseconds later. One thread alone does not wait. So when late regions have
 * cost more than BEARABLE seconds beyond the share LEAK of the time, one thread works alone, AGAIN times as
 * long as was lost; then a team is tried again. If that happens again before a team has worked four times as
 * long as the pause, the next pause is twice as long, up to LONGEST. */
static const double BEARABLE = 4e-3, LEAK = 0.2, AGAIN = 20, LONGEST = 1;

static bool is_pause(const wg_context *c)
{
    return c->late.alone_until > 0 && wgi_now() < c->late.alone_until;
}

/* Notes a region that lost so many seconds. */
static void note_late(wg_context *c, double lost)
{
    const double now = wgi_now(), borne = LEAK * (now - c->late.at);
    c->late.at = now;
    c->late.lost = (c->late.lost > borne ? c->late.lost - borne : 0) + lost;
    if (c->late.lost < BEARABLE) return;
    const double first = AGAIN * c->late.lost, next = 2 * c->late.alone_for;
    const bool again = now < c->late.alone_until + 4 * c->late.alone_for;
    c->late.alone_for = WGI_MIN(again && next > first ? next : first, LONGEST);
    c->late.alone_until = now + c->late.alone_for;
    c->late.lost = 0;
}

/* ---- a team or one thread ----
 *
 * The first TEAM_RUNS runs of each PERIOD are by all threads and those up to ALONE_RUNS by one. The rest
 * is done the faster way. Runs of more than LONG seconds gain by a second thread, and are too long to try. */
enum { TEAM_RUNS = 3, ALONE_RUNS = 6, PERIOD = 1024 };
static const double LONG = 20e-3;

/* A run is late if it takes twice as long as the fastest one, and LATE seconds more: processors are given
 * away for milliseconds. */
static const double LATE = 300e-6;

static bool team_is_faster(wgi_timing *t)
{
    const int run = t->runs++ % PERIOD;
    if (run == 0) t->team = t->alone = INFINITY;
    if (run < TEAM_RUNS || t->team > LONG) return true;
    return run >= ALONE_RUNS && t->team < t->alone;
}

static void note_team(wg_context *c, wgi_timing *t, double seconds)
{
    t->team = WGI_MIN(t->team, seconds);
    if (t->best > 0 && seconds > 2 * t->best && seconds - t->best > LATE) note_late(c, seconds - t->best);
    t->best = t->best > 0 ? WGI_MIN(t->best, seconds) : seconds;
}

bool wgi_region_run(wg_context *c, wgi_timing *t, wgi_part_fn part, void *arg, const int *chunks, int parts)
{
    if (c->o.threads == 1 || is_pause(c)) return wgi_parts_run(part, arg, chunks, parts, 1);
    const bool team = team_is_faster(t);
    const double begin = wgi_now();
    if (!wgi_parts_run(part, arg, chunks, parts, team ? c->o.threads : 1)) return false;
    const double seconds = wgi_now() - begin;
    if (team) note_team(c, t, seconds);
    else t->alone = WGI_MIN(t->alone, seconds);
    return true;
}
