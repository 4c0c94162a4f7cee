/* cell.c: what the text of one field says: a number, a date, or that there is no value. No locale is asked:
 * which sign is decimal, and whether the day stands first, is found from all fields of a column
 * (table_look.c). */
#include "data/table.h"
#include "wgx/base.h"

#include <ctype.h>
#include <string.h>

/* ---- numbers ---- */

/* The bytes of `word` at the beginning of the n bytes at text; 0: they do not begin so. */
static size_t begins(const char *text, size_t n, const char *word)
{
    const size_t k = strlen(word);
    return n >= k && !memcmp(text, word, k) ? k : 0;
}

/* The length of one of the words at the beginning of the text, or at its end. 0: there is none. */
static size_t one_of(const char *text, size_t n, const char *const words[], bool at_end)
{
    for (; *words; words++) {
        const size_t k = strlen(*words);
        if (n >= k && begins(at_end ? text + n - k : text, k, *words)) return k;
    }
    return 0;
}

static const char *const blanks[] = { " ", "\t", "\xC2\xA0", "\xE2\x80\xAF", "\xE2\x80\x89", NULL };
static const char *const apostrophes[] = { "'", "\xE2\x80\x99", NULL };
static const char *const minuses[] = { "-", "\xE2\x88\x92", NULL };
static const char *const currencies[] = {
    "$",   "€",   "£",   "¥",   "₹",   "₽", "₩",   "₺",   "R$",  "US$", "C$",
    "A$",  "zł",  "kr.", "kr",  "Kč",  "Ft",  "Fr.", "EUR", "USD", "GBP", "CHF",
    "JPY", "CNY", "INR", "BRL", "CAD", "AUD", "SEK", "NOK", "DKK", "PLN", NULL,
};

typedef struct part {
    const char *at;
    size_t n;
} part;

static bool take(part *p, const char *const words[], bool at_end)
{
    const size_t k = one_of(p->at, p->n, words, at_end);
    if (!at_end) p->at += k;
    p->n -= k;
    return k;
}

/* Takes off what stands around the digits. Returns -1 or 1, and 0 if two signs stand there. */
static int take_signs(part *p, bool *percent)
{
    static const char *const plus[] = { "+", NULL }, *const open[] = { "(", NULL },
                             *const shut[] = { ")", NULL }, *const share[] = { "%", NULL };
    bool minus = false, plain = false, money = false, in = take(p, open, false);
    if (in && !take(p, shut, true)) return 0;
    for (int i = 0; i < 2; i++) {
        while (take(p, blanks, false)) continue;
        if (!minus && !plain && !(minus = take(p, minuses, false))) plain = take(p, plus, false);
        while (take(p, blanks, false)) continue;
        if (!money) money = take(p, currencies, false);
    }
    while (take(p, blanks, true)) continue;
    if (!minus && !plain && !in) minus = take(p, minuses, true);
    if (!money && !(*percent = take(p, share, true))) take(p, currencies, true);
    while (take(p, blanks, true)) continue;
    return minus && in ? 0 : minus || in ? -1 : 1;
}

/* The length of a sign that groups digits; *kind becomes the same for signs that look alike. */
static size_t group_sign(part p, char decimal, char *kind)
{
    const size_t blank = one_of(p.at, p.n, blanks, false), high = one_of(p.at, p.n, apostrophes, false);
    *kind = blank ? ' ' : high ? '\'' : p.n ? *p.at : 0;
    if (blank || high) return blank + high;
    return p.n && (*p.at == '.' || *p.at == ',') && *p.at != decimal;
}

/* Copies the digits before the decimal sign, without signs of groups: 1,234,567 or 12,34,567 as in India. */
static bool whole_part(part *p, char decimal, char **to)
{
    size_t digits = 0, groups = 0, twos = 0, threes = 0, k;
    char sign = 0, kind;
    const bool zero = p->n && *p->at == '0';
    for (;;) {
        for (digits = 0; p->n && isdigit((unsigned char)*p->at); digits++, p->at++, p->n--) *(*to)++ = *p->at;
        k = group_sign(*p, decimal, &kind);
        if (!k || !digits) break;
        if (groups && kind != sign) return false;
        if (groups ? digits != 2 && digits != 3 : digits > 3) return false;
        if (groups) twos += digits == 2, threes += digits == 3;
        groups++, sign = kind, p->at += k, p->n -= k;
    }
    return !groups || (digits == 3 && !zero && !(twos && threes));
}

