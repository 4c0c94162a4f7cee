/* hold.c: parameters that hold still, and sets that take no more parameters. */
#include "params/params.h"
#include "wgx/state.h"

#include <fnmatch.h>

static bool is_frozen(const wg_params *root, const char *full)
{
    bool frozen = false;
    for (const wgi_pattern *k = root->patterns; k; k = k->next)
        if (fnmatch(k->text, full, 0) == 0) frozen = k->on;
    return frozen;
}

void wgi_params_hold(wgi_parameter *q)
{
    const bool was = q->frozen;
    q->frozen = is_frozen(q->owner, q->name);
    if (q->frozen) q->reached = false;
    q->owner->frozen += (size_t)q->frozen - (size_t)was;
}

/* The place in the list of the pattern of these names of the set; that of the end if it is new. */
static wgi_pattern **place_of(const wg_params *p, const char *pattern)
{
    const size_t skip = p->prefix ? strlen(p->prefix) : 0;
    wgi_pattern **at = &p->root->patterns;
    for (; *at; at = &(*at)->next)
        if ((!skip || strncmp((*at)->text, p->prefix, skip) == 0) && strcmp((*at)->text + skip, pattern) == 0)
            break;
    return at;
}

static wgi_pattern *pattern_new(wg_params *p, const char *pattern)
{
    const size_t skip = p->prefix ? strlen(p->prefix) : 0, n = strlen(pattern) + 1;
    wgi_pattern *k = wgi_arena_alloc(&p->root->patterns_memory, sizeof *k + skip + n);
    if (!k) return NULL;
    if (skip) memcpy(k->text, p->prefix, skip);
    memcpy(k->text + skip, pattern, n);
    return k;
}

/* The last pattern that matches counts, so one that is said again moves to the end: where it stood before it
 * decides nothing any more. */
bool wgi_params_freeze(wg_params *p, const char *pattern, bool on)
{
    wg_params *root = p->root;
    wgi_pattern **at = place_of(p, pattern), *k = *at;
    if (k) *at = k->next;
    else if (!(k = pattern_new(p, pattern))) return false;
    while (*at) at = &(*at)->next;
    k->next = NULL, k->on = on;
    *at = k;
    wgi_gradients_change(root);
    for (size_t i = 0; i < root->count; i++) wgi_params_hold(root->item[i]);
    return true;
}

void wg_params_seal(wg_params *p, bool on)
{
    if (p) p->sealed = on;
    else wg_fail(NULL, NULL, WG_ERROR_USE, "params_seal: the parameter set is NULL");
}

static bool is_sealed(const wg_params *p) { return p->sealed; }
bool wgi_params_sealed(const wg_params *root, const char *full)
{
    return wgi_params_any(root, full, is_sealed);
}
