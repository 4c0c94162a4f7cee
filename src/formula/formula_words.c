/* formula_words.c: names and numbers as they are printed. */
#include "formula/formula_printer.h"
#include "text/text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- text ---- */

void wgi_line_add(wgi_line *t, const char *s, int length)
{
    for (int i = 0; i < length; i++, t->length++)
        if (t->length + 1 < t->size) t->at[t->length] = s[i];
    if (t->size) t->at[t->length < t->size ? t->length : t->size - 1] = 0;
}

void wgi_line_put(wgi_line *t, const char *s) { wgi_line_add(t, s, (int)strlen(s)); }

/* ---- names ---- */

static const char *const greek[][2] = {
    { "alpha", "α" },   { "beta", "β" },  { "gamma", "γ" }, { "delta", "δ" }, { "eps", "ε" },
    { "epsilon", "ε" }, { "zeta", "ζ" },  { "eta", "η" },   { "theta", "θ" }, { "kappa", "κ" },
    { "lambda", "λ" },  { "mu", "μ" },    { "nu", "ν" },    { "xi", "ξ" },    { "pi", "π" },
    { "rho", "ρ" },     { "sigma", "σ" }, { "tau", "τ" },   { "phi", "φ" },   { "chi", "χ" },
    { "psi", "ψ" },     { "omega", "ω" }, { "Gamma", "Γ" }, { "Delta", "Δ" }, { "Theta", "Θ" },
    { "Lambda", "Λ" },  { "Sigma", "Σ" }, { "Phi", "Φ" },   { "Psi", "Ψ" },   { "Omega", "Ω" },
};

static bool equal(const char *s, int n, const char *word)
{
    return n == (int)strlen(word) && memcmp(s, word, (size_t)n) == 0;
}

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

static void find_greek(wgi_name_parts *p)
{
    for (size_t i = 0; i < sizeof greek / sizeof *greek; i++)
        if (equal(p->base, p->base_length, greek[i][0])) {
            p->greek = greek[i][0];
            p->base = greek[i][1];
            p->base_length = (int)strlen(p->base);
            return;
        }
}

static const char *const accents[][2] = {
    { "hat", "\u0302" }, { "bar", "\u0304" }, { "tilde", "\u0303" }, { "dot", "\u0307" }
};

/* Which accent these letters name, or NULL. */
static const char *accent_of(const char *s, int n)
{
    for (size_t i = 0; i < sizeof accents / sizeof *accents; i++)
        if (equal(s, n, accents[i][0])) return accents[i][0];
    return NULL;
}

/* What is behind the first _ or dot, if the base is a letter, or what is behind it a number. */
static bool cut_below(wgi_name_parts *p, const char *name, int length)
{
    int cut = 1;
    while (cut < length && name[cut] != '_' && name[cut] != '.') cut++;
    if (cut + 1 >= length) return false;
    bool number = true;
    for (int i = cut + 1; i < length; i++) {
        number &= is_digit(name[i]);
        if (name[i] == '.' || name[i] == '_') return false; /* a path is no subscript */
    }
    p->base_length = cut;
    find_greek(p);
    if (cut > 1 && !p->greek && !number) {
        p->base_length = length;
        return false;
    }
    p->below = name + cut + 1;
    p->below_length = length - cut - 1;
    return true;
}

