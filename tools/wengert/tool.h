/* tool.h: what the files of the command share.
 *
 *   wengert.c     main, and the list of commands
 *   args.c        flags, by the tables of a command
 *   help.c        --help, from the same tables
 *   help_man.c    pages of man, from the same tables
 *   help_language.c  help language: a page about the language
 *   json.c        writes JSON
 *   print.c       values as text
 *   model.c       a program with its data, parameters and settings, built into a graph
 *   model_data.c  data sets as values of inputs
 *   data_source.c data sets with named columns
 *   train_*.c     the parts of train
 *   fit_*.c       the parts of fit and predict
 *   cmd_*.c       the commands: each stands at the end of its file
 *   plot_*.c      the parts of plot
 *   check_*.c     the parts of check
 *   given_hints.c  what is wrong with a gradient of check --grad
 *   child.c       a program that answers lines with lines, for check --run
 *   progress.c    a line about what is done, and Ctrl-C
 *   claim_compare.c  claims with < or within
 *   claim_bars.c  how far rounding moves the sides of a claim
 *   input_grid.c  a square of points as the input, for draw
 *   symbol_sizes.c sizes that are shown by name, for draw
 *   other_language.c what to do with a program of another language
 *   guest.h       what files of strangers may do
 *   terminal.c    what standard output can show, and text that fits
 *   lesson.h      the parts of lesson
 *   plan_json.c   a plan as JSON, for draw
 */
#ifndef TOOL_H
#define TOOL_H

#include <stdarg.h>

/* Not wengert.h: a file that names an op includes ops.h, and a new op compiles the others not again. */
#include "wengert/check.h"
#include "wengert/data.h"
#include "wengert/draw.h"
#include "wengert/figure.h"
#include "wengert/formula.h"
#include "wengert/grad.h"
#include "wengert/group.h"
#include "wengert/lang.h"
#include "wengert/op.h"
#include "wengert/plan.h"
#include "wengert/state.h"
#include "wgx/wgx.h"

enum {
    EXIT_DONE = 0,
    EXIT_CHECK = 1,
    EXIT_FLAGS = 2,
    EXIT_TEXT = 3,
    EXIT_LACKS = 4,
    EXIT_UNSURE = 5,
    EXIT_OTHER = 6,
    EXIT_INTERRUPTED = 130
};

/* ---- args.c ---- */

/* value: what the help calls the flag's value; NULL: it has none. The last row of a table has no name. */
typedef struct flag {
    char letter;
    const char *name, *value, *help;
} flag;

typedef struct args args;
typedef struct command {
    const char *name, *usage, *summary;
    const flag *flags[5]; /* tables, NULL at the end */
    const char *examples; /* whole lines */
    int (*run)(const args *a);
} command;

struct args {
    const command *c;
    struct given {
        const flag *flag;
        const char *value;
        char *joined; /* the memory of value, if it is made of several; else NULL */
    } * given;
    int given_count;
    const char **operand;
    int operands;
    bool json;
};

extern const flag model_flags[]; /* of every command that takes a model */
extern const flag table_flags[]; /* how a file of rows and columns is read */
const flag *command_flag(const command *c,
                         int i); /* of its tables, then those of all commands; NULL: no more */

/* Returns ARGS_RUN if the command is to be run, ARGS_HELP if its help is asked for, else the exit status. */
enum { ARGS_RUN = -1, ARGS_HELP = -2 };
int args_read(args *a, const command *c, int argc, char **argv);
bool args_json(int argc, char **argv); /* whether --json is among the words before "--" */
void args_free(args *a);
bool args_has(const args *a, const char *name);
const char *args_value(const args *a, const char *name); /* of the last such flag; NULL: none */
/* The values of a flag one after another: start with *from 0. NULL: no more. */
const char *args_next(const args *a, const char *name, int *from);
/* The number after a flag. Without the flag *to stays as it is. False: after a message. */
bool args_double(const args *a, const char *name, double *to);
bool args_long(const args *a, const char *name, long long least, long long *to);
/* Whether the value of the flag is one of the words of its table, "f32|f64", or it is not given. False: after
 * a message. */
bool args_choice(const args *a, const char *name);
bool args_size(const char *text, int *w, int *h); /* "740x680"; false: it is no size */

