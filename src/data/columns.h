/* columns.h: the private header of columns.c: the columns of a CSV file, chosen by name. */
#ifndef WGI_COLUMNS_H
#define WGI_COLUMNS_H

#include "data/dataset.h"
#include "files/csv.h"

typedef struct wgi_word {
    char *label;      /* "name=word", of a column called name */
    const char *text; /* the word, in label */
    double number;
    bool is_number;
} wgi_word;

typedef struct wgi_column {
    char *name;
    enum { WGI_OUT, WGI_SKIPPED, WGI_IN_X, WGI_IN_Y } part;
    bool words;     /* a category */
    wgi_word *word; /* in order, each once */
    int64_t count, room;
    int64_t to; /* the first of its columns in x or y */
} wgi_column;

/* The columns of a file. Sets that are split from one another share them. */
struct wgi_columns {
    int users;
    int64_t count;
    wgi_column *all;     /* in the order of the file */
    wgi_column **sorted; /* by name */
    int64_t *x, *y;      /* the numbers of the columns of x and of y, in the order that was asked for */
    int64_t in_x, in_y;
};

/* Takes over names, one for each column: their texts too. NULL after an error, which names s's file at the
 * first line. */
wgi_columns *wgi_columns_new(const wgi_csv *s, char **names, int64_t count);
void wgi_columns_release(wg_context *c, wgi_columns *t);
/* Sets part and words of the columns as the options say. Returns false after recording an error. */
bool wgi_columns_choose(const wgi_csv *s, wgi_columns *t, const wg_csv_opts *o);

/* The number of the word among those of k; add: it becomes one if it is none. -1: it is none, there are too
 * many, or there is no memory. The label of w is not used. */
int64_t wgi_column_word(wg_context *c, wgi_column *k, const wgi_word *w, bool add);
/* Sets `to` of the columns. Returns the columns of x. */
int64_t wgi_columns_place(wgi_columns *t);

#endif