/* dW, as the gradient of W is called. */
static bool is_gradient(const char *base, int length)
{
    const char c = length == 2 && *base == 'd' ? base[1] : '0';
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* W12, dW12: the digits behind a letter. */
static void cut_digits(wgi_name_parts *p)
{
    int n = p->base_length;
    while (n > 1 && is_digit(p->base[n - 1])) n--;
    p->below = p->base + n;
    p->below_length = p->base_length - n;
    p->base_length = n;
    find_greek(p);
    if (n == 1 || p->greek || is_gradient(p->base, n) || !p->below_length) return;
    p->base_length += p->below_length;
    p->below_length = 0;
}

wgi_name_parts wgi_name_split(const char *name, int length)
{
    wgi_name_parts p = { .base = name, .base_length = length };
    for (int cut = length - 1; cut > 0; cut--) /* a_hat */
        if (name[cut] == '_' && (p.accent = accent_of(name + cut + 1, length - cut - 1))) {
            p.base_length = length = cut;
            break;
        } else if (name[cut] == '_') break;
    if (length && !cut_below(&p, name, length)) cut_digits(&p);
    return p;
}

const char *wgi_accent(const char *name)
{
    size_t i = 0;
    while (strcmp(accents[i][0], name)) i++;
    return accents[i][1];
}

const char *wgi_whole_accent(const char *base, int length, const char *name)
{
    static const char *const whole[][2] = { { "a", "â" }, { "e", "ê" }, { "o", "ô" }, { "y", "ŷ" } };
    for (int i = 0; i < 4; i++)
        if (equal(base, length, whole[i][0]) && strcmp(name, "hat") == 0) return whole[i][1];
    return NULL;
}

/* ---- functions ---- */

static const char *const functions[][3] = {
    { "sigmoid", "σ", "\\sigma" },    { "sum", "Σ", "\\sum" },          { "prod", "Π", "\\prod" },
    { "asin", "arcsin", "\\arcsin" }, { "acos", "arccos", "\\arccos" }, { "atan", "arctan", "\\arctan" },
    { "asinh", "arsinh", NULL },      { "acosh", "arcosh", NULL },      { "atanh", "artanh", NULL },
    { "ln", NULL, "\\ln" },           { "sin", NULL, "\\sin" },         { "cos", NULL, "\\cos" },
    { "tan", NULL, "\\tan" },         { "sinh", NULL, "\\sinh" },       { "cosh", NULL, "\\cosh" },
    { "tanh", NULL, "\\tanh" },       { "max", NULL, "\\max" },         { "min", NULL, "\\min" },
    { "det", NULL, "\\det" },
};

static const char *function(const char *name, int length, int column)
{
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++)
        if (equal(name, length, functions[i][0])) return functions[i][column];
    return NULL;
}

const char *wgi_function_unicode(const char *name, int length) { return function(name, length, 1); }
const char *wgi_function_latex(const char *name, int length) { return function(name, length, 2); }

/* ---- numbers ---- */

/* The decimal point of the locale becomes a point. */
static void without_locale(char *text)
{
    char *to = text;
    for (const char *s = text; *s; s++)
        if (is_digit(*s) || strchr("+-e", *s)) *to++ = *s;
        else if (to == text || to[-1] != '.') *to++ = '.';
    *to = 0;
}

int wgi_number_text(double x, char digits[32])
{
    char text[40];
    const double size = fabs(x);
    if (isfinite(x) && size != 0 && (size < 1e-4 || size >= 1e6) && !(size < 1e9 && x == floor(x))) {
        snprintf(text, sizeof text, "%.5e", size);
        without_locale(text);
        const int power = (int)strtol(strchr(text, 'e') + 1, NULL, 10);
        char *end = strchr(text, 'e');
        while (end[-1] == '0') end--;
        if (end[-1] == '.') end--;
        snprintf(digits, 32, "%.*s", (int)(end - text), text);
        return power;
    }
    if (size < 1e9 && x == floor(x)) snprintf(digits, 32, "%.0f", size);
    else if (!isfinite(size)) snprintf(digits, 32, isnan(size) ? "NaN" : "∞");
    else snprintf(digits, 32, "%.6g", size), without_locale(digits);
    return 0;
}

/* ---- names and numbers of every target ---- */

typedef wgi_formula_printer printer;

enum { UNICODE = WG_FORMULA_UNICODE, ASCII = WG_FORMULA_ASCII, LATEX = WG_FORMULA_LATEX, LONGEST = 120 };

static void put(printer *p, const char *s) { wgi_print_put(p, s); }

static bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

/* LaTeX, of a part of a text that is not longer than LONGEST: for text mode, or for math mode, all letters of
 * which are one name. */
static void put_tex(printer *p, const char *s, int length, bool words)
{
    char text[LONGEST + 1], tex[WGI_TEX_BYTES];
    snprintf(text, sizeof text, "%.*s", length, s);
    for (const char *c = text; *c;) {
        bool math;
        const char *from = c;
        c += wgi_tex_character(c, tex, &math);
        const bool plain = words ? !math : math || (c == from + 1 && (is_letter(*from) || is_digit(*from)));
        put(p, plain ? "" : words ? "$" : "\\text{");
        put(p, tex);
        put(p, words ? (plain ? "" : "$") : math ? " " : plain ? "" : "}");
    }
}

void wgi_print_words(printer *p, const char *s, int length) { put_tex(p, s, length, true); }

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

static void put_accented(wgi_line *to, const wgi_name_parts *w)
{
    const char *whole = w->accent ? wgi_whole_accent(w->base, w->base_length, w->accent) : NULL;
    if (whole) wgi_line_put(to, whole);
    else wgi_line_add(to, w->base, w->base_length);
    if (w->accent && !whole) wgi_line_put(to, wgi_accent(w->accent));
}

