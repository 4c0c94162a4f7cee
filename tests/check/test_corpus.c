/* test_corpus.c: a sample of the corpus that measures the gradient check. `make check-mutants` runs
 * all. */
#include <string.h>

#include "corpus/figures.h"
#include "corpus/gradients.h"
#include "wgcheck.h"

/* The sample's figures must be those that are wanted of all. What falls short is listed. */
static void sample(void (*measure)(const wgt_measuring *m, wgt_figures *f), int every)
{
    wgt_figures f = { 0 };
    measure(&(wgt_measuring){ .every = every, .list = stderr }, &f);
    cr_assert(wgt_figures_table(&f, stderr));
}

Test(corpus, right_functions_do_not_fail) { sample(wgt_measure_functions, 2); }
Test(corpus, wrong_gradients_fail) { sample(wgt_measure_gradients, 31); }
Test(corpus, what_was_not_seen_does_not_pass) { sample(wgt_measure_edges, 13); }
Test(corpus, right_nets_do_not_fail) { sample(wgt_measure_nets, 11); }
Test(corpus, right_programs_of_many_kinds_do_not_fail) { sample(wgt_measure_kinds, 13); }
Test(corpus, wrong_rules_are_named) { sample(wgt_measure_rules, 7); }

/* Right gradients of functions that are hard to check pass, kinks among them, and wrong ones fail. One
 * component alone is spoilt where f is smooth: at a kink it may be 0 there. */
Test(corpus, hard_functions_are_decided)
{
    static const wgt_spoil wrong[] = { WGT_SPOIL_SIGN, WGT_SPOIL_TWICE, WGT_SPOIL_ALL_PERCENT,
                                       WGT_SPOIL_PERCENT };
    wgt_functions all = wgt_functions_read(0);
    int hard = 0;
    for (size_t i = 0; i < all.count; i++) {
        wgt_function *f = &all.at[i];
        if (strcmp(f->kind, "hard")) continue;
        hard++;
        cr_expect_eq(wgt_verdict(wg_gradcheck_fn(f->f, f->n, f->x, &f->with)), WG_PASS, "%s", f->name);
        for (int k = 0; k < (f->wanted == WGT_PASS ? 4 : 3); k++) {
            wgt_wrong w = { .right = f, .how = wrong[k], .at = f->n - 1 };
            cr_expect_eq(wgt_verdict(wg_gradcheck_fn(wgt_wrong_function, f->n, f->x, &w)), WG_FAIL, "%s: %s",
                         f->name, wgt_spoil_text(wrong[k]));
        }
    }
    cr_expect_eq(hard, 8);
    wgt_functions_free(&all);
}
