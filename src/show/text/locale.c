/* locale.c: the locale in which texts are made. */
#include "text/text.h"

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
