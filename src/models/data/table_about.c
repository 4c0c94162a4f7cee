/* table_about.c: what was found in a table, in words. */
#include "data/table.h"
#include "wgx/base.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The text of a name or a word, cut behind so many characters. Returns how many it has then. */
static int cut_text(const char *s, int most, char *to, size_t room)
{
    size_t n = 0;
    int characters = 0;
    for (; s[n] && characters < most; characters++) {
        const int k = wgx_utf8_length(s + n);
        if (n + 8 > room) break;
        n += k ? (size_t)k : 1;
    }
    char part[200];
    snprintf(part, sizeof part, "%.*s%s", (int)n, s, s[n] ? "..." : "");
    for (char *at = part; *at; at++)
        if (*at == '\n' || *at == '\r' || *at == '\t') *at = ' ';
    wgx_plain_text(part, to, room);
    return characters + (s[n] ? 3 : 0);
}

/* The day of a number of days since 1970-01-01. */
static void print_date(double days, FILE *out)
{
    int64_t d = (int64_t)floor(days) + 719468; /* since 0000-03-01: years that begin in March end with the
                                                * leap day */
    const int64_t era = (d >= 0 ? d : d - 146096) / 146097, in_era = d - era * 146097;
    const int64_t year = (in_era - in_era / 1460 + in_era / 36524 - in_era / 146096) / 365;
    const int64_t day = in_era - (365 * year + year / 4 - year / 100), month = (5 * day + 2) / 153;
    fprintf(out, "%04lld-%02lld-%02lld", (long long)(year + era * 400 + (month > 9)),
            (long long)(month < 10 ? month + 3 : month - 9), (long long)(day - (153 * month + 2) / 5 + 1));
}

static void say_words(const wgi_column *k, FILE *out)
{
    enum { SHOWN = 4 };
    char word[120];
    if (k->count > 2 * SHOWN) fprintf(out, "%lld words: ", (long long)k->count);
    for (int64_t i = 0; i < k->count && (i < SHOWN || k->count <= 2 * SHOWN); i++) {
        cut_text(k->word[i]->text, 24, word, sizeof word);
        fprintf(out, "%s%s", i ? ", " : "", word);
    }
    if (k->count > 2 * SHOWN) fputs(", ...", out);
}

static void say_values(const wgi_column *k, FILE *out)
{
    if (k->type == WG_WORD) {
        say_words(k, out);
    } else if (k->type == WG_DATE && k->seen) {
        const bool times = k->least > -366 && k->most < 366; /* times of day, durations */
        if (times) fprintf(out, "%.4g to %.4g days", k->least, k->most);
        else print_date(k->least, out), fputs(" to ", out), print_date(k->most, out);
        if (k->ordered) fprintf(out, ", the %s first", k->order == WGI_DAY_FIRST ? "day" : "month");
    } else if (k->seen) {
        fprintf(out, "%.6g to %.6g%s%s", k->least, k->most, *k->unit ? " " : "", k->unit);
        if (k->unsure && !k->why) fprintf(out, ", with a decimal %s", k->decimal == ',' ? "comma" : "point");
    }
}

static void say_column(const wgi_column *k, int width, FILE *out)
{
    static const char *const types[] = { "number", "words", "dates" };
    char name[120], text[120];
    const int used = cut_text(*k->name ? k->name : "(no name)", 28, name, sizeof name);
    fprintf(out, "    %s%*s  %-6s  ", name, width > used ? width - used : 0, "", types[k->type]);
    say_values(k, out);
    if (k->missing) fprintf(out, "%s%lld missing", k->seen || k->count ? "; " : "", (long long)k->missing);
    if (k->bad.line) {
        cut_text(k->bad.text, 60, text, sizeof text);
        fprintf(out, "; '%s' in line %zu is none", text, k->bad.line);
    }
    if (k->mixed) fputs("; not all in one unit: some in %, or in another currency", out);
    if (k->why) fprintf(out, "; it %s: left out", k->why);
    if (k->unsure && !k->why && k->type == WG_DATE)
        fprintf(out, "; .type = \"%s=%s\" is the other way", name, k->order == WGI_DAY_FIRST ? "mdy" : "dmy");
    if (k->unsure && !k->why && k->type == WG_NUMBER)
        fprintf(out, "; by a decimal %s they would be others", k->decimal == ',' ? "point" : "comma");
    fputc('\n', out);
}

static void say_form(const wg_table *t, FILE *out)
{
    const char *sign = t->separator == '\t'  ? "tabs"
                       : t->separator == ' ' ? "blanks"
                       : t->separator == ',' ? "commas"
                       : t->separator == ';' ? "semicolons"
                                             : NULL;
    fprintf(out, "%s: %lld row%s, %lld column%s, separated by ", t->path, (long long)t->rows,
            &"s"[t->rows == 1], (long long)t -> columns -> count, &"s"[t->columns->count == 1]);
    if (sign) fputs(sign, out);
    else fprintf(out, "%c", t->separator);
    if (t->decimal == ',') fputs(", decimal commas", out);
    if (t->encoding) fprintf(out, ", %s", t->encoding);
    if (!t->has_header) fputs(", no names: they are 0, 1, 2, ...", out);
    if (t->title_lines)
        fprintf(out, ", %zu line%s before the table", t->title_lines, t->title_lines > 1 ? "s" : "");
    if (t->foot_lines) fprintf(out, ", %zu line%s behind it", t->foot_lines, t->foot_lines > 1 ? "s" : "");
    if (t->empty_rows) fprintf(out, ", %lld empty row%s", (long long)t->empty_rows, &"s"[t->empty_rows == 1]);
    if (t->short_rows)
        fprintf(out, ", %lld row%s too short: line %zu%s", (long long)t->short_rows,
                t->short_rows > 1 ? "s" : "", t->short_line, t->short_rows > 1 ? ", ..." : "");
    fputc('\n', out);
}

/* So many columns are shown, if there are many more. */
enum { MOST = 100 };

const char *wg_table_about(wg_table *t)
{
    char *text = NULL, name[120];
    size_t size = 0;
    int width = 0;
    if (!t || !wgi_table_load(t)) return "";
    FILE *out = open_memstream(&text, &size);
    if (!out) return "";
    for (int64_t k = 0; k < t->columns->count; k++) {
        const char *n = t->columns->all[k].name;
        const int used = cut_text(*n ? n : "(no name)", 28, name, sizeof name);
        if (used > width) width = used;
    }
    const int64_t shown = t->columns->count > MOST + 10 ? MOST : t->columns->count;
    say_form(t, out);
    for (int64_t k = 0; k < shown; k++) say_column(&t->columns->all[k], width, out);
    if (shown < t->columns->count)
        fprintf(out, "    and %lld more columns\n", (long long)(t->columns->count - shown));
    const bool whole = !ferror(out);
    const bool ended = !fclose(out);
    wg_free(t->file.c, t->about);
    t->about = text && whole && ended ? wg_alloc(t->file.c, size + 1, 1) : NULL;
    if (t->about) memcpy(t->about, text, size + 1);
    free(text);
    return t->about ? t->about : "";
}
