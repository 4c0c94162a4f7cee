/* print.c: prints values for people; --json prints all digits.
 *
 * A number that at most six significant digits give exactly (up to rounding) is printed with these: 1.1, -2,
 * 0.25, 1e+20. A whole number below 1e15 has all its digits: 12345678. Any other number is rounded to six
 * significant digits, an element of a tensor to four, and keeps its zeros: 0.8420. --digits N says how many.
 * Elements are rounded each by itself, so that a small one beside a large one is no 0. Below 1e-4 and from
 * 1e6 on numbers have an exponent.
 *
 * A file or pipe gets every element. In a terminal rows are cut to its width, matrices to MOST_ROWS rows. */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tool.h"

enum { MOST_ROWS = 20, SHORT = 6, SCALAR_DIGITS = 6, ELEMENT_DIGITS = 4, MOST_DIGITS = 17, ROOM = 40 };

const flag number_flags[] = {
    { 0, "digits", "N", "N significant digits (default: 6, in tensors 4; --json has all)" },
    { 0, "full", NULL, "with --json: tensors of more than 1,000 elements whole, instead of a summary" },
    { 0, NULL, NULL, NULL },
};

/* ---- one number ---- */

int digits_needed(double v)
{
    char text[ROOM];
    for (int digits = 1; digits < MOST_DIGITS; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, v);
        if (strtod(text, NULL) == v) return digits;
    }
    return MOST_DIGITS;
}

/* How long a short form may be, and how far it may be from the number, as a share of it. */
typedef struct shortness {
    int most;
    double off;
} shortness;

static double unit_of(wg_dtype t) { return t == WG_F64 ? 0x1p-53 : 0x1p-24; }

/* The short form of a number. False: there is none. */
static bool shortest(double v, shortness by, char to[ROOM])
{
    if (v == 0 || !isfinite(v)) {
        snprintf(to, ROOM, "%s", v == 0 ? "0" : isnan(v) ? "nan" : v > 0 ? "inf" : "-inf");
        return true;
    }
    for (int digits = 1; digits <= by.most; digits++) {
        snprintf(to, ROOM, "%.*g", digits, v);
        if (strchr(to, 'e') && fabs(v) >= 1e-4 && fabs(v) < 1e6) continue;
        if (fabs(strtod(to, NULL) - v) <= by.off * fabs(v)) return true;
    }
    return false;
}

static bool is_whole(double v) { return fabs(v) < 1e15 && v == floor(v); }

static void rounded(double v, int digits, char to[ROOM])
{
    snprintf(to, ROOM, "%.*e", digits - 1, v);
    const int power = atoi(strchr(to, 'e') + 1), decimals = digits - 1 - power;
    if (power >= -4 && power < SHORT) snprintf(to, ROOM, "%.*f", decimals > 0 ? decimals : 0, v);
}

static void number_text(double v, shortness by, int digits, char to[ROOM])
{
    const bool is_short = shortest(v, by, to);
    if (is_short && (fabs(v) >= 1e9 || !strchr(to, 'e'))) return;
    if (is_whole(v)) snprintf(to, ROOM, "%.0f", v);
    else if (!is_short) rounded(v, digits, to);
}

/* ---- the elements of a tensor ---- */

typedef struct form {
    FILE *out;
    const wg_tensor *t;
    shortness by;
    int digits;
    int width; /* columns of the terminal; 0: no limit */
    bool cut;  /* elements were left out */
} form;

/* By default what many operations have rounded is short too: 0.1 + 0.2 is 0.3. */
static form form_of(const print_style *style, const wg_tensor *t)
{
    form f = { .out = style->out, .t = t, .digits = style->digits, .width = style->width };
    char text[ROOM];
    f.by = (shortness){ f.digits, unit_of(t->dtype) / 4 };
    if (f.digits) return f;
    f.by = (shortness){ SHORT, t->dtype == WG_F64 ? 1e-14 : unit_of(t->dtype) };
    f.digits = t->shape.rank ? ELEMENT_DIGITS : SCALAR_DIGITS;
    for (int64_t i = 0, n = wg_shape_size(t->shape); i < n && f.by.most == SHORT; i++) {
        const double v = wg_tensor_item(t, i);
        if (!is_whole(v) && !shortest(v, f.by, text)) f.by.most = f.digits;
    }
    return f;
}

static int element_text(const form *f, int64_t i, char to[ROOM])
{
    if (f->t->dtype == WG_I64) snprintf(to, ROOM, "%" PRId64, ((const int64_t *)f->t->data)[i]);
    else number_text(wg_tensor_item(f->t, i), f->by, f->digits, to);
    return (int)strlen(to);
}

/* The elements [0, count) of each shown row are printed, and the last one of the row. */
typedef struct columns {
    int64_t count, all;
    int *width; /* of each printed column, the last one's behind the others; NULL: not aligned */
} columns;

static void element(const form *f, int64_t i, int width)
{
    char text[ROOM];
    element_text(f, i, text);
    fprintf(f->out, "%*s", width, text);
}

static void row(form *f, int64_t from, const columns *c)
{
    for (int64_t i = 0; i < c->count; i++) {
        if (i) fputc(' ', f->out);
        element(f, from + i, c->width ? c->width[i] : 0);
    }
    if (c->count < c->all) {
        fputs(c->count ? " ... " : "... ", f->out);
        element(f, from + c->all - 1, c->width ? c->width[c->count] : 0);
        f->cut = true;
    }
}

