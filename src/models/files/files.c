/* files.c: reads files, as a whole or part by part, and writes files.
 *
 * A file is written without a name, or where that cannot be under a temporary one, and gets its own name
 * when it is complete. After a crash or an error the old file is still there, unchanged. A process that
 * is killed can leave a temporary: the next that saves the same file removes it. */
#include "files/formats.h"
#include "wengert/data.h"
#include "wengert/group.h"
#include "wgx/data.h"
#include "wgx/group.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- reading ---- */

bool wgi_file_error(const wgi_file *f, wg_status s, const char *format, ...)
{
    char text[700];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    wg_fail(f->c, f->here, s, "%s: %s%s", f->who, f->path, text);
    return false;
}

static bool file_error(const wgi_file *f, const char *what, int error)
{
    return wgi_file_fail(f, WG_ERROR_FILE, "%s: %s", what, strerror(error));
}

/* FIRST_BYTES: they hold most headers. */
enum { GROWN_MOST = 1 << 28, FIRST_BYTES = 1 << 14 };

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
        if (n == 0) return f->have = f->size, true;
        f->size += (size_t)n;
        if (f->size + 1 == room && !more_room(f, &room)) return false;
    }
}

/* Sets f. Returns the descriptor of the file, -1 after recording an error. */
static int start(wgi_file *f, wg_context *c, wg_site here, const char *who, const char *path)
{
    *f = (wgi_file){ .c = c, .here = here, .who = who, .path = path ? path : "(no path)", .fd = -1 };
    if (wg_failed(c)) return -1;
    int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    if (fd < 0) file_error(f, "cannot be opened", path ? errno : EINVAL);
    return fd;
}

static bool read_and_close(wgi_file *f, int fd)
{
    bool ok = read_all(f, fd);
    close(fd);
    if (!ok) wgi_file_free(f);
    return ok;
}

bool wgi_file_read(wgi_file *f, wg_context *c, wg_site here, const char *who, const char *path)
{
    int fd = start(f, c, here, who, path);
    return fd >= 0 && read_and_close(f, fd);
}

bool wgi_file_open(wgi_file *f, wg_context *c, wg_site here, const char *who, const char *path)
{
    struct stat st;
    int fd = start(f, c, here, who, path);
    if (fd < 0) return false;
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) || st.st_size <= 0) return read_and_close(f, fd);
    f->fd = fd, f->size = (size_t)st.st_size;
    return wgi_file_need(f, f->size < FIRST_BYTES ? f->size : FIRST_BYTES);
}

bool wgi_file_need(wgi_file *f, size_t n)
{
    if (n <= f->have) return true;
    unsigned char *bytes = wgi_more_room(f->c, f->bytes, f->have, n + 1, 1);
    if (!bytes) return false;
    f->bytes = bytes, bytes[n] = 0;
    if (!wgi_file_copy(f, f->have, n - f->have, bytes + f->have)) return false;
    f->have = n;
    return true;
}

bool wgi_file_copy(const wgi_file *f, size_t at, size_t n, void *to)
{
    const size_t there = at >= f->have ? 0 : f->have - at < n ? f->have - at : n;
    if (there) memcpy(to, f->bytes + at, there);
    for (size_t done = there; done < n;) {
        ssize_t k = pread(f->fd, (char *)to + done, n - done, (off_t)(at + done));
        if (k < 0 && errno == EINTR) continue;
        if (k < 0) return file_error(f, "cannot be read", errno);
        if (k == 0) return wgi_file_bad(f, at + done, "the file ends here now: it had %zu bytes", f->size);
        done += (size_t)k;
    }
    return true;
}

bool wgi_file_readable(const wgi_file *f)
{
    char part[1 << 14];
    for (size_t at = f->have; at < f->size; at += sizeof part)
        if (!wgi_file_copy(f, at, f->size - at < sizeof part ? f->size - at : sizeof part, part))
            return false;
    return true;
}

void wgi_file_free(wgi_file *f)
{
    if (f->fd >= 0) close(f->fd);
    wg_free(f->c, f->bytes);
    f->bytes = NULL, f->have = f->size = 0, f->fd = -1;
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

/* Names of temporaries of one target, for programs that save it at the same time. */
enum { TEMPORARIES = 100 };

static void name_temporary(const wgi_out *o, int i)
{
    sprintf(o->temporary, "%s.wengert-%d.tmp", o->target, i);
}

/* Whoever writes a temporary holds a lock on it, which ends with the process. So a temporary that can be
 * locked was left by a process that was killed: it is removed. While its name stands for the file that is
 * locked here nobody else removes or renames it. */
static bool has_name(int fd, const char *path)
{
    struct stat opened, named;
    return fstat(fd, &opened) == 0 && lstat(path, &named) == 0 && opened.st_ino == named.st_ino &&
           opened.st_dev == named.st_dev;
}

static void remove_left(const char *path)
{
    const int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0 && has_name(fd, path)) unlink(path);
    if (fd >= 0) close(fd);
}

