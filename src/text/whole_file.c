/* whole_file.c: writes a text to a file, and sets the locale in which texts are made.
 *
 * A file appears whole or not at all: it is written under another name in the same directory and then
 * renamed.
 */
#include "text/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int write_all(int fd, const char *s, size_t n)
{
    while (n) {
        ssize_t k = write(fd, s, n);
        if (k < 0 && errno == EINTR) continue;
        if (k < 0) return errno;
        s += k, n -= (size_t)k;
    }
    return 0;
}

static int write_and_close(int fd, const wgi_strbuf *picture)
{
    if (fd < 0) return errno;
    int error = write_all(fd, picture->at, picture->length);
    if (close(fd) != 0 && !error) error = errno;
    return error;
}

static int replace_file(wg_context *c, const char *path, const wgi_strbuf *picture)
{
    size_t size = strlen(path) + 40;
    char *name = wg_alloc(c, size, 1);
    int fd = -1, error = ENOMEM;
    if (!name) return error;
    for (int i = 0; i < 100 && fd < 0; i++) {
        snprintf(name, size, "%s.%ld.%d.tmp", path, (long)getpid(), i);
        fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (fd < 0 && errno != EEXIST) break;
    }
    error = write_and_close(fd, picture);
    if (!error && rename(name, path) != 0) error = errno;
    if (error && fd >= 0) unlink(name);
    wg_free(c, name);
    return error;
}

static int save(wg_context *c, const wgi_strbuf *picture, const char *path)
{
    struct stat st;
    if (strcmp(path, "-") == 0)
        return fwrite(picture->at, 1, picture->length, stdout) < picture->length || fflush(stdout) ? errno
                                                                                                   : 0;
    if (stat(path, &st) == 0 && !S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode))
        return write_and_close(open(path, O_WRONLY | O_CLOEXEC), picture);
    char *target = realpath(path, NULL); /* replace the file that a link points to, not the link */
    int error = replace_file(c, target ? target : path, picture);
    free(target);
    return error;
}

wg_status wgi_save_whole(wg_site here, const char *call, const wgi_strbuf *picture, const char *path)
{
    int error = save(picture->c, picture, path);
    if (!error) return WG_OK;
    return WGI_DRAW_FAIL(picture->c, here, WG_ERROR_FILE, "%s: %s: cannot be written: %s", call, path,
                         strerror(error));
}

/* ---- the locale ---- */

wgi_locale wgi_locale_set_c(void)
{
    wgi_locale l = { .plain = newlocale(LC_ALL_MASK, "C", (locale_t)0) };
    if (l.plain) l.before = uselocale(l.plain);
    return l;
}

void wgi_locale_restore(wgi_locale l)
{
    if (!l.plain) return;
    uselocale(l.before);
    freelocale(l.plain);
}
