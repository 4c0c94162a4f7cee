/* csv.c: the fields of a CSV file (RFC 4180): separators, quotes, ends of lines.
 *
 * A line ends with LF, CR LF or CR, the last one also with the file. A field in quotes may hold separators,
 * ends of lines, and quotes, which are doubled. In a field that does not begin with a quote, a quote is a
 * character as others are: 5" is five inches. What else is in a field is not looked at here; but a zero byte
 * is refused, since no text has one.
 */
#include "files/formats.h"
#include "wgx/base.h"

#include <stdarg.h>
#include <string.h>

bool wgi_csv_bad(const wgi_csv *s, size_t line, size_t column, const char *format, ...)
{
    char text[600];
    va_list args;
    if (s->quiet) return false;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    return wgi_file_error(s->f, WG_ERROR_FORMAT, ":%zu:%zu: %s", line, column, text);
}

wgi_csv wgi_csv_start(const wgi_file *f, size_t at, char separator)
{
    wgi_csv s = { .f = f, .separator = separator, .at = at, .line_start = at };
    s.stop[0] = s.stop['\n'] = s.stop['\r'] = s.stop[(unsigned char)separator] = true;
    if (separator == ' ') s.stop['\t'] = true;
    return s;
}

static bool bad_here(wgi_csv *s, const char *what)
{
    s->bad = true;
    return wgi_csv_bad(s, s->line + 1, s->at - s->line_start + 1, "%s", what);
}

/* A zero byte follows the last byte of the file, so this needs no check of the size. */
static char now(const wgi_csv *s) { return (char)s->f->bytes[s->at]; }
static bool ended(const wgi_csv *s) { return s->at >= s->f->size; }
static bool is_end_of_line(char c) { return c == '\n' || c == '\r'; }
static bool is_blank(const wgi_csv *s, char c) { return c == ' ' || (c == '\t' && s->separator != '\t'); }

static void end_line(wgi_csv *s)
{
    s->at += now(s) == '\r' && s->at + 1 < s->f->size && s->f->bytes[s->at + 1] == '\n' ? 2 : 1;
    s->line++;
    s->line_start = s->at;
}

static void skip_blanks(wgi_csv *s)
{
    while (!ended(s) && is_blank(s, now(s))) s->at++;
}

/* From behind the first quote to behind the last one. */
static bool in_quotes(wgi_csv *s, wgi_csv_field *field)
{
    const size_t start = s->at;
    while (!ended(s)) {
        if (now(s) == '"') {
            if (s->at + 1 >= s->f->size || s->f->bytes[s->at + 1] != '"') break;
            s->at += 2;
        } else if (is_end_of_line(now(s))) {
            end_line(s);
        } else if (!now(s)) {
            return bad_here(s, "a zero byte: the file is no text");
        } else {
            s->at++;
        }
    }
    if (ended(s)) {
        s->bad = true;
        return wgi_csv_bad(s, field->line, field->column, "the quote that begins here is never closed");
    }
    field->text = (const char *)s->f->bytes + start;
    field->length = s->at - start;
    s->at++;
    skip_blanks(s);
    return ended(s) || is_end_of_line(now(s)) || now(s) == s->separator || s->separator == ' ' ||
           bad_here(s, "there is text behind a closing quote; a quote in a field in quotes is doubled");
}

static bool plain(wgi_csv *s, wgi_csv_field *field)
{
    const unsigned char *bytes = s->f->bytes;
    size_t at = s->at;
    while (!s->stop[bytes[at]]) at++;
    field->text = (const char *)bytes + s->at;
    field->length = at - s->at;
    s->at = at;
    if (!bytes[at] && !ended(s)) return bad_here(s, "a zero byte: the file is no text");
    while (field->length && is_blank(s, field->text[field->length - 1])) field->length--;
    return true;
}

/* A line such as ----+------ or |:---|---| between a header and its rows, in tables that are drawn. */
static bool is_rule(const wgi_csv *s)
{
    const char *line = (const char *)s->f->bytes + s->at;
    const size_t n = strspn(line, "-+=|: \t");
    return s->separator == '|' && (!line[n] || is_end_of_line(line[n])) && memchr(line, '-', n);
}

static bool begin_row(wgi_csv *s)
{
    for (;;) {
        while (!ended(s) && is_end_of_line(now(s))) end_line(s);
        if (ended(s) || !is_rule(s)) break;
        while (!ended(s) && !is_end_of_line(now(s))) s->at++;
    }
    if (s->separator == ' ') skip_blanks(s);
    if (ended(s)) return false;
    s->row++;
    s->index = 0;
    return true;
}

bool wgi_csv_next(wgi_csv *s, wgi_csv_field *field)
{
    if (!s->inside && !begin_row(s)) return false;
    skip_blanks(s);
    *field = (wgi_csv_field){
        .row = s->row - 1, .index = s->index++, .line = s->line + 1, .column = s->at - s->line_start + 1
    };
    field->quoted = now(s) == '"' && !ended(s);
    if (field->quoted) s->at++;
    if (!(field->quoted ? in_quotes : plain)(s, field)) return false;
    if (s->separator == ' ') {
        skip_blanks(s);
        s->inside = !ended(s) && !is_end_of_line(now(s));
    } else {
        s->inside = !ended(s) && now(s) == s->separator;
    }
    field->last = !s->inside;
    if (s->inside) s->at += s->separator != ' ';
    else if (!ended(s)) end_line(s);
    return true;
}

/* nan, inf and hexadecimal numbers are words here. What follows the field in the file is a quote, a separator
 * or an end, none of which goes on with a number. */
bool wgi_csv_number(const wgi_csv_field *field, double *value)
{
    static const char decimal[] = "+-.0123456789eEdD";
    double v;
    for (size_t i = 0; i < field->length; i++)
        if (!memchr(decimal, field->text[i], sizeof decimal - 1)) return false;
    if (!field->length || wgx_number_in(field->text, &v) != field->text + field->length) return false;
    *value = v;
    return true;
}

void wgi_csv_text(const wgi_csv_field *field, char *to)
{
    for (size_t i = 0; i < field->length; i++) {
        *to++ = field->text[i];
        if (field->quoted && field->text[i] == '"') i++;
    }
    *to = 0;
}
