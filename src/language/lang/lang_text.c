/* lang_text.c: places in a program's text, excerpts with a caret, errors, call sites. Lines and columns count
 * from 1; a column is a byte. An excerpt shows at most WINDOW bytes of a line, control characters as
 * blanks. */
#include "lang/lang.h"
#include "wgx/base.h"

#include <stdarg.h>
#include <string.h>

/* LOOKED_AT: blanks and comments of a quoted piece. Each operator of a long sum quotes all that is left of
 * it. */
enum { WINDOW = 110, LOOKED_AT = 4096 };

/* The index of the line that byte `at` is in. */
static uint32_t line_index(const wg_program *q, uint32_t at)
{
    uint32_t low = 0, high = q->lines.count;
    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;
        if (q->lines.start[middle] <= at) low = middle;
        else high = middle;
    }
    return low;
}

/* The first line of the file in which byte `at` stands. */
static uint32_t first_line(const wg_program *q, uint32_t at)
{
    return at < q->own || q->own == q->length ? 0 : line_index(q, q->own);
}

static const char *file_of(const wg_program *q, uint32_t at)
{
    return first_line(q, at) ? "functions.wg" : q->name;
}

int wgi_line(const wg_program *q, uint32_t at) { return (int)(line_index(q, at) - first_line(q, at)) + 1; }
static int column_of(const wg_program *q, uint32_t at)
{
    return (int)(at - q->lines.start[line_index(q, at)]) + 1;
}

bool wgi_lines(wg_program *q)
{
    q->lines.count = 1;
    for (uint32_t i = 0; i < q->length; i++) q->lines.count += q->source[i] == '\n';
    uint32_t *start = wgi_lang_alloc(q, q->lines.count * sizeof *start);
    if (!start) return false;
    for (uint32_t i = 0, line = 0; i < q->length; i++)
        if (q->source[i] == '\n') start[++line] = i + 1;
    q->lines.start = start;
    return true;
}

bool wgi_offset(const wg_program *q, int line, int column, uint32_t *at)
{
    if (line < 1 || (uint32_t)line > q->lines.count || column < 1) return false;
    uint32_t start = q->lines.start[line - 1];
    if ((uint32_t)(column - 1) > q->length - start) return false;
    *at = start + (uint32_t)column - 1;
    return true;
}

/* Adds the character at s to a line of n bytes, and returns its bytes. What is no text is shown as ?. */
static uint32_t show(const char *s, char line[], uint32_t *n)
{
    const int bytes = wgx_utf8_length(s);
    const unsigned char a = (unsigned char)s[0];
    const bool control = bytes > 1 ? a == 0xC2 && (unsigned char)s[1] < 0xA0 : a < 0x20 || a == 0x7F;
    if (bytes > 1 && !control) {
        memcpy(line + *n, s, (size_t)bytes);
        *n += (uint32_t)bytes;
    } else line[(*n)++] = bytes == 0 ? '?' : control ? ' ' : *s;
    return bytes ? (uint32_t)bytes : 1;
}

/* How many characters [from, to) has. */
static uint32_t characters(const wg_program *q, uint32_t from, uint32_t to)
{
    uint32_t n = 0;
    while (from < to) {
        const int bytes = wgx_utf8_length(q->source + from);
        from += bytes ? (uint32_t)bytes : 1, n++;
    }
    return n;
}

void wgi_excerpt(const wg_program *q, uint32_t start, uint32_t end, char *to, size_t room)
{
    uint32_t from = q->lines.start[line_index(q, start)], stop = start, n = 0, at;
    char line[WINDOW + 5], caret[WINDOW + 1];
    while (stop < q->length && q->source[stop] != '\n') stop++;
    if (start - from > 2 * WINDOW / 3) from = start - WINDOW / 2;
    while (from < start && ((unsigned char)q->source[from] & 0xC0) == 0x80) from++;
    for (at = from; at < stop && n < WINDOW;) at += show(q->source + at, line, &n);
    line[n] = 0;
    const uint32_t place = characters(q, from, start), last = end < stop ? end : stop;
    uint32_t width = start < last ? characters(q, start, last) : 1;
    if (place + width > WINDOW) width = WINDOW - place;
    memset(caret, ' ', place);
    memset(caret + place, '~', width);
    caret[place] = '^';
    caret[place + width] = 0;
    snprintf(to, room, "\n  %s\n  %s", line, caret);
}

