/* ended_early.c: a check that the user stops, or that has no memory for a part of its work. What was found
 * until then stands in the report, which says that it is a part. */
#include "check/check_private.h"

void wgi_check_at_stage(wg_check *r, const char *stage, double share) { r->stage = stage, r->share = share; }

bool wgi_check_go_on(wg_check *r)
{
    if (!r->whole && !r->stopped && r->progress && !r->progress(r->progress_user, r->stage, r->share))
        r->stopped = true;
    return !wgi_check_is_stopped(r);
}

bool wg_check_stopped(const wg_check *r)
{
    r = wgi_check_given(r);
    return r->stopped;
}

void wgi_check_recover(wg_check *r)
{
    if (wg_failed(r->c) == WG_ERROR_MEMORY) wgi_check_starve(r, r->c);
    if (wg_failed(r->c)) wg_recover(r->c);
}

void wgi_check_starve(wg_check *r, const wg_context *c)
{
    if (wg_failed(c) == WG_ERROR_MEMORY && !r->starved[0]) wgi_check_say(r->starved, "%s", wg_message(c));
}

/* wg_peek does not say why there is no value. */
bool wgi_check_peek(wg_check *r, wg_node n, wg_tensor *t)
{
    wg_context *c = wg_graph_context(wg_graph_of(n));
    if (wg_peek(n, t)) return true;
    if (wg_failed(c)) return false;
    *t = wg_value(n);
    if (!wg_failed(c)) return true;
    wgi_check_starve(r, c);
    wg_recover(c);
    return false;
}

/* What has failed stays so; nothing else is decided. */
void wgi_check_end_early(wg_check *r)
{
    bool failed = wgi_check_has_failed(r);
    if (wg_failed(r->c)) wgi_check_recover(r);
    const char *why = r->stopped ? "stopped" : r->starved;
    if (!*why) return;
    for (int k = 0; k < r->parts; k++) {
        wgi_check_part *in = &r->part[k];
        failed |= in->verdict == WG_FAIL && !in->left_out;
        if (in->verdict == WG_FAIL || in->left_out) continue;
        in->verdict = WG_INCONCLUSIVE;
        wgi_check_say(in->reason, "%s", why);
    }
    r->verdict = failed ? WG_FAIL : WG_INCONCLUSIVE;
    wgi_check_say(r->reason, "%s", why);
}