/* Prints a message to stderr, with --json also as an object to stdout. Returns status. */
int tool_fail(const args *a, int status, const char *format, ...) WG_PRINTF(3, 4);
/* The same for what the user gave: flags, operands. */
#define tool_wrong(a, ...) tool_fail(a, EXIT_FLAGS, __VA_ARGS__)
/* A stream into memory, as by open_memstream: *text and *size are right after fflush and at the end, and
 * *text is to be freed. NULL: out of memory. Unlike glibc's, the stream has an error (ferror) when it cannot
 * grow. */
FILE *tool_text_begin(char **text, size_t *size);
/* Ends it. false: there was no memory for all of it, and *text is NULL. */
bool tool_text_end(FILE *out, char **text);
int tool_no_operand(const args *a); /* the same, for a command that takes no operand */
/* Prints a line to stderr, if there is no --quiet. */
void tool_note(const args *a, const char *format, ...) WG_PRINTF(2, 3);

/* ---- processes.c: a command that a launcher has started several times ---- */

/* Holds back what this process prints until tool_release. Nothing, without a launcher. */
void tool_hold(void);
void tool_release(int status);    /* the end of the process comes; one of them prints an error that several
                                * have */
FILE *tool_notes(void);           /* where notes go: standard error */
void tool_said(const char *text); /* the last error of this process */
wg_group *tool_group(wg_context *c, int shards); /* shards 0: the default */
/* The processes hear of each other's errors, now or never. status: of this process so far. Returns it, or
 * that of the error of another. */
int tool_meet(wg_context *c, int status);

/* ---- wengert.c ---- */

extern const command cmd_eval, cmd_grad, cmd_check, cmd_draw, cmd_plot, cmd_step, cmd_train, cmd_fit,
    cmd_predict, cmd_export, cmd_lesson, cmd_play, cmd_ops, cmd_doctor, cmd_version, cmd_completion, cmd_help;
const command *command_at(int i);              /* NULL: no more */
const command *command_find(const char *name); /* NULL: none of this name */

/* ---- json.c ---- */

typedef struct json {
    FILE *out;
    int depth;
    bool first[32];
    char close[32];
    bool full; /* tensors of more than 1,000 elements are written with all their elements */
} json;

json json_start(FILE *out);                 /* writes {"wengert":1 */
void json_finish(json *j);                  /* closes every open bracket; ends the line */
void json_object(json *j, const char *key); /* key NULL: an element of an array */
void json_array(json *j, const char *key);
void json_end(json *j);
void json_text(json *j, const char *key, const char *value);
int json_only_text(const char *key, const char *value); /* the whole object, to standard output; returns 0 */
/* An object of texts for an element <script> of a page, so without "<". pairs: keys and texts, then NULL.
 * False: out of memory. */
bool json_in_page(FILE *out, const char *const pairs[]);
void json_whole(json *j, const char *key, long long value);
void json_bool(json *j, const char *key, bool value);
void json_number(json *j, const char *key, double value, wg_dtype t);
void json_values(json *j, const char *key,
                 const wg_tensor *t); /* nested lists; a summary beyond 1,000 elements */
void json_tensor(json *j, const char *key,
                 const wg_tensor *t); /* {"value": ..., "shape": ..., "dtype": ...; json_end closes it */

/* A member of a struct as a member of an object: JSON_ROW(wg_check_rules, compared), or by another name
 * with JSON_AS. kind: s a text, c characters, i int, l 64 bits, b bool, d double, v a verdict, h a
 * shape. */
typedef struct json_row {
    const char *key;
    char kind;
    size_t offset;
} json_row;
#define JSON_KIND(x) \
    _Generic((x), const char *: 's', char *: 'c', int: 'i', int64_t: 'l', size_t: 'l', bool: 'b', \
             double: 'd', wg_verdict: 'v', wg_shape: 'h')
#define JSON_AS(key, type, field)                                 \
    {                                                             \
        key, JSON_KIND(((type *)0)->field), offsetof(type, field) \
    }
#define JSON_ROW(type, field) JSON_AS(#field, type, field)
/* The members of the struct `of`; an object of them. */
#define json_members(j, rows, of)     json_rows(j, rows, (int)(sizeof(rows) / sizeof *(rows)), of)
#define json_record(j, key, rows, of) (json_object(j, key), json_members(j, rows, of), json_end(j))
void json_rows(json *j, const json_row *rows, int n, const void *of);
extern const json_row builtin_rows[3]; /* of a wgx_builtin */

