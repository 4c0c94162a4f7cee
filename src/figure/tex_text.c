/* tex_text.c: texts for LaTeX. Greek letters, raised and lowered digits and the signs of formulas
 * become mathematics; letters that pdflatex does not know become "?". */
#include "figure/figure_private.h"

#include <string.h>

static const char *const known[][2] = {
    { "−", "$-$" },        { "·", "$\\cdot$" },       { "×", "$\\times$" },
    { "∞", "$\\infty$" },  { "…", "\\dots{}" },       { "≤", "$\\le$" },
    { "≥", "$\\ge$" },     { "≈", "$\\approx$" },     { "≠", "$\\ne$" },
    { "→", "$\\to$" },     { "←", "$\\leftarrow$" },  { "∂", "$\\partial$" },
    { "∇", "$\\nabla$" },  { "√", "$\\surd$" },       { "∑", "$\\sum$" },
    { "Σ", "$\\Sigma$" },  { "Π", "$\\Pi$" },         { "Δ", "$\\Delta$" },
    { "Θ", "$\\Theta$" },  { "Λ", "$\\Lambda$" },     { "Ω", "$\\Omega$" },
    { "Φ", "$\\Phi$" },    { "Ψ", "$\\Psi$" },        { "Γ", "$\\Gamma$" },
    { "α", "$\\alpha$" },  { "β", "$\\beta$" },       { "γ", "$\\gamma$" },
    { "δ", "$\\delta$" },  { "ε", "$\\varepsilon$" }, { "ζ", "$\\zeta$" },
    { "η", "$\\eta$" },    { "θ", "$\\theta$" },      { "κ", "$\\kappa$" },
    { "λ", "$\\lambda$" }, { "μ", "$\\mu$" },         { "µ", "$\\mu$" },
    { "ν", "$\\nu$" },     { "ξ", "$\\xi$" },         { "π", "$\\pi$" },
    { "ρ", "$\\rho$" },    { "σ", "$\\sigma$" },      { "τ", "$\\tau$" },
    { "φ", "$\\varphi$" }, { "χ", "$\\chi$" },        { "ψ", "$\\psi$" },
    { "ω", "$\\omega$" },  { "⁰", "$^0$" },           { "¹", "$^1$" },
    { "²", "$^2$" },       { "³", "$^3$" },           { "⁴", "$^4$" },
    { "⁵", "$^5$" },       { "⁶", "$^6$" },           { "⁷", "$^7$" },
    { "⁸", "$^8$" },       { "⁹", "$^9$" },           { "⁻", "$^{-}$" },
    { "⁺", "$^{+}$" },     { "ᵀ", "$^{T}$" },         { "₀", "$_0$" },
    { "₁", "$_1$" },       { "₂", "$_2$" },           { "₃", "$_3$" },
    { "₄", "$_4$" },       { "₅", "$_5$" },           { "₆", "$_6$" },
    { "₇", "$_7$" },       { "₈", "$_8$" },           { "₉", "$_9$" },
    { "ŷ", "$\\hat y$" },  { "∈", "$\\in$" },         { "∘", "$\\circ$" },
    { "±", "$\\pm$" },     { "°", "$^\\circ$" },      { "–", "--" },
    { "—", "---" },        { "‖", "$\\|$" },          { "½", "$\\frac12$" },
};

static const char *of_ascii(char c)
{
    switch (c) {
    case '#': return "\\#";
    case '$': return "\\$";
    case '%': return "\\%";
    case '&': return "\\&";
    case '_': return "\\_";
    case '{': return "\\{";
    case '}': return "\\}";
    case '~': return "\\textasciitilde{}";
    case '^': return "\\textasciicircum{}";
    case '\\': return "\\textbackslash{}";
    case '<': return "\\textless{}";
    case '>': return "\\textgreater{}";
    case '|': return "\\textbar{}";
    case '"': return "\\textquotedbl{}";
    default: return NULL;
    }
}

/* A letter of Latin-1, which the encoding T1 has. */
static bool is_latin(const unsigned char *s) { return (s[0] == 0xC3 || s[0] == 0xC2) && s[1] >= 0xA1; }

void wgi_put_tex(wgi_strbuf *b, const char *s)
{
    while (*s) {
        const char *as = of_ascii(*s);
        int n = 1;
        while (((unsigned char)s[n] & 0xC0) == 0x80) n++;
        for (size_t i = 0; i < sizeof known / sizeof *known && n > 1 && !as; i++)
            if (strlen(known[i][0]) == (size_t)n && memcmp(s, known[i][0], (size_t)n) == 0) as = known[i][1];
        if (as) wgi_strbuf_put(b, as);
        else if (n == 1 || is_latin((const unsigned char *)s)) wgi_strbuf_add(b, s, (size_t)n);
        else wgi_strbuf_put(b, "?");
        s += n;
    }
}
