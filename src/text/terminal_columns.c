/* terminal_columns.c: how wide a text is in a terminal. */
#include <stdint.h>
#include <string.h>

#include "text/text.h"

typedef struct range {
    uint32_t first, last;
} range;

/* By Unicode's tables: combining marks and joiners, and what East Asian terminals show in two columns. */
static const range none[] = { { 0x300, 0x36F },   { 0x483, 0x489 },   { 0x591, 0x5BD },   { 0x610, 0x61A },
                              { 0x64B, 0x65F },   { 0x1AB0, 0x1AFF }, { 0x1DC0, 0x1DFF }, { 0x200B, 0x200F },
                              { 0x20D0, 0x20FF }, { 0xFE00, 0xFE0F }, { 0xFE20, 0xFE2F } };
static const range two[] = { { 0x1100, 0x115F },  { 0x2E80, 0x303E }, { 0x3041, 0xA4CF },
                             { 0xAC00, 0xD7A3 },  { 0xF900, 0xFAFF }, { 0xFE30, 0xFE6F },
                             { 0xFF00, 0xFF60 },  { 0xFFE0, 0xFFE6 }, { 0x1F300, 0x1FAFF },
                             { 0x20000, 0x3FFFD } };

static bool is_in(uint32_t u, const range list[], size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (u >= list[i].first && u <= list[i].last) return true;
    return false;
}

/* The columns of the character at *s, which is stepped over. */
static int step(const char **s)
{
    const unsigned char *at = (const unsigned char *)*s;
    uint32_t u = *at < 0x80 ? *at : *at < 0xE0 ? *at & 0x1Fu : *at < 0xF0 ? *at & 0xFu : *at & 7u;
    int n = 1;
    for (; (at[n] & 0xC0) == 0x80; n++) u = u << 6 | (at[n] & 0x3Fu);
    *s += n;
    return is_in(u, none, sizeof none / sizeof *none) ? 0 : is_in(u, two, sizeof two / sizeof *two) ? 2 : 1;
}

int wgi_columns(const char *s)
{
    int columns = 0;
    while (*s) columns += step(&s);
    return columns;
}

void wgi_strbuf_fit(wgi_strbuf *b, const char *text, int most)
{
    const char *end = text, *comma = NULL, *s = text;
    if (wgi_columns(text) <= most) {
        wgi_strbuf_put(b, text);
        return;
    }
    for (int columns = 0; *s; end = s) {
        const bool behind_comma = s > text + 1 && s[-1] == ' ' && s[-2] == ',';
        if (behind_comma) comma = s;
        columns += step(&s);
        if (columns > most - 1) break;
    }
    if (comma && wgi_columns(comma) < 2 * most && comma - text > (end - text) / 3) end = comma;
    wgi_strbuf_add(b, text, (size_t)(end - text));
    wgi_strbuf_put(b, most > 0 ? "…" : "");
}
