/* table_look.c: how a file of rows is written, and what its columns hold, from its first rows. */
#include "data/table.h"
#include "wgx/base.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- the bytes as UTF-8 ---- */

static bool fail(const wg_table *t, const char *what)
{
    return wgi_file_fail(&t->file, WG_ERROR_FORMAT, "%s", what);
}

/* Files of other programs that are no text, and the line that makes a CSV file of one. */
static bool is_text(const wg_table *t)
{
    static const struct {
        const char *begin;
        size_t n;
        const char *what;
    } known[] = {
        { "PK\3\4", 4,
          "is a ZIP file, as a workbook (.xlsx, .ods) and .npz are: save the sheet as CSV, or write soffice "
          "--headless "
          "--convert-to csv FILE; of an .npz: numpy.savetxt(\"x.csv\", numpy.load(FILE)[\"x\"], "
          "delimiter=\",\")" },
        { "\xD0\xCF\x11\xE0", 4,
          "is an old workbook (.xls): save the sheet as CSV, or write soffice --headless --convert-to csv "
          "FILE" },
        { "PAR1", 4, "is a Parquet file: write pandas.read_parquet(FILE).to_csv(\"x.csv\", index=False)" },
        { "ARROW1", 6, "is an Arrow file: write pandas.read_feather(FILE).to_csv(\"x.csv\", index=False)" },
        { "\x1F\x8B", 2, "is compressed: write gunzip -c FILE > x.csv" },
        { "MATLAB 5.0", 10,
          "is a MATLAB file: write numpy.savetxt(\"x.csv\", scipy.io.loadmat(FILE)[\"x\"], "
          "delimiter=\",\")" },
        { "\x89HDF", 4, "is an HDF5 file: write pandas.read_hdf(FILE).to_csv(\"x.csv\", index=False)" },
        { "SQLite format 3", 15, "is a database: write sqlite3 -header -csv FILE 'select * from t' > x.csv" },
        { "\x93NUMPY", 6, "is a .npy file: wg_npy_read reads it" },
        { "\x89PNG", 4, "is a picture, no table" },
        { "\xFF\xD8\xFF", 3, "is a picture, no table" },
        { "%PDF", 4, "is a PDF file, no table" },
    };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (t->file.size >= known[i].n && !memcmp(t->file.bytes, known[i].begin, known[i].n))
            return fail(t, known[i].what);
    return true;
}

static size_t put_character(unsigned char *to, unsigned u)
{
    if (u < 0x80) return to[0] = (unsigned char)u, 1;
    if (u < 0x800) return to[0] = (unsigned char)(0xC0 | u >> 6), to[1] = (unsigned char)(0x80 | (u & 63)), 2;
    const int more = u >= 0x10000;
    if (more) *to++ = (unsigned char)(0xF0 | u >> 18);
    to[0] = (unsigned char)((more ? 0x80 : 0xE0) | (u >> 12 & (more ? 63 : 15)));
    to[1] = (unsigned char)(0x80 | (u >> 6 & 63)), to[2] = (unsigned char)(0x80 | (u & 63));
    return 3 + (size_t)more;
}

/* Windows-1252, of which Latin-1 is a part: its bytes from 0x80 to 0x9F. */
static unsigned from_windows(unsigned char b)
{
    static const unsigned short high[32] = { 0x20AC, 0x81,   0x201A, 0x192,  0x201E, 0x2026, 0x2020, 0x2021,
                                             0x2C6,  0x2030, 0x160,  0x2039, 0x152,  0x8D,   0x17D,  0x8F,
                                             0x90,   0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014,
                                             0x2DC,  0x2122, 0x161,  0x203A, 0x153,  0x9D,   0x17E,  0x178 };
    return b >= 0x80 && b < 0xA0 ? high[b - 0x80] : b;
}

static bool give_bytes(wg_table *t, unsigned char *bytes, size_t size, const char *encoding)
{
    wg_free(t->file.c, t->file.bytes);
    bytes[size] = 0;
    t->file.bytes = bytes, t->file.size = t->file.have = size, t->encoding = encoding;
    return true;
}

static bool from_utf16(wg_table *t, bool big)
{
    const unsigned char *b = t->file.bytes;
    const size_t n = t->file.size / 2;
    unsigned char *to = wg_alloc(t->file.c, 3 * n + 4, 1);
    size_t k = 0;
    for (size_t i = 1; to && i < n; i++) {
        unsigned u = big ? b[2 * i] * 256u + b[2 * i + 1] : b[2 * i + 1] * 256u + b[2 * i];
        if (u >= 0xD800 && u < 0xE000) { /* half of a character; alone it is none */
            const unsigned char *p = b + 2 * (i + 1 < n ? i + 1 : i);
            const unsigned low = big ? p[0] * 256u + p[1] : p[1] * 256u + p[0];
            const bool whole = u < 0xDC00 && low >= 0xDC00 && low < 0xE000;
            u = whole ? 0x10000 + ((u - 0xD800) << 10) + (low & 0x3FF) : 0xFFFD;
            i += whole;
        }
        k += put_character(to + k, u);
    }
    return to && give_bytes(t, to, k, "UTF-16");
}

