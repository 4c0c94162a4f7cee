/* wgexample.c: runs examples. */
#include "wgexample.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PATH = 4096 };

static void path_of(const char *name, char path[PATH])
{
    const char *build = getenv("WG_BUILD");
    char dir[PATH / 2], file[PATH];
    ssize_t n = readlink("/proc/self/exe", dir, sizeof dir - 1);
    cr_assert_gt(n, 0);
    dir[n] = 0;
    for (int k = 0; k < 2; k++) *strrchr(dir, '/') = 0;
    snprintf(file, sizeof file, "%s/examples/%s", dir, name);
    if (access(file, X_OK)) snprintf(file, sizeof file, "%s/examples/%s", build ? build : "build", name);
    cr_assert(realpath(file, path), "no example at %s: make examples", file);
}

int wgt_example_at(const char *name, const char *arguments, const char *dir, char text[WGT_TEXT])
{
    char path[PATH], command[2 * PATH];
    path_of(name, path);
    snprintf(command, sizeof command, "cd '%s' && '%s' %s 2>&1", dir, path, arguments);
    FILE *out = popen(command, "r");
    cr_assert(out);
    size_t n = fread(text, 1, WGT_TEXT - 1, out);
    text[n] = 0;
    int status = pclose(out);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

int wgt_example_in(const char *name, const char *arguments, char *dir, char text[WGT_TEXT])
{
    strcpy(dir, "/tmp/wengert_example_XXXXXX");
    cr_assert(mkdtemp(dir));
    return wgt_example_at(name, arguments, dir, text);
}

int wgt_example(const char *name, const char *arguments, char text[WGT_TEXT])
{
    char dir[64];
    int status = wgt_example_in(name, arguments, dir, text);
    rmdir(dir);
    return status;
}

double wgt_last_number(const char *text, const char *label)
{
    double value = NAN;
    for (const char *at = text; (at = strstr(at, label)); at++) value = strtod(at + strlen(label), NULL);
    return value;
}

int wgt_count_of(const char *text, const char *what)
{
    int n = 0;
    for (; (text = strstr(text, what)); text++) n++;
    return n;
}

int wgt_example_lines(const char *name)
{
    char path[PATH];
    snprintf(path, sizeof path, "examples/%s.c", name);
    FILE *f = fopen(path, "r");
    if (!f) return -1;
    int lines = 0;
    for (int c; (c = getc(f)) != EOF;) lines += c == '\n';
    fclose(f);
    return lines;
}
