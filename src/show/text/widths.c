/* widths.c: how wide a text is, by the table of metric_table.c, and in a terminal. */
#include "text/text.h"

/* In thousandths: of a character that the table does not have, of an emoji, of any monospaced character. */
enum { OTHER = 1000, EMOJI = 1400, MONO = 603 };

/* The character at s, and its bytes; 0xFFFD for a byte that begins none. */
static uint32_t character_at(const unsigned char *s, int *bytes)
{
    int n = s[0] < 0x80 ? 1 : s[0] >> 5 == 6 ? 2 : s[0] >> 4 == 14 ? 3 : s[0] >> 3 == 30 ? 4 : 0;
    uint32_t u = n < 2 ? s[0] : s[0] & (0x7Fu >> n);
    *bytes = n ? n : 1;
    for (int i = 1; i < n; i++) {
        if (s[i] >> 6 != 2) return *bytes = i, 0xFFFD;
        u = u << 6 | (s[i] & 0x3F);
    }
    return n ? u : 0xFFFD;
}

typedef struct span {
    uint32_t first, last;
} span;

/* The list is in order. */
static bool within(uint32_t u, const span list[], int n)
{
    int i = 0;
    while (i < n && list[i].last < u) i++;
    return i < n && list[i].first <= u;
}
#define WITHIN(u, list) within(u, list, (int)(sizeof(list) / sizeof *(list)))

/* By Unicode's tables: combining marks, marks of direction, joiners, selectors of variants. */
static const span no_width[] = { { 0x300, 0x36F },   { 0x483, 0x489 },   { 0x591, 0x5BD },
                                 { 0x610, 0x61A },   { 0x64B, 0x65F },   { 0x1AB0, 0x1AFF },
                                 { 0x1DC0, 0x1DFF }, { 0x200B, 0x200F }, { 0x202A, 0x202E },
                                 { 0x2060, 0x2064 }, { 0x20D0, 0x20FF }, { 0xFE00, 0xFE0F },
                                 { 0xFE20, 0xFE2F } };
/* East Asian characters and emoji, which fill a whole em, in monospaced fonts too, and two columns. */
static const span wide[] = { { 0x1100, 0x115F },  { 0x2E80, 0x303E }, { 0x3041, 0xA4CF },
                             { 0xAC00, 0xD7A3 },  { 0xF900, 0xFAFF }, { 0xFE30, 0xFE6F },
                             { 0xFF00, 0xFF60 },  { 0xFFE0, 0xFFE6 }, { 0x1F300, 0x1FAFF },
                             { 0x20000, 0x3FFFD } };

static int width_of(uint32_t u, wgi_face face)
{
    if (u < 0x20 || WITHIN(u, no_width)) return 0;
    if (u >= 0x1F000 && u < 0x20000) return EMOJI;
    if (WITHIN(u, wide)) return OTHER;
    int low = 0, high = wgi_metric_count; /* the last entry that begins at the character or before it */
    while (high - low > 1) {
        const int middle = (low + high) / 2;
        if (wgi_metrics[middle].from <= u) low = middle;
        else high = middle;
    }
    const int w = face == WGI_BOLD ? wgi_metrics[low].bold : wgi_metrics[low].regular;
    return !w ? OTHER : face == WGI_MONO ? MONO : w;
}

double wgi_text_width(const char *utf8, double size, wgi_face face)
{
    const unsigned char *s = (const unsigned char *)utf8;
    int64_t sum = 0;
    for (int bytes; *s; s += bytes) sum += width_of(character_at(s, &bytes), face);
    return (double)sum * size / 1000;
}

size_t wgi_text_fitting(const char *utf8, double size, wgi_face face, double width)
{
    const unsigned char *s = (const unsigned char *)utf8, *start = s;
    double most = width * 1000 / size;
    int64_t sum = 0;
    for (int bytes; *s; s += bytes) {
        sum += width_of(character_at(s, &bytes), face);
        if ((double)sum > most) break;
    }
    return (size_t)(s - start);
}

/* ---- in a terminal ---- */

/* The columns of the character at *s, which goes on behind it. */
static int step(const char **s)
{
    int bytes;
    const uint32_t u = character_at((const unsigned char *)*s, &bytes);
    *s += bytes;
    return WITHIN(u, no_width) ? 0 : WITHIN(u, wide) ? 2 : 1;
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
