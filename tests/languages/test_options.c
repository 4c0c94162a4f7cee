/* test_options.c: options by name (named.h) in each compiler that is here: results and sentences of calls,
 * warnings, lifetimes, and wrong forms, none of which may run silently. */
#include "wgshell.h"

#include <criterion/criterion.h>
#include <string.h>

TestSuite(options, .init = wgt_make_folder, .fini = wgt_remove_folder);

/* With the functions of options.sh. */
#define SHELL(commands) wgt_shell_or_skip(". tests/languages/options.sh\n" commands)

/* Each line that is written ends as it should, and there are lines. */
static void expect_lines(const char *text, const char *end)
{
    const size_t n = strlen(end);
    cr_assert(*text);
    for (const char *next; *text; text = next) {
        const size_t line = strcspn(text, "\n");
        next = text + line + (text[line] == '\n');
        cr_expect(line >= n && !strncmp(text + line - n, end, n), "%.*s", (int)line, text);
    }
}

Test(options, calls_have_their_results_and_sentences) { SHELL("calls"); }

Test(options, warnings_are_those_of_the_user)
{
    expect_lines(SHELL("traps"), ": own 1 pushed 0 precompiled 0");
}

Test(options, what_stands_in_a_call_lives_as_long_as_its_block) { expect_lines(SHELL("lives"), ": 42"); }

/* Made from the lists of options: 0, the default, none, a number between and one below, in five forms. */
Test(options, mean_the_same_in_every_language)
{
    const char *text = SHELL("judge");
    int options = 0, results = 0, wrong = -1;
    cr_assert_eq(sscanf(text, "%d options, %d results, %d wrong", &options, &results, &wrong), 3, "%s", text);
    cr_expect(options > 250 && results > 3500 && !wrong, "%s", text);
}

/* The list of forms is tried by a right one, which must be found. */
Test(options, no_wrong_form_runs_silently)
{
    expect_lines(SHELL("wrong"), "refused when run");
    const char *text = SHELL(
        "each_cpp=; each_c=$(one_of_each | head -1); forms() { echo 'wg_adam(p, .lr = 1e-3)'; }; wrong");
    cr_expect(strstr(text, "    wg_adam(p, .lr = 1e-3): runs silently\n"), "%s", text);
}

/* One slip in a call of C: gcc shows the call, not the macros inside. */
Test(options, a_slip_is_a_few_lines)
{
    const char *said = SHELL("slips");
    cr_expect_str_eq(said, "50 of 50\n", "%s", said);
}
