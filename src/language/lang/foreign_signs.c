/* foreign_signs.c: characters that the language does not have, as text from a paper or a word processor has
 * them, and words of other languages; and what to write in their place. */
#include "lang/lang.h"
#include "wgx/base.h"

#include <ctype.h>
#include <string.h>

typedef struct sign_row {
    const char *sign, *write; /* write: what stands for it */
} sign_row;

/* Signs, each before what to write for it. */
static const char pairs[] = "− - – - — - × * · * ⋅ * ∗ * ∘ * ⊙ * ÷ / ∕ / ¹ ^1 ² ^2 "
                            "³ ^3 ⁴ ^4 ⁵ ^5 ⁶ ^6 ⁷ ^7 ⁸ ^8 ⁹ ^9 ⁻ ^- ⁿ ^n ᵀ .T ⊤ .T "
                            "½ 1/2 ≤ <= ≥ >= ≠ != √ sqrt(x) ∑ sum(x) Σ sum(x) ∏ prod(x) "
                            "∞ inf π pi ‖ norm(x) ∥ norm(x) ， , （ ( ） ) ＝ = ； ; ： : "
                            "、 , α alpha β beta γ gamma δ delta ε epsilon ζ zeta η eta θ theta "
                            "ι iota κ kappa λ lambda μ mu µ mu ν nu ξ xi ρ rho τ tau φ phi "
                            "χ chi ψ psi ω omega Δ Delta Θ Theta Λ Lambda Φ Phi Ψ Psi Ω Omega "
                            "“ \" ” \" ‘ ' ’ '";

static const sign_row signs[] = { { "⊗", "outer(a, b)" },
                                  { "∂", "grad(y, x)" },
                                  { "∇", "grad(y, x)" },
                                  { "\302\240", "a blank" },
                                  { "σ", "sigmoid(x), or the name sigma" },
                                  { "'", ".T, the transpose" },
                                  { "&", "logical_and(a, b)" },
                                  { "|", "logical_or(a, b), or abs(x)" },
                                  { "~", "logical_not(x)" },
                                  { "!", "logical_not(x); 4! is prod([1, 2, 3, 4])" },
                                  { "%", "remainder(a, b)" } };

/* What stands where an operator is missing. */
static const sign_row words[] = {
    { "and", "write logical_and(a, b)" },
    { "or", "write logical_or(a, b)" },
    { "not", "write logical_not(x)" },
    { "if", "the language has no statements of conditions: write where(c, a, b)" },
    { "else", "the language has no statements of conditions: write where(c, a, b)" },
    { "for", "the language has no loops: repeat(3, f, x) and scan(f, h, xs) apply a function often" },
    { "while", "the language has no loops: repeat(3, f, x) applies a function three times" },
    { "def", "a function is written f(x) = x^2, or f(x) = { z = x^2; z + 1 }" },
    { "function", "a function is written f(x) = x^2, or f(x) = { z = x^2; z + 1 }" },
    { "lambda", "a function is written f(x) = x^2" },
    { "return", "the value of a program, or of a block, is that of its last line" },
    { "import", "a program has one file, and all ops are known" },
    { "let", "write NAME = expression" },
    { "var", "write NAME = expression" },
};

static const char *hint_of(const sign_row *rows, size_t count, const char *word, size_t n)
{
    for (size_t i = 0; i < count; i++)
        if (strlen(rows[i].sign) == n && !strncmp(word, rows[i].sign, n)) return rows[i].write;
    return NULL;
}

static const char *word_hint(const char *word, size_t n)
{
    return hint_of(words, sizeof words / sizeof *words, word, n);
}

const char *wgi_foreign_word(const char *text, uint32_t start, uint32_t end)
{
    const char *hint = word_hint(text + start, end - start);
    while (start && text[start - 1] == ' ') start--;
    for (end = start; start && (isalnum((unsigned char)text[start - 1]) || text[start - 1] == '_');) start--;
    return hint ? hint : word_hint(text + start, end - start);
}

/* What to write for a sign of n bytes; its length. NULL: it is not known. */
static const char *sign_hint(const char *at, size_t n, int *length)
{
    for (const char *s = pairs; *s; s += *s == ' ') {
        const char *write = s + strcspn(s, " ") + 1;
        *length = (int)strcspn(write, " ");
        if (write == s + n + 1 && !strncmp(at, s, n)) return write;
        s = write + *length;
    }
    const char *write = hint_of(signs, sizeof signs / sizeof *signs, at, n);
    *length = write ? (int)strlen(write) : 0;
    return write;
}

int wgi_foreign_sign(const char *at, char *to, size_t room)
{
    const int n = wgx_utf8_length(at);
    int length;
    const char *write = n ? sign_hint(at, (size_t)n, &length) : NULL;
    if (write) {
        snprintf(to, room, "'%.*s' is no character of the language: write %.*s", n, at, length, write);
        return n;
    }
    if (n == 0) snprintf(to, room, "byte 0x%02x is no UTF-8 text", *(const unsigned char *)at);
    else if (n == 1 && (*at < ' ' || *at == 0x7f))
        snprintf(to, room, "a control character, byte 0x%02x", (unsigned)*at);
    else if (n == 1) snprintf(to, room, "'%c' is no character of the language", *at);
    else
        snprintf(to, room,
                 "'%.*s' is no character of the language: names have the letters a to z, digits and _", n,
                 at);
    return n ? n : 1;
}
