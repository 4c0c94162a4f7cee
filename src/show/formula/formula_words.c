/* formula_words.c: the parts of names, and what functions are called. */
#include "formula/formula.h"
#include "text/text.h"

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
    for (size_t i = 0; i < WGI_COUNT(greek); i++)
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
    for (size_t i = 0; i < WGI_COUNT(accents); i++)
        if (equal(s, n, accents[i][0])) return accents[i][0];
    return NULL;
}

/* What is behind the first _, if the base is a letter, or what is behind it or a dot a number. z.W is a
 * parameter of the layer z. */
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
    if (!number && ((cut > 1 && !p->greek) || name[cut] == '.')) {
        *p = (wgi_name_parts){ .base = name, .base_length = length, .accent = p->accent };
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

wgi_name_parts wgi_name_split(const char *name, int length, int look)
{
    wgi_name_parts p = { .base = name, .base_length = length, .differential = look & WGI_DIFFERENTIAL };
    if (look & WGI_AS_WRITTEN) return p;
    for (int cut = length - 1; cut > 0; cut--) /* a_hat */
        if (name[cut] == '_' && (p.accent = accent_of(name + cut + 1, length - cut - 1))) {
            p.base_length = length = cut;
            break;
        } else if (name[cut] == '_') break;
    if (length && !cut_below(&p, name, length)) cut_digits(&p);
    p.differential =
        look & WGI_DIFFERENTIAL || (is_gradient(p.base, p.base_length) && !(look & WGI_NO_DIFFERENTIAL));
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
    { "sigmoid", "σ", "\\sigma" },    { "sum", "Σ", "\\sum" },
    { "prod", "Π", "\\prod" },        { "asin", "arcsin", "\\arcsin" },
    { "acos", "arccos", "\\arccos" }, { "atan", "arctan", "\\arctan" },
    { "asinh", "arsinh", NULL },      { "acosh", "arcosh", NULL },
    { "atanh", "artanh", NULL },      { "ln", NULL, "\\ln" },
    { "sin", NULL, "\\sin" },         { "cos", NULL, "\\cos" },
    { "tan", NULL, "\\tan" },         { "sinh", NULL, "\\sinh" },
    { "cosh", NULL, "\\cosh" },       { "tanh", NULL, "\\tanh" },
    { "max", NULL, "\\max" },         { "min", NULL, "\\min" },
    { "det", NULL, "\\det" },         { "relu", "ReLU", "\\operatorname{ReLU}" },
};

static const char *function(const char *name, int length, int column)
{
    for (size_t i = 0; i < WGI_COUNT(functions); i++)
        if (equal(name, length, functions[i][0])) return functions[i][column];
    return NULL;
}

const char *wgi_function_unicode(const char *name, int length) { return function(name, length, 1); }
const char *wgi_function_latex(const char *name, int length) { return function(name, length, 2); }