/* Counts the characters beyond ASCII that are well-formed UTF-8, and the bytes that are in none. */
static void count_utf8(const unsigned char *b, size_t n, size_t *good, size_t *bad)
{
    *good = *bad = 0;
    for (size_t i = 0; i < n;) {
        const int k = b[i] < 0x80 ? 1 : wgx_utf8_length((const char *)b + i);
        const bool fits = k && i + (size_t)k <= n;
        if (b[i] >= 0x80) ++*(fits ? good : bad);
        i += fits ? (size_t)k : 1;
    }
}

/* Damaged UTF-8: bytes that are in no character become U+FFFD. */
static size_t mend(const unsigned char *b, size_t n, unsigned char *to)
{
    size_t at = 0;
    for (size_t i = 0; i < n;) {
        const int k = b[i] < 0x80 ? 1 : wgx_utf8_length((const char *)b + i);
        const bool fits = k && i + (size_t)k <= n;
        if (fits) memcpy(to + at, b + i, (size_t)k);
        at += fits ? (size_t)k : put_character(to + at, 0xFFFD);
        i += fits ? (size_t)k : 1;
    }
    return at;
}

static bool as_utf8(wg_table *t)
{
    const unsigned char *b = t->file.bytes;
    size_t n = t->file.size;
    if (n >= 2 && b[0] + b[1] == 0xFF + 0xFE && b[0] >= 0xFE) return from_utf16(t, b[0] == 0xFE);
    size_t good, bad, k = 0;
    count_utf8(b, n, &good, &bad);
    if (!bad) return true;
    unsigned char *to = wg_alloc(t->file.c, 3 * n + 1, 1);
    if (to && good > 10 * bad) return give_bytes(t, to, mend(b, n, to), "damaged UTF-8");
    for (size_t i = 0; to && i < n; i++) k += put_character(to + k, from_windows(b[i]));
    return to && give_bytes(t, to, k, "Windows-1252");
}

/* ---- the first rows ---- */

enum { ROWS = 1000, FIELDS = 200000, TRIED = 200, COLUMNS = 1000000 };

typedef struct begin {
    size_t at, line, line_start;
    int64_t first; /* of its fields */
} begin;

typedef struct sample {
    wgi_csv_field *field;
    begin row[ROWS + 1]; /* the last one: behind the last row */
    int rows;
    int64_t fields, room;
    int64_t width; /* the number of fields that most rows have */
    int hits;      /* how many have it */
} sample;

static bool keep_field(wg_context *c, sample *a, const wgi_csv_field *f)
{
    if (a->fields == a->room) {
        const int64_t room = a->room ? 2 * a->room : 256;
        wgi_csv_field *more = wgi_more_room(c, a->field, (size_t)a->fields, (size_t)room, sizeof *more);
        if (!more) return false;
        a->field = more, a->room = room;
    }
    a->field[a->fields++] = *f;
    return true;
}

static int64_t width_of(const sample *a, int row) { return a->row[row + 1].first - a->row[row].first; }

