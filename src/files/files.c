/* files.c: reads a whole file into memory, and writes files.
 *
 * A file is written under a temporary name and renamed when it is complete. After a crash or an error the old
 * file is still there, unchanged.
 */
#include "files/formats.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- reading ---- */

bool wgi_file_fail(const wgi_file *f, wg_status s, const char *format, ...)
{
    char text[700];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    wg_fail(f->c, f->here, s, "%s: %s: %s", f->who, f->path, text);
    return false;
}

bool wgi_file_bad(const wgi_file *f, size_t at, const char *format, ...)
{
    char text[600];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    return wgi_file_fail(f, WG_ERROR_FORMAT, "byte %zu: %s", at, text);
}

static bool file_error(const wgi_file *f, const char *what, int error)
{
    return wgi_file_fail(f, WG_ERROR_FILE, "%s: %s", what, strerror(error));
}

enum { GROWN_MOST = 1 << 28 };

/* The first number of bytes to allocate: room for the file, the zero after its last byte, and one more
 * byte to notice the end. 0 after an error. The size of a pipe is not known, and some file systems say 0
 * for files that have content: their memory grows while they are read, up to GROWN_MOST. A device such as
 * /dev/zero never ends and is refused. */
static size_t first_room(wgi_file *f, int fd)
{
    struct stat st;
    if (fstat(fd, &st) != 0) return file_error(f, "cannot be read", errno);
    if (S_ISDIR(st.st_mode)) return file_error(f, "cannot be read", EISDIR);
    if (!S_ISFIFO(st.st_mode) && !S_ISREG(st.st_mode))
        return wgi_file_fail(f, WG_ERROR_FILE, "is neither a regular file nor a pipe");
    if (!S_ISREG(st.st_mode) || st.st_size <= 0) return 1 << 16;
    return (uintmax_t)st.st_size < SIZE_MAX - 2 ? (size_t)st.st_size + 2
                                                : file_error(f, "cannot be read", EFBIG);
}

void *wgi_more_room(wg_context *c, void *old, size_t count, size_t room, size_t size)
{
    void *new = wg_alloc(c, room, size);
    if (!new) return NULL;
    if (count) memcpy(new, old, count * size);
    wg_free(c, old);
    return new;
}

static bool more_room(wgi_file *f, size_t *room)
{
    if (f->size >= GROWN_MOST) return file_error(f, "cannot be read", EFBIG);
    void *bytes = wgi_more_room(f->c, f->bytes, f->size, 2 * *room, 1);
    if (bytes) f->bytes = bytes, *room *= 2;
    return bytes;
}

static bool read_all(wgi_file *f, int fd)
{
    size_t room = first_room(f, fd);
    if (!room || !(f->bytes = wg_alloc(f->c, room, 1))) return false;
    for (;;) {
        ssize_t n = read(fd, f->bytes + f->size, room - f->size - 1);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return file_error(f, "cannot be read", errno);
        if (n == 0) return true;
        f->size += (size_t)n;
        if (f->size + 1 == room && !more_room(f, &room)) return false;
    }
}

bool wgi_file_read(wgi_file *f, wg_context *c, wg_site here, const char *who, const char *path)
{
    *f = (wgi_file){ .c = c, .here = here, .who = who, .path = path ? path : "(no path)" };
    if (wg_failed(c)) return false;
    if (!path) return file_error(f, "cannot be opened", EINVAL);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return file_error(f, "cannot be opened", errno);
    bool ok = read_all(f, fd);
    close(fd);
    if (!ok) wgi_file_free(f);
    return ok;
}

void wgi_file_free(wgi_file *f)
{
    wg_free(f->c, f->bytes);
    f->bytes = NULL, f->size = 0;
}

/* ---- writing ---- */

/* The file that the path names, with links resolved. A rename onto a link would replace the link by the
 * file. */
static char *target_of(wg_context *c, const char *path)
{
    char *real = realpath(path, NULL);
    size_t size = strlen(real ? real : path) + 1;
    char *copy = wg_alloc(c, size, 1);
    if (copy) memcpy(copy, real ? real : path, size);
    free(real);
    return copy;
}

static bool is_special(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && !S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode);
}

/* The temporary file is in the folder of the target, because rename does not work from one file system to
 * another. */
static int open_temporary(wgi_out *o)
{
    size_t size = strlen(o->target) + 48;
    if (!(o->temporary = wg_alloc(o->c, size, 1))) return errno = ENOMEM, -1;
    for (int i = 0; i < 100; i++) {
        snprintf(o->temporary, size, "%s.%ld.%d.tmp", o->target, (long)getpid(), i);
        int fd = open(o->temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (fd >= 0 || errno != EEXIST) return fd;
    }
    return -1;
}

static bool out_end(wgi_out *o)
{
    if (o->error)
        wg_fail(o->c, o->here, WG_ERROR_FILE, "%s: %s: cannot be written: %s", o->who, o->path,
                strerror(o->error));
    wg_free(o->c, o->temporary);
    wg_free(o->c, o->target);
    return !o->error;
}

bool wgi_out_open(wgi_out *o, wg_context *c, wg_site here, const char *who, const char *path)
{
    *o = (wgi_out){ .c = c, .here = here, .who = who, .path = path ? path : "(no path)" };
    if (wg_failed(c)) return false;
    if (!path) return o->error = EINVAL, out_end(o);
    if (!(o->target = target_of(c, path))) return false;
    int fd = is_special(o->target) ? open(o->target, O_WRONLY | O_CLOEXEC) : open_temporary(o);
    if (fd >= 0 && (o->stream = fdopen(fd, "wb"))) return true;
    o->error = errno;
    if (fd >= 0) close(fd);
    if (fd >= 0 && o->temporary) unlink(o->temporary);
    return out_end(o);
}

void wgi_out_write(wgi_out *o, const void *bytes, size_t size)
{
    if (o->error || !size) return;
    errno = 0;
    if (fwrite(bytes, 1, size, o->stream) != size) o->error = errno ? errno : EIO;
}

/* Call fsync before rename: without it a power cut could leave an empty file under the new name. */
bool wgi_out_close(wgi_out *o)
{
    errno = 0;
    if (fflush(o->stream) != 0 && !o->error) o->error = errno ? errno : EIO;
    if (o->temporary && fsync(fileno(o->stream)) != 0 && !o->error) o->error = errno;
    if (fclose(o->stream) != 0 && !o->error) o->error = errno ? errno : EIO;
    if (o->temporary && !o->error && rename(o->temporary, o->target) != 0) o->error = errno;
    if (o->temporary && o->error) unlink(o->temporary);
    return out_end(o);
}
