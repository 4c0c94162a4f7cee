/* test_completion.c: the words that the command offers to a shell, the script of bash, pages of man. */
#include <stdlib.h>
#include <string.h>

#include "wgcommand.h"
#include "wgshell.h"

TestSuite(completion, .init = wgt_make_folder, .fini = wgt_remove_folder);

/* Expects that the words, the first column of the output, are these, with a blank after each. */
static void expect_words(const wgt_result *r, const char *words)
{
    char text[1 << 12] = "";
    cr_assert_eq(r->status, 0, "%s", r->err);
    for (const char *at = r->out; *at; at += strcspn(at, "\n") + 1) {
        cr_assert(strchr(at, '\t'));
        strncat(text, at, strcspn(at, "\t"));
        strcat(text, " ");
    }
    cr_expect_str_eq(text, words);
}

#define WORDS(words, ...)                                                \
    do {                                                                 \
        wgt_result r_ = RUN("completion", "--words", "--", __VA_ARGS__); \
        expect_words(&r_, words);                                        \
    } while (0)

/* The words of a command that takes no flags but the common ones. */
Test(completion, words)
{
    WORDS("f32 f64 ", "eval", "--dtype", "");
    WORDS("train eval ", "draw", "p.wg", "--mode", "t");
    WORDS("--json --quiet --help ", "version", "-");
    WORDS("bash zsh fish ", "completion", "");
    WORDS("", "eval", "");
    WORDS("", "eval", "-o", "");
    WORDS("", "nonsense", "--");
}

Test(completion, every_flag_and_command_of_the_tables)
{
    wgt_result all = RUN("completion", "--words", "--", "");
    for (char *at = all.out; *at; at = strchr(at, '\n') + 1) {
        char name[40] = "", needle[80];
        strncat(name, at, strcspn(at, "\t"));
        wgt_result words = RUN("completion", "--words", "--", name, "-"), help = RUN("help", name, "--json");
        wgt_result man = RUN("help", "--man", name);
        cr_expect(strstr(man.out, ".TH wengert-") == man.out);
        for (char *flag = words.out; *flag; flag = strchr(flag, '\n') + 1) {
            snprintf(needle, sizeof needle, "\"name\":\"%.*s\"", (int)strcspn(flag, "\t") - 2, flag + 2);
            cr_expect(strstr(help.out, needle) || strstr("\"name\":\"json\" \"name\":\"help\"", needle),
                      "%s %s", name, needle);
            char *dash = needle + snprintf(needle, sizeof needle, "\\-\\-");
            for (const char *p = flag + 2; *p != '\t'; p++)
                dash += sprintf(dash, *p == '-' ? "\\-" : "%c", *p);
            cr_expect(strstr(man.out, needle), "%s: the page of man has no %s", name, needle);
        }
    }
}

/* The script of bash, with the words and the position that bash sets. */
Test(completion, bash)
{
    const char *text = wgt_shell(
        "\"$build/wengert\" completion bash > \"$in/script\" && wengert=$build/wengert bash -c '\n"
        ". \"$1/script\"; COMP_WORDS=(\"$wengert\" eval p.wg --dtype f3) COMP_CWORD=4; _wengert\n"
        "echo \"${COMPREPLY[@]}\"; COMP_WORDS[1]=dra COMP_CWORD=1; _wengert; echo \"${COMPREPLY[@]}\"' - "
        "\"$in\"");
    cr_expect_str_eq(text, "f32\ndraw\n");
}
