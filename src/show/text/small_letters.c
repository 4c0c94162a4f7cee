/* small_letters.c: the letters and digits of Unicode above and below the line. */
#include <string.h>

#include "text/text.h"

typedef struct small {
    char from;
    const char *up, *down;
} small;

/* A line of letters has more bytes than columns, which clang-format counts. */
/* clang-format off */
static const small smalls[] = {
    { '0', "⁰", "₀" }, { '1', "¹", "₁" }, { '2', "²", "₂" },
    { '3', "³", "₃" }, { '4', "⁴", "₄" }, { '5', "⁵", "₅" },
    { '6', "⁶", "₆" }, { '7', "⁷", "₇" }, { '8', "⁸", "₈" },
    { '9', "⁹", "₉" }, { '-', "⁻", "₋" }, { '+', "⁺", "₊" },
    { '(', "⁽", "₍" }, { ')', "⁾", "₎" }, { 'a', "ᵃ", "ₐ" },
    { 'b', "ᵇ", NULL }, { 'c', "ᶜ", NULL }, { 'd', "ᵈ", NULL },
    { 'e', "ᵉ", "ₑ" }, { 'g', "ᵍ", NULL }, { 'h', "ʰ", "ₕ" },
    { 'i', "ⁱ", "ᵢ" }, { 'j', "ʲ", "ⱼ" }, { 'k', "ᵏ", "ₖ" },
    { 'l', "ˡ", "ₗ" }, { 'm', "ᵐ", "ₘ" }, { 'n', "ⁿ", "ₙ" },
    { 'o', "ᵒ", "ₒ" }, { 'p', "ᵖ", "ₚ" }, { 'r', "ʳ", "ᵣ" },
    { 's', "ˢ", "ₛ" }, { 't', "ᵗ", "ₜ" }, { 'u', "ᵘ", "ᵤ" },
    { 'v', "ᵛ", "ᵥ" }, { 'w', "ʷ", NULL }, { 'x', "ˣ", "ₓ" },
    { 'y', "ʸ", NULL }, { 'z', "ᶻ", NULL },
};
/* clang-format on */

const char *wgi_small(char c, bool up)
{
    for (size_t i = 0; i < WGI_COUNT(smalls); i++)
        if (smalls[i].from == c) return up ? smalls[i].up : smalls[i].down;
    return NULL;
}

char wgi_small_of(const char *s, size_t n, bool *up)
{
    for (size_t i = 0; i < WGI_COUNT(smalls); i++)
        for (int k = 0; k < 2; k++) {
            const char *utf8 = k ? smalls[i].up : smalls[i].down;
            if (!utf8 || strlen(utf8) != n || memcmp(s, utf8, n) != 0) continue;
            *up = k;
            return smalls[i].from;
        }
    return 0;
}
