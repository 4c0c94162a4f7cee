/* test_pages.c: README.md, the pages of docs/ and the programs of examples/functions are followed by
 * tests/pages/follow.sh: programs are compiled and run, lines are typed, and what is printed is compared. */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <string.h>

#include "wgshell.h"
#include "wgtest.h"

TestSuite(pages, .init = wgt_make_folder, .fini = wgt_remove_folder);

#define AS_INSTALLED ". tests/pages/as_installed.sh\n"

static void follow(const char *pages)
{
    char commands[4096];
    snprintf(commands, sizeof commands, AS_INSTALLED "tests/pages/follow.sh %s", pages);
    puts(wgt_shell(commands));
}

/* All pages that have blocks, and all programs, in groups of about the same length. */
enum { GROUPS = 6 };
ParameterizedTestParameters(pages, hold)
{
    static int group[GROUPS];
    for (int i = 0; i < GROUPS; i++) group[i] = i;
    return cr_make_param_array(int, group, GROUPS);
}
ParameterizedTest(int *group, pages, hold)
{
    char pages[512];
    snprintf(pages, sizeof pages,
             "$({ grep -rl --include='*.md' '^```' README.md docs bench data; ls examples/functions/*.c; } |"
             " LC_ALL=C sort | awk 'NR %% %d == %d')",
             GROUPS, *group);
    follow(pages);
}

/* What pages print does not hang on the last bit of NumPy's functions. */
Test(pages, another_numpy)
{
    wgt_shell(AS_INSTALLED "export PYTHONPATH=\"$PWD/tests/pages/other_numpy:$PYTHONPATH\"\n"
                           "tests/pages/follow.sh $(grep -rl --include='*.md' '^```python' docs)");
}

/* ---- a page that does not hold is found ---- */

static void expect_page(const char *page, const char *said)
{
    char commands[4096];
    snprintf(commands, sizeof commands,
             AS_INSTALLED
             "printf '%%s\\n' '%s' >\"$in/page.md\"\ntests/pages/follow.sh \"$in/page.md\" || true",
             page);
    const char *text = wgt_shell(commands);
    cr_expect(strstr(text, said), "no '%s' in %s", said, text);
}

#define BLOCK(word, text) "```" word "\n" text "\n```\n"

Test(pages, what_is_printed)
{
    expect_page(BLOCK("", "$ echo 12.5 b\n12.5 b"), "1 blocks hold");
    expect_page(BLOCK("", "$ echo 12.5 b\n12.6 b"), "page.md:1: FAILED: echo 12.5 b");
    expect_page(BLOCK("", "$ echo a; echo b; echo c\na\n...\nc\n$ echo abc\nab..."), "1 blocks hold");
    expect_page(BLOCK("", "$ echo a; echo b\n...\na"), "FAILED");
    expect_page(BLOCK("", "$ echo a 1.25 b 7 c\na ... b ... c"), "1 blocks hold");
    expect_page(BLOCK("", "$ echo a 1.25 b 7 c\na ... c ... c"), "FAILED");
    expect_page(BLOCK("", "$ echo a 1.25 b 7 c d\na ... c"), "FAILED");
    expect_page(BLOCK("", "$ echo a; echo b\na"), "FAILED");
    expect_page(BLOCK("about", "$ echo x 12.5 %%\nx 12.6 %%"), "1 blocks hold");
    expect_page(BLOCK("about", "$ echo x 12.5 %%\nx 12.9 %%"), "FAILED");
}

/* Under sanitizers nothing is compiled as C++. */
Test(pages, programs)
{
    const bool sanitized = wgt_sanitized();
    expect_page(BLOCK("c", "#include <stdio.h>\nint main(void) { puts(\"1\"); return 0; }") BLOCK("", "1"),
                "2 blocks hold");
    expect_page(BLOCK("c", "#include <stdio.h>\nint main(void) { puts(\"1\"); return 0; }") BLOCK("", "2"),
                "FAILED: what the program prints");
    expect_page(BLOCK("c", "int main(void) { return 1; }"), "FAILED: the program does not run");
    expect_page(BLOCK("c", "wg_node q = wg_mul(x, y);\n..."), "1 blocks hold");
    expect_page(BLOCK("c", "wg_node q = wg_mull(x, y);"), "FAILED: these lines are not compiled");
    expect_page(BLOCK("c", "int class = n;"), sanitized ? "1 blocks hold" : "FAILED: this is no C++");
}

Test(pages, words)
{
    expect_page(BLOCK("text", "nothing"), "0 blocks hold");
    expect_page(BLOCK("", "nothing"), "call it text");
    expect_page(BLOCK("fortran", "nothing"), "a block of no known kind: fortran");
    expect_page(BLOCK("wg a.wg", "y = 2") BLOCK("", "$ wengert eval a.wg\ny 2"), "2 blocks hold");
}
