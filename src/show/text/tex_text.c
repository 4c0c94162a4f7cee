/* tex_text.c: texts for LaTeX, which every encoding of fonts can write. Greek letters and the signs of
 * formulas become mathematics; what pdflatex has no letter for becomes "?". */
#include <stdio.h>
#include <string.h>

#include "text/text.h"

typedef struct pair {
    const char *utf8, *tex;
} pair;

/* A line of letters has more bytes than columns, which clang-format counts. */
/* clang-format off */
static const pair in_math[] = {
    { "−", "-" }, { "·", "\\cdot" }, { "×", "\\times" }, { "∞", "\\infty" },
    { "≤", "\\le" }, { "≥", "\\ge" }, { "≈", "\\approx" }, { "≠", "\\ne" },
    { "→", "\\to" }, { "↑", "\\uparrow" }, { "↓", "\\downarrow" },
    { "✓", "\\surd" }, { "✗", "\\times" },
    { "←", "\\leftarrow" }, { "⇒", "\\Rightarrow" }, { "↦", "\\mapsto" },
    { "∂", "\\partial" }, { "∇", "\\nabla" }, { "√", "\\surd" }, { "∑", "\\sum" },
    { "∏", "\\prod" }, { "∫", "\\int" }, { "∈", "\\in" }, { "∉", "\\notin" },
    { "∘", "\\circ" }, { "±", "\\pm" }, { "÷", "\\div" }, { "°", "{}^{\\circ}" },
    { "‖", "\\|" }, { "½", "\\frac{1}{2}" }, { "⊙", "\\odot" }, { "⊗", "\\otimes" },
    { "⊕", "\\oplus" }, { "⌊", "\\lfloor" }, { "⌋", "\\rfloor" }, { "⌈", "\\lceil" },
    { "⌉", "\\rceil" }, { "⟨", "\\langle" }, { "⟩", "\\rangle" }, { "∧", "\\wedge" },
    { "∨", "\\vee" }, { "¬", "\\neg" }, { "∤", "\\nmid" }, { "∝", "\\propto" },
    { "∼", "\\sim" }, { "≡", "\\equiv" }, { "≪", "\\ll" }, { "≫", "\\gg" },
    { "«", "\\ll" }, { "»", "\\gg" }, { "∀", "\\forall" }, { "∃", "\\exists" },
    { "∅", "\\emptyset" }, { "∩", "\\cap" }, { "∪", "\\cup" }, { "⊂", "\\subset" },
    { "ℓ", "\\ell" }, { "ℝ", "\\mathbf{R}" }, { "ℕ", "\\mathbf{N}" }, { "ℤ", "\\mathbf{Z}" },
    { "′", "'" }, { "″", "''" }, { "ᵀ", "{}^{T}" }, { "†", "\\dagger" },
    { "α", "\\alpha" }, { "β", "\\beta" }, { "γ", "\\gamma" }, { "δ", "\\delta" },
    { "ε", "\\varepsilon" }, { "ϵ", "\\epsilon" }, { "ζ", "\\zeta" }, { "η", "\\eta" },
    { "θ", "\\theta" }, { "ϑ", "\\vartheta" }, { "ι", "\\iota" }, { "κ", "\\kappa" },
    { "λ", "\\lambda" }, { "μ", "\\mu" }, { "µ", "\\mu" }, { "ν", "\\nu" },
    { "ξ", "\\xi" }, { "ο", "o" }, { "π", "\\pi" }, { "ρ", "\\rho" },
    { "σ", "\\sigma" }, { "ς", "\\varsigma" }, { "τ", "\\tau" }, { "υ", "\\upsilon" },
    { "φ", "\\varphi" }, { "ϕ", "\\phi" }, { "χ", "\\chi" }, { "ψ", "\\psi" },
    { "ω", "\\omega" }, { "Γ", "\\Gamma" }, { "Δ", "\\Delta" }, { "Θ", "\\Theta" },
    { "Λ", "\\Lambda" }, { "Ξ", "\\Xi" }, { "Π", "\\Pi" }, { "Σ", "\\Sigma" },
    { "Υ", "\\Upsilon" }, { "Φ", "\\Phi" }, { "Ψ", "\\Psi" }, { "Ω", "\\Omega" },
    { "Α", "\\mathrm{A}" }, { "Β", "\\mathrm{B}" }, { "Ε", "\\mathrm{E}" }, { "Ζ", "\\mathrm{Z}" },
    { "Η", "\\mathrm{H}" }, { "Ι", "\\mathrm{I}" }, { "Κ", "\\mathrm{K}" }, { "Μ", "\\mathrm{M}" },
    { "Ν", "\\mathrm{N}" }, { "Ο", "\\mathrm{O}" }, { "Ρ", "\\mathrm{P}" }, { "Τ", "\\mathrm{T}" },
    { "Χ", "\\mathrm{X}" },
};