static void put_in_unicode(printer *p, const wgi_formula_node *n, const wgi_name_parts *w)
{
    if (w->below_length && !wgi_print_has_small(w->below, w->below_length, false)) /* no letters for it */
        wgi_line_add(p->line, n->text, n->length);
    else {
        put_accented(p->line, w);
        wgi_print_small(p, w->below, w->below_length, false);
    }
}

static void put_in_latex(printer *p, const wgi_formula_node *n, const wgi_name_parts *w)
{
    const bool ascii = is_ascii(w->base, w->base_length);
    const char *face = n->word                       ? "\\mathrm{"
                       : is_bold(n, w)               ? ascii ? "\\mathbf{" : "\\boldsymbol{"
                       : w->base_length > 1 && ascii ? "\\mathit{"
                                                     : "";
    if (w->accent) put(p, "\\"), put(p, w->accent), put(p, "{");
    put(p, face);
    put_tex(p, w->base, w->base_length, false);
    put(p, *face ? "}" : "");
    put(p, w->accent ? "}" : "");
}

static void put_in_boxes(printer *p, const wgi_formula_node *n, const wgi_name_parts *w)
{
    char letters[80];
    wgi_line base = { letters, sizeof letters, 0 };
    put_accented(&base, w);
    const bool fits = base.length < sizeof letters;
    wgi_row_text(p, fits ? letters : w->base, fits ? (int)base.length : w->base_length,
                 n->word         ? WGI_F_ROMAN
                 : is_bold(n, w) ? WGI_F_BOLD
                                 : WGI_F_ITALIC);
}

/* i of x_i is a name, too; 1 and max are none. */
static void put_below(printer *p, const wgi_name_parts *w)
{
    const bool letter = w->below_length == 1 && is_letter(*w->below),
               number = (int)strspn(w->below, "0123456789") >= w->below_length;
    const printer before = wgi_print_script(p, false);
    if (p->target != LATEX) wgi_row_text(p, w->below, w->below_length, letter ? WGI_F_ITALIC : WGI_F_ROMAN);
    else {
        put(p, letter || number ? "" : "\\mathrm{");
        put_tex(p, w->below, w->below_length, false);
        put(p, letter || number ? "" : "}");
    }
    wgi_print_end_script(p, &before, false);
}

void wgi_print_name(printer *p, const wgi_formula_node *n)
{
    static wgi_formula_mark infinity = { "∞", "inf", "\\infty ", "∞" };
    static wgi_formula_mark prime = { "′", "'", "'", "′" };
    const wgi_name_parts w = wgi_name_split(n->text, n->length);
    if (equal(n->text, n->length, "inf")) put(p, infinity[p->target]);
    else if (p->target == ASCII) wgi_line_add(p->line, n->text, n->length);
    else if (p->target == UNICODE) put_in_unicode(p, n, &w);
    else {
        if (p->target == LATEX) put_in_latex(p, n, &w);
        else put_in_boxes(p, n, &w);
        if (w.below_length) put_below(p, &w);
    }
    for (int i = 0; i < n->sign; i++) put(p, prime[p->target]);
}

void wgi_print_number(printer *p, const wgi_formula_node *n)
{
    static wgi_formula_mark minus = { "−", "-", "-", "−" }, times = { "·10", "e", " \\cdot 10", "·10" };
    char digits[32], power[16];
    if (p->target == ASCII && n->text) {
        wgi_line_add(p->line, n->text, n->length);
        return;
    }
    const int e = wgi_number_text(n->number, digits);
    const bool one = e && p->target != ASCII && strcmp(digits, "1") == 0;
    if (n->number < 0) put(p, minus[p->target]);
    if (!one) put(p, digits);
    if (!e) return;
    put(p, one ? "10" : times[p->target]);
    snprintf(power, sizeof power, "%s%d", e < 0 ? p->target == WGI_F_BOXES ? "−" : "-" : "", abs(e));
    if (p->target == UNICODE) wgi_print_small(p, power, (int)strlen(power), true);
    else if (p->target == ASCII) put(p, power);
    else {
        const printer before = wgi_print_script(p, true);
        put(p, power);
        wgi_print_end_script(p, &before, true);
    }
}

int wgi_formula_print_name(const char *name, char *buf, size_t size)
{
    wgi_line to = { buf, size, 0 };
    printer p = { .target = UNICODE, .line = &to };
    const int length = (int)strlen(name);
    const wgi_name_parts w = wgi_name_split(name, length);
    if (size) buf[0] = 0;
    put_in_unicode(&p, &(wgi_formula_node){ .text = name, .length = length }, &w);
    return (int)to.length;
}
