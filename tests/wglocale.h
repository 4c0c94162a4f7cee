/* wglocale.h: a locale whose numbers have a comma. */
#ifndef WGLOCALE_H
#define WGLOCALE_H

#include <locale.h>

/* Sets LC_ALL to de_DE.UTF-8, which it makes for this test: machines often have no such locale. Skips the
 * test where the sources of locales are missing. */
void wgt_comma_locale(void);

#endif
