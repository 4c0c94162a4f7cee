/* test_older.c: structs of options of an older header, with fewer options, written here byte by byte; a
 * header that is newer than the library; and the warning of what is deprecated. tests/later.sh tries whole
 * programs. */
#include <string.h>
#include <wengert/wengert.h>

#include "wgshell.h"
#include "wgtest.h"

TestSuite(older, .init = wgt_make_folder, .fini = wgt_remove_folder);

#define wgt_now_args_list(P, X)                           \
    P(wg_node, x)                                         \
    P(int, n)                                             \
    X(double, rate, 0.5, "[0, 1]", "the first version's") \
    X(bool, once, true, "", "the first version's")        \
    X(bool, twice, true, "", "fits into the padding")     \
    X(double, limit, 7, "(0, inf)", "moves the operands")
WG_OPTIONS_AND_OPERANDS(wgt_now_args);
WG_OPTION_ROWS(wgt_now_args)

/* Name and type of an option, as WG_MARK_ counts them. */
static size_t letters(const char *type, const char *name)
{
    return (strlen(name) + 1) * (strlen(name) + 1) + strlen(type) + 1;
}

/* Of options a, b, c: a + 3 (b + 3 c), by remainders. */
#define FIRST (strlen("wgt_now_args") + 1 + letters("double", "rate") + 3 * letters("bool", "once"))

typedef struct first_version {
    size_t mark;
    double rate;
    bool once;
    _Alignas(8) wg_node x;
    int n;
} first_version;
typedef struct second_version {
    size_t mark;
    double rate;
    bool once, twice;
    _Alignas(8) wg_node x;
    int n;
} second_version;

Test(older, the_first_version_gets_the_defaults_of_what_it_lacks)
{
    const wg_node x = { (wg_graph *)(uintptr_t)64, 5, 6 };
    const first_version old = { sizeof old | (size_t)2 << 20 | FIRST << 28, 0.25, false, x, 3 };
    wgt_now_args full;
    cr_assert(wg_options_filled(wgt_now_args_rows(), &old, &full));
    cr_expect_eq(full.mark, WG_MARK_(wgt_now_args));
    cr_expect(full.rate == 0.25 && !full.once && full.twice && full.limit == 7);
    cr_expect(full.x.graph == x.graph && full.x.index == 5 && full.n == 3);
}

/* The struct has the size of the first version, since a truth fits into the padding. */
Test(older, the_second_version_is_told_from_the_first)
{
    const size_t all = FIRST + 9 * letters("bool", "twice");
    const second_version old = { sizeof old | (size_t)3 << 20 | all << 28, 0.25, true, false, wg_none, 4 };
    wgt_now_args full;
    cr_expect_eq(sizeof(first_version), sizeof(second_version));
    cr_assert(wg_options_filled(wgt_now_args_rows(), &old, &full));
    cr_expect(full.rate == 0.25 && full.once && !full.twice && full.limit == 7 && full.n == 4);
}

Test(older, what_is_no_older_version_is_refused)
{
    const size_t now = WG_MARK_(wgt_now_args);
    const size_t wrong[] = { 0,
                             1,
                             now,
                             now + 1,
                             now + ((size_t)1 << 20),
                             sizeof(first_version) | FIRST << 28,
                             sizeof(first_version) | (size_t)2 << 20 | (FIRST + 1) << 28,
                             (sizeof(first_version) + 8) | (size_t)2 << 20 | FIRST << 28 };
    wgt_now_args full;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        const first_version old = { wrong[i], 0.25, false, wg_none, 3 };
        cr_expect_not(wg_options_filled(wgt_now_args_rows(), &old, &full), "%zu", i);
    }
    cr_expect_not(wg_options_filled(wgt_now_args_rows(), NULL, &full));
}

/* A program that was compiled for 2 options more than Adam has here. */
Test(older, a_newer_program_is_told_so)
{
    wg_context *c = wg_start(.on_warning = wg_no_warnings);
    wg_params *p = wg_params_new(c);
    const wg_option_list *adam = wg_options_of("wg_adam_opts");
    wg_adam_opts newer = WG_OPTS(wg_adam_opts);
    char expected[200];
    newer.mark = (adam->size + 16) | (size_t)(adam->count + 2) << 20 | (size_t)12345 << 28;
    cr_expect_null(wg_adam_at(WG_HERE, p, &newer));
    snprintf(expected, sizeof expected,
             "adam: the program was compiled for %d options of wg_adam_opts, and this library, " WG_VERSION
             ", has %d: it needs a later one",
             adam->count + 2, adam->count);
    cr_expect(strstr(wg_message(c), expected), "%s", wg_message(c));
    wg_recover(c);
    wg_finish(c, NULL);
}

Test(older, a_list_is_found_by_its_name)
{
    cr_expect_eq(wg_options_of("wgt_now_args"), wgt_now_args_rows());
    cr_expect_str_eq(wg_options_of("wg_draw_opts")->name, "wg_draw_opts");
    cr_expect_null(wg_options_of("wg_no_opts"));
    cr_expect_null(wg_options_of(NULL));
}

Test(older, the_use_of_what_is_deprecated_is_warned_of)
{
    const char *text = wgt_shell("cat >\"$in/x.c\" <<'END'\n#include <wengert/wengert.h>\n"
                                 "WG_DEPRECATED(\"write wg_new\") static int wg_old(void) { return 1; }\n"
                                 "int main(void) { return wg_old(); }\nEND\n"
                                 "$compile -Iinclude -fsyntax-only \"$in/x.c\" 2>&1; echo done\n"
                                 "$compile -Iinclude -DWG_NO_DEPRECATED -fsyntax-only \"$in/x.c\" 2>&1");
    const char *done = strstr(text, "done");
    cr_assert(done);
    cr_expect(strstr(text, "write wg_new") && strstr(text, "write wg_new") < done, "%s", text);
    cr_expect_str_eq(done, "done\n", "%s", text);
}
