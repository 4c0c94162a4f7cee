/* corpus.c: measures the gradient check. `make check-mutants` builds and runs it.
 *
 *     build/corpus [--verbose] [--show TEXT] [--every N] [--seed N] [PART...]
 *
 * The parts are functions, gradients, edges, nets, kinds, rules, cost. Without one it measures all. --verbose
 * lists the cases that fall short; --show prints the reports of those whose line holds TEXT; --every N takes
 * each N-th case; --seed N draws other points, weights and data. The exit status is 1 if a figure
 * falls short. */
#include <stdlib.h>
#include <string.h>

#include "corpus/figures.h"

static const struct {
    const char *name;
    void (*measure)(const wgt_measuring *m, wgt_figures *f);
} part[] = { { "functions", wgt_measure_functions },
             { "gradients", wgt_measure_gradients },
             { "edges", wgt_measure_edges },
             { "nets", wgt_measure_nets },
             { "kinds", wgt_measure_kinds },
             { "rules", wgt_measure_rules },
             { "cost", wgt_measure_cost } };
enum { PARTS = sizeof part / sizeof *part };

static int usage(void)
{
    fputs("usage: corpus [--verbose] [--show TEXT] [--every N] [--seed N] [functions] [gradients] [edges] "
          "[nets] [kinds] [rules] [cost]\n",
          stderr);
    return 2;
}

/* Marks the part of this name. */
static bool choose(const char *name, bool chosen[])
{
    for (int k = 0; k < PARTS; k++)
        if (!strcmp(name, part[k].name)) return chosen[k] = true;
    return false;
}

int main(int argc, char **argv)
{
    wgt_measuring m = { .every = 1 };
    wgt_figures f = { 0 };
    bool chosen[PARTS] = { false }, any = false;
    for (int i = 1; i < argc; i++) {
        if (!strcmp(argv[i], "--verbose")) m.list = stdout;
        else if (!strcmp(argv[i], "--show") && i + 1 < argc) m.show = argv[++i], m.list = stdout;
        else if (!strcmp(argv[i], "--every") && i + 1 < argc) m.every = atoi(argv[++i]);
        else if (!strcmp(argv[i], "--seed") && i + 1 < argc) m.seed = (uint64_t)atoi(argv[++i]);
        else if (choose(argv[i], chosen)) any = true;
        else return usage();
    }
    if (m.every < 1) return usage();
    for (int k = 0; k < PARTS; k++)
        if (!any || chosen[k]) part[k].measure(&m, &f);
    const bool holds = wgt_figures_table(&f, stdout);
    puts(holds ? "all figures are as wanted" : "a figure falls short: --verbose lists the cases");
    return holds ? 0 : 1;
}