static int by_size(const void *a, const void *b)
{
    const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* The most usual number of fields; of two that are as usual the larger. */
static void find_width(sample *a)
{
    int64_t width[ROWS];
    for (int r = 0; r < a->rows; r++) width[r] = width_of(a, r);
    qsort(width, (size_t)a->rows, sizeof *width, by_size);
    a->width = a->hits = 0;
    for (int r = 0, n = 1; r < a->rows; r++, n++) {
        if (r && width[r] != width[r - 1]) n = 1;
        if (n >= a->hits) a->hits = n, a->width = width[r];
    }
}

/* Reads rows. False: after an error, which is recorded if s is not quiet. */
static bool take_rows(wg_context *c, wgi_csv s, sample *a, int most)
{
    wgi_csv_field f;
    a->rows = 0, a->fields = 0;
    a->row[0] = (begin){ s.at, s.line, s.line_start, 0 };
    while (wgi_csv_next(&s, &f)) {
        if (f.index == COLUMNS)
            return wgi_csv_bad(&s, f.line, f.column, "the row has more than %d fields", COLUMNS);
        if (!keep_field(c, a, &f)) return false;
        if (!f.last) continue;
        a->row[++a->rows] = (begin){ s.at, s.line, s.line_start, a->fields };
        if (a->rows == most || (a->rows > 2 && a->fields > FIELDS)) break;
    }
    if (s.bad || wg_failed(c)) return false;
    find_width(a);
    return true;
}

/* ---- the separator ---- */

static bool is_number(const wgi_csv_field *f)
{
    double v;
    return wgi_cell_number(f->text, f->length, '.', &v) || wgi_cell_number(f->text, f->length, ',', &v);
}

/* Blanks separate only if most rows have as many fields, with a column of numbers. */
static bool are_columns(const sample *a)
{
    if (a->rows < 2 || (a->hits < a->rows - 1) || a->width < 2) return false;
    const bool shorter = width_of(a, 0) == a->width - 1;
    if (!shorter && width_of(a, 0) != a->width) return false;
    if (shorter && a->width < 3 && !a->field[0].quoted) return false;
    for (int64_t k = 0; k < a->width; k++) {
        bool all = true;
        for (int r = 1; all && r < a->rows; r++)
            all = width_of(a, r) == a->width && is_number(&a->field[a->row[r].first + k]);
        if (all) return true;
    }
    return false;
}

static bool all_numbers(const sample *a)
{
    for (int r = 1; r < a->rows; r++)
        if (width_of(a, r) != a->width) return false;
    for (int64_t i = a->rows > 1 ? a->row[1].first : 0; i < a->fields; i++)
        if (!is_number(&a->field[i])) return false;
    return a->rows > 1;
}

/* Whether blanks part numbers with decimal commas, 1,5 2,5: all are numbers by blanks, and not all by
 * commas. */
static bool are_decimal_commas(wg_table *t, size_t at, sample *a)
{
    wgi_csv commas = wgi_csv_start(&t->file, at, ','), spaces = wgi_csv_start(&t->file, at, ' ');
    commas.quiet = spaces.quiet = true;
    return (!take_rows(t->file.c, commas, a, TRIED) || !all_numbers(a)) &&
           take_rows(t->file.c, spaces, a, TRIED) && all_numbers(a) && are_columns(a);
}

/* The separator by which the most rows have the same number of fields, and more than one. */
static char find_separator(wg_table *t, size_t at, sample *a)
{
    static const char tried[] = "\t;|,";
    double best = 0;
    char found = 0;
    for (const char *sign = tried; *sign; sign++) {
        wgi_csv s = wgi_csv_start(&t->file, at, *sign);
        s.quiet = true;
        if (!take_rows(t->file.c, s, a, TRIED) || a->width < 2) continue;
        bool head = false; /* whether a row that can be that of the names agrees */
        for (int r = 0; r < a->rows && r < 8; r++)
            head |= width_of(a, r) >= a->width - 1 && width_of(a, r) > 1;
        const double score = (double)a->hits / a->rows + (width_of(a, 0) == a->width ? 0.5 : head ? 0.2 : 0);
        if (score > best) best = score, found = *sign;
    }
    if (found == ',' && are_decimal_commas(t, at, a)) return ' ';
    if (found) return found;
    wgi_csv s = wgi_csv_start(&t->file, at, ' ');
    s.quiet = true;
    return take_rows(t->file.c, s, a, TRIED) && are_columns(a) ? ' ' : ',';
}

/* ---- what is no row ---- */

static int64_t full_fields(const sample *a, int row)
{
    int64_t n = 0;
    for (int64_t i = a->row[row].first; i < a->row[row + 1].first; i++) n += a->field[i].length > 0;
    return n;
}

static bool has_number(const sample *a, int row)
{
    for (int64_t i = a->row[row].first; i < a->row[row + 1].first; i++)
        if (is_number(&a->field[i])) return true;
    return false;
}

/* How many fields have a text in the fullest of the next rows. */
static int64_t next_full(const sample *a, int row)
{
    int64_t most = 0;
    for (int r = row + 1; r < a->rows && r < row + 12; r++) {
        const int64_t full = full_fields(a, r);
        if (full > most) most = full;
    }
    return most;
}

/* Lines before the row of names: a title, a date, a comment. A row of names can begin with # too. */
static int title_rows(const sample *a)
{
    int r = 0;
    for (; r + 1 < a->rows && r < 30 && a->width > 1; r++) {
        const wgi_csv_field *first = &a->field[a->row[r].first];
        const bool comment = first->length && *first->text == '#' && !first->quoted;
        const int64_t width = width_of(a, r), full = full_fields(a, r);
        const bool bare =
            (width == 1 || !is_number(first)) &&
            (width == 1 || (a->width > 2 && (width < a->width - 1 ||
                                             (2 * full <= a->width && (!full || next_full(a, r) > full)))));
        if (comment ? width == a->width && has_number(a, r + 1) : !bare) break;
        if (a->width == 2 && r + 2 >= a->rows) break; /* of two rows the first is the longer one */
    }
    return r < a->rows && a->width > 1 && width_of(a, r) > 1 && (!r || 2 * full_fields(a, r) >= a->width) ? r
                                                                                                          : 0;
}

static bool is_total(const wgi_csv_field *f)
{
    static const char *const words[] = {
        "total",     "totals", "grand total", "sum",  "summe", "gesamt",
        "insgesamt", "somme",  "totale",      "suma", "soma",  "gesamtsumme"
    };
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        const size_t n = strlen(words[i]);
        size_t k = 0;
        while (k < n && k < f->length && tolower((unsigned char)f->text[k]) == words[i][k]) k++;
        if (k == n && (f->length == n || (f->length == n + 1 && f->text[n] == ':'))) return true;
    }
    return false;
}

