/* child.h: a program that answers each line that it reads with one or more: child.c. */
#ifndef CHILD_H
#define CHILD_H

#include <stdbool.h>
#include <sys/types.h>

typedef struct child {
    pid_t id;          /* of the process and of its group; 0: it has ended */
    int to, from, err; /* our ends of its standard input, output and error; -1: closed */
    char *buffer;      /* what was read */
    size_t size, taken, room;
    const char *line; /* of CHILD_LINE; valid until the next call */
    char last[200];   /* the last line of standard error */
    size_t last_size;
    bool line_ended;
    bool is_quiet; /* what it writes to standard error is kept for `last`, and not shown; child_start resets
                    * it */
    int lines;     /* that it answered */
    bool killed;   /* it had not ended, and child_stop killed it */
} child;

typedef enum child_news {
    CHILD_BUSY,
    CHILD_LINE,
    CHILD_EARLY,  /* a line that came before all was sent: child_unread */
    CHILD_ENDED,  /* its standard output is closed */
    CHILD_SILENT, /* the time is over */
    CHILD_LONG,   /* a line without an end */
    CHILD_STOPPED /* the user has interrupted us */
} child_news;

bool child_start(child *c,
                 const char *cmd); /* by /bin/sh. False: it cannot be. Call child_stop in each case */
/* Sends a text of n bytes and waits for a line of at most `most` bytes. Call it while child_unread is NULL.
 * One empty line behind each answer is skipped. */
child_news child_ask(child *c, const char *text, size_t n, double seconds, size_t most);
/* Waits for another line of the answer. */
child_news child_more(child *c, double seconds, size_t most);
/* What stands between numbers. So lists are read, too, as Python, NumPy and Julia print them. */
extern const char child_between[];
/* What it wrote behind the last line; NULL: nothing but what stands between numbers. */
const char *child_unread(const child *c);
bool child_has_read(const child *c); /* all that was sent */
/* Ends its input. Returns whether it then answers: it had not flushed its answer. */
bool child_answers_at_end(child *c);
/* Ends its input, gives it some seconds to end, then kills its group: what it started ends too. A signal to
 * us ends the waiting. Returns what waitpid says. */
int child_stop(child *c, double seconds);
void child_kill(void); /* kills the group of the child that runs, if one does; a signal handler may call it */

#endif