/* -1 with EEXIST: the name is taken, or somebody has removed it before it was locked. */
static int open_named(const wgi_out *o, int i)
{
    name_temporary(o, i);
    const int fd = open(o->temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (fd < 0 || flock(fd, LOCK_EX | LOCK_NB) != 0 ? fd < 0 || errno != EWOULDBLOCK
                                                    : has_name(fd, o->temporary))
        return fd;
    close(fd);
    return errno = EEXIST, -1;
}

/* A file without a name, which the system removes by itself if the program ends early. -1: this folder
 * cannot have one, or it could not be given a name later. */
static int open_nameless(wgi_out *o)
{
    const char *slash = strrchr(o->target, '/');
    snprintf(o->temporary, strlen(o->target) + 2, "%.*s.", slash ? (int)(slash + 1 - o->target) : 0,
             o->target);
    int fd = access("/proc/self/fd", X_OK) ? -1 : open(o->temporary, O_WRONLY | O_TMPFILE | O_CLOEXEC, 0666);
    o->nameless = fd >= 0;
    return fd;
}

/* The temporary file is in the folder of the target, because rename does not work from one file system to
 * another. */
static int open_temporary(wgi_out *o)
{
    if (!(o->temporary = wg_alloc(o->c, strlen(o->target) + 32, 1))) return errno = ENOMEM, -1;
    for (int i = 0; i < TEMPORARIES; i++) name_temporary(o, i), remove_left(o->temporary);
    int fd = open_nameless(o);
    if (fd >= 0) flock(fd, LOCK_EX);
    for (int i = 0; i < TEMPORARIES && fd < 0 && (i == 0 || errno == EEXIST); i++) fd = open_named(o, i);
    return fd;
}

/* A file that is replaced keeps its mode. */
static int keep_mode(const wgi_out *o, int fd)
{
    struct stat st;
    if (fd < 0 || !o->temporary || stat(o->target, &st) != 0) return fd;
    if (fchmod(fd, st.st_mode & 07777) == 0) return fd;
    const int error = errno;
    close(fd);
    if (!o->nameless) unlink(o->temporary);
    return errno = error, -1;
}

/* Gives the file without a name the name `path`. */
static bool give_name(const wgi_out *o, const char *path)
{
    char open_file[40];
    snprintf(open_file, sizeof open_file, "/proc/self/fd/%d", fileno(o->stream));
    return linkat(AT_FDCWD, open_file, AT_FDCWD, path, AT_SYMLINK_FOLLOW) == 0;
}

/* Puts the complete file in the place of the target. A name can only be given where no file has it, so an
 * old file is replaced by a rename. Returns false with errno set. */
static bool put_in_place(wgi_out *o)
{
    if (o->nameless) {
        if (give_name(o, o->target)) return true;
        bool named = false;
        for (int i = 0; i < TEMPORARIES && !named && errno == EEXIST; i++) {
            name_temporary(o, i);
            named = give_name(o, o->temporary);
        }
        if (!named) return false;
        o->nameless = false;
    }
    return rename(o->temporary, o->target) == 0;
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
    if (!path) return o->error = EINVAL, out_end(o);
    if (wg_group_rank(wgx_group_of(c)) > 0) path = "/dev/null"; /* files are written by rank 0 */
    if (!(o->target = target_of(c, path))) return false;
    int fd = is_special(o->target) ? open(o->target, O_WRONLY | O_CLOEXEC) : keep_mode(o, open_temporary(o));
    if (fd >= 0 && (o->stream = fdopen(fd, "wb"))) return true;
    o->error = errno;
    if (fd >= 0) close(fd);
    if (fd >= 0 && o->temporary && !o->nameless) unlink(o->temporary);
    return out_end(o);
}

void wgi_out_write(wgi_out *o, const void *bytes, size_t size)
{
    if (o->error || !size) return;
    errno = 0;
    if (fwrite(bytes, 1, size, o->stream) != size) o->error = errno ? errno : EIO;
}

/* Call fsync before the file gets its name: without it a power cut could leave an empty file there. */
bool wgi_out_close(wgi_out *o)
{
    errno = 0;
    if (fflush(o->stream) != 0 && !o->error) o->error = errno ? errno : EIO;
    if (o->temporary && fsync(fileno(o->stream)) != 0 && !o->error) o->error = errno;
    if (o->temporary && !o->error && !put_in_place(o)) o->error = errno;
    if (fclose(o->stream) != 0 && !o->error && !o->temporary) o->error = errno ? errno : EIO;
    if (o->temporary && o->error && !o->nameless) unlink(o->temporary);
    return out_end(o);
}

static wg_status print(wg_site here, wg_context *c, const char *call, const void *bytes, size_t size)
{
    if (fwrite(bytes, 1, size, stdout) == size && fflush(stdout) == 0) return WG_OK;
    return wg_fail(c, here, WG_ERROR_FILE, "%s: -: cannot be written: %s", call, strerror(errno)),
           WG_ERROR_FILE;
}

wg_status wgx_file_write_at(wg_site here, wg_context *c, const char *call, const char *path,
                            const void *bytes, size_t size)
{
    wgi_out o;
    if (!call) call = "file_write";
    if (!c || (size && !bytes))
        return wg_fail(c, here, WG_ERROR_USE, "file_write: the %s NULL", c ? "bytes are" : "context is"),
               WG_ERROR_USE;
    if (path && strcmp(path, "-") == 0) return print(here, c, call, bytes, size);
    if (!wgi_out_open(&o, c, here, call, path)) return WG_ERROR_FILE;
    wgi_out_write(&o, bytes, size);
    return wgi_out_close(&o) ? WG_OK : WG_ERROR_FILE;
}
