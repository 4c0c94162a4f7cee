/* cmd_play.c: the command play: a page with the whole command in it, to change a program and see what
 * follows. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "guest.h"
#include "tool.h"
#ifdef __EMSCRIPTEN__ /* a page makes no page */
static const char *const play_html[] = { NULL }, *const play_css[] = { NULL }, *const play_js[] = { NULL };
#else
#include "play_text.h"
#endif

static const flag flags[] = {
    { 'o', "output", "FILE.html", "where the page goes; engine.js goes beside it" },
    { 0, "engine", "FILE", "engine.js (default: the one that was made or installed with this command)" },
    { 0, NULL, NULL, NULL },
};

/* What the page begins with. False: out of memory. */
static bool put_start(FILE *out, const char *path, const char *program)
{
    const char *slash = path ? strrchr(path, '/') : NULL;
    const char *const start[] = { program ? "name" : NULL, slash ? slash + 1 : path, "program", program,
                                  NULL };
    return json_in_page(out, start);
}

static bool put_page(FILE *out, const char *path, const char *program)
{
    bool fine = true;
    for (int i = 0; play_html[i]; i++) {
        const char *at = strchr(play_html[i], '@');
        if (at && !strcmp(at, "@style\n")) put_lines(out, play_css);
        else if (at && !strcmp(at, "@script\n")) put_lines(out, play_js);
        else if (at && !strncmp(at, "@start", 6)) {
            fwrite(play_html[i], 1, (size_t)(at - play_html[i]), out);
            fine &= put_start(out, path, program);
            fputs(at + 6, out);
        } else fputs(play_html[i], out);
    }
    return fine;
}

static bool write_page(const args *a, const char *to, const char *path, const char *program, int *status)
{
    FILE *out = fopen(to, "we");
    const bool fine = out && put_page(out, path, program) && !ferror(out);
    if ((out && fclose(out)) || !fine)
        return *status = tool_fail(a, EXIT_OTHER, "%s: %s", to, strerror(errno)), false;
    return true;
}

bool play_page(const args *a, const char *to, int *status) { return write_page(a, to, NULL, NULL, status); }

static int run(const args *a)
{
    const char *to = args_value(a, "output"), *path = a->operands ? a->operand[0] : NULL;
    if (a->operands > 1) return tool_wrong(a, "play: one program at a time");
    if (!*play_html) return tool_wrong(a, "play: a page makes no page");
    if (!to) return tool_wrong(a, "play: -o FILE.html says where the page goes");
    if (!is_page(to)) return tool_wrong(a, "-o %s: a page ends in .html", to);
    char *program = path ? guest_text(path) : NULL;
    if (path && !program) return tool_fail(a, EXIT_TEXT, "%s: cannot be read", path);
    int status = EXIT_DONE;
    const bool fine = engine_beside(a, to, &status) && write_page(a, to, path, program, &status);
    free(program);
    if (fine && a->json) return json_only_text("file", to);
    if (fine) printf("%s: open it in a browser; engine.js is beside it\n", to);
    return status;
}

const command cmd_play = {
    "play",
    "play [FILE.wg] -o FILE.html [flags]",
    "A page to play with a program: change a line, and numbers, gradients, picture and plots follow; check "
    "its\n"
    "gradients; train it, and see its net and its regions move. The page loads engine.js beside it, and "
    "nothing\n"
    "else: it works from the disk.",
    { flags },
    "  wengert play -o play.html\n"
    "  wengert play logistic.wg -o logistic.html\n",
    run,
};
