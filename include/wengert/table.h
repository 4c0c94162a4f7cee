/* SPDX-License-Identifier: MIT */
/* table.h: files of rows and columns as spreadsheets, databases and statistics programs write them. data.h includes
 * it, and wg_data_csv makes a data set of such a file in one call.
 *
 *     wg_table *t = wg_table_read(c, "kunden.csv");
 *     fputs(wg_table_about(t), stdout);            how the file is written, and what each column holds
 *     int age = wg_table_find(t, "Alter");
 *     wg_table_use(t, &age, 1);                    errors and missing values of this column
 *     wg_tensor x = wg_table_values(t, age);       [rows]
 *
 * From the first rows of the file these are found, and each can be said by an option: the separator (a comma, a
 * semicolon, a tab, |, or blanks), the decimal sign, whether the first row has names, and what each column holds.
 * The locale is not asked. UTF-8, UTF-16 with its mark, and Windows-1252 are read. Lines before the table that have
 * no separator, lines behind it, and a last row called Total are no rows.
 *
 * A number may have groups of digits (1,234 or 1.234 or 1 234 or 1'234), a sign of a currency, and a per cent sign:
 * 3% is 0.03. (5) is -5. A date becomes the number of days since 1970-01-01, with a time of day as a part of one.
 * Fields such as NA, NULL and #N/A have no value, nor has an empty one.
 *
 * A field that does not hold what its column holds is an error with line and column when the column is used.
 * A table belongs to its context, which frees it at the latest. All functions take NULL. */
#ifndef WENGERT_TABLE_H
#define WENGERT_TABLE_H
#if defined(__GNUC__) && !defined(__clang__) && !defined(WG_OWN_HEADERS)
#pragma GCC system_header
#endif

#include "base.h"
#include "named.h"

WG_BEGIN_DECLS

typedef struct wg_table wg_table;

/* How a file is read. */
#define wg_table_opts_list(P, X)                                                                                     \
    X(const char *, type, NULL, "",                                                                                  \
      "what columns hold, \"age=number,zip=word,born=date\": number, word, date; dmy or mdy of dates in which the day or the "                                             \
      "month stands first; point or comma of numbers. A ? behind it: where the file leaves that open, and the column may "  \
      "still be left out. Default: looked for")                                                     \
    X(const char *, categories, NULL, "", "columns of words, or of numbers that name something, as type=word")     \
    X(const char *, missing, NULL, "", "more fields without a value, \"-9,unbekannt\"")                              \
    X(const char *, fill, NULL, "",                                                                                  \
      "for missing values: mean or median of the numbers and dates, and a word of its own, \"missing\", for words; word: " \
      "that word alone; drop: their rows are left out; keep: they stay NaN, or no word. By column: \"age=mean,rooms=0,city=drop\"")                     \
    X(int, separator, 0, "", "a character: a comma, a semicolon, a tab or the like; a blank: blanks and tabs; default: looked for") \
    X(int, decimal, 0, "", "a point or a comma; default: looked for")                                                \
    X(wg_maybe, header, WG_AUTO, "[0, 1]",                                                                           \
      "0: the first row has values, and the columns are called 0, 1, 2, ...; 1: it has names; default: looked for")
WG_OPTIONS(wg_table_opts);

/* Opens a table. NULL: an error is recorded. */
WG_API wg_table *wg_table_read_at(wg_site here, wg_context *c, const char *path, const wg_table_opts *o);
#define wg_table_read(c, ...) /* c, path, options */                                                      \
    WG_CALL_WITH(wg_table_read_at, (WG_AT(WG_BYTE_2 #c ", " #__VA_ARGS__), c, WG_HEAD_(__VA_ARGS__)), wg_table_opts, \
            WG_TAIL_(__VA_ARGS__, ))
WG_API void wg_table_free(wg_table *t); /* frees the table and all that it has given */

WG_API int64_t wg_table_rows(wg_table *t);       /* rows with values; 0 after an error */
WG_API int wg_table_columns(const wg_table *t); /* the number of columns */

typedef enum wg_column_type { WG_NUMBER, WG_WORD, WG_DATE } wg_column_type;
/* What is known of a column. The texts are the table's. */
typedef struct wg_column {
    const char *name;
    wg_column_type type;
    int64_t missing; /* rows without a value */
    int64_t words;   /* how many different words it has; of numbers and dates 0 */
    const char *why;  /* why it says nothing of its row, as "numbers the rows"; NULL: it may */
    const char *form; /* the word of .type that says how it was read: "comma", "dmy", "word" */
} wg_column;
WG_API wg_column wg_table_column(wg_table *t, int k); /* column k from 0 on */
WG_API int wg_table_find(const wg_table *t, const char *name); /* the number of a column; -1: there is none */
/* The numbers of the columns of a list, "age, height" or "a:d", of which the first `room` go to columns, if it is not NULL. Returns how many
 * there are; -1: an error is recorded. */
WG_API int wg_table_named_at(wg_site here, wg_table *t, const char *list, int *columns, int room);
#define wg_table_named(t, list, columns, room) wg_table_named_at(WG_AT(#t ", " #list ", " #columns ", " #room), t, list, columns, room)
/* Says that n columns will be used. Records the first error in one of them, and does what .fill says with their
 * missing values; without .fill a missing value is an error. drop: rows of the table go, in all columns. */
WG_API wg_status wg_table_use_at(wg_site here, wg_table *t, const int *columns, int n);
#define wg_table_use(t, columns, n) wg_table_use_at(WG_AT(#t ", " #columns ", " #n), t, columns, n)
/* The values of a column, [rows]: numbers and dates have the context's float dtype, NaN where there is no value;
 * words are their numbers (i32) in alphabetical order of bytes, numbers before them by size, -1 where there is none.
 * data NULL: an error is recorded. */
WG_API wg_tensor wg_table_values_at(wg_site here, wg_table *t, int k);
#define wg_table_values(t, k) wg_table_values_at(WG_AT(#t ", " #k), t, k)
WG_API const char *wg_table_word(wg_table *t, int k, int64_t i); /* word i of column k; "": there is none */
/* Lines of text: how the file is written, then each column with what it holds. The text is the table's. */
WG_API const char *wg_table_about(wg_table *t);

WG_END_DECLS
#endif
