/* print.c: prints values for people; --json prints all digits. A number that at most six significant digits
 * give exactly (up to rounding) is printed in this short form: 1.1, -2, 0.25. Otherwise a scalar gets six
 * decimals and an element of a tensor three, or an exponent if the magnitude is below 0.001 or at least 1e6.
 * All elements of a tensor have one form, chosen by its largest magnitude. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tool.h"

enum { MOST_COLUMNS = 12, MOST_ROWS = 20 };

/* The short form; false: there is none. */
static bool shortest(double v, char to[40])
{
    if (v == 0 || !isfinite(v)) {
        snprintf(to, 40, "%s", v == 0 ? "0" : isnan(v) ? "nan" : v > 0 ? "inf" : "-inf");
        return true;
    }
    for (int digits = 1; digits <= 6; digits++) {
        snprintf(to, 40, "%.*g", digits, v);
        if (strchr(to, 'e') && fabs(v) >= 1e-4 && fabs(v) < 1e6) continue;
        if (fabs(strtod(to, NULL) - v) <= 1e-14 * fabs(v)) return true;
    }
    return false;
}

void print_scalar(FILE *out, double v)
{
    char text[40];
    if (shortest(v, text)) fputs(text, out);
    else fprintf(out, fabs(v) < 1e-3 || fabs(v) >= 1e6 ? "%.6e" : "%.6f", v);
}

typedef enum style { STYLE_SHORT, STYLE_FIXED, STYLE_EXPONENT } style;

static style style_of(const wg_tensor *t)
{
    char text[40];
    int64_t n = wg_shape_size(t->shape);
    double largest = 0;
    bool all_short = true;
    for (int64_t i = 0; i < n; i++) {
        double v = wg_tensor_item(t, i);
        all_short = all_short && shortest(v, text);
        if (isfinite(v) && fabs(v) > largest) largest = fabs(v);
    }
    return all_short ? STYLE_SHORT : largest < 1e-3 || largest >= 1e6 ? STYLE_EXPONENT : STYLE_FIXED;
}

static void element(FILE *out, double v, style s)
{
    char text[40];
    if (!isfinite(v) || s == STYLE_SHORT) {
        shortest(v, text);
        fputs(text, out);
    } else {
        fprintf(out, s == STYLE_FIXED ? "%.3f" : "%.3e", v);
    }
}

static void row(FILE *out, const wg_tensor *t, int64_t from, int64_t n, int64_t most, style s)
{
    for (int64_t i = 0; i < n; i++) {
        if (n > most && i == most - 1 && n - 1 > i) {
            fprintf(out, "... ");
            i = n - 1;
        }
        element(out, wg_tensor_item(t, from + i), s);
        if (i + 1 < n) fputc(' ', out);
    }
}

void print_line(FILE *out, const wg_tensor *t, int64_t most)
{
    if (t->shape.rank == 0) print_scalar(out, wg_tensor_item(t, 0));
    else row(out, t, 0, wg_shape_size(t->shape), most, style_of(t));
}

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

static void matrices(FILE *out, const wg_tensor *t, const char *indent)
{
    wg_shape s = t->shape;
    int64_t rows = s.dim[s.rank - 2], columns = s.dim[s.rank - 1], n = wg_shape_size(s);
    int64_t each = rows * columns, count = each ? n / each : 0;
    style how = style_of(t);
    for (int64_t m = 0; m < count; m++) {
        if (m == MOST_ROWS) {
            fprintf(out, "  ... and %lld more\n", (long long)(count - m));
            return;
        }
        if (s.rank > 2) matrix_head(out, s, m);
        for (int64_t i = 0; i < rows; i++) {
            if (rows > MOST_ROWS && i == MOST_ROWS - 1) {
                fprintf(out, "%s...\n", indent);
                i = rows - 1;
            }
            fputs(indent, out);
            row(out, t, m * each + i * columns, columns, MOST_COLUMNS, how);
            fputc('\n', out);
        }
    }
}

void print_tensor(FILE *out, const char *label, const wg_tensor *t)
{
    char shape[120];
    if (t->shape.rank >= 2 && wg_shape_size(t->shape) > 0) {
        if (*label) fprintf(out, "%s %s\n", label, wg_shape_text(t->shape, shape, sizeof shape));
        matrices(out, t, *label ? "  " : "");
        return;
    }
    fprintf(out, "%s%s", label, *label ? " " : "");
    if (wg_shape_size(t->shape) == 0)
        fprintf(out, "[] (shape %s)", wg_shape_text(t->shape, shape, sizeof shape));
    else print_line(out, t, 100);
    fputc('\n', out);
}
