/* engine_file.c: finds engine.js, the command for pages (docs/playground.md), and puts it beside a page. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tool.h"
#ifdef __EMSCRIPTEN__ /* a page makes no page for itself */
static const char *const edit_js[] = { NULL };
#else
#include "edit_text.h"
#endif

enum { PATH_ROOM = 4200 };

/* From the folder of the command: of a build, of an installation, of what `pip` has installed. */
static const char *const places[] = { "wasm/engine.js", "../share/wengert/engine.js", "engine.js" };

void put_lines(FILE *out, const char *const lines[])
{
    for (int i = 0; lines[i]; i++) fputs(lines[i], out);
}

bool is_page(const char *path)
{
    const char *slash = strrchr(path, '/'), *dot = strrchr(slash ? slash : path, '.');
    return dot && (!strcasecmp(dot, ".html") || !strcasecmp(dot, ".htm"));
}

static bool is_file(const char *path)
{
    struct stat s;
    return !stat(path, &s) && S_ISREG(s.st_mode);
}

/* False: there is none. */
static bool find(char path[PATH_ROOM])
{
    char own[PATH_ROOM - 40];
    const ssize_t n = readlink("/proc/self/exe", own, sizeof own - 1);
    own[n > 0 ? n : 0] = 0;
    char *slash = strrchr(own, '/');
    if (slash) slash[1] = 0;
    for (size_t i = 0; slash && i < sizeof places / sizeof *places; i++) {
        snprintf(path, PATH_ROOM, "%s%s", own, places[i]);
        if (is_file(path)) return true;
    }
    return false;
}

static bool same_file(const char *a, const char *b)
{
    struct stat x, y;
    return !stat(a, &x) && !stat(b, &y) && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

/* A copy appears whole or not at all. Returns the name of the file that failed, or NULL. */
static const char *copy(const char *from, const char *to)
{
    char part[PATH_ROOM + 8];
    char bytes[1 << 16];
    size_t n;
    FILE *in = fopen(from, "rbe");
    if (!in) return from;
    snprintf(part, sizeof part, "%s.part", to);
    FILE *out = fopen(part, "wbe");
    bool fine = out;
    while (fine && (n = fread(bytes, 1, sizeof bytes, in)) > 0) fine = fwrite(bytes, 1, n, out) == n;
    const bool read = !ferror(in);
    fclose(in);
    if (out && fclose(out)) fine = false;
    if (fine && read && !rename(part, to)) return NULL;
    const int error = errno;
    unlink(part), errno = error;
    return read ? to : from;
}

bool engine_beside(const args *a, const char *page, int *status)
{
    char found[PATH_ROOM], to[PATH_ROOM];
    const char *from = args_value(a, "engine"), *slash = strrchr(page, '/');
    const int folder = slash ? (int)(slash + 1 - page) : 0;
    if (snprintf(to, sizeof to - 8, "%.*sengine.js", folder, page) >= (int)sizeof to - 8)
        return *status = tool_wrong(a, "-o: the path is too long"), false;
    if (!from && find(found)) from = found;
    if (!from && is_file(to)) return true;
    if (!from)
        return *status = tool_fail(
                   a, EXIT_OTHER,
                   "there is no engine.js, the command for pages: `make wasm` in the folder of Wengert "
                   "makes it, then --engine build/wasm/engine.js names it"),
               false;
    if (same_file(from, to)) return true;
    const char *failed = copy(from, to);
    if (failed) *status = tool_fail(a, EXIT_OTHER, "%s: %s", failed, strerror(errno));
    return !failed;
}

bool edit_beside(const args *a, const char *page, int *status)
{
    char path[PATH_ROOM];
    const char *slash = strrchr(page, '/');
    if (!*edit_js) return true;
    if (!engine_beside(a, page, status)) return false;
    snprintf(path, sizeof path, "%.*sedit.js", slash ? (int)(slash + 1 - page) : 0, page);
    FILE *out = fopen(path, "we");
    if (out) put_lines(out, edit_js);
    const bool failed = !out || ferror(out);
    if ((out && fclose(out)) || failed)
        return *status = tool_fail(a, EXIT_OTHER, "%s: %s", path, strerror(errno)), false;
    return true;
}
