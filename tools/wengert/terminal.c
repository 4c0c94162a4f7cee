/* terminal.c: what standard output can show, and text that fits. */
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "tool.h"

enum { WIDTH = 100, LEAST = 40 };

int terminal_width(void)
{
    struct winsize w = { .ws_col = 0 };
    const char *given = getenv("COLUMNS");
    int columns = given ? atoi(given) : 0;
    if (columns <= 0 && isatty(1) && !ioctl(1, TIOCGWINSZ, &w)) columns = w.ws_col;
    if (columns <= 0) return WIDTH;
    return columns > WIDTH ? WIDTH : columns < LEAST ? LEAST : columns;
}

bool terminal_moves(int fd)
{
    const char *term = getenv("TERM");
    return isatty(fd) && !(term && !strcmp(term, "dumb"));
}

bool terminal_ansi(void)
{
    const char *no_color = getenv("NO_COLOR");
    return terminal_moves(1) && !(no_color && *no_color);
}

static int columns_of(const char *s, size_t bytes)
{
    int n = 0;
    for (; bytes--; s++) n += ((unsigned char)*s & 0xC0) != 0x80;
    return n;
}

int text_columns(const char *s) { return columns_of(s, strlen(s)); }

void print_wrapped(FILE *out, int left, const char *text)
{
    const int width = terminal_width();
    int at = left;
    for (const char *word = text; *word;) {
        const size_t n = strcspn(word, " ");
        const int columns = columns_of(word, n);
        if (at > left && at + 1 + columns > width) fprintf(out, "\n%*s", at = left, "");
        if (at > left) fputc(' ', out), at++;
        fwrite(word, 1, n, out);
        at += columns;
        word += n + strspn(word + n, " ");
    }
    fputc('\n', out);
}

double tool_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}