/* Whether its column has such a field in one of the first rows, or it is a number as others are. */
static bool is_usual_field(const sample *a, int from, const wgi_csv_field *f)
{
    if (is_number(f)) return true;
    for (int r = from; r < a->rows; r++) {
        if (f->index >= width_of(a, r)) continue;
        const wgi_csv_field *g = &a->field[a->row[r].first + f->index];
        if (g->text != f->text && g->length == f->length && !memcmp(g->text, f->text, f->length)) return true;
    }
    return false;
}

/* Cuts lines off the end of the file: such without a separator, and one of totals. */
static void cut_foot(wg_table *t, sample *a, int first)
{
    const unsigned char *b = t->file.bytes;
    int totals = 0;
    for (int i = 0; i < 10 && t->separator != ' ' && a->width > 1 && first < a->rows; i++) {
        size_t end = t->file.size, at;
        while (end && (isspace(b[end - 1]) && b[end - 1] != '\t')) end--;
        for (at = end; at && b[at - 1] != '\n' && b[at - 1] != '\r';) at--;
        size_t quotes = 0;
        for (size_t j = at; j < end; j++) quotes += b[j] == '"';
        if (at <= a->row[first].at || quotes % 2) break;
        wgi_csv s = wgi_csv_start(&t->file, at, t->separator);
        wgi_csv_field f;
        int64_t width = 0, full = 0;
        s.quiet = true;
        bool sums = false, any = false, more = true, alone = false, whole = false;
        while (more && wgi_csv_next(&s, &f)) {
            /* A program that writes all fields in quotes means a row. */
            whole |= f.quoted && (!f.length || (!any && is_total(&f)));
            if (f.length && !any) any = true, sums = is_total(&f), alone = !is_usual_field(a, first, &f);
            width++, full += f.length > 0, more = !f.last;
        }
        const bool remark = width == 1 || (full == 1 && b[at] != (unsigned char)t->separator && a->width > 2);
        if (!width || !alone || whole || !(remark ? full > 0 : sums && totals < 3))
            break; /* a rule is no row, and has no width */
        totals += !remark;
        t->file.bytes[at] = 0, t->file.size = at, t->foot_lines++;
    }
    while (a->rows > first && a->row[a->rows - 1].at >= t->file.size) a->rows--;
}

/* ---- what columns hold ---- */

typedef struct votes {
    int64_t values, number, point, comma, date, either, day, month;
    double least;                /* of the numbers */
    int64_t whole, codes, units; /* digits alone; with a 0 before others; with the same text behind the
                                  * number */
    const wgi_csv_field *unit;   /* the first with such a text */
    int sign;                    /* of the first number */
    bool mixed;                  /* another one has another sign */
    bool differ;                 /* a number has two values, by the two decimal signs */
} votes;

bool wgi_table_missing(const wg_table *t, const wgi_csv_field *f, bool of_words)
{
    if (wgi_cell_missing(f->text, f->length, of_words)) return true;
    for (const char *at = t->missing; at && *at;) {
        const char *end = strchr(at, ',');
        size_t n = end ? (size_t)(end - at) : strlen(at);
        const char *next = at + n + (end != NULL);
        while (n && *at == ' ') at++, n--;
        while (n && at[n - 1] == ' ') n--;
        if (n == f->length && !memcmp(at, f->text, n)) return true;
        at = next;
    }
    return false;
}

/* The field of a column in a row; false: the row has no value there. */
static bool field_at(const wg_table *t, const sample *a, int row, int64_t k, wgi_csv_field *f)
{
    if (k >= width_of(a, row)) return false;
    *f = a->field[a->row[row].first + k];
    return !wgi_table_missing(t, f, false);
}

static bool all_digits(const wgi_csv_field *f)
{
    for (size_t i = 0; i < f->length; i++)
        if (!isdigit((unsigned char)f->text[i])) return false;
    return f->length > 0;
}

