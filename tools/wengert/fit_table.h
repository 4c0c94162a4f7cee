/* fit_table.h: what the commands fit and predict share.
 *
 *   cmd_fit.c      looks at a table, chooses columns and rows, trains
 *   fit_model.c    the program that is trained, and what is kept beside it
 *   fit_inputs.c   rows of a table as values of the program's inputs
 *   fit_report.c   what the rows say that were held out
 *   cmd_predict.c  predictions of new rows */
#ifndef FIT_TABLE_H
#define FIT_TABLE_H

#include "guest.h"
#include "train.h"

/* A column that the net looks at. */
typedef struct fit_column {
    const char *form;         /* of wg_column */
    const char *name, *input; /* in the file; of words, in the program: numbers are one input together */
    bool words, date;
    /* Of numbers and dates in the rows that are trained on; fill: what stands for a missing one. */
    double mu, sigma, fill, least, most;
    const char **word; /* in their order */
    int64_t count;     /* of word; one more number stands for a missing or another word */
} fit_column;

/* What is to be predicted, and from what. The memory is the context's. */
typedef struct fit_plan {
    const char *answer, *input; /* its column; its name in the program */
    bool classes, date;         /* date: the answer is one */
    const char **word;          /* of the classes */
    int64_t count;
    double mu, sigma; /* of numbers */
    fit_column *column;
    int columns, numbers; /* numbers: of the columns */
    const char *missing;  /* --missing; NULL: none */
} fit_plan;

/* A copy of a text; NULL: no memory, or no text. */
char *fit_copy(model *m, const char *text);

/* ---- fit_model.c ---- */

/* Writes a name of a column as lists of names have it: in quotes if it has a sign of theirs. */
void fit_put_name(FILE *out, const char *name);
void fit_names(model *m, fit_plan *f); /* names for the program, each once */
/* The program's text, for so many rows to train on. NULL: no memory. */
char *fit_program(model *m, const fit_plan *f, int64_t rows, const char *path);
/* The plan as a text, and the plan of such a text. False: after a message, which names the path. */
char *fit_text(model *m, const fit_plan *f);
bool fit_read(model *m, fit_plan *f, const char *text, const char *path);

/* ---- fit_inputs.c ---- */

/* The words of column k of a table. False: no memory. */
bool fit_words(model *m, wg_table *t, int k, const char ***word, int64_t *count);
/* The values of all inputs but the answer, for the n rows of the table, or all if row is NULL. *other: how
 * many words were not among those of the plan; the first of them is written to `first`. False: after a
 * message. */
bool fit_inputs(model *m, wg_table *t, const fit_plan *f, const int64_t *row, int64_t n, data_rows *d,
                int64_t *other, char *first, size_t room);

/* ---- fit_report.c ---- */

/* A number in up to 6 digits, or whole if it has more; or the date of a number of days. */
char *fit_number(double v, bool date, char *text, size_t room);

/* The largest of n numbers. */
int64_t fit_largest(const double *p, int64_t n);
/* What the rows say that were held out: y their answers, x the rows in the table. */
void fit_report(training *t, const fit_plan *f, wg_table *table, const int64_t *row, wg_data *test,
                const double *y);

#endif
