/* terminal.c: what standard output can show. */
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
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

bool terminal_ansi(void)
{
    const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");
    return isatty(1) && !(no_color && *no_color) && !(term && !strcmp(term, "dumb"));
}
