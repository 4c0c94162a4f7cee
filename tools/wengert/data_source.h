/* data_source.h: data with named columns, and which input of a program gets which. */
#ifndef DATA_SOURCE_H
#define DATA_SOURCE_H

#include "tool.h"

/* ---- data_source.c ---- */

typedef struct data_source {
    const char *spec;
    wg_table *table; /* of a CSV file; NULL: the data have x and perhaps y */
    wg_tensor x, y;  /* y.data NULL: there is no column y */
} data_source;

/* The rows that an input gets. */
typedef struct column_rows {
    const char *input, *column;
    const char *known; /* words of classes that are known already, with tabs between them; NULL: none are */
    wg_tensor rows;    /* [rows, ...] */
    int64_t classes;   /* of the input; 0: it takes floats */
    char *words;       /* of its classes if they are words, likewise; free() it */
    char *columns; /* the names of the columns of a CSV file that it gets, likewise; NULL: of other data */
} column_rows;

bool source_open(model *m, const char *spec, data_source *s); /* false: after a message */
bool source_has(const data_source *s, const char *column);
/* The options of table_flags. False: after a message. */
bool table_options(model *m, wg_table_opts *o);
/* Whether a call on a table went well; says what the library has said of the file in words of the command. */
bool table_ok(model *m);
void table_as_flags(char *text); /* options of C in a text become flags, in place */
/* "the columns a, b, c" */
void source_columns(const data_source *s, char *text, size_t room);
/* Says which columns of a table will be taken, so that their missing values are filled or their rows left
 * out. */
bool source_use(model *m, data_source *s, const column_rows *rows, int n);
/* Reads the rows of to->column, a name or a list of names and ranges a:d, for to->input, and writes
 * "    x <- columns 1-4" to said. False: after a message. */
bool source_take(model *m, const data_source *s, column_rows *to, FILE *said);

/* ---- model_data.c ---- */

/* Beside the weights of a training: for each input a line with its name, a tab, and its words of classes;
 * or the columns of a CSV file that it was trained on. */
#define CLASSES_FILE "classes.txt"
#define COLUMNS_FILE "columns.txt"
/* The program of a training, and lines of a flag, a tab, its value. */
#define PROGRAM_FILE  "trained.wg"
#define TRAINED_MODEL "trained.onnx" /* in its place, if the program is a model */
#define FLAGS_FILE    "trained.txt"
#define PATH_FILE     "path.csv"
/* The program of `wengert fit`, and what it found in the table. */
#define MODEL_FILE "model.wg"
#define FIT_FILE   "fit.txt"
extern const char *const kept_flags[]; /* the flags that stand there; NULL at the end */
typedef struct data_rows {
    const char *spec;
    int64_t rows;
    column_rows input[DATA_INPUTS];
    int inputs;
    char *words, *columns;    /* the texts of CLASSES_FILE and COLUMNS_FILE; NULL: there is none */
    char *map;                /* a copy of --map, for the names of inputs */
    char *known[DATA_INPUTS]; /* columns that the weights were trained on, of inputs that get these */
    char *said;               /* "    x <- x [64]    y <- y (10 classes)" */
} data_rows;

/* Reads what --data, --map and --rows say. of_run: the inputs get the columns that the weights of --load were
 * trained on. False: after a message. Call data_free in each case. */
bool data_read(model *m, data_rows *d, bool of_run);
bool data_fail_unfed(model *m, const char *input); /* says that it gets no column; returns false */
/* Whether each input gets the columns that the text of a COLUMNS_FILE, or NULL, says. False: after a
 * message. */
bool data_same_columns(model *m, const data_rows *d, const char *text);
/* The text of CLASSES_FILE, or of COLUMNS_FILE; free() it. NULL: out of memory. */
char *data_lines(const data_rows *d, bool words);
void data_free(data_rows *d);

#endif
