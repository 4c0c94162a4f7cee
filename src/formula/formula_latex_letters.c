/* formula_latex_letters.c: names and numbers as LaTeX for math mode: italic, bold if the value has axes. */
#include <stdio.h>
#include <string.h>

#include "formula/formula_latex.h"
#include "text/text.h"

typedef wgi_formula_printer printer;

enum { LONGEST = 120 };

static void put(printer *p, const char *s) { wgi_line_put(p->to, s); }

static bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
static bool is_plain(char c) { return is_letter(c) || (c >= '0' && c <= '9'); }

/* ---- texts ---- */

/* A part of a text that is not longer than LONGEST. */
static void copy(char to[LONGEST + 1], const char *s, int length)
{
    snprintf(to, LONGEST + 1, "%.*s", length, s);
}

void wgi_latex_words(printer *p, const char *s, int length)
{
    char text[LONGEST + 1], tex[WGI_TEX_BYTES];
    copy(text, s, length);
    for (const char *c = text; *c;) {
        bool math;
        c += wgi_tex_character(c, tex, &math);
        put(p, math ? "$" : ""), put(p, tex), put(p, math ? "$" : "");
    }
}

/* For math mode, all letters of which are one name. */
static void put_letters(printer *p, const char *s, int length)
{
    char text[LONGEST + 1], tex[WGI_TEX_BYTES];
    copy(text, s, length);
    for (const char *c = text; *c;) {
        bool math;
        const char *from = c;
        c += wgi_tex_character(c, tex, &math);
        const bool plain = !math && c == from + 1 && is_plain(*from);
        put(p, math || plain ? "" : "\\text{"), put(p, tex), put(p, math ? " " : plain ? "" : "}");
    }
}

/* ---- names ---- */

static bool is_ascii(const char *s, int length)
{
    for (int i = 0; i < length; i++)
        if (s[i] & 0x80) return false;
    return true;
}

static bool is_bold(const wgi_formula_node *n, const wgi_name_parts *w)
{
    const bool capital = !w->greek && w->base_length == 1 && *w->base >= 'A' && *w->base <= 'Z';
    return n->axes == WGI_F_AXES_UNKNOWN ? capital : n->axes == WGI_F_HAS_AXES;
}

static void put_base(printer *p, const wgi_formula_node *n, const wgi_name_parts *w)
{
    const bool ascii = is_ascii(w->base, w->base_length);
    const char *face = n->word                       ? "\\mathrm{"
                       : is_bold(n, w)               ? ascii ? "\\mathbf{" : "\\boldsymbol{"
                       : w->base_length > 1 && ascii ? "\\mathit{"
                                                     : "";
    put(p, face);
    put_letters(p, w->base, w->base_length);
    put(p, *face ? "}" : "");
}

/* i of x_i is a name, too; 1 and max are none. */
static void put_below(printer *p, const wgi_name_parts *w)
{
    const bool number = strspn(w->below, "0123456789") >= (size_t)w->below_length,
               italic = number || (w->below_length == 1 && is_letter(*w->below));
    if (!w->below_length) return;
    put(p, italic ? "_{" : "_{\\mathrm{");
    put_letters(p, w->below, w->below_length);
    put(p, italic ? "}" : "}}");
}

void wgi_latex_name(printer *p, const wgi_formula_node *n)
{
    const wgi_name_parts w = wgi_name_split(n->text, n->length);
    if (n->length == 3 && memcmp(n->text, "inf", 3) == 0) put(p, "\\infty ");
    else {
        if (w.accent) put(p, "\\"), put(p, w.accent), put(p, "{");
        put_base(p, n, &w);
        put(p, w.accent ? "}" : "");
    }
    put_below(p, &w);
    for (int i = 0; i < n->sign; i++) put(p, "'");
}

/* ---- numbers ---- */

void wgi_latex_number(printer *p, const wgi_formula_node *n)
{
    char digits[32], power[40];
    const int e = wgi_number_text(n->number, digits);
    put(p, n->number < 0 ? "-" : "");
    if (!e) {
        put(p, digits);
        return;
    }
    if (strcmp(digits, "1")) put(p, digits), put(p, " \\cdot ");
    snprintf(power, sizeof power, "10^{%d}", e);
    put(p, power);
}