/* The widest text in column i of the rows that begin at from. */
static int column_width(const form *f, int64_t from, int64_t rows, int64_t each, int64_t i)
{
    char text[ROOM];
    int most = 0;
    for (int64_t r = 0; r < rows; r++) {
        const int n = element_text(f, from + r * each + i, text);
        most = n > most ? n : most;
    }
    return most;
}

/* Chooses how many columns fit beside the last one, after `used` characters. False: out of memory. */
static bool fit(const form *f, int64_t from, int64_t rows, int64_t all, int used, columns *c)
{
    *c = (columns){ all, all, calloc((size_t)all + 1, sizeof *c->width) };
    if (!c->width) return false;
    const int last = all ? column_width(f, from, rows, all, all - 1) : 0;
    for (int64_t i = 0, at = used; i < all; i++) {
        c->width[i] = column_width(f, from, rows, all, i);
        at += (i > 0) + c->width[i];
        if (!f->width || at + (i + 1 < all ? 5 + last : 0) <= f->width) continue;
        if (i + 2 == all && at + 1 + last <= f->width) continue;
        c->count = i;
        c->width[i] = last;
        return true;
    }
    return true;
}

/* ---- matrices ---- */

/* Prints "[1,:,:]", the line before matrix i of a tensor with more than two axes. */
static void matrix_head(FILE *out, wg_shape s, int64_t i)
{
    int64_t size = 1, index[WG_MAX_RANK];
    for (int k = s.rank - 3; k >= 0; k--) {
        index[k] = i / size % s.dim[k];
        size *= s.dim[k];
    }
    fputs("  [", out);
    for (int k = 0; k < s.rank - 2; k++) fprintf(out, "%lld,", (long long)index[k]);
    fputs(":,:]\n", out);
}

static bool one_matrix(form *f, int64_t from, const char *indent)
{
    const wg_shape s = f->t->shape;
    const int64_t rows = s.dim[s.rank - 2], all = s.dim[s.rank - 1];
    const int64_t shown = f->width && rows > MOST_ROWS ? MOST_ROWS - 1 : rows;
    columns c;
    if (!fit(f, from, shown, all, (int)strlen(indent), &c)) return false;
    for (int64_t i = 0; i < shown; i++) {
        fputs(indent, f->out);
        row(f, from + i * all, &c);
        fputc('\n', f->out);
    }
    if (shown < rows) {
        fprintf(f->out, "%s...\n%s", indent, indent);
        row(f, from + (rows - 1) * all, &c);
        fputc('\n', f->out);
        f->cut = true;
    }
    free(c.width);
    return true;
}

static bool matrices(form *f, const char *indent)
{
    const wg_shape s = f->t->shape;
    const int64_t each = s.dim[s.rank - 2] * s.dim[s.rank - 1], count = wg_shape_size(s) / each;
    for (int64_t m = 0; m < count; m++) {
        if (f->width && m == MOST_ROWS) {
            fprintf(f->out, "  ... and %lld more\n", (long long)(count - m));
            f->cut = true;
            return true;
        }
        if (s.rank > 2) matrix_head(f->out, s, m);
        if (!one_matrix(f, m * each, indent)) return false;
    }
    return true;
}

static bool line(form *f, const char *label)
{
    const int64_t n = wg_shape_size(f->t->shape);
    char shape[120];
    columns c = { n, n, NULL };
    fprintf(f->out, "%s%s", label, *label ? " " : "");
    if (n == 0) {
        fprintf(f->out, "[] (shape %s)\n", wg_shape_text(f->t->shape, shape, sizeof shape));
        return true;
    }
    if (f->width && !fit(f, 0, 1, n, (int)strlen(label) + 1, &c)) return false;
    row(f, 0, &c);
    fputc('\n', f->out);
    free(c.width);
    return true;
}

/* ---- public in the command ---- */

bool print_style_of(const args *a, print_style *style)
{
    long long digits = 0;
    *style = (print_style){ .out = stdout, .width = isatty(1) ? terminal_width() : 0 };
    if (!args_long(a, "digits", 1, &digits)) return false;
    if (args_has(a, "full") && !a->json) return tool_wrong(a, "--full: only with --json"), false;
    if (digits > MOST_DIGITS) return tool_wrong(a, "--digits %lld: 1 to %d", digits, MOST_DIGITS), false;
    style->digits = (int)digits;
    return true;
}

bool print_tensor(const print_style *style, const char *label, const wg_tensor *t)
{
    char shape[120];
    form f = form_of(style, t);
    const bool is_matrix = t->shape.rank >= 2 && wg_shape_size(t->shape) > 0;
    if (is_matrix && *label) fprintf(f.out, "%s %s\n", label, wg_shape_text(t->shape, shape, sizeof shape));
    const bool fine = is_matrix ? matrices(&f, *label ? "  " : "") : line(&f, label);
    if (f.cut && !style->plain)
        fprintf(f.out, "(cut to this terminal: a pipe gets all %lld elements)\n",
                (long long)wg_shape_size(t->shape));
    return fine;
}
