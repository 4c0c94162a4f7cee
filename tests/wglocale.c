/* wglocale.c: what wglocale.h promises. */
#include "wglocale.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void wgt_comma_locale(void)
{
    const char *base = getenv("TMPDIR");
    char folder[600], commands[2000], half[8];
    snprintf(folder, sizeof folder, "%s/wengert-XXXXXX", base && *base ? base : "/tmp");
    cr_assert(mkdtemp(folder));
    snprintf(commands, sizeof commands, "localedef -i de_DE -f UTF-8 '%s/de_DE.UTF-8' >/dev/null 2>&1",
             folder);
    const int status = system(commands);
    setenv("LOCPATH", folder, 1);
    const bool set = status == 0 && setlocale(LC_ALL, "de_DE.UTF-8");
    snprintf(commands, sizeof commands, "rm -rf '%s'", folder);
    cr_assert_eq(system(commands), 0);
    if (!set) cr_skip_test("no locale with a decimal comma can be made (package locales)");
    snprintf(half, sizeof half, "%.1f", 0.5);
    cr_assert_str_eq(half, "0,5");
}
