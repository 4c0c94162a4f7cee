/* test_optim_named.c: optimizers whose names and options are read from a text. */
#include <string.h>

#include "params/optimizer.h"
#include "wgtest.h"

#define DECLARATION(x) extern const wgi_optimizer wgi_optimizer_##x;
WG_OPTIMIZERS(DECLARATION)
#define ADDRESS(x) &wgi_optimizer_##x,
static const wgi_optimizer *const all[] = { WG_OPTIMIZERS(ADDRESS) };
enum { ALL = sizeof all / sizeof *all };

Test(optim_named, makes_each_optimizer)
{
    for (int i = 0; i < ALL; i++) {
        wg_context *c = wg_start(NULL);
        wg_params *p = wg_params_new(c);
        const double lr = 0.125;
        cr_expect_str_eq(wg_optim_kind(i), all[i]->name);
        wg_optim *o = wg_optim_named(p, all[i]->name, &(wg_optim_setting){ "lr", lr }, 1);
        cr_expect(o && wg_optim_lr(o) == lr, "%s: %s", all[i]->name, wg_message(c));
        for (int k = 0; k < all[i]->options; k++) {
            const wg_optim_option row = wg_optim_kind_option(all[i]->name, k);
            cr_expect(row.name && !strcmp(row.name, all[i]->option[k].name) &&
                      row.is_bool == all[i]->option[k].is_bool);
        }
        cr_expect_null(wg_optim_kind_option(all[i]->name, all[i]->options).name);
        wg_finish(c, NULL);
    }
    cr_expect_null(wg_optim_kind(ALL));
    cr_expect_null(wg_optim_kind(-1));
    cr_expect_null(wg_optim_kind_option("none", 0).name);
}

static void no_such(const char *kind, const char *option, double value, const char *words)
{
    wg_context *c = wg_start(NULL);
    wg_params *p = wg_params_new(c);
    cr_expect_null(wg_optim_named(p, kind, &(wg_optim_setting){ option, value }, 1));
    cr_expect(strstr(wg_message(c), words), "%s", wg_message(c));
    wg_finish(c, NULL);
}

Test(optim_named, refuses_what_it_does_not_know)
{
    no_such("adma", "lr", 1, "no optimizer 'adma'; did you mean 'adam'?");
    no_such("adam", "rate", 1, "no option 'rate'");
    no_such("adam", "amsgrad", 2, "'amsgrad' that can be 2");
    no_such("adam", "beta1", 1, "beta1 1: must be in [0, 1)");
    no_such(NULL, NULL, 0, "no optimizer ''");
    cr_expect_null(wg_optim_named(NULL, "adam", NULL, 0));
    wg_context *c = wg_start(NULL);
    cr_expect_null(wg_optim_named(wg_params_new(c), "adam", NULL, 3));
    wgt_expect_error(c, WG_ERROR_USE, "adam: 3 settings, but the list is NULL");
    cr_expect_null(wg_optim_named(wg_params_new(c), "adam", NULL, -1));
    wgt_expect_error(c, WG_ERROR_USE, "adam: -1 settings");
    wg_finish(c, NULL);
}
