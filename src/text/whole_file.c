/* whole_file.c: writes a text to a file, and sets the locale in which texts are made. */
#include "text/text.h"

#include "files/formats.h"

#include <errno.h>
#include <string.h>

static wg_status print(wg_site here, const char *call, const wgi_strbuf *text)
{
    if (fwrite(text->at, 1, text->length, stdout) == text->length && fflush(stdout) == 0) return WG_OK;
    return WGI_DRAW_FAIL(text->c, here, WG_ERROR_FILE, "%s: -: cannot be written: %s", call, strerror(errno));
}

wg_status wgi_save_whole(wg_site here, const char *call, const wgi_strbuf *text, const char *path)
{
    wgi_out o;
    if (strcmp(path, "-") == 0) return print(here, call, text);
    if (!wgi_out_open(&o, text->c, here, call, path)) return WG_ERROR_FILE;
    wgi_out_write(&o, text->at, text->length);
    return wgi_out_close(&o) ? WG_OK : WG_ERROR_FILE;
}

/* ---- the locale ---- */

wgi_locale wgi_locale_set_c(void)
{
    wgi_locale l = { .plain = newlocale(LC_ALL_MASK, "C", (locale_t)0) };
    if (l.plain) l.before = uselocale(l.plain);
    return l;
}

void wgi_locale_restore(wgi_locale l)
{
    if (!l.plain) return;
    uselocale(l.before);
    freelocale(l.plain);
}
