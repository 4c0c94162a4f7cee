/* guest.c: see guest.h. */
#include <dirent.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "data_source.h"
#include "guest.h"

/* ---- lessons ---- */

static const char *const drawn[] = { "backward", "depth",  "diff",  "dir",   "edges",   "fold",      "for",
                                     "hide",     "legend", "level", "most",  "no-fold", "no-scopes", "ops",
                                     "overlay",  "plan",   "steps", "style", "values",  "width",     NULL };

static bool is_word(const char *word, const char *s, size_t n)
{
    return strlen(word) == n && !memcmp(word, s, n);
}

const flag *guest_flag(const char *name, size_t n)
{
    int i = 0;
    while (drawn[i] && !is_word(drawn[i], name, n)) i++;
    const flag *f = NULL;
    for (int k = 0; drawn[i] && (f = command_flag(&cmd_draw, k)); k++)
        if (!strcmp(f->name, drawn[i])) return f;
    return NULL;
}

bool guest_address(const char *address, size_t n)
{
    size_t scheme = 0;
    if (n && (*address == '/' || memchr(address, '\\', n)))
        return false; /* //HOST/x is of another computer */
    while (scheme < n && !strchr(":/?#", address[scheme])) scheme++;
    if (scheme == n || address[scheme] != ':') return true;
    return (scheme == 4 && !strncasecmp(address, "http", 4)) ||
           (scheme == 5 && !strncasecmp(address, "https", 5));
}

/* ---- texts ---- */

/* How many bytes the character has; 0: it may not stand in a text. The characters U+0080 to U+009F are
 * control characters, too. */
static int plain_length(const char *s)
{
    const unsigned char c = (unsigned char)*s;
    if (c < 0x20 || c == 0x7F) return c == '\t' || c == '\n' || (c == '\r' && s[1] == '\n');
    return c == 0xC2 && (unsigned char)s[1] < 0xA0 ? 0 : wgx_utf8_length(s);
}

const char *guest_byte(const char *text, size_t n)
{
    for (const char *s = text; s < text + n;) {
        const int length = plain_length(s);
        if (!length) return s;
        s += length;
    }
    return NULL;
}

char *guest_text(const char *path)
{
    enum { MOST = 1 << 26 };
    struct stat about;
    char *text = NULL;
    const int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0) return NULL;
    if (!fstat(fd, &about) && S_ISREG(about.st_mode) && about.st_size <= MOST)
        text = calloc((size_t)about.st_size + 1, 1);
    ssize_t size = 0, n;
    while (text && size < about.st_size && (n = read(fd, text + size, (size_t)(about.st_size - size))) > 0)
        size += n;
    close(fd);
    for (char *s = text; s && (s = (char *)(uintptr_t)guest_byte(s, (size_t)(text + size - s)));) *s = '?';
    return text;
}

/* ---- paths ---- */

const char *const guest_files[] = { "weights.safetensors",
                                    "settings.json",
                                    "log.jsonl",
                                    "curve.svg",
                                    CLASSES_FILE,
                                    COLUMNS_FILE,
                                    PROGRAM_FILE,
                                    TRAINED_MODEL,
                                    FLAGS_FILE,
                                    PATH_FILE,
                                    MODEL_FILE,
                                    FIT_FILE,
                                    "state.safetensors",
                                    NULL };

bool guest_file(const args *a, const char *path)
{
    struct stat about;
    if (lstat(path, &about) || S_ISREG(about.st_mode)) return true;
    tool_fail(a, EXIT_TEXT, "%s is %s: in the folder of a training each file stands itself", path,
              S_ISLNK(about.st_mode) ? "a link" : "no file");
    return false;
}

bool guest_folder(const args *a, const char *folder)
{
    char path[PATH_MAX + 64];
    bool fine = true;
    for (int i = 0; guest_files[i] && fine; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, guest_files[i]);
        fine = guest_file(a, path);
    }
    return fine;
}

static bool is_inside(const char *path, const char *around)
{
    struct stat about;
    return wgx_path_inside(path, around) && !stat(path, &about) &&
           (S_ISREG(about.st_mode) || S_ISDIR(about.st_mode));
}

/* Whether the path is in the folder `around`, and is a regular file or a folder of such files. */
static bool all_inside(const char *path, const char *around)
{
    struct dirent **entry = NULL;
    bool inside = is_inside(path, around);
    const int n = inside ? scandir(path, &entry, NULL, NULL) : 0;
    for (int i = 0; i < n; i++) {
        char *file = NULL;
        const bool up = !strcmp(entry[i]->d_name, "..");
        inside &= up || (asprintf(&file, "%s/%s", path, entry[i]->d_name) > 0 && is_inside(file, around));
        free(up ? NULL : file), free(entry[i]);
    }
    free(entry);
    return inside;
}

bool guest_kept(const args *a, const char *around, const char *name, const char *value)
{
    const char *at = !strcmp(name, "set") ? strstr(value, "=@") : NULL, *path = !strcmp(name, "data") ? value
                                                                                : at                  ? at + 2
                                                                                                      : NULL;
    if (!path || args_has(a, "trust") || access(path, F_OK) || all_inside(path, around)) return true;
    tool_wrong(a, "%s names %s, which is no file beside the folder: --trust reads it", FLAGS_FILE, path);
    return false;
}

char *guest_around(const char *path)
{
    char *copy = strdup(path), *around = copy ? strdup(dirname(copy)) : NULL;
    free(copy);
    return around;
}

void guest_limit(wg_program *q, const args *a, const char *folder)
{
    if (!args_has(a, "trust")) wg_program_data_in(q, folder, "--trust reads others");
}