enum { PLACE = 640 };

/* What stands in the place of an error or a node for the calls around it: " (called at digits.wg:9:10)". */
static void put_calls(const wg_program *q, char *to, size_t room)
{
    enum { SHOWN = 4 };
    const wgi_call_frame *f = q->now.frame;
    to[0] = 0;
    if (!f) return;
    const char *name = file_of(q, f->call->mark), *slash = strrchr(name, '/'),
               *file = slash ? slash + 1 : name;
    size_t n = (size_t)snprintf(to, room, " (called at %.100s:", file);
    for (int k = 0; f && k < SHOWN; f = f->up, k++) {
        n += (size_t)snprintf(to + n, room - n, "%s%d:%d", k ? ", from " : "", wgi_line(q, f->call->mark),
                              column_of(q, f->call->mark));
        if (f->number >= 0) n += (size_t)snprintf(to + n, room - n, " number %lld", (long long)f->number);
    }
    snprintf(to + n, room - n, f ? ", ...)" : ")");
}

/* A site without arguments: the place, and that of the calls around it. */
static wg_site site_at(const wg_program *q, uint32_t mark, char place[PLACE])
{
    const int n =
        snprintf(place, PLACE, "\n%.255s:%d:%d", file_of(q, mark), wgi_line(q, mark), column_of(q, mark));
    put_calls(q, place + n, PLACE - (size_t)n);
    return place;
}

bool wgi_lang_fail(wg_program *q, uint32_t start, uint32_t end, wg_status s, const char *format, ...)
{
    char text[600], excerpt[2 * WINDOW + 20], place[PLACE];
    va_list args;
    if (wgi_failed(q)) return false;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    wgi_excerpt(q, start, end, excerpt, sizeof excerpt);
    wg_fail(q->c, site_at(q, start, place), s, "%s%s", text, excerpt);
    return false;
}

void wgi_quote(const wg_program *q, uint32_t start, uint32_t end, char *to, size_t room)
{
    size_t n = 0;
    for (uint32_t i = start; i < end; i++) {
        char ch = q->source[i];
        if (i - start > LOOKED_AT || (ch != '#' && n + 1 >= room)) {
            snprintf(to, room, "...");
            return;
        }
        if (ch == '#') {
            while (i + 1 < end && q->source[i + 1] != '\n' && i - start <= LOOKED_AT) i++;
            continue;
        }
        if ((unsigned char)ch > 0x20) to[n++] = ch;
        else if (n && to[n - 1] != ' ') to[n++] = ' ';
    }
    while (n && to[n - 1] == ' ') n--;
    to[n] = 0;
}

/* ---- call sites ---- */

wg_site wgi_site_text(wg_program *q, const char *operands, uint32_t mark)
{
    char place[PLACE];
    return wgx_sites_keep(q->sites, operands, wg_site_place(site_at(q, mark, place)));
}

wg_site wgi_site(wg_program *q, const wgi_ast *a, const wgi_ast *const operands[], int n)
{
    char text[1000];
    size_t used = 0;
    text[0] = 0;
    for (int k = 0; k < n && used + 210 < sizeof text; k++) {
        used += (size_t)snprintf(text + used, sizeof text - used, "%s", k ? ", " : "");
        wgi_quote(q, operands[k]->start, operands[k]->end, text + used, 200);
        used += strlen(text + used);
    }
    return wgi_site_text(q, text, a->mark);
}
