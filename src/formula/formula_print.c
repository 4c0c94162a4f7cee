/* formula_print.c: wg_formula_print. */
#include <stdio.h>

#include "formula/formula_words.h"

int wg_formula_print(const char *formula, wg_formula_form form, char *buf, size_t size)
{
    wgi_formula f;
    wgi_formula_error e;
    wgi_line to = { buf, size, 0 };
    if (!formula || !wgi_formula_parse(&f, formula, &e)) {
        if (size && buf)
            snprintf(buf, size, "byte %d: %s", formula ? e.at : 0, formula ? e.text : "there is no formula");
        return -1;
    }
    if (form == WG_FORMULA_LATEX) wgi_formula_latex(&to, &f, f.root, false);
    else wgi_formula_text(&to, &f, f.root, form == WG_FORMULA_ASCII);
    return (int)to.length;
}
