/* by_name.c: what is made of the list of all optimizers: the functions that users call, and optimizers by
 * name. */
#include <stddef.h>
#include <string.h>

#include "params/optimizer.h"
#include "params/params.h"
#include "wgx/base.h"
#include "wgx/optim.h"

#define DECLARATION(x) extern const wgi_optimizer wgi_optimizer_##x;
WG_OPTIMIZERS(DECLARATION)

#define ADDRESS(x) &wgi_optimizer_##x,
static const wgi_optimizer *const kinds[] = { WG_OPTIMIZERS(ADDRESS) };
enum { KINDS = sizeof kinds / sizeof *kinds };

#define BUILDER(x)                                                            \
    wg_optim *wg_##x##_at(wg_site here, wg_params *p, const wg_##x##_opts *o) \
    {                                                                         \
        WG_OPTIONS_FILL(wg_##x##_opts, o);                                    \
        return wgi_optim_new(here, p, &wgi_optimizer_##x, o);                 \
    }
WG_OPTIMIZERS(BUILDER)

static const wgi_optimizer *find(const char *name)
{
    for (int i = 0; name && i < KINDS; i++)
        if (!strcmp(kinds[i]->name, name)) return kinds[i];
    return NULL;
}

const char *wgx_optim_kind(int i) { return i >= 0 && i < KINDS ? kinds[i]->name : NULL; }

const wg_option_list *wgx_optim_kind_options(const char *kind)
{
    const wgi_optimizer *k = find(kind);
    return k ? k->options() : NULL;
}

static void no_kind(wg_context *c, wg_site here, const char *kind)
{
    wgx_nearest_word near = wgx_nearest_to(kind ? kind : "");
    for (int i = 0; i < KINDS; i++) wgx_nearest_try(&near, kinds[i]->name, strlen(kinds[i]->name));
    wgi_fail(c, here, "optim_named", WG_ERROR_USE, "no optimizer '%s'%s%s%s", kind ? kind : "",
             near.best ? "; did you mean '" : "", near.best ? near.best : "", near.best ? "'?" : "");
}

/* Writes a setting into the options. False: there is no such option, or it cannot hold its value. */
static bool put(const wg_option_list *list, void *options, const wg_optim_setting *s)
{
    int i = 0;
    while (s->name && i < list->count && strcmp(list->option[i].name, s->name) != 0) i++;
    return s->name && i < list->count && wg_option_set(&list->option[i], options, s->value);
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
    const wg_option_list *list = k->options();
    void *options = wg_alloc(c, list->size, 1);
    bool good = options;
    if (good) memcpy(options, list->standard, list->size);
    for (int i = 0; good && i < n; i++) {
        good = put(list, options, &settings[i]);
        if (!good)
            wgi_fail(c, here, k->name, WG_ERROR_USE, "no option '%s' that can be %g",
                     settings[i].name ? settings[i].name : "", settings[i].value);
    }
    wg_optim *o = good ? wgi_optim_new(here, p, k, options) : NULL;
    wg_free(c, options);
    return o;
}