/* One field without a unit. Returns whether it is a number. */
static bool vote_number(const wg_table *t, const char *text, size_t n, votes *v)
{
    double p, c;
    const bool point = wgi_cell_number(text, n, '.', &p), comma = wgi_cell_number(text, n, ',', &c);
    const bool number = t->decimal ? (t->decimal == '.' ? point : comma) : point || comma;
    if (point && (!v->point || p < v->least)) v->least = p;
    v->number += number, v->point += point, v->comma += comma, v->differ |= point && comma && p != c;
    return number;
}

static votes vote(const wg_table *t, const sample *a, int from, int64_t k)
{
    votes v = { 0 };
    wgi_csv_field f;
    for (int r = from; r < a->rows; r++) {
        double days;
        if (!field_at(t, a, r, k, &f)) continue;
        const wgi_date date = wgi_cell_date(f.text, f.length, WGI_EITHER, &days);
        const bool digits = all_digits(&f), number = vote_number(t, f.text, f.length, &v);
        v.values++, v.whole += digits, v.codes += digits && f.length > 1 && *f.text == '0';
        const int sign = number ? wgi_cell_sign(f.text, f.length) : 0;
        if (number && v.number == 1) v.sign = sign;
        v.mixed |= number && sign != v.sign && (sign < 0 || v.sign < 0 || (sign && v.sign));
        v.date += date != WGI_NO_DATE, v.either += date == WGI_EITHER;
        v.day += date == WGI_DAY_FIRST, v.month += date == WGI_MONTH_FIRST;
        if (number || date) continue;
        const size_t at = wgi_cell_unit(f.text, f.length);
        if (!at || (v.unit && !wgi_cell_ends(f.text, f.length,
                                             v.unit->text + wgi_cell_unit(v.unit->text, v.unit->length),
                                             v.unit->length - wgi_cell_unit(v.unit->text, v.unit->length))))
            continue;
        if (!vote_number(t, f.text, at, &v)) continue;
        if (!v.unit) v.unit = &a->field[a->row[r].first + k];
        v.units++;
    }
    return v;
}

/* Four of five fields, or all but one, are enough: a field that is none is then an error, which is said, and
 * not another word. */
static bool most_are(int64_t n, const votes *v)
{
    return n && (5 * n >= 4 * v->values || n + 1 == v->values);
}

static wg_column_type type_of(const votes *v)
{
    const bool codes = v->codes && v->whole == v->number; /* 01067 is no number */
    if (!v->values || (most_are(v->number, v) && !codes)) return WG_NUMBER;
    return most_are(v->date, v) ? WG_DATE : WG_WORD;
}

/* Whether years stand in the first row, as names. */
static bool are_years(const double *x, int n)
{
    for (int i = 0; i < n; i++)
        if (x[i] < 1500 || x[i] > 2500 || x[i] != floor(x[i]) || (i && x[i] <= x[i - 1])) return false;
    return n > 1;
}

/* Whether the row has names: above numbers or dates stands a word, or above none of them a number. */
static bool finds_header(const wg_table *t, const sample *a, int row, const votes *v, int64_t columns)
{
    enum { MOST = 100 };
    double x[MOST], days;
    int64_t same = 0, other = 0;
    int n = 0;
    wgi_csv_field f;
    if (width_of(a, row) < columns) return true;
    for (int64_t k = 0; k < columns; k++) {
        if (!field_at(t, a, row, k, &f)) continue;
        const wg_column_type type = type_of(&v[k]);
        double p = NAN;
        const bool number =
            wgi_cell_number(f.text, f.length, '.', &p) || wgi_cell_number(f.text, f.length, ',', &p);
        if (!v[k].values) same += number;
        else if (type == WG_NUMBER) *(number ? &same : &other) += 1;
        else if (type == WG_DATE) *(wgi_cell_date(f.text, f.length, WGI_EITHER, &days) ? &same : &other) += 1;
        if (number && n < MOST) x[n++] = p;
    }
    return other || !same || are_years(x, n);
}

/* ---- the columns ---- */

static char *name_of(wg_context *c, const wgi_csv_field *f, int64_t number)
{
    const size_t room = f ? f->length + 1 : 24;
    char *name = wg_alloc(c, room, 1);
    if (name && f) wgi_csv_text(f, name);
    else if (name) snprintf(name, room, "%lld", (long long)number);
    return name;
}

