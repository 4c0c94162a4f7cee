/* wgcommand.h: runs the command as a shell does. The binary is WENGERT_BIN, else WG_BUILD/wengert, else
 * build/wengert. */
#ifndef WGCOMMAND_H
#define WGCOMMAND_H

#include <sys/types.h>

#include "wgfiles.h"

typedef struct wgt_result {
    int status; /* 1000 + the signal's number when one ended it */
    char out[1 << 18], err[1 << 14];
} wgt_result;

wgt_result wgt_run_command(const char *const argv[]);
#define RUN(...) wgt_run_command((const char *const[]){ "wengert", __VA_ARGS__, NULL })
const char *wgt_binary(void); /* its path */
int wgt_open_terminal(void);  /* our end of a new terminal; ptsname() is the other */
/* Starts it and returns its process. Standard output goes to the file, errors to err; 1: to the file, too.
 * Signals are not ignored. */
pid_t wgt_start_command(const char *const argv[], const char *file, int err);
/* Waits for its end. Returns the status as wgt_result has it. */
int wgt_wait_command(pid_t id);
bool wgt_command_ended(pid_t id); /* it can still be waited for */
/* Opens a FIFO in the folder and returns its path. A process that is to be seen to end keeps it open for
 * writing, and has written "here". wgt_expect_ended waits until nobody keeps it open. */
const char *wgt_watched(void);
void wgt_expect_ended(void);
/* out: all of standard output, err: a part of standard error; NULL: any. */
void wgt_expect_result(const wgt_result *r, int status, const char *out, const char *err);
#define EXPECT(status, out, err, ...)             \
    do {                                          \
        wgt_result r_ = RUN(__VA_ARGS__);         \
        wgt_expect_result(&r_, status, out, err); \
    } while (0)

/* Runs the cases of a file; tests/tools/mistakes.txt says how they are written. also: looks at each
 * answer, too; or NULL. argv ends behind n words. */
void wgt_run_cases(const char *path, void (*also)(const char *const argv[], int n, const wgt_result *r));

int wgt_widest(const char *text); /* characters of its longest line, none of which are wide */

/* ---- files in the folder of wgfiles.h ---- */

const char *wgt_file(const char *name, const void *bytes, size_t n); /* writes it, returns its path */
const char *wgt_script(const char *text);                            /* the file p.wg with this text */
extern const char wgt_logistic[];                                    /* a program: one logistic neuron */

/* ---- JSON ---- */

/* One JSON object (RFC 8259) whose first key is the version, and a newline. */
void wgt_expect_json(const char *text);
/* The number behind the first "key": after a place in the text. */
double wgt_json_number(const char *text, const char *after, const char *key);

#endif
