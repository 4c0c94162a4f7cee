/* train.h: what the files of the command train share.
 *
 *   cmd_train.c    flags, options, the command
 *   train_loop.c   steps and epochs
 *   train_files.c  the folder: settings, state, weights, log, curve
 *   train_path.c   the way of the parameters: path.csv
 *   train_line.c   what is printed
 */
#ifndef TRAIN_H
#define TRAIN_H

#include "data_source.h"
#include "wengert/fit.h"
#include "wgx/fit.h"

/* The loss and the metrics, as means over rows. */
enum { MEASURES = 1 + WG_TRAINING_METRICS };
typedef struct measures {
    double value[MEASURES];
} measures;

/* A finished epoch. */
typedef struct epoch_record {
    int64_t epoch;
    measures train, dev;
    double lr, seconds;
    char *line; /* of log.jsonl; free() it */
} epoch_record;

typedef struct training {
    model m;
    data_rows data;
    wg_mode mode;        /* of the steps: --mode */
    wg_group *all;       /* of the processes; alone without a launcher */
    bool leads;          /* this one is rank 0: it writes files and the result */
    wg_data *rows, *dev; /* of row numbers; dev NULL: none are held out */
    wg_graph *of_dev;    /* where dev is measured */
    wg_optim *optim;
    wgx_optim_choice choice;
    wgx_fit_loop loop;    /* its p is m.p; kept NULL: without patience */
    wg_snapshot *last;    /* the parameters at the end of the last epoch; NULL: none is finished, or kept has
                            * the best */
    int64_t batch, steps; /* steps: of the whole training */
    bool minimizes;       /* it ends where the gradient is at most the tolerance */
    double tolerance, gradient; /* gradient: the norm at the last step */
    double least;               /* loss so far; unchanged: steps since it became smaller */
    int unchanged;
    enum { GOING, CONVERGED, STUCK } end;
    int measures; /* 1 + the number of metrics */
    char *name[MEASURES];
    bool is_share[MEASURES]; /* shown in per cent */
    int64_t buffer_rows;
    void *buffer[DATA_INPUTS]; /* the rows of a batch, for each input */

    /* What is saved with the state, beside parameters, optimizer and order of rows. */
    int64_t step;
    wg_mean mean[MEASURES]; /* of this epoch so far */

    epoch_record now, *record; /* now: the epoch that ends; record: those that have */
    int64_t records, room;
    char *folder; /* NULL: nothing is kept */
    int locked;   /* 1 + the descriptor that holds its lock; 0: there is none */
    name_list path;
    char *path_text;
    size_t path_size;
    FILE *path_out;
    double save_next, epoch_began, began;
    int64_t rows_done;                       /* by this run of the command */
    const char *file_name[2], *file_text[2]; /* more files of its folder; NULL: none */
    bool fresh;                              /* whatever is in the folder, it starts over */
    bool quiet_data;                         /* what the data are was said */
    bool shown, was_there; /* a line of progress is on the terminal; it goes on from its folder */
} training;

/* ---- cmd_train.c ---- */

/* The nodes of the loss and the metrics in the present build. */
void train_nodes(const training *t, wg_node to[MEASURES]);
double train_rate(const training *t); /* of the next step */

/* Runs a training that `open` opens; after it `done` says what it came to. NULL: train's own. Both get user.
 * False, of open: after a message. Returns the exit status. */
int train_run(const args *a, bool (*open)(training *t, void *user), void (*done)(training *t, void *user),
              void *user);
/* Sets t->all, t->leads and the mode. False: after a message. */
bool train_begin(training *t, const args *a, wg_dtype standard);

/* ---- train_loop.c ---- */

/* Writes the elements of the value of a name, for n rows of the inputs, to `to`: `wide` for each row, or it
 * is an error. The net is in WG_EVAL. False: after a message. */
bool train_values(training *t, const int64_t *row, int64_t n, const char *name, int64_t wide, double *to);

bool train_epochs(training *t);     /* false: after a message, or interrupted */
bool train_done(const training *t); /* whether no epoch is left */
/* Trains a net from the same first values again, on other rows, for so many epochs: nothing is measured. Then
 * t->m.p are its parameters. False: after a message, or interrupted. */
bool train_again(training *t, wg_data *rows, int64_t epochs);
bool train_try(
    training *t); /* builds the graph of the first rows, to find mistakes before anything is written */

/* ---- train_path.c ---- */

/* --path NAMES: whether the names can be kept. They are written when the folder is saved. */
bool train_path_open(training *t);
/* Keeps the parameters before step t->step, and the loss there. */
bool train_path_add(training *t, double loss);
/* From the text of an earlier path.csv the rows before step t->step. */
bool train_path_resume(training *t, const char *text);
/* The text of path.csv; NULL: none is asked for. */
const char *train_path_text(training *t);

/* ---- train_files.c ---- */

void train_unlock(training *t); /* ends the lock on its folder */
/* Makes the folder, and goes on from what is in it unless --fresh is given. False: after a message. */
bool train_resume(training *t);
bool train_replace(training *t); /* writes t->m.p as the weights, from which no training goes on. False: after
                                  * a message */
bool train_save(training *t, bool now); /* now false: about once a second */
bool train_record(training *t, const epoch_record *r);
void train_keep_last(training *t); /* after a failure: writes the weights of the last or best epoch, and says
                                    * so */

/* ---- train_line.c ---- */

void train_say_data(const training *t);
void train_line(training *t, const epoch_record *r); /* r NULL: inside an epoch */
void train_erase(training *t);                       /* the line on the terminal */
void train_result(const training *t);
/* The epoch whose weights are written in the end: the best, or the last. NULL: none is finished. */
const epoch_record *train_kept(const training *t);
/* What log.jsonl says of an epoch, as a line with its end; free() it. NULL: no memory. */
char *train_json(const training *t, const epoch_record *r);

#endif
