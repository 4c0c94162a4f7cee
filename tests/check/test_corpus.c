/* test_corpus.c: a sample of the corpus that measures the gradient check. `make check-mutants` runs
 * all. */
#include "corpus/figures.h"
#include "wgtest.h"

/* The sample's figures must be those that are wanted of all. What falls short is listed. */
static void sample(void (*measure)(const wgt_measuring *m, wgt_figures *f), int every)
{
    wgt_figures f = { 0 };
    measure(&(wgt_measuring){ .every = every, .list = stderr }, &f);
    cr_assert(wgt_figures_table(&f, stderr));
}

Test(corpus, right_functions_do_not_fail) { sample(wgt_measure_functions, 5); }
Test(corpus, wrong_gradients_fail) { sample(wgt_measure_gradients, 31); }
Test(corpus, right_nets_do_not_fail) { sample(wgt_measure_nets, 11); }
Test(corpus, wrong_rules_are_named) { sample(wgt_measure_rules, 7); }