/* ---- cmd_ops.c ---- */

bool ops_knows(const char *name);                          /* an op, or a call of the language */
void ops_html(FILE *out, wg_context *c, const char *name); /* what it computes, and its derivative, for a
                                                            * page */

/* ---- help.c ---- */

int help_of(const args *a, const command *c); /* what the command takes, as text or JSON; returns 0 */
void help_all(FILE *out);
extern const char help_exit_status[]; /* what each exit status means */
int help_language(const args *a);     /* help_language.c: wengert help language; returns 0 */

/* ---- print.c ---- */

extern const flag number_flags[]; /* --digits */

typedef struct print_style {
    FILE *out;
    int digits; /* 0: the default */
    int width;  /* of the terminal; 0: no limit */
    bool plain; /* nothing is said of what was cut */
} print_style;

int digits_needed(double v); /* how many significant digits give exactly this number, up to 17 */
bool print_style_of(const args *a, print_style *style); /* for standard output; false: after a message */
/* "a 0.750260", or a matrix row by row. label "": the values alone. False: out of memory. */
bool print_tensor(const print_style *style, const char *label, const wg_tensor *t);

/* ---- help_man.c ---- */

void man_command(const command *c, FILE *out);
void man_all(FILE *out);

/* ---- model.c ---- */

enum { DATA_INPUTS = 128 };
typedef struct model {
    const args *a;
    wg_context *c;
    wg_graph *g;
    wg_params *p;
    wg_program *q;
    wg_mode mode;
    int status;
    const char *unfed[DATA_INPUTS]; /* inputs that neither a column of --data nor --set feeds */
    int unfeds;
    int explained;           /* claims that fail, and for which what would hold was tried */
    struct claim_rows *rows; /* of claim_bars.c; NULL: not made yet */
} model;

/* Reads FILE.wg or -e TEXT, settings and values, and builds the graph. False: after a message; m->status is
 * set. Call model_close in each case. */
bool model_open(model *m, const args *a, wg_mode mode);
/* The parts of it: the program, with its floats in `standard` unless --dtype says otherwise; then the values
 * of --set and --load. */
bool model_begin(model *m, const args *a, wg_mode mode, wg_dtype standard); /* without a program: set m->q */
bool model_read_program(model *m);
bool model_read(model *m, const args *a, wg_mode mode, wg_dtype standard); /* both */
bool model_values(model *m);
bool model_build(model *m);
int model_close(model *m);               /* returns m->status */
const char *model_place(const model *m); /* what messages call the program: its file, "-e" or "<stdin>" */
static inline bool model_ends(model *m, int status)
{
    m->status = status;
    return false;
}
/* Prints a message as tool_fail does, and sets m->status. Returns false. */
#define model_fail(m, status, ...) model_ends(m, tool_fail((m)->a, status, __VA_ARGS__))
#define model_wrong(m, ...)        model_fail(m, EXIT_FLAGS, __VA_ARGS__)
/* Prints the context's error, if there is one, and sets m->status. Returns true if all is well. */
bool model_ok(model *m);
/* Whether the file is one of another language; then the text says how `check` asks it. */
bool other_language(const char *path, char *text, size_t room);
bool model_flags_ok(model *m); /* the same, but errors count as wrong flags unless a file is bad */
/* The nodes of a comma-separated list of names. False: after a message. Free both arrays with wg_free. */
typedef struct name_list {
    int count;
    const char **name;
    wg_node *node;
} name_list;
bool model_names(model *m, const char *flag_name, const char *list, name_list *to);
/* Prints that there is no such name, or no value; sets m->status. Return false. */
bool model_no_name(model *m, const char *flag_name, const char *name);
bool model_no_value(model *m);
/* Whether y has derivatives by all of the names: none is the number of an option. False: after a message. */
bool model_by_no_option(model *m, wg_node y, const name_list *x);
/* Marks, by index, root and every node that it is computed from. Free by wg_free. NULL: an error. */
bool *nodes_below(wg_graph *g, wg_node root);
bool is_scalar(wg_node n); /* one float */
/* The named float leaves below root: inputs, constants, parameters. */
bool model_leaves(model *m, wg_node root, name_list *to);
/* The node that --of names, else the value of the last statement. False: after a message. */
bool model_of(model *m, const char **name, wg_node *node);
/* A note of what was drawn at random for want of data: wg_program_drawn. */
void model_say_drawn(const model *m, const char *drawn);
/* A note if y has a kink at the point x: derivatives from the second order on are those of a convention
 * there. Whether there is one. model_say_kinks: of the latest second derivatives of the program. */