static bool make_columns(wg_table *t, const sample *a, int head, int64_t count)
{
    wg_context *c = t->file.c;
    char **names = wg_alloc(c, (size_t)count, sizeof *names);
    int64_t n = 0;
    static const wgi_csv_field nameless = { .text = "" };
    for (; names && n < count; n++) {
        const int64_t k = n - t->named_rows;
        const bool there = t->has_header && k >= 0 && k < width_of(a, head);
        const wgi_csv_field *f = there ? &a->field[a->row[head].first + k] : t->has_header ? &nameless : NULL;
        wgi_csv_field bare;
        if (there && k == 0 && !f->quoted && f->length && *f->text == '#') {
            for (bare = *f, f = &bare; bare.length && (*bare.text == '#' || *bare.text == ' '); bare.text++)
                bare.length--;
            if (!bare.length) f = &a->field[a->row[head].first];
        }
        if (!(names[n] = name_of(c, f, n))) break;
    }
    for (int64_t k = 0; names && n < count && k < n; k++) wg_free(c, names[k]);
    if (names && n == count) t->columns = wgi_columns_new(&t->start, names, count);
    wg_free(c, names);
    return t->columns;
}

/* The decimal sign of most columns. If none says: with semicolons between the fields it is a comma. */
static char decimal_of(wg_table *t, const votes *v, int64_t count)
{
    int64_t point = 0, comma = 0;
    bool open = false;
    for (int64_t k = 0; k < count; k++) {
        if (type_of(&v[k]) != WG_NUMBER) continue;
        point += v[k].point > v[k].comma, comma += v[k].comma > v[k].point, open |= v[k].differ;
    }
    t->sure = point != comma;
    if (t->sure) return point > comma ? '.' : ',';
    return open && t->separator == ';' ? ',' : '.';
}

static bool same_text(const char *a, const char *b)
{
    while (*a && tolower((unsigned char)*a) == *b) a++, b++;
    return !*a && !*b;
}

/* Whether a column of this name may number the rows: Id, row_number, customerID, order no. */
static bool names_rows(const char *name)
{
    static const char *const whole[] = {
        "",       "id",  "idx",    "index",         "row",           "rows",   "#",
        "obs",    "pk",  "key",    "uuid",          "guid",          "rowid",  "rownames",
        "serial", "oid", "nummer", "num\xC3\xA9ro", "n\xC3\xBAmero", "numero", "lfd.nr.",
        NULL
    };
    static const char *const behind[] = { "id", "key", "nr", "nr.", "no", "no.", "number", "index", NULL };
    const size_t n = strlen(name);
    for (int i = 0; whole[i]; i++)
        if (same_text(name, whole[i])) return true;
    if (!strncmp(name, "Unnamed: ", 9)) return true;
    for (int i = 0; behind[i]; i++) {
        const size_t k = strlen(behind[i]);
        if (n < k || !same_text(name + n - k, behind[i])) continue;
        if (n == k || strchr("_ -.", name[n - k - 1])) return true;
        if (islower((unsigned char)name[n - k - 1]) && isupper((unsigned char)name[n - k])) return true;
    }
    return false;
}

/* Whether a separator ends each row. */
static bool ends_empty(const sample *a, int from)
{
    for (int r = from; r < a->rows; r++)
        if (a->field[a->row[r + 1].first - 1].length) return false;
    return true;
}

static int by_text(const void *a, const void *b)
{
    const wgi_csv_field *x = *(const wgi_csv_field *const *)a, *y = *(const wgi_csv_field *const *)b;
    const size_t n = x->length < y->length ? x->length : y->length;
    const int order = memcmp(x->text, y->text, n);
    return order ? order : (x->length > y->length) - (x->length < y->length);
}

/* How many different fields a column has in the first rows; *values: of how many. */
static int64_t different(const wg_table *t, const sample *a, int from, int64_t k, int64_t *values)
{
    const wgi_csv_field *f[ROWS];
    wgi_csv_field g;
    int n = 0, count = 0;
    for (int r = from; r < a->rows; r++)
        if (field_at(t, a, r, k, &g)) f[n++] = &a->field[a->row[r].first + k];
    qsort(f, (size_t)n, sizeof *f, by_text);
    for (int i = 0; i < n; i++) count += !i || by_text(&f[i - 1], &f[i]);
    *values = n;
    return count;
}

static bool are_whole(const wg_table *t, const sample *a, int from, int64_t k, char decimal)
{
    wgi_csv_field f;
    double v;
    for (int r = from; r < a->rows; r++)
        if (!field_at(t, a, r, k, &f) || !wgi_cell_number(f.text, f.length, decimal, &v) || v != floor(v))
            return false;
    return true;
}

/* Why a column cannot help to find another one. NULL: it may. */
static const char *why_not(const wg_table *t, const sample *a, int from, int64_t k, const votes *v)
{
    const wgi_column *column = &t->columns->all[k];
    int64_t values;
    if (a->rows <= from) return NULL;
    if (!v->values) return a->row[a->rows].at < t->file.size ? "is empty in the first rows" : "is empty";
    const int64_t words = different(t, a, from, k, &values);
    const bool each = words == values && values == a->rows - from && values > 1;
    if (t->named_rows && k == 0) return "has the names of the rows";
    const double exact = 9007199254740992; /* larger whole numbers are names, not measures */
    if (each && (names_rows(column->name) || v->least > exact) &&
        (column->type == WG_WORD || are_whole(t, a, from, k, column->decimal)))
        return "numbers the rows";
    return column->type == WG_WORD && values >= 20 && 2 * words > values ? "has another word in most rows"
                                                                         : NULL;
}

