/* strbuf.c: texts that grow, clean UTF-8, XML entities, short numbers.
 *
 * After a failed allocation a buffer keeps its text, sets `failed`, and ignores additions. So a writer checks
 * once, at the end.
 */
#include "text/text.h"
#include "wgx/base.h"

#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

static bool reserve(wgi_strbuf *b, size_t more)
{
    if (b->failed) return false;
    if (more < b->room - b->length) return true;
    size_t room = b->room ? b->room : b->pool ? 64 : 256;
    while (room - b->length <= more) {
        if (room > SIZE_MAX / 2) return b->failed = true, false;
        room *= 2;
    }
    char *grown = b->pool ? wgi_pool_take(b->pool, (int64_t)room, 1) : wg_alloc(b->c, room, 1);
    if (!grown) return b->failed = true, false;
    if (b->at) memcpy(grown, b->at, b->length + 1);
    if (!b->pool) wg_free(b->c, b->at);
    b->at = grown, b->room = room;
    return true;
}

void wgi_strbuf_add(wgi_strbuf *b, const char *s, size_t n)
{
    if (!reserve(b, n)) return;
    memcpy(b->at + b->length, s, n);
    b->length += n;
    b->at[b->length] = 0;
}

void wgi_strbuf_put(wgi_strbuf *b, const char *s) { wgi_strbuf_add(b, s, strlen(s)); }

void wgi_strbuf_format(wgi_strbuf *b, const char *format, ...)
{
    va_list a;
    va_start(a, format);
    int n = vsnprintf(NULL, 0, format, a);
    va_end(a);
    if (n < 0 || !reserve(b, (size_t)n)) return;
    va_start(a, format);
    vsnprintf(b->at + b->length, (size_t)n + 1, format, a);
    va_end(a);
    b->length += (size_t)n;
}

const char *wgi_strbuf_text(const wgi_strbuf *b) { return b->at ? b->at : ""; }

void wgi_strbuf_clear(wgi_strbuf *b)
{
    b->length = 0;
    if (b->at) *b->at = 0;
}

void wgi_strbuf_free(wgi_strbuf *b)
{
    if (!b->pool) wg_free(b->c, b->at);
    else if (b->at) wgi_pool_shrink(b->pool, b->at, b->room, 0);
    b->at = NULL, b->length = b->room = 0;
}

const char *wgi_strbuf_keep(wgi_strbuf *b)
{
    const char *text = wgi_strbuf_text(b);
    if (b->at) wgi_pool_shrink(b->pool, b->at, b->room, b->length + 1);
    b->at = NULL, b->length = b->room = 0;
    return text;
}

/* ---- UTF-8 ---- */

int wgi_characters_in(const char *s, size_t n)
{
    int characters = 0;
    for (size_t i = 0; i < n; i++) characters += ((unsigned char)s[i] >> 6) != 2;
    return characters;
}

int wgi_characters(const char *s) { return s ? wgi_characters_in(s, strlen(s)) : 0; }

/* C1 controls are U+0080 to U+009F. */
static bool is_control(const char *s)
{
    const unsigned char a = (unsigned char)s[0];
    return a < 0x20 || a == 0x7F || (a == 0xC2 && (unsigned char)s[1] < 0xA0);
}

void wgi_strbuf_clean(wgi_strbuf *b, const char *s, int most)
{
    for (int shown = 0; *s; shown++) {
        if (shown == most) {
            wgi_strbuf_put(b, "…");
            return;
        }
        int n = wgx_utf8_length(s);
        if (!n) wgi_strbuf_put(b, "\uFFFD");
        else if (is_control(s)) wgi_strbuf_put(b, " ");
        else wgi_strbuf_add(b, s, (size_t)n);
        s += n ? n : 1;
    }
}

