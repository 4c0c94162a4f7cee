/* by_name.c: what is made of the list of all optimizers: the functions that users call, and optimizers by
 * name. */
#include <stddef.h>
#include <string.h>

#include "params/optimizer.h"
#include "params/params.h"

#define DECLARATION(x) extern const wgi_optimizer wgi_optimizer_##x;
WG_OPTIMIZERS(DECLARATION)

#define ADDRESS(x) &wgi_optimizer_##x,
static const wgi_optimizer *const kinds[] = { WG_OPTIMIZERS(ADDRESS) };
enum { KINDS = sizeof kinds / sizeof *kinds };

#define BUILDER(x)                                                            \
    wg_optim *wg_##x##_at(wg_site here, wg_params *p, const wg_##x##_opts *o) \
    {                                                                         \
        return wgi_optim_new(here, p, &wgi_optimizer_##x, o);                 \
    }
WG_OPTIMIZERS(BUILDER)

static const wgi_optimizer *find(const char *name)
{
    for (int i = 0; name && i < KINDS; i++)
        if (!strcmp(kinds[i]->name, name)) return kinds[i];
    return NULL;
}

const char *wg_optim_kind(int i) { return i >= 0 && i < KINDS ? kinds[i]->name : NULL; }

wg_optim_option wg_optim_kind_option(const char *kind, int i)
{
    const wgi_optimizer *k = find(kind);
    if (!k || i < 0 || i >= k->options) return (wg_optim_option){ 0 };
    const wgi_optim_option *row = &k->option[i];
    return (wg_optim_option){ row->name, row->is_bool, row->standard, row->below };
}

static void no_kind(wg_context *c, wg_site here, const char *kind)
{
    wg_nearest_word near = wg_nearest_to(kind ? kind : "");
    for (int i = 0; i < KINDS; i++) wg_nearest_try(&near, kinds[i]->name, strlen(kinds[i]->name));
    wgi_fail(c, here, "optim_named", WG_ERROR_USE, "no optimizer '%s'%s%s%s", kind ? kind : "",
             near.best ? "; did you mean '" : "", near.best ? near.best : "", near.best ? "'?" : "");
}

/* Writes a setting into the options. False: there is no such option, or its value is wrong. */
static bool put(const wgi_optimizer *k, char *options, const wg_optim_setting *s)
{
    for (int i = 0; s->name && i < k->options; i++) {
        const wgi_optim_option *row = &k->option[i];
        if (strcmp(row->name, s->name) != 0) continue;
        if (!row->is_bool) {
            const double v = s->value == 0 ? WG_ZERO : s->value;
            memcpy(options + row->offset, &v, sizeof v);
            return true;
        }
        const bool on = s->value != 0;
        memcpy(options + row->offset, &on, sizeof on);
        return s->value == 0 || s->value == 1;
    }
    return false;
}

wg_optim *wg_optim_named_at(wg_site here, wg_params *p, const char *kind, const wg_optim_setting *settings,
                            int n)
{
    if (!wgi_set_ok(here, p, "optim_named") || wg_failed(p->c)) return NULL;
    wg_context *c = p->c;
    const wgi_optimizer *k = find(kind);
    if (!k) return no_kind(c, here, kind), NULL;
    if (n < 0 || (n && !settings)) {
        wgi_fail(c, here, k->name, WG_ERROR_USE, "%d settings%s", n, n > 0 ? ", but the list is NULL" : "");
        return NULL;
    }
    char *options = wg_alloc(c, k->size, 1);
    bool good = options;
    for (int i = 0; good && i < n; i++) {
        good = put(k, options, &settings[i]);
        if (!good)
            wgi_fail(c, here, k->name, WG_ERROR_USE, "no option '%s' that can be %g",
                     settings[i].name ? settings[i].name : "", settings[i].value);
    }
    wg_optim *o = good ? wgi_optim_new(here, p, k, options) : NULL;
    wg_free(c, options);
    return o;
}