static void decide(wg_table *t, const sample *a, int from, const votes *v)
{
    wgi_columns *all = t->columns;
    int64_t day = 0, month = 0;
    const bool given = t->decimal;
    t->sure = given;
    if (!given) t->decimal = decimal_of(t, v, all->count);
    for (int64_t k = 0; k < all->count; k++) day += v[k].day > v[k].month, month += v[k].month > v[k].day;
    for (int64_t k = 0; k < all->count; k++) {
        wgi_column *c = &all->all[k];
        if (!c->typed) c->type = type_of(&v[k]);
        const bool open = v[k].point == v[k].comma, undated = v[k].day == v[k].month;
        c->decimal = given                                        ? t->decimal
                     : c->sign && (c->firm || (open && !t->sure)) ? c->sign
                     : open                                       ? t->decimal
                     : v[k].point > v[k].comma                    ? '.'
                                                                  : ',';
        c->order = c->hint && (c->firm || (undated && day == month))    ? c->hint
                   : v[k].day > v[k].month                              ? WGI_DAY_FIRST
                   : v[k].month > v[k].day                              ? WGI_MONTH_FIRST
                   : day > month || (day == month && t->decimal == ',') ? WGI_DAY_FIRST
                                                                        : WGI_MONTH_FIRST;
        c->mixed = c->type == WG_NUMBER && v[k].mixed;
        c->ordered = v[k].either + v[k].day + v[k].month > 0;
        c->unsure = c->type == WG_NUMBER ? !given && !c->sign && v[k].differ && open
                                         : c->type == WG_DATE && !c->hint && v[k].either && undated;
        if (v[k].units && c->type == WG_NUMBER) {
            const size_t at = wgi_cell_unit(v[k].unit->text, v[k].unit->length);
            snprintf(c->unit, sizeof c->unit, "%.*s", (int)(v[k].unit->length - at), v[k].unit->text + at);
        }
        c->why = c->said ? NULL : why_not(t, a, from, k, &v[k]);
    }
}

/* ---- options ---- */

static bool use_words(const wgi_csv *s, wgi_columns *t, wgi_column *k, int what)
{
    (void)s, (void)t, (void)what;
    k->type = WG_WORD, k->typed = k->said = true;
    return true;
}

static const char *const type_words[] = { "number", "word", "date", "dmy", "mdy", "point", "comma", NULL };

/* A ? behind the word: the column may still be left out. */
static int type_word(const char *word, size_t n)
{
    n -= n && word[n - 1] == '?';
    for (int i = 0; type_words[i]; i++)
        if (strlen(type_words[i]) == n && !memcmp(type_words[i], word, n)) return i;
    return -1;
}
static bool is_type(const char *word, size_t n) { return type_word(word, n) >= 0; }

static bool set_type(const wgi_csv *s, wgi_columns *t, wgi_column *k, const char *word, size_t n)
{
    (void)t;
    if (!k)
        return wgi_csv_bad(s, 1, 1, ".type = \"%.*s\": write the name of a column before it, \"age=%.*s\"",
                           (int)n, word, (int)n, word);
    const int which = type_word(word, n);
    k->type = which == 0 || which > 4 ? WG_NUMBER : which == 1 ? WG_WORD : WG_DATE;
    k->hint = which == 3 ? WGI_DAY_FIRST : which == 4 ? WGI_MONTH_FIRST : WGI_NO_DATE;
    k->sign = which == 5 ? '.' : which == 6 ? ',' : 0;
    k->typed = true, k->firm = word[n - 1] != '?', k->said |= k->firm;
    return true;
}

/* A number, or one of the words. */
static int fill_word(const char *word, size_t n, double *value)
{
    static const char *const words[] = { "mean", "median", "word", "drop", "keep" };
    for (int i = 0; i < 5; i++)
        if (strlen(words[i]) == n && !memcmp(words[i], word, n)) return WGI_FILL_MEAN + i;
    return wgi_cell_number(word, n, '.', value) ? WGI_FILL_VALUE : WGI_FILL_NONE;
}
static bool is_fill(const char *word, size_t n)
{
    double v;
    return fill_word(word, n, &v) != WGI_FILL_NONE;
}

