/* wgcheck.c: assertions about reports of gradient checks. */
#include "wgcheck.h"

#include <stdlib.h>
#include <string.h>

wg_verdict wgt_verdict(wg_check *r)
{
    wg_verdict v = wg_check_verdict(r);
    cr_expect_eq(wg_check_exit(r), v == WG_PASS ? 0 : v == WG_FAIL ? 1 : 5);
    wg_check_free(r);
    return v;
}

char *wgt_report(const wg_check *r)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    wg_check_print(r, out);
    fclose(out);
    return text;
}

void wgt_expect_report(const wg_check *r, const char *what)
{
    char *text = wgt_report(r);
    cr_expect(strstr(text, what), "no \"%s\" in\n%s", what, text);
    free(text);
}
