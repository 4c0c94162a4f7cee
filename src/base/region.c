/* region.c: how many threads a parallel region gets. It never changes a bit of the results. */
#include <math.h>

#include "base/base.h"

/* ---- beside busy processes ----
 *
 * A region ends when its last thread has come. If another process has that thread's processor, it comes
 * when the scheduler lets it, often milliseconds later. One thread alone does not wait. So after a late
 * region one thread works alone, AGAIN times as long as was lost; then a team is tried again. If it is
 * late before it has worked four times as long as the pause, the next pause is twice as long, up to
 * LONGEST. A region that is late once in LONGEST seconds costs less than a hundredth of the time. */
static const double AGAIN = 20, LONGEST = 1;

static bool is_pause(const wg_context *c) { return c->alone_until > 0 && wgi_now() < c->alone_until; }

static void pause_team(wg_context *c, double lost)
{
    const double now = wgi_now(), first = AGAIN * lost, next = 2 * c->alone_for;
    const bool again = now < c->alone_until + 4 * c->alone_for;
    c->alone_for = WGI_MIN(again && next > first ? next : first, LONGEST);
    c->alone_until = now + c->alone_for;
}

/* ---- short regions ----
 *
 * A region is short if it takes less than SHORT seconds. Its first TEAM_RUNS runs of each PERIOD are by all
 * threads and those up to ALONE_RUNS by one. The rest is done the faster way. A longer region gains by a
 * second thread whenever one is free. */
enum { TEAM_RUNS = 3, ALONE_RUNS = 6, PERIOD = 1024 };
static const double SHORT = 300e-6;

/* A run is late if it takes twice as long as the fastest one, and LATE seconds more: processors are given
 * away for milliseconds. */
static const double LATE = 300e-6;

static bool team_is_faster(wgi_timing *t)
{
    const int run = t->runs++ % PERIOD;
    if (run == 0) t->team = t->alone = INFINITY;
    if (run < TEAM_RUNS || t->team > SHORT) return true;
    return run >= ALONE_RUNS && t->team < t->alone;
}

static void note_team(wg_context *c, wgi_timing *t, double seconds)
{
    t->team = WGI_MIN(t->team, seconds);
    if (t->best > 0 && seconds > 2 * t->best && seconds - t->best > LATE) pause_team(c, seconds - t->best);
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