static bool set_fill(const wgi_csv *s, wgi_columns *t, wgi_column *k, const char *word, size_t n)
{
    double value = 0;
    const int how = fill_word(word, n, &value);
    (void)s;
    for (int64_t i = 0; i < t->count; i++) {
        wgi_column *c = &t->all[i];
        if (k ? c != k : c->filled) continue;
        c->fill = how, c->fill_value = value, c->filled = k != NULL;
    }
    return true;
}

static bool follow_options(wg_table *t, const wg_table_opts *o)
{
    const wgi_csv s = wgi_csv_start(&t->file, 0, t->separator);
    t->columns->fills = o->fill;
    return wgi_columns_list(&s, t->columns, o->categories, use_words, 0) &&
           wgi_columns_pairs(&s, t->columns, o->type, "type", is_type, set_type) &&
           wgi_columns_pairs(&s, t->columns, o->fill, "fill", is_fill, set_fill);
}

/* ---- the whole ---- */

/* sep=; in the first line, as Excel writes and reads it. */
static size_t sign_line(wg_table *t, size_t at)
{
    const char *b = (const char *)t->file.bytes + at;
    if (t->file.size - at < 5 || memcmp(b, "sep=", 4) != 0 || !b[4]) return at;
    const size_t n = strcspn(b, "\r\n");
    if (n > 5 || !strchr(",;|\t ", b[4])) return at;
    if (!t->separator) t->separator = b[4];
    t->title_lines++;
    return at + n;
}

/* Whether the first fields of the rows, for which there is no name, are names of rows: each another one. */
static bool are_names(const sample *a, int from)
{
    const wgi_csv_field *f[ROWS];
    int n = 0;
    for (int r = from; r < a->rows; r++) f[n++] = &a->field[a->row[r].first];
    qsort(f, (size_t)n, sizeof *f, by_text);
    for (int i = 1; i < n; i++)
        if (!by_text(&f[i - 1], &f[i])) return false;
    return !ends_empty(a, from);
}

static bool look(wg_table *t, const wg_table_opts *o, sample *a)
{
    wg_context *c = t->file.c;
    const bool mark = t->file.size >= 3 && !memcmp(t->file.bytes, "\xEF\xBB\xBF", 3);
    const size_t at = sign_line(t, mark ? 3 : 0);
    if (!t->separator) t->separator = find_separator(t, at, a);
    wgi_csv s = wgi_csv_start(&t->file, at, t->separator);
    if (wg_failed(c) || !take_rows(c, s, a, ROWS)) return false;
    if (!a->rows || at + strspn((const char *)t->file.bytes + at, " \t\r\n") == t->file.size)
        return wgi_csv_bad(&s, 1, 1, "the file has no rows");
    const int head = o->header == 0 ? 0 : title_rows(a);
    t->title_lines += (size_t)head;
    cut_foot(t, a, head + 1);
    const int64_t names = width_of(a, head);
    if (o->header != 0 && names == a->width - 1 && names > 0 && a->hits >= a->rows - head - 1 &&
        a->rows > head + 1) {
        t->named_rows = are_names(a, head + 1);
        if (!t->named_rows && !ends_empty(a, head + 1)) {
            const wgi_csv_field *f = &a->field[a->row[head + 1].first];
            return wgi_csv_bad(&s, f->line, f->column,
                               "the row has %lld fields, and there are %lld names: a text with the separator "
                               "in it stands in "
                               "quotes",
                               (long long)width_of(a, head + 1), (long long)names);
        }
    }
    int64_t count = names + t->named_rows;
    if (a->width > count && a->hits > 1) count = a->width;
    votes *v = wg_alloc(c, (size_t)count, sizeof *v);
    if (!v) return false;
    for (int64_t k = 0; k < count; k++) v[k] = vote(t, a, head + 1, k);
    t->has_header = o->header == WG_AUTO ? t->named_rows || finds_header(t, a, head, v, count) : o->header;
    const int first = head + t->has_header;
    if (!t->has_header) {
        t->named_rows = false;
        for (int64_t k = 0; k < count; k++) v[k] = vote(t, a, first, k);
    }
    t->start = wgi_csv_start(&t->file, a->row[first].at, t->separator);
    t->start.line = a->row[first].line, t->start.line_start = a->row[first].line_start;
    t->head = a->row[head].at, t->head_end = t->start.at;
    const bool fine = make_columns(t, a, head, count);
    const bool follows = fine && follow_options(t, o);
    if (follows) decide(t, a, first, v);
    wg_free(c, v);
    return follows;
}

bool wgi_table_look(wg_table *t, const wg_table_opts *o)
{
    sample *a = NULL;
    const bool fine = is_text(t) && as_utf8(t) && (a = wg_alloc(t->file.c, 1, sizeof *a)) && look(t, o, a);
    if (a) wg_free(t->file.c, a->field);
    wg_free(t->file.c, a);
    return fine;
}