bool wgi_cell_number(const char *text, size_t n, char decimal, double *value)
{
    enum { LONGEST = 100 };
    char digits[LONGEST + 16], *to = digits;
    part p = { text, n };
    bool percent = false;
    if (decimal == '.' && wgi_csv_number(&(wgi_csv_field){ .text = text, .length = n }, value)) return true;
    if (!n || n > LONGEST) return false;
    const int sign = take_signs(&p, &percent);
    if (!sign) return false;
    if (sign < 0) *to++ = '-';
    const char *const first = to;
    if (!whole_part(&p, decimal, &to)) return false;
    size_t count = (size_t)(to - first);
    if (p.n && *p.at == decimal) {
        *to++ = '.';
        for (p.at++, p.n--; p.n && isdigit((unsigned char)*p.at); count++, p.at++, p.n--) *to++ = *p.at;
    }
    if (!count) return false;
    if (percent) {
        memcpy(to, "e-2", 3), to += 3;
    } else if (p.n > 1 && strchr("eE", *p.at)) {
        *to++ = 'e', p.at++, p.n--;
        if (*p.at == '-' || *p.at == '+') *to++ = *p.at++, p.n--;
        if (!p.n) return false;
        while (p.n && isdigit((unsigned char)*p.at)) *to++ = *p.at++, p.n--;
    }
    *to = 0;
    return !p.n && wgx_number_in(digits, value) == to;
}

int wgi_cell_sign(const char *text, size_t n)
{
    if (n && text[n - 1] == '%') return -1;
    for (int i = 0; currencies[i]; i++)
        if (memmem(text, n, currencies[i], strlen(currencies[i]))) return i + 1;
    return 0;
}

bool wgi_cell_ends(const char *text, size_t n, const char *end, size_t length)
{
    return n >= length && !memcmp(text + n - length, end, length);
}

size_t wgi_cell_unit(const char *text, size_t n)
{
    enum { LONGEST = 12 };
    size_t at = n;
    while (at && !isdigit((unsigned char)text[at - 1])) at--;
    if (!at || at == n) return 0;
    for (part p = { text + at, n - at }; take(&p, blanks, false);) at = n - p.n;
    const bool exponent = n - at == 1 && strchr("eEdD", text[at]);
    return n - at <= LONGEST && n > at && !exponent && !strchr(".,:;/-)]%", text[at]) ? at : 0;
}

/* ---- dates ---- */

/* 1 to `most` digits. Returns how many there were; 0: none, or more. */
static int read_digits(part *p, int most, int *value)
{
    int n = 0;
    for (*value = 0; p->n && isdigit((unsigned char)*p->at); n++, p->at++, p->n--)
        if (n < most) *value = 10 * *value + (*p->at - '0');
    return n <= most ? n : 0;
}

static bool read_char(part *p, const char *which)
{
    if (!p->n || !*p->at || !strchr(which, *p->at)) return false;
    p->at++, p->n--;
    return true;
}

/* The name of a month, or its first three letters, in English, or as German and French differ from it. 0:
 * there is none. */
static int read_month(part *p)
{
    static const struct {
        const char *name;
        int month;
    } names[] = { { "january", 1 },
                  { "february", 2 },
                  { "march", 3 },
                  { "april", 4 },
                  { "may", 5 },
                  { "june", 6 },
                  { "july", 7 },
                  { "august", 8 },
                  { "september", 9 },
                  { "october", 10 },
                  { "november", 11 },
                  { "december", 12 },
                  { "januar", 1 },
                  { "februar", 2 },
                  { "m\xC3\xA4rz", 3 },
                  { "mrz", 3 },
                  { "mai", 5 },
                  { "juni", 6 },
                  { "juli", 7 },
                  { "oktober", 10 },
                  { "dezember", 12 },
                  { "janvier", 1 },
                  { "f\xC3\xA9vrier", 2 },
                  { "mars", 3 },
                  { "avril", 4 },
                  { "juin", 6 },
                  { "juillet", 7 },
                  { "ao\xC3\xBBt", 8 },
                  { "septembre", 9 },
                  { "octobre", 10 },
                  { "novembre", 11 },
                  { "d\xC3\xA9"
                    "cembre",
                    12 } };
    size_t n = 0;
    while (n < p->n && (isalpha((unsigned char)p->at[n]) || (unsigned char)p->at[n] > 127)) n++;
    for (size_t m = 0; m < sizeof names / sizeof *names && n >= 3; m++) {
        size_t k = 0;
        while (k < n && names[m].name[k] &&
               tolower((unsigned char)p->at[k]) == tolower((unsigned char)names[m].name[k]))
            k++;
        if (k < n || (n != 3 && names[m].name[n])) continue;
        p->at += n, p->n -= n;
        return names[m].month;
    }
    return 0;
}