bool model_say_kink(const model *m, wg_node y, const wg_node x[], int n);
void model_say_kinks(const model *m);
bool model_value(model *m, wg_node n, wg_tensor *t); /* false: after a message */
void model_keep(const wg_node *n, int count);        /* the first read of one of them computes them all */
/* The value of a literal or of @file.npy. data is NULL after a message. */
wg_tensor model_literal(model *m, const char *flag_name, const char *name, const char *text);
/* Splits NAME=VALUE. Returns a copy of NAME, owned by the context; *value points into text. NULL: a
 * message. */
char *model_assignment(model *m, const char *flag_name, const char *text, const char **value);

/* ---- export_onnx.c ---- */

/* Writes y, or with a loss the loss and its gradients, and with an optimizer what a step changes. */
bool export_onnx(model *m, wg_node y, wg_node loss, wg_optim *o);

/* ---- model_data.c ---- */

bool model_data(model *m); /* --data, --map, --rows */
/* Whether all inputs that root depends on are fed, if there is --data. False: after a message. */
bool model_fed(model *m, wg_node root);

/* ---- input_grid.c: --heatmaps, --range ---- */

/* Builds the program once more, with a square of points as its input of two columns. False: after a
 * message. */
bool model_on_grid(model *m);

/* ---- plot_files.c ---- */

/* NAME=A:B, NAME=A:B:log or NAME=A:B:STEP of --over and --slide. */
typedef struct plot_range {
    char name[80];
    double from, to, step; /* step 0: none */
    bool log;
} plot_range;
bool plot_range_read(model *m, const char *flag_name, const char *text, plot_range *r);
int plot_points(const plot_range *r, int standard); /* how many values: by its step, else the standard */
double plot_place(const plot_range *r, int i, int points); /* value i of so many */
/* The same for frames of a slider, with as few digits, at least four, as tell it from the next: so a reader
 * who types the value that the slider shows gets the same numbers. */
double plot_frame(const plot_range *r, int i, int frames);
int plot_nearest(const plot_range *r, double value, int frames); /* the frame */
/* By --format, else by the path's ending; path NULL: the terminal. */
bool plot_format(model *m, const char *path, wg_figure_format *to);
/* path NULL: standard output; frame 0: the last */
bool plot_save(model *m, wg_figure *f, const char *path, wg_figure_format format, int frame);
/* The figures of a command, and where -o and --format want them. */
typedef struct plot_files {
    int n;
    wg_figure **figure;
    const char **title; /* the names of files in a folder */
    const char *path;   /* of -o; NULL: standard output */
    bool folder;
    wg_figure_format format;
    int frame; /* that is shown first; 0: the last */
} plot_files;
/* Room for n figures. pages: in a folder they are HTML if --format says nothing. False: after a message. */
bool plot_files_open(model *m, int n, bool pages, plot_files *f);
bool plot_files_save(model *m, const plot_files *f); /* prints the names of files in a folder */

/* ---- plot_statements.c, plot_run.c ---- */

bool plot_is_run(const args *a);    /* the operand is a folder with log.jsonl */
int plot_run(const args *a);        /* draws what a training has left there; returns the exit status */
int plot_statements(const args *a); /* draws the statements plot of the program; returns the exit status */

/* ---- the parts of check ---- */

