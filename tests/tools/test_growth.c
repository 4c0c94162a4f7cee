/* test_growth.c: texts that once took time with the square of their length. tests/tools/growth.py looks for
 * others. Each of these took from 10 seconds to minutes, and takes less than a second; 5 are allowed, so that
 * a slow machine passes. */
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "wgcommand.h"

TestSuite(growth, .init = wgt_make_folder, .fini = wgt_remove_folder);

enum { ROOM = 1 << 20 };
static char text[ROOM];

/* The text `before`, n times `part`, in which a %d is the number of the part, then `behind`. */
static const char *long_file(const char *name, const char *before, int n, const char *part,
                             const char *behind)
{
    size_t used = (size_t)snprintf(text, ROOM, "%s", before);
    const char *number = strstr(part, "%d");
    const int head = number ? (int)(number - part) : 0;
    for (int i = 0; i < n && used < ROOM - 200; i++)
        used += (size_t)(number ? snprintf(text + used, ROOM - used, "%.*s%d%s", head, part, i, number + 2)
                                : snprintf(text + used, ROOM - used, "%s", part));
    used += (size_t)snprintf(text + used, ROOM - used, "%s", behind);
    return wgt_file(name, text, used);
}

static double seconds_of_children(void)
{
    struct rusage u;
    getrusage(RUSAGE_CHILDREN, &u);
    return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
           1e-6 * (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec);
}

#define EXPECT_SOON(...)                                     \
    do {                                                     \
        const double before = seconds_of_children();         \
        EXPECT(__VA_ARGS__);                                 \
        const double took = seconds_of_children() - before;  \
        cr_expect(took < 5, "%.1f processor seconds", took); \
    } while (0)

Test(growth, a_plot_has_a_limit_of_lines)
{
    const char *path = long_file("p.wg", "plot {\n", 60000, "line [1, 2]\n", "}\n");
    EXPECT_SOON(3, "", ":1002:1: a plot has at most 1000 lines", "plot", path, "-o", "p.svg");
    path = long_file("p.wg", "plot bars [1, 2] over", 60000, " \"a%d\"", "\n");
    EXPECT_SOON(3, "", ": a plot has at most 1000 names", "plot", path);
}

Test(growth, a_function_has_a_limit_of_operands)
{
    const char *path = long_file("p.wg", "f(a", 60000, ", p%d", ") = a\n");
    EXPECT_SOON(3, "", ":1:1: more than 100 operands of a function", "eval", path);
    path = long_file("p.wg", "f(a) = a\nf(a=1", 60000, ", p%d=1", ")\n");
    EXPECT_SOON(3, "", ":2:691: more than 100 operands by name in a call", "eval", path);
}

Test(growth, penalties_of_many_parameters)
{
    const char *path = long_file("p.wg", "", 20000, "w%d = param(2, 2); l2(0.1)\n", "");
    EXPECT_SOON(3, "", "l2: functions and l2 make more than 1000000 expressions", "eval", path);
}

Test(growth, names_that_are_free)
{
    const char *path = long_file("p.md", "# T\n\n```wg\na = 1", 40000, " + v%d", "\nq = [1, 2]\n```\n");
    EXPECT_SOON(3, "", ":4:1: v0 has no value", "lesson", path);
}

Test(growth, claims_that_fail)
{
    const char *path = long_file("p.wg", "a = [1, 2, 3]\n", 16000, "check a == %d*a\n", "");
    EXPECT_SOON(1, NULL, "", "check", path, "--claims", "--quiet");
}

Test(growth, a_chain_of_transposes)
{
    const char *path = long_file("p.wg", "a = ones(2, 3)", 200000, ".T", "\n");
    EXPECT_SOON(0, "a [2,3]\n  1 1 1\n  1 1 1\n", "", "eval", path);
}

Test(growth, brackets_and_values_of_a_lesson)
{
    const char *path = long_file("p.md", "# T\n\n", 900000, "[", "\n\n```check\n1 == 1\n```\n");
    EXPECT_SOON(0, NULL, "", "lesson", path);
    path = long_file("p.md", "# T\n\n", 90000, "{1 + %d}\n", "\n```check\n1 == 1\n```\n");
    EXPECT_SOON(0, NULL, "", "lesson", path);
    path = long_file("p.md", "# T\n\n```check\n1 == 1", 900000, " ", "within 1\n```\n");
    EXPECT_SOON(0, NULL, "", "lesson", path);
}

Test(growth, pictures_and_exercises_of_a_lesson_have_a_limit)
{
    const char *path =
        long_file("p.md", "# T\n\n```wg\ny = 1\n```\n\n", 10000, "```draw\nTitle\ny\n```\n\n", "");
    EXPECT_SOON(3, "", ":257:1: more than 50 blocks draw", "lesson", path);
    path = long_file("p.md", "# T\n\n```try\n", 10000, "Do %d => 1 == 1\n", "```\n");
    EXPECT_SOON(3, "", ":54:1: more than 50 exercises", "lesson", path);
}