/* 12:30, 12:30:05.25, 1:05 PM, with Z or +02:00 behind it. *days becomes the share of a day, in UTC if a zone
 * is given. lasts: it may be a duration, with any number of hours. */
static bool read_time(part *p, bool lasts, double *days)
{
    int hour, minute, second = 0, zone_hour = 0, zone_minute = 0;
    double fraction = 0, unit = 0.1;
    if (!read_digits(p, lasts ? 4 : 2, &hour) || !read_char(p, ":") || read_digits(p, 2, &minute) != 2)
        return false;
    if (read_char(p, ":")) {
        if (read_digits(p, 2, &second) != 2) return false;
        if (read_char(p, ".,"))
            for (; p->n && isdigit((unsigned char)*p->at); p->at++, p->n--, unit /= 10)
                fraction += unit * (*p->at - '0');
    }
    while (read_char(p, " ")) continue;
    const bool pm = p->n >= 2 && (*p->at | 32) == 'p', am = p->n >= 2 && (*p->at | 32) == 'a';
    if ((am || pm) && (p->at[1] | 32) == 'm') {
        p->at += 2, p->n -= 2;
        if (hour < 1 || hour > 12) return false;
        hour = hour % 12 + (pm ? 12 : 0);
    }
    if (!read_char(p, "Z") && p->n && strchr("+-", *p->at)) {
        const int sign = *p->at == '-' ? -1 : 1;
        read_char(p, "+-");
        if (read_digits(p, 4, &zone_hour) > 2) zone_minute = zone_hour % 100, zone_hour /= 100;
        if (read_char(p, ":")) read_digits(p, 2, &zone_minute);
        zone_hour *= sign, zone_minute *= sign;
    }
    *days = (hour - zone_hour + (minute - zone_minute + (second + fraction) / 60) / 60) / 24;
    return (hour < 24 || lasts) && minute < 60 && second <= 60;
}

/* Days from 1970-01-01 to a day of the Gregorian calendar; false: there is no such day. */
static bool day_number(int year, int month, int day, double *days)
{
    static const int before[] = { 0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365 };
    const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    if (month < 1 || month > 12 || day < 1) return false;
    if (day > before[month] - before[month - 1] + (leap && month == 2)) return false;
    const int y = year - 1;
    *days =
        365.0 * y + y / 4 - y / 100 + y / 400 + before[month - 1] + (leap && month > 2) + day - 1 - 719162;
    return true;
}

static int full_year(int year, int digits) { return digits > 2 ? year : year + (year < 30 ? 2000 : 1900); }

