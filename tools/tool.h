/* tool.h: what the files of the command share.
 *
 *   wengert.c   the table of commands, main
 *   args.c      flags, by one table a command
 *   help.c      --help from the same tables
 *   json.c      the writer
 *   print.c     values as text
 *   model.c     a program with its data, parameters and settings, ready to be read
 *   cmd_*.c     the commands
 */
#ifndef TOOL_H
#define TOOL_H

#include <stdarg.h>

#include "wengert/wengert.h"

enum {
    EXIT_DONE = 0,
    EXIT_CHECK = 1,
    EXIT_FLAGS = 2,
    EXIT_TEXT = 3,
    EXIT_LACKS = 4,
    EXIT_UNSURE = 5,
    EXIT_OTHER = 6
};

/* ---- args.c ---- */

/* A flag: value NULL; an option: what its value is called. A table ends with a row whose name is NULL. */
typedef struct flag {
    char letter;
    const char *name, *value, *help;
} flag;

typedef struct args args;
typedef struct command {
    const char *name, *usage, *summary;
    const flag *flags[3]; /* tables, NULL at the end */
    const char *examples; /* lines */
    int (*run)(const args *a);
} command;

struct args {
    const command *c;
    struct given {
        const flag *flag;
        const char *value;
    } * given;
    int given_count;
    const char **operand;
    int operands;
    bool json;
};

extern const flag common_flags[]; /* --json, --help */
extern const flag model_flags[];  /* of every command that takes a model */

/* -1: run the command; else the exit status. */
int args_read(args *a, const command *c, int argc, char **argv);
bool args_json(int argc, char **argv); /* whether --json is asked for */
void args_free(args *a);
bool args_has(const args *a, const char *name);
const char *args_value(const args *a, const char *name); /* the last one given; NULL: none */
const char *args_next(const args *a, const char *name,
                      int *from); /* one after another, from 0; NULL: no more */
/* A number after a flag; false after a message. Not given: leaves *to. */
bool args_double(const args *a, const char *name, double *to);
bool args_long(const args *a, const char *name, long long least, long long *to);

/* Messages on stderr, and as JSON on stdout with --json; they return the status. */
int tool_fail(const args *a, int status, const char *format, ...) WG_PRINTF(3, 4);
int tool_vfail(const args *a, int status, const char *format, va_list list) WG_PRINTF(3, 0);

/* ---- help.c ---- */

const command *command_at(int i); /* NULL: no more */
const command *command_find(const char *name);
void help_command(const command *c, FILE *out);
void help_all(FILE *out);

/* ---- json.c ---- */

typedef struct json {
    FILE *out;
    int depth;
    bool first[32];
    char close[32];
} json;

void json_start(json *j, FILE *out);        /* { "wengert": 1 */
void json_finish(json *j);                  /* closes all that is open; newline */
void json_object(json *j, const char *key); /* key NULL: an element of an array */
void json_array(json *j, const char *key);
void json_end(json *j);
void json_text(json *j, const char *key, const char *value);
void json_whole(json *j, const char *key, long long value);
void json_bool(json *j, const char *key, bool value);
void json_number(json *j, const char *key, double value, wg_dtype t);
void json_shape(json *j, const char *key, wg_shape s);
void json_values(json *j, const char *key,
                 const wg_tensor *t); /* nested lists; a summary beyond 1,000 elements */
void json_tensor(json *j, const char *key,
                 const wg_tensor *t); /* {"value": ..., "shape": ..., "dtype": ...} */

/* ---- print.c ---- */

/* "a 0.750260"; rows for matrices. label "": the values alone. */
void print_tensor(FILE *out, const char *label, const wg_tensor *t);
/* On one line, at most `most` elements. */
void print_line(FILE *out, const wg_tensor *t, int64_t most);
void print_scalar(FILE *out, double v);

/* ---- model.c ---- */

typedef struct model {
    const args *a;
    wg_context *c;
    wg_graph *g;
    wg_params *p;
    wg_program *q;
    wg_mode mode;
    int status;
} model;

/* Reads FILE.wg or -e TEXT, the settings and values given, and builds it; false after a message, m->status then says which. */
bool model_open(model *m, const args *a, wg_mode mode);
int model_close(model *m); /* the status */
/* Records a status with a message of the command; false. */
bool model_fail(model *m, int status, const char *format, ...) WG_PRINTF(3, 4);
/* Prints the context's error, if there is one, and sets m->status. Returns true if all is well. */
bool model_ok(model *m);
bool model_flags_ok(model *m); /* the same where all but a bad file is an error in the flags */
/* The names of a comma-separated list as nodes, with an error for one that the program does not have. NULL after an error;
 * free both arrays by wg_free. */
typedef struct name_list {
    int count;
    const char **name;
    wg_node *node;
} name_list;
bool model_names(model *m, const char *flag_name, const char *list, name_list *to);
/* Marks root and every node below it, by index; wg_free it. NULL after an error. */
bool *nodes_below(wg_graph *g, wg_node root);
bool is_scalar(wg_node n); /* a float of one element */
/* The named float leaves below root: inputs, constants, parameters. */
bool model_leaves(model *m, wg_node root, name_list *to);
/* --of, or the last statement's value. */
bool model_of(model *m, const char **name, wg_node *node);
bool model_value(model *m, wg_node n, wg_tensor *t); /* reads; false after a message */
/* A literal or @file.npy; data NULL after a message. */
wg_tensor model_literal(model *m, const char *flag_name, const char *name, const char *text);
/* Splits NAME=VALUE: the name in memory of the context, the value by pointer; NULL after a message. */
char *model_assignment(model *m, const char *flag_name, const char *text, const char **value);

/* ---- model_data.c ---- */

bool model_data(model *m); /* --data, --map, --rows */

/* ---- the parts of check ---- */

typedef struct claim_result {
    int line;
    const char *text;
    wg_verdict verdict;
    double error, allowed;
    char why[400];
} claim_result;
bool claim_judge(model *m, int i, claim_result *r);
int check_ops(const args *a);
int check_process(const args *a);
int check_given(model *m); /* --grad NAME=VALUE */
/* The scalar that is checked; a tensor becomes a random projection. False after a message, or when it is no float. */
bool check_loss(model *m, const char **name, wg_node *loss);
wg_verdict check_worst(wg_verdict a, wg_verdict b); /* failed before inconclusive before passed */
int check_exit(wg_verdict v);
void check_json(json *j, const wg_check *r);
bool check_opts(const args *a, wg_gradcheck_opts *o);

/* ---- draw's other forms ---- */

void plan_json(const wg_plan *p, const wg_limits *l); /* one object on standard output */
bool listing_print(model *m, wg_node root, const name_list *wrt, bool values, bool backward);

#endif