typedef struct claim_result {
    int line;
    const char *text;
    wg_verdict verdict;
    double left, right, error, allowed; /* at the worst element; allowed: what rounding explains, NaN if the
                                         * sides are the same */
    int64_t index, wrong;               /* the worst element, -1: none; how many differ */
    char why[600];
} claim_result;
bool claim_judge(model *m, int i, claim_result *r);
bool claim_compare(model *m, const wgx_claim *k, claim_result *r); /* claim_compare.c: with < or within */
/* claim_bars.c: how far rounding can move something, one number for each element. */
typedef struct claim_bounds {
    double *both, *left, *right; /* left - right, and each side alone */
} claim_bounds;
/* Free `both` with wg_free: it is all one block. both NULL: after a message. */
claim_bounds claim_bars(model *m, wg_node left, wg_node right);
/* " at [0,2]": the place of element i; "" for a scalar. */
void check_place(wg_shape s, int64_t i, char *to, size_t room);
void claim_place(const wgx_claim *k, wg_shape s, int64_t i, char *to, size_t room); /* " in W at [0,2]" */
int check_ops(const args *a);
int check_process(const args *a);
bool check_point(const args *a); /* false: after a message that --at is no list of numbers, as "-1.2 1" */
int check_given(model *m);       /* --grad; returns the exit status */
/* check_target.c. The scalar to check; a tensor is summed with random weights. False: after a message, or
 * without one if it is not a float. */
typedef struct check_target {
    const char *name;
    wg_node loss;
    int64_t summed; /* the elements of the tensor; 0: it is a scalar */
} check_target;
bool check_loss(model *m, check_target *of);
/* As model_of. But if the last statement, an accuracy, has no derivative: a loss of the program. */
bool model_differentiated(model *m, const char **name, wg_node *node);
/* Whether a derivative of root, a scalar, by a named leaf can be other than zero. That of an accuracy
 * cannot. */
bool model_has_derivative(model *m, wg_node root);
/* Leaves out the names by which y has no derivative, such as class numbers, and says why. If all would be
 * left out and y is a scalar, that is an error. False: after a message. */
bool model_leave_out(model *m, wg_node y, name_list *x);
bool check_leaves(model *m, wg_node loss, name_list *to); /* --wrt, else all; false: after a message */
wg_verdict check_worst(wg_verdict a, wg_verdict b); /* fail is worse than inconclusive, that than pass */
int check_exit(wg_verdict v);
void check_json(json *j, const wg_check *r);
bool check_opts(const args *a, wg_gradcheck_opts *o);

/* ---- progress.c ---- */

/* From now on a check with these options shows what it does. The first SIGINT (Ctrl-C), SIGTERM or SIGHUP
 * stops it. */
void check_watch(wg_gradcheck_opts *o);
void check_quiet(void);   /* erases the line of progress; call it before anything is printed */
void check_unwatch(void); /* the same, and from now on signals do what they did before */
void signals_catch(void); /* the part of check_watch for signals; check_unwatch ends it */
bool check_interrupted(void);

/* ---- draw's other forms ---- */

void plan_json(const wg_plan *p, const wg_limits *l); /* to standard output */

/* ---- symbol_sizes.c---- */

enum { SIZE_NAMES = 8 };
typedef struct size_names {
    wg_size_name name[SIZE_NAMES];
    int count;
} size_names;
/* The symbols of the program whose sizes were not given, at most four. Called again for another graph of the
 * program, it adds the same ones for that graph. Free them. */
void find_size_names(model *m, wg_node root, size_names *all);
void free_size_names(size_names *s);

/* ---- engine_file.c ---- */

void put_lines(FILE *out, const char *const lines[]); /* up to a NULL */
bool is_page(const char *path);                       /* it ends in .html or .htm */

/* Puts a copy of engine.js, the command for pages, beside the page: that of --engine, else the one that was
 * made or installed with this command. If neither is there, one that lies beside the page is taken. False:
 * after a message. */
bool engine_beside(const args *a, const char *page, int *status);
bool edit_beside(const args *a, const char *page, int *status); /* and edit.js, for a lesson's page */

/* ---- cmd_play.c ---- */

bool play_page(const args *a, const char *to, int *status); /* without engine.js; false: after a message */

/* ---- terminal.c ---- */

int terminal_width(void);        /* by COLUMNS, else the terminal's; at most 100 */
int text_columns(const char *s); /* how many characters, in UTF-8 */
/* Prints text from column `left` on, which is reached already, with lines broken at blanks. Ends the line. */
void print_wrapped(FILE *out, int left, const char *text);
bool terminal_moves(int fd); /* whether fd is a terminal whose line can be erased; TERM=dumb says no */
double tool_now(void);       /* seconds */
bool terminal_ansi(void);    /* whether escapes may be used: NO_COLOR, TERM=dumb and files say no */

#endif