static const pair in_text[] = {
    { "#", "\\#" }, { "$", "\\$" }, { "%", "\\%" }, { "&", "\\&" },
    { "_", "\\_" }, { "{", "\\{" }, { "}", "\\}" }, { "~", "\\textasciitilde{}" },
    { "^", "\\textasciicircum{}" }, { "\\", "\\textbackslash{}" }, { "<", "\\textless{}" },
    { ">", "\\textgreater{}" }, { "|", "\\textbar{}" }, { "\"", "''" }, { "–", "--" },
    { "—", "---" }, { "…", "\\dots{}" }, { "§", "\\S{}" }, { "©", "\\copyright{}" },
    { "£", "\\pounds{}" }, { "¡", "!`" }, { "¿", "?`" }, { "“", "``" },
    { "”", "''" }, { "‘", "`" }, { "’", "'" }, { "•", "$\\bullet$" },
    { "\u00a0", "~" }, { "\u2009", "\\," }, { "\u2007", "\\phantom{0}" },
};
/* clang-format on */

static const char *find(const pair *signs, size_t count, const char *s, size_t n)
{
    for (size_t i = 0; i < count; i++)
        if (strlen(signs[i].utf8) == n && memcmp(s, signs[i].utf8, n) == 0) return signs[i].tex;
    return NULL;
}

static size_t bytes_of(const char *s)
{
    size_t n = *s != 0;
    while (((unsigned char)s[n] & 0xC0) == 0x80 && n < 4) n++;
    return n;
}

/* Letters of Latin-1 and Latin Extended-A that the oldest encoding, OT1, can write: š, but no ð. */
static bool is_latin(const char *s)
{
    static const char none[] = "ÐðÞþĄąĐđĘęĢģĦħĮįıĲĳĸĿŀŉŊŋŦŧŲųſ";
    for (size_t i = 0; none[i]; i += 2)
        if (memcmp(s, none + i, 2) == 0) return false;
    return (unsigned char)s[0] >= 0xC3 && (unsigned char)s[0] <= 0xC5;
}

/* U+0300 to U+036F stand behind the letter that they belong to. */
static bool is_accent(const char *s)
{
    const unsigned char a = (unsigned char)s[0], b = (unsigned char)s[1];
    return a == 0xCC || (a == 0xCD && b >= 0x80 && b <= 0xAF);
}

/* As LaTeX for math mode; NULL: it has none. */
static const char *accent(const char *s)
{
    static const pair accents[] = {
        { "\u0300", "\\grave" }, { "\u0301", "\\acute" }, { "\u0302", "\\hat" },
        { "\u0303", "\\tilde" }, { "\u0304", "\\bar" },   { "\u0306", "\\breve" },
        { "\u0307", "\\dot" },   { "\u0308", "\\ddot" },  { "\u030c", "\\check" }
    };
    return is_accent(s) ? find(accents, WGI_COUNT(accents), s, bytes_of(s)) : NULL;
}

static bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

size_t wgi_tex_character(const char *s, char tex[WGI_TEX_BYTES], bool *math)
{
    const size_t n = bytes_of(s);
    const char *sign = find(in_math, WGI_COUNT(in_math), s, n), *as,
               *above = is_letter(*s) || sign ? accent(s + n) : NULL;
    bool up = false;
    char small;
    *math = true;
    if (above) { /* x̂, θ̂ */
        snprintf(tex, WGI_TEX_BYTES, "%s{%.*s}", above, sign ? WGI_TEX_BYTES - 12 : 1, sign ? sign : s);
        return n + bytes_of(s + n);
    }
    if (sign) snprintf(tex, WGI_TEX_BYTES, "%s", sign);
    else if (n > 1 && (small = wgi_small_of(s, n, &up)))
        snprintf(tex, WGI_TEX_BYTES, "{}%c{%c}", up ? '^' : '_', small);
    else {
        *math = false;
        as = find(in_text, WGI_COUNT(in_text), s, n);
        if (as) snprintf(tex, WGI_TEX_BYTES, "%s", as);
        else if (n == 1 || (n == 2 && is_latin(s))) snprintf(tex, WGI_TEX_BYTES, "%.*s", (int)n, s);
        else snprintf(tex, WGI_TEX_BYTES, "%s", is_accent(s) ? "" : "?"); /* the letter without its accent */
    }
    return n;
}

void wgi_strbuf_tex(wgi_strbuf *b, const char *s)
{
    char tex[WGI_TEX_BYTES];
    while (*s) {
        bool math;
        s += wgi_tex_character(s, tex, &math);
        wgi_strbuf_put(b, math ? "$" : ""), wgi_strbuf_put(b, tex), wgi_strbuf_put(b, math ? "$" : "");
    }
}
