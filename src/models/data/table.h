/* table.h: the private header of the reader of tables.
 *
 *   cell.c        the text of one field as a number or a date
 *   table_look.c  how a file is written, and what its columns hold, from its first rows
 *   table_load.c  all rows, and what users ask
 *   table_about.c the same in words
 *   columns.c     which columns become x and y of a data set
 *   data_csv.c    a data set from a table */
#ifndef WGI_TABLE_H
#define WGI_TABLE_H

#include "files/formats.h"
#include "wengert/table.h"

/* ---- cell.c ---- */

/* Whether a text of n bytes is a number with this decimal sign: 12, -1.5, .5, 1e-3, 1.0D+01, 1,234.5, 3 %, $
 * 4, (5). nan, inf and hexadecimal numbers are none. Sets *value, infinite if it is too large. */
bool wgi_cell_number(const char *text, size_t n, char decimal, double *value);
/* Of a date: none; one that has one meaning; day and month may be exchanged; the day or the month stands
 * first. */
typedef enum wgi_date { WGI_NO_DATE, WGI_DATE, WGI_EITHER, WGI_DAY_FIRST, WGI_MONTH_FIRST } wgi_date;
/* order: WGI_EITHER takes both. Sets *days since 1970-01-01, with the time of day. */
wgi_date wgi_cell_date(const char *text, size_t n, wgi_date order, double *days);
/* What stands beside a number: -1 a per cent sign, or the number of a currency from 1 on; 0: nothing. */
int wgi_cell_sign(const char *text, size_t n);
/* Where the text behind a number begins, blanks before it with the number: 2 of "5 km". 0: there is none, or
 * a longer one than units are. */
size_t wgi_cell_unit(const char *text, size_t n);
bool wgi_cell_ends(const char *text, size_t n, const char *end, size_t length); /* whether a text ends so */
/* Whether such a text usually means that there is no value. */
bool wgi_cell_missing(const char *text, size_t n, bool of_words);

/* ---- columns ---- */

typedef struct wgi_category {
    char *label;      /* "name=word", of a column called name, behind this struct */
    const char *text; /* the word, in label */
    double number;
    bool is_number;
    int32_t id;          /* how many words were seen before it */
    size_t line, column; /* where it was seen first */
} wgi_category;

/* A field of which something must be said. */
typedef struct wgi_field_place {
    size_t line, column; /* from 1; line 0: there is none */
    char text[48];
} wgi_field_place;

typedef struct wgi_column {
    char *name;
    enum { WGI_OUT, WGI_SKIPPED, WGI_IN_X, WGI_IN_Y } part;
    wg_column_type type;
    bool typed, said;    /* its type was said; and that it is asked for */
    char sign;           /* the decimal sign that was said; 0: none */
    wgi_date hint;       /* the order of day and month, likewise */
    bool firm;           /* sign and hint hold whatever the file has, else where it leaves that open */
    bool unsure;         /* both decimal signs, or orders of day and month, would do */
    char decimal;        /* of its numbers */
    char unit[16];       /* a text that may stand behind them: km */
    wgi_date order;      /* of its dates */
    bool mixed;          /* its numbers are not all in one currency, or some are in per cent */
    bool ordered;        /* there are dates in which it counts */
    const char *why;     /* of wg_column */
    wgi_category **word; /* in order, each once */
    int64_t count, room; /* of word */
    int64_t to;          /* the first of its columns in x or y */
    void *value;         /* of all rows, as wg_table_values has it; NULL: not read, or given away */
    int64_t missing;
    wgi_field_place empty, bad; /* the first missing value, the first field that it cannot hold */
    enum { WGI_NO_NUMBER, WGI_TOO_LARGE, WGI_TOO_MANY } badly;
    double least, most;
    bool seen; /* there is a value */
    enum {
        WGI_FILL_NONE,
        WGI_FILL_MEAN,
        WGI_FILL_MEDIAN,
        WGI_FILL_WORD,
        WGI_FILL_DROP,
        WGI_FILL_KEEP,
        WGI_FILL_VALUE
    } fill;
    double fill_value;
    bool filled;
} wgi_column;

/* The columns of a file. Sets that are split from one another share them. */
typedef struct wgi_columns {
    int users;
    int64_t count;
    wgi_column *all;     /* in the order of the file */
    wgi_column **sorted; /* by name */
    int64_t *x, *y;      /* the numbers of the columns of x and of y, in the order that was asked for */
    int64_t in_x, in_y;
    bool fills; /* .fill was given */
} wgi_columns;

/* Takes over names, one for each column: their texts too. A name that was there before gets a number: a, a.1,
 * a.2. NULL after an error. */
wgi_columns *wgi_columns_new(const wgi_csv *s, char **names, int64_t count);
void wgi_columns_release(wg_context *c, wgi_columns *t);
wgi_column *wgi_columns_find(const wgi_columns *t, const char *name, size_t length);
/* The number of the word among those of k; add: it becomes one if it is none. -1: it is none, there are too
 * many, or there is no memory. The label of w is not used. */
int64_t wgi_column_word(wg_context *c, wgi_column *k, const wgi_category *w, bool add);
/* A list of names as .x is one. Calls use for each column. False: after an error. */
bool wgi_columns_list(const wgi_csv *s, wgi_columns *t, const char *list,
                      bool (*use)(const wgi_csv *s, wgi_columns *t, wgi_column *k, int what), int what);
/* Lists as "age=number,zip=word": calls set with the column, NULL if there is no name, and the text behind
 * the sign. */
bool wgi_columns_pairs(const wgi_csv *s, wgi_columns *t, const char *list, const char *option,
                       bool (*is_one)(const char *word, size_t n),
                       bool (*set)(const wgi_csv *s, wgi_columns *t, wgi_column *k, const char *word,
                                   size_t n));

/* ---- a table ---- */

struct wg_table {
    wgi_file file;
    wgi_csv start;         /* at the first row with values */
    size_t head, head_end; /* the bytes of the row of names; equal: there is none */
    const char *encoding;  /* of the file, if it is not plain UTF-8; else NULL */
    char separator, decimal;
    bool sure; /* there is a number that has one meaning only, by its decimal sign, or the sign was said */
    bool has_header, named_rows; /* named_rows: the header lacks the name of the first column */
    size_t title_lines, foot_lines;
    wgi_columns *columns;
    char *missing, *path; /* of the options */
    char *text;           /* of one field; it has room for so many bytes */
    size_t room;
    size_t labels; /* the bytes of names in the labels of words */
    bool is_read;
    int64_t rows, short_rows, empty_rows;
    size_t short_line;
    size_t *row_at; /* the byte where each row begins, and one behind its end: two for each; NULL: not asked
                     * for yet */
    char *about;
};

/* ---- table_look.c ---- */

/* Finds out how the file, whose bytes are there, is written, and makes the columns. False: after an error. */
bool wgi_table_look(wg_table *t, const wg_table_opts *o);

/* ---- table_load.c ---- */

/* The same as wg_table_read_at for a caller of another name; like: the columns of a set that this one is
 * like. */
wg_table *wgi_table_open(wg_site here, wg_context *c, const char *path, const wg_table_opts *o,
                         const char *who, const wgi_columns *like);
bool wgi_table_load(wg_table *t); /* reads all rows, once; false: after an error */
/* Whether a field has no value. */
bool wgi_table_missing(const wg_table *t, const wgi_csv_field *f, bool of_words);

#endif
