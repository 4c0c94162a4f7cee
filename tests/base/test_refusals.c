/* test_refusals.c: the library says in words what it cannot be compiled with. The preprocessor alone
 * decides. */
#include <string.h>

#include "wgshell.h"

TestSuite(refusals, .init = wgt_make_folder, .fini = wgt_remove_folder);

static void expect_refusal(const char *commands, const char *words)
{
    const char *said = wgt_shell(commands);
    cr_expect(strstr(said, words), "%s says: %s", commands, said);
}

/* __SIZEOF_POINTER__ is 4 where pointers have 32 bits. Not every compiler has the headers for -m32. */
Test(refusals, pointers_of_32_bits)
{
    expect_refusal(
        "! $compile -E -U__SIZEOF_POINTER__ -D__SIZEOF_POINTER__=4 -Iinclude -include wengert/base.h -x c "
        "/dev/null >/dev/null",
        "64-bit");
}

Test(refusals, fast_math)
{
    const char *words = "without -ffast-math";
    expect_refusal("! $compile -E -ffast-math -Iinclude -Isrc/engine src/engine/base/context.c >/dev/null",
                   words);
    expect_refusal("! $compile -E -Ofast -Iinclude -Isrc/engine src/engine/base/context.c >/dev/null", words);
    expect_refusal(
        "! $compile -E -ffinite-math-only -Iinclude -Isrc/engine src/engine/base/context.c >/dev/null",
        words);
    cr_expect_null(strstr(
        wgt_shell("$compile -E -Iinclude -Isrc/engine src/engine/base/context.c 2>&1 >/dev/null"), words));
}
