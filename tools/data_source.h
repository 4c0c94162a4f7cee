/* data_source.h: data with named columns, and which input of a program gets which. */
#ifndef DATA_SOURCE_H
#define DATA_SOURCE_H

#include "tool.h"

/* ---- data_source.c ---- */

typedef struct data_source {
    const char *spec;
    const char **names; /* of the columns of a CSV file; NULL: the data have x and perhaps y */
    char separator;
    wg_tensor x, y; /* y.data NULL: there is no column y */
} data_source;

/* The rows that an input gets. */
typedef struct column_rows {
    const char *input, *column;
    const char *known; /* words of classes that are known already, with tabs between them; NULL: none are */
    wg_tensor rows;    /* [rows, ...] */
    int64_t classes;   /* of the input; 0: it takes floats */
    char *words;       /* of its classes if they are words, likewise; free() it */
    size_t words_size;
} column_rows;

bool source_open(model *m, const char *spec, data_source *s); /* false: after a message */
bool source_has(const data_source *s, const char *column);
/* "the columns a, b, c" */
void source_columns(const data_source *s, char *text, size_t room);
/* Reads the rows of to->column, a name or a list of names and ranges a:d, for to->input, and writes
 * "    x <- columns 1-4" to said. False: after a message. */
bool source_take(model *m, const data_source *s, column_rows *to, FILE *said);

/* ---- model_data.c ---- */

#define CLASSES_FILE "classes.txt" /* beside the weights of a training: the words of classes */
enum { DATA_INPUTS = 32 };
typedef struct data_rows {
    const char *spec;
    int64_t rows;
    column_rows input[DATA_INPUTS];
    int inputs;
    char *words, *map; /* the text of CLASSES_FILE; a copy of --map, for the names of inputs */
    char *said;        /* "    x <- x [64]    y <- y (10 classes)" */
} data_rows;

/* Whether --set gives this input its value: then it takes no column unless --map names one. */
bool was_set(const args *a, const char *name);
/* Reads what --data, --map and --rows say. False: after a message. Call data_free in each case. */
bool data_read(model *m, data_rows *d);
void data_free(data_rows *d);
/* Rows [from, from + n) of an input's rows, without a copy. */
wg_tensor data_slice(const column_rows *r, int64_t from, int64_t n);

#endif