/* A `]` at the start of a line becomes an entity: dot refuses a text that is only `]`. */
void wgi_strbuf_xml(wgi_strbuf *b, const char *s, const char *line_break)
{
    bool line_start = true;
    while (*s) {
        if (line_start && *s == ']') wgi_strbuf_put(b, "&#93;"), s++;
        size_t plain = strcspn(s, "&<>\"\\\n");
        wgi_strbuf_add(b, s, plain);
        s += plain;
        switch (*s) {
        case 0: return;
        case '&': wgi_strbuf_put(b, "&amp;"); break;
        case '<': wgi_strbuf_put(b, "&lt;"); break;
        case '>': wgi_strbuf_put(b, "&gt;"); break;
        case '"': wgi_strbuf_put(b, "&quot;"); break;
        case '\\': wgi_strbuf_put(b, "&#92;"); break;
        default: wgi_strbuf_put(b, line_break);
        }
        line_start = *s++ == '\n';
    }
}

void wgi_strbuf_clean_xml(wgi_strbuf *b, const char *s, int most)
{
    wgi_strbuf clean = { .c = b->c, .pool = b->pool };
    wgi_strbuf_clean(&clean, s, most);
    wgi_strbuf_xml(b, wgi_strbuf_text(&clean), " ");
    b->failed |= clean.failed;
    wgi_strbuf_free(&clean);
}

/* ---- numbers ---- */

/* The decimal point of the locale becomes a point. */
static void without_locale(char *text)
{
    char *to = text;
    for (const char *s = text; *s; s++)
        if (strchr("0123456789+-e", *s)) *to++ = *s;
        else if (to == text || to[-1] != '.') *to++ = '.';
    *to = 0;
}

/* size with so many significant digits: as a decimal number where its power of ten is from -4 to `below` - 1,
 * else the digits of its first factor. Returns the power that is left. */
static int digits_of(double size, int significant, int below, char digits[32])
{
    snprintf(digits, 32, "%.*e", significant - 1, size);
    without_locale(digits);
    char *e = strchr(digits, 'e');
    const int power = (int)strtol(e + 1, NULL, 10), behind = significant - 1 - power;
    if (power < -4 || power >= below) return *e = 0, power;
    snprintf(digits, 32, "%.*f", behind > 0 ? behind : 0, size);
    without_locale(digits);
    return 0;
}

static void without_zeros(char *digits)
{
    char *end = digits + strlen(digits);
    if (!strchr(digits, '.')) return;
    while (end[-1] == '0') end--;
    if (end[-1] == '.') end--;
    *end = 0;
}

/* Whether six digits are all that there is: of a double, or of an f32. */
static bool is_exact(double size)
{
    char six[32];
    snprintf(six, sizeof six, "%.5e", size);
    without_locale(six);
    const double back = strtod(six, NULL);
    return fabs(back - size) <= 2e-15 * size || ((double)(float)size == size && (float)back == (float)size);
}

int wgi_number_text(double x, char digits[32])
{
    enum { EXACT = 6, ROUNDED = 4 };
    const double size = fabs(x);
    const bool whole = size < 1e9 && size == floor(size);
    if (!isfinite(size)) return snprintf(digits, 32, isnan(size) ? "NaN" : "∞"), 0;
    if (whole && (size < 1e6 || fmod(size, 1000) == 0)) return snprintf(digits, 32, "%.0f", size), 0;
    const bool exact = is_exact(size);
    const int power = digits_of(size, exact ? EXACT : ROUNDED, exact ? EXACT : ROUNDED + 1, digits);
    if (exact) without_zeros(digits);
    else if (!strchr(digits, '.'))
        snprintf(digits, 32, "%.1f", size), without_locale(digits); /* 1097 would be exact */
    return power;
}

void wgi_put_number(wgi_strbuf *b, double x)
{
    char digits[32], text[16];
    if (isnan(x)) {
        wgi_strbuf_put(b, "NaN");
        return;
    }
    const int power = wgi_number_text(x, digits);
    const bool alone = power && strcmp(digits, "1") == 0; /* 10⁹ */
    wgi_strbuf_format(b, "%s%s%s", x < 0 ? "−" : "", alone ? "10" : digits, power && !alone ? "·10" : "");
    snprintf(text, sizeof text, "%d", power);
    for (const char *c = text; power && *c; c++) wgi_strbuf_put(b, wgi_small(*c, true));
}
