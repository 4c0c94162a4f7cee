/* other_language.c: a file that is written in another language, where a program in ours is expected. */
#include <stdio.h>
#include <string.h>

#include "tool.h"

static const struct {
    const char *ending, *name, *before; /* before: what runs a file; NULL: it is compiled first */
} languages[] = {
    { "py", "Python", "python3 " },
    { "R", "R", "Rscript " },
    { "r", "R", "Rscript " },
    { "jl", "Julia", "julia " },
    { "js", "JavaScript", "node " },
    { "lua", "Lua", "lua " },
    { "rb", "Ruby", "ruby " },
    { "pl", "Perl", "perl " },
    { "sh", "the shell", "sh " },
    { "c", "C", NULL },
    { "cc", "C++", NULL },
    { "cpp", "C++", NULL },
    { "f90", "Fortran", NULL },
    { "rs", "Rust", NULL },
    { "go", "Go", NULL },
};

bool other_language(const char *path, char *text, size_t room)
{
    const char *file = strrchr(path, '/'), *dot = strrchr(file ? file : path, '.');
    for (size_t i = 0; dot && i < sizeof languages / sizeof *languages; i++) {
        const char *before = languages[i].before;
        if (strcmp(dot + 1, languages[i].ending)) continue;
        snprintf(text, room,
                 "a file of %s is no program of Wengert's language ('wengert help language'). To check a "
                 "function that "
                 "a program computes, with its gradient: wengert check --run '%s%.*s' --at POINT",
                 languages[i].name,
                 before ? before
                 : file ? ""
                        : "./",
                 (int)(before ? strlen(path) : (size_t)(dot - path)), path);
        return true;
    }
    return false;
}
