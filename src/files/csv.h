/* csv.h: the private header of csv.c, also used by data/: the fields of a CSV file, one by one. */
#ifndef WGI_CSV_H
#define WGI_CSV_H

#include "files/formats.h"

/* A reader of the fields of a file, from left to right. Set f and separator, the rest to zero. */
typedef struct wgi_csv {
    const wgi_file *f;
    char separator;
    size_t at;               /* of the next byte */
    size_t line, line_start; /* lines before this one; the byte at which this one begins */
    int64_t row, index;      /* rows begun; fields of this row that were read */
    bool inside;             /* a row: another field of it follows */
} wgi_csv;

typedef struct wgi_csv_field {
    const char *text; /* inside the file: without quotes around it, but "" for a quote in it */
    size_t length;
    bool quoted;         /* it was in quotes */
    bool last;           /* of its row */
    size_t line, column; /* where it begins, from 1; the column in bytes */
    int64_t row, index;  /* from 0; the header is row 0 if the file has one */
} wgi_csv_field;

/* Reads the next field. Returns false at the end of the file, and after recording an error. Empty lines
 * are no rows. Spaces around a field are no part of it, unless they are in quotes. */
bool wgi_csv_next(wgi_csv *s, wgi_csv_field *field);
/* Records "who: path:line:column: ..."; returns false. */
bool wgi_csv_bad(const wgi_csv *s, size_t line, size_t column, const char *format, ...) WG_PRINTF(4, 5);
/* Whether the field is a decimal number: 12, -1.5, .5, 1e-3, 1.0D+01. Sets *value; infinite if it is too
 * large. */
bool wgi_csv_number(const wgi_csv_field *field, double *value);
/* Copies the text, with one quote for two, and a zero byte to `to`, which has room for length + 1 bytes. */
void wgi_csv_text(const wgi_csv_field *field, char *to);

#endif