/* Three numbers with two equal signs between them; 31 Dec 2024, Dec 31, 2024. */
static wgi_date read_day(part *p, wgi_date order, double *days)
{
    int a, b, year, n, month = read_month(p);
    if (month) {
        while (read_char(p, " .")) continue;
        if (!read_digits(p, 2, &a)) return WGI_NO_DATE;
        while (read_char(p, " ,")) continue;
        n = read_digits(p, 4, &year);
        return n == 4 && day_number(year, month, a, days) ? WGI_DATE : WGI_NO_DATE;
    }
    const part whole = *p;
    if (read_digits(p, 8, &a) == 8 && !p->n) /* 20240301 */
        return day_number(a / 10000, a / 100 % 100, a % 100, days) ? WGI_DATE : WGI_NO_DATE;
    *p = whole;
    n = read_digits(p, 4, &a);
    if (!n || !p->n) return WGI_NO_DATE;
    const char sign[2] = { *p->at, 0 };
    if (!read_char(p, "-/. ")) return WGI_NO_DATE;
    while (read_char(p, " ")) continue;
    const part here = *p;
    month = read_month(p);
    if (month) {
        while (read_char(p, "-/. ,")) continue;
        const int digits = n <= 2 ? read_digits(p, 4, &year) : 0;
        return (digits == 2 || digits == 4) && day_number(full_year(year, digits), month, a, days)
                   ? WGI_DATE
                   : WGI_NO_DATE;
    }
    *p = here;
    if (*sign == ' ' || !read_digits(p, 2, &b) || !read_char(p, sign)) return WGI_NO_DATE;
    while (read_char(p, " ")) continue;
    if (n == 4) return read_digits(p, 2, &year) && day_number(a, b, year, days) ? WGI_DATE : WGI_NO_DATE;
    const int digits = read_digits(p, 4, &year);
    if (n > 2 || (digits != 2 && digits != 4)) return WGI_NO_DATE;
    year = full_year(year, digits);
    double other;
    const bool day_first = day_number(year, b, a, days),
               month_first = *sign != '.' && day_number(year, a, b, &other);
    if (order != WGI_DAY_FIRST && month_first) *days = other;
    if (order == WGI_DAY_FIRST || *sign == '.') return day_first ? WGI_DAY_FIRST : WGI_NO_DATE;
    if (order == WGI_MONTH_FIRST) return month_first ? WGI_MONTH_FIRST : WGI_NO_DATE;
    return day_first && month_first ? WGI_EITHER
           : day_first              ? WGI_DAY_FIRST
           : month_first            ? WGI_MONTH_FIRST
                                    : WGI_NO_DATE;
}

wgi_date wgi_cell_date(const char *text, size_t n, wgi_date order, double *days)
{
    part p = { text, n };
    double time = 0;
    *days = 0;
    if (n < 4 || n > 40) return WGI_NO_DATE;
    if (n > strspn(text, "0123456789") && text[strspn(text, "0123456789")] == ':')
        return read_time(&p, true, days) && !p.n ? WGI_DATE : WGI_NO_DATE;
    const wgi_date found = read_day(&p, order, days);
    if (!found) return WGI_NO_DATE;
    if (p.n && (read_char(&p, "T") || read_char(&p, " "))) {
        while (read_char(&p, " ")) continue;
        if (!read_time(&p, false, &time)) return WGI_NO_DATE;
    }
    *days += time;
    return p.n ? WGI_NO_DATE : found;
}

/* ---- no value ---- */

/* #N/A, #DIV/0!, #NV: what spreadsheets write for a formula without a value, in any language. #FF0000 is a
 * colour, and #USA a word. */
static bool is_sheet_error(const char *text, size_t n)
{
    size_t k = 1;
    if (n < 3 || n > 12 || *text != '#') return false;
    while (k < n &&
           (isupper((unsigned char)text[k]) || isdigit((unsigned char)text[k]) || strchr("/!?", text[k])))
        k++;
    return k == n && isupper((unsigned char)text[1]) &&
           (strchr("!?", text[n - 1]) || memchr(text, '/', n) || (n == 3 && !memcmp(text, "#NV", 3)));
}

bool wgi_cell_missing(const char *text, size_t n, bool of_words)
{
    /* The first are no words of any column; the others could be. */
    static const char *const always[] = {
        "na", "n/a", "<na>", "nan", "-nan", "null",         "(null)",       "\\n",
        "?",  "nat", "-",    "--",  "---",  "\xE2\x80\x93", "\xE2\x80\x94", NULL
    };
    static const char *const in_numbers[] = { "none", ".",   "..",   "...",     "*",       "k.a.",
                                              "n.a.", "nil", "n.d.", "missing", "unknown", NULL };
    enum { LONGEST = 8 };
    char low[LONGEST + 1];
    if (!n || is_sheet_error(text, n)) return true;
    if (n > LONGEST) return false;
    if (n == 4 && !memcmp(text, "None", 4)) return true; /* as Python writes it; none may be a word */
    for (size_t i = 0; i < n; i++) low[i] = (char)tolower((unsigned char)text[i]);
    low[n] = 0;
    for (int i = 0; always[i]; i++)
        if (!strcmp(low, always[i])) return true;
    for (int i = 0; in_numbers[i] && !of_words; i++)
        if (!strcmp(low, in_numbers[i])) return true;
    return false;
}
