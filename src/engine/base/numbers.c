/* numbers.c: reads numbers that stand in texts, and sorts numbers. Every text from outside is read here: CSV,
 * flags, programs, answers of other programs. */
#include "base/base.h"
#include "wgx/base.h"

#include <locale.h>
#include <stdlib.h>

enum { LONGEST = 500, EXACT = 22 }; /* 10^22 is the largest power of ten that a double holds */

/* [sign] digits [. digits] [exponent]. mantissa: its value, if it is below 2^53. */
typedef struct form {
    bool minus, point, small; /* small: the value is mantissa 10^power, both exact */
    uint64_t mantissa;
    int power;
    const char *exponent, *end; /* exponent: of its letter; NULL: there is none */
} form;

static const char *digits(form *f, const char *s, int each)
{
    for (; *s >= '0' && *s <= '9'; s++) {
        f->small = f->small && f->mantissa < (UINT64_C(1) << 53) / 10 - 1;
        if (f->small) f->mantissa = 10 * f->mantissa + (uint64_t)(*s - '0'), f->power -= each;
    }
    return s;
}

/* An exponent has at least one digit; otherwise the letter belongs to what follows. Fortran prints a point
 * before a D: 2D1 is no number. */
static void read_exponent(form *f)
{
    const bool sign = f->end[1] == '-' || f->end[1] == '+';
    const char *s = f->end + 1 + sign;
    int power = 0;
    if (*s < '0' || *s > '9' || ((*f->end | 32) == 'd' && !sign && !f->point)) return;
    f->exponent = f->end;
    for (; *s >= '0' && *s <= '9'; s++) power = power < 10000 ? 10 * power + (*s - '0') : power;
    f->power += f->exponent[1] == '-' ? -power : power;
    f->end = s;
}

/* False: the text begins with no decimal number. */
static bool read_form(const char *text, form *f)
{
    const char *s = text + (*text == '-' || *text == '+'), *first = s;
    *f = (form){ .minus = *text == '-', .small = true };
    s = digits(f, s, 0);
    int count = (int)(s - first);
    f->point = *s == '.';
    if (f->point) {
        first = s + 1;
        s = digits(f, first, 1);
        count += (int)(s - first);
    }
    f->end = s;
    if (count && *s && strchr("eEdD", *s)) read_exponent(f);
    f->small = f->small && f->power >= -EXACT && f->power <= EXACT;
    return count > 0;
}

/* By the C library, in the C locale: a comma is no decimal point. */
static const char *read_slowly(const char *text, double *value)
{
    char *end = (char *)(uintptr_t)text;
    const locale_t c = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    const double v = c ? strtod_l(text, &end, c) : 0;
    if (c) freelocale(c);
    if (end != text) *value = v;
    return end;
}

const char *wgx_number_in(const char *from, double *value)
{
    static const double power[EXACT + 1] = { 1,    1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                             1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                             1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22 };
    char e[LONGEST + 1];
    form f;
    if (!from || !value) return from;
    const char *text = from + strspn(from, " \t");
    if (!read_form(text, &f) || (!f.exponent && (*f.end | 32) == 'x')) return read_slowly(from, value);
    const size_t n = (size_t)(f.end - text);
    if (f.small) { /* one rounding: the nearest double */
        const double m = f.minus ? -(double)f.mantissa : (double)f.mantissa;
        *value = f.power < 0 ? m / power[-f.power] : m * power[f.power];
        return f.end;
    }
    if (!f.exponent || (*f.exponent | 32) == 'e') return read_slowly(text, value);
    if (n > LONGEST) return from;
    memcpy(e, text, n);
    e[f.exponent - text] = 'e', e[n] = 0;
    read_slowly(e, value);
    return f.end;
}

static int by_size(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

void wgx_sort(double *v, size_t n) { qsort(v, n, sizeof *v, by_size); }
