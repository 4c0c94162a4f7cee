/* test_reads.c: the values that a command prints are computed by one request: a second one would keep all
 * that a derivative needs, beside the first. */
#include <string.h>
#include <sys/resource.h>

#include "wgcommand.h"

TestSuite(reads, .init = wgt_make_folder, .fini = wgt_remove_folder);

/* A training of 1,000 steps, and four values of it. */
static const char training[] = "x = normal(400, 50, seed=1); y = normal(400, seed=2)\n"
                               "J(w) = mean((tanh(x @ w) - y)^2)\n"
                               "step(w, s, i) = { v = w - 0.1*grad(J(w), w); (v, J(v)) }\n"
                               "(w, s) = scan(step, (normal(50, seed=3), 0), zeros(1000), all=true)\n"
                               "a = s; b = norm(w, axis=1); c = w[-1]; d = min(s)\n"
                               "check a[0] == b[0] within 1e9\ncheck sum(c) == d within 1e9\n";

/* The most memory that a process which has ended had, in bytes. */
static double peak(void)
{
    struct rusage used;
    getrusage(RUSAGE_CHILDREN, &used);
    return (double)used.ru_maxrss * 1024;
}

static void expect_no_more(const char *what, double before)
{
    cr_expect_leq(peak(), 1.25 * before, "%s: %.0f MB, one value %.0f MB", what, peak() / 1e6, before / 1e6);
}

Test(reads, several_values_take_the_memory_of_one)
{
    char path[400];
    snprintf(path, sizeof path, "%s", wgt_script(training));
    EXPECT(0, NULL, NULL, "eval", path, "--print", "d");
    const double one = peak();
    EXPECT(0, NULL, NULL, "eval", path, "--print", "a,b,c,d");
    expect_no_more("eval", one);
    EXPECT(0, NULL, NULL, "check", path, "--claims");
    expect_no_more("claims", one);
    char joined[600];
    snprintf(joined, sizeof joined,
             "# T\n\n```wg\n%.*s```\n\nFrom {a[0]:4} to {d:4}, {c[0]:2}.\n\n```plot\nT\nline a\n```\n",
             (int)(strstr(training, "check") - training), training);
    EXPECT(0, NULL, NULL, "lesson", wgt_file("l.md", joined, strlen(joined)));
    expect_no_more("lesson", one);
    EXPECT(0, NULL, NULL, "grad", path, "--of", "d", "--wrt", "x,y");
}
